"""Trying an answer in the learner's own process: observed under a clock, and judged."""

from typing import Any

from optlab.checking import clock, diagnose, endless, explain, probe
from optlab.checking.answerkey import AnswerKey
from optlab.checking.diagnose import Status, Verdict
from optlab.checking.language import told

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
        text = told(
            "It still ran after {seconds:g} seconds and was stopped{where}. What brings a loop to "
            "its end?",
            seconds=SECONDS,
            where=where,
        )
        return diagnose.verdict(key, Status.TIMED_OUT, text, lines=lines)
    own = explain.Answer(key, answer)
    return diagnose.diagnose(
        key, seen, explain=own.explain, wrong_call=own.wrong_call, line_of=own.line
    )
