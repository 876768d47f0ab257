"""`nbgrader autograde`, the formgrader's button and `make grade` give the same marks."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import gradebook
import nbgrader_command
import pytest

from autograder import NOTEBOOKS, bench, cli
from autograder.course import folder as courses

pytestmark = pytest.mark.slow

LESSON = "04_momentum"

# What the formgrader does when somebody presses the button of an assignment, or of a student.
BUTTON = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from nbgrader_command import skip_address_grammar
skip_address_grammar()
from nbgrader.apps import NbGrader
from nbgrader.apps.api import NbGraderAPI
app = NbGrader()
app.initialize([])
api = NbGraderAPI(config=app.config)
answers = [api.autograde({LESSON!r}, student) for student in sys.argv[1:]]
print([answer["success"] for answer in answers])
"""


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A course of one lesson, into which these are handed in.

    Right answers and mistakes, an untouched notebook, and check cells that claim full marks.
    """
    folder = tmp_path_factory.mktemp("class")
    courses.init(folder, (LESSON,))
    bench.make_class(folder, LESSON, 4)
    release = (NOTEBOOKS / f"{LESSON}.ipynb").read_text("utf-8")
    forged = json.loads(release)
    for cell in forged["cells"]:
        if cell["id"].startswith("check_"):
            cell["source"] = "1000"
            cell["metadata"]["nbgrader"]["points"] = 1000
    for student, text in {"untouched": release, "forged": json.dumps(forged)}.items():
        path = folder / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
    return folder


@pytest.fixture
def folder(handed_in, tmp_path):
    """The same class in a course folder of its own."""
    return copied(handed_in, tmp_path / "course")


def copied(course, place):
    shutil.copytree(course, place)
    courses.create(place, [LESSON])  # which knows where it is
    return place


@pytest.fixture(scope="module")
def expected(handed_in, tmp_path_factory):
    """What `make grade` records."""
    folder = copied(handed_in, tmp_path_factory.mktemp("ours") / "course")
    assert cli.main(["grade", "--course", str(folder), "--lesson", LESSON]) == 0
    rows = gradebook.rows(folder)
    assert {row[2] for row in rows[0]} >= {0.0, 1.0}
    return rows


def _in(folder, *command):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "HOME": str(folder), "JUPYTER_CONFIG_DIR": "none"}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_of_nbgrader_records_the_same(folder, expected):
    _in(folder, nbgrader_command.__file__, "autograde", LESSON)
    assert gradebook.rows(folder) == expected


def test_the_button_of_the_formgrader_records_the_same(folder, expected):
    students = sorted(path.name for path in (folder / "submitted").iterdir())
    said = _in(folder, "-c", BUTTON, *students)
    assert said.splitlines()[-1] == str([True] * len(students))
    assert gradebook.rows(folder) == expected
