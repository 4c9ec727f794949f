"""What the endpoint says to each question of the tree: a function for each, named as the question is, that returns the
answer and the evidence for it. `Case` holds what has been asked; what a question needs is asked when it comes up."""
import functools
import json
import os.path
import re
import time
import urllib.parse

from . import service, tree

APART = 2  # seconds between two looks
FINDINGS = "leaking", "growing", "held"
# The first holds what follows.
KINDS = {"tasks": "tasks", "fds": "descriptors", "gauge": "a gauge of the program", "heap": "heap"}
FEW = 5  # tasks; fewer than the verdict takes notice of say nothing
OBJECTS = 5  # of a place, whose holders are asked for; an old word in memory may make one of them look held
DEEP = 4  # frames of one function in one chain that make a recursion
FUNCTIONS = {}


def answers(name):
    def note(function):
        FUNCTIONS[name] = function
        return function
    return note


class Case:
    def __init__(self, asked, report, may_pause=True):
        self.service, self.report, self.may_pause = asked, report, may_pause
        self.is_referred = False  # the memory that rises, as far as that is known
        self.looks = []  # at the memory: (path, how many ms the service stood still for it)
        worst = [finding for finding in report["findings"] if finding["verdict"] == report["verdict"]]
        worst = worst if report["verdict"] in FINDINGS else []
        self.finding = min(worst, key=lambda finding: list(KINDS).index(finding["kind"]), default=None)

    @functools.cached_property
    def before(self):
        """The first look of two."""
        return {"at": time.monotonic(), "vars": self.service.variables(), "report": self.service.report()}

    @functools.cached_property
    def after(self):
        early = self.before
        time.sleep(max(0.0, early["at"] + APART - time.monotonic()))
        return {"at": time.monotonic(), "vars": self.service.variables(), "report": self.service.report()}

    @functools.cached_property
    def tasks(self):
        return self.service.tasks()

    @functools.cached_property
    def descriptors(self):
        return self.service.stacks("/debug/pprof/fd?debug=1")

    @functools.cached_property
    def heap(self):
        """The heap's stacks with those of libraries, twice."""
        path = "/debug/pprof/heap?debug=1&frames=all"
        first = self.service.stacks(path)
        time.sleep(APART)
        return first, self.service.stacks(path)

    def look(self, path, form=""):
        """What the endpoint forks its process for, as text or in another form, or None and why not, which may be empty."""
        if not self.may_pause:
            return None, ""
        text, why = self.service.ask_or_why(path + form)
        if text is not None:
            pause = re.search(r'threads stood still for ([\d.]+) ms|"pause_ms":([\d.eE+-]+)', text)
            self.looks.append((path, float(pause[1] or pause[2]) if pause else 0))
        return text, why

    @functools.cached_property
    def held(self):
        """Who holds the oldest objects of the memory that rises, as the endpoint has it, or None and why it is not known."""
        risen = self.finding if self.finding["kind"] == "heap" else next(iter(self.of("heap")), {"places": []})
        place = next((place for place in risen["places"] if place["file"]), None)
        if self.finding["kind"] not in ("heap", "gauge") or not place:
            return None, ""
        at = "/".join(place["file"].split("/")[-2:])  # enough of it
        query = urllib.parse.urlencode({"at": f"{at}:{place['line']}", "places": 1, "objects": OBJECTS}, safe="/:")
        text, why = self.look(f"/debug/holders?{query}", "&format=json")
        found = [] if text is None else json.loads(text)["places"]
        return next((other for other in found if is_at(place, other["file"], other["line"])), None), why

    def seconds(self):
        return self.after["at"] - self.before["at"]

    def ended(self):
        """How many tasks ended between the two looks."""
        return self.after["vars"]["tasks"]["finished"] - self.before["vars"]["tasks"]["finished"]

    def group(self):
        """The tasks that the finding is about."""
        site = self.finding["waits_at"]
        return [task for task in self.tasks[0] if task["operation"] == self.finding["what"] and task["frames"]
                and site and same_place(task["frames"][0], site)]

    def of(self, kind, report=None):
        return [finding for finding in (report or self.report)["findings"] if finding["kind"] == kind]

    def place(self):
        return self.finding["places"][0] if self.finding["places"] else None


