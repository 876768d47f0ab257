"""Lesson 04, gradient descent with momentum: references, cases, mistakes.

Averaging form, v = beta v + (1 - beta) g, of Ng's course; the classical form, v = beta v + g, is
that of Polyak (1964) and of PyTorch.
"""

import numpy as np

from autograder import families, inputs
from autograder.lesson import Lesson
from optlab.checking.probe import Case, Recipe

lesson = Lesson("04_momentum", title="Gradient descent with momentum")


@lesson.exercise(
    points=2,
    returns=("velocity",),
    summary="optlab.properties:typed",
    hints=(
        "The velocity mirrors the parameters: the same keys, the same shapes.",
        "Loop over the keys of params and make an array of zeros for each.",
        "np.zeros takes a shape, and params[key].shape is one.",
    ),
)
def init_velocity(params):
    """Zeros in the shape of every parameter."""
    velocity = {}
    for key in params:
        velocity[key] = np.zeros(params[key].shape)
    return velocity


@init_velocity.cases
def _(rng):
    small = {"W1": np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]]), "b1": np.array([[0.3], [-2.0]])}
    yield Case({"params": small}, note="one layer")
    yield Case({"params": inputs.network(rng, 2)}, note="two layers")
    yield Case({"params": inputs.network(rng, 3)}, note="three layers")


init_velocity.mistake(
    "copies_the_parameters",
    "Your velocity starts at the parameters themselves. How fast is a ball before it is let go?",
    ("np.zeros(params[key].shape)", "params[key].copy()"),
)
init_velocity.mistake(
    "starts_at_one",
    "Your velocity starts at one. What should the average be before the first gradient came?",
    ("np.zeros(", "np.ones("),
)
init_velocity.mistake(
    "scalar_zero",
    "Your velocity is a single number for a whole matrix. Does every weight have the same speed?",
    ("np.zeros(params[key].shape)", "0.0"),
)
families.zeros(init_velocity, "velocity[key] = ", average="v", update="momentum_update")


@init_velocity.mistake(
    "one_array_for_all",
    "Two of your velocities are one and the same array. What happens to b1's when W1's changes?",
)
def _(params):
    zeros = {}
    velocity = {}
    for key in params:
        shape = params[key].shape
        velocity[key] = zeros.setdefault("all", np.zeros(shape))
    return velocity


@init_velocity.mistake(
    "layers_from_zero",
    "A key of yours does not exist: layers count from 1, and len(params) counts W and b both. "
    "Do you need to count layers at all?",
)
def _(params):
    velocity = {}
    for layer in range(len(params)):
        velocity["W" + str(layer)] = np.zeros(params["W" + str(layer)].shape)
        velocity["b" + str(layer)] = np.zeros(params["b" + str(layer)].shape)
    return velocity


@init_velocity.style
def _(params):
    return {key: np.zeros_like(value) for key, value in params.items()}


@init_velocity.style
def _(params):
    return dict(zip(params, (np.zeros(p.shape) for p in params.values()), strict=True))


@init_velocity.style
def _(params):
    velocity = dict.fromkeys(params)
    for key, value in params.items():
        velocity[key] = np.full(value.shape, 0.0)
    return velocity


@init_velocity.style
def _(params):
    velocity = {}
    for key, value in params.items():
        velocity[key] = 0 * value
    return velocity


@init_velocity.style
def _(params):
    L = len(params) // 2
    velocity = {}
    for l in range(L):  # noqa: E741
        velocity["W" + str(l + 1)] = np.zeros(params["W" + str(l + 1)].shape)
        velocity["b" + str(l + 1)] = np.zeros_like(params["b" + str(l + 1)])
    return velocity


@lesson.exercise(
    points=5,
    returns=("params", "velocity"),
    hints=(
        "Two lines of mathematics, done for every key: first the average, then the step.",
        "v = beta v + (1 - beta) g uses the velocity that came in; the step uses the new one.",
        "Build two new dicts and fill them key by key; leave the dicts that came in alone.",
    ),
)
def momentum_update(params, grads, velocity, learning_rate, beta=0.9):
    """One step of gradient descent with momentum, in the averaging form."""
    new_params, new_velocity = {}, {}
    for key in params:
        new_velocity[key] = beta * velocity[key] + (1 - beta) * grads[key]
        new_params[key] = params[key] - learning_rate * new_velocity[key]
    return new_params, new_velocity


