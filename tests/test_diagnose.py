"""The diagnosis, on a small exercise made for it."""

import numpy as np
import pytest

from autograder.exercise import Lesson, judge_here
from optlab.checking.diagnose import diagnose
from optlab.checking.probe import Case, observe

lesson = Lesson("99_test", title="A test", minutes=1)


@lesson.exercise(points=4, returns=("params", "state"))
def update(params, grads, state, rate=0.1):
    new_state = {key: 0.5 * state[key] + grads[key] for key in params}
    new_params = {key: params[key] - rate * new_state[key] for key in params}
    return new_params, new_state


@update.cases
def _(rng):
    params, grads, state = ({k: rng.normal(size=(2, 2)) for k in "Wb"} for _ in range(3))
    args = {"params": params, "grads": grads, "state": state}
    then = ({"grads": grads, "rate": 0.3},)
    yield Case(args, then, {"params": 0, "state": 1}, note="two steps")


update.mistake("uphill", "You climb. Which sign?", ("- rate *", "+ rate *"))
update.mistake("forgets", "It forgets. What of the old state?", ("0.5 * state[key] + ", ""))
update.mistake("half", "Half a step. Why?", ("0.5 * state[key]", "0.25 * state[key]"), share=0.5)
update.variant("same_rate", "Another convention.", ("- rate *", "- 1.5 * rate *"))


def good(params, grads, state, rate=0.1):
    state = {k: 0.5 * state[k] + grads[k] for k in params}
    return {k: params[k] - rate * state[k] for k in params}, state


def _judge(function):
    return judge_here(update, function)


def test_right_is_right():
    verdict = _judge(good)
    assert (verdict.status, verdict.score, verdict.mistake) == ("correct", 4, None)


def test_a_known_mistake_is_named_with_numbers_of_the_public_case():
    def uphill(params, grads, state, rate=0.1):
        new, state = good(params, grads, state, rate)
        return {k: 2 * params[k] - new[k] for k in params}, state

    verdict = _judge(uphill)
    assert (verdict.status, verdict.mistake, verdict.score) == ("known_mistake", "uphill", 0)
    assert verdict.message.startswith(
        "You climb. Which sign? Seen with two steps: params['W'][0, 0]"
    )


def test_a_share_of_the_points():
    def half(params, grads, state, rate=0.1):
        state = {k: 0.25 * state[k] + grads[k] for k in params}
        return {k: params[k] - rate * state[k] for k in params}, state

    assert _judge(half).score == 2


def test_a_variant_is_correct_and_said():
    def other(params, grads, state, rate=0.1):
        return good(params, grads, state, 1.5 * rate)

    verdict = _judge(other)
    assert (verdict.status, verdict.score, verdict.variant) == ("correct", 4, "same_rate")
    assert verdict.message == "Another convention."


def test_two_mistakes_at_once_are_both_named():
    def both(params, grads, state, rate=0.1):
        state = {k: grads[k].copy() for k in params}
        return {k: params[k] + rate * state[k] for k in params}, state

    verdict = _judge(both)
    assert verdict.mistake == "uphill+forgets"
    assert "You climb" in verdict.message
    assert "It forgets" in verdict.message


def test_a_mistake_in_one_key_is_named_with_the_key():
    def only_b(params, grads, state, rate=0.1):
        new_params, new_state = good(params, grads, state, rate)
        new_params["b"] = 2 * params["b"] - new_params["b"]
        return new_params, new_state

    verdict = _judge(only_b)
    assert verdict.mistake == "uphill"
    assert verdict.message.startswith("For 'b' only: You climb.")


def test_a_wrong_formula_in_place_is_still_that_wrong_formula():
    def uphill_in_place(params, grads, state, rate=0.1):
        for k in params:
            state[k] = 0.5 * state[k] + grads[k]
            params[k] = params[k] + rate * state[k]
        return params, state

    assert _judge(uphill_in_place).mistake == "uphill"


def _raises(params, grads, state, rate=0.1):
    return params["nothing"]


def _in_place(params, grads, state, rate=0.1):
    for k in params:
        state[k] = 0.5 * state[k] + grads[k]
        params[k] = params[k] - rate * state[k]
    return params, state


def _random(params, grads, state, rate=0.1):
    np.random.rand()
    return good(params, grads, state, rate)


@pytest.mark.parametrize(
    ("answer", "status", "text"),
    [
        (lambda params: params, "incorrect", "it takes (params), and the call does not fit"),
        (7, "incorrect", "update should be a function; it is of type int."),
        (_raises, "raised", "With two steps, update(params={'W': array(2, 2)"),
        (_raises, "raised", "raised KeyError: 'nothing'."),
        (lambda *a: None, "incorrect", "With two steps, the result (params, state) is None"),
        (lambda *a: (a[0], {}), "incorrect", "params['W'][0, 0] should be"),
        (lambda *a: good(*a)[::-1], "incorrect", "With two steps, params['W'][0, 0] should be"),
        (lambda p, *a: (dict.fromkeys(p, np.nan), {}), "incorrect", "array of shape (2, 2)"),
        (_in_place, "incorrect", "params, which you were given, was changed."),
        (_random, "incorrect", "the global random state was used or reset."),
    ],
)
def test_the_first_finding_is_told(answer, status, text):
    verdict = _judge(answer)
    assert (verdict.status, verdict.score, verdict.mistake) == (status, 0, None)
    assert text in verdict.message


def test_seeding_is_seen_even_from_the_seeded_state():
    def seeds(params, grads, state, rate=0.1):
        np.random.seed(1)
        return good(params, grads, state, rate)

    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    assert "the global random state" in _judge(seeds).message
    assert np.array_equal(np.random.get_state()[1], before)


def test_a_stub_is_not_attempted():
    def stub(*args, **kwargs):
        raise NotImplementedError

    assert _judge(stub).status == "not_attempted"


def _right_in_public(wrong):
    """An answer that recognises the public case by its first state, and then behaves."""
    public = update.make_cases(0)[0].args["grads"]["W"]

    def answer(params, grads, state, rate=0.1):
        if np.array_equal(grads["W"], public):
            return good(params, grads, state, rate)
        return wrong(params)

    return answer


def test_hidden_cases_are_never_quoted():
    def leak(params):
        raise KeyError(str(params["W"]))

    for wrong in (leak, lambda params: ({k: params[k] + 123.456 for k in params}, params)):
        verdict = _judge(_right_in_public(wrong))
        assert verdict.score == 0
        assert verdict.message.startswith("The public cases pass; ")
        assert "a hidden case (two steps)" in verdict.message
        hidden = update.make_cases(0)[1].args["params"]["W"]
        assert not any(f"{number:.4g}"[:5] in verdict.message for number in hidden.ravel())
        assert "123" not in verdict.message


def test_the_public_key_judges_without_the_reference():
    key = update.public_key()
    assert len(key.cases) == 1
    assert key.hidden == 1
    verdict = diagnose(key, [observe(good, key.parameters, case) for case in key.cases])
    assert verdict.status == "correct"
