"""What is noted of a call, beside its result."""

import functools
import inspect
import random

import numpy as np
import pytest

from optlab.checking import probe
from optlab.checking.codec import Seed
from optlab.checking.probe import Case

CASES = tuple(Case(args={"use": use}) for use in (False, True, False, True))


def _of_numpy(use):
    return np.random.random() if use else 0.0


def _of_python(use):
    return random.random() if use else 0.0


def _seeding(use):
    if use:
        np.random.seed(0)
    return 0.0


@pytest.mark.parametrize("function", [_of_numpy, _of_python, _seeding])
def test_the_cases_that_use_global_random_numbers_are_told_from_the_others(function):
    seen = probe.observe_all(function, ["use"], CASES)
    assert [item.global_random for item in seen] == [False, True, False, True]
    assert seen[1] == seen[3], "every case finds the same states"
    assert seen == tuple(probe.observe(function, ["use"], case) for case in CASES)


def test_the_global_random_states_are_left_as_they_were():
    np.random.seed(3)
    random.seed(3)
    wanted = np.random.random(), random.random()
    np.random.seed(3)
    random.seed(3)
    for function in (_of_numpy, _of_python, _seeding):
        probe.observe_all(function, ["use"], CASES)
    assert (np.random.random(), random.random()) == wanted


def test_what_a_call_hands_on_is_watched_like_any_argument():
    calls = []

    def update(params, state):
        calls.append(1)
        if len(calls) == 1:
            return 2 * params, state + 1
        state += 1  # only what the first call gave is changed, and given back
        return 2 * params, state

    args = {"params": np.ones(2), "state": np.zeros(2)}
    carry = {"params": 0, "state": 1}
    seen = probe.observe(update, ["params", "state"], Case(args, then=({},), carry=carry))
    assert seen.changed == seen.aliased == ("state",)
    assert [output[1].tolist() for output in seen.outputs] == [[1.0, 1.0], [2.0, 2.0]]


def _spoiling(x, rng):
    x += rng.random()
    return x


def test_what_is_prepared_is_used_once_and_shows_the_same():
    given = {"x": np.arange(3.0), "rng": Seed(1)}
    case = Case(given, then=({"x": np.ones(3)}, {}), carry={"x": None})
    wanted = probe.observe(_spoiling, ["x", "rng"], case)
    probe.prepare([case])
    for _ in range(2):
        seen = probe.observe(_spoiling, ["x", "rng"], case)
        assert seen.changed == seen.aliased == ("x",)
        assert np.array_equal(seen.outputs, wanted.outputs)
    assert given["x"].tolist() == [0, 1, 2]


def test_what_is_prepared_is_not_built_again(monkeypatch):
    case = Case({"x": np.ones(2)})
    probe.prepare([case])
    monkeypatch.setattr(probe, "build", None)
    assert probe.observe(np.sum, ["x"], case).outputs == (2.0,)


class _Callable:
    def __call__(self, a, b=1):
        return a


@pytest.mark.parametrize(
    "function",
    [
        lambda: 0,
        lambda a: 0,
        lambda a, b: 0,
        lambda a, b=1: 0,
        lambda a, b=1, c=2: 0,
        lambda b, a: 0,
        lambda *a: 0,
        lambda a, **b: 0,
        lambda a, /, b: 0,
        lambda a, *, b: 0,
        lambda a, *, b=1: 0,
        lambda x, y: 0,
        lambda a, c, /: 0,
        functools.wraps(lambda a, b: 0)(lambda a: 0),
        _Callable(),
    ],
)
@pytest.mark.parametrize("names", ["", "a", "b", "ab", "ac", "abc", "bc"])
def test_a_call_fits_where_inspect_says_so(function, names):
    parameters = ["a", "b", "c"]
    case = Case(dict.fromkeys(names, 0))
    count = next((n for n, name in enumerate(parameters) if name not in names), 3)
    try:
        inspect.signature(function).bind(
            *parameters[:count], **{name: 0 for name in names if name not in parameters[:count]}
        )
        fits = True
    except TypeError:
        fits = False
    assert (probe.observe(function, parameters, case).error != probe.SIGNATURE) == fits
