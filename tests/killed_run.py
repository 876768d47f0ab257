"""A run of the grader that is killed when it has done a certain number of things."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from autograder import grade
from autograder.judge.crew import Crew
from autograder.judge.worker import Result, Task

WRITES = os.O_WRONLY | os.O_RDWR


def run(
    folder: Path, lesson: str, results: dict[str, Result], late: bool, moment: int, passed: Any
) -> None:
    """Grade a course with results that are there already; die before thing number `moment`.

    late: whether things count only from the first result on, behind what is made for a course.
    passed: a number shared with the parent, of the things that were done: every file that was
    opened for writing, renamed or removed, every folder, and every statement to the database.
    """

    counting = not late

    def one_more() -> None:
        if not counting:
            return
        if passed.value == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        passed.value += 1

    def seen(name: str, arguments: tuple) -> None:
        writes = name == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES
        if writes or name in {"os.rename", "os.remove", "os.mkdir", "os.rmdir"}:
            one_more()

    def judged(crew: Crew, tasks: Iterator[Task], count: int) -> Iterator[tuple[Task, Result]]:
        nonlocal counting
        for task in tasks:
            counting = True
            yield task, results[task.student]

    Crew.judged = judged
    grade.AT_MOST, grade._SECONDS = 2, float("inf")  # by their number, and not by a clock
    sys.addaudithook(seen)
    event.listen(Engine, "before_cursor_execute", lambda *_: one_more())
    event.listen(Engine, "commit", lambda _: one_more())
    grade.grade_course(folder, lesson=lesson)
