"""Every lesson in a real JupyterLab, with its solution filled in: Run All, and nothing is red."""

import shutil
from pathlib import Path

import pytest

SOLUTIONS = Path(__file__).parents[2] / "solutions"

# What the outputs of the open notebook are, asked of JupyterLab itself: cells out of sight are
# not in the page.
OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === 'code')
    .flatMap(cell => cell.model.outputs.toJSON()
        .map(output => [cell.model.id, output.output_type, output.evalue || '']))"""


@pytest.mark.parametrize("lesson", sorted(path.stem for path in SOLUTIONS.glob("*.ipynb")))
def test_a_solution_runs_from_top_to_bottom(lesson, lab, open_notebook):
    shutil.copy(SOLUTIONS / f"{lesson}.ipynb", lab.folder / f"solved_{lesson}.ipynb")
    notebook = open_notebook(f"solved_{lesson}.ipynb")
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('editmenu:clear-all')")
    notebook.run_all()
    outputs = notebook.page.evaluate(OUTPUTS)
    assert [(cell, text) for cell, kind, text in outputs if kind == "error"] == []
    assert outputs
