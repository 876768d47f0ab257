"""What pages quote of a lesson: titles, questions, sections; formulas as browsers show them."""

import re

import pytest

from autograder.exercises import lessons
from autograder.pages import outline, prose


@pytest.mark.parametrize("lesson", lessons())
def test_every_exercise_has_a_title_a_question_and_something_to_read(lesson):
    tasks = outline.tasks(lesson)
    assert [*tasks] == [*lessons()[lesson].exercises]
    for name, task in tasks.items():
        assert re.match(r"(Exercise \d+|Quiz) · ", task.title), name
        assert re.match(r"\d+ · ", task.section.title), name
        assert len(task.question) > 20, name
        assert len(task.section.html) > 80, name


@pytest.mark.parametrize("lesson", lessons())
def test_no_formula_is_left_as_it_was_typed(lesson):
    for task in outline.tasks(lesson).values():
        html = task.title + task.question + task.section.title + task.section.html
        text = re.sub(r"<code>.*?</code>", "", html, flags=re.DOTALL)
        assert not re.search(r"\$|\\[a-zA-Z_|]|\ue000", text)


def test_a_section_is_read_without_its_exercises():
    html = outline.tasks("04_momentum")["descend"].section.html
    assert "keeps the direction in which the gradients agree" in html
    assert "Two lines of mathematics" not in html
    assert "Write <code>" not in html


def test_where_a_section_only_asks_the_one_before_it_is_read():
    tasks = outline.tasks("09_adagrad_adadelta")
    assert tasks["adagrad_step_100"].title == "Quiz · The hundredth step"
    assert tasks["adagrad_step_100"].section.title == "1 · Rare inputs"


def test_a_quiz_is_asked_with_its_options():
    question = outline.tasks("04_momentum")["momentum_always_faster"].question
    assert "<li><strong>a</strong> true on every bowl" in question


def test_a_lesson_that_is_not_there_has_no_tasks():
    assert outline.tasks("99_nothing") == {}


def test_a_wrong_option_is_found_by_the_name_of_its_mistake():
    option = outline.wrong_option("momentum_always_faster", "answered_a")
    assert option.text.startswith("true on every bowl")
    assert outline.wrong_option("momentum_always_faster", "answered_z") is None
    assert outline.wrong_option("momentum_always_faster", None) is None
    assert outline.wrong_option("momentum_update", "sign_flipped") is None


def test_a_formula_becomes_mathml_also_over_two_lines():
    assert prose.rendered("with $\\beta =\n0.9$.") == (
        '<p>with <math display="inline"><mrow><mi>&#x003B2;</mi><mo>&#x0003D;</mo><mn>0.9</mn>'
        "</mrow></math>.</p>"
    )
    assert prose.rendered("$$a$$").startswith('<p><math tabindex="0" display="block">')


def test_a_dollar_in_code_begins_no_formula():
    assert prose.rendered("`a$b` or `$c`") == "<p><code>a$b</code> or <code>$c</code></p>"


def test_markup_and_links_are_shown_as_text():
    assert prose.rendered("<script>1</script>") == "<p>&lt;script&gt;1&lt;/script&gt;</p>"
    shown = prose.rendered("[here](https://example.org) ![a hill](hill.png) <b>x</b>")
    assert shown == "<p>here a hill &lt;b&gt;x&lt;/b&gt;</p>"


def test_a_title_is_no_paragraph():
    assert prose.inline("The *best* one") == "The <em>best</em> one"
