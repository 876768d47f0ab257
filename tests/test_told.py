"""What wrong answers in the style of real ones are told: a true name, a true line, or a fact.

Each slip in `wrong_answers.txt` is made in a right answer; what is told of it is held against what
was changed. A false name is worse than none, so there is none; other lines are few. And all of it
can be said in another language. Every day one slip of each exercise and every sixth of all are
told, every week (MUTANTS=all) each of them.
"""

import os
import warnings
from collections import Counter
from functools import cache

import numpy as np
import pytest
from said_otherwise import english, translatable
from written import write
from wrong_answers import Wrong, right_answers, wrong_answers

from autograder.exercises import find_exercise
from autograder.proof.mutants import Bench
from optlab.checking import keys, trial
from optlab.checking.diagnose import Status, Verdict

pytestmark = pytest.mark.slow
STEP = 1 if os.environ.get("MUTANTS") == "all" else 6
NAMED, PLACED, TOLD = "named", "placed", "told"
FALSE_NAME, OTHER_LINE, NOTHING = "false name", "other line", "nothing"
# A fact that is no help when it is all that is said.
WEAK = ("some cases",)


def _judged(exercise: str, source: str) -> Verdict:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return trial.judge(keys.load(exercise), write(source, exercise))


@cache
def _bench(exercise: str) -> Bench:
    return Bench(find_exercise(exercise), searched=False)


def _is_that_mistake(wrong: Wrong, mistake: str) -> bool:
    """Whether the catalogued mistake does the same on fresh cases, which no key holds."""
    bench = _bench(wrong.exercise)
    answer = write(wrong.source, wrong.exercise)
    return bench.does(mistake, bench.exercise.observe(answer, bench.hidden.cases))


def _outcome(wrong: Wrong, verdict: Verdict) -> str:
    if verdict.mistake:
        true = verdict.mistake in wrong.names and _is_that_mistake(wrong, verdict.mistake)
        return NAMED if true else FALSE_NAME
    if verdict.place:
        told = range(verdict.place["line"], verdict.place["end_line"] + 1)
        also = f"line {wrong.lines[0]}" in verdict.message
        return PLACED if also or any(line in told for line in wrong.lines) else OTHER_LINE
    if any(fact["kind"] not in WEAK for fact in verdict.facts):
        return TOLD
    return TOLD if "It stops in line" in verdict.message else NOTHING


def _today() -> list[Wrong]:
    every = list(wrong_answers())
    first = {item.exercise: item for item in reversed(every)}
    return [item for n, item in enumerate(every) if n % STEP == 0 or item is first[item.exercise]]


@pytest.mark.parametrize(("exercise", "source"), list(right_answers()))
def test_what_the_slips_are_made_in_is_right(exercise, source):
    assert _judged(exercise, source).status == "correct"


@pytest.fixture(scope="module")
def told() -> list[tuple[Wrong, Verdict]]:
    """What today's slips are told: each takes a search."""
    return [(item, _judged(item.exercise, item.source)) for item in _today()]


def test_what_is_told_can_be_said_otherwise(told):
    known = translatable()
    for item, verdict in told:
        if verdict.status not in (Status.RAISED, Status.TIMED_OUT):
            assert english(verdict.message, known) == [], item.slip


def test_every_slip_is_told_truly(told):
    assert len(told) >= 100
    counts: Counter[str] = Counter()
    missed = []
    for item, verdict in told:
        assert verdict.status != "correct", f"{item.exercise}: {item.slip} passes"
        outcome = _outcome(item, verdict)
        counts[outcome] += 1
        if outcome in (FALSE_NAME, OTHER_LINE, NOTHING):
            missed.append(f"{outcome}: {item.exercise}: {item.slip}: {verdict.message}")
    report = "\n".join(missed)
    assert counts[FALSE_NAME] == 0, report
    assert counts[OTHER_LINE] <= 0.02 * len(told), report
    assert counts[NAMED] + counts[PLACED] + counts[TOLD] >= 0.95 * len(told), report
