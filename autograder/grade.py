"""Grading a class: workers judge in parallel, one process records.

A worker returns everything as a value; only the coordinator writes. For a few submissions at a time
it writes the graded notebooks, then the gradebook, and last the verdict files, renamed into place.
A run that is killed anywhere can be started again: what has a verdict file for the same bytes and
the same grader is done, and recording twice changes nothing. When all are judged and settled,
everybody's feedback page is brought up to date.
"""

import hashlib
import math
import time
from collections.abc import Callable, Container, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder import files
from autograder.course import plan, roster, tables
from autograder.course.corrections import NOTHING
from autograder.course.folder import create, recorder_of
from autograder.course.gradebook import Mark, Recorder
from autograder.course.lock import alone
from autograder.course.submissions import Submission, graded_notebook, submissions
from autograder.course.verdicts import Kept, VerdictFile, verdict_file
from autograder.errors import UserError
from autograder.exercises import find_lesson, lessons
from autograder.handin.read import Refusal, read_bytes
from autograder.judge.crew import Crew
from autograder.judge.judge import Settings
from autograder.judge.worker import Result, Task, grader_version
from autograder.pages import feedback
from autograder.status import SubmissionStatus
from autograder.text import composed

# Verdicts are written when there are so many of them, or when one comes so many seconds after the
# first; those that wait are what a killed run has to judge again.
AT_MOST, _SECONDS = 50, 2.0

Results = Generator[Any, None, None]
Show = Callable[[Results, int], Results]


@dataclass(frozen=True)
class Class:
    """A graded class, or the part of it that was asked for.

    files: a verdict on each submission. marks: as the gradebook has them, by student and lesson.
    """

    files: list[VerdictFile]
    marks: dict[tuple[str, str], Mark]


def grade_course(
    folder: Path,
    *,
    lesson: str | None = None,
    student: str | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    settings: Settings | None = None,
    show: Show = lambda results, total: results,
) -> Class:
    """Grade what is new or changed in a course folder.

    lesson: this one only, by name or number. student: this one only, and judged anew.
    show: wraps the stream of results, to draw a progress bar.
    """
    plan.require(folder)
    asked = plan.read(folder)
    if lesson is not None:
        lesson = find_lesson(lesson).name
        if lesson not in asked.lessons:
            raise UserError(f"{lesson} is not among the lessons of {folder / plan.FILE}")
    settings = replace(settings or Settings(), points=asked.points)
    crew = Crew(settings, grader_version(settings), jobs, scheduler)
    with alone(folder):
        return _graded(folder, asked, lesson, student, crew, show)


def _graded(
    folder: Path,
    asked: plan.Plan,
    lesson: str | None,
    student: str | None,
    crew: Crew,
    show: Callable[[Generator, int], Generator],
) -> Class:
    settings, version = crew.settings, crew.version
    names = [name for name in asked.lessons if name in lessons()]
    create(folder, names, points=dict(asked.points), due=asked.due)
    with recorder_of(folder) as recorder:
        recorder.enrol(roster.of_course(folder).people)
        everything = submissions(folder, None, recorder.duedates())
        recorded = recorder.automatic()
    found = [item for item in everything if _is_asked(item, lesson, student)]
    if student and not found:
        raise UserError(f"{folder / 'submitted'} holds nothing of {student} to grade")

    def is_done(item: Submission) -> bool:
        kept = _judged(folder, item, version)
        if kept is None or item.lesson not in names:  # else nbgrader has no place for it
            return kept is not None
        points = recorded.get((item.student, item.lesson), math.nan)
        return math.isclose(points, kept.verdict["score"], abs_tol=1e-6)

    waiting = [item for item in found if student or not is_done(item)]
    waiting.sort(key=lambda item: item.lesson)  # a runner knows the questions of one at a time
    by_name = {(item.student, item.lesson): item for item in waiting}
    open_lessons = sorted({item.lesson for item in waiting}.intersection(names))
    with crew.standing_by(len(waiting), open_lessons), recorder_of(folder) as recorder:
        results = crew.judged(map(task_of, waiting), len(waiting))
        with closing(results), closing(show(results, len(waiting))) as shown:
            for batch in _batches(shown):
                with recorder.together():
                    for task, result in batch:
                        if task.lesson in names:  # else nbgrader has no place for it
                            keep(folder, recorder, by_name[task.student, task.lesson], result)
                for task, result in batch:
                    submission = by_name[task.student, task.lesson]
                    verdict = result.to_data() | {"max_score": asked.points_of(task.lesson)}
                    _file_of(folder, submission).write(_digest(submission, task), version, verdict)
        entries = recorder.settle(names)
        marks = [mark for mark in recorder.marks() if mark.lesson in names]

    def give_back(item: Submission, kept: Kept) -> None:
        entered = entries.get((item.student, item.lesson), NOTHING)
        feedback.give_back(folder, item, kept, entered, settings.run_experiments, asked.zone)

    tables.write_grades(folder / "grades.csv", marks)
    with_page = {item for item in found if item.lesson in names}
    verdicts = _verdicts(folder, everything, with_page, give_back)
    tables.write_results(folder / "results.csv", verdicts)
    files_asked = [_file_of(folder, item) for item in found]
    return Class(files=files_asked, marks={(mark.student, mark.lesson): mark for mark in marks})


