"""What a right answer does, as data, and whether another one does the same.

Nothing here runs code of the learner, and nothing needs the reference: expected observations and
those of the known mistakes come as data. The key in a learner's folder holds the public cases; the
judge builds a fuller one in memory.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from optlab.checking import probe
from optlab.checking.compare import ANSWER, RESULT, RTOL, Difference, difference, several, worded
from optlab.checking.probe import Case, Observation


@dataclass(frozen=True)
class Known:
    """A named answer that is not the reference, with what it does on each case of the key.

    share: the part of the points that it earns. A variant, another convention, earns them all.
    """

    name: str
    message: str
    observations: Sequence[Observation]
    share: float = 0.0
    variant: bool = False

    def to_data(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "message": self.message,
            "observations": tuple(seen.to_data() for seen in self.observations),
            "share": self.share,
            "variant": self.variant,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Known":
        return cls(
            name=data["name"],
            message=data["message"],
            observations=tuple(map(Observation.from_data, data["observations"])),
            share=data["share"],
            variant=data["variant"],
        )


@dataclass(frozen=True)
class AnswerKey:
    """All that is needed to judge one exercise, as data.

    summary: name of a function in optlab that turns random outputs into what must be the same for
        every right answer; None where outputs are compared as they are.
    views_allowed: whether a result may share memory with the arguments.
    defaults: of the parameters, as in the cell that a learner gets.
    asks: what kind of answer a quiz question asks for: "a number of days".
    options: what stands beside the letters of a quiz.
    hidden: how many hidden cases there are beyond `cases`.
    """

    exercise: str
    kind: str
    points: float
    parameters: list[str]
    returns: tuple[str, ...]
    cases: tuple[Case, ...]
    expected: tuple[Observation, ...]
    known: Sequence[Known]
    hints: tuple[str, ...] = ()
    right: str = ""
    summary: str | None = None
    views_allowed: bool = False
    rtol: float = RTOL
    asks: str = ""
    options: dict[str, str] = field(default_factory=dict)
    hidden: int = 0
    defaults: dict[str, Any] = field(default_factory=dict)

    def to_data(self) -> dict[str, Any]:
        """As data for `optlab.checking.codec`."""
        data = {item.name: getattr(self, item.name) for item in fields(self)}
        data["cases"] = tuple(case.to_data() for case in self.cases)
        data["expected"] = tuple(item.to_data() for item in self.expected)
        data["known"] = tuple(item.to_data() for item in self.known)
        return data

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "AnswerKey":
        """Built from values only: an iterator in a key that is kept would be used up."""
        return cls(
            exercise=data["exercise"],
            kind=data["kind"],
            points=data["points"],
            parameters=data["parameters"],
            returns=data["returns"],
            cases=tuple(map(Case.from_data, data["cases"])),
            expected=tuple(map(Observation.from_data, data["expected"])),
            known=tuple(map(Known.from_data, data["known"])),
            hints=data["hints"],
            right=data["right"],
            summary=data["summary"],
            views_allowed=data["views_allowed"],
            rtol=data["rtol"],
            asks=data["asks"],
            options=data["options"],
            hidden=data["hidden"],
            defaults=data["defaults"],
        )


@dataclass(frozen=True)
class Departure:
    """The first difference in a case, and the number of the call that shows it."""

    call: int
    difference: Difference


def same(key: AnswerKey, index: int, expected: Observation, seen: Observation) -> bool:
    """Whether two observations of case `index` are the same as far as marks are concerned."""
    # The learner's process can claim anything, also that there was nothing to compare.
    as_many = len(expected.outputs) == len(seen.outputs)
    return (
        as_many and expected.error == seen.error and departure(key, index, expected, seen) is None
    )


def departure(
    key: AnswerKey, index: int, expected: Observation, seen: Observation
) -> Departure | None:
    """The first difference of what both returned; an error that ended one is not looked at."""
    try:
        summarised = _summarised(key, index, seen)
    except (TypeError, ValueError, LookupError, AttributeError):
        form = "the result has another form than the docstring asks for"
        return Departure(0, Difference("type", RESULT, form))
    results = zip(_summarised(key, index, expected), summarised, strict=False)
    for call, (wanted, got) in enumerate(results):
        found = _compare(key, wanted, got)
        if found:
            return Departure(call, found)
    return None


def _compare(key: AnswerKey, wanted: Any, got: Any) -> Difference | None:
    names = key.returns
    if key.summary or len(names) < 2:
        return difference(wanted, got, _path(key), key.rtol)
    if not isinstance(got, (tuple, list)) or len(got) != len(wanted):
        return difference(wanted, got, several(names), key.rtol)
    found = (difference(w, g, n, key.rtol) for w, g, n in zip(wanted, got, names, strict=True))
    return next((item for item in found if item), None)


def _path(key: AnswerKey) -> str:
    if key.kind == "quiz":
        return ANSWER
    return key.returns[0] if len(key.returns) == 1 else RESULT


def _summarised(key: AnswerKey, index: int, seen: Observation) -> tuple:
    """The results in the form in which they are compared.

    Made once: a wrong answer is compared with many known ones, and each of these with a class.
    """
    if not key.summary or not seen.outputs:
        return seen.outputs
    if key.summary not in seen.summaries:
        module, _, name = key.summary.partition(":")
        summarise = getattr(importlib.import_module(module), name)
        made = summarise(probe.build(key.cases[index].args), seen.outputs)
        seen.summaries[key.summary] = worded(made)
    return (seen.summaries[key.summary],)
