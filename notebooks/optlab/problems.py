"""What the lessons minimise: surfaces to look at, gradient streams, and a small network.

Surfaces     bowl, plateau, saddle -> Problem; gradient_of("bowl", kappa=10) -> its gradient
Noise        noisy_gradient(gradient, sigma, rng), reddi_stream, reddi_random_stream
A network    init_params(rng, sizes), cost_and_grads(params, X, Y), cost, predict, accuracy
Flat form    flatten(params) -> w, unflatten(w, like) -> params, train(...): mini-batches for
             demonstrations, with the updates of `optlab.optimizers`; train_together(...): many
             runs of it at once

A point w has shape (n,). Every surface takes a grid of points of shape (n, ...) as well: `value`
then has shape (...) and `gradient` (n, ...). Examples are columns: X (n_x, m), Y (n_y, m).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

Array = np.ndarray
Params = dict[str, Array]
Gradient = Callable[[Array], Array]

TINY = np.finfo(float).tiny  # a probability that underflowed to 0 must not give log(0)


@dataclass(frozen=True)
class Problem:
    """A surface: value and gradient, where to start, where the minimum is, what to look at."""

    name: str
    value: Callable[[Array], Array]
    gradient: Gradient
    start: np.ndarray
    minimum: np.ndarray
    view: tuple  # ((left, right), (bottom, top)), or ((left, right),) in one dimension


def bowl(kappa: float = 10.0, angle: float = 0.0, start: Sequence[float] = (-10.0, 1.0)) -> Problem:
    """The quadratic 1/2 w^T H w in the plane; H has the eigenvalues 1 (along) and kappa (across).

    `angle` (degrees) turns the bowl, and the start with it; at 0 the long axis is w1.
    """
    turn = _rotation(angle)
    H = turn @ np.diag([1.0, kappa]) @ turn.T

    def value(w: Array) -> Array:
        return 0.5 * np.sum(w * gradient(w), axis=0)

    def gradient(w: Array) -> Array:
        w = np.asarray(w)
        return np.dot(H, w.reshape(2, -1)).reshape(w.shape)

    w0 = turn @ np.asarray(start, dtype=float)
    return Problem("bowl", value, gradient, w0, np.zeros(2), _view_around(w0))


def _rotation(angle: float) -> Array:
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.array([[c, -s], [s, c]])


def _view_around(w0: Array) -> tuple:
    """A window centred on the minimum at 0 that leaves room for the start and overshoots."""
    width, height = 1.15 * np.maximum(np.abs(w0), 0.5 * np.abs(w0).max())
    return ((-width, width), (-height, height))


def plateau(start: Sequence[float] = (5.0,)) -> Problem:
    """1 - exp(-|w|^2 / 2): a hole in a plain. Far out the gradient is next to nothing."""

    def value(w: Array) -> Array:
        return 1.0 - np.exp(-0.5 * np.sum(np.square(w), axis=0))

    def gradient(w: Array) -> Array:
        return w * np.exp(-0.5 * np.sum(np.square(w), axis=0))

    w0 = np.asarray(start, dtype=float)
    return Problem("plateau", value, gradient, w0, np.zeros_like(w0), ((-6.0, 6.0),) * w0.size)


def saddle(offset: float = 1e-6) -> Problem:
    """w1^2/2 - w2^2/2 + w2^4/4: a saddle at (0, 0) between minima at (0, 1) and (0, -1).

    The start (1, offset) lies almost on the ridge. With offset 0 it lies on it exactly.
    """

    def value(w: Array) -> Array:
        return 0.5 * w[0] ** 2 - 0.5 * w[1] ** 2 + 0.25 * w[1] ** 4

    def gradient(w: Array) -> Array:
        return np.array([w[0], w[1] ** 3 - w[1]])

    return Problem(
        "saddle",
        value,
        gradient,
        np.array([1.0, offset]),
        np.array([0.0, 1.0 if offset >= 0 else -1.0]),
        ((-1.5, 1.5), (-1.6, 1.6)),
    )


SURFACES: dict[str, Callable[..., Problem]] = {"bowl": bowl, "plateau": plateau, "saddle": saddle}


def gradient_of(problem: str, **settings: Any) -> Gradient:
    """The gradient of a surface named "bowl", "plateau" or "saddle", as a function of w."""
    return SURFACES[problem](**settings).gradient


def noisy_gradient(gradient: Gradient, sigma: float, rng: np.random.Generator) -> Gradient:
    """`gradient` with Gaussian noise of standard deviation sigma in every entry, drawn from rng."""

    def noisy(w: Array) -> Array:
        return gradient(w) + sigma * rng.standard_normal(np.shape(w))

    return noisy


def reddi_stream(steps: int, C: float = 3.0) -> Array:
    """Gradients on which Adam walks the wrong way (Reddi, Kale and Kumar, 2018).

    Step 1, 4, 7, ... has the gradient C, all others -1, on the interval [-1, 1]. For C > 2 the
    average is positive, so that the best point is -1.
    """
    t = np.arange(1, steps + 1)
    return np.where(t % 3 == 1, float(C), -1.0)


def reddi_random_stream(steps: int, rng: np.random.Generator) -> Array:
    """The same trap with chance in it: 1010 with probability 0.01, otherwise -10 (same paper)."""
    return np.where(rng.random(steps) < 0.01, 1010.0, -10.0)


def init_params(rng: np.random.Generator, sizes: Iterable[int]) -> Params:
    """Weights and zero biases {"W1", "b1", ...} of a network with these layer sizes.

    The weights are scaled for ReLU (He and others, 2015).

    init_params(rng, (64, 32, 10)): W1 (32, 64), b1 (32, 1), W2 (10, 32), b2 (10, 1).
    """
    params = {}
    for layer, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        params[f"W{layer}"] = rng.standard_normal((n_out, n_in)) * np.sqrt(2.0 / n_in)
        params[f"b{layer}"] = np.zeros((n_out, 1))
    return params


def forward(params: Params, X: Array) -> tuple[list[Array], Array]:
    """Inputs of every layer and the class probabilities: ([X, A1, ...], probabilities)."""
    layers = len(params) // 2
    inputs = [X]
    for layer in range(1, layers):
        Z = params[f"W{layer}"] @ inputs[-1] + params[f"b{layer}"]
        inputs.append(np.maximum(Z, 0.0))
    Z = params[f"W{layers}"] @ inputs[-1] + params[f"b{layers}"]
    exponentials = np.exp(Z - Z.max(axis=-2, keepdims=True))
    return inputs, exponentials / exponentials.sum(axis=-2, keepdims=True)


def cost_and_grads(params: Params, X: Array, Y: Array, lambd: float = 0.0) -> tuple[float, Params]:
    """Mean cross-entropy of a ReLU network with a softmax output, and its gradients.

    params W1 (n_1, n_x), b1 (n_1, 1), ...; one layer alone is softmax regression. X (n_x, m),
    Y (n_y, m) one-hot. `lambd` adds lambd/(2m) times the sum of the squared weights (not biases).
    Returns (cost, grads); grads has the keys and shapes of params.
    """
    cost, grads = costs_and_grads(params, X, Y, lambd)
    return float(cost), grads


def costs_and_grads(params: Params, X: Array, Y: Array, lambd: float = 0.0) -> tuple[Array, Params]:
    """`cost_and_grads` of many networks at once: every array may have one more axis in front."""
    m = X.shape[-1]
    inputs, probabilities = forward(params, X)
    cost = _cross_entropy(probabilities, Y)
    grads: Params = {}
    dZ = (probabilities - Y) / m
    for layer in range(len(inputs), 0, -1):
        W, A = params[f"W{layer}"], inputs[layer - 1]
        grads[f"W{layer}"] = dZ @ A.swapaxes(-1, -2)
        grads[f"b{layer}"] = dZ.sum(axis=-1, keepdims=True)
        if lambd:
            grads[f"W{layer}"] += lambd / m * W
            cost += lambd / (2 * m) * _total(W**2)
        if layer > 1:  # nobody asks for the gradient of X
            dZ = (W.swapaxes(-1, -2) @ dZ) * (A > 0)
    return cost, {key: grads[key] for key in params}


def cost(params: Params, X: Array, Y: Array) -> float:
    """The cost alone, in half the time."""
    return float(_cross_entropy(forward(params, X)[1], Y))


def _cross_entropy(probabilities: Array, Y: Array) -> Array:
    return -_total(Y * np.log(np.maximum(probabilities, TINY))) / Y.shape[-1]


def _total(matrix: Array) -> Array:
    return np.sum(matrix, axis=(-2, -1))


def predict(params: Params, X: Array) -> Array:
    """The most probable class of every column of X, shape (m,)."""
    return forward(params, X)[1].argmax(axis=0)


def accuracy(params: Params, X: Array, labels: Array) -> float:
    """The share of columns of X whose predicted class is the label."""
    return float(np.mean(predict(params, X) == labels))


def flatten(params: Params) -> Array:
    """All parameters in one vector, in the order of the dict."""
    return np.concatenate([value.ravel() for value in params.values()])


def unflatten(w: Array, like: Params) -> Params:
    """The dict whose flattened form is w; `like` gives keys and shapes."""
    params, start = {}, 0
    for key, value in like.items():
        params[key] = w[start : start + value.size].reshape(value.shape)
        start += value.size
    return params


def train(
    params: Params,
    X: Array,
    Y: Array,
    update: Callable,
    epochs: int,
    rng: np.random.Generator,
    batch: int = 64,
    model: Callable = cost_and_grads,
) -> tuple[Params, Array]:
    """Trains with an `update(w, g, state)` of `optlab.optimizers` on the flattened parameters.

    Every epoch visits all columns once in a new order, in batches of nearly equal size.
    Returns (params, costs): the cost of every batch before its update, shape (steps,).
    """
    w, state, costs = flatten(params), None, []
    batches = -(-X.shape[1] // batch)
    for _ in range(epochs):
        for columns in np.array_split(rng.permutation(X.shape[1]), batches):
            cost, grads = model(unflatten(w, params), X[:, columns], Y[:, columns])
            w, state = update(w, flatten(grads), state)
            costs.append(cost)
    return unflatten(w, params), np.array(costs)


def train_together(
    starts: Sequence[Params],
    X: Array,
    Y: Array,
    update: Callable,
    epochs: int,
    rngs: Sequence[np.random.Generator],
    batch: int = 64,
    model: Callable = costs_and_grads,
) -> tuple[list[Params], Array]:
    """`train` for many runs at once, each with a start and a generator of its own.

    As in `optimizers.follow`, each column of w is a run: `update` takes an array of rates, one for
    each. Together they take half of the time. Returns (params of every run, costs (runs, steps)).
    """
    like, runs, state, costs = starts[0], len(starts), None, []
    w = np.array([flatten(start) for start in starts]).T
    batches = -(-X.shape[1] // batch)
    for _ in range(epochs):
        orders = np.array([rng.permutation(X.shape[1]) for rng in rngs])
        for columns in np.array_split(orders, batches, axis=1):
            examples = (D.T[columns].swapaxes(1, 2) for D in (X, Y))
            cost, grads = model(_stacked(w.T, like), *examples)
            g = np.concatenate([value.reshape(runs, -1) for value in grads.values()], axis=1).T
            w, state = update(w, g, state)
            costs.append(cost)
    return [unflatten(run, like) for run in w.T], np.array(costs).T


def _stacked(w: Array, like: Params) -> Params:
    """`unflatten` of many vectors at once: w (runs, n), and every array has an axis of runs."""
    parts = np.split(w, np.cumsum([value.size for value in like.values()])[:-1], axis=1)
    return {
        key: part.reshape(-1, *value.shape)
        for part, (key, value) in zip(parts, like.items(), strict=True)
    }


# Lessons 07 and 08


def table_schedule(rates: Sequence[float]) -> Callable[[float], float]:
    """A schedule read from a table: epoch 0, 1, ... -> rates[epoch]; the last rate stays."""

    def schedule(epoch: float) -> float:
        return rates[min(int(epoch), len(rates) - 1)]

    return schedule


def cubic_gradient(H: Any, A: Any) -> Gradient:
    """The gradient H w + 1/2 A^T (A w)^2 of a cost of third degree; H (n, n) symmetric, A (k, n),
    arrays or lists.

    Its Hessian is H + A^T diag(A w) A: a curvature that changes with w, and linearly so.
    """
    H, A = np.asarray(H, dtype=float), np.asarray(A, dtype=float)

    def gradient(w: Array) -> Array:
        return H @ w + 0.5 * A.T @ (A @ w) ** 2

    return gradient


# Lessons 00 and 01


def cost_of(model: str, X: Any, Y: Any) -> Callable[[Params], float]:
    """The cost of a "line" or a "network" on these examples, as a function of its params alone.

    X (n_x, m), Y (n_y, m), arrays or lists.
    """
    cost = {"line": least_squares, "network": cost_and_grads}[model]
    X, Y = np.asarray(X, dtype=float), np.asarray(Y, dtype=float)

    def of(params: Params) -> float:
        return cost(params, X, Y)[0]

    return of


def least_squares(params: Params, X: Array, Y: Array) -> tuple[float, Params]:
    """Half the mean squared error of W1 X + b1, and its gradients; all zero where X has no columns.

    params W1 (n_y, n_x), b1 (n_y, 1). X (n_x, m), Y (n_y, m). Returns (cost, grads).
    """
    m = max(X.shape[1], 1)
    error = params["W1"] @ X + params["b1"] - Y
    grads = {"W1": error @ X.T / m, "b1": error.sum(axis=1, keepdims=True) / m}
    return float(0.5 * np.sum(error**2) / m), grads


# Lesson 09, Adagrad and after


def coupled_bowl(curvatures: dict[str, Any], coupling: float = 0.0) -> Callable[[Params], Params]:
    """The gradient of a bowl in all parameters at once: a function of a dict that returns a dict.

    curvatures: dict of arrays or lists, the curvature of every parameter. `coupling` adds
    coupling/2 times the square of the sum of all parameters, so that each gradient depends on
    every key.
    """
    bent = {key: np.asarray(value, dtype=float) for key, value in curvatures.items()}

    def gradient(params: Params) -> Params:
        pull = coupling * sum(value.sum() for value in params.values())
        return {key: bent[key] * value + pull for key, value in params.items()}

    return gradient
