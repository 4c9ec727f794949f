"""Programs of the lab that run under this one's eyes: their report lines as they come, and their end with its own."""
import contextlib
import os
import selectors
import signal
import subprocess
import sys

PATIENCE = 10  # seconds for a program to end when it is told to


class Program:
    def __init__(self, path, *options, **more):
        """Out of the terminal's foreground group, so that Ctrl+C reaches it once: from here."""
        self.process = subprocess.Popen([path, *map(str, options)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        process_group=0, **more)
        self.rest = b""

    def read(self):
        """The lines that have come; None at the end of its output."""
        piece = os.read(self.process.stdout.fileno(), 1 << 16)
        *whole, self.rest = (self.rest + piece).split(b"\n")
        return [line.decode(errors="replace") for line in whole] if piece else None

    def end(self, number=signal.SIGINT):
        """Ends it, unless it has ended, and tells its status as a shell does."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        return status if status >= 0 else 128 - status


@contextlib.contextmanager
def running(*commands, **more):
    """The programs, one for each command, until the block ends, however it ends."""
    for number in signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    programs = []
    try:
        for command in commands:
            programs.append(Program(*command, **more))
        yield programs
    finally:
        for program in programs:
            program.end()
            program.process.stdout.close()


def lines(programs, tick=0.2):
    """(program, line) as they come, (None, "") when for a tick there was none; ends when all outputs have."""
    with selectors.DefaultSelector() as ready:
        for program in programs:
            ready.register(program.process.stdout, selectors.EVENT_READ, program)
        while ready.get_map():
            found = ready.select(tick)
            for key, _ in found:
                come = key.data.read()
                if come is None:
                    ready.unregister(key.fileobj)
                for line in come or ():
                    yield key.data, line
            if not found:
                yield None, ""
