"""What was handed in to a course: `submitted/STUDENT/LESSON/LESSON.ipynb`, listed and looked at."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.errors import UserError
from autograder.handin.outputs import FileLimits
from autograder.handin.read import Refusal, read_bytes
from autograder.text import clean

OUR_OWN = {".progress.json", "optlab"}  # lies beside a learner's notebook without anybody's doing
NBGRADERS = {"timestamp.txt", "submission_secret.txt", "feedback"}
JUPYTERS = {".ipynb_checkpoints", "__pycache__"}
EXPECTED = OUR_OWN | NBGRADERS | JUPYTERS
MOST_NAMED = 5  # unexpected files that are listed by name


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
    return course / "autograded" / submission.student / name / f"{name}.ipynb"


def submissions(
    course: Path, lesson: str | None = None, duedates: Mapping[str, datetime] | None = None
) -> list[Submission]:
    """All that was handed in (for one lesson), by student and lesson.

    duedates: by lesson; with them, a time of submission that the file's own date contradicts is
        reported.
    """
    folder = course / "submitted"
    if not folder.is_dir():
        raise UserError(f"{folder} does not exist; {_how_to_collect(course)}")
    if not os.access(course, os.W_OK):
        raise UserError(f"cannot write {course}: change its permissions")
    known = {path.parent.name for path in (course / "release").glob("*/*.ipynb")}
    if lesson is not None and lesson not in known:
        raise UserError(f"{course} has no lesson {lesson}; it has {', '.join(sorted(known))}")
    found = [
        submission
        for student in _entries(folder)
        for submission in _of_student(student, known, duedates or {})
        if lesson in (None, submission.lesson)
    ]
    if not found:
        raise UserError(f"nothing in {folder} to grade; {_how_to_collect(course)}")
    return found


def _how_to_collect(course):
    example = course / "submitted" / "STUDENT" / "LESSON" / "LESSON.ipynb"
    return f"put notebooks at {example} or run `nbgrader collect LESSON` in {course}"


def _entries(folder):
    """What is in a folder, by name; hidden files are no submissions."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _of_student(folder, known, duedates):
    """The submissions in a student's folder, or one that says why there are none."""
    student = clean(folder.name, 60)
    try:
        student_name(folder.name)
    except Refusal as refusal:
        return [Submission(told_apart(folder.name), "", folder, refusal=str(refusal))]
    if folder.is_symlink() or not folder.is_dir():
        return [Submission(student, "", folder, refusal="this is not a student's folder")]
    return [_submission(student, path, known, duedates) for path in _entries(folder)]


def told_apart(name):
    """A name that cannot be a student's, so that it is no other's either, shown or as a folder."""
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:6]
    return f"?{' '.join(clean(name, 40).split())} {digest}"  # no student's name holds "?"


def _submission(student, folder, known, duedates):
    lesson, path = clean(folder.name, 60), folder / f"{folder.name}.ipynb"
    if folder.is_symlink() or not folder.is_dir():
        text = f"{lesson} is not a folder; notebooks belong into {student}/LESSON/LESSON.ipynb"
        return Submission(student, "", folder, refusal=text)
    if folder.name not in known:
        return Submission(student, lesson, path, refusal=f"the course has no lesson {lesson}")
    timestamp, problems = _timestamp(folder, path, duedates.get(lesson))
    problems += _unexpected(folder, path.name)
    return Submission(student, lesson, path, timestamp, tuple(problems))


def _timestamp(folder, notebook, duedate):
    """When it was submitted, in UTC: what nbgrader's `timestamp.txt` says.

    nbgrader writes that file when it collects, but believes any that lies there, and a learner can
    put one into a zip file. Nothing in the folder can prove a time; so one that cannot be read is
    replaced by the notebook's own date, and one that saves from being late is held against it.
    """
    try:
        text = read_bytes(folder / "timestamp.txt", FileLimits(megabytes=0.001)).decode()
    except Refusal as refusal:
        return None, [] if refusal.name == "missing" else [
            "timestamp.txt is not a file of nbgrader"
        ]
    except UnicodeDecodeError:
        text = "?"
    changed = _changed(notebook)
    try:
        stated = parse_utc(text.strip())
    except (ValueError, OverflowError):
        return changed, ["timestamp.txt holds no date; the notebook's own date was used"]
    if stated > datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1):
        return stated, [f"timestamp.txt says {stated:%Y-%m-%d}, which is still to come"]
    if duedate and changed and stated <= duedate < changed:
        text = f"timestamp.txt says {stated:%Y-%m-%d %H:%M}, the notebook {changed:%Y-%m-%d %H:%M}"
        return stated, [f"{text}: check when it was handed in"]
    return stated, []


def _changed(notebook):
    try:
        seconds = notebook.lstat().st_mtime
    except OSError:
        return None
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _unexpected(folder, notebook):
    """Files that grading neither needs nor reads: they are left where they are."""
    names = sorted(
        clean(path.name, 60) + ("/" if path.is_dir() else "")
        for path in folder.iterdir()
        if path.name != notebook and path.name not in EXPECTED
    )
    if not names:
        return []
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return [f"unexpected files were ignored: {', '.join(names[:MOST_NAMED])}{more}"]


def student_name(name: str) -> str:
    """`name` when it can be a folder's name and a student's id in nbgrader; else a `Refusal`."""
    if not name or name.startswith("."):
        raise Refusal("student_name", "it is empty or begins with a dot")
    if len(name) > 128 or len(name.encode("utf-8", "replace")) > 255:
        raise Refusal("student_name", "it is longer than 128 characters")
    if name != name.strip():
        raise Refusal("student_name", "it begins or ends with a space")
    if clean(name) != name or "\n" in name or "\t" in name:
        raise Refusal("student_name", "it holds characters that cannot be shown")
    # nbgrader looks for folders by pattern and writes names into its pages as they are.
    forbidden = sorted(set(name) & set("/\\*?[<>"))
    if forbidden:
        raise Refusal("student_name", f"it holds {' '.join(forbidden)}")
    return name
