# %% [markdown]
# # Four ways down a hill
#
# ![Paths of gradient descent, momentum, RMSprop and Adam on two bowls, a saddle and a plateau; the paths grow step by step.](optlab/race.png)
#
# These four train neural networks. You will write all of them, and let them race on real handwritten
# digits. The first takes two minutes.
#
# **What you'll do.** Write one line and see it walk; then seven more short functions.
#
# **What you'll learn.** Gradient descent; how a lesson works; when a gradient is right.
#
# **What you'll need.** A little Python; what a derivative is. About {minutes} minutes.

# %% [markdown]
# ## 1 · Your first step
#
# Click the bar below and press **Shift + Enter**. It says nothing when all is there. (Such a bar hides
# code that you need not read.)

# %% tags=["set-up"]
import numpy as np

from optlab import check, hint, plots, predict, predicted, problems, progress, solution
from optlab.data import digits_split

# %% [markdown]
# A hill has the height $f(w) = w^2$ at the place $w$. You stand at $w = 3$ in the fog and feel only
# the slope, the **gradient** (기울기): the derivative $2w$, here 6. It points uphill. So step the
# other way, as far as the gradient times a number of your choice, the **learning rate** (학습률).
# Again and again, that is **gradient descent** (경사 하강법).
#
# ### Exercise 1 · One step downhill
#
# Replace the line `raise NotImplementedError()` by your own, and run both cells.


# %% exercise="step"
def step(w, gradient, learning_rate):
    """The place after one step downhill from w. Arrays that come in stay as they were.

    Example: from 3.0, with the gradient 6.0 and the learning rate 0.1, the step leads to 2.4.
    """
    # REFERENCE SOLUTION


# %% check="step"
check("step")

# %% [markdown]
# That is the whole method. What is left to choose is the learning rate. **Predict**, then drag.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: five steps at four rates
predict(
    "nearest_rate",
    "From w = 3, five steps: with which rate do you end nearest to 0?",
    "0.1",
    "0.6",
    "0.9",
    "1.1",
)

# %% tags=["experiment", "nbval-ignore-output"]
# Slider: your step on the parabola


def walk(learning_rate, steps=5):
    """The places of your steps on the parabola, from w = 3 on."""
    places = [3.0]
    for _ in range(steps):
        places.append(step(places[-1], 2 * places[-1], learning_rate))
    return np.array(places)


def draw(ax, learning_rate):
    places, w = walk(learning_rate), np.linspace(-8, 8, 200)
    ax.plot(w, w**2, color=plots.COLORS["data"], linewidth=1.4)
    ax.plot(places, places**2, ".-", color=plots.COLORS["gd"], linewidth=1.2, markersize=9)
    ax.plot(places[0], places[0] ** 2, "o", color="white", markeredgecolor=plots.COLORS["gd"])
    ax.plot(0, 0, "+", color=plots.COLORS["target"], markersize=12)
    ax.set(xlim=(-8, 8), ylim=(-2, 64), xlabel="$w$", ylabel="$f(w)$")
    return f"your steps: w = {places[-1]:.2g} after 5"


try:
    plots.explore(
        draw,
        "The parabola, and on it five of your steps from w = 3; the slider changes the rate.",
        learning_rate=(0.05, 1.2, 0.05, 0.1),
    )
    ends = {rate: abs(walk(rate)[-1]) for rate in (0.1, 0.6, 0.9, 1.1)}
    predicted("nearest_rate", min(ends, key=ends.get))
except NotImplementedError:
    print("Write step first; then run this cell again.")

# %% [markdown] question="one_step_rate"
# Small rates crawl; larger ones land on the other side each time; at 1 you stand as high as
# before, and beyond it every step leads *uphill*, although each one goes against the gradient.
# (A picture but no slider? Then widgets do not run where you are; every lesson still works, with
# still figures.)

# %% quiz="one_step_rate"

