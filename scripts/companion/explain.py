"""What a prediction is worth: numbers with their units, whether two are the same, and a sentence where they are not."""
import re
import textwrap

MEBIBYTE = 1 << 20
UNITS = {"": 1, "kib": 1 << 10, "mib": MEBIBYTE, "gib": 1 << 30}
AMOUNT = r"([+-]?[\d,_' ]*\.?\d+(?:e\d\d?)?)\s*([KMG]iB)?(?:\s*(?:a second|/s))?"
IDLE = {"heap": 2 * MEBIBYTE}  # what a program may hold more or less without any load
IDLE_COUNT = 5
NOUNS = {"fds": "open descriptors", "heap": "heap in use"}
WHERE = {
    "tasks": "A task is named by the line in which it waits and by the one that spawned it.",
    "heap": "Memory is named by the line that allocated it. The line may be sound: ask who keeps what it made.",
    "fds": "A descriptor is named by the line that opened it. The close that is missing has no line.",
    "gauge": "A gauge of the program's own has a name and no line.",
}


def noun(pair):
    return NOUNS.get(pair["gauge"], pair["gauge"])


def amount(text, pair):
    """A number as a learner may write it; for the heap MiB unless it says otherwise."""
    is_heap = pair["gauge"] == "heap"
    found = re.fullmatch(AMOUNT, text.strip(), re.IGNORECASE)
    if not found:
        raise ValueError("accepted is a number" + " of MiB, or with KiB or GiB behind it" * is_heap)
    return float(re.sub(r"[,_' ]", "", found[1])) * UNITS[(found[2] or "MiB" * is_heap).lower()]


def quantity(number, pair):
    """A number of the gauge for people."""
    if number is None:
        return "not watched"
    if pair["gauge"] == "heap":
        size, unit = (number / MEBIBYTE, "MiB") if abs(number) >= MEBIBYTE / 10 else (number / 1024, "KiB")
        return f"{size:,.{0 if abs(size) >= 100 else 1}f} {unit}"
    return f"{number:,.0f}" if abs(number) >= 10 or number == int(number) else f"{number:.1f}"


def text(value, pair):
    """An answer, or what came, for the table."""
    if value is None:
        return "-"
    return value if isinstance(value, str) else quantity(value, pair)


