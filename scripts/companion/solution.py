"""Shows the fix, or for a break one way. The exercise counts as given up, unless you have solved it before."""
from . import diff, exercise, progress

NAME = "solution"


def add_options(parser):
    parser.epilog = "Exit status: 0; 2 for a wrong pattern or option, or when no exercise is begun."
    exercise.add_options(parser)


def run(chosen):
    attempt = exercise.begun(chosen)
    if not any(event.solved for event in attempt.events()):
        progress.record(attempt.kind, attempt.name, "gave up", attempt.note())
    diff.show(attempt.solution_as_diff())
    return 0
