"""The language that optlab speaks: what chooses it, and what is said where words are missing."""

import os
import pickle
import subprocess
import sys

import pytest

from autograder import NOTEBOOKS
from optlab import board
from optlab.checking import box, compare, journal, language, words
from optlab.checking.box import Box, CodeLine, Tone
from optlab.checking.language import Text, capital, joined, say, stopless, told

KOREAN = {
    "{name} passes.": "{name}: 통과입니다.",
    "with {note}, {text}": "{text} ({note})",
    "one step": "한 스텝",
    "{path} has no key {key!r}": "{path}에 키 {key!r}이 없습니다",
    "line {line}": "{line}번째 줄",
    "{held} broken": "{nothing} 망가짐",
    "{first} and {last}": "{first}, {last}",
}


@pytest.fixture
def korean(tmp_path, monkeypatch):
    """optlab speaks Korean until the test ends."""
    (tmp_path / "ko.words").write_bytes(language.packed(KOREAN))
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    language.speak("ko")
    yield tmp_path
    language.speak("")


def test_in_english_a_text_is_its_english():
    text = told("{name} passes.", name="descend")
    assert text == "descend passes." and say(text) == "descend passes."
    assert told("no {values} here") == "no {values} here"
    assert isinstance(text + " And.", str) and text + " And." == "descend passes. And."
    assert "So: " + text == "So: descend passes."
    assert joined("", told("one."), "", "two.") == "one. two."
    assert joined() == ""


def test_a_sentence_is_said_with_what_is_in_it(korean):
    inner = told("{path} has no key {key!r}", path="params", key="W1")
    text = told("with {note}, {text}", note=told("one step"), text=inner)
    assert text == "with one step, params has no key 'W1'"
    assert say(text) == "params에 키 'W1'이 없습니다 (한 스텝)"
    assert say(capital(text)) == say(text)
    assert say("at first " + text) == f"at first {say(text)}"
    bare = stopless(told("{name} passes.", name="f"))
    assert say(bare) == say(pickle.loads(pickle.dumps(bare))) == "f: 통과입니다"


def test_what_is_no_text_is_never_looked_up(korean):
    assert say("one step") == "one step"
    assert say(told("{name} passes.", name="one step")) == "one step: 통과입니다."


def test_what_is_not_translated_or_does_not_fit_is_english(korean):
    assert say(told("{name} fails.", name="descend")) == "descend fails."
    assert say(told("{held} broken", held=3)) == "3 broken"


def test_a_text_survives_a_journey_between_processes(korean):
    text = told("with {note}, {text}", note=told("one step"), text="it ends")
    there = pickle.loads(pickle.dumps(text))
    assert there == text and isinstance(there, Text) and say(there) == say(text)


def test_lists_are_said_too(korean):
    assert say(words.listed(["a", told("one step"), "b"])) == "a, 한 스텝, b"
    assert words.listed(["a", "b", "c"], "or") == "a, b or c"


def test_a_box_is_said_where_it_is_shown(korean):
    shown = Box(
        Tone.RIGHT,
        told("one step"),
        told("{name} passes.", name="f"),
        code=(CodeLine(number=3, text="x = 1"),),
        last=told("one step"),
    ).rich()
    assert shown.text == "✓ 한 스텝 f: 통과입니다.\n    3번째 줄:  x = 1\n한 스텝"
    assert "<b>한 스텝</b> f: 통과입니다." in shown.html and "3번째 줄:" in shown.html


def test_what_is_marked_is_underlined_where_it_stands_behind_wide_letters(korean):
    line = CodeLine(
        number=3, text="속도 = beta * 속도", start=len("속도 = "), end=len("속도 = beta")
    )
    code, under = Box(Tone.WRONG, "", "", code=(line,)).lines()
    assert language.columns(under) == language.columns(code.partition(" * ")[0])
    assert under.strip() == "^" * len("beta")


