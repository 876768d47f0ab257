"""The gradebook holds what nbgrader itself would have written, and what people wrote stays."""

import os
import sqlite3
import sys
from contextlib import closing
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from shutil import copy

import pytest
from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.preprocessors import AssignLatePenalties, ComputeChecksums, SaveAutoGrades, SaveCells
from small_lesson import ANSWERS, LESSON, POINTS, STUBS, cell, graded, release, submission
from sqlalchemy import event, select, text
from traitlets.config import Config

from autograder.course.gradebook import Mark, Recorded, Recorder, sqlite_url
from autograder.course.roster import Person
from autograder.errors import RunError, UserError
from optlab.checking.diagnose import Verdict

DUE = datetime(2026, 3, 1, 12, 0)
LATE = DUE + timedelta(hours=3)
ZERO_WHEN_LATE = Config({"LateSubmissionPlugin": {"penalty_method": "zero"}})
FULL = {"momentum_update": 4.0, "first_step": 1.0}
PART = {"momentum_update": 2.5, "first_step": 0.0}


def verdicts(scores):
    found = []
    for name, score in scores.items():
        most = POINTS.get(name, 1)  # of an exercise that another release has
        found.append(Verdict(name, "correct" if score == most else "incorrect", score, most, "…"))
    return found


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """A gradebook with one lesson, to copy."""
    path = tmp_path_factory.mktemp("record") / "gradebook.db"
    with Recorder(sqlite_url(path)) as recorder:
        recorder.add_lesson(LESSON, release())
    return path


@pytest.fixture
def url(made_once, tmp_path):
    return sqlite_url(copy(made_once, tmp_path / "gradebook.db"))


@pytest.fixture
def recorder(url):
    with Recorder(url, config=ZERO_WHEN_LATE) as recorder:
        yield recorder


def record(recorder, student="ada", scores=FULL, answers=ANSWERS, timestamp=None):
    untouched = [name for name, answer in answers.items() if answer == STUBS[name]]
    return recorder.record(student, LESSON, verdicts(scores), timestamp, untouched)


def gradebook_rows(url, student="ada"):
    """Everything that the gradebook holds about a submission."""
    with Gradebook(url) as gradebook:
        found = gradebook.find_submission(LESSON, student)
        notebook = found.notebooks[0]
        return {
            "timestamp": found.timestamp,
            "penalty": notebook.late_submission_penalty,
            "score": notebook.score,
            "grades": {
                grade.name: (
                    grade.auto_score,
                    grade.manual_score,
                    grade.extra_credit,
                    grade.needs_manual_grade,
                )
                for grade in notebook.grades
            },
            "comments": {
                comment.name: (comment.auto_comment, comment.manual_comment)
                for comment in notebook.comments
            },
        }


def stock(url, scores, answers, timestamp, student="ada"):
    """The same submission, written by nbgrader's own preprocessors."""
    resources = {
        "nbgrader": {"notebook": LESSON, "assignment": LESSON, "student": student, "db_url": url}
    }
    with Gradebook(url) as gradebook:
        gradebook.update_or_create_student(student)
        known = {"timestamp": timestamp} if timestamp else {}
        gradebook.update_or_create_submission(LESSON, student, **known)
    untouched, _ = ComputeChecksums().preprocess(release(), resources)
    notebook = graded(submission(**answers), scores)
    for ours, theirs in zip(untouched.cells, notebook.cells, strict=True):
        theirs.metadata = ours.metadata  # nbgrader's OverwriteCells puts the checksums back
    SaveAutoGrades().preprocess(notebook, resources)
    AssignLatePenalties(config=ZERO_WHEN_LATE).preprocess(notebook, resources)


def by_hand(url, entries):
    """What an instructor enters in the gradebook, by student."""
    with Gradebook(url) as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate=DUE)
        for student, entry in entries.items():
            grade = gradebook.find_grade("check_momentum_update", LESSON, LESSON, student)
            comment = gradebook.find_comment("momentum_update", LESSON, LESSON, student)
            grade.manual_score, grade.extra_credit = entry.get("manual"), entry.get("extra")
            comment.manual_comment = entry.get("comment")
            gradebook.find_submission(LESSON, student).extension = entry.get("extension")
        gradebook.db.commit()


SITUATIONS = {
    f"student {number}": situation
    for number, situation in enumerate(
        product(
            ((FULL, ANSWERS), (PART, ANSWERS), (PART, STUBS)),
            (None, DUE, LATE),
            (
                {},
                {"extension": timedelta(hours=5)},
                {"manual": 3.0, "extra": 0.5},
                {"manual": 0.0, "comment": "Well argued."},
            ),
        )
    )
}


