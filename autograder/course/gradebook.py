"""Writing marks into nbgrader's gradebook: one writer, one session, one commit a submission.

The rows are those that nbgrader's own SaveCells, SaveAutoGrades and AssignLatePenalties would
write; what a person entered there (manual scores, extra credit, comments, extensions) stays.
"""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties, ComputeChecksums, SaveCells
from nbgrader.utils import compute_checksum, is_grade, is_locked, is_solution
from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from autograder.course.corrections import Correction, Entries
from autograder.errors import RunError, UserError

CHECK = "check_"  # the grade id of an exercise's check cell is this and the exercise's name


def sqlite_url(path: Path) -> str:
    """The address of a gradebook file; a writer waits a minute for another one to finish."""
    return f"sqlite:///{Path(path).resolve()}?timeout=60"


@dataclass(frozen=True)
class Recorded:
    """What the gradebook now holds for one submission, manual scores and extra credit included."""

    score: float
    late_penalty: float
    needs_review: bool


@dataclass(frozen=True)
class Mark:
    """One submission as the gradebook has it."""

    student: str
    lesson: str
    timestamp: datetime | None
    score: float
    late_penalty: float
    max_score: float


@dataclass(frozen=True)
class _Lesson:
    """The gradebook's ids of a lesson, looked up once."""

    assignment: str
    duedate: datetime | None
    notebook: str
    grade_cells: dict  # grade id -> (row id, points)
    solution_cells: dict  # grade id -> (row id, checksum of the untouched cell)
    rows: tuple  # per notebook of the assignment: its id, ids of grade rows, ids of comment rows


