"""Reading what was handed in.

`read` ends in a notebook that holds only what a notebook may hold, or in a `Refusal`: it never
raises anything else, whatever a stranger has handed in. Outputs alone stay as they were handed in;
`pour` cleans the few that it keeps.
"""

import errno
import json
import os
import re
import stat
from pathlib import Path
from typing import Any, NoReturn

from autograder.handin.outputs import LIMITS, FileLimits, Node, joined, new_cell, new_notebook
from autograder.text import clean

NOTEBOOK_FORMATS = (3, 4)
_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

REASONS = {
    "missing": "there is no such notebook",
    "symlink": "the notebook is a symbolic link, not a file",
    "not_a_file": "the notebook is not a regular file",
    "unreadable": "the notebook cannot be read",
    "too_large": "the notebook is too large",
    "empty": "the notebook is empty",
    "not_utf8": "the notebook is not UTF-8 text",
    "not_json": "the notebook is not valid JSON",
    "too_deep": "the notebook is nested too deeply",
    "not_a_notebook": "the file is not a Jupyter notebook",
    "wrong_format": "the notebook has a format that cannot be read",
    "too_many_cells": "the notebook has too many cells",
    "too_long": "the text of the cells is too long",
    "student_name": "the folder's name cannot be a student's",
}


class Refusal(Exception):
    """A submission that cannot be graded, by a name from `REASONS` and in one plain sentence."""

    def __init__(self, name: str, detail: str = "") -> None:
        super().__init__(name, detail)
        self.name = name
        self.reason = REASONS[name] + (f": {clean(detail, 200)}" if detail else "")

    def __str__(self) -> str:
        return self.reason


def read(path: Path, limits: FileLimits = LIMITS) -> Node:
    """The notebook at `path`, reduced to what a notebook may hold; or a `Refusal`."""
    return parse(read_bytes(path, limits), limits)


def parse(data: bytes, limits: FileLimits = LIMITS) -> Node:
    """The notebook in these bytes; or a `Refusal`."""
    if not data.strip():
        raise Refusal("empty")
    try:
        return _notebook(_json(data.decode("utf-8-sig")), limits)
    except UnicodeDecodeError as error:
        raise Refusal("not_utf8") from error
    except RecursionError as error:
        raise Refusal("too_deep") from error


