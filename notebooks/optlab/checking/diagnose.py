"""From observations to a verdict: right, wrong by name, or wrong with the first finding.

Nothing here runs code of the learner, and nothing needs the reference: expected observations and
those of the known mistakes come as data in an `AnswerKey`. The key in a learner's folder holds the
public cases; the judge builds a fuller one in memory.
"""

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from optlab.checking import probe, quiz
from optlab.checking.compare import RTOL, Difference, difference
from optlab.checking.probe import Case, Observation


class Status(StrEnum):
    """What becomes of an answer; the values are the command contract."""

    CORRECT = "correct"
    KNOWN_MISTAKE = "known_mistake"
    INCORRECT = "incorrect"
    RAISED = "raised"
    NOT_ATTEMPTED = "not_attempted"
    TIMED_OUT = "timed_out"
    REFUSED = "refused"


CORRECT, KNOWN_MISTAKE, INCORRECT, RAISED, NOT_ATTEMPTED, TIMED_OUT, REFUSED = Status
PLAIN = "Correct."


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
        return {**self.__dict__, "observations": tuple(o.to_data() for o in self.observations)}

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
    asks: what kind of answer a quiz question asks for: "a number of days".
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
    hidden: int = 0

    def to_data(self) -> dict[str, Any]:
        """As data for `optlab.checking.codec`."""
        data = dict(self.__dict__)
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
            hidden=data["hidden"],
        )


@dataclass(frozen=True)
class Verdict:
    """The judge's word on one exercise; the fields are the command contract."""

    exercise: str
    status: str
    score: float
    max_score: float
    message: str
    cause: str | None = None
    mistake: str | None = None
    variant: str | None = None

    def to_data(self) -> dict[str, Any]:
        order = "exercise status cause score max_score mistake variant message".split()
        return {name: getattr(self, name) for name in order}


@dataclass(frozen=True)
class _Finding:
    """A departure from the expected. seen: what to add to a known mistake's message."""

    status: str
    text: str
    seen: str = ""


def no_pairs(seen: tuple[Observation, ...]) -> Known | None:
    """For callers that do not compute combinations of two mistakes."""
    return None


def diagnose(
    key: AnswerKey,
    observations: Iterable[Observation],
    pairs: Callable[[tuple[Observation, ...]], Known | None] = no_pairs,
) -> Verdict:
    """Judge one exercise by what it did on the cases of the key."""
    seen = tuple(observations)
    if seen and all(item.error == "NotImplementedError" for item in seen):
        return verdict(key, NOT_ATTEMPTED, "Not attempted yet.")
    wrong = [not same(key, i, key.expected[i], seen[i]) for i in range(len(seen))]
    side_effect = _side_effect(key, seen)
    if not any(wrong) and not side_effect:
        return verdict(key, CORRECT, key.right or PLAIN, share=1.0)
    finding = _first_finding(key, seen, wrong) if any(wrong) else side_effect
    known = match(key, key.known, seen)
    if known is None and any(wrong):
        known = pairs(seen) or _match_by_key(key, seen)
    if known is None:
        return verdict(key, finding.status, finding.text)
    if known.variant and not side_effect:
        return verdict(key, CORRECT, known.message, share=1.0, variant=known.name)
    if known.variant:
        return verdict(key, side_effect.status, side_effect.text)
    # A quiz's options, and what a summary tells apart, speak for themselves.
    message = known.message if key.kind == "quiz" or key.summary else known.message + finding.seen
    return verdict(key, KNOWN_MISTAKE, message, share=known.share, mistake=known.name)


def verdict(
    key: AnswerKey, status: str, message: str, *, share: float = 0.0, **names: str | None
) -> Verdict:
    """A verdict for the exercise of this key, with `share` of its points."""
    return Verdict(
        key.exercise, status, round(share * key.points, 2), float(key.points), message, **names
    )


def not_attempted(key: AnswerKey) -> Verdict:
    """For a name that is missing, None, or still the stub."""
    return verdict(key, NOT_ATTEMPTED, f"{key.exercise} is not attempted yet.")


