"""Judges a learner's file by what its program does: the four conditions of a repair, the three of a break."""
import contextlib
import dataclasses
import json
import re
import signal
import subprocess

import pairs

from . import explain, launch, making, service, verdicts

LEAKS = "leaking", "growing", "held"
PATIENCE = 60  # seconds for what ends by itself; the slowest pair's teardown takes ten
SANITIZED = "--port", "0", "--duration", "2s", "--once"
FIRST_LOOK = 1.7  # seconds after which a leak of the lab is seen, whichever pair's
ENOUGH = 0.9  # of the work that the program beside it does
NO_REPORT = {"verdict": "not known", "watched_seconds": 0, "findings": []}  # of /debug/leaks
PATIENT = 2  # times what the pair's own leak takes to be told: another one may be slower
UNDER_WAY = 2  # operations may be, at the end of a run


@dataclasses.dataclass
class Condition:
    """One of those that must hold. `holds` is None while it is not known; `final` is False for what is only so far."""

    name: str
    holds: bool | None
    says: str
    final: bool = True


class Loaded:
    """What a run of the learner's program, and of the fixed one beside it, has shown."""

    def __init__(self):
        self.report = NO_REPORT
        self.lines, self.rival_lines = {}, {}  # the last report line of each kind
        self.status = None  # of the learner's program, when it ended by itself


def repair(attempt, place, tell, show):
    """gauge, work, guard, sanitizers, in the order in which they are known."""
    program, teardown = made(attempt, place, show, "exercise", "exercise-teardown")
    guarded = place.behind.submit(guard, attempt, place, teardown)
    sanitized = place.behind.submit(sanitizers, attempt, place)
    others = [pairs.BIN / beside for beside in attempt.beside]
    load = run_loaded(attempt.about["seconds_to_tell"], [program, *others], lambda report: tell(gauge_so_far(report)))
    tell(gauge(attempt, load))
    tell(work(attempt, load))
    tell(guarded.result())
    tell(place.wait_for(sanitized, show))


def made(attempt, place, show, *targets):
    """These targets of the learner's file; the program that it is judged beside is built, too."""
    return place.wait_for(place.behind.submit(place.make, attempt, "release", targets), show)


def run_loaded(seconds, programs, look=lambda report: None):
    """The learner's program under its load, the others beside it; `look` gets the first report that can tell."""
    options = "--port", "0", "--json", "--interval", "200ms", "--duration", f"{seconds}s"
    load, told = Loaded(), False
    with launch.running(*((program, *options) for program in programs), stderr=subprocess.DEVNULL) as started:
        seen = {program: {} for program in started}  # the last report line of each kind
        load.lines, load.rival_lines = seen[started[0]], seen[started[-1]]
        for program, line in launch.lines(started, 0.05):
            if program:
                event = event_in(line)
                seen[program][event.get("event")] = event
            if all("serving" in seen[each] or each.process.poll() is not None for each in started):
                break
            if not told and "listening" in load.lines:
                report = report_of(load.lines)
                if told := bool(leaks_of(report)) or report["watched_seconds"] > FIRST_LOOK:
                    look(report)
        if "serving" in load.lines:
            load.report = report_of(load.lines)
        else:
            load.status = started[0].end()
    return load


def how_ended(status):
    """A status, as Python or as a shell has it, in words; None when it had to be ended."""
    if status is None:
        return f"has not ended in {PATIENCE} s"
    number = -status if status < 0 else status - 128
    if number in set(signal.Signals):
        return f"was ended by {signal.Signals(number).name}"
    return f"ended with status {status}"


def event_in(line):
    """A report line as data; nothing for what the learner has let the program print."""
    with contextlib.suppress(ValueError):
        event = json.loads(line)
        return event if isinstance(event, dict) else {}
    return {}


def report_of(lines):
    """What /debug/leaks says of the program with these report lines; one that finds nothing where nobody answers."""
    with contextlib.suppress(service.Unusable):
        return service.Service(lines["listening"]["url"]).report()
    return NO_REPORT


# the four of a repair


def gauge_so_far(report):
    found = leaks_of(report)
    if found:
        return Condition("gauge", False, f"rises: {rising(found[0])}", final=False)
    return Condition("gauge", True, f"holds still so far, {report['watched_seconds']:.1f} s", final=False)


def leaks_of(report):
    return [finding for finding in report["findings"] if finding["verdict"] in LEAKS]


