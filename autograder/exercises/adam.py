"""Lesson 06, Adam: references, cases, mistakes, and three wrong Adams to repair.

Algorithm 1 of Kingma and Ba (2015): epsilon outside the root, added to the corrected root. The
paper's reordered form, in which epsilon is added to the uncorrected root ("epsilon hat",
TensorFlow), is a variant with full marks.
"""

import copy

import numpy as np

from autograder import families, inputs
from autograder.lesson import Lesson
from optlab.checking.probe import Case

lesson = Lesson("06_adam", title="Put momentum and RMSprop together: Adam")


@lesson.exercise(
    points=2,
    returns=("state",),
    summary="optlab.properties:typed",
    hints=(
        "Adam remembers three things: two averages that mirror the parameters, and a number.",
        "The averages start like those of momentum and RMSprop; t counts the updates made so far.",
        'A dict with the keys "v", "s" and "t". v and s are dicts of their own, with arrays of '
        "their own.",
    ),
)
def init_adam(params):
    """The state before the first update."""
    v, s = {}, {}
    for key in params:
        v[key] = np.zeros(params[key].shape)
        s[key] = np.zeros(params[key].shape)
    return {"v": v, "s": s, "t": 0}


@init_adam.cases
def _(rng):
    small = {"W1": np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]]), "b1": np.array([[0.3], [-2.0]])}
    yield Case({"params": small}, note="one layer")
    yield Case({"params": inputs.network(rng, 2)}, note="two layers")
    yield Case({"params": inputs.network(rng, 3)}, note="three layers")


V_ZEROS = "v[key] = np.zeros(params[key].shape)"
S_ZEROS = "s[key] = np.zeros(params[key].shape)"

init_adam.mistake(
    "t_starts_at_one",
    "Your t is 1 before any update was made, and adam_update counts on from there: its first "
    "correction would be that of the second update. How many updates have been made?",
    ('"t": 0', '"t": 1'),
)
init_adam.mistake(
    "v_and_s_are_one",
    "Your v and s share their arrays: what is written into one appears in the other, and copying a "
    "dict does not copy what is in it. How many arrays does each parameter need?",
    (S_ZEROS, "s[key] = v[key]"),
    share=0.8,
)
init_adam.mistake(
    "starts_at_one",
    "Your averages start at one. The bias correction of adam_update reckons with another start: "
    "which one?",
    (V_ZEROS, "v[key] = np.ones(params[key].shape)"),
    (S_ZEROS, "s[key] = np.ones(params[key].shape)"),
)
init_adam.mistake(
    "v_starts_at_one",
    "Your s starts right and your v at one. What does the bias correction of v reckon with?",
    (V_ZEROS, "v[key] = np.ones(params[key].shape)"),
)
init_adam.mistake(
    "s_starts_at_one",
    "Your v starts right and your s at one. What does the bias correction of s reckon with?",
    (S_ZEROS, "s[key] = np.ones(params[key].shape)"),
)
init_adam.mistake(
    "copies_the_parameters",
    "Your averages start at the parameters themselves. Is a weight a gradient?",
    (V_ZEROS, "v[key] = params[key].copy()"),
    (S_ZEROS, "s[key] = params[key].copy()"),
)
init_adam.mistake(
    "scalar_zeros",
    "Your averages are single numbers for whole matrices. Which shape do they need?",
    (V_ZEROS, "v[key] = 0.0"),
    (S_ZEROS, "s[key] = 0.0"),
)
families.zeros(init_adam, "v[key] = ", "s[key] = ", average="v", update="adam_update")
init_adam.mistake(
    "one_counter_per_parameter",
    "You count for every parameter separately. How many counters does one update of all parameters "
    "need?",
    ('"t": 0', '"t": dict.fromkeys(params, 0)'),
)
init_adam.mistake(
    "counter_missing",
    "Your state has averages and no t. How would the correction know which update this is?",
    (', "t": 0}', "}"),
)
init_adam.mistake(
    "other_names",
    "The averages are called m and v in the paper; the state here has the keys v and s. Which is "
    "the average of squares?",
    ('{"v": v, "s": s,', '{"m": v, "v": s,'),
)
init_adam.mistake(
    "a_tuple",
    "You give back v and s side by side; asked is one dict. Under which keys?",
    ('{"v": v, "s": s, "t": 0}', "v, s"),
)


@init_adam.style
def _(params):
    return {
        "v": {key: np.zeros_like(value, dtype=float) for key, value in params.items()},
        "s": {key: np.zeros_like(value, dtype=float) for key, value in params.items()},
        "t": 0,
    }


