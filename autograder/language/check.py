"""What is wrong with a translation, as far as a program can tell: one line for every fault.

What must be the same in every language: formulas, code, links, what is filled in, numbers, names.
What the language asks for: its terms, and how its sentences end (`language.toml`).
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from autograder.errors import RunError
from autograder.language.terms import Term
from autograder.language.terms import read as read_terms
from autograder.translation.catalogue import Entry
from autograder.translation.unit import Kind

_FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]*\$", re.DOTALL)
_CODE = re.compile(r"`[^`]*`")
_LINK = re.compile(r"\]\(([^)]*)\)")
_TAG = re.compile(r"</?[a-z][^<>]*>")
_FIELD = re.compile(r'\{\{|\}\}|\{(?!"\w+": )(?:[^{}]|\{[^{}]*\})*\}')  # no dict shown in prose
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(
    r"\b[A-Za-z]\w*(?:\.[a-z]\w+|\[[^\]\s]*\]|\(\))+|\b[A-Za-z]+_\w+|\b[A-Za-z]\w*=",
    re.ASCII,  # a particle may follow at once
)
_LETTER = re.compile(r"\*\*[a-h]\*\*|\([a-h]\)")
_MARKDOWN = {Kind.HEADING, Kind.PARAGRAPH, Kind.ITEM, Kind.ROW, Kind.OPTION}
_MARKDOWN_IT = MarkdownIt()
_PROSE = re.compile(r"\b[a-z]{3,}\b")
_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
).split()
_OTHER_WORDS = {
    "first": 1,
    "once": 1,
    "single": 1,
    "second": 2,
    "twice": 2,
    "both": 2,
    "double": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "tenth": 10,
    "dozen": 12,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "hundred": 100,
    "hundredth": 100,
    "thousand": 1000,
    "thousandth": 1000,
    "million": 1_000_000,
}
_NAMED = {word: str(number) for number, word in enumerate(_WORDS)} | {
    word: str(number) for word, number in _OTHER_WORDS.items()
}


@dataclass(frozen=True)
class Ending:
    """How the sentences of some kinds of text end, or never end."""

    kinds: frozenset[Kind]
    must: re.Pattern[str] | None
    never: re.Pattern[str] | None


@dataclass(frozen=True)
class Language:
    """What one language asks for. whole: whether all is translated, and what is not is a fault."""

    name: str
    whole: bool
    letters: re.Pattern[str]
    endings: tuple[Ending, ...]
    terms: tuple[Term, ...]


def read(folder: Path) -> Language:
    """The rules that `translations/<language>` brings."""
    path = folder / "language.toml"
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        endings = tuple(_ending(item) for item in data.get("ending", ()))
        letters = re.compile(data["letters"])
        name, whole = str(data["name"]), bool(data["whole"])
    except (OSError, KeyError, ValueError, re.error) as error:
        raise RunError(f"{path} cannot be read: {error}") from None
    terms = read_terms(folder / "terms.csv")
    return Language(name=name, whole=whole, letters=letters, endings=endings, terms=terms)


def _ending(item: dict[str, str]) -> Ending:
    return Ending(
        kinds=frozenset(map(Kind, item["kinds"].split())),
        must=re.compile(item["must"]) if "must" in item else None,
        never=re.compile(item["never"]) if "never" in item else None,
    )


def faults(entry: Entry, language: Language) -> Iterator[str]:
    """What is wrong with the translation of one text that has one."""
    yield from broken(entry)
    if entry.excused:
        return
    if _same(entry):
        yield "left in English"
        return
    yield from _terms(entry, language.terms)
    yield from _endings(entry, language)


def broken(entry: Entry) -> Iterator[str]:
    """What no comment excuses: it would change what is said, or how it is shown."""
    if "\n" in entry.text and entry.text.count("\n") != entry.translation.count("\n"):
        yield "another number of lines"
    if entry.text[:1].isspace() != entry.translation[:1].isspace():
        yield "begins with a space, or does not"
    for name, kept in _KEPT.items():
        yield from _differ(name, kept(entry.text), kept(entry.translation))
    yield from _numbers(entry)
    if {*entry.kinds} & _MARKDOWN and (left := _left_over(entry.translation)):
        yield f"Markdown shows {left!r} as it is"


def _differ(name: str, wanted: Iterable[str], given: Iterable[str]) -> Iterator[str]:
    missing = Counter(wanted) - Counter(given)
    added = Counter(given) - Counter(wanted)
    if missing:
        yield f"{name} missing: {' '.join(missing.elements())}"
    if added:
        yield f"{name} too much: {' '.join(added.elements())}"


def bare_text(text: str) -> str:
    """The text without formulas, code, fields and links."""
    for pattern in (_FORMULA, _CODE, _LINK, _FIELD):
        text = pattern.sub(" ", text)
    return text


def _names(text: str) -> list[str]:
    bare = _CODE.sub(" ", _FORMULA.sub(" ", text))
    return [*set(_NAME.findall(_FIELD.sub(" ", bare)))]


def _bold(text: str) -> list[str]:
    return re.findall(r"\*\*", _CODE.sub("", _FORMULA.sub("", text)))


def _fields(text: str) -> list[str]:
    return _FIELD.findall(_FORMULA.sub("", text))


_KEPT: dict[str, Callable[[str], list[str]]] = {
    "formula": _FORMULA.findall,
    "code": lambda text: _CODE.findall(_FORMULA.sub("", text)),
    "link": _LINK.findall,
    "tag": _TAG.findall,
    "field": _fields,
    "name": _names,
    "letter": _LETTER.findall,
    "bold": _bold,
}


def _numbers(entry: Entry) -> Iterator[str]:
    """Digits stay digits; where English has a number's word, a digit may stand for it."""
    text, translation = bare_text(entry.text), bare_text(entry.translation)
    yield from other_numbers(text, translation)
    wanted, given = _NUMBER.findall(text), _NUMBER.findall(translation)
    if {*entry.kinds} & {Kind.OPTION} and sorted(given) == sorted(wanted) and given != wanted:
        yield "numbers in another order"


