"""Pouring a learner's answers into the release.

Everything but the learner's code is the release's: points, check cells, tags, locked cells and the
text, whatever the submitted file says about them. What it says otherwise is told in plain words.
"""

import re
from dataclasses import dataclass
from functools import reduce

from autograder import released
from autograder.handin.outputs import Node, new_cell, new_notebook, outputs
from autograder.text import clean
from optlab.checking.language import told


@dataclass(frozen=True)
class Poured:
    """The release with a learner's answers in it, and what was different from the release."""

    notebook: Node
    problems: tuple[str, ...]


def pour(release: Node, submitted: Node) -> Poured:
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
    for index, cell in enumerate(release["cells"]):
        poured, before, said = _poured(cell, theirs.get(index, []))
        cells += before
        cells.append(poured)
        cells += extra.get(index, [])
        problems += said
    notebook = new_notebook(extra.get(-1, []) + cells, release["metadata"])
    for index, cell in enumerate(notebook["cells"]):
        if not cell["id"]:
            cell["id"] = f"extra-{index + 1}"
    return Poured(notebook, tuple(problems))


def _name(cell: Node) -> str | None:
    """The grade id; experiments have none, since nbgrader does not know them."""
    metadata = cell["metadata"]
    ours = metadata["optlab"].get("cell") if "optlab" in metadata else None
    return metadata["nbgrader"].get("grade_id", ours) if "nbgrader" in metadata else ours


def _is(cell: Node, role: str) -> bool:
    metadata = cell["metadata"]
    return "nbgrader" in metadata and bool(metadata["nbgrader"].get(role))


def _places(release: Node, submitted: Node) -> list[int | None]:
    """For each submitted cell the index of the release's cell that it is, or None."""
    places = _places_by_name(release, submitted)
    for index, cell in enumerate(release["cells"]):
        if _is(cell, "solution") and index not in places:
            name = re.escape(_name(cell) or "")
            defining = re.compile(
                # Not `ast`: one magic or one syntax error elsewhere in the cell would hide it.
                rf"^(?:(?:async\s+)?def|class)\s+{name}\b"
                rf"|^{name}\s*(?::[^=\n]+)?=(?!=)",
                re.MULTILINE,
            )
            for at in reversed(range(len(places))):
                theirs = submitted["cells"][at]
                free = places[at] is None and theirs["cell_type"] == "code"
                if free and defining.search(theirs["source"]):
                    places[at] = index
                    break
    return places


def _places_by_name(release: Node, submitted: Node) -> list[int | None]:
    ours = release["cells"]
    by_name = {_name(cell): index for index, cell in enumerate(ours)}
    by_id = {cell["id"]: index for index, cell in enumerate(ours)}
    by_text: dict[tuple[str, str], int] = {}
    by_name.pop(None, None)
    places = []
    for cell in submitted["cells"]:
        place = by_name.get(_name(cell), by_id.get(cell["id"]))
        if place is None:
            by_text = by_text or {text_of(cell): i for i, cell in enumerate(ours)}
            place = by_text.get(text_of(cell))
        # Code written into what was the release's text is an extra cell.
        if place is not None and cell["cell_type"] == "code":
            place = place if ours[place]["cell_type"] == "code" else None
        places.append(place)
    return places


def text_of(cell: Node) -> tuple[str, str]:
    return cell["cell_type"], cell["source"].strip()


def _sorted_out(
    release: Node, submitted: Node, places: list[int | None]
) -> tuple[dict[int, list[Node]], dict[int, list[Node]]]:
    """The submitted cells by the release cell that they are, and the extra ones by anchor."""
    theirs: dict[int, list[Node]] = {}
    extra: dict[int, list[Node]] = {}
    anchor = -1
    for cell, place in zip(submitted["cells"], places, strict=True):
        anchor = anchor if place is None else place
        if place is None or _is_rewritten_text(release["cells"][place], cell):
            extra.setdefault(anchor, []).append(_extra(cell))
        else:
            theirs.setdefault(place, []).append(cell)
    return theirs, extra


def _is_rewritten_text(ours: Node, cell: Node) -> bool:
    return ours["cell_type"] == "markdown" and text_of(ours) != text_of(cell)


def _extra(cell: Node) -> Node:
    """A learner's own cell: code as it is, text shown as it was typed. `pour` gives it an id.

    An experiment of an older release in which nobody wrote stays one, so that it need not be run.
    """
    source = cell["source"]
    if cell["cell_type"] == "code" and released.is_untouched_experiment(cell):
        kept = outputs(cell["outputs"])
        return new_cell("code", source, "", {"tags": [released.EXPERIMENT]}, kept)
    if cell["cell_type"] == "code":
        return new_cell("code", source, "")
    return new_cell("markdown", _as_typed(source), "")


