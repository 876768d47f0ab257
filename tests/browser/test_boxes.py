"""Verdicts as a learner sees them in JupyterLab: light and dark, wide and narrow, also untrusted.

One notebook is opened once and its cells are run; the tests look at it.
"""

import json
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page, expect

from browser.labpage import FITS, Lab, LabPage
from browser.seen import contrasts_in, pixels_of, violations

CHECK, HINT = 'check("momentum_update")', 'hint("momentum_update")'
ANSWER = """\
def momentum_update(params, grads, velocity, learning_rate, beta=0.9):
    new_params, new_velocity = {}, {}
    for key in params:
        new_velocity[key] = beta * velocity[key] + (1 - beta) * grads[key]
        new_params[key] = params[key] - learning_rate * new_velocity[key]
    return new_params, new_velocity"""
PREDICT = "predict('closest_rate', 'Which learning rate gets closest?', '0.02', '0.09')"
SLIDERS = """\
def draw(ax, schedule, learning_rate):
    return "title"


plots.explore(
    draw, "A frame.", schedule=["inverse time", "staircase"], learning_rate=(0.02, 0.52, 0.02, 0.1)
)"""
CELLS = {
    "imports": "from optlab import check, hint, predict, predicted, progress, solution",
    "open": CHECK,
    "slip": ANSWER.replace("grads[key]\n", "grads[key] ** 3\n"),
    "wrong": CHECK,
    "hint": HINT,
    "raises": ANSWER.replace("grads[key]\n", 'grads["<b>"]\n'),
    "failed": CHECK,
    "answer": ANSWER,
    "right": CHECK,
    "progress": "progress()",
    "figure": "from optlab import plots\nplots.show(plots.figure()[0], 'An empty frame.')",
    "predict": PREDICT,
    "sliders": SLIDERS,
    "predicted": "predicted('closest_rate', 0.09)",
    "ways": "solution('momentum_update')",
}
SHOWN = ("open", "wrong", "hint", "failed", "right", "predicted", "ways")
BOX_TEXTS = "[aria-hidden], b, pre, mark, div > div"
WIDGETS = ("predict", "sliders")
SIZES = {"wide": {"width": 1280, "height": 1400}, "narrow": {"width": 640, "height": 1400}}
TRUSTED = "() => window.jupyterapp.shell.currentWidget.content.widgets[1].model.trusted"


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Path:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [new_code_cell(source, id=name) for name, source in CELLS.items()]
    lab.journal.unlink(missing_ok=True)
    path = Path(lab.folder, "verdicts.ipynb")
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


@pytest.fixture(scope="module")
def opened(learners_page: Page, notebook: Path) -> LabPage:
    """The notebook after Run All, and then every cell by itself."""
    learners_page.set_viewport_size(SIZES["wide"])
    learners_page.emulate_media(color_scheme="light")
    found = LabPage.open(learners_page, notebook.name)
    found.run_all()
    expect(found.output("open")).to_contain_text("Not attempted yet.")
    expect(found.output("open")).to_contain_text("Run All stops here.")
    expect(found.prompt("slip")).to_have_text("[ ]:")
    for name in CELLS:
        found.run(name)
    found.save()
    return found


@pytest.fixture(params=["light", "dark"], scope="module")
def themed(request, opened: LabPage) -> LabPage:
    opened.page.emulate_media(color_scheme=request.param)  # which labconfig has JupyterLab follow
    light = str(request.param == "light").lower()
    expect(opened.page.locator("body")).to_have_attribute("data-jp-theme-light", light)
    return opened


@pytest.fixture(params=SIZES)
def looked_at(request, themed: LabPage) -> LabPage:
    themed.page.set_viewport_size(SIZES[request.param])
    return themed


def test_a_verdict_is_a_box_and_no_error(opened):
    kinds = {cell: kind for cell, kind, _ in opened.outputs()}
    assert kinds == dict.fromkeys((*SHOWN, *WIDGETS, "progress", "figure"), "display_data")


def test_the_line_comes_with_the_verdict_and_its_piece_with_the_hint(opened):
    line = "line 4:  new_velocity[key] = beta * velocity[key] + (1 - beta) * grads[key] ** 3"
    for name, marked in (("wrong", []), ("hint", ["3"])):
        box = opened.output(name).get_by_role("status")
        expect(box.locator("pre")).to_have_text(line)
        assert box.locator("mark").all_inner_texts() == marked
    expect(opened.output("failed").locator("pre")).to_contain_text('grads["<b>"]')


def test_everything_in_a_box_can_be_read(looked_at, screenshot_of):
    boxes = [
        *((looked_at.output(name).get_by_role("status"), BOX_TEXTS) for name in SHOWN),
        *((looked_at.output(name), "label, button") for name in WIDGETS),
    ]
    for box, texts in boxes:
        found = contrasts_in(box, texts)
        assert found
        assert [part for part in found if part[1] < 4.5] == []
    screenshot_of(looked_at.page, "boxes")


def test_what_is_shown_fits_into_the_page(looked_at):
    for name in (*SHOWN, *WIDGETS, "progress"):
        looked_at.page.wait_for_function(FITS, arg=looked_at.output(name).element_handle())


def test_labels_end_where_what_they_name_begins(looked_at):
    """Of buttons as of sliders, and no word is cut."""
    shown = looked_at.output("sliders")
    labels = shown.locator(".widget-label:visible")
    expect(labels).to_have_text(["schedule", "learning rate"])
    ends = [box["x"] + box["width"] for box in map(Locator.bounding_box, labels.all())]
    assert max(ends) - min(ends) < 3
    for button in shown.locator("button").all():
        assert button.evaluate(FITS), button.inner_text()
        assert button.bounding_box()["x"] >= max(ends)


def test_a_figure_has_the_page_s_background(themed):
    picture = themed.output("figure").get_by_alt_text("An empty frame.")
    corner = pixels_of(picture)[2, 2] * 255
    light = themed.page.locator("body").get_attribute("data-jp-theme-light") == "true"
    assert np.abs(corner - (255 if light else 17)).max() < 2


def test_axe_finds_nothing_in_our_output(looked_at):
    assert violations(looked_at) == []


def test_what_is_not_trusted_looks_the_same(notebook, opened):
    """JupyterLab takes scripts, style sheets, roles and much else out of such outputs."""
    saved = json.loads(notebook.read_text("utf-8"))
    assert saved["cells"][1]["outputs"]
    path = notebook.with_name("from_elsewhere.ipynb")
    path.write_text(json.dumps(saved | {"metadata": saved["metadata"] | {"by": "another"}}))
    opened.page.set_viewport_size(SIZES["wide"])
    looks = {name: look_of(opened.output(name)) for name in SHOWN}
    assert opened.page.evaluate(TRUSTED)
    with opened.beside(path.name) as stranger:
        assert not stranger.page.evaluate(TRUSTED)
        for name, look in looks.items():
            assert look_of(stranger.output(name)) == look, name
        assert violations(stranger) == []


def look_of(output: Locator) -> list[str]:
    """Text and style of a box and of all in it."""
    return output.locator('[style*="border-left"]').first.evaluate(
        """box => [box, ...box.querySelectorAll('*')].map(node => {
            const look = getComputedStyle(node), own = node.hasAttribute('style');
            return [node.textContent, look.display, look.backgroundColor, look.borderBottomWidth,
                look.borderLeftWidth, own && look.padding].join(' | ');
        })"""
    )
