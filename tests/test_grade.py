"""A class, end to end: invented students, graded in parallel, recorded, graded again."""

import csv
import json
import shutil
import sqlite3
import subprocess
import sys

import nbformat
import pytest

from autograder import NOTEBOOKS, ROOT, SOLUTIONS, cli, grade
from autograder.build import sample
from autograder.course import plan
from autograder.course.verdicts import verdict_files
from autograder.errors import RunError, UserError
from autograder.exercises import lessons
from autograder.judge import lifeline, worker
from autograder.judge.judge import Settings
from autograder.judge.session import Session

pytestmark = pytest.mark.slow

STUDENTS = 12
LESSON = "04_momentum"
ONE = f'lessons = ["{LESSON}"]'  # a course of all lessons takes seconds to make


def _run(*arguments):
    return cli.main([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """A graded class for one lesson."""
    folder = tmp_path_factory.mktemp("course")
    sample.make_class(folder, STUDENTS, seed=3)
    (folder / plan.FILE).write_text(ONE)
    for path in folder.glob("submitted/*/*"):
        if path.name != LESSON:
            shutil.rmtree(path)
    path = folder / "submitted" / "student01" / LESSON / f"{LESSON}.ipynb"
    shutil.copy(SOLUTIONS / f"{LESSON}.ipynb", path)
    assert _run("grade", "--course", folder, "--jobs", 2) == 0
    return folder


@pytest.fixture
def course(made_once, tmp_path):
    """That class, to do with as one likes."""
    return shutil.copytree(made_once, tmp_path / "a course")


def _verdicts(course):
    found = (file.read() for file in verdict_files(course))
    return {item["student"]: item for item in found}


def _rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_solutions_earn_full_marks_and_untouched_notebooks_none(course):
    verdicts = _verdicts(course)
    full = lessons()[LESSON].points
    assert [verdicts[f"student0{n}"]["score"] for n in (1, 2, 3)] == [full] * 3
    untouched = verdicts["student04"]
    assert untouched["score"] == 0
    assert {item["status"] for item in untouched["exercises"]} == {"not_attempted"}


def test_every_kind_of_answer_ends_in_its_own_verdict(course):
    verdicts = _verdicts(course)
    found = {item["status"] for given in verdicts.values() for item in given["exercises"]}
    assert {"correct", "known_mistake", "raised", "not_attempted"} <= found


def test_every_submission_has_a_mark_a_page_and_a_row(course):
    verdicts = _verdicts(course)
    assert len(verdicts) == STUDENTS
    for student in verdicts:
        page = course / "feedback" / student / LESSON / f"{LESSON}.html"
        assert page.read_text("utf-8").startswith("<!doctype html>")
        assert (course / "autograded" / student / LESSON / f"{LESSON}.ipynb").exists()
    rows = {row["student"]: row for row in _rows(course / "grades.csv")}
    assert {name: float(row["mark"]) for name, row in rows.items()} == {
        name: item["score"] for name, item in verdicts.items()
    }
    results = _rows(course / "results.csv")
    assert len(results) == STUDENTS * len(lessons()[LESSON].exercises)


def test_grading_again_does_nothing_and_one_change_is_graded_alone(course, monkeypatch):
    done = []
    monkeypatch.setattr(grade, "keep", lambda *a: done.append(a[2].student))
    assert _run("grade", "--course", course, "--jobs", 1) == 0
    assert done == []
    monkeypatch.undo()
    path = course / "submitted" / "student04" / LESSON / f"{LESSON}.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    quiz = lessons()[LESSON].quizzes["momentum_curves"]
    cell = next(cell for cell in notebook["cells"] if cell["id"] == quiz.name)
    cell["source"] = f"{quiz.name} = {quiz.right.value!r}"
    path.write_text(json.dumps(notebook), "utf-8")
    assert _run("grade", "--course", course, "--jobs", 1) == 0
    assert _verdicts(course)["student04"]["score"] == quiz.points


def test_what_a_person_has_deleted_is_made_again(course):
    """Even where the verdict stays; without the graded notebook there would be no page."""
    folders = [course / kind / "student02" for kind in ("autograded", "feedback")]
    before = [{path.name: path.read_bytes() for path in folder.glob("*/*")} for folder in folders]
    for folder in folders:
        shutil.rmtree(folder)
    assert _run("grade", "--course", course, "--jobs", 1) == 0
    after = [{path.name: path.read_bytes() for path in folder.glob("*/*")} for folder in folders]
    assert [list(files) for files in after] == [[f"{LESSON}.ipynb"], [f"{LESSON}.html"]]
    assert after == before


@pytest.mark.parametrize("is_there", [False, True], ids=["deleted", "restored from a copy"])
def test_marks_that_a_gradebook_has_lost_are_recorded_again(course, is_there):
    """Its file is one that people delete to begin anew, or bring back from yesterday."""
    book, expected = course / "gradebook.db", _rows(course / "grades.csv")
    assert len(expected) == STUDENTS
    if is_there:
        with sqlite3.connect(book) as connection:
            rows = connection.execute(
                "UPDATE grade SET auto_score = 0 WHERE auto_score > 0"
            ).rowcount
        connection.close()
        assert rows > STUDENTS
    else:
        book.unlink()
    assert _run("grade", "--course", course, "--jobs", 1) == 0
    assert _rows(course / "grades.csv") == expected


def test_a_page_that_cannot_be_made_is_named_and_leaves_the_tables_whole(course, capsys):
    """Pages are made while the table is written, for every verdict is read once."""
    before = (course / "results.csv").read_bytes()
    assert before.count(b"student05") == len(lessons()[LESSON].exercises)
    ticket = f"student02/{LESSON}/timestamp.txt"
    (course / "submitted" / ticket).write_text("2026-01-01 12:00:00")
    in_the_way = course / "feedback" / ticket
    in_the_way.mkdir()
    assert _run("grade", "--course", course, "--jobs", 1) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == f"autograder: cannot write {in_the_way}: Is a directory"
    assert (course / "results.csv").read_bytes() == before
    in_the_way.rmdir()
    assert _run("grade", "--course", course, "--jobs", 1) == 0
    assert (course / "results.csv").read_bytes() == before


def test_a_manual_mark_survives_grading_again(course):
    database = course / "gradebook.db"
    with sqlite3.connect(database) as connection:
        changed = connection.execute(
            "UPDATE grade SET manual_score = 0.5 WHERE id = (SELECT MIN(id) FROM grade)"
        ).rowcount
    assert changed == 1
    shutil.rmtree(course / "verdicts")
    assert _run("grade", "--course", course) == 0
    with sqlite3.connect(database) as connection:
        kept = connection.execute("SELECT COUNT(*) FROM grade WHERE manual_score = 0.5")
        assert kept.fetchone() == (1,)
    verdicts = _verdicts(course)
    marks = {row["student"]: float(row["mark"]) for row in _rows(course / "grades.csv")}
    different = [name for name, item in verdicts.items() if item["score"] != marks[name]]
    assert len(different) <= 1


def test_experiments_change_no_mark(course, tmp_path):
    copy = tmp_path / "course"
    shutil.copytree(course / "submitted" / "student05", copy / "submitted" / "student05")
    (copy / plan.FILE).write_text(ONE)
    assert _run("grade", "--course", copy, "--run-experiments") == 0
    with_experiments, without = _verdicts(copy), _verdicts(course)
    for student, item in with_experiments.items():
        assert item["exercises"] == without[student]["exercises"]


def test_limits_can_be_set(tmp_path, capsys):
    path = tmp_path / f"{LESSON}.ipynb"
    notebook = nbformat.read(NOTEBOOKS / f"{LESSON}.ipynb", as_version=4)
    cell = next(cell for cell in notebook.cells if cell.id in lessons()[LESSON].exercises)
    cell.source = "while True:\n    pass"
    nbformat.write(notebook, path)
    assert _run("grade", path, "--cell-seconds", 1, "--json") == 0
    first, *_ = json.loads(capsys.readouterr().out)[0]["exercises"]
    assert first["status"] == "timed_out"
    assert "longer than 1 seconds" in first["message"]


def test_the_json_is_the_contract(course, capsys):
    assert _run("grade", "--course", course, "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == 1
    names = {"student", "lesson", "status", "score", "max_score", "problems", "exercises"}
    assert {frozenset(item) for item in data["submissions"]} == {frozenset(names)}


def test_loose_notebooks_are_graded_as_an_array(tmp_path, capsys):
    broken = tmp_path / "broken.ipynb"
    broken.write_text("not a notebook")
    solution = SOLUTIONS / f"{LESSON}.ipynb"
    learner = NOTEBOOKS / f"{LESSON}.ipynb"
    assert _run("grade", solution, learner, broken, "--json") == 0
    output = capsys.readouterr()
    graded = json.loads(output.out)
    assert [item["score"] for item in graded] == [lessons()[LESSON].points, 0, 0]
    assert set(graded[0]) == {"notebook", "score", "max_score", "exercises"}
    assert "broken.ipynb: the notebook is not valid JSON" in output.err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["grade"], "give notebooks to grade, or --course"),
        (["grade", "no_such.ipynb"], "no_such.ipynb: there is no such notebook"),
        (["grade", "--course", "DIR"], "DIR is no course folder; `python -m autograder init DIR`"),
        (["grade", "--course", "DIR/none"], "DIR/none does not exist; `python -m autograder init"),
        (["judge", "momentum_updat", "FILE"], "unknown exercise 'momentum_updat'"),
        (["judge", "momentum_update", "DIR/none.py"], "cannot read DIR/none.py: No such file"),
        (["build", "99_none"], "unknown lesson '99_none'"),
        (["sample", "--students", "3", "--course", "DIR"], "at least 12 students"),
        (["report", "--course", "DIR"], "nothing is graded in DIR"),
    ],
)
def test_bad_usage_is_one_line_and_status_2(arguments, text, tmp_path, capsys):
    arguments = [item.replace("DIR", str(tmp_path)) for item in arguments]
    assert _run(*arguments) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert text.replace("DIR", str(tmp_path)) in lines[0]


