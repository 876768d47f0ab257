"""The lessons as they are handed out: `notebooks/`, which `build` writes and nobody works in.

What is graded, handed out or copied for a learner begins with these notebooks, so one in which
somebody did work is refused here: its answers would go to everybody.
"""

import hashlib
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.errors import RunError, UserError

EXPERIMENT = "experiment"  # demonstrations: a learner may change them, and no answer needs them


def read(path: Path) -> NotebookNode:
    """A released notebook."""
    if not path.is_file():
        raise UserError(f"{path} is not built; run `python -m autograder build`")
    notebook = _as_built(path)
    if notebook is None:
        raise RunError(
            f"{path} is no release: somebody worked in it; move it away, then run "
            "`python -m autograder build`"
        )
    return notebook


def with_points(notebook: NotebookNode, points: Mapping[str, float]) -> NotebookNode:
    """The notebook with these points of its exercises instead of its own."""
    changed = deepcopy(notebook)
    for cell in changed.cells:
        marks = cell.metadata.get("nbgrader", {})
        name = marks.get("grade_id", "").removeprefix("check_")
        if marks.get("grade") and name in points:
            marks.points = points[name]
            if "checksum" in marks:
                marks.checksum = _checksum(cell)
    return changed


def sealed(notebook: NotebookNode) -> NotebookNode:
    """The notebook with the checksums that its cells have with the text that they have now."""
    for cell in notebook.cells:
        if "checksum" in cell.metadata.get("nbgrader", {}):
            cell.metadata.nbgrader.checksum = _checksum(cell)
    return notebook


def is_as_built(path: Path) -> bool:
    """Whether every cell that the build sealed (all code) is as it was built."""
    return _as_built(path) is not None


def _as_built(path: Path) -> NotebookNode | None:
    try:
        notebook = nbformat.read(path, as_version=4)
        sealed = [c for c in notebook.cells if "checksum" in c.metadata.get("nbgrader", {})]
        kept = all(cell.metadata.nbgrader.checksum == _checksum(cell) for cell in sealed)
        named = [cell for cell in notebook.cells if "optlab" in cell.metadata]
        kept = kept and all(digest(cell) in _named(cell) for cell in named)
    except (nbformat.ValidationError, ValueError, LookupError, AttributeError, TypeError):
        return None
    return notebook if kept else None


def is_experiment(cell: Mapping[str, Any]) -> bool:
    """Whether a cell is a demonstration, by its tag."""
    return EXPERIMENT in cell["metadata"].get("tags", ())


def is_untouched_experiment(cell: Mapping[str, Any]) -> bool:
    """Whether it is one as some release had it: its names, or its id, tell its text."""
    if not is_experiment(cell):
        return False
    built_with = digest(cell)
    names = [cell["id"], *cell["metadata"].get("optlab", {}).values()]
    return any(name.startswith(built_with) for name in names)


def _named(cell: NotebookNode) -> str:
    """What an experiment was built with: its name tells that, or in another language its text."""
    ours = cell.metadata.optlab
    return str(ours.get("text", ours.cell))


def digest(cell: Mapping[str, Any]) -> str:
    """What the name of an experiment begins with; a second one with the same text ends in -2."""
    return hashlib.sha256(cell["source"].encode()).hexdigest()[:12]


def _checksum(cell: NotebookNode) -> str:
    """nbgrader's own, without loading nbgrader, which takes seconds."""
    marks = cell.metadata.nbgrader
    points = float(marks.points) if marks.grade else ""
    kind = f"{cell.cell_type}{marks.grade}{marks.solution}{marks.locked}{marks.grade_id}"
    return hashlib.md5(f"{cell.source}{kind}{points}".encode()).hexdigest()
