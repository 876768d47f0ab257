"""Lesson 03, bias correction: references, cases, mistakes.

The average starts at v_0 = 0 and t counts updates from 1, as in the Adam paper (Kingma and Ba,
2015, Algorithm 1).
"""

from itertools import accumulate, count

import numpy as np

from autograder.inputs import series, temperatures
from autograder.lesson import Lesson
from optlab.checking.probe import Case
from optlab.data import LONDON

lesson = Lesson("03_bias_correction", title="Bias correction")


@lesson.exercise(
    points=1,
    returns=("corrected v",),
    hints=(
        "How much weight lies on the days so far? Lesson 2 measured it: 1 - beta**t.",
        "v is too low by just that factor. On day 1 with beta = 0.9 the factor is 0.1.",
        "Mind the parentheses: division comes before minus.",
    ),
)
def bias_correct(v, beta, t):
    """v without the bias of its zero start."""
    return v / (1 - beta**t)


@bias_correct.cases
def _(rng):
    yield Case({"v": 1.764, "beta": 0.98, "t": 2}, note="London's second day")
    yield Case({"v": 4.0, "beta": 0.9, "t": 1}, note="London's first day")
    for beta, t in ((0.35, 4), (float(rng.uniform(0.6, 0.95)), int(rng.integers(5, 40)))):
        v = float(rng.normal(30, 9))
        yield Case({"v": v, "beta": beta, "t": t}, note=f"beta = {beta:.4g} and t = {t}")
    cities = rng.integers(7, 30, size=2)
    yield Case({"v": cities, "beta": 0.75, "t": 3}, note="two cities in whole numbers")
    spread = rng.normal(size=(3, 4)) * np.logspace(-6, 1, 4)
    yield Case({"v": spread, "beta": float(rng.uniform(0.6, 0.95)), "t": 3}, note="a matrix")
    yield Case({"v": float(rng.normal(30, 9)), "beta": 0.0, "t": 4}, note="beta = 0")


DIVISOR = "(1 - beta**t)"

bias_correct.mistake(
    "not_corrected",
    "You give v back as it came. What share of the weight lies on the days so far?",
    (" / (1 - beta**t)", ""),
)
bias_correct.mistake(
    "counts_from_zero",
    "On day 1 you divide by 1 - beta**0, which is 0. Days count from 1, and t arrives already "
    "counted that way. Does it need a shift?",
    (DIVISOR, "(1 - beta ** (t - 1))"),
)
bias_correct.mistake(
    "one_day_ahead",
    "You correct day t as if it were day t + 1. On the first day t is 1. Does it need a shift?",
    (DIVISOR, "(1 - beta ** (t + 1))"),
)
bias_correct.mistake(
    "without_the_power",
    "You divide by 1 - beta on every day, as if it were always the first. What happens to the "
    "missing weight from day to day?",
    (DIVISOR, "(1 - beta)"),
)
bias_correct.mistake(
    "times_t",
    "You use 1 - beta * t, which is right on day 1 and soon negative. What happens to "
    "beta * beta * ... day after day?",
    (DIVISOR, "(1 - beta * t)"),
)
bias_correct.mistake(
    "division_before_minus",
    "Your result is v less beta**t: Python divides before it subtracts. What belongs together "
    "under the fraction line?",
    (DIVISOR, "1 - beta**t"),
)
bias_correct.mistake(
    "bitwise_xor",
    "A TypeError comes before any number. If the operator that it names is ^, that is no power in "
    "Python but a bitwise exclusive or. Which operator raises to a power?",
    (DIVISOR, "(1 - beta ^ t)"),
)
bias_correct.mistake(
    "power_of_the_difference",
    "You raise 1 - beta to the power t, which is right on day 1 only. Which part is raised to the "
    "power?",
    (DIVISOR, "(1 - beta) ** t"),
)
bias_correct.mistake(
    "multiplies",
    "Your corrected values are even lower than v. v is the true value times a factor; how do you "
    "get rid of a factor?",
    (" / (1", " * (1"),
)
bias_correct.mistake(
    "divides_by_what_is_missing",
    "You use beta**t, the weight that is still missing. How much weight has been given out?",
    (DIVISOR, "beta**t"),
)
bias_correct.mistake(
    "one_plus",
    "You use 1 + beta**t, which is larger than 1. Is v too low or too high at the start, and which "
    "divisor lifts it?",
    (DIVISOR, "(1 + beta**t)"),
)
bias_correct.mistake(
    "power_turned_round",
    "You compute t**beta, which is 1 on day 1. Which number is multiplied by itself every day?",
    (DIVISOR, "(1 - t**beta)"),
)
bias_correct.mistake(
    "always_day_two",
    "Your exponent is 2 on every day. Which argument says what day it is?",
    (DIVISOR, "(1 - beta**2)"),
)
bias_correct.family(
    "beta_fixed",
    "You divide by the same factor whatever beta is asked for. Where does the argument come in?",
    [(DIVISOR, f"(1 - {fixed}**t)") for fixed in (0.9, 0.98, 0.999)],
)
bias_correct.family(
    "rounded",
    "You round what you give back: of 44.5455 degrees some decimals are gone, and of a small "
    "value everything. Did anybody ask for fewer decimals?",
    [("v / (1 - beta**t)", f"np.round(v / (1 - beta**t), {places})") for places in range(4)],
)
bias_correct.mistake(
    "whole_number_division",
    "You cut off the decimals: London's second day gives 44 instead of 44.5455. What in your line "
    "does that?",
    (" / (1", " // (1"),
)
bias_correct.mistake(
    "divisor_only",
    "Your result does not depend on v: you give back a number that belongs under the fraction "
    "line. What is to be divided?",
    ("v / (1", "(1"),
)