@init_adam.style
def _(params):
    v, s = {}, {}
    for layer in range(len(params) // 2):
        for letter in ("W", "b"):
            name = letter + str(layer + 1)
            v[name] = np.zeros(params[name].shape)
            s[name] = np.zeros((params[name].shape[0], params[name].shape[1]))
    return dict(zip("vst", (v, s, 0), strict=True))


@init_adam.style
def _(params):
    v = {key: 0 * value for key, value in params.items()}
    return {"v": v, "s": copy.deepcopy(v), "t": np.int64(0)}


@init_adam.style
def _(params):
    state = {"v": {}, "s": {}}
    state["t"] = 0.0
    for average in (state["v"], state["s"]):
        for key, value in params.items():
            average[key] = np.full(np.shape(value), 0.0)
    return state


@lesson.exercise(
    points=6,
    returns=("params", "state"),
    hints=(
        "Five formulas for every key: two averages, two corrections, one step. t belongs to the "
        "update, not to a key: it rises once, before the loop.",
        "The averages are those of momentum and RMSprop, from state['v'][key] and state['s'][key].",
        "The corrected averages are used in the step and then forgotten; what the state keeps are "
        "the averages themselves.",
        "Build new dicts for params, v and s; give back the params and {'v': ..., 's': ..., "
        "'t': ...} with the t that you used.",
    ),
)
def adam_update(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """One step of Adam."""
    new_params, v, s = {}, {}, {}
    t = state["t"] + 1
    for key in params:
        v[key] = beta1 * state["v"][key] + (1 - beta1) * grads[key]
        s[key] = beta2 * state["s"][key] + (1 - beta2) * grads[key] ** 2
        v_corrected = v[key] / (1 - beta1**t)
        s_corrected = s[key] / (1 - beta2**t)
        step = v_corrected / (np.sqrt(s_corrected) + epsilon)
        new_params[key] = params[key] - learning_rate * step
    return new_params, {"v": v, "s": s, "t": t}


def _zero_state(params):
    zeros = {key: np.zeros(value.shape) for key, value in params.items()}
    return {"v": zeros, "s": {key: value.copy() for key, value in zeros.items()}, "t": 0}


def _run(
    rng, note, *, steps=3, layers=2, small=-2.0, large=1.0, integer=False, rates=(), **settings
):
    """A run of several steps; params and state are carried from call to call.

    The gradients lie between 10^small and 10^large in size. Some updates were made before.
    rates: learning rates of the later steps.
    """
    params = inputs.network(rng, layers)

    def sizes():
        return {key: 10 ** rng.uniform(small, large, size=p.shape) for key, p in params.items()}

    def gradients():
        return {key: rng.choice([-1.0, 1.0], p.shape) * p for key, p in sizes().items()}

    v = {key: 0.3 * g for key, g in gradients().items()}
    s = {key: 0.4 * size**2 for key, size in sizes().items()}
    then = [{"grads": gradients()} for _ in range(steps - 1)]
    for call, rate in zip(then, rates, strict=False):
        call["learning_rate"] = rate
    if integer:
        params = {key: rng.integers(-9, 10, size=p.shape) for key, p in params.items()}
    state = {"v": v, "s": s, "t": int(rng.integers(5, 9))}
    return Case(
        {"params": params, "grads": gradients(), "state": state, **settings},
        then=tuple(then),
        carry={"params": 0, "state": 1},
        note=note,
    )


def _from_zero(rng):
    """The default settings, a fresh state, and one weight that never gets a gradient."""
    note = "the default settings and gradients from 0 to 10"
    run = _run(rng, note, layers=1, small=-6.0, learning_rate=float(rng.uniform(0.02, 0.3)))
    for call in (run.args, *run.then):
        call["grads"]["W1"][0, 1] = 0.0
    return Case({**run.args, "state": _zero_state(run.args["params"])}, run.then, run.carry, note)


def _cases(rng):
    """For adam_update and for the repairs."""
    params = {"W1": np.array([[1.0]]), "b1": np.array([[0.5]])}
    gradients = [
        {"W1": np.array([[w]]), "b1": np.array([[b]])} for w, b in ((10.0, 2.0), (5, 4), (2, 1))
    ]
    yield Case(
        {
            "params": params,
            "grads": gradients[0],
            "state": _zero_state(params),
            "learning_rate": 0.1,
        },
        then=({"grads": gradients[1]}, {"grads": gradients[2]}),
        carry={"params": 0, "state": 1},
        note="one weight and one bias",
    )
    yield _from_zero(rng)
    rate, *rates = rng.uniform(0.02, 0.4, size=3).tolist()
    moving = {"learning_rate": rate, "rates": rates}
    betas = {"beta1": rng.uniform(0.6, 0.75), "beta2": rng.uniform(0.85, 0.95)}
    yield _run(rng, "a state from earlier updates and a changing rate", **moving, **betas)
    large = {"learning_rate": rate, "beta2": 0.95, "epsilon": 10 ** rng.uniform(-3, -2)}
    yield _run(rng, "a large epsilon", steps=2, layers=1, large=-1.0, **large)
    betas = {"beta1": rng.uniform(0.2, 0.4), "beta2": rng.uniform(0.5, 0.7)}
    yield _run(
        rng, "integer parameters", steps=2, layers=1, integer=True, learning_rate=rates[0], **betas
    )


adam_update.cases(_cases)

V_AVERAGE = 'beta1 * state["v"][key] + (1 - beta1) * grads[key]'
S_AVERAGE = 'beta2 * state["s"][key] + (1 - beta2) * grads[key] ** 2'
STEP = "step = v_corrected / (np.sqrt(s_corrected) + epsilon)"
EFFICIENT = """rate = np.sqrt(1 - beta2**t) / (1 - beta1**t)
        step = rate * v[key] / (np.sqrt(s[key]) + epsilon)"""

HAT = (
    "Correct. You add epsilon to the uncorrected root: the paper's reordered form, whose epsilon "
    "is called epsilon hat. TensorFlow and Keras do the same."
)
adam_update.variant("epsilon_hat", HAT, (STEP, EFFICIENT))

# The corrections.
adam_update.mistake(
    "no_correction",
    "You use both averages as they are, without the correction. What lets them start too low?",
    ("v[key] / (1 - beta1**t)", "v[key]"),
    ("s[key] / (1 - beta2**t)", "s[key]"),
)
adam_update.mistake(
    "no_correction_and_no_count",
    "You use both averages as they are, without the correction, and your t stays what it was. What "
    "lets the averages start too low, and what must be known to correct them?",
    ("v[key] / (1 - beta1**t)", "v[key]"),
    ("s[key] / (1 - beta2**t)", "s[key]"),
    ('t = state["t"] + 1', 't = state["t"]'),
)
adam_update.mistake(
    "s_not_corrected",
    "The s under your root is not corrected, perhaps because the corrected one was computed and "
    "then not used: it starts too low, and the first steps leap. Which s does the root see?",
    ("s[key] / (1 - beta2**t)", "s[key]"),
)
adam_update.mistake(
    "v_not_corrected",
    "The v above the line of your fraction is not corrected, perhaps because the corrected one was "
    "computed and then not used: it starts too low. Which v does the step use?",
    ("v[key] / (1 - beta1**t)", "v[key]"),
)
adam_update.mistake(
    "stores_the_corrected",
    "Your state keeps the corrected averages, so that the next update corrects them once more. "
    "What should the state remember?",
    ("v_corrected = ", "v_corrected = v[key] = "),
    ("s_corrected = ", "s_corrected = s[key] = "),
)
adam_update.mistake(
    "stores_the_corrected_v",
    "Your state keeps the corrected v, so that the next update corrects it once more. What should "
    "the state remember?",
    ("v_corrected = ", "v_corrected = v[key] = "),
)
adam_update.mistake(
    "stores_the_corrected_s",
    "Your state keeps the corrected s, so that the next update corrects it once more. What should "
    "the state remember?",
    ("s_corrected = ", "s_corrected = s[key] = "),
)
adam_update.mistake(
    "multiplied_by_the_correction",
    "You multiply by 1 - beta^t: averages that are too small become smaller still. Which way must "
    "a correction go?",
    ("v[key] / (1 - beta1**t)", "v[key] * (1 - beta1**t)"),
    ("s[key] / (1 - beta2**t)", "s[key] * (1 - beta2**t)"),
)
adam_update.mistake(
    "plus_in_the_correction",
    "You divide by 1 + beta^t, which is more than one: averages that are too small become smaller "
    "still. Which share of its weight has an average after t updates?",
    ("(1 - beta1**t)", "(1 + beta1**t)"),
    ("(1 - beta2**t)", "(1 + beta2**t)"),
)
adam_update.mistake(
    "correction_without_parentheses",
    "You divide by 1 and then subtract beta^t from every entry. What does Python do first, the "
    "division or the subtraction?",
    ("v[key] / (1 - beta1**t)", "v[key] / 1 - beta1**t"),
    ("s[key] / (1 - beta2**t)", "s[key] / 1 - beta2**t"),
)
adam_update.mistake(
    "correction_of_the_first_step",
    "You divide by 1 - beta at every step: that is right for t = 1 only. What changes from step "
    "to step?",
    ("v[key] / (1 - beta1**t)", "v[key] / (1 - beta1)"),
    ("s[key] / (1 - beta2**t)", "s[key] / (1 - beta2)"),
)
adam_update.mistake(
    "correction_with_a_product",
    "You take beta times t where beta to the power of t is meant: that soon exceeds one, and the "
    "correction turns negative. How do you write a power?",
    ("beta1**t", "beta1 * t"),
    ("beta2**t", "beta2 * t"),
)
adam_update.mistake(
    "power_of_the_difference",
    "You raise all of 1 - beta to the power of t, so that the divisor goes to zero and not to "
    "one. What has the exponent, beta or the difference?",
    ("(1 - beta1**t)", "(1 - beta1) ** t"),
    ("(1 - beta2**t)", "(1 - beta2) ** t"),
)
adam_update.mistake(
    "corrections_swapped",
    "Your v is corrected with beta2 and your s with beta1. Which beta did each average use?",
    ("beta1**t", "beta2**t"),
    ("s[key] / (1 - beta2**t)", "s[key] / (1 - beta1**t)"),
)
adam_update.mistake(
    "s_corrected_with_beta1",
    "Your s is corrected with beta1. Which beta did its average use?",
    ("s[key] / (1 - beta2**t)", "s[key] / (1 - beta1**t)"),
)
adam_update.mistake(
    "v_corrected_with_beta2",
    "Your v is corrected with beta2. Which beta did its average use?",
    ("v[key] / (1 - beta1**t)", "v[key] / (1 - beta2**t)"),
)
adam_update.mistake(
    "s_corrected_from_v",
    "Your corrected s is made of v: a line was copied and one name left. What stands under the "
    "root?",
    ("s[key] / (1 - beta2**t)", "v[key] / (1 - beta2**t)"),
)
adam_update.mistake(
    "corrects_the_root",
    "You take the root of s first and divide that by 1 - beta2^t. Which of the two is too small "
    "by the factor 1 - beta2^t, s or its root?",
    (STEP, "step = v_corrected / (np.sqrt(s[key]) / (1 - beta2**t) + epsilon)"),
)
adam_update.mistake(
    "default_betas_in_the_correction",
    "Your corrections use 0.9 and 0.999 whatever betas are asked for. Where do the arguments come "
    "in?",
    ("beta1**t", "0.9**t"),
    ("beta2**t", "0.999**t"),
)

# The counter.
adam_update.mistake(
    "t_one_ahead",
    "Your corrections are one update ahead: the first one has t = 2. Which update is the first?",
    ("beta1**t", "beta1 ** (t + 1)"),
    ("beta2**t", "beta2 ** (t + 1)"),
)
adam_update.family(
    "t_counts_twice",
    "Your t rises by 2 in every update. How many updates is one call?",
    [[edit] for edit in (('t = state["t"] + 1', 't = state["t"] + 2'), ('"t": t}', '"t": t + 1}'))],
)
adam_update.mistake(
    "t_never_rises",
    "Your t stays what it was: in the first update it is 0, where nothing can be corrected. Who "
    "counts the updates, if not the update?",
    ('t = state["t"] + 1', 't = state["t"]'),
)
adam_update.mistake(
    "t_rises_after_use",
    "Your t rises only after it has been used: in the first correction it is 0. Which number has "
    "the first update?",
    ("beta1**t", "beta1 ** (t - 1)"),
    ("beta2**t", "beta2 ** (t - 1)"),
)
adam_update.mistake(
    "t_not_returned",
    "Your t is counted and then not handed back, so that the next call counts from the old one. "
    "Where does it find t?",
    ('"t": t}', '"t": state["t"]}'),
)
adam_update.mistake(
    "t_always_one",
    "Your t is 1 in every update, so that later averages are corrected too much. What does the "
    "state know about t?",
    ('t = state["t"] + 1', "t = 1"),
)
adam_update.mistake(
    "exponent_two",
    "Your exponent is the number 2: it squares the betas at every step. Which number of update "
    "belongs there?",
    ("beta1**t", "beta1**2"),
    ("beta2**t", "beta2**2"),
)
FROM_OLD_T = ('t = state["t"] + 1', 't = state["t"]')
COUNT_EACH = ("        v_corrected =", "        t += 1\n        v_corrected =")
COUNT_AFTER = ("learning_rate * step", "learning_rate * step\n        t += 1")
RIGHT_IN_THE_STATE = ('"t": t}', '"t": state["t"] + 1}')
adam_update.family(
    "t_per_parameter",
    "Your t rises with every parameter, so that W1 and b1 are corrected with different t. How "
    "many updates is one call?",
    (
        (FROM_OLD_T, COUNT_EACH),
        (FROM_OLD_T, COUNT_EACH, RIGHT_IN_THE_STATE),
        (COUNT_EACH,),
        (COUNT_EACH, RIGHT_IN_THE_STATE),
        (COUNT_AFTER,),
        (COUNT_AFTER, RIGHT_IN_THE_STATE),
    ),
)
adam_update.mistake(
    "t_per_parameter_and_s_not_corrected",
    "Your t rises with every parameter, so that W1 and b1 get different corrections; and the s "
    "under your root is not corrected at all. How many updates is one call, and which s does the "
    "root see?",
    FROM_OLD_T,
    COUNT_EACH,
    ("s[key] / (1 - beta2**t)", "s[key]"),
)
adam_update.mistake(
    "t_per_layer",
    "Your t rises with every layer, so that W1 and W2 are corrected with different t. How many "
    "updates is one call?",
    ('t = state["t"] + 1', 't = state["t"]'),
    ("        v_corrected =", '        t += key[0] == "W"\n        v_corrected ='),
)

# The averages.
adam_update.mistake(
    "betas_swapped",
    "Your betas have changed places: v is averaged and corrected with beta2, s with beta1. Which "
    "of the two averages has the longer memory?",
    (V_AVERAGE, 'beta2 * state["v"][key] + (1 - beta2) * grads[key]'),
    (S_AVERAGE, 'beta1 * state["s"][key] + (1 - beta1) * grads[key] ** 2'),
    ("v[key] / (1 - beta1**t)", "v[key] / (1 - beta2**t)"),
    ("s[key] / (1 - beta2**t)", "s[key] / (1 - beta1**t)"),
)
adam_update.mistake(
    "averages_swapped",
    "Your averages use each other's beta, while the corrections are right. Which of the two "
    "averages has the longer memory?",
    (V_AVERAGE, 'beta2 * state["v"][key] + (1 - beta2) * grads[key]'),
    (S_AVERAGE, 'beta1 * state["s"][key] + (1 - beta1) * grads[key] ** 2'),
)
adam_update.mistake(
    "s_averaged_with_beta1",
    "Your s is averaged with beta1: a line was copied and two names left. Which beta belongs to s?",
    (S_AVERAGE, 'beta1 * state["s"][key] + (1 - beta1) * grads[key] ** 2'),
)
adam_update.mistake(
    "v_never_decayed",
    "The old v keeps all of its weight: with a constant gradient it grows for ever. Which factor "
    "lets the past fade?",
    ("beta1 * state", "state"),
)
adam_update.mistake(
    "s_never_decayed",
    "The old s keeps all of its weight, so that it only grows. Which factor lets the past fade?",
    ("beta2 * state", "state"),
)
adam_update.mistake(
    "v_forgets_the_past",
    "Your v is made of the newest gradient alone. Is the v in the state used?",
    ('beta1 * state["v"][key] + ', ""),
)
adam_update.mistake(
    "s_forgets_the_past",
    "Your s is made of the newest square alone. Is the s in the state used?",
    ('beta2 * state["s"][key] + ', ""),
)
adam_update.mistake(
    "v_factor_forgotten",
    "Your v takes every gradient at its full length and grows to 1/(1 - beta1) times it. Do its "
    "two weights add up to one?",
    ("(1 - beta1) * ", ""),
)
adam_update.mistake(
    "s_factor_forgotten",
    "Your s takes every square at its full size and grows to 1/(1 - beta2) times it. Do its two "
    "weights add up to one?",
    ("(1 - beta2) * ", ""),
)
adam_update.mistake(
    "factors_forgotten",
    "Your v takes every gradient at its full length and your s every square. Do the two weights of "
    "an average add up to one?",
    ("(1 - beta1) * ", ""),
    ("(1 - beta2) * ", ""),
)
adam_update.mistake(
    "v_brackets",
    "In your v the brackets close too late: beta1 times the gradient is taken from 1. What should "
    "1 - beta1 be multiplied with?",
    ("(1 - beta1) * grads[key]", "(1 - beta1 * grads[key])"),
)
adam_update.mistake(
    "s_brackets",
    "In your s the brackets close too late: beta2 times the square is taken from 1. What should "
    "1 - beta2 be multiplied with?",
    ("(1 - beta2) * grads[key] ** 2", "(1 - beta2 * grads[key] ** 2)"),
)
adam_update.mistake(
    "v_weights_swapped",
    "The larger beta1 is, the faster your v forgets. Which weight belongs to the past?",
    (V_AVERAGE, '(1 - beta1) * state["v"][key] + beta1 * grads[key]'),
)
adam_update.mistake(
    "s_weights_swapped",
    "The larger beta2 is, the faster your s forgets. Which weight belongs to the past?",
    (S_AVERAGE, '(1 - beta2) * state["s"][key] + beta2 * grads[key] ** 2'),
)
adam_update.mistake(
    "s_of_v",
    "Your s averages the squares of v, not of the gradient. Whose mean square is s?",
    ("grads[key] ** 2", "v[key] ** 2"),
)
adam_update.mistake(
    "s_is_a_variance",
    "Your s averages (g - v)^2, a variance: with a constant gradient it goes to zero and the steps "
    "grow. What does *uncentred* second moment mean?",
    ("grads[key] ** 2", "(grads[key] - v[key]) ** 2"),
)
adam_update.mistake(
    "not_squared",
    "Your s averages the gradient and not its square: it can be negative, and its root is nan. "
    "What is the mean in root *mean square*?",
    ("grads[key] ** 2", "grads[key]"),
)
adam_update.mistake(
    "doubled",
    "You take the gradient twice where its square is meant: your s can be negative. What is the "
    "square of -3?",
    ("grads[key] ** 2", "grads[key] * 2"),
)
adam_update.mistake(
    "absolute_value",
    "Your s averages the size |g|, and then its root is taken. What is the mean in root *mean "
    "square*?",
    ("grads[key] ** 2", "np.abs(grads[key])"),
)
adam_update.mistake(
    "sum_of_squares",
    "You add up the squares of the whole matrix, so that all of its weights share one scale. "
    "Whose squares belong to a weight's own average?",
    ("grads[key] ** 2", "np.sum(grads[key] ** 2)"),
)
adam_update.mistake(
    "mean_of_squares",
    "You average the squares over the whole matrix, so that all of its weights share one scale. "
    "Adam averages over time: for how many weights at once?",
    ("grads[key] ** 2", "np.mean(grads[key] ** 2)"),
)
adam_update.mistake(
    "matrix_product",
    "You multiply the gradient by itself as matrices, which only a single weight survives. Which "
    "square gives one number for every weight?",
    ("grads[key] ** 2", "grads[key] @ grads[key].T"),
)
adam_update.mistake(
    "rate_inside_the_average",
    "Your v holds the learning rate, so that a step keeps the old rate when the rate changes. What "
    "is v the average of?",
    ("(1 - beta1) * grads[key]", "(1 - beta1) * learning_rate * grads[key]"),
    ("learning_rate * step", "step"),
)

# The step.
families.epsilon(adam_update, "np.sqrt(s_corrected)", families.ON_THE_SLIDE)
adam_update.mistake(
    "epsilon_hat_inside_the_root",
    "You use the reordered form, which is fine, with epsilon inside its root: there it counts "
    "like its own root, and weights with tiny gradients hardly move. Where should it stand?",
    (STEP, EFFICIENT.replace("np.sqrt(s[key]) + epsilon", "np.sqrt(s[key] + epsilon)")),
    share=0.5,
)
families.epsilon_elsewhere(adam_update, "np.sqrt(s_corrected)")
adam_update.mistake(
    "reordered_without_root",
    "You use the reordered form, and its factor 1 - beta2^t stands there without a root. What "
    "became of s_corrected under the root?",
    (STEP, EFFICIENT.replace("np.sqrt(1 - beta2**t)", "(1 - beta2**t)")),
)
adam_update.mistake(
    "reordered_upside_down",
    "You use the reordered form with its factor upside down. Is a correction that divides s above "
    "or below the line?",
    (STEP, EFFICIENT.replace("* v[key]", "** -1 * v[key]")),
)
adam_update.mistake(
    "no_root",
    "You divide by s itself, so that the steps are the longer the smaller the gradient is. Which "
    "unit has s, and which unit must the denominator have?",
    ("np.sqrt(s_corrected)", "s_corrected"),
)
adam_update.mistake(
    "square_for_root",
    "You square s where its root is meant. Which unit has s, and which unit must the denominator "
    "have?",
    ("np.sqrt(s_corrected)", "np.square(s_corrected)"),
)
adam_update.mistake(
    "gradient_above_the_line",
    "Your step has the gradient above the line, not its average: that is RMSprop with a "
    "correction. What is v for?",
    ("step = v_corrected", "step = grads[key]"),
)
adam_update.family(
    "nadam",
    "Your step averages the gradient into v once more: that is Nesterov's look-ahead, Adam's "
    "cousin Nadam. What stands above the line in Adam?",
    [
        (
            "step = v_corrected",
            f"step = (beta1 * v[key] / ({next}) + (1 - beta1) * grads[key] / (1 - beta1**t))",
        )
        for next in ("1 - beta1**t", "1 - beta1 ** (t + 1)")
    ],
)
adam_update.mistake(
    "no_division",
    "Your step is the corrected v alone: momentum. What is s for?",
    (STEP, "step = v_corrected"),
)
adam_update.mistake(
    "steps_with_the_old_v",
    "Your step uses the v from before this gradient and the new s: it lags one gradient behind, "
    "and the first moves nothing. Which v knows about the gradient of this step?",
    ("v_corrected = v[key]", 'v_corrected = state["v"][key]'),
)
adam_update.mistake(
    "steps_with_the_old_averages",
    "Your step uses the averages from before this gradient: from zero it moves nothing. Which "
    "averages know about it?",
    ("v_corrected = v[key]", 'v_corrected = state["v"][key]'),
    ("s_corrected = s[key]", 's_corrected = state["s"][key]'),
)
families.uphill(adam_update)
adam_update.mistake(
    "no_learning_rate",
    "Your step is the same for every learning rate. Where does it come in?",
    ("learning_rate * step", "step"),
)

# What comes in and what goes out.
adam_update.fixed(
    "    for key in params:",
    beta1=(0.9, 0.99, 0.95, 0.5),
    beta2=(0.999, 0.99, 0.9, 0.95),
    epsilon=(1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-10, 1e-12),
)
for _value in ("1e-08", "1e-07"):
    adam_update.another(
        "epsilon_fixed",
        (STEP, EFFICIENT.replace("epsilon", _value)),
        message=f"You use epsilon = {_value} whatever is asked. Where does the argument come in?",
    )
adam_update.another_default(
    beta1=(0.99, 0.95, 0.999), beta2=(0.99, 0.9, 0.95), epsilon=(1e-7, 1e-6, 1e-10)
)
adam_update.mistake(
    "state_not_returned",
    "You give back the state that came in, so that the next call knows nothing of this one. What "
    "does it need to know?",
    ('{"v": v, "s": s, "t": t}', "copy.deepcopy(state)"),
)
adam_update.mistake(
    "averages_not_returned",
    "Your t is handed on and your averages are not: the next call starts from the old ones. Which "
    "v and s belong into the state?",
    ('{"v": v, "s": s,', '{"v": copy.deepcopy(state["v"]), "s": copy.deepcopy(state["s"]),'),
)
adam_update.mistake(
    "v_and_s_swapped",
    "Your state has v under the name of s and s under the name of v. What will the next call make "
    "of them?",
    ('"v": v, "s": s', '"v": s, "s": v'),
)
adam_update.mistake(
    "results_swapped",
    "Your two results come in the other order, the state first. Which one does the docstring "
    "name first?",
    (
        'return new_params, {"v": v, "s": s, "t": t}',
        'return {"v": v, "s": s, "t": t}, new_params',
    ),
)
adam_update.mistake(
    "bias_uses_the_weights_gradient",
    "The v of a bias is made of the gradient of the weights: a line was copied and one name left. "
    "Which gradient belongs to b1?",
    ("(1 - beta1) * grads[key]", '(1 - beta1) * grads["W" + key[1:]]'),
)
adam_update.mistake(
    "bias_uses_the_weights_square",
    "The s of a bias is made of the gradient of the weights: a line was copied and one name left. "
    "Whose square belongs to b1?",
    ("grads[key] ** 2", 'grads["W" + key[1:]] ** 2'),
)
adam_update.mistake(
    "bias_steps_with_the_weights_v",
    "The step of a bias uses the v of the weights: a line was copied and one name left. Which "
    "average belongs to b1?",
    ("v_corrected = v[key]", 'v_corrected = v["W" + key[1:]]'),
)
adam_update.mistake(
    "bias_steps_with_the_weights_s",
    "The step of a bias divides by the s of the weights: a line was copied and one name left. "
    "Which average belongs to b1?",
    ("s_corrected = s[key]", 's_corrected = s["W" + key[1:]]'),
)


families.weights_only(adam_update, 'params, state["v"], state["s"]')


@adam_update.mistake(
    "last_layer_left_out",
    "The last layer does not move and its averages stay at zero. Where does your count of layers "
    "end?",
)
def _(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new_params, new_state = copy.deepcopy((params, state))
    t = new_state["t"] = state["t"] + 1
    for layer in range(1, len(params) // 2):
        for key in (f"W{layer}", f"b{layer}"):
            v = new_state["v"][key] = beta1 * state["v"][key] + (1 - beta1) * grads[key]
            s = new_state["s"][key] = beta2 * state["s"][key] + (1 - beta2) * grads[key] ** 2
            step = v / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + epsilon)
            new_params[key] = params[key] - learning_rate * step
    return new_params, new_state


# What follows holds for adam_update and for the three repairs alike.
def _in_place(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    state["t"] += 1
    t, v, s = state["t"], state["v"], state["s"]
    for key in params:
        v[key] = beta1 * v[key] + (1 - beta1) * grads[key]
        s[key] = beta2 * s[key] + (1 - beta2) * grads[key] ** 2
        step = v[key] / (1 - beta1**t) / (np.sqrt(s[key] / (1 - beta2**t)) + epsilon)
        params[key] = params[key] - learning_rate * step
    return params, state


def _into_integers(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    params, state = copy.deepcopy((params, state))
    state["t"] += 1
    t, v, s = state["t"], state["v"], state["s"]
    for key in params:
        v[key] = beta1 * v[key] + (1 - beta1) * grads[key]
        s[key] = beta2 * s[key] + (1 - beta2) * grads[key] ** 2
        step = v[key] / (1 - beta1**t) / (np.sqrt(s[key] / (1 - beta2**t)) + epsilon)
        params[key] -= learning_rate * step
    return params, state


STYLES = []


@STYLES.append
def _(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    layers = len(params) // 2
    t = state["t"] + 1
    v, s, v_corrected, s_corrected = {}, {}, {}, {}
    parameters = copy.deepcopy(params)
    for l in range(layers):  # noqa: E741
        for name in ("W" + str(l + 1), "b" + str(l + 1)):
            v[name] = beta1 * state["v"][name] + (1 - beta1) * grads[name]
            v_corrected[name] = v[name] / (1 - np.power(beta1, t))
            s[name] = beta2 * state["s"][name] + (1 - beta2) * np.power(grads[name], 2)
            s_corrected[name] = s[name] / (1 - np.power(beta2, t))
            parameters[name] = parameters[name] - learning_rate * v_corrected[name] / (
                np.sqrt(s_corrected[name]) + epsilon
            )
    return parameters, {"v": v, "s": s, "t": t}


@STYLES.append
def _(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    v = {k: beta1 * state["v"][k] + (1 - beta1) * g for k, g in grads.items()}
    s = {k: beta2 * state["s"][k] + (1 - beta2) * g * g for k, g in grads.items()}
    m_hat = {k: v[k] / (1.0 - beta1**t) for k in v}
    v_hat = {k: s[k] / (1.0 - beta2**t) for k in s}
    moved = {
        k: p - learning_rate * m_hat[k] / (np.sqrt(v_hat[k]) + epsilon) for k, p in params.items()
    }
    return moved, {"v": v, "s": s, "t": t}


@STYLES.append
def _(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    params = {k: p.astype(float) for k, p in params.items()}
    state = copy.deepcopy(state)
    state["t"] += 1
    for k, g in grads.items():
        state["v"][k] *= beta1
        state["v"][k] += (1 - beta1) * g
        state["s"][k] *= beta2
        state["s"][k] += (1 - beta2) * np.square(g)
        root = np.sqrt(state["s"][k] / (1 - beta2 ** state["t"]))
        params[k] -= learning_rate / (1 - beta1 ** state["t"]) * state["v"][k] / (root + epsilon)
    return params, state


@STYLES.append
def _(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    t = np.int64(state["t"]) + 1
    root = np.sqrt(1 - beta2**t)
    rate = learning_rate * root / (1 - beta1**t)
    new_params, new_v, new_s = {}, {}, {}
    for k in params:
        new_v[k] = state["v"][k] + (1 - beta1) * (grads[k] - state["v"][k])
        new_s[k] = state["s"][k] + (1 - beta2) * (grads[k] ** 2 - state["s"][k])
        new_params[k] = params[k] - rate * new_v[k] / (np.sqrt(new_s[k]) + epsilon * root)
    return new_params, {"t": t, "s": new_s, "v": new_v}


@STYLES.append
def _(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    v, s, t = state["v"].copy(), state["s"].copy(), state["t"]
    t += 1
    params = params.copy()
    for k in params:
        v[k] = np.multiply(beta1, v[k]) + np.multiply(1 - beta1, grads[k])
        s[k] = np.multiply(beta2, s[k]) + np.multiply(1 - beta2, np.square(grads[k]))
        corrected = v[k] / (1 - beta1**t), s[k] / (1 - beta2**t)
        params[k] = params[k] - learning_rate * np.divide(
            corrected[0], np.add(corrected[1] ** 0.5, epsilon)
        )
    return params, {"v": v, "s": s, "t": float(t)}


@STYLES.append
def _(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    t = state["t"] + 1

    def one(p, g, v, s):
        v = beta1 * v + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        v_hat, s_hat = v / (1 - beta1**t), s / (1 - beta2**t)
        return p - learning_rate * v_hat / (s_hat**0.5 + epsilon), v, s

    p, v, s = {}, {}, {}
    for key in params:
        arrays = np.array(params[key], float), grads[key], state["v"][key], state["s"][key]
        results = np.array([one(*numbers) for numbers in zip(*map(np.ravel, arrays), strict=True)])
        p[key], v[key], s[key] = results.T.reshape(3, *params[key].shape)
    return p, {"v": v, "s": s, "t": t}


lesson.number_quiz(
    "adam_first_step",
    title="The first step",
    question=r"The defaults $\beta_1 = 0.9$, $\beta_2 = 0.999$, and a weight whose first gradient "
    "is 0.003. How many **learning rates** long is its first step? Answer with a number.",
    asks="a number of learning rates",
    right=(
        1,
        "At t = 1 the corrected averages are g and g^2: the step is g/|g|, one learning rate, "
        "whatever the gradient is.",
    ),
    wrong={
        0.003: "That would be gradient descent. What is g divided by?",
        3.162: "That is the step without any correction. What are v and s after theirs?",
        31.62: "That is the step when v is corrected and s is not. What is s / (1 - beta2)?",
        0.1: "v starts at 0.1 g. What does the correction make of it?",
        0.744: "That is the step when t is 2 already. Which t has the first update?",
    },
    hints=(
        "Compute v and s in the first update, for any gradient g.",
        "Now both corrected values. What is left of the two betas?",
        "What remains is g over the root of its square. How long is that?",
    ),
)

lesson.quiz(
    "adam_uncorrected",
    title="Without the correction",
    question="Leave the correction out: step with $v$ and $s$ as they are. The gradient stays "
    "constant. The steps of the first hundreds of updates are then",
    options={
        "a": (
            "shorter than with the correction, since $v$ starts too small",
            "v is too small, that is true. And what about the number that v is divided by?",
        ),
        "b": (
            "of the same length, since both averages lack the same",
            "Both lack something, but not the same share: after 12 steps v has reached 72 % of g. "
            "Which share of |g| has the root of s reached, with beta2 = 0.999?",
        ),
        "c": (
            "longer than with the correction",
            "Both averages start too low, and the one below the line lacks more: after 12 steps v "
            "has 72 % of its value and the root of s 11 %. The steps are up to 6.57 learning "
            "rates long.",
        ),
        "d": (
            "shorter at first, and longer after about ten updates",
            "The first step is 3.16 learning rates long already. Which of the two averages is the "
            "slow one, and which side of the fraction is it on?",
        ),
    },
    right="c",
    hints=(
        "Both averages start too low. One is above the line, the other below it, under a root.",
        "With 0.9 and 0.999 the first step is 0.1 g over the root of 0.001 g^2. How long is it?",
        "Then compare how many updates each of the averages needs to fill.",
    ),
)

lesson.number_quiz(
    "adam_counter",
    title="The counter",
    question="1437 digits, mini-batches of 64 (the last one smaller), a network with $W_1, b_1, "
    "W_2, b_2$. What is $t$ in the last update of the third epoch? Answer with a number.",
    asks="a whole number, the t of one update",
    right=(
        69,
        "t counts updates: 23 in an epoch, 69 in three. Neither epochs nor parameters nor "
        "examples matter.",
    ),
    wrong={
        3: "That counts epochs. When is an average moved on, once an epoch or once a mini-batch?",
        66: "22 full batches and one of 29 columns: does the small one make an update?",
        276: "That counts each of the four parameters. How many updates is one call of "
        "adam_update?",
        4311: "That counts examples. How many updates does a batch of 64 make?",
        68: "Which number has the first update in your count, and which in that of adam_update?",
        70: "What is t before the first update, and what is it in the first?",
        23: "That is one epoch. Does t start again with each?",
    },
    rtol=0.001,
    hints=(
        "t rises by one with every call of adam_update, that is, with every mini-batch.",
        "How many mini-batches has an epoch, the smaller one included?",
        "Does t start again when an epoch ends?",
    ),
)


# Three Adams to repair: the learner gets each with its bugs and repairs a copy.
REPAIR_HINTS = (
    "Read it beside your own adam_update, line by line. Which line does something else?",
    "The symptom says where to look: compute the odd quantity by hand for one weight at t = 1 and "
    "t = 2.",
)


@lesson.exercise(
    points=2,
    returns=("params", "state"),
    hints=(
        *REPAIR_HINTS,
        "The step is v over the root of s. At t = 1, how large is each of the four averages, "
        "corrected and not, for a gradient of 1?",
    ),
)
def repair_leaping_adam(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """The function leaping_adam, repaired."""
    new_params, v, s, v_hat, s_hat = {}, {}, {}, {}, {}
    t = state["t"] + 1
    for layer in range(1, len(params) // 2 + 1):
        W, b = f"W{layer}", f"b{layer}"
        v[W] = beta1 * state["v"][W] + (1 - beta1) * grads[W]
        v[b] = beta1 * state["v"][b] + (1 - beta1) * grads[b]
        s[W] = beta2 * state["s"][W] + (1 - beta2) * grads[W] ** 2
        s[b] = beta2 * state["s"][b] + (1 - beta2) * grads[b] ** 2
        v_hat[W], v_hat[b] = v[W] / (1 - beta1**t), v[b] / (1 - beta1**t)
        s_hat[W], s_hat[b] = s[W] / (1 - beta2**t), s[b] / (1 - beta2**t)
        new_params[W] = params[W] - learning_rate * v_hat[W] / (np.sqrt(s_hat[W]) + epsilon)
        new_params[b] = params[b] - learning_rate * v_hat[b] / (np.sqrt(s_hat[b]) + epsilon)
    return new_params, {"v": v, "s": s, "t": t}


repair_leaping_adam.cases(_cases)
W_LEAPS = ("np.sqrt(s_hat[W])", "np.sqrt(s[W])")
B_LEAPS = ("np.sqrt(s_hat[b])", "np.sqrt(s[b])")
repair_leaping_adam.mistake(
    "still_leaps",
    "It still leaps. Which of the quantities that are computed is never used?",
    W_LEAPS,
    B_LEAPS,
)
repair_leaping_adam.mistake(
    "biases_still_leap",
    "The weights are repaired and the biases still leap. Does each kind of parameter have a line "
    "of its own?",
    B_LEAPS,
)
repair_leaping_adam.mistake(
    "weights_still_leap",
    "The biases are repaired and the weights still leap. Does each kind of parameter have a line "
    "of its own?",
    W_LEAPS,
)
repair_leaping_adam.mistake(
    "no_correction",
    "You took the correction of v away as well: now both averages are used as they are. Which of "
    "the two was at fault?",
    W_LEAPS,
    B_LEAPS,
    ("v_hat[W] / (np", "v[W] / (np"),
    ("v_hat[b] / (np", "v[b] / (np"),
)
repair_leaping_adam.mistake(
    "symptom_treated",
    "A constant factor hides the missing correction: it is right at t = 1 only. What changes from "
    "step to step?",
    ("(np.sqrt(s_hat[W]) + epsilon)", "(np.sqrt(s[W] / (1 - beta2)) + epsilon)"),
    ("(np.sqrt(s_hat[b]) + epsilon)", "(np.sqrt(s[b] / (1 - beta2)) + epsilon)"),
)
repair_leaping_adam.mistake(
    "stores_the_corrected",
    "The step is right and the state now keeps the corrected s: the next update corrects it once "
    "more. What should the state remember?",
    ('"s": s,', '"s": s_hat,'),
)
repair_leaping_adam.mistake(
    "stores_both_corrected",
    "The step is right and the state now keeps both corrected averages: the next update corrects "
    "them once more. What should the state remember?",
    ('"v": v,', '"v": v_hat,'),
    ('"s": s,', '"s": s_hat,'),
)
repair_leaping_adam.mistake(
    "epsilon_moved_inside",
    "The leap is gone, and epsilon has moved into the root, where it counts like its own root: "
    "weights with tiny gradients hardly move. Where did it stand?",
    ("np.sqrt(s_hat[W]) + epsilon", "np.sqrt(s_hat[W] + epsilon)"),
    ("np.sqrt(s_hat[b]) + epsilon", "np.sqrt(s_hat[b] + epsilon)"),
    share=0.5,
)


@lesson.exercise(
    points=2,
    returns=("params", "state"),
    hints=(
        *REPAIR_HINTS,
        "All parameters move in one update. How often does that update need to be counted, and "
        "where in the function?",
    ),
)
def repair_uneven_adam(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """The function uneven_adam, repaired."""
    new_params, v, s = {}, {}, {}
    t = state["t"] + 1
    for key, g in grads.items():
        v[key] = beta1 * state["v"][key] + (1 - beta1) * g
        s[key] = beta2 * state["s"][key] + (1 - beta2) * g * g
        mean = v[key] / (1 - beta1**t)
        mean_square = s[key] / (1 - beta2**t)
        new_params[key] = params[key] - learning_rate * mean / (np.sqrt(mean_square) + epsilon)
    return new_params, {"v": v, "s": s, "t": t}


repair_uneven_adam.cases(_cases)
COUNT_IN_LOOP = ("        mean = v[key]", "        t += 1\n        mean = v[key]")
repair_uneven_adam.mistake(
    "still_uneven",
    "It is still uneven: b1 does not move as far as W1. Which quantity has another value for the "
    "second parameter?",
    FROM_OLD_T,
    COUNT_IN_LOOP,
)
repair_uneven_adam.mistake(
    "not_counted",
    "Now all parameters have the same t, and it never rises: in the first update it is 0. Who "
    "counts the updates?",
    FROM_OLD_T,
)
repair_uneven_adam.mistake(
    "counted_too_late",
    "Your t rises once, and only after it has been used: in the first correction it is 0. Which "
    "number has the first update?",
    FROM_OLD_T,
    ('"t": t}', '"t": t + 1}'),
)
repair_uneven_adam.mistake(
    "counted_before_and_inside",
    "Your t now rises before the loop and still inside it. How many updates is one call?",
    COUNT_IN_LOOP,
)
repair_uneven_adam.mistake(
    "only_the_stored_t",
    "The t that you give back is right; the corrections still see one that rises from parameter to "
    "parameter. Where is it used?",
    FROM_OLD_T,
    COUNT_IN_LOOP,
    ('"t": t}', '"t": state["t"] + 1}'),
)
repair_uneven_adam.mistake(
    "counted_per_layer",
    "W1 and b1 now agree, and the second layer is one ahead of them. How many updates is one call?",
    FROM_OLD_T,
    ("        mean = v[key]", '        t += key[0] == "W"\n        mean = v[key]'),
)
repair_uneven_adam.mistake(
    "always_one",
    "All parameters agree, on t = 1 in every update: the averages are corrected too much from the "
    "second call on. What does the state know about t?",
    ('t = state["t"] + 1', "t = 1"),
)
repair_uneven_adam.mistake(
    "counter_not_stored",
    "All parameters agree, and the t of the state stays what it was: the next call counts from "
    "the old one. Where does it find t?",
    ('"t": t}', '"t": state["t"]}'),
)


@lesson.exercise(
    points=3,
    returns=("params", "state"),
    hints=(
        *REPAIR_HINTS,
        "For the freezing: follow v and s of one weight through two calls. What does the second "
        "call find in the state?",
        "For the nan: v and s of an idle weight are 0. Write the step down with these numbers, and "
        "mind what Python divides first.",
    ),
)
def repair_freezing_adam(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """The function freezing_adam, repaired."""

    def average(old, new, beta):
        return beta * old + (1 - beta) * new

    new_params, v, s = {}, {}, {}
    t = state["t"] + 1
    for key in params:
        v[key] = average(state["v"][key], grads[key], beta1)
        s[key] = average(state["s"][key], grads[key] ** 2, beta2)
        v_hat = v[key] / (1 - beta1**t)
        s_hat = s[key] / (1 - beta2**t)
        step = learning_rate * (v_hat / (np.sqrt(s_hat) + epsilon))
        new_params[key] = params[key] - step
    return new_params, {"v": v, "s": s, "t": t}


repair_freezing_adam.cases(_cases)
V_STORED = ("v_hat = ", "v_hat = v[key] = ")
S_STORED = ("s_hat = ", "s_hat = s[key] = ")
EPSILON_LAST = ("(np.sqrt(s_hat) + epsilon)", "np.sqrt(s_hat) + epsilon")
repair_freezing_adam.mistake(
    "still_freezes_and_breaks",
    "It still freezes, and an idle weight still becomes nan. Take one symptom at a time: what does "
    "the second call find in the state?",
    V_STORED,
    S_STORED,
    EPSILON_LAST,
)
repair_freezing_adam.mistake(
    "still_freezes",
    "Idle weights are safe now, and it still freezes. What does the second call find in the state?",
    V_STORED,
    S_STORED,
)
repair_freezing_adam.mistake(
    "still_breaks",
    "It does not freeze any more, and an idle weight still becomes nan. What is 0 divided by in "
    "your step?",
    EPSILON_LAST,
)
repair_freezing_adam.mistake(
    "stores_the_corrected_v",
    "Your s is right and the state still keeps the corrected v: the next update corrects it once "
    "more. What should the state remember?",
    V_STORED,
)
repair_freezing_adam.mistake(
    "stores_the_corrected_s",
    "Your v is right and the state still keeps the corrected s: the next update corrects it once "
    "more. What should the state remember?",
    S_STORED,
)
repair_freezing_adam.mistake(
    "correction_removed",
    "Nothing is corrected twice any more, because nothing is corrected. Where are corrected "
    "values needed?",
    ("v[key] / (1 - beta1**t)", "v[key]"),
    ("s[key] / (1 - beta2**t)", "s[key]"),
)
repair_freezing_adam.mistake(
    "epsilon_inside_the_root",
    "Both symptoms are gone, with epsilon inside the root, as on the lecture slide: there it "
    "counts like its own root, and weights with tiny gradients hardly move. Where should it "
    "stand?",
    ("np.sqrt(s_hat) + epsilon", "np.sqrt(s_hat + epsilon)"),
    share=0.5,
)
repair_freezing_adam.mistake(
    "epsilon_removed",
    "It does not freeze any more; an idle weight still becomes nan, since your step has no epsilon "
    "at all. What was it there for?",
    ("(np.sqrt(s_hat) + epsilon)", "np.sqrt(s_hat)"),
)

for _exercise in (adam_update, repair_leaping_adam, repair_uneven_adam, repair_freezing_adam):
    _exercise.mistake(
        "works_in_place",
        "Your values are right, but the params or the state you were given changed. A copy of the "
        "outer dict still holds the same v and s inside. Who else may be using them?",
        share=0.8,
    )(_in_place)
    _exercise.mistake(
        "fails_on_integers",
        "With integer parameters your subtraction in place fails: NumPy does not put floats into "
        "an integer array. What would a new array do?",
        share=0.8,
    )(_into_integers)
    for _style in STYLES:
        _exercise.style(_style)

repair_leaping_adam.variant(
    "epsilon_hat",
    HAT,
    (
        "v_hat[W] / (np.sqrt(s_hat[W]) + epsilon)",
        "np.sqrt(1 - beta2**t) * v_hat[W] / (np.sqrt(s[W]) + epsilon)",
    ),
    (
        "v_hat[b] / (np.sqrt(s_hat[b]) + epsilon)",
        "np.sqrt(1 - beta2**t) * v_hat[b] / (np.sqrt(s[b]) + epsilon)",
    ),
)
repair_uneven_adam.variant(
    "epsilon_hat",
    HAT,
    (
        "mean / (np.sqrt(mean_square) + epsilon)",
        "np.sqrt(1 - beta2**t) * mean / (np.sqrt(s[key]) + epsilon)",
    ),
)
repair_freezing_adam.variant(
    "epsilon_hat",
    HAT,
    (
        "v_hat / (np.sqrt(s_hat) + epsilon)",
        "np.sqrt(1 - beta2**t) * v_hat / (np.sqrt(s[key]) + epsilon)",
    ),
)

lesson.number_quiz(
    "adam_second_moment",
    title="A constant gradient",
    question="A weight has the gradient 3 in every update, for a very long time. What is its "
    r"$s_{\text{corrected}}$? Answer with a number.",
    asks="a number, the value of s",
    right=(
        9,
        "s is the mean of g^2, and every g^2 is 9: a raw second moment, nothing is subtracted. "
        "The variance of a constant gradient would be 0, and Adam would divide by epsilon.",
    ),
    wrong={
        0: "That is the variance, the mean of (g - mean)^2. Which mean does s take?",
        3: "That is the root of it, the size of the gradient. s comes before the root.",
        0.009: "That is s before the correction, after the first update. And after a very long "
        "time?",
        1: "That is the step in learning rates. The question asks for s: what is it the mean of?",
        6: "That doubles the gradient. What does s average instead?",
    },
    hints=(
        "Write down what s is an average of.",
        "The correction takes away what the zero start did. What is the average of equal numbers?",
    ),
)

lesson.quiz(
    "adam_best",
    title="What may be said?",
    question="From this experiment, which statement may be made?",
    options={
        "a": (
            "Adam recognises more test digits than the others.",
            "Look at the test accuracies and at their scatter. Is Adam's the highest?",
        ),
        "b": (
            "Adam needs less than half of momentum's epochs.",
            "Compare the epochs of momentum, at its own learning rate, with those of Adam.",
        ),
        "c": (
            "Adam is far ahead, as the comparison at the usual rates 0.01 and 0.001 shows.",
            "In that comparison each optimizer had a rate that suits only one of them. What "
            "happened when each got its own?",
        ),
        "d": (
            "Adam is among the fastest in training cost, and no optimizer is clearly the best on "
            "the\n"
            "test digits.",
            "Adam and momentum needed about as many epochs, and the test accuracies differ by "
            "about as much as they scatter from seed to seed. One small data set cannot crown "
            "anybody.",
        ),
    },
    right="d",
    hints=(
        "Take the statements one by one and look for the printed line that each speaks of.",
        "How far apart are the test accuracies, and how far do the seeds of one optimizer scatter?",
        "A comparison counts when each has its own tuned rate. Which statements rest on one?",
    ),
)

lesson.quiz(
    "adam_batch_gradients",
    title="Which statement about Adam is wrong?",
    question="",
    options={
        "a": (
            "It adapts the step to each parameter.",
            "This one is true: each weight is divided by the root of its own s.",
        ),
        "b": (
            "It should be used with the gradients of the whole batch and not with mini-batches.",
            "Adam was made for stochastic gradients: both averages smooth what mini-batches make "
            "noisy. In your measurement it needed far fewer epochs with mini-batches.",
        ),
        "c": (
            "It combines the ideas of momentum and RMSprop.",
            "This one is true: the first average is momentum's, the second RMSprop's.",
        ),
        "d": (
            "Its learning rate usually needs tuning.",
            "This one is true: the defaults of the betas and of epsilon are rarely touched, the "
            "learning rate is.",
        ),
    },
    right="b",
    hints=(
        "Three of the four are said in this lesson. Look for the section that speaks of each.",
        "Which of them contradicts what the cell above printed?",
    ),
)