@pytest.mark.slow  # nbgrader starts a program for it
def test_a_new_gradebook_is_that_of_nbgrader(url, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    theirs = sqlite_url(tmp_path / "theirs.db")
    Gradebook(theirs).close()
    made = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name != 'alembic_version'"
    for question in (f"{made} ORDER BY name", "SELECT version_num FROM alembic_version"):
        rows = [asked(question, address) for address in (url, theirs)]
        assert rows[0] == rows[1] != []


def asked(question, url):
    with Gradebook(url) as gradebook:
        return gradebook.db.execute(text(question)).fetchall()


@pytest.mark.slow
def test_the_rows_are_those_of_nbgrader(made_once, tmp_path):
    ours, theirs = (sqlite_url(copy(made_once, tmp_path / name)) for name in ("ours", "theirs"))
    for url in (ours, theirs):
        with Recorder(url) as recorder:
            for student in SITUATIONS:
                record(recorder, student, PART, timestamp=DUE - timedelta(days=1))
        by_hand(url, {student: entry for student, (*_, entry) in SITUATIONS.items()})
    recorded = {}
    with Recorder(ours, config=ZERO_WHEN_LATE) as recorder:
        for student, ((scores, answers), timestamp, _) in SITUATIONS.items():
            recorded[student] = record(recorder, student, scores, answers, timestamp)
    for student, ((scores, answers), timestamp, _) in SITUATIONS.items():
        stock(theirs, scores, answers, timestamp, student)
        rows = gradebook_rows(theirs, student)
        assert gradebook_rows(ours, student) == rows, SITUATIONS[student]
        review = any(grade[3] for grade in rows["grades"].values())
        assert recorded[student] == Recorded(rows["score"], rows["penalty"] or 0.0, review)
    assert {bool(one.late_penalty) for one in recorded.values()} == {True, False}


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own, when it adds
def test_a_new_student_has_the_rows_of_nbgrader(url, recorder):
    record(recorder, "ada")
    stock(url, FULL, ANSWERS, None, "bob")
    assert gradebook_rows(url, "ada") == gradebook_rows(url, "bob")


def lesson_rows(url):
    """Everything that the gradebook holds about a lesson, but its random ids."""
    with Gradebook(url) as gradebook:
        assignment = gradebook.find_assignment(LESSON)
        notebook = gradebook.find_notebook(LESSON, LESSON)
        kinds = (notebook.grade_cells, notebook.solution_cells, notebook.source_cells)
        rows = [[one.to_dict() for one in kind] for kind in kinds]
        for row in (*rows[0], *rows[1], *rows[2]):
            del row["id"]
        sorted_rows = [sorted(kind, key=lambda row: row["name"]) for kind in rows]
        return assignment.duedate, assignment.max_score, notebook.kernelspec, sorted_rows


def test_the_lesson_has_the_rows_of_nbgrader(made_once, tmp_path):
    ours, theirs = (sqlite_url(copy(made_once, tmp_path / name)) for name in ("ours", "theirs"))
    with Gradebook(theirs) as gradebook:
        gradebook.remove_assignment(LESSON)
        gradebook.add_assignment(LESSON)
    resources = {"nbgrader": {"notebook": LESSON, "assignment": LESSON, "db_url": theirs}}
    SaveCells().preprocess(ComputeChecksums().preprocess(release(), resources)[0], resources)
    assert lesson_rows(ours) == lesson_rows(theirs)
    assert len(lesson_rows(ours)[-1][2]) == 6


def test_a_lesson_of_other_points_is_brought_up_to_date(url, recorder):
    record(recorder)
    changed = release()
    cell(changed, "check_momentum_update").metadata.nbgrader.points = 6.0
    recorder.add_lesson(LESSON, changed)
    assert lesson_rows(url)[1] == 7.0
    scores = {**FULL, "momentum_update": 6.0}
    assert record(recorder, scores=scores).score == 7.0


def test_recording_twice_changes_nothing(url, recorder):
    record(recorder, scores=PART, timestamp=LATE)
    before = gradebook_rows(url)
    record(recorder, scores=PART, timestamp=LATE)
    recorder.add_lesson(LESSON, release())
    record(recorder, scores=PART)
    assert gradebook_rows(url) == before


def test_one_commit_a_submission(recorder):
    commits = []
    event.listen(recorder.gradebook.engine, "commit", lambda connection: commits.append(1))
    record(recorder, "ada")
    record(recorder, "ada", scores=PART)
    record(recorder, "bob")
    assert len(commits) == 3


def test_nothing_of_a_submission_is_written_when_it_cannot_be_written_whole(url, recorder):
    def fail(*_):
        raise ZeroDivisionError

    recorder.late.plugin_inst.late_submission_penalty = fail
    with Gradebook(url) as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate=DUE)
    with pytest.raises(ZeroDivisionError):
        record(recorder, timestamp=LATE)
    with Gradebook(url) as gradebook:
        assert gradebook.students == []


