"""Course folders: made from what was built, safe to hand out, and graded alike by nbgrader."""

import ast
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import nbformat
import nbgrader_command
import pytest
from nbgrader.api import Gradebook
from permissions import open_folder
from small_lesson import ANSWERS, HIDDEN, LESSON, POINTS, cell, graded, release, submission

from autograder import nbgrader_steps
from autograder.build import notebooks
from autograder.course import folder as courses
from autograder.course.names import told_apart
from autograder.course.submissions import Submission, submissions
from autograder.errors import RunError, UserError
from autograder.handin.pour import pour
from autograder.handin.read import parse
from autograder.judge.judge import Judge
from optlab.checking.diagnose import Verdict

pytestmark = pytest.mark.slow

REAL_LESSON = "04_momentum"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """What `build` leaves: solutions, notebooks and optlab."""
    folder = tmp_path_factory.mktemp("built")
    for name in ("solutions", "notebooks/optlab/__pycache__"):
        (folder / name).mkdir(parents=True)
    (folder / "notebooks/optlab/__init__.py").write_text("# the learner's package\n")
    (folder / "notebooks/optlab/__pycache__/x.pyc").write_text("")
    (folder / "notebooks/optlab/.progress.json").write_text("{}")
    solution = release(ANSWERS)
    cell(solution, "momentum_update").source += f"  # {HIDDEN}"
    nbformat.write(solution, folder / f"solutions/{LESSON}.ipynb")
    nbformat.write(release(), folder / f"notebooks/{LESSON}.ipynb")
    return {
        "solutions": folder / "solutions",
        "releases": folder / "notebooks",
        "optlab": folder / "notebooks" / "optlab",
    }


@pytest.fixture(scope="module")
def made_once(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("course") / "course"
    assert courses.create(folder, [LESSON], **built) == []
    return folder


@pytest.fixture
def folder(made_once, tmp_path):
    return shutil.copytree(made_once, tmp_path / "a course")


def hand_in(folder, student, notebook=None, lesson=LESSON, timestamp=None, **files):
    """Put a submission where nbgrader collects it; returns its folder."""
    target = folder / "submitted" / student / lesson
    target.mkdir(parents=True)
    notebook = submission(**ANSWERS) if notebook is None else notebook
    text = notebook if isinstance(notebook, str) else nbformat.writes(notebook)
    (target / f"{lesson}.ipynb").write_text(text)
    if timestamp is not None:
        (target / "timestamp.txt").write_text(timestamp)
    for name, content in files.items():
        (target / name).write_text(content)
    return target


# Making


def test_a_course_has_its_folders_and_its_lesson(folder):
    assert {path.name for path in folder.iterdir()} == {
        *("source", "release", "submitted", "exchange", "gradebook.db", courses.CONFIG)
    }
    for kind in ("source", "release"):
        lesson = folder / kind / LESSON
        assert {path.name for path in lesson.iterdir()} == {f"{LESSON}.ipynb", "optlab"}
        assert {path.name for path in (lesson / "optlab").iterdir()} == {"__init__.py"}
    with Gradebook(courses.db_url(folder, courses.config(folder))) as gradebook:
        assert gradebook.find_assignment(LESSON).max_score == sum(POINTS.values())


def test_the_settings_are_those_of_this_course(folder):
    settings = courses.config(folder)
    assert settings.CourseDirectory.root == str(folder)
    assert settings.CourseDirectory.db_url == f"sqlite:///{folder}/gradebook.db?timeout=60"
    assert settings.Exchange.root == str(folder / "exchange")
    assert settings.FormgradeExtension.debug is False


def test_nothing_that_learners_get_holds_an_answer(folder):
    handed_out = [path for path in (folder / "release").rglob("*") if path.is_file()]
    texts = [path.read_text() for path in handed_out]
    assert handed_out
    for answer in (*ANSWERS.values(), HIDDEN, "BEGIN SOLUTION"):
        assert not any(json.dumps(answer)[1:-1] in text or answer in text for text in texts)
    source = (folder / "source" / LESSON / f"{LESSON}.ipynb").read_text()
    assert HIDDEN in source  # the search can find what is there


def test_making_a_course_again_changes_and_loses_nothing(folder, built):
    target = hand_in(folder, "ada")
    with Gradebook(courses.db_url(folder, courses.config(folder))) as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate=datetime(2026, 3, 1))
        gradebook.add_student("ada")
    before = contents(folder)
    assert courses.create(folder, [LESSON], **built) == []
    assert contents(folder) == before
    assert target.exists()
    with Gradebook(courses.db_url(folder, courses.config(folder))) as gradebook:
        assert gradebook.find_assignment(LESSON).duedate == datetime(2026, 3, 1)
        assert [one.id for one in gradebook.students] == ["ada"]