def same(key: AnswerKey, index: int, expected: Observation, seen: Observation) -> bool:
    """Whether two observations of case `index` are the same as far as marks are concerned."""
    # The learner's process can claim anything, also that there was nothing to compare.
    as_many = len(expected.outputs) == len(seen.outputs)
    return (
        as_many and expected.error == seen.error and _difference(key, index, expected, seen) is None
    )


def _difference(
    key: AnswerKey, index: int, expected: Observation, seen: Observation
) -> Difference | None:
    try:
        summarised = _summarised(key, index, seen.outputs)
    except (TypeError, ValueError, LookupError, AttributeError):
        form = "the result has another form than the docstring asks for"
        return Difference("type", "the result", form)
    # Where an error ended the calls there are fewer results; the error is compared by its type.
    results = zip(_summarised(key, index, expected.outputs), summarised, strict=False)
    found = (_compare_result(key, wanted, got) for wanted, got in results)
    return next((item for item in found if item), None)


def _compare_result(key: AnswerKey, wanted: Any, got: Any) -> Difference | None:
    names = key.returns
    if key.summary or len(names) < 2:
        path = "the answer" if key.kind == "quiz" else (names[0] if names else "the result")
        return difference(wanted, got, path, key.rtol)
    if not isinstance(got, (tuple, list)) or len(got) != len(wanted):
        return difference(wanted, got, f"the result ({', '.join(names)})", key.rtol)
    found = (difference(w, g, n, key.rtol) for w, g, n in zip(wanted, got, names, strict=True))
    return next((item for item in found if item), None)


def _summarised(key: AnswerKey, index: int, outputs: tuple) -> tuple:
    if not key.summary or not outputs:
        return outputs
    module, _, name = key.summary.partition(":")
    summarise = getattr(importlib.import_module(module), name)
    return (summarise(probe.build(key.cases[index].args), outputs),)


def match(key: AnswerKey, candidates: Iterable[Known], seen: tuple) -> Known | None:
    """The first candidate that did the same on every case.

    Side effects decide only between candidates whose values are right: a wrong formula that also
    works in place is still that wrong formula.
    """
    for known in candidates:
        pairs = zip(known.observations, seen, strict=True)  # stops at the first that differs
        if not all(same(key, i, k, s) for i, (k, s) in enumerate(pairs)):
            continue
        pairs = zip(known.observations, seen, strict=True)
        # Where nothing but an error is seen, its type alone is no evidence.
        if not any(s.outputs or k.error_text == s.error_text for k, s in pairs):
            continue
        values_right = all(same(key, i, key.expected[i], s) for i, s in enumerate(seen))
        if not values_right or _effect(key, known.observations) == _effect(key, seen):
            return known
    return None


def _effect(key: AnswerKey, seen: Iterable[Observation]) -> str | None:
    """The side effect to speak of, if any: the first of three."""
    if any(item.changed for item in seen):
        return "changed"
    if any(item.aliased for item in seen) and not key.views_allowed:
        return "aliased"
    return "random" if any(item.global_random for item in seen) else None


def _match_by_key(key: AnswerKey, seen: tuple) -> Known | None:
    """One mistake made for some keys only ("b1" but not "W1"): every key right or that mistake."""
    counts = [len(item.outputs) for item in key.expected]
    if any(item.error for item in seen) or counts != [len(item.outputs) for item in seen]:
        return None
    for known in key.known:
        keys = _explained_keys(key, known, seen)
        if keys and not known.variant:
            message = f"For {', '.join(map(repr, keys))} only: {known.message}"
            return Known(known.name, message, seen, known.share)
    return None


def _explained_keys(key: AnswerKey, known: Known, seen: tuple) -> list[str]:
    """Keys that are wrong and match `known`; empty when some wrong key does not."""
    explained = set()
    for wanted, mistaken, got in zip(key.expected, known.observations, seen, strict=True):
        for results in zip(wanted.outputs, mistaken.outputs, got.outputs, strict=False):
            right, wrong, given = (dict(_leaves(value)) for value in results)
            if right.keys() != wrong.keys() or right.keys() != given.keys():
                return []
            for path, value in given.items():
                if difference(right[path], value, "", key.rtol) is None:
                    continue
                if difference(wrong[path], value, "", key.rtol) is not None:
                    return []
                explained.add(path[-1])
    return sorted(explained)


