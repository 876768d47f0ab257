"""Building notebooks and answer keys from their text sources.

solutions/NN_topic.py  ->  solutions/NN_topic.ipynb        executed, outputs stored
                       ->  notebooks/NN_topic.ipynb        solutions removed, nothing executed
                       ->  notebooks/optlab/keys/topic/    what its figures show, in words
exercises/topic.py     ->  notebooks/optlab/keys/topic/    public cases, data only
recall.py              ->  notebooks/optlab/keys/recall/   questions from earlier lessons
"""

import json
import os
import re
from collections.abc import Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions, ComputeChecksums, LockCells
from traitlets.config import Config

from autograder import NOTEBOOKS, SOLUTIONS, recall, released
from autograder.build import figures, fill, minutes, overview, percent
from autograder.errors import RunError, UserError
from autograder.exercise import cached_public_key
from autograder.exercises import lessons
from autograder.lesson import Lesson
from autograder.released import EXPERIMENT
from optlab.checking import keys
from optlab.checking.codec import CodecError
from optlab.checking.compare import difference

KEYS = NOTEBOOKS / "optlab" / "keys"
RECALLED = "recall"  # the folder among them for questions from earlier lessons
FOLDED = {EXPERIMENT, "set-up", "folded"}  # a front end shows the first line alone, until a click
WIDGET = "application/vnd.jupyter.widget-view+json"
# The kernel finds optlab here; one thread, so that every machine adds up in the same order.
KERNEL = {"PYTHONPATH": str(NOTEBOOKS), "OPENBLAS_NUM_THREADS": "1"}
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    # In full, so that JupyterLab does not mark a notebook as changed on opening it.
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": "3.11",
    },
}


@dataclass(frozen=True)
class Source:
    """One lesson's text and what is built from it."""

    name: str

    @property
    def text(self) -> Path:
        return SOLUTIONS / f"{self.name}.py"

    @property
    def solution(self) -> Path:
        return SOLUTIONS / f"{self.name}.ipynb"

    @property
    def learner(self) -> Path:
        return NOTEBOOKS / f"{self.name}.ipynb"

    @property
    def topic(self) -> str:
        return self.name.partition("_")[2]

    @property
    def lesson(self) -> Lesson | None:
        """The lesson's exercises; None where it has none."""
        return lessons().get(self.name)


def sources(names: list[str]) -> list[Source]:
    """The sources of these lessons, or of all of them."""
    found = [Source(path.stem) for path in sorted(SOLUTIONS.glob("[0-9][0-9]*_*.py"))]
    unknown = set(names) - {source.name for source in found}
    if unknown:
        known = ", ".join(source.name for source in found)
        raise UserError(f"unknown lesson {sorted(unknown)[0]!r}; the lessons are {known}")
    return [source for source in found if not names or source.name in names]


def build(names: list[str]) -> None:
    """Write solution notebooks, learner notebooks and keys."""
    chosen = sources(names)
    for source in chosen:
        _write_keys(source)
        _write(source.learner, nbformat.writes(release(read(source))) + "\n")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # All of them before any is written: the capstone reads the notebooks beside it.
        executed = list(pool.map(execute, map(read, chosen), [item.text.name for item in chosen]))
    for source, notebook in zip(chosen, executed, strict=True):
        _write(source.solution, nbformat.writes(notebook) + "\n")
    if not names:
        for path in _orphans():
            path.unlink()
        for path, text in overview.pages():
            _write(path, text)


def check(names: list[str]) -> list[str]:
    """What is stale, one line each; runs no kernel."""
    stale = [line for source in sources(names) for line in _stale(source)]
    return stale if names else [*stale, *check_together()]


def check_together() -> list[str]:
    """What is stale beside the lessons: files without a source, and pages about all lessons."""
    pages = [path for path, text in overview.pages() if not _same_text(path, text)]
    return [
        *(f"{path.name} has no source" for path in _orphans()),
        *(f"{path.name} is out of step" for path in pages),
    ]


def read(source: Source) -> NotebookNode:
    """The lesson as a notebook with ids and grading metadata, not executed."""
    return read_with_figures(source)[0]


def read_with_figures(source: Source) -> tuple[NotebookNode, list[str]]:
    """The same, and the descriptions of its figures."""
    notebook = percent.read(source.text)
    notebook.metadata = NotebookNode(deepcopy(METADATA))
    functions = source.lesson.functions if source.lesson else {}
    quizzes = source.lesson.quizzes if source.lesson else {}
    cells = fill.filled(notebook.cells, functions, quizzes, source.text.name)
    notebook.cells = [*fill.with_recall(cells, recall.asked(source.name))]
    if source.lesson:
        minutes.tell(notebook.cells, source.lesson.points, source.text.name)
    described = figures.taken_out(notebook.cells, source.topic) if source.lesson else []
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        _expand_markers(cell, source, seen)
    _require_every_exercise(notebook, source)
    return notebook, described


