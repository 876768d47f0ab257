"""Files that are no notebooks, or hardly: each must be refused by name, or graded as blank."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.attacks.stage import BLANK, Attack, Edit, Notebook, Stage, code_cell, edited

FAMILY = "input"


def attacks() -> list[Attack]:
    """Bytes that stand for a notebook, then notebooks that are odd."""
    written = [_written(name, make, says) for name, (make, says) in CONTENTS.items()]
    odd = [edited(FAMILY, name, edit, says) for name, (edit, says) in EDITS.items()]
    return [*written, Attack("100 MB of nothing", FAMILY, _sparse, "refused .*too large"), *odd]


def _written(name: str, make: bytes | Callable[[bytes], bytes], says: str) -> Attack:
    def hand_in(stage: Stage, path: Path) -> None:
        blank = json.dumps(stage.notebook()).encode()
        path.write_bytes(make if isinstance(make, bytes) else make(blank))

    return Attack(name, FAMILY, hand_in, says)


def _sparse(stage: Stage, path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100_000_000)


def _with(text: bytes) -> Callable[[bytes], bytes]:
    """A blank notebook whose metadata holds this JSON."""
    return lambda blank: blank[:-1] + b', "x": ' + text + b"}"


def _many_cells(count: int, source: str = "") -> Edit:
    def edit(stage: Stage, notebook: Notebook) -> None:
        notebook["cells"] += [code_cell(source, f"c{number}") for number in range(count)]

    return edit


def _top(**changes: Any) -> Edit:
    return lambda stage, notebook: notebook.update(changes)


def _each_cell(**changes: Any) -> Edit:
    def edit(stage: Stage, notebook: Notebook) -> None:
        for cell in notebook["cells"]:
            cell.update(changes)

    return edit


def _without_ids(stage: Stage, notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        del cell["id"]


def _numbered_ids(stage: Stage, notebook: Notebook) -> None:
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = number


def _long_ids(stage: Stage, notebook: Notebook) -> None:
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"{'x' * 10_000}{number}"


def _version_3(stage: Stage, notebook: Notebook) -> None:
    cells = [{**cell, "input": cell["source"]} for cell in notebook.pop("cells")]
    notebook |= {"nbformat": 3, "worksheets": [{"cells": cells}]}


CONTENTS: dict[str, tuple[bytes | Callable[[bytes], bytes], str]] = {
    "empty file": (b"", "refused .*empty"),
    "only spaces": (b" \n" * 1000, "refused .*empty"),
    "not JSON": (b"my homework", "refused .*not valid JSON"),
    "a list": (b"[]", "refused .*not a Jupyter notebook"),
    "null": (b"null", "refused .*not a Jupyter notebook"),
    "a number": (b"1e999", "refused .*not a Jupyter notebook"),
    "cut in the middle": (lambda blank: blank[: len(blank) // 2], "refused .*not valid JSON"),
    "more after the end": (lambda blank: blank + b"{}", "refused .*not valid JSON"),
    "twice": (lambda blank: blank * 2, "refused .*not valid JSON"),
    "invalid UTF-8": (lambda blank: blank.replace(b"e", b"\xff", 3), "refused .*not UTF-8"),
    "UTF-16": (lambda blank: blank.decode().encode("utf-16"), "refused .*not UTF-8"),
    "UTF-32": (lambda blank: blank.decode().encode("utf-32"), "refused .*not"),
    "byte order mark": (lambda blank: b"\xef\xbb\xbf" + blank, BLANK),
    "compressed": (gzip.compress, "refused .*not UTF-8"),
    "zero bytes": (bytes(10_000), "refused .*not valid JSON"),
    "nested deeply": (_with(b"[" * 200_000), "refused .*nested too deeply"),
    "nested and closed": (_with(b"[" * 90_000 + b"]" * 90_000), "refused .*nested too deeply"),
    "huge integer": (_with(b"9" * 100_000), "refused .*not valid JSON"),
    "NaN": (_with(b"NaN"), "refused .*not valid JSON"),
    "a key twice": (_with(b'{"a": 1, "a": 2}'), "refused .*not valid JSON"),
    "a million lists": (_with(b"[" + b"[]," * 1_000_000 + b"1]"), BLANK),
    "one long text": (_with(b'"' + b"x" * 15_000_000 + b'"'), BLANK),
    "a script, not a notebook": (b"#!/bin/sh\necho $HOME\n", "refused .*not valid JSON"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(1000), "refused .*not UTF-8"),
    "a web page": (b"<script>alert(1)</script>", "refused .*not valid JSON"),
}
EDITS = {
    "notebook format 2": (_top(nbformat=2), "refused .*format that cannot be read"),
    "notebook format 5": (_top(nbformat=5), "refused .*format that cannot be read"),
    "notebook format as text": (_top(nbformat="4"), "refused .*format that cannot be read"),
    "notebook format true": (_top(nbformat=True), "refused .*format that cannot be read"),
    "notebook format 4.99": (_top(nbformat_minor=99), BLANK),
    "minor format as text": (_top(nbformat_minor="x"), BLANK),
    "notebook format 3": (_version_3, BLANK),
    "no metadata": (_top(metadata=None), BLANK),
    "cells are null": (_top(cells=None), "refused .*not a Jupyter notebook"),
    "cells are text": (_top(cells="cells"), "refused .*not a Jupyter notebook"),
    "a cell is null": (_top(cells=[None]), "refused .*not a Jupyter notebook"),
    "unknown cell type": (_each_cell(cell_type="x"), "refused .*not a Jupyter notebook"),
    "cell source a number": (_each_cell(source=7), "refused .*not a Jupyter notebook"),
    "cell source a list of numbers": (_each_cell(source=[7]), "refused .*not a Jupyter"),
    "cell outputs null": (_each_cell(outputs=None), BLANK),
    "cell outputs of nonsense": (_each_cell(outputs=[1, [], {}, {"output_type": []}]), BLANK),
    "cells without ids": (_without_ids, BLANK),
    "ids are numbers": (_numbered_ids, BLANK),
    "ids are long": (_long_ids, BLANK),
    "lone surrogates": (_each_cell(source="x = '\ud800'"), "raised|not_attempted"),
    "10,000 cells": (_many_cells(10_000), "refused .*too many cells"),
    "1,500 cells": (_many_cells(1_500), BLANK),
    "one line of 5 MB": (_many_cells(1, "x = '" + "y" * 5_000_000 + "'"), "refused .*too long"),
    "source nested deeply": (_many_cells(1, "x = " + "(" * 10_000), BLANK),
    "source with too many operators": (_many_cells(1, "x = " + "-" * 200_000 + "1"), BLANK),
    "source with zero bytes": (_many_cells(1, "x = 1\0"), BLANK),
}