def _steps(rng, *, note, layers=2, steps=3, rates=(), integer=False, **settings):
    """A run of several steps; params and velocity are carried from call to call.

    The velocity is not zero at first. rates: learning rates of the later steps.
    """
    like = inputs.network(rng, layers)

    def arrays(scale):
        return {key: scale * rng.normal(size=value.shape) for key, value in like.items()}

    params = like
    if integer:
        params = {key: rng.integers(-9, 10, size=value.shape) for key, value in like.items()}
    then = [{"grads": arrays(2.0)} for _ in range(steps - 1)]
    for call, rate in zip(then, rates, strict=False):
        call["learning_rate"] = rate
    return Case(
        {"params": params, "grads": arrays(2.0), "velocity": arrays(0.7), **settings},
        then=tuple(then),
        carry={"params": 0, "velocity": 1},
        note=note,
    )


@momentum_update.cases
def _(rng):
    one = {"W1": np.array([[1.0, 2.0]]), "b1": np.array([[0.5]])}
    gradient = {"W1": np.array([[10.0, -1.0]]), "b1": np.array([[4.0]])}
    still = {"W1": np.zeros((1, 2)), "b1": np.zeros((1, 1))}
    yield Case(
        {"params": one, "grads": gradient, "velocity": still, "learning_rate": 0.1, "beta": 0.8},
        then=({"grads": {"W1": np.array([[-4.0, 2.0]]), "b1": np.array([[1.0]])}},) * 2,
        carry={"params": 0, "velocity": 1},
        note="three steps from rest",
    )
    rate, *rates = rng.uniform(0.02, 0.4, size=3).tolist()
    rolling = {"learning_rate": rate, "rates": rates, "beta": rng.uniform(0.55, 0.75)}
    yield _steps(rng, note="a velocity that is not zero and a changing rate", **rolling)
    yield _steps(rng, note="the default beta", steps=2, layers=3, learning_rate=rate)
    whole = {"learning_rate": rates[0], "beta": rng.uniform(0.2, 0.4)}
    yield _steps(rng, note="integer parameters", steps=2, layers=1, integer=True, **whole)


AVERAGE = "beta * velocity[key] + (1 - beta) * grads[key]"
STEP = "params[key] - learning_rate * new_velocity[key]"
NEW = "(1 - beta) * grads[key]"  # what the newest gradient adds
USED = "learning_rate * new_velocity[key]"  # what the step subtracts

# Other published forms. Each may keep its velocity with either sign.
momentum_update.family(
    "classical_form",
    "Your velocity takes every gradient at its full length, so that under a steady gradient it "
    "grows to 1/(1 - beta) times that: the classical form. Both exist; which weight does the "
    "averaging form give the newest gradient?",
    (
        ((NEW, "grads[key]"),),
        ((f"+ {NEW}", "- grads[key]"), (STEP, f"params[key] + {USED}")),
    ),
    share=0.4,
)
momentum_update.family(
    "classical_rate_inside",
    "This is the classical form with the learning rate inside the velocity, as Keras and "
    "CS231n have it: a step keeps the old rate when the rate changes. Both exist; what is v in "
    "the averaging form an average of?",
    (
        ((NEW, "learning_rate * grads[key]"), (STEP, "params[key] - new_velocity[key]")),
        ((f"+ {NEW}", "- learning_rate * grads[key]"), (STEP, "params[key] + new_velocity[key]")),
    ),
    share=0.4,
)
momentum_update.family(
    "rate_inside_the_velocity",
    "Your velocity is an average of steps: it holds the learning rate, so that a step keeps "
    "the old rate when the rate changes. What should v be the average of?",
    (
        ((NEW, f"learning_rate * {NEW}"), (STEP, "params[key] - new_velocity[key]")),
        ((f"+ {NEW}", f"- learning_rate * {NEW}"), (STEP, "params[key] + new_velocity[key]")),
    ),
    share=0.4,
)
momentum_update.mistake(
    "velocity_points_downhill",
    "Your velocity averages minus the gradient, and the step adds it: a form of its own that goes "
    "downhill as well. The v asked for is the average of the gradients themselves. Which of your "
    "two signs belongs elsewhere?",
    (f"+ {NEW}", f"- {NEW}"),
    (STEP, f"params[key] + {USED}"),
    share=0.4,
)
momentum_update.mistake(
    "factor_in_the_step",
    "From rest your params move as they should, and your velocity is not the average: the factor "
    "1 - beta comes in at the step. Which of the two formulas has it?",
    (NEW, "grads[key]"),
    (USED, f"(1 - beta) * {USED}"),
    share=0.4,
)

