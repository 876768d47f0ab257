"""Lesson 01b, batch size: references, cases, mistakes."""

import numpy as np

from autograder.lesson import Lesson
from optlab.checking.probe import Case

lesson = Lesson("01b_batch_size", title="Choose a batch size")


@lesson.exercise(
    points=3,
    returns=("cost",),
    hints=(
        "Two terms: the mean of the losses, and the squares of all weights.",
        "Which b stands in both divisors? losses has shape (1, b).",
        "The squared Frobenius norm of W is the sum of the squares of its entries: np.sum(W**2).",
    ),
)
def mini_batch_cost(losses, weights, lambd):
    """Regularized cost of one mini-batch."""
    b = losses.shape[1]
    squares = sum(np.sum(W**2) for W in weights)
    return np.sum(losses) / b + lambd / (2 * b) * squares


@mini_batch_cost.cases
def _(rng):
    yield Case(
        {
            "losses": np.array([[0.5, 1.5, 1.0, 3.0]]),
            "weights": [np.array([[1.0, -2.0], [0.5, 4.0]]), np.array([[3.0, -1.0]])],
            "lambd": 0.8,
        },
        note="4 losses and two layers",
    )
    for b, layers, lambd, note in (
        (int(rng.integers(20, 60)), 3, float(rng.uniform(0.2, 2.0)), "three layers"),
        (1, 2, float(rng.uniform(0.2, 2.0)), "a batch of one"),
        (int(rng.integers(5, 20)), 1, 0.0, "no regularization"),
    ):
        sizes = rng.integers(2, 6, size=layers + 1)
        weights = [rng.normal(size=(sizes[k + 1], sizes[k])) for k in range(layers)]
        losses = rng.exponential(size=(1, b))
        yield Case({"losses": losses, "weights": weights, "lambd": lambd}, note=note)
    whole = [rng.integers(2, 8, size=(2, 3)), rng.integers(-7, -2, size=(1, 2))]
    losses = rng.integers(1, 9, size=(1, 3))
    yield Case({"losses": losses, "weights": whole, "lambd": 3}, note="whole numbers")


MEAN = "np.sum(losses) / b"
PENALTY = "lambd / (2 * b) * squares"

