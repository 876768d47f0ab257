"""The diagnosis, on a small exercise made for it."""

import numpy as np
import pytest

from autograder.exercise import judge_here
from autograder.lesson import Lesson
from optlab.checking.diagnose import (
    LOOKED_AT,
    Explanation,
    Status,
    contradicts,
    degenerate,
    diagnose,
)
from optlab.checking.probe import Case, Observation, observe

lesson = Lesson("99_test", title="A test")


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


def half_right(params, grads, state, rate=0.1):
    state = {k: 0.25 * state[k] + grads[k] for k in params}
    return {k: params[k] - rate * state[k] for k in params}, state


def test_a_share_of_the_points():
    assert _judge(half_right).score == 2


def test_a_variant_is_correct_and_said():
    def other(params, grads, state, rate=0.1):
        return good(params, grads, state, 1.5 * rate)

    verdict = _judge(other)
    assert (verdict.status, verdict.score, verdict.variant) == ("correct", 4, "same_rate")
    assert verdict.message == "Another convention."


def both_mistakes(params, grads, state, rate=0.1):
    state = {k: grads[k].copy() for k in params}
    return {k: params[k] + rate * state[k] for k in params}, state


def test_two_mistakes_at_once_are_both_named_where_no_single_change_explains_them():
    verdict = judge_here(update, both_mistakes, explain=lambda seen: Explanation())
    assert (verdict.mistake, verdict.score) == ("uphill+forgets", 0)
    assert "You climb" in verdict.message
    assert "It forgets" in verdict.message


def test_two_mistakes_are_not_named_where_one_change_explains_all_or_was_not_looked_for():
    place = {"function": "update", "line": 2}
    one = Explanation("Look again at line 2.", complete=True, place=place)
    verdict = judge_here(update, both_mistakes, explain=lambda seen: one)
    assert (verdict.status, verdict.mistake, verdict.place) == ("incorrect", None, place)
    assert verdict.message.startswith("Look again at line 2. With two steps, ")
    assert judge_here(update, both_mistakes).mistake is None


@pytest.mark.parametrize(
    ("outputs", "text", "refused"),
    [
        ([1.0, 2.0], "Two weights are mixed up.", False),
        ([1.0, 2.0], "From 0 the correction is 0/0, and it becomes nan.", True),
        ([1.0, np.nan, 2.0], "From 0 the correction is 0/0, and it becomes nan.", False),
        ([1.0, 2.0], "Your weights are 0.25, 0.5, 1.", True),
        ([np.nan, np.nan], "Two weights are mixed up.", True),
        ([0.0, 0.0], "Two weights are mixed up.", True),
        ([7.0, 7.0], "Two weights are mixed up.", True),
        ([{"W1": np.array([7.0, 7.0])}], "Two weights are mixed up.", True),
        ([np.repeat([7.0, 1.0], LOOKED_AT)], "Two weights are mixed up.", True),
        ([[7.0] * LOOKED_AT + [1.0] * LOOKED_AT], "Two weights are mixed up.", True),
        ([[7.0] * (LOOKED_AT - 1) + [1.0]], "Two weights are mixed up.", False),
    ],
)
def test_a_pair_needs_results_that_say_something_and_texts_that_fit(outputs, text, refused):
    seen = (Observation(outputs=tuple(outputs)),)
    assert (degenerate(seen) or contradicts(text, seen)) == refused


def test_a_mistake_in_one_key_has_no_name_and_earns_nothing():
    def only_b(params, grads, state, rate=0.1):
        new_params, new_state = good(params, grads, state, rate)
        new_params["b"] = 2 * params["b"] - new_params["b"]
        return new_params, new_state

    verdict = _judge(only_b)
    assert (verdict.status, verdict.mistake, verdict.score) == ("incorrect", None, 0)


@pytest.mark.parametrize("nonsense", [None, 42.0, "no idea", [], np.nan], ids=repr)
def test_a_mistake_with_share_earns_nothing_beside_nonsense(nonsense):
    def half(params, grads, state, rate=0.1):
        return half_right(params, grads, state, rate)[0], nonsense

    verdict = _judge(half)
    assert (verdict.status, verdict.mistake, verdict.score) == ("incorrect", None, 0)


