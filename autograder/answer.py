"""An answer other than the reference, and the source that it is made from."""

import ast
import linecache
import re
import sys
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from types import ModuleType
from typing import Any

Edit = tuple[str, str]


@dataclass(frozen=True)
class Answer:
    """A named implementation other than the reference: a mistake, a variant or a correct style.

    written: gives its source, which few of a course's answers are ever asked for.
    edits: (old, new) replacements in the reference's source; empty where the source is a whole
        function of its own.
    share: the part of the points that it earns.
    varies: whether another processor may give something else, as in the order of equals.
    """

    name: str
    message: str
    written: Callable[[], str] = str
    edits: tuple[Edit, ...] = ()
    share: float = 0.0
    variant: bool = False
    varies: bool = False

    @cached_property
    def source(self) -> str:
        return self.written()


def source_of(function: Callable, name: str | None = None) -> str:
    """The function's source without decorators and docstring, renamed when `name` is given.

    Without the docstring, because edits are meant for code and prose may repeat it.
    """
    head, body = _parts(function)
    source = head + body
    return (
        source if name is None else source.replace(f"def {function.__name__}(", f"def {name}(", 1)
    )


def body_of(function: Callable) -> str:
    """What the function does: its source without signature and docstring, not indented."""
    return textwrap.dedent(_parts(function)[1]).strip("\n")


def edited(source: str, edits: Iterable[Edit], name: str) -> str:
    """The source with every old piece replaced by the new one; each must stand there once."""
    for old, new in edits:
        if source.count(old) != 1:
            raise ValueError(
                f"{name}: {old!r} is {source.count(old)} times in the source, not once"
            )
        source = source.replace(old, new)
    return source


def define(source: str, name: str, namespace: dict[str, Any]) -> Callable:
    """The function of that name which a source defines."""
    scope = dict(namespace)
    exec(compile(source, f"<{name}>", "exec"), scope)
    return scope[name]


def standing_alone(source: str, namespace: dict[str, Any]) -> str:
    """The source below the imports that it needs where nobody has made them but that of NumPy."""
    used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    found = (_import_of(name, namespace[name]) for name in sorted(used & set(namespace) - {"np"}))
    return "".join(line for line in found if line) + source


def _import_of(name: str, thing: Any) -> str:
    """The line that imports what the standard library has under this name; else empty."""
    if isinstance(thing, ModuleType):
        return f"import {name}\n" if thing.__name__ == name else ""
    module = getattr(thing, "__module__", None) or ""
    standard = module.partition(".")[0] in sys.stdlib_module_names
    return f"from {module} import {name}\n" if standard and callable(thing) else ""


def _parts(function: Callable) -> tuple[str, str]:
    """A function's signature and its body, as they are written."""
    lines, definition = _definition(function.__code__.co_filename, function.__code__.co_firstlineno)
    top = definition.lineno - 1
    block = textwrap.dedent("".join(lines[top : definition.end_lineno])).splitlines(keepends=True)
    first = definition.body[0]
    start = first.lineno - 1 - top
    after = (first.end_lineno or 0) - top if ast.get_docstring(definition) else start
    return "".join(block[:start]), "".join(block[after:])


def _definition(path: str, number: int) -> tuple[list[str], ast.FunctionDef]:
    """Lines, and the function in them whose first line, of decorators too, has this number.

    Usually the lines from there to the next statement are enough: parsing whole files takes half a
    second for a course.
    """
    lines = linecache.getlines(path)[number - 1 :]
    begins = (place for place, line in enumerate(lines) if re.match("def ", line))
    after = next(begins, 0) + 1
    ends = (place for place in range(after, len(lines)) if re.match(r"[^\s#)\]}]", lines[place]))
    some = lines[: next(ends, len(lines))]
    try:
        (definition,) = ast.parse("".join(some)).body
    except (SyntaxError, ValueError):  # inside something, or with text that stands at the margin
        return _definitions_in(path)[0], _definitions_in(path)[1][number]
    assert isinstance(definition, ast.FunctionDef)
    return some, definition


@cache
def _definitions_in(path: str) -> tuple[list[str], dict[int, ast.FunctionDef]]:
    """A file's lines and its functions by their first lines, decorators included."""
    lines = linecache.getlines(path)
    functions = (n for n in ast.walk(ast.parse("".join(lines))) if isinstance(n, ast.FunctionDef))
    return lines, {min([n.lineno, *(d.lineno for d in n.decorator_list)]): n for n in functions}
