"""Verdict files: what each submission got, as JSON beside the course's notebooks.

Report, tables, pages and `--json` read these files. One is written when all else of a submission
has been kept, so that a run that was killed knows what is left to do. A person can edit them, and a
disk can damage them: what is read is checked here, once, and a damaged one is graded again.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any

from autograder import files
from autograder.errors import RunError
from autograder.status import SubmissionStatus
from optlab.checking.diagnose import Status, Verdict

SCHEMA = 1
MOST_BYTES = 5_000_000  # a long lesson's verdicts have some 20,000
_NUMBER = (int, float)
_TEXT_OR_NONE = (str, type(None))
_FILE = {"digest": str, "grader": str, "verdict": dict}
_SUBMISSION = {
    "student": str,
    "lesson": str,
    "status": str,
    "score": _NUMBER,
    "max_score": _NUMBER,
    "problems": list,
    "exercises": list,
}
_EXERCISE = {
    "exercise": str,
    "status": str,
    "cause": _TEXT_OR_NONE,
    "score": _NUMBER,
    "max_score": _NUMBER,
    "mistake": _TEXT_OR_NONE,
    "variant": _TEXT_OR_NONE,
    "message": str,
}
_one_line = json.JSONEncoder().encode
_sound: set[bytes] = set()  # checksums of what was checked: a run reads every file a few times
_PLACE = {"line": int, "piece": str, "kind": str}
_FACT = {"kind": str, "text": str}
_SAID = {"language": str, "messages": list, "problems": list}


@dataclass(frozen=True)
class Kept:
    """What stands in a verdict file.

    digest, grader: what was judged, and by which grader. verdict: in the form of the command
    contract. checksum: of the whole file. written: when, in seconds since 1970.
    """

    digest: str
    grader: str
    verdict: dict[str, Any]
    checksum: bytes
    written: float


@dataclass(frozen=True)
class VerdictFile:
    """What one submission got."""

    path: Path

    def read(self) -> dict[str, Any]:
        """The verdict in the form of the command contract."""
        return self.kept().verdict

    def kept(self) -> Kept:
        """All that stands in the file; it must be there."""
        try:
            return self._checked()
        except OSError as error:
            raise RunError(f"cannot read {self.path}: {error.strerror}") from error
        except ValueError as error:
            text = f"{self.path} is damaged ({error}); delete it and grade again"
            raise RunError(text) from error

    def judged(self, grader: str) -> Kept | None:
        """What this very grader has judged; None where it has judged nothing."""
        try:
            kept = self._checked()
        except (OSError, ValueError):  # not there, or damaged: grade again
            return None
        return kept if kept.grader == grader else None

    def write(self, digest: str, grader: str, verdict: dict[str, Any]) -> None:
        data = {"schema": SCHEMA, "digest": digest, "grader": grader, "verdict": verdict}
        files.replace(self.path, _indented(data) + "\n")

    def _checked(self) -> Kept:
        """Raises ValueError where the file holds no verdict."""
        with self.path.open("rb") as file:
            status = os.fstat(file.fileno())
            # Asked for MOST_BYTES, memory for so many would be made ready for each of thousands.
            contents = file.read(min(status.st_size, MOST_BYTES) + 1)
        if len(contents) > MOST_BYTES:
            raise ValueError("too large")
        try:
            data = json.loads(contents)
        except (ValueError, RecursionError):
            raise ValueError("not JSON") from None
        checksum = sha256(contents).digest()
        if checksum not in _sound:
            _require(data, _FILE, "the file")
            _check(data["verdict"])
            _sound.add(checksum)
        return Kept(
            digest=data["digest"],
            grader=data["grader"],
            verdict=data["verdict"],
            checksum=checksum,
            written=status.st_mtime,
        )


def verdicts_of(submission: dict[str, Any]) -> tuple[Verdict, ...]:
    """The verdicts on a submission that `VerdictFile.read` gave, exercise by exercise."""
    return tuple(
        Verdict(
            exercise=item["exercise"],
            status=Status(item["status"]),
            score=item["score"],
            max_score=item["max_score"],
            message=item["message"],
            cause=item["cause"],
            mistake=item["mistake"],
            variant=item["variant"],
            place=item.get("place"),
            facts=tuple(item.get("facts", ())),
        )
        for item in submission["exercises"]
    )


def language_of(submission: dict[str, Any]) -> str:
    """The language of what was handed in; empty for English."""
    return submission["said"]["language"] if "said" in submission else ""


def as_said(submission: dict[str, Any]) -> dict[str, Any]:
    """A submission that `VerdictFile.read` gave, with what is said in it in its own language."""
    if "said" not in submission:
        return submission
    said = submission["said"]
    told = zip(submission["exercises"], said["messages"], strict=True)
    exercises = [item | {"message": message} for item, message in told]
    return submission | {"exercises": exercises, "problems": said["problems"]}


def verdict_file(folder: Path, student: str, lesson: str) -> VerdictFile:
    """The place of one submission's verdict in a course folder."""
    return VerdictFile(folder.joinpath("verdicts", student, f"{lesson}.json"))


