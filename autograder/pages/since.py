"""What has changed in a class since the last report: who improved, which mistakes persist.

`report.json` keeps what the last two reports were made from, as names and numbers. A course
without it, or with one that is damaged or of another release, has nothing to compare with.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup

from autograder import files
from autograder.pages import counts
from autograder.pages.counts import Submissions

FILE = "report.json"
SCHEMA = 1
MOST_BYTES = 20_000_000  # 300 students need some 300,000

Marks = Mapping[tuple[str, str], float]
Mistakes = Mapping[tuple[str, str, str], frozenset[str]]


@dataclass(frozen=True)
class Standing:
    """A class at the time of a report.

    marks: points by student and lesson. mistakes: who had which, by lesson, exercise and mistake.
    """

    when: datetime
    marks: Marks
    mistakes: Mistakes

    def same_class(self, other: "Standing") -> bool:
        return (self.marks, self.mistakes) == (other.marks, other.mistakes)


@dataclass(frozen=True)
class Gain:
    """Points that a student has more, or fewer, in lessons that were graded before as well."""

    student: str
    before: float
    now: float

    @property
    def points(self) -> float:
        return self.now - self.before


@dataclass(frozen=True)
class Persisting:
    """A mistake that was there before: how many had it, have it still, and have it anew."""

    lesson: str
    exercise: str
    name: str
    had: int
    still: int
    new: int

    @property
    def title(self) -> Markup | str:
        return counts.title(self.lesson, self.exercise)

    @property
    def said(self) -> Markup | str:
        return counts.said(self.exercise, self.name)


@dataclass(frozen=True)
class Since:
    """What has changed since another report."""

    when: datetime
    handed_in: int
    gains: tuple[Gain, ...]
    losses: tuple[Gain, ...]
    mistakes: tuple[Persisting, ...]


def standing(submissions: Submissions, when: datetime) -> Standing:
    """The class as these verdicts have it."""
    mistakes: dict[tuple[str, str, str], set[str]] = {}
    for submission in submissions:
        for item in submission["exercises"]:
            if item["mistake"]:
                name = submission["lesson"], item["exercise"], item["mistake"]
                mistakes.setdefault(name, set()).add(submission["student"])
    return Standing(
        when=when,
        marks={(one["student"], one["lesson"]): round(one["score"], 2) for one in submissions},
        mistakes={name: frozenset(students) for name, students in mistakes.items()},
    )


def compared(before: Standing, now: Standing) -> Since:
    """What has changed between two reports."""
    both = before.marks.keys() & now.marks.keys()
    students = sorted({student for student, _ in both})
    gains = [
        Gain(
            student=student,
            before=sum(before.marks[name] for name in both if name[0] == student),
            now=sum(now.marks[name] for name in both if name[0] == student),
        )
        for student in students
    ]
    persisting = [
        Persisting(
            *name,
            had=len(had),
            still=len(had & now.mistakes.get(name, frozenset())),
            new=len(now.mistakes.get(name, frozenset()) - had),
        )
        for name, had in before.mistakes.items()
    ]
    return Since(
        when=before.when,
        handed_in=len(now.marks.keys() - before.marks.keys()),
        gains=tuple(sorted((g for g in gains if g.points > 0), key=lambda g: -g.points)),
        losses=tuple(sorted((g for g in gains if g.points < 0), key=lambda g: g.points)),
        mistakes=tuple(sorted(persisting, key=lambda one: (-one.still, -one.had))),
    )


def kept(course: Path) -> list[Standing]:
    """What the last reports were made from, the older one first; nothing where that is unknown."""
    try:
        with (course / FILE).open("rb") as file:
            contents = file.read(MOST_BYTES + 1)
        data = json.loads(contents) if len(contents) <= MOST_BYTES else {}
        return [_read(run) for run in data["runs"]] if data["schema"] == SCHEMA else []
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return []


def keep(course: Path, standings: list[Standing]) -> None:
    """Remember the last two."""
    runs = [_written(standing) for standing in standings[-2:]]
    files.replace(course / FILE, json.dumps({"schema": SCHEMA, "runs": runs}) + "\n")


def _written(standing: Standing) -> dict[str, Any]:
    """Students by number: names are long, and each stands in it many times."""
    people = sorted({student for student, _ in standing.marks})
    number = {student: index for index, student in enumerate(people)}
    return {
        "when": standing.when.isoformat(),
        "students": people,
        "marks": [[number[who], lesson, mark] for (who, lesson), mark in standing.marks.items()],
        "mistakes": [
            [*name, sorted(number[who] for who in students)]
            for name, students in standing.mistakes.items()
        ],
    }


def _read(run: dict[str, Any]) -> Standing:
    people = [_text(name) for name in run["students"]]
    marks = {(people[who], _text(lesson)): _number(mark) for who, lesson, mark in run["marks"]}
    mistakes = {
        (_text(lesson), _text(exercise), _text(name)): frozenset(people[who] for who in students)
        for lesson, exercise, name, students in run["mistakes"]
    }
    when = datetime.fromisoformat(run["when"])
    if when.tzinfo is None:
        raise ValueError("a time without a zone")
    return Standing(when=when, marks=marks, mistakes=mistakes)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _number(value: Any) -> float:
    if not math.isfinite(value):
        raise ValueError("no number")
    return float(value)
