"""What a lesson says around its exercises: their titles and questions, and what to read again.

Taken from the notebook as it is handed out, never from one that came back.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property

from markupsafe import Markup
from nbformat.notebooknode import from_dict

from autograder import NOTEBOOKS
from autograder.exercises import lessons
from autograder.handin.outputs import written
from autograder.pages import prose
from autograder.quiz import Option
from autograder.translation import spoken


@dataclass(frozen=True)
class Section:
    """A numbered section of a lesson, with its text so far, exercises left out.

    before: the section before it.
    """

    heading: str
    text: tuple[str, ...]
    before: "Section | None" = None

    def with_more(self, text: str) -> "Section":
        return replace(self, text=(*self.text, text)) if text else self

    @property
    def to_read(self) -> "Section":
        """This one, or where it has only asked so far the one before it."""
        return self if self.text or self.before is None else self.before

    @cached_property
    def title(self) -> Markup:
        return prose.inline(self.heading)

    @cached_property
    def html(self) -> Markup:
        return prose.together(self.text)

    @property
    def anchor(self) -> str:
        """For a link to it on a page."""
        return f"read-{self.heading.partition(' ')[0]}"


@dataclass(frozen=True)
class Task:
    """One exercise as the lesson asks it."""

    heading: str
    text: tuple[str, ...]
    section: Section

    @cached_property
    def title(self) -> Markup:
        return prose.inline(self.heading)

    @cached_property
    def question(self) -> Markup:
        return prose.together(self.text)


@cache
def tasks(lesson: str, language: str = "") -> dict[str, Task]:
    """The exercises of a lesson by name; none where there is no such notebook."""
    path = NOTEBOOKS / f"{lesson}.ipynb"
    if not path.is_file():
        return {}
    notebook = from_dict(written(path.read_text("utf-8")))
    if language:
        notebook = spoken.release(lesson, notebook, language)
    found: dict[str, Task] = {}
    here, task = Section(heading="", text=()), ""
    asked: list[str] = []
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("solution"):
            asks = _summary(cell["source"]), *(asked if task else here.text)
            found[marks["grade_id"]] = Task(
                heading=task or here.heading, text=asks, section=here.to_read
            )
            task, asked = "", []
        elif cell["cell_type"] == "markdown":
            for level, heading, text in _parts(cell["source"]):
                if level == "##":
                    here, task = Section(heading=heading, text=(), before=here.to_read), ""
                elif level == "###":
                    task, asked = heading, []
                if task:
                    asked.append(text)
                else:
                    here = here.with_more(text)
    return found


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    """A text cell part by part: how deep a heading stands, the heading, and what follows it."""
    for part in re.split(r"^(?=##+ )", text, flags=re.MULTILINE):
        first, _, rest = part.partition("\n")
        level, _, heading = first.partition(" ")
        if level.strip("#"):  # no heading
            yield "", "", part.strip()
        elif part:
            yield level, heading, rest.strip()


def _summary(stub: str) -> str:
    """What the stub of a function says first of itself; nothing where it is no function."""
    functions = (node for node in ast.parse(stub).body if isinstance(node, ast.FunctionDef))
    said = next(filter(None, map(ast.get_docstring, functions)), "")
    return said.partition("\n\n")[0]


@cache
def wrong_option(exercise: str, mistake: str | None) -> Option | None:
    """The option of a question that goes by this mistake's name."""
    for lesson in lessons().values():
        if exercise in lesson.quizzes:
            quiz = lesson.quizzes[exercise]
            named = zip(quiz.mistakes, quiz.wrong, strict=True)
            return next((option for answer, option in named if answer.name == mistake), None)
    return None
