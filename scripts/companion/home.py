"""Where you are: what is built, what is done, the next step and the minutes it takes. The same as ./lab alone."""
import json
import textwrap

import pairs

from . import exercise, paint, patterns, progress

NAME = "home"
COLUMNS = 100
INSTALLS = ("installs what the build needs, with sudo unless you are root, builds the first pair and runs it; "
            "`./lab doctor` says before what is missing")


def add_options(parser):
    parser.epilog = "Exit status: 0; 2 for an unknown option, or a progress.txt that cannot be read."
    parser.add_argument("--json", action="store_true", help="the same as JSON, for programs")


def built(found):
    """How many of the pairs' programs are built."""
    return sum((pairs.BIN / f"{pair['pattern']}-{twin}").is_file() for pair in found for twin in patterns.TWINS)


def step(command, why, minutes=None):
    return {"command": command, "why": why, "minutes": minutes}


def next_step(found, events):
    """The build, or what is begun, or the next pair after its prerequisites, or the quiz behind the last pair of a
    category, or the other exercises. Whoever gave up is through, too. The category of the last event comes first."""
    if not built(found):
        return step("scripts/quickstart", INSTALLS)
    standing = progress.standing(events)
    through = {key for key, event in standing.items() if event.outcome != "started"}
    begun = [event for event in standing.values() if event.outcome == "started" and event.kind in exercise.BEGINS_AS]
    if begun:
        last = max(begun, key=lambda event: event.when)
        return step(f"./lab watch {last.name}{exercise_option(last.kind)}", f"the exercise `{last.kind}` is begun")

    last = events[-1].name if events else ""
    here = next((pair["category"] for pair in found if last in (pair["pattern"], pair["category"][0])), "")
    for category in sorted(patterns.categories(), key=lambda category: category != here):
        inside = [pair for pair in found if pair["category"] == category]
        left = [pair for pair in inside if ("repair", pair["pattern"]) not in through]
        for pair in left:
            name, needed = pair["pattern"], {("repair", name) for name in pair["prerequisites"]}
            if needed <= through:
                command = "start" if ("predict", name) in through else "predict"
                return step(f"./lab {command} {name}", pair["title"], pair["minutes_to_learn"])
        if not left and ("quiz", category[0]) not in through:
            return step(f"./lab quiz {category[0]}", f"the questions of {category}")
    for pair in found:
        for kind in exercise.kinds(pair):
            if (kind, pair["pattern"]) not in through:
                return step(f"./lab start {pair['pattern']}{exercise_option(kind)}", exercise.ASKS[kind])
    return step("./lab mystery", "every exercise is done: now a service with a fault that nobody tells you")


def exercise_option(kind):
    """What names this exercise to the commands, which take `repair` without it."""
    return "" if kind == "repair" else f" --exercise {kind}"


def counted(events):
    """kind -> how many are done."""
    done = {kind: 0 for kind in progress.KINDS}
    for (kind, _), event in progress.standing(events).items():
        done[kind] += event.done
    return done


def done_in_words(done, total):
    """The pairs, and of the other exercises those that there are."""
    words = [f"{done['repair']} of {total} pairs repaired"]
    for kind, one, more in (("break", "broken", "broken"), ("variant", "variant", "variants"),
                            ("predict", "predicted", "predicted"), ("quiz", "quiz", "quizzes"),
                            ("mystery", "mystery", "mysteries")):
        if done[kind]:
            words.append(f"{done[kind]} {one if done[kind] == 1 else more}")
    return ", ".join(words) if any(done.values()) else "nothing yet"


def run(chosen):
    found, events = pairs.load(), progress.entries()
    programs, done, then = built(found), counted(events), next_step(found, events)
    total = len(found) * len(patterns.TWINS)
    if chosen.json:
        print(json.dumps({"built": programs, "programs": total, "done": done, "next": then}, indent=2))
        return 0
    print(paint.paint("The C++ memory-leak lab", "bold"))
    print("Pairs of small servers: one leaks, one does not. You predict, run, look, repair; the leak judges.\n")
    others = ", the others when you first run them" if 0 < programs < total else ""
    print(f"built   {programs} of {total} programs{others}")
    print(f"done    {paint.bar(done['repair'], len(found))} {done_in_words(done, len(found))}\n")
    minutes = f", about {then['minutes']} min for the pair" if then["minutes"] else ""
    print(f"next    {paint.paint(then['command'], 'green')}{minutes}")
    indent = " " * len("next    ")
    print(textwrap.fill(then["why"], COLUMNS, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False))
    print("\n`./lab list` shows all pairs, `./lab status` what you have done, `./lab --help` every command.")
    return 0