@pytest.fixture
def in_this_process():
    """This process as a worker; what it keeps for the next submission is given up at the end."""
    yield
    lifeline.at_end.close()
    worker._judge.cache_clear()


def _mark(contents, version=None):
    settings = Settings()
    task = worker.Task("ann", LESSON, contents)
    return worker.mark(task, settings, version or worker.grader_version(settings))


def test_a_class_is_not_recorded_without_a_sandbox(in_this_process, monkeypatch):
    monkeypatch.setattr(Session, "sandboxed", property(lambda self: False))
    with pytest.raises(RunError, match="a class is not graded"):
        _mark((NOTEBOOKS / f"{LESSON}.ipynb").read_bytes())


def test_a_worker_of_another_version_marks_nothing():
    with pytest.raises(RunError, match="another version of the grader"):
        _mark(b"{}", version="another")


def test_a_fault_of_the_grader_costs_one_mark_and_is_seen(monkeypatch):
    monkeypatch.setattr(worker, "parse", lambda contents: 1 / 0)
    result = _mark(b"{}")
    assert (result.status, result.score) == ("refused", 0)
    assert "ZeroDivisionError in test_grade.py" in result.problems[-1]


def test_a_notebook_of_another_lesson_is_told_in_one_line(in_this_process):
    result = _mark((SOLUTIONS / "03_bias_correction.ipynb").read_bytes())
    assert (result.status, result.score) == ("graded", 0)
    assert result.problems == ("this is the notebook of 03_bias_correction",)


