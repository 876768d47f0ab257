"""solution("name"): other ways to write a function, for who has passed its check."""

import json

import pytest

from autograder.exercise import judge_here
from autograder.exercises import find_exercise, lessons
from optlab import check, solution
from optlab.checking import checks, journal, keys, notice
from optlab.checking.notice import Notice

NAME, QUESTION = "momentum_update", "momentum_curves"
FUNCTIONS = [item for lesson in lessons().values() for item in lesson.functions.values()]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A learner's folder of its own, in which nothing is solved."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(journal, "FILE", tmp_path / ".progress.json")
    monkeypatch.setattr(journal, "_memory", {})
    return tmp_path


@pytest.fixture
def answer(monkeypatch):
    """answer(value): what the notebook has under the exercise's name."""
    return lambda value: monkeypatch.setitem(globals(), NAME, value)


def right():
    return find_exercise(NAME).reference


def wrong(params, grads, velocity, learning_rate, beta=0.9):
    return params, velocity


def shown(capsys, name):
    capsys.readouterr()
    solution(name)
    return capsys.readouterr().out


@pytest.mark.parametrize("value", [None, wrong, "no function"])
def test_before_a_pass_it_asks_for_the_learner_s_own(answer, capsys, value):
    answer(value)
    said = shown(capsys, NAME)
    assert said == (
        f'○ First your own. Other ways to write {NAME} are shown once check("{NAME}") passes.\n'
    )


def test_a_right_answer_opens_it_also_before_its_check(answer, capsys, folder):
    answer(right())
    said = shown(capsys, NAME)
    assert said.startswith(f"✓ Other ways. 3 ways to write {NAME}")
    assert said.count(f"def {NAME}(") == 3
    assert not (folder / ".progress.json").exists()


def test_after_a_restart_the_journal_knows_of_the_pass(answer, capsys, folder):
    answer(right())
    check(NAME)
    answer(None)
    assert json.loads((folder / ".progress.json").read_text())[NAME]["status"] == "correct"
    assert shown(capsys, NAME).startswith("✓ Other ways.")


def test_who_breaks_it_again_has_to_mend_it_first(answer, capsys):
    answer(right())
    check(NAME)
    answer(wrong)
    with pytest.raises(Notice):
        check(NAME)
    assert shown(capsys, NAME).startswith("○ First your own.")


def test_a_question_has_no_ways_and_its_answer_is_not_told(capsys):
    assert shown(capsys, QUESTION).startswith("○ Nothing to write. momentum_curves is a question")
    assert keys.ways(QUESTION) == []


@pytest.mark.parametrize("name", ["momentum_updat", "../momentum/momentum_update", ""])
def test_an_unknown_name_is_said(name):
    with pytest.raises(Notice, match=r"Unknown name\. There is no exercise named"):
        solution(name)


@pytest.mark.parametrize("thing", [wrong, 3, None, ["momentum_update"]])
def test_a_name_has_to_be_a_text(thing):
    name = "wrong" if thing is wrong else "momentum_update"
    for ask in (solution, check):
        with pytest.raises(Notice, match=f'stands in quotes here, as in "{name}"'):
            ask(thing)


def test_the_offer_is_made_to_a_person_only_and_not_for_a_question(answer, capsys, monkeypatch):
    answer(right())
    offer = f'solution("{NAME}") shows other ways to write it.'
    check(NAME)
    assert offer not in capsys.readouterr().out
    monkeypatch.setattr(notice, "somebody_is_there", lambda: True)
    check(NAME)
    assert offer in capsys.readouterr().out
    monkeypatch.setitem(globals(), QUESTION, None)
    exec(find_exercise(QUESTION).solution(), globals())
    check(QUESTION)
    assert "solution(" not in capsys.readouterr().out


def test_it_is_offered_where_it_can_be_called_and_check_gives_a_notebook_no_names(
    monkeypatch, capsys
):
    monkeypatch.setattr(notice, "somebody_is_there", lambda: True)
    notebook = {"check": check, NAME: right()}
    for own in ({}, {"solution": "the learner's own"}, {"solution": solution}):
        names = notebook | own
        exec(f'check("{NAME}")', names)
        names.pop("__builtins__")
        assert names == notebook | own
        assert ("solution(" in capsys.readouterr().out) == (own.get("solution") is solution)


def test_where_it_is_graded_nothing_is_shown(answer, capsys):
    answer(right())
    checks.set_grading(True)
    try:
        assert "def " not in shown(capsys, NAME)
    finally:
        checks.set_grading(False)


@pytest.mark.slow
@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda item: item.name)
def test_every_way_that_is_shown_is_right_as_it_stands(exercise):
    ways = keys.ways(exercise.name)
    assert len(set(ways)) == 3
    for way in ways:
        names = {"np": exercise.reference.__globals__["np"]}
        exec(way, names)
        assert judge_here(exercise, names[exercise.name]).status == "correct", way
