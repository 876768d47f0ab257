"""Side by side with stock nbgrader: what grading a class costs, on this machine, in one run.

Stock means `nbgrader autograde` and `nbgrader generate_feedback` with their own defaults, in a
course made from the same solution notebook: its kernels run the whole notebook, and the check cells
decide by the public cases. Both sides get the same files. Steady state is the pace of the second
half of a class; start-up is what the first half took beyond that.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from rich.console import Console
from rich.table import Table

from autograder import NOTEBOOKS, ROOT, SOLUTIONS, files, grade
from autograder.course.folder import create, recorder_of
from autograder.course.submissions import submissions
from autograder.course.verdicts import verdict_files, verdicts_of
from autograder.errors import RunError
from autograder.exercise import Exercise
from autograder.exercises import find_lesson, lessons
from autograder.judge import worker
from autograder.judge.judge import EXPERIMENT, Judge, Settings
from autograder.judge.session import ENVIRONMENT, Cell, Doubt, Probe, Run, Session
from autograder.pages import feedback

LESSON = "06_adam"
STUDENTS = 44
STOCK = 8  # of them for stock nbgrader, which takes seconds for each
RERUN = 4  # for the processor time of the experiments
JOBS = 2
SCALE = (100, 1_000)
SLIDER_FRAMES = 5

_GRADE = """
import json, resource, sys
from pathlib import Path
from autograder.grade import grade_course
from autograder.judge.judge import Settings
folder, lesson, jobs, rerun = json.loads(sys.argv[1])
settings = Settings(run_experiments=rerun)
grade_course(Path(folder), lesson=lesson, jobs=jobs, settings=settings)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""

# A shell as the grader's, and nothing else: no sandbox, no wire, no outputs sent.
_FLOOR = """
import json, os, sys
folder, notebooks = json.load(sys.stdin)
sys.path[:0] = [folder + "/autograder/judge/runner", folder + "/notebooks"]
from shell import Shell
import optlab.plots, optlab.problems, optlab.optimizers, optlab.data
from optlab.checking.checks import set_grading
set_grading(True)
shell, costs = Shell.warm(), []
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

# The whole solution, with a watch on its check cells and on the frames of its sliders.
_NOTEBOOK = """
import contextlib, io, json, sys, time
cells, count = json.load(sys.stdin)
from optlab import plots
checks, frames = [0.0], [0.0]
def explore(draw, alt, rows=1, columns=1, size=None, **ranges):
    stage = plots.Stage(draw, rows, columns, size)
    start = {name: plots.start_of(choice) for name, choice in ranges.items()}
    stage.frame(**start)
    for _ in range(count):
        began = time.perf_counter()
        stage.frame(**start)
        frames.append(time.perf_counter() - began)
plots.explore = explore
names = {"__name__": "__main__"}
with contextlib.redirect_stdout(io.StringIO()):
    for source in cells:
        began = time.perf_counter()
        exec(source, names)
        if source.startswith("check("):
            checks.append(time.perf_counter() - began)
