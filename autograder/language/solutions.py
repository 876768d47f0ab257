"""Every solution run in another language: it must print the numbers that it prints in English.

dist/solutions-ko/NN_topic.ipynb    run, to be looked at; they are kept nowhere else
dist/notebooks-ko/                  `optlab` with the words of that language, as a learner has it
"""

import os
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder import NOTEBOOKS, ROOT, files
from autograder.build import notebooks
from autograder.build.notebooks import Source
from autograder.language import built, check, editions
from autograder.language.editions import OPTLAB, Edition

DIST = ROOT / "dist"
NO_NUMBERS = "nbval-ignore-output"  # cells that measure time
_SHOWN = 6  # numbers that are named where some differ


def run(code: str, names: list[str]) -> list[str]:
    """Run these solutions, or all that somebody has begun to translate; what differs."""
    found = editions.edition(code)
    chosen = [one for one in notebooks.sources(names) if one.name in found.begun([one.name])]
    folder = DIST / f"solutions-{code}"
    last = max((source.name for source in chosen), default="")
    for source in notebooks.sources([]):  # a lesson may read those before it
        if source.name <= last:
            _write(folder, source, built.read(found, source))
    learner = _learner_folder(found)

    def one(source: Source) -> list[str]:
        notebook = nbformat.read(folder / source.solution.name, as_version=4)
        done = notebooks.execute(notebook, source.name, folder, learner)
        _write(folder, source, done)
        english = nbformat.read(source.solution, as_version=4)
        return [f"{code} {source.name}: {line}" for line in differences(english, done)]

    if len(chosen) == 1:  # without a thread, in which nbclient would leave its loop open
        return one(chosen[0])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [line for lines in pool.map(one, chosen) for line in lines]


def differences(english: NotebookNode, other: NotebookNode) -> Iterator[str]:
    """What a lesson shows in English and not in another language, cell by cell."""
    for before, after in zip(english.cells, other.cells, strict=True):
        if after.cell_type != "code" or NO_NUMBERS in after.metadata.get("tags", []):
            continue
        title = after.source.partition("\n")[0]
        if wrong := [text for text in _errors(after) if text not in _errors(before)]:
            yield f"{title}: {wrong[0]}"
        if said := list(check.other_numbers(_shown(before), _shown(after)))[:_SHOWN]:
            yield f"{title}: {'; '.join(said)}"


def _learner_folder(found: Edition) -> Path:
    """notebooks/ko as it is built, in a place of its own: the language need not be whole."""
    folder = DIST / f"notebooks-{found.code}"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(NOTEBOOKS / OPTLAB, folder / OPTLAB)
    own = folder / found.code
    for path, contents in built.beside_lessons(found, own, folder / OPTLAB / "words"):
        files.replace(path, contents)
    return own


def _write(folder: Path, source: Source, notebook: NotebookNode) -> None:
    files.replace(folder / source.solution.name, nbformat.writes(notebook) + "\n")


def _shown(cell: NotebookNode) -> str:
    """What a cell prints, and what its figures show in words."""
    return " ".join(
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
        if output.get("name") != "stderr"
    )


def _errors(cell: NotebookNode) -> list[str]:
    """Warnings without the places in files that they name."""
    texts = [output.text for output in cell.outputs if output.get("name") == "stderr"]
    return [
        re.sub(r"^.*?: (?=\w+Warning)", "", line) for text in texts for line in text.split("\n")
    ]
