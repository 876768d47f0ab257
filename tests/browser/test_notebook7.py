"""The same notebooks in Notebook 7, which the same server offers: boxes, sliders, folded cells."""

from pathlib import Path

import nbformat
import pytest
from labpage import Lab
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Locator, Page, expect

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
    "hint": 'hint("momentum_update")',
    "open": 'check("momentum_update")',
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
def ran(browser: Browser, lab: Lab, notebook: str):
    """The page after Run All."""
    with browser.new_context(viewport={"width": WIDTHS[0], "height": 1100}) as context:
        page = context.new_page()
        page.goto(lab.address.partition("/lab")[0] + f"/notebooks/{notebook}?{token_of(lab)}")
        cell(page, "slider").wait_for()
        expect(page.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute(
            "data-status", "idle"
        )
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.locator('[data-command="runmenu:run-all"]').click()
        expect(cell(page, "open")).to_contain_text("Run All stops here.")
        yield page


def token_of(lab: Lab) -> str:
    return lab.address.partition("?")[2].partition("&")[0]


def cell(page: Page, name: str) -> Locator:
    return page.locator(f'.jp-Cell[data-windowed-list-index="{list(CELLS).index(name)}"]')


def test_an_open_exercise_is_a_calm_box_at_which_run_all_stops(ran):
    expect(cell(ran, "open").get_by_role("status")).to_contain_text("Not attempted yet.")
    expect(cell(ran, "hint").get_by_role("status")).to_contain_text("Hint 1 of")
    expect(cell(ran, "after").locator(".jp-InputPrompt")).to_have_text("[ ]:")
    assert ran.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0


def test_a_folded_cell_shows_its_title_and_its_slider_redraws_the_figure(ran):
    folded = cell(ran, "slider")
    expect(folded.locator(".jp-InputPlaceholder, .jp-Placeholder")).to_contain_text(
        "Slider: a level"
    )
    handle, picture = folded.get_by_role("slider"), folded.locator("img")
    before = picture.get_attribute("src")
    handle.focus()
    handle.press("ArrowRight")
    expect(handle).to_have_attribute("aria-valuetext", "4")
    expect(picture).not_to_have_attribute("src", before)


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_shown_fits_into_the_page(ran, width, screenshot_of):
    ran.set_viewport_size({"width": width, "height": 1100})
    for name in ("slider", "hint", "open"):
        output = cell(ran, name).locator(".jp-OutputArea-output")
        assert output.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
    screenshot_of(ran, f"notebook7_{width}")
