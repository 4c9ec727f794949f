"""Runs both programs of a pair at once, beside each other, and gives both verdicts.

In the terminal, or with --page in a browser, where both programs show their live page until Ctrl+C. Options that are
not named here go to both programs: --duration 4s, --rate 500.
"""
import json
import os
import sys
import webbrowser

import pairs

from . import build, launch, page, patterns

NAME = "compare"
EXPECTED = {"leaky": "leak", "fixed": "steady"}
SIDE_BY_SIDE = pairs.ROOT / "scripts" / "side-by-side"
EPILOG = """Exit status: 0 the leaky program leaked and the fixed one held still, 1 not so, 2 wrong usage, or a program
is missing, 3 the run was too short to tell; 130 when --page was ended with Ctrl+C."""


def add_options(parser):
    parser.epilog = EPILOG
    parser.usage = "lab compare [-h] [--json | --page [--no-browser]] PATTERN [OPTION OF THE PROGRAMS…]"
    parser.set_defaults(passed=[])
    parser.add_argument("pattern", metavar="PATTERN", help="a pair or an open exercise; `lab list` shows them")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the outcome as one JSON object")
    form.add_argument("--page", action="store_true", help="both live pages beside each other, in a browser")
    parser.add_argument("--no-browser", action="store_true", help="with --page: print the address alone, open nothing")


def run(chosen):
    pair = patterns.find(chosen.pattern)
    for twin in patterns.TWINS:
        build.ensure([f"{pair['pattern']}-{twin}"], [patterns.programs(pair)[twin]])
    if chosen.page:
        return show_page(pair, chosen.passed, not chosen.no_browser)
    if chosen.json:
        return report(pair, chosen.passed)
    sys.stdout.flush()
    os.execv(SIDE_BY_SIDE, [SIDE_BY_SIDE, pair["pattern"], *chosen.passed])


def commands(pair, *options):
    """Both programs' commands, each with a free port."""
    return [[pairs.BIN / f"{pair['pattern']}-{twin}", "--port", "0", "--json", *options] for twin in patterns.TWINS]


def report(pair, options):
    """Both runs as data; the status of the worse one, as scripts/side-by-side has it."""
    events = [{}, {}]
    judged = [[*command, "--expect", EXPECTED[twin]]
              for command, twin in zip(commands(pair, *options), patterns.TWINS)]
    with launch.running(*judged) as programs:
        for program, line in launch.lines(programs):
            if program:
                event = json.loads(line)
                events[programs.index(program)][event.pop("event")] = event
        statuses = [program.end() for program in programs]
    outcome = {twin: {"status": status, "verdict": seen.get("verdict"), "end": seen.get("end")}
               for twin, status, seen in zip(patterns.TWINS, statuses, events)}
    print(json.dumps({"pattern": pair["pattern"], "status": max(statuses), **outcome}, indent=2))
    return max(statuses)


def show_page(pair, options, open_it):
    """Serves the page that shows both, until Ctrl+C or until a program ends."""
    load = [] if any(option.startswith("--duration") for option in options) else ["--duration", "60s"]
    with launch.running(*commands(pair, *load, *options)) as programs:
        urls = {}
        for program, line in launch.lines(programs):
            event = json.loads(line) if program else {"event": ""}
            if event["event"] == "listening":
                urls[program] = event["url"]
            if len(urls) == len(programs):
                break
        else:  # it has said why
            return max(program.end() for program in programs)
        with page.served(pair, [urls[program] for program in programs]) as address:
            print(address, flush=True)
            if open_it:
                print("Ctrl+C ends the page and both programs.", file=sys.stderr)
                if not has_screen() or not webbrowser.open(address):
                    print("No browser could be opened here; open the address in yours.", file=sys.stderr)
            for _ in launch.lines(programs):
                pass
        return max(program.end() for program in programs)


def has_screen():
    """Whether a browser has a window here; one of the terminal would show no charts."""
    return sys.platform == "darwin" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")))
