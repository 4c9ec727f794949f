"""Builds and runs one program of a pair, and says where to look while it serves.

What stands behind PATTERN goes to the program: --rate 500, --duration 1m, --expect leak; `lab run PATTERN --help`
shows its options. Ctrl+C ends it.
"""
import argparse
import re
import signal
import socket
import sys
import time

import pairs

from . import build, launch, paint, patterns

NAME = "run"
EPILOG = """Exit status: that of the program: 0 as expected, 1 not as expected, 2 wrong usage, 3 could not tell, 130
after Ctrl+C; 2 when it could not be built."""
PORT = 6060  # what a program takes by default
LOAD_ENDS = r'\[(LIMIT|VERDICT|END)\]|{"event":"(limit|verdict|end)"'
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def add_options(parser):
    parser.epilog = EPILOG
    parser.usage = "lab run [-h] PATTERN [leaky|fixed] [OPTION OF THE PROGRAM…]"
    parser.add_argument("pattern", metavar="PATTERN", help="a pair or an open exercise; `lab list` shows them")
    parser.add_argument("rest", metavar="leaky|fixed, OPTION…", nargs=argparse.REMAINDER,
                        help="which of its programs [leaky], and the program's own options")


def run(chosen):
    name, options = chosen.pattern, chosen.rest
    twin = next((twin for twin in patterns.TWINS if name.endswith(f"-{twin}")), None)
    if twin:
        name = name.removesuffix(f"-{twin}")
    elif options and not options[0].startswith("-"):
        twin, *options = options
    pair = patterns.find(name)
    programs = patterns.programs(pair)
    twin = twin or "leaky"
    if twin not in programs:
        pairs.die(2, f"{name} has no program {twin}; it has {', '.join(programs)}")
    program = f"{name}-{twin}"
    build.ensure([program], [programs[twin]])
    return follow([pairs.BIN / program, *with_free_port(options)], seconds_of_load(options))


def with_free_port(options):
    """Another port where the usual one is taken, so that a program may run beside the last one."""
    if any(option.partition("=")[0] in ("--port", "--address", "--help", "--version", "-h") for option in options):
        return options
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
            return options
        except OSError:
            print(f"lab run: another program has port {PORT}; this one takes a free one", file=sys.stderr)
            return ["--port", "0", *options]


def seconds_of_load(options):
    """How long the load lasts, as far as the options tell."""
    text = " ".join(options)
    found = re.search(r"--duration[ =](\d+(?:\.\d+)?)(ms|s|m|h)\b", text)
    return float(found[1]) * SECONDS[found[2]] if found else 10


def follow(command, seconds):
    """The program's lines as they come; its exit status."""
    with launch.running(command) as [program], paint.Bar("load") as bar:
        signal.signal(signal.SIGINT, lambda *_: program.process.send_signal(signal.SIGINT))  # it has a last line to say
        began, loading = time.monotonic(), True
        for _, line in launch.lines([program]):
            if line:
                bar.clear()
                print(line, flush=True)
                loading = loading and not re.match(LOAD_ENDS, line)
                if serving := re.match(r"The load has ended; (http://\S+)/debug/pprof/", line):
                    look(serving[1])
            if loading:
                passed = min(time.monotonic() - began, seconds)
                bar.show(passed, seconds, f"{passed:.0f} of {seconds:g} s")
        return program.end()


def look(url):
    print(f"""
Look while it serves, in a browser and from another terminal:
  {url}/                     all of it as one page
  curl {url}/debug/leaks     what leaks, and in which line
  ./lab diagnose {url}       the same, question by question""", flush=True)
