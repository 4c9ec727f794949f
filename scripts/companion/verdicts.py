"""A finding of /debug/leaks in the words `FIGURE in WHAT`, and whether it is what somebody has foretold."""
import re

from . import explain

ACCEPTED = ("accepted is FIGURE in WHAT: tasks, heap, fds or a gauge's name; then the operation, the kind of descriptor or "
            "the function that /debug/leaks names: `tasks in channel send`, `fds in read_orders`; of a gauge its name alone")
ALIASES = {"task": "tasks", "memory": "heap", "descriptors": "fds", "open descriptors": "fds", "fd": "fds"}


def figure(finding):
    """tasks, heap, fds, or the name of a gauge."""
    return finding["what"] if finding["kind"] == "gauge" else finding["kind"]


def places(finding):
    return [place for place in (finding["waits_at"], finding["spawned_at"], *finding["places"]) if place]


def identity(finding):
    """(figure, what): the operation for tasks, for what is allocated or opened the function that did it."""
    if finding["kind"] in ("heap", "fds") and finding["places"]:
        return finding["kind"], explain.base(finding["places"][0]["function"])
    return figure(finding), finding["what"]


def is_of(pair, finding):
    """Whether it is what /debug/leaks says of the pair's leaky twin."""
    name, what = identity(finding)
    return name == pair["gauge"] and (finding["kind"] == "gauge" or what == pair["verdict"].rpartition("::")[2])


def spelled(finding):
    """`tasks in channel send (produce, repair.cpp:14)`"""
    name, what = identity(finding)
    place = next((f"{explain.base(place['function'])}, {place['file'].rpartition('/')[2]}:{place['line']}"
                  for place in places(finding)), "")
    return (f"{name} in {what}" if what and finding["kind"] != "gauge" else name) + (f" ({place})" if place else "")


def parsed(text):
    """(figure, what) of what was foretold; ValueError when it is neither."""
    name, _, what = text.strip().lower().partition(" in ")
    if not name.strip():
        raise ValueError(ACCEPTED)
    name = re.sub(r"^the ", "", name.strip())
    return ALIASES.get(name, name), re.sub(r"\(.*|^the ", "", what.strip()).strip()


def is_foretold(text, finding):
    name, what = parsed(text)
    if name != figure(finding).lower() and not (name == "gauge" == finding["kind"]):
        return False
    if finding["kind"] == "gauge":
        return what in ("", finding["what"].lower()) or what in functions(finding)
    kind = finding["what"].lower()
    return what in (kind, f"{kind}s") or what.rpartition("::")[2] in functions(finding)


def functions(finding):
    return [explain.base(place["function"]).lower() for place in places(finding)]