mini_batch_cost.family(
    "divides_by_a_fixed_size",
    "You divide by the same number however many losses there are. How large is this batch?",
    [("b = losses.shape[1]", f"b = {size}") for size in (1000, 64, 32, 128, 1437)],
)
mini_batch_cost.mistake(
    "divides_by_the_rows",
    "You divide by the rows of losses, of which there is one, and not by the examples. Which entry "
    "of the shape counts those?",
    ("b = losses.shape[1]", "b = losses.shape[0]"),
)
mini_batch_cost.mistake(
    "losses_summed",
    "Your losses are added up and not averaged: a batch twice as large would cost twice as much. "
    "What stands before the first sum?",
    (MEAN, "np.sum(losses)"),
)
mini_batch_cost.mistake(
    "penalty_forgotten",
    "Your cost is the same for every lambda. What is added for large weights?",
    (f" + {PENALTY}", ""),
)
mini_batch_cost.mistake(
    "penalty_twice_as_large",
    "The factor of your penalty is twice that of the formula. What stands under lambda besides b?",
    (PENALTY, "lambd / b * squares"),
)
mini_batch_cost.mistake(
    "penalty_not_divided",
    "The factor of your penalty is the same for every batch size. Which divisor do both terms "
    "share?",
    (PENALTY, "lambd / 2 * squares"),
)
mini_batch_cost.mistake(
    "penalty_precedence",
    "Your penalty grows with the batch: in lambd / 2 * b Python divides by 2 and multiplies by b. "
    "What belongs under the fraction line?",
    (PENALTY, "lambd / 2 * b * squares"),
)
mini_batch_cost.mistake(
    "penalty_subtracted",
    "Larger weights make your cost smaller. Which sign does a penalty have?",
    (f"+ {PENALTY}", f"- {PENALTY}"),
)
mini_batch_cost.mistake(
    "norm_not_squared",
    "You add the norms themselves: W = [[3, -1]] gives 3.16 where the formula has 10. What is the "
    "small 2 above the norm?",
    ("np.sum(W**2)", "np.linalg.norm(W)"),
)
mini_batch_cost.mistake(
    "spectral_norm",
    "np.linalg.norm(W, 2) is the largest singular value, so for a matrix your squares are too few. "
    "Which norm does the F stand for?",
    ("np.sum(W**2)", "np.linalg.norm(W, 2) ** 2"),
)
mini_batch_cost.mistake(
    "absolute_values",
    "You add absolute values: W = [[3, -1]] gives 4 where the formula has 10. What does it do to "
    "each weight?",
    ("np.sum(W**2)", "np.sum(np.abs(W))"),
)
mini_batch_cost.mistake(
    "square_of_the_sum",
    "You square the sum: W = [[3, -1]] gives 4 where the formula has 10. Which comes first, the "
    "squares or the sum?",
    ("np.sum(W**2)", "np.sum(W) ** 2"),
)
mini_batch_cost.mistake(
    "last_layer_only",
    "Your penalty counts the last layer only. What does the sum over l run through?",
    ("np.sum(W**2) for W in weights", "np.sum(W**2) for W in weights[-1:]"),
)
mini_batch_cost.mistake(
    "first_layer_only",
    "Your penalty counts the first layer only. What does the sum over l run through?",
    ("np.sum(W**2) for W in weights", "np.sum(W**2) for W in weights[:1]"),
)
mini_batch_cost.mistake(
    "mean_of_the_squares",
    "You average the squares of each layer: W = [[3, -1]] gives 5 where the formula has 10. Does a "
    "Frobenius norm divide by anything?",
    ("np.sum(W**2)", "np.mean(W**2)"),
)
mini_batch_cost.mistake(
    "losses_squared",
    "You square the losses before you average them. What are the losses already?",
    (MEAN, "np.sum(losses**2) / b"),
)


@mini_batch_cost.mistake(
    "keeps_an_array",
    "Your cost is right and lies in an array with one entry: the losses were added along one axis "
    "only. Which sum gives a single number?",
    share=0.8,
)
def _(losses, weights, lambd):
    b = losses.shape[1]
    squares = sum(np.sum(W**2) for W in weights)
    return np.sum(losses, axis=1, keepdims=True) / b + lambd / (2 * b) * squares


@mini_batch_cost.another("keeps_an_array")
def _(losses, weights, lambd):
    b = losses.shape[1]
    squares = sum(np.sum(W**2) for W in weights)
    return np.sum(losses, axis=1) / b + lambd / (2 * b) * squares


@mini_batch_cost.mistake(
    "works_in_place",
    "Your cost is right, but the weights you were given are no longer what they were: the next "
    "step would train on what is left. Which of your lines changes them?",
    share=0.8,
)
def _(losses, weights, lambd):
    b = losses.shape[1]
    squares = 0.0
    for W in weights:
        np.square(W, out=W)
        squares += W.sum()
    return losses.mean() + lambd / (2 * b) * squares


@mini_batch_cost.style
def _(losses, weights, lambd):
    return losses.mean() + lambd / (2 * losses.size) * sum((W * W).sum() for W in weights)


@mini_batch_cost.style
def _(losses, weights, lambd):
    b = losses.shape[1]
    total = 0
    for W in weights:
        total += np.linalg.norm(W, "fro") ** 2
    return float(np.squeeze(1 / b * np.sum(losses) + lambd * total / (2 * b)))


@mini_batch_cost.style
def _(losses, weights, lambd):
    b = losses.shape[-1]
    everything = np.concatenate([np.square(W).ravel() for W in weights])
    return (losses.sum() + 0.5 * lambd * everything.sum()) / b


