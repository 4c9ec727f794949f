"""Some tasks' lives out of a trace of both twins of a pair: who spawns whom, what each waits in, and how it ends."""
import collections
from xml.sax.saxutils import escape

from docs.chart import STYLE, TWINS

WINDOW = 100.0  # milliseconds
BEFORE = 10.0  # of it, ahead of the first task that is shown from its beginning
FAMILIES = 2
KINDS = {"ended": "ended", "orphan": "orphaned", "stays": "in one wait to the end", "works": "at work"}
WIDTH, LEFT, RIGHT, ROW = 720, 110, 160, 34
COLOURS = """
  .life { fill: none; stroke: #59636e }
  .waits { fill: #d1d9e0 }
  .runs { fill: #0550ae }
  .stays { fill: #f3c1bb; stroke: #b42318 }
  .arrow { stroke: #1f2328; stroke-width: 1.5; fill: none }
  .head { fill: #1f2328 }
  .small { font-size: 12px }
  @media (prefers-color-scheme: dark) {
    .life { stroke: #9198a1 }
    .waits { fill: #3d444d }
    .runs { fill: #79c0ff }
    .stays { fill: #67231c; stroke: #ff8e80 }
    .arrow { stroke: #f0f6fc }
    .head { fill: #f0f6fc }
  }
"""


def lives(trace):
    """The tasks to show of one trace, each with its times in milliseconds from the window's beginning."""
    events = collections.defaultdict(list)
    for event in trace["traceEvents"]:
        if event["ph"] == "X":
            events[event["tid"]].append(event)
    tasks = {tid: next(e for e in found if e["cat"] == "task") for tid, found in events.items()}
    came = [tid for tid, task in tasks.items() if task["args"]["began"] == "in the trace"
            and tasks.get(task["args"].get("parent"), {}).get("ts") == 0 and task["ts"] > 2000 * BEFORE]
    came.sort(key=lambda tid: tasks[tid]["ts"])
    if not came:
        raise ValueError("no task begins in this trace")
    begin = tasks[came[0]]["ts"] / 1000 - BEFORE
    parent = tasks[came[0]]["args"]["parent"]
    stay = [tid for tid, task in sorted(tasks.items()) if task["args"]["began"] == "before the trace"
            and task["args"]["ended"] == "not in the trace" and tid != parent]
    shown = [parent, *stay[:1]]
    for first in came[:FAMILIES]:
        shown += [first, *(tid for tid, task in sorted(tasks.items()) if task["args"].get("parent") == first)]
    return [life(tasks, events[tid], begin) for tid in shown]


def life(tasks, events, begin):
    task = next(e for e in events if e["cat"] == "task")
    number, parent = task["args"]["task"], task["args"].get("parent")

    def milliseconds(microseconds):
        return round(microseconds / 1000 - begin, 3)

    ended = task["args"]["ended"] != "not in the trace"
    segments = [[max(0.0, milliseconds(e["ts"])), min(WINDOW, milliseconds(e["ts"] + e["dur"])), e["name"]]
                for e in events if e["cat"] in ("wait", "run")]
    last = next((e for e in reversed(events) if e["cat"] == "wait"), None)
    end = milliseconds(task["ts"] + task["dur"]) if ended else None
    stays = (not ended and last is not None and last["dur"] >= 1000 * WINDOW
             and last["ts"] + last["dur"] >= task["ts"] + task["dur"] - 1)
    return {"task": number, "name": task["name"], "parent": parent,
            "begins": milliseconds(task["ts"]) if task["args"]["began"] == "in the trace" else None, "ends": end,
            "waits_at": last["args"].get("at", "") if last else "", "waits_in": last["name"] if last else "",
            "stays": stays,
            "orphan_from": orphaned(tasks, task, begin), "segments": [s for s in segments if s[0] < s[1]]}


def orphaned(tasks, task, begin):
    """When its parent, itself no more than a task among others, ended before it; or nothing."""
    parent = tasks.get(task["args"].get("parent"))
    if not parent or parent["args"]["ended"] == "not in the trace" or task["args"]["ended"] != "not in the trace":
        return None
    return round((parent["ts"] + parent["dur"]) / 1000 - begin, 3)


def fate(one):
    """(how it ends, in few words, the same as a kind)"""
    if one["ends"] is not None:
        took = one["ends"] - one["begins"] if one["begins"] is not None else None
        return (f"ended, {took:.2g} ms old" if took is not None and took < 10 else
                f"ended, {took:.0f} ms old" if took is not None else "ended"), "ended"
    if one["orphan_from"] is not None:
        return "orphan: waits on", "orphan"
    if one["stays"]:
        return ("waited all the time" if one["begins"] is None else "blocked: waits on"), "stays"
    return "works on", "works"


def does(one):
    """Its waits in their order, short repeats told once."""
    said = []
    for begin, until, name in one["segments"]:
        if name != "running" and (not said or said[-1][0] != name):
            said.append([name, until - begin])
        elif name != "running":
            said[-1][1] += until - begin
    return ", ".join(f"{name} {spent:.3g} ms" for name, spent in said) or "runs without a wait"


def alternative(pattern, entry):
    told = []
    for twin in TWINS:
        rows = "; ".join(f"{one['name']} {one['task']}: {fate(one)[0]}" for one in entry[twin])
        told.append(f"{twin} twin: {rows}")
    return f"Timeline of tasks of {pattern}, {WINDOW:.0f} milliseconds of a trace. " + ". ".join(told)


