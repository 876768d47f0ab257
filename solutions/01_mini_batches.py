# %% [markdown]
# # 1 · Train on mini-batches
#
# Training a network is trial and error: you try an idea, look, and try the next, so a faster run means
# more ideas in a week. Gradient descent looks at all examples before it moves. This lesson lets it
# move after a few, and measures what that gains.
#
# **What you'll do.** Cut a data set into mini-batches without losing an example, write the update and
# the training loop, and train on real handwritten digits. The second evening,
# [lesson 1b](01b_batch_size.ipynb), asks how many examples "a few" should be.
#
# **What you'll learn.**
# - why many rough steps can beat one exact step,
# - how to shuffle and cut without mixing up images and labels,
# - how to read a cost curve that goes up and down.
#
# **What you'll need.** NumPy arrays, slices and loops, as in [the warm-up](00_start_here.ipynb). About
# {minutes} minutes. Run the cells from top to bottom.

# %% tags=["set-up"]
import numpy as np

from optlab import (
    check,
    hint,
    optimizers,
    plots,
    predict,
    predicted,
    problems,
    progress,
    solution,
)
from optlab.data import digits_split

# %% [markdown]
# ## 1 · One exact step or many rough ones
#
# **Gradient descent** (경사 하강법) in three sentences. The gradient (기울기) says for every weight how
# steeply the cost rises with it: it is the derivative, once for each weight. A step goes the other way,
# $W = W - \alpha\,dW$, where $dW$ is the gradient. The learning rate (학습률) $\alpha$ says how far.
#
# **Question.** You may look at every training image exactly once. Is it better to make one step
# with all of them, or many steps with a few each?
#
# Vectorization (벡터화) computes the gradients of all $m$ examples in one matrix product, without a
# loop, as you will see. That is quick, but not free: with $m = 5{,}000{,}000$ examples, **batch gradient descent**
# (배치 경사 하강법) reads five million examples, makes one small step, and reads them all again.
#
# **Mini-batch gradient descent** (미니배치 경사 하강법) cuts the training set into pieces, the
# mini-batches (미니배치), and steps after each piece. Five million examples in mini-batches of 1,000
# make 5,000 steps where batch gradient descent makes one. One pass through the training set is an
# **epoch** (에포크) in both.
#
# Our real data are 1,437 handwritten digits of 8×8 pixels (Alpaydin and Kaynak, 1998), and the network
# has 64, 32 and 10 units.
#
# **Predict** the share of new digits that the network recognises after *one* epoch, for one step
# with all 1,437 images, and for steps with 16 images each. Guessing alone gets 10 %. Each size gets
# the best of four learning rates, by the cost of the training digits.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: one step with all images
predict(
    "one_step_share",
    "What share of new digits does one step with all images recognise?",
    "10 %",
    "25 %",
    "50 %",
    "90 %",
)

# %% tags=["experiment"]
# Experiment: one epoch with four batch sizes
training, testing = digits_split()
sizes, rates = (1437, 512, 64, 16), (0.1, 0.3, 0.6, 1.2)


def one_epoch(size, rate):
    """(cost of all training digits, share of test digits recognised, steps) after one epoch."""
    rng = np.random.default_rng(0)
    params, update = problems.init_params(rng, (64, 32, 10)), optimizers.gradient_descent(rate)
    params, costs = problems.train(params, training.X, training.Y, update, 1, rng, batch=size)
    cost, _ = problems.cost_and_grads(params, training.X, training.Y)
    return cost, problems.accuracy(params, testing.X, testing.labels), len(costs)


reached = []
for size in sizes:
    results = {rate: one_epoch(size, rate) for rate in rates}
    best_rate = min(results, key=results.get)  # the lowest cost of the training digits
    _, share, steps = results[best_rate]
    reached.append(share)
    print(f"{size:4} images a step, rate {best_rate}: {steps:2} steps, {share:.0%} recognised")

