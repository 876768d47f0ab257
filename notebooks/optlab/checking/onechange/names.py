"""What a function's source offers to an edit: its names by what they are good for, and its parts.

Everything is read off the tree and the key's public cases, in the order of the text: no sets of
strings, whose order differs between processes.
"""

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab.checking.codec import Recipe
from optlab.checking.onechange.guards import called
from optlab.checking.probe import Case

LIBRARIES = ("np", "numpy", "math", "copy", "self")
# How many of each are tried; a longer function is not worth more.
_NAMES, _SCALARS, _WHOLE, _PARTS, _LOOPS, _VALUES, _BEGUN, _WORDS = 40, 9, 6, 14, 3, 8, 3, 12
_LENGTHS = 2
_ANGLES = ("pi", "cos", "sin")
_PLURAL = (dict, list, np.ndarray)


@dataclass(frozen=True)
class Names:
    """The vocabulary of one function.

    names: every variable. parameters, locals: those given and those made inside.
    scalars: names and expressions ("config['beta']") that may be single numbers; whole: of these,
    those that may count or index; made_whole: of these, the local names. lengths: of what is given.
    loops: loop variables. arrays: parameters that are arrays or lists; functions: that are called.
    lists, dicts: local names that begin empty.
    words: string constants. attributes: what is read of `self`.
    parts: expressions that a term or a factor may be made of; items: those with an index.
    bounds: where slices begin and end. angles: whether it speaks of pi or takes a sine or cosine.
    """

    names: tuple[str, ...]
    parameters: tuple[str, ...]
    locals: tuple[str, ...]
    scalars: tuple[str, ...]
    whole: tuple[str, ...]
    made_whole: tuple[str, ...]
    lengths: tuple[str, ...]
    loops: tuple[str, ...]
    arrays: tuple[str, ...]
    functions: tuple[str, ...]
    lists: tuple[str, ...]
    dicts: tuple[str, ...]
    words: tuple[str, ...]
    attributes: tuple[str, ...]
    parts: tuple[ast.expr, ...]
    items: tuple[ast.expr, ...]
    bounds: tuple[ast.expr, ...]
    angles: bool