def _leaves(value: Any, path: tuple = ()) -> Iterable[tuple[tuple, Any]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, (*path, name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    elif path and isinstance(path[-1], str):
        yield path, value


def _first_finding(key: AnswerKey, seen: tuple, wrong: list[bool]) -> _Finding:
    """The first finding, public cases before hidden ones. Hidden cases are never quoted."""
    order = sorted(range(len(seen)), key=lambda i: (not key.cases[i].public, i) if key.cases else i)
    index = next(i for i in order if wrong[i])
    case = key.cases[index] if key.cases else None
    if case is not None and not case.public:
        return _hidden_finding(case, seen[index])
    return _public_finding(key, index, case, seen[index])


def _public_finding(
    key: AnswerKey, index: int, case: Case | None, observation: Observation
) -> _Finding:
    if key.kind == "quiz":
        (right,) = key.expected[index].outputs
        given = observation.outputs[0] if observation.outputs else None
        return _Finding(INCORRECT, quiz.unlisted(key.asks, right, given, key.rtol))
    note = f"with {case.note}" if case is not None and case.note else ""
    status = INCORRECT
    if observation.error == probe.NOT_CALLABLE:
        text = f"{key.exercise} should be a function; it is of type {observation.error_text}."
        return _Finding(status, text)
    if observation.error == probe.SIGNATURE:
        text = f"{key.exercise} is called as {_call(key, case)}; {observation.error_text}."
        return _Finding(status, text)
    if observation.error:
        status = RAISED
        error = f"{observation.error}: {observation.error_text}".rstrip(": ")
        text = f"{_call(key, case)} raised {error}."
    else:
        found = _difference(key, index, key.expected[index], observation)
        text = _sentence(found.text if found else "it ended before all results were there")
    seen_text = f" Seen{' ' if note else ''}{note}: {text}"
    text = f"W{note[1:]}, {text}" if note else text
    return _Finding(status, text, seen_text)


def _sentence(text: str) -> str:
    return text if text.endswith(("?", ".")) else f"{text}."


def _hidden_finding(case: Case, observation: Observation) -> _Finding:
    about = f" ({case.note})" if case.note else ""
    if observation.error in (probe.SIGNATURE, probe.NOT_CALLABLE):
        text = f"The public cases pass; in a hidden case{about} the call does not fit."
        return _Finding(INCORRECT, text)
    if observation.error:
        text = f"The public cases pass; a hidden case{about} raised {observation.error}."
        return _Finding(RAISED, text)
    text = f"The public cases pass; a hidden case{about} gives another result than expected."
    return _Finding(INCORRECT, text)


def _side_effect(key: AnswerKey, seen: tuple) -> _Finding | None:
    effect = _effect(key, seen)
    if effect is None:
        return None
    if effect == "changed":
        name = next(name for item in seen for name in item.changed)
        text = f"{name}, which you were given, was changed."
    elif effect == "aliased":
        name = next(name for item in seen for name in item.aliased)
        text = f"the result shares memory with {name}."
        if name == "result":
            text = "two parts of the result are one and the same array."
    else:
        text = "the global random state was used or reset."
    return _Finding(INCORRECT, f"The values are right, but {text}")


def _call(key: AnswerKey, case: Case) -> str:
    shown = [f"{name}={_brief(value)}" for name, value in case.args.items()]
    return f"{key.exercise}({', '.join(shown)})"


def _brief(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name!r}: {_brief(item)}" for name, item in value.items()) + "}"
    if hasattr(value, "shape") and value.shape:
        return f"array{tuple(value.shape)}"
    if isinstance(value, probe.Recipe):
        return value.target.rpartition(":")[2]
    if isinstance(value, probe.Seed):
        return f"default_rng({value.value})"
    text = repr(value) if not hasattr(value, "item") else repr(value.item())
    return text if len(text) <= 30 else text[:27] + "..."