fig, ax = plots.figure(size=(7.2, 3.2))
bars = ax.barh([f"{size} images a step" for size in sizes], reached, color=plots.COLORS["first"])
_ = ax.bar_label(bars, [f"{share:.0%}" for share in reached], padding=4)
_ = ax.set(xlabel="test digits recognised after one epoch", xlim=(0, 1), xticks=(0, 0.5, 1))
ax.invert_yaxis()
plots.show(
    fig,
    "Bars: the share of test digits recognised after one epoch. One step with all images gets a "
    "quarter of them right; steps with 64 or 16 images almost 90 percent.",
)
predicted(
    "one_step_share", 100 * reached[0], f"{reached[0]:.0%}; with 16 images a step {reached[-1]:.0%}"
)

# %% [markdown]
# The same images, about the same arithmetic, to each size its own rate: 25 % or almost 90 %.
# Progress starts before the epoch is over.
#
# Why may a step use a few examples only? Because the gradient of the cost is a *mean* over
# examples. Some notes put it for a data set of 55,000 images: compute 55,000 gradients and average
# them, and you have batch gradient descent; use one of them at a time, and you have **stochastic
# gradient descent** (확률적 경사 하강법, SGD), whose way is a random process in time. A mini-batch is
# in between. It gives an estimate of the mean: rough, but right on average.
#
# **Predict**: how many times as long does a loop over the 1,437 digits take as one matrix product
# for all of them: twice, five times, more than ten times?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: how long the loop takes
predict(
    "loop_or_product",
    "How many times as long does the loop take?",
    "2 times",
    "5 times",
    "more than 10 times",
)

# %% tags=["experiment"]
# Experiment: a loop against one matrix product
from time import perf_counter

start = problems.init_params(np.random.default_rng(0), (64, 32, 10))
began = perf_counter()
singles = [
    problems.flatten(problems.cost_and_grads(start, training.X[:, [i]], training.Y[:, [i]])[1])
    for i in range(training.labels.size)
]
loop_seconds, whole_seconds = perf_counter() - began, []
for _ in range(5):  # the shortest of five: a busy moment of the machine should not count
    began = perf_counter()
    whole = problems.flatten(problems.cost_and_grads(start, training.X, training.Y)[1])
    whole_seconds.append(perf_counter() - began)
apart = np.abs(np.mean(singles, axis=0) - whole).max()
print(f"{len(singles)} gradients averaged are the batch gradient:", bool(apart < 1e-12))

ratio = loop_seconds / min(whole_seconds)
words = "more than 10 times" if ratio > 10 else "5 times" if ratio > 3 else "2 times"
predicted("loop_or_product", words)

# %% [markdown] question="mini_batch_notation"
# ## 2 · Three kinds of brackets
#
# | written | in code | meaning | shape |
# |---|---|---|---|
# | $x^{(i)}$ | `X[:, [i - 1]]` | example (샘플) $i$, round brackets | $(n_x, 1)$ |
# | $z^{[l]}, a^{[l]}$ | `Z`, `A` of layer $l$ | layer (층) $l$, square brackets | $(n^{[l]}, m)$ in a matrix |
# | $X^{\{t\}}, Y^{\{t\}}$ | `X_t`, `Y_t` | mini-batch $t$, curly brackets | $(n_x, b)$ and $(n_y, b)$ |
#
# Examples are columns. With 1,000 examples in a mini-batch, $X^{\{1\}}$ is $(n_x, 1000)$, and
# $Y^{\{1\}}$ is $(1, 1000)$ where a label is one number. For ten digits a label is a column of ten,
# so $Y^{\{1\}}$ is $(10, 1000)$.

# %% quiz="mini_batch_notation"

