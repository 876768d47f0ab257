"""Which lesson a notebook is of: by what stands in it, whatever its file is called."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from autograder.handin.outputs import Node

WORDS = re.compile(r"[\W_]+")
# A check of an exercise, or its answer at the beginning of a line.
_NAMED = re.compile(
    r'^check\(\s*["\'](\w{1,80})["\']'
    r"|^(?:async\s+)?def\s+(\w{1,80})"
    r"|^(\w{1,80})\s*(?::[^=\n]{1,80})?=(?!=)",
    re.MULTILINE,
)


def lesson_of(notebook: Node, exercises: Mapping[str, Collection[str]]) -> str | None:
    """The lesson of which most exercises are in a notebook that was read; None for another one.

    exercises: their names by lesson. Their cells are known by id, their answers and checks by name,
    so that a notebook is also recognised after a program has taken all ids away.
    """
    found = set(_names(notebook))
    counts = {lesson: len(found.intersection(names)) for lesson, names in exercises.items()}
    # Of two lessons that were one in an earlier release, the one with more exercises kept its name.
    held = {lesson: (count / len(exercises[lesson]), count) for lesson, count in counts.items()}
    best = max(held, key=lambda lesson: held[lesson])
    alone = list(held.values()).count(held[best]) == 1
    return best if counts[best] and alone else None


def lesson_named(text: str, lessons: Iterable[str]) -> str | None:
    """The lesson that a name speaks of; None where it speaks of none, or of several."""
    words = {word.casefold() for word in WORDS.split(text) if word}
    joined = "".join(letter for letter in text.casefold() if letter.isalnum())
    found = [
        lesson
        for lesson in lessons
        if {*lesson.split("_")[1:]} <= words or lesson.replace("_", "") in joined
    ]
    numbered = [lesson for lesson in found if lesson.partition("_")[0] in words]
    best = numbered or found
    return best[0] if len(best) == 1 else None


def _names(notebook: Node) -> Iterator[str]:
    for cell in notebook["cells"]:
        for name in (cell["metadata"].get("nbgrader", {}).get("grade_id"), cell["id"]):
            if name:
                yield name.removeprefix("check_")
        if cell["cell_type"] == "code":
            for match in _NAMED.finditer(cell["source"]):
                yield match[1] or match[2] or match[3]
