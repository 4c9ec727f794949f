"""A Markdown file of the repository, and what it must say by what was kept."""
import pathlib
import subprocess

import pairs
from docs import sources
from docs.kept import Kept
from docs.markdown import Document, words_of
from docs.runner import Failed

ROOT = pairs.ROOT
WORDS_A_MINUTE = 200


def repository_files():
    """All files that git knows or would take, by their path from the root; without git, all but what is made."""
    done = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    if done.returncode == 0:
        return sorted(name for name in done.stdout.split("\0") if name and (ROOT / name).exists())
    names = (file.relative_to(ROOT) for file in ROOT.rglob("*") if file.is_file())
    return sorted(str(name) for name in names if not {"build", "profiles", ".git", "__pycache__"} & set(name.parts))


def all_files():
    return [ROOT / name for name in repository_files() if name.endswith(".md")]


def times(text, doing):
    """The line at the head of a page: the minutes that reading takes, which are counted, and doing, which its writer says."""
    reading = f"Reading {max(1, round(words_of(text) / WORDS_A_MINUTE))} min"
    return f"*{reading}.*" if doing == "0" else f"*{reading}, doing {doing} min.*"


class Text:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.name = str(self.path.relative_to(ROOT))
        self.document = Document(self.path.read_text())

    def figure_keys(self, figures):
        """The figures that stand here, in prose and in tables, as (line, key)."""
        for key, start, _ in self.document.figures():
            yield self.document.line_of(start), key
        for part in self.document.parts:
            if part.source.startswith("figure-table "):
                yield from ((part.first + 1, key) for key in figures.keys_of(part.source.split()[1]))

    def transcripts(self):
        """The sources that are measured for this text alone."""
        return list(dict.fromkeys(part.source for part in self.document.parts
                                  if sources.is_measured(part.source) and not sources.is_drawn(part.source)))

    def charts(self):
        return list(dict.fromkeys(part.source for part in self.document.parts if sources.is_drawn(part.source)))

    def images(self):
        """Under what name the recordings behind the charts are kept, which all texts of a folder share."""
        return str(self.path.parent.relative_to(ROOT) / "images")

    def entries(self):
        return {**Kept(self.name).entries, **Kept(self.images()).entries}

    def rendered(self, entries, figures):
        """(the text as it must be, the pictures beside it by path, problems as (line, text))"""
        bodies, pictures, problems = [], {}, []
        for part in self.document.parts:
            entry = entries.get(sources.key_of(part.source))
            body = None
            try:
                if part.source.startswith("time "):
                    bodies.append(None)  # once the others have theirs
                    continue
                if sources.is_measured(part.source) and not entry:
                    raise Failed(f"was never measured: {part.source}")
                body = sources.shown(part.source, entry, figures)
            except (Failed, ValueError) as failure:
                problems.append((part.first + 1, str(failure)))
            bodies.append(body)
            if body and sources.is_drawn(part.source):
                name, content = sources.picture(part.source, entry)
                pictures[self.path.parent / "images" / name] = content
        values = {}
        for key, start, _ in self.document.figures():
            values[key] = figures.value(key)
            if values[key] is None:
                why = "was never measured" if key in figures.defined else "is not in docs/figures"
                problems.append((self.document.line_of(start), f"{key} {why}"))
        text = self.document.replaced(bodies, values)
        bodies = [f"{times(text, part.source.split()[1])}\n" if part.source.startswith("time ") else body
                  for part, body in zip(self.document.parts, bodies)]
        return self.document.replaced(bodies, values), pictures, problems

    def fill(self, figures):
        """Writes what must be; returns whether anything changed, and problems as (line, text)."""
        text, pictures, problems = self.rendered(self.entries(), figures)
        changed = text != self.document.text
        if changed:
            self.path.write_text(text)
        for path, content in pictures.items():
            if not path.exists() or path.read_text() != content:
                path.parent.mkdir(exist_ok=True)
                path.write_text(content)
                changed = True
        return changed, problems
