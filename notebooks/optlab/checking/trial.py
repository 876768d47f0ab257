"""Trying an answer in the learner's own process: observed under a clock, and judged."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from optlab.checking import clock, diagnose, explain, probe
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
        line = _running(answer, stopped.__traceback__)
        lines = (line,) if line else ()
        return diagnose.verdict(key, Status.TIMED_OUT, _stopped(line), lines=lines)
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


def _running(function: Any, trace: TracebackType | None) -> int | None:
    """The line of the function's own cell that was running when it was stopped."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    line = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _stopped(line: int | None) -> str:
    where = f", in line {line} of its cell" if line else ""
    return f"It still ran after {SECONDS:g} seconds and was stopped{where}. Does every loop end?"
