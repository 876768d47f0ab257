"""Lesson 05, RMSprop: references, cases, mistakes.

Epsilon stands outside the root, sqrt(s) + epsilon, as in the Adam paper and PyTorch; the lecture
slide and older TensorFlow have sqrt(s + epsilon).
"""

import numpy as np

from autograder import families, inputs
from autograder.lesson import Lesson
from optlab.checking.probe import Case

lesson = Lesson("05_rmsprop", title="Give every parameter its own step size: RMSprop")


@lesson.exercise(
    points=5,
    returns=("params", "squared"),
    hints=(
        "Two formulas for every key: first the average of the squares, then the step.",
        "The square is taken element by element: g ** 2 or g * g, not a product of matrices.",
        "The step divides the gradient by the root of the new average; epsilon is added to the "
        "root, after it has been taken.",
        "Build two new dicts and fill them key by key; leave the dicts that came in alone.",
    ),
)
def rmsprop_update(params, grads, squared, learning_rate, beta2=0.9, epsilon=1e-8):
    """One step of RMSprop."""
    new_params, new_squared = {}, {}
    for key in params:
        new_squared[key] = beta2 * squared[key] + (1 - beta2) * grads[key] ** 2
        step = grads[key] / (np.sqrt(new_squared[key]) + epsilon)
        new_params[key] = params[key] - learning_rate * step
    return new_params, new_squared


def _run(
    rng, note, *, steps=3, layers=2, small=-2.0, large=1.0, integer=False, rates=(), **settings
):
    """A run of several steps; params and squared are carried from call to call.

    The gradients lie between 10^small and 10^large in size, the first average beside them.
    rates: learning rates of the later steps.
    """
    params = inputs.network(rng, layers)

    def sizes():
        return {key: 10 ** rng.uniform(small, large, size=p.shape) for key, p in params.items()}

    def gradients():
        return {key: rng.choice([-1.0, 1.0], p.shape) * p for key, p in sizes().items()}

    squared = {key: 0.4 * size**2 for key, size in sizes().items()}
    then = [{"grads": gradients()} for _ in range(steps - 1)]
    for call, rate in zip(then, rates, strict=False):
        call["learning_rate"] = rate
    if integer:
        params = {key: rng.integers(-9, 10, size=p.shape) for key, p in params.items()}
    return Case(
        {"params": params, "grads": gradients(), "squared": squared, **settings},
        then=tuple(then),
        carry={"params": 0, "squared": 1},
        note=note,
    )


def _from_zero(rng):
    """The default settings, averages that are zero, and one weight that never gets a gradient."""
    note = "the default settings and gradients from 0 to 10"
    run = _run(rng, note, layers=1, small=-6.0, learning_rate=float(rng.uniform(0.02, 0.3)))
    for call in (run.args, *run.then):
        call["grads"]["W1"][0, 1] = 0.0
    zeros = {key: np.zeros(value.shape) for key, value in run.args["params"].items()}
    return Case({**run.args, "squared": zeros}, run.then, run.carry, note)


@rmsprop_update.cases
def _(rng):
    yield Case(
        {
            "params": {"W1": np.array([[1.0]]), "b1": np.array([[0.5]])},
            "grads": {"W1": np.array([[10.0]]), "b1": np.array([[2.0]])},
            "squared": {"W1": np.array([[0.0]]), "b1": np.array([[0.0]])},
            "learning_rate": 0.1,
            "beta2": 0.8,
        },
        then=(
            {"grads": {"W1": np.array([[5.0]]), "b1": np.array([[4.0]])}},
            {"grads": {"W1": np.array([[2.0]]), "b1": np.array([[1.0]])}},
        ),
        carry={"params": 0, "squared": 1},
        note="one weight and one bias",
    )
    yield _from_zero(rng)
    rate, *rates = rng.uniform(0.02, 0.4, size=3).tolist()
    moving = {"learning_rate": rate, "rates": rates, "beta2": rng.uniform(0.6, 0.75)}
    yield _run(rng, "averages that are not zero and a changing rate", **moving)
    large = {"learning_rate": rate, "beta2": 0.95, "epsilon": 10 ** rng.uniform(-3, -2)}
    yield _run(rng, "a large epsilon", steps=2, large=-1.0, **large)
    whole = {"learning_rate": rates[0], "beta2": rng.uniform(0.2, 0.4)}
    yield _run(rng, "integer parameters", steps=2, layers=1, integer=True, **whole)


