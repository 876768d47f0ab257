"""Facts: what is right, how the wrong relates to the right, and what the source alone proves."""

import ast
from dataclasses import replace

import numpy as np
import pytest

from optlab.checking import facts, keys, probe
from optlab.checking.answerkey import AnswerKey
from optlab.checking.probe import Case, Observation


def _toy(right, *cases: Case, returns=("y",)) -> AnswerKey:
    return AnswerKey(
        exercise="answer",
        kind="function",
        points=1,
        parameters=["x", "rate"],
        returns=returns,
        cases=cases,
        expected=tuple(probe.observe(right, ["x", "rate"], case) for case in cases),
        known=(),
    )


CASES = (
    Case({"x": np.array([1.0, 2.0, 4.0]), "rate": 0.5}, note="three numbers"),
    Case({"x": np.array([-3.0, 2.5]), "rate": 0.25}, note="two numbers"),
)


def _right(x, rate):
    return 2 * x + 1


STEP = _toy(lambda x, rate: x - rate * np.array([1.0, 3.0, 4.0])[: len(x)], *CASES, returns=("x",))
VALUE = _toy(_right, *CASES)


def _texts(key: AnswerKey, function) -> list[str]:
    seen = tuple(probe.observe(function, key.parameters, case) for case in key.cases)
    return [fact.text for fact in facts.from_values(key, seen)]


@pytest.mark.parametrize(
    ("key", "function", "text"),
    [
        (VALUE, lambda x, rate: -_right(x, rate), "Yours is right but for the sign."),
        (
            VALUE,
            lambda x, rate: 3 * _right(x, rate),
            "Yours is 3 times the right one, wherever it is wrong.",
        ),
        (
            VALUE,
            lambda x, rate: _right(x, rate) * rate,
            "the right one times `rate`, in every case",
        ),
        (VALUE, lambda x, rate: _right(x, rate) / (1 - rate), "times `1 / (1 - rate)`, in every"),
        (VALUE, lambda x, rate: _right(x, rate) * rate**2, "times `rate**2`, in every case"),
        (
            VALUE,
            lambda x, rate: _right(x, rate) * len(x),
            "another multiple in another case. Is a factor",
        ),
        (
            VALUE,
            lambda x, rate: _right(x, rate) - 2,
            "Yours is smaller than the right one by 2, wherever it is wrong.",
        ),
        (VALUE, lambda x, rate: _right(x, rate)[::-1], "right values in the opposite order"),
        (VALUE, lambda x, rate: _right(x, rate)[1:], "You have 1 too few at the start; the rest"),
        (VALUE, lambda x, rate: np.append(_right(x, rate), 7), "You have 1 too many at the end"),
        (VALUE, lambda x, rate: _right(x, rate) * 1.0002, "right to three digits"),
        (VALUE, lambda x, rate: _right(x, rate) * np.nan, "nan or inf throughout"),
        (
            VALUE,
            lambda x, rate: _right(x, rate) * (2 if len(x) == 3 else np.nan),
            "Leave out what is nan or inf: yours is 2 times the right one, wherever it is wrong.",
        ),
        (VALUE, lambda x, rate: np.full(len(x), 7.0), "hold one and the same number in yours"),
        (STEP, lambda x, rate: x + rate, "What you add to `x` is one number for all places"),
        (STEP, lambda x, rate: x, "Yours is `x` as you were given it"),
        (
            STEP,
            lambda x, rate: x + rate * np.array([1.0, 3, 4])[: len(x)],
            "change of `x` has the right size",
        ),
        (STEP, lambda x, rate: x - 2 * rate * np.array([1.0, 3, 4])[: len(x)], "of `x` is 2 times"),
        (STEP, lambda x, rate: x - np.array([1.0, 3, 4])[: len(x)], "right one times `1 / rate`"),
    ],
)
def test_a_relation_that_holds_everywhere_is_said(key, function, text):
    found = _texts(key, function)
    assert any(text in fact for fact in found), found


