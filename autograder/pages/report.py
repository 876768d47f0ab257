"""The class report: what a class has understood and what not, on one page.

It reads the verdict files of a graded course and writes `report.html`, which needs nothing else
and runs nothing. The marks are those that count, as in `grades.csv`; which exercises and mistakes
are told is what the grader found: the question is what was understood.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import tables
from autograder.course.verdicts import verdict_files
from autograder.errors import RunError, UserError
from autograder.exercises import lessons
from autograder.pages.html import template
from autograder.status import SubmissionStatus
from autograder.text import clean, csv_safe
from optlab.checking.diagnose import Status

HELP_BELOW = 0.5  # of the points of what was handed in
MOST_MISTAKES = 15
PIECE_LENGTH = 100
_BINS = 10


@dataclass(frozen=True)
class Bin:
    """One bar of the distribution of marks: submissions from `low` to `high` percent."""

    low: int
    high: int
    count: int


@dataclass(frozen=True)
class ExerciseRow:
    """How a class did on one exercise."""

    lesson: str
    name: str
    correct: int
    partly: int
    attempted: int
    handed_in: int

    @property
    def rate(self) -> float:
        """Share of right answers among those handed in."""
        return self.correct / self.handed_in if self.handed_in else 0.0


@dataclass(frozen=True)
class MistakeRow:
    """One misconception, how many learners had it, and what they were told."""

    exercise: str
    name: str
    count: int
    message: str


@dataclass(frozen=True)
class PlaceRow:
    """One line in which slips without a name are, how many learners have one there.

    where: what the line is for, which holds for all of these answers.
    kind, piece, about: of most of them: what sort of slip, the code, and what is right and what
        is not; the last may be empty.
    """

    exercise: str
    where: str
    count: int
    kind: str
    piece: str
    about: str


@dataclass(frozen=True)
class StudentRow:
    """A learner who may need help, and where."""

    name: str
    share: float
    open_exercises: tuple[str, ...]


@dataclass(frozen=True)
class LessonRow:
    """One lesson's submissions and their marks."""

    name: str
    title: str
    graded: int
    refused: int
    mean: float
    bins: tuple[Bin, ...]

    @property
    def tallest(self) -> int:
        return max(item.count for item in self.bins)


def write(course: Path) -> Path:
    """Write the report of a graded course; where it is."""
    counted = tables.read_marks(course / "grades.csv")
    submissions = [_with_mark(file.read(), counted) for file in verdict_files(course)]
    if not submissions:
        raise UserError(f"nothing is graded in {course}; run `make grade COURSE={course}` first")
    path = course / "report.html"
    try:
        path.write_text(page(submissions), "utf-8")
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror}") from error
    return path


def _with_mark(submission: dict[str, Any], counted: dict[tuple[str, str], float]) -> dict[str, Any]:
    """A submission with the points that count, where the table of marks has it."""
    name = csv_safe(submission["student"]), csv_safe(submission["lesson"])
    return submission | {"score": counted.get(name, submission["score"])}


def page(submissions: list[dict[str, Any]]) -> str:
    """The report as HTML."""
    exercises = exercise_rows(submissions)
    return template("report").render(
        students=len({item["student"] for item in submissions}),
        submissions=len(submissions),
        lessons=lesson_rows(submissions),
        exercises=sorted(exercises, key=lambda row: row.rate),
        mistakes=mistake_rows(submissions)[:MOST_MISTAKES],
        places=place_rows(submissions)[:MOST_MISTAKES],
        helped=students_to_help(submissions),
        refused=[
            (clean(item["student"]), clean(item["lesson"]), [clean(p) for p in item["problems"]])
            for item in submissions
            if _is_refused(item)
        ],
        odd=[
            (clean(item["student"]), clean(item["lesson"]), [clean(p) for p in item["problems"]])
            for item in submissions
            if not _is_refused(item) and item["problems"]
        ],
    )


def lesson_rows(submissions: list[dict[str, Any]]) -> list[LessonRow]:
    """Marks lesson by lesson, in course order."""
    rows = []
    for name, lesson in lessons().items():
        handed_in = [item for item in submissions if item["lesson"] == name]
        shares = [_share([item]) for item in handed_in if not _is_refused(item)]
        if not handed_in:
            continue
        mean = sum(shares) / len(shares) if shares else 0.0
        refused = len(handed_in) - len(shares)
        rows.append(LessonRow(name, lesson.title, len(shares), refused, mean, _bins(shares)))
    return rows


