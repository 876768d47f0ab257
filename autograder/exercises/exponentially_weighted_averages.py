"""Lesson 02, exponentially weighted averages: references, cases, mistakes.

The recursion v = beta v + (1 - beta) theta starts at v_0 = 0, as in Ng's lecture; removing the
bias of that start is lesson 03.
"""

from collections import deque
from itertools import accumulate

import numpy as np

from autograder.inputs import series, temperatures
from autograder.lesson import Lesson
from optlab.checking.probe import Case
from optlab.data import LONDON

lesson = Lesson("02_exponentially_weighted_averages", title="Exponentially weighted averages")


@lesson.exercise(
    points=2,
    returns=("v",),
    hints=(
        "Two products and one sum: the old average and today's value, each with its weight.",
        "The weights are beta and 1 - beta. With beta = 0.9 the past is the heavy one.",
        "With v = 20, theta_t = 40 and beta = 0.75 you get 15 from the past and 10 from today.",
    ),
)
def ewa_step(v, theta_t, beta):
    """The average after one more value."""
    return beta * v + (1 - beta) * theta_t


def _steps(values, beta, v=0.0, betas=None, **settings):
    """Several steps in a row; each v goes into the next call."""
    then = [{"theta_t": value} for value in values[1:]]
    for call, b in zip(then, betas or (), strict=False):
        call["beta"] = b
    args = {"v": v, "theta_t": values[0], "beta": beta}
    return Case(args, tuple(then), {"v": None}, **settings)


@ewa_step.cases
def _(rng):
    yield _steps([40.0], 0.75, v=20.0, note="an average of 20 and 40 degrees today")
    yield _steps([LONDON[1], LONDON[2], LONDON[3]], 0.9, note="London from v = 0")
    temperatures = [float(x) for x in rng.normal(50, 9, 4)]
    betas = [float(x) for x in rng.uniform(0.2, 0.98, 4)]
    yield _steps(temperatures, betas[0], v=30.0, betas=betas[1:], note="a changing beta")
    yield _steps([float(x) for x in rng.normal(50, 9, 2)], 0.0, v=55.0, note="beta = 0")
    spread = rng.normal(size=(12, 4)) * np.logspace(-6, 1, 4)  # so often that float32 is seen
    yield _steps(list(spread), 0.95, v=rng.normal(size=4), note="values of every size")
    whole = rng.integers(-9, 60, size=(3, 2, 2))
    yield _steps(list(whole[1:]), betas[1], v=whole[0], note="an array of whole numbers")


STEP = "beta * v + (1 - beta) * theta_t"

ewa_step.mistake(
    "weights_swapped",
    "Your average jumps after today's value: from v = 20 towards 40 it goes to 35, though "
    "beta = 0.75. Which of the two does beta belong to, the past or today?",
    (STEP, "(1 - beta) * v + beta * theta_t"),
)
ewa_step.mistake(
    "today_at_full_weight",
    "A constant 40 grows and grows in yours, up to 40 / (1 - beta), which is 400 for beta = 0.9. "
    "What must the two weights add up to?",
    (STEP, "beta * v + theta_t"),
)
ewa_step.mistake(
    "past_at_full_weight",
    "Your past never fades: the old average stays in full, and every warm day is added on top. "
    "Which weight does the old average get?",
    (STEP, "v + (1 - beta) * theta_t"),
)
ewa_step.mistake(
    "only_today",
    "Your result does not depend on v: nothing is remembered. What do you want to keep of the old "
    "average?",
    (STEP, "(1 - beta) * theta_t"),
)
ewa_step.mistake(
    "only_the_past",
    "Your result does not depend on theta_t, so from v = 0 it stays at 0 for ever. What does "
    "today contribute?",
    (STEP, "beta * v"),
)
ewa_step.mistake(
    "parentheses_missing",
    "London's first day gives -35 instead of 4: colder than any winter there. What does the factor "
    "1 - beta belong to, and in which order does Python read 1 - beta * theta_t?",
    (STEP, "beta * v + 1 - beta * theta_t"),
)
ewa_step.mistake(
    "beta_for_both",
    "You weigh both with beta; with 0.9 the weights add up to 1.8. What must they add up to, so "
    "that a constant 40 stays near 40?",
    (STEP, "beta * v + beta * theta_t"),
)
ewa_step.mistake(
    "one_minus_beta_for_both",
    "Your whole sum is multiplied by 1 - beta, the past included, so the past is gone in a day or "
    "two. Which of the two does that factor belong to?",
    (STEP, "(1 - beta) * (beta * v + theta_t)"),
)
ewa_step.mistake(
    "minus",
    "Warm days make your average colder. Which sign stands between the past and today?",
    (STEP, "beta * v - (1 - beta) * theta_t"),
)
ewa_step.family(
    "beta_fixed",
    "You use the same weights whatever beta is asked for. Where does the argument come in?",
    [(STEP, f"{beta} * v + (1 - {beta}) * theta_t") for beta in (0.9, 0.98, 0.5)],
)
ewa_step.family(
    "today_fixed",
    "Your past follows beta, and today has the same weight whatever beta is. What must the two "
    "weights add up to?",
    [(STEP, f"beta * v + {weight} * theta_t") for weight in (0.1, 0.02, 0.5)],
)
ewa_step.mistake(
    "divided_by_one_minus_beta",
    "Your result is divided by 1 - beta: London's first day gives 40 instead of 4, and each day is "
    "about nine times the last. Is that division part of the formula?",
    (STEP, "beta / (1 - beta) * v + theta_t"),
)


@ewa_step.mistake(
    "works_in_place",
    "Your values are right, but the array v that you were given has changed. Who else may still be "
    "using the old average?",
    share=0.8,
)
def _(v, theta_t, beta):
    v = np.asarray(v, dtype=float)
    v *= beta
    v += (1 - beta) * theta_t
    return v


@ewa_step.mistake(
    "fails_on_integers",
    "With an array of whole numbers your change in place fails: NumPy does not put 11.2 into an "
    "integer array. What would a new array do?",
    share=0.8,
)
def _(v, theta_t, beta):
    v *= beta
    v += (1 - beta) * theta_t
    return v


