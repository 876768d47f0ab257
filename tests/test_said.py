"""What is said to learners can be said in another language: nothing of it stays English.

In the language of this test a sentence is made of what is filled into it, and of nothing else. So
whatever reads as English in the end was never handed to `told`.
"""

import os
import re
import warnings

import numpy as np
import pytest
from written import write
from wrong_answers import wrong_answers

from autograder.exercise import cached_public_key
from autograder.exercises import lessons
from autograder.language import editions
from autograder.translation.unit import has_words
from optlab.checking import diagnose, keys, language, trial
from optlab.checking.diagnose import Status
from optlab.checking.language import Text
from optlab.checking.quiz import chosen

STEP = 1 if os.environ.get("MUTANTS") == "all" else 20
FIELD = re.compile(r"\{[^{}]*\}")


@pytest.fixture(scope="module")
def known():
    """Every text that a translator is given."""
    return {unit.text for part in editions.parts([]) for unit in editions.units(part)}


def _silent(known):
    def look(template):
        fields = " ".join(FIELD.findall(re.sub(r"\$[^$]*\$", " ", template)))
        is_given = template in known or not has_words(template)
        assert is_given, f"no translator is given {template!r}"
        return fields

    return look


def _english(text, known, seen=()):
    """What reads as English in a text that was said in no language, but for Python's own errors."""
    assert isinstance(text, Text), f"never handed to told: {text!r}"
    said = language.in_words(text, _silent(known))
    for item in seen:
        said = said.replace(item.error_text.rstrip("."), "") if item.error_text else said
    said = re.sub(
        r"`[^`]*`|\$[^$]*\$|'[^']*'|\[[^\]]*\]|\w+\([^()]*(\([^()]*\)[^()]*)*\)", " ", said
    )
    return re.findall(r"\b[a-z]{2,}(?: [a-z]+)+", said)


@pytest.mark.slow
@pytest.mark.parametrize("lesson", lessons().values(), ids=lambda lesson: lesson.name)
def test_what_is_said_of_a_known_mistake_can_be_said_otherwise(lesson, known):
    for function in lesson.functions.values():
        key = cached_public_key(function)
        for item in key.known:
            message = diagnose.diagnose(key, item.observations).message
            assert _english(message, known, item.observations) == [], item.name
    for quiz in lesson.quizzes.values():
        key = cached_public_key(quiz)
        for value in (*(option.value for option in quiz.options), "z", "", 12345.678, -1, [1]):
            message = diagnose.diagnose(key, quiz.observe(value)).message
            assert _english(chosen(key.options, value) + message, known) == [], value


def _judged(key, answer):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return trial.judge(key, answer)


@pytest.mark.slow
def test_what_is_said_of_a_wrong_answer_can_be_said_otherwise(known):
    wrong = [*wrong_answers()][::STEP]
    for one in wrong:
        verdict = _judged(keys.load(one.exercise), write(one.source, one.exercise))
        if verdict.status not in (Status.RAISED, Status.TIMED_OUT):
            assert _english(verdict.message, known) == [], one.slip
    assert len(wrong) > 20
