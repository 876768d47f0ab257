"""What of a notebook may be shown to somebody else: text, proven PNG and errors.

Nobody trusts a learner's notebook, and everybody opens it: formgrader, JupyterLab, the feedback
page. So outputs are built anew from the little that a browser cannot run: those that were handed
in, those that a child claims, and once more whatever is about to be written. What has passed once
passes again unchanged.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict
from nbformat.v4.rwbase import rejoin_lines

from autograder.text import clean


@dataclass(frozen=True)
class FileLimits:
    """What a submitted file may measure: the one place of these numbers."""

    megabytes: float = 20  # a notebook with fifty figures has about 5
    cells: int = 2_000  # a lesson has about 60
    source: int = 300_000  # characters of all cells: what a child can be sent in one frame
    outputs_per_cell: int = 20
    text: int = 20_000  # characters of one output
    alt: int = 500  # characters of a figure's description
    error_name: int = 200  # characters
    frames: int = 200  # entries of an error's traceback
    png_kilobytes: int = 1_024
    png_side: int = 6_000  # pixels


LIMITS = FileLimits()
_NOTE = 60  # characters, at most, of the note with which `clean` ends a text that it has cut

# A notebook, or a part of one, as plain data. nbformat's own makers validate each cell against the
# schema, and its nodes take ten times as long as dicts: they are made for nbgrader and nobody else.
Node = dict[str, Any]

_to_json = json.JSONEncoder(ensure_ascii=False).encode  # not sorted or indented for readers


def plain(notebook: NotebookNode) -> Node:
    """The same without nodes: to look something up in one takes as long as well."""
    return json.loads(json.dumps(notebook))


def new_notebook(cells: list[Node], metadata: Node) -> Node:
    """A notebook of these cells."""
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}


def written(text: str | bytes) -> Node:
    """A graded notebook as it stands in its file.

    Whoever splits its texts into lines splits all of them; we do not.
    """
    notebook = json.loads(text)
    is_split = any(type(cell["source"]) is list for cell in notebook["cells"])
    return rejoin_lines(from_dict(notebook)) if is_split else notebook


def new_cell(
    kind: str, source: str, cell_id: str, metadata: Node | None = None, outputs: Sequence = ()
) -> Node:
    """A cell that is valid as it is; `outputs` count for code."""
    cell: Node = {"cell_type": kind, "id": cell_id, "metadata": metadata or {}, "source": source}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": list(outputs)}
    return cell


def safe(notebook: Node, limits: FileLimits = LIMITS) -> NotebookNode:
    """A copy of a poured notebook in which no browser finds anything to run.

    Outputs keep text, proven PNG and errors; cells keep the release's tags and nbgrader metadata.
    """
    cells = [_safe_cell(cell, limits) for cell in notebook["cells"]]
    return from_dict(new_notebook(cells, _safe_metadata(notebook)))


def safe_text(notebook: Node, known: Mapping[int, str] = MappingProxyType({})) -> str:
    """What `safe` makes of it, as it stands in a file. known: `texts_by_id` of the release."""
    texts = [
        known.get(id(cell)) or _to_json(_safe_cell(cell, LIMITS)) for cell in notebook["cells"]
    ]
    begun = _to_json(new_notebook([], _safe_metadata(notebook))).removesuffix("]}")
    return f"{begun}{', '.join(texts)}]}}"


def texts_by_id(release: Node) -> dict[int, str]:
    """Each cell of a release as `safe_text` writes it, by its identity.

    Most cells that are poured are the release's own, the same objects in every submission.
    """
    return {id(cell): _to_json(_safe_cell(cell, LIMITS)) for cell in release["cells"]}


def _safe_metadata(notebook: Node) -> Node:
    return _picked(notebook["metadata"], "kernelspec", "language_info")


def _safe_cell(cell: Node, limits: FileLimits) -> Node:
    metadata = _picked(cell["metadata"], "nbgrader", "tags")
    kept = outputs(cell.get("outputs"), limits)
    return new_cell(cell["cell_type"], cell["source"], cell["id"], metadata, kept)


def _picked(metadata: Node, *keys: str) -> Node:
    return {key: metadata[key] for key in keys if key in metadata}


def outputs(claimed: Any, limits: FileLimits = LIMITS) -> list[dict]:
    """A cell's outputs, each rebuilt from what may be shown."""
    if not claimed:
        return []
    listed = _list(claimed)
    if len(listed) > limits.outputs_per_cell:  # the last one may tell with which error it ended
        listed = [*listed[: limits.outputs_per_cell - 1], listed[-1]]
    kept = (_output(output, limits) for output in listed)
    return [output for output in kept if output is not None]


