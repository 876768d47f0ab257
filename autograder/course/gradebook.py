"""Writing marks into nbgrader's gradebook: one writer, one session, many submissions a commit.

The rows are those that nbgrader's own SaveCells, SaveAutoGrades and AssignLatePenalties would
write; what a person entered there (manual scores, extra credit, comments, extensions) stays.
nbgrader's objects cost ten times what the rows cost, so submissions are written as rows.
"""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import nbgrader
from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    Base,
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
    new_uuid,
)
from nbgrader.utils import compute_checksum, is_grade, is_locked, is_solution
from sqlalchemy import (
    Index,
    Insert,
    Table,
    Update,
    bindparam,
    create_engine,
    delete,
    exists,
    func,
    insert,
    make_url,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from autograder.course.corrections import Correction, Entries
from autograder.course.roster import Person
from autograder.errors import RunError, UserError
from optlab.checking.diagnose import Verdict

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

    @property
    def counts(self) -> float:
        """The points that count, to the cent: sums of halves and tenths must look like them."""
        return round(self.score - self.late_penalty, 2)


@dataclass(frozen=True)
class _Lesson:
    """The gradebook's ids of a lesson, looked up once."""

    assignment: str
    duedate: datetime | None
    notebook: str
    grade_cells: dict  # grade id -> (row id, points)
    solution_cells: dict  # grade id -> row id
    rows: tuple  # per notebook of the assignment: its id, ids of grade rows, ids of comment rows


@dataclass(frozen=True)
class _Submitted:
    """A submission in the gradebook.

    notebook: id of its notebook's row. entered: by cell, what a person entered there.
    new: of one that is not there yet, the ids that its rows get, by notebook of the assignment.
    """

    notebook: str
    timestamp: datetime | None
    extension: timedelta | None
    penalty: float | None
    entered: Mapping[str, Any] = field(default_factory=dict)
    new: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _NothingEntered:
    manual_score: None = None
    extra_credit: None = None


_NOTHING_ENTERED = _NothingEntered()
_NO_MARK: dict[str, Any] = {"auto_score": None, "needs_manual_grade": True}
_NO_REMARK: dict[str, Any] = {"auto_comment": None}

# Statements over nbgrader's tables, compiled once: its objects would load and track every row.
_submission, _notebook, _grade, _comment = (
    kind.__table__ for kind in (SubmittedAssignment, SubmittedNotebook, Grade, Comment)
)
_student = Student.__table__
_ENROL = insert(_student).from_select(
    ["id"],
    select(bindparam("student", type_=_student.c.id.type)).where(
        ~exists().where(_student.c.id == bindparam("student"))
    ),
)
_FIND = (
    select(
        _submission.c.id.label("submission"),
        _notebook.c.id.label("notebook"),
        _submission.c.timestamp,
        _submission.c.extension,
        _notebook.c.late_submission_penalty.label("penalty"),
    )
    .join(_notebook, _notebook.c.assignment_id == _submission.c.id)
    .where(
        _submission.c.assignment_id == bindparam("assignment"),
        _submission.c.student_id == bindparam("student"),
        _notebook.c.notebook_id == bindparam("notebook"),
    )
)
_ENTERED = select(_grade.c.cell_id, _grade.c.manual_score, _grade.c.extra_credit).where(
    _grade.c.notebook_id == bindparam("notebook")
)
_ADD_SUBMISSION, _ADD_NOTEBOOK, _ADD_GRADE, _ADD_COMMENT = map(
    insert, (_submission, _notebook, _grade, _comment)
)
_SET_TIME = update(_submission).where(_submission.c.id == bindparam("of_submission"))
_SET_TIME = _SET_TIME.values(timestamp=bindparam("timestamp"))
_SET_PENALTY = update(_notebook).where(_notebook.c.id == bindparam("of_notebook"))
_SET_PENALTY = _SET_PENALTY.values(late_submission_penalty=bindparam("late_submission_penalty"))


def _at_cell(table: Table) -> Update:
    """By cell and notebook: that pair has nbgrader's own index."""
    return update(table).where(
        table.c.cell_id == bindparam("of_cell"), table.c.notebook_id == bindparam("of_notebook")
    )


_SET_GRADE = _at_cell(_grade).values(
    auto_score=bindparam("auto_score"), needs_manual_grade=bindparam("needs_manual_grade")
)
_SET_COMMENT = _at_cell(_comment).values(auto_comment=bindparam("auto_comment"))


# A cell of a release: (kind, locked, source, checksum), points or None, whether an answer.
_Cell = tuple[tuple[str, bool, str, str], float | None, bool]


class Recorder:
    """The one writer of a gradebook. Use it as a context manager.

    config: the course's nbgrader configuration, which may name a penalty for late submissions.
    """

    def __init__(self, db_url: str, course_id: str = "", config: Config | None = None) -> None:
        self.db_url = db_url
        self.course_id = course_id
        self.config = config or Config()
        self._lessons: dict[str, _Lesson] = {}
        self._is_writing = False
        self._waiting: dict[Insert | Update, list[dict[str, Any]]] = defaultdict(list)

    # nbgrader's preprocessors take half a second to load, so what needs one loads it.

    @cached_property
    def late(self) -> Any:
        """nbgrader's step that asks the course's plugin for penalties."""
        from nbgrader.preprocessors import AssignLatePenalties

        step = AssignLatePenalties(config=self.config)
        step.init_plugin()
        return step

    def __enter__(self) -> "Recorder":
        try:
            with _alembic_on_path():
                _make(self.db_url)
                self.gradebook = Gradebook(self.db_url, self.course_id)
                self._prepare()
        except SQLAlchemyError as error:
            raise UserError(
                f"cannot open the gradebook {self.db_url}: {_first_line(error)}"
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._journal("DELETE")
        self.gradebook.close()

    def _prepare(self) -> None:
        """Let others read while we write, and give the sums of marks the index they lack."""
        self._journal("WAL")
        for kind in (Grade, Comment):
            index = Index(f"ix_{kind.__tablename__}_notebook_id", kind.__table__.c.notebook_id)
            index.create(self.gradebook.engine, checkfirst=True)
            kind.__table__.indexes.discard(index)  # of this gradebook, not of nbgrader's schema

    def _journal(self, mode: str) -> None:
        """SQLite only. It goes back to one file at the end, which is what people copy."""
        if self.gradebook.engine.dialect.name == "sqlite":
            with suppress(SQLAlchemyError):  # somebody reads it at this moment: it works as it is
                self.gradebook.db.execute(text(f"PRAGMA journal_mode={mode}"))
            self.gradebook.db.rollback()

    def lessons(self) -> set[str]:
        """The lessons that have rows."""
        rows = select(Assignment.name).join(Notebook, Notebook.assignment_id == Assignment.id)
        return set(self.gradebook.db.scalars(rows.where(Notebook.name == Assignment.name)))

    def add_lesson(self, lesson: str, release: NotebookNode) -> None:
        """Make or update the rows of a lesson, as `nbgrader generate_assignment` does."""
        resources = {"nbgrader": {"notebook": lesson, "assignment": lesson, "db_url": self.db_url}}
        release = _with_checksums(release)
        with self._writing(lesson):
            self.gradebook.update_or_create_assignment(lesson)
            notebook = self._notebook(lesson)
            if notebook is None:
                self._add_cells(lesson, release)
            elif _cells_in(notebook) != _cells_of(release):
                self._exchange_cells(notebook, release)
                self._replace_cells(lesson, release, resources)
        self._lessons.pop(lesson, None)

    def _notebook(self, lesson: str) -> Notebook | None:
        try:
            return self.gradebook.find_notebook(lesson, lesson)
        except MissingEntry:
            return None

    def _add_cells(self, lesson: str, release: NotebookNode) -> None:
        """What SaveCells does, but for its commit after each of a hundred rows."""
        notebook = Notebook(
            name=lesson,
            assignment=self.gradebook.find_assignment(lesson),
            kernelspec=json.dumps(release.metadata.get("kernelspec", {})),
        )
        self.gradebook.db.add(notebook)
        for name, cell in _cells_of(release).items():
            self.gradebook.db.add(_source_row(notebook, name, cell))
            self.gradebook.db.add_all(_marked_rows(notebook, name, cell))

    def _exchange_cells(self, notebook: Notebook, release: NotebookNode) -> None:
        """Let cells come and go, which SaveCells refuses once marks exist.

        A new exercise waits for its mark with everybody who has handed in; one that is gone takes
        its marks along. Where a person entered something there, SaveCells is left to refuse.
        """
        db, before, after = self.gradebook.db, _cells_in(notebook), _cells_of(release)
        marked, now = _with_marks(before), _with_marks(after)
        gone = {name for name in before if marked.get(name) != now.get(name)}
        entered = {cell for _, _, cell, _ in self._entered([notebook.name])}
        if {name.removeprefix(CHECK) for name in gone} & entered:
            return
        for rows in (notebook.source_cells, notebook.grade_cells, notebook.solution_cells):
            for row in [*rows]:
                if row.name in gone or row.name not in after:
                    for kind in (Grade, Comment):
                        db.execute(delete(kind).where(kind.cell_id == row.id))
                    db.delete(row)
        db.flush()
        db.refresh(notebook)
        for name, cell in after.items():
            if name in gone or name not in before:
                db.add(_source_row(notebook, name, cell))
                rows = _marked_rows(notebook, name, cell)
                db.add_all(rows)
                db.flush()
                for row, handed_in in product(rows, notebook.submissions):
                    kind = Grade if isinstance(row, GradeCell) else Comment
                    db.add(kind(cell_id=row.id, notebook=handed_in))
        db.commit()

    def _replace_cells(self, lesson: str, release: NotebookNode, resources: dict[str, Any]) -> None:
        from nbgrader.preprocessors import SaveCells

        self.gradebook.db.rollback()  # SaveCells opens the file by itself
        try:
            SaveCells().preprocess(release, resources)
        except RuntimeError as error:
            raise UserError(
                f"{lesson}: its cells are not those that marks were recorded for; "
                "use a new course folder"
            ) from error

    def enrol(self, people: Iterable[Person]) -> None:
        """Enter students with their names; nbgrader shows others as None, None."""
        with self._writing("students"):
            for person in people:
                student = self._student(person.id)
                student.first_name = person.first or student.first_name
                student.last_name = person.last or student.last_name
                student.email = person.email or student.email

    def set_duedate(self, lesson: str, due: datetime) -> None:
        """Enter when a lesson is due, in UTC."""
        with self._writing(lesson):
            self.gradebook.find_assignment(lesson).duedate = due
        self._lessons.pop(lesson, None)

    def duedates(self) -> dict[str, datetime]:
        """The due dates that were entered in the gradebook, by lesson."""
        rows = self.gradebook.db.execute(select(Assignment.name, Assignment.duedate))
        return {name: duedate for name, duedate in rows if duedate is not None}

    def automatic(self) -> dict[tuple[str, str], float]:
        """The points that the grader gave, by student and lesson, whatever a person entered."""
        points = func.coalesce(func.sum(Grade.auto_score), 0.0)
        rows = select(SubmittedAssignment.student_id, Assignment.name, points).select_from(Grade)
        rows = rows.join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        rows = rows.join(SubmittedNotebook.assignment).join(SubmittedAssignment.assignment)
        rows = rows.join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        rows = rows.where(Notebook.name == Assignment.name).group_by(SubmittedAssignment.id)
        return {
            (student, lesson): score for student, lesson, score in self.gradebook.db.execute(rows)
        }

    def marks(self) -> list[Mark]:
        """What the gradebook holds for every submission: manual scores and penalties included."""
        scores = (
            select(SubmittedNotebook.assignment_id, func.sum(Grade.score).label("score"))
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .group_by(SubmittedNotebook.assignment_id)
            .subquery()
        )
        penalties = (
            select(
                SubmittedNotebook.assignment_id,
                func.sum(SubmittedNotebook.late_submission_penalty).label("penalty"),
            )
            .group_by(SubmittedNotebook.assignment_id)
            .subquery()
        )
        rows = (
            select(
                SubmittedAssignment.student_id,
                Assignment.name,
                SubmittedAssignment.timestamp,
                func.coalesce(scores.c.score, 0.0),
                func.coalesce(penalties.c.penalty, 0.0),
            )
            .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
            .outerjoin(scores, scores.c.assignment_id == SubmittedAssignment.id)
            .outerjoin(penalties, penalties.c.assignment_id == SubmittedAssignment.id)
            .order_by(SubmittedAssignment.student_id, Assignment.name)
        )
        db = self.gradebook.db
        points = dict(db.execute(select(Assignment.name, Assignment.max_score)).all())
        return [
            Mark(
                student=student,
                lesson=lesson,
                timestamp=timestamp,
                score=score,
                late_penalty=penalty,
                max_score=points[lesson],
            )
            for student, lesson, timestamp, score, penalty in db.execute(rows)
        ]

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

    def _entered(self, lessons: Iterable[str]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
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
        verdicts: Iterable[Verdict],
        timestamp: datetime | None = None,
        untouched: Container[str] = (),
    ) -> Recorded:
        """Write one graded submission. Writing it again changes nothing.

        untouched: the answers that the learner left as they were released.
        """
        known = self._lesson(lesson)
        scores = _scores(lesson, known, verdicts)
        remarks = {
            cell: "No response." if name in untouched else None
            for name, cell in known.solution_cells.items()
        }
        with self._writing(f"{student}, {lesson}"):
            return self._write(student, known, timestamp, scores, remarks, review=False)

    def refuse(self, student: str, lesson: str, timestamp: datetime | None = None) -> Recorded:
        """Write a submission that cannot be graded: no points, and marked for a person to look."""
        known = self._lesson(lesson)
        scores = dict.fromkeys(known.grade_cells, 0.0)
        with self._writing(f"{student}, {lesson}"):
            return self._write(student, known, timestamp, scores, {}, review=True)

    @contextmanager
    def together(self) -> Iterator[None]:
        """One commit for all that is written inside: all of it is kept, or nothing.

        The rows of all submissions are sent together, when it ends: a statement costs as much as
        fifty rows. So none of the submissions may be written twice inside.
        """
        with self._writing("a batch of marks"):
            yield

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        """Commit at the end of the outermost one."""
        db, outermost = self.gradebook.db, not self._is_writing
        self._is_writing = True
        try:
            yield
            if outermost:
                self._send_all()
                db.commit()
        except SQLAlchemyError as error:
            raise RunError(f"{what}: cannot write the gradebook: {_first_line(error)}") from error
        finally:
            if outermost:
                self._is_writing = False
                self._waiting.clear()
                db.rollback()  # after a commit this does nothing

    def _lesson(self, name: str) -> _Lesson:
        if name not in self._lessons:
            try:
                assignment = self.gradebook.find_assignment(name)
                notebook = self.gradebook.find_notebook(name, name)
            except MissingEntry as error:
                raise UserError(
                    f"the gradebook has no lesson {name}: make the course again"
                ) from error
            self._lessons[name] = _Lesson(
                assignment=assignment.id,
                duedate=assignment.duedate,
                notebook=notebook.id,
                grade_cells={cell.name: (cell.id, cell.max_score) for cell in notebook.grade_cells},
                solution_cells={cell.name: cell.id for cell in notebook.solution_cells},
                rows=tuple(_rows(notebook) for notebook in assignment.notebooks),
            )
        return self._lessons[name]

    def _student(self, student_id: str) -> Student:
        db = self.gradebook.db
        student = db.get(Student, student_id)
        if student is None:
            student = Student(id=student_id)
            db.add(student)
        return student

    def _write(
        self,
        student: str,
        known: _Lesson,
        timestamp: datetime | None,
        scores: Mapping[str, float],
        remarks: Mapping[str, str | None],
        review: bool,
    ) -> Recorded:
        """remarks: nbgrader's comments by solution cell; a cell that is left out keeps its own."""
        found = self._found(student, known, timestamp) or self._new(student, known, timestamp)
        total, needs_review, marks = 0.0, review, {}
        for name, (cell, _) in known.grade_cells.items():
            entered = found.entered.get(cell, _NOTHING_ENTERED)
            to_review = review or entered.manual_score is not None
            given = scores[name] if entered.manual_score is None else entered.manual_score
            total += given + (entered.extra_credit or 0.0)
            needs_review = needs_review or to_review
            marks[cell] = {"auto_score": scores[name], "needs_manual_grade": to_review}
        told = {cell: {"auto_comment": text} for cell, text in remarks.items()}
        if found.new:
            self._add_rows(known, found, marks, told)
        else:
            for statement, rows in ((_SET_GRADE, marks), (_SET_COMMENT, told)):
                for cell, row in rows.items():
                    self._send(statement, of_cell=cell, of_notebook=found.notebook, **row)
        penalty = self._penalty(student, known, found, total)
        if penalty != found.penalty:
            self._send(_SET_PENALTY, of_notebook=found.notebook, late_submission_penalty=penalty)
        return Recorded(score=total, late_penalty=penalty or 0.0, needs_review=needs_review)

    def _found(self, student: str, known: _Lesson, timestamp: datetime | None) -> _Submitted | None:
        asked = {"student": student, "assignment": known.assignment, "notebook": known.notebook}
        connection = self.gradebook.db.connection()
        found = connection.execute(_FIND, asked).one_or_none()
        if found is None:
            return None
        if timestamp is not None and timestamp != found.timestamp:
            self._send(_SET_TIME, of_submission=found.submission, timestamp=timestamp)
        entered = connection.execute(_ENTERED, {"notebook": found.notebook})
        return _Submitted(
            notebook=found.notebook,
            timestamp=timestamp or found.timestamp,
            extension=found.extension,
            penalty=found.penalty,
            entered={row.cell_id: row for row in entered},
        )

    def _new(self, student: str, known: _Lesson, timestamp: datetime | None) -> _Submitted:
        """The rows of a new submission, without marks; they mirror the whole assignment."""
        submission, rows = new_uuid(), {notebook: new_uuid() for notebook, *_ in known.rows}
        self._send(_ENROL, student=student)
        self._send(
            _ADD_SUBMISSION,
            id=submission,
            assignment_id=known.assignment,
            student_id=student,
            timestamp=timestamp,
        )
        for notebook, row in rows.items():
            self._send(_ADD_NOTEBOOK, id=row, notebook_id=notebook, assignment_id=submission)
        return _Submitted(rows[known.notebook], timestamp, extension=None, penalty=None, new=rows)

    def _add_rows(
        self,
        known: _Lesson,
        found: _Submitted,
        marks: Mapping[str, dict[str, Any]],
        told: Mapping[str, dict[str, Any]],
    ) -> None:
        """marks, told: by cell; what is in neither waits for a person, as in nbgrader."""
        for notebook, graded, answered in known.rows:
            row = found.new[notebook]
            for cell in graded:
                mark = marks.get(cell, _NO_MARK)
                self._send(_ADD_GRADE, cell_id=cell, notebook_id=row, **mark)
            for cell in answered:
                remark = told.get(cell, _NO_REMARK)
                self._send(_ADD_COMMENT, cell_id=cell, notebook_id=row, **remark)

    def _send(self, statement: Insert | Update, **row: Any) -> None:
        """Have it sent with all others of its kind, before the next commit."""
        self._waiting[statement].append(row)

    def _send_all(self) -> None:
        """In the order in which the kinds came: what others refer to is there before them."""
        for statement, rows in self._waiting.items():
            self.gradebook.db.connection().execute(statement, rows)
        self._waiting.clear()

    def _penalty(
        self,
        student: str,
        known: _Lesson,
        submission: "_Submitted | SubmittedAssignment",
        score: float,
    ) -> float | None:
        """What the course's late-submission plugin takes away, kept between 0 and the score."""
        if known.duedate is None or submission.timestamp is None:
            return None
        due = known.duedate + submission.extension if submission.extension else known.duedate
        late = (submission.timestamp - due).total_seconds()
        if late <= 0:
            return None
        penalty = self.late.plugin_inst.late_submission_penalty(student, score, late)
        return None if penalty is None else min(max(penalty, 0), score)


def _with_checksums(release: NotebookNode) -> NotebookNode:
    """A release as nbgrader's ComputeChecksums makes it."""
    release = deepcopy(release)
    for cell in release.cells:
        if is_grade(cell) or is_solution(cell) or is_locked(cell):
            cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
    return release


def _cells_of(release: NotebookNode) -> dict[str, _Cell]:
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


def _source_row(notebook: Notebook, name: str, cell: _Cell) -> SourceCell:
    (kind, locked, text, checksum), _, _ = cell
    return SourceCell(
        name=name, notebook=notebook, cell_type=kind, locked=locked, source=text, checksum=checksum
    )


def _marked_rows(notebook: Notebook, name: str, cell: _Cell) -> list[GradeCell | SolutionCell]:
    """The rows on which marks and comments hang."""
    (kind, *_), points, solution = cell
    rows: list[GradeCell | SolutionCell] = []
    if points is not None:
        rows.append(GradeCell(name=name, notebook=notebook, cell_type=kind, max_score=points))
    if solution:
        rows.append(SolutionCell(name=name, notebook=notebook))
    return rows


def _with_marks(cells: dict[str, _Cell]) -> dict[str, tuple[bool, bool]]:
    """Graded cells and answers: those that the gradebook keeps marks and comments for."""
    kinds = {name: (points is not None, solution) for name, (_, points, solution) in cells.items()}
    return {name: kind for name, kind in kinds.items() if any(kind)}


def _cells_in(notebook: Notebook) -> dict[str, _Cell]:
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


def _rows(notebook: Notebook) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    graded, answered, tasks = notebook.grade_cells, notebook.solution_cells, notebook.task_cells
    return (
        notebook.id,
        tuple(cell.id for cell in [*graded, *tasks]),
        tuple(cell.id for cell in [*answered, *tasks]),
    )


def _late(lessons: Iterable[str]) -> Any:
    """Rows of submissions after the due date, and of those that lost points for it before."""
    rows = select(SubmittedNotebook).join(SubmittedNotebook.assignment)
    rows = rows.join(SubmittedAssignment.assignment).where(Assignment.name.in_(lessons))
    return rows.where(
        or_(
            SubmittedAssignment.timestamp > Assignment.duedate,
            SubmittedNotebook.late_submission_penalty.is_not(None),
        )
    )


def _entries(kind: Any, lessons: Iterable[str], *values: Any) -> Any:
    """Grades or comments with their student, lesson and cell."""
    rows = select(SubmittedAssignment.student_id, Assignment.name, BaseCell.name, *values)
    rows = rows.select_from(kind).join(BaseCell, kind.cell_id == BaseCell.id)
    rows = rows.join(SubmittedNotebook, kind.notebook_id == SubmittedNotebook.id)
    rows = rows.join(SubmittedNotebook.assignment).join(SubmittedAssignment.assignment)
    return rows.where(Assignment.name.in_(lessons))


def _scores(lesson: str, known: _Lesson, verdicts: Iterable[Verdict]) -> dict[str, float]:
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


def _make(db_url: str) -> None:
    """Make a gradebook's file, whole or not at all.

    nbgrader makes it in several steps; one that was killed between them would never be whole. For
    one of the steps it starts a program that takes seconds to load.
    """
    address = make_url(db_url)
    if address.drivername != "sqlite" or not address.database or Path(address.database).exists():
        return
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    half = Path(f"{address.database}.part")
    half.unlink(missing_ok=True)
    engine = create_engine(sqlite_url(half))
    try:
        with engine.begin() as connection:
            Base.metadata.create_all(connection)
            migrations = ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic"))
            MigrationContext.configure(connection).stamp(migrations, "head")
    finally:
        engine.dispose()
    half.replace(address.database)


@contextmanager
def _alembic_on_path() -> Iterator[None]:
    """nbgrader starts `alembic` by name when a database is empty; it stands beside Python."""
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
