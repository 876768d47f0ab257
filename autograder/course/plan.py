"""What a course asks of its students: `course.toml`, which people edit.

A course folder without that file (made by an earlier release, or by hand) has every lesson, with
the points and dates that it always had.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from autograder.errors import UserError
from autograder.exercises import find_exercise, find_lesson, lessons

FILE = "course.toml"
CONFIG = "nbgrader_config.py"
_MOST_POINTS = 1000
_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Late:
    """What a late submission loses: a share of the points it earned, for each day begun."""

    percent_per_day: float
    at_most_percent: float = 100
    grace_minutes: float = 0

    def lost(self, score: float, seconds: float) -> float:
        """Points lost by a submission that came so many seconds after the due date."""
        late = seconds - 60 * self.grace_minutes
        if late <= 0:
            return 0.0
        days = math.ceil(late / 86_400)
        return score * min(days * self.percent_per_day, self.at_most_percent, 100) / 100


@dataclass(frozen=True)
class Plan:
    """One course.

    points: of the exercises that do not earn what their lesson says. due: by lesson, in UTC
    without a zone, as nbgrader keeps it. late: None where nbgrader's own settings decide.
    """

    lessons: tuple[str, ...]
    points: tuple[tuple[str, float], ...] = ()
    due: Mapping[str, datetime] = field(default_factory=dict)
    late: Late | None = None
    zone: tzinfo = UTC

    def points_of(self, lesson: str) -> float:
        """What can be earned in a lesson; nothing in one that nobody knows."""
        known = lessons().get(lesson)
        changed = dict(self.points)
        if known is None:
            return 0.0
        own = known.exercises.items()
        return float(sum(changed.get(name, exercise.points) for name, exercise in own))


def is_course(folder: Path) -> bool:
    """Whether a folder was made for a course: by `init`, by an earlier release or by nbgrader."""
    marks = (FILE, CONFIG, "gradebook.db")
    return (folder / "submitted").is_dir() or any((folder / name).is_file() for name in marks)


def require(course: Path) -> None:
    """A `UserError` where a folder is no course: nothing is written into what is not ours."""
    if not is_course(course):
        what = "is no course folder" if course.exists() else "does not exist"
        raise UserError(f"{course} {what}; `python -m autograder init {course}` makes a course")


def require_room(course: Path) -> None:
    """A `UserError` where a course would be made among other things."""
    try:
        free = not course.exists() or (course.is_dir() and not any(course.iterdir()))
    except OSError as error:
        raise UserError(f"cannot read {course}: {error.strerror}") from error
    if not free and not is_course(course):
        raise UserError(f"{course} holds other things; name a new folder for the course")


def read(course: Path) -> Plan:
    """The plan of a course folder; a `UserError` names what is wrong with its file."""
    path = course / FILE
    return _plan(_load(path), path) if path.exists() else Plan(lessons=tuple(lessons()))


def read_points(path: Path) -> tuple[tuple[str, float], ...]:
    """Points by exercise from a TOML file: lines `name = points`, or another course's file."""
    data = _load(path)
    return _points(data.get("points", data), path)


def chosen(names: str) -> tuple[str, ...]:
    """The lessons in a list such as "01,02,04", in course order."""
    return _in_order(name.strip() for name in names.split(",") if name.strip())


def text(names: tuple[str, ...], points: tuple[tuple[str, float], ...]) -> str:
    """A new `course.toml` for these lessons and points, with a remark on every setting."""
    asked = "\n".join(f'    "{name}",' for name in names)
    changed = "".join(f"{name} = {value:g}\n" for name, value in points)
    example = names[0]
    exercise = next(iter(lessons()[example].exercises))
    return f"""\
# This course. `make grade` reads this file every time: change it whenever you like.
# Lines that begin with # are remarks.

# The lessons that count. Delete a line to leave one out; bring it back the same way.
lessons = [
{asked}
]

# Due dates below that name no zone are meant here: "UTC", "Asia/Seoul", "America/New_York".
timezone = "UTC"

# Points of exercises; one that is not listed earns what its lesson says.
# `python -m autograder exercises` lists them. Submissions are graded anew after a change.
[points]
# {exercise} = 5
{changed}
# When a lesson is due. A lesson without a line keeps the date that was set in the formgrader.
[due]
# {example} = 2026-11-20T23:59:00

# What a late submission loses, of the points that it earned. Without it nothing is lost,
# or what nbgrader_config.py says.
# [late]
# percent_per_day = 10    # for each day begun; 100: all of them
# at_most_percent = 50
# grace_minutes = 15      # nobody is late before these have passed
"""


