"""Judges your program once by what it does: whether the exercise is solved.

A repair and a variant must hold four conditions: the gauge holds still; as much work is done as by the fixed program;
the teardown test finds nothing left behind, wherever it stops; the sanitizers are silent. A break must leak, in another
way than the leaky twin, and you must have foretold what /debug/leaks says.
"""
import json
import signal
import sys
import time

import pairs

from . import exercise, judge, making, paint, progress, verdicts

NAME = "check"
EPILOG = """Exit status: 0 all conditions hold; 1 one does not, or the program does not compile; 2 wrong usage; 3 none
failed, and one could not be told."""
MARKS = {True: ("holds", "green"), False: ("FAILS", "red"), None: ("?", "yellow")}


def add_options(parser):
    parser.epilog = EPILOG
    exercise.add_options(parser)
    parser.add_argument("--foretold", metavar='"FIGURE in WHAT"',
                        help="for break: what /debug/leaks will say; else it is asked")
    parser.add_argument("--json", action="store_true", help="the outcome as one JSON object")


def run(chosen):
    attempt = exercise.begun(chosen)
    foretold = foretelling(attempt, chosen.foretold) if attempt.kind == "break" else None
    return Check(attempt, chosen.json).run(foretold)


def not_built(fault):
    """The last words of a build that is none of the learner's, and out."""
    *said, why = str(fault).splitlines()
    print("\n".join(said), end="\n" * bool(said), file=sys.stderr)
    pairs.die(2, why)


def foretelling(attempt, given):
    """What the learner says before the run that /debug/leaks will say."""
    if given is None and not sys.stdin.isatty():
        pairs.die(2, f"say what /debug/leaks will say of {attempt.shown}, with --foretold; {verdicts.ACCEPTED}")
    try:
        text = input("What will /debug/leaks say? FIGURE in WHAT: ") if given is None else given
        verdicts.parsed(text)
        return text.strip()
    except (ValueError, EOFError):
        pairs.die(2, f"nothing was foretold; {verdicts.ACCEPTED}")


class Check:
    """One judgement, shown as it comes. Of a break of which nothing was foretold, it does not tell how it leaks."""

    def __init__(self, attempt, as_json=False):
        self.attempt, self.as_json, self.began = attempt, as_json, time.monotonic()

    def run(self, foretold=None):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        errors, conditions = "", []
        with paint.Bar("building") as self.bar:
            try:
                conditions = judge.judged(self.attempt, self.tell, self.show, foretold)
            except making.NotCompiled as fault:
                errors = str(fault).replace(str(self.attempt.file), self.attempt.shown)
            except making.NotBuilt as fault:
                self.bar.clear()
                not_built(fault)
        holds = [condition.holds for condition in conditions]
        solved = bool(holds) and all(holds) and (self.attempt.kind != "break" or foretold is not None)
        if solved and not self.attempt.is_solved():
            progress.record(self.attempt.kind, self.attempt.name, "solved", self.attempt.note())
        self.end(solved, errors, conditions)
        return 0 if solved else 1 if errors or False in holds else 3

    def show(self, done, total):
        self.bar.show(done, total, f"{done} of {total}")

    def tell(self, condition):
        self.bar.clear()
        if not self.as_json:
            word, colour = MARKS[condition.holds] if condition.final else ("...", "dim")
            mark = paint.paint(f"{word:<5}", colour)
            print(f"{time.monotonic() - self.began:5.1f} s  {condition.name:<10}  {mark}  {condition.says}", flush=True)

    def not_yet(self, conditions):
        """What is left to do, or why it could not be told."""
        if failed := [condition.name for condition in conditions if condition.holds is False]:
            print(f"Not yet: {', '.join(failed)}." + " `./lab hint` has three steps." * bool(self.attempt.hints))
        elif unknown := [condition.name for condition in conditions if condition.holds is None]:
            print(f"Not known: {', '.join(unknown)}.")
        else:
            print("It leaks in another way. `./lab check` asks you what /debug/leaks says of it.")

    def end(self, solved, errors, conditions):
        if self.as_json:
            told = [{"name": each.name, "holds": each.holds, "says": each.says} for each in conditions]
            print(json.dumps({"pattern": self.attempt.name, "exercise": self.attempt.kind, "file": str(self.attempt.file),
                              "solved": solved, "errors": errors or None, "conditions": told}, indent=1))
        elif errors:
            print(f"{errors}\n\nIt does not compile.")
        elif not solved:
            self.not_yet(conditions)
        else:
            print(paint.paint(f"Solved: {self.attempt}, {self.attempt.note()}.", "green")
                  + " `./lab diff` shows another answer beside yours, `./lab` what comes next.")
