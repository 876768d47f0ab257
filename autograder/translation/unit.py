"""One piece of a lesson that is translated as a whole, and the marks in it that are not words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a text is in its lesson, which decides how it reads."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    FORMULA = "formula"
    COMMENT = "comment"
    DOCSTRING = "docstring"
    SHOWN = "shown"  # what code prints or writes into a figure
    FIGURE = "figure"  # what there is to see in one
    TITLE = "title"
    OPTION = "option"
    CHOICE = "choice"  # in a prediction
    EXPLANATION = "explanation"
    HINT = "hint"
    MESSAGE = "message"
    NOTE = "note"  # of a case: "With one step"
    NAME = "name"  # of a result or a slider
    PHRASE = "phrase"  # of optlab itself
    PAGE = "page"  # of what a grader gives back


# What is looked up while a lesson is read; all else stands translated in its notebook.
SAID = frozenset(
    {
        *(Kind.FIGURE, Kind.TITLE, Kind.OPTION, Kind.CHOICE, Kind.EXPLANATION, Kind.HINT),
        *(Kind.MESSAGE, Kind.NOTE, Kind.NAME, Kind.PHRASE),
    }
)
# One English text has one translation wherever it stands, but for words in formulas: there they
# often are the names that the code beside them has.
APART = (Kind.FORMULA,)


@dataclass(frozen=True)
class Unit:
    """A text, and where its translator finds it; hidden: for who grades, never for a learner."""

    text: str
    kind: Kind
    where: str
    hidden: bool = False


Translate = Callable[[str, Kind], str]

_NO_WORDS = re.compile(
    r"\$\$.*?\$\$|\$[^$]*\$"  # formulas
    r"|`[^`]*`"  # code
    r"|\]\([^)]*\)|https?://\S+"  # where a link leads
    r"|\{[^{}]*\}",  # what is filled in
    re.DOTALL,
)
_WORD = re.compile(r"[^\W\d_]{2,}|\b[aAI]\b")


def has_words(text: str) -> bool:
    """Whether anything is left to translate beside formulas, code, links and fields."""
    return _WORD.search(_NO_WORDS.sub(" ", text)) is not None