@bias_correct.mistake(
    "works_in_place",
    "Your values are right, but the array v that you were given has changed, and the average goes "
    "on from it tomorrow. What would a new array do?",
    share=0.8,
)
def _(v, beta, t):
    v = np.asarray(v, dtype=float)
    v /= 1 - beta**t
    return v


@bias_correct.mistake(
    "fails_on_integers",
    "With an array of whole numbers your division in place fails: NumPy does not put decimals into "
    "an integer array. What would a new array do?",
    share=0.8,
)
def _(v, beta, t):
    v /= 1 - beta**t
    return v


@bias_correct.style
def _(v, beta, t):
    return np.divide(v, 1 - np.power(float(beta), t))


@bias_correct.style
def _(v, beta, t):
    weight = sum((1 - beta) * beta**k for k in range(t))
    return v / weight


@bias_correct.style
def _(v, beta, t):
    missing = 1.0
    for _ in range(t):
        missing *= beta
    return v * (1 / (1 - missing))


@bias_correct.style
def _(v, beta, t):
    corrected = np.array(v, dtype=float)
    corrected /= 1 - pow(beta, t)
    return corrected


@bias_correct.style
def _(v, beta, t):
    bias = beta**t
    return v + v * bias / (1 - bias)


@bias_correct.style
def _(v, beta, t):
    if np.ndim(v) == 0:
        return float(v) / (1 - beta**t)
    result = np.empty(np.shape(v))
    for index in np.ndindex(*result.shape):
        result[index] = v[index] / (1 - beta**t)
    return result


@lesson.exercise(
    points=4,
    returns=("corrected averages",),
    views_allowed=True,
    hints=(
        "Two things happen each day: v is updated as before, and a corrected copy is written down.",
        "The recursion goes on with the plain v. Only what you write down is divided.",
        "enumerate(theta, start=1) gives the day number t together with the temperature.",
    ),
)
def ewa_corrected(theta, beta):
    """The averages of a series from v_0 = 0, each corrected for the bias of that start."""
    v = 0.0
    corrected = []
    for t, theta_t in enumerate(theta, start=1):
        v = beta * v + (1 - beta) * theta_t
        corrected.append(v / (1 - beta**t))
    return np.array(corrected)


