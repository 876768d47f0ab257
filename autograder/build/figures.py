"""Takes the descriptions of figures out of a lesson's code: they would answer what is asked above.

plots.show(fig, "What there is to see.")   ->   plots.show(fig, plots.described("momentum", 1))

The description is the second argument of the call that shows a figure, a sentence; `build` puts
all of a lesson's into `keys/<topic>/figures.b64`, in their order. A call that shows one says
so by its name: the "." of `ax.plot(x, ".")` is a marker.
"""

import ast
import base64
import json
import re
from collections.abc import Iterable, Iterator

from nbformat import NotebookNode

FILE = "figures.b64"
_SHOWS = re.compile(r"(show|explore|animate)(_\w+)?")  # `plots.show`, a lesson's `show_lengths`
_SHOWN = re.compile(r"plots\.show\(\s+fig,\s+(plots\.described\([^()]+\)),\s+\)")


def taken_out(cells: Iterable[NotebookNode], topic: str) -> list[str]:
    """Replaces every description by a call that looks it up; what was taken out, in order."""
    found: list[str] = []
    for cell in cells:
        if cell.cell_type == "code":
            places = list(_described(cell.source))
            for number, place in reversed(list(enumerate(places, start=len(found) + 1))):
                lookup = f'plots.described("{topic}", {number})'
                cell.source = _replaced(cell.source, place, lookup)
            cell.source = _SHOWN.sub(r"plots.show(fig, \1)", cell.source)  # it fits one line now
            found += [str(place.value) for place in places]
    return found


def packed(texts: list[str]) -> bytes:
    """As the file holds them: plain text, and yet nothing that is read by accident."""
    return base64.encodebytes(json.dumps(texts).encode())


def _described(source: str) -> Iterator[ast.Constant]:
    """The descriptions in a cell, from top to bottom."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = ast.unparse(call.func).rpartition(".")[2]
        match call.args:
            case [_, ast.Constant(value=str(text)) as place, *_] if text.endswith("."):
                if _SHOWS.fullmatch(name):
                    yield place


def _replaced(source: str, place: ast.Constant, text: str) -> str:
    """The source with `text` in that place, which may have several lines."""
    lines = source.splitlines(keepends=True)
    first, last = place.lineno - 1, (place.end_lineno or place.lineno) - 1
    before = lines[first].encode()[: place.col_offset].decode()  # `ast` counts bytes
    after = lines[last].encode()[place.end_col_offset :].decode()
    return "".join([*lines[:first], before + text + after, *lines[last + 1 :]])
