"""The course in another language as it is built: the same cells, one optlab, one journal."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import nbformat
import numpy as np
import pytest
from fontTools.ttLib import TTFont
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder import NOTEBOOKS, released
from autograder.build import notebooks
from autograder.language import built, check, editions, solutions
from autograder.language.editions import Edition
from autograder.translation.unit import Kind
from optlab import solved
from optlab.checking.language import packed

LESSON = notebooks.sources(["09_adagrad_adadelta"])[0]
WORDS = {
    "Correct.": "맞습니다.",
    "{name} passes.": "{name}: 통과했습니다.",
    "{done:g} of {total:g} points": "{total:g}점 가운데 {done:g}점",
    "Not attempted yet.": "아직 풀지 않았습니다.",
}
RIGHT = """
import numpy as np
def init_velocity(params):
    return {key: np.zeros(value.shape) for key, value in params.items()}
"""


@pytest.fixture(scope="module")
def korean():
    return editions.edition("ko")


@pytest.fixture(scope="module")
def release(korean, tmp_path_factory):
    """A lesson as it is handed out in Korean."""
    folder = tmp_path_factory.mktemp("ko")
    ((path, contents),) = built.files_of(korean, [LESSON.name], folder, folder)
    path.write_bytes(contents)
    return path


def test_a_lesson_has_the_english_cells_in_korean(release):
    english = nbformat.read(LESSON.learner, as_version=4)
    korean = nbformat.read(release, as_version=4)
    assert [cell.id for cell in korean.cells] == [cell.id for cell in english.cells]
    for ours, theirs in zip(english.cells, korean.cells, strict=True):
        for metadata in (ours.metadata, theirs.metadata):
            metadata.get("nbgrader", {}).pop("checksum", None)
            metadata.get("optlab", {}).pop("text", None)
        assert theirs.metadata == ours.metadata
        assert not theirs.get("outputs")
    told = [cell.source for cell in korean.cells if cell.cell_type == "markdown"]
    assert sum(any("가" <= letter <= "힣" for letter in text) for text in told) > 0.9 * len(told)


def test_no_cell_of_it_counts_as_edited(release):
    assert released.is_as_built(release)
    notebook = nbformat.read(release, as_version=4)
    for cell in notebook.cells:
        if "optlab" in cell.metadata:
            cell.source += "\n# mine"
            break
    nbformat.write(notebook, release.with_name("edited.ipynb"))
    assert not released.is_as_built(release.with_name("edited.ipynb"))


def test_what_a_grader_hides_is_in_no_learner_s_words(korean, monkeypatch):
    one = next(unit for unit in editions.units(LESSON.name) if unit.kind == Kind.HINT)
    assert one.text in korean.words([LESSON.name])
    monkeypatch.setattr(editions, "units", lambda part: (replace(one, hidden=True),))
    assert korean.words([LESSON.name]) == {}


# Where all of a language is translated, `build` writes it


@pytest.fixture
def whole(korean, tmp_path, monkeypatch):
    """Korean as it will be one day, in another place."""
    shutil.copytree(korean.folder, tmp_path / "translations/ko")
    settings = tmp_path / "translations/ko/language.toml"
    settings.write_text(settings.read_text("utf-8").replace("whole = false", "whole = true"))
    monkeypatch.setattr(editions, "FOLDER", tmp_path / "translations")
    monkeypatch.setattr(built, "ROOT", tmp_path)
    monkeypatch.setattr(built, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(built, "WORDS", tmp_path / "notebooks/optlab/words")
    monkeypatch.setattr(Edition, "words", lambda self, names: WORDS)
    monkeypatch.setattr(notebooks, "sources", lambda names, all=notebooks.sources: [LESSON])
    return tmp_path


def test_what_is_handed_out_is_in_step_with_the_translations():
    assert built.stale([]) == []


def test_what_is_stale_is_named(whole):
    path = f"notebooks/ko/{LESSON.name}.ipynb"
    assert built.stale([]) == [
        f"{path} differs from its translation",
        "notebooks/ko/optlab/__init__.py differs from its translation",
        "notebooks/ko/optlab/race.png differs from its translation",
        "notebooks/optlab/words/ko.words differs from its translation",
    ]
    built.build([])
    assert built.stale([]) == []
    (whole / path).write_text((whole / path).read_text("utf-8") + " ", "utf-8")
    (whole / "notebooks/ko/99_gone.ipynb").touch()
    assert built.stale([LESSON.name]) == [f"{path} differs from its translation"]
    assert built.stale([])[1:] == ["notebooks/ko/99_gone.ipynb has no source"]
    built.build([])
    assert built.stale([]) == []


def test_a_language_that_is_not_whole_is_not_built(whole):
    built.build([])
    settings = whole / "translations/ko/language.toml"
    settings.write_text(settings.read_text("utf-8").replace("whole = true", "whole = false"))
    assert built.stale([]) == [
        f"notebooks/ko/{LESSON.name}.ipynb has no source",
        "notebooks/optlab/words/ko.words has no source",
    ]


# In the learner's folder


@pytest.fixture
def folder(tmp_path):
    """optlab with the way to it in Korean, as in study/."""
    shutil.copytree(NOTEBOOKS / "optlab", tmp_path / "optlab")
    (tmp_path / "optlab/words/ko.words").write_bytes(packed(WORDS))
    (tmp_path / "ko/optlab").mkdir(parents=True)
    (tmp_path / "ko/optlab/__init__.py").write_text(built.SHIM)
    return tmp_path


def run(folder, code, **environment):
    """What a notebook in that folder prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines() or done.stderr.splitlines()[-1:]


