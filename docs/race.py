"""Draws the race of four optimizers, from the same code as the slider of the last lesson.

    PYTHONPATH=notebooks python docs/race.py

docs/images/race.png holds all of the paths at rest. optlab/race.png, with which the first notebook
begins, is an animation of five seconds that plays once and stops. Both are transparent, in colours
between light and dark: they look the same in every theme, where no style sheet of ours reaches.
With OPTLAB_LANG=ko the animation alone is lettered in that language, for translations/ko/.
"""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from PIL import Image

from optlab import plots, race
from optlab.checking.language import spoken

ROOT = Path(__file__).parents[1]
IMAGES, OPTLAB = ROOT / "docs/images", ROOT / "notebooks/optlab"
SIZE = (5.04, 4.2)  # inches, at 100 dots each
FRAME = 100  # milliseconds
MIDDLE = "#7a7a7a"  # as far from white as from JupyterLab's dark page
COLORS = {name: plots.COLORS[name] for name in race.OPTIMIZERS} | {"gd": MIDDLE}
WORDS = {"fontsize": 14, "fontweight": "bold"}
STYLE: Any = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": MIDDLE,
    "axes.titlecolor": MIDDLE,
    "axes.titlesize": WORDS["fontsize"],
    "axes.titleweight": WORDS["fontweight"],
    "text.color": MIDDLE,
}


def draw(axes: np.ndarray, step: int) -> str:
    title = race.draw(axes, step)
    axes[0, 1].get_legend().remove()  # the names stand above, in their colours
    for ax in axes.flat:
        for lines in ax.collections:
            lines.set(edgecolor=MIDDLE, alpha=0.45)
        for line in ax.lines:
            if line.get_color() in (plots.COLORS["gd"], plots.COLORS["target"]):
                line.set_color(MIDDLE)
    return title


def frames() -> list[Image.Image]:
    """Every second step, all in the few colours of one palette, which makes them small."""
    with mpl.rc_context(STYLE):
        stage = plots.Stage(draw, 2, 2, SIZE)
        stage.title.set(**WORDS)
        for (name, color), x in zip(COLORS.items(), (0.26, 0.36, 0.645, 0.865), strict=True):
            stage.fig.text(x, 0.972, name, color=color, va="top", **WORDS)
        shown = []
        for step in range(0, race.STEPS + 1, 2):
            stage.frame(step=step)
            shown.append(np.array(stage.fig.canvas.buffer_rgba()))
    strip = Image.fromarray(np.concatenate(shown))
    strip = strip.quantize(64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    height, width = shown[0].shape[:2]
    tops = range(0, strip.height, height)
    return [strip.crop((0, top, width, top + height)) for top in tops]


def main(images: Path = IMAGES, optlab: Path = OPTLAB) -> None:
    moving = frames()
    last = moving[-1]
    if not spoken():
        last.save(images / "race.png")
    # What animates nothing shows the last frame.
    played = {"save_all": True, "default_image": True, "duration": FRAME, "loop": 1}
    folder = ROOT / "translations" / spoken() if spoken() else optlab
    last.save(folder / "race.png", append_images=moving, **played)


if __name__ == "__main__":
    main()
