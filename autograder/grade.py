"""Grading a class: workers judge in parallel, one process records.

A worker returns everything as a value; only the coordinator writes. For each submission it writes
the graded notebook and the feedback page, then the gradebook, and last a verdict file, renamed
into place. A run that is killed anywhere can be started again: what has a verdict file for the
same bytes and the same grader is done, and recording twice changes nothing.
"""

import hashlib
import json
import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder import NOTEBOOKS, ROOT, course, export, feedback, preflight
from autograder.course import Submission
from autograder.errors import RunError, UserError
from autograder.exercises import find_lesson, lessons
from autograder.judge import Judge, Settings
from autograder.record import Recorder
from autograder.session import Session
from optlab.diagnose import Verdict

SCHEMA = 1
GRADED = "graded"
REFUSED = "refused"
_QUEUED_PER_WORKER = 4  # enough to keep workers busy; more would only hold memory


@dataclass(frozen=True)
class Task:
    """One submission as a value, so that a worker needs no shared folder."""

    submission: Submission
    contents: bytes = b""
    refusal: str | None = None

    @property
    def digest(self) -> str:
        """Changes when the submission does."""
        seen = (self.contents, self.refusal, self.submission)
        return hashlib.sha256(repr(seen).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Result:
    """What came of one submission."""

    student: str
    lesson: str
    status: str
    verdicts: tuple[Verdict, ...] = ()
    problems: tuple[str, ...] = ()
    notebook: str = ""
    page: str = ""

    @property
    def score(self) -> float:
        return sum(verdict.score for verdict in self.verdicts)

    def to_data(self) -> dict[str, Any]:
        """The form of the command contract."""
        return {
            "student": self.student,
            "lesson": self.lesson,
            "status": self.status,
            "score": self.score,
            "max_score": float(lessons()[self.lesson].points) if self.lesson in lessons() else 0.0,
            "problems": list(self.problems),
            "exercises": [verdict.to_data() for verdict in self.verdicts],
        }


def grade_loose(path: Path, judge: Judge) -> dict[str, Any]:
    """Grade one notebook outside any course: a learner's own score."""
    try:
        submitted = preflight.read(path)
    except preflight.Refusal as refusal:
        if not path.exists():
            raise UserError(f"{path}: {refusal}; is the name right?") from refusal
        return {"notebook": str(path), "score": 0.0, "max_score": 0.0, "exercises": [],
                "problems": [str(refusal)]}  # fmt: skip
    lesson = _lesson_of(path, submitted)
    poured = preflight.pour(_release(lesson), submitted)
    graded = judge.notebook(poured.notebook, lesson)
    return {
        "notebook": str(path),
        "score": graded.score,
        "max_score": graded.max_score,
        "exercises": [verdict.to_data() for verdict in graded.verdicts],
        "problems": [*poured.problems, *graded.problems],
    }


def grade_course(
    folder: Path,
    *,
    lesson: str | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    settings: Settings | None = None,
    show: Callable[[Iterator, int], Iterable] = lambda results, total: results,
) -> list[dict[str, Any]]:
    """Grade what is new or changed in a course folder; the verdicts on all submissions.

    show: wraps the stream of results, to draw a progress bar.
    """
    settings = settings or Settings()
    if lesson is not None:
        find_lesson(lesson)
    course.create(folder, lessons())
    with Session(settings.isolation, settings.limits) as session:
        _require_sandbox(session, settings)
    with _recorder(folder) as recorder, _executor(jobs, scheduler) as (executor, workers):
        submissions = course.submissions(folder, lesson, recorder.duedates())
        version = grader_version(settings)
        waiting = [
            item for item in submissions if not _file_of(folder, item).matches(item, version)
        ]
        # Read again when its turn comes: the coordinator never holds a whole class.
        tasks = map(_task, waiting)
        results = _judged(executor, tasks, settings, workers * _QUEUED_PER_WORKER)
        for task, result in show(results, len(waiting)):
            _keep(folder, recorder, task, result)
            _file_of(folder, task.submission).write(task, result, version)
        marks = recorder.marks()
    verdicts = [_file_of(folder, item).read() for item in submissions]
    export.write_grades(folder / "grades.csv", marks)
    export.write_results(folder / "results.csv", verdicts)
    return verdicts


def grade_one(task: Task, settings: Settings) -> Result:
    """In a worker: judge one submission. Never raises, so that none stops the class."""
    try:
        return _graded(task, settings)
    except preflight.Refusal as refusal:
        return _refused(task, str(refusal))
    except RunError:
        raise
    except Exception as error:  # a fault of the grader must cost one mark at most, and be seen
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
        return _refused(task, f"the grader itself failed on it ({where}); please report this")


@cache
def grader_version(settings: Settings) -> str:
    """Changes whenever code, exercises, releases or settings change: then all is graded anew."""
    digest = hashlib.sha256(repr(settings).encode())
    for folder in (ROOT / "autograder", NOTEBOOKS):
        for path in sorted(folder.rglob("*")):
            if (
                path.suffix in (".py", ".ipynb", ".key", ".j2")
                and ".ipynb_checkpoints" not in path.parts
            ):
                digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class VerdictFile:
    """What one submission got, beside the course's notebooks: read by report, CSV and JSON."""

    path: Path

    def read(self) -> dict[str, Any]:
        return json.loads(self.path.read_text("utf-8"))["verdict"]

    def matches(self, submission: Submission, version: str) -> bool:
        """Whether this very submission was judged by this very grader."""
        try:
            data = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):  # not there, or damaged: grade again
            return False
        if data.get("grader") != version:
            return False
        return data.get("digest") == _task(submission).digest

    def write(self, task: Task, result: Result, version: str) -> None:
        data = {"schema": SCHEMA, "digest": task.digest, "grader": version}
        _replace(self.path, json.dumps(data | {"verdict": result.to_data()}, indent=1) + "\n")


