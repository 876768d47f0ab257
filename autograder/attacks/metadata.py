"""Blank notebooks whose metadata, cells or stored outputs ask for marks."""

from collections.abc import Callable
from typing import Any

from autograder.attacks.stage import BLANK, Attack, Cell, Edit, Notebook, Stage, code_cell, edited
from autograder.attacks.stage import cell as named

FAMILY = "metadata"


def attacks() -> list[Attack]:
    """Each edits a blank notebook; what counts in the end is the release's."""
    return [edited(FAMILY, name, edit, says) for name, (edit, says) in EDITS.items()]


def _check(stage: Stage, notebook: Notebook) -> Cell:
    return named(notebook, f"check_{stage.target}")


def _tag(tag: str, every: bool = False) -> Edit:
    def edit(stage: Stage, notebook: Notebook) -> None:
        for cell in notebook["cells"] if every else [_check(stage, notebook)]:
            cell["metadata"]["tags"] = [tag]

    return edit


def _set(**changes: Any) -> Edit:
    def edit(stage: Stage, notebook: Notebook) -> None:
        _check(stage, notebook)["metadata"]["nbgrader"].update(changes)

    return edit


def _turn_into(kind: str) -> Edit:
    def edit(stage: Stage, notebook: Notebook) -> None:
        cell = _check(stage, notebook)
        cell["cell_type"] = kind
        del cell["outputs"], cell["execution_count"]

    return edit


def _delete(wanted: Callable[[Stage, Cell], bool]) -> Edit:
    def edit(stage: Stage, notebook: Notebook) -> None:
        notebook["cells"] = [cell for cell in notebook["cells"] if not wanted(stage, cell)]

    return edit


def _strip(stage: Stage, notebook: Notebook) -> None:
    del _check(stage, notebook)["metadata"]["nbgrader"]


def _strip_all(stage: Stage, notebook: Notebook) -> None:
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"], cell["id"] = {}, f"x{number}"


def _duplicate(stage: Stage, notebook: Notebook) -> None:
    notebook["cells"].append(dict(_check(stage, notebook)))


def _duplicate_with_mark(stage: Stage, notebook: Notebook) -> None:
    _duplicate(stage, notebook)
    notebook["cells"][-1] |= {"id": "again", "outputs": [_mark("3.0")]}


def _duplicate_many(stage: Stage, notebook: Notebook) -> None:
    notebook["cells"] += [dict(_check(stage, notebook)) for _ in range(300)]


def _duplicate_answer(stage: Stage, notebook: Notebook) -> None:
    notebook["cells"] += [dict(named(notebook, stage.target)) for _ in range(3)]


def _extra_graded(stage: Stage, notebook: Notebook) -> None:
    cell = code_cell("100.0", "bonus")
    cell["metadata"] = {"nbgrader": {**_graded("bonus"), "points": 100}}
    notebook["cells"].append(cell | {"outputs": [_mark("100.0")]})


def _graded(grade_id: str) -> dict[str, Any]:
    return {
        "grade": True,
        "grade_id": grade_id,
        "locked": True,
        "points": 3,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }


def _mark(number: str) -> dict[str, Any]:
    return {
        "output_type": "execute_result",
        "data": {"text/plain": number},
        "metadata": {},
        "execution_count": 1,
    }


def _stored_mark(stage: Stage, notebook: Notebook) -> None:
    _check(stage, notebook)["outputs"] = [_mark("3.0")]


def _source(source: str) -> Edit:
    def edit(stage: Stage, notebook: Notebook) -> None:
        _check(stage, notebook)["source"] = source

    return edit


def _graded_answer(stage: Stage, notebook: Notebook) -> None:
    named(notebook, stage.target)["metadata"]["nbgrader"] |= {"grade": True, "points": 99}
    named(notebook, stage.target)["source"] = "3.0"


def _swap(stage: Stage, notebook: Notebook) -> None:
    one, other = _check(stage, notebook), named(notebook, f"check_{stage.quiz}")
    one["metadata"], other["metadata"] = other["metadata"], one["metadata"]


def _hide_the_answer(stage: Stage, notebook: Notebook) -> None:
    named(notebook, stage.target)["metadata"]["tags"] = ["experiment", "skip-execution"]


def _setup(stage: Stage, notebook: Notebook) -> None:
    cell = next(c for c in notebook["cells"] if c["cell_type"] == "code")
    cell["source"] = "import sys\nsys.displayhook(3.0)"


def _reverse(stage: Stage, notebook: Notebook) -> None:
    notebook["cells"].reverse()


def _cell_metadata(value: Any) -> Edit:
    def edit(stage: Stage, notebook: Notebook) -> None:
        for cell in notebook["cells"]:
            cell["metadata"] = value

    return edit