def same_place(one, other):
    return (one["function"], one["file"], one["line"]) == (other["function"], other["file"], other["line"])


def is_at(place, file, line):
    return place and (file, line) == (place["file"], place["line"])


def without_templates(function, instead=""):
    """The name without what is in angle brackets, however deep they are nested."""
    while function != (function := re.sub(r"<[^<>]*>", instead, function)):
        pass
    return function


def bare(function):
    """The name alone: "serve" of "service::serve(int)"."""
    return re.split(r"::|\s", re.sub(r"\(.*", "", without_templates(function)).strip())[-1]


def runs_in(task, place):
    """How many frames of the task's chain are of the function that a place is in."""
    name = bare(place["function"])
    return sum(frame["file"] == place["file"] and bare(frame["function"]) == name for frame in task["frames"])


def amount(finding, value=None):
    value = finding["value"] if value is None else value
    if finding["kind"] == "heap":
        return f"{value / 2**20:.1f} MiB" if value >= 2**20 / 10 else f"{value / 1024:.1f} KiB"
    return f"{value:,.0f}" if value == round(value) or value >= 10 else f"{value:.1f}"


def describe(finding):
    what = finding["what"]
    name = {"tasks": f'tasks in "{what}"' if what else "tasks", "fds": f"descriptors of kind {what}",
            "heap": "heap in use", "gauge": f'gauge "{what}"'}[finding["kind"]]
    pace = f"+{amount(finding, finding['per_second'])} a second over {finding['seconds']:.1f} s"
    if finding["verdict"] == "held":
        pace = f"rose by {amount(finding, finding['rise'])} until {finding['until_seconds']:.0f} s ago"
    return f"{name}: {amount(finding)}, {pace}"


def matches(one, many):
    """Is the one number that of the other, but for a factor of two?"""
    return many / 2 <= one <= many * 2


@answers("verdict")
def verdict(case):
    words = f"{case.report['verdict']}, watched for {case.report['watched_seconds']:.0f} s"
    if case.finding:
        return "a finding", words
    return ("not known" if case.report["verdict"] == "not known" else "no finding"), words


@answers("figure")
def figure(case):
    others = [describe(finding) for finding in case.report["findings"] if finding is not case.finding]
    return KINDS[case.finding["kind"]], "; ".join([describe(case.finding), *others])


@answers("moves")
def moves(case):
    def oldest(report):
        found = [finding for finding in case.of("tasks", report) if finding["what"] == case.finding["what"]
                 and finding["waits_at"] == case.finding["waits_at"]]
        return (found[0]["example_task"], found[0]["oldest_seconds"] or 0) if found else (None, 0)

    (first, waited), (second, still) = oldest(case.before["report"]), oldest(case.after["report"])
    if first is None:
        return "they wait in many places", "the verdict names none"
    if first == second and still > waited + case.seconds() / 2:
        return "no", f"task {first} has waited for {still:.1f} s, and was the one {case.seconds():.1f} s earlier"
    now = f"task {second} after {still:.1f} s" if second else "none"
    return "yes", f"it was task {first} after {waited:.1f} s, and is {now} {case.seconds():.1f} s later"


@answers("woken")
def woken(case):
    text, why = case.look("/debug/pprof/stuck?debug=1")
    if text is None:
        return "yes, or not known", why
    found = service.rows(text)
    here = sum(row["count"] for row in found
               if row["frames"] and is_at(case.finding["waits_at"], *row["frames"][0][1:]))
    others = sum(row["count"] for row in found) - here
    if here:
        return "no", f"nothing can wake {here:,} that wait there" + (f", nor {others:,} elsewhere" if others else "")
    beside = f"; nothing can wake {others:,} that wait elsewhere" if others else ""
    return "yes, or not known", f"something in the program still leads to what they wait in{beside}"


@answers("again")
def again(case):
    return "a timer" if case.finding["what"] == "timer" else "something else", f'in "{case.finding["what"]}"'


@answers("operation")
def operation(case):
    what = case.finding["what"]
    known = {"channel send": "a channel's send", "channel receive": "a channel's receive", "timer": "a timer"}
    sockets = dict.fromkeys(("read", "write", "connect", "receive", "send"), "a socket")
    return (known | sockets).get(what, "something else"), f'in "{what}"' if what else "in many"


