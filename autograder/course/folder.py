"""nbgrader course folders: making one, and listing what was handed in.

course/
  nbgrader_config.py   generated; once a person edited it, it is left alone
  gradebook.db         nbgrader's; made once, then only added to
  source/ release/     a folder for each lesson: the notebook and optlab beside it
  submitted/           STUDENT/LESSON/LESSON.ipynb, put there by people or by nbgrader
  autograded/ feedback/
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import nbformat
from nbgrader.utils import parse_utc
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder import NOTEBOOKS, RELEASES, ROOT, SOLUTIONS
from autograder.course.gradebook import Recorder, sqlite_url
from autograder.errors import UserError
from autograder.handin.outputs import FileLimits
from autograder.handin.read import Refusal, read_bytes, student_name
from autograder.text import clean

CONFIG = "nbgrader_config.py"
OUR_OWN = {".progress.json", "optlab"}  # lies beside a learner's notebook without anybody's doing
NBGRADERS = {"timestamp.txt", "submission_secret.txt", "feedback"}
JUPYTERS = {".ipynb_checkpoints", "__pycache__"}
EXPECTED = OUR_OWN | NBGRADERS | JUPYTERS
MOST_NAMED = 5  # unexpected files that are listed by name

_CONFIG_TEXT = """\
# Settings of nbgrader for this course. Edit them as you like: a file that was edited is never
# overwritten. Start nbgrader and Jupyter in this folder, or they do not see it.
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
AUTOGRADER = {root!r}
if AUTOGRADER not in sys.path:
    sys.path.insert(0, AUTOGRADER)

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "optimization"
c.CourseDirectory.root = str(HERE)
c.CourseDirectory.db_url = f"sqlite:///{{HERE / 'gradebook.db'}}?timeout=60"
c.Exchange.root = str(HERE / "exchange")
c.FormgradeExtension.debug = False
c.CsvExportPlugin.to = str(HERE / "nbgrader.csv")  # grades.csv is the grader's own

# `nbgrader autograde` and the formgrader's button judge as `python -m autograder grade` does.
c.Autograde.sanitize_preprocessors = ["autograder.nbgrader_steps.PourAnswers"]
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader_steps.JudgeAnswers",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# What a late submission loses: "none" or "zero" (or name a plugin of your own).
c.LateSubmissionPlugin.penalty_method = "none"
"""


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


# Making a course ---------------------------------------------------------------------------------


def create(
    course: Path,
    lessons: Iterable[str],
    *,
    solutions: Path = SOLUTIONS,
    releases: Path = RELEASES,
    optlab: Path = NOTEBOOKS / "optlab",
) -> list[str]:
    """Make or bring up to date a course folder for these lessons; says what it left alone."""
    try:
        for folder in ("source", "release", "submitted", "exchange"):
            (course / folder).mkdir(parents=True, exist_ok=True)
        said = _write_config(course / CONFIG)
        settings = config(course)
        url, course_id = db_url(course, settings), settings.CourseDirectory.get("course_id", "")
        with Recorder(url, course_id, settings) as recorder:
            for lesson in lessons:
                release = _built(releases / f"{lesson}.ipynb")
                recorder.add_lesson(lesson, nbformat.read(release, as_version=4))
                solution = _built(solutions / f"{lesson}.ipynb")
                _fill(course / "source" / lesson, solution, optlab)
                _fill(course / "release" / lesson, release, optlab)
    except PermissionError as error:
        _cannot_write(course, error)
    return said


def config(course: Path) -> Config:
    """The course's nbgrader settings, as nbgrader reads them."""
    return PyFileConfigLoader(CONFIG, path=str(Path(course).resolve())).load_config()


def db_url(course: Path, settings: Config) -> str:
    """The address of the course's gradebook."""
    return settings.CourseDirectory.get("db_url") or sqlite_url(Path(course) / "gradebook.db")


def _write_config(path):
    """Write the settings with their own checksum on top, by which an edited file is known."""
    text = _CONFIG_TEXT.format(root=str(ROOT))
    if path.exists():
        first, _, rest = path.read_text("utf-8").partition("\n")
        if first != _seal(rest):
            return [f"{path} was edited and is left as it is"]
    path.write_text(f"{_seal(text)}\n{text}", "utf-8")
    return []


def _seal(text):
    return f"# generated {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _built(path):
    if not path.is_file():
        raise UserError(f"{path} is not built; run `python -m autograder build`")
    return path


def _fill(folder, notebook, optlab):
    folder.mkdir(exist_ok=True)
    shutil.copy(notebook, folder / notebook.name)
    # In source/ too: nbgrader's "Generate" makes a release of all that lies there.
    shutil.rmtree(folder / "optlab", ignore_errors=True)
    shutil.copytree(optlab, folder / "optlab", ignore=shutil.ignore_patterns("__pycache__", ".*"))


def _cannot_write(course, error) -> NoReturn:
    where = error.filename or course
    raise UserError(f"cannot write {where}: change its permissions or name another course folder")


# Listing what was handed in ----------------------------------------------------------------------


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
        return [Submission(_told_apart(folder.name), "", folder, refusal=str(refusal))]
    if folder.is_symlink() or not folder.is_dir():
        return [Submission(student, "", folder, refusal="this is not a student's folder")]
    return [_submission(student, path, known, duedates) for path in _entries(folder)]


def _told_apart(name):
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
