"""A learner who tries everything twice in one kernel: the second try is answered like the first.

That every mistake is named, test_exercises.py shows; so here some of every exercise are tried each
day, and all of them each week, when SEEDS is set.
"""

import math
import os
import random
import re

import numpy as np
import pytest

from autograder.exercises import lessons
from optlab import check
from optlab.checking import journal, keys, quiz
from optlab.checking.compare import describe
from optlab.checking.notice import Notice

pytestmark = pytest.mark.slow

STEP = 1 if "SEEDS" in os.environ else 6
EVERY = [item for lesson in lessons().values() for item in lesson.exercises.values()]
FUNCTIONS = [item for lesson in lessons().values() for item in lesson.functions.values()]
QUIZZES = [item for lesson in lessons().values() for item in lesson.quizzes.values()]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """The journal of whoever runs the tests is left alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(journal, "_memory", {})


def said(name, answer, capsys):
    """What `check` says to an answer, in one kernel with one cache of keys."""
    globals()[name] = answer
    try:
        check(name)
    except Notice as notice:
        return str(notice)
    finally:
        del globals()[name]
    return capsys.readouterr().out


def shuffled(name, answers):
    """Every answer twice, in an order that is another for every exercise and the same each run."""
    order = [*answers, *answers]
    random.Random(name).shuffle(order)
    return order


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda item: item.name)
def test_a_mistake_is_named_at_every_try_and_no_right_answer_is_refused(exercise, capsys):
    name = exercise.name
    tried = exercise.mistakes[::STEP]
    answers = {answer.source: exercise.implement(answer) for answer in tried}
    for mistake in shuffled(name, tried):
        text = said(name, answers[mistake.source], capsys)
        assert text.startswith(f"✗ Not yet: {name}. {mistake.message}"), mistake.name
    for variant in exercise.variants:
        text = said(name, exercise.implement(variant), capsys)
        assert text.startswith("✓ Correct."), variant.name
        assert variant.message.removeprefix("Correct. ") in text
    for style in exercise.styles:
        assert said(name, exercise.implement(style), capsys).startswith("✓ Correct."), style.name


UNLISTED = [7, "z", "", "7", "no idea", "x" * 5000, ["b"], {"b": 1}, math.nan, math.inf, True, 1j]


def _unlisted(question):
    """Answers of every form that are neither right nor explained."""
    right = question.right.value
    if isinstance(right, str):
        return [*UNLISTED, "ab", "e"]
    near = [right * factor for factor in (1.1, 0.9, 10, 0.1, 100, 0.01, -1, 1000, 2)]
    near += [
        1 / right,
        right + 1,
        right - 1,
        1 - right,
        np.float64(right * 1.3),
        [right],
        str(right),
    ]
    taken = [question.right.value, *(option.value for option in question.wrong)]
    return [*UNLISTED, *(x for x in near if not any(_same(question, t, x) for t in taken))]


def _explained(option):
    """What is said to whoever chooses it: their option in its own words comes first."""
    words = " ".join(option.text.split()).rstrip(".")
    chosen = f"You chose {option.value}: “{words}”. " if words else ""
    return chosen + option.explanation


def _same(question, value, given):
    return isinstance(given, float | int) and abs(given - value) <= question.rtol * abs(value)


@pytest.mark.parametrize("question", QUIZZES, ids=lambda item: item.name)
def test_a_quiz_explains_every_wrong_answer_at_every_try_and_tells_its_answer_to_none(
    question, capsys
):
    name = question.name
    answers = [(option.value, _explained(option)) for option in question.wrong]
    answers += [(value, None) for value in _unlisted(question)]
    for value, explanation in shuffled(name, answers):
        text = said(name, value, capsys)
        assert text.startswith(f"✗ Not yet: {name}. {explanation or ''}"), value
        if explanation is None:
            assert keys.load(name).asks in text or "not it" in text
            assert not _tells(question, value, text), (value, text)
    assert said(name, question.right.value, capsys).startswith("✓ Correct."), name


def _tells(question, given, text):
    """Whether the text shows the right answer; what the learner wrote may be repeated."""
    right = question.right.value
    if isinstance(right, str):
        return any(f"{left}{right}{end}" in text for left, end in ("''", '""', "()"))
    text = text.replace(describe(given), "")
    return any(_same(question, right, float(number)) for number in NUMBER.findall(text))


LETTERS = [item for item in QUIZZES if isinstance(item.right.value, str)]


@pytest.mark.parametrize("question", LETTERS, ids=lambda item: item.name)
def test_the_message_for_an_unlisted_letter_does_not_depend_on_the_right_one(question):
    asks = keys.load(question.name).asks
    assert asks == "one of a, b, c, d"
    for given in _unlisted(question):
        texts = {quiz.unlisted(asks, right, given, question.rtol) for right in "abcd"}
        assert len(texts) == 1, given


@pytest.mark.parametrize("question", QUIZZES, ids=lambda item: item.name)
def test_every_quiz_has_hints_and_says_what_it_asks_for(question):
    assert question.hints
    assert isinstance(question.right.value, str) or question.asks.startswith(("a ", "an ", "the "))


@pytest.mark.parametrize(
    ("right", "given", "words"),
    [
        (0.05, 5, "percentage"),
        (4603, 46.03, "percentage"),
        (4603, 460.3, "power of ten"),
        (3910, 3909, "first and the last"),
        (65.13, -65.13, "sign"),
        (65.13, 34.87, "missing"),
        (4, 0.25, "upside down"),
        (9, 81, "square"),
        (9, 18, "factor of two"),
        (9, 7, "Asked is a number of days."),
        (9, math.nan, "nan, which is no number"),
        (9, "9", "without quotation marks"),
        (9, "nine", "The answer is a number of days; yours is 'nine'."),
        (9, [9], "yours is a list of 1"),
        (9, 10**400, "inf"),
    ],
)
def test_a_natural_slip_is_told_and_nothing_else(right, given, words):
    text = quiz.unlisted("a number of days", right, given, 1e-3)
    assert words in text
    assert f"{right:g}" not in text.replace(f"{given}", "")
    assert not re.search("too|larger|smaller|more|less|above|below|near", text)


@pytest.mark.parametrize("given", ["B", "b)", "(b)", " b.", "[b]", "'b'", np.str_("b")])
def test_another_way_to_write_a_letter_is_that_letter(given):
    assert quiz.normal(given) == "b"
