"""Quiz answers: what counts as the same answer, and what is told to one that is not listed.

Nothing here says the right answer, which side of it an answer lies on, or how far away.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from optlab.checking import codec
from optlab.checking.compare import describe
from optlab.checking.language import stopless, told

RECALL = "recall_"  # so begin the names of questions that are asked for practice alone
_AROUND = " \t\r\n()[]{}.:;,'\"`"
_NUMBERS = (int, float, np.number)


def normal(value: Any) -> Any:
    """The answer as it is compared: "B", "b)", "(b)" and " b." are all "b"."""
    if type(value) in (str, np.str_):
        return str(value).strip(_AROUND).lower()
    return codec.snapshot(value)


def chosen(options: Mapping[str, str], given: Any) -> str:
    """The words of the option that a letter stands for, as the beginning of what is said to it."""
    letter = normal(given)
    if not isinstance(letter, str) or letter not in options:
        return ""
    option = stopless(told(" ".join(options[letter].split())))
    return told("You chose {letter}: “{option}”. ", letter=letter, option=option)


def unlisted(asks: str, right: Any, given: Any, rtol: float) -> str:
    """What to say to an answer that is neither right nor one of the mistakes that are explained."""
    asked = _asked(asks)
    if isinstance(right, str):
        return told("The answer is {asked}; yours is {given}.", asked=asked, given=_shown(given))
    number = _number(given)
    if isinstance(given, str) and _reads_as_number(given):
        quoted = "The answer is {asked}. Write it as a number, without quotation marks."
        return told(quoted, asked=asked)
    if number is None:
        return told("The answer is {asked}; yours is {given}.", asked=asked, given=_shown(given))
    if not math.isfinite(number):
        endless = "The answer is {asked}; yours is {number}, which is no number to go on with."
        return told(endless, asked=asked, number=number)
    first = told("Asked is {asked}. Which step would you check first?", asked=asked)
    slip = _slip(float(right), number, rtol) or first
    return told("{number:.6g} is not it. {slip}", number=number, slip=slip)


def _asked(asks: str) -> str:
    """ "a number of days"; letters are named in every language."""
    letters = asks.removeprefix("one of ")
    return told("one of {letters}", letters=letters) if letters != asks else told(asks)


def _slip(right: float, number: float, rtol: float) -> str:
    """The natural slip that leads from the right answer to this number; empty where none does."""

    def near(other: float) -> bool:
        return abs(number - other) <= rtol * abs(other)

    if right == 0:
        return ""
    if near(-right):
        return told("Which sign does it have?")
    if near(100 * right) or near(right / 100):
        return told("Is a percentage asked, or a share?")
    if any(near(right * factor) for factor in (10, 0.1, 1000, 0.001)):
        return told("Did a power of ten get lost or come in?")
    if near(1 / right):
        return told("Is a fraction upside down?")
    if (0 < right < 1 and near(1 - right)) or (1 < right < 100 and near(100 - right)):
        return told("Is what is there asked, or what is missing?")
    if near(right**2) or (right > 0 and near(math.sqrt(right))):
        return told("Did a square or a root get lost or come in?")
    if near(2 * right) or near(right / 2):
        return told("Did a factor of two get lost or come in?")
    if right == round(right) and abs(right) >= 5 and abs(number - right) == 1:
        return told("Are the first and the last both counted as they should be?")
    return ""


def _number(given: Any) -> float | None:
    if isinstance(given, np.ndarray) and given.ndim == 0:
        given = given[()]
    if isinstance(given, (bool, np.bool_)) or not isinstance(given, _NUMBERS):
        return None
    try:
        return float(given)
    except OverflowError:  # a Python integer beyond 1e308
        return math.inf


def _reads_as_number(text: str) -> bool:
    try:
        return math.isfinite(float(text.rstrip("% ")))
    except ValueError:
        return False


def _shown(given: Any) -> str:
    if isinstance(given, str) and not given:
        return told("empty")
    if isinstance(given, str):
        return repr(given) if len(given) <= 20 else told("a longer text")
    return describe(given)
