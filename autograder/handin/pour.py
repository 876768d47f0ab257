"""Pouring a learner's answers into the release.

Everything but the learner's code is the release's: points, check cells, tags, locked cells and the
text, whatever the submitted file says about them. What it says otherwise is told in plain words.
"""

import re
from dataclasses import dataclass
from functools import reduce

from nbformat import NotebookNode

from autograder import released
from autograder.handin.outputs import new_cell, new_notebook
from autograder.text import clean
from optlab.checking.language import told


@dataclass(frozen=True)
class Poured:
    """The release with a learner's answers in it, and what was different from the release."""

    notebook: NotebookNode
    problems: tuple[str, ...]


def pour(release: NotebookNode, submitted: NotebookNode) -> Poured:
    """The release's notebook with the answers and the extra cells of the submitted one.

    A cell is known by its name (nbgrader's grade id, or ours), else by its cell id, else by the
    release's very text, else (code) by defining an answer that no other cell claims. Of several
    cells for one answer the last that differs from the release's counts; edited earlier ones stay
    as plain cells before it.
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
    notebook = new_notebook(extra.get(-1, []) + cells, release.metadata)
    for index, cell in enumerate(notebook.cells):
        if not cell["id"]:
            cell["id"] = f"extra-{index + 1}"
    return Poured(notebook, tuple(problems))


def _name(cell: NotebookNode) -> str | None:
    """The grade id; experiments have none, since nbgrader does not know them."""
    metadata = cell["metadata"]
    ours = metadata["optlab"].get("cell") if "optlab" in metadata else None
    return metadata["nbgrader"].get("grade_id", ours) if "nbgrader" in metadata else ours


def _is(cell: NotebookNode, role: str) -> bool:
    metadata = cell["metadata"]
    return "nbgrader" in metadata and bool(metadata["nbgrader"].get(role))


def _places(release: NotebookNode, submitted: NotebookNode) -> list[int | None]:
    """For each submitted cell the index of the release's cell that it is, or None."""
    places = _places_by_name(release, submitted)
    for index, cell in enumerate(release.cells):
        if _is(cell, "solution") and index not in places:
            name = re.escape(_name(cell) or "")
            defining = re.compile(
                # Not `ast`: one magic or one syntax error elsewhere in the cell would hide it.
                rf"^(?:(?:async\s+)?def|class)\s+{name}\b"
                rf"|^{name}\s*(?::[^=\n]+)?=(?!=)",
                re.MULTILINE,
            )
            for at in reversed(range(len(places))):
                theirs = submitted.cells[at]
                free = places[at] is None and theirs.cell_type == "code"
                if free and defining.search(theirs.source):
                    places[at] = index
                    break
    return places


def _places_by_name(release: NotebookNode, submitted: NotebookNode) -> list[int | None]:
    ours = release.cells  # and items of its cells: attributes of nodes are slow
    by_name = {_name(cell): index for index, cell in enumerate(ours)}
    by_id = {cell["id"]: index for index, cell in enumerate(ours)}
    by_text: dict[tuple[str, str], int] = {}
    by_name.pop(None, None)
    places = []
    for cell in submitted.cells:
        place = by_name.get(_name(cell), by_id.get(cell["id"]))
        if place is None:
            by_text = by_text or {text_of(cell): i for i, cell in enumerate(ours)}
            place = by_text.get(text_of(cell))
        # Code written into what was the release's text is an extra cell.
        if place is not None and cell["cell_type"] == "code":
            place = place if ours[place]["cell_type"] == "code" else None
        places.append(place)
    return places


def text_of(cell: NotebookNode) -> tuple[str, str]:
    return cell["cell_type"], cell["source"].strip()


def _sorted_out(
    release: NotebookNode, submitted: NotebookNode, places: list[int | None]
) -> tuple[dict[int, list[NotebookNode]], dict[int, list[NotebookNode]]]:
    """The submitted cells by the release cell that they are, and the extra ones by anchor."""
    theirs: dict[int, list[NotebookNode]] = {}
    extra: dict[int, list[NotebookNode]] = {}
    anchor = -1
    for cell, place in zip(submitted.cells, places, strict=True):
        anchor = anchor if place is None else place
        if place is None or _is_rewritten_text(release.cells[place], cell):
            extra.setdefault(anchor, []).append(_extra(cell))
        else:
            theirs.setdefault(place, []).append(cell)
    return theirs, extra


def _is_rewritten_text(ours: NotebookNode, cell: NotebookNode) -> bool:
    return ours["cell_type"] == "markdown" and text_of(ours) != text_of(cell)


