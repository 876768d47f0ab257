"""Marking one submission: bytes in, a value out.

This is all that a worker does, on this machine or on another one. It knows no course folder and no
gradebook, and does not import nbgrader: a worker should start fast.
"""

import faulthandler
import hashlib
import os
import signal
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder import NOTEBOOKS, ROOT, released
from autograder.errors import CourseError, RunError, UserError
from autograder.exercises import lessons
from autograder.handin.outputs import Node, plain, safe_text, texts_by_id
from autograder.handin.pour import pour
from autograder.handin.read import Refusal, parse, read
from autograder.handin.recognise import lesson_of
from autograder.handin.spoken import release_of
from autograder.judge import lifeline
from autograder.judge.judge import Judge, Settings, in_a_line
from autograder.judge.session import Limits, longest
from autograder.status import SubmissionStatus
from autograder.text import clean
from autograder.translation import spoken
from optlab.checking.diagnose import Verdict
from optlab.checking.language import in_words, told

_GRADER = (
    ".py",
    ".ipynb",
    ".key",
    ".j2",
    ".css",
    ".npz",
    ".csv",
    ".po",
)  # what decides a mark or a page

# Of the processor, for one submission in this process; its notebook runs in another, with clocks of
# its own. Judging takes some hundredths of a second.
COMPARING_SECONDS = 60

_nowhere = os.open(os.devnull, os.O_WRONLY)


@dataclass(frozen=True)
class Task:
    """One submission as a value, so that a worker needs no shared folder.

    refusal: why it cannot be graded, or None. problems: what was odd about it before.
    """

    student: str
    lesson: str
    contents: bytes = b""
    refusal: str | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Said:
    """What a result says, in the language of the notebook that was handed in."""

    language: str
    messages: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What came of one submission.

    said: None where it was handed in in English. untouched: the answers that are as released.
    """

    student: str
    lesson: str
    status: SubmissionStatus
    verdicts: tuple[Verdict, ...] = ()
    problems: tuple[str, ...] = ()
    notebook: str = ""
    hurried: bool = False
    said: Said | None = None
    untouched: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        return sum(verdict.score for verdict in self.verdicts)

    def to_data(self) -> dict[str, Any]:
        """The form of the command contract."""
        return {
            "student": self.student,
            "lesson": self.lesson,
            "status": self.status,
            "score": self.score,
            "max_score": float(lessons()[self.lesson].points) if self.lesson in lessons() else 0.0,
            "problems": list(self.problems),
            "exercises": [verdict.to_data() for verdict in self.verdicts],
            **({"said": asdict(self.said)} if self.said else {}),
        }


def mark(task: Task, settings: Settings, version: str) -> Result:
    """Judge one submission. What is wrong with it, or with judging it, stops no other one.

    version: the coordinator's `grader_version`; raises RunError where this worker's is another.
    """
    if version != grader_version(settings):
        raise RunError(
            "a worker has another version of the grader; give all the same checkout, start them "
            "again, then run the same command again"
        )
    try:
        with _deadline(settings.limits):
            return _marked(task, settings)
    except Refusal as refusal:
        return refused(task, str(refusal))
    except RunError:
        raise
    except Exception as error:  # a fault of the grader must cost one mark at most, and be seen
        return refused(task, _failure(error))


@contextmanager
def _deadline(limits: Limits) -> Iterator[None]:
    """This process ends where judging does not, whatever code it is in.

    What counts is its own work, by a signal that ends it. The clock on the wall is for what never
    ends without working; it is not to strike while a notebook stands in line for a processor.
    """
    wall = longest(limits) + COMPARING_SECONDS
    faulthandler.dump_traceback_later(wall, exit=True, file=_nowhere)
    signal.setitimer(signal.ITIMER_PROF, COMPARING_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()


def mark_loose(path: Path, judge: Judge) -> dict[str, Any]:
    """Judge one notebook outside any course: a learner's own score. What is wrong is told."""
    try:
        return _marked_loose(path, judge)
    except Refusal as refusal:
        if refusal.name == "missing":
            raise UserError(f"{path}: {refusal}; is the name right?") from refusal
        reason = str(refusal)
    except CourseError:
        raise
    except Exception as error:  # of this notebook; the others are judged
        reason = _failure(error)
    return _loose(path, problems=[reason])


def _marked_loose(path: Path, judge: Judge) -> dict[str, Any]:
    submitted = read(path)
    lesson = _lesson_of(path, submitted)
    if lesson is None:
        reason = "it holds no exercise of this course; is it the right notebook?"
        return _loose(path, problems=[reason])
    _, release = _release_of(submitted, lesson)
    poured = pour(release, submitted)
    graded = judge.notebook(poured.notebook, lesson)
    return _loose(
        path,
        score=graded.score,
        max_score=graded.max_score,
        exercises=[verdict.to_data() for verdict in graded.verdicts],
        problems=[*poured.problems, *graded.problems],
    )


def _loose(
    path: Path,
    *,
    score: float = 0.0,
    max_score: float = 0.0,
    exercises: Sequence[dict] = (),
    problems: Sequence[str] = (),
) -> dict[str, Any]:
    """One item of the command contract."""
    return {
        "notebook": str(path),
        "score": score,
        "max_score": max_score,
        "exercises": list(exercises),
        "problems": list(problems),
    }


