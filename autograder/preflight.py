"""Reading a file that a stranger handed in, and pouring its answers into the release.

`read` ends in a notebook that holds only what a notebook may hold, or in a `Refusal`. `pour` takes
everything but the learner's code from the release: points, check cells, tags and locked cells are
the course's, whatever the submitted file says about them. `safe` leaves nothing in a notebook that
a browser would run.
"""

import base64
import binascii
import errno
import json
import os
import re
import stat
import zlib
from copy import deepcopy
from dataclasses import dataclass

from nbformat.notebooknode import from_dict

from autograder.text import clean

NOTEBOOK_FORMATS = (3, 4)


@dataclass(frozen=True)
class FileLimits:
    """What a submitted file may measure: the one place of these numbers."""

    megabytes: float = 20  # a notebook with fifty figures has about 5
    cells: int = 2_000  # a lesson has about 60
    outputs_per_cell: int = 20
    text: int = 20_000  # characters of one output
    png_kilobytes: int = 1_024
    png_side: int = 6_000  # pixels


LIMITS = FileLimits()

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
    "student_name": "the folder's name cannot be a student's",
}


class Refusal(Exception):
    """A submission that cannot be graded, by a name from `REASONS` and in one plain sentence."""

    def __init__(self, name, detail=""):
        super().__init__(name, detail)
        self.name = name
        self.reason = REASONS[name] + (f": {clean(detail, 200)}" if detail else "")

    def __str__(self):
        return self.reason


# Notebooks are made by hand here: nbformat's own makers validate each cell against the schema and
# take longer than everything else in this module together.


def _new_notebook(cells, metadata):
    return from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})


def _new_cell(kind, source, cell_id, metadata=None, outputs=()):
    cell = {"cell_type": kind, "id": cell_id, "metadata": metadata or {}, "source": source}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": list(outputs)}
    return from_dict(cell)


# Reading -----------------------------------------------------------------------------------------


def read(path, limits=LIMITS):
    """The notebook at `path`, reduced to what a notebook may hold; or a `Refusal`."""
    return parse(read_bytes(path, limits), limits)


def parse(data, limits=LIMITS):
    """The notebook in these bytes; or a `Refusal`."""
    if not data.strip():
        raise Refusal("empty")
    try:
        return _notebook(_json(data.decode("utf-8-sig")), limits)
    except UnicodeDecodeError as error:
        raise Refusal("not_utf8") from error
    except RecursionError as error:
        raise Refusal("too_deep") from error


def read_bytes(path, limits=LIMITS):
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
            data = file.read(most + 1)
    except (OSError, ValueError) as error:
        raise _unopened(error) from error
    if len(data) > most:
        raise Refusal("too_large", f"{status.st_size / 1e6:.0f} MB; at most {limits.megabytes} MB")
    return data


def _unopened(error):
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


def _json(text):
    def unique(pairs):
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Refusal("not_json", "a key stands twice in one object")
        return found

    def constant(name):
        raise Refusal("not_json", f"{name} is not JSON")

    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=constant)
    except ValueError as error:  # also an integer of too many digits
        raise Refusal("not_json", str(error)) from error


def _notebook(data, limits):
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
    ids = set()
    read_cells = [_cell(cell, index, ids, limits) for index, cell in enumerate(cells)]
    return _new_notebook(read_cells, _language(data.get("metadata")))


def _cells_of_version_3(data):
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


def _language(metadata):
    metadata = metadata if isinstance(metadata, dict) else {}
    for key, name in (("kernelspec", "language"), ("language_info", "name")):
        found = metadata.get(key)
        if isinstance(found, dict) and isinstance(found.get(name), str):
            return {"language_info": {"name": clean(found[name], 30)}}
    return {}


def _cell(data, index, ids, limits):
    source = _joined(data.get("source", ""))
    kind = data.get("cell_type")
    if source is None or kind not in ("code", "markdown", "raw"):
        raise Refusal("not_a_notebook", f"cell {index + 1} is not a cell")
    metadata = _cell_metadata(data.get("metadata"))
    # Raw cells show HTML as it stands; a learner's remark is as well kept in a Markdown cell.
    kind = "code" if kind == "code" else "markdown"
    cell_id = _new_id(data.get("id"), index, ids)
    return _new_cell(kind, _text(source), cell_id, metadata, _outputs(data.get("outputs"), limits))