print(json.dumps([max(checks), max(frames)]))
"""


@dataclass(frozen=True)
class Pace:
    """How a command got through a class, seconds and megabytes."""

    submissions: int
    start_up: float
    each: float  # wall clock, once it is under way
    cpu_each: float  # start-up included
    peak_mb: int  # of its largest process
    coordinator_mb: int = 0


@dataclass(frozen=True)
class Costs:
    """Processor seconds of one submission's child, and of the floor.

    floor: a shell forked to run the same cells, and nothing else. cells: a child that does that in
    the sandbox and sends the outputs. child: one that also answers for every exercise.
    """

    floor: float
    cells: float
    child: float

    @property
    def ratio(self) -> float:
        """What the sandbox and the wire add; the answers are work, not overhead."""
        return self.cells / self.floor


def bench(lesson: str = LESSON) -> None:
    """Grade one class by stock nbgrader and by this harness; print a table and a JSON line."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        top = Path(name)
        honest = make_class(top / "ours", lesson, STUDENTS)
        stock, stock_pages = _stock(top / "stock", top / "ours", lesson)
        skipped = _ours(top / "ours", lesson, rerun=False)
        disagreements = _disagreements(top, lesson, honest)
        shutil.copytree(top / "ours" / "submitted", top / "rerun" / "submitted")
        rerun = _ours(top / "rerun", lesson, rerun=True)
        pages = _our_pages(top / "ours", lesson)
        shutil.copytree(top / "ours" / "submitted", top / "again" / "submitted")
        rest = _rest(top / "again", lesson)
        costs = {
            "skipped": _costs(top / "ours", lesson, STUDENTS, rerun=False),
            "experiments": _costs(top / "ours", lesson, RERUN, rerun=True),
        }
        check, frame = _in_a_notebook(lesson)
    report = {
        "lesson": lesson,
        "cores": os.cpu_count(),
        "jobs": JOBS,
        "load": os.getloadavg()[0],
        "stock": asdict(stock),
        "ours": asdict(skipped),
        "ours_with_experiments": asdict(rerun),
        "stock_feedback_seconds": stock_pages,
        "our_feedback_seconds": pages,
        "child_cpu": {name: asdict(cost) for name, cost in costs.items()},
        "everything_else_seconds": rest,
        "throughput_ratio": stock.each / skipped.each,
        "throughput_ratio_with_experiments": stock.each / rerun.each,
        "feedback_ratio": stock_pages / pages,
        "cells_to_floor": costs["skipped"].ratio,
        "cells_to_floor_with_experiments": costs["experiments"].ratio,
        "honest": len(honest),
        "honest_marks_agree": not disagreements,
        "disagreements": disagreements,
        "check_seconds": check,
        "slider_frame_seconds": frame,
    }
    _print(report)
    print(json.dumps(_rounded(report)))


def bench_scale(lesson: str = LESSON) -> None:
    """Grade 100 and 1,000 submissions; print how time and the coordinator's memory grow."""
    table = Table("submissions", "start-up s", "each ms", "CPU each ms", "coordinator MB")
    paces = []
    for count in SCALE:
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            make_class(Path(name), lesson, count)
            pace = _ours(Path(name), lesson, rerun=False)
        paces.append(pace)
        table.add_row(f"{count:,}", f"{pace.start_up:.1f}", _ms(pace.each), _ms(pace.cpu_each),
                      str(pace.coordinator_mb))  # fmt: skip
    Console().print(table)
    few, many = paces
    growth = {
        "time_each_ratio": many.each / few.each,
        "coordinator_mb_more": many.coordinator_mb - few.coordinator_mb,
    }
    print(json.dumps(_rounded({"paces": [asdict(pace) for pace in paces], **growth})))


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
        notebook = deepcopy(release)
        for cell in notebook.cells:
            cell.source = answers.get(cell.id, cell.source)
        path = course / "submitted" / student / lesson / f"{lesson}.ipynb"
        files.replace(path, json.dumps(notebook))
        honest += [student] if right else []
    return honest


def _answer(exercise: Exercise, number: int, right: bool) -> str:
    styles = [exercise.source, *(style.source for style in exercise.styles)]
    answers = styles if right else [mistake.source for mistake in exercise.mistakes]
    return exercise.handed_in(answers[number % len(answers)])


# Stock nbgrader ----------------------------------------------------------------------------------


