"""The statements of the course's sources, what became of each, and where: `docs/sources.md`.

The statements stand in `docs/audit/statements.csv`; where one is treated, and how, stands in
`docs/audit/<lesson>.csv`.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from autograder import ROOT
from autograder.exercises import lessons
from autograder.lesson import Lesson

AUDIT = ROOT / "docs" / "audit"
PAGE = ROOT / "docs" / "sources.md"
EXPERIMENT, TOLD = "experiment", "told: "  # in `Treatment.how`, beside names of exercises


class Judgement(StrEnum):
    """What the course says of a statement."""

    RIGHT = "right"
    RULE_OF_THUMB = "rule of thumb"
    MISPRINT = "misprint"
    WRONG = "wrong"


@dataclass(frozen=True)
class Statement:
    """A statement of the sources. instead: what holds, or what has to be added; may be empty."""

    item: int
    sources: str
    statement: str
    judgement: Judgement
    instead: str


@dataclass(frozen=True)
class Treatment:
    """Where a lesson treats an item.

    how: exercises and quizzes by name, "experiment", or "told: " and why it is told only.
    """

    item: int
    heading: str
    how: tuple[str, ...]


def statements() -> list[Statement]:
    """All of them, in the order of their numbers."""
    return [
        Statement(
            item=int(row["item"]),
            sources=row["sources"],
            statement=row["statement"],
            judgement=Judgement(row["judgement"]),
            instead=row["instead"],
        )
        for row in rows("statements")
    ]


def treatments(lesson: str) -> list[Treatment]:
    """What a lesson treats; empty where that is nothing."""
    return [
        Treatment(item=int(row["item"]), heading=row["heading"], how=tuple(row["how"].split("; ")))
        for row in rows(lesson)
    ]


def rows(name: str) -> list[dict[str, str]]:
    """A table of `docs/audit/`, row by row; empty where there is none."""
    path = AUDIT / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


_INTRODUCTION = """\
# The sources, statement by statement

Built by `make build` from `docs/audit/`. The course follows the second week of Andrew Ng's
*Improving Deep Neural Networks: Hyperparameter Tuning, Regularization and Optimization*
(DeepLearning.AI, Coursera), as four learners wrote it down, mostly in Korean:

| | notes |
|---|---|
| A | 이형섭, *Week 2: Optimization Algorithms*, 28 July 2023: the lecture, and a seminar on it |
| B | the lecture's slides with handwritten remarks, *Optimization Algorithms* |
| C | *Optimization*: from gradient descent to Adam in pictures, and what helps besides |
| D | *4. 최적화 알고리즘*, 13 November 2023: a summary, and the quiz questions that went wrong |
| L | the lecture itself, where the notes do not repeat it |

Their statements have numbers. Of each we say what became of it here: **right**; a **rule of
thumb**, with what it depends on; a **misprint**, with what should stand there; or **wrong**, with
what holds instead. That is no blame: these are notes taken while listening, and most of what is
corrected here was said in good faith by somebody before. An exercise or quiz is named; an
*experiment* measures the statement; *told* means that the lesson says it and measures nothing,
and why.

What holds is what the lessons let you find out: read one first, and look here afterwards.
"""


def page() -> str:
    """`docs/sources.md`."""
    known = {statement.item: statement for statement in statements()}
    parts = [_INTRODUCTION, _counts(list(known.values()))]
    for lesson in lessons().values():
        parts += _section(lesson, known)
    return "\n".join(parts) + "\n"


def _counts(known: list[Statement]) -> str:
    counts = ((which, sum(one.judgement == which for one in known)) for which in Judgement)
    return (
        f"Of {len(known)} statements: {', '.join(f'{which} {count}' for which, count in counts)}."
    )


def _section(lesson: Lesson, known: dict[int, Statement]) -> Iterator[str]:
    treated = treatments(lesson.name)
    if treated:
        number = lesson.name.partition("_")[0]
        yield f"\n## [{number} {lesson.title}](../notebooks/{lesson.name}.ipynb)\n"
        yield "| | statement | in | it is | what holds | under | how |"
        yield "|--:|---|---|---|---|---|---|"
        yield from (_line(known[one.item], one) for one in sorted(treated, key=_by_item))


def _by_item(treatment: Treatment) -> int:
    return treatment.item


def _line(said: Statement, treated: Treatment) -> str:
    how = ", ".join(_shown(how) for how in treated.how)
    judged = said.judgement if said.judgement == Judgement.RIGHT else f"**{said.judgement}**"
    cells = (
        said.item, said.statement, said.sources, judged, said.instead, treated.heading, how,
    )  # fmt: skip
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _shown(how: str) -> str:
    return how if how == EXPERIMENT or how.startswith(TOLD) else f"`{how}`"
