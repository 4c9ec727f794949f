"""A Markdown file as the scripts see it: its generated parts, figures, code blocks, links and anchors."""
import dataclasses
import re

PART = re.compile(r"^<!-- generated: (?P<source>.*?) -->$")
END = "<!-- end -->"
FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})\s*(?P<language>[^\s`]*)[^`]*$")
COMMENT_OR_CODE = re.compile(r"<!--.*?-->|(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)\1(?!`)", re.S)
FIGURE = re.compile(r"<!-- = (?P<key>\S+) -->(?P<value>.*?)<!-- \. -->")
LINK = re.compile(r"(?P<picture>!?)\[(?P<text>(?:[^\[\]]|!?\[[^\[\]]*\](?:\([^()]*\))?)*)\]"
                  r"\((?P<target>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*(?P<target>\S+)", re.M)
HTML_LINK = re.compile(r"<(?:a\b[^>]*?\bhref|img\b[^>]*?\bsrc)=\"(?P<target>[^\"]*)\"")


class BadMarkup(Exception):
    """Carries the number of the line."""

    def __init__(self, line, text):
        super().__init__(text)
        self.line = line


@dataclasses.dataclass
class Part:
    """A generated part; first and last are the indices of its comment lines."""
    source: str
    first: int
    last: int


@dataclasses.dataclass
class Block:
    """A fenced block; first is the index of its opening line, marker the comment on the line before it."""
    language: str
    first: int
    lines: list
    marker: str
    generated: bool


def blanked(text):
    return re.sub(r"[^\n]", " ", text)


class Document:
    def __init__(self, text):
        self.text = text
        self.lines = text.splitlines()
        self.parts = []
        self.blocks = []
        masked = self._scan()
        # Both have the length of the text, so that an offset serves in all three.
        self.without_code = COMMENT_OR_CODE.sub(
            lambda found: found[0] if found[0].startswith("<!--") else blanked(found[0]), masked)
        self.prose = re.sub(r"<!--.*?-->", lambda found: blanked(found[0]), self.without_code, flags=re.S)

    def _scan(self):
        fence = part = None
        masked = []
        for index, line in enumerate(self.lines):
            if fence:
                masked.append(blanked(line))
                if line.strip().startswith(fence[0]) and not line.strip().strip(fence[0][0]):
                    fence = None
                else:
                    fence[1].lines.append(line[fence[2]:] if not line[:fence[2]].strip() else line)
            elif found := FENCE.match(line):
                masked.append(blanked(line))
                block = Block(found["language"], index, [], self._marker_before(index), part is not None)
                self.blocks.append(block)
                fence = found["fence"], block, len(found["indent"])
            else:
                masked.append(line)
                if line == END and part:
                    part.last = index
                    self.parts.append(part)
                    part = None
                elif found := PART.match(line):
                    if part:
                        raise BadMarkup(part.first + 1, f'"{part.source}" has no {END}')
                    part = Part(found["source"], index, index)
        if fence:
            raise BadMarkup(fence[1].first + 1, "this code block is not closed")
        if part:
            raise BadMarkup(part.first + 1, f'"{part.source}" has no {END}')
        return "\n".join(masked) + ("\n" if self.text.endswith("\n") else "")

    def _marker_before(self, index):
        for line in reversed(self.lines[max(0, index - 2):index]):
            if line.strip():
                found = re.fullmatch(r"<!-- (.*) -->", line.strip())
                return found[1] if found else ""
        return ""

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def body(self, part):
        return "".join(line + "\n" for line in self.lines[part.first + 1:part.last])

    def figures(self):
        """The marks of figures, as (key, first offset of the value, offset behind it)."""
        for found in FIGURE.finditer(self.text):
            if self.without_code[found.start():found.start() + 4] == "<!--":
                yield found["key"], found.start("value"), found.end("value")

    def targets(self):
        """Where links and pictures lead, as (offset, target)."""
        for pattern in LINK, REFERENCE, HTML_LINK:
            for found in pattern.finditer(self.prose):
                yield found.start(), found["target"]
                if pattern is LINK:
                    for inner in LINK.finditer(found["text"]):
                        yield found.start("text") + inner.start(), inner["target"]

    def pictures(self):
        """The pictures, as (offset, text alternative, target)."""
        for found in re.finditer(r"!\[([^\]]*)\]\((\S*?)(?:\s+\"[^\"]*\")?\)", self.prose):
            yield found.start(), self.text[found.start(1):found.end(1)], found[2]
        for found in re.finditer(r"<img\b[^>]*>", self.prose):
            alt = re.search(r'\balt="([^"]*)"', found[0])
            source = re.search(r'\bsrc="([^"]*)"', found[0])
            yield found.start(), alt[1] if alt else "", source[1] if source else ""

    def anchors(self):
        """The names that GitHub gives to the headings, and those of <a id="…">."""
        names = set(re.findall(r"<a\s+(?:id|name)=\"([^\"]+)\"", self.prose))
        seen = {}
        plain = self.without_code.splitlines()
        for index, line in enumerate(self.lines):
            if not re.match(r" {0,3}#{1,6}\s", plain[index]):
                continue
            name = anchor_of(re.sub(r"^ {0,3}#+\s+|\s+#+\s*$", "", line))
            count = seen[name] = seen.get(name, -1) + 1
            names.add(f"{name}-{count}" if count else name)
        return names

    def replaced(self, bodies, values):
        """The text with each part's body from bodies and each figure's value from values; None leaves one as it is."""
        text = self.text
        changes = [(start, end, values[key]) for key, start, end in self.figures() if values.get(key) is not None]
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line) + 1)
        for part, body in zip(self.parts, bodies):
            if body is not None:
                changes.append((starts[part.first + 1], starts[part.last], body))
        for start, end, new in sorted(changes, reverse=True):
            text = text[:start] + new + text[end:]
        return text


def anchor_of(heading):
    heading = re.sub(r"<!--.*?-->", "", heading)
    heading = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    heading = re.sub(r"(?<!\w)[*_]+|[*_]+(?!\w)", "", heading)
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def words_of(text):
    """How many words of the Markdown a reader sees, code and tables among them."""
    seen = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    seen = re.sub(r"\]\([^)\n]*\)", "]", seen)
    seen = re.sub(r"^\s*(?:`{3,}|~{3,}).*$|</?[a-z][^>\n]*>", "", seen, flags=re.M)
    return len(re.findall(r"\S*\w\S*", seen))


def fenced(language, lines):
    """The lines as a code block, within a fence that is longer than any in them."""
    longest = max((len(found[0]) for line in lines for found in re.finditer(r"^\s*`{3,}", line)), default=2)
    fence = "`" * max(3, longest + 1)
    return "\n".join([fence + language, *(line.rstrip() for line in lines), fence]) + "\n"
