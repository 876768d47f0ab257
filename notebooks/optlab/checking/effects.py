"""Side effects: what is wrong with an answer whose values may all be right."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from optlab.checking.answerkey import AnswerKey
from optlab.checking.probe import Observation


@dataclass(frozen=True)
class Effect:
    """case: the number of the first case that shows it. name: the argument that it is about."""

    kind: Literal["changed", "aliased", "random"]
    case: int
    name: str = ""


def first(key: AnswerKey, seen: tuple[Observation, ...]) -> Effect | None:
    """The effect to speak of, if any, of an answer whose values are right."""
    return next(_all(key, seen), None)


def beside(key: AnswerKey, seen: tuple[Observation, ...]) -> list[Effect]:
    """Effects that are told of wrong values too, because they may be what makes them wrong."""
    return [item for item in _all(key, seen) if item.kind in ("changed", "random")]


def _kind(key: AnswerKey, seen: Iterable[Observation]) -> str | None:
    """The kind of the first effect, of an answer whose values are right."""
    found = next(_all(key, tuple(seen)), None)
    return found.kind if found else None


def explains(key: AnswerKey, known: Iterable[Observation], seen: Iterable[Observation]) -> bool:
    """Whether words about the effect of a known mistake are true of what was seen.

    They may name an argument that changed: one that the mistake changes has to be among those seen.
    """
    known, seen = tuple(known), tuple(seen)
    changed = _changed(seen)
    same_kind = _kind(key, known) == _kind(key, seen)
    return same_kind and not (changed and changed.isdisjoint(_changed(known)))


def _changed(seen: Iterable[Observation]) -> set[str]:
    """The arguments that any case found changed."""
    return {name for item in seen for name in item.changed}


def _all(key: AnswerKey, seen: tuple[Observation, ...]) -> Iterator[Effect]:
    for index, item in enumerate(seen):
        if item.changed:
            yield Effect("changed", index, item.changed[0])
            break
    for index, item in enumerate(seen):
        if item.aliased and not key.views_allowed and not _listed(key, index, item):
            yield Effect("aliased", index, item.aliased[0])
            break
    for index, item in enumerate(seen):
        if item.global_random:
            yield Effect("random", index)
            break


def _listed(key: AnswerKey, index: int, seen: Observation) -> bool:
    """A list in place of an array: its items are the arrays it was made of, and that is no fault
    of sharing."""
    pairs = zip(key.expected[index].outputs, seen.outputs, strict=False)
    return any(isinstance(e, np.ndarray) and isinstance(s, (list, tuple)) for e, s in pairs)