@cache
def grader_version(settings: Settings) -> str:
    """Changes whenever code, exercises, releases or settings change: then all is graded anew."""
    digest = hashlib.sha256(repr(settings).encode())
    paths = [NOTEBOOKS / f"{lesson}.ipynb" for lesson in lessons()]
    for folder in (ROOT / "autograder", NOTEBOOKS / "optlab", spoken.FOLDER):
        paths += [path for path in sorted(folder.rglob("*")) if path.suffix in _GRADER]
    for path in paths:
        if ".ipynb_checkpoints" not in path.parts:
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def require_sandbox(judge: Judge) -> None:
    """Refuse to go on where learners' code cannot be confined and nobody has said that it may."""
    if judge.settings.isolation == "auto" and not judge.session.sandboxed:
        raise RunError(
            f"no sandbox here ({judge.session.unavailable}), so a class is not graded: learners' "
            "code could read and change anything; --isolation none does it all the same"
        )


@cache
def _judge(settings: Settings) -> Judge:
    """One judge, and so one warm runner, per worker process; it lives as long as the worker."""
    judge = lifeline.at_end.enter_context(Judge(settings))
    lifeline.close_at_exit()
    require_sandbox(judge)
    return judge


def _built(lesson: str, points: tuple[tuple[str, float], ...]) -> NotebookNode:
    return released.with_points(released.read(NOTEBOOKS / f"{lesson}.ipynb"), dict(points))


@cache
def _release(lesson: str, points: tuple[tuple[str, float], ...] = ()) -> Node:
    return plain(_built(lesson, points))


def _release_of(
    submitted: Node, lesson: str, points: tuple[tuple[str, float], ...] = ()
) -> tuple[str, Node]:
    """The language of a notebook, and the release to pour it into."""
    return release_of(submitted, _release(lesson, points), lambda: _others(lesson, points))


@cache
def _others(lesson: str, points: tuple[tuple[str, float], ...]) -> list[tuple[str, Node]]:
    translated = spoken.releases(lesson, _built(lesson, points))
    return [(language, plain(release)) for language, release in translated]


@cache
def _texts(lesson: str, language: str, points: tuple[tuple[str, float], ...]) -> dict[int, str]:
    others = dict(_others(lesson, points)) if language else {}
    return texts_by_id(others.get(language, _release(lesson, points)))


def _marked(task: Task, settings: Settings) -> Result:
    if task.refusal:
        return refused(task, task.refusal)
    submitted = parse(task.contents)
    language, release = _release_of(submitted, task.lesson, settings.points)
    poured = pour(release, submitted)
    graded = _judge(settings).notebook(poured.notebook, task.lesson)
    said = _is_of_another_lesson(task.lesson, submitted, poured.problems) or poured.problems
    problems = (*task.problems, *said, *graded.problems)
    return Result(
        student=task.student,
        lesson=task.lesson,
        status=SubmissionStatus.GRADED,
        verdicts=tuple(replace(one, message=str(one.message)) for one in graded.verdicts),
        problems=tuple(map(str, problems)),
        notebook=safe_text(graded.notebook, _texts(task.lesson, language, settings.points)),
        hurried=graded.hurried,
        said=_said(task.lesson, language, graded.verdicts, problems) if language else None,
        untouched=_untouched(poured.notebook, release, _release(task.lesson, settings.points)),
    )


def _untouched(notebook: Node, *releases: Node) -> tuple[str, ...]:
    """The answers that are to the letter as one of these has them: nbgrader's "No response."."""
    stubs = {answer for release in releases for answer in _answers(release)}
    return tuple(name for name, text in _answers(notebook) if (name, text) in stubs)


def _answers(notebook: Node) -> list[tuple[str, str]]:
    """The cells for answers, each with its text."""
    cells = ((cell["metadata"].get("nbgrader", {}), cell["source"]) for cell in notebook["cells"])
    return [(marks["grade_id"], text) for marks, text in cells if marks.get("solution")]


def _said(lesson: str, language: str, verdicts: Iterable[Verdict], problems: Iterable[str]) -> Said:
    look = spoken.look(lesson, language)
    return Said(
        language=language,
        messages=tuple(in_a_line(in_words(one.message, look)) for one in verdicts),
        problems=tuple(clean(in_words(problem, look)) for problem in problems),
    )


def _is_of_another_lesson(lesson: str, submitted: Node, problems: Sequence[str]) -> tuple[str, ...]:
    """One line instead of one for each cell, where somebody handed in the wrong notebook."""
    if len(problems) < len(lessons()[lesson].exercises):
        return ()
    names = {name: one.exercises for name, one in lessons().items()}
    found = lesson_of(submitted, names)
    said = told("this is the notebook of {lesson}", lesson=found)
    return (said,) if found not in (None, lesson) else ()


def refused(task: Task, reason: str) -> Result:
    """The result of what cannot be judged: no points, and why."""
    return Result(
        student=task.student,
        lesson=task.lesson,
        status=SubmissionStatus.REFUSED,
        problems=(*task.problems, reason),
    )


def _failure(error: Exception) -> str:
    """What is said of a submission that the grader could not cope with."""
    if isinstance(error, MemoryError):
        return "its answers need more memory than the grader has"
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
    return f"the grader itself failed on it ({where}); please report this"


def _lesson_of(path: Path, notebook: Node) -> str | None:
    """By the file's name, else by the exercises that its cells are for."""
    named = [name for name in lessons() if path.stem.startswith(name)]
    if named:
        return named[0]
    ids = {cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]}
    holding = {name: len(ids & set(known.exercises)) for name, known in lessons().items()}
    best = max(holding, key=lambda name: holding[name])
    return best if holding[best] else None