def verdict_files(folder: Path) -> list[VerdictFile]:
    """All verdict files of a course, by student and lesson."""
    return [VerdictFile(path) for path in sorted((folder / "verdicts").glob("*/*.json"))]


def _indented(value: Any, begin: str = "\n") -> str:
    """What `json.dumps(value, indent=1)` gives, and slowly: without indents C does its work.

    So C does it for everything that holds no more than single values.
    """
    if not _is_nested(value):
        return _one_line(value)
    inner = f"{begin} "
    if not any(map(_is_nested, value.values() if isinstance(value, dict) else value)):
        text = _between(f",{inner}")(value)
        return f"{text[0]}{inner}{text[1:-1]}{begin}{text[-1]}"
    if isinstance(value, dict):
        items = (f"{_one_line(key)}: {_indented(item, inner)}" for key, item in value.items())
        return f"{{{inner}{f',{inner}'.join(items)}{begin}}}"
    return f"[{inner}{f',{inner}'.join(_indented(item, inner) for item in value)}{begin}]"


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict | list | tuple) and bool(value)


@cache
def _between(items: str) -> Callable[[Any], str]:
    """A writer of JSON with this between the items."""
    return json.JSONEncoder(separators=(items, ": ")).encode


def _check(submission: dict[str, Any]) -> None:
    _require(submission, _SUBMISSION, "the verdict")
    _require_one_of(SubmissionStatus, submission["status"])
    if not all(isinstance(problem, str) for problem in submission["problems"]):
        raise ValueError("a problem is no text")
    for item in submission["exercises"]:
        _require(item, _EXERCISE, "an exercise")
        _require_one_of(Status, item["status"])
        for data, form, what in _beside(item):
            _require(data, form, what)
    if "said" in submission:
        _require(submission["said"], _SAID, "what is said")
        said = submission["said"]
        if len(said["messages"]) != len(submission["exercises"]):
            raise ValueError("not as many messages as exercises")
        if not all(isinstance(text, str) for text in (*said["messages"], *said["problems"])):
            raise ValueError("what is said is no text")


def _beside(item: dict[str, Any]) -> Iterator[tuple[Any, dict[str, Any], str]]:
    """What an exercise has beside its marks; an earlier release kept none of it."""
    if item.get("place") is not None:
        yield item["place"], _PLACE, "a place"
    facts = item.get("facts", [])
    if not isinstance(facts, list):
        raise ValueError("the facts are no list")
    for fact in facts:
        yield fact, _FACT, "a fact"


def _require(data: Any, form: dict[str, Any], what: str) -> None:
    """A dictionary that has at least these names, each with a value of its type."""
    if not isinstance(data, dict):
        raise ValueError(f"{what} has no fields")
    for name, kind in form.items():
        value = data.get(name, ...)
        if not isinstance(value, kind) or (isinstance(value, float) and not isfinite(value)):
            raise ValueError(f"{what} has no {name}" if value is ... else f"{what}: bad {name}")


def _require_one_of(statuses: type[Status] | type[SubmissionStatus], status: str) -> None:
    if status not in [*statuses]:
        raise ValueError(f"unknown status {status[:40]!r}")
