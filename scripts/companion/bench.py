"""Where `lab doctor` tries its tools: a folder that is thrown away, commands bounded in time, faults to be found."""
import contextlib
import ctypes
import os
import pathlib
import re
import selectors
import shutil
import signal
import subprocess
import time

import pairs

NO_COMPILER = "`./lab doctor --fix compiler`"
PATIENCE = 30  # seconds for one command; what is planted is found in one or two
PLANTED = r"""// Planted by `lab doctor`: each argument is something that a tool must find.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int shared;

void planted_leak()
{
  for (int i = 0; i < 8; ++i)
    static_cast<char*>(malloc(4096))[0] = 1;
}

void planted_wait()
{
  puts("waiting");
  fflush(stdout);
  for (;;)
  {
    open("planted-file", O_RDONLY);
    usleep(10000);
  }
}

void planted_busy()
{
  for (volatile unsigned i = 0; clock() < CLOCKS_PER_SEC / 2;)
    for (unsigned end = i + 100000; i != end; i = i + 1)
      ;
}

void* planted_race(void*)
{
  ++shared;
  return nullptr;
}

void planted_crash()
{
  abort();
}

int main(int, char** arguments)
{
  switch (arguments[1][0])
  {
  case 'l': planted_leak(); break;
  case 'w': planted_wait(); break;
  case 'b': planted_busy(); break;
  case 'c': planted_crash(); break;
  case 'r':
    pthread_t threads[2];
    for (pthread_t& thread : threads)
      pthread_create(&thread, nullptr, planted_race, nullptr);
    for (pthread_t thread : threads)
      pthread_join(thread, nullptr);
  }
}
"""


class Missing(Exception):
    """The tool is not here."""


class NotChecked(Exception):
    """What the check itself needs is not here: what, and how to get it."""

    def __init__(self, says, mend):
        super().__init__(says)
        self.says, self.mend = says, mend


class Broken(Exception):
    """The tool is here and does not find what was planted: what is seen, the sentence that mends it, the packages that
    do, and what there is until then, if that is more than without the tool."""

    def __init__(self, says, mend, packages=(), without=None):
        super().__init__(says)
        self.says, self.mend, self.packages, self.without = says, mend, packages, without


def adopt_orphans():
    """Processes whose parent ends become children of this one, so that sweep() finds them."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def descendants(pid):
    """The processes below this one."""
    parents = {}
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):  # one that has ended meanwhile
            parents[int(status.parent.name)] = int(status.read_text(errors="replace").rpartition(")")[2].split()[1])
    below, found = {pid}, []
    while below:
        below = {child for child, parent in parents.items() if parent in below}
        found += below
    return found


def sweep():
    """Ends all that a check may have left behind; tools start processes of their own, in sessions of their own."""
    for _ in range(100):
        left = descendants(os.getpid())
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not left:
            break
        time.sleep(0.02)


class Running:
    """A command that runs, and what it has said on both its outputs."""

    def __init__(self, command, options):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        start_new_session=True, **options)
        self.pid = self.process.pid
        self.raw = b""

    @property
    def text(self):
        return self.raw.decode(errors="replace")

    def read(self, until=None, seconds=PATIENCE):
        """Reads on until these words have come, the command has ended, or the time is over. The match or None."""
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as ready:
            ready.register(self.process.stdout, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0:
                ended = self.process.poll() is not None  # asked before the read: nothing is said after the last one
                if ready.select(0 if ended else min(left, 0.1)):
                    piece = os.read(self.process.stdout.fileno(), 1 << 16)
                    self.raw += piece
                    if piece and not (until and re.search(until, self.text)):
                        continue
                    if not piece:  # it has closed its outputs
                        with contextlib.suppress(subprocess.TimeoutExpired):
                            self.process.wait(left)
                    break
                if ended:
                    break
        return re.search(until, self.text) if until else None

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


class Bench:
    """One folder and environment for all checks; `version` is that of the tool that is being tried."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.environment = {
            **os.environ, "LC_ALL": "C.UTF-8", "TMPDIR": folder, "PPROF_TMPDIR": folder, "DEBUGINFOD_URLS": "",
            "PATH": os.pathsep.join([os.environ.get("PATH", os.defpath), str(pairs.ROOT / "build" / "tools")])}
        self.version = None
        self.built = {}

    def which(self, *names):
        """The first of these commands that is here."""
        for name in names:
            if path := shutil.which(name, path=self.environment["PATH"]):
                return path
        raise Missing

    def version_of(self, *command):
        """Notes the tool's version; Missing when it is not here."""
        command = (self.which(command[0]), *command[1:])
        found = re.search(r"\d+(\.\d+)+", self.run(*command).text)
        self.version = found[0] if found else "?"
        return command[0]

    @contextlib.contextmanager
    def running(self, *command, stdin=os.devnull, **variables):
        """The command, which reads this file, until the block ends."""
        try:
            with open(self.folder / stdin, "rb") as file:
                running = Running([str(word) for word in command],
                                  {"stdin": file, "cwd": self.folder, "env": {**self.environment, **variables}})
        except OSError as error:
            mend = ("programs may not run in this folder: `TMPDIR=$HOME/tmp ./lab doctor`, with a folder that is there"
                    if str(command[0]).startswith(str(self.folder)) else "install it again")
            raise Broken(f"{command[0]}: {error.strerror}", mend) from error
        try:
            yield running
        finally:
            running.end()

    def run(self, *command, until=None, seconds=PATIENCE, **more):
        """What the command said until it ended, or until it said that."""
        with self.running(*command, **more) as running:
            running.read(until, seconds)
        return running

    def planted(self, *flags):
        """The planted program, compiled with these flags."""
        if flags not in self.built:
            source, program = self.folder / "planted.cpp", self.folder / f"planted{len(self.built)}"
            source.write_text(PLANTED)
            try:
                compiler = self.which("g++")
            except Missing:
                raise NotChecked("what it should find is compiled, and there is no compiler", NO_COMPILER) from None
            self.built[flags] = self.run(compiler, "-g", "-O0", "-pthread", *flags, source, "-o", program), program
        compiled, program = self.built[flags]
        if not program.exists():
            raise Broken(telling(compiled.text, "error|cannot"), "see `./lab doctor compiler`; "
                         "the sanitizers' libraries come with Debian's g++ (libasan, libtsan)")
        return program

    def program(self, name):
        """A program of the lab."""
        path = pairs.BIN / name
        if not os.access(path, os.X_OK):
            first = "`scripts/quickstart` builds the first pair, " if name.startswith("blocked-send") else ""
            raise NotChecked(f"{name} is not built yet", first + "`scripts/test` builds all")
        return path

    @contextlib.contextmanager
    def serving(self, name):
        """A program of the lab and the address of its endpoint."""
        with self.running(self.program(name), "--port", "0", "--duration", "600s") as program:
            if not (found := program.read(r"(http://[^/\s]+)/")):
                raise Broken(telling(program.text, "error|cannot|not") or "it ends without a word",
                             "build it again with scripts/test; what it says is its reason")
            yield program, found[1]


def telling(text, words):
    """The first line that has one of these words, else the last one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if re.search(words, line, re.IGNORECASE)), lines[-1] if lines else "")[:200]
