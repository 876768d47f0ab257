"""The learner's folder: copied once, brought up to date after a pull, and never overwritten."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder import ROOT, cli, files, study
from autograder.errors import CourseError, RunError, UserError

ONE, TWO, MANY = "01_one", "02_two", [f"{number:02}_lesson" for number in range(3, 8)]
UP_TO_DATE = ["study/ is up to date."]


def notebook(text: str, **cell) -> str:
    cells = [new_markdown_cell("# A lesson", id="title"), new_code_cell(text, id="answer", **cell)]
    return nbformat.writes(new_notebook(cells=cells))


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with two lessons and an optlab, as git has them."""
    root = tmp_path / "a clone"
    for name in (ONE, TWO):
        write(root / f"solutions/{name}.py", "# the text")
        write(root / f"solutions/{name}.ipynb", "{}")
        write(root / f"notebooks/{name}.ipynb", notebook("stub"))
    write(root / "notebooks/optlab/__init__.py", "one = 1\n")
    write(root / "notebooks/optlab/keys/one/first.key", "key")
    write(root / "notebooks/optlab/__pycache__/one.pyc", "compiled")
    git(root, "init")
    commit(root)
    return root


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="")


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    command = ["git", *who, "-c", "commit.gpgsign=false", *arguments]
    subprocess.run(command, cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "notebooks", "solutions")
    git(root, "commit", "-m", "a release")


def pull(root: Path, **changed: str) -> None:
    """What a pull leaves: other files, all of them committed."""
    for name, text in changed.items():
        write(root / f"notebooks/{name.removeprefix('_')}.ipynb", text)
    commit(root)


def lesson(root: Path, name: str) -> str:
    return (root / f"study/{name}.ipynb").read_text("utf-8")


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_first_time_all_is_copied(clone):
    said = study.bring_up_to_date(clone)
    assert said == ["study/: copied 01_one, 02_two and optlab from notebooks/."]
    names = {path.relative_to(clone / "study").as_posix() for path in everything(clone / "study")}
    assert names == {
        *("01_one.ipynb", "02_two.ipynb", "optlab/__init__.py", "optlab/keys/one/first.key"),
        study.RECORD,
    }
    assert lesson(clone, ONE) == notebook("stub")


def test_the_second_time_nothing_is_written(clone, monkeypatch):
    study.bring_up_to_date(clone)
    monkeypatch.setattr(files, "replace", None)  # whoever calls it fails
    assert study.bring_up_to_date(clone) == UP_TO_DATE


def test_many_lessons_are_counted(clone):
    for name in MANY:
        write(clone / f"solutions/{name}.py", "")
        write(clone / f"notebooks/{name}.ipynb", notebook("stub"))
    commit(clone)
    assert study.bring_up_to_date(clone) == ["study/: copied 7 lessons and optlab from notebooks/."]


def test_other_notebooks_are_nobodys_business(clone):
    write(clone / "notebooks/01_one-Copy1.ipynb", notebook("mine"))
    study.bring_up_to_date(clone)
    write(clone / "study/my_notes.ipynb", notebook("mine"))
    assert study.bring_up_to_date(clone) == UP_TO_DATE
    assert lesson(clone, "my_notes") == notebook("mine")
    assert not (clone / "study/01_one-Copy1.ipynb").exists()


# After a pull


def test_a_pull_refreshes_what_nobody_touched_and_leaves_work_alone(clone):
    study.bring_up_to_date(clone)
    write(clone / f"study/{ONE}.ipynb", notebook("my answer"))
    assert study.bring_up_to_date(clone) == UP_TO_DATE

    pull(clone, **{ONE: notebook("better stub"), TWO: notebook("better stub")})
    done, left = study.bring_up_to_date(clone)
    assert done == "study/: refreshed 02_two."
    assert left.startswith("study/: left alone 01_one, on which you worked; notebooks/ holds a new")
    assert lesson(clone, ONE) == notebook("my answer")
    assert lesson(clone, TWO) == notebook("better stub")

    assert study.bring_up_to_date(clone) == [*UP_TO_DATE, left]
    (clone / f"study/{ONE}.ipynb").rename(clone / "study/mine.ipynb")
    assert study.bring_up_to_date(clone) == ["study/: copied 01_one from notebooks/."]
    assert lesson(clone, "mine") == notebook("my answer")
    assert study.bring_up_to_date(clone) == UP_TO_DATE