# %% [markdown]
# The question of this course: *can one walk better than that, and how would you know?*
#
# ## 2 · How a lesson works
#
# A lesson asks a **question**, asks you to **predict** the answer, lets you run an **experiment**, and
# then explains. Make the prediction, even if it is a guess: run the bar *Predict*, choose, and meet
# your choice again under the result. Being wrong about something you have said is how it sticks.
#
# In between you write short functions, as you just did. The cell below each holds `check(...)`. Run it
# as often as you like; it tries your function on a few inputs and says one of three things:
#
# | message | meaning |
# |---|---|
# | ○ Not attempted yet. | there is no answer in the cell above, or you have not run it |
# | ✗ Not yet: step. | what is wrong, and where known, which mistake it is, with a question to think on |
# | ✓ Correct. | done; a few hidden cases follow when the course is graded |
#
# - `hint("step")` gives a hint. Call it again for the next, which says more.
# - `progress()` shows how far you are, what comes next, and how many of your predictions held.
# - A **quiz** works the same way: you write a letter or a number, and `check` explains each choice.
#
# Bars that begin with *Experiment* or *Slider* hold code that is ready to run and mostly does not
# wait for your answers. Open one, change a number and see what happens: they are yours, and no mark
# depends on them. When something behaves strangely, choose **Kernel → Restart Kernel and Run All
# Cells**: it stops at the first exercise that is not solved.

# %% tags=["nbval-ignore-output"]
progress()

# %% [markdown]
# ## 3 · Many rates at once
#
# Seven more short functions, a few lines each, and you have met the NumPy that the lessons use.
#
# A network has many weights, so $w$ is an array; and you want to compare several rates. Two loops
# would do. NumPy does without: where the shapes of two arrays differ, an axis of length 1 is
# repeated as often as needed. That is **broadcasting** (브로드캐스팅). A column of shape `(n, 1)` and
# a row of shape `(k,)` make a table of shape `(n, k)`. `w[:, np.newaxis]` makes a column of `w`.
#
# ### Exercise 2 · Every rate at once
#
# One step from every weight with every rate: a table, without a loop.


# %% exercise="try_rates"
def try_rates(w, gradient, learning_rates):
    """Where one step from w leads, for several learning rates at once.

    w, gradient: arrays (n,); learning_rates: array (k,)
    Returns an array (n, k): column j is the place after a step with learning_rates[j].

    Example: w [1.0, 2.0], gradient [10.0, -20.0], rates [0.1, 0.2, 0.5]
    ->  [[0.0, -1.0, -4.0], [4.0, 6.0, 12.0]]
    """
    # REFERENCE SOLUTION


# %% check="try_rates"
check("try_rates")

# %% [markdown]
# Now a hundred rates in one call, on a bowl with two directions: $f(w) = \tfrac12(w_1^2 + 4 w_2^2)$
# curves four times as much along $w_2$. **Predict**: does one rate suit both directions?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: one rate for two directions
predict(
    "two_directions",
    "Is there a rate with which one step reaches the lowest place of the bowl?",
    "yes, one",
    "yes, two",
    "no",
)

# %% tags=["experiment"]
# Experiment: a hundred rates in one call
hill = problems.bowl(kappa=4, start=(-2.0, 1.0))
rates = np.linspace(0, 1.2, 121)
try:
    places = try_rates(hill.start, hill.gradient(hill.start), rates)
except NotImplementedError:
    places = None
    print("Write try_rates first; then run this cell again.")

if places is not None:
    fig, ax = plots.figure(size=(7.2, 3.8))
    for row, label, color in ((0, "$w_1$", "first"), (1, "$w_2$", "second")):
        _ = ax.plot(rates, np.abs(places[row]), color=plots.COLORS[color])
        plots.label_end(ax, rates[-1], abs(places[row, -1]), label, plots.COLORS[color])
    _ = ax.set(xlabel="learning rate", ylabel="distance from the lowest place", xlim=(0, 1.2))
    _ = ax.set_ylim(0, 4)
    plots.show(
        fig,
        "Distance after one step against the rate. Along w2 it is zero at the rate 0.25 and grows "
        "steeply beyond; along w1 it is zero only at the rate 1.",
    )
    arrived = [np.flatnonzero(np.isclose(row, 0, atol=1e-9)) for row in places]
    for row, name in enumerate(("w1", "w2")):
        print(
            f"{name} is at its lowest place after one step with rate {rates[arrived[row]][0]:.2f}"
        )
    both = np.intersect1d(*arrived).size
    predicted("two_directions", ("no", "yes, one", "yes, two")[both])

