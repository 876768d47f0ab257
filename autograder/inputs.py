"""Inputs that the cases of several lessons share."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

import autograder.learner_side  # noqa: F401
from optlab.checking.probe import Case

Arrays = dict[str, np.ndarray]


def network(rng: np.random.Generator, layers: int, scale: float = 1.0) -> Arrays:
    """W1, b1, W2, ... in sizes that differ from layer to layer, so that no matrix is square."""
    sizes = rng.permutation([2, 3, 4, 5])[: layers + 1]
    params = {}
    for layer, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        params[f"W{layer}"] = scale * rng.normal(size=(n_out, n_in))
        params[f"b{layer}"] = scale * rng.normal(size=(n_out, 1))
    return params


def layers(rng: np.random.Generator, scale: float = 1.0) -> Arrays:
    """Two layers; the columns of a matrix spread over 1e-2 ... 1e1."""
    spread = np.logspace(-2, 1, 4)
    return {
        "W1": scale * rng.normal(size=(3, 4)) * spread,
        "b1": scale * rng.normal(size=(3, 1)),
        "W2": scale * rng.normal(size=(1, 3)) * spread[:3],
        "b2": scale * rng.normal(size=(1, 1)),
    }


def spike(run: Case) -> Case:
    """The same run with zero gradients, then a large one."""
    calm = {key: np.zeros_like(value) for key, value in run.args["grads"].items()}
    spike = {key: 100 * value for key, value in run.args["grads"].items()}
    then = ({"grads": calm}, {"grads": spike}, {"grads": calm})
    return Case({**run.args, "grads": calm}, then, run.carry, "zero gradients and then a spike")


def series(theta: ArrayLike, beta: float, **settings: Any) -> Case:
    """A case of values over time."""
    return Case({"theta": np.array(theta), "beta": beta}, **settings)


def temperatures(rng: np.random.Generator, days: int) -> np.ndarray:
    """A made-up spring: warming, with noise."""
    return 45 + 0.3 * np.arange(days) + rng.normal(0, 6, days)
