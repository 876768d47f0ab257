"""A worker's `mark` that does what a submission's contents say, for tests of the crew."""

import os
from pathlib import Path

from autograder.judge.judge import Settings
from autograder.judge.worker import Result, Task
from autograder.status import SubmissionStatus


def mark(task: Task, settings: Settings, version: str) -> Result:
    """contents: "die", "die once FILE", "hurry FILE", "always hurry" or anything else."""
    what, _, file = task.contents.decode().partition(" /")
    first = bool(file) and _first(Path("/" + file))
    if what == "die" or (what == "die once" and first):
        os._exit(1)
    return Result(
        student=task.student,
        lesson=task.lesson,
        status=SubmissionStatus.GRADED,
        problems=(str(os.getpid()),),
        hurried=what == "always hurry" or (what == "hurry" and first),
    )


def _first(file: Path) -> bool:
    try:
        file.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
