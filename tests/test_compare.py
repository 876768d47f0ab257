import importlib
import tracemalloc

import numpy as np
import pytest

from autograder.exercises import find_exercise
from optlab.checking.codec import Opaque
from optlab.checking.compare import difference
from optlab.checking.diagnose import diagnose


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (1.0, 1),
        (3, 3.0),
        (0.5, np.float64(0.5)),
        (0.5, np.array(0.5)),
        (0.1 + 0.2, 0.3),
        (np.array([1.0, 2.0]), [1.0, 2.0]),
        (np.array([1.0, 2.0]), (1, 2)),
        (np.array([1.0, 2.0]), np.array([1, 2])),
        (np.array([0.0]), np.array([1e-13])),
        ([0.5, 0.25], np.array([0.5, 0.25])),
        ((1, 2), [1, 2]),
        (True, np.bool_(True)),
        ("saddle", "saddle"),
        (None, None),
        ({"a": (1, None)}, {"a": [1, None]}),
        (np.nan, float("nan")),
        (np.array([np.inf]), np.array([np.inf])),
    ],
)
def test_equal_for_a_learner(expected, actual):
    assert difference(expected, actual, "x") is None


@pytest.mark.parametrize(
    ("expected", "actual", "kind", "text"),
    [
        (1.0, None, "type", "x should be a number; yours is None"),
        (1.0, "1.0", "type", "x should be a number; yours is a string"),
        (1.0, True, "type", "x should be a number; yours is True or False"),
        (1.0, Opaque("generator"), "type", "x should be a number; yours is a generator"),
        (1.0, np.array([1.0]), "type", "x should be a number; yours is an array of shape (1,)"),
        ({"W1": 1}, {"w1": 1}, "keys", "x has no key 'W1'"),
        ({"W1": 1}, {"W1": 1, "v": 2}, "keys", "x has an unexpected key 'v'"),
        ([1, 2], [1], "length", "x should have 2 items; yours has 1"),
        (np.ones((2, 1)), np.ones(2), "shape", "x should have shape (2, 1); yours has (2,)"),
        (np.ones(2), 1.0, "type", "x should be an array of shape (2,); yours is a number"),
        (np.array([0.5]), np.array([0]), "dtype", "float64"),
        (np.array([1 / 3]), np.array([1 / 3], "f2"), "dtype", "float16"),
        (np.array([0.5]), np.array([np.nan]), "finite", "x[0] should be 0.5; yours is nan"),
        (2.0, np.inf, "finite", "x should be 2; yours is inf"),
        (1.0, 1.0 + 1e-6, "value", "x should be 1; yours is 1.000001"),
        (np.eye(2), np.ones((2, 2)), "value", "x[0, 1] should be 0; yours is 1"),
        ("saddle", "minimum", "value", "x should be 'saddle'; yours is 'minimum'"),
        (np.ones(2), [[1.0], [1.0, 2.0]], "type", "x should be"),
        (1.0, 10**400, "finite", "x should be 1"),
    ],
)
def test_the_first_difference_is_named(expected, actual, kind, text):
    found = difference(expected, actual, "x")
    assert found.kind == kind
    assert text in found.text


def test_an_array_in_place_of_two_results_is_called_one():
    found = difference((np.ones((2, 4)), {"mean": 1.0}), np.ones((2, 4)), "the result")
    assert found is not None and found.kind == "type"
    assert found.values == {"wanted": "a tuple of 2", "given": "an array of shape (2, 4)"}


def test_the_place_is_named():
    expected = {"W1": np.zeros((2, 2)), "b1": np.zeros(1)}
    found = difference(expected, {"W1": np.zeros((2, 2)), "b1": np.ones(1)}, "velocity")
    assert found.path == "velocity['b1'][0]"


def test_an_epsilon_that_allclose_would_hide_is_seen():
    expected = np.array([1e-9])
    assert np.allclose(expected, 2e-9)
    assert difference(expected, np.array([2e-9]), "x") is not None


@pytest.mark.parametrize(
    "claimed",
    [
        ["x" * 10_000] + [1] * 100_000,
        [1] * 100_000 + ["x" * 10_000],
        [[1.0] * 50_000, ["x" * 100_000]],
        [[1] * 1_000] * 1_000,
        [[]] * 200_000,
        [None] * 1_000,
        [[[[["x" * 1_000_000, 1.0]]]]],
    ],
)
def test_a_list_that_is_no_numbers_never_becomes_an_array(claimed):
    """It would be as wide everywhere as its longest text: gigabytes, by the attacker's choice."""
    tracemalloc.start()
    try:
        found = difference(np.zeros(3), claimed, "x")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.kind == "type"
    assert peak < 10_000_000


def test_truth_values_are_told_apart_whoever_made_them():
    found = difference(True, np.bool_(False), "at_edge")
    assert found and found.text == "at_edge should be True; yours is False"


def test_results_are_summarised_once_however_often_they_are_compared(monkeypatch):
    exercise = find_exercise("make_mini_batches")
    key = exercise.key()
    module, _, name = key.summary.partition(":")
    summarise = getattr(importlib.import_module(module), name)
    summarised = []

    def counted(arguments, outputs):
        summarised.append(id(outputs))
        return summarise(arguments, outputs)

    monkeypatch.setattr(f"{module}.{name}", counted)
    wrong = exercise.observe(exercise.implement(exercise.mistakes[-1]), key.cases)
    assert diagnose(key, wrong).mistake
    assert len(summarised) == len(set(summarised)) > len(key.cases)
