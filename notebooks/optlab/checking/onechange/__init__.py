"""One change away: where in the learner's own source a single edit makes every public case right.

Only the place and the kind of the edit come out, never what it was replaced by. Nothing here knows
the course: `edits` and `names` know Python, `guards` keep the search harmless and counted, `weave`
puts all candidates into one code object, `search` tries them, `rank` chooses what to tell.
"""

import ast
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import islice

from optlab.checking.answerkey import AnswerKey
from optlab.checking.onechange import guards, rank
from optlab.checking.onechange.guards import NotSearchable
from optlab.checking.onechange.listing import Listing
from optlab.checking.onechange.program import (
    Piece,
    Program,
    calls,
    cells_of,
    definitions,
    namespace,
    parse,
)
from optlab.checking.onechange.search import CANDIDATES, Found, Search


@dataclass(frozen=True)
class Place:
    """A place in the learner's source, of which only this much is told.

    line ... end_column: as `ast` counts them, in the cell or file that `function` stands in.
    sure: every repair that was found lies on this line.
    partial: it is one of several things that are wrong; its kind is not to be trusted.
    also: further lines: those with the same slip, or, where not sure, the other possibility.
    gained: results that would be right with it; only for a partial place.
    """

    function: str
    line: int
    end_line: int
    column: int
    end_column: int
    piece: str
    kind: str
    sure: bool
    partial: bool
    also: tuple[int, ...] = ()
    gained: tuple[str, ...] = ()


def find(function: Callable, key: AnswerKey, limit: int = CANDIDATES) -> Place | None:
    """Search a function of this process, or None where nothing is found or searched."""
    try:
        cells = cells_of(function)
        return place(cells, key, report(cells, function, key, limit=limit))
    except NotSearchable:
        return None


def report(
    cells: tuple[str, ...],
    function: Callable,
    key: AnswerKey,
    others: Collection[str] = (),
    limit: int = CANDIDATES,
    *,
    certain: bool = False,
) -> Found:
    """Search by the text of the cells, which must be what the function was made from.

    others: names of other exercises, in which the slip is not looked for. certain: see `Search`.
    """
    with guards.quiet():
        try:
            program = parse(cells, key.exercise, others)
            names = namespace(program, function)
            return Search(program, names, key, limit, certain=certain).find()
        except (RecursionError, MemoryError, guards.TooMuch) as error:
            raise NotSearchable(type(error).__name__) from error


def place(
    cells: tuple[str, ...], key: AnswerKey, found: Found, others: Collection[str] = ()
) -> Place | None:
    """Where the reported candidate is; read off the text alone, None for a number without one."""
    if found.candidate < 0:
        return None
    program = parse(cells, key.exercise, others)
    listing = Listing(program, key.parameters, key.cases, guards.Guard())
    wanted = (found.candidate, found.other)
    listed = islice(listing.candidates(), max(wanted) + 1)
    chosen = {c.number: c for c in listed if c.number in wanted}
    candidate, other = chosen.get(found.candidate), chosen.get(found.other)
    if candidate is None:
        return None
    nodes = listing.nodes(candidate)
    piece, node = nodes[0]
    also = [twin.lineno for _, twin in nodes[1:]]
    sure = other is None or rank.line(listing, other) == node.lineno
    if not sure and other is not None:
        also = [rank.line(listing, other)]
    return Place(
        function=piece.name,
        line=node.lineno,
        end_line=node.end_lineno or node.lineno,
        column=node.col_offset,
        end_column=node.end_col_offset or node.col_offset,
        piece=_text(piece.lines, node),
        kind="" if found.partial else candidate.kind,
        sure=sure and not found.partial,
        partial=found.partial,
        also=tuple(dict.fromkeys(n for n in also if n != node.lineno)),
        gained=found.gained,
    )


def _text(lines: tuple[str, ...], node: ast.expr | ast.stmt) -> str:
    """The source of a node: its part of one line, or its lines."""
    if node.lineno != node.end_lineno:
        return "\n".join(lines[node.lineno - 1 : node.end_lineno]).strip()
    line = lines[node.lineno - 1].encode()
    return line[node.col_offset : node.end_col_offset].decode().strip()


__all__ = [
    "CANDIDATES",
    "Found",
    "NotSearchable",
    "Piece",
    "Place",
    "Program",
    "calls",
    "cells_of",
    "definitions",
    "find",
    "parse",
    "place",
    "report",
]
