"""Lesson 09 in scalar loops, to disagree with the references where those are wrong."""

from math import sqrt


def _map(function, *arrays):
    """`function` on the numbers of arrays of one shape: tuples of numbers come back as lists."""
    if hasattr(arrays[0], "tolist"):
        arrays = [array.tolist() for array in arrays]
    if not isinstance(arrays[0], list):
        return function(*map(float, arrays))
    parts = [_map(function, *row) for row in zip(*arrays, strict=True)]
    return tuple(list(part) for part in zip(*parts, strict=True))


def adagrad_update(params, grads, squared_sum, learning_rate, epsilon=1e-8):
    def one(w, g, total):
        total = g * g + total
        return w - learning_rate * (g / (sqrt(total) + epsilon)), total

    pairs = {k: _map(one, params[k], grads[k], squared_sum[k]) for k in params}
    return {k: pair[0] for k, pair in pairs.items()}, {k: pair[1] for k, pair in pairs.items()}


def adadelta_update(params, grads, state, rho=0.9, epsilon=1e-6):
    """In the notation of the paper: E[g^2], RMS[g], RMS[dx], dx."""

    def one(x, g, mean_g2, mean_dx2):
        mean_g2 = mean_g2 + (1 - rho) * (g * g - mean_g2)
        dx = -sqrt(mean_dx2 + epsilon) / sqrt(mean_g2 + epsilon) * g
        return x + dx, mean_g2, mean_dx2 + (1 - rho) * (dx * dx - mean_dx2)

    new = {k: _map(one, params[k], grads[k], state["s"][k], state["d"][k]) for k in params}
    moved = {k: parts[0] for k, parts in new.items()}
    return moved, {"s": {k: new[k][1] for k in new}, "d": {k: new[k][2] for k in new}}


def nesterov_update(params, gradient, velocity, learning_rate, beta=0.9):
    """The friction moves the ball first, then the slope over there does."""

    def slide(w, v):
        return w - learning_rate * (beta * v), beta * v

    def push(w, v, g):
        return w - learning_rate * (1 - beta) * g, v + (1 - beta) * g

    import numpy as np  # the gradient takes arrays

    slid = {k: _map(slide, params[k], velocity[k]) for k in params}
    slopes = gradient({k: np.array(pair[0]) for k, pair in slid.items()})
    new = {k: _map(push, *slid[k], slopes[k].tolist()) for k in params}
    return {k: pair[0] for k, pair in new.items()}, {k: pair[1] for k, pair in new.items()}
