"""Asks for your numbers before a pair runs, and shows them beside what came.

It shows the leaky program without the comment at its fault, asks five questions, runs both programs at once, and says
of each answer that was off what makes the difference. Enter alone leaves a question out. A number is right within a
fifth, with or without what the program held before the load. Answers may come from a pipe, one a line.
"""
import argparse
import dataclasses
import json
import sys
import time

import pairs

from . import build, exercise, explain, launch, paint, patterns, progress, service

NAME = "predict"
VERDICTS = "leaking", "growing", "held", "steady"
EPILOG = """Exit status: 0 all five were right; 1 one was not, or was left out; 2 wrong usage, or no answer at all; 3
the run could not tell."""


def add_options(parser):
    parser.epilog = EPILOG
    parser.add_argument("pattern", metavar="PATTERN", help="a pair or an open exercise; `lab list` shows them")
    parser.add_argument("--seconds", type=positive, metavar="S", help="how long the load lasts [as its pair.json says]")
    parser.add_argument("--rate", type=positive, metavar="RATE", help="events a second [as its pair.json says]")
    parser.add_argument("--json", action="store_true", help="the outcome as one JSON object; the questions on stderr")


def positive(text):
    """A number above 0, as an option takes it."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number <= 1e6:
        raise argparse.ArgumentTypeError(f"accepted is a number above 0, and {text} is none")
    return number


@dataclasses.dataclass
class Question:
    """What is asked, what was answered, what came, whether that is the same, and if not, why."""

    key: str
    label: str
    asks: str
    predicted: float | str | None = None
    came: float | str | None = None
    right: bool | None = None
    why: str = ""


def questions(pair, seconds):
    """In the order in which they are asked."""
    name, gauge, unit = pair["pattern"], explain.noun(pair), " in MiB" if pair["gauge"] == "heap" else ""
    return [
        Question("leaky", f"{gauge}, leaky", f"{gauge} of {name}-leaky after {seconds:g} s{unit}"),
        Question("fixed", f"{gauge}, fixed", f"{gauge} of {name}-fixed after {seconds:g} s{unit}"),
        Question("growth", "growth a second, leaky", f"growth of the leaky one a second{unit}"),
        Question("verdict", "verdict, leaky", f"its verdict ({', '.join(VERDICTS)})"),
        Question("named", "named", "what /debug/leaks names: a line of leaky.cpp, a function, an operation or a gauge"),
    ]


def parsed(question, text, pair):
    """The answer as it is compared; ValueError with what is accepted."""
    if question.key == "named":
        return text
    if question.key == "verdict":
        found = [word for word in VERDICTS if word.startswith(text.lower())]
        if len(found) != 1:
            raise ValueError(f"accepted is one of {', '.join(VERDICTS)}")
        return found[0]
    return explain.amount(text, pair)


class Asking:
    """Questions on a terminal are put again after a slip; from a pipe a slip is the end."""

    def __init__(self, out):
        self.out, self.is_terminal, self.ended = out, sys.stdin.isatty(), False

    def ask(self, question, pair):
        while not self.ended:
            print(f"{question.asks}: ", end="", file=self.out, flush=True)
            line = sys.stdin.readline()
            self.ended = not line
            if not self.is_terminal or self.ended:
                print(line.strip(), file=self.out, flush=True)
            if not line.strip():
                return
            try:
                question.predicted = parsed(question, line.strip(), pair)
                return
            except ValueError as fault:
                if not self.is_terminal:
                    pairs.die(2, f'"{line.strip()}" is no answer to "{question.asks}"; {fault}')
                print(f"  {fault}; Enter alone leaves it out", file=self.out)


def source(pair):
    """leaky.cpp with its lines' numbers, without what it includes and without the comment that tells the fault."""
    text = (patterns.folder(pair) / "leaky.cpp").read_text()
    hidden = exercise.TELLING.sub(lambda told: "\0\n" * told[0].count("\n"), text)
    for number, line in enumerate(hidden.splitlines(), 1):
        if not line.startswith(("\0", "#include")):
            yield f"{number:3}  {line}".rstrip()


