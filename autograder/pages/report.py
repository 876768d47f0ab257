"""The class report: what a class has understood and what not, on one page.

It reads the verdict files of a graded course and writes `report.html`, which needs nothing else
and runs nothing; its links lead to the pages that the students got. `report.json` beside it keeps
what the next report is compared with.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import quote

from autograder.course import plan, roster, tables
from autograder.course.verdicts import VerdictFile, verdict_files
from autograder.errors import RunError, UserError
from autograder.pages import since, tries
from autograder.pages.counts import (
    ExerciseRow,
    LessonRow,
    MistakeRow,
    PlaceRow,
    Submissions,
    Tries,
    exercise_rows,
    is_refused,
    lesson_rows,
    mistake_rows,
    place_rows,
    students_to_help,
)
from autograder.pages.html import template
from autograder.pages.since import Since
from autograder.text import clean, csv_safe

MOST_ROWS = 5  # of mistakes, of slips, of the hardest exercises
MOST_PEOPLE = 20
MOST_PERSISTING = 10


@dataclass(frozen=True)
class Around:
    """What the report tells beside the verdicts.

    pages: where a feedback page is, by student and lesson. people: names by id.
    """

    when: datetime
    pages: Mapping[tuple[str, str], str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    tries: Tries = field(default_factory=dict)
    since: Since | None = None


@dataclass(frozen=True)
class _Chapter:
    """One lesson of the report."""

    lesson: LessonRow
    exercises: list[ExerciseRow]
    mistakes: list[MistakeRow]
    places: list[PlaceRow]


@dataclass(frozen=True)
class _Mark:
    """One cell of the table of students: nothing was handed in, or what came of it."""

    text: str
    page: str = ""


@dataclass(frozen=True)
class _Student:
    name: str
    marks: list[_Mark]
    total: float


@dataclass(frozen=True)
class _Oddity:
    """One line about a submission."""

    student: str
    lesson: str
    why: str
    page: str


def write(course: Path, zone: tzinfo | None = None) -> Path:
    """Write the report of a graded course; where it is."""
    counted = tables.read_marks(course / "grades.csv")
    found = verdict_files(course)
    submissions = [_with_mark(file.read(), counted) for file in found]
    if not submissions:
        raise UserError(f"nothing is graded in {course}; run `make grade COURSE={course}` first")
    when = datetime.now(zone or plan.read(course).zone)
    standing, known = since.standing(submissions, when.astimezone(UTC)), since.kept(course)
    changed = [one for one in known if not one.same_class(standing)]
    around = Around(
        when=when,
        pages=_pages(course, found),
        people={one.id: one.full for one in roster.of_course(course).people if one.full},
        tries=tries.of_course(course),
        since=since.compared(changed[-1], standing) if changed else None,
    )
    path = course / "report.html"
    try:
        path.write_text(page(submissions, around), "utf-8")
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror}") from error
    if not known or not known[-1].same_class(standing):
        since.keep(course, [*known, standing])
    return path


def _with_mark(submission: dict[str, Any], counted: dict[tuple[str, str], float]) -> dict[str, Any]:
    """A submission with the points that count, where the table of marks has it."""
    name = csv_safe(submission["student"]), csv_safe(submission["lesson"])
    return submission | {"score": counted.get(name, submission["score"])}


def _pages(course: Path, found: Iterable[VerdictFile]) -> dict[tuple[str, str], str]:
    """The feedback pages that are there. Names are those of folders: a file may say anything."""
    pages = {}
    for file in found:
        student, lesson = file.path.parent.name, file.path.stem
        way = f"feedback/{student}/{lesson}/{lesson}.html"
        if (course / way).is_file():
            pages[student, lesson] = quote(way)
    return pages


def page(submissions: Submissions, around: Around) -> str:
    """The report as HTML."""
    rows = lesson_rows(submissions)
    exercises = exercise_rows(submissions, around.tries)
    mistakes, places = mistake_rows(submissions), place_rows(submissions)
    hardest = sorted((row for row in exercises if row.rate < 1), key=lambda row: row.rate)
    return template("report").render(
        when=around.when,
        students=_students(submissions, rows, around),
        submissions=len(submissions),
        chapters=[
            _Chapter(
                lesson=row,
                exercises=[one for one in exercises if one.lesson == row.name],
                mistakes=[one for one in mistakes if one.lesson == row.name],
                places=[one for one in places if one.lesson == row.name],
            )
            for row in rows
        ],
        hardest=hardest[:MOST_ROWS],
        mistakes=mistakes[:MOST_ROWS],
        helped=students_to_help(submissions),
        refused=[_oddity(item, around) for item in submissions if is_refused(item)],
        odd=[
            _oddity(item, around)
            for item in submissions
            if not is_refused(item) and item["problems"]
        ],
        since=around.since,
        name=lambda student: _name(student, around),
        most=MOST_ROWS,
        most_people=MOST_PEOPLE,
        most_persisting=MOST_PERSISTING,
    )


def _name(student: str, around: Around) -> str:
    """As the roster has it, with the id by which the course knows a student."""
    full = around.people.get(student)
    return clean(f"{full} ({student})" if full else student)


def _students(
    submissions: Submissions, rows: Iterable[LessonRow], around: Around
) -> list[_Student]:
    by_name = {(item["student"], item["lesson"]): item for item in submissions}
    table = []
    for student in sorted({item["student"] for item in submissions}):
        found = [by_name.get((student, row.name)) for row in rows]
        marks = [_mark(item, around) for item in found]
        total = sum(item["score"] for item in found if item)
        table.append(_Student(name=_name(student, around), marks=marks, total=total))
    return sorted(table, key=lambda row: row.name)


def _mark(item: dict[str, Any] | None, around: Around) -> _Mark:
    if item is None:
        return _Mark(text="")
    text = "✗" if is_refused(item) else f"{round(item['score'], 1):g}"
    return _Mark(text=text, page=_page_of(item, around))


def _page_of(item: dict[str, Any], around: Around) -> str:
    return around.pages.get((item["student"], item["lesson"]), "")


def _oddity(item: dict[str, Any], around: Around) -> _Oddity:
    """One line: the rest stands on the student's page."""
    first, *more = item["problems"] or ["it could not be graded"]
    why = " ".join(clean(first, 200).split()) + (f"; and {len(more)} more" if more else "")
    return _Oddity(
        student=_name(item["student"], around),
        lesson=clean(item["lesson"]),
        why=why,
        page=_page_of(item, around),
    )
