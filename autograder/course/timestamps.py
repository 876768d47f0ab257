"""Dates as nbgrader writes them into `timestamp.txt`, and nothing else.

A learner can write that file. nbgrader reads it with a parser that guesses, opens any path that is
named as a time zone and fails in many ways; here a text holds a date in a known form, or none.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# 2026-02-28 10:00:00.948203 UTC; seconds and less may be missing, and so may the zone.
_FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(?: ?([A-Za-z0-9_+:/-]{1,40}))?)?",
    re.ASCII,
)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d\d)(?::?(\d\d))?", re.ASCII)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}", re.ASCII)


def parsed(text: str) -> datetime | None:
    """The date in UTC, without a zone as nbgrader keeps it; None where the text holds none."""
    form = _FORM.fullmatch(text.strip())
    if form is None:
        return None
    day, time, zone = form.groups()
    try:
        stated = datetime.fromisoformat(f"{day} {time or '00:00'}")
        return stated.replace(tzinfo=_zone(zone)).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, LookupError):
        return None


def _zone(name: str | None) -> tzinfo:
    """Raises ValueError or LookupError for a zone that nobody knows."""
    if name is None or name in ("UTC", "GMT", "Z"):
        return UTC
    if offset := _OFFSET.fullmatch(name):
        sign, hours, minutes = offset.groups()
        ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(-ahead if sign == "-" else ahead)
    if not _ZONE.fullmatch(name):
        raise ValueError(name)
    try:
        return ZoneInfo(name)
    except OSError as error:  # a folder of the database, such as "America"
        raise ZoneInfoNotFoundError(name) from error
