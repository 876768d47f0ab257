"""What is handed out and graded is a release, and never a notebook in which somebody worked."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from autograder import NOTEBOOKS, released
from autograder.course import folder as courses
from autograder.errors import RunError

LESSON = "04_momentum"
RELEASES = sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.fixture
def release(tmp_path):
    return Path(shutil.copy(NOTEBOOKS / f"{LESSON}.ipynb", tmp_path))


def _edit(path, cell_id, **changes):
    notebook = nbformat.read(path, as_version=4)
    cell = next(cell for cell in notebook.cells if cell.id == cell_id)
    cell.update(changes)
    nbformat.write(notebook, path)


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_what_is_built_is_a_release(path):
    assert released.read(path).cells


def test_who_only_ran_it_did_no_harm(release):
    _edit(release, "momentum_update", execution_count=7)
    assert released.is_as_built(release)


@pytest.mark.parametrize("cell", ["momentum_update", "momentum_curves", "check_momentum_update"])
def test_answers_and_changed_checks_are_refused(release, cell):
    _edit(release, cell, source="momentum_curves = 'a'")
    with pytest.raises(RunError, match=f"{LESSON}.ipynb is no release"):
        released.read(release)


def test_altered_points_are_refused(release):
    text = release.read_text("utf-8")
    points, count = re.subn(r'"points": \d+', '"points": 99', text, count=1)
    assert count == 1
    release.write_text(points, "utf-8")
    with pytest.raises(RunError, match="is no release"):
        released.read(release)


@pytest.mark.parametrize("text", ["", "<<<<<<< HEAD\n", "{}", "[]", '{"cells": 1}'])
def test_what_is_no_notebook_is_refused_in_one_line(release, text):
    release.write_text(text, "utf-8")
    with pytest.raises(RunError, match="is no release"):
        released.read(release)


@pytest.mark.slow
def test_answers_in_a_notebook_are_not_handed_out(release, tmp_path):
    _edit(release, "momentum_update", source="answer = 42")
    course = tmp_path / "course"
    with pytest.raises(RunError, match="is no release"):
        courses.create(course, [LESSON], releases=release.parent)
    assert "answer = 42" not in "".join(
        json.dumps(path.read_text("utf-8")) for path in course.rglob("*.ipynb")
    )
