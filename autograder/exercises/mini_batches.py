"""Lesson 01, mini-batches: references, cases, mistakes.

Any shuffling is right, so what comes back at random is summarised by `optlab.properties` before
it is compared.
"""

from copy import deepcopy

import numpy as np

from autograder import families
from autograder.lesson import Lesson
from optlab.checking.probe import Case, Recipe, Seed

lesson = Lesson("01_mini_batches", title="Train on mini-batches")


lesson.quiz(
    "mini_batch_notation",
    title="Notation",
    question="How do you write the activations of layer 3 when the input is example 7 of "
    "mini-batch 8?",
    options={
        "a": (
            r"$a^{[8]\{7\}(3)}$",
            "The 8 stands in square brackets here, so this is layer 8. Which brackets does a "
            "layer have, and which a mini-batch?",
        ),
        "b": (
            r"$a^{(7)\{8\}[3]}$, with example, mini-batch and layer in that order",
            "The brackets are the right ones; their order is not. What stands directly after the "
            "letter in z^[l]?",
        ),
        "c": (
            r"$a^{[3]\{8\}(7)}$",
            "Square brackets for the layer, curly ones for the mini-batch, round ones for the "
            "example: layer 3, mini-batch 8, example 7.",
        ),
        "d": (
            r"$a^{[3]\{7\}(8)}$",
            "This is example 8 of mini-batch 7. Which of the two has the round brackets?",
        ),
    },
    right="c",
    hints=(
        "The table above has one line for each kind of brackets. Which kind belongs to a layer?",
        "First settle which number is the layer, which the mini-batch, which the example; then "
        "look at the order in which the text writes them.",
    ),
)


@lesson.exercise(
    points=1,
    returns=("number of mini-batches",),
    hints=(
        "Divide 12 examples into batches of 5 on paper. How many batches, and how large is each?",
        "The full batches are m // mini_batch_size. When is there one more?",
        "The brackets of the formula mean rounding up, and NumPy has np.ceil for it.",
    ),
)
def num_mini_batches(m, mini_batch_size):
    """Number of mini-batches in one epoch, a smaller last one included."""
    return int(np.ceil(m / mini_batch_size))


@num_mini_batches.cases
def _(rng):
    yield Case({"m": 12, "mini_batch_size": 5}, note="12 examples in batches of 5")
    yield Case({"m": 12, "mini_batch_size": 4}, note="12 examples in batches of 4")
    size, full = int(rng.integers(7, 40)), int(rng.integers(20, 90))
    for m, note in (
        (full * size, "full batches only"),
        (full * size + 1, "one example left over"),
        (full * size - 1, "one example too few"),
        (size - 2, "a size larger than m"),
        (size, "a size equal to m"),
    ):
        yield Case({"m": m, "mini_batch_size": size}, note=note)
    yield Case({"m": full, "mini_batch_size": 1}, note="batches of one")
    large = 100_000 * int(rng.integers(1, 4))
    yield Case({"m": large + 1, "mini_batch_size": large}, note="one left over of a large batch")


CEILING = "int(np.ceil(m / mini_batch_size))"

num_mini_batches.mistake(
    "drops_the_remainder",
    "You count the full batches: 12 examples in batches of 5 give you 2, and 2 examples are never "
    "seen. Where do they go?",
    (CEILING, "m // mini_batch_size"),
)
num_mini_batches.mistake(
    "always_one_more",
    "You always add one: 12 examples in batches of 4 give you 4, and the fourth batch is empty. "
    "When is there a batch beyond the full ones?",
    (CEILING, "m // mini_batch_size + 1"),
)
num_mini_batches.mistake(
    "rounds_to_nearest",
    "You round to the nearest whole number: 12/5 = 2.4 gives you 2. What becomes of the last 2 "
    "examples?",
    (CEILING, "round(m / mini_batch_size)"),
)
num_mini_batches.mistake(
    "not_a_whole_number",
    "You give back 2.4 batches for 12 examples in batches of 5. How many times does the loop run?",
    (CEILING, "m / mini_batch_size"),
)
num_mini_batches.mistake(
    "counts_the_remainder",
    "You add the number of examples left over, 2 for 12 in batches of 5. In how many batches do "
    "those 2 fit?",
    (CEILING, "m // mini_batch_size + m % mini_batch_size"),
)
num_mini_batches.mistake(
    "only_the_remainder",
    "You give back the number of examples left over. How many batches were filled before?",
    (CEILING, "m % mini_batch_size"),
)
num_mini_batches.mistake(
    "upside_down",
    "You divide the size by m: with 12 examples in batches of 5 you count 1. Which of the two is "
    "cut into pieces?",
    (CEILING, "int(np.ceil(mini_batch_size / m))"),
)
num_mini_batches.mistake(
    "one_update_per_example",
    "You count m batches whatever their size. How many examples does one update use?",
    (CEILING, "m"),
)
num_mini_batches.mistake(
    "at_least_one_but_floored",
    "You make sure of one batch, but 12 examples in batches of 5 still give you 2. Where do the "
    "last 2 examples go?",
    (CEILING, "max(1, m // mini_batch_size)"),
)
num_mini_batches.family(
    "small_rest_forgotten",
    "What is left over counts as a batch in yours only from a certain size on. How many examples "
    "does a batch need at least?",
    [(CEILING, f"int(m / mini_batch_size + {almost})") for almost in (0.9, 0.99, 0.999, 0.9999)],
)
num_mini_batches.mistake(
    "rounds_after_adding_a_half",
    "You add a half and round: 12 examples in batches of 4 give you round(3.5). What does Python "
    "make of a half, and how many batches are there?",
    (CEILING, "round(m / mini_batch_size + 0.5)"),
)
num_mini_batches.mistake(
    "windows",
    "You count all places where a batch could begin, 8 for 12 examples in batches of 5. Do "
    "mini-batches overlap?",
    (CEILING, "m - mini_batch_size + 1"),
)


