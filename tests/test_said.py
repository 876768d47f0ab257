"""What is said to learners can be said in another language: nothing of it stays English.

In the language of this test a sentence is made of what is filled into it, and of nothing else. So
whatever reads as English in the end was never handed to `told`.
"""

import ast
import os
import re
import warnings

import numpy as np
import pytest
from written import write
from wrong_answers import wrong_answers

from autograder.exercise import cached_public_key
from autograder.exercises import lessons
from autograder.language import editions, phrases
from autograder.translation.unit import has_words
from optlab.checking import diagnose, keys, language, trial
from optlab.checking.diagnose import Status
from optlab.checking.language import Text
from optlab.checking.quiz import chosen

STEP = 1 if os.environ.get("MUTANTS") == "all" else 20
FIELD = re.compile(r"\{[^{}]*\}")


@pytest.fixture(scope="module")
def known():
    """Every text that a translator is given."""
    return {unit.text for part in editions.parts([]) for unit in editions.units(part)}


def _silent(known):
    def look(template):
        if not has_words(template):
            return template
        assert template in known, f"no translator is given {template!r}"
        return " · ".join(FIELD.findall(re.sub(r"\$[^$]*\$", " ", template)))

    return look


def _english(text, known, seen=()):
    """What reads as English in a text that was said in no language, but for Python's own errors."""
    assert isinstance(text, Text), f"never handed to told: {text!r}"
    said = language.in_words(text, _silent(known))
    for item in seen:
        said = said.replace(item.error_text.rstrip("."), "") if item.error_text else said
    said = re.sub(
        r"`[^`]*`|\$[^$]*\$|'[^']*'|\[[^\]]*\]|\w+\([^()]*(\([^()]*\)[^()]*)*\)", " ", said
    )
    return re.findall(r"\b[a-z]{2,}(?: [a-z]+)+", said)


@pytest.mark.slow
@pytest.mark.parametrize("lesson", lessons().values(), ids=lambda lesson: lesson.name)
def test_what_is_said_of_a_known_mistake_can_be_said_otherwise(lesson, known):
    for function in lesson.functions.values():
        key = cached_public_key(function)
        for item in key.known:
            message = diagnose.diagnose(key, item.observations).message
            assert _english(message, known, item.observations) == [], item.name
    for quiz in lesson.quizzes.values():
        key = cached_public_key(quiz)
        for value in (*(option.value for option in quiz.options), "z", "", 12345.678, -1, [1]):
            message = diagnose.diagnose(key, quiz.observe(value)).message
            assert _english(chosen(key.options, value) + message, known) == [], value


def _judged(key, answer):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return trial.judge(key, answer)


@pytest.mark.slow
def test_what_is_said_of_a_wrong_answer_can_be_said_otherwise(known):
    wrong = [*wrong_answers()][::STEP]
    for one in wrong:
        verdict = _judged(keys.load(one.exercise), write(one.source, one.exercise))
        if verdict.status not in (Status.RAISED, Status.TIMED_OUT):
            assert _english(verdict.message, known) == [], one.slip
    assert len(wrong) > 20


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
