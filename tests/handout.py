"""The learner's zip as `make release` makes it, in a copy of the repository."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from autograder import ROOT, SOLUTIONS

NAME = "optimization-course"


def clone(place: Path) -> None:
    """What `make release` needs, in a folder of its own; it installs and builds nothing there."""
    for name in ("notebooks", "docs", "handout", "labconfig"):
        shutil.copytree(ROOT / name, place / name)
    (place / "solutions").mkdir()
    for path in (*SOLUTIONS.glob("*.py"), ROOT / "Makefile", ROOT / "LICENSE"):
        shutil.copy(path, place / path.relative_to(ROOT))
    # `build --check` is taken for granted: that has tests of its own.
    pretend_python(place, '[ "$2" = autograder ] && exit; ')
    (place / "requirements.txt").touch()
    (place / ".venv/.installed").touch()


def unpacked(place: Path, language: str = "") -> Path:
    """The folder that a learner has after unpacking."""
    name, target = (f"{text}-{language}" if language else text for text in (NAME, "release"))
    done = subprocess.run(
        ["make", target],
        cwd=place,
        env={k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MAKELEVEL"}},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == f"dist/{name}.zip\n", done.stderr
    with zipfile.ZipFile(place / f"dist/{name}.zip") as archive:
        archive.extractall(place / "unpacked")
    return place / "unpacked" / name


def pretend_python(place: Path, first: str = "") -> None:
    """An environment in `place` that is the one of the tests."""
    python = place / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\n{first}exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
