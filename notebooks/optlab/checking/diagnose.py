"""From observations to a verdict: right, wrong by name, or wrong with the first finding.

Truth goes before names, and a wrong name is worse than none. The order of the evidence:

attempted -> callable -> raised -> all outputs compared -> right, then side effects -> one known
mistake -> what the answer's own source shows (`explain`) -> two known mistakes (`pairs`) -> the
first difference, with its input.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from optlab.checking import effects, probe, telling, wording
from optlab.checking.answerkey import AnswerKey, Known, departure, same
from optlab.checking.language import joined, told
from optlab.checking.probe import Observation


class Status(StrEnum):
    """What becomes of an answer; the values are the command contract."""

    CORRECT = "correct"
    KNOWN_MISTAKE = "known_mistake"
    INCORRECT = "incorrect"
    RAISED = "raised"
    NOT_ATTEMPTED = "not_attempted"
    TIMED_OUT = "timed_out"
    REFUSED = "refused"


PLAIN = told("Correct.")
EFFECT_SHARE = 0.8  # of the points, where the values are right and something beside them is not
LOOKED_AT = 100  # numbers at the beginning of a long list or array that tell whether it says much
_STUB = "NotImplementedError"


@dataclass(frozen=True)
class Verdict:
    """The judge's word on one exercise; the fields are the command contract.

    All but `lines`: the message speaks of them too, beside those of `place`.
    """

    exercise: str
    status: Status
    score: float
    max_score: float
    message: str
    cause: str | None = None
    mistake: str | None = None
    variant: str | None = None
    place: dict[str, Any] | None = None
    facts: tuple[dict[str, str], ...] = ()
    lines: tuple[int, ...] = ()

    def to_data(self) -> dict[str, Any]:
        order = "exercise status cause score max_score mistake variant message place".split()
        return {name: getattr(self, name) for name in order} | {"facts": list(self.facts)}


@dataclass(frozen=True)
class Explanation:
    """What is known of a wrong answer without a name.

    text: said before the first finding. complete: whether it explains all that is wrong.
    place, facts: the same as data, as in the command contract.
    lines: further lines that the text speaks of.
    """

    text: str = ""
    complete: bool = False
    place: dict[str, Any] | None = None
    facts: tuple[dict[str, str], ...] = ()
    lines: tuple[int, ...] = ()


Seen = tuple[Observation, ...]
Explain = Callable[[Seen], Explanation]
Pairs = Callable[[Seen], Known | None]
WrongCall = Callable[[], str | None]
LineOf = Callable[[], Explanation]


def diagnose(
    key: AnswerKey,
    observations: Iterable[Observation],
    pairs: Pairs | None = None,
    explain: Explain | None = None,
    wrong_call: WrongCall | None = None,
    line_of: LineOf | None = None,
) -> Verdict:
    """Judge one exercise by what it did on the cases of the key.

    wrong_call: asked about wrong values before anything else is said of them: another exercise
        that the answer calls and that is not right. line_of: asked where a mistake is that
        has a name.
    explain: asked about wrong values that no known mistake explains. pairs: asked for two known
        mistakes where `explain` was asked and has no complete explanation: what one slip does two
        mistakes often do as well.
    """
    seen = tuple(observations)
    if seen and all(item.error == _STUB for item in seen):
        return verdict(key, Status.NOT_ATTEMPTED, told("Not attempted yet."))
    if lender := next((item for item in seen if item.error == probe.BORROWED), None):
        text = wording.of_borrowed(key, lender.error_text)
        return verdict(key, Status.INCORRECT, text, cause=probe.BORROWED)
    wrong = [not same(key, i, key.expected[i], seen[i]) for i in range(len(seen))]
    known = match(key, key.known, seen) if any(wrong) or effects.first(key, seen) else None
    if any(wrong) and not (known and known.variant):
        called = _unsolved(key, seen) or (wrong_call() if wrong_call else None)
        if called:
            return _led_astray(key, called, known, seen, wrong)
    if known is not None:
        found = line_of() if line_of and any(wrong) and not known.variant else Explanation()
        return _named(key, known, seen, wrong, found)
    if not any(wrong):
        return _right(key, seen)
    return _unnamed(key, seen, wrong, pairs, explain)


def verdict(
    key: AnswerKey, status: Status, message: str, *, share: float = 0.0, **names: Any
) -> Verdict:
    """A verdict for the exercise of this key, with `share` of its points."""
    return Verdict(
        key.exercise, status, round(share * key.points, 2), float(key.points), message, **names
    )


def not_attempted(key: AnswerKey) -> Verdict:
    """For a name that is missing, None, or still the stub."""
    return verdict(
        key, Status.NOT_ATTEMPTED, told("{name} is not attempted yet.", name=key.exercise)
    )


def _right(key: AnswerKey, seen: Seen, variant: Known | None = None) -> Verdict:
    """Values are right: by the key, or as another convention has them."""
    effect = effects.first(key, seen)
    name = variant.name if variant else None
    if effect:
        text = wording.of_effect(key, effect)
        return verdict(key, Status.INCORRECT, text, share=EFFECT_SHARE)
    message = told(variant.message if variant else key.right or PLAIN)
    return verdict(key, Status.CORRECT, message, share=1.0, variant=name)


def _unsolved(key: AnswerKey, seen: Seen) -> str | None:
    """Another function of the notebook, which is still a stub and was called.

    By public cases alone: the name is the learner's word, and hidden cases are never quoted.
    """
    shown = (item for case, item in zip(key.cases, seen, strict=False) if case.public)
    names = (item.error_text for item in shown if item.error == probe.UNSOLVED)
    return next(filter(str.isidentifier, names), None)


def _led_astray(
    key: AnswerKey, called: str, known: Known | None, seen: Seen, wrong: list[bool]
) -> Verdict:
    """Wrong, and so is what it calls: no name and no place is true before that is mended.

    The points are what they would be without that.
    """
    index = wording.first_wrong(key, wrong)
    status = Status.RAISED if wording.raised(key, index, seen[index]) else Status.INCORRECT
    text = telling.of_unsolved(key.exercise, called, solved=called != _unsolved(key, seen))
    return verdict(key, status, text, share=known.share if known else 0.0)


def _named(
    key: AnswerKey, known: Known, seen: Seen, wrong: list[bool], found: Explanation
) -> Verdict:
    if known.variant:
        return _right(key, seen, known)
    text = joined(told(known.message), found.text)
    if any(wrong) and key.kind != "quiz":
        text += wording.of_named(key, known, seen, wrong)
    share = known.share if any(wrong) else max(known.share, EFFECT_SHARE)
    named = verdict(key, Status.KNOWN_MISTAKE, text, share=share, mistake=known.name)
    return replace(named, place=found.place, lines=found.lines)


def _unnamed(
    key: AnswerKey, seen: Seen, wrong: list[bool], pairs: Pairs | None, explain: Explain | None
) -> Verdict:
    index = wording.first_wrong(key, wrong)
    blamed = wording.raised(key, index, seen[index])
    status = Status.RAISED if blamed else Status.INCORRECT
    explanation = explain(seen) if explain and key.cases else Explanation()
    if pairs and explain and not explanation.complete and not degenerate(seen):
        pair = pairs(seen)
        if pair and not contradicts(pair.message, seen):
            return _named(key, pair, seen, wrong, Explanation())
    text = joined(explanation.text, wording.of_finding(key, index, seen[index]))
    found = verdict(key, status, text + wording.beside(key, seen))
    return replace(found, place=explanation.place, facts=explanation.facts, lines=explanation.lines)


def match(key: AnswerKey, candidates: Iterable[Known], seen: Seen) -> Known | None:
    """The candidate that explains what was seen: the first that did the same on every case, or
    else the first that did the same on every case that returned something.

    A case that only raises is no evidence about a formula: integers with `-=` raise whatever is
    taken away. Side effects decide only between candidates whose values are right: a wrong formula
    that also works in place is still that wrong formula.
    """
    candidates = tuple(candidates)
    returned = [i for i, item in enumerate(seen) if not item.error]
    everywhere = range(len(seen))
    found = next((k for k in candidates if _explains(key, k, seen, everywhere)), None)
    if found or len(returned) == len(seen) or 2 * len(returned) <= len(seen):
        return found
    if all(same(key, i, key.expected[i], seen[i]) for i in returned):
        return None  # all values are right: only the error could be explained
    return next(
        (k for k in candidates if _explains(key, k, seen, returned) and _begins(key, k, seen)), None
    )


def _explains(key: AnswerKey, known: Known, seen: Seen, cases: Iterable[int]) -> bool:
    cases = list(cases)
    if not all(same(key, i, known.observations[i], seen[i]) for i in cases):
        return False
    # Where nothing but an error is seen, its type alone is no evidence.
    if not any(
        seen[i].outputs or known.observations[i].error_text == seen[i].error_text for i in cases
    ):
        return False
    if any(not same(key, i, key.expected[i], seen[i]) for i in cases):
        return True
    return effects.explains(key, known.observations, seen)


def _begins(key: AnswerKey, known: Known, seen: Seen) -> bool:
    """What a case returned before it raised has to be explained as well."""
    ended = [(i, item) for i, item in enumerate(seen) if item.error]
    return all(
        len(known.observations[i].outputs) >= len(item.outputs)
        and departure(key, i, known.observations[i], item) is None
        for i, item in ended
    )


def degenerate(seen: Seen) -> bool:
    """Whether results say next to nothing: nowhere a finite number but one and the same."""
    numbers = [number for item in seen for output in item.outputs for number in _numbers(output)]
    return len({number for number in numbers if np.isfinite(number)} - {0.0}) < 2


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [number for item in value[:LOOKED_AT] for number in _numbers(item)]
    if isinstance(value, (int, float, np.number, np.ndarray)):
        return [float(number) for number in np.ravel(value)[:LOOKED_AT]]
    return []


def contradicts(text: str, seen: Seen) -> bool:
    """Whether a text speaks of what was not seen: of nan or infinity, or of a certain number."""
    finite = all(
        np.isfinite(number) for item in seen for o in item.outputs for number in _numbers(o)
    )
    if finite and re.search(r"\bnan\b|\binf|infinit|0/0|divided? by (0|zero)", text, re.I):
        return True
    return re.search(r"\d\.\d", text) is not None