@ewa_corrected.cases
def _(rng):
    london = [LONDON[1], LONDON[2], LONDON[3]]
    yield series(london, 0.98, note="London's first days")
    betas = [float(x) for x in rng.uniform(0.6, 0.95, 3)]
    days = int(rng.integers(30, 50))
    yield series(temperatures(rng, days), betas[0], note=f"{days} days of spring")
    yield series(temperatures(rng, 12), float(rng.uniform(0.2, 0.45)), note="a short memory")
    spread = rng.normal(size=8) * np.logspace(-6, 1, 8)
    yield series(spread, float(rng.uniform(0.99, 0.999)), note="values of every size")
    yield series(rng.integers(30, 70, size=10), betas[1], note="whole numbers")
    yield series([float(rng.uniform(30, 60))], betas[2], note="a single day")


WRITE = "corrected.append(v / (1 - beta**t))"
UPDATE = "v = beta * v + (1 - beta) * theta_t"

ewa_corrected.mistake(
    "not_corrected",
    "Your curve is the purple one: nothing is corrected. What share of the weight lies on the days "
    "so far?",
    (WRITE, "corrected.append(v)"),
)
ewa_corrected.mistake(
    "stores_the_corrected",
    "Your recursion goes on from the corrected value: day 1 is as it should be, and day 2 starts "
    "from too high a v. Which v should tomorrow start from?",
    (UPDATE, "v = beta * (corrected[-1] if corrected else v) + (1 - beta) * theta_t"),
)
ewa_corrected.mistake(
    "without_the_power",
    "You divide by 1 - beta on every day, as if it were always the first. What happens to the "
    "missing weight from day to day?",
    (WRITE, "corrected.append(v / (1 - beta))"),
)
ewa_corrected.mistake(
    "one_day_ahead",
    "You correct day 1 as if it were day 2, and so on. From which number does t count?",
    ("start=1", "start=2"),
)
ewa_corrected.mistake(
    "final_t_for_all",
    "You divide every day by the divisor of the last day. Which t belongs to day 1?",
    (WRITE, "corrected.append(v / (1 - beta ** len(theta)))"),
)
ewa_corrected.mistake(
    "power_of_the_difference",
    "You raise 1 - beta to the power t, which is right on day 1 only. Which part is raised to the "
    "power?",
    ("(1 - beta**t)", "(1 - beta) ** t"),
)
ewa_corrected.mistake(
    "times_t",
    "Your divisor is 1 - beta * t, which is right on day 1 and soon negative. What happens to "
    "beta * beta * ... day after day?",
    (WRITE, "corrected.append(v / (1 - beta * t))"),
)
ewa_corrected.mistake(
    "division_before_minus",
    "Your values are v less beta**t: Python divides before it subtracts. What belongs together "
    "under the fraction line?",
    ("(1 - beta**t)", "1 - beta**t"),
)
ewa_corrected.mistake(
    "multiplies",
    "Your corrected curve is lower than the uncorrected one. v is the true value times a factor; "
    "how do you get rid of a factor?",
    ("v / (1", "v * (1"),
)
ewa_corrected.mistake(
    "corrected_twice",
    "The correction is there twice in yours. How often is v too low by the factor 1 - beta**t?",
    (WRITE, "corrected.append(v / (1 - beta**t) ** 2)"),
)
ewa_corrected.mistake(
    "starts_at_the_first_day",
    "Your v starts at theta_1 and is divided as well: two remedies for one bias. Which v_0 does "
    "the division put right?",
    ("v = 0.0", "v = theta[0]"),
)
ewa_corrected.mistake(
    "starts_at_the_first_day_instead",
    "You start v at theta_1 and correct nothing: another remedy, but day 1 then keeps most of the "
    "weight for a long time. What is the remedy asked for?",
    ("v = 0.0", "v = theta[0]"),
    (WRITE, "corrected.append(v)"),
)
ewa_corrected.mistake(
    "weights_swapped",
    "The correction is fine, but your average runs after every single day. Which of the two "
    "weights belongs to the past?",
    (UPDATE, "v = (1 - beta) * v + beta * theta_t"),
)
ewa_corrected.mistake(
    "today_at_full_weight",
    "Today comes in with the full weight 1 in your recursion. What must the two weights add up to?",
    (UPDATE, "v = beta * v + theta_t"),
)
ewa_corrected.mistake(
    "only_the_last",
    "You give back the last value only; a curve needs one for each day. Where could you keep the "
    "others?",
    ("return np.array(corrected)", "return corrected[-1]"),
)
ewa_corrected.mistake(
    "only_the_first",
    "You give back the first value only. How many days does your function see before it ends?",
    ("return np.array(corrected)", "return corrected[0]"),
)
ewa_corrected.mistake(
    "only_the_first_day_corrected",
    "You correct day 1 and leave the others as they are. On which days is v too low?",
    (WRITE, "corrected.append(v / (1 - beta**t) if t == 1 else v)"),
)
ewa_corrected.mistake(
    "start_included",
    "You give back one value too many, a 0 before the first day. Which value belongs to day 1?",
    ("corrected = []", "corrected = [0.0]"),
)
ewa_corrected.family(
    "beta_fixed",
    "Your averages are the same whatever beta is asked for. Where does the argument come in?",
    [
        (UPDATE, f"beta = {fixed}\n        v = beta * v + (1 - beta) * theta_t")
        for fixed in (0.9, 0.98)
    ],
)


