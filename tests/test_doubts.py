"""The search in the sandbox: numbers come back, the judge has the words, no mark depends on it."""

from dataclasses import asdict

import pytest
from test_onechange import ADAM, MOMENTUM
from written import write

from autograder.exercises import find_exercise
from autograder.judge import doubts, session
from autograder.judge.judge import Judge
from optlab.checking import diagnose, keys, trial
from optlab.checking.codec import CodecError
from optlab.checking.onechange import Found

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def judge():
    with Judge() as judge:
        yield judge


def _verdict(judge, tmp_path, name, source):
    path = tmp_path / "answer.py"
    path.write_text(source, "utf-8")
    return judge.file(name, path)


WRONG = MOMENTUM.replace("(1 - beta) * grads", "(2 - beta) * grads")


def test_a_slip_is_placed_as_in_the_notebook(judge, tmp_path):
    verdict = _verdict(judge, tmp_path, "momentum_update", WRONG)
    assert verdict.place == {
        "function": "momentum_update",
        "line": 5,
        "end_line": 5,
        "column": 52,
        "end_column": 53,
        "piece": "2",
        "kind": "number",
        "sure": True,
        "partial": False,
    }
    assert "All that is off is in line 5." in verdict.message
    assert verdict.score == 0.0


def test_a_changed_default_is_told_without_a_search(judge, tmp_path):
    wrong = ADAM.replace("beta2=0.999", "beta2=0.998")
    verdict = _verdict(judge, tmp_path, "adam_update", wrong)
    assert verdict.place is None
    assert verdict.mistake or verdict.facts[0]["kind"] == "default changed"


def test_right_and_named_answers_are_not_searched(judge, tmp_path, monkeypatch):
    asked = []
    about = doubts.about

    def noted(*args):
        doubt = about(*args)

        def ask(name, seen):
            frame = doubt(name, seen)
            asked.append(frame)
            return frame

        return ask

    monkeypatch.setattr(doubts, "about", noted)
    right = _verdict(judge, tmp_path, "momentum_update", MOMENTUM)
    uphill = MOMENTUM.replace("params[key] -", "params[key] +")
    named = _verdict(judge, tmp_path, "momentum_update", uphill)
    assert right.status == "correct"
    assert named.mistake == "uphill"
    assert not any(asked)
    _verdict(judge, tmp_path, "momentum_update", WRONG)
    assert asked[-1] is not None


CALLED = """
def ewa_step(v, theta_t, beta):
    return beta * v + (1 - beta) * theta_t


def ewa(theta, beta):
    v, averages = 0.0, []
    for value in theta:
        v = ewa_step(v, value, beta)
        averages.append(v)
    return np.array(averages)
"""
# What is wrong in the two functions, and what is said of `ewa`.
ASTRAY = "ewa calls ewa_step, and that one is not right yet. Will you check it first?"
BETA = "(1 - beta) * theta_t"


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ([("return beta * v", "return (1 - beta) * v"), (BETA, "beta * theta_t")], ASTRAY),
        ([(BETA, "theta_t")], ASTRAY),
        ([("return beta", "raise ValueError\n    return beta")], ASTRAY),
        (
            [("return beta", "raise NotImplementedError\n    return beta")],
            "ewa calls ewa_step, which is not solved yet.",
        ),
        ([("in theta:", "in theta[1:]:")], "You give back one value too few"),
        ([], "Correct."),
    ],
)
def test_another_exercise_that_is_called_and_wrong_is_said_first(judge, tmp_path, edits, said):
    source = CALLED
    for old, new in edits:
        source = source.replace(old, new)
    here = trial.judge(keys.load("ewa"), write(source, "ewa"))
    there = _verdict(judge, tmp_path, "ewa", source)
    assert [verdict.message[: len(said)] for verdict in (here, there)] == [said, said]


