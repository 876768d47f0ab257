"""What the judge has a child search for, and how the report becomes a place and a sentence.

The child searches on the public cases, which lie in the learner's folder anyway, and reports
numbers. Place and words come from this process's own list of what the submitted text could have
been: no text of the child reaches a report, and a lie spoils the liar's own hint.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import cache

from autograder.exercise import Exercise, cached_key
from autograder.judge.session import order
from optlab.checking import diagnose, explain, onechange
from optlab.checking.answerkey import AnswerKey
from optlab.checking.diagnose import Explain, Status
from optlab.checking.onechange import Found, NotSearchable
from optlab.checking.probe import Observation

CANDIDATES = 1000  # of one search; nine of ten slips that are found at all are among them


def about(
    cells: tuple[str, ...], exercises: Iterable[Exercise], seed: int
) -> Callable[[str, list[Observation]], bytes | None]:
    """For `Session.run`: search whatever the public cases show to be wrong without a name."""
    by_name = {item.name: item for item in exercises}

    def doubt(name: str, seen: list[Observation]) -> bytes | None:
        key = _public_key(by_name[name], seed)
        if not key.cases:  # a question has no code to search
            return None
        verdict = diagnose.diagnose(key, seen)
        if verdict.status not in (Status.INCORRECT, Status.RAISED) or verdict.score:
            return None
        return order(_question(by_name[name], seed) | {"cells": cells})

    return doubt


def explainer(key: AnswerKey, cells: tuple[str, ...], found: Found | None) -> Explain:
    """For `diagnose`: what a report says of an answer, by the text of the cells."""

    def report() -> Found:
        if found is None:
            raise NotSearchable("not searched")
        return found

    return lambda seen: explain.put_together(key, seen, cells, report)


def wrong_call(exercise: str, cells: tuple[str, ...], wrong: Collection[str]) -> str | None:
    """The first that the answer calls of the exercises that are not right."""
    return next(iter(onechange.calls(cells, exercise, wrong)), None)


@cache
def _public_key(exercise: Exercise, seed: int) -> AnswerKey:
    return explain.public_part(cached_key(exercise, seed))


@cache
def _question(exercise: Exercise, seed: int) -> dict:
    key = replace(_public_key(exercise, seed), known=())
    return {"key": key, "others": explain.others(), "limit": CANDIDATES}