# The average.
momentum_update.mistake(
    "weights_swapped",
    "The larger beta is, the faster your velocity forgets. Which weight belongs to the past?",
    (AVERAGE, "(1 - beta) * velocity[key] + beta * grads[key]"),
)
momentum_update.mistake(
    "never_decayed",
    "A constant gradient accelerates your ball for ever: the old velocity keeps all of its weight. "
    "What plays the part of friction?",
    ("beta * velocity[key]", "velocity[key]"),
)
momentum_update.mistake(
    "forgets_the_past",
    "Your velocity is the same whether the ball was rolling or at rest. Is the old velocity used?",
    ("beta * velocity[key] + ", ""),
)
momentum_update.mistake(
    "velocity_is_the_gradient",
    "Your velocity is the newest gradient itself. What is left of the earlier steps?",
    (AVERAGE, "grads[key]"),
)
momentum_update.mistake(
    "subtracts_the_gradient",
    "Your velocity points against the gradient and the step subtracts it again: you climb. Where "
    "is the one minus sign?",
    (f"+ {NEW}", f"- {NEW}"),
)
momentum_update.fixed("    for key in params:", beta=(0.9, 0.99, 0.95, 0.5))

# The step.
momentum_update.mistake(
    "steps_with_the_gradient",
    "Your step does not use the velocity: params move as in plain gradient descent. What should "
    "the step be proportional to?",
    (USED, "learning_rate * grads[key]"),
)
momentum_update.mistake(
    "steps_with_the_old_velocity",
    "Your first step from rest moves nothing: the step lags one gradient behind. Which velocity "
    "does it use?",
    (USED, "learning_rate * velocity[key]"),
)
momentum_update.mistake(
    "factor_twice",
    "The factor 1 - beta makes the gradient smaller when it is averaged and once more in the step. "
    "How often does it come in?",
    (USED, "learning_rate * (1 - beta) * new_velocity[key]"),
)
momentum_update.family(
    "rate_inside_and_outside",
    "The learning rate acts twice: your velocity already holds it. Where does it belong?",
    [(NEW, new) for new in (f"learning_rate * {NEW}", "learning_rate * grads[key]")],
)
families.uphill(momentum_update)
momentum_update.mistake(
    "bias_corrected",
    "Your step divides the velocity by 1 - beta, as bias correction does at t = 1. Momentum as "
    "asked here leaves the average as it is: what does it start from?",
    (USED, "learning_rate * new_velocity[key] / (1 - beta)"),
)
momentum_update.mistake(
    "nesterov",
    "You average the gradient into v once more before you step: that is Nesterov's look-ahead. "
    "What does plain momentum step with?",
    (USED, "learning_rate * (beta * new_velocity[key] + (1 - beta) * grads[key])"),
)

# What comes in and what goes out.
momentum_update.another_default(beta=(0.99, 0.999, 0.95, 0.5))
momentum_update.mistake(
    "velocity_not_returned",
    "You give back the velocity that came in, so that the next step knows nothing of this one. "
    "Which velocity does it need?",
    (
        "return new_params, new_velocity",
        "return new_params, {k: v.copy() for k, v in velocity.items()}",
    ),
)
momentum_update.mistake(
    "stored_in_the_wrong_order",
    "Your two results come in the other order: velocity first. Which one does the docstring name "
    "first?",
    ("return new_params, new_velocity", "return new_velocity, new_params"),
)
momentum_update.mistake(
    "bias_uses_the_weights_gradient",
    "The velocity of a bias is made of the gradient of the weights: a line was copied and one name "
    "left. Which gradient belongs to b1?",
    (NEW, '(1 - beta) * grads["W" + key[1:]]'),
)
momentum_update.mistake(
    "bias_uses_the_weights_velocity",
    "Your biases move by the velocity of the weights: a line was copied and one name left. Which "
    "velocity belongs to b1?",
    (USED, 'learning_rate * new_velocity["W" + key[1:]]'),
)


