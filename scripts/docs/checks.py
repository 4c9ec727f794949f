"""What scripts/check-docs looks at in one text or in all; each check yields (line, kind of fault, text)."""
import os
import pathlib
import re
import subprocess
import tempfile
import urllib.parse
import xml.etree.ElementTree

import pairs
from docs import sources
from docs.kept import MEASURED, changed_since
from docs.markdown import Document, blanked
from docs.runner import Failed
from docs.text import repository_files

ROOT = pairs.ROOT
RUN = re.compile(r"run(?: while (?P<program>\S.*))?$")
UNIT = re.compile(
    r"(?<![\w.#/-])[+-]?\d[\d,.]*(?:\s|&nbsp;|-)?"
    r"(?:[nµum]?s|seconds?|minutes?|hours?|days?|[kKMGT]i?B|bytes?|B|%|percent|[kMG]?Hz|tasks?|frames?|goroutines?|"
    r"descriptors?|fds?|connections?|sockets?|threads?|timers?|allocations?|objects?|samples?|stacks?|requests?|"
    r"messages?|lines?|times|x|×)(?![\w/])")
LINE_LENGTH = 120
UTF_8 = {**os.environ, "LC_ALL": "C.UTF-8"}
SHELL = "sh", "bash", "shell", "zsh"


def current(text, figures):
    """The text says what was kept, and that was measured of these sources."""
    entries = text.entries()
    for part in text.document.parts:
        entry = entries.get(sources.key_of(part.source))
        if entry and (why := changed_since(entry)):
            yield part.first + 1, "stale", f"{part.source}: {why}; scripts/render-docs --new {text.name}"
    for line, key in text.figure_keys(figures):
        entry, figure = figures.entry(key), figures.defined.get(key, {})
        if not entry:
            continue
        if any(entry.get(name) != figure.get(name) for name in ("command", "while")):
            yield line, "stale", f"{key} was measured with another command; scripts/render-docs --new {text.name}"
        elif why := changed_since(entry):
            yield line, "stale", f"{key}: {why}; scripts/render-docs --new {text.name}"
    wanted, pictures, problems = text.rendered(entries, figures)
    for line, problem in problems:
        yield line, "not rendered", f"{problem}; scripts/render-docs --new {text.name}"
    if wanted != text.document.text:
        now, then = text.document.text.splitlines(), wanted.splitlines()
        line = next((n for n, pair in enumerate(zip(now, then)) if pair[0] != pair[1]), min(len(now), len(then)))
        shown = now[line].strip() if line < len(now) else "(nothing)"
        yield line + 1, "edited", f'"{shown}" is not what was kept; scripts/render-docs --fill {text.name}'
    for path, content in pictures.items():
        if not path.exists() or path.read_text() != content:
            yield 1, "edited", f"{path.relative_to(ROOT)} is not what was kept; scripts/render-docs --fill {text.name}"


def left_over(texts, figures):
    """What is kept for no text, and pictures that no text shows."""
    wanted = {f"{text.name}.json" for text in texts} | {f"figures/{name}.json" for name in figures.names()}
    wanted |= {f"{text.images()}.json" for text in texts if text.charts()}
    for path in MEASURED.rglob("*.json"):
        if str(path.relative_to(MEASURED)) not in wanted:
            yield str(path.relative_to(ROOT)), 1, "left over", "no text or list of figures has this name"
    shown = {(text.path.parent / urllib.parse.unquote(target)).resolve()
             for text in texts for _, target in text.document.targets()}
    for name in repository_files():
        if pathlib.PurePath(name).suffix in (".svg", ".png") and (ROOT / name).resolve() not in shown:
            yield name, 1, "left over", "no text shows this picture"


