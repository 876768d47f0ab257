"""The text of a lesson in `solutions/`, as cells."""

from copy import deepcopy
from functools import cache
from pathlib import Path

import jupytext
from nbformat import NotebookNode


def read(path: Path) -> NotebookNode:
    """A notebook of the cells as they are written: questions and answers are not filled in yet."""
    return deepcopy(_parsed(path.read_text("utf-8")))


@cache  # pages about all lessons and translations ask for the same text again and again
def _parsed(text: str) -> NotebookNode:
    return jupytext.reads(text, fmt="py:percent")
