"""Lesson 06 in scalar loops, to disagree with the references where those are wrong."""

from math import sqrt

import numpy as np


def init_adam(params):
    state = {"v": {}, "s": {}, "t": 0}
    for key in params:
        rows, columns = params[key].shape
        for average in "vs":
            state[average][key] = np.array([[0.0] * columns for _ in range(rows)])
    return state


def adam_update(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    # The weights that the averages have handed out so far, (1 - beta) (1 + beta + beta^2 + ...).
    filled1 = sum((1.0 - beta1) * beta1**k for k in range(t))
    filled2 = sum((1.0 - beta2) * beta2**k for k in range(t))
    moved, v, s = {}, {}, {}
    for key in grads:
        moved[key], v[key], s[key] = (np.empty(grads[key].shape) for _ in range(3))
        for index in np.ndindex(grads[key].shape):
            slope = float(grads[key][index])
            mean, square = float(state["v"][key][index]), float(state["s"][key][index])
            mean = mean + (1.0 - beta1) * (slope - mean)
            square = square + (1.0 - beta2) * (slope * slope - square)
            step = mean / filled1 / (sqrt(square / filled2) + epsilon)
            v[key][index], s[key][index] = mean, square
            moved[key][index] = float(params[key][index]) - learning_rate * step
    return moved, {"v": v, "s": s, "t": t}


repair_leaping_adam = repair_uneven_adam = repair_freezing_adam = adam_update
