"""A course folder that an earlier release graded: this one reads it, and changes no mark.

`data/graded_course.zip` holds two lessons of four invented students, graded by version 1.0.0
without what every run makes anew (source, release). A person has corrected one mark in it. Since
then some exercises have other points and others are new: `course.toml` keeps the term as it began.
"""

import csv
import json
import zipfile
from pathlib import Path

import gradebook
import pytest

from autograder import ROOT, cli
from autograder.course.folder import CONFIG
from autograder.course.plan import FILE
from autograder.pages import report

pytestmark = pytest.mark.slow

KEPT = Path(__file__).parent / "data" / "graded_course.zip"
CORRECTED = "student02"
LESSONS = ("03_bias_correction", "04_momentum")
LESSON = LESSONS[1]
NEW = {"repair_double_start", "repair_forgetful"}
BEFORE = {"bias_correct": 3, "bias_beta_999": 1, "bias_uncorrected_adam": 1}
BEFORE |= {"classical_learning_rate": 2, "momentum_curves": 1, "momentum_ten_steps": 1}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    with zipfile.ZipFile(KEPT) as file:
        file.extractall(folder)
    lines = [f"{name} = {points}" for name, points in {**BEFORE, **dict.fromkeys(NEW, 0)}.items()]
    taught = f"lessons = {[*LESSONS]}"
    (folder / FILE).write_text("\n".join([taught, "[points]", *lines]), "utf-8")
    return folder


@pytest.fixture(scope="module")
def before(kept):
    """What stands in the folder before anything is done to it."""
    return _seen(kept), (kept / "grades.csv").read_bytes(), _marks(kept)


@pytest.fixture(scope="module")
def again(kept, before):
    """The same folder after it was graded again."""
    assert cli.main(["grade", "--course", str(kept), "--jobs", "2"]) == 0
    return kept


def _seen(folder):
    """Every score of every verdict file; a refused submission has none."""
    verdicts = [
        json.loads(path.read_text("utf-8"))["verdict"] for path in folder.glob("verdicts/*/*.json")
    ]
    return {
        (item["student"], item["lesson"]): (
            item["status"],
            {
                exercise["exercise"]: exercise["score"]
                for exercise in item["exercises"]
                if exercise["exercise"] not in NEW
            },
        )
        for item in verdicts
    }


def _marks(folder):
    """The gradebook's marks and a person's comments, on what there was before.

    Not "look at this again" (a mark by hand that was judged anew), nor "No response." (by a stub
    that may have other words by now).
    """
    grades, comments = gradebook.rows(folder)
    kept = [row for row in grades if row[1].removeprefix("check_") not in NEW]
    return [(*row[:4], row[5]) for row in kept], sorted(
        (student, cell, by_hand) for student, cell, _, by_hand, _ in comments if by_hand
    )


def test_its_verdict_files_are_read(kept, before):
    page = report.write(kept).read_text("utf-8")
    for lesson in LESSONS:
        assert f">student04</a>, {lesson}: the notebook is not valid JSON" in page
    assert len(before[0]) == 8


def _rows(table):
    """What a table says, however its cells are quoted."""
    return list(csv.reader(table.decode().splitlines()))


def test_grading_it_again_changes_no_mark(before, again):
    verdicts, grades, _ = before
    assert _seen(again) == verdicts
    assert _rows((again / "grades.csv").read_bytes()) == _rows(grades)


def test_its_gradebook_keeps_every_mark_and_comment(before, again):
    assert _marks(again) == before[2]


def test_what_a_person_entered_is_still_told(again):
    page = (again / "feedback" / CORRECTED / LESSON / f"{LESSON}.html").read_text("utf-8")
    assert "The idea is right." in page


def test_its_settings_lead_to_this_checkout(again):
    assert f"AUTOGRADER = {str(ROOT)!r}" in (again / CONFIG).read_text("utf-8")
