"""Words for a place and for facts: first the line, then the piece of it, then a question.

What would make the line right is never said, not even by a question that has only one answer.
"""

from typing import Any

from optlab.checking.words import listed

# For each kind of slip, the question of the second hint.
QUESTIONS = {
    "operator": "Which of +, -, *, / and ** does the formula have there?",
    "sign": "Which sign does it have in the formula?",
    "name": "Is this the quantity that the formula has at this place? What does its name stand "
    "for, here?",
    "brackets": "In which order does Python work this out, and in which order does the formula?",
    "number": "Where does this number come from? Work the smallest case out by hand.",
    "word": "Which entry is taken here, and which one should it be?",
    "function": "What does this function do with its argument? Say it in words, then read the "
    "formula.",
    "extra function": "Is the function round it called for? What would be there without it?",
    "missing function": "It is used as it comes. Should something be done to it first?",
    "missing power": "It is used as it comes. In which power does the formula have it?",
    "missing factor": "Is everything that belongs to this product in it?",
    "missing term": "Is everything that belongs to this sum in it?",
    "missing bound": "How large or small can this become, and how large or small may it be?",
    "one minus": "Are this and what it is paired with the right way round: which weight belongs "
    "to which?",
    "extra": "Does all of this belong here? Name what each part is for.",
    "extra line": "What is this line for? What would happen without it?",
    "missing line": "What has to be remembered, counted or stored here, in every round?",
    "order": "Which of the two comes first?",
    "order of lines": "What does this line need that another one makes, and where is that made?",
    "indentation": "How often should this line run: once, or in every round?",
    "return in the loop": "How far is it indented, and what does that mean for the loop?",
    "off by one": "Count on the smallest case: which is the first value here, and which the last?",
    "missing step": "Which values does this run through, and which should it?",
    "comparison": "What should happen when both sides are equal? And which way should it point?",
    "rounding": "What becomes of the rest that this division leaves?",
    "and/or": "Must both hold, or is one enough?",
    "negation": "In which case should this be true? Try it with one example.",
    "condition": "In which case should this happen, and in which not?",
    "repetition": "How often can this happen as it stands, and how often may it have to?",
    "wrong term": "Which part of the sum does this factor belong to?",
    "axis": "Over what is it taken, and what shape should be left?",
    "keyword": "What do the arguments in this call ask for, one by one?",
    "index": "Is this all of it, or one entry?",
    "slice": "From where to where does this reach, and along which direction?",
    "in place": "Whose array is this? Who else holds it?",
    "accumulate": "Should the new value replace the old one, or be added to it?",
    "result not kept": "What does this call give back, and where does that go?",
    "result": "What should be given back, and in which form?",
    "expression": "Say in words what this should be. Which of your names stands for that?",
}
_STAYS = ("order of lines", "indentation", "return in the loop")
OF_LINES = (*_STAYS, "missing line", "extra line")  # kinds that are not about what a line says


def of_place(place: dict[str, Any], exercise: str, also: tuple[int, ...], gained: tuple) -> str:
    """What `check` says: the line, or two where one of them is as likely."""
    line = _line(place, exercise)
    one = place["line"] == place["end_line"]
    it, say = ("it", "does it say") if one else ("them", "do they say")
    if place["partial"]:
        more = f"{listed(gained)} would be right" if gained else "more would be right"
        return (
            f"More than one thing seems to be off. Begin with {line}: with {it} mended, {more}. "
            f"What {say}, in words?"
        )
    if not place["sure"] and also:
        return f"The slip is in {line} or in line {also[0]}: the two do not fit together yet."
    if also:
        lines = listed([str(number) for number in (place["line"], *also)])
        return f"Lines {lines} are made alike, and all that is off is in them."
    if place["kind"] in _STAYS:
        return f"Every line may stay as it is, but not where it is. Look at {line}."
    if place["kind"] == "missing line":
        return f"What you have is right, and near {line} a step is missing."
    return f"All that is off is in {line}. What {say}, in words?"


def beside_a_name(place: dict[str, Any], exercise: str, also: tuple[int, ...]) -> str:
    """What follows the message of a known mistake whose line is certain."""
    if also:
        return f"Look at lines {listed([str(number) for number in (place['line'], *also)])}."
    return f"Look at {_line(place, exercise)}."


def hints(place: dict[str, Any], exercise: str) -> list[str]:
    """What `hint` says before the written hints: the piece, then a question about its kind."""
    line = _line(place, exercise)
    piece = place["piece"]
    if place["kind"] == "missing line":
        first = f"A step is missing just before or after {line}, {_quoted(piece)}."
    else:
        first = f"In {line}, look at {_quoted(piece)}."
    question = QUESTIONS.get(place["kind"])
    return [first, question] if question else [first]


def of_stop(line: int) -> str:
    """Where an answer raised."""
    return f"It stops in line {line}."


def of_unsolved(exercise: str, other: str, *, solved: bool) -> str:
    """For an answer that calls another exercise's answer, which is wrong or still to be written."""
    if not solved:
        return f"{exercise} calls {other}, which is not solved yet."
    return f"{exercise} calls {other}, and that one is not right yet. Will you check it first?"


def _line(place: dict[str, Any], exercise: str) -> str:
    first, last = place["line"], place["end_line"]
    where = f"line {first}" if first == last else f"lines {first} to {last}"
    return where if place["function"] == exercise else f"{where} of {place['function']}"


def _quoted(piece: str) -> str:
    first, *rest = piece.splitlines()
    return f"`{first} …`" if rest else f"`{first}`"