def test_a_mistake_with_share_earns_nothing_where_one_case_does_otherwise():
    first = update.make_cases(0)[0].args["grads"]["W"]

    def sometimes(params, grads, state, rate=0.1):
        known = np.array_equal(grads["W"], first)
        return (half_right if known else both_mistakes)(params, grads, state, rate)

    verdict = _judge(sometimes)
    assert (verdict.mistake, verdict.score) == (None, 0)


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
        (_raises, "raised", "With two steps, it raised KeyError: 'nothing'. The call: update("),
        (_raises, "raised", "update(params={'W': a 2x2 array, 'b': a 2x2 array}, grads="),
        (lambda *a: None, "incorrect", "With two steps, the result (params, state) is None: what"),
        (lambda *a: (a[0], {}), "incorrect", "params['W'][0, 0] should be"),
        (lambda *a: good(*a)[::-1], "incorrect", "With two steps, params['W'][0, 0] should be"),
        (lambda p, *a: (dict.fromkeys(p, np.nan), {}), "incorrect", "array of shape (2, 2)"),
        (lambda p, *a: (dict.fromkeys(p), {}), "incorrect", "params['W'] should be an array of"),
    ],
)
def test_the_first_finding_is_told(answer, status, text):
    verdict = _judge(answer)
    assert (verdict.status, verdict.score, verdict.mistake) == (status, 0, None)
    assert text in verdict.message


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (_in_place, "with two steps params, which you were given, was changed."),
        (_random, "with two steps the global random state was used or reset."),
    ],
)
def test_a_side_effect_of_right_values_names_the_case_and_keeps_a_share(answer, text):
    verdict = _judge(answer)
    assert (verdict.status, verdict.score, verdict.mistake) == ("incorrect", 3.2, None)
    assert verdict.message == f"The values are right, but {text}"


@lesson.exercise(points=2, returns=("w",))
def stepped(w, g):
    return w - 0.1 * g


@stepped.cases
def _(rng):
    yield Case({"w": rng.normal(size=3), "g": rng.normal(size=3)}, note="one step")


stepped.mistake(
    "moves_w",
    "The w you were given has moved. Whose is it?",
    ("return w - 0.1 * g", "w -= 0.1 * g; return w.copy()"),
    share=0.5,
)


def test_words_about_a_changed_argument_are_not_said_of_another():
    def moves_w(w, g):
        w[:] = w - 0.1 * g
        return +w

    def scales_g(w, g):
        g *= 0.1
        return w - g

    def moves_both(w, g):
        g *= 0.1
        w -= g
        return w.copy()

    assert judge_here(stepped, moves_w).mistake == "moves_w"
    assert judge_here(stepped, moves_both).mistake == "moves_w"
    verdict = judge_here(stepped, scales_g)
    assert verdict.mistake is None
    assert verdict.message.endswith("g, which you were given, was changed.")


def test_a_side_effect_of_wrong_values_is_told_as_well():
    def both(params, grads, state, rate=0.1):
        np.random.seed(0)
        return {k: np.zeros((2, 2)) for k in params}, state

    message = _judge(both).message
    assert message.startswith("With two steps, params['W'][0, 0] should be")
    assert message.endswith("Besides, the global random state was used or reset.")


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


# Exercises with a rule of their own -------------------------------------------------------------


@lesson.exercise(points=3, returns=("path",))
def walk(start_at, steps):
    return np.array([start_at + step for step in range(steps + 1)], float)


@walk.cases
def _(rng):
    yield Case({"start_at": rng.normal(size=2), "steps": 3})
    yield Case({"start_at": rng.normal(size=2), "steps": 0}, note="no step at all")


def test_memory_that_is_shared_in_one_case_is_told_with_the_case():
    def view(start_at, steps):
        path = start_at.reshape(1, -1)
        for step in range(1, steps + 1):
            path = np.vstack([path, start_at + step])
        return path

    verdict = judge_here(walk, view)
    assert (verdict.status, verdict.score) == ("incorrect", 2.4)
    assert verdict.message == (
        "The values are right, but with no step at all the result shares memory with start_at."
    )


def test_a_list_in_place_of_an_array_is_not_told_to_share_memory():
    def items(start_at, steps):
        return [start_at, *(start_at + step for step in range(1, steps + 1))]

    assert judge_here(walk, items).status == "correct"


def test_two_parts_that_are_one_array_are_told():
    def one(params):
        zeros = np.zeros((2, 2))
        return dict.fromkeys(params, zeros)

    @lesson.exercise(points=1)
    def two(params):
        return {key: np.zeros((2, 2)) for key in params}

    @two.cases
    def _(rng):
        yield Case({"params": {"W1": np.ones((2, 2)), "W2": np.ones((2, 2))}})

    assert judge_here(two, one).message == (
        "The values are right, but two parts of the result are one and the same array."
    )