# %% [markdown]
# ## 3 · Cut, and lose nothing
#
# **Question.** 5,000,000 examples make "5,000 mini-batches of exactly 1,000 each". How many
# mini-batches of 64 do 1,437 digits make?
#
# They do not divide evenly: $1437 = 22 \cdot 64 + 29$. The remainder of 29 is a mini-batch too, a
# smaller one. So the number of mini-batches in an epoch, and with it the number of updates, is
#
# $$T = \left\lceil \frac{m}{b} \right\rceil$$
#
# where $b$ is the mini-batch size and $\lceil\,\rceil$ means: round up (올림).
#
# | mini-batch size | name | updates in an epoch |
# |---|---|---|
# | $b = m$ | batch gradient descent, $(X^{\{1\}}, Y^{\{1\}}) = (X, Y)$ | 1 |
# | $1 < b < m$ | mini-batch gradient descent | $\lceil m/b \rceil$ |
# | $b = 1$ | stochastic gradient descent, $(X^{\{t\}}, Y^{\{t\}}) = (x^{(i)}, y^{(i)})$ | $m$ |
#
# Some notes say that with batch gradient descent the number of updates is the entire training set.
# It is the other way round: one update *uses* the entire training set.
#
# ### Exercise 1 · How many mini-batches
#
# `hint("num_mini_batches")` gives a hint, and each further call another.


# %% exercise="num_mini_batches"
def num_mini_batches(m, mini_batch_size):
    """The number of mini-batches in one epoch, a smaller last one included.

    m, mini_batch_size: whole numbers, at least 1. Returns a whole number.

    Example: num_mini_batches(10, 4) is 3: mini-batches of 4, 4 and 2 examples.
    """
    # REFERENCE SOLUTION


# %% check="num_mini_batches"
check("num_mini_batches")

# %% [markdown] question="updates_in_ten_epochs"

# %% quiz="updates_in_ten_epochs"

# %% [markdown]
# ## 4 · Shuffle, and keep the pairs
#
# **Question.** The file may be sorted: all zeros first, then all ones. Does it matter in which
# order the examples come? And what if images and labels lose each other?
#
# **Predict** the share of test digits recognised after five epochs with mini-batches of 64
# 1. when the digits stay sorted by class,
# 2. when images and labels are shuffled (섞다) in two *different* orders,
# 3. when they are shuffled in one common order, a new one in every epoch.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the order that learns least
predict(
    "three_orders",
    "With which order does the network learn least?",
    "sorted by class",
    "pairs mixed up",
    "shuffled in pairs",
)

# %% tags=["experiment"]
# Experiment: three orders of the digits
by_class = np.argsort(training.labels, kind="stable")
other_order = np.random.default_rng(1).permutation(1437)


class NeverShuffles:
    """Stands in for a random generator: its "permutation" is the order as it is."""

    permutation = staticmethod(np.arange)


def five_epochs(X, Y, rng):
    """Params and costs of five epochs with mini-batches of 64, in the order that rng gives."""
    params = problems.init_params(np.random.default_rng(0), (64, 32, 10))
    return problems.train(params, X, Y, optimizers.gradient_descent(0.3), 5, rng)


X, Y = training.X, training.Y
ways = {
    "sorted by class": (X[:, by_class], Y[:, by_class], NeverShuffles()),
    "pairs mixed up": (X, Y[:, other_order], np.random.default_rng(0)),
    "shuffled in pairs": (X, Y, np.random.default_rng(0)),
}
shares = {}
fig, axes = plots.figure(1, 3, size=(9.6, 3.1), sharey=True)
for ax, (name, way) in zip(axes, ways.items(), strict=True):
    params, costs = five_epochs(*way)
    share = shares[name] = problems.accuracy(params, testing.X, testing.labels)
    _ = ax.plot(costs, color=plots.COLORS["first"], linewidth=1.4)
    _ = ax.set(title=name, xlabel="step", ylim=(0, 5))
    print(f"{name}: {share:.0%} of the test digits recognised")
    print(f"    costs of the last epoch {min(costs[-23:]):.1f} to {max(costs[-23:]):.1f}")
_ = axes[0].set_ylabel("$J^{\\{t\\}}$")
plots.show(
    fig,
    "Cost per step over five epochs. Sorted by class it jumps up at every new class; with pairs "
    "mixed up it stays at 2.3; shuffled in pairs it falls smoothly to 0.2.",
)
predicted("three_orders", min(shares, key=shares.get))

