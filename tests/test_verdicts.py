"""Verdict files: what is written comes back, and a damaged one is named instead of believed."""

import json

import pytest

from autograder.course import verdicts
from autograder.course.verdicts import verdict_file, verdicts_of
from autograder.errors import RunError
from autograder.judge.worker import Result
from autograder.status import SubmissionStatus
from optlab.checking.diagnose import Status, Verdict

LESSON = "04_momentum"
GIVEN = (
    Verdict("momentum_update", Status.KNOWN_MISTAKE, 0.0, 4.0, "Up?", mistake="sign_flipped"),
    Verdict(
        "descend",
        Status.INCORRECT,
        0.0,
        2.0,
        "Look at line 3.",
        place={"line": 3, "piece": "x + y", "kind": "operator"},
        facts=({"kind": "some cases", "text": "Two of five cases are right."},),
    ),
    Verdict("first_step", Status.TIMED_OUT, 0.0, 1.0, "It took too long.", cause="slow"),
)
RESULT = Result("ada", LESSON, SubmissionStatus.GRADED, GIVEN, ("a cell took too long",))


@pytest.fixture
def file(tmp_path):
    file = verdict_file(tmp_path, "ada", LESSON)
    file.write("digest", "grader", RESULT.to_data())
    return file


def test_a_file_is_what_json_indents(file):
    data = {"schema": 1, "digest": "digest", "grader": "grader", "verdict": RESULT.to_data()}
    assert file.path.read_text("utf-8") == json.dumps(data, indent=1) + "\n"


def test_what_is_written_comes_back(file):
    assert file.read() == RESULT.to_data()
    assert verdicts_of(file.read()) == GIVEN
    assert file.judged("grader") == file.kept()
    assert file.kept().digest == "digest"
    assert file.judged("another") is None


def test_what_an_earlier_release_left_out_is_nothing(file):
    data = json.loads(file.path.read_text())
    for item in data["verdict"]["exercises"]:
        del item["place"], item["facts"]
    file.path.write_text(json.dumps(data))
    assert [(one.place, one.facts) for one in verdicts_of(file.read())] == 3 * [(None, ())]


def _exercise(**changes):
    return lambda data: data["verdict"]["exercises"][1].update(changes)


DAMAGE = {
    "no grader": lambda data: data.pop("grader"),
    "no verdict": lambda data: data.pop("verdict"),
    "no student": lambda data: data["verdict"].pop("student"),
    "unknown status of a submission": lambda data: data["verdict"].update(status="lost"),
    "a number as a problem": lambda data: data["verdict"].update(problems=[1]),
    "no list of exercises": lambda data: data["verdict"].update(exercises={}),
    "an exercise without fields": lambda data: data["verdict"].update(exercises=[1]),
    "no message": lambda data: data["verdict"]["exercises"][0].pop("message"),
    "a score as text": _exercise(score="4"),
    "an endless score": _exercise(score=float("inf")),
    "no number as a score": _exercise(score=float("nan")),
    "unknown status of an exercise": _exercise(status="graded"),
    "a list as a mistake": _exercise(mistake=[]),
    "a place without a line": _exercise(place={"piece": "x", "kind": ""}),
    "a place as text": _exercise(place="line 3"),
    "facts as text": _exercise(facts="none"),
    "a fact without text": _exercise(facts=[{"kind": "some cases"}]),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_named_in_one_line_and_graded_again(file, damage):
    data = json.loads(file.path.read_text())
    damage(data)
    file.path.write_text(json.dumps(data))
    _require_refused(file)


@pytest.mark.parametrize(
    "contents", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"verdict": 1}']
)
def test_what_is_no_verdict_file_is_no_verdict(file, contents):
    file.path.write_bytes(contents)
    _require_refused(file)


def test_a_file_of_any_size_is_not_read_whole(file, monkeypatch):
    monkeypatch.setattr(verdicts, "MOST_BYTES", 100)
    _require_refused(file)


def test_a_file_that_is_not_there_is_said(tmp_path):
    file = verdict_file(tmp_path, "ada", LESSON)
    assert file.judged("grader") is None
    with pytest.raises(RunError, match=r"^cannot read .*04_momentum.json: No such file"):
        file.read()


def _require_refused(file):
    assert file.judged("grader") is None
    with pytest.raises(RunError, match=r"04_momentum.json is damaged \(.+\); delete") as refusal:
        file.read()
    assert "\n" not in str(refusal.value)