families.weights_only(momentum_update, "params, velocity")
families.works_in_place(
    momentum_update,
    "params, velocity",
    "Your values are right, but the params or velocity you were given changed. Who else may "
    "still be using them?",
)
families.fails_on_integers(momentum_update)


@momentum_update.style
def _(params, grads, velocity, learning_rate, beta=0.9):
    velocity = {k: beta * velocity[k] + (1 - beta) * grads[k] for k in params}
    return {k: params[k] - learning_rate * velocity[k] for k in params}, velocity


@momentum_update.style
def _(params, grads, velocity, learning_rate, beta=0.9):
    velocity = {k: v + (1 - beta) * (grads[k] - v) for k, v in velocity.items()}
    params = {k: p - learning_rate * velocity[k] for k, p in params.items()}
    return params, velocity


@momentum_update.style
def _(params, grads, velocity, learning_rate, beta=0.9):
    layers = len(params) // 2
    params, velocity = dict(params), dict(velocity)
    for layer in range(1, layers + 1):
        for letter in "Wb":
            k = f"{letter}{layer}"
            velocity[k] = np.multiply(beta, velocity[k]) + np.multiply(1.0 - beta, grads[k])
            params[k] = np.subtract(params[k], learning_rate * velocity[k])
    return params, velocity


@momentum_update.style
def _(params, grads, velocity, learning_rate, beta=0.9):
    params = {k: np.array(p, dtype=float) for k, p in params.items()}
    velocity = {k: v.copy() for k, v in velocity.items()}
    for k in params:
        velocity[k] *= beta
        velocity[k] += (1 - beta) * grads[k]
        params[k] -= learning_rate * velocity[k]
    return params, velocity


@momentum_update.style
def _(params, grads, velocity, learning_rate, beta=0.9):
    def one(p, g, v):
        v = beta * v + (1 - beta) * g
        return p - learning_rate * v, v

    moved = {k: one(params[k], grads[k], velocity[k]) for k in params}
    return {k: pair[0] for k, pair in moved.items()}, {k: pair[1] for k, pair in moved.items()}


@momentum_update.style
def _(params, grads, velocity, learning_rate, beta=0.9):
    new_params, new_velocity = {}, {}
    for key in params:
        v = np.empty(params[key].shape)
        p = np.empty(params[key].shape)
        for index in np.ndindex(*v.shape):
            v[index] = beta * velocity[key][index] + (1 - beta) * grads[key][index]
            p[index] = params[key][index] - learning_rate * v[index]
        new_params[key], new_velocity[key] = p, v
    return new_params, new_velocity


@lesson.exercise(
    points=4,
    returns=("path",),
    views_allowed=True,  # a path may be made of w0 itself
    hints=(
        "The path starts with w0 and gains one point per step: steps + 1 rows.",
        "Each step asks gradient(w), hands it to update and keeps the state for the next step.",
        "state is None before the first step; update gives back the new w and the new state.",
    ),
)
def descend(gradient, w0, update, steps):
    """Run an optimizer and record every point, the start included."""
    path, state = [w0], None
    w = w0
    for _ in range(steps):
        w, state = update(w, gradient(w), state)
        path.append(w)
    return np.array(path)


def _descent(gradient, optimizer, steps, w0, note, **settings):
    update = Recipe(f"optlab.optimizers:{optimizer}", settings)
    return Case({"gradient": gradient, "w0": w0, "update": update, "steps": steps}, note=note)


def _bowl(kappa, angle):
    surface = {"problem": "bowl", "kappa": kappa, "angle": angle}
    return Recipe("optlab.problems:gradient_of", surface)


@descend.cases
def _(rng):
    yield _descent(
        _bowl(10.0, 0.0),
        "gradient_descent",
        3,
        np.array([1.0, 1.0]),
        "three steps of gradient descent",
        learning_rate=0.05,
    )
    note, memory = "an update with a state", {"learning_rate": 0.2, "beta": 0.8}
    tilted = _bowl(10.0, float(rng.uniform(20, 40)))
    yield _descent(tilted, "momentum", 4, rng.normal(size=2), note, **memory)
    curved = {"H": np.diag(rng.uniform(1, 3, size=3)).tolist(), "A": [[0.2, -0.3, 0.1]]}
    space = Recipe("optlab.problems:cubic_gradient", curved)
    steps = int(rng.integers(5, 9))
    yield _descent(space, "adam", steps, rng.normal(size=3), "three dimensions", learning_rate=0.1)


