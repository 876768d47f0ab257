"""Lesson 12, the capstone: questions on what the race shows, and a training loop of one's own.

Any optimizer is right in the loop, so what is held against the reference is told in words by
`optlab.runs`; the numbers that are reported are held against runs of the learner's own function.
"""

import numpy as np

from autograder.lesson import Lesson
from optlab.checking.probe import Case, Recipe

lesson = Lesson("12_capstone", title="Race your own optimizers")

lesson.quiz(
    "capstone_no_winner",
    title="First everywhere?",
    question="What do these numbers say?",
    options={
        "a": (
            "Adam is the first on every surface",
            "Look at the round bowl, where Adam needs 56 steps. How many does gradient descent "
            "need?",
        ),
        "b": (
            "momentum is the first on every surface",
            "Momentum is the first on the long bowl. Where is it on the three others?",
        ),
        "c": (
            "who is first depends on the surface",
            "On the long bowl gradient descent is the only one that does not arrive, on the three "
            "others it is the first. Which surface a network's cost resembles, nobody tells you "
            "beforehand.",
        ),
        "d": (
            "whoever is first merely had a better learning rate",
            "All four had the rate that was best for them on that surface. What is left to "
            "explain the differences?",
        ),
    },
    right="c",
    hints=(
        "Look at each row of the table by itself: who needs the fewest steps there?",
        "Count for each optimizer on how many surfaces it is the first.",
    ),
)

lesson.quiz(
    "capstone_which_part",
    title="Which part chooses the rate?",
    question="Why not simply choose the rate with the best result on the test part?",
    options={
        "a": (
            "one should; or still better, the rate with the lowest cost on the part it is trained "
            "on",
            "On the part that it trains on a network can learn even wrong labels by heart. Which "
            "rate would win there?",
        ),
        "b": (
            "the test score would then be partly luck: it must come from data that decided nothing",
            "Whoever tries the most settings on the test part gets the best test score, by luck "
            "alone. A validation part takes that luck upon itself, and the test part stays a "
            "fresh look.",
        ),
        "c": (
            "one should: the test score is what counts in the end",
            "Then the test score has chosen the rate. What can it still say about digits that "
            "nobody has seen?",
        ),
        "d": (
            "no part should choose it; a rate from a paper is more objective",
            "A rate from a paper fits the paper's problem. What did the sweeps say about one rate "
            "for another optimizer?",
        ),
    },
    right="b",
    hints=(
        "Suppose that twenty rates were all equally good. Which one would the test part choose?",
        "One part of the data must not have decided anything before the final score.",
    ),
)

lesson.quiz(
    "capstone_error_bars",
    title="Error bars",
    question=r"In some other race, momentum reached a test accuracy of $98.3 \pm 0.6$ % and Adam "
    "$98.0 \\pm 0.6$ %: mean\n"
    "and standard deviation over five seeds, on 360 test digits. What follows?",
    options={
        "a": (
            "that nobody can say who is better: the difference is of the size that chance brings",
            "0.3 points are one test digit of 360, and another seed moves each of them by twice "
            "as much. Such a difference is what chance brings.",
        ),
        "b": (
            "that momentum is better, because its mean is higher",
            "The mean is higher, yes. How far does it move when only the seed changes?",
        ),
        "c": (
            "that the two are equally good, as is now shown",
            "Too few seeds to see a difference does not show that there is none. What would you "
            "need to tell?",
        ),
        "d": (
            "that the one with the larger spread is worse",
            "A larger spread is not the better or the worse optimizer by itself. How does the "
            "difference compare with the spreads?",
        ),
    },
    right="a",
    hints=(
        "How many of 360 test digits are 0.3 percentage points?",
        "Compare the distance of the two means with what another seed does to one of them.",
    ),
)

