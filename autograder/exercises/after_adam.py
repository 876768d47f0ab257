"""Lesson 10, after Adam: AMSGrad, AdamW, warm-up with cosine, warm restarts.

AMSGrad (Reddi and others, 2018) keeps the maximum of the uncorrected s and corrects it for the
step, as PyTorch and Keras do. AdamW (Loshchilov and Hutter, 2019) in PyTorch's form: the
parameters are multiplied by 1 - learning_rate * weight_decay, then comes Adam's step. The
schedules count the updates made so far: step is 0 at the first.
"""

import copy

import numpy as np

from autograder import families, inputs
from autograder.lesson import Lesson
from optlab.checking.probe import Case

lesson = Lesson("10_after_adam", title="Train as today's scripts do: after Adam")


def _zero_state(params, names):
    zeros = {name: {k: np.zeros(p.shape) for k, p in params.items()} for name in names}
    return {**zeros, "t": 0}


def _run(
    rng,
    note,
    *,
    steps,
    names=("v", "s"),
    t=0,
    scale=1.0,
    fading=1.0,
    integer=False,
    rates=(),
    **settings,
):
    """A run of several steps; params and state are carried from call to call.

    names: of the averages. t: updates made before, with averages that are not zero. scale: size of
    the gradients; fading: the factor from one to the next.
    """
    params = inputs.layers(rng)
    state = _zero_state(params, names)
    if t:
        squares = {key: value**2 for key, value in inputs.layers(rng, scale).items()}
        larger = {key: 1.5 * value for key, value in squares.items()}
        state |= {"v": inputs.layers(rng, 0.3 * scale), "s": squares, "t": t}
        state |= {"s_max": larger} if "s_max" in names else {}
    grads = [inputs.layers(rng, scale * fading**number) for number in range(steps)]
    if integer:
        params = {key: np.arange(value.size).reshape(value.shape) for key, value in params.items()}
    then = [{"grads": g} for g in grads[1:]]
    for call, rate in zip(then, rates, strict=False):
        call["learning_rate"] = rate
    return Case(
        {"params": params, "grads": grads[0], "state": state, **settings},
        then=tuple(then),
        carry={"params": 0, "state": 1},
        note=note,
    )


SMALL = {"W1": np.array([[2.0]]), "b1": np.array([[-1.0]])}
SMALL_GRADS = tuple(
    {"W1": np.array([[w]]), "b1": np.array([[b]])} for w, b in ((10.0, 2.0), (1.0, 4.0), (2.0, -1))
)
WIDE = {"W1": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), "b1": np.ones((2, 1))}
WIDE_GRADS = {
    "W1": np.array([[1e-6, 0.0, -1e-3], [0.1, -1.0, 10.0]]),
    "b1": np.array([[2.0], [-1e-4]]),
}


def _public(names, **settings):
    """The cases that every learner sees, for both updates."""
    yield Case(
        {
            "params": SMALL,
            "grads": SMALL_GRADS[0],
            "state": _zero_state(SMALL, names),
            "learning_rate": 0.1,
            "beta1": 0.8,
            "beta2": 0.5,
            **settings,
        },
        then=tuple({"grads": grads} for grads in SMALL_GRADS[1:]),
        carry={"params": 0, "state": 1},
        note="one weight and one bias",
    )
    args = {"params": WIDE, "grads": WIDE_GRADS, "state": _zero_state(WIDE, names)}
    note = "gradients from 0 to 10 and the default settings"
    yield Case({**args, "learning_rate": 0.1}, note=note)


IN_PLACE = (
    "Your values are right, but the params or the state you were given changed: a copy of the "
    "outer dict alone shares what is inside. Which of your lines writes into what came in?"
)


FIXED = "Your {0} is {1} whatever is asked. Where does the argument {0} come in?"
DEFAULT = (
    "Right where everything is given, but where {0} is left out yours is {1}. Which default does "
    "the first line of the exercise give?"
)
LOOP = "    for key in params:"
EPSILONS = ("1e-3", "1e-5", "1e-6", "1e-7", "1e-8", "1e-10")
DEFAULTS = (
    ("beta1", "0.9", "0.99"),
    ("beta2", "0.999", "0.99"),
    ("beta2", "0.999", "0.9"),
    ("epsilon", "1e-8", "1e-7"),
    ("epsilon", "1e-8", "1e-5"),
)


lesson.quiz(
    "amsgrad_why",
    points=2,
    title="Why?",
    question="",
    options={
        "a": (
            "the learning rate is too large for this stream",
            "Both had the same learning rate, and it was tuned for neither. What does Adam "
            "divide the rare gradient by?",
        ),
        "b": (
            "on average the gradients of the stream point to $+1$",
            "The sum of three gradients is 3 - 1 - 1 = 1: on average they point the right way. "
            "What are they divided by?",
        ),
        "c": (
            "the averages start at zero, and their bias misleads Adam",
            "There was no noise and no bias to speak of after a thousand steps. Whose steps are "
            "longer, those of the gradient 3 or those of the -1?",
        ),
        "d": (
            "the gradient 3 is divided by a root that it has just made large; the two $-1$ that "
            "follow\n"
            "are divided by a root that has forgotten the 3",
            "The rare gradient of 3 makes s large just when it acts, so its step is small; the "
            "small gradients of -1 meet an s that has forgotten it. The maximum does not forget.",
        ),
    },
    right="d",
    hints=(
        "Follow s over three steps with beta2 = 0.1: how much of a squared gradient is left in it "
        "one step later?",
        "A step is the gradient over the root of s. Compare the step that a 3 makes with the two "
        "that come after it.",
    ),
)


