"""A run that is killed, wherever that happens, and started again ends like one that was not."""

import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import gradebook
import killed_run
import nbformat
import pytest

from autograder import NOTEBOOKS, ROOT, bench, grade
from autograder.exercises import lessons

LESSON = "04_momentum"
STUDENTS = 8
KILLS = 20 if "SEEDS" in os.environ else 8  # all once a week
PATIENCE = 120  # seconds for what takes two; only a failure waits so long
STOPPED = "autograder: stopped; run the same command again to go on"

# A run that dies with its workers, as when a machine goes down, after it has written some files.
DIE = """
import os, signal, sys
from autograder import files, startup
startup.skip_address_grammar()
left, replace = {count}, files.replace
def die(path, contents):
    global left
    left -= 1
    if left < 0:
        os.kill(0, signal.SIGKILL)
    replace(path, contents)
files.replace = die
from autograder.cli import main
main(sys.argv[1:])
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


OPTIONS = ["--lesson", LESSON, "--jobs", "1"]


def _start(folder, program=("-m", "autograder")):
    return subprocess.Popen(
        [sys.executable, *program, "grade", "--course", folder, *OPTIONS],
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


def _hand_in(folder, student, source):
    """A notebook with this as its first answer."""
    path = folder / "submitted" / student / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    notebook = nbformat.read(NOTEBOOKS / f"{LESSON}.ipynb", as_version=4)
    answer = next(cell for cell in notebook.cells if cell.id in lessons()[LESSON].exercises)
    answer.source = source
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A class that was graded in one go, and what its workers made of each submission."""
    folder = tmp_path_factory.mktemp("undisturbed")
    bench.make_class(folder, LESSON, STUDENTS)
    kept = {}

    def keep(results, total):
        for task, result in results:
            kept[task.student] = result
            yield task, result

    grade.grade_course(folder, lesson=LESSON, jobs=1, show=keep)
    assert len(kept) == STUDENTS
    return folder, kept


@pytest.fixture
def start_over(undisturbed, tmp_path):
    """The same class with nothing graded."""

    def made(name):
        shutil.copytree(undisturbed[0] / "submitted", tmp_path / name / "submitted")
        (tmp_path / name / "course.toml").write_text(f'lessons = ["{LESSON}"]')  # one is enough
        return tmp_path / name

    return made


def _ends_like(folder, undisturbed):
    assert gradebook.rows(folder) == gradebook.rows(undisturbed[0])
    assert _files(folder) == _files(undisturbed[0])


def test_a_run_killed_at_many_moments_ends_like_an_undisturbed_one(undisturbed, start_over):
    """By the count of what was done, not by a clock: the same moments every time.

    A run is killed and started again until one comes to its end; then the next class begins.
    """
    context = multiprocessing.get_context("forkserver")  # what takes long to load is loaded once
    context.set_forkserver_preload(["autograder.grade"])

    def until(folder, late, moment):
        """How a run ended that was to be killed at this moment, and how far it came."""
        passed = context.Value("q", 0)
        options = (folder, LESSON, undisturbed[1], late, moment, passed)
        process = context.Process(target=killed_run.run, args=options)
        process.start()
        process.join(PATIENCE)
        return process.exitcode, passed.value

    def moments(late):
        status, passed = until(start_over(f"whole{late}"), late, -1)
        assert status == 0
        return passed

    most = {late: moments(late) for late in (False, True)}
    rng = random.Random(6)
    kills, halfway, classes = 0, 0, 0
    while kills < KILLS:
        folder = start_over(f"class{classes}")
        classes += 1
        ended = -signal.SIGKILL
        while ended == -signal.SIGKILL:
            late = rng.random() < 0.7
            ended, _ = until(folder, late, rng.randrange(most[late]))
            kills += ended == -signal.SIGKILL
            halfway += ended == -signal.SIGKILL and 0 < _done(folder) < STUDENTS
        assert ended == 0
        _ends_like(folder, undisturbed)
    assert halfway > 2


def test_a_machine_that_goes_down_with_all_workers_costs_nothing(undisturbed, start_over):
    folder = start_over("down")
    with _start(folder, ("-c", DIE.format(count=STUDENTS // 2))) as process:
        assert process.wait() == -signal.SIGKILL
    assert _done(folder) < STUDENTS
    with _start(folder) as process:
        said = process.stderr.read()
        assert process.wait() == 0, said
    _ends_like(folder, undisturbed)


@pytest.fixture
def busy(tmp_path):
    """A run that hangs in a submission, with all its processes.

    There is one submission, and so no moment at which the run does something else: a verdict of
    another one would be written with this one's, if both come soon after the start.
    """
    _hand_in(tmp_path, "bob", "while True:\n    pass")
    # A shell makes what it starts with `&` deaf to interrupts, and so all that this starts.
    deaf = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = _start(tmp_path)
    signal.signal(signal.SIGINT, deaf)
    with process:
        try:
            # A worker, its runner, and the child in which the learner's code runs.
            assert _until(lambda: len(_descendants(process.pid)) >= 3, process)
            yield process
        finally:
            process.kill()


def test_workers_are_copies_that_hold_no_file_of_the_course_and_outlive_no_coordinator(
    busy, tmp_path
):
    theirs = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in _descendants(busy.pid)}
    assert Path(f"/proc/{busy.pid}/cmdline").read_bytes() in theirs.values()
    held = {os.readlink(file) for pid in theirs for file in Path(f"/proc/{pid}/fd").iterdir()}
    assert not [name for name in held if name.startswith(str(tmp_path))]
    busy.kill()
    busy.wait()
    _all_end({*theirs})


def test_an_interrupt_ends_everything_with_one_line(busy):
    theirs = _descendants(busy.pid)
    os.killpg(busy.pid, signal.SIGINT)  # what a terminal does
    assert busy.wait(PATIENCE) == 1
    lines = busy.stderr.read().splitlines()
    assert lines[-1] == STOPPED
    assert not [line for line in lines if "Traceback" in line]
    _all_end(theirs)