lesson.quiz(
    "capstone_train_and_test",
    title="Training and test",
    question="In a race of all nine, run with these rules, the highest training cost was about "
    "thirty times the lowest.\n"
    "The test accuracies lay between 97.8 and 98.7 %, with standard deviations from 0.2 to 0.9. "
    "What is the\n"
    "best description?",
    options={
        "a": (
            "both numbers measure the same, so that there is one winner",
            "The training costs differ far beyond their error bars. Which of the two numbers did "
            "not?",
        ),
        "b": (
            "the lowest training cost gives the highest test accuracy",
            "The lowest training cost was thirty times below the highest. By how much did the "
            "test accuracies differ, compared with their spread?",
        ),
        "c": (
            "the lowest training cost gives the lowest test accuracy",
            "No optimizer was first and last in the same way on both. What would you expect to "
            "see in the right panel, if it were so?",
        ),
        "d": (
            "in training cost they differ clearly; in test accuracy no winner can be named",
            "The training cost is what an optimizer lowers, and there they differ by a large "
            "factor. The test accuracy depends on what the network makes of new digits; beyond "
            "some point a lower training cost has nothing to add to it.",
        ),
    },
    right="d",
    hints=(
        "Compare the left and the right panel: in which one do the error bars overlap?",
        "How large is the largest difference in test accuracy, counted in standard deviations?",
    ),
)


@lesson.exercise(
    points=2,
    returns=("rate",),
    summary="optlab.runs:schedule",
    hints=(
        "Which share of the updates is done at `step`? It runs from 0 to nearly 1.",
        "A straight line from the full rate down to 0 does, and so does half a cosine; your "
        "warmup_cosine of lesson 10 may be copied here.",
    ),
)
def own_rate(step, budget, rate):
    """The rate of an update: a straight line down to 0."""
    return rate * (1 - step / budget)


def _all_steps(budget, rate, note):
    then = tuple({"step": step} for step in range(1, budget))
    return Case({"step": 0, "budget": budget, "rate": rate}, then, note=note)


@own_rate.cases
def _(rng):
    yield _all_steps(40, 2.0, "40 updates and a full rate of 2")
    yield _all_steps(184, 0.04, "184 updates and a full rate of 0.04")
    yield _all_steps(int(rng.integers(60, 120)), float(rng.uniform(0.2, 0.8)), "another budget")


LINE = "rate * (1 - step / budget)"
own_rate.mistake(
    "never_falls",
    "Your last rate is the first one. How large should the steps be when the budget is nearly "
    "spent?",
    (LINE, "rate"),
)
own_rate.mistake(
    "rises",
    "Your last rate is larger than your first. Which end should be the calm one?",
    (LINE, "rate * (step + 1) / budget"),
)
own_rate.mistake(
    "full_rate_forgotten",
    "Over 184 updates with a full rate of 0.04 your largest rate is above it; over 40 updates with "
    "a full rate of 2 it is not. What does your largest rate depend on?",
    (LINE, "1 - step / budget"),
)
own_rate.mistake(
    "budget_fixed",
    "With a budget of 184 your rate ends small, with a smaller budget it does not. Where does the "
    "budget come in?",
    ("step / budget", "step / 184"),
)
own_rate.mistake(
    "stops_half_way",
    "At the last update your rate is still more than a tenth of the largest. How small should it "
    "become?",
    (LINE, "rate * (1 - 0.5 * step / budget)"),
)
own_rate.mistake(
    "below_zero",
    "Some of your rates are below zero: there the steps lead uphill. Where should the rate reach "
    "zero?",
    (LINE, "rate * (1 - 2 * step / budget)"),
)
own_rate.mistake(
    "far_too_small",
    "Your largest rate is a small part of the full rate that was asked for. At which update is the "
    "full rate reached, or nearly?",
    (LINE, "0.1 * rate * (1 - step / budget)"),
)


@own_rate.style
def _(step, budget, rate):
    return rate * (1 + np.cos(np.pi * step / budget)) / 2


@own_rate.style
def _(step, budget, rate):
    warm_up = budget // 10
    if step < warm_up:
        return rate * (step + 1) / warm_up
    return rate * (budget - step) / (budget - warm_up)


@own_rate.style
def _(step, budget, rate):
    return rate * 0.01 ** (step / budget)


