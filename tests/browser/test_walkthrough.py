"""A class from the first day to the last, with the commands of docs/instructors.md.

Ada's answers are right, and she works in JupyterLab. Bob makes a mistake. Eve is late. Their
instructor releases and collects by nbgrader's exchange, grades, corrects one mark by hand, grades
again, gives feedback back and exports. How an answer is typed in, test_lesson.py shows; how a
mark is, test_formgrader.py.
"""

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import expect

from autograder.course import folder as courses
from autograder.exercises import lessons
from browser.conftest import LESSON, ROOT, environment
from browser.labpage import LabPage

NOTEBOOK = f"{LESSON}.ipynb"
POINTS = lessons()[LESSON].points
COURSE_ID = 'c.CourseDirectory.course_id = "optimization"\n'
PENALTY = 'penalty_method = "zero"'
MISTAKE = ("init_velocity", "np.zeros", "np.ones")


@pytest.fixture
def at(tmp_path: Path):
    """at(folder, program, ...): as typed into a terminal there by the person whose folder it is."""
    log = tmp_path / "log"
    command = [sys.executable, Path(__file__).with_name("terminal.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as terminal:

        def run(folder: Path, *command: str) -> None:
            where = environment(tmp_path / "homes" / folder.name, [])
            line = json.dumps([str(folder), where, command, str(log)])
            print(line, file=terminal.stdin, flush=True)
            assert terminal.stdout.readline() == "0\n", log.read_text()

        yield run


def make_grade(course: Path) -> subprocess.CompletedProcess:
    """What `make grade COURSE=...` runs."""
    command = [sys.executable, "-m", "autograder", "grade", f"--course={course}"]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def answers() -> Iterator[tuple[str, str]]:
    """(id of the cell, right answer) for every exercise of the lesson."""
    for cell in nbformat.read(ROOT / "solutions" / NOTEBOOK, as_version=4).cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            yield cell.id, re.sub(r" *# (BEGIN|END) SOLUTION\n?", "", cell.source).rstrip()


def fill_in(folder: Path, answers: dict[str, str]) -> None:
    notebook = nbformat.read(folder / NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    nbformat.write(notebook, folder / NOTEBOOK)


def work_in_jupyterlab(opened: LabPage) -> None:
    """Answer, Run All, see every check pass and nothing red, save."""
    opened.fill_in(dict(answers()))
    opened.run_all()
    assert opened.errors() == []
    for exercise in lessons()[LESSON].exercises:
        expect(opened.output(f"check_{exercise}")).to_contain_text("Correct.")
    opened.save()


def move_sliders(opened: LabPage) -> None:
    """Each redraws its figure."""
    cells = nbformat.read(ROOT / "solutions" / NOTEBOOK, as_version=4).cells
    sliders = [cell.id for cell in cells if "explore(" in cell.source]
    assert sliders
    for cell_id in sliders:
        cell = opened.cell(cell_id)
        slider, picture = cell.get_by_role("slider").first, cell.locator("img")
        value, image = slider.get_attribute("aria-valuetext"), picture.get_attribute("src")
        slider.focus()
        slider.press("ArrowRight")
        expect(slider).not_to_have_attribute("aria-valuetext", value)
        expect(picture).not_to_have_attribute("src", image)
    picture.evaluate("image => image.scrollIntoView({block: 'center'})")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def marks(course: Path) -> dict[str, float]:
    return {row["student"]: float(row["mark"]) for row in table(course / "grades.csv")}


def feedback(course: Path, student: str) -> str:
    return (course / "feedback" / student / LESSON / f"{LESSON}.html").read_text("utf-8")


def mark_by_hand(course: Path, student: str, exercise: str, mark: float, comment: str) -> None:
    """What the formgrader does with what is typed into its fields."""
    with Gradebook(courses.db_url(course, courses.config(course))) as gradebook:
        given = gradebook.find_grade(f"check_{exercise}", LESSON, LESSON, student)
        given.manual_score = mark
        said = gradebook.find_comment(exercise, LESSON, LESSON, student)
        said.manual_comment = comment
        gradebook.db.commit()


def test_a_class_from_release_to_export(open_notebook, lab, tmp_path, at, screenshot_of):
    course = tmp_path / "course"
    ada, bob, eve = desks = [lab.folder / "ada", tmp_path / "bob", tmp_path / "eve"]

    # A course of one lesson.
    make_course = [sys.executable, "-m", "autograder", "init", str(course), f"--lessons={LESSON}"]
    subprocess.run(make_course, cwd=ROOT, check=True, timeout=120)

    # The instructor names the students, takes all points from those who are late, and releases.
    students = "id,first_name,last_name\nada,Ada,Lovelace\nbob,Bob,Noyce\neve,Eve,Late\n"
    (course / "students.csv").write_text(students)
    at(course, "nbgrader", "db", "student", "import", "students.csv")
    settings = course / "nbgrader_config.py"
    settings.write_text(settings.read_text().replace('penalty_method = "none"', PENALTY))
    at(course, "nbgrader", "release_assignment", LESSON)

    # Learners fetch the lesson and work on it.
    for desk in desks:
        desk.mkdir()
        exchange = f"c.Exchange.root = {str(course / 'exchange')!r}\n"
        (desk / "nbgrader_config.py").write_text(exchange + COURSE_ID)
        at(desk, "nbgrader", "fetch_assignment", LESSON)
    opened = open_notebook(f"ada/{LESSON}/{NOTEBOOK}")
    work_in_jupyterlab(opened)
    move_sliders(opened)
    screenshot_of(opened.page, "slider")
    name, right, wrong = MISTAKE
    fill_in(bob / LESSON, dict(answers()) | {name: dict(answers())[name].replace(right, wrong)})
    fill_in(eve / LESSON, dict(answers()))

    # Two hand in; then the due date passes; then the third one does.
    for desk in (ada, bob):
        at(desk, "nbgrader", "submit", LESSON, f"--student={desk.name}")
    due = f"--duedate={datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
    at(course, "nbgrader", "db", "assignment", "add", LESSON, due)
    at(eve, "nbgrader", "submit", LESSON, "--student=eve")

    # Collect and grade.
    at(course, "nbgrader", "collect", LESSON)
    assert make_grade(course).returncode == 0
    lost = lessons()[LESSON].exercises[name].points
    assert marks(course) == {"ada": POINTS, "bob": POINTS - lost, "eve": 0}
    assert f"{POINTS} points less, because it was handed in late." in feedback(course, "eve")
    assert "Your velocity starts at one." in feedback(course, "bob")

    # One mark is corrected by hand; grading again judges nothing anew and keeps it.
    mark_by_hand(course, "bob", name, 1, "You said so in class.")
    verdict = course / "verdicts" / "bob" / f"{LESSON}.json"
    judged = verdict.stat().st_mtime_ns
    assert make_grade(course).returncode == 0
    assert verdict.stat().st_mtime_ns == judged
    assert marks(course) == {"ada": POINTS, "bob": POINTS - lost + 1, "eve": 0}

    # Feedback goes back, and the marks go out.
    at(course, "nbgrader", "release_feedback", LESSON)
    at(bob, "nbgrader", "fetch_feedback", LESSON, "--student=bob")
    (fetched,) = (bob / LESSON / "feedback").rglob("*.html")
    assert fetched.read_text("utf-8") == feedback(course, "bob")
    assert "Marked by hand" in feedback(course, "bob")
    assert "You said so in class." in feedback(course, "bob")
    at(course, "nbgrader", "export")
    exported = [row for row in table(course / "nbgrader.csv") if row["assignment"] == LESSON]
    assert {row["student_id"]: float(row["score"]) for row in exported} == marks(course)
    assert {row["last_name"] for row in exported} == {"Lovelace", "Noyce", "Late"}
