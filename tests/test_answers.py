"""Unusual right answers, and wrong ones with two faults: the notebook and grading agree."""

import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from written import blocks, write

from autograder.exercise import judge_here
from autograder.exercises import find_exercise
from optlab.checking import keys
from optlab.checking.diagnose import Verdict, diagnose

pytestmark = pytest.mark.slow


def answers(file: str) -> Iterator[tuple[str, ...]]:
    """(what stands after "@" ..., source)."""
    for head, source in blocks(file):
        yield (*head.split(), source)


def told_twice(name: str, source: str) -> tuple[Verdict, Verdict]:
    """What the public key says, the second time as the first, and what grading says."""
    function, exercise, key = write(source, name), find_exercise(name), keys.load(name)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first, second = (diagnose(key, exercise.observe(function, key.cases)) for _ in range(2))
        assert first == second
        return first, judge_here(exercise, function, seed=23)


@pytest.mark.parametrize(("name", "source"), list(answers("right_answers.txt")))
def test_right_answers_in_unusual_styles_pass(name, source):
    noticed, graded = told_twice(name, source)
    assert noticed.status == graded.status == "correct", graded
    assert graded.score == graded.max_score


@pytest.mark.parametrize(("name", "mistake", "source"), list(answers("two_faults.txt")))
def test_two_faults_are_never_right_and_named_only_where_the_name_is_true(name, mistake, source):
    noticed, graded = told_twice(name, source)
    assert noticed.status == graded.status != "correct", (noticed, graded)
    assert (noticed.mistake or "-") == (graded.mistake or "-") == mistake
    assert graded.mistake or graded.score == 0


def test_every_function_is_answered_in_an_unusual_style():
    assert {name for name, _ in answers("right_answers.txt")} >= {
        name for name, _, _ in answers("two_faults.txt")
    }
