"""Lesson 07, learning rate decay: references, cases, mistakes.

The rules of Ng's course, with epochs counted from 0 (epoch 0 uses learning_rate0) and updates t
from 1. Decay on a plateau is manual decay made a rule, as in PyTorch's ReduceLROnPlateau, which
waits one epoch longer.
"""

import math

import numpy as np

from autograder.lesson import Lesson
from optlab.checking.probe import Case, Recipe, Seed

lesson = Lesson("07_learning_rate_decay", title="Let the learning rate decay")


DIGITS = (2, 3, 4, 5, 6)
ROUNDED = "Your rate is rounded to a few digits. What is left of a rate of 0.00004 then?"


def _epochs(first, *epochs, note="", counter="epoch", **settings):
    """One schedule asked at several epochs."""
    then = tuple({counter: epoch} for epoch in epochs)
    return Case({**settings, counter: first}, then=then, note=note)


lesson.number_quiz(
    "decay_noise_floor",
    title="The floor of 0.2",
    question="At which value does the mean of $w^2$ settle for the rate 0.2? Answer with a "
    "number, exact to 2 %.",
    asks="a number, a mean of w^2",
    right=(
        0.111,
        "0.2 / (2 - 0.2) = 0.111. The smaller the rate, the lower the floor: about half the rate "
        "once the rate is small.",
    ),
    wrong={
        0.1: "Half the rate is the floor of a very small rate. What does 2 - rate do at 0.2?",
        0.2: "You gave back the rate itself. Which formula did the figure follow?",
        0.333: "The floor of the rate 0.5. Which rate is asked about?",
        0.0: "That would be exact convergence, which a constant rate and noise do not reach. What "
        "is rate / (2 - rate)?",
        0.053: "The floor of the rate 0.1. Which rate is asked about?",
        0.0101: "The floor of the rate 0.02. Which rate is asked about?",
        0.04: "You squared the rate. What is rate / (2 - rate)?",
    },
    hints=(
        "The figure has a dashed line for each rate. By which formula is it drawn?",
        "Put 0.2 into the formula in both places: above the line and below it.",
        "Below the line stands 2 - rate, a little less than 2.",
    ),
)


@lesson.exercise(
    points=1,
    returns=("learning rate",),
    hints=(
        "At epoch 0 nothing has decayed yet: what does the formula give there?",
        "The rate is always computed from learning_rate0, never from the rate of the epoch before.",
        "One division. The whole denominator, 1 + decay_rate * epoch, needs its parentheses.",
    ),
)
def inverse_time_decay(learning_rate0, epoch, decay_rate):
    """learning_rate0 / (1 + decay_rate * epoch)."""
    denominator = 1 + decay_rate * epoch
    return learning_rate0 / denominator


@inverse_time_decay.cases
def _(rng):
    yield _epochs(0, 1, 2, 3, 4, note="decay_rate = 1", learning_rate0=0.2, decay_rate=1.0)
    yield _epochs(0, 1, 10, note="decay_rate = 0.5", learning_rate0=0.6, decay_rate=0.5)
    rate = float(rng.uniform(0.02, 0.4))
    yield _epochs(0, 7, 30, note="a small decay_rate", learning_rate0=0.35, decay_rate=rate)
    rate = float(rng.uniform(2, 5))
    yield _epochs(0, 1, 3, 9, note="a large decay_rate", learning_rate0=1.3, decay_rate=rate)
    epochs = (np.int64(0), *rng.integers(4, 60, 2))
    yield _epochs(*epochs, note="epochs from np.arange", learning_rate0=0.08, decay_rate=0.3)
    whole = int(rng.integers(2, 6))
    yield _epochs(0, 3, 12, note="a whole learning_rate0", learning_rate0=whole, decay_rate=1)
    first = float(rng.uniform(0.3, 0.9))
    yield _epochs(0, 11, note="decay_rate = 0", learning_rate0=first, decay_rate=0.0)


QUOTIENT = "learning_rate0 / denominator"
inverse_time_decay.mistake(
    "epoch_counted_from_one",
    "Your rate has already decayed at epoch 0. How much time has passed before the first epoch "
    "ends?",
    ("* epoch", "* (epoch + 1)"),
)
inverse_time_decay.mistake(
    "one_epoch_late",
    "Your rate at epoch 1 is still learning_rate0, as if the first epoch did not count. What is "
    "1 + decay_rate * epoch at epoch 1?",
    ("* epoch", "* max(epoch - 1, 0)"),
)
inverse_time_decay.mistake(
    "decays_the_decayed_rate",
    "Each of your epochs divides what the epoch before had already divided, so that the rate falls "
    "far too fast. Which rate does the formula start from?",
    ("1 + decay_rate * epoch", "np.prod(1 + decay_rate * np.arange(1, epoch + 1))"),
)
inverse_time_decay.mistake(
    "ignores_decay_rate",
    "Your rates are those of decay_rate = 1, whatever it is. Where does the argument come in?",
    ("1 + decay_rate * epoch", "1 + epoch"),
)
inverse_time_decay.mistake(
    "missing_parentheses",
    "Your rate grows: decay_rate * epoch is added to learning_rate0. What should it be a part of, "
    "and where do the parentheses go?",
    (QUOTIENT, "learning_rate0 / 1 + decay_rate * epoch"),
)
inverse_time_decay.mistake(
    "one_over_one",
    "Yours is 1 at epoch 0, whatever learning_rate0 is, and grows from there. What is divided by "
    "what, and where do the parentheses go?",
    (QUOTIENT, "1 / 1 + decay_rate * epoch * learning_rate0"),
)
inverse_time_decay.mistake(
    "exponential_instead",
    "Your rate falls as exp(-decay_rate * epoch). Which form is called inverse time?",
    (QUOTIENT, "learning_rate0 * np.exp(-decay_rate * epoch)"),
)
inverse_time_decay.mistake(
    "power_instead",
    "Yours is divided by 1 + decay_rate once more at every epoch. Is the epoch an exponent here, "
    "or a factor?",
    ("1 + decay_rate * epoch", "(1 + decay_rate) ** epoch"),
)
inverse_time_decay.mistake(
    "straight_line",
    "Your rate falls in a straight line and becomes negative in the end. Is the formula a product "
    "or a quotient?",
    (QUOTIENT, "learning_rate0 * (1 - decay_rate * epoch)"),
)
inverse_time_decay.mistake(
    "grows_instead",
    "Your rate grows with the epochs. Should a large denominator make it larger or smaller?",
    (QUOTIENT, "learning_rate0 * denominator"),
)
inverse_time_decay.mistake(
    "initial_rate_missing",
    "Yours starts at 1 whatever learning_rate0 is. What is the decaying factor a factor of?",
    (QUOTIENT, "1 / denominator"),
)
inverse_time_decay.mistake(
    "square_root_slipped_in",
    "Your rate falls too slowly, as one over a root. Is there a root in inverse time decay?",
    ("1 + decay_rate * epoch", "np.sqrt(1 + decay_rate * epoch)"),
)
inverse_time_decay.mistake(
    "adds_instead_of_multiplying",
    "Your denominator is 1 + decay_rate + epoch, so that even epoch 0 is decayed. How do rate and "
    "epoch belong together?",
    ("decay_rate * epoch", "decay_rate + epoch"),
)
inverse_time_decay.family(
    "rounded",
    ROUNDED,
    [("return " + QUOTIENT, f"return round({QUOTIENT}, {digits})") for digits in DIGITS],
    share=0.5,
)


@inverse_time_decay.style
def _(learning_rate0, epoch, decay_rate):
    return float(learning_rate0) * (1 + epoch * decay_rate) ** -1


