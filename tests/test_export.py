"""A class of 300 with Korean names: collected, graded, corrected, and exported to each system."""

import csv
import io
import json
import os
import unicodedata
import zipfile
from contextlib import nullcontext
from itertools import product
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from one_process import judging_here

from autograder import NOTEBOOKS, cli
from autograder.course import plan
from autograder.course.gradebook import sqlite_url
from autograder.course.quoted import QuotedCsv
from autograder.course.roster import Person
from autograder.exercises import lessons
from autograder.export import out, sheet
from autograder.export.sheet import Sheet, Student

pytestmark = pytest.mark.slow

LESSON, OTHER = "12_capstone", "05_rmsprop"
STUDENTS = 300
QUIZ, RIGHT = next((name, quiz.right.value) for name, quiz in lessons()[LESSON].quizzes.items())
POINTS = lessons()[LESSON].points


def notebook(lesson, number):
    """The release; who has an even number has answered one question."""
    data = json.loads((NOTEBOOKS / f"{lesson}.ipynb").read_text("utf-8"))
    for cell in data["cells"]:
        if cell["id"] == QUIZ and number % 2 == 0:
            cell["source"] = f"{QUIZ} = {RIGHT!r}"
    data["cells"].append({"cell_type": "raw", "metadata": {}, "source": f"{number}", "id": "n"})
    return json.dumps(data)


def names():
    """(family name, given name): 300 of them, of which two are the same."""
    families = "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권".split()
    given = [a + b for a, b in product("민서지하도예", "준윤우은")]
    made = [*product(families, given)][: STUDENTS - 1]
    return [*made, made[0]]


NAMES = names()


def login(number):
    return f"s{number:04}"


def gradebook_of_canvas(column="Capstone (77)", points="4.0"):
    rows = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", column, "Final Score"],
        ["    Points Possible", "", "", "", "", points, "(read only)"],
    ]
    for number, (family, given) in enumerate(NAMES):
        rows.append([f"{family}, {given}", str(9000 + number), "", login(number), "A", "", "0"])
    text = io.StringIO(newline="")
    csv.writer(text).writerows([*rows, ["Student, Test", "1", "", "x", "A", "", ""]])
    return text.getvalue()


def run(*arguments):
    assert cli.main([str(argument) for argument in arguments]) == 0


def collected(folder):
    """The class in a new course folder, not graded yet."""
    course, roster = folder / "course", folder / "canvas.csv"
    roster.write_text("\ufeff" + gradebook_of_canvas(), "utf-8")
    run("init", course, "--lessons", "05,12")
    text = (course / plan.FILE).read_text("utf-8")
    late = "[late]\npercent_per_day = 50\n"
    due = "[due]\n12 = 2026-11-20T12:00:00\n"
    (course / plan.FILE).write_text(text.replace("[due]\n", due) + late)
    with zipfile.ZipFile(folder / "submissions.zip", "w") as file:
        for number, (family, given) in enumerate(NAMES):
            form = "NFD" if number % 3 else "NFC"
            name = unicodedata.normalize(form, family + given)
            name = f"{name}_{9000 + number}_{500 + number}_{LESSON}.ipynb"
            file.writestr(name, notebook(LESSON, number))
    with zipfile.ZipFile(folder / "moodle.zip", "w") as file:
        for number in (5, 6):
            name = " ".join(reversed(NAMES[number]))
            path = f"{name}_{48000 + number}_assignsubmission_file_/{OTHER}.ipynb"
            file.writestr(path, notebook(OTHER, number))
    run(
        "collect",
        folder / "submissions.zip",
        folder / "moodle.zip",
        "--course",
        course,
        "--roster",
        roster,
    )
    return course


@pytest.fixture(scope="module")
def in_this_process():
    """Of each lesson one right and one wrong answer is judged: the others only have other names.

    Once a week, when SEEDS is set, every submission is, by the crew that `grade` starts.
    """
    right = f"{QUIZ} = {RIGHT!r}".encode()
    alike = judging_here(lambda task: (task.lesson, right in task.contents))
    with nullcontext() if "SEEDS" in os.environ else alike:
        yield


