"""Predictions: what a learner chose, what came out, and that lessons ask for both."""

import ast
import json
import re
import sys

import nbformat
import pytest

from autograder import NOTEBOOKS, SOLUTIONS
from autograder.exercises import lessons
from optlab import predict, predicted, predictions, progress
from optlab.checking import journal, keys

FEWEST = 4  # in a lesson
NAME = "closest_rate"  # of lesson 04
each_lesson = pytest.mark.parametrize("lesson", lessons().values(), ids=lambda item: item.name)


@pytest.fixture(autouse=True)
def own_journal(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "FILE", tmp_path / ".progress.json")
    monkeypatch.setattr(journal, "_memory", {})
    monkeypatch.setattr(predictions, "_asked", {})
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def shown(monkeypatch):
    """The bundles that were displayed, in their order."""
    bundles = []

    def display(thing, raw=False):
        data = thing if raw else {"text/plain": repr(thing), "text/html": thing._repr_html_()}
        bundles.append(data)

    monkeypatch.setattr("IPython.display.display", display)
    return bundles


def said(shown):
    return shown[-1]["text/plain"]


def panel(options=("0.02", "0.09", "0.101")):
    """The buttons as they come onto the page, and the line below them."""
    asked, buttons, line = predictions._panel(NAME, "Which is closest?", options).children
    assert "Which is closest?" in asked.value
    return buttons, line


def test_nothing_is_chosen_beforehand_and_a_choice_is_noted():
    buttons, line = panel()
    assert buttons.value is None and "Noted" not in line.value
    buttons.value = "0.09"
    assert "Noted" in line.value and 'role="status"' in line.value
    assert json.loads(journal.FILE.read_text()) == {"predictions": {NAME: {"choice": "0.09"}}}


def test_a_choice_is_there_again_after_a_restart_and_may_change():
    panel()[0].value = "0.09"
    buttons, line = panel()
    assert buttons.value == "0.09" and "Noted" in line.value
    buttons.value = "0.02"
    assert journal.choice(NAME) == "0.02"


def test_a_choice_that_is_no_option_any_more_is_forgotten():
    panel()[0].value = "0.101"
    assert panel(("0.02", "0.09"))[0].value is None


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        (None, "→ Measured: 0.09."),
        ("0.09", "✓ As you predicted: 0.09."),
        ("0.02", "→ You predicted: 0.02. Measured: 0.09."),
    ],
)
def test_the_result_stands_beside_the_choice(choice, text, shown):
    if choice:
        journal.choose(NAME, choice)
    for _ in range(2):
        predicted(NAME, "0.09")
        assert said(shown) == text


def test_who_has_seen_the_result_changes_no_prediction(shown):
    buttons, line = panel()
    buttons.value = "0.02"
    predicted(NAME, "0.09")
    buttons.value = "0.09"
    assert "The result is known" in line.value and "0.02" in line.value
    predicted(NAME, "0.09")
    assert "You predicted: 0.02." in said(shown)
    assert journal._predictions() == {NAME: {"choice": "0.02", "held": False}}


@pytest.mark.parametrize(
    ("number", "options", "option"),
    [
        (209, ("10", "50", "200"), "200"),
        (0.254 * 100, ("10 %", "25 %", "90 %"), "25 %"),
        (2.2, ("2 times", "more than 10 times"), "2 times"),
        (20, ("5", "20"), "20"),
        (1e-2, ("1e-8", "1e-4", "1e-2"), "1e-2"),
        (0.9999, ("0.1", "0.65", "nearly 1"), "nearly 1"),
    ],
)
def test_a_number_is_the_nearest_option(number, options, option, shown):
    predict(NAME, "How many?", *options)
    journal.choose(NAME, option)
    predicted(NAME, number)
    more = "" if number in (20, 1e-2) else f" ({number:.3g})"
    assert said(shown) == f"✓ As you predicted: {option}{more}."


def test_a_number_without_its_question_decides_nothing(shown):
    journal.choose(NAME, "0.09")
    predicted(NAME, 0.088)
    assert said(shown) == "→ Measured: 0.088."
    assert journal._predictions() == {NAME: {"choice": "0.09"}}


