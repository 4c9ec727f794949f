"""What stands behind "generated:": where each kind of part comes from, and how it is shown."""
import json
import pathlib
import re
import subprocess
import textwrap

import pairs
from docs import chart, growth, timeline
from docs.markdown import fenced
from docs.runner import Failed, programs_in

ROOT = pairs.ROOT
LANGUAGES = {".cpp": "cpp", ".hpp": "cpp", ".h": "cpp", ".py": "python", ".json": "json", ".cmake": "cmake", ".md": "markdown",
             ".txt": "cmake", ".yml": "yaml", ".yaml": "yaml"}
DRAWN = {"chart": chart, "growth": growth, "timeline": timeline}
MEASURED = "side-by-side", "test", "look", "late", "report", "run:", *DRAWN


def split(source):
    kind, _, rest = source.partition(" ")
    return kind, rest


def is_measured(source):
    return split(source)[0] in MEASURED


def is_drawn(source):
    return split(source)[0] in DRAWN


def folder_of(pattern):
    for folder in [*ROOT.glob(f"*/examples/{pattern}"), *ROOT.glob(f"*/exercises/{pattern}")]:
        return folder
    raise Failed(f"there is no pattern {pattern}")


def key_of(source):
    """Under what it is kept: the charts of a pattern come from one recording of all gauges."""
    kind, rest = split(source)
    return f"chart {rest.split()[0]}" if kind == "chart" else source


# What is measured: (programs, content to keep).

def look_at(rest):
    """The program, behind its environment, and the command."""
    program, _, command = rest.partition(": ")
    *settings, pattern = program.split()
    name = pattern if pattern.endswith("-fixed") else f"{pattern}-leaky"
    folder_of(name.rpartition("-")[0])
    return " ".join([*settings, name]), command


def measure(source, runner):
    kind, rest = split(source)
    if kind == "chart":
        folder_of(rest)
        return [f"{rest}-leaky", f"{rest}-fixed"], runner.series(rest)
    if kind == "growth":
        return rest.split()[:1], runner.growth(rest)
    if kind == "timeline":
        folder_of(rest)
        found = {twin: timeline.lives(trace) for twin, trace in runner.traces(rest).items()}
        places = sorted({one["waits_at"] for lives in found.values() for one in lives})
        return [f"{rest}-leaky", f"{rest}-fixed"], {**found, "output": places}
    if kind == "side-by-side":
        pattern = rest.split()[0]
        folder_of(pattern)
        programs, output = [f"{pattern}-leaky", f"{pattern}-fixed"], runner.shell(f"scripts/side-by-side {rest}")
    elif kind in ("look", "late"):
        name, command = look_at(rest)
        programs, output = [name.split()[-1], *programs_in(command)], runner.shell(command, name, late=kind == "late")
    elif kind == "report":
        pattern, twin, *options = rest.split(" ", 2)
        programs, output = [f"{pattern}-{twin}"], runner.report(" ".join([f"{pattern}-{twin}", *options]))
    elif kind == "test":
        programs, output = rest.split()[:1], runner.shell(f"build/bin/{rest}")
    else:
        programs, output = programs_in(rest), runner.shell(rest)
    return programs, {"output": [line.rstrip() for line in output.splitlines()]}


# What is shown.

def command_of(source):
    kind, rest = split(source)
    if kind == "side-by-side":
        return f"scripts/side-by-side {rest}"
    if kind in ("look", "late"):
        return look_at(rest)[1]
    if kind == "report":
        pattern, twin, *options = rest.split(" ", 2)
        return " ".join([f"build/bin/{pattern}-{twin}", *options])
    return f"build/bin/{rest}" if kind == "test" else rest


def shown(source, entry, figures):
    """The body of the part."""
    kind, rest = split(source)
    if is_drawn(source):
        return DRAWN[kind].markdown(*drawn(source, entry))
    if is_measured(source):
        return fenced("console", [f"$ {command_of(source)}", *entry["output"]])
    if kind == "diff":
        return fenced("diff", diff(rest))
    if kind == "file":
        return fenced(LANGUAGES.get(pathlib.Path(rest).suffix, "sh"), read(rest).splitlines())
    if kind == "code":
        path, _, name = rest.partition(" ")
        return fenced(LANGUAGES.get(pathlib.Path(path).suffix, "sh"), definition(path, name))
    if kind == "puzzle":
        return fenced("cpp", puzzle(*rest.split(" ", 1)))
    if kind == "pairs":
        return pairs_table(rest)
    if kind == "strategies":
        return strategies_table()
    if kind == "figure-table":
        return figure_table(rest, figures)
    raise Failed(f'nothing is known about "{source}"')


def drawn(source, entry):
    """The arguments for a picture's functions: its name and what it draws."""
    kind, rest = split(source)
    return (*rest.split(" ", 1), recorded(source, entry)) if kind == "chart" else (rest, entry)


def picture(source, entry):
    """(name of the file, content)"""
    kind, _ = split(source)
    *name, content = drawn(source, entry)
    return DRAWN[kind].file_name(*name), DRAWN[kind].svg(*name, content)


