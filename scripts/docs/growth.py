"""Bytes in use and resident memory of one program against time, and what the verdict said of each figure meanwhile."""
import math
from xml.sax.saxutils import escape

from docs.chart import STYLE, figure, step_of, value_at

WIDTH, LEFT, RIGHT, TOP, PLOT, STRIP = 720, 76, 120, 44, 210, 30
MIB = 2**20
LINES = {"in_use": "in use", "resident": "resident"}
QUIET = "steady", "not known"
COLOURS = """
  .in_use { stroke: #0550ae }
  .resident { stroke: #59636e; stroke-dasharray: 7 5 }
  .box { stroke: #59636e; fill: #ffffff }
  .leaking { fill: #f3c1bb }
  .growing { fill: #f8dca8 }
  .held { fill: #e2d1f5 }
  .bounded { fill: #c3ddf7 }
  .steady { fill: #c9ead0 }
  .small { font-size: 12px }
  @media (prefers-color-scheme: dark) {
    .in_use { stroke: #79c0ff }
    .resident { stroke: #9198a1 }
    .box { fill: #0d1117; stroke: #9198a1 }
    .leaking { fill: #67231c }
    .growing { fill: #5c4310 }
    .held { fill: #46305f }
    .bounded { fill: #123c66 }
    .steady { fill: #14432a }
  }
"""


def name_of(rest):
    """What the run is called: the program's name, or the shape that it is asked for."""
    program, *options = rest.split()
    return next((word for word in options[:1] if not word.startswith("-")), program)


def spoken(entry):
    """The words of each figure that ever had something to say, with the second of each; of the heap when none had."""
    said = {name: changes for name, changes in entry["verdicts"].items()
            if any(word not in QUIET for _, word in changes)}
    return said or {"heap": entry["verdicts"]["heap"]}


def spans(changes, end):
    """(from, until, word) of changes, which are (second, word)."""
    return [(begin, until, word) for (begin, word), until in zip(changes, [second for second, _ in changes[1:]] + [end])]


def words_of(changes):
    """The words in their order, without those that say nothing at the beginning."""
    words = [word for _, word in changes]
    while len(words) > 1 and words[0] in QUIET:
        words.pop(0)
    return words


def extent(values):
    """From the first to the last, over the extremes, in MiB."""
    low, high, last = (figure(value / MIB) for value in (values[0], max(values), values[-1]))
    return f"from {low} to {high} MiB" + (f", at the end {last}" if last != high else "")


def caption(rest, entry):
    verdicts = "; ".join(f"{name} {', then '.join(words_of(changes))}" for name, changes in spoken(entry).items())
    return f"{name_of(rest)}: in use {extent(entry['in_use'])}, resident {extent(entry['resident'])}. Verdict: {verdicts}."


def alternative(rest, entry):
    return f"{name_of(rest)}: bytes in use, solid, and resident memory, dashed; verdicts beneath"


def file_name(rest):
    return f"{name_of(rest)}-growth.svg"


def word_at(changes, second):
    return [word for begin, word in changes if begin <= second][-1]


def markdown(rest, entry):
    said = spoken(entry)
    rows = ["| seconds | in use, MiB | resident, MiB | " + " | ".join(said) + " |",
            "|---:|---:|---:|" + "---|" * len(said)]
    changed = {second for changes in said.values() for second, _ in changes}
    for second in sorted({*range(0, math.floor(entry["seconds"][-1]) + 1, 8), *changed}):
        cells = [figure(value_at(entry["seconds"], entry[line], second) / MIB) for line in LINES]
        rows.append(f"| {figure(second)} | " + " | ".join(cells + [word_at(changes, second) for changes in said.values()]) + " |")
    return "\n".join([f"![{alternative(rest, entry)}](images/{file_name(rest)})", "", f"*{caption(rest, entry)}*", "",
                      "<details>", "<summary>The chart as a table</summary>", "", *rows, "", "</details>"]) + "\n"


def svg(rest, entry):
    said = spoken(entry)
    bottom = TOP + PLOT
    height = bottom + 48 + STRIP * len(said)
    end = entry["seconds"][-1]
    most = max(max(entry[line]) for line in LINES) / MIB
    step = step_of(most, 4)
    top = step * math.ceil(most / step)

    def x(second):
        return LEFT + (WIDTH - LEFT - RIGHT) * second / end

    def y(value):
        return bottom - PLOT * value / MIB / top

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
             'aria-labelledby="title desc">',
             f'<title id="title">{escape(f"{name_of(rest)}: memory against time, with the verdict")}</title>',
             f'<desc id="desc">{escape(alternative(rest, entry))}. {escape(caption(rest, entry))}</desc>',
             f"<style>{STYLE}{COLOURS}</style>", f'<rect class="ground" width="{WIDTH}" height="{height}"/>',
             f'<text class="title" x="{LEFT}" y="24">{escape(name_of(rest))}: MiB</text>']
    for number in range(round(top / step) + 1):
        at = y(number * step * MIB)
        parts.append(f'<path class="grid" d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 5:.1f}" text-anchor="end">{number * step:g}</text>')
    for second in range(0, math.floor(end) + 1, 2):
        parts.append(f'<text x="{x(second):.1f}" y="{bottom + 20}" text-anchor="middle">{second}</text>')
    parts.append(f'<text x="{WIDTH - RIGHT + 16}" y="{bottom + 20}">seconds</text>')
    parts.append(f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}"/>')
    ends = {line: y(entry[line][-1]) for line in LINES}
    if ends["in_use"] - ends["resident"] < 18:  # the labels must not cover each other
        middle = sum(ends.values()) / 2
        ends = {"resident": middle - 9, "in_use": middle + 9}
    for line, label in LINES.items():
        points = " ".join(f"{x(second):.1f},{y(value):.1f}" for second, value in zip(entry["seconds"], entry[line]))
        parts.append(f'<polyline class="line {line}" points="{points}"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{ends[line] + 5:.1f}">{label}</text>')
    for number, (name, changes) in enumerate(said.items()):
        at = bottom + 36 + STRIP * number
        parts.append(f'<text class="small" x="{WIDTH - RIGHT + 8}" y="{at + 15}">{escape(name)}</text>')
        for begin, until, word in spans(changes, end):
            wide = x(until) - x(begin)
            parts.append(f'<rect class="box {word.replace(" ", "-")}" x="{x(begin):.1f}" y="{at}" width="{wide:.1f}" '
                         'height="22"/>')
            if wide > 7 * len(word) + 6:
                middle = x(begin) + wide / 2
                parts.append(f'<text class="small" x="{middle:.1f}" y="{at + 15}" text-anchor="middle">{word}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def difference(before, after):
    """Why two runs tell different stories, or nothing."""
    for name in spoken(before).keys() | spoken(after).keys():
        then, now = (set(words_of(entry["verdicts"][name])) - {"growing"} for entry in (before, after))
        if then != now:
            return f"the verdicts on {name} were {sorted(then)} and are {sorted(now)}"
    return ""
