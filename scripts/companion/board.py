"""A class side by side: how far each has come, and which exercises hold them up, from their progress.txt files.

FILE is a progress.txt, or a folder that has one, itself or in its exercises/. A learner is called like the file, or
like the folder that it lies in: anna.txt and anna/exercises/progress.txt are both anna's.
"""
import collections
import json
import pathlib
import statistics
import sys

from . import home, paint, progress, status

NAME = "board"
COLUMNS = {"predict": "predicted", "repair": "repaired", "break": "broken", "variant": "variants", "quiz": "quizzes",
           "mystery": "mysteries"}


def add_options(parser):
    parser.epilog = "Exit status: 0; 1 a file or line cannot be read, and is named; 2 none can be read, or wrong usage."
    parser.add_argument("file", metavar="FILE", nargs="+", help="what a learner has handed in")
    parser.add_argument("--json", action="store_true", help="the same as JSON, for programs")


def file_of(name):
    """The file that is meant by a file or a folder."""
    path = pathlib.Path(name)
    within = [path / "progress.txt", path / "exercises" / "progress.txt"]
    return next((file for file in within if file.is_file()), within[0]) if path.is_dir() else path


def names(files):
    """What each learner is called: no more of the path than tells them apart."""
    parts = []
    for file in files:
        words = [word for word in file.resolve().parts[1:-1] if word != "exercises"]
        parts.append(words if file.stem == "progress" else [*words, file.stem])

    def called(words):
        for length in range(1, len(words)):
            if sum(other[-length:] == words[-length:] for other in parts) == 1:
                return "/".join(words[-length:])
        return "/".join(words)

    return [called(words) for words in parts]


def learner(name, events, broken):
    standing = progress.standing(events).values()
    return {"name": name, "done": home.counted(events), "hints": sum(event.hints for event in standing),
            "minutes": sum(event.minutes for event in standing),
            "last": max((event.when for event in events), default=None), "broken lines": broken}


def exercises(classes):
    """How the class stands with each exercise that somebody has begun, the hardest first."""
    found = collections.defaultdict(dict)
    for name, events in classes.items():
        for key, event in progress.standing(events).items():
            found[key][name] = event
    rows = []
    for (kind, exercise), by in found.items():
        done = [event for event in by.values() if event.done]
        marks = [event.mark for event in done if event.mark is not None]
        rows.append({"kind": kind, "name": exercise, "done": len(done), "begun": len(by),
                     "mean mark": round(statistics.mean(marks), 2) if marks else None,
                     "hints": sum(event.hints for event in by.values()),
                     "minutes": statistics.median(event.minutes for event in done) if done else None,
                     "open": sorted(name for name, event in by.items() if not event.done)})
    rows.sort(key=lambda row: (row["done"] - row["begun"], -row["hints"], row["kind"], row["name"]))
    return rows


def run(chosen):
    files = [file_of(name) for name in chosen.file]
    classes, learners, unread = {}, [], 0
    for name, file in zip(names(files), files):
        try:
            events, broken = progress.sorted_out(file)
        except progress.Unreadable as fault:
            print(f"lab board: {fault}", file=sys.stderr)
            unread += 1
            continue
        unread += status.name_broken(file, broken)
        classes[name] = events
        learners.append(learner(name, events, broken))
    if not learners:
        return 2
    if chosen.json:
        print(json.dumps({"learners": learners, "exercises": exercises(classes)}, indent=2, default=str))
    else:
        show(learners, exercises(classes))
    return int(unread > 0)


def show(learners, begun):
    rows = [("", *COLUMNS.values(), "hints", "minutes", "last")]
    for row in sorted(learners, key=lambda row: row["name"]):
        last = row["last"].strftime(progress.WHEN) if row["last"] else "nothing yet"
        counts = [*(row["done"][kind] for kind in COLUMNS), row["hints"], row["minutes"]]
        rows.append((row["name"], *map(str, counts), last))
    print_table(rows)
    if begun:
        rows = [("exercise", "", "done", "mean mark", "hints", "median minutes", "open with")]
        rows += [(row["name"], row["kind"], f"{row['done']} of {row['begun']}",
                  "" if row["mean mark"] is None else f"{row['mean mark']:.0%}", str(row["hints"]),
                  "" if row["minutes"] is None else f"{row['minutes']:g}", ", ".join(row["open"])) for row in begun]
        print()
        print_table(rows)


def print_table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = [text.rjust(width) if column and text.isdigit() else text.ljust(width)
                 for column, (text, width) in enumerate(zip(row, widths))]
        print(paint.paint("  ".join(cells).rstrip(), "bold" if number == 0 else "plain"))
