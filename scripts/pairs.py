"""The pairs as their pair.json files describe them; imported by the scripts beside it."""
import json
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(os.environ.get("LEAKLAB_BIN", ROOT / "build" / "bin")).absolute()

# What a fix does, by the word that pair.json has for it under "strategy".
STRATEGIES = {
    "counterpart": "give the wait its other side: a receiver, or a close",
    "deadline": "give the wait a deadline",
    "cancel": "cancel, join or unsubscribe what nobody waits for any more",
    "owner": "give the resource an owner, which returns it on every way out",
    "scope": "end the life where the use ends",
    "weak": "refer back weakly",
    "copy": "keep a copy of the small part that is needed",
    "capacity": "give spare capacity back",
    "bound": "set a bound",
    "refuse": "refuse what is over the bound, and count it",
    "confirm": "let go only after the last step that can fail",
}


def die(status, text):
    """One line on stderr, and out."""
    print(f"{pathlib.Path(sys.argv[0]).name}: {text}", file=sys.stderr)
    sys.exit(status)


def load():
    """All pairs, by category and then in the order of the category's CMakeLists.txt."""
    pairs = []
    for category in sorted(ROOT.glob("[1-9].*")):
        found = {file.parent.name: json.loads(file.read_text()) for file in category.glob("examples/*/pair.json")}
        listed = (category / "CMakeLists.txt").read_text()
        pairs += sorted(found.values(), key=lambda pair: listed.find(f"leaklab_add_pair({pair['pattern']}"))
    return pairs


def program(pair, twin):
    path = BIN / f"{pair['pattern']}-{twin}"
    if not os.access(path, os.X_OK):
        die(2, f"there is no {path}; scripts/test builds all patterns")
    return path


def table(rows):
    """Rows of text as lines, in columns; figures, which begin with a digit or a sign, to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]

    def cell(text, width):
        return text.rjust(width) if text[:1].isdigit() or text[:1] in "+-" else text.ljust(width)

    return "\n".join("  ".join(cell(text, width) for text, width in zip(row, widths)).rstrip() for row in rows)