@answers("partner")
def partner(case):
    answer, words = operation(case)
    return answer if answer.startswith("a channel's") else "something else", words


@answers("spawner of receivers")
@answers("spawner of callers")
def spawner(case):
    tasks, all_there = case.tasks
    alive = {task["id"] for task in tasks}
    parents = [task["parent"] for task in case.group() if task["parent"]]
    if not parents:
        return "yes", "no task spawned them"
    there = sum(parent in alive for parent in parents)
    if there * 2 >= len(parents):
        return "yes", f"of {len(parents)} there, {there} have a living parent"
    if not all_there:
        return "yes", "not seen: there are more than 10,000 tasks"
    return "no", f"of {len(parents)} there, {len(parents) - there} have a parent that has ended"


@answers("ended")
def ended(case):
    before = case.before["vars"]["tasks"]["finished"]
    return ("yes" if before >= FEW and not case.ended() else "no",
            f"{before:,} ended before, {case.ended():,} in the last {case.seconds():.1f} s")


def accepted(case):
    """How many open descriptors Asio has accepted."""
    return sum(row["count"] for row in case.descriptors
               if any("accept" in function and "asio" in function for function, _, _ in row["frames"]))


@answers("connection")
def connection(case):
    rising = [finding for finding in case.of("fds") if finding["what"] == "socket"]
    if not rising:
        return "not known", "no sockets rise with them"
    if rising[0]["places"]:
        place = rising[0]["places"][0]
        return "a line of the program", f"{bare(place['function'])}, {os.path.basename(place['file'])}:{place['line']}"
    if accepted(case) * 2 >= rising[0]["value"]:
        return "their clients", f"{accepted(case):,} were accepted"
    return "not known", "no line was noted: does the program link leaklab::descriptors?"


@answers("opener")
def opener(case):
    place = case.place()
    if not place:
        if case.finding["what"] == "socket" and accepted(case) * 2 >= case.finding["value"]:
            return "their clients did", f"{accepted(case):,} were accepted"
        return "not known", "no line of the program was noted"
    depth = max((runs_in(task, place) for task in case.tasks[0]), default=0)
    words = f"opened in {bare(place['function'])}, {os.path.basename(place['file'])}:{place['line']}; "
    if depth >= DEEP:
        return "yes, many times over", words + f"one task's chain has it {depth} times"
    return ("yes", words + "a task is in it") if depth else ("no", words + "no task is in it")


@answers("kind")
def kind(case):
    example = case.finding["example_descriptor"]
    words = f"{case.finding['what']}{f', such as {example}' if example else ''}"
    return "sockets" if case.finding["what"] == "socket" else "files or others", words


