"""A twin that runs, for the tests beside this file and those of what the heap's graph says of the pairs."""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import urllib.request


PATTERNS = sorted(path.name for path in pathlib.Path(__file__).resolve().parents[2].glob("[1-9].*/examples/*"))
AT_ONCE = 6  # they mostly wait


def read_pair(folder):
    with open(os.path.join(folder, "pair.json")) as file:
        return json.load(file)


class Twin:
    """Runs on any free port until the end of the with statement."""

    def __init__(self, binaries, pair, name, *options):
        program = os.path.join(binaries, f"{pair['pattern']}-{name}")
        self.process = subprocess.Popen([program, "--port", "0", "--json", *options], stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        self.url = next(self.lines())["url"]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=10)

    def lines(self):
        """What it reports, as it does."""
        return map(json.loads, self.process.stdout)

    def await_end_of_load(self):
        """False when the program ends before."""
        return any(line["event"] == "serving" for line in self.lines())

    def ask(self, path):
        return urllib.request.urlopen(self.url + path, timeout=60).read().decode()

    def leaks(self, prove=0):
        return json.loads(self.ask(f"/debug/leaks?format=json&prove={prove}"))


def after_load(binaries, patterns, look, options):
    """{twin: what `look` has of it when its load has ended} for both twins of each pattern, in their order. Both functions are
    given the twin's name."""
    def look_at(twin):
        pattern, _, kind = twin.rpartition("-")
        with Twin(binaries, {"pattern": pattern}, kind, "--interval", "1s", *options(twin)) as running:
            if not running.await_end_of_load():
                raise RuntimeError(f"{twin} has ended before its load has")
            return look(twin, running)

    twins = [f"{pattern}-{kind}" for pattern in patterns for kind in ("leaky", "fixed")]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(twins, pool.map(look_at, twins)))