@lesson.exercise(
    points=6,
    returns=("params",),
    summary="optlab.runs:training",
    hints=(
        "Begin with track.start and a loop over range(track.budget): ask for a gradient, step. "
        "Then add one part after the other, and check again after each.",
        "The norm of all gradients is the root of the sum of all squares, over all keys. Where it "
        "is above 5, multiply every gradient by 5 / norm.",
        "Every 18 updates ask for the validation cost. Where it is the lowest so far, keep these "
        "parameters. What do you keep, if your step writes into the arrays?",
    ),
)
def own_training(track, rate=0.08):
    """Adam with a falling rate, clipping, and the best parameters kept."""
    params, v, s = track.start, {}, {}
    best, lowest, waited = params, np.inf, 0
    for t in range(1, track.budget + 1):
        grads = track.gradient(params)
        norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
        scale = 5 / max(norm, 5)
        now = rate * (1 - (t - 1) / track.budget)
        moved = {}
        for key in params:
            g = scale * grads[key]
            v[key] = 0.9 * v.get(key, 0) + 0.1 * g
            s[key] = 0.999 * s.get(key, 0) + 0.001 * g**2
            root = np.sqrt(s[key] / (1 - 0.999**t))
            moved[key] = params[key] - now * v[key] / (1 - 0.9**t) / (root + 1e-8)
        params = moved
        if t % 18 == 0:
            cost = track.validation_cost(params)
            if cost < lowest:
                best, lowest, waited = params, cost, 0
            else:
                waited += 1
            if waited == 4:
                break
    return best


@own_training.cases
def _(rng):
    seed = int(rng.integers(100, 1000))
    plain, huge, mixed = (
        Recipe("optlab.track:practice", {"seed": seed, "trouble": trouble})
        for trouble in ("", "huge", "mixed")
    )
    then = ({"track": huge}, {"track": mixed}, {"track": plain})
    yield Case({"track": plain}, then, note="a practice track, with and without trouble")


own_training.mistake(
    "never_clips",
    "One gradient that is far too large ruins your run: what it leaves behind stays. What could "
    "you do with the norm of all gradients before you step?",
    ("scale * grads[key]", "grads[key]"),
)
own_training.mistake(
    "returns_the_last",
    "When the labels are wrong towards the end, you return what they have made of your network. "
    "Which parameters had the lowest validation cost, and do later steps change what you keep?",
    ("return best", "return params"),
)
own_training.mistake(
    "returns_the_start",
    "You return the parameters that you were given. Which of yours have moved?",
    ("return best", "return track.start"),
)
own_training.mistake(
    "cost_rises",
    "Where your training ends, the cost is above that of the start. Do your steps lead downhill, "
    "and how long are they?",
    ("params[key] - now", "params[key] + now"),
)
own_training.mistake(
    "cost_hardly_falls",
    "Your cost has hardly fallen when the training ends. How long are your steps, and how many of "
    "them are made?",
    ("now = rate *", "now = 0.01 * rate *"),
)
own_training.mistake(
    "over_budget",
    "You ask for more gradients than the budget has. How many times does your loop run?",
    ("range(1, track.budget + 1)", "range(1, track.budget + 2)"),
)


@own_training.another("returns_the_last")
def _(track, rate=0.04):
    params = track.start
    best, lowest = params, np.inf
    for t in range(track.budget):
        grads = track.gradient(params)
        norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
        for key in params:
            params[key] -= 25 * rate * (1 - t / track.budget) * 5 / max(norm, 5) * grads[key]
        if t % 18 == 17 and track.validation_cost(params) < lowest:
            best, lowest = params, track.validation_cost(params)
    return best


