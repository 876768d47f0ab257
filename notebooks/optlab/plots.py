"""One look for every figure of the course.

COLORS["momentum"]           the colour of an optimizer, the same in every lesson
figure(...)                  (fig, ax) in the shared style, drawn outside of pyplot
contour(ax, f, view)         contour lines of a surface, quiet, in one scale for both axes
trajectory(ax, path, name)   the points an optimizer visited, in its colour
label_end(ax, x, y, text)    a direct label at the end of a curve, instead of a legend
described(topic, number)     that description, where the notebook must not tell it beforehand
show(fig, alt)               displays the figure with a description for screen readers
animate(draw, alt, steps)    frames that play once; a plain figure for who wants no motion
explore(draw, alt, **ranges) sliders that redraw a figure; a plain figure where widgets do not run

Importing this module sets the style for every Matplotlib figure of the notebook.
"""

import base64
import html
import io
import itertools
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from IPython.display import display
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.rcsetup import cycler
from numpy.typing import ArrayLike
from PIL import Image, PngImagePlugin

from optlab.checking.language import FOLDER, say, spoken, told

try:
    import ipywidgets
except ImportError:  # the sliders then become plain figures
    ipywidgets = None

# Dark enough for text on white; gd, momentum, rmsprop, adagrad and adam, which meet in one figure,
# stay apart for colour-blind readers as well.
COLORS = {
    "gd": "#2b2b2b",
    "sgd": "#6b5a1e",
    "momentum": "#0a5be0",
    "nesterov": "#4a6fa5",
    "rmsprop": "#b35007",
    "adagrad": "#831c86",
    "adadelta": "#a8456f",
    "adam": "#07806e",
    "amsgrad": "#4c7a1d",
    "adamw": "#1f5c7a",
    "target": "#b3261e",  # a minimum, a limit, a true value
    "data": "#909090",  # measurements in the background
    "first": "#0a5be0",  # curves that belong to no optimizer
    "second": "#b35007",
    "third": "#07806e",
}

Size = tuple[float, float] | None
Draw = Callable[..., str]
Choice = Sequence[Any]  # (low, high, step[, start]), or a list of choices

# In colour maps too, what is large stands out from the page, in a dark theme as well: "..._r".
STYLE: Any = {
    "figure.figsize": (7.2, 4.2),
    "figure.dpi": 100,
    "figure.facecolor": "white",  # figures stay readable in a dark JupyterLab
    "savefig.facecolor": "white",
    "axes.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 13,
    "axes.labelsize": 12,
    "axes.prop_cycle": cycler(color=[COLORS["first"], COLORS["second"], COLORS["third"]]),
    "font.size": 12,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "grid.color": "#e3e3e3",
    "image.cmap": "gray_r",
}
mpl.rcParams.update(STYLE)


def _speak(language: str) -> None:
    """Write in the language's own font, where it has one: in its letters, also beside formulas.

    It comes first, since a text with a formula in it knows no other font for what it misses.
    """
    font = FOLDER / f"{language}.ttf"
    if language and font.is_file():
        font_manager.fontManager.addfont(font)
        name = font_manager.FontProperties(fname=font).get_name()
        mpl.rcParams["font.family"] = [name, "DejaVu Sans"]


_speak(spoken())

# A wider figure is made this wide, in inches: on half a screen its text could not be read.
WIDEST = 8.0

# A white rim, so that the text does not touch the dark theme's background.
MARGIN = {"w_pad": 0.12, "h_pad": 0.12}


def figure(
    rows: int = 1, columns: int = 1, size: Size = None, **settings: Any
) -> tuple[Figure, Any]:
    """A figure and its axes (an array when there are several), as `plt.subplots` gives them.

    It is not registered with pyplot: nothing to close, and nothing is displayed twice.
    """
    fig = Figure(figsize=size and (min(size[0], WIDEST), size[1]))
    FigureCanvasAgg(fig)
    fig.set_layout_engine("constrained", **MARGIN)
    return fig, fig.subplots(rows, columns, **settings)


