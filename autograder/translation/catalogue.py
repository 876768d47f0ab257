"""The translations of one lesson: a PO file, of which the English is the id of every entry.

Babel reads, writes and merges it: what is new comes in, what is gone goes out, and an entry whose
English was changed keeps its old translation, marked as stale.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po

from autograder import files
from autograder.errors import RunError
from autograder.translation.unit import APART, Kind, Unit

EXCUSED = "check: ok"  # a comment of the translator's: what looks like a fault is none
_HEADER = "# A translation of the course; made from it by `python -m autograder translate`."
_GUESSED = {"python-format", "python-brace-format"}  # Babel takes "5 % of" for a placeholder


@dataclass(frozen=True)
class Entry:
    """One text and its translation, which is empty where there is none.

    was: the English that was translated, where it has changed since. kinds: of its places.
    """

    text: str
    translation: str
    kinds: tuple[Kind, ...]
    places: tuple[str, ...]
    was: str = ""
    excused: bool = False

    @property
    def usable(self) -> bool:
        return bool(self.translation) and not self.was


class Translations:
    """The entries of one PO file, held against the texts of today."""

    def __init__(self, language: str, units: Iterable[Unit], path: Path) -> None:
        self.path = path
        self._catalog = _read(path, language)
        before = len([message for message in self._catalog if message.id])
        today = Catalog(locale=language, fuzzy=False)
        for unit in units:
            said = [f"{unit.kind}: {unit.where}"]
            today.add(unit.text, "", auto_comments=said, context=_context(unit.kind))
        self._catalog.update(today, no_fuzzy_matching=before == 0)
        self._entries = {
            (str(message.id), message.context): _entry(message)
            for message in self._catalog
            if message.id
        }

    @property
    def entries(self) -> list[Entry]:
        return list(self._entries.values())

    @property
    def unused(self) -> list[str]:
        """What was translated and stands nowhere any more."""
        return [str(message.id) for message in self._catalog.obsolete.values()]

    def tr(self, text: str, kind: Kind) -> str:
        """The translation, or the English where there is none that is up to date."""
        entry = self._entries.get((text, _context(kind)))
        return entry.translation if entry and entry.usable else text

    def write(self) -> None:
        """Bring the file up to date. What is unused goes."""
        for message in self._catalog:
            message.flags -= _GUESSED
        buffer = BytesIO()
        write_po(buffer, self._catalog, width=100, ignore_obsolete=True, include_previous=True)
        files.replace(self.path, buffer.getvalue())


@dataclass(frozen=True)
class Words:
    """Translations by their English, and by what sets two alike ones apart."""

    by_text: Mapping[tuple[str, str | None], str]

    def said(self, text: str) -> str | None:
        return self.by_text.get((text, None))

    def tr(self, text: str, kind: Kind) -> str:
        """The translation, or the English where there is none."""
        return self.by_text.get((text, _context(kind)), text)


def words(path: Path, language: str) -> Words:
    """What is up to date in a PO file, for who has no texts to hold it against; none without it."""
    found = [message for message in _read(path, language) if message.id and message.string]
    usable = [message for message in found if not message.fuzzy]
    return Words({(str(one.id), one.context): str(one.string) for one in usable})


def _context(kind: Kind) -> str | None:
    return str(kind) if kind in APART else None


def _read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(
            locale=language,
            header_comment=_HEADER,
            project="optimization-course",
            version="1",
            msgid_bugs_address="",
            last_translator="",
            language_team=language,
            fuzzy=False,
        )
    try:
        with path.open("rb") as file:
            return read_po(file, locale=language, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise RunError(f"{path} is no PO file: {error}") from None


def _entry(message: Message) -> Entry:
    places = tuple(dict.fromkeys(message.auto_comments))
    return Entry(
        text=str(message.id),
        translation=str(message.string or ""),
        kinds=tuple(dict.fromkeys(Kind(place.partition(":")[0]) for place in places)),
        places=tuple(place.partition(": ")[2] for place in places),
        was=_was(message),
        excused=any(EXCUSED in comment for comment in message.user_comments),
    )


def _was(message: Message) -> str:
    if not message.fuzzy:
        return ""
    return str(message.previous_id[0]) if message.previous_id else "unknown"