def test_the_same_results_have_the_same_name_unless_they_are_anothers(judge, tmp_path, monkeypatch):
    swapped = "(1 - beta) * v + beta * value"
    own = CALLED[CALLED.index("def ewa(") :].replace("ewa_step(v, value, beta)", swapped)
    named = _verdict(judge, tmp_path, "ewa", own)
    looked_at = []
    diagnosed = diagnose.diagnose
    monkeypatch.setattr(diagnose, "diagnose", lambda *a: looked_at.append(a) or diagnosed(*a))
    again = _verdict(judge, tmp_path, "ewa", f"# written in another way\n{own}")
    assert (named.status, again, looked_at) == ("known_mistake", named, [])
    step = CALLED.replace("return beta * v", "return (1 - beta) * v").replace(
        BETA, "beta * theta_t"
    )
    assert _verdict(judge, tmp_path, "ewa", step).message.startswith(ASTRAY)


def test_a_name_that_is_only_spelled_like_an_exercise_calls_nothing():
    source = CALLED.replace("v, averages", "v, ewa_weights").replace("averages", "ewa_weights")
    weights = "def ewa_weights(beta, t):\n    return beta\n\n\n"
    function = write(weights + source.replace("theta_t\n", "2 * theta_t\n"), "ewa")
    assert trial.judge(keys.load("ewa"), function).message == ASTRAY
    function = write(weights + source.replace("value, beta", "value, 2 * beta"), "ewa")
    assert "ewa_weights" not in trial.judge(keys.load("ewa"), function).message


def test_a_name_carries_the_line_where_it_is_certain():
    uphill = MOMENTUM.replace("params[key] -", "params[key] +")
    verdict = trial.judge(keys.load("momentum_update"), write(uphill, "momentum_update"))
    assert verdict.mistake == "uphill"
    line = verdict.place["line"]
    assert "params[key] +" in uphill.strip().splitlines()[line - 1]
    assert f"? Look at line {line}. Seen with" in verdict.message


LIES = [
    {"candidate": 10**6, "other": -1, "partial": False, "stopped": 0},
    {"candidate": -1, "other": 5, "partial": False, "stopped": 0},
    {"candidate": 3, "other": 10**6, "partial": True, "stopped": 0},
]


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_about_a_place_costs_and_earns_nothing(lie):
    exercise = find_exercise("momentum_update")
    key = exercise.key()
    explain = doubts.explainer(key, (WRONG,), session.claims.found(lie))
    seen = exercise.observe(lambda *args, **kwargs: ({}, {}), key.cases)
    explanation = explain(seen)
    assert explanation.place is None or explanation.place["piece"] in WRONG


@pytest.mark.parametrize(
    "claimed",
    [
        None,
        {},
        "text",
        {"candidate": "1", "other": -1, "partial": False, "stopped": 0},
        {"candidate": 1, "other": -1, "partial": 1, "stopped": 0},
        {"candidate": 10**9, "other": -1, "partial": False, "stopped": 0},
        {"candidate": -2, "other": -1, "partial": False, "stopped": 0},
        {"candidate": True, "other": -1, "partial": False, "stopped": 0},
        {"candidate": 1, "other": -1, "partial": False, "stopped": 0, "text": "hello"},
    ],
)
def test_only_numbers_are_a_report(claimed):
    with pytest.raises(CodecError):
        session.claims.found(claimed)


def test_a_report_is_data():
    given = {"candidate": 3, "other": -1, "partial": False, "stopped": 0}
    assert session.claims.found(given) == Found(candidate=3)
    assert set(given) < set(asdict(Found()))


STUBBORN = (
    WRONG
    + """

import optlab.checking.onechange as _search
def _report(*args, **kwargs):
    while True:
        pass
_search.report = _report
"""
)


def test_a_search_that_never_ends_changes_no_verdict(judge, tmp_path, monkeypatch):
    monkeypatch.setattr(session, "SEARCH_SECONDS", 0.5)
    stubborn = _verdict(judge, tmp_path, "momentum_update", STUBBORN)
    assert (stubborn.status, stubborn.score, stubborn.cause) == ("incorrect", 0.0, None)
    assert stubborn.place is None


FORGED = (
    WRONG
    + """

import optlab.checking.onechange as _search
_search.report = lambda *args, **kwargs: _search.Found(candidate=10**5, stopped=10**5)
"""
)


def test_a_forged_report_has_no_place(judge, tmp_path):
    forged = _verdict(judge, tmp_path, "momentum_update", FORGED)
    assert forged.place is None
    assert (forged.status, forged.score) == ("incorrect", 0.0)