descend.mistake(
    "start_missing",
    "Your path begins after the first step: the start is missing. How many points do three steps "
    "connect?",
    ("path, state = [w0], None", "path, state = [], None"),
)
descend.mistake(
    "one_step_too_many",
    "You make one step too many. How many points do three steps connect?",
    ("range(steps)", "range(steps + 1)"),
)
descend.mistake(
    "one_step_too_few",
    "You make one step too few. How many points do three steps connect?",
    ("range(steps)", "range(steps - 1)"),
)
descend.mistake(
    "state_forgotten",
    "Every step of yours begins with an empty state, so momentum never builds up. Where does the "
    "state of the last step go?",
    ("w, state = update(w, gradient(w), state)", "w, _state = update(w, gradient(w), None)"),
)
descend.mistake(
    "state_begins_at_zero",
    "Your state is a number before the first step, and the update takes it for something that it "
    "handed out itself. What does the docstring put there?",
    ("path, state = [w0], None", "path, state = [w0], 0"),
)
descend.mistake(
    "gradient_at_the_start",
    "Your gradient is always that of the starting point. Where is the ball when you ask for the "
    "slope?",
    ("gradient(w)", "gradient(w0)"),
)
descend.mistake(
    "only_the_end",
    "You give back the last point only. What would a plot of the path need?",
    ("return np.array(path)", "return np.array(path[-1])"),
)
descend.mistake(
    "never_moves",
    "Every point of your path is the start. What should the next step begin from, and what should "
    "the path keep?",
    ("w, state = update(w, gradient(w), state)", "_w, state = update(w, gradient(w), state)"),
)
descend.mistake(
    "transposed",
    "Your path has one column per step; asked is shape (steps + 1, n). What is a row?",
    ("return np.array(path)", "return np.array(path).T"),
)


@descend.mistake(
    "every_point_the_same",
    "Every row of your path is the last point: the list holds one array many times. When is the "
    "point copied?",
)
def _(gradient, w0, update, steps):
    w, state = w0.copy(), None
    path = [w]
    for _ in range(steps):
        new, state = update(w, gradient(w), state)
        w[:] = new
        path.append(w)
    return np.array(path)


@descend.style
def _(gradient, w0, update, steps):
    path = np.empty((steps + 1, len(w0)))
    path[0] = w0
    state = None
    for i in range(steps):
        path[i + 1], state = update(path[i], gradient(path[i]), state)
    return path


@descend.style
def _(gradient, w0, update, steps):
    w, state = w0.copy(), None
    path = [w.copy()]
    while len(path) <= steps:
        g = gradient(w)
        w, state = update(w, g, state)
        path += [w.copy()]
    return np.stack(path)


@descend.style
def _(gradient, w0, update, steps):
    points, state = [np.asarray(w0, dtype=float)], None
    for _ in range(steps):
        w, state = update(points[-1], gradient(points[-1]), state)
        points.append(np.asarray(w))
    return np.vstack(points)


@descend.style
def _(gradient, w0, update, steps):
    def walk(w, state, left):
        yield w
        if left:
            yield from walk(*update(w, gradient(w), state), left - 1)

    return np.array(list(walk(w0, None, steps)))


@descend.style
def _(gradient, w0, update, steps):
    path = np.zeros((steps + 1, w0.shape[0]))
    w, state = w0, None
    for i in range(steps + 1):
        path[i, :] = w
        if i < steps:
            w, state = update(w, gradient(w), state)
    return path


@descend.style
def _(gradient, w0, update, steps):
    path = w0.reshape(1, -1)
    w, state = w0, None
    for _ in range(steps):
        w, state = update(w, gradient(w), state)
        path = np.append(path, w.reshape(1, -1), axis=0)
    return path


@descend.style
def _(gradient, w0, update, steps):
    w, state = w0, None
    path = w0[np.newaxis]
    for _ in range(steps):
        w, state = update(w, gradient(w), state)
        path = np.vstack((path, w))
    return path


@descend.style
def _(gradient, w0, update, steps):
    w, state = w0, None
    rows = [w]
    for _ in range(steps):
        w, state = update(w, gradient(w), state)
        rows.append(w)
    return rows


