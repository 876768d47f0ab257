"""The same class graded on a cluster of two workers, of which one is killed on the way."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import pytest

from autograder import ROOT, bench, cli, grade
from autograder.course.verdicts import verdict_files
from autograder.judge import crew

distributed = pytest.importorskip("distributed", reason="needs requirements-cluster.txt")

LESSON = "04_momentum"
STUDENTS = 24
PATIENCE = 60

# Dask's threads and sockets are its own affair.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]


@contextmanager
def _process(*command, folder=ROOT):
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(folder)},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _worker(address, folder=ROOT):
    # Without a nanny nobody starts it again when it is killed.
    command = ("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny")
    return _process(*command, "--no-dashboard", folder=folder)


@pytest.fixture
def scheduler():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port))
    with _process(*command, "--no-dashboard"):
        yield f"tcp://127.0.0.1:{port}"


def _verdicts(folder):
    return {item["student"]: item for file in verdict_files(folder) for item in [file.read()]}


def test_marks_are_the_same_although_a_worker_is_killed(scheduler, tmp_path):
    bench.make_class(tmp_path / "local", LESSON, STUDENTS)
    bench.make_class(tmp_path / "far", LESSON, STUDENTS)
    grade.grade_course(tmp_path / "local", lesson=LESSON)
    with ExitStack() as stack:
        first = stack.enter_context(_worker(scheduler))
        stack.enter_context(_worker(scheduler))
        with distributed.Client(scheduler, timeout=PATIENCE) as client:
            client.wait_for_workers(2, timeout=PATIENCE)

        def show(results, total):
            for done, result in enumerate(results):
                if done == 3:
                    first.kill()
                yield result

        grade.grade_course(tmp_path / "far", lesson=LESSON, scheduler=scheduler, show=show)
        assert first.wait(PATIENCE) == -signal.SIGKILL
    far = _verdicts(tmp_path / "far")
    assert len(far) == STUDENTS
    assert far == _verdicts(tmp_path / "local")


def test_a_worker_of_another_version_is_noticed(scheduler, tmp_path, capsys):
    bench.make_class(tmp_path / "course", LESSON, 2)
    other = tmp_path / "other"
    for name in ("autograder", "notebooks"):
        shutil.copytree(ROOT / name, other / name)
    (other / "autograder" / "newer.py").write_text("")
    with _worker(scheduler, folder=other):
        assert _grade(tmp_path / "course", scheduler) == 1
    assert "another version of the grader" in _one_line(capsys)


def test_a_cluster_without_workers_is_noticed(scheduler, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(crew, "CLUSTER_SECONDS", 1)
    bench.make_class(tmp_path, LESSON, 2)
    assert _grade(tmp_path, scheduler) == 2
    assert "has no workers" in _one_line(capsys)


def test_a_wrong_address_is_noticed(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(crew, "CLUSTER_SECONDS", 1)
    bench.make_class(tmp_path, LESSON, 2)
    assert _grade(tmp_path, "tcp://127.0.0.1:1") == 2
    assert "no Dask scheduler answers" in _one_line(capsys)


def _grade(folder, scheduler):
    arguments = ["--course", str(folder), "--lesson", LESSON, "--scheduler", scheduler]
    return cli.main(["grade", *arguments])


def _one_line(capsys):
    said = capsys.readouterr().err.splitlines()
    (line,) = [line for line in said if line.startswith("autograder:")]
    return line
