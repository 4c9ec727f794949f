"""What a terminal may have and a file may not: colours, and a line that shows how far a build or a run has come."""
import os
import sys

COLOURS = {"plain": 0, "bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "cyan": 36}
WIDTH = 28  # of a bar


def wanted(stream):
    """Whether this stream is a terminal that shows colours to somebody who has not refused them."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text, colour, stream=None):
    """The text in a colour of COLOURS, or as it is."""
    return f"\033[{COLOURS[colour]}m{text}\033[0m" if wanted(stream or sys.stdout) else text


def bar(done, total):
    full = round(WIDTH * min(1, done / total)) if total else 0
    return f"[{'#' * full}{'.' * (WIDTH - full)}]"


class Bar:
    """One line on stderr that is drawn over and over; nothing where that is no terminal. To be used in a `with`."""

    def __init__(self, title):
        self.title = title
        self.moves = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.clear()

    def clear(self):
        """Takes the line away, so that another can be printed in its place."""
        if self.moves:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def show(self, done, total, what=""):
        if not self.moves:
            return
        line = f"{self.title} {bar(done, total)} {what}"
        try:
            columns = os.get_terminal_size(sys.stderr.fileno()).columns or 80
        except OSError:
            columns = 80
        print(f"\r\033[K{line[:columns - 1]}", end="", file=sys.stderr, flush=True)
