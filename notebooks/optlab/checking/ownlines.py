"""The lines of the learner's own code that a verdict speaks of, as Python keeps them."""

import linecache
from collections.abc import Iterable
from typing import Any

from optlab.checking.box import CodeLine
from optlab.checking.diagnose import Verdict

MOST = 6  # that are shown; a statement may be as long as the whole function


def of(answer: Any, verdict: Verdict) -> tuple[CodeLine, ...]:
    """With the piece marked where the verdict has a place; none where the source is not there."""
    place = verdict.place or {}
    code = getattr(_function(answer, place.get("function", verdict.exercise)), "__code__", None)
    if code is None:
        return ()
    source = [line.rstrip() for line in linecache.getlines(code.co_filename)]
    pieces = _pieces(source, place) if place else {}
    if place and not pieces:
        return ()
    numbers = sorted({*pieces, *(n for n in verdict.lines if 0 < n <= len(source))})[:MOST]
    shift = _indentation(source[n - 1] for n in numbers)
    lines = []
    for number in numbers:
        start, end = pieces.get(number, (shift, shift))
        lines.append(CodeLine(number, source[number - 1][shift:], start - shift, end - shift))
    return tuple(lines)


def cell_of(answer: Any) -> str:
    """The source of the cell that defined a function; nothing where Python does not keep it."""
    code = getattr(answer, "__code__", None)
    return "".join(linecache.getlines(code.co_filename)) if code else ""


def _function(answer: Any, name: str) -> Any:
    """The answer itself, or a plain function beside it that it calls."""
    if getattr(answer, "__name__", name) == name:
        return answer
    return getattr(answer, "__globals__", {}).get(name)


def _pieces(source: list[str], place: dict[str, Any]) -> dict[int, tuple[int, int]]:
    """From where to where the piece reaches in each of its lines; empty where it is not there."""
    first, last = place["line"], place["end_line"]
    lines = source[first - 1 : last]
    if not lines or not place["piece"] or place["piece"].splitlines()[0] not in lines[0]:
        return {}
    reach = {first + i: (_indentation([line]), len(line)) for i, line in enumerate(lines)}
    reach[first] = _characters(lines[0], place["column"]), reach[first][1]
    reach[last] = reach[last][0], _characters(lines[-1], place["end_column"])
    return reach


def _characters(line: str, column: int) -> int:
    """`ast` counts bytes."""
    return len(line.encode()[:column].decode())


def _indentation(lines: Iterable[str]) -> int:
    return min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
