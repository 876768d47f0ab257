"""What an instructor does by hand, as docs/instructors.md shows it, and that a regrade keeps it.

Ada made a mistake in one lesson and wrote a conclusion in the capstone. Her instructor gives points
for the conclusion and another mark for the mistake, writes to her, and has all of her work graded
anew. `--screenshots docs/images` takes the pictures of the guide.
"""

import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from autograder.course import folder as courses
from autograder.course import tables
from autograder.course.gradebook import Recorder
from autograder.course.verdicts import verdict_file
from autograder.exercises import lessons
from browser.conftest import ROOT, autograder
from browser.labpage import FIELDS_LISTEN, POLLING, Lab

LESSON, EXERCISE = "04_momentum", "init_velocity"
CAPSTONE, NEAREST = "12_capstone", "capstone_train_and_test"
CONCLUSION = (
    "Tune each optimizer, then compare: on these digits three of them cannot be told apart."
)
COMMENT = "Right shape. With which speed does a ball start that is let go?"

# The page scrolls slowly to the field that comes next.
AT_REST = "() => !$('body, html').is(':animated')"
USUAL, TALL = {"width": 1000, "height": 700}, {"width": 1000, "height": 1180}
# Below the bar of the page, which stays.
TO_THE_TOP = "node => scrollTo(0, node.getBoundingClientRect().top + scrollY - 80)"
TO_THE_MIDDLE = "node => node.scrollIntoView({block: 'center'})"


@pytest.fixture(scope="module")
def adas_course(course: Path) -> Path:
    """The class, with one more student."""
    for lesson in (LESSON, CAPSTONE):
        notebook = nbformat.read(ROOT / "solutions" / f"{lesson}.ipynb", as_version=4)
        asked = len(notebook.cells)
        for place, cell in enumerate(notebook.cells):
            cell.source = re.sub(r" *# (BEGIN|END) SOLUTION\n?", "", cell.source)
            if cell.id == EXERCISE:
                cell.source = cell.source.replace("np.zeros(", "np.ones(")
            if "Your conclusion" in cell.source:
                asked = place + 1
        notebook.cells.insert(asked, nbformat.v4.new_markdown_cell(CONCLUSION, id="conclusion"))
        path = course / "submitted" / "ada" / lesson / f"{lesson}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    autograder(course, "grade", "--student=ada")
    return course


@pytest.fixture
def look() -> dict:
    return {"viewport": USUAL}


def opened(page: Page, server: Lab, course: Path, lesson: str) -> None:
    """Ada's submission in the formgrader, when its fields can be typed into."""
    with Recorder(courses.db_url(course, courses.config(course))) as recorder:
        found = recorder.gradebook.find_submission_notebook(lesson, lesson, "ada").id
    page.goto(server.formgrader(f"submissions/{found}"))
    page.wait_for_function(FIELDS_LISTEN, polling=POLLING)


def enter(page: Page, kind: str, field: str, text: str) -> None:
    with page.expect_response(lambda answer: f"/api/{kind}/" in answer.url):
        page.locator(f"#{field}").fill(text)
        page.locator(f"#{field}").press("Tab")
    page.wait_for_function(AT_REST, polling=POLLING)


def shown(page: Page, course: Path, lesson: str) -> Page:
    page.goto((course / "feedback" / "ada" / lesson / f"{lesson}.html").as_uri())
    return page


def test_what_is_entered_by_hand_survives_a_regrade(page, instructor, adas_course, screenshot):
    course = adas_course
    page.goto(instructor.first_page())

    # The conclusion of the capstone: points beside the check above it.
    page.set_viewport_size(TALL)  # both are seen
    opened(page, instructor, course, CAPSTONE)
    expect(page.get_by_text(CONCLUSION)).to_be_visible()
    enter(page, "grade", f"check_{NEAREST}_extra_credit", "3")
    page.locator(f"#check_{NEAREST}_extra_credit").evaluate(TO_THE_TOP)
    screenshot("by_hand_conclusion")

    # Another mark, and a word to Ada.
    page.set_viewport_size(USUAL)
    opened(page, instructor, course, LESSON)
    enter(page, "grade", f"check_{EXERCISE}", "1.5")
    page.locator(f"#check_{EXERCISE}").evaluate(TO_THE_MIDDLE)
    screenshot("by_hand_mark")
    enter(page, "comment", f"{EXERCISE}-comment", COMMENT)
    page.locator(f"#{EXERCISE}-comment").evaluate(TO_THE_MIDDLE)
    screenshot("by_hand_comment")

    # All of Ada's work is judged anew.
    verdict = verdict_file(course, "ada", LESSON).path
    judged = verdict.stat().st_mtime_ns
    autograder(course, "grade", "--student=ada")
    assert verdict.stat().st_mtime_ns > judged
    points = {lesson: lessons()[lesson].points for lesson in (LESSON, CAPSTONE)}
    marks = tables.read_marks(course / "grades.csv")
    assert {who: mark for who, mark in marks.items() if who[0] == "ada"} == {
        ("ada", LESSON): points[LESSON] - lessons()[LESSON].exercises[EXERCISE].points + 1.5,
        ("ada", CAPSTONE): points[CAPSTONE] + 3,
    }
    told = shown(page, course, CAPSTONE).locator(f"#{NEAREST}")
    expect(told).to_contain_text("Extra credit: 3 points.")
    told = shown(page, course, LESSON).locator(f"#{EXERCISE}")
    expect(told).to_contain_text("Corrected by hand: 1.5 instead of 0 points.")
    expect(told).to_contain_text(f"Your instructor: {COMMENT}")
    screenshot("by_hand_regraded")