lesson.quiz(
    "momentum_curves",
    points=2,
    title="Which is which?",
    question="The next figure shows 40 steps on the valley from the same start with the same "
    r"learning rate, 0.09. One panel is gradient descent, one is momentum with $\beta = 0.5$, one "
    r"is momentum with $\beta = 0.9$.",
    options={
        "a": (
            "(1) momentum with 0.5, (2) gradient descent, (3) momentum with 0.9",
            "Panel (1) changes sides at every single step. Can an average over old gradients turn "
            "round that quickly?",
        ),
        "b": (
            "(1) gradient descent, (2) momentum with 0.5, (3) momentum with 0.9",
            "Gradient descent zigzags at every step, a short memory damps the zigzag, and a long "
            "memory turns it into slow, wide swings.",
        ),
        "c": (
            "(1) momentum with 0.9, (2) momentum with 0.5, (3) gradient descent",
            "Panel (3) swings slowly and wide and rolls past the minimum. Can a walk do that which "
            "remembers nothing?",
        ),
        "d": (
            "(1) gradient descent, (2) momentum with 0.9, (3) momentum with 0.5",
            "Panel (1) is right. Of the other two, which swings more slowly, and what does a "
            "longer memory do to the swings?",
        ),
    },
    right="b",
    hints=(
        "With beta = 0 there is no memory: what does such a path do at every step, at this rate?",
        "The first values of w2 stand below the figure. How often does each of them change sign?",
        "A swing lasts the longer, the longer the memory. Put the three swings in order.",
    ),
)

lesson.quiz(
    "momentum_always_faster",
    title="What did you measure?",
    question=r'"Momentum with $\beta = 0.9$ is faster than gradient descent", each with its own '
    "tuned learning rate. This is",
    options={
        "a": (
            "true on every bowl; at worst the two are equally fast",
            "Look again at the row for kappa = 10, each with its own best learning rate: which of "
            "the two needed fewer steps there?",
        ),
        "b": (
            "true on every bowl, as long as both use gradient descent's learning rate",
            "That comparison gives momentum a rate that was tuned for gradient descent. And what "
            "happened at kappa = 10?",
        ),
        "c": (
            "true on very elongated bowls, false on nearly round ones",
            "In a swing the cost shrinks by the factor beta a step, whatever the bowl: far fewer "
            "steps than gradient descent on an elongated bowl, more on a nearly round one.",
        ),
        "d": (
            "false on every bowl, because the velocity needs time to build up",
            "The velocity does need a few steps to build up. How many steps did each need at "
            "kappa = 1000?",
        ),
    },
    right="c",
    hints=(
        "The answer is in the three lines below the figure. Compare them row by row.",
        "Which bowl is nearly round, kappa = 10 or kappa = 1000? Who needed fewer steps on each?",
    ),
)

lesson.number_quiz(
    "momentum_ten_steps",
    title="Ten steps",
    question="Work it out before you look at the next figure. The gradient is the constant 1, "
    "$v_0 = 0$ and\n"
    r"$\beta = 0.9$. By how many **percent** is $v_{10}$ too small? Answer with a number, exact "
    "to half a\n"
    "percent.",
    asks="a number of percent",
    right=(
        34.87,
        "The weights of ten gradients sum to 1 - 0.9^10 = 0.651, so that 34.9 percent are "
        "missing. Below 10 percent takes 22 steps, below 1 percent 44.",
    ),
    written=34.9,
    wrong={
        65.13: "That is what has been reached. How much is missing?",
        0.6513: "That is what has been reached, as a share. How much is missing, in percent?",
        0: "A third is still missing after ten steps. What do the ten weights sum to?",
        10: "That is the weight of the newest gradient alone. What do all ten weights sum to?",
        38.74: "That is the ninth step: ten updates have ten weights.",
        0.3487: "You give a share; which unit does the question ask for?",
        90: "That is what is missing after one step. And after ten?",
    },
    hints=(
        "Write down v_1 and v_2 for the gradient 1. What is missing from each?",
        "What is missing is multiplied by the same factor at every step. By which?",
        "Begin with all 100 percent missing and multiply ten times.",
    ),
)


