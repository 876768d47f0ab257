"""Which loop an answer was in when it was stopped: lines for a message, read off the traceback."""

import ast
import linecache
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from optlab.checking.language import told
from optlab.checking.words import listed

_LONGEST = 60  # characters of a line that is quoted


@dataclass(frozen=True)
class _Loop:
    code: types.CodeType
    line: int
    text: str
    bounded: bool


def where(function: Callable, trace: types.TracebackType | None) -> tuple[str, tuple[int, ...]]:
    """(" in the loop of line 4, `while n:`", the lines of them that stand in the answer's cell).

    Where there is no loop, the line that was running; nothing where that is not known.
    """
    frames = list(_learners(function, trace))
    loops = [loop for code, line in frames for loop in _loops_round(code, line)]
    # A `for` runs through what there is; it is blamed where there is no other loop.
    loops = [loop for loop in loops if not loop.bounded] or loops
    if not frames:
        return "", ()
    code, line = frames[-1]
    loops = loops or [_Loop(code, line, "", bounded=False)]
    own = function.__code__
    places = [_place(loop, own.co_name) for loop in loops]
    lines = tuple(loop.line for loop in loops if loop.code.co_filename == own.co_filename)
    if len(loops) > 1:
        return told(" in the loops of {places}", places=listed(places)), lines
    text = loops[0].text
    if text:
        return told(" in the loop of {place}, `{loop}`", place=places[0], loop=text), lines
    return told(" in {place}", place=places[0]), lines


def _place(loop: _Loop, own: str) -> str:
    if loop.code.co_name == own:
        return told("line {line}", line=loop.line)
    return told("line {line} of {name}", line=loop.line, name=loop.code.co_name)


def _learners(
    function: Callable, trace: types.TracebackType | None
) -> Iterator[tuple[types.CodeType, int]]:
    """Of what was running, the functions that stand in the same notebook, outermost first."""
    space = getattr(function, "__globals__", None)
    while trace is not None:
        code = trace.tb_frame.f_code
        if trace.tb_frame.f_globals is space and code.co_name.isidentifier():  # no <genexpr>
            yield code, trace.tb_lineno
        trace = trace.tb_next


def _loops_round(code: types.CodeType, line: int) -> Iterator[_Loop]:
    """The loops of a function that a line stands in, outermost first."""
    lines = linecache.getlines(code.co_filename)
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a magic, for instance
        return
    for node in ast.walk(tree):
        if not isinstance(node, (ast.For, ast.While)):
            continue
        if code.co_firstlineno <= node.lineno <= line <= (node.end_lineno or 0):
            yield _Loop(
                code=code,
                line=node.lineno,
                text=lines[node.lineno - 1].strip()[:_LONGEST],
                bounded=isinstance(node, ast.For),
            )