AVERAGE = "beta2 * squared[key] + (1 - beta2) * grads[key] ** 2"
QUOTIENT = "grads[key] / (np.sqrt(new_squared[key]) + epsilon)"

rmsprop_update.mistake(
    "sum_of_squares",
    "You add up the squares of the whole matrix, so that all of its weights share one scale. Whose "
    "squares belong to a weight's own average?",
    ("grads[key] ** 2", "np.sum(grads[key] ** 2)"),
)
rmsprop_update.mistake(
    "mean_of_squares",
    "You average the squares over the whole matrix, so that all of its weights share one scale. "
    "RMSprop averages over time: for how many weights at once?",
    ("grads[key] ** 2", "np.mean(grads[key] ** 2)"),
)
rmsprop_update.mistake(
    "matrix_product",
    "You multiply the gradient by itself as matrices, which only a single weight survives. Which "
    "square gives one number for every weight?",
    ("grads[key] ** 2", "grads[key] @ grads[key].T"),
)
rmsprop_update.mistake(
    "divided_by_the_norm",
    "Your step divides by the length of the whole gradient, so that only its direction is left. "
    "What should each weight be divided by?",
    ("np.sqrt(new_squared[key])", "np.linalg.norm(grads[key])"),
)
rmsprop_update.mistake(
    "not_squared",
    "Your average follows the gradient itself: it can be negative, and the root of a negative "
    "number is nan. What is averaged?",
    ("grads[key] ** 2", "grads[key]"),
)
rmsprop_update.mistake(
    "doubled",
    "You take the gradient twice where its square is meant: your average can be negative. What is "
    "the square of -3?",
    ("grads[key] ** 2", "grads[key] * 2"),
)
rmsprop_update.mistake(
    "absolute_value",
    "You average the size |g|, whose root is too small for large gradients and too large for small "
    "ones. What is the mean in root *mean square*?",
    ("grads[key] ** 2", "np.abs(grads[key])"),
)
rmsprop_update.mistake(
    "no_root",
    "Your step divides by the average itself, so that it grows like 1/|g|: the smaller the "
    "gradient, the longer the step. Which unit has s, and which must the denominator have?",
    ("np.sqrt(new_squared[key])", "new_squared[key]"),
)
rmsprop_update.mistake(
    "root_of_this_gradient",
    "You divide each gradient by its own size, so that every step is the learning rate with a "
    "sign. What is the average good for?",
    ("np.sqrt(new_squared[key])", "np.sqrt(grads[key] ** 2)"),
)
rmsprop_update.mistake(
    "epsilon_inside_the_root",
    "Your epsilon is inside the root, as on the lecture slide: there it counts like its own root, "
    "and weights with tiny gradients hardly move. Where should it stand?",
    ("np.sqrt(new_squared[key]) + epsilon", "np.sqrt(new_squared[key] + epsilon)"),
    share=0.5,
)
families.epsilon_elsewhere(rmsprop_update, "np.sqrt(new_squared[key])")
rmsprop_update.mistake(
    "epsilon_after_the_division",
    "A zero gradient gives 0/0 in your step, and any other step gets epsilon on top. What does "
    "Python do first, the division or the sum?",
    ("(np.sqrt(new_squared[key]) + epsilon)", "np.sqrt(new_squared[key]) + epsilon"),
)
rmsprop_update.mistake(
    "no_epsilon",
    "A weight whose gradient has always been zero becomes nan: your step is 0/0. Which argument of "
    "the function did you not use?",
    ("(np.sqrt(new_squared[key]) + epsilon)", "np.sqrt(new_squared[key])"),
)
rmsprop_update.mistake(
    "divides_by_the_old_average",
    "Your step divides by the average from before this gradient: from zero, that is epsilon alone, "
    "and the first step is a leap. Which average knows about the gradient of this step?",
    ("np.sqrt(new_squared[key])", "np.sqrt(squared[key])"),
)
rmsprop_update.mistake(
    "old_average_and_epsilon_inside",
    "Your step divides by the average from before this gradient, and epsilon is added to it under "
    "the root. Which average knows about this gradient, and where should epsilon stand?",
    ("np.sqrt(new_squared[key]) + epsilon", "np.sqrt(squared[key] + epsilon)"),
)
rmsprop_update.mistake(
    "average_not_returned",
    "You give back the average that came in, so that the next step knows nothing of this gradient. "
    "Which one does it need?",
    (
        "return new_params, new_squared",
        "return new_params, {k: s.copy() for k, s in squared.items()}",
    ),
)
rmsprop_update.mistake(
    "stores_the_root",
    "What you give back is the root of the average; the next call then averages roots and squares. "
    "What is stored, and what is only used?",
    (AVERAGE, f"np.sqrt({AVERAGE})"),
    ("np.sqrt(new_squared[key])", "new_squared[key]"),
)
rmsprop_update.mistake(
    "stores_the_squared_gradient",
    "Your average is the square of the newest gradient and nothing else, whatever beta2 is. Where "
    "does the past come in?",
    (AVERAGE, "grads[key] ** 2"),
)
rmsprop_update.mistake(
    "adagrad",
    "You add up the squares for ever, which is Adagrad: your steps shrink like 1/sqrt(t). What "
    "makes an average forget?",
    (AVERAGE, "squared[key] + grads[key] ** 2"),
)
rmsprop_update.mistake(
    "never_decayed",
    "The old average keeps all of its weight, so that it only grows. Which factor lets old squares "
    "fade?",
    ("beta2 * squared[key]", "squared[key]"),
)
rmsprop_update.mistake(
    "factor_forgotten",
    "With a constant gradient of 1 your average settles at 1/(1 - beta2) and not at 1. Do the two "
    "weights add up to one?",
    ("(1 - beta2) * ", ""),
)
rmsprop_update.mistake(
    "weights_swapped",
    "The larger beta2 is, the faster your average forgets. Which weight belongs to the past?",
    (AVERAGE, "(1 - beta2) * squared[key] + beta2 * grads[key] ** 2"),
)
rmsprop_update.mistake(
    "forgets_the_past",
    "Your average is the same whatever came before. Is the average that was handed in used?",
    ("beta2 * squared[key] + ", ""),
)
rmsprop_update.fixed(
    "    for key in params:",
    beta2=(0.9, 0.999, 0.99, 0.95),
    epsilon=(1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-10, 1e-12),
)
rmsprop_update.another_default(beta2=(0.999, 0.99, 0.95), epsilon=(1e-7, 1e-6, 1e-10))
rmsprop_update.mistake(
    "bias_corrected",
    "Your step divides the average by 1 - beta2 before the root, as bias correction does at t = 1. "
    "RMSprop as asked takes it as it is. What is to be left out?",
    ("np.sqrt(new_squared[key])", "np.sqrt(new_squared[key] / (1 - beta2))"),
)
families.uphill(rmsprop_update)
rmsprop_update.mistake(
    "no_learning_rate",
    "Your step is the same for every learning rate. Where does it come in?",
    ("learning_rate * step", "step"),
)
rmsprop_update.mistake(
    "plain_gradient_step",
    "You average the squares and then step as in plain gradient descent. What is the average for?",
    ("learning_rate * step", "learning_rate * grads[key]"),
)
rmsprop_update.mistake(
    "results_swapped",
    "Your two results come in the other order, the averages first. Which one does the docstring "
    "name first?",
    ("return new_params, new_squared", "return new_squared, new_params"),
)
rmsprop_update.mistake(
    "bias_uses_the_weights_gradient",
    "The average of a bias is made of the gradient of the weights: a line was copied and one name "
    "left. Whose square belongs to b1?",
    ("grads[key] ** 2", 'grads["W" + key[1:]] ** 2'),
)
rmsprop_update.mistake(
    "bias_uses_the_weights_average",
    "The step of a bias divides by the average of the weights: a line was copied and one name "
    "left. Which average belongs to b1?",
    ("np.sqrt(new_squared[key])", 'np.sqrt(new_squared["W" + key[1:]])'),
)


