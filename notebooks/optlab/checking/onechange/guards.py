"""What keeps trying changed code from doing harm.

A changed function may loop for ever, square a number until memory is full, or draw a figure two
thousand times. So nothing is tried that could act on the outside (`refuse`), every loop, call and
product of what is tried is counted and measured (`Guard`), and the state of the process is put
back (`quiet`). What is counted ends a search after the same candidate on every machine; the clock
of the processor ends only one whose every turn is long.
"""

import ast
import contextlib
import copy
import io
import math
import random
import re
import types
import warnings
from collections.abc import Iterable, Iterator
from time import process_time
from typing import Any

import numpy as np

MODULES = ("numpy", "math", "copy")
TURNS = 20_000  # of one run that is tried first; every loop turn and call counts
NUMBER_BITS = 1 << 16
SEQUENCE = 1_000_000  # items of a sequence, numbers of a call multiplied
ARRAY = 200_000  # items that a changed call may make
BROADCAST = 1_000_000
THINGS = 20_000  # in a result
DEPTH = 12

_REFUSED_NODES = (
    ast.Global,
    ast.Nonlocal,
    ast.AsyncFunctionDef,
    ast.AsyncFor,
    ast.AsyncWith,
    ast.Await,
    ast.Yield,
    ast.YieldFrom,
    ast.Try,
    ast.TryStar,
    ast.With,
    ast.Match,
    ast.Delete,
)
_REFUSED_NAMES = frozenset(
    "open input exec eval compile globals locals vars dir getattr setattr delattr hasattr iter "
    "memoryview breakpoint exit quit help display get_ipython check hint progress plt os sys "
    "subprocess shutil socket requests pathlib Path time torch tf".split()
)
_REFUSED_ATTRIBUTES = frozenset(
    "save savez savetxt savez_compressed savefig load loadtxt genfromtxt fromfile fromregex tofile "
    "memmap open_memmap dump dumps system popen remove unlink read write show plot figure sleep "
    "seterr seterrcall setbufsize set_printoptions set_state setflags lib ctypeslib core testing "
    "f2py ctypes bincount histogram mgrid ogrid r_ resize pad format ljust rjust center zfill "
    "fromfunction vectorize apply_along_axis gi_frame f_globals".split()
)
# Calls that compute with numbers and make nothing of their size.
_COMPUTES = frozenset(
    "abs round min max sqrt square exp log log10 log2 log1p expm1 floor ceil sin cos tan maximum "
    "minimum int float bool divide sum mean prod clip where isclose allclose sign isfinite isnan "
    "append default_rng seed".split()
)
_SHAPED = frozenset(  # an array of integers may be a shape, or say how often
    "zeros ones empty full broadcast_to tile repeat rand randn random standard_normal normal "
    "uniform integers permutation choice arange eye identity".split()
)
_FREE = frozenset("len isinstance zip enumerate float bool super type str".split())
_CUBIC = frozenset(
    "svd eig eigh eigvals eigvalsh inv pinv det solve lstsq qr matrix_power matrix_rank".split()
)
_BIG_NUMBERS = frozenset("factorial comb perm pow power ldexp".split())


class TooMuch(BaseException):
    """What was tried does more than it may; no learner's `except Exception` catches it."""


class NotSearchable(Exception):
    """This source is not tried out, and why."""


def refuse(tree: ast.AST) -> None:
    """Raise `NotSearchable` for source that could act on anything but its own values."""
    own = made_in(tree)
    for node in ast.walk(tree):
        if isinstance(node, _REFUSED_NODES):
            raise NotSearchable(type(node).__name__)
        if isinstance(node, ast.Name) and _refused_name(node.id, own):
            raise NotSearchable(node.id)
        if isinstance(node, ast.Attribute) and _refused_attribute(node.attr):
            raise NotSearchable(node.attr)
        if isinstance(node, ast.FunctionDef) and _refused_definition(node):
            raise NotSearchable(node.name)
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not _harmless(node):
            raise NotSearchable("import")


def made_in(tree: ast.AST) -> frozenset[str]:
    """Names that are assigned or given somewhere in the tree."""
    nodes = list(ast.walk(tree))
    given = (node.arg for node in nodes if isinstance(node, ast.arg))
    names = (node for node in nodes if isinstance(node, ast.Name))
    return frozenset((*given, *(n.id for n in names if isinstance(n.ctx, ast.Store))))


def _refused_name(name: str, own: frozenset[str]) -> bool:
    return name.startswith(("_ol_", "__")) or (name in _REFUSED_NAMES and name not in own)


def _refused_attribute(name: str) -> bool:
    return name in _REFUSED_ATTRIBUTES or (name.startswith("__") and name != "__init__")


def _refused_definition(node: ast.FunctionDef) -> bool:
    special = node.name.startswith("__") and node.name not in ("__init__", "__call__")
    return special or bool(node.decorator_list)


def _harmless(node: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.Import):
        return all(alias.name in MODULES for alias in node.names)
    return node.module in MODULES and node.level == 0


