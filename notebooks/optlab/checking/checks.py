"""check and hint: what a learner calls in the notebook.

`check` runs the learner's function on the public cases of its answer key and compares. It needs
nothing but NumPy and the folder that this file lies in.
"""

import sys
from collections import Counter
from typing import Any

from optlab.checking import diagnose, journal, keys, messages, probe
from optlab.checking.diagnose import AnswerKey, Verdict

_hints_given: Counter[str] = Counter()
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
    verdict = _judge(key, sys._getframe(1).f_globals.get(exercise))
    journal.record(verdict)
    if verdict.status == diagnose.NOT_ATTEMPTED:
        text = f"{exercise}: fill in the cell above, run it, then run this one."
        raise messages.Notice("○ Not attempted yet.", text, messages.GREY)
    if verdict.status != diagnose.CORRECT:
        more = f' hint("{exercise}") helps.' if key.hints else ""
        raise messages.Notice(f"✗ Not yet: {exercise}.", verdict.message + more)
    hidden = f" {key.hidden} hidden cases follow when it is graded." if key.hidden else ""
    text = verdict.message if verdict.message != diagnose.PLAIN else f"{exercise} passes."
    messages.say("✓ Correct.", text + hidden, messages.GREEN)


def hint(exercise: str) -> None:
    """Show the next hint of the exercise; each one says more than the one before."""
    key = _key(exercise)
    if not key.hints:
        messages.say(
            "Hint.", f"There is none for {exercise}; read the text above it.", messages.BLUE
        )
        return
    number = min(_hints_given[exercise], len(key.hints) - 1)
    _hints_given[exercise] += 1
    last = number == len(key.hints) - 1
    more = " This is the last one." if last else f' hint("{exercise}") again gives the next.'
    headline = f"Hint {number + 1} of {len(key.hints)}."
    messages.say(headline, key.hints[number] + more, messages.BLUE)


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


def _judge(key: AnswerKey, answer: Any) -> Verdict:
    if answer is None or answer is ...:
        return diagnose.not_attempted(key)
    if key.kind == "quiz":
        return diagnose.diagnose(key, [probe.observe_answer(answer)])
    return diagnose.diagnose(key, probe.observe_all(answer, key.parameters, key.cases))