# %% [markdown]
# Each direction has a rate of its own, and there is one rate for both: a compromise. Most of this
# course is about doing better than that.
#
# ## 4 · One mean for each row
#
# In this course **examples are columns**: `X` has the shape `(n_x, m)`, one row for each feature. So
# "the mean of each feature" runs along `axis=1`, the axis that disappears. With `keepdims=True` it
# stays, with length 1: the means are a column, and broadcasting does the rest.
#
# ### Exercise 3 · Take the means away
#
# Every feature less its own mean.


# %% exercise="centered"
def centered(X):
    """X without the mean of each feature.

    X: (n_x, m), examples as columns; it stays as it was
    Returns an array of the same shape, in which each row has the mean 0.

    Example: [[1.0, 2.0, 6.0], [10.0, 20.0, 60.0]] -> [[-2.0, -1.0, 3.0], [-20.0, -10.0, 30.0]]
    """
    # REFERENCE SOLUTION


# %% check="centered"
check("centered")

# %% [markdown]
# ## 5 · Arrays under names
#
# A network has weights and biases in several layers. They come in a dict: `params["W1"]`,
# `params["b1"]`, ... Its gradient is a dict with **the same keys**. So whatever is done to all
# parameters is a loop over keys.
#
# ### Exercise 4 · Two gradients, one mean
#
# The gradient of a mean cost is itself a mean over examples. Two people who computed it on equally
# many examples each may put theirs together:


# %% exercise="mean_grads"
def mean_grads(first, second):
    """The mean of two gradients, key by key.

    first, second: dicts of arrays with the same keys and shapes
    Returns a new dict of new arrays with these keys; the arguments stay as they were.

    Example: {"b1": [[4.0]]} and {"b1": [[-2.0]]}  ->  {"b1": [[1.0]]}
    """
    # REFERENCE SOLUTION


# %% check="mean_grads"
check("mean_grads")

# %% [markdown]
# ## 6 · Leave alone what you were given
#
# A function that changes its arguments is a trap: call it twice, and the second call begins
# somewhere else. Functions here are **pure** (순수): they return something new. The catch: a copy
# of a dict is a new dict with *the same arrays* in it.
#
# ### Exercise 5 · Move one entry
#
# What happens to the cost when one single weight moves a little? For that you need `params` once
# more, with one entry changed:


# %% exercise="nudged"
def nudged(params, key, place, h):
    """params once more, with one entry larger by h.

    params: dict of arrays; it stays as it was, and so do its arrays
    key, place: which entry: params[key][place], where place is a tuple such as (0, 2)
    Returns a new dict with all keys. Integer arrays that are changed become floats; arrays that
    are not changed may be the same ones.

    Example: {"W1": [[1.0, 2.0]]}, "W1", (0, 1), 0.5  ->  {"W1": [[1.0, 2.5]]}
    """
    # REFERENCE SOLUTION


# %% check="nudged"
check("nudged")

# %% [markdown]
# ## 7 · A gradient by hand
#
# The smallest model that learns is a straight line, $\hat y = W_1 x + b_1$. Its cost is half the mean
# squared error over $m$ examples:
#
# $$J = \frac{1}{2m} \sum_{i=1}^{m} \bigl(W_1 x^{(i)} + b_1 - y^{(i)}\bigr)^2$$
#
# ### Exercise 6 · The gradient of a line
#
# Take a sheet of paper and one example with one feature: what is the derivative of
# $\tfrac12 (w x + b - y)^2$ by $w$, and what by $b$? Then write it for all examples at once.


# %% exercise="line_grads"
def line_grads(params, X, Y):
    """The gradient of J, half the mean squared error of W1 X + b1.

    params: {"W1": (1, n_x), "b1": (1, 1)}; X: (n_x, m); Y: (1, m)
    Returns {"W1": (1, n_x), "b1": (1, 1)}.

    Example: W1 [[2.0]], b1 [[1.0]], X [[1.0, 3.0]], Y [[3.0, 5.0]]: the errors are 0 and 2, and
    the gradients W1 [[3.0]], b1 [[1.0]].
    """
    # REFERENCE SOLUTION