class Links:
    """Relative links lead to files that git has, and to anchors that exist there."""

    def __init__(self):
        self.files = set(repository_files())
        self.folders = {str(parent) for name in self.files for parent in pathlib.PurePath(name).parents}
        self.anchors = {}

    def anchors_of(self, name):
        if name not in self.anchors:
            self.anchors[name] = Document((ROOT / name).read_text()).anchors()
        return self.anchors[name]

    def __call__(self, text):
        for offset, target in text.document.targets():
            line = text.document.line_of(offset)
            if re.match(r"[a-z][a-z0-9+.-]*:|//", target):
                continue
            path, _, anchor = target.partition("#")
            name = text.name
            if path:
                whole = (text.path.parent / urllib.parse.unquote(path)).resolve()
                if path.startswith("/") or not whole.is_relative_to(ROOT):
                    yield line, "dead link", f"{target} leads out of the repository"
                    continue
                name = str(whole.relative_to(ROOT))
                if name not in self.files and name not in self.folders:
                    yield line, "dead link", f"{target}: there is no {name}"
                    continue
            if anchor and name.endswith(".md"):
                if anchor not in self.anchors_of(name):
                    yield line, "dead anchor", f"{target}: no heading of {name} is called #{anchor}"
            elif anchor:
                lines = re.fullmatch(r"L(\d+)(?:-L(\d+))?", anchor)
                count = len((ROOT / name).read_text().splitlines()) if name in self.files else 0
                if not lines or int(lines[2] or lines[1]) > count:
                    yield line, "dead anchor", f"{target}: {name} has {count} lines"


def pictures(text):
    """Each picture says in words what it shows, and a caption states the finding; a diagram is told in a paragraph."""
    document = text.document
    for offset, alternative, target in document.pictures():
        line = document.line_of(offset)
        if len(alternative.split()) < 4:
            yield line, "no text alternative", f'{target}: "{alternative}" does not say what is to be seen'
        if not re.match(r"[*_][^*_]", following(document.lines, line)):
            yield line, "no caption", f"{target}: no line in italics follows and states the finding"
        path = text.path.parent / urllib.parse.unquote(target)
        if path.suffix == ".svg" and path.exists():
            try:
                root = xml.etree.ElementTree.parse(path).getroot()
            except xml.etree.ElementTree.ParseError as fault:
                yield line, "bad picture", f"{target}: {fault}"
                continue
            space = "{http://www.w3.org/2000/svg}"
            if root.get("role") != "img" or any(not root.findtext(space + tag) for tag in ("title", "desc")):
                yield line, "no text alternative", f'{target} needs role="img", a title and a desc'
    for block in document.blocks:
        if block.language == "mermaid":
            after = following(document.lines, block.first + len(block.lines) + 2)
            if not after or re.match(r"[#|<`]", after):
                yield block.first + 1, "no text alternative", "no paragraph after this diagram says what it shows"
            for name in ("accTitle", "accDescr"):
                if not any(line.lstrip().startswith(f"{name}:") for line in block.lines):
                    yield block.first + 1, "no text alternative", f"this diagram has no {name}: for a screen reader"


def following(lines, index):
    return next((line.strip() for line in lines[index:] if line.strip()), "")


def figures_are_marked(text):
    """Within <!-- measured --> each number with a unit is a figure that a command has printed."""
    document = text.document
    plain = list(document.prose)
    for _, start, end in document.figures():
        plain[start:end] = " " * (end - start)
    starts = [0]
    for line in document.lines:
        starts.append(starts[-1] + len(line) + 1)
    for part in document.parts:
        first, last = starts[part.first], starts[part.last]
        plain[first:last] = blanked(document.text[first:last])
    plain = "".join(plain)
    begin = None
    for found in re.finditer(r"<!-- (end )?measured -->", document.without_code):
        line = document.line_of(found.start())
        if bool(found[1]) == (begin is None):
            yield line, "bad markup", f"{found[0]} without its counterpart"
            return
        if found[1]:
            for number in UNIT.finditer(plain, begin, found.start()):
                yield document.line_of(number.start()), "unmarked figure", f'"{number[0]}": no command has printed it'
            begin = None
        else:
            begin = found.end()
    if begin is not None:
        yield document.line_of(begin), "bad markup", "<!-- measured --> has no end"


def blocks_are_marked(text):
    """What the reader may type is run, or it says why not; what a program printed is generated."""
    for block in text.document.blocks:
        if block.generated:
            continue
        if block.language in SHELL and not RUN.match(block.marker) and not block.marker.startswith("not run: "):
            yield block.first + 1, "unmarked block", "neither <!-- run --> nor <!-- not run: REASON --> precedes it"
        if block.language == "console":
            yield block.first + 1, "unmarked block", "a transcript is a generated part, not typed"
        if not block.language:
            yield block.first + 1, "unmarked block", 'a code block names its language; "text" if there is none'


def run_blocks(text, runner):
    """Executes the blocks that are marked so, in their order, in one folder."""
    for block in text.document.blocks:
        found = RUN.match(block.marker)
        if block.generated or not found or block.language not in SHELL:
            continue
        try:
            runner.shell("\n".join(block.lines), found["program"], strict=True)
        except Failed as failure:
            yield block.first + 1, "block fails", " ".join(str(failure).split())


