"""Lesson 00, start here: the first step downhill, then what every later lesson is written with."""

from itertools import pairwise

import numpy as np

from autograder.lesson import Lesson
from optlab.checking.probe import Case, Recipe

lesson = Lesson("00_start_here", title="Start here")


@lesson.exercise(
    points=1,
    returns=("w",),
    hints=(
        "The gradient points uphill. What do you do with it to go downhill?",
        "How far: learning_rate times gradient. Where from: w.",
        "From 3.0, gradient 6.0 and rate 0.1: the step is 0.6 long. Which side of 3.0 is downhill?",
    ),
)
def step(w, gradient, learning_rate):
    """One step of gradient descent from w."""
    return w - learning_rate * gradient


@step.cases
def _(rng):
    yield Case({"w": 3.0, "gradient": 6.0, "learning_rate": 0.1}, note="w = 3 on the parabola")
    w, gradient, rate = rng.normal(size=3).tolist()
    yield Case({"w": w, "gradient": gradient, "learning_rate": abs(rate)}, note="another place")
    args = {"w": rng.normal(size=2), "gradient": rng.normal(size=2), "learning_rate": 0.25}
    yield Case(args, note="a place on a map: two numbers")


step.mistake(
    "uphill",
    "You walk uphill: the gradient says where it rises. Which sign takes you down?",
    ("w - ", "w + "),
)
step.mistake(
    "no_rate",
    "You go the whole gradient, whatever the learning rate is. What should it do to the length?",
    ("learning_rate * gradient", "gradient"),
)
step.mistake(
    "divides",
    "You divide by the learning rate, so that a smaller rate makes a longer step. Should it?",
    ("learning_rate * gradient", "gradient / learning_rate"),
)
step.mistake(
    "only_the_step",
    "You give back the step and not the place where it leads. Where did it start?",
    ("w - learning_rate", "-learning_rate"),
)
step.another("only_the_step", ("w - learning_rate", "learning_rate"))
step.mistake(
    "no_gradient",
    "You go the same length in every direction. Which way is down, and how steep is it?",
    ("learning_rate * gradient", "learning_rate"),
)


@step.style
def _(w, gradient, learning_rate):
    downhill = -gradient
    return w + learning_rate * downhill


@step.style
def _(w, gradient, learning_rate):
    return np.subtract(w, np.multiply(learning_rate, gradient))


lesson.number_quiz(
    "one_step_rate",
    title="There in one step",
    question="From $w = 3$ on $f(w) = w^2$: with which learning rate does a single step end "
    "exactly at the minimum?",
    asks="a learning rate",
    right=(
        0.5,
        "The gradient at 3 is 6, and half of it is the whole way. On this parabola 0.5 does it "
        "from every start: the step is 0.5 times 2w.",
    ),
    wrong={
        1: "That step is 6 long: it ends at -3, as high as before. How long is the way to 0?",
        0.1: "That step ends at 2.4. How long is the way from 3 to 0?",
        3: "3 is the way to go. The step is the rate times the gradient: what is the gradient at "
        "w = 3?",
        2: "That is the way divided the wrong way round, 6/3. What has to be multiplied by 6 to "
        "give 3?",
        6: "6 is the gradient at w = 3. Times which rate is it the way to 0?",
        0.33: "A third of 6 is 2, and leads to 1. How long is the way from 3 to 0?",
    },
    hints=(
        "The way from 3 to the minimum has the length 3. How steep is the parabola at 3?",
        "The step is the rate times the gradient, and the derivative of w^2 is 2w.",
    ),
)


@lesson.exercise(
    points=1,
    returns=("places",),
    hints=(
        "Write the shapes down: w (n,), learning_rates (k,), and the result (n, k).",
        "w[:, np.newaxis] makes a column of w, shape (n, 1). What do (n, 1) and (k,) give "
        "together?",
        "The step needs the same: the gradient as a column, times all rates.",
    ),
)
def try_rates(w, gradient, learning_rates):
    """Where one step from w leads, for several learning rates at once."""
    return w[:, np.newaxis] - gradient[:, np.newaxis] * learning_rates


@try_rates.cases
def _(rng):
    few = {"w": np.array([1.0, 2.0]), "gradient": np.array([10.0, -20.0])}
    yield Case({**few, "learning_rates": np.array([0.1, 0.2, 0.5])}, note="2 numbers, 3 rates")
    yield Case({**few, "learning_rates": np.array([0.1, 0.5])}, note="as many rates as numbers")
    n, k = int(rng.integers(4, 7)), int(rng.integers(8, 12))
    many = {"w": rng.normal(size=n), "gradient": rng.normal(size=n)}
    yield Case({**many, "learning_rates": rng.random(k)}, note="many rates")
    yield Case({**many, "learning_rates": rng.random(1)}, note="a single rate")
    whole = {"w": rng.integers(-9, 9, size=3), "gradient": rng.integers(-9, 9, size=3)}
    yield Case({**whole, "learning_rates": rng.random(5)}, note="whole numbers")


COLUMN = "w[:, np.newaxis]"
SLOPES = "gradient[:, np.newaxis] * learning_rates"

try_rates.mistake(
    "no_new_axis",
    "As many rates as numbers, and you give back one number for each: the first rate moved the "
    "first number, the second rate the second. Should not every rate move all of them?",
    (f"{COLUMN} - {SLOPES}", "w - gradient * learning_rates"),
)
try_rates.mistake(
    "rows_and_columns_exchanged",
    "Your table lies on its side: one row for each rate. Which of the two should the columns be?",
    (f"{COLUMN} - {SLOPES}", "w - gradient * learning_rates[:, np.newaxis]"),
)
try_rates.mistake(
    "start_as_a_row",
    "With as many rates as numbers your w lies across: row i of the result begins at all numbers "
    "of w in turn. Which shape must w have to give every column the same start?",
    (f"{COLUMN} -", "w -"),
)
try_rates.mistake(
    "gradient_as_a_row",
    "With as many rates as numbers your gradient meets the rates one by one, and the same steps "
    "move every row. Which shape must the gradient have?",
    (SLOPES, "gradient * learning_rates"),
)
try_rates.mistake(
    "uphill",
    "You walk uphill with every rate. Which sign takes you down?",
    (f"{COLUMN} -", f"{COLUMN} +"),
)
try_rates.mistake(
    "only_the_steps",
    "You give back the steps and not the places where they lead. Where did they start?",
    (f"{COLUMN} - ", ""),
)
try_rates.mistake(
    "steps_and_sign",
    "You give back how far each rate moves and not where it leads. Where did the steps start?",
    (f"{COLUMN} - ", "-"),
)
try_rates.mistake(
    "no_gradient",
    "Every number moves by the rate itself, however steep it is there. What should the rate be "
    "multiplied by?",
    (SLOPES, "learning_rates * np.ones((len(w), 1))"),
)
try_rates.mistake(
    "only_the_first_rate",
    "All your columns are alike: they belong to the first rate. Where do the others come in?",
    (SLOPES, "gradient[:, np.newaxis] * learning_rates[:1] * np.ones(len(learning_rates))"),
)
try_rates.mistake(
    "one_after_the_other",
    "Each of your columns begins where the one before ended. Where should every rate start?",
    (SLOPES, "gradient[:, np.newaxis] * np.cumsum(learning_rates)"),
)


