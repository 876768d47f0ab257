"""The words of check and hint, each as a box: what is said when, and in which tone."""

from optlab.checking.box import Box, CodeLine, Tone
from optlab.checking.diagnose import PLAIN, Status, Verdict
from optlab.checking.notice import Notice

_TONES: dict[str, Tone] = {Status.RAISED: Tone.FAILED, Status.TIMED_OUT: Tone.FAILED}


def right(verdict: Verdict, hidden: int) -> Box:
    """hidden: how many cases are still to come when it is graded."""
    said = verdict.message if verdict.message != PLAIN else f"{verdict.exercise} passes."
    more = f" {hidden} hidden cases follow when it is graded." if hidden else ""
    return Box(Tone.RIGHT, "Correct.", said.removeprefix("Correct. ") + more)


def not_yet(verdict: Verdict, again: bool, code: tuple[CodeLine, ...], has_hints: bool) -> Notice:
    """again: the same was seen before, in other code."""
    more = " The same was seen at your last try: what you changed has had no effect on it."
    return Notice(
        Box(
            tone=_TONES.get(verdict.status, Tone.WRONG),
            headline=f"Not yet: {verdict.exercise}.",
            text=verdict.message + (more if again else ""),
            code=code,
            last=f'hint("{verdict.exercise}") helps.' if has_hints else "",
        )
    )


def not_attempted(exercise: str) -> Notice:
    text = f"{exercise}: fill in the cell above, run it, then run this one."
    return Notice(Box(Tone.OPEN, "Not attempted yet.", text))


def unknown(exercise: object) -> Notice:
    text = f"There is no exercise named {exercise!r}. Is it spelled as in the text above?"
    return Notice(Box(Tone.OPEN, "Unknown name.", text))


def hint(exercise: str, number: int, hints: tuple[str, ...], code: tuple[CodeLine, ...]) -> Box:
    """The hint of that number, from 0 on."""
    last = "This is the last one."
    if number + 1 < len(hints):
        last = f'hint("{exercise}") again gives the next.'
    return Box(Tone.HINT, f"Hint {number + 1} of {len(hints)}.", hints[number], code, last)


def no_hint(exercise: str) -> Box:
    return Box(Tone.HINT, "No hint.", f"There is none for {exercise}; read the text above it.")
