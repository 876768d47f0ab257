"""Trying an answer in the learner's own process: observed under a clock, and judged."""

from types import TracebackType
from typing import Any

from optlab.checking import clock, diagnose, explain, probe
from optlab.checking.answerkey import AnswerKey
from optlab.checking.diagnose import Explain, Explanation, Seen, Status, Verdict

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
        return diagnose.verdict(key, Status.TIMED_OUT, _stopped(answer, stopped.__traceback__))
    return diagnose.diagnose(key, seen, explain=_within_limits(explain.here(key, answer)))


def _within_limits(explained: Explain) -> Explain:
    """The search counts its steps and needs no clock; this one is for what nobody thought of."""

    def explanation(seen: Seen) -> Explanation:
        try:
            return clock.run(SECONDS, lambda: explained(seen))
        except clock.TooLong:
            return Explanation()

    return explanation


def _stopped(function: Any, trace: TracebackType | None) -> str:
    """What to say of a function that was stopped, with the line of its cell that was running."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    line = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    where = f", in line {line} of its cell" if line else ""
    return f"It still ran after {SECONDS:g} seconds and was stopped{where}. Does every loop end?"