# %% check="line_grads"
check("line_grads")

# %% [markdown]
# ## 8 · Is it right?
#
# `check` knew. But who checks a gradient that you derive next year? You do, with the definition of a
# derivative. Move one entry by $h$ to both sides and see how the cost $J$ changes:
#
# $$\frac{\partial J}{\partial p} \approx \frac{J(p + h) - J(p - h)}{2h}$$
#
# This **central difference** (중심 차분) costs two evaluations for each parameter: too slow to train
# with, and just right to check with. Your `nudged` makes both neighbours.
#
# ### Exercise 7 · Central differences
#
# Entry by entry, for any function of the parameters.


# %% exercise="numerical_grads"
def numerical_grads(cost, params, h=1e-5):
    """Central differences of the cost, entry by entry.

    cost: function of a dict like params that returns a number
    params: dict of arrays; it stays as it was
    Returns a dict with the same keys, and float arrays of the same shapes.
    """
    # BEGIN SOLUTION
    numerical = {}
    for key in params:
        numerical[key] = np.zeros(params[key].shape)
        for place in np.ndindex(params[key].shape):
            above = cost(nudged(params, key, place, h))
            below = cost(nudged(params, key, place, -h))
            numerical[key][place] = (above - below) / (2 * h)
    return numerical
    # END SOLUTION


# %% check="numerical_grads"
check("numerical_grads")

# %% [markdown]
# The two gradients never agree to the last digit. How near is near enough? That depends on how long
# they are, so **gradient checking** (기울기 검사) asks for the *relative* error, and for one for each key:
# in a single number for all, a wrong bias would hide behind thousands of right weights.
#
# $$\text{error} = \frac{\lVert a - n \rVert}{\lVert a \rVert + \lVert n \rVert}$$
#
# $\lVert a \rVert$ is the norm, the root of the sum of all squares. Right gradients have errors
# around $10^{-9}$; from $10^{-5}$ on something is wrong. It is never larger than 1.
#
# ### Exercise 8 · The relative error
#
# One number for each key, from the norms of its arrays.


# %% exercise="relative_errors"
def relative_errors(grads, numerical):
    """How far two gradients are apart, key by key.

    grads, numerical: dicts of arrays with the same keys and shapes
    Returns a dict with a number for each key; 0 where both gradients are zero.

    Example: {"b1": [[1.0]]} and {"b1": [[3.0]]}  ->  {"b1": 0.5}
    """
    # REFERENCE SOLUTION


# %% check="relative_errors"
check("relative_errors")

# %% [markdown]
# **Predict**: the smaller $h$, the nearer the difference comes to the derivative, says the
# definition. In your check $h = 10^{-5}$. What happens to the error with $h = 10^{-10}$?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a much smaller h
predict(
    "smaller_h",
    "With h = 1e-10 instead of 1e-5 the error of a right gradient is",
    "much smaller",
    "about the same",
    "much larger",
)

# %% tags=["experiment"]
# Experiment: the error of your check against h
training, _ = digits_split()
X, Y = training.X[::4, :64], training.Y[:, :64]  # every fourth pixel of 64 digits
cost = problems.cost_of("network", X, Y)
one_layer = problems.init_params(np.random.default_rng(0), (16, 10))
two_layers = problems.init_params(np.random.default_rng(0), (16, 8, 10))  # 8 ReLU units


def cost_in_32_bits(params):
    """The same cost, computed with half as many digits."""
    small = {key: value.astype(np.float32) for key, value in params.items()}
    return problems.cost_and_grads(small, X.astype(np.float32), Y.astype(np.float32))[0]


def error(params, cost, h):
    """The error of your check for W1, where the gradient is right."""
    _, grads = problems.cost_and_grads(params, X, Y)
    return relative_errors(grads, numerical_grads(cost, params, h))["W1"]


powers = np.arange(13)
runs = {
    "one layer": (one_layer, cost, "first"),
    "ReLU units": (two_layers, cost, "second"),
    "32 bits": (one_layer, cost_in_32_bits, "third"),
}
try:
    errors = {
        name: [error(params, of, 10.0**-power) for power in powers]
        for name, (params, of, _) in runs.items()
    }