def test_a_series_is_no_step():
    """Of averages, what they are more than the temperatures may well be in a relation."""

    def wrong(theta, beta):
        return theta - 2 * (_averages(theta, beta) - theta)

    def _averages(theta, beta):
        averages, v = [], 0.0
        for value in theta:
            v = beta * v + (1 - beta) * value
            averages.append(v)
        return np.array(averages)

    key = keys.load("ewa")
    assert not [text for text in _texts(key, wrong) if "change" in text]
    key = replace(key, returns=("theta",))  # what would be said if they were
    assert "Your change of `theta` is -2 times the right one" in "".join(_texts(key, wrong))


def test_a_result_is_held_against_the_argument_that_it_renews():
    key = keys.load("momentum_update")

    def wrong(params, grads, velocity, learning_rate, beta=0.9):
        v = {k: beta * velocity[k] + (1 - beta) * grads[k] for k in params}
        return {k: params[k] - learning_rate * v[k] for k in params}, velocity

    found = _texts(key, wrong)
    assert "Yours is `velocity` as you were given it: nothing was done to it." in found


def test_a_relation_that_holds_in_some_cases_only_is_not_said():
    found = _texts(VALUE, lambda x, rate: _right(x, rate) * (-1 if len(x) == 3 else 5 + x))
    assert found == []


def test_one_number_is_no_relation():
    key = _toy(lambda x, rate: float(x[0]), CASES[0])
    assert _texts(key, lambda x, rate: 3.0 * float(x[0])) == []


def test_a_right_answer_has_no_facts():
    assert _texts(VALUE, _right) == []


def test_it_is_said_in_which_cases_an_answer_is_right():
    found = _texts(VALUE, lambda x, rate: _right(x, rate) * 0 if len(x) == 2 else _right(x, rate))
    assert found[-1] == "It is right in all cases but with two numbers."


def test_words_that_never_come_are_said():
    key = _toy(lambda x, rate: "up" if x[0] > 0 else "down", *CASES)
    assert "Your answer is never 'down'. When should it be?" in _texts(key, lambda x, rate: "up")
    assert not [
        t for t in _texts(key, lambda x, rate: "down" if x[0] > 0 else "up") if "never" in t
    ]
    returns = ("y", "large")
    several = _toy(lambda x, rate: (x, bool(x[0] > 0)), *CASES, returns=returns)
    assert "large is never True. When should it be?" in _texts(several, lambda x, rate: (x, False))


def test_one_word_in_the_place_of_another_is_said():
    key = _toy(lambda x, rate: "up" if x[0] > 0 else "down" if rate else "flat", *CASES)
    text = "Wherever it should be 'down', yours is 'level'; everything else is right."
    assert text in _texts(key, lambda x, rate: "up" if x[0] > 0 else "level")
    assert not [t for t in _texts(key, lambda x, rate: "level") if "Wherever" in t]


def test_it_is_said_for_which_value_of_an_argument_an_answer_is_right():
    cases = [
        Case({"x": np.array([1.0, float(n)]), "rate": r}) for n, r in ((2, 0), (3, 0.0), (4, 2))
    ]
    key = _toy(lambda x, rate: x + rate, *cases)
    assert _texts(key, lambda x, rate: x - rate)[-1] == (
        "Of all cases it is right only where `rate` is 0."
    )
    assert not [t for t in _texts(key, lambda x, rate: x + rate * (x[1] > 2)) if "only where" in t]
    assert not [t for t in _texts(key, lambda x, rate: x - rate * (x[1] > 2) - 1) if "where" in t]


def test_an_argument_that_is_handed_on_is_not_spoken_of_by_its_first_value():
    then = ({"rate": 0.5},)
    cases = [
        Case({"x": x, "rate": r}, then, {"x": None}, note=f"x = {x}")
        for x, r in ((0.0, 0.5), (3.0, 0.25))
    ]
    key = _toy(lambda x, rate: (1 - rate) * x + rate, *cases)
    found = _texts(key, lambda x, rate: (1 - rate) * x + 0.5)
    assert found[-1] == "It is right in all cases but with x = 3.0."


def test_steps_are_spoken_of_only_where_one_is_handed_on():
    def wrong(x, rate):
        return x + 1 if x[0] > 5 else _right(x, rate)

    changes = ({"x": np.array([6.0, 2.0, 3.0])},)
    alone = replace(CASES[0], then=changes)
    assert not [t for t in _texts(_toy(_right, alone), wrong) if "first step" in t]
    handed_on = replace(CASES[0], then=({}, {}), carry={"x": None})
    found = _texts(_toy(_right, handed_on), wrong)
    assert "The first 2 steps are right, the next is not." in "".join(found)


