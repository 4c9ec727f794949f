"""What a seed of the shop has in it: the fault, the lines that it stands in, the figure that it raises, the right fix.

All of it is read from what runs: from `shop --reveal`, from the sources (a fault stands where the shop asks whether it
is on), from pair.json and from /debug/leaks. Nothing is written down a second time here.
"""
import dataclasses
import re
import subprocess

import pairs

from . import patterns

SOURCES = pairs.ROOT / "shop" / "src"
SEEDS = range(1, 61)
TOLERANCE = 3  # lines
ACCUSED = "leaking", "growing"
KINDS = "tasks", "heap", "fds"
GAUGE = re.compile(r'executor,\s*"([^"]+)"')  # as the parts declare theirs
DEFINITION = re.compile(r"^(?!//|namespace|using|constexpr|struct|class|template)[\w:].*?([\w:~]+)\(")


@dataclasses.dataclass
class Place:
    """Where the shop asks whether a fault is on, and the function around it: its name, first and last line."""

    file: str
    line: int
    function: str
    first: int
    last: int

    def __str__(self):
        return f"shop/src/{self.file}:{self.line}, {self.function}()"


def place_of(pattern):
    """The one place of this fault."""
    asks = f"has(fault::{pattern.replace('-', '_')})"
    found = [(file, number) for file in sorted(SOURCES.glob("*.cpp"))
             for number, line in enumerate(file.read_text().splitlines(), 1) if asks in line]
    if len(found) != 1:
        raise LookupError(f"{pattern}: {len(found)} places of shop/src have {asks}, expected is one")
    file, number = found[0]
    lines = [""] + file.read_text().splitlines()
    first = next((above for above in range(number, 0, -1) if DEFINITION.match(lines[above])), 0)
    last = next((below for below in range(number, len(lines)) if lines[below] == "}"), 0)
    if not first or not last:
        raise LookupError(f"{file.name}:{number} stands in no function that begins at the left margin")
    return Place(file.name, number, DEFINITION.match(lines[first])[1], first, last)


def last_name(function):
    """`receipts::write(unsigned int)` -> `write`."""
    return re.sub(r"[(<].*", "", function).strip().rpartition("::")[2].rpartition(" ")[2]


@dataclasses.dataclass
class Case:
    seed: int
    pair: dict
    begins_after: float  # seconds
    what: str  # one sentence
    place: Place

    @property
    def kind(self):
        """That of the finding."""
        return self.pair["gauge"] if self.pair["gauge"] in KINDS else "gauge"

    @property
    def gauge(self):
        """The shop's own name of the pair's gauge: of those in the fault's file, the one with the most words of it."""
        if self.kind != "gauge":
            return None
        wanted = set(self.pair["gauge"].split())
        known = GAUGE.findall((SOURCES / self.place.file).read_text())
        return max(known, key=lambda name: len(wanted & set(name.split())))

    @property
    def category(self):
        return int(self.pair["category"][0])

    def sites(self, finding):
        """What a finding names in the fault's file, each as (function, line)."""
        named = [finding["waits_at"], finding["spawned_at"], *finding["places"]]
        return [(site["function"], site["line"]) for site in named
                if site and site["file"].rpartition("/")[2] == self.place.file]

    def finding(self, report):
        """The one that this fault has made, if /debug/leaks has it."""
        for finding in report["findings"]:
            if finding["kind"] == self.kind and finding["verdict"] in ACCUSED:
                if finding["what"] == self.gauge if self.gauge else self.sites(finding):
                    return finding
        return None

    def is_place(self, file, line, function, reports):
        """Whether a diagnosis names the fault's place: its function, or what /debug/leaks has named in its file."""
        if file not in (self.place.file, None) or file is None and function is None:
            return False
        named = [site for report in reports if (finding := self.finding(report)) for site in self.sites(finding)]
        if function is not None:
            return function in {last_name(self.place.function), *(last_name(name) for name, _ in named)}
        spans = [(self.place.first, self.place.last), *((number, number) for _, number in named)]
        return line is not None and any(first - TOLERANCE <= line <= last + TOLERANCE for first, last in spans)


def case(seed):
    """What the shop says that this seed is."""
    told = output("--seed", seed, "--reveal")
    found = re.fullmatch(r"seed \d+: (\S+) after ([\d.]+) s, .*\n", told)
    if not found:
        pairs.die(2, f"shop --reveal says {told!r}, from which no fault can be read")
    what = dict(line.split(None, 1) for line in output("--list-faults").splitlines())
    return Case(seed, patterns.find(found[1]), float(found[2]), what[found[1]].strip(), place_of(found[1]))


def output(*options):
    return subprocess.run([pairs.BIN / "shop", *map(str, options)], capture_output=True, text=True, check=False).stdout
