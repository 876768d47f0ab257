"""What a line of an answer is for, in words that hold for everybody's code: for counting slips.

A line that assigns to what is returned is told by the name that the exercise has for it, any other
one by the learner's own name, and the rest by what kind of statement it is.
"""

import ast

LONGEST = 40  # of a learner's own name


def of(function: ast.stmt, line: int, column: int, returns: tuple[str, ...]) -> str:
    """One sentence on the innermost statement there; `returns` are the names of the results."""
    inner = _innermost(function, line)
    known = _known(function, returns)
    names: list[str] = []
    if isinstance(inner, ast.Return):
        verb, names = "returned", _returned(inner, returns, line, column)
    elif isinstance(inner, ast.Assign | ast.AugAssign | ast.AnnAssign):
        verb, names = "computed", _assigned(inner, line, column)
    elif isinstance(inner, ast.Expr):
        verb, names = "changed", [_base(inner.value)]
    told = dict.fromkeys(known.get(name, name[:LONGEST]) for name in names if name)
    if told:
        where = f"where {' and '.join(told)} {'is' if len(told) == 1 else 'are'} {verb}"
    else:
        where = _OTHERS.get(type(inner), "in another line")
    return f"A slip is {where}."


_OTHERS: dict[type[ast.stmt], str] = {
    ast.FunctionDef: "in the head of a function",
    ast.For: "in the head of a loop",
    ast.While: "in the head of a loop",
    ast.If: "in a condition",
    ast.Return: "in the return",
    ast.Assign: "in an assignment",
    ast.AugAssign: "in an assignment",
    ast.AnnAssign: "in an assignment",
}


def _innermost(statement: ast.stmt, line: int) -> ast.stmt:
    """The statement that holds this line, and that no smaller one inside it holds."""
    inside = (node for node in ast.walk(statement) if isinstance(node, ast.stmt))
    holding = [n for n in inside if n.lineno <= line <= (n.end_lineno or n.lineno)]
    return min(holding, key=lambda n: (n.end_lineno or n.lineno) - n.lineno, default=statement)


def _returned(node: ast.Return, returns: tuple[str, ...], line: int, column: int) -> list[str]:
    """The result that is worked out there; a mere name is worked out elsewhere."""
    results = _results(node)
    if len(results) != len(returns):
        return []
    pairs = zip(results, returns, strict=True)
    return [n for v, n in pairs if _holds(v, line, column) and not isinstance(v, ast.Name)]


def _assigned(
    node: ast.Assign | ast.AugAssign | ast.AnnAssign, line: int, column: int
) -> list[str]:
    """The name whose value stands there; else all that are assigned to."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = [_base(part) for target in targets for part in _parts(target)]
    values = _parts(node.value) if node.value else []
    if len(values) != len(names):
        return names
    pairs = zip(values, names, strict=True)
    return [name for value, name in pairs if _holds(value, line, column)] or names


def _holds(node: ast.expr, line: int, column: int) -> bool:
    end = (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
    return (node.lineno, node.col_offset) <= (line, column) < end


def _known(function: ast.stmt, returns: tuple[str, ...]) -> dict[str, str]:
    """For names that are results, what the exercise calls them: where every return agrees."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(function):
        results = _results(node) if isinstance(node, ast.Return) else []
        if len(results) == len(returns):
            for result, name in zip(results, returns, strict=True):
                if isinstance(result, ast.Name):
                    found.setdefault(result.id, set()).add(name)
    return {own: names.pop() for own, names in found.items() if len(names) == 1}


def _results(node: ast.Return) -> list[ast.expr]:
    return _parts(node.value) if node.value else []


def _parts(value: ast.expr) -> list[ast.expr]:
    return value.elts if isinstance(value, ast.Tuple) else [value]


def _base(node: ast.expr) -> str:
    """The name that a target or a call belongs to: `v` of v[key], rates of rates.append(1)."""
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Starred):
        node = node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _base(node.func.value)
    return node.id if isinstance(node, ast.Name) else ""
