"""The commands of ./lab: each module has NAME, a docstring that is its help, add_options(parser), and run(chosen), which returns the status."""
import importlib.util

from . import doctor

COMMANDS = [doctor]
if importlib.util.find_spec(".diagnose", __name__):
    from . import diagnose
    COMMANDS.append(diagnose)