families.weights_only(rmsprop_update, "params, squared")
families.works_in_place(
    rmsprop_update,
    "params, squared",
    "Your values are right, but the params or the averages you were given changed. Who else may "
    "still be using them?",
)
families.fails_on_integers(rmsprop_update)


@rmsprop_update.style
def _(params, grads, squared, learning_rate, beta2=0.9, epsilon=1e-8):
    squared = {k: beta2 * squared[k] + (1 - beta2) * np.square(grads[k]) for k in params}
    params = {
        k: params[k] - learning_rate * grads[k] / (np.sqrt(squared[k]) + epsilon) for k in params
    }
    return params, squared


@rmsprop_update.style
def _(params, grads, squared, learning_rate, beta2=0.9, epsilon=1e-8):
    new_params, new_squared = {}, {}
    for layer in range(1, len(params) // 2 + 1):
        for letter in ("W", "b"):
            k = letter + str(layer)
            g = grads[k]
            s = beta2 * squared[k] + (1 - beta2) * np.multiply(g, g)
            new_params[k] = params[k] - (learning_rate / (s**0.5 + epsilon)) * g
            new_squared[k] = s
    return new_params, new_squared


@rmsprop_update.style
def _(params, grads, squared, learning_rate, beta2=0.9, epsilon=1e-8):
    params = {k: np.array(p, dtype=float) for k, p in params.items()}
    squared = {k: s.copy() for k, s in squared.items()}
    for k in params:
        squared[k] *= beta2
        squared[k] += (1 - beta2) * np.power(grads[k], 2)
        params[k] -= learning_rate * np.divide(grads[k], np.sqrt(squared[k]) + epsilon)
    return params, squared


@rmsprop_update.style
def _(params, grads, squared, learning_rate, beta2=0.9, epsilon=1e-8):
    def average(s, g):
        return s + (1 - beta2) * (g**2 - s)

    squared = {k: average(s, grads[k]) for k, s in squared.items()}
    rates = {k: learning_rate / (epsilon + np.sqrt(s)) for k, s in squared.items()}
    return {k: p - rates[k] * grads[k] for k, p in params.items()}, squared


@rmsprop_update.style
def _(params, grads, squared, learning_rate, beta2=0.9, epsilon=1e-8):
    new_params, new_squared = {}, {}
    for key in params:
        p, s = np.empty(params[key].shape), np.empty(params[key].shape)
        for index in np.ndindex(*s.shape):
            g = grads[key][index]
            s[index] = beta2 * squared[key][index] + (1 - beta2) * g * g
            p[index] = params[key][index] - learning_rate * g / (s[index] ** 0.5 + epsilon)
        new_params[key], new_squared[key] = p, s
    return new_params, new_squared


@lesson.exercise(
    points=3,
    returns=("rates",),
    hints=(
        "RMSprop's step is a rate times the gradient. What stands before the gradient?",
        "One rate for each number in the averages: a dict with the same keys and shapes.",
        "The denominator is the one of rmsprop_update.",
    ),
)
def effective_learning_rate(squared, learning_rate, epsilon):
    """The factor before the gradient, for every parameter."""
    rates = {}
    for key in squared:
        rates[key] = learning_rate / (np.sqrt(squared[key]) + epsilon)
    return rates


@effective_learning_rate.cases
def _(rng):
    averages = {"W1": np.array([[4.0, 0.25], [0.01, 0.0]]), "b1": np.array([[9.0], [1e-4]])}
    args = {"squared": averages, "learning_rate": 0.1, "epsilon": 0.02}
    yield Case(args, note="averages from 0 to 9")
    for note, layers, scale, epsilon in (
        ("tiny averages", 1, 1e-7, 1e-8),
        ("two layers and a large epsilon", 2, 1.0, rng.uniform(0.2, 0.6)),
    ):
        squared = {key: (scale * p) ** 2 for key, p in inputs.network(rng, layers).items()}
        rate = float(rng.uniform(0.02, 0.5))
        yield Case({"squared": squared, "learning_rate": rate, "epsilon": epsilon}, note=note)


effective_learning_rate.mistake(
    "epsilon_inside_the_root",
    "Your epsilon is inside the root: where the average is zero it counts like its own root. Where "
    "does rmsprop_update put it?",
    ("np.sqrt(squared[key]) + epsilon", "np.sqrt(squared[key] + epsilon)"),
    share=0.5,
)
effective_learning_rate.mistake(
    "epsilon_after_the_division",
    "You add epsilon to the rate: where the average is zero the rate is infinite. What does Python "
    "do first, the division or the sum?",
    ("(np.sqrt(squared[key]) + epsilon)", "np.sqrt(squared[key]) + epsilon"),
)
effective_learning_rate.mistake(
    "no_epsilon",
    "Where the average is zero your rate is infinite. Which argument did you not use?",
    ("(np.sqrt(squared[key]) + epsilon)", "np.sqrt(squared[key])"),
)
effective_learning_rate.mistake(
    "no_root",
    "You divide by the average itself: squares of gradients, where sizes of gradients are meant. "
    "How does a mean square become a size?",
    ("np.sqrt(squared[key])", "squared[key]"),
)
effective_learning_rate.mistake(
    "squared_again",
    "You square an average that is made of squares already. What does the argument hold?",
    ("np.sqrt(squared[key])", "squared[key] ** 2"),
)
effective_learning_rate.mistake(
    "multiplied",
    "Your rate grows with the average: large gradients would get large rates. What does RMSprop do "
    "with the root, multiply or divide?",
    ("learning_rate / (", "learning_rate * ("),
)
effective_learning_rate.mistake(
    "no_learning_rate",
    "You give back the factor alone, the same for every learning rate. What does it multiply?",
    ("learning_rate / (", "1.0 / ("),
)
effective_learning_rate.mistake(
    "one_rate_for_all",
    "You give one rate to a whole matrix. Does every weight have the same average?",
    ("np.sqrt(squared[key])", "np.sqrt(np.mean(squared[key]))"),
)
effective_learning_rate.mistake(
    "inverted",
    "You have the denominator over the learning rate. Should a large average make the rate large "
    "or small?",
    (
        "learning_rate / (np.sqrt(squared[key]) + epsilon)",
        "(np.sqrt(squared[key]) + epsilon) / learning_rate",
    ),
)


@effective_learning_rate.mistake(
    "works_in_place",
    "Your values are right, but the averages you were given changed: the next step of RMSprop "
    "would average rates. Where should the rates go?",
    share=0.8,
)
def _(squared, learning_rate, epsilon):
    for key in squared:
        squared[key] = learning_rate / (np.sqrt(squared[key]) + epsilon)
    return squared


@effective_learning_rate.style
def _(squared, learning_rate, epsilon):
    return {key: learning_rate / (np.sqrt(s) + epsilon) for key, s in squared.items()}


@effective_learning_rate.style
def _(squared, learning_rate, epsilon):
    return {key: learning_rate * (s**0.5 + epsilon) ** -1 for key, s in squared.items()}


@effective_learning_rate.style
def _(squared, learning_rate, epsilon):
    rates = {key: s.copy() for key, s in squared.items()}
    for rate in rates.values():
        rate[...] = np.divide(learning_rate, np.sqrt(rate) + epsilon)
    return rates


@effective_learning_rate.style
def _(squared, learning_rate, epsilon):
    roots = dict(zip(squared, map(np.sqrt, squared.values()), strict=True))
    return {key: np.float64(learning_rate) / np.add(root, epsilon) for key, root in roots.items()}


@effective_learning_rate.style
def _(squared, learning_rate, epsilon):
    return {
        key: [[learning_rate / (float(s) ** 0.5 + epsilon) for s in row] for row in matrix]
        for key, matrix in squared.items()
    }


lesson.number_quiz(
    "rmsprop_first_step",
    title="How long is the first step?",
    question="$s$ starts at zero, the gradient of a weight is $g$ (any number that is not tiny), "
    "and\n"
    r"$\beta_2 = 0.9$. How many **learning rates** long is RMSprop's first step? Answer with a "
    "number,\n"
    "exact to 2 %.",
    asks="a number of learning rates",
    right=(
        3.162,
        "The average starts at 0.1 g^2, and its root is 0.316 |g|: the step is 1/0.316 = 3.16 "
        "learning rates long, whatever g is.",
    ),
    written=3.16,
    wrong={
        1: "That would be so if the average were g^2 at once. It starts at zero: how much of g^2 "
        "does it hold after one step of beta2 = 0.9?",
        10: "The average is 0.1 g^2, but the step divides by its root.",
        0.316: "That is what the step divides by, in units of |g|. Is the step then longer or "
        "shorter than one learning rate?",
        0.1: "That is the share of g^2 in the average. First comes the root, then the division.",
        1.054: "You took the root of 0.9. Which weight does the newest square get?",
    },
    hints=(
        "How much of g^2 does the average hold after its first update?",
        "Take the root of that, then divide g by it: g cancels.",
        "The step is one over a root. Which number stands under it?",
    ),
)

lesson.quiz(
    "rmsprop_scale",
    title="A thousand times the gradient",
    question="Someone measures the cost in other units, and all gradients become 1000 times as "
    "large. The learning rate stays. RMSprop's steps become",
    options={
        "a": (
            "1000 times as long",
            "Gradient descent would do that. What happens to the root that RMSprop divides by?",
        ),
        "b": (
            "a thousandth as long, since the root has grown",
            "The gradient in the numerator grows as well. What is left in the quotient?",
        ),
        "c": (
            r"the same, apart from $\epsilon$",
            "s becomes a million times as large and its root a thousand times: gradient and root "
            "cancel, and only epsilon notices.",
        ),
        "d": (
            "about 32 times as long",
            "s becomes a million times as large, and then its root is taken. Which factor has the "
            "root, and which the gradient above it?",
        ),
    },
    right="c",
    hints=(
        "Follow the factor 1000: what does it do to g, to s and to the root of s?",
        "Which two of these stand in the quotient?",
    ),
)

lesson.quiz(
    "rmsprop_rotated",
    points=2,
    title="Why does turning hurt?",
    question="On the bowl turned by 45° RMSprop needs many more steps than on the one along the "
    "axes. Why?",
    options={
        "a": (
            "every optimizer is slower on a turned bowl",
            "Gradient descent needed exactly as many steps on both. Which optimizer treats w1 and "
            "w2 each in its own way?",
        ),
        "b": (
            "on the turned bowl the gradients in $w_1$ and $w_2$ differ more in size",
            "The gradients in w1 and w2 become more alike, not more different. What do rates that "
            "are alike do for a long valley?",
        ),
        "c": (
            r"the bowl is the same, so the number of steps does not depend on $\kappa$ there "
            "either",
            "You measured the rotated bowl for several kappa: was the number of steps the same?",
        ),
        "d": (
            "the two coordinates now have gradients of similar size, so their rates are alike "
            "and\n"
            "cannot even out the two curvatures",
            "The rates belong to the coordinates w1 and w2. When the valley lies across them, "
            "both gradients are alike in size, so are both rates, and the ratio of the curvatures "
            "stays.",
        ),
    },
    right="d",
    hints=(
        "Gradient descent has the same number of steps at any angle. Why does RMSprop not?",
        "RMSprop gives a rate to each coordinate. What must it see to give two different rates?",
        "At 45 degrees a step along w1 goes along and across the valley at once. How do the "
        "gradients in w1 and w2 compare in size?",
    ),
)

lesson.quiz(
    "rmsprop_epsilon",
    title="Inside or outside",
    question="The gradient of a weight stays near $|g| = 10^{-6}$, so that $s = 10^{-12}$, and "
    r"$\epsilon = 10^{-8}$. How long are the steps, in learning rates?",
    options={
        "a": (
            "about 1 in both forms; $10^{-8}$ is too small to matter",
            "For gradients near 1 that is so. Compare sqrt(1e-12 + 1e-8) with sqrt(1e-12) + 1e-8.",
        ),
        "b": (
            "about 0.01 inside, about 1 outside",
            "For |g| = 1e-6 the root is small beside 1e-4 = sqrt(1e-8): inside, epsilon already "
            "sets the denominator; outside, 1e-8 is only a hundredth of it.",
        ),
        "c": (
            "about 1 inside, about 0.01 outside",
            "Outside the root 1e-8 stands beside |g| itself. Which of the two is the larger there? "
            "And inside, beside s?",
        ),
        "d": (
            "one of the forms divides by zero",
            "Both forms are safe at g = 0: the numerator is zero and the denominator is not. The "
            "question is about small gradients that are not zero.",
        ),
    },
    right="b",
    hints=(
        "Compute both denominators with s = 1e-12 and epsilon = 1e-8: root first, or sum first.",
        "The root of 1e-12 is 1e-6, that of 1e-8 is 1e-4. Which number sets each denominator?",
    ),
)


# A bug to find: the right lines in the wrong order.


@lesson.exercise(
    points=2,
    returns=("w", "s"),
    hints=(
        "Take the very first step by hand: s is 0, the gradient is 2. What is it divided by?",
        "Both lines are right. What matters besides?",
        "Which s should a step see, the one before this gradient or the one with it?",
    ),
)
def repair_late_rmsprop(w, g, s, learning_rate, beta2=0.9, epsilon=1e-8):
    """The function late_rmsprop, repaired."""
    s = beta2 * s + (1 - beta2) * g**2
    w = w - learning_rate * g / (np.sqrt(s) + epsilon)
    return w, s


@repair_late_rmsprop.cases
def _(rng):
    w, g = np.array([1.0, -2.0]), np.array([2.0, 0.01])
    carry = {"w": 0, "s": 1}
    yield Case(
        {"w": w, "g": g, "s": np.zeros(2), "learning_rate": 0.1},
        then=({"g": 3 * g}, {"g": -g}),
        carry=carry,
        note="three steps from zero",
    )
    args = {
        "w": rng.normal(size=(2, 3)),
        "g": rng.normal(size=(2, 3)),
        "s": rng.uniform(0.1, 2.0, size=(2, 3)),
        "learning_rate": float(rng.uniform(0.05, 0.2)),
        "beta2": float(rng.uniform(0.5, 0.8)),
    }
    yield Case(args, ({"g": rng.normal(size=(2, 3))},), carry, "a state from earlier steps")
    yield Case({**args, "epsilon": 0.3}, note="a large epsilon")
    idle = {**args, "g": np.zeros((2, 3)), "s": np.zeros((2, 3))}
    yield Case(idle, note="weights without a gradient")


LATE = "    s = beta2 * s + (1 - beta2) * g**2\n"
STEP_LINE = "    w = w - learning_rate * g / (np.sqrt(s) + epsilon)\n"
repair_late_rmsprop.mistake(
    "still_late",
    "The first step is still gigantic: it divides by the s of before, which is 0, and so by "
    "epsilon alone. Which s should a step see?",
    (LATE + STEP_LINE, STEP_LINE + LATE),
)
repair_late_rmsprop.mistake(
    "late_with_epsilon_inside",
    "Your step still divides by the s of before. With epsilon under the root that is 0.0001 at "
    "first, where the gradient may be 2: still a leap. Which s should a step see?",
    (LATE + STEP_LINE, STEP_LINE.replace("np.sqrt(s) + epsilon", "np.sqrt(s + epsilon)") + LATE),
)
repair_late_rmsprop.mistake(
    "only_the_weights",
    "You give back w alone. What does the next step need besides?",
    ("return w, s", "return w"),
)
repair_late_rmsprop.mistake(
    "a_large_start",
    "Your first step is tame because s starts larger than it was given. What should s know before "
    "its first gradient?",
    (LATE, "    s = np.maximum(s, 1.0)\n" + LATE),
)
repair_late_rmsprop.mistake(
    "no_root",
    "You divide by s and not by its root: gradients a thousand times as large make the step a "
    "thousand times shorter. What should become of a gradient's size?",
    ("np.sqrt(s)", "s"),
)
repair_late_rmsprop.mistake(
    "one_size_for_all",
    "All your weights share one divisor. Whose own gradients should a weight be divided by?",
    ("(np.sqrt(s) + epsilon)", "(np.sqrt(np.sum(s)) + epsilon)"),
)
repair_late_rmsprop.mistake(
    "average_of_gradients",
    "Your s averages the gradients, and not their squares: under the root stands a number that can "
    "be negative. What does s average?",
    ("g**2", "g"),
)
repair_late_rmsprop.mistake(
    "updated_twice",
    "Your s is updated before the step and once more after it. How many gradients has one step?",
    ("    return w, s", LATE + "    return w, s"),
)
repair_late_rmsprop.mistake(
    "state_not_kept",
    "Your step is right, and the s that you give back is the one that came in: the next step knows "
    "nothing of this gradient. Which s belongs to the next call?",
    (LATE, "    new = beta2 * s + (1 - beta2) * g**2\n"),
    ("np.sqrt(s)", "np.sqrt(new)"),
)
repair_late_rmsprop.mistake(
    "epsilon_inside",
    "Your epsilon is under the root, where it counts like its own root. Where did it stand?",
    ("np.sqrt(s) + epsilon", "np.sqrt(s + epsilon)"),
    share=0.5,
)
repair_late_rmsprop.mistake(
    "weights_swapped",
    "Your s forgets almost everything: the new square has the weight of the past. Which of them is "
    "multiplied by beta2?",
    ("beta2 * s + (1 - beta2) * g**2", "(1 - beta2) * s + beta2 * g**2"),
)


@repair_late_rmsprop.style
def _(w, g, s, learning_rate, beta2=0.9, epsilon=1e-8):
    squared = s * beta2 + g * g * (1 - beta2)
    return w - g * (learning_rate / (squared**0.5 + epsilon)), squared


@repair_late_rmsprop.style
def _(w, g, s, learning_rate, beta2=0.9, epsilon=1e-8):
    new = s.copy()
    new += (1 - beta2) * (np.square(g) - s)
    moved = w.astype(float)
    moved -= learning_rate * np.divide(g, np.sqrt(new) + epsilon)
    return moved, new
