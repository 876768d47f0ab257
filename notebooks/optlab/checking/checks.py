"""check and hint: what a learner calls in the notebook.

`check` runs the learner's function on the public cases of its answer key and compares. It needs
nothing but NumPy and the folder that this file lies in.
"""

import linecache
import sys
from collections import Counter
from types import CodeType
from typing import Any

from optlab.checking import diagnose, journal, keys, messages, telling, trial
from optlab.checking.answerkey import AnswerKey
from optlab.checking.diagnose import Status, Verdict

_hints_given: Counter[str] = Counter()
_last_try: dict[str, tuple[str, CodeType | None]] = {}  # message and code of the newest try
_place_hints: dict[str, tuple[str, ...]] = {}  # about the slip of the newest try
_grading = False


def check(exercise: str) -> None:
    """Check the function or quiz answer of that name, as it is defined in the notebook.

    Shows one line when it is right. Otherwise raises, so that the cell counts as failed; the
    message says what is wrong, by name where the mistake is known.
    """
    if _grading:
        print(f"{exercise} is checked after the last cell.")
        return
    key = _key(exercise)
    answer = sys._getframe(1).f_globals.get(exercise)
    verdict = trial.judge(key, answer)
    journal.record(verdict)
    again = _again(answer, verdict)
    _remember_place(verdict)
    if verdict.status == Status.NOT_ATTEMPTED:
        text = f"{exercise}: fill in the cell above, run it, then run this one."
        raise messages.Notice("○ Not attempted yet.", text, messages.GREY)
    if verdict.status != Status.CORRECT:
        more = f' hint("{exercise}") helps.' if _hints(key) else ""
        text = verdict.message + again + more
        raise messages.Notice(f"✗ Not yet: {exercise}.", text, code=_line(answer, verdict))
    hidden = f" {key.hidden} hidden cases follow when it is graded." if key.hidden else ""
    text = verdict.message if verdict.message != diagnose.PLAIN else f"{exercise} passes."
    messages.say("✓ Correct.", text.removeprefix("Correct. ") + hidden, messages.GREEN)


def hint(exercise: str) -> None:
    """Show the next hint of the exercise; each one says more than the one before."""
    key = _key(exercise)
    hints = _hints(key)
    if not hints:
        messages.say(
            "Hint.", f"There is none for {exercise}; read the text above it.", messages.BLUE
        )
        return
    number = min(_hints_given[exercise], len(hints) - 1)
    _hints_given[exercise] += 1
    last = number == len(hints) - 1
    more = " This is the last one." if last else f' hint("{exercise}") again gives the next.'
    headline = f"Hint {number + 1} of {len(hints)}."
    messages.say(headline, hints[number] + more, messages.BLUE)


def set_grading(on: bool) -> None:
    """In the grader's sandbox `check` only says when answers are judged: after the last cell."""
    global _grading  # noqa: PLW0603  one switch for the process, thrown once by the runner
    _grading = on


def _key(exercise: str) -> AnswerKey:
    key = keys.load(str(exercise))
    if key is None:
        text = f"There is no exercise named {exercise!r}. Is it spelled as in the text above?"
        raise messages.Notice("? Unknown name.", text, messages.GREY)
    return key


def _hints(key: AnswerKey) -> tuple[str, ...]:
    """About the learner's own line first, then the written ones."""
    return (*_place_hints.get(key.exercise, ()), *key.hints)


def _remember_place(verdict: Verdict) -> None:
    """Another slip has its own hints, from the first one on."""
    hints = tuple(telling.hints(verdict.place, verdict.exercise)) if verdict.place else ()
    if hints != _place_hints.get(verdict.exercise, ()):
        _place_hints[verdict.exercise] = hints
        _hints_given[verdict.exercise] = 0


def _line(answer: Any, verdict: Verdict) -> str:
    """The learner's line that a message speaks of."""
    place = verdict.place
    code = getattr(answer, "__code__", None)
    if place is None or code is None or place["function"] != verdict.exercise:
        return ""
    text = linecache.getline(code.co_filename, place["line"]).strip()
    return f"line {place['line']}:  {text}" if text else ""


def _again(answer: Any, verdict: Verdict) -> str:
    """A word where another version of the function gives what the one before it gave."""
    code = getattr(answer, "__code__", None)
    before = _last_try.get(verdict.exercise)
    _last_try[verdict.exercise] = (verdict.message, code)
    if before is None or verdict.status != Status.INCORRECT or code is None:
        return ""
    if before[0] != verdict.message or before[1] == code:
        return ""
    return " The same was seen at your last try: what you changed has had no effect on it."
