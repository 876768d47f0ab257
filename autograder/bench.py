"""Side by side with stock nbgrader: what grading a class costs, on this machine, in one run.

All figures are processor seconds of all processes, so that a busy machine and the number of workers
do not count. Stock means `nbgrader autograde` with its own defaults in a course made from the same
solution: its kernels run the whole notebook, and the check cells decide by the public cases. Both
sides do the same work: either both run the lesson's demonstrations, or these cells are in nobody's
notebook. What one more submission costs is the cost of a larger class less that of a smaller one.
Otter-Grader is measured beside them where it can be installed, in an environment of its own that is
thrown away.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import mean
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from rich.console import Console
from rich.table import Table

from autograder import NOTEBOOKS, ROOT, SOLUTIONS, files
from autograder.course.folder import create, recorder_of
from autograder.course.verdicts import verdict_files, verdicts_of
from autograder.errors import RunError
from autograder.exercise import Exercise
from autograder.exercises import find_lesson, lessons
from autograder.grade import AT_MOST
from autograder.judge.judge import Judge
from autograder.judge.session import ENVIRONMENT, Cell, Doubt, Probe, Run, Session
from autograder.proof.mutate import neighbours
from autograder.released import is_experiment

LESSON = "04_momentum"
FEW, MANY = 8, 108  # submissions; start-up is told for the few
STOCK_LEAN = (1, 4)  # stock nbgrader takes seconds for each
STOCK_FULL = (1, 2)
OTTERS = 4  # one by one, as Otter grades without containers; the first fills its caches
OTTER = ("otter-grader", "ipykernel")  # what its environment needs beside optlab's own needs
OURS_FULL = (1, 4)
SCALE = (100, 1_000, 10_000)
RECORDED = 100_000
SLIPS = 12  # for the price of looking for their places

# The command, and then the most memory it held itself. `ru_maxrss` would count that of whoever
# started it as well.
_GRADE = """
import sys
from pathlib import Path
from autograder import startup
startup.collect_seldom()
startup.skip_address_grammar()
startup.skip_server_pages()
startup.load_without_threads()
from autograder.cli import main
status = main()
if not status:
    lines = Path("/proc/self/status").read_text().splitlines()
    (held,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    print(int(held) // 1024)
sys.exit(status)
"""

# As warm as the grader's, and nothing else: no sandbox, no wire, no outputs sent, no answers.
_FLOOR = """
import json, os, sys
folder, notebooks = json.load(sys.stdin)
sys.path[:0] = [folder + "/autograder/judge/runner", folder + "/notebooks"]
import later, memory
from shell import Shell
from optlab.checking.checks import set_grading
later.load()
set_grading(True)
shell, costs = Shell.warm(), []
memory.settle()
for cells in notebooks:
    child = os.fork()
    if child == 0:
        shell.open(1 << 22)
        for source in cells:
            shell.run_cell(source, store_history=True)
        os._exit(0)
    used = os.wait4(child, 0)[2]
    costs.append(used.ru_utime + used.ru_stime)
print(json.dumps(costs), file=sys.__stdout__, flush=True)
"""

# The solution's cells, with a watch on its checks and on a hint after each.
_ANSWERS = """
import contextlib, io, json, sys, time
cells, quizzes = json.load(sys.stdin)
names, slowest = {"__name__": "__main__"}, {"check": 0, "quiz": 0, "hint": 0}

def watched(kind, source):
    began = time.process_time()
    exec(source, names)
    slowest[kind] = max(slowest[kind], time.process_time() - began)

with contextlib.redirect_stdout(io.StringIO()):
    for source in cells:
        if source.startswith("check("):
            watched("quiz" if source.split('"')[1] in quizzes else "check", source)
            watched("hint", source.replace("check(", "hint(", 1))
        else:
            exec(source, names)
print(json.dumps(slowest))
"""


# One exercise as Otter asks for it: by the public cases of its key, as stock nbgrader does.
_OTTER_TEST = """\
OK_FORMAT = True
test = {{"name": {name!r}, "points": {points!r}, "suites": [
    {{"type": "doctest", "scored": True, "cases": [{{"hidden": False, "code": {code!r}}}]}}]}}
"""
_OTTER_CODE = """\
>>> from optlab.checking import keys, trial
>>> str(trial.judge(keys.load({name!r}), globals().get({name!r})).status)
'correct'
"""


@dataclass(frozen=True)
class Spent:
    """What a command took: processor seconds of all its processes, peak megabytes of its own."""

    cpu: float
    own_mb: int = 0


def bench(lesson: str = LESSON) -> None:
    """Grade classes by stock nbgrader and by this harness; print a table and a JSON line."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        top = Path(name)
        few = _ours(top / "few", lesson, FEW)
        many = _ours(top / "many", lesson, MANY)
        again = _graded(top / "many", lesson)
        full = [_ours(top / f"full{count}", lesson, count, True).cpu for count in OURS_FULL]
        stock = [_stock(top / f"stock{count}", lesson, count, False) for count in STOCK_LEAN]
        stock_full = [_stock(top / f"whole{count}", lesson, count, True) for count in STOCK_FULL]
        disagreements = _disagreements(top / f"stock{max(STOCK_LEAN)}", top / "many", lesson)
        floor = _floor(top / "many", lesson)
        otter, without = _otter(top / "otter", lesson)
    each = (many.cpu - few.cpu) / (MANY - FEW)
    each_full = (full[1] - full[0]) / (OURS_FULL[1] - OURS_FULL[0])
    stock_each = (stock[1] - stock[0]) / (STOCK_LEAN[1] - STOCK_LEAN[0])
    stock_each_full = (stock_full[1] - stock_full[0]) / (STOCK_FULL[1] - STOCK_FULL[0])
    report = {
        "lesson": lesson,
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "ms_each": 1000 * each,
        "start_cpu_s": few.cpu - FEW * each,
        "rerun_cpu_s": again.cpu,
        "stock_lean_s_each": stock_each,
        "times_stock_per_core_lean": stock_each / each,
        "ms_each_with_experiments": 1000 * each_full,
        "stock_s_each_with_experiments": stock_each_full,
        "times_stock_per_core_with_experiments": stock_each_full / each_full,
        "otter_lean_s_each": otter,
        "without_otter": without,
        "floor_ms": 1000 * floor,
        "search_ms": 1000 * _search(lesson),
        **{f"{kind}_ms": 1000 * spent for kind, spent in _answers(lesson).items()},
        "disagreements": disagreements,
    }
    _print(report)
    print(json.dumps(_rounded(report)))


def bench_scale(lesson: str = LESSON) -> None:
    """Grade classes of 100 to 10,000 and record 100,000: what one more costs must not grow."""
    table = Table("submissions", "CPU s", "each ms", "unchanged again, s", "coordinator MB")
    rows, before = [], (0, 0.0)
    for count in SCALE:
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            spent = _ours(Path(name), lesson, count)
            again = _graded(Path(name), lesson)
        each = (spent.cpu - before[1]) / (count - before[0])
        before = count, spent.cpu
        row = {
            "submissions": count,
            "cpu_s": spent.cpu,
            "ms_each": 1000 * each,
            "rerun_cpu_s": again.cpu,
            "coordinator_mb": spent.own_mb,
        }
        rows.append(row)
        table.add_row(f"{count:,}", f"{spent.cpu:.1f}", f"{1000 * each:.0f}", f"{again.cpu:.1f}",
                      str(spent.own_mb))  # fmt: skip
    recording = _recording(lesson)
    Console().print(table)
    Console().print(f"recorded alone, {RECORDED:,}: {1000 * recording:.2f} ms each")
    print(json.dumps(_rounded({"classes": rows, "record_ms_each": 1000 * recording})))


def make_class(course: Path, lesson: str, count: int) -> list[str]:
    """Hand in `count` notebooks, every other one right throughout; the names of those."""
    exercises = list(find_lesson(lesson).exercises.values())
    release = nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4)
    honest = []
    for number in range(count):
        student = f"student{number:04}"
        right = number % 2 == 0
        answers = {
            exercise.name: _answer(exercise, number, right or (number + place) % 3 > 0)
            for place, exercise in enumerate(exercises)
        }
        path = course / "submitted" / student / lesson / f"{lesson}.ipynb"
        files.replace(path, json.dumps(_filled(release, answers)))
        honest += [student] if right else []
    return honest


def _filled(release: NotebookNode, answers: Mapping[str, str]) -> NotebookNode:
    notebook = deepcopy(release)
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    return notebook


def _answer(exercise: Exercise, number: int, right: bool) -> str:
    styles = [exercise.source, *(style.source for style in exercise.styles)]
    answers = styles if right else [mistake.source for mistake in exercise.mistakes]
    return exercise.handed_in(answers[number % len(answers)])


# Stock nbgrader ----------------------------------------------------------------------------------


def _stock(course: Path, lesson: str, count: int, experiments: bool) -> float:
    """Processor seconds of grading the same first few submissions."""
    make_class(course, lesson, count)
    solution = course / "source" / lesson / f"{lesson}.ipynb"
    files.replace(solution, (SOLUTIONS / f"{lesson}.ipynb").read_bytes())
    if not experiments:
        for path in (solution, *course.glob("submitted/*/*/*.ipynb")):
            _without(path, is_experiment)
    files.replace(course / "nbgrader_config.py", 'c = get_config()\nc.CourseDirectory.root = "."\n')
    _nbgrader(course, "generate_assignment", lesson)
    return _nbgrader(course, "autograde", lesson).cpu


def _without(path: Path, unwanted: Callable[[NotebookNode], bool]) -> None:
    """Take cells out of a notebook."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if not unwanted(cell)]
    files.replace(path, nbformat.writes(notebook))


def _nbgrader(course: Path, command: str, lesson: str) -> Spent:
    # The kernels find optlab here: this spares stock nbgrader copying it for every submission.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(NOTEBOOKS)}
    return _run([sys.executable, "-m", "nbgrader", command, lesson], course, environment)


def _disagreements(stock: Path, ours: Path, lesson: str) -> list[str]:
    """Right submissions, among those that both sides graded, with different marks."""
    with Gradebook(f"sqlite:///{stock / 'gradebook.db'}") as gradebook:
        theirs = {item.student.id: item.score for item in gradebook.assignment_submissions(lesson)}
    verdicts = [file.read() for file in verdict_files(ours)]
    marks = {item["student"]: item["score"] for item in verdicts}
    return [
        f"{name}: {score:g} by stock, {marks[name]:g} by ours"
        for number, (name, score) in enumerate(sorted(theirs.items()))
        if number % 2 == 0 and score != marks[name]
    ]


# Otter -------------------------------------------------------------------------------------------


def _otter(folder: Path, lesson: str) -> tuple[float | None, str]:
    """Processor seconds of one submission without demonstrations, or why there are none."""
    make_class(folder, lesson, OTTERS)
    home = folder / "environment"
    needs = [f"{name}=={version(name)}" for name in ("numpy", "matplotlib")]
    uv = [sys.executable, "-m", "uv"]
    try:
        _run([*uv, "venv", str(home)], folder, os.environ)
        python = str(home / "bin" / "python")
        _run([*uv, "pip", "install", "--python", python, *OTTER, *needs], folder, os.environ)
    except RunError as error:
        return None, f"Otter could not be installed: {error}"
    asked = folder / "autograder.zip"
    with zipfile.ZipFile(asked, "w") as archive:
        archive.writestr("otter_config.json", '{"lang": "python"}')
        for name, exercise in find_lesson(lesson).exercises.items():
            code = _OTTER_CODE.format(name=name)
            test = _OTTER_TEST.format(name=name, points=float(exercise.points), code=code)
            archive.writestr(f"tests/{name}.py", test)
    path = os.pathsep.join([str(home / "bin"), os.environ.get("PATH", os.defpath)])
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(NOTEBOOKS)}
    command = [str(home / "bin" / "otter"), "run", "--no-logo", "-a", str(asked), "-o"]
    spent = []
    for place, notebook in enumerate(sorted(folder.glob("submitted/*/*/*.ipynb"))):
        _without(notebook, lambda cell: is_experiment(cell) or _is_check(cell))
        results = notebook.with_name("results")
        results.mkdir()
        spent.append(_run([*command, str(results), str(notebook)], folder, environment).cpu)
        marks = json.loads((results / "results.json").read_text("utf-8"))["tests"]
        score = sum(test.get("score") or 0 for test in marks)
        if place % 2 == 0 and score != find_lesson(lesson).points:
            return None, f"Otter gave a right submission {score:g} points"
    return mean(spent[1:]), ""


def _is_check(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


# This harness ------------------------------------------------------------------------------------


def _ours(course: Path, lesson: str, count: int, experiments: bool = False) -> Spent:
    """Grade a new class. Making the course folder, once for a course, is not counted."""
    make_class(course, lesson, count)
    create(course, lessons())
    return _graded(course, lesson, experiments)


def _graded(course: Path, lesson: str, experiments: bool = False) -> Spent:
    command = [sys.executable, "-c", _GRADE, "grade", "--course", str(course), "--lesson", lesson]
    command += ["--jobs", "1", *(["--run-experiments"] if experiments else [])]
    return _run(command, ROOT, os.environ)


def _floor(course: Path, lesson: str) -> float:
    """Processor seconds of a child that runs the cells of one notebook and nothing else."""
    graded = sorted(course.glob(f"autograded/*/{lesson}/{lesson}.ipynb"))
    notebooks = [nbformat.read(path, as_version=4) for path in graded]
    sources = [
        [
            cell.source
            for cell in notebook.cells
            if cell.cell_type == "code" and not _is_check(cell) and not is_experiment(cell)
        ]
        for notebook in notebooks
    ]
    return mean(_script(_FLOOR, [str(ROOT), sources], ENVIRONMENT)[1:])


class _Metered(Session):
    """Adds up what the children cost, with or without their searches."""

    searching = True
    spent = 0.0

    def run(self, cells: list[Cell], probes: dict[str, Probe], doubt: Doubt | None = None) -> Run:
        run = super().run(cells, probes, doubt if self.searching else None)
        self.spent += run.cpu_seconds
        return run


def _search(lesson: str) -> float:
    """Processor seconds that looking for the place of a slip adds to a submission with one."""
    function = list(find_lesson(lesson).functions.values())[-1]
    right = {item.name: item.source for item in find_lesson(lesson).exercises.values()}
    release = nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4)
    slips = neighbours(function.source)
    some = slips[:: max(1, len(slips) // SLIPS)][:SLIPS]
    spent = []
    for searching in (True, False):
        judge = Judge()
        judge.session = session = _Metered()
        session.searching = searching
        with judge:
            for slip in some:
                judge.notebook(_filled(release, right | {function.name: slip.source}), lesson)
        spent.append(session.spent)
    return (spent[0] - spent[1]) / len(some)


def _answers(lesson: str) -> dict[str, float]:
    """Processor seconds from the click to the answer: the slowest check, quiz and hint."""
    notebook = nbformat.read(SOLUTIONS / f"{lesson}.ipynb", as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    environment = os.environ | {"PYTHONPATH": str(NOTEBOOKS), "MPLBACKEND": "agg"}
    return _script(_ANSWERS, [cells, list(find_lesson(lesson).quizzes)], environment)


def _recording(lesson: str) -> float:
    """Processor seconds to record one of many submissions, as many at a time as grading does."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        course = Path(name)
        _ours(course, lesson, 1)
        (file,) = verdict_files(course)
        verdicts = verdicts_of(file.read())
        with recorder_of(course) as recorder:
            began = time.process_time()
            for first in range(0, RECORDED, AT_MOST):
                with recorder.together():
                    for number in range(first, first + AT_MOST):
                        recorder.record(f"student{number:06}", lesson, verdicts)
            recorder.marks()
            return (time.process_time() - began) / RECORDED


# Running and telling -----------------------------------------------------------------------------


def _script(code: str, given: Any, environment: Mapping[str, str]) -> Any:
    """What a script answers, as its last line of JSON, to what it is given."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise RunError(f"a part of the benchmark failed: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout.splitlines()[-1])


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> Spent:
    """Run a command to its end."""
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        last = (output.read().strip().splitlines() or [""])[-1]
    if process.returncode:
        raise RunError(f"a part of the benchmark failed: {last}")
    own_mb = int(last) if last.isdecimal() else 0
    return Spent(cpu=used.ru_utime + used.ru_stime, own_mb=own_mb)


def _print(report: dict[str, Any]) -> None:
    table = Table(
        "processor seconds a submission", "stock", "ours", "times", title=report["lesson"]
    )
    table.add_row(
        "lean: nobody runs demonstrations",
        f"{report['stock_lean_s_each']:.2f}",
        f"{report['ms_each'] / 1000:.3f}",
        f"{report['times_stock_per_core_lean']:.0f}",
    )
    table.add_row(
        "both run demonstrations",
        f"{report['stock_s_each_with_experiments']:.2f}",
        f"{report['ms_each_with_experiments'] / 1000:.2f}",
        f"{report['times_stock_per_core_with_experiments']:.1f}",
    )
    otter = report["otter_lean_s_each"]
    if otter:
        ratio = otter / (report["ms_each"] / 1000)
        table.add_row("lean, Otter in stock's place", f"{otter:.2f}", "", f"{ratio:.0f}")
    console = Console()
    console.print(table)
    console.print(
        f"Start-up for a class of {FEW}: {report['start_cpu_s']:.1f} s; {MANY} submissions again, "
        f"nothing changed: {report['rerun_cpu_s']:.1f} s.\n"
        f"Floor, a warm fork that runs the cells and nothing else: {report['floor_ms']:.0f} ms. "
        f"Looking for the place of a slip: {report['search_ms']:.0f} ms more.\n"
        f"From the click to the answer, at most: check {report['check_ms']:.0f} ms, "
        f"quiz {report['quiz_ms']:.0f} ms, hint {report['hint_ms']:.0f} ms.\n"
        f"{report['without_otter']}".rstrip()
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value
