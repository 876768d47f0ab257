"""Lesson 13, what today's training scripts do.

Clipping as PyTorch's `clip_grad_norm_`, but a gradient that is not finite becomes zero; Lion (Chen
and others, 2023) with AdamW's form of the decay; Newton-Schulz with the coefficients of Muon
(Jordan and others, 2024); a warm-up, a constant rate and a linear decay; the average of the weights
corrected as in lesson 3; the dynamic loss scale of mixed precision.
"""

import copy
import math

import numpy as np

from autograder import families, inputs
from autograder.lesson import Lesson
from optlab.checking.probe import Case

lesson = Lesson("13_todays_training", title="Read what today's training scripts do")

LOOP = "    for key in params:"


# Accumulation


@lesson.exercise(
    points=3,
    returns=("gradient",),
    hints=(
        "A mean over 60 examples stands for 60, and a mean over 4 for 4. What should each of them "
        "weigh?",
        "Undo each mean: size times mean is the sum over the examples of that part.",
        "Add these sums key by key, and divide once, at the end, by the number of all examples.",
    ),
)
def accumulate(grads, sizes):
    """The gradient of a whole batch from the mean gradients of its parts."""
    whole = {}
    for key in grads[0]:
        summed = np.zeros(grads[0][key].shape)
        for part, size in zip(grads, sizes, strict=True):
            summed = summed + size * part[key]
        whole[key] = summed / sum(sizes)
    return whole


def _parts(rng, sizes, note, scale=1.0):
    return Case({"grads": [inputs.layers(rng, scale) for _ in sizes], "sizes": sizes}, note=note)


@accumulate.cases
def _(rng):
    first = {"W1": np.array([[2.0, 0.0]]), "b1": np.array([[-4.0]])}
    second = {"W1": np.array([[6.0, 8.0]]), "b1": np.array([[4.0]])}
    yield Case({"grads": [first, second], "sizes": [3, 1]}, note="parts of 3 and 1 examples")
    yield Case({"grads": [second], "sizes": [4]}, note="one part")
    yield _parts(rng, [5, 5, 5, 5], "equal parts")
    yield _parts(rng, [30, 30, 4], "a smaller last part")
    yield _parts(rng, [int(size) for size in rng.integers(1, 40, size=5)], "five uneven parts")
    yield _parts(rng, [60, 4], "tiny gradients", scale=1e-7)
    whole = [
        {"W1": rng.integers(-9, 10, size=(2, 3)), "b1": rng.integers(-9, 10, size=(2, 1))}
        for _ in range(2)
    ]
    yield Case({"grads": whole, "sizes": [2, 5]}, note="integer gradients")


WEIGHTED = "size * part[key]"
DIVIDED = "summed / sum(sizes)"
accumulate.mistake(
    "mean_of_means",
    "Your parts all count the same: one of 4 examples weighs as much as one of 60. For how many "
    "examples does each mean stand?",
    (WEIGHTED, "part[key]"),
    (DIVIDED, "summed / len(sizes)"),
)
accumulate.mistake(
    "sum_of_means",
    "You add the means up and divide by nothing: four equal parts give four times the gradient. "
    "How large is the gradient of the whole batch, if all parts agree?",
    (WEIGHTED, "part[key]"),
    (DIVIDED, "1.0 * summed"),
)
accumulate.mistake(
    "sum_over_examples",
    "Yours is the sum over all examples, and the gradient asked for is their mean. By what is a "
    "sum divided to make it one?",
    (DIVIDED, "1.0 * summed"),
)
accumulate.mistake(
    "divides_by_the_parts",
    "You weigh every part by its size, and then divide by the number of parts. How many examples "
    "has the sum counted?",
    (DIVIDED, "summed / len(sizes)"),
)
accumulate.mistake(
    "means_over_examples",
    "You add the means without their sizes and divide by the number of examples: the gradient of "
    "3 + 1 examples is half of what it should be, or less. How many things did you add?",
    (WEIGHTED, "part[key]"),
)
accumulate.mistake(
    "running_halves",
    "You halve after every part, so that the last one counts as much as all before it together. "
    "Does the order of the parts matter?",
    (f"summed + {WEIGHTED}", "(summed + part[key]) / 2"),
    (DIVIDED, "1.0 * summed"),
)
accumulate.mistake(
    "last_part_only",
    "Yours is the gradient of the last part alone. What became of the parts before it?",
    (f"summed + {WEIGHTED}", "part[key]"),
    (DIVIDED, "1.0 * summed"),
)
accumulate.mistake(
    "first_part_only",
    "Yours is the gradient of the first part alone. When does your function return?",
    (DIVIDED, "1.0 * grads[0][key]"),
)
accumulate.mistake(
    "last_part_over_all",
    "Only the last part is in your sum, and it is divided by all examples. What became of the "
    "parts before it?",
    (f"summed + {WEIGHTED}", WEIGHTED),
)
accumulate.mistake(
    "first_size_for_all",
    "You multiply every part by the size of the first one and divide by all examples. What does a "
    "smaller last part weigh?",
    (WEIGHTED, "sizes[0] * part[key]"),
)
accumulate.mistake(
    "divides_by_the_sizes",
    "You divide every mean by its size, as if it were still a sum: a part of 60 counts a "
    "sixtieth. Which way does a larger part weigh?",
    (WEIGHTED, "part[key] / size"),
    (DIVIDED, "1.0 * summed"),
)
accumulate.mistake(
    "weighs_inversely",
    "Your small parts weigh more than the large ones. For how many examples does each mean stand?",
    (WEIGHTED, "part[key] / size"),
    (DIVIDED, "summed / sum(1 / size for size in sizes)"),
)
accumulate.mistake(
    "largest_part_divides",
    "You divide by the size of the largest part. How many examples has the sum counted?",
    (DIVIDED, "summed / max(sizes)"),
)
accumulate.mistake(
    "last_size_divides",
    "You divide by the size of the last part. How many examples has the sum counted?",
    (DIVIDED, "summed / size"),
)
accumulate.mistake(
    "divided_twice",
    "You divide by the number of examples, and by the number of parts as well. How often is the "
    "sum divided?",
    (DIVIDED, "summed / sum(sizes) / len(sizes)"),
)
accumulate.mistake(
    "whole_division",
    "You divide with //, which cuts the fraction off. Which division keeps it?",
    (DIVIDED, "summed // sum(sizes)"),
)
accumulate.mistake(
    "weights_only",
    "Your gradient has no biases. Which keys does your loop visit?",
    ("    for key in grads[0]:", '    for key in [key for key in grads[0] if key[0] == "W"]:'),
)


@accumulate.mistake(
    "changes_the_first_part",
    "Your values are right, but a part that you were given is no longer what it was. Into whose "
    "arrays do you write?",
    share=0.8,
)
def _(grads, sizes):
    whole = grads[0]
    for key in whole:
        whole[key] = whole[key] * sizes[0]
        for part, size in zip(grads[1:], sizes[1:], strict=True):
            whole[key] = whole[key] + size * part[key]
        whole[key] = whole[key] / sum(sizes)
    return dict(whole)


@accumulate.mistake(
    "fails_on_integers",
    "With integer gradients your addition in place fails: NumPy does not put floats into an "
    "integer array. What would a new array do?",
    share=0.8,
)
def _(grads, sizes):
    whole = {key: np.zeros_like(value) for key, value in grads[0].items()}
    for part, size in zip(grads, sizes, strict=True):
        for key in whole:
            whole[key] += size / sum(sizes) * part[key]
    return whole


@accumulate.style
def _(grads, sizes):
    m = sum(sizes)
    return {k: sum(n / m * part[k] for part, n in zip(grads, sizes, strict=True)) for k in grads[0]}


@accumulate.style
def _(grads, sizes):
    return {k: np.average(np.stack([g[k] for g in grads]), axis=0, weights=sizes) for k in grads[0]}


@accumulate.style
def _(grads, sizes):
    mean, seen = copy.deepcopy(grads[0]), sizes[0]
    for part, size in zip(grads[1:], sizes[1:], strict=True):
        seen += size
        for key in mean:
            mean[key] = mean[key] + size / seen * (part[key] - mean[key])
    return mean


@accumulate.style
def _(grads, sizes):
    share = np.array(sizes) / np.sum(sizes)
    return {k: np.tensordot(share, np.array([g[k] for g in grads]), axes=1) for k in grads[0]}


@accumulate.style
def _(grads, sizes):
    whole = {key: np.zeros(value.shape) for key, value in grads[0].items()}
    for i in range(len(grads)):
        for key in grads[i]:
            whole[key] += grads[i][key] * sizes[i]
    for key in whole:
        whole[key] /= sum(sizes)
    return whole


lesson.quiz(
    "todays_forgotten_division",
    title="Forgotten",
    question="A script adds up the gradients of four equal parts and forgets to divide by four. It "
    "trains with gradient descent at learning rate 0.2. Which script does exactly the same?",
    options={
        "a": (
            "a right one with learning rate 0.8",
            "Four times the gradient at rate 0.2 is the gradient at rate 0.8: with gradient "
            "descent the mistake is hidden in the learning rate, until somebody changes the number "
            "of parts.",
        ),
        "b": (
            "a right one with learning rate 0.05",
            "The forgotten division makes the gradient larger. Which rate makes a right gradient's "
            "step as long?",
        ),
        "c": (
            "a right one with batches four times as large",
            "The mean over a larger batch is less noisy, and about as long. What did the sum do to "
            "the length?",
        ),
        "d": (
            "none: the direction is wrong as well",
            "All four parts weigh the same, as they should, since they are equal. What is the only "
            "difference between the sum and the mean?",
        ),
    },
    right="a",
    hints=(
        "By which factor is the sum longer than the mean?",
        "A step is the rate times the gradient. Which rate makes up for that factor?",
    ),
)


# Clipping


@lesson.exercise(
    points=4,
    returns=("clipped", "norm"),
    hints=(
        "One number for all: put every entry of every gradient into one long vector and take its "
        "length.",
        "The square of that length is the sum of all squared entries, over all keys.",
        "If the norm is at most max_norm, nothing changes; if not, everything shrinks by the same "
        "factor.",
        "Ask np.isfinite before you divide: infinity times zero is not zero.",
    ),
)
def clip_global_norm(grads, max_norm):
    """All gradients by one factor, so that their common norm is at most max_norm."""
    total = 0.0
    for key in grads:
        total = total + np.sum(grads[key] ** 2.0)
    norm = np.sqrt(total)
    if not np.isfinite(norm):
        return {key: np.zeros(grads[key].shape) for key in grads}, norm
    factor = max_norm / max(norm, max_norm)
    return {key: factor * grads[key] for key in grads}, norm


def _broken(rng, value, note):
    grads = inputs.layers(rng)
    grads["W1"][1, 2] = value
    return Case({"grads": grads, "max_norm": 1.5}, note=note)


