"""An answer that a library gives is seen and told; what a lesson hands over may be used."""

import sys
import types

import numpy as np
import pytest

from autograder.exercise import PUBLIC_SEED, cached_key, judge_here
from autograder.exercises import find_exercise
from autograder.judge.judge import Judge
from optlab import optimizers
from optlab.checking import borrowed
from optlab.checking.codec import Recipe

WRAPPER = """
import numpy as np
from optlab.optimizers import momentum

def momentum_update(params, grads, velocity, learning_rate, beta=0.9):
    step = momentum(learning_rate, beta)
    new_params, new_velocity = {}, {}
    for key in params:
        state = 0, velocity[key], np.zeros_like(params[key])
        new_params[key], (_, new_velocity[key], _) = step(params[key], grads[key], state)
    return new_params, new_velocity
"""
OWN = """
from optlab import optimizers

def momentum_update(params, grads, velocity, learning_rate, beta=0.9):
    new_velocity = {key: beta * velocity[key] + (1 - beta) * grads[key] for key in params}
    new_params = {key: params[key] - learning_rate * new_velocity[key] for key in params}
    return new_params, new_velocity

path = optimizers.follow  # a demonstration beside the answer
"""


def _verdict(name, function):
    return judge_here(find_exercise(name), function)


def _defined(source, name="momentum_update"):
    scope = {}
    exec(source, scope)
    return scope[name]


def test_a_wrapper_around_a_demonstration_gets_nothing_and_is_told():
    verdict = _verdict("momentum_update", _defined(WRAPPER))
    assert (verdict.status, verdict.score, verdict.cause) == ("incorrect", 0.0, "borrowed")
    assert verdict.message == (
        "momentum_update leaves the work to optlab.optimizers. "
        "Which lines of NumPy are yours to write?"
    )


def test_a_demonstration_under_an_exercises_name_is_told():
    verdict = _verdict("momentum_update", optimizers.momentum)
    assert (verdict.score, verdict.cause) == (0.0, "borrowed")


def test_an_answer_beside_a_demonstration_keeps_its_marks():
    answer = _defined(OWN)
    optimizers.momentum(0.1)(np.ones(2), np.ones(2), None)
    assert _verdict("momentum_update", answer).status == "correct"


def test_what_a_case_hands_over_may_be_used():
    exercise = find_exercise("descend")
    assert any(borrowed.lends((case.args,)) for case in cached_key(exercise, PUBLIC_SEED).cases)
    before = optimizers.steps_taken()
    assert judge_here(exercise, exercise.reference).status == "correct"
    assert optimizers.steps_taken() > before
    assert not borrowed.lends([{"update": Recipe("optlab.problems:bowl")}])


@pytest.fixture
def sklearn(monkeypatch):
    """As much of scikit-learn as it takes: importing it costs a second."""

    class AdamOptimizer:
        pass

    AdamOptimizer.__module__ = "sklearn.neural_network._stochastic_optimizers"
    module = types.ModuleType("sklearn")
    module.AdamOptimizer = AdamOptimizer
    monkeypatch.setitem(sys.modules, "sklearn", module)
    return module


@pytest.mark.parametrize(
    "source",
    [
        "import sklearn\ndef f(x):\n    return sklearn.AdamOptimizer()",
        "from sklearn import AdamOptimizer\ndef f(x):\n    return AdamOptimizer()",
        "def f(x):\n    from sklearn import AdamOptimizer\n    return AdamOptimizer()",
        "import sklearn\ndef f(x):\n    return [sklearn.AdamOptimizer() for _ in x]",
        "import functools, sklearn\nf = functools.partial(sklearn.AdamOptimizer)",
        "from sklearn import AdamOptimizer as f",
        "from sklearn import AdamOptimizer\nf = AdamOptimizer()",
    ],
)
def test_an_optimizer_of_scikit_learn_is_seen(sklearn, source):
    assert borrowed.library(_defined(source, "f")) == "sklearn"


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return x.sklearn",
        "import sklearn\ndef f(sklearn):\n    return sklearn",
        "import numpy as np\nf = np.vectorize(lambda x: x)",
        "import functools\n@functools.cache\ndef f(x):\n    return x",
        "f = len",
        "class f:\n    def __call__(self, x):\n        return x",
    ],
)
def test_what_only_has_such_a_name_is_the_learners(sklearn, source):
    assert borrowed.library(_defined(source, "f")) is None


@pytest.mark.slow
def test_the_judge_tells_it_too(tmp_path):
    scores = {}
    with Judge() as judging:
        for name, source in {"wrapper": WRAPPER, "own": OWN}.items():
            path = tmp_path / f"{name}.py"
            path.write_text(source)
            scores[name] = judging.file("momentum_update", path)
    assert (scores["wrapper"].score, scores["wrapper"].cause) == (0.0, "borrowed")
    assert scores["own"].status == "correct"
