"""A lesson's code is folded, a prediction is chosen by hand, and it is met again below."""

import json

import nbformat
import pytest
from playwright.sync_api import expect

from autograder import NOTEBOOKS
from browser.seen import violations

LESSON = "04_momentum"
TITLES = {
    "set-up": "# Set-up",
    "predict": "# Predict: three learning rates",
    "experiment": "# Experiment: three learning rates in the valley",
}
WIDE = {"viewport": {"width": 1280, "height": 900}}
NARROW = {"viewport": {"width": 640, "height": 900}}


@pytest.fixture(scope="module")
def ids() -> dict[str, str]:
    cells = nbformat.read(NOTEBOOKS / f"{LESSON}.ipynb", as_version=4).cells
    return {
        name: next(cell.id for cell in cells if cell.source.split("\n")[0] == title)
        for name, title in TITLES.items()
    }


@pytest.fixture
def lesson(lab, open_notebook, ids, tmp_path):
    """A copy of its own, up to the experiment: the same notebook again has the same kernel."""
    notebook = nbformat.read(NOTEBOOKS / f"{LESSON}.ipynb", as_version=4)
    last = [cell.id for cell in notebook.cells].index(ids["experiment"])
    notebook.cells = notebook.cells[: last + 1]
    name = f"{tmp_path.name}.ipynb"
    nbformat.write(notebook, lab.folder / name)
    return open_notebook(name)


def test_code_is_a_title_until_it_is_opened_and_changed(lesson, ids):
    for name, title in TITLES.items():
        bar = lesson.cell(ids[name]).locator(".jp-InputPlaceholder")
        expect(bar).to_contain_text(title)
        bar.click()
        expect(lesson.cell(ids[name]).locator(".cm-content")).to_be_visible()

    # Opened, an experiment may be changed.
    lesson.write(ids["experiment"], "print('mine', 6 * 7)")
    lesson.run(ids["experiment"])
    expect(lesson.output(ids["experiment"])).to_contain_text("mine 42")


@pytest.mark.parametrize(
    ("choice", "told", "look"),
    [
        ("0.09", "As you predicted: 0.09.", WIDE | {"color_scheme": "light"}),
        ("0.02", "You predicted: 0.02. Measured: 0.09.", NARROW | {"color_scheme": "dark"}),
    ],
)
def test_a_prediction_comes_back(lab, lesson, ids, choice, told, look, screenshot_of):
    for name in ("set-up", "predict"):
        lesson.run(ids[name])
    asked = lesson.cell(ids["predict"])
    expect(asked).to_contain_text("Which learning rate gets closest to the minimum?")
    button = asked.get_by_role("radio", name=choice, exact=True)
    button.focus()
    button.press("Space")
    expect(asked.get_by_role("status")).to_contain_text("Noted.")
    assert json.loads(lab.journal.read_text())["predictions"] == {
        "closest_rate": {"choice": choice}
    }
    screenshot_of(lesson.page, "predict")
    lesson.run(ids["experiment"])
    box = lesson.cell(ids["experiment"]).get_by_role("status")
    expect(box).to_contain_text(told)
    box.scroll_into_view_if_needed()
    screenshot_of(lesson.page, "predicted")
    assert violations(lesson) == []


def test_after_a_restart_the_choice_is_there_again(lab, lesson, ids):
    lab.journal.write_text(json.dumps({"predictions": {"closest_rate": {"choice": "0.101"}}}))
    for name in ("set-up", "predict"):
        lesson.run(ids[name])
    button = lesson.cell(ids["predict"]).get_by_role("radio", name="0.101", exact=True)
    expect(button).to_be_checked()