@clip_global_norm.cases
def _(rng):
    grads = {"W1": np.array([[3.0, 0.0]]), "b1": np.array([[4.0]])}
    yield Case({"grads": grads, "max_norm": 1.0}, note="a gradient of norm 5")
    yield Case({"grads": grads, "max_norm": 10.0}, note="a gradient of norm 5 and a limit of 10")
    small = {"W1": np.array([[0.3, 0.0]]), "b1": np.array([[-0.4]])}
    yield Case({"grads": small, "max_norm": 1.0}, note="a gradient of norm 0.5")
    mixed = {"W1": np.array([[3.0, -1.0]]), "b1": np.array([[0.5]])}
    yield Case({"grads": mixed, "max_norm": 2.0}, note="one large entry")
    yield Case(
        {"grads": inputs.layers(rng, 5.0), "max_norm": float(rng.uniform(0.2, 3.0))},
        note="two layers",
    )
    network = inputs.network(rng, 2, scale=0.01)
    yield Case({"grads": network, "max_norm": 1.0}, note="a norm below max_norm")
    zero = {key: np.zeros(value.shape) for key, value in inputs.layers(rng).items()}
    yield Case(
        {"grads": zero, "max_norm": float(rng.uniform(0.5, 2.0))}, note="gradients that are zero"
    )
    yield _broken(rng, np.inf, "one infinite entry")
    yield _broken(rng, np.nan, "one entry that is nan")
    whole = {"W1": rng.integers(1, 9, size=(2, 3)), "b1": -rng.integers(1, 9, size=(2, 1))}
    yield Case({"grads": whole, "max_norm": 2.5}, note="integer gradients")


FACTOR = "max_norm / max(norm, max_norm)"
SQUARES = "np.sum(grads[key] ** 2.0)"
CLIPPED = "{key: factor * grads[key] for key in grads}, norm"
NOT_FINITE = (
    "    if not np.isfinite(norm):\n"
    "        return {key: np.zeros(grads[key].shape) for key in grads}, norm\n"
)
clip_global_norm.variant(
    "epsilon_beside_the_norm",
    "Correct. You add a tiny number to the norm before you divide, as PyTorch does with 1e-6.",
    (FACTOR, "min(1.0, max_norm / (norm + 1e-6))"),
)


@clip_global_norm.mistake(
    "each_on_its_own",
    "You clip every array by its own norm: [3, 0] and [4] both come out with norm 1, and the "
    "direction of the whole has turned. How long are all of them together?",
)
def _(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2.0) for g in grads.values()))
    if not np.isfinite(norm):
        return {key: np.zeros(grads[key].shape) for key in grads}, norm
    own = {key: np.sqrt(np.sum(grads[key] ** 2.0)) for key in grads}
    return {key: max_norm / max(own[key], max_norm) * grads[key] for key in grads}, norm


clip_global_norm.mistake(
    "by_value",
    "You cut every entry at max_norm: the large ones lose, the small ones stay, and the direction "
    "turns. What keeps it?",
    (CLIPPED, "{key: np.clip(1.0 * grads[key], -max_norm, max_norm) for key in grads}, norm"),
)
clip_global_norm.mistake(
    "always_rescales",
    "A gradient that is short already comes out longer, stretched to max_norm, and one that is "
    "zero is divided by its norm. What should clipping do to a short one?",
    (FACTOR, "np.divide(max_norm, norm)"),
)
clip_global_norm.mistake(
    "zero_over_zero",
    "All is right but for a gradient that is zero: you divide by its norm. What is its factor?",
    (FACTOR, "np.divide(min(norm, max_norm), norm)"),
)
clip_global_norm.mistake(
    "stretches_only",
    "You have the larger factor where the smaller one belongs: long gradients stay and short ones "
    "are stretched. Which gradients should change?",
    (FACTOR, "max(1.0, np.divide(max_norm, norm))"),
)
clip_global_norm.mistake(
    "inverted_factor",
    "Your factor is upside down: it is the norm over max_norm. By what must a vector of length 5 "
    "be multiplied to have length 1?",
    (FACTOR, "max(norm, max_norm) / max_norm"),
)
clip_global_norm.mistake(
    "no_root",
    "You compare the sum of the squares with max_norm: a gradient of length 5 counts 25. What is "
    "the length of a vector?",
    ("np.sqrt(total)", "1.0 * total"),
)
clip_global_norm.mistake(
    "sum_of_norms",
    "You add up the norms of the arrays: 3 and 4 make 7. How long is the vector that holds both?",
    (SQUARES, f"np.sqrt({SQUARES})"),
    ("np.sqrt(total)", "1.0 * total"),
)
clip_global_norm.mistake(
    "sum_of_absolutes",
    "You add up the absolute values of the entries. Which norm has squares and a root?",
    (SQUARES, "np.sum(np.abs(1.0 * grads[key]))"),
    ("np.sqrt(total)", "1.0 * total"),
)
clip_global_norm.mistake(
    "largest_entry",
    "Your norm is the largest entry. A gradient with thousands of entries can be long although "
    "none of them is large. Which length is asked for?",
    (f"total + {SQUARES}", "np.maximum(total, np.max(grads[key] ** 2.0))"),
)
clip_global_norm.mistake(
    "largest_norm",
    "Your norm is that of the longest array, and the others do not count. How long is the vector "
    "that holds all of them?",
    (f"total + {SQUARES}", f"np.maximum(total, {SQUARES})"),
)
clip_global_norm.mistake(
    "mean_of_squares",
    "You average the squares of each array instead of adding them up, so that a large matrix "
    "counts no more than a small one. What is under the root of a length?",
    (SQUARES, "np.mean(grads[key] ** 2.0)"),
)
clip_global_norm.mistake(
    "last_array_only",
    "Your norm is that of the last array alone. What became of the others' squares?",
    (f"total + {SQUARES}", SQUARES),
)
clip_global_norm.mistake(
    "weights_norm_only",
    "Your norm leaves the biases out. Which entries belong to the gradient?",
    ("    for key in grads:", '    for key in [key for key in grads if key[0] == "W"]:'),
)
clip_global_norm.mistake(
    "norm_after_the_clipping",
    "You give back the norm after the clipping, which says little: it is max_norm whenever "
    "something was clipped. Which norm tells that a batch was unusual?",
    (CLIPPED, "{key: factor * grads[key] for key in grads}, factor * norm"),
)
clip_global_norm.mistake(
    "gives_back_the_factor",
    "Your second result is the factor. Which number does the docstring ask for?",
    (CLIPPED, "{key: factor * grads[key] for key in grads}, factor"),
)
clip_global_norm.mistake(
    "results_swapped",
    "Your two results come in the other order, the norm first. Which one does the docstring name "
    "first?",
    (CLIPPED, "norm, {key: factor * grads[key] for key in grads}"),
)
clip_global_norm.mistake(
    "nothing_is_clipped",
    "You compute the norm and give the gradients back as they were. What does max_norm do?",
    (CLIPPED, "{key: 1.0 * grads[key] for key in grads}, norm"),
)
clip_global_norm.mistake(
    "one_whatever_max_norm",
    "You clip to 1 whatever max_norm is asked. Where does the argument come in?",
    (FACTOR, "1.0 / max(norm, 1.0)"),
)
clip_global_norm.mistake(
    "length_one",
    "What is too long comes out with length 1, whatever max_norm is: you divide it by its norm and "
    "leave it there. Which length should it have?",
    (FACTOR, "1.0 / norm if norm > max_norm else 1.0"),
)
clip_global_norm.mistake(
    "infinite_times_zero",
    "One infinite entry, and your clipping makes it nan: infinity times zero is neither. What "
    "should come back where the norm is not finite?",
    (NOT_FINITE, ""),
    (FACTOR, "np.minimum(1.0, max_norm / np.maximum(norm, max_norm))"),
    share=0.5,
)
clip_global_norm.mistake(
    "infinite_but_not_nan",
    "An infinite entry is caught and one that is nan passes: nan is not infinite, and the whole "
    "gradient becomes nan. Which function of NumPy is false for both?",
    ("not np.isfinite(norm)", "np.isinf(norm)"),
    share=0.5,
)
clip_global_norm.mistake(
    "nan_but_not_infinite",
    "An entry that is nan is caught and an infinite one passes, and becomes nan in your product. "
    "Which function of NumPy is false for both?",
    ("not np.isfinite(norm)", "np.isnan(norm)"),
    share=0.5,
)
clip_global_norm.mistake(
    "only_the_broken_entries",
    "Where one entry is not finite you set that one to zero and keep the others. Can they be "
    "trusted, when the same batch has made both?",
    (
        "{key: np.zeros(grads[key].shape) for key in grads}, norm",
        "{key: np.where(np.isfinite(grads[key]), grads[key], 0.0) for key in grads}, norm",
    ),
    share=0.5,
)
clip_global_norm.mistake(
    "norm_of_zero_where_not_finite",
    "Where the norm is not finite you give 0 back in its place. How will the script know that this "
    "batch was broken?",
    ("for key in grads}, norm\n    factor", "for key in grads}, 0.0\n    factor"),
    share=0.5,
)


@clip_global_norm.mistake(
    "works_in_place",
    "Your values are right, but the gradients you were given have changed. Who else may be using "
    "them?",
    share=0.8,
)
def _(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2.0) for g in grads.values()))
    for key in grads:
        finite = np.isfinite(norm)
        grads[key] = (
            grads[key] * (max_norm / max(norm, max_norm))
            if finite
            else 0.0 * np.ones(grads[key].shape)
        )
    return dict(grads), norm


@clip_global_norm.style
def _(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads.values()]))
    if np.isnan(norm) or np.isinf(norm):
        return {k: np.zeros_like(g, dtype=float) for k, g in grads.items()}, norm
    if norm <= max_norm:
        return {k: g.astype(float) for k, g in grads.items()}, norm
    return {k: g * max_norm / norm for k, g in grads.items()}, norm


@clip_global_norm.style
def _(grads, max_norm):
    squares = [np.vdot(g, g) for g in grads.values()]
    norm = float(sum(squares)) ** 0.5
    scale = 1.0 if norm <= max_norm else max_norm / norm
    if not math.isfinite(norm):
        scale = 0.0
    return {k: np.nan_to_num(g, posinf=0.0, neginf=0.0) * scale for k, g in grads.items()}, norm


@clip_global_norm.style
def _(grads, max_norm):
    norms = np.array([np.linalg.norm(grads[k]) for k in grads])
    norm = np.linalg.norm(norms)
    clipped = {}
    for k in grads:
        if not np.isfinite(norm):
            clipped[k] = np.zeros(grads[k].shape)
        elif norm > max_norm:
            clipped[k] = np.divide(grads[k], norm / max_norm)
        else:
            clipped[k] = np.array(grads[k], copy=True)
    return clipped, norm


