"""Words for a place and for facts: first the line, then the piece of it, then a question.

What would make the line right is never said, not even by a question that has only one answer.
"""

from typing import Any

from optlab.checking.language import called, joined, told
from optlab.checking.words import listed

# For each kind of slip, the question of the second hint.
QUESTIONS = {
    "operator": told("Which of +, -, *, / and ** does the formula have there?"),
    "sign": told("Which sign does it have in the formula?"),
    "name": told(
        "Is this the quantity that the formula has at this place? What does its name stand "
        "for, here?"
    ),
    "brackets": told(
        "In which order does Python work this out, and in which order does the formula?"
    ),
    "number": told("Where does this number come from? Work the smallest case out by hand."),
    "word": told("Which entry is taken here, and which one should it be?"),
    "function": told(
        "What does this function do with its argument? Say it in words, then read the formula."
    ),
    "extra function": told("Is the function round it called for? What would be there without it?"),
    "missing function": told("It is used as it comes. Should something be done to it first?"),
    "missing power": told("It is used as it comes. In which power does the formula have it?"),
    "missing factor": told(
        "Is everything there that the formula multiplies or divides by at this place?"
    ),
    "missing term": told("Is everything there that the formula adds or subtracts at this place?"),
    "missing bound": told("How large or small can this become, and how large or small may it be?"),
    "one minus": told("Is this the share that is meant here, or the share that is left beside it?"),
    "extra": told("Does all of this belong here? Name what each part is for."),
    "extra line": told("What is this line for? What would happen without it?"),
    "missing line": told("What has to be remembered, counted or stored here, in every round?"),
    "order": told("Which of the two comes first?"),
    "order of lines": told(
        "What does this line need that another one makes, and where is that made?"
    ),
    "indentation": told("How often should this line run: once, or in every round?"),
    "return in the loop": told("How far is it indented, and what does that mean for the loop?"),
    "off by one": told(
        "Count on the smallest case: which is the first value here, and which the last?"
    ),
    "missing step": told("Which values does this run through, and which should it?"),
    "comparison": told(
        "What should happen when both sides are equal? And which way should it point?"
    ),
    "rounding": told("What becomes of the rest that this division leaves?"),
    "and/or": told("Must both hold, or is one enough?"),
    "negation": told("In which case should this be true? Try it with one example."),
    "condition": told("In which case should this happen, and in which not?"),
    "repetition": told("How often can this happen as it stands, and how often may it have to?"),
    "wrong term": told("Which part of the sum does this factor belong to?"),
    "axis": told("Over what is it taken, and what shape should be left?"),
    "keyword": told("What do the arguments in this call ask for, one by one?"),
    "index": told("Is this all of it, or one entry?"),
    "slice": told("From where to where does this reach, and along which direction?"),
    "in place": told("Whose array is this? Who else holds it?"),
    "accumulate": told("Should the new value replace the old one, or be added to it?"),
    "result not kept": told("What does this call give back, and where does that go?"),
    "result": told("What should be given back, and in which form?"),
    "expression": told("Say in words what this should be. Which of your names stands for that?"),
}
_STAYS = ("order of lines", "indentation", "return in the loop")
OF_LINES = (*_STAYS, "missing line", "extra line")  # kinds that are not about what a line says


def of_place(place: dict[str, Any], exercise: str, also: tuple[int, ...], gained: tuple) -> str:
    """What `check` says: the line, or two where one of them is as likely."""
    line = _line(place, exercise)
    one = place["line"] == place["end_line"]
    say = told("What does it say, in words?") if one else told("What do they say, in words?")
    if place["partial"]:
        more = told("more would be right")
        if gained:
            more = told("{gained} would be right", gained=listed(map(called, gained)))
        first = "More than one thing seems to be off. Begin with {line}: with it mended, {more}."
        if not one:
            first = (
                "More than one thing seems to be off. Begin with {line}: with them mended, {more}."
            )
        return joined(told(first, line=line, more=more), say)
    if not place["sure"] and also:
        either = "The slip is in {line} or in line {other}: the two do not fit together yet."
        return told(either, line=line, other=also[0])
    if also:
        lines = listed([str(number) for number in (place["line"], *also)])
        return told("Lines {lines} are made alike, and all that is off is in them.", lines=lines)
    if place["kind"] in _STAYS:
        stays = "Every line may stay as it is, but not where it is. Look at {line}."
        return told(stays, line=line)
    if place["kind"] == "missing line":
        return told("What you have is right, and near {line} a step is missing.", line=line)
    return joined(told("All that is off is in {line}.", line=line), say)


def beside_a_name(place: dict[str, Any], exercise: str, also: tuple[int, ...]) -> str:
    """What follows the message of a known mistake whose line is certain."""
    if also:
        lines = listed([str(number) for number in (place["line"], *also)])
        return told("Look at lines {lines}.", lines=lines)
    return told("Look at {line}.", line=_line(place, exercise))


def hints(place: dict[str, Any], exercise: str) -> list[str]:
    """What `hint` says before the written hints: the piece, then a question about its kind."""
    line = _line(place, exercise)
    piece = place["piece"]
    if place["kind"] == "missing line":
        near = "A step is missing just before or after {line}, {piece}."
        first = told(near, line=line, piece=_quoted(piece))
    else:
        first = told("In {line}, look at {piece}.", line=line, piece=_quoted(piece))
    question = QUESTIONS.get(place["kind"])
    return [first, question] if question else [first]


def of_stop(line: int) -> str:
    """Where an answer raised."""
    return told("It stops in line {line}.", line=line)


def of_unsolved(exercise: str, other: str, *, solved: bool) -> str:
    """For an answer that calls another exercise's answer, which is wrong or still to be written."""
    if not solved:
        unsolved = "{exercise} calls {other}, which is not solved yet."
        return told(unsolved, exercise=exercise, other=other)
    wrong = "{exercise} calls {other}, and that one is not right yet. Will you check it first?"
    return told(wrong, exercise=exercise, other=other)


def _line(place: dict[str, Any], exercise: str) -> str:
    first, last = place["line"], place["end_line"]
    where = told("line {line}", line=first)
    if first != last:
        where = told("lines {first} to {last}", first=first, last=last)
    if place["function"] == exercise:
        return where
    return told("{lines} of {function}", lines=where, function=place["function"])


def _quoted(piece: str) -> str:
    first, *rest = piece.splitlines()
    return f"`{first} …`" if rest else f"`{first}`"
