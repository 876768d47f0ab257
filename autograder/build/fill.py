"""Fills into a lesson's text what stands with its exercises, so that nothing is written twice.

# %% [markdown] question="momentum_curves"   the cell's text, then the question with its options
# %% quiz="momentum_curves"                  an empty cell: the answer's cell and its check
# REFERENCE SOLUTION                         a line of an exercise's cell: what the reference does
# %% tags=["set-up"]                         imports; what is said where one fails is put around
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder import recall
from autograder.answer import body_of
from autograder.errors import RunError
from autograder.exercise import Function
from autograder.quiz import Quiz

_PLACE = re.compile(r"^( *)# REFERENCE SOLUTION$", re.MULTILINE)
# IPython shows what an exception renders itself as, instead of a traceback.
_SET_UP = """\
# Set-up
try:
{imports}
except ImportError as missing:
    said = str(missing)
    if missing.name and missing.name.startswith("optlab"):
        said = (
            "optlab is missing, or a part of it: copy the whole folder of that name to where this "
            "notebook lies (in Colab, change into that place with %cd), then restart the kernel."
        )
    elif missing.name:
        said = f"{{missing.name}} is missing: %pip install {{missing.name}}, then restart."
    missing._render_traceback_ = lambda: [said]
    raise
"""


def filled(
    cells: Iterable[NotebookNode],
    functions: Mapping[str, Function],
    quizzes: Mapping[str, Quiz],
    where: str,
) -> Iterator[NotebookNode]:
    """The cells of a lesson with its questions, answers and model answers in them."""
    asked: set[str] = set()
    answered: set[str] = set()
    for cell in cells:
        markers = cell.metadata
        if "question" in markers:
            name = markers["question"]
            if name in asked:
                raise RunError(f"{where} asks the question {name!r} twice")
            asked.add(name)
            cell.source = _below(cell.source, _quiz(name, quizzes, where).text())
            yield cell
        elif "quiz" in markers:
            name = markers["quiz"]
            if name not in asked:
                raise RunError(f'{where} has no cell question="{name}" above its quiz')
            if cell.source:
                raise RunError(f"{where}: the cell of quiz {name!r} must be empty; it is filled in")
            answered.add(name)
            yield _code(_quiz(name, quizzes, where).solution(), quiz=name)
            yield _code(f'check("{name}")', check=name)
        else:
            if "exercise" in markers:
                _answer(cell, functions, where)
            if "set-up" in markers.get("tags", []):
                cell.source = set_up(cell.source)
            yield cell
    for name in quizzes:
        if name not in answered:
            raise RunError(f'{where} has no cell quiz="{name}"')


def with_recall(cells: Iterable[NotebookNode], asked: Iterable[Quiz]) -> Iterator[NotebookNode]:
    """The cells, and below the set-up what is asked of earlier lessons, each with its answer."""
    for cell in cells:
        yield cell
        if "set-up" in cell.metadata.get("tags", []):
            for number, quiz in enumerate(asked, start=1):
                yield new_markdown_cell(source=recall.text(number, quiz))
                yield _code(recall.solution(quiz), recall=quiz.name)


def set_up(imports: str) -> str:
    """The cell that begins a notebook: silent, or one sentence about what is missing."""
    return _SET_UP.format(imports=textwrap.indent(imports, "    ")).rstrip()


def _quiz(name: str, quizzes: Mapping[str, Quiz], where: str) -> Quiz:
    if name not in quizzes:
        raise RunError(f"{where} asks {name!r}, which is no quiz of its exercises")
    return quizzes[name]


def _below(text: str, question: str) -> str:
    return f"{text}\n\n{question}" if text else question


def _code(source: str, **markers: str) -> NotebookNode:
    return new_code_cell(source=source, metadata=markers)


def _answer(cell: NotebookNode, functions: Mapping[str, Function], where: str) -> None:
    """Puts the reference's body where the cell asks for it."""
    if not _PLACE.search(cell.source):
        return
    name = cell.metadata["exercise"]
    if name not in functions:
        raise RunError(
            f"{where} asks for the reference of {name!r}, which its exercises do not define"
        )
    body = f"# BEGIN SOLUTION\n{body_of(functions[name].reference)}\n# END SOLUTION"
    cell.source = _PLACE.sub(lambda place: textwrap.indent(body, place[1]), cell.source)
