"""The source that is searched: the answer and the plain functions and classes that it uses."""

import ast
import linecache
import re
import textwrap
import types
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from optlab.checking.onechange.guards import NotSearchable, borrowed, made_in, refuse

LONGEST = 20_000  # characters of a cell
MOST_NODES = 4000
DEEPEST = 40
MOST_REMEMBERED = 32  # cells; a notebook has about as many
_MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)


@dataclass(frozen=True)
class Piece:
    """A function or class of the learner, with the lines of the cell that it stands in.

    apart: it is an exercise of its own, so that the slip is not looked for in it.
    """

    name: str
    tree: ast.FunctionDef | ast.ClassDef
    lines: tuple[str, ...]
    apart: bool = False

    def functions(self) -> Iterator[ast.FunctionDef]:
        """The functions that are searched: the function itself, or the methods."""
        if self.apart:
            return
        if isinstance(self.tree, ast.FunctionDef):
            yield self.tree
        else:
            yield from (node for node in self.tree.body if isinstance(node, ast.FunctionDef))


@dataclass(frozen=True)
class Program:
    """The answer's piece first, then what it uses, in the order of use."""

    pieces: tuple[Piece, ...]

    @property
    def name(self) -> str:
        return self.pieces[0].name


def parse(cells: tuple[str, ...], name: str, others: Collection[str] = ()) -> Program:
    """Find the answer and what it uses in the cells, read as text; nothing is run.

    others: names of other exercises. Raises `NotSearchable` where the answer is not there or is
    not searched.
    """
    defined = definitions(cells)
    if name not in defined or not isinstance(defined[name].tree, ast.FunctionDef):
        raise NotSearchable("not in the source")
    order = _in_use(defined, name)
    pieces = tuple(replace(defined[each], apart=each != name and each in others) for each in order)
    for piece in pieces:
        if piece.tree.decorator_list:
            raise NotSearchable("decorated")
        refuse(piece.tree)
    if sum(_count(piece.tree, 0) for piece in pieces) > MOST_NODES:
        raise NotSearchable("too long")
    return Program(pieces)


def calls(cells: tuple[str, ...], name: str, others: Collection[str]) -> tuple[str, ...]:
    """Those of the other names that the answer uses, itself or through what it uses."""
    text = "\n".join(cells)
    # What is used stands there twice: few answers use another, and to read a notebook takes long.
    wanted = {each for each in others if each != name and text.count(each) > 1}
    defined = definitions(cells) if wanted else {}
    if name not in defined:
        return ()
    return tuple(each for each in _in_use(defined, name) if each in wanted)


def _in_use(defined: dict[str, Piece], name: str) -> list[str]:
    """The name, and those of the definitions that it needs, in the order of use."""
    order = [name]
    for current in order:
        tree = defined[current].tree
        own = made_in(tree)
        used = (n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id not in own)
        order += dict.fromkeys(n for n in used if n in defined and n not in order)
    return order


def _count(tree: ast.AST, depth: int) -> int:
    """Nodes of a tree; a very deep one counts as too many."""
    if depth > DEEPEST:
        return MOST_NODES
    return 1 + sum(_count(child, depth + 1) for child in ast.iter_child_nodes(tree))


def definitions(cells: tuple[str, ...]) -> dict[str, Piece]:
    """What the cells define at their top, the last of each name; read as text."""
    defined: dict[str, Piece] = {}
    for cell in cells:
        defined |= _definitions(cell)
    return defined


@lru_cache(MOST_REMEMBERED)
def _definitions(cell: str) -> dict[str, Piece]:
    """Read once, however often it is asked about: nobody changes the trees."""
    if len(cell) > LONGEST:
        return {}
    text = textwrap.dedent(_MAGIC.sub("", cell))
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    lines = tuple(text.splitlines())
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {node.name: Piece(node.name, node, lines) for node in body if isinstance(node, kinds)}


def cells_of(function: Callable) -> tuple[str, ...]:
    """The cells that a function and its helpers were defined in, as Python remembers them."""
    if not isinstance(function, types.FunctionType):
        return ()
    files: dict[str, None] = {}
    waiting: list[Any] = [function]
    seen: list[Any] = []
    while waiting:
        thing = waiting.pop(0)
        code = _code(thing)
        if code is None or any(thing is one for one in seen):
            continue
        seen.append(thing)
        files[code.co_filename] = None
        names = [*code.co_names, *(n for inner in _inner(code) for n in inner.co_names)]
        space = function.__globals__
        waiting += [space[name] for name in names if name in space]
    # The answer's own cell last: it may be a newer version than what another cell holds.
    return tuple("".join(linecache.getlines(name)) for name in reversed(files))


def _code(thing: Any) -> types.CodeType | None:
    if isinstance(thing, type):
        methods = (v for v in vars(thing).values() if isinstance(v, types.FunctionType))
        thing = next(methods, None)
    if not isinstance(thing, types.FunctionType):
        return None
    return None if (thing.__module__ or "").startswith("optlab") else thing.__code__


def _inner(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _inner(constant)


def namespace(program: Program, function: Any) -> dict[str, Any]:
    """What the program's names stand for where it runs; data as copies.

    Raises `NotSearchable` where a piece's source is not what runs, as in a cell that was edited
    and not run again, and where it uses what a search must not touch.
    """
    if not isinstance(function, types.FunctionType):
        raise NotSearchable("no plain function")
    space = function.__globals__
    own = {piece.name for piece in program.pieces}
    for piece in program.pieces:
        running = function if piece is program.pieces[0] else space.get(piece.name)
        if not _runs(piece, running):
            raise NotSearchable("the source is not what runs")
    found = {}
    for name in _names(program):
        if name in space and name not in own:
            found[name] = borrowed(space[name])
    return found


def _names(program: Program) -> list[str]:
    """Names that are read and not made inside, and the libraries that edits use."""
    found = ["np", "math"]
    for piece in program.pieces:
        made = made_in(piece.tree)
        names = (n.id for n in ast.walk(piece.tree) if isinstance(n, ast.Name))
        found += (name for name in names if name not in made)
    return list(dict.fromkeys(found))


def _runs(piece: Piece, running: Any) -> bool:
    module = ast.Module([piece.tree], [])
    compiled = next(_inner(compile(module, "<answer>", "exec")))
    if isinstance(piece.tree, ast.FunctionDef):
        if not isinstance(running, types.FunctionType) or running.__closure__:
            return False
        return _same_code(compiled, running.__code__)
    if not isinstance(running, type):
        return False
    methods = {
        code.co_name: code for code in compiled.co_consts if isinstance(code, types.CodeType)
    }
    mine = {k: v.__code__ for k, v in vars(running).items() if isinstance(v, types.FunctionType)}
    return methods.keys() == mine.keys() and all(_same_code(methods[k], mine[k]) for k in mine)


def _same_code(first: types.CodeType, second: types.CodeType) -> bool:
    """Alike but for the file name and, in them and their parts, nothing else."""
    if (first.co_code, first.co_names, first.co_varnames) != (
        second.co_code,
        second.co_names,
        second.co_varnames,
    ):
        return False
    if len(first.co_consts) != len(second.co_consts):
        return False
    pairs = zip(first.co_consts, second.co_consts, strict=True)
    return all(
        _same_code(a, b)
        if isinstance(a, types.CodeType) and isinstance(b, types.CodeType)
        else type(a) is type(b) and repr(a) == repr(b)
        for a, b in pairs
    )
