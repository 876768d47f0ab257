"""Grading the attackers as one class among honest students, and looking at what is left.

The class is graded by `grade.grade_course`, as every class is. An attack is safe when it earned
nothing, nothing it tried got through, its cause is told, what is shown is harmless, and nobody
else was touched: honest marks, messages and notebooks are the same as without attackers, and all
that was there before is there, byte by byte.
"""

import hashlib
import json
import os
import re
import resource
import secrets
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from autograder import NOTEBOOKS, ROOT, grade
from autograder.attacks import corpus
from autograder.attacks.files import HONEST
from autograder.attacks.stage import BREACH, Attack, Stage
from autograder.course import folder as courses
from autograder.course import plan
from autograder.course.gradebook import Recorder
from autograder.course.names import told_apart
from autograder.exercises import find_lesson
from autograder.judge.judge import Settings
from autograder.judge.session import Limits
from autograder.status import SubmissionStatus
from optlab.checking.diagnose import Status

LESSON = "03_bias_correction"
EVERY = 8  # so many attackers, then an honest student
# Short, so that what lasts for ever lasts shortly; some five times what the others take, so that a
# slow machine does not stop them before their memory does. Memory as little as a notebook needs.
LIMITS = Limits(cell_seconds=2, notebook_seconds=3, memory_mb=256, output_kb=512, answer_kb=2048)
SECRET = "AUTOGRADER_SECRET"
SHOWN = {"text/plain", "image/png"}
# MathML runs and loads nothing but by its attributes; the questions are full of it.
TAGS = re.compile(r"script|iframe|object|embed|form|input|base|svg|link", re.I)


@dataclass(frozen=True)
class Outcome:
    """What became of one attack, in the form of the command contract."""

    attack: str
    family: str
    safe: bool
    detail: str

    def to_data(self) -> dict[str, Any]:
        return asdict(self)


def run(
    attacks: list[Attack] | None = None, jobs: int | None = None, show: Callable = lambda r, t: r
) -> list[Outcome]:
    """Grade the attackers (all of them unless told otherwise) and judge the judge."""
    attacks = corpus() if attacks is None else attacks
    with _stage() as (stage, listener):
        students = _hand_in(stage, attacks)
        before = _contents(stage)
        began = _cpu_seconds()
        graded = grade.grade_course(
            stage.course,
            jobs=jobs,
            settings=Settings(limits=LIMITS),
            show=show,
        )
        seconds = _cpu_seconds() - began
        found = [file.read() for file in graded.files]
        left = _Left(stage, {item["student"]: item for item in found}, len(found))
        outcomes = [left.outcome(attack, who) for who, made in students.items() for attack in made]
        # What sleeps costs nothing and is stopped all the same: the run has come to its end.
        allowed = 60 + len(attacks) * LIMITS.notebook_seconds
        return [
            *outcomes,
            *left.class_outcomes(before, students),
            _is("nobody knocked", not _was_heard(listener), "a connection arrived"),
            _is(f"{seconds:.0f} s of CPU time", seconds <= allowed, f"more than {allowed:.0f} s"),
        ]


def _cpu_seconds() -> float:
    """Of this process and of all that it has waited for: a busy machine changes none of it."""
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


def _is(name: str, safe: bool, otherwise: str) -> Outcome:
    return Outcome(name, "class", safe, "" if safe else otherwise)


# The class ----------------------------------------------------------------------------------------


@contextmanager
def _stage() -> Iterator[tuple[Stage, socket.socket]]:
    lesson = find_lesson(LESSON)
    target = next(iter(lesson.functions.values()))
    quiz = next(iter(lesson.quizzes))
    with (
        tempfile.TemporaryDirectory(prefix="attacks-") as folder,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        listener.setblocking(False)
        stage = Stage(
            lesson=LESSON,
            target=target.name,
            quiz=quiz,
            answer=target.source,
            release=json.loads((NOTEBOOKS / f"{LESSON}.ipynb").read_text("utf-8")),
            course=Path(folder).resolve() / "course",
            canary=Path(folder).resolve() / "canary",
            repository=ROOT,
            port=listener.getsockname()[1],
            secret=secrets.token_hex(16),
        )
        stage.canary.mkdir()
        (stage.canary / "secret").write_text(f"print('{stage.secret}')\n")
        (stage.canary / "open").write_text("anybody may write here\n")
        for path in (stage.canary, *stage.canary.iterdir()):
            path.chmod(0o777)
        os.environ[SECRET] = stage.secret
        try:
            yield stage, listener
        finally:
            del os.environ[SECRET]


def _hand_in(stage: Stage, attacks: list[Attack]) -> dict[str, list[Attack]]:
    """Attackers with an honest student after every few; who is behind which attack."""
    courses.init(stage.course, (LESSON,))
    _be_honest(stage, HONEST)
    students: dict[str, list[Attack]] = {}
    for attack in attacks:
        number = len(students)
        student = attack.student or attack.together or f"{number:03} attacker"
        if student in students:
            students[student].append(attack)
            continue
        path = stage.course / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        attack.hand_in(stage, path)
        students[student] = [attack]
        if number % EVERY == 0:
            _be_honest(stage, f"{number:03} honest")
    return students


def _be_honest(stage: Stage, student: str) -> None:
    """The same exercise, answered."""
    path = stage.course / "submitted" / student / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(stage.notebook(**{stage.target: stage.answer})))