@pytest.fixture(scope="module")
def course(tmp_path_factory, in_this_process):
    folder = collected(tmp_path_factory.mktemp("class of 300"))
    late = folder / "submitted" / login(4) / LESSON / "timestamp.txt"
    late.write_text("2026-11-20 13:00:00 UTC")
    run("grade", "--course", folder)
    with Gradebook(sqlite_url(folder / "gradebook.db")) as gradebook:
        grade = gradebook.find_grade(f"check_{QUIZ}", LESSON, LESSON, login(3))
        grade.manual_score, grade.extra_credit = 0.5, 0.25
        gradebook.db.commit()
    return folder


def expected(number):
    """The mark of lesson 12: half of it is lost where it was late, one was given by hand."""
    by_hand = {3: 0.75, 4: 0.5}
    return by_hand.get(number, 1.0 - number % 2)


def rows(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def exported(course, to, **options):
    done = out.export(course, to, **options)
    return done.paths, done.notes


@pytest.fixture(scope="module")
def wide(course):
    (path,), said = exported(course, "wide")
    assert said == []
    return path


def test_every_truth_is_the_same(course, wide, capsys):
    header, *found = rows(wide)
    assert header == [
        *("student", "first_name", "last_name", "email", OTHER, LESSON, "total", "out_of")
    ]
    assert [(row[2] + row[1], row[0]) for row in found] == [
        (family + given, login(number)) for number, (family, given) in enumerate(NAMES)
    ]
    assert [float(row[5]) for row in found] == [expected(n) for n in range(STUDENTS)]
    assert {row[4] for row in found} == {"", "0"}
    grades = {(row[0], row[1]): float(row[5]) for row in rows(course / "grades.csv")[1:]}
    assert [grades[login(n), LESSON] for n in range(STUDENTS)] == [
        expected(n) for n in range(STUDENTS)
    ]
    for number in (3, 4):  # judged anew; what a person entered stays, and so does being late
        run("grade", "--course", course, "--student", login(number))
        (line,) = [line for line in capsys.readouterr().out.splitlines() if login(number) in line]
        assert line.split()[1:] == [f"{expected(number):g}"] * 2
    run("report", "--course", course)
    report = (course / "report.html").read_text("utf-8")
    assert len(report.encode()) < 2_000_000
    mean = sum(expected(n) for n in range(STUDENTS)) / STUDENTS / POINTS
    assert f"{STUDENTS} graded, mean {mean * 100:.0f} %" in report
    with Gradebook(sqlite_url(course / "gradebook.db")) as gradebook:
        QuotedCsv(to=str(course / "nbgrader.csv")).export(gradebook)
    header, *found = rows(course / "nbgrader.csv")
    name, score = header.index("student_id"), header.index("score")
    by_nbgrader = {row[name]: float(row[score]) for row in found if row[0] == LESSON}
    assert by_nbgrader == {login(n): expected(n) for n in range(STUDENTS)}


@pytest.mark.parametrize("table", ["grades.csv", "results.csv", "export/wide.csv"])
def test_every_cell_is_quoted(course, wide, table):
    for line in (course / table).read_text("utf-8").splitlines()[:50]:
        assert line.startswith('"')
        assert line.endswith('"')
        assert '",' in line or line.count('"') == 2
        assert not [cell for cell in line.split('","') if cell.startswith(",")]


def test_canvas_gets_its_columns_and_its_points(course):
    (path, handback), said = exported(course, "canvas")
    header, possible, *found = rows(path)
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", OTHER, LESSON]
    assert possible[0] == "    Points Possible"
    assert [float(cell) for cell in possible[5:]] == [lessons()[OTHER].points, POINTS]
    assert found[4] == ["김, 서준", "9004", "", login(4), "A", "", "0.5"]
    assert len(found) == STUDENTS
    assert said == []
    with zipfile.ZipFile(handback) as packed:
        pages = packed.namelist()
        assert len(pages) == STUDENTS
        name = next(name for name in pages if "_9004_" in name)
        page = packed.read(name).decode()
    # Canvas takes the first two numbers for the user and the file.
    numbers = [part for part in name.split("_") if part.isdecimal()][:2]
    assert numbers == ["9004", "504"]
    assert f"<strong>0.5</strong> of {POINTS:g} points" in page


def test_a_gradebook_of_canvas_is_filled_in_and_not_invented(course, tmp_path):
    table = tmp_path / "2026-11-22 Grades.csv"
    table.write_text(gradebook_of_canvas("The capstone (77)", "10"), "utf-8")
    before = rows(table)
    (path, _), said = exported(course, "canvas", table=table)
    assert path == course / "export" / table.name
    after = rows(path)
    for number in range(STUDENTS):
        row = before[number + 2]
        row[5] = f"{expected(number):g}"
    assert after == before
    assert said[0] == (
        "The capstone (77): 10 points there and "
        f"{lessons()['12_capstone'].points:g} here; the marks are written as they are"
    )


def test_moodle_gets_a_table_and_its_folders_back(course):
    (path, handback), _ = exported(course, "moodle")
    header, *found = rows(path)
    assert header == ["ID number", "First name", "Last name", "Email address", OTHER, LESSON]
    assert len(found) == STUDENTS
    with zipfile.ZipFile(handback) as packed:
        folders = {name.split("/")[0].split("_")[1] for name in packed.namelist()}
        assert folders == {"48005", "48006"}
        ends = {name.partition("_assignsubmission_file_")[2] for name in packed.namelist()}
        assert ends == {f"/{OTHER}.html"}


def test_a_worksheet_of_moodle_is_filled_in(course, tmp_path):
    table = tmp_path / "Grades-OPT-12 Capstone--2231.csv"
    header = "Identifier,Full name,Email address,Grade,Maximum Grade,Grade can be changed\n"
    family, given = NAMES[4]
    locked = " ".join(reversed(NAMES[6]))
    table.write_text(
        f"{header}Participant 7,{given} {family},a@b.c,,4.00,Yes\n"
        f"Participant 8,{locked},,3.00,4.00,No\nParticipant 9,Nobody Known,,,4.00,Yes\n"
    )
    (path, *_), said = exported(course, "moodle", table=table)
    assert [row[3] for row in rows(path)] == ["Grade", "0.5", "3.00", ""]
    assert f"{login(0)} has marks, and no row in the table" in said


# Without a class


def person(name, **known):
    given = known.pop("names", ())
    return Person(id=name, names=frozenset(given), known=frozenset([name, *known.values()]))


def filled(tmp_path, students, text, lesson=None):
    path = tmp_path / "exported.csv"
    path.write_text(text, "utf-8")
    points = {LESSON: 4.0, OTHER: 14.0}
    filled, notes = sheet.into(Sheet(tuple(students), points), path, lesson)
    return list(csv.reader(io.StringIO(filled))), notes


def test_an_id_that_another_student_has_elsewhere_fills_in_nothing(tmp_path):
    ours = Student(person("13", names=["adalovelace"]), {LESSON: 3.0})
    text = f'Student,ID,SIS Login ID,Section,{LESSON}\n"Kim, Eve",13,eve,A,\n'
    found, notes = filled(tmp_path, [ours], text)
    assert found[1][4] == ""
    assert notes == ["13 has marks, and no row in the table"]


def test_two_columns_of_one_lesson_are_both_left(tmp_path):
    ours = Student(person("ada"), {LESSON: 3.0, OTHER: 2.0})
    text = f"id,{LESSON},Capstone again,05 RMSprop (3)\nada,,,\n"
    found, notes = filled(tmp_path, [ours], text)
    assert found[1] == ["ada", "", "", "2"]
    assert notes == [f"{LESSON} may be {LESSON} or Capstone again: neither was filled in"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "wide"], "nothing is graded in DIR; run `make grade"),
        (["--to", "wide", "--into", "DIR/x.csv"], "use --to canvas or moodle"),
        (["--to", "canvas", "--lesson", "99"], "unknown lesson '99'"),
    ],
)
def test_bad_usage_is_one_line(tmp_path, capsys, arguments, said):
    (tmp_path / "submitted").mkdir()
    arguments = [argument.replace("DIR", str(tmp_path)) for argument in arguments]
    assert cli.main(["export", "--course", str(tmp_path), *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said.replace("DIR", str(tmp_path)) in line


def test_a_worksheet_must_say_which_lesson_it_is(tmp_path):
    with pytest.raises(plan.UserError, match="add --lesson 04"):
        filled(tmp_path, [], "Identifier,Full name,Grade\nParticipant 1,A,\n")
    with pytest.raises(plan.UserError, match="no column has a lesson's name"):
        filled(tmp_path, [], "Student,ID,Homework\nA,1,\n")