def borrowed(value: Any) -> Any:
    """A learner's global for the search: data copied, modules and the course's own as they are."""
    if isinstance(value, types.ModuleType):
        if value.__name__ in (*MODULES, "numpy.random", "numpy.linalg"):
            return value
        raise NotSearchable(value.__name__)
    bounded(value)
    if isinstance(value, np.random.Generator) or _is_data(value):
        return copy.deepcopy(value)
    module = getattr(value, "__module__", None) or ""
    if callable(value) and module.split(".")[0] in ("optlab", *MODULES):
        return value
    raise NotSearchable(type(value).__name__)


def _is_data(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_data, value.values()))
    if isinstance(value, (list, tuple, set)):
        return all(map(_is_data, value))
    return value is None or isinstance(value, (bool, int, float, str, np.ndarray, np.generic))


class Guard:
    """Counts what changed code does; its methods stand in for loops, operators and calls."""

    def __init__(self) -> None:
        self.left = TURNS
        self.spent = 0
        self.called = 0  # functions of the course, whose own turns are not counted
        self.ends = math.inf  # when the processor's clock says so

    def scope(self) -> dict[str, Any]:
        """The names under which `guarded` code finds this guard."""
        return {
            "_ol_tick": self.tick,
            "_ol_each": self.each,
            "_ol_call": self.call,
            "_ol_range": self.range,
            "_ol_grow": self.grow,
            **{f"_ol_{op.__name__}": getattr(self, op.__name__.lower()) for op in _GUARDED},
        }

    def start(self, turns: int) -> None:
        """Begin a run of at most so many turns."""
        self.left, self.spent, self.called = turns, 0, 0

    def late(self) -> bool:
        return process_time() > self.ends

    def tick(self, turns: int = 1) -> None:
        """Count a turn."""
        self.spent += turns
        self.left -= turns
        if self.left < 0:
            raise TooMuch

    def each(self, things: Iterable) -> Iterator:
        """What a comprehension runs through."""
        for thing in things:
            self.tick()
            yield thing

    def add(self, a: Any, b: Any) -> Any:
        if type(a) in _SEQUENCES or isinstance(a, np.ndarray):
            self.grow(a, b, "Add")
        return a + b

    def sub(self, a: Any, b: Any) -> Any:
        if isinstance(a, np.ndarray):
            self._broadcast(a, b)
        return a - b

    def div(self, a: Any, b: Any) -> Any:
        if isinstance(a, np.ndarray):
            self._broadcast(a, b)
        return a / b

    def mult(self, a: Any, b: Any) -> Any:
        self.grow(a, b, "Mult")
        return a * b

    def matmult(self, a: Any, b: Any) -> Any:
        self._broadcast(a, b)
        return a @ b

    def pow(self, a: Any, b: Any) -> Any:
        self.grow(a, b, "Pow")
        return a**b

    def lshift(self, a: Any, b: Any) -> Any:
        self.grow(a, b, "LShift")
        return a << b

    def mod(self, a: Any, b: Any) -> Any:
        if isinstance(a, str) and _WIDE.search(a):
            raise TooMuch
        return a % b

    def grow(self, a: Any, b: Any, operator: str) -> Any:
        """`b`, after a look at how large `a operator b` would be."""
        if isinstance(a, np.ndarray):
            self._broadcast(a, b)
            if operator == "Pow" and a.dtype == object:
                raise TooMuch
        elif isinstance(b, np.ndarray):
            self._broadcast(b, a)
        elif type(a) is int and type(b) is int:
            if _bits(a, b, operator) > NUMBER_BITS:
                raise TooMuch
        elif operator == "Add":
            if type(a) in _SEQUENCES and type(b) in _SEQUENCES and len(a) + len(b) > SEQUENCE:
                raise TooMuch
        elif operator == "Mult":
            times, items = (a, b) if isinstance(a, (int, np.integer)) else (b, a)
            if type(items) in _SEQUENCES and len(items) * times > SEQUENCE:
                raise TooMuch
        return b

    def _broadcast(self, a: np.ndarray, b: Any) -> None:
        size = a.size
        if isinstance(b, np.ndarray) and b.shape != a.shape:
            size *= b.size
        if size > 4096:
            if size > BROADCAST:
                raise TooMuch
            self.tick(size >> 6)

    def range(self, *bounds: Any) -> range:
        made = range(*bounds)
        if bounds and len(made[: SEQUENCE + 1]) > SEQUENCE:
            raise TooMuch
        return made

    def call(self, function: Any, name: str, /, *args: Any, **keywords: Any) -> Any:
        """Call, after a look at how much the arguments could make."""
        numbers, arrays = 1, 1
        given = (*args, *keywords.values()) if keywords else args
        for value in given:
            kind = type(value)
            if kind is np.ndarray:
                arrays *= max(1, value.size)
                if name in _SHAPED and value.dtype.kind in "iu" and value.size <= DEPTH:
                    numbers *= _shape_size(value.ravel().tolist())
            elif isinstance(value, (int, np.integer)):
                numbers *= abs(int(value)) or 1
            elif kind in _CONTAINERS:
                if getattr(function, "__self__", None) is value:
                    raise TooMuch  # x.append(x)
                numbers *= _shape_size(value) if kind is tuple else 1
                bounded(value)
        if (name in _CUBIC or (name == "norm" and len(given) > 1)) and not _finite(given):
            raise TooMuch  # LAPACK tells of it on the terminal, past every redirection in Python
        self._measure(name, numbers, arrays, args)
        if (getattr(function, "__module__", None) or "").startswith("optlab."):
            self.called += 1
            if self.late():
                raise TooMuch
        return function(*args, **keywords)

    def _measure(self, name: str, numbers: int, arrays: int, args: tuple) -> None:
        if numbers > ARRAY and name not in _COMPUTES:
            raise TooMuch
        if name == "arange" and _steps(args) > ARRAY:
            raise TooMuch
        if name in _BIG_NUMBERS and numbers > 1000:
            raise TooMuch
        if name in _CUBIC:
            self.tick(arrays)
        elif arrays > 4096:
            if arrays > BROADCAST:
                raise TooMuch
            self.tick(arrays >> 6)


