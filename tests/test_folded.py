"""What a learner sees of a released notebook's code, and that it does not answer what is asked."""

import ast
import json
import re
from base64 import b64decode

import nbformat
import pytest

from autograder import NOTEBOOKS, recall
from autograder.build import figures
from autograder.build.notebooks import EXPERIMENT, KEYS
from autograder.exercises import lessons
from autograder.handin.pour import pour
from autograder.handin.read import parse
from optlab import plots

RELEASES = sorted(NOTEBOOKS.glob("*.ipynb"))
each_release = pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
MARGIN = 0.005  # relative: a rounded answer is an answer


def cells_of(path):
    return nbformat.read(path, as_version=4).cells


def tagged(path, tag):
    return [cell for cell in cells_of(path) if tag in cell.metadata.get("tags", [])]


def folded(cell):
    return cell.metadata.get("jupyter", {}).get("source_hidden", False)


@each_release
def test_set_up_and_experiments_are_folded_under_a_title(path):
    found = [cell for cell in cells_of(path) if folded(cell)]
    assert {cell.id for cell in found} >= {
        cell.id for tag in ("set-up", EXPERIMENT) for cell in tagged(path, tag)
    } - {cell.id for cell in tagged(path, recall.TAG)}
    assert len(tagged(path, "set-up")) == 1
    for cell in found:
        title = cell.source.split("\n")[0]
        assert re.fullmatch(r"# [A-Z].{3,57}", title), title


@each_release
def test_what_a_learner_writes_or_reads_is_not_folded(path):
    assert not [
        cell.id
        for cell in cells_of(path)
        if folded(cell) and ("\ncheck(" in f"\n{cell.source}" or "YOUR CODE" in cell.source)
    ]


@each_release
def test_experiments_are_the_learners_to_change(path):
    for cell in tagged(path, EXPERIMENT):
        assert cell.metadata.get("editable", True)
        assert cell.metadata.deletable is False  # nobody loses one by a slip of the finger
        assert "nbgrader" not in cell.metadata  # it would look for the cell in its database


@each_release
def test_everything_else_of_ours_is_locked(path):
    for cell in cells_of(path):
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("solution"):
            ours = EXPERIMENT in cell.metadata.get("tags", [])
            assert ours or cell.metadata.editable is False, cell.source


def calls_in(cell):
    return [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]


@each_release
def test_no_figure_is_described_above_it(path):
    """Of lesson 00, which asks nothing before its figure, the description may stay."""
    if path.stem not in lessons():
        return
    for cell in tagged(path, EXPERIMENT):
        for call in calls_in(cell):
            texts = [one.value for one in call.args if isinstance(one, ast.Constant)]
            sentences = [text for text in texts if isinstance(text, str) and len(text) > 40]
            sentences = [text for text in sentences if text.endswith(".")]
            assert ast.unparse(call.func) == "print" or not sentences, sentences


@pytest.mark.parametrize("lesson", lessons().values(), ids=lambda lesson: lesson.name)
def test_every_figure_finds_its_description(lesson):
    topic = lesson.name.partition("_")[2]
    texts = json.loads(b64decode((KEYS / topic / figures.FILE).read_bytes()))
    lookups = [
        [one.value for one in call.args]
        for cell in cells_of(NOTEBOOKS / f"{lesson.name}.ipynb")
        if cell.cell_type == "code"
        for call in sorted(calls_in(cell), key=lambda call: call.lineno)
        if ast.unparse(call.func) == "plots.described"
    ]
    assert lookups == [[topic, number] for number in range(1, len(texts) + 1)]
    assert [plots.described(*lookup) for lookup in lookups] == texts
    assert all(text.endswith(".") for text in texts)


def test_what_is_taken_out_is_put_back_by_the_number():
    source = "\n".join(
        (
            'plots.show(fig, "One.")',
            'plots.explore(draw, "초록 is "',
            '    "green.", step=(1, 2, 1))',
            'show_lengths(adam, "Two.")',
            'ax.plot(x, ".", color="red")',
            'label(ax, "no sentence")',
            'ax.plot(steps, ".")',
        )
    )
    cell = nbformat.v4.new_code_cell(source)
    assert figures.taken_out([cell], "topic") == ["One.", "초록 is green.", "Two."]
    assert cell.source.splitlines() == [
        'plots.show(fig, plots.described("topic", 1))',
        'plots.explore(draw, plots.described("topic", 2), step=(1, 2, 1))',
        'show_lengths(adam, plots.described("topic", 3))',
        'ax.plot(x, ".", color="red")',
        'label(ax, "no sentence")',
        'ax.plot(steps, ".")',
    ]


