"""The two steps by which nbgrader's own `autograde` grades as this harness does.

`nbgrader_config.py` of a course names them. The first writes the release with the learner's answers
poured in, the second judges it; nbgrader's SaveAutoGrades then reads the marks in the check cells.

Whatever goes wrong is raised: nbgrader then reports the submission as failed and goes on with the
next. It must not get a check cell without a number, which it would give full marks.
"""

import atexit
import math
import os
import shutil
import stat
from collections.abc import Callable, Iterable
from functools import cache, partial, wraps
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, from_dict
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import determine_grade, is_grade
from traitlets import Enum

from autograder.course import plan
from autograder.course.gradebook import CHECK, Recorder
from autograder.errors import RunError
from autograder.handin.outputs import safe
from autograder.handin.pour import pour
from autograder.handin.read import Refusal, read
from autograder.handin.spoken import release_of
from autograder.judge.judge import Judge, Settings
from autograder.pages.feedback import TICKETS
from autograder.translation import spoken
from optlab.checking.diagnose import Verdict


def keep_watch(**_: Any) -> None:
    """Named as a hook in `nbgrader_config.py`, so that this module is there from the beginning."""


def _watched(init_destination: Callable[..., bool]) -> Callable[..., bool]:
    """nbgrader opens and copies what was handed in before any step runs; its hooks cannot refuse.

    A pipe would hold it for ever, and a device fills the disk.
    """

    @wraps(init_destination)
    def watched(self: Any, assignment_id: str, student_id: str) -> bool:
        odd = first_endless(Path(self._format_source(assignment_id, student_id)))
        if odd is None:
            return init_destination(self, assignment_id, student_id)
        self.log.error("%s: this is not a regular file; the submission is not graded", odd)
        course = self.coursedir
        with Recorder(course.db_url, course.course_id, self.config) as recorder:
            recorder.refuse(student_id, assignment_id)
        return False

    return watched


def first_endless(folder: Path) -> Path | None:
    """Something in a submission that may have no end: a pipe, a socket, a device, a link to one."""
    for place, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(place, name)
            try:
                kind = path.stat().st_mode
            except OSError:  # a link to nowhere, or closed to us: nbgrader will say so
                continue
            if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
                return path
    return None


Autograde.init_destination = _watched(Autograde.init_destination)


class PourAnswers(NbGraderPreprocessor):
    """Replaces the submitted notebook by the release with the learner's answers."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Read the file again: nbconvert followed links and has checked nothing."""
        course = self.parent.parent.coursedir  # of the exporter's converter
        names = resources["nbgrader"]
        student, lesson = names["student"], names["assignment"]
        file = f"{names['notebook']}.ipynb"
        submitted = Path(course.format_path(course.submitted_directory, student, lesson))
        release = Path(course.format_path(course.release_directory, ".", lesson))
        graded = Path(course.format_path(course.autograded_directory, student, lesson))
        _drop_other_files(graded)
        try:
            theirs, english = read(submitted / file), nbformat.read(release / file, as_version=4)
            others = partial(spoken.releases, lesson, english)
            _, wanted = release_of(theirs, english, others)
            poured = pour(wanted, theirs)
        except Refusal:
            with Recorder(course.db_url, course.course_id, self.config) as recorder:
                recorder.refuse(student, lesson)
            raise
        for problem in poured.problems:
            self.log.warning("%s, %s: %s", student, lesson, problem)
        return from_dict(poured.notebook), resources


class JudgeAnswers(NbGraderPreprocessor):
    """Runs the poured notebook in the sandbox and writes marks and messages into check cells."""

    isolation = Enum(
        ("auto", "none"), "auto", help="'none' grades without a sandbox where there is none."
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Judge, then make what learner code put into outputs fit for a browser."""
        names = resources["nbgrader"]
        points = plan.read(Path(self.parent.parent.coursedir.root)).points
        graded = _judge(self.isolation, points).notebook(nb, names["assignment"])
        for problem in graded.problems:
            self.log.warning("%s, %s: %s", names["student"], names["assignment"], problem)
        notebook = safe(graded.notebook)
        _require_marks(notebook, graded.verdicts)
        return notebook, resources


@cache
def _judge(isolation: str, points: tuple[tuple[str, float], ...]) -> Judge:
    """One judge a process: starting its runner takes longer than a submission."""
    judge = Judge(Settings(isolation=isolation, points=points))
    judge.__enter__()
    if isolation == "auto" and not judge.session.sandboxed:
        judge.__exit__(None, None, None)
        raise RunError(
            "this machine cannot confine learner code; to record marks all the same, "
            'set c.JudgeAnswers.isolation = "none" in nbgrader_config.py'
        )
    atexit.register(judge.__exit__, None, None, None)
    return judge


def _require_marks(notebook: NotebookNode, verdicts: Iterable[Verdict]) -> None:
    """nbgrader must read from each check cell the very score of its verdict."""
    scores = {f"{CHECK}{verdict.exercise}": verdict.score for verdict in verdicts}
    for cell in filter(is_grade, notebook.cells):
        name = cell.metadata.nbgrader["grade_id"]
        read_score, _ = determine_grade(cell)
        # The number in the cell is rounded for reading.
        if name not in scores or not math.isclose(read_score, scores[name], abs_tol=1e-4):
            raise RunError(
                f"{name}: nbgrader reads {read_score}, the judge gave {scores.get(name)}"
            )


def _drop_other_files(folder: Path) -> None:
    """Remove what nbgrader copied from the submission and the source beside the notebook."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name in TICKETS or path.suffix == ".ipynb":
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
