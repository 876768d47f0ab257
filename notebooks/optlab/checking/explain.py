"""What can be said of a wrong answer that has no name: facts, and the place of the slip.

`Answer` is for the learner's own process; the judge puts the same together from what its sandbox
reports (`put_together`).
"""

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cached_property
from typing import Any

from optlab.checking import (
    clock,
    diagnose,
    facts,
    keys,
    onechange,
    probe,
    purpose,
    telling,
    wording,
)
from optlab.checking.answerkey import AnswerKey, same
from optlab.checking.diagnose import Explanation, Seen, Status
from optlab.checking.facts import Fact
from optlab.checking.language import joined
from optlab.checking.onechange import Found, NotSearchable, Place
from optlab.checking.probe import Observation

_CONTRACT = "function line end_line column end_column piece kind sure partial".split()
_SEARCH_SECONDS = 30.0  # a search counts its steps; this is for what nobody thought of
_CALLED_SECONDS = 10.0
_SOON = 700  # candidates
_FACTS = 2  # that are said; all are reported
# Found in the source and as good as a place: no search is needed.
_DECISIVE = ("no return",)
_MALFORMED = (probe.SIGNATURE, probe.NOT_CALLABLE)

Pieces = Mapping[str, onechange.Piece]


class Answer:
    """A function of this process: each method is what `diagnose` may ask about it."""

    def __init__(self, key: AnswerKey, function: Callable) -> None:
        self._key, self._function = key, function

    @cached_property
    def _cells(self) -> tuple[str, ...]:
        return onechange.cells_of(self._function)

    def explain(self, seen: Seen) -> Explanation:
        """By searching it."""
        if any(item.error in _MALFORMED for item in seen):
            return Explanation()
        return put_together(self._key, seen, self._cells, self._search)

    def line(self) -> Explanation:
        """Where a slip that has a name already is: only what is certain, and found soon."""
        try:
            found = self._search(_SOON, certain=True)
            place = onechange.place(self._cells, self._key, found, others())
        except (NotSearchable, RecursionError, MemoryError):
            return Explanation()
        if place is None or not place.sure or place.kind in telling.OF_LINES:
            return Explanation()  # lines that are moved or missing often have several repairs
        if _elsewhere_too(onechange.definitions(self._cells), place):
            return Explanation()
        data = _as_data(place)
        text = telling.beside_a_name(data, self._key.exercise, place.also)
        return Explanation(text=text, complete=True, place=data, lines=place.also)

    def wrong_call(self) -> str | None:
        """Another exercise that it calls and that `check` would not pass in this notebook."""
        return clock.within(_CALLED_SECONDS, self._wrong_call, None)

    def _wrong_call(self) -> str | None:
        space = getattr(self._function, "__globals__", {})
        for name in onechange.calls(self._cells, self._key.exercise, others()):
            other, thing = keys.load(name), space.get(name)
            if other is None or not callable(thing):
                continue
            seen = probe.observe_all(thing, other.parameters, other.cases)
            if diagnose.diagnose(other, seen).status != Status.CORRECT:
                return name
        return None

    def _search(self, limit: int = onechange.CANDIDATES, *, certain: bool = False) -> Found:
        def search() -> Found:
            return onechange.report(
                self._cells, self._function, self._key, others(), limit, certain=certain
            )

        return clock.within(_SEARCH_SECONDS, search, Found())


def put_together(
    key: AnswerKey, seen: Seen, cells: tuple[str, ...], search: Callable[[], Found]
) -> Explanation:
    """Facts first, then what a search reports; `seen` may be of all cases, public or not."""
    numbers = _public(key)
    shown = public_part(key)
    values = facts.from_values(shown, tuple(seen[i] for i in numbers))
    try:
        pieces = onechange.definitions(cells)
        defaults, source = _source_facts(shown, pieces)
        if defaults:
            return _told(defaults[0], (*defaults, *values))
        decisive = [fact for fact in source if fact.kind in _DECISIVE]
        if decisive:
            return _told(decisive[0], decisive)
        found = search()
        place = onechange.place(cells, shown, found, others())
    except (NotSearchable, RecursionError, MemoryError):
        return _without_place((*source[:1], *values), (*source, *values), 0)
    if place is None:
        raised = _raises(shown, [seen[i] for i in numbers])
        stopped = found.stopped if raised and _has_line(shown, pieces, found.stopped) else 0
        return _without_place((*source[:1], *values), (*source, *values), stopped)
    said = [fact.text for fact in values[:1] if not place.partial]
    data = _as_data(place)
    said.append(telling.of_place(data, key.exercise, place.also, place.gained))
    return Explanation(
        text=joined(*said),
        complete=place.sure and not place.partial,
        place=data,
        facts=tuple(map(asdict, (*values, *source, *_where(shown, pieces, place)))),
        lines=place.also,
    )


