"""The small edits that are tried, as tables of small functions. They know Python, not the course.

An expression or a statement is given, and what it could have been comes out, each time with the
kind of mistake that this would mean. Tier 1 changes or drops what stands there, tier 2 wraps it,
tier 3 adds something.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from optlab.checking.onechange.guards import Guard, called
from optlab.checking.onechange.names import LIBRARIES, Names, expression, is_load

SINGLE = ("whole", "number")
ARRAYS = ("row", "table")
NUMBERS = (*SINGLE, *ARRAYS)
ANY = (*NUMBERS, "list", "dict", "flag", "text", "other")
_REDUCTIONS = ("sum", "mean", "max", "min", "prod", "median", "std", "var")
_ALIKE = (
    "sin cos tan".split(),
    "sqrt square abs exp log floor ceil round negative sign expm1 log1p log10 log2".split(),
    _REDUCTIONS,
    ("zeros_like", "ones_like", "empty_like"),
    ("zeros", "ones"),
    ("items", "keys", "values"),
    ("hstack", "vstack", "concatenate"),
    ("eigvalsh", "eigvals", "svd", "diag"),
    ("maximum", "minimum"),
    ("argmin", "argmax", "nanargmin"),
    ("outer", "dot", "matmul", "multiply"),
    ("any", "all"),
    ("range", "enumerate"),
    ("argsort", "sort"),
    ("argmin", "min"),
    ("argmax", "max"),
    ("permutation", "shuffle"),
    ("isfinite", "isnan"),
    ("standard_normal", "random", "normal", "uniform"),
)
_BUILTIN = ("abs", "round", "sum", "max", "min", "range", "enumerate", "any", "all")
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_USUAL = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_WHOLE = (ast.FloorDiv, ast.Mod)
_SHORT_CHAIN, _LONGEST_CHAIN = 5, 8  # operands
_FEW = 4  # numbers of which two together are tried


@dataclass(frozen=True)
class Edit:
    """What an expression, or a statement (as a list), could have been.

    swap: (old name, new name), where it only exchanges names: they should be of one sort.
    """

    kind: str
    new: Any
    tier: int = 1
    swap: tuple[str, str] | None = None


@dataclass(frozen=True)
class Wrap:
    """A function put round an expression's value.

    fits: sorts of values that it makes sense for, as `search` tells them apart.
    apply: of the value and of the functions that give the values of `needs`, in that order.
    needs: texts of expressions. numbers: how many of them, from the first, must be numbers or
        arrays.
    count: the one of them that must be a whole number, if any.
    whole_value: only for what is assigned or returned.
    """

    tier: int
    kind: str
    fits: tuple[str, ...]
    apply: Callable[..., Any]
    needs: tuple[str, ...] = ()
    numbers: int = 0
    count: str = ""
    whole_value: bool = False
    size: int = 1


def expression_edits(node: ast.expr, names: Names) -> list[Edit]:
    """What this expression could have been, without doubles."""
    seen = {ast.dump(node)}
    found = []
    for kind, function in _EXPRESSIONS:
        if not isinstance(node, kind):
            continue
        for edit in function(node, names):
            text = ast.dump(edit.new)
            if text not in seen:
                seen.add(text)
                found.append(edit)
    return found


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _value(value: Any) -> ast.Constant:
    return ast.Constant(value)


def _operators(node: ast.BinOp, names: Names) -> Iterator[Edit]:
    choices = (*_USUAL, *_WHOLE) if isinstance(node.op, _WHOLE) else _USUAL
    for operator in choices:
        if not isinstance(node.op, operator):
            yield Edit("operator", ast.BinOp(node.left, operator(), node.right))


def _operators_as_written(node: ast.BinOp, names: Names) -> Iterator[Edit]:
    """`a * b ** c` for `a * b * c`: with another operator Python reads the chain anew."""
    operands, operators = _chain(node)
    if 2 < len(operands) <= _SHORT_CHAIN:
        for at, old in enumerate(operators):
            for new in _USUAL:
                if not isinstance(old, new):
                    changed = [*operators[:at], new(), *operators[at + 1 :]]
                    yield Edit("operator", _infix(operands, changed))


def _rounded_up(node: ast.BinOp, names: Names) -> Iterator[Edit]:
    """`-(-a // b)` for `a // b`."""
    if isinstance(node.op, ast.FloorDiv):
        down = ast.BinOp(ast.UnaryOp(ast.USub(), node.left), node.op, node.right)
        yield Edit("rounding", ast.UnaryOp(ast.USub(), down))


def _parts_alone(node: ast.BinOp, names: Names) -> Iterator[Edit]:
    yield Edit("extra", node.left)
    yield Edit("extra", node.right)


def _sides(node: ast.BinOp, names: Names) -> Iterator[Edit]:
    if not isinstance(node.op, (ast.Add, ast.Mult)):
        yield Edit("order", ast.BinOp(node.right, node.op, node.left))


def _brackets(node: ast.BinOp, names: Names) -> Iterator[Edit]:
    """a + (b * c) as (a + b) * c, also where b is a product itself; and the other way round."""
    a, op, b = node.left, node.op, node.right
    make = ast.BinOp
    if isinstance(b, ast.BinOp):
        yield Edit("brackets", make(make(a, op, b.left), b.op, b.right))
        if isinstance(b.left, ast.BinOp):
            inner = make(make(a, op, b.left.left), b.left.op, b.left.right)
            yield Edit("brackets", make(inner, b.op, b.right))
    if isinstance(a, ast.BinOp):
        yield Edit("brackets", make(a.left, a.op, make(a.right, op, b)))
        if isinstance(a.right, ast.BinOp):
            inner = make(a.right.left, a.right.op, make(a.right.right, op, b))
            yield Edit("brackets", make(a.left, a.op, inner))
        if isinstance(a.left, ast.BinOp):
            inner = make(make(a.left.right, a.op, a.right), op, b)
            yield Edit("brackets", make(a.left.left, a.left.op, inner))
    if isinstance(a, ast.UnaryOp):
        yield Edit("brackets", ast.UnaryOp(a.op, make(a.operand, op, b)))


def _around(node: ast.BinOp, names: Names) -> Iterator[Edit]:
    """One pair of brackets more, round every run of operands of a plain chain."""
    operands, operators = _chain(node)
    count = len(operands)
    for length in range(2, count) if count <= _LONGEST_CHAIN else ():
        for first in range(count - length + 1):
            last = first + length
            inner = _infix(operands[first:last], operators[first : last - 1])
            outer = [*operands[:first], inner, *operands[last:]]
            yield Edit("brackets", _infix(outer, operators[:first] + operators[last - 1 :]))


def _strength(operator: ast.operator) -> int:
    return (
        1 if isinstance(operator, (ast.Add, ast.Sub)) else 3 if isinstance(operator, ast.Pow) else 2
    )


_Chain = tuple[list[ast.expr], list[ast.operator]]


def _chain(node: ast.expr) -> _Chain:
    """Operands and operators as they are written without brackets."""
    if not isinstance(node, ast.BinOp) or isinstance(node.op, ast.Pow):
        return [node], []
    own = _strength(node.op)
    left: _Chain = ([node.left], [])
    right: _Chain = ([node.right], [])
    if isinstance(node.left, ast.BinOp) and _strength(node.left.op) >= own:
        left = _chain(node.left)
    if isinstance(node.right, ast.BinOp) and _strength(node.right.op) > own:
        right = _chain(node.right)
    return left[0] + right[0], [*left[1], node.op, *right[1]]


def _infix(operands: list[ast.expr], operators: list[ast.operator]) -> ast.expr:
    """The tree that Python makes of a chain: the last of the weakest operators is outermost."""
    if not operators:
        return operands[0]
    weakest = min(map(_strength, operators))
    at = max(i for i, operator in enumerate(operators) if _strength(operator) == weakest)
    left = _infix(operands[: at + 1], operators[:at])
    return ast.BinOp(left, operators[at], _infix(operands[at + 1 :], operators[at + 1 :]))


def _other_trees(node: ast.BinOp, names: Names) -> Iterator[Edit]:
    """The same operands and operators in the same order, with any other brackets."""
    operands, operators = _flat(node)
    if len(operands) <= _SHORT_CHAIN:
        for tree in _trees(operands, operators):
            yield Edit("brackets", tree)


def _flat(node: ast.expr) -> tuple[list[ast.expr], list[ast.operator]]:
    if not isinstance(node, ast.BinOp):
        return [node], []
    left, right = _flat(node.left), _flat(node.right)
    return left[0] + right[0], [*left[1], node.op, *right[1]]


def _trees(operands: list[ast.expr], operators: list[ast.operator]) -> Iterator[ast.expr]:
    if not operators:
        yield operands[0]
    for at, operator in enumerate(operators):
        for left in _trees(operands[: at + 1], operators[:at]):
            for right in _trees(operands[at + 1 :], operators[at + 1 :]):
                yield ast.BinOp(left, operator, right)


def _factor_elsewhere(node: ast.BinOp, names: Names) -> Iterator[Edit]:
    """`b - a * c` for `a * b - c`, and so on: the factor belongs to the other term."""
    if not isinstance(node.op, (ast.Add, ast.Sub)):
        return
    left, right, make = node.left, node.right, ast.BinOp
    if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult):
        for factor, rest in ((left.left, left.right), (left.right, left.left)):
            yield Edit("wrong term", make(rest, node.op, make(factor, ast.Mult(), right)))
    if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Div):
        yield Edit("wrong term", make(left.left, node.op, make(right, ast.Div(), left.right)))
    if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Mult):
        for factor, rest in ((right.left, right.right), (right.right, right.left)):
            yield Edit("wrong term", make(make(factor, ast.Mult(), left), node.op, rest))
    if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Div):
        yield Edit("wrong term", make(make(left, ast.Div(), right.right), node.op, right.left))


def _into_the_call(node: ast.BinOp, names: Names) -> Iterator[Edit]:
    a, op, b = node.left, node.op, node.right
    if isinstance(a, ast.Call) and len(a.args) == 1:
        yield Edit("brackets", ast.Call(a.func, [ast.BinOp(a.args[0], op, b)], a.keywords))
    if isinstance(b, ast.Call) and len(b.args) == 1:
        yield Edit("brackets", ast.Call(b.func, [ast.BinOp(a, op, b.args[0])], b.keywords))


def _out_of_the_call(node: ast.Call, names: Names) -> Iterator[Edit]:
    if len(node.args) == 1 and isinstance(node.args[0], ast.BinOp):
        inside = node.args[0]
        first = ast.Call(node.func, [inside.left], node.keywords)
        last = ast.Call(node.func, [inside.right], node.keywords)
        yield Edit("brackets", ast.BinOp(first, inside.op, inside.right))
        yield Edit("brackets", ast.BinOp(inside.left, inside.op, last))


def _without_call(node: ast.Call, names: Names) -> Iterator[Edit]:
    for argument in node.args[:2]:
        if not isinstance(argument, ast.Starred):
            yield Edit("extra function", argument)
    if isinstance(node.func, ast.Attribute):
        thing = node.func.value
        if not (isinstance(thing, ast.Name) and thing.id in LIBRARIES):
            yield Edit("extra function", thing)


def _other_functions(node: ast.Call, names: Names) -> Iterator[Edit]:
    name = called(node)
    for other in (o for group in _ALIKE if name in group for o in group if o != name):
        if isinstance(node.func, ast.Attribute):
            function: ast.expr = ast.Attribute(node.func.value, other, ast.Load())
        elif other in _BUILTIN:
            function = _name(other)
        else:
            function = ast.Attribute(_name("np"), other, ast.Load())
        yield Edit("function", ast.Call(function, node.args, node.keywords))


def _axes(node: ast.Call, names: Names) -> Iterator[Edit]:
    if called(node) not in _REDUCTIONS or not isinstance(node.func, ast.Attribute):
        return
    rest = [k for k in node.keywords if k.arg != "axis"]
    given = {k.arg for k in node.keywords}
    keep = ast.keyword("keepdims", _value(True))
    for axis in (0, 1, None):
        keywords = [*rest, ast.keyword("axis", _value(axis))]
        yield Edit("axis", ast.Call(node.func, node.args, keywords))
        if "keepdims" not in given:
            yield Edit("axis", ast.Call(node.func, node.args, [*keywords, keep]))
    if "keepdims" not in given and "axis" in given:
        yield Edit("axis", ast.Call(node.func, node.args, [*node.keywords, keep]))
    yield Edit("axis", ast.Call(node.func, node.args, rest))


def _keywords(node: ast.Call, names: Names) -> Iterator[Edit]:
    for index in range(len(node.keywords)):
        rest = node.keywords[:index] + node.keywords[index + 1 :]
        yield Edit("keyword", ast.Call(node.func, node.args, rest))
    if called(node) == "argsort" and not any(k.arg == "kind" for k in node.keywords):
        stable = ast.keyword("kind", _value("stable"))
        yield Edit("keyword", ast.Call(node.func, node.args, [*node.keywords, stable]))
    if called(node) == "enumerate" and len(node.args) == 1 and not node.keywords:
        yield Edit("off by one", ast.Call(node.func, [node.args[0], _value(1)], []))


def _ranges(node: ast.Call, names: Names) -> Iterator[Edit]:
    if called(node) != "range" or not isinstance(node.func, ast.Name):
        return
    if len(node.args) == 1:
        stop = node.args[0]
        after = ast.BinOp(stop, ast.Add(), _value(1))
        yield Edit("off by one", ast.Call(node.func, [_value(1), stop], []))
        yield Edit("off by one", ast.Call(node.func, [_value(1), after], []))
        for name in names.whole:
            steps = [_value(0), stop, expression(name)]
            yield Edit("missing step", ast.Call(node.func, steps, []), tier=3)
    elif len(node.args) == 2:
        first, stop = node.args
        yield Edit("off by one", ast.Call(node.func, [stop], []))
        if isinstance(stop, ast.BinOp) and isinstance(stop.op, ast.FloorDiv):
            steps = [first, stop.left, stop.right]
            yield Edit("missing step", ast.Call(node.func, steps, []))
    if len(node.args) > 1:
        for start in (0, 1):
            yield Edit("number", ast.Call(node.func, [_value(start), *node.args[1:]], []))


def _arguments(node: ast.Call, names: Names) -> Iterator[Edit]:
    """Two neighbours exchanged."""
    for index in range(len(node.args) - 1):
        args = list(node.args)
        args[index], args[index + 1] = args[index + 1], args[index]
        yield Edit("order", ast.Call(node.func, args, node.keywords))


def _other_names(node: ast.Name, names: Names) -> Iterator[Edit]:
    for name in names.names:
        yield Edit("name", _name(name), swap=(node.id, name))


def _items(node: ast.Name, names: Names) -> Iterator[Edit]:
    """`g`, where `v[key]` is meant."""
    for item in names.items:
        yield Edit("name", item, tier=2)


def _plain_names(node: ast.Subscript, names: Names) -> Iterator[Edit]:
    """`v[key]`, where `g` or `w[key]` is meant."""
    if is_load(node) and isinstance(node.slice, ast.Name):
        for name in names.locals:
            yield Edit("name", _name(name), tier=2)
        for item in names.items:
            yield Edit("name", item, tier=2)


def _other_attributes(node: ast.Attribute, names: Names) -> Iterator[Edit]:
    if isinstance(node.value, ast.Name) and node.value.id == "self":
        for name in names.attributes:
            yield Edit("name", ast.Attribute(node.value, name, ast.Load()))
    if node.attr == "T":
        yield Edit("extra function", node.value)


def _constants(node: ast.Constant, names: Names) -> Iterator[Edit]:
    old = node.value
    if old is None:
        for name in names.locals:
            yield Edit("name", _name(name))
    elif isinstance(old, bool):
        yield Edit("number", _value(not old))
    elif isinstance(old, (int, float)):
        near = (0, 1, 2, -1, 0.5, old + 1, old - 1, -old, 1 - old, 10 * old, old / 10)
        for new in (*near, 3, 4, 10, 1e-8):
            yield Edit("number", _value(new))
        for name in names.scalars:
            yield Edit("number", expression(name))
        for name in (*names.whole, *names.lengths):
            for beside in (f"{name} + 1", f"{name} - 1"):
                yield Edit("number", expression(beside), tier=3)
    elif isinstance(old, str):
        for word in names.words:
            yield Edit("word", _value(word))


def _without_sign(node: ast.UnaryOp, names: Names) -> Iterator[Edit]:
    yield Edit("negation" if isinstance(node.op, ast.Not) else "sign", node.operand)


def _comparisons(node: ast.Compare, names: Names) -> Iterator[Edit]:
    if len(node.ops) == 1:
        for operator in _COMPARISONS:
            if not isinstance(node.ops[0], operator):
                new = ast.Compare(node.left, [operator()], node.comparators)
                yield Edit("comparison", new)
        for bound in (0, 1):
            if isinstance(node.comparators[0], ast.Name):
                yield Edit("name", ast.Compare(node.left, node.ops, [_value(bound)]))


def _logic(node: ast.BoolOp, names: Names) -> Iterator[Edit]:
    other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    yield Edit("and/or", ast.BoolOp(other, node.values))
    for value in node.values:
        yield Edit("extra", value)


def _choices(node: ast.IfExp, names: Names) -> Iterator[Edit]:
    yield Edit("extra", node.body)
    yield Edit("extra", node.orelse)
    yield Edit("order", ast.IfExp(node.test, node.orelse, node.body))


def _pairs(node: ast.Tuple | ast.List, names: Names) -> Iterator[Edit]:
    if is_load(node) and len(node.elts) == 2:
        yield Edit("order", type(node)(node.elts[::-1], ast.Load()))


def _dicts(node: ast.Dict, names: Names) -> Iterator[Edit]:
    if len(node.values) == 2:
        yield Edit("order", ast.Dict(node.keys, node.values[::-1]))


def _indices(node: ast.Subscript, names: Names) -> Iterator[Edit]:
    thing, index = node.value, node.slice
    if not is_load(node):
        return
    if isinstance(index, ast.Tuple):
        if len(index.elts) == 2:
            turned = ast.Tuple(index.elts[::-1], ast.Load())
            yield Edit("order", ast.Subscript(thing, turned, ast.Load()))
        for place, part in enumerate(index.elts):
            for new in _slices(part, names) if isinstance(part, ast.Slice) else ():
                elts = [*index.elts[:place], new, *index.elts[place + 1 :]]
                several = ast.Tuple(elts, ast.Load())
                yield Edit("slice", ast.Subscript(thing, several, ast.Load()))
        return
    columns = ast.Tuple([ast.Slice(), index], ast.Load())
    yield Edit("slice", ast.Subscript(thing, columns, ast.Load()))
    if not isinstance(index, ast.Slice):
        yield Edit("index", thing)
        return
    for new in _slices(index, names):
        yield Edit("slice", ast.Subscript(thing, new, ast.Load()))


def _slices(node: ast.Slice, names: Names) -> Iterator[ast.Slice]:
    """With one bound dropped, or one that was not there."""
    for bound in ("lower", "upper", "step"):
        old = getattr(node, bound)
        choices: list[ast.expr | None] = [None] if old is not None else []
        if old is None and bound != "step":
            choices = [*names.bounds, *map(expression, names.whole), _value(1), _value(-1)]
        for new in choices:
            part = ast.Slice(node.lower, node.upper, node.step)
            setattr(part, bound, new)
            yield part


_EXPRESSIONS: tuple[tuple[Any, Callable[[Any, Names], Iterator[Edit]]], ...] = (
    (ast.BinOp, _operators),
    (ast.BinOp, _rounded_up),
    (ast.BinOp, _operators_as_written),
    (ast.BinOp, _brackets),
    (ast.BinOp, _around),
    (ast.BinOp, _other_trees),
    (ast.BinOp, _factor_elsewhere),
    (ast.BinOp, _into_the_call),
    (ast.BinOp, _sides),
    (ast.BinOp, _parts_alone),
    (ast.UnaryOp, _without_sign),
    (ast.Call, _out_of_the_call),
    (ast.Call, _other_functions),
    (ast.Call, _without_call),
    (ast.Call, _axes),
    (ast.Call, _keywords),
    (ast.Call, _ranges),
    (ast.Call, _arguments),
    (ast.Name, _other_names),
    (ast.Name, _items),
    (ast.Attribute, _other_attributes),
    (ast.Constant, _constants),
    (ast.Compare, _comparisons),
    (ast.BoolOp, _logic),
    (ast.IfExp, _choices),
    ((ast.Tuple, ast.List), _pairs),
    (ast.Dict, _dicts),
    (ast.Subscript, _indices),
    (ast.Subscript, _plain_names),
)


def statement_edits(node: ast.stmt, names: Names, *, in_loop: bool) -> list[Edit]:
    """What could stand in the place of this statement: lists of statements."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
        return []
    found = [] if isinstance(node, ast.Return) else [Edit("extra line", [ast.Pass()])]
    for kind, function in _STATEMENTS:
        if isinstance(node, kind):
            found += function(node, names)
    return found + list(_missing_lines(node, names, in_loop))


