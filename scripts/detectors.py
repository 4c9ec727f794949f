"""Programs of the lab that run, by themselves or under a leak detector; imported by the scripts beside it."""
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.request

import pairs

SUPPRESSIONS = pairs.ROOT / "cmake" / "tsan.supp"
MEMCHECK = ("valgrind", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible")


def built(folder, name):
    """The program of another preset's build, or None. The sanitizers and Valgrind need one: tcmalloc stands in their way."""
    program = pairs.ROOT / "build" / folder / "bin" / name
    return program if os.access(program, os.X_OK) else None


def own_lines(text, twin):
    """The lines of the pair's own source that a text names, in its order."""
    return list(dict.fromkeys(re.findall(rf"{twin}\.cpp:(\d+)", text)))


def ask(address, path):
    return urllib.request.urlopen(address + path, timeout=30).read().decode()


@contextlib.contextmanager
def running(program, *before, **options):
    """The program under a load that lasts, and its address; it is ended with what was started around it."""
    command = [*before, program, "--port", "0", "--interval", "1s", "--duration", "1000s"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True, **options)
    try:
        lines = iter(process.stdout.readline, "")
        address = next((found[0] for line in lines if (found := re.search(r"http://[^/]*", line))), None)
        if address is None:
            pairs.die(2, f"{program} ended without a word")
        yield process, address
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def heaptrack_print(record, *options):
    """What heaptrack kept, without the parts that nobody asked for. It packs the file after its program has ended, by zstd or,
    where that is not installed, by gzip."""
    deadline = time.monotonic() + 60
    while not (packed := [*pathlib.Path(record).parent.glob(f"{pathlib.Path(record).name}.*")]) and time.monotonic() < deadline:
        time.sleep(0.1)
    command = ["heaptrack_print", "-f", *packed[:1], "-a", "0", "-T", "0", *options]
    return subprocess.run(command, capture_output=True, text=True).stdout