@inverse_time_decay.style
def _(learning_rate0, epoch, decay_rate):
    denominator = 1
    for _ in range(epoch):
        denominator += decay_rate
    return learning_rate0 / denominator


@inverse_time_decay.style
def _(learning_rate0, epoch, decay_rate):
    if epoch == 0:
        return learning_rate0
    return np.array(learning_rate0 / (1 + decay_rate * epoch))


lesson.number_quiz(
    "decay_table",
    title="A table with a slip",
    question="A set of lecture notes prints this table for $\\alpha_0 = 0.2$ and decay_rate = 1:\n"
    "\n"
    "| epoch | 1 | 2 | 3 | 4 |\n"
    "|---|---|---|---|---|\n"
    "| $\\alpha$ | 0.1 | 0.67 | 0.5 | 0.4 |\n"
    "\n"
    "Something is wrong with it. Which rate belongs to epoch 3? Answer with a number.",
    asks="a number, a learning rate",
    right=(
        0.05,
        "0.2 / (1 + 1 * 3) = 0.05. The note lost a zero: 0.1, 0.067, 0.05, 0.04 is the table.",
    ),
    wrong={
        0.5: "That is what the note prints. It would be more than twice the learning rate that "
        "the training started with: can a decay do that?",
        0.067: "That is the rate of the epoch before. How often has 1 been added to the "
        "denominator?",
        0.04: "That is one epoch later. What is the denominator at epoch 3?",
        0.1: "That is epoch 1. What is the denominator at epoch 3?",
        0.0083: "You divided the already decayed rate again at every epoch: 0.2 / 2 / 3 / 4. "
        "Which rate does the formula start from?",
        0.2: "At epoch 0 nothing has decayed. What is the denominator at epoch 3?",
    },
    hints=(
        "Compute it from the formula, not from the table.",
        "The denominator grows by decay_rate with every epoch. What is it at epoch 3?",
        "A decay never gives more than it started with, 0.2.",
    ),
)

lesson.quiz(
    "decay_names",
    title="What is it called?",
    question=r"Names are mixed up in code and courses. The schedule $\alpha_0/(1 + "
    r"\text{decay\_rate}\cdot \text{epoch})$ is",
    options={
        "a": (
            "exponential decay",
            "Exponential decay loses the same share of the rate at every epoch. This one loses a "
            "half at first, then a third, then a quarter: what is in the exponent?",
        ),
        "b": (
            "weight decay",
            "Weight decay shrinks the weights at each step (L2 regularization). What does this "
            "formula shrink?",
        ),
        "c": (
            "inverse time decay",
            "Inverse time decay, or 1/t decay. Exponential decay has the epoch in the exponent, "
            "and weight decay shrinks the weights, not the learning rate.",
        ),
        "d": (
            "staircase decay",
            "A staircase stays the same for several epochs and then drops. Does this formula ever "
            "stay the same?",
        ),
    },
    right="c",
    hints=(
        "What does the formula shrink: the weights, or the rate?",
        "Does the rate stay the same for a while, or does it fall at every epoch?",
        "Where does the epoch stand: in an exponent, or below the line?",
    ),
)


@lesson.exercise(
    points=1,
    returns=("learning rate",),
    hints=(
        "Each epoch multiplies the rate by base once. How often has that happened at epoch 3?",
        "Which of the two numbers is the exponent? At epoch 0 the result must be learning_rate0.",
        "Python writes a power as **; ^ is something else.",
    ),
)
def exponential_decay(learning_rate0, epoch, base=0.95):
    """base ** epoch * learning_rate0."""
    left = base**epoch
    return left * learning_rate0


@exponential_decay.cases
def _(rng):
    yield _epochs(0, 1, 2, 10, note="the default base", learning_rate0=0.4)
    yield _epochs(0, 1, 3, note="base = 0.5", learning_rate0=0.8, base=0.5)
    base = float(rng.uniform(0.6, 0.9))
    yield _epochs(0, 1, 2, 17, note="a faster decay", learning_rate0=0.07, base=base)
    base = float(rng.uniform(0.99, 0.999))
    yield _epochs(0, 5, 400, note="a slow decay over many epochs", learning_rate0=1.7, base=base)
    epochs = (np.int64(0), np.int64(1), *rng.integers(5, 40, 1))
    yield _epochs(*epochs, note="epochs from np.arange", learning_rate0=0.3)
    whole = int(rng.integers(2, 6))
    yield _epochs(0, 4, note="a whole learning_rate0", learning_rate0=whole, base=0.7)


PRODUCT = "left * learning_rate0"
exponential_decay.mistake(
    "epoch_counted_from_one",
    "Your rate has already decayed at epoch 0. How often has the base been applied before the "
    "first epoch?",
    ("base**epoch", "base ** (epoch + 1)"),
)
exponential_decay.mistake(
    "one_epoch_late",
    "At epoch 1 your rate is still learning_rate0. How often has the base been applied by then?",
    ("base**epoch", "base ** max(epoch - 1, 0)"),
)
exponential_decay.mistake(
    "base_times_epoch",
    "Your rate is 0 at epoch 0 and grows from there. Is the epoch a factor or an exponent?",
    ("base**epoch", "base * epoch"),
)
exponential_decay.mistake(
    "power_turned_round",
    "Your rate is 0 at epoch 0 and grows with the epochs: epoch ** base. Which of the two is "
    "multiplied by itself again and again?",
    ("base**epoch", "epoch**base"),
)
exponential_decay.mistake(
    "rate_is_the_base",
    "Your learning rate is base itself, at every epoch. The number less than 1 is the base, not "
    "the rate: what happens to it with every epoch?",
    (PRODUCT, "base"),
)
exponential_decay.mistake(
    "applied_only_once",
    "Your rate is the same at every epoch: the base is applied once and never again. Where does "
    "the epoch come in?",
    ("base**epoch", "base"),
)
exponential_decay.mistake(
    "initial_rate_missing",
    "Yours starts at 1 whatever learning_rate0 is. What is base ** epoch a factor of?",
    (PRODUCT, "left"),
)
exponential_decay.mistake(
    "initial_rate_inside_the_power",
    "Your learning_rate0 is raised to the power as well: at epoch 2 it appears squared. What is "
    "multiplied once per epoch?",
    (PRODUCT, "left * learning_rate0**epoch"),
)
exponential_decay.family(
    "base_fixed",
    "You use {} whatever base is asked for. Where does the argument come in?",
    {f"{fixed}": ("base**epoch", f"{fixed}**epoch") for fixed in (0.95, 0.9, 0.99)},
)
exponential_decay.family(
    "another_base_by_default",
    "Where base is left out, yours is not the one of the stub's first line. Which number "
    "stands there?",
    [("base=0.95", f"base={other}") for other in ("0.9", "0.99", "0.999", "0.5")],
)
exponential_decay.mistake(
    "natural_exponential",
    "Your rate falls as exp(-base * epoch). What is the base of the power?",
    ("base**epoch", "np.exp(-base * epoch)"),
)
exponential_decay.mistake(
    "exponential_growth",
    "Your rate grows as exp(base * epoch). Is a base larger than 1 a decay?",
    ("base**epoch", "np.exp(base * epoch)"),
)
exponential_decay.mistake(
    "one_minus_base",
    "You keep 1 - base where base should stay, so that the rate collapses. Which part is left "
    "after one epoch?",
    ("base**epoch", "(1 - base) ** epoch"),
)
exponential_decay.mistake(
    "inverse_time_instead",
    "Yours is learning_rate0 / (1 + base * epoch), the form of the exercise before. Which of the "
    "two is called exponential?",
    ("base**epoch", "1 / (1 + base * epoch)"),
)
exponential_decay.mistake(
    "divides_by_the_base",
    "Your rate grows with the epochs. Does dividing by a base below 1 make a number smaller?",
    (PRODUCT, "learning_rate0 / left"),
)
exponential_decay.family(
    "rounded",
    ROUNDED,
    [("return " + PRODUCT, f"return round({PRODUCT}, {digits})") for digits in DIGITS],
    share=0.5,
)
exponential_decay.mistake(
    "caret_for_power",
    "In Python ^ is the bitwise xor, which numbers with a point do not have. Which two characters "
    "write a power?",
    ("base**epoch", "base ^ epoch"),
)


