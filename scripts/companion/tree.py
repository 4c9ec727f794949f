"""The decision tree of `lab diagnose`, as data: what is asked, which answers there are, where each leads.

The facts that answer the questions are in facts.py, by the names that stand here. The diagrams of
visual-guides/detection-decision-tree.md are made from this tree; tests/lab/diagnose_test holds the page against it."""
import dataclasses

START = "verdict"


@dataclasses.dataclass(frozen=True)
class Question:
    asks: str
    answers: dict  # what the fact says -> the name of the next question or of a leaf


@dataclasses.dataclass(frozen=True)
class Leaf:
    says: str
    like: tuple = ()  # pairs of the lab, the likeliest first; the first one gives the category
    ask: str = ""  # the first question to put to the code
    category: int = 0  # where there is no pair
    look: tuple = ()  # commands beside those that every leaf ends in; {url}, {task}, {what} are filled in


TASKS = ("curl -s '{url}/debug/pprof/task?debug=1'",)
WAITS = (*TASKS, "curl -s {url}/debug/resources  # what they wait in, and who else refers to it")
ONE_TASK = ("curl -s '{url}/debug/pprof/task?debug=2&limit=20'",)
TRACE = ("curl -s '{url}/debug/pprof/trace?seconds=5' >trace.json  # for https://ui.perfetto.dev",)
FDS = ("curl -s '{url}/debug/pprof/fd?debug=1'",)
HEAP = ("go tool pprof -top -seconds 5 {url}/debug/pprof/heap",)
GAUGE = ("curl -s {url}/debug/vars | jq .gauges", "grep -rn '\"{what}\"' --include='*.cpp' --include='*.hpp' .")

QUESTIONS = {
    "verdict": Question("What is the verdict?", {
        "not known": "not known yet", "no finding": "healthy", "a finding": "figure"}),
    "figure": Question("What rises? The first of tasks, descriptors, gauges and heap counts.", {
        "tasks": "moves", "descriptors": "opener", "a gauge of the program": "bound", "heap": "filling"}),
    # tasks
    "moves": Question("Does the task that has waited longest get its turn?", {
        "yes": "again", "no": "woken", "they wait in many places": "many places"}),
    "again": Question("What do they wait in?", {"a timer": "tried again", "something else": "backlog of tasks"}),
    "woken": Question("Can anything still wake them?", {"no": "partner", "yes, or not known": "operation"}),
    "partner": Question("What do they wait in?", {
        "a channel's send": "no receiver", "a channel's receive": "no sender", "something else": "abandoned"}),
    "operation": Question("What do they wait in?", {
        "a channel's send": "no receiver", "a channel's receive": "spawner of receivers", "a socket": "connection",
        "a timer": "timer nobody cancels", "something else": "another wait"}),
    "spawner of receivers": Question("Does the task that spawned them still run?", {"no": "no sender", "yes": "ended"}),
    "ended": Question("Did tasks of this program end before, and none ends now?", {
        "yes": "empty pool", "no": "no sender"}),
    "connection": Question("Who opened the connections that they wait on?", {
        "a line of the program": "spawner of callers", "their clients": "idle clients", "not known": "silent peer"}),
    "spawner of callers": Question("Does the task that spawned them still run?", {
        "no": "orphans", "yes": "no deadline"}),
    # descriptors
    "opener": Question("Is a task still in the function that opened them?", {
        "yes, many times over": "recursion", "yes": "scope", "no": "kind", "their clients did": "idle clients",
        "not known": "unknown opener"}),
    "kind": Question("What kind are they?", {"sockets": "steps", "files or others": "not closed"}),
    "steps": Question("Do they come one by one?", {
        "yes, or not seen": "kept connection", "several at once": "opened in a loop"}),
    # gauges
    "bound": Question("Is the gauge above the bound that it declared?", {"yes": "bound passed", "no": "counted"}),
    "counted": Question("What does its name say that it counts?", {
        "timers": "owners of timers", "listeners": "listeners", "clients": "registry", "connections": "idle clients",
        "a queue": "queue", "a cache": "cache", "files": "not undone", "losses": "lost",
        "something else": "another gauge"}),
    "owners of timers": Question("Does a task end for each timer that is added?", {
        "yes": "timer outlives task", "no": "timer each turn", "not seen": "timers"}),
    # heap
    "filling": Question("Does a gauge rise with it that is below its bound?", {"yes": "being filled", "no": "referred"}),
    "referred": Question("Does anything still refer to it?", {"no": "unreferred", "yes, or not known": "stack"}),
    "stack": Question("What do the library's functions do on the stacks that grow?", {
        "fill a channel": "full channel", "enlarge a buffer": "capacity", "add under a key": "cache",
        "append": "history", "make a shared buffer": "pinned", "make a shared object": "owners of objects",
        "make large buffers": "captured", "something else": "other heap", "not known": "heap without a line"}),
    "owners of objects": Question("Does a task end for each object that is added?", {
        "yes": "cycle", "no, or not seen": "captured"}),
}

