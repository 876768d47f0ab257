"""Figures: a description for screen readers, colours everyone can tell apart, sliders."""

import ast
import base64
import io
import itertools
import re

import numpy as np
import pytest
from contrast import contrast
from matplotlib.colors import to_rgb
from PIL import Image

from autograder import ROOT
from optlab import plots, problems

RACERS = ["gd", "momentum", "rmsprop", "adagrad", "adam"]


@pytest.fixture
def shown(monkeypatch):
    """What the code under test displays: a list of (mimebundle, metadata)."""
    outputs = []
    monkeypatch.setattr(
        plots, "display", lambda data, metadata, raw: outputs.append((data, metadata))
    )
    return outputs


def linear(color):
    """sRGB to light intensities."""
    c = np.array(to_rgb(color))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(light):
    """Light intensities to CIELAB, in which distances are about as large as they look."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.asarray(to_xyz) @ np.clip(light, 0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


# How the two common kinds of colour blindness see light (Machado and others, 2009, severity 1).
EYES = {
    "usual": np.eye(3),
    "protan": np.array(
        [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    ),
    "deutan": np.array(
        [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    ),
}


@pytest.mark.parametrize("eye", EYES.values(), ids=EYES.keys())
def test_the_racers_colours_can_be_told_apart(eye):
    for one, other in itertools.combinations(RACERS, 2):
        seen = [lab(eye @ linear(plots.COLORS[name])) for name in (one, other)]
        assert np.linalg.norm(seen[0] - seen[1]) > 25, (one, other)


@pytest.mark.parametrize("name", sorted(set(plots.COLORS) - {"data"}))
def test_labels_have_enough_contrast_on_white(name):
    assert contrast(plots.COLORS[name], "#ffffff") >= 4.5, name


@pytest.mark.parametrize("name", plots.COLORS)
def test_what_is_drawn_stands_out_in_both_themes(name):
    assert contrast(plots.COLORS[name], "#ffffff") >= 3
    assert contrast(in_the_dark(plots.COLORS[name]), "#111111") >= 3


def in_the_dark(color):
    """The color after the filter of plots.DARK."""
    assert "invert(.934) hue-rotate(180deg)" in plots.DARK
    inverted = 0.934 - 0.868 * np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    weights = np.array([0.213, 0.715, 0.072])
    turned = 2 * weights @ inverted - inverted  # by half a turn, as the filter defines it
    return "#" + bytes(np.round(255 * turned.clip(0, 1)).astype(np.uint8).tolist()).hex()


def test_show_gives_an_image_with_alternative_text(shown):
    fig, ax = plots.figure()
    ax.plot([0, 1])
    plots.show(fig, 'A line < that "rises"')
    [(data, metadata)] = shown
    assert 'alt="A line &lt; that &quot;rises&quot;"' in data["text/html"]
    assert data["image/png"] in data["text/html"]
    assert data["text/plain"] == metadata["image/png"]["alt"] == 'A line < that "rises"'


def test_a_figure_is_white_and_of_the_asked_size_whatever_the_theme():
    fig, _ = plots.figure(size=(5, 3))
    picture = Image.open(io.BytesIO(plots.png(fig))).convert("RGB")
    assert picture.size == (500, 300)
    assert min(picture.getpixel((0, 0))) >= 250


def test_show_is_deterministic(shown):
    for _ in range(2):
        fig, ax = plots.figure()
        plots.contour(ax, problems.bowl(10).value, ((-2, 2), (-1, 1)))
        plots.show(fig, "A bowl")
    assert shown[0] == shown[1]


def test_contour_lines_of_a_bowl_are_evenly_spaced():
    _, ax = plots.figure()
    plots.contour(ax, problems.bowl(1).value, ((-1, 1), (-1, 1)), levels=4, points=101)
    radii = np.sqrt(2 * ax.collections[0].levels)
    np.testing.assert_allclose(np.diff(radii), radii[0], rtol=1e-6)


def test_trajectory_has_the_optimizers_colour_and_its_label():
    _, ax = plots.figure()
    plots.trajectory(ax, np.array([[0.0, 0.0], [1.0, 1.0]]), "adam", "Adam")
    assert ax.lines[0].get_color() == plots.COLORS["adam"]
    assert [text.get_text() for text in ax.texts] == ["Adam"]


def test_a_surface_has_one_scale_for_both_axes_and_crosses_at_its_minima():
    _, ax = plots.figure()
    plots.contour(ax, problems.saddle().value, ((-1, 1), (-2, 2)), [(0, 1), (0, -1)])
    assert ax.get_aspect() == 1
    assert (ax.get_xlim(), ax.get_ylim()) == ((-1, 1), (-2, 2))
    [crosses] = ax.lines
    assert crosses.get_marker() == "x" and crosses.get_linestyle() == "None"
    assert crosses.get_xydata().tolist() == [[0, 1], [0, -1]]


def test_every_surface_of_a_lesson_has_its_minimum_marked():
    calls = [
        node
        for path in sorted((ROOT / "solutions").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "plots.contour"
    ]
    assert len(calls) > 15
    assert [ast.unparse(call) for call in calls if len(call.args) < 4] == []


def moved(ax, step):
    """A ball that comes and goes, over a line that stays."""
    ax.plot([0, 4], [0, 4])
    ax.plot(step % 3, 1, "o")
    ax.set(xlim=(-1, 5), ylim=(-1, 5))
    return f"step {step}"


def animation_in(bundle):
    """The moving picture, and the one for who wants no motion."""
    calm, moving = re.findall(r'(?:srcset|src)="data:image/png;base64,(.*?)"', bundle["text/html"])
    return Image.open(io.BytesIO(base64.b64decode(moving))), base64.b64decode(calm)


def test_an_animation_plays_every_frame_once(shown):
    plots.animate(moved, "A ball.", range(5))
    [(data, _)] = shown
    moving, _ = animation_in(data)
    assert (moving.n_frames, moving.info["loop"]) == (5, 1)
    stage = plots.Stage(moved, 1, 1, None)
    for step in range(5):
        moving.seek(step)
        frame = np.asarray(moving.convert("RGB")).astype(int)
        assert np.abs(frame - picture_of(stage.frame(step=step))).max() < 24, step


def test_an_animation_holds_only_what_changes(shown):
    plots.animate(moved, "A ball.", range(20))
    [(data, _)] = shown
    moving, one = animation_in(data)
    assert moving.n_frames == 20
    assert moving.fp.getbuffer().nbytes < 20 * len(one) / 3


def test_an_animation_shown_again_is_another_file(shown):
    for _ in range(2):
        plots.animate(moved, "A ball.", range(5))
    first, again = (data["text/html"] for data, _ in shown)
    assert first != again and len(first) == len(again)


def test_who_wants_no_motion_sees_the_last_frame(shown):
    plots.animate(moved, "A ball.", range(5))
    [(data, metadata)] = shown
    last = plots.Stage(moved, 1, 1, None).frame(step=4)
    _, calm = animation_in(data)
    assert calm == base64.b64decode(data["image/png"]) == last
    assert '<source media="(prefers-reduced-motion:reduce)"' in data["text/html"]
    assert data["text/html"].count('alt="A ball."') == 1
    assert data["text/plain"] == metadata["image/png"]["alt"] == "A ball."


def recorder(frames):
    def draw(ax, rate, turns=1):
        frames.append((rate, turns))
        ax.plot([0, rate])
        return f"rate {rate}"

    return draw


def test_explore_has_a_widget_and_a_figure_for_pages_without_widgets(shown):
    frames = []
    plots.explore(recorder(frames), "A line.", rate=(0.1, 1.0, 0.1, 0.5), turns=(1, 5, 1))
    [(data, metadata)] = shown
    assert frames == [(0.5, 1)]
    widget = "application/vnd.jupyter.widget-view+json"
    assert set(data) == {widget, "image/png", "text/html", "text/plain"}
    assert metadata["image/png"]["alt"] == data["text/plain"] == "A line. rate 0.5"


def test_explore_without_ipywidgets_is_a_figure(shown, monkeypatch):
    monkeypatch.setattr(plots, "ipywidgets", None)
    plots.explore(recorder([]), "A line", rate=(0.1, 1.0, 0.1))
    [(data, _)] = shown
    assert set(data) == {"image/png", "text/html", "text/plain"}


def test_moving_a_slider_draws_a_new_frame():
    frames = []
    stage = plots.Stage(recorder(frames), 1, 1, None)
    first = plots.image_tag(stage.frame(rate=0.5), "A line. rate 0.5", stage.width)
    panel = plots.panel(stage, first, "A line.", {"rate": (0.1, 1.0, 0.1, 0.5)})
    slider, picture = panel.children
    assert slider.continuous_update and slider.description == "rate"
    slider.value = 0.7
    assert frames[-1][0] == pytest.approx(0.7) and 'alt="A line. rate 0.7"' in picture.value
    slider.value = 0.5
    assert picture.value == first, "a frame depends on its values only"


def test_axes_that_do_not_change_are_not_drawn_again(monkeypatch):
    stage = plots.Stage(lambda ax, level, top: ax.set(ylim=(0, top)), 1, 1, None)
    drawings, draw = [], stage.fig.canvas.draw
    monkeypatch.setattr(stage.fig.canvas, "draw", lambda: drawings.append(draw()))
    counts = []
    for level, top in ((1, 1), (2, 1), (3, 1), (3, 2), (4, 2)):
        stage.frame(level=level, top=top)
        counts.append(len(drawings))
    assert counts == [2, 2, 2, 3, 3]


def test_a_frame_keeps_nothing_of_the_one_before():
    def draw(ax, level):
        ax.plot([0, level])
        ax.fill_between([0, 1], [0, level])
        ax.bar([0], [level])
        ax.axhline(level)
        ax.text(0, 0, "label")

    stage = plots.Stage(draw, 1, 1, None)
    first = stage.frame(level=5)
    for level in (50, 5):
        last = stage.frame(level=level)
    assert last == first


def test_a_frame_is_what_a_full_drawing_would_show():
    def draw(ax, level, view):
        ax.plot([0, 5], [0, level])
        ax.fill_between([0, 5], [0, level], alpha=0.5)
        plots.contour(ax, problems.bowl(5).value, ((0, view), (-2, 2)))
        plots.label_end(ax, 1, 1, "end", "black")
        ax.set(title=f"up to {view}")
        return f"level {level}"

    stage = plots.Stage(draw, 1, 1, None)
    for level, view in ((1, 5), (2, 5), (2, 6), (1, 5)):
        frame = picture_of(stage.frame(level=level, view=view))
        for artist in (*plots.drawn(stage.axes), stage.title):
            artist.set_animated(False)
        full = picture_of(plots.png(stage.fig))
        assert (np.abs(frame - full).max(axis=2) > 40).mean() < 0.002


def picture_of(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def test_ranges_become_fitting_sliders():
    assert plots.slider("n", (1, 5, 1)).value == 1
    assert plots.slider("n", (1, 5, 1)).readout_format == "d"
    assert plots.slider("beta", (0.0, 0.98, 0.02, 0.9)).readout_format == ".2f"
    assert plots.slider("beta", (0.0, 1.0, 0.125)).readout_format == ".3f"
    choices = plots.slider("angle", [0, 30, 45])
    assert choices.value == 0 and list(choices.options) == [0, 30, 45]


def test_a_name_with_underscores_reads_as_words():
    assert plots.slider("learning_rate", (0.1, 1.0, 0.1)).description == "learning rate"
