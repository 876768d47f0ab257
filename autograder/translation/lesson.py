"""A lesson's notebook in another language."""

from copy import deepcopy

from nbformat import NotebookNode

import autograder.learner_side  # noqa: F401
from autograder.translation import prose, source
from autograder.translation.unit import Translate


def translated(notebook: NotebookNode, tr: Translate) -> NotebookNode:
    """A lesson's notebook with every text replaced; its cells keep their names and settings."""
    notebook = deepcopy(notebook)
    chosen = choices(notebook)
    for cell in notebook.cells:
        cell.source = of_cell(cell, tr, chosen)
    return notebook


def of_cell(cell: NotebookNode, tr: Translate, choices: set[str]) -> str:
    """What stands in a cell, with every text in it replaced."""
    if cell.cell_type == "markdown":
        return prose.markdown(cell.source, tr)
    answer = bool(cell.metadata.get("nbgrader", {}).get("solution"))
    return source.code(cell.source, tr, choices, answer)


def choices(notebook: NotebookNode) -> set[str]:
    """What is text though it stands alone: what a prediction is chosen from, but for names."""
    from optlab import plots  # with Matplotlib, which a grader of English notebooks never loads

    return source.options(code(notebook)) - {*plots.COLORS}


def code(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]
