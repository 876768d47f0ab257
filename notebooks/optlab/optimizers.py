"""Optimizers for demonstrations, so that no figure waits for an exercise of an earlier lesson.

All of them are one step built from two filters:

    w <- w - learning_rate * first(g) / (sqrt(second(g^2)) + epsilon)

A filter is a memory with a decay and a gain, memory <- decay * memory + gain * input:

    Filter(0, 1)          forgets everything, returns the input      gradient descent
    Filter(beta, 1)       adds up with decay                         heavy ball (classical momentum)
    Filter(beta, 1-beta)  exponentially weighted average             momentum, RMSprop, Adam
    Filter(1, 1)          the sum of everything                      Adagrad

Every factory below returns `update(w, g, state) -> (w, state)`; state is None before the first
step. `learning_rate` is a number, an array (one rate for each column of w: a whole sweep in one
run) or a function of the step t = 1, 2, ... Follow one through a surface with `follow`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

Array = np.ndarray
Rate = float | Array
State = tuple[int, Array, Array]  # steps so far, and what the two filters remember
Update = Callable[[Array, Array, State | None], tuple[Array, State]]

_steps = [0]  # taken by filters in this process


class Surface(Protocol):
    """A start and a gradient: `optlab.problems.Problem`."""

    @property
    def start(self) -> Array: ...
    @property
    def gradient(self) -> Callable[[Array], Array]: ...


def steps_taken() -> int:
    """For `check`: an answer that calls a demonstration is not written by the learner."""
    return _steps[0]


@dataclass(frozen=True)
class Filter:
    """memory <- decay * memory + gain * input."""

    decay: float
    gain: float

    def step(self, memory: Array, value: Array) -> Array:
        _steps[0] += 1
        return self.decay * memory + self.gain * value

    def unbiased(self, memory: Array, t: int) -> Array:
        """What the memory would be, had it not started at zero; t inputs have been seen."""
        return memory / (1.0 - self.decay**t)


FORGET = Filter(0.0, 1.0)
SUM = Filter(1.0, 1.0)


def average(beta: float) -> Filter:
    """The filter of an exponentially weighted average."""
    return Filter(beta, 1.0 - beta)


def stepper(
    learning_rate: Rate,
    first: Filter = FORGET,
    second: Filter | None = None,
    epsilon: float = 1e-8,
    corrected: bool = False,
    ahead: Filter | None = None,
) -> Update:
    """update(w, g, state) made of the two filters; without `second` nothing is divided.

    `corrected` removes the bias of the zero start. `ahead` puts g through `first` once more
    without keeping the result (Nesterov).
    """

    def update(w: Array, g: Array, state: State | None) -> tuple[Array, State]:
        t, m, s = state if state is not None else (0, np.zeros_like(w), np.zeros_like(w))
        t, m = t + 1, first.step(m, g)
        direction = first.unbiased(m, t) if corrected else m
        if ahead is not None:
            direction = ahead.step(m, g)
        if second is not None:
            s = second.step(s, g * g)
            size = second.unbiased(s, t) if corrected else s
            direction = direction / (np.sqrt(size) + epsilon)
        rate = learning_rate(t) if callable(learning_rate) else learning_rate
        return w - rate * direction, (t, m, s)

    return update


def gradient_descent(learning_rate: Rate) -> Update:
    return stepper(learning_rate)


def momentum(learning_rate: Rate, beta: float = 0.9) -> Update:
    """The averaging form: the velocity is an average of gradients."""
    return stepper(learning_rate, average(beta))


def heavy_ball(learning_rate: Rate, beta: float = 0.9) -> Update:
    """The classical form, as in PyTorch and Keras: 1/(1 - beta) times longer velocity."""
    return stepper(learning_rate, Filter(beta, 1.0))


def nesterov(learning_rate: Rate, beta: float = 0.9) -> Update:
    """Nesterov's momentum in the classical form, as in PyTorch (nesterov=True)."""
    return stepper(learning_rate, Filter(beta, 1.0), ahead=Filter(beta, 1.0))


def adagrad(learning_rate: Rate, epsilon: float = 1e-8) -> Update:
    return stepper(learning_rate, second=SUM, epsilon=epsilon)


def rmsprop(learning_rate: Rate, beta2: float = 0.9, epsilon: float = 1e-8) -> Update:
    return stepper(learning_rate, second=average(beta2), epsilon=epsilon)


def adam(
    learning_rate: Rate,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    corrected: bool = True,
) -> Update:
    """Adam; corrected=False leaves out the bias correction."""
    return stepper(learning_rate, average(beta1), average(beta2), epsilon, corrected)


def follow(problem: Surface, update: Update, steps: int, start: Array | None = None) -> Array:
    """The points that `update` visits on a Problem from its start: shape (steps + 1, n).

    With a start of shape (n, k), k runs at once: shape (steps + 1, n, k).
    """
    w = np.array(problem.start if start is None else start, dtype=float)
    path, state = [w], None
    for _ in range(steps):
        w, state = update(w, problem.gradient(w), state)
        path.append(w)
    return np.array(path)


def steps_to_reach(values: Array, target: float) -> Array:
    """The first step at which `values`, shape (steps + 1, ...), is at or below target and stays
    there; -1 where it does not. `values` is what the surface gives along a path."""
    reached = values <= target  # nan and inf compare as not reached
    stays = np.flip(np.logical_and.accumulate(np.flip(reached, 0), 0), 0)
    return np.where(stays.any(axis=0), stays.argmax(axis=0), -1)