def test_making_a_course_again_copies_what_differs_and_nothing_else(folder, built):
    package = folder / "release" / LESSON / "optlab"
    shutil.copystat(built["optlab"] / "__init__.py", package / "__init__.py")
    before = {path: path.stat().st_ctime_ns for path in folder.glob("*/*/**/*") if path.is_file()}
    (package / "left_over.py").write_text("1")
    (package / "left_over").mkdir()
    edited = folder / "source" / LESSON / "optlab" / "__init__.py"
    edited.write_text("# something else\n")
    courses.create(folder, [LESSON], **built)
    after = {path: path.stat().st_ctime_ns for path in folder.glob("*/*/**/*") if path.is_file()}
    assert before.keys() == after.keys()
    assert {path for path in before if before[path] != after[path]} == {edited}
    assert edited.read_text() == (built["optlab"] / "__init__.py").read_text()
    assert not (package / "left_over").exists()


def test_a_copy_of_another_date_is_compared_once(folder, built):
    ours = built["optlab"] / "__init__.py"
    copy = folder / "release" / LESSON / "optlab" / "__init__.py"
    os.utime(copy, (1, 1))
    courses.create(folder, [LESSON], **built)
    assert copy.stat().st_mtime == ours.stat().st_mtime


@pytest.mark.parametrize("can_link", [True, False])
def test_what_every_lesson_hands_out_lies_in_a_course_once(built, tmp_path, monkeypatch, can_link):
    def refuse(*_):
        raise OSError("no such thing on this file system")

    if not can_link:
        monkeypatch.setattr(os, "link", refuse)
    optlab = shutil.copytree(built["optlab"], tmp_path / "optlab")
    places = built | {"optlab": optlab}
    courses.create(tmp_path / "course", [LESSON], **places)
    ours = optlab / "__init__.py"
    first, second = (tmp_path / "course").glob("*/*/optlab/__init__.py")
    assert first.samefile(second) == can_link
    assert not first.samefile(ours)
    for there in (first, ours):  # whichever of them is changed
        there.write_text("# something new\n")
        courses.create(tmp_path / "course", [LESSON], **places)
        assert first.read_text() == second.read_text() == ours.read_text()


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "gradebook.db"
    }


def test_settings_that_a_person_edited_are_left_alone(folder, built):
    path = folder / courses.CONFIG
    edited = path.read_text().replace('"none"\n', '"zero"\n')
    path.write_text(edited)
    said = courses.create(folder, [LESSON], **built)
    assert said == [f"{path} was edited and is left as it is"]
    assert path.read_text() == edited
    assert courses.config(folder).LateSubmissionPlugin.penalty_method == "zero"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("c = get_config()\nc.Exchange.root = (\n", "line 2: SyntaxError: '(' was never closed;"),
        ("\n\nimport no_such_package\n", "line 3: ModuleNotFoundError: No module named"),
    ],
)
def test_settings_that_cannot_be_read_are_named_with_their_line(folder, text, told):
    (folder / "nbgrader_config.py").write_text(text)
    with pytest.raises(UserError) as refusal:
        courses.recorder_of(folder)
    assert str(refusal.value).startswith(f"{folder}/nbgrader_config.py, {told}")


@pytest.mark.parametrize("name", ["release", f"source/{LESSON}"])
def test_a_file_where_a_folder_belongs_is_named(folder, built, name):
    shutil.rmtree(folder / name)
    (folder / name).write_text("")
    with pytest.raises(UserError, match=f"^{folder / name} is in the way of a folder: move"):
        courses.create(folder, [LESSON], **built)


