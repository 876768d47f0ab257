"""What is said to learners can be said in another language: nothing of it stays English.

What is said of wrong answers without a name is asked in test_told.py, where it is made.
"""

import ast
import re

import pytest
from said_otherwise import english, translatable

from autograder.exercise import cached_public_key
from autograder.exercises import lessons
from autograder.language import phrases
from optlab.checking import diagnose, keys
from optlab.checking.quiz import chosen


@pytest.fixture(scope="module")
def known():
    return translatable()


@pytest.mark.slow
@pytest.mark.parametrize("lesson", lessons().values(), ids=lambda lesson: lesson.name)
def test_what_is_said_of_a_known_mistake_can_be_said_otherwise(lesson, known):
    for function in lesson.functions.values():
        key = keys.load(function.name)  # as built; test_build.py holds it against the exercise
        for item in key.known:
            message = diagnose.diagnose(key, item.observations).message
            assert english(message, known, item.observations) == [], item.name
    for quiz in lesson.quizzes.values():
        key = cached_public_key(quiz)
        for value in (*(option.value for option in quiz.options), "z", "", 12345.678, -1, [1]):
            message = diagnose.diagnose(key, quiz.observe(value)).message
            assert english(chosen(key.options, value) + message, known) == [], value


# A sentence that is written in optlab and never handed to `told`.

_TWO_WORDS = re.compile(r"[A-Za-z]+ (?:\{\} )?[A-Za-z]{2,}")
# What comes back from a sandbox, and what is counted: no learner reads it in a notebook.
_NOBODY_READS = {"codec.py", "keys.py", "purpose.py"}
_KNOWN_OTHERWISE = {
    "gains over 3 decades, draw 4; 64-32-10; batches of 64; 8 epochs",  # a setting is a name
    "it takes {}, and the call does not fit: {}",  # of `probe`, put into words by `wording`:
    "it takes (.*), and the call does not fit: (.*)",
    "{} is not part of optlab",
    "DejaVu Sans",  # a font
    "optlab: there are no words for OPTLAB_LANG={}; this is English.",
}


def _sentences(path):
    """The literals of a module that read as more than a name, without docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    parts = {id(part) for node in ast.walk(tree) for part in _parts(node)}
    for node in ast.walk(tree):
        text = _text(node)
        is_text = id(node) not in parts and _TWO_WORDS.search(text) and not _is_markup(text)
        if is_text and re.search(r"^[A-Z]|[.?:,;]|\{\}", text):
            yield text


def _parts(node):
    """What is no literal of its own: docstrings, and the pieces of an f-string."""
    if isinstance(node, ast.JoinedStr):
        return node.values
    body = getattr(node, "body", None)
    first = body[0] if isinstance(body, list) and body else None
    return [first.value] if isinstance(first, ast.Expr) else []


def _text(node):
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_markup(text):
    return re.match(r"\{?\}?<|[a-z-]+:[^ ]", text) is not None


def test_no_sentence_of_optlab_stays_english(known):
    found = {
        text: path.name
        for path in phrases.OPTLAB.rglob("*.py")
        if path.name not in _NOBODY_READS
        for text in _sentences(path)
    }
    assert {text for text in found if text not in known} == _KNOWN_OTHERWISE
    assert len(found) > 150
