"""What can be seen on a page of JupyterLab: contrasts in its pixels, and what axe finds."""

import io

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from contrast import luminance
from matplotlib.image import imread
from playwright.sync_api import Locator

from browser.labpage import LabPage


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


def contrast_in(part: Locator) -> float:
    """Of what stands out most to what there is most of, in the pixels of a part of the page."""
    light = luminance(pixels_of(part)[1:-3, 1:-1])
    values, counts = np.unique(light, return_counts=True)
    ground = values[counts.argmax()]
    ratios = (np.maximum(light, ground) + 0.05) / (np.minimum(light, ground) + 0.05)
    return float(ratios.max())


def pixels_of(part: Locator) -> np.ndarray:
    return imread(io.BytesIO(part.screenshot(animations="disabled")))[..., :3]