def contour(
    ax: Axes,
    f: Callable[[np.ndarray], np.ndarray],
    view: Sequence[Sequence[float]],
    minimum: ArrayLike | None = None,
    levels: int = 9,
    points: int = 121,
) -> None:
    """Contour lines of f over view = ((left, right), (bottom, top)), both axes in one scale.

    f takes points of shape (2, ...). The levels grow quadratically, so that the lines of a bowl
    are evenly spaced. A cross marks the minimum (2,), or each of several (k, 2).
    """
    (left, right), (bottom, top) = view
    grid = np.array(np.meshgrid(np.linspace(left, right, points), np.linspace(bottom, top, points)))
    heights = f(grid)
    low, high = heights.min(), heights.max()
    steps = low + (high - low) * (np.arange(1, levels + 1) / (levels + 1)) ** 2
    ax.contour(*grid, heights, steps, colors="#b9b9b9", linewidths=0.9)
    ax.set(xlim=(left, right), ylim=(bottom, top), xlabel="$w_1$", ylabel="$w_2$")
    ax.set_aspect("equal")  # else a long valley looks round, and no step at right angles to a line
    if minimum is not None:
        crosses = np.reshape(minimum, (-1, 2)).T
        ax.plot(*crosses, "x", color=COLORS["target"], markersize=9, markeredgewidth=2, zorder=3)


def trajectory(
    ax: Axes, path: np.ndarray, name: str, label: str | None = None, color: str | None = None
) -> None:
    """The points of `path`, shape (steps + 1, 2): a ring at the start, a dot at the end.

    `name` picks the colour; `label` (default: none) is written beside the last point in view.
    """
    color = color or COLORS[name]
    ax.plot(path[:, 0], path[:, 1], "-", color=color, linewidth=1.6, marker=".", markersize=5)
    ax.plot(*path[0], "o", color="white", markeredgecolor=color, markeredgewidth=1.8)
    ax.plot(*path[-1], "o", color=color, clip_on=True)
    if label:
        label_end(ax, path[-1, 0], path[-1, 1], label, color)


def label_end(
    ax: Axes, x: float, y: float, text: str, color: str, offset: tuple[float, float] = (8, 0)
) -> None:
    """Writes `text` beside the point (x, y); offset in points to the right and up."""
    ax.annotate(
        text,
        (x, y),
        xytext=offset,
        textcoords="offset points",
        color=color,
        va="center",
        ha="left" if offset[0] >= 0 else "right",
        annotation_clip=False,
        path_effects=[withStroke(linewidth=3, foreground="white")],
    )


def png(fig: Figure) -> bytes:
    """The figure as bytes of a PNG file."""
    fig.canvas.draw()
    return encoded(fig.canvas)


def encoded(canvas: Any) -> bytes:
    """What is drawn, as bytes of a PNG file; few colours make it five times smaller."""
    buffer = io.BytesIO()
    picture = Image.fromarray(pixels(canvas))
    picture.quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(buffer, "png")
    return buffer.getvalue()


def pixels(canvas: Any) -> np.ndarray:
    """What is drawn: red, green and blue, (height, width, 3)."""
    return np.array(canvas.buffer_rgba())[:, :, :3]


# In a dark theme (of JupyterLab, VS Code, Colab) white becomes #111111, like JupyterLab's page, and
# colours keep their hues. Where nobody obeys this, a figure is the white box that it was drawn as.
DARK = (
    "<style>:is([data-jp-theme-light=false],.vscode-dark,html[theme=dark]) .optlab-figure"
    "{filter:invert(.934) hue-rotate(180deg)}</style>"
)


def image_tag(image: bytes, alt: str, width: int) -> str:
    """The image as HTML. `decoding` keeps the old frame in sight until the new one is ready."""
    return DARK + bare_tag(image, alt, width)


def bare_tag(image: bytes, alt: str, width: int) -> str:
    """The image as HTML, without the style of dark themes."""
    return (
        f'<img class="optlab-figure" src="{data_url(image)}" width="{width}" '
        f'decoding="sync" style="max-width:100%;margin-top:8px" alt="{html.escape(alt)}">'
    )


def data_url(image: bytes) -> str:
    """The image as an address that holds it."""
    return "data:image/png;base64," + base64.b64encode(image).decode("ascii")


def mimebundle(image: bytes, alt: str, width: int) -> dict[str, Any]:
    """What is displayed: the image, and HTML that gives it an alternative text.

    JupyterLab and nbconvert drop the alternative text of a plain PNG but keep that of an <img>;
    GitHub and the feedback pages use the PNG.
    """
    return {
        "image/png": base64.b64encode(image).decode("ascii"),
        "text/html": image_tag(image, alt, width),
        "text/plain": alt,
    }


def described(topic: str, number: int) -> str:
    """What there is to see in a figure of a lesson, counted from 1.

    The code above a figure would answer what its reader is asked to predict.
    """
    packed = Path(__file__).parent / "keys" / topic / "figures.b64"
    return say(told(json.loads(base64.b64decode(packed.read_bytes()))[number - 1]))