@mini_batch_cost.style
def _(losses, weights, lambd):
    b, cost = losses.shape[1], 0.0
    for i in range(b):
        cost += losses[0, i] / b
    for W in weights:
        for row in W:
            for w in row:
                cost += lambd / (2 * b) * w**2
    return cost


@mini_batch_cost.style
def _(losses, weights, lambd):
    return np.array(
        np.average(losses) + lambd * sum(np.vdot(W, W) for W in weights) / 2 / losses.size
    )


@lesson.exercise(
    points=2,
    returns=("cost",),
    hints=(
        "The cost of an epoch is the mean over its examples, not over its batches.",
        "A batch of 29 that costs 0.5 on average holds losses of 29 * 0.5 together.",
        "Add the losses of all batches and divide by the number of all examples.",
    ),
)
def epoch_cost(costs, sizes):
    """Mean cost per example over an epoch of batches that differ in size."""
    total = 0.0
    for cost, size in zip(costs, sizes, strict=True):
        total += size * cost
    return total / sum(sizes)


@epoch_cost.cases
def _(rng):
    yield Case({"costs": [1.0, 2.0, 6.0], "sizes": [4, 4, 2]}, note="batches of 4, 4 and 2")
    count, size = int(rng.integers(10, 30)), int(rng.integers(20, 60))
    sizes = [size] * (count - 1) + [int(rng.integers(2, size))]
    costs = rng.exponential(size=count).tolist()
    yield Case({"costs": costs, "sizes": sizes}, note="a smaller last batch")
    sizes = rng.permutation(np.arange(2, 8)).tolist()
    costs = rng.exponential(size=6).tolist()
    yield Case({"costs": costs, "sizes": sizes}, note="sizes that all differ")
    yield Case({"costs": costs[:1], "sizes": [size]}, note="a single batch")


epoch_cost.mistake(
    "every_batch_counts_the_same",
    "You average the batches: a small one counts as much as a large one. How many losses stand "
    "behind each cost?",
    ("total += size * cost", "total += cost"),
    ("sum(sizes)", "len(costs)"),
)
epoch_cost.mistake(
    "costs_added_up",
    "You add up the costs of the batches: two batches of cost 0.5 would cost 1. What is a mean?",
    ("total += size * cost", "total += cost"),
    ("total / sum(sizes)", "total"),
)
epoch_cost.mistake(
    "not_divided",
    "You give back the sum of all losses. What is the mean cost of one example?",
    ("total / sum(sizes)", "total"),
)
epoch_cost.mistake(
    "divided_by_the_batches",
    "You weight by the sizes and divide by the number of batches. What do the weights add up to?",
    ("sum(sizes)", "len(sizes)"),
)
epoch_cost.mistake(
    "sizes_forgotten_in_the_sum",
    "You divide by the number of examples, but each batch adds its cost once and not once for each "
    "of its examples. What is the sum of 4 losses with the mean 2?",
    ("total += size * cost", "total += cost"),
)
epoch_cost.mistake(
    "all_batches_taken_as_full",
    "You divide as if all batches were full ones. How large are they?",
    ("sum(sizes)", "(len(sizes) * sizes[0])"),
)
epoch_cost.mistake(
    "only_the_last_batch",
    "You give back the cost of the last batch. What of the examples before?",
    ("total / sum(sizes)", "costs[-1]"),
)
epoch_cost.mistake(
    "weights_upside_down",
    "Your small batches count most. Which knows more about the epoch, one of 4 or one of 2?",
    ("total += size * cost", "total += cost / size"),
    ("sum(sizes)", "sum(1 / size for size in sizes)"),
)


@epoch_cost.style
def _(costs, sizes):
    return np.average(costs, weights=sizes)


@epoch_cost.style
def _(costs, sizes):
    return np.dot(costs, sizes) / np.sum(sizes)


@epoch_cost.style
def _(costs, sizes):
    return sum(c * b for c, b in zip(costs, sizes, strict=True)) / sum(sizes)


@epoch_cost.style
def _(costs, sizes):
    costs, sizes = np.array(costs), np.array(sizes)
    return float((costs * sizes / sizes.sum()).sum())