@clip_global_norm.style
def _(grads, max_norm):
    norm = 0.0
    for g in grads.values():
        for value in g.flatten():
            norm = np.hypot(norm, value)
    if not np.isfinite(norm) or any(np.isnan(g).any() for g in grads.values()):
        norm = np.sqrt(sum(float(np.square(g).sum()) for g in grads.values()))
        return {k: np.full(g.shape, 0.0) for k, g in grads.items()}, norm
    factor = min(1.0, max_norm / norm) if norm > 0 else 1.0
    return {k: factor * g for k, g in grads.items()}, norm


@clip_global_norm.style
def _(grads, max_norm):
    norm = np.sqrt(np.sum([np.einsum("ij,ij->", g, g) for g in map(np.asarray, grads.values())]))
    with np.errstate(all="ignore"):
        factor = np.fmin(1.0, np.float64(max_norm) / norm)
        parts = [np.where(np.isfinite(norm), factor * g, 0.0) for g in grads.values()]
    return dict(zip(grads, parts, strict=True)), norm


lesson.number_quiz(
    "todays_clip_first",
    title="Clip, then average",
    question="The stream of lesson 10: of three gradients one is 3 and two are $-1$, so that their "
    "mean is $1/3$ and $w$ should fall. Somebody clips every single gradient to norm 1 **before** "
    "the three are averaged. What is their mean then? Answer with a number, exact to 1 %.",
    asks="the mean of the three clipped gradients",
    right=(
        -1 / 3,
        "Clipped, the three are 1, -1 and -1: their mean points the other way, and w climbs to the "
        "worst point. Clipping keeps the direction of what it clips, not that of a mean.",
    ),
    wrong={
        1 / 3: "That is the mean before the clipping. What is left of the 3?",
        1: "That is the sum of the gradients, 3 - 1 - 1. What is left of the 3 after the clipping?",
        -1: "That is the sum of the clipped ones. What is their mean?",
        5 / 3: "That is the mean of 3, 1 and 1. Does clipping change a sign?",
    },
    rtol=0.01,
    written=-0.3333,
    hints=(
        "Clip each of the three on its own: what becomes of 3, and what of a -1?",
        "Now add the three clipped ones and divide by three.",
    ),
)

lesson.quiz(
    "todays_small_max_norm",
    title="Far too small",
    question="By mistake `max_norm` is 0.01, far below the norm of every gradient, so that *every* "
    "one is clipped. The script's learning rate was tuned without clipping. What happens?",
    options={
        "a": (
            "both gradient descent and Adam nearly stand still",
            "For gradient descent that is so. What does Adam divide each step by, and was that "
            "clipped as well?",
        ),
        "b": (
            "gradient descent goes on as before, Adam nearly stands still",
            "A step of gradient descent is as long as the rate times the gradient. Which of the "
            "two divides the length of the gradient out again?",
        ),
        "c": (
            "both go on as before: clipping keeps the direction",
            "The direction stays, and the length does not. Whose step depends on the length?",
        ),
        "d": (
            "gradient descent nearly stands still, Adam goes on almost as before",
            "Clipped gradients are some fifty times shorter, and so are the steps of gradient "
            "descent. Adam divides by the root of s, which has shrunk as much.",
        ),
    },
    right="d",
    hints=(
        "What does a step of gradient descent do when the gradient becomes fifty times shorter?",
        "Lesson 6: what happens to Adam's step when all gradients are multiplied by the same "
        "number?",
    ),
)


# Lion


@lesson.exercise(
    points=4,
    returns=("params", "momentum"),
    hints=(
        "Two different mixtures of momentum and gradient: one for the direction, one to keep.",
        "The direction is the sign of the mixture with beta1, and that one is not kept.",
        "What is kept mixes the *old* momentum and the gradient with beta2.",
        "The decay is AdamW's: every parameter is first multiplied by a factor a little below one.",
    ),
)
def lion_update(params, grads, momentum, learning_rate, beta1=0.9, beta2=0.99, weight_decay=0.0):
    """One step of Lion: decay first, then a step by the sign of a mixture."""
    new_params, new_momentum = {}, {}
    for key in params:
        mixture = beta1 * momentum[key] + (1 - beta1) * grads[key]
        decayed = (1 - learning_rate * weight_decay) * params[key]
        new_params[key] = decayed - learning_rate * np.sign(mixture)
        new_momentum[key] = beta2 * momentum[key] + (1 - beta2) * grads[key]
    return new_params, new_momentum


def _lion(rng, note, *, steps=2, integer=False, fresh=False, scale=1.0, **settings):
    params = inputs.layers(rng)
    if integer:
        params = {key: np.arange(value.size).reshape(value.shape) for key, value in params.items()}
    momentum = inputs.layers(rng, 0.0 if fresh else 0.3 * scale)
    momentum = {
        key: np.abs(value) * np.sign(rng.normal(size=value.shape))
        for key, value in momentum.items()
    }
    then = tuple({"grads": inputs.layers(rng, scale)} for _ in range(steps - 1))
    args = {"params": params, "grads": inputs.layers(rng, scale), "momentum": momentum}
    return Case({**args, **settings}, then, {"params": 0, "momentum": 1}, note)


@lion_update.cases
def _(rng):
    one = {"W1": np.array([[1.0, 1.0]]), "b1": np.array([[2.0]])}
    yield Case(
        {
            "params": one,
            "grads": {"W1": np.array([[-1.0, 10.0]]), "b1": np.array([[0.0]])},
            "momentum": {"W1": np.array([[0.05, 0.05]]), "b1": np.array([[0.0]])},
            "learning_rate": 0.1,
        },
        note="one unit",
    )
    yield Case(
        {
            "params": one,
            "grads": {"W1": np.array([[1.0, -2.0]]), "b1": np.array([[-3.0]])},
            "momentum": {"W1": np.array([[-0.5, 0.5]]), "b1": np.array([[1.0]])},
            "learning_rate": 0.2,
            "beta1": 0.5,
            "beta2": 0.75,
            "weight_decay": 0.5,
        },
        note="a decay of 0.5",
    )
    yield _lion(rng, "the default settings", steps=4, learning_rate=0.03, fresh=True)
    odd = {"learning_rate": 0.2, "beta1": 0.75, "beta2": 0.94}
    yield _lion(rng, "a momentum from earlier updates", steps=4, **odd)
    yield _lion(rng, "a strong decay", steps=3, weight_decay=0.8, **odd)
    other = {"learning_rate": 0.05, "beta1": 0.95, "beta2": 0.6, "weight_decay": 0.1}
    yield _lion(rng, "a beta2 below beta1", steps=3, **other)
    yield _lion(rng, "tiny gradients", steps=3, scale=1e-4, learning_rate=0.1)
    yield _lion(rng, "integer parameters", integer=True, learning_rate=0.5)


MIXTURE = "beta1 * momentum[key] + (1 - beta1) * grads[key]"
KEPT = "beta2 * momentum[key] + (1 - beta2) * grads[key]"
DECAYED = "(1 - learning_rate * weight_decay) * params[key]"
SIGN = "np.sign(mixture)"
lion_update.mistake(
    "momentum_first",
    "You update the momentum first and take the sign of that one: the newest gradient has next to "
    "no say in the step. Which beta mixes the direction?",
    (MIXTURE, KEPT),
)
lion_update.mistake(
    "betas_swapped",
    "Your two betas have changed places: the direction is mixed with beta2 and the memory with "
    "beta1. Which of the two should be slow?",
    (LOOP, f"    beta1, beta2 = beta2, beta1\n{LOOP}"),
)
lion_update.mistake(
    "one_beta_for_both",
    "You keep the mixture of the direction: a memory with beta1, as in lesson 4. With which beta "
    "does the momentum go on?",
    (KEPT, "1.0 * mixture"),
)
lion_update.mistake(
    "mixes_the_mixture",
    "Your momentum goes on from the mixture of the direction, in which the gradient has been "
    "counted once already. From where does it go on?",
    (KEPT, "beta2 * mixture + (1 - beta2) * grads[key]"),
)
lion_update.mistake(
    "sign_of_the_gradient",
    "You step by the sign of the gradient alone. What has the momentum to say?",
    (MIXTURE, "1.0 * grads[key]"),
)
lion_update.mistake(
    "sign_of_the_momentum",
    "You step by the sign of the old momentum, and the gradient of this step waits for the next. "
    "What is mixed into the direction?",
    (MIXTURE, "1.0 * momentum[key]"),
)
lion_update.mistake(
    "no_sign",
    "You step by the mixture itself: a gradient ten times as large makes a longer step. What of "
    "the mixture counts in Lion?",
    (SIGN, "mixture"),
)
lion_update.mistake(
    "zero_goes_up",
    "Where the mixture is zero your parameter moves all the same. What is the sign of zero?",
    (SIGN, "np.where(mixture >= 0, 1.0, -1.0)"),
)
lion_update.another("zero_goes_up", (SIGN, "np.where(mixture > 0, 1.0, -1.0)"))
lion_update.mistake(
    "sign_by_division",
    "Where the mixture is zero your step is 0/0. What is the sign of zero?",
    (SIGN, "(mixture / np.abs(mixture))"),
)
lion_update.mistake(
    "decay_in_the_gradient",
    "Your decay is added to the gradient and ends inside the sign, where its size is lost, and in "
    "the momentum. What does *decoupled* mean?",
    (MIXTURE, "beta1 * momentum[key] + (1 - beta1) * (grads[key] + weight_decay * params[key])"),
    (KEPT, "beta2 * momentum[key] + (1 - beta2) * (grads[key] + weight_decay * params[key])"),
    (DECAYED, "params[key]"),
)
lion_update.mistake(
    "decay_inside_the_sign",
    "Your decay stands inside the sign, where only its direction is left. Where does it stand in "
    "AdamW?",
    (SIGN, "np.sign(mixture + weight_decay * params[key])"),
    (DECAYED, "params[key]"),
)
lion_update.mistake(
    "decay_without_the_rate",
    "Your decay leaves the learning rate out: at decay 0.5 half of every weight goes in one step. "
    "What multiplies the decay?",
    (DECAYED, "(1 - weight_decay) * params[key]"),
)
lion_update.mistake(
    "decay_after_the_step",
    "You decay after the step, so that the step itself is decayed as well. What comes first?",
    (DECAYED, "params[key]"),
    (
        "decayed - learning_rate * np.sign(mixture)",
        "(1 - learning_rate * weight_decay) * (decayed - learning_rate * np.sign(mixture))",
    ),
)
lion_update.mistake(
    "no_decay",
    "Your step is right without decay, and nothing decays. Which argument did you not use?",
    (DECAYED, "params[key]"),
)
lion_update.mistake(
    "grows_instead",
    "Your weights grow by the decay. Which sign makes them shrink?",
    (DECAYED, "(1 + learning_rate * weight_decay) * params[key]"),
)
lion_update.mistake(
    "uphill",
    "Your parameters move up the gradient: the cost would rise. Which sign does a descent step "
    "have?",
    ("decayed - learning_rate", "decayed + learning_rate"),
)
lion_update.mistake(
    "weights_of_the_direction_swapped",
    "Your direction gives beta1 to the gradient and 1 - beta1 to the momentum. Which of the two "
    "weighs 0.9?",
    (MIXTURE, "(1 - beta1) * momentum[key] + beta1 * grads[key]"),
)
lion_update.mistake(
    "weights_of_the_momentum_swapped",
    "Your momentum gives beta2 to the newest gradient and forgets nearly all before it. Which of "
    "the two weighs 0.99?",
    (KEPT, "(1 - beta2) * momentum[key] + beta2 * grads[key]"),
)
lion_update.mistake(
    "sum_instead_of_average",
    "Your momentum adds the whole gradient: it is the classical form, a hundred times as long. "
    "What does the averaging form multiply the gradient by?",
    (KEPT, "beta2 * momentum[key] + grads[key]"),
)
lion_update.mistake(
    "sum_in_the_direction",
    "Your direction takes the whole gradient beside beta1 times the momentum, so that the momentum "
    "has little to say. What multiplies the gradient in the mixture?",
    (MIXTURE, "beta1 * momentum[key] + grads[key]"),
)
lion_update.mistake(
    "momentum_of_signs",
    "Your momentum averages the signs. Which of the two is kept, the gradient or the step?",
    (KEPT, "beta2 * momentum[key] + (1 - beta2) * np.sign(mixture)"),
)
lion_update.mistake(
    "momentum_stays",
    "Your momentum stays what it was: the next step knows nothing of this gradient. What does it "
    "need to be told?",
    (KEPT, "1.0 * momentum[key]"),
)
lion_update.mistake(
    "results_swapped",
    "Your two results come in the other order, the momentum first. Which one does the docstring "
    "name first?",
    ("return new_params, new_momentum", "return new_momentum, new_params"),
)
lion_update.mistake(
    "rate_missing",
    "Every step of yours has length 1, whatever the learning rate. What multiplies the sign?",
    ("- learning_rate * np.sign", "- 1.0 * np.sign"),
)
lion_update.fixed(LOOP, beta1=(0.9,), beta2=(0.99,))
lion_update.another_default(beta1=(0.95, 0.5), beta2=(0.9, 0.999, 0.98), weight_decay=(0.01, 0.1))
families.weights_only(lion_update, "params, momentum")
families.works_in_place(
    lion_update,
    "params, momentum",
    "Your values are right, but the params or the momentum you were given changed. Who else may be "
    "using them?",
)