def _augmented(node: ast.AugAssign, names: Names) -> Iterator[Edit]:
    if isinstance(node.target, ast.Tuple):
        return
    whole = ast.BinOp(_read(node.target), node.op, node.value)
    yield Edit("in place", [ast.Assign([node.target], whole)])
    yield Edit("accumulate", [ast.Assign([node.target], node.value)])
    for operator in (ast.Add, ast.Sub, ast.Mult, ast.Div):
        if not isinstance(node.op, operator):
            yield Edit("operator", [ast.AugAssign(node.target, operator(), node.value)])


def _read(target: ast.expr) -> ast.expr:
    """A target as the expression that reads it."""
    return ast.parse(ast.unparse(target), mode="eval").body


def _assigned(node: ast.Assign, names: Names) -> Iterator[Edit]:
    if len(node.targets) != 1:
        return
    target = node.targets[0]
    if isinstance(target, (ast.Name, ast.Subscript)):
        for operator in (ast.Add, ast.Sub):
            yield Edit("accumulate", [ast.AugAssign(target, operator(), node.value)])
    if isinstance(target, ast.Name):
        for name in names.locals:
            if name != target.id:
                other: ast.expr = ast.Name(name, ast.Store())
                yield Edit("name", [ast.Assign([other], node.value)], swap=(target.id, name))
    if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
        old = target.value.id
        for name in (*names.locals, *names.parameters):
            if name != old:
                other = ast.Subscript(_name(name), target.slice, ast.Store())
                yield Edit("name", [ast.Assign([other], node.value)], swap=(old, name))
    if isinstance(target, ast.Tuple) and len(target.elts) == 2:
        turned = ast.Tuple(target.elts[::-1], ast.Store())
        yield Edit("order", [ast.Assign([turned], node.value)])


