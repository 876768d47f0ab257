"""The guide for an instructor's first hour: every command in it is run, and does what it says."""

import csv
import re
import shlex
import subprocess
import zipfile

import pytest

from autograder import ROOT, cli
from autograder.exercises import lessons

pytestmark = pytest.mark.slow

GUIDE = (ROOT / "docs" / "instructors.md").read_text("utf-8")
SECTION = GUIDE.partition("## A guide for the first hour")[2].partition("All that is described")[0]
COMMANDS = re.findall(r"^ {4}(.+)$", SECTION, re.M)
POINTS = lessons()["04_momentum"].points


def in_shell(line):
    done = subprocess.run(
        line, shell=True, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def run(line):
    """As typed into a terminal, but for the new process that each command would begin."""
    if line.startswith("make "):
        line = in_shell(line.replace("make ", "make -n -o .venv/.installed ", 1))
    if "-m autograder " not in line:
        in_shell(line)
    for arguments in re.findall(r"-m autograder (.+)", line):
        assert cli.main(shlex.split(arguments)) == 0


def test_the_first_hour(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    folder = tmp_path / "rehearsal"
    said = {}
    for line in COMMANDS:
        run(line.replace("rehearsal", str(folder)))
        said.setdefault(line.partition(" COURSE")[0], []).append(capsys.readouterr().out)
    empty, graded = said["make grade"]
    assert "Nobody has handed in" in empty
    assert "2 placed" in said["make collect FROM=rehearsal/downloads"][0]
    marks = {"lovelaceada_11": POINTS, "lateeve_12": 0}
    assert all(any(f"{name} " in row for row in graded.splitlines()) for name in marks)
    assert (folder / "report.html").exists()
    with (folder / "export" / "wide.csv").open(newline="") as file:
        assert {row["student"]: float(row["total"]) for row in csv.DictReader(file)} == marks
    with (folder / "export" / "canvas.csv").open(newline="") as file:
        _, _, *rows = csv.reader(file)
    assert {row[1]: float(row[5]) for row in rows} == {"11": POINTS, "12": 0}
    with zipfile.ZipFile(folder / "export" / "feedback_canvas_04_momentum.zip") as packed:
        assert sorted(packed.namelist()) == [
            "lateeve_LATE_12_502_04_momentum.html",
            "lovelaceada_11_501_04_momentum.html",
        ]


def test_the_guide_names_what_comes_after_it():
    for target in ("make course", "make release", "make formgrader"):
        assert f"`{target}" in SECTION
    assert len(COMMANDS) > 8
