"""Lesson 11, training strategies: references, cases, mistakes.

Curriculum (Bengio and others, 2009), batch normalization (Ioffe and Szegedy, 2015, with epsilon
inside the root and running averages in place of a second pass), early stopping (Prechelt, 1998),
gradient noise (Neelakantan and others, 2015) and learning rates compared fairly.
"""

import math

import numpy as np

from autograder.lesson import Lesson
from optlab.checking.probe import Case, Seed

lesson = Lesson("11_training_strategies", title="Train well: order, scale, stopping and noise")


@lesson.exercise(
    points=3,
    returns=("order",),
    summary="optlab.properties:curriculum",
    hints=(
        "The result tells *who* comes first, not how difficult they are: it holds positions.",
        "NumPy has a function that gives the positions which would sort an array.",
        "Only kind='stable' promises to leave equals in their order. Cut the rest off at the end.",
    ),
)
def curriculum_order(difficulty, share=1.0):
    """Positions of the easiest examples, from easy to hard."""
    order = np.argsort(difficulty, kind="stable")
    count = int(np.ceil(share * len(difficulty)))
    return order[:count]


@curriculum_order.cases
def _(rng):
    # No share * m is whole but for rounding: 0.07 * 100 is a little above 7 in floats.
    yield Case({"difficulty": np.array([0.5, 0.1, 0.4, 0.2, 0.3])}, note="all examples")
    yield Case(
        {"difficulty": np.array([4.0, 1.0, 3.0, 1.0, 2.0]), "share": 0.45},
        note="the easiest 45 percent of 5 examples",
    )
    yield Case({"difficulty": rng.exponential(size=42), "share": 0.5}, note="half of 42 examples")
    yield Case({"difficulty": rng.normal(size=30), "share": 0.51}, note="negative difficulties")
    levels = rng.permutation(np.repeat(np.arange(1.0, 6.0), 12))
    yield Case({"difficulty": levels}, note="many equally hard examples")
    yield Case(
        {"difficulty": rng.permutation(np.repeat(np.arange(6), 9)), "share": 0.74},
        note="equally hard examples and a share of them",
    )
    yield Case({"difficulty": rng.exponential(size=21), "share": 0.01}, note="a tiny share")


ARGSORT = 'np.argsort(difficulty, kind="stable")'
COUNT = "int(np.ceil(share * len(difficulty)))"
curriculum_order.mistake(
    "share_of_the_difficulty",
    "You take the examples up to a share of the largest difficulty, and how many these are depends "
    "on the numbers. What is it a share of?",
    (
        "    count = int(np.ceil(share * len(difficulty)))",
        "    count = np.sum(difficulty <= share * np.max(difficulty))",
    ),
)
curriculum_order.mistake(
    "hardest_first",
    "Yours begins with the hardest example, number 0 of 0.5, 0.1, 0.4, 0.2, 0.3. Whom does a "
    "curriculum meet first?",
    (ARGSORT, 'np.argsort(-difficulty, kind="stable")'),
)
curriculum_order.mistake(
    "turned_round",
    "Yours runs from hard to easy, and equally hard examples are turned round as well. Which end "
    "of a sorted list is the easy one?",
    (ARGSORT, 'np.argsort(difficulty, kind="stable")[::-1]'),
)
curriculum_order.mistake(
    "sorted_and_reshuffled",
    "Yours is in no order: 0.5, 0.1, 0.4, 0.2, 0.3 has to give 1, 3, 4, 2, 0. What happens to a "
    "curriculum that is shuffled after it was sorted?",
    ("return order[:count]", "return np.random.default_rng(0).permutation(order[:count])"),
)
curriculum_order.mistake(
    "shuffled_before_the_cut",
    "Your examples are not the easiest ones: the order was lost before the share was cut off. What "
    "must still be true of the list when you cut it?",
    ("return order[:count]", "return np.random.default_rng(0).permutation(order)[:count]"),
)
curriculum_order.mistake(
    "difficulties_instead",
    "You give back the sorted difficulties, and nobody can tell from 0.1 which example it was. "
    "What would you put into X[:, ...]?",
    (ARGSORT, "np.sort(difficulty)"),
)
curriculum_order.mistake(
    "ranks_instead",
    "Yours are ranks: entry 0 says which place example 0 takes. Which example takes place 0?",
    (ARGSORT, 'np.argsort(np.argsort(difficulty, kind="stable"))'),
)
curriculum_order.mistake(
    "not_sorted",
    "Your order is 0, 1, 2, ...: the examples come as they were given. Where does the difficulty "
    "come in?",
    (ARGSORT, "np.arange(len(difficulty))"),
)
curriculum_order.mistake(
    "ignores_share",
    "All examples come back although only 45 percent of 5 were asked for. What is share for?",
    ("return order[:count]", "return order"),
)
curriculum_order.mistake(
    "rounded_down",
    "A part of an example is dropped: 45 percent of 5 gives you 2, and a tiny share gives nobody. "
    "In which direction is the count rounded?",
    ("np.ceil(share * len(difficulty))", "np.floor(share * len(difficulty))"),
)
curriculum_order.mistake(
    "rounded_to_nearest",
    "The count is rounded to the nearest whole number: 45 percent of 5 gives you 2. In which "
    "direction should it go?",
    ("np.ceil(share * len(difficulty))", "np.rint(share * len(difficulty))"),
)
curriculum_order.mistake(
    "one_too_many",
    "You give back one example more than asked when a share is cut off. Does a slice hold its end?",
    ("order[:count]", "order[: count + 1]"),
)
curriculum_order.mistake(
    "one_more_when_whole",
    "Half of 42 examples are 22 for you: cutting the fraction off and adding one is right only "
    "where there was a fraction. Which number is 21, rounded up?",
    (COUNT, "int(share * len(difficulty)) + 1"),
)
curriculum_order.mistake(
    "hardest_share",
    "Your examples are in order, but they are the hardest part of all. Which end is cut off?",
    ("order[:count]", "order[-count:]"),
)
curriculum_order.mistake(
    "ties_turned_round",
    "Equally hard examples come in the opposite order, the last one first. What does a stable sort "
    "do with equals?",
    (ARGSORT, 'len(difficulty) - 1 - np.argsort(difficulty[::-1], kind="stable")'),
    share=0.6,
)
curriculum_order.mistake(
    "not_stable",
    "Your examples are right where all differ, but equally hard ones come in a mixed order. "
    "What does np.argsort promise about equals, and which kind of sorting promises more?",
    (ARGSORT, "np.argsort(difficulty)"),
    share=0.6,
    varies=True,
)
curriculum_order.mistake(
    "same_value_looked_up_again",
    "An example comes twice and another one never: equal difficulties all lead you to the first of "
    "them. Can a value tell you its position?",
    (ARGSORT, "np.array([list(difficulty).index(d) for d in np.sort(difficulty)])"),
)


@curriculum_order.mistake(
    "works_in_place",
    "Your order is right, but the difficulties you were given have been sorted or changed. Who may "
    "still need them?",
    share=0.8,
)
def _(difficulty, share=1.0):
    order = np.argsort(difficulty, kind="stable")
    difficulty.sort()
    return order[: int(np.ceil(share * len(difficulty)))]


@curriculum_order.style
def _(difficulty, share=1.0):
    order = sorted(range(len(difficulty)), key=lambda i: difficulty[i])
    return order[: math.ceil(share * len(difficulty))]


