"""The single-edit neighbours of a function: all that is one slip away from its source.

An edit is a small function that takes one node of the syntax tree, or one block of statements,
and yields what a slip of its kind would leave there. Nothing here knows the course.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_LONGEST = 70
_MOST_NAMES = 3  # a slip of the pen takes a name that looks alike
_DEFAULTS = (0.9, 0.99, 0.999)  # what the betas of the literature are mixed up with
_OPPOSITE: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
_OPERATOR_KINDS = {
    ast.Add: "wrong sign",
    ast.Sub: "wrong sign",
    ast.Mult: "times for divide",
    ast.Div: "times for divide",
}
_BOUNDS: dict[type[ast.cmpop], tuple[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.GtE, ast.NotEq),
    ast.NotEq: (ast.Eq, ast.Eq),
}
_FUNCTIONS = {
    "zeros": ("ones",),
    "empty": ("ones",),
    "mean": ("sum", "median"),
    "sum": ("mean",),
    "var": ("std",),
    "sqrt": ("square", "abs"),
    "ceil": ("floor", "round"),
    "maximum": ("minimum",),
    "max": ("min",),
    "min": ("max",),
    "argmin": ("argmax", "min"),
    "any": ("all",),
    "all": ("any",),
    "cos": ("sin",),
    "log10": ("log", "log2"),
    "eigvalsh": ("diag",),
    "argsort": ("sort",),
    "append": ("extend",),
    "permutation": ("integers",),
    "norm": ("sum",),
    "standard_normal": ("random",),
}


@dataclass(frozen=True)
class Mutant:
    """One neighbour. line: where it differs, counted in the source as `canonical` writes it."""

    kind: str
    edit: str
    line: int
    source: str


def canonical(source: str) -> str:
    """The source as Python itself writes it, one statement a line and without comments."""
    return ast.unparse(ast.parse(source)) + "\n"


def neighbours(source: str) -> list[Mutant]:
    """Every function that differs from `source` by one edit, each once, in the order of lines."""
    source = canonical(source)
    tree = ast.parse(source)
    names = _Names(tree)
    found: dict[str, Mutant] = {}
    for kind, line, edit in _edits(tree, names):
        text = ast.unparse(tree) + "\n"
        if text != source:
            found.setdefault(text, Mutant(kind=kind, edit=edit, line=line, source=text))
    return sorted(found.values(), key=lambda mutant: mutant.line)


def _edits(tree: ast.Module, names: "_Names") -> Iterator[tuple[str, int, str]]:
    """Make each edit in the tree, say what it is, and take it back."""
    for parent in list(ast.walk(tree)):
        for field, value in list(ast.iter_fields(parent)):
            for kind, old, new, replaced in _replacements(parent, field, value, names):
                setattr(parent, field, replaced)
                yield kind, old[0].lineno, f"{_text(old)} -> {_text(new)}"
                setattr(parent, field, value)


def _replacements(
    parent: ast.AST, field: str, value: object, names: "_Names"
) -> Iterator[tuple[str, list, list, object]]:
    """(kind, old nodes, new nodes, new value of the field) for every edit at this place."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            for kind, new in _of_node(parent, field, item, names):
                yield kind, [item], [new], [*value[:index], new, *value[index + 1 :]]
        if value and isinstance(value[0], ast.stmt) and not isinstance(parent, ast.Module):
            yield from _of_block(value, names)
    elif isinstance(value, ast.expr):
        for kind, new in _of_node(parent, field, value, names):
            yield kind, [value], [new], new


def _of_node(
    parent: ast.AST, field: str, node: object, names: "_Names"
) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(parent, ast.arguments):
        if field == "defaults" and isinstance(node, ast.Constant):
            yield from (("wrong default", new) for new in _other_defaults(node.value))
        return
    # What is assigned to is a place, and what is called is changed by its own edit.
    stored = isinstance(getattr(node, "ctx", None), ast.Store)
    called = isinstance(parent, ast.Call) and field == "func"
    if not isinstance(node, (ast.expr, ast.stmt)) or stored:
        return
    for kind, edit in _NODE_EDITS:
        if not called or edit is _other_function:
            for new in edit(node, names):
                yield _kind_at(kind, parent, field), new


def _kind_at(kind: str, parent: ast.AST, field: str) -> str:
    """A number in an index, a slice or a range is a bound."""
    at_bound = isinstance(parent, (ast.Slice, ast.Compare)) or field == "slice"
    in_range = isinstance(parent, ast.Call) and getattr(parent.func, "id", "") == "range"
    return "off by one" if kind == "wrong constant" and (at_bound or in_range) else kind


