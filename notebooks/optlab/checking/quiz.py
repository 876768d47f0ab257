"""Quiz answers: what counts as the same answer, and what is told to one that is not listed.

Nothing here says the right answer, which side of it an answer lies on, or how far away.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from optlab.checking import codec
from optlab.checking.compare import describe

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
    return f"You chose {letter}: “{' '.join(options[letter].split()).rstrip('.')}”. "


def unlisted(asks: str, right: Any, given: Any, rtol: float) -> str:
    """What to say to an answer that is neither right nor one of the mistakes that are explained."""
    if isinstance(right, str):
        return f"The answer is {asks}; yours is {_shown(given)}."
    number = _number(given)
    if isinstance(given, str) and _reads_as_number(given):
        return f"The answer is {asks}. Write it as a number, without quotation marks."
    if number is None:
        return f"The answer is {asks}; yours is {_shown(given)}."
    if not math.isfinite(number):
        return f"The answer is {asks}; yours is {number}, which is no number to go on with."
    slip = (
        _slip(float(right), number, rtol) or f"Asked is {asks}. Which step would you check first?"
    )
    return f"{number:.6g} is not it. {slip}"


def _slip(right: float, number: float, rtol: float) -> str:
    """The natural slip that leads from the right answer to this number; empty where none does."""

    def near(other: float) -> bool:
        return abs(number - other) <= rtol * abs(other)

    if right == 0:
        return ""
    if near(-right):
        return "Which sign does it have?"
    if near(100 * right) or near(right / 100):
        return "Is a percentage asked, or a share?"
    if any(near(right * factor) for factor in (10, 0.1, 1000, 0.001)):
        return "Did a power of ten get lost or come in?"
    if near(1 / right):
        return "Is a fraction upside down?"
    if (0 < right < 1 and near(1 - right)) or (1 < right < 100 and near(100 - right)):
        return "Is what is there asked, or what is missing?"
    if near(right**2) or (right > 0 and near(math.sqrt(right))):
        return "Did a square or a root get lost or come in?"
    if near(2 * right) or near(right / 2):
        return "Did a factor of two get lost or come in?"
    if right == round(right) and abs(right) >= 5 and abs(number - right) == 1:
        return "Are the first and the last both counted as they should be?"
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
        return "empty"
    if isinstance(given, str):
        return repr(given) if len(given) <= 20 else "a longer text"
    return describe(given)
