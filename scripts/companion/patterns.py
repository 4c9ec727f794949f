"""The names that a learner types: patterns, open exercises, categories; what is near to one that does not exist."""
import difflib
import json

import pairs

TWINS = "leaky", "fixed"


def exercises():
    """The open exercises, one in each category: programs with no comment at the fault, described like pairs."""
    return [json.loads(file.read_text()) for file in sorted(pairs.ROOT.glob("[1-9].*/exercises/*/pair.json"))]


def categories():
    """The folders of the categories, which begin with their numbers."""
    return [folder.name for folder in sorted(pairs.ROOT.glob("[1-9].*"))]


def folder(pair):
    """Where leaky.cpp and fixed.cpp are."""
    category = pairs.ROOT / pair["category"]
    return next(place for kind in ("examples", "exercises") if (place := category / kind / pair["pattern"]).is_dir())


def programs(pair):
    """What can be run of a pair, by the end of the program's name: its source."""
    place = folder(pair)
    return {end: file for end in (*TWINS, "variant", "variant-fixed") if (file := place / f"{end}.cpp").is_file()}


def unknown(what, name, names):
    """What to say of a name that does not exist: which are near."""
    near = difflib.get_close_matches(name, names, 3, 0.5) or [known for known in names if name and name in known][:3]
    return f"no {what} is called {name}" + (f"; near it: {', '.join(near)}" if near else "")


def find(name, among=None):
    """The pair or open exercise of this name; without one, a line on stderr and out."""
    known = {pair["pattern"]: pair for pair in among or pairs.load() + exercises()}
    if name not in known:
        pairs.die(2, f"{unknown('pattern', name, known)}; `./lab list` shows all")
    return known[name]


def find_category(name):
    """The category of this number or name, or of a name that has this word in it."""
    known = categories()
    found = [category for category in known if name in (category, category[0])]
    found = found or [category for category in known if len(name) > 2 and name.lower() in category.lower()]
    if len(found) != 1:
        pairs.die(2, f"no category is called {name}; there are {', '.join(known)}, and their numbers")
    return found[0]