class Recorder:
    """The one writer of a gradebook. Use it as a context manager.

    config: the course's nbgrader configuration, which may name a penalty for late submissions.
    """

    def __init__(self, db_url: str, course_id: str = "", config: Config | None = None) -> None:
        self.db_url = db_url
        self.course_id = course_id
        self.late = AssignLatePenalties(config=config or Config())
        self.late.init_plugin()
        self._lessons: dict[str, _Lesson] = {}

    def __enter__(self) -> "Recorder":
        try:
            with _alembic_on_path():
                self.gradebook = Gradebook(self.db_url, self.course_id)
        except SQLAlchemyError as error:
            raise UserError(
                f"cannot open the gradebook {self.db_url}: {_first_line(error)}"
            ) from error
        return self

    def __exit__(self, *_) -> None:
        self.gradebook.close()

    def add_lesson(self, lesson: str, release: NotebookNode) -> None:
        """Make or update the rows of a lesson, as `nbgrader generate_assignment` does."""
        resources = {"nbgrader": {"notebook": lesson, "assignment": lesson, "db_url": self.db_url}}
        release, _ = ComputeChecksums().preprocess(release, resources)
        with self._writing(lesson):
            self.gradebook.update_or_create_assignment(lesson)
            notebook = self._notebook(lesson)
            if notebook is None:
                self._add_cells(lesson, release)
            elif _cells_in(notebook) != _cells_of(release):
                self._replace_cells(lesson, release, resources)
        self._lessons.pop(lesson, None)

    def _notebook(self, lesson):
        try:
            return self.gradebook.find_notebook(lesson, lesson)
        except MissingEntry:
            return None

    def _add_cells(self, lesson, release):
        """What SaveCells does, but for its commit after each of a hundred rows."""
        notebook = Notebook(
            name=lesson,
            assignment=self.gradebook.find_assignment(lesson),
            kernelspec=json.dumps(release.metadata.get("kernelspec", {})),
        )
        self.gradebook.db.add(notebook)
        for name, (source, points, solution) in _cells_of(release).items():
            kind, locked, text, checksum = source
            made = {"name": name, "notebook": notebook}
            own = {"cell_type": kind, "locked": locked, "source": text, "checksum": checksum}
            self.gradebook.db.add(SourceCell(**made, **own))
            if points is not None:
                self.gradebook.db.add(GradeCell(**made, cell_type=kind, max_score=points))
            if solution:
                self.gradebook.db.add(SolutionCell(**made))

    def _replace_cells(self, lesson, release, resources):
        self.gradebook.db.rollback()  # SaveCells opens the file by itself
        try:
            SaveCells().preprocess(release, resources)
        except RuntimeError as error:
            raise UserError(
                f"{lesson}: its cells are not those that marks were recorded for; "
                "use a new course folder"
            ) from error

    def enrol(self, names: Mapping[str, tuple[str, str]]) -> None:
        """Enter students by id with first and last name; nbgrader shows others as None, None."""
        with self._writing("students"):
            for student_id, (first, last) in names.items():
                student = self._student(student_id)
                student.first_name, student.last_name = first, last

    def duedates(self) -> dict[str, datetime]:
        """The due dates that were entered in the gradebook, by lesson."""
        rows = self.gradebook.db.execute(select(Assignment.name, Assignment.duedate))
        return {name: duedate for name, duedate in rows if duedate is not None}

    def marks(self) -> list[Mark]:
        """What the gradebook holds for every submission: manual scores and penalties included."""
        found = self.gradebook.db.scalars(select(SubmittedAssignment))
        marks = [
            Mark(
                item.student_id,
                item.name,
                item.timestamp,
                item.score,
                item.late_submission_penalty,
                item.max_score,
            )
            for item in found
        ]
        return sorted(marks, key=lambda mark: (mark.student, mark.lesson))

    def settle(self, lessons: Iterable[str]) -> dict[tuple[str, str], Entries]:
        """Bring late penalties up to date; what was entered, by student and lesson.

        Due dates, extensions and manual marks may change after a submission was graded.
        """
        names, lost = list(lessons), {}
        with self._writing("late penalties"):
            for row in self.gradebook.db.scalars(_late(names)):
                one = row.assignment
                penalty = self._penalty(one.student_id, self._lesson(one.name), one, row.score)
                row.late_submission_penalty = penalty
                if penalty:
                    lost[one.student_id, one.name] = penalty
        corrections: dict[tuple[str, str], dict[str, Correction]] = defaultdict(dict)
        for student, lesson, exercise, values in self._entered(names):
            found = corrections[student, lesson]
            found[exercise] = replace(found.get(exercise, Correction()), **values)
        return {
            key: Entries(corrections.get(key, {}), lost.get(key, 0.0))
            for key in {*corrections, *lost}
        }

    def _entered(self, lessons):
        """(student, lesson, exercise, values): marks stand at check cells, comments at answers."""
        marks = _entries(Grade, lessons, Grade.manual_score, Grade.extra_credit)
        marks = marks.where(or_(Grade.manual_score.is_not(None), Grade.extra_credit > 0))
        for student, lesson, cell, score, extra in self.gradebook.db.execute(marks):
            values = {"score": score, "extra": extra or 0.0}
            yield student, lesson, cell.removeprefix(CHECK), values
        comments = _entries(Comment, lessons, Comment.manual_comment)
        comments = comments.where(func.trim(Comment.manual_comment) != "")
        for student, lesson, cell, comment in self.gradebook.db.execute(comments):
            yield student, lesson, cell, {"comment": comment}

    def record(
        self,
        student: str,
        lesson: str,
        notebook: NotebookNode,
        verdicts: Iterable,
        timestamp: datetime | None = None,
    ) -> Recorded:
        """Write one graded submission. Writing it again changes nothing."""
        known = self._lesson(lesson)
        scores = _scores(lesson, known, verdicts)
        with self._writing(f"{student}, {lesson}"):
            submission, row = self._submission(student, known, timestamp)
            for comment, name in self._comments(row, known):
                comment.auto_comment = "No response." if _untouched(notebook, name, known) else None
            return self._mark(student, known, submission, row, scores, review=False)

    def refuse(self, student: str, lesson: str, timestamp: datetime | None = None) -> Recorded:
        """Write a submission that cannot be graded: no points, and marked for a person to look."""
        known = self._lesson(lesson)
        scores = dict.fromkeys(known.grade_cells, 0.0)
        with self._writing(f"{student}, {lesson}"):
            submission, row = self._submission(student, known, timestamp)
            return self._mark(student, known, submission, row, scores, review=True)

    @contextmanager
    def _writing(self, what):
        db = self.gradebook.db
        try:
            yield
            db.commit()
        except SQLAlchemyError as error:
            raise RunError(f"{what}: cannot write the gradebook: {_first_line(error)}") from error
        finally:
            db.rollback()  # after a commit this does nothing

    def _lesson(self, name):
        if name not in self._lessons:
            try:
                assignment = self.gradebook.find_assignment(name)
                notebook = self.gradebook.find_notebook(name, name)
            except MissingEntry as error:
                raise UserError(
                    f"the gradebook has no lesson {name}: make the course again"
                ) from error
            sources = {cell.name: cell.checksum for cell in notebook.source_cells}
            self._lessons[name] = _Lesson(
                assignment=assignment.id,
                duedate=assignment.duedate,
                notebook=notebook.id,
                grade_cells={cell.name: (cell.id, cell.max_score) for cell in notebook.grade_cells},
                solution_cells={
                    cell.name: (cell.id, sources.get(cell.name)) for cell in notebook.solution_cells
                },
                rows=tuple(_rows(notebook) for notebook in assignment.notebooks),
            )
        return self._lessons[name]

    def _student(self, student_id):
        db = self.gradebook.db
        student = db.get(Student, student_id)
        if student is None:
            student = Student(id=student_id)
            db.add(student)
        return student

    def _submission(self, student, known, timestamp):
        """The submission and its notebook's row; new ones mirror the whole assignment."""
        db = self.gradebook.db
        self._student(student)
        submission = db.scalars(
            select(SubmittedAssignment).where(
                SubmittedAssignment.assignment_id == known.assignment,
                SubmittedAssignment.student_id == student,
            )
        ).one_or_none()
        if submission is None:
            submission = SubmittedAssignment(assignment_id=known.assignment, student_id=student)
            db.add(submission)
            for notebook, grades, comments in known.rows:
                row = SubmittedNotebook(notebook_id=notebook, assignment=submission)
                db.add_all(Grade(cell_id=cell, notebook=row) for cell in grades)
                db.add_all(Comment(cell_id=cell, notebook=row) for cell in comments)
            db.flush()
        if timestamp is not None:
            submission.timestamp = timestamp
        row = db.scalars(
            select(SubmittedNotebook).where(
                SubmittedNotebook.notebook_id == known.notebook,
                SubmittedNotebook.assignment_id == submission.id,
            )
        ).one()
        return submission, row

    def _comments(self, row, known):
        names = {cell: name for name, (cell, _) in known.solution_cells.items()}
        return [(comment, names[comment.cell_id]) for comment in self._of(Comment, row, names)]

    def _of(self, kind, row, cells):
        # By cell and notebook: that pair has an index, the notebook alone has none.
        found = select(kind).where(kind.cell_id.in_(list(cells)), kind.notebook_id == row.id)
        return self.gradebook.db.scalars(found)

    def _mark(self, student, known, submission, row, scores, review):
        names = {cell: name for name, (cell, _) in known.grade_cells.items()}
        total, needs_review = 0.0, review
        for grade in self._of(Grade, row, names):
            grade.auto_score = scores[names[grade.cell_id]]
            grade.needs_manual_grade = review or grade.manual_score is not None
            needs_review = needs_review or grade.needs_manual_grade
            given = grade.auto_score if grade.manual_score is None else grade.manual_score
            total += given + (grade.extra_credit or 0.0)
        row.late_submission_penalty = self._penalty(student, known, submission, total)
        return Recorded(total, row.late_submission_penalty or 0.0, needs_review)

    def _penalty(self, student, known, submission, score):
        """What the course's late-submission plugin takes away, kept between 0 and the score."""
        if known.duedate is None or submission.timestamp is None:
            return None
        due = known.duedate + submission.extension if submission.extension else known.duedate
        late = (submission.timestamp - due).total_seconds()
        if late <= 0:
            return None
        penalty = self.late.plugin_inst.late_submission_penalty(student, score, late)
        return None if penalty is None else min(max(penalty, 0), score)


