"""Questions from earlier lessons: answered by `check`, and unknown to everything that is graded."""

import json
from collections import Counter

import nbformat
import pytest

from autograder import NOTEBOOKS, ROOT, SOLUTIONS, recall, released
from autograder.build.notebooks import KEYS, RECALLED
from autograder.exercises import lessons
from autograder.handin.pour import pour
from autograder.handin.read import parse
from autograder.proof import prove
from optlab import check
from optlab.checking import checks, journal

LATER = [name for name in lessons() if name >= "02"]
QUESTIONS = [quiz for name in LATER for quiz in recall.asked(name)]
each_question = pytest.mark.parametrize("quiz", QUESTIONS, ids=lambda item: item.name)
each_lesson = pytest.mark.parametrize("lesson", LATER)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(journal, "_memory", {})


def cells(folder, lesson):
    return nbformat.read(folder / f"{lesson}.ipynb", as_version=4).cells


def is_recall(cell):
    return recall.TAG in cell.metadata.get("tags", ())


def said(quiz, answer, capsys):
    globals()[quiz.name] = answer
    check(quiz.name)
    del globals()[quiz.name]
    return capsys.readouterr().out


@each_lesson
def test_three_are_asked_at_the_beginning_each_of_an_earlier_lesson(lesson):
    asked = recall.asked(lesson)
    assert len(asked) == 3
    about = [int(quiz.question.split("*Lesson ")[1].split(".")[0]) for quiz in asked]
    assert all(0 < number < int(lesson[:2]) for number in about)
    found = [cell.id for cell in cells(NOTEBOOKS, lesson) if is_recall(cell)]
    assert found == [quiz.name for quiz in asked]


def test_names_are_those_of_nothing_else_and_no_letter_is_worth_a_guess():
    names = [quiz.name for quiz in QUESTIONS]
    exercises = {name for lesson in lessons().values() for name in lesson.exercises}
    assert len({*names}) == len(names)
    assert not exercises & {*names}
    letters = Counter(quiz.right.value for quiz in QUESTIONS)
    assert all(0.2 <= letters[letter] / letters.total() <= 0.3 for letter in "abcd"), letters


@each_question
def test_check_explains_every_option_and_never_stops_the_notebook(quiz, capsys):
    assert list(prove.options(quiz)) == []
    assert said(quiz, quiz.right.value, capsys).startswith("✓ Correct.")
    for option in quiz.wrong:
        words = " ".join(option.text.split()).rstrip(".")
        text = said(quiz, option.value, capsys)
        start = f"✗ Not yet: {quiz.name}. You chose {option.value}: “{words}”. "
        assert text.startswith(start + option.explanation)
        assert "?" in option.explanation or option.explanation.startswith("That "), option
    assert "Not answered yet" in said(quiz, None, capsys)
    assert "one of a, b, c, d" in said(quiz, "z", capsys)


def test_nothing_of_it_is_kept_and_grading_says_nothing(capsys, monkeypatch):
    said(QUESTIONS[0], "b", capsys)
    assert journal._memory == {}
    monkeypatch.setattr(checks, "_grading", True)
    assert said(QUESTIONS[0], "b", capsys) == ""


@each_lesson
def test_a_learner_gets_no_answer_and_the_solution_has_it(lesson):
    given = {cell.id: cell.source for cell in cells(NOTEBOOKS, lesson)}
    solved = {cell.id: cell.source for cell in cells(SOLUTIONS, lesson)}
    for quiz in recall.asked(lesson):
        assert f"\n{quiz.name} = None\n" in given[quiz.name]
        assert f'\n{quiz.name} = "{quiz.right.value}"\n' in solved[quiz.name]


@each_lesson
def test_nbgrader_and_the_pages_do_not_know_them(lesson):
    for cell in cells(NOTEBOOKS, lesson):
        if is_recall(cell):
            assert "nbgrader" not in cell.metadata
    assert released.is_as_built(NOTEBOOKS / f"{lesson}.ipynb")
    listed = json.loads((KEYS / lesson[3:] / "lesson.json").read_text())["exercises"]
    known = {item["name"] for item in listed} | {*lessons()[lesson].exercises}
    assert not known & {quiz.name for quiz in recall.asked(lesson)}
    overview = (ROOT / "docs" / "lessons.md").read_text()
    assert not [quiz for quiz in recall.asked(lesson) if f"`{quiz.name}`" in overview]


def test_an_answer_to_one_reaches_no_grader():
    release = nbformat.read(NOTEBOOKS / "04_momentum.ipynb", as_version=4)
    theirs = nbformat.read(NOTEBOOKS / "04_momentum.ipynb", as_version=4)
    for cell in theirs.cells:
        if is_recall(cell):
            cell.source = cell.source.replace("= None", '= "b"')
    poured = pour(release, parse(nbformat.writes(theirs).encode()))
    assert poured.problems == ()
    assert [cell["source"] for cell in poured.notebook["cells"]] == [
        c.source for c in release.cells
    ]


def test_keys_are_those_of_the_questions():
    assert {path.stem for path in (KEYS / RECALLED).glob("*")} == {quiz.name for quiz in QUESTIONS}
