"""The first screens: one line of one's own, and one sentence when something is missing."""

import shutil
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from contrast import contrast
from PIL import Image

from autograder import NOTEBOOKS, SOLUTIONS
from autograder.exercises import find_exercise
from optlab.checking import keys, trial
from optlab.checking.diagnose import Status

STEP = find_exercise("step")
CELLS = nbformat.read(NOTEBOOKS / "00_start_here.ipynb", as_version=4).cells
SHELL = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(colors="NoColor")
{before}
print("failed:", not shell.run_cell(sys.stdin.read()).success)
"""


def verdict(source):
    names = {"np": np}
    exec(source, names)
    return trial.judge(keys.load("step"), names["step"])


@pytest.mark.parametrize("source", [STEP.source, *(one.source for one in STEP.styles)])
def test_the_first_line_passes_in_each_of_its_forms(source):
    assert verdict(source).status == Status.CORRECT


@pytest.mark.parametrize("mistake", STEP.mistakes, ids=lambda mistake: mistake.name)
def test_a_slip_in_the_first_line_is_named(mistake):
    found = verdict(mistake.source)
    assert (found.status, found.mistake) == (Status.KNOWN_MISTAKE, mistake.name)
    assert found.message.startswith(mistake.message)


def test_the_first_success_comes_within_two_minutes():
    """Words that stand above the first check, its cell's among them, at 160 a minute."""
    first = next(index for index, cell in enumerate(CELLS) if cell.id == "check_step")
    shown = [
        cell.source
        for cell in CELLS[:first]
        if not cell.metadata.get("jupyter", {}).get("source_hidden")
    ]
    assert len(" ".join(shown).split()) < 1.6 * 160


def test_the_first_two_screens_hold_one_function_and_no_other_open_code():
    code = [cell for cell in CELLS if cell.cell_type == "code"]
    shown = [c for c in code if not c.metadata.get("jupyter", {}).get("source_hidden")]
    assert [cell.id for cell in shown[:2]] == ["step", "check_step"]
    assert "optlab/race.png" in CELLS[0].source


@pytest.mark.parametrize("language", ["", "ko"])
def test_the_race_is_small_stops_by_itself_and_can_be_seen_in_both_themes(language):
    path = NOTEBOOKS / language / "optlab/race.png"
    assert path.stat().st_size < 800_000
    with Image.open(path) as picture:
        assert picture.height <= 420
        assert picture.n_frames > 20
        still = np.asarray(picture.convert("RGBA"))
        assert picture.info["loop"] == 1
        picture.seek(1)
        assert picture.n_frames * picture.info["duration"] <= 5_200
        picture.seek(picture.n_frames - 1)
        assert np.array_equal(np.asarray(picture.convert("RGBA")), still)  # where none moves
    assert (still[..., 3] == 0).mean() > 0.5  # the page shows through
    drawn = still[still[..., 3] > 250][:, :3]
    assert len(drawn) > 1000
    for page in ("#ffffff", "#111111"):
        ratios = [contrast(f"#{bytes(color).hex()}", page) for color in np.unique(drawn, axis=0)]
        assert min(ratios) >= 3


# What the set-up says


def told(folder, before="", name="04_momentum"):
    """What the set-up of a lesson prints in a folder."""
    cells = nbformat.read(SOLUTIONS / f"{name}.ipynb", as_version=4).cells
    set_up = next(cell for cell in cells if "set-up" in cell.metadata.get("tags", []))
    done = subprocess.run(
        [sys.executable, "-c", SHELL.format(before=before)],
        input=set_up.source,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip().splitlines()


@pytest.fixture
def copied(tmp_path):
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(NOTEBOOKS / "optlab", tmp_path / "optlab", ignore=ignore)
    return tmp_path


@pytest.mark.slow
def test_a_set_up_that_finds_all_is_silent(copied):
    assert told(copied) == ["failed: False"]


def test_a_wrong_folder_is_told_in_one_sentence(tmp_path):
    sentence, failed = told(tmp_path)
    assert sentence.startswith("optlab is missing, or a part of it: copy the whole folder")
    assert failed == "failed: True"


@pytest.mark.slow
@pytest.mark.parametrize("part", ["problems.py", "checking", "keys", "__init__.py"])
def test_half_of_optlab_is_told_in_one_sentence(copied, part):
    lost = copied / "optlab" / part
    shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    sentence, failed = told(copied)
    assert sentence.startswith("optlab is missing, or a part of it: copy the whole folder")
    assert failed == "failed: True"


@pytest.mark.slow
def test_an_old_python_is_told_in_one_sentence(copied):
    sentence, failed = told(copied, before="import numpy; sys.version_info = (3, 9, 7)")
    assert "needs Python 3.11 or newer, and this kernel runs Python 3.9" in sentence
    assert failed == "failed: True"


@pytest.mark.slow
def test_an_old_numpy_is_told_in_one_sentence(copied):
    sentence, failed = told(copied, before="import numpy; numpy.__version__ = '1.19.5'")
    assert "needs NumPy 1.24 or newer, and here is 1.19.5" in sentence
    assert failed == "failed: True"


@pytest.mark.slow
def test_a_missing_package_is_told_in_one_sentence(copied):
    hide = "sys.modules['matplotlib'] = None"  # the lesson that imports it before its parts
    sentence, failed = told(copied, hide, "02_exponentially_weighted_averages")
    assert sentence == "matplotlib is missing: %pip install matplotlib, then restart."
    assert failed == "failed: True"
