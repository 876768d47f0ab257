"""The languages that the course is translated into: folders of `translations/`.

A language that is not whole yet is checked as far as it goes, and offered nowhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from autograder import ROOT, files
from autograder.build import notebooks
from autograder.errors import UserError
from autograder.language import check, documents, glossary, pages, phrases, texts
from autograder.lesson import Lesson
from autograder.translation.catalogue import Entry, Translations, words
from autograder.translation.unit import SAID, Kind, Unit

FOLDER = ROOT / "translations"
# What all lessons say alike, what a grader says, and pages for learners beside the lessons.
OPTLAB, PAGES, DOCUMENTS = "optlab", "pages", "documents"
TOGETHER = {OPTLAB: phrases.units, PAGES: pages.units, DOCUMENTS: documents.units}
_SHOWN = 60  # letters of a text, where it is named


@dataclass(frozen=True)
class Edition:
    """The course in one language, as far as it is translated."""

    code: str
    folder: Path

    @cached_property
    def language(self) -> check.Language:
        return check.read(self.folder)

    def book(self, part: str) -> Translations:
        """The translations of a part of the course, held against its texts."""
        path = self.folder / f"{part}.po"
        return _held(
            self.code, tuple(units(part)), path, path.read_bytes() if path.exists() else b""
        )

    def begun(self, names: list[str]) -> list[str]:
        """Those of these parts that somebody has begun to translate; all, where all should be."""
        return [
            part
            for part in parts(names)
            if self.language.whole or (self.folder / f"{part}.po").exists()
        ]

    def words(self, names: list[str]) -> dict[str, str]:
        """What these parts say to a learner, by its English: what `optlab` looks up."""
        books = [(part, self.book(part)) for part in self.begun(names) if part != PAGES]
        return {
            unit.text: said
            for part, book in books
            for unit in units(part)
            if unit.kind in SAID
            and not unit.hidden
            and (said := book.tr(unit.text, unit.kind)) != unit.text
        }

    def first_lessons(self) -> dict[str, str]:
        """Where each term of the trade comes first."""
        return glossary.first_lessons(self.folder, self.language.terms)

    def title(self, lesson: Lesson) -> str:
        """As it is called there, if that is said."""
        return words(self.folder / f"{lesson.name}.po", self.code).tr(lesson.title, Kind.TITLE)


def parts(names: list[str]) -> list[str]:
    """The lessons of these names, or all of them and what is said in any."""
    lessons = [name for name in names if name not in TOGETHER]
    named = [name for name in TOGETHER if name in names]
    if names and not lessons:
        return named
    found = [lesson.name for lesson in notebooks.sources(lessons)]
    return [*found, *(named if names else TOGETHER)]


@cache
def units(part: str) -> tuple[Unit, ...]:
    """The texts of a lesson, or of what is said in any."""
    if part in TOGETHER:
        return tuple(TOGETHER[part]())
    return tuple(texts.units(notebooks.sources([part])[0]))


@cache  # of the same texts and the same file, however often it is asked for
def _held(code: str, asked: tuple[Unit, ...], path: Path, _contents: bytes) -> Translations:
    return Translations(code, asked, path)


def editions() -> list[Edition]:
    """Every language that there is a folder for."""
    found = sorted(path.parent for path in FOLDER.glob("*/language.toml"))
    return [Edition(code=folder.name, folder=folder) for folder in found]


def edition(code: str) -> Edition:
    for found in editions():
        if found.code == code:
            return found
    known = ", ".join(found.code for found in editions())
    raise UserError(f"translations/{code} has no language.toml; there is {known}")


def update(code: str, names: list[str]) -> list[str]:
    """Bring PO files up to date with the lessons; named ones are begun. Says what is to be done."""
    chosen = edition(code)
    wanted = parts(names) if names else chosen.begun([])
    if not wanted:
        raise UserError(f"no lesson of translations/{code} is begun; name one")
    done = []
    for part in wanted:
        book = chosen.book(part)
        book.write()
        left = sum(not entry.usable for entry in book.entries)
        done.append(f"{book.path.relative_to(ROOT)}: {left} of {len(book.entries)} to translate")
    return done


def beside_the_lessons() -> Iterator[tuple[Path, str]]:
    """The pages for learners beside the lessons, in every language that has begun with them."""
    for found in editions():
        if DOCUMENTS in found.begun([DOCUMENTS]):
            terms = glossary.rows(found.language.terms, found.first_lessons())
            book = found.book(DOCUMENTS)
            yield from documents.pages(found.code, book.tr, found.title, terms)


def write_pages() -> None:
    for path, text in beside_the_lessons():
        files.replace(path, text)


def stale_pages() -> list[str]:
    """Those that are not what they would be if they were written now, one line each."""
    return [
        f"{path.relative_to(ROOT)} is stale"
        for path, text in beside_the_lessons()
        if not path.exists() or path.read_text("utf-8") != text
    ]


def faults(names: list[str]) -> list[str]:
    """What is wrong with the translations of these lessons, one line each."""
    return [
        f"{found.code} {part}: {fault}"
        for found in editions()
        for part in found.begun(names)
        for fault in _faults(found, part)
    ]


def _faults(found: Edition, part: str) -> Iterator[str]:
    book = found.book(part)
    for entry in book.entries:
        if entry.usable:
            yield from (
                f"{fault}: {_short(entry)}" for fault in check.faults(entry, found.language)
            )
        elif found.language.whole:
            yield to_do(entry)
    if found.language.whole:
        yield from (f'unused: "{text[:_SHOWN]}"' for text in book.unused)


def to_do(entry: Entry) -> str:
    """What a translator has to do about an entry that is not usable."""
    if entry.was:
        return f'stale: {_short(entry)} (was "{entry.was[:_SHOWN]}")'
    return f"untranslated: {_short(entry)}"


def _short(entry: Entry) -> str:
    text = " ".join(entry.text.split())
    return f'"{text[:_SHOWN]}…"' if len(text) > _SHOWN else f'"{text}"'
