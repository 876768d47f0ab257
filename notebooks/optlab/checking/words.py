"""How things are listed in a sentence."""

from collections.abc import Iterable
from typing import Literal

from optlab.checking.language import told


def listed(things: Iterable[str], joint: Literal["and", "or"] = "and") -> str:
    """ "a", "a and b", "a, b and c"; each of them once."""
    first, *rest = dict.fromkeys(things)
    for thing in rest[:-1]:
        first = told("{first}, {then}", first=first, then=thing)
    if not rest:
        return first
    if joint == "or":
        return told("{first} or {last}", first=first, last=rest[-1])
    return told("{first} and {last}", first=first, last=rest[-1])
