"""Marks and verdicts as CSV: no cell of it is ever taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder import files
from autograder.text import csv_safe

if TYPE_CHECKING:
    from autograder.course.gradebook import Mark  # nbgrader takes a second to load


def write_grades(path: Path, marks: Iterable[Mark]) -> None:
    """One row per student and lesson, as the gradebook has it."""
    header = ["student", "lesson", "submitted", "score", "late_penalty", "mark", "max_score"]
    rows = (
        [
            mark.student,
            mark.lesson,
            mark.timestamp.isoformat(" ", "seconds") if mark.timestamp else "",
            mark.score,
            mark.late_penalty,
            mark.counts,
            mark.max_score,
        ]
        for mark in marks
    )
    _write(path, header, rows)


def read_marks(path: Path) -> dict[tuple[str, str], float]:
    """The marks in `grades.csv` by student and lesson, as they stand there; none where it is not.

    A person may have edited it: a line that is no mark is passed over.
    """
    found = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                with suppress(KeyError, TypeError, ValueError):
                    found[row["student"], row["lesson"]] = float(row["mark"])
    except (OSError, UnicodeDecodeError, csv.Error):
        return {}
    return found


def write_results(path: Path, submissions: Iterable[dict[str, Any]]) -> None:
    """One row per student and exercise, with the judge's verdict."""
    header = ["student", "lesson", "exercise", "status", "mistake", "score", "max_score", "message"]
    rows = (
        [submission["student"], submission["lesson"], *(item[name] for name in _VERDICT)]
        for submission in submissions
        for item in submission["exercises"]
    )
    _write(path, header, rows)


_VERDICT = ("exercise", "status", "mistake", "score", "max_score", "message")


def _write(path: Path, header: list[str], rows: Iterable[list[Any]]) -> None:
    """Row by row, so that a large class need not be in memory; the old table stays till the end."""
    with files.replacing(path) as half, open(half, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        writer.writerows([csv_safe(value) for value in row] for row in rows)
