"""An evening with the course: from the zip as it is handed out, by the command that it names.

The steps are one story, told in the order in which a learner lives it.
"""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from autograder.exercises import find_lesson
from browser.labpage import INDEX_OF, NOTEBOOK, Lab, LabPage, new_page

LESSON, EXERCISE = "04_momentum", "momentum_update"
CHECK = f"check_{EXERCISE}"
LOOK = {"color_scheme": "dark", "viewport": {"width": 1280, "height": 1000}}
RIGHT = """\
def momentum_update(params, grads, velocity, learning_rate, beta=0.9):
    new_params, new_velocity = {}, {}
    for key in params:
        new_velocity[key] = beta * velocity[key] + (1 - beta) * grads[key]
        new_params[key] = params[key] - learning_rate * new_velocity[key]
    return new_params, new_velocity"""
CLASSICAL = RIGHT.replace("(1 - beta) * ", "")
OLD_VELOCITY = RIGHT.replace("learning_rate * new_velocity", "learning_rate * velocity")
CELL_BELOW = f"""async id => {{
    {NOTEBOOK}.activeCellIndex = ({INDEX_OF})(id);
    await window.jupyterapp.commands.execute('notebook:insert-cell-below');
    return {NOTEBOOK}.activeCell.model.id;
}}"""
TITLED = f"""title => {NOTEBOOK}.widgets
    .find(cell => cell.model.sharedModel.source.split('\\n')[0] === title).model.id"""
RESTART = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"


@pytest.fixture
def untouched(lab: Lab) -> str:
    """A copy of the lesson that no other test has opened, and nothing has passed before."""
    lab.journal.unlink(missing_ok=True)
    shutil.copy(lab.folder / f"{LESSON}.ipynb", lab.folder / "evening.ipynb")
    return "evening.ipynb"


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[str], LabPage]]:
    """open_page(address): in one learner's own browser, on a dark system."""
    with new_page(browser, **LOOK) as blank:

        def open_it(address: str) -> LabPage:
            page = blank.context.new_page()
            page.goto(address)
            return LabPage.when_ready(page)

        yield open_it


def test_an_evening(lab, untouched, open_page, screenshot_of):
    start = open_page(lab.first_page())
    expect(start.page.locator(".lm-TabBar-tab", has_text="00_start_here.ipynb")).to_be_visible()
    expect(start.page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    assert start.page.locator(".Toastify__toast").count() == 0
    screenshot_of(start.page, "evening_1_start")
    start.page.get_by_role("button", name="Validate").click()  # nbgrader is installed here
    said = start.page.locator(".nbgrader-ErrorDialog")
    expect(said).to_contain_text("Not attempted yet")
    expect(said).not_to_contain_text("Traceback")
    screenshot_of(start.page, "evening_1_validated")
    said.locator(".jp-mod-accept").click()
    expect(said).to_have_count(0)

    lesson = LabPage.open(start.page, untouched)
    lesson.run(cell_titled(lesson, "# Set-up"))
    lesson.run(cell_titled(lesson, "# Predict: three learning rates"))
    choice = lesson.page.get_by_role("radio", name="0.02", exact=True)
    choice.focus()
    choice.press("Space")
    experiment = cell_titled(lesson, "# Experiment: three learning rates in the valley")
    lesson.run(experiment)
    expect(lesson.output(experiment).get_by_role("status")).to_contain_text("You predicted: 0.02.")
    screenshot_of(lesson.page, "evening_2_predicted")
    for number, wrong in enumerate((CLASSICAL, OLD_VELOCITY)):
        answer(lesson, wrong)
        expect(lesson.output(CHECK)).to_contain_text(f"Not yet: {EXERCISE}.")
        screenshot_of(lesson.page, f"evening_3_wrong_{number}")
    expect(asked(lesson, f'hint("{EXERCISE}")')).to_contain_text("Hint 1 of")
    expect(asked(lesson, f'solution("{EXERCISE}")')).to_contain_text("First your own.")
    answer(lesson, RIGHT)
    expect(lesson.output(CHECK)).to_contain_text("Correct.")
    expect(lesson.output(CHECK)).to_contain_text(f'solution("{EXERCISE}") shows other ways')
    ways = asked(lesson, f'solution("{EXERCISE}")')
    expect(ways.locator("pre")).to_have_count(3)
    screenshot_of(lesson.page, "evening_4_solution")
    lesson.save()
    lesson.page.evaluate(RESTART)
    lesson.page.close()

    again = open_page(lab.url(untouched))
    expect(again.cell(EXERCISE)).to_contain_text("new_velocity[key]")
    again.run(cell_titled(again, "# Set-up"))
    expect(asked(again, f'solution("{EXERCISE}")').locator("pre")).to_have_count(3)
    again.run(CHECK)
    expect(again.output(CHECK)).to_contain_text("Not run yet. momentum_update has passed before")
    progress = asked(again, "progress()")
    expect(progress).to_contain_text("Next:")
    lesson = find_lesson(LESSON)
    earned = lesson.exercises[EXERCISE].points
    expect(progress).to_contain_text(f"{earned} of {lesson.points} points")
    screenshot_of(again.page, "evening_5_next_day")


def cell_titled(lesson: LabPage, title: str) -> str:
    return lesson.page.evaluate(TITLED, title)


def answer(lesson: LabPage, source: str) -> None:
    """Write it and run both cells, as a learner does."""
    lesson.write(EXERCISE, source)
    lesson.run(EXERCISE)
    lesson.run(CHECK)


def asked(lesson: LabPage, source: str) -> Locator:
    """What a line of one's own shows, in a new cell below the check."""
    made = lesson.page.evaluate(CELL_BELOW, CHECK)
    lesson.write(made, source)
    lesson.run(made)
    return lesson.output(made)
