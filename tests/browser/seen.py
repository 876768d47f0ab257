"""What can be seen on a page of JupyterLab: contrasts in its pixels, and what axe finds."""

import io

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from contrast import luminance
from matplotlib.image import imread
from playwright.sync_api import Locator

from browser.labpage import LabPage

# Those that are shown: their words, and their edges in the box.
PARTS = """(box, selector) => {
    const origin = box.getBoundingClientRect();
    return [...box.querySelectorAll(selector)].filter(node => node.offsetParent).map(node => {
        const edges = node.getBoundingClientRect();
        return [node.innerText, edges.left - origin.left, edges.top - origin.top,
            edges.right - origin.left, edges.bottom - origin.top];
    });
}"""


def violations(opened: LabPage) -> list[str]:
    """What axe finds in what our code has put out, as far as it is in the page.

    ipywidgets gives the handle of a slider no name, only the text beside it.
    """
    ours = {"include": [[".jp-OutputArea-output"]], "exclude": [[".noUi-handle"]]}
    found = Axe().run(opened.page, context=ours)
    return [
        f"{rule['id']}: {node['html']}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


def contrasts_in(box: Locator, parts: str) -> list[tuple[str, float]]:
    """Of each part of a box its words, and what stands out most to what there is most of.

    One picture of the box holds all its parts: each of its own would be scrolled to and drawn.
    """
    light = luminance(pixels_of(box))
    found = []
    for words, left, top, right, bottom in box.evaluate(PARTS, parts):
        seen = light[round(top) + 1 : int(bottom) - 3, round(left) + 1 : int(right) - 1]
        values, counts = np.unique(seen, return_counts=True)
        ground = values[counts.argmax()]
        ratios = (np.maximum(seen, ground) + 0.05) / (np.minimum(seen, ground) + 0.05)
        found.append((words, float(ratios.max())))
    return found


def pixels_of(part: Locator) -> np.ndarray:
    return imread(io.BytesIO(part.screenshot(animations="disabled")))[..., :3]