@ewa_corrected.mistake(
    "counts_from_zero",
    "Your first day is infinite or nan: at t = 0 the divisor 1 - beta**0 is 0. From which number "
    "do days count?",
)
def _(theta, beta):
    v = 0.0
    corrected = []
    for t, theta_t in enumerate(theta):
        v = beta * v + (1 - beta) * float(theta_t)
        with np.errstate(divide="ignore", invalid="ignore"):
            corrected.append(np.float64(v) / (1 - beta**t))
    return np.array(corrected)


@ewa_corrected.mistake(
    "divides_by_what_is_missing",
    "You divide by beta**t, which goes to 0, so that your curve explodes. How much of the weight "
    "has been given out by day t?",
)
def _(theta, beta):
    v = 0.0
    corrected = []
    for t, theta_t in enumerate(theta, start=1):
        v = beta * v + (1 - beta) * theta_t
        with np.errstate(divide="ignore", invalid="ignore"):
            corrected.append(np.float64(v) / beta**t)
    return np.array(corrected)


@ewa_corrected.mistake(
    "cumulative_mean",
    "Yours is the plain mean of all days so far: close to the corrected curve on the first days, "
    "but beta does not appear. What happens to a day's weight as it gets older?",
)
def _(theta, beta):
    return np.cumsum(theta) / np.arange(1, len(theta) + 1)


@ewa_corrected.mistake(
    "fails_on_integers",
    "With whole-number temperatures your averages lose their decimals: an array made like theta "
    "holds whole numbers only. Which dtype do averages need?",
    share=0.8,
)
def _(theta, beta):
    v = 0.0
    corrected = np.zeros_like(theta)
    for t in range(1, len(theta) + 1):
        v = beta * v + (1 - beta) * theta[t - 1]
        corrected[t - 1] = v / (1 - beta**t)
    return corrected


@ewa_corrected.mistake(
    "recursion_in_integers",
    "With whole-number temperatures each v is cut to a whole number and the next one is built on "
    "that. Which dtype has an array that is made like theta?",
    share=0.8,
)
def _(theta, beta):
    v = np.zeros_like(theta)
    v[0] = (1 - beta) * theta[0]
    for t in range(1, len(theta)):
        v[t] = beta * v[t - 1] + (1 - beta) * theta[t]
    return v / (1 - beta ** np.arange(1, len(theta) + 1))


@ewa_corrected.mistake(
    "works_in_place",
    "Your values are right, but theta, which you were given, now holds the averages. How would you "
    "plot the temperatures beside them?",
    share=0.8,
)
def _(theta, beta):
    theta = np.asarray(theta, dtype=float)
    v = 0.0
    for t in range(1, len(theta) + 1):
        v = beta * v + (1 - beta) * theta[t - 1]
        theta[t - 1] = v / (1 - beta**t)
    return theta


@ewa_corrected.style
def _(theta, beta):
    v = np.zeros(len(theta))
    for t in range(len(theta)):
        v[t] = beta * v[t - 1] + (1 - beta) * theta[t]
    return v / (1 - beta ** np.arange(1, len(theta) + 1))