def _output(output: Any, limits: FileLimits) -> dict[str, Any] | None:
    """One output, rebuilt from what may be shown; None when nothing of it may."""
    kind = output.get("output_type") if isinstance(output, dict) else None
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": _shown(output.get("text"), limits)}
    if kind == "error":
        name = _cut(joined(output.get("ename")) or "", limits.error_name)
        lines = [_shown(line, limits) for line in _list(output.get("traceback"))[: limits.frames]]
        value = _shown(output.get("evalue"), limits)
        return {"output_type": kind, "ename": name, "evalue": value, "traceback": lines}
    if kind not in ("display_data", "execute_result"):
        return None
    data = _data(output.get("data"), limits)
    about = _alt_text(output.get("metadata"), limits) if "image/png" in data else {}
    number = {"execution_count": None} if kind == "execute_result" else {}
    return {"output_type": kind, "data": data, "metadata": about, **number} if data else None


# For text that ends up in an attribute of a template that is not ours.
_LOOK_ALIKES = str.maketrans("<>&\"'`", "\u2039\u203a+\u201d\u2019\u2019")


def _alt_text(metadata: Any, limits: FileLimits) -> dict[str, Any]:
    """A figure's description, if it has one."""
    image = metadata.get("image/png") if isinstance(metadata, dict) else None
    alt = image.get("alt") if isinstance(image, dict) else None
    if not isinstance(alt, str):
        return {}
    return {"image/png": {"alt": _cut(alt, limits.alt).translate(_LOOK_ALIKES)}}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _shown(text: Any, limits: FileLimits) -> str:
    return _cut(joined(text) or "", limits.text)


def _cut(text: str, limit: int) -> str:
    """Cleaned, and cut unless that has been done before."""
    return clean(text, limit if len(text) > limit + _NOTE else None)


def _data(bundle: Any, limits: FileLimits) -> dict[str, str]:
    data: dict[str, str] = {}
    if not isinstance(bundle, dict):
        return data
    png = joined(bundle.get("image/png"))
    if png and (png := _png(png, limits)):
        data["image/png"] = png
    text = _shown(bundle.get("text/plain"), limits)
    if text:
        data["text/plain"] = text
    return data


def _png(text: str, limits: FileLimits) -> str | None:
    """`text` as one line of base64 if it is a whole and plausible PNG, else None."""
    most = limits.png_kilobytes * 1024
    if len(text) > most * 3 // 2:
        return None
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(data) > most or not _is_png(data, limits.png_side):
        return None
    return base64.b64encode(data).decode("ascii")


def _is_png(data: bytes, most_pixels: int) -> bool:
    """Signature, then chunks with right lengths and checksums from IHDR to IEND and no more."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return False
    position, kinds = 8, []
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        end = position + 8 + length
        if end + 4 > len(data):
            return False
        if zlib.crc32(data[position + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            return False
        if kind == b"IHDR" and not _fair_size(data[position + 8 : end], most_pixels):
            return False
        kinds.append(kind)
        position = end + 4
    once = all(kinds.count(kind) == 1 for kind in (b"IHDR", b"IEND")) and b"IDAT" in kinds
    return once and kinds[0] == b"IHDR" and kinds[-1] == b"IEND" and position == len(data)


def _fair_size(header: bytes, most_pixels: int) -> bool:
    sides = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    return len(header) == 13 and all(0 < side <= most_pixels for side in sides)


def joined(lines: Any) -> str | None:
    """Notebook text is a string or a list of strings; None when it is neither."""
    if isinstance(lines, list) and all(isinstance(line, str) for line in lines):
        return "".join(lines)
    return lines if isinstance(lines, str) else None