def test_a_worker_loads_nothing_of_nbgrader():
    code = (
        "import sys; import autograder.judge.worker; "
        "print({name.partition('.')[0] for name in sys.modules} & "
        "{'nbgrader', 'nbconvert', 'jupytext', 'sqlalchemy'})"
    )
    command = [sys.executable, "-c", code]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert answer.stdout.strip() == "set()"


def test_the_graded_notebook_is_valid(course):
    for path in (course / "autograded").glob("*/*/*.ipynb"):
        nbformat.validate(nbformat.read(path, as_version=4))


def test_a_class_needs_room_for_every_kind(tmp_path):
    with pytest.raises(UserError):
        sample.make_class(tmp_path, 11, seed=1)


def test_the_same_seed_makes_the_same_class(tmp_path):
    texts = []
    for name in "ab":
        sample.make_class(tmp_path / name, STUDENTS, seed=7)
        files = sorted((tmp_path / name).rglob("*.ipynb"))
        texts.append([path.read_text("utf-8") for path in files])
    assert texts[0] == texts[1]
    assert len(set(texts[0])) > len(texts[0]) / 2


def test_invented_students_never_join_real_ones(tmp_path):
    (tmp_path / "submitted" / "ada").mkdir(parents=True)
    with pytest.raises(UserError, match="holds real submissions"):
        sample.make_class(tmp_path, STUDENTS, seed=1)