def _text(source):
    """Code keeps its characters (they are the learner's), but none that UTF-8 cannot carry."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    return source.encode("utf-8", "replace").decode("utf-8")


def _joined(lines):
    """Notebook text is a string or a list of strings; None when it is neither."""
    if isinstance(lines, list) and all(isinstance(line, str) for line in lines):
        return "".join(lines)
    return lines if isinstance(lines, str) else None


def _new_id(wanted, index, ids):
    """Cell ids came with notebook format 4.5: missing, malformed and second ones are replaced."""
    if not isinstance(wanted, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", wanted):
        wanted = f"cell-{index + 1}"
    while wanted in ids:
        wanted = f"{wanted[:48]}-{index + 1}x"
    ids.add(wanted)
    return wanted


def _cell_metadata(metadata):
    """Only what `pour` recognises a cell by, or reports as changed."""
    metadata = metadata if isinstance(metadata, dict) else {}
    kept = {}
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
            kept["nbgrader"]["points"] = float(min(points, 1e9))
    return kept


# Outputs -----------------------------------------------------------------------------------------


def safe(notebook, limits=LIMITS):
    """A copy of a poured notebook in which no browser finds anything to run.

    Outputs keep text, proven PNG and errors; cells keep the release's tags and nbgrader metadata.
    """
    cells = []
    for cell in notebook.cells:
        metadata = {key: cell.metadata[key] for key in ("nbgrader", "tags") if key in cell.metadata}
        outputs = _outputs(cell.get("outputs"), limits)
        cells.append(_new_cell(cell.cell_type, cell.source, cell.id, metadata, outputs))
    known = {"kernelspec", "language_info"} & set(notebook.metadata)
    return _new_notebook(cells, {key: notebook.metadata[key] for key in known})


def _outputs(outputs, limits):
    if not isinstance(outputs, list):
        return []
    kept = (_output(output, limits) for output in outputs[: limits.outputs_per_cell])
    return [output for output in kept if output is not None]


def _output(output, limits):
    """One output, rebuilt from what may be shown; None when nothing of it may."""
    kind = output.get("output_type") if isinstance(output, dict) else None
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": _shown(output.get("text"), limits)}
    if kind == "error":
        shown = {key: _shown(output.get(key), limits) for key in ("ename", "evalue")}
        lines = [_shown(line, limits) for line in _list(output.get("traceback"))[:200]]
        return {"output_type": kind, **shown, "traceback": lines}
    if kind not in ("display_data", "execute_result"):
        return None
    data = _data(output.get("data"), limits)
    about = _alt_text(output.get("metadata")) if "image/png" in data else {}
    number = {"execution_count": None} if kind == "execute_result" else {}
    return {"output_type": kind, "data": data, "metadata": about, **number} if data else None


# For text that ends up in an attribute of a template that is not ours.
_LOOK_ALIKES = str.maketrans("<>&\"'`", "\u2039\u203a+\u201d\u2019\u2019")


def _alt_text(metadata):
    """A figure's description, if it has one."""
    image = metadata.get("image/png") if isinstance(metadata, dict) else None
    alt = image.get("alt") if isinstance(image, dict) else None
    if not isinstance(alt, str):
        return {}
    return {"image/png": {"alt": clean(alt, 500).translate(_LOOK_ALIKES)}}


def _list(value):
    return value if isinstance(value, list) else []


def _shown(text, limits):
    return clean(_joined(text) or "", limits.text)


def _data(bundle, limits):
    data = {}
    if not isinstance(bundle, dict):
        return data
    png = _png(_joined(bundle.get("image/png")) or "", limits)
    if png:
        data["image/png"] = png
    text = _shown(bundle.get("text/plain"), limits)
    if text:
        data["text/plain"] = text
    return data