def test_korean_lines_are_no_wider_than_english_ones(korean):
    text = "여러분의 코드는 기울기를 두 번 곱합니다. " * 8
    lines = Box(Tone.WRONG, "", text).lines()
    assert max(map(language.columns, lines)) <= box.WIDTH
    assert " ".join(lines) == text.strip()


def test_what_is_kept_is_kept_in_english(korean):
    assert language.english("한 스텝") == "one step"
    assert language.english("0.02") == "0.02"


def test_the_journal_is_found_from_the_folder_of_a_language(korean, tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "FILE", tmp_path / ".progress.json")
    (tmp_path / "ko" / "optlab").mkdir(parents=True)
    (tmp_path / "ko" / "optlab" / "__init__.py").touch()
    monkeypatch.chdir(tmp_path / "ko")
    journal.choose("who", "none")
    assert (tmp_path / ".progress.json").exists()
    monkeypatch.chdir(tmp_path)
    language.speak("")
    assert journal.choice("who") == "none"


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("xx", b""),
        ("../keys", b""),
        ("ko", b"no zlib"),
        ("ko", language.packed({})[:-3]),
        ("ko", language.packed({"a": 1})),  # type: ignore[dict-item]
        ("k" * 500, b""),
    ],
)
def test_without_its_words_a_language_is_english_and_one_line(
    asked, kept, tmp_path, monkeypatch, capsys
):
    if kept:
        (tmp_path / f"{asked}.words").write_bytes(kept)
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    monkeypatch.setenv("OPTLAB_LANG", asked)
    language.choose()
    assert language.spoken() == "" and say(told("one step")) == "one step"
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and out.endswith("; this is English.\n") and len(out) < 100


def test_a_check_works_where_the_language_is_unknown():
    code = (
        "import numpy as np\n"
        "from optlab import check\n"
        "init_velocity = lambda params: {k: np.zeros(v.shape) for k, v in params.items()}\n"
        "check('init_velocity')"
    )
    environment = os.environ | {"PYTHONPATH": str(NOTEBOOKS), "OPTLAB_LANG": "xx"}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    first, *rest = run.stdout.splitlines()
    assert first == "optlab: there are no words for OPTLAB_LANG='xx'; this is English."
    assert rest[0].startswith("✓ Correct. init_velocity passes.")


def test_what_a_summary_says_is_compared_in_english_and_said_in_korean(korean):
    words = KOREAN | {
        "epoch {number}": "에포크 {number}",
        "order of X": "X의 순서",
        "shuffled": "섞임",
        "as given": "주어진 대로",
        "{path} should be {wanted}; yours is {given}": "{path}: {given} 대신 {wanted}",
    }
    (korean / "ko.words").write_bytes(language.packed(words))
    language.speak("ko")
    wanted, given = (
        compare.worded({told("epoch {number}", number=1): {"order of X": order}})
        for order in ("shuffled", "as given")
    )
    assert compare.difference(wanted, wanted, "batches") is None
    found = compare.difference(wanted, given, "batches")
    assert found.text == (
        "batches['epoch 1']['order of X'] should be 'shuffled'; yours is 'as given'"
    )
    assert say(found.text) == "batches['에포크 1']['X의 순서']: '주어진 대로' 대신 '섞임'"


def test_the_board_is_said_in_korean(korean, capsys):
    words = {"mini-batches": "미니배치", "yours": "내 것", "course's": "강의의 것"}
    (korean / "ko.words").write_bytes(language.packed(words))
    language.speak("ko")
    rows = board.rows(1)
    assert [line[1] for line in board.table(rows)] == ["미니배치, 0.5", "whole batch, 1"]
    labels = [label.get_text() for label in board.figure(rows).axes[0].get_yticklabels()]
    assert labels == ["1  미니배치", "2  whole batch"]
    board.show(rows)
    head, *lines = capsys.readouterr().out.splitlines()
    place = language.columns(head.partition("강의의 것")[0])
    for line, row in zip(lines, ("sgd", "gd"), strict=False):
        cost = f"{rows[row].course.cost:.3f}"
        assert language.columns(line.partition(cost)[0]) == place
