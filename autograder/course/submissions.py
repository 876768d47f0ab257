"""What was handed in to a course: `submitted/STUDENT/LESSON/LESSON.ipynb`, listed and looked at."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from autograder.course import timestamps
from autograder.course.names import look_alikes, student_name, told_apart, visible
from autograder.errors import UserError
from autograder.handin.outputs import FileLimits
from autograder.handin.read import Refusal, read_bytes
from autograder.text import clean
from optlab.checking.language import told

OUR_OWN = {".progress.json", "optlab"}  # lies beside a learner's notebook without anybody's doing
NBGRADERS = {"timestamp.txt", "submission_secret.txt", "feedback"}
JUPYTERS = {".ipynb_checkpoints", "__pycache__"}
EXPECTED = OUR_OWN | NBGRADERS | JUPYTERS
MOST_NAMED = 5  # files that are listed by name
LESSON_NAME = 60  # characters of a lesson's name, more than any has


@dataclass(frozen=True)
class Submission:
    """One folder of one student for one lesson.

    problems: what is odd about it, in plain sentences; it can be graded all the same.
    refusal: why it cannot be graded, or None.
    """

    student: str
    lesson: str
    path: Path
    timestamp: datetime | None = None
    problems: tuple[str, ...] = ()
    refusal: str | None = None


def graded_notebook(course: Path, submission: Submission) -> Path:
    """Where nbgrader expects the graded notebook."""
    name = submission.lesson
    return course.joinpath("autograded", submission.student, name, f"{name}.ipynb")


def submissions(
    course: Path, lesson: str | None = None, duedates: Mapping[str, datetime] | None = None
) -> list[Submission]:
    """All that was handed in (for one lesson), by student and lesson; it may be nothing yet.

    duedates: by lesson; with them, a time of submission that the file's own date contradicts is
        reported.
    """
    folder = course / "submitted"
    if not folder.is_dir():
        raise UserError(f"{folder} does not exist; `python -m autograder init {course}` makes it")
    if not os.access(course, os.W_OK):
        raise UserError(f"cannot write {course}: change its permissions")
    known = {path.parent.name for path in (course / "release").glob("*/*.ipynb")}
    if lesson is not None and lesson not in known:
        raise UserError(f"{course} has no lesson {lesson}; it has {', '.join(sorted(known))}")
    try:
        students = _entries(folder)
    except OSError as error:
        raise UserError(f"cannot read {folder}: {error.strerror}") from error
    listing = _Listing(known, duedates or {}, look_alikes(entry.name for entry in students))
    return [
        submission
        for student in students
        for submission in listing.of_student(student)
        if lesson in (None, submission.lesson)
    ]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What is in a folder, by name; hidden files are no submissions."""
    with os.scandir(folder) as entries:
        shown = [entry for entry in entries if not entry.name.startswith(".")]
    return sorted(shown, key=lambda entry: entry.name)


@dataclass(frozen=True)
class _Listing:
    """What is known of a course while its submissions are looked at.

    alike: folders' names that could be taken for another one.
    """

    known: set[str]
    duedates: Mapping[str, datetime]
    alike: Mapping[str, str] = field(default_factory=dict)

    def of_student(self, folder: os.DirEntry[str]) -> list[Submission]:
        """The submissions in a student's folder, or one that says why there are none."""
        path = Path(folder.path)
        try:
            student = student_name(folder.name)
            if folder.name in self.alike:
                other = clean(self.alike[folder.name], 60)
                raise Refusal("student_name", f"it cannot be told from that of {other}")
        except Refusal as refusal:
            return [Submission(told_apart(folder.name), "", path, refusal=str(refusal))]
        try:
            if not folder.is_dir(follow_symlinks=False):
                return [Submission(student, "", path, refusal="this is not a student's folder")]
            return list(self._in_folder(student, path))
        except OSError as error:
            return [Submission(student, "", path, refusal=_cannot_read("this folder", error))]

    def _in_folder(self, student: str, folder: Path) -> Iterable[Submission]:
        others = []
        for entry in _entries(folder):
            if entry.is_dir(follow_symlinks=False):
                yield self._submission(student, folder / entry.name)
            else:
                others.append(entry.name)
        if others:
            are = "is not a folder" if len(others) == 1 else "are not folders"
            place = f"notebooks belong into {student}/LESSON/LESSON.ipynb"
            text = f"{_some(others)} {are}; {place}"
            yield Submission(student, "", folder, refusal=text)

    def _submission(self, student: str, folder: Path) -> Submission:
        path = folder / f"{folder.name}.ipynb"
        if folder.name not in self.known:
            lesson = _unknown_lesson(folder.name)
            return Submission(student, lesson, path, refusal=f"the course has no lesson {lesson}")
        lesson = folder.name
        try:
            timestamp, problems = _timestamp(folder, path, self.duedates.get(lesson))
            problems += _unexpected(folder, path.name)
        except OSError as error:
            return Submission(student, lesson, path, refusal=_cannot_read("its folder", error))
        return Submission(student, lesson, path, timestamp, tuple(problems))