@ewa_step.style
def _(v, theta_t, beta):
    return v + (1 - beta) * (theta_t - v)


@ewa_step.style
def _(v, theta_t, beta):
    past = np.multiply(beta, v)
    today = np.multiply(1.0 - beta, theta_t)
    return np.add(past, today)


@ewa_step.style
def _(v, theta_t, beta):
    v_next = np.array(v, dtype=float)
    v_next *= beta
    v_next += (1 - beta) * np.asarray(theta_t)
    return v_next


@ewa_step.style
def _(v, theta_t, beta):
    return sum(weight * value for weight, value in ((beta, v), (1 - beta, theta_t)))


@ewa_step.style
def _(v, theta_t, beta):
    if np.ndim(v) == 0:
        return float(beta * v + (1 - beta) * theta_t)
    result = np.empty(np.shape(v))
    for index in np.ndindex(*result.shape):
        result[index] = beta * v[index] + (1 - beta) * theta_t[index]
    return result


@lesson.exercise(
    points=4,
    returns=("averages",),
    views_allowed=True,
    hints=(
        "One number v is all the memory you need. It starts at 0, before the first day.",
        "Visit the days in order; each day updates v first and then writes it down.",
        "Collect the values in a list and make an array of it at the end.",
    ),
)
def ewa(theta, beta):
    """The averages v_1 ... v_T of a series, from v_0 = 0."""
    v = 0.0
    averages = []
    for theta_t in theta:
        v = beta * v + (1 - beta) * theta_t
        averages.append(v)
    return np.array(averages)


@ewa.cases
def _(rng):
    yield series([40.0, 49.0, 45.0], 0.9, note="London's first days")
    yield series([10.0, 0.0, 0.0, 0.0, 0.0], 0.8, note="a single warm day")
    betas = [float(x) for x in rng.uniform(0.6, 0.95, 3)]
    days = int(rng.integers(30, 50))
    yield series(temperatures(rng, days), betas[0], note=f"{days} days of spring")
    yield series(temperatures(rng, 12), float(rng.uniform(0.2, 0.45)), note="a short memory")
    yield series(rng.normal(size=8) * np.logspace(-6, 1, 8), betas[1], note="values of every size")
    yield series(rng.integers(30, 70, size=10), betas[2], note="whole numbers")
    yield series([float(rng.uniform(30, 60))], betas[0], note="a single day")


UPDATE = "v = beta * v + (1 - beta) * theta_t"

ewa.mistake(
    "weights_swapped",
    "Your curve runs after every single day: beta = 0.9 behaves like 0.1. Which of the two weights "
    "belongs to the past?",
    (UPDATE, "v = (1 - beta) * v + beta * theta_t"),
)
ewa.mistake(
    "today_at_full_weight",
    "A constant temperature goes on climbing in yours, up to 1 / (1 - beta) times itself. What "
    "must the two weights add up to?",
    (UPDATE, "v = beta * v + theta_t"),
)
ewa.mistake(
    "past_at_full_weight",
    "Your past never fades: the single warm day stays in the average for ever. Which weight does "
    "the old average get each day?",
    (UPDATE, "v = v + (1 - beta) * theta_t"),
)
ewa.mistake(
    "only_today",
    "One warm day is gone the next morning: your v does not use the old v. What should remain of "
    "2 degrees after a day, with beta = 0.8?",
    (UPDATE, "v = (1 - beta) * theta_t"),
)
ewa.mistake(
    "parentheses_missing",
    "London's first value is far below zero in yours. What does the factor 1 - beta belong to, and "
    "in which order does Python read 1 - beta * theta?",
    (UPDATE, "v = beta * v + 1 - beta * theta_t"),
)
ewa.mistake(
    "starts_at_the_first_day",
    "Your v starts at the first temperature: a fair choice elsewhere, though on day 30 that one "
    "day still has 4.7 % of the weight when beta is 0.9. Which v_0 is asked for here?",
    ("v = 0.0", "v = theta[0]"),
    share=0.5,
)
ewa.mistake(
    "start_included",
    "You give back one value too many: v_0 comes first. Which v belongs to the first day?",
    ("averages = []", "averages = [0.0]"),
)
ewa.mistake(
    "one_day_late",
    "Your first value is 0 and everything comes a day late: today's temperature has no effect on "
    "today's average. Which comes first, updating v or writing it down?",
    (
        "v = beta * v + (1 - beta) * theta_t\n        averages.append(v)",
        "averages.append(v)\n        v = beta * v + (1 - beta) * theta_t",
    ),
)
ewa.mistake(
    "only_the_last",
    "You give back the last average only; a curve needs one for each day. Where could you keep "
    "the others?",
    ("return np.array(averages)", "return v"),
)
ewa.mistake(
    "only_the_first",
    "You give back the first average only. How many days does your function see before it ends?",
    ("return np.array(averages)", "return averages[0]"),
)
ewa.mistake(
    "bias_corrected",
    "Your averages start as high as the temperatures: the bias of the zero start is removed "
    "already. That is the next lesson. What does the plain recursion give on day 1?",
    ("averages.append(v)", "averages.append(v / (1 - beta ** (len(averages) + 1)))"),
    share=0.5,
)
ewa.mistake(
    "backwards",
    "You go through the days from the last to the first. Which day is the oldest in theta?",
    ("for theta_t in theta:", "for theta_t in theta[::-1]:"),
)
ewa.family(
    "beta_fixed",
    "You use the same weights whatever beta is asked for. Where does the argument come in?",
    [(UPDATE, f"v = {beta} * v + (1 - {beta}) * theta_t") for beta in (0.9, 0.98, 0.5)],
)
ewa.mistake(
    "first_day_skipped",
    "Your first value is 0, and the first day is missing from all the others. Which day does your "
    "loop begin with?",
    (UPDATE, "v = beta * v + (1 - beta) * theta_t * bool(averages)"),
)