@own_training.style
def _(track, rate=1.0):
    params = track.start
    velocity = {key: np.zeros(value.shape) for key, value in params.items()}
    best = {key: value.copy() for key, value in params.items()}
    lowest = track.validation_cost(best)
    for t in range(track.budget):
        grads = track.gradient(params)
        flat = np.concatenate([g.ravel() for g in grads.values()])
        limit = min(1.0, 2.0 / np.linalg.norm(flat))
        for key in params:
            velocity[key] = 0.9 * velocity[key] + 0.1 * limit * grads[key]
            params[key] -= rate * (1 + np.cos(np.pi * t / track.budget)) / 2 * velocity[key]
        if t % 4 == 3 and track.validation_cost(params) < lowest:
            lowest = track.validation_cost(params)
            best = {key: value.copy() for key, value in params.items()}
    return best


@own_training.style
def _(track, rate=0.02):
    params, s, seen = track.start, {}, []
    for t in range(track.budget):
        grads = {key: np.clip(g, -0.5, 0.5) for key, g in track.gradient(params).items()}
        s = {key: 0.9 * s.get(key, 0) + 0.1 * g**2 for key, g in grads.items()}
        now = rate * (1 - t / track.budget)
        params = {k: params[k] - now * grads[k] / (np.sqrt(s[k]) + 1e-8) for k in params}
        if t % 10 == 9:
            seen.append((track.validation_cost(params), t, params))
    return min(seen)[2]


@own_training.style
def _(track, rate=0.5):
    def norm(grads):
        return sum(float((g * g).sum()) for g in grads.values()) ** 0.5

    params = best = track.start
    since = 0
    for t in range(track.budget):
        grads = track.gradient(params)
        if norm(grads) > 5:
            grads = {key: 5 * g / norm(grads) for key, g in grads.items()}
        params = {key: value - rate * grads[key] for key, value in params.items()}
        if t % 12 == 11:
            better = track.validation_cost(params) < track.validation_cost(best)
            since = 0 if better else since + 1
            best = params if better else best
        if since > 3:
            return best
    return best


@lesson.exercise(
    points=3,
    returns=("comparison",),
    hints=(
        "The mean of n numbers is known to about their standard deviation, divided by the root of "
        "n.",
        "np.std divides by n unless it is told ddof=1.",
        "The run of a seed has a partner of the same seed: take the five differences first, then "
        "their mean and their standard error.",
    ),
)
def compare_runs(own, other):
    """Means, standard errors, and what they allow one to say."""
    own, other = np.asarray(own, dtype=float), np.asarray(other, dtype=float)
    apart = own - other
    error = own.std(ddof=1) / np.sqrt(own.size)
    difference = apart.mean()
    difference_error = apart.std(ddof=1) / np.sqrt(apart.size)
    verdict = "lower" if difference < 0 else "higher"
    if abs(difference) <= 2 * difference_error:
        verdict = "tie"
    return {
        "mean": own.mean(),
        "error": error,
        "difference": difference,
        "difference_error": difference_error,
        "verdict": verdict,
    }


@compare_runs.cases
def _(rng):
    own = np.array([0.5, 0.7, 0.6, 0.4])
    yield Case({"own": own, "other": [0.8, 0.9, 0.8, 0.7]}, note="four clearly lower costs")
    yield Case(
        {"own": [3.0, 1.0, 2.0], "other": [2.0, 2.0, 1.7]}, note="lists of three that overlap"
    )
    between = own - [0.3, -0.02, 0.3, 0.02]
    yield Case({"own": own, "other": between}, note="a difference of 1.7 standard errors")
    other = rng.uniform(0.1, 0.3, 5)
    yield Case({"own": other + rng.uniform(0.2, 0.3, 5), "other": other}, note="five higher costs")
    other = rng.uniform(0.1, 0.3, 6)
    lower = other - rng.uniform(0.02, 0.05, 6)
    yield Case({"own": lower, "other": other}, note="six costs, each lower than its partner")