def show(fig: Figure, alt: str) -> None:
    """Displays a figure; `alt` says in one or two sentences what there is to see in it."""
    width = round(fig.get_figwidth() * fig.dpi)
    display(mimebundle(png(fig), alt, width), metadata={"image/png": {"alt": alt}}, raw=True)
    fig.clear()


FRAME = 100  # milliseconds
AGAIN = told("Run the cell again to see it move again.")
_plays = itertools.count(1)


def animate(
    draw: Draw,
    alt: str,
    steps: Iterable[int],
    rows: int = 1,
    columns: int = 1,
    size: Size = None,
) -> None:
    """Plays the frames `draw(axes, step)` once, ten in a second; the last one stays.

    Who has asked the system for less motion sees that frame at once, and so do pages that show
    images only. `draw` is that of `explore`; its title is no part of the alternative text.
    """
    stage = Stage(draw, rows, columns, size)
    frames = []
    for step in steps:
        stage.play(step=step)
        frames.append(pixels(stage.fig.canvas))
    still = encoded(stage.fig.canvas)
    bundle = mimebundle(still, alt, stage.width)
    calm = f'<source media="(prefers-reduced-motion:reduce)" srcset="{data_url(still)}">'
    moving = bare_tag(played(frames), alt, stage.width)
    again = f"<small>{html.escape(say(AGAIN))}</small>"
    bundle["text/html"] = f"{DARK}<picture>{calm}{moving}</picture><br>{again}"
    display(bundle, metadata={"image/png": {"alt": alt}}, raw=True)


