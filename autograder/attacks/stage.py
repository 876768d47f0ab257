"""What an attack is, where it takes place, and short ways to write one down."""

import json
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from string import Template
from typing import Any

from optlab.checking.diagnose import Status

# Attack code says so when it gets through. In two parts: the code itself is no evidence of that.
BREACH = "breach:"
TOGETHER = 8
BLANK = Status.NOT_ATTEMPTED  # what is told where nothing is left to grade

Cell = dict[str, Any]  # as in the file
Notebook = dict[str, Any]

# Put before the code of every hostile cell.
PRELUDE = """\
import ctypes, mmap, os, platform, signal, socket, stat, struct, subprocess, sys, threading, time
import numpy as np

def breached(what):
    return "bre" + "ach: " + repr(what)[:200]

def attempt(action, name=""):
    try:
        got = action()
    except BaseException as error:
        print("kept out:", name, type(error).__name__)
    else:
        print("nothing there:" if got is None else breached(got), name)

def call(x86_64, aarch64, *arguments):
    number = x86_64 if platform.machine() == "x86_64" else aarch64
    if ctypes.CDLL(None, use_errno=True).syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return "done"

def wire():
    for number in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                return number
        except OSError:
            pass

def opened(number):
    try:
        return os.fstat(number) is not None
    except OSError:
        return False

def send(*values):
    from optlab.checking import codec
    for value in values:
        frame = value if type(value) is bytes else codec.encode(value)
        os.write(wire(), struct.pack(">I", len(frame)) + frame)
"""


@dataclass(frozen=True)
class Stage:
    """Where a class of attackers is graded. Everything that is named here is watched.

    target, quiz: the exercise and the question that are attacked. answer: a right one to `target`.
    canary: a folder outside that anybody may write to. secret: what must not be seen by anybody;
    it stands in a file of the canary folder and in the environment. port: where nobody may knock.
    """

    lesson: str
    target: str
    quiz: str
    answer: str
    release: dict[str, Any]
    course: Path
    canary: Path
    repository: Path
    port: int
    secret: str

    def fill(self, text: str) -> str:
        """Names and places for `$target`, `$canary` and so on."""
        return Template(text).safe_substitute(
            target=self.target,
            quiz=self.quiz,
            lesson=self.lesson,
            course=self.course,
            canary=self.canary,
            repository=self.repository,
            port=self.port,
            home=Path.home(),
        )

    def notebook(self, **sources: str) -> dict[str, Any]:
        """The release with these sources in the cells of that id."""
        notebook = deepcopy(self.release)
        for name, source in sources.items():
            cell(notebook, name)["source"] = source
        return notebook


@dataclass(frozen=True)
class Attack:
    """One hostile submission.

    hand_in: puts it where a student's notebook belongs (the path is given; its folder exists).
    says: a pattern that what grading tells about it must hold: `report` in arena.py has the form.
    student: the name of the student's folder, where that is the attack.
    together: attacks of the same name here are in one notebook, a cell each.
    """

    name: str
    family: str
    hand_in: Callable[[Stage, Path], None]
    says: str
    student: str | None = None
    together: str = ""


def cell(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """The cell of that id."""
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def code_cell(source: str, name: str = "mine") -> dict[str, Any]:
    """A cell that a learner adds."""
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


Edit = Callable[[Stage, Notebook], None]


def edited(family: str, name: str, edit: Edit, says: str) -> Attack:
    """`edit(stage, notebook)` changes a blank notebook, a plain dict, in place."""

    def hand_in(stage: Stage, path: Path) -> None:
        notebook = stage.notebook()
        edit(stage, notebook)
        path.write_text(json.dumps(notebook))

    return Attack(name, family, hand_in, says)


def hostile(family: str, name: str, source: str, says: str, *later: str) -> Attack:
    """Hostile code in the cell of the target; `later` become cells at the end."""

    def hand_in(stage: Stage, path: Path) -> None:
        code = PRELUDE + stage.fill(textwrap.dedent(source))
        notebook = stage.notebook(**{stage.target: code})
        notebook["cells"] += [
            code_cell(stage.fill(textwrap.dedent(text)), f"later{number}")
            for number, text in enumerate(later)
        ]
        path.write_text(json.dumps(notebook))

    return Attack(name, family, hand_in, says)


def inside(family: str, name: str, body: str, says: str, *later: str) -> Attack:
    """Hostile code in the graded function."""
    body = textwrap.indent(textwrap.dedent(body), "    ")
    return hostile(family, name, f"def $target(*args, **kwargs):\n{body}", says, *later)


def attempts(family: str, expressions: dict[str, str]) -> list[Attack]:
    """Expressions that say `BREACH` when they have a value, a few in each notebook."""
    found: list[Attack] = []
    for few in batched(expressions.items(), TOGETHER):
        cells = [f"attempt(lambda: {code}, {name!r})" for name, code in few]
        made = hostile(family, few[0][0], cells[0], "", *cells[1:])
        made = replace(made, together=f"{family} {len(found):03}")
        says = "(kept out|nothing there): "
        found += [replace(made, name=name, says=says + re.escape(name)) for name, _ in few]
    return found


def batched(items: Iterable[Any], count: int) -> Iterator[list[Any]]:
    """`count` items at a time."""
    items = iter(items)
    while few := list(islice(items, count)):
        yield few