@num_mini_batches.style
def _(m, mini_batch_size):
    return -(-m // mini_batch_size)


@num_mini_batches.style
def _(m, mini_batch_size):
    return (m + mini_batch_size - 1) // mini_batch_size


@num_mini_batches.style
def _(m, mini_batch_size):
    return np.ceil(m / mini_batch_size)


@num_mini_batches.style
def _(m, mini_batch_size):
    return len(range(0, m, mini_batch_size))


@num_mini_batches.style
def _(m, mini_batch_size):
    full, left = divmod(m, mini_batch_size)
    return full + 1 if left else full


@num_mini_batches.style
def _(m, mini_batch_size):
    batches = 0
    while m > 0:
        m -= mini_batch_size
        batches += 1
    return batches


@num_mini_batches.style
def _(m, mini_batch_size):
    return m // mini_batch_size + (m % mini_batch_size > 0)


lesson.number_quiz(
    "updates_in_ten_epochs",
    title="Ten epochs",
    question="50,000 examples, mini-batches of 128, ten epochs. How many updates does mini-batch "
    "gradient descent make? Give a number.",
    asks="a number of updates",
    right=(
        3910,
        "50,000/128 = 390.6, so 391 updates in an epoch, the last with 80 examples; ten epochs "
        "make 3910.",
    ),
    wrong={
        3900: "That is 390 updates in an epoch. What happens to the 80 examples left over?",
        3906.25: "A quarter of an update cannot be made. Where does an epoch end?",
        3906: "You rounded after ten epochs. Does a mini-batch run over from one epoch to the "
        "next?",
        3907: "You rounded after ten epochs. Does a mini-batch run over from one epoch to the "
        "next?",
        391: "That is one epoch. How many are there?",
        390: "That is one epoch without its last mini-batch. And how many epochs are there?",
        10: "That would be batch gradient descent: one update in an epoch. How many mini-batches?",
        500000: "That would be mini-batches of one example. How many examples share an update?",
    },
    rtol=1e-06,
    hints=(
        "Begin with one epoch. Your num_mini_batches counts its updates.",
        "50,000/128 is no whole number. What happens with the examples left over, and when?",
        "Each epoch is cut anew: round for one epoch first, then take ten of them.",
    ),
)


@lesson.exercise(
    points=6,
    returns=("mini_batches",),
    summary="optlab.properties:mini_batches",
    views_allowed=True,
    hints=(
        "Two steps: first bring the columns into a random order, then cut.",
        "rng.permutation(m) gives the numbers 0 to m-1 in a random order. x and y must stay "
        "together: how many orders do you need?",
        "A slice that reaches beyond the end stops at the end: np.arange(5)[3:99] has 2 numbers.",
        "Batch k begins at column k * mini_batch_size. Your num_mini_batches says how many k.",
    ),
)
def make_mini_batches(X, Y, mini_batch_size, rng):
    """Shuffle the examples and cut them into mini-batches."""
    m = X.shape[1]
    order = rng.permutation(m)
    X_shuffled, Y_shuffled = X[:, order], Y[:, order]
    mini_batches = []
    for k in range(int(np.ceil(m / mini_batch_size))):
        start, end = k * mini_batch_size, (k + 1) * mini_batch_size
        mini_batches.append((X_shuffled[:, start:end], Y_shuffled[:, start:end]))
    return mini_batches


def _examples(rng, m, features=6, outputs=1):
    """X and Y with columns that are all different."""
    return {"X": rng.normal(size=(features, m)), "Y": rng.normal(size=(outputs, m))}


def _two_epochs_and_again(data, size, seed, note):
    """Two epochs from one generator, then the first once more from a new one of the same seed."""
    first = {**data, "mini_batch_size": size, "rng": Seed(seed)}
    return Case(first, then=(data, {**data, "rng": Seed(seed)}), note=note)


@make_mini_batches.cases
def _(rng):
    seed = int(rng.integers(1000))
    yield Case(
        {**_examples(rng, 18), "mini_batch_size": 7, "rng": Seed(seed)},
        note="18 examples in batches of 7",
    )
    yield Case(
        {**_examples(rng, 12, outputs=3), "mini_batch_size": 4, "rng": Seed(seed)},
        note="12 examples in batches of 4, Y with 3 rows",
    )
    yield Case(
        {**_examples(rng, 9, features=10, outputs=10), "mini_batch_size": 4, "rng": Seed(seed)},
        note="9 examples in batches of 4, X and Y with 10 rows",
    )
    yield _two_epochs_and_again(_examples(rng, 16), 6, seed, "two epochs and the first again")
    m = int(rng.integers(12, 16))
    for size, note in (
        (m, "a size equal to m"),
        (m + 50, "a size larger than m"),
        (1, "batches of one"),
    ):
        yield Case(
            {**_examples(rng, m, outputs=2), "mini_batch_size": size, "rng": Seed(seed)}, note=note
        )
    m, size = int(rng.integers(120, 160)), int(rng.integers(7, 12))
    many = {**_examples(rng, m), "mini_batch_size": size, "rng": Seed(seed)}
    yield Case(many, note=f"{m} examples in batches of {size}")
    numbers = {"X": rng.permutation(37 * 6).reshape(6, 37), "Y": np.arange(37 * 10).reshape(10, 37)}
    yield _two_epochs_and_again(numbers, 16, seed, "whole numbers")


COUNT = "int(np.ceil(m / mini_batch_size))"
CUT = "start, end = k * mini_batch_size, (k + 1) * mini_batch_size"
ORDER = "order = rng.permutation(m)"
SHUFFLE = "X_shuffled, Y_shuffled = X[:, order], Y[:, order]"
PAIR = "(X_shuffled[:, start:end], Y_shuffled[:, start:end])"

make_mini_batches.mistake(
    "drops_the_remainder",
    "The examples left over after the full batches never appear. How many are that for 18 in "
    "batches of 7, and where could they go?",
    (COUNT, "m // mini_batch_size"),
)
make_mini_batches.mistake(
    "empty_last_batch",
    "Where the size divides m evenly, your last batch has 0 columns, and the mean of its cost "
    "would be nan. When is there a remainder?",
    (COUNT, "m // mini_batch_size + 1"),
)
make_mini_batches.mistake(
    "pads_by_wrapping_round",
    "Your last batch is filled up with examples from the first, so that some occur twice in an "
    "epoch. Must every batch be full?",
    (ORDER, "order = np.resize(rng.permutation(m), -(-m // mini_batch_size) * mini_batch_size)"),
)
make_mini_batches.mistake(
    "last_batch_overlaps",
    "Your last batch reaches back into the one before to be full, so that some examples occur "
    "twice. Must every batch be full?",
    (
        CUT,
        "start = max(0, min(k * mini_batch_size, m - mini_batch_size)); "
        "end = start + mini_batch_size",
    ),
)
make_mini_batches.mistake(
    "remainder_from_the_start",
    "Your last batch has the right size and the wrong columns: they are those with which the first "
    "batch begins. Where does the last batch start?",
    (CUT, f"{CUT}; start, end = (start, end) if end <= m else (0, m - start)"),
)
make_mini_batches.mistake(
    "remainder_joins_the_last_batch",
    "The examples left over join your last full batch, which then is larger than the size. How "
    "large may a batch be?",
    (COUNT, "max(1, m // mini_batch_size)"),
    (CUT, f"{CUT}; end = m if m - end < mini_batch_size else end"),
)
make_mini_batches.mistake(
    "nearly_equal_sizes",
    "You cut the examples into nearly equal batches: a fair way to split. Here all batches but the "
    "last have the size that was asked for: which sizes are that for 18 in batches of 7?",
    (
        CUT,
        "start, end = m * k // -(-m // mini_batch_size), m * (k + 1) // -(-m // mini_batch_size)",
    ),
    share=0.5,
)
make_mini_batches.mistake(
    "batches_overlap",
    "Your batches overlap and get longer: each begins one column after the one before. Where does "
    "batch k begin?",
    (CUT, "start, end = k, (k + 1) * mini_batch_size"),
)
make_mini_batches.mistake(
    "precedence",
    "Your batch k ends before column k + mini_batch_size, so that the second has one column and "
    "the third none. Which comes first for Python in k + 1 * size, the sum or the product?",
    (CUT, "start, end = k * mini_batch_size, k + 1 * mini_batch_size"),
)
make_mini_batches.mistake(
    "one_column_short",
    "Your full batches are one column short. Does a slice start:end hold column end?",
    (CUT, "start, end = k * mini_batch_size, (k + 1) * mini_batch_size - 1"),
)
make_mini_batches.mistake(
    "later_batches_empty",
    "Only your first batch holds examples; those after it have no columns. Where does batch k end?",
    (CUT, "start, end = k * mini_batch_size, mini_batch_size"),
)
make_mini_batches.mistake(
    "first_batch_again_and_again",
    "Every batch of yours is the first one. What in your slice depends on k?",
    (CUT, "start, end = 0, mini_batch_size"),
)
make_mini_batches.family(
    "size_fixed",
    "Your batches are equally large whatever size is asked for. Where does mini_batch_size "
    "come in?",
    [
        [(COUNT, f"int(np.ceil(m / {size}))"), (CUT, f"start, end = k * {size}, (k + 1) * {size}")]
        for size in (64, 32)
    ],
)
make_mini_batches.mistake(
    "two_permutations",
    "X and Y are both shuffled, but x and y no longer belong together: they match as if by chance. "
    "How many random orders do you draw?",
    (SHUFFLE, "X_shuffled, Y_shuffled = X[:, order], Y[:, rng.permutation(m)]"),
)
make_mini_batches.mistake(
    "shuffles_x_only",
    "X is shuffled and Y stands in its old order, so images and labels no longer belong together. "
    "What must happen to Y?",
    (SHUFFLE, "X_shuffled, Y_shuffled = X[:, order], Y"),
)
make_mini_batches.mistake(
    "shuffles_y_only",
    "Y is shuffled and X stands in its old order, so images and labels no longer belong together. "
    "What must happen to X?",
    (SHUFFLE, "X_shuffled, Y_shuffled = X, Y[:, order]"),
)
make_mini_batches.mistake(
    "not_shuffled",
    "Your batches hold the columns in the order in which they came. What if the file is sorted by "
    "class?",
    (SHUFFLE, "X_shuffled, Y_shuffled = X.copy(), Y.copy()"),
)
make_mini_batches.mistake(
    "drawn_with_replacement",
    "Some examples are missing in your epoch and others come twice or more, as if each place were "
    "drawn anew. How often does one epoch see an example?",
    (ORDER, "order = rng.integers(0, m, size=m)"),
)
make_mini_batches.mistake(
    "each_batch_drawn_alone",
    "Every batch is a new draw from all examples: some come in several batches, some in none. How "
    "often does one epoch see an example?",
    (CUT, "start, end = 0, mini_batch_size; order = rng.permutation(m); "
     "X_shuffled, Y_shuffled = X[:, order], Y[:, order]"),
)  # fmt: skip
make_mini_batches.mistake(
    "remainder_not_shuffled",
    "Your last batch holds the last columns of the data as they came, the others are shuffled: "
    "some examples come twice, some never. Which X do you slice?",
    (
        PAIR,
        f"{PAIR} if end <= m or k == 0 else (X[:, start:end], Y[:, start:end])",
    ),
)
make_mini_batches.mistake(
    "shuffles_whole_batches",
    "Your batches come in random order, but inside them columns that were neighbours still are: an "
    "epoch of sorted data has batches of one class. What should be shuffled?",
    (SHUFFLE, "X_shuffled, Y_shuffled = X.copy(), Y.copy()"),
    ("return mini_batches", "return [mini_batches[i] for i in rng.permutation(len(mini_batches))]"),
)
make_mini_batches.mistake(
    "shuffles_features",
    "The rows of X moved, not its columns: the same pixel stands at another place now. Along which "
    "axis do the examples lie?",
    (SHUFFLE, "X_shuffled, Y_shuffled = rng.permutation(X), rng.permutation(Y)"),
)
make_mini_batches.mistake(
    "picks_rows",
    "Your order picks rows of X and Y, and there may be fewer rows than examples. Along which axis "
    "do the examples lie, and where does that index stand?",
    (SHUFFLE, "X_shuffled, Y_shuffled = X[order], Y[order]"),
)
make_mini_batches.mistake(
    "examples_as_rows",
    "You shuffle and cut rows of X and Y; in this course every example is a column. Which entry of "
    "X.shape counts the examples?",
    ("m = X.shape[1]", "m = X.shape[0]"),
    (SHUFFLE, "X_shuffled, Y_shuffled = X[order], Y[order]"),
    (PAIR, "(X_shuffled[start:end], Y_shuffled[start:end])"),
)
make_mini_batches.mistake(
    "counts_rows",
    "You take the rows of X for the examples: batches end where the count of the rows is reached. "
    "Which entry of X.shape counts the examples?",
    ("m = X.shape[1]", "m = X.shape[0]"),
)
make_mini_batches.mistake(
    "transposed",
    "Your batches have one example per row; in this course examples are columns. Which shape "
    "should X_t have?",
    (PAIR, "(X_shuffled[:, start:end].T, Y_shuffled[:, start:end].T)"),
)
make_mini_batches.mistake(
    "labels_in_one_row",
    "You force Y into one row, and it may have several. How many rows has the label of one of the "
    "ten digits?",
    (SHUFFLE, "X_shuffled, Y_shuffled = X[:, order], Y[:, order].reshape((1, m))"),
)
make_mini_batches.mistake(
    "labels_flattened",
    "Your Y_t has one dimension: its row is lost, and A - Y_t would not mean what you want. Which "
    "shape should Y_t have?",
    (PAIR, "(X_shuffled[:, start:end], Y_shuffled[:, start:end].ravel())"),
)
make_mini_batches.mistake(
    "returns_too_early",
    "You give back the first batch only. How often does your loop run before the function ends?",
    (PAIR + ")", PAIR + "); return mini_batches"),
)
make_mini_batches.mistake(
    "the_same_order_every_time",
    "Epochs 1 and 2 have the same batches, although they share one rng. Where does your random "
    "order come from?",
    (ORDER, "order = np.random.default_rng(0).permutation(m)"),
)
make_mini_batches.mistake(
    "ignores_the_generator",
    "The same seed gave two different orders: your randomness does not come from rng. How would "
    "somebody repeat your run?",
    (ORDER, "order = np.random.permutation(m)"),
)
make_mini_batches.mistake(
    "two_lists",
    "You give back the X_t and Y_t, but not in pairs; asked is one list of pairs. What would "
    "`for X_t, Y_t in mini_batches` find?",
    (
        "return mini_batches",
        "return [pair[0] for pair in mini_batches], [pair[1] for pair in mini_batches]",
    ),
)


@make_mini_batches.mistake(
    "variable_from_a_loop_that_never_ran",
    "With a size larger than m your loop over full batches runs zero times, and the last batch "
    "needs its variable: UnboundLocalError. Where does the remainder start then?",
    share=0.8,
)
def _(X, Y, mini_batch_size, rng):
    m = X.shape[1]
    order = rng.permutation(m)
    mini_batches = []
    for k in range(m // mini_batch_size):
        end = (k + 1) * mini_batch_size
        batch = order[k * mini_batch_size : end]
        mini_batches.append((X[:, batch], Y[:, batch]))
    if m % mini_batch_size:
        mini_batches.append((X[:, order[end:]], Y[:, order[end:]]))
    return mini_batches


@make_mini_batches.mistake(
    "works_in_place",
    "Your batches are right, but the data you were given are no longer in their own order. Who "
    "else may still be using them?",
    share=0.8,
)
def _(X, Y, mini_batch_size, rng):
    order = rng.permutation(X.shape[1])
    X[:] = X[:, order]
    Y[:] = Y[:, order]
    starts = range(0, X.shape[1], mini_batch_size)
    return [(X[:, k : k + mini_batch_size], Y[:, k : k + mini_batch_size]) for k in starts]


@make_mini_batches.mistake(
    "resets_the_global_seed",
    "Your batches are right, but you reset NumPy's global generator on the way: all that comes "
    "after repeats itself. Is np.random.seed needed when there is rng?",
    share=0.8,
)
def _(X, Y, mini_batch_size, rng):
    np.random.seed(1)
    order = rng.permutation(X.shape[1])
    parts = [order[k : k + mini_batch_size] for k in range(0, len(order), mini_batch_size)]
    return [(X[:, part], Y[:, part]) for part in parts]


@make_mini_batches.mistake(
    "gives_a_generator",
    "You yield the batches one by one; that is fine in a loop, but asked is a list: len() of yours "
    "fails. What collects what is yielded?",
)
def _(X, Y, mini_batch_size, rng):
    order = rng.permutation(X.shape[1])
    for k in range(0, len(order), mini_batch_size):
        part = order[k : k + mini_batch_size]
        yield X[:, part], Y[:, part]


@make_mini_batches.style
def _(X, Y, mini_batch_size, rng):
    order = rng.permutation(X.shape[1])
    parts = [order[k : k + mini_batch_size] for k in range(0, len(order), mini_batch_size)]
    return [(X[:, part], Y[:, part]) for part in parts]


@make_mini_batches.style
def _(X, Y, mini_batch_size, rng):
    m = X.shape[1]
    permutation = list(rng.permutation(m))
    shuffled_X = X[:, permutation]
    shuffled_Y = Y[:, permutation].reshape((Y.shape[0], m))
    mini_batches = []
    complete = m // mini_batch_size
    for k in range(complete):
        columns = slice(k * mini_batch_size, (k + 1) * mini_batch_size)
        mini_batches.append((shuffled_X[:, columns], shuffled_Y[:, columns]))
    if m % mini_batch_size != 0:
        start = complete * mini_batch_size
        mini_batches.append((shuffled_X[:, start:], shuffled_Y[:, start:]))
    return mini_batches


@make_mini_batches.style
def _(X, Y, mini_batch_size, rng):
    order = np.arange(X.shape[1])
    rng.shuffle(order)
    cuts = range(mini_batch_size, X.shape[1], mini_batch_size)
    pairs = zip(
        np.split(X[:, order], cuts, axis=1), np.split(Y[:, order], cuts, axis=1), strict=True
    )
    return [tuple(pair) for pair in pairs]


@make_mini_batches.style
def _(X, Y, mini_batch_size, rng):
    both = rng.permutation(np.vstack((X, Y)), axis=1)
    rows, m = X.shape
    ends = np.arange(0, m, mini_batch_size)
    return [
        [both[:rows, k : k + mini_batch_size], both[rows:, k : k + mini_batch_size]] for k in ends
    ]


@make_mini_batches.style
def _(X, Y, mini_batch_size, rng):
    order = rng.choice(X.shape[1], size=X.shape[1], replace=False)
    batches = ()
    while len(order):
        now, order = order[:mini_batch_size], order[mini_batch_size:]
        batches += ((X[:, now].copy(), Y[:, now].copy()),)
    return batches


@make_mini_batches.style
def _(X, Y, mini_batch_size, rng):
    m = X.shape[1]
    if mini_batch_size >= m:
        return [(X, Y)]
    order = np.argsort(rng.random(m))
    result = []
    for start in range(0, m, mini_batch_size):
        end = min(start + mini_batch_size, m)
        x = np.hstack([X[:, [i]] for i in order[start:end]])
        y = np.hstack([Y[:, [i]] for i in order[start:end]])
        result.append((x, y))
    return result


@make_mini_batches.style
def _(X, Y, mini_batch_size, rng):
    columns = list(zip(X.T, Y.T, strict=True))
    rng.shuffle(columns)
    mini_batches = []
    while columns:
        x, y = zip(*columns[:mini_batch_size], strict=True)
        mini_batches.append((np.array(x).T, np.column_stack(y)))
        del columns[:mini_batch_size]
    return mini_batches


@make_mini_batches.style
def _(X, Y, mini_batch_size, rng):
    (n_x, m), (n_y, _) = np.shape(X), np.shape(Y)
    taken, batches = np.zeros(m, dtype=bool), []
    while not taken.all():
        left = np.flatnonzero(~taken)
        now = rng.choice(left, size=min(mini_batch_size, left.size), replace=False)
        taken[now] = True
        batches.append((X[:, now].reshape((n_x, -1)), Y[:, now].reshape((n_y, -1))))
    return batches


@lesson.exercise(
    points=3,
    returns=("params",),
    hints=(
        "One line of mathematics, done for every key of params.",
        "params and grads have the same keys: W1 has its gradient in grads['W1'].",
        "Build a new dict and fill it key by key; leave the dict that came in alone.",
    ),
)
def sgd_update(params, grads, learning_rate):
    """One step of gradient descent for every parameter."""
    new_params = {}
    for key in params:
        new_params[key] = params[key] - learning_rate * grads[key]
    return new_params


def _parameters(rng, sizes, scale=1.0):
    """W1, b1, W2, ... of a network with these layer sizes; columns spread over 1e-2 ... 1e1."""
    params = {}
    for layer, (rows, columns) in enumerate(zip(sizes[1:], sizes, strict=False), start=1):
        spread = np.logspace(-2, 1, columns)
        params[f"W{layer}"] = scale * rng.normal(size=(rows, columns)) * spread
        params[f"b{layer}"] = scale * rng.normal(size=(rows, 1))
    return params


def _steps(rng, sizes, *, note, scale=1.0, integer=False):
    """Two steps at different learning rates; the params are carried on."""
    params = _parameters(rng, sizes, scale)
    if integer:
        params = {key: rng.integers(-9, 10, size=value.shape) for key, value in params.items()}
    first, second = (
        {"grads": _parameters(rng, sizes, scale), "learning_rate": float(rate)}
        for rate in rng.uniform(0.02, 0.4, size=2)
    )
    return Case({"params": params, **first}, (second,), {"params": None}, note)


@sgd_update.cases
def _(rng):
    yield Case(
        {
            "params": {"W1": np.array([[1.0, 2.0]]), "b1": np.array([[0.5]])},
            "grads": {"W1": np.array([[10.0, -4.0]]), "b1": np.array([[2.0]])},
            "learning_rate": 0.1,
        },
        note="one step",
    )
    yield _steps(rng, (4, 3, 1), note="two layers and two steps")
    yield _steps(rng, (9, 8, 6, 4), note="three layers")
    yield _steps(rng, (4, 3, 1), note="tiny numbers", scale=1e-6)
    yield _steps(rng, (4, 3, 1), note="integer parameters", integer=True)


DESCENT = "params[key] - learning_rate * grads[key]"

families.uphill(sgd_update)
sgd_update.mistake(
    "learning_rate_forgotten",
    "You step by the whole gradient, whatever the learning rate. What makes the steps small?",
    (DESCENT, "params[key] - grads[key]"),
)
sgd_update.family(
    "learning_rate_fixed",
    "Your step is the same for every learning rate. Where does the argument come in?",
    [(DESCENT, f"params[key] - {rate} * grads[key]") for rate in (0.1, 0.01, 0.001)],
)
sgd_update.mistake(
    "learning_rate_divides",
    "In yours a smaller learning rate makes a larger step. Is it a factor or a divisor?",
    (DESCENT, "params[key] - grads[key] / learning_rate"),
)
sgd_update.mistake(
    "only_the_step",
    "You give back the step and not the place where it leads. Where did the parameters stand?",
    (DESCENT, "-learning_rate * grads[key]"),
)
sgd_update.mistake(
    "sign_of_the_gradient",
    "Steep and flat directions get the same step: only the sign of the gradient counts in yours. "
    "How long should the step be where the slope is 10?",
    (DESCENT, "params[key] - learning_rate * np.sign(grads[key])"),
)
sgd_update.mistake(
    "gradient_normalized",
    "Your steps have the same length however long the gradient is. What should happen near the "
    "minimum, where the gradient is small?",
    (DESCENT, "params[key] - learning_rate * grads[key] / (np.linalg.norm(grads[key]) + 1e-12)"),
)
sgd_update.mistake(
    "mean_gradient_for_all",
    "All entries of a matrix move by the same amount, the mean of their gradients. Does each "
    "weight have its own slope?",
    (DESCENT, "params[key] - learning_rate * np.mean(grads[key])"),
)
sgd_update.mistake(
    "shrinks_the_parameters",
    "Your parameters are multiplied by 1 - learning_rate * gradient. Is the step added to a "
    "parameter or does it multiply it?",
    (DESCENT, "params[key] * (1 - learning_rate * grads[key])"),
)
sgd_update.mistake(
    "keys_of_gradients",
    "Your keys are dW1, db1, ...; the course uses the same keys as params. Which key would the "
    "next step look up?",
    ("new_params[key] =", 'new_params["d" + key] ='),
)
sgd_update.mistake(
    "nothing_moves",
    "Your parameters come back as they were. Where is the new value stored?",
    (DESCENT, "params[key].copy()"),
)


families.weights_only(sgd_update, "params")
families.works_in_place(
    sgd_update,
    "params",
    "Your values are right, but the params you were given changed: two runs from one start would "
    "disturb each other. What could you copy, and does a copy of a dict copy its arrays?",
)
families.fails_on_integers(sgd_update)


@sgd_update.mistake(
    "biases_missing",
    "What you give back has no b1. Which keys does your loop visit?",
)
def _(params, grads, learning_rate):
    return {k: params[k] - learning_rate * grads[k] for k in params if not k.startswith("b")}


@sgd_update.mistake(
    "layers_from_zero",
    "A key of yours does not exist: layers count from 1, and len(params) counts W and b both. Do "
    "you need to count layers at all?",
)
def _(params, grads, learning_rate):
    new_params = {}
    for layer in range(len(params)):
        for key in (f"W{layer}", f"b{layer}"):
            new_params[key] = params[key] - learning_rate * grads[key]
    return new_params


@sgd_update.mistake(
    "integers_stay_integers",
    "Integer parameters lose all that comes after the decimal point: your new array has their "
    "dtype. Which dtype has a weight that moves by 0.1?",
    share=0.8,
)
def _(params, grads, learning_rate):
    new_params = {}
    for key in params:
        new_params[key] = np.zeros_like(params[key])
        new_params[key][...] = params[key] - learning_rate * grads[key]
    return new_params


@sgd_update.style
def _(params, grads, learning_rate):
    return {key: value - learning_rate * grads[key] for key, value in params.items()}


@sgd_update.style
def _(params, grads, learning_rate):
    params = {key: value.astype(float) for key, value in params.items()}
    for key in params:
        params[key] -= learning_rate * grads[key]
    return params


@sgd_update.style
def _(params, grads, learning_rate):
    new_params = dict(params)
    for key, gradient in grads.items():
        new_params[key] = np.subtract(params[key], np.multiply(learning_rate, gradient))
    return new_params


@sgd_update.style
def _(params, grads, learning_rate):
    new_params = {}
    for key in params:
        new = np.empty(params[key].shape)
        for index in np.ndindex(*new.shape):
            new[index] = params[key][index] - learning_rate * grads[key][index]
        new_params[key] = new
    return new_params


@sgd_update.style
def _(params, grads, learning_rate):
    new_params = {}
    for l in range(1, len(params) // 2 + 1):  # noqa: E741  the l of W^[l], as many write it
        new_params["W" + str(l)] = params["W" + str(l)] - learning_rate * grads["W" + str(l)]
        new_params["b" + str(l)] = params["b" + str(l)] - learning_rate * grads["b" + str(l)]
    return new_params


@sgd_update.style
def _(params, grads, learning_rate):
    params, L = deepcopy(params), len(params) // 2
    for i in range(L):
        params[f"W{i + 1}"] = params[f"W{i + 1}"] - grads[f"W{i + 1}"] * learning_rate
        params[f"b{i + 1}"] = params[f"b{i + 1}"] - grads[f"b{i + 1}"] * learning_rate
    return params


@lesson.exercise(
    points=6,
    returns=("training",),
    summary="optlab.properties:training",
    hints=(
        "Two loops: over the epochs, and inside over the mini-batches of that epoch.",
        "Your make_mini_batches gives the pairs and your sgd_update makes the step.",
        "cost_and_grads(params, X_t, Y_t) gives the cost before the step, and the gradients.",
        "New batches in every epoch: make them inside the first loop, all from the same rng.",
    ),
)
def train_mini_batch(params, X, Y, cost_and_grads, mini_batch_size, learning_rate, epochs, rng):
    """Mini-batch gradient descent."""
    m = X.shape[1]
    costs = []
    for _ in range(epochs):
        order = rng.permutation(m)
        for start in range(0, m, mini_batch_size):
            batch = order[start : start + mini_batch_size]
            cost, grads = cost_and_grads(params, X[:, batch], Y[:, batch])
            params = {key: params[key] - learning_rate * grads[key] for key in params}
            costs.append(cost)
    return params, costs


def _numbered(rng, m):
    """Data for a recorder: column k holds the number k in the first row of X and of Y."""
    X, Y = rng.normal(size=(3, m)), rng.normal(size=(2, m))
    X[0] = Y[0] = np.arange(m)
    params = {"W1": rng.normal(size=(2, 3)), "b1": rng.normal(size=(2, 1))}
    model = Recipe("optlab.properties:recorder", {"examples": m})
    return {"params": params, "X": X, "Y": Y, "cost_and_grads": model}


@train_mini_batch.cases
def _(rng):
    seed = int(rng.integers(1000))
    line = {
        "params": {"W1": np.array([[1.0]]), "b1": np.array([[0.0]])},
        "X": np.array([[-4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0]]),
        "Y": np.array([[-7.0, -5.0, -3.0, -1.0, 3.0, 5.0, 7.0, 9.0]]),
        "cost_and_grads": Recipe("optlab.problems:least_squares", None),
    }
    batch = {"mini_batch_size": 8, "learning_rate": 0.1, "epochs": 3, "rng": Seed(seed)}
    yield Case({**line, **batch}, note="all 8 examples in one batch")
    steps = {"mini_batch_size": 5, "learning_rate": 0.005, "epochs": 3, "rng": Seed(seed)}
    yield Case({**_numbered(rng, 13), **steps}, note="13 examples in batches of 5")
    steps = {"mini_batch_size": 4, "learning_rate": 0.01, "epochs": 2, "rng": Seed(seed)}
    twice = _numbered(rng, 12)
    yield Case(
        {**twice, **steps},
        then=({"params": twice["params"], "rng": Seed(seed)},),
        note="12 examples in batches of 4, twice from the same seed",
    )
    steps = {"mini_batch_size": 1, "learning_rate": 0.002, "epochs": 2, "rng": Seed(seed)}
    yield Case({**_numbered(rng, 13), **steps}, note="batches of one")
    network = {
        "params": _network(rng),
        "X": rng.normal(size=(4, 9)),
        "Y": np.eye(3)[:, rng.integers(0, 3, size=9)],
        "cost_and_grads": Recipe("optlab.problems:cost_and_grads", None),
    }
    larger = {"mini_batch_size": 64, "learning_rate": 0.2, "epochs": 4, "rng": Seed(seed)}
    yield Case({**network, **larger}, note="a network, and a size larger than m")
    whole = {"W1": np.array([[2]]), "b1": np.array([[1]])}
    yield Case({**line, "params": whole, **batch}, note="integer parameters")


def _network(rng):
    return {
        "W1": rng.normal(size=(5, 4)),
        "b1": np.zeros((5, 1)),
        "W2": rng.normal(size=(3, 5)),
        "b2": np.zeros((3, 1)),
    }


STEP = "params = {key: params[key] - learning_rate * grads[key] for key in params}"
CALL = "cost, grads = cost_and_grads(params, X[:, batch], Y[:, batch])"
SLICE = "batch = order[start : start + mini_batch_size]"
DRAW = "order = rng.permutation(m)"
STARTS = "range(0, m, mini_batch_size)"
EPOCH = f"""    for _ in range(epochs):
        {DRAW}
"""

train_mini_batch.mistake(
    "drops_the_remainder",
    "The examples left over after the full batches are never seen. How many are that for 13 in "
    "batches of 5, and where could they go?",
    (STARTS, "range(0, m - m % mini_batch_size, mini_batch_size)"),
)
train_mini_batch.mistake(
    "empty_last_batch",
    "Where the size divides m evenly, your epoch makes one step more, on a batch of 0 columns. "
    "When is there a remainder?",
    (STARTS, "range(0, (m // mini_batch_size + 1) * mini_batch_size, mini_batch_size)"),
)
train_mini_batch.mistake(
    "nearly_equal_sizes",
    "You cut the examples into nearly equal batches: a fair way to split. Here all batches but the "
    "last have the size that was asked for: which sizes are that for 13 in batches of 5?",
    (f"for start in {STARTS}", "for batch in np.array_split(order, -(-m // mini_batch_size))"),
    (SLICE, "pass"),
    share=0.5,
)
train_mini_batch.mistake(
    "last_batch_overlaps",
    "Your last batch reaches back into the one before to be full: some examples count twice in an "
    "epoch. Must every batch be full?",
    (SLICE, "start = max(0, min(start, m - mini_batch_size)); " + SLICE),
)
train_mini_batch.mistake(
    "not_shuffled",
    "Your batches are the data in their given order. What if they are sorted by class?",
    (DRAW, "order = np.arange(m)"),
)
train_mini_batch.mistake(
    "shuffled_once",
    "Every epoch of yours visits the same batches. Where would a new order have to be drawn?",
    (EPOCH, f"    {DRAW}\n    for _ in range(epochs):\n"),
)
train_mini_batch.mistake(
    "two_permutations",
    "x and y no longer belong together in your batches: the model is asked to learn chance. How "
    "many random orders do you draw?",
    ("Y[:, batch]", "Y[:, rng.permutation(m)[start : start + mini_batch_size]]"),
)
train_mini_batch.mistake(
    "shuffles_x_only",
    "Your X_t is shuffled and your Y_t is not, so examples and labels are mixed up. What must "
    "happen to Y?",
    ("Y[:, batch]", "Y[:, start : start + mini_batch_size]"),
)
train_mini_batch.mistake(
    "drawn_with_replacement",
    "In your epochs some examples are missing and others come twice. How often does one epoch see "
    "an example?",
    (DRAW, "order = rng.integers(0, m, size=m)"),
)
train_mini_batch.mistake(
    "each_batch_drawn_alone",
    "Every batch of yours is a new draw from all examples, also the last, which should hold the "
    "remainder. How often does one epoch see an example?",
    (SLICE, "batch = rng.permutation(m)[:mini_batch_size]"),
)
train_mini_batch.mistake(
    "first_batch_again_and_again",
    "All steps of an epoch use the same batch. What in your batch depends on t?",
    (SLICE, "batch = order[:mini_batch_size]"),
)
train_mini_batch.mistake(
    "later_batches_empty",
    "Only the first batch of your epochs holds examples; those after it have no columns. Where "
    "does batch t end?",
    (SLICE, "batch = order[start:mini_batch_size]"),
)
train_mini_batch.mistake(
    "uses_all_examples",
    "Every step of yours looks at all examples: that is batch gradient descent, done several times "
    "an epoch. What does cost_and_grads get?",
    (CALL, "cost, grads = cost_and_grads(params, X, Y)"),
)
train_mini_batch.mistake(
    "size_ignored",
    "You make one step an epoch, on all examples at once. Where does mini_batch_size come in?",
    (STARTS, "range(0, m, m)"),
    (SLICE, "batch = order"),
)
train_mini_batch.mistake(
    "steps_once_an_epoch",
    "Your params move once an epoch, by the gradient of its last batch. Which lines run once for "
    "every batch?",
    (
        f"            {STEP}\n            costs.append(cost)",
        f"            costs.append(cost)\n        {STEP}",
    ),
)
train_mini_batch.mistake(
    "gradients_at_the_start",
    "All your gradients are those of the params you were given: the costs of all steps on one "
    "batch would be the same. Where do the params stand at the second step?",
    ("    costs = []", "    costs, first = [], params"),
    (CALL, "cost, grads = cost_and_grads(first, X[:, batch], Y[:, batch])"),
)
train_mini_batch.mistake(
    "params_never_move",
    "Your params come back as they were: no step is kept. Which params does the next batch see?",
    (STEP, "_ = {key: params[key] - learning_rate * grads[key] for key in params}"),
)
train_mini_batch.mistake(
    "restarts_every_epoch",
    "Every epoch of yours starts again from the params you were given. Where should the second "
    "epoch begin?",
    ("    costs = []", "    costs, first = [], params"),
    (DRAW, f"{DRAW}; params = first"),
)
train_mini_batch.mistake(
    "uphill",
    "Your params move up the gradient, and the costs rise. Which sign does a descent step have?",
    (STEP, "params = {key: params[key] + learning_rate * grads[key] for key in params}"),
)
train_mini_batch.mistake(
    "learning_rate_forgotten",
    "You step by the whole gradient whatever the learning rate. What makes the steps small?",
    (STEP, "params = {key: params[key] - grads[key] for key in params}"),
)
train_mini_batch.mistake(
    "gradients_summed",
    "Your step grows with the batch: it is too large by the number of its examples. Are the "
    "gradients that you get sums or means?",
    (STEP, "params = {k: params[k] - learning_rate * len(batch) * grads[k] for k in params}"),
)
train_mini_batch.mistake(
    "divided_by_the_size_again",
    "Your step is b times too small: the gradients that you get are means already. Who divides by "
    "the batch size?",
    (STEP, "params = {k: params[k] - learning_rate / len(batch) * grads[k] for k in params}"),
)
train_mini_batch.mistake(
    "divided_by_m",
    "Your step is m times too small. Who divides, and by which size?",
    (STEP, "params = {k: params[k] - learning_rate / X.shape[1] * grads[k] for k in params}"),
)
train_mini_batch.mistake(
    "cost_after_the_step",
    "Your first cost is that of the params after one step; asked is J^{t} as it was when its "
    "gradient was taken. When do you note it?",
    (
        "costs.append(cost)",
        "costs.append(cost_and_grads(params, X[:, batch], Y[:, batch])[0])",
    ),
)
train_mini_batch.mistake(
    "last_cost_of_each_epoch",
    "You note one cost an epoch, that of its last batch. How many steps did the epoch have?",
    ("            costs.append(cost)", "        costs.append(cost)"),
)
train_mini_batch.mistake(
    "mean_cost_of_each_epoch",
    "You note one mean cost an epoch; asked is J^{t} of every step, to see its noise. How many "
    "numbers are that for 3 epochs of 3 steps?",
    (
        "    return params, costs",
        "    t = -(-m // mini_batch_size)\n"
        "    return params, [sum(costs[k : k + t]) / t / 7 * 7 for k in range(0, len(costs), t)]",
    ),
)
train_mini_batch.mistake(
    "one_epoch_only",
    "Your run ends after its first epoch. How often does your loop over the epochs begin?",
    ("    return params, costs", "        return params, costs"),
)
train_mini_batch.mistake(
    "one_epoch_too_many",
    "You run one epoch too many. How many times does range(epochs) count?",
    ("range(epochs)", "range(epochs + 1)"),
)
train_mini_batch.mistake(
    "one_epoch_too_few",
    "You run one epoch too few. How many times does range(epochs) count?",
    ("range(epochs)", "range(1, epochs)"),
)
train_mini_batch.mistake(
    "epochs_are_steps",
    "You make one step an epoch, on a single batch of it. How many steps has an epoch?",
    (STARTS, "range(0, 1)"),
)
train_mini_batch.mistake(
    "results_swapped",
    "Your two results come in the other order: costs first. Which one does the docstring name "
    "first?",
    ("return params, costs", "return costs, params"),
)
train_mini_batch.mistake(
    "params_only",
    "You give back the params and not the costs. What would a plot of J^{t} need?",
    ("return params, costs", "return params"),
)
train_mini_batch.mistake(
    "ignores_the_generator",
    "The same seed gave two different runs: not all of your randomness comes from rng, or the "
    "second run finds other data than the first. How would somebody repeat your run?",
    (DRAW, "order = np.random.permutation(m)"),
)


train_mini_batch.mistake(
    "costs_in_lists",
    "The entries of your costs are not single numbers; asked is one list, J^{t} after J^{t}. What "
    "is the difference between append and extend?",
    (
        "    return params, costs",
        "    t = len(costs) // epochs\n"
        "    return params, [costs[k * t : (k + 1) * t] for k in range(epochs)]",
    ),
)


@train_mini_batch.mistake(
    "gradients_gathered_for_an_epoch",
    "You gather the gradients of an epoch and make one step with their mean: that is batch descent "
    "in pieces. When does the second batch profit from the first?",
)
def _(params, X, Y, cost_and_grads, mini_batch_size, learning_rate, epochs, rng):
    costs = []
    for _ in range(epochs):
        order = rng.permutation(X.shape[1])
        gathered = []
        for k in range(0, len(order), mini_batch_size):
            part = order[k : k + mini_batch_size]
            cost, grads = cost_and_grads(params, X[:, part], Y[:, part])
            gathered.append(grads)
            costs.append(cost)
        mean = {key: sum(grads[key] for grads in gathered) / len(gathered) for key in params}
        params = {key: params[key] - learning_rate * mean[key] for key in params}
    return params, costs


@train_mini_batch.mistake(
    "weights_only",
    "Your weights learn and your biases stay where they are. Which keys does your loop visit?",
)
def _(params, X, Y, cost_and_grads, mini_batch_size, learning_rate, epochs, rng):
    params = {key: value.copy() for key, value in params.items()}
    costs = []
    for _ in range(epochs):
        order = rng.permutation(X.shape[1])
        for k in range(0, len(order), mini_batch_size):
            part = order[k : k + mini_batch_size]
            cost, grads = cost_and_grads(params, X[:, part], Y[:, part])
            for key in params:
                if key.startswith("W"):
                    params[key] = params[key] - learning_rate * grads[key]
            costs.append(cost)
    return params, costs


@train_mini_batch.mistake(
    "works_in_place",
    "Your numbers are right, but the params you were given have moved: a second run from the same "
    "start would begin where this one ended. What could you copy, and does a copy of a dict copy "
    "its arrays?",
    share=0.8,
)
def _(params, X, Y, cost_and_grads, mini_batch_size, learning_rate, epochs, rng):
    costs = []
    for _ in range(epochs):
        order = rng.permutation(X.shape[1])
        for k in range(0, len(order), mini_batch_size):
            part = order[k : k + mini_batch_size]
            cost, grads = cost_and_grads(params, X[:, part], Y[:, part])
            for key in params:
                params[key] = params[key] - learning_rate * grads[key]
            costs.append(cost)
    return params, costs


@train_mini_batch.mistake(
    "fails_on_integers",
    "With integer parameters your subtraction in place fails: NumPy does not put floats into an "
    "integer array. What would a new array do?",
    share=0.8,
)
def _(params, X, Y, cost_and_grads, mini_batch_size, learning_rate, epochs, rng):
    params = {key: value.copy() for key, value in params.items()}
    costs = []
    for _ in range(epochs):
        order = rng.permutation(X.shape[1])
        for k in range(0, len(order), mini_batch_size):
            part = order[k : k + mini_batch_size]
            cost, grads = cost_and_grads(params, X[:, part], Y[:, part])
            for key in params:
                params[key] -= learning_rate * grads[key]
            costs.append(cost)
    return params, costs


@train_mini_batch.mistake(
    "resets_the_global_seed",
    "Your run is right, but you reset NumPy's global generator on the way: all that comes after "
    "repeats itself. Is np.random.seed needed when there is rng?",
    share=0.8,
)
def _(params, X, Y, cost_and_grads, mini_batch_size, learning_rate, epochs, rng):
    np.random.seed(1)
    costs = []
    for _ in range(epochs):
        order = rng.permutation(X.shape[1])
        for k in range(0, len(order), mini_batch_size):
            part = order[k : k + mini_batch_size]
            cost, grads = cost_and_grads(params, X[:, part], Y[:, part])
            params = {key: params[key] - learning_rate * grads[key] for key in params}
            costs.append(cost)
    return params, costs


@train_mini_batch.style
def _(params, X, Y, cost_and_grads, mini_batch_size, learning_rate, epochs, rng):
    def batches():
        order = np.arange(X.shape[1])
        rng.shuffle(order)
        for k in range(0, order.size, mini_batch_size):
            yield X[:, order[k : k + mini_batch_size]], Y[:, order[k : k + mini_batch_size]]

    costs = []
    for _ in range(epochs):
        for X_t, Y_t in batches():
            cost, grads = cost_and_grads(params, X_t, Y_t)
            params = {k: params[k] - learning_rate * grads[k] for k in params}
            costs += [cost]
    return params, costs


@train_mini_batch.style
def _(params, X, Y, cost_and_grads, mini_batch_size, learning_rate, epochs, rng):
    params = {key: np.array(value, dtype=float) for key, value in params.items()}
    costs = []
    for _ in range(epochs):
        order = rng.permutation(X.shape[1])
        Xs, Ys = X[:, order], Y[:, order]
        for k in range(-(-X.shape[1] // mini_batch_size)):
            part = slice(k * mini_batch_size, (k + 1) * mini_batch_size)
            cost, grads = cost_and_grads(params, Xs[:, part], Ys[:, part])
            costs.append(np.float64(cost))
            for key in params:
                params[key] -= learning_rate * grads[key]
    return params, np.array(costs)


@train_mini_batch.style
def _(params, X, Y, cost_and_grads, mini_batch_size, learning_rate, epochs, rng):
    m = X.shape[1]
    params, costs, left, epoch = dict(params), [], np.array([], dtype=int), 0
    while epoch < epochs or left.size:
        if left.size == 0:
            left, epoch = rng.permutation(m), epoch + 1
        now, left = left[:mini_batch_size], left[mini_batch_size:]
        cost, grads = cost_and_grads(params, X.take(now, axis=1), Y.take(now, axis=1))
        for key in grads:
            params[key] = params[key] - learning_rate * grads[key]
        costs.append(cost)
    return params, tuple(costs)


@train_mini_batch.style
def _(params, X, Y, cost_and_grads, mini_batch_size, learning_rate, epochs, rng):
    T = -(-X.shape[1] // mini_batch_size)
    costs = np.zeros(epochs * T)
    for step in range(epochs * T):
        t = step % T
        if t == 0:
            order = np.argsort(rng.random(X.shape[1]))
        part = order[t * mini_batch_size : (t + 1) * mini_batch_size]
        costs[step], grads = cost_and_grads(params, X[:, part], Y[:, part])
        params = {k: p - learning_rate * grads[k] for k, p in params.items()}
    return params, costs


@train_mini_batch.style
def _(params, X, Y, cost_and_grads, mini_batch_size, learning_rate, epochs, rng):
    costs = []
    for _ in range(epochs):
        both = rng.permutation(np.vstack((X, Y)), axis=1)
        for k in range(0, both.shape[1], mini_batch_size):
            part = both[:, k : k + mini_batch_size]
            cost, grads = cost_and_grads(params, part[: len(X)], part[len(X) :])
            params = {k: params[k] - learning_rate * grads[k] for k in params}
            costs.append(cost)
    return [params, costs]


@train_mini_batch.style
def _(params, X, Y, cost_and_grads, mini_batch_size, learning_rate, epochs, rng):
    costs, m, L = [], X.shape[1], len(params) // 2
    parameters = deepcopy(params)
    for _ in range(epochs):
        permutation = list(rng.permutation(m))
        shuffled_X, shuffled_Y = X[:, permutation], Y[:, permutation]
        minibatches = []
        for k in range(m // mini_batch_size):
            begin = k * mini_batch_size
            end = begin + mini_batch_size
            minibatches.append((shuffled_X[:, begin:end], shuffled_Y[:, begin:end]))
        if m % mini_batch_size != 0:
            begin = m // mini_batch_size * mini_batch_size
            minibatches.append((shuffled_X[:, begin:], shuffled_Y[:, begin:]))
        for minibatch in minibatches:
            (minibatch_X, minibatch_Y) = minibatch
            cost, grads = cost_and_grads(parameters, minibatch_X, minibatch_Y)
            costs.append(cost)
            for l in range(L):  # noqa: E741  the l of W^[l], as many write it
                for name in ("W", "b"):
                    key = name + str(l + 1)
                    parameters[key] = parameters[key] - learning_rate * grads[key]
    return parameters, costs


lesson.quiz(
    "rising_cost",
    title="A cost that rises",
    question="You train with mini-batches of 64 by plain gradient descent. Between two steps "
    r"$J^{\{t\}}$ went from 0.31 up to 0.38. What do you do?",
    options={
        "a": (
            "Look for a bug: the sign of the update must be wrong.",
            "With the wrong sign the cost would rise again and again. Is one rise enough to tell?",
        ),
        "b": (
            "Halve the learning rate: with a good one the cost falls at each step.",
            "Half the rate leaves the noise of the mini-batches as it is. How often did the cost "
            "of 64 digits go up while the cost of all digits fell?",
        ),
        "c": (
            "Stop here: from now on the network only gets worse.",
            "One rise does not show a turn. What did the cost of all digits do while the cost of "
            "the mini-batches jumped?",
        ),
        "d": (
            "Nothing yet: look at the trend over an epoch.",
            "Two mini-batches differ in difficulty by more than one step gains: in ten epochs on "
            "the digits about half of all transitions went up, and the trend went down.",
        ),
    },
    right="d",
    hints=(
        "You measured how often the cost of a mini-batch went up in ten epochs. How often was it?",
        "Two neighbouring points of the grey curve stand for two different sets of 64 digits. "
        "What besides the step can make the second one dearer?",
    ),
)
