"""An exercise: the file that a learner changes, what it begins as, what it is judged beside, how far the learner is."""
import datetime
import difflib
import os
import re

import pairs

from . import patterns, progress

BEGINS_AS = {"repair": "leaky", "break": "fixed", "variant": "variant"}
ANSWERS = {"repair": "fixed.cpp", "break": "break.patch", "variant": "variant-fixed.cpp"}
JUDGED_BESIDE = {"repair": ["fixed"], "break": [], "variant": ["variant-fixed"]}
ASKS = {
    "repair": "It leaks. Repair it",
    "break": "It does not leak. Break it, in another way than the leaky twin, and foretell what /debug/leaks will say",
    "variant": "The same fault in a program that no text shows. Repair it",
}
TELLING = re.compile(r"^[ \t]*// the (?:fault|cure):.*\n(?:[ \t]*//.*\n)*", re.MULTILINE)


class Exercise:
    def __init__(self, pair, kind):
        self.pair, self.kind, self.name = pair, kind, pair["pattern"]
        self.about = {**pair, **pair["variant"]} if kind == "variant" else pair
        self.file = progress.folder() / self.name / f"{kind}.cpp"
        self.source = patterns.folder(pair) / f"{BEGINS_AS[kind]}.cpp"
        self.beside = [f"{self.name}-{program}" for program in JUDGED_BESIDE[kind]]  # one program or none

    def __str__(self):
        return f"`{self.kind}` of {self.name}"

    @property
    def shown(self):
        """The learner's file, for people."""
        return near_path(self.file)

    @property
    def steps(self):
        """After how many steps at most the teardown test stops it."""
        return self.pair.get("teardown_steps", 200)

    @property
    def answer(self):
        """The file that has the fix, or for `break` the patch that has one way."""
        return self.source.with_name(ANSWERS[self.kind])

    @property
    def hints(self):
        return self.pair.get("hints", {}).get(self.kind, [])

    def begin(self):
        """The text that the learner begins with: no comment tells where the fault is, or what keeps it away."""
        return TELLING.sub("", self.source.read_text())

    def solution(self):
        """The text of one answer."""
        text = self.answer.read_text()
        return patched(self.source.read_text(), text) if self.kind == "break" else text

    def solution_as_diff(self):
        """What to change, in the lines of a unified diff; ahead of that of a break, what it leads to."""
        if self.kind == "break":
            return self.answer.read_text().splitlines()
        files = self.source, self.answer
        texts = (file.read_text().splitlines() for file in files)
        return list(difflib.unified_diff(*texts, *map(near_path, files), lineterm=""))

    # what the learner has done

    def events(self):
        return [event for event in progress.entries() if (event.kind, event.name) == (self.kind, self.name)]

    def is_solved(self):
        """Whether it was solved after it was begun last."""
        events = self.events()
        return bool(events) and events[-1].solved

    def minutes(self):
        """Since the learner began."""
        begun = [event.when for event in self.events() if event.outcome == "started" and not event.hints]
        return (datetime.datetime.now() - begun[-1]).total_seconds() / 60 if begun else 0

    def hints_seen(self):
        return max((event.hints for event in self.events()), default=0)

    def note(self):
        return progress.spent(self.minutes(), self.hints_seen())


def patched(text, patch):
    """The text after a unified diff of it; ValueError when that does not fit."""
    old, new, at = text.splitlines(), [], 0
    for hunk in re.finditer(r"^(@@ -(\d+)(,0)?.* @@).*\n((?:[-+ ].*\n)*)", patch, re.MULTILINE):
        lines = hunk[4].splitlines()
        taken = [line[1:] for line in lines if line[0] != "+"]
        begin = int(hunk[2]) - (not hunk[3])  # of a mere insertion, the line before it is named
        if old[begin:begin + len(taken)] != taken:
            raise ValueError(f"does not fit: {hunk[1]}")
        new += old[at:begin] + [line[1:] for line in lines if line[0] != "-"]
        at = begin + len(taken)
    return "\n".join(new + old[at:]) + "\n"


def near_path(path):
    """A path as one would type it here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("../..") else relative


def kinds(pair):
    """Which exercises there are of a pair; an open exercise has the first alone."""
    if "strategy" not in pair:
        return ["repair"]
    return ["repair", "break"] + ["variant"] * ("variant" in pair and "variant" in patterns.programs(pair))


def add_options(parser):
    """What all commands about an exercise take."""
    parser.add_argument("pattern", metavar="PATTERN", nargs="?", help="the pair [that of the exercise begun last]")
    parser.add_argument("--exercise", choices=progress.KINDS[1:4], metavar="KIND",
                        help="repair, break or variant [the one begun last, else repair]")


def under_way(pattern=None):
    """(kind, name) of the exercise begun last, of that pattern if one is named."""
    for event in reversed(progress.entries()):
        if event.kind in BEGINS_AS and event.outcome == "started" and pattern in (None, event.name):
            return event.kind, event.name
    return None, pattern


def named(chosen):
    """The exercise that the options mean, begun or not."""
    kind, name = under_way(chosen.pattern)
    if not name:
        pairs.die(2, "no exercise is begun; `./lab start PATTERN` begins one, `./lab list` shows them")
    pair = patterns.find(name)
    kind = chosen.exercise or kind or "repair"
    if kind not in kinds(pair):
        pairs.die(2, f"{name} has no exercise {kind}; it has {', '.join(kinds(pair))}")
    return Exercise(pair, kind)


def begun(chosen):
    """The same, when its file is there."""
    found = named(chosen)
    if not found.file.is_file():
        more = "" if found.kind == "repair" else f" --exercise {found.kind}"
        pairs.die(2, f"{found} is not begun: there is no {found.shown}; `./lab start {found.name}{more}` makes it")
    return found