@try_rates.style
def _(w, gradient, learning_rates):
    return np.array([w - rate * gradient for rate in learning_rates]).T


@try_rates.style
def _(w, gradient, learning_rates):
    return w.reshape(-1, 1) - np.outer(gradient, learning_rates)


@try_rates.style
def _(w, gradient, learning_rates):
    places = np.zeros((w.size, learning_rates.size))
    for i in range(w.size):
        for j in range(learning_rates.size):
            places[i, j] = w[i] - learning_rates[j] * gradient[i]
    return places


@try_rates.style
def _(w, gradient, learning_rates):
    return np.stack([w - rate * gradient for rate in learning_rates], axis=1)


@try_rates.style
def _(w, gradient, learning_rates):
    return np.array([[a - rate * g for rate in learning_rates] for a, g in zip(w, gradient)])  # noqa: B905


@lesson.exercise(
    points=1,
    returns=("centered X",),
    hints=(
        "X.mean(axis=...) makes one number out of each row or out of each column. Which axis is it "
        "that disappears?",
        "Without more, the means have the shape (n_x,). Which shape can be subtracted from "
        "(n_x, m) row by row?",
        "keepdims=True leaves an axis of length 1 where the mean was taken.",
    ),
)
def centered(X):
    """X without the mean of each feature."""
    return X - X.mean(axis=1, keepdims=True)


@centered.cases
def _(rng):
    yield Case(
        {"X": np.array([[1.0, 2.0, 6.0], [10.0, 20.0, 60.0]])}, note="2 features, 3 examples"
    )
    yield Case({"X": np.array([[1.0, 3.0], [10.0, 20.0]])}, note="as many features as examples")
    scale = np.array([[1e-3], [1.0], [1e3]])
    yield Case({"X": scale * rng.normal(3.0, size=(3, 8))}, note="features of different sizes")
    yield Case({"X": rng.integers(0, 17, size=(4, 5))}, note="whole numbers")
    yield Case({"X": rng.normal(size=(5, 1))}, note="a single example")


MEAN = "X.mean(axis=1, keepdims=True)"

centered.mistake(
    "axis_of_the_features",
    "Your columns add up to zero: from each example you took the mean of its own features. Over "
    "which axis do the examples lie?",
    ("axis=1", "axis=0"),
)
centered.mistake(
    "one_mean_for_all",
    "You take the same number from every feature, the mean of the whole table. What is the mean of "
    "your first row now?",
    (MEAN, "X.mean()"),
)
centered.mistake(
    "no_keepdims",
    "With as many features as examples your means lie across: the mean of the first feature is "
    "taken from the first example. Which shape should the means have?",
    (MEAN, "X.mean(axis=1)"),
)
centered.mistake(
    "only_the_means",
    "You give back the means and not X without them. What is left when they are taken away?",
    (f"X - {MEAN}", MEAN),
)
centered.mistake(
    "means_added",
    "Your means are twice as large as before instead of zero. Which sign takes them away?",
    ("X - ", "X + "),
)
centered.mistake(
    "the_other_way_round",
    "Your signs are turned: what was above the mean is negative now. What is taken from what?",
    (f"X - {MEAN}", f"{MEAN} - X"),
)
centered.mistake(
    "sum_and_not_mean",
    "You take the sum of a row from each of its numbers. What would a mean be?",
    (".mean(", ".sum("),
)
centered.mistake(
    "median",
    "You take the median of each row. For 1, 2, 6 it is 2; what is the mean?",
    (MEAN, "np.median(X, axis=1, keepdims=True)"),
)
centered.mistake(
    "scaled_as_well",
    "You divide as well, by how far each row scatters: that is standardizing. What is asked for "
    "here?",
    (f"X - {MEAN}", f"(X - {MEAN}) / (X.std(axis=1, keepdims=True) + (X.shape[1] == 1))"),
)
centered.mistake(
    "first_example_taken_away",
    "You take the first example from all the others, so that your first column is zero. Which "
    "number of each row should become zero, one of its entries or its mean?",
    (MEAN, "X[:, :1]"),
)


@centered.style
def _(X):
    return (X.T - X.mean(axis=1)).T


@centered.style
def _(X):
    return X - np.sum(X, axis=1).reshape(-1, 1) / X.shape[1]


@centered.style
def _(X):
    out = np.zeros(X.shape)
    for i, row in enumerate(X):
        out[i] = row - np.mean(row)
    return out


@centered.style
def _(X):
    m = X.shape[1]
    return X @ (np.eye(m) - np.ones((m, m)) / m)


@centered.style
def _(X):
    means = np.average(X, axis=-1)
    return np.subtract(X, means[..., None])


@lesson.exercise(
    points=1,
    returns=("grads",),
    hints=(
        "Make an empty dict, walk through the keys of one of the two, and fill it.",
        "Under every key stands an array. The mean of two arrays is half their sum.",
        "{key: ... for key in first} does it in one line.",
    ),
)
def mean_grads(first, second):
    """The mean of two gradients, key by key."""
    mean = {}
    for key in first:
        mean[key] = (first[key] + second[key]) / 2
    return mean


def _network(rng, *sizes):
    """Arrays under W1, b1, W2, ... with the shapes of a network of these layer sizes."""
    params = {}
    for layer, (columns, rows) in enumerate(pairwise(sizes), start=1):
        params[f"W{layer}"] = rng.normal(size=(rows, columns))
        params[f"b{layer}"] = rng.normal(size=(rows, 1))
    return params


