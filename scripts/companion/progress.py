"""The learner's folder, and what the learner has done: one text file, one line an event, that a person can read, edit
and hand in."""
import dataclasses
import datetime
import os
import pathlib
import re

import pairs

KINDS = "predict", "repair", "break", "variant", "quiz", "mystery"
WHEN = "%Y-%m-%d %H:%M"
ACCEPTED = f"a line is date and time, kind ({', '.join(KINDS)}), name, outcome, note, two or more spaces apart"
HEAD = """# What you have done in the lab, one line an event: when, what kind of exercise, which one, how it went, and a
# note. Two or more spaces stand between them. Lines that begin with # are yours; change or remove any line as you like.
"""


class Unreadable(Exception):
    """The file cannot be used: one line that says which and why, with the number of the line at fault."""


@dataclasses.dataclass
class Entry:
    when: datetime.datetime
    kind: str
    name: str
    outcome: str
    note: str = ""

    @property
    def mark(self):
        """`4 of 5` as a share of 1; None where there is no mark."""
        found = re.fullmatch(r"(\d+) of ([1-9]\d*)", self.outcome)
        return int(found[1]) / int(found[2]) if found else None

    @property
    def solved(self):
        """Whether there is nothing left to do; a mark must be full."""
        return self.outcome == "solved" or self.mark == 1

    @property
    def done(self):
        """Whether it counts: solved, or, where a mark is the outcome, marked."""
        return self.outcome == "solved" or self.mark is not None

    @property
    def minutes(self):
        return noted(r"(\d+) min\b", self.note)

    @property
    def hints(self):
        return noted(r"(\d+) hints?\b", self.note)

    def __str__(self):
        fields = (self.when.strftime(WHEN), self.kind.ljust(7), self.name.ljust(22), self.outcome.ljust(8), self.note)
        return "  ".join(fields).rstrip()


def noted(pattern, note):
    found = re.search(pattern, note)
    return int(found[1]) if found else 0


def spent(minutes, hints=0):
    """A note of time and hints: `12 min, 1 hint`."""
    return f"{minutes:.0f} min" + (f", {hints} hint{'s' * (hints != 1)}" if hints else "")


def folder():
    """The learner's folder, which may not be there yet."""
    return pathlib.Path(os.environ.get("LEAKLAB_EXERCISES") or pairs.ROOT / "exercises").absolute()


def file():
    return folder() / "progress.txt"


def entry(line):
    """What a line says; ValueError when it is none."""
    shown = "".join(letter if letter.isprintable() or letter == "\t" else "?" for letter in line)  # on any terminal
    when, kind, name, outcome, *note = re.split(r" {2,}|\s*\t\s*", shown.strip())
    if kind not in KINDS:
        raise ValueError(kind)
    return Entry(datetime.datetime.strptime(when, WHEN), kind, name, outcome, "  ".join(note))


def lines(path):
    """The file's lines; none when it is not there and nobody has named it."""
    try:
        return pathlib.Path(path or file()).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        if isinstance(fault, FileNotFoundError) and not path:
            return []
        why = fault.strerror if isinstance(fault, OSError) else "is no text"
        raise Unreadable(f"{path or file()}: {why}") from None


def sorted_out(path=None):
    """What can be read of the file, and the numbers of the lines that cannot."""
    found, broken = [], []
    for number, line in enumerate(lines(path), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            found.append(entry(line))
        except ValueError:
            broken.append(number)
    return found, broken


def entries(path=None):
    """All events of the file, in its order; Unreadable when one is not as it should be."""
    found, broken = sorted_out(path)
    if broken:
        raise Unreadable(f"{path or file()}, line {broken[0]}: {ACCEPTED}")
    return found


def standing(events):
    """(kind, name) -> the event that says how it stands: the one that solved it, or else the last."""
    found = {}
    for event in events:
        key = event.kind, event.name
        if key not in found or not found[key].solved:
            found[key] = event
    return found


def record(kind, name, outcome, note=""):
    """Adds an event that happens now. What has been written is not touched, whatever it says."""
    fields = [" ".join(field.split()) for field in (kind, name, outcome, note)]
    line = f"{Entry(datetime.datetime.now(), *fields)}\n"
    assert entry(line), line
    try:
        folder().mkdir(parents=True, exist_ok=True)
        with open(file(), "ab+") as out:
            if out.tell() == 0:
                line = HEAD + line
            else:
                out.seek(-1, os.SEEK_END)
                line = line if out.read(1) == b"\n" else f"\n{line}"
            out.write(line.encode())
    except OSError as fault:
        raise Unreadable(f"{file()}: {fault.strerror}; LEAKLAB_EXERCISES=DIR keeps your exercises elsewhere") from None