CHECK = f"{RIGHT}\nfrom optlab import check, progress\ncheck('init_velocity')\nprogress()"
PASSED = "✓ 맞습니다. init_velocity: 통과했습니다."


def test_in_the_folder_of_a_language_optlab_speaks_it(folder):
    assert run(folder / "ko", CHECK)[0].startswith(PASSED)
    assert run(folder, CHECK)[0].startswith("✓ Correct. init_velocity passes.")
    english = run(folder / "ko", CHECK, OPTLAB_LANG="en")
    assert english[0].startswith("✓ Correct. init_velocity passes.")


def test_the_journal_is_one_for_all_languages(folder):
    run(folder / "ko", CHECK)
    kept = json.loads((folder / ".progress.json").read_text("utf-8"))
    assert kept["init_velocity"]["status"] == "correct"
    assert not (folder / "ko/.progress.json").exists()
    shown = "from optlab import progress; progress()"
    for place, language, said in (
        ("ko", {}, "점 가운데 2점"),
        (".", {}, " 2 of "),
        ("ko", {"OPTLAB_LANG": "en"}, " 2 of "),
    ):
        (momentum,) = [
            line for line in run(folder / place, shown, **language) if "04_momentum" in line
        ]
        assert said in momentum


@pytest.mark.parametrize("damage", [b"", b"no words", packed({})[:-4]])
def test_with_damaged_words_it_is_english_and_one_line(folder, damage):
    (folder / "optlab/words/ko.words").write_bytes(damage)
    first, second, *_ = run(folder / "ko", CHECK)
    assert first == "optlab: there are no words for OPTLAB_LANG='ko'; this is English."
    assert second.startswith("✓ Correct. init_velocity passes.")


def test_without_optlab_it_is_missing_as_in_english(folder):
    shutil.rmtree(folder / "optlab")
    (said,) = run(folder / "ko", "import optlab")
    assert said == "ModuleNotFoundError: No module named 'optlab.begin'"


def test_what_is_handed_out_in_one_language_says_which(folder):
    (folder / "optlab/language").write_text("ko\n")
    assert run(folder, CHECK)[0].startswith(PASSED)
    assert run(folder, CHECK, OPTLAB_LANG="")[0].startswith("✓ Correct.")