def wrapped(sentences):
    return textwrap.fill(sentences, 98, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def base(function):
    """produce of leaklab::produce(channel<int>&)"""
    return re.sub(r"\(.*|<.*", "", function).rpartition("::")[2]


class Measured:
    """What came of a run of both twins, and what that says of an answer."""

    def __init__(self, pair, rate, leaky, fixed, report):
        self.pair, self.rate, self.report = pair, rate, report
        gauge = pair["gauge"]
        self.leaky, self.fixed = leaky["end"][gauge], fixed["end"][gauge]
        self.leaky_before, self.fixed_before = leaky["start"][gauge], fixed["start"][gauge]
        self.seconds, self.offered = leaky["end"]["seconds"], leaky["end"]["offered"]
        self.verdict = leaky["verdict"]["verdict"]
        self.is_known = self.verdict in ("leaking", "growing", "held", "steady", "bounded")
        over_all = (self.leaky - self.leaky_before) / self.seconds
        self.growth = leaky["verdict"]["per_second"] if self.is_known else over_all
        kind = gauge if gauge in WHERE else "gauge"
        named = [finding for finding in report["findings"] if finding["kind"] == kind and
                 (kind != "gauge" or finding["what"] == gauge)]
        self.finding = (named or report["findings"] or [None])[0]

    def says(self, number):
        return quantity(number, self.pair)

    def near(self, one, other):
        """Within a fifth, or within what a program may hold more or less without any load."""
        return abs(one - other) <= max(abs(other) / 5, IDLE.get(self.pair["gauge"], IDLE_COUNT))

    def is_level(self, answer, came, before):
        """Whether that is what came; who did not know what was there before the load may have left it out."""
        return self.near(answer, came) or self.near(answer, came - before)

    def mark(self, question):
        """Fills in what came, whether the answer is right, and why not."""
        question.came = {"leaky": self.leaky, "fixed": self.fixed, "growth": self.growth, "verdict": self.verdict,
                         "named": self.name()}[question.key]
        known = question.came is not None and (self.is_known or question.key not in ("growth", "verdict"))
        answer = question.predicted
        if not known:
            question.why = "" if answer is None else ("The run was too short, or the machine too busy, for a verdict; "
                                                      "--seconds 10 runs for longer.")
        elif answer is not None:
            question.right = {
                "leaky": lambda: self.is_level(answer, self.leaky, self.leaky_before),
                "fixed": lambda: self.is_level(answer, self.fixed, self.fixed_before),
                "growth": lambda: abs(answer - self.growth) <= max(abs(self.growth) / 5, 1),
                "verdict": lambda: answer == self.verdict,
                "named": lambda: self.is_named(answer),
            }[question.key]()
            if not question.right:
                question.why = getattr(self, f"why_{question.key}")(answer)

    @staticmethod
    def places(finding):
        return [place for place in (finding["waits_at"], finding["spawned_at"], *finding["places"]) if place]

    def name(self):
        """The finding in a few words: what it is called, and where it is."""
        if not self.finding:
            return None
        place = next((f"{base(place['function'])}, {place['file'].rpartition('/')[2]}:{place['line']}"
                      for place in self.places(self.finding)), "")
        return ", ".join(filter(None, [self.finding["what"], place]))

    def is_named(self, answer):
        """In any finding, by operation, function or line; the function with or without its class, the line with or
        without its file."""
        answer = re.sub(r"\(.*", "", answer.strip().lower().removeprefix("line ").removeprefix("the "))
        places = [place for finding in self.report["findings"] for place in self.places(finding)]
        if line := re.fullmatch(r"(?:.*:)?(\d+)", answer):
            return int(line[1]) in [place["line"] for place in places]
        names = [base(place["function"]) for place in places] + [finding["what"] for finding in self.report["findings"]]
        return answer.rpartition("::")[2] in [name.lower() for name in names if name]

    def left_by_each(self):
        """How much an event leaves behind, in words."""
        each = self.growth / self.rate
        if self.pair["gauge"] == "heap":
            return f"each of the {self.rate:g} events a second keeps {self.says(each)}"
        if abs(each - 1) < 0.1:
            return f"each of the {self.rate:g} events a second leaves one"
        return f"{self.rate:g} events a second leave {self.says(self.growth)}"

    def why_leaky(self, answer):
        besides = self.leaky - self.leaky_before - self.growth * self.seconds
        more = ""
        if abs(besides) > max(self.leaky / 50, IDLE.get(self.pair["gauge"], 2)):
            more = f", {'and' if besides > 0 else 'less'} {self.says(abs(besides))}{' besides' * (besides > 0)},"
        sum_up = (f"{self.says(self.leaky_before)} before the load, then {self.says(self.growth)} a second for "
                  f"{self.seconds:.3g} s{more} make {self.says(self.leaky)}: {self.left_by_each()}.")
        if self.offered < 0.9 * self.rate * self.seconds:
            sum_up = (f"The machine was short of processor time: of {self.rate * self.seconds:,.0f} events it "
                      f"started {self.offered:,}. " + sum_up)
        if self.near(answer, self.leaky_before):
            return "What an event adds does not go again. " + sum_up
        if abs(answer - self.growth) <= self.growth / 5:
            return "That is what one second adds. " + sum_up
        if self.counted_events(answer, self.seconds):
            return "That is how many events there were. " + sum_up
        return sum_up

    def counted_events(self, answer, seconds):
        """Whether the answer is the number of events, and that is not what they leave."""
        return (self.pair["gauge"] != "heap" and abs(answer - self.rate * seconds) <= self.rate * seconds / 5
                and abs(self.growth - self.rate) > self.rate / 5)

    def why_fixed(self, answer):
        held = (f"It had {self.says(self.fixed_before)} before the load and {self.says(self.fixed)} at its end: what "
                "it keeps on purpose, and what is under way.")
        return "The same load came to it, and what an event adds goes again. " + held if answer > self.fixed else held

    def why_growth(self, answer):
        over = f"The gauge rose by {self.says(self.growth)} a second: {self.left_by_each()}."
        if self.counted_events(answer, 1):
            return "That is the rate of the load. " + over
        return over

    def why_verdict(self, answer):
        patience = self.report["patience_seconds"]
        came = {
            "leaking": f"The floor of the gauge rose in each fifth of the time, for more than the {patience:g} s after "
                       "which that is called leaking.",
            "growing": f"The rise was younger than the {patience:g} s after which it is called leaking.",
            "held": "The rise had stopped before the end of the load, and what came did not go.",
            "steady": "The floor of the gauge did not rise throughout.",
            "bounded": "The gauge has a bound and was below it.",
        }[self.verdict]
        said = {"growing": " Growing is what it is called before.", "held": " Held is said of a rise that has stopped.",
                "steady": " Steady is said when the floor stays where it is."}
        return came + said.get(answer, "")

    def why_named(self, answer):
        places = [f"{base(place['function'])} in {place['file'].rpartition('/')[2]}:{place['line']}"
                  for place in self.places(self.finding)]
        named = " and ".join(filter(None, [f'"{self.finding["what"]}"' if self.finding["what"] else "", *places]))
        return f"It named {named}. {WHERE[self.finding['kind']]}"