def _cells_of(release):
    """The cells that the gradebook knows, by grade id: source row, points, whether an answer."""
    return {
        cell.metadata.nbgrader["grade_id"]: (
            (cell.cell_type, is_locked(cell), cell.source, cell.metadata.nbgrader["checksum"]),
            float(cell.metadata.nbgrader["points"]) if is_grade(cell) else None,
            is_solution(cell),
        )
        for cell in release.cells
        if is_grade(cell) or is_solution(cell) or is_locked(cell)
    }


def _cells_in(notebook):
    """The same, from a notebook's rows."""
    points = {cell.name: cell.max_score for cell in notebook.grade_cells}
    answers = {cell.name for cell in notebook.solution_cells}
    return {
        cell.name: (
            (cell.cell_type, cell.locked, cell.source, cell.checksum),
            points.get(cell.name),
            cell.name in answers,
        )
        for cell in notebook.source_cells
    }


def _rows(notebook):
    graded, answered, tasks = notebook.grade_cells, notebook.solution_cells, notebook.task_cells
    return (
        notebook.id,
        tuple(cell.id for cell in [*graded, *tasks]),
        tuple(cell.id for cell in [*answered, *tasks]),
    )


def _late(lessons):
    """Rows of submissions after the due date, and of those that lost points for it before."""
    rows = select(SubmittedNotebook).join(SubmittedNotebook.assignment)
    rows = rows.join(SubmittedAssignment.assignment).where(Assignment.name.in_(lessons))
    return rows.where(
        or_(
            SubmittedAssignment.timestamp > Assignment.duedate,
            SubmittedNotebook.late_submission_penalty.is_not(None),
        )
    )