def _conditions(node: ast.If, names: Names) -> Iterator[Edit]:
    negated = ast.UnaryOp(ast.Not(), node.test)
    yield Edit("condition", [ast.If(negated, node.body, node.orelse)])
    yield Edit("condition", node.body)
    if node.orelse:
        yield Edit("condition", node.orelse)


def _once_or_again(node: ast.If | ast.While, names: Names) -> Iterator[Edit]:
    if not node.orelse:
        other = ast.While if isinstance(node, ast.If) else ast.If
        yield Edit("repetition", [other(node.test, node.body, [])])


def _kept(node: ast.Expr, names: Names) -> Iterator[Edit]:
    """The result of a method, kept under the name of what it is a method of."""
    call = node.value
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        thing = call.func.value
        if isinstance(thing, ast.Name) and thing.id not in LIBRARIES:
            kept = ast.Assign([ast.Name(thing.id, ast.Store())], call)
            yield Edit("result not kept", [kept])


def _returned(node: ast.Return, names: Names) -> Iterator[Edit]:
    """Something else returned."""
    if isinstance(node.value, ast.Tuple):
        for index in range(len(node.value.elts)):
            rest = node.value.elts[:index] + node.value.elts[index + 1 :]
            alone = rest[0] if len(rest) == 1 else ast.Tuple(rest, ast.Load())
            yield Edit("result", [ast.Return(alone)])
    given = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
    for name in names.locals:
        if node.value is not None:
            more = ast.Tuple([*given, _name(name)], ast.Load())
            yield Edit("result", [ast.Return(more)])


