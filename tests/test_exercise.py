"""The language of the exercise files: what is registered, and what is refused."""

import pytest

from autograder.lesson import Lesson


@pytest.fixture
def lesson():
    return Lesson("98_example", title="An example")


@pytest.fixture
def scale(lesson):
    @lesson.exercise(points=1)
    def scale(x, factor=2.0):
        scaled = factor * x
        return scaled

    return scale


def forms(exercise):
    return [(answer.name, answer.message, answer.edits) for answer in exercise.mistakes]


@pytest.mark.parametrize("kind", ["mistake", "variant"])
def test_without_edits_and_without_a_function_nothing_is_registered_silently(scale, kind):
    getattr(scale, kind)("forgotten", "Where is it?")
    for read in ("mistakes", "variants"):
        with pytest.raises(ValueError, match="scale: forgotten has no edits and decorates no"):
            getattr(scale, read)
    with pytest.raises(ValueError, match="forgotten has no edits"):
        scale.mistake("another", "Why?", ("factor * x", "x"))
    with pytest.raises(ValueError, match="forgotten has no edits"):
        scale.public_key()


def test_a_mistake_with_edits_decorates_nothing(scale):
    decorate = scale.mistake("unscaled", "Why?", ("factor * x", "x"))
    with pytest.raises(ValueError, match="unscaled has its edits or its function already"):
        decorate(lambda x, factor=2.0: x)


@pytest.mark.parametrize("kind", ["mistake", "variant"])
@pytest.mark.parametrize("other", ["mistake", "variant"])
def test_a_name_is_given_once(scale, kind, other):
    getattr(scale, kind)("unscaled", "Why?", ("factor * x", "x"))
    with pytest.raises(ValueError, match="scale has two mistakes named unscaled"):
        getattr(scale, other)("unscaled", "Why not?", ("factor * x", "factor"))


def test_a_family_has_one_name_and_one_message(scale):
    one, two = ("factor * x", "x"), ("return scaled", "return 2 * scaled")
    scale.family("off", "Why?", [one, (one, two)], share=0.5)
    assert forms(scale) == [("off", "Why?", (one,)), ("off", "Why?", (one, two))]
    assert [answer.share for answer in scale.mistakes] == [0.5, 0.5]
    with pytest.raises(ValueError, match="two mistakes named off"):
        scale.family("off", "Why?", [two])


def test_the_forms_of_a_mapping_say_what_they_stand_under(scale):
    scale.family("off", "You take {}. Why?", {"x": ("factor * x", "x"), "0": ("factor * x", "0")})
    assert [answer.message for answer in scale.mistakes] == ["You take x. Why?", "You take 0. Why?"]


def test_another_form_needs_a_first_one(scale):
    scale.mistake("off", "Why?", ("factor * x", "x"), share=0.5)

    @scale.another("off")
    def _(x, factor=2.0):
        return 1.0 * x

    assert [answer.name for answer in scale.mistakes] == ["off", "off"]
    assert scale.mistakes[1].share == 0.5
    assert "def scale(x, factor=2.0):\n    return 1.0 * x" in scale.mistakes[1].source
    with pytest.raises(ValueError, match="scale has no mistake none that this could be"):
        scale.another("none", ("factor * x", "0"))


def test_fixed_arguments_and_other_defaults(scale):
    scale.fixed("    scaled = factor", factor=(3.0, 1e-7))
    scale.another_default(factor=(3.0,))
    first, second, third = scale.mistakes
    assert first.name == second.name == "factor_fixed"
    assert second.message.startswith("You use factor = 1e-07 whatever is asked.")
    assert scale.implement(first)(5.0, factor=1.0) == 15.0
    assert third.name == "another_default"
    assert third.message == (
        "Where factor is left out you take 3; the cell that you got has 2.0. "
        "Did you mean to change it?"
    )
    assert (scale.implement(third)(5.0), scale.implement(third)(5.0, 1.0)) == (15.0, 5.0)
    with pytest.raises(ValueError, match="scale: x has no default"):
        scale.another_default(x=(1.0,))


def test_an_exercise_is_named_once(lesson, scale):
    with pytest.raises(ValueError, match="98_example has two exercises named scale"):
        lesson.exercise(points=2)(scale.reference)


def question(lesson, **settings):
    asked = {
        "title": "T",
        "question": "Q",
        "options": {"a": ("x", "X?"), "b": ("y", "Y.")},
        "right": "b",
        "hints": ("Look.",),
    }
    return lesson.quiz("letters", **(asked | settings))


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"right": "c"}, "letters: the right option 'c' is none of a, b"),
        ({"options": {"a": ("x", "X?"), "c": ("y", "Y.")}}, "options must be a, b, c and so on"),
        ({"options": {"b": ("x", "X?")}}, "options must be a, b, c and so on; these are b"),
    ],
)
def test_options_are_lettered_in_order_and_hold_the_right_one(lesson, settings, text):
    with pytest.raises(ValueError, match=text):
        question(lesson, **settings)


def test_a_question_is_named_once(lesson):
    question(lesson)
    with pytest.raises(ValueError, match="two exercises named letters"):
        question(lesson)
