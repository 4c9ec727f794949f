"""Begins an exercise: makes a copy of a program for you to change, and opens it in $EDITOR.

repair: the leaky twin, without the comment that tells the fault. break: the fixed twin, to be broken in another way.
variant: the same fault in a program that no text shows. Your files are in exercises/PATTERN/, which git ignores.
"""
import os
import shlex
import subprocess
import sys
import textwrap

from . import check, exercise, making, paint, patterns, progress

NAME = "start"
EPILOG = """Your work is never overwritten: `./lab reset` begins anew. LEAKLAB_EXERCISES=DIR keeps your files elsewhere.

Exit status: 0; 2 for a wrong pattern or option, or a build that fails."""


def add_options(parser):
    parser.epilog = EPILOG
    parser.add_argument("pattern", metavar="PATTERN", help="a pair or an open exercise; `./lab list` shows them")
    parser.add_argument("--exercise", choices=exercise.BEGINS_AS, metavar="KIND", default="repair",
                        help="repair, break or variant [repair]")


def run(chosen):
    attempt = exercise.named(chosen)
    goes_on = attempt.file.exists()
    if not goes_on:
        make_file(attempt)
    if not goes_on or exercise.under_way() != (attempt.kind, attempt.name):
        progress.record(attempt.kind, attempt.name, "started")
    prepare(attempt)
    tell(attempt, goes_on)
    open_editor(attempt.file)
    return 0


def make_file(attempt):
    try:
        attempt.file.parent.mkdir(parents=True, exist_ok=True)
        attempt.file.write_text(attempt.begin())
    except OSError as fault:
        raise progress.Unreadable(f"{attempt.shown}: {fault.strerror}; LEAKLAB_EXERCISES=DIR keeps your exercises "
                                  "elsewhere") from None


def prepare(attempt):
    """Builds what a check takes but the learner's file, so that the first one is as quick as the others."""
    targets = *attempt.beside, "exercise_teardown_run", "leaklab_world", "leaklab_database"
    with making.Workplace() as place, paint.Bar("building the lab") as bar:
        building = place.behind.submit(place.prepare, "release", targets)
        try:
            place.wait_for(building, lambda done, total: bar.show(done, total, f"{done} of {total}"))
        except making.NotBuilt as fault:
            bar.clear()
            check.not_built(fault)


def tell(attempt, goes_on):
    about = attempt.about
    if goes_on:
        print(f"{attempt.shown} is there already and goes on; `./lab reset` begins anew.")
    print(paint.paint(f"{attempt.shown}", "bold") + f": {about['title']}.")
    print(f"\n{exercise.ASKS[attempt.kind]}.")
    for sentence in conditions(attempt):
        print(textwrap.fill(sentence, 98, initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False))
    print(f"""
  ./lab watch     judges it at each save
  ./lab check     judges it once
  ./lab hint      three steps, one at a time""")


def conditions(attempt):
    """What must hold, in sentences."""
    gauge, work = attempt.about["gauge"], attempt.about["work"]
    if attempt.kind == "break":
        return [f"something rises: {gauge} or another figure",
                "/debug/leaks names something else than for the leaky twin",
                "you have foretold what: `./lab check` asks for it"]
    return [f"the gauge holds still: {gauge}, and every other figure that is watched",
            f"it does as much work as the fixed program: {work}",
            "stopped at any step, it leaves nothing behind",
            "the sanitizers have nothing to say"]


def open_editor(file):
    editor = os.environ.get("EDITOR")
    if editor and sys.stdin.isatty():
        try:
            subprocess.run([*shlex.split(editor), str(file)], check=False)
        except (OSError, ValueError) as fault:
            print(f"lab start: $EDITOR is {editor!r}: {fault}", file=sys.stderr)
