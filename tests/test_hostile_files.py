"""Damaged notebooks: each ends in a notebook or a named refusal, then in a mark.

Every day three hundred are tried, every week (when SEEDS is set) a thousand.
"""

import json
import os
import random

import nbformat
import pytest

from autograder import NOTEBOOKS
from autograder.exercises import find_lesson
from autograder.handin.outputs import FileLimits, safe
from autograder.handin.pour import pour
from autograder.handin.read import REASONS, Refusal, parse, read
from autograder.judge import lifeline, worker
from autograder.judge.judge import Judge, Settings
from autograder.judge.session import Limits
from autograder.status import SubmissionStatus

pytestmark = pytest.mark.slow

LESSON = "03_bias_correction"
SEED = 20_240_801
COUNT, JUDGED = (1_000, 40) if "SEEDS" in os.environ else (300, 12)
LIMITS = FileLimits(megabytes=2)  # so that "too large" comes up without writing 20 MB
ODD = (
    None, True, -1, 0, 1e308, 10**30, "", "x", "\ud800", "\x1b[31m\u202e", "<script>", [], {},
    [[]], [None], {"x": []}, ["a", "b"], [1], "a\r\nb\0c", "٣", "x" * 5_000,
)  # fmt: skip
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "utf-7")


@pytest.fixture(scope="module")
def release():
    return nbformat.read(NOTEBOOKS / f"{LESSON}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def mutated(release):
    """Names of mutations with what they left; the seed makes the same ones in every run."""
    rng = random.Random(SEED)
    blank = json.loads(json.dumps(release))
    made = []
    for _ in range(COUNT):
        name = rng.choice(sorted(MUTATIONS))
        made.append((name, MUTATIONS[name](json.loads(json.dumps(blank)), rng)))
    return made


def encoded(notebook):
    return json.dumps(notebook).encode()


def places(value, path=()):
    """Every place in the tree of a notebook."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, dict | list):
            yield from places(item, (*path, key))
        else:
            yield (*path, key)


def change(notebook, path, value):
    for key in path[:-1]:
        notebook = notebook[key]
    notebook[path[-1]] = value


def truncated(notebook, rng):
    data = encoded(notebook)
    return data[: rng.randrange(len(data))]


def shuffled(notebook, rng):
    rng.shuffle(notebook["cells"])
    sources = [cell["source"] for cell in notebook["cells"]]
    if rng.random() < 0.5:
        rng.shuffle(sources)
    for cell, source in zip(notebook["cells"], sources, strict=True):
        cell["source"] = source
    return encoded(notebook)


def duplicated(notebook, rng):
    for _ in range(rng.randrange(1, 30)):
        cell = rng.choice(notebook["cells"])
        notebook["cells"].insert(rng.randrange(len(notebook["cells"])), cell)
    return encoded(notebook)


def retyped(notebook, rng):
    for _ in range(rng.randrange(1, 6)):
        change(notebook, rng.choice(list(places(notebook))), rng.choice(ODD))
    return encoded(notebook)


def retyped_in_all_cells(notebook, rng):
    key, value = rng.choice(("id", "source", "metadata", "outputs", "cell_type")), rng.choice(ODD)
    for cell in notebook["cells"]:
        cell[key] = value
    return encoded(notebook)


def renamed(notebook, rng):
    """Keys and values change places."""
    cells = rng.sample(notebook["cells"], 3)
    for cell in cells:
        key = rng.choice(sorted(cell))
        cell[rng.choice(("x", "id", "nbgrader", "source"))] = cell.pop(key)
    return encoded(notebook)


def deleted(notebook, rng):
    kept = rng.sample(notebook["cells"], rng.randrange(len(notebook["cells"])))
    notebook["cells"] = kept
    return encoded(notebook)


def huge(notebook, rng):
    kind = rng.choice(("source", "output", "cells", "file", "deep"))
    if kind == "source":
        rng.choice(notebook["cells"])["source"] = "x" * rng.choice((10_000, 500_000))
    elif kind == "output":
        text = {"output_type": "stream", "name": "stdout", "text": "x" * 500_000}
        rng.choice(notebook["cells"])["outputs"] = [text] * 3
    elif kind == "cells":
        notebook["cells"] += [{"cell_type": "code", "source": "x"}] * rng.choice((500, 3_000))
    elif kind == "file":
        return encoded(notebook) + b" " * 2_000_000
    else:
        depth = rng.choice((10, 900, 50_000))
        return encoded(notebook)[:-1] + b', "x": ' + b"[" * depth + b"]" * depth + b"}"
    return encoded(notebook)


def wrongly_encoded(notebook, rng):
    text = json.dumps(notebook | {"x": "Ångström €"}, ensure_ascii=False)
    return text.encode(rng.choice(ENCODINGS), "replace")


def noisy(notebook, rng):
    data = bytearray(encoded(notebook))
    for _ in range(rng.randrange(1, 20)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


MUTATIONS = {
    one.__name__: one
    for one in (
        truncated, shuffled, duplicated, retyped, retyped_in_all_cells, renamed, deleted, huge,
        wrongly_encoded, noisy,
    )
}  # fmt: skip


def test_each_of_many_ends_in_a_notebook_or_a_refusal(mutated, release, tmp_path):
    path = tmp_path / f"{LESSON}.ipynb"
    graded = [cell.id for cell in release.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    refusals, poured = set(), 0
    for _, data in mutated:
        path.write_bytes(data)
        try:
            notebook = safe(pour(release, read(path, LIMITS)).notebook)
        except Refusal as refusal:
            refusals.add(refusal.name)
            continue
        poured += 1
        nbformat.validate(notebook)
        found = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
        assert [cell.id for cell in found] == graded
        json.dumps(notebook).encode()
    assert len(mutated) == COUNT
    assert refusals <= set(REASONS)
    assert {"not_json", "not_utf8", "too_large", "too_deep", "not_a_notebook"} <= refusals
    assert 0.3 * COUNT < poured < 0.9 * COUNT


@pytest.fixture
def in_this_process():
    """This process as a worker; its runner is given up at the end."""
    yield
    lifeline.at_end.close()
    worker._judge.cache_clear()


def test_some_of_them_end_in_a_mark(mutated, in_this_process):
    """The real path of a class, as far as one submission goes."""
    exercises = list(find_lesson(LESSON).exercises)
    settings = Settings(limits=Limits(cell_seconds=2, notebook_seconds=6))
    version = worker.grader_version(settings)
    tasks = [worker.Task(name, LESSON, data) for name, data in mutated[:: COUNT // JUDGED]]
    assert len(tasks) == JUDGED
    for result in (worker.mark(task, settings, version) for task in tasks):
        assert not any("the grader itself failed" in problem for problem in result.problems)
        if result.status == SubmissionStatus.REFUSED:
            assert result.problems
        else:
            assert [verdict.exercise for verdict in result.verdicts] == exercises
            assert result.score == 0


def test_a_mutation_spares_the_answers_that_it_does_not_touch(release):
    """Shuffled and stripped of every name, an answer is found by what it defines."""
    exercise = next(iter(find_lesson(LESSON).exercises.values()))
    notebook = json.loads(json.dumps(release))
    for cell in notebook["cells"]:
        if cell["id"] == exercise.name:
            cell["source"] = exercise.source
        cell["metadata"] = {}
        del cell["id"]
    poured = pour(release, parse(encoded(notebook)))
    with Judge() as judge:
        graded = judge.notebook(poured.notebook, LESSON)
    assert graded.score == exercise.points
