"""The worked example of the authors' guide does what the guide says."""

import linecache
import re

import numpy as np
import pytest

from autograder import ROOT
from autograder.exercise import judge_here
from optlab.checking.diagnose import Explanation

GUIDE = ROOT / "docs" / "authors.md"


@pytest.fixture(scope="module")
def lesson():
    """The example as a module whose source `inspect` can find."""
    source = "\n\n".join(
        re.findall(r"^```python\n(.*?)^```", GUIDE.read_text("utf-8"), re.S | re.M)
    )
    name = "<the authors' guide>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace = {"__name__": "guide"}
    exec(compile(source, name, "exec"), namespace)
    return namespace["lesson"]


@pytest.mark.parametrize("seed", range(5))
def test_reference_styles_and_mistakes(lesson, seed):
    exercise = lesson.exercises["sign_update"]
    assert judge_here(exercise, exercise.reference, seed).score == 3
    styles = [judge_here(exercise, exercise.implement(s), seed).score for s in exercise.styles]
    assert styles == [3, 3]
    named = [judge_here(exercise, exercise.implement(m), seed) for m in exercise.mistakes]
    assert [verdict.mistake for verdict in named] == [m.name for m in exercise.mistakes]
    assert {verdict.score for verdict in named} == {0}


def test_two_mistakes_at_once_are_told_both(lesson):
    def both(params, grads, learning_rate=0.01):
        return {k: params[k] + learning_rate * grads[k] for k in params}

    verdict = judge_here(lesson.exercises["sign_update"], both, explain=lambda seen: Explanation())
    assert verdict.mistake == "steps_with_the_gradient+uphill"


def test_the_note_completes_the_sentence(lesson):
    def other(params, grads, learning_rate=0.01):
        return {k: params[k] - 3 * learning_rate * np.sign(grads[k]) for k in params}

    message = judge_here(lesson.exercises["sign_update"], other).message
    assert message == "With one step, params['W1'][0, 0] should be 0.9; yours is 0.7."


def test_the_quiz(lesson):
    quiz = lesson.exercises["sign_step_size"]
    assert judge_here(quiz, "b").score == quiz.points == 1
    assert judge_here(quiz, "a").mistake == "answered_a"
    assert r"- **b** by $\alpha$" in quiz.text()
    number = lesson.exercises["sign_ten_steps"]
    assert judge_here(number, 0.0).score == number.points == 2
    assert judge_here(number, 2).mistake == "answered_2"
