"""The words of check and hint, each as a box: what is said when, and in which tone."""

from optlab.checking.box import Box, CodeLine, Tone
from optlab.checking.diagnose import PLAIN, Status, Verdict
from optlab.checking.language import say, told
from optlab.checking.notice import Notice

_TONES: dict[str, Tone] = {Status.RAISED: Tone.FAILED, Status.TIMED_OUT: Tone.FAILED}


def right(verdict: Verdict, hidden: int, offer: bool) -> Box:
    """hidden: how many cases are still to come when it is graded.

    offer: whether to tell of the other ways to write it.
    """
    name, message = verdict.exercise, verdict.message
    said = say(message).removeprefix(f"{say(PLAIN)} ")
    if message == PLAIN:
        said = told("{name} passes.", name=name)
    if hidden:
        said += told(" {hidden} hidden cases follow when it is graded.", hidden=hidden)
    last = told('solution("{name}") shows other ways to write it.', name=name) if offer else ""
    return Box(Tone.RIGHT, PLAIN, said, last=last)


def not_yet(verdict: Verdict, again: bool, code: tuple[CodeLine, ...], has_hints: bool) -> Notice:
    """again: the same was seen before, in other code."""
    name = verdict.exercise
    more = told(" The same was seen at your last try: what you changed has had no effect on it.")
    return Notice(
        Box(
            tone=_TONES.get(verdict.status, Tone.WRONG),
            headline=told("Not yet: {name}.", name=name),
            text=verdict.message + (more if again else ""),
            code=code,
            last=told('hint("{name}") helps.', name=name) if has_hints else "",
        )
    )


def not_attempted(exercise: str) -> Notice:
    text = told("{name}: fill in the cell above, run it, then run this one.", name=exercise)
    return Notice(Box(Tone.OPEN, told("Not attempted yet."), text))


def not_chosen(exercise: str) -> Box:
    put = "{name}: put your letter in place of None, then run this cell again."
    return Box(Tone.OPEN, told("Not answered yet."), told(put, name=exercise))


def not_run(exercise: str) -> Notice:
    text = told("{name} has passed before: run its cell, then this one.", name=exercise)
    return Notice(Box(Tone.OPEN, told("Not run yet."), text))


def unknown(exercise: object) -> Notice:
    none = "There is no exercise named {name!r}. Is it spelled as in the text above?"
    text = told(none, name=exercise)
    if not isinstance(exercise, str):
        name = getattr(exercise, "__name__", "momentum_update")
        text = told('The name of an exercise stands in quotes here, as in "{name}".', name=name)
    return Notice(Box(Tone.OPEN, told("Unknown name."), text))


def hint(exercise: str, number: int, hints: tuple[str, ...], code: tuple[CodeLine, ...]) -> Box:
    """The hint of that number, from 0 on."""
    last = told("This is the last one.")
    if number + 1 < len(hints):
        last = told('hint("{name}") again gives the next.', name=exercise)
    headline = told("Hint {number} of {count}.", number=number + 1, count=len(hints))
    return Box(Tone.HINT, headline, told(hints[number]), code, last)


def no_hint(exercise: str) -> Box:
    text = told("There is none for {name}; read the text above it.", name=exercise)
    return Box(Tone.HINT, told("No hint."), text)


def ways(exercise: str, listings: tuple[str, ...]) -> Box:
    """For who has passed."""
    own_first = "{count} ways to write {name}, the course's own first; yours is right too."
    text = told(own_first, count=len(listings), name=exercise)
    last = told("Which line of yours would you keep, and which of theirs would you take?")
    return Box(Tone.RIGHT, told("Other ways."), text, last=last, listings=listings)


def not_passed(exercise: str) -> Box:
    once = 'Other ways to write {name} are shown once check("{name}") passes.'
    return Box(Tone.OPEN, told("First your own."), told(once, name=exercise))


def no_ways(exercise: str) -> Box:
    question = "{name} is a question: what there is to say of an answer, its check says."
    return Box(Tone.OPEN, told("Nothing to write."), told(question, name=exercise))
