"""Lesson 08 in scalar loops, to disagree with the references where those are wrong."""

from math import log


def classify_critical_point(hessian, tolerance):
    # No eigenvalues: elimination shows how many are below a bound (Sylvester's law of inertia).
    n = len(hessian)
    positive = n - _eigenvalues_below(hessian, tolerance)
    negative = _eigenvalues_below(hessian, -tolerance)
    if positive and negative:
        return "saddle"
    if positive == n:
        return "minimum"
    return "maximum" if negative == n else "degenerate"


def _eigenvalues_below(matrix, bound):
    """How many eigenvalues of a symmetric matrix are below `bound`: the negative pivots."""
    n, count = len(matrix), 0
    rows = [[float(matrix[i][j]) - bound * (i == j) for j in range(n)] for i in range(n)]
    for k in range(n):
        count += rows[k][k] < 0
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            for j in range(k, n):
                rows[i][j] -= factor * rows[k][j]
    return count


def log10_all_positive(n):
    return -float(n) * log(2.0) / log(10.0)
