"""Every candidate of a program, numbered from its text alone.

The numbers are the same wherever the same text is read: whoever runs the search reports a number,
and whoever asked looks the place up in a list of their own.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from optlab.checking.onechange.edits import (
    Edit,
    Wrap,
    expression_edits,
    statement_edits,
    wraps,
)
from optlab.checking.onechange.guards import Guard, NotSearchable
from optlab.checking.onechange.names import LIBRARIES, Names, is_load, names_of
from optlab.checking.onechange.program import Piece, Program
from optlab.checking.probe import Case

EDIT, WRAP, MOVE = "edit", "wrap", "move"
_MOST_SITES = 600
_MOST_ALIKE = 8
_BLOCKS = ("body", "orelse")
_NESTED = (ast.For, ast.While, ast.If, ast.FunctionDef, ast.ClassDef)
_VALUELESS = (
    ast.Constant,
    ast.Slice,
    ast.Tuple,
    ast.List,
    ast.Dict,
    ast.GeneratorExp,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.Lambda,
    ast.BoolOp,
)


@dataclass(frozen=True)
class Site:
    """An expression or a statement that can be changed.

    function: index of the function whose names it may use. line: where its statement begins.
    wrapped: whether its value can be wrapped; whole_value: whether it is assigned or returned.
    inside: "product" or "sum" for an operand of one, whose own factor or term is also one of it.
    """

    node: ast.expr | ast.stmt
    line: int
    piece: Piece
    function: int
    edits: tuple[Edit, ...]
    wrapped: bool = False
    whole_value: bool = False
    inside: str = ""


@dataclass(frozen=True)
class Move:
    """Statements in another order or another block: new contents for some blocks, by id."""

    kind: str
    statement: ast.stmt
    piece: Piece
    blocks: tuple[tuple[int, tuple[ast.stmt, ...]], ...]


@dataclass(frozen=True)
class Candidate:
    """One change. sites: what it changes, several where the same slip is made several times.

    choice: which of the sites' edits, of the function's wraps, or of the moves.
    """

    number: int
    tier: int
    kind: str
    how: str
    sites: tuple[int, ...]
    choice: int
    size: int = 1


class Listing:
    """The sites, moves and candidates of a program."""

    def __init__(
        self, program: Program, parameters: list[str], cases: Iterable[Case], guard: Guard
    ) -> None:
        cases = tuple(cases)
        self.program = program
        self.sites: list[Site] = []
        self.moves: list[Move] = []
        self.wraps: list[list[Wrap]] = []
        self.names: list[Names] = []
        self._groups: list[tuple[int, ...]] = []
        self._name_groups: list[tuple[int, ...]] = []
        for piece in program.pieces:
            for function in piece.functions():
                names = names_of(function, piece.tree, parameters, cases)
                self.wraps.append(wraps(names, guard))
                self.names.append(names)
                self._add(piece, function, names)

    def _add(self, piece: Piece, function: ast.FunctionDef, names: Names) -> None:
        first = len(self.sites)
        shapes: dict[str, list[list[int]]] = {}
        for statement, in_loop in _statements(function.body, False):
            if _is_text(statement):
                continue
            numbers = self._add_statement(piece, statement, names, in_loop)
            shapes.setdefault(_shape(statement), []).append(numbers)
        self._groups += _twins(shapes.values())
        own = range(first, len(self.sites))
        self._groups += self._equals(own, (ast.Constant, ast.Subscript, ast.BinOp, ast.Call))
        self._name_groups += self._equals(own, (ast.Name,))
        for block, owner, outer in _blocks(function, None):
            self.moves += _moves(piece, block, owner, outer)

    def _add_statement(
        self, piece: Piece, statement: ast.stmt, names: Names, in_loop: bool
    ) -> list[int]:
        """Sites of one statement, not of the blocks inside it; their numbers."""
        first, function = len(self.sites), len(self.names) - 1
        edits = statement_edits(statement, names, in_loop=in_loop)
        self.sites.append(Site(statement, statement.lineno, piece, function, tuple(edits)))
        if len(self.sites) > _MOST_SITES:
            raise NotSearchable("too long")
        assigns = isinstance(statement, (ast.Assign, ast.AugAssign, ast.Return))
        for node, top, can_wrap, inside in _expressions(statement):
            self.sites.append(
                Site(
                    node,
                    statement.lineno,
                    piece,
                    function,
                    tuple(expression_edits(node, names)),
                    wrapped=can_wrap and not isinstance(node, _VALUELESS),
                    whole_value=top and assigns,
                    inside=inside,
                )
            )
        return list(range(first, len(self.sites)))

    def _equals(
        self, numbers: Iterable[int], kinds: tuple[type[ast.expr], ...]
    ) -> list[tuple[int, ...]]:
        """The same expression at several places: a slip made wherever it was written.

        A name is there for many reasons: it is changed together within one statement only.
        """
        found: dict[tuple[str, int], list[int]] = {}
        for number in numbers:
            site = self.sites[number]
            if isinstance(site.node, kinds):
                line = site.line if ast.Name in kinds else 0
                found.setdefault((ast.dump(site.node), line), []).append(number)
        return [tuple(same) for same in found.values() if 1 < len(same) <= _MOST_ALIKE]

    def candidates(self) -> Iterator[Candidate]:
        """All of them, tier by tier."""
        for number, (tier, kind, how, sites, choice, size) in enumerate(self._all()):
            yield Candidate(number, tier, kind, how, sites, choice, size)

    def _all(self) -> Iterator[tuple[int, str, str, tuple[int, ...], int, int]]:
        single = [(number,) for number in range(len(self.sites))]
        groups = [*single, *dict.fromkeys(self._groups)]
        with_names = [*groups, *self._name_groups]
        yield from self._edits(with_names, 1)
        for choice, move in enumerate(self.moves):
            yield 1, move.kind, MOVE, (), choice, 2
        for tier in (2, 3):
            yield from self._edits(groups, tier)
            yield from self._wraps(with_names if tier == 2 else groups, tier)

    def _edits(self, groups: list[tuple[int, ...]], tier: int) -> Iterator[tuple]:
        for group in groups:
            for choice, edit in enumerate(self.sites[group[0]].edits):
                if edit.tier == tier and self._fits_all(group, choice):
                    yield tier, edit.kind, EDIT, group, choice, _size(edit, self.sites[group[0]])

    def _fits_all(self, group: tuple[int, ...], choice: int) -> bool:
        edits = [self.sites[number].edits for number in group]
        same = {len(of_site) for of_site in edits}
        return len(same) == 1 and len({of_site[choice].kind for of_site in edits}) == 1

    def _wraps(self, groups: list[tuple[int, ...]], tier: int) -> Iterator[tuple]:
        for function, found in enumerate(self.wraps):
            mine = [g for g in groups if self.sites[g[0]].function == function]
            mine = [g for g in mine if all(self.sites[number].wrapped for number in g)]
            for choice, wrap in enumerate(found):
                if wrap.tier != tier:
                    continue
                for group in mine:
                    if _sensible(wrap, self.sites[group[0]]):
                        yield tier, wrap.kind, WRAP, group, choice, wrap.size

    def nodes(self, candidate: Candidate) -> list[tuple[Piece, ast.expr | ast.stmt]]:
        """What a candidate changes."""
        if candidate.how == MOVE:
            move = self.moves[candidate.choice]
            return [(move.piece, move.statement)]
        sites = [self.sites[number] for number in candidate.sites]
        return [(site.piece, site.node) for site in sites]


_SAME_OUTSIDE = {
    "missing factor": "product",
    "sign": "product",
    "missing term": "sum",
    "off by one": "sum",
}


def _sensible(wrap: Wrap, site: Site) -> bool:
    """Not twice the same: a factor more in a factor is one more in the product."""
    if wrap.whole_value and not site.whole_value:
        return False
    return not site.inside or _SAME_OUTSIDE.get(wrap.kind) != site.inside


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _statements(block: list[ast.stmt], in_loop: bool) -> Iterator[tuple[ast.stmt, bool]]:
    """Every statement with whether it stands in a loop."""
    for statement in block:
        yield statement, in_loop
        inside = in_loop or isinstance(statement, (ast.For, ast.While))
        for field in _BLOCKS:
            yield from _statements(getattr(statement, field, []), inside)


def _expressions(statement: ast.stmt) -> Iterator[tuple[ast.expr, bool, bool, str]]:
    """(expression, whether it is the statement's value, whether it may be wrapped, inside)."""

    def visit(node: ast.AST, top: bool, can_wrap: bool) -> Iterator[tuple]:
        inside = _kind_of_operands(node)
        for field, value in ast.iter_fields(node):
            if field in _BLOCKS and isinstance(node, _NESTED):
                continue
            # An assignment expression cannot stand in what a comprehension runs through.
            inner = can_wrap and not (isinstance(node, ast.comprehension) and field == "iter")
            for child in value if isinstance(value, list) else [value]:
                if not isinstance(child, ast.AST) or isinstance(child, ast.arguments):
                    continue
                if _changeable(child) and field != "func":
                    yield child, top and field == "value", inner, inside
                if not (field == "func" and isinstance(child, ast.Name)):
                    yield from visit(child, False, inner)

    return visit(statement, True, True)


def _kind_of_operands(node: ast.AST) -> str:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return "product"
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        return "product"
    return "sum" if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)) else ""


