"""Whether what is said to learners can be said in another language.

In the language of these tests a sentence is made of what is filled into it, and of nothing else. So
whatever reads as English in the end was never handed to `told`.
"""

import re
from collections.abc import Callable, Sequence

from autograder.language import editions
from autograder.translation.unit import has_words
from optlab.checking import language
from optlab.checking.language import Text
from optlab.checking.probe import Observation

FIELD = re.compile(r"\{[^{}]*\}")


def translatable() -> set[str]:
    """Every text that a translator is given."""
    return {unit.text for part in editions.parts([]) for unit in editions.units(part)}


def english(text: str, known: set[str], seen: Sequence[Observation] = ()) -> list[str]:
    """What reads as English in a text that was said in no language, but for Python's own errors."""
    assert isinstance(text, Text), f"never handed to told: {text!r}"
    said = language.in_words(text, _silent(known))
    for item in seen:
        said = said.replace(item.error_text.rstrip("."), "") if item.error_text else said
    said = re.sub(
        r"`[^`]*`|\$[^$]*\$|'[^']*'|\[[^\]]*\]|\w+\([^()]*(\([^()]*\)[^()]*)*\)", " ", said
    )
    return re.findall(r"\b[a-z]{2,}(?: [a-z]+)+", said)


def _silent(known: set[str]) -> Callable[[str], str]:
    def look(template: str) -> str:
        if not has_words(template):
            return template
        assert template in known, f"no translator is given {template!r}"
        return " · ".join(FIELD.findall(re.sub(r"\$[^$]*\$", " ", template)))

    return look