@mean_grads.cases
def _(rng):
    first = {"W1": np.array([[1.0, 2.0]]), "b1": np.array([[4.0]])}
    second = {"W1": np.array([[3.0, 8.0]]), "b1": np.array([[-2.0]])}
    yield Case({"first": first, "second": second}, note="one layer")
    sizes = (int(rng.integers(2, 5)), 3, 2, 2)
    yield Case({"first": _network(rng, *sizes), "second": _network(rng, *sizes)}, note="3 layers")
    names = {"scale": rng.normal(size=3), "shift": rng.normal(size=(2, 2, 2))}
    others = {key: rng.normal(size=names[key].shape) for key in ("shift", "scale")}
    yield Case({"first": names, "second": others}, note="other names, and in another order")
    whole = {"W1": rng.integers(-9, 9, size=(2, 3)), "b1": rng.integers(-9, 9, size=(2, 1))}
    odd = {key: value + 1 for key, value in whole.items()}
    yield Case({"first": whole, "second": odd}, note="whole numbers")


BOTH = "(first[key] + second[key]) / 2"

mean_grads.mistake(
    "sum_and_not_mean",
    "You add the two and do not halve: two equal gradients come out twice as large. What is the "
    "mean of 1 and 3?",
    (BOTH, "first[key] + second[key]"),
)
mean_grads.mistake(
    "halves_one_only",
    "You halve the second and add the whole first: 1 and 3 give 2.5. What does Python do first, "
    "the sum or the division?",
    (BOTH, "first[key] + second[key] / 2"),
)
mean_grads.mistake(
    "halves_the_first_only",
    "You halve the first and add the whole second: 1 and 3 give 3.5. What is their mean?",
    (BOTH, "first[key] / 2 + second[key]"),
)
mean_grads.mistake(
    "difference",
    "You halve the difference: two equal gradients give zero. What is the mean of 1 and 3?",
    ("first[key] + second", "first[key] - second"),
)
mean_grads.mistake(
    "first_only",
    "You give back the first of the two. Where does the second come in?",
    (BOTH, "1.0 * first[key]"),
)
mean_grads.mistake(
    "second_only",
    "You give back the second of the two. Where does the first come in?",
    (BOTH, "1.0 * second[key]"),
)
mean_grads.mistake(
    "product",
    "You multiply the two. What is the mean of 1 and 3?",
    (BOTH, "first[key] * second[key]"),
)
mean_grads.mistake(
    "one_number_for_a_key",
    "Under each key you give back a single number, the mean of all entries. Which shape does a "
    "gradient have?",
    (BOTH, "np.mean((first[key] + second[key]) / 2)"),
)
mean_grads.mistake(
    "keys_of_gradients",
    "Your keys are dW1, db1, ...; in this course a gradient has the same keys as the parameters. "
    "What is the gradient of W1 called?",
    ("mean[key]", 'mean["d" + key]'),
)
mean_grads.mistake(
    "weights_only",
    "Your result has no biases. Which keys does your loop visit?",
    ("for key in first:", 'for key in [key for key in first if not key.startswith("b")]:'),
)
mean_grads.mistake(
    "whole_numbers_cut",
    "You divide without a remainder: the mean of 1 and 2 comes out as 1. Which of Python's two "
    "divisions keeps the half?",
    (BOTH, "(first[key] + second[key]) // 2"),
)
mean_grads.mistake(
    "returns_in_the_loop",
    "Your result has one key only: the function ends in the first round of the loop. How far is "
    "`return` indented?",
    ("    return mean", "        return mean"),
)
mean_grads.mistake(
    "values_without_keys",
    "You give back the arrays in a list: nobody can tell which of them belongs to W1. What has "
    "keys?",
    ("return mean", "return list(mean.values())"),
)
mean_grads.mistake(
    "works_in_place",
    "Your numbers are right, but the first gradient has changed: whoever holds it now finds the "
    "mean in it. Where could the results go instead?",
    ("mean = {}", "mean = first"),
    share=0.8,
)


@mean_grads.style
def _(first, second):
    return {key: (first[key] + second[key]) / 2 for key in first}


@mean_grads.style
def _(first, second):
    return {key: np.mean([value, second[key]], axis=0) for key, value in first.items()}


@mean_grads.style
def _(first, second):
    mean = {key: value.astype(float) for key, value in first.items()}
    for key in mean:
        mean[key] += second[key]
        mean[key] *= 0.5
    return mean


@mean_grads.style
def _(first, second):
    halves = dict(zip(first, [0.5 * value for value in first.values()], strict=True))
    for key in second:
        halves[key] = halves[key] + 0.5 * second[key]
    return halves


@lesson.exercise(
    points=2,
    returns=("params",),
    views_allowed=True,
    hints=(
        "dict(params) is a new dict with the same arrays in it. Which of them must be a new one?",
        "params[key].copy() is a new array with the same numbers. In an integer array there is no "
        "room for h = 0.1; .astype(float) copies as well.",
        "array[place] += h changes one entry, if place is a tuple such as (0, 2).",
    ),
)
def nudged(params, key, place, h):
    """params once more, with one entry larger by h."""
    new = dict(params)
    new[key] = params[key].astype(float)
    new[key][place] += h
    return new


@nudged.cases
def _(rng):
    params = {"W1": np.array([[1.0, 2.0, 3.0]]), "b1": np.array([[4.0]])}
    yield Case({"params": params, "key": "W1", "place": (0, 2), "h": 0.5}, note="the last of W1")
    params = _network(rng, 3, 2, 2)
    row, column = int(rng.integers(2)), int(rng.integers(1, 3))
    there = {"params": params, "key": "W1", "place": (row, column), "h": 1e-3}
    back = {"key": "b2", "place": (1, 0), "h": -1e-3}
    yield Case(there, ({},), note="the same twice, from the same params")
    yield Case(there, (back,), {"params": None}, note="one nudge after the other")
    whole = {"W1": rng.integers(-9, 9, size=(2, 3)), "b1": rng.integers(-9, 9, size=(2, 1))}
    yield Case({"params": whole, "key": "b1", "place": (1, 0), "h": 0.1}, note="whole numbers")
    row = {"scale": rng.normal(size=4), "shift": rng.normal(size=4)}
    yield Case({"params": row, "key": "shift", "place": (3,), "h": 2.0}, note="other names")


OWN = "params[key].astype(float)"
MOVE = "new[key][place] += h"