def names_of(
    function: ast.FunctionDef, owner: ast.stmt, parameters: list[str], cases: Iterable[Case]
) -> Names:
    """Read the vocabulary. `parameters` are the reference's, which the cases speak of.

    owner: the class of a method, whose attributes it may use; else the function itself.
    """
    nodes = list(ast.walk(function))
    attributes = [
        node for node in ast.walk(owner) if isinstance(node, ast.Attribute) and _of_self(node)
    ]
    own = [arg.arg for arg in arguments(function) if arg.arg != "self"]
    given = _given(own, parameters, list(cases))
    functions = {
        n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    every = _once([*own, *(n.id for n in nodes if isinstance(n, ast.Name))])
    every = [n for n in every if _variable(n) and n not in functions]
    loops = _loop_names(nodes)
    made = [n for n in every if n not in own and n not in loops]
    scalars = _scalars(function, nodes, own, given)
    scalars = _once([*scalars, *(f"self.{node.attr}" for node in attributes)])
    whole = [n for n in scalars if n not in own or _any(given, n, int)]
    arrays = [n for n in own if _any(given, n, (np.ndarray, list))]
    plain = [*_run_through(nodes, arrays), *arrays, *(n for n in made if n not in scalars)]
    parts = _parts(nodes, own, given, loops, plain)
    items = [part for part in parts if isinstance(part, ast.Subscript)]
    return Names(
        names=tuple(every[:_NAMES]),
        parameters=tuple(own),
        locals=tuple(made[:_NAMES]),
        scalars=tuple(scalars[:_SCALARS]),
        whole=tuple(whole[:_WHOLE]),
        made_whole=tuple(n for n in whole[:_WHOLE] if n.isidentifier() and n not in own),
        lengths=tuple(f"len({name})" for name in arrays[:_LENGTHS]),
        loops=tuple(loops[:_LOOPS]),
        arrays=tuple(arrays),
        functions=tuple(name for name in own if _any(given, name, Recipe))[:_LENGTHS],
        lists=tuple(_begin_empty(nodes, ast.List)[:_BEGUN]),
        dicts=tuple(_begin_empty(nodes, ast.Dict)[:_BEGUN]),
        words=tuple(_words(function, nodes)[:_WORDS]),
        attributes=tuple(_once(node.attr for node in attributes)),
        parts=tuple(parts),
        items=tuple(items[:_VALUES]),
        bounds=tuple(_bounds(nodes)[:_WHOLE]),
        angles=any(getattr(node, "attr", getattr(node, "id", "")) in _ANGLES for node in nodes),
    )


def arguments(function: ast.FunctionDef) -> list[ast.arg]:
    """All that a function can be given by name, in order."""
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def is_load(node: ast.AST) -> bool:
    """Whether an expression is read and not assigned to."""
    return isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def expression(text: str) -> ast.expr:
    """The tree of an expression."""
    return ast.parse(text, mode="eval").body


def _given(own: list[str], parameters: list[str], cases: list[Case]) -> dict[str, list[Any]]:
    """What the cases pass, by the learner's names: the same name, or else the same place."""
    values: dict[str, list[Any]] = {}
    for place, name in enumerate(parameters):
        mine = name if name in own else own[place] if place < len(own) else name
        values[mine] = [case.args[name] for case in cases if name in case.args]
    return values


def _any(given: dict[str, list[Any]], name: str, kind: type | tuple[type, ...]) -> bool:
    return any(isinstance(value, kind) for value in given.get(name, ()))


def _once(things: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(things))


def _variable(name: str) -> bool:
    return name not in LIBRARIES and name != "_" and not hasattr(builtins, name)


def _scalars(
    function: ast.FunctionDef, nodes: list[ast.AST], own: list[str], given: dict[str, list[Any]]
) -> list[str]:
    found = [name for name in own if _any(given, name, (int, float))]
    with_default = arguments(function)[len(arguments(function)) - len(function.args.defaults) :]
    found += [arg.arg for arg in with_default] if function.args.defaults else []
    for node in nodes:
        for target, value in _assignments(node):
            if _may_be_number(value) or (isinstance(value, ast.Name) and value.id in found):
                found.append(target)
        if isinstance(node, ast.For) and _is_call(node.iter, "range", "enumerate"):
            counter = node.target.elts[0] if isinstance(node.target, ast.Tuple) else node.target
            found += [counter.id] if isinstance(counter, ast.Name) else []
    found += [ast.unparse(node) for node in nodes if _may_be_setting(node, given)]
    found += _numbers_in(own, given)
    return [name for name in _once(found) if name != "_"]


def _numbers_in(own: list[str], given: dict[str, list[Any]]) -> Iterator[str]:
    """`state["t"]`, of a dict that is given, though the source does not speak of it."""
    for name in own:
        for value in given.get(name, ()):
            pairs = value.items() if isinstance(value, dict) else ()
            yield from (f"{name}[{k!r}]" for k, v in pairs if type(v) in (int, float))


def _assignments(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of an assignment, also of `a, b = 1, 2`."""
    if not isinstance(node, ast.Assign):
        return
    target, value = node.targets[0], node.value
    pairs = [(target, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = [*zip(target.elts, value.elts, strict=False)]
    for one, given in pairs:
        if isinstance(one, ast.Name):
            yield one.id, given


def _may_be_number(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return type(value.value) in (int, float)
    if isinstance(value, ast.BinOp):
        return _may_be_number(value.left) and _may_be_number(value.right)
    if isinstance(value, ast.Subscript):
        shape = isinstance(value.value, ast.Attribute) and value.value.attr == "shape"
        return shape or isinstance(value.slice, ast.Constant)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        return value.func.attr in ("get", "setdefault")
    return isinstance(value, ast.Attribute) or _is_call(value, "len")


def _may_be_setting(node: ast.AST, given: dict[str, list[Any]]) -> bool:
    """`config["rate"]`; not where the cases give something else there."""
    if not isinstance(node, ast.Subscript) or not is_load(node):
        return False
    if not isinstance(node.slice, ast.Constant) or not isinstance(node.value, ast.Name):
        return False
    key, dicts = node.slice.value, (v for v in given.get(node.value.id, ()) if isinstance(v, dict))
    return isinstance(key, str) and not any(isinstance(v.get(key), _PLURAL) for v in dicts)


def _of_self(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    )


def _is_call(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def _loop_names(nodes: list[ast.AST]) -> list[str]:
    targets = [n.target for n in nodes if isinstance(n, (ast.For, ast.comprehension))]
    found = (n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name))
    return [name for name in _once(found) if name != "_"]


def _run_through(nodes: list[ast.AST], arrays: list[str]) -> list[str]:
    """Loop variables that are values: of an array, of `zip`; of `items`, `enumerate` the second."""
    found: list[ast.expr] = []
    for node in nodes:
        if not isinstance(node, (ast.For, ast.comprehension)):
            continue
        target, source = node.target, node.iter
        several = target.elts if isinstance(target, ast.Tuple) else [target]
        name = called(source) if isinstance(source, ast.Call) else ""
        if (isinstance(source, ast.Name) and source.id in arrays) or name in ("zip", "values"):
            found += several
        elif name in ("items", "enumerate"):
            found += several[1:]
    return _once(node.id for node in found if isinstance(node, ast.Name) and node.id != "_")


def _begin_empty(nodes: list[ast.AST], kind: type) -> list[str]:
    pairs = [pair for node in nodes for pair in _assignments(node)]
    if kind is ast.List:
        return _once(name for name, value in pairs if isinstance(value, ast.List))
    return _once(name for name, value in pairs if _empty_dict(value))


def _empty_dict(value: ast.expr) -> bool:
    return (isinstance(value, ast.Dict) and not value.keys) or _is_call(value, "dict")


def _words(function: ast.FunctionDef, nodes: list[ast.AST]) -> list[str]:
    texts = (n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
    docstring = ast.get_docstring(function, clean=False)
    return _once(text for text in texts if len(text) < 20 and text != docstring)


def _bounds(nodes: list[ast.AST]) -> list[ast.expr]:
    slices = [node for node in nodes if isinstance(node, ast.Slice)]
    found = {ast.unparse(b): b for s in slices for b in (s.lower, s.upper) if b is not None}
    return list(found.values())


def _parts(
    nodes: list[ast.AST],
    own: list[str],
    given: dict[str, list[Any]],
    loops: list[str],
    plain: list[str],
) -> list[ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in nodes:
        if isinstance(node, ast.Subscript) and is_load(node) and isinstance(node.slice, ast.Name):
            found.setdefault(ast.unparse(node), node)
    keys = _keys_of_dicts(nodes, own, given) or loops
    for name in own:
        if keys and _any(given, name, dict):
            text = f"{name}[{keys[0]}]"
            found.setdefault(text, expression(text))
    for name in plain:
        found.setdefault(name, ast.Name(name, ast.Load()))
    return list(found.values())[:_PARTS]


def _keys_of_dicts(nodes: list[ast.AST], own: list[str], given: dict[str, list[Any]]) -> list[str]:
    """Loop variables that run through the keys of a dict that is given."""
    found = []
    for node in nodes:
        if not isinstance(node, (ast.For, ast.comprehension)):
            continue
        source, target = node.iter, node.target
        if isinstance(source, ast.Call) and called(source) in ("items", "keys"):
            source = source.func.value if isinstance(source.func, ast.Attribute) else source
        first = target.elts[0] if isinstance(target, ast.Tuple) else target
        if isinstance(source, ast.Name) and source.id in own and _any(given, source.id, dict):
            found += [first.id] if isinstance(first, ast.Name) else []
    return found