@lesson.exercise(
    points=1,
    returns=("classical learning rate",),
    hints=(
        "Both forms must make the same step: alpha v in one equals alpha_c u in the other.",
        "With a constant gradient u settles at g / (1 - beta) and v at g.",
        "So alpha_c has to be smaller than alpha. By which factor?",
    ),
)
def classical_learning_rate(learning_rate, beta):
    """Learning rate of v = beta v + g that makes the steps of v = beta v + (1 - beta) g."""
    return (1 - beta) * learning_rate


@classical_learning_rate.cases
def _(rng):
    yield Case({"learning_rate": 0.3, "beta": 0.9})
    for note, beta in (
        ("another beta", rng.uniform(0.6, 0.8)),
        ("a small beta", rng.uniform(0.1, 0.3)),
        ("beta = 0", 0.0),
    ):
        args = {"learning_rate": float(rng.uniform(0.2, 2)), "beta": float(beta)}
        yield Case(args, note=note)


classical_learning_rate.mistake(
    "inverted",
    "Your rate grows with beta, and the classical velocity is already the larger one. Should its "
    "rate be larger or smaller than that of the averaging form?",
    ("(1 - beta) * learning_rate", "learning_rate / (1 - beta)"),
)
classical_learning_rate.mistake(
    "unchanged",
    "You keep the same rate for both forms. What is the ratio of their two velocities under a "
    "steady gradient?",
    ("(1 - beta) * learning_rate", "1.0 * learning_rate"),
)
classical_learning_rate.mistake(
    "times_beta",
    "You multiply the rate by beta. By which factor do the two velocities differ in the long run?",
    ("(1 - beta) * learning_rate", "beta * learning_rate"),
)
classical_learning_rate.mistake(
    "divided_by_beta",
    "You divide by beta. What does the classical velocity grow to under a steady gradient?",
    ("(1 - beta) * learning_rate", "learning_rate / beta"),
)
classical_learning_rate.mistake(
    "one_plus_beta",
    "Your factor is 1 + beta, more than one. Is the classical velocity larger or smaller than the "
    "average?",
    ("(1 - beta)", "(1 + beta)"),
)
classical_learning_rate.mistake(
    "factor_only",
    "You give back the factor and not the rate: it is the same for every learning rate. What is it "
    "a factor of?",
    ("(1 - beta) * learning_rate", "1 - beta"),
)


@classical_learning_rate.style
def _(learning_rate, beta):
    return learning_rate - beta * learning_rate


@classical_learning_rate.style
def _(learning_rate, beta):
    return learning_rate / (1 / (1 - beta))


@classical_learning_rate.style
def _(learning_rate, beta):
    return np.array(learning_rate * (1 - beta))


lesson.quiz(
    "momentum_classical",
    title="A rate from elsewhere",
    question=r"You tuned the averaging form with $\beta = 0.9$ and found a learning rate of 0.3. "
    r"Which rate gives the same path in the classical form $v = \beta v + g$?",
    options={
        "a": (
            "3.0",
            "It is turned round: the classical velocity is already ten times as long. What would "
            "a rate ten times as large make of the steps?",
        ),
        "b": ("0.27", "That is beta times 0.3. By which factor do the two velocities differ?"),
        "c": (
            "0.3",
            "The velocities differ by the factor ten. What would the same rate make of the steps?",
        ),
        "d": (
            "0.03",
            "(1 - beta) times 0.3: the classical velocity is 1/(1 - beta) = 10 times as long, so "
            "the rate is ten times smaller.",
        ),
    },
    right="d",
    hints=(
        "You wrote classical_learning_rate for this. What does it give for these two numbers?",
        "Both forms must make the same step. Whose velocity is longer, and what of its rate, then?",
    ),
)


# A bug to find: a training without a memory.


@lesson.exercise(
    points=2,
    returns=("path",),
    hints=(
        "Try it with beta = 0, 0.5 and 0.9. What does beta change, and what should it change?",
        "How old is the velocity when a step uses it?",
        "What is made in the loop is new in every step. Which line does not belong there?",
    ),
)
def repair_forgetful(gradient, w0, learning_rate, beta, steps):
    """The function forgetful, repaired."""
    w = w0
    velocity = np.zeros(w0.shape)
    path = [w]
    for _ in range(steps):
        velocity = beta * velocity + (1 - beta) * gradient(w)
        w = w - learning_rate * velocity
        path.append(w)
    return np.array(path)