def names_no_machine(text):
    for number, line in enumerate(text.document.lines, 1):
        if found := re.search(r"(?<![\w.])/(?:root|home/\w+|work)/\S*", line):
            yield number, "machine path", f"{found[0]} exists on one machine only"


def spelling(texts):
    """codespell on the texts; transcripts included, since we wrote what our programs print."""
    command = ["codespell", "--config", ROOT / ".codespellrc"]
    done = subprocess.run([*command, *(text.name for text in texts)], cwd=ROOT, capture_output=True, text=True, env=UTF_8,
                          check=False)
    if done.returncode not in (0, 65):  # 65: it found something
        pairs.die(2, f"codespell ended with {done.returncode}: {done.stderr.strip()}")
    for line in done.stdout.splitlines():
        if found := re.match(r"(.*?):(\d+): (.*)", line):
            yield found[1], int(found[2]), "spelling", found[3]


def voice(texts):
    """diction, on the prose alone and with our own list of phrases."""
    with tempfile.TemporaryDirectory() as folder:
        for text in texts:
            lines = text.document.prose.split("\n")
            for part in text.document.parts:
                lines[part.first:part.last] = [""] * (part.last - part.first)
            copy = pathlib.Path(folder) / text.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text("\n".join(lines))
        command = ["diction", "--suggest", "--ignore-double-words", "--no-default-file", "--file", ROOT / "docs" / "voice.txt"]
        done = subprocess.run([*command, *(text.name for text in texts)], cwd=folder, capture_output=True, text=True,
                              env=UTF_8, check=False)
    if done.returncode:
        pairs.die(2, f"diction ended with {done.returncode}: {done.stderr.strip()}")
    for name, line, sentence in re.findall(r"^([^\n:]+\.md):(\d+)(?:\.\d+-\d+\.\d+)?: (.*?)(?:\n\n|\Z)", done.stdout, re.M | re.S):
        for phrase, better in re.findall(r"\[([^\]]*) -> ([^\]]*)\]", sentence):
            yield name, int(line), "voice", " ".join(f"{phrase}: {better}".split())


def lint(texts):
    """mdl, on copies without HTML: it takes comments for text, <int> in code for a tag, and what is folded for raw."""
    with tempfile.TemporaryDirectory() as folder:
        for text in texts:
            copy = pathlib.Path(folder) / text.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            lines = list(text.document.lines)
            for block in text.document.blocks:
                inside = slice(block.first + 1, block.first + 1 + len(block.lines))
                lines[inside] = [re.sub("[<>]", "-", line) for line in lines[inside]]
            copy.write_text(re.sub(r"^ *(?:<!--.*-->|</?details>|<summary>.*</summary>)$", "", "\n".join(lines) + "\n", flags=re.M))
        command = ["mdl", "--config", ROOT / ".mdlrc", "--style", ROOT / "docs" / "markdown.style.rb"]
        done = subprocess.run([*command, *(text.name for text in texts)], cwd=folder, capture_output=True, text=True,
                              env=UTF_8, check=False)
    if done.returncode not in (0, 1):
        pairs.die(2, f"mdl ended with {done.returncode}: {(done.stderr.strip() or 'it said nothing').splitlines()[-1]}")
    for name, line, rule in re.findall(r"^(.*?):(\d+): (MD\d+ .*)$", done.stdout, re.M):
        yield name, int(line), "lint", rule


def lines_are_in_form(text):
    """Lines of prose have at most LINE_LENGTH characters; none begins with a figure, which would make it HTML."""
    document = text.document
    generated = {number for part in document.parts for number in range(part.first, part.last + 1)}
    for number, line in enumerate(document.without_code.splitlines()):
        if number in generated or not line.strip():
            continue
        visible = re.sub(r"<!--.*?-->", "", document.lines[number])
        if len(visible) > LINE_LENGTH and not re.match(r"\s*(?:\||\[[^\]]+\]: |!\[)", visible):
            yield number + 1, "lint", f"longer than {LINE_LENGTH} characters"
        if re.match(r"[ >]*(?:(?:[-*+]|\d+\.) +)*<!-- = ", line):
            yield number + 1, "bad markup", "a line that begins with a comment is HTML: begin it with a word"
