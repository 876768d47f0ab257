"""Grading a class: workers judge in parallel, one process records.

A worker returns everything as a value; only the coordinator writes. For each submission it writes
the graded notebook, then the gradebook, and last a verdict file, renamed into place. A run that is
killed anywhere can be started again: what has a verdict file for the same bytes and the same
grader is done, and recording twice changes nothing. When all are judged and settled, everybody's
feedback page is brought up to date.
"""

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import nbformat

from autograder import files
from autograder.course import tables
from autograder.course.corrections import NOTHING
from autograder.course.folder import create, recorder_of
from autograder.course.gradebook import Recorder
from autograder.course.submissions import Submission, graded_notebook, submissions
from autograder.course.verdicts import VerdictFile, verdict_file
from autograder.errors import RunError, UserError
from autograder.exercises import find_lesson, lessons
from autograder.handin.read import Refusal, read_bytes
from autograder.judge.judge import Settings
from autograder.judge.lifeline import start_worker
from autograder.judge.worker import Result, Task, grader_version, mark
from autograder.pages import feedback
from autograder.status import SubmissionStatus

_QUEUED_PER_WORKER = 4  # enough to keep workers busy; more would only hold memory
_CLUSTER_SECONDS = 20  # for a cluster to answer


def grade_course(
    folder: Path,
    *,
    lesson: str | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    settings: Settings | None = None,
    show: Callable[[Generator, int], Generator] = lambda results, total: results,
) -> list[VerdictFile]:
    """Grade what is new or changed in a course folder; the verdicts on all submissions.

    show: wraps the stream of results, to draw a progress bar.
    """
    settings = settings or Settings()
    if lesson is not None:
        find_lesson(lesson)
    create(folder, lessons())
    version = grader_version(settings)
    with recorder_of(folder) as recorder:
        found = submissions(folder, lesson, recorder.duedates())
        waiting = [item for item in found if not _is_judged(folder, item, version)]
        with _executor(jobs, scheduler, len(waiting)) as (executor, workers):
            results = _judged(executor, waiting, workers * _QUEUED_PER_WORKER, settings, version)
            with closing(show(results, len(waiting))) as shown:
                for submission, task, result in shown:
                    keep(folder, recorder, submission, result)
                    digest = _digest(submission, task)
                    _file_of(folder, submission).write(digest, version, result.to_data())
        entries = recorder.settle(lessons())
        marks = recorder.marks()
    verdicts = [_file_of(folder, item) for item in found]
    for item, verdict in zip(found, verdicts, strict=True):
        if item.lesson in lessons():
            entered = entries.get((item.student, item.lesson), NOTHING)
            feedback.give_back(folder, item, verdict, entered, settings.run_experiments)
    tables.write_grades(folder / "grades.csv", marks)
    tables.write_results(folder / "results.csv", (file.read() for file in verdicts))
    return verdicts


def _is_judged(folder: Path, submission: Submission, version: str) -> bool:
    """Whether this very submission was judged by this very grader."""
    judged = _file_of(folder, submission).judged(version)
    return judged is not None and judged == _digest(submission, task_of(submission))


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
    seen = repr((task, submission.timestamp))
    return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()


def keep(folder: Path, recorder: Recorder, submission: Submission, result: Result) -> None:
    """Write what one result leaves behind, the gradebook last."""
    if submission.lesson not in lessons():
        return  # nbgrader has no place for it; the verdict file tells
    if result.status == SubmissionStatus.REFUSED:
        recorder.refuse(submission.student, submission.lesson, submission.timestamp)
        return
    files.replace(graded_notebook(folder, submission), result.notebook)
    notebook = nbformat.v4.reads(result.notebook)
    recorder.record(
        submission.student, submission.lesson, notebook, result.verdicts, submission.timestamp
    )


def _judged(
    executor: Executor, waiting: Iterable[Submission], most: int, settings: Settings, version: str
) -> Generator[tuple[Submission, Task, Result], None, None]:
    """Submissions with their results as they come; at most `most` are under way or queued."""
    under_way: dict[Future, tuple[Submission, Task]] = {}
    waiting = iter(waiting)
    try:
        while True:
            for submission in waiting:
                task = task_of(submission)
                under_way[executor.submit(mark, task, settings, version)] = submission, task
                if len(under_way) >= most:
                    break
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                yield *under_way.pop(future), future.result()
    except BrokenExecutor as error:
        text = "a worker process died (out of memory?); run the same command again to go on"
        raise RunError(text) from error
    finally:
        for future in under_way:
            future.cancel()


@contextmanager
def _executor(
    jobs: int | None, scheduler: str | None, tasks: int
) -> Iterator[tuple[Executor, int]]:
    """Where the work is done, and how many submissions at a time. The only place that differs."""
    if scheduler:
        with _cluster(scheduler) as client:
            yield client.get_executor(pure=False), sum(client.nthreads().values())
        return
    workers = max(1, min(jobs or os.cpu_count() or 1, tasks))
    # Spawned, not forked: a worker must hold neither the gradebook's connection nor its locks.
    context = multiprocessing.get_context("spawn")
    end, lifeline = context.Pipe(duplex=False)
    with ProcessPoolExecutor(workers, context, start_worker, (end,)) as pool, lifeline:
        yield pool, workers
        pool.shutdown()  # not reached when something was raised: then nobody waits for workers


@contextmanager
def _cluster(address: str) -> Iterator[Any]:
    """A client of the Dask scheduler at this address, with at least one worker."""
    try:
        from distributed import Client, KilledWorker
    except ImportError as error:
        text = "--scheduler needs Dask: pip install -r requirements-cluster.txt"
        raise UserError(text) from error
    try:
        client = Client(address, timeout=_CLUSTER_SECONDS)
    except (OSError, ValueError) as error:
        raise UserError(f"no Dask scheduler answers at {address}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_CLUSTER_SECONDS)
            yield client
        except TimeoutError as error:
            raise UserError(f"the Dask scheduler at {address} has no workers") from error
        except KilledWorker as error:
            raise RunError(
                "workers of the cluster died one after another; see their logs, then run the same "
                "command again to go on"
            ) from error