def _forgetful_case(rng, note, beta, steps=6, kappa=4, angle=0):
    start = rng.normal(size=2) + np.array([3.0, -1.5])
    return Case(
        {
            "gradient": _bowl(kappa, angle),
            "w0": start,
            "learning_rate": float(rng.uniform(0.05, 0.2)),
            "beta": beta,
            "steps": steps,
        },
        note=note,
    )


@repair_forgetful.cases
def _(rng):
    yield Case(
        {
            "gradient": _bowl(20, 0),
            "w0": np.array([-10.0, 1.0]),
            "learning_rate": 0.09,
            "beta": 0.9,
            "steps": 3,
        },
        note="three steps in the valley",
    )
    yield _forgetful_case(rng, "a turned bowl", float(rng.uniform(0.6, 0.95)), kappa=5, angle=30)
    yield _forgetful_case(rng, "beta = 0", 0.0)
    yield _forgetful_case(rng, "no step at all", 0.9, steps=0)


IN_THE_LOOP = (
    ("    velocity = np.zeros(w0.shape)\n", ""),
    (
        "    for _ in range(steps):\n",
        "    for _ in range(steps):\n        velocity = np.zeros(w0.shape)\n",
    ),
)
repair_forgetful.mistake(
    "still_forgets",
    "It still has no memory: at 0.9 it walks the path of gradient descent at a tenth of the rate. "
    "How old is the velocity that a step finds?",
    *IN_THE_LOOP,
)
repair_forgetful.mistake(
    "steps_by_the_gradient",
    "Your path is that of gradient descent, whatever beta is: every step is the learning rate "
    "times the newest gradient. What should be left of the earlier ones?",
    ("learning_rate * velocity", "learning_rate * gradient(w)"),
)
repair_forgetful.mistake(
    "starts_with_the_gradient",
    "Your velocity starts with the first gradient, so that the first step is far too long. Which "
    "velocity is there before the first step?",
    ("np.zeros(w0.shape)", "gradient(w0)"),
)
repair_forgetful.mistake(
    "without_the_factor",
    "Your velocity adds whole gradients: the classical form, with steps up to ten times as long. "
    "What does a gradient weigh in the averaging form?",
    ("(1 - beta) * gradient(w)", "gradient(w)"),
)
repair_forgetful.mistake(
    "old_velocity",
    "Your steps use the velocity of the step before, so that the first does not move. Which comes "
    "first, the velocity or the step?",
    (
        "        velocity = beta * velocity + (1 - beta) * gradient(w)\n"
        "        w = w - learning_rate * velocity\n",
        "        before = velocity\n"
        "        velocity = beta * velocity + (1 - beta) * gradient(w)\n"
        "        w = w - learning_rate * before\n",
    ),
)
repair_forgetful.mistake(
    "start_is_missing",
    "Your path begins after the first step. Where did it begin?",
    ("path = [w]", "path = []"),
)
repair_forgetful.mistake(
    "uphill",
    "Your path leads up the gradient. Which sign does a descent step have?",
    ("w - learning_rate", "w + learning_rate"),
)
repair_forgetful.mistake(
    "gradient_at_the_start",
    "All your gradients are those of the start. Where is the ball when the gradient pushes it?",
    ("gradient(w)", "gradient(w0)"),
)


@repair_forgetful.style
def _(gradient, w0, learning_rate, beta, steps):
    path = np.zeros((steps + 1, len(w0)))
    path[0], v = w0, 0.0
    for t in range(steps):
        v = v * beta + gradient(path[t]) * (1 - beta)
        path[t + 1] = path[t] - learning_rate * v
    return path


@repair_forgetful.style
def _(gradient, w0, learning_rate, beta, steps):
    v, path = np.zeros_like(w0, dtype=float), [np.array(w0, dtype=float)]
    while len(path) <= steps:
        v = v + (1 - beta) * (gradient(path[-1]) - v)
        path.append(path[-1] - learning_rate * v)
    return np.stack(path)


@repair_forgetful.style
def _(gradient, w0, learning_rate, beta, steps):
    w, classical, path = w0, 0 * w0, [w0]
    for _ in range(steps):
        classical = beta * classical + gradient(w)
        w = w - (1 - beta) * learning_rate * classical
        path.append(w)
    return np.vstack(path)
