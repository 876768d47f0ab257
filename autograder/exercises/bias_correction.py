"""Lesson 03, bias correction: references, cases, mistakes.

The average starts at v_0 = 0 and t counts updates from 1, as in the Adam paper (Kingma and Ba,
2015, Algorithm 1).
"""

from itertools import accumulate, count

import numpy as np

from autograder.exercise import Lesson
from optlab.checking.probe import Case
from optlab.data import LONDON

lesson = Lesson("03_bias_correction", title="Bias correction", minutes=40)


@lesson.exercise(
    points=3,
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
    yield Case({"v": 4.0, "beta": 0.9, "t": 1}, note="London's first day")
    yield Case({"v": 1.764, "beta": 0.98, "t": 2}, note="London's second day")
    cities = np.array([7, 14])
    yield Case({"v": cities, "beta": 0.5, "t": 3}, note="two cities in whole numbers")
    for beta, t in ((0.9, 5), (0.98, 30), (0.999, 7), (0.35, 4)):
        v = float(rng.normal(30, 9))
        yield Case({"v": v, "beta": beta, "t": t}, note=f"beta = {beta} and t = {t}")
    yield Case({"v": 12.5, "beta": 0.0, "t": 4}, note="beta = 0")
    yield Case({"v": 55.5, "beta": 0.9, "t": 1000}, note="a thousand days")
    spread = rng.normal(size=(3, 4)) * np.logspace(-2, 1, 4)
    yield Case({"v": spread, "beta": 0.9, "t": 3}, note="a matrix")
    yield Case({"v": 1e-6 * spread, "beta": 0.95, "t": 6}, note="tiny values")
    yield Case({"v": np.zeros(3), "beta": 0.9, "t": 2}, note="zeros")


DIVISOR = "(1 - beta**t)"

bias_correct.mistake(
    "not_corrected",
    "You give v back as it came: London's first day stays at 4 degrees instead of 40. What share "
    "of the weight lies on the days so far?",
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
    "You correct day t as if it were day t + 1: London's first day becomes 21 instead of 40. "
    "On the first day t is 1. Does it need a shift?",
    (DIVISOR, "(1 - beta ** (t + 1))"),
)
bias_correct.mistake(
    "without_the_power",
    "Right on day 1 only: London's day 2 with beta = 0.98 becomes 88.2, about twice too much. What "
    "happens to the missing weight from day to day?",
    (DIVISOR, "(1 - beta)"),
)
bias_correct.mistake(
    "times_t",
    "Right on day 1 only: your divisor is 1 - beta * t, and for day 2 with beta = 0.98 it is "
    "negative. What happens to beta * beta * ... day after day?",
    (DIVISOR, "(1 - beta * t)"),
)
bias_correct.mistake(
    "division_before_minus",
    "London's first day becomes 3.1 instead of 40: Python computes v / 1 first and then takes "
    "beta**t away. What belongs together?",
    (DIVISOR, "1 - beta**t"),
)
bias_correct.mistake(
    "bitwise_xor",
    "A TypeError comes before any number. If it names ^: in Python that is not a power but a "
    "bitwise exclusive or. Which operator raises to a power?",
    (DIVISOR, "(1 - beta ^ t)"),
)
bias_correct.mistake(
    "power_of_the_difference",
    "Right on day 1 only: you raise 1 - beta to the power t, and London's day 2 becomes 4410 "
    "degrees. Which part is raised to the power?",
    (DIVISOR, "(1 - beta) ** t"),
)
bias_correct.mistake(
    "multiplies",
    "Your corrected values are even lower: London's first day becomes 0.4. v is the true value "
    "times 1 - beta**t; how do you get rid of a factor?",
    (" / (1", " * (1"),
)
bias_correct.mistake(
    "divides_by_what_is_missing",
    "You divide by beta**t, the weight that is still missing: 4.4 on London's first day instead of "
    "40. How much weight has been given out?",
    (DIVISOR, "beta**t"),
)
bias_correct.mistake(
    "one_plus",
    "Your divisor is larger than 1, so v gets smaller still: 2.1 on London's first day. Is v too "
    "low or too high at the start?",
    (DIVISOR, "(1 + beta**t)"),
)
bias_correct.mistake(
    "power_turned_round",
    "You compute t**beta. On day 1 that is 1 and the divisor 0. Which number is multiplied by "
    "itself every day?",
    (DIVISOR, "(1 - t**beta)"),
)
bias_correct.mistake(
    "always_day_two",
    "Your exponent is 2 on every day: London's first day becomes 21. Which argument says what day "
    "it is?",
    (DIVISOR, "(1 - beta**2)"),
)
bias_correct.mistake(
    "beta_fixed",
    "You use 0.9 whatever beta is asked for: with 0.98 day 2 becomes 9.3. Where does the argument "
    "come in?",
    (DIVISOR, "(1 - 0.9**t)"),
)
bias_correct.mistake(
    "divisor_only",
    "You give back the one number 1 - beta**t, which is the divisor. What is to be divided by it?",
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


def _series(theta, beta, **settings):
    return Case({"theta": np.array(theta), "beta": beta}, **settings)


def _temperatures(rng, days):
    """A made-up spring: warming, with noise."""
    return 45 + 0.3 * np.arange(days) + rng.normal(0, 6, days)


@ewa_corrected.cases
def _(rng):
    london = [LONDON[1], LONDON[2], LONDON[3]]
    yield _series(london, 0.98, note="London's first days")
    yield _series([30, 60, 50], 0.6, note="whole numbers")
    yield _series([40.0, 40.0, 40.0, 40.0], 0.9, note="a constant temperature")
    yield _series(_temperatures(rng, 40), 0.9, note="forty days of spring")
    yield _series(_temperatures(rng, 30), 0.98, note="a long memory")
    yield _series(_temperatures(rng, 12), 0.35, note="a short memory")
    yield _series(_temperatures(rng, 6), 0.0, note="beta = 0")
    yield _series(rng.normal(size=8) * np.logspace(-2, 1, 8), 0.999, note="values of every size")
    yield _series(1e-6 * rng.normal(size=9), 0.9, note="tiny values")
    yield _series([0.0, 0.0, 0.0, 100.0, 0.0, 0.0], 0.83, note="zeros and then a spike")
    yield _series(rng.integers(30, 70, size=10), 0.9, note="more whole numbers")
    yield _series([float(rng.uniform(30, 60))], 0.9, note="a single day")


WRITE = "corrected.append(v / (1 - beta**t))"
UPDATE = "v = beta * v + (1 - beta) * theta_t"

ewa_corrected.mistake(
    "not_corrected",
    "Your curve is the purple one: London starts at 0.8 degrees with beta = 0.98. What share of "
    "the weight lies on the days so far?",
    (WRITE, "corrected.append(v)"),
)
ewa_corrected.mistake(
    "stores_the_corrected",
    "Your day 2 in London is wrong though day 1 is right: the recursion went on from the corrected "
    "40, which had been 0.8. Which v should tomorrow start from?",
    (UPDATE, "v = beta * (corrected[-1] if corrected else v) + (1 - beta) * theta_t"),
)
ewa_corrected.mistake(
    "without_the_power",
    "Right on day 1 only: your constant 40 is 76 on day 2 with beta = 0.9. What happens to the "
    "missing weight from day to day?",
    (WRITE, "corrected.append(v / (1 - beta))"),
)
ewa_corrected.mistake(
    "one_day_ahead",
    "You correct day 1 as if it were day 2: London starts at 20.2 instead of 40. From which number "
    "does t count?",
    ("start=1", "start=2"),
)
ewa_corrected.mistake(
    "final_t_for_all",
    "You divide every day by the divisor of the last one, so your first day stays far too low. "
    "Which t belongs to day 1?",
    (WRITE, "corrected.append(v / (1 - beta ** len(theta)))"),
)
ewa_corrected.mistake(
    "power_of_the_difference",
    "Right on day 1 only: you raise 1 - beta to the power t, and your constant 40 is 760 on day 2. "
    "Which part is raised to the power?",
    ("(1 - beta**t)", "(1 - beta) ** t"),
)
ewa_corrected.mistake(
    "times_t",
    "Right on day 1 only: your divisor is 1 - beta * t, below zero from day 2 on with 0.9. What "
    "happens to beta * beta * ... day after day?",
    (WRITE, "corrected.append(v / (1 - beta * t))"),
)
ewa_corrected.mistake(
    "division_before_minus",
    "Your constant 40 starts at 3.1: Python computes v / 1 first and then takes beta**t away. What "
    "belongs together?",
    ("(1 - beta**t)", "1 - beta**t"),
)
ewa_corrected.mistake(
    "multiplies",
    "Your corrected curve is lower than the uncorrected one: a constant 40 starts at 0.4. How do "
    "you get rid of a factor 1 - beta**t?",
    ("v / (1", "v * (1"),
)
ewa_corrected.mistake(
    "corrected_twice",
    "Your constant 40 starts at 400 with beta = 0.9: the correction is there twice. How often is v "
    "too low by the factor 1 - beta**t?",
    (WRITE, "corrected.append(v / (1 - beta**t) ** 2)"),
)
ewa_corrected.mistake(
    "starts_at_the_first_day",
    "Your v starts at theta_1 and is then divided as well: two remedies, and London begins at 2000 "
    "degrees. Which v_0 does the division put right?",
    ("v = 0.0", "v = theta[0]"),
)
ewa_corrected.mistake(
    "starts_at_the_first_day_instead",
    "You start v at theta_1 and correct nothing: another remedy, but London's day 2 is 40.2 "
    "instead of 44.5, as day 1 keeps nearly all the weight. What is the remedy asked for?",
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
    "Your constant 40 becomes 400 with beta = 0.9 and stays there: today comes in with the full "
    "weight 1. What must the two weights add up to?",
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
    "You give back the first value only: the function returns on its first day. To which block "
    "does the indentation of your return belong?",
    ("return np.array(corrected)", "return corrected[0]"),
)
ewa_corrected.mistake(
    "only_the_first_day_corrected",
    "Day 1 is right and then your curve drops: London's day 2 is 1.8. On which days is v too low?",
    (WRITE, "corrected.append(v / (1 - beta**t) if t == 1 else v)"),
)
ewa_corrected.mistake(
    "start_included",
    "You give back one value too many: four for three days. Which value belongs to the first day?",
    ("corrected = []", "corrected = [0.0]"),
)
ewa_corrected.mistake(
    "beta_fixed",
    "You use 0.9 whatever beta is asked for. Where does the argument come in?",
    (UPDATE, "beta = 0.9\n        v = beta * v + (1 - beta) * theta_t"),
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
    (
        "c",
        "v_1 = 0.5 * 10 = 5 and v_2 = 0.5 * 5 + 0.5 * 10 = 7.5; divided by 1 - 0.25 that is 10, as "
        "an average of 10 and 10 should be.",
    ),
    (
        "a",
        "7.5 is right. It was divided by 1 - beta = 0.5, the divisor of day 1. What is beta**2?",
    ),
    (
        "b",
        "An average that starts at 0 has not arrived at 10 after two days. What is v_1?",
    ),
    (
        "d",
        "7.5 is right. Multiplied by 0.75 it becomes lower still: should an average of 10 and 10 "
        "be below 7.5?",
    ),
    hints=("Write down v_1 first: it is half of 10.",),
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
    yield Case({"beta": 0.9, "tolerance": 0.05})
    yield Case({"beta": 0.5, "tolerance": 0.1})
    yield Case({"beta": 0.9, "tolerance": 0.95}, note="a tolerance met at once")
    yield Case({"beta": 0.9, "tolerance": 0.1}, note="ten per cent")
    yield Case({"beta": 0.98, "tolerance": 0.01}, note="beta = 0.98")
    yield Case({"beta": 0.999, "tolerance": 0.01}, note="beta = 0.999")
    for beta, fraction in ((0.35, 0.4), (0.97, 0.8), (0.75, 0.3), (0.995, 0.7)):
        t = int(rng.integers(3, 12))
        tolerance = _share_missing(beta, t, fraction)
        yield Case({"beta": beta, "tolerance": tolerance}, note=f"beta = {beta}")


COUNT = "while beta**t > tolerance:"

steps_until_unbiased.mistake(
    "one_step_early",
    "For beta = 0.9 and a tolerance of 0.05 you get 28, where 5.2 % are still missing. Is the last "
    "step before the line asked for, or the first one beyond it?",
    ("return t", "return t - 1"),
    share=0.5,
)
steps_until_unbiased.mistake(
    "one_step_late",
    "For beta = 0.9 and a tolerance of 0.05 you get 30, but at 29 only 4.7 % are missing already. "
    "From which t do you start, and when do you stop?",
    ("return t", "return t + 1"),
)
steps_until_unbiased.mistake(
    "tolerance_turned_round",
    "For beta = 0.9 and a tolerance of 0.05 you stop after 1 step, where 90 % are missing. Is 0.05 "
    "the share that may be missing, or the share that must be there?",
    ("> tolerance", "> 1 - tolerance"),
)
steps_until_unbiased.mistake(
    "weight_of_one_day",
    "You wait until the weight of a single day is small, and stop early: at 7 for 0.9 and 0.05. "
    "Which power alone is the share that is missing?",
    ("beta**t > tolerance", "(1 - beta) * beta**t > tolerance"),
)
steps_until_unbiased.mistake(
    "power_of_the_difference",
    "For beta = 0.9 you are done after 2 steps: the missing share shrinks by the factor 0.1 in "
    "yours. By which factor does it shrink each step?",
    ("beta**t > tolerance", "(1 - beta) ** t > tolerance"),
)
steps_until_unbiased.mistake(
    "beta_fixed",
    "You use 0.9 whatever beta is asked for: 22 steps for beta = 0.5 instead of 4. Where does the "
    "argument come in?",
    ("beta**t >", "0.9**t >"),
)
steps_until_unbiased.mistake(
    "rule_of_thumb",
    "You give back 1 / (1 - beta), 10 for beta = 0.9: a third of the weight is missing then. Where "
    "does the tolerance come in?",
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
    "You give back 1 step for 0.9 and 0.05: your fraction of logarithms stands on its head. "
    "beta**t = tolerance; what is t?",
    ("return t", "return int(np.ceil(np.log(beta) / np.log(tolerance)))"),
)
steps_until_unbiased.mistake(
    "tolerance_in_per_cent",
    "For beta = 0.9 and 0.05 you get 73 steps: 0.05 is taken as 0.05 %. What share is 0.05?",
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


lesson.quiz(
    "bias_beta_999",
    (
        4603,
        "0.999**t falls to 0.01 at t = log 0.01 / log 0.999 = 4602.9. An average with so long a "
        "memory is biased for thousands of steps, which is why Adam corrects it.",
    ),
    (1000, "That is 1/(1 - beta); there 0.999**1000 = 37 % are still missing."),
    (44, "That is the answer for beta = 0.9. By what is the missing share multiplied each step?"),
    (10, "After ten steps of 0.999 about 1 % is there and 99 % are missing. It is the other way."),
    (11, "After eleven steps 1 % is there and 99 % are missing. It is the other way round."),
    (2302, "There 0.999**t is 0.1: ten per cent are missing, not one."),
    (229, "That is beta = 0.98. One more look at the number of nines."),
    (100, "After 100 steps 0.999**100 = 90 % are still missing. Which power of 0.999 is 0.01?"),
    (6905, "There 0.999**t is 0.001: a tenth of a per cent is missing. Asked is one per cent."),
    rtol=0.005,
    hints=(
        "0.999**t is to be 0.01. Take the logarithm of both sides.",
        "log(0.01) is -4.605 and log(0.999) is -0.0010005.",
    ),
)

lesson.quiz(
    "bias_uncorrected_adam",
    (
        "d",
        "0.1 over the root of 0.001 is 3.16: the root of the second average is even further too "
        "low than the first one, and it stands below the line.",
    ),
    (
        "a",
        "The first average is too low by the factor 0.1, that is right. But the step is divided by "
        "the root of the second average. By what factor is that too low?",
    ),
    (
        "b",
        "The two biases cancel only if 1 - beta1 is the root of 1 - beta2. Is 0.1 the root of "
        "0.001?",
    ),
    (
        "c",
        "0.1 over 0.001 would be 100 without the root. What does Adam take the root of?",
    ),
    hints=("With a constant gradient g: v_1 = 0.1 g and s_1 = 0.001 g*g. What is v / sqrt(s)?",),
)

lesson.quiz(
    "bias_who_corrects",
    (
        "b",
        "Momentum is usually left uncorrected; for Adam the correction is part of Algorithm 1 of "
        "the paper, and the libraries have it.",
    ),
    (
        "a",
        "True for momentum. Look at the step of Adam in section 5: what are the two hats?",
    ),
    (
        "c",
        "The other way round. Which of the two divides by the root of an average?",
    ),
    (
        "d",
        "Plain momentum has no correction, in PyTorch for one. What does that do to its first "
        "steps?",
    ),
    hints=("In section 5, which of the two steps has hats on its averages?",),
)
