"""Making an nbgrader course folder, and reading its settings.

course/
  course.toml          what the course asks; people edit it (`plan.py`)
  nbgrader_config.py   generated; once a person edited it, it is left alone
  gradebook.db         nbgrader's; made once, then only added to
  source/ release/     a folder for each lesson: the notebook and optlab beside it
  submitted/           STUDENT/LESSON/LESSON.ipynb, put there by people or by nbgrader
  autograded/ feedback/
"""

import filecmp
import hashlib
import os
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from traceback import extract_tb
from typing import TypeAlias

import nbformat
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder import NOTEBOOKS, ROOT, SOLUTIONS, files, released
from autograder.course import plan
from autograder.course.gradebook import Recorder, sqlite_url
from autograder.course.lock import cannot_write
from autograder.errors import RunError, UserError

CONFIG = plan.CONFIG
# Names of Canvas, Moodle and Blackboard, for `nbgrader zip_collect`. `python -m autograder collect`
# reads them by `autograder/collect/systems.py`, which is less strict and knows who is who.
ZIP_NAMES = (
    r".*/(?:[^/]*_(?=[^/_]+_attempt_))?(?P<student_id>[^/]+?)"
    r"(?:(?:_LATE)?_\d+_(?:\d+_|assignsubmission_file_?/?)|_attempt_(?P<timestamp>[-0-9]+)_)"
    r"(?P<file_id>[^/]+?)(?: ?\(\d+\)|-\d+)?\.ipynb$"
)
LATE_RULE = "autograder.course.late.CourseRule"

# Of a folder by name: a folder's own tree, or a file.
_Tree: TypeAlias = "dict[str, _Tree | _File]"

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
c.FileNameCollectorPlugin.named_regexp = {names!r}  # of Canvas, Moodle and Blackboard
c.ExportApp.plugin_class = "autograder.course.quoted.QuotedCsv"
c.CsvExportPlugin.to = str(HERE / "nbgrader.csv")  # grades.csv is the grader's own

# `nbgrader autograde` and the formgrader's button judge as `python -m autograder grade` does.
c.Autograde.pre_convert_hook = "autograder.nbgrader_steps.keep_watch"
c.Autograde.sanitize_preprocessors = ["autograder.nbgrader_steps.PourAnswers"]
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader_steps.JudgeAnswers",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# What a late submission loses: [late] in course.toml; without it "none" or "zero" as said here.
c.AssignLatePenalties.plugin_class = {late!r}
c.LateSubmissionPlugin.penalty_method = "none"
"""


def init(
    course: Path, lessons: tuple[str, ...] = (), points: tuple[tuple[str, float], ...] = ()
) -> list[str]:
    """Make a course folder, or bring one up to date; says what it did.

    lessons: those that count, all where none is named. points: by exercise, where they differ.
    """
    path = course / plan.FILE
    if path.exists() and (lessons or points):
        raise UserError(f"{path} is there already; change lessons and points in that file")
    plan.require_room(course)
    asked = lessons or plan.read(course).lessons
    said = [f"{course} is up to date; its settings are in {path}"]
    if not path.exists():
        files.replace(path, plan.text(asked, points))
        many = "1 lesson" if len(asked) == 1 else f"{len(asked)} lessons"
        said = [f"{course} has {many}; change that and more in {path}"]
    wanted = plan.read(course)
    return create(course, wanted.lessons, points=dict(wanted.points), due=wanted.due) + said


def create(
    course: Path,
    lessons: Collection[str],
    *,
    points: Mapping[str, float] | None = None,
    due: Mapping[str, datetime] | None = None,
    solutions: Path = SOLUTIONS,
    releases: Path = NOTEBOOKS,
    optlab: Path = NOTEBOOKS / "optlab",
) -> list[str]:
    """Make or bring up to date a course folder for these lessons; says what it left alone.

    points: of exercises that do not earn what their lesson says. due: by lesson, in UTC.
    """
    points, due = points or {}, due or {}
    try:
        for folder in ("source", "release", "submitted", "exchange"):
            (course / folder).mkdir(parents=True, exist_ok=True)
        said = _write_config(course / CONFIG)
        learner_side = _tree(optlab)
        with recorder_of(course) as recorder:
            recorded = recorder.lessons()
            for lesson in lessons:
                release = _with_points(_built(releases / f"{lesson}.ipynb"), points)
                handed_out = course / "release" / lesson
                # Written after its rows are made: where the notebook is the same, so are they.
                notebook = handed_out / f"{lesson}.ipynb"
                if lesson not in recorded or not files.holds(notebook, release):
                    as_built = released.read(releases / f"{lesson}.ipynb")
                    recorder.add_lesson(lesson, released.with_points(as_built, points))
                solution = _with_points(_built(solutions / f"{lesson}.ipynb"), points)
                _fill(course / "source" / lesson, f"{lesson}.ipynb", solution, learner_side)
                _fill(handed_out, f"{lesson}.ipynb", release, learner_side)
            for lesson in due:
                if lesson in lessons:
                    recorder.set_duedate(lesson, due[lesson])
        _leave_out({path.stem for path in releases.glob("*.ipynb")} - {*lessons}, course)
    except PermissionError as error:
        cannot_write(course, error)
    except (FileExistsError, NotADirectoryError) as error:
        raise UserError(f"{error.filename} is in the way of a folder: move it away") from error
    except OSError as error:
        raise RunError(f"cannot write {error.filename or course}: {error.strerror}") from error
    return said


def config(course: Path) -> Config:
    """The course's nbgrader settings, as nbgrader reads them."""
    folder = Path(course).resolve()
    try:
        return PyFileConfigLoader(CONFIG, path=str(folder)).load_config()
    except Exception as error:  # the file is Python that people edit: it may raise anything
        path, said, line = str(folder / CONFIG), str(error), None
        if isinstance(error, SyntaxError):
            said, line = error.msg, error.lineno
        for frame in extract_tb(error.__traceback__):
            line = frame.lineno if frame.filename == path else line
        where = f"{path}, line {line}" if line else path
        raise UserError(
            f"{where}: {type(error).__name__}: {said}; mend it, or delete it to have it made anew"
        ) from error