@ewa.mistake(
    "first_day_missing",
    "You give back one value too few, and 40, London's first day, counts nowhere. Which index has "
    "the first day in Python?",
)
def _(theta, beta):
    v = 0.0
    averages = []
    for t in range(1, len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        averages.append(v)
    return np.array(averages)


@ewa.mistake(
    "yesterdays_temperature",
    "Today's temperature has no effect today, and day 1 sees the last day of the series: index -1 "
    "counts from the end. Which index belongs to day t?",
)
def _(theta, beta):
    v = 0.0
    averages = []
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t - 1]
        averages.append(v)
    return np.array(averages)


@ewa.mistake(
    "starts_at_the_last_day",
    "Your first average already knows the last day: London's is 44.5 instead of 4. What does "
    "index t - 1 mean when t is 0?",
)
def _(theta, beta):
    averages = theta.astype(float)
    for t in range(len(theta)):
        averages[t] = beta * averages[t - 1] + (1 - beta) * theta[t]
    return averages


@ewa.mistake(
    "averages_neighbours",
    "In yours the single warm day is forgotten after one more day; a recursion never forgets "
    "completely. Does your formula use yesterday's temperature or yesterday's average?",
)
def _(theta, beta):
    averages = [(1 - beta) * theta[0]]
    for t in range(1, len(theta)):
        averages.append(beta * theta[t - 1] + (1 - beta) * theta[t])
    return np.array(averages)


@ewa.mistake(
    "moving_window",
    "The single warm day keeps its weight for 1/(1 - beta) days in yours and then drops out: a "
    "box, not a decaying curve. Which one number does the recursion carry on?",
)
def _(theta, beta):
    window = max(1, round(1 / (1 - beta)))
    return np.array([np.mean(theta[max(0, t - window + 1) : t + 1]) for t in range(len(theta))])


@ewa.mistake(
    "cumulative_mean",
    "Yours is the plain mean of all days so far: the oldest counts as much as today, and beta does "
    "not appear. What happens to a day's weight as it gets older?",
)
def _(theta, beta):
    return np.cumsum(theta) / np.arange(1, len(theta) + 1)


@ewa.mistake(
    "integer_output",
    "With whole-number temperatures your averages lose their decimals: an array made like theta "
    "holds whole numbers only. Which dtype do averages need?",
    share=0.8,
)
def _(theta, beta):
    v = 0.0
    averages = np.zeros_like(theta)
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        averages[t] = v
    return averages


@ewa.mistake(
    "fails_on_integers",
    "With whole-number temperatures each average is cut to a whole number and the next one is "
    "built on that. Which dtype has an array that is made like theta?",
    share=0.8,
)
def _(theta, beta):
    averages = np.zeros_like(theta)
    averages[0] = (1 - beta) * theta[0]
    for t in range(1, len(theta)):
        averages[t] = beta * averages[t - 1] + (1 - beta) * theta[t]
    return averages


@ewa.mistake(
    "works_in_place",
    "Your values are right, but theta, which you were given, now holds the averages. How would you "
    "plot the temperatures beside them?",
    share=0.8,
)
def _(theta, beta):
    theta = np.asarray(theta, dtype=float)
    v = 0.0
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        theta[t] = v
    return theta


@ewa.style
def _(theta, beta):
    averages = np.zeros(len(theta))
    for t in range(len(theta)):
        averages[t] = beta * averages[t - 1] + (1 - beta) * theta[t]  # averages[-1] is 0 at first
    return averages


@ewa.style
def _(theta, beta):
    v = [0.0]
    for temperature in theta:
        v.append(beta * v[-1] + (1 - beta) * temperature)
    return np.array(v[1:])


@ewa.style
def _(theta, beta):
    return np.fromiter(
        accumulate((1 - beta) * np.asarray(theta), lambda v, x: beta * v + x), dtype=float
    )


@ewa.style
def _(theta, beta):
    ages = np.subtract.outer(np.arange(len(theta)), np.arange(len(theta)))
    weights = np.where(ages >= 0, (1 - beta) * beta ** np.maximum(ages, 0.0), 0.0)
    return weights @ theta


@ewa.style
def _(theta, beta):
    kernel = (1 - beta) * np.power(float(beta), np.arange(len(theta)))
    return np.convolve(theta, kernel)[: len(theta)]


@ewa.style
def _(theta, beta):
    averages, v = [], 0
    for day in range(1, len(theta) + 1):
        v += (1 - beta) * (theta[day - 1] - v)
        averages += [v]
    return averages


@ewa.style
def _(theta, beta):
    result = np.array(theta, dtype=float)
    result *= 1 - beta
    for t in range(1, result.size):
        result[t] += beta * result[t - 1]
    return result


lesson.quiz(
    "ewa_beta_and_curve",
    title="The red line",
    question=r"You have the red line of $\beta = 0.9$. What happens to it when you change $\beta$?",
    options={
        "a": (
            r"A smaller $\beta$ makes it more restless; a larger one shifts it to the right.",
            "A smaller beta follows every day, noise included; a larger one averages over more "
            "days, so it is smoother and learns of a change later: it lies further to the right.",
        ),
        "b": (
            r"A smaller $\beta$ makes it more restless; a larger one shifts it to the left.",
            "The first half is right. But an average of the past cannot run ahead of the "
            "temperature: to which side of the peak in summer did the peak of the 0.98 curve lie?",
        ),
        "c": (
            r"A smaller $\beta$ makes it smoother; a larger one makes it more restless.",
            "The two are mixed up. In the figure, which curve wiggles more, that of 0.5 or that "
            "of 0.98?",
        ),
        "d": (
            r"A smaller $\beta$ makes it smoother; a larger one shifts it to the right.",
            "The second half is right. For the first, think of beta = 0: the average is then "
            "today's temperature itself. Is that curve smooth?",
        ),
    },
    right="a",
    hints=(
        "Go back to the figure with the three curves. Which one moves most from day to day?",
        "Now look at their highest points: in which order do they come in the year?",
        "Check both halves of the sentence: one is about restlessness, the other about sides.",
    ),
)