nudged.mistake(
    "changes_the_argument",
    "Your result is right once, but the params that you were given have moved: a second call "
    "begins where the first one ended. A new dict, and the same arrays in it: what else is to be "
    "copied?",
    (f"    new[key] = {OWN}\n", ""),
    share=0.5,
)
nudged.mistake(
    "works_on_the_same_dict",
    "You work on the dict that you were given: whoever holds it finds it changed. What could you "
    "copy?",
    ("new = dict(params)", "new = params"),
    share=0.5,
)
nudged.mistake(
    "cut_off_in_whole_numbers",
    "With whole numbers your h is lost, or NumPy refuses it: an integer array has no room for 0.1. "
    "Which copy makes floats?",
    (f"{OWN}\n    {MOVE}", "params[key].copy()\n    new[key][place] = new[key][place] + h"),
)
nudged.another(
    "cut_off_in_whole_numbers",
    (f"{OWN}\n    {MOVE}", f"params[key].copy()\n    {MOVE}"),
)
nudged.mistake(
    "moves_the_whole_array",
    "Every entry of params[key] has moved, and not one of them alone. What is `place` for?",
    (MOVE, "new[key] += h"),
)
nudged.mistake(
    "moves_a_row",
    "A whole row has moved. place is a tuple such as (0, 2): how much of it do you use?",
    (MOVE, "new[key][place[0]] += h"),
)
nudged.mistake(
    "moves_a_column",
    "A whole column has moved. place is a tuple such as (0, 2): how much of it do you use?",
    (MOVE, "new[key][..., place[-1]] += h"),
)
nudged.mistake(
    "moves_all_keys",
    "The arrays under the other keys have moved as well. Which key was asked for?",
    (
        f"new[key] = {OWN}\n    {MOVE}",
        "new = {name: value.astype(float) for name, value in params.items()}\n"
        "    for name in new:\n"
        "        new[name].flat[0 if name != key else 0] += h * (name != key)\n"
        f"    {MOVE}",
    ),
)
nudged.mistake(
    "sets_instead_of_adding",
    "The entry has become h. By how much should it grow?",
    (MOVE, "new[key][place] = h"),
)
nudged.mistake(
    "nudges_the_other_way",
    "The entry has become smaller by h. Which sign makes it larger?",
    (MOVE, "new[key][place] -= h"),
)
nudged.mistake(
    "scales_the_entry",
    "You multiply the entry by 1 + h: what was zero would stay zero. By how much should every "
    "entry grow?",
    (MOVE, "new[key][place] *= 1 + h"),
)
nudged.mistake(
    "only_the_array",
    "You give back the array under that key and not the whole dict. What does a cost need that "
    "takes params?",
    ("return new", "return new[key]"),
)
nudged.mistake(
    "only_that_key",
    "Your dict holds the one key and lost the others. What does a cost need that takes params?",
    ("dict(params)", "{}"),
)
nudged.mistake(
    "nothing_moved",
    "Nothing has moved. Which entry should be larger by h?",
    (f"    {MOVE}\n", ""),
)


@nudged.style
def _(params, key, place, h):
    new = {name: value.copy() for name, value in params.items()}
    step = np.zeros(params[key].shape)
    step[place] = h
    new[key] = new[key] + step
    return new


@nudged.style
def _(params, key, place, h):
    array = np.array(params[key], dtype=float)
    array[place] = array[place] + h
    return {**params, key: array}


@nudged.style
def _(params, key, place, h):
    import copy

    new = copy.deepcopy(params)
    new[key] = new[key] * 1.0
    new[key][place] += h
    return new


@nudged.style
def _(params, key, place, h):
    here = np.ravel_multi_index(place, params[key].shape)
    flat = params[key].astype(float).ravel()
    flat[here] += h
    return params | {key: flat.reshape(params[key].shape)}


@lesson.exercise(
    points=2,
    returns=("grads",),
    hints=(
        "One example, one weight: the derivative of (w x + b - y)^2 / 2 is the error w x + b - y, "
        "times what stands beside the variable: x for w, 1 for b.",
        "The cost is a mean over the examples, so the gradient is the mean of theirs: a sum, "
        "divided by m.",
        "E @ X.T has the shape (1, n_x), and adds up over the examples by itself. What adds E up "
        "for b1, and keeps the shape (1, 1)?",
    ),
)
def line_grads(params, X, Y):
    """The gradient of half the mean squared error of W1 X + b1."""
    m = X.shape[1]
    error = params["W1"] @ X + params["b1"] - Y
    dW1 = error @ X.T / m
    db1 = error.sum(axis=1, keepdims=True) / m
    return {"W1": dW1, "b1": db1}


@line_grads.cases
def _(rng):
    params = {"W1": np.array([[2.0]]), "b1": np.array([[1.0]])}
    two = {"X": np.array([[1.0, 3.0]]), "Y": np.array([[3.0, 5.0]])}
    yield Case({"params": params, **two}, note="two points, one of them on the line")
    for n_x, m, note in ((1, 5, "5 points"), (3, 7, "3 features"), (4, 1, "a single example")):
        params = {"W1": rng.normal(size=(1, n_x)), "b1": rng.normal(size=(1, 1))}
        X, Y = rng.normal(size=(n_x, m)), rng.normal(size=(1, m))
        yield Case({"params": params, "X": X, "Y": Y}, note=note)
    params = {"W1": np.array([[2, -1]]), "b1": np.array([[3]])}
    X, Y = rng.integers(-5, 6, size=(2, 4)), rng.integers(-5, 6, size=(1, 4))
    yield Case({"params": params, "X": X, "Y": Y}, note="whole numbers")


ERROR = 'params["W1"] @ X + params["b1"] - Y'
SLOPE = "error @ X.T / m"
SHIFT = "error.sum(axis=1, keepdims=True) / m"

