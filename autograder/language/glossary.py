"""The glossary of a language: its terms, and where in the lessons each of them comes first."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from autograder.exercises import lessons
from autograder.language.check import bare_text
from autograder.language.terms import Term
from autograder.translation import catalogue


def first_lessons(folder: Path, terms: Iterable[Term]) -> dict[str, str]:
    """The lesson in whose translation a term is first called what the table calls it."""
    terms = list(terms)
    found: dict[str, str] = {}
    for lesson in lessons():
        words = catalogue.words(folder / f"{lesson}.po", folder.name)
        for (english, _), said in words.by_text.items():
            for term in _held(english, said, terms):
                found.setdefault(term, lesson)
    return found


def rows(terms: Iterable[Term], first: Mapping[str, str]) -> list[str]:
    """Rows of a table: the term in English, what it is called, and the number of the lesson."""
    found = sorted((term.english.casefold(), term) for term in terms if term.english in first)
    numbers = {name: lesson.partition("_")[0] for name, lesson in first.items()}
    return [f"| {one.english} | {one.words[0]} | {numbers[one.english]} |" for _, one in found]


def _held(english: str, said: str, terms: Iterable[Term]) -> Iterator[str]:
    """The terms of which both words are in a text and its translation, the longest first."""
    rest, said = bare_text(english), bare_text(said).replace(" ", "")
    small = rest.lower()
    for term in terms:
        rest, times = term.out_of(rest, small)
        if times and any(word.replace(" ", "") in said for word in term.words):
            yield term.english
