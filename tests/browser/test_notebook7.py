"""The same notebooks in Notebook 7, which the same server offers: boxes, sliders, folded cells."""

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, expect

from browser.labpage import FITS, Lab, LabPage, new_page

SLIDER = """\
# Slider: a level
from optlab import plots


def draw(ax, level):
    ax.axhline(level)
    ax.set(ylim=(0, 9))
    return f"level {level}"


plots.explore(draw, "A line.", level=(1, 8, 1, 3))"""
CELLS = {
    "slider": SLIDER,
    "imports": "from optlab import check, hint",
    "hint": 'hint("nesterov_update")',
    "open": 'check("nesterov_update")',
    "after": "print('never printed')",
}
WIDTHS = (1280, 640)


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> str:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [new_code_cell(source, id=name) for name, source in CELLS.items()]
    cells[0].metadata.jupyter = {"source_hidden": True}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), Path(lab.folder, "seven.ipynb"))
    return "seven.ipynb"


@pytest.fixture(scope="module")
def ran(browser: Browser, lab: Lab, notebook: str) -> Iterator[LabPage]:
    """The notebook after Run All."""
    with new_page(browser, viewport={"width": WIDTHS[0], "height": 1100}) as page:
        page.goto(lab.in_notebook7(notebook))
        opened = LabPage.when_idle(page)
        opened.run_all()
        yield opened


def test_an_open_exercise_is_a_calm_box_at_which_run_all_stops(ran):
    expect(ran.output("open").get_by_role("status")).to_contain_text("Not attempted yet.")
    expect(ran.output("open")).to_contain_text("Run All stops here.")
    expect(ran.output("hint").get_by_role("status")).to_contain_text("Hint 1 of")
    expect(ran.prompt("after")).to_have_text("[ ]:")
    assert ran.errors() == []


def test_a_folded_cell_shows_its_title_and_its_slider_redraws_the_figure(ran):
    folded = ran.cell("slider")
    expect(folded.locator(".jp-InputPlaceholder, .jp-Placeholder")).to_contain_text(
        "Slider: a level"
    )
    handle, picture = folded.get_by_role("slider"), folded.locator("img")
    before = picture.get_attribute("src")
    at = handle.bounding_box()  # by mouse: the arrow keys are Notebook's own
    ran.page.mouse.move(at["x"] + 5, at["y"] + 5)
    ran.page.mouse.down()
    ran.page.mouse.move(at["x"] + 400, at["y"] + 5)
    ran.page.mouse.up()
    expect(handle).to_have_attribute("aria-valuetext", "8")
    expect(picture).not_to_have_attribute("src", before)


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_shown_fits_into_the_page(ran, width, screenshot_of):
    ran.page.set_viewport_size({"width": width, "height": 1100})
    for name in ("slider", "hint", "open"):
        ran.page.wait_for_function(FITS, arg=ran.output(name).element_handle())
    screenshot_of(ran.page, f"notebook7_{width}")