@lion_update.style
def _(params, grads, momentum, learning_rate, beta1=0.9, beta2=0.99, weight_decay=0.0):
    def moved(w, g, m):
        return w - learning_rate * (np.sign(beta1 * m + (1 - beta1) * g) + weight_decay * w)

    new = {k: moved(params[k], grads[k], momentum[k]) for k in params}
    return new, {k: beta2 * momentum[k] + (1 - beta2) * grads[k] for k in params}


@lion_update.style
def _(params, grads, momentum, learning_rate, beta1=0.9, beta2=0.99, weight_decay=0.0):
    params = {k: np.array(p, dtype=float) for k, p in params.items()}
    momentum = copy.deepcopy(momentum)
    for k, g in grads.items():
        c = momentum[k] + (1 - beta1) * (g - momentum[k])
        params[k] *= 1 - learning_rate * weight_decay
        params[k][c > 0] -= learning_rate
        params[k][c < 0] += learning_rate
        momentum[k] += (1 - beta2) * (g - momentum[k])
    return params, momentum


@lion_update.style
def _(params, grads, momentum, learning_rate, beta1=0.9, beta2=0.99, weight_decay=0.0):
    new_params, new_momentum = dict(params), dict(momentum)
    for k in momentum:
        c = np.add(beta1 * momentum[k], (1 - beta1) * grads[k])
        direction = np.where(c > 0, 1, np.where(c < 0, -1, 0))
        new_params[k] = params[k] - learning_rate * weight_decay * params[k]
        new_params[k] = new_params[k] - learning_rate * direction
        new_momentum[k] = np.average([momentum[k], grads[k]], axis=0, weights=[beta2, 1 - beta2])
    return new_params, new_momentum


@lion_update.style
def _(params, grads, momentum, learning_rate, beta1=0.9, beta2=0.99, weight_decay=0.0):
    signs = {
        k: np.clip(np.inf * c, -1, 1) if False else (c > 0) * 1.0 - (c < 0) * 1.0
        for k, c in ((k, beta1 * momentum[k] + (1 - beta1) * grads[k]) for k in grads)
    }
    shrink = 1.0 - weight_decay * learning_rate
    params = {
        k: np.multiply(shrink, params[k]) - np.multiply(learning_rate, signs[k]) for k in signs
    }
    return params, {k: momentum[k] - (1 - beta2) * (momentum[k] - grads[k]) for k in signs}


