"""Every lesson in a language that nobody speaks: each text between marks, and all else as it was.

What is data and taken for text breaks a lesson; what is text and taken for data stays unmarked.
"""

import ast
import os
import re

import pytest

from autograder.build import notebooks
from autograder.language import editions
from autograder.translation import prose, source
from autograder.translation.lesson import translated
from autograder.translation.unit import Kind, has_words

LESSONS = notebooks.sources([])
# Running a lesson takes 15 seconds: every week all of them, else one.
RUN = LESSONS if "SEEDS" in os.environ else notebooks.sources(["03_bias_correction"])
OPEN, CLOSE = "«»"


def marked(text, kind):
    return f"{OPEN}{text}{CLOSE}"


def unmarked(text):
    return text.replace(OPEN, "").replace(CLOSE, "")


def _strings(tree):
    """Every piece of text of a tree, in order."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
            node.value = ""


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_marked_lesson_is_the_same_but_for_the_marks(lesson):
    plain = notebooks.read(lesson)
    strange = translated(plain, marked)
    assert [cell.id for cell in strange.cells] == [cell.id for cell in plain.cells]
    for before, after in zip(plain.cells, strange.cells, strict=True):
        assert after.metadata == before.metadata
        if before.cell_type == "markdown":
            assert unmarked(after.source).split() == before.source.split()
        else:
            _require_same_code(ast.parse(before.source), ast.parse(after.source))


def _require_same_code(before, after):
    old, new = [*_strings(before)], [*_strings(after)]
    assert "".join(map(unmarked, new)).split() == "".join(old).split()
    # A mark at the end of a text with a field is a piece of its own.
    for tree in (before, after):
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                node.values = [one for one in node.values if isinstance(one, ast.FormattedValue)]
    assert ast.dump(before) == ast.dump(after)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_lesson_in_english_is_itself_and_what_is_found_is_what_is_replaced(lesson):
    replaced = []

    def note(text, kind):
        replaced.append((text, kind))
        return text

    plain = notebooks.read(lesson)
    for before, after in zip(plain.cells, translated(plain, note).cells, strict=True):
        if before.cell_type == "code":
            assert after.source == before.source
        else:
            assert after.source.split() == before.source.split()
    found = [(unit.text, unit.kind) for unit in editions.units(lesson.name)]
    assert found[: len(replaced)] == replaced


@pytest.mark.slow
@pytest.mark.parametrize("lesson", RUN, ids=lambda lesson: lesson.name)
def test_a_marked_lesson_runs_and_says_the_same(lesson):
    strange = translated(notebooks.read(lesson), marked)
    run = notebooks.execute(strange, lesson.name)
    stored = notebooks.nbformat.read(lesson.solution, as_version=4)
    seen = 0
    for before, after in zip(stored.cells, run.cells, strict=True):
        # How far this course has come is no matter of the lesson's.
        if before.cell_type == "code" and not before.source.startswith("progress("):
            assert _said(after) == _said(before), before.source.splitlines()[0]
            seen += len(_said(before))
    assert seen > 100


def _said(cell):
    """The words and numbers of a cell's outputs."""
    told = []
    for output in cell.outputs:
        assert output.output_type != "error"
        assert output.get("name") != "stderr", output.text
        told.append(output.get("text") or output.data.get("text/plain", ""))
    return re.findall(r"[^\s.]+", unmarked(" ".join(told)))


# One kind of text after the other


def _texts_of(cell):
    found = []

    def note(text, kind):
        found.append(text)
        return text

    source.code(cell, note, source.options([cell]))
    return found


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ('print("ready")', ["ready"]),
        ('_ = ax.set_title(rf"$\\alpha$ = {rate} a step")', [r"$\alpha$ = {rate} a step"]),
        ('ax.legend(loc="lower right", title="rate")', ["rate"]),
        ('colors = {"gd": "first", "the rest": "second"}', ["the rest"]),
        ('plots.label_end(ax, 1, 2, "cost", COLORS["gd"])', ["cost"]),
        ('axis.plot(x, "o-", color="white")', []),
        ('predict("who", "Who wins?", "0.02", "both")', ["Who wins?", "both"]),
        ('print(f"{x:.2f}")', []),
        ('print("=" * 20, "kept at", rate)', ["kept at"]),
    ],
)
def test_where_a_literal_stands_decides_whether_it_is_text(cell, found):
    assert _texts_of(cell) == found


def test_what_is_filled_in_may_change_places_and_is_translated_too():
    def turned(text, kind):
        return {"{a} of {'one' if b else 'two'}": "{'one' if b else 'two'}에서 {a}개"}.get(
            text, {"one": "하나", "two": "둘"}.get(text, text)
        )

    cell = source.code("print(f\"{a} of {'one' if b else 'two'}\")", turned)
    assert cell == "print(f\"{'하나' if b else '둘'}에서 {a}개\")"


def test_an_answer_s_cell_keeps_its_literals():
    cell = 'def f(x):\n    """A kind of point."""\n    return "a minimum"  # or none\n'
    assert source.code(cell, marked, answer=True) == (
        'def f(x):\n    """«A kind of point.»"""\n    return "a minimum"  # «or none»\n'
    )


def test_an_option_of_one_word_is_text_wherever_it_stands():
    cells = ['predict("who", "Who?", "none", "some")', 'word = "none" if x else "some"']
    words = source.options(cells)
    assert source.code(cells[1], marked, words) == 'word = "«none»" if x else "«some»"'
    assert source.code(cells[1], marked) == cells[1]


def test_the_seconds_that_a_cell_takes_are_no_text():
    cell = "# Experiment: four rates (5 s)\nx = 1"
    assert source.code(cell, marked) == "# «Experiment: four rates» (5 s)\nx = 1"


def test_a_long_text_keeps_to_lines_of_its_own():
    cell = 'plots.show(\n    fig,\n    "Left: one curve. "\n    "Right: two.",\n)'
    told = source.code(cell, lambda text, kind: "왼쪽에는 곡선이 하나 있습니다. " * 8)
    assert max(map(source.columns, told.splitlines())) <= 100
    call = ast.parse(told).body[0].value
    assert call.args[1].value == "왼쪽에는 곡선이 하나 있습니다. " * 8


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("## 3 · Two\nlines of\ntext.", [("heading", "Two"), ("paragraph", "lines of text.")]),
        ("### Quiz · How far?", [("heading", "Quiz"), ("heading", "How far?")]),
        ("- **a** one\n  way\n- **b** $x$", [("item", "one way")]),
        ("so that\n$$a$$\nholds", [("paragraph", "so that"), ("paragraph", "holds")]),
        (r"$$\alpha_{\text{old}} = 1 \text{ for } t$$", [("formula", "for")]),
        (r"$$\underbrace{\beta}_{\text{friction}}$$", [("formula", "friction")]),
        ("```python\na = b  # here\n```\nafter", [("paragraph", "after")]),
        ("| a word | $x$ |\n|---|---|", [("row", "| a word | $x$ |")]),
    ],
)
def test_what_is_text_in_markdown(text, found):
    seen = []

    def note(told, kind):
        seen.append((str(kind), told))
        return told

    prose.markdown(text, note)
    assert seen == found


def test_formulas_and_code_are_no_words():
    assert not has_words(r"$\alpha$ = `alpha` {alpha}")
    assert has_words(r"$\alpha$ is")
    assert Kind("row") is Kind.ROW
