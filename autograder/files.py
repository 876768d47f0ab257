"""Writing files so that a reader sees the old one or the new one, never half of it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import RunError


def holds(path: Path, contents: bytes) -> bool:
    """Whether this is a file with these contents; one that cannot be read has others."""
    try:
        return path.is_file() and path.read_bytes() == contents
    except OSError:
        return False


def replace(path: Path, contents: str | bytes) -> None:
    """Write a file in one go, and the folders on the way to it."""
    data = contents.encode() if isinstance(contents, str) else contents
    with replacing(path) as half:
        try:
            _write(half, data)
        except FileNotFoundError:  # of a course's files one in three is the first in its folder
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(half, data)


@contextmanager
def replacing(path: Path) -> Iterator[str]:
    """The path at which to write what takes the place of `path` once it is whole."""
    half = f"{path}.part"
    try:
        yield half
        os.replace(half, path)
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror}") from error


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