def _missing_lines(node: ast.stmt, names: Names, in_loop: bool) -> Iterator[Edit]:
    """A line that is missing before or after this one."""
    ends = isinstance(node, ast.Return)
    for line in (*_countings(names), *_collected(names), *_handed_on(names)):
        yield Edit("missing line", [line, node], tier=3)
        if not ends:
            yield Edit("missing line", [node, line], tier=3)
    if in_loop and not ends:
        for line in _stored(names):
            yield Edit("missing line", [node, line], tier=3)


def _countings(names: Names) -> Iterator[ast.stmt]:
    for name in names.made_whole:
        yield ast.AugAssign(ast.Name(name, ast.Store()), ast.Add(), _value(1))


def _collected(names: Names) -> Iterator[ast.stmt]:
    for name in names.lists:
        for item in (*names.locals, *names.parameters):
            if item != name:
                append = ast.Attribute(_name(name), "append", ast.Load())
                yield ast.Expr(ast.Call(append, [_name(item)], []))


def _handed_on(names: Names) -> Iterator[ast.stmt]:
    for name in names.arrays:
        for local in names.locals:
            yield ast.Assign([ast.Name(name, ast.Store())], _name(local))


def _stored(names: Names) -> Iterator[ast.stmt]:
    for name in names.dicts:
        for loop in names.loops:
            for item in names.items:
                target = ast.Subscript(_name(name), _name(loop), ast.Store())
                yield ast.Assign([target], item)


