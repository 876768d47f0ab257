"""What is built of a language, beside the English: nothing of it is written by hand.

notebooks/ko/NN_topic.ipynb        a lesson; its cells have the names of the English ones
notebooks/ko/optlab/               a way to the one `optlab`, which then speaks that language
notebooks/optlab/words/ko.words    what `optlab` looks up while a lesson is read
"""

from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder import NOTEBOOKS, ROOT, files, released
from autograder.build import notebooks
from autograder.build.notebooks import Source
from autograder.errors import RunError
from autograder.language import editions
from autograder.language.editions import OPTLAB, Edition
from autograder.translation import lesson
from autograder.translation.source import BrokenText
from optlab.checking.language import packed

WORDS = NOTEBOOKS / OPTLAB / "words"
PICTURES = sorted((NOTEBOOKS / OPTLAB).glob("*.png"))  # notebooks show them by their place
# One text for every language: the folder's name says which. No link, so that it works everywhere.
SHIM = '''\
"""optlab, which lies two folders up, in the language that this folder is named after."""

import os
from pathlib import Path

_here = Path(__file__).resolve()
__path__ = [str(_here.parents[2] / "optlab")]
os.environ.setdefault("OPTLAB_LANG", _here.parents[1].name)

from optlab.begin import check, hint, predict, predicted, progress, solution  # noqa: E402

__all__ = ["check", "hint", "predict", "predicted", "progress", "solution"]
'''


def build(names: list[str]) -> None:
    """Write what is built of every language that is whole."""
    for path, contents in _files(names):
        files.replace(path, contents)
    if not names:
        for path in _orphans():
            path.unlink()


def stale(names: list[str]) -> list[str]:
    """What differs from what would be built, one line each."""
    differing = [
        f"{path.relative_to(ROOT)} differs from its translation"
        for path, contents in _files(names)
        if not path.is_file() or path.read_bytes() != contents
    ]
    orphans = [] if names else [f"{path.relative_to(ROOT)} has no source" for path in _orphans()]
    return [*differing, *orphans]


def read(found: Edition, source: Source) -> NotebookNode:
    """A lesson with its solutions, not executed, in a language as far as it is translated."""
    try:
        notebook = lesson.translated(notebooks.read(source), found.book(source.name).tr)
    except BrokenText as error:
        raise RunError(f"{found.code} {source.name}: {error}") from None
    for cell in notebook.cells:
        if "optlab" in cell.metadata:  # known by its English; beside that, what it is built as
            as_released = notebooks.release(NotebookNode(metadata={}, cells=[cell])).cells[0]
            cell.metadata.optlab.text = released.digest(as_released)
    return notebook


def _files(names: list[str]) -> Iterator[tuple[Path, bytes]]:
    for found in editions.editions():
        if found.language.whole:
            yield from files_of(found, names, NOTEBOOKS / found.code, WORDS)


def files_of(
    found: Edition, names: list[str], folder: Path, words: Path
) -> Iterator[tuple[Path, bytes]]:
    """What is built of a language, as far as it is translated, for these two folders.

    The words are those of all lessons: where some are named, they are left out.
    """
    for source in notebooks.sources(names):
        if source.name in found.begun([source.name]):
            text = nbformat.writes(notebooks.release(read(found, source))) + "\n"
            yield folder / source.learner.name, text.encode()
    if not names:
        yield from beside_lessons(found, folder, words)


def beside_lessons(found: Edition, folder: Path, words: Path) -> Iterator[tuple[Path, bytes]]:
    """What all lessons share."""
    yield folder / OPTLAB / "__init__.py", SHIM.encode()
    for path in PICTURES:
        own = found.folder / path.name  # where its words are translated
        yield folder / OPTLAB / path.name, (own if own.exists() else path).read_bytes()
    yield words / f"{found.code}.words", packed(found.words([]))


def _orphans() -> list[Path]:
    """Built files of lessons and languages that are gone."""
    whole = {found.code for found in editions.editions() if found.language.whole}
    known = {source.learner.name for source in notebooks.sources([])}
    lessons = [
        path
        for shim in NOTEBOOKS.glob(f"*/{OPTLAB}/__init__.py")
        for path in shim.parents[1].glob("*.ipynb")
        if path.parent.name not in whole or path.name not in known
    ]
    words = [path for path in WORDS.glob("*.words") if path.stem not in whole]
    return sorted(lessons) + sorted(words)
