"""Trusted code that may not come to an end: its turns are counted, so it always stops.

Counting, unlike a clock, gives the same answer on every machine.
"""

import ast
from collections.abc import Iterable, Iterator
from typing import Any

_MOST_BITS = 64  # of a whole number that a power may give


class EndlessError(BaseException):
    """More turns than allowed. Not an Exception: what observes errors must not note it."""


class Turns:
    """Counts the turns of loops and comprehensions, and ends them beyond a limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.count = 0

    def each(self, items: Iterable) -> Iterator:
        """The items, counted."""
        for item in items:
            self.turn()
            yield item

    def turn(self, condition: Any = None) -> Any:
        """Count one turn; the condition of a while loop passes through."""
        self.count += 1
        if self.count > self.limit:
            raise EndlessError
        return condition


def power(base: Any, exponent: Any) -> Any:
    """base ** exponent, except where whole numbers grow beyond all memory."""
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and base.bit_length() * max(exponent, 0) > _MOST_BITS:
        raise OverflowError("the power is too large")
    return base**exponent


def compile_counted(source: str, name: str, namespace: dict[str, Any], turns: Turns) -> Any:
    """The object of that name, defined by a source whose loops report to `turns`."""
    tree = ast.fix_missing_locations(_Counted().visit(ast.parse(source)))
    scope = namespace | {"_each": turns.each, "_turn": turns.turn, "_power": power}
    exec(compile(tree, f"<{name}>", "exec"), scope)
    return scope[name]


class _Counted(ast.NodeTransformer):
    def visit_For(self, node: ast.For) -> ast.For:
        self.generic_visit(node)
        node.iter = _call("_each", node.iter)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        self.generic_visit(node)
        node.iter = _call("_each", node.iter)
        return node

    def visit_While(self, node: ast.While) -> ast.While:
        self.generic_visit(node)
        node.test = _call("_turn", node.test)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Pow):
            return _call("_power", node.left, node.right)
        return node


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=list(args), keywords=[])
