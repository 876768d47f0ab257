"""A lesson as a learner meets it: the first check, a wrong answer, the right one, the progress."""

import json
import re

import nbformat
import pytest
from playwright.sync_api import expect

from autograder import NOTEBOOKS, SOLUTIONS
from browser.labpage import Lab
from optlab.checking import keys

LESSON = "04_momentum.ipynb"
SOLUTION = SOLUTIONS / LESSON
EXERCISE, CHECK = "init_velocity", "check_init_velocity"
# A link for which JupyterLab has its handler: then it gets the address of the file.
HANDLED = "a[href*='/files/']"


@pytest.fixture(scope="module")
def cells() -> list[nbformat.NotebookNode]:
    return nbformat.read(SOLUTION, as_version=4).cells


@pytest.fixture(scope="module")
def answer(cells) -> str:
    source = next(cell.source for cell in cells if cell.id == EXERCISE)
    return re.sub(r" *# (BEGIN|END) SOLUTION\n?", "", source).rstrip()


def test_a_check_tells_untouched_wrong_and_right_apart(open_notebook, answer, screenshot_of):
    lesson = open_notebook(LESSON)
    lesson.run_all()
    expect(lesson.output(CHECK)).to_contain_text("Not attempted yet")

    lesson.write(EXERCISE, answer.replace("np.zeros", "np.ones"))
    lesson.run(EXERCISE)
    lesson.run(CHECK)
    expect(lesson.output(CHECK)).to_contain_text("Your velocity starts at one.")
    expect(lesson.output(CHECK)).not_to_contain_text("Traceback")
    screenshot_of(lesson.page, "check_wrong")

    lesson.write(EXERCISE, answer)
    lesson.run(EXERCISE)
    lesson.run(CHECK)
    expect(lesson.output(CHECK)).to_contain_text("Correct.")
    screenshot_of(lesson.page, "check_right")

    # The next one waits for the learner.
    lesson.run_all()
    expect(lesson.output(CHECK)).to_contain_text("Correct.")
    expect(lesson.output("check_momentum_update")).to_contain_text("Not attempted yet")


@pytest.fixture
def first_and_progress() -> list[str]:
    """The cells of the first notebook that matter here: the imports, and `progress()`."""
    cells = nbformat.read(NOTEBOOKS / "00_start_here.ipynb", as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    return [code[0].id, *(cell.id for cell in code if cell.source == "progress()")]


@pytest.fixture
def half_way(lab: Lab, open_notebook) -> None:
    """A learner who has solved the first lesson and two exercises of the second one."""
    first, second = keys.lessons()[:2]
    done = [*first["exercises"], *second["exercises"][:2]]
    state = {item["name"]: {"status": "correct", "score": item["points"]} for item in done}
    lab.journal.write_text(json.dumps(state))


def test_progress_shows_every_lesson_and_leads_there(
    open_notebook, half_way, first_and_progress, screenshot_of
):
    points = sum(item["points"] for item in keys.lessons()[0]["exercises"])
    start = open_notebook("00_start_here.ipynb")
    for cell in first_and_progress:
        start.run(cell)
    shown = start.output(cell)
    expect(shown.get_by_role("progressbar")).to_have_count(len(keys.lessons()))
    expect(shown).to_contain_text(f"{points:g} of {points:g} points")
    expect(shown.get_by_text("Next:")).to_be_in_viewport()
    screenshot_of(start.page, "progress_light")
    start.page.emulate_media(color_scheme="dark")
    expect(start.page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    expect(shown.get_by_text("Next:")).to_be_in_viewport()
    screenshot_of(start.page, "progress_dark")
    shown.locator(f"{HANDLED}[href*='04_momentum']").click()
    expect(start.page.locator(".lm-TabBar-tab", has_text=LESSON)).to_be_visible()