except NotImplementedError:
    errors = {}
    print("Write nudged, numerical_grads and relative_errors first; then run this cell again.")

if errors:
    fig, ax = plots.figure(size=(7.2, 3.8))
    for name, values in errors.items():
        color = plots.COLORS[runs[name][2]]
        _ = ax.loglog(10.0**-powers, values, ".-", color=color)
    places = {"one layer": (8, (8, 8)), "ReLU units": (3, (0, 16)), "32 bits": (6, (8, 4))}
    for name, (power, offset) in places.items():
        at = 10.0**-power, errors[name][power]
        plots.label_end(ax, *at, name, plots.COLORS[runs[name][2]], offset)
    _ = ax.set(xlabel="$h$", ylabel="relative error of $W_1$", ylim=(1e-11, 10))
    plots.show(
        fig,
        "Relative error against h, both logarithmic. For one layer a V with its bottom at 1e-5. The "
        "network with ReLU units has a cliff between 1e-3 and 1e-4 instead of the slope. In 32 bits "
        "the V has its bottom at 1e-2, and the error at 1e-5 is above 1e-3.",
    )
    for name, values in errors.items():
        words = "near enough" if values[5] < 1e-7 else "not near enough"
        print(f"{name}: with h = 1e-5 {words}")
    ratio = errors["one layer"][10] / errors["one layer"][5]
    words = "much larger" if ratio > 10 else "about the same" if ratio > 0.1 else "much smaller"
    predicted("smaller_h", words)

# %% [markdown]
# A **V**. On the right the difference is not yet the derivative: its error falls like $h^2$. On the left
# two costs that agree in almost all digits are subtracted, what is left is rounding, and that is
# divided by a tiny $2h$. Two surprises:
#
# - With **ReLU** units there is a cliff: from about $h = 10^{-3}$ on, some unit is pushed over its
#   kink. An error of $10^{-3}$ there is not yet a wrong gradient. Try a smaller $h$ before you search.
# - In **32 bits**, as networks are trained, a right gradient looks wrong at $h = 10^{-5}$. Check in 64.
#
# ## 9 · What a slip looks like
#
# Here are three slips in the gradient of the network with two layers, as they are really made. **Predict**
# for the third, biases 64 times too small: what would *one* number for all parameters together say?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: one number for all keys
predict(
    "hidden_bias",
    "Only the biases are wrong, 64 times too small. One error for all together is",
    "0.97",
    "0.2",
    "below 0.01",
)

# %% tags=["experiment"]
# Experiment: three slips, key by key
_, right = problems.cost_and_grads(two_layers, X, Y)
(_, A1), probabilities = problems.forward(two_layers, X)
dZ1 = two_layers["W2"].T @ (probabilities - Y) / 64  # the mask of ReLU is missing
slips = {
    "right": right,
    "1/m forgotten, m = 64": {key: 64 * value for key, value in right.items()},
    "ReLU's mask forgotten": right | {"W1": dZ1 @ X.T, "b1": dZ1.sum(axis=1, keepdims=True)},
    "biases divided twice": {k: v / 64 if k[0] == "b" else v for k, v in right.items()},
}
try:
    numerical = numerical_grads(cost, two_layers)
    print(f"{'':22}", *(f"{key:>7}" for key in right))
    for name, grads in slips.items():
        errors = relative_errors(grads, numerical)
        shown = (f"{value:7.2f}" if value > 1e-7 else "< 1e-7" for value in errors.values())
        print(f"{name:22}", *(f"{text:>7}" for text in shown))
    pieces = ({"all": problems.flatten(grads)} for grads in (grads, numerical))
    together = relative_errors(*pieces)["all"]
    print(f"biases divided twice, all in one number: {together:.2f}")
    predicted("hidden_bias", together)
except NotImplementedError:
    print("Write numerical_grads and relative_errors first; then run this cell again.")

# %% [markdown] question="error_of_a_third"
# The pattern names the slip: whatever one line of code serves is spoiled by it, and nothing else.
# Two more checks take a minute and are worth it before every long training: the first cost of a
# network with ten classes is near $\ln 10 = 2.3$, because it knows nothing yet; and twenty examples
# should be learned by heart. Both are cheap, and neither replaces this one.