def test_settings_of_an_older_version_are_renewed(folder, built):
    path = folder / courses.CONFIG
    current = path.read_text()
    old = "c = get_config()\n"
    path.write_text(f"{courses._seal(old)}\n{old}")
    assert courses.create(folder, [LESSON], **built) == []
    assert path.read_text() == current


def test_a_lesson_that_is_not_built_is_a_users_error(folder, built):
    with pytest.raises(UserError, match=r"05_none.ipynb is not built; run .* build"):
        courses.create(folder, ["05_none"], **built)


def test_a_folder_that_cannot_be_made_is_a_users_error(tmp_path, built, monkeypatch):
    def forbidden(self, **_):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(type(tmp_path), "mkdir", forbidden)
    with pytest.raises(UserError, match=r"cannot write .*source"):
        courses.create(tmp_path / "course", [LESSON], **built)


# Listing


def listed(folder, **options):
    return {(one.student, one.lesson): one for one in submissions(folder, **options)}


def test_submissions_are_listed_by_student_and_lesson(folder):
    for student in ("zoë", "ada", "O'Hara Jr"):
        hand_in(folder, student, timestamp="2026-02-28 10:00:00.000000 UTC")
    found = submissions(folder)
    assert [one.student for one in found] == ["O'Hara Jr", "ada", "zoë"]
    for one in found:
        path = folder / "submitted" / one.student / LESSON / f"{LESSON}.ipynb"
        assert one == Submission(one.student, LESSON, path, datetime(2026, 2, 28, 10))
    assert submissions(folder, LESSON) == found


def test_what_is_no_submission_is_listed_with_the_reason(folder):
    submitted = folder / "submitted"
    hand_in(folder, "ada")
    hand_in(folder, "bob", lesson="99_other")
    (submitted / "bob" / "loose.ipynb").write_text("")
    (submitted / "eve.zip").write_text("")
    (submitted / ".DS_Store").write_text("")
    (submitted / "link").symlink_to(submitted / "ada")
    (submitted / "mallory").mkdir()
    (submitted / "mallory" / LESSON).symlink_to(submitted / "ada" / LESSON)
    (submitted / "a*").mkdir()
    refusals = {key: one.refusal for key, one in listed(folder).items()}
    assert refusals == {
        ("ada", LESSON): None,
        ("bob", "99_other"): "the course has no lesson 99_other",
        ("bob", ""): "loose.ipynb is not a folder; notebooks belong into bob/LESSON/LESSON.ipynb",
        ("eve.zip", ""): "this is not a student's folder",
        ("link", ""): "this is not a student's folder",
        (
            "mallory",
            "",
        ): f"{LESSON} is not a folder; notebooks belong into mallory/LESSON/LESSON.ipynb",
        (told_apart("a*"), ""): "the folder's name cannot be a student's: it holds *",
    }


def test_unexpected_files_are_named_and_the_courses_own_are_not(folder):
    target = hand_in(
        folder, "ada", **{"numpy.py": "", ".progress.json": "", "timestamp.txt": "2026-01-01"}
    )
    (target / "optlab").mkdir()
    (target / "data").mkdir()
    (target / "link").symlink_to("/etc/passwd")
    many = hand_in(folder, "bob", **{f"file{number}": "" for number in range(9)})
    assert many.exists()
    problems = {one.student: one.problems for one in submissions(folder)}
    assert problems == {
        "ada": ("unexpected files were ignored: data/, link, numpy.py",),
        "bob": ("unexpected files were ignored: file0, file1, file2, file3, file4 and 4 more",),
    }


