"""A learner who reads Korean and makes every mistake: nothing that is said to them stays English.

The words are those of translations/ko. As long as the language is not whole, what has none yet is
said by a word of Korean and what is filled in; so a text that nobody can translate is seen now.
Some mistakes of every exercise are tried each day, and all of them each week, when SEEDS is set.
"""

import contextlib
import io
import math
import os
import random
import re
import warnings

import numpy as np
import pytest
from written import write
from wrong_answers import wrong_answers

from autograder.exercise import PUBLIC_SEED, cached_key
from autograder.exercises import find_exercise, lessons
from autograder.language import editions
from autograder.translation import catalogue
from autograder.translation.unit import SAID, has_words
from optlab import check, hint, progress, solution
from optlab.checking import diagnose, journal, keys, language
from optlab.checking.notice import Notice

pytestmark = pytest.mark.slow

STEP = 1 if "SEEDS" in os.environ else 12
FUNCTIONS = [item for lesson in lessons().values() for item in lesson.functions.values()]
QUIZZES = [item for lesson in lessons().values() for item in lesson.quizzes.values()]
KOREAN = editions.edition("ko")

FIELD = re.compile(r"\{[^{}]*\}")
# What is no sentence of the course's: code, formulas, what a learner wrote or gave, Python's words.
NO_WORDS = re.compile(
    r"`[^`]*`|\$[^$]*\$|'[^']*'|\"[^\"]*\"|\[[^\]]*\]|\{[^}]*\}|\w+\([^()]*(?:\([^()]*\)[^()]*)*\)"
)
ENGLISH = re.compile(r"\b[A-Za-z]{2,}(?:[ ,;:–-]+[A-Za-z]{2,}){2,}")
ERROR = "boundary conditions of nobody"  # an error's own words
HANGUL = re.compile("[가-힣]")


def _stand_in(text):
    """What stands for a text that has no translation yet."""
    return "가나다 " + " · ".join(FIELD.findall(re.sub(r"\$[^$]*\$", " ", text)))


@pytest.fixture(scope="module")
def words():
    """What is said for every text of the course; hidden: for who grades."""
    said, hidden = {}, {}
    for part in editions.parts([]):
        translated = catalogue.words(KOREAN.folder / f"{part}.po", "ko")
        for unit in editions.units(part):
            korean = translated.tr(unit.text, unit.kind)
            if korean == unit.text and not KOREAN.language.whole and has_words(unit.text):
                korean = _stand_in(unit.text)
            kept = said if unit.kind in SAID and not unit.hidden else hidden
            kept[unit.text] = korean
    return said, hidden | said


@pytest.fixture(scope="module")
def folder(words, tmp_path_factory):
    """Where optlab looks for its words."""
    folder = tmp_path_factory.mktemp("words")
    (folder / "ko.words").write_bytes(language.packed(words[0]))
    return folder


@pytest.fixture(autouse=True)
def korean(folder, words, tmp_path, monkeypatch):
    """optlab speaks Korean, and the journal of whoever runs the tests is left alone."""
    monkeypatch.setattr(language, "FOLDER", folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(journal, "_memory", {})
    language.speak("ko")
    assert language.spoken() == "ko"
    yield
    language.speak("")


def english_in(text, of_python=()):
    """Three words of English or more, one after the other."""
    lines = [line for line in text.split("\n") if not line.startswith("    ")]  # code
    text = " ".join(" ".join(lines).split())
    for one in sorted(of_python, key=len, reverse=True):
        text = text.replace(" ".join(one.split()).rstrip("."), " | ")
    return ENGLISH.findall(NO_WORDS.sub(" | ", text))


def said(name, answer, ask=check):
    """What is said of an answer, as text."""
    globals()[name] = answer
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out), np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ask(name)
    except Notice as notice:
        return "\n".join([notice.box.title, *notice.box.lines()])
    finally:
        del globals()[name]
    return out.getvalue()


