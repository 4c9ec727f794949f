"""What you have done, from the one text file that you may read, edit and hand in: exercises/progress.txt."""
import json
import sys

import pairs

from . import home, paint, progress

NAME = "status"


def add_options(parser):
    parser.epilog = """LEAKLAB_EXERCISES=DIR keeps your exercises and progress.txt elsewhere.

Exit status: 0; 1 when a line of the file cannot be read, which is named; 2 for an unknown option, or no such file."""
    parser.add_argument("file", metavar="FILE", nargs="?", help="another's progress.txt")
    parser.add_argument("--json", action="store_true", help="every event as JSON, for programs")


def as_data(event, **more):
    return {**more, "when": event.when.isoformat(timespec="minutes"), "kind": event.kind, "name": event.name,
            "outcome": event.outcome, "note": event.note, "minutes": event.minutes, "hints": event.hints}


def name_broken(path, broken):
    """Says on stderr which lines cannot be read; whether there are any."""
    for number in broken:
        print(f"lab: {path}, line {number} is left out: {progress.ACCEPTED}", file=sys.stderr)
    return bool(broken)


def run(chosen):
    path = chosen.file or progress.file()
    events, broken = progress.sorted_out(chosen.file)
    if chosen.json:
        print(json.dumps({"file": str(path), "done": home.counted(events), "events": list(map(as_data, events)),
                          "broken lines": broken}, indent=2))
    elif events:
        show(events)
        print(f"\n{path}")
    elif not broken:
        print(f"nothing yet; `./lab` says how to begin, and {path} will keep what you have done")
    return int(name_broken(path, broken))


def show(events):
    """How each exercise stands, the latest last; then the sums."""
    standing = sorted(progress.standing(events).values(), key=lambda event: event.when)
    rows = [("kind", "name", "outcome", "when", "note"), *(
        (event.kind, event.name, event.outcome, event.when.strftime(progress.WHEN), event.note) for event in standing)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for event, row in zip([None, *standing], rows):
        colour = "bold" if not event else "green" if event.done else "yellow"
        print(paint.paint("  ".join(map(str.ljust, row, widths)).rstrip(), colour))
    print("", home.done_in_words(home.counted(events), len(pairs.load())), sep="\n")
    if minutes := sum(event.minutes for event in standing):
        print(progress.spent(minutes, sum(event.hints for event in standing)))
