"""A lesson in a real JupyterLab, with its solution filled in: Run All, and nothing is red.

nbval runs every solution each day in a kernel like JupyterLab's; so two are enough here, and all of
them once a week, when SEEDS is set.
"""

import os
import shutil
from pathlib import Path

import pytest

SOLUTIONS = Path(__file__).parents[2] / "solutions"
LESSONS = sorted(path.stem for path in SOLUTIONS.glob("*.ipynb"))
TODAY = LESSONS if "SEEDS" in os.environ else ["00_start_here", "06_adam"]

# What the outputs of the open notebook are, asked of JupyterLab itself: cells out of sight are
# not in the page.
OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === 'code')
    .flatMap(cell => cell.model.outputs.toJSON()
        .map(output => [cell.model.id, output.output_type, output.evalue || '']))"""


@pytest.mark.parametrize("lesson", TODAY)
def test_a_solution_runs_from_top_to_bottom(lesson, lab, open_notebook):
    shutil.copy(SOLUTIONS / f"{lesson}.ipynb", lab.folder / f"solved_{lesson}.ipynb")
    notebook = open_notebook(f"solved_{lesson}.ipynb")
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('editmenu:clear-all')")
    notebook.run_all()
    outputs = notebook.page.evaluate(OUTPUTS)
    assert [(cell, text) for cell, kind, text in outputs if kind == "error"] == []
    assert outputs