@ewa_corrected.style
def _(theta, beta):
    v, missing, corrected = 0, 1, []
    for temperature in theta:
        v += (1 - beta) * (temperature - v)
        missing *= beta
        corrected.append(v / (1 - missing))
    return corrected


@ewa_corrected.style
def _(theta, beta):
    above, below, corrected = 0.0, 0.0, []  # weighted sum over sum of weights
    for temperature in theta:
        above = beta * above + temperature
        below = beta * below + 1
        corrected.append(above / below)
    return np.array(corrected)


@ewa_corrected.style
def _(theta, beta):
    days = range(1, len(theta) + 1)
    weights = [beta ** np.arange(t - 1, -1, -1.0) for t in days]
    return np.array([np.average(theta[:t], weights=w) for t, w in zip(days, weights, strict=True)])


@ewa_corrected.style
def _(theta, beta):
    v = accumulate((1 - beta) * np.asarray(theta), lambda v, x: beta * v + x)
    return np.array([x / (1 - beta**t) for x, t in zip(v, count(1), strict=False)])


@ewa_corrected.style
def _(theta, beta):
    estimate, estimates = 0.0, []
    for t, temperature in enumerate(theta, 1):
        share = (1 - beta) / (1 - beta**t)
        estimate = (1 - share) * estimate + share * temperature
        estimates.append(np.float64(estimate))
    return np.asarray(estimates)


lesson.quiz(
    "bias_two_days",
    title="Two days",
    question=r"On both of the first two days it is 10 °C. With $v_0 = 0$ and $\beta = 0.5$: what "
    r"are $v_2$ and the corrected $\hat v_2$?",
    options={
        "a": (
            r"$v_2 = 7.5$ and $\hat v_2 = 15$",
            "7.5 is right. It was divided by 1 - beta = 0.5, the divisor of day 1. What is "
            "beta**2?",
        ),
        "b": (
            r"$v_2 = 10$ and $\hat v_2 = 10$",
            "An average that starts at 0 has not arrived at 10 after two days. What is v_1?",
        ),
        "c": (
            r"$v_2 = 7.5$ and $\hat v_2 = 10$",
            "v_1 = 0.5 * 10 = 5 and v_2 = 0.5 * 5 + 0.5 * 10 = 7.5; divided by 1 - 0.25 that is "
            "10, as an average of 10 and 10 should be.",
        ),
        "d": (
            r"$v_2 = 7.5$ and $\hat v_2 = 5.625$",
            "7.5 is right. Multiplied by 0.75 it becomes lower still: should an average of 10 and "
            "10 be below 7.5?",
        ),
    },
    right="c",
    hints=(
        "Write down v_1 first: it is half of 10.",
        "v_2 is half of v_1 and half of 10 again. Which share of the weight is on the two days?",
        "If it has been 10 degrees all the time, what should a good average say?",
    ),
)


@lesson.exercise(
    points=4,
    returns=("steps",),
    hints=(
        "After t steps the share beta**t of the weight is missing. It only gets smaller.",
        "Start at t = 1 and count up while the missing share is larger than the tolerance.",
        "With logarithms: beta**t = tolerance at t = log(tolerance) / log(beta). The first whole "
        "step at or after that is the answer.",
    ),
)
def steps_until_unbiased(beta, tolerance):
    """The first t at which the missing share, beta**t, is at most tolerance."""
    t = 1
    while beta**t > tolerance:
        t += 1
    return t


def _share_missing(beta, t, fraction):
    """A tolerance that is crossed `fraction` of a step before t: no answer hangs on rounding."""
    return float(beta ** (t - fraction))


@steps_until_unbiased.cases
def _(rng):
    yield Case({"beta": 0.9, "tolerance": 0.05}, note="beta = 0.9 and five percent")
    yield Case({"beta": 0.999, "tolerance": 0.01}, note="beta = 0.999 and one percent")
    met = float(rng.uniform(0.92, 0.97))
    yield Case({"beta": 0.9, "tolerance": met}, note="a tolerance met at once")
    first = int(rng.integers(3, 12))
    for t, (beta, fraction) in enumerate(((0.35, 0.4), (0.97, 0.8), (0.75, 0.3)), start=first):
        tolerance = _share_missing(beta, t, fraction)
        yield Case({"beta": beta, "tolerance": tolerance}, note=f"beta = {beta}")


