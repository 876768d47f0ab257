"""One process at a time works in a course folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from autograder.errors import RunError, UserError

LOCK = ".grading"


@contextmanager
def alone(course: Path) -> Iterator[None]:
    """Hold a course while it is graded: two runs at once would write into each other's files.

    The kernel lets go of it when this process ends, however that happens.
    """
    import fcntl  # grading needs Linux or macOS; the rest of the course does not

    try:
        lock = (course / LOCK).open("w")
    except PermissionError as error:
        cannot_write(course, error)
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunError(f"another run is grading {course}; wait until it has ended") from error
        yield


def cannot_write(course: Path, error: OSError) -> NoReturn:
    where = error.filename or course
    raise UserError(f"cannot write {where}: change its permissions or name another course folder")
