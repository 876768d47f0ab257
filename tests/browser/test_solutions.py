"""A lesson in a real JupyterLab, with its solution filled in: Run All, and nothing is red.

nbval runs every solution each day in a kernel like JupyterLab's; so one is enough here, and that
one Ada runs in test_walkthrough.py. Once a week, when SEEDS is set, it is all of them.
"""

import os
import shutil
from pathlib import Path

import pytest

SOLUTIONS = Path(__file__).parents[2] / "solutions"
LESSONS = sorted(path.stem for path in SOLUTIONS.glob("*.ipynb"))


@pytest.mark.skipif("SEEDS" not in os.environ, reason="once a week, with SEEDS: one runs each day")
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_solution_runs_from_top_to_bottom(lesson, lab, open_notebook):
    shutil.copy(SOLUTIONS / f"{lesson}.ipynb", lab.folder / f"solved_{lesson}.ipynb")
    notebook = open_notebook(f"solved_{lesson}.ipynb")
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('editmenu:clear-all')")
    notebook.run_all()
    assert notebook.errors() == []
    assert notebook.outputs()