def _stock(course: Path, ours: Path, lesson: str) -> tuple[Pace, float]:
    """Grade the first few submissions; the pace, and seconds for one feedback page."""
    source = course / "source" / lesson
    source.mkdir(parents=True)
    shutil.copy(SOLUTIONS / f"{lesson}.ipynb", source)
    (course / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.root = "."\n')
    for folder in sorted((ours / "submitted").iterdir())[:STOCK]:
        shutil.copytree(folder, course / "submitted" / folder.name)
    _nbgrader(course, "generate_assignment", lesson)
    graded = _timed(
        lambda: _nbgrader(course, "autograde", lesson),
        lambda: course.glob(f"autograded/*/{lesson}/{lesson}.ipynb"),
    )
    pages = _timed(
        lambda: _nbgrader(course, "generate_feedback", lesson),
        lambda: course.glob(f"feedback/*/{lesson}/{lesson}.html"),
    )
    return graded, pages.each


def _nbgrader(course: Path, command: str, lesson: str) -> tuple[float, int, str]:
    # The kernels find optlab here: this spares stock nbgrader copying it for every submission.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(NOTEBOOKS)}
    return _run([sys.executable, "-m", "nbgrader", command, lesson], course, environment)


def _disagreements(top: Path, lesson: str, honest: list[str]) -> list[str]:
    """Right submissions, among those that both sides graded, with different marks."""
    with Gradebook(f"sqlite:///{top / 'stock' / 'gradebook.db'}") as gradebook:
        stock = {item.student.id: item.score for item in gradebook.assignment_submissions(lesson)}
    verdicts = [file.read() for file in verdict_files(top / "ours")]
    ours = {item["student"]: item["score"] for item in verdicts}
    return [
        f"{name}: {stock[name]:g} by stock, {ours[name]:g} by ours"
        for name in honest
        if name in stock and stock[name] != ours[name]
    ]


# This harness ------------------------------------------------------------------------------------


def _ours(course: Path, lesson: str, rerun: bool) -> Pace:
    create(course, lessons())  # once for a course: not timed, as for stock
    what = json.dumps([str(course), lesson, JOBS, rerun])
    return _timed(
        lambda: _run([sys.executable, "-c", _GRADE, what], ROOT, os.environ),
        lambda: course.glob(f"verdicts/*/{lesson}.json"),
    )


def _our_pages(course: Path, lesson: str) -> float:
    """Seconds to read a graded notebook and to write its feedback page."""
    verdicts = [file.read() for file in verdict_files(course)]
    began = time.perf_counter()
    for item in verdicts:
        name = item["student"]
        graded = course / "autograded" / name / lesson / f"{lesson}.ipynb"
        notebook = nbformat.read(graded, as_version=4)
        page = feedback.page(name, lesson, notebook, verdicts_of(item), item["problems"])
        files.replace(course / "pages" / f"{name}.html", page)
    return (time.perf_counter() - began) / len(verdicts)


class _Metered(Session):
    """Adds up what the children cost."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.isolation, settings.limits)
        self.spent: list[float] = []

    def run(self, cells: list[Cell], probes: dict[str, Probe], doubt: Doubt | None = None) -> Run:
        run = super().run(cells, probes, doubt)
        self.spent.append(run.cpu_seconds)
        return run


def _costs(course: Path, lesson: str, count: int, rerun: bool) -> Costs:
    """Children that run the same notebooks, and the floor."""
    settings = Settings(run_experiments=rerun)
    graded = sorted(course.glob(f"autograded/*/{lesson}/{lesson}.ipynb"))[:count]
    notebooks = [nbformat.read(path, as_version=4) for path in graded]
    judge = Judge(settings)
    judge.session = _Metered(settings)
    sources = [_to_run(notebook, rerun) for notebook in notebooks]
    bare = [[Cell(str(i), source) for i, source in enumerate(cells)] for cells in sources]
    with judge:
        for notebook in notebooks:
            judge.notebook(notebook, lesson)
        child, judge.session.spent = judge.session.spent, []
        for cells in bare:
            judge.session.run(cells, {})
    floor = _script(_FLOOR, [str(ROOT), sources], ENVIRONMENT)
    return Costs(*(mean(costs[1:]) for costs in (floor, judge.session.spent, child)))


def _to_run(notebook: nbformat.NotebookNode, rerun: bool) -> list[str]:
    return [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code"
        and not cell.metadata.get("nbgrader", {}).get("grade")
        and (rerun or EXPERIMENT not in cell.metadata.get("tags", ()))
    ]


def _rest(course: Path, lesson: str) -> float:
    """Processor seconds outside the child: reading, pouring, judging, writing, recording."""
    settings, spent = Settings(), []
    create(course, [lesson])
    version = worker.grader_version(settings)
    with recorder_of(course) as recorder:
        for submission in submissions(course, lesson):
            began = time.process_time()
            result = worker.mark(grade.task_of(submission), settings, version)
            grade.keep(course, recorder, submission, result)
            spent.append(time.process_time() - began)
    return mean(spent[len(spent) // 2 :])  # as in `_timed`


def _in_a_notebook(lesson: str) -> tuple[float, float]:
    """Seconds of the slowest check and of the slowest slider frame in the solution."""
    notebook = nbformat.read(SOLUTIONS / f"{lesson}.ipynb", as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    environment = os.environ | {"PYTHONPATH": str(NOTEBOOKS), "MPLBACKEND": "agg"}
    return tuple(_script(_NOTEBOOK, [cells, SLIDER_FRAMES], environment))


# Running and timing ------------------------------------------------------------------------------


def _script(code: str, given: Any, environment: dict[str, str]) -> Any:
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


def _run(
    command: list[str], folder: Path, environment: Mapping[str, str]
) -> tuple[float, int, str]:
    """Run a command to its end: processor seconds of all its processes, peak MB, its output."""
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if process.returncode:
        raise RunError(f"{command[-2]} failed: {said.strip().splitlines()[-1]}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, said


def _timed(
    command: Callable[[], tuple[float, int, str]], written: Callable[[], Iterable[Path]]
) -> Pace:
    """The pace of a command, from the times at which it wrote one file for each submission."""
    began = time.time()
    cpu, peak, said = command()
    ended = time.time()
    times = sorted(path.stat().st_mtime for path in written())
    if len(times) < 2:
        raise RunError(f"nothing was graded: {said.strip().splitlines()[-1]}")
    half = len(times) // 2
    each = (ended - times[half - 1]) / (len(times) - half)
    start_up = times[half - 1] - began - half * each
    last = said.strip().rpartition("\n")[2]
    own = int(last) if last.isdecimal() else peak
    return Pace(len(times), start_up, each, cpu / len(times), peak, own)


# Telling -----------------------------------------------------------------------------------------


def _print(report: dict[str, Any]) -> None:
    table = Table("per submission", "stock", "ours", "with experiments", title=report["lesson"])
    columns = [report[name] for name in ("stock", "ours", "ours_with_experiments")]
    costs = report["child_cpu"]["skipped"], report["child_cpu"]["experiments"]
    rows = {
        "submissions graded": [f"{pace['submissions']}" for pace in columns],
        "start-up, s": [f"{pace['start_up']:.1f}" for pace in columns],
        "steady state, ms": [_ms(pace["each"]) for pace in columns],
        "times as fast as stock": ["1", *(f"{report[name]:.1f}" for name in _RATIOS)],
        "CPU with start-up, ms": [_ms(pace["cpu_each"]) for pace in columns],
        "cells, warm floor, CPU ms": ["", *(_ms(cost["floor"]) for cost in costs)],
        "cells, sandboxed, CPU ms": ["", *(_ms(cost["cells"]) for cost in costs)],
        "and answers, CPU ms": ["", *(_ms(cost["child"]) for cost in costs)],
        "everything else, CPU ms": ["", _ms(report["everything_else_seconds"]), ""],
        "peak memory, MB": [f"{pace['peak_mb']}" for pace in columns],
        "feedback page, ms": [
            _ms(report["stock_feedback_seconds"]),
            _ms(report["our_feedback_seconds"]),
            "",
        ],
    }
    for name, cells in rows.items():
        table.add_row(name, *cells)
    console = Console()
    console.print(table)
    console.print(
        f"Stock graded the first {STOCK} of the same {STUDENTS} notebooks, one after another; "
        f"ours {JOBS} at a time.\nIn a notebook: slowest check {_ms(report['check_seconds'])} ms, "
        f"slowest slider frame {_ms(report['slider_frame_seconds'])} ms."
    )


_RATIOS = ("throughput_ratio", "throughput_ratio_with_experiments")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}" if seconds >= 0.01 else f"{seconds * 1000:.1f}"


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 5) if isinstance(value, float) else value
