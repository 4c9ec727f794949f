"""Which tools are here, and which of them work here: each must find a leak that is planted for it.

Works from a bare clone, before anything is built. Nothing is changed without --fix: what is planted lies in a
folder of /tmp that is thrown away, and no process is left behind.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import platform
import re
import signal
import subprocess
import sys
import tempfile
import textwrap
import time

import pairs

from . import bench, doctor_checks

NAME = "doctor"
CHECKS = {check.name: check for check in doctor_checks.CHECKS}
ALIASES = {"ninja": "cmake", "boost": "libraries", "tcmalloc": "heap", "go": "pprof", "lsan": "asan", "gcore": "gdb"}
COLOURS = {"works": 32, "does not work here": 31, "missing": 33, "not checked": 33}
EPILOG = f"""tools: {' '.join(CHECKS)}

The lab needs compiler, cmake, libraries, and, once they are built, programs and heap. The others make a leak easier
to find; a test whose tool is missing is skipped. A tool that you name is needed too.

Exit status: 0 what is needed works, or waits for nothing but its build; 1 something needed is missing or does not
work; 2 a wrong option or tool; 130 interrupted."""


@dataclasses.dataclass
class Outcome:
    """What one check has found, as --json has it."""

    tool: str
    state: str
    version: str | None = None
    found: str | None = None
    says: str | None = None
    mend: str | None = None
    without: str | None = None
    page: str | None = None
    packages: tuple = ()
    needed: bool = False
    seconds: float = 0


def examine(check, place):
    """Runs one check; what it started is ended."""
    place.version = None
    began = time.monotonic()
    outcome = Outcome(check.name, "works", needed=check.needed)
    try:
        outcome.found = check(place)
    except bench.Missing:
        outcome.state, outcome.packages = "missing", check.packages
        outcome.mend = check.mend or f"`./lab doctor --fix {check.name}`, or install {spelled(check.packages)}"
    except bench.NotChecked as reason:
        outcome.state, outcome.says, outcome.mend = "not checked", reason.says, reason.mend
    except bench.Broken as fault:
        outcome.state, outcome.says, outcome.mend = "does not work here", fault.says, fault.mend
        outcome.packages, outcome.without = fault.packages, fault.without
    except Exception as error:  # an answer that nobody has foreseen is no reason to leave the other tools unchecked
        outcome.state, outcome.says = "does not work here", f"{type(error).__name__}: {error}"
        outcome.mend = "the check itself has failed; try the tool by hand, and report this line"
    finally:
        bench.sweep()
    if outcome.state != "works":
        outcome.without, outcome.page = outcome.without or check.without, check.page
    outcome.version, outcome.seconds = place.version, round(time.monotonic() - began, 1)
    return outcome


INSTALL = r"""
command -v apt-get >/dev/null || { echo "lab doctor: --fix knows only apt" >&2; exit 2; }
source "$1/scripts/common.sh"
shift
names=() lacking=()
update_package_lists
for alternatives in "$@"; do
  for name in ${alternatives//|/ }; do
    if can_install "$name"; then
      names+=("$name")
      continue 2
    fi
  done
  lacking+=("${alternatives//|/ or }")
done
[ ${#lacking[@]} -eq 0 ] || echo "no package here: ${lacking[*]}"
[ ${#names[@]} -eq 0 ] || install_packages "${names[@]}"
"""


def spelled(packages):
    return ", ".join(packages).replace("|", " or ")


def packages_of(outcomes):
    return list(dict.fromkeys(package for outcome in outcomes for package in outcome.packages))


def install(packages):
    """Installs packages as scripts/quickstart does; what is said of it goes to stderr."""
    subprocess.run(["bash", "-c", INSTALL, "lab doctor", str(pairs.ROOT), *packages], check=False, stdout=sys.stderr)


def machine():
    """What one must know of the machine to understand the rest."""
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        system = "unknown system"
    who = "root" if os.geteuid() == 0 else f"user {os.geteuid()}"
    programs = os.path.relpath(pairs.BIN) if pairs.BIN.is_relative_to(pairs.ROOT) else pairs.BIN
    return (f"{system}, Linux {platform.release()}, {platform.machine()}, {len(os.sched_getaffinity(0))} processors, "
            f"{who}; programs from {programs}")


def painted(text, state):
    plain = not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if plain else f"\033[{COLOURS[state]}m{text}\033[0m"


def table(outcomes):
    rows = [("tool", "version", "here", "what it found"),
            *((outcome.tool, outcome.version or "-", outcome.state, outcome.found or "") for outcome in outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for number, row in enumerate(rows):
        cells = [text.ljust(width) for text, width in zip(row, widths)]
        if number:
            cells[2] = painted(cells[2], row[2])
        yield "  ".join([*cells, row[3]]).rstrip()


def wrapped(label, text, width):
    """Lines of 100 columns; a command in backquotes stays in one line, to be copied."""
    glued = re.sub("`[^`]*`", lambda command: command[0].replace(" ", "\1"), text)
    lines = textwrap.fill(glued, 100, initial_indent=f"  {label:<{width}}", subsequent_indent=" " * (width + 2),
                          break_long_words=False, break_on_hyphens=False)
    return lines.replace("\1", " ")


def advice(outcome):
    """What to do about a tool that did not find what was planted."""
    words = {"missing": "is missing", "not checked": "was not checked"}.get(outcome.state, outcome.state)
    yield painted(f"{outcome.tool} {words}", outcome.state)
    told = ("seen", outcome.says), ("mend", outcome.mend), ("without it", outcome.without), ("read", outcome.page)
    for label, text in told:
        if text:
            yield wrapped(label, text, 12)


def other_way(outcome):
    """How to get what --fix cannot install everywhere."""
    mend = CHECKS[outcome.tool].mend
    return f". {mend}" if mend else ""


def advice_for_all(outcomes):
    """First what does not work, the needed before the others; then briefly what was not checked or is missing."""
    failed = [outcome for outcome in outcomes if outcome.state != "works"]
    for outcome in sorted(failed, key=lambda outcome: not outcome.needed):
        if outcome.state == "does not work here" or outcome.needed and outcome.state == "missing":
            yield "\n".join(advice(outcome))
    unchecked = {}
    for outcome in failed:
        if outcome.state == "not checked":
            unchecked.setdefault((outcome.says, outcome.mend), []).append(outcome.tool)
    for (says, mend), tools in unchecked.items():
        head = painted(f"{', '.join(tools)}: not checked", "not checked")
        yield "\n".join([head, wrapped("seen", says, 12), wrapped("mend", mend, 12)])
    if missing := [outcome for outcome in failed if outcome.state == "missing" and not outcome.needed]:
        head = painted("missing", "missing") + ": what there is without them, and the page about them"
        texts = [(outcome.tool, f"{outcome.without} ({outcome.page}){other_way(outcome)}") for outcome in missing]
        yield "\n".join([head, *(wrapped(tool, text, 14) for tool, text in texts)])


def examine_all(names, place):
    """The outcomes, one after the other: tools that measure would disturb each other."""
    progress = sys.stderr.isatty()
    for number, name in enumerate(names, 1):
        if progress:
            print(f"\r\033[K{number} of {len(names)}: {name}", end="", file=sys.stderr, flush=True)
        yield examine(CHECKS[name], place)
    if progress:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def lacking(outcomes, chosen):
    """The tools that decide the status: those named, or those that the lab needs, which builds what is not built."""
    return [outcome.tool for outcome in outcomes if outcome.state != "works" and
            (chosen.tools or outcome.needed and outcome.state != "not checked")]


def show(outcomes, chosen):
    print(machine(), "", *table(outcomes), sep="\n")
    for paragraph in advice_for_all(outcomes):
        print("", paragraph, sep="\n")
    failed = [outcome for outcome in outcomes if outcome.state != "works"]
    needed = lacking(outcomes, chosen)
    verdict = (f"{'Named' if chosen.tools else 'Needed'} and not to be had: {', '.join(needed)}." if needed
               else "" if chosen.tools else "The lab's own commands have what they need.")
    print("", f"{len(outcomes) - len(failed)} of {len(outcomes)} work here. {verdict}".rstrip(), sep="\n")
    if (packages := packages_of(failed)) and not chosen.fix:
        print(textwrap.fill(f"`./lab doctor --fix` installs {spelled(packages)}.", 100, break_on_hyphens=False))


def add_options(parser):
    parser.epilog = EPILOG
    parser.add_argument("tools", nargs="*", metavar="TOOL", help="check only these")
    parser.add_argument("--json", action="store_true", help="the outcomes as JSON, for programs")
    parser.add_argument("--fix", action="store_true", help="install what is missing and is a package (apt-get, with "
                        "sudo unless you are root), and check that again")


def fixed(outcomes, place):
    """The outcomes when what is missing is installed; a new compiler lets more be checked, and found missing."""
    tried = []
    while (packages := packages_of(outcomes)) and packages not in tried:
        tried.append(packages)
        install(packages)
        place.built.clear()
        again = [outcome.tool for outcome in outcomes if outcome.state != "works"]
        new = {outcome.tool: outcome for outcome in examine_all(again, place)}
        outcomes = [new.get(outcome.tool, outcome) for outcome in outcomes]
    if not tried:
        print("lab doctor: nothing that is missing is a package", file=sys.stderr)
    return outcomes


def named(tools):
    """The checks of these tools, which may be called by their packages; of all if none is named."""
    wanted = set()
    for tool in tools:
        of_package = [name for name, check in CHECKS.items() if tool in "|".join(check.packages).split("|")]
        found = [tool] if tool in CHECKS else of_package or [ALIASES[tool]] if tool in ALIASES or of_package else []
        if not found:
            pairs.die(2, f"no tool is called {tool}; there are {', '.join(CHECKS)}")
        wanted.update(found)
    return [name for name in CHECKS if name in wanted or not tools]


def run(chosen):
    names = named(chosen.tools)
    if not pathlib.Path("/proc/self/status").exists():
        pairs.die(2, "there is no /proc here; `mount -t proc proc /proc` first")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    bench.adopt_orphans()
    try:
        with tempfile.TemporaryDirectory(prefix="lab-doctor-", ignore_cleanup_errors=True) as folder:
            place = bench.Bench(folder)
            outcomes = list(examine_all(names, place))
            if chosen.fix:
                outcomes = fixed(outcomes, place)
    except KeyboardInterrupt:
        bench.sweep()
        return 130
    if chosen.json:
        print(json.dumps([dataclasses.asdict(outcome) for outcome in outcomes], indent=2))
    else:
        show(outcomes, chosen)
    return 1 if lacking(outcomes, chosen) else 0