COUNT = "while beta**t > tolerance:"

steps_until_unbiased.mistake(
    "one_step_early",
    "You give back a step at which too much is still missing. Is the last step before the line "
    "asked for, or the first one beyond it?",
    ("return t", "return t - 1"),
    share=0.5,
)
steps_until_unbiased.mistake(
    "one_step_late",
    "You are one step late: the step before was good enough already. From which t do you start, "
    "and when do you stop?",
    ("return t", "return t + 1"),
)
steps_until_unbiased.mistake(
    "tolerance_turned_round",
    "A tolerance of 0.05 makes you stop when 5 % of the weight are there. Is it the share that may "
    "be missing, or the share that must be there?",
    ("> tolerance", "> 1 - tolerance"),
)
steps_until_unbiased.mistake(
    "weight_of_one_day",
    "You wait until the weight of a single day is small, which comes too early. Which power alone "
    "is the share that is missing?",
    ("beta**t > tolerance", "(1 - beta) * beta**t > tolerance"),
)
steps_until_unbiased.mistake(
    "power_of_the_difference",
    "The missing share shrinks by the factor 1 - beta a step in yours. By which factor does it "
    "shrink?",
    ("beta**t > tolerance", "(1 - beta) ** t > tolerance"),
)
steps_until_unbiased.family(
    "beta_fixed",
    "You count the same steps whatever beta is asked for. Where does the argument come in?",
    [("beta**t >", f"{fixed}**t >") for fixed in (0.9, 0.98, 0.999)],
)
steps_until_unbiased.mistake(
    "rule_of_thumb",
    "You give back 1 / (1 - beta), when about a third of the weight is missing. Where does the "
    "tolerance come in?",
    ("return t", "return 1 / (1 - beta)"),
)
steps_until_unbiased.mistake(
    "ten_steps",
    "You give back 10, whatever is asked. It is often said, and at beta = 0.9 a share of 0.349 is "
    "missing then. Is that within a tolerance of 0.05?",
    ("return t", "return 10"),
)
steps_until_unbiased.mistake(
    "linear",
    "In yours each step brings 1 - beta of the weight, so that all is there after 10 steps of 0.9. "
    "Does the tenth step bring as much as the first?",
    (COUNT, "while 1 - t * (1 - beta) > tolerance:"),
)
steps_until_unbiased.mistake(
    "not_a_whole_step",
    "You give back 28.43 steps. Which is the first whole step at which at most 0.05 is missing?",
    ("return t", "return np.log(tolerance) / np.log(beta)"),
    share=0.5,
)
steps_until_unbiased.mistake(
    "rounded_to_the_nearest",
    "28.43 becomes 28 in yours, where 5.2 % are still missing. In which direction must a first "
    "step that is good enough be rounded?",
    ("return t", "return max(1, round(np.log(tolerance) / np.log(beta)))"),
    share=0.5,
)
steps_until_unbiased.mistake(
    "logarithms_turned_round",
    "The smaller the tolerance, the fewer steps you count; it should be the other way round. "
    "beta**t = tolerance; what is t?",
    ("return t", "return int(np.ceil(np.log(beta) / np.log(tolerance)))"),
)
steps_until_unbiased.mistake(
    "tolerance_in_per_cent",
    "You take the tolerance for percent: 0.05 for 0.05 %. What share is 0.05?",
    ("> tolerance", "> tolerance / 100"),
)
steps_until_unbiased.mistake(
    "share_left",
    "You give back a share, not a number of steps. Which of your variables counts?",
    ("return t", "return beta**t"),
)


@steps_until_unbiased.style
def _(beta, tolerance):
    return max(1, int(np.ceil(np.log(tolerance) / np.log(beta))))


@steps_until_unbiased.style
def _(beta, tolerance):
    weight, t = 0.0, 0
    while weight < 1 - tolerance:
        t += 1
        weight += (1 - beta) * beta ** (t - 1)
    return t


@steps_until_unbiased.style
def _(beta, tolerance):
    return next(t for t in count(1) if beta**t <= tolerance)


