"""Lesson 09, Adagrad, Adadelta and Nesterov's momentum: references, cases, mistakes.

Adagrad (Duchi and others, 2011) with epsilon outside the root, as everywhere in the course.
Adadelta is Algorithm 1 of Zeiler (2012), whose epsilon stands inside both roots. Nesterov's
momentum is in the averaging form, with the gradient taken at the look-ahead point.
"""

import copy

import numpy as np

from autograder import families, inputs
from autograder.lesson import Lesson
from optlab.checking.probe import Case, Recipe

lesson = Lesson(
    "09_adagrad_adadelta", title="Let the past set the rate: Adagrad, Adadelta, Nesterov"
)


def _zeros(params):
    return {key: np.zeros(value.shape) for key, value in params.items()}


def _squares(rng, scale):
    return {key: value**2 for key, value in inputs.layers(rng, scale).items()}


def _integers(params):
    return {key: np.arange(value.size).reshape(value.shape) for key, value in params.items()}


SMALL = {"W1": np.array([[1.0]]), "b1": np.array([[0.5]])}
SMALL_GRADS = tuple(
    {"W1": np.array([[w]]), "b1": np.array([[b]])} for w, b in ((3.0, 2.0), (4.0, -1.0), (-1.0, 2))
)
WIDE = {"W1": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), "b1": np.ones((2, 1))}
WIDE_GRADS = {
    "W1": np.array([[1e-6, 0.0, -1e-3], [0.1, -1.0, 10.0]]),
    "b1": np.array([[2.0], [-1e-4]]),
}
NO_RATE = "Your step is the same for every learning rate. Where does it come in?"


@lesson.exercise(
    points=4,
    returns=("params", "squared_sum"),
    hints=(
        "Two formulas for every key: first the sum of the squares, then the step.",
        "Every squared gradient is added to the sum with its full weight; nothing is forgotten.",
        "The step divides the gradient by the root of the new sum; epsilon is added to the root.",
    ),
)
def adagrad_update(params, grads, squared_sum, learning_rate, epsilon=1e-8):
    """One step of Adagrad."""
    new_params, new_sum = {}, {}
    for key in params:
        new_sum[key] = squared_sum[key] + grads[key] ** 2
        step = grads[key] / (np.sqrt(new_sum[key]) + epsilon)
        new_params[key] = params[key] - learning_rate * step
    return new_params, new_sum


def _adagrad_run(rng, note, *, steps=5, start=None, scale=1.0, integer=False, rates=(), **settings):
    """A run of several steps; params and the sum are carried from call to call.

    start: size of the gradients behind the first sum, None for zero. scale: size of the gradients.
    """
    params = inputs.layers(rng)
    squared_sum = _zeros(params) if start is None else _squares(rng, start)
    grads = [inputs.layers(rng, scale) for _ in range(steps)]
    then = [{"grads": g} for g in grads[1:]]
    for call, rate in zip(then, rates, strict=False):
        call["learning_rate"] = rate
    params = _integers(params) if integer else params
    return Case(
        {"params": params, "grads": grads[0], "squared_sum": squared_sum, **settings},
        then=tuple(then),
        carry={"params": 0, "squared_sum": 1},
        note=note,
    )


@adagrad_update.cases
def _(rng):
    args = {"params": SMALL, "grads": SMALL_GRADS[0], "squared_sum": _zeros(SMALL)}
    yield Case(
        {**args, "learning_rate": 0.1},
        then=tuple({"grads": grads} for grads in SMALL_GRADS[1:]),
        carry={"params": 0, "squared_sum": 1},
        note="one weight and one bias",
    )
    wide = {"params": WIDE, "grads": WIDE_GRADS, "squared_sum": _zeros(WIDE)}
    yield Case({**wide, "learning_rate": 0.1}, note="gradients from 0 to 10")
    yield _adagrad_run(rng, "the default epsilon", steps=7, learning_rate=0.03)
    yield _adagrad_run(rng, "a sum that is not zero", start=2.0, learning_rate=0.2, epsilon=1e-7)
    yield _adagrad_run(rng, "tiny gradients", scale=1e-6, learning_rate=0.1, epsilon=1e-8)
    yield _adagrad_run(rng, "a large epsilon", scale=0.01, learning_rate=0.1, epsilon=1e-3)
    rates = (0.05, 0.3, 0.01)
    yield _adagrad_run(rng, "a learning rate that changes", steps=4, learning_rate=0.1, rates=rates)
    yield _adagrad_run(rng, "integer parameters", steps=3, integer=True, learning_rate=0.5)
    yield inputs.spike(_adagrad_run(rng, "", steps=1, learning_rate=0.01))


SUM = "squared_sum[key] + grads[key] ** 2"
QUOTIENT = "grads[key] / (np.sqrt(new_sum[key]) + epsilon)"

