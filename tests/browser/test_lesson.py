"""A lesson as a learner meets it: the first check, a wrong answer, the right one, a slider."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from labpage import Lab
from playwright.sync_api import expect

SOLUTION = Path(__file__).parents[2] / "solutions" / "04_momentum.ipynb"
LESSON = "04_momentum.ipynb"
EXERCISE, CHECK = "init_velocity", "check_init_velocity"

pytestmark = pytest.mark.skipif(not SOLUTION.exists(), reason="04_momentum is not built yet")


@pytest.fixture(scope="module")
def cells() -> list[nbformat.NotebookNode]:
    return nbformat.read(SOLUTION, as_version=4).cells


@pytest.fixture(scope="module")
def answer(cells) -> str:
    source = next(cell.source for cell in cells if cell.id == EXERCISE)
    return re.sub(r" *# (BEGIN|END) SOLUTION\n?", "", source).rstrip()


@pytest.fixture
def solved(lab: Lab) -> str:
    shutil.copy(SOLUTION, lab.folder / "solved.ipynb")
    return "solved.ipynb"


def test_a_check_tells_untouched_wrong_and_right_apart(open_notebook, answer, screenshot):
    lesson = open_notebook(LESSON)
    lesson.run_all()
    expect(lesson.output(CHECK)).to_contain_text("Not attempted yet")

    lesson.write(EXERCISE, answer.replace("np.zeros", "np.ones"))
    lesson.run(EXERCISE)
    lesson.run(CHECK)
    expect(lesson.output(CHECK)).to_contain_text("Your velocity starts at one.")
    expect(lesson.output(CHECK)).not_to_contain_text("Traceback")
    screenshot("check_wrong")

    lesson.write(EXERCISE, answer)
    lesson.run(EXERCISE)
    lesson.run(CHECK)
    expect(lesson.output(CHECK)).to_contain_text("Correct.")
    screenshot("check_right")


def test_the_next_check_waits_for_the_learner(open_notebook, answer):
    lesson = open_notebook(LESSON)
    lesson.write(EXERCISE, answer)
    lesson.run_all()
    expect(lesson.output(CHECK)).to_contain_text("Correct.")
    expect(lesson.output("check_momentum_update")).to_contain_text("Not attempted yet")


def test_validate_shows_the_first_failing_check(open_notebook, screenshot):
    page = open_notebook(LESSON).page
    page.get_by_role("button", name="Validate").click()
    said = page.locator(".nbgrader-ErrorDialog")
    expect(said).to_contain_text("Not attempted yet", timeout=60_000)
    expect(said).not_to_contain_text("Traceback")
    screenshot("validate")


def test_a_slider_redraws_its_figure(open_notebook, solved, cells, screenshot):
    sliders = [cell.id for cell in cells if "explore(" in cell.source]
    lesson = open_notebook(solved)
    lesson.run_all()
    for cell_id in sliders:
        cell = lesson.cell(cell_id)
        slider, picture = cell.get_by_role("slider").first, cell.locator("img")
        value, image = slider.get_attribute("aria-valuetext"), picture.get_attribute("src")
        slider.focus()
        slider.press("ArrowRight")
        expect(slider).not_to_have_attribute("aria-valuetext", value)
        expect(picture).not_to_have_attribute("src", image)
    screenshot("slider")
