"""The words of the trade: `terms.csv` of a language says what each English one is called there."""

import csv
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.errors import RunError

_BRACKET = re.compile(r" *\([^)]*\)")


@dataclass(frozen=True)
class Term:
    """One row. words: what it may be called. never: what it must not be where it is meant.

    loose: too common a word in English to be asked for wherever it stands.
    """

    english: str
    words: tuple[str, ...]
    never: tuple[str, ...]
    loose: bool

    @cached_property
    def plain(self) -> str:
        """Without the bracket that tells two of one name apart."""
        return _BRACKET.sub("", self.english)

    def out_of(self, text: str, small: str) -> tuple[str, int]:
        """A text with blanks for the term, and how often it stood there.

        small: a text in small letters that holds this one. There are hundreds of terms, and most
        are not even there: to look there first takes far less time than a pattern.
        """
        return self._pattern.subn(" ", text) if self._small in small else (text, 0)

    @cached_property
    def _small(self) -> str:
        return self.plain.lower()

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(rf"\b{re.escape(self.plain)}(?:e?s)?\b", re.IGNORECASE)


def read(path: Path) -> tuple[Term, ...]:
    """The rows of a table of terms, the longest term first."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [_term(row) for row in csv.DictReader(file)]
    except (OSError, KeyError, AttributeError) as error:
        raise RunError(f"{path} is no table of english,korean,note: {error}") from None
    return tuple(sorted(rows, key=lambda term: -len(term.plain)))


def _term(row: dict[str, str]) -> Term:
    notes = [note.strip() for note in row["note"].split(";")]
    also = [note.removeprefix("also:") for note in notes if note.startswith("also:")]
    never = [note.removeprefix("not:") for note in notes if note.startswith("not:")]
    return Term(
        english=row["english"],
        words=(*_listed([row["translation"]]), *_listed(also)),
        never=tuple(_listed(never)),
        loose="loose" in notes,
    )


def _listed(texts: list[str]) -> list[str]:
    words = (word.strip() for text in texts for word in text.split(","))
    return [_BRACKET.sub("", word) for word in words if word]