@steps_until_unbiased.style
def _(beta, tolerance):
    t, missing = 1, beta
    while not missing <= tolerance:
        missing *= beta
        t = t + 1
    return np.int64(t)


@steps_until_unbiased.style
def _(beta, tolerance):
    missing = beta ** np.arange(1, 10_000)
    return np.argmax(missing <= tolerance) + 1


@steps_until_unbiased.style
def _(beta, tolerance):
    return np.maximum(1.0, np.ceil(np.log2(tolerance) / np.log2(beta)))


lesson.number_quiz(
    "bias_beta_999",
    title="The beginning of Adam",
    question=r"Adam's second average has $\beta_2 = 0.999$. After how many steps is at most 1 % "
    "of its weight missing? Answer with the number of steps (half a percent more or less does not "
    "matter).",
    asks="a number of steps",
    right=(
        4603,
        "0.999**t falls to 0.01 at t = log 0.01 / log 0.999 = 4602.9. An average with so long a "
        "memory is biased for thousands of steps, which is why Adam corrects it.",
    ),
    wrong={
        1000: "That is 1/(1 - beta); there 0.999**1000 = 37 % are still missing.",
        44: "That is the answer for beta = 0.9. By what is the missing share multiplied each step?",
        10: "After ten steps of 0.999 about 1 % is there and 99 % are missing. It is the other "
        "way.",
        11: "After eleven steps 1 % is there and 99 % are missing. It is the other way round.",
        2302: "There 0.999**t is 0.1: ten percent are missing, not one.",
        229: "That is beta = 0.98. One more look at the number of nines.",
        100: "After 100 steps 0.999**100 = 90 % are still missing. Which power of 0.999 is 0.01?",
        6905: "There 0.999**t is 0.001: a tenth of a percent is missing. Asked is one percent.",
    },
    rtol=0.005,
    hints=(
        "0.999**t is to be 0.01. Take the logarithm of both sides.",
        "log(0.01) is -4.605 and log(0.999) is -0.0010005.",
    ),
)

lesson.quiz(
    "bias_uncorrected_adam",
    points=2,
    title="Adam without correction",
    question=r"Leave out both corrections in Adam, with $\beta_1 = 0.9$ and $\beta_2 = 0.999$. "
    "The gradient is constant. How long is the **first step**, compared with that of the "
    "corrected Adam?",
    options={
        "a": (
            "ten times shorter",
            "The first average is too low by the factor 0.1, that is right. But the step is "
            "divided by the root of the second average. By what factor is that too low?",
        ),
        "b": (
            "equally long",
            "The two biases cancel only if 1 - beta1 is the root of 1 - beta2. Is 0.1 the root of "
            "0.001?",
        ),
        "c": (
            "a hundred times longer",
            "0.1 over 0.001 would be 100 without the root. What does Adam take the root of?",
        ),
        "d": (
            "about three times longer",
            "0.1 over the root of 0.001 is 3.16: the root of the second average is even further "
            "too low than the first one, and it stands below the line.",
        ),
    },
    right="d",
    hints=(
        "With a constant gradient g both corrected averages are exact, so the corrected step is 1.",
        "Without correction v_1 = 0.1 g and s_1 = 0.001 g*g. What is v / sqrt(s)?",
    ),
)

lesson.quiz(
    "bias_who_corrects",
    title="True or false?",
    question='"Bias correction is usually not implemented." This is',
    options={
        "a": (
            "true for momentum and true for Adam",
            "True for momentum. Look at the step of Adam in section 5: what are the two hats?",
        ),
        "b": (
            "true for momentum, false for Adam",
            "Momentum is usually left uncorrected; for Adam the correction is part of Algorithm 1 "
            "of the paper, and the libraries have it.",
        ),
        "c": (
            "false for momentum, true for Adam",
            "The other way round. Which of the two divides by the root of an average?",
        ),
        "d": (
            "false for momentum and false for Adam",
            "Plain momentum has no correction, in PyTorch for one. What does that do to its first "
            "steps?",
        ),
    },
    right="b",
    hints=(
        "In section 5, which of the two steps has hats on its averages?",
        "For which of the two did the figure show steps that were far too long?",
    ),
)


