"""The cheat sheet: what the lessons sum up in tables, on one page, `docs/cheatsheet.md`.

Each lesson's own stands in its summary, below the heading that this module looks for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder import ROOT, SOLUTIONS
from autograder.errors import RunError
from autograder.exercises import lessons

PAGE = ROOT / "docs" / "cheatsheet.md"
_SHEET = re.compile(r"^# ### Cheat sheet\n#\n((?:# \|.*\n)+)", re.MULTILINE)
_INTRODUCTION = """\
# Cheat sheet

Built by `make build` from the summaries of the lessons: each technique with its formula, the same
in NumPy line for line, what it starts with, and when not to use it. $g$ is the gradient, $w$ a
parameter, $\\alpha$ the learning rate; what is averaged starts at zero.
"""


@dataclass(frozen=True)
class Row:
    """One technique. formula, code: line for line the same, or a formula in words."""

    technique: str
    formula: tuple[str, ...]
    code: tuple[str, ...]
    default: str
    mind: str


def sheet(lesson: str) -> str:
    """The table of a lesson, by its full name; empty where it has none."""
    found = _SHEET.search((SOLUTIONS / f"{lesson}.py").read_text("utf-8"))
    return re.sub(r"^# ", "", found[1], flags=re.MULTILINE) if found else ""


def rows(lesson: str) -> Iterator[Row]:
    """The same row by row."""
    for line in sheet(lesson).splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != len(Row.__dataclass_fields__):
            raise RunError(f"{lesson}: no row of a cheat sheet: {line}")
        technique, formula, code, default, mind = cells
        yield Row(
            technique=technique,
            formula=tuple(formula.split("<br>")),
            code=tuple(part.strip("`") for part in code.split("<br>")),
            default=default,
            mind=mind,
        )


def page() -> str:
    """The text of the page."""
    parts = [
        f"## {lesson.name.partition('_')[0]} · {lesson.title}\n\n{sheet(lesson.name)}"
        for lesson in lessons().values()
        if sheet(lesson.name)
    ]
    return "\n".join([_INTRODUCTION, *parts])