class _Names:
    """Which names a slip could put in place of another: those used alike and known by then."""

    def __init__(self, tree: ast.AST) -> None:
        self.keys: dict[int, None] = {}
        self.key_texts: dict[str, None] = {}
        self._known_from: dict[str, int] = {}
        self._within: dict[str, int] = {}  # targets of comprehensions, by line
        self._roles: dict[str, set[str]] = {}
        for node in ast.walk(tree):
            self._note(node)

    def _note(self, node: ast.AST) -> None:
        match node:
            case ast.arg():
                self._known_from.setdefault(node.arg, 0)
            case ast.comprehension():
                for target in ast.walk(node.target):
                    if isinstance(target, ast.Name):
                        self._within[target.id] = target.lineno
            case ast.Name(ctx=ast.Store()) if node.id not in self._within:
                line = min(node.lineno, self._known_from.get(node.id, node.lineno))
                self._known_from[node.id] = line
            case ast.Subscript():
                self._use(node.value, "container")
                self._use(node.slice, "index")
                if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
                    self.keys[id(node.slice)] = None
                    self.key_texts[node.slice.value] = None
            case ast.Attribute():
                self._use(node.value, "container")
            case ast.For():
                self._use(node.iter, "container")
            case ast.Call():
                self._use(node.func, "called")

    def _use(self, node: ast.AST, role: str) -> None:
        if isinstance(node, ast.Name):
            self._roles.setdefault(node.id, set()).add(role)

    def role(self, name: str) -> str:
        """How a name is used: as a function, as a container, as an index, or as a number."""
        roles = self._roles.get(name, set())
        return next((role for role in ("called", "container", "index") if role in roles), "number")

    def new_on(self, line: int) -> set[str]:
        """The names that have their first value from this line."""
        return {name for name, first in self._known_from.items() if first == line}

    def like(self, node: ast.Name) -> list[str]:
        """Other names of the same role that have a value on the line of `node`."""
        if node.id not in self._known_from and node.id not in self._within:
            return []
        known = [name for name, line in self._known_from.items() if line < node.lineno]
        known += [name for name, line in self._within.items() if line == node.lineno]
        same = {name for name in known if self.role(name) == self.role(node.id)} - {node.id}
        return sorted(same, key=lambda name: (-_alike(name, node.id), name))[:_MOST_NAMES]


def _alike(first: str, second: str) -> float:
    return SequenceMatcher(None, first, second).ratio()


def _other_name(node: ast.AST, names: _Names) -> Iterator[ast.expr]:
    if isinstance(node, ast.Name):
        for name in names.like(node):
            yield ast.Name(id=name, ctx=ast.Load())
    if isinstance(node, ast.Constant) and id(node) in names.keys:
        for text in names.key_texts:
            yield ast.Constant(value=text)


def _dropped(node: ast.AST, names: _Names) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(op=ast.Div() | ast.Pow() | ast.FloorDiv()):
            yield node.left
        case ast.BinOp():
            yield node.left
            yield node.right
        case ast.BoolOp():
            yield from node.values
        case ast.Call(func=ast.Attribute(attr="copy" | "mean" | "sum", value=inner), args=[]):
            yield inner
        case ast.Call(func=ast.Attribute() | ast.Name(), args=[only], keywords=[]):
            yield only


def _other_constant(node: ast.AST, names: _Names) -> Iterator[ast.expr]:
    if isinstance(node, ast.Constant):
        for value in _near(node.value):
            yield ast.Constant(value=value)


def _near(value: object) -> tuple:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (value + 1, value - 1) if value > 0 else (value + 1,)
    if isinstance(value, float):
        return (10 * value, value / 10) if value else (1.0,)
    return ()


def _other_defaults(value: object) -> Iterator[ast.expr]:
    betas = isinstance(value, float) and 0.5 < value < 1
    for other in _DEFAULTS if betas else _near(value):
        if other != value:
            yield ast.Constant(value=other)


def _other_operator(node: ast.AST, names: _Names) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPPOSITE:
        yield ast.BinOp(left=node.left, op=_OPPOSITE[type(node.op)](), right=node.right)


def _other_sign(node: ast.AST, names: _Names) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            yield from _other_operator(node, names)
        case ast.UnaryOp(op=ast.USub()):
            yield node.operand


