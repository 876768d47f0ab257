"""What a class has understood and what not, counted from the verdicts on its submissions.

Marks are those that count; which exercises and mistakes are told is what the grader found.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from markupsafe import Markup

from autograder.exercises import lessons
from autograder.pages import outline, prose
from autograder.status import SubmissionStatus
from autograder.text import clean
from optlab.checking.diagnose import Status

HELP_BELOW = 0.5  # of the points of what was handed in
PIECE_LENGTH = 100
_BINS = 10

Submissions = list[dict[str, Any]]
# How many checks learners ran until an exercise was right, by lesson and exercise.
Tries = Mapping[tuple[str, str], list[int]]


@dataclass(frozen=True)
class Bin:
    """One bar of the distribution of marks: submissions from `low` to `high` percent."""

    low: int
    high: int
    count: int


@dataclass(frozen=True)
class ExerciseRow:
    """How a class did on one exercise.

    tries: how many checks learners ran until it was right, where their journals tell.
    """

    lesson: str
    name: str
    correct: int
    partly: int
    attempted: int
    handed_in: int
    tries: tuple[int, ...] = ()

    @property
    def rate(self) -> float:
        """Share of right answers among those handed in."""
        return self.correct / self.handed_in if self.handed_in else 0.0

    @property
    def usual_tries(self) -> float:
        """The median: a few numbers that somebody made up do not move it far."""
        return median(self.tries)

    @property
    def title(self) -> Markup | str:
        return title(self.lesson, self.name)


@dataclass(frozen=True)
class MistakeRow:
    """One misconception, how many learners had it, and what they were told."""

    lesson: str
    exercise: str
    name: str
    count: int
    message: str

    @property
    def title(self) -> Markup | str:
        return title(self.lesson, self.exercise)

    @property
    def said(self) -> Markup | str:
        return said(self.exercise, self.name)


@dataclass(frozen=True)
class PlaceRow:
    """One line in which slips without a name are, how many learners have one there.

    where: what the line is for, which holds for all of these answers.
    kind, piece, about: of most of them: what sort of slip, the code, and what is right and what
        is not; the last may be empty.
    """

    lesson: str
    exercise: str
    where: str
    count: int
    kind: str
    piece: str
    about: str

    @property
    def title(self) -> Markup | str:
        return title(self.lesson, self.exercise)


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
    def number(self) -> str:
        return self.name.partition("_")[0]

    @property
    def tallest(self) -> int:
        return max(item.count for item in self.bins)


def title(lesson: str, exercise: str) -> Markup | str:
    """An exercise as its lesson calls it."""
    task = outline.tasks(lesson).get(exercise)
    return task.title if task else clean(exercise)


def said(exercise: str, mistake: str) -> Markup | str:
    """A mistake in words: the option that was chosen, or its name."""
    option = outline.wrong_option(exercise, mistake)
    if option is None:
        return clean(mistake).replace("_", " ")
    chosen = prose.inline(option.text) if option.text else f"{option.value:g}"
    return Markup("answered \u201c{}\u201d").format(chosen)


def lesson_rows(submissions: Submissions) -> list[LessonRow]:
    """Marks lesson by lesson, in course order."""
    rows = []
    for name, lesson in lessons().items():
        handed_in = [item for item in submissions if item["lesson"] == name]
        shares = [share([item]) for item in handed_in if not is_refused(item)]
        if not handed_in:
            continue
        mean = sum(shares) / len(shares) if shares else 0.0
        refused = len(handed_in) - len(shares)
        rows.append(LessonRow(name, lesson.title, len(shares), refused, mean, _bins(shares)))
    return rows


def exercise_rows(submissions: Submissions, tries: Tries) -> list[ExerciseRow]:
    """Pass rates of every exercise that somebody handed in, lesson by lesson."""
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
            tries=tuple(tries.get((lesson, name), ())),
        )
        for (lesson, name), items in found.items()
    ]


def mistake_rows(submissions: Submissions) -> list[MistakeRow]:
    """Named mistakes, the most common first."""
    counts: Counter[tuple[str, str, str]] = Counter()
    messages: dict[tuple[str, str, str], str] = {}
    for submission in submissions:
        for item in submission["exercises"]:
            if item["mistake"]:
                name = submission["lesson"], item["exercise"], item["mistake"]
                counts[name] += 1
                messages.setdefault(name, clean(item["message"]))
    return [MistakeRow(*name, count, messages[name]) for name, count in counts.most_common()]


def place_rows(submissions: Submissions) -> list[PlaceRow]:
    """Slips without a name of which the line was found, counted by line, the most common first."""
    found: dict[tuple[str, str, str], list[dict]] = defaultdict(list)
    for submission in submissions:
        for item in submission["exercises"]:
            if item.get("place") and not item["mistake"]:
                where = _fact(item, "where") or "A slip is in one of two lines."
                name = submission["lesson"], item["exercise"], clean(where, PIECE_LENGTH)
                found[name].append(item)
    rows = [
        PlaceRow(
            *name,
            count=len(items),
            kind=_most_common(item["place"]["kind"] or "one of several" for item in items),
            piece=_most_common(item["place"]["piece"] for item in items),
            about=_most_common(_fact(item, "which result") for item in items),
        )
        for name, items in found.items()
    ]
    return sorted(rows, key=lambda row: -row.count)


def _most_common(texts: Iterable[str]) -> str:
    (text, _), *_ = Counter(texts).most_common(1)
    return clean(text, PIECE_LENGTH)


def _fact(item: dict[str, Any], kind: str) -> str:
    facts = (fact["text"] for fact in item.get("facts", ()) if fact["kind"] == kind)
    return next(facts, "")


def students_to_help(submissions: Submissions) -> list[StudentRow]:
    """Learners with fewer than half of the points of what they handed in, lowest first."""
    by_student: dict[str, list[dict]] = defaultdict(list)
    for submission in submissions:
        if not is_refused(submission):
            by_student[submission["student"]].append(submission)
    rows = [
        StudentRow(student, share(found), tuple(_open(found)))
        for student, found in by_student.items()
    ]
    return sorted((row for row in rows if row.share < HELP_BELOW), key=lambda row: row.share)


def is_refused(submission: dict[str, Any]) -> bool:
    return submission["status"] == SubmissionStatus.REFUSED


def _open(found: Iterable[dict[str, Any]]) -> Iterable[str]:
    for submission in found:
        for item in submission["exercises"]:
            if item["score"] < item["max_score"]:
                yield item["exercise"]


def share(found: Iterable[dict[str, Any]]) -> float:
    """Of the points that could be earned."""
    score, most = 0.0, 0.0
    for item in found:
        score += item["score"]
        most += item["max_score"]
    return min(score / most, 1.0) if most else 0.0  # extra credit may lead beyond


def _bins(shares: list[float]) -> tuple[Bin, ...]:
    counts = Counter(min(int(share * _BINS), _BINS - 1) for share in shares)
    width = 100 // _BINS
    return tuple(Bin(i * width, (i + 1) * width, counts[i]) for i in range(_BINS))
