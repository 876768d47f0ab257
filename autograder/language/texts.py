"""All texts of a lesson: those of its notebook, and those that its exercises have `check` say."""

import re
from collections.abc import Iterator

from nbformat import NotebookNode

from autograder import recall
from autograder.build import notebooks
from autograder.build.notebooks import Source
from autograder.exercise import Function
from autograder.lesson import Lesson
from autograder.quiz import Quiz
from autograder.translation import source
from autograder.translation.lesson import choices, code, of_cell
from autograder.translation.unit import Kind, Unit, has_words


def units(lesson: Source) -> list[Unit]:
    """Every text of the lesson, in the order in which a reader meets them."""
    notebook, figures = notebooks.read_with_figures(lesson)
    found = [*_of_notebook(notebook)]
    found += [Unit(text, Kind.FIGURE, f"figure {n}") for n, text in enumerate(figures, start=1)]
    found += _of_exercises(lesson.lesson) if lesson.lesson else ()
    found += [unit for quiz in recall.asked(lesson.name) for unit in _of_quiz(quiz)]
    return [unit for unit in found if has_words(unit.text)]


def _of_notebook(notebook: NotebookNode) -> Iterator[Unit]:
    chosen, section = choices(notebook), ""
    found: list[Unit] = []

    def collect(text: str, kind: Kind) -> str:
        found.append(Unit(text, kind, section))
        return text

    for cell in notebook.cells:
        if heading := re.search(r"^#+ (?:.* · )?(.*)", cell.source):
            section = heading[1] if cell.cell_type == "markdown" else section
        of_cell(cell, collect, chosen)
    yield from found
    yield from (Unit(text, Kind.CHOICE, "a prediction") for text in sorted(chosen))
    yield from (Unit(text, Kind.NAME, "a slider") for text in source.sliders(code(notebook)))


def _of_exercises(lesson: Lesson) -> Iterator[Unit]:
    yield Unit(lesson.title, Kind.TITLE, lesson.name)
    for function in lesson.functions.values():
        yield from _of_function(function)
    for quiz in lesson.quizzes.values():
        yield from _of_quiz(quiz)


def _of_function(function: Function) -> Iterator[Unit]:
    name = function.name
    yield from (Unit(text, Kind.HINT, name) for text in function.hints)
    yield from (Unit(text, Kind.NAME, name) for text in function.returns if " " in text)
    for answer in (*function.variants, *function.mistakes):
        yield Unit(answer.message, Kind.MESSAGE, f"{name}/{answer.name}")
    public = {case.note for case in function.public_cases()} - {""}
    graded = {case.note for case in function.make_cases(0)} - {""}
    yield from (Unit(note, Kind.NOTE, name) for note in sorted(public))
    yield from (Unit(note, Kind.NOTE, name, hidden=True) for note in sorted(graded - public))


def _of_quiz(quiz: Quiz) -> Iterator[Unit]:
    if not quiz.right.text:  # of letters, `optlab` says it
        yield Unit(quiz.asks, Kind.NAME, quiz.name)
    for option in quiz.options:
        if option.text:
            text = " ".join(option.text.split("\n"))  # as the notebook has it
            yield Unit(text, Kind.OPTION, f"{quiz.name}/{option.value}")
        yield Unit(option.explanation, Kind.EXPLANATION, f"{quiz.name}/{option.value}")
    yield from (Unit(text, Kind.HINT, quiz.name) for text in quiz.hints)
