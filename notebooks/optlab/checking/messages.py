"""The words of check and hint, each as a box: what is said when, and in which tone."""

from optlab.checking.box import Box, CodeLine, Tone
from optlab.checking.diagnose import PLAIN, Status, Verdict
from optlab.checking.notice import Notice

_TONES: dict[str, Tone] = {Status.RAISED: Tone.FAILED, Status.TIMED_OUT: Tone.FAILED}


def right(verdict: Verdict, hidden: int, offer: bool) -> Box:
    """hidden: how many cases are still to come when it is graded.

    offer: whether to tell of the other ways to write it.
    """
    said = verdict.message if verdict.message != PLAIN else f"{verdict.exercise} passes."
    more = f" {hidden} hidden cases follow when it is graded." if hidden else ""
    last = f'solution("{verdict.exercise}") shows other ways to write it.' if offer else ""
    return Box(Tone.RIGHT, "Correct.", said.removeprefix("Correct. ") + more, last=last)


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


def not_chosen(exercise: str) -> Box:
    text = f"{exercise}: put your letter in place of None, then run this cell again."
    return Box(Tone.OPEN, "Not answered yet.", text)


def not_run(exercise: str) -> Notice:
    text = f"{exercise} has passed before: run its cell, then this one."
    return Notice(Box(Tone.OPEN, "Not run yet.", text))


def unknown(exercise: object) -> Notice:
    text = f"There is no exercise named {exercise!r}. Is it spelled as in the text above?"
    if not isinstance(exercise, str):
        name = getattr(exercise, "__name__", "momentum_update")
        text = f'The name of an exercise stands in quotes here, as in "{name}".'
    return Notice(Box(Tone.OPEN, "Unknown name.", text))


def hint(exercise: str, number: int, hints: tuple[str, ...], code: tuple[CodeLine, ...]) -> Box:
    """The hint of that number, from 0 on."""
    last = "This is the last one."
    if number + 1 < len(hints):
        last = f'hint("{exercise}") again gives the next.'
    return Box(Tone.HINT, f"Hint {number + 1} of {len(hints)}.", hints[number], code, last)


def no_hint(exercise: str) -> Box:
    return Box(Tone.HINT, "No hint.", f"There is none for {exercise}; read the text above it.")


def ways(exercise: str, listings: tuple[str, ...]) -> Box:
    """For who has passed."""
    text = f"{len(listings)} ways to write {exercise}, the course's own first; yours is right too."
    last = "Which line of yours would you keep, and which of theirs would you take?"
    return Box(Tone.RIGHT, "Other ways.", text, last=last, listings=listings)


def not_passed(exercise: str) -> Box:
    text = f'Other ways to write {exercise} are shown once check("{exercise}") passes.'
    return Box(Tone.OPEN, "First your own.", text)


def no_ways(exercise: str) -> Box:
    text = f"{exercise} is a question: what there is to say of an answer, its check says."
    return Box(Tone.OPEN, "Nothing to write.", text)
