"""A class's marks as tables: wide, and as Canvas and Moodle import them.

Canvas wants the columns Student, ID, SIS User ID, SIS Login ID and Section, and a second row with
the points possible (lib/gradebook_importer.rb of github.com/instructure/canvas-lms). Moodle's
grading worksheet is known by its columns Identifier and Grade
(mod/assign/feedback/offline/importgradeslib.php of github.com/moodle/moodle); into its gradebook
any table goes that has a column by which students are known.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import roster
from autograder.course.roster import Person, squashed
from autograder.errors import UserError
from autograder.exercises import lessons
from autograder.handin.recognise import lesson_named
from autograder.text import clean, csv_safe

_ID_OF_CANVAS = re.compile(r" *\(\d+\)$")
_GRADE = ("grade", "성적", "점수")
_MAXIMUM = "maximumgrade"
_FIXED = "gradecanbechanged"


@dataclass(frozen=True)
class Student:
    """One row. canvas_id: Canvas's number, where something was collected from there."""

    person: Person
    marks: Mapping[str, float] = field(default_factory=dict)
    canvas_id: str = ""


@dataclass(frozen=True)
class Sheet:
    """What a class earned. points: what can be earned, by lesson, in course order."""

    students: tuple[Student, ...]
    points: Mapping[str, float]

    @property
    def handed_in(self) -> list[str]:
        """The lessons in which anybody has a mark."""
        return [name for name in self.points if any(name in one.marks for one in self.students)]


def wide(sheet: Sheet) -> str:
    """A row a student, a column a lesson, the total and what it is of."""
    header = ["student", "first_name", "last_name", "email", *sheet.points, "total", "out_of"]
    most = _number(sum(sheet.points.values()))
    rows = []
    for one in sheet.students:
        person = one.person
        marks = [_mark(one, lesson) for lesson in sheet.points]
        total = _number(sum(one.marks.values()))
        rows.append([person.id, person.first, person.last, person.email, *marks, total, most])
    return _csv([header, *rows])


def canvas(sheet: Sheet) -> str:
    """A gradebook that Canvas imports; lessons that it does not have become new assignments."""
    asked = sheet.handed_in
    points = [_number(sheet.points[lesson]) for lesson in asked]
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *asked]
    rows = [header, ["    Points Possible", "", "", "", "", *points]]
    for one in sheet.students:
        cells, person = one.person.canvas, one.person
        sortable = ", ".join(filter(None, (person.last, person.first))) or person.id
        number = cells.get("id") or one.canvas_id
        login = cells.get("sisloginid") or ("" if number else person.id)
        who = [cells.get("student") or sortable, number, cells.get("sisuserid", ""), login]
        marks = [_mark(one, lesson) for lesson in asked]
        rows.append([*who, cells.get("section", ""), *marks])
    return _csv(rows)


def moodle(sheet: Sheet) -> str:
    """A table for Moodle's gradebook, which asks for the column that tells students apart."""
    asked = sheet.handed_in
    header = ["ID number", "First name", "Last name", "Email address", *asked]
    rows = []
    for one in sheet.students:
        person, marks = one.person, [_mark(one, lesson) for lesson in asked]
        rows.append([person.id, person.first, person.last, person.email, *marks])
    return _csv([header, *rows])


def into(sheet: Sheet, path: Path, lesson: str | None) -> tuple[str, list[str]]:
    """An exported table with the marks filled in, and what to tell of it.

    All other cells stay as they are. lesson: of a worksheet that holds one column of grades.
    """
    rows = roster.cells(path)
    header = [squashed(cell) for cell in rows[0]]
    columns, notes = _columns(rows[0], header, path, lesson)
    by_row, missing = _matched(sheet, roster.people(path))
    notes += missing
    for name, column in columns.items():
        possible = _possible(rows, header, column)
        if possible not in (None, sheet.points[name]):
            text = f"{possible:g} points there and {sheet.points[name]:g} here"
            notes.append(f"{rows[0][column]}: {text}; the marks are written as they are")
        for index, one in by_row.items():
            row = rows[index]
            fixed = _FIXED in header and squashed(_cell(row, header.index(_FIXED))) == "no"
            if name in one.marks and not fixed:
                row += [""] * (column + 1 - len(row))
                row[column] = _number(one.marks[name])
    return _text(rows), notes


def _columns(
    titles: list[str], header: list[str], path: Path, lesson: str | None
) -> tuple[dict[str, int], list[str]]:
    """Which lesson each column is of."""
    if "identifier" in header or "식별자" in header:
        grade = next((header.index(name) for name in _GRADE if name in header), None)
        found = lesson or lesson_named(path.stem, lessons())
        if grade is None:
            raise UserError(f"{path}: the worksheet has no column Grade")
        if found is None:
            raise UserError(f"{path}: its name does not say which lesson it is; add --lesson 04")
        return {found: grade}, []
    named: dict[str, list[int]] = defaultdict(list)
    for index, title in enumerate(titles):
        plain = _ID_OF_CANVAS.sub("", title)
        exact = [n for n, one in lessons().items() if squashed(one.title) == squashed(plain)]
        name = exact[0] if exact else lesson_named(plain, lessons())
        if name and lesson in (None, name):
            named[name].append(index)
    if not named:
        raise UserError(f"{path}: no column has a lesson's name, such as 04_momentum")
    notes = [
        f"{name} may be {' or '.join(titles[index] for index in at)}: neither was filled in"
        for name, at in named.items()
        if len(at) > 1
    ]
    return {name: at[0] for name, at in named.items() if len(at) == 1}, notes


def _matched(sheet: Sheet, there: Mapping[int, Person]) -> tuple[dict[int, Student], list[str]]:
    """Our students by the row in which they stand, and who stands in none."""
    found: dict[int, Student] = {}
    notes, matched = [], set()
    for index, other in there.items():
        same = [one for one in sheet.students if _is_known(one, other)] or [
            one for one in sheet.students if one.person.names & other.names
        ]
        if len(same) == 1:
            found[index] = same[0]
            matched.add(same[0].person.id)
        elif same:
            some = " or ".join(clean(one.person.id) for one in same[:3])
            notes.append(f"{clean(other.id)} may be {some}: nothing was filled in")
    without = [one for one in sheet.students if one.marks and one.person.id not in matched]
    notes += [f"{clean(one.person.id)} has marks, and no row in the table" for one in without]
    return found, notes


def _is_known(one: Student, other: Person) -> bool:
    """By an id, unless the names say otherwise: one number may be an id in two systems."""
    ours = one.person
    known = ours.known | {roster.folded(ours.id), one.canvas_id} - {""}
    agree = bool(ours.names & other.names) or not (ours.names and other.names)
    return agree and bool(known & other.known)


def _possible(rows: list[list[str]], header: list[str], column: int) -> float | None:
    """The points that the table says can be had in a column."""
    for row in rows[1:]:
        if squashed(_cell(row, 0)) == "pointspossible":
            return _float(_cell(row, column))
    if _MAXIMUM in header and len(rows) > 1:
        return _float(_cell(rows[1], header.index(_MAXIMUM)))
    return None


def _cell(row: list[str], index: int) -> str:
    return row[index] if index < len(row) else ""


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _mark(one: Student, lesson: str) -> str:
    return _number(one.marks[lesson]) if lesson in one.marks else ""


def _number(value: float) -> str:
    return f"{round(value, 2):.10g}"


def _csv(rows: Iterable[list[str]]) -> str:
    return _text([csv_safe(cell) for cell in row] for row in rows)


def _text(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()
