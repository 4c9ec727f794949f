"""The tasks of a process that does not run: `leaklab tasks`, `leaklab task N`, `leaklab where` in gdb.

Reads the memory of a core file or of a process that gdb holds, and runs no code in it. The layout comes from the symbol
leaklab_debugger_layout (runtime/src/task/debugger_layout.hpp); debug information is not needed but for the names of coroutines, which
are symbols. gdb loads this by itself from a program that is linked with leaklab::tasks and lies on its safe path, or with `source`.
"""
import collections
import re
import struct
import time

import gdb

FIELDS = ("version slabs touched records record_bytes word parent name spawned_at operation waits_at stack waits_since further_waits "
          "queued frames_are id_shift entries_mask frame_memory frame_caller frame_awaits_at").split()
MOST_FRAMES = 256  # a chain that is longer has been overwritten
HIDDEN = re.compile(r"boost::asio::|leaklab::detail::|leaklab::asio::|std::")
# GCC's resume function takes the frame, whose type is named after the coroutine: run(run(int)::_Z3runi.Frame*).
RESUME = re.compile(r"[^(]*\((?P<coroutine>.+\))::_Z\w+\.Frame ?\*\)$")

Place = collections.namedtuple("Place", "function file line")
Frame = collections.namedtuple("Frame", "function place")
Task = collections.namedtuple("Task", "id parent name state operation seconds frames spawned_at further")


def coroutine_of(name):
    """The coroutine that a symbol or a std::source_location names, as its source does."""
    name = re.sub(r"\s*\[clone [^]]*\]|\.(?:actor|resume|destroy)$| \+ \d+$", "", name.strip())
    name = re.sub(r"\(anonymous namespace\)::|\{anonymous\}::", "", name)
    found = RESUME.match(name)
    return found["coroutine"] if found else name


class Memory:
    """Words and texts of the inferior; what is read twice is remembered for one command."""

    def __init__(self):
        self.inferior = gdb.selected_inferior()
        self.texts, self.places, self.functions = {0: ""}, {0: None}, {}

    def bytes(self, address, size):
        return bytes(self.inferior.read_memory(address, size))

    def word(self, address):
        return struct.unpack("<Q", self.bytes(address, 8))[0]

    def text(self, address):
        if address not in self.texts:
            try:
                self.texts[address] = gdb.Value(address).cast(gdb.lookup_type("char").pointer()).string(errors="replace")
            except gdb.MemoryError:
                self.texts[address] = "?"
        return self.texts[address]

    def place(self, address):
        """A std::source_location, whose one word is the address of file, function, line, column; the same in GCC and Clang."""
        if address not in self.places:
            file, function, line = struct.unpack("<QQI", self.bytes(address, 20))
            self.places[address] = Place(coroutine_of(self.text(function)), self.text(file), line)
        return self.places[address]

    def function(self, address):
        """The coroutine whose resume function this is."""
        if address not in self.functions:
            name = gdb.execute(f"info symbol {address:#x}", to_string=True).partition(" in section ")[0]
            self.functions[address] = "?" if name.startswith("No symbol") else coroutine_of(name)
        return self.functions[address]