_STATEMENTS: tuple[tuple[Any, Callable[[Any, Names], Iterator[Edit]]], ...] = (
    (ast.AugAssign, _augmented),
    (ast.Assign, _assigned),
    (ast.If, _conditions),
    ((ast.If, ast.While), _once_or_again),
    (ast.Expr, _kept),
    (ast.Return, _returned),
)


def wraps(names: Names, guard: Guard) -> list[Wrap]:
    """Everything that is tried round a value, most plausible first within its tier."""
    found = [*_plain_wraps(guard), *_item_wraps(names), *_function_wraps(names)]
    found += _angle_wraps(guard) if names.angles else []
    found += _replacements(names)
    found += _corrections(names, guard)
    found += _with_numbers(names, guard)
    found += _with_parts(names, guard)
    found += _bounds(names)
    return sorted(found, key=lambda wrap: (wrap.tier, wrap.kind == "missing bound", wrap.size))


def _copied(value: Any) -> Any:
    return np.copy(value) if isinstance(value, np.ndarray) else value.copy()


def _as_floats(value: Any) -> Any:
    return value.astype(float)


_FUNCTIONS: tuple[tuple[Callable[[Any], Any], tuple[str, ...]], ...] = (
    (np.sqrt, NUMBERS),
    (np.square, NUMBERS),
    (_copied, (*ARRAYS, "list", "dict")),
    (np.abs, NUMBERS),
    (np.floor, ("number",)),
    (np.ceil, ("number",)),
    (int, ("number",)),
    (np.sum, (*ARRAYS, "list")),
    (np.mean, (*ARRAYS, "list")),
    (np.array, ("list",)),
    (_as_floats, ARRAYS),
    (np.transpose, ("table",)),
    (np.max, (*ARRAYS, "list")),
    (np.min, (*ARRAYS, "list")),
    (np.exp, NUMBERS),
    (np.log, NUMBERS),
)


