"""Feedback pages as the zip that Canvas and Moodle take back: a page for each that was collected.

Both know by a file's name whose it is. Canvas looks for the first two numbers between underscores
(`infer_comment_context_from_filename` in app/models/assignment.rb), Moodle for the name of the
student's folder (mod/assign/feedback/file/importziplib.php).
"""

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder import files
from autograder.collect import systems
from autograder.collect.place import Attempt

_UP_TO_NUMBERS = re.compile(r".*?[^_\d].*?_\d+_\d+(?=_)", re.DOTALL)
_DATE = (1980, 1, 1, 0, 0, 0)  # the same pages are the same zip


@dataclass(frozen=True)
class Handback:
    """One zip. without: pages that have no place in it, since they were not collected so."""

    path: Path
    pages: int


def write(course: Path, system: str, attempts: Iterable[Attempt]) -> list[Handback]:
    """The zips for what was collected from this system, one for each lesson."""
    by_lesson: dict[str, list[Attempt]] = defaultdict(list)
    for one in attempts:
        if one.system == system and one.ticket:
            by_lesson[one.lesson].append(one)
    return [_write(course, system, lesson, many) for lesson, many in sorted(by_lesson.items())]


def _write(course: Path, system: str, lesson: str, attempts: list[Attempt]) -> Handback:
    pages = 0
    contents = io.BytesIO()
    with zipfile.ZipFile(contents, "w", zipfile.ZIP_DEFLATED) as packed:
        for one in sorted(attempts, key=lambda one: one.ticket):
            page = course / "feedback" / one.student / lesson / f"{lesson}.html"
            if page.is_file():
                info = zipfile.ZipInfo(_name(one), _DATE)
                packed.writestr(info, page.read_bytes(), zipfile.ZIP_DEFLATED)
                pages += 1
    path = course / "export" / f"feedback_{system.lower()}_{lesson}.zip"
    files.replace(path, contents.getvalue())
    return Handback(path, pages)


def _name(one: Attempt) -> str:
    """The name under which the system finds the student again."""
    page = f"{one.lesson}.html"
    if one.system == systems.CANVAS:
        found = _UP_TO_NUMBERS.match(one.ticket)
        return f"{found[0] if found else one.ticket}_{page}"
    return f"{one.ticket.rstrip('/')}/{page}"