@pytest.mark.parametrize(
    ("text", "timestamp", "problem"),
    [
        ("2026-02-28 10:00:00.5 UTC", datetime(2026, 2, 28, 10, 0, 0, 500000), None),
        ("2026-02-28T10:00:00", datetime(2026, 2, 28, 10), None),
        ("2026-03-02 00:00", datetime(2026, 3, 2), None),
        ("soon", datetime(2026, 3, 1, 12, 30), "holds no date"),
        ("", datetime(2026, 3, 1, 12, 30), "holds no date"),
        ("9999-12-31 23:59:59 -0900", datetime(2026, 3, 1, 12, 30), "holds no date"),
        ("2999-01-01", datetime(2999, 1, 1), "still to come"),
        ("x" * 5000, None, "not a file of nbgrader"),
        ("2026-03-01 11:00", datetime(2026, 3, 1, 11), "check when it was handed in"),
    ],
)
def test_the_time_of_submission_is_nbgraders_and_doubts_are_told(folder, text, timestamp, problem):
    target = hand_in(folder, "ada", timestamp=text)
    changed = datetime(2026, 3, 1, 12, 30, tzinfo=UTC).timestamp()
    os.utime(target / f"{LESSON}.ipynb", (changed, changed))
    due = datetime(2026, 3, 1, 12)
    if "28" in text:  # submitted a day early, and nothing was changed since
        due = datetime(2026, 3, 2)
    (one,) = submissions(folder, duedates={LESSON: due})
    assert one.timestamp == timestamp
    assert [problem in text for text in one.problems] == ([True] if problem else [])


def test_a_linked_timestamp_is_not_followed(folder):
    target = hand_in(folder, "ada")
    (target / "timestamp.txt").symlink_to("/etc/hostname")
    (one,) = submissions(folder)
    assert (one.timestamp, one.problems) == (None, ("timestamp.txt is not a file of nbgrader",))


def test_ids_are_never_cut(folder):
    long = ["x" * 60 + end for end in ("a" * 60, "b" * 60)]
    for student in (*long, "x" * 129):
        hand_in(folder, student)
    found = listed(folder)
    assert {student for student, _ in found} == {*long, told_apart("x" * 129)}
    assert found[told_apart("x" * 129), ""].refusal.endswith("it is longer than 128 characters")


def test_a_name_that_looks_like_anothers_is_refused_and_the_other_graded(folder):
    for student in ("alice", "alic\u0435", "alice\u200b", "Ada", "ada"):
        hand_in(folder, student)
    refusals = {student: one.refusal for (student, _), one in listed(folder).items()}
    odd = "the folder's name cannot be a student's: it"
    assert refusals == {
        "alice": None,
        told_apart("alic\u0435"): f"{odd} cannot be told from that of alice",
        told_apart("alice\u200b"): f"{odd} holds characters that cannot be shown",
        told_apart("Ada"): f"{odd} cannot be told from that of ada",
        told_apart("ada"): f"{odd} cannot be told from that of Ada",
    }


def test_a_lesson_with_invisible_letters_is_another_one(folder):
    hand_in(folder, "ada")
    for name in (f"{LESSON}\u200e", f"{LESSON}\u200b", f"{LESSON} ", "y" * 61, "y" * 62):
        hand_in(folder, "ada", lesson=name)
    refused = [one for one in submissions(folder) if one.refusal]
    assert listed(folder)["ada", LESSON].refusal is None
    assert len({one.lesson for one in refused}) == 5
    for one in refused:
        assert one.refusal == f"the course has no lesson {one.lesson}"


def test_all_that_is_no_folder_is_told_together(folder):
    target = hand_in(folder, "ada").parent
    for number in range(7):
        (target / f"loose{number}").write_text("")
    os.mkfifo(target / "pipe")
    found = listed(folder)
    assert found["ada", LESSON].refusal is None
    text = "loose0, loose1, loose2, loose3, loose4 and 3 more are not folders; notebooks belong"
    assert found["ada", ""].refusal.startswith(text)


def test_a_files_own_date_may_be_out_of_any_calendar(folder, monkeypatch):
    hand_in(folder, "ada", timestamp="soon")
    for seconds in (1e15, -1e15, float("nan")):
        status = SimpleNamespace(st_mtime=seconds)
        with monkeypatch.context() as patch:
            patch.setattr(type(folder), "lstat", lambda self, status=status: status)
            patch.setattr(type(folder), "is_symlink", lambda self: False)
            (one,) = submissions(folder)
        assert (one.timestamp, len(one.problems)) == (None, 1)