# %% [markdown]
# Sorted by class, every mini-batch teaches one or two digits and undoes what the last one taught.
# With pairs mixed up, the shapes are right, no error is raised, the cost looks calm, and nothing is
# learned: the most treacherous bug of this lesson. So:
#
# 1. Draw **one** random order of the columns, and use it for $X$ and $Y$.
# 2. Cut the shuffled columns: mini-batch $k = 0, 1, \dots, T-1$ has the columns from $k\,b$ up to, but
#    not including, $(k+1)\,b$. The last one stops at $m$.
# 3. Draw a new order in every epoch.
#
# In this course randomness comes from a generator that is passed in: `rng.permutation(m)` gives the
# numbers $0$ to $m-1$ in random order, and a different one at each call.
#
# ### Exercise 2 · Make the mini-batches


# %% exercise="make_mini_batches"
def make_mini_batches(X, Y, mini_batch_size, rng):
    """Shuffles the examples and cuts them into mini-batches, for one epoch.

    X (n_x, m), Y (n_y, m): examples as columns; they stay as they are
    mini_batch_size: columns in each mini-batch, except for a smaller last one
    rng: numpy.random.Generator, the only source of randomness
    Returns a list of pairs (X_t, Y_t), shapes (n_x, b_t) and (n_y, b_t).

    Example: 5 examples with mini_batch_size 2 give three pairs, 2, 2 and 1 columns wide.
    """
    # REFERENCE SOLUTION


# %% check="make_mini_batches"
check("make_mini_batches")

# %% [markdown]
# The slice of the last mini-batch may reach beyond column $m$: NumPy stops at the end by itself.
#
# ## 5 · One step, as if the mini-batch were everything
#
# For $t = 1, \dots, T$ a step does what batch gradient descent does, with $X^{\{t\}}$ in place of
# $X$. (In all lessons a function gives you the cost and the gradients of a network; points 1 to 3
# say what it does, and your part begins where they are used.)
#
# 1. **Forward propagation** (순전파). Only the first layer sees the mini-batch itself:
#    $$Z^{[1]} = W^{[1]} X^{\{t\}} + b^{[1]}, \quad A^{[1]} = g^{[1]}(Z^{[1]}), \quad
#    Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}, \; \dots$$
# 2. **Cost** (비용) $J^{\{t\}}$ of the mini-batch: the mean of its losses.
# 3. **Backpropagation** (역전파): the gradients of $J^{\{t\}}$.
# 4. **Update**: $W^{[l]} = W^{[l]} - \alpha\, dW^{[l]}$ and $b^{[l]} = b^{[l]} - \alpha\, db^{[l]}$ for
#    every layer, with the learning rate $\alpha$.
#
# ### Exercise 3 · The update
#
# The gradients carry the keys of the parameters: `grads["W1"]` is $dW^{[1]}$. For every key:
#
# $$W = W - \alpha\, dW$$
#
# Updates in this course are **pure**: they return a new dictionary, and nothing that was passed in
# changes. Two runs can then begin at the same start.


# %% exercise="sgd_update"
def sgd_update(params, grads, learning_rate):
    """One step of gradient descent for every parameter.

    params: {"W1": (n_1, n_x), "b1": (n_1, 1), "W2": ...}, as many layers as there are
    grads:  dict with the same keys and shapes
    Returns the params after the step as a new dict of new arrays; the arguments stay as they
    were. Integer params become floats.

    Example: W1 [[1.0, 2.0]], gradient [[0.5, -1.0]], learning_rate 0.2  ->  W1 [[0.9, 2.2]]
    """
    # REFERENCE SOLUTION


# %% check="sgd_update"
check("sgd_update")

# %% [markdown]
# ### Exercise 4 · The training loop
#
# Now put the pieces together. In every epoch: make new mini-batches; for each of them ask for cost
# and gradients, note the cost $J^{\{t\}}$, and step. You may call your functions from above.
#
# The model comes as a function `cost_and_grads(params, X_t, Y_t) -> (cost, grads)`; its gradients
# are those of the mean cost, so there is nothing left to divide.


