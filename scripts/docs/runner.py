"""Runs what the texts show: shell commands in the repository's root, by themselves or while a lab program runs."""
import itertools
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request

import pairs
from docs.kept import sources_of

ROOT = pairs.ROOT
ADDRESS = "127.0.0.1:6060"
FIRST_LOOK = 6  # seconds into a program's load
LAST_LOOK = 8
LOAD = 10  # seconds; what a program does by default
SHORT_LOAD = 5  # seconds, before a late look
LATE = 5  # seconds after the end of that load
SAMPLED_EVERY = 0.5
GROWS_FOR = 16  # seconds, of a program whose memory is drawn
GROWTH_SAMPLED_EVERY = 0.2
TIME_LIMIT = 300  # seconds


class Failed(Exception):
    pass


class Program:
    """A lab program under load, looked at from FIRST_LOOK seconds on; or, for a late look, LATE seconds after its load."""

    def __init__(self, arguments, folder, late=False):
        words = shlex.split(arguments)
        settings = list(itertools.takewhile(lambda word: "=" in word, words))
        name, *options = words[len(settings):]
        path = executable(name)
        self.late = late
        if late:
            options += ["--duration", f"{SHORT_LOAD}s"]
        self.started = time.monotonic()
        self.process = subprocess.Popen([path, "--port", "0", "--interval", "1s", *options], cwd=folder,
                                        env={**os.environ, **dict(word.split("=", 1) for word in settings)},
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        first = self.process.stdout.readline()
        found = re.search(r"http://([^/]*)/", first)
        if not found:
            self.end()
            raise Failed(f"{arguments} did not start: {first.strip()}")
        self.address = found[1]
        for line in self.process.stdout:
            if line.startswith("[END]" if late else f"[AFTER {FIRST_LOOK}s]"):
                time.sleep(LATE if late else 0)
                return
        self.end()
        raise Failed(f"{arguments} ended before it could be looked at")

    def may_be_looked_at(self):
        return self.process.poll() is None and (self.late or time.monotonic() - self.started < LAST_LOOK)

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Runner:
    """One folder that looks like the repository's root, for commands that follow each other and may leave files there."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="leaklab-docs-"))
        for entry in ROOT.iterdir():
            if entry.name not in ("build", "profiles"):
                (self.folder / entry.name).symlink_to(entry)
        if pairs.BIN == ROOT / "build" / "bin":
            (self.folder / "build").symlink_to(ROOT / "build")
        else:
            (self.folder / "build").mkdir()
            (self.folder / "build" / "bin").symlink_to(pairs.BIN)
        self.programs = {}
        return self

    def __exit__(self, *_):
        for program in self.programs.values():
            program.end()
        shutil.rmtree(self.folder)

    def environment(self):
        tools = pairs.BIN.parent / "tools"  # where scripts/test puts Prometheus's
        return {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "yes",
                "LEAKLAB_BIN": str(pairs.BIN), "PPROF_TMPDIR": str(self.folder / ".pprof")}

    def program(self, arguments, late):
        key = arguments, late
        if key in self.programs and not self.programs[key].may_be_looked_at():
            self.programs.pop(key).end()
        if key not in self.programs:
            self.programs[key] = Program(arguments, self.folder, late)
        return self.programs[key]

    def shell(self, command, program=None, strict=False, late=False):
        """What the command prints, normalised. Status 1 is an answer (diff, grep) unless strict."""
        running = self.program(program, late) if program else None
        shown = command
        for name in programs_in(command):
            executable(name)
        for path in re.findall(r"\bbuild/[\w-]+/bin/[\w-]+", command):  # another preset's
            if not (ROOT / path).exists():
                raise Failed(f"there is no {path}; cmake --preset {path.split('/')[1]}, then build it")
        if running:
            command = command.replace(ADDRESS, running.address)
            command = re.sub(r"\$\(pidof [\w-]+\)", str(running.process.pid), command)  # others may run the same program
        try:
            done = subprocess.run(["bash", "-c", ("set -euo pipefail\n" if strict else "") + command], cwd=self.folder,
                                  env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            raise Failed(f"did not end within {TIME_LIMIT} s: {shown}") from None
        # diff, grep and tests end with 1 when they have something to say.
        if done.returncode != 0 and (strict or done.returncode != 1 or not done.stdout.strip()):
            last = (done.stderr.strip() or done.stdout.strip() or "it printed nothing").splitlines()[-1]
            raise Failed(f"ended with {done.returncode}: {shown}: {last}")
        if not strict and not done.stdout.strip():
            raise Failed(f"printed nothing: {shown}")
        return self.normalised(done.stdout, running)

    def normalised(self, text, running=None):
        if running:
            text = text.replace(running.address, ADDRESS)
            text = re.sub(rf"\b{running.process.pid}\b", "4711", text)
        for folder in self.folder, ROOT, pairs.BIN.resolve().parent.parent:  # the last: where the programs were built
            text = re.sub(rf"(?<![\w.-]){re.escape(str(folder))}/", "", text)
        text = re.sub(r"^(Time|Build ID): .*\n", "", text, flags=re.M)
        return one_port_each(text)

    def report(self, arguments):
        """What a lab program prints until its load has ended."""
        name, *options = shlex.split(arguments)
        path = executable(name)
        port = [] if "--port" in options else ["--port", "0"]
        lines = []
        with subprocess.Popen([path, *port, *options], cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True) as process:
            for line in process.stdout:
                lines.append(line)
                if re.match(r'\[END\]|\{"event":"end"', line) and not {"--once", "--expect"} & set(options):
                    process.send_signal(signal.SIGINT)
        return self.normalised("".join(lines))

    def series(self, pattern):
        """Both twins of a pattern, sampled twice a second from start to end of their load."""
        paths = {twin: executable(f"{pattern}-{twin}") for twin in ("leaky", "fixed")}
        options = ["--port", "0", "--json", "--interval", f"{SAMPLED_EVERY * 1000:.0f}ms", "--duration", f"{LOAD}s"]
        processes = {twin: subprocess.Popen([path, *options], cwd=self.folder, stdout=subprocess.PIPE,
                                            stderr=subprocess.DEVNULL, text=True) for twin, path in paths.items()}
        found = {twin: {"seconds": [], "tasks": [], "heap": [], "fds": []} for twin in paths}
        try:
            addresses = {twin: json.loads(process.stdout.readline())["url"] for twin, process in processes.items()}
            begin = time.monotonic()
            for step in range(round(LOAD / SAMPLED_EVERY) + 1):
                time.sleep(max(0.0, begin + step * SAMPLED_EVERY - time.monotonic()))
                for twin, series in found.items():
                    with urllib.request.urlopen(f"{addresses[twin]}/debug/vars", timeout=5) as answer:
                        figures = json.load(answer)
                    series["seconds"].append(round(time.monotonic() - begin, 2))
                    series["tasks"].append(figures["tasks"]["live"])
                    series["heap"].append(figures["heap"]["in_use_bytes"])
                    series["fds"].append(figures["process"]["open_fds"]["total"])
        finally:
            for process in processes.values():
                process.terminate()
        for twin, series in found.items():
            events = [json.loads(line) for line in processes[twin].communicate()[0].splitlines()]
            points = [event for event in events if event["event"] in ("start", "after")]
            for gauge in set(points[0]) - {"event", *series}:
                series[gauge] = [point[gauge] for point in points]
                series[f"{gauge}, seconds"] = [point["seconds"] for point in points]
        return found

    def traces(self, pattern):
        """A trace of a second of both twins of a pattern."""
        found = {}
        for twin in ("leaky", "fixed"):
            running = self.program(f"{pattern}-{twin}", False)
            with urllib.request.urlopen(f"http://{running.address}/debug/pprof/trace?seconds=1", timeout=30) as answer:
                found[twin] = json.loads(self.normalised(answer.read().decode()))
        return found

    def growth(self, arguments):
        """Memory and verdicts of one program."""
        name, *options = shlex.split(arguments)
        found = {"seconds": [], "in_use": [], "resident": [], "verdicts": {}}
        process = subprocess.Popen([executable(name), *options, "--port", "0", "--json", "--duration", f"{2 * GROWS_FOR}s"],
                                   cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            address = json.loads(process.stdout.readline())["url"]
            begin = time.monotonic()
            for step in range(round(GROWS_FOR / GROWTH_SAMPLED_EVERY) + 1):
                time.sleep(max(0.0, begin + step * GROWTH_SAMPLED_EVERY - time.monotonic()))
                figures, leaks = (json.load(urllib.request.urlopen(f"{address}/debug/{path}", timeout=30))
                                  for path in ("vars", "leaks?format=json"))
                found["seconds"].append(round(time.monotonic() - begin, 2))
                found["in_use"].append(figures["heap"]["in_use_bytes"])
                found["resident"].append(figures["process"]["resident_bytes"])
                for figure, word in leaks["figures"].items():
                    changes = found["verdicts"].setdefault(figure, [])
                    if not changes or changes[-1][1] != word:
                        changes.append([found["seconds"][-1] if changes else 0, word])
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()
        return found


def programs_in(command):
    """The programs in build/bin that the command spells out."""
    return [name for name in re.findall(r"\bbuild/bin/([\w-]+)(?![\w$*?{\[-])", command) if (pairs.BIN / name).exists()]


def executable(name):
    """The lab program of this name, which must not be older than its source."""
    path = pairs.BIN / name
    if not os.access(path, os.X_OK):
        raise Failed(f"there is no {path}; scripts/test builds all programs")
    for source in sources_of(name):
        if pairs.BIN == ROOT / "build" / "bin" and (ROOT / source).stat().st_mtime > path.stat().st_mtime:
            raise Failed(f"{path} is older than {source}; build it first")
    return path


def one_port_each(text):
    """Ports that the system chose, as 6060, 6061 … in the order in which they appear; columns stay where they are."""
    seen = {}

    def replaced(found):
        if int(found["port"]) < 10000:
            return found[0]
        port = str(6060 + seen.setdefault(found["port"], len(seen)))
        gap = found["gap"] + " " * (len(found["port"]) - len(port)) if len(found["gap"]) > 1 else found["gap"]
        return f"127.0.0.1:{port}{found['rest']}{gap}"

    return re.sub(r"127\.0\.0\.1:(?P<port>\d+)(?P<rest>[^\s\"]*)(?P<gap> *)", replaced, text)
