"""The grader's pages in use: what their links open, tables by keyboard, and on paper."""

import re

import pytest
from playwright.sync_api import expect

from browser.conftest import LESSON

PAGE = f"feedback/student07/{LESSON}/{LESSON}.html"
A4 = {"width": 690, "height": 1000}  # within its margins
COLOR = "() => getComputedStyle(document.body).backgroundColor"
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_the_contents_open_what_they_lead_to(page, course):
    page.goto((course / "report.html").as_uri())
    lesson = page.locator("details.lesson")
    expect(lesson).not_to_have_attribute("open", "")
    page.locator("ol a").first.click()
    expect(lesson).to_have_attribute("open", "")


def test_a_mark_leads_to_the_page_that_a_student_got(page, course):
    page.goto((course / "report.html").as_uri())
    page.get_by_role("row", name="student07").get_by_role("link").first.click()
    expect(page).to_have_title(re.compile("feedback for student07"))


def test_a_wide_table_is_scrolled_by_keyboard(page, course):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto((course / "report.html").as_uri())
    page.locator("summary").first.click()
    table = page.get_by_role("region", name="Exercises of lesson 04")
    table.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("node => node.scrollLeft > 0", arg=table.element_handle())


@pytest.mark.parametrize("name", ["report.html", PAGE], ids=["report", "feedback"])
def test_on_paper_all_is_unfolded_on_white(page, course, name):
    page.set_viewport_size(A4)
    page.goto((course / name).as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(COLOR) == "rgb(255, 255, 255)"
    folded = page.locator("details:not([open]) > :not(summary)")
    assert folded.count() > 3
    for one in folded.all():
        assert one.bounding_box()["height"] > 0
    assert page.evaluate(TOO_WIDE) <= 0
    assert page.pdf(format="A4").startswith(b"%PDF")