def rising(finding):
    """A finding in a sentence's end."""
    slope = explain.quantity(finding["per_second"], {"gauge": finding["kind"]})
    return f"{verdicts.spelled(finding)}, {slope if slope.startswith('-') else f'+{slope}'} a second"


def gauge(attempt, load):
    if load.status is not None:
        return Condition("gauge", False, f"not to be measured: the program {how_ended(load.status)}")
    verdict = load.lines["verdict"]
    if found := leaks_of(load.report):
        return Condition("gauge", False, f"{'held' if found[0]['verdict'] == 'held' else 'rises'}: {rising(found[0])}")
    if verdict["verdict"] in LEAKS:
        return Condition("gauge", False, f"{verdict['gauge']}: {verdict['verdict']}")
    if "not known" in (verdict["verdict"], load.report["verdict"]):
        return Condition("gauge", None, "not known: the machine was too busy, or the run too short; try again")
    return Condition("gauge", True, f"holds still: {explain.noun(attempt.about)} for {verdict['seconds']:.1f} s")


def work(attempt, load):
    done, wanted = (lines.get("end", {}).get("completed", 0) for lines in (load.lines, load.rival_lines))
    says = f"{done:,} {attempt.about['work']}, {wanted:,} by {attempt.beside[0]}"
    return Condition("work", done >= wanted * ENOUGH - UNDER_WAY and load.status is None, says)


def guard(attempt, place, teardown):
    """Whether the scenario can be stopped after each of its first steps and leaves nothing behind."""
    status, said = place.run([teardown, "--sparse", attempt.steps], making.NICE, PATIENCE)
    if status == 0:
        return Condition("guard", True, f"nothing left, stopped at any of {attempt.steps} steps")
    told = said.strip().splitlines()
    return Condition("guard", False, told[-1] if told and status == 1 else f"it {how_ended(status)}")


def sanitizers(attempt, place):
    try:
        program, = place.make(attempt, "asan", ["exercise"], nice=making.NICE)
    except making.NotBuilt as fault:
        return Condition("sanitizers", None, f"not built: {(str(fault).strip().splitlines() or ['?'])[-1]}")
    status, said = place.run([program, *SANITIZED], making.NICE, PATIENCE)
    if found := re.search(r"^SUMMARY: (.*)|^.*(runtime error: .*)", said, re.MULTILINE):
        return Condition("sanitizers", False, (found[1] or found[2]).replace(str(attempt.file), attempt.shown))
    if status == 0:
        return Condition("sanitizers", True, "silent: address, leak, undefined")
    return Condition("sanitizers", False, f"the program {how_ended(status)}")


# the three of a break


def broken(attempt, place, tell, show, foretold):
    """leak, another, foretold; the last one when somebody has foretold anything."""
    program, = made(attempt, place, show, "exercise")
    load = run_loaded(PATIENT * attempt.about["seconds_to_tell"], [program])
    found = leaks_of(load.report)
    new = [finding for finding in found if not verdicts.is_of(attempt.pair, finding)]
    if load.status is not None:
        leak = Condition("leak", False, f"the program {how_ended(load.status)}")
    elif not found:
        leak = Condition("leak", False, "there is none: /debug/leaks finds nothing that rises")
    else:
        leak = Condition("leak", True, "something rises" if foretold is None else f"rises: {rising((new or found)[0])}")
    tell(leak)
    another = bool(found) and found[0] in new  # the first finding is the worst one
    tell(Condition("another", another, "the verdict is not that of the leaky twin" if another else
                   "the verdict is that of the leaky twin" if found else "nothing to compare"))
    if foretold is not None:
        right = any(verdicts.is_foretold(foretold, finding) for finding in new)
        came = "; ".join(map(verdicts.spelled, new or found)) or "nothing"
        tell(Condition("foretold", right, f"{foretold!r}" + ("" if right else f"; /debug/leaks says: {came}")))


def judged(attempt, tell, show, foretold=None):
    """Tells each condition when it is known, and shows how far a build is; returns the last word on each condition.
    making.NotCompiled or making.NotBuilt when there is no program."""
    said = {}

    def tell_and_keep(condition):
        if condition.final:
            said[condition.name] = condition
        tell(condition)

    with making.Workplace() as place:
        if attempt.kind == "break":
            broken(attempt, place, tell_and_keep, show, foretold)
        else:
            repair(attempt, place, tell_and_keep, show)
    return list(said.values())