@pytest.mark.parametrize("mode", [0o000, 0o444, 0o111])
def test_a_closed_folder_is_refused_by_name_and_the_others_are_listed(made_once, mode):
    """As an ordinary user: root passes everywhere."""
    with open_folder() as place:
        folder = shutil.copytree(made_once, place / "a course")
        for student in ("ada", "bob", "eve"):
            hand_in(folder, student, timestamp="soon")
        bob, eve = folder / "submitted" / "bob", folder / "submitted" / "eve" / LESSON
        bob.chmod(mode)
        eve.chmod(mode)
        folder.chmod(0o777)
        seen = as_ordinary_user(lambda: {key: one.refusal for key, one in listed(folder).items()})
        bob.chmod(0o755)
        eve.chmod(0o755)
    assert seen["ada", LESSON] is None
    closed = " cannot be read (Permission denied): change its permissions"
    if mode == 0o111:  # nothing can be listed, but the notebook's name is known
        assert seen["eve", LESSON] == f"its folder{closed}"
    if mode == 0o444:  # what it holds can be listed, and no more
        assert seen["bob", LESSON] == f"its folder{closed}"
    else:
        assert seen["bob", ""] == f"this folder{closed}"
    assert {student for student, _ in seen} == {"ada", "bob", "eve"}


