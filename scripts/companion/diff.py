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
    names = f"{attempt.shown} (yours)", f"{exercise.near_path(attempt.answer)} (the lab's)"
    texts = attempt.file.read_text(errors="replace"), attempt.solution()
    lines = list(difflib.unified_diff(*map(str.splitlines, texts), *names, lineterm=""))
    show(lines)
    return 1 if lines else 0


def show(lines):
    for line in lines:
        print(paint.paint(line, COLOURS[line[0]]) if line[:1] in COLOURS else line)