# %% quiz="error_of_a_third"

# %% tags=["nbval-ignore-output"]
progress("00_start_here")

# %% [markdown]
# ## 10 · The lessons
#
# | | | |
# |---|---|---|
# | 1 | [Mini-batches](01_mini_batches.ipynb) | many small steps in place of one large one |
# | 1b | [Batch size](01b_batch_size.ipynb) | how many examples a step should look at |
# | 2 | [Exponentially weighted averages](02_exponentially_weighted_averages.ipynb) | the tool behind most optimizers |
# | 3 | [Bias correction](03_bias_correction.ipynb) | what to do about the first few steps |
# | 4 | [Momentum](04_momentum.ipynb) | gradient descent with a memory |
# | 5 | [RMSprop](05_rmsprop.ipynb) | a step length for every parameter |
# | 6 | [Adam](06_adam.ipynb) | both together |
# | 7 | [Learning rate decay](07_learning_rate_decay.ipynb) | smaller steps towards the end |
# | 8 | [Local optima](08_local_optima.ipynb) | saddle points and plateaus |
# | 9 | [Adagrad and Adadelta](09_adagrad_adadelta.ipynb) | the relatives |
# | 10 | [After Adam](10_after_adam.ipynb) | AMSGrad, AdamW, warm-up |
# | 11 | [Training strategies](11_training_strategies.ipynb) | curriculum, batch norm, early stopping, noise |
# | 12 | [Capstone](12_capstone.ipynb) | your optimizers in one race |
# | 13 | [Today's training](13_todays_training.ipynb) | what today's scripts do |
#
# Each builds on the ones before, and each can be opened on its own: the demonstrations bring their
# own optimizers. What follows here is for looking things up.

# %% [markdown]
# ## 11 · Notation
#
# | written | in code | meaning |
# |---|---|---|
# | $X$, $Y$ | `X`, `Y` | inputs $(n_x, m)$ and labels $(n_y, m)$; **examples are columns** |
# | $m$ | `m` | number of examples |
# | $x^{(i)}$ | `X[:, i - 1]` | example $i$ |
# | $X^{\{t\}}, Y^{\{t\}}$ | `X_t`, `Y_t` | mini-batch $t$ |
# | $W^{[l]}, b^{[l]}$ | `params["W1"]`, `params["b1"]` | weights and biases of layer $l$ |
# | $dW^{[l]}, db^{[l]}$ | `grads["W1"]`, `grads["b1"]` | gradients of the cost, **under the same keys** |
# | $J$ | `cost` | cost: the mean loss over the examples |
# | $\alpha$ | `learning_rate` | learning rate |
# | $\beta, \beta_1, \beta_2$ | `beta`, `beta1`, `beta2` | how much an average keeps of its past |
# | $\varepsilon$ | `epsilon` | small number that keeps a division finite |
# | $t$ | `t` | number of updates so far; **1 at the first update** |
#
# Three rules hold everywhere:
#
# - **Updates are pure.** They return new dictionaries and leave alone what they were given.
# - **State mirrors the parameters.** A velocity has the keys and shapes of `params`.
# - **Randomness is explicit.** Whatever is random takes a generator, `numpy.random.default_rng(0)`.

