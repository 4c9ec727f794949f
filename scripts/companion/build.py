"""Builds programs of the lab that are not built, or are older than their source, with a bar while it takes."""
import fcntl
import re
import shutil
import subprocess
import sys

import pairs

from . import paint

FOLDER = pairs.ROOT / "build"
MEND = "scripts/quickstart installs what a build needs, `./lab doctor` says what is missing"
SHOWN = 20  # lines of a build that has failed
STATUS = re.compile(r"\[(\d+)/(\d+)\] (.*)")


def is_current(program, sources):
    """Whether the program is there, and not older than these files."""
    path = pairs.BIN / program
    return path.is_file() and all(source.stat().st_mtime <= path.stat().st_mtime for source in sources)


def ensure(programs, sources=()):
    """Builds those that need it. Programs of LEAKLAB_BIN are another's to build: they are there or they are missing."""
    wanted = [program for program in programs if not is_current(program, sources)]
    if pairs.BIN == FOLDER / "bin" and wanted:
        build(wanted)
    for program in wanted:
        if not (pairs.BIN / program).is_file():
            pairs.die(2, f"there is no {pairs.BIN / program}")


def build(targets):
    """Builds the targets in build/, which is set up first if it is not. When it fails, its first error, and out."""
    for tool in "cmake", "ninja":
        if not shutil.which(tool):
            pairs.die(2, f"{tool} is missing; {MEND}")
    FOLDER.mkdir(exist_ok=True)
    print(f"building {', '.join(targets)}", file=sys.stderr)
    with open(FOLDER / ".lab.lock", "w") as lock, paint.Bar("building") as bar:
        bar.show(0, 1, "waiting for another build to end")
        fcntl.flock(lock, fcntl.LOCK_EX)  # two ninjas in one folder would spoil each other's work
        if not (FOLDER / "build.ninja").exists():
            bar.show(0, 1, "setting up build/")
            follow(["cmake", "--preset", "release", "-DLEAKLAB_TESTS=OFF"], bar)
        follow(["cmake", "--build", str(FOLDER), "--target", *targets], bar)


def follow(command, bar):
    """Runs a command of the build and shows how far it is."""
    said = []
    with subprocess.Popen(command, cwd=pairs.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace") as process:
        for line in process.stdout:
            said.append(line)
            if step := STATUS.match(line):
                bar.show(int(step[1]), int(step[2]), f"{step[1]} of {step[2]}: {step[3].rpartition('/')[2]}")
    if process.returncode:
        bar.clear()
        errors = [number for number, line in enumerate(said) if re.search(r"\berror\b", line, re.IGNORECASE)]
        sys.stderr.writelines(said[errors[0] if errors else -SHOWN:][:SHOWN])
        pairs.die(2, "the build failed; if a tool or a library is missing, `./lab doctor` says which")
