"""A course of one's own: `course.toml`, and the folder that is made from it."""

import io
import json
from contextlib import redirect_stdout
from datetime import datetime

import nbformat
import pytest
from nbgrader.api import Gradebook
from one_process import judging_here

from autograder import NOTEBOOKS, SOLUTIONS, cli, released
from autograder.course import plan
from autograder.course.gradebook import sqlite_url
from autograder.course.plan import Late
from autograder.errors import UserError
from autograder.exercises import GONE, lessons


def written(course, text):
    (course / plan.FILE).write_text(text, "utf-8")
    return plan.read(course)


def run(*arguments):
    return cli.main([str(argument) for argument in arguments])


# The file


@pytest.mark.parametrize(
    ("asked", "lesson"),
    [
        ("0", "00_start_here"),
        ("1", "01_mini_batches"),
        ("01", "01_mini_batches"),
        ("1b", "01b_batch_size"),
        ("01b", "01b_batch_size"),
        ("batch_size", "01b_batch_size"),
        ("13", "13_todays_training"),
    ],
)
def test_a_number_stands_for_one_lesson(asked, lesson):
    assert plan.chosen(asked) == (lesson,)


@pytest.mark.parametrize("asked", ["001", "b", "1c", "1b_", "+1", "99"])
def test_no_other_number_stands_for_a_lesson(asked):
    with pytest.raises(UserError, match=r"unknown lesson .*01_mini_batches, 01b_batch_size"):
        plan.chosen(asked)


def test_a_folder_without_the_file_has_every_lesson(tmp_path):
    assert plan.read(tmp_path) == plan.Plan(lessons=tuple(lessons()))


def test_the_file_that_is_written_says_what_was_asked(tmp_path):
    asked = plan.chosen("06, 4,momentum ,01_mini_batches")
    assert asked == ("01_mini_batches", "04_momentum", "06_adam")
    points = (("adam_update", 7.5),)
    assert written(tmp_path, plan.text(asked, points)) == plan.Plan(lessons=asked, points=points)


def test_every_remark_of_the_file_can_be_made_a_setting(tmp_path):
    first = next(iter(lessons().values()))
    lines = plan.text(tuple(lessons()), ()).splitlines()
    settings = ("# [", "# percent", "# at_most", "# grace", f"# {first.name}")
    settings = (*settings, f"# {next(iter(first.exercises))} =")
    opened = [line[2:] if line.startswith(settings) else line for line in lines]
    found = written(tmp_path, "\n".join(opened))
    assert found.late == Late(percent_per_day=10, at_most_percent=50, grace_minutes=15)
    assert found.due == {first.name: datetime(2026, 11, 20, 23, 59)}
    assert [value for _, value in found.points] == [5]


def test_a_due_date_is_meant_in_the_zone_of_the_course(tmp_path):
    found = written(
        tmp_path,
        'timezone = "Asia/Seoul"\n[due]\n01 = 2026-11-20T23:59:00\n02 = 2026-11-20\n'
        "03_bias_correction = 2026-11-20T23:59:00-05:00\n",
    )
    assert found.due == {
        "01_mini_batches": datetime(2026, 11, 20, 14, 59),
        "02_exponentially_weighted_averages": datetime(2026, 11, 20, 14, 59, 59),
        "03_bias_correction": datetime(2026, 11, 21, 4, 59),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lessons = [", "at end of document"),
        ('lesson = ["01"]', "unknown setting 'lesson'; there are due, late, lessons"),
        ('lessons = ["99"]', "unknown lesson '99'"),
        ('lessons = "01"', "lessons must be a list"),
        ("lessons = []", "lessons must be a list"),
        ('timezone = "Seoul"', "unknown timezone 'Seoul'"),
        ("timezone = 9", "unknown timezone 9"),
        ("[points]\nadam_updat = 3", "unknown exercise 'adam_updat'"),
        (
            "[points]\ninit_squared_average = 2",
            "no longer has init_squared_average: init_velocity of lesson 04 is the same function",
        ),
        ("[points]\nadam_update = -1", "must be a number from 0"),
        ("[points]\nadam_update = nan", "must be a number from 0"),
        ("[points]\nadam_update = true", "must be a number from 0"),
        ("[points]\nadam_update = 0.333", "two decimals at most"),
        ("points = 3", r"\[points\] must be a table"),
        ('[due]\n01 = "2026-11-20"', "a date without quotes"),
        ("[due]\n01 = 0001-01-01T00:00:00+10:00", "no calendar holds"),
        ("[due]\n77 = 2026-11-20", "unknown lesson '77'"),
        ("[late]\ngrace_minutes = 5", "needs percent_per_day"),
        ('[late]\npercent_per_day = "10"', "late.percent_per_day must be a number"),
        ("[late]\npenalty = 10", "late has no setting 'penalty'"),
        ("\udcff", "codec can't decode"),
        ("a = " + "[" * 5000, "course.toml: "),
    ],
)
def test_what_is_wrong_with_the_file_is_said_in_one_line_with_its_name(tmp_path, text, said):
    (tmp_path / plan.FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UserError, match=said) as error:
        plan.read(tmp_path)
    assert str(tmp_path / plan.FILE) in str(error.value)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("seconds", "lost"),
    [(1, 0), (600, 0), (601, 1), (600 + 86_400, 1), (601 + 86_400, 2), (86_400 * 9, 5)],
)
def test_a_late_submission_loses_a_share_for_each_day_begun(seconds, lost):
    rule = Late(percent_per_day=10, at_most_percent=50, grace_minutes=10)
    assert rule.lost(10.0, seconds) == pytest.approx(lost)


