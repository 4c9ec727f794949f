"""Begins an exercise anew. Your file is kept beside the new one, as repair.1.cpp or the next free number."""
import sys

import pairs

from . import exercise, progress, start

NAME = "reset"


def add_options(parser):
    parser.epilog = "Exit status: 0 it is begun anew; 1 you said no; 2 wrong usage, or no exercise is begun."
    exercise.add_options(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(chosen):
    attempt = exercise.begun(chosen)
    if attempt.file.read_text(errors="replace") == attempt.begin():
        print(f"{attempt.shown} is as it was at the beginning")
    elif not chosen.yes and not agreed(attempt):
        return 1
    else:
        kept = keep(attempt.file)
        start.make_file(attempt)
        print(f"{attempt.shown} is as at the beginning; what you had is in {exercise.near_path(kept)}")
    progress.record(attempt.kind, attempt.name, "started")
    return 0


def agreed(attempt):
    if not sys.stdin.isatty():
        pairs.die(2, "asks before it puts your work aside; --yes answers")
    try:
        answer = input(f"Begin {attempt.shown} anew? What you have is kept beside it. [y/N] ")
        return answer.strip().lower() in ("y", "yes")
    except EOFError:
        return False


def keep(file):
    """Moves the file to the first free name."""
    names = (file.with_suffix(f".{number}{file.suffix}") for number in range(1, 1000))
    return file.rename(next(name for name in names if not name.exists()))