def as_ordinary_user(look):
    """What a child that has given up root's rights says, as data."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            with open(writer, "w") as answer:
                answer.write(repr(look()))
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return ast.literal_eval(said)


def test_a_course_may_be_empty_but_not_without_its_folders(folder, tmp_path):
    assert submissions(folder) == []
    with pytest.raises(UserError, match=r"does not exist; `python -m autograder init .* makes it"):
        submissions(tmp_path)
    with pytest.raises(UserError, match=f"no lesson 99_other; it has {LESSON}"):
        submissions(folder, "99_other")


# nbgrader's own autograde


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda notebook: cell(notebook, "check_first_step").outputs.clear(), "reads 1.0"),
        (lambda notebook: cell(notebook, "check_first_step").outputs.pop(), "reads 1.0"),
        (lambda notebook: notebook.cells.append(extra_graded_cell()), "bonus"),
    ],
    ids=["no outputs", "no number", "extra graded cell"],
)
def test_a_check_cell_without_its_mark_is_an_error_and_no_full_mark(damage, error):
    scores = {"momentum_update": 2.5, "first_step": 0.0}
    notebook = graded(submission(**ANSWERS), scores)
    verdicts = [Verdict(name, "incorrect", score, 4.0, "…") for name, score in scores.items()]
    nbgrader_steps._require_marks(notebook, verdicts)
    damage(notebook)
    with pytest.raises(RunError, match=error):
        nbgrader_steps._require_marks(notebook, verdicts)


def extra_graded_cell():
    extra = nbformat.v4.new_code_cell("1", id="bonus")
    extra.metadata.nbgrader = {"grade": True, "solution": False, "points": 9, "grade_id": "bonus"}
    return extra


@pytest.fixture(scope="module")
def stock_course(tmp_path_factory):
    """A course of a real lesson that nbgrader's own command has graded."""
    folder = tmp_path_factory.mktemp("stock")
    (source,) = notebooks.sources([REAL_LESSON])
    solved, handed_out = notebooks.read(source), notebooks.release(notebooks.read(source))
    for kind, notebook in (("solutions", solved), ("notebooks", handed_out)):
        (folder / kind / "optlab").mkdir(parents=True)
        nbformat.write(notebook, folder / kind / f"{REAL_LESSON}.ipynb")
    (folder / "notebooks/optlab/data.csv").write_text("1\n")
    place = folder / "course"
    courses.create(
        place,
        [REAL_LESSON],
        solutions=folder / "solutions",
        releases=folder / "notebooks",
        optlab=folder / "notebooks" / "optlab",
    )
    for student, notebook in class_of(solved, handed_out).items():
        hand_in(place, student, notebook, REAL_LESSON, **{"numpy.py": "raise SystemExit"})
    linked = hand_in(place, "link", "", REAL_LESSON) / f"{REAL_LESSON}.ipynb"
    linked.unlink()
    linked.symlink_to(place / "submitted" / "solved" / REAL_LESSON / f"{REAL_LESSON}.ipynb")
    for student, name in {"pipe": f"{REAL_LESSON}.ipynb", "clock": "timestamp.txt"}.items():
        target = hand_in(place, student, handed_out, REAL_LESSON)
        (target / name).unlink(missing_ok=True)
        os.mkfifo(target / name)
    endless = hand_in(place, "endless", handed_out, REAL_LESSON)
    (endless / "data.csv").symlink_to("/dev/zero")
    command = [sys.executable, nbgrader_command.__file__, "autograde", REAL_LESSON]
    environment = {**os.environ, "HOME": str(folder), "JUPYTER_CONFIG_DIR": str(folder)}
    done = subprocess.run(
        command,
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return place, done


def class_of(solved, handed_out):
    """Students of a real lesson, by what is special about what they handed in."""
    skipping, copied = (nbformat.from_dict(json.loads(json.dumps(handed_out))) for _ in range(2))
    for one in skipping.cells:
        one.metadata["tags"] = ["skip-execution"]
    copied, experimenting = (nbformat.from_dict(json.loads(json.dumps(solved))) for _ in range(2))
    experiments = [c for c in experimenting.cells if "experiment" in c.metadata.get("tags", [])]
    for one in experiments[1:]:
        one.source = "momentum_update = momentum_curves = None"
    experimenting.cells.remove(experiments[0])
    experimenting.cells.insert(9, nbformat.from_dict(experiments[1] | {"id": "copied"}))
    twins = nbformat.from_dict(json.loads(json.dumps(solved.cells)))
    for number, one in enumerate(twins):
        one.id = f"twin-{number}"
    copied.cells += twins
    return {
        "solved": solved,
        "untouched": handed_out,
        "skipping": skipping,
        "copied twice": copied,
        "experimenting": experimenting,
        "no json": "{",
    }


def test_nbgraders_own_autograde_gives_the_same_marks(stock_course):
    place, done = stock_course
    with Judge() as judge:
        expected = {
            student: judged(judge, place, student)
            for student in ("solved", "untouched", "skipping", "copied twice", "experimenting")
        }
    assert expected["solved"] == expected["copied twice"] == expected["experimenting"]
    assert "does not exist in the database" not in done.stderr  # so nbgrader misses no cell
    assert sum(expected["solved"].values()) > 0
    assert set(expected["untouched"].values()) == set(expected["skipping"].values()) == {0.0}
    with Gradebook(courses.db_url(place, courses.config(place))) as gradebook:
        for student, scores in expected.items():
            notebook = gradebook.find_submission(REAL_LESSON, student).notebooks[0]
            found = {grade.name.removeprefix("check_"): grade.score for grade in notebook.grades}
            assert found == pytest.approx(scores), (student, done.stderr)


def judged(judge, place, student):
    path = place / "submitted" / student / REAL_LESSON / f"{REAL_LESSON}.ipynb"
    handed_out = nbformat.read(place / "release" / REAL_LESSON / path.name, as_version=4)
    poured = pour(handed_out, parse(path.read_bytes()))
    return {
        one.exercise: one.score for one in judge.notebook(poured.notebook, REAL_LESSON).verdicts
    }


def test_nbgraders_own_autograde_gives_nothing_to_what_cannot_be_read(stock_course):
    place, done = stock_course
    assert done.returncode == 1
    with Gradebook(courses.db_url(place, courses.config(place))) as gradebook:
        for student in ("no json", "link"):
            submission = gradebook.find_submission(REAL_LESSON, student)
            assert (submission.score, submission.needs_manual_grade) == (0.0, True)
            assert not (place / "autograded" / student / REAL_LESSON).exists()


def test_nbgraders_own_autograde_waits_for_no_pipe_and_copies_no_device(stock_course):
    place, done = stock_course
    with Gradebook(courses.db_url(place, courses.config(place))) as gradebook:
        for student, name in {
            "pipe": f"{REAL_LESSON}.ipynb",
            "clock": "timestamp.txt",
            "endless": "data.csv",
        }.items():
            path = place / "submitted" / student / REAL_LESSON / name
            assert f"{path}: this is not a regular file" in done.stderr
            submission = gradebook.find_submission(REAL_LESSON, student)
            assert (submission.score, submission.needs_manual_grade) == (0.0, True)


def test_nothing_but_the_notebook_is_left_beside_a_graded_one(stock_course):
    place, done = stock_course
    left = {path.name for path in (place / "autograded" / "solved" / REAL_LESSON).iterdir()}
    assert left == {f"{REAL_LESSON}.ipynb"}, done.stderr