def _png(text, limits):
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


def _is_png(data, most_pixels):
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


def _fair_size(header, most_pixels):
    sides = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    return len(header) == 13 and all(0 < side <= most_pixels for side in sides)


# Pouring -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Poured:
    """The release with a learner's answers in it, and what was different from the release."""

    notebook: object
    problems: tuple


def pour(release, submitted):
    """The release's notebook with the answers and the extra cells of the submitted one.

    A cell is known by its grade id, else by its cell id, else by the release's very text, else
    (code) by defining an answer that no other cell claims. Of several cells for one answer the last
    that differs from the release's counts; edited earlier ones stay as plain cells before it.
    Extra cells keep their place: after the known cell that they followed.
    """
    places = _places(release, submitted)
    theirs, extra = _sorted_out(release, submitted, places)
    cells, problems = [], _general_problems(release, submitted, places)
    for index, cell in enumerate(release.cells):
        poured, before, said = _poured(cell, theirs.get(index, []))
        cells += before
        cells.append(poured)
        cells += extra.get(index, [])
        problems += said
    notebook = _new_notebook(extra.get(-1, []) + cells, release.metadata)
    for index, cell in enumerate(notebook.cells):
        cell.id = cell.id or f"extra-{index + 1}"
    return Poured(notebook, tuple(problems))


def _grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def _is(cell, role):
    return bool(cell.metadata.get("nbgrader", {}).get(role))


def _places(release, submitted):
    """For each submitted cell the index of the release's cell that it is, or None."""
    places = _places_by_name(release, submitted)
    for index, cell in enumerate(release.cells):
        if _is(cell, "solution") and index not in places:
            defining = re.compile(
                # Not `ast`: one magic or one syntax error elsewhere in the cell would hide it.
                rf"^(?:(?:async\s+)?def|class)\s+{re.escape(_grade_id(cell))}\b"
                rf"|^{re.escape(_grade_id(cell))}\s*(?::[^=\n]+)?=(?!=)",
                re.MULTILINE,
            )
            for at in reversed(range(len(places))):
                theirs = submitted.cells[at]
                free = places[at] is None and theirs.cell_type == "code"
                if free and defining.search(theirs.source):
                    places[at] = index
                    break
    return places


def _places_by_name(release, submitted):
    by_grade_id = {_grade_id(cell): index for index, cell in enumerate(release.cells)}
    by_id = {cell.id: index for index, cell in enumerate(release.cells)}
    by_text = {_text_of(cell): index for index, cell in enumerate(release.cells)}
    by_grade_id.pop(None, None)
    places = []
    for cell in submitted.cells:
        place = by_grade_id.get(_grade_id(cell), by_id.get(cell.id, by_text.get(_text_of(cell))))
        # Code written into what was the release's text is an extra cell.
        if place is not None and cell.cell_type == "code":
            place = place if release.cells[place].cell_type == "code" else None
        places.append(place)
    return places


def _text_of(cell):
    return cell.cell_type, cell.source.strip()


def _sorted_out(release, submitted, places):
    """The submitted cells by the release cell that they are, and the extra ones by anchor."""
    theirs, extra, anchor = {}, {}, -1
    for cell, place in zip(submitted.cells, places, strict=True):
        anchor = anchor if place is None else place
        ours = None if place is None else release.cells[place]
        if ours is None or (ours.cell_type == "markdown" and _text_of(ours) != _text_of(cell)):
            extra.setdefault(anchor, []).append(_extra(cell))
        else:
            theirs.setdefault(place, []).append(cell)
    return theirs, extra


def _extra(cell):
    """A learner's own cell: code as it is, text shown as it was typed. `pour` gives it an id."""
    if cell.cell_type == "code":
        return _new_cell("code", cell.source, "")
    return _new_cell("markdown", _as_typed(cell.source), "")


def _as_typed(text):
    """A learner's Markdown as a block of plain text, which nothing in it can close.

    Escaping HTML alone is not enough: formulas are found before Markdown is read, also inside
    blocks, and MathJax obeys \\href{javascript:...}; so their marks become look-alikes.
    """
    text = clean(text).replace("$", "\uff04").replace("\\", "\uff3c")
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return f"{fence}text\n{text}\n{fence}"


