"""Workers that judge side by side, and what happens when one of them dies.

A worker is killed by a submission at worst: by its memory, or by its clock when an answer keeps the
comparison busy for ever. Nobody else's work is lost then: what was under way is tried again alone,
and what kills its worker twice is refused by name. A notebook whose clock struck while the machine
was crowded is judged once more when nothing else runs, before it costs marks.
"""

import gc
import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any

from autograder.errors import RunError, UserError
from autograder.judge.judge import Settings, make_keys
from autograder.judge.lifeline import start_worker
from autograder.judge.worker import Result, Task, mark, refused

QUEUED_PER_WORKER = 2  # enough to keep workers busy; more would only hold memory
AT_ONCE = 4  # submissions, at most, that are given to a worker: to be woken for each costs more
WORTH_A_WORKER = 16  # submissions; a further worker takes as long to start as these to judge
Mark = Callable[[Task, Settings, str], Result]
CLUSTER_SECONDS = 20  # for a cluster to answer
TWICE = "judging it ended the grader's worker twice (memory or time); its answers were not judged"


class Crew:
    """Judges a stream of tasks. jobs: how many at a time; scheduler: of a Dask cluster, or None."""

    def __init__(
        self, settings: Settings, version: str, jobs: int | None, scheduler: str | None
    ) -> None:
        self.settings, self.version = settings, version
        self.jobs, self.scheduler = jobs, scheduler
        self._begun: tuple[Executor, int] | None = None

    @contextmanager
    def standing_by(self, count: int, lessons: Iterable[str] = ()) -> Iterator[None]:
        """Around `judged`: workers that begin now as copies of this process, where that is safe.

        They load nothing anew, and several of them do not each make the keys of these lessons.
        What this process opens afterwards they do not hold.
        """
        copied = not self.scheduler and count > 0 and _can_be_copied()
        if copied and self._workers(count) > 1:
            for lesson in lessons:
                make_keys(lesson, self.settings.seed)
        gc.freeze()  # what is loaded stays; to look for garbage in it would also undo sharing it
        if not copied:
            yield
            return
        with _pool(self._workers(count), "fork") as begun:
            begun[0].submit(os.getpid)  # with the first task all of them are copied
            self._begun = begun
            yield

    def judged(self, tasks: Iterable[Task], count: int) -> Generator[tuple[Task, Result]]:
        """Every task with its result, as they come. count: how many tasks there are, at most."""
        tasks, hurried = iter(tasks), []
        finished = False
        while not finished:
            open_tasks: list[Task] = []
            try:
                for task, result in self._together(tasks, count, open_tasks):
                    if result.hurried:
                        hurried.append(task)
                    else:
                        yield task, result
                finished = True
            except BrokenExecutor:
                yield from self._one_by_one(open_tasks)
        yield from self._one_by_one(hurried)

    def _together(
        self, tasks: Iterator[Task], count: int, open_tasks: list[Task]
    ) -> Generator[tuple[Task, Result]]:
        """open_tasks: kept up to date with what was taken from `tasks` and has no result yet."""
        under_way: dict[Future[list[Result]], list[Task]] = {}
        with self._executor(count) as (executor, workers):
            places = workers * QUEUED_PER_WORKER
            at_once = self._at_once(count, places)
            try:
                while True:
                    while len(under_way) < places and (some := [*islice(tasks, at_once)]):
                        open_tasks += some
                        under_way[executor.submit(_each, mark, some, *self._grader)] = some
                    if not under_way:
                        return
                    for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                        judged = zip(under_way.pop(future), future.result(), strict=True)
                        for task, result in judged:
                            open_tasks.remove(task)
                            yield task, result
            finally:
                for future in under_way:
                    future.cancel()

    def _one_by_one(self, tasks: list[Task]) -> Iterator[tuple[Task, Result]]:
        """The last word on each task, with no other beside it; a new worker where one has died."""
        left = deque(tasks)
        while left:
            with _pool(1, "spawn") as (executor, _), suppress(BrokenExecutor):
                while left:
                    result = executor.submit(mark, left[0], *self._grader).result()
                    yield left.popleft(), result
                return
            killer = left.popleft()
            yield killer, refused(killer, TWICE)

    @contextmanager
    def _executor(self, count: int) -> Iterator[tuple[Executor, int]]:
        """Where the work is done, and how many at a time. The only place that differs."""
        if self.scheduler:
            with _cluster(self.scheduler) as client:
                yield client.get_executor(pure=False), sum(client.nthreads().values())
        elif self._begun:
            begun, self._begun = self._begun, None  # a second one, after an accident, is new
            yield begun
        else:
            with _pool(self._workers(count), "spawn") as made:
                yield made

    @property
    def _grader(self) -> tuple[Settings, str]:
        return self.settings, self.version

    def _at_once(self, count: int, places: int) -> int:
        """So that everybody has work to the end. Demonstrations take seconds: one by one."""
        most = 1 if self.settings.run_experiments else AT_ONCE
        return max(1, min(most, count // (2 * places)))

    def _workers(self, count: int) -> int:
        return max(1, min(self.jobs or os.cpu_count() or 1, -(-count // WORTH_A_WORKER)))


def _each(mark: Mark, tasks: list[Task], settings: Settings, version: str) -> list[Result]:
    return [mark(task, settings, version) for task in tasks]


def _can_be_copied() -> bool:
    """A thread, or what macOS starts for itself, would not come along, but its locks would."""
    return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1


@contextmanager
def _pool(workers: int, method: str) -> Iterator[tuple[Executor, int]]:
    # Spawned while the gradebook is open: a worker must hold neither its connection nor its locks.
    context = multiprocessing.get_context(method)
    end, lifeline = context.Pipe(duplex=False)
    with ProcessPoolExecutor(workers, context, start_worker, (end, lifeline)) as pool, lifeline:
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
        client = Client(address, timeout=CLUSTER_SECONDS)
    except (OSError, ValueError) as error:
        raise UserError(f"no Dask scheduler answers at {address}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=CLUSTER_SECONDS)
            yield client
        except TimeoutError as error:
            raise UserError(f"the Dask scheduler at {address} has no workers") from error
        except KilledWorker as error:
            raise RunError(
                "workers of the cluster died one after another; see their logs, then run the same "
                "command again to go on"
            ) from error
