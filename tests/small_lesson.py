"""A lesson of two exercises, made by hand: what the build would write, without building."""

import base64
import struct
import zlib

from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)

LESSON = "04_momentum"
POINTS = {"momentum_update": 4.0, "first_step": 1.0}
STUBS = {
    "momentum_update": "def momentum_update(params):\n    raise NotImplementedError",
    "first_step": "first_step = None",
}
ANSWERS = {
    "momentum_update": "def momentum_update(params):\n    return params",
    "first_step": 'first_step = "b"',
}
HIDDEN = "the reference and the hidden cases"


def png(width=3, height=2):
    """A real PNG, as base64."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(b"\x00" + b"\x4c\x72\xb0" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def figure(alt="A ball rolls down a valley"):
    return new_output("display_data", data={"image/png": png(), "text/plain": alt})


def _metadata(grade_id, points=None, solution=False):
    graded = {"points": points} if points is not None else {}
    return {
        "grade": points is not None,
        "solution": solution,
        "locked": not solution,
        "task": False,
        "schema_version": 3,
        "grade_id": grade_id,
        **graded,
    }


def _code(grade_id, source, points=None, solution=False, tags=()):
    metadata = {"nbgrader": _metadata(grade_id, points, solution)}
    if tags:
        metadata["tags"] = list(tags)
    return new_code_cell(source=source, id=grade_id, metadata=metadata)


def release(answers=STUBS):
    """The notebook that learners get; with `ANSWERS` the solution notebook."""
    cells = [
        new_markdown_cell("# Momentum\n\nA *heavy* ball: $v = \\beta v$.", id="title"),
        _code("setup", "import numpy as np"),
    ]
    for name, points in POINTS.items():
        cells += [
            new_markdown_cell(f"Write `{name}`.", id=f"about_{name}"),
            _code(name, answers[name], solution=True),
            _code(f"check_{name}", f'check("{name}")', points),
        ]
    cells.append(_code("valley", "plot(momentum_update)", tags=["experiment"]))
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    return new_notebook(cells=cells, metadata=metadata)


def cell(notebook, cell_id):
    return next(cell for cell in notebook.cells if cell.id == cell_id)


def submission(**answers):
    """The release with these answers filled in and a figure under the experiment."""
    notebook = release({**STUBS, **answers})
    cell(notebook, "valley").outputs = [figure()]
    return notebook


def graded(notebook, scores):
    """`notebook` with the outputs that the judge leaves in its check cells."""
    for name, score in scores.items():
        cell(notebook, f"check_{name}").outputs = [
            new_output("display_data", data={"text/plain": f"{name}: a message"}),
            new_output("execute_result", data={"text/plain": repr(float(score))}),
        ]
    return notebook
