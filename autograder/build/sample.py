"""A class of invented students, made from the exercises' own mistakes.

Every student's answers are really wrong or really right in a known way, so that the class shows
what the grader can tell apart. The same seed gives the same class.
"""

import json
import random
import re
from collections.abc import Iterator
from copy import deepcopy
from itertools import cycle
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder import NOTEBOOKS
from autograder.errors import UserError
from autograder.exercise import Exercise
from autograder.exercises import lessons
from autograder.lesson import Lesson

FEWEST = 12
_RIGHT = 0.75  # how often an ordinary student's answer is right

_INVENTED = re.compile(r"student\d+")

RAISES = 'def {name}(*args, **kwargs):\n    return args[0]["no such key"][0]\n'
ENDLESS = "def {name}(*args, **kwargs):\n    while True:\n        pass\n"


def make_class(course: Path, students: int, seed: int) -> int:
    """Write `submitted/<student>/<lesson>/<lesson>.ipynb` for every lesson; how many there are."""
    if students < FEWEST:
        raise UserError(f"a class needs at least {FEWEST} students to show every kind of answer")
    submitted = course / "submitted"
    strangers = [path.name for path in submitted.glob("*") if not _INVENTED.fullmatch(path.name)]
    if strangers:
        text = f"{submitted} holds real submissions ({strangers[0]}); name another course folder"
        raise UserError(text)
    count = 0
    for number, lesson in enumerate(lessons().values()):
        contents = _class_for(lesson, students, random.Random(f"{seed}-{lesson.name}"), number == 0)
        for student, text in enumerate(contents, start=1):
            path = submitted / f"student{student:02}" / lesson.name / f"{lesson.name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            count += 1
    return count


def _class_for(lesson: Lesson, students: int, rng: random.Random, first: bool) -> Iterator[str]:
    release = nbformat.read(NOTEBOOKS / f"{lesson.name}.ipynb", as_version=4)
    functions = [*lesson.functions.values()]
    special = [*(_perfect(lesson, style) for style in range(3)), {}]  # {}: handed in as it was
    if functions:
        special.append(_perfect(lesson, 0) | _replaced(functions[0], RAISES))
    if first:  # one endless loop and one broken file are enough for a class
        special.append(_perfect(lesson, 0) | _replaced(functions[-1], ENDLESS))
    answers = special + [{}] * (students - len(special))
    mistakes = {
        name: cycle(rng.sample(item.mistakes, len(item.mistakes)))
        for name, item in lesson.exercises.items()
    }
    for number in range(len(special), students):
        answers[number] = _ordinary(lesson, mistakes, rng)
    for number, sources in enumerate(answers):
        broken = first and number == len(special)
        yield "this is not a notebook\n" if broken else json.dumps(_fill(release, sources))


def _replaced(exercise: Exercise, source: str) -> dict[str, str]:
    return {exercise.name: source.format(name=exercise.name)}


def _perfect(lesson: Lesson, style: int) -> dict[str, str]:
    sources = {}
    for exercise in lesson.exercises.values():
        choices = [exercise.source, *(answer.source for answer in exercise.styles)]
        sources[exercise.name] = exercise.handed_in(choices[style % len(choices)])
    return sources


def _ordinary(lesson: Lesson, mistakes: dict, rng: random.Random) -> dict[str, str]:
    """Mostly right in some style; otherwise the next mistake in turn, so that all of them come."""
    sources = _perfect(lesson, rng.randrange(6))
    for name, exercise in lesson.exercises.items():
        if rng.random() >= _RIGHT:
            sources[name] = exercise.handed_in(next(mistakes[name]).source)
    return sources


def _fill(release: NotebookNode, sources: dict[str, str]) -> NotebookNode:
    notebook = deepcopy(release)
    for cell in notebook.cells:
        if cell.id in sources:
            cell.source = sources[cell.id]
    return notebook