line_grads.mistake(
    "not_divided",
    "Your gradients grow with the number of examples: two equal points give twice those of one. "
    "What is a mean?",
    (SLOPE, "error @ X.T"),
    (SHIFT, "error.sum(axis=1, keepdims=True)"),
)
line_grads.mistake(
    "weight_not_divided",
    "Your b1 is a mean over the examples, your W1 their sum. What is the cost?",
    (SLOPE, "error @ X.T"),
)
line_grads.mistake(
    "bias_not_divided",
    "Your W1 is a mean over the examples, your b1 their sum. What is the cost?",
    (SHIFT, "error.sum(axis=1, keepdims=True)"),
)
line_grads.mistake(
    "factor_of_two",
    "Your gradients are twice as large: those of a mean of squares. What does the half in front of "
    "the cost do to the 2 of the square?",
    (SLOPE, f"2 * {SLOPE}"),
    (SHIFT, f"2 * {SHIFT}"),
)
line_grads.mistake(
    "halved",
    "Your gradients are half as large: the half is there, and the 2 of the square is not. What is "
    "the derivative of e^2 / 2?",
    (SLOPE, f"{SLOPE} / 2"),
    (SHIFT, f"{SHIFT} / 2"),
)
line_grads.mistake(
    "sign_of_the_error",
    "Both gradients have the other sign: a step downhill by them would go uphill. What is taken "
    "from what in the error?",
    (ERROR, 'Y - params["W1"] @ X - params["b1"]'),
)
line_grads.mistake(
    "bias_forgotten_in_the_error",
    "Your error is that of a line through the origin. What does the prediction hold besides W1 X?",
    (ERROR, 'params["W1"] @ X - Y'),
)
line_grads.mistake(
    "labels_forgotten",
    "Your errors do not know the labels: a line that fits all points would still be moved. What is "
    "an error?",
    (ERROR, 'params["W1"] @ X + params["b1"]'),
)
line_grads.mistake(
    "x_forgotten",
    "Your W1 does not know X: it is the mean error, as for b1. What stands beside w in w x + b?",
    (SLOPE, "np.ones((1, len(X))) * error.mean()"),
)
line_grads.mistake(
    "error_not_used",
    "Your gradients are means of the inputs and know nothing of the errors. What is the derivative "
    "of e^2 / 2 by e?",
    (SLOPE, "np.ones_like(error) @ X.T / m"),
    (SHIFT, "np.ones_like(error).sum(axis=1, keepdims=True) / m"),
)
line_grads.mistake(
    "size_of_the_error",
    "You use the size of each error without its sign: a point below the line pulls up. What is the "
    "derivative of e^2 / 2?",
    ("error = ", "error = abs("),
    ("- Y", "- Y)"),
)
line_grads.mistake(
    "error_squared",
    "You multiply by the square of each error. What is the derivative of e^2 / 2?",
    ("error = ", "error = np.square("),
    ("- Y", "- Y)"),
)
line_grads.mistake(
    "no_keepdims",
    "Your b1 has the shape (1,); b1 itself has the shape (1, 1). What keeps an axis?",
    (", keepdims=True", ""),
    share=0.5,
)
line_grads.mistake(
    "bias_is_a_number",
    "Your b1 is a bare number; b1 itself has the shape (1, 1). What keeps both axes?",
    (SHIFT, "error.sum() / m"),
    share=0.5,
)
line_grads.mistake(
    "bias_for_every_example",
    "Your b1 has one number for each example. How do they become one?",
    (SHIFT, "error / m"),
)
line_grads.mistake(
    "weight_turned",
    "Your W1 stands upright, with the shape (n_x, 1). Which shape has W1?",
    (SLOPE, f"({SLOPE}).T"),
)
line_grads.mistake(
    "one_slope_for_all_features",
    "Your W1 is a single number, a mean over the features as well as over the examples. How many "
    "weights has W1, and along which axis of X do the examples lie?",
    (SLOPE, "np.mean(error * X, keepdims=True)"),
)
line_grads.another("one_slope_for_all_features", (SLOPE, "np.mean(error * X)"))
line_grads.another(
    "one_slope_for_all_features",
    (SLOPE, "np.mean(error * X)"),
    (SHIFT, "np.mean(error)"),
)
line_grads.mistake(
    "divided_by_the_features",
    "You divide by the number of features and not by the number of examples. Which axis of X are "
    "the examples?",
    ("m = X.shape[1]", "m = X.shape[0]"),
)
line_grads.mistake(
    "divided_by_all_entries",
    "You divide by the number of all entries of X. Over what is the cost a mean?",
    ("m = X.shape[1]", "m = X.size"),
)
line_grads.mistake(
    "keys_of_gradients",
    "Your keys are dW1 and db1; in this course a gradient has the same keys as the parameters. "
    "What is the gradient of W1 called?",
    ('{"W1": dW1, "b1": db1}', '{"dW1": dW1, "db1": db1}'),
)
line_grads.mistake(
    "keys_exchanged",
    "What you give back under W1 belongs to b1, and the other way round. Which is which?",
    ('{"W1": dW1, "b1": db1}', '{"W1": db1, "b1": dW1}'),
)
line_grads.mistake(
    "a_pair",
    "You give back two arrays without their names. What would a loop over keys need?",
    ('{"W1": dW1, "b1": db1}', "dW1, db1"),
)


@line_grads.style
def _(params, X, Y):
    m = X.shape[1]
    W1, b1 = params["W1"], params["b1"]
    dW1, db1 = np.zeros(W1.shape), np.zeros(b1.shape)
    for i in range(m):
        x, y = X[:, [i]], Y[:, [i]]
        error = W1 @ x + b1 - y
        dW1 += error * x.T / m
        db1 += error / m
    return {"W1": dW1, "b1": db1}


@line_grads.style
def _(params, X, Y):
    error = np.dot(params["W1"], X) + params["b1"] - Y
    return {
        "W1": np.mean(error * X, axis=1, keepdims=True).T,
        "b1": np.mean(error, keepdims=True),
    }


@line_grads.style
def _(params, X, Y):
    higher = np.vstack([X, np.ones((1, X.shape[1]))])
    both = np.hstack([params["W1"], params["b1"]])
    grad = (both @ higher - Y) @ higher.T / Y.size
    return {"W1": grad[:, :-1], "b1": grad[:, -1:]}


@line_grads.style
def _(params, X, Y):
    residual = (Y - params["b1"] - params["W1"] @ X) / Y.shape[1]
    return {"W1": -np.einsum("ij,kj->ik", residual, X), "b1": np.array([[-residual.sum()]])}


@lesson.exercise(
    points=2,
    returns=("numerical",),
    hints=(
        "For every key and every place: the cost a little to the right, the cost a little to the "
        "left, their difference, divided by the way between the two.",
        "np.ndindex(params[key].shape) goes through all places, (0, 0), (0, 1), ...; your nudged "
        "makes both neighbours.",
        "From p - h to p + h it is 2 h. Begin with np.zeros(params[key].shape) and fill it.",
    ),
)
def numerical_grads(cost, params, h=1e-5):
    """Central differences of the cost, entry by entry."""
    numerical = {}
    for key in params:
        numerical[key] = np.zeros(params[key].shape)
        for place in np.ndindex(params[key].shape):
            array = params[key].astype(float)
            array[place] += h
            above = cost({**params, key: array})
            array = params[key].astype(float)
            array[place] -= h
            below = cost({**params, key: array})
            numerical[key][place] = (above - below) / (2 * h)
    return numerical