lesson.quiz(
    "ewa_larger_beta",
    title="Who gets the weight?",
    question=r'Notes on the lecture say: "the larger $\beta$, the more weight the past gets; the '
    "smaller $\\beta$,\n"
    'the more weight the *future* gets (미래에 더 많은 가중치)". One half of that is wrong. What '
    "does\n"
    r"happen when $\beta$ rises from 0.9 to 0.98?",
    options={
        "a": (
            "Days of long ago get more weight, today gets less.",
            "Today's weight is 1 - beta, so it falls, and what it loses goes to days of long ago. "
            "The future has no weight at any beta.",
        ),
        "b": (
            "Recent days get more weight.",
            "Look at the formula: theta_t, the newest day, is multiplied by 1 - beta. Does that "
            "grow when beta does?",
        ),
        "c": (
            "The future gets less weight than it had.",
            "v_t is computed on day t from theta_1 ... theta_t. Which of these lies in the future?",
        ),
        "d": (
            "Every day keeps its weight, because the weights add up to 1 in the long run anyway.",
            "In the long run the weights add up to 1 for each beta, but they are distributed in "
            "another way. What is the weight of today for 0.9, and what for 0.98?",
        ),
    },
    right="a",
    hints=(
        "Look at the formula of v_t. Which of its two terms holds today, and which the past?",
        "Write down the weight of theta_t and of theta_(t-1) for beta = 0.5 and beta = 0.9.",
    ),
)


@lesson.exercise(
    points=4,
    returns=("weights",),
    hints=(
        "Today's value has the weight 1 - beta. How much of it is left one day later?",
        "The value of k days ago has the weight (1 - beta) * beta**k; theta_t is 0 days old.",
        "theta_1 is t - 1 days old and comes first; np.arange(t) counts the other way round.",
    ),
)
def ewa_weights(beta, t):
    """The weights of theta_1 ... theta_t in v_t, oldest first."""
    age = np.arange(t)[::-1]
    return (1 - beta) * beta**age


@ewa_weights.cases
def _(rng):
    yield Case({"beta": 0.8, "t": 3}, note="beta = 0.8 and t = 3")
    for low, high, days, note in (
        (0.85, 0.95, 30, "a few weeks"),
        (0.97, 0.99, 100, "a long memory"),
        (0.2, 0.45, 7, "a short memory"),
        (0.6, 0.95, 1, "t = 1"),
    ):
        yield Case({"beta": float(rng.uniform(low, high)), "t": days}, note=note)


ewa_weights.mistake(
    "newest_first",
    "In yours the oldest day weighs most and today least. Which day does the first entry belong "
    "to?",
    ("[::-1]", ""),
    share=0.5,
)
ewa_weights.mistake(
    "without_one_minus_beta",
    "With a long memory your weights add up to far more than 1. By what is each day multiplied "
    "when it comes in?",
    ("(1 - beta) * beta**age", "beta**age"),
)
ewa_weights.mistake(
    "sum_made_one",
    "Part of the weight still lies on v_0 = 0, the share beta**t, and you give it to the days. Did "
    "anybody ask for a sum of 1?",
    ("(1 - beta) * beta**age", "(1 - beta) * beta**age / (1 - beta**t)"),
    share=0.5,
)
ewa_weights.mistake(
    "one_day_too_old",
    "Every day of yours is one day too old: today has faded once already. How often has beta been "
    "applied to the value that has just come in?",
    ("np.arange(t)", "(np.arange(t) + 1)"),
)
ewa_weights.mistake(
    "start_included",
    "You give back one weight too many: t + 1 of them. How many temperatures are in v_t?",
    ("np.arange(t)", "np.arange(t + 1)"),
)
ewa_weights.mistake(
    "one_weight_too_few",
    "You give back one weight too few: t - 1 of them. How many temperatures are in v_t?",
    ("np.arange(t)", "np.arange(t - 1)"),
)
ewa_weights.mistake(
    "betas_swapped",
    "Your weights fade by the factor 1 - beta a day and start from beta. Which of the two makes a "
    "day fade, and which lets it in?",
    ("(1 - beta) * beta**age", "beta * (1 - beta) ** age"),
)
ewa_weights.mistake(
    "power_of_one_minus_beta",
    "Your weights start right and fade by the factor 1 - beta a day. Which factor is applied to "
    "the old average each day?",
    ("(1 - beta) * beta**age", "(1 - beta) * (1 - beta) ** age"),
)
ewa_weights.mistake(
    "equal_weights",
    "All your days weigh the same: that is the plain mean. What happens to a day's weight as it "
    "gets older?",
    ("(1 - beta) * beta**age", "0 * age + 1 / t"),
)
ewa_weights.mistake(
    "linear",
    "Your weights fall by the same amount each day and end below zero. What is a day's weight "
    "multiplied by, every day?",
    ("(1 - beta) * beta**age", "(1 - beta) * (1 - (1 - beta) * age)"),
)
ewa_weights.mistake(
    "exponential_function",
    "Close: your weights fade by exp(-0.1) = 0.905 a day where beta is 0.9. What is the factor "
    "exactly?",
    ("beta**age", "np.exp(-(1 - beta) * age)"),
)
ewa_weights.mistake(
    "their_sum",
    "You give back one number, the sum of the weights; asked is one weight for each day. Where did "
    "the days go?",
    ("return (1 - beta) * beta**age", "return np.sum((1 - beta) * beta**age)"),
)
ewa_weights.mistake(
    "one_weight_only",
    "You give back one number: the weight of a single day. What array holds the ages of all the "
    "days?",
    ("age = np.arange(t)[::-1]", "age = t - 1"),
)
ewa_weights.family(
    "beta_fixed",
    "Your weights are the same whatever beta is asked for. Where does the argument come in?",
    [("(1 - beta) * beta**age", f"(1 - {fixed}) * {fixed}**age") for fixed in (0.9, 0.98, 0.5)],
)


@ewa_weights.mistake(
    "starts_at_the_first_day",
    "Your theta_1 weighs more than a day of its age, as if v had started at theta_1 itself. From "
    "which v_0 does the average start here?",
    share=0.5,
)
def _(beta, t):
    weights = (1 - beta) * beta ** np.arange(t)[::-1]
    weights[0] = beta ** (t - 1)
    return weights


@ewa_weights.style
def _(beta, t):
    return np.array([(1 - beta) * beta ** (t - day) for day in range(1, t + 1)])


