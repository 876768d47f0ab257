"""`python -m autograder export`: what goes out of a course, and where it is written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder import files
from autograder.collect import systems
from autograder.collect.place import Attempt, attempts_of
from autograder.course import plan, roster, tables
from autograder.course.folder import recorder_of
from autograder.course.gradebook import Mark
from autograder.course.lock import alone
from autograder.course.roster import Person
from autograder.course.verdicts import verdict_file
from autograder.errors import UserError
from autograder.exercises import find_lesson
from autograder.export import handback, sheet
from autograder.export.sheet import Sheet, Student
from autograder.text import composed

TO = {"canvas": sheet.canvas, "moodle": sheet.moodle, "wide": sheet.wide}
_SYSTEMS = {"canvas": systems.CANVAS, "moodle": systems.MOODLE}


@dataclass
class Written:
    """The files that were written, and what to tell."""

    paths: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def export(course: Path, to: str, table: Path | None = None, lesson: str | None = None) -> Written:
    """Write the marks of a class for a system.

    table: one that the system exported, to be filled in. lesson: of a worksheet with one column.
    """
    plan.require(course)
    asked = plan.read(course)
    name = find_lesson(lesson).name if lesson else None
    if table and to == "wide":
        raise UserError("--into fills in a table of Canvas or Moodle; use --to canvas or moodle")
    done = Written()
    with alone(course):
        marks = _marks(course, asked)
        attempts = [*attempts_of(course)]
        whole = _sheet(course, asked, marks, attempts)
        if table:
            text, done.notes = sheet.into(whole, table, name)
        else:
            text = TO[to](whole)
        done.paths.append(course / "export" / (table.name if table else f"{to}.csv"))
        files.replace(done.paths[0], text)
        if to in _SYSTEMS:
            for one in handback.write(course, _SYSTEMS[to], attempts):
                done.paths.append(one.path)
        waiting = sum(1 for _ in _ungraded(course, asked))
    if waiting:
        done.notes.append(f"{waiting} submissions are not graded yet; run `make grade` first")
    return done


def _marks(course: Path, asked: plan.Plan) -> list[Mark]:
    """What the gradebook holds now; `grades.csv` is brought up to date with it."""
    if not (course / "grades.csv").exists():
        raise UserError(f"nothing is graded in {course}; run `make grade COURSE={course}` first")
    with recorder_of(course) as recorder:
        recorder.settle(recorder.lessons() & {*asked.lessons})
        marks = [mark for mark in recorder.marks() if mark.lesson in asked.lessons]
    tables.write_grades(course / "grades.csv", marks)
    return marks


def _sheet(course: Path, asked: plan.Plan, marks: list[Mark], attempts: list[Attempt]) -> Sheet:
    """The roster's students in its order, then those whom it does not name."""
    by_student: dict[str, dict[str, float]] = {}
    for mark in marks:
        by_student.setdefault(composed(mark.student), {})[mark.lesson] = mark.counts
    canvas_ids = {
        composed(one.student): hint.who[0]
        for one in attempts
        if one.system == systems.CANVAS
        and (hint := systems.hint((one.ticket,), (), asked.zone)).who
    }
    people = {person.id: person for person in roster.of_course(course).people}
    people |= {name: Person(id=name) for name in sorted(by_student) if name not in people}
    return Sheet(
        students=tuple(
            Student(person=one, marks=by_student.get(name, {}), canvas_id=canvas_ids.get(name, ""))
            for name, one in people.items()
        ),
        points={name: asked.points_of(name) for name in asked.lessons},
    )


def _ungraded(course: Path, asked: plan.Plan) -> Iterator[Path]:
    for place in (course / "submitted").glob("*/*"):
        verdict = verdict_file(course, place.parent.name, place.name)
        if place.name in asked.lessons and not verdict.path.exists():
            yield place
