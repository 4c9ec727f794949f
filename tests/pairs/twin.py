"""A twin that runs, for the tests beside this file."""
import json
import os
import subprocess
import urllib.request


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

    def ask(self, path):
        return urllib.request.urlopen(self.url + path, timeout=60).read().decode()

    def leaks(self):
        return json.loads(self.ask("/debug/leaks?format=json"))
