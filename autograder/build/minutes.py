"""How long a lesson takes, counted from its text: the minutes that pages and notebooks tell.

What people need to think and write follows the points; the rest is counted: words, predictions,
experiments and the seconds that they run.
"""

import re
from collections.abc import Iterable, Sequence

from nbformat import NotebookNode

from autograder import SOLUTIONS, recall
from autograder.build import fill, percent
from autograder.errors import RunError
from autograder.lesson import Lesson
from autograder.released import is_experiment

PLACE = "{minutes}"  # stands for their number in a lesson's Markdown

_WORDS = 160  # read in a minute, formulas and tables among them
_POINT = 2.5  # minutes to think, write and check again, for each point
_PREDICTION = 0.5  # minutes to make up one's mind, as for a question from an earlier lesson
_LOOK = 1.0  # minutes for what an experiment shows, beside the seconds in its title
_SECONDS = re.compile(r"\((\d+) s\)$", re.MULTILINE)


def of_lesson(lesson: Lesson) -> int:
    """About how many minutes a lesson takes, by its text as it stands in `solutions/`."""
    path = SOLUTIONS / f"{lesson.name}.py"
    filled = fill.filled(percent.read(path).cells, lesson.functions, lesson.quizzes, path.name)
    asked = fill.with_recall(filled, recall.asked(lesson.name))
    return of_cells(asked, lesson.points)


def of_cells(cells: Iterable[NotebookNode], points: float) -> int:
    """The same of cells that are filled in already: to the nearest 5, and at least 5."""
    minutes = sum(_of_cell(cell) for cell in cells) + _POINT * points
    return max(5, 5 * round(minutes / 5))


def tell(cells: Sequence[NotebookNode], points: float, where: str) -> None:
    """Puts the number where the lesson's first cell asks for it."""
    if PLACE not in cells[0].source:
        raise RunError(f"{where} does not say {PLACE} in its first cell")
    cells[0].source = cells[0].source.replace(PLACE, str(of_cells(cells, points)))


def _of_cell(cell: NotebookNode) -> float:
    if cell.cell_type == "markdown":
        return len(cell.source.split()) / _WORDS
    title = cell.source.partition("\n")[0]
    if title.startswith(("# Predict", "# Recall")):
        return _PREDICTION
    if not is_experiment(cell):
        return 0.0
    seconds = _SECONDS.search(title)
    return _LOOK + (int(seconds[1]) / 60 if seconds else 0)