def _cost(rng, kind, n_x=2, n_y=2, m=6):
    """A cost in optlab of `params`, on data from rng."""
    X = rng.normal(size=(n_x, m))
    Y = np.eye(n_y)[:, rng.integers(0, n_y, size=m)]
    return Recipe("optlab.problems:cost_of", {"model": kind, "X": X.tolist(), "Y": Y.tolist()})


@numerical_grads.cases
def _(rng):
    line = {"X": [[1.0, 3.0]], "Y": [[3.0, 5.0]]}
    params = {"W1": np.array([[2.0]]), "b1": np.array([[1.0]])}
    line = Recipe("optlab.problems:cost_of", {"model": "line", **line})
    yield Case({"cost": line, "params": params, "h": 0.5}, note="a line and a large h")
    softmax = {"cost": _cost(rng, "network", 3, 2), "params": _network(rng, 3, 2)}
    yield Case({**softmax, "h": 0.5}, note="a curved cost and a large h")
    yield Case(softmax, note="h left out")
    network = _network(rng, 2, 3, 2)
    yield Case({"cost": _cost(rng, "network"), "params": network, "h": 0.25}, note="two layers")
    whole = {"W1": rng.integers(-2, 3, size=(2, 2)), "b1": rng.integers(-2, 3, size=(2, 1))}
    yield Case({"cost": _cost(rng, "network"), "params": whole, "h": 0.1}, note="whole numbers")


ABOVE = """            array = params[key].astype(float)
            array[place] += h
            above = cost({**params, key: array})
"""
BELOW = """            array = params[key].astype(float)
            array[place] -= h
            below = cost({**params, key: array})
"""
QUOTIENT = "(above - below) / (2 * h)"

numerical_grads.mistake(
    "one_sided",
    "You compare with the place where you stand: a one-sided difference, whose error falls like h "
    "and not like h squared. Where does the second cost belong?",
    (f"{BELOW}", "            below = cost(params)\n"),
    (QUOTIENT, "(above - below) / h"),
)
# Whole numbers are cut as well, in the result, in the copy, or in both.
ONE_SIDED = (
    (f"{BELOW}", "            below = cost(params)\n"),
    (QUOTIENT, "(above - below) / h"),
)
INTO_THE_TYPE = ("np.zeros(params[key].shape)", "np.zeros_like(params[key])")
FROM_THE_TYPE = (ABOVE, ABOVE.replace("astype(float)", "copy()"))
numerical_grads.another("one_sided", *ONE_SIDED, INTO_THE_TYPE)
numerical_grads.another("one_sided", *ONE_SIDED, FROM_THE_TYPE)
numerical_grads.another("one_sided", *ONE_SIDED, INTO_THE_TYPE, FROM_THE_TYPE)
numerical_grads.mistake(
    "one_sided_to_the_left",
    "You compare the place where you stand with one to the left: a one-sided difference. Where "
    "does the other cost belong?",
    (f"{ABOVE}", "            above = cost(params)\n"),
    (QUOTIENT, "(above - below) / h"),
)
numerical_grads.mistake(
    "one_sided_over_two",
    "You go one h and divide by two. How far apart are the two places whose costs you compare?",
    (f"{BELOW}", "            below = cost(params)\n"),
)
numerical_grads.mistake(
    "divided_by_h",
    "Your gradients are twice as large. How far is it from p - h to p + h?",
    (QUOTIENT, "(above - below) / h"),
)
numerical_grads.mistake(
    "precedence",
    "You divide by 2 and then multiply by h, so that your gradients shrink with h. What does "
    "Python do with a / 2 * h?",
    (QUOTIENT, "(above - below) / 2 * h"),
)
numerical_grads.mistake(
    "not_divided",
    "You give back how much the cost changes, and not how fast: it shrinks with h. Over which way "
    "did it change?",
    (QUOTIENT, "above - below"),
)
numerical_grads.mistake(
    "the_other_way_round",
    "Your gradients have the other sign. Which cost is taken from which?",
    (QUOTIENT, "(below - above) / (2 * h)"),
)
numerical_grads.mistake(
    "precedence_of_the_difference",
    "Only the second cost is divided. What does Python do first in a - b / (2 * h)?",
    (QUOTIENT, "above - below / (2 * h)"),
)
numerical_grads.mistake(
    "all_entries_at_once",
    "You move all entries of an array together, so that all of its entries get the same number. "
    "How many entries should move for one derivative?",
    ("array[place] += h", "array += h"),
    ("array[place] -= h", "array -= h"),
)
numerical_grads.mistake(
    "whole_numbers_cut",
    "With whole numbers your h is lost, or NumPy refuses it: an integer array has no room for 0.1. "
    "Which copy makes floats?",
    (
        "array = params[key].astype(float)\n            array[place] += h",
        "array = params[key].copy()\n            array[place] += h",
    ),
    (
        "array = params[key].astype(float)\n            array[place] -= h",
        "array = params[key].copy()\n            array[place] -= h",
    ),
)
numerical_grads.another(
    "whole_numbers_cut",
    (
        "array = params[key].astype(float)\n            array[place] += h",
        "array = params[key].copy()\n            array[place] = array[place] + h",
    ),
    (
        "array = params[key].astype(float)\n            array[place] -= h",
        "array = params[key].copy()\n            array[place] = array[place] - h",
    ),
)
numerical_grads.mistake(
    "entries_stay_moved",
    "The entries that you have moved stay moved while you come to the next ones. Where should "
    "every entry begin?",
    (
        "        for place in",
        "        moved = params[key].astype(float)\n        for place in",
    ),
    (
        f"{ABOVE}",
        "            moved[place] += h\n            above = cost({**params, key: moved})\n",
    ),
    (
        f"{BELOW}",
        "            moved[place] -= 2 * h\n            below = cost({**params, key: moved})\n",
    ),
)
numerical_grads.mistake(
    "zeros_of_another_type",
    "With whole numbers your result holds whole numbers too: each derivative was cut. Which type "
    "does np.zeros_like take over?",
    ("np.zeros(params[key].shape)", "np.zeros_like(params[key])"),
)
numerical_grads.fixed("    numerical = {}", h=(1e-5,))
numerical_grads.another_default(h=(1e-2, 0.1))
numerical_grads.mistake(
    "weights_only",
    "Your result has no biases. Which keys does your loop visit?",
    ("for key in params:", 'for key in [key for key in params if key[0] == "W"]:'),
)
numerical_grads.mistake(
    "absolute",
    "None of your derivatives is negative. What does a slope downwards look like?",
    (QUOTIENT, f"abs({QUOTIENT})"),
)


