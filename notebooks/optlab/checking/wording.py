"""What is said of an answer that no known mistake explains: the case, the input, the difference.

Hidden cases are never quoted: neither their numbers nor what an answer says about them.
"""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from optlab.checking import borrowed, effects, probe, quiz
from optlab.checking.answerkey import AnswerKey, Known, departure
from optlab.checking.effects import Effect
from optlab.checking.language import capital, told
from optlab.checking.probe import Case, Observation

_CALL_LENGTH = 160
_INPUT_LENGTH = 80
_FEW = 6  # numbers of a short list that is worth showing
_MALFORMED = (probe.SIGNATURE, probe.NOT_CALLABLE)


def first_wrong(key: AnswerKey, wrong: list[bool]) -> int:
    """Number of the case to speak of: public cases before hidden ones."""
    cases = key.cases
    order = sorted(range(len(wrong)), key=lambda i: (not cases[i].public, i) if cases else i)
    return next(i for i in order if wrong[i])


def raised(key: AnswerKey, index: int, observation: Observation) -> bool:
    """Whether an error is what a case is to be blamed for: not one that wrong results led to."""
    if not observation.error or observation.error in _MALFORMED:
        return False
    return departure(key, index, key.expected[index], observation) is None


def of_finding(key: AnswerKey, index: int, observation: Observation) -> str:
    """What is wrong in one case, as one or two sentences."""
    if key.kind == "quiz":
        given = observation.outputs[0] if observation.outputs else None
        return quiz.unlisted(key.asks, key.expected[index].outputs[0], given, key.rtol)
    case = key.cases[index]
    if not case.public:
        return _of_hidden(case, observation)
    if observation.error == probe.NOT_CALLABLE:
        return told(
            "{name} should be a function; it is of type {kind}.",
            name=key.exercise,
            kind=observation.error_text,
        )
    return capital(_in_case(key, index, observation))


def of_borrowed(key: AnswerKey, library: str) -> str:
    """An answer that a library gives instead of the learner. The name of it is a claim."""
    name = library if library in borrowed.LIBRARIES else told("a library")
    return told(
        "{exercise} leaves the work to {library}. Which lines of NumPy are yours to write?",
        exercise=key.exercise,
        library=name,
    )


def of_named(key: AnswerKey, known: Known, seen: tuple[Observation, ...], wrong: list[bool]) -> str:
    """What to add to the message of a known mistake: where it is seen, and what it leaves open."""
    shown = [w and not item.error for w, item in zip(wrong, seen, strict=True)]
    index = first_wrong(key, shown if any(shown) else wrong)
    added = told("")
    if key.cases[index].public and not key.summary:  # what a summary tells apart speaks for itself
        note, text = told(key.cases[index].note), _text(key, index, seen[index])
        added = told(" Seen with {note}: {text}", note=note, text=text)
        if not note:
            added = told(" Seen: {text}", text=text)
    for number, item in enumerate(seen):
        if item.error and not known.observations[number].error and key.cases[number].public:
            return added + told(" Besides, {text}", text=_in_case(key, number, item))
    unsaid = {effect.kind for effect in effects.beside(key, tuple(known.observations))}
    random = [e for e in effects.beside(key, seen) if e.kind == "random" and e.kind not in unsaid]
    return added + _besides(random)


def of_effect(key: AnswerKey, effect: Effect) -> str:
    """A side effect of an answer whose values are right."""
    case = key.cases[effect.case]
    note, text = told(case.note), _effect(effect)
    if not case.public and note:
        hidden = "The values are right, but in a hidden case ({note}) {text}"
        return told(hidden, note=note, text=text)
    if not case.public:
        return told("The values are right, but in a hidden case {text}", text=text)
    if note:
        return told("The values are right, but with {note} {text}", note=note, text=text)
    return told("The values are right, but {text}", text=text)


def beside(key: AnswerKey, seen: tuple[Observation, ...]) -> str:
    """Side effects of an answer whose values are wrong."""
    return _besides(effects.beside(key, seen))


def _besides(found: Iterable[Effect]) -> str:
    whole = told("")
    for effect in found:
        whole += told(" Besides, {text}", text=_effect(effect))
    return whole


def _effect(effect: Effect) -> str:
    if effect.kind == "changed":
        return told("{name}, which you were given, was changed.", name=effect.name)
    if effect.kind == "random":
        return told("the global random state was used or reset.")
    if effect.name == "result":
        return told("two parts of the result are one and the same array.")
    return told("the result shares memory with {name}.", name=effect.name)


def _in_case(key: AnswerKey, index: int, observation: Observation) -> str:
    note = told(key.cases[index].note)
    text = _text(key, index, observation)
    return told("with {note}, {text}", note=note, text=text) if note else text


