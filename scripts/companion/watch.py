"""Judges your program at each save, until it is solved: builds it in seconds, runs it, says which conditions hold.

A save while it is being judged begins again. Ctrl+C ends it, and all that it has started. Of a break it says whether it
leaks in another way, and not how: `./lab check` asks you first.
"""
import contextlib
import multiprocessing
import os
import signal
import sys
import time

from . import check, exercise, paint, progress

NAME = "watch"
EPILOG = """Exit status: 0 it is solved; 2 wrong usage, or no exercise is begun; 130 Ctrl+C."""
TICK = 0.05  # seconds between two looks at the file
SETTLED = 0.03  # an editor may write in two steps


def add_options(parser):
    parser.epilog = EPILOG
    exercise.add_options(parser)


def run(chosen):
    attempt = exercise.begun(chosen)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(f"Watching {attempt.shown}; save it to have it judged, Ctrl+C to end.", flush=True)
    try:
        return watch(attempt)
    except KeyboardInterrupt:
        print()
        return 130


def watch(attempt):
    judging, seen = None, None
    try:
        while True:
            now = state(attempt.file)
            if now and now != seen:
                time.sleep(SETTLED)
                end(judging)
                seen, judging = state(attempt.file), begin(attempt)
            if judging and not judging.is_alive():
                if judging.exitcode == 0:
                    return 0
                judging = None
            time.sleep(TICK)
    finally:
        end(judging)


def state(file):
    """What changes with a save; None while there is no file, as between the two steps of some editors."""
    with contextlib.suppress(OSError):
        found = file.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino


def begin(attempt):
    """A judgement in a process of its own, which ends with all that it has started when it is told to."""
    print(paint.paint(f"\n{time.strftime('%H:%M:%S')}  {attempt.shown}", "bold"), flush=True)
    judging = multiprocessing.get_context("fork").Process(target=judge, args=[attempt])
    with held_back(signal.SIGINT, signal.SIGTERM):  # an exception would be lost in what Python calls around a fork
        judging.start()
    return judging


@contextlib.contextmanager
def held_back(*signals):
    """These come when the block has ended."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)


def judge(attempt):
    os.setpgrp()  # Ctrl+C reaches the one that watches, and that one ends this one
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        sys.exit(check.Check(attempt).run())
    except progress.Unreadable as fault:
        sys.exit(f"lab watch: {fault}")


def end(judging):
    if judging and judging.is_alive():
        judging.terminate()
        judging.join()
