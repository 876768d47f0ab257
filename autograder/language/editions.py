"""The languages that the course is translated into: folders of `translations/`.

A language that is not whole yet is checked as far as it goes, and offered nowhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder import ROOT
from autograder.build import notebooks
from autograder.build.notebooks import Source
from autograder.errors import UserError
from autograder.language import check, texts
from autograder.language.catalogue import Entry, Translations

FOLDER = ROOT / "translations"
_SHOWN = 60  # letters of a text, where it is named


@dataclass(frozen=True)
class Edition:
    """The course in one language, as far as it is translated."""

    code: str
    folder: Path

    @cached_property
    def language(self) -> check.Language:
        return check.read(self.folder)

    def book(self, lesson: Source) -> Translations:
        """The translations of a lesson, held against its texts."""
        return Translations(self.code, texts.units(lesson), self.folder / f"{lesson.name}.po")

    def begun(self, names: list[str]) -> list[Source]:
        """Those of these lessons that somebody has begun to translate; all, where all should be."""
        return [
            lesson
            for lesson in notebooks.sources(names)
            if self.language.whole or (self.folder / f"{lesson.name}.po").exists()
        ]


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
    lessons = notebooks.sources(names) if names else chosen.begun([])
    if not lessons:
        raise UserError(f"no lesson of translations/{code} is begun; name one")
    done = []
    for lesson in lessons:
        book = chosen.book(lesson)
        book.write()
        left = sum(not entry.usable for entry in book.entries)
        done.append(f"{book.path.relative_to(ROOT)}: {left} of {len(book.entries)} to translate")
    return done


def faults(names: list[str]) -> list[str]:
    """What is wrong with the translations of these lessons, one line each."""
    return [
        f"{found.code} {lesson.name}: {fault}"
        for found in editions()
        for lesson in found.begun(names)
        for fault in _faults(found, lesson)
    ]


def _faults(found: Edition, lesson: Source) -> Iterator[str]:
    book = found.book(lesson)
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
