"""docs/measured: what was measured for a text, with where, when and of what; and docs/figures, which say how."""
import datetime
import functools
import hashlib
import json
import os
import platform
import re
import subprocess

import pairs

ROOT = pairs.ROOT
MEASURED = ROOT / "docs" / "measured"
FIGURES = ROOT / "docs" / "figures"
SOURCE_LINE = re.compile(r"(?<![\w/])((?:[\w.+-]+/)+[\w.+-]+\.[ch]pp):(\d+)")


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False).stdout.strip()
    except OSError:
        return ""


@functools.cache
def provenance():
    """Where and of what this run measures. A + behind the commit: sources differ from it."""
    cache = ROOT / "build" / "CMakeCache.txt"
    found = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", cache.read_text() if cache.exists() else "", re.M)
    boost = subprocess.run([found[1] if found else "c++", "-E", "-P", "-x", "c++", "-"], capture_output=True, text=True,
                           input="#include <boost/version.hpp>\nversion: BOOST_LIB_VERSION", check=False).stdout
    changed = output_of("git", "status", "--porcelain", "--untracked-files=no", "--", "*.cpp", "*.hpp", "*.txt", "*.cmake")
    return {
        "commit": output_of("git", "rev-parse", "HEAD")[:12] + ("+" if changed else ""),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "compiler": output_of(found[1] if found else "c++", "--version").split("\n")[0],
        "libraries": {
            "boost": boost.split('"')[-2].replace("_", ".") if '"' in boost else "",
            **{name: output_of("pkg-config", "--modversion", name) for name in ("libtcmalloc", "fmt", "libdw")}},
        "tools": {"go": output_of("go", "version").removeprefix("go version "),
                  "curl": output_of("curl", "--version").split(" (")[0]},
        "kernel": platform.release(),
        "processors": f"{len(os.sched_getaffinity(0))} of {platform.machine()}",
    }


def digest(path):
    return hashlib.sha256((ROOT / path).read_bytes()).hexdigest()[:16]


def lines_named_in(text):
    """The lines of our own sources that the text names, as they stand now."""
    named = {}
    for path, number in sorted(set(SOURCE_LINE.findall(text))):
        if (ROOT / path).is_file():
            lines = (ROOT / path).read_text().splitlines()
            named[f"{path}:{number}"] = lines[int(number) - 1].strip() if int(number) <= len(lines) else None
    return named


@functools.cache
def sources_of(program):
    """The files that a program in build/bin is made of, as far as its name tells, by their path from the root."""
    pattern, _, twin = program.rpartition("-")
    found = [str(file.relative_to(ROOT)) for folder in ("examples", "exercises")
             for file in ROOT.glob(f"*/{folder}/{pattern}/{twin}.cpp")]
    return found or output_of("git", "ls-files", "-co", "--exclude-standard", "--", f"*/{program}.cpp").split()


def files_named_in(command):
    """The files of the repository that a command names, such as a script; what is built is known by its sources."""
    words = dict.fromkeys(re.split(r"[\s'\"`<>|;&()$=:]+", command))
    return [word for word in words if word and not re.match(r"/|\.|build/", word) and (ROOT / word).is_file()]


class Kept:
    """One file of docs/measured: entries by key, each with the run that it comes from."""

    def __init__(self, name):
        self.path = MEASURED / f"{name}.json"
        stored = json.loads(self.path.read_text()) if self.path.exists() else {"runs": [], "entries": {}}
        self.runs = stored["runs"]
        self.entries = stored["entries"]

    def put(self, key, programs, **content):
        """Keeps an entry, the state of the programs' sources and the lines that its text names."""
        if provenance() not in self.runs:
            self.runs.append(provenance())
        names = [name for program in dict.fromkeys(programs) for name in sources_of(program)]
        names += [name for name in files_named_in(content.get("command", key)) if name not in names]
        self.entries[key] = {"run": self.runs.index(provenance()), **content,
                             "sources": {name: digest(name) for name in names},
                             "lines": lines_named_in("\n".join(content.get("output", [])))}

    def save(self, keys):
        """Writes the entries of these keys and the runs that they come from."""
        self.entries = {key: self.entries[key] for key in keys if key in self.entries}
        used = sorted({entry["run"] for entry in self.entries.values()})
        self.runs = [self.runs[number] for number in used]
        for entry in self.entries.values():
            entry["run"] = used.index(entry["run"])
        if not self.entries:
            self.path.unlink(missing_ok=True)
            return
        text = json.dumps({"runs": self.runs, "entries": self.entries}, indent=1, ensure_ascii=False)
        series = re.compile(r"\[\s+(-?[\d.]+(?:,\s+-?[\d.]+)*)\s+\]")
        text = series.sub(lambda found: "[" + " ".join(found[1].split()) + "]", text)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(text + "\n")


def changed_since(entry):
    """What in the sources is no longer as it was when the entry was measured, or nothing."""
    for path, then in entry["sources"].items():
        if not (ROOT / path).exists() or digest(path) != then:
            return f"{path} has changed since"
    for place, then in entry["lines"].items():
        if lines_named_in(place).get(place) != then:
            return f"{place} is another line now"
    return ""


class Figures:
    """The figures of all docs/figures/NAME.json under NAME.KEY, and what was measured for them."""

    def __init__(self):
        self.defined = {}
        self.kept = {}
        for file in sorted(FIGURES.glob("*.json")):
            self.kept[file.stem] = Kept(f"figures/{file.stem}")
            for key, figure in json.loads(file.read_text()).items():
                self.defined[f"{file.stem}.{key}"] = figure

    def entry(self, key):
        name, _, rest = key.partition(".")
        return self.kept[name].entries.get(rest) if name in self.kept else None

    def value(self, key):
        entry = self.entry(key)
        return entry["value"] if entry else None

    def names(self):
        return list(self.kept)

    def keys_of(self, name):
        return [key for key in self.defined if key.startswith(f"{name}.")]