def release(notebook: NotebookNode) -> NotebookNode:
    """The learner's copy: nbgrader's own steps, with a stub that fits a quiz."""
    notebook = deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        tags = cell.metadata.get("tags", [])
        if EXPERIMENT in tags:
            cell.metadata.deletable = False
        if recall.TAG in tags:
            cell.source = recall.unanswered(cell.source)
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        quiz = cell.source.lstrip().startswith("# BEGIN SOLUTION")
        stub = f"{name} = None  # your answer" if quiz else "raise NotImplementedError()"
        clear = ClearSolutions(code_stub={"python": f"# YOUR CODE HERE\n{stub}"})
        clear.preprocess_cell(cell, {"language": "python"}, 0)
    for step in (LockCells(), ComputeChecksums()):
        notebook, _ = step.preprocess(notebook, {})
    return notebook


def _expand_markers(cell: NotebookNode, source: Source, seen: dict[str, int]) -> None:
    markers = cell.metadata
    tags = markers.get("tags")
    answer = markers.get("exercise") or markers.get("quiz")
    cell.metadata = NotebookNode({"tags": tags} if tags else {})
    if answer:
        cell.id = answer
        cell.metadata.nbgrader = _nbgrader(answer, solution=True)
    elif "recall" in markers:  # as free as an experiment, and known by what a learner gets
        cell.id = markers["recall"]
        as_released = NotebookNode(source=recall.unanswered(cell.source))
        cell.metadata.tags = [EXPERIMENT, recall.TAG]
        cell.metadata.optlab = {"cell": released.digest(as_released)}
    elif "check" in markers:
        name = markers["check"]
        cell.id = f"check_{name}"
        points = _points(source, name)
        cell.metadata.nbgrader = _nbgrader(cell.id, grade=True, locked=True, points=points)
    else:
        digest = released.digest(cell)
        seen[digest] = seen.get(digest, 0) + 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        if cell.cell_type == "code":
            _mark(cell, set(tags or ()))


def _mark(cell: NotebookNode, tags: set[str]) -> None:
    """A cell of ours: locked, but for experiments, of which nbgrader need not know.

    A cell that nbgrader knew and did not lock would be one that it misses in its database.
    """
    if EXPERIMENT in tags:
        cell.metadata.optlab = {"cell": cell.id}
    else:
        cell.metadata.nbgrader = _nbgrader(cell.id, locked=True)
    if tags & FOLDED:
        cell.metadata.jupyter = {"source_hidden": True}


def _nbgrader(grade_id: str, **settings: bool | float) -> NotebookNode:
    base = {"grade": False, "solution": False, "locked": False, "task": False}
    return NotebookNode(base | {"schema_version": 3, "grade_id": grade_id} | settings)


def _points(source: Source, name: str) -> float:
    if source.lesson is None or name not in source.lesson.exercises:
        raise RunError(f"{source.text.name} checks {name!r}, which its exercises do not define")
    return source.lesson.exercises[name].points


def _require_every_exercise(notebook: NotebookNode, source: Source) -> None:
    ids = [cell.id for cell in notebook.cells]
    twice = {name for name in ids if ids.count(name) > 1}
    if twice:
        raise RunError(f"{source.text.name}: {sorted(twice)[0]!r} marks two cells")
    expected = list(source.lesson.exercises) if source.lesson else []
    cells = [name.removeprefix("check_") for name in ids if name.startswith("check_")]
    if cells != expected:
        text = f"{source.text.name} checks {cells}; its exercises define {expected}, in this order"
        raise RunError(text)
    missing = [name for name in expected if name not in ids]
    if missing:
        raise RunError(f"{source.text.name} has no cell for {missing[0]!r}")


def execute(
    notebook: NotebookNode, name: str, folder: Path = SOLUTIONS, optlab: Path = NOTEBOOKS
) -> NotebookNode:
    """The notebook with its outputs, run in `folder`; name: what does not run, if so.

    optlab: where the kernel finds it.
    """
    client = NotebookClient(
        notebook,
        timeout=120,
        record_timing=False,
        resources={"metadata": {"path": folder}},
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),  # else it warns
    )
    try:
        client.execute(env=os.environ | KERNEL | {"PYTHONPATH": str(optlab)})
    except CellExecutionError as error:
        raise RunError(f"{name} does not run: {error.ename}: {error.evalue}") from None
    notebook.metadata = NotebookNode(deepcopy(METADATA))
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)  # a live view's random id; its picture stays
    return notebook