@numerical_grads.mistake(
    "works_in_place",
    "Your numbers are right, but the params that you were given have changed, if only by a last "
    "digit: + h - 2 h + h is not always nothing. What could you copy first?",
    share=0.8,
)
def _(cost, params, h=1e-5):
    numerical = {}
    for key in params:
        if params[key].dtype != float:
            params[key] = params[key].astype(float)
        numerical[key] = np.zeros(params[key].shape)
        for place in np.ndindex(params[key].shape):
            params[key][place] += h
            above = cost(params)
            params[key][place] -= 2 * h
            below = cost(params)
            params[key][place] += h
            numerical[key][place] = (above - below) / (2 * h)
    return numerical


@numerical_grads.style
def _(cost, params, h=1e-5):
    def neighbour(key, place, way):
        near = {name: value.astype(float) for name, value in params.items()}
        near[key][place] += way
        return near

    return {
        key: np.array(
            [
                (cost(neighbour(key, place, h)) - cost(neighbour(key, place, -h))) / (2 * h)
                for place in np.ndindex(value.shape)
            ]
        ).reshape(value.shape)
        for key, value in params.items()
    }


@numerical_grads.style
def _(cost, params, h=1e-5):
    params = {key: value.astype(float) for key, value in params.items()}
    numerical = {key: np.empty(value.shape) for key, value in params.items()}
    for key, value in params.items():
        for i in range(value.size):
            kept = value.flat[i]
            value.flat[i] = kept + h
            above = cost(params)
            value.flat[i] = kept - h
            numerical[key].flat[i] = (above - cost(params)) / h / 2
            value.flat[i] = kept
    return numerical


@numerical_grads.style
def _(cost, params, h=1e-5):
    numerical = {}
    for key, value in params.items():
        numerical[key] = np.zeros_like(value, dtype=float)
        iterator = np.nditer(value, flags=["multi_index"])
        while not iterator.finished:
            step = np.zeros(value.shape)
            step[iterator.multi_index] = h
            right, left = cost(params | {key: value + step}), cost(params | {key: value - step})
            numerical[key][iterator.multi_index] = (right - left) / (2 * h)
            iterator.iternext()
    return numerical


@numerical_grads.style
def _(cost, params, h=1e-5):
    numerical = {}
    for key in params:
        rows, columns = params[key].shape
        numerical[key] = np.zeros((rows, columns))
        for i in range(rows):
            for j in range(columns):
                plus = {name: np.array(value, dtype=float) for name, value in params.items()}
                minus = {name: np.array(value, dtype=float) for name, value in params.items()}
                plus[key][i, j] = plus[key][i, j] + h
                minus[key][i, j] = minus[key][i, j] - h
                numerical[key][i, j] = (cost(plus) - cost(minus)) / (2 * h)
    return numerical


@lesson.exercise(
    points=1,
    returns=("errors",),
    hints=(
        "np.linalg.norm(array) is the root of the sum of its squares.",
        "Three norms for every key: of the difference, of the one, of the other.",
        "Where both gradients are zero, the formula is 0/0. Which error do two equal gradients "
        "have?",
    ),
)
def relative_errors(grads, numerical):
    """How far two gradients are apart, key by key."""
    errors = {}
    for key in grads:
        apart = np.linalg.norm(grads[key] - numerical[key])
        together = np.linalg.norm(grads[key]) + np.linalg.norm(numerical[key])
        errors[key] = apart / together if together > 0 else 0.0
    return errors


@relative_errors.cases
def _(rng):
    grads = {"W1": np.array([[3.0, 4.0]]), "b1": np.array([[1.0]])}
    other = {"W1": np.array([[3.0, 4.0]]), "b1": np.array([[3.0]])}
    yield Case({"grads": grads, "numerical": other}, note="a right W1 and a wrong b1")
    one, two = _network(rng, 3, 2, 2), _network(rng, 3, 2, 2)
    yield Case({"grads": one, "numerical": two}, note="two layers")
    tiny = [{key: 1e-9 * value for key, value in item.items()} for item in (one, two)]
    yield Case({"grads": tiny[0], "numerical": tiny[1]}, note="tiny gradients")
    none = {"W1": np.zeros((2, 2)), "b1": rng.normal(size=(2, 1))}
    near = {"W1": np.zeros((2, 2)), "b1": none["b1"] * (1 + 1e-6 * rng.normal(size=(2, 1)))}
    yield Case({"grads": none, "numerical": near}, note="a gradient that is zero in both")
    half = {"W1": np.zeros((2, 2)), "b1": np.ones((2, 1))}
    yield Case({"grads": half, "numerical": {**half, "W1": np.eye(2)}}, note="zero in one of them")
    whole = {"W1": rng.integers(1, 9, size=(2, 3)), "b1": rng.integers(1, 9, size=(2, 1))}
    other = {key: value[::-1] for key, value in whole.items()}
    yield Case({"grads": whole, "numerical": other}, note="whole numbers")


APART = "np.linalg.norm(grads[key] - numerical[key])"
TOGETHER = "np.linalg.norm(grads[key]) + np.linalg.norm(numerical[key])"
SAFE = "apart / together if together > 0 else 0.0"

