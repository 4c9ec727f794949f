"""Asks the questions of a category's page, takes your answers, and explains each.

The questions are those that stand under "Quiz" in the README.md of the category. An answer is a word, a number or a
sentence; it is right when it has what the explanation turns on. Where it has not, on a terminal you say whether you
meant the same. Enter alone leaves a question out, and its explanation is shown. Answers may come from a pipe, one a line.
"""
import dataclasses
import json
import re
import sys
import textwrap
import time

import pairs

from . import paint, patterns, progress

NAME = "quiz"
EPILOG = "Exit status: 0 all were right; 1 one was not, or was left out; 2 wrong usage, or no answer at all."
WIDTH = 100  # of a line of prose
QUESTION = re.compile(r"<!-- question: (?P<kinds>[\w, ]+); accepts: (?P<accepts>[^\n]+) -->\n\n\*\*\d+\.\*\* (?P<asks>.*?)"
                      r"<details>\n<summary>Answer</summary>\n(?P<explains>.*?)\n</details>", re.S)

LINK = re.compile(r"\[([^\]]*)\]\((?:(resources/[\w-]+\.md)|[^)]*?)(?:#[^)]*)?\)")


@dataclasses.dataclass
class Question:
    kinds: list  # of plain, unseen (code or output that no page explains before), misleads (a tool does)
    accepts: str  # what a right answer has in it
    asks: str
    explains: str
    answer: str = ""
    right: bool = False


def add_options(parser):
    parser.epilog = EPILOG
    parser.add_argument("category", metavar="CATEGORY", nargs="?", help="its number or name [the first that is not solved]")
    parser.add_argument("--json", action="store_true", help="the outcome as one JSON object; the questions go to stderr")


def questions(category):
    """Those of the category's page, in its order."""
    page = (pairs.ROOT / category / "README.md").read_text()
    quiz = page.partition("\n## Quiz\n")[2].partition("\n## ")[0]
    return [Question(found["kinds"].split(", "), found["accepts"], found["asks"], found["explains"])
            for found in QUESTION.finditer(quiz)]


def plain(markdown):
    """Markdown as a terminal shows it: code as it stands, prose without its markup and as wide as a page."""
    shown, prose = [], []

    def end_of_paragraph():
        text = LINK.sub(lambda link: f"{link[1]} ({link[2]})" if link[2] else link[1], " ".join(prose)).replace("**", "")
        shown.extend(textwrap.wrap(text, WIDTH, break_on_hyphens=False, break_long_words=False))
        prose.clear()

    in_code = False
    for line in re.sub(r"<!--.*?-->\n?", "", markdown, flags=re.S).strip().splitlines():
        if line.startswith("```"):
            end_of_paragraph()
            in_code = not in_code
        elif in_code or not line:
            end_of_paragraph()
            shown.append(f"    {line}".rstrip())
        else:
            prose.append(line)
    end_of_paragraph()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(shown))


def said(prompt, out):
    """A line of the learner's; what came from a pipe is shown. Empty at the end of the input."""
    print(prompt, end="", file=out, flush=True)
    line = sys.stdin.readline()
    if not sys.stdin.isatty() or not line:
        print(line.strip(), file=out, flush=True)
    return line.strip()


def ask(question, heading, out):
    print(f"\n{paint.paint(heading, 'bold', out)}\n{plain(question.asks)}\n", file=out)
    question.answer = said("your answer: ", out)
    question.right = bool(question.answer and re.search(question.accepts, question.answer, re.I | re.S))
    if question.right:
        print(paint.paint("right", "green", out), file=out)
    print(f"\n{plain(question.explains)}", file=out)
    if question.answer and not question.right and sys.stdin.isatty():
        question.right = said("\nDid you mean the same? [y/N] ", out).lower() in ("y", "yes")


def chosen_category(name):
    """The one that was named, or the first whose quiz is not solved yet."""
    if name:
        return patterns.find_category(name)
    standing = progress.standing(progress.entries())
    known = patterns.categories()
    return next((category for category in known
                 if not ((event := standing.get(("quiz", category[0]))) and event.solved)), known[0])


def run(chosen):
    category = chosen_category(chosen.category)
    out = sys.stderr if chosen.json else sys.stdout
    asked, began = questions(category), time.monotonic()
    print(f"{category}: {len(asked)} questions. Enter alone leaves one out.", file=out)
    for number, question in enumerate(asked, 1):
        ask(question, f"{number} of {len(asked)}", out)
    if not any(question.answer for question in asked):
        pairs.die(2, "no question was answered")
    right = sum(question.right for question in asked)
    progress.record("quiz", category[0], f"{right} of {len(asked)}", progress.spent((time.monotonic() - began) / 60))
    if chosen.json:
        print(json.dumps({"category": category, "right": right, "of": len(asked),
                          "questions": [dataclasses.asdict(question) for question in asked]}, indent=2))
    else:
        print(f"\n{right} of {len(asked)} right.")
    return int(right < len(asked))
