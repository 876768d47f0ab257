"""The capstone finds the learner's own optimizers, whatever state their notebooks are in."""

import os

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import Config

from autograder import NOTEBOOKS
from autograder.build.notebooks import Source, read, release
from autograder.exercises import find_exercise, lessons
from optlab import solved

pytestmark = pytest.mark.slow

OPTIMIZERS = (
    *("sgd_update", "momentum_update", "nesterov_update", "adagrad_update", "rmsprop_update"),
    *("adadelta_update", "adam_update", "amsgrad_update", "adamw_update"),
)
STUB = "def {name}(*args, **kwargs):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n"


def write_notebook(folder, lesson, *cells):
    notebook = new_notebook(cells=[new_markdown_cell("# Text"), *map(new_code_cell, cells)])
    nbformat.write(notebook, folder / f"{lesson}.ipynb")


def write_lessons(folder, solved_ones):
    """A notebook for every lesson with an optimizer: solved, or as it was handed out."""
    by_lesson = {}
    for lesson in lessons().values():
        for name in OPTIMIZERS:
            if name in lesson.functions:
                right = lesson.functions[name].source
                source = right if name in solved_ones else STUB.format(name=name)
                by_lesson.setdefault(lesson.name, ["import numpy as np"]).append(source)
    for lesson, cells in by_lesson.items():
        write_notebook(folder, lesson, *cells)


def run_capstone(folder):
    """Execute the released capstone in the folder; its printed text, and the cells with errors."""
    notebook = release(read(Source("12_capstone")))
    client = NotebookClient(
        notebook,
        timeout=120,
        allow_errors=True,
        resources={"metadata": {"path": folder}},
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),  # else it warns
    )
    client.execute(env=os.environ | {"PYTHONPATH": str(NOTEBOOKS), "OPENBLAS_NUM_THREADS": "1"})
    outputs = [(c.id, out) for c in notebook.cells for out in c.get("outputs", [])]
    printed = "".join(out.text for _, out in outputs if out.output_type == "stream")
    return printed, [cell for cell, out in outputs if out.output_type == "error"]


# With all nine nbval runs it every day in solutions/, and holds every word against the stored ones.
NUMBERS = [0, 2, 9] if "SEEDS" in os.environ else [0, 2]


@pytest.mark.parametrize("number", NUMBERS)
def test_the_capstone_runs_with_zero_some_and_all_optimizers(tmp_path, number):
    present = OPTIMIZERS[:number]
    write_lessons(tmp_path, present)
    printed, failed = run_capstone(tmp_path)
    checks = {f"check_{name}" for name in lessons()["12_capstone"].exercises}
    assert set(failed) == checks  # nothing is answered or written yet
    assert f"{number} of 9 in the race." in printed
    assert printed.count("skipped: not solved yet") == 10 - number  # own_training, too
    assert printed.count(", test accuracy") == number
    assert "own_training comes first" in printed
    assert "own_training     skipped: " in printed
    assert printed.count("Nobody is in the race yet") == (0 if number else 2)


def find(name, folder, here=None):
    return solved.find(name, here or {}, folder)


def test_a_missing_notebook_is_named(tmp_path):
    function, remark = find("momentum_update", tmp_path)
    assert (function, remark) == (None, "skipped: 04_momentum.ipynb is not beside this notebook")


def test_missing_keys_are_named(tmp_path, monkeypatch):
    """As where a class is graded: no key lies beside the optlab of a submission."""
    monkeypatch.setattr(solved.keys, "lessons", list)
    function, remark = find("momentum_update", tmp_path)
    assert (function, remark) == (
        None,
        "skipped: the key of momentum_update is not beside optlab",
    )


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"cells": 3}', '{"cells": [{}]}', "\0"])
def test_a_broken_notebook_is_named(tmp_path, text):
    (tmp_path / "04_momentum.ipynb").write_text(text)
    function, remark = find("momentum_update", tmp_path)
    assert (function, remark) == (None, "skipped: 04_momentum.ipynb cannot be read")


def test_a_wrong_function_is_named(tmp_path):
    exercise = find_exercise("momentum_update")
    write_notebook(tmp_path, "04_momentum", exercise.mistakes[0].source)
    function, remark = find("momentum_update", tmp_path)
    assert function is None
    assert remark == 'skipped: does not pass check("momentum_update") in 04_momentum.ipynb'


def test_a_lesson_in_a_folder_of_its_own_is_found(tmp_path):
    for lesson in ("04_momentum", "12_capstone"):
        (tmp_path / lesson).mkdir()
    write_notebook(tmp_path / "04_momentum", "04_momentum", find_exercise("momentum_update").source)
    function, remark = find("momentum_update", tmp_path / "12_capstone")
    assert callable(function)
    assert remark == "joins, from 04_momentum.ipynb"


def test_a_function_in_this_notebook_goes_first(tmp_path):
    write_lessons(tmp_path, [])
    reference = find_exercise("momentum_update").reference
    function, remark = find("momentum_update", tmp_path, {"momentum_update": reference})
    assert (function, remark) == (reference, "joins, from this notebook")


def test_helpers_imports_and_constants_come_along_and_nothing_else_runs(tmp_path):
    write_notebook(
        tmp_path,
        "04_momentum",
        "%matplotlib inline\nthis cell is not Python",
        "import no_such_module_anywhere",
        "from math import fsum\nONE = 1.0\nLIMITS = [-1.0, +2.0]",
        "raise SystemExit",
        "open('trace', 'w')\nfilled = list(range(10**9))",
        "def mix(old, new, beta):\n    return beta * old + (ONE - beta) * new",
        "def momentum_update(params, grads, velocity, learning_rate, beta=0.9):\n"
        "    v = {k: mix(velocity[k], grads[k], beta) for k in params}\n"
        "    return {k: params[k] - learning_rate * v[k] for k in params}, v",
    )
    function, _ = find("momentum_update", tmp_path)
    assert callable(function)
    assert list(tmp_path.glob("trace")) == []
