"""What a grader needs of a language: lessons as they are handed out there, and its words.

Both are made of the English ones and the PO files: a release of which nothing but the words is
another cannot be out of step with the first.
"""

from collections.abc import Iterator
from functools import cache

from nbformat import NotebookNode

import autograder.learner_side  # noqa: F401
from autograder import ROOT, released
from autograder.translation.catalogue import Words, words
from autograder.translation.lesson import translated
from optlab.checking.language import Look

FOLDER = ROOT / "translations"
COMMON = ("optlab", "pages")  # what is said in every lesson: to learners, and by a grader


def releases(lesson: str, english: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """The lesson in every language that it is translated into."""
    for path in sorted(FOLDER.glob(f"*/{lesson}.po")):
        language = path.parent.name
        yield language, release(lesson, english, language)


def release(lesson: str, english: NotebookNode, language: str) -> NotebookNode:
    """The lesson in this language, as far as it is translated."""
    return released.sealed(translated(english, _words(language, lesson).tr))


def look(lesson: str, language: str) -> Look:
    """What stands for a template in a submission of this lesson."""
    parts = [_words(language, part) for part in (lesson, *COMMON)]

    def found(template: str) -> str:
        said = (part.said(template) for part in parts)
        return next(filter(None, said), template)

    return found


@cache
def _words(language: str, part: str) -> Words:
    return words(FOLDER / language / f"{part}.po", language)
