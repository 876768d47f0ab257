"""Trying an answer in the learner's own process: observed under a clock, and judged."""

from collections.abc import Callable
from typing import Any, TypeVar

from optlab.checking import clock, diagnose, endless, explain, probe
from optlab.checking.answerkey import AnswerKey
from optlab.checking.diagnose import Explanation, Status, Verdict

T = TypeVar("T")
SECONDS = 10.0  # for all cases together; a right answer takes some thousandth of it


def judge(key: AnswerKey, answer: Any) -> Verdict:
    """The verdict on an answer: a function, or what a quiz question was answered with."""
    if answer is None or answer is ...:
        return diagnose.not_attempted(key)
    if key.kind == "quiz":
        return diagnose.diagnose(key, [probe.observe_answer(answer)])
    try:
        seen = clock.run(SECONDS, lambda: probe.observe_all(answer, key.parameters, key.cases))
    except clock.TooLong as stopped:
        where, lines = endless.where(answer, stopped.__traceback__)
        text = f"It still ran after {SECONDS:g} seconds and was stopped{where}. What brings a loop "
        return diagnose.verdict(key, Status.TIMED_OUT, text + "to its end?", lines=lines)
    explained = explain.here(key, answer)
    return diagnose.diagnose(
        key,
        seen,
        # The search counts its steps and needs no clock; this one is for what nobody thought of.
        explain=lambda seen: _in_time(lambda: explained(seen), Explanation()),
        wrong_call=lambda: _in_time(lambda: explain.wrong_call(key, answer), None),
    )


def _in_time(work: Callable[[], T], otherwise: T) -> T:
    try:
        return clock.run(SECONDS, work)
    except clock.TooLong:
        return otherwise