def _text(key: AnswerKey, index: int, observation: Observation) -> str:
    case = key.cases[index]
    if observation.error == probe.SIGNATURE:
        return told(
            "{name} is called as {call}; {problem}.",
            name=key.exercise,
            call=_call(key, case),
            problem=_misfit(observation.error_text),
        )
    if raised(key, index, observation):
        error = f"{observation.error}: {observation.error_text}".rstrip(": ")
        call = _call(key, case)
        return told("it raised {error}. The call: {call}.", error=error.rstrip("."), call=call)
    found = departure(key, index, key.expected[index], observation)
    if found is None:
        return told("it ended before all results were there.")
    text = found.difference.text
    if found.call < len(observation.outputs) and observation.outputs[found.call] is None:
        none = "{path} is None: what does the function return?"
        text = told(none, path=found.difference.name)
    where = "" if key.summary else _where(key, case, found.call)
    end = "" if text.endswith(("?", ".")) else "."
    return told("{where}{text}{end}", where=where, text=text, end=end)


def _misfit(text: str) -> str:
    """What `probe` says of a signature; the error in it is Python's."""
    found = re.fullmatch("it takes (.*), and the call does not fit: (.*)", text, re.DOTALL)
    if not found:
        return text
    fits_not = "it takes {signature}, and the call does not fit: {error}"
    return told(fits_not, signature=found[1], error=found[2])


def _of_hidden(case: Case, observation: Observation) -> str:
    about = told(" ({note})", note=told(case.note)) if case.note else ""
    if observation.error in _MALFORMED:
        misfit = "The public cases pass; in a hidden case{about} the call does not fit."
        return told(misfit, about=about)
    if observation.error:
        stopped = "The public cases pass; a hidden case{about} raised {error}."
        return told(stopped, about=about, error=observation.error)
    other = "The public cases pass; a hidden case{about} gives another result than expected."
    return told(other, about=about)


def _where(key: AnswerKey, case: Case, call: int) -> str:
    """The input that shows the difference, where a few words can say it: "at epoch = 3, "."""
    given = dict(case.args)
    for changes in case.then[:call]:
        given |= changes
    if len(case.then) > 0:
        changing = {name for changes in case.then for name in changes}
        given = {name: value for name, value in given.items() if name in changing}
        if not all(map(_is_short, given.values())) or not given:
            return told("in step {step}, ", step=call + 1) if call else ""
    if not given or not all(map(_is_short, given.values())):
        return ""
    shown = _row(
        told("{name} = {value}", name=name, value=_brief(value)) for name, value in given.items()
    )
    return told("at {given}, ", given=shown) if len(shown) <= _INPUT_LENGTH else ""


def _is_short(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return len(value) <= _FEW and all(map(_is_short, value))
    if isinstance(value, np.ndarray) and value.ndim:
        return value.ndim == 1 and value.size <= _FEW
    return isinstance(value, (bool, int, float, str, np.generic, np.ndarray, type(None)))


def _call(key: AnswerKey, case: Case) -> str:
    short = {name: _argument(name, value) for name, value in case.args.items()}
    shorter = {name: name if isinstance(case.args[name], dict) else short[name] for name in short}
    for shown in (short, shorter):
        text = told("{name}({given})", name=key.exercise, given=_row(shown.values()))
        if len(text) <= _CALL_LENGTH:
            return text
    return f"{key.exercise}({', '.join(case.args)})"


def _argument(name: str, value: Any) -> str:
    return told("{name}={value}", name=name, value=_brief(value))


def _row(parts: Iterable[str]) -> str:
    """One after the other, as in code."""
    whole = told("")
    for part in parts:
        whole = whole + ", " + part if whole else whole + part
    return whole


def _brief(value: Any) -> str:
    if isinstance(value, dict):
        entries = (told("{key}: {value}", key=repr(k), value=_brief(v)) for k, v in value.items())
        return "{" + _row(entries) + "}"
    if isinstance(value, np.ndarray) and value.ndim == 1 and value.size <= _FEW:
        return "[" + _row(map(_brief, value)) + "]"
    if isinstance(value, (list, tuple)) and _is_short(value):
        return "[" + _row(map(_brief, value)) + "]"
    if isinstance(value, np.ndarray) and value.ndim == 1:
        return told("an array of {size}", size=value.size)
    if isinstance(value, np.ndarray) and value.ndim:
        return told("a {shape} array", shape="x".join(map(str, value.shape)))
    if isinstance(value, probe.Recipe):
        return value.target.rpartition(":")[2]
    if isinstance(value, probe.Seed):
        return f"default_rng({value.value})"
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.6g}"
    text = repr(value.item() if isinstance(value, (np.generic, np.ndarray)) else value)
    return text if len(text) <= 30 else text[:27] + "..."