@ewa_weights.style
def _(beta, t):
    weights = np.zeros(t)
    for day in range(t):
        weights *= beta
        weights[day] = 1 - beta
    return weights


@ewa_weights.style
def _(beta, t):
    return np.flip((1 - beta) * np.power(beta, np.arange(t)))


@ewa_weights.style
def _(beta, t):
    weights = [1 - beta]
    while len(weights) < t:
        weights.insert(0, weights[0] * beta)
    return np.array(weights)


@ewa_weights.style
def _(beta, t):
    v = np.zeros(t)
    for impulse in np.eye(t):
        v = beta * v + (1 - beta) * impulse
    return v


@ewa_weights.style
def _(beta, t):
    return (1 - beta) * np.float64(beta) ** (t - np.arange(1, t + 1))


@lesson.exercise(
    points=1,
    returns=("days",),
    hints=(
        "The rule of thumb of the lecture: 10 days for 0.9, 50 for 0.98, 2 for 0.5.",
        "What is 1 - beta for 0.9, and what has 10 to do with it?",
    ),
)
def averaging_window(beta):
    """The rule of thumb for the number of days that v averages."""
    return 1 / (1 - beta)


@averaging_window.cases
def _(rng):
    yield Case({"beta": 0.9}, note="beta = 0.9")
    yield Case({"beta": 0.6}, note="beta = 0.6")
    yield Case({"beta": 0.98}, note="beta = 0.98")
    yield Case({"beta": 0.0}, note="beta = 0")
    for low, high in ((0.2, 0.45), (0.6, 0.97)):
        beta = float(rng.uniform(low, high))
        yield Case({"beta": beta}, note=f"beta = {beta:.4g}")


averaging_window.mistake(
    "not_inverted",
    "For beta = 0.9 you get 0.1 days: a tenth of a day, as 1 / 1 - beta would give too. How does "
    "10 follow from 0.1?",
    ("1 / (1 - beta)", "1 - beta"),
)
averaging_window.mistake(
    "one_over_beta",
    "For beta = 0.9 you get 1.11 days, and fewer for 0.98. Does a larger beta mean a shorter or a "
    "longer memory?",
    ("1 / (1 - beta)", "1 / beta"),
)
averaging_window.mistake(
    "mean_age",
    "For beta = 0.9 you get 9: the mean age of the days in v, which is a fair measure too. The "
    "rule of thumb says 10. Which of the two is asked for?",
    ("1 / (1 - beta)", "beta / (1 - beta)"),
    share=0.5,
)
averaging_window.mistake(
    "variance_window",
    "For beta = 0.9 you get 19: the window that smooths noise as much as v does. A good measure, "
    "and not the rule of thumb, which says 10. Which is asked for here?",
    ("1 / (1 - beta)", "(1 + beta) / (1 - beta)"),
    share=0.5,
)
averaging_window.mistake(
    "exact_e_folding",
    "For beta = 0.9 you get 9.49: the exact time after which a weight has fallen to 1/e. The rule "
    "of thumb gives a round 10. What does it put in place of the logarithm?",
    ("1 / (1 - beta)", "-1 / np.log(beta)"),
    share=0.5,
)
averaging_window.mistake(
    "half_life",
    "For beta = 0.9 you get 6.58: the time in which a weight halves. The rule of thumb waits until "
    "about 1/e is left. What does it give for 0.9?",
    ("1 / (1 - beta)", "np.log(2) / -np.log(beta)"),
    share=0.5,
)
averaging_window.mistake(
    "rounded",
    "You round to whole days, right for 0.9 and 0.98; for beta = 0.6 the rule says 2.5 days. Did "
    "anybody ask for whole ones?",
    ("1 / (1 - beta)", "round(1 / (1 - beta))"),
    share=0.5,
)
averaging_window.mistake(
    "cut_to_whole_days",
    "You cut off what is not a whole day: beta = 0.6 gives 2 instead of 2.5, and 0.98 gives 49, "
    "by a rounding in the last digit. Which division keeps the decimals?",
    ("1 / (1 - beta)", "int(1 / (1 - beta))"),
    share=0.5,
)
averaging_window.mistake(
    "one_plus_beta",
    "For beta = 0.9 you get 0.53 days. Which weight has the newest day, 1 + beta or 1 - beta?",
    ("1 / (1 - beta)", "1 / (1 + beta)"),
)
averaging_window.mistake(
    "negative",
    "Your number of days is negative: -10 for beta = 0.9. In which order stand beta and 1?",
    ("1 / (1 - beta)", "1 / (beta - 1)"),
)


@averaging_window.style
def _(beta):
    return (1 - beta) ** -1


@averaging_window.style
def _(beta):
    return float(np.reciprocal(1.0 - beta))


@averaging_window.style
def _(beta):
    return np.array(1 + beta / (1 - beta))


@lesson.exercise(
    points=1,
    returns=("beta",),
    hints=(
        "Turn the rule of thumb round: days = 1 / (1 - beta). What is 1 - beta, given days?",
        "10 days belong to a weight of 0.1 for today. Which beta leaves 0.1 for today?",
    ),
)
def beta_for_window(days):
    """The beta whose rule-of-thumb window has this many days."""
    return 1 - 1 / days


@beta_for_window.cases
def _(rng):
    yield Case({"days": 10}, note="10 days")
    yield Case({"days": 8}, note="8 days")
    yield Case({"days": 1}, note="a single day")
    for days in (float(rng.uniform(1.5, 5)), int(rng.integers(100, 900))):
        yield Case({"days": days}, note=f"{days:.4g} days")