def test_students_get_their_names(url, recorder):
    recorder.enrol([Person("ada", "Ada", "Lovelace"), Person("zoë", "Zoë", "O'Hara")])
    record(recorder, "ada")
    record(recorder, "nameless")
    with Gradebook(url) as gradebook:
        names = {one.id: (one.first_name, one.last_name) for one in gradebook.students}
    assert names == {
        "ada": ("Ada", "Lovelace"),
        "zoë": ("Zoë", "O'Hara"),
        "nameless": (None, None),
    }


def test_a_refused_submission_has_no_points_and_waits_for_a_person(url, recorder):
    record(recorder)
    recorded = recorder.refuse("ada", LESSON, LATE)
    assert (recorded.score, recorded.needs_review) == (0.0, True)
    rows = gradebook_rows(url)
    assert rows["timestamp"] == LATE
    assert set(rows["grades"].values()) == {(0.0, None, None, True)}


@pytest.mark.parametrize("score", [float("nan"), -1.0, 4.5, float("inf")])
def test_an_impossible_score_is_never_written(recorder, score):
    with pytest.raises(RunError, match="no possible score"):
        record(recorder, scores={**FULL, "momentum_update": score})


def test_a_missing_verdict_is_an_error_and_never_a_mark(recorder):
    with pytest.raises(RunError, match="check_first_step"):
        recorder.record("ada", LESSON, verdicts({"momentum_update": 4.0}))


def test_an_unknown_lesson_is_a_users_error(recorder):
    with pytest.raises(UserError, match="05_none"):
        recorder.record("ada", "05_none", verdicts(FULL))


def test_a_demonstration_may_be_another_one_after_marks_were_recorded(recorder):
    changed = release()
    cell(changed, "setup").metadata.nbgrader.grade_id = "other"
    before = record(recorder)
    recorder.add_lesson(LESSON, changed)
    assert record(recorder) == before
    cells = recorder.gradebook.find_notebook(LESSON, LESSON).source_cells
    assert {one.name for one in cells} == {
        one.metadata.nbgrader.grade_id for one in changed.cells if "nbgrader" in one.metadata
    }


def with_another_exercise():
    """The release of a later version: one exercise has another name, and so another mark."""
    changed = release()
    cell(changed, "check_first_step").metadata.nbgrader.grade_id = "check_other"
    cell(changed, "first_step").metadata.nbgrader.grade_id = "other"
    return changed


def test_exercises_may_come_and_go_after_marks_were_recorded(url, recorder):
    record(recorder)
    record(recorder, student="bob", scores=PART)
    before = {student: gradebook_rows(url, student)["grades"] for student in ("ada", "bob")}
    recorder.add_lesson(LESSON, with_another_exercise())
    for student, grades in before.items():
        after = gradebook_rows(url, student)
        assert after["grades"].pop("check_other") == (None, None, None, True)  # it waits
        assert after["grades"] == {k: v for k, v in grades.items() if k != "check_first_step"}
        assert "other" in after["comments"]
        assert "first_step" not in after["comments"]
    scores = {("other" if name == "first_step" else name): score for name, score in FULL.items()}
    recorder.record("ada", LESSON, verdicts(scores))
    recorder.record("new", LESSON, verdicts(scores))
    assert gradebook_rows(url, "ada")["grades"] == gradebook_rows(url, "new")["grades"]
    assert gradebook_rows(url, "ada")["grades"]["check_other"][0] == scores["other"]


