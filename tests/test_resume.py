"""A run that is killed, wherever that happens, and started again ends like one that was not."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import gradebook
import nbformat
import pytest

from autograder import NOTEBOOKS, ROOT
from autograder.build import sample
from autograder.exercises import lessons

LESSON = "04_momentum"
STUDENTS = 32
KILLS = 20
PATIENCE = 120  # seconds for what takes two; only a failure waits so long
STOPPED = "autograder: stopped; run the same command again to go on"

# A run that dies before it writes a certain file; alone, or with its workers, as when a machine
# goes down.
DIE = """
import os, signal, sys
from autograder import files
left, replace = {count}, files.replace
def die(path, contents):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid() if {alone} else 0, signal.SIGKILL)
    replace(path, contents)
files.replace = die
from autograder.cli import main
main(sys.argv[1:])
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


def _start(folder, jobs=1):
    command = [sys.executable, "-m", "autograder", "grade"]
    return subprocess.Popen(
        [*command, "--course", folder, "--lesson", LESSON, "--jobs", str(jobs)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _until(true, process, seconds=PATIENCE):
    """Wait for something; whether it came before the process ended."""
    end = time.monotonic() + seconds
    while not true():
        if process.poll() is not None:
            return False
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.002)
    return True


def _descendants(root):
    """Processes below this one."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if fields[0] != "Z":
            parents[int(path.parent.name)] = int(fields[1])
    found = {root}
    while new := {child for child, parent in parents.items() if parent in found} - found:
        found |= new
    return found - {root}


def _alive(pids):
    return {pid for pid in pids if pid in _descendants(1) and pid != os.getpid()}


def _all_end(pids):
    end = time.monotonic() + PATIENCE
    while left := _alive(pids):
        assert time.monotonic() < end, f"still there: {left}"
        time.sleep(0.05)


def _done(folder):
    return len(list((folder / "verdicts").glob(f"*/{LESSON}.json")))


def _files(folder):
    """Everything that a run writes, but for the gradebook, which has no fixed bytes."""
    kept = [folder / name for name in ("verdicts", "feedback", "autograded")]
    paths = [path for top in kept for path in top.rglob("*") if path.is_file()]
    paths += folder.glob("*.csv")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _hand_in(folder, student, source=None):
    """A notebook with a loop without end as its first answer; or any other."""
    path = folder / "submitted" / student / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    notebook = nbformat.read(NOTEBOOKS / f"{LESSON}.ipynb", as_version=4)
    answer = next(cell for cell in notebook.cells if cell.id in lessons()[LESSON].exercises)
    answer.source = source or answer.source
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    sample.make_class(folder, STUDENTS, seed=5)
    for path in folder.glob("submitted/*/*"):
        if path.name != LESSON:
            shutil.rmtree(path)
    shutil.copytree(folder / "submitted", folder.parent / "submitted")
    process = _start(folder, jobs=2)
    assert process.wait() == 0, process.stderr.read()
    process.stderr.close()
    return folder


def _write_count(folder):
    """How many files a run has to write at least: a notebook and a verdict each, or the pages."""
    left = STUDENTS - _done(folder)
    return 2 * left or STUDENTS - len(list(folder.glob(f"feedback/*/{LESSON}/*.html")))


def test_a_run_killed_at_twenty_moments_ends_like_an_undisturbed_one(undisturbed, tmp_path):
    """By the count of files written, not by a clock: on every machine between the same two."""
    shutil.copytree(undisturbed / "submitted", tmp_path / "submitted")
    rng = random.Random(11)
    halfway = 0
    for number in range(KILLS):
        at = rng.randrange(max(1, _write_count(tmp_path) // 4))
        code = DIE.format(count=at, alone=number % 2 == 0)
        options = ["grade", "--course", tmp_path, "--lesson", LESSON, "--jobs", "1"]
        command = [sys.executable, "-c", code, *options]
        ended = subprocess.run(
            command, cwd=ROOT, capture_output=True, check=False, start_new_session=True
        )
        assert ended.returncode == -signal.SIGKILL
        halfway += 0 < _done(tmp_path) < STUDENTS
    assert halfway > KILLS // 2
    process = _start(tmp_path)
    assert process.wait() == 0, process.stderr.read()
    process.stderr.close()
    assert gradebook.rows(tmp_path) == gradebook.rows(undisturbed)
    assert _files(tmp_path) == _files(undisturbed)


@pytest.fixture
def busy(tmp_path):
    """A run that has graded one submission and hangs in the next, with all its processes."""
    _hand_in(tmp_path, "ann")
    _hand_in(tmp_path, "bob", "while True:\n    pass")
    process = _start(tmp_path)
    assert _until(lambda: _done(tmp_path) == 1, process)
    # The pool's tracker, a worker, its runner, and the child in which the learner's code runs.
    assert _until(lambda: len(_descendants(process.pid)) >= 4, process)
    yield process
    process.kill()
    process.wait()
    process.stderr.close()


def test_no_process_outlives_a_killed_coordinator(busy):
    theirs = _descendants(busy.pid)
    busy.kill()
    busy.wait()
    _all_end(theirs)


def test_an_interrupt_ends_everything_with_one_line(busy):
    theirs = _descendants(busy.pid)
    os.killpg(busy.pid, signal.SIGINT)  # what a terminal does
    assert busy.wait(PATIENCE) == 1
    lines = busy.stderr.read().splitlines()
    assert lines[-1] == STOPPED
    assert not [line for line in lines if "Traceback" in line]
    _all_end(theirs)
