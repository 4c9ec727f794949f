"""Whether what a text lets its readers type exists: commands and options of ./lab, patterns, programs, scripts."""
import argparse
import contextlib
import functools
import io
import re
import shlex

import companion
import pairs
from companion import patterns

SHELL = {"cat", "cd", "cp", "grep", "head", "ls", "mkdir", "read", "sed", "sleep", "tail", "true"}
TOOLS = {"curl", "jq", "go", "gdb", "cmake", "ss", "ctest"}  # tools of which the plans say that they are needed


class Refused(Exception):
    """Why a command cannot be typed."""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Refused(message)


def plans(folder):
    return sorted(path.stem for path in folder.glob("*.md") if "<!-- not run: rehearsed" in path.read_text())


def commands(line):
    """The simple commands of a line, each as its words."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";|&<>")
    lexer.whitespace_split = True
    found, skip = [[]], False
    for word in lexer:
        if re.fullmatch("[;|&]+", word):
            found.append([])
        elif re.fullmatch("[0-9]?[<>]+&?", word):
            skip = True
        elif not skip:
            found[-1].append(word)
        else:
            skip = False
    return [words for words in found if words]


def faults(line):
    """What of this line does not exist, in sentences."""
    try:
        found = commands(line)
    except ValueError as fault:
        return [f"{line}: {fault}"]
    wrong = []
    for words in found:
        try:
            look_at(words)
        except Refused as fault:
            wrong.append(f"{' '.join(words)}: {fault}")
    return wrong


def look_at(words):
    """Refused unless this command and what it is given exist."""
    while words and re.match(r"\w+=", words[0]):
        words = words[1:]
    if not words:
        return
    name, *rest = words
    if name == "./lab":
        return lab(rest)
    if name.startswith("build/bin/"):
        return program(name.removeprefix("build/bin/"), rest)
    if name.startswith("scripts/"):
        return script(name, rest)
    if name == "cmake" and "--target" in rest:
        for target in rest[rest.index("--target") + 1:]:
            if target not in targets():
                raise Refused(f"there is no target {target}")
    elif name not in SHELL | TOOLS:
        raise Refused(f"{name} is none of the programs that the lab asks for")


def lab(words):
    known = {command.NAME: command for command in companion.COMMANDS}
    name = words[0] if words else "home"
    if name not in known:
        raise Refused(f"there is no command {name}")
    parser = Parser(prog=name, add_help=False)
    known[name].add_options(parser)
    chosen, unknown = parser.parse_known_args(words[1:])
    if "passed" not in chosen and unknown:
        raise Refused(f"unknown: {' '.join(unknown)}")
    unknown += getattr(chosen, "rest", [])
    if pattern := getattr(chosen, "pattern", None):
        with contextlib.redirect_stderr(io.StringIO()) as said:
            try:
                pair = patterns.find(pattern)
            except SystemExit:
                raise Refused(said.getvalue().strip()) from None
        if unknown:
            program(f"{pair['pattern']}-leaky", [word for word in unknown if word not in patterns.TWINS])


def program(name, options):
    if name not in targets():
        raise Refused(f"there is no program {name}")
    if name not in {f"{pair['pattern']}-{twin}" for pair in pairs.load() for twin in patterns.TWINS} | {"shop", "shop-clients"}:
        return  # a test's program has the options of its framework
    source = "\n".join(path.read_text() for path in options_of(name))
    for option in options:
        if option.startswith("--") and f'"{option.partition("=")[0]}' not in source:
            raise Refused(f"{name} has no option {option}")


def options_of(name):
    """The sources that say which options a program takes."""
    if name in ("shop", "shop-clients"):
        return (pairs.ROOT / "shop" / ("src" if name == "shop" else "clients")).glob("*.cpp")
    return [pairs.ROOT / "runner" / "src" / "options.cpp"]


@functools.cache
def targets():
    """What can be built: the pairs' programs, the categories, and what the CMakeLists.txt name."""
    made = {f"{pair['pattern']}-{twin}" for pair in pairs.load() for twin in ("leaky", "fixed", "variant", "variant-fixed")}
    made |= {f"category-{number}" for number in range(1, 6)}
    for file in (*pairs.ROOT.glob("CMakeLists.txt"), *pairs.ROOT.glob("*/CMakeLists.txt")):
        made |= set(re.findall(r"(?:add_executable|add_custom_target|add_guard_test)\((\w[\w-]*)", file.read_text()))
    return made


def script(name, words):
    path = pairs.ROOT / name
    if not path.is_file():
        raise Refused(f"there is no {name}")
    for word in words:
        if word.startswith("--") and word.partition("=")[0] not in path.read_text():
            raise Refused(f"it has no option {word}")