# %% exercise="train_mini_batch"
def train_mini_batch(params, X, Y, cost_and_grads, mini_batch_size, learning_rate, epochs, rng):
    """Mini-batch gradient descent.

    params: dict of arrays as in sgd_update, the start; it stays as it is
    X (n_x, m), Y (n_y, m): all examples
    cost_and_grads: function (params, X_t, Y_t) -> (cost, grads)
    rng: numpy.random.Generator for the shuffling, new mini-batches in every epoch
    Returns (params, costs): the params at the end, and a list with the cost of every mini-batch
    in order, each taken before its step.

    Example: 10 examples, mini_batch_size 4, epochs 2 give a list of 6 costs.
    """
    # BEGIN SOLUTION
    costs = []
    for _ in range(epochs):
        for X_t, Y_t in make_mini_batches(X, Y, mini_batch_size, rng):
            cost, grads = cost_and_grads(params, X_t, Y_t)
            params = sgd_update(params, grads, learning_rate)
            costs.append(cost)
    return params, costs
    # END SOLUTION


# %% check="train_mini_batch"
check("train_mini_batch")

# %% [markdown]
# ## 6 · A curve that goes up and down
#
# **Question.** Your code trains on the digits. How do the noted costs $J^{\{t\}}$ look beside the
# cost $J$ of all digits, taken before each step?
#
# **Predict**: over ten epochs with mini-batches of 64, at how many of the 229 transitions from one
# step to the next does $J^{\{t\}}$ go *up*? None, a few, about half?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a curve that goes up and down
predict(
    "ups",
    "How often does the cost of the mini-batch go up, from one step to the next?",
    "never",
    "a few times",
    "about half of the time",
)

# %% tags=["experiment"]
# Experiment: your training loop on the digits
cost_of_all = []


def cost_of_all_digits(params):
    """J, without the gradients: that is quicker."""
    _, probabilities = problems.forward(params, training.X)
    return -np.mean(np.log(np.sum(probabilities * training.Y, axis=0)))


def watched(params, X_t, Y_t):
    """cost_and_grads that also notes the cost of all digits."""
    cost_of_all.append(cost_of_all_digits(params))
    return problems.cost_and_grads(params, X_t, Y_t)


try:
    _, noisy = train_mini_batch(
        start, training.X, training.Y, watched, 64, 0.2, 10, np.random.default_rng(3)
    )
except NotImplementedError:
    noisy = None
    print("Exercises 2, 3 and 4 come first; then run this cell again.")

if noisy is not None:
    fig, ax = plots.figure()
    _ = ax.semilogy(noisy, color=plots.COLORS["data"], linewidth=1.2)
    _ = ax.semilogy(cost_of_all, color=plots.COLORS["first"])
    _ = ax.set(xlabel="step", ylabel="cost", xlim=(0, 230))
    plots.label_end(ax, len(noisy) - 1, cost_of_all[-1], "$J$, all digits", plots.COLORS["first"])
    plots.label_end(ax, 60, 0.95, "$J^{\\{t\\}}$, 64 digits", "#6f6f6f")
    plots.show(
        fig,
        "Cost over 230 steps on a logarithmic axis. The mini-batch cost is a jagged line around the "
        "cost of all digits, which falls from 2.3 to 0.18 with small steps up on the way.",
    )
    print(f"J of the mini-batch went up {np.sum(np.diff(noisy) > 0)} times in 229")
    print(f"J of all digits fell from {cost_of_all[0]:.1f} to {cost_of_all[-1]:.2f}", end=", ")
    print(f"and went up {np.sum(np.diff(cost_of_all) > 0)} times")
    ups = np.mean(np.diff(noisy) > 0)
    words = "about half of the time" if ups > 0.3 else "a few times" if ups else "never"
    predicted("ups", words, f"{ups:.0%} of the steps")

# %% [markdown]
# About half of the time. From one mini-batch to the next the difference in difficulty is larger
# than the progress of one step; only over many steps does the trend show. Even the cost of all digits
# went up at every fourth step or so: a step that is right for 64 digits need not be right for all.
#
# "With batch gradient descent the cost falls on every iteration, and if it ever goes up, something
# is wrong." **Predict** whose cost goes up at some of 100 steps with the full gradient: the bowl
# $\tfrac12(w_1^2 + 10\,w_2^2)$ at the rate 0.19, the same bowl at 0.21, or the digits, all 1,437 in each
# step, at the rate 1.0.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the cost that never goes up
predict(
    "never_up",
    "Full gradients, 100 steps. Which cost never goes up?",
    "the bowl, rate 0.19",
    "the bowl, rate 0.21",
    "all digits, rate 1.0",
)

