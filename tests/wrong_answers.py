"""Wrong answers in the style of real ones, read from `wrong_answers.txt` and `beginners.txt`."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from written import blocks

_MARK = "  # here"


@dataclass(frozen=True)
class Wrong:
    """lines: numbers of the true lines in `source`. names: of mistakes that are true of it."""

    exercise: str
    slip: str
    source: str
    lines: tuple[int, ...]
    names: tuple[str, ...]


def right_answers() -> Iterator[tuple[str, str]]:
    """(exercise, source) of what the slips were made in."""
    for exercise, right, _ in _answers():
        yield exercise, right


def wrong_answers() -> Iterator[Wrong]:
    """All of them, in the order of the files."""
    for exercise, right, slips in _answers():
        for line in filter(str.strip, slips.splitlines()):
            yield _wrong(exercise, right, line)
    for head, source in blocks("beginners.txt"):
        exercise, *names = head.split()
        yield Wrong(
            exercise=exercise,
            slip=source,
            source=source.replace(_MARK, ""),
            lines=tuple(n for n, text in enumerate(source.split("\n"), 1) if _MARK in text),
            names=tuple(names),
        )


def _answers() -> Iterator[tuple[str, str, str]]:
    """(exercise, right answer, slips); the head of the file explains how they are written."""
    for exercise, block in blocks("wrong_answers.txt"):
        right, between, slips = block.partition("\n---\n")
        if between:
            yield exercise, right + "\n", slips


def _wrong(exercise: str, right: str, line: str) -> Wrong:
    edits, _, rest = line.partition(" | ")
    names, _, marks = rest.partition(" @ ")
    source = right
    for edit in edits.split(" && "):
        old, new = (part.replace("\\n", "\n") for part in edit.split(" => "))
        if source.count(old) != 1:
            raise ValueError(f"{exercise}: {old!r} is {source.count(old)} times in the source")
        source = source.replace(old, new)
    lines = source.splitlines()
    marked = [n for n, text in enumerate(lines, 1) if marks and marks in text]
    return Wrong(
        exercise=exercise,
        slip=edits,
        source=source,
        lines=(*_changed(right.splitlines(), lines), *marked),
        names=tuple(names.split()),
    )


def _changed(right: list[str], wrong: list[str]) -> Iterator[int]:
    """Numbers of the lines that differ; where lines are missing, of those beside the gap."""
    matcher = difflib.SequenceMatcher(None, right, wrong, autojunk=False)
    for kind, _, _, first, last in matcher.get_opcodes():
        if kind == "delete":
            yield from (first, first + 1)
        elif kind != "equal":
            yield from range(first + 1, last + 1)