@curriculum_order.style
def _(difficulty, share=1.0):
    pairs = sorted((value, position) for position, value in enumerate(difficulty))
    count = -int(-share * len(difficulty) // 1)
    return np.array([position for _, position in pairs[:count]])


@curriculum_order.style
def _(difficulty, share=1.0):
    return np.lexsort((np.arange(difficulty.size), difficulty))[
        : math.ceil(share * difficulty.size)
    ]


@curriculum_order.style
def _(difficulty, share=1.0):
    left = list(range(len(difficulty)))
    chosen = []
    while len(chosen) < share * len(difficulty):
        easiest = min(left, key=lambda i: difficulty[i])
        left.remove(easiest)
        chosen.append(easiest)
    return np.array(chosen, dtype=np.int32)


@curriculum_order.style
def _(difficulty, share=1.0):
    order = difficulty.argsort(kind="mergesort")
    wanted = [k for k in range(len(order)) if k < share * len(order)]
    return tuple(order[wanted])


@curriculum_order.style
def _(difficulty, share=1.0):
    from fractions import Fraction

    wanted = math.ceil(Fraction(str(share)) * len(difficulty))  # exact, as on paper
    return [int(k) for k in np.argsort(np.asarray(difficulty), kind="stable")][:wanted]


@lesson.exercise(
    points=6,
    returns=("A", "running"),
    views_allowed=True,
    hints=(
        "Every unit (row) has its own mean and variance over the examples (columns): (n, 1) each.",
        "keepdims=True keeps them as columns, so that they can be subtracted from Z.",
        "In training: batch statistics for A, and both running averages move. In evaluation: "
        "running statistics for A, and nothing moves.",
        "running is a new dict with the keys 'mean' and 'variance'; the old value gets the weight "
        "momentum.",
    ),
)
def batch_norm_forward(Z, gamma, beta, running, training, momentum=0.9, epsilon=1e-5):
    """Normalize every row of Z, with batch statistics or with the running ones."""
    mean, variance = running["mean"], running["variance"]
    new_running = {"mean": mean, "variance": variance}
    if training:
        mean = np.mean(Z, axis=1, keepdims=True)
        variance = np.var(Z, axis=1, keepdims=True)
        new_running = {
            "mean": momentum * running["mean"] + (1 - momentum) * mean,
            "variance": momentum * running["variance"] + (1 - momentum) * variance,
        }
    Z_hat = (Z - mean) / np.sqrt(variance + epsilon)
    return gamma * Z_hat + beta, new_running


def _layer(rng, n=4, m=6, *, spread=None):
    """Z with rows of very different mean and spread, and a state that has seen something."""
    spread = np.logspace(-2, 1, n)[:, None] if spread is None else spread
    Z = spread * (rng.normal(size=(n, m)) + rng.normal(size=(n, 1)))
    running = {
        "mean": spread * rng.normal(size=(n, 1)),
        "variance": spread**2 * rng.uniform(0.3, 3, size=(n, 1)),
    }
    gamma, beta = rng.uniform(0.4, 2.5, size=(n, 1)), rng.normal(size=(n, 1))
    return {"Z": Z, "gamma": gamma, "beta": beta, "running": running}


@batch_norm_forward.cases
def _(rng):
    small = {
        "Z": np.array([[1.0, 3.0, 5.0, 7.0], [10.0, 10.0, 30.0, 30.0]]),
        "gamma": np.array([[1.0], [2.0]]),
        "beta": np.array([[0.0], [1.0]]),
        "running": {"mean": np.array([[1.0], [2.0]]), "variance": np.array([[4.0], [9.0]])},
    }
    yield Case({**small, "training": True, "momentum": 0.8}, note="training")
    yield Case({**small, "training": False}, note="evaluation")
    carry = {"running": 1}
    batches = tuple({"Z": _layer(rng)["Z"]} for _ in range(4))
    start = {"mean": np.zeros((4, 1)), "variance": np.ones((4, 1))}
    yield Case(
        {**_layer(rng), "running": start, "training": True},
        then=(*batches, {**batches[0], "training": False}),
        carry=carry,
        note="five batches of training and then evaluation",
    )
    yield Case(
        {**_layer(rng, 3, 5), "training": True, "momentum": 0.35, "epsilon": 1e-3},
        then=({"Z": _layer(rng, 3, 5)["Z"]}, {"Z": _layer(rng, 3, 5)["Z"], "momentum": 0.99}),
        carry=carry,
        note="another momentum and epsilon",
    )
    yield Case(
        {**_layer(rng, 3, 7), "training": False, "momentum": 0.5, "epsilon": 0.1},
        then=({"Z": _layer(rng, 3, 7)["Z"]},),
        carry=carry,
        note="evaluation twice, with a large epsilon",
    )
    tiny = np.full((3, 1), 1e-6)
    yield Case({**_layer(rng, 3, 6, spread=tiny), "training": True}, note="tiny numbers")
    constant = _layer(rng, 3, 5)
    constant["Z"][1] = 0.7
    yield Case({**constant, "training": True}, note="a unit that gives the same for every example")
    yield Case({**_layer(rng, 3, 1), "training": False}, note="one example in evaluation")
    whole = {**_layer(rng, 3, 3), "Z": rng.integers(-9, 9, size=(3, 3))}
    yield Case(
        {**whole, "training": True},
        then=({"Z": whole["Z"], "training": False},),
        carry=carry,
        note="integer Z",
    )


MEAN, VARIANCE = "np.mean(Z, axis=1, keepdims=True)", "np.var(Z, axis=1, keepdims=True)"
Z_HAT = "(Z - mean) / np.sqrt(variance + epsilon)"
RUNNING_MEAN = '"mean": momentum * running["mean"] + (1 - momentum) * mean'
RUNNING_VARIANCE = '"variance": momentum * running["variance"] + (1 - momentum) * variance'

batch_norm_forward.variant(
    "unbiased_running_variance",
    "Correct. Your running variance is the unbiased one, m/(m-1) times the batch's, as in the "
    "paper's inference step and in PyTorch; the lesson and Keras store the plain one.",
    (RUNNING_VARIANCE, f"{RUNNING_VARIANCE} * Z.shape[1] / max(Z.shape[1] - 1, 1)"),
)
batch_norm_forward.mistake(
    "wrong_axis",
    "Your statistics run down the columns: units of one example are mixed, and the mean of your "
    "row 1, 3, 5, 7 is not 4. Along which axis do the examples lie?",
    (MEAN, "np.mean(Z, axis=0, keepdims=True)"),
    (VARIANCE, "np.var(Z, axis=0, keepdims=True)"),
)
batch_norm_forward.mistake(
    "one_mean_for_all_units",
    "All units share one mean and one variance: a unit with large numbers drowns the others. How "
    "many means should a layer of n units have?",
    (MEAN, "np.full(running['mean'].shape, np.mean(Z))"),
    (VARIANCE, "np.full(running['mean'].shape, np.var(Z))"),
)
batch_norm_forward.mistake(
    "batch_statistics_in_evaluation",
    "In evaluation your A depends on who else is in the batch, and a single example always gives "
    "beta. Which statistics were saved up for that moment?",
    (
        "if training:",
        "mean, variance = Z.mean(1, keepdims=True), Z.var(1, keepdims=True)\n    if training:",
    ),
)
batch_norm_forward.mistake(
    "always_training",
    "In evaluation you do all that training does, and the running averages move as well. What is "
    "the argument training for?",
    ("if training:", "if True:"),
)
batch_norm_forward.mistake(
    "never_training",
    "In training nothing is measured: A uses the running statistics and they never move. What is "
    "the argument training for?",
    ("if training:", "if False:"),
)
batch_norm_forward.mistake(
    "training_turned_round",
    "Training behaves like evaluation and the other way round. Which of the two looks at the "
    "batch?",
    ("if training:", "if not training:"),
)
batch_norm_forward.mistake(
    "running_moves_in_evaluation",
    "Your A is right, but the running averages move in evaluation too: the test data leak into the "
    "model. When may they learn?",
    (
        "return gamma * Z_hat + beta, new_running",
        "if not training:\n"
        "        now, spread = Z.mean(1, keepdims=True), Z.var(1, keepdims=True)\n"
        "        new_running = {\n"
        "            'mean': momentum * mean + (1 - momentum) * now,\n"
        "            'variance': momentum * variance + (1 - momentum) * spread,\n"
        "        }\n"
        "    return gamma * Z_hat + beta, new_running",
    ),
)
batch_norm_forward.mistake(
    "running_statistics_in_training",
    "In training your A is made with the running statistics. Which ones does a training step "
    "normalize with?",
    (
        "Z_hat = (Z - mean) / np.sqrt(variance + epsilon)",
        "mean, variance = new_running['mean'], new_running['variance']\n"
        "    Z_hat = (Z - mean) / np.sqrt(variance + epsilon)",
    ),
)
batch_norm_forward.mistake(
    "running_never_moves",
    "Your running averages never move in training, so that evaluation works with the values of the "
    "start. Where does a batch leave its trace?",
    (RUNNING_MEAN, '"mean": running["mean"] + 0 * mean'),
    (RUNNING_VARIANCE, '"variance": running["variance"] + 0 * variance'),
)
batch_norm_forward.mistake(
    "momentum_turned_round",
    "Your running averages give the newest batch the weight momentum, as PyTorch counts it. Which "
    "weight does the past get here?",
    (RUNNING_MEAN, '"mean": (1 - momentum) * running["mean"] + momentum * mean'),
    (RUNNING_VARIANCE, '"variance": (1 - momentum) * running["variance"] + momentum * variance'),
    share=0.4,
)
batch_norm_forward.mistake(
    "running_replaced",
    "Your running statistics are simply those of the last batch. What makes them an average?",
    (RUNNING_MEAN, '"mean": mean'),
    (RUNNING_VARIANCE, '"variance": variance'),
)
batch_norm_forward.mistake(
    "momentum_fixed",
    "Your running averages use 0.9 whatever momentum is asked. Where does the argument come in?",
    (RUNNING_MEAN, '"mean": 0.9 * running["mean"] + 0.1 * mean'),
    (RUNNING_VARIANCE, '"variance": 0.9 * running["variance"] + 0.1 * variance'),
)
batch_norm_forward.mistake(
    "running_keeps_the_root",
    "What you store under the name variance is an average of standard deviations. What is it to be "
    "an average of?",
    (RUNNING_VARIANCE, RUNNING_VARIANCE.replace("* variance", "* np.sqrt(variance)")),
)
batch_norm_forward.mistake(
    "running_holds_epsilon",
    "A is right in training, and your running variance holds epsilon as well. Where is the one "
    "place for it?",
    (RUNNING_VARIANCE, RUNNING_VARIANCE.replace("* variance", "* (variance + epsilon)")),
    share=0.5,
)
batch_norm_forward.mistake(
    "epsilon_twice",
    "Your epsilon is added to the variance of the batch and once more under the root, and the "
    "running variance holds it as well. Where is the one place for it?",
    (VARIANCE, f"{VARIANCE} + epsilon"),
)
batch_norm_forward.mistake(
    "running_variance_never_moves",
    "Your running mean moves with the batches, and your running variance stays at the value of the "
    "start. What does evaluation divide by?",
    (RUNNING_VARIANCE, '"variance": running["variance"]'),
)
batch_norm_forward.mistake(
    "running_mean_never_moves",
    "Your running variance moves with the batches, and your running mean stays at the value of the "
    "start. What does evaluation subtract?",
    (RUNNING_MEAN, '"mean": running["mean"]'),
)
batch_norm_forward.mistake(
    "unbiased_for_the_step",
    "Your A is a little too small: four examples, and you divide their squares by 3. Which divisor "
    "does the training step use, m or m - 1?",
    (VARIANCE, "np.sum((Z - mean) ** 2, axis=1, keepdims=True) / max(Z.shape[1] - 1, 1)"),
    share=0.5,
)
batch_norm_forward.mistake(
    "epsilon_outside",
    "Your epsilon stands outside the root, as in Adam; batch normalization has it inside. With "
    "epsilon = 0.1, what is the root of 0.1 compared with 0.1?",
    ("np.sqrt(variance + epsilon)", "(np.sqrt(variance) + epsilon)"),
    share=0.5,
)
batch_norm_forward.mistake(
    "no_epsilon",
    "A unit that gives the same for every example makes you divide zero by zero. What is epsilon "
    "for?",
    ("np.sqrt(variance + epsilon)", "np.sqrt(variance)"),
)
ROOT = "np.sqrt(variance + epsilon)"
for _number in ("1e-3", "1e-5", "1e-6", "1e-7", "1e-8", "1e-10"):
    batch_norm_forward.mistake(
        f"epsilon_fixed_{_number}",
        f"Your epsilon is {_number} whatever is asked. Where does the argument come in?",
        (ROOT, f"np.sqrt(variance + {_number})"),
    )
for _name, _default, _other in (
    ("momentum", "0.9", "0.99"),
    ("momentum", "0.9", "0.1"),
    ("epsilon", "1e-5", "1e-3"),
    ("epsilon", "1e-5", "1e-8"),
):
    batch_norm_forward.mistake(
        f"default_{_name}_{_other}",
        f"Right where everything is given, but where {_name} is left out yours is {_other}. Which "
        "default does the first line of the exercise give?",
        (f"{_name}={_default}", f"{_name}={_other}"),
        share=0.5,
    )
batch_norm_forward.mistake(
    "momentum_turned_round_and_epsilon_outside",
    "Two habits from elsewhere: your running averages give the newest batch the weight momentum, "
    "and your epsilon stands outside the root. Which weight does the past get here, and what is "
    "under the root?",
    (RUNNING_MEAN, '"mean": (1 - momentum) * running["mean"] + momentum * mean'),
    (RUNNING_VARIANCE, '"variance": (1 - momentum) * running["variance"] + momentum * variance'),
    (ROOT, "(np.sqrt(variance) + epsilon)"),
    share=0.2,
)
# Faults of the second branch alone: people write both formulas out, and test the first.
batch_norm_forward.mistake(
    "epsilon_outside_in_evaluation",
    "Training is right. In evaluation your epsilon stands outside the root. What is different "
    "between your two formulas for A?",
    (ROOT, f"({ROOT} if training else np.sqrt(variance) + epsilon)"),
    share=0.5,
)
batch_norm_forward.mistake(
    "no_epsilon_in_evaluation",
    "Training is right. In evaluation there is no epsilon under your root. What is different "
    "between your two formulas for A?",
    (ROOT, "np.sqrt(variance + (epsilon if training else 0))"),
    share=0.5,
)
batch_norm_forward.mistake(
    "gamma_and_beta_only_in_training",
    "Training is right. In evaluation your A is the same whatever gamma and beta are. Has the "
    "network learned them for training only?",
    ("gamma * Z_hat + beta", "(gamma * Z_hat + beta if training else Z_hat)"),
)
batch_norm_forward.mistake(
    "beta_only_in_training",
    "Training is right. In evaluation your A is the same whatever beta is. Has the network learned "
    "it for training only?",
    ("+ beta", "+ (beta if training else 0)"),
)
batch_norm_forward.mistake(
    "gamma_only_in_training",
    "Training is right. In evaluation your A is the same whatever gamma is. Has the network "
    "learned it for training only?",
    ("gamma * Z_hat", "(gamma if training else 1) * Z_hat"),
)
batch_norm_forward.mistake(
    "no_root_in_evaluation",
    "Training is right. In evaluation you divide by the running variance itself. What has the unit "
    "of Z, the variance or its root?",
    (ROOT, f"({ROOT} if training else variance + epsilon)"),
)
batch_norm_forward.mistake(
    "no_root_and_no_epsilon_in_evaluation",
    "Training is right. In evaluation you divide by the bare running variance, without a root and "
    "without epsilon. What do you divide by in training?",
    (ROOT, f"({ROOT} if training else variance)"),
)
batch_norm_forward.mistake(
    "keeps_and_uses_the_deviation",
    "You store standard deviations under the name variance, and evaluation divides by them with "
    "epsilon added. What would somebody else's running variance do in your evaluation?",
    (RUNNING_VARIANCE, RUNNING_VARIANCE.replace("* variance", "* np.sqrt(variance)")),
    (ROOT, f"({ROOT} if training else variance + epsilon)"),
)
batch_norm_forward.mistake(
    "keeps_and_uses_the_bare_deviation",
    "You store standard deviations under the name variance, and evaluation divides by them as they "
    "are. What would somebody else's running variance do in your evaluation?",
    (RUNNING_VARIANCE, RUNNING_VARIANCE.replace("* variance", "* np.sqrt(variance)")),
    (ROOT, f"({ROOT} if training else variance)"),
)
batch_norm_forward.mistake(
    "keeps_and_uses_the_root_with_epsilon",
    "You store the whole root, epsilon included, under the name variance, and evaluation divides "
    "by it. What would somebody else's running variance do in your evaluation?",
    (ROOT, f"({ROOT} if training else variance)"),
    (RUNNING_VARIANCE, RUNNING_VARIANCE.replace("* variance", f"* {ROOT}")),
)
batch_norm_forward.mistake(
    "batch_mean_in_evaluation",
    "Training is right. In evaluation you take the mean from the batch, and only the variance from "
    "what was saved. Which of the two may depend on the other examples there?",
    ("(Z - mean)", f"(Z - {MEAN})"),
)
batch_norm_forward.mistake(
    "no_root",
    "You divide by the variance: the row 10, 10, 30, 30 comes out with a spread of 0.1 before "
    "gamma instead of 1. What has the unit of Z, the variance or its root?",
    ("np.sqrt(variance + epsilon)", "(variance + epsilon)"),
)
batch_norm_forward.mistake(
    "not_centred",
    "Your rows are scaled but their mean is still there. What is subtracted before the division?",
    (Z_HAT, "Z / np.sqrt(variance + epsilon)"),
)
batch_norm_forward.mistake(
    "not_scaled",
    "Your rows are centred, but their spread is what it was. What are they divided by?",
    (Z_HAT, "(Z - mean)"),
)
batch_norm_forward.mistake(
    "gamma_missing",
    "Every row comes out with a spread of 1: gamma = 2 changes nothing. Where does it come in?",
    ("gamma * Z_hat + beta", "Z_hat + beta"),
)
batch_norm_forward.mistake(
    "beta_missing",
    "Every row comes out with the mean 0: beta = 1 changes nothing. Where does it come in?",
    ("gamma * Z_hat + beta", "gamma * Z_hat"),
)
batch_norm_forward.mistake(
    "gamma_and_beta_swapped",
    "Your row with gamma = 1 and beta = 0 comes out as a constant. Which of the two scales, and "
    "which one shifts?",
    ("gamma * Z_hat + beta", "beta * Z_hat + gamma"),
)
batch_norm_forward.mistake(
    "beta_scaled_as_well",
    "Your shift is multiplied by gamma: with gamma = 2 and beta = 1 the row has the mean 2. In "
    "which order do scale and shift come?",
    ("gamma * Z_hat + beta", "gamma * (Z_hat + beta)"),
)
batch_norm_forward.mistake(
    "evaluation_without_running",
    "In evaluation you return A alone. How many results does the caller expect in both modes?",
    (
        "    return gamma",
        "    if not training:\n        return gamma * Z_hat + beta\n    return gamma",
    ),
)
batch_norm_forward.mistake(
    "results_swapped",
    "Your two results come in the other order: running first. Which one does the docstring name "
    "first?",
    ("return gamma * Z_hat + beta, new_running", "return new_running, gamma * Z_hat + beta"),
)


@batch_norm_forward.mistake(
    "works_in_place",
    "Your values are right, but running (or Z) which you were given has changed. Who else may "
    "still be using it?",
    share=0.8,
)
def _(Z, gamma, beta, running, training, momentum=0.9, epsilon=1e-5):
    mean, variance = running["mean"], running["variance"]
    if training:
        mean = np.mean(Z, axis=1, keepdims=True)
        variance = np.var(Z, axis=1, keepdims=True)
        running["mean"] = momentum * running["mean"] + (1 - momentum) * mean
        running["variance"] = momentum * running["variance"] + (1 - momentum) * variance
    return gamma * (Z - mean) / np.sqrt(variance + epsilon) + beta, running


@batch_norm_forward.mistake(
    "fails_on_integers",
    "With integer Z your subtraction in place fails: NumPy does not put floats into an integer "
    "array. What would a new array do?",
    share=0.8,
)
def _(Z, gamma, beta, running, training, momentum=0.9, epsilon=1e-5):
    mean, variance = running["mean"], running["variance"]
    new_running = dict(running)
    if training:
        mean = np.mean(Z, axis=1, keepdims=True)
        variance = np.var(Z, axis=1, keepdims=True)
        new_running["mean"] = momentum * running["mean"] + (1 - momentum) * mean
        new_running["variance"] = momentum * running["variance"] + (1 - momentum) * variance
    Z = Z.copy()
    Z -= mean
    return gamma * Z / np.sqrt(variance + epsilon) + beta, new_running


@batch_norm_forward.style
def _(Z, gamma, beta, running, training, momentum=0.9, epsilon=1e-5):
    if not training:
        scale = gamma / np.sqrt(running["variance"] + epsilon)
        return scale * Z + (beta - scale * running["mean"]), running
    m = Z.shape[1]
    mu = np.sum(Z, axis=1, keepdims=True) / m
    var = np.sum((Z - mu) ** 2, axis=1, keepdims=True) / m
    out = gamma * (Z - mu) / np.sqrt(var + epsilon) + beta
    return out, {
        "variance": running["variance"] * momentum + var * (1 - momentum),
        "mean": running["mean"] * momentum + mu * (1 - momentum),
    }


@batch_norm_forward.style
def _(Z, gamma, beta, running, training, momentum=0.9, epsilon=1e-5):
    n, m = Z.shape
    A = np.zeros((n, m))
    new = {"mean": running["mean"].copy(), "variance": running["variance"].copy()}
    for i in range(n):
        mu, var = running["mean"][i, 0], running["variance"][i, 0]
        if training:
            mu = sum(Z[i]) / m
            var = sum((z - mu) ** 2 for z in Z[i]) / m
            new["mean"][i, 0] = momentum * new["mean"][i, 0] + (1 - momentum) * mu
            new["variance"][i, 0] = momentum * new["variance"][i, 0] + (1 - momentum) * var
        for j in range(m):
            A[i, j] = gamma[i, 0] * (Z[i, j] - mu) / math.sqrt(var + epsilon) + beta[i, 0]
    return A, new


@batch_norm_forward.style
def _(Z, gamma, beta, running, training, momentum=0.9, epsilon=1e-5):
    fresh = {"mean": Z.mean(1)[:, np.newaxis], "variance": Z.var(1)[:, np.newaxis]}
    used = fresh if training else running
    if training:
        running = {k: momentum * running[k] + (1 - momentum) * fresh[k] for k in running}
    return gamma * ((Z - used["mean"]) * (used["variance"] + epsilon) ** -0.5) + beta, running


@batch_norm_forward.style
def _(Z, gamma, beta, running, training, momentum=0.9, epsilon=1e-5):
    new = {key: value.copy() for key, value in running.items()}
    mean, variance = new["mean"], new["variance"]
    if training:
        mean = np.average(Z, axis=1).reshape(-1, 1)
        variance = np.std(Z, axis=1).reshape(-1, 1) ** 2
        new["mean"] += (1 - momentum) * (mean - new["mean"])
        new["variance"] += (1 - momentum) * (variance - new["variance"])
    Z_hat = np.divide(Z - mean, np.sqrt(variance + epsilon))
    return np.multiply(gamma, Z_hat) + beta, new


@batch_norm_forward.style
def _(Z, gamma, beta, running, training, momentum=0.9, epsilon=1e-5):
    columns = Z.T.astype(float)
    if training:
        mu, var = columns.mean(axis=0), columns.var(axis=0)
        running = {
            "mean": momentum * running["mean"] + (1 - momentum) * mu.reshape(-1, 1),
            "variance": momentum * running["variance"] + (1 - momentum) * var.reshape(-1, 1),
        }
    else:
        mu, var = running["mean"].ravel(), running["variance"].ravel()
    columns -= mu
    columns /= np.sqrt(var + epsilon)
    return [columns.T * gamma + beta, running]


lesson.quiz(
    "strategies_one_example",
    title="One example",
    question="A trained network gets a single picture, $m = 1$, and somebody has left it in "
    "**training** mode. What is the output $A$ of the batch normalization?",
    options={
        "a": (
            "the same as in evaluation mode",
            "That is what evaluation mode does. Training mode takes its mean from the batch: what "
            "is the mean of one number?",
        ),
        "b": (
            "not a number: the variance is zero",
            "Epsilon keeps the division finite. What is divided, when the mean is the only number "
            "there is?",
        ),
        "c": (
            r"$\beta$, for every picture",
            "The mean of one number is the number itself: Z minus mean is 0, and gamma times 0 "
            "plus beta is beta, whatever the picture shows.",
        ),
        "d": (
            "what the running averages make of it, which then move",
            "The running averages move, but training mode does not use them for A. What is Z "
            "minus the mean of the batch here?",
        ),
    },
    right="c",
    hints=(
        "Which statistics does training mode use for A? Of how many numbers are they made here?",
        "Write down Z - mean for a batch that holds one column.",
    ),
)


@lesson.exercise(
    points=5,
    returns=("best params", "epochs run"),
    views_allowed=True,
    hints=(
        "Walk through the epochs; remember the lowest cost so far, whose it was, and for how long "
        "there has been nothing better.",
        "A new best sets the count of waiting epochs back to zero; anything else adds one to it.",
        "Leave the loop as soon as the count equals patience; the epochs behind it were never run.",
    ),
)
def early_stopping(validation_costs, params_by_epoch, patience):
    """The params of the best epoch before training is stopped, and how many epochs were run."""
    best, waited, epochs_run = 0, 0, 1
    for epoch in range(1, len(validation_costs)):
        epochs_run += 1
        if validation_costs[epoch] < validation_costs[best]:
            best, waited = epoch, 0
        else:
            waited += 1
        if waited == patience:
            break
    return params_by_epoch[best], epochs_run


def _training(rng, costs, patience, note):
    """A training with these costs; params that tell their epoch."""
    params = [
        {"W1": np.round(rng.normal(size=(2, 3)), 2), "b1": np.full((2, 1), float(epoch))}
        for epoch in range(len(costs))
    ]
    settings = {"validation_costs": costs, "params_by_epoch": params, "patience": patience}
    return Case(settings, note=note)


@early_stopping.cases
def _(rng):
    yield _training(rng, [0.9, 0.6, 0.7, 0.5, 0.55, 0.52, 0.4], 2, "patience = 2")
    yield _training(rng, [0.8, 0.7, 0.5, 0.4], 2, "a cost that always falls")
    base = rng.uniform(0.5, 1)
    ups = [0.9, 0.5, 0.6, 0.4, 0.45, 0.5, 0.3, 0.35, 0.38, 0.37, 0.1, 0.05]
    yield _training(rng, [base * cost for cost in ups], 3, "recoveries before the end")
    yield _training(rng, [base * cost for cost in ups], 1, "patience = 1")
    yield _training(rng, [base * cost for cost in ups], 30, "a patience longer than the training")
    ties = [0.7, 0.5, 0.5, 0.5, 0.5, 0.5, 0.2]
    yield _training(rng, [base * cost for cost in ties], 3, "costs that stay equal")
    yield _training(rng, list(base + np.arange(6.0)), 4, "a cost that rises from the start")
    slow = [1.0, 0.5, 0.9, 0.8, 0.7, 0.6, 0.55, 0.51, 0.2]
    yield _training(rng, np.array(slow) * base, 5, "falling again, but not below the best")
    half = [0.9, 0.5, 0.8, 0.7, 0.75, 0.76, 0.9, 0.4]
    yield _training(rng, [base * cost for cost in half], 2, "half a recovery")
    yield _training(rng, [base], 2, "a single epoch")


IS_BETTER = "validation_costs[epoch] < validation_costs[best]"
early_stopping.mistake(
    "last_params",
    "You give back the params with which the training stopped, two epochs after its best. Why wait "
    "for something better and then keep the worse?",
    ("params_by_epoch[best]", "params_by_epoch[epochs_run - 1]"),
)
early_stopping.mistake(
    "params_of_the_very_end",
    "You give back the last params of the list, from an epoch that was never run. Which epoch had "
    "the lowest cost before the stop?",
    ("params_by_epoch[best]", "params_by_epoch[-1]"),
)
early_stopping.mistake(
    "looks_into_the_future",
    "You give back an epoch that comes after the stop: 0.4 lies behind two failures in a row. "
    "Could a training that has stopped know it?",
    ("params_by_epoch[best]", "params_by_epoch[int(np.argmin(validation_costs))]"),
)
early_stopping.another(
    "looks_into_the_future",
    (
        "    return params_by_epoch[best], epochs_run\n",
        "    best = int(np.argmin(validation_costs))\n"
        "    return params_by_epoch[best], min(best + 1 + patience, len(validation_costs))\n",
    ),
)
early_stopping.mistake(
    "never_stops",
    "You run all epochs, however long nothing has got better. When is the waiting over?",
    ("        if waited == patience:\n            break\n", ""),
)
early_stopping.mistake(
    "patience_ignored",
    "You stop at the first epoch that is not better. How many of them does patience allow?",
    ("if waited == patience:", "if waited == 1:"),
)
early_stopping.mistake(
    "one_epoch_late",
    "You wait for one epoch longer than patience says, as some libraries do. After how many "
    "failures in a row is it over?",
    ("if waited == patience:", "if waited == patience + 1:"),
    share=0.5,
)
early_stopping.mistake(
    "one_epoch_early",
    "You stop one epoch before the patience is used up. How many failures in a row does it allow?",
    ("if waited == patience:", "if waited >= patience - 1:"),
)
early_stopping.mistake(
    "count_never_reset",
    "Failures are added up over the whole training: with 0.9, 0.6, 0.7, 0.5, 0.55 you stop at the "
    "second one, after a new best. What does a new best do to the count?",
    ("best, waited = epoch, 0", "best = epoch"),
)
early_stopping.mistake(
    "compares_with_the_epoch_before",
    "You compare with the epoch before: a cost that rises and then creeps down counts as progress "
    "although it is still above the best. Better than what?",
    (IS_BETTER, "validation_costs[epoch] < validation_costs[epoch - 1]"),
)
early_stopping.mistake(
    "forgets_the_best",
    "Your count compares with the epoch before, not with the best: 0.55, 0.52 passes as progress "
    "after 0.5. What do you have to remember?",
    (
        "        else:\n            waited += 1\n",
        "        elif validation_costs[epoch] >= validation_costs[epoch - 1]:\n"
        "            waited += 1\n        else:\n            waited = 0\n",
    ),
)
early_stopping.mistake(
    "equal_counts_as_better",
    "An equal cost counts as a new best for you, so that a training that stands still never stops. "
    "Is 0.5 lower than 0.5?",
    (IS_BETTER, "validation_costs[epoch] <= validation_costs[best]"),
)
early_stopping.mistake(
    "highest_cost",
    "Yours looks for the highest cost. Is a validation cost something to raise?",
    (IS_BETTER, "validation_costs[epoch] > validation_costs[best]"),
)
early_stopping.mistake(
    "first_epoch_waits",
    "Your first epoch counts as one without a new best, because you compare it with itself. How "
    "long has the training waited after one epoch?",
    ("epochs_run = 0, 0, 1", "epochs_run = 0, 0, 0"),
    ("range(1, len(validation_costs))", "range(len(validation_costs))"),
)
early_stopping.mistake(
    "first_epoch_twice",
    "Your first epoch is walked through twice: it counts as two epochs, and the second time as one "
    "without a new best. With which epoch does your loop begin?",
    ("range(1, len(validation_costs))", "range(len(validation_costs))"),
)
early_stopping.mistake(
    "best_cost_starts_at_zero",
    "No epoch is a new best for you, not even the first: no cost lies below the number that you "
    "begin with. Which number is above every cost?",
    (IS_BETTER, "validation_costs[epoch] < 0"),
    ("epochs_run = 0, 0, 1", "epochs_run = 0, 0, 0"),
    ("range(1, len(validation_costs))", "range(len(validation_costs))"),
)
early_stopping.mistake(
    "number_of_the_last_epoch",
    "Your second result is the number of the last epoch, counted from 0. How many epochs have been "
    "run by then?",
    ("params_by_epoch[best], epochs_run", "params_by_epoch[best], epochs_run - 1"),
    share=0.5,
)
early_stopping.mistake(
    "number_of_the_best_epoch",
    "Your second result tells where the best epoch was. The waiting took time as well: how many "
    "epochs were run?",
    ("params_by_epoch[best], epochs_run", "params_by_epoch[best], best"),
    share=0.5,
)
early_stopping.mistake(
    "epochs_up_to_the_best",
    "Your second result counts the epochs up to the best one. The waiting took time as well: how "
    "many epochs were run?",
    ("params_by_epoch[best], epochs_run", "params_by_epoch[best], best + 1"),
    share=0.5,
)
early_stopping.mistake(
    "params_one_epoch_off",
    "Your params belong to the epoch after the best one. What do both lists share?",
    (
        "params_by_epoch[best], epochs_run",
        "params_by_epoch[min(best + 1, len(params_by_epoch) - 1)], epochs_run",
    ),
)
early_stopping.mistake(
    "position_instead_of_params",
    "Your first result is the number of the best epoch. What would somebody who wants to use the "
    "network need?",
    ("return params_by_epoch[best]", "return best"),
    share=0.5,
)
early_stopping.mistake(
    "results_swapped",
    "Your two results come in the other order. Which one does the docstring name first?",
    ("return params_by_epoch[best], epochs_run", "return epochs_run, params_by_epoch[best]"),
)


@early_stopping.mistake(
    "works_in_place",
    "Your values are right, but a list that you were given has lost or changed its items. Who else "
    "may still need it?",
    share=0.8,
)
def _(validation_costs, params_by_epoch, patience):
    best, waited, epochs_run = 0, 0, 1
    while epochs_run < len(validation_costs) and waited < patience:
        better = validation_costs[epochs_run] < validation_costs[best]
        best, waited = (epochs_run, 0) if better else (best, waited + 1)
        epochs_run += 1
    params = params_by_epoch[best]
    params_by_epoch.clear()
    return params, epochs_run


@early_stopping.style
def _(validation_costs, params_by_epoch, patience):
    best_cost, best_params, wait = float("inf"), None, 0
    for epochs_run, (cost, params) in enumerate(
        zip(validation_costs, params_by_epoch, strict=True), start=1
    ):
        if cost < best_cost:
            best_cost, best_params, wait = cost, params, 0
        else:
            wait += 1
            if wait >= patience:
                return best_params, epochs_run
    return best_params, len(validation_costs)


@early_stopping.style
def _(validation_costs, params_by_epoch, patience):
    costs = np.asarray(validation_costs)
    for epoch in range(len(costs)):
        best = int(np.argmin(costs[: epoch + 1]))
        if epoch - best >= patience:
            break
    return {k: v.copy() for k, v in params_by_epoch[best].items()}, epoch + 1


@early_stopping.style
def _(validation_costs, params_by_epoch, patience):
    lowest = np.minimum.accumulate(validation_costs)
    best_at = np.array([list(validation_costs).index(cost) for cost in lowest])
    over = np.flatnonzero(np.arange(len(lowest)) - best_at >= patience)
    last = over[0] if over.size else len(lowest) - 1
    return params_by_epoch[best_at[last]], last + 1


@early_stopping.style
def _(validation_costs, params_by_epoch, patience):
    import copy

    epoch, best_epoch = 0, 0
    while epoch < len(validation_costs):
        if validation_costs[epoch] < validation_costs[best_epoch]:
            best_epoch = epoch
        epoch += 1
        if epoch - 1 - best_epoch == patience:
            break
    return copy.deepcopy(params_by_epoch[best_epoch]), epoch


@early_stopping.style
def _(validation_costs, params_by_epoch, patience):
    best = min(validation_costs[0], np.inf)
    kept, left = dict(params_by_epoch[0]), patience
    run = 1
    for cost in validation_costs[1:]:
        left -= 1
        if cost < best:
            best, left = cost, patience
            kept = dict(params_by_epoch[run])
        run += 1
        if not left:
            break
    return [kept, np.int64(run)]


lesson.quiz(
    "strategies_which_part",
    title="Which part decides?",
    question="Which cost should decide when to stop?",
    options={
        "a": (
            "that of the training part",
            "The training cost goes on falling while the network memorises. Would it ever say "
            "stop?",
        ),
        "b": (
            "that of a validation part, which neither trains the network nor gives the final score",
            "Whatever decides is fitted, a little: the lowest of many costs is low by chance too. "
            "The test part must not have decided anything.",
        ),
        "c": (
            "that of the test part, since this is the score that counts",
            "Then the best of many epochs was chosen by the very numbers that are reported. What "
            "becomes of the test accuracy as a promise?",
        ),
        "d": (
            "none: a number of epochs fixed beforehand is always as good",
            "A fixed number of epochs needs to be chosen as well. By which numbers, and does the "
            "same one suit every learning rate?",
        ),
    },
    right="b",
    hints=(
        "Which part of the data is the judge at the very end?",
        "Whatever chooses among many epochs is a little too pleased with its choice.",
    ),
)


@lesson.exercise(
    points=4,
    returns=("noisy grads",),
    hints=(
        "The formula gives a variance. What do generators of normal numbers ask for?",
        "Draw for each key as many numbers as the gradient has entries: its shape says how many.",
        "standard_normal has the standard deviation 1; multiply by the one you want, then add.",
    ),
)
def noisy_gradients(grads, t, eta, gamma, rng):
    """grads with normal noise of variance eta / (1 + t)^gamma added to every entry."""
    variance = eta / (1 + t) ** gamma
    noisy = {}
    for key in grads:
        noise = rng.standard_normal(grads[key].shape)
        noisy[key] = grads[key] + np.sqrt(variance) * noise
    return noisy


def _gradients(rng, scale=1.0):
    spread = np.logspace(-2, 1, 4)
    return {"W1": scale * rng.normal(size=(3, 4)) * spread, "b1": scale * rng.normal(size=(3, 1))}


@noisy_gradients.cases
def _(rng):
    still = {"W1": np.zeros((1, 2)), "b1": np.zeros((1, 1))}
    yield Case(
        {"grads": still, "t": 0, "eta": 0.04, "gamma": 0.5, "rng": Seed(1)},
        then=({"t": 3, "grads": still}, {"t": 99, "grads": still}),
        note="gradients that are zero",
    )
    yield Case(
        {
            "grads": {"W1": np.array([[3.0, -2.0]])},
            "t": 15,
            "eta": 1.0,
            "gamma": 0.5,
            "rng": Seed(2),
        },
        note="t = 15",
    )
    seeds = [Seed(int(seed)) for seed in rng.integers(1, 2**31, size=3)]
    settings = ((0.3, 0.55), (0.7, 0.0), (0.2, 1.4))
    for (eta, gamma), seed in zip(settings, seeds, strict=True):
        times = [int(t) for t in rng.integers(2, 5000, size=3)]
        yield Case(
            {"grads": _gradients(rng), "t": times[0], "eta": eta, "gamma": gamma, "rng": seed},
            then=tuple({"t": t, "grads": _gradients(rng)} for t in times[1:]),
            note=f"eta = {eta} and gamma = {gamma}",
        )
    tiny = {"grads": _gradients(rng, 1e-6), "t": 4, "eta": 1e-10, "gamma": 0.55, "rng": seeds[0]}
    yield Case(tiny, note="tiny gradients")
    whole = {"W1": rng.integers(-5, 5, size=(2, 3)), "b1": rng.integers(-5, 5, size=(2, 1))}
    yield Case(
        {"grads": whole, "t": 8, "eta": 0.3, "gamma": 0.55, "rng": seeds[1]},
        note="integer gradients",
    )


NOISE = "np.sqrt(variance) * noise"
DRAW = "rng.standard_normal(grads[key].shape)"
DECAY = "eta / (1 + t) ** gamma"
noisy_gradients.variant(
    "subtracted",
    "Correct. You subtract the noise; it is symmetric, so that this is as good as adding it.",
    ("grads[key] + np.sqrt", "grads[key] - np.sqrt"),
)
noisy_gradients.mistake(
    "variance_as_spread",
    "At t = 0 and eta = 0.04 your noise has the standard deviation 0.04. That is the variance "
    "asked for: which standard deviation belongs to it?",
    (NOISE, "variance * noise"),
)
noisy_gradients.mistake(
    "spread_squared",
    "Your noise is far too small: the variance is squared where its root is due. What is the "
    "standard deviation when the variance is 0.04?",
    (NOISE, "variance**2 * noise"),
)
noisy_gradients.mistake(
    "root_of_eta_only",
    "Right at t = 0, and then your noise falls too fast: the root is taken of eta alone. Of what "
    "is the standard deviation the root?",
    (NOISE, "np.sqrt(eta) / (1 + t) ** gamma * noise"),
)
noisy_gradients.mistake(
    "root_twice",
    "Your noise is too large: with the variance 0.04 its standard deviation is 0.45. How often is "
    "the root taken?",
    (NOISE, "variance**0.25 * noise"),
)
noisy_gradients.mistake(
    "t_from_one",
    "At t = 0 your variance is not eta. What is (1 + t) to the power of gamma there?",
    (DECAY, "eta / (2 + t) ** gamma"),
)
noisy_gradients.mistake(
    "one_missing",
    "At t = 0 you divide by zero, and later your noise is a little too large. What stands beside t "
    "in the formula?",
    (DECAY, "eta / t**gamma"),
)
noisy_gradients.mistake(
    "noise_never_falls",
    "Your noise is as large at t = 99 as at t = 0. What makes it fade?",
    (DECAY, "eta"),
)
noisy_gradients.mistake(
    "noise_grows",
    "Your noise grows with t. Which side of the fraction line does (1 + t) stand on?",
    (DECAY, "eta * (1 + t) ** gamma"),
)
noisy_gradients.mistake(
    "times_gamma",
    "You multiply by gamma where the formula has a power: with gamma = 0 all noise is gone or "
    "never fades. What is (1 + t) raised to?",
    (DECAY, "eta / (1 + gamma * t)"),
)
noisy_gradients.mistake(
    "missing_parentheses",
    "At t = 0 your variance is eta, and then it grows by powers of t. Python divides before it "
    "adds: what does it divide by?",
    (DECAY, "eta / 1 + t**gamma"),
)
noisy_gradients.mistake(
    "power_of_everything",
    "Yours raises eta to the power as well: with eta = 0.04 and gamma = 0.5 the variance at t = 0 "
    "is 0.2. What is gamma the power of?",
    (DECAY, "(eta / (1 + t)) ** gamma"),
)
noisy_gradients.mistake(
    "exponential_decay",
    "Your noise falls like exp(-gamma t): at t = 99 nothing is left. The formula falls like a "
    "power of 1 + t: how much is left then with gamma = 0.5?",
    (DECAY, "eta * np.exp(-gamma * t)"),
)
noisy_gradients.mistake(
    "gamma_fixed",
    "You use gamma = 0.55, the value of the paper, whatever is asked. Where does the argument come "
    "in?",
    (DECAY, "eta / (1 + t) ** 0.55"),
)
noisy_gradients.mistake(
    "eta_missing",
    "Your noise is the same for every eta. What does the formula begin with?",
    (DECAY, "1 / (1 + t) ** gamma"),
)
noisy_gradients.mistake(
    "one_number_for_all",
    "All entries of a gradient get the same push: one number was drawn where each entry needs its "
    "own. How many numbers should come from the generator?",
    (DRAW, "rng.standard_normal()"),
)
noisy_gradients.mistake(
    "same_noise_every_time",
    "Your noise is the same for every key and in every call: the generator starts anew each time. "
    "Which generator were you given?",
    (DRAW, "np.random.default_rng(0).standard_normal(grads[key].shape)"),
)
GLOBAL_DRAW = "np.random.standard_normal(grads[key].shape)"
noisy_gradients.mistake(
    "global_generator",
    "Your spread is right, and your draws come from NumPy's global generator, so that nobody can "
    "repeat them. Which generator were you given?",
    (DRAW, GLOBAL_DRAW),
)
noisy_gradients.mistake(
    "global_generator_and_variance_as_spread",
    "Two things. Your draws come from NumPy's global generator: which one were you given? And your "
    "noise has the standard deviation eta / (1 + t)^gamma: what does the formula call that number?",
    (DRAW, GLOBAL_DRAW),
    (NOISE, "variance * noise"),
)
noisy_gradients.mistake(
    "uniform_noise",
    "Your noise is uniform between -1 and 1 before it is scaled. Which distribution is asked for?",
    (DRAW, "rng.uniform(-1, 1, grads[key].shape)"),
)
noisy_gradients.mistake(
    "only_noise",
    "The gradients are gone: what you give back is noise alone. What is the noise added to?",
    ("grads[key] + np.sqrt", "0.0 + np.sqrt"),
)
noisy_gradients.mistake(
    "noise_times_gradient",
    "Where the gradient is zero yours stays zero: the noise is multiplied with it. How does noise "
    "get a point off a plateau?",
    (NOISE, "np.sqrt(variance) * noise * grads[key]"),
)
noisy_gradients.mistake(
    "always_upwards",
    "Your noise is never negative, so that it drags all weights to one side. What is the mean of "
    "the noise asked for?",
    (NOISE, "np.sqrt(variance) * abs(noise)"),
)


@noisy_gradients.mistake(
    "resets_the_global_seed",
    "You set the seed of NumPy's global generator and draw from it. Which generator were you "
    "given, and what happens to everybody else's random numbers?",
)
def _(grads, t, eta, gamma, rng):
    np.random.seed(0)
    spread = np.sqrt(eta / (1 + t) ** gamma)
    return {key: grads[key] + spread * np.random.randn(*grads[key].shape) for key in grads}


@noisy_gradients.mistake(
    "works_in_place",
    "Your values are right, but the grads you were given changed. Who else may be using them?",
    share=0.8,
)
def _(grads, t, eta, gamma, rng):
    for key in grads:
        noise = rng.standard_normal(grads[key].shape)
        grads[key] = grads[key] + np.sqrt(eta / (1 + t) ** gamma) * noise
    return dict(grads)


@noisy_gradients.mistake(
    "fails_on_integers",
    "With integer gradients your addition in place fails: NumPy does not put floats into an "
    "integer array. What would a new array do?",
    share=0.8,
)
def _(grads, t, eta, gamma, rng):
    noisy = {key: value.copy() for key, value in grads.items()}
    for key in grads:
        noisy[key] += np.sqrt(eta / (1 + t) ** gamma) * rng.standard_normal(noisy[key].shape)
    return noisy


@noisy_gradients.style
def _(grads, t, eta, gamma, rng):
    spread = (eta * (1 + t) ** -gamma) ** 0.5
    return {key: rng.normal(g, spread) for key, g in grads.items()}


@noisy_gradients.style
def _(grads, t, eta, gamma, rng):
    sigma = math.sqrt(eta / math.pow(1 + t, gamma))
    return {key: g + rng.normal(0.0, sigma, size=g.shape) for key, g in grads.items()}


@noisy_gradients.style
def _(grads, t, eta, gamma, rng):
    noisy = {}
    for key, g in grads.items():
        out = g.astype(float)
        for index in np.ndindex(*g.shape):
            out[index] += math.sqrt(eta) / (1 + t) ** (gamma / 2) * rng.standard_normal()
        noisy[key] = out
    return noisy


@noisy_gradients.style
def _(grads, t, eta, gamma, rng):
    std = np.sqrt(eta) * np.exp(-gamma / 2 * np.log1p(t))
    shapes = {key: np.shape(grads[key]) for key in grads}
    draws = {key: rng.normal(loc=0, scale=1, size=shape) for key, shape in shapes.items()}
    return {key: np.add(grads[key], std * draws[key]) for key in grads}


@noisy_gradients.style
def _(grads, t, eta, gamma, rng):
    sizes = [g.size for g in grads.values()]
    flat = np.concatenate([g.ravel() for g in grads.values()])
    flat = flat + np.sqrt(eta / (1.0 + t) ** gamma) * rng.standard_normal(flat.size)
    parts = np.split(flat, np.cumsum(sizes)[:-1])
    return {key: part.reshape(grads[key].shape) for key, part in zip(grads, parts, strict=True)}


lesson.number_quiz(
    "strategies_noise_spread",
    title="How much is left?",
    question=r"$\eta = 0.3$, $\gamma = 0.55$. What is the **standard deviation** of the noise at "
    "$t = 99$? Answer with a number, exact to 2 %.",
    asks="a number, the standard deviation of the noise",
    right=(
        0.1544,
        "The variance is 0.3 / 100^0.55 = 0.0238, and its root is 0.154: a hundred updates have "
        "taken away less than three quarters of the noise.",
    ),
    written=0.154,
    wrong={
        0.02383: "That is the variance. Which of the two did the question ask for?",
        0.5477: "That is the standard deviation at t = 0. How large is 1 + t at t = 99?",
        0.03: "The power is 0.55 and not 1, or half of it for the root. What is 100 to the power "
        "0.55?",
        0.0548: "That is the root of 0.3 / 100, as if gamma were 1. What is 100 to the power 0.55?",
        0.0435: "The root belongs to eta as well. What is the root of the whole variance?",
    },
    hints=(
        "The formula gives a variance. Which of the two is asked for?",
        "First 1 + t to the power gamma, then the variance, and the root at the very end.",
    ),
)


lesson.quiz(
    "strategies_four_curves",
    points=2,
    title="Four curves",
    question="Which is which?",
    options={
        "a": (
            "(2) too small, (1) too large, (4) good, (3) much too large",
            "A rate that is too small cannot make the cost rise. Which curve leaves the picture?",
        ),
        "b": (
            "(2) much too large, (4) too large, (1) good, (3) too small",
            "Both fall; look at the end of the run. Which one has stopped on a floor?",
        ),
        "c": (
            "(2) much too large, (3) too large, (4) good, (1) too small",
            "The curve that falls most slowly is not held up by a floor. Is its rate too large or "
            "too small?",
        ),
        "d": (
            "(2) much too large, (1) too large, (4) good, (3) too small",
            "(2) explodes, (1) falls fast and stops at a high floor, (4) goes on falling to the "
            "lowest cost, and (3) has hardly left. This order, from too large to too small, is "
            "worth knowing by heart.",
        ),
    },
    right="d",
    hints=(
        "Name the two extremes first: one curve rises, one is nearly straight.",
        "Two are left, and both fall fast. On which level does each of them end?",
    ),
)


@lesson.exercise(
    points=4,
    returns=("best rate", "at the edge"),
    hints=(
        "One number for each rate first: the mean of its row of costs.",
        "A rate at which one run ended in nan or inf is no candidate. np.argmin takes nan for the "
        "minimum: give such rows a cost that never wins.",
        "The best one is at the edge when its position is the first or the last.",
    ),
)
def tune_learning_rate(rates, costs):
    """The rate with the lowest mean cost, and whether it is the smallest or largest one tried."""
    mean = np.mean(costs, axis=1)
    best = int(np.argmin(np.where(np.isfinite(mean), mean, np.inf)))
    return rates[best], best in (0, len(rates) - 1)


@tune_learning_rate.cases
def _(rng):
    yield Case(
        {
            "rates": [0.01, 0.1, 1.0, 10.0],
            "costs": np.array([[0.9, 0.8], [0.35, 0.25], [0.1, 0.6], [np.nan, np.inf]]),
        },
        note="four rates and two seeds",
    )
    yield Case(
        {"rates": [0.1, 0.2, 0.4], "costs": np.array([[0.9], [0.5], [0.3]])},
        note="one seed",
    )
    rates = [float(rate) for rate in 0.01 * 2.0 ** np.arange(6)]
    valley = np.abs(np.arange(6) - 2)[:, None] + rng.uniform(0, 0.4, size=(6, 5))
    yield Case({"rates": rates, "costs": valley}, note="six rates and five seeds")
    slope = 3.0 + np.arange(6)[:, None] + rng.uniform(0, 0.4, size=(6, 3))
    yield Case({"rates": rates, "costs": slope}, note="the smallest rate as the best one")
    yield Case({"rates": rates, "costs": slope[::-1]}, note="the largest rate as the best one")
    lucky = valley.copy()
    lucky[4, 1] = 0.001
    yield Case({"rates": rates, "costs": lucky}, note="one lucky run")
    unlucky = valley.copy()
    unlucky[2, 0] = 60.0
    yield Case({"rates": rates, "costs": unlucky}, note="one very bad run")
    wide = valley.copy()
    wide[2] = (0.0, 0.0, 0.0, 0.0, 1.6)
    yield Case({"rates": rates, "costs": wide}, note="runs that differ much")
    once = slope.copy()
    once[1, 2] = np.nan
    yield Case({"rates": rates, "costs": once}, note="one run that ended in nan")
    died = slope.copy()
    died[0, 0], died[1, 2], died[5] = np.nan, np.inf, np.nan
    yield Case({"rates": rates, "costs": died}, note="runs that diverged")
    negative = -valley[:, :3] - 2
    yield Case({"rates": np.array(rates), "costs": negative}, note="negative costs and an array")


MEAN_COST = "np.mean(costs, axis=1)"
CANDIDATES = "np.where(np.isfinite(mean), mean, np.inf)"
tune_learning_rate.mistake(
    "nan_wins",
    "You chose a rate at which a run ended in nan: np.argmin takes nan for the lowest. What should "
    "a run that diverged count as?",
    (CANDIDATES, "mean"),
)
tune_learning_rate.mistake(
    "diverged_runs_left_out",
    "You leave out the runs that diverged and average the others, so that a rate which fails half "
    "of the time may win. Would you train with it?",
    (MEAN_COST, "np.ma.masked_invalid(costs).mean(axis=1).filled(np.inf)"),
)
tune_learning_rate.mistake(
    "nan_as_zero",
    "A run that ended in nan counts as the cost 0 for you, the best there can be. What does "
    "np.nan_to_num put in the place of nan?",
    (MEAN_COST, "np.mean(np.nan_to_num(costs), axis=1)"),
)
tune_learning_rate.mistake(
    "all_nan_wins",
    "You average around the runs that ended in nan, and a rate at which every run did so wins "
    "after all. What does np.argmin make of nan, and would you train with such a rate?",
    (MEAN_COST, "np.nansum(costs, axis=1) / np.sum(~np.isnan(costs), axis=1)"),
    (CANDIDATES, "mean"),
)
tune_learning_rate.mistake(
    "luckiest_run",
    "You go by the best single run: 1.0 with its 0.1 and 0.6 beats 0.1 with 0.35 and 0.25. What "
    "will the next seed bring?",
    (MEAN_COST, "np.min(costs, axis=1)"),
)
tune_learning_rate.mistake(
    "worst_run",
    "You go by the worst run of each rate. The docstring asks for another summary: which one?",
    (MEAN_COST, "np.max(costs, axis=1)"),
)
tune_learning_rate.mistake(
    "first_seed_only",
    "You look at the first seed only. Which column is the other run in, and what does it say?",
    (MEAN_COST, "np.asarray(costs)[:, 0]"),
)
tune_learning_rate.mistake(
    "median_run",
    "You go by the median run, which one very bad run does not move. What should a rate that fails "
    "now and then pay for it?",
    (MEAN_COST, "np.median(costs, axis=1)"),
)
tune_learning_rate.mistake(
    "highest_cost",
    "You chose the rate with the highest cost. Which end of the costs is the good one?",
    (f"np.argmin({CANDIDATES})", "np.argmax(np.where(np.isfinite(mean), mean, -np.inf))"),
)
tune_learning_rate.mistake(
    "mean_over_rates",
    "Your means run over the rates instead of the seeds. Which axis holds the seeds?",
    (MEAN_COST, "np.mean(costs, axis=0)"),
)
tune_learning_rate.mistake(
    "position_instead_of_rate",
    "Your first result is a position in the list. Which rate stands there?",
    ("return rates[best]", "return best"),
)
tune_learning_rate.mistake(
    "cost_instead_of_rate",
    "Your first result is the lowest cost. With which rate was it reached?",
    ("return rates[best]", "return mean[best]"),
)
tune_learning_rate.mistake(
    "lower_edge_forgotten",
    "The smallest rate tried was the best, and you do not report an edge. Might a smaller one be "
    "better still?",
    ("best in (0, len(rates) - 1)", "best == len(rates) - 1"),
    share=0.5,
)
tune_learning_rate.mistake(
    "upper_edge_forgotten",
    "The largest rate tried was the best, and you do not report an edge. Might a larger one be "
    "better still?",
    ("best in (0, len(rates) - 1)", "best == 0"),
    share=0.5,
)
tune_learning_rate.mistake(
    "edge_turned_round",
    "Your second result is True where the best rate lies inside, and False at the edge. What does "
    "its name ask?",
    ("best in (0, len(rates) - 1)", "best not in (0, len(rates) - 1)"),
    share=0.5,
)


@tune_learning_rate.mistake(
    "works_in_place",
    "Your values are right, but the costs you were given changed. Who else may still need them?",
    share=0.8,
)
def _(rates, costs):
    costs[~np.isfinite(costs)] = np.inf
    best = int(np.argmin(np.mean(costs, axis=1)))
    costs.sort(axis=1)
    return rates[best], best in (0, len(rates) - 1)


@tune_learning_rate.style
def _(rates, costs):
    best_rate, best_cost, best_at = None, math.inf, None
    for position, (rate, row) in enumerate(zip(rates, costs, strict=True)):
        cost = sum(row) / len(row)
        if math.isfinite(cost) and cost < best_cost:
            best_rate, best_cost, best_at = rate, cost, position
    return best_rate, best_at == 0 or best_at == len(rates) - 1


@tune_learning_rate.style
def _(rates, costs):
    clean = np.nan_to_num(costs, nan=np.inf, posinf=np.inf)
    k = clean.mean(axis=1).argmin()
    return np.float64(rates[k]), bool(k == 0 or k + 1 == len(rates))


@tune_learning_rate.style
def _(rates, costs):
    means = costs.mean(axis=1)
    means[np.isnan(means)] = np.inf
    best = rates[np.argmin(means)]
    return best, best == min(rates) or best == max(rates)


@tune_learning_rate.style
def _(rates, costs):
    totals = {i: np.sum(row) for i, row in enumerate(costs) if np.all(np.isfinite(row))}
    winner = min(totals, key=totals.get)
    return [rates[winner], winner in {0, len(rates) - 1}]


@tune_learning_rate.style
def _(rates, costs):
    mean = np.average(costs, axis=1)
    index = int(np.nanargmin(mean))
    return rates[index], rates[index] in (rates[0], rates[-1])


lesson.quiz(
    "strategies_fair_race",
    title="A fair race",
    question="What makes a comparison of two optimizers fair?",
    options={
        "a": (
            "a learning rate tuned for each with the same effort, on a validation part, and "
            "several seeds",
            "One rate suits one of them. With a rate of its own, tuned with the same effort, each "
            "shows what it can do, and a few seeds show by how much that varies.",
        ),
        "b": (
            "the same learning rate for both, so that the conditions are the same",
            "The same rate means steps of very different length: Adam's are about as long as the "
            "rate, those of gradient descent as rate times gradient. Is that the same condition?",
        ),
        "c": (
            "the default learning rate of the library for each",
            "Defaults are somebody else's tuning, for somebody else's problem. What did the sweep "
            "show about one rate for all?",
        ),
        "d": (
            "training both for many more epochs",
            "More epochs make the picture clearer, not fairer. What still differs between the two?",
        ),
    },
    right="a",
    hints=(
        "In the sweep, how far apart were the best rates of the optimizers?",
        "What would an opponent of your favourite say about the way its rate was chosen?",
    ),
)


# A bug to find: the best that was seen, under a second name.


@lesson.exercise(
    points=2,
    returns=("best",),
    hints=(
        "What does the cost of the returned weights tell, beside the best cost that was seen?",
        "How many arrays are there in the broken function, and how many names?",
        "An operation in place changes the array under all of its names.",
    ),
)
def repair_keeping_the_best(w, steps, costs):
    """The function keeping_the_best, repaired."""
    best, best_cost = w.copy(), np.inf
    for step, cost in zip(steps, costs, strict=True):
        w = w + step
        if cost < best_cost:
            best, best_cost = w.copy(), cost
    return best


@repair_keeping_the_best.cases
def _(rng):
    steps = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    args = {"w": np.array([0.0, 0.0]), "steps": steps, "costs": [0.5, 0.3, 0.4]}
    yield Case(args, note="the best epoch before the last")
    steps = rng.normal(size=(6, 3))
    falling = np.sort(rng.uniform(0.1, 1, size=6))[::-1]
    args = {"w": rng.normal(size=3), "steps": steps}
    yield Case({**args, "costs": falling.tolist()}, note="costs that only fall")
    yield Case({**args, "costs": falling[::-1].tolist()}, note="the best epoch is the first")
    level = [0.9, 0.4, 0.6, 0.4, 0.7, 0.5]
    yield Case({**args, "costs": level}, note="the same best cost twice")


COPIED = "w.copy(), cost"
repair_keeping_the_best.family(
    "still_the_last",
    "You still give back the last weights, whatever the costs were. Which array do the later steps "
    "change, and what is each cost compared with?",
    [
        [
            ("best, best_cost = w.copy(), np.inf", "w, best, best_cost = w.copy(), w, np.inf"),
            ("w = w + step", "w += step"),
            (COPIED, "w, cost"),
        ],
        [("w = w + step", "w += step"), (COPIED, "w, cost")],
        ("best, best_cost = w.copy(), cost", "best = w.copy()"),
    ],
)
repair_keeping_the_best.mistake(
    "changes_the_start",
    "Your best is right now, and the weights that were handed in have changed. Whose are they?",
    ("w = w + step", "w += step"),
    share=0.8,
)
repair_keeping_the_best.mistake(
    "before_the_step",
    "You keep the weights of before the step, with the cost of after it. Which weights have this "
    "cost?",
    (
        "        w = w + step\n"
        "        if cost < best_cost:\n"
        "            best, best_cost = w.copy(), cost\n",
        "        if cost < best_cost:\n"
        "            best, best_cost = w.copy(), cost\n"
        "        w = w + step\n",
    ),
)
repair_keeping_the_best.mistake(
    "the_last_of_equals",
    "Of two epochs with the same cost you take the later one. When is a cost a new best?",
    ("cost < best_cost", "cost <= best_cost"),
)
repair_keeping_the_best.mistake(
    "the_worst",
    "You keep the weights of the highest cost. Which cost is the best?",
    ("np.inf", "-np.inf"),
    ("cost < best_cost", "cost > best_cost"),
)
repair_keeping_the_best.mistake(
    "the_start",
    "You give back the weights of before the first epoch. When does the best change?",
    ("best, best_cost = w.copy(), cost", "best_cost = cost"),
)
repair_keeping_the_best.mistake(
    "steps_from_the_start",
    "Every step of yours begins at the start. Where does training go on from?",
    ("        w = w + step\n", "        moved = w + step\n"),
    ("best, best_cost = w.copy(), cost", "best, best_cost = moved, cost"),
)


@repair_keeping_the_best.style
def _(w, steps, costs):
    w, best, best_cost = w.astype(float), None, float("inf")
    for epoch in range(len(costs)):
        w += steps[epoch]
        if costs[epoch] < best_cost:
            best_cost = costs[epoch]
            best = np.array(w)
    return best


@repair_keeping_the_best.style
def _(w, steps, costs):
    return w + np.sum(steps[: int(np.argmin(costs)) + 1], axis=0)
