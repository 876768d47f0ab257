"""Writing files so that a reader sees the old one or the new one, never half of it."""

from pathlib import Path

from autograder.errors import RunError


def replace(path: Path, contents: str | bytes) -> None:
    """Write a file in one go, and the folders on the way to it."""
    data = contents.encode() if isinstance(contents, str) else contents
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(path.name + ".part")
        half.write_bytes(data)
        half.replace(path)
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror}") from error
