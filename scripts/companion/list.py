"""The 28 pairs and the open exercise of each category: how each stands, and the minutes it takes.

CATEGORY is a number, a folder or a word of its name: 1, 3.Resource-Leaks, scope.
"""
import json

import pairs

from . import exercise, paint, patterns, progress

NAME = "list"
COLOURS = {"solved": "green", "started": "yellow"}


def add_options(parser):
    parser.epilog = "Exit status: 0; 2 for an unknown category or option, or a progress.txt that cannot be read."
    parser.add_argument("category", metavar="CATEGORY", nargs="?", help="only this one")
    parser.add_argument("--json", action="store_true", help="the same as JSON, for programs")


def state(name, kinds, standing):
    """`solved`, `2 of 3` of its exercises, `started`, or nothing."""
    solved = sum((kind, name) in standing and standing[kind, name].solved for kind in kinds)
    if solved:
        return "solved" if solved == len(kinds) else f"{solved} of {len(kinds)}"
    return "started" if any((kind, name) in standing for kind in ("predict", *kinds)) else ""


def rows(category=None):
    """What is to be listed, as --json has it."""
    standing = progress.standing(progress.entries())
    for pair in sorted(pairs.load() + patterns.exercises(), key=lambda pair: pair["category"]):
        if category in (None, pair["category"]):
            yield {"pattern": pair["pattern"], "category": pair["category"], "title": pair["title"],
                   "kind": "pair" if "strategy" in pair else "open exercise", "minutes": pair["minutes_to_learn"],
                   "prerequisites": pair["prerequisites"],
                   "state": state(pair["pattern"], exercise.kinds(pair), standing)}


def run(chosen):
    found = list(rows(None if chosen.category is None else patterns.find_category(chosen.category)))
    if chosen.json:
        print(json.dumps(found, indent=2))
        return 0
    widths = [max(len(row[column]) for row in found) for column in ("pattern", "state")]
    for category in dict.fromkeys(row["category"] for row in found):
        inside = [row for row in found if row["category"] == category]
        print(paint.paint(f"{category}, {sum(row['minutes'] for row in inside)} min", "bold"))
        for row in inside:
            shown = row["state"].ljust(widths[1])
            title = f"open exercise: {row['title']}" if row["kind"] != "pair" else row["title"]
            print(f"  {row['pattern']:<{widths[0]}}  {row['minutes']:>2} min  "
                  f"{paint.paint(shown, COLOURS.get(row['state'], 'dim'))}  {title}")
        print()
    print("`./lab predict PATTERN` begins with one, `./lab` says which comes next.")
    return 0
