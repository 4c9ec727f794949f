"""Runs the shop with a fault that you do not know, tells the symptom, and takes your diagnosis.

The number decides the fault, the load and the noise; it is the same everywhere, so that a class can share one. The
service goes on until you have named the category of the fault, the lines, and what would repair it; look at it from a
second terminal or in a browser. A hint costs 10 points of 100, and so does a part of a diagnosis that is wrong. Answers
may come from a pipe, one a line. Ctrl+C ends everything that was started.
"""
import contextlib
import json
import random
import re
import sys
import time

import pairs

from . import build, launch, monitoring, mystery_cases, paint, patterns, progress, quiz, service

NAME = "mystery"
EPILOG = """Exit status: 0 solved; 1 given up; 2 wrong usage, no answer at all, or a program that could not be started;
3 the symptom did not show on this machine; 130 after Ctrl+C."""
PRICE = 10  # points, of a hint and of a part that is wrong
PARTS = {
    "category": "category, 1 to 5",
    "place": "file and line, or file and function",
    "fix": "what would repair it, a number or a word of the list",
}
COMMANDS = "`hint` (10 points), `look` (the figures now), `list` (the repairs), `give up`"
EVIDENCE = {  # of a finding's kind: where more is said of it
    "tasks": "/debug/pprof/task?debug=1",
    "heap": "/debug/pprof/heap?debug=1",
    "fds": "/debug/pprof/fd?debug=1",
    "gauge": "/debug/vars",
}


def add_options(parser):
    parser.epilog = EPILOG
    parser.add_argument("seed", metavar="SEED", nargs="?", help="1 to 60 [one that you have not solved]")
    parser.add_argument("--json", action="store_true", help="the outcome as one JSON object; the game is on stderr")


def chosen_seed(text):
    if text is None:
        standing = progress.standing(progress.entries())
        left = [seed for seed in mystery_cases.SEEDS
                if not ((event := standing.get(("mystery", str(seed)))) and event.solved)]
        return random.choice(left or list(mystery_cases.SEEDS))
    if not re.fullmatch(r"\d{1,3}", text) or int(text) not in mystery_cases.SEEDS:
        pairs.die(2, f'"{text}" is no seed; accepted is a number from 1 to {mystery_cases.SEEDS[-1]}')
    return int(text)


class Game:
    """One diagnosis: what is asked, what it has cost, what /debug/leaks has said meanwhile."""

    def __init__(self, case, watched, report, out):
        self.case, self.watched, self.out = case, watched, out
        self.reports, self.hints, self.wrong, self.answered = [report], 0, 0, 0
        self.began, self.minutes = time.monotonic(), 0

    @property
    def points(self):
        return max(PRICE, 100 - PRICE * (self.hints + self.wrong))

    def say(self, text, colour=None):
        print(paint.paint(text, colour, self.out) if colour else text, file=self.out, flush=True)

    def hint(self):
        kinds = {"tasks": "the tasks", "heap": "the heap", "fds": "the descriptors",
                 "gauge": f'the gauge "{self.case.gauge}"'}
        steps = [f"In /debug/leaks, follow {kinds[self.case.kind]}; what else rises is noise, or comes of it. "
                 f"{EVIDENCE[self.case.kind]} says more.",
                 f"It is a fault of category {self.case.pair['category']}.",
                 f"Read shop/src/{self.case.place.file}."]
        if self.hints == len(steps):
            return self.say("No hint is left; `give up` shows the answer.")
        self.say(steps[self.hints], "cyan")
        self.hints += 1

    def ask(self, part):
        """An answer to this part, after whatever else was typed; None when the learner gives up or the input ends."""
        while True:
            line = quiz.said(f"{PARTS[part]}: ", self.out)
            typed = " ".join(line.lower().split())
            if typed == "give up" or not line and not sys.stdin.isatty():
                self.answered += bool(line)
                return None
            if typed == "hint":
                self.answered += 1
                self.hint()
            elif typed == "look":
                monitoring.page(self.case, self.watched, self.out)
            elif typed == "list":
                show_fixes(self.out)
            elif typed in ("", "help", "?"):
                self.say(f"Also taken: {COMMANDS}.")
            else:
                try:
                    return PARSERS[part](line)
                except ValueError as fault:
                    if not sys.stdin.isatty():
                        pairs.die(2, f'"{line}": {fault}')
                    self.say(str(fault))

    def is_right(self, part, answer):
        if part == "category":
            return answer == self.case.category
        if part == "fix":
            return answer in self.case.pair["strategy"]
        with contextlib.suppress(service.Unusable):
            self.reports.append(self.watched.endpoint.report())
        return self.case.is_place(*answer, self.reports)

    def play(self):
        """Whether it was solved; how long it took."""
        solved = self.diagnose()
        self.minutes = (time.monotonic() - self.began) / 60
        return solved

    def diagnose(self):
        """Whether all parts were found. What was right is not asked again."""
        open_parts = list(PARTS)
        while open_parts:
            given = {}
            for part in open_parts:
                given[part] = self.ask(part)
                if given[part] is None:
                    return False
                self.answered += 1
            right = {part: self.is_right(part, answer) for part, answer in given.items()}
            for part, found in right.items():
                self.say(f"  {part:9} {'right' if found else 'not this one'}", "green" if found else "yellow")
            self.wrong += sum(not found for found in right.values())
            open_parts = [part for part in open_parts if not right[part]]
        return True


