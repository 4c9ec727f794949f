"""The commands of ./lab: modules with NAME, a docstring that is help, add_options(parser), run(chosen) -> status."""
from . import board, check, compare, diagnose, diff, doctor, hint, home, list, mystery, predict, progress, quiz, reset, run, solution, start, status, watch

COMMANDS = (home, doctor, list, predict, run, compare, start, watch, check, hint, diff, reset, solution, quiz, mystery, diagnose,
            status, board)