def _poured(ours, theirs):
    """The release's cell filled in, edited copies of an answer to stand before it, problems."""
    if ours.cell_type != "code":
        return deepcopy(ours), [], []
    if _is(ours, "solution"):
        return _answer(ours, theirs)
    cell = deepcopy(ours)
    cell.outputs = []
    same = [copy for copy in theirs if _text_of(copy) == _text_of(ours)]
    if same and "experiment" in ours.metadata.get("tags", []):
        cell.outputs = deepcopy(same[-1].outputs)
    return cell, [], _differences(ours, theirs)


def _answer(ours, theirs):
    name = _grade_id(ours)
    cell = deepcopy(ours)
    cell.outputs = []
    if not theirs:
        return cell, [], [f"{name}: the cell for the answer is missing"]
    edited = [copy for copy in theirs if copy.source.strip() != ours.source.strip()]
    chosen = (edited or theirs)[-1]
    cell.source = chosen.source
    problems = []
    if len(theirs) > 1:
        problems.append(f"{name}: {len(theirs)} cells hold an answer; the last edited one counts")
    if chosen.cell_type != "code":
        problems.append(f"{name}: the answer was in a text cell; it was graded as code")
    return cell, [_extra(copy) for copy in edited[:-1]], problems


def _differences(ours, theirs):
    """What a learner did to a cell that is not theirs to change."""
    name = _grade_id(ours) or ours.id
    what = "check cell" if _is(ours, "grade") else "cell"
    if not theirs:
        return [f"{name}: this {what} was deleted; the course's own was used"]
    points, tags = (
        ours.metadata.get("nbgrader", {}).get("points"),
        set(ours.metadata.get("tags", [])),
    )
    changes = {
        "edited": any(copy.source.strip() != ours.source.strip() for copy in theirs),
        "turned into text": any(copy.cell_type != "code" for copy in theirs),
        "copied": len(theirs) > 1,
        "given other points": any(
            copy.metadata.get("nbgrader", {}).get("points", points) != points for copy in theirs
        ),
        "given other tags": any(set(copy.metadata.get("tags", [])) - tags for copy in theirs),
    }
    done = [change for change, happened in changes.items() if happened]
    return (
        [f"{name}: this {what} was {' and '.join(done)}; the course's own was used"] if done else []
    )


def _general_problems(release, submitted, places):
    language = submitted.metadata.get("language_info", {}).get("name", "python")
    problems = []
    if language.lower() not in ("python", "ipython"):
        problems.append(f"the notebook was saved for {language}; it was graded as Python")
    lost, graded = 0, []
    for cell, place in zip(submitted.cells, places, strict=True):
        if place is None:
            graded += [_grade_id(cell)] if _is(cell, "grade") else []
        else:
            lost += _grade_id(cell) != _grade_id(release.cells[place])
    if lost:
        problems.append(f"{lost} cells had lost or changed their grade id and were recognised")
    problems += [
        f"{name}: this graded cell is not the course's; it counts nothing" for name in graded
    ]
    return problems


# Names -------------------------------------------------------------------------------------------


def student_name(name):
    """`name` when it can be a folder's name and a student's id in nbgrader; else a `Refusal`."""
    if not name or name.startswith("."):
        raise Refusal("student_name", "it is empty or begins with a dot")
    if len(name) > 128 or len(name.encode("utf-8", "replace")) > 255:
        raise Refusal("student_name", "it is longer than 128 characters")
    if name != name.strip():
        raise Refusal("student_name", "it begins or ends with a space")
    if clean(name) != name or "\n" in name or "\t" in name:
        raise Refusal("student_name", "it holds characters that cannot be shown")
    # nbgrader looks for folders by pattern and writes names into its pages as they are.
    forbidden = sorted(set(name) & set("/\\*?[<>"))
    if forbidden:
        raise Refusal("student_name", f"it holds {' '.join(forbidden)}")
    return name