# A bug to find: two cures for one illness.


@lesson.exercise(
    points=2,
    returns=("corrected averages",),
    hints=(
        "Calculate day 1 by hand, with beta = 0.9 and a first value of 60.6.",
        "The correction divides by the weight that the values have so far. How much of it did the "
        "start already give?",
        "It reckons with a start at zero. With which one does the loop begin?",
    ),
)
def repair_double_start(theta, beta):
    """The function double_start, repaired."""
    v = 0.0
    corrected = np.zeros(len(theta))
    for t, value in enumerate(theta, start=1):
        v = beta * v + (1 - beta) * value
        corrected[t - 1] = v / (1 - beta**t)
    return corrected


@repair_double_start.cases
def _(rng):
    yield series([40.0, 49.0, 45.0], 0.9, note="London's first days")
    yield series(temperatures(rng, 40), float(rng.uniform(0.85, 0.95)), note="forty days")
    yield series(rng.normal(0, 1, 8), 0.999, note="a long memory and a few values")
    yield series(rng.normal(5, 1, 6), 0.0, note="beta = 0")
    yield series([float(rng.uniform(1, 9))], 0.5, note="a single value")
    yield series(rng.integers(30, 70, size=10), 0.8, note="whole numbers")


TWO_STARTS = ("v = 0.0", "v = theta[0]")
CORRECTED = "v / (1 - beta**t)"
repair_double_start.mistake(
    "still_cured_twice",
    "Your first days are still far too high: the average starts at the first value, and is then "
    "divided as if it had started at zero. Which of the two cures is asked for?",
    TWO_STARTS,
)
repair_double_start.mistake(
    "the_other_cure",
    "Day 1 is right, and afterwards the first value weighs too much: you start there and have "
    "taken the correction away. Which start does the docstring ask for?",
    TWO_STARTS,
    (CORRECTED, "v"),
)
repair_double_start.mistake(
    "no_cure",
    "Now neither cure is left: the average starts at zero and stays too low for some time. What "
    "repairs that?",
    (CORRECTED, "v"),
)
repair_double_start.mistake(
    "counts_from_zero",
    "Your first day is divided by 1 - beta to the power of 0. Which number has the first day?",
    (CORRECTED, "v / (1 - beta ** (t - 1))"),
)
repair_double_start.mistake(
    "one_day_ahead",
    "Your days are corrected too little: each is divided as if it were the next. Which number has "
    "the first day?",
    (CORRECTED, "v / (1 - beta ** (t + 1))"),
)
repair_double_start.mistake(
    "first_day_only",
    "You divide by 1 - beta on every day: that is right for day 1. What changes from day to day?",
    (CORRECTED, "v / (1 - beta)"),
)
repair_double_start.mistake(
    "corrected_goes_back",
    "The corrected average goes back into the recursion and is corrected again on the next day. "
    "What does the recursion remember?",
    ("corrected[t - 1] = v /", "v = corrected[t - 1] = v /"),
)
repair_double_start.mistake(
    "multiplied",
    "You multiply by the weight that the values have so far. Averages that are too low become "
    "lower. Which way must it go?",
    (CORRECTED, "v * (1 - beta**t)"),
)
repair_double_start.mistake(
    "fails_on_integers",
    "With whole-number temperatures your averages lose their decimals: an array made like theta "
    "holds whole numbers only. Which dtype do averages need?",
    ("np.zeros(len(theta))", "np.zeros_like(theta)"),
    share=0.8,
)


@repair_double_start.style
def _(theta, beta):
    v, result = 0.0, []
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        result.append(v / (1 - beta ** (t + 1)))
    return np.array(result)


@repair_double_start.style
def _(theta, beta):
    total, weight, result = 0.0, 0.0, []
    for value in theta:
        total = beta * total + value
        weight = beta * weight + 1
        result.append(total / weight)
    return np.array(result)


@repair_double_start.style
def _(theta, beta):
    days = np.arange(len(theta))
    weights = np.tril(float(beta) ** np.abs(days[:, None] - days))
    return weights @ np.asarray(theta) / weights.sum(axis=1)
