"""The build, on a copy of one lesson: what is derived, and what `--check` finds out."""

import json
import os
import platform
import shutil
import subprocess
import sys

import jupytext
import nbformat
import pytest

from autograder import NOTEBOOKS, ROOT, SOLUTIONS, recall
from autograder.build import fill, notebooks
from autograder.errors import RunError, UserError
from autograder.lesson import Lesson

LESSON = "04_momentum"


@pytest.mark.parametrize("lesson", [source.name for source in notebooks.sources([])])
def test_what_is_built_is_in_step_with_its_source(lesson):
    """What `build --check` says, lesson by lesson: processes share the seconds that it takes."""
    assert notebooks.check([lesson]) == [], "run `make build`, and edit sources only"


def test_what_is_built_from_all_lessons_is_in_step_with_them():
    assert notebooks.check_together() == [], "run `make build`, and edit sources only"


@pytest.mark.slow
@pytest.mark.skipif("SEEDS" not in os.environ, reason="weekly: half a minute")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="switches off what x86-64 may lack")
def test_what_is_built_is_in_step_on_a_processor_of_another_kind():
    """With narrower registers NumPy and OpenBLAS add up and sort in another order."""
    older = {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4", "OPENBLAS_CORETYPE": "Nehalem"}
    check = [sys.executable, "-m", "autograder", "build", "--check"]
    done = subprocess.run(
        check, cwd=ROOT, env=os.environ | older, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """The course's folders with one lesson in them."""
    solutions, learners = tmp_path / "solutions", tmp_path / "notebooks"
    solutions.mkdir()
    for suffix in (".py", ".ipynb"):
        shutil.copy(SOLUTIONS / f"{LESSON}{suffix}", solutions)
    keys = learners / "optlab" / "keys"
    shutil.copytree(notebooks.KEYS / "momentum", keys / "momentum")
    (keys / notebooks.RECALLED).mkdir()
    for quiz in recall.asked(LESSON):
        key = f"{notebooks.RECALLED}/{quiz.name}.key"
        shutil.copy(notebooks.KEYS / key, keys / key)
    shutil.copy(NOTEBOOKS / f"{LESSON}.ipynb", learners)
    monkeypatch.setattr(notebooks, "SOLUTIONS", solutions)
    monkeypatch.setattr(notebooks, "NOTEBOOKS", learners)
    monkeypatch.setattr(notebooks, "KEYS", keys)
    monkeypatch.setattr(notebooks.overview, "pages", lambda: ())
    return tmp_path


def test_a_fresh_copy_is_up_to_date(copy):
    assert notebooks.check([]) == []


def _edit(path, change):
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def _change_source(notebook):
    notebook.cells[3].source += "\n# edited by hand"


def _change_points(notebook):
    next(c for c in notebook.cells if c.id.startswith("check_")).metadata.nbgrader.points = 99


def _drop_execution(notebook):
    next(c for c in notebook.cells if c.cell_type == "code").execution_count = None


@pytest.mark.parametrize("change", [_change_source, _change_points])
@pytest.mark.parametrize("folder", ["solutions", "notebooks"])
def test_a_notebook_edited_by_hand_is_named(copy, folder, change):
    _edit(copy / folder / f"{LESSON}.ipynb", change)
    assert notebooks.check([]) == [f"{folder}/{LESSON}.ipynb differs from its source"]


def test_a_solution_that_was_not_executed_is_named(copy):
    _edit(copy / "solutions" / f"{LESSON}.ipynb", _drop_execution)
    assert notebooks.check([]) == [f"solutions/{LESSON}.ipynb differs from its source"]


def test_a_key_that_differs_is_named(copy):
    keys = copy / "notebooks" / "optlab" / "keys" / "momentum"
    shutil.copy(keys / "descend.key", keys / "momentum_update.key")
    (line,) = notebooks.check([])
    assert "momentum_update.key differs from its exercise" in line


def test_built_files_without_a_source_are_named(copy):
    shutil.copy(copy / "notebooks" / f"{LESSON}.ipynb", copy / "notebooks" / "99_gone.ipynb")
    assert notebooks.check([]) == ["99_gone.ipynb has no source"]


def test_building_keys_and_release_again_changes_no_byte(copy):
    source = notebooks.Source(LESSON)
    before = {path: path.read_bytes() for path in (copy / "notebooks").rglob("*.*")}
    dates = _dates()
    notebooks._write_keys(source)
    notebooks._write(
        source.learner, nbformat.writes(notebooks.release(notebooks.read(source))) + "\n"
    )
    assert {path: path.read_bytes() for path in (copy / "notebooks").rglob("*.*")} == before
    assert _dates() == dates, "what was built went into the course and not into the copy"


def _dates():
    return {path: path.stat().st_mtime_ns for path in (NOTEBOOKS / "optlab").rglob("*.key")}


def test_the_release_holds_no_solution():
    notebook = nbformat.read(NOTEBOOKS / f"{LESSON}.ipynb", as_version=4)
    text = json.dumps(notebook)
    assert "SOLUTION" not in text
    assert "beta * velocity[key] + (1 - beta)" not in text
    by_id = {cell.id: cell for cell in notebook.cells}
    assert by_id["momentum_update"].source.endswith("raise NotImplementedError()")
    assert (
        by_id["momentum_curves"].source == "# YOUR CODE HERE\nmomentum_curves = None  # your answer"
    )
    assert [c.id for c in notebook.cells if c.cell_type == "code" and c.outputs] == []


def test_an_unknown_lesson_is_bad_usage():
    with pytest.raises(UserError, match="unknown lesson '77_none'; the lessons are 0"):
        notebooks.check(["77_none"])


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ('# %% check="descend"', '# %% check="desend"', "checks 'desend', which its exercises"),
        ('# %% check="descend"', "# %%", "its exercises define"),
        ('# %% exercise="descend"', "# %%", "has no cell for 'descend'"),
        ('# %% check="descend"', '# %% check="init_velocity"', "'check_init_velocity' marks two"),
        (' question="momentum_classical"', "", 'no cell question="momentum_classical" above'),
        (
            'question="momentum_classical"',
            'question="momentum_ten_steps"',
            "'momentum_ten_steps' t",
        ),
        (
            'question="momentum_classical"',
            'question="momentum_forms"',
            "'momentum_forms', which is",
        ),
        ('question="momentum_classical"', 'question="descend"', "'descend', which is no quiz"),
        ('# %% quiz="momentum_classical"\n', "", 'has no cell quiz="momentum_classical"'),
        (
            '# %% quiz="momentum_classical"\n',
            '# %% quiz="momentum_classical"\n1\n',
            "must be empty",
        ),
        (
            '# %% exercise="momentum_update"',
            '# %% exercise="climb"',
            "for the reference of 'climb', which",
        ),
    ],
)
def test_a_lesson_and_its_exercises_must_agree(copy, old, new, text):
    path = copy / "solutions" / f"{LESSON}.py"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(RunError, match=text):
        notebooks.check([LESSON])