beta_for_window.mistake(
    "weight_of_today",
    "For 10 days you get 0.1: that is the weight of today. Which share is left for the past?",
    ("1 - 1 / days", "1 / days"),
)
beta_for_window.mistake(
    "same_formula_again",
    "For 10 days you get -0.11: days was put in where beta belongs. What is beta when "
    "1 / (1 - beta) is 10?",
    ("1 - 1 / days", "1 / (1 - days)"),
)
beta_for_window.mistake(
    "parentheses",
    "For 10 days you get 0, and for any other number too. What stands above the line of your "
    "fraction, and what is left of it after the division?",
    ("1 - 1 / days", "(1 - 1) / days"),
)
beta_for_window.mistake(
    "whole_division",
    "For 10 days you get 1: whole-number division makes 1 // 10 to 0. Which division keeps the "
    "decimals?",
    ("1 - 1 / days", "1 - 1 // days"),
)
beta_for_window.mistake(
    "one_minus_days",
    "For 10 days you get -9. Between which two numbers must beta lie?",
    ("1 - 1 / days", "1 - days"),
)
beta_for_window.mistake(
    "one_plus",
    "For 10 days you get 1.1, and an average with beta above 1 explodes. Is today's weight added "
    "to 1 or taken from it?",
    ("1 - 1 / days", "1 + 1 / days"),
)
beta_for_window.mistake(
    "span_convention",
    "For 10 days you get 0.818: the convention that pandas calls span, after the window that "
    "smooths as much. Lecture and lesson use 1 / (1 - beta). Which beta gives 10 there?",
    ("1 - 1 / days", "1 - 2 / (days + 1)"),
    share=0.5,
)
beta_for_window.mistake(
    "mean_age_convention",
    "For 10 days you get 0.909: the beta whose days are 10 days old on average. The rule of thumb "
    "is 1 / (1 - beta). Which beta gives 10 there?",
    ("1 - 1 / days", "days / (1 + days)"),
    share=0.5,
)
beta_for_window.mistake(
    "exact_e_folding",
    "For 10 days you get 0.905: the weight is then exactly 1/e after 10 days. The rule of thumb is "
    "a little simpler. Which beta makes 1 / (1 - beta) equal to 10?",
    ("1 - 1 / days", "np.exp(-1 / days)"),
    share=0.5,
)
beta_for_window.mistake(
    "half_life",
    "For 10 days you get 0.933: the weight then halves in 10 days. Which beta makes 1 / (1 - beta) "
    "equal to 10?",
    ("1 - 1 / days", "0.5 ** (1 / days)"),
    share=0.5,
)
beta_for_window.mistake(
    "rounded",
    "You round to two decimals: 8 days give 0.88 instead of 0.875, and 365 days would give 1. What "
    "does an average with beta = 1 do with today?",
    ("1 - 1 / days", "round(1 - 1 / days, 2)"),
    share=0.5,
)


@beta_for_window.style
def _(days):
    return (days - 1) / days


@beta_for_window.style
def _(days):
    return 1 - days**-1


@beta_for_window.style
def _(days):
    return np.array(-(1 - days) / days)


lesson.number_quiz(
    "ewa_ten_days",
    title="The last ten days",
    question="Some notes go further and say that $v_t$ *means* the average of the last "
    r"$1/(1-\beta)$ days. Put it to the test. With $\beta = 0.9$ and long after the start, how "
    "many **percent** of the whole weight lie on the last ten days, today included? Answer with a "
    "number, exact to a few tenths of a percent.",
    asks="a number, in percent",
    right=(
        65.13,
        "1 - 0.9**10 = 65.1 %. A good third of the average is older than the ten days of the rule "
        "of thumb.",
    ),
    written=65.1,
    wrong={
        100: "That would be a window: nothing older than ten days. What is the weight of day 11, "
        "0.1 * 0.9**10?",
        34.87: "That is what lies beyond the ten days, 0.9**10. The question asks for the others.",
        90: "That is beta, the weight of everything but today. What does the sum of ten weights "
        "give?",
        10: "That is the weight of the newest day alone, 1 - beta. Nine more belong to the ten "
        "days.",
        61.26: "That is 1 - 0.9**9, the sum of nine weights. The ten days are 0, 1, ..., 9 days "
        "old.",
        63.21: "That is 1 - 1/e, the limit for beta close to 1. With beta = 0.9 the sum is a "
        "little larger; which power of 0.9 stands in place of 1/e?",
        0.6513: "The share is right; the question asks for percent.",
        50: "Half of the weight lies on the last 6.6 days already: 0.9**6.6 is 0.5. How much is "
        "in ten?",
    },
    rtol=0.006,
    hints=(
        "The last ten days have the weights 0.1, 0.1 * 0.9, ..., 0.1 * 0.9**9.",
        "The sum of a geometric series: what is not in the last ten days is 0.9**10 of everything.",
    ),
)


@lesson.exercise(
    points=4,
    returns=("averages",),
    views_allowed=True,
    hints=(
        "For every day take a slice of theta that ends with that day, and its mean.",
        "The slice of day index t ends before t + 1 and begins window days earlier.",
        "Early on that beginning would be negative, and Python would count from the end. "
        "max(0, ...) keeps it at the first day.",
    ),
)
def moving_average(theta, window):
    """Mean of the last `window` values; of all so far while there are fewer."""
    averages = []
    for t in range(len(theta)):
        recent = theta[max(0, t - window + 1) : t + 1]
        averages.append(recent.mean())
    return np.array(averages)


def _windowed(theta, window, **settings):
    return Case({"theta": np.array(theta), "window": window}, **settings)


@moving_average.cases
def _(rng):
    yield _windowed([12.0, 24.0, 60.0, 0.0, 30.0], 3, note="a window of 3 days")
    days, window = int(rng.integers(30, 50)), int(rng.integers(5, 12))
    yield _windowed(temperatures(rng, days), window, note=f"a window of {window} days in spring")
    yield _windowed(temperatures(rng, 8), 1, note="a window of one day")
    yield _windowed(temperatures(rng, window), window, note="a window as long as the series")
    yield _windowed(1e-6 * rng.normal(size=8), 4, note="tiny values")
    yield _windowed(rng.integers(30, 70, size=10), 4, note="whole numbers")


SLICE = "theta[max(0, t - window + 1) : t + 1]"

