"""Lessons 04 to 08 played from the text alone: what `check` says of first tries."""

import numpy as np
import pytest
from written import write

from optlab.checking import keys, trial
from optlab.checking.language import say

DESCEND = """
def descend(gradient, w0, update, steps):
    w, state = w0, 0
    path = [w]
    for _ in range(steps):
        w, state = update(w, gradient(w), state)
        path.append(w)
    return path
"""
ESCAPE = """
def steps_to_escape(gradient, update, w0, threshold, max_steps):
    w, state = w0, 0
    for step in range(1, max_steps + 1):
        w, state = update(w, gradient(w), state)
        if np.linalg.norm(w - w0) > threshold:
            return step
"""
KICKED = """
def perturbed_descent(gradient, w0, update, steps, noise, rng):
    path, state = [w0], 0
    for _ in range(steps):
        w = path[-1] + noise * rng.normal(size=w0.shape)
        w, state = update(w, gradient(w), state)
        path.append(w)
    return np.array(path)
"""
SHIFTED = KICKED.replace("noise * rng.normal(", "rng.normal(noise, ").replace(", 0\n", ", None\n")
LATE_INSIDE = """
def repair_late_rmsprop(w, g, s, learning_rate, beta2=0.9, epsilon=1e-8):
    w = w - learning_rate * g / np.sqrt(s + epsilon)
    return w, beta2 * s + (1 - beta2) * g**2
"""
ALONE = """
def repair_late_rmsprop(w, g, s, learning_rate, beta2=0.9, epsilon=1e-8):
    s = beta2 * s + (1 - beta2) * g**2
    return w - learning_rate * g / (np.sqrt(s) + epsilon)
"""
OLD_V = """
def adam_update(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new, v, s, t = {}, {}, {}, state["t"] + 1
    for k, g in grads.items():
        v[k] = beta1 * state["v"][k] + (1 - beta1) * g
        s[k] = beta2 * state["s"][k] + (1 - beta2) * g * g
        root = np.sqrt(s[k] / (1 - beta2**t))
        new[k] = params[k] - learning_rate * state["v"][k] / (1 - beta1**t) / (root + epsilon)
    return new, {"v": v, "s": s, "t": t}
"""
NO_EPOCH = """
def repair_compounding(learning_rate0, decay_rate, epochs):
    rate, rates = learning_rate0, []
    for epoch in range(epochs):
        rate = rate / (1 + decay_rate)
        rates.append(rate)
    return rates
"""
NOTED_FIRST = """
def repair_compounding(learning_rate0, decay_rate, epochs):
    rate, rates = learning_rate0, []
    for epoch in range(epochs):
        rates.append(rate)
        rate = rate / (1 + decay_rate * epoch)
    return rates
"""
FULL = """
def log10_all_positive(n):
    return -np.log10(2 ** n)
"""
FULL_BY_MATH = """
def log10_all_positive(n):
    import math
    return -math.log10(2 ** n)
"""
TWO_VARIABLES = """
def repair_by_the_diagonal(hessian):
    if np.linalg.det(hessian) < 0:
        return "saddle"
    return "minimum" if hessian[0][0] > 0 else "maximum"
"""


def judged(source):
    name = source.partition("(")[0].removeprefix("\ndef ")
    with np.errstate(all="ignore"):
        return trial.judge(keys.load(name), write(source, name))


@pytest.mark.parametrize(
    ("source", "mistake"),
    [
        (DESCEND, "state_begins_at_zero"),
        (ESCAPE, "state_begins_at_zero"),
        (KICKED, "state_begins_at_zero"),
        (SHIFTED, "noise_is_the_mean"),
        (LATE_INSIDE, "late_with_epsilon_inside"),
        (ALONE, "only_the_weights"),
        (OLD_V, "steps_with_the_old_v"),
        (NO_EPOCH, "same_factor_from_the_start"),
        (NOTED_FIRST, "still_compounds_one_epoch_late"),
        (FULL, "power_in_full"),
        (FULL_BY_MATH, "power_in_full_by_math"),
        (TWO_VARIABLES, "determinant_and_first_entry"),
    ],
)
def test_a_first_try_is_named(source, mistake):
    assert judged(source).mistake == mistake


RESET = """
def repair_forgetful(gradient, w0, learning_rate, beta, steps):
    w = w0
    path = [w]
    for _ in range(steps):
        velocity = np.zeros(w0.shape)
        velocity = beta * velocity + (1 - beta) * gradient(w)
        w = w - learning_rate * velocity / (1 - beta)
        path.append(w)
    return np.array(path)
"""


def test_a_velocity_that_is_reset_is_not_called_kept():
    assert "is kept" not in say(judged(RESET).message)


HESSIAN = """
def numerical_hessian(gradient, w, step):
    H = np.zeros((w.size, w.size))
    for j in range(w.size):
        e = np.zeros(w.size)
        e[j] = step
        H[:, j] = (gradient(w + e) - gradient(w - e)) / (2 * step)
    return (H + H.T) / 2
"""
SWAPPED = """
def repair_by_the_diagonal(hessian):
    curvatures = np.linalg.eigvalsh(hessian)
    if (curvatures > 0).all():
        return "maximum"
    if (curvatures < 0).all():
        return "minimum"
    return "saddle"
"""
NO_MEAN = """
def adam_update(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new, v, s = {}, {}, {}
    t = state["t"] + 1
    for k in params:
        g = grads[k]
        v[k] = beta1 * state["v"][k] + (1 - beta1) * g
        s[k] = beta2 * state["s"][k] + (1 - beta2) * g ** 2
        vc = v[k] / (1 - beta1 ** t)
        sc = s[k] / (1 - beta2 ** t)
        new[k] = params[k] - learning_rate * g / (np.sqrt(sc) + epsilon)
    return new, {"v": v, "s": s, "t": t}
"""


@pytest.mark.parametrize(
    ("source", "slip"),
    [
        (HESSIAN.replace("(2 * step)", "step"), 6),
        (HESSIAN.replace(") / 2\n", ")\n"), 7),
        (SWAPPED, 4),
        (NO_MEAN, 10),
    ],
)
def test_a_named_slip_is_not_placed_in_a_line_that_is_right(source, slip):
    verdict = judged(source)
    assert verdict.mistake
    assert verdict.place is None or verdict.place["line"] == slip


def test_a_named_slip_keeps_its_place_where_it_has_only_one():
    verdict = judged(HESSIAN.replace("/ (2 * step)", "/ 2 * step"))
    assert verdict.mistake and verdict.place["line"] == 6