def verdict_files(folder: Path) -> list[VerdictFile]:
    """All verdict files of a course, by student and lesson."""
    return [VerdictFile(path) for path in sorted((folder / "verdicts").glob("*/*.json"))]


def _file_of(folder: Path, submission: Submission) -> VerdictFile:
    return VerdictFile(folder / "verdicts" / submission.student / f"{submission.lesson}.json")


def _task(submission: Submission) -> Task:
    if submission.refusal:
        return Task(submission, refusal=submission.refusal)
    try:
        return Task(submission, preflight.read_bytes(submission.path))
    except preflight.Refusal as refusal:
        return Task(submission, refusal=str(refusal))


def _keep(folder: Path, recorder: Recorder, task: Task, result: Result) -> None:
    """Write what one result leaves behind, the gradebook last."""
    submission = task.submission
    if submission.lesson not in lessons():
        return  # nbgrader has no place for it; the verdict file tells
    place = Path(submission.student) / submission.lesson / f"{submission.lesson}.ipynb"
    _replace((folder / "feedback" / place).with_suffix(".html"), result.page)
    if result.status == REFUSED:
        recorder.refuse(submission.student, submission.lesson, submission.timestamp)
        return
    _replace(folder / "autograded" / place, result.notebook)
    notebook = nbformat.v4.reads(result.notebook)
    recorder.record(
        submission.student, submission.lesson, notebook, result.verdicts, submission.timestamp
    )


def _replace(path: Path, text: str) -> None:
    """Write a file in one go: a reader sees the old one or the new one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(path.name + ".part")
        half.write_text(text, "utf-8")
        half.replace(path)
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror}") from error


def _judged(
    executor: Executor, tasks: Iterator[Task], settings: Settings, most: int
) -> Iterator[tuple[Task, Result]]:
    """Tasks with their results as they come; at most `most` are under way or queued."""
    under_way: dict[Future, Task] = {}
    try:
        while True:
            for task in tasks:
                under_way[executor.submit(grade_one, task, settings)] = task
                if len(under_way) >= most:
                    break
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                yield under_way.pop(future), future.result()
    except BrokenProcessPool as error:
        text = "a worker process died (out of memory?); run the same command again to go on"
        raise RunError(text) from error
    finally:
        for future in under_way:
            future.cancel()


def _recorder(folder: Path) -> Recorder:
    config = course.config(folder)
    return Recorder(
        course.db_url(folder, config), config.CourseDirectory.get("course_id", ""), config
    )


@contextmanager
def _executor(jobs: int | None, scheduler: str | None) -> Iterator[tuple[Executor, int]]:
    """Where the work is done, and how many submissions at a time. The only place that differs."""
    if scheduler:
        try:
            from distributed import Client
        except ImportError as error:
            text = "--scheduler needs Dask: pip install -r requirements-cluster.txt"
            raise UserError(text) from error
        try:
            client = Client(scheduler, timeout=20)
        except OSError as error:
            raise UserError(f"no Dask scheduler answers at {scheduler}") from error
        with client:
            yield client.get_executor(pure=False), max(1, len(client.nthreads()))
        return
    workers = jobs or os.cpu_count() or 1
    # Spawned, not forked: a worker must hold neither the gradebook's connection nor its locks.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_ignore_interrupts) as pool:
        yield pool, workers


def _ignore_interrupts() -> None:
    """Ctrl-C is the coordinator's: it stops handing out work and leaves things in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _require_sandbox(session: Session, settings: Settings) -> None:
    if settings.isolation == "auto" and not session.sandboxed:
        raise RunError(
            f"no sandbox here ({session.unavailable}), so a class is not graded: learners' code "
            "could read and change anything; --isolation none does it all the same"
        )


@cache
def _judge(settings: Settings) -> Judge:
    """One judge, and so one warm runner, per worker process; it lives as long as the worker."""
    judge = Judge(settings)
    judge.__enter__()
    # Unlike atexit, this also runs in the processes of a pool.
    Finalize(None, judge.__exit__, args=(None, None, None), exitpriority=0)
    _require_sandbox(judge.session, settings)
    return judge


@cache
def _release(lesson: str) -> NotebookNode:
    return nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4)


def _graded(task: Task, settings: Settings) -> Result:
    student, lesson = task.submission.student, task.submission.lesson
    if task.refusal:
        return _refused(task, task.refusal)
    poured = preflight.pour(_release(lesson), preflight.parse(task.contents))
    graded = _judge(settings).notebook(poured.notebook, lesson)
    notebook = preflight.safe(graded.notebook)
    problems = (*task.submission.problems, *poured.problems, *graded.problems)
    page = feedback.page(
        student, lesson, notebook, graded.verdicts, problems, rerun=settings.run_experiments
    )
    text = nbformat.writes(notebook)
    return Result(student, lesson, GRADED, graded.verdicts, problems, text, page)


def _refused(task: Task, reason: str) -> Result:
    student, lesson = task.submission.student, task.submission.lesson
    problems = (*task.submission.problems, reason)
    page = feedback.page(student, lesson, None, (), problems)
    return Result(student, lesson, REFUSED, problems=problems, page=page)


def _lesson_of(path: Path, notebook: NotebookNode) -> str:
    """By the file's name, else by the exercises that its cells are for."""
    named = [name for name in lessons() if path.stem.startswith(name)]
    if named:
        return named[0]
    ids = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells}
    holding = {name: len(ids & set(lesson.exercises)) for name, lesson in lessons().items()}
    best = max(holding, key=holding.get)
    if not holding[best]:
        raise UserError(f"{path} holds no exercise of this course; is it the right notebook?")
    return best
