"""Every lesson: its solution earns full marks, its untouched notebook none."""

import ast

import nbformat
import pytest

from autograder import NOTEBOOKS, SOLUTIONS
from autograder.exercises import lessons
from autograder.judge.judge import Judge
from autograder.judge.worker import mark_loose

pytestmark = pytest.mark.slow

each_lesson = pytest.mark.parametrize("lesson", lessons().values(), ids=lambda item: item.name)


@pytest.fixture(scope="module")
def judge():
    with Judge() as judge:
        yield judge


@each_lesson
def test_the_solution_earns_full_marks(lesson, judge):
    graded = mark_loose(SOLUTIONS / f"{lesson.name}.ipynb", judge)
    wrong = [item for item in graded["exercises"] if item["status"] != "correct"]
    assert wrong == []
    assert graded["score"] == graded["max_score"] == lesson.points


@each_lesson
def test_the_untouched_notebook_is_not_attempted(lesson, judge):
    graded = mark_loose(NOTEBOOKS / f"{lesson.name}.ipynb", judge)
    assert graded["score"] == 0
    assert {item["status"] for item in graded["exercises"]} == {"not_attempted"}
    assert graded["problems"] == []


def defined(nodes):
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


@each_lesson
def test_no_other_cell_defines_an_exercise(lesson):
    """A demonstration must not hold the answer of an exercise, in this lesson or another.

    What stands inside a function of a demonstration may be called as an exercise of another lesson.
    """
    notebook = nbformat.read(NOTEBOOKS / f"{lesson.name}.ipynb", as_version=4)
    names = {name for item in lessons().values() for name in item.exercises}
    for cell in notebook.cells:
        if cell.cell_type != "code" or cell.id in names:
            continue
        tree = ast.parse(cell.source)
        assert not defined(tree.body) & names, cell.source
        assert not defined(ast.walk(tree)) & {*lesson.exercises}, cell.source


@each_lesson
def test_signatures_are_those_of_the_references(lesson):
    notebook = nbformat.read(NOTEBOOKS / f"{lesson.name}.ipynb", as_version=4)
    sources = {cell.id: cell.source for cell in notebook.cells}
    for exercise in lesson.functions.values():
        (released,) = (
            node
            for node in ast.parse(sources[exercise.name]).body
            if isinstance(node, ast.FunctionDef) and node.name == exercise.name
        )
        (reference,) = ast.parse(exercise.source).body
        assert ast.dump(released.args) == ast.dump(reference.args)
        assert ast.get_docstring(released)
