"""The page itself, on a small notebook made here: it opens, runs, and looks right."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import expect

from browser.labpage import Lab

CELLS = {
    "sum": "print(19 + 23)",
    "picture": (
        "import matplotlib.pyplot as plt\n"
        "from ipywidgets import interact\n\n\n"
        "@interact(n=(1, 9))\n"
        "def draw(n=3):\n"
        "    plt.plot(range(n))\n"
        "    plt.show()"
    ),
    "error": "raise ValueError('the kernel stops here')",
    "after": "print('never printed')",
}


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> str:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [new_code_cell(source, id=name) for name, source in CELLS.items()]
    nbformat.write(new_notebook(cells=cells, metadata=kernel), Path(lab.folder, "small.ipynb"))
    return "small.ipynb"


def test_run_all_stops_at_the_first_error(open_notebook, notebook):
    opened = open_notebook(notebook)
    opened.run_all()
    expect(opened.output("sum")).to_have_text("42")
    expect(opened.output("error")).to_contain_text("the kernel stops here")
    expect(opened.prompt("after")).to_have_text("[ ]:")


def test_a_cell_is_edited_and_run(open_notebook, notebook):
    opened = open_notebook(notebook)
    opened.write("sum", "print(6 * 9)")
    opened.run("sum")
    expect(opened.output("sum")).to_have_text("54")


def test_a_slider_redraws_its_figure(open_notebook, notebook, screenshot_of):
    opened = open_notebook(notebook)
    opened.run("picture")
    cell = opened.cell("picture")
    slider, picture = cell.get_by_role("slider"), cell.locator("img")
    before = picture.get_attribute("src")
    slider.focus()
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "4")
    expect(picture).not_to_have_attribute("src", before)
    screenshot_of(opened.page, "small")


def test_a_learner_s_page_is_quiet(open_notebook, notebook):
    page = open_notebook(notebook).page
    menus = page.locator("#jp-MainMenu").get_by_role("menuitem")
    expect(menus.filter(has_text="Kernel")).to_have_count(1)
    expect(menus.filter(has_text="Nbgrader")).to_have_count(0)
    assert page.locator(".Toastify__toast").count() == 0
    page.get_by_role("button", name="Validate").wait_for()