def _changeable(node: ast.AST) -> bool:
    fixed = (ast.JoinedStr, ast.FormattedValue, ast.Starred, ast.NamedExpr)
    return isinstance(node, ast.expr) and is_load(node) and not isinstance(node, fixed)


def _shape(statement: ast.stmt) -> str:
    """The statement without its names and words: numbered in the order in which they come."""
    found: dict[str, int] = {}

    def shape(value: Any) -> str:
        if isinstance(value, list):
            return "[" + ",".join(map(shape, value)) + "]"
        if not isinstance(value, ast.AST):
            return repr(value)
        if isinstance(value, ast.Name):
            return f"n{found.setdefault(value.id, len(found))}"
        if isinstance(value, ast.Attribute):
            attribute = found.setdefault(f".{value.attr}", len(found))
            return f"a{attribute}({shape(value.value)})"
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return f"w{found.setdefault(repr(value.value), len(found))}"
        fields = (f for f in value._fields if f not in (*_BLOCKS, "ctx", "type_comment", "kind"))
        inner = ",".join(shape(getattr(value, f, None)) for f in fields)
        return f"{type(value).__name__}({inner})"

    return shape(statement)


def _twins(shapes: Iterable[list[list[int]]]) -> list[tuple[int, ...]]:
    """The same place in statements that are made alike."""
    found = []
    for alike in shapes:
        if 1 < len(alike) <= _MOST_ALIKE and len({len(numbers) for numbers in alike}) == 1:
            found += [tuple(places) for places in zip(*alike, strict=True)]
    return found