def _elsewhere_too(pieces: Pieces, place: Place) -> bool:
    """Whether another line could be repaired as well, so that the slip need not be in this one.

    A result that is twice too large is right with another factor in any line that it goes through,
    one with the wrong sign with a minus in any; and a variable that should have been used may take
    the name of the one that is.
    """
    piece = pieces.get(place.function)
    if piece is None or not isinstance(piece.tree, ast.FunctionDef):
        return False
    if len([node for node in piece.tree.body if not _is_docstring(node)]) == 1:
        return False
    there = [node for node in ast.walk(piece.tree) if _starts(node, place)]
    if place.kind == "name":
        return any(isinstance(node, ast.Assign) for node in there)
    if place.kind == "sign":
        return not any(isinstance(node, (ast.UnaryOp, ast.BinOp)) for node in there)
    factors = (
        side
        for node in ast.walk(piece.tree)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div))
        for side in (node.left, node.right)
    )
    return place.kind == "number" and any(side in there for side in factors)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _starts(node: ast.AST, place: Place) -> bool:
    return (getattr(node, "lineno", 0), getattr(node, "col_offset", -1)) == (
        place.line,
        place.column,
    )


def _as_data(place: Place) -> dict[str, Any]:
    return {name: getattr(place, name) for name in _CONTRACT}


def public_part(key: AnswerKey) -> AnswerKey:
    """The key as the learner's folder holds it: of the public cases only."""
    numbers = _public(key)
    if len(numbers) == len(key.cases):
        return key
    known = tuple(
        replace(item, observations=_Part(item.observations, numbers)) for item in key.known
    )
    cases = tuple(key.cases[i] for i in numbers)
    expected = tuple(key.expected[i] for i in numbers)
    return replace(key, cases=cases, expected=expected, known=known)


class _Part(Sequence[Observation]):
    """Some of a known answer's observations, each looked at when it is asked for.

    What a known answer does may have to be tried first, and most are asked for one case only.
    """

    def __init__(self, observations: Sequence[Observation], numbers: list[int]) -> None:
        self._observations, self._numbers = observations, numbers

    def __getitem__(self, index: Any) -> Any:
        return self._observations[self._numbers[index]]

    def __len__(self) -> int:
        return len(self._numbers)


def others() -> tuple[str, ...]:
    """Names of all exercises."""
    return tuple(item["name"] for lesson in keys.lessons() for item in lesson["exercises"])


def _public(key: AnswerKey) -> list[int]:
    return [i for i, case in enumerate(key.cases) if case.public]


def _told(fact: Fact, every: Iterable[Fact]) -> Explanation:
    return Explanation(text=fact.text, complete=True, facts=tuple(map(asdict, every)))


def _without_place(
    telling_ones: Iterable[Fact], every: Iterable[Fact], stopped: int
) -> Explanation:
    said = [fact.text for fact in telling_ones][:_FACTS]
    if stopped:
        said.insert(0, telling.of_stop(stopped))
    lines = (stopped,) if stopped else ()
    return Explanation(text=joined(*said), facts=tuple(map(asdict, every)), lines=lines)


def _raises(key: AnswerKey, seen: list[Observation]) -> bool:
    """Whether the case that is told is one that raised, and not only a later one."""
    wrong = [not same(key, i, key.expected[i], item) for i, item in enumerate(seen)]
    if not any(wrong):
        return False
    index = wording.first_wrong(key, wrong)
    return wording.raised(key, index, seen[index])


def _where(key: AnswerKey, pieces: Pieces, place: Place) -> tuple[Fact, ...]:
    """For counting: what the line is for. Not told to the learner, who is shown the line."""
    piece = pieces.get(place.function)
    if piece is None or not (place.sure or place.partial):
        return ()
    returns = key.returns if place.function == key.exercise else ()
    return (Fact("where", purpose.of(piece.tree, place.line, place.column, returns)),)


def _has_line(key: AnswerKey, pieces: Pieces, line: int) -> bool:
    piece = pieces.get(key.exercise)
    return piece is not None and piece.tree.lineno <= line <= (piece.tree.end_lineno or 0)


def _source_facts(key: AnswerKey, pieces: Pieces) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """(defaults that were changed, what else the text proves)."""
    piece = pieces.get(key.exercise)
    if piece is None or not isinstance(piece.tree, ast.FunctionDef):
        return (), ()
    return facts.changed_defaults(piece.tree, key.defaults), facts.from_source(piece.tree)