moving_average.mistake(
    "full_windows_only",
    "You give back too few values: the first days, on which the window is not yet full, are "
    "missing. What is the mean of all days so far on day 1?",
    ("range(len(theta))", "range(window - 1, len(theta))"),
)
moving_average.mistake(
    "always_divides_by_window",
    "On the first days you divide by the whole window, so the averages are too low there. How many "
    "values are there so far?",
    ("recent.mean()", "recent.sum() / window"),
)
moving_average.mistake(
    "one_day_too_many",
    "Your window is one day too long. How many values has a slice from a to b?",
    ("t - window + 1)", "t - window)"),
)
moving_average.mistake(
    "ignores_the_window",
    "Yours is the mean of all days so far, whatever the window: on day 5 the first two days should "
    "be gone. Which days should that mean hold?",
    (SLICE, "theta[: t + 1]"),
)
moving_average.mistake(
    "looks_ahead",
    "Your window begins today and reaches into the future. On which side of today do the last days "
    "lie?",
    (SLICE, "theta[t : t + window]"),
)
moving_average.mistake(
    "only_the_last",
    "You give back the last average only; a curve needs one for each day. Where could you keep "
    "the others?",
    ("return np.array(averages)", "return averages[-1]"),
)
moving_average.mistake(
    "only_the_first",
    "You give back the first average only. How many days does your function see before it ends?",
    ("return np.array(averages)", "return averages[0]"),
)
moving_average.mistake(
    "sums",
    "You add up the values in the window. What makes a mean out of a sum?",
    ("recent.mean()", "recent.sum()"),
)
moving_average.mistake(
    "medians",
    "You take the middle one of the values in the window, the median. Which value is asked for?",
    ("recent.mean()", "np.median(recent)"),
)
moving_average.mistake(
    "single_days_at_first",
    "Until the window is full you give back the temperature itself. Which values are there to "
    "average on day 2?",
    ("recent.mean()", "recent.mean() if t >= window - 1 else theta[t]"),
    share=0.4,
)
moving_average.mistake(
    "zeros_at_first",
    "Until the window is full you give back 0. What is the mean of the values that are there on "
    "day 1?",
    ("recent.mean()", "recent.mean() if t >= window - 1 else 0.0"),
    share=0.4,
)
moving_average.mistake(
    "nan_at_first",
    "Your first days are nan. Some libraries do that on purpose; a slice that begins at a negative "
    "index does it by accident, being empty. What is the mean of the days so far?",
    ("recent.mean()", "recent.mean() if t >= window - 1 else np.nan"),
    share=0.4,
)


@moving_average.mistake(
    "one_day_too_few",
    "Your window is one day too short: on day 3 you get 42, the mean of 24 and 60. How many values "
    "has a slice from a to b?",
)
def _(theta, window):
    averages = []
    for t in range(len(theta)):
        recent = theta[max(0, t - window + 2) : t + 1]
        averages.append(recent.mean() if recent.size else np.nan)
    return np.array(averages)


@moving_average.mistake(
    "today_missing",
    "Today is not in your window: day 1 has nothing to average, and 60 first counts on day 4. Does "
    "Python's slice include its end?",
)
def _(theta, window):
    averages = []
    for t in range(len(theta)):
        recent = theta[max(0, t - window) : t]
        averages.append(recent.mean() if recent.size else np.nan)
    return np.array(averages)


@moving_average.mistake(
    "too_many_values",
    "You give back window - 1 values too many: the last ones are windows that run out at the end. "
    "To which day does each of your values belong?",
)
def _(theta, window):
    return np.convolve(theta, np.ones(window) / window)


@moving_average.mistake(
    "centred",
    "Your window reaches into the future: day 1 gives 12, the sum of days 1 and 2 over 3. Where "
    "does the window of today have to end?",
)
def _(theta, window):
    return np.convolve(theta, np.ones(window) / window, mode="same")


@moving_average.mistake(
    "averages_of_averages",
    "Your window averages averages: on day 3 you get 30 instead of 32, since day 2 was already "
    "replaced by 18. Which series should the slice be taken from?",
)
def _(theta, window):
    averages = theta.astype(float)
    for t in range(len(theta)):
        averages[t] = averages[max(0, t - window + 1) : t + 1].mean()
    return averages


@moving_average.mistake(
    "exponentially_weighted",
    "Yours is the recursion with beta = 1 - 1/window: on day 1 it gives 4 and not 12, and no day "
    "ever drops out. Which days belong to a window of 3?",
)
def _(theta, window):
    v, averages = 0.0, []
    for theta_t in theta:
        v = (1 - 1 / window) * v + theta_t / window
        averages.append(v)
    return np.array(averages)


@moving_average.mistake(
    "fails_on_integers",
    "With whole-number temperatures your means lose their decimals: an array made like theta holds "
    "whole numbers only. Which dtype do means need?",
    share=0.8,
)
def _(theta, window):
    averages = np.zeros_like(theta)
    for t in range(len(theta)):
        averages[t] = theta[max(0, t - window + 1) : t + 1].mean()
    return averages


@moving_average.mistake(
    "works_in_place",
    "Your values are right, but theta, which you were given, now holds the averages. How would you "
    "plot the temperatures beside them?",
    share=0.8,
)
def _(theta, window):
    theta = np.asarray(theta, dtype=float)
    averages = [theta[max(0, t - window + 1) : t + 1].mean() for t in range(len(theta))]
    theta[:] = averages
    return theta


@moving_average.style
def _(theta, window):
    return np.array([np.mean(theta[max(0, t - window) : t]) for t in range(1, len(theta) + 1)])


@moving_average.style
def _(theta, window):
    sums = np.concatenate([[0.0], np.cumsum(theta)])
    end = np.arange(1, len(theta) + 1)
    start = np.maximum(0, end - window)
    return (sums[end] - sums[start]) / (end - start)


@moving_average.style
def _(theta, window):
    sums = np.convolve(theta, np.ones(window))[: len(theta)]
    return sums / np.minimum(np.arange(1, len(theta) + 1), window)


@moving_average.style
def _(theta, window):
    recent, averages = deque(maxlen=window), []
    for value in theta:
        recent.append(value)
        averages.append(sum(recent) / len(recent))
    return averages


@moving_average.style
def _(theta, window):
    averages = np.zeros(len(theta))
    for t in range(len(theta)):
        total, count = 0.0, 0
        for day in range(t, max(-1, t - window), -1):
            total += theta[day]
            count += 1
        averages[t] = total / count
    return averages


