"""Every lesson from 02 on has a function to mend; handed in as it is, it is told what is broken."""

import ast
import re

import jupytext
import pytest

from autograder import SOLUTIONS
from autograder.exercise import judge_here
from autograder.exercises import find_function, lessons
from optlab.checking.diagnose import Status

WITHOUT = {"12_capstone"}  # its work is an experiment of one's own
LATER = [name for name in lessons() if name >= "02" and name not in WITHOUT]
REPAIRS = [
    (lesson, name) for lesson in LATER for name in lessons()[lesson].functions if "repair_" in name
]


def functions(lesson):
    """The source of every function that the lesson's text defines, by name, in order."""
    text = (SOLUTIONS / f"{lesson}.py").read_text("utf-8")
    cells = jupytext.reads(text, fmt="py:percent").cells
    nodes = [
        node for cell in cells if cell.cell_type == "code" for node in ast.parse(cell.source).body
    ]
    return {node.name: ast.unparse(node) for node in nodes if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("lesson", LATER)
def test_every_lesson_has_one(lesson):
    assert lesson in dict(REPAIRS)


@pytest.mark.parametrize(("lesson", "name"), REPAIRS)
def test_what_is_to_be_mended_is_named_when_nothing_was_mended(lesson, name):
    found = functions(lesson)
    broken = re.search(r'"""(\w+), repaired', found[name])[1]
    space = {}
    exec("import numpy as np", space)
    exec(found[broken], space)
    verdict = judge_here(find_function(name), space[broken])
    assert verdict.status == Status.KNOWN_MISTAKE, verdict
    assert verdict.mistake.startswith("still_")
    assert verdict.score == 0
