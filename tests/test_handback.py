"""What people enter in the gradebook reaches the learner's page, and leaves it again."""

from datetime import datetime, timedelta
from shutil import copy

import nbformat
import pytest
from nbgrader.api import Gradebook
from small_lesson import ANSWERS, LESSON, POINTS, release, submission
from traitlets.config import Config

from autograder.course.corrections import NOTHING, Correction, Entries
from autograder.course.gradebook import Recorder, sqlite_url
from autograder.course.submissions import Submission
from autograder.course.verdicts import VerdictFile
from autograder.errors import RunError
from autograder.handin.outputs import safe
from autograder.judge.worker import Result
from autograder.pages import feedback
from autograder.status import SubmissionStatus
from optlab.checking.diagnose import Verdict

DUE = datetime(2026, 3, 1, 12, 0)
LATE = DUE + timedelta(hours=3)
SCORES = {"momentum_update": 0.0, "first_step": 1.0}
STATUS = {0.0: "incorrect", 1.0: "correct"}
VERDICTS = [
    Verdict(name, STATUS[score], score, POINTS[name], f"About {name}.")
    for name, score in SCORES.items()
]
ENTRIES = Entries({"momentum_update": Correction(2.5, 0.5, "Well <b>argued</b>.")}, 1.0)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    path = tmp_path_factory.mktemp("handback") / "gradebook.db"
    with Recorder(sqlite_url(path)) as recorder:
        recorder.add_lesson(LESSON, release())
        for student, time in {"ada": DUE, "bob": LATE, "eve": None}.items():
            recorder.record(student, LESSON, VERDICTS, time)
    return path


@pytest.fixture
def url(made_once, tmp_path):
    return sqlite_url(copy(made_once, tmp_path / "gradebook.db"))


def settle(url, lessons=(LESSON,), penalty="zero"):
    with Recorder(url, config=Config({"LateSubmissionPlugin": {"penalty_method": penalty}})) as one:
        return one.settle(lessons), {mark.student: mark.late_penalty for mark in one.marks()}


def enter(url, student, *, score=None, extra=None, comment=None, due=None, extension=None):
    """What an instructor enters in the formgrader."""
    with Gradebook(url) as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate=due)
        grade = gradebook.find_grade("check_momentum_update", LESSON, LESSON, student)
        grade.manual_score, grade.extra_credit = score, extra
        answer = gradebook.find_comment("momentum_update", LESSON, LESSON, student)
        answer.manual_comment = comment
        gradebook.find_submission(LESSON, student).extension = extension
        gradebook.db.commit()


def test_nothing_entered_is_nothing_to_settle(url):
    assert settle(url) == ({}, {"ada": 0, "bob": 0, "eve": 0})


@pytest.mark.parametrize(
    ("entered", "correction"),
    [
        ({"score": 2.5}, Correction(2.5)),
        ({"score": 0.0}, Correction(0.0)),
        ({"extra": 0.5}, Correction(extra=0.5)),
        ({"comment": "Look again."}, Correction(comment="Look again.")),
        ({"score": 2.5, "extra": 0.5, "comment": "x"}, Correction(2.5, 0.5, "x")),
        ({"extra": 0.0, "comment": " "}, None),
    ],
)
def test_what_was_entered_is_found(url, entered, correction):
    enter(url, "ada", **entered)
    expected = {("ada", LESSON): Entries({"momentum_update": correction})} if correction else {}
    assert settle(url)[0] == expected
    assert settle(url, lessons=())[0] == {}


def test_a_due_date_that_comes_later_counts_and_an_extension_takes_it_back(url):
    enter(url, "bob", due=DUE)
    assert settle(url) == ({("bob", LESSON): Entries({}, 1.0)}, {"ada": 0, "bob": 1, "eve": 0})
    enter(url, "bob", due=DUE, score=3.0)
    entries, penalties = settle(url)
    assert penalties["bob"] == entries["bob", LESSON].late_penalty == 4.0
    enter(url, "bob", due=DUE, extension=timedelta(hours=5))
    assert settle(url) == ({}, {"ada": 0, "bob": 0, "eve": 0})
    enter(url, "bob", due=DUE)
    assert settle(url, penalty="none") == ({}, {"ada": 0, "bob": 0, "eve": 0})


