"""One module per lesson, named by its topic: `momentum.py` holds `lesson` for 04_momentum."""

import importlib
import pkgutil
from functools import cache

from autograder.errors import UserError
from autograder.exercise import Exercise, Function
from autograder.lesson import Lesson

# What an earlier release had, and what became of it: course folders keep the names.
GONE = {"init_squared_average": "init_velocity of lesson 04 is the same function"}


@cache
def lessons() -> dict[str, Lesson]:
    """Every lesson by its full name ("04_momentum"), in course order."""
    modules = (
        importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)
    )
    found = (module.lesson for module in modules)
    return {lesson.name: lesson for lesson in sorted(found, key=lambda lesson: lesson.name)}


def find_lesson(name: str) -> Lesson:
    """The lesson of that name or number, "04_momentum", "4" or "1b"; else a UserError with all."""
    if name in lessons():
        return lessons()[name]
    for full, lesson in lessons().items():
        number, _, topic = full.partition("_")
        if name == topic or (name[:1].isdecimal() and name.zfill(len(number)) == number):
            return lesson
    raise UserError(f"unknown lesson {name!r}; the lessons are {', '.join(lessons())}")


def find_exercise(name: str) -> Exercise:
    """The exercise of that name, or a UserError that says where to look."""
    for lesson in lessons().values():
        if name in lesson.exercises:
            return lesson.exercises[name]
    if name in GONE:
        raise UserError(f"the course no longer has {name}: {GONE[name]}")
    raise UserError(f"unknown exercise {name!r}; `python -m autograder exercises` lists them")


def find_function(name: str) -> Function:
    """The exercise of that name, which must be a function: a question has no neighbours."""
    find_exercise(name)
    for lesson in lessons().values():
        if name in lesson.functions:
            return lesson.functions[name]
    raise UserError(f"{name} is a quiz question; only functions have neighbours")
