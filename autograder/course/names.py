"""Names of students: what may be one, and which of them nobody could tell apart."""

import hashlib
import os
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache

from autograder.handin.read import Refusal
from autograder.text import clean

LONGEST = 128  # characters of an id in nbgrader's gradebook
_BYTES = 255  # of a folder's name

# Letters of other alphabets that look like a Latin one in common fonts.
_LATIN = {
    "АΑᎪ": "A", "ВΒᏴ": "B", "СϹᏟ": "C", "ЕΕᎬ": "E", "ԌᏀ": "G", "НΗᎻ": "H", "ІΙӀ": "I",
    "ЈᎫ": "J", "КΚᏦ": "K", "Ꮮ": "L", "МΜᎷ": "M", "Ν": "N", "ОΟՕ": "O", "РΡᏢ": "P",
    "Ԛ": "Q", "ᎡᏒ": "R", "ЅᏚՏ": "S", "ТΤᎢ": "T", "ՍႮ": "U", "Ѵ": "V", "ԜᎳ": "W", "ХΧ": "X",
    "УΥҮ": "Y", "ΖᏃ": "Z",
    "аαɑ": "a", "Ьƅ": "b", "сϲ": "c", "ԁ": "d", "е": "e", "ɡց": "g", "һհ": "h", "іιı": "i",
    "јϳ": "j", "ӏ": "l", "ոռ": "n", "оοօ": "o", "рρ": "p", "ԛզ": "q", "ѕ": "s",
    "սυ": "u", "νѵ": "v", "ԝѡ": "w", "хχ": "x", "уγү": "y", "ᴢ": "z",
}  # fmt: skip
_LOOKS_LIKE = str.maketrans({one: latin for many, latin in _LATIN.items() for one in many})
# Nothing is seen of these, though Unicode counts them as letters, marks or symbols.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SELECTORS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_JOINERS = "\u200c\u200d"
_VIRAMA = 9  # the combining class of marks after which a joiner shapes the letters


def student_name(name: str) -> str:
    """`name` when it can be a folder's name and a student's id in nbgrader; else a `Refusal`."""
    if not name or name.startswith("."):
        raise Refusal("student_name", "it is empty or begins with a dot")
    if len(name) > LONGEST or len(name.encode("utf-8", "replace")) > _BYTES:
        raise Refusal("student_name", f"it is longer than {LONGEST} characters")
    if name != name.strip():
        raise Refusal("student_name", "it begins or ends with a space")
    if clean(name) != name or "\n" in name or "\t" in name or not visible(name):
        raise Refusal("student_name", "it holds characters that cannot be shown")
    # nbgrader looks for folders by pattern and writes names into its pages as they are.
    forbidden = sorted(set(name) & set("/\\*?[<>"))
    if forbidden:
        raise Refusal("student_name", f"it holds {' '.join(forbidden)}")
    return name


def told_apart(name: str) -> str:
    """A name that cannot be a student's, so that it is no other's either, shown or as a folder."""
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:6]
    shown = "".join(letter for letter in clean(name, 40) if letter.isspace() or not _unseen(letter))
    return f"?{' '.join(shown.split())} {digest}"  # no student's name holds "?"


def visible(name: str) -> bool:
    """Whether every character leaves something on paper."""
    return not any(
        (_unseen(letter) and not _joins(name[:place], letter)) for place, letter in enumerate(name)
    )


def look_alikes(names: Iterable[str]) -> dict[str, str]:
    """The names that could be taken for another one of these, with that other one.

    The plainest of such names, if there is exactly one, is not among them: nobody loses marks
    because somebody else's folder looks like theirs.
    """
    names, found = list(names), {}
    for key in (_letters, _looks):
        for alike in _groups(names, key):
            first, second = sorted(alike, key=_oddness)[:2]
            kept = first if _oddness(first) < _oddness(second) else None
            for name in alike:
                if name != kept:
                    found[name] = kept or (second if name == first else first)
    return found


def _oddness(name: str) -> tuple[bool, int]:
    """How far a name is from the plain one: forms that need not be, letters that deceive."""
    disguised = sum(ord(letter) in _LOOKS_LIKE or _unseen(letter) for letter in name)
    return name != " ".join(unicodedata.normalize("NFKC", name).split()), disguised


def _groups(names: list[str], key: Callable[[str], str]) -> list[list[str]]:
    groups = defaultdict(list)
    for name in names:
        groups[key(name)].append(name)
    return [alike for alike in groups.values() if len(alike) > 1]


def _letters(name: str) -> str:
    """The same for names that are one folder on a disk that knows no case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _looks(name: str) -> str:
    """The same for names that look the same."""
    seen = "".join(letter for letter in unicodedata.normalize("NFKC", name) if not _unseen(letter))
    return " ".join(seen.translate(_LOOKS_LIKE).split())


@lru_cache(10_000)  # the names of a class have few letters
def _unseen(letter: str) -> bool:
    kind = unicodedata.category(letter)
    selects = any(ord(letter) in some for some in _SELECTORS)
    return kind in ("Cc", "Cf", "Cn", "Co", "Cs") or letter in _BLANK or selects


def _joins(before: str, letter: str) -> bool:
    """Whether this is a joiner as Persian or Hindi is written with, after a letter that joins."""
    return letter in _JOINERS and bool(before) and (
        unicodedata.bidirectional(before[-1]) == "AL"
        or unicodedata.combining(before[-1]) == _VIRAMA
    )  # fmt: skip