@lesson.exercise(points=5, returns=("params",))
def descend(params, grads, rate):
    return {key: params[key] - rate * grads[key] for key in params}


@descend.cases
def _(rng):
    for note in ("one weight", "two weights", "tiny gradients"):
        params, grads = ({key: rng.normal(size=2) for key in ("W1", "b1")} for _ in range(2))
        yield Case({"params": params, "grads": grads, "rate": 0.1}, note=note)
    integers = {"W1": rng.integers(9, size=2), "b1": rng.integers(9, size=2)}
    yield Case({"params": integers, "grads": grads, "rate": 0.1}, note="integer parameters")


descend.mistake("climbs", "You climb. Which way is down?", ("- rate", "+ rate"), share=0.4)
descend.mistake("no_rate", "Where is the rate?", ("rate * ", ""))


def with_minus(sign):
    def answer(params, grads, rate):
        new = {key: value.copy() for key, value in params.items()}
        for key in new:
            new[key] -= sign * rate * grads[key]
        return new

    return answer


def test_a_case_that_only_raises_neither_makes_nor_prevents_a_name():
    verdict = judge_here(descend, with_minus(-1))
    assert (verdict.status, verdict.mistake, verdict.score) == ("known_mistake", "climbs", 2)
    assert verdict.message.startswith("You climb. Which way is down? Seen with one weight: ")
    assert "Besides, with integer parameters, it raised TypeError" in verdict.message
    right_but_for_integers = judge_here(descend, with_minus(1))
    assert (right_but_for_integers.status, right_but_for_integers.mistake) == ("raised", None)


def test_a_name_needs_more_than_one_case_that_returns():
    def mostly_raises(params, grads, rate):
        if abs(grads["W1"]).max() != first:
            raise ValueError
        return {key: params[key] + rate * grads[key] for key in params}

    first = abs(descend.make_cases(0)[0].args["grads"]["W1"]).max()
    verdict = judge_here(descend, mostly_raises)
    assert (verdict.mistake, verdict.score) == (None, 0)


@lesson.exercise(points=1, returns=("learning rate",))
def stairs(rate, epoch, drop):
    return rate * 0.5 ** (epoch // drop)


@stairs.cases
def _(rng):
    then = tuple({"epoch": epoch} for epoch in range(1, 5))
    yield Case({"rate": 0.8, "epoch": 0, "drop": 3}, then, note="a drop every 3 epochs")
    yield Case({"rate": 0.8, "epoch": 7, "drop": 2})


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            lambda rate, epoch, drop: rate * 0.5 ** (epoch // (drop + 1)),
            "With a drop every 3 epochs, at epoch = 3, learning rate should be 0.4; yours is 0.8.",
        ),
        (
            lambda rate, epoch, drop: 0.8 * 0.5 ** (epoch // 3),
            "At rate = 0.8, epoch = 7, drop = 2, learning rate should be 0.1; yours is 0.2.",
        ),
    ],
)
def test_an_unnamed_message_shows_the_input(answer, text):
    assert judge_here(stairs, answer).message == text


def test_a_result_that_holds_itself_is_told():
    def endless(params, grads, rate):
        params = dict(params)
        params["W1"] = [params]
        params["W1"][0]["W1"] = params["W1"]
        return params

    message = judge_here(descend, endless).message
    assert "params['W1'] should be an array of shape (2,); yours is a list" in message
    assert judge_here(walk, lambda start_at, steps: _holds_itself()).message.endswith(
        "path should be an array of shape (4, 2); yours is a list of 3."
    )


def _holds_itself():
    path = [1.0, 2.0]
    path.append(path)
    return path


def test_an_unsolved_helper_is_named():
    scope = {}
    exec(HELPED, scope)
    verdict = judge_here(walk, scope["walk"])
    assert (verdict.status, verdict.score) == ("raised", 0)
    assert verdict.message == "walk calls step, which is not solved yet."
    assert judge_here(walk, scope["step"]).status == "not_attempted"


HELPED = """
def step(*args):
    raise NotImplementedError()

def walk(start_at, steps):
    return step(start_at)
"""


def test_the_statuses_are_the_contract():
    assert [str(status) for status in Status] == [
        "correct",
        "known_mistake",
        "incorrect",
        "raised",
        "not_attempted",
        "timed_out",
        "refused",
    ]
