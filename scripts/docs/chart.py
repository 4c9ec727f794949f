"""A gauge of a pair against time, as an SVG that is read in light and in dark, without colour, and aloud."""
import math
from xml.sax.saxutils import escape

TWINS = "leaky", "fixed"
WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 76, 96, 44, 48
UNITS = {"tasks": "tasks", "fds": "descriptors"}

STYLE = """
  .ground { fill: #ffffff }
  text { font: 14px sans-serif; fill: #1f2328 }
  .title { font-weight: bold; font-size: 15px }
  .axis { stroke: #59636e; fill: none }
  .grid { stroke: #d1d9e0; fill: none }
  .line { fill: none; stroke-width: 2.5 }
  .leaky { stroke: #b42318 }
  .fixed { stroke: #0550ae; stroke-dasharray: 7 5 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 }
    text { fill: #f0f6fc }
    .axis { stroke: #9198a1 }
    .grid { stroke: #3d444d }
    .leaky { stroke: #ff8e80 }
    .fixed { stroke: #79c0ff }
  }
"""


def unit_of(gauge, entry):
    """(what the axis says, what one unit of it is)"""
    if gauge != "heap" and not gauge.startswith("bytes"):
        return UNITS.get(gauge, gauge), 1
    most = max(max(entry[twin][gauge]) for twin in TWINS)
    name, size = ("MiB", 2**20) if most >= 2**20 else ("KiB", 2**10)
    return (f"{name} of heap" if gauge == "heap" else gauge.replace("bytes", name, 1)), size


def figure(value):
    if value >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def slope(seconds, values):
    """By least squares, over the second half, where what settles has settled."""
    points = list(zip(seconds, values))[len(seconds) // 2:]
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


def finding(twin, gauge, entry):
    """(what the twin does, its slope in units a second, 0 when it holds still)"""
    name, size = unit_of(gauge, entry)
    values = [value / size for value in entry[twin][gauge]]
    a_second = slope(entry[twin]["seconds"], values)
    low, high = min(values), max(values)
    if a_second * entry[twin]["seconds"][-1] > 0.25 * max(1e-9, max(max(entry[t][gauge]) / size for t in TWINS)):
        return f"gains {figure(a_second)} {name} a second", a_second
    between = f"stays between {figure(low)} and {figure(high)}"
    return (f"stays at {figure(high)}" if figure(low) == figure(high) else between) + f" {name}", 0.0


def caption(pattern, gauge, entry):
    return "; ".join(f"{pattern}-{twin} {finding(twin, gauge, entry)[0]}" for twin in TWINS) + "."


def file_name(pattern, gauge):
    return f"{pattern}-{gauge.replace(' ', '-')}.svg"


def alternative(pattern, gauge, entry):
    name, _ = unit_of(gauge, entry)
    seconds = entry["leaky"]["seconds"][-1]
    lines = "; ".join(f"the {kind} line of the {twin} twin {finding(twin, gauge, entry)[0]}"
                      for kind, twin in (("solid", "leaky"), ("dashed", "fixed")))
    return f"Line chart of {pattern}: {name} against time, {seconds:.0f} seconds; {lines}"


def markdown(pattern, gauge, entry):
    name, size = unit_of(gauge, entry)
    rows = [f"| seconds | {name}, leaky | {name}, fixed |", "|---:|---:|---:|"]
    for second in range(0, math.floor(max(entry[twin]["seconds"][-1] for twin in TWINS)) + 1):
        cells = [value_at(entry[twin]["seconds"], entry[twin][gauge], second) for twin in TWINS]
        rows.append(f"| {second} | " + " | ".join(figure(value / size) for value in cells) + " |")
    return "\n".join([f"![{alternative(pattern, gauge, entry)}](images/{file_name(pattern, gauge)})", "",
                      f"*{caption(pattern, gauge, entry)}*", "", "<details>", "<summary>The chart as a table</summary>", "",
                      *rows, "", "</details>"]) + "\n"


def value_at(seconds, values, second):
    return min(zip(seconds, values), key=lambda point: abs(point[0] - second))[1]


def step_of(most, count):
    """A round step of which about count reach most."""
    rough = max(most, 1e-9) / count
    power = 10 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)


def svg(pattern, gauge, entry):
    name, size = unit_of(gauge, entry)
    series = {twin: (entry[twin]["seconds"], [value / size for value in entry[twin][gauge]]) for twin in TWINS}
    most = max(max(values) for _, values in series.values())
    step = step_of(most, 5)
    if size == 1:
        step = max(1, step)
    top = step * max(1, math.ceil(most / step))
    end = max(1, math.ceil(max(seconds[-1] for seconds, _ in series.values()) - 0.6))

    def x(second):
        return LEFT + (WIDTH - LEFT - RIGHT) * min(second, end) / end

    def y(value):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
             'aria-labelledby="title desc">',
             f'<title id="title">{escape(f"{pattern}: {name} against time")}</title>',
             f'<desc id="desc">{escape(alternative(pattern, gauge, entry))}.</desc>',
             f"<style>{STYLE}</style>", f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>',
             f'<text class="title" x="{LEFT}" y="24">{escape(f"{pattern}: {name}")}</text>']
    for number in range(round(top / step) + 1):
        value = number * step
        parts.append(f'<path class="grid" d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(value) + 5:.1f}" text-anchor="end">{value:g}</text>')
    for second in range(0, end + 1, max(1, round(step_of(end, 5)))):
        parts.append(f'<text x="{x(second):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{second}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">seconds</text>')
    parts.append(f'<path class="axis" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>')
    ends = {}
    for twin in TWINS:
        points = " ".join(f"{x(second):.1f},{y(value):.1f}" for second, value in zip(*series[twin]))
        parts.append(f'<polyline class="line {twin}" points="{points}"/>')
        ends[twin] = y(series[twin][1][-1])
    if abs(ends["leaky"] - ends["fixed"]) < 18:  # the labels must not cover each other
        higher, lower = sorted(TWINS, key=ends.get)
        middle = sum(ends.values()) / 2
        ends[higher], ends[lower] = middle - 9, middle + 9
    for twin in TWINS:
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{ends[twin] + 5:.1f}">{twin}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def difference(before, after, gauge):
    """Why two measurements tell different stories, or nothing."""
    for twin in TWINS:
        slopes = [finding(twin, gauge, entry)[1] for entry in (before, after)]
        if abs(slopes[0] - slopes[1]) > 0.2 * max(slopes):
            return f"the slope of the {twin} twin was {slopes[0]:.2f} and is {slopes[1]:.2f} a second"
    return ""
