"""check, hint and progress as a notebook meets them."""

import contextlib
import json
import os
import subprocess
import sys
import time
import zlib

import numpy as np
import pytest
from written import write

from autograder import NOTEBOOKS
from autograder.exercises import find_exercise
from optlab import check, hint, progress
from optlab.checking import box, checks, clock, codec, journal, keys, trial
from optlab.checking.notice import Notice


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    """A learner's folder of its own, without earlier hints or scores."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(journal, "FILE", tmp_path / ".progress.json")
    monkeypatch.setattr(journal, "_memory", {})
    checks._hints_given.clear()
    checks._last_try.clear()
    checks._place_hints.clear()


def _shown(capsys):
    return capsys.readouterr().out


def _define(**names):
    globals().update(names)


@pytest.fixture(name="momentum_update")
def _momentum_update():  # under its own name it would be what `check` finds
    yield
    globals().pop("momentum_update", None)


def right(params, grads, velocity, learning_rate, beta=0.9):
    v = {k: beta * velocity[k] + (1 - beta) * grads[k] for k in params}
    return {k: params[k] - learning_rate * v[k] for k in params}, v


def classical(params, grads, velocity, learning_rate, beta=0.9):
    v = {k: beta * velocity[k] + grads[k] for k in params}
    return {k: params[k] - learning_rate * v[k] for k in params}, v


def test_a_right_answer_is_said_with_the_hidden_cases_to_come(momentum_update, capsys):
    _define(momentum_update=right)
    check("momentum_update")
    line = _shown(capsys)
    assert line.startswith("✓ Correct. momentum_update passes. ")
    assert "hidden cases follow" in line


def test_a_right_answer_is_not_compared_with_the_known_mistakes():
    """They are most of a key, and decoding them takes longer than all the rest of a check."""
    key = keys.load.__wrapped__("momentum_update")
    assert trial.judge(key, right).status == "correct"
    assert "_items" not in vars(key.known)
    assert trial.judge(key, classical).status == "known_mistake"
    assert "_items" in vars(key.known)


def test_a_key_of_another_release_is_refused():
    with pytest.raises(codec.CodecError, match="another release"):
        keys.unpack(zlib.compress(codec.encode({"exercise": "momentum_update"})))
    with pytest.raises(codec.CodecError):
        keys.unpack(b"no key")


def test_a_known_mistake_is_named_and_the_cell_fails(momentum_update):
    _define(momentum_update=classical)
    with pytest.raises(Notice) as caught:
        check("momentum_update")
    known = {item.name: item.message for item in keys.load("momentum_update").known}
    assert known["classical_form"] in str(caught.value)
    assert 'hint("momentum_update") helps.' in str(caught.value)
    lines = caught.value._render_traceback_()
    assert "✗ Not yet: momentum_update." in lines[0]
    assert max(map(len, lines[1:])) <= box.WIDTH
    assert "Traceback" not in "".join(lines)


def test_a_word_that_the_headline_has_is_not_said_twice(capsys):
    key = keys.load("adam_update")
    variant = next(known for known in key.known if known.variant)
    assert variant.message.startswith("Correct. ")  # or else this shows nothing
    exercise = find_exercise("adam_update")
    answer = next(each for each in exercise.variants if each.name == variant.name)
    _define(adam_update=exercise.implement(answer))
    check("adam_update")
    globals().pop("adam_update")
    assert _shown(capsys).count("Correct.") == 1


def off_by(number):
    def momentum_update(params, grads, velocity, learning_rate, beta=0.9):
        new, v = right(params, grads, velocity, learning_rate, beta)
        return {k: p + number for k, p in new.items()}, v

    return momentum_update


def same_in_other_words(params, grads, velocity, learning_rate, beta=0.9):
    return off_by(5.0)(params, grads, velocity, learning_rate, beta)


def test_the_same_finding_after_a_change_is_said(momentum_update):
    def said(answer):
        _define(momentum_update=answer)
        with pytest.raises(Notice) as caught:
            check("momentum_update")
        return "what you changed has had no effect on it" in str(caught.value)

    assert not said(off_by(5.0))
    assert not said(off_by(5.0))  # run again, and nothing was changed
    assert said(same_in_other_words)
    assert not said(off_by(7.0))
    assert not said(classical)


def _forever(*args):
    while True:
        pass


def _stubborn(*args):
    while True:
        try:
            np.ones(3).sum()
        except Exception:
            continue


def _more_stubborn(*args):
    for _ in range(2):
        try:
            _forever()
        except:  # noqa: E722  this is what it is about
            continue


@pytest.mark.parametrize("answer", [_forever, _stubborn])
def test_what_does_not_end_is_stopped_with_the_line_and_the_kernel_lives(
    answer, momentum_update, monkeypatch, capsys
):
    said = r"after 0.1 seconds .* line \d+, `while True:`. What brings a loop to its end"
    monkeypatch.setattr(trial, "SECONDS", 0.1)
    monkeypatch.setattr(clock, "AGAIN", 0.1)
    state = np.random.get_state()[1].copy()
    _define(momentum_update=answer)
    with pytest.raises(Notice, match=said):
        check("momentum_update")
    assert np.array_equal(np.random.get_state()[1], state)
    _define(momentum_update=right)
    monkeypatch.setattr(trial, "SECONDS", 10.0)
    check("momentum_update")
    assert "Correct" in _shown(capsys)


ENDLESS = {
    "    v = 0\n    while v < 1:\n        v = v * 2": "in the loop of line 3, `while v < 1:`.",
    "    for v in [2]:\n        while True:\n            v += 1": "of line 3, `while True:`.",
    "    return wait(learning_rate)": "in the loop of line 6 of wait, `while True:`.",
    "    for v in params:\n        wait(beta)": "in the loop of line 7 of wait, `while True:`.",
    "    v = [1]\n    for each in v:\n        v.append(2 * each % 7)": "line 3, `for each in v:`.",
    "    while 1:\n        while 1:\n            v = 1": "in the loops of line 2 and line 3.",
    "    return sum(v for v in iter(int, 1))": "in line 2.",
}


@pytest.mark.parametrize("body", ENDLESS)
def test_the_loop_that_does_not_end_is_told(body, monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 0.1)
    monkeypatch.setattr(clock, "AGAIN", 0.1)
    head = "def momentum_update(params, grads, velocity, learning_rate, beta=0.9):\n"
    helper = "\n\n\ndef wait(x):\n    while True:\n        x = x * 0.5 + 1\n"
    answer = write(head + body + helper, "momentum_update")
    verdict = trial.judge(keys.load("momentum_update"), answer)
    assert verdict.status == "timed_out"
    assert ENDLESS[body] in verdict.message
    assert all(f"line {line}" in verdict.message for line in verdict.lines)
    assert verdict.lines


def test_who_swallows_the_exception_is_stopped_once_it_ends_and_told_meanwhile(
    momentum_update, monkeypatch, capsys
):
    monkeypatch.setattr(trial, "SECONDS", 0.1)
    monkeypatch.setattr(clock, "AGAIN", 0.1)
    monkeypatch.setattr(clock, "PATIENCE", 2)
    _define(momentum_update=_more_stubborn)
    with pytest.raises(Notice, match=r"after 0\.1 seconds"):
        check("momentum_update")
    assert clock.DEAF in capsys.readouterr().err


def test_what_arrives_late_is_taken_back(monkeypatch):
    """Work that ends when its time is up is stopped or not; nothing arrives afterwards."""
    monkeypatch.setattr(clock, "AGAIN", 0.005)

    def work():
        end = time.perf_counter() + 0.001
        while time.perf_counter() < end:
            pass
        return True

    for _ in range(300):
        with contextlib.suppress(clock.TooLong):
            assert clock.run(0.001, work)
        for _ in range(1000):
            pass  # what was not taken back would strike here
    assert clock.run(10.0, work)


PROFILED = """
import cProfile, time
from optlab.checking import clock

