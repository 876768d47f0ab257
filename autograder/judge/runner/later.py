"""Loads `optlab`, but Matplotlib only where somebody draws: it takes longer than all the rest."""

import importlib.util
import pkgutil
import sys
from types import ModuleType
from typing import Any

import optlab

DRAWS = "plots"  # what Matplotlib is loaded by


class Later(ModuleType):
    """A module that is loaded when somebody first asks for something of it.

    Most notebooks import `plots` and draw nothing. One that draws makes the worker say so; a child
    that was not seen to draw loads it by itself.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # whoever looks through all modules wants nothing of this one
            raise AttributeError(name)
        self.load()
        return getattr(self, name)

    def load(self) -> None:
        self.__class__ = ModuleType  # type: ignore[assignment]
        self.__spec__.loader.exec_module(self)  # type: ignore[union-attr]


def load() -> Later:
    """Load all modules of `optlab` but one, which is returned: a child cannot list the folder."""
    spec: Any = importlib.util.find_spec(f"optlab.{DRAWS}")
    later: Any = importlib.util.module_from_spec(spec)
    later.__class__ = Later
    vars(optlab)[DRAWS] = sys.modules[spec.name] = later
    for module in pkgutil.iter_modules(optlab.__path__, "optlab."):
        importlib.import_module(module.name)
    return later