def test_nobody_loses_more_than_there_is():
    assert Late(percent_per_day=80, at_most_percent=300).lost(10.0, 86_400 * 3) == 10


# The points


def test_a_release_with_other_points_is_a_release(tmp_path):
    built = NOTEBOOKS / "06_adam.ipynb"
    points = {"adam_update": 2.5}
    path = tmp_path / "06_adam.ipynb"
    nbformat.write(released.with_points(released.read(built), points), path)
    assert released.is_as_built(path)
    found, before = (
        {
            cell.id: cell.metadata.nbgrader.points
            for cell in released.read(one).cells
            if cell.metadata.get("nbgrader", {}).get("grade")
        }
        for one in (path, built)
    )
    assert found == before | {"check_adam_update": 2.5}


@pytest.mark.parametrize(
    "text",
    [
        "adam_update = 2\n",
        "[points]\nadam_update = 2\n",
        'lessons = ["06"]\n[points]\nadam_update = 2',
    ],
)
def test_points_are_read_from_lines_or_from_the_file_of_another_course(tmp_path, text):
    path = tmp_path / "points.toml"
    path.write_text(text)
    assert plan.read_points(path) == (("adam_update", 2.0),)


# The folder


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of two lessons in which two exercises earn other points, and one submission."""
    folder = tmp_path_factory.mktemp("own") / "my course"
    points = folder.parent / "points.toml"
    points.write_text("momentum_update = 8\nmomentum_curves = 0\n")
    assert run("init", folder, "--lessons", "04,06", "--points", points) == 0
    place = folder / "submitted" / "ada" / "04_momentum"
    place.mkdir(parents=True)
    (place / "04_momentum.ipynb").write_bytes((SOLUTIONS / "04_momentum.ipynb").read_bytes())
    (place / "timestamp.txt").write_text("2026-11-20 15:30:00 UTC")
    text = (folder / plan.FILE).read_text().replace('timezone = "UTC"', 'timezone = "Asia/Seoul"')
    late = "[late]\npercent_per_day = 25\n"
    due = "[due]\n04 = 2026-11-20T23:59:00\n"
    (folder / plan.FILE).write_text(text.replace("[due]\n", due) + late)
    return folder


FULL = (
    lessons()["04_momentum"].points
    + 8
    - lessons()["04_momentum"].exercises["momentum_update"].points
    - lessons()["04_momentum"].exercises["momentum_curves"].points
)


@pytest.fixture(scope="module")
def graded(course):
    said = io.StringIO()
    with redirect_stdout(said), judging_here():
        assert run("grade", "--course", course, "--lesson", "4", "--student", "ada") == 0
    return course, said.getvalue()


@pytest.mark.slow
def test_a_course_holds_its_own_lessons_only(course):
    for kind in ("source", "release"):
        assert {path.name for path in (course / kind).iterdir()} == {"04_momentum", "06_adam"}
    with Gradebook(sqlite_url(course / "gradebook.db")) as gradebook:
        points = {one.name: one.max_score for one in gradebook.assignments}
    assert points == {"04_momentum": FULL, "06_adam": lessons()["06_adam"].points}
    assert released.is_as_built(course / "release" / "04_momentum" / "04_momentum.ipynb")


@pytest.mark.slow
def test_points_dates_and_late_rule_count_everywhere(graded):
    course, table = graded
    assert f"{FULL * 0.75:g}" in next(row for row in table.splitlines() if "ada" in row).split()
    verdict = json.loads((course / "verdicts" / "ada" / "04_momentum.json").read_text())["verdict"]
    assert verdict["score"] == verdict["max_score"] == FULL
    with Gradebook(sqlite_url(course / "gradebook.db")) as gradebook:
        found = gradebook.find_submission("04_momentum", "ada")
        assert (found.score, found.late_submission_penalty) == (FULL, FULL / 4)
        assert found.assignment.duedate == datetime(2026, 11, 20, 14, 59)
    page = (course / "feedback" / "ada" / "04_momentum" / "04_momentum.html").read_text()
    assert f"<strong>{FULL * 0.75:g}</strong> of {FULL:g} points" in page


@pytest.mark.slow
def test_a_lesson_that_is_left_out_later_is_refused_and_comes_back(graded, monkeypatch):
    course, _ = graded
    path = course / plan.FILE
    before = path.read_text()
    path.write_text(before.replace('    "04_momentum",\n', ""))
    assert run("grade", "--course", course) == 0
    verdict = json.loads((course / "verdicts" / "ada" / "04_momentum.json").read_text())["verdict"]
    assert verdict["problems"] == ["the course has no lesson 04_momentum"]
    assert "ada" not in (course / "grades.csv").read_text()
    path.write_text(before)
    assert run("init", course) == 0
    assert (course / "release" / "04_momentum" / "04_momentum.ipynb").exists()


@pytest.mark.slow
def test_an_empty_course_ends_well_and_names_what_comes_next(tmp_path, capsys):
    folder = tmp_path / "course"
    assert run("init", folder, "--lessons", "12") == 0
    assert run("init", folder) == 0
    capsys.readouterr()
    assert run("grade", "--course", folder) == 0
    first, *steps = capsys.readouterr().out.splitlines()
    assert first == f"Nobody has handed in to {folder} yet. Next:"
    assert [" ".join(step.split()[:2]) for step in steps] == [
        "make release",
        "make collect",
        "make grade",
    ]
    assert all(f"COURSE={folder}" in step for step in steps[1:])
    assert run("init", folder, "--lessons", "04") == 2
    assert "change lessons and points in that file" in capsys.readouterr().err
    assert run("grade", "--course", folder, "--lesson", "04") == 2
    assert "04_momentum is not among the lessons" in capsys.readouterr().err
    assert run("grade", "--course", folder, "--student", "ada") == 2
    assert "holds nothing of ada" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("grade", "--course", "DIR"),
        ("init", "DIR"),
        ("init", "DIR/new", "--lessons", "01,99"),
        ("init", "DIR/new", "--lessons", ","),
        ("init", "DIR/new", "--points", "DIR/a file"),
        ("init", "DIR/a file"),
        ("sample", "--course", "DIR"),
    ],
)
def test_nothing_is_written_where_no_course_belongs(tmp_path, capsys, arguments):
    (tmp_path / "a file").write_text("adam_update = many")
    assert run(*(argument.replace("DIR", str(tmp_path)) for argument in arguments)) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a file"]
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("mark", [plan.CONFIG, "gradebook.db", "submitted/.keep", plan.FILE])
def test_what_an_earlier_release_made_is_a_course(tmp_path, mark):
    path = tmp_path / mark
    path.parent.mkdir(exist_ok=True)
    path.touch()
    assert plan.is_course(tmp_path)


def test_nothing_that_is_gone_is_there():
    assert GONE.keys().isdisjoint(
        name for lesson in lessons().values() for name in lesson.exercises
    )
