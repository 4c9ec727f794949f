"""The shop and its clients as they run, for the tests beside this file."""
import json
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCES = ROOT / "shop" / "src"

# What a gauge of the shop's own is called in pair.json, and in the shop.
GAUGES = {
    "bytes queued": "feed bytes queued",
    "connections": "connections",
    "listeners": "feed listeners",
    "records lost": "journal records lost",
    "routes": "notification routes",
    "temporary files": "uploads left as drafts",
}
TIMERS = {"timer-per-iteration": "price alarms pending", "unstopped-timer": "session timers pending"}


def read_pairs():
    """The pairs by their names."""
    found = [json.loads(file.read_text()) for file in ROOT.glob("[1-9].*/examples/*/pair.json")]
    return {pair["pattern"]: pair for pair in found}


def figure_of(pair):
    """The kind of the finding that a fault has to have, and the name of the gauge where it is one."""
    if pair["gauge"] in ("tasks", "heap", "fds"):
        return pair["gauge"], None
    return "gauge", TIMERS.get(pair["pattern"]) or GAUGES[pair["gauge"]]


def file_of(pattern):
    """The one file that asks whether this fault is on."""
    word = re.compile(rf"\bfault::{pattern.replace('-', '_')}\b")
    files = [file.name for file in SOURCES.glob("*.cpp") if word.search(file.read_text())]
    if len(files) != 1:
        raise AssertionError(f"{pattern} stands in {files or 'no file'}, expected in one")
    return files[0]


def get(url, method="GET", body=None):
    """Status and text."""
    request = urllib.request.Request(url, method=method, data=body)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


class Process:
    """A program that prints, until the end of the with statement."""

    def __init__(self, program, *options):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([program, *map(str, options)], stdout=subprocess.PIPE, stderr=self.errors, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()  # so that it removes its folder
        try:
            self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()

    def end(self, number=signal.SIGTERM):
        """Status, seconds that it took, and what it has printed since, to both outputs."""
        begin = time.monotonic()
        self.process.send_signal(number)
        text, _ = self.process.communicate(timeout=60)
        took = time.monotonic() - begin
        self.errors.seek(0)
        return self.process.returncode, took, text + self.errors.read()


class Shop(Process):
    def __init__(self, binaries, *options):
        super().__init__(pathlib.Path(binaries) / "shop", "--port", "0", "--debug-port", "0", *options)
        line = self.process.stdout.readline()
        found = re.fullmatch(r"shop: (http://\S+:(\d+))  endpoint: (http://\S+)\n", line)
        if not found:
            self.process.wait()
            self.errors.seek(0)
            raise AssertionError(f"the shop printed {line!r} {self.errors.read()!r}")
        self.url, self.port, self.debug_url = found.groups()

    def leaks(self):
        return json.loads(get(self.debug_url + "/debug/leaks?format=json")[1])

    def vars(self):
        return json.loads(get(self.debug_url + "/debug/vars")[1])

    def answered(self):
        return int(re.search(r"requests answered: (\d+)", get(self.url + "/status")[1])[1])


class Clients(Process):
    def __init__(self, binaries, shop, *options):
        super().__init__(pathlib.Path(binaries) / "shop-clients", "--port", shop.port, *options)


def names(report, pattern, pair):
    """Whether the report has the figure of this fault, and its file where the finding has lines."""
    kind, gauge = figure_of(pair)
    for finding in report["findings"]:
        if finding["kind"] != kind or finding["verdict"] not in ("leaking", "growing"):
            continue
        if gauge:
            if finding["what"] == gauge:
                return True
            continue
        sites = [finding["waits_at"], finding["spawned_at"], *finding["places"][:1]]
        if any(site and site["file"].endswith("/" + file_of(pattern)) for site in sites):
            return True
    return False