LEAVES = {
    "healthy": Leaf("nothing that is watched rises, or what rises is below its bound"),
    "not known yet": Leaf("it has not been watched for long enough"),
    # tasks
    "no receiver": Leaf(
        "tasks wait to send, and nobody receives", ("blocked-send",),
        "Who receives from this channel, and does the receiver live as long as its senders?", look=WAITS),
    "no sender": Leaf(
        "tasks wait for a message, or for a close, that does not come", ("blocked-receive", "unreturned-connection"),
        "Who sends to this channel or closes it, on every path, and is it still there?", look=WAITS),
    "empty pool": Leaf(
        "some got what they wait for, now nobody does: as with a pool whose slots are not returned",
        ("unreturned-connection", "blocked-receive"),
        "Is this a pool? Then which path, the throwing ones included, does not give back what it took?", look=WAITS),
    "abandoned": Leaf(
        "nothing is left that could end their wait", ("blocked-receive",),
        "Who was to end it, and how did that go away without doing so?", look=TASKS),
    "idle clients": Leaf(
        "connections are kept for clients that say nothing", ("unlimited-accept", "dead-client-registry"),
        "After which silence is a client dropped, and how many may there be?", look=TASKS),
    "no deadline": Leaf(
        "tasks wait for a peer that does not answer", ("missing-timeout", "orphaned-child"),
        "After which time does this call give up, and who cancels it then?", look=ONE_TASK),
    "orphans": Leaf(
        "those that spawned them have ended, and they wait on", ("orphaned-child", "missing-timeout"),
        "Who cancels the child when its parent gives up?", look=ONE_TASK),
    "silent peer": Leaf(
        "tasks wait for the other side of a connection", ("missing-timeout", "orphaned-child", "unlimited-accept"),
        "Who opened the connection: this program, then where is its deadline; a client, then where is the limit?",
        look=ONE_TASK),
    "timer nobody cancels": Leaf(
        "tasks sleep, and nothing wakes them; no pair waits like this, the first is like it in that the "
        "event does not come", ("blocked-receive",),
        "Which event cancels this timer, and can it come before the wait begins, or never?", look=TRACE),
    "another wait": Leaf(
        "tasks wait in one place and do not come out; no pair waits in this operation", (),
        "What must happen for this wait to end, and who makes it happen?", 1, ONE_TASK),
    "many places": Leaf(
        "tasks rise, and no place by itself explains it", (), "Which places rise between two looks?", 1, TASKS),
    "backlog of tasks": Leaf(
        "each gets its turn, and more come than leave", ("task-per-job", "retry-storm"),
        "How many come in a second, how many leave, and what bounds those that wait?", look=TRACE),
    "tried again": Leaf(
        "tasks wait for a short time, again and again, and stay", ("retry-storm", "task-per-job"),
        "After how many attempts does it give up, and how many may try at once?", look=TRACE),
    # descriptors
    "recursion": Leaf(
        "each level of a recursion keeps its own open", ("recursive-guard", "guard-in-loop"),
        "Can it be closed before the next level is entered?", look=ONE_TASK),
    "scope": Leaf(
        "the scope that opened them has not ended, so what should close them at its end has not run",
        ("guard-in-loop", "unclosed-file"),
        "Where does the scope of their owner end: at each turn of the loop, or after the last?", look=FDS),
    "not closed": Leaf(
        "the function has returned, and what it opened is still open", ("unclosed-file", "dismissed-guard"),
        "Which way out of this function passes no close, and does a guard, if there is one, stand before the first of "
        "them?", look=FDS),
    "kept connection": Leaf(
        "the function has returned, and somebody keeps its connection", ("unclosed-connection", "late-binding-guard"),
        "Who owns the connection now, and until when?", look=FDS),
    "opened in a loop": Leaf(
        "several are opened at once, and what was to close them closes too few; if nothing was to, the second",
        ("late-binding-guard", "unclosed-connection"),
        "Does each of them have a guard of its own, and which one does that guard see when it runs?", look=FDS),
    "unknown opener": Leaf(
        "descriptors rise, and no line of the program was noted",
        ("unclosed-connection", "unclosed-file", "unlimited-accept"),
        "What are they: ls -l /proc/PID/fd; does the program link leaklab::descriptors?", look=FDS),
    # gauges
    "bound passed": Leaf(
        "there is a bound, and it is passed", ("unbounded-cache",),
        "Which way in does not look at the bound?", look=GAUGE),
    "timer outlives task": Leaf(
        "tasks end, and the timers that they made go on", ("unstopped-timer", "timer-per-iteration"),
        "Who stops the timer when its task ends, on every path?", look=GAUGE),
    "timer each turn": Leaf(
        "a task that goes on makes new timers and leaves the old ones pending",
        ("timer-per-iteration", "unstopped-timer"), "Is one timer set anew, or is another made each turn?", look=GAUGE),
    "timers": Leaf(
        "timers are armed and not ended", ("unstopped-timer", "timer-per-iteration"),
        "Who stops each of them, and when?", look=GAUGE),
    "listeners": Leaf(
        "listeners are added and not removed", ("forgotten-listener", "dead-client-registry"),
        "Who removes a listener when its client has gone?", look=GAUGE),
    "registry": Leaf(
        "entries are added and not removed", ("dead-client-registry", "forgotten-listener"),
        "Who removes the entry when its client has gone, on every path?", look=GAUGE),
    "queue": Leaf(
        "more is queued than is taken", ("unbounded-outbox", "oversized-queue"),
        "What happens to a sender when its reader is slow?", look=GAUGE),
    "not undone": Leaf(
        "files are made and neither used nor removed", ("dismissed-guard", "swallowed-close"),
        "Which step can fail after the guard that removes them has been dismissed?", look=GAUGE),
    "lost": Leaf(
        "something fails, and nobody is told", ("swallowed-close", "dismissed-guard"),
        "Whose error is dropped: is there a destructor, a guard or a catch that ignores it?", look=GAUGE),
    "another gauge": Leaf(
        "a number of the program's own rises; what it means only the program knows", (),
        "What adds to it, what takes from it, and on which path does the second not run?", look=GAUGE),
    # heap
    "being filled": Leaf(
        "memory rises, and so does something that has a bound and is below it: it may be no more than that", (),
        "Does it still rise when the bound is reached?", 2, HEAP),
    "unreferred": Leaf(
        "nothing refers to the memory any more, so nothing can free it", ("shared-cycle",),
        "Do objects own each other, a session and its handler say, or did the last pointer go without a delete?",
        look=("go tool pprof -top {url}/debug/pprof/lost",)),
    "full channel": Leaf(
        "a channel takes more than is received from it", ("oversized-queue", "unbounded-outbox"),
        "Which of the two sets the pace, and what makes the faster one wait?", look=HEAP),
    "capacity": Leaf(
        "buffers keep the size of the largest that they have held", ("kept-capacity", "oversized-pool"),
        "Who owns the buffer: a container that is cleared, or a pool that takes it back?", look=HEAP),
    "cache": Leaf(
        "entries go in under new keys and none leaves", ("unbounded-cache", "dead-client-registry"),
        "Which bound does it have, and what is evicted then?", look=HEAP),
    "history": Leaf(
        "a sequence gets longer", ("unbounded-history", "oversized-queue"),
        "Does anybody take from it? If so it is a queue (category 5), if not a history.", look=HEAP),
    "pinned": Leaf(
        "shared buffers are kept, whole", ("pinned-buffer", "captured-closure"),
        "Who holds a part of it, and would a copy of that part do?", look=HEAP),
    "cycle": Leaf(
        "tasks end, and an object of each stays", ("shared-cycle", "captured-closure"),
        "Does the object own something that owns the object, a handler say?", look=HEAP),
    "captured": Leaf(
        "large objects are kept by someone who outlives their use",
        ("captured-closure", "pinned-buffer", "shared-cycle"),
        "Who holds them: a stored callback, a view of a part, each other?", look=HEAP),
    "other heap": Leaf(
        "memory is kept, and the stack does not say by what; each of category 2 may be like it", (),
        "What is made at this line, who keeps it, and what lets it go?", 2, HEAP),
    "heap without a line": Leaf(
        "memory rises, and no line of the program is known for it", (),
        "Is the heap sampled, and has enough been added?", 2,
        ("curl -s {url}/debug/config/heap_sampling", *HEAP)),
}