def page(entries):
    return feedback.page("Ada", LESSON, safe(submission(**ANSWERS)), VERDICTS, (), entries=entries)


def test_the_page_shows_the_mark_that_counts_and_says_why():
    text = page(ENTRIES)
    assert "<strong>3</strong> of 5 points" in text  # 2.5 + 0.5 + 1, less 1
    assert "1 points less, because it was handed in late." not in text
    assert "1 point less, because it was handed in late." in text
    assert "Corrected by hand: 2.5 instead of 0 points." in text
    assert "Extra credit: 0.5 points." in text
    assert "<strong>Your instructor:</strong> Well &lt;b&gt;argued&lt;/b&gt;." in text
    assert "</span> Marked by hand</span>\n" in text
    assert '<span class="mark">3 / 4</span>' in text


def test_a_page_without_entries_says_nothing_of_them():
    text = page(NOTHING)
    for word in ("by hand", "instructor", "Extra", "late"):
        assert word not in text


@pytest.fixture
def course(tmp_path):
    """A graded submission that came through nbgrader's exchange."""
    handed_in = tmp_path / "submitted" / "ada" / LESSON
    handed_in.mkdir(parents=True)
    (handed_in / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    (handed_in / "submission_secret.txt").write_text("0123abc")
    place = tmp_path / "autograded" / "ada" / LESSON
    place.mkdir(parents=True)
    nbformat.write(safe(submission(**ANSWERS)), place / f"{LESSON}.ipynb")
    return tmp_path


def give_back(course, entries, problems=(), verdicts=VERDICTS):
    handed_in = course / "submitted" / "ada" / LESSON / f"{LESSON}.ipynb"
    verdict = Result("ada", LESSON, SubmissionStatus.GRADED, tuple(verdicts), tuple(problems))
    file = VerdictFile(course / "verdicts" / "ada" / f"{LESSON}.json")
    file.write("digest", "grader", verdict.to_data())
    feedback.give_back(course, Submission("ada", LESSON, handed_in), file.kept(), entries, False)
    return course / "feedback" / "ada" / LESSON


def test_a_page_is_written_again_when_entries_come_change_or_go(course):
    texts = []
    for entries in (NOTHING, ENTRIES, Entries({}, 1.0), NOTHING):
        path = give_back(course, entries) / f"{LESSON}.html"
        texts.append(path.read_text())
        changed = path.stat().st_mtime_ns
        give_back(course, entries)
        assert path.stat().st_mtime_ns == changed
    assert texts[0] == texts[3]
    assert len(set(texts)) == 3
    assert 'alt="A ball rolls down a valley"' in texts[1]


def test_a_page_is_written_again_for_another_verdict(course):
    path = give_back(course, NOTHING) / f"{LESSON}.html"
    assert "it was handed in twice" not in path.read_text()
    give_back(course, NOTHING, ["it was handed in twice"])
    assert "it was handed in twice" in path.read_text()


def test_a_page_that_nbgrader_has_written_over_comes_back(course):
    path = give_back(course, NOTHING) / f"{LESSON}.html"
    ours = path.read_text()
    path.write_text("<html>")
    give_back(course, NOTHING)
    assert path.read_text() == ours


def test_a_graded_notebook_that_is_cut_short_is_named(course):
    path = course / "autograded" / "ada" / LESSON / f"{LESSON}.ipynb"
    path.write_text(path.read_text()[:1000])
    with pytest.raises(RunError, match=f"^cannot read {path}; delete it and grade again$"):
        give_back(course, NOTHING)


def test_a_submission_that_could_not_be_graded_keeps_its_reason(course):
    place = give_back(course, NOTHING, ["the notebook is empty"], verdicts=())
    text = (place / f"{LESSON}.html").read_text()
    assert "the notebook is empty" in text


def test_what_the_exchange_needs_lies_beside_the_page(course):
    place = give_back(course, NOTHING)
    assert (place / "timestamp.txt").read_text() == "2026-03-01 12:00:00 UTC"
    assert (place / "submission_secret.txt").read_text() == "0123abc"
    secret = course / "submitted" / "ada" / LESSON / "submission_secret.txt"
    secret.unlink()
    secret.symlink_to("/etc/hostname")
    give_back(course, NOTHING)
    assert (place / "submission_secret.txt").read_text() == "0123abc"