class Table:
    def __init__(self):
        self.memory = Memory()
        symbol = gdb.lookup_static_symbol("leaklab_debugger_layout") or gdb.lookup_global_symbol("leaklab_debugger_layout")
        try:
            address = int(symbol.value().address) if symbol else int(gdb.parse_and_eval("(long)&leaklab_debugger_layout"))
        except gdb.error:
            raise gdb.GdbError("this program has no leaklab_debugger_layout: it is not linked with leaklab::tasks, or is stripped")
        try:
            words = struct.unpack(f"<{len(FIELDS)}Q", self.memory.bytes(address, 8 * len(FIELDS)))
        except gdb.MemoryError:
            raise gdb.GdbError("the layout of tasks cannot be read: the core is of another program, or of another build of it")
        self.at = collections.namedtuple("Layout", FIELDS)(*words)
        if self.at.version != 1:
            raise gdb.GdbError(f"this script knows version 1 of the layout of tasks, the program has {self.at.version}")

    def records(self):
        """The records in use, as bytes."""
        if not self.at.slabs:
            return  # no task was ever spawned
        begin, end = self.memory.word(self.at.slabs), self.memory.word(self.at.slabs + 8)
        for entry in range(begin, end, 8):
            slab = self.memory.word(entry)
            count = self.memory.word(slab + self.at.touched)
            if not count:
                continue
            held = self.memory.bytes(slab + self.at.records, count * self.at.record_bytes)
            for start in range(0, len(held), self.at.record_bytes):
                record = held[start:start + self.at.record_bytes]
                if self.field(record, self.at.word) >> self.at.id_shift:
                    yield record

    @staticmethod
    def field(record, offset, kind="Q"):
        return struct.unpack_from(f"<{kind}", record, offset)[0]

    def tasks(self):
        records = list(self.records())
        now = self.now(records)
        return sorted((self.task(record, now) for record in records), key=lambda task: task.id)

    def now(self, records):
        """Of a process that lives, its clock; of a core, the youngest wait in it, so that ages are the least that they can be."""
        if gdb.selected_inferior().was_attached or not self.is_core():
            return int(time.clock_gettime(time.CLOCK_MONOTONIC) * 100)
        return max((self.field(r, self.at.waits_since, "I") for r in records if self.field(r, self.at.operation)), default=0)

    @staticmethod
    def is_core():
        return "core" in gdb.execute("info target", to_string=True).partition("Local core dump file")[1]

    def task(self, record, now):
        word = self.field(record, self.at.word)
        operation = self.memory.text(self.field(record, self.at.operation))
        running = word & self.at.entries_mask
        queued = self.field(record, self.at.queued, "B")
        state = "running" if running else "ready" if queued else "waiting"
        waits_at = self.memory.place(self.field(record, self.at.waits_at)) if operation else None
        still = not running and (operation or not self.field(record, self.at.frames_are, "B"))
        return Task(word >> self.at.id_shift, self.field(record, self.at.parent),
                    self.memory.text(self.field(record, self.at.name)), state, operation,
                    (now - self.field(record, self.at.waits_since, "I")) % 2**32 / 100 if operation and not running else 0,
                    self.frames(record, waits_at) if still else [],
                    self.memory.place(self.field(record, self.at.spawned_at)),
                    self.field(record, self.at.further_waits, "H"))

    def frames(self, record, waits_at):
        """The program's coroutines that the task is in, innermost first. Asio's own are left out."""
        found = [Frame("", waits_at)] if waits_at else []
        stack = self.field(record, self.at.stack)
        if not stack or not self.at.frame_caller:
            return found
        try:
            frame = self.memory.word(stack)
            for number in range(MOST_FRAMES):
                if not frame:
                    break
                function = self.memory.function(self.memory.word(self.memory.word(frame + self.at.frame_memory)))
                place = self.memory.place(self.memory.word(frame + self.at.frame_awaits_at)) if number else waits_at
                if not HIDDEN.match(function):
                    if number == 0 or found and not found[0].function:
                        found = found[1:]
                    found.append(Frame(function, place or waits_at if not found else place))
                frame = self.memory.word(frame + self.at.frame_caller)
        except gdb.MemoryError:
            found.append(Frame("?", None))
        return found


def shown(place):
    return f"{place.file}:{place.line}" if place else "?"


def lines_of(task):
    for frame in task.frames:
        yield f"{frame.function or frame.place.function}\n\t{shown(frame.place)}"
    yield f"created by {task.spawned_at.function if task.spawned_at else '?'}\n\t{shown(task.spawned_at)}"


def head(task):
    what = task.operation or task.state
    more = f", and {task.further} more branches" if task.further > 1 else ", and 1 more branch" if task.further else ""
    age = f", {task.seconds:.1f} s" if task.operation and task.state == "waiting" else ""
    return f"task {task.id} [{what}{more}{age}]: {task.name}"


class Leaklab(gdb.Command):
    """Tasks of a program that is linked with leaklab::tasks; of a core or of a process that is held. Runs no code in it."""

    def __init__(self):
        super().__init__("leaklab", gdb.COMMAND_STATUS, prefix=True)


class Tasks(gdb.Command):
    """leaklab tasks [N]: all tasks, or the N oldest, each with its operation, age, chain of coroutines and place of spawning."""

    def __init__(self):
        super().__init__("leaklab tasks", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        limit = number_in(argument) if argument.strip() else None
        tasks = Table().tasks()
        print(counted(len(tasks), "task"))
        for task in tasks[:limit]:
            print("", head(task), *lines_of(task), sep="\n")


class OneTask(gdb.Command):
    """leaklab task N: the task of this number."""

    def __init__(self):
        super().__init__("leaklab task", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        wanted = number_in(argument)
        for task in Table().tasks():
            if task.id == wanted:
                print(head(task), *lines_of(task), f"parent: task {task.parent}" if task.parent else "no parent", sep="\n")
                return
        raise gdb.GdbError(f"there is no task {wanted}: it has ended, or never was")


class Where(gdb.Command):
    """leaklab where: tasks that wait in the same place and were spawned in the same place together, the most first."""

    def __init__(self):
        super().__init__("leaklab where", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        groups = collections.defaultdict(list)
        tasks = Table().tasks()
        for task in tasks:
            groups[(task.name, task.operation or task.state, *lines_of(task))].append(task)
        print(f"{counted(len(tasks), 'task')} in {counted(len(groups), 'place')}")
        for (name, what, *lines), members in sorted(groups.items(), key=lambda group: -len(group[1])):
            oldest = max(members, key=lambda task: task.seconds)
            print("", f"{len(members)} in {what}: {name}; the oldest for {oldest.seconds:.1f} s, task {oldest.id}", *lines, sep="\n")


def counted(number, what):
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def number_in(argument):
    if not re.fullmatch(r"\s*\d+\s*", argument):
        raise gdb.GdbError(f"accepted is a number, not {argument.strip() or 'nothing'}")
    return int(argument)


Leaklab()
Tasks()
OneTask()
Where()