_WIDE = re.compile(r"%[^a-zA-Z%]*(\d{3}|\*)")  # "%999999999d"
_GUARDED = (
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.MatMult,
    ast.Pow,
    ast.LShift,
    ast.Mod,
)
_SEQUENCES = (list, tuple, str, bytes)
_CONTAINERS = (list, tuple, dict)


def _bits(a: int, b: int, operator: str) -> int:
    if operator == "Pow":
        return a.bit_length() * abs(b)
    return a.bit_length() + (abs(b) if operator == "LShift" else b.bit_length())


def _shape_size(shape: Iterable) -> int:
    whole = (abs(int(n)) for n in shape if isinstance(n, (int, np.integer)))
    return math.prod(n or 1 for n in whole)


def _finite(given: Iterable) -> bool:
    arrays = (value for value in given if isinstance(value, np.ndarray))
    return all(np.isfinite(array).all() for array in arrays if array.dtype.kind in "fc")


def _steps(args: tuple) -> float:
    try:
        return float(len(range(*args)))
    except (TypeError, ValueError):
        pass
    try:
        start, stop = (0.0, args[0]) if len(args) == 1 else args[:2]
        return abs((stop - start) / (args[2] if len(args) > 2 else 1.0))
    except (TypeError, ZeroDivisionError, IndexError):
        return 0.0


def bounded(value: Any) -> None:
    """Raise `TooMuch` for a value with too many things in it, or with itself in it."""
    _walk(value, [THINGS], ())


def _walk(value: Any, left: list[int], inside: tuple[int, ...]) -> None:
    left[0] -= 1
    if left[0] < 0:
        raise TooMuch
    if isinstance(value, np.ndarray):
        if value.size > BROADCAST or (value.dtype == object and value.size > 2000):
            raise TooMuch
        return
    if not isinstance(value, _CONTAINERS):
        return
    if id(value) in inside or len(inside) > DEPTH:
        raise TooMuch
    for item in value.values() if isinstance(value, dict) else value:
        _walk(item, left, (*inside, id(value)))


def guarded(node: ast.AST) -> ast.AST:
    """The node with its guard, where it needs one. Its parts are guarded already."""
    if isinstance(node, (ast.For, ast.While, ast.FunctionDef)):
        node.body.insert(0, ast.Expr(_call("_ol_tick")))
    elif isinstance(node, ast.Lambda):
        node.body = ast.BoolOp(ast.Or(), [_call("_ol_tick"), node.body])
    elif isinstance(node, ast.comprehension):
        node.iter = _call("_ol_each", node.iter)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, _GUARDED):
        return _call(f"_ol_{type(node.op).__name__}", node.left, node.right)
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Mult, ast.Pow)):
        if isinstance(node.target, ast.Name):
            old = ast.Name(node.target.id, ast.Load())
            kind = ast.Constant(type(node.op).__name__)
            node.value = _call("_ol_grow", old, node.value, kind)
    elif isinstance(node, ast.Call):
        return _guarded_call(node)
    return node


def _guarded_call(node: ast.Call) -> ast.expr:
    name = called(node)
    if isinstance(node.func, ast.Name) and name == "print":
        return ast.Constant(None)
    if isinstance(node.func, ast.Name) and name == "range":
        return ast.Call(ast.Name("_ol_range", ast.Load()), node.args, node.keywords)
    if name in _FREE or not (node.args or node.keywords):
        return node
    return ast.Call(
        ast.Name("_ol_call", ast.Load()),
        [node.func, ast.Constant(name), *node.args],
        node.keywords,
    )


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Afterwards random generators and warnings are as they were, and nothing was printed."""
    numpy_state, python_state = np.random.get_state(), random.getstate()
    try:
        with (
            np.errstate(all="ignore"),
            warnings.catch_warnings(),
            contextlib.redirect_stdout(_Nowhere()),
            contextlib.redirect_stderr(_Nowhere()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(numpy_state)
        random.setstate(python_state)


class _Nowhere(io.TextIOBase):
    def write(self, text: str) -> int:
        return len(text)
