"""One code object with every alternative in it, so that trying one costs a call and no compiling.

`_ol_sites` holds the sites that are changed now and `_ol_choice` which of their edits; in a tree
woven for wraps, a site's value is handed to `_ol_apply` instead.
"""

import ast
from collections.abc import Sequence
from typing import Any

from optlab.checking.onechange.guards import guarded
from optlab.checking.onechange.listing import Listing, Site
from optlab.checking.onechange.names import expression

_LOCATIONS = ("lineno", "col_offset", "end_lineno", "end_col_offset")
NOTHING: dict[int, Any] = {}


class Weaver:
    """Makes trees from a listing: the program as it is, with edits woven in, or with wraps."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._by_node = {id(site.node): i for i, site in enumerate(listing.sites)}
        self._edits: dict[int, list[int]] = {}
        self._wrapped: dict[int, tuple[str, ...]] = {}
        self._blocks: dict[int, tuple[ast.stmt, ...]] = {}
        self._lines = False

    def plain(self, blocks: Sequence[tuple[int, tuple[ast.stmt, ...]]] = ()) -> ast.Module:
        """The program, guarded; some blocks with other contents."""
        self._blocks = dict(blocks)
        tree = self._module()
        self._blocks = {}
        return tree

    def traced(self) -> ast.Module:
        """The program with `_ol_line(number, locals())` before every statement."""
        self._lines = True
        tree = self._module()
        self._lines = False
        return tree

    def with_edits(self, edits: dict[int, list[int]]) -> ast.Module:
        """edits: for each site, in rising order, which of its edits are woven in."""
        self._edits = edits
        tree = self._module()
        self._edits = {}
        return tree

    def with_wraps(self, wrapped: dict[int, tuple[str, ...]]) -> ast.Module:
        """wrapped: for each site, the expressions that a wrap may ask for, by their place."""
        self._wrapped = wrapped
        tree = self._module()
        self._wrapped = {}
        return tree

    def _module(self) -> ast.Module:
        body = [self._copy(piece.tree, live=True) for piece in self._listing.program.pieces]
        return ast.fix_missing_locations(ast.Module(body, []))

    def _copy(self, node: Any, *, live: bool) -> Any:
        """A guarded copy; where live, with everything that is to be woven in."""
        if isinstance(node, list):
            return self._copy_list(node, live=live)
        if not isinstance(node, ast.AST):
            return node
        made = node.__class__()
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, (list, ast.AST)):
                value = self._copy(value, live=live)
            setattr(made, field, value)
        for name in _LOCATIONS:
            if hasattr(node, name):
                setattr(made, name, getattr(node, name))
        new = guarded(made)
        if new is not made and hasattr(node, "lineno"):
            ast.copy_location(new, node)
        number = self._by_node.get(id(node)) if live else None
        if number is None or not isinstance(new, ast.expr):
            return new
        return self._woven(new, number)

    def _copy_list(self, nodes: list, *, live: bool) -> list:
        found = []
        for node in self._blocks.get(id(nodes), nodes):
            copied = self._copy(node, live=live)
            if self._lines and isinstance(node, ast.stmt):
                found.append(_line(node.lineno))
            number = self._by_node.get(id(node)) if live else None
            if number is not None and isinstance(node, ast.stmt) and number in self._edits:
                copied = self._woven_statement(copied, number)
            found.append(copied)
        return found

    def _woven_statement(self, statement: ast.stmt, number: int) -> ast.stmt:
        site = self._listing.sites[number]
        choices = self._edits[number]
        blocks = [[self._copy(s, live=False) for s in site.edits[c].new] for c in choices]
        return ast.If(_chosen(number), [_which_block(choices, blocks)], [statement])

    def _woven(self, node: ast.expr, number: int) -> ast.expr:
        site = self._listing.sites[number]
        if number in self._edits:
            choices = self._edits[number]
            values = [self._copy(site.edits[choice].new, live=False) for choice in choices]
            return ast.IfExp(_chosen(number), _which(choices, values, "_ol_choice"), node)
        if number in self._wrapped:
            return self._with_wrap(node, number)
        return node

    def _with_wrap(self, node: ast.expr, number: int) -> ast.expr:
        """The value, or `_ol_apply(value, function of i that gives the i-th expression, site)`."""
        texts = self._wrapped[number]
        name = f"_ol_v{number}"
        value = ast.NamedExpr(ast.Name(name, ast.Store()), node)
        never = ast.Compare(value, [ast.Is()], [ast.Name("_ol_never", ast.Load())])
        parts = [self._copy(expression(text), live=False) for text in texts]
        asked = ast.arguments([], [ast.arg("_ol_i")], None, [], [], None, [])
        body = _which(list(range(len(parts))), parts, "_ol_i") if parts else ast.Constant(None)
        again = ast.Name(name, ast.Load())
        applied = ast.Call(
            ast.Name("_ol_apply", ast.Load()),
            [again, ast.Lambda(asked, body), ast.Constant(number)],
            [],
        )
        return ast.IfExp(ast.BoolOp(ast.Or(), [never, _chosen(number)]), applied, again)


def _line(number: int) -> ast.stmt:
    names = ast.Call(ast.Name("locals", ast.Load()), [], [])
    call = ast.Call(ast.Name("_ol_line", ast.Load()), [ast.Constant(number), names], [])
    return ast.Expr(call)


def _chosen(number: int) -> ast.expr:
    return ast.Compare(ast.Constant(number), [ast.In()], [ast.Name("_ol_sites", ast.Load())])


def _below(name: str, bound: int) -> ast.expr:
    return ast.Compare(ast.Name(name, ast.Load()), [ast.Lt()], [ast.Constant(bound)])


def _which(choices: list[int], values: list[ast.expr], name: str) -> ast.expr:
    """The value that belongs to the number in `name`, found by halves."""
    if len(choices) == 1:
        return values[0]
    half = len(choices) // 2
    return ast.IfExp(
        _below(name, choices[half]),
        _which(choices[:half], values[:half], name),
        _which(choices[half:], values[half:], name),
    )


def _which_block(choices: list[int], blocks: list[list[ast.stmt]]) -> ast.stmt:
    if len(choices) == 1:
        return ast.If(ast.Constant(True), blocks[0], [])
    half = len(choices) // 2
    return ast.If(
        _below("_ol_choice", choices[half]),
        [_which_block(choices[:half], blocks[:half])],
        [_which_block(choices[half:], blocks[half:])],
    )


def needs_of(listing: Listing, site: Site) -> tuple[str, ...]:
    """Every expression that a wrap of this site may ask for."""
    wraps = listing.wraps[site.function]
    return tuple(dict.fromkeys(text for wrap in wraps for text in wrap.needs))