def played(frames: Sequence[np.ndarray]) -> bytes:
    """Pictures (height, width, 3) as an animated PNG file that plays once.

    Every frame holds only the pixels that have changed; all share the colours of one palette. No
    two files are equal: a browser plays one that it knows only once, however often it is shown.
    """
    height = len(frames[0])
    strip = Image.fromarray(np.concatenate(frames))
    strip = strip.quantize(127, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    colors = np.asarray(strip).reshape(-1, height, strip.width)
    same = np.zeros(colors.shape, dtype=bool)
    same[1:] = colors[1:] == colors[:-1]
    palette = (strip.getpalette() or [])[: 3 * 127]
    palette += [0] * (3 * 128 - len(palette))  # the last stands for what has not changed
    images = []
    for changed in np.where(same, 127, colors).astype(np.uint8):
        image = Image.fromarray(changed, "P")
        image.putpalette(palette)
        images.append(image)
    buffer, info = io.BytesIO(), PngImagePlugin.PngInfo()
    info.add_text("play", str(next(_plays)))
    images[0].save(
        buffer,
        "png",
        save_all=True,
        append_images=images[1:],
        duration=FRAME,
        loop=1,
        blend=PngImagePlugin.Blend.OP_OVER,
        pnginfo=info,
        transparency=127,
    )
    return buffer.getvalue()


def explore(
    draw: Draw, alt: str, rows: int = 1, columns: int = 1, size: Size = None, **ranges: Choice
) -> None:
    """A figure with a slider for every range.

    `draw(axes, **values)` draws one frame on empty axes and returns the title above it, which
    also ends the alternative text. Limits that it sets for one frame it should set for every one.
    A range is (low, high, step) or (low, high, step, start), or a list of choices, of which the
    first is the start. Whole numbers give whole numbers. Where widgets do not run (GitHub, printed
    pages, no ipywidgets) the figure for the starting values is shown.
    """
    stage = Stage(draw, rows, columns, size)
    image = stage.frame(**{name: start_of(choice) for name, choice in ranges.items()})
    described = f"{alt} {stage.title.get_text()}"
    bundle = mimebundle(image, described, stage.width)
    if ipywidgets is not None:
        live = panel(stage, bundle["text/html"], alt, ranges)._repr_mimebundle_()
        bundle = live | bundle  # the description instead of the widget's repr as text/plain
    display(bundle, metadata={"image/png": {"alt": described}}, raw=True)


def start_of(choice: Choice) -> Any:
    """The starting value of a range."""
    if isinstance(choice, list):
        return choice[0]
    return choice[3] if len(choice) == 4 else choice[0]


class Stage:
    """One figure that is drawn again and again.

    Axes, ticks and labels take most of the time that drawing takes, and rarely change: a frame is
    drawn over a picture of them.
    """

    def __init__(self, draw: Draw, rows: int, columns: int, size: Size) -> None:
        self.draw = draw
        self.fig, self.axes = figure(rows, columns, size)
        self.title = self.fig.suptitle(" ", x=0.02, ha="left", fontsize=13)
        self.width = round(self.fig.get_figwidth() * self.fig.dpi)
        self.still: list[tuple] | None = None
        self.background: Any = None

    def frame(self, **values: Any) -> bytes:
        """The PNG for these values."""
        self.play(**values)
        return encoded(self.fig.canvas)

    def play(self, **values: Any) -> None:
        """Draws the frame for these values."""
        for ax in self.fig.axes:
            wipe(ax)
        self.title.set_text(self.draw(self.axes, **values))
        if self.still is None:
            self.fig.canvas.draw()  # finds the layout; the axes then stay in place
            self.fig.set_layout_engine("none")
        self.paint()

    def paint(self) -> None:
        """Draws what moves over the background, which is drawn anew when it has changed."""
        canvas: Any = self.fig.canvas
        moving = [one for ax in self.fig.axes for one in sorted(drawn(ax), key=zorder)]
        for artist in (*moving, self.title):
            artist.set_animated(True)  # Matplotlib's word for: left out of the background
        still = [frame_of(ax) for ax in self.fig.axes]
        if still != self.still:
            canvas.draw()
            self.background, self.still = canvas.copy_from_bbox(self.fig.bbox), still
        canvas.restore_region(self.background)
        for artist in (*moving, self.title):
            artist.draw(canvas.get_renderer())


def drawn(ax: Axes) -> list[Artist]:
    """What a frame has drawn on its axes, in that order."""
    found = {*ax.lines, *ax.collections, *ax.patches, *ax.images, *ax.texts}
    return [artist for artist in ax.get_children() if artist in found]


def zorder(artist: Artist) -> float:
    """Which artist lies over which."""
    return artist.get_zorder()


def frame_of(ax: Axes) -> tuple:
    """All that decides how the axes themselves look."""
    titles = [ax.get_title(place) for place in ("left", "center", "right")]
    ticks = [
        (list(places), kind.format_ticks(list(places)))
        for axis in (ax.xaxis, ax.yaxis)
        for places, kind in (
            (axis.get_majorticklocs(), axis.get_major_formatter()),
            (axis.get_minorticklocs(), axis.get_minor_formatter()),
        )
    ]
    limits, names = (ax.get_xlim(), ax.get_ylim()), (ax.get_xlabel(), ax.get_ylabel())
    scales = ax.get_xscale(), ax.get_yscale(), ax.get_aspect()
    return limits, scales, names, titles, ticks, ax.get_legend()


def wipe(ax: Axes) -> None:
    """Empties the axes but keeps ticks and limits: a third faster than `ax.cla()`."""
    for artist in drawn(ax):
        artist.remove()
    ax.set_prop_cycle(None)
    ax.relim()


def panel(stage: "Stage", first: str, alt: str, ranges: dict[str, Choice]) -> Any:
    """The widget: sliders above the image, of which `first` is the HTML to begin with.

    The image is an HTML widget, because the Image widget has no place for an alternative text.
    """
    sliders = {name: slider(name, choice) for name, choice in ranges.items()}
    picture = ipywidgets.HTML(first)

    def redraw(_: Any) -> None:
        image = stage.frame(**{name: one.value for name, one in sliders.items()})
        picture.value = image_tag(image, f"{alt} {stage.title.get_text()}", stage.width)

    for one in sliders.values():
        one.observe(redraw, names="value")
    return ipywidgets.VBox([*sliders.values(), picture])


def slider(name: str, choice: Choice) -> Any:
    """A slider for (low, high, step[, start]), buttons for a list of choices."""
    words = say(told(name.replace("_", " ")))
    label: dict[str, Any] = {
        "description": words,
        "tooltip": words,
        "style": {"description_width": "9em"},
        "layout": {"width": "min(36em, 100%)"},
    }
    if isinstance(choice, list):
        label["style"]["button_width"] = "auto"
        buttons = ipywidgets.ToggleButtons(options=choice, **label)
        return buttons.add_class("widget-inline-hbox")  # the label beside them, as of a slider
    low, high, step = choice[:3]
    if all(isinstance(number, int) for number in choice):
        kind, shape = ipywidgets.IntSlider, "d"
    else:
        kind, shape = ipywidgets.FloatSlider, f".{decimals(step)}f"
    return kind(start_of(choice), min=low, max=high, step=step, readout_format=shape, **label)


def decimals(step: float) -> int:
    """How many decimals a multiple of `step` needs."""
    return len(np.format_float_positional(step, trim="-").partition(".")[2])
