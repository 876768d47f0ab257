"""How things are listed in a sentence."""

from collections.abc import Iterable


def listed(things: Iterable[str], joint: str = "and") -> str:
    """ "a", "a and b", "a, b and c"; each of them once."""
    *rest, last = dict.fromkeys(things)
    return f"{', '.join(rest)} {joint} {last}" if rest else last