def _keys(
    source: Source, notebook: NotebookNode, described: list[str]
) -> Iterator[tuple[Path, bytes]]:
    """Every key file of the lesson with its contents; notebook, described: what was read of it."""
    if source.lesson is None:
        return
    folder, lesson = KEYS / source.topic, source.lesson
    listing = {
        "lesson": lesson.name,
        "title": lesson.title,
        "minutes": minutes.of_lesson(lesson),
        "exercises": [
            {"name": item.name, "kind": item.kind, "points": item.points}
            for item in lesson.exercises.values()
        ],
        "predictions": list(_predictions(notebook)),
    }
    yield folder / "lesson.json", (json.dumps(listing, indent=1) + "\n").encode()
    yield folder / figures.FILE, figures.packed(described)
    for exercise in lesson.exercises.values():
        yield folder / f"{exercise.name}.key", keys.pack(cached_public_key(exercise), exercise.ways)
    for quiz in recall.asked(source.name):
        yield KEYS / RECALLED / f"{quiz.name}.key", keys.pack(quiz.public_key())


def _predictions(notebook: NotebookNode) -> Iterator[str]:
    """The names of what the lesson asks to predict."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield from re.findall(r'^predict\(\s*"(\w+)"', cell.source, re.MULTILINE)


def _write_keys(source: Source) -> None:
    written = set()
    for path, contents in _keys(source, *read_with_figures(source)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents)
        written.add(path)
    for path in set((KEYS / source.topic).glob("*")) - written:
        path.unlink()


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror}") from error


def _stale(source: Source) -> Iterator[str]:
    fresh, described = read_with_figures(source)
    if not _same_cells(source.solution, fresh):
        yield f"solutions/{source.solution.name} differs from its source"
    if not _same_text(source.learner, nbformat.writes(release(fresh)) + "\n"):
        yield f"notebooks/{source.learner.name} differs from its source"
    exercises = source.lesson.exercises.values() if source.lesson else ()
    varying = {(one.name, it.name) for one in exercises for it in one.mistakes if it.varies}
    for path, contents in _keys(source, fresh, described):
        if not _same_key(path, contents, varying):
            yield f"{path.relative_to(NOTEBOOKS.parent)} differs from its exercise"


def _same_cells(path: Path, fresh: NotebookNode) -> bool:
    """Same cells as the source, and executed; what the outputs say is nbval's business."""
    if not path.exists():
        return False
    built = nbformat.read(path, as_version=4)
    executed = all(cell.execution_count for cell in built.cells if cell.cell_type == "code")
    for cell in (*built.cells, *fresh.cells):
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return executed and nbformat.writes(built) == nbformat.writes(fresh)


def _same_text(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


def _same_key(path: Path, contents: bytes, varying: Container[tuple[str, str]]) -> bool:
    """Equal up to rounding: another processor may round the last digit differently.

    varying: exercises with their mistakes of which it may make something else.
    """
    if not path.exists():
        return False
    if path.read_bytes() == contents or path.suffix != ".key":
        return path.read_bytes() == contents
    try:
        built, fresh = (_data_of(packed, varying) for packed in (path.read_bytes(), contents))
    except CodecError:  # of an older release
        return False
    return difference(fresh, built, "key") is None


def _data_of(packed: bytes, varying: Container[tuple[str, str]]) -> dict[str, Any]:
    """A key as data, without what varying mistakes gave."""
    key = keys.unpack(packed)
    known = [
        replace(one, observations=()) if (key.exercise, one.name) in varying else one
        for one in key.known
    ]
    return replace(key, known=known).to_data() | {"ways": keys.unpack_ways(packed)}


def _orphans() -> list[Path]:
    """Built files whose source is gone."""
    known = sources([])
    built = {path for item in known for path in (item.solution, item.learner)}
    notebooks = {path for folder in (SOLUTIONS, NOTEBOOKS) for path in folder.glob("*.ipynb")}
    topics = {source.topic for source in known if source.lesson}
    asked = {quiz.name for source in known for quiz in recall.asked(source.name)}
    recalled = {KEYS / RECALLED / f"{name}.key" for name in asked}
    answers = [
        path for path in KEYS.glob("*/*") if path not in recalled and path.parent.name not in topics
    ]
    return sorted(notebooks - built) + sorted(answers)
