"""start.py of the learner's zip: what it makes, and what it says where something is in the way."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from permissions import open_folder

from autograder import ROOT
from optlab.checking.language import packed

HANDOUT = ROOT / "handout"
# Imports first: an ordinary user may not be able to read this Python.
BE_NOBODY = (
    "import __future__, ensurepip, json, os, pkgutil, signal, subprocess, venv, zlib; "
    "os.setuid(65534)"
)
# A stand-in that is found in place of the one that is installed, and tells what it was given.
JUPYTERLAB = """
import os, sys
print("lab", *sys.argv[1:], os.environ["JUPYTER_CONFIG_PATH"], sep="|")
sys.exit(3)
"""
PRETEND = (
    "import runpy, sys; {}; sys.argv = sys.argv[1:]; "
    "runpy.run_path(sys.argv[0], run_name='__main__')"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As the zip is, in a folder with a space in its name, with nothing to install."""
    path = tmp_path / "my course"
    for name in ("optlab", ".labconfig"):
        (path / name).mkdir(parents=True)
    (path / "00_start_here.ipynb").touch()
    (path / "requirements.txt").touch()
    (path / "jupyterlab.py").write_text(JUPYTERLAB)
    shutil.copy(HANDOUT / "start.py", path)
    return path


def start(
    folder: Path, *options: str, pretend: str = "pass", **settings
) -> subprocess.CompletedProcess:
    """From another folder; `pretend` is done to the Python that runs it."""
    return subprocess.run(
        [sys.executable, "-c", PRETEND.format(pretend), str(folder / "start.py"), *options],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        **settings,
    )


def refusal(folder: Path, status: int, **how) -> str:
    ended = start(folder, **how)
    assert ended.returncode == status, ended.stderr
    (line,) = ended.stderr.splitlines()
    return line


MISSING = "{name} is missing beside start.py: unpack the whole zip and start it there."


@pytest.fixture
def korean(folder: Path) -> Path:
    """The same folder, of a zip in another language, in which something is missing."""
    (folder / "optlab/words").mkdir()
    (folder / "optlab/language").write_text("ko\n")
    (folder / "optlab/words/ko.words").write_bytes(packed({MISSING: "{name}: 없습니다."}))
    (folder / "requirements.txt").unlink()
    return folder


def test_in_another_language_it_says_so_in_that_language(korean):
    spoken = refusal(korean, 2, encoding="utf-8", env=os.environ | {"PYTHONIOENCODING": "utf-8"})
    assert spoken == "requirements.txt: 없습니다."


@pytest.mark.parametrize("damage", [b"no words", packed({})[:-4], packed({MISSING: "{lost}"})])
def test_with_damaged_words_it_speaks_english(korean, damage):
    (korean / "optlab/words/ko.words").write_bytes(damage)
    assert refusal(korean, 2).startswith("requirements.txt is missing beside start.py")


def test_in_a_window_that_cannot_show_the_language_it_speaks_english(korean):
    narrow = os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    said = refusal(korean, 2, env=narrow)
    assert said.startswith("requirements.txt is missing beside start.py")


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13), (3, 15, 0)])
def test_a_python_that_does_not_fit_is_named(folder, version):
    line = refusal(folder, 2, pretend=f"sys.version_info = {version}")
    assert line.startswith(f"This is Python {version[0]}.{version[1]} and the course needs 3.11 to")
    assert "start.py" in line
    assert not (folder / ".venv").exists()


def test_the_pythons_that_fit_are_those_of_the_project():
    names = {
        item.targets[0].elts[0].id: ast.literal_eval(item.value)
        for item in ast.parse((HANDOUT / "start.py").read_text()).body
        if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Tuple)
    }
    assert names["FIRST"] == ((3, 11), (3, 14))
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert wanted == ">=3.11,<3.15"


def test_a_python_without_the_venv_module_is_told_what_to_install(folder):
    line = refusal(folder, 1, pretend="sys.modules['ensurepip'] = None")
    assert "apt install python3-venv" in line


def test_a_zip_that_is_not_unpacked_is_refused(folder):
    shutil.rmtree(folder / "optlab")
    assert "optlab is missing beside start.py: unpack" in refusal(folder, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="folders are closed in another way there")
def test_a_folder_that_cannot_be_written_is_named(folder):
    with open_folder() as place:
        closed = shutil.copytree(folder, place / folder.name)
        closed.chmod(0o555)
        line = refusal(closed, 1, pretend=BE_NOBODY if os.getuid() == 0 else "pass")
        assert line.startswith(f"Nothing can be written into {closed} (Permission denied)")
        closed.chmod(0o755)


@pytest.mark.slow
def test_what_could_not_be_fetched_is_fetched_the_next_time_and_then_it_only_opens(folder):
    (folder / "requirements.txt").write_text("numpy==2.1.0\n")
    offline = os.environ | {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_NO_CACHE_DIR": "1"}
    offline["PIP_RETRIES"] = "0"  # the network does not come back
    line = refusal(folder, 1, env=offline)
    assert line.startswith("The packages could not be fetched; go online and start again")
    assert "numpy==2.1.0" in line

    (folder / "requirements.txt").write_text("# nothing\n")
    first = start(folder, "--no-browser")
    assert "Installing" in first.stdout, first.stderr
    settings = f"{folder}/.labconfig/learner{os.pathsep}{folder}/.labconfig"
    opened = f"lab|--LabApp.default_url=/lab/tree/00_start_here.ipynb|--no-browser|{settings}"
    assert first.stdout.splitlines()[-1].startswith(opened)
    assert first.returncode == 3

    again = start(folder, "--no-browser", pretend="sys.version_info = (2, 7, 18)")
    assert again.stdout.splitlines()[-1].startswith(opened)
    assert "Installing" not in again.stdout
