"""Every exercise of the course: references, styles, mistakes and oracles, over many seeds."""

import importlib
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.exercise import cached_public_key
from autograder.exercises import lessons
from autograder.proof import prove
from optlab.checking import codec, probe
from optlab.checking.compare import difference
from optlab.checking.diagnose import AnswerKey, diagnose

pytestmark = pytest.mark.slow

# The weekly run takes 50; every day the public cases and one seed of fresh ones are asked.
WEEKLY = "SEEDS" in os.environ
SEEDS = range(int(os.environ.get("SEEDS", "1")))
EVERY = [item for lesson in lessons().values() for item in lesson.exercises.values()]
FUNCTIONS = [item for lesson in lessons().values() for item in lesson.functions.values()]
QUIZZES = [item for lesson in lessons().values() for item in lesson.quizzes.values()]
each_function = pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda item: item.name)
each_quiz = pytest.mark.parametrize("quiz", QUIZZES, ids=lambda item: item.name)
each_exercise = pytest.mark.parametrize("exercise", EVERY, ids=lambda item: item.name)


def test_names_are_unique_across_lessons():
    names = [item.name for item in EVERY]
    assert len(set(names)) == len(names)


def test_no_letter_is_worth_a_guess():
    letters = Counter(str(quiz.right.value) for quiz in QUIZZES if quiz.right.value in list("abcd"))
    shares = [letters[letter] / letters.total() for letter in "abcd"]
    assert all(0.2 <= share <= 0.3 for share in shares), letters


@each_function
def test_reference_and_styles_earn_full_marks_on_every_seed(exercise):
    assert list(prove.right(exercise, SEEDS)) == []


@each_function
def test_every_mistake_is_named_by_its_own_message(exercise):
    assert list(prove.named(exercise, SEEDS)) == []


@each_exercise
def test_hints(exercise):
    assert list(prove.hints(exercise)) == []


@each_function
def test_styles_and_messages(exercise):
    assert list(prove.texts(exercise)) == []


@each_exercise
def test_the_stub_is_not_attempted(exercise):
    def stub(*args, **kwargs):
        raise NotImplementedError()

    key = cached_public_key(exercise)
    if exercise.kind == "function":
        seen = [probe.observe(stub, key.parameters, case) for case in key.cases]
        verdict = diagnose(key, seen)
        assert (verdict.status, verdict.score) == ("not_attempted", 0)


@each_exercise
@pytest.mark.parametrize("nothing", [None, 0, {}, [], (), "", float("nan")], ids=repr)
def test_nothing_earns_nothing(exercise, nothing):
    key = cached_public_key(exercise)
    if exercise.kind == "quiz":
        assert diagnose(key, [probe.observe_answer(f"{nothing}?")]).score == 0
        return
    verdict = diagnose(key, exercise.observe(lambda *args, **kwargs: nothing, key.cases))
    assert verdict.score == 0


@each_quiz
def test_quiz_options_are_told_apart_and_explained(quiz):
    assert list(prove.options(quiz)) == []
    verdict = diagnose(quiz.key(), [probe.observe_answer("no such option")])
    assert verdict.status == "incorrect"


@each_function
def test_the_public_key_holds_no_hidden_case(exercise):
    public = cached_public_key(exercise)
    assert public.cases
    assert all(case.public for case in public.cases)
    assert public.hidden == len(exercise.make_cases(0)) - len(public.cases) > 0


@each_exercise
def test_keys_survive_the_codec(exercise):
    """Every day with each sixth of its mistakes, each week with all of them."""
    key = cached_public_key(exercise)
    whole = replace(key, known=key.known[:: 1 if WEEKLY else 6]).to_data()
    data = codec.decode(codec.encode(whole))
    assert difference(whole, AnswerKey.from_data(data).to_data(), "key") is None


@each_function
def test_hidden_cases_depend_on_the_seed_alone(exercise):
    first, again = exercise.make_cases(3), exercise.make_cases(3)
    assert codec.encode([c.to_data() for c in first]) == codec.encode([c.to_data() for c in again])


def _oracles():
    for path in sorted((Path(__file__).parent / "oracles").glob("[a-z]*.py")):
        module = importlib.import_module(f"oracles.{path.stem}")
        for exercise in FUNCTIONS:
            if exercise.reference.__module__.endswith(f".{path.stem}"):
                oracle = getattr(module, exercise.name, None)
                if oracle:
                    yield pytest.param(exercise, oracle, id=exercise.name)


@pytest.mark.parametrize(("exercise", "oracle"), list(_oracles()))
def test_references_agree_with_scalar_loops(exercise, oracle):
    for seed in range(5 if WEEKLY else 2):
        cases = exercise.make_cases(seed)
        verdict = diagnose(exercise.key_for(cases), exercise.observe(oracle, cases))
        assert verdict.status == "correct", verdict