def work(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass

clock.run(10.0, lambda: work(0))
cProfile.runctx("clock.run(10.0, lambda: work(0))", globals(), {})
try:
    clock.run(0.01, lambda: work(5))
except clock.TooLong:
    cProfile.runctx("work(0)", globals(), {})
    print("stopped")
"""


def test_a_profiler_works_after_a_check():
    """Python 3.11 hangs in it when an exception was only taken back and never arrived."""
    run = [sys.executable, "-c", PROFILED]
    environment = os.environ | {"PYTHONPATH": str(NOTEBOOKS)}
    shown = subprocess.check_output(run, text=True, timeout=120, env=environment)
    assert shown.endswith("stopped\n")


def test_what_work_raises_or_returns_comes_through():
    assert clock.run(10.0, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        clock.run(10.0, lambda: 1 / 0)


def test_without_threads_nothing_watches(monkeypatch):
    def no_threads(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(clock._Watch, "start", no_threads)
    assert clock.run(0.0, lambda: sum(range(10))) == 45


@pytest.mark.parametrize("answer", [None, ..., "stub"])
def test_not_attempted_is_not_called_wrong(answer, momentum_update):
    def stub(*args, **kwargs):
        raise NotImplementedError

    _define(momentum_update=stub if answer == "stub" else answer)
    with pytest.raises(Notice, match="Not attempted yet"):
        check("momentum_update")


def test_a_missing_name_is_not_attempted():
    with pytest.raises(Notice, match="Not attempted yet"):
        check("momentum_update")


@pytest.mark.parametrize("call", [check, hint])
@pytest.mark.parametrize("name", ["momentum_updat", "../keys", ""])
def test_an_unknown_name_is_one_line(call, name):
    with pytest.raises(Notice, match="Is it spelled as in the text"):
        call(name)


PLACED = """
def momentum_update(params, grads, velocity, learning_rate, beta=0.9):
    v = {k: beta * velocity[k] + (1 - beta) * grads[k] / 3 for k in params}
    return {k: params[k] - learning_rate * v[k] for k in params}, v
"""
WITHHELD = """
def momentum_update(params, grads, velocity, learning_rate, beta=0.9):
    v = {k: beta * velocity[k] + (1 - beta) * grads[k] for k in params}
    step = {k: learning_rate * v[k] for k in params}
    return {k: params[k] + step[k] for k in params}, v
"""


def test_hints_on_a_name_without_a_line_are_the_written_ones_from_the_first_on(
    momentum_update, capsys
):
    """Whatever line the try before had: the sign could be mended in two of these."""
    written = keys.load("momentum_update").hints
    for source, own in ((PLACED, 2), (WITHHELD, 0), (PLACED, 2)):
        _define(momentum_update=write(source, "momentum_update"))
        with pytest.raises(Notice) as caught:
            check("momentum_update")
        assert ("line 2" in str(caught.value)) is bool(own)
        _shown(capsys)
        for number in range(1, own + 2):
            hint("momentum_update")
            shown = _shown(capsys)
            assert shown.startswith(f"→ Hint {number} of {own + len(written)}.")
            assert ("line 2" in shown) is (number <= own)
        assert written[0] in shown


def test_hints_come_one_after_the_other_and_the_last_stays(capsys):
    count = len(keys.load("momentum_update").hints)
    shown = []
    for _ in range(count + 1):
        hint("momentum_update")
        shown.append(_shown(capsys))
    assert shown[0].startswith(f"→ Hint 1 of {count}.")
    assert shown[-1] == shown[-2]
    assert len(set(shown)) == count


@pytest.fixture
def in_the_sandbox():
    """Where submissions are graded."""
    checks.set_grading(True)
    yield
    checks.set_grading(False)


def test_in_the_sandbox_check_only_says_when_answers_are_judged(in_the_sandbox, capsys):
    check("momentum_update")
    assert _shown(capsys) == "momentum_update is checked after the last cell.\n"


def test_in_the_sandbox_progress_shows_nothing(in_the_sandbox, capsys):
    progress("04_momentum")
    assert _shown(capsys) == ""


def test_progress_shows_points_and_the_next_exercise(momentum_update, capsys):
    progress()
    before = _shown(capsys)
    assert f"Next: {_first()} in {keys.lessons()[0]['lesson']}.ipynb" in before
    _define(momentum_update=right)
    check("momentum_update")
    progress()
    after = _shown(capsys)
    assert "5 of" in after.split("04_momentum")[1].splitlines()[0]
    kept = json.loads(journal.FILE.read_text())["momentum_update"]
    assert (kept["status"], kept["score"]) == ("correct", 5.0)


def _tries():
    return json.loads(journal.FILE.read_text())["momentum_update"]["tries"]


def test_the_journal_counts_checks_until_the_answer_is_right(momentum_update, capsys):
    for tries, answer in enumerate((classical, classical, right), start=1):
        _define(momentum_update=answer)
        with contextlib.suppress(Notice):
            check("momentum_update")
        assert _tries() == tries
    check("momentum_update")
    assert _tries() == 3


@pytest.mark.parametrize("entry", [7, [], {"tries": "x"}, {"tries": None}, {"tries": [1]}])
def test_a_journal_that_somebody_edited_counts_from_one(entry, momentum_update, capsys):
    journal.FILE.write_text(json.dumps({"momentum_update": entry}))
    _define(momentum_update=right)
    check("momentum_update")
    assert _tries() == 1


def test_progress_without_keys_does_not_say_that_everything_is_solved(monkeypatch, capsys):
    monkeypatch.setattr(keys, "lessons", lambda: [])
    progress()
    said = _shown(capsys)
    assert said.startswith("Progress is shown where you work")
    assert "solved" not in said


def _first():
    return keys.lessons()[0]["exercises"][0]["name"]


def test_progress_links_to_the_notebooks_that_are_there(tmp_path):
    first, second, third = (lesson["lesson"] for lesson in keys.lessons()[:3])
    (tmp_path / f"{first}.ipynb").touch()
    next_door = tmp_path.parent / second
    next_door.mkdir()
    (next_door / f"{second}.ipynb").touch()
    shown = journal._as_html()
    (next_door / f"{second}.ipynb").unlink()
    next_door.rmdir()
    assert f"<a href='{first}.ipynb'>" in shown
    assert f"<a href='../{second}/{second}.ipynb'>" in shown
    assert third not in shown


def test_lessons_in_folders_of_their_own_add_up(tmp_path, monkeypatch, momentum_update, capsys):
    other = tmp_path / "06_adam" / ".progress.json"
    other.parent.mkdir()
    known = {"init_adam": {"status": "correct", "score": 1.0}}
    other.write_text(json.dumps(known | {"momentum_update": {"status": "raised", "score": 0.0}}))
    here = tmp_path / "04_momentum"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(journal, "FILE", here / ".progress.json")
    _define(momentum_update=right)
    check("momentum_update")
    progress()
    shown = _shown(capsys)
    assert "5 of" in shown.split("04_momentum")[1].splitlines()[0]
    assert "1 of" in shown.split("06_adam")[1].splitlines()[0]


@pytest.mark.parametrize("contents", ["", "{", "[1]", "\x00"])
def test_a_damaged_state_is_no_error(contents, capsys):
    journal.FILE.write_text(contents)
    progress()
    assert "0 of" in _shown(capsys)


def test_a_state_that_cannot_be_written_is_no_error(momentum_update, capsys):
    journal.FILE.mkdir()
    _define(momentum_update=right)
    check("momentum_update")
    assert "Correct" in _shown(capsys)


def test_elsewhere_the_learners_file_is_left_alone(momentum_update, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    _define(momentum_update=right)
    check("momentum_update")
    assert not journal.FILE.exists()
    assert list(elsewhere.iterdir()) == []
