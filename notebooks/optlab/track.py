"""The track on which the course's optimizers train: digits from a bad scanner, and one network.

Track(digits, seed, budget)   a start, and as many gradients of mini-batches as the budget has
scans()                       the digits of a scanner whose pixels have very different gains
stepper(name, function)       an exercise's function as a step that every loop can take

On plain digits tuned optimizers end close together; here the gradients of different pixels differ
by three powers of ten, as do inputs of different units that nobody has scaled.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from optlab import problems
from optlab.checking.language import say, told
from optlab.data import Digits, digits_split
from optlab.problems import Array, Params

SIZES = (64, 32, 10)
DECADES = 3.0
BUDGET = 184  # gradients, as many as the leaderboard's eight epochs have
EARLY = 4  # the update of the huge gradient: the memory of an optimizer is still short then
# Validation costs of `course` 11 to 15 with Adam at a constant 0.04 and nothing around it.
PLAIN = (0.1893, 0.2794, 0.2543, 0.205, 0.2772)
FIT, HELD_OUT = slice(0, 1150), slice(1150, None)

# step(params, gradient, memory, rate) -> (params, memory); gradient(params) asks for the next
# mini-batch, and the memory is None before the first step.
Step = Callable[[Params, Callable[[Params], Params], Any, float], tuple[Params, Any]]


@cache
def scans() -> tuple[Digits, Digits]:
    """(train, test) of `digits_split`, each pixel times its gain, and all times one number.

    That number gives the training pixels the mean square that they had. Dividing every pixel by its
    standard deviation undoes the gains, and nobody has done it.
    """
    train, test = digits_split()
    gain = 10.0 ** np.random.default_rng(4).uniform(-DECADES, 0, (train.X.shape[0], 1))
    gain *= np.sqrt(np.mean(train.X**2) / np.mean((gain * train.X) ** 2))
    return _scanned(train, gain), _scanned(test, gain)


def _scanned(digits: Digits, gain: Array) -> Digits:
    return Digits(gain * digits.X, digits.Y, digits.labels)


@cache
def standardized() -> tuple[Digits, Digits]:
    """(train, test) of `scans`, every pixel with mean 0 and standard deviation 1 in training.

    A pixel that is always dark stays 0.
    """
    train, test = scans()
    mean, spread = train.X.mean(axis=1, keepdims=True), train.X.std(axis=1, keepdims=True)
    spread[spread == 0] = 1
    return tuple(Digits((d.X - mean) / spread, d.Y, d.labels) for d in (train, test))  # type: ignore


class Track:
    """One training run: where it starts, and a budget of gradients, each of a new mini-batch.

    An epoch visits every digit once in a new order, in mini-batches of nearly equal size.
    `trouble` is "huge" (one early gradient is a billion times too large) or "mixed" (the labels
    of the last two fifths are wrong); a good training loop lives with either.
    """

    def __init__(
        self,
        digits: Digits,
        seed: int,
        budget: int,
        batch: int = 64,
        held_out: Digits | None = None,
        trouble: str = "",
    ) -> None:
        self.seed, self.budget, self.used = seed, budget, 0
        self._digits, self._batches = digits, -(-digits.labels.size // batch)
        self._held_out, self._trouble = held_out or digits, trouble
        self._rng = np.random.default_rng(seed)
        self._start = problems.init_params(self._rng, SIZES)
        self._waiting: list[Array] = []

    @property
    def start(self) -> Params:
        """The first parameters, a new copy each time."""
        return {key: value.copy() for key, value in self._start.items()}

    def gradient(self, params: Params) -> Params:
        """The gradients at `params` on the next mini-batch; RuntimeError beyond the budget."""
        if self.used >= self.budget:
            raise RuntimeError(say(told("the budget of {n} gradients is spent", n=self.budget)))
        if not self._waiting:
            order = self._rng.permutation(self._digits.labels.size)
            self._waiting = np.array_split(order, self._batches)[::-1]
        columns = self._waiting.pop()
        X, Y = self._digits.X[:, columns], self._digits.Y[:, columns]
        if self._trouble == "mixed" and self.used >= 0.6 * self.budget:
            Y = np.roll(Y, 3, axis=0)
        grads = problems.cost_and_grads(params, X, Y)[1]
        if self._trouble == "huge" and self.used == EARLY:
            grads = {key: 1e9 * value for key, value in grads.items()}
        self.used += 1
        return grads

    def validation_cost(self, params: Params) -> float:
        """The cost on the digits that give no gradients; asked as often as you like."""
        return problems.cost_and_grads(params, self._held_out.X, self._held_out.Y)[0]


def course(seed: int, budget: int = BUDGET) -> Track:
    """The capstone's: the scanner's training digits, the last 287 of them held out."""
    return Track(_part(FIT, 0), seed, budget, held_out=_part(HELD_OUT, 0))


def practice(seed: int, budget: int = 72, trouble: str = "") -> Track:
    """A shorter one: the scanner's pixels stand in another order, and 0 to 9 are named anew."""
    return Track(_part(FIT, seed), seed, budget, held_out=_part(HELD_OUT, seed), trouble=trouble)


def _part(columns: slice, order: int) -> Digits:
    """Some of the training digits; with another order than 0 in that disguise."""
    train = scans()[0]
    X, Y, labels = train.X[:, columns], train.Y[:, columns], train.labels[columns]
    if order:
        rng = np.random.default_rng(order)
        X, names = X[rng.permutation(X.shape[0])], rng.permutation(10)
        Y, labels = Y[names], np.argsort(names)[labels]
    return Digits(X, Y, labels)


def stepper(name: str, function: Callable) -> Step:
    """The function of the exercise `name`, such as "adam_update", as a Step."""

    def step(
        params: Params, gradient: Callable[[Params], Params], memory: Any, rate: float
    ) -> tuple[Params, Any]:
        if name == "sgd_update":
            return function(params, gradient(params), rate), None
        memory = _first_memory(name, params) if memory is None else memory
        if name == "nesterov_update":  # looks ahead, so that it asks for the gradient itself
            return function(params, gradient, memory, rate)
        if name == "adadelta_update":  # has no rate; its epsilon takes the place
            return function(params, gradient(params), memory, epsilon=rate)
        return function(params, gradient(params), memory, rate)

    return step


def _first_memory(name: str, params: Params) -> Any:
    """What the optimizer remembers before its first step."""
    parts = {
        "adadelta_update": ("s", "d"),
        "adam_update": ("v", "s"),
        "adamw_update": ("v", "s"),
        "amsgrad_update": ("v", "s", "s_max"),
    }
    if name not in parts:
        return _zeros(params)
    memory: dict[str, Any] = {part: _zeros(params) for part in parts[name]}
    return memory if name == "adadelta_update" else memory | {"t": 0}


def standard_error(values: ArrayLike) -> float:
    """How far the mean of a few runs, one number each, may well be off."""
    runs = np.asarray(values)
    return float(runs.std(ddof=1) / np.sqrt(runs.size))


def _zeros(params: Params) -> Params:
    return {key: np.zeros(value.shape) for key, value in params.items()}


def train(
    step: Step, track: Track, rate: Callable[[int], float], every: int = 0
) -> tuple[Params, list[Params]]:
    """Spend the whole budget of a track: (the last parameters, those after each `every` steps).

    rate: of the update t = 0, 1, ...
    """
    params, memory, passed = track.start, None, []
    for t in range(track.budget):
        params, memory = step(params, track.gradient, memory, rate(t))
        if every and (t + 1) % every == 0:
            passed.append(params)
    return params, passed
