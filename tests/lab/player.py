"""Plays a learner: runs ./lab with pipes, or at a pseudo-terminal that is typed at and read from."""
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ATTEMPTS = 4
PATIENCE = 120  # seconds for what must come


class Player:
    """One learner with a folder of exercises that is thrown away; notes what was expected and did not come."""

    def __init__(self, programs):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.exercises = self.folder / "exercises"
        self.lab = ROOT / "lab"
        self.failures = []
        self.environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "LD_PRELOAD")}
        self.environment.update(LEAKLAB_BIN=str(pathlib.Path(programs).resolve()), TERM="xterm",
                                LEAKLAB_EXERCISES=str(self.exercises), PYTHONDONTWRITEBYTECODE="yes")

    def expect(self, true, what):
        if not true:
            self.failures.append(str(what))
        return bool(true)

    def until(self, attempt, *arguments):
        """Tries a check that measures again: a program that is short of processor time may be judged `held`."""
        before = list(self.failures)
        for _ in range(ATTEMPTS):
            self.failures[:] = before
            attempt(*arguments)
            if len(self.failures) == len(before):
                break

    def run(self, *arguments, says="", status=0, errors="", typed="", **variables):
        """`lab ARGUMENTS` must end with this status and say this, as patterns; what it said."""
        done = subprocess.run([self.lab, *map(str, arguments)], env={**self.environment, **variables}, input=typed,
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        told = f"lab {' '.join(map(str, arguments))}: {done.returncode}, {done.stdout}{done.stderr}"
        self.expect(done.returncode == status, f"status {status} expected of {told}")
        self.expect(re.search(says, done.stdout, re.MULTILINE), f"{says!r} expected of {told}")
        self.expect(re.search(errors, done.stderr, re.MULTILINE), f"{errors!r} expected on stderr of {told}")
        self.expect("Traceback" not in done.stderr and "\033" not in done.stdout + done.stderr, told)
        if status == 2:
            self.expect(done.stderr.count("\n") == 1, f"one line expected on stderr of {told}")
        return done.stdout

    def play(self, *checks):
        """Runs the checks and ends the test: status 1, and what failed, unless all went as expected."""
        try:
            for check in checks:
                check()
        finally:
            shutil.rmtree(self.folder)
        print("\n".join(self.failures))
        sys.exit(1 if self.failures else 0)


class Terminal:
    """A command at a pseudo-terminal. Skips the test (77) where none can be had."""

    def __init__(self, player, *arguments, **variables):
        self.player, self.shown, self.seen = player, "", 0
        try:
            self.ours, theirs = pty.openpty()
        except OSError as none:
            print(f"no pseudo-terminal: {none}")
            player.failures = player.failures or sys.exit(77)
        self.process = subprocess.Popen([player.lab, *map(str, arguments)], env={**player.environment, **variables},
                                        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                                        preexec_fn=self.own_terminal)
        os.close(theirs)

    @staticmethod
    def own_terminal():
        """Ctrl+C at the terminal must reach the command, whatever the test itself ignores."""
        import fcntl
        import signal
        import termios
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def read(self, seconds):
        """Whether something more may come."""
        if select.select([self.ours], [], [], seconds)[0]:
            try:
                piece = os.read(self.ours, 1 << 16).decode(errors="replace")
            except OSError:  # so ends a terminal
                return False
            self.shown += piece
            return bool(piece)
        return True

    def wait_for(self, pattern):
        """Waits for these words behind those that were waited for last; the match."""
        deadline = time.monotonic() + PATIENCE
        while not (found := re.compile(pattern).search(self.shown, self.seen)):
            if time.monotonic() > deadline or not self.read(1):
                break
        if self.player.expect(found, f"{pattern!r} expected at the terminal: {self.shown!r}"):
            self.seen = found.end()
        return found

    def type(self, text):
        os.write(self.ours, text.encode())

    def end(self, status=0):
        """Reads to the end, and expects this status; all that was shown."""
        deadline = time.monotonic() + PATIENCE
        while self.read(1) and time.monotonic() < deadline:
            pass
        try:
            ended = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            ended = f"none after {PATIENCE} s"
        self.player.expect(ended == status, f"status {status} expected, not {ended}: {self.shown!r}")
        os.close(self.ours)
        return self.shown
