"""Dates of nbgrader are read; all else holds none, whatever it is."""

from datetime import UTC, datetime

import pytest
from nbgrader.utils import parse_utc

from autograder.course.timestamps import parsed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-28 10:00:00.948203 UTC", datetime(2026, 2, 28, 10, 0, 0, 948203)),
        ("2026-02-28 10:00:00.5 UTC\n", datetime(2026, 2, 28, 10, 0, 0, 500000)),
        ("2026-02-28 10:00:00.948203 ", datetime(2026, 2, 28, 10, 0, 0, 948203)),
        ("2026-02-28 10:00:00 America/New_York", datetime(2026, 2, 28, 15)),
        ("2026-07-28 10:00:00 Europe/Berlin", datetime(2026, 7, 28, 8)),
        ("2026-02-28 10:00:00 EST", datetime(2026, 2, 28, 15)),
        ("2026-02-28 10:00:00 +0530", datetime(2026, 2, 28, 4, 30)),
        ("2026-02-28 10:00:00 -03", datetime(2026, 2, 28, 13)),
        ("2026-02-28T10:00:00+01:00", datetime(2026, 2, 28, 9)),
        ("2026-02-28T10:00:00Z", datetime(2026, 2, 28, 10)),
        ("2026-02-28 10:00", datetime(2026, 2, 28, 10)),
        ("2026-02-28", datetime(2026, 2, 28)),
    ],
)
def test_a_date_as_nbgrader_writes_it_is_read(text, expected):
    assert parsed(text) == expected


def test_what_nbgrader_writes_is_read_as_nbgrader_reads_it():
    for day in range(1, 29):
        written = datetime(2026, 2, day, day % 24, day, day, day * 997, tzinfo=UTC)
        text = written.strftime("%Y-%m-%d %H:%M:%S.%f %Z")  # nbgrader's default format
        assert parsed(text) == parse_utc(text) == written.replace(tzinfo=None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-02-30",
        "2026-02-28 25:00",
        "2026-02-28 10:00:00 Nowhere/Else",
        "2026-02-28 10:00:00 America",
        "2026-02-28 10:00:00 " + "A" * 40,
        "2026-01-01 00:00:00 " + "A" * 300,
        "2026-01-01 00:00:00 /etc/localtime",
        "2026-01-01 00:00:00 ../../etc/localtime",
        "2026-01-01 00:00:00 posixrules/../../x",
        "2026-01-01 00:00:00 +9900",
        "0001-01-01 00:00:00 +0100",
        "9999-12-31 23:59:59 -0900",
        "2026-01-01 00:00:00 1E9999999",
        "2026-01-01 00:00:00 UTC\0",
        "٢٠٢٦-٠١-٠١",
        "1 2 3",
        "2026-01-01" * 50,
    ],
)
def test_anything_else_holds_no_date(text):
    assert parsed(text) is None
