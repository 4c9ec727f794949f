"""What leaks in a running service: asks its endpoint, question by question, and shows each answer.

ADDRESS is http://HOST:PORT, HOST:PORT, a port of this machine, or unix:PATH: any service that keeps a leaklab::endpoint.
Ends in a category, the line, the pair of the lab that is like it, the first question to put to the code, and commands.
Changes nothing in the service. To see what can still wake a task, or who holds memory, the service forks itself: all its
threads stand still for some milliseconds, longer if it has many gigabytes; --no-pause leaves these questions out.
Takes up to eight seconds; while the verdict is not known, up to --wait more.
"""
import collections
import json
import math
import os.path
import re
import sys
import textwrap
import time

import pairs

from . import facts, service, tree

NAME = "diagnose"
EPILOG = """Exit status: 0 healthy; 1 something leaks, grows or is held; 2 wrong usage, or nobody answers; 3 not known yet;
130 interrupted."""
STATUS = {"healthy": 0, "not known yet": 3, "being filled": 3}  # of a leaf; all others are findings
WIDTH = 110
BLIND = ("rises below 5 (heap: 1 MiB), leaks under a falling load, memory that is not malloc's, threads, "
         "what no gauge counts")


def add_options(parser):
    parser.epilog = EPILOG
    parser.add_argument("address", metavar="ADDRESS", nargs="?", help="of the service's endpoint")
    parser.add_argument("--wait", metavar="TIME", default="30s",
                        help="for a verdict that is not known yet, such as 0s or 2m [30s]")
    parser.add_argument("--token-file", metavar="FILE", help="of the token that the endpoint wants")
    parser.add_argument("--no-pause", action="store_true", help="ask nothing for which the service has to stand still")
    parser.add_argument("--json", action="store_true", help="the same as one JSON object")
    parser.add_argument("--tree", choices=("text", "mermaid"), nargs="?", const="text", help="print the tree, ask nobody")


def run(chosen):
    if chosen.tree:
        diagrams = (tree.mermaid(*part) for part in tree.DIAGRAMS)
        print("\n".join(tree.text()) if chosen.tree == "text" else "\n\n".join(diagrams))
        return 0
    try:
        if not chosen.address:
            raise service.Unusable(f"an address is missing; accepted is {service.ACCEPTED}")
        asked = service.Service(chosen.address, token_in(chosen.token_file))
        return Diagnosis(asked, duration(chosen.wait), chosen.json, not chosen.no_pause).run()
    except service.Unusable as fault:
        print(f"lab diagnose: {fault}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def token_in(name):
    if name is None:
        return None
    try:
        token = open(name, encoding="utf-8").read().strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise service.Unusable(f"{name}: {fault.strerror if isinstance(fault, OSError) else 'is no text'}") from None
    if not re.fullmatch(r"[!-~]+", token):  # a header takes no other
        raise service.Unusable(f"{name}: {'holds no token' if token else 'is empty'}; accepted is the file that the "
                               "service was given, one word of printable ASCII")
    return token


def duration(text):
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m)", text)
    if not found:
        raise service.Unusable(f'"{text}" is not a time to wait; accepted is a number with ms, s or m, such as 30s')
    return float(found[1]) * {"ms": 0.001, "s": 1, "m": 60}[found[2]]


def relative(file):
    """A path of this tree from its root on, another one as it is."""
    return os.path.relpath(file, pairs.ROOT) if file.startswith(f"{pairs.ROOT}/") else file


def short(function):
    """The function; a long one without what is inside its arguments' templates."""
    return function if len(function) <= 60 else facts.without_templates(function, "\0").replace("\0", "<...>")


def end_of(held):
    """What a path of references ends in."""
    return "nothing any more" if held["root"]["kind"] == "lost" else held["root"]["text"]


def way_to(held):
    """The blocks of a path that have a name, from its end to the object."""
    for block in reversed(held["holders"][1:]):
        if block["callback"]:
            yield f"a std::function of {short(block['callback'])}"
        elif block["what"]:
            yield short(block["what"])
        elif line := block["allocated_by"]:
            yield f"what {facts.bare(line['function'])} allocated in {os.path.basename(line['file'])}:{line['line']}"


