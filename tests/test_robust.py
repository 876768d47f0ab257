"""What a submission, a file or a second run may do to a class: nothing."""

import resource
import sqlite3
import subprocess
import sys
from contextlib import closing

import nbformat
import pytest

from autograder import NOTEBOOKS, ROOT, cli
from autograder.course import lock
from autograder.course.gradebook import Recorder, sqlite_url
from autograder.errors import RunError
from autograder.handin import outputs
from autograder.judge import judge as judging
from autograder.judge.judge import Judge
from autograder.judge.session import Cell, Run
from optlab.checking.onechange import program

LESSON = "04_momentum"
LONG = 300_000  # repetitions: a quadratic pattern would take tens of minutes


def _processor_seconds(work):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    work()
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime - before


def _error(value):
    claimed = [{"output_type": "error", "ename": value, "evalue": value, "traceback": [value]}]
    return outputs.outputs(claimed)


def test_an_error_is_bounded_wherever_it_comes_from():
    (kept,) = _error("<ipython-input-" * LONG)
    assert len(kept["ename"]) < 300
    assert len(kept["evalue"]) < outputs.LIMITS.text + 100
    many = [{"output_type": "error", "ename": "", "evalue": "", "traceback": ["x"] * 10_000}]
    assert len(outputs.outputs(many)[0]["traceback"]) == outputs.LIMITS.frames


@pytest.mark.parametrize("text", ["<ipython-input-" * LONG, "<ipython-input-" + "x" * LONG])
def test_the_pattern_for_a_cells_name_is_linear(text):
    error = {"output_type": "error", "ename": "E", "evalue": text}
    run = Run(
        outputs={"cell": [error]},
        answers={},
        problems=[],
        seconds=0,
        cpu_seconds=0,
        hurried=False,
    )
    assert _processor_seconds(lambda: judging._error_in(run, "cell")) < 30


def test_a_cells_name_is_not_told():
    error = {"output_type": "error", "ename": "E", "evalue": "<ipython-input-1-ab>, line 2: no"}
    run = Run(
        outputs={"cell": [error]},
        answers={},
        problems=[],
        seconds=0,
        cpu_seconds=0,
        hurried=False,
    )
    assert judging._error_in(run, "cell") == "E: line 2: no"


def test_the_pattern_for_magics_is_linear_and_keeps_the_lines():
    assert program._MAGIC.sub("", "\n\n  %load x\n!ls\nx = 1 % 2") == "\n\n\n\nx = 1 % 2"
    assert _processor_seconds(lambda: program._MAGIC.sub("", "\n" * LONG)) < 30


def test_an_exit_status_tells_nothing_of_what_was_asked():
    for status in (0, 3, 114, -11, None):
        told = _failure_text("an exercise", status)
        assert told == "It ended the Python process."
    assert _failure_text("an exercise", 12) == "It ended the Python process (out of memory)."
    assert _failure_text(Cell("c", ""), 3) == "It ended the Python process (exit status 3)."


def _failure_text(suspect, status):
    from autograder.judge.session import Limits, _Notebook

    notebook = _Notebook([], {}, Limits())
    notebook.suspect = suspect
    return notebook._failure(EOFError(), status).text


# Two runs


@pytest.mark.slow
def test_a_second_run_in_a_course_says_so_in_one_line(tmp_path):
    (tmp_path / "submitted").mkdir()
    with lock.alone(tmp_path):
        command = [sys.executable, "-m", "autograder", "grade", "--course", str(tmp_path)]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )
    line = f"autograder: another run is grading {tmp_path}; wait until it has ended\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", line)
    with lock.alone(tmp_path), pytest.raises(RunError, match="another run"):
        lock.alone(tmp_path).__enter__()


# A gradebook that was begun


def test_a_gradebook_is_made_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "gradebook.db"

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("alembic.runtime.migration.MigrationContext.stamp", killed)
        with pytest.raises(KeyboardInterrupt):
            Recorder(sqlite_url(path)).__enter__()
    assert not path.exists()
    with Recorder(sqlite_url(path)):
        pass
    with closing(sqlite3.connect(path)) as database:
        assert len(database.execute("select version_num from alembic_version").fetchall()) == 1
    assert [found.name for found in tmp_path.iterdir()] == ["gradebook.db"]


# Notebooks outside a course


@pytest.fixture
def loose(tmp_path):
    release = nbformat.read(NOTEBOOKS / f"{LESSON}.ipynb", as_version=4)
    good = tmp_path / f"{LESSON}.ipynb"
    nbformat.write(release, good)
    other = tmp_path / "other.ipynb"
    nbformat.write(nbformat.v4.new_notebook(), other)
    broken = tmp_path / "\x1b[31mred.ipynb"
    broken.write_text("{")
    return [other, broken, good]


@pytest.mark.slow
def test_one_hostile_notebook_does_not_end_the_command(loose, monkeypatch, capsys):
    real = Judge.notebook

    def fails_once(self, poured, lesson):
        monkeypatch.setattr(Judge, "notebook", real)
        raise ValueError("a fault of the grader")

    monkeypatch.setattr(Judge, "notebook", fails_once)
    assert cli.main(["grade", *map(str, [loose[2], *loose])]) == 0
    said = capsys.readouterr()
    assert "the grader itself failed on it (ValueError in test_robust.py:" in said.err
    assert "it holds no exercise of this course" in said.err
    assert "not valid JSON" in said.err
    assert "momentum_update" in said.out
    assert "\x1b[31mred" not in said.err + said.out


@pytest.mark.slow
def test_a_name_that_does_not_exist_is_shown_without_escapes(tmp_path, capsys):
    assert cli.main(["grade", str(tmp_path / "\x1b]0;title\x07.ipynb")]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_a_lifeline_ends_its_process_even_when_closing_fails(monkeypatch):
    from autograder.judge import lifeline

    class Line:
        def poll(self, _):
            return True

    ended = []

    def fails():
        raise ValueError("the runner is being started")

    monkeypatch.setattr(lifeline.os, "_exit", ended.append)
    monkeypatch.setattr(lifeline.at_end, "close", fails, raising=False)
    with pytest.raises(ValueError, match="being started"):
        lifeline._end_with(Line())
    assert ended == [1]
