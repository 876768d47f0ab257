"""The one comparator: `check` in the notebook and the judge call the same function."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np

from optlab.checking.codec import Opaque
from optlab.checking.language import Text, called, told

RTOL = 1e-7  # wide enough for another order of summation, far below any wrong epsilon
ATOL = 1e-12
_NUMBERS = (int, float, np.number)
# What a result is called that has no name of its own.
RESULT, ANSWER = told("the result"), told("the answer")
_NAMED = {"str": told("a string"), "dict": told("a dict")}
MOST_NUMBERS = 100_000  # of a list that is compared as an array


@dataclass(frozen=True)
class Difference:
    """The first way in which an answer departs from what is expected.

    kind: "type", "keys", "length", "shape", "dtype", "finite" or "value".
    template, values: what `text` is made of, which is asked of few of many differences.
    """

    kind: str
    path: str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The finding with numbers; it may quote the expected value."""
        return told(self.template, path=self.name, **self.values)

    @property
    def name(self) -> str:
        """What differs, in a sentence: its first words may be some, the indices are not."""
        if isinstance(self.path, Text):
            return self.path
        first, bracket, rest = self.path.partition("[")
        return told("{name}{rest}", name=called(first), rest=bracket + rest)


def several(names: Iterable[str]) -> Text:
    """What a function returns that returns several things."""
    listed = reduce(lambda one, then: told("{one}, {then}", one=one, then=then), map(called, names))
    return told("{result} ({names})", result=RESULT, names=listed)


def _entry(path: str, place: Any) -> str:
    """A part's name in code; the words of a summary, which are no code, stand there as a string."""
    index = ", ".join(map(str, place)) if isinstance(place, tuple) else repr(place)
    if not isinstance(place, Text) and not isinstance(path, Text):
        return f"{path}[{index}]"
    shown = _quoted(place) if isinstance(place, Text) else index
    return told("{path}[{index}]", path=path, index=shown)


def _quoted(words: Text) -> Text:
    """As code shows a string, and yet said in every language."""
    return told("'{words}'", words=words)


def worded(summary: Any) -> Any:
    """A summary with texts instead of strings: what it says is said in every language."""
    if isinstance(summary, dict):
        return {worded(key): worded(value) for key, value in summary.items()}
    return told(summary) if isinstance(summary, str) else summary


def difference(expected: Any, actual: Any, path: str, rtol: float = RTOL) -> Difference | None:
    """First difference between two values made of data, or None. `path` names the value."""
    if isinstance(expected, dict):
        return _dict_difference(expected, actual, path, rtol)
    if isinstance(expected, np.ndarray):
        return _array_difference(expected, actual, path, rtol)
    if isinstance(expected, (list, tuple)):
        return _sequence_difference(expected, actual, path, rtol)
    if isinstance(expected, _NUMBERS) and not isinstance(expected, (bool, np.bool_)):
        return _number_difference(expected, actual, path, rtol)
    if isinstance(expected, (bool, np.bool_)) and isinstance(actual, (bool, np.bool_)):
        expected, actual = bool(expected), bool(actual)  # NumPy's are as good
    if type(expected) is type(actual) and expected == actual:
        return None
    if isinstance(expected, Text) and isinstance(actual, Text):
        return _should_be("value", path, _quoted(expected), _quoted(actual))
    if type(expected) is not type(actual):
        return _type_difference(expected, actual, path)
    return _should_be("value", path, repr(expected), _short(actual))


def describe(value: Any) -> str:
    """A value's type in a learner's words: "an array of shape (3, 4)", "a list of 3"."""
    if value is None:
        return "None"
    if isinstance(value, Opaque):
        return told("a {name}", name=value.type_name)
    if isinstance(value, np.ndarray):
        return told("an array of shape {shape}", shape=value.shape)
    if isinstance(value, (list, tuple)):
        return told("a {name} of {size}", name=type(value).__name__, size=len(value))
    if isinstance(value, (bool, np.bool_)):
        return told("True or False")
    if isinstance(value, _NUMBERS):
        return told("a number")
    kind = "str" if isinstance(value, str) else type(value).__name__
    return _NAMED.get(kind, kind)


def _type_difference(expected: Any, actual: Any, path: str) -> Difference:
    return _should_be("type", path, describe(expected), describe(actual))


def _dict_difference(expected: dict, actual: Any, path: str, rtol: float) -> Difference | None:
    if not isinstance(actual, dict):
        return _type_difference(expected, actual, path)
    missing = [key for key in expected if key not in actual]
    extra = [key for key in actual if key not in expected]
    if missing:
        return Difference("keys", path, "{path} has no key {key!r}", {"key": missing[0]})
    if extra:
        key = _short(extra[0])
        return Difference("keys", path, "{path} has an unexpected key {key}", {"key": key})
    for key, value in expected.items():
        found = difference(value, actual[key], _entry(path, key), rtol)
        if found:
            return found
    return None


