"""In which language a notebook was handed in: that of the release of which most cells are in it."""

from collections.abc import Callable, Iterable

from autograder.handin.outputs import Node
from autograder.handin.pour import text_of

ENOUGH = 0.5  # of the cells of a release: then no other one is looked at
Release = tuple[str, Node]  # a language, and a lesson in it


def release_of(submitted: Node, english: Node, others: Callable[[], Iterable[Release]]) -> Release:
    """The language of what was handed in, empty for English, and the release to pour it into.

    By the text of cells alone: what a notebook says of itself is not believed.
    others: the same release in other languages, asked for where the English one is far off.
    """
    theirs = {text_of(cell) for cell in submitted["cells"]}
    best: Release = ("", english)
    most = _held(english, theirs)
    if most >= ENOUGH * len(english["cells"]):
        return best
    for language, release in others():
        held = _held(release, theirs)
        if held > most:
            best, most = (language, release), held
    return best


def _held(release: Node, theirs: set[tuple[str, str]]) -> int:
    """How many cells of a release are among these."""
    return sum(text_of(cell) in theirs for cell in release["cells"])
