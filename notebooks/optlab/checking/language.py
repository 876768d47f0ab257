"""What is said to a learner, as template and values; put into another language where it is shown.

    text = told("{name} passes.", name="descend")    a string in English
    say(text)                                        the same, in the language that is spoken

`OPTLAB_LANG=ko`, or a file `language` in `optlab`, says which that is. What is missing or
damaged is said in English; a check never fails for it.
"""

import json
import os
import unicodedata
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "words"
SAYS = FOLDER.parent / "language"  # in what is handed out in one language alone
Look = Callable[[str], str]


class Text(str):
    """A sentence in English that knows what it was made of. Marks and files see a string."""

    template: str
    values: Mapping[str, Any]
    stops: bool = True  # with a full stop, where it has one

    def __new__(cls, english: str, template: str, values: Mapping[str, Any]) -> "Text":
        text = super().__new__(cls, english)
        text.template, text.values = template, values
        return text

    def __add__(self, other: str) -> "Text":
        return told("{first}{then}", first=self, then=other)

    def __radd__(self, other: str) -> "Text":
        return told("{first}{then}", first=other, then=self)

    def __reduce__(self) -> tuple:
        return Text, (str(self), self.template, self.values), {"stops": self.stops}


def told(template: str, **values: Any) -> Text:
    """The template with its values filled in; one without values may hold braces."""
    if isinstance(template, Text) and not values:
        return template
    return Text(template.format(**values) if values else template, template, values)


def called(text: str) -> str:
    """A name in a sentence: words are said in another language, a name of the code is not."""
    return told(text) if " " in text else text


def joined(*texts: str) -> Text:
    """One after the other, with a space between; empty ones are left out."""
    whole = told("")
    for text in filter(None, texts):
        whole = told("{first} {then}", first=whole, then=text) if whole else told("") + text
    return whole


def capital(text: str) -> str:
    """As a sentence begins."""
    english = text[:1].upper() + text[1:]
    return Text(english, text.template, text.values) if isinstance(text, Text) else english


def small(text: str) -> str:
    """As it goes on behind a colon."""
    english = text[:1].lower() + text[1:]
    return Text(english, text.template, text.values) if isinstance(text, Text) else english


def stopless(text: Text) -> Text:
    """Without the full stop at its end, in every language."""
    bare = Text(text.rstrip("."), text.template, text.values)
    bare.stops = False
    return bare


def say(text: str) -> str:
    """The text in the language that is spoken."""
    return in_words(text, _look) if _look else str(text)


def in_words(text: Any, look: Look) -> Any:
    """The text as it reads where `look` says what stands for a template."""
    if not isinstance(text, Text):
        return text
    said = _filled(text, look(text.template), look)
    return said if text.stops else said.rstrip(".")


def _filled(text: Text, template: str, look: Look) -> str:
    if not text.values:
        return template
    try:
        return template.format(**{name: in_words(one, look) for name, one in text.values.items()})
    except (LookupError, ValueError, AttributeError, TypeError):
        return str(text)


def columns(text: str) -> int:
    """How wide a text is where letters are equally wide."""
    return len(text) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def spoken() -> str:
    """The language's short name; empty for English."""
    return _spoken


def english(said: str) -> str:
    """What was said in the language that is spoken, as files keep it for all languages."""
    return _english.get(said, said)


def speak(language: str) -> None:
    """Say everything in this language from now on, where its words are there."""
    global _spoken, _look, _english  # noqa: PLW0603  one language for the process
    _spoken, _look, _english = "", None, {}
    if language in ("", "en"):
        return
    try:
        words = _words(language)
    except (OSError, ValueError, zlib.error):
        print(f"optlab: there are no words for OPTLAB_LANG={language!r:.20}; this is English.")
        return
    _spoken, _look = language, lambda template: words.get(template, template)
    _english = {said: template for template, said in words.items()}


def choose() -> None:
    """Speak what the environment asks for, or else what a file in `optlab` says."""
    asked = os.environ.get("OPTLAB_LANG")
    if asked is None and SAYS.is_file():
        asked = SAYS.read_text("utf-8").strip()
    if asked is not None:
        speak(asked)


def packed(words: Mapping[str, str]) -> bytes:
    """Translations by their English, as a file holds them: nothing that is read by accident."""
    return zlib.compress(json.dumps(words, ensure_ascii=False, indent=0).encode(), 9)


def _words(language: str) -> dict[str, str]:
    if not language.isidentifier():
        raise ValueError("no name of a language")
    words = json.loads(zlib.decompress((FOLDER / f"{language}.words").read_bytes()))
    if not isinstance(words, dict) or not all(isinstance(one, str) for one in words.values()):
        raise ValueError("no dictionary")
    return words


_spoken = ""
_english: dict[str, str] = {}
_look: Look | None = None