def read_bytes(path: Path, limits: FileLimits = LIMITS) -> bytes:
    """The contents of a regular file, followed through no link; or a `Refusal`."""
    # O_NOFOLLOW: a link may lead to somebody else's file. O_NONBLOCK: opening a pipe must not wait.
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"):
        flags |= getattr(os, name, 0)
    most = int(limits.megabytes * 1_000_000)
    try:
        with open(os.open(path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Refusal("not_a_file")
            # Asked for `most`, memory for so much would be made ready: this reads thousands.
            data = file.read(min(status.st_size, most) + 1)
    except (OSError, ValueError) as error:
        raise _unopened(error) from error
    if len(data) > most:
        raise Refusal("too_large", f"{status.st_size / 1e6:.0f} MB; at most {limits.megabytes} MB")
    return data


def _unopened(error: OSError | ValueError) -> Refusal:
    names = {
        errno.ENOENT: "missing",
        errno.ENOTDIR: "missing",
        errno.ELOOP: "symlink",
        errno.EISDIR: "not_a_file",
        errno.ENXIO: "not_a_file",  # a socket
    }
    code = getattr(error, "errno", None)
    if code in names:
        return Refusal(names[code])
    return Refusal("unreadable", getattr(error, "strerror", None) or "")


def _json(text: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Refusal("not_json", "a key stands twice in one object")
        return found

    def constant(name: str) -> NoReturn:
        raise Refusal("not_json", f"{name} is not JSON")

    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=constant)
    except ValueError as error:  # also an integer of too many digits
        raise Refusal("not_json", str(error)) from error


def _notebook(data: Any, limits: FileLimits) -> Node:
    if not isinstance(data, dict):
        raise Refusal("not_a_notebook")
    number = data.get("nbformat")
    if isinstance(number, bool) or number not in NOTEBOOK_FORMATS:
        raise Refusal("wrong_format", f"nbformat is {number!r}; 4 is expected")
    cells = _cells_of_version_3(data) if number == 3 else data.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise Refusal("not_a_notebook", "it has no list of cells")
    if len(cells) > limits.cells:
        raise Refusal("too_many_cells", f"{len(cells):,}; at most {limits.cells:,}")
    ids: set[str] = set()
    read_cells = [_cell(cell, index, ids) for index, cell in enumerate(cells)]
    length = sum(len(cell["source"]) for cell in read_cells)
    if length > limits.source:
        raise Refusal("too_long", f"{length:,} characters; at most {limits.source:,}")
    return new_notebook(read_cells, _language(data.get("metadata")))


def _cells_of_version_3(data: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Version 3 kept cells in worksheets and called a code cell's source its input."""
    sheets = data.get("worksheets")
    if not isinstance(sheets, list) or not all(isinstance(sheet, dict) for sheet in sheets):
        return None
    lists = [sheet.get("cells") for sheet in sheets]
    if not all(isinstance(cells, list) for cells in lists):
        return None
    cells = [cell for cells in lists for cell in cells]
    if not all(isinstance(cell, dict) for cell in cells):
        return None
    return [
        {
            "cell_type": "code" if cell.get("cell_type") == "code" else "markdown",
            "source": cell.get("input", cell.get("source")),
            "metadata": cell.get("metadata"),
        }
        for cell in cells
    ]


def _language(metadata: Any) -> dict[str, Any]:
    metadata = metadata if isinstance(metadata, dict) else {}
    for key, name in (("kernelspec", "language"), ("language_info", "name")):
        found = metadata.get(key)
        if isinstance(found, dict) and isinstance(found.get(name), str):
            return {"language_info": {"name": clean(found[name], 30)}}
    return {}


def _cell(data: Node, index: int, ids: set[str]) -> Node:
    source = joined(data.get("source", ""))
    kind = data.get("cell_type")
    if source is None or kind not in ("code", "markdown", "raw"):
        raise Refusal("not_a_notebook", f"cell {index + 1} is not a cell")
    metadata = _cell_metadata(data.get("metadata"))
    # Raw cells show HTML as it stands; a learner's remark is as well kept in a Markdown cell.
    kind = "code" if kind == "code" else "markdown"
    cell_id = _new_id(data.get("id"), index, ids)
    claimed = data.get("outputs")
    outputs = claimed if isinstance(claimed, list) else ()
    return new_cell(kind, _text(source), cell_id, metadata, outputs)


def _text(source: str) -> str:
    """Code keeps its characters (they are the learner's), but none that UTF-8 cannot carry."""
    if "\r" in source:
        source = source.replace("\r\n", "\n").replace("\r", "\n")
    return source if source.isascii() else source.encode("utf-8", "replace").decode("utf-8")


def _new_id(wanted: Any, index: int, ids: set[str]) -> str:
    """Cell ids came with notebook format 4.5: missing, malformed and second ones are replaced."""
    if not isinstance(wanted, str) or not _CELL_ID.fullmatch(wanted):
        wanted = f"cell-{index + 1}"
    while wanted in ids:
        wanted = f"{wanted[:48]}-{index + 1}x"
    ids.add(wanted)
    return wanted


def _cell_metadata(metadata: Any) -> dict[str, Any]:
    """Only what `pour` recognises a cell by, or reports as changed."""
    metadata = metadata if isinstance(metadata, dict) else {}
    kept: dict[str, Any] = {}
    tags = metadata.get("tags")
    if isinstance(tags, list):
        kept["tags"] = [clean(tag, 60) for tag in tags[:20] if isinstance(tag, str)]
    nbgrader = metadata.get("nbgrader")
    if isinstance(nbgrader, dict) and isinstance(nbgrader.get("grade_id"), str):
        kept["nbgrader"] = {
            "grade_id": clean(nbgrader["grade_id"], 100),
            "grade": nbgrader.get("grade") is True,
        }
        points = nbgrader.get("points")
        if isinstance(points, int | float) and not isinstance(points, bool):
            kept["nbgrader"]["points"] = float(max(-1e9, min(points, 1e9)))
    ours = metadata.get("optlab")
    if isinstance(ours, dict) and isinstance(ours.get("cell"), str):
        named = {key: ours[key] for key in ("cell", "text") if isinstance(ours.get(key), str)}
        kept["optlab"] = {key: clean(name, 100) for key, name in named.items()}
    return kept
