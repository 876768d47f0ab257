"""Single slips beside every reference: whoever passes `check` passes grading, and names are true.

Every day a sample of the neighbours is tried, every week (MUTANTS=all) all of them.
"""

import json
import os
import random

import pytest

from autograder import cli
from autograder.exercises import find_exercise, lessons
from autograder.lesson import Lesson
from autograder.proof import mutants, mutate, prove
from autograder.proof.counted import EndlessError, Turns, compile_counted
from optlab.checking.probe import Case

pytestmark = pytest.mark.slow

SAMPLE = None if os.environ.get("MUTANTS") == "all" else 8
TRAINS = {"own_training", "own_report"}  # each of their neighbours trains networks
FUNCTIONS = [item for lesson in lessons().values() for item in lesson.functions.values()]
# (exercise, edit): why `check` may pass what grading refuses
EXCEPTIONS: dict[tuple[str, str], str] = {}

WALK = """
def walk(gradient, w0, steps, rate=0.9):
    path = [w0]
    w = w0
    for _ in range(steps):
        w = w - rate * gradient(w)
        path.append(w)
    return path, (1 - rate) * w
"""


def of(exercise):
    """The neighbours to try today: some of every kind of line."""
    every = mutate.neighbours(exercise.source)
    if SAMPLE is None or len(every) <= SAMPLE:
        return every
    few = 2 if exercise.name in TRAINS else SAMPLE
    return random.Random(exercise.name).sample(every, few)


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda item: item.name)
def test_whoever_passes_check_passes_grading_and_names_are_true(exercise):
    told = list(mutants.tell(exercise, of(exercise), searched=False))
    hidden = [item.mutant.edit for item in told if item.outcome == mutants.HIDDEN]
    assert [edit for edit in hidden if (exercise.name, edit) not in EXCEPTIONS] == []
    false = [item for item in told if item.outcome == mutants.FALSE]
    assert [(item.mutant.edit, item.verdict.mistake) for item in false] == []


@pytest.mark.skipif(SAMPLE is not None, reason="takes minutes; MUTANTS=all runs it")
@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda item: item.name)
def test_three_quarters_of_the_slips_are_told(exercise):
    assert list(prove.neighbours(exercise, list(mutants.tell(exercise)))) == []


def test_every_exception_is_still_needed():
    for name, edit in EXCEPTIONS:
        exercise = find_exercise(name)
        found = [item for item in mutate.neighbours(exercise.source) if item.edit == edit]
        assert [item.outcome for item in mutants.tell(exercise, found, searched=False)] == [
            mutants.HIDDEN
        ]


@pytest.mark.parametrize(
    ("kind", "line", "changed"),
    [
        ("wrong default", 1, "def walk(gradient, w0, steps, rate=0.99):"),
        ("wrong variable", 5, "        w = w0 - rate * gradient(w)"),
        ("off by one", 4, "    for _ in range(steps - 1):"),
        ("wrong sign", 5, "        w = w + rate * gradient(w)"),
        ("term or factor dropped", 5, "        w = w - gradient(w)"),
        ("times for divide", 5, "        w = w - rate / gradient(w)"),
        ("rounded", 5, "        w = np.round(w - rate * gradient(w), 4)"),
        ("sides swapped", 5, "        w = rate * gradient(w) - w"),
        ("line missing", 6, "    return (path, (1 - rate) * w)"),
        ("order of lines", 5, "        path.append(w)"),
        ("brackets", 7, "    return (path, 1 - rate * w)"),
        ("wrong constant", 7, "    return (path, (2 - rate) * w)"),
        ("only the first result", 7, "    return path"),
        ("sides swapped", 7, "    return ((1 - rate) * w, path)"),
        ("return in the loop", 7, "        return (path, (1 - rate) * w)"),
    ],
)
def test_an_edit_of_each_kind(kind, line, changed):
    wanted = [item for item in mutate.neighbours(WALK) if (item.kind, item.line) == (kind, line)]
    assert changed in [item.source.splitlines()[line - 1] for item in wanted]


def test_neighbours_are_functions_that_differ_in_one_place():
    before = mutate.canonical(WALK).splitlines()
    every = mutate.neighbours(WALK)
    assert len({item.source for item in every}) == len(every) > 50
    for item in every:
        compile(item.source, "<neighbour>", "exec")
        after = item.source.splitlines()
        assert after != before
        same = max(item.line - 2, 0)  # a return in the loop is one line further up
        assert after[:same] == before[:same]


@pytest.mark.parametrize(
    "source",
    [
        "def f(n):\n    while n:\n        n = n + 1",
        "def f(n):\n    for item in items():\n        n = item\ndef items():\n    while True:\n"
        "        yield 1",
        "def f(n):\n    return [item for item in iter(int, 1)]",
        "def f(n):\n    numbers = [n]\n    for number in numbers:\n        numbers.append(number)",
    ],
)
def test_what_does_not_end_is_ended(source):
    turns = Turns(1000)
    with pytest.raises(EndlessError):
        compile_counted(source, "f", {}, turns)(1)
    assert turns.count == 1001