compare_runs.mistake(
    "spread_for_error",
    "You give the standard deviation, how far single runs lie apart. How much better is the mean "
    "of four of them known?",
    ("own.std(ddof=1) / np.sqrt(own.size)", "own.std(ddof=1)"),
    ("apart.std(ddof=1) / np.sqrt(apart.size)", "apart.std(ddof=1)"),
)
compare_runs.another("spread_for_error", (" / np.sqrt(own.size)", ""))
compare_runs.another("spread_for_error", (" / np.sqrt(apart.size)", ""))
compare_runs.mistake(
    "divided_by_n",
    "Your standard deviation divides the squares by n; the mean was made of the same numbers. By "
    "what does one divide then?",
    ("own.std(ddof=1)", "own.std()"),
    ("apart.std(ddof=1)", "apart.std()"),
)
compare_runs.another("divided_by_n", ("own.std(ddof=1)", "own.std()"))
compare_runs.another("divided_by_n", ("apart.std(ddof=1)", "apart.std()"))
compare_runs.mistake(
    "error_divided_by_n",
    "Your standard error is the spread divided by the number of runs. How does the error of a mean "
    "shrink, when there are four times as many?",
    ("own.std(ddof=1) / np.sqrt(own.size)", "own.std(ddof=1) / own.size"),
    ("apart.std(ddof=1) / np.sqrt(apart.size)", "apart.std(ddof=1) / apart.size"),
)
compare_runs.mistake(
    "one_error_is_enough",
    "At 1.7 standard errors you see a winner. How many standard errors are asked for here?",
    ("<= 2 * difference_error", "<= difference_error"),
)
compare_runs.mistake(
    "never_a_tie",
    "Whoever has the lower mean wins with you, however small the difference. When do the runs not "
    "tell them apart?",
    ("<= 2 * difference_error", "< 0"),
)
compare_runs.mistake(
    "verdict_reversed",
    "Your verdict calls the lower cost the higher one. Whose cost minus whose is the difference?",
    ("difference < 0", "difference > 0"),
)
compare_runs.mistake(
    "difference_reversed",
    "Your difference has the other sign. Which of the two is taken from which?",
    ("own - other", "other - own"),
)
compare_runs.variant(
    "unpaired",
    "Correct. Your error of the difference adds up those of the two means, as for runs with "
    "nothing in common; the course's takes the differences seed by seed.",
    (
        "apart.std(ddof=1) / np.sqrt(apart.size)",
        "np.sqrt((own.var(ddof=1) + other.var(ddof=1)) / own.size)",
    ),
)


@compare_runs.style
def _(own, other):
    def mean_and_error(values):
        n = len(values)
        mean = sum(values) / n
        return mean, (sum((x - mean) ** 2 for x in values) / (n - 1) / n) ** 0.5

    mean, error = mean_and_error(own)
    difference, wide = mean_and_error([a - b for a, b in zip(own, other, strict=True)])
    if difference + 2 * wide < 0:
        verdict = "lower"
    elif difference - 2 * wide > 0:
        verdict = "higher"
    else:
        verdict = "tie"
    return {
        "mean": mean,
        "error": error,
        "difference": difference,
        "difference_error": wide,
        "verdict": verdict,
    }


@compare_runs.style
def _(own, other):
    both = np.array([own, np.subtract(own, other)])
    means, errors = both.mean(axis=1), both.std(axis=1, ddof=1) / both.shape[1] ** 0.5
    t = means[1] / errors[1]
    verdict = ("lower", "tie", "higher")[int(t > 2) - int(t < -2) + 1]
    names = ("mean", "error", "difference", "difference_error", "verdict")
    return dict(zip(names, (means[0], errors[0], means[1], errors[1], verdict), strict=True))


@lesson.exercise(
    points=4,
    returns=("run",),
    summary="optlab.runs:report",
    hints=(
        "The run first: what does own_training return on this track?",
        "The report is the same for every track. Its numbers are what the cell above has printed: "
        "write them down with four digits, in the order of the seeds.",
        "For `compared` your compare_runs has all that it needs: your five costs, and track_plain.",
    ),
)
def own_report(track):
    """A run on this track, and what is reported of it: gradient descent on a falling line."""
    params = track.start
    for t in range(track.budget):
        grads = track.gradient(params)
        norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
        now = (1 - t / track.budget) * min(1, 5 / norm)
        params = {key: params[key] - now * grads[key] for key in params}
    plain = np.array([0.1893, 0.2794, 0.2543, 0.205, 0.2772])
    costs = np.array([0.4769, 0.4781, 0.4697, 0.4569, 0.4795])
    apart = costs - plain
    compared = {
        "mean": costs.mean(),
        "error": costs.std(ddof=1) / np.sqrt(5),
        "difference": apart.mean(),
        "difference_error": apart.std(ddof=1) / np.sqrt(5),
        "verdict": "higher",
    }
    sweep = [(0.5, 0.5614), (1, 0.4857), (2, 0.5541)]
    return params, {"sweep": sweep, "rate": 1, "costs": list(costs), "compared": compared}


