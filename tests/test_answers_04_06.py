"""Lessons 04 to 06: answers as people write them pass, or are named as what they are."""

import numpy as np
import pytest

from autograder.exercise import judge_here
from autograder.exercises import find_exercise

HEADS = {
    "init_velocity": "params",
    "init_adam": "params",
    "momentum_update": "params, grads, velocity, learning_rate, beta=0.9",
    "descend": "gradient, w0, update, steps",
    "rmsprop_update": "params, grads, squared, learning_rate, beta2=0.9, epsilon=1e-8",
    "adam_update": "params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8",
}


def judged(exercise, body):
    """The verdict on a function of that name with this body."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    scope = {"np": np}
    exec(f"def {exercise}({HEADS[exercise]}):\n{lines}", scope)
    return judge_here(find_exercise(exercise), scope[exercise], seed=11)


ROWS_AND_COLUMNS = """
v = {}
for l in range(1, len(params) // 2 + 1):
    W, b = params["W" + str(l)], params["b" + str(l)]
    v["W" + str(l)] = np.zeros((W.shape[0], W.shape[1]))
    v["b" + str(l)] = np.zeros((b.shape[0], b.shape[1]))
return v
"""
STACKED = """
path = w0.reshape(1, -1)
w, state = w0, None
for step in range(steps):
    w, state = update(w, gradient(w), state)
    path = STACK
return path
"""


@pytest.mark.parametrize(
    ("exercise", "body"),
    [
        ("init_velocity", ROWS_AND_COLUMNS),
        ("descend", STACKED.replace("STACK", "np.vstack((path, w))")),
        ("descend", STACKED.replace("STACK", "np.append(path, w.reshape(1, -1), axis=0)")),
    ],
)
def test_right_answers_in_many_styles_pass(exercise, body):
    verdict = judged(exercise, body)
    assert verdict.status == "correct", verdict
    assert verdict.score == verdict.max_score


MOMENTUM = """
new, v = {}, {}
for key in params:
    v[key] = beta * velocity[key] V
    new[key] = params[key] P
return new, v
"""


def momentum(velocity, step):
    return MOMENTUM.replace("V", velocity).replace("P", step)


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        (momentum("+ grads[key]", "- learning_rate * v[key]"), "classical_form"),
        (momentum("- grads[key]", "+ learning_rate * v[key]"), "classical_form"),
        (momentum("+ learning_rate * grads[key]", "- v[key]"), "classical_rate_inside"),
        (momentum("- learning_rate * grads[key]", "+ v[key]"), "classical_rate_inside"),
        (
            momentum("- (1 - beta) * learning_rate * grads[key]", "+ v[key]"),
            "rate_inside_the_velocity",
        ),
    ],
)
def test_momentum_is_named_in_each_published_form_and_earns_its_share(body, mistake):
    verdict = judged("momentum_update", body)
    assert (verdict.mistake, verdict.score) == (mistake, 2.0)


RMSPROP = """
new, s = {}, {}
for key in params:
    s[key] = beta2 * squared[key] + (1 - beta2) * grads[key] ** 2
    new[key] = params[key] - learning_rate * grads[key] / (np.sqrt(s[key]) + EPSILON)
return new, s
"""


@pytest.mark.parametrize("epsilon", ["1e-8", "1e-7", "1e-6", "1e-10"])
def test_a_fixed_epsilon_is_told_with_its_number(epsilon):
    verdict = judged("rmsprop_update", RMSPROP.replace("EPSILON", epsilon))
    assert verdict.mistake == "epsilon_fixed"
    assert f"epsilon = {float(epsilon):g} whatever is asked" in verdict.message


ADAM = """
new, v, s = {}, {}, {}
t = state["t"]COUNT
for key in params:INSIDE
    v[key] = beta1 * state["v"][key] + (1 - beta1) * grads[key]
    s[key] = beta2 * state["s"][key] + (1 - beta2) * grads[key] ** 2
    first, second = FIRST, SECOND
    new[key] = params[key] - learning_rate * first / (np.sqrt(second) + epsilon)
return new, {"v": v, "s": s, "t": t}
"""


def adam(
    count=" + 1", inside="", first="v[key] / (1 - beta1**t)", second="s[key] / (1 - beta2**t)"
):
    body = ADAM.replace("COUNT", count).replace("INSIDE", inside)
    return body.replace("FIRST", first).replace("SECOND", second)


EACH = "\n    t += 1"


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        (adam(first="v[key]", second="s[key]"), "no_correction"),
        (adam("", first="v[key]", second="s[key]"), "no_correction_and_no_count"),
        (adam("", EACH), "t_per_parameter"),
        (adam("", EACH, second="s[key]"), "t_per_parameter_and_s_not_corrected"),
        (
            adam(first="v[key] / (1 + beta1**t)", second="s[key] / (1 + beta2**t)"),
            "plus_in_the_correction",
        ),
    ],
)
def test_adam_is_named_by_what_it_does_and_only_by_that(body, mistake):
    verdict = judged("adam_update", body)
    assert verdict.mistake == mistake
    assert "nan" not in verdict.message


@pytest.mark.parametrize("dtype", ["int", "bool", "np.float32"])
def test_zeros_of_another_type_are_told_and_cost_a_share(dtype):
    body = f"return {{key: np.zeros(p.shape, dtype={dtype}) for key, p in params.items()}}"
    verdict = judged("init_velocity", body)
    assert (verdict.mistake, verdict.score) == ("zeros_of_another_type", 1.6)


def test_two_names_for_one_dict_of_zeros_are_told_and_cost_a_share():
    body = "v = {k: np.zeros(p.shape) for k, p in params.items()}\n"
    verdict = judged("init_adam", body + 'return {"v": v, "s": v.copy(), "t": 0}')
    assert (verdict.mistake, verdict.score) == ("v_and_s_are_one", 1.6)
