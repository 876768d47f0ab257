"""What learners get: the zip of `make release`, and each notebook where `optlab` is missing."""

import json
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import nbformat
import pytest

import handout
from autograder import NOTEBOOKS, ROOT, SOLUTIONS
from autograder.exercises import lessons
from optlab.checking import keys

pytestmark = pytest.mark.slow

LEARNERS_KO = ROOT / "docs/learners.ko.md"
EVERY_LESSON = sorted(path.stem for path in SOLUTIONS.glob("[0-9]*.py"))


@pytest.fixture(scope="module")
def zipped(tmp_path_factory) -> Path:
    """The unpacked zip, made in a copy of the repository in which somebody has worked."""
    clone = tmp_path_factory.mktemp("release") / "a clone"
    handout.clone(clone)
    shutil.copy(SOLUTIONS / "04_momentum.ipynb", clone / "notebooks/04_momentum-Copy1.ipynb")
    for name in (".progress.json", ".ipynb_checkpoints/x.ipynb", "optlab/__pycache__/x.pyc"):
        (clone / "notebooks" / name).parent.mkdir(exist_ok=True)
        (clone / "notebooks" / name).write_text("{}")
    return handout.unpacked(clone)


def test_the_zip_holds_the_lessons_optlab_and_what_starts_them(zipped):
    assert {path.name for path in zipped.iterdir()} == {
        *(f"{lesson}.ipynb" for lesson in EVERY_LESSON),
        *("optlab", ".labconfig", "start.py", "requirements.txt", "README.md", "LICENSE"),
    }
    found = {path.relative_to(zipped / "optlab") for path in (zipped / "optlab").rglob("*")}
    there = {path.relative_to(NOTEBOOKS / "optlab") for path in (NOTEBOOKS / "optlab").rglob("*")}
    hidden = {"__pycache__", ".ipynb_checkpoints", "words"}  # the last one for other languages
    assert found == {path for path in there if not hidden & set(path.parts)}
    assert not [path for path in zipped.rglob("*") if "autograder" in path.name]


def test_the_zip_in_another_language_speaks_it(tmp_path):
    handout.clone(tmp_path)
    for lesson in EVERY_LESSON:
        path = tmp_path / f"notebooks/ko/{lesson}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text("in Korean")
    korean = handout.unpacked(tmp_path, "ko")
    assert {path.name for path in korean.iterdir()} == {
        *(f"{lesson}.ipynb" for lesson in EVERY_LESSON),
        *("optlab", ".labconfig", "start.py", "requirements.txt", "README.md", "LICENSE"),
    }
    assert (korean / "00_start_here.ipynb").read_text() == "in Korean"
    assert (korean / "optlab/language").read_text() == "ko\n"
    assert (korean / "optlab/words/ko.ttf").exists()
    lettered = (korean / "optlab/race.png").read_bytes()
    assert lettered == (ROOT / "translations/ko/race.png").read_bytes()
    assert lettered != (ROOT / "notebooks/optlab/race.png").read_bytes()
    page = LEARNERS_KO.read_text("utf-8")
    assert "\n[English](learners.md)\n\n" in page  # which the zip does not hold
    assert (korean / "README.md").read_text("utf-8") == page.replace(
        "[English](learners.md)\n\n", ""
    )
    settings = korean / ".labconfig/learner/labconfig"
    overrides = json.loads((settings / "default_setting_overrides.json").read_text())
    assert overrides["@jupyterlab/translation-extension:plugin"] == {"locale": "ko_KR"}
    assert (settings / "page_config.json").exists()


def test_no_notebook_holds_a_solution_or_an_output(zipped):
    for name in lessons():
        handed_out = nbformat.read(zipped / f"{name}.ipynb", as_version=4).cells
        solved = nbformat.read(SOLUTIONS / f"{name}.ipynb", as_version=4).cells
        answers = {c.id: c.source for c in solved if c.metadata.get("nbgrader", {}).get("solution")}
        assert set(answers) == set(lessons()[name].exercises)
        sources = {cell.id: cell.source for cell in handed_out}
        for exercise, answer in answers.items():
            stub = sources[exercise]
            assert stub != answer
            assert "SOLUTION" not in stub
            assert "NotImplementedError" in stub or f"{exercise} = None" in stub
        assert not [cell.id for cell in handed_out if cell.get("outputs")]


@pytest.mark.parametrize(
    "exercise",
    [item for lesson in lessons().values() for item in lesson.functions.values()],
    ids=lambda item: item.name,
)
def test_a_key_holds_public_cases_only_and_no_source_that_can_be_read(zipped, exercise):
    (path,) = (zipped / "optlab/keys").glob(f"*/{exercise.name}.key")
    data = path.read_bytes()
    key = keys.unpack(data)
    assert key.cases
    assert all(case.public for case in key.cases)
    *parts, ways = parts_of(data)
    assert keys.unpack_ways(data) == exercise.ways
    for source in (exercise.source, *(mistake.source for mistake in exercise.mistakes)):
        line = max(source.splitlines(), key=len).strip().encode()
        assert not [part for part in (*parts, ways) if line in part]


def parts_of(key: bytes) -> list[bytes]:
    """What whoever unpacks a key file finds there, and what is left."""
    found = []
    for _ in range(2):
        part = zlib.decompressobj()
        found.append(part.decompress(key))
        key = part.unused_data
    return [*found, key]


def test_progress_knows_every_lesson_of_the_zip(zipped):
    assert {lesson["lesson"] for lesson in keys.lessons()} == set(lessons())


def test_a_check_in_the_folder_is_remembered_beside_the_notebooks(zipped, tmp_path):
    folder = shutil.copytree(zipped, tmp_path / "unpacked")
    code = (
        "from optlab import check, progress\n"
        "momentum_curves = None\n"
        "try: check('momentum_curves')\n"
        "except Exception: progress()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert "Next: " in done.stdout, done.stderr
    state = json.loads((folder / ".progress.json").read_text("utf-8"))
    assert state["momentum_curves"]["score"] == 0


RUN_EACH = """
import json, sys
said = {}
for name, source in json.load(sys.stdin).items():
    try:
        exec(source, {"__name__": "__main__"})
    except ImportError as missing:
        said[name] = missing._render_traceback_()
print(json.dumps(said))
"""


def test_a_first_cell_without_optlab_says_what_is_missing(tmp_path):
    cells = {}
    for lesson in EVERY_LESSON:
        notebook = nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4)
        cells[lesson] = next(cell.source for cell in notebook.cells if cell.cell_type == "code")
    done = subprocess.run(
        [sys.executable, "-c", RUN_EACH],
        cwd=tmp_path,
        input=json.dumps(cells),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    said = json.loads(done.stdout)
    assert list(said) == EVERY_LESSON
    for lesson, (sentence,) in said.items():
        assert sentence.startswith("optlab is missing, or a part of it: copy"), lesson
