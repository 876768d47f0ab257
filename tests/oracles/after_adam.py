"""Lesson 10 in scalar loops, to disagree with the references where those are wrong."""

from math import cos, pi, sqrt


def _map(function, *arrays):
    """`function` on the numbers of arrays of one shape: tuples of numbers come back as lists."""
    if hasattr(arrays[0], "tolist"):
        arrays = [array.tolist() for array in arrays]
    if not isinstance(arrays[0], list):
        return function(*map(float, arrays))
    parts = [_map(function, *row) for row in zip(*arrays, strict=True)]
    return tuple(list(part) for part in zip(*parts, strict=True))


def _missing(beta, t):
    """1 - beta^t by adding the weights up."""
    return sum((1 - beta) * beta**k for k in range(t))


def amsgrad_update(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    t = state["t"] + 1

    def one(w, g, v, s, top):
        v += (1 - beta1) * (g - v)
        s += (1 - beta2) * (g * g - s)
        top = top if top > s else s
        root = sqrt(top) / sqrt(_missing(beta2, t))
        return w - learning_rate / _missing(beta1, t) * v / (root + epsilon), v, s, top

    names = ("v", "s", "s_max")
    new = {k: _map(one, params[k], grads[k], *(state[n][k] for n in names)) for k in params}
    after = {name: {k: new[k][i] for k in new} for i, name in enumerate(names, start=1)}
    return {k: parts[0] for k, parts in new.items()}, {**after, "t": t}


def adamw_update(
    params, grads, state, learning_rate, weight_decay=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    """Written as one step that is subtracted: learning_rate * (Adam's step + decay * w)."""
    t = state["t"] + 1

    def one(w, g, v, s):
        v += (1 - beta1) * (g - v)
        s += (1 - beta2) * (g * g - s)
        root = sqrt(s / _missing(beta2, t))
        return (
            w - learning_rate * (v / _missing(beta1, t) / (root + epsilon) + weight_decay * w),
            v,
            s,
        )

    new = {k: _map(one, params[k], grads[k], state["v"][k], state["s"][k]) for k in params}
    after = {name: {k: new[k][i] for k in new} for i, name in enumerate(("v", "s"), start=1)}
    return {k: parts[0] for k, parts in new.items()}, {**after, "t": t}


def warmup_cosine(step, warmup_steps, total_steps, learning_rate):
    rate = 0.0
    for _ in range(min(step + 1, warmup_steps)):
        rate += learning_rate / warmup_steps
    if step < warmup_steps:
        return rate
    left = max(total_steps - step, 0) / (total_steps - warmup_steps)
    return learning_rate * (1 - cos(pi * left)) / 2


def sgdr(step, cycle, learning_rate, factor=2, minimum=0.0):
    """Walks to the step one by one, restarting where a cycle ends."""
    length, since = cycle, 0
    for _ in range(step):
        since += 1
        if since == length:
            length, since = length * factor, 0
    return minimum + (learning_rate - minimum) * cos(pi * since / length / 2) ** 2