def db_url(course: Path, settings: Config) -> str:
    """The address of the course's gradebook."""
    return settings.CourseDirectory.get("db_url") or sqlite_url(Path(course) / "gradebook.db")


def recorder_of(course: Path) -> Recorder:
    """The writer of the course's gradebook, with the course's own settings."""
    settings = config(course)
    # As a new folder has it; settings that a person edited may be older than `course.toml`.
    settings.CourseDirectory.setdefault("root", str(Path(course).resolve()))
    settings.AssignLatePenalties.setdefault("plugin_class", LATE_RULE)
    course_id = settings.CourseDirectory.get("course_id", "")
    return Recorder(db_url(course, settings), course_id, settings)


def _write_config(path: Path) -> list[str]:
    """Write the settings with their own checksum on top, by which an edited file is known."""
    text = _CONFIG_TEXT.format(root=str(ROOT), late=LATE_RULE, names=ZIP_NAMES)
    if path.exists():
        first, _, rest = path.read_text("utf-8").partition("\n")
        if first != _seal(rest):
            return [f"{path} was edited and is left as it is"]
    path.write_text(f"{_seal(text)}\n{text}", "utf-8")
    return []


def _seal(text: str) -> str:
    return f"# generated {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _built(path: Path) -> Path:
    if not path.is_file():
        raise UserError(f"{path} is not built; run `python -m autograder build`")
    return path


def _with_points(path: Path, points: Mapping[str, float]) -> bytes:
    """A built notebook as the course has it."""
    contents = path.read_bytes()
    if not any(f'"check_{name}"'.encode() in contents for name in points):
        return contents
    notebook = released.with_points(nbformat.reads(contents.decode(), as_version=4), points)
    return (nbformat.writes(notebook) + "\n").encode()


def _leave_out(lessons: set[str], course: Path) -> None:
    """Take lessons that do not count out of what is handed out; all of it can be made again."""
    for kind in ("source", "release"):
        for lesson in lessons:
            place = course / kind / lesson
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)


def _fill(folder: Path, name: str, notebook: bytes, optlab: _Tree) -> None:
    folder.mkdir(exist_ok=True)
    if not files.holds(folder / name, notebook):
        files.replace(folder / name, notebook)
    # In source/ too: nbgrader's "Generate" makes a release of all that lies there.
    _mirror(optlab, folder / "optlab")


def _tree(folder: Path) -> _Tree:
    """What is to be handed out of a folder, looked at once for all its copies."""
    with os.scandir(folder) as entries:
        kept = [entry for entry in entries if not _is_a_by_product(entry.name)]
    return {
        entry.name: _tree(Path(entry.path)) if entry.is_dir() else _File(entry) for entry in kept
    }


class _File:
    """A file to hand out, in two folders of every lesson of a course."""

    def __init__(self, entry: os.DirEntry[str]) -> None:
        self.path, self.date = entry.path, _date(entry)
        self._copy = ""

    def put(self, target: str) -> None:
        """A copy where there is none. Further ones are the first one by another name."""
        if self._copy:
            with suppress(OSError):  # of a file system that has no such thing
                os.link(self._copy, target)
                return
        self._copy = shutil.copy2(self.path, target)


def _mirror(wanted: _Tree, target: Path) -> None:
    """Make `target` hold what is wanted; what is the same already is left alone."""
    if target.is_symlink() or not target.is_dir():
        target.unlink(missing_ok=True)
        target.mkdir()
    with os.scandir(target) as entries:
        there = {entry.name: entry for entry in entries}
    for name in there.keys() - wanted.keys():
        path = target / name
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for name, file in wanted.items():
        if isinstance(file, dict):
            _mirror(file, target / name)
        elif name not in there:
            file.put(f"{target}/{name}")
        elif not there[name].is_file() or _date(there[name]) != file.date:
            _copy(Path(file.path), target / name)


def _is_a_by_product(name: str) -> bool:
    return name == "__pycache__" or name.startswith(".")


def _date(entry: os.DirEntry[str]) -> tuple[int, float]:
    status = entry.stat()
    return status.st_size, status.st_mtime


def _copy(source: Path, target: Path) -> None:
    """With its date, by which the next run knows it to be the same."""
    if _same(source, target):
        shutil.copystat(source, target)
    else:
        shutil.copy2(source, target)


def _same(source: Path, target: Path) -> bool:
    return target.is_file() and filecmp.cmp(source, target)
