"""Which of several repairs to tell: slips that are made often, and small ones, come first."""

from collections import Counter

from optlab.checking.onechange.edits import Edit
from optlab.checking.onechange.listing import EDIT, Candidate, Listing

# What a kind of slip costs against another; measured on single slips, where it decides little.
_COST = {
    "operator": 0.0,
    "sign": 0.0,
    "return in the loop": 0.0,
    "comparison": 0.1,
    "and/or": 0.1,
    "brackets": 0.2,
    "word": 0.2,
    "in place": 0.2,
    "name": 0.3,
    "number": 0.3,
    "function": 0.3,
    "rounding": 0.3,
    "order": 0.3,
    "axis": 0.3,
    "index": 0.3,
    "result not kept": 0.3,
    "keyword": 0.4,
    "slice": 0.4,
    "order of lines": 0.4,
    "indentation": 0.4,
    "off by one": 0.5,
    "extra function": 0.5,
    "negation": 0.5,
    "accumulate": 0.5,
    "extra": 0.6,
    "condition": 0.6,
    "repetition": 0.6,
    "wrong term": 0.6,
    "one minus": 0.6,
    "missing function": 0.7,
    "missing power": 0.65,
    "missing factor": 0.8,
    "missing step": 0.8,
    "missing term": 1.0,
    "extra line": 1.0,
    "missing bound": 1.2,
    "expression": 1.3,
    "missing line": 1.5,
}
_BY_SIZE = 0.15
_SHARED = 0.3
_SEVERAL = 0.4


def line(listing: Listing, candidate: Candidate) -> int:
    """The first line that a candidate changes."""
    return listing.nodes(candidate)[0][1].lineno


def best(listing: Listing, found: list[Candidate]) -> tuple[Candidate, Candidate | None]:
    """The one to tell, and the best one on another line, if any."""
    lines = Counter(line(listing, candidate) for candidate in found)

    def cost(candidate: Candidate) -> tuple[float, int, int, int]:
        node = listing.nodes(candidate)[0][1]
        price = _COST.get(candidate.kind, 1.0) + _BY_SIZE * (candidate.size - 1)
        price -= _SHARED * lines[node.lineno] / len(found)
        price += _SEVERAL * (len(candidate.sites) > 1)
        price += 0.7 * _drops_by_one(listing, candidate)
        lines_more = (node.end_lineno or node.lineno) - node.lineno
        width = lines_more * 1000 + (node.end_col_offset or 0) - node.col_offset
        # Of two lines made alike the second is the copy, in which something was left as it was.
        return round(price, 4), width, -node.lineno, candidate.number

    ordered = sorted(found, key=cost)
    first = ordered[0]
    elsewhere = (c for c in ordered if line(listing, c) != line(listing, first))
    return first, next(elsewhere, None)


def _drops_by_one(listing: Listing, candidate: Candidate) -> bool:
    """`- 1` turned into `* 1` is no other operator: it is dropped."""
    if candidate.how != EDIT or candidate.kind != "operator":
        return False
    edit: Edit = listing.sites[candidate.sites[0]].edits[candidate.choice]
    right = getattr(edit.new, "right", None)
    return getattr(right, "value", None) == 1