def test_a_new_lesson_is_copied(clone):
    study.bring_up_to_date(clone)
    write(clone / "solutions/03_three.py", "")
    pull(clone, _03_three=notebook("stub"))
    assert study.bring_up_to_date(clone) == ["study/: copied 03_three from notebooks/."]


def test_optlab_is_refreshed_without_its_old_files(clone):
    study.bring_up_to_date(clone)
    write(clone / "study/optlab/own.py", "mine")
    optlab = clone / "notebooks/optlab"
    write(optlab / "__init__.py", "two = 2\n")
    (optlab / "keys/one/first.key").unlink()
    write(optlab / "keys/two/second.key", "key")
    assert study.bring_up_to_date(clone) == ["study/: refreshed optlab."]
    assert {path.name for path in everything(clone / "study/optlab")} == {
        *("__init__.py", "second.key", "own.py")
    }
    assert study.bring_up_to_date(clone) == UP_TO_DATE


def test_an_edited_file_of_optlab_is_kept_beside_the_fresh_one(clone):
    study.bring_up_to_date(clone)
    for edit in ("my first idea", "my second idea"):
        write(clone / "study/optlab/__init__.py", edit)
        (said,) = study.bring_up_to_date(clone)
        assert "replaced optlab's edited __init__.py (yours is now __init__.py." in said
    kept = {path.read_text() for path in (clone / "study/optlab").glob("__init__.py*")}
    assert kept == {"one = 1\n", "my first idea", "my second idea"}


def test_other_line_ends_are_no_work(clone):
    study.bring_up_to_date(clone)
    write(clone / f"study/{ONE}.ipynb", notebook("stub").replace("\n", "\r\n"))
    pull(clone, **{ONE: notebook("better stub")})
    assert study.bring_up_to_date(clone) == ["study/: refreshed 01_one."]


# Who worked in notebooks/ before


def test_work_in_notebooks_is_taken_over_and_stays_there(clone):
    write(clone / f"notebooks/{ONE}.ipynb", notebook("my answer"))
    write(clone / "notebooks/.progress.json", '{"one": {}}')
    before = everything(clone / "notebooks")
    (said,) = study.bring_up_to_date(clone)
    assert "copied 02_two and optlab" in said
    assert "took over 01_one and your progress from notebooks/, where the originals stay" in said
    assert lesson(clone, ONE) == notebook("my answer")
    assert (clone / "study/.progress.json").read_text() == '{"one": {}}'
    assert everything(clone / "notebooks") == before
    assert study.bring_up_to_date(clone) == UP_TO_DATE


def test_work_that_was_taken_over_is_work(clone):
    write(clone / f"notebooks/{ONE}.ipynb", notebook("my answer"))
    study.bring_up_to_date(clone)
    git(clone, "checkout", "notebooks")
    assert study.bring_up_to_date(clone) == UP_TO_DATE
    pull(clone, **{ONE: notebook("better stub")})
    done, left = study.bring_up_to_date(clone)
    assert done == UP_TO_DATE[0]
    assert "left alone 01_one" in left
    assert lesson(clone, ONE) == notebook("my answer")


def test_work_in_notebooks_never_replaces_work_in_study(clone):
    study.bring_up_to_date(clone)
    write(clone / f"study/{ONE}.ipynb", notebook("my answer"))
    write(clone / f"notebooks/{ONE}.ipynb", notebook("an older answer"))
    assert study.bring_up_to_date(clone) == UP_TO_DATE
    assert lesson(clone, ONE) == notebook("my answer")