def test_where_no_widget_runs_the_question_is_text(shown, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    predict(NAME, "Which is <closest>?", "0.02", "0.09")
    (bundle,) = shown
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"] == "Which is <closest>? 0.02; 0.09"
    assert "&lt;closest&gt;" in bundle["text/html"] and "<li>0.09</li>" in bundle["text/html"]


def test_predictions_and_verdicts_leave_each_other_alone(shown):
    journal._keep({"sgd_update": {"status": "correct", "score": 2}})
    journal.choose(NAME, "0.09")
    journal._keep({"ewa": {"status": "incorrect", "score": 0}})
    assert set(json.loads(journal.FILE.read_text())) == {"sgd_update", "ewa", "predictions"}


@pytest.mark.parametrize("entry", ["x", [], {"a": 1}, {NAME: {"held": True}}, None])
def test_a_damaged_journal_holds_no_predictions(entry, shown):
    journal.FILE.write_text(json.dumps({"predictions": entry}))
    predicted(NAME, "0.09")
    progress()
    assert "predictions" not in said(shown)


def test_progress_counts_what_held_in_the_lesson_and_in_all(shown):
    for name, result in ((NAME, "0.09"), ("stability_limit", "38"), ("day_to_day", "4")):
        journal.choose(name, "0.09")
        predicted(name, result)
    progress("04_momentum")
    assert "Your predictions in this lesson: 1 of 2 held. A wrong one is no loss" in said(shown)
    progress()
    assert "Your predictions: 1 of 3 held." in said(shown)
    progress("06_adam")
    assert "predictions" not in said(shown)


def test_progress_names_the_next_exercise_and_the_minutes_left(shown):
    first = keys.lessons()[0]
    progress()
    name, minutes = first["exercises"][0]["name"], first["minutes"]
    assert f"Next: {name} in {first['lesson']}.ipynb, about {minutes} minutes" in said(shown)
    half = first["exercises"][: len(first["exercises"]) // 2]
    journal._keep({x["name"]: {"status": "correct", "score": x["points"]} for x in half})
    progress()
    left = int(re.search(r"about (\d+) minutes", said(shown))[1])
    assert 5 <= left < minutes and left % 5 == 0


# The lessons


def calls(path, name):
    """(index of the cell, its id, the call) of every call of that name, in order."""
    found = []
    for index, cell in enumerate(nbformat.read(path, as_version=4).cells):
        if cell.cell_type == "code":
            nodes = [
                node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)
            ]
            found += [(index, cell, node) for node in nodes if ast.unparse(node.func) == name]
    return found


def asked_in(lesson):
    """Name of every question with the place it is asked at, and its options."""
    return {
        call.args[0].value: (index, [one.value for one in call.args[2:]])
        for index, _, call in calls(NOTEBOOKS / f"{lesson.name}.ipynb", "predict")
    }


@each_lesson
def test_a_lesson_asks_and_lists_what_it_asks(lesson):
    asked = asked_in(lesson)
    assert len(asked) >= FEWEST
    (listed,) = [one for one in keys.lessons() if one["lesson"] == lesson.name]
    assert listed["predictions"] == list(asked)
    for _, options in asked.values():
        assert len(set(options)) == len(options) >= 2
        assert max(map(len, options)) <= 60


def test_no_two_questions_share_a_name():
    names = [name for lesson in lessons().values() for name in asked_in(lesson)]
    names += [name for lesson in lessons().values() for name in lesson.exercises]
    assert len(set(names)) == len(names)


@each_lesson
def test_every_result_is_computed_below_its_question(lesson):
    asked, met = asked_in(lesson), {}
    for index, cell, call in calls(NOTEBOOKS / f"{lesson.name}.ipynb", "predicted"):
        first, result = call.args[:2]
        names = [first.value] if isinstance(first, ast.Constant) else [*asked]
        for name in names:
            if f'"{name}"' in cell.source:
                met.setdefault(name, []).append(index)
        assert not isinstance(result, ast.Constant), ast.unparse(call)
    assert set(met) == set(asked)
    for name, (index, _) in asked.items():
        assert all(place > index for place in met[name]), name


@each_lesson
def test_every_result_is_one_of_the_options(lesson):
    """As the solution's outputs show it, where nobody has chosen anything."""
    cells = nbformat.read(SOLUTIONS / f"{lesson.name}.ipynb", as_version=4).cells
    results = [
        output.data["text/plain"].removeprefix("→ Measured: ")
        for cell in cells
        for output in cell.get("outputs", [])
        if output.get("data", {}).get("text/plain", "").startswith("→ Measured: ")
    ]
    asked = asked_in(lesson)
    assert len(results) == len(asked)
    options = {option for _, several in asked.values() for option in several}
    for result in results:
        assert any(result == f"{one}." or result.startswith(f"{one} (") for one in options), result


@each_lesson
def test_the_code_below_a_question_names_all_of_its_options_or_none(lesson):
    """A label or a printed word that is one option alone would be the answer."""
    cells = nbformat.read(NOTEBOOKS / f"{lesson.name}.ipynb", as_version=4).cells
    for name, (index, options) in asked_in(lesson).items():
        last = next(i for i, cell in enumerate(cells) if i > index and f'"{name}"' in cell.source)
        code = [cell for cell in cells[index + 1 : last + 1] if cell.cell_type == "code"]
        texts = "\n".join(text for cell in code for text in labels(cell.source))
        # The name of one optimizer says nothing: code goes by names.
        words = [option for option in options if " " in option and re.search("[a-z]{4}", option)]
        told = [option for option in words if option in texts]
        assert len(told) != 1 or len(words) == 1, (name, told)


def labels(source):
    """What is written in a cell for readers: its strings without what is computed in them."""
    nodes = ast.walk(ast.parse(source))
    return [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