def _cannot_read(what: str, error: OSError) -> str:
    return f"{what} cannot be read ({error.strerror}): change its permissions"


def _unknown_lesson(name: str) -> str:
    """How such a folder is called in verdicts: never as a lesson of the course, whatever it is."""
    shown = len(name) <= LESSON_NAME and name == clean(name) and visible(name) and "?" not in name
    return name if shown else told_apart(name)


def _some(names: list[str]) -> str:
    """A few names in one line, and how many more there are."""
    shown = ", ".join(clean(name, 60) for name in sorted(names)[:MOST_NAMED])
    if len(names) <= MOST_NAMED:
        return shown
    return told("{names} and {count} more", names=shown, count=len(names) - MOST_NAMED)


def _timestamp(
    folder: Path, notebook: Path, duedate: datetime | None
) -> tuple[datetime | None, list[str]]:
    """When it was submitted, in UTC: what nbgrader's `timestamp.txt` says.

    nbgrader writes that file when it collects, but believes any that lies there, and a learner can
    put one into a zip file. Nothing in the folder can prove a time; so one that cannot be read is
    replaced by the notebook's own date, and one that saves from being late is held against it.
    """
    try:
        text = read_bytes(folder / "timestamp.txt", FileLimits(megabytes=0.001)).decode()
    except Refusal as refusal:
        odd = told("timestamp.txt is not a file of nbgrader")
        return None, [] if refusal.name == "missing" else [odd]
    except UnicodeDecodeError:
        text = "?"
    changed = _changed(notebook)
    stated = timestamps.parsed(text)
    if stated is None:
        no_date = "timestamp.txt holds no date; the notebook's own date was used"
        return changed, [told(no_date)]
    if stated > datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1):
        future = "timestamp.txt says {stated:%Y-%m-%d}, which is still to come"
        return stated, [told(future, stated=stated)]
    if duedate and changed and stated <= duedate < changed:
        differ = (
            "timestamp.txt says {stated:%Y-%m-%d %H:%M}, the notebook {changed:%Y-%m-%d %H:%M}: "
            "check when it was handed in"
        )
        return stated, [told(differ, stated=stated, changed=changed)]
    return stated, []


def _changed(notebook: Path) -> datetime | None:
    """The file's own date; None where it has none, or one that no calendar holds."""
    try:
        return datetime.fromtimestamp(notebook.lstat().st_mtime, UTC).replace(tzinfo=None)
    except (OSError, OverflowError, ValueError):
        return None


def _unexpected(folder: Path, notebook: str) -> list[str]:
    """Files that grading neither needs nor reads: they are left where they are."""
    with os.scandir(folder) as entries:
        names = [
            entry.name + ("/" if entry.is_dir(follow_symlinks=False) else "")
            for entry in entries
            if entry.name != notebook and entry.name not in EXPECTED
        ]
    ignored = "unexpected files were ignored: {names}"
    return [told(ignored, names=_some(names))] if names else []