@pytest.mark.parametrize("with_git", [True, False])
def test_a_lesson_that_was_run_is_work_whatever_git_says(clone, with_git):
    run = notebook("my answer", execution_count=3)
    pull(clone, **{ONE: run})
    if not with_git:
        (clone / ".git").rename(clone / "no git")
    (said,) = study.bring_up_to_date(clone)
    assert "took over 01_one" in said
    write(clone / f"notebooks/{ONE}.ipynb", notebook("stub"))
    study.bring_up_to_date(clone)
    assert lesson(clone, ONE) == run


def test_without_git_a_broken_seal_is_work(clone):
    (clone / ".git").rename(clone / "no git")
    seal = {"checksum": "0", "grade": False, "solution": True, "locked": False, "grade_id": "x"}
    write(
        clone / f"notebooks/{ONE}.ipynb", notebook("my answer", metadata={"nbgrader": dict(seal)})
    )
    (said,) = study.bring_up_to_date(clone)
    assert "copied 02_two and optlab" in said
    assert "took over 01_one" in said


def test_a_lesson_that_was_built_anew_is_nobodys_work(clone):
    write(clone / f"solutions/{ONE}.ipynb", '{"built": "anew"}')
    write(clone / f"notebooks/{ONE}.ipynb", notebook("another stub"))
    study.bring_up_to_date(clone)
    write(clone / f"notebooks/{ONE}.ipynb", notebook("a third stub"))
    assert study.bring_up_to_date(clone) == ["study/: refreshed 01_one."]


def test_progress_that_was_deleted_stays_deleted(clone):
    write(clone / "notebooks/.progress.json", "{}")
    study.bring_up_to_date(clone)
    (clone / "study/.progress.json").unlink()
    study.bring_up_to_date(clone)
    assert not (clone / "study/.progress.json").exists()


# What goes wrong


@pytest.mark.parametrize("record", ["", "{", "[]", '{"01_one.ipynb": 1}', None])
def test_without_a_record_only_what_git_had_is_refreshed(clone, record):
    study.bring_up_to_date(clone)
    path = clone / "study" / study.RECORD
    path.unlink() if record is None else path.write_text(record)
    write(clone / f"study/{ONE}.ipynb", notebook("my answer"))
    pull(clone, **{ONE: notebook("better stub"), TWO: notebook("better stub")})
    done, found = study.bring_up_to_date(clone)
    assert (done, found) == ("study/: refreshed 02_two.", "study/: left 01_one as found there.")
    assert lesson(clone, ONE) == notebook("my answer")
    assert study.bring_up_to_date(clone) == UP_TO_DATE


def test_without_record_and_git_nothing_counts_as_untouched(clone):
    study.bring_up_to_date(clone)
    (clone / "study" / study.RECORD).unlink()
    (clone / ".git").rename(clone / "no git")
    for name in (ONE, TWO):
        write(clone / f"notebooks/{name}.ipynb", notebook("better stub"))
    done, found = study.bring_up_to_date(clone)
    assert (done, found) == (*UP_TO_DATE, "study/: left 01_one and 02_two as found there.")
    assert lesson(clone, ONE) == notebook("stub")


def test_own_answers_that_were_committed_are_no_release(clone):
    run = notebook("my answer", execution_count=3)
    pull(clone, **{ONE: run})
    write(clone / f"study/{ONE}.ipynb", run)
    pull(clone, **{ONE: notebook("stub")})
    study.bring_up_to_date(clone)
    assert lesson(clone, ONE) == run