def test_it_is_said_which_results_and_which_steps_are_right():
    key = keys.load("momentum_update")

    def wrong(params, grads, velocity, learning_rate, beta=0.9):
        v = {k: beta * velocity[k] + (1 - beta) * grads[k] for k in params}
        return {k: params[k] + learning_rate * v[k] for k in params}, v

    found = _texts(key, wrong)
    assert found[0] == "velocity is right, params is not."
    assert "Your change of `params` has the right size and the opposite direction." in found


def test_it_is_said_which_part_of_a_state_is_right():
    key = keys.load("adam_update")

    def wrong(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
        t = state["t"] + 1
        v = {k: beta1 * state["v"][k] + (1 - beta1) * grads[k] for k in params}
        s = {k: beta2 * state["s"][k] + grads[k] ** 2 for k in params}
        new = {
            k: params[k]
            - learning_rate * (v[k] / (1 - beta1**t)) / (np.sqrt(s[k] / (1 - beta2**t)) + epsilon)
            for k in params
        }
        return new, {"v": v, "s": s, "t": t}

    assert "'v' and 't' are right, 's' is not." in _texts(key, wrong)


def test_a_key_of_the_state_says_nothing_about_the_same_key_of_the_params():
    key = keys.load("adamw_update")
    zeros = {"v": {"W1": 0.0}, "s": {"W1": 0.0}, "t": 1}
    right, wrong = ({"W1": 1.0}, zeros), ({"W1": 2.0}, zeros)
    both = replace(key, cases=key.cases[:1], expected=(Observation((right,)),))
    found = [fact.text for fact in facts.from_values(both, (Observation((wrong,)),))]
    assert "state is right, params is not." in found
    assert not [text for text in found if "'t'" in text]


def _source(body: str) -> ast.FunctionDef:
    return ast.parse(f"def f(a, b=0.9):\n    {body}\n").body[0]


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("print(a, b)", "no return", "Nothing is returned"),
        ("for i in a:\n        b = i\n        return b", "return in the loop", "line 4"),
        (
            "c = a * b\n    return a - b",
            "value unused",
            "`c` is computed in line 2 and never used.",
        ),
        ("return a", "parameter unused", "`b` is never used. What is it there for?"),
        (
            "return 1",
            "parameter unused",
            "`a` and `b` are never used. What are they t",
        ),
        (
            "for c, d in zip(a, b):\n        a = c\n    return a",
            "value unused",
            "`d` is taken from `zip(a, b)` in line 2 and never used.",
        ),
        ("return len(a) * b / a.size", "values unused", "Of `a` only the size is used."),
    ],
)
def test_the_source_alone_proves_it(body, kind, text):
    found = facts.from_source(_source(body))
    assert [fact.kind for fact in found] == [kind]
    assert text in found[0].text


def test_ordinary_source_proves_nothing():
    for body in (
        "c, _ = a\n    for i in c:\n        if i > b:\n            return i\n    return b",
        "for i in a:\n        if i < b:\n            continue\n        return i",
        "v = a[0]\n    v += b\n    return a",
        "for key, v in a.items():\n        a[key] = b\n    return a",
    ):
        assert facts.from_source(_source(body)) == ()


def test_another_default_than_in_the_cell_is_said():
    (fact,) = facts.changed_defaults(_source("return a * b"), {"b": 0.99, "c": 1})
    assert fact.kind == "default changed"
    assert fact.text == (
        "`b` was 0.99 when you got the cell; yours is 0.9. Did you mean to change it?"
    )
    assert facts.changed_defaults(_source("return a * b"), {"b": 0.9}) == ()


def test_forged_outputs_give_facts_and_no_error():
    seen = tuple(
        Observation(outputs=forged)
        for forged in (({"x": [1, (2, "a")]},), (None, "a", 3, np.array(["a"], dtype="O")))
    )
    assert all(isinstance(fact.text, str) for fact in facts.from_values(VALUE, seen))
