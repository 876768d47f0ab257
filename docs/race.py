"""Draws race.gif and race.png, from the same code as the slider of the last lesson.

    PYTHONPATH=notebooks python docs/race.py

The animation runs for five seconds, once, and stops; race.png holds all of the paths at rest.
The first notebook begins with a copy, which lies in optlab because that lies beside it.
"""

import io
import shutil
from pathlib import Path

from PIL import Image

from optlab import plots, race

IMAGES = Path(__file__).parent / "images"
FRAME = 100  # milliseconds


def main(folder: Path = IMAGES) -> None:
    stage = plots.Stage(race.draw, 2, 2, (6.0, 5.0))
    steps = range(0, race.STEPS + 1, 2)
    frames = [Image.open(io.BytesIO(stage.frame(step=step))) for step in steps]
    # Without `loop` the animation plays once.
    frames[0].save(folder / "race.gif", save_all=True, append_images=frames[1:], duration=FRAME)
    (folder / "race.png").write_bytes(stage.frame(step=race.STEPS))
    if folder == IMAGES:
        shutil.copy(folder / "race.gif", Path(race.__file__).parent)


if __name__ == "__main__":
    main()