def _contents(stage: Stage) -> dict[str, str]:
    """All that was there before grading and must be there afterwards, by name."""
    kept = [stage.canary, *(stage.course / name for name in ("submitted", "source", "release"))]
    kept += [stage.course / name for name in (courses.CONFIG, plan.FILE)]
    kept += [ROOT / "autograder", ROOT / "notebooks"]
    found = [path for place in kept for path in (place, *_below(place))]
    return {str(path): _state(path) for path in found if "__pycache__" not in path.parts}


def _below(place: Path) -> list[Path]:
    return sorted(place.rglob("*")) if place.is_dir() else []


def _state(path: Path) -> str:
    if path.is_symlink():
        return f"-> {os.readlink(path)}"
    status = path.lstat()
    known = f"{status.st_mode} {status.st_uid} "
    if not path.is_file():
        return known
    # 100 MB of nothing are told by their size.
    large = status.st_size > 50_000_000
    return known + (str(status.st_size) if large else hashlib.sha256(path.read_bytes()).hexdigest())


def _was_heard(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


# What is left -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Left:
    """What grading left behind. verdicts: by student; count: of all verdicts."""

    stage: Stage
    verdicts: dict[str, dict[str, Any]]
    count: int

    def outcome(self, attack: Attack, student: str) -> Outcome:
        """Whether this attack was safe, and what was told about it."""
        verdict = self._verdict(student)
        if verdict is None:
            return Outcome(attack.name, attack.family, False, "there is no verdict on it")
        told = self.report(verdict)
        wrong = [text for text, is_wrong in self._findings(attack, verdict, told) if is_wrong]
        detail = "; ".join(wrong) if wrong else _short(told, attack.says)
        return Outcome(attack.name, attack.family, not wrong, detail)

    def report(self, verdict: dict[str, Any]) -> str:
        """Everything that grading tells about a submission, line by line.

        `status cause message` of every exercise, the target first; problems; what cells put out.
        """
        target_first = sorted(
            verdict["exercises"], key=lambda one: one["exercise"] != self.stage.target
        )
        lines = [f"{one['status']} {one['cause'] or '-'} {one['message']}" for one in target_first]
        if verdict["status"] == SubmissionStatus.REFUSED:
            lines = [f"refused file {verdict['problems'][-1]}"]
        return "\n".join([*lines, *verdict["problems"], *self._outputs(verdict["student"])])

    def class_outcomes(self, before: dict, students: dict) -> list[Outcome]:
        """What nobody in particular is answerable for."""
        after = _contents(self.stage)
        changed = sorted(name for name in before | after if before.get(name) != after.get(name))
        honest = [name for name in self.verdicts if name.endswith("honest")]
        spoiled = [name for name in honest if not self._as_alone(name)]
        seen = [name for name in self.verdicts if self.stage.secret in self._everything(name)]
        marks = self._marks()
        listed = {n: v["score"] for n, v in self.verdicts.items() if v["lesson"] == LESSON}
        forged = [name for name, score in listed.items() if marks.get(name) != score]
        expected = len(students) + len(honest)
        return [
            _is(f"{len(honest)} honest students", not spoiled, f"not as alone: {spoiled[:3]}"),
            _is("a verdict on everybody", self.count == expected, f"{self.count} of {expected}"),
            _is("nothing else changed", not changed, f"changed: {changed[:3]}"),
            _is("the secret was not seen", not seen, f"seen by {seen[:3]}"),
            _is("the gradebook agrees", not forged, f"it does not for {forged[:3]}"),
        ]

    def _findings(self, attack: Attack, verdict: dict, told: str) -> list[tuple[str, bool]]:
        page = self._page(verdict)
        # What is tried in one notebook says which of them it was.
        breach = f"{BREACH}.*{re.escape(attack.name)}" if attack.together else BREACH
        return [
            (f"it earned {verdict['score']:g}", verdict["score"] != 0),
            (f"it got through: {_short(told, breach)}", bool(re.search(breach, told))),
            (f"not told: {attack.says!r} in {told[:300]!r}", not re.search(attack.says, told)),
            (f"the page is not harmless: {_harmful(page)}", bool(_harmful(page))),
            ("the notebook is not harmless", not self._is_plain(verdict)),
            ("the graded cells are not the course's", not self._is_released(verdict)),
            ("control characters are told", not _printable("".join(verdict["problems"]))),
        ]

    def _verdict(self, student: str) -> dict[str, Any] | None:
        if student in self.verdicts:
            return self.verdicts[student]
        # A name that cannot be a student's is shown in another form.
        shown = told_apart(student)
        return self.verdicts.get(shown)

    def _place(self, folder: str, student: str, suffix: str) -> Path:
        return self.stage.course / folder / student / LESSON / f"{LESSON}{suffix}"

    def _notebook(self, student: str) -> dict[str, Any]:
        path = self._place("autograded", student, ".ipynb")
        return json.loads(path.read_text("utf-8")) if path.is_file() else {"cells": []}

    def _page(self, verdict: dict[str, Any]) -> str:
        path = self._place("feedback", verdict["student"], ".html")
        return path.read_text("utf-8") if verdict["lesson"] and path.is_file() else ""

    def _outputs(self, student: str) -> Iterator[str]:
        for cell in self._notebook(student)["cells"]:
            if cell["cell_type"] == "code" and not cell["id"].startswith("check_"):
                yield from (json.dumps(output) for output in cell["outputs"])

    def _is_plain(self, verdict: dict[str, Any]) -> bool:
        """Only plain text and PNG; text of cells as released or fenced in."""
        released = {"".join(cell["source"]) for cell in self.stage.release["cells"]}
        for cell in self._notebook(verdict["student"])["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] != "code":
                if source not in released and not source.startswith("```"):
                    return False
                continue
            if any(set(output.get("data", {})) - SHOWN for output in cell["outputs"]):
                return False
        return True

    def _is_released(self, verdict: dict[str, Any]) -> bool:
        """Check cells as they were released, whatever was handed in: points, tags and all."""
        refused = verdict["status"] == SubmissionStatus.REFUSED
        found = _graded_cells(self._notebook(verdict["student"]))
        return refused or found == _graded_cells(self.stage.release)

    def _as_alone(self, student: str) -> bool:
        """Whether an honest student has all marks of the target, and the one notebook."""
        exercises = self.verdicts[student]["exercises"]
        right = [one["exercise"] for one in exercises if one["status"] == Status.CORRECT]
        texts = [self._everything(name).replace(name, HONEST) for name in (student, HONEST)]
        return (
            right == [self.stage.target]
            and texts[0] == texts[1]
            and not self.verdicts[student]["problems"]
        )

    def _everything(self, student: str) -> str:
        places = [("autograded", ".ipynb"), ("feedback", ".html")]
        paths = [self._place(folder, student, suffix) for folder, suffix in places]
        texts = [path.read_text("utf-8") for path in paths if path.is_file()]
        # A page's digest is made of the student's name, too.
        texts = [re.sub(r'(name="made-from") content="\w+"', r"\1", text) for text in texts]
        return "\n".join([*texts, json.dumps(self.verdicts[student])])

    def _marks(self) -> dict[str, float]:
        config = courses.config(self.stage.course)
        with Recorder(courses.db_url(self.stage.course, config), config=config) as recorder:
            return {mark.student: mark.score for mark in recorder.marks()}


def _graded_cells(notebook: dict[str, Any]) -> list[tuple]:
    graded = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade")]
    kept = ("nbgrader", "tags")
    return [
        ("".join(cell["source"]), {key: cell["metadata"].get(key) for key in kept})
        for cell in graded
    ]


def _short(told: str, pattern: str) -> str:
    """The line of a report that holds the pattern."""
    found = re.search(pattern, told)
    start = told.rfind("\n", 0, found.start()) + 1 if found else 0
    return told[start : start + 160].partition("\n")[0]


def _printable(text: str) -> bool:
    return all(character.isprintable() for character in text)


class _Harm(HTMLParser):
    """Collects what a browser would run, load or send."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if TAGS.fullmatch(tag):
            self.found.append(tag)
        for name, value in attrs:
            loads = name in ("src", "href", "xlink:href", "actiontype") and not (
                value or ""
            ).startswith(("data:image/png", "#"))
            if name.startswith("on") or loads or name == "srcdoc":
                self.found.append(f"{tag} {name}={value}")


def _harmful(page: str) -> list[str]:
    harm = _Harm()
    harm.feed(page)
    return harm.found