@lion_update.style
def _(params, grads, momentum, learning_rate, beta1=0.9, beta2=0.99, weight_decay=0.0):
    out, kept = {}, {}
    for layer in range(1, len(params) // 2 + 1):
        for key in (f"W{layer}", f"b{layer}"):
            old, g = momentum[key], grads[key]
            kept[key] = beta2 * old + (1 - beta2) * g
            step = np.copysign(1.0, beta1 * old + (1 - beta1) * g)
            step = np.where(beta1 * old + (1 - beta1) * g == 0, 0, step)
            out[key] = params[key] * (1 - learning_rate * weight_decay) - step * learning_rate
    return out, kept


lesson.number_quiz(
    "todays_lion_memory",
    title="What Lion remembers",
    question="A network with 64, 32 and 10 units has 2,410 parameters. Adam keeps $v$ and $s$ for "
    "each of them. How many numbers does Lion carry from one step to the next?",
    asks="a number of numbers",
    right=(
        2410,
        "One momentum for every parameter, and not even a counter: half of Adam's state.",
    ),
    wrong={
        4820: "That is what v and s of Adam take. How many averages does Lion keep?",
        4821: "That is Adam with its counter t. How many averages does Lion keep, and does it "
        "correct them?",
        2411: "Does Lion correct a bias? What would it need a counter for?",
        2: "That is the number of betas. What is kept for every single parameter?",
        1205: "That is half of the parameters. For how many of them is something kept?",
        0: "Then the sign would be that of the gradient alone. What is mixed with it?",
    },
    rtol=1e-5,
    hints=(
        "What does the update take besides params, grads and settings, and what does it give back?",
        "The mixture of the direction is made anew in every step.",
    ),
)


# Muon


@lesson.exercise(
    points=4,
    returns=("orthogonalized",),
    hints=(
        "Divide by the Frobenius norm plus 1e-7, the root of the sum of all squared entries: then "
        "no singular value is above 1.",
        "A = X X^T is a small square matrix; b A + c A A is another one, and it multiplies X from "
        "the left.",
        "All products are matrix products: @ and not *.",
        "The new X is made of the old one in all three terms, and this is done `steps` times.",
    ),
)
def orthogonalize(G, steps=5):
    """G with all its singular values pushed towards 1, by Newton-Schulz."""
    a, b, c = 3.4445, -4.775, 2.0315
    X = G / (np.sqrt(np.sum(G**2.0)) + 1e-7)
    for _ in range(steps):
        A = X @ X.T
        X = a * X + (b * A + c * A @ A) @ X
    return X


@orthogonalize.cases
def _(rng):
    yield Case({"G": np.array([[3.0, 0.0], [0.0, 4.0]]), "steps": 1}, note="a diagonal matrix")
    yield Case({"G": np.array([[3.0, 0.0, 0.0], [0.0, 0.4, 0.0]])}, note="two rows, three columns")
    yield Case({"G": rng.normal(size=(4, 6))}, note="a wide matrix")
    yield Case({"G": 10.0 * rng.normal(size=(6, 3)), "steps": 4}, note="a tall matrix")
    yield Case({"G": 1e-4 * rng.normal(size=(3, 5)), "steps": 3}, note="a small matrix")
    yield Case({"G": rng.normal(size=(4, 4)), "steps": 2}, note="a square matrix")
    yield Case({"G": rng.normal(size=(3, 4)), "steps": 0}, note="no step")
    yield Case({"G": np.outer(rng.normal(size=3), rng.normal(size=4))}, note="a matrix of rank 1")
    yield Case({"G": np.zeros((2, 3))}, note="a matrix of zeros")
    yield Case({"G": rng.integers(-5, 6, size=(2, 4))}, note="a matrix of integers")


NORM = "np.sqrt(np.sum(G**2.0))"
STEP = "a * X + (b * A + c * A @ A) @ X"
ROUNDS = "    for _ in range(steps):\n        A = X @ X.T\n"
orthogonalize.variant(
    "clamped_norm",
    "Correct. You divide by the larger of the norm and 1e-7, as PyTorch does.",
    (f"{NORM} + 1e-7", f"np.maximum({NORM}, 1e-7)"),
)
orthogonalize.mistake(
    "entry_by_entry",
    "You raise the entries to their powers, not the matrix: right for a diagonal one and for no "
    "other. What do the singular values of a product know of single entries?",
    ("(b * A + c * A @ A) @ X", "b * X**3 + c * X**5"),
)
orthogonalize.mistake(
    "not_normalised",
    "You do not divide by the norm: singular values above 1.3 or so grow in every step instead of "
    "going to 1. How large can they be after the division?",
    (f"G / ({NORM} + 1e-7)", "1.0 * G"),
)
orthogonalize.mistake(
    "zero_matrix",
    "A matrix of zeros becomes nan, and a small one comes out a little too large: you divide by "
    "the norm alone. What is added to it?",
    (f"{NORM} + 1e-7", NORM),
)
orthogonalize.mistake(
    "spectral_norm",
    "You divide by the largest singular value, so that it is 1 from the start. It needs the SVD "
    "that the iteration avoids. Which norm is the root of the sum of the squares?",
    (NORM, "np.linalg.norm(1.0 * G, 2)"),
)
orthogonalize.mistake(
    "largest_entry",
    "You divide by the largest entry: the singular values can still be far above 1. Which norm is "
    "asked for?",
    (NORM, "np.max(np.abs(G))"),
)
orthogonalize.mistake(
    "no_root_in_the_norm",
    "You divide by the sum of the squares, which is the norm times itself. Where is its root?",
    (NORM, "np.sum(G**2.0)"),
)
orthogonalize.mistake(
    "rows_normalised",
    "You divide every row by its own norm, which turns the rows against each other. How many "
    "numbers is the matrix divided by?",
    (NORM, "np.sqrt(np.sum(G**2.0, axis=1, keepdims=True))"),
)
orthogonalize.mistake(
    "columns_normalised",
    "You divide every column by its own norm. How many numbers is the matrix divided by?",
    (NORM, "np.sqrt(np.sum(G**2.0, axis=0))"),
)
orthogonalize.mistake(
    "normalised_in_every_step",
    "You divide by the norm in every step: what a step has brought up is taken back. How often is "
    "the matrix normalised?",
    (f"X = {STEP}", f"X = {STEP}\n        X = X / (np.sqrt(np.sum(X**2.0)) + 1e-7)"),
)
orthogonalize.mistake(
    "textbook_coefficients",
    "Yours is the textbook's iteration with 1.5 and -0.5: it goes to 1 exactly, but a small "
    "singular value grows only by half in each step. Which three coefficients are given?",
    ("3.4445, -4.775, 2.0315", "1.5, -0.5, 0.0"),
)
orthogonalize.mistake(
    "coefficients_swapped",
    "Your coefficients b and c have changed places. Which one belongs to A, and which to A A?",
    ("b * A + c * A @ A", "c * A + b * A @ A"),
)
orthogonalize.mistake(
    "sign_of_b",
    "Your b is positive, so that nothing holds the singular values back. Which sign should it "
    "have?",
    ("-4.775", "4.775"),
)
orthogonalize.mistake(
    "element_by_element",
    "You square A element by element. Which product is A A?",
    ("c * A @ A", "c * A * A"),
)
orthogonalize.mistake(
    "third_term_missing",
    "Your step ends with b A: the term with c is missing, and the singular values swing. How many "
    "terms has the step?",
    ("(b * A + c * A @ A)", "(b * A)"),
)
orthogonalize.mistake(
    "square_of_a_missing",
    "Your third term has A where A A belongs. To which power of X does each of the three terms go?",
    ("c * A @ A", "c * A"),
)
orthogonalize.mistake(
    "first_term_missing",
    "Your step leaves out a X, the term that lifts the small singular values. How many terms has "
    "the step?",
    (STEP, "(b * A + c * A @ A) @ X"),
)
orthogonalize.mistake(
    "coefficient_of_x_missing",
    "You add X itself where a X belongs. By how much does a small singular value grow in a step?",
    (STEP, "X + (b * A + c * A @ A) @ X"),
)
orthogonalize.mistake(
    "old_square",
    "You compute A once, before the loop, and go on using it while X changes. Of which X is A "
    "made?",
    (ROUNDS, "    A = X @ X.T\n    for _ in range(steps):\n"),
)
orthogonalize.mistake(
    "never_stored",
    "Your result is G over its norm, whatever `steps` is. Where does a step leave its result?",
    (f"X = {STEP}", f"Y = {STEP}"),
)
orthogonalize.mistake(
    "one_step_only",
    "Yours is right after one step, and it stays there. How often is the step done?",
    ("range(steps)", "range(min(steps, 1))"),
)
orthogonalize.mistake(
    "one_step_too_many",
    "You do one step more than asked. How often does your loop run when steps is 1?",
    ("range(steps)", "range(steps + 1)"),
)
orthogonalize.mistake(
    "one_step_too_few",
    "You do one step less than asked. How often does your loop run when steps is 1?",
    ("range(steps)", "range(1, steps)"),
)
orthogonalize.mistake(
    "always_five_steps",
    "You do five steps whatever is asked. Where does the argument steps come in?",
    ("range(steps)", "range(5)"),
)
orthogonalize.mistake(
    "transposed",
    "Your result stands on its side: rows and columns have changed places. Which shape has G?",
    ("return X", "return X.T"),
)
orthogonalize.mistake(
    "tall_stays_transposed",
    "A wide matrix comes out right, and a tall one on its side: you transposed it before the loop. "
    "Which shape should come back?",
    (
        "    for _ in range(steps):",
        "    X = X.T if X.shape[0] > X.shape[1] else X\n    for _ in range(steps):",
    ),
)
orthogonalize.another_default(steps=(1, 3, 4, 6, 10))


@orthogonalize.style
def _(G, steps=5):
    X = np.array(G, dtype=float)
    X /= np.linalg.norm(X) + 1e-7
    tall = X.shape[0] > X.shape[1]
    if tall:
        X = X.T
    for _ in range(steps):
        A = X @ X.T
        B = -4.775 * A + 2.0315 * A @ A
        X = 3.4445 * X + B @ X
    return X.T if tall else X


@orthogonalize.style
def _(G, steps=5):
    X = G / (np.linalg.norm(G, "fro") + 1e-7)
    while steps > 0:
        S = X.T @ X
        X = X @ (3.4445 * np.eye(len(S)) - 4.775 * S + 2.0315 * np.linalg.matrix_power(S, 2))
        steps -= 1
    return X


@orthogonalize.style
def _(G, steps=5):
    X = np.divide(G, np.sqrt(np.vdot(G, G)) + 1e-7)
    for _ in range(steps):
        cubed = X.dot(X.T).dot(X)
        X = 3.4445 * X - 4.775 * cubed + 2.0315 * (X @ X.T @ cubed)
    return X


@orthogonalize.style
def _(G, steps=5):
    U, s, Vt = np.linalg.svd(G, full_matrices=False)
    s = s / (np.sqrt(np.sum(s**2)) + 1e-7)
    for _ in range(steps):
        s = 3.4445 * s - 4.775 * s**3 + 2.0315 * s**5
    return U @ np.diag(s) @ Vt


@orthogonalize.style
def _(G, steps=5):
    def push(X, left):
        if left == 0:
            return X
        A = np.matmul(X, np.transpose(X))
        return push(3.4445 * X + (-4.775 * A + 2.0315 * np.matmul(A, A)) @ X, left - 1)

    return push(G / ((G.astype(float) ** 2).sum() ** 0.5 + 1e-7), steps)


lesson.quiz(
    "todays_shampoo",
    title="Muon and Shampoo",
    question="Shampoo multiplies a gradient $G$ by $(G G^T)^{-1/4}$ from the left and by "
    "$(G^T G)^{-1/4}$ from the right, with averages over time in place of $G G^T$ and $G^T G$. "
    r"Take a Shampoo without memory, and $G = U \Sigma V^T$ with all singular values above zero. "
    "What is its step?",
    options={
        "a": (
            r"$U V^T$",
            "Each side divides every singular value by its own square root: sigma to the power of "
            "1 - 1/2 - 1/2 is 1. Muon is Shampoo without memory.",
        ),
        "b": (
            r"$U \Sigma^{1/2} V^T$",
            "That is what one of the two sides does. What does the other one do?",
        ),
        "c": (
            r"$G$ divided by its Frobenius norm",
            "That would divide all singular values by the same number. What does each side do to a "
            "large and to a small one?",
        ),
        "d": (
            r"$U \Sigma^{-1} V^T$, the inverse, as in Newton's method",
            "The singular values of G G^T are squared ones: which power of sigma is its -1/4th "
            "power?",
        ),
    },
    right="a",
    hints=(
        "Write G G^T with U and Sigma: what is left of V?",
        "The power -1/4 of Sigma squared, then Sigma, then the power -1/4 of Sigma squared: add "
        "the exponents.",
    ),
)


# Edge of stability

lesson.number_quiz(
    "todays_edge",
    title="Where will it stop?",
    question="The same network is trained with gradient descent at learning rate 0.4, for as long "
    "as it takes. Near which value does the largest curvature stop rising? Answer with a number.",
    asks="a curvature",
    right=(
        5,
        "2 / 0.4: gradient descent is stable as long as the rate times the curvature is at most 2, "
        "and the network climbs to that edge.",
    ),
    wrong={
        2.5: "That is 1 over the rate, where a step leads right to the bottom of a bowl. From "
        "which curvature on does it lead further away than it was?",
        0.8: "You multiplied 2 by the rate. Does a smaller rate allow more curvature or less?",
        3.33: "That was the edge for a rate of 0.6. Where is it for 0.4?",
        0.2: "You divided the rate by 2. Which of the two stands below the line?",
        2: "That is about where it starts. Where does it climb to?",
    },
    hints=(
        "A bowl of curvature h: one step of gradient descent multiplies w by 1 - rate times h.",
        "For which h does that factor reach -1?",
    ),
)


# Warm-up, stable, decay


@lesson.exercise(
    points=3,
    returns=("rate",),
    hints=(
        "Three phases, and `step` tells in which of them you are: the first `warmup` updates, the "
        "last `decay` updates, and what lies between.",
        "The rise is that of lesson 10: the first update has the rate learning_rate / warmup.",
        "How many updates are left? That number over `decay` is the factor in the decay, and it "
        "may not exceed 1 before, nor fall below 0 after the end.",
    ),
)
def wsd(step, steps, learning_rate, warmup, decay):
    """The rate of an update: it rises, stays, and falls linearly at the end."""
    if step < warmup:
        return learning_rate * (step + 1) / warmup
    left = (steps - step) / decay
    return learning_rate * min(1.0, max(0.0, left))


def _sweep(some, note, **settings):
    """One call for every one of some steps."""
    first, *rest = some
    then = tuple({"step": int(step)} for step in rest)
    return Case({"step": int(first), **settings}, then=then, note=note)


@wsd.cases
def _(rng):
    settings = {"steps": 10, "learning_rate": 0.8, "warmup": 3, "decay": 4}
    yield _sweep(range(11), "10 updates, 3 of warm-up and 4 of decay", **settings)
    rate, total = float(rng.uniform(0.1, 0.9)), int(rng.integers(8, 13))
    settings = {"steps": total, "learning_rate": rate}
    yield _sweep(range(total + 1), "no warm-up", warmup=0, decay=5, **settings)
    yield _sweep(range(total + 1), "a decay of one update", warmup=2, decay=1, **settings)
    yield _sweep(range(total + 1), "no stable phase", warmup=2, decay=total - 2, **settings)
    warmup, decay = int(rng.integers(20, 40)), int(rng.integers(50, 90))
    total, rate = int(rng.integers(200, 400)), float(rng.uniform(1e-4, 1e-2))
    settings = {"steps": total, "learning_rate": rate, "warmup": warmup, "decay": decay}
    edge = total - decay
    some = (0, 1, 7, warmup - 1, warmup, edge - 1, edge, edge + 1, total - 9, total - 1, total)
    yield _sweep(some, "hundreds of updates", **settings)
    yield _sweep((total + 1, total + 50, 2 * total), "steps beyond the end", **settings)


RISE = "learning_rate * (step + 1) / warmup"
LEFT = "(steps - step) / decay"
WITHIN = "min(1.0, max(0.0, left))"
wsd.mistake(
    "nothing_at_the_first_step",
    "Your rate at step 0 is 0: a whole mini-batch is read and nothing moves. Which number has the "
    "first update in the warm-up?",
    ("(step + 1) / warmup", "step / warmup"),
)
wsd.mistake(
    "warmup_over_one_more_step",
    "Your warm-up divides by warmup + 1 and does not reach the full rate in its last update. At "
    "which step should it be reached?",
    ("(step + 1) / warmup", "(step + 1) / (warmup + 1)"),
    share=0.5,
)
wsd.mistake(
    "warmup_one_step_too_long",
    "Your warm-up goes on for one update more than it is long and overshoots the full rate. Which "
    "step is its last?",
    ("step < warmup", "0 < warmup >= step"),
)
wsd.another(
    "warmup_one_step_too_long",
    ("step < warmup", "step <= warmup"),
    message="Your warm-up goes on for one update more than it is long; where it has none, you "
    "divide by zero. Which step is its last?",
)
wsd.mistake(
    "no_warmup",
    "Your rate is the full one from the first update on. What should it be at step 0 of a warm-up "
    "of 3?",
    (RISE, "1.0 * learning_rate"),
)
wsd.mistake(
    "warmup_rate_missing",
    "Your warm-up goes up to 1, whatever the learning rate is. Up to where should it go?",
    (RISE, "(step + 1) / warmup"),
)
wsd.mistake(
    "warmup_divides_whole",
    "Your warm-up divides with //, which leaves nothing but 0 and 1. Which division keeps the "
    "fraction?",
    (RISE, "learning_rate * ((step + 1) // warmup)"),
)
wsd.mistake(
    "no_decay",
    "After the warm-up your rate stays where it is to the end. What happens in the last `decay` "
    "updates?",
    (WITHIN, "1.0"),
)
wsd.mistake(
    "decay_from_the_warmup_on",
    "Your rate falls from the end of the warm-up on, and there is no stable phase. How long is the "
    "decay?",
    (LEFT, "(steps - step) / (steps - warmup)"),
)
wsd.mistake(
    "no_ceiling",
    "Between warm-up and decay your rate is above the full one: more updates are left than the "
    "decay is long. How large may the factor be?",
    (WITHIN, "max(0.0, left)"),
)
wsd.mistake(
    "negative_after_the_end",
    "Within the planned updates all is right; beyond the end your rate is negative, and training "
    "would climb. How small may the factor be?",
    (WITHIN, "min(1.0, left)"),
    share=0.8,
)
wsd.mistake(
    "decay_is_a_place",
    "You take `decay` for the step at which the decay begins. What is it the number of?",
    (LEFT, "(steps - step) / max(1, steps - decay)"),
)
wsd.mistake(
    "ends_one_step_early",
    "Your rate is 0 in the last update already, which then moves nothing. How many updates are "
    "left at step = steps - 1?",
    (LEFT, "(steps - step - 1) / decay"),
    share=0.5,
)
wsd.another("ends_one_step_early", (LEFT, "(steps - step - 1) / decay"), (WITHIN, "min(1.0, left)"))
wsd.mistake(
    "rises_in_the_decay",
    "Your rate drops to 0 where the decay begins, and rises from there. How many updates are left "
    "at its first step?",
    (LEFT, "(step - steps + decay) / decay if step >= steps - decay else 1.0"),
)
wsd.another(
    "rises_in_the_decay",
    (LEFT, "(step - steps + decay) / decay if step >= steps - decay else 1.0"),
    (WITHIN, "max(0.0, left)"),
)
wsd.another(
    "rises_in_the_decay",
    (LEFT, "(step - steps + decay) / decay if steps - decay <= step < steps else step < steps"),
)
for within in (WITHIN, "max(0.0, left)"):
    wsd.another(
        "rises_in_the_decay",
        (LEFT, "(step - steps + decay + 1) / decay if step >= steps - decay else 1.0"),
        (WITHIN, within),
        message="Your rate drops where the decay begins, and rises from there. How many updates "
        "are left at its first step, and how many at its last?",
    )
wsd.another(
    "rises_in_the_decay",
    (LEFT, "1 + max(0, step - steps + decay) / decay"),
    (WITHIN, "left"),
    message="Your rate is right up to where the decay begins, and climbs above the full one from "
    "there. What should be left of it at step = steps?",
)
wsd.family(
    "decay_over_the_whole_run",
    "Your decay begins where it should, with a jump down: it counts the updates of the whole run. "
    "At its first step, how many of the `decay` updates are left?",
    [
        (LEFT, "1 - step / steps if step >= steps - decay else 1.0"),
        ((LEFT, "1 - step / steps if step >= steps - decay else 1.0"), (WITHIN, "left")),
    ],
)
wsd.family(
    "decay_never_starts",
    "Your rate stays the full one to the last update, and falls only after it, if at all. How many "
    "updates before the end should it begin to fall?",
    [
        (LEFT, "step < steps"),
        (LEFT, "(steps + decay - step) / decay"),
        (LEFT, "step < steps + decay"),
        ((LEFT, "(steps - step) / decay if step >= steps else 1.0"), (WITHIN, "left")),
    ],
)
wsd.mistake(
    "decay_one_step_late",
    "Your decay comes one update late: at the end the rate is not yet 0. How many updates are left "
    "at step = steps?",
    (LEFT, "(steps - step + 1) / decay"),
    share=0.5,
)
wsd.mistake(
    "decay_too_flat",
    "Your decay is spread over one update more than it is long. At which step is the full rate "
    "left for the first time?",
    (LEFT, "(steps - step) / (decay + 1)"),
    share=0.5,
)
wsd.mistake(
    "decay_divides_whole",
    "Your decay divides with //, so that the rate falls to 0 in one jump. Which division keeps the "
    "fraction?",
    (LEFT, "(steps - step) // decay"),
)
wsd.mistake(
    "cosine",
    "Your decay is half a cosine. Along which line does the rate fall here?",
    (WITHIN, "(1 - np.cos(np.pi * min(1.0, max(0.0, left)))) / 2"),
)
wsd.mistake(
    "rises_at_the_end",
    "Your rate rises in the last updates instead of falling: it grows with the updates that are "
    "done. Which number falls to 0 at the end?",
    (LEFT, "(step - steps + decay) / decay"),
)
wsd.mistake(
    "decay_rate_missing",
    "After the warm-up your rates do not depend on the learning rate. What does the factor "
    "multiply?",
    (f"learning_rate * {WITHIN}", WITHIN),
)
wsd.mistake(
    "counts_from_one",
    "Your rates come one update late: you count the first one as step 1, and here it is 0. What is "
    "your rate at step 1?",
    ("    if step", "    step = max(step - 1, 0)\n    if step"),
    share=0.5,
)
wsd.mistake(
    "a_fixed_share",
    "Your decay takes the last fifth of the updates, whatever `decay` is asked. Where does the "
    "argument come in?",
    (LEFT, "(steps - step) / (0.2 * steps)"),
)
wsd.mistake(
    "square_root",
    "You take the root of the factor: half way through the decay 71 percent of the rate are left. "
    "What should be left there?",
    (WITHIN, "min(1.0, max(0.0, left)) ** 0.5"),
)


@wsd.style
def _(step, steps, learning_rate, warmup, decay):
    corners = [-1, warmup - 1, steps - decay, steps]
    return float(np.interp(step, corners, [0, learning_rate, learning_rate, 0]))


@wsd.style
def _(step, steps, learning_rate, warmup, decay):
    if step < warmup:
        rate = (step + 1) / warmup * learning_rate
    elif step < steps - decay:
        rate = learning_rate
    elif step < steps:
        rate = learning_rate * (1 - (step - (steps - decay)) / decay)
    else:
        rate = 0
    return rate


@wsd.style
def _(step, steps, learning_rate, warmup, decay):
    rise = (step + 1) / warmup if warmup else 1.0
    return learning_rate * np.clip(np.minimum(rise, (steps - step) / decay), 0, 1)


@wsd.style
def _(step, steps, learning_rate, warmup, decay):
    up = np.linspace(0, learning_rate, warmup + 1)[1:]
    flat = np.full(steps - warmup - decay, learning_rate)
    down = np.linspace(learning_rate, 0, decay + 1)
    rates = np.concatenate([up, flat, down])
    return rates[step] if step < len(rates) else 0.0


@wsd.style
def _(step, steps, learning_rate, warmup, decay):
    factors = [1.0]
    if warmup > 0:
        factors.append((step + 1.0) / warmup)
    factors.append(max(steps - step, 0) / decay)
    return learning_rate * sorted(factors)[0]


lesson.number_quiz(
    "todays_three_ends",
    title="Three ends",
    question="You want a finished network after 5, after 10 *and* after 20 epochs, each with a "
    "decay over the last fifth of its epochs. A cosine needs three trainings, 35 epochs in all. "
    "With a warm-up and a constant rate, the three share one trunk, and each end is a branch of "
    "it. How many epochs of work is that together?",
    asks="a number of epochs",
    right=(
        23,
        "The trunk has to reach the start of the last decay, at epoch 16; the three branches take "
        "1, 2 and 4 epochs.",
    ),
    wrong={
        35: "That is what three separate trainings take. Which epochs can they share?",
        20: "That is one training to the end. What do the two earlier ends cost in addition?",
        27: "You let the trunk run to epoch 20. How far does the last branch need it?",
        16: "That is the trunk. What do the three branches cost?",
        28: "That is the sum of three trunks, of 4, 8 and 16 epochs. How much of them is the same?",
    },
    rtol=0.01,
    hints=(
        "When does the decay of each of the three begin?",
        "One trunk up to the latest of these beginnings, and the three decays.",
    ),
)


# The average of the weights


@lesson.exercise(
    points=4,
    returns=("average", "corrected"),
    hints=(
        "The average is that of lesson 2, with the parameters in place of the temperatures.",
        "The correction is that of lesson 3. How many updates are in the average when t of them "
        "came before this one?",
        "Two dicts: the uncorrected average goes on to the next update, the corrected one is only "
        "looked at.",
    ),
)
def ema_update(average, params, beta, t):
    """The next average of the parameters, and what it is without the bias of its start."""
    new_average, corrected = {}, {}
    for key in params:
        new_average[key] = beta * average[key] + (1 - beta) * params[key]
        corrected[key] = new_average[key] / (1 - beta ** (t + 1))
    return new_average, corrected


def _averaged(rng, note, *, updates, beta, t=0, integer=False):
    """Several updates, the average carried along."""
    every = [inputs.layers(rng) for _ in range(updates)]
    if integer:
        every = [
            {k: np.arange(v.size).reshape(v.shape) - n for k, v in p.items()}
            for n, p in enumerate(every)
        ]
    average = {key: (0.4 if t else 0.0) * value for key, value in inputs.layers(rng).items()}
    then = tuple({"params": p, "t": t + n} for n, p in enumerate(every[1:], start=1))
    args = {"average": average, "params": every[0], "beta": beta, "t": t}
    return Case(args, then, {"average": 0}, note)


@ema_update.cases
def _(rng):
    params = {"W1": np.array([[8.0, -2.0]]), "b1": np.array([[4.0]])}
    zeros = {"W1": np.zeros((1, 2)), "b1": np.zeros((1, 1))}
    then = tuple({"params": params, "t": t} for t in (1, 2))
    args = {"average": zeros, "params": params, "beta": 0.75, "t": 0}
    yield Case(args, then, {"average": 0}, "parameters that stay where they are")
    yield _averaged(rng, "the first updates", updates=4, beta=0.9)
    yield _averaged(rng, "a beta of 0.999", updates=3, beta=0.999)
    yield _averaged(rng, "an average from earlier updates", updates=3, beta=0.6, t=5)
    yield _averaged(rng, "many updates before", updates=2, beta=0.98, t=int(rng.integers(150, 400)))
    yield _averaged(rng, "beta = 0", updates=2, beta=0.0)
    yield _averaged(rng, "integer parameters", updates=3, beta=0.5, integer=True)


AVERAGE = "beta * average[key] + (1 - beta) * params[key]"
BIAS = "(1 - beta ** (t + 1))"
CORRECTED = f"new_average[key] / {BIAS}"
ema_update.mistake(
    "weights_swapped",
    "Your average gives beta to the newest parameters and 1 - beta to all before them: it hardly "
    "averages. Which of the two weighs 0.999?",
    (AVERAGE, "(1 - beta) * average[key] + beta * params[key]"),
)
ema_update.mistake(
    "one_more_below",
    "Your divisor is 1 - beta^t, and 1 more: at t = 0 it is 1, and nothing is corrected. What does "
    "Python do first, the power or the sum?",
    ("1 - beta ** (t + 1)", "1 - beta**t + 1"),
)
ema_update.mistake(
    "sum_instead_of_average",
    "You add the whole parameters to beta times the average: it grows far beyond all of them. By "
    "what are the new ones multiplied?",
    (AVERAGE, "beta * average[key] + params[key]"),
)
ema_update.mistake(
    "exponent_one_too_small",
    "At t = 0 you divide by zero: your correction counts the updates before this one. How many are "
    "in the average now?",
    (BIAS, "np.float64(1 - beta**t)"),
)
ema_update.mistake(
    "counts_from_one_at_least",
    "Your first correction is right, and from then on the exponent is one too small. How many "
    "updates are in the average at t = 1?",
    (BIAS, "(1 - beta ** max(t, 1))"),
)
ema_update.mistake(
    "exponent_one_too_large",
    "Your correction counts one update too many: parameters that stay at 8 come out too small at "
    "first. How many updates are in the average at t = 0?",
    (BIAS, "(1 - beta ** (t + 2))"),
)
ema_update.mistake(
    "not_corrected",
    "Your two results are the same average, without a correction. What is it too small by after "
    "the first update?",
    (CORRECTED, "1.0 * new_average[key]"),
)
ema_update.mistake(
    "corrected_as_at_first",
    "You divide by 1 - beta in every update, as is right in the first one. What is the divisor "
    "when t grows?",
    (BIAS, "(1 - beta)"),
)
ema_update.mistake(
    "power_missing",
    "You multiply beta by the number of updates where the power belongs. What is left of the start "
    "after two of them?",
    (BIAS, "(1 - beta * (t + 1))"),
)
ema_update.mistake(
    "brackets_of_the_power",
    "Your 1 is added to the power and not to t. In which order does Python compute beta ** t + 1?",
    (BIAS, "np.float64(1 - (beta**t + 1))"),
)
ema_update.mistake(
    "multiplied_instead_of_divided",
    "You multiply by 1 - beta^(t+1): the average, too small already, becomes smaller. Which way "
    "does the correction go?",
    (CORRECTED, f"new_average[key] * {BIAS}"),
)
ema_update.mistake(
    "stores_the_corrected",
    "You hand the corrected average on, and the next update corrects it once more: parameters that "
    "stay at 8 come out far larger. What is stored, and what is only looked at?",
    ("corrected[key] = ", "corrected[key] = new_average[key] = "),
)
ema_update.mistake(
    "correction_goes_on",
    "You average the corrected value of the old average: the correction comes in twice. From where "
    "does the average go on?",
    (AVERAGE, "beta * average[key] / (1 - beta ** max(t, 1)) + (1 - beta) * params[key]"),
)
ema_update.mistake(
    "corrects_the_old_average",
    "You correct the average that came in, and this update's parameters are missing in it. Which "
    "one is corrected?",
    (CORRECTED, f"average[key] / {BIAS}"),
)
ema_update.mistake(
    "corrects_the_parameters",
    "You divide the newest parameters by 1 - beta^(t+1). What is it that started at zero?",
    (CORRECTED, f"params[key] / {BIAS}"),
)
ema_update.mistake(
    "average_stays",
    "Your average stays what it was, so that the next update starts from the same place. What is "
    "handed on?",
    ("return new_average, corrected", "return copy.deepcopy(average), corrected"),
)
ema_update.mistake(
    "results_swapped",
    "Your two results come in the other order. Which one goes on to the next update?",
    ("return new_average, corrected", "return corrected, new_average"),
)
ema_update.mistake(
    "starts_from_the_first",
    "At t = 0 you start from the parameters themselves, and the correction then finds a bias that "
    "is not there. What does the average start from here?",
    (AVERAGE, f"{AVERAGE} if t else 1.0 * params[key]"),
)
ema_update.mistake(
    "plain_mean",
    "Yours is the plain mean of all parameters so far, and beta plays no part. What should the "
    "oldest ones weigh?",
    (AVERAGE, "(t * average[key] + params[key]) / (t + 1)"),
    (CORRECTED, "1.0 * new_average[key]"),
)
families.weights_only(ema_update, "average, params")
families.works_in_place(
    ema_update,
    "average, params",
    "Your values are right, but the average or the parameters that you were given changed. Who "
    "else may be using them?",
)
ema_update.fixed(LOOP, beta=(0.9, 0.99, 0.999))


@ema_update.mistake(
    "fails_on_integers",
    "With integer parameters your arrays are made for integers, and what is written into them is "
    "cut. What type has np.zeros by itself?",
    share=0.8,
)
def _(average, params, beta, t):
    new_average, corrected = {}, {}
    for key in params:
        new_average[key] = np.zeros_like(params[key])
        new_average[key][...] = beta * average[key] + (1 - beta) * params[key]
        corrected[key] = new_average[key] / (1 - beta ** (t + 1))
    return new_average, corrected


@ema_update.style
def _(average, params, beta, t):
    average = {k: beta * average[k] + (1 - beta) * params[k] for k in params}
    return average, {k: a / (1 - beta ** (t + 1)) for k, a in average.items()}


@ema_update.style
def _(average, params, beta, t):
    average = copy.deepcopy(average)
    t += 1
    for k, w in params.items():
        average[k] += (1 - beta) * (w - average[k])
    return average, {k: np.divide(average[k], 1 - np.power(float(beta), t)) for k in average}


@ema_update.style
def _(average, params, beta, t):
    shares = sum(beta**n for n in range(t + 1))
    new, corrected = dict(average), dict(params)
    for k in list(params):
        new[k] = np.average([average[k], params[k]], axis=0, weights=[beta, 1 - beta])
        corrected[k] = new[k] / ((1 - beta) * shares)
    return new, corrected


@ema_update.style
def _(average, params, beta, t):
    scale = 1.0
    for _ in range(t + 1):
        scale *= beta
    new = {k: average[k] - (1 - beta) * (average[k] - params[k]) for k in average}
    return new, {k: new[k] * (1 / (1 - scale)) for k in new}


@ema_update.style
def _(average, params, beta, t):
    flat = np.concatenate([np.ravel(average[k]) for k in params]).astype(float)
    now = np.concatenate([np.ravel(params[k]) for k in params])
    flat = beta * flat + (1 - beta) * now
    out, cleaned, at = {}, {}, 0
    for k, w in params.items():
        out[k] = flat[at : at + w.size].reshape(w.shape).copy()
        cleaned[k] = flat[at : at + w.size].reshape(w.shape) / (1 - beta ** (t + 1))
        at += w.size
    return out, cleaned


lesson.number_quiz(
    "todays_copied_start",
    title="A copy at the start",
    question=r"Many scripts start the average as a copy of the first weights, with "
    r"$\beta = 0.999$ and without a correction. Which share of the average are those untrained "
    "weights after 230 updates? Answer with a number between 0 and 1, exact to 1 %.",
    asks="a share between 0 and 1",
    right=(
        0.999**230,
        "0.999 to the power of 230: every update leaves 999 thousandths of what was there.",
    ),
    wrong={
        1 - 0.999**230: "That is what the 230 updates have brought in. What is left of the start?",
        0.77: "1 - 230/1000 is the straight line. What does every update multiply the rest by?",
        0.23: "230/1000 is what came in along a straight line. What is left of the start?",
        0.999: "That is what one update leaves. And 230 of them?",
        0.001: "That is the weight of the newest parameters. What is left of the oldest?",
    },
    rtol=0.01,
    written=0.7944,
    hints=(
        "What is left of the start after one update, and after two?",
        "Lesson 2: the weight of a value falls by the same factor with every update.",
    ),
)


# Loss scaling


@lesson.exercise(
    points=2,
    returns=("scale", "good"),
    hints=(
        "Two ways out of three: an overflow, a good update that completes the count, and any other "
        "good update.",
        "After an overflow the scale is halved and the count begins again at 0.",
        "A good update adds one to the count first; when the count has reached interval, the scale "
        "doubles and the count begins again.",
    ),
)
def scale_update(scale, good, finite, interval=2000):
    """The next loss scale, and how many good updates in a row there have been since it changed."""
    if not finite:
        return scale / 2, 0
    good = good + 1
    if good == interval:
        return scale * 2, 0
    return scale, good


def _history(finite, note, **settings):
    """One call for every update of a training."""
    then = tuple({"finite": bool(one)} for one in finite[1:])
    args = {"finite": bool(finite[0]), **settings}
    return Case(args, then, {"scale": 0, "good": 1}, note)


@scale_update.cases
def _(rng):
    yield Case({"scale": 8.0, "good": 2, "finite": True, "interval": 3}, note="a third good update")
    yield Case({"scale": 8.0, "good": 2, "finite": False, "interval": 3}, note="an overflow")
    yield Case({"scale": 8.0, "good": 0, "finite": True, "interval": 3}, note="a first good update")
    start = {"scale": float(2 ** rng.integers(5, 12)), "good": 0}
    yield _history([True] * 9, "nine good updates", interval=4, **start)
    mixed = [True, True, False, True, True, True, False, False, True, True, True, True]
    yield _history(mixed, "overflows among them", interval=3, **start)
    chance = rng.random(25) < 0.8
    yield _history(chance, "twenty-five updates", interval=2, **start)
    yield _history([True] * 4, "an interval of one", interval=1, **start)
    last = {"scale": start["scale"], "good": 1998}
    yield _history([True, True, True, False], "the default interval", **last)
    half = {"scale": start["scale"], "good": 998}
    yield _history([True, True, True], "half of the default interval", **half)
    yield _history([True, True], "a scale as large as the interval", scale=4.0, good=0, interval=4)


scale_update.mistake(
    "doubles_every_time",
    "Your scale doubles with every good update. How many of them in a row does it take?",
    ("good == interval", "good >= 1"),
)
scale_update.mistake(
    "never_grows",
    "Your scale never grows again: one overflow, and it stays small for ever. What happens after "
    "`interval` good updates in a row?",
    ("return scale * 2, 0", "return scale, good"),
)
scale_update.mistake(
    "never_shrinks",
    "Your scale stays after an overflow, and the next update overflows again. What should an "
    "overflow do to it?",
    ("return scale / 2, 0", "return scale, 0"),
)
scale_update.mistake(
    "counts_on_after_doubling",
    "Your count goes on after the scale has doubled, and never meets the interval again. Where "
    "does it go on?",
    ("return scale * 2, 0", "return scale * 2, good"),
)
scale_update.another(
    "counts_on_after_doubling",
    ("good == interval", "good % interval == 0"),
    ("return scale * 2, 0", "return scale * 2, good"),
    message="Your count goes on after the scale has doubled. Where does it begin, whenever the "
    "scale changes?",
)
scale_update.mistake(
    "counts_on_after_an_overflow",
    "Your count goes on after an overflow, as if the good updates before it still counted. What "
    "does *in a row* mean?",
    ("return scale / 2, 0", "return scale / 2, good"),
)
scale_update.mistake(
    "overflow_counts_as_good",
    "After an overflow your count is 1. Was that a good update?",
    ("return scale / 2, 0", "return scale / 2, 1"),
)
scale_update.mistake(
    "one_update_late",
    "Your scale doubles one update late: with interval 3 after four good ones. When is the count "
    "raised, and when is it compared?",
    ("good == interval", "good > interval"),
)
scale_update.mistake(
    "one_update_early",
    "Your scale doubles one update early: with interval 3 after two good ones. When is the count "
    "raised, and when is it compared?",
    ("good == interval", "good >= max(interval - 1, 1)"),
)
scale_update.mistake(
    "count_begins_at_one",
    "After doubling your count begins at 1: the update that completed one row is counted into the "
    "next. Where does it begin?",
    ("return scale * 2, 0", "return scale * 2, 1"),
)
scale_update.mistake(
    "never_counts",
    "Your count stays what it was: no row of good updates ever gets longer. What does a good "
    "update do to it?",
    ("return scale, good", "return scale, good - 1"),
)
scale_update.mistake(
    "turned_round",
    "You halve after good updates and double after an overflow: the scale runs off to infinity. "
    "Which of the two needs a smaller scale?",
    ("scale / 2", "scale * 2.0"),
    ("scale * 2,", "scale / 2.0,"),
)
scale_update.mistake(
    "overflow_doubles",
    "Your scale doubles after an overflow, and the next one is certain. Which way should it go?",
    ("scale / 2", "scale * 2.0"),
)
scale_update.mistake(
    "finite_misread",
    "You treat a finite gradient as an overflow and an overflow as good. What does `finite` say?",
    ("if not finite", "if finite"),
)
scale_update.mistake(
    "adds_instead_of_doubling",
    "Your scale grows by 2 where it should become twice as large. How long would 65,536 take that "
    "way?",
    ("scale * 2", "scale + 2"),
)
scale_update.mistake(
    "squares_instead_of_doubling",
    "Your scale is squared where it should become twice as large. What comes after 65,536?",
    ("scale * 2", "scale**2"),
)
scale_update.mistake(
    "back_to_one",
    "After an overflow your scale begins again at 1. How much of it should be kept?",
    ("scale / 2", "1.0"),
)
scale_update.mistake(
    "quarters",
    "An overflow leaves a quarter of your scale. How much of it should be left?",
    ("scale / 2", "scale / 4"),
)
scale_update.mistake(
    "results_swapped",
    "Your two results come in the other order, the count first. Which one does the docstring "
    "name first?",
    ("return scale / 2, 0", "return 0, scale / 2"),
    ("return scale * 2, 0", "return 0, scale * 2"),
    ("return scale, good", "return good, scale"),
)
scale_update.fixed("    if not finite:", interval=(2000, 3))
scale_update.another_default(interval=(1000,))


@scale_update.style
def _(scale, good, finite, interval=2000):
    if finite and good + 1 >= interval:
        return 2.0 * scale, 0
    elif finite:
        return scale, good + 1
    return 0.5 * scale, 0


@scale_update.style
def _(scale, good, finite, interval=2000):
    good = (good + 1) * finite
    factor = 0.5 if not good else 2 if good % interval == 0 else 1
    return scale * factor, good % interval


@scale_update.style
def _(scale, good, finite, interval=2000):
    if finite == False:  # noqa: E712
        scale = scale / 2.0
        good = 0
    else:
        good += 1
        if good >= interval:
            scale = scale + scale
            good = 0
    return scale, good


@scale_update.style
def _(scale, good, finite, interval=2000):
    table = {False: (scale / 2, 0), True: (scale, good + 1)}
    full = finite and good == interval - 1
    return (scale * 2, 0) if full else table[bool(finite)]


@scale_update.style
def _(scale, good, finite, interval=2000):
    count = np.where(finite, good + 1, 0)
    doubled = count == interval
    power = np.where(finite, np.where(doubled, 1, 0), -1)
    return float(scale * 2.0**power), int(np.where(doubled, 0, count))


lesson.quiz(
    "todays_unscale_first",
    title="Which one first?",
    question="A script scales its loss by 65,536 and clips gradients to norm 1. Gradients have "
    "norms of about 0.5, some are longer. In which order does it do what after the backward pass?",
    options={
        "a": (
            "clip, divide by 65,536, take the step",
            "Before the division every norm is about 30,000. How many gradients would be clipped, "
            "and how long are they after the division?",
        ),
        "b": (
            "divide by 65,536, clip, take the step",
            "Only gradients of their true length can be compared with max_norm; and where the "
            "norm is not finite the step is left out and the scale is halved.",
        ),
        "c": (
            "take the step, divide by 65,536, clip",
            "What is left to clip after the step, and how long was the step?",
        ),
        "d": (
            "clip to norm 65,536 and take the step: the scale cancels",
            "With gradient descent nothing cancels the scale. How long would the step be?",
        ),
    },
    right="b",
    hints=(
        "With which length of a gradient was max_norm = 1 chosen?",
        "How long is a gradient of norm 0.5 before the division by 65,536?",
    ),
)


# A bug to find: a sum that is never emptied.


@lesson.exercise(
    points=2,
    returns=("w", "total"),
    views_allowed=True,
    hints=(
        "Print the length of total after every update, where all parts are alike.",
        "What should be in the sum when the next batch begins?",
        "PyTorch has a line for it that every training script needs: optimizer.zero_grad().",
    ),
)
def repair_endless_sum(w, total, part, number, every, learning_rate):
    """The function endless_sum, repaired."""
    total = total + part
    if number % every == 0:
        w = w - learning_rate * total / every
        total = np.zeros(w.shape)
    return w, total


@repair_endless_sum.cases
def _(rng):
    part = np.array([1.0, -2.0])
    start = {"w": np.array([3.0, 4.0]), "total": np.zeros(2), "part": part}
    carry = {"w": 0, "total": 1}
    yield Case(
        {**start, "number": 1, "every": 2, "learning_rate": 0.1},
        then=({"number": 2}, {"number": 3}, {"number": 4}),
        carry=carry,
        note="two batches of two parts",
    )
    rate = float(rng.uniform(0.05, 0.5))
    args = {"w": rng.normal(size=3), "total": np.zeros(3), "learning_rate": rate}
    parts = [{"part": rng.normal(size=3), "number": number} for number in range(1, 8)]
    yield Case({**args, **parts[0], "every": 3}, tuple(parts[1:]), carry, "batches of three parts")
    yield Case({**args, **parts[0], "every": 1}, tuple(parts[1:3]), carry, "whole batches")


AT_THE_END = "        total = np.zeros(w.shape)\n"
UPDATED = "        w = w - learning_rate * total / every\n"
repair_endless_sum.mistake(
    "still_endless",
    "Your second batch still contains the first: the sum is never emptied. What should be in it "
    "when a batch begins?",
    (AT_THE_END, ""),
)
repair_endless_sum.mistake(
    "emptied_every_time",
    "Your sum is emptied after every part, so that a batch consists of its last one. When does a "
    "batch end?",
    (AT_THE_END, "    total = np.zeros(w.shape)\n"),
)
repair_endless_sum.mistake(
    "emptied_too_early",
    "Your sum is emptied before the step has used it, and nothing moves. Which of the two comes "
    "first?",
    (UPDATED + AT_THE_END, AT_THE_END + UPDATED),
)
repair_endless_sum.mistake(
    "restarts_with_the_last_part",
    "Your next batch begins with the last part of this one. How often may a part count?",
    ("total = np.zeros(w.shape)", "total = part"),
)
repair_endless_sum.mistake(
    "sum_in_place_of_mean",
    "You step by the sum of the parts and not by their mean. By how many is it divided?",
    ("total / every", "total"),
)
repair_endless_sum.mistake(
    "divided_by_the_number",
    "You divide by the number of the part, which grows for ever. How many parts are in the sum?",
    ("total / every", "total / number"),
)
repair_endless_sum.mistake(
    "last_part_alone",
    "Your step uses the newest part alone. What was the sum collected for?",
    ("learning_rate * total / every", "learning_rate * part / every"),
)
repair_endless_sum.mistake(
    "steps_at_every_part",
    "You step after every part. When is the batch complete?",
    ("number % every == 0", "number % 1 == 0"),
)
repair_endless_sum.mistake(
    "steps_after_the_first",
    "Your step comes with the first part of a batch and not with the last. When is it complete?",
    ("number % every == 0", "number % every == 1 % every"),
)
repair_endless_sum.mistake(
    "a_plain_number",
    "Your emptied sum is a single number, and no array like the one that came in. Which form does "
    "the next part of the program expect?",
    ("np.zeros(w.shape)", "0.0"),
)
repair_endless_sum.mistake(
    "uphill",
    "Your weights go up the gradient. Which sign does a descent step have?",
    ("w - learning_rate", "w + learning_rate"),
)


@repair_endless_sum.style
def _(w, total, part, number, every, learning_rate):
    together = np.add(total, part)
    if number % every:
        return w.copy(), together
    return w - (learning_rate / every) * together, np.zeros_like(together)


@repair_endless_sum.style
def _(w, total, part, number, every, learning_rate):
    complete = number // every > (number - 1) // every
    summed = total + part
    moved = w - complete * learning_rate * summed / every
    return moved, summed * (not complete)
