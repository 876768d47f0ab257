"""Which folders' names are students, and which of them nobody could tell apart."""

import unicodedata

import pytest

from autograder.course.names import look_alikes, student_name, told_apart
from autograder.handin.read import Refusal

ZOE = "Zoë"


def _decomposed(name):
    return unicodedata.normalize("NFD", name)


@pytest.mark.parametrize(
    "name",
    [
        "alice\u200b",
        "al\u00adice",
        "\u3164",
        "\u2800",
        "a\u2800b",
        "\u115f\u1160",
        "\uffa0x",
        "alice\u200e",
        "alice\ufe0f",
        "a\u034fb",
        "\U000e0041bob",
        "\u061cbob",
        "bob\ue000",
        "a\u200db",
        "\u200cعلی",
        "eve\u2060",
    ],
)
def test_a_name_with_something_that_leaves_nothing_on_paper_is_refused(name):
    with pytest.raises(Refusal, match="cannot be shown"):
        student_name(name)


@pytest.mark.parametrize(
    "name",
    ["علی\u200cرضا", "क्\u200dष", "山田\u3000太郎", "Оксана", "Νίκος", _decomposed(ZOE), "김민준"],
)
def test_a_name_is_written_as_its_people_write_it(name):
    assert student_name(name) == name
    assert look_alikes([name, "alice", "bob"]) == {}


@pytest.mark.parametrize(
    ("kept", "refused"),
    [
        ("alice", "аlice"),
        ("alice", "alicе"),
        ("Poca", "Роса"),
        ("ada", "ａｄａ"),
        ("ada b", "ada\u00a0b"),
        ("ada b", "ada  b"),
        ("office", "oﬃce"),
        (ZOE, _decomposed(ZOE)),
        ("Йода", _decomposed("Йода")),
    ],
)
def test_of_two_names_that_look_alike_the_plain_one_is_kept(kept, refused):
    expected = {refused: kept}
    assert look_alikes([kept, refused, "eve"]) == look_alikes([refused, "eve", kept]) == expected


def test_names_that_differ_by_case_alone_are_both_refused():
    assert look_alikes(["Ada", "ada", "bob"]) == {"Ada": "ada", "ada": "Ada"}
    assert look_alikes(["straße", "STRASSE"]).keys() == {"straße", "STRASSE"}


def test_names_that_only_resemble_each_other_are_two_students():
    assert (
        look_alikes(["Ian", "Lan", "user1", "userl", "s10", "sl0", "eva", "ewa", "rn", "m"]) == {}
    )


def test_a_name_that_is_shown_in_another_form_is_no_students():
    shown = {told_apart(name) for name in ("a*", "a?", "\u3164", "x" * 200, "x" * 201)}
    assert len(shown) == 5
    for name in shown:
        with pytest.raises(Refusal, match=r"it holds .*\?"):
            student_name(name)
