"""Your program and the fix: what differs. For a break, your program and one that leaks in another way."""
import difflib
import sys

from . import exercise, paint

NAME = "diff"
COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def add_options(parser):
    parser.epilog = "Exit status: 0 nothing differs; 1 something does; 2 wrong usage, or no exercise is begun."
    exercise.add_options(parser)


def run(chosen):
    attempt = exercise.begun(chosen)
    lines = list(difflib.unified_diff(
        attempt.file.read_text(errors="replace").splitlines(), attempt.solution().splitlines(), f"{attempt.shown} (yours)",
        f"{exercise.near_path(attempt.answer)} (the lab's)", lineterm=""))
    show(lines)
    return 1 if lines else 0


def show(lines):
    for line in lines:
        print(paint.paint(line, COLOURS[line[0]]) if line[:1] in COLOURS else line)