def _extra(cell: NotebookNode) -> NotebookNode:
    """A learner's own cell: code as it is, text shown as it was typed. `pour` gives it an id.

    An experiment of an older release in which nobody wrote stays one, so that it need not be run.
    """
    if cell.cell_type == "code" and released.is_untouched_experiment(cell):
        return new_cell("code", cell.source, "", {"tags": [released.EXPERIMENT]}, cell.outputs)
    if cell.cell_type == "code":
        return new_cell("code", cell.source, "")
    return new_cell("markdown", _as_typed(cell.source), "")


def _as_typed(text: str) -> str:
    """A learner's Markdown as a block of plain text, which nothing in it can close.

    Escaping HTML alone is not enough: formulas are found before Markdown is read, also inside
    blocks, and MathJax obeys \\href{javascript:...}; so their marks become look-alikes.
    """
    text = clean(text).replace("$", "\uff04").replace("\\", "\uff3c")
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return f"{fence}text\n{text}\n{fence}"


def _poured(
    ours: NotebookNode, theirs: list[NotebookNode]
) -> tuple[NotebookNode, list[NotebookNode], list[str]]:
    """The release's cell filled in, edited copies of an answer to stand before it, problems."""
    if ours["cell_type"] != "code":
        return ours, [], []
    if _is(ours, "solution"):
        return _answer(ours, theirs)
    cell = NotebookNode(ours)  # its metadata is the release's, which nobody changes
    cell["outputs"] = []
    if not released.is_experiment(ours):
        return cell, [], _differences(ours, theirs)
    same = [copy for copy in theirs if text_of(copy) == text_of(ours)]
    if same:
        cell.outputs = same[-1].outputs
    return cell, [], []  # learners are asked to change experiments; the course's own is used


def _answer(
    ours: NotebookNode, theirs: list[NotebookNode]
) -> tuple[NotebookNode, list[NotebookNode], list[str]]:
    name = _name(ours)
    cell = NotebookNode(ours)
    cell.outputs = []
    if not theirs:
        return cell, [], [told("{name}: the cell for the answer is missing", name=name)]
    edited = [copy for copy in theirs if copy.source.strip() != ours.source.strip()]
    chosen = (edited or theirs)[-1]
    cell.source = chosen.source
    problems: list[str] = []
    if len(theirs) > 1:
        several = "{name}: {count} cells hold an answer; the last edited one counts"
        problems.append(told(several, name=name, count=len(theirs)))
    if chosen.cell_type != "code":
        as_text = "{name}: the answer was in a text cell; it was graded as code"
        problems.append(told(as_text, name=name))
    return cell, [_extra(copy) for copy in edited[:-1]], problems


def _differences(ours: NotebookNode, theirs: list[NotebookNode]) -> list[str]:
    """What a learner did to a cell that is not theirs to change."""
    name = _name(ours) or ours.id
    what = told("check cell") if _is(ours, "grade") else told("cell")
    if not theirs:
        gone = "{name}: this {what} was deleted; the course's own was used"
        return [told(gone, name=name, what=what)]
    points, tags = (
        ours.metadata.get("nbgrader", {}).get("points"),
        set(ours.metadata.get("tags", [])),
    )
    changes = {
        told("edited"): any(copy.source.strip() != ours.source.strip() for copy in theirs),
        told("turned into text"): any(copy.cell_type != "code" for copy in theirs),
        told("copied"): len(theirs) > 1,
        told("given other points"): any(
            copy.metadata.get("nbgrader", {}).get("points", points) != points for copy in theirs
        ),
        told("given other tags"): any(set(copy.metadata.get("tags", [])) - tags for copy in theirs),
    }
    done = [change for change, happened in changes.items() if happened]
    if not done:
        return []
    was = reduce(lambda one, more: told("{one} and {more}", one=one, more=more), done)
    changed = "{name}: this {what} was {done}; the course's own was used"
    return [told(changed, name=name, what=what, done=was)]


def _general_problems(
    release: NotebookNode, submitted: NotebookNode, places: list[int | None]
) -> list[str]:
    language = submitted.metadata.get("language_info", {}).get("name", "python")
    problems: list[str] = []
    if language.lower() not in ("python", "ipython"):
        other = "the notebook was saved for {language}; it was graded as Python"
        problems.append(told(other, language=language))
    lost, graded = 0, []
    for cell, place in zip(submitted.cells, places, strict=True):
        if place is None:
            graded += [_name(cell)] if _is(cell, "grade") else []
        else:
            lost += _name(cell) != _name(release.cells[place])
    if lost:
        recognised = "{count} cells had lost or changed their grade id and were recognised"
        problems.append(told(recognised, count=lost))
    foreign = "{name}: this graded cell is not the course's; it counts nothing"
    problems += [told(foreign, name=name) for name in graded]
    return problems
