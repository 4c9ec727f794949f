"""One more hint: first where to look, then which rule it is about, then what to write. Their use is noted."""
import pairs

from . import exercise, progress

NAME = "hint"
STEPS = "where to look", "which rule", "what to write"


def add_options(parser):
    parser.epilog = "Exit status: 0; 2 for a wrong pattern or option, or when no exercise is begun."
    exercise.add_options(parser)


def run(chosen):
    attempt = exercise.begun(chosen)
    hints = attempt.hints
    if not hints:
        pairs.die(2, f"there are no hints for {attempt}; its README.md in {attempt.pair['category']} is what there is")
    number = min(attempt.hints_seen() + 1, len(hints))
    if number > attempt.hints_seen() and not attempt.is_solved():
        progress.record(attempt.kind, attempt.name, "started", f"{number} hint{'s' * (number != 1)}")
    for step, sentence in list(zip(STEPS, hints))[:number]:
        print(f"{step + ':':<15} {sentence}")
    print("\nThere are no more; `./lab solution` shows the fix." if number == len(hints) else
          f"\n{number} of {len(hints)}. `./lab hint` again gives the next one.")
    return 0