@lesson.exercise(
    points=4,
    returns=("params", "state"),
    hints=(
        "Adam with one more thing to remember, for every key: the largest s so far.",
        "np.maximum compares two arrays element by element.",
        "The average s goes on as in Adam, from its own old value; the maximum only enters the "
        "step.",
        "The state has four entries: v, s, s_max and t.",
    ),
)
def amsgrad_update(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """One step of AMSGrad."""
    new_params, v, s, s_max = {}, {}, {}, {}
    t = state["t"] + 1
    for key in params:
        v[key] = beta1 * state["v"][key] + (1 - beta1) * grads[key]
        s[key] = beta2 * state["s"][key] + (1 - beta2) * grads[key] ** 2
        s_max[key] = np.maximum(state["s_max"][key], s[key])
        v_corrected = v[key] / (1 - beta1**t)
        s_corrected = s_max[key] / (1 - beta2**t)
        step = v_corrected / (np.sqrt(s_corrected) + epsilon)
        new_params[key] = params[key] - learning_rate * step
    return new_params, {"v": v, "s": s, "s_max": s_max, "t": t}


AMSGRAD_STATE = ("v", "s", "s_max")


@amsgrad_update.cases
def _(rng):
    yield from _public(AMSGRAD_STATE)
    settings = {"names": AMSGRAD_STATE, "fading": 0.5}
    yield _run(rng, "the default settings", steps=3, learning_rate=0.03, **settings)
    odd = {"learning_rate": 0.2, "beta1": 0.75, "beta2": 0.6}
    yield _run(rng, "a state from earlier updates", steps=3, t=7, **odd, **settings)
    yield _run(rng, "beta1 = 0", steps=3, **{**odd, "beta1": 0.0}, **settings)
    yield _run(rng, "tiny gradients", steps=3, scale=1e-6, beta2=0.9, learning_rate=0.1, **settings)
    large = {"scale": 0.01, "beta2": 0.8, "epsilon": 1e-3}
    yield _run(rng, "a large epsilon", steps=2, learning_rate=0.1, **large, **settings)
    changing = {"learning_rate": 0.1, "rates": (0.05, 0.3), "beta2": 0.7}
    yield _run(rng, "a learning rate that changes", steps=3, **changing, **settings)
    yield _run(rng, "integer parameters", steps=2, integer=True, learning_rate=0.5, **settings)
    yield inputs.spike(_run(rng, "", steps=1, learning_rate=0.01, beta2=0.9, names=AMSGRAD_STATE))


MAXIMUM = 'np.maximum(state["s_max"][key], s[key])'
POWERS = (("1 - beta1**t", "1 - beta1 * t"), ("1 - beta2**t", "1 - beta2 * t"))
TIMES_T = (
    "Your first step is right and later ones are not: the corrections multiply beta by t. How "
    "often has an average been multiplied by beta after t steps?"
)
amsgrad_update.mistake("times_t", TIMES_T, *POWERS)
amsgrad_update.mistake(
    "s_cannot_fall",
    "Your s keeps its own maximum: after a large gradient it cannot fall. Which of the two goes on "
    "as in Adam?",
    (
        "        s_max[key] =",
        '        s[key] = np.maximum(state["s"][key], s[key])\n        s_max[key] =',
    ),
)
STEP = "step = v_corrected / (np.sqrt(s_corrected) + epsilon)"
STATE = '{"v": v, "s": s, "s_max": s_max, "t": t}'


def _as_in_every_adam(update, state, defaults):
    """What goes wrong with AMSGrad and AdamW alike. state: the dict that is returned."""
    update.mistake(
        "not_squared",
        "Your s averages the gradient and not its square: it can be negative, and its root is nan. "
        "What is under the root?",
        ("grads[key] ** 2", "grads[key]"),
    )
    update.mistake(
        "no_root",
        "Your first step is 1/|g| learning rates long: a tenth for |g| = 10. Which unit has s, and "
        "which unit must the denominator have?",
        ("np.sqrt(s_corrected)", "s_corrected"),
    )
    families.epsilon(update, "np.sqrt(s_corrected)", families.A_HUNDREDTH)
    update.mistake(
        "t_never_rises",
        "Your t stays what it was: this update is not counted, and the first one knows only t = 0. "
        "Who counts the updates?",
        ('t = state["t"] + 1', 't = state["t"]'),
    )
    update.mistake(
        "t_always_one",
        "Your t is 1 in every update, so that later averages are over-corrected. What does the "
        "state know about t?",
        ('t = state["t"] + 1', "t = 1"),
    )
    update.mistake(
        "t_not_returned",
        "Your t is counted and then not handed back: every call thinks that it is the first. Where "
        "does the next call find t?",
        ('"t": t}', '"t": state["t"]}'),
    )
    update.mistake(
        "t_per_parameter",
        "Your t rises with every parameter: W1 is corrected with t = 1, b1 with t = 2. How many "
        "updates is one call?",
        ('t = state["t"] + 1', 't = state["t"]'),
        ("        v_corrected =", "        t += 1\n        v_corrected ="),
    )
    update.mistake(
        "state_not_returned",
        "You give back the state that came in, so that every call behaves like the first. What "
        "does the next call need to know?",
        (state, "copy.deepcopy(state)"),
    )
    update.mistake(
        "results_swapped",
        "Your two results come in the other order, the state first. Which one does the docstring "
        "name first?",
        (f"return new_params, {state}", f"return {state}, new_params"),
    )
    update.mistake(
        "defaults_instead_of_arguments",
        "You use 0.9, 0.999 and 1e-8 whatever betas and epsilon are asked. Where do the arguments "
        "come in?",
        (LOOP, f"    beta1, beta2, epsilon = 0.9, 0.999, 1e-8\n{LOOP}"),
    )
    fixed = (("beta1", "0.9"), ("beta2", "0.999"), *(("epsilon", number) for number in EPSILONS))
    for name, number in fixed:
        suffix = f"_{number}" if name == "epsilon" else ""
        update.mistake(
            f"{name}_fixed{suffix}",
            FIXED.format(name, number),
            (LOOP, f"    {name} = {number}\n{LOOP}"),
        )
    for name, default, other in defaults:
        update.mistake(
            f"default_{name}_{other}",
            DEFAULT.format(name, other),
            (f"{name}={default}", f"{name}={other}"),
            share=0.5,
        )


amsgrad_update.variant(
    "epsilon_hat",
    "Correct. You add epsilon to the uncorrected root: the reordered form of the Adam paper, as in "
    "Keras.",
    (
        STEP,
        "step = np.sqrt(1 - beta2**t) * v_corrected / (np.sqrt(s_max[key]) + epsilon)",
    ),
)
amsgrad_update.mistake(
    "adam",
    "You keep the maximum and step with s itself, which is Adam: after a large gradient your rate "
    "recovers. Which of the two does the root see?",
    ("s_max[key] / (1 - beta2**t)", "s[key] / (1 - beta2**t)"),
)
amsgrad_update.mistake(
    "maximum_of_the_corrected",
    "Your maximum is that of the corrected averages, as in optax; the form asked for, PyTorch's "
    "and Keras's, takes it before the correction. Which comes first here?",
    (MAXIMUM, 'np.maximum(state["s_max"][key], s[key] / (1 - beta2**t))'),
    ("s_max[key] / (1 - beta2**t)", "1.0 * s_max[key]"),
    share=0.5,
)
amsgrad_update.mistake(
    "corrected_twice",
    "Your maximum already holds corrected averages, and the step corrects it once more. How often "
    "does 1 - beta2^t come in?",
    (MAXIMUM, 'np.maximum(state["s_max"][key], s[key] / (1 - beta2**t))'),
)
amsgrad_update.mistake(
    "no_correction",
    "You correct neither average, as in Algorithm 2 of the AMSGrad paper: with the default betas "
    "the first step is 3.16 learning rates long. How long is it in the form asked for?",
    ("v[key] / (1 - beta1**t)", "1.0 * v[key]"),
    ("s_max[key] / (1 - beta2**t)", "1.0 * s_max[key]"),
    share=0.5,
)
amsgrad_update.mistake(
    "s_not_corrected",
    "Your first step is 31.6 learning rates long with the default betas: v is corrected and what "
    "stands under the root is not. Which correction is missing?",
    ("s_max[key] / (1 - beta2**t)", "1.0 * s_max[key]"),
)
amsgrad_update.mistake(
    "v_not_corrected",
    "Your first step is a tenth of a learning rate long with the default betas: v is not "
    "corrected. Does AMSGrad change anything about v?",
    ("v[key] / (1 - beta1**t)", "1.0 * v[key]"),
)
amsgrad_update.mistake(
    "maximum_is_not_kept",
    "You give back the old maximum: what this step has seen is forgotten. Which one does the next "
    "step need?",
    ('"s_max": s_max', '"s_max": copy.deepcopy(state["s_max"])'),
)
amsgrad_update.mistake(
    "maximum_never_taken",
    "Your s_max is the s of this step and forgets those before: after a large gradient it falls "
    "with the average, as in Adam. What should it remember?",
    (MAXIMUM, "1.0 * s[key]"),
)
amsgrad_update.another(
    "maximum_never_taken",
    (MAXIMUM, "s[key] / (1 - beta2**t)"),
    ("s_max[key] / (1 - beta2**t)", "1.0 * s_max[key]"),
    message="Your s_max is the corrected average of this step and forgets those before: your step "
    "is Adam's. What should it remember, and of which average?",
)
amsgrad_update.mistake(
    "maximum_passed_through",
    "Your step is Adam's, and s_max goes back as it came in. What should become of it in a step, "
    "and where in the step does it stand?",
    (MAXIMUM, 'state["s_max"][key].copy()'),
    ("s_max[key] / (1 - beta2**t)", "s[key] / (1 - beta2**t)"),
)
amsgrad_update.mistake(
    "maximum_of_the_last_two",
    "You compare s with the s before it: two steps after a large gradient it is forgotten. With "
    "what should it be compared?",
    (MAXIMUM, 'np.maximum(state["s"][key], s[key])'),
)
amsgrad_update.mistake(
    "maximum_of_the_squares",
    "Your maximum is that of the squared gradients themselves: at t = 1 it is 1/(1 - beta2) times "
    "too large. The maximum of what does AMSGrad keep?",
    (MAXIMUM, 'np.maximum(state["s_max"][key], grads[key] ** 2)'),
)
amsgrad_update.mistake(
    "minimum",
    "Yours is the smallest s so far, and it starts at zero: the step divides by epsilon. Which "
    "extreme keeps the rate from rising?",
    ("np.maximum", "np.minimum"),
)
amsgrad_update.mistake(
    "maximum_over_the_matrix",
    "All weights of a matrix share the largest s among them: beside a gradient of 10 the weight "
    "whose gradient is 0.001 hardly moves. Is the maximum taken over weights or over time?",
    (MAXIMUM, 'np.maximum(state["s_max"][key], np.max(s[key]))'),
)
amsgrad_update.mistake(
    "python_max",
    "Right for a single weight, an error for a matrix: Python's max asks which array is larger as "
    "a whole. Which function compares element by element?",
    (MAXIMUM, 'max(state["s_max"][key], s[key])'),
)
amsgrad_update.mistake(
    "maximum_becomes_the_average",
    "Your s goes on from the maximum: an average that can only be pulled down from its peak. From "
    "where does the next s continue?",
    ('"s": s,', '"s": {k: m.copy() for k, m in s_max.items()},'),
)
amsgrad_update.mistake(
    "averages_from_the_maximum",
    "Your new s averages the old maximum with the new square. Whose old value does the average "
    "continue?",
    ('beta2 * state["s"][key]', 'beta2 * state["s_max"][key]'),
)
amsgrad_update.mistake(
    "maximum_of_v",
    "You keep the largest v instead of the largest s. Which of the two averages stands under the "
    "root?",
    (MAXIMUM, 'np.maximum(state["s_max"][key], v[key])'),
)
amsgrad_update.mistake(
    "stores_the_corrected_maximum",
    "Your state keeps the corrected maximum, which at first is far too large to be passed again. "
    "What is stored, and what is only used?",
    ("s_corrected = ", "s_corrected = s_max[key] = "),
)
_as_in_every_adam(amsgrad_update, STATE, DEFAULTS)
amsgrad_update.mistake(
    "maximum_missing_in_the_state",
    "Your state has no s_max, so that the next call cannot know how large s has been. Which names "
    "does the docstring give?",
    (' "s_max": s_max,', ""),
)
families.uphill(amsgrad_update)


families.weights_only(amsgrad_update, 'params, state["v"], state["s"], state["s_max"]')
families.works_in_place(
    amsgrad_update,
    'params, state["v"], state["s"], state["s_max"]',
    IN_PLACE,
)
families.fails_on_integers(amsgrad_update)


@amsgrad_update.style
def _(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    v = {k: beta1 * state["v"][k] + (1 - beta1) * g for k, g in grads.items()}
    s = {k: beta2 * state["s"][k] + (1 - beta2) * g * g for k, g in grads.items()}
    top = {k: np.maximum(s[k], state["s_max"][k]) for k in s}
    m_hat = {k: v[k] / (1.0 - beta1**t) for k in v}
    v_hat = {k: top[k] / (1.0 - beta2**t) for k in s}
    moved = {
        k: p - learning_rate * m_hat[k] / (np.sqrt(v_hat[k]) + epsilon) for k, p in params.items()
    }
    return moved, {"t": t, "v": v, "s": s, "s_max": top}


@amsgrad_update.style
def _(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new_params, new = {}, {"v": {}, "s": {}, "s_max": {}, "t": state["t"] + 1}
    for layer in range(1, len(params) // 2 + 1):
        for key in (f"W{layer}", f"b{layer}"):
            new["v"][key] = beta1 * state["v"][key] + (1 - beta1) * grads[key]
            new["s"][key] = beta2 * state["s"][key] + (1 - beta2) * np.square(grads[key])
            old = state["s_max"][key]
            new["s_max"][key] = np.where(new["s"][key] > old, new["s"][key], old)
            root = np.sqrt(new["s_max"][key] / (1 - beta2 ** new["t"]))
            rate = learning_rate / (1 - beta1 ** new["t"])
            new_params[key] = params[key] - rate * new["v"][key] / (root + epsilon)
    return new_params, new


@amsgrad_update.style
def _(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    params = {k: p.astype(float) for k, p in params.items()}
    state = copy.deepcopy(state)
    state["t"] += 1
    for k, g in grads.items():
        state["v"][k] += (1 - beta1) * (g - state["v"][k])
        state["s"][k] += (1 - beta2) * (g**2 - state["s"][k])
        np.maximum(state["s_max"][k], state["s"][k], out=state["s_max"][k])
        root = np.sqrt(state["s_max"][k]) / np.sqrt(1 - beta2 ** state["t"])
        params[k] -= learning_rate * state["v"][k] / (1 - beta1 ** state["t"]) / (root + epsilon)
    return params, state


@amsgrad_update.style
def _(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    v, s, s_max, t = (copy.deepcopy(state[name]) for name in ("v", "s", "s_max", "t"))
    t, params = t + 1, dict(params)
    for k in params:
        v[k] = np.multiply(beta1, v[k]) + np.multiply(1 - beta1, grads[k])
        s[k] = np.multiply(beta2, s[k]) + np.multiply(1 - beta2, np.power(grads[k], 2))
        s_max[k] = np.max([s_max[k], s[k]], axis=0)
        denominator = np.add((s_max[k] / (1 - beta2**t)) ** 0.5, epsilon)
        params[k] = params[k] - learning_rate * np.divide(v[k] / (1 - beta1**t), denominator)
    return params, {"v": v, "s": s, "s_max": s_max, "t": np.int64(t)}


@amsgrad_update.style
def _(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    t = state["t"] + 1

    def one(p, g, v, s, top):
        v = beta1 * v + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        top = max(top, s)
        root = (top / (1 - beta2**t)) ** 0.5
        return p - learning_rate * v / (1 - beta1**t) / (root + epsilon), v, s, top

    p, v, s, top = {}, {}, {}, {}
    for key in params:
        old = (state[name][key] for name in ("v", "s", "s_max"))
        arrays = np.array(params[key], float), grads[key], *old
        results = np.array([one(*numbers) for numbers in zip(*map(np.ravel, arrays), strict=True)])
        p[key], v[key], s[key], top[key] = results.T.reshape(4, *params[key].shape)
    return p, {"v": v, "s": s, "s_max": top, "t": t}


lesson.number_quiz(
    "l2_shrinkage",
    title="How much is left?",
    question=r"$\alpha = 0.5$, $\lambda = 10$, $m = 500$. By which number does each step multiply "
    "$W$, apart from what $g$ does? Answer with a number, exact to 0.1 %.",
    asks="the number by which W is multiplied",
    right=(
        0.99,
        "1 - alpha lambda / m = 1 - 0.5 * 10 / 500: every step takes 1 percent off, whatever the "
        "weight.",
    ),
    wrong={
        0.01: "That is what is taken off. What is left?",
        -4: "You multiplied alpha and lambda. What happened to m?",
        0.98: "That is 1 - lambda/m. Which other factor has the gradient of the penalty in a step?",
        0.999: "Check the division: what is 0.5 times 10 divided by 500?",
        1.01: "Does the penalty make the weights larger or smaller?",
        0.995: "The derivative of lambda/(2m) w^2 is lambda/m w: the 2 cancels.",
        0.9: "Check the division: what is 0.5 times 10 divided by 500?",
    },
    rtol=0.001,
    hints=(
        "A step subtracts alpha times the gradient of the penalty from W. How much of W is that?",
        "All three of alpha, lambda and m are in that share. What is left of the whole?",
    ),
)

lesson.quiz(
    "adam_with_l2",
    title="Who decays?",
    question="Two weights both stand at 1. Their gradients are nothing but noise (잡음), of size "
    "10 for the first and of size 0.1 for the second. Adam gets the gradient with the L2 term in "
    r"it, $g + \lambda w$. Which of the two weights decays more slowly?",
    options={
        "a": (
            "the one with the large gradients",
            "The penalty's gradient is divided by the root of s like any other: where gradients "
            "are large, little of it is left. AdamW decays both by the same share.",
        ),
        "b": (
            "the one with the small gradients",
            "Which of the two weights has the larger s, and what does a large s do to everything "
            "above the line?",
        ),
        "c": (
            r"neither, both by the factor $1 - \alpha\lambda$ a step",
            "That holds for gradient descent and for AdamW. What is the penalty divided by here?",
        ),
        "d": (
            "neither, since Adam cancels the L2 term altogether",
            "L2 does shrink the weights, in Adam too. Through which division does its gradient go?",
        ),
    },
    right="a",
    hints=(
        "Inside Adam nobody can tell the penalty's part of a gradient from the rest of it.",
        "Write down what a step divides by, for the weight with gradients of 10 and for the other.",
    ),
)


@lesson.exercise(
    points=5,
    returns=("params", "state"),
    hints=(
        "Adam's step does not change at all, nor does its state: the decay never enters v or s.",
        "First the decay: every parameter is multiplied by a factor a little below one.",
        "The decay has the learning rate in it: without gradients a step at rate 0.1 and decay 0.2 "
        "leaves 98 percent.",
        "The step is subtracted from the decayed parameter, and is not decayed itself.",
    ),
)
def adamw_update(
    params,
    grads,
    state,
    learning_rate,
    weight_decay=0.01,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
):
    """One step of AdamW: decay first, then Adam's step."""
    new_params, v, s = {}, {}, {}
    t = state["t"] + 1
    for key in params:
        v[key] = beta1 * state["v"][key] + (1 - beta1) * grads[key]
        s[key] = beta2 * state["s"][key] + (1 - beta2) * grads[key] ** 2
        v_corrected = v[key] / (1 - beta1**t)
        s_corrected = s[key] / (1 - beta2**t)
        step = v_corrected / (np.sqrt(s_corrected) + epsilon)
        decayed = (1 - learning_rate * weight_decay) * params[key]
        new_params[key] = decayed - learning_rate * step
    return new_params, {"v": v, "s": s, "t": t}


@adamw_update.cases
def _(rng):
    yield from _public(("v", "s"), weight_decay=0.5)
    yield _run(rng, "the default settings", steps=3, learning_rate=0.03)
    odd = {"learning_rate": 0.2, "weight_decay": 0.3, "beta1": 0.75, "beta2": 0.94}
    yield _run(rng, "a state from earlier updates", steps=3, t=7, **odd)
    yield _run(rng, "no decay", steps=2, learning_rate=0.1, weight_decay=0.0)
    strong = {"learning_rate": 0.5, "weight_decay": 1.5, "beta1": 0.3, "beta2": 0.6}
    yield _run(rng, "a strong decay", steps=3, **strong)
    tiny = {"scale": 1e-6, "weight_decay": 0.1, "beta2": 0.99}
    yield _run(rng, "tiny gradients", steps=3, learning_rate=0.1, **tiny)
    large = {"scale": 0.01, "weight_decay": 0.2, "epsilon": 1e-3}
    yield _run(rng, "a large epsilon", steps=2, learning_rate=0.1, **large)
    changing = {"learning_rate": 0.1, "weight_decay": 0.4, "rates": (0.05, 0.3)}
    yield _run(rng, "a learning rate that changes", steps=3, **changing)
    yield _run(rng, "integer parameters", steps=2, integer=True, learning_rate=0.5)
    yield inputs.spike(_run(rng, "", steps=1, learning_rate=0.01, weight_decay=0.3))


DECAYED = "(1 - learning_rate * weight_decay) * params[key]"
V_AVERAGE = 'beta1 * state["v"][key] + (1 - beta1) * grads[key]'
S_AVERAGE = 'beta2 * state["s"][key] + (1 - beta2) * grads[key] ** 2'
WITH_L2 = "(grads[key] + weight_decay * params[key])"
ADAMW_STATE = '{"v": v, "s": s, "t": t}'

DECAY_DEFAULTS = (
    ("weight_decay", "0.01", "0.0"),
    ("weight_decay", "0.01", "0.1"),
    ("weight_decay", "0.01", "0.004"),
    ("weight_decay", "0.01", "0.0001"),
)

adamw_update.variant(
    "epsilon_hat",
    "Correct. You add epsilon to the uncorrected root: the reordered form of the Adam paper, as in "
    "Keras.",
    (STEP, "step = np.sqrt(1 - beta2**t) * v_corrected / (np.sqrt(s[key]) + epsilon)"),
)
adamw_update.mistake("times_t", TIMES_T, *POWERS)
adamw_update.mistake(
    "l2_in_the_gradient",
    "Your decay is added to the gradient and goes through v and s: Adam with L2, where a weight "
    "with large gradients hardly decays. Which path does the decay take in AdamW?",
    (V_AVERAGE, f'beta1 * state["v"][key] + (1 - beta1) * {WITH_L2}'),
    (S_AVERAGE, f'beta2 * state["s"][key] + (1 - beta2) * {WITH_L2} ** 2'),
    (DECAYED, "params[key]"),
)
adamw_update.mistake(
    "l2_in_v",
    "Your decay goes through v and is divided by the root of s: a weight with large gradients "
    "hardly decays. Which path does the decay take in AdamW?",
    (V_AVERAGE, f'beta1 * state["v"][key] + (1 - beta1) * {WITH_L2}'),
    (DECAYED, "params[key]"),
)
adamw_update.mistake(
    "l2_and_decay",
    "You decay the parameters and add the decay to the gradient as well. How often should it act?",
    (V_AVERAGE, f'beta1 * state["v"][key] + (1 - beta1) * {WITH_L2}'),
    (S_AVERAGE, f'beta2 * state["s"][key] + (1 - beta2) * {WITH_L2} ** 2'),
)
adamw_update.mistake(
    "decay_divided_by_the_root",
    "You divide the decay by the root of s, together with the step: a weight with large gradients "
    "hardly decays. What does *decoupled* mean?",
    ("step = v_corrected /", "step = (v_corrected + weight_decay * params[key]) /"),
    (DECAYED, "params[key]"),
)
adamw_update.mistake(
    "decay_without_the_rate",
    "Your decay leaves the learning rate out, as if a schedule's factor of 1 stood there: at decay "
    "0.5 half of every weight goes in one step. What multiplies the decay in PyTorch's form?",
    (DECAYED, "(1 - weight_decay) * params[key]"),
)
adamw_update.mistake(
    "decay_after_the_step",
    "You decay after the step, so that the step itself is decayed as well: at rate 0.1 and decay "
    "0.5 it is 5 percent shorter. What comes first?",
    (DECAYED, "1.0 * params[key]"),
    (
        "decayed - learning_rate * step",
        "(1 - learning_rate * weight_decay) * (decayed - learning_rate * step)",
    ),
)
adamw_update.mistake(
    "decay_after_the_step_without_the_rate",
    "You decay after the step, and without the learning rate: at decay 0.5 half of every weight "
    "and half of the step go. When does the decay come, and what multiplies it?",
    (DECAYED, "1.0 * params[key]"),
    ("decayed - learning_rate * step", "(1 - weight_decay) * (decayed - learning_rate * step)"),
)
adamw_update.mistake(
    "decays_twice",
    "You decay before the step and once more after it: without gradients a step at rate 0.1 and "
    "decay 0.5 leaves 90.25 percent. How much should be left?",
    (
        "decayed - learning_rate * step",
        "(1 - learning_rate * weight_decay) * (decayed - learning_rate * step)",
    ),
)
adamw_update.mistake(
    "grows_instead",
    "Your weights grow by the decay: without gradients they would go to infinity. Which sign makes "
    "them shrink?",
    (DECAYED, "(1 + learning_rate * weight_decay) * params[key]"),
)
adamw_update.mistake(
    "no_decay",
    "Your step is Adam's, and nothing decays. Which argument did you not use?",
    (DECAYED, "params[key]"),
)
adamw_update.mistake(
    "only_the_decay_is_left",
    "You keep the decayed-away part of the parameter, learning_rate times weight_decay of it. What "
    "should be left?",
    (DECAYED, "learning_rate * weight_decay * params[key]"),
)
adamw_update.mistake(
    "decay_with_half_the_rate",
    "Your decay is half as strong as asked, as if the penalty had been derived without its square. "
    "What is the derivative of w^2 / 2?",
    (DECAYED, "(1 - 0.5 * learning_rate * weight_decay) * params[key]"),
)
adamw_update.mistake(
    "decay_of_the_sign",
    "You subtract the same amount from every weight, large or small: that is L1. How much does a "
    "weight of twice the size lose?",
    (DECAYED, "params[key] - learning_rate * weight_decay * np.sign(params[key])"),
)
adamw_update.mistake(
    "weights_decay_biases_do_not",
    "Your biases do not decay. Many training scripts leave them out by parameter groups; the "
    "update itself decays every parameter that it is given. Which keys does yours decay?",
    (DECAYED, "(1 - learning_rate * weight_decay * (key[0] == 'W')) * params[key]"),
    share=0.5,
)
adamw_update.mistake(
    "no_correction",
    "Your averages are never corrected: with the default betas the first step is 3.16 learning "
    "rates long. What lets the averages start too low?",
    ("v[key] / (1 - beta1**t)", "1.0 * v[key]"),
    ("s[key] / (1 - beta2**t)", "1.0 * s[key]"),
)
adamw_update.mistake(
    "s_not_corrected",
    "Your first step is 31.6 learning rates long with the default betas: v is corrected and s is "
    "not. Which s does the root see?",
    ("s[key] / (1 - beta2**t)", "1.0 * s[key]"),
)
adamw_update.mistake(
    "v_not_corrected",
    "Your first step is a tenth of a learning rate long with the default betas: s is corrected and "
    "v is not. Which v does the step use?",
    ("v[key] / (1 - beta1**t)", "1.0 * v[key]"),
)
adamw_update.mistake(
    "stores_the_corrected",
    "Your state keeps the corrected averages, so that the next update corrects them once more. "
    "What should the state remember?",
    ("v_corrected = ", "v_corrected = v[key] = "),
    ("s_corrected = ", "s_corrected = s[key] = "),
)
_as_in_every_adam(adamw_update, ADAMW_STATE, (*DEFAULTS, *DECAY_DEFAULTS))
adamw_update.mistake(
    "decay_fixed",
    "You decay by 0.01 whatever is asked. Where does the argument weight_decay come in?",
    (DECAYED, "(1 - learning_rate * 0.01) * params[key]"),
)
families.uphill(adamw_update, "decayed - learning_rate")


families.weights_only(adamw_update, 'params, state["v"], state["s"]')
families.works_in_place(
    adamw_update,
    'params, state["v"], state["s"]',
    IN_PLACE,
)


@adamw_update.mistake(
    "fails_on_integers",
    "With integer parameters your decay in place fails: NumPy does not put floats into an integer "
    "array. What would a new array do?",
    share=0.8,
)
def _(params, grads, state, learning_rate, weight_decay=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    params, state = copy.deepcopy((params, state))
    state["t"] += 1
    t, v, s = state["t"], state["v"], state["s"]
    for key in params:
        params[key] *= 1 - learning_rate * weight_decay
        v[key] = beta1 * v[key] + (1 - beta1) * grads[key]
        s[key] = beta2 * s[key] + (1 - beta2) * grads[key] ** 2
        step = v[key] / (1 - beta1**t) / (np.sqrt(s[key] / (1 - beta2**t)) + epsilon)
        params[key] -= learning_rate * step
    return params, state


@adamw_update.style
def _(params, grads, state, learning_rate, weight_decay=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    v = {k: beta1 * state["v"][k] + (1 - beta1) * g for k, g in grads.items()}
    s = {k: beta2 * state["s"][k] + (1 - beta2) * g * g for k, g in grads.items()}
    steps = {k: v[k] / (1 - beta1**t) / (np.sqrt(s[k] / (1 - beta2**t)) + epsilon) for k in v}
    moved = {
        k: p - learning_rate * weight_decay * p - learning_rate * steps[k]
        for k, p in params.items()
    }
    return moved, {"v": v, "s": s, "t": t}


@adamw_update.style
def _(params, grads, state, learning_rate, weight_decay=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new_params, new = {}, {"v": {}, "s": {}, "t": state["t"] + 1}
    for layer in range(1, len(params) // 2 + 1):
        for key in (f"W{layer}", f"b{layer}"):
            new["v"][key] = beta1 * state["v"][key] + (1 - beta1) * grads[key]
            new["s"][key] = beta2 * state["s"][key] + (1 - beta2) * np.square(grads[key])
            m_hat = new["v"][key] / (1 - np.power(beta1, new["t"]))
            v_hat = new["s"][key] / (1 - np.power(beta2, new["t"]))
            direction = m_hat / (np.sqrt(v_hat) + epsilon) + weight_decay * params[key]
            new_params[key] = params[key] - learning_rate * direction
    return new_params, new


@adamw_update.style
def _(params, grads, state, learning_rate, weight_decay=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    params = {k: p.astype(float) for k, p in params.items()}
    state = copy.deepcopy(state)
    state["t"] += 1
    for k, g in grads.items():
        params[k] *= 1 - learning_rate * weight_decay
        state["v"][k] += (1 - beta1) * (g - state["v"][k])
        state["s"][k] += (1 - beta2) * (g**2 - state["s"][k])
        root = np.sqrt(state["s"][k]) / np.sqrt(1 - beta2 ** state["t"])
        params[k] -= learning_rate * state["v"][k] / (1 - beta1 ** state["t"]) / (root + epsilon)
    return params, state


@adamw_update.style
def _(params, grads, state, learning_rate, weight_decay=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    def adam(params, v, s, t):
        new = {}
        for k in params:
            v[k] = np.multiply(beta1, v[k]) + np.multiply(1 - beta1, grads[k])
            s[k] = np.multiply(beta2, s[k]) + np.multiply(1 - beta2, np.power(grads[k], 2))
            denominator = np.add((s[k] / (1 - beta2**t)) ** 0.5, epsilon)
            new[k] = params[k] - learning_rate * np.divide(v[k] / (1 - beta1**t), denominator)
        return new, {"s": s, "v": v, "t": np.int64(t)}

    shrink = 1.0 - weight_decay * learning_rate
    decayed = {k: shrink * p for k, p in params.items()}
    return adam(decayed, dict(state["v"]), dict(state["s"]), state["t"] + 1)


@adamw_update.style
def _(params, grads, state, learning_rate, weight_decay=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    t = state["t"] + 1

    def one(p, g, v, s):
        v = beta1 * v + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        step = v / (1 - beta1**t) / ((s / (1 - beta2**t)) ** 0.5 + epsilon)
        return p * (1 - learning_rate * weight_decay) - learning_rate * step, v, s

    p, v, s = {}, {}, {}
    for key in params:
        arrays = np.array(params[key], float), grads[key], state["v"][key], state["s"][key]
        results = np.array([one(*numbers) for numbers in zip(*map(np.ravel, arrays), strict=True)])
        p[key], v[key], s[key] = results.T.reshape(3, *params[key].shape)
    return p, {"v": v, "s": s, "t": t}


lesson.quiz(
    "warmup_first_steps",
    title="Adam's very first step",
    question="Most scripts let the rate rise from nearly nothing to its full size over the first "
    "steps, a **warm-up** (워밍업). To see what it changes, look at Adam without one. Two weights "
    "have the first gradients 10 and 0.001. How far do they move at $t = 1$, with the learning "
    r"rate $\alpha$ and both averages corrected?",
    options={
        "a": (
            "the first far, the second hardly at all: in proportion to their gradients",
            "That is gradient descent. What does Adam divide by, and what does it know at t = 1?",
        ),
        "b": (
            "hardly at all, both of them: the averages start at zero",
            "The averages do start at zero. What does the bias correction make of them?",
        ),
        "c": (
            r"by $\alpha$, both of them",
            "Both corrections cancel at t = 1, and g/|g| is left: a full step for every weight, "
            "on the word of one mini-batch. A warm-up makes these steps short.",
        ),
        "d": (
            r"by $\alpha/10$, both of them: $v$ holds a tenth of the gradient",
            "v holds a tenth of the gradient, that is right. What happens to v before the step?",
        ),
    },
    right="c",
    hints=(
        "Write down v and s after one gradient g, and then both corrected.",
        "The corrections at t = 1 divide by 1 - beta1 and by 1 - beta2.",
    ),
)


@lesson.exercise(
    points=4,
    returns=("learning rate",),
    hints=(
        "Two formulas, one for step < warmup_steps and one for the rest.",
        "The first update has step 0 and must already move: the warm-up counts it as number 1.",
        "The cosine runs over what is left after the warm-up: from 0 at warmup_steps to 1 at "
        "total_steps. np.cos takes radians.",
        "Beyond total_steps the share of the way stays 1.",
    ),
)
def warmup_cosine(step, warmup_steps, total_steps, learning_rate):
    """Linear warm-up, then half a cosine down to zero."""
    if step < warmup_steps:
        return learning_rate * (step + 1) / warmup_steps
    progress = min((step - warmup_steps) / (total_steps - warmup_steps), 1)
    return learning_rate * (1 + np.cos(np.pi * progress)) / 2


def _sweep(steps, note, **settings):
    """One call for every step."""
    first, *rest = steps
    then = tuple({"step": int(step)} for step in rest)
    return Case({"step": int(first), **settings}, then=then, note=note)


@warmup_cosine.cases
def _(rng):
    settings = {"warmup_steps": 4, "total_steps": 12, "learning_rate": 0.8}
    yield _sweep(range(13), "12 steps and a warm-up of 4", **settings)
    rate, total = float(rng.uniform(0.1, 0.9)), int(rng.integers(5, 9))
    settings = {"total_steps": total, "learning_rate": rate}
    yield _sweep(range(total + 1), "no warm-up", warmup_steps=0, **settings)
    yield _sweep(range(total + 1), "one step of warm-up", warmup_steps=1, **settings)
    warmup = int(rng.integers(20, 40))
    total = int(rng.integers(200, 400))
    rate = float(rng.uniform(1e-4, 1e-2))
    settings = {"warmup_steps": warmup, "total_steps": total, "learning_rate": rate}
    steps = (0, 1, 7, warmup - 1, warmup, warmup + 1, total // 2, total - 1, total)
    yield _sweep(steps, "hundreds of steps", **settings)
    yield _sweep((total + 1, total + 50, 2 * total), "steps beyond the end", **settings)


WARMUP = "learning_rate * (step + 1) / warmup_steps"
PROGRESS = "(step - warmup_steps) / (total_steps - warmup_steps)"
COSINE = "learning_rate * (1 + np.cos(np.pi * progress)) / 2"

warmup_cosine.family(
    "one_radian",
    "Your cosine turns by one radian only: near the end the rate is still at 0.77 of the full one. "
    "How many radians are half a turn?",
    (
        ("np.pi * progress", "progress"),
        (
            ("np.pi * progress", "progress"),
            ("    progress =", "    if step > total_steps:\n        return 0.0\n    progress ="),
        ),
        (
            ("np.pi * progress", "progress"),
            ("    progress =", "    if step >= total_steps:\n        return 0.0\n    progress ="),
        ),
    ),
)
warmup_cosine.mistake(
    "nothing_at_the_first_step",
    "Your rate at step 0 is 0: a whole mini-batch is read and nothing moves. Which number has the "
    "first update in the warm-up?",
    ("(step + 1) / warmup_steps", "step / warmup_steps"),
)
warmup_cosine.mistake(
    "warmup_over_one_more_step",
    "Your warm-up divides by warmup_steps + 1: with 4 steps it ends at 0.64 instead of 0.8. At "
    "which step should the full rate be reached?",
    ("(step + 1) / warmup_steps", "(step + 1) / (warmup_steps + 1)"),
    share=0.5,
)
warmup_cosine.mistake(
    "warmup_one_step_too_long",
    "Your warm-up goes on for one step more than it is long and overshoots the full rate; where it "
    "is 0 steps long you divide by zero. Which step is the last of the warm-up?",
    ("step < warmup_steps", "step <= warmup_steps"),
)
warmup_cosine.mistake(
    "warmup_overshoots",
    "Your warm-up goes on for one step more than it is long and overshoots the full rate. Which "
    "step is its last?",
    ("step < warmup_steps", "0 < warmup_steps >= step"),
)
warmup_cosine.mistake(
    "warmup_starts_high",
    "Your warm-up begins at the full rate and falls. Which way does a warm-up go?",
    (WARMUP, "learning_rate * (1 - step / warmup_steps)"),
)
warmup_cosine.mistake(
    "no_warmup",
    "Your rate is the full one during the warm-up. How large should it be at step 0 of 4?",
    (WARMUP, "1.0 * learning_rate"),
)
warmup_cosine.mistake(
    "warmup_rate_missing",
    "Your warm-up goes from 0.25 to 1, whatever the learning rate is. Up to where should it go?",
    (WARMUP, "(step + 1) / warmup_steps"),
)
warmup_cosine.mistake(
    "whole_numbers",
    "Your warm-up divides with //, and 1 // 4 is 0. Which division keeps the fraction?",
    (WARMUP, "learning_rate * ((step + 1) // warmup_steps)"),
)
warmup_cosine.mistake(
    "stays_at_the_top",
    "After the warm-up your rate stays where it is. What should it be at the end?",
    (COSINE, "1.0 * learning_rate"),
)
warmup_cosine.mistake(
    "cosine_over_all_steps",
    "Your cosine starts at step 0: after 4 of 12 steps the rate jumps from 0.8 to 0.6. From where "
    "to where does it run?",
    (PROGRESS, "step / total_steps"),
)
warmup_cosine.another("cosine_over_all_steps", (f"min({PROGRESS}, 1)", "step / total_steps"))
warmup_cosine.mistake(
    "cosine_over_the_wrong_length",
    "Your cosine starts at the right step and is spread over all steps, so that it does not reach "
    "0 at the end. How many steps are left after the warm-up?",
    (PROGRESS, "(step - warmup_steps) / total_steps"),
)
warmup_cosine.mistake(
    "cosine_not_shifted",
    "Your cosine has the right length and begins too early: after the warm-up it is half way "
    "already. How far along is it at step = warmup_steps?",
    (PROGRESS, "step / (total_steps - warmup_steps)"),
)
warmup_cosine.mistake(
    "ends_one_step_early",
    "Your rate reaches 0 one step before the end, so that the last update moves nothing. At which "
    "step is the way complete?",
    (PROGRESS, "(step - warmup_steps) / (total_steps - warmup_steps - 1)"),
)
warmup_cosine.mistake(
    "cosine_one_step_ahead",
    "Your cosine is one step ahead: the step after the warm-up no longer has the full rate. How "
    "far along is it at step = warmup_steps?",
    (PROGRESS, "(step + 1 - warmup_steps) / (total_steps - warmup_steps)"),
)
warmup_cosine.mistake(
    "degrees",
    "You hand np.cos degrees, and it reads them as radians: the rate jumps up and down from step "
    "to step. Which number is half a turn?",
    ("np.pi * progress", "180 * progress"),
)
warmup_cosine.mistake(
    "not_halved",
    "After the warm-up your rate is twice the full one: 1 + cos(0) is 2. What brings it back to 1?",
    ("(1 + np.cos(np.pi * progress)) / 2", "(1 + np.cos(np.pi * progress))"),
)
warmup_cosine.mistake(
    "negative_rates",
    "Your rate becomes negative in the second half: the cosine goes from 1 to -1. What lifts it to "
    "between 1 and 0?",
    ("(1 + np.cos(np.pi * progress)) / 2", "np.cos(np.pi * progress)"),
)
warmup_cosine.mistake(
    "a_quarter_of_a_turn",
    "Your cosine makes a quarter of a turn and falls only to half of the rate. Where should it be "
    "at the end?",
    ("np.pi * progress", "np.pi / 2 * progress"),
)
warmup_cosine.mistake(
    "quarter_cosine",
    "You take the first quarter of the cosine: it reaches 0, but too steeply at the end. Half of "
    "the way should leave half of the rate. What does yours leave?",
    (COSINE, "learning_rate * np.cos(np.pi / 2 * progress)"),
)
warmup_cosine.mistake(
    "a_whole_turn",
    "Your cosine makes a whole turn: the rate is 0 in the middle and full again at the end. How "
    "far should it turn?",
    ("np.pi * progress", "2 * np.pi * progress"),
)
warmup_cosine.mistake(
    "sine",
    "You take the sine where the cosine is asked: half the rate at once after the warm-up. What is "
    "sin(0)?",
    ("np.cos", "np.sin"),
)
warmup_cosine.mistake(
    "straight_line",
    "Your rate falls along a straight line. What should bend it?",
    (COSINE, "learning_rate * (1 - progress)"),
)
warmup_cosine.mistake(
    "rises_after_the_end",
    "Within total_steps all is right; a run that goes on sees the rate rise again. What should the "
    "cosine do after half a turn?",
    (f"min({PROGRESS}, 1)", PROGRESS),
    share=0.8,
)
warmup_cosine.mistake(
    "peak_missing",
    "After the warm-up your rates do not depend on the learning rate. What does the cosine "
    "multiply?",
    (COSINE, "(1 + np.cos(np.pi * progress)) / 2"),
)
warmup_cosine.mistake(
    "counts_from_one",
    "Your rates come one step late: you count the first update as step 1, and here it is 0. What "
    "is your rate at step 1?",
    ("    if step", "    step = max(step - 1, 0)\n    if step"),
    share=0.5,
)


@warmup_cosine.style
def _(step, warmup_steps, total_steps, learning_rate):
    if warmup_steps > 0 and step + 1 <= warmup_steps:
        return np.float64(learning_rate * (step + 1.0) / warmup_steps)
    share = np.clip((step - warmup_steps) / float(total_steps - warmup_steps), 0, 1)
    return learning_rate * np.cos(share * np.pi / 2) ** 2


@warmup_cosine.style
def _(step, warmup_steps, total_steps, learning_rate):
    warm = np.linspace(0, learning_rate, warmup_steps + 1)[1:]
    cool = learning_rate / 2 * (1 + np.cos(np.linspace(0, np.pi, total_steps - warmup_steps + 1)))
    rates = np.concatenate([warm, cool])
    return rates[min(step, total_steps)]


@warmup_cosine.style
def _(step, warmup_steps, total_steps, learning_rate):
    import math

    def cosine(done):
        return learning_rate * 0.5 * (1.0 + math.cos(math.pi * done))

    done = (step - warmup_steps) / (total_steps - warmup_steps)
    return learning_rate * (step + 1) / warmup_steps if done < 0 else cosine(min(1.0, done))


@warmup_cosine.style
def _(step, warmup_steps, total_steps, learning_rate):
    step = min(step, total_steps)
    left = (total_steps - step) / (total_steps - warmup_steps)
    falling = learning_rate * (1 - np.cos(np.pi * left)) / 2
    rising = learning_rate * (step + 1) / max(warmup_steps, 1)
    return np.where(step < warmup_steps, rising, falling)


@warmup_cosine.style
def _(step, warmup_steps, total_steps, learning_rate):
    if step >= total_steps:
        return 0
    if step < warmup_steps:
        return learning_rate * float(step + 1) / float(max(1, warmup_steps))
    progress = float(step - warmup_steps) / float(max(1, total_steps - warmup_steps))
    return learning_rate * max(0.0, 0.5 * (1.0 + np.cos(np.pi * 0.5 * 2.0 * progress)))


@lesson.exercise(
    points=4,
    returns=("learning rate",),
    hints=(
        "Two questions: how many steps ago did the current cycle begin, and how long is it?",
        "Walk through the cycles: as long as step is beyond the current one, take its length off "
        "and make the next one longer.",
        "Within a cycle it is the cosine of warmup_cosine, between learning_rate and minimum.",
        "What lies above the minimum is scaled by the cosine: at its top the rate is "
        "learning_rate, not learning_rate + minimum.",
    ),
)
def sgdr(step, cycle, learning_rate, factor=2, minimum=0.0):
    """Cosine annealing with warm restarts; each cycle is `factor` times as long as the last."""
    start, length = 0, cycle
    while step >= start + length:
        start = start + length
        length = length * factor
    progress = (step - start) / length
    share = (1 + np.cos(np.pi * progress)) / 2
    return minimum + (learning_rate - minimum) * share


@sgdr.cases
def _(rng):
    settings = {"cycle": 4, "learning_rate": 0.8, "factor": 2, "minimum": 0.2}
    yield _sweep(range(14), "cycles of 4 and 8 steps", **settings)
    cycle, rate = int(rng.integers(3, 6)), float(rng.uniform(0.1, 0.9))
    settings = {"cycle": cycle, "learning_rate": rate}
    yield _sweep(range(2 * cycle + 2), "cycles of equal length", factor=1, **settings)
    steps = (0, cycle - 1, cycle, 3 * cycle - 1, 3 * cycle, 7 * cycle - 1, 7 * cycle, 14 * cycle)
    yield _sweep(steps, "the default settings", **settings)
    yield _sweep(range(5), "a cycle of one step", cycle=1, learning_rate=rate, minimum=0.01)
    cycle, rate = int(rng.integers(7, 20)), float(rng.uniform(1e-3, 1e-1))
    steps = (1, cycle - 1, cycle, 4 * cycle - 1, 4 * cycle, 12 * cycle, 13 * cycle)
    settings = {"cycle": cycle, "learning_rate": rate, "minimum": rate / 10}
    yield _sweep(steps, "cycles that become three times as long", factor=3, **settings)
    yield _sweep((1000, 50_000, 10**6), "many steps", factor=2, **settings)


RETURN = "minimum + (learning_rate - minimum) * share"
SHARE = "(1 + np.cos(np.pi * progress)) / 2"

sgdr.mistake(
    "never_restarts",
    "Your rate falls once and stays low: no restart. What happens at step 4 of a cycle of 4?",
    ("    progress = (step - start) / length", "    progress = min(step / cycle, 1)"),
)
sgdr.mistake(
    "comes_back_slowly",
    "Your rate climbs back along the cosine instead of jumping: a restart is sudden. How many "
    "steps has the new cycle seen at its first one?",
    ("    progress = (step - start) / length", "    progress = step / cycle"),
)
sgdr.mistake(
    "cycles_stay_short",
    "All of your cycles are equally long. What does factor do from one to the next?",
    ("length * factor", "length"),
)
sgdr.mistake(
    "factor_added",
    "Your cycles grow by adding factor: 4, 6, 8. By what are they multiplied?",
    ("length * factor", "length + factor"),
)
sgdr.mistake(
    "cycles_shrink",
    "Your cycles become shorter. In which direction does factor work?",
    ("length * factor", "max(length / factor, 1)"),
)
sgdr.mistake(
    "restarts_at_the_powers",
    "You restart at 4, 8, 16, ...: cycles of 4, 4 and 8 steps. If the second cycle is 8 steps long "
    "and begins at step 4, when does it end?",
    ("        length = length * factor", "        length = start * (factor - 1) or length"),
)
sgdr.mistake(
    "progress_in_the_first_length",
    "Your restarts come at the right steps, but the cosine keeps the length of the first cycle and "
    "turns on in the longer ones. How far along is step 8, in the middle of a cycle of 8?",
    ("(step - start) / length", "(step - start) / cycle"),
)
sgdr.mistake(
    "progress_not_reset",
    "Your steps are counted from the very beginning, also within the later cycles. Since when does "
    "the cosine count?",
    ("(step - start) / length", "step / length"),
)
sgdr.mistake(
    "restarts_one_step_late",
    "Your restart comes one step late: at step 4 of a cycle of 4 you are still at the minimum. "
    "Which step is the first of the second cycle?",
    ("step >= start + length", "step > start + length"),
)
sgdr.mistake(
    "counts_from_one",
    "Your rates come one step late: you count the first update as step 1, and here it is 0. What "
    "is your rate at step 4?",
    ("    start, length", "    step = max(step - 1, 0)\n    start, length"),
    share=0.5,
)
sgdr.mistake(
    "reaches_the_minimum_in_the_cycle",
    "Your cosine is complete one step before the restart: you divide by length - 1. At which step "
    "would the way be complete?",
    ("(step - start) / length", "(step - start) / max(length - 1, 1)"),
    share=0.5,
)
sgdr.mistake(
    "minimum_on_top",
    "Your peaks are too high by the minimum: 1.0 instead of 0.8. Between which two values does the "
    "cosine run?",
    (RETURN, "minimum + learning_rate * share"),
)
sgdr.mistake(
    "minimum_as_a_floor",
    "Your cosine runs down to 0 and is cut off at the minimum, so that the rate stands still "
    "there. Between which two values should it run?",
    (RETURN, "max(minimum, learning_rate * share)"),
)
sgdr.mistake(
    "minimum_ignored",
    "Your rate falls to 0 whatever the minimum is. Which argument did you not use?",
    (RETURN, "learning_rate * share"),
)
sgdr.mistake(
    "peaks_fall",
    "Your restarts come back to less and less: the peaks fall with the cycles. To which rate does "
    "each restart return?",
    (RETURN, "minimum + (learning_rate * cycle / length - minimum) * share"),
)
sgdr.mistake(
    "upside_down",
    "Your cycles begin at the minimum and rise. Which sign does the cosine have at the start?",
    ("1 + np.cos", "1 - np.cos"),
)
sgdr.mistake(
    "degrees",
    "You hand np.cos degrees, and it reads them as radians: the rate jumps up and down from step "
    "to step. Which number is half a turn?",
    ("np.pi * progress", "180 * progress"),
)
sgdr.mistake(
    "not_halved",
    "Your peaks are at twice the rate: 1 + cos(0) is 2. What brings it back to 1?",
    (SHARE, "1 + np.cos(np.pi * progress)"),
)
sgdr.mistake(
    "below_the_minimum",
    "Your rate falls below the minimum, since the cosine goes to -1. What lifts it to between 1 "
    "and 0?",
    (SHARE, "np.cos(np.pi * progress)"),
)
sgdr.mistake(
    "one_radian",
    "Your cosine turns by one radian only in each cycle and comes not even half way down. How many "
    "radians are half a turn?",
    ("np.pi * progress", "progress"),
)
sgdr.mistake(
    "a_quarter_of_a_turn",
    "Your cosine makes a quarter of a turn in each cycle and stops half way down. How far should "
    "it turn?",
    ("np.pi * progress", "np.pi / 2 * progress"),
)
sgdr.mistake(
    "straight_line",
    "Your cycles are straight lines. What should bend them?",
    (SHARE, "1 - progress"),
)
sgdr.mistake(
    "grows_by_the_same",
    "Each of your cycles is longer than the last by the same number of steps: 4, 8, 12. What does "
    "factor do from one to the next?",
    ("length * factor", "length + cycle"),
)
sgdr.mistake(
    "restarts_once",
    "Your rate restarts once and never again: at step 12 it is at the minimum. How many cycles may "
    "be over before a step?",
    ("while step >= start + length", "if step >= start + length"),
)
sgdr.mistake(
    "factor_fixed",
    "Your cycles double whatever factor is. Where does the argument come in?",
    ("length * factor", "length * 2"),
)
sgdr.mistake(
    "peak_missing",
    "Your rate runs between 1 and the minimum, whatever learning_rate is. Where is the top of a "
    "cycle?",
    (RETURN, "minimum + (1 - minimum) * share"),
)


@sgdr.style
def _(step, cycle, learning_rate, factor=2, minimum=0.0):
    length = cycle
    while step >= length:
        step = step - length
        length = factor * length
    return minimum + 0.5 * (learning_rate - minimum) * (1 + np.cos(np.pi * step / length))


@sgdr.style
def _(step, cycle, learning_rate, factor=2, minimum=0.0):
    since, length = step, cycle
    if factor == 1:
        since = step % cycle
    else:
        number = 0
        while step >= cycle * (factor ** (number + 1) - 1) / (factor - 1):
            number += 1
        since = step - cycle * (factor**number - 1) / (factor - 1)
        length = cycle * factor**number
    return minimum + (learning_rate - minimum) * np.cos(np.pi / 2 * since / length) ** 2


@sgdr.style
def _(step, cycle, learning_rate, factor=2, minimum=0.0):
    ends = [cycle]
    lengths = [cycle]
    while ends[-1] <= step:
        lengths.append(lengths[-1] * factor)
        ends.append(ends[-1] + lengths[-1])
    left = (ends[-1] - step) / lengths[-1]
    share = 0.5 * (1 - np.cos(np.pi * left))
    return np.float64(share * learning_rate + (1 - share) * minimum)


@sgdr.style
def _(step, cycle, learning_rate, factor=2, minimum=0.0):
    if step >= cycle and factor == 1:
        return sgdr(step % cycle, cycle, learning_rate, factor, minimum)
    if step >= cycle:
        return sgdr(step - cycle, cycle * factor, learning_rate, factor, minimum)
    middle, half = (learning_rate + minimum) / 2, (learning_rate - minimum) / 2
    return middle + half * np.cos(np.pi * step / cycle)


@sgdr.style
def _(step, cycle, learning_rate, factor=2, minimum=0.0):
    import math

    position, period = float(step), float(cycle)
    while True:
        if position < period:
            break
        position -= period
        period *= factor
    cosine = math.cos(math.pi * position / period)
    return minimum + (learning_rate - minimum) * (1.0 + cosine) / 2.0


@sgdr.style
def _(step, cycle, learning_rate, factor=2, minimum=0.0):
    import math

    since, length = step % cycle, cycle  # as in a scheduler that keeps no count of its cycles
    if factor > 1:
        number = int(math.log(step / cycle * (factor - 1) + 1, factor))
        since = step - cycle * (factor**number - 1) / (factor - 1)
        length = cycle * factor**number
    return minimum + (learning_rate - minimum) * (1 + math.cos(math.pi * since / length)) / 2


lesson.quiz(
    "adam_large_epsilon",
    title="A large epsilon",
    question=r"The roots of $s$ are about 0.01 in some network. With $\epsilon = 1$, Adam's steps "
    "are",
    options={
        "a": (
            "still one learning rate long for every weight",
            "Epsilon is added to the root for every weight alike. What is left of the root beside "
            "it?",
        ),
        "b": (
            r"about $\alpha\, v$: those of momentum",
            "With a root that is small beside epsilon the denominator is 1 for every weight: the "
            "step is the learning rate times v, momentum in the averaging form.",
        ),
        "c": (
            r"about $\alpha\, g$: those of gradient descent",
            "v is still above the line. What has changed below it?",
        ),
        "d": (
            "zero: the weights stand still",
            "Nothing is divided by zero, and the parameters do move. How large is the denominator "
            "when the root is 0.01?",
        ),
    },
    right="b",
    hints=(
        "Put both numbers into the denominator of Adam's step.",
        "A denominator that is the same for every weight leaves the numerator as it is.",
    ),
)


# A bug to find that no cost shows: the state.


@lesson.exercise(
    points=2,
    returns=("s", "s_max"),
    hints=(
        "Follow s through one large gradient and ten that are small. When does it fall?",
        "AMSGrad keeps two numbers. What does each of them remember?",
        "The average forgets as Adam's does; only the largest value stays.",
    ),
)
def repair_sticky_average(s, s_max, g, beta2=0.999):
    """The function sticky_average, repaired."""
    s = beta2 * s + (1 - beta2) * g**2
    s_max = np.maximum(s_max, s)
    return s, s_max


@repair_sticky_average.cases
def _(rng):
    calm = {"g": np.array([0.1, 1.0])}
    carry = {"s": 0, "s_max": 1}
    storm = {"s": np.zeros(2), "s_max": np.zeros(2), "g": np.array([1.0, 0.1]), "beta2": 0.9}
    yield Case(storm, (calm, calm), carry, "one large gradient and two small ones")
    s = rng.uniform(0.1, 1, size=(2, 3))
    args = {"s": s, "s_max": s + rng.uniform(0, 1, size=(2, 3)), "g": rng.normal(size=(2, 3))}
    beta2 = float(rng.uniform(0.5, 0.8))
    then = tuple({"g": 3 * rng.normal(size=(2, 3))} for _ in range(3))
    yield Case({**args, "beta2": beta2}, then, carry, "a state from earlier updates")
    yield Case(args, then[:1], carry, "the default beta2")


AVERAGED = "s = beta2 * s + (1 - beta2) * g**2"
repair_sticky_average.mistake(
    "still_sticky",
    "Your s still never falls: the largest value goes back into the average. Which of the two "
    "numbers should forget?",
    (AVERAGED, "s = np.maximum(s_max, beta2 * s_max + (1 - beta2) * g**2)"),
    ("s_max = np.maximum(s_max, s)", "s_max = s"),
)
repair_sticky_average.mistake(
    "averages_the_largest",
    "Your average is still made from the largest value of before. Which average goes on?",
    ("beta2 * s +", "beta2 * s_max +"),
)
repair_sticky_average.mistake(
    "no_maximum",
    "Now both forget: your second number is Adam's average again. What was it there to keep?",
    ("np.maximum(s_max, s)", "s"),
)
repair_sticky_average.mistake(
    "largest_in_both",
    "Your second number is right, and the first one is now the largest as well. Which of them is "
    "an average?",
    ("return s, s_max", "return s_max, s_max"),
)
repair_sticky_average.mistake(
    "largest_square",
    "You keep the largest square, and not the largest average: one wild gradient rules for ever. "
    "What does AMSGrad take the maximum of?",
    ("np.maximum(s_max, s)", "np.maximum(s_max, g**2)"),
)
repair_sticky_average.mistake(
    "one_maximum_for_all",
    "All your weights share one maximum. How many weights does one maximum belong to?",
    ("np.maximum(s_max, s)", "np.full(s.shape, max(s_max.max(), s.max()))"),
)
repair_sticky_average.mistake(
    "old_average_in_the_maximum",
    "Your maximum is taken before the average has seen the new gradient. Which average does it "
    "compare?",
    (
        f"    {AVERAGED}\n    s_max = np.maximum(s_max, s)\n",
        f"    s_max = np.maximum(s_max, s)\n    {AVERAGED}\n",
    ),
)
repair_sticky_average.mistake(
    "smallest",
    "Your second number keeps the smallest average. Which one does AMSGrad trust?",
    ("np.maximum", "np.minimum"),
)
repair_sticky_average.mistake(
    "weights_swapped",
    "Your average forgets almost everything at once. Which of the two is multiplied by beta2?",
    (AVERAGED, "s = (1 - beta2) * s + beta2 * g**2"),
)


@repair_sticky_average.style
def _(s, s_max, g, beta2=0.999):
    average = s + (1 - beta2) * (g * g - s)
    return average, np.where(average > s_max, average, s_max)


@repair_sticky_average.style
def _(s, s_max, g, beta2=0.999):
    kept = s.copy()
    kept *= beta2
    kept += (1 - beta2) * np.square(g)
    return kept, np.stack([s_max, kept]).max(axis=0)