adagrad_update.mistake(
    "sum_squared_afterwards",
    "You add up the gradients and square the sum: 3 and -3 cancel to 0, while the sum of their "
    "squares is 18. What comes first, the square or the sum?",
    ("grads[key] ** 2", "grads[key]"),
    ("np.sqrt(new_sum[key])", "np.sqrt(new_sum[key] ** 2)"),
)
adagrad_update.mistake(
    "squares_the_whole_sum",
    "You square the old sum together with the new gradient: after 3 and 4 you hold 169, and "
    "9 + 16 is 25. What is squared?",
    (SUM, "(squared_sum[key] + grads[key]) ** 2"),
)
adagrad_update.mistake(
    "not_squared",
    "Your sum of squares has negative entries, and the root of a negative number is nan. What is "
    "added up?",
    ("grads[key] ** 2", "grads[key]"),
)
adagrad_update.mistake(
    "doubled",
    "You add the gradient twice where its square is meant. What is the square of -3?",
    ("grads[key] ** 2", "grads[key] * 2"),
)
adagrad_update.mistake(
    "absolute_value",
    "You add up the size |g|, and its root grows too slowly for gradients above 1: after 3 and -4 "
    "you hold 7. What is under the root?",
    ("grads[key] ** 2", "np.abs(grads[key])"),
)
adagrad_update.mistake(
    "sum_over_all_weights",
    "All weights of a matrix share one sum, so that they share one rate: beside a gradient of 10 "
    "the weight whose gradient is 0.001 hardly moves. Over what does Adagrad add up?",
    ("grads[key] ** 2", "np.sum(grads[key] ** 2)"),
)
adagrad_update.mistake(
    "matrix_product",
    "Right for a single weight, an error for a matrix: you multiply the gradient by itself as "
    "matrices. Which square gives one number for every weight?",
    ("grads[key] ** 2", "grads[key] @ grads[key].T"),
)
adagrad_update.family(
    "averages_like_rmsprop",
    "You average the squares with weight {} for the past, as RMSprop does: the steps do "
    "not shrink. What does Adagrad forget?",
    {
        f"{beta2}": (SUM, f"{beta2} * squared_sum[key] + (1 - {beta2}) * grads[key] ** 2")
        for beta2 in (0.9, 0.99, 0.999)
    },
)
adagrad_update.mistake(
    "mean_of_two",
    "You take the mean of the old sum and the new square, so that the past counts half at every "
    "step. Does a sum divide by anything?",
    (SUM, "(squared_sum[key] + grads[key] ** 2) / 2"),
)
adagrad_update.mistake(
    "forgets_the_past",
    "Your sum holds the newest square and nothing else: every step is one learning rate long. "
    "Where does the sum that was handed in come back?",
    (SUM, "grads[key] ** 2"),
)
adagrad_update.mistake(
    "no_root",
    "You divide by the sum of squares itself: at |g| = 0.001 your first step is 1000 learning "
    "rates long. Which unit does the sum have, and which the denominator?",
    ("np.sqrt(new_sum[key])", "new_sum[key]"),
)
adagrad_update.mistake(
    "divides_by_the_old_sum",
    "Your first step divides by epsilon alone and leaps by millions. Which sum knows about the "
    "gradient of this step?",
    ("np.sqrt(new_sum[key])", "np.sqrt(squared_sum[key])"),
)
adagrad_update.mistake(
    "root_of_this_gradient",
    "You divide each gradient by its own size: every step is one learning rate with a sign. What "
    "is the sum good for?",
    ("np.sqrt(new_sum[key])", "np.sqrt(grads[key] ** 2)"),
)
adagrad_update.mistake(
    "multiplies_by_the_root",
    "You multiply by the root: large sums would make large steps. Which weights should Adagrad "
    "move less?",
    (QUOTIENT, "grads[key] * (np.sqrt(new_sum[key]) + epsilon)"),
)
families.epsilon(adagrad_update, "np.sqrt(new_sum[key])", families.A_HUNDREDTH)
adagrad_update.mistake(
    "old_sum_with_epsilon_inside",
    "The sum below the line does not know the gradient of this step yet, and epsilon stands inside "
    "its root. In which order are sum and step made, and where does epsilon go?",
    ("np.sqrt(new_sum[key]) + epsilon", "np.sqrt(squared_sum[key] + epsilon)"),
)
adagrad_update.mistake(
    "epsilon_in_the_sum",
    "You add epsilon to the sum at every step, so that it piles up. Does epsilon belong to what "
    "is remembered or to the division?",
    (SUM, "squared_sum[key] + grads[key] ** 2 + epsilon"),
    ("np.sqrt(new_sum[key]) + epsilon", "np.sqrt(new_sum[key])"),
)
adagrad_update.mistake(
    "epsilon_multiplied",
    "You multiply the root by epsilon: your steps are a hundred million times too long. What is "
    "epsilon to do to a denominator that is zero?",
    ("np.sqrt(new_sum[key]) + epsilon", "np.sqrt(new_sum[key]) * epsilon"),
)
adagrad_update.family(
    "epsilon_fixed",
    "You use epsilon = {} whatever is asked. Where does the argument come in?",
    {
        f"{fixed}": ("(np.sqrt(new_sum[key]) + epsilon)", f"(np.sqrt(new_sum[key]) + {fixed})")
        for fixed in ("1e-5", "1e-6", "1e-7", "1e-8", "1e-10")
    },
)
adagrad_update.family(
    "another_epsilon_by_default",
    "Where epsilon is left out, yours is not the one of the stub's first line. Which number "
    "stands there?",
    [("epsilon=1e-8", f"epsilon={other}") for other in ("1e-5", "1e-6", "1e-7", "1e-9", "1e-10")],
)
adagrad_update.mistake(
    "sum_not_returned",
    "You give back the sum that came in, so that every call behaves like the first. Which one does "
    "the next step need?",
    (
        "return new_params, new_sum",
        "return new_params, {k: s.copy() for k, s in squared_sum.items()}",
    ),
)
adagrad_update.mistake(
    "stores_the_root",
    "Your first step is right, and what you give back is the root of the sum: the next call adds a "
    "square to a root. What is stored, and what is only used?",
    (SUM, f"np.sqrt({SUM})"),
    ("np.sqrt(new_sum[key])", "new_sum[key]"),
)
families.uphill(adagrad_update)
adagrad_update.mistake("no_learning_rate", NO_RATE, ("learning_rate * step", "step"))
adagrad_update.mistake(
    "plain_gradient_step",
    "You add up the squares and then step as in plain gradient descent. What is the sum for?",
    ("learning_rate * step", "learning_rate * grads[key]"),
)
adagrad_update.mistake(
    "results_swapped",
    "Your two results come in the other order, the sums first. Which one does the docstring name "
    "first?",
    ("return new_params, new_sum", "return new_sum, new_params"),
)
adagrad_update.mistake(
    "bias_uses_the_weights_gradient",
    "The sum of a bias is made of the gradient of the weights: a line was copied and one name "
    "left. Whose square belongs to b1?",
    ("grads[key] ** 2", 'grads["W" + key[1:]] ** 2'),
)
adagrad_update.mistake(
    "bias_uses_the_weights_sum",
    "The step of a bias divides by the sum of the weights: a line was copied and one name left. "
    "Which sum belongs to b1?",
    ("np.sqrt(new_sum[key])", 'np.sqrt(new_sum["W" + key[1:]])'),
)


families.weights_only(adagrad_update, "params, squared_sum")
families.works_in_place(
    adagrad_update,
    "params, squared_sum",
    "Your values are right, but the params or the sums you were given changed. Who else may "
    "still be using them?",
)
families.fails_on_integers(adagrad_update)


@adagrad_update.style
def _(params, grads, squared_sum, learning_rate, epsilon=1e-8):
    total = {k: squared_sum[k] + np.square(grads[k]) for k in params}
    moved = {k: params[k] - learning_rate * grads[k] / (np.sqrt(total[k]) + epsilon) for k in total}
    return moved, total