def _sequence_difference(expected: Any, actual: Any, path: str, rtol: float) -> Difference | None:
    holds_dicts = any(isinstance(one, dict) for one in expected)
    if isinstance(actual, np.ndarray) and actual.ndim and not holds_dicts:
        actual = list(actual)  # costs in an array are as good as costs in a list
    if not isinstance(actual, (list, tuple)):
        return _type_difference(expected, actual, path)
    if len(expected) != len(actual):
        sizes = {"wanted": len(expected), "given": len(actual)}
        return Difference(
            "length", path, "{path} should have {wanted} items; yours has {given}", sizes
        )
    for index, value in enumerate(expected):
        found = difference(value, actual[index], _entry(path, index), rtol)
        if found:
            return found
    return None


def _number_difference(expected: Any, actual: Any, path: str, rtol: float) -> Difference | None:
    if isinstance(actual, np.ndarray) and actual.ndim == 0:
        actual = actual[()]
    if isinstance(actual, (bool, np.bool_)) or not isinstance(actual, _NUMBERS):
        return _type_difference(expected, actual, path)
    if np.isfinite(expected) and not _is_finite(actual):
        return _should_be("finite", path, f"{expected:.6g}", str(actual))
    if _close(expected, actual, rtol):
        return None
    return _should_be("value", path, *_two_numbers(expected, actual))


def _array_difference(expected: Any, actual: Any, path: str, rtol: float) -> Difference | None:
    given, actual = actual, _as_array(actual)
    if not isinstance(actual, np.ndarray) or (actual.ndim == 0 and expected.ndim):
        return _type_difference(expected, given, path)
    if expected.shape != actual.shape:
        shapes = {"wanted": expected.shape, "given": actual.shape}
        return Difference(
            "shape", path, "{path} should have shape {wanted}; yours has {given}", shapes
        )
    if expected.dtype == actual.dtype and expected.tobytes() == actual.tobytes():
        return None  # as most right answers are, and quicker to see
    close = _close(expected, actual, rtol)
    if np.all(close):
        return None
    if expected.dtype.kind == "f" and actual.dtype != expected.dtype:
        rounded = {"given": str(actual.dtype)}
        return Difference(
            "dtype",
            path,
            "{path} has dtype {given}, so its values are rounded; it should be float64",
            rounded,
        )
    where = tuple(int(i) for i in np.argwhere(~close)[0])
    spot = _entry(path, where) if where else path
    finite = np.isfinite(actual[where]) or not np.isfinite(expected[where])
    numbers = _two_numbers(expected[where], actual[where])
    return _should_be("value" if finite else "finite", spot, *numbers)


def _should_be(kind: str, path: str, wanted: str, given: str) -> Difference:
    values = {"wanted": wanted, "given": given}
    return Difference(kind, path, "{path} should be {wanted}; yours is {given}", values)


def _two_numbers(expected: Any, actual: Any) -> tuple[str, str]:
    """Both with as many digits as it takes to tell them apart."""
    for digits in (6, 9, 17):
        wanted, given = f"{_float(expected):.{digits}g}", f"{_float(actual):.{digits}g}"
        if wanted != given:
            break
    return wanted, given


def _as_array(actual: Any) -> Any:
    """An array for what reads as one: a number, or a list of numbers.

    Looked at before NumPy does: a long text among many numbers would make it as wide everywhere.
    """
    if isinstance(actual, (list, tuple)):
        if _room_left(actual, MOST_NUMBERS) < 0:
            return actual
        try:
            array = np.array(actual)
        except ValueError:  # rows of different lengths
            return actual
        return array if array.dtype.kind in "biuf" else actual
    return np.array(actual) if isinstance(actual, _NUMBERS) else actual


def _room_left(value: Any, room: int) -> int:
    """What is left of `room` for numbers after these; negative as well for anything else."""
    if isinstance(value, (list, tuple)):
        if len(value) >= room:
            return -1
        room -= 1
        for item in value:
            room = _room_left(item, room)
            if room < 0:
                break
        return room
    if isinstance(value, np.ndarray):
        return room - value.size
    return room - 1 if isinstance(value, (*_NUMBERS, np.bool_)) else -1


def _close(expected: Any, actual: Any, rtol: float) -> Any:
    """np.isclose without its overhead: small arrays are compared by the thousand."""
    expected, actual = _float(expected), _float(actual)
    with np.errstate(invalid="ignore"):  # inf - inf
        near = np.abs(actual - expected) <= ATOL + rtol * np.abs(expected)
    return (
        (actual == expected)
        | (near & np.isfinite(expected))
        | (np.isnan(expected) & np.isnan(actual))
    )


def _float(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.astype(float)
    try:
        return float(value)
    except OverflowError:  # a Python integer beyond 1e308
        return float("inf")


def _is_finite(value: Any) -> bool:
    return bool(np.isfinite(_float(value)))


def _short(value: Any) -> str:
    if isinstance(value, _NUMBERS) and not isinstance(value, (bool, np.bool_)):
        return f"{_float(value):.6g}"
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