def _as_typed(text: str) -> str:
    """A learner's Markdown as a block of plain text, which nothing in it can close.

    Escaping HTML alone is not enough: formulas are found before Markdown is read, also inside
    blocks, and MathJax obeys \\href{javascript:...}; so their marks become look-alikes.
    """
    text = clean(text).replace("$", "\uff04").replace("\\", "\uff3c")
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return f"{fence}text\n{text}\n{fence}"


def _poured(ours: Node, theirs: list[Node]) -> tuple[Node, list[Node], list[str]]:
    """The release's cell filled in, edited copies of an answer to stand before it, problems."""
    if ours["cell_type"] != "code":
        return ours, [], []
    if _is(ours, "solution"):
        return _answer(ours, theirs)
    if not released.is_experiment(ours):
        return _with_outputs(ours, []), [], _differences(ours, theirs)
    # Learners are asked to change experiments; the course's own is used.
    same = [copy for copy in theirs if text_of(copy) == text_of(ours)]
    return _with_outputs(ours, outputs(same[-1]["outputs"]) if same else []), [], []


def _with_outputs(ours: Node, kept: list[Node]) -> Node:
    """The release's cell with these outputs: itself, where it has them. Nobody changes it."""
    return ours if ours["outputs"] == kept else {**ours, "outputs": kept}


def _answer(ours: Node, theirs: list[Node]) -> tuple[Node, list[Node], list[str]]:
    name = _name(ours)
    if not theirs:
        missing = told("{name}: the cell for the answer is missing", name=name)
        return _with_outputs(ours, []), [], [missing]
    stub = ours["source"].strip()
    edited = [copy for copy in theirs if copy["source"].strip() != stub]
    chosen = (edited or theirs)[-1]
    cell = {**ours, "source": chosen["source"], "outputs": []}
    problems: list[str] = []
    if len(theirs) > 1:
        several = "{name}: {count} cells hold an answer; the last edited one counts"
        problems.append(told(several, name=name, count=len(theirs)))
    if chosen["cell_type"] != "code":
        as_text = "{name}: the answer was in a text cell; it was graded as code"
        problems.append(told(as_text, name=name))
    return cell, [_extra(copy) for copy in edited[:-1]], problems


def _differences(ours: Node, theirs: list[Node]) -> list[str]:
    """What a learner did to a cell that is not theirs to change."""
    done = _changes(ours, theirs)
    if theirs and not done:
        return []
    name = _name(ours) or ours["id"]
    what = told("check cell") if _is(ours, "grade") else told("cell")
    if not theirs:
        gone = "{name}: this {what} was deleted; the course's own was used"
        return [told(gone, name=name, what=what)]
    was = reduce(lambda one, more: told("{one} and {more}", one=one, more=more), done)
    changed = "{name}: this {what} was {done}; the course's own was used"
    return [told(changed, name=name, what=what, done=was)]


def _changes(ours: Node, theirs: list[Node]) -> list[str]:
    points = _points(ours, None)
    tags = ours["metadata"].get("tags", [])
    text = ours["source"].strip()
    done: list[str] = []
    if any(copy["source"].strip() != text for copy in theirs):
        done.append(told("edited"))
    if any(copy["cell_type"] != "code" for copy in theirs):
        done.append(told("turned into text"))
    if len(theirs) > 1:
        done.append(told("copied"))
    if any(_points(copy, points) != points for copy in theirs):
        done.append(told("given other points"))
    if any(not {*copy["metadata"].get("tags", [])} <= {*tags} for copy in theirs):
        done.append(told("given other tags"))
    return done


def _points(cell: Node, otherwise: float | None) -> float | None:
    return cell["metadata"].get("nbgrader", {}).get("points", otherwise)


def _general_problems(release: Node, submitted: Node, places: list[int | None]) -> list[str]:
    language = submitted["metadata"].get("language_info", {}).get("name", "python")
    problems: list[str] = []
    if language.lower() not in ("python", "ipython"):
        other = "the notebook was saved for {language}; it was graded as Python"
        problems.append(told(other, language=language))
    lost, graded = 0, []
    for cell, place in zip(submitted["cells"], places, strict=True):
        if place is None:
            graded += [_name(cell)] if _is(cell, "grade") else []
        else:
            lost += _name(cell) != _name(release["cells"][place])
    if lost:
        recognised = "{count} cells had lost or changed their grade id and were recognised"
        problems.append(told(recognised, count=lost))
    foreign = "{name}: this graded cell is not the course's; it counts nothing"
    problems += [told(foreign, name=name) for name in graded]
    return problems
