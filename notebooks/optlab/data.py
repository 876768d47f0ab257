"""Two real data sets, bundled: Seattle's temperatures and handwritten digits.

Where they come from and under which licence is told in data/README.md.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from optlab.checking.language import say, told

FOLDER = Path(__file__).parent / "data"

# The lecture's days in London, day of the year -> degrees Fahrenheit, for numbers worked by hand.
LONDON = {1: 40.0, 2: 49.0, 3: 45.0, 180: 60.0, 181: 56.0}


@cache
def _seattle() -> tuple[np.ndarray, np.ndarray]:
    table = np.loadtxt(FOLDER / "seattle_temperatures.csv", delimiter=",", skiprows=1, dtype=str)
    return table[:, 0].astype("datetime64[D]"), table[:, 1].astype(float)


def seattle_temperatures(unit: str = "F") -> np.ndarray:
    """Daily maximum temperature in Seattle from 2012-01-01 to 2015-12-31, shape (1461,).

    unit: "F" for degrees Fahrenheit, "C" for degrees Celsius (as recorded, to 0.1).
    """
    if unit not in ("F", "C"):
        raise ValueError(say(told('unit must be "F" or "C", not {unit!r}', unit=unit)))
    celsius = _seattle()[1]
    return celsius * 9 / 5 + 32 if unit == "F" else celsius.copy()


def seattle_dates() -> np.ndarray:
    """The day of every temperature, shape (1461,), dtype datetime64[D]."""
    return _seattle()[0].copy()


@dataclass(frozen=True)
class Digits:
    """Handwritten digits as columns: X (64, m) in [0, 1], Y one-hot (10, m), labels (m,)."""

    X: np.ndarray
    Y: np.ndarray
    labels: np.ndarray


TRAIN_SIZE = 1437


@cache
def _all_digits() -> tuple[np.ndarray, np.ndarray]:
    with np.load(FOLDER / "digits.npz") as file:
        return file["images"], file["labels"]


def digits() -> Digits:
    """1797 handwritten digits of 8x8 pixels.

    Column k of X holds one image row by row; X[:, k].reshape(8, 8) is the picture.
    """
    images, labels = _all_digits()
    return Digits(images.T / 16.0, np.eye(10)[:, labels], labels.astype(int))


def digits_split() -> tuple[Digits, ...]:
    """(train, test): 1437 and 360 of the digits, always the same ones.

    The order is shuffled once with numpy.random.default_rng(0): the file is ordered by writer.
    """
    every = digits()
    order = np.random.default_rng(0).permutation(every.labels.size)
    return tuple(
        Digits(every.X[:, part], every.Y[:, part], every.labels[part])
        for part in (order[:TRAIN_SIZE], order[TRAIN_SIZE:])
    )
