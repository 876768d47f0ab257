"""check, hint, solution and progress: what a learner calls in the notebook.

`check` runs the learner's function on the public cases of its answer key and compares. It needs
nothing but NumPy and the folder that this file lies in.
"""

import sys
from collections import Counter
from dataclasses import replace
from types import CodeType
from typing import Any

from optlab.checking import box, journal, keys, messages, notice, ownlines, quiz, telling, trial
from optlab.checking.answerkey import AnswerKey
from optlab.checking.box import CodeLine
from optlab.checking.diagnose import Status, Verdict
from optlab.checking.language import say, told

_hints_given: Counter[str] = Counter()
_last_try: dict[str, tuple[str, CodeType | None]] = {}  # message and code of the newest try
_place_hints: dict[str, tuple[str, ...]] = {}  # about the slip of the newest try
_place_code: dict[str, tuple[CodeLine, ...]] = {}  # its lines, with the piece marked
_grading = False


def check(exercise: str) -> None:
    """Check the function or quiz answer of that name, as it is defined in the notebook.

    Shows one line when it is right. Otherwise raises, so that the cell counts as failed; the
    message says what is wrong, by name where the mistake is known. A question that is asked for
    practice never raises, and nothing of it is kept.
    """
    if isinstance(exercise, str) and exercise.startswith(quiz.RECALL):
        _recall(exercise, sys._getframe(1).f_globals.get(exercise))
        return
    if _grading:
        print(say(told("{name} is checked after the last cell.", name=exercise)))
        return
    key, names = _key(exercise), sys._getframe(1).f_globals
    if exercise not in names:  # as after a restart: that says nothing of what was written
        raise (messages.not_run if journal.passed(exercise) else messages.not_attempted)(exercise)
    answer = names[exercise]
    verdict = trial.judge(key, answer)
    journal.record(verdict, ownlines.cell_of(answer))
    again = _again(answer, verdict)
    code = ownlines.of(answer, verdict)
    _remember_place(verdict, code)
    verdict = replace(verdict, message=quiz.chosen(key.options, answer) + verdict.message)
    if verdict.status == Status.NOT_ATTEMPTED:
        raise messages.not_attempted(exercise)
    if verdict.status != Status.CORRECT:
        if not _hints_given[exercise]:  # the first hint shows the piece
            code = tuple(replace(line, start=0, end=0) for line in code)
        raise messages.not_yet(verdict, again, code, bool(_hints(key)))
    can_ask = names.get("solution") is solution and notice.somebody_is_there()
    offer = key.kind == "function" and can_ask
    box.show(messages.right(verdict, key.hidden, offer))


def hint(exercise: str) -> None:
    """Show the next hint of the exercise; each one says more than the one before."""
    key = _key(exercise)
    hints = _hints(key)
    if not hints:
        box.show(messages.no_hint(exercise))
        return
    number = min(_hints_given[exercise], len(hints) - 1)
    _hints_given[exercise] += 1
    about_place = number < len(_place_hints.get(exercise, ()))
    code = _place_code[exercise] if about_place else ()
    box.show(messages.hint(exercise, number, hints, code))


def solution(exercise: str) -> None:
    """Show other ways to write a function, to who has passed its check."""
    if _grading:
        others = "{name}: other ways to write it are shown in the notebook."
        print(say(told(others, name=exercise)))
        return
    key = _key(exercise)
    answer = sys._getframe(1).f_globals.get(exercise)
    if key.kind == "quiz":
        box.show(messages.no_ways(exercise))
    elif journal.passed(exercise) or trial.judge(key, answer).status == Status.CORRECT:
        box.show(messages.ways(exercise, tuple(keys.ways(exercise))))
    else:
        box.show(messages.not_passed(exercise))


def progress(lesson: str = "") -> None:
    """Show every lesson as a bar, what comes next, and which predictions held (of `lesson`)."""
    if not _grading:  # a learner's journal is not in the grader's sandbox, and none is made up
        journal.progress(lesson)


def set_grading(on: bool) -> None:
    """In the grader's sandbox `check` only says when answers are judged: after the last cell."""
    global _grading  # noqa: PLW0603  one switch for the process, thrown once by the runner
    _grading = on


def _recall(exercise: str, answer: Any) -> None:
    """Say what there is to say of an answer; a grader's sandbox has nothing to say of it."""
    if _grading:
        return
    key = _key(exercise)
    verdict = trial.judge(key, answer)
    verdict = replace(verdict, message=quiz.chosen(key.options, answer) + verdict.message)
    if verdict.status == Status.NOT_ATTEMPTED:
        box.show(messages.not_chosen(exercise))
    elif verdict.status == Status.CORRECT:
        box.show(messages.right(verdict, hidden=0, offer=False))
    else:
        box.show(messages.not_yet(verdict, again=False, code=(), has_hints=False).box)


def _key(exercise: str) -> AnswerKey:
    key = keys.load(exercise) if isinstance(exercise, str) else None
    if key is None:
        raise messages.unknown(exercise)
    return key


def _hints(key: AnswerKey) -> tuple[str, ...]:
    """About the learner's own line first, then the written ones."""
    return (*_place_hints.get(key.exercise, ()), *key.hints)


def _remember_place(verdict: Verdict, code: tuple[CodeLine, ...]) -> None:
    """Another slip has its own hints, from the first one on."""
    hints = tuple(telling.hints(verdict.place, verdict.exercise)) if verdict.place else ()
    if hints != _place_hints.get(verdict.exercise, ()):
        _hints_given[verdict.exercise] = 0
    _place_hints[verdict.exercise], _place_code[verdict.exercise] = hints, code


def _again(answer: Any, verdict: Verdict) -> bool:
    """Whether another version of the function gives what the one before it gave."""
    code = getattr(answer, "__code__", None)
    before = _last_try.get(verdict.exercise)
    _last_try[verdict.exercise] = (verdict.message, code)
    if before is None or verdict.status != Status.INCORRECT or code is None:
        return False
    return before[0] == verdict.message and before[1] != code
