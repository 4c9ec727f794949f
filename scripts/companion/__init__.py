"""The commands of ./lab: each module has NAME, a docstring that is its help, add_options(parser), and run(chosen), which returns the status."""
from . import diagnose, doctor

COMMANDS = doctor, diagnose
