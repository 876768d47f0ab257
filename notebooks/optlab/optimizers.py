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

from dataclasses import dataclass
from itertools import accumulate

import numpy as np

_steps = [0]  # taken by filters in this process


def steps_taken():
    """For `check`: an answer that calls a demonstration is not written by the learner."""
    return _steps[0]


@dataclass(frozen=True)
class Filter:
    """memory <- decay * memory + gain * input."""

    decay: float
    gain: float

    def step(self, memory, value):
        _steps[0] += 1
        return self.decay * memory + self.gain * value

    def unbiased(self, memory, t):
        """What the memory would be, had it not started at zero; t inputs have been seen."""
        return memory / (1.0 - self.decay**t)


FORGET = Filter(0.0, 1.0)
SUM = Filter(1.0, 1.0)


def average(beta):
    """The filter of an exponentially weighted average."""
    return Filter(beta, 1.0 - beta)


def stepper(learning_rate, first=FORGET, second=None, epsilon=1e-8, corrected=False, ahead=None):
    """update(w, g, state) made of the two filters; without `second` nothing is divided.

    `corrected` removes the bias of the zero start. `ahead` puts g through `first` once more
    without keeping the result (Nesterov).
    """

    def update(w, g, state):
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


def gradient_descent(learning_rate):
    return stepper(learning_rate)


def momentum(learning_rate, beta=0.9):
    """The averaging form: the velocity is an average of gradients."""
    return stepper(learning_rate, average(beta))


def heavy_ball(learning_rate, beta=0.9):
    """The classical form, as in PyTorch and Keras: 1/(1 - beta) times longer velocity."""
    return stepper(learning_rate, Filter(beta, 1.0))


def nesterov(learning_rate, beta=0.9):
    """Nesterov's momentum in the classical form, as in PyTorch (nesterov=True)."""
    return stepper(learning_rate, Filter(beta, 1.0), ahead=Filter(beta, 1.0))


def adagrad(learning_rate, epsilon=1e-8):
    return stepper(learning_rate, second=SUM, epsilon=epsilon)


def rmsprop(learning_rate, beta2=0.9, epsilon=1e-8):
    return stepper(learning_rate, second=average(beta2), epsilon=epsilon)


def adam(learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8, corrected=True):
    """Adam; corrected=False leaves out the bias correction."""
    return stepper(learning_rate, average(beta1), average(beta2), epsilon, corrected)


def follow(problem, update, steps, start=None):
    """The points that `update` visits on a Problem from its start: shape (steps + 1, n).

    With a start of shape (n, k), k runs at once: shape (steps + 1, n, k).
    """
    w0 = np.array(problem.start if start is None else start, dtype=float)

    def visit(now, _):
        w, state = now
        return update(w, problem.gradient(w), state)

    return np.array([w for w, _ in accumulate(range(steps), visit, initial=(w0, None))])


def steps_to_reach(values, target):
    """The first step at which `values`, shape (steps + 1, ...), is at or below target and stays
    there; -1 where it does not. `values` is what the surface gives along a path."""
    reached = values <= target  # nan and inf compare as not reached
    stays = np.flip(np.logical_and.accumulate(np.flip(reached, 0), 0), 0)
    return np.where(stays.any(axis=0), stays.argmax(axis=0), -1)
