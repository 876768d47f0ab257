"""Finding the learner's own functions, so that the last lesson can put them to work.

A function defined in the notebook that asks goes first; otherwise the notebook of its lesson is
read, which lies beside this one or, as nbgrader lays them out, in a folder of its own; then the one
in another language, in the folder above or in one below. Imports, functions and plain constants of
that notebook are run, nothing else of it is. Who passes the public cases of its check is handed
over; all others are named with the reason.
"""

import ast
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from optlab.checking import keys, trial
from optlab.checking.answerkey import AnswerKey
from optlab.checking.diagnose import Status
from optlab.checking.language import say, told


def solved(names: Iterable[str], here: dict[str, Any] | None = None) -> dict[str, Callable]:
    """The functions of these names that pass their checks; prints a line about each name.

    here: the names of the notebook that asks, `globals()`.
    """
    found = {}
    for name in names:
        function, remark = find(name, here or {})
        if function is not None:
            found[name] = function
        print(f"{name:16} {say(remark)}")
    return found


def find(name: str, here: dict[str, Any], folder: Path = Path()) -> tuple[Callable | None, str]:
    """The learner's function of that name, or None, and a few words on where or why not."""
    lesson = next((one["lesson"] for one in keys.lessons() if name in _exercises(one)), None)
    if lesson is None:
        return None, told("skipped: the key of {name} is not beside optlab", name=name)
    key = keys.load(name)
    if key is None:
        return None, told("skipped: the key of {name} is not beside optlab", name=name)
    if name in here:
        return _tried(key, here[name], told("this notebook"))
    paths = _places(lesson, folder)
    if not paths:
        file = f"{lesson}.ipynb"
        return None, told("skipped: {file} is not beside this notebook", file=file)
    found = [_read(key, path) for path in paths]
    return next((one for one in found if one[0] is not None), found[0])


def _places(lesson: str, folder: Path) -> list[Path]:
    """The notebooks of a lesson: first the one in the language that asks."""
    file = f"{lesson}.ipynb"
    others = sorted(path.parent.parent / file for path in folder.glob("*/optlab/__init__.py"))
    found = (folder / file, folder / ".." / lesson / file, folder / ".." / file, *others)
    return [path for path in found if path.is_file()]


def _read(key: AnswerKey, path: Path) -> tuple[Callable | None, str]:
    try:
        function = definitions(path).get(key.exercise)
    except (OSError, ValueError, LookupError, TypeError):
        return None, told("skipped: {file} cannot be read", file=path.name)
    return _tried(key, function, path.name)


def _tried(key: AnswerKey, function: Any, where: str) -> tuple[Callable | None, str]:
    """The function if it passes, and where it was found or why it stays out."""
    status, name = trial.judge(key, function).status, key.exercise
    if status == Status.CORRECT:
        return function, told("joins, from {where}", where=where)
    if status == Status.NOT_ATTEMPTED:
        return None, told("skipped: not solved yet in {where}", where=where)
    fails = 'skipped: does not pass check("{name}") in {where}'
    return None, told(fails, name=name, where=where)


def _exercises(lesson: dict) -> list[str]:
    return [exercise["name"] for exercise in lesson["exercises"]]


def definitions(path: Path) -> dict[str, Any]:
    """What the imports, functions and constants of a notebook define; the last definition counts.

    Raises OSError, ValueError, LookupError or TypeError where the file is no notebook.
    """
    names: dict[str, Any] = {"np": np, "__name__": path.stem}
    for statement in _statements(path):
        code = compile(ast.Module([statement], []), path.name, "exec")
        try:
            exec(code, names)
        except Exception:  # a cell of the learner may raise anything at all
            continue
    return names


def _statements(path: Path) -> Iterator[ast.stmt]:
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        try:
            body = ast.parse("".join(cell["source"])).body
        except SyntaxError:  # unfinished, or with IPython's magics
            continue
        yield from filter(_only_defines, body)


def _only_defines(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assign):
        return all(isinstance(node, _PLAIN) for node in ast.walk(statement))
    return isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))


_PLAIN = (
    *(ast.Assign, ast.Name, ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set),
    *(ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop, ast.expr_context),
)
