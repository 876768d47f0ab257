"""What the journal remembers of a pass when a kernel is restarted and cells run out of order."""

import pytest
from written import write

from optlab import check
from optlab.checking import journal
from optlab.checking.notice import Notice

NAME, HELPED, QUESTION = "momentum_update", "ewa_weights", "rising_cost"
RIGHT = """
def momentum_update(params, grads, velocity, learning_rate, beta=0.9):
    v = {k: beta * velocity[k] + (1 - beta) * grads[k] for k in params}
    return {k: params[k] - learning_rate * v[k] for k in params}, v
"""
WRONG = RIGHT.replace("(1 - beta)", "(2 - beta)")
STUB = RIGHT.replace("    v = {", "    raise NotImplementedError()\n    v = {")
WITH_HELPER = """
def ewa_weights(beta, t):
    return powers(beta, t) * (1 - beta)
"""
HELPER = """
def powers(beta, t):
    return beta ** np.arange(t - 1, -1, -1.0)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(journal, "FILE", tmp_path / ".progress.json")
    monkeypatch.setattr(journal, "_memory", {})


class Kernel:
    """A notebook's names; none of them is left after a restart."""

    def __init__(self):
        self.names = {"check": check}

    def define(self, source, name=NAME):
        self.names[name] = write(source, name)

    def check(self, name=NAME):
        exec(f"check({name!r})", self.names)

    def fails(self, name=NAME):
        with pytest.raises(Notice) as caught:
            self.check(name)
        return str(caught.value)


@pytest.fixture
def earned():
    """A pass of yesterday."""
    kernel = Kernel()
    kernel.define(RIGHT)
    kernel.check()
    assert journal.passed(NAME)


def test_a_check_before_its_answer_s_cell_takes_no_pass_away(earned):
    said = Kernel().fails()
    assert said == "○ Not run yet. momentum_update has passed before: run its cell, then this one."
    assert journal.passed(NAME)


def test_who_never_passed_is_asked_for_an_answer():
    assert Kernel().fails().startswith("○ Not attempted yet.")
    assert not journal.passed(NAME)


@pytest.mark.parametrize("source", [WRONG, STUB])
def test_code_that_changed_and_fails_takes_it_away_and_the_old_code_brings_it_back(earned, source):
    kernel = Kernel()
    kernel.define(source)
    kernel.fails()
    assert not journal.passed(NAME)
    assert Kernel().fails().startswith("○ Not attempted yet.")
    kernel.define(RIGHT)
    kernel.check()
    assert journal.passed(NAME)


def test_other_code_that_is_right_counts_from_then_on(earned):
    kernel = Kernel()
    other = RIGHT.replace("v = {", "v = velocity\n    v = {")
    kernel.define(other)
    kernel.check()
    kernel.define(RIGHT.replace("beta=0.9", "beta=0.9, *, more"))
    kernel.fails()
    assert not journal.passed(NAME)


def test_the_same_code_fails_where_what_it_needs_has_not_run_and_keeps_its_pass():
    kernel = Kernel()
    kernel.define(WITH_HELPER, HELPED)
    kernel.names[HELPED].__globals__["powers"] = write(HELPER, "powers")
    kernel.check(HELPED)
    after = Kernel()
    after.define(WITH_HELPER, HELPED)
    assert "powers" in after.fails(HELPED)
    assert journal.passed(HELPED)


def test_half_an_answer_keeps_its_points_until_there_is_another():
    kernel = Kernel()
    kernel.define(WRONG)
    kernel.fails()
    known = journal._state()[NAME]
    Kernel().fails()
    assert journal._state()[NAME] == known


def test_a_question_passes_until_it_is_answered_otherwise():
    kernel = Kernel()
    kernel.names[QUESTION] = "d"
    kernel.check(QUESTION)
    Kernel().fails(QUESTION)
    assert journal.passed(QUESTION)
    kernel.names[QUESTION] = None
    kernel.fails(QUESTION)
    assert not journal.passed(QUESTION)


def test_a_pass_that_an_older_release_kept_is_one():
    journal._keep({NAME: {"status": "correct", "score": 5.0}})
    Kernel().fails()
    assert journal.passed(NAME)
    kernel = Kernel()
    kernel.define(WRONG)
    kernel.fails()
    assert not journal.passed(NAME)