@exponential_decay.style
def _(learning_rate0, epoch, base=0.95):
    learning_rate = learning_rate0
    for _ in range(epoch):
        learning_rate = learning_rate * base
    return learning_rate


@exponential_decay.style
def _(learning_rate0, epoch, base=0.95):
    return learning_rate0 * np.power(base, epoch)


@exponential_decay.style
def _(learning_rate0, epoch, base=0.95):
    return learning_rate0 * math.exp(epoch * math.log(base))


@exponential_decay.style
def _(learning_rate0, epoch, base=0.95):
    return learning_rate0 * float(np.prod(np.full(epoch, base)))


@exponential_decay.style
def _(learning_rate0, epoch, base=0.95):
    return learning_rate0 / (1 / base) ** epoch


lesson.quiz(
    "decay_not_a_decay",
    title="One of these is not a decay",
    question="$t$ is the number of the epoch. Which of these is *not* a sensible learning rate "
    "decay?",
    options={
        "a": (
            r"$\alpha = 0.95^{\,t}\,\alpha_0$",
            "The base 0.95 is less than 1, so every epoch keeps 95 % of the rate. That is a "
            "decay; which of the four grows?",
        ),
        "b": (
            r"$\alpha = \dfrac{1}{1 + 2t}\,\alpha_0$",
            "The denominator is 1, 3, 5, 7, ... and the rate falls with it. That is a decay; "
            "which of the four grows?",
        ),
        "c": (
            r"$\alpha = \dfrac{1}{\sqrt t}\,\alpha_0$, with $t$ from 1",
            "1, 0.71, 0.58, 0.5, ...: slowly, but it falls. That is a decay; which of the four "
            "grows?",
        ),
        "d": (
            r"$\alpha = e^{\,t}\,\alpha_0$",
            "e^t grows: after 10 epochs the rate would be 22,026 times the first one. In base ** "
            "t the base has to be less than 1; here it is 2.718.",
        ),
    },
    right="d",
    hints=(
        "Put t = 1, 2, 3 into each of them.",
        "Where t is an exponent, the size of the base decides. Is it less than 1?",
    ),
)


@lesson.exercise(
    points=1,
    returns=("learning rate",),
    hints=(
        "t counts updates from 1, so that nothing is divided by 0.",
        "k is a plain factor. At t = 4 the result is k / 2 times learning_rate0.",
        "np.sqrt(t) is the root; only t goes under it.",
    ),
)
def inverse_sqrt_decay(learning_rate0, t, k):
    """k / sqrt(t) * learning_rate0, for t = 1, 2, 3, ..."""
    root = np.sqrt(t)
    return k / root * learning_rate0


@inverse_sqrt_decay.cases
def _(rng):
    yield _epochs(
        1, 2, 4, 100, note="k = 1", counter="t", learning_rate0=0.3, k=1.0
    )  # fmt: skip
    yield _epochs(1, 4, 25, note="k = 2", counter="t", learning_rate0=0.3, k=2.0)
    k = float(rng.uniform(0.1, 0.6))
    yield _epochs(1, 2, 50, note="a small k", counter="t", learning_rate0=0.04, k=k)
    k = float(rng.uniform(3, 8))
    yield _epochs(1, 3, 7200, note="a large k", counter="t", learning_rate0=1.5, k=k)
    steps = (np.int64(1), *rng.integers(3, 700, 2))
    yield _epochs(*steps, note="t from np.arange", counter="t", learning_rate0=0.2, k=0.8)
    whole = int(rng.integers(2, 5))
    yield _epochs(1, 6, note="whole numbers", counter="t", learning_rate0=whole, k=3)


RATE = "k / root * learning_rate0"
inverse_sqrt_decay.mistake(
    "k_inside_the_root",
    "Doubling k should double the rate; yours grows by 1.41 only. What stands under the root?",
    ("k / root", "np.sqrt(k) / root"),
)
inverse_sqrt_decay.mistake(
    "k_under_the_fraction",
    "A larger k makes your rate smaller. On which side of the fraction is k?",
    ("k / root", "1 / (k * root)"),
)
inverse_sqrt_decay.mistake(
    "k_under_the_root_below",
    "A larger k makes your rate smaller: you divide by the root of k * t. Where does k stand?",
    ("k / root", "1 / np.sqrt(k) / root"),
)
inverse_sqrt_decay.mistake(
    "root_missing",
    "At t = 4 your rate has fallen to a quarter; with the root it would be a half. Where is it?",
    ("np.sqrt(t)", "t"),
)
inverse_sqrt_decay.mistake(
    "square_for_root",
    "At t = 4 your rate has fallen to a sixteenth: t is squared. What is the inverse of a square?",
    ("np.sqrt(t)", "t**2"),
)
inverse_sqrt_decay.mistake(
    "ignores_k",
    "Your rates are right for k = 1 only: k = 2 gives the same. Where does k come in?",
    ("k / root", "1 / root"),
)
inverse_sqrt_decay.mistake(
    "t_from_zero",
    "You count one step too many: at t = 1 your rate is 0.71 times the asked one. From which "
    "number does t count here?",
    ("np.sqrt(t)", "np.sqrt(t + 1)"),
)
inverse_sqrt_decay.mistake(
    "t_minus_one",
    "At t = 1 you divide by 0 and the rate is infinite. From which number does t count here?",
    ("np.sqrt(t)", "np.sqrt(t - 1) if t > 1 else 1e-320"),
)
inverse_sqrt_decay.mistake(
    "one_plus_the_root",
    "Your denominator is 1 + sqrt(t), so that the first step takes half of the rate. Which of the "
    "decays has a 1 in its denominator?",
    ("np.sqrt(t)", "(1 + np.sqrt(t))"),
)
inverse_sqrt_decay.mistake(
    "initial_rate_missing",
    "Your result does not depend on learning_rate0. What is k / sqrt(t) a factor of?",
    (RATE, "k / root"),
)
inverse_sqrt_decay.mistake(
    "initial_rate_inside_the_root",
    "Doubling learning_rate0 makes your rate 1.41 times larger. What stands under the root?",
    (RATE, "k / root * np.sqrt(learning_rate0)"),
)
inverse_sqrt_decay.mistake(
    "multiplies_by_the_root",
    "Your rate grows: at t = 4 it has doubled. Is the root above or below the line?",
    ("k / root", "k * root"),
)
inverse_sqrt_decay.mistake(
    "parentheses_missing",
    "You divide by learning_rate0 as well: a smaller one gives a larger rate. What does the "
    "fraction end with?",
    (RATE, "k / (root * learning_rate0)"),
)
inverse_sqrt_decay.mistake(
    "exponential_instead",
    "Yours is a power of k, not a root of t: for k = 1 it never falls. What happens to t?",
    ("k / root", "k**t"),
)
inverse_sqrt_decay.family(
    "rounded",
    ROUNDED,
    [("return " + RATE, f"return round(float({RATE}), {digits})") for digits in DIGITS],
    share=0.5,
)


@inverse_sqrt_decay.style
def _(learning_rate0, t, k):
    return learning_rate0 * k * t**-0.5


@inverse_sqrt_decay.style
def _(learning_rate0, t, k):
    return k * learning_rate0 / math.sqrt(t)