def test_what_was_solved_in_another_language_joins(folder):
    notebook = new_notebook(cells=[new_code_cell(RIGHT)])
    nbformat.write(notebook, folder / "04_momentum.ipynb")
    untouched = new_notebook(cells=[new_code_cell(RIGHT.replace("return", "raise"))])
    nbformat.write(untouched, folder / "ko/04_momentum.ipynb")
    for place in ("ko", "."):
        function, said = solved.find("init_velocity", {}, folder / place)
        assert said == "joins, from 04_momentum.ipynb"
        assert np.array_equal(function({"W": np.ones(2)})["W"], np.zeros(2))
    (folder / "04_momentum.ipynb").unlink()
    function, said = solved.find("init_velocity", {}, folder)
    assert function is None and said.startswith("skipped: ")


# The letters of figures


def test_the_font_has_the_letters_and_a_name_of_its_own(korean):
    font = TTFont(built.WORDS / "ko.ttf")
    has = font.getBestCmap()
    syllables = [chr(code) for code in range(0xAC00, 0xD7A4)]
    common = [one for one in syllables if len(one.encode("euc_kr")) == 2]
    assert len(common) == 2350 and all(ord(one) in has for one in common)
    assert {*range(0x20, 0x7F), 0x2212} <= has.keys()
    named = [str(name) for name in font["name"].names if name.nameID in (1, 3, 4, 6)]
    assert named and not any("nanum" in name.lower() for name in named)
    licence = (built.WORDS / "OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE" in licence and "Reserved Font Name" in licence
    said = [
        text for entry in korean.book("13_todays_training").entries for text in entry.translation
    ]
    assert not {one for one in said if "가" <= one <= "힣" and ord(one) not in has}


FIGURE = """
import warnings
warnings.simplefilter("error")
import optlab
from optlab import plots
fig, ax = plots.figure()
ax.set_title("조건수 $\\\\kappa$가 1 − 10⁻¹")
ax.set(xscale="log", xlim=(1e-3, 1), ylabel="비용")
print(len(plots.png(fig)) > 1000, plots.mpl.rcParams["font.family"])
"""


@pytest.mark.slow
def test_a_figure_is_lettered_in_korean_and_only_there(folder):
    assert run(folder / "ko", FIGURE) == ["True ['Optlab Hangul', 'DejaVu Sans']"]
    english = FIGURE.replace("조건수", "condition").replace("가 1", " 1").replace("비용", "cost")
    assert run(folder, english) == ["True ['sans-serif']"]


# Every solution says the same


def _ran(text, **cell) -> NotebookNode:
    output = new_output("stream", text=text)
    return new_notebook(cells=[new_code_cell("# a title\nx", outputs=[output], **cell)])


@pytest.mark.parametrize(
    ("english", "korean", "told"),
    [
        ("cost 0.31 after 40 steps", "40스텝 뒤 비용 0.31", []),
        ("zero of 10", "10개 가운데 0개", []),
        ("cost 0.31", "비용 0.32", ["# a title: number missing: 0.31; number too much: 0.32"]),
    ],
)
def test_another_number_is_named(english, korean, told):
    assert [*solutions.differences(_ran(english), _ran(korean))] == told
    measured = {"metadata": {"tags": ["nbval-ignore-output"]}}
    assert [*solutions.differences(_ran(english, **measured), _ran(korean, **measured))] == []


def test_a_warning_that_english_does_not_have_is_named():
    warned = _ran("1")
    warned.cells[0].outputs.append(
        new_output("stream", name="stderr", text="/x/y.py:3: UserWarning: Glyph 44032 missing")
    )
    assert [*solutions.differences(_ran("1"), warned)] == [
        "# a title: UserWarning: Glyph 44032 missing"
    ]


SHORT = ("03_bias_correction",)
RUN = notebooks.sources([] if "SEEDS" in os.environ else [*SHORT])


@pytest.mark.slow
@pytest.mark.parametrize("lesson", RUN, ids=lambda lesson: lesson.name)
def test_a_solution_says_the_same_in_korean(lesson, tmp_path, monkeypatch):
    monkeypatch.setattr(solutions, "DIST", tmp_path)
    assert solutions.run("ko", [lesson.name]) == []


def test_the_rules_of_a_language_are_read(korean):
    assert check.read(korean.folder).letters.fullmatch("가")