# The quizzes


def beside(cells, name):
    """The code between the heading above a quiz and the text below it, as far as it is ours."""
    at = next(index for index, cell in enumerate(cells) if cell.id == name)
    texts = [i for i, cell in enumerate(cells) if cell.cell_type == "markdown"]
    first = max(i for i in texts if i < at and re.search("^##? ", cells[i].source, re.MULTILINE))
    last = min(i for i in texts if i > at)
    return [cell for cell in cells[first:last] if EXPERIMENT in cell.metadata.get("tags", [])]


def numbers_in(node):
    return [
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and type(one.value) in (int, float)
    ]


def is_special(number):
    """Whether a number tells something: not one like 1, 0.1, 9 or 100, found everywhere."""
    return float(f"{number:.0e}") != number


NUMBERS = [
    (lesson, quiz)
    for lesson in lessons().values()
    for quiz in lesson.quizzes.values()
    if not isinstance(quiz.right.value, str) and is_special(quiz.right.value)
]


@pytest.mark.parametrize(("lesson", "quiz"), NUMBERS, ids=lambda item: item.name)
def test_no_number_in_the_code_answers_a_quiz(lesson, quiz):
    cells = cells_of(NOTEBOOKS / f"{lesson.name}.ipynb")
    for cell in beside(cells, quiz.name):
        shown = numbers_in(ast.parse(cell.source))
        shown += [float(text) for text in re.findall(r"\d+\.?\d*", cell.source)]
        right = quiz.right.value
        assert not [x for x in shown if abs(x - right) <= MARGIN * abs(right)], cell.source


MATCHING = [
    (lesson, quiz)
    for lesson in lessons().values()
    for quiz in lesson.quizzes.values()
    if len(re.findall(r"\(\d\)", quiz.right.text)) > 2
]


@pytest.mark.parametrize(("lesson", "quiz"), MATCHING, ids=lambda item: item.name)
def test_no_row_in_the_code_says_which_curve_is_which(lesson, quiz):
    """Their numbers 1, 2, 3 stand in one row with no numbers that could be the settings."""
    cells = cells_of(NOTEBOOKS / f"{lesson.name}.ipynb")
    count = len(re.findall(r"\(\d\)", quiz.right.text))
    found = beside(cells, quiz.name)
    assert found
    for cell in found:
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "zip":
                rows = [numbers_in(one) for one in node.args]
                assert [len(row) for row in rows].count(count) < 2, ast.unparse(node)
            if isinstance(node, ast.Tuple | ast.List):
                firsts = [numbers_in(one)[:1] for one in node.elts if isinstance(one, ast.Tuple)]
                assert firsts != [[number] for number in range(1, count + 1)], ast.unparse(node)


# The grader's side


@pytest.mark.parametrize("change", ["edited", "deleted", "turned into text", "copied"])
def test_a_learners_experiments_are_theirs_and_the_graders_its_own(change):
    path = NOTEBOOKS / "04_momentum.ipynb"
    release = nbformat.read(path, as_version=4)
    theirs = nbformat.read(path, as_version=4)
    cells = [cell for cell in theirs.cells if EXPERIMENT in cell.metadata.get("tags", [])]
    if change == "edited":
        for cell in cells:
            cell.source, cell.id = "raise SystemExit", "other-" + cell.id
    elif change == "deleted":
        theirs.cells = [cell for cell in theirs.cells if cell not in cells]
    elif change == "turned into text":
        cells[0].cell_type = "markdown"
    else:
        theirs.cells.insert(5, nbformat.from_dict(cells[0] | {"id": "another"}))
    poured = pour(release, parse(nbformat.writes(theirs).encode()))
    assert poured.problems == ()
    assert [cell["source"] for cell in poured.notebook["cells"]] == [
        c.source for c in release.cells
    ]