def drawn_difference(source, before, after):
    """Why two recordings tell different stories, or nothing."""
    kind, rest = split(source)
    if kind != "chart":
        return DRAWN[kind].difference(before, after)
    return chart.difference(recorded(source, before), recorded(source, after), rest.partition(" ")[2])


def recorded(source, entry):
    """What a chart draws of a recording: for each twin the seconds and the gauge."""
    gauge = split(source)[1].partition(" ")[2]
    if gauge not in entry["leaky"]:
        known = ", ".join(sorted(name for name in entry["leaky"] if not name.endswith("seconds")))
        raise Failed(f"{source}: there is no gauge {gauge}; there are {known}")
    return {twin: {"seconds": entry[twin].get(f"{gauge}, seconds", entry[twin]["seconds"]), gauge: entry[twin][gauge]}
            for twin in chart.TWINS}


def read(path):
    if not (ROOT / path).is_file():
        raise Failed(f"there is no {path}")
    return (ROOT / path).read_text()


def diff(pattern):
    folder = folder_of(pattern).relative_to(ROOT)
    done = subprocess.run(["diff", "-u", f"{folder}/leaky.cpp", f"{folder}/fixed.cpp"], cwd=ROOT, capture_output=True,
                          text=True, check=False)
    return done.stdout.splitlines()[2:]


def puzzle(pattern, name):
    """The definition in the leaky twin, without the comment that tells what is wrong with it."""
    kept, told = [], False
    for line in definition(f"{folder_of(pattern).relative_to(ROOT)}/leaky.cpp", name):
        told = "// the fault" in line or told and line.lstrip().startswith("//")
        if not told:
            kept.append(line)
    return kept


def definition(path, name):
    """The first definition of the name in the file: from the comment, template or attribute before it to its end."""
    lines = read(path).splitlines()
    scope, _, last = name.rpartition("::")
    for tag in tags_of(path):
        in_scope = f"::{tag.get('scope', '')}".endswith(f"::{scope}") if scope else True
        end = tag.get("end", tag["line"] if tag["kind"] == "typedef" else None)  # of more than one line, it is not told
        if tag["name"] == last and in_scope and end:
            first = tag["line"] - 1
            while first and re.match(r"\s*(?://|template\b|\[\[|requires\b)", lines[first - 1]):
                first -= 1
            return textwrap.dedent("\n".join(lines[first:end])).splitlines()
    raise Failed(f"{path} defines no {name}")


def tags_of(path):
    command = ["ctags", "--output-format=json", "--fields=+neZ", "--kinds-C++=-p", "--sort=no", "-o", "-", path]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as failure:
        raise Failed(f"universal-ctags did not read {path}: {failure}") from None
    return sorted(map(json.loads, done.stdout.splitlines()), key=lambda tag: tag["line"])


def pairs_table(number):
    """Without what happens in a pair and how fast: that is for the reader to predict."""
    rows = ["| pattern | gauge | counts as work | estimate |", "|---|---|---|---|"]
    for pair in pairs.load():
        if pair["category"].startswith(number):
            link = f"[{pair['pattern']}](examples/{pair['pattern']}/)"
            rows.append(f"| {link} | {pair['gauge']} | {pair['work']} | {pair['minutes_to_learn']} min |")
    return "\n".join(rows) + "\n"


def strategies_table():
    """What a fix does, against the category: each cell has its pairs, each a link to its section, which shows the diff."""
    every = pairs.load()
    for pair in every:
        wanted = pair.get("strategy") or ["nothing"]
        if unknown := [word for word in wanted if word not in pairs.STRATEGIES]:
            raise Failed(f"pair.json of {pair['pattern']} has the strategy {unknown[0]}; "
                         f"known are {', '.join(pairs.STRATEGIES)}")
    categories = sorted({pair["category"] for pair in every})
    titles = [read(f"{name}/README.md").partition("\n")[0].removeprefix("# ") for name in categories]
    rows = ["| | " + " | ".join(f"[{title}](../{name}/README.md)" for name, title in zip(categories, titles)) + " |",
            "|---" * (len(categories) + 1) + "|"]
    for word, what in pairs.STRATEGIES.items():
        cells = [", ".join(f"[{pair['pattern']}](../{category}/README.md#{pair['pattern']})" for pair in every
                           if pair["category"] == category and word in pair["strategy"]) for category in categories]
        rows.append(f"| **{word}**: {what} | " + " | ".join(cell or "-" for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def figure_table(name, figures):
    if name not in figures.names():
        raise Failed(f"there is no docs/figures/{name}.json")
    rows = ["| what | measured | with |", "|---|---|---|"]
    for key in figures.keys_of(name):
        figure = figures.defined[key]
        if figures.value(key) is None:
            raise Failed(f"{key} was never measured")
        tick = "``" if "`" in figure["command"] else "`"
        command = figure["command"].replace("|", "\\|")
        running = f", while `{figure['while']}` runs" if "while" in figure else ""
        rows.append(f"| {figure['title']} | {figures.value(key)} | {tick}{command}{tick}{running} |")
    return "\n".join(rows) + "\n"