def category(text):
    if not re.fullmatch("[1-5]", text):
        raise ValueError("accepted is a number from 1 to 5: " + ", ".join(patterns.categories()))
    return int(text)


def place(text):
    """`feed.cpp:54`, `shop/src/feed.cpp serve`, `feed::serve()` -> file, line, function; what is not named is None."""
    file = re.search(r"([\w-]+\.[ch]pp)\b", text)
    rest = text[file.end():] if file else text
    if file and not (mystery_cases.SOURCES / file[1]).is_file():
        raise ValueError(f"shop/src has no {file[1]}")
    if line := re.fullmatch(r"[\s:,]*(?:line )?\s*(\d{1,6})\b.*", rest):
        if not file:
            raise ValueError("accepted is a file of shop/src with a line or a function, such as feed.cpp:20")
        return file[1], int(line[1]), None
    if named := re.fullmatch(r"[\s:,]*((?:~?\w+::)*~?\w+)\s*(\(.*\))?\W*", rest):
        return file and file[1], None, named[1].rpartition("::")[2]
    raise ValueError("accepted is a file of shop/src with a line or a function, such as feed.cpp:20 or feed.cpp queue")


def fix(text):
    """A word of the list, or its number."""
    words = list(pairs.STRATEGIES)
    if text.isdigit() and 1 <= int(text) <= len(words):
        return words[int(text) - 1]
    if text.lower() in words:
        return text.lower()
    raise ValueError(f"accepted is 1 to {len(words)}, or {', '.join(words)}")


PARSERS = {"category": category, "place": place, "fix": fix}


def show_fixes(out):
    print(file=out)
    for number, (word, what) in enumerate(pairs.STRATEGIES.items(), 1):
        print(f"{number:>3}  {word:<12} {what}", file=out)
    print(file=out)


def site(named):
    return f"{named['file'].rpartition('/')[2]}:{named['line']}"


def evidence(case, endpoint, reports):
    """The lines of the endpoint that would have told, as sentences."""
    finding = next(found for report in reversed(reports) if (found := case.finding(report)))
    value = f"{finding['value'] / 2**20:.1f} MiB" if case.kind == "heap" else f"{finding['value']:,.0f}"
    told = f"{endpoint}/debug/leaks: {finding['verdict']}, {case.gauge or monitoring.PLAIN[case.kind]}, {value}"
    if finding["waits_at"]:
        told += f", {finding['what']} at {site(finding['waits_at'])}, spawned at {site(finding['spawned_at'])}"
    elif case.sites(finding):
        function, line = case.sites(finding)[0]
        told += f", from {case.place.file}:{line}, {last_part(function)}"
    yield told
    if case.gauge:
        source = (mystery_cases.SOURCES / case.place.file).read_text()
        line = source[:source.index(f'"{case.gauge}"')].count("\n") + 1
        yield f"shop/src/{case.place.file}:{line} declares the gauge \"{case.gauge}\""
    elif frames := stack(case, endpoint):
        yield f"{endpoint}{EVIDENCE[case.kind]}: {frames}"


def stack(case, endpoint):
    """The largest stack of the kind's profile that goes through the fault's file, as far as its first line there."""
    rows = [row for row in endpoint.stacks(EVIDENCE[case.kind]) if case.place.file in map(file_of, row["frames"])]
    if not rows:
        return ""
    row = max(rows, key=lambda row: (row["bytes"], row["count"]))
    leads = row["frames"][:1 + [file_of(frame) for frame in row["frames"]].index(case.place.file)]
    ours = [frame for frame in leads if (mystery_cases.SOURCES / file_of(frame)).is_file()]
    return ", called from ".join(f"{last_part(function)} {file_of((function, file, line))}:{line}"
                                 for function, file, line in ours)