@adagrad_update.style
def _(params, grads, squared_sum, learning_rate, epsilon=1e-8):
    params, squared_sum = dict(params), dict(squared_sum)
    for layer in range(1, len(params) // 2 + 1):
        for letter in "Wb":
            k = letter + str(layer)
            squared_sum[k] = squared_sum[k] + grads[k] * grads[k]
            adjusted_rate = learning_rate / (epsilon + squared_sum[k] ** 0.5)
            params[k] = params[k] - adjusted_rate * grads[k]
    return params, squared_sum


@adagrad_update.style
def _(params, grads, squared_sum, learning_rate, epsilon=1e-8):
    params = {k: np.array(p, dtype=float) for k, p in params.items()}
    cache = {k: s.copy() for k, s in squared_sum.items()}
    for k in params:
        cache[k] += np.power(grads[k], 2)
        params[k] += -learning_rate * np.divide(grads[k], np.sqrt(cache[k]) + epsilon)
    return params, cache


@adagrad_update.style
def _(params, grads, squared_sum, learning_rate, epsilon=1e-8):
    def one(w, g, total):
        total = total + g**2
        return w - learning_rate * g / (np.sqrt(total) + epsilon), total

    pairs = {k: one(params[k], grads[k], squared_sum[k]) for k in grads}
    return {k: pair[0] for k, pair in pairs.items()}, {k: pair[1] for k, pair in pairs.items()}


@adagrad_update.style
def _(params, grads, squared_sum, learning_rate, epsilon=1e-8):
    new_params, new_sum = {}, {}
    for key in params:
        p, s = np.empty(params[key].shape), np.empty(params[key].shape)
        for index in np.ndindex(*s.shape):
            g = grads[key][index]
            s[index] = squared_sum[key][index] + g * g
            p[index] = params[key][index] - learning_rate * g / (s[index] ** 0.5 + epsilon)
        new_params[key], new_sum[key] = p, s
    return new_params, new_sum


lesson.number_quiz(
    "adagrad_step_100",
    title="The hundredth step",
    question="A weight always gets the same gradient $g$, and $G$ starts at zero. How many "
    "**learning rates** long is Adagrad's step number 100? Answer with a number, exact to 2 %.",
    asks="a number of learning rates",
    right=(
        0.1,
        "After 100 gradients the sum is 100 g^2 and its root 10 |g|: the step is a tenth of a "
        "learning rate long, and step 10000 a hundredth.",
    ),
    wrong={
        1: "That is the first step. How large is the sum after 100 of them?",
        0.01: "The sum is 100 g^2, but the step divides by its root.",
        10: "That is what the step divides by, in units of |g|. Is the step then longer or "
        "shorter than one learning rate?",
        3.162: "That is the first step of RMSprop. Adagrad adds up with weight 1: what is its sum "
        "after 100 gradients?",
        0.005: "The sum of 100 equal squares is 100 of them, not 1 + 2 + ... + 100. And then "
        "comes the root.",
    },
    hints=(
        "Let g be 1. What does the sum hold after one step, after two, after a hundred?",
        "The step divides the gradient by the root of the sum, not by the sum.",
        "Check your way with the first step: it is one learning rate long.",
    ),
)

lesson.quiz(
    "adagrad_or_average",
    title="When the storm is over",
    question="For 100 steps the gradients of a weight have the size 10, and then, for 400 steps, "
    "the size 0.1. RMSprop keeps an average of squares (지수 가중 평균) and Adagrad their sum. "
    "**Predict** the effective learning rates at the end:",
    options={
        "a": (
            "both have recovered",
            "Both rates fall while the gradients are large. Which of the two can come back up?",
        ),
        "b": (
            "Adagrad's has recovered, RMSprop's has stayed low",
            "A rate rises when the root below it falls. Which of the two can fall, a sum of "
            "squares or an average?",
        ),
        "c": (
            "RMSprop's has recovered, Adagrad's has stayed low",
            "A sum of squares cannot fall, so the rate cannot rise again. An average forgets: "
            "after the large gradients have gone, its rate recovers.",
        ),
        "d": (
            "neither has recovered",
            "What weight do the large squares have 400 steps later: in a sum, and in an average?",
        ),
    },
    right="c",
    hints=(
        "The rate is high where the root below it is small. Ask of each root: can it fall?",
        "What has to happen to a number before a sum of squares gets smaller?",
        "With beta2 = 0.9, how much of a square is left in the average after 400 steps?",
    ),
)


@lesson.exercise(
    points=5,
    returns=("params", "state"),
    hints=(
        "Four formulas for every key, in this order: s, the step, d, the new parameter.",
        "The step needs an average of squared steps. Which one is known before the step is made?",
        "Both roots hold epsilon: it stands inside, beside the average.",
        "Nothing in the state but s and d; the old state stays as it was.",
    ),
)
def adadelta_update(params, grads, state, rho=0.9, epsilon=1e-6):
    """One step of Adadelta: Algorithm 1 of Zeiler (2012)."""
    new_params, s, d = {}, {}, {}
    for key in params:
        s[key] = rho * state["s"][key] + (1 - rho) * grads[key] ** 2
        step = np.sqrt(state["d"][key] + epsilon) / np.sqrt(s[key] + epsilon) * grads[key]
        d[key] = rho * state["d"][key] + (1 - rho) * step**2
        new_params[key] = params[key] - step
    return new_params, {"s": s, "d": d}


def _adadelta_run(rng, note, *, steps=5, start=None, scale=1.0, integer=False, **settings):
    """A run of several steps; params and state are carried from call to call.

    start: size of earlier gradients, None for a state of zeros. scale: size of the gradients.
    """
    params = inputs.layers(rng)
    state = {"s": _zeros(params), "d": _zeros(params)}
    if start is not None:
        state = {"s": _squares(rng, start), "d": _squares(rng, 0.1)}
    grads = [inputs.layers(rng, scale) for _ in range(steps)]
    params = _integers(params) if integer else params
    return Case(
        {"params": params, "grads": grads[0], "state": state, **settings},
        then=tuple({"grads": g} for g in grads[1:]),
        carry={"params": 0, "state": 1},
        note=note,
    )


@adadelta_update.cases
def _(rng):
    args = {
        "params": SMALL,
        "grads": SMALL_GRADS[0],
        "state": {"s": _zeros(SMALL), "d": _zeros(SMALL)},
    }
    yield Case(
        {**args, "rho": 0.8, "epsilon": 0.01},
        then=tuple({"grads": grads} for grads in SMALL_GRADS[1:]),
        carry={"params": 0, "state": 1},
        note="one weight and one bias",
    )
    old = {"s": {"W1": np.full((2, 3), 4.0), "b1": np.ones((2, 1))}}
    old["d"] = {"W1": np.full((2, 3), 0.25), "b1": np.array([[0.0], [0.01]])}
    wide = {"params": WIDE, "grads": WIDE_GRADS, "state": old, "rho": 0.9, "epsilon": 1e-6}
    yield Case(wide, note="gradients from 0 to 10 and a state that is not zero")
    yield _adadelta_run(rng, "the default settings", steps=7)
    yield _adadelta_run(rng, "a state from earlier steps", start=2.0, rho=0.65, epsilon=1e-5)
    yield _adadelta_run(rng, "rho = 0.99", start=0.5, steps=6, rho=0.99, epsilon=1e-7)
    yield _adadelta_run(rng, "rho = 0", steps=3, rho=0.0, epsilon=1e-4)
    yield _adadelta_run(rng, "tiny gradients", scale=1e-6, rho=0.87)
    yield _adadelta_run(rng, "a large epsilon", scale=0.01, rho=0.95, epsilon=1e-2)
    yield _adadelta_run(rng, "integer parameters", steps=3, integer=True)
    yield inputs.spike(_adadelta_run(rng, "", steps=1))


S_AVERAGE = 'rho * state["s"][key] + (1 - rho) * grads[key] ** 2'
D_AVERAGE = 'rho * state["d"][key] + (1 - rho) * step**2'
ABOVE = 'np.sqrt(state["d"][key] + epsilon)'
BELOW = "np.sqrt(s[key] + epsilon)"

adadelta_update.mistake(
    "current_update_average",
    "You make the step again with the average of squared steps that already holds it: a long step "
    "then makes itself longer. Which average is known before the step?",
    ("params[key] - step", f"params[key] - np.sqrt(d[key] + epsilon) / {BELOW} * grads[key]"),
)
adadelta_update.mistake(
    "epsilon_outside_the_roots",
    "Your epsilons stand outside the roots: the first step of a run is 1000 times shorter at "
    "epsilon = 1e-6. Where does Zeiler's Algorithm 1 put them?",
    (ABOVE, '(np.sqrt(state["d"][key]) + epsilon)'),
    (BELOW, "(np.sqrt(s[key]) + epsilon)"),
    share=0.5,
)
adadelta_update.mistake(
    "epsilon_outside_below",
    "Your two epsilons stand in different places: inside the root above the line, outside below "
    "it. Where does Zeiler's Algorithm 1 put the second one?",
    (BELOW, "(np.sqrt(s[key]) + epsilon)"),
    share=0.5,
)
adadelta_update.mistake(
    "never_starts",
    "Your parameters never leave the start: above the line stands the root of zero. What lets the "
    "first step be more than nothing?",
    (ABOVE, 'np.sqrt(state["d"][key])'),
)
adadelta_update.another(
    "never_starts",
    (ABOVE, 'np.sqrt(state["d"][key])'),
    (BELOW, "(np.sqrt(s[key]) + epsilon)"),
)
adadelta_update.mistake(
    "no_epsilon_below",
    "A weight whose gradient has always been zero becomes nan in your step. Which root is zero "
    "there?",
    (BELOW, "np.sqrt(s[key])"),
)
adadelta_update.mistake(
    "no_numerator",
    "Your step divides by the root of s and has nothing above the line: that is RMSprop with a "
    "learning rate of 1. What takes the place of the learning rate?",
    (f"{ABOVE} / {BELOW} * grads[key]", f"grads[key] / {BELOW}"),
)
adadelta_update.mistake(
    "epsilon_as_learning_rate",
    "Above the line you have the root of epsilon alone, so that your steps never grow. What does "
    "the average of squared steps do there?",
    (ABOVE, "np.sqrt(epsilon)"),
)
adadelta_update.mistake(
    "ratio_inverted",
    "Your ratio is upside down: large gradients get larger steps. Which average belongs below the "
    "line?",
    (f"{ABOVE} / {BELOW}", f"{BELOW} / {ABOVE}"),
)
adadelta_update.mistake(
    "no_roots",
    "You divide mean square by mean square, without the roots: the units of your step are not "
    "those of a weight. What does RMS begin with?",
    (ABOVE, '(state["d"][key] + epsilon)'),
    (BELOW, "(s[key] + epsilon)"),
)
adadelta_update.mistake(
    "no_root_below",
    "Above the line you take a root, below it you do not. What does RMS[g] mean?",
    (BELOW, "(s[key] + epsilon)"),
)
adadelta_update.mistake(
    "no_root_above",
    "Below the line you take a root, above it you do not: with the defaults the first step is 1000 "
    "times too short. What does RMS of the steps mean?",
    (ABOVE, '(state["d"][key] + epsilon)'),
)
adadelta_update.mistake(
    "d_averages_the_gradients",
    "Your d averages squared gradients, as s does: a line was copied and one name left. Whose "
    "squares does the numerator need?",
    ("step**2", "grads[key] ** 2"),
)
adadelta_update.mistake(
    "d_averages_the_parameters",
    "Your d averages the squares of the parameters themselves. Whose squares does the numerator "
    "need?",
    ("step**2", "params[key] ** 2"),
)
adadelta_update.mistake(
    "step_not_squared",
    "Your d averages the steps and not their squares: it can be negative, and its root is nan. "
    "What is under the root?",
    ("step**2", "step"),
)
adadelta_update.mistake(
    "gradient_not_squared",
    "Your s averages the gradients and not their squares: it can be negative, and its root is nan. "
    "What is under the root?",
    ("grads[key] ** 2", "grads[key]"),
)
adadelta_update.mistake(
    "sum_over_all_weights",
    "All weights of a matrix share one s: beside a gradient of 10 the weight whose gradient is "
    "0.001 hardly moves. Whose squares belong to a weight's own average?",
    ("grads[key] ** 2", "np.sum(grads[key] ** 2)"),
)
adadelta_update.mistake(
    "divides_by_the_old_average",
    "Your first step from zero divides by the root of epsilon alone and is as long as the "
    "gradient. Which s knows about the gradient of this step?",
    (BELOW, 'np.sqrt(state["s"][key] + epsilon)'),
)
adadelta_update.mistake(
    "weights_swapped",
    "Your averages give the past the weight of the newest square: rho = 0.9 acts like 0.1. Which "
    "weight belongs to the past?",
    (S_AVERAGE, '(1 - rho) * state["s"][key] + rho * grads[key] ** 2'),
    (D_AVERAGE, '(1 - rho) * state["d"][key] + rho * step**2'),
)
adadelta_update.mistake(
    "d_weights_swapped",
    "Your d gives the past the weight of the newest squared step, while s is right. Which weight "
    "belongs to the past?",
    (D_AVERAGE, '(1 - rho) * state["d"][key] + rho * step**2'),
)
adadelta_update.mistake(
    "adds_up",
    "You add the squares up, as Adagrad does, and never forget one. Which factors make an average "
    "of it?",
    (S_AVERAGE, 'state["s"][key] + grads[key] ** 2'),
    (D_AVERAGE, 'state["d"][key] + step**2'),
)
adadelta_update.mistake(
    "s_adds_up",
    "Your s adds the squared gradients up, as Adagrad does, so that the steps die. Which factors "
    "make an average of it?",
    (S_AVERAGE, 'state["s"][key] + grads[key] ** 2'),
)
adadelta_update.mistake(
    "factors_forgotten",
    "Under constant gradients your averages settle at 10 times the squares (rho = 0.9). Do the two "
    "weights of an average add up to one?",
    (S_AVERAGE, 'rho * state["s"][key] + grads[key] ** 2'),
    (D_AVERAGE, 'rho * state["d"][key] + step**2'),
)
adadelta_update.mistake(
    "forgets_the_past",
    "Your s is the newest square alone, whatever came before. Where does the s of the state come "
    "in?",
    (S_AVERAGE, "grads[key] ** 2"),
)
adadelta_update.fixed("    for key in params:", rho=(0.9, 0.95))
adadelta_update.family(
    "epsilon_fixed",
    "You use epsilon = {} whatever is asked. Where does the argument come in?",
    {
        f"{fixed}": [
            (ABOVE, ABOVE.replace("epsilon", fixed)),
            (BELOW, BELOW.replace("epsilon", fixed)),
        ]
        for fixed in ("1e-5", "1e-6", "1e-7", "1e-8")
    },
)
adadelta_update.family(
    "another_rho_by_default",
    "Where rho is left out, yours is not the one of the stub's first line. Which number "
    "stands there?",
    [("rho=0.9", f"rho={other}") for other in ("0.95", "0.99", "0.999", "0.5")],
)
adadelta_update.family(
    "another_epsilon_by_default",
    "Where epsilon is left out, yours is not the one of the stub's first line. Which number "
    "stands there?",
    [("epsilon=1e-6", f"epsilon={other}") for other in ("1e-5", "1e-7", "1e-8")],
)
families.uphill(adadelta_update, "params[key] - step")
adadelta_update.mistake(
    "d_not_returned",
    "Your d comes back as it was, so that the steps never learn how long they have been. Which d "
    "belongs into the state?",
    ('"d": d}', '"d": copy.deepcopy(state["d"])}'),
)
adadelta_update.mistake(
    "s_not_returned",
    "Your s comes back as it was, so that every gradient is the first. Which s belongs into the "
    "state?",
    ('{"s": s,', '{"s": copy.deepcopy(state["s"]),'),
)
adadelta_update.mistake(
    "state_not_returned",
    "You give back the state that came in, so that every call behaves like the first. What does "
    "the next call need to know?",
    ('{"s": s, "d": d}', "copy.deepcopy(state)"),
)
adadelta_update.mistake(
    "s_and_d_swapped",
    "Your state has s under the name of d and d under the name of s. What will the next call make "
    "of them?",
    ('"s": s, "d": d', '"s": d, "d": s'),
)
adadelta_update.mistake(
    "results_swapped",
    "Your two results come in the other order, the state first. Which one does the docstring "
    "name first?",
    ('return new_params, {"s": s, "d": d}', 'return {"s": s, "d": d}, new_params'),
)
adadelta_update.mistake(
    "bias_uses_the_weights_gradient",
    "The s of a bias is made of the gradient of the weights: a line was copied and one name left. "
    "Whose square belongs to b1?",
    ("grads[key] ** 2", 'grads["W" + key[1:]] ** 2'),
)


families.weights_only(adadelta_update, 'params, state["s"], state["d"]')
families.works_in_place(
    adadelta_update,
    'params, state["s"], state["d"]',
    "Your values are right, but the params or the state you were given changed: a copy of the "
    "outer dict alone shares what is inside. Which of your lines writes into what came in?",
)
families.fails_on_integers(adadelta_update)


@adadelta_update.style
def _(params, grads, state, rho=0.9, epsilon=1e-6):
    def rms(average):
        return np.sqrt(average + epsilon)

    s = {k: rho * state["s"][k] + (1 - rho) * g**2 for k, g in grads.items()}
    steps = {k: -rms(state["d"][k]) / rms(s[k]) * grads[k] for k in s}
    d = {k: rho * state["d"][k] + (1 - rho) * steps[k] ** 2 for k in s}
    return {k: params[k] + steps[k] for k in params}, {"s": s, "d": d}


@adadelta_update.style
def _(params, grads, state, rho=0.9, epsilon=1e-6):
    new_params, new_state = {}, {"d": {}, "s": {}}
    for layer in range(len(params) // 2):
        for name in (f"W{layer + 1}", f"b{layer + 1}"):
            g, old_s, old_d = grads[name], state["s"][name], state["d"][name]
            new_s = old_s + (1 - rho) * (np.multiply(g, g) - old_s)
            step = g * ((old_d + epsilon) / (new_s + epsilon)) ** 0.5
            new_state["s"][name] = new_s
            new_state["d"][name] = old_d + (1 - rho) * (step * step - old_d)
            new_params[name] = params[name] - step
    return new_params, new_state


@adadelta_update.style
def _(params, grads, state, rho=0.9, epsilon=1e-6):
    params = {k: p.astype(float) for k, p in params.items()}
    state = copy.deepcopy(state)
    for k in params:
        state["s"][k] *= rho
        state["s"][k] += (1 - rho) * np.square(grads[k])
        step = np.sqrt(state["d"][k] + epsilon) * grads[k] / np.sqrt(state["s"][k] + epsilon)
        state["d"][k] *= rho
        state["d"][k] += (1 - rho) * np.square(step)
        params[k] -= step
    return params, state


@adadelta_update.style
def _(params, grads, state, rho=0.9, epsilon=1e-6):
    s, d = dict(state["s"]), dict(state["d"])
    params = dict(params)
    for k, g in grads.items():
        s[k] = np.average([s[k], g**2], axis=0, weights=[rho, 1 - rho])
        step = np.divide(np.sqrt(np.add(d[k], epsilon)), np.sqrt(np.add(s[k], epsilon))) * g
        d[k] = np.average([d[k], step**2], axis=0, weights=[rho, 1 - rho])
        params[k] = np.subtract(params[k], step)
    return params, {"d": d, "s": s}


@adadelta_update.style
def _(params, grads, state, rho=0.9, epsilon=1e-6):
    def one(w, g, s, d):
        s = rho * s + (1 - rho) * g * g
        step = ((d + epsilon) ** 0.5 / (s + epsilon) ** 0.5) * g
        return w - step, s, rho * d + (1 - rho) * step**2

    p, s, d = {}, {}, {}
    for key in params:
        arrays = np.array(params[key], float), grads[key], state["s"][key], state["d"][key]
        results = np.array([one(*numbers) for numbers in zip(*map(np.ravel, arrays), strict=True)])
        p[key], s[key], d[key] = results.T.reshape(3, *params[key].shape)
    return p, {"s": s, "d": d}


lesson.number_quiz(
    "adadelta_epsilon",
    title="What does epsilon do here?",
    question=r"Before the first step $s = d = 0$. The gradient is 1, $\rho = 0.95$ and $\epsilon "
    r"= 10^{-6}$. By which factor does the first step change when $\epsilon$ is made a hundred "
    "times as large? Answer with a number, exact to 2 %.",
    asks="a number, a factor",
    right=(
        10,
        "The first step is sqrt(epsilon) over the root of s: a hundred times the epsilon makes it "
        "ten times as long. Epsilon has taken over the part of the learning rate.",
    ),
    wrong={
        1: "Below the line epsilon hardly matters here. And above it, where d is still zero?",
        100: "Above the line epsilon stands under a root. What becomes of the factor 100?",
        0.1: "Is epsilon in the numerator or in the denominator of what matters here?",
        0.01: "Is epsilon in the numerator or in the denominator of what matters here, and under "
        "what?",
    },
    hints=(
        "Write the first step down with s = (1 - rho) and d = 0.",
        "Below the line 0.05 + epsilon hardly changes. What stands above the line?",
        "Epsilon is under a root there. By what does a root grow when its number does?",
    ),
)


lesson.quiz(
    "nesterov_gradient",
    title="Where should the ball look?",
    question="The ball is at $w$ with the velocity $v$ of the last step. Even before it knows the "
    "new gradient, it is clear where friction and the old velocity will carry it. Nesterov (1983) "
    "takes the gradient at that place. Which place is it?",
    options={
        "a": (
            "$w$",
            "That is plain momentum. What does Nesterov know about the next step before it takes "
            "the gradient?",
        ),
        "b": (
            r"$w - \alpha\beta v$",
            "The old velocity will carry the ball there anyway, gradient or not; so the slope "
            "over there is the one to act on.",
        ),
        "c": (
            r"$w - \alpha v'$, with the new velocity $v'$",
            "That point is only known once the gradient has been used. Which part of the step is "
            "known before?",
        ),
        "d": (
            r"$w - \alpha v$",
            "Friction takes its share of the old velocity before it moves the ball. How much of v "
            "is left?",
        ),
    },
    right="b",
    hints=(
        "Write the step as two parts: one that needs the new gradient and one that does not.",
        "Put v = beta v + (1 - beta) g into w - alpha v. Which part is known before g?",
        "Set g to 0 for a moment: where does the ball end?",
    ),
)


@lesson.exercise(
    points=5,
    returns=("params", "velocity"),
    hints=(
        "Three parts: the look-ahead point for all keys, one call of gradient, then momentum.",
        "gradient takes a dict with all keys and gives one back, so the look-ahead must be "
        "complete before it is called.",
        "The look-ahead point is only for the gradient. From where does the step itself start?",
    ),
)
def nesterov_update(params, gradient, velocity, learning_rate, beta=0.9):
    """One step of Nesterov's momentum, in the averaging form."""
    ahead, new_params, new_velocity = {}, {}, {}
    for key in params:
        ahead[key] = params[key] - learning_rate * beta * velocity[key]
    grads = gradient(ahead)
    for key in params:
        new_velocity[key] = beta * velocity[key] + (1 - beta) * grads[key]
        new_params[key] = params[key] - learning_rate * new_velocity[key]
    return new_params, new_velocity


def _bowl(rng, scale, coupling):
    curvatures = {
        key: (np.abs(value) + 0.01 * scale).tolist()
        for key, value in inputs.layers(rng, scale).items()
    }
    return Recipe("optlab.problems:coupled_bowl", {"curvatures": curvatures, "coupling": coupling})


def _nesterov_run(
    rng,
    note,
    *,
    steps=5,
    start=None,
    scale=1.0,
    integer=False,
    rates=(),
    coupling=0.3,
    **settings,
):
    """A run of several steps; params and velocity are carried from call to call.

    start: size of the first velocity, None for rest. scale: the curvatures; coupling: how much a
    gradient depends on the other parameters.
    """
    params = inputs.layers(rng)
    velocity = _zeros(params) if start is None else inputs.layers(rng, start)
    params = _integers(params) if integer else params
    then = [{} for _ in range(steps - 1)]
    for call, rate in zip(then, rates, strict=False):
        call["learning_rate"] = rate
    bowl = _bowl(rng, scale, coupling * scale)
    return Case(
        {"params": params, "gradient": bowl, "velocity": velocity, **settings},
        then=tuple(then),
        carry={"params": 0, "velocity": 1},
        note=note,
    )


@nesterov_update.cases
def _(rng):
    curvatures = {"W1": [[10.0]], "b1": [[2.0]]}
    hollow = Recipe("optlab.problems:coupled_bowl", {"curvatures": curvatures})
    args = {"params": SMALL, "gradient": hollow, "velocity": _zeros(SMALL)}
    yield Case(
        {**args, "learning_rate": 0.1, "beta": 0.8},
        then=({}, {}),
        carry={"params": 0, "velocity": 1},
        note="three steps from rest",
    )
    slopes = {"W1": [[1.0, 2.0, 0.5], [0.1, 1.0, 4.0]], "b1": [[1.0], [1.0]]}
    recipe = {"curvatures": slopes, "coupling": 0.5}
    rolling = {
        "params": WIDE,
        "gradient": Recipe("optlab.problems:coupled_bowl", recipe),
        "velocity": {"W1": np.full((2, 3), 2.0), "b1": np.array([[-1.0], [4.0]])},
    }
    yield Case(
        {**rolling, "learning_rate": 0.5, "beta": 0.9},
        note="a velocity that is not zero, and gradients that depend on every parameter",
    )
    yield _nesterov_run(rng, "the default beta", steps=6, learning_rate=0.03)
    yield _nesterov_run(rng, "a small beta", start=2.0, learning_rate=0.2, beta=0.35)
    yield _nesterov_run(rng, "beta = 0.99", start=0.5, steps=6, learning_rate=0.05, beta=0.99)
    yield _nesterov_run(rng, "beta = 0", start=1.0, steps=3, learning_rate=0.1, beta=0.0)
    yield _nesterov_run(rng, "tiny gradients", scale=1e-6, learning_rate=0.1, beta=0.9)
    changing = {"steps": 4, "learning_rate": 0.2, "beta": 0.8, "rates": (0.05, 0.3, 0.01)}
    yield _nesterov_run(rng, "a learning rate that changes", start=1.0, **changing)
    yield _nesterov_run(rng, "integer parameters", steps=3, integer=True, learning_rate=0.05)


AHEAD = "params[key] - learning_rate * beta * velocity[key]"
VELOCITY = "beta * velocity[key] + (1 - beta) * grads[key]"
STEP = "params[key] - learning_rate * new_velocity[key]"

nesterov_update.mistake(
    "gradient_of_an_array",
    "You hand gradient a single array. What does it take, and what does it give back?",
    (
        "= beta * velocity[key] + (1 - beta) * grads[key]",
        "= beta * velocity[key] + (1 - beta) * gradient(ahead[key])",
    ),
)
nesterov_update.mistake(
    "gradient_at_the_parameters",
    "Your gradient is that of the point where the ball is: plain momentum. Where will the old "
    "velocity carry the ball before the gradient acts?",
    ("gradient(ahead)", "gradient(params)"),
)
nesterov_update.mistake(
    "look_ahead_without_beta",
    "Your look-ahead goes by the whole old velocity. Which part of it is left after one step of "
    "friction?",
    (AHEAD, "params[key] - learning_rate * velocity[key]"),
)
nesterov_update.mistake(
    "look_ahead_without_rate",
    "Your look-ahead goes by beta v, not by learning_rate beta v: far beyond where the step goes. "
    "How does a velocity become a step?",
    (AHEAD, "params[key] - beta * velocity[key]"),
)
nesterov_update.mistake(
    "looks_back",
    "You look to where the ball came from: your look-ahead has the sign of a step uphill. Where "
    "does the velocity carry it?",
    (AHEAD, "params[key] + learning_rate * beta * velocity[key]"),
)
nesterov_update.mistake(
    "looks_back_without_rate",
    "Your look-ahead adds beta v, as where v is minus the learning rate times gradients. Here v is "
    "an average of gradients: which way, and how far, does it carry the ball?",
    (AHEAD, "params[key] + beta * velocity[key]"),
)
nesterov_update.mistake(
    "steps_from_the_look_ahead",
    "Your step starts at the look-ahead point, so that the old velocity moves the ball twice. From "
    "where does the step start?",
    (STEP, "ahead[key] - learning_rate * new_velocity[key]"),
)
nesterov_update.mistake(
    "whole_gradient_from_the_look_ahead",
    "From the look-ahead point you go by the whole gradient, ten times too far at beta = 0.9. "
    "Which weight does the new gradient have in the average?",
    (STEP, "ahead[key] - learning_rate * grads[key]"),
)
nesterov_update.mistake(
    "gradient_at_the_parameters_looked_ahead_in_the_step",
    "You take the gradient where the ball is and look ahead in the step, as PyTorch does: the same "
    "path in other coordinates. Asked is the gradient at the look-ahead point. Which of your two "
    "lines changes?",
    ("gradient(ahead)", "gradient(params)"),
    (STEP, "params[key] - learning_rate * (beta * new_velocity[key] + (1 - beta) * grads[key])"),
    share=0.5,
)
nesterov_update.mistake(
    "looks_ahead_twice",
    "You look ahead for the gradient and once more in the step. How often does Nesterov look "
    "ahead?",
    (STEP, "params[key] - learning_rate * (beta * new_velocity[key] + (1 - beta) * grads[key])"),
)
nesterov_update.mistake(
    "classical_form",
    "Under a constant gradient your velocity grows to 1/(1 - beta) times it. Both forms exist; "
    "which factor does the averaging form put before the gradient?",
    ("(1 - beta) * grads[key]", "grads[key]"),
    share=0.4,
)
nesterov_update.mistake(
    "weights_swapped",
    "Your velocity follows the newest gradient almost entirely: beta = 0.9 behaves like 0.1. Which "
    "weight belongs to the past?",
    (VELOCITY, "(1 - beta) * velocity[key] + beta * grads[key]"),
)
nesterov_update.mistake(
    "never_decayed",
    "Your velocity never loses anything: a constant gradient accelerates the ball for ever. What "
    "plays the part of friction?",
    (VELOCITY, "velocity[key] + (1 - beta) * grads[key]"),
)
nesterov_update.mistake(
    "forgets_the_past",
    "Your new velocity is the same whether the ball was rolling or at rest. Is the old one used "
    "when it is averaged?",
    (VELOCITY, "(1 - beta) * grads[key]"),
)
nesterov_update.mistake(
    "steps_with_the_gradient",
    "You look ahead and then step along the gradient alone, as in plain gradient descent. What "
    "should the step be proportional to?",
    (STEP, "params[key] - learning_rate * grads[key]"),
)
nesterov_update.mistake(
    "steps_with_the_old_velocity",
    "Your first step from rest moves nothing: the step lags one gradient behind. Which velocity "
    "does it use?",
    (STEP, "params[key] - learning_rate * velocity[key]"),
)
nesterov_update.mistake(
    "stays_at_the_look_ahead",
    "You give back the look-ahead point itself: the new gradient never reaches the parameters in "
    "this step. Where does the ball end?",
    (STEP, "ahead[key].copy()"),
)
nesterov_update.mistake(
    "factor_twice",
    "Your step is only (1 - beta) times as long as it should be. How often does the factor 1 - "
    "beta come in?",
    (STEP, "params[key] - learning_rate * (1 - beta) * new_velocity[key]"),
)
nesterov_update.mistake(
    "rate_inside_the_velocity",
    "Your velocity holds the learning rate, so a step keeps the old rate when the rate changes. "
    "What is v the average of?",
    (AHEAD, "params[key] - beta * velocity[key]"),
    ("(1 - beta) * grads[key]", "(1 - beta) * learning_rate * grads[key]"),
    (STEP, "params[key] - new_velocity[key]"),
)
nesterov_update.mistake(
    "rate_inside_the_classical_velocity",
    "Your velocity holds the learning rate and the whole gradient, a published form: a constant "
    "gradient makes it learning_rate / (1 - beta) times the gradient. What is v the average of "
    "here, and where does the rate act?",
    (AHEAD, "params[key] - beta * velocity[key]"),
    ("(1 - beta) * grads[key]", "learning_rate * grads[key]"),
    (STEP, "params[key] - new_velocity[key]"),
    share=0.4,
)
nesterov_update.mistake(
    "velocity_points_downhill",
    "Your velocity is minus the learning rate times gradients, and the step adds it, a published "
    "form. Here v is an average of gradients: which sign does it have, and where does the rate "
    "act?",
    (AHEAD, "params[key] + beta * velocity[key]"),
    ("+ (1 - beta) * grads[key]", "- learning_rate * grads[key]"),
    (STEP, "params[key] + new_velocity[key]"),
    share=0.4,
)
nesterov_update.mistake(
    "two_velocities_in_the_step",
    "You take the gradient where the ball is and put the old and the new velocity into the step, a "
    "published form in other coordinates. Asked is the gradient at the look-ahead point: where is "
    "it, and what is v the average of?",
    ("gradient(ahead)", "gradient(params)"),
    ("+ (1 - beta) * grads[key]", "- learning_rate * grads[key]"),
    (STEP, "params[key] - beta * velocity[key] + (1 + beta) * new_velocity[key]"),
    share=0.4,
)
nesterov_update.mistake(
    "looks_ahead_in_a_classical_step",
    "You take the gradient where the ball is and look ahead in the step, with a velocity that "
    "holds the whole gradient, as PyTorch does. Asked is the gradient at the look-ahead point: "
    "where is it, and which weight does a gradient have in an average?",
    ("gradient(ahead)", "gradient(params)"),
    ("(1 - beta) * grads[key]", "grads[key]"),
    (STEP, "params[key] - learning_rate * (grads[key] + beta * new_velocity[key])"),
    share=0.4,
)
families.uphill(nesterov_update, "params[key] - learning_rate * new_velocity[key]")
nesterov_update.mistake(
    "velocity_not_returned",
    "You give back the velocity that came in, so that every call behaves like the first. Which "
    "velocity does the next step need?",
    ("return new_params, new_velocity", "return new_params, copy.deepcopy(velocity)"),
)
nesterov_update.mistake(
    "results_swapped",
    "Your two results come in the other order: velocity first. Which one does the docstring name "
    "first?",
    ("return new_params, new_velocity", "return new_velocity, new_params"),
)
nesterov_update.fixed("    for key in params:\n        ahead", beta=(0.9, 0.95, 0.99, 0.5))
nesterov_update.family(
    "another_beta_by_default",
    "Where beta is left out, yours is not the one of the stub's first line. Which number "
    "stands there?",
    [("beta=0.9", f"beta={other}") for other in ("0.95", "0.99", "0.999", "0.5")],
)
nesterov_update.mistake(
    "bias_uses_the_weights_gradient",
    "The velocity of a bias is made of the gradient of the weights: a line was copied and one name "
    "left. Which gradient belongs to b1?",
    ("grads[key]", 'grads["W" + key[1:]]'),
)
nesterov_update.mistake(
    "only_weights_look_ahead",
    "Your look-ahead moves the weights and leaves the biases where they are. Which keys have a "
    "velocity?",
    (AHEAD, "params[key] - learning_rate * beta * velocity[key] * (key[0] == 'W')"),
)


@nesterov_update.mistake(
    "looks_ahead_key_by_key",
    "You look ahead with one parameter at a time, while the others stay where they are. Where will "
    "they all be together when the gradient acts?",
)
def _(params, gradient, velocity, learning_rate, beta=0.9):
    new_params, new_velocity = {}, {}
    for key in params:
        ahead = {**params, key: params[key] - learning_rate * beta * velocity[key]}
        new_velocity[key] = beta * velocity[key] + (1 - beta) * gradient(ahead)[key]
        new_params[key] = params[key] - learning_rate * new_velocity[key]
    return new_params, new_velocity


families.weights_only(
    nesterov_update, "{}, params, velocity", loop="    for key in params:\n        new_velocity"
)
families.works_in_place(
    nesterov_update,
    "{}, params, velocity",
    "Your values are right, but the params or velocity you were given changed. Who else may "
    "still be using them?",
)
families.fails_on_integers(nesterov_update)


@nesterov_update.style
def _(params, gradient, velocity, learning_rate, beta=0.9):
    grads = gradient({k: p - learning_rate * beta * velocity[k] for k, p in params.items()})
    velocity = {k: beta * v + (1 - beta) * grads[k] for k, v in velocity.items()}
    return {k: p - learning_rate * velocity[k] for k, p in params.items()}, velocity


@nesterov_update.style
def _(params, gradient, velocity, learning_rate, beta=0.9):
    ahead = {k: params[k] - learning_rate * beta * velocity[k] for k in params}
    grads = gradient(ahead)
    new_params = {k: ahead[k] - learning_rate * (1 - beta) * grads[k] for k in params}
    new_velocity = {k: velocity[k] + (1 - beta) * (grads[k] - velocity[k]) for k in params}
    return new_params, new_velocity


@nesterov_update.style
def _(params, gradient, velocity, learning_rate, beta=0.9):
    params = {k: np.array(p, dtype=float) for k, p in params.items()}
    velocity = {k: v.copy() for k, v in velocity.items()}
    for k in params:
        velocity[k] *= beta
        params[k] -= learning_rate * velocity[k]
    for k, g in gradient(params).items():
        velocity[k] += (1 - beta) * g
        params[k] -= learning_rate * (1 - beta) * g
    return params, velocity


@nesterov_update.style
def _(params, gradient, velocity, learning_rate, beta=0.9):
    def look_ahead():
        return {k: np.subtract(params[k], beta * learning_rate * velocity[k]) for k in params}

    new_velocity, new_params = {}, {}
    for layer in range(1, len(params) // 2 + 1):
        for k in (f"W{layer}", f"b{layer}"):
            new_velocity[k] = beta * velocity[k] + (1.0 - beta) * gradient(look_ahead())[k]
            new_params[k] = params[k] - learning_rate * new_velocity[k]
    return new_params, new_velocity


@nesterov_update.style
def _(params, gradient, velocity, learning_rate, beta=0.9):
    ahead = copy.deepcopy(params)
    for key, value in ahead.items():
        ahead[key] = value - np.multiply(learning_rate * beta, velocity[key])
    slopes = gradient(ahead)
    new_params, new_velocity = {}, {}
    for key in slopes:
        p, v = np.empty(slopes[key].shape), np.empty(slopes[key].shape)
        for index in np.ndindex(*v.shape):
            v[index] = beta * velocity[key][index] + (1 - beta) * slopes[key][index]
            p[index] = params[key][index] - learning_rate * v[index]
        new_params[key], new_velocity[key] = p, v
    return new_params, new_velocity


# A bug to find: two conventions in one function.


@lesson.exercise(
    points=2,
    returns=("w", "velocity"),
    hints=(
        "Draw a ball that rolls to the right. At which point does the broken function ask for the "
        "gradient?",
        "In one convention the velocity points downhill and is added, in the other it is averaged "
        "uphill and subtracted. Which one does the last line follow?",
        "The look-ahead must go where the old velocity will carry the ball.",
    ),
)
def repair_looking_back(w, gradient, velocity, learning_rate, beta=0.9):
    """The function looking_back, repaired."""
    ahead = w - learning_rate * beta * velocity
    velocity = beta * velocity + (1 - beta) * gradient(ahead)
    w = w - learning_rate * velocity
    return w, velocity


@repair_looking_back.cases
def _(rng):
    def bowl(**settings):
        return Recipe("optlab.problems:gradient_of", {"problem": "bowl", **settings})

    rolling = {"w": np.array([-10.0, 1.0]), "velocity": np.array([2.0, -1.0])}
    carry = {"w": 0, "velocity": 1}
    steps = {**rolling, "gradient": bowl(kappa=20), "learning_rate": 0.05}
    yield Case(steps, ({}, {}), carry, note="three steps of a ball that rolls")
    args = {
        "w": rng.normal(size=2),
        "gradient": bowl(kappa=float(rng.uniform(3, 9)), angle=30),
        "velocity": rng.normal(size=2),
        "learning_rate": float(rng.uniform(0.1, 0.4)),
        "beta": float(rng.uniform(0.5, 0.8)),
    }
    yield Case(args, ({},), carry, "a turned bowl")
    yield Case({**args, "velocity": np.zeros(2)}, ({}, {}), carry, "a ball at rest")
    yield Case({**args, "beta": 0.0}, note="beta = 0")


LOOK = "w - learning_rate * beta * velocity"
repair_looking_back.mistake(
    "still_looks_back",
    "It still asks for the gradient behind the ball, where it came from, and speeds up where it "
    "should brake. Where does the last line carry the ball?",
    (LOOK, LOOK.replace(" - ", " + ")),
)
repair_looking_back.mistake(
    "no_look_ahead",
    "The gradient is now that of the place where the ball is: plain momentum. Where should it "
    "look?",
    ("gradient(ahead)", "gradient(w)"),
)
repair_looking_back.mistake(
    "step_turned_round",
    "Both signs agree now, and the ball rolls uphill: the velocity averages gradients, which point "
    "up. Which of the two lines was right?",
    (LOOK, LOOK.replace(" - ", " + ")),
    ("w - learning_rate * velocity", "w + learning_rate * velocity"),
)
repair_looking_back.mistake(
    "only_the_step_turned_round",
    "The ball rolls uphill, and looks downhill. Which line did you change, and what did it do "
    "before?",
    ("w - learning_rate * velocity", "w + learning_rate * velocity"),
)
repair_looking_back.mistake(
    "gradient_subtracted",
    "Your velocity subtracts the gradient and is subtracted itself, so that the ball rolls uphill. "
    "How many signs may you turn round?",
    ("+ (1 - beta) * gradient", "- (1 - beta) * gradient"),
)
repair_looking_back.mistake(
    "the_other_form",
    "All signs are those of the other form, where the velocity points downhill. Which way does the "
    "velocity point that comes in?",
    (LOOK, LOOK.replace(" - ", " + ")),
    ("+ (1 - beta) * gradient", "- (1 - beta) * gradient"),
    ("w - learning_rate * velocity", "w + learning_rate * velocity"),
)
repair_looking_back.mistake(
    "whole_velocity_ahead",
    "Your look-ahead goes by the whole velocity. What is left of it after one step of friction?",
    (LOOK, "w - learning_rate * velocity"),
)
repair_looking_back.mistake(
    "looks_without_the_rate",
    "Your look-ahead goes by the velocity without the learning rate. How far will the ball come?",
    (LOOK, "w - beta * velocity"),
)
repair_looking_back.mistake(
    "looks_back_without_the_rate",
    "Your look-ahead adds beta v, as where v is minus the learning rate times gradients. Here v is "
    "an average of gradients: which way, and how far, does it carry the ball?",
    (LOOK, "w + beta * velocity"),
)
repair_looking_back.mistake(
    "steps_from_ahead",
    "Your step begins at the look-ahead, so that the old velocity counts twice. Where is the ball?",
    ("    w = w - learning_rate", "    w = ahead - learning_rate"),
)


@repair_looking_back.style
def _(w, gradient, velocity, learning_rate, beta=0.9):
    g = gradient(w - beta * learning_rate * velocity)
    new = velocity + (1 - beta) * (g - velocity)
    return w - learning_rate * new, new


@repair_looking_back.style
def _(w, gradient, velocity, learning_rate, beta=0.9):
    carried = -learning_rate * beta * velocity
    pushed = gradient(w + carried)
    velocity = beta * velocity + (1 - beta) * pushed
    return w + carried - learning_rate * (1 - beta) * pushed, velocity