def _require_korean(text, *of_python):
    assert HANGUL.search(text), text
    assert english_in(text, of_python) == [], text


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda item: item.name)
def test_what_is_said_of_a_function_is_korean(exercise):
    name = exercise.name
    for answer in (*exercise.mistakes[::STEP], *exercise.variants, *exercise.styles[:1]):
        function = exercise.implement(answer)
        _require_korean(said(name, function), *_of_python(exercise, function))
        _require_korean(said(name, function, hint))
    for odd in (None, 3, "descend", _unwritten, _raising, _too_few, _nothing, _words, _odd_shapes):
        _require_korean(said(name, odd), *(_of_python(exercise, odd) if odd else ()))
    for _ in range(12):
        _require_korean(said(name, None, hint))
    _require_korean(said(name, exercise.reference, solution))


def _unwritten(*args, **kwargs):
    raise NotImplementedError


def _raising(*args, **kwargs):
    raise ValueError(ERROR)


def _too_few():
    return 0


def _nothing(*args, **kwargs):
    return None


def _words(*args, **kwargs):
    return "x"


def _odd_shapes(*args, **kwargs):
    return {"a": np.zeros((3, 1, 2)), "b": np.full(2, np.nan)}


@pytest.mark.parametrize("question", QUIZZES, ids=lambda item: item.name)
def test_what_is_said_of_a_question_is_korean(question):
    name = question.name
    right = question.right.value
    near = [] if isinstance(right, str) else [-right, 100 * right, 1 / right, 2 * right, right + 1]
    values = [option.value for option in question.options] + [right, *near]
    for value in (*values, 7, "z", "", "7", "no idea at all", ["b"], math.nan, 10**400, None):
        _require_korean(said(name, value))
    for _ in range(6):
        _require_korean(said(name, right, hint))
    _require_korean(said(name, right, solution))


def test_what_is_said_of_wrong_answers_without_a_name_is_korean():
    """Shapes, types, first differences, side effects, the one change with its place."""
    wrong = [*wrong_answers()]
    some = random.Random(7).sample(wrong, 400 if STEP == 1 else 12)  # each takes a search
    for one in some:
        function = write(one.source, one.exercise)
        text = said(one.exercise, function)
        _require_korean(text, *_of_python(find_exercise(one.exercise), function))
        _require_korean(said(one.exercise, function, hint))


def _of_python(exercise, answer):
    """What Python itself says of an answer's error: a learner meets it in English everywhere."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seen = exercise.observe(answer, keys.load(exercise.name).cases)
    return [f"{item.error}: {item.error_text}" for item in seen if item.error_text] + [
        item.error_text.rpartition(": ")[2] for item in seen if item.error_text
    ]


@pytest.mark.parametrize("exercise", FUNCTIONS[:: max(1, STEP // 2)], ids=lambda item: item.name)
def test_what_a_grader_says_of_hidden_cases_is_korean(exercise, words):
    """Of answers that are right on public cases alone."""
    key = cached_key(exercise, PUBLIC_SEED)
    for spoiled in (_raising, _nothing, _words, _odd_shapes, _larger(exercise.reference)):
        other = exercise.observe(spoiled, key.cases)
        cases = zip(key.cases, key.expected, other, strict=True)
        seen = [right if case.public else wrong for case, right, wrong in cases]
        message = diagnose.diagnose(key, seen).message
        korean = language.in_words(message, lambda text: words[1].get(text, text))
        _require_korean(korean, f"ValueError: {ERROR}")


def _larger(function):
    """It gives numbers that are not the right ones."""

    def changed(value):
        if isinstance(value, dict):
            return {name: changed(one) for name, one in value.items()}
        if isinstance(value, (tuple, list)):
            return type(value)(changed(one) for one in value)
        is_number = isinstance(value, (float, int, np.ndarray)) and not isinstance(value, bool)
        return value * 1.37 + 0.1 if is_number else value

    return lambda *args, **kwargs: changed(function(*args, **kwargs))


def test_progress_and_what_has_no_name_are_korean(capsys):
    assert said(FUNCTIONS[0].name, FUNCTIONS[0].reference).startswith("✓")
    progress()
    out = capsys.readouterr().out
    _require_korean(out)
    for name in ("no_such_exercise", 3, check):
        with pytest.raises(Notice) as raised:
            check(name)
        _require_korean(str(raised.value))