@epoch_cost.style
def _(costs, sizes):
    losses = []
    for t in range(len(costs)):
        losses += [costs[t]] * sizes[t]
    return np.mean(losses)


@epoch_cost.style
def _(costs, sizes):
    mean, seen = 0.0, 0
    for cost, size in zip(costs, sizes, strict=True):
        seen += size
        mean += (cost - mean) * size / seen
    return mean


lesson.quiz(
    "sgd_converges",
    title="Stochastic and convergent",
    question='Your colleague says: "Stochastic gradient descent never converges, so we cannot use '
    'it for the final weights." Which answer fits the three measurements?',
    options={
        "a": (
            "Right: with single examples the weights wander, whatever the rate.",
            "That was true for one of the three curves. What was different in the other two?",
        ),
        "b": (
            "It converges if the rate falls slowly towards zero, or if one set of weights fits "
            "all examples.",
            "A falling rate closes the region of wandering, and where all examples agree there is "
            "no noise at the minimum; both were measured.",
        ),
        "c": (
            "It converges at any constant rate, if you wait long enough.",
            "With noise and a constant rate the distance was the same after 2,000 and after "
            "20,000 steps. What does the variance formula depend on?",
        ),
        "d": (
            "It converges as soon as the constant rate is small enough.",
            "A smaller constant rate gave a smaller variance: 0.25, 0.05, 0.01. Was any of them "
            "zero?",
        ),
    },
    right="b",
    hints=(
        "Three curves were drawn. Which of them went on getting closer to w = 2?",
        "What did the two curves that arrived have that the third had not? Read the three lines "
        "of the list above the experiment once more.",
    ),
)

lesson.quiz(
    "small_training_set",
    title="A small training set",
    question="You have 1,437 images and ask whether to use mini-batches. What did you measure, "
    "with a tuned rate for each size?",
    options={
        "a": (
            "With fewer than 2,000 examples the full batch is the fastest.",
            "That is the rule of thumb. How did the time of the full batch compare with the "
            "fastest size in your measurement?",
        ),
        "b": (
            "All sizes take about the same time, since an epoch always reads the same images.",
            "An epoch reads the same images at each size. But is the number of epochs the same, "
            "and the time for one?",
        ),
        "c": (
            "A size in the middle is the fastest; the full batch is several times slower.",
            "Time is the number of updates times the time of one, and that product is least in "
            "the middle; the rule of 2,000 is about bearable cost, not about speed.",
        ),
        "d": (
            "Single examples are the fastest, since they need the fewest epochs.",
            "The fewest epochs, yes. How many calls does one of these epochs make, and what does "
            "each call cost?",
        ),
    },
    right="c",
    hints=(
        "Look at the third of the three panels: the time, not the epochs and not the updates.",
        "At which end of that curve is its lowest point, or at neither?",
    ),
)

lesson.quiz(
    "slow_batch_descent",
    title="Too slow",
    question="Batch gradient descent on a deep network takes far too long to find parameters with "
    "a small cost. Three of these are worth trying. Which one is not?",
    options={
        "a": (
            "Start with all weights at zero.",
            "With all weights zero the hidden units stay at zero and nothing is learned. A better "
            "random start helps; the other three are worth trying.",
        ),
        "b": (
            "Use mini-batches.",
            "This is worth trying: how many updates did an epoch make on the first evening, "
            "and what did they reach? Which of the four reached almost nothing in section 7?",
        ),
        "c": (
            r"Tune the learning rate $\alpha$.",
            "This is worth trying: the best rates in section 5 differed by a factor of 16. Which "
            "of the four reached almost nothing in section 7?",
        ),
        "d": (
            "Use Adam.",
            "This is worth trying, as lesson 6 will show. Which of the four reached almost "
            "nothing in section 7?",
        ),
    },
    right="a",
    hints=(
        "Three of the four were good for something in this lesson or are announced for a later "
        "one.",
        "Section 7 prints what four different starts lead to.",
    ),
)