@pytest.mark.parametrize("entered", ["mark", "comment"])
def test_an_exercise_with_something_by_hand_is_not_taken_away(url, recorder, entered):
    record(recorder)
    with Gradebook(url) as gradebook:
        if entered == "mark":
            found = gradebook.find_grade("check_first_step", LESSON, LESSON, "ada")
            found.manual_score = 0.5
        else:
            found = gradebook.find_comment("first_step", LESSON, LESSON, "ada")
            found.manual_comment = "Well argued."
        gradebook.db.commit()
    before = gradebook_rows(url)
    with pytest.raises(UserError, match="new course folder"):
        recorder.add_lesson(LESSON, with_another_exercise())
    assert gradebook_rows(url) == before


def test_a_gradebook_that_cannot_be_opened_is_a_users_error(tmp_path):
    with (
        pytest.raises(UserError, match="cannot open"),
        Recorder(sqlite_url(tmp_path / "no" / "g.db")),
    ):
        pass


def test_the_path_is_given_back(url, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with Recorder(url):
        assert os.environ["PATH"] == "/nowhere"


def statements(recorder, act):
    """The statements that an act sends to the gradebook."""
    sent = []

    def note(connection, cursor, statement, parameters, context, many):
        sent.append(statement)

    event.listen(recorder.gradebook.engine, "before_cursor_execute", note)
    act()
    event.remove(recorder.gradebook.engine, "before_cursor_execute", note)
    return sent


def test_a_submission_takes_as_many_statements_in_a_large_class_as_in_a_small_one(recorder):
    record(recorder, "warm")
    first = statements(recorder, lambda: record(recorder, "first"))
    for number in range(30):
        record(recorder, f"student-{number}")
    assert statements(recorder, lambda: record(recorder, "last")) == first


def test_the_marks_of_a_class_are_two_statements_with_an_index(url, recorder):
    record(recorder, "ada")
    before = statements(recorder, recorder.marks)
    record(recorder, "bob", scores=PART, timestamp=LATE)
    assert statements(recorder, recorder.marks) == before
    assert len(before) == 2
    with Gradebook(url) as gradebook:
        names = gradebook.db.execute(text("SELECT name FROM sqlite_master WHERE type = 'index'"))
        assert {"ix_grade_notebook_id", "ix_comment_notebook_id"} <= set(names.scalars())


def test_the_marks_are_those_of_nbgrader(url, recorder):
    for student, ((scores, answers), timestamp, _) in SITUATIONS.items():
        record(recorder, student, scores, answers, timestamp)
    by_hand(url, {student: entry for student, (*_, entry) in SITUATIONS.items()})
    with Gradebook(url) as gradebook:
        theirs = [
            Mark(
                student=one.student_id,
                lesson=one.name,
                timestamp=one.timestamp,
                score=one.score,
                late_penalty=one.late_submission_penalty,
                max_score=one.max_score,
            )
            for one in gradebook.db.scalars(select(SubmittedAssignment))
        ]
    assert recorder.marks() == sorted(theirs, key=lambda mark: (mark.student, mark.lesson))
    assert len({mark.score for mark in theirs}) > 2


def test_a_batch_is_one_commit_and_all_or_nothing(url, recorder):
    commits = []
    event.listen(recorder.gradebook.engine, "commit", lambda connection: commits.append(1))
    with recorder.together():
        record(recorder, "ada")
        record(recorder, "bob")
    assert len(commits) == 1
    with pytest.raises(RunError), recorder.together():
        record(recorder, "eve")
        record(recorder, "zoe", scores={**FULL, "first_step": 99.0})
    with Gradebook(url) as gradebook:
        assert sorted(one.id for one in gradebook.students) == ["ada", "bob"]


def test_a_batch_of_many_takes_as_many_statements_that_write_as_one_of_two(recorder):
    def written(names):
        def batch():
            with recorder.together():
                for name in names:
                    record(recorder, name)

        return [sent for sent in statements(recorder, batch) if not sent.startswith("SELECT")]

    assert written(["ada", "bob"]) == written([f"student-{number}" for number in range(30)])


def test_others_read_while_a_batch_is_written(recorder, tmp_path):
    record(recorder, "ada")
    with recorder.together():
        record(recorder, "bob")
        with closing(sqlite3.connect(tmp_path / "gradebook.db", timeout=0)) as reader:
            assert reader.execute("SELECT id FROM student").fetchall() == [("ada",)]


def test_a_closed_gradebook_is_one_file(url, tmp_path):
    with Recorder(url) as recorder:
        record(recorder)
    assert [path.name for path in tmp_path.iterdir()] == ["gradebook.db"]
    with Gradebook(url) as gradebook:
        assert gradebook.db.execute(text("PRAGMA journal_mode")).scalar() == "delete"
