"""What optlab and start.py say: the texts that they hand to `told`, read from their source."""

import ast
from collections.abc import Iterator
from pathlib import Path

from autograder import NOTEBOOKS, ROOT
from autograder.translation.unit import Kind, Unit, has_words

OPTLAB = NOTEBOOKS / "optlab"
START = ROOT / "handout" / "start.py"  # which looks its own texts up among optlab's
# Which argument of these calls is a template.
_PLACES = {"told": 0, "language.told": 0, "_said": 0, "Difference": 2, "_holds": 1}
# Here what is returned is compared as data, and every text in it is said where it is shown.
SUMMARIES = ("properties.py", "runs.py")


def units() -> list[Unit]:
    """Every phrase, module by module."""
    paths = sorted(OPTLAB.rglob("*.py"))
    found = [Unit(text, Kind.PHRASE, _name(path)) for path in paths for text in templates(path)]
    found += [Unit(text, Kind.PHRASE, START.name) for text in templates(START)]
    return [unit for unit in found if has_words(unit.text)]


def templates(path: Path) -> Iterator[str]:
    """The templates in a module: where they are used, or under the name that stands there."""
    tree = ast.parse(path.read_text("utf-8"))
    if path.name in SUMMARIES:
        yield from dict.fromkeys(_of_summaries(tree))
    for scope in _scopes(tree):
        named = dict(_assigned(scope))
        for node in _inside(scope):
            if not isinstance(node, ast.Call):
                continue
            place = _PLACES.get(ast.unparse(node.func))
            if place is None or len(node.args) <= place:
                continue
            argument = node.args[place]
            if isinstance(argument, ast.Constant):
                yield str(argument.value)
            elif isinstance(argument, ast.Name):
                yield from named.get(argument.id, ())


def _of_summaries(node: ast.AST) -> Iterator[str]:
    """What a summary may say: all literals but docstrings, and names that something is found by."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Constant(value=str(text)):
                yield text
            case ast.Expr(value=ast.Constant()) | ast.Compare() | ast.Subscript() | ast.Set():
                continue
            case ast.JoinedStr() | ast.keyword():
                continue
            case _:
                yield from _of_summaries(child)


def _scopes(tree: ast.Module) -> Iterator[ast.AST]:
    yield tree
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    """What belongs to a scope and to no function in it."""
    for node in ast.iter_child_nodes(scope):
        if not isinstance(node, ast.FunctionDef):
            yield node
            yield from _inside(node)


def _assigned(scope: ast.AST) -> Iterator[tuple[str, list[str]]]:
    """Names with all texts that the scope gives them."""
    found: dict[str, list[str]] = {}
    for node in _inside(scope):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            for name, text in _pairs(target, node.value):
                found.setdefault(name, []).append(text)
    yield from found.items()


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, str]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _pairs(one, other)
        return
    match target, value:
        case ast.Name(id=name), ast.Constant(value=str(text)):
            yield name, text


def _name(path: Path) -> str:
    return ".".join(("optlab", *path.relative_to(OPTLAB).with_suffix("").parts))