def file_of(frame):
    return frame[1].rpartition("/")[2]


def last_part(function):
    return re.sub(r"\(.*", "()", function).removeprefix("shop::")


def tell(game, endpoint, solved):
    """What it was, and what would have told."""
    case, out = game.case, game.out
    game.say(f"\n{case.pair['pattern']}, category {case.pair['category']}: {case.what}", "bold")
    lines = (mystery_cases.SOURCES / case.place.file).read_text().splitlines()
    game.say(f"{case.place}; the switch `faults.has(…)` stands where the fault would:")
    for number in range(max(case.place.first, case.place.line - 2), min(case.place.last, case.place.line + 2) + 1):
        print(f"  {number:4}  {lines[number - 1]}", file=out)
    for word in case.pair["strategy"]:
        game.say(f"The repair: {word}, {pairs.STRATEGIES[word]}.")
    game.say("\nWhat told:")
    for line in evidence(case, endpoint, game.reports):
        game.say(f"  {line}")
    game.say(f"The pair has it alone: ./lab compare {case.pair['pattern']}")
    if solved:
        game.say(f"\nSolved: {game.points} points, {game.minutes:.0f} min.", "green")


def record(game, solved):
    """Notes the outcome in the learner's progress; the points."""
    note = progress.spent(game.minutes, game.hints)
    outcome = ("solved", f"{game.points} points, {note}") if solved else ("gave up", note)
    progress.record("mystery", str(game.case.seed), *outcome)
    return game.points if solved else 0


def linger(out):
    """Whoever sits at a terminal may look at the evidence before the service ends."""
    if sys.stdin.isatty():
        with contextlib.suppress(KeyboardInterrupt):
            quiz.said("\nThe shop still runs; Enter ends it. ", out)


def sources():
    return [*mystery_cases.SOURCES.glob("*.?pp"), *(mystery_cases.SOURCES.parent / "clients").glob("*.?pp")]


@contextlib.contextmanager
def started(seed):
    """The shop and its clients; its monitoring, its endpoint, and the address of its first page."""
    options = dict(stderr=launch.subprocess.STDOUT)
    with launch.running([pairs.BIN / "shop", "--port", 0, "--debug-port", 0, "--seed", seed], **options) as [shop]:
        said = next((line for program, line in launch.lines([shop]) if program), "")
        found = re.fullmatch(r"shop: http://\S+:(\d+)  endpoint: (http://\S+)", said)
        if not found:
            pairs.die(2, f"the shop did not start: {said or 'it said nothing'}")
        command = [pairs.BIN / "shop-clients", "--port", found[1], "--seed", seed, "--interval", 1]
        with launch.running(command, **options) as [clients]:
            endpoint = service.Service(found[2])
            yield monitoring.Monitoring(shop, clients, endpoint, service.Service(found[1])), endpoint


def run(chosen):
    seed = chosen_seed(chosen.seed)
    out = sys.stderr if chosen.json else sys.stdout
    build.ensure(["shop", "shop-clients"], sources())
    case = mystery_cases.case(seed)
    print(f"Mystery {seed}. The shop runs under load; the pager goes off within a minute or so.", file=out, flush=True)
    try:
        with started(seed) as (watched, endpoint):
            report = monitoring.wait_for_symptom(case, watched)
            monitoring.page(case, watched, out)
            print(f"\nIts live page:   {endpoint}/\nIts endpoint:    {endpoint}/debug/pprof/\n"
                  f"Its sources:     shop/src, what they do: shop/README.md", file=out)
            show_fixes(out)
            print(f"Look for as long as you like. At each question: {COMMANDS}.\n", file=out, flush=True)
            game = Game(case, watched, report, out)
            solved = game.play()
            if not game.answered:
                pairs.die(2, "no diagnosis was given")
            points = record(game, solved)
            tell(game, endpoint, solved)
            linger(out)
    except service.Unusable as fault:
        pairs.die(2, f"the shop has ended: {fault}")
    if chosen.json:
        print(json.dumps({"seed": seed, "solved": solved, "points": points, "hints": game.hints, "wrong": game.wrong,
                          "minutes": round(game.minutes, 1), "pattern": case.pair["pattern"], "category": case.category,
                          "file": f"shop/src/{case.place.file}", "line": case.place.line,
                          "function": case.place.function, "fix": case.pair["strategy"]}, indent=2))
    return int(not solved)
