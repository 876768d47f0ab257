"""Imports point one way. A room is a module or a folder of `autograder/`; each names what it needs.

Lazy imports count as well: what a command loads late is still an arrow.
"""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter

import pytest

from autograder import NOTEBOOKS, ROOT

OPTLAB = NOTEBOOKS / "optlab"
AUTOGRADER = ROOT / "autograder"
BASICS = {"errors", "files", "learner_side", "released", "startup", "status", "text"}
# From what everybody may use up to what a person starts. No room may import one below itself
# in this list, so there can be no circle of rooms.
MAY_IMPORT = {
    "learner_side": set(),
    "startup": set(),
    "status": set(),
    "text": set(),
    "errors": set(),
    "files": {"errors"},
    "released": {"errors"},
    "answer": set(),
    "exercise": {"learner_side", "answer"},
    "quiz": {"learner_side", "answer", "exercise"},
    "lesson": {"exercise", "quiz"},
    "recall": {"learner_side", "quiz"},
    "families": {"exercise"},
    "inputs": {"learner_side"},
    "study": {"errors", "files", "released"},
    "exercises": {"errors", "exercise", "families", "inputs", "lesson"},
    "proof": {"learner_side", "answer", "exercise", "quiz"},
    "translation": {"learner_side", "errors", "files", "released"},
    "handin": {"learner_side", "released", "text"},
    "judge": BASICS | {"exercise", "exercises", "handin", "translation"},
    "course": BASICS | {"exercises", "handin"},
    "collect": BASICS | {"exercises", "handin", "translation", "course"},
    "export": BASICS | {"exercises", "handin", "course", "collect"},
    "pages": BASICS | {"quiz", "exercises", "handin", "translation", "course"},
    "grade": BASICS | {"exercises", "handin", "judge", "course", "pages"},
    "nbgrader_steps": {"errors", "handin", "translation", "judge", "course", "pages"},
    "build": BASICS | {"answer", "exercise", "quiz", "lesson", "exercises", "recall"},
    "language": BASICS
    | {"recall", "exercise", "quiz", "lesson", "exercises", "translation", "build"},
    "bench": BASICS | {"exercise", "exercises", "proof", "judge", "course", "grade"},
    "attacks": BASICS | {"exercises", "judge", "course", "grade"},
    "terminal": {"proof", "status", "text"},
}
MAY_IMPORT["cli"] = {*MAY_IMPORT}
MAY_IMPORT["__main__"] = {"cli", "startup"}
MODULES = sorted(path for path in AUTOGRADER.rglob("*.py") if path != AUTOGRADER / "__init__.py")


def _imported(path):
    """Dotted names of all modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _top_level(paths):
    return {name.partition(".")[0] for path in paths for name in _imported(path)}


def _dotted(path):
    parts = path.relative_to(AUTOGRADER.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _file_of(name):
    """The file of a dotted name, if it is a module of ours and no object in one."""
    path = ROOT.joinpath(*name.split("."))
    found = [one for one in (path.with_suffix(".py"), path / "__init__.py") if one.is_file()]
    return found[0] if found else None


def _room(path):
    return path.relative_to(AUTOGRADER).parts[0].removesuffix(".py")


def _needed(path):
    """The modules of the autograder that a file imports, without the package itself."""
    names = {name for name in _imported(path) if name.startswith("autograder.")}
    return {file for name in names if (file := _file_of(name))} - {path}


@pytest.mark.parametrize("path", MODULES, ids=_dotted)
def test_a_module_imports_only_what_its_room_may(path):
    rooms = {_room(file) for file in _needed(path)} - {_room(path)}
    assert rooms <= MAY_IMPORT[_room(path)]


def test_no_room_may_import_one_that_stands_below_it():
    order = [*MAY_IMPORT]
    for room, others in MAY_IMPORT.items():
        assert others <= {*order[: order.index(room)]}


def test_no_circle_of_modules():
    graph = {path: _needed(path) for path in MODULES if path.name != "__init__.py"}
    [*TopologicalSorter(graph).static_order()]


def test_optlab_needs_little_and_never_the_autograder():
    names = _top_level(OPTLAB.rglob("*.py"))
    third_party = names - set(sys.stdlib_module_names) - {"optlab"}
    assert third_party == {"numpy", "matplotlib", "PIL", "IPython", "ipywidgets"}


def test_what_stands_behind_check_never_imports_what_lessons_draw_and_train_with():
    lesson_side = {f"optlab.{path.stem}" for path in OPTLAB.glob("[a-z]*.py")}
    assert "optlab.plots" in lesson_side
    for path in (OPTLAB / "checking").glob("*.py"):
        assert not lesson_side & {*_imported(path)}


def test_the_runner_never_names_the_autograder():
    assert "autograder" not in _top_level((AUTOGRADER / "judge" / "runner").glob("*.py"))


def test_exercises_import_no_machinery():
    names = {
        name for path in (AUTOGRADER / "exercises").glob("[a-z]*.py") for name in _imported(path)
    }
    ours = {name for name in names if name.startswith("autograder.") and _file_of(name)}
    assert ours == {"autograder.families", "autograder.inputs", "autograder.lesson"}


def test_importing_the_runner_loads_no_exercise():
    folders = [str(AUTOGRADER / "judge" / "runner"), str(NOTEBOOKS)]
    code = (
        f"import sys; sys.path[:0] = {folders!r}\n"
        "import shell, sandbox\n"
        "print([name for name in sys.modules if 'autograder' in name or 'exercise' in name])"
    )
    assert _run("-P", "-c", code, folder="/") == "[]"


def _run(*arguments, folder=ROOT):
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=folder
    ).stdout.strip()


@pytest.mark.slow
def test_importing_the_autograder_changes_nothing_for_who_imports_it():
    code = (
        "import sys; path = list(sys.path)\n"
        "import autograder.exercises, autograder.judge.worker, autograder.pages.report\n"
        "import optlab.plots\n"
        "print(sys.path == path, 'rfc3987_syntax' in sys.modules,"
        " optlab.__file__)"
    )
    assert _run("-c", code) == f"True True {OPTLAB / '__init__.py'}"


@pytest.mark.parametrize(("own", "kept"), [(None, "None"), ("4", "4")])
def test_a_program_of_the_grader_has_no_threads_and_leaves_a_learner_s_setting(
    monkeypatch, own, kept
):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    if own:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", own)
    code = (
        "import os, psutil; from autograder import startup\n"
        "startup.load_without_threads()\n"
        "import numpy as np; np.ones((500, 500)) @ np.ones((500, 500))\n"
        "print(psutil.Process().num_threads(), os.environ.get('OPENBLAS_NUM_THREADS'))"
    )
    assert _run("-c", code) == f"1 {kept}"


@pytest.mark.slow
def test_reading_verdicts_loads_nothing_of_nbgrader():
    code = (
        "import sys, pathlib, autograder.pages.report as report\n"
        "try: report.write(pathlib.Path('no such course'))\n"
        "except report.UserError: pass\n"
        "print({name.partition('.')[0] for name in sys.modules} & "
        "{'nbgrader', 'nbconvert', 'sqlalchemy'})"
    )
    assert _run("-c", code) == "set()"


def test_every_room_stands_in_the_list():
    assert {_room(path) for path in MODULES} == {*MAY_IMPORT}