def _times_for_divide(node: ast.AST, names: _Names) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(op=ast.Mult() | ast.Div()):
            yield from _other_operator(node, names)
        case ast.BinOp(op=ast.FloorDiv()):
            yield ast.BinOp(left=node.left, op=ast.Div(), right=node.right)


def _power_for_times(node: ast.AST, names: _Names) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(op=ast.Pow()):
            yield ast.BinOp(left=node.left, op=ast.Mult(), right=node.right)
        case ast.BinOp(op=ast.Mult(), left=ast.Name(), right=ast.Name() | ast.Constant()):
            yield ast.BinOp(left=node.left, op=ast.Pow(), right=node.right)


def _sides_swapped(node: ast.AST, names: _Names) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(op=ast.Sub() | ast.Div() | ast.Pow() | ast.FloorDiv()):
            yield ast.BinOp(left=node.right, op=node.op, right=node.left)
        case ast.Tuple(elts=[first, second], ctx=ast.Load()):
            yield ast.Tuple(elts=[second, first], ctx=ast.Load())
        case ast.Call(args=[first, second, *rest]):
            yield ast.Call(func=node.func, args=[second, first, *rest], keywords=node.keywords)
        case ast.IfExp():
            yield ast.IfExp(test=node.test, body=node.orelse, orelse=node.body)


def _brackets(node: ast.AST, names: _Names) -> Iterator[ast.expr]:
    """(1 - beta) * g written as 1 - beta * g, and (1 - beta) ** t as 1 - beta ** t."""
    match node:
        case ast.BinOp(op=outer, left=ast.BinOp(op=ast.Add() | ast.Sub()) as inner):
            if not isinstance(outer, (ast.Add, ast.Sub)):
                right = ast.BinOp(left=inner.right, op=outer, right=node.right)
                yield ast.BinOp(left=inner.left, op=inner.op, right=right)
        case ast.BinOp(op=ast.Div() | ast.Mult() as outer, right=ast.BinOp() as inner):
            if not isinstance(inner.op, ast.Pow):
                left = ast.BinOp(left=node.left, op=outer, right=inner.left)
                yield ast.BinOp(left=left, op=inner.op, right=inner.right)
        case ast.BinOp(op=ast.Sub() | ast.Add() as outer, right=ast.BinOp(op=ast.Pow()) as inner):
            left = ast.BinOp(left=node.left, op=outer, right=inner.left)
            yield ast.BinOp(left=left, op=inner.op, right=inner.right)
        case ast.Call(args=[ast.BinOp(op=ast.Add() | ast.Sub()) as inner], keywords=[]):
            call = ast.Call(func=node.func, args=[inner.left], keywords=[])
            yield ast.BinOp(left=call, op=inner.op, right=inner.right)
        case ast.BinOp(
            op=ast.Add() | ast.Sub() as outer, left=ast.Call(func=func, args=[only], keywords=[])
        ):
            inside = ast.BinOp(left=only, op=outer, right=node.right)
            yield ast.Call(func=func, args=[inside], keywords=[])


def _other_function(node: ast.AST, names: _Names) -> Iterator[ast.expr]:
    match node:
        case ast.Attribute():
            for name in _FUNCTIONS.get(node.attr, ()):
                yield ast.Attribute(value=node.value, attr=name, ctx=ast.Load())
        case ast.Name():
            for name in _FUNCTIONS.get(node.id, ()):
                yield ast.Name(id=name, ctx=ast.Load())


def _other_axis(node: ast.AST, names: _Names) -> Iterator[ast.expr]:
    if not isinstance(node, ast.Call):
        return
    for index, keyword in enumerate(node.keywords):
        rest = [*node.keywords[:index], *node.keywords[index + 1 :]]
        yield ast.Call(func=node.func, args=node.args, keywords=rest)
        match keyword:
            case ast.keyword(arg="axis", value=ast.Constant(value=int(number))):
                axis = ast.keyword(arg="axis", value=ast.Constant(value=1 - number))
                yield ast.Call(func=node.func, args=node.args, keywords=[*rest, axis])


