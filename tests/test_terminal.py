"""What the commands print is readable, and nothing in it is a learner's to control."""

import pytest

from autograder import terminal


def _item(student, lesson, score=12.5, status="graded", problems=()):
    return {
        "student": student,
        "lesson": f"{lesson:02}_topic",
        "status": status,
        "score": score,
        "max_score": 17.5,
        "problems": list(problems),
    }


@pytest.fixture
def told(monkeypatch, capsys):
    """The lines that the table of these submissions takes, in a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")

    def tell(submissions, counted=None):
        terminal.marks((item for item in submissions), counted or {})
        return capsys.readouterr().out.splitlines()

    return tell


def test_thirteen_lessons_fit_into_eighty_columns(told):
    names = "ada", "a student with quite a long name"
    lines = told(_item(name, lesson) for name in names for lesson in range(1, 14))
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["student", *(f"{n:02}" for n in range(1, 14)), "total"]
    row = next(line for line in lines if line.startswith("ada"))
    assert row.split() == ["ada", *["12.5"] * 13, "162.5"]


def test_more_lessons_than_fit_go_below(told):
    lines = told(_item("ada", lesson) for lesson in range(15))
    assert max(map(len, lines)) <= 80
    rows = [line.split() for line in lines]
    heads = [row[1:-1] for row in rows if row[:1] == ["student"]]
    assert heads == [[f"{n:02}" for n in range(8)], [f"{n:02}" for n in range(8, 15)]]
    assert [row for row in rows if row[:1] == ["ada"]] == [
        ["ada", *["12.5"] * 8, "187.5"],
        ["ada", *["12.5"] * 7, "187.5"],
    ]


def test_what_is_refused_has_a_dash_and_a_reason(told):
    lines = told([_item("ann", 1), _item("bob", 1, 0, "refused", ["the notebook is empty"])])
    assert next(line for line in lines if line.startswith("bob")).split() == ["bob", "\u2013", "0"]
    assert lines[-1] == "not graded: bob, 01_topic: the notebook is empty"


def test_what_the_gradebook_counts_is_what_is_shown(told):
    submissions = [_item("ann", 1), _item("ann", 2), _item("bob", 1, 0, "refused", ["empty"])]
    counted = {("ann", "01_topic"): 0.0, ("ann", "02_topic"): 13.0, ("bob", "01_topic"): 4.0}
    rows = {line.split()[0]: line.split()[1:] for line in told(submissions, counted) if line}
    assert rows["ann"] == ["0", "13", "13"]  # late, and corrected by hand
    assert rows["bob"] == ["4", "4"]  # refused, and marked by hand all the same


def test_names_are_text_and_control_nothing(told):
    lines = told([_item("\x1b[31m[bold]red[/bold]", 1)])
    assert "\x1b" not in "".join(lines)
    assert any("[bold]red" in line for line in lines)


def test_only_so_many_students_are_listed(told):
    lines = told(_item(f"student{number:03}", 1) for number in range(terminal.MOST_ROWS + 5))
    assert lines[-1] == "... and 5 more students in grades.csv"


def test_progress_passes_everything_on(capsys):
    assert list(terminal.progress(iter("abc"), 3)) == ["a", "b", "c"]
    assert "3/3" in capsys.readouterr().err