def _verdicts(
    folder: Path,
    everything: Iterable[Submission],
    with_page: Container[Submission],
    give_back: Callable[[Submission, Kept], None],
) -> Iterator[dict[str, Any]]:
    """Every verdict there is; each file is read once, for the table and for the page."""
    for item in everything:
        file = _file_of(folder, item)
        if file.path.exists():
            kept = file.kept()
            if item in with_page:
                give_back(item, kept)
            yield kept.verdict


def _is_asked(submission: Submission, lesson: str | None, student: str | None) -> bool:
    return lesson in (None, submission.lesson) and (
        student is None or composed(student) == composed(submission.student)
    )


def _batches(results: Iterable[tuple[Task, Result]]) -> Iterator[list[tuple[Task, Result]]]:
    """A few results at a time: one commit for each would cost more than writing them."""
    batch: list[tuple[Task, Result]] = []
    began = time.monotonic()
    for item in results:
        batch.append(item)
        if len(batch) >= AT_MOST or time.monotonic() - began > _SECONDS:
            yield batch
            batch, began = [], time.monotonic()
    if batch:
        yield batch


def _judged(folder: Path, submission: Submission, version: str) -> Kept | None:
    """What this very grader has judged of this very submission, if all of its files are there."""
    kept = _file_of(folder, submission).judged(version)
    if kept is None or kept.digest != _digest(submission, task_of(submission)):
        return None
    is_refused = kept.verdict["status"] == SubmissionStatus.REFUSED
    return kept if is_refused or graded_notebook(folder, submission).is_file() else None


def _file_of(folder: Path, submission: Submission) -> VerdictFile:
    return verdict_file(folder, submission.student, submission.lesson)


def task_of(submission: Submission) -> Task:
    """Read when its turn comes, and not kept: the coordinator never holds a whole class."""
    contents, refusal = b"", submission.refusal
    if not refusal:
        try:
            contents = read_bytes(submission.path)
        except Refusal as found:
            refusal = str(found)
    return Task(submission.student, submission.lesson, contents, refusal, submission.problems)


def _digest(submission: Submission, task: Task) -> str:
    """Changes when the submission does, or the time at which it was handed in."""
    beside = repr((replace(task, contents=b""), submission.timestamp))
    digest = hashlib.sha256(beside.encode("utf-8", "surrogatepass"))
    digest.update(task.contents)  # by itself: writing bytes as text takes longer than all the rest
    return digest.hexdigest()


def keep(folder: Path, recorder: Recorder, submission: Submission, result: Result) -> None:
    """Write what one result leaves behind, the gradebook last."""
    if result.status == SubmissionStatus.REFUSED:
        recorder.refuse(submission.student, submission.lesson, submission.timestamp)
        return
    files.replace(graded_notebook(folder, submission), result.notebook)
    recorder.record(
        submission.student,
        submission.lesson,
        result.verdicts,
        submission.timestamp,
        result.untouched,
    )
