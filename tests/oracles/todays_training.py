"""Lesson 13 in scalar loops, to disagree with the references where those are wrong."""

import math


def _numbers(array):
    """A matrix as lists of floats."""
    rows = array.tolist() if hasattr(array, "tolist") else array
    return [[float(value) for value in row] for row in rows]


def _map(function, *arrays):
    """`function` on the numbers of matrices of one shape; a list of lists."""
    rows = zip(*map(_numbers, arrays), strict=True)
    return [[function(*numbers) for numbers in zip(*row, strict=True)] for row in rows]


def accumulate(grads, sizes):
    """Every example by itself: each part repeats its mean as often as it has examples."""
    whole = {}
    for key in grads[0]:
        examples = [part[key] for part, size in zip(grads, sizes, strict=True) for _ in range(size)]
        whole[key] = _map(lambda *values: math.fsum(values) / len(values), *examples)
    return whole


def clip_global_norm(grads, max_norm):
    """The nearest point of a ball."""
    flat = [value for g in grads.values() for row in _numbers(g) for value in row]
    radius = math.sqrt(math.fsum(value * value for value in flat))
    if not math.isfinite(radius):
        return {key: _map(lambda _: 0.0, g) for key, g in grads.items()}, radius
    if radius <= max_norm:
        return {key: _map(float, g) for key, g in grads.items()}, radius
    return {key: _map(lambda g: g / radius * max_norm, g) for key, g in grads.items()}, radius


def lion_update(params, grads, momentum, learning_rate, beta1=0.9, beta2=0.99, weight_decay=0.0):
    """The step by comparison: up, down or nowhere."""

    def moved(w, g, m):
        pull = m + (1 - beta1) * (g - m)
        way = -1.0 if pull > 0 else 1.0 if pull < 0 else 0.0
        return w + learning_rate * (way - weight_decay * w)

    def kept(g, m):
        return g + beta2 * (m - g)

    new = {k: _map(moved, params[k], grads[k], momentum[k]) for k in params}
    return new, {k: _map(kept, grads[k], momentum[k]) for k in params}


def orthogonalize(G, steps=5):
    """By the singular values: the polynomial in each of them, and U and V as they were."""
    import numpy as np

    U, sigmas, Vt = np.linalg.svd(G)
    norm = math.sqrt(sum(sigma**2 for sigma in sigmas)) + 1e-7
    result = np.zeros(G.shape)
    for k, sigma in enumerate(sigmas):
        s = sigma / norm
        for _ in range(steps):
            s = s * (3.4445 + s * s * (-4.775 + s * s * 2.0315))
        result += s * np.outer(U[:, k], Vt[k])
    return result


def wsd(step, steps, learning_rate, warmup, decay):
    """By counting: up by one part for every update, and down by one."""
    rate = 0.0 if warmup else learning_rate
    for update in range(step + 1):
        if update < warmup:
            rate += learning_rate / warmup
        if steps - decay < update <= steps:
            rate -= learning_rate / decay
    return rate if step < steps else 0.0


def ema_update(average, params, beta, t):
    """By weights: what the past has left of the start, and of each of its parts."""
    left = math.prod([beta] * (t + 1))
    new = {k: _map(lambda a, w: w + beta * (a - w), average[k], params[k]) for k in params}
    corrected = {
        k: [[value / (1 - left) for value in row] for row in rows] for k, rows in new.items()
    }
    return new, corrected


def scale_update(scale, good, finite, interval=2000):
    """In powers of two."""
    mantissa, exponent = math.frexp(scale)
    row = [True] * good + [finite]
    if not all(row):
        return math.ldexp(mantissa, exponent - 1), 0
    if len(row) < interval:
        return scale, len(row)
    return math.ldexp(mantissa, exponent + 1), 0