# What the name of a gauge says, the first that fits.
COUNTED = {
    "timers": r"timer|alarm|deadline", "listeners": r"listen|subscri|observ|handler|callback",
    "a queue": r"queue|outbox|inbox|backlog|unsent|buffered", "connections": r"connection|accepted|socket",
    "clients": r"client|route|session|peer|member|user|regist", "a cache": r"cache|entr(y|ies)|page|tile",
    "losses": r"lost|fail|error|drop|miss", "files": r"file|temp|draft",
}

# What the library does on a stack, the first that fits: names of functions without their arguments, and of their files.
# What else the same function allocates counts when the stack itself says nothing.
ON_STACK = {
    "make a shared buffer": r"_M_alloc_array|make_shared_for_overwrite",
    "make a shared object": r"make_shared|allocate_shared|__shared_count",
    "add under a key": r"(hashtable(_policy)?|unordered_(map|set)|stl_(map|multimap|set|tree))\.h",
    "append": r"push_back|push_front|emplace_back|emplace_front|_M_realloc_(insert|append)",
    "enlarge a buffer": r"\b(resize|reserve|assign|append)\b|_M_default_append|_M_(fill_)?assign",
}
BESIDE = "add under a key", "append", "make a shared object"
CHANNEL = r"channel_service|buffer_push"
LARGE = 64 * 1024  # bytes of one object, from which on it is a large one


