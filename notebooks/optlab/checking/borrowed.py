"""Whose work an answer is: the learner's, or that of a library that does it for them.

It is there for the honest shortcut, which is told, not for whoever hides one on purpose.
"""

import dis
import sys
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, ModuleType
from typing import Any

from optlab.checking.codec import Recipe

OURS = "optlab.optimizers"  # demonstrations; a case may hand one over, and then it may be used
TRAINERS = ("sklearn", "torch", "tensorflow", "keras", "jax", "optax")
LIBRARIES = (OURS, *TRAINERS)


def library(function: Any) -> str | None:
    """The library that an answer comes from or hands its work to, by its name in `LIBRARIES`."""
    while (inner := getattr(function, "func", None)) is not None and callable(inner):
        function = inner  # of functools.partial
    found = _home(function)
    if found or not any(name in sys.modules for name in TRAINERS):
        return found
    return next(filter(None, _handed_to(function)), None)


def steps() -> int:
    """How many steps the demonstrations have taken in this process."""
    module = sys.modules.get(OURS)
    return module.steps_taken() if module else 0


def lends(arguments: Iterable[dict[str, Any]]) -> bool:
    """Whether a case itself hands over a demonstration."""
    values = [value for one in arguments for value in one.values()]
    return any(isinstance(value, Recipe) and value.target.startswith(OURS) for value in values)


def _home(thing: Any) -> str | None:
    name = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", None)
    if not isinstance(name, str):
        return None
    return next((lib for lib in LIBRARIES if name == lib or name.startswith(f"{lib}.")), None)


def _handed_to(function: Callable) -> Iterator[str | None]:
    """Where the global names and the imports of a function's own code lead to."""
    known = getattr(function, "__globals__", {})
    for code in _codes(getattr(function, "__code__", None)):
        for step in dis.get_instructions(code):
            if step.opname == "LOAD_GLOBAL":
                found = _home(known.get(step.argval))
                yield found if found != OURS else None  # of ours, what counts is that it is used
            elif step.opname == "IMPORT_NAME":
                yield next((lib for lib in TRAINERS if step.argval.split(".")[0] == lib), None)


def _codes(code: Any) -> Iterator[CodeType]:
    if isinstance(code, CodeType):
        yield code
        for constant in code.co_consts:
            yield from _codes(constant)
