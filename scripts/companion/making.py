"""Makes programs of a learner's file, in build/ and, with sanitizers, in build/asan/; sets these up if need be."""
import concurrent.futures
import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import pairs

from . import build

PRESETS = {"release": build.FOLDER if not (pairs.BIN.parent / "CMakeCache.txt").exists() else pairs.BIN.parent,
           "asan": build.FOLDER / "asan"}
ABOUT = pairs.ROOT / "cmake" / "this_program.cpp.in"
NICE = 10  # of what goes on behind a measurement


class NotCompiled(Exception):
    """What the compiler or the linker says of the learner's file."""


class NotBuilt(Exception):
    """Something else than the learner's file could not be built: why."""


class Ended(Exception):
    """The workplace is being left."""


class Workplace:
    """A folder that is thrown away, and what was started: whoever leaves the block leaves no process behind."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lab-"))
        self.started, self.ended, self.starting = [], False, threading.Lock()
        self.steps = {}  # how far the build in each folder is
        self.behind = concurrent.futures.ThreadPoolExecutor(2)
        return self

    def __exit__(self, *_):
        with self.starting:
            self.ended = True
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGTERM)
        self.behind.shutdown()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, command, nice=0, **more):
        """In a group of its own, with all output in one."""
        if nice:
            command = ["nice", "-n", str(nice), *command]
        with self.starting:
            if self.ended:
                raise Ended
            process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, text=True, errors="replace", process_group=0, **more)
            self.started.append(process)
        return process

    def run(self, command, nice=0, patience=None):
        """Status and words of a command; None for the status when it took longer than that."""
        process = self.start(command, nice)
        try:
            said, _ = process.communicate(timeout=patience)
            return process.returncode, said
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None, process.communicate()[0]

    @contextlib.contextmanager
    def alone_in(self, tree):
        """Two builds in one folder would spoil each other's work, and another learner's file may be built here, too."""
        tree.mkdir(parents=True, exist_ok=True)
        with open(tree / ".lab.lock", "w", encoding="utf-8") as lock:
            while True:
                if self.ended:
                    raise Ended
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                time.sleep(0.1)
            yield

    def build(self, preset, targets, nice=0):
        """Builds the targets, and notes in `steps` how far that is."""
        for tool in "cmake", "ninja":
            if not shutil.which(tool):
                raise NotBuilt(f"{tool} is missing; {build.MEND}")
        tree = PRESETS[preset]
        if not (tree / "build.ninja").exists():
            self.follow(preset, ["cmake", "--preset", preset, "-DLEAKLAB_TESTS=OFF"], nice)
        self.follow(preset, ["cmake", "--build", tree, "--target", *targets], nice)

    def follow(self, preset, command, nice):
        said = []
        process = self.start(command, nice, cwd=pairs.ROOT)
        for line in process.stdout:
            if step := build.STATUS.match(line):
                self.steps[preset] = int(step[1]), int(step[2])
            said.append(line)
        self.steps.pop(preset, None)
        if process.wait():
            raise Ended if self.ended else failure("".join(said))

    def prepare(self, preset, targets):
        """Builds what needs no learner's file."""
        with self.alone_in(PRESETS[preset]):
            self.build(preset, targets)

    def wait_for(self, future, show):
        """What comes of work that goes on behind; meanwhile `show` is told how far a build is, in steps done and all."""
        shown = None
        while True:
            with contextlib.suppress(concurrent.futures.TimeoutError):
                return future.result(0.05)
            for step in self.steps.copy().values():
                if step != shown:
                    shown = step
                    show(*step)

    def make(self, exercise, preset, targets, nice=0):
        """Builds these targets of the learner's file, and what it is judged beside; copies of the former, which nobody
        else's build replaces."""
        tree = PRESETS[preset]
        with self.alone_in(tree):
            point_at(tree, exercise)
            beside = exercise.beside if preset == "release" else ()
            self.build(preset, [*targets, *beside], nice)
            made = [self.folder / f"{target}-{preset}" for target in targets]
            for target, copy in zip(targets, made):
                shutil.copy2(tree / "bin" / target, copy)
        return made


def point_at(tree, exercise):
    """Says in the build tree which file is the learner's and what it is; what says so already is left as it is."""
    values = {f"pair_{key}": value for key, value in exercise.about.items()}
    values["program"] = f"{exercise.name}-{exercise.kind}"
    about = re.sub(r"@(\w+)@", lambda found: str(values[found[1]]), ABOUT.read_text())
    for name, text in ("exercise.cpp", f'#include "{exercise.file}"\n'), ("this_program.cpp", about):
        file = tree / "exercise" / name
        if not file.exists() or file.read_text() != text:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)


def failure(said):
    """What to raise of a build that has failed."""
    if not re.search(r"^FAILED: \S*\bexercise\b", said, re.MULTILINE):
        return NotBuilt("\n".join([*said.splitlines()[-20:], f"the build failed; {build.MEND}"]))
    lines, kept = iter(said.splitlines()), []
    for line in lines:
        if line.startswith("FAILED: "):
            next(lines, None)  # the command
        elif not re.match(r"\[\d+/\d+\] |ninja: |In file included from .*/exercise/exercise\.cpp:1:", line):
            kept.append(line)
    return NotCompiled("\n".join(kept))