def _size(edit: Edit, site: Site) -> int:
    if isinstance(edit.new, list):
        return {"extra line": 3, "missing line": 6}.get(edit.kind, 2)
    return abs(_count(edit.new) - _count(site.node)) + 1


def _count(tree: ast.AST) -> int:
    return sum(1 for _ in ast.walk(tree))


def _blocks(
    owner: ast.AST, outer: list[ast.stmt] | None
) -> Iterator[tuple[list[ast.stmt], ast.AST, list[ast.stmt] | None]]:
    """(block, the statement that it belongs to, the block in which that one stands)."""
    for field in _BLOCKS:
        block = getattr(owner, field, None)
        if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
            yield block, owner, outer
            for statement in block:
                if isinstance(statement, _NESTED):
                    yield from _blocks(statement, block)


def _moves(
    piece: Piece, block: list[ast.stmt], owner: ast.AST, outer: list[ast.stmt] | None
) -> Iterator[Move]:
    for index, statement in enumerate(block):
        if isinstance(statement, (ast.Import, ast.ImportFrom)) or _is_text(statement):
            continue
        yield from _exchanged(piece, block, index)
        if isinstance(owner, (ast.For, ast.While, ast.If)) and outer is not None:
            yield from _outdented(piece, block, index, owner, outer)
        before = block[index - 1] if index else None
        if isinstance(before, (ast.For, ast.While, ast.If)):
            inner = (*before.body, statement)
            rest = (*block[:index], *block[index + 1 :])
            changes = ((id(before.body), inner), (id(block), rest))
            yield Move("indentation", statement, piece, changes)


def _exchanged(piece: Piece, block: list[ast.stmt], index: int) -> Iterator[Move]:
    """The statement one or two lines later, and the one two lines later before it."""
    for distance in (1, 2):
        if index + distance >= len(block):
            return
        if not any(
            _depend(block[index], other) for other in block[index + 1 : index + 1 + distance]
        ):
            continue
        later = list(block)
        later.insert(index + distance, later.pop(index))
        yield Move("order of lines", block[index], piece, ((id(block), tuple(later)),))
        if distance > 1:
            sooner = list(block)
            sooner.insert(index, sooner.pop(index + distance))
            yield Move("order of lines", block[index + 2], piece, ((id(block), tuple(sooner)),))


def _depend(first: ast.stmt, second: ast.stmt) -> bool:
    """Whether one makes or changes what the other uses, so that their order matters."""
    if isinstance(second, ast.Return):
        return True
    made, more = _made(first), _made(second)
    return bool(made & _used(second) or more & _used(first))


def _used(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _made(statement: ast.stmt) -> set[str]:
    """Names that are assigned, or whose items are, or whose methods are called."""
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        holder = node.func if isinstance(node, ast.Call) else node
        if isinstance(holder, (ast.Subscript, ast.Attribute)):
            while isinstance(holder, (ast.Subscript, ast.Attribute)):
                holder = holder.value
            stored = isinstance(getattr(node, "ctx", None), ast.Store) or isinstance(node, ast.Call)
            if isinstance(holder, ast.Name) and holder.id not in LIBRARIES and stored:
                found.add(holder.id)
    return found


def _outdented(
    piece: Piece, block: list[ast.stmt], index: int, owner: ast.stmt, outer: list[ast.stmt]
) -> Iterator[Move]:
    place = next(i for i, statement in enumerate(outer) if statement is owner)
    statement = block[index]
    rest = tuple(block[:index] + block[index + 1 :]) or (ast.Pass(),)
    after = (*outer[: place + 1], statement, *outer[place + 1 :])
    if isinstance(statement, ast.Return):
        in_loop = isinstance(owner, (ast.For, ast.While))
        kind = "return in the loop" if in_loop else "indentation"
        yield Move(kind, statement, piece, ((id(block), rest), (id(outer), after)))
        return
    before = (*outer[:place], statement, *outer[place:])
    for new in (before, after):
        yield Move("indentation", statement, piece, ((id(block), rest), (id(outer), new)))