class Diagnosis:
    def __init__(self, asked, wait, as_json, may_pause):
        self.service, self.as_json = asked, as_json
        self.patterns = {pair["pattern"]: pair for pair in pairs.load()}
        self.steps = []
        self.say(f"Asking {asked}")
        self.case = facts.Case(asked, self.first_report(wait), may_pause)

    def say(self, text="", indent="", hang=None):
        if not self.as_json:
            hang = indent if hang is None else hang
            print(textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=hang, break_long_words=False,
                                break_on_hyphens=False), flush=True)

    def first_report(self, wait):
        """Asks until the verdict is known, or the time for that is over."""
        end = time.monotonic() + wait
        while (report := self.service.report())["verdict"] == "not known":
            needed = max(0.2, report["seconds_needed"])
            if (left := end - time.monotonic()) <= 0:
                break
            self.say(f"Not known yet: {needed:.1f} s more. Waiting.")
            time.sleep(min(needed, left))
        return report

    def run(self):
        name = tree.START
        while name in tree.QUESTIONS:
            name = self.step(name)
        status = STATUS.get(name, 1)
        outcome = {"status": status, "verdict": self.case.report["verdict"], "address": str(self.service),
                   "steps": self.steps, "leaf": name}
        outcome |= self.finding(tree.LEAVES[name]) if self.case.finding else self.no_finding()
        if self.as_json:
            print(json.dumps(outcome, indent=1))
        return status

    def step(self, name):
        question = tree.QUESTIONS[name]
        answer, evidence = facts.FUNCTIONS[name](self.case)
        if not evidence:  # the endpoint is older than the question, or must not be asked
            return question.answers[answer]
        self.steps.append({"question": name, "asks": question.asks, "evidence": evidence, "answer": answer})
        self.say()
        self.say(f"{len(self.steps)}. {question.asks}", hang="   ")
        self.say(evidence, "   ", "     ")
        self.say(f"-> {answer}", "   ")
        return question.answers[answer]

    # where it ends

    def no_finding(self):
        report = self.case.report
        figures = ", ".join(f"{name} {word}" for name, word in report["figures"].items())
        unwatched = "; ".join(f"{name}: {why}" for name, why in report["not_watched"].items())
        self.say()
        if report["verdict"] == "not known":
            needed = report["seconds_needed"]
            self.say(f"Not known yet: {needed:.1f} s more. Ask again, or with --wait {math.ceil(needed) + 1}s.")
        else:
            self.say(f"Healthy, for the {report['watched_seconds']:.0f} s that were watched: {figures}.")
            if unwatched:
                self.say(f"Not watched: {unwatched}.")
            self.say(f"Not seen: {BLIND}.")
            self.say("Resident memory rises all the same? See visual-guides/memory-leak-flowchart.md.")
        return {"figures": report["figures"], "not_watched": report["not_watched"], "not_seen": BLIND}

    def finding(self, leaf):
        case = self.case
        sites = self.sites()
        own = next((found for site in sites if (found := self.own_pair(site["file"]))), None)
        like = [own, *(name for name in leaf.like if name != own)] if own in self.patterns else list(leaf.like)
        known = [own] if own in self.patterns else leaf.like
        categories = [path.name for path in pairs.ROOT.glob(f"{leaf.category}.*")] if leaf.category else list(
            dict.fromkeys(self.patterns[name]["category"] for name in known))
        self.say()
        self.say(f"Diagnosis: {case.finding['verdict']}: {leaf.says}", hang="  ")
        self.row("category", ", or ".join(categories) or "none: only the program knows what it counts")
        for site in sites:
            self.row(site["what"], f"{short(site['function'])}  {relative(site['file'])}:{site['line']}")
        if not sites:
            self.row("line", "none is known; the commands below go on")
        held_by = self.holders()
        commands = self.commands(leaf, like[0] if like else None)
        for index, name in enumerate(like):
            pair = self.patterns[name]
            self.row("or like" if index else "like", f"{name}: {pair['title']}")
            self.row("", f"{pair['category']}/README.md#{name}")
        if own in self.patterns:
            alone = "" if leaf.like[:1] == (own,) else "; what the endpoint shows alone does not tell it from the others"
            self.row("that line", f"is the lab's own, of the pair {own}{alone}")
        elif own:
            self.row("that line", f"is the lab's own, of the exercise {own}; what is to be seen is a likeness")
        if case.finding["verdict"] == "held":
            self.say("It has stopped. A start-up, or a cache that is full, looks the same: ask again under load.")
        elif case.finding["verdict"] == "growing":
            self.say("A load that rises looks the same: ask again when it has lasted for longer.")
        if case.looks:
            longest = max(pause for _, pause in case.looks)
            self.say(f"To see what refers to what, the service forked itself: it stood still for up to {longest:.1f} ms.")
        self.say()
        self.say(f"First question: {leaf.ask}", hang="  ")
        self.say("Next:")
        for command in commands:
            if not self.as_json:
                print(f"  {command}")
        return {"categories": categories, "figure": case.finding["kind"], "sites": sites,
                "held_by": held_by, "by_evidence": list(leaf.like), "like": like, "own": own, "says": leaf.says,
                "first_question": leaf.ask, "pauses_ms": [pause for _, pause in case.looks], "next": commands}

    def row(self, what, words):
        self.say(f"{what:<12} {words}", "  ", " " * 15)

    def own_pair(self, file):
        """The pair or the exercise of the lab whose source this is."""
        found = re.search(r"/([1-9]\.[^/]+)/(examples|exercises)/([^/]+)/(?:leaky|fixed)\.cpp$", file)
        known = found and any(pair["category"] == found[1] for pair in self.patterns.values())
        return found[3] if known and (found[2] == "exercises" or found[3] in self.patterns) else None

    def sites(self):
        """The lines of the finding: its own; of a gauge those of the memory that rises with it, and where it stands."""
        finding = self.case.finding
        found = [(what, finding[key]) for key, what in (("waits_at", "waits in"), ("spawned_at", "spawned by"))]
        what = {"fds": "opened by", "heap": "allocated by", "gauge": "memory by"}.get(finding["kind"])
        beside = [finding] if finding["kind"] != "gauge" else self.case.of("heap")
        found += [(what, place) for other in beside for place in other["places"]][:3]
        if finding["kind"] == "fds" and not finding["places"]:
            accepting = [task for task in self.case.tasks[0] if task["operation"] == "accept" and task["frames"]]
            found += [("accepted by", task["frames"][0]) for task in accepting[:3]]
        sites = [{"what": what, "function": place["function"], "file": place["file"], "line": place["line"]}
                 for what, place in found if place and place["file"]]
        return sites + (list(self.declarations(finding["what"])) if finding["kind"] == "gauge" else [])

    def holders(self):
        """What most of the oldest objects of the memory that rises hang on, and what their paths go through."""
        place, why = self.case.held
        if not place or not (objects := place["objects"]):
            if why:
                self.row("held by", why)
            return None
        ends = collections.Counter(end_of(each) for each in objects)
        end, count = ends.most_common(1)[0]
        if count * 2 <= len(objects):
            self.row("held by", f"no one thing: {'; '.join(ends)}")
            return None
        ways = collections.Counter(tuple(way_to(each)) for each in objects if end_of(each) == end)
        through = list(ways.most_common(1)[0][0])
        self.row("held by", f"{end} ({count} of the {len(objects)} oldest objects)")
        if through:
            self.row("", f"through {', '.join(through)}")
        return {"end": end, "objects": count, "of": len(objects), "through": through}

    def declarations(self, gauge):
        """Where the sources that tasks run in, if this machine has them, name the gauge: the endpoint has no line."""
        frames = [frame for task in self.case.tasks[0] for frame in [*task["frames"], task["spawned_at"]] if frame]
        for file in sorted({frame["file"] for frame in frames}):
            try:
                with open(file, encoding="utf-8") as source:
                    for number, line in enumerate(source, 1):
                        if f'"{gauge}"' in line:
                            yield {"what": "counted by", "function": f'the gauge "{gauge}"', "file": file, "line": number}
            except (OSError, UnicodeDecodeError):
                continue

    def commands(self, leaf, pattern):
        finding = self.case.finding
        words = {"url": self.service.url, "task": finding["example_task"], "what": finding["what"]}
        commands = [command.format(**words) for command in leaf.look]
        commands += [f"curl -s '{self.service.url}{path}'" for path, _ in self.case.looks]
        commands = [command.replace("curl", self.service.curl(), 1) for command in commands]
        if pattern:
            folder = f"{self.patterns[pattern]['category']}/examples/{pattern}"
            commands += [f"scripts/side-by-side {pattern}", f"diff -u {folder}/leaky.cpp {folder}/fixed.cpp"]
        return commands
