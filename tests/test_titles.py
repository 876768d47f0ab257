"""The seconds in an experiment's title are true, on a machine where nothing else runs.

Once a week, when SEEDS is set. What is compared are processor seconds, each lesson's with those of
all titles together: so neither a slow machine nor a busy one makes a title wrong.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

import nbformat
import psutil
import pytest
from nbclient import NotebookClient
from traitlets.config import PyFileConfigLoader

from autograder import ROOT, SOLUTIONS
from autograder.build.notebooks import KERNEL

UNTOLD = 2  # seconds from which a title tells them: a bar then shows that it runs
LONGEST = 10  # on two cores that a learner has for himself
NEAR = 2  # times as much, or as little: processors differ in what they are fast at
TITLE = re.compile(r"# .*?(?: \((\d+) s\))?$", re.MULTILINE)
LESSONS = sorted(SOLUTIONS.glob("*.ipynb"))


class Measured(NamedTuple):
    title: str
    told: int  # seconds; 0 where the title tells none
    spent: float


def titles(path: Path) -> Iterator[tuple[int, str, int]]:
    """(index, title, seconds told) of every experiment."""
    for index, cell in enumerate(nbformat.read(path, as_version=4).cells):
        if "experiment" in cell.metadata.get("tags", []):
            found = TITLE.match(cell.source)
            yield index, found[0], int(found[1] or 0)


def measured(path: Path) -> Iterator[Measured]:
    """Processor seconds of every experiment in a kernel of its own."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=None, resources={"metadata": {"path": SOLUTIONS}})
    told = {index: (title, seconds) for index, title, seconds in titles(path)}
    with client.setup_kernel(env=os.environ | KERNEL):
        kernel = psutil.Process(client.km.provisioner.pid)
        for index, cell in enumerate(notebook.cells):
            before = sum(kernel.cpu_times()[:2])
            client.execute_cell(cell, index)
            if index in told:
                yield Measured(*told[index], sum(kernel.cpu_times()[:2]) - before)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_no_title_tells_of_more_than_a_learner_waits_for(path):
    assert all(seconds <= LONGEST for _, _, seconds in titles(path))


@pytest.mark.parametrize("own", [None, "4"])
def test_a_learner_s_kernels_have_as_many_threads_unless_they_say_otherwise(monkeypatch, own):
    name = "OPENBLAS_NUM_THREADS"
    monkeypatch.setenv(name, own or "")
    if own is None:
        monkeypatch.delenv(name)
    PyFileConfigLoader("jupyter_lab_config.py", str(ROOT / "labconfig")).load_config()
    assert os.environ[name] == (own or KERNEL[name])


@pytest.mark.skipif("SEEDS" not in os.environ, reason="runs every experiment; once a week")
def test_titles_tell_how_long_an_experiment_runs():
    found = [one for path in LESSONS for one in measured(path)]
    pace = median(one.spent / one.told for one in found if one.told)
    for one in found:
        seconds = one.spent / pace
        if one.told:
            assert one.told / NEAR <= seconds <= one.told * NEAR, one
        else:
            assert seconds <= UNTOLD * NEAR, one
