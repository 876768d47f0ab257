"""What a line is for, told so that it holds for everybody who has a slip there."""

import ast

import pytest

from optlab.checking import purpose

LOOP = """\
def update(p, g, v, rate=0.1):
    out, moved = {}, {}
    for k in p:
        moved[k] = 0.9 * v[k] + g[k]
        step = rate * moved[k]
        out[k] = p[k] - step
        if step > 1:
            continue
    return out, moved
"""
SHORT = """\
def update(p, g, v, rate=0.1):
    v = {k: 0.9 * v[k] + g[k] for k in p}
    return {
        k: p[k] - rate * v[k]
        for k in p
    }, v
"""
OTHER = """\
def update(p):
    out, seen = [], 0
    for x in p:
        out.append(x * 2)
        seen += 1
        print(x)
    a, b = p[0], p[1]
    return sum(out), seen
"""
ONE = """\
def update(p):
    while p:
        return p * 2
"""
NAMES = ("params", "velocity")


@pytest.mark.parametrize(
    ("source", "piece", "returns", "said"),
    [
        (LOOP, "rate=0.1", NAMES, "in the head of a function"),
        (LOOP, "in p:", NAMES, "in the head of a loop"),
        (LOOP, "0.9 *", NAMES, "where velocity is computed"),
        (LOOP, "rate * moved", NAMES, "where step is computed"),
        (LOOP, "p[k] - step", NAMES, "where params is computed"),
        (LOOP, "step > 1", NAMES, "in a condition"),
        (LOOP, "continue", NAMES, "in another line"),
        (LOOP, "return", NAMES, "in the return"),
        (LOOP, "{}, {}", NAMES, "where params is computed"),
        (SHORT, "0.9 * v", NAMES, "where velocity is computed"),
        (SHORT, "p[k] - rate", NAMES, "where params is returned"),
        (SHORT, "v\n", NAMES, "in the return"),
        (OTHER, "x * 2", ("total", "seen"), "where out is changed"),
        (OTHER, "1\n", ("total", "count"), "where count is computed"),
        (OTHER, "print", ("total", "count"), "in another line"),
        (OTHER, "p[1]", ("total", "count"), "where b is computed"),
        (OTHER, "sum(out)", ("total", "count"), "where total is returned"),
        (OTHER, "sum(out)", ("another",), "in the return"),
        (ONE, "p * 2", ("double",), "where double is returned"),
        (ONE, "while", ("double",), "in the head of a loop"),
    ],
)
def test_a_line_is_told_by_its_purpose(source, piece, returns, said):
    before = source[: source.rindex(piece)]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n") - 1
    (function,) = ast.parse(source).body
    assert purpose.of(function, line, column, returns) == f"A slip is {said}."