def _entries(kind, lessons, *values):
    """Grades or comments with their student, lesson and cell."""
    rows = select(SubmittedAssignment.student_id, Assignment.name, BaseCell.name, *values)
    rows = rows.select_from(kind).join(BaseCell, kind.cell_id == BaseCell.id)
    rows = rows.join(SubmittedNotebook, kind.notebook_id == SubmittedNotebook.id)
    rows = rows.join(SubmittedNotebook.assignment).join(SubmittedAssignment.assignment)
    return rows.where(Assignment.name.in_(lessons))


def _scores(lesson, known, verdicts):
    """Points by check cell; every one of them must have a verdict, and a possible one."""
    scores = {f"{CHECK}{verdict.exercise}": float(verdict.score) for verdict in verdicts}
    different = sorted(set(scores) ^ set(known.grade_cells))
    if different:
        raise RunError(f"{lesson}: gradebook and release differ in {', '.join(different)}")
    for name, score in scores.items():
        # Also refuses NaN, which nbgrader would turn into full marks.
        if not 0 <= score <= known.grade_cells[name][1]:
            raise RunError(f"{lesson}: {score} is no possible score of {name}")
    return scores


def _untouched(notebook, name, known):
    """Whether the learner left this answer as it was released: nbgrader's "No response."."""
    checksum = known.solution_cells[name][1]
    return any(
        is_solution(cell)
        and cell.metadata.nbgrader["grade_id"] == name
        and compute_checksum(cell) == checksum
        for cell in notebook.cells
    )


@contextmanager
def _alembic_on_path():
    """nbgrader starts `alembic` by name when it makes a gradebook; it stands beside Python."""
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _first_line(error):
    return str(getattr(error, "orig", None) or error).splitlines()[0]