def check(patterns):
    """The tree is whole: each answer leads somewhere, each leaf is reached, each pair is some leaf's."""
    nodes = {**QUESTIONS, **LEAVES}
    reached = {START} | {target for question in QUESTIONS.values() for target in question.answers.values()}
    faults = [f"{name} leads nowhere" for name in sorted(reached - nodes.keys())]
    faults += [f"nothing leads to {name}" for name in sorted(nodes.keys() - reached)]
    named = {pattern for leaf in LEAVES.values() for pattern in leaf.like}
    faults += [f"no pair is called {name}" for name in sorted(named - set(patterns))]
    faults += [f"no leaf is like {name}" for name in sorted(set(patterns) - named)]
    return faults


def part(start, stop=()):
    """The questions from one on, down to those in `stop`, in the order in which they are asked."""
    names, waiting = [], [start]
    while waiting:
        name = waiting.pop(0)
        if name in QUESTIONS and name not in names and name not in stop:
            names.append(name)
            waiting += QUESTIONS[name].answers.values()
    return names


def mermaid(start, title, description, stop=()):
    """A diagram of this part: questions are hexagons, leaves are boxes with the pair that is likeliest."""
    lines = ["flowchart LR", f"    accTitle: {title}", f"    accDescr: {description}"]
    shown = set()

    def node(name):
        key = name.replace(" ", "_")
        if name in shown:
            return key
        shown.add(name)
        if name in QUESTIONS:
            return f'{key}{{{{"{QUESTIONS[name].asks.split("? ")[0].rstrip("?")}?"}}}}'
        return f'{key}["{name}{"<br/>" if LEAVES[name].like else ""}{"".join(LEAVES[name].like[:1])}"]'

    for name in part(start, stop):
        for answer, target in QUESTIONS[name].answers.items():
            lines.append(f'    {node(name)} -- "{answer}" --> {node(target)}')
    return "\n".join(lines)


def text(name=START, depth=0, said=None):
    """The tree as lines, an answer a line; a leaf with the pairs that it is like."""
    said = set() if said is None else said
    indent = "  " * depth
    if name in LEAVES:
        like = f" (like {' or '.join(LEAVES[name].like)})" if LEAVES[name].like else ""
        return [f"{indent}= {LEAVES[name].says}{like}"]
    if name in said:
        return [f"{indent}{QUESTIONS[name].asks} See above."]
    said.add(name)
    lines = [f"{indent}{QUESTIONS[name].asks}"]
    for answer, target in QUESTIONS[name].answers.items():
        lines += [f"{indent}- {answer}", *text(target, depth + 1, said)]
    return lines


# The diagrams of the page: where each begins, its title, what it says to whoever does not see it, where it leaves off.
DIAGRAMS = (
    ("verdict", "From the verdict to the figure", "Unknown, healthy, or a figure that rises.",
     ("moves", "opener", "bound", "filling")),
    ("moves", "Tasks rise", "Whether anything can wake them, what they wait in and who spawned them lead to a pair.", ()),
    ("opener", "Descriptors rise", "Who opened them, and in what rhythm, leads to a pair.", ()),
    ("bound", "A gauge rises", "Its bound and its name lead to a pair.", ()),
    ("filling", "The heap rises", "Whether anything refers to it, and what the library does on the stacks, lead to a pair.", ()),
)
