"""Imports point one way: cli -> grade -> judge -> exercises -> optlab, and runner -> optlab."""

import ast
import subprocess
import sys

from autograder import NOTEBOOKS, ROOT


def _imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _top_level(paths):
    return {name.partition(".")[0] for path in paths for name in _imported(path)}


def test_optlab_needs_little_and_never_the_autograder():
    names = _top_level((NOTEBOOKS / "optlab").glob("*.py"))
    third_party = names - set(sys.stdlib_module_names) - {"optlab"}
    assert third_party == {"numpy", "matplotlib", "PIL", "IPython", "ipywidgets"}


def test_the_runner_never_names_the_autograder():
    assert "autograder" not in _top_level((ROOT / "autograder" / "judge" / "runner").glob("*.py"))


def test_exercises_import_no_machinery():
    names = {
        name
        for path in (ROOT / "autograder" / "exercises").glob("[a-z]*.py")
        for name in _imported(path)
    }
    assert {name for name in names if name.startswith("autograder")} == {"autograder.exercise"}


def test_importing_the_runner_loads_no_exercise():
    folders = [str(ROOT / "autograder" / "judge" / "runner"), str(NOTEBOOKS)]
    code = (
        f"import sys; sys.path[:0] = {folders!r}\n"
        "import shell, sandbox\n"
        "print([name for name in sys.modules if 'autograder' in name or 'exercise' in name])"
    )
    answer = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, cwd="/"
    )
    assert answer.stdout.strip() == "[]"