def _cells(text, *names):
    """The cells of a lesson's text, filled from these exercises of the example."""
    lesson = _example()
    functions = {name: one for name, one in lesson.functions.items() if name in names}
    quizzes = {name: one for name, one in lesson.quizzes.items() if name in names}
    cells = jupytext.reads(text, fmt="py:percent").cells
    return list(fill.filled(cells, functions, quizzes, "the text"))


def _example():
    lesson = Lesson("98_example", title="An example")
    lesson.quiz(
        "colour",
        title="Colours",
        question=10 * "words " + 15 * "more " + "in one line.\n\n| a | b |\n|---|---|",
        options={"a": (r"$\beta$", "Why?"), "b": ("two\nlines", "Right.")},
        right="b",
        afterwards="Answer first.",
        hints=("Look.",),
    )
    lesson.number_quiz(
        "third",
        title="A third",
        question="How much is 1/3?",
        asks="a share",
        right=(1 / 3, "One in three."),
        written=0.33,
        wrong={3: "Which way round?"},
        hints=("Divide.",),
    )

    @lesson.exercise(points=1)
    def double(x):
        """Twice x."""
        # by adding
        return x + x

    return lesson


def test_a_question_stands_below_its_cells_text():
    text = '# %% [markdown] question="colour"\n# Some prose.\n#\n# More.\n\n# %% quiz="colour"\n'
    cell = _cells(text, "colour")[0]
    assert cell.source.split("\n") == [
        "Some prose.",
        "",
        "More.",
        "",
        "### Quiz · Colours",
        "",
        10 * "words " + 6 * "more " + "more",
        8 * "more " + "in one line.",
        "",
        "| a | b |",
        "|---|---|",
        "",
        r"- **a** $\beta$",
        "- **b** two",
        "  lines",
        "",
        "Answer first.",
    ]


def test_a_quiz_becomes_its_answer_and_its_check():
    text = '# %% [markdown] question="third"\n\n# %% quiz="third"\n\n'
    question, answer, check = _cells(text, "third")
    assert question.source == "### Quiz · A third\n\nHow much is 1/3?"
    assert answer.source == "# BEGIN SOLUTION\nthird = 0.33\n# END SOLUTION"
    assert (answer.metadata.quiz, check.metadata.check) == ("third", "third")
    assert check.source == 'check("third")'


def test_a_model_answer_is_what_the_reference_does():
    text = 'def double(x):\n    """Of the lesson."""\n    # REFERENCE SOLUTION\n'
    (cell,) = _cells(f'# %% exercise="double"\n{text}', "double")
    assert cell.source.split("\n")[1:] == [
        '    """Of the lesson."""',
        "    # BEGIN SOLUTION",
        "    # by adding",
        "    return x + x",
        "    # END SOLUTION",
    ]