@answers("steps")
def steps(case):
    """Looks in quick succession: what a loop opens comes in a bunch, and then nothing for some looks."""
    place, counts, end = case.place(), [], time.monotonic() + 2
    while time.monotonic() < end:
        counts.append(sum(row["count"] for row in case.service.stacks("/debug/pprof/fd?debug=1")
                          if any((file, line) == (place["file"], place["line"]) for _, file, line in row["frames"])))
        time.sleep(0.02)
    rises = sorted(after - before for before, after in zip(counts, counts[1:]) if after > before)
    some = ", ".join(f"+{rise}" for rise in rises[:8]) + (" …" if len(rises) > 8 else "")
    words = f"{some} in {len(counts)} looks" if rises else "none came"
    several = len(rises) >= 3 and rises[len(rises) // 2] >= 3 and len(rises) * 2 < len(counts)
    return "several at once" if several else "yes, or not seen", words


@answers("bound")
def bound(case):
    limit = case.finding["bound"]
    passed = limit is not None and case.finding["value"] > limit
    declared = "it declared none" if limit is None else f"its bound {limit:,.0f}"
    return "yes" if passed else "no", f"it is {amount(case.finding)}, {declared}"


@answers("counted")
def counted(case):
    name = case.finding["what"]
    fitting = (answer for answer, words in tree.COUNTED.items() if re.search(words, name, re.I))
    return next(fitting, "something else"), f'"{name}"'


@answers("owners of timers")
def owners_of_timers(case):
    name = case.finding["what"]
    added = case.after["vars"]["gauges"].get(name, 0) - case.before["vars"]["gauges"].get(name, 0)
    words = f"{added:,.0f} timers more and {case.ended():,} tasks ended in {case.seconds():.1f} s"
    if added < 3:
        return "not seen", words
    return "yes" if matches(case.ended(), added) else "no", words


def without_arguments(frame):
    """A frame of the library as its function's name and its file's."""
    return f"{re.sub(r'[(].*', '', without_templates(frame[0]))} {os.path.basename(frame[1])}"


def rows_of(case):
    """The rows of the heap that the finding's function allocated, those of its line first, the largest first, each with
    what the library did on it. It is the memory that is in use; that this function's rises, the verdict has said."""
    place, rows = case.place(), []
    for row in case.heap[1]:
        frames = row["frames"]
        if any((function, file) == (place["function"], place["file"]) for function, file, _ in frames):
            own = next(index for index, frame in enumerate(frames) if frame[1] == place["file"])
            row["library"] = "\n".join(map(without_arguments, frames[:own]))
            row["own line"] = (place["file"], place["line"]) in [frame[1:] for frame in frames]
            rows.append(row)
    return sorted(rows, key=lambda row: (row["own line"], row["bytes"]), reverse=True)


def filled_channel(case):
    """Bytes that channels hold more at the second look than at the first, and those of the whole heap."""
    def held(rows, words):
        return sum(row["bytes"] for row in rows if any(re.search(words, function) for function, _, _ in row["frames"]))
    first, second = case.heap
    return held(second, tree.CHANNEL) - held(first, tree.CHANNEL), held(second, "") - held(first, "")


@answers("filling")
def filling(case):
    below = [finding for finding in case.of("gauge") if finding["verdict"] == "bounded"]
    if not below:
        return "no", "none does"
    full = f", full in about {below[0]['full_in_seconds']:.0f} s" if below[0]["full_in_seconds"] else ""
    return "yes", f"{describe(below[0])}, its bound {below[0]['bound']:,.0f}{full}"


@answers("referred")
def referred(case):
    text, why = case.look("/debug/pprof/lost?debug=1")
    if text is None:
        return "yes, or not known", why
    place = case.place()

    def bytes_of(rows):
        return sum(row["bytes"] for row in rows if not place or any(is_at(place, *frame[1:]) for frame in row["frames"]))

    lost, there = bytes_of(service.rows(text)), bytes_of(case.service.stacks("/debug/pprof/heap?debug=1"))
    case.is_referred = lost * 2 < there
    all_of_it = f"the {there / 2**20:.1f} MiB " + (f"that {bare(place['function'])} allocated" if place else "in use")
    words = f"nothing refers to {lost / 2**20:.1f} of" if lost else "something still refers to all of"
    return "no" if lost and not case.is_referred else "yes, or not known", f"{words} {all_of_it}"


@answers("stack")
def stack(case):
    if not case.place():
        return "not known", "the verdict names no line"
    channel, whole = filled_channel(case)
    beside = f"channels hold {channel / 1024:+,.0f} KiB, of {whole / 1024:+,.0f} KiB in {APART} s"
    if channel > whole / 100 > 0:
        return "fill a channel", beside
    rows = rows_of(case)
    if not rows:
        return "not known", "the profile has no stack of this line"
    size = rows[0]["bytes"] / max(1, rows[0]["count"])
    case.object_bytes = size
    each = f"{rows[0]['count']:,} of {size:,.0f} bytes each; "
    tries = [(answer, rows[0]) for answer in tree.ON_STACK]
    tries += [(answer, row) for answer in tree.BESIDE for row in rows[1:]]
    for answer, row in tries:
        if found := re.search(rf".*({tree.ON_STACK[answer]}).*", row["library"]):
            return answer, f"{each}{'' if row is rows[0] else 'beside them '}{found[0].strip()}"
    if size >= tree.LARGE:
        return "make large buffers", f"{each}no container on the stack"
    return "something else", f"{each}no container on the stack"


@answers("owners of objects")
def owners_of_objects(case):
    if case.is_referred:  # objects that own each other alone are not
        return "no, or not seen", "not counted: something else still refers to them"
    added = case.finding["per_second"] / max(1, case.object_bytes) * case.seconds()
    words = f"about {added:,.0f} objects more and {case.ended():,} tasks ended in {case.seconds():.1f} s"
    return "yes" if case.finding["verdict"] != "held" and matches(case.ended(), added) else "no, or not seen", words
