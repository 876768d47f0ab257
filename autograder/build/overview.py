"""The overview of the course: the table in the README and `docs/lessons.md`, both built."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from autograder import ROOT
from autograder.build import cheatsheet, minutes, references, sources
from autograder.exercises import lessons
from autograder.lesson import Lesson

README = ROOT / "README.md"
PAGE = ROOT / "docs" / "lessons.md"
BEGIN, END = "<!-- lessons:begin -->", "<!-- lessons:end -->"

_INTRODUCTION = """\
# The lessons

Built by `make build` from the exercises and from `docs/audit/`. Which statement of the course's
sources a lesson treats, where and how, stands in [the sources](sources.md).
"""


def pages() -> Iterator[tuple[Path, str]]:
    """Every page that is built from the lessons, with its text."""
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    yield README, f"{before}{BEGIN}\n{_table('notebooks')}\n{END}{after}"
    yield PAGE, "\n".join([_INTRODUCTION, _table("../notebooks"), *_details()]) + "\n"
    yield cheatsheet.PAGE, cheatsheet.page()
    yield sources.PAGE, sources.page()
    yield references.PAGE, references.page()


def _table(folder: str) -> str:
    head = "| lesson | minutes | exercises | points | sources |\n|---|--:|--:|--:|---|"
    rows = [_row(lesson, folder) for lesson in lessons().values()]
    together = sum(minutes.of_lesson(lesson) for lesson in lessons().values())
    count = sum(len(lesson.exercises) for lesson in lessons().values())
    points = sum(lesson.points for lesson in lessons().values())
    total = f"| together | {together} | {count} | {points:g} | |"
    return "\n".join([head, *rows, total])


def _row(lesson: Lesson, folder: str) -> str:
    number = lesson.name.partition("_")[0]
    link = f"[{number} {lesson.title}]({folder}/{lesson.name}.ipynb)"
    items = _ranges(sorted({one.item for one in sources.treatments(lesson.name)}))
    counts = f"{minutes.of_lesson(lesson)} | {len(lesson.exercises)} | {lesson.points:g}"
    return f"| {link} | {counts} | {items} |"


def _details() -> Iterator[str]:
    for lesson in lessons().values():
        yield f"\n## {lesson.name}: {lesson.title}\n"
        yield "| exercise | kind | points | named mistakes | correct styles |"
        yield "|---|---|--:|--:|--:|"
        for item in lesson.exercises.values():
            mistakes = len({mistake.name for mistake in item.mistakes})
            counts = f"{item.points:g} | {mistakes} | {len(item.styles) or ''}"
            yield f"| `{item.name}` | {item.kind} | {counts} |"


def _ranges(numbers: Iterable[int]) -> str:
    """1, 2, 3, 7 as "1-3, 7"."""
    parts = []
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        parts.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ", ".join(parts)