def other_numbers(text: str, translation: str) -> Iterator[str]:
    """Which numbers of a text are missing in another, or too many there."""
    wanted, given = _NUMBER.findall(text), _NUMBER.findall(translation)
    words = re.findall(r"[a-z]+", text.lower())
    spoken = Counter(_NAMED[word] for word in words if word in _NAMED)
    missing, added = Counter(wanted) - Counter(given), Counter(given) - Counter(wanted)
    if missing or any(added[number] > spoken[number] for number in added):
        yield from _differ("number", wanted, given)


def _left_over(text: str) -> str:
    """Stars that the reader would see: `**word(word)**is` is not bold."""
    tokens = _MARKDOWN_IT.parseInline(_FORMULA.sub("x", text))[0].children or []
    seen = "".join(token.content for token in tokens if token.type == "text")
    found = re.search(r"\S*\*+\S*", seen)
    return found[0] if found else ""


def _same(entry: Entry) -> bool:
    """Whether nothing was translated though there are words, and not names alone."""
    return entry.text == entry.translation and _PROSE.search(bare_text(entry.text)) is not None


def _terms(entry: Entry, terms: Iterable[Term]) -> Iterator[str]:
    english, translation = bare_text(entry.text), bare_text(entry.translation)
    small = english.lower()
    said = translation.replace(" ", "")  # how a word is spaced is asked for by "not:" alone
    for term in terms:  # the longest first: "gradient descent" is no "gradient"
        english, times = term.out_of(english, small)
        if not times:
            continue
        yield from (f"{term.english}: not {word}" for word in term.never if word in translation)
        if not term.loose and not any(word.replace(" ", "") in said for word in term.words):
            yield f"{term.english}: {' or '.join(term.words)} expected"


def _endings(entry: Entry, language: Language) -> Iterator[str]:
    sentences = re.split(r"(?<=[.?])\s+", bare_text(entry.translation).strip())
    for ending in language.endings:
        if not {*entry.kinds} <= ending.kinds:
            continue
        for sentence in sentences:
            whole = sentence.rstrip('*")”’ ')
            if not whole.endswith((".", "?")) or not language.letters.search(whole):
                continue
            bare = whole.rstrip('.?*")”’ ')
            if ending.must and not ending.must.search(bare):
                yield f"ends in another form: {bare[-12:]}"
            if ending.never and ending.never.search(bare):
                yield f"ends in another form: {bare[-12:]}"