@pytest.mark.parametrize("error", [KeyboardInterrupt, RunError("no space left")])
def test_an_interrupted_copy_goes_on_where_it_stopped(clone, monkeypatch, error):
    study.bring_up_to_date(clone)
    pull(clone, **{ONE: notebook("better stub"), TWO: notebook("better stub")})
    real = files.replace

    def interrupted(path: Path, contents: bytes) -> None:
        if path.name == f"{TWO}.ipynb":
            raise error
        real(path, contents)

    with monkeypatch.context() as patch, pytest.raises((KeyboardInterrupt, RunError)):
        patch.setattr(files, "replace", interrupted)
        study.bring_up_to_date(clone)
    pull(clone, **{ONE: notebook("best stub"), TWO: notebook("best stub")})
    assert study.bring_up_to_date(clone) == ["study/: refreshed 01_one and 02_two."]


def test_a_file_is_there_whole_or_not_at_all(clone, monkeypatch):
    def full(path: str, data: bytes) -> None:
        Path(path).write_bytes(data[:10])
        raise OSError(28, "No space left on device")

    study.bring_up_to_date(clone)
    pull(clone, **{ONE: notebook("better stub")})
    with monkeypatch.context() as patch, pytest.raises(RunError, match="No space left on device"):
        patch.setattr(files, "_write", full)
        study.bring_up_to_date(clone)
    assert lesson(clone, ONE) == notebook("stub")
    assert study.bring_up_to_date(clone) == ["study/: refreshed 01_one."]


def _a_file(root: Path) -> None:
    (root / "study").write_text("notes")


def _a_link(root: Path) -> None:
    (root / "study").symlink_to(root / "notebooks")


def _a_link_to_nothing(root: Path) -> None:
    (root / "study").symlink_to(root / "nowhere")


def _a_folder_for_a_lesson(root: Path) -> None:
    (root / f"study/{ONE}.ipynb").mkdir(parents=True)


def _a_file_for_optlab(root: Path) -> None:
    write(root / "study/optlab", "")


def _no_notebook(root: Path) -> None:
    (root / f"notebooks/{ONE}.ipynb").unlink()


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (_a_file, "study is a file; move it away"),
        (_a_link, "study is a link; move it away"),
        (_a_link_to_nothing, "study is a link; move it away"),
        (_a_folder_for_a_lesson, "01_one.ipynb: Is a directory"),
        (_a_file_for_optlab, "cannot write"),
        (_no_notebook, "01_one.ipynb is missing; `git restore notebooks`"),
    ],
)
def test_what_is_in_the_way_is_one_clear_line(clone, spoil, text):
    spoil(clone)
    before = everything(clone / "notebooks")
    with pytest.raises(CourseError, match=text) as caught:
        study.bring_up_to_date(clone)
    assert "\n" not in str(caught.value)
    assert everything(clone / "notebooks") == before


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_one_clear_line(clone):
    (clone / "study").mkdir(mode=0o500)
    with pytest.raises(RunError, match=r"cannot write .*01_one.ipynb: Permission denied"):
        study.bring_up_to_date(clone)


def test_a_folder_that_refuses_to_be_written_is_one_clear_line(clone, monkeypatch):
    def refuse(path: str, data: bytes) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(files, "_write", refuse)
    with pytest.raises(RunError, match=r"cannot write .*: Permission denied"):
        study.bring_up_to_date(clone)


# The command


def test_the_command_prints_what_was_done(clone, monkeypatch, capsys):
    monkeypatch.setattr(study.bring_up_to_date, "__defaults__", (clone, ""))
    assert cli.main(["study"]) == 0
    assert capsys.readouterr().out == "study/: copied 01_one, 02_two and optlab from notebooks/.\n"
    (clone / "study").rename(clone / "gone")
    _a_file(clone)
    assert cli.main(["study"]) == UserError.exit_status
    assert "study is a file" in capsys.readouterr().err


WINDOWS = """
import os, signal, socket, sys
for name in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[name] = None
for module, names in ((signal, ("SIGALRM", "SIGKILL")), (os, ("fork", "geteuid", "killpg"))):
    for name in names:
        delattr(module, name)
del socket.AF_UNIX
import autograder.study
from autograder.cli import main
main(["study", "--help"])
"""