def caption(pattern, entry):
    parts = []
    for twin in TWINS:
        counts = collections.Counter(fate(one)[1] for one in entry[twin])
        told = [f"{counts[kind]} {words}" for kind, words in KINDS.items() if counts[kind]]
        parts.append(f"{pattern}-{twin}: {', '.join(told)}")
    return "; ".join(parts) + "."


def file_name(pattern):
    return f"{pattern}-timeline.svg"


def markdown(pattern, entry):
    rows = ["| twin | task | spawned by | begins, ms | its waits | then |", "|---|---|---:|---:|---|---|"]
    for twin in TWINS:
        for one in entry[twin]:
            begins = "before" if one["begins"] is None else f"{one['begins']:.2f}"
            rows.append(f"| {twin} | {one['name']} {one['task']} | {one['parent'] or '-'} | {begins} | {does(one)} "
                        f"| {fate(one)[0]} |")
    return "\n".join([f"![{alternative(pattern, entry)}](images/{file_name(pattern)})", "",
                      f"*{caption(pattern, entry)}*", "", "<details>",
                      "<summary>The timeline as a table</summary>", "", *rows, "", "</details>"]) + "\n"


def svg(pattern, entry):
    count = sum(len(entry[twin]) for twin in TWINS)
    height = 40 + ROW * count + 2 * 40 + 30
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
             'aria-labelledby="title desc">',
             f'<title id="title">{escape(f"Tasks of {pattern}, from a trace")}</title>',
             f'<desc id="desc">{escape(alternative(pattern, entry))}.</desc>', f"<style>{STYLE}{COLOURS}</style>",
             f'<rect class="ground" width="{WIDTH}" height="{height}"/>']
    y = 26
    for twin in TWINS:
        parts.append(f'<text class="title" x="10" y="{y}">{escape(f"{pattern}-{twin}")}</text>')
        parts += panel(entry[twin], y + 14)
        y += 40 + ROW * len(entry[twin]) + 14
    for tick in range(0, round(WINDOW) + 1, 20):
        parts.append(f'<text class="small" x="{x(tick):.0f}" y="{height - 28}" text-anchor="middle">{tick}</text>')
    parts.append(f'<text class="small" x="{x(WINDOW / 2):.0f}" y="{height - 10}" text-anchor="middle">milliseconds; '
                 'stroke: runs, bar: waits, arrow: spawns</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def x(milliseconds):
    return LEFT + (WIDTH - LEFT - RIGHT) * milliseconds / WINDOW


def bar(kind, begin, until, y):
    """A box that is wide enough to be seen."""
    return f'<rect class="{kind}" x="{x(begin):.1f}" y="{y}" width="{max(2.0, x(until) - x(begin)):.1f}" height="22"/>'


def panel(shown, top):
    """The rows of one twin: a bar for each wait, a stroke for each run, an arrow for each spawn."""
    parts = []
    row = {one["task"]: top + ROW * number for number, one in enumerate(shown)}
    for tick in range(0, round(WINDOW) + 1, 20):
        parts.append(f'<path class="grid" d="M{x(tick):.0f} {top}V{top + ROW * len(shown)}"/>')
    for one in shown:
        y = row[one["task"]] + 6
        kind = fate(one)[1]
        begins, ends = max(0.0, one["begins"] or 0), min(WINDOW, WINDOW if one["ends"] is None else one["ends"])
        name = f'{escape(one["name"])} {one["task"]}'
        parts.append(f'<text class="small" x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{name}</text>')
        for begin, until, name in one["segments"]:
            wide = x(until) - x(begin)
            if name != "running" and wide > 0.5:
                colour = "stays" if kind in ("orphan", "stays") and until >= WINDOW else "waits"
                parts.append(f'<rect class="{colour}" x="{x(begin):.1f}" y="{y}" width="{wide:.1f}" height="22"/>')
                if wide > 8 * len(name) + 10:
                    parts.append(f'<text class="small" x="{x(begin) + 6:.1f}" y="{y + 15}">{escape(name)}</text>')
        for begin, until, name in one["segments"]:
            if name == "running":
                parts.append(bar("runs", begin, until, y))
        parts.append(bar("life", begins, ends, y))
        if one["orphan_from"] is not None and 0 < one["orphan_from"] < WINDOW:
            at = x(one["orphan_from"])
            parts.append(f'<path class="arrow" stroke-dasharray="3 3" d="M{at:.1f} {y - 6}V{y + 28}"/>')
            parts.append(f'<text class="small" x="{at + 5:.1f}" y="{y + 15}">its parent ends</text>')
        parts.append(f'<text class="small" x="{WIDTH - RIGHT + 8}" y="{y + 15}">{escape(fate(one)[0])}</text>')
    for one in shown:
        if one["begins"] is not None and one["parent"] in row and one["begins"] < WINDOW:
            at, end = x(one["begins"]), row[one["task"]] + 5
            parts.append(f'<path class="arrow" d="M{at:.1f} {row[one["parent"]] + 28}V{end - 6}"/>')
            parts.append(f'<path class="head" d="M{at - 4:.1f} {end - 7}h8l-4 8z"/>')
    return parts


def difference(before, after):
    """Why two traces tell different stories, or nothing."""
    for twin in TWINS:
        then, now = ([(one["name"], fate(one)[1]) for one in entry[twin]] for entry in (before, after))
        if then != now:
            return f"the tasks of the {twin} twin were {then} and are {now}"
    return ""