def _notebook_metadata(**values: Any) -> Edit:
    def edit(stage: Stage, notebook: Notebook) -> None:
        notebook["metadata"] |= values

    return edit


def _same_id(stage: Stage, notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["id"] = f"check_{stage.target}"


def _in_markdown(stage: Stage, notebook: Notebook) -> None:
    cell = named(notebook, stage.target)
    cell["cell_type"] = "markdown"
    cell["source"] = "import sys; sys.displayhook(3.0)"


def _is_check(stage: Stage, cell: Cell) -> bool:
    return cell["id"] == f"check_{stage.target}"


EDITS = {
    "skip-execution on the check cell": (_tag("skip-execution"), "given other tags"),
    "skip-execution on every cell": (_tag("skip-execution", every=True), "given other tags"),
    "raises-exception on the check cell": (_tag("raises-exception"), "given other tags"),
    "check cell tagged as an experiment": (_tag("experiment"), "given other tags"),
    "answer tagged as an experiment": (_hide_the_answer, BLANK),
    "check cell deleted": (_delete(_is_check), "this check cell was deleted"),
    "all check cells deleted": (
        _delete(lambda stage, cell: cell["id"].startswith("check_")),
        "this check cell was deleted",
    ),
    "all cells deleted": (_delete(lambda stage, cell: True), "cell for the answer is missing"),
    "answer deleted": (
        _delete(lambda stage, cell: cell["id"] == stage.target),
        "cell for the answer is missing",
    ),
    "check cell's metadata stripped": (_strip, "lost or changed their grade id"),
    "all metadata and ids stripped": (_strip_all, "lost or changed their grade id"),
    "check cell turned to Markdown": (_turn_into("markdown"), "turned into text"),
    "check cell turned to raw": (_turn_into("raw"), "turned into text"),
    "answer turned to Markdown": (_in_markdown, "answer was in a text cell"),
    "points raised": (_set(points=1000), "given other points"),
    "points negative": (_set(points=-5), "given other points"),
    "points without end": (_set(points=1e308), "given other points"),
    "points as text": (_set(points="1000"), BLANK),
    "points as a list": (_set(points=[3]), BLANK),
    "no longer graded": (_set(grade=False), BLANK),
    "made a solution": (_set(solution=True, locked=False), BLANK),
    "made a task": (_set(task=True, grade=False), BLANK),
    "schema of the future": (_set(schema_version=99), BLANK),
    "schema of the past": (_set(schema_version=1), BLANK),
    "grade id renamed": (_set(grade_id="check_something"), "lost or changed their grade id"),
    "grade id empty": (_set(grade_id=""), "lost or changed their grade id"),
    "grade id a number": (_set(grade_id=7), "lost or changed their grade id"),
    "grade id of the answer": (
        lambda stage, nb: _set(grade_id=stage.target)(stage, nb),
        "changed their grade id|answer",
    ),
    "grade id like a path": (_set(grade_id="../../gradebook"), "changed their grade id"),
    "grade ids swapped": (_swap, "edited"),
    "one id for all cells": (_same_id, BLANK),
    "graded cell duplicated": (_duplicate, "copied"),
    "graded cell duplicated with a mark": (_duplicate_with_mark, "copied"),
    "graded cell duplicated 300 times": (_duplicate_many, "copied"),
    "answer duplicated": (_duplicate_answer, "cells hold an answer"),
    "extra graded cell": (_extra_graded, "it counts nothing"),
    "answer made a graded cell": (_graded_answer, BLANK),
    "mark stored in the check cell": (_stored_mark, BLANK),
    "check replaced by a number": (_source("3.0"), "edited"),
    "check replaced by display": (_source("import sys\nsys.displayhook(3.0)"), "edited"),
    "check replaced by nothing": (_source(""), "edited"),
    "locked cell replaced": (_setup, "edited"),
    "cells in reverse order": (_reverse, BLANK),
    "cell metadata is a list": (_cell_metadata([]), "lost or changed their grade id"),
    "cell metadata is text": (_cell_metadata("x"), "lost or changed their grade id"),
    "nbgrader metadata is a list": (_cell_metadata({"nbgrader": []}), "changed their grade id"),
    "another kernel": (
        _notebook_metadata(
            kernelspec={"name": "bash", "display_name": "Bash", "language": "bash"},
            language_info={"name": "bash"},
        ),
        "saved for bash",
    ),
    "kernel name like a path": (
        _notebook_metadata(kernelspec={"name": "../../x", "display_name": "x"}),
        BLANK,
    ),
    "widget state and trust": (
        _notebook_metadata(widgets={"state": {"x": {}}}, trusted=True, signature="x"),
        BLANK,
    ),
}