# %% tags=["experiment"]
# Experiment: which costs go up
round_bowl = problems.bowl(10, start=(1.0, 1.0))
curves = {}
for rate in (0.19, 0.21):
    walk = optimizers.follow(round_bowl, optimizers.gradient_descent(rate), 100)
    curves[f"the bowl, rate {rate}"] = round_bowl.value(walk.T)
for rate in (0.3, 1.0):
    update, rng = optimizers.gradient_descent(rate), np.random.default_rng(0)
    _, costs = problems.train(start, training.X, training.Y, update, 100, rng, batch=1437)
    curves[f"all digits, rate {rate}"] = costs
ups = {name: np.sum(np.diff(values) > 0) for name, values in curves.items()}

fig, ax = plots.figure()
for rate, color in ((0.3, "first"), (1.0, "second")):
    values = curves[f"all digits, rate {rate}"]
    _ = ax.semilogy(values, color=plots.COLORS[color], linewidth=1.6)
    plots.label_end(ax, 99, values[-1], f"rate {rate}", plots.COLORS[color])
_ = ax.set(xlabel="step, all digits in each", ylabel="$J$", xlim=(0, 100))
plots.show(
    fig,
    "Batch gradient descent on all digits. At rate 0.3 the cost falls at every step. At rate 1.0 it "
    "jumps up several times and still ends lower.",
)
for name, values in curves.items():
    print(f"{name}: {'goes up at some step' if ups[name] else 'falls at every step'}", end=", ")
    print("ends lower" if values[-1] < values[0] else "ends higher")
predicted("never_up", min((name for name in ups if "0.3" not in name), key=ups.get))

# %% [markdown] question="rising_cost"
# The sentence is right for plain gradient descent with a rate below $2/L$ on the cost of all examples.
# $L$ is the largest curvature: how fast the slope changes in the steepest direction, here 10, so that
# $2/L = 0.2$; on the parabola of the warm-up it is 2, and the limit is 1. And at rate 1.0 on the digits
# the full cost does jump up, and ends lower than at the careful rate. (Optimizers with a memory, from
# lesson 4 on, roll past the minimum and still arrive.) A cost that rises once is a question, not a
# verdict; one that keeps rising is an alarm.

# %% quiz="rising_cost"

# %% [markdown]
# ## Summary
#
# - A mini-batch gives an estimate of the gradient that is right on average. $T = \lceil m/b \rceil$
#   updates in an epoch replace one.
# - Shuffle $X$ and $Y$ in one common order, new in every epoch; the last mini-batch may be smaller.
# - $J^{\{t\}}$ goes up and down. Look at the trend, or at the mean over an epoch.
#
# ### Cheat sheet
#
# | technique | formula | code | default | when not, and what to mind |
# |---|---|---|---|---|
# | mini-batches in an epoch | $T = \lceil m/b \rceil$ | `T = -(-m // b)` | $b$ 64 | the last one may be smaller |
# | order of an epoch | one order for $X$ and $Y$ | `order = rng.permutation(m)` | new in every epoch | two orders part the images from their labels |
# | one step | $w = w - \alpha\, g$ | `w = w - alpha * g` | $\alpha$ tuned | $g$ is a mean over the mini-batch, never a sum |
#
# ### In other libraries
#
# | where | how | worth knowing |
# |---|---|---|
# | PyTorch `DataLoader(data, batch_size=64, shuffle=True)` | new order every epoch | keeps the smaller last mini-batch, unless `drop_last=True` |
# | Keras `model.fit(x, y, batch_size=32, epochs=10)` | shuffles every epoch by default | examples are rows; 32 is the default |
#
# ### What comes next
#
# [Lesson 1b](01b_batch_size.ipynb), the second evening: where the noise of $J^{\{t\}}$ comes from,
# whether single examples ever arrive, and which batch size is the fastest.

# %% tags=["nbval-ignore-output"]
progress("01_mini_batches")
