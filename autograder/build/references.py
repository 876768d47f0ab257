"""The works that the course cites, and the pages that cite them: `docs/references.md`.

The works stand in `docs/audit/references.csv`. A lesson cites one by its authors and year, "Kingma
and Ba (2015)" or "(Kingma and Ba, 2015)", or by the name that stands there, "CS231n".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder import NOTEBOOKS, ROOT, SOLUTIONS
from autograder.build import percent, sources
from autograder.exercises import lessons

PAGE = ROOT / "docs" / "references.md"
DATA = NOTEBOOKS / "optlab" / "data" / "README.md"

_NAME = r"[A-ZÀ-Þ][\w’'-]+"
_SEVERAL = rf"{_NAME} and others|{_NAME}(?:, {_NAME})* and {_NAME}"
_YEAR = r"(?:19|20)\d\d"
# Of one person alone only what looks like nothing else: "Adam, 2000 steps" cites nobody.
_CITATION = re.compile(
    rf"(?P<several>{_SEVERAL})[, (]{{1,2}}(?P<year>{_YEAR})\b"
    rf"|(?P<one>{_NAME})(?:, | \()(?P<its_year>{_YEAR})(?=[),;:.]|$)"
)


@dataclass(frozen=True)
class Citation:
    """What a text says: "Kingma and Ba", "2015". people: "Choi and others" for many."""

    people: str
    year: str

    def __str__(self) -> str:
        return f"{self.people} ({self.year})"


@dataclass(frozen=True)
class Reference:
    """A work. name: what lessons call it; empty where they cite its authors and its year.

    What has a name may do without authors and year.
    """

    name: str
    authors: str
    year: str
    title: str
    where: str
    link: str

    @property
    def citations(self) -> set[Citation]:
        """How a text may cite it: with all authors, and from three on also with the first."""
        if self.name:
            return set()
        first, several, _ = self.authors.partition(", ")
        people = {self.authors} | ({f"{first} and others"} if several else set())
        return {Citation(people=one, year=self.year) for one in people}

    def cited_in(self, text: str) -> bool:
        """Whether the text cites it."""
        if self.name:
            return re.search(rf"\b{re.escape(self.name)}\b", text) is not None
        return bool(self.citations & citations(text))


@dataclass(frozen=True)
class Place:
    """A page that may cite. label: what the reader clicks on."""

    label: str
    link: str
    text: str


def references() -> list[Reference]:
    """All of them, by authors and year."""
    found = [
        Reference(
            name=row["name"],
            authors=row["authors"],
            year=row["year"],
            title=row["title"],
            where=row["where"],
            link=row["link"],
        )
        for row in sources.rows("references")
    ]
    return sorted(found, key=lambda one: ((one.name or one.authors).lower(), one.year))


@cache  # every work is looked for in every page
def citations(text: str) -> frozenset[Citation]:
    """Who is cited with a year, wherever the lines break."""
    found = _CITATION.finditer(" ".join(text.split()))
    return frozenset(
        Citation(people=one["several"] or one["one"], year=one["year"] or one["its_year"])
        for one in found
    )


def places() -> Iterator[Place]:
    """The lessons, then the documents."""
    for path in sorted(SOLUTIONS.glob("[0-9][0-9]*_*.py")):
        link = f"../notebooks/{path.stem}.ipynb"
        yield Place(label=path.stem.partition("_")[0], link=link, text=_lesson(path))
    for path in sorted(PAGE.parent.glob("*.md")):
        if path != PAGE:
            yield Place(label=path.stem, link=path.name, text=path.read_text("utf-8"))
    yield Place(label="the data", link=f"../{DATA.relative_to(ROOT)}", text=DATA.read_text("utf-8"))


def _lesson(path: Path) -> str:
    """What a lesson tells: its Markdown, and the questions that are filled in."""
    told = [cell.source for cell in percent.read(path).cells if cell.cell_type == "markdown"]
    known = lessons().get(path.stem)
    asked = [quiz.text() for quiz in known.quizzes.values()] if known else []
    return "\n\n".join([*told, *asked])


_INTRODUCTION = """\
# References

Built by `make build` from `docs/audit/references.csv`. Lessons cite a work by its authors and its
year, or by a name; at the end of a line stand the lessons and documents that do. Whoever cites a
new work adds a row: all authors by their surnames, the year, the exact title, where it appeared
and a link. The lecture and the notes that the course follows stand in [the sources](sources.md).
"""


def page() -> str:
    """`docs/references.md`."""
    known, cited = references(), list(places())
    papers = [_line(one, cited) for one in known if not one.name]
    named = [_line(one, cited) for one in known if one.name]
    parts = [_INTRODUCTION, "## Papers\n", *papers, "\n## Courses, books and libraries, by name\n"]
    return "\n".join([*parts, *named]) + "\n"


def _line(one: Reference, cited: list[Place]) -> str:
    name = f"**{one.name}**" if one.name else ""
    people = f"{one.authors} ({one.year})" if one.year else one.authors
    work = f"[{one.title}]({one.link}). {one.where}"
    links = ", ".join(f"[{it.label}]({it.link})" for it in cited if one.cited_in(it.text))
    return f"- {'. '.join(filter(None, (name, people, work)))}. Cited in {links}."