relative_errors.mistake(
    "not_relative",
    "Your errors shrink with the gradients themselves: tiny gradients look right whatever they "
    "are. What should the distance be divided by?",
    (SAFE, "apart"),
)
relative_errors.mistake(
    "divided_by_one_of_them",
    "You divide by one of the two norms alone. Which two belong in the denominator?",
    (TOGETHER, "np.linalg.norm(grads[key])"),
)
relative_errors.another(
    "divided_by_one_of_them",
    (TOGETHER, "np.linalg.norm(numerical[key])"),
)
relative_errors.mistake(
    "divided_by_the_larger",
    "You divide by the larger of the two norms, as CS231n does; asked is their sum, with which no "
    "error is larger than 1. What stands below the line?",
    (TOGETHER, "max(np.linalg.norm(grads[key]), np.linalg.norm(numerical[key]))"),
    share=0.5,
)
relative_errors.mistake(
    "divided_by_the_mean",
    "You divide by the mean of the two norms. What stands below the line?",
    (TOGETHER, "(np.linalg.norm(grads[key]) + np.linalg.norm(numerical[key])) / 2"),
)
relative_errors.mistake(
    "norm_of_the_sum",
    "Below the line you have the norm of the sum; asked is the sum of the norms. What are the two "
    "where one gradient is the negative of the other?",
    (TOGETHER, "np.linalg.norm(grads[key] + numerical[key])"),
)
relative_errors.mistake(
    "zero_over_zero",
    "Where both gradients are zero you divide 0 by 0 and get nan. Which error do two equal "
    "gradients have?",
    (SAFE, "apart / together"),
)
relative_errors.mistake(
    "zero_over_zero_is_one",
    "Two gradients that are both zero get an error that is not zero. How far are they apart?",
    ("else 0.0", "else 1.0"),
)
# In one line, without a thought of the zeros.
for norms in ("np.linalg.norm(grads[key])", "np.linalg.norm(numerical[key])"):
    relative_errors.another("divided_by_one_of_them", (TOGETHER, norms), (SAFE, "apart / together"))
relative_errors.another(
    "norm_of_the_sum",
    (TOGETHER, "np.linalg.norm(grads[key] + numerical[key])"),
    (SAFE, "apart / together"),
)
relative_errors.mistake(
    "squares_without_the_root",
    "Your norms are sums of squares, without the root: the errors come out squared or worse. What "
    "is the length of (3, 4)?",
    (APART, "np.sum((grads[key] - numerical[key]) ** 2)"),
    (TOGETHER, "np.sum(grads[key] ** 2) + np.sum(numerical[key] ** 2)"),
)
relative_errors.mistake(
    "element_by_element",
    "Under each key you give back an array, an error for every entry. How does it become one "
    "number?",
    (
        SAFE,
        "abs(grads[key] - numerical[key]) / np.maximum(abs(grads[key]) + abs(numerical[key]), "
        "1e-300)",
    ),
)
relative_errors.mistake(
    "largest_entry",
    "You give back the error of the worst entry; asked is one for the array as a whole. What is a "
    "norm?",
    (
        SAFE,
        "np.max(abs(grads[key] - numerical[key]) "
        "/ np.maximum(abs(grads[key]) + abs(numerical[key]), 1e-300))",
    ),
    share=0.5,
)
relative_errors.mistake(
    "sums_of_sizes",
    "Your norms add up the sizes of the entries. What is the length of (3, 4): 7 or 5?",
    (APART, "np.abs(grads[key] - numerical[key]).sum()"),
    (TOGETHER, "np.abs(grads[key]).sum() + np.abs(numerical[key]).sum()"),
    share=0.5,
)
relative_errors.mistake(
    "difference_of_the_norms",
    "Above the line you have the difference of the norms: two gradients of equal length that point "
    "elsewhere look equal. Of what should the norm be taken?",
    (APART, "abs(np.linalg.norm(grads[key]) - np.linalg.norm(numerical[key]))"),
)
relative_errors.mistake(
    "one_number_for_all",
    "You give back one number for all keys: a wrong bias hides behind the weights. How would you "
    "see which key is wrong?",
    ("    return errors", "    return max(errors.values())"),
)
relative_errors.another(
    "one_number_for_all",
    ("    return errors", "    return sum(errors.values()) / len(errors)"),
)
relative_errors.mistake(
    "upside_down",
    "Your errors are large where the two agree. What stands above the line, and what below?",
    (SAFE, "together / apart if apart > 0 else 0.0"),
)
relative_errors.mistake(
    "padded",
    "You add a small number below the line, which hides what tiny gradients have wrong. Which case "
    "is it meant for, and how else could that be met?",
    (SAFE, "apart / (together + 1e-8)"),
    share=0.5,
)


@relative_errors.style
def _(grads, numerical):
    def error(a, n):
        both = np.sqrt(np.sum(a**2)) + np.sqrt(np.sum(n**2))
        return 0.0 if both == 0 else np.sqrt(np.sum((a - n) ** 2)) / both

    return {key: error(grads[key], numerical[key]) for key in grads}


@relative_errors.style
def _(grads, numerical):
    errors = {}
    for key, value in grads.items():
        a, n = np.ravel(value).astype(float), np.ravel(numerical[key]).astype(float)
        if np.array_equal(a, n):
            errors[key] = 0.0
        else:
            errors[key] = ((a - n) @ (a - n)) ** 0.5 / ((a @ a) ** 0.5 + (n @ n) ** 0.5)
    return errors


@relative_errors.style
def _(grads, numerical):
    norm = np.linalg.norm
    with np.errstate(invalid="ignore"):
        return {
            k: float(
                np.nan_to_num(norm(grads[k] - numerical[k]) / (norm(grads[k]) + norm(numerical[k])))
            )
            for k in grads
        }


@relative_errors.style
def _(grads, numerical):
    smallest = np.finfo(float).tiny
    return {
        key: np.hypot.reduce((value - numerical[key]).ravel())
        / max(np.hypot.reduce(value.ravel()) + np.hypot.reduce(numerical[key].ravel()), smallest)
        for key, value in grads.items()
    }


lesson.quiz(
    "error_of_a_third",
    title="A third",
    question="You check the gradients of a network with two layers. The errors: 0.33 for W1, 0.33 "
    "for b1, 0.33 for W2, 0.33 for b2. What is wrong?",
    options={
        "a": (
            "All gradients are off by a common factor, such as 2.",
            "A factor c gives |c - 1| / (c + 1) everywhere: for 2 it is 1/3. A mean of squares "
            "whose half was forgotten looks like this.",
        ),
        "b": (
            "h is too small: this is rounding.",
            "Rounding is no friend of equal numbers: it would differ from key to key. What does "
            "the same number under each key speak for?",
        ),
        "c": (
            "The biases are added up where a mean is asked for.",
            "Then W2 would be right, and show an error of 1e-9 or so. Which keys are wrong here?",
        ),
        "d": (
            "Nothing: 0.33 is well below 1.",
            "No error can be larger than 1. What were the errors of gradients that are right?",
        ),
    },
    right="a",
    hints=(
        "What would the error be if one gradient were twice the other? Put a and 2a into the "
        "formula.",
        "A slip in one line of code spoils the keys that the line serves. Which slip serves all?",
    ),
)