def _plain_wraps(guard: Guard) -> Iterator[Wrap]:
    yield Wrap(2, "missing power", NUMBERS, lambda v: guard.pow(v, 2))
    yield Wrap(2, "one minus", NUMBERS, lambda v: 1 - v)
    yield Wrap(2, "sign", NUMBERS, lambda v: -v)
    yield Wrap(2, "off by one", SINGLE, lambda v: v + 1)
    yield Wrap(2, "off by one", SINGLE, lambda v: v - 1)
    yield Wrap(2, "negation", ("flag",), lambda v: not v)
    for function, fits in _FUNCTIONS:
        yield Wrap(2, "missing function", fits, lambda v, f=function: f(v))
    yield Wrap(2, "missing function", ("list",), lambda v: guard.call(np.zeros, "zeros", v))
    yield Wrap(2, "missing factor", NUMBERS, lambda v: guard.mult(v, 2))
    yield Wrap(2, "missing factor", NUMBERS, lambda v: v / 2)
    yield Wrap(2, "missing factor", ("whole",), lambda v: v // 2)


def _item_wraps(names: Names) -> Iterator[Wrap]:
    for loop in names.loops:
        yield Wrap(2, "index", (*ARRAYS, "list", "dict"), lambda v, k: v[k()], (loop,))


def _angle_wraps(guard: Guard) -> Iterator[Wrap]:
    yield Wrap(2, "missing factor", NUMBERS, lambda v: guard.mult(v, np.pi))
    yield Wrap(2, "missing function", NUMBERS, np.cos)
    yield Wrap(2, "missing function", NUMBERS, np.sin)


def _function_wraps(names: Names) -> Iterator[Wrap]:
    """A point, where the value of a function there is meant."""
    for name in names.functions:
        fits = (*NUMBERS, "dict")
        yield Wrap(2, "missing function", fits, lambda v, f: f()(v), (name,), size=2)


def _texts(names: Names) -> list[str]:
    return [ast.unparse(part) for part in names.parts]


def _replacements(names: Names) -> Iterator[Wrap]:
    for text in _texts(names):
        yield Wrap(2, "expression", ANY, lambda v, x: x(), (text,), whole_value=True, size=3)


def _corrections(names: Names, guard: Guard) -> Iterator[Wrap]:
    """Divided by 1 - a**n: such a correction of an average is missing as a whole."""
    for base in names.scalars:
        for count in names.whole:
            if base != count:
                yield Wrap(
                    3,
                    "missing factor",
                    NUMBERS,
                    lambda v, a, n: v / (1 - guard.pow(a(), n())),
                    (base, count),
                    numbers=2,
                    count=count,
                )


def _with_numbers(names: Names, guard: Guard) -> Iterator[Wrap]:
    for name in names.scalars:
        for kind, size, apply in (
            ("missing factor", 1, lambda v, a: guard.mult(v, a())),
            ("missing factor", 1, lambda v, a: v / a()),
            ("missing factor", 3, lambda v, a: guard.mult(v, 1 - a())),
            ("missing factor", 3, lambda v, a: v / (1 - a())),
            ("missing term", 2, lambda v, a: v + a()),
            ("missing term", 2, lambda v, a: v - a()),
            ("missing term", 3, lambda v, a: a() - v),
            ("missing factor", 3, lambda v, a: a() / v),
            ("missing power", 2, lambda v, a: guard.pow(v, a())),
            ("missing factor", 3, lambda v, a: v / guard.mult(2, a())),
        ):
            yield Wrap(3, kind, NUMBERS, apply, (name,), numbers=1, size=size)
        yield Wrap(3, "name", SINGLE, lambda v, a: 1 - a(), (name,), numbers=1, size=3)
    for name in names.whole:
        one_more = Wrap(3, "missing factor", NUMBERS, lambda v, n: guard.mult(v, n() + 1), (name,))
        yield replace(one_more, numbers=1, count=name, size=4)
    for text in names.lengths:
        yield Wrap(3, "missing factor", SINGLE, lambda v, n: guard.mult(v, n()), (text,))
        yield Wrap(3, "missing factor", SINGLE, lambda v, n: v / n(), (text,))
    few = names.scalars if len(names.scalars) <= _FEW else ()
    for first, second in combinations(few, 2):
        for apply_both in (
            lambda v, a, b: guard.mult(guard.mult(v, a()), b()),
            lambda v, a, b: guard.mult(v, a()) / b(),
            lambda v, a, b: guard.mult(v, b()) / a(),
        ):
            needs = (first, second)
            yield Wrap(3, "missing factor", NUMBERS, apply_both, needs, numbers=2, size=7)


def _with_parts(names: Names, guard: Guard) -> Iterator[Wrap]:
    for text in _texts(names):
        for kind, size, apply in (
            ("missing factor", 2, lambda v, x: guard.mult(v, x())),
            ("missing factor", 3, lambda v, x: v / x()),
            ("missing factor", 4, lambda v, x: guard.mult(v, guard.pow(x(), 2))),
            ("missing term", 3, lambda v, x: guard.add(v, x())),
            ("missing term", 3, lambda v, x: v - x()),
            ("missing term", 4, lambda v, x: x() - v),
        ):
            yield Wrap(3, kind, NUMBERS, apply, (text,), numbers=1, size=size)
        for name in names.scalars:
            for size, join in (
                (4, lambda v, a, x: v + guard.mult(a(), x())),
                (4, lambda v, a, x: v - guard.mult(a(), x())),
                (5, lambda v, a, x: v + (1 - a()) * x()),
                (6, lambda v, a, x: v + (1 - a()) * guard.pow(x(), 2)),
            ):
                needs = (name, text)
                yield Wrap(
                    3, "missing term", NUMBERS, join, needs, numbers=2, whole_value=True, size=size
                )


def _bounds(names: Names) -> Iterator[Wrap]:
    for name in names.scalars:
        yield Wrap(3, "missing bound", SINGLE, lambda v, a: min(v, a()), (name,), numbers=1)
        yield Wrap(3, "missing bound", SINGLE, lambda v, a: max(v, a()), (name,), numbers=1)
    for bound in (0, 1):
        yield Wrap(3, "missing bound", SINGLE, lambda v, b=bound: min(v, b))
        yield Wrap(3, "missing bound", SINGLE, lambda v, b=bound: max(v, b))
