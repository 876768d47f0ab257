"""The minutes that a lesson takes are counted, and the same wherever they are told."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder import NOTEBOOKS, ROOT
from autograder.build import minutes
from autograder.errors import RunError
from autograder.exercises import lessons
from optlab.checking import keys

TOLD = re.compile(r"About\s+(\d+)\s+minutes")
EXPERIMENT = {"tags": ["experiment"]}


def experiment(title):
    return new_code_cell(f"{title}\nprint(1)  # (600 s)", metadata=EXPERIMENT)


@pytest.mark.parametrize(
    ("cells", "points", "expected"),
    [
        ([], 0, 5),  # nothing takes no time
        ([new_markdown_cell("word\n" * 3200)], 0, 20),
        ([new_code_cell("word\n" * 3200)], 0, 5),  # code is run, not read
        ([experiment("# Experiment: a race")] * 20, 0, 20),
        ([experiment("# Predict: who wins")] * 20, 0, 10),
        ([experiment("# Experiment: a race (30 s)")] * 20, 0, 30),
        ([], 12, 30),
        ([new_markdown_cell("word " * 1600), experiment("# Slider: a race")], 2, 15),  # 16
        ([new_markdown_cell("word " * 1600), experiment("# Slider: a race")], 3, 20),  # 18.5
    ],
)
def test_words_experiments_and_points_are_counted(cells, points, expected):
    assert minutes.of_cells(cells, points) == expected


def test_a_lesson_that_does_not_tell_is_named():
    with pytest.raises(RunError, match="98_example does not say"):
        minutes.tell([new_markdown_cell("# A lesson")], 1, "98_example")


@pytest.mark.parametrize("lesson", lessons().values(), ids=lambda lesson: lesson.name)
def test_a_lesson_tells_the_same_minutes_everywhere(lesson):
    counted = minutes.of_lesson(lesson)
    first = nbformat.read(NOTEBOOKS / f"{lesson.name}.ipynb", as_version=4).cells[0].source
    assert TOLD.findall(first) == [str(counted)]
    listed = next(one for one in keys.lessons() if one["lesson"] == lesson.name)
    assert listed["minutes"] == counted
    for page in (ROOT / "README.md", ROOT / "docs/lessons.md"):
        row = re.search(rf"^\|.*{lesson.name}\.ipynb\) \| (\d+) \|", page.read_text("utf-8"), re.M)
        assert row[1] == str(counted)