def _load(path: Path) -> dict[str, Any]:
    try:
        data = path.read_bytes()[: _MOST_BYTES + 1]
        if len(data) > _MOST_BYTES:
            raise UserError(f"{path} is too large for a file of settings")
        return tomllib.loads(data.decode("utf-8-sig"))
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, or not TOML: the line is named
        raise UserError(f"{path}: {error}") from error


def _plan(data: dict[str, Any], path: Path) -> Plan:
    known = {"lessons", "timezone", "points", "due", "late"}
    for name in data:
        if name not in known:
            raise UserError(f"{path}: unknown setting {name!r}; there are {_listed(known)}")
    zone = _zone(data.get("timezone", "UTC"), path)
    names = data.get("lessons", [*lessons()])
    if not isinstance(names, list) or not names:
        raise UserError(f'{path}: lessons must be a list such as ["01", "02"]')
    points, late = data.get("points", {}), data.get("late")
    return Plan(
        lessons=_named(lambda: _in_order(map(str, names)), path),
        points=_points(points, path),
        due=_due(data.get("due", {}), zone, path),
        late=None if late is None else _late(late, path),
        zone=zone,
    )


def _in_order(names: Any) -> tuple[str, ...]:
    wanted = {find_lesson(name).name for name in names}
    if not wanted:
        raise UserError("a course needs at least one lesson")
    return tuple(name for name in lessons() if name in wanted)


def _named(find: Any, path: Path) -> Any:
    """What `find` finds; what it complains of is said with the file that asked for it."""
    try:
        return find()
    except UserError as error:
        raise UserError(f"{path}: {error}") from error


def _zone(name: Any, path: Path) -> tzinfo:
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (TypeError, ValueError, LookupError, OSError, AttributeError) as error:
        raise UserError(f"{path}: unknown timezone {name!r}; write one as Asia/Seoul") from error


def _points(data: Any, path: Path) -> tuple[tuple[str, float], ...]:
    found = _table(data, "points", path)
    for name, value in found.items():
        _named(lambda name=name: find_exercise(name), path)
        if not _is_number(value) or not 0 <= value <= _MOST_POINTS or round(value, 2) != value:
            said = f"a number from 0 to {_MOST_POINTS} with two decimals at most"
            raise UserError(f"{path}: the points of {name} must be {said}, not {value!r}")
    return tuple(sorted((name, float(value)) for name, value in found.items()))


def _due(data: Any, zone: tzinfo, path: Path) -> dict[str, datetime]:
    found = {}
    for name, value in _table(data, "due", path).items():
        lesson = _named(lambda name=name: find_lesson(name), path).name
        if not isinstance(value, date):  # a datetime is one as well
            said = "a date without quotes, as 2026-11-20 or 2026-11-20T23:59:00"
            raise UserError(f"{path}: {name} must be due at {said}, not {value!r}")
        # A day without an hour ends at midnight.
        whole = value if isinstance(value, datetime) else datetime.combine(value, time(23, 59, 59))
        aware = whole if whole.tzinfo else whole.replace(tzinfo=zone)
        try:
            found[lesson] = aware.astimezone(UTC).replace(tzinfo=None)
        except OverflowError as error:
            raise UserError(f"{path}: {name} is due at a date that no calendar holds") from error
    return found


def _late(data: Any, path: Path) -> Late:
    found = _table(data, "late", path)
    known = set(Late.__dataclass_fields__)
    for name, value in found.items():
        if name not in known:
            raise UserError(f"{path}: late has no setting {name!r}; there are {_listed(known)}")
        if not _is_number(value) or not 0 <= value < math.inf:
            raise UserError(f"{path}: late.{name} must be a number from 0 up, not {value!r}")
    if "percent_per_day" not in found:
        raise UserError(f"{path}: [late] needs percent_per_day; 100 takes all points")
    return Late(
        percent_per_day=found["percent_per_day"],
        at_most_percent=found.get("at_most_percent", Late.at_most_percent),
        grace_minutes=found.get("grace_minutes", Late.grace_minutes),
    )


def _table(data: Any, name: str, path: Path) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise UserError(f"{path}: [{name}] must be a table of lines `name = value`")
    return data


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
