import re

import pytest

from autograder.text import clean, csv_safe


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("plain ≤ ✓\n\tindented", "plain ≤ ✓\n\tindented"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;a title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link", "link"),
        ("\x9b31mred", "red"),
        ("bell\x07 null\x00 del\x7f", "bell null del"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("reversed \u202e text\u2066", "reversed  text"),
        ("\x1b\x1b[31m", ""),
    ],
)
def test_clean_drops_what_a_terminal_or_a_page_would_obey(dirty, expected):
    assert clean(dirty) == expected
    clean(dirty).encode()


def test_clean_says_what_it_cut():
    assert clean("x" * 1500, limit=10) == "x" * 10 + " … (1,490 more characters)"


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1+1", "＠x"]
)
def test_a_formula_is_quoted(formula):
    assert csv_safe(formula).startswith("'")


@pytest.mark.parametrize(
    "text", ["ada;=1+1;", "ada; =1+1", "a|@SUM(1)", "a;＝1", "a; \n=1", "a\n =1"]
)
def test_no_formula_begins_after_another_separator(text):
    cells = [cell.strip() for cell in re.split("[;|\n]", csv_safe(text))]
    assert len(cells) > 1
    assert not any(cell.startswith(tuple("=+-@＝＋－＠")) for cell in cells)


@pytest.mark.parametrize("value", ["a; b", "Ada", "O'Hara = 1", 3.5, -2, None, ""])
def test_ordinary_values_stay_as_they_are(value):
    assert csv_safe(value) == value