@inverse_sqrt_decay.style
def _(learning_rate0, t, k):
    return learning_rate0 * np.sqrt(k**2 / t)


@inverse_sqrt_decay.style
def _(learning_rate0, t, k):
    factor = np.divide(k, np.power(t, 0.5))
    return np.array(factor * learning_rate0)


@lesson.exercise(
    points=3,
    returns=("learning rate",),
    hints=(
        "Count the drops that have happened so far; the rate is learning_rate0 times factor for "
        "each of them.",
        "With drop_every = 3 the drops come at epochs 3, 6, 9, ...: epochs 0, 1, 2 have none.",
        "Whole drops only: the operator // divides and rounds down.",
    ),
)
def staircase_decay(learning_rate0, epoch, drop_every, factor=0.5):
    """learning_rate0 * factor ** (whole drops so far); drops at drop_every, 2 * drop_every, ..."""
    drops = epoch // drop_every
    return learning_rate0 * factor**drops


@staircase_decay.cases
def _(rng):
    yield _epochs(
        0, 1, 2, 3, 5, 6, 9,
        note="a drop every 3 epochs", learning_rate0=0.8, drop_every=3,
    )  # fmt: skip
    yield _epochs(0, 3, 4, 8, note="factor = 0.1", learning_rate0=1.0, drop_every=4, factor=0.1)
    factor = float(rng.uniform(0.6, 0.9))
    yield _epochs(
        *(0, 9, 10, 19, 20, 55),
        note="epochs around the drops", learning_rate0=0.3, drop_every=10, factor=factor,
    )  # fmt: skip
    epochs = tuple(np.int64(epoch) for epoch in (0, 4, 5, 14, 15))
    first = float(rng.uniform(0.02, 0.09))
    yield _epochs(*epochs, note="epochs from np.arange", learning_rate0=first, drop_every=5)
    factor = float(rng.uniform(0.2, 0.4))
    yield _epochs(
        *(0, 1, 2, 6), note="a drop at every epoch", learning_rate0=2, drop_every=1, factor=factor
    )
    long = int(rng.integers(30, 90))
    late = (0, long // 2, long - 1, long, long + 1)
    yield _epochs(*late, note="a long first stair", learning_rate0=0.5, drop_every=long, factor=0.3)


DROPS = "epoch // drop_every"
STAIR = "learning_rate0 * factor**drops"
staircase_decay.mistake(
    "no_floor",
    "Your rate slides where it should stay the same. How many whole drops have there been?",
    (DROPS, "epoch / drop_every"),
)
staircase_decay.mistake(
    "jumps_back",
    "Your rate drops at the right epochs and jumps back to learning_rate0 after each of them. Who "
    "remembers the drops that have been?",
    (DROPS, "int(epoch > 0 and epoch % drop_every == 0)"),
)
staircase_decay.mistake(
    "drops_at_epoch_zero",
    "Your rate drops at every multiple of drop_every, 0 among them, and jumps back in between. How "
    "many drops have there been by epoch 0, and who remembers the later ones?",
    (DROPS, "int(epoch % drop_every == 0)"),
)
staircase_decay.mistake(
    "drops_once",
    "Your rate drops once and never again. How many drops have there been after three stairs?",
    (DROPS, "int(epoch >= drop_every)"),
)
staircase_decay.mistake(
    "drop_one_epoch_early",
    "Your drops come one epoch early. Which epochs does the first stair hold when they count from "
    "0?",
    (DROPS, "(epoch + 1) // drop_every"),
)
staircase_decay.mistake(
    "drop_one_epoch_late",
    "Your drops come one epoch late. Which is the first epoch of the second stair?",
    (DROPS, "max(epoch - 1, 0) // drop_every"),
)
staircase_decay.mistake(
    "rounds_to_the_nearest",
    "Your drops come in the middle of a stair: epoch / drop_every is rounded to the nearest. In "
    "which direction should it go?",
    (DROPS, "round(epoch / drop_every)"),
)
staircase_decay.mistake(
    "rounds_up",
    "Your rate drops as soon as epoch 1. Is a stair counted when it begins or when it is over?",
    (DROPS, "-(-epoch // drop_every)"),
)
staircase_decay.mistake(
    "remainder_for_quotient",
    "Yours counts the epochs since the last drop: the rate falls on each stair and is back where "
    "the next begins. Which operator counts whole drops, // or %?",
    (DROPS, "epoch % drop_every"),
)
staircase_decay.mistake(
    "drops_every_epoch",
    "Your rate drops at every epoch, whatever drop_every is. Where does it come in?",
    (DROPS, "epoch"),
)
staircase_decay.mistake(
    "factor_fixed",
    "You halve whatever is asked: factor = 0.1 gives the same as 0.5. Where does it come in?",
    ("factor**drops", "0.5**drops"),
)
staircase_decay.family(
    "another_factor_by_default",
    "Where factor is left out, yours is not the one of the stub's first line. Which number "
    "stands there?",
    [("factor=0.5", f"factor={other}") for other in ("0.1", "0.05", "0.9", "0.2")],
)
staircase_decay.mistake(
    "factor_times_drops",
    "Your rate is 0 on the first stair and grows with each drop. Is the number of drops a factor "
    "or an exponent?",
    ("factor**drops", "(factor * drops)"),
)
staircase_decay.mistake(
    "factor_times_later_drops",
    "Your first drop is right, and with the next ones the rate grows again. Is the number of drops "
    "a factor or an exponent?",
    ("factor**drops", "(factor * drops if drops else 1)"),
)
staircase_decay.mistake(
    "power_turned_round",
    "Your rate is 0 on the first stair and grows with each drop: drops ** factor. Which of the two "
    "is multiplied by itself?",
    ("factor**drops", "drops**factor"),
)
staircase_decay.mistake(
    "keeps_the_rest",
    "With factor = 0.1 your rate keeps 90 % at a drop. Is factor the part that goes or the part "
    "that stays?",
    ("factor**drops", "(1 - factor) ** drops"),
)
staircase_decay.mistake(
    "subtracts",
    "Your rate goes down by equal amounts and becomes negative. What does a drop do to the rate: "
    "subtract or multiply?",
    ("learning_rate0 * factor**drops", "learning_rate0 - factor * drops"),
)
staircase_decay.mistake(
    "divides_by_the_factor",
    "Your rate doubles where it should be halved. Does dividing by 0.5 make a number smaller?",
    ("* factor**drops", "/ factor**drops"),
)
staircase_decay.mistake(
    "precedence_of_floor",
    "Your rate is 0 where drop_every is more than 1: Python divides after the power. What "
    "should the exponent be?",
    ("learning_rate0 * factor**drops", "learning_rate0 * (factor**epoch // drop_every)"),
)
staircase_decay.mistake(
    "drops_compound",
    "Your second drop applies the factor twice and your third three times. How often does one drop "
    "apply it?",
    ("factor**drops", "factor ** (drops * (drops + 1) // 2)"),
)
staircase_decay.mistake(
    "initial_rate_missing",
    "Yours starts at 1 whatever learning_rate0 is. What is the power a factor of?",
    ("learning_rate0 * factor**drops", "1.0 * factor**drops"),
)
staircase_decay.family(
    "rounded",
    ROUNDED,
    [("return " + STAIR, f"return round({STAIR}, {digits})") for digits in DIGITS],
    share=0.5,
)
staircase_decay.mistake(
    "whole_rates_only",
    "Your rates are whole numbers, most of them 0. What has to be whole, the rate or the number of "
    "drops?",
    ("return learning_rate0 * factor**drops", "return int(learning_rate0 * factor**drops)"),
)


@staircase_decay.style
def _(learning_rate0, epoch, drop_every, factor=0.5):
    return learning_rate0 * np.power(factor, np.floor(epoch / drop_every))


@staircase_decay.style
def _(learning_rate0, epoch, drop_every, factor=0.5):
    learning_rate = learning_rate0
    for past in range(1, epoch + 1):
        if past % drop_every == 0:
            learning_rate *= factor
    return learning_rate


@staircase_decay.style
def _(learning_rate0, epoch, drop_every, factor=0.5):
    while epoch >= drop_every:
        learning_rate0 = learning_rate0 * factor
        epoch = epoch - drop_every
    return learning_rate0


@staircase_decay.style
def _(learning_rate0, epoch, drop_every, factor=0.5):
    return np.float64(learning_rate0) * factor ** int(epoch / drop_every)


@staircase_decay.style
def _(learning_rate0, epoch, drop_every, factor=0.5):
    drops = len(range(drop_every, epoch + 1, drop_every))
    return learning_rate0 * pow(factor, drops)


@staircase_decay.style
def _(learning_rate0, epoch, drop_every, factor=0.5):
    drops, _ = divmod(epoch, drop_every)
    return learning_rate0 * math.prod([factor] * int(drops))


@lesson.exercise(
    points=5,
    returns=("w", "rates"),
    hints=(
        "Two loops, one inside the other: epochs outside, the updates of an epoch inside.",
        "The schedule is asked once per epoch, with the number of the epoch, from 0.",
        "Every update asks gradient(w) at the present point, once, and notes the rate it used.",
        "The point moves by minus the rate times the gradient. A new array for the new point "
        "leaves w0 as it was.",
    ),
)
def train_with_schedule(gradient, w0, schedule, epochs, steps_per_epoch):
    """Gradient descent with the rate schedule(epoch) for all updates of an epoch, from epoch 0."""
    w, rates = w0, []
    for epoch in range(epochs):
        learning_rate = schedule(epoch)
        for _ in range(steps_per_epoch):
            w = w - learning_rate * gradient(w)
            rates.append(learning_rate)
    return w, np.array(rates)


def _training(w0, rates, epochs, steps_per_epoch, note, sigma=None, **surface):
    gradient = Recipe("optlab.problems:gradient_of", {"problem": "bowl", **surface})
    if sigma is not None:
        noise = {"gradient": gradient, "sigma": sigma, "rng": Seed(7)}
        gradient = Recipe("optlab.problems:noisy_gradient", noise)
    schedule = Recipe("optlab.problems:table_schedule", {"rates": rates})
    args = {
        "gradient": gradient, "w0": np.array(w0), "schedule": schedule,
        "epochs": epochs, "steps_per_epoch": steps_per_epoch,
    }  # fmt: skip
    return Case(args, note=note)


@train_with_schedule.cases
def _(rng):
    halving = [0.4, 0.2, 0.1, 0.05, 0.025, 0.0125, 0.00625, 0.003125]
    yield _training([1.0, -2.0], halving, 3, 2, "a rate that halves at every epoch", kappa=4.0)
    yield _training(
        [2.0, 1.0], [0.3, 0.3, 0.1, 0.1, 0.02, 0.02], 4, 3, "a staircase",
        kappa=2.0, angle=30.0,
    )  # fmt: skip
    start = rng.normal(size=2)
    table = [float(rate) for rate in np.sort(rng.uniform(0.005, 0.15, 30))[::-1]]
    yield _training(start, table, 6, 5, "many epochs", kappa=10.0, angle=20.0)
    yield _training(start, table, 4, 7, "a noisy gradient", sigma=0.5, kappa=5.0)
    yield _training(start, [0.02, 0.1, 0.3, 0.2, 0.1], 5, 2, "a warm-up", kappa=3.0)
    yield _training([3, -2], halving, 2, 3, "a whole w0", kappa=2.0)
    yield _training(start, halving, 5, 1, "one update per epoch", kappa=4.0)
    yield _training(start, halving, 1, 6, "a single epoch", kappa=4.0)


UPDATE = "w = w - learning_rate * gradient(w)"
ASK = "        learning_rate = schedule(epoch)\n"
train_with_schedule.mistake(
    "decays_per_update",
    "Your rate changes at every update, where once per epoch is meant. What does the schedule "
    "count?",
    ("for _ in range(steps_per_epoch)", "for step in range(steps_per_epoch)"),
    (UPDATE, f"learning_rate = schedule(epoch * steps_per_epoch + step)\n            {UPDATE}"),
)
train_with_schedule.mistake(
    "epoch_counted_from_one",
    "Your first epoch uses the schedule's second rate, and the first is never used. Which number "
    "does the first epoch have?",
    ("schedule(epoch)", "schedule(epoch + 1)"),
)
train_with_schedule.mistake(
    "decays_the_decayed_rate",
    "Your rate is multiplied by the schedule again at every epoch. Is the schedule a rate, or a "
    "factor for the last one?",
    ("w, rates = w0, []", "w, rates, learning_rate = w0, [], 1.0"),
    ("learning_rate = schedule(epoch)", "learning_rate = learning_rate * schedule(epoch)"),
)
train_with_schedule.mistake(
    "rate_never_changes",
    "Your rate is that of epoch 0 from the first epoch to the last. Who is asked at the start of "
    "an epoch?",
    ("schedule(epoch)", "schedule(0)"),
)
train_with_schedule.mistake(
    "schedule_asked_with_the_length",
    "You ask the schedule for the number of epochs instead of the present one, so that the rate "
    "never changes. Which of them is it now?",
    ("schedule(epoch)", "schedule(epochs)"),
)
train_with_schedule.mistake(
    "gradient_at_the_start",
    "Your gradient is always that of w0. Where is the point when you ask for the slope?",
    ("gradient(w)", "gradient(w0)"),
)
train_with_schedule.mistake(
    "gradient_once_per_epoch",
    "You ask for the gradient once per epoch and use it for all of its updates. Where is the point "
    "at the second update?",
    (ASK, f"{ASK}        slope = gradient(w)\n"),
    (UPDATE, "w = w - learning_rate * slope"),
)
train_with_schedule.mistake(
    "gradient_asked_twice",
    "Where the gradient is noisy, your path is another one: each update asks for it twice. What "
    "does every further call draw?",
    (UPDATE, f"gradient(w)\n            {UPDATE}"),
)
train_with_schedule.mistake(
    "uphill",
    "Your point moves up the gradient, away from the minimum. Which sign does a descent step have?",
    ("w - learning_rate", "w + learning_rate"),
)
train_with_schedule.mistake(
    "every_epoch_starts_again",
    "Every epoch of yours begins at w0 again. What should the second epoch go on from?",
    (ASK, f"{ASK}        w = w0\n"),
)
train_with_schedule.mistake(
    "one_update_per_epoch",
    "You make one update in each epoch, whatever steps_per_epoch is. How many does an epoch hold?",
    ("range(steps_per_epoch)", "range(1)"),
)
train_with_schedule.mistake(
    "first_epoch_only",
    "Only your first epoch is trained. How often does the outer loop run before the function ends?",
    ("    return w, np.array(rates)", "        return w, np.array(rates)"),
)
train_with_schedule.mistake(
    "first_epoch_missing",
    "Your first epoch, number 0, is missing. With which number does range begin?",
    ("range(epochs)", "range(1, epochs)"),
)
train_with_schedule.mistake(
    "one_update_too_few",
    "Each of your epochs has one update too few. With which numbers does range begin and end?",
    ("range(steps_per_epoch)", "range(steps_per_epoch - 1)"),
)
train_with_schedule.mistake(
    "one_update_too_many",
    "Each of your epochs has one update too many. With which numbers does range begin and end?",
    ("range(steps_per_epoch)", "range(steps_per_epoch + 1)"),
)
train_with_schedule.mistake(
    "one_epoch_too_few",
    "Your last epoch is missing. What does range end with?",
    ("range(epochs)", "range(epochs - 1)"),
)
train_with_schedule.mistake(
    "one_epoch_too_many",
    "You train one epoch too many. Which is the number of the last one?",
    ("range(epochs)", "range(epochs + 1)"),
)
train_with_schedule.mistake(
    "loops_swapped",
    "Your loops are exchanged: with 3 epochs of 2 updates you train 2 epochs of 3. Which of the "
    "two is the outer one?",
    ("for epoch in range(epochs)", "for epoch in range(steps_per_epoch)"),
    ("for _ in range(steps_per_epoch)", "for _ in range(epochs)"),
)
train_with_schedule.mistake(
    "rates_once_per_epoch",
    "You note one rate per epoch. Asked is the rate of every update: which loop should the note be "
    "in?",
    ("            rates.append", "        rates.append"),
)
train_with_schedule.mistake(
    "results_swapped",
    "Your two results come in the other order: the rates first. Which one does the docstring "
    "name first?",
    ("return w, np.array(rates)", "return np.array(rates), w"),
)
train_with_schedule.mistake(
    "only_the_point",
    "You give back the point alone. What would a plot of the schedule need?",
    ("return w, np.array(rates)", "return w"),
)
train_with_schedule.mistake(
    "never_moves",
    "You give back w0: the updates are computed and not kept. What should the next one begin from?",
    (UPDATE, "moved = w - learning_rate * gradient(w)"),
)
train_with_schedule.mistake(
    "rate_forgotten_in_the_step",
    "Your steps are as long as the gradient itself; the rates are noted and not used. Where does "
    "the rate act?",
    ("w - learning_rate * gradient(w)", "w - gradient(w)"),
)


train_with_schedule.mistake(
    "works_in_place",
    "You write into the array that held w0: without a copy w0 itself moves, and with a whole w0 "
    "every new point is cut to whole numbers. Where else could a new point live?",
    (UPDATE, "w[:] = w - learning_rate * gradient(w)"),
    share=0.8,
)


@train_with_schedule.mistake(
    "fails_on_integers",
    "With a whole w0 your subtraction in place fails: NumPy does not put floats into an integer "
    "array. What would a new array do?",
    share=0.8,
)
def _(gradient, w0, schedule, epochs, steps_per_epoch):
    w, rates = w0.copy(), []
    for epoch in range(epochs):
        for _ in range(steps_per_epoch):
            w -= schedule(epoch) * gradient(w)
            rates.append(schedule(epoch))
    return w, np.array(rates)


@train_with_schedule.style
def _(gradient, w0, schedule, epochs, steps_per_epoch):
    w = np.array(w0, dtype=float)
    rates = []
    for t in range(epochs * steps_per_epoch):
        learning_rate = schedule(t // steps_per_epoch)
        w -= learning_rate * gradient(w)
        rates.append(learning_rate)
    return w, rates


@train_with_schedule.style
def _(gradient, w0, schedule, epochs, steps_per_epoch):
    rates = np.repeat([schedule(epoch) for epoch in range(epochs)], steps_per_epoch)
    w = w0.copy()
    for rate in rates:
        w = w - rate * gradient(w)
    return w, rates


@train_with_schedule.style
def _(gradient, w0, schedule, epochs, steps_per_epoch):
    rates = np.zeros(epochs * steps_per_epoch)
    w = 1.0 * w0
    epoch = 0
    while epoch < epochs:
        begin = epoch * steps_per_epoch
        rates[begin : begin + steps_per_epoch] = schedule(epoch)
        for step in range(steps_per_epoch):
            w = w - rates[begin + step] * gradient(w)
        epoch += 1
    return [w, rates]


@train_with_schedule.style
def _(gradient, w0, schedule, epochs, steps_per_epoch):
    rates = [schedule(epoch) for epoch in range(epochs) for _ in range(steps_per_epoch)]
    path = [w0]
    for rate in rates:
        path.append(path[-1] - rate * gradient(path[-1]))
    return path[-1], np.asarray(rates)


@train_with_schedule.style
def _(gradient, w0, schedule, epochs, steps_per_epoch):
    w, rates = w0.astype(float), ()
    for epoch in range(epochs):
        rate = schedule(epoch)
        for _ in range(steps_per_epoch):
            slope = gradient(w)
            w = np.array([w[i] - rate * slope[i] for i in range(len(w))])
            rates += (rate,)
    return w, np.array(rates)


lesson.number_quiz(
    "decay_per_update",
    title="Epoch or update?",
    question=r"The schedule is inverse time with $\alpha_0 = 0.2$ and decay_rate = 1, an epoch "
    "has 23 updates,\n"
    "and somebody passes the number of the *update* where the number of the epoch belongs. What "
    "is the\n"
    "rate when the first epoch is over, after 23 updates? Work it out; answer with a number, "
    "exact to\n"
    "2 %.",
    asks="a number, a learning rate",
    right=(
        0.0083,
        "0.2 / (1 + 23) = 0.0083: one epoch of 23 updates does what 23 epochs should do. Always "
        "say what the counter of a schedule counts.",
    ),
    wrong={
        0.1: "That is the rate when the counter counts epochs. What if it counts updates?",
        0.2: "Nothing has decayed yet at update 0. Where does the counter stand after 23 updates?",
        0.0087: "You divided by 23. What is 1 + decay_rate * t when t has reached 23?",
        0.008: "You divided by 25. Where does the counter stand after 23 updates?",
    },
    hints=(
        "Put the number of updates where the number of the epoch stands.",
        "The denominator is 1 + decay_rate times that number. What is it after 23 updates?",
        "Round late: an answer has to be exact to 2 %.",
    ),
)


@lesson.exercise(
    points=4,
    returns=("rates",),
    hints=(
        "Carry three things through the loop: the rate, the best cost so far, and how many epochs "
        "in a row have failed to beat it.",
        "An epoch is better only if its cost is lower than the best so far; an equal cost is not.",
        "The count goes back to 0 in two places: after a new best, and after a drop.",
        "Append the rate once per epoch, after the drop has been decided.",
    ),
)
def decay_on_plateau(costs, learning_rate0, patience, factor):
    """The learning rate after each epoch, when it drops after `patience` epochs without a new best.

    An epoch whose cost is lower than all before is a new best. Any other epoch is counted; when
    `patience` of them in a row have been counted, the rate is multiplied by `factor` and the count
    begins again. Returns one rate per cost.
    """
    learning_rate, best, count, rates = learning_rate0, float("inf"), 0, []
    for cost in costs:
        if cost < best:
            best, count = cost, 0
        else:
            count += 1
        if count == patience:
            learning_rate, count = factor * learning_rate, 0
        rates.append(learning_rate)
    return rates


def _plateau(costs, patience, factor, note, learning_rate0=0.4):
    args = {
        "costs": costs, "learning_rate0": learning_rate0, "patience": patience, "factor": factor,
    }  # fmt: skip
    return Case(args, note=note)


def _falling(rng, epochs):
    """Costs that fall, stall, creep up and improve again, as in a training."""
    trend = 2.0 * np.exp(-np.arange(epochs) / 6) + 0.3
    return [float(cost) for cost in trend + 0.15 * rng.standard_normal(epochs)]


@decay_on_plateau.cases
def _(rng):
    stalls = [5.0, 4.0, 4.0, 4.5, 4.2, 3.9, 4.0, 4.1, 3.95, 4.3, 4.4]
    yield _plateau(stalls, 2, 0.5, "costs that stall after epoch 1")
    teeth = [3.0, 3.2, 3.1, 2.0, 2.5, 2.4, 1.5, 1.8, 1.7, 1.6, 1.65, 1.4]
    yield _plateau(teeth, 3, 0.1, "costs that go up and down", learning_rate0=1.0)
    yield _plateau(_falling(rng, 40), 3, 0.7, "a long noisy training")
    yield _plateau(_falling(rng, 60), 1, 0.9, "patience = 1", learning_rate0=0.05)
    scale = float(rng.uniform(0.5, 2))
    wavy = [2.0, 1.0, 1.5, 1.2, 1.1, 1.05, 0.9, 1.3, 1.2, 1.1, 1.0, 0.95, 0.95, 0.8]
    wavy = [scale * cost for cost in wavy]
    yield _plateau(wavy, 4, 0.3, "costs that recover without a new best", learning_rate0=0.6)
    best = scale * np.array([1.0, 0.5, 0.7, 0.5, 0.5, 0.4, 0.4, 0.4, 0.4])
    yield _plateau(best, 2, 0.25, "costs equal to the best, in an array", learning_rate0=2.0)
    yield _plateau([3.0 * scale, 2.0 * scale, scale], 2, 0.5, "costs that always fall")
    yield _plateau([scale], 1, 0.5, "a single epoch")
    below = [scale * cost for cost in (-1.0, -2.0, -2.0, -1.5, -3.0, -2.0, -1.0)]
    yield _plateau(below, 2, 0.6, "negative costs", learning_rate0=0.3)


decay_on_plateau.mistake(
    "one_epoch_too_patient",
    "With patience = 2 your rate drops at the third epoch without a new best. That is how PyTorch "
    "counts; the rule here drops when the count reaches patience. What does count == 2 mean?",
    ("if count == patience", "if count > patience"),
    share=0.5,
)
decay_on_plateau.mistake(
    "one_epoch_too_impatient",
    "With patience = 2 your rate drops at the first epoch without a new best. How many have to be "
    "counted first?",
    ("if count == patience", "if count == patience - 1"),
)
decay_on_plateau.mistake(
    "compares_with_the_last_epoch",
    "You compare with the epoch before: a cost below the last one counts as progress even where a "
    "lower one has been reached. What is the best so far?",
    ("            count += 1", "            best, count = cost, count + 1"),
)
decay_on_plateau.mistake(
    "not_reset_by_a_drop",
    "After a drop your count runs on past patience and no second drop ever comes. Where does the "
    "waiting begin again?",
    ("learning_rate, count = factor * learning_rate, 0", "learning_rate = factor * learning_rate"),
)
decay_on_plateau.mistake(
    "drops_at_every_epoch_after",
    "After the first drop yours drops at every further epoch without a new best. Where does the "
    "waiting begin again?",
    ("if count == patience", "if count >= patience"),
    ("learning_rate, count = factor * learning_rate, 0", "learning_rate = factor * learning_rate"),
)
decay_on_plateau.mistake(
    "not_reset_by_progress",
    'Your count survives a new best: stalls from long ago are added up. What does "in a row" ask '
    "of the count?",
    ("best, count = cost, 0", "best = cost"),
)
decay_on_plateau.mistake(
    "equal_cost_is_progress",
    "You count a cost equal to the best as a new best, so that a perfectly flat stretch never "
    "drops the rate. Is it lower?",
    ("cost < best", "cost <= best"),
)
decay_on_plateau.mistake(
    "rate_before_the_epoch",
    "Your rates come one epoch late: you note the rate before the drop is decided. Which rate does "
    "the next epoch use?",
    (
        "    for cost in costs:\n",
        "    for cost in costs:\n        rates.append(learning_rate)\n",
    ),
    ("        rates.append(learning_rate)\n    return", "    return"),
)
decay_on_plateau.mistake(
    "only_the_last_rate",
    "You give back one number, the last rate. What would a plot of the schedule need?",
    ("return rates", "return rates[-1]"),
)
decay_on_plateau.mistake(
    "start_included",
    "You give back one rate more than there are costs: the start is among them. Which rate belongs "
    "to the first cost?",
    ('float("inf"), 0, []', 'float("inf"), 0, [learning_rate0]'),
)
decay_on_plateau.mistake(
    "drops_from_the_start_again",
    "Your second drop gives the same rate as the first, factor times learning_rate0. What is the "
    "second drop a factor of?",
    ("factor * learning_rate, 0", "factor * learning_rate0, 0"),
)
decay_on_plateau.mistake(
    "divides_by_the_factor",
    "Your rate grows at a plateau. Does dividing by 0.5 make a number smaller?",
    ("factor * learning_rate, 0", "learning_rate / factor, 0"),
)
decay_on_plateau.mistake(
    "subtracts_the_factor",
    "Your rate goes below zero at a plateau: a negative rate climbs. What does a drop do to the "
    "rate: subtract or multiply?",
    ("factor * learning_rate, 0", "learning_rate - factor, 0"),
)
decay_on_plateau.mistake(
    "factor_fixed",
    "You halve the rate whatever factor is. Where does it come in?",
    ("factor * learning_rate, 0", "0.5 * learning_rate, 0"),
)
decay_on_plateau.mistake(
    "no_patience",
    "Your rate drops at every epoch without a new best, whatever patience is. How long should it "
    "wait?",
    ("if count == patience", "if count"),
)
decay_on_plateau.mistake(
    "waits_for_higher_costs",
    "You treat a higher cost as progress and drop the rate while the cost falls. Which direction "
    "is better?",
    ('float("inf"), 0', '-float("inf"), 0'),
    ("cost < best", "cost > best"),
)
decay_on_plateau.mistake(
    "best_starts_at_zero",
    "Your best cost is 0 before the first epoch, and no positive cost ever beats it. What should "
    "anything be better than?",
    ('float("inf")', "0.0"),
)
decay_on_plateau.mistake(
    "first_epoch_counted",
    "You count the first epoch as one without progress, since it is compared with itself. Has "
    "there been anything better before?",
    ('float("inf")', "costs[0]"),
)
decay_on_plateau.mistake(
    "best_stays_the_first",
    "Your best stays the first cost: every later cost below it counts as a new best. What is there "
    "to beat once a lower cost has come?",
    ('float("inf")', "costs[0]"),
    ("best, count = cost, 0", "count = 0"),
)
decay_on_plateau.mistake(
    "rate_never_drops",
    "Your rate never drops, however long the cost stalls. Which cost is there to beat after each "
    "epoch, and what is counted?",
    ("            count += 1", "            count += 0"),
)
decay_on_plateau.mistake(
    "first_epoch_missing",
    "You give back one rate less than there are costs: the first epoch is only the starting value "
    "of best. Which rate does the epoch after it use?",
    ("for cost in costs:", "for cost in costs[1:]:"),
    ('float("inf")', "costs[0]"),
)
decay_on_plateau.mistake(
    "forgets_the_best",
    "After a drop you forget the best cost, so that the next epoch counts as progress whatever it "
    "is. Which cost is still to be beaten?",
    (
        "learning_rate, count = factor * learning_rate, 0",
        'learning_rate, count, best = factor * learning_rate, 0, float("inf")',
    ),
)
decay_on_plateau.mistake(
    "best_follows_a_drop",
    "After a drop your best is the cost of that epoch, which is worse. Which cost is still to be "
    "beaten?",
    (
        "learning_rate, count = factor * learning_rate, 0",
        "learning_rate, count, best = factor * learning_rate, 0, cost",
    ),
)


@decay_on_plateau.mistake(
    "works_in_place",
    "Your rates are right, but the costs you were given are used up or changed. Who else may still "
    "want to plot them?",
    share=0.8,
)
def _(costs, learning_rate0, patience, factor):
    rates, best, count = [], float("inf"), 0
    learning_rate = learning_rate0
    for index in range(len(costs)):
        count = 0 if costs[index] < best else count + 1
        best = min(best, costs[index])
        costs[index] = best
        if count == patience:
            learning_rate, count = factor * learning_rate, 0
        rates.append(learning_rate)
    return rates


@decay_on_plateau.style
def _(costs, learning_rate0, patience, factor):
    rates = np.empty(len(costs))
    rate, since = learning_rate0, 0
    for epoch, cost in enumerate(costs):
        if epoch == 0 or cost < min(costs[:epoch]):
            since = 0
        else:
            since += 1
        if since >= patience:
            rate = rate * factor
            since = 0
        rates[epoch] = rate
    return rates


@decay_on_plateau.style
def _(costs, learning_rate0, patience, factor):
    best, waited, drops, rates = None, 0, 0, []
    for cost in costs:
        if best is None or cost < best:
            best = cost
            waited = 0
        else:
            waited += 1
            if waited % patience == 0:
                drops += 1
        rates.append(learning_rate0 * factor**drops)
    return rates


@decay_on_plateau.style
def _(costs, learning_rate0, patience, factor):
    best = np.minimum.accumulate(np.concatenate([[np.inf], costs]))
    better = np.asarray(costs) < best[:-1]
    rate, wait = learning_rate0, patience
    rates = ()
    for new_best in better:
        wait = patience if new_best else wait - 1
        if wait == 0:
            rate, wait = rate * factor, patience
        rates += (rate,)
    return rates


@decay_on_plateau.style
def _(costs, learning_rate0, patience, factor):
    rates = [learning_rate0]
    best, last = np.inf, -1
    for epoch, cost in enumerate(costs):
        rate = rates[-1]
        if cost < best:
            best, last = cost, epoch
        elif epoch - last == patience:
            rate, last = rate * factor, epoch
        rates += [rate]
    return rates[1:]


@decay_on_plateau.style
def _(costs, learning_rate0, patience, factor):
    def rates():
        rate, best, bad = np.float64(learning_rate0), float("inf"), []
        for cost in costs:
            bad = [] if cost < best else [*bad, cost]
            best = min(best, cost)
            if len(bad) == patience:
                rate, bad = rate * factor, []
            yield float(rate)

    return list(rates())


lesson.quiz(
    "decay_too_fast",
    title="Why does it freeze?",
    question="Halving at every epoch ended worse than a constant rate. Why?",
    options={
        "a": (
            "its noise floor is higher than that of the constant rate",
            "A noise floor shrinks with the rate, so a fast decay has the lowest floor of all. "
            "Why did it not come down to it?",
        ),
        "b": (
            "all its steps together reach only as far as two epochs at the first rate",
            "1 + 1/2 + 1/4 + ... = 2: all steps together are worth two epochs at the first rate. "
            "If the minimum is farther away, the training freezes on its way. The rates 1/(1 + e) "
            "have an infinite sum and a finite sum of squares, which is what Robbins and Monro "
            "ask for.",
        ),
        "c": (
            "its rate became too large and the training diverged",
            "A rate that is too large diverges; halving makes it smaller. What becomes of the "
            "steps?",
        ),
        "d": (
            "halving the rate is always a bad idea",
            "Halving every 8 epochs did well in the same race. What is different when it happens "
            "at every epoch?",
        ),
    },
    right="b",
    hints=(
        "Add up the rates of all epochs to come.",
        "1 + 1/2 + 1/3 + ... grows without end. Does 1 + 1/2 + 1/4 + ...?",
        "What is left to do for a training whose minimum is farther away than that?",
    ),
)


# A bug to find: a schedule that is applied to itself.


@lesson.exercise(
    points=2,
    returns=("rates",),
    hints=(
        "Calculate the first four rates by hand and lay them beside the broken ones.",
        "They agree for two epochs. What is divided in the third that was divided before?",
        "The formula begins with the first rate. With which rate does the loop begin each epoch?",
    ),
)
def repair_compounding(learning_rate0, decay_rate, epochs):
    """The function compounding, repaired."""
    rates = []
    for epoch in range(epochs):
        rate = learning_rate0 / (1 + decay_rate * epoch)
        rates.append(rate)
    return rates


@repair_compounding.cases
def _(rng):
    yield Case({"learning_rate0": 0.2, "decay_rate": 1.0, "epochs": 5}, note="five epochs")
    rate, decay = float(rng.uniform(0.05, 2.0)), float(rng.uniform(0.05, 0.4))
    yield Case({"learning_rate0": rate, "decay_rate": decay, "epochs": 40}, note="a slow decay")
    yield Case({"learning_rate0": rate, "decay_rate": 0.0, "epochs": 3}, note="no decay")
    yield Case({"learning_rate0": rate, "decay_rate": 2.5, "epochs": 1}, note="a single epoch")


RATE = "learning_rate0 / (1 + decay_rate * epoch)"
BEFORE = ("    rates = []\n", "    rates = []\n    rate = learning_rate0\n")
repair_compounding.mistake(
    "still_compounds",
    "From the third epoch on your rates are still too low: each is what the last one leaves. Which "
    "rate does the formula divide?",
    BEFORE,
    (RATE, "rate / (1 + decay_rate * epoch)"),
)
repair_compounding.mistake(
    "same_factor_each_epoch",
    "Your rates fall by the same factor in every epoch, which is an exponential decay. What does "
    "the epoch do in the formula?",
    BEFORE,
    (
        f"rate = {RATE}\n        rates.append(rate)",
        "rates.append(rate)\n        rate = rate / (1 + decay_rate)",
    ),
)
repair_compounding.mistake(
    "same_factor_from_the_start",
    "Your rates fall by the same factor in every epoch, the first among them. What does the epoch "
    "do in the formula, and what in epoch 0?",
    BEFORE,
    (RATE, "rate / (1 + decay_rate)"),
)
repair_compounding.mistake(
    "still_compounds_one_epoch_late",
    "Your first rate is there twice, and from then on each is what the last one leaves. Which rate "
    "does the formula divide, and when does a rate belong into the list?",
    BEFORE,
    (
        f"rate = {RATE}\n        rates.append(rate)",
        "rates.append(rate)\n        rate = rate / (1 + decay_rate * epoch)",
    ),
)
repair_compounding.mistake(
    "counts_from_one",
    "Your first epoch has a rate that has already decayed. Which number does the first epoch have?",
    ("decay_rate * epoch", "decay_rate * (epoch + 1)"),
)
repair_compounding.mistake(
    "one_epoch_late",
    "Your rates are those of the epoch before. When does a rate belong into the list?",
    BEFORE,
    (f"rate = {RATE}\n        rates.append(rate)", f"rates.append(rate)\n        rate = {RATE}"),
)
repair_compounding.mistake(
    "never_decays",
    "All your rates are the first one. Where does the epoch come in?",
    (RATE, "learning_rate0"),
)
repair_compounding.mistake(
    "subtracts",
    "Your rates fall by the same amount in every epoch and will be negative. What is the first "
    "rate divided by?",
    (RATE, "learning_rate0 * (1 - decay_rate * epoch)"),
)
repair_compounding.mistake(
    "without_brackets",
    "Without its brackets the divisor is 1 alone, and the rest is added to the rate. What does "
    "Python do first?",
    (RATE, "learning_rate0 / 1 + decay_rate * epoch"),
)
repair_compounding.mistake(
    "only_the_last",
    "You give back one rate, and every epoch has its own. Where are the others?",
    ("return rates", "return rates[-1]"),
)


@repair_compounding.style
def _(learning_rate0, decay_rate, epochs):
    return learning_rate0 / (1 + decay_rate * np.arange(epochs))


@repair_compounding.style
def _(learning_rate0, decay_rate, epochs):
    rates, divisor = [], 1.0
    while len(rates) < epochs:
        rates.append(learning_rate0 / divisor)
        divisor += decay_rate
    return rates