def exercise_rows(submissions: Iterable[dict[str, Any]]) -> list[ExerciseRow]:
    """Pass rates of every exercise that somebody handed in."""
    found: dict[tuple[str, str], list[dict]] = defaultdict(list)
    for submission in submissions:
        for item in submission["exercises"]:
            found[submission["lesson"], item["exercise"]].append(item)
    return [
        ExerciseRow(
            lesson,
            name,
            correct=sum(item["status"] == Status.CORRECT for item in items),
            partly=sum(0 < item["score"] < item["max_score"] for item in items),
            attempted=sum(item["status"] != Status.NOT_ATTEMPTED for item in items),
            handed_in=len(items),
        )
        for (lesson, name), items in found.items()
    ]


def mistake_rows(submissions: Iterable[dict[str, Any]]) -> list[MistakeRow]:
    """Named mistakes, the most common first."""
    counts: Counter[tuple[str, str]] = Counter()
    messages: dict[tuple[str, str], str] = {}
    for submission in submissions:
        for item in submission["exercises"]:
            if item["mistake"]:
                name = item["exercise"], item["mistake"]
                counts[name] += 1
                messages.setdefault(name, clean(item["message"]))
    return [MistakeRow(*name, count, messages[name]) for name, count in counts.most_common()]


def place_rows(submissions: Iterable[dict[str, Any]]) -> list[PlaceRow]:
    """Slips without a name of which the line was found, counted by line, the most common first."""
    found: dict[tuple[str, str], list[dict]] = defaultdict(list)
    for submission in submissions:
        for item in submission["exercises"]:
            if item.get("place") and not item["mistake"]:
                where = _fact(item, "where") or "A slip is in one of two lines."
                found[item["exercise"], clean(where, PIECE_LENGTH)].append(item)
    rows = [
        PlaceRow(
            exercise,
            where,
            count=len(items),
            kind=_most_common(item["place"]["kind"] or "one of several" for item in items),
            piece=_most_common(item["place"]["piece"] for item in items),
            about=_most_common(_fact(item, "which result") for item in items),
        )
        for (exercise, where), items in found.items()
    ]
    return sorted(rows, key=lambda row: -row.count)


def _most_common(texts: Iterable[str]) -> str:
    (text, _), *_ = Counter(texts).most_common(1)
    return clean(text, PIECE_LENGTH)


def _fact(item: dict[str, Any], kind: str) -> str:
    facts = (fact["text"] for fact in item.get("facts", ()) if fact["kind"] == kind)
    return next(facts, "")


def students_to_help(submissions: Iterable[dict[str, Any]]) -> list[StudentRow]:
    """Learners with fewer than half of the points of what they handed in, lowest first."""
    by_student: dict[str, list[dict]] = defaultdict(list)
    for submission in submissions:
        if not _is_refused(submission):
            by_student[submission["student"]].append(submission)
    rows = [
        StudentRow(clean(student), _share(found), tuple(_open(found)))
        for student, found in by_student.items()
    ]
    return sorted((row for row in rows if row.share < HELP_BELOW), key=lambda row: row.share)


def _is_refused(submission: dict[str, Any]) -> bool:
    return submission["status"] == SubmissionStatus.REFUSED


def _open(found: Iterable[dict[str, Any]]) -> Iterable[str]:
    for submission in found:
        for item in submission["exercises"]:
            if item["score"] < item["max_score"]:
                yield item["exercise"]


def _share(found: Iterable[dict[str, Any]]) -> float:
    score, most = 0.0, 0.0
    for item in found:
        score += item["score"]
        most += item["max_score"]
    return min(score / most, 1.0) if most else 0.0  # extra credit may lead beyond


def _bins(shares: list[float]) -> tuple[Bin, ...]:
    counts = Counter(min(int(share * _BINS), _BINS - 1) for share in shares)
    width = 100 // _BINS
    return tuple(Bin(i * width, (i + 1) * width, counts[i]) for i in range(_BINS))
