"""What must stay the same from one measurement to the next: all but the numbers that move."""
import re

SLOPE = re.compile(r"[+-](\d+(?:\.\d+)?)(?= ?[A-Za-z]+(?: [a-z]+)? a second)")
SLOPE_TOLERANCE = 0.2
# Line numbers: behind a file's name, and in a listing (flat, cum, number: code).
LINE_NUMBER = re.compile(r"(\.[ch]pp:)(\d+)|^(\s*(?:\.|[\d.]+[a-zA-Z]*)\s+(?:\.|[\d.]+[a-zA-Z]*)\s+)(\d+)(?=:)", re.M)
SINGULAR = {"task": "tasks", "second": "seconds", "result": "results", "descriptor": "descriptors"}


def shape(text):
    text = LINE_NUMBER.sub(lambda f: f"{f[1] or f[3]}line{spelled(f[2] or f[4])}", text)
    text = re.sub(r"0x[0-9a-f]+|(?<![A-Za-z_])[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?%?", "#", text)
    text = re.sub(r"#\s?(?:[kKMG]i?B|B|bytes)\b", "#B", text)
    text = re.sub(r"#\s?(?:ns|us|µs|ms|s|mins?)\b", "#s", text)
    text = re.sub(r"(?<=# )(task|second|result|descriptor)\b", lambda f: SINGULAR[f[1]], text)
    text = text.replace(", # outstanding", "")  # said only when there are any
    return re.sub(r"[ \t]+", " ", text)


def spelled(number):
    return "".join("abcdefghij"[int(digit)] for digit in number)


def same_slopes(before, after):
    slopes = [[float(found) for found in SLOPE.findall(text)] for text in (before, after)]
    return len(slopes[0]) == len(slopes[1]) and all(
        abs(a - b) <= max(1.0, SLOPE_TOLERANCE * max(a, b)) for a, b in zip(*slopes))


def difference(before, after):
    """Why two transcripts differ in more than numbers that move, or nothing."""
    if shape(before) != shape(after):
        for old, new in zip(before.splitlines() + [""], after.splitlines() + [""]):
            if shape(old) != shape(new):
                return f'"{old.strip()}" is now "{new.strip()}"'
        return "it has more or fewer lines"
    return "" if same_slopes(before, after) else "a slope has moved"


def figure_difference(before, after, tolerance):
    numbers = [[float(n) for n in re.findall(r"\d+(?:\.\d+)?", text)] for text in (before, after)]
    if re.sub(r"\d+(?:\.\d+)?", "#", before) != re.sub(r"\d+(?:\.\d+)?", "#", after):
        return f'"{before}" is now "{after}"'
    if any(abs(a - b) > tolerance * max(a, b) for a, b in zip(*numbers)):
        return f'"{before}" is now "{after}", beyond its tolerance of {tolerance:.0%}'
    return ""
