"""The Makefile in a folder of its own: which Python it takes, and what clean leaves alone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with a space in its name, the Makefile, and nothing to install."""
    folder = tmp_path / "my course"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "requirements.txt").touch()
    return folder


@pytest.fixture
def fake_python(tmp_path: Path):
    """fake_python(script) -> a program that answers as `script` tells."""

    def write(script: str) -> Path:
        path = tmp_path / "fake python"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return write


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    # Not as a part of the `make test` that may be running us.
    environment = {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MAKELEVEL"}}
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def refusal(folder: Path, python: Path) -> str:
    ended = make(folder, "demo", f"PYTHON={python}")
    assert ended.returncode == 2
    assert not (folder / ".venv").exists()
    (line,) = ended.stderr.splitlines()
    return line


def test_a_python_that_is_too_old_is_refused_in_one_line(clone, fake_python):
    line = refusal(clone, fake_python("exit 1"))
    assert "fake python is not Python 3.11, 3.12, 3.13 or 3.14" in line
    assert "make PYTHON=" in line


def test_a_python_that_is_missing_is_refused_in_one_line(clone):
    assert "/nowhere/python is not Python 3.11" in refusal(clone, Path("/nowhere/python"))


def test_a_python_without_the_venv_module_is_told_apart(clone, fake_python):
    python = fake_python('case "$2" in *ensurepip*) exit 1 ;; esac')
    assert "apt install python3-venv" in refusal(clone, python)


def test_the_environment_is_made_once(clone):
    first = make(clone, ".venv/.installed", f"PYTHON={sys.executable}")
    assert first.returncode == 0, first.stderr
    assert "Making .venv" in first.stdout
    assert (clone / ".venv/bin/python").exists()
    again = make(clone, ".venv/.installed", "PYTHON=/nowhere/python")
    assert again.returncode == 0
    assert "Making .venv" not in again.stdout


def test_progress_without_lessons_says_what_to_do(clone):
    (clone / ".venv").mkdir()
    (clone / ".venv/.installed").touch()
    done = make(clone, "progress")
    assert done.returncode == 2
    assert "study/: no lessons yet; make lab copies them" in done.stderr


def test_clean_keeps_the_course_and_what_learners_wrote(clone):
    kept = [
        clone / "course/submitted/ada/__pycache__/keep",
        clone / "study/.ipynb_checkpoints/keep",
    ]
    for path in (*kept, clone / "sample_course/gone", clone / "notebooks/__pycache__/gone"):
        path.parent.mkdir(parents=True)
        path.touch()
    assert make(clone, "clean").returncode == 0
    assert all(path.exists() for path in kept)
    assert {path.name for path in clone.iterdir()} == {
        *("Makefile", "requirements.txt", "course", "study", "notebooks")
    }
    assert list((clone / "notebooks").iterdir()) == []