# %% [markdown]
# ## 12 · The same thing elsewhere
#
# Two correct implementations of one optimizer may differ in small conventions, and a learning rate
# from one does not fit the other. Come back to this table when your numbers differ from a library's.
#
# | | this course | PyTorch | Keras | CS231n | d2l |
# |---|---|---|---|---|---|
# | momentum | $v = \beta v + (1-\beta) g$, $w = w - \alpha v$ | $v = \beta v + g$, $w = w - \alpha v$ | $v = \beta v - \alpha g$, $w = w + v$ | as Keras | as PyTorch |
# | learning rate that equals our $\alpha$ | $\alpha$ | $(1-\beta)\,\alpha$ | $(1-\beta)\,\alpha$ | $(1-\beta)\,\alpha$ | $(1-\beta)\,\alpha$ |
# | RMSprop divides by | $\sqrt{s} + \varepsilon$ | $\sqrt{s} + \varepsilon$ | $\sqrt{s + \varepsilon}$ | $\sqrt{s} + \varepsilon$ | $\sqrt{s + \varepsilon}$ |
# | RMSprop $\beta_2$ | 0.9 | 0.99 | 0.9 | 0.99 | 0.9 |
# | Adam divides by | $\sqrt{\hat s} + \varepsilon$ | $\sqrt{\hat s} + \varepsilon$ | $\sqrt{s} + \hat\varepsilon$, before the correction | $\sqrt{\hat s} + \varepsilon$ | $\sqrt{\hat s} + \varepsilon$ |
# | $\varepsilon$ | $10^{-8}$ | $10^{-8}$ | $10^{-7}$ | $10^{-8}$ | $10^{-6}$ |
# | initial state | zeros | zeros; SGD's first $v$ is $g$ | zeros; Adagrad's is 0.1 | zeros | zeros |
# | step counter | 1 at the first update | 1 | `iterations + 1` | starts at 0, raised before use | starts at 1, raised after use |
#
# With zeros to start, PyTorch's "first $v$ is $g$" is the same as its formula; it matters only with
# `dampening`. Lecture slides often show $\sqrt{s + \varepsilon}$; the Adam paper (Kingma and Ba, 2015)
# has $\sqrt{\hat s} + \varepsilon$. For ordinary gradients the two agree; lessons 5 and 6 show where
# they do not.

# %% [markdown]
# ## 13 · Korean and English glossary (용어집)
#
# | English | 한국어 | lesson |
# |---|---|---|
# | gradient | 기울기 | 0 |
# | gradient descent | 경사 하강법 | 0 |
# | broadcasting | 브로드캐스팅 | 0 |
# | pure function | 순수 함수 | 0 |
# | central difference | 중심 차분 | 0 |
# | gradient checking | 기울기 검사 | 0 |
# | stochastic gradient descent | 확률적 경사 하강법 | 1 |
# | mini-batch | 미니배치 | 1 |
# | epoch | 에포크 | 1 |
# | vectorization | 벡터화 | 1 |
# | cost function, loss | 비용 함수, 손실 | 1 |
# | learning rate | 학습률 | 0 |
# | hyperparameter | 하이퍼파라미터 | 1 |
# | exponentially weighted average | 지수 가중 평균 | 2 |
# | moving average | 이동 평균 | 2 |
# | bias correction | 편향 보정 | 3 |
# | momentum | 모멘텀 | 4 |
# | velocity, acceleration, friction | 속도, 가속도, 마찰 | 4 |
# | oscillation | 진동 | 4 |
# | to converge, to diverge | 수렴하다, 발산하다 | 4 |
# | contour lines | 등고선 | 4 |
# | condition number | 조건수 | 4 |
# | root mean square | 제곱평균제곱근 | 5 |
# | first and second moment | 1차 모멘트, 2차 모멘트 | 6 |
# | learning rate decay | 학습률 감쇠 | 7 |
# | local optimum, global optimum | 지역 최적값, 전역 최적값 | 8 |
# | saddle point | 안장점 | 8 |
# | plateau | 안정 지대 (고원) | 8 |
# | perturbation | 섭동 | 8 |
# | adaptive learning rate | 적응적 학습률 | 9 |
# | regularization, weight decay | 규제, 가중치 감쇠 | 10 |
# | normalization (not to be mixed up with regularization) | 정규화 | 11 |
# | warm-up | 워밍업 | 10 |
# | curriculum learning | 커리큘럼 학습 | 11 |
# | batch normalization | 배치 정규화 | 11 |
# | early stopping | 조기 종료 | 11 |
# | gradient clipping | 기울기 클리핑 | 13 |
# | gradient accumulation, micro-batch | 기울기 누적, 마이크로배치 | 13 |
# | sharpness | 첨예도 | 13 |
# | singular value, orthogonal matrix | 특잇값, 직교 행렬 | 13 |
#
# ### What comes next
#
# [Lesson 1](01_mini_batches.ipynb): why nobody waits for five million examples before the first step.