def introduce(pair, rate, seconds, out):
    print(f"{pair['pattern']}-leaky, {patterns.folder(pair).relative_to(pairs.ROOT)}/leaky.cpp\n", file=out)
    print("\n".join(source(pair)), file=out)
    print(f"\nThe load is {rate:g} events a second, one for each turn of the clock, and lasts {seconds:g} s. "
          "What will come? Enter alone leaves a question out.\n", file=out)


def measure(pair, rate, seconds):
    """What both programs report, and what the leaky one's endpoint says at the end of its load."""
    name, time_of_load = pair["pattern"], f"{seconds * 1000:.0f}ms"
    options = ["--port", "0", "--json", "--interval", time_of_load, "--duration", time_of_load, "--rate", f"{rate:g}"]
    events, report, began = ({}, {}), None, time.monotonic()
    commands = [[pairs.BIN / f"{name}-{twin}", *options] for twin in patterns.TWINS]
    with launch.running(*commands) as programs, paint.Bar("both run") as bar:
        for program, line in launch.lines(programs):
            if program:
                seen = events[programs.index(program)]
                event = json.loads(line)
                seen.setdefault(event["event"], event)
                if event["event"] == "serving" and program is programs[0]:
                    report = service.Service(event["url"]).report()
            if all("serving" in seen for seen in events):
                return explain.Measured(pair, rate, *events, report)
            passed = min(time.monotonic() - began, seconds)
            bar.show(passed, seconds, f"{passed:.0f} of {seconds:g} s")
    pairs.die(2, f"{name}: a program ended before its load did")


def show(asked, pair):
    """A table of the answers beside what came, then the reasons."""
    marks = {True: ("right", "green"), False: ("off", "yellow"), None: ("could not tell", "yellow")}
    rows = [("", "yours", "came"), *((question.label, explain.text(question.predicted, pair),
                                      explain.text(question.came, pair)) for question in asked)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    print()
    for question, row in zip([None, *asked], rows):
        word, colour = marks[question.right] if question and question.predicted is not None else ("", "dim")
        print("  ".join([*map(str.ljust, row, widths), paint.paint(word, colour)]).rstrip())
    for question in asked:
        if question.why:
            print(f"\n{paint.paint(question.label, 'bold')}\n{explain.wrapped(question.why)}")


def run(chosen):
    pair = patterns.find(chosen.pattern)
    seconds, rate = chosen.seconds or pair["seconds_to_tell"], chosen.rate or pair["rate"]
    sources = patterns.programs(pair)
    out = sys.stderr if chosen.json else sys.stdout
    for twin in patterns.TWINS:
        build.ensure([f"{pair['pattern']}-{twin}"], [sources[twin]])
    introduce(pair, rate, seconds, out)
    began, asking, asked = time.monotonic(), Asking(out), questions(pair, seconds)
    for question in asked:
        asking.ask(question, pair)
    if all(question.predicted is None for question in asked):
        pairs.die(2, "no question was answered, so nothing was run")
    minutes = (time.monotonic() - began) / 60

    measured = measure(pair, rate, seconds)
    for question in asked:
        measured.mark(question)
    right = sum(question.right is True for question in asked)
    progress.record("predict", pair["pattern"], f"{right} of {len(asked)}", progress.spent(minutes))
    if chosen.json:
        print(json.dumps({"pattern": pair["pattern"], "seconds": seconds, "rate": rate, "right": right,
                          "of": len(asked), "questions": list(map(dataclasses.asdict, asked))}, indent=2))
    else:
        show(asked, pair)
        print(f"\n{right} of {len(asked)} right.")
    untold = any(question.right is None and question.predicted is not None for question in asked)
    return 3 if untold else int(right < len(asked))