def test_a_power_of_whole_numbers_stays_small():
    grow = compile_counted("def f(n):\n    return n ** n", "f", {}, Turns(10))
    assert grow(3) == 27
    assert grow(0.5) == 0.5**0.5
    with pytest.raises(OverflowError):
        grow(10**6)


@pytest.fixture
def small():
    """An exercise of one line, with cases that do not tell all of its rules."""
    lesson = Lesson("98_small", title="Small")

    @lesson.exercise(points=1, returns=("y",), hints=("Multiply.",))
    def scaled(x, factor=3.0):
        return factor * x

    @scaled.cases
    def _(rng):
        yield Case({"x": 2.0, "factor": 2.0})
        yield Case({"x": 2.0 if rng.integers(9) == 8 else rng.normal(), "factor": 2.0})

    scaled.mistake("forgotten", "Where is the factor?", ("factor * x", "x"))
    scaled.mistake("powered", "How often is it taken?", ("factor * x", "factor ** x"))
    return scaled


def outcomes(exercise):
    return {item.mutant.edit: item.outcome for item in mutants.tell(exercise)}


def test_each_neighbour_is_held_against_the_truth(small):
    told = outcomes(small)
    assert told["factor * x -> x"] == mutants.NAMED
    assert told["factor * x -> factor ** x"] == mutants.NAMED
    assert told["factor * x -> factor / x"] == mutants.PLACED
    assert told["return factor * x -> nothing"] == mutants.TOLD
    assert told["3.0 -> 30.0"] == mutants.EQUIVALENT  # no case leaves the default out


def test_a_rule_that_only_grading_asks_for_is_found(small):
    hidden_default = Case({"x": 1.5})
    make, small._make_cases = small._make_cases[0], []
    small.cases(lambda rng: [*make(rng), hidden_default])
    public = small.public_cases
    small.public_cases = lambda: public()[:-1]
    assert outcomes(small)["3.0 -> 30.0"] == mutants.HIDDEN
    assert "passes check and fails grading: line 1, wrong default: 3.0 -> 30.0" in list(
        prove.neighbours(small, list(mutants.tell(small)))
    )


def test_a_name_that_only_coincides_is_false(small):
    small._make_cases = [lambda rng: [Case({"x": 2.0, "factor": 2.0 + 0 * rng.normal()})]]
    small.cases(lambda rng: [Case({"x": float(rng.integers(2, 3)), "factor": 3.0})])
    assert outcomes(small)["factor * x -> x"] == mutants.NAMED
    edited = small.mistakes[0].source.replace("return x", "return x if x == 2 else 7.0 * x")
    small.mistakes[0] = type(small.mistakes[0])("forgotten", "Where?", lambda: edited)
    small.make_cases = lambda seed: (
        *small.public_cases(),
        Case({"x": 5.0 + seed, "factor": 3.0}),
    )
    assert outcomes(small)["factor * x -> x"] == mutants.FALSE


@pytest.mark.parametrize("seed", range(2))
def test_a_sound_exercise_has_no_fault(seed):
    assert list(prove.faults(find_exercise("ewa_larger_beta"))) == []
    assert list(prove.named(find_exercise("bias_correct"), [seed])) == []


def test_faults_of_answers_are_told(small):
    @small.style
    def _(x, factor=3.0):
        return factor * x + 1

    small.mistake("forgotten_too", "Is it there?", ("factor * x", "1.0 * x"))
    small.mistake("harmless", "Which comes first?", ("factor * x", "x * factor"))
    assert heads(prove.right(small, [0])) == ["style_1 is incorrect", "style_1 is incorrect"]
    assert heads(prove.named(small, [])) == [
        "forgotten_too is told as forgotten",
        "harmless is told as correct",
        "harmless earns full marks",
    ]
    assert heads(prove.named(small, [0])) == 2 * heads(prove.named(small, []))


def heads(faults):
    return [fault.partition(" (")[0] for fault in faults]


def test_faults_of_texts_are_told(small):
    small.hints = ()
    small.mistake("says_nothing", "Wrong.", ("factor * x", "0"))
    small.mistake("says_the_same", "Where is the factor?", ("factor * x", "1"))
    assert list(prove.hints(small)) == ["there is no hint"]
    assert list(prove.texts(small)) == [
        "there are 0 correct styles, not 2",
        "says_nothing: its message asks nothing",
        "says_the_same: its message is that of forgotten",
    ]


def test_the_commands(capsys):
    def command(*arguments):
        """(exit status, what it printed)."""
        return cli.main([*arguments]), capsys.readouterr().out

    data = json.loads(command("mutants", "averaging_window", "--json")[1])
    fields = "edit line status mistake place facts message outcome duplicate".split()
    assert {tuple(item) for item in data} == {tuple(fields)}
    swapped = next(item for item in data if item["edit"].endswith("1 - beta -> 1 + beta"))
    assert (swapped["outcome"], swapped["mistake"]) == ("named", "one_plus_beta")
    assert "averaging_window" in command("mutants", "averaging_window")[1]
    assert command("mutants", "ewa_larger_beta") == (2, "")
    assert command("check", "no_such") == (2, "")
    assert command("check", "ewa_larger_beta") == (0, "ewa_larger_beta: nothing to mend\n")
