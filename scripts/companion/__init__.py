"""The commands of ./lab: modules with NAME, a docstring that is help, add_options(parser), run(chosen) -> status."""
from . import diagnose, doctor, home, list, progress, run, status

COMMANDS = home, doctor, list, run, diagnose, status