@moving_average.style
def _(theta, window):
    early = [theta[:t].mean() for t in range(1, window)]
    views = np.lib.stride_tricks.sliding_window_view(theta, window)
    return np.concatenate([early, views.mean(axis=1)])


lesson.quiz(
    "ewa_two_goals",
    title="The best beta",
    question="What do the two error curves say?",
    options={
        "a": (
            r"0.9 is the best $\beta$, as usual.",
            "That was the best for one of the two goals. What was the error of tomorrow's "
            "forecast at 0.9, and what at its lowest point?",
        ),
        "b": (
            r"The larger $\beta$ the better: the smoothest curve is the best one.",
            "With 0.98 the curve is the smoothest and comes weeks late. What was its error for "
            "the season?",
        ),
        "c": (
            r"Averaging does harm; $\beta = 0$ is best.",
            "That was nearly the best for the forecast. What was its error for the season, where "
            "the noise of each day counts in full?",
        ),
        "d": (
            "It depends on what you want to know, and on the data.",
            "The best beta belongs to a question and to data: 0.9 for the season under the noise, "
            "0.13 for tomorrow, which looks most like today.",
        ),
    },
    right="d",
    hints=(
        "Where was the lowest point of each of the two error curves?",
        "Is there one beta that is the lowest point of both?",
    ),
)


# A bug to find: the average of a whole table, in one array that is overwritten as it goes.


@lesson.exercise(
    points=2,
    returns=("averages",),
    hints=(
        "Change the last day of the table and nothing else. Which of your averages should notice?",
        "Follow the loop with t = 0. Which row does it read as the one before?",
        "A negative index counts from the end. What should stand before the first day?",
    ),
)
def repair_leaking_average(theta, beta):
    """The function leaking_average, repaired."""
    v = np.array(theta, dtype=float)
    v[0] = (1 - beta) * theta[0]
    for t in range(1, len(v)):
        v[t] = beta * v[t - 1] + (1 - beta) * theta[t]
    return v


@repair_leaking_average.cases
def _(rng):
    cities = np.array([[40.0, 60.0], [49.0, 58.0], [45.0, 64.0]])
    yield Case({"theta": cities, "beta": 0.9}, note="two cities on three days")
    days = np.round(45 + rng.normal(0, 8, size=(30, 3))).astype(int)
    yield Case({"theta": days, "beta": float(rng.uniform(0.7, 0.95))}, note="whole degrees")
    yield Case({"theta": temperatures(rng, 12), "beta": 0.5}, note="one city, as a plain series")
    yield Case({"theta": rng.normal(50, 9, size=(1, 2)), "beta": 0.8}, note="a single day")


FIRST_DAY = "    v[0] = (1 - beta) * theta[0]\n"
repair_leaking_average.mistake(
    "still_leaks",
    "It still leaks: change the last day of the table, and your first average changes with it. "
    "Which row does the loop read as the day before the first?",
    (FIRST_DAY, ""),
    ("range(1, len(v))", "range(len(v))"),
)
repair_leaking_average.mistake(
    "starts_with_the_first_day",
    "Nothing leaks any more, and your first average is the whole first day: the recursion started "
    "there, and not at zero. Which weight has a new value?",
    ("(1 - beta) * theta[0]", "theta[0]"),
)
repair_leaking_average.mistake(
    "starts_at_zero_a_day_late",
    "Your first average is zero, as if there had been no first day. Is the zero the average of day "
    "1, or the one before it?",
    ("(1 - beta) * theta[0]", "0.0"),
)
repair_leaking_average.mistake(
    "a_day_late",
    "Your first average is zero and everything comes a day late: today's row has no effect on "
    "today's average. Which row belongs to which average?",
    (FIRST_DAY, "    v[0] = 0.0\n"),
    ("(1 - beta) * theta[t]", "(1 - beta) * theta[t - 1]"),
)
repair_leaking_average.mistake(
    "starts_with_the_past_s_share",
    "Your first average is beta times the first day. Which of the two weights has the new value?",
    ("(1 - beta) * theta[0]", "beta * theta[0]"),
)
repair_leaking_average.mistake(
    "drops_the_first_day",
    "Your table has lost its first day. How many averages are there for so many days?",
    ("return v", "return v[1:]"),
)
repair_leaking_average.mistake(
    "keeps_the_zero",
    "Your table begins with a row of zeros, so that it has one row more than there are days. Which "
    "average does the first row stand for?",
    ("return v", "return np.concatenate([np.zeros_like(v[:1]), v])"),
)
repair_leaking_average.mistake(
    "whole_degrees",
    "With whole degrees your averages are whole numbers too: every one is cut when it is written "
    "into the array. Which type has an array like that?",
    ("np.array(theta, dtype=float)", "np.array(theta)"),
)
repair_leaking_average.mistake(
    "weights_swapped",
    "Your averages jump with every day: the new value has the weight of the past. Which of the two "
    "is multiplied by beta?",
    ("(1 - beta) * theta[0]", "beta * theta[0]"),
    ("beta * v[t - 1] + (1 - beta) * theta[t]", "(1 - beta) * v[t - 1] + beta * theta[t]"),
)
repair_leaking_average.mistake(
    "averages_yesterday",
    "From the second day on each average uses the temperature of the day before. Which day's is "
    "new?",
    ("(1 - beta) * theta[t]", "(1 - beta) * theta[t - 1]"),
)


@repair_leaking_average.style
def _(theta, beta):
    v = np.zeros(np.shape(theta))
    before = 0.0
    for t in range(len(v)):
        v[t] = before = beta * before + (1 - beta) * theta[t]
    return v


@repair_leaking_average.style
def _(theta, beta):
    past, averages = np.zeros_like(theta[0], dtype=float), []
    for today in theta:
        past = past * beta + today * (1 - beta)
        averages.append(past)
    return np.array(averages)


@repair_leaking_average.style
def _(theta, beta):
    table = np.asarray(theta, dtype=float)
    age = np.arange(len(table))
    weights = np.tril((1 - beta) * beta ** np.abs(age[:, None] - age))
    return weights @ table
