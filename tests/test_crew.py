"""A submission that kills its worker costs nobody else anything."""

import json
import signal
import subprocess
import sys
from collections import Counter
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
import small_crew

from autograder import NOTEBOOKS, ROOT
from autograder.exercise import cached_key
from autograder.exercises import find_lesson
from autograder.judge import crew
from autograder.judge.crew import TWICE, Crew
from autograder.judge.judge import Settings
from autograder.judge.worker import Task
from autograder.status import SubmissionStatus

pytestmark = pytest.mark.slow


@pytest.fixture
def judged(monkeypatch):
    """What a crew of two makes of these contents, by student, and the order of the students."""
    monkeypatch.setattr(crew, "mark", small_crew.mark)
    monkeypatch.setattr(crew, "WORTH_A_WORKER", 1)
    monkeypatch.setattr(crew, "QUEUED_PER_WORKER", 1)  # each of them is tried alone after a death

    def run(*contents):
        tasks = [Task(f"s{number}", "04", text.encode()) for number, text in enumerate(contents)]
        found = list(Crew(Settings(), "v", 2, None).judged(iter(tasks), len(tasks)))
        assert Counter(task for task, _ in found) == Counter(tasks)
        return {task.student: result for task, result in found}, [task.student for task, _ in found]

    return run


def test_what_kills_its_worker_twice_is_refused_by_name_and_the_class_goes_on(judged):
    results, _ = judged(*["x"] * 3, "die", *["x"] * 3, "die", "x")
    refused = {name for name, one in results.items() if one.status == SubmissionStatus.REFUSED}
    assert refused == {"s3", "s7"}
    assert results["s3"].problems == (TWICE,)


def test_what_kills_its_worker_once_is_judged(judged, tmp_path):
    results, _ = judged("x", f"die once {tmp_path}/flag", "x")
    assert {one.status for one in results.values()} == {SubmissionStatus.GRADED}


def test_a_hurried_notebook_is_judged_again_alone_and_last(judged, tmp_path):
    results, order = judged("x", f"hurry {tmp_path}/flag", "x", "x")
    assert order[-1] == "s1"
    assert not results["s1"].hurried
    assert results["s1"].problems != results["s0"].problems  # another process


def test_all_that_is_judged_alone_shares_a_worker_which_takes_long_to_start(judged, tmp_path):
    hurried = [f"hurry {tmp_path}/flag{number}" for number in range(3)]
    results, order = judged("x", *hurried, "x")
    alone = {results[student].problems for student in order[-3:]}
    assert set(order[-3:]) == {"s1", "s2", "s3"}
    assert len(alone) == 1
    assert alone.isdisjoint({results["s0"].problems, results["s4"].problems})


def test_a_submission_that_is_hurried_twice_keeps_what_it_got(judged):
    results, order = judged("always hurry", "x")
    assert order == ["s1", "s0"]
    assert results["s0"].hurried


@pytest.mark.parametrize(("count", "shared"), [(crew.WORTH_A_WORKER, False), (100, True)])
def test_keys_are_made_before_there_are_several_workers(monkeypatch, count, shared):
    cached_key.cache_clear()
    lesson = "01b_batch_size"
    made = []
    submit = SimpleNamespace(submit=lambda _: made.append(cached_key.cache_info().currsize))
    monkeypatch.setattr(crew, "_can_be_copied", lambda: True)
    monkeypatch.setattr(crew, "_pool", lambda workers, method: nullcontext((submit, workers)))
    with Crew(Settings(), "v", 2, None).standing_by(count, [lesson]):
        assert made == [len(find_lesson(lesson).exercises) if shared else 0]


ONE = """
import sys, time
from pathlib import Path
from autograder.judge import session, worker
from autograder.judge.judge import Settings
worker.COMPARING_SECONDS = 0.5
session.SEARCHES = 0
settings = Settings(limits=session.Limits(cell_seconds=0.3, notebook_seconds=0.3))
task = worker.Task("s", "04_momentum", Path(sys.argv[1]).read_bytes())
version = worker.grader_version(settings)
{first}
print(worker.mark(task, settings, version).score)
"""


def one_is_judged(tmp_path, first, answer=None):
    """In a process of its own. first: what is changed before; answer: of the first exercise."""
    notebook = json.loads((NOTEBOOKS / "04_momentum.ipynb").read_text("utf-8"))
    name, exercise = next(iter(find_lesson("04_momentum").functions.items()))
    (cell,) = (cell for cell in notebook["cells"] if cell["id"] == name)
    cell["source"] = exercise.source + (answer or "")
    path = tmp_path / "one.ipynb"
    path.write_text(json.dumps(notebook), "utf-8")
    command = [sys.executable, "-c", ONE.format(first=first), path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done, exercise.points


def test_the_clock_does_not_strike_while_a_notebook_stands_in_line(tmp_path):
    """What is slept here is told to be spent in line: longer than notebook and judge have."""
    first = "session.Session._seconds_in_line = lambda self: 100.0"
    done, points = one_is_judged(tmp_path, first, "\nimport time\ntime.sleep(1.5)\n")
    assert (done.returncode, done.stdout) == (0, f"{points:.1f}\n"), done.stderr


@pytest.mark.parametrize(
    ("does", "status"), [("while True: pass", -signal.SIGPROF), ("time.sleep(1000)", 1)]
)
def test_judging_that_does_not_end_ends_its_process(tmp_path, does, status):
    done, _ = one_is_judged(tmp_path, f"def parse(contents):\n    {does}\nworker.parse = parse")
    assert (done.returncode, done.stdout) == (status, "")