@pytest.mark.slow
def test_the_command_needs_nothing_that_windows_lacks():
    done = subprocess.run(
        [sys.executable, "-c", WINDOWS], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert "autograder study" in done.stdout


def test_the_real_lessons_are_copied_as_they_are(tmp_path):
    for name in ("notebooks", "solutions"):
        (tmp_path / name).symlink_to(ROOT / name)
    study.bring_up_to_date(tmp_path)
    for path in sorted((ROOT / "solutions").glob("[0-9]*.py")):
        name = f"{path.stem}.ipynb"
        assert (tmp_path / "study" / name).read_bytes() == (ROOT / "notebooks" / name).read_bytes()
    record = json.loads((tmp_path / "study" / study.RECORD).read_text())
    assert "optlab/data/digits.npz" in record


# In another language


@pytest.fixture
def korean(clone: Path) -> Path:
    """The same clone with both lessons in Korean."""
    for name in (ONE, TWO):
        write(clone / f"notebooks/ko/{name}.ipynb", notebook("stub in Korean"))
        write(clone / f"translations/ko/{name}.po", "")
    write(clone / "notebooks/ko/optlab/__init__.py", "the way\n")
    git(clone, "add", "translations")
    commit(clone)
    return clone


def test_another_language_has_a_folder_of_its_own(korean):
    assert study.bring_up_to_date(korean, "ko") == [
        "study/: copied ko/01_one, ko/02_two and optlab from notebooks/."
    ]
    names = {path.relative_to(korean / "study").as_posix() for path in everything(korean / "study")}
    assert names == {
        *("ko/01_one.ipynb", "ko/02_two.ipynb", "ko/optlab/__init__.py"),
        *("optlab/__init__.py", "optlab/keys/one/first.key", study.RECORD),
    }
    assert study.bring_up_to_date(korean, "ko") == UP_TO_DATE


def test_both_languages_side_by_side_leave_work_alone(korean):
    study.bring_up_to_date(korean)
    assert study.bring_up_to_date(korean, "ko") == [
        "study/: copied ko/01_one and ko/02_two from notebooks/; refreshed optlab."
    ]
    write(korean / f"study/ko/{ONE}.ipynb", notebook("my answer in Korean"))
    write(korean / f"study/{TWO}.ipynb", notebook("my answer"))
    for name in (ONE, TWO):
        write(korean / f"notebooks/ko/{name}.ipynb", notebook("better stub in Korean"))
        write(korean / f"notebooks/{name}.ipynb", notebook("better stub"))
    commit(korean)
    done, left = study.bring_up_to_date(korean, "ko")
    assert done == "study/: refreshed ko/02_two."
    assert left.startswith("study/: left alone ko/01_one, on which you worked")
    done, left = study.bring_up_to_date(korean)
    assert done == "study/: refreshed 01_one."
    assert left.startswith("study/: left alone 02_two, on which you worked")
    assert lesson(korean, f"ko/{ONE}") == notebook("my answer in Korean")
    assert lesson(korean, TWO) == notebook("my answer")
    assert (korean / "study/ko/optlab/__init__.py").exists()


def test_who_worked_in_the_folder_of_a_language_finds_that_work(korean):
    write(korean / f"notebooks/ko/{ONE}.ipynb", notebook("mine"))
    write(korean / f"notebooks/ko/{TWO}.ipynb", notebook("built anew"))
    write(korean / f"translations/ko/{TWO}.po", "a better sentence")
    said = study.bring_up_to_date(korean, "ko")
    assert said == [
        "study/: copied ko/02_two and optlab from notebooks/; "
        "took over ko/01_one from notebooks/, where the originals stay."
    ]


def test_a_language_that_is_not_there_is_one_line(clone):
    with pytest.raises(UserError, match="notebooks/ko is not there: no course in that language"):
        study.bring_up_to_date(clone, "ko")
    assert not (clone / "study").exists()
