"""The commands of ./lab: modules with NAME, a docstring that is help, add_options(parser), run(chosen) -> status."""
from . import board, compare, diagnose, doctor, home, list, predict, progress, run, status

COMMANDS = home, doctor, list, predict, run, compare, diagnose, status, board