@own_report.cases
def _(rng):
    for seed in (11, 14):
        track = Recipe("optlab.track:course", {"seed": seed})
        yield Case({"track": track}, note=f"your run of seed {seed}, made again")
    track = Recipe("optlab.track:course", {"seed": 101})
    yield Case({"track": track}, note="the run of seed 101 at the rate that you chose")
    track = Recipe("optlab.track:practice", {"seed": int(rng.integers(100, 1000))})
    yield Case({"track": track}, note="digits that nobody has reported on")


own_report.mistake(
    "best_at_the_edge",
    "The rate that you chose lies at the edge of your sweep. How do you know that the next one "
    "would not be better still?",
    ("(2, 0.5541)", "(0.25, 0.7308)"),
)
own_report.mistake(
    "not_the_lowest",
    "Another rate of your sweep has a lower cost than the one that you chose. What made you "
    "choose it?",
    ("(2, 0.5541)", "(2, 0.4541), (4, 0.6)"),
)
own_report.mistake(
    "spread_for_error",
    "What you report as the error of the mean does not follow from your five costs. By what is "
    "their standard deviation divided?",
    ("costs.std(ddof=1) / np.sqrt(5)", "costs.std(ddof=1)"),
)
own_report.mistake(
    "verdict_differs",
    "Your verdict does not follow from your difference and its standard error. Is the difference "
    "larger than two of them, and on which side?",
    ('"higher"', '"tie"'),
)
own_report.mistake(
    "one_run_for_two",
    "Two of your five costs are the same number, and the seeds are not. Where does the second one "
    "come from?",
    ("0.4697", "0.4781"),
)


@own_report.style
def _(track):
    params, rate = track.start, 1
    for step in range(track.budget):
        grads = track.gradient(params)
        norm = float(np.linalg.norm(np.concatenate([g.ravel() for g in grads.values()])))
        for key in params:
            params[key] -= rate * (1 - step / track.budget) * min(1, 5 / norm) * grads[key]
    costs = [0.4769, 0.4781, 0.4697, 0.4569, 0.4795]
    apart = np.subtract(costs, (0.1893, 0.2794, 0.2543, 0.205, 0.2772))
    report = {
        "sweep": [[0.25, 0.7308], [0.5, 0.5614], [1, 0.4857], [2, 0.5541], [4, 1.988]],
        "rate": rate,
        "costs": costs,
        "compared": {
            "mean": sum(costs) / 5,
            "error": np.std(costs, ddof=1) / 5**0.5,
            "difference": sum(apart) / 5,
            "difference_error": np.std(apart, ddof=1) / 5**0.5,
            "verdict": "higher",
        },
    }
    return params, report


@own_report.style
def _(track):
    weights = track.start
    for t in range(track.budget):
        grads = track.gradient(weights)
        size = sum((g**2).sum() for g in grads.values()) ** 0.5
        for key, g in grads.items():
            weights[key] = weights[key] - (track.budget - t) / track.budget * g / max(size / 5, 1)
    said = {"mean": 0.4722, "error": 0.00419, "difference": 0.2312, "difference_error": 0.01696}
    return [
        weights,
        {
            "sweep": ((2.0, 0.5541), (1.0, 0.4857), (0.5, 0.5614)),
            "rate": 1.0,
            "costs": (0.47693, 0.47812, 0.46971, 0.45688, 0.47951),
            "compared": said | {"verdict": "higher"},
        },
    ]
