"""nbgrader's own panels on a graded class: they list it, show a submission, take a mark by hand."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from autograder.course import folder as courses
from autograder.course.corrections import Correction, Entries
from autograder.course.gradebook import Recorder
from autograder.course.verdicts import verdict_file
from autograder.exercises import find_lesson
from browser.conftest import LESSON
from browser.labpage import go, mark_by_hand, new_page

STUDENT, EXERCISE = "student07", "descend"


@pytest.fixture(scope="module")
def desk(browser, instructor) -> Iterator[Page]:
    """JupyterLab, with the instructor logged in."""
    with new_page(browser) as page:
        go(page, instructor.url())
        yield page


@pytest.fixture
def page(desk) -> Iterator[Page]:
    """Another page for the same person."""
    with desk.context.new_page() as opened:
        yield opened


@pytest.fixture
def formgrader(desk) -> FrameLocator:
    """The panel, opened from JupyterLab's menu."""
    desk.locator("#jp-MainMenu").get_by_role("menuitem", name="Nbgrader").click()
    desk.locator(".lm-Menu").get_by_text("Formgrader", exact=True).click()
    return desk.frame_locator("iframe")


def test_the_formgrader_is_what_opens(page, instructor, course):
    page.goto(instructor.first_page())
    row = page.get_by_role("row").filter(has_text=LESSON)
    expect(row.locator(".num-submissions")).to_have_text(str(handed_in(course)))


def test_the_graded_class_is_listed(formgrader, course):
    row = formgrader.get_by_role("row").filter(has_text=LESSON)
    expect(row.locator(".num-submissions")).to_have_text(str(handed_in(course)))
    formgrader.get_by_role("link", name="Manual Grading").click()
    for path in (LESSON, f"{LESSON}/{LESSON}"):  # the lesson, then its only notebook
        formgrader.locator(f"a[href$='/formgrader/gradebook/{path}']").click()
    marks = formgrader.locator("td.score")
    expect(marks).to_have_text(
        [re.compile(rf"[\d.]+ / {find_lesson(LESSON).points}")] * handed_in(course)
    )


def test_a_mark_and_a_comment_are_given_by_hand(page, instructor, course):
    comment = "Right idea: only the start is missing."
    with recorder(course) as gradebook:
        before = gradebook.settle([LESSON])
    mark_by_hand(page, instructor, submission_id(course), EXERCISE, "2.5", comment)
    judged = verdict_file(course, STUDENT, LESSON).read()["exercises"]
    (told,) = [verdict["message"] for verdict in judged if verdict["exercise"] == EXERCISE]
    expect(page.get_by_role("main")).to_contain_text(told)
    with recorder(course) as gradebook:
        entries = gradebook.settle([LESSON])
    given = Entries({EXERCISE: Correction(2.5, 0.0, comment)})
    assert entries == before | {(STUDENT, LESSON): given}


def handed_in(course):
    """So many students: another test adds one to the class."""
    return len([*course.glob(f"submitted/*/{LESSON}")])


def recorder(course):
    return Recorder(courses.db_url(course, courses.config(course)))


def submission_id(course):
    with recorder(course) as gradebook:
        return gradebook.gradebook.find_submission_notebook(LESSON, LESSON, STUDENT).id