def _off_by_one(node: ast.AST, names: _Names) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in _BOUNDS:
            for other in dict.fromkeys(_BOUNDS[type(op)]):
                yield ast.Compare(left=node.left, ops=[other()], comparators=node.comparators)
        case ast.Call(func=ast.Name(id="range"), args=[last]):
            yield ast.Call(func=node.func, args=[ast.Constant(value=1), last], keywords=[])
            yield from (_call(node, [bound]) for bound in _beside(last))
        case ast.Call(func=ast.Name(id="range"), args=[first, last, *rest]):
            yield from (_call(node, [first, bound, *rest]) for bound in _beside(last))
        case ast.Slice(lower=lower, upper=upper) if not isinstance(lower, ast.Constant):
            for bound in _beside(lower):
                yield ast.Slice(lower=bound, upper=upper, step=node.step)
            for bound in _beside(upper):
                yield ast.Slice(lower=lower, upper=bound, step=node.step)


def _call(node: ast.Call, args: list[ast.expr]) -> ast.Call:
    return ast.Call(func=node.func, args=args, keywords=node.keywords)


def _beside(bound: ast.expr | None) -> Iterator[ast.expr]:
    if bound is not None:
        for op in (ast.Add(), ast.Sub()):
            yield ast.BinOp(left=bound, op=op, right=ast.Constant(value=1))


def _only_the_first(node: ast.AST, names: _Names) -> Iterator[ast.stmt]:
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        yield ast.Return(value=node.value.elts[0])


def _rounded(node: ast.AST, names: _Names) -> Iterator[ast.stmt]:
    match node:
        case ast.Return(value=ast.BinOp() as value):
            for text in (f"np.round({ast.unparse(value)}, 4)", f"np.float32({ast.unparse(value)})"):
                yield ast.Return(value=ast.parse(text, mode="eval").body)
        case ast.Assign(targets=targets, value=ast.BinOp() as value):
            call = ast.parse(f"np.round({ast.unparse(value)}, 4)", mode="eval").body
            yield ast.Assign(targets=targets, value=call, lineno=node.lineno)


_NODE_EDITS: tuple[tuple[str, Callable[[ast.AST, _Names], Iterator[ast.AST]]], ...] = (
    ("wrong variable", _other_name),
    ("term or factor dropped", _dropped),
    ("wrong constant", _other_constant),
    ("wrong sign", _other_sign),
    ("times for divide", _times_for_divide),
    ("power for times", _power_for_times),
    ("sides swapped", _sides_swapped),
    ("brackets", _brackets),
    ("function or axis", _other_function),
    ("function or axis", _other_axis),
    ("off by one", _off_by_one),
    ("only the first result", _only_the_first),
    ("rounded", _rounded),
)


def _of_block(block: list[ast.stmt], names: _Names) -> Iterator[tuple[str, list, list, list]]:
    """Edits of a block of statements: one missing, two in the other order, return in the loop."""
    for index, line in enumerate(block):
        before, after = block[:index], block[index + 1 :]
        if _can_be_forgotten(line, names):
            yield "line missing", [line], [], [*before, *after] or [ast.Pass()]
        if not after or isinstance(line, (ast.Return, ast.FunctionDef)):
            continue
        follower, rest = after[0], after[1:]
        if not isinstance(follower, ast.Return) and not _needs(follower, _bound(line), names):
            swapped = [follower, line]
            yield "order of lines", [line, follower], swapped, [*before, *swapped, *rest]
        elif isinstance(follower, ast.Return) and isinstance(line, (ast.For, ast.While)):
            loop = _with_last_line(line, follower)
            yield "return in the loop", [follower], [follower], [*before, loop, *after]


def _can_be_forgotten(line: ast.stmt, names: _Names) -> bool:
    """Whether every name that is left still has a value."""
    if isinstance(line, (ast.FunctionDef, ast.For, ast.While, ast.Pass)):
        return False
    return not isinstance(line, ast.Assign) or not names.new_on(line.lineno) & _bound(line)


def _needs(line: ast.stmt, bound: set[str], names: _Names) -> bool:
    """Whether `line` uses a name that the line before it, which binds `bound`, made."""
    used = {node.id for node in ast.walk(line) if isinstance(node, ast.Name)}
    return bool(used & bound & names.new_on(line.lineno - 1))


def _bound(line: ast.stmt) -> set[str]:
    targets = line.targets if isinstance(line, ast.Assign) else []
    nodes = [node for target in targets for node in ast.walk(target)]
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _with_last_line(loop: ast.For | ast.While, line: ast.stmt) -> ast.stmt:
    changed = ast.parse(ast.unparse(loop)).body[0]
    assert isinstance(changed, (ast.For, ast.While))
    changed.body.append(line)
    return changed


def _text(nodes: list[ast.AST]) -> str:
    text = "; ".join(ast.unparse(node) for node in nodes) or "nothing"
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
