# %% [markdown]
# # 7 · Let the learning rate decay
#
# With a fixed learning rate and noisy gradients, training never arrives: it wanders around the
# minimum for ever. This lesson makes the steps smaller on the way, in five ways, and measures what
# each of them gains and what it costs to be too quick about it.
#
# **What you'll do.** Measure how low a fixed rate can get. Write four schedules, a rule that drops
# the rate by itself, and the training loop that uses them. Race them on handwritten digits.
#
# **What you'll learn.**
# - why a fixed rate has a noise floor, and how low it is,
# - inverse time, exponential, square root and staircase decay, and what each is like,
# - why a decay that is too fast freezes the training before it arrives,
# - what to count: epochs or updates, from 0 or from 1.
#
# **What you'll need.** Lesson 1 (mini-batches and epochs); powers and square roots. About
# {minutes} minutes. Run the cells from top to bottom.

# %% tags=["set-up"]
from dataclasses import replace

import numpy as np

from optlab import (
    board,
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
# ## 1 · A fixed rate keeps wandering
#
# **Question.** Mini-batch gradients are noisy. Does gradient descent with a fixed learning rate
# still arrive at the minimum?
#
# The bowl below has its minimum at $(0, 0)$. Each gradient carries noise (잡음), as that of a
# mini-batch does. On the left the learning rate stays at 0.3; on the right it starts there and
# becomes a little smaller at every step, down to 0. That is **learning rate decay** (학습률 감쇠).
#
# **Predict** before you run the cell: where do the last 50 of 200 steps lie (in colour),
# on the left and on the right?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the last fifty steps
predict(
    "last_fifty",
    "Where do the last 50 steps lie closer to the minimum?",
    "with the fixed rate",
    "with the decaying rate",
    "equally close",
)

# %% tags=["experiment"]
# Experiment: a fixed and a decaying rate
bowl = problems.bowl(kappa=3, start=(-8.0, 4.0))
steps = 200
rates = {"fixed rate": np.full(steps, 0.3), "decaying rate": np.linspace(0.3, 0, steps)}
away = {}
fig, axes = plots.figure(1, 2, size=(9, 3.5), sharey=True)
for ax, (name, table) in zip(axes, rates.items(), strict=True):
    noisy = problems.noisy_gradient(bowl.gradient, 2.0, np.random.default_rng(3))
    update = optimizers.gradient_descent(lambda t, table=table: table[t - 1])
    path = optimizers.follow(replace(bowl, gradient=noisy), update, steps)
    plots.contour(ax, bowl.value, ((-9.5, 4), (-4, 5)), bowl.minimum)
    plots.trajectory(ax, path[:-50], "data")
    _ = ax.plot(*path[-50:].T, ".-", color=plots.COLORS["sgd"], linewidth=1.4, markersize=5)
    _ = ax.set_title(name)
    ax.label_outer()
    far = away[name] = np.linalg.norm(path[-50:], axis=1).mean()
    print(f"{name}: mean distance from the minimum in the last 50 steps {far:.2f}")
plots.show(
    fig,
    "Two noisy paths into a bowl, the last 50 steps in colour. With a fixed rate they fill a cloud "
    "around the minimum; with a decaying rate they lie close to it.",
)
fixed, decaying = away.values()
words = "with the decaying rate" if decaying < 0.8 * fixed else "equally close"
predicted("last_fifty", "with the fixed rate" if fixed < 0.8 * decaying else words)

# %% [markdown]
# Both arrive in the neighbourhood equally fast. Then the fixed rate keeps wandering: every step is
# as long as the noise makes it. The decaying rate makes large steps while they are useful and small
# ones when only noise is left, so that the path oscillates in a tighter and tighter region.
#
# ## 2 · How low is the floor?
#
# **Question.** If a fixed rate never arrives, how close does it get?
#
# Take the simplest cost, $f(w) = \tfrac12 w^2$, with gradient $w$ plus noise of standard deviation
# 1, and let 4,000 runs start at $w = 3$. **Predict**: the rate is 0.1. Will the mean of $w^2$
# settle near 0.1, near 0.05, or near 0.01?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the floor
predict(
    "noise_floor", "Rate 0.1: near which value does the mean of w² settle?", "0.1", "0.05", "0.01"
)

# %% tags=["experiment"]
# Experiment: three fixed rates on a noisy cost
rng = np.random.default_rng(0)
names = {0.5: "gd", 0.1: "first", 0.02: "second"}
floors = {}
fig, ax = plots.figure()
for rate, color in names.items():
    noisy = problems.noisy_gradient(lambda w: w, 1.0, rng)
    cloud = replace(bowl, gradient=noisy, start=np.full(4000, 3.0))  # one entry for each run
    squares = np.mean(optimizers.follow(cloud, optimizers.gradient_descent(rate), 399) ** 2, axis=1)
    _ = ax.semilogy(squares, color=plots.COLORS[color])
    floor = rate / (2 - rate)
    _ = ax.plot([0, 399], [floor, floor], "--", color=plots.COLORS[color], linewidth=1)
    plots.label_end(ax, 400, squares[-1], f"rate {rate}", plots.COLORS[color])
    settled = floors[rate] = np.mean(squares[-100:])
    print(f"rate {rate}: mean of w^2 settles at {settled:.4f}; rate/(2 - rate) = {floor:.4f}")
_ = ax.set(xlabel="step", ylabel="mean of $w^2$", xlim=(0, 400))
plots.show(
    fig,
    "Mean square of w against the step, logarithmic, for three rates. Each falls and then stays on "
    "its dashed floor: 0.33 for rate 0.5, 0.053 for 0.1, 0.010 for 0.02.",
)
predicted("noise_floor", floors[0.1])

# %% [markdown] question="decay_noise_floor"
# Each rate has a **noise floor**. One step maps $w$ to $(1-\alpha)\,w$ minus $\alpha$ times the
# noise, so the mean of $w^2$ settles where
#
# $$E[w^2] = (1-\alpha)^2\, E[w^2] + \alpha^2 \quad\Longrightarrow\quad
# E[w^2] = \frac{\alpha}{2-\alpha}.$$
#
# A small rate has a low floor and a long way down; a large rate is quick and stays high. Decay is
# the attempt to have both.

# %% quiz="decay_noise_floor"

# %% [markdown]
# ## 3 · Inverse time decay
#
# An **epoch** (에포크) is one pass through the training set. The first schedule of the lecture
# divides the rate by a number that grows with the epochs:
#
# $$\alpha = \frac{1}{1 + \text{decay\_rate} \cdot \text{epoch}}\;\alpha_0.$$
#
# $\alpha_0$ is the rate to begin with and decay_rate (감쇠율) one more hyperparameter
# (하이퍼파라미터).
#
# Epochs count from 0 here: **epoch 0 uses $\alpha_0$ itself**, and epoch 1 is the first decayed
# one. A table that begins with epoch 1 begins with the first decayed rate.
#
# ### Exercise 1 · Divide
#
# The formula starts from $\alpha_0$ every time, never from the rate of the epoch before.


# %% exercise="inverse_time_decay"
def inverse_time_decay(learning_rate0, epoch, decay_rate):
    """The learning rate in an epoch, by inverse time decay.

    learning_rate0: the rate of epoch 0
    epoch:          0, 1, 2, ... (an int or a NumPy integer)
    decay_rate:     how fast it decays; 0 means not at all
    Returns a float.

    Example: inverse_time_decay(0.6, 4, 0.5) is 0.2, since 1 + 0.5 * 4 = 3.
    """
    # BEGIN SOLUTION
    return 1 / (1 + decay_rate * epoch) * learning_rate0
    # END SOLUTION


# %% check="inverse_time_decay"
check("inverse_time_decay")

# %% [markdown] question="decay_table"

# %% quiz="decay_table"

# %% [markdown]
# Does your function agree? The cell prints its table, and beside it what happens when each epoch
# decays the rate of the epoch before instead of $\alpha_0$: a slip that is hard to see in code and
# easy to see in numbers.

# %% tags=["experiment"]
# Experiment: your table, and a common slip
try:
    table = [inverse_time_decay(0.2, epoch, 1.0) for epoch in range(5)]
    again = [0.2]
    for epoch in range(1, 5):
        again.append(inverse_time_decay(again[-1], epoch, 1.0))
    for epoch in range(5):
        print(f"epoch {epoch}: {table[epoch]:.3f}   decayed again and again: {again[epoch]:.4f}")
except NotImplementedError:
    print("Exercise 1 comes first; then run this cell again.")

# %% [markdown] question="decay_names"
# The notes lost a zero: 0.1, **0.067, 0.05, 0.04**. A quick test for any such table: a decay never
# gives more than it started with.

# %% quiz="decay_names"

# %% [markdown]
# ## 4 · Exponential decay
#
# The second schedule keeps the same share of the rate at every epoch:
#
# $$\alpha = 0.95^{\,\text{epoch}}\;\alpha_0.$$
#
# The **base** (밑) is the number less than 1; $\alpha$ is $\alpha_0$ times a power of it. With
# $\alpha_0 = 3$ the rate is above 1 for many epochs, and with a base above 1 it would grow.
#
# **Predict**: after how many epochs of base 0.95 is the rate half of what it was: 5, 14, or 50?
#
# ### Exercise 2 · A power


# %% exercise="exponential_decay"
def exponential_decay(learning_rate0, epoch, base=0.95):
    """The learning rate in an epoch, by exponential decay.

    learning_rate0: the rate of epoch 0
    epoch:          0, 1, 2, ... (an int or a NumPy integer)
    base:           the share of the rate that stays from one epoch to the next
    Returns a float.

    Example: exponential_decay(0.4, 2, base=0.5) is 0.1.
    """
    # BEGIN SOLUTION
    return base**epoch * learning_rate0
    # END SOLUTION


# %% check="exponential_decay"
check("exponential_decay")

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: half of the rate
predict(
    "half_of_rate", "After how many epochs of base 0.95 is half of the rate gone?", "5", "14", "50"
)

# %% tags=["experiment"]
# Experiment: your exponential decay in numbers
try:
    epochs = range(1, 100)
    first = next(epoch for epoch in epochs if exponential_decay(1.0, epoch) <= 0.5)
    left = exponential_decay(1.0, 100)
    print(f"base 0.95: half of the rate is gone after {first} epochs, {left:.4f} is left after 100")
    above = sum(exponential_decay(3.0, epoch) > 1 for epoch in range(100))
    print(f"starting at 3, the rate is above 1 for {above} epochs")
    predicted("half_of_rate", first, f"{first} epochs")
except NotImplementedError:
    print("Exercise 2 comes first; then run this cell again.")

# %% [markdown] question="decay_not_a_decay"

# %% quiz="decay_not_a_decay"

# %% [markdown]
# ## 5 · Square root decay
#
# The third schedule counts either epochs or updates, with a constant $k$ in front:
#
# $$\alpha = \frac{k}{\sqrt{\text{epoch}}}\;\alpha_0 \qquad\text{or}\qquad
# \alpha = \frac{k}{\sqrt{t}}\;\alpha_0,$$
#
# where $t$ is the number of the update (the number of the mini-batch, if all are counted through).
#
# The other schedules count from 0. What would this one give for $t = 0$?
#
# ### Exercise 3 · A root


# %% exercise="inverse_sqrt_decay"
def inverse_sqrt_decay(learning_rate0, t, k):
    """The learning rate at update t, by inverse square root decay.

    learning_rate0: the rate of t = 1, if k is 1
    t:              1, 2, 3, ...: counted from 1 (an int or a NumPy integer)
    k:              a factor, 1 in most uses
    Returns a float.

    Example: inverse_sqrt_decay(0.3, 9, 2.0) is 0.2.
    """
    # BEGIN SOLUTION
    return k / np.sqrt(t) * learning_rate0
    # END SOLUTION


# %% check="inverse_sqrt_decay"
check("inverse_sqrt_decay")

# %% tags=["experiment"]
# Experiment: the square root at t = 0
try:
    with np.errstate(divide="ignore"):  # NumPy would warn; here we want to see the value
        print("t = 0:", inverse_sqrt_decay(0.3, 0, 1.0))
except ZeroDivisionError as error:
    print("t = 0:", error)
except NotImplementedError:
    print("Exercise 3 comes first; then run this cell again.")

# %% [markdown]
# An infinite learning rate at the very first step. This is why $t$ counts from 1 here. A schedule
# with the wrong first number gives no error message; it gives a first step of any length, which is
# worth a look whenever you write one.
#
# ## 6 · Staircase decay
#
# The fourth schedule keeps the rate for some epochs and then cuts it, by a half for example, again
# and again: a **discrete staircase** (이산 계단). With $d$ for the length of a stair,
#
# $$\alpha = \text{factor}^{\,\lfloor \text{epoch}/d \rfloor}\;\alpha_0,$$
#
# where $\lfloor x \rfloor$ is $x$ rounded down. With $d = 3$ the epochs 0, 1, 2 use $\alpha_0$, and
# epoch 3 is the first after a drop.
#
# ### Exercise 4 · Stairs


# %% exercise="staircase_decay"
def staircase_decay(learning_rate0, epoch, drop_every, factor=0.5):
    """The learning rate in an epoch, when it drops every few epochs.

    learning_rate0: the rate of the first stair
    epoch:          0, 1, 2, ... (an int or a NumPy integer)
    drop_every:     the number of epochs on one stair
    factor:         what a drop multiplies the rate by
    Returns a float.

    Example: staircase_decay(0.4, 25, 10) is 0.1: two drops, at the epochs 10 and 20.
    """
    # BEGIN SOLUTION
    drops = epoch // drop_every
    return factor**drops * learning_rate0
    # END SOLUTION


# %% check="staircase_decay"
check("staircase_decay")

# %% [markdown]
# ## 7 · What each schedule is like
#
# **Question.** All four make the rate smaller. How do they differ?
#
# The slider figure draws your own four functions. On the left is the rate in each epoch; on the
# right the experiment of section 2 with that rate, ten updates per epoch, from $w = 10$. The thin
# red line is the noise floor of the present rate, $\alpha/(2-\alpha)$.
#
# **Predict**, then drag the speed:
# 1. With a slow decay, does the curve on the right follow its floor?
# 2. For which schedules can you make it *lose contact* with the floor, so that it stays far above?
# 3. Which schedules never freeze, however fast they are here?

# %% tags=["experiment"]
# Experiment: gathers your schedules
makers = {
    "inverse time": lambda speed: lambda epoch: inverse_time_decay(0.5, epoch, 4 * speed),
    "exponential": lambda speed: lambda epoch: exponential_decay(0.5, epoch, 1 - 0.6 * speed),
    "square root": lambda speed: lambda epoch: inverse_sqrt_decay(0.5, epoch + 1, 1 - 0.8 * speed),
    "staircase": lambda speed: lambda epoch: staircase_decay(0.5, epoch, round(12 - 11 * speed)),
    "constant": lambda speed: lambda epoch: 0.5,
}
for name in list(makers):
    try:
        makers[name](0.5)(1)
    except NotImplementedError:
        del makers[name]
        print(f"{name}: its exercise comes first; then run this cell again.")
print("ready:", ", ".join(makers))

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: losing contact
predict(
    "loses_contact",
    "At the highest speed, whose curve ends farthest above its floor?",
    "inverse time",
    "exponential",
    "square root",
    "staircase",
    "constant",
)

# %% tags=["experiment", "nbval-ignore-output"]
# Sliders: your schedules and their speed
EPOCHS = 40


def settle(schedule, start=10.0, updates=10, runs=500):
    """Rates and the mean of w^2 after each epoch, for noisy gradients of w^2/2."""
    noisy = problems.noisy_gradient(lambda w: w, 1.0, np.random.default_rng(1))
    cloud = replace(bowl, gradient=noisy, start=np.full(runs, start))
    rates = np.array([schedule(epoch) for epoch in range(EPOCHS)])
    update = optimizers.gradient_descent(lambda t: rates[(t - 1) // updates])
    path = optimizers.follow(cloud, update, EPOCHS * updates)
    return rates, np.mean(path[updates::updates] ** 2, axis=1)


def draw_schedule(axes, schedule, speed):
    rates, squares = settle(makers[schedule](speed))
    left, right = axes
    left.step(range(EPOCHS), rates, where="post", color=plots.COLORS["first"])
    left.set(xlabel="epoch", ylabel="learning rate", ylim=(-0.02, 0.55))
    floors = rates / (2 - rates)
    right.semilogy(squares, color=plots.COLORS["first"])
    right.semilogy(floors, color=plots.COLORS["target"], linewidth=1)
    right.set(xlabel="epoch", ylabel="mean of $w^2$", ylim=(1e-5, 1))
    return f"{schedule}: mean of $w^2$ is {squares[-1]:.2g} at the end, floor {floors[-1]:.2g}"


plots.explore(
    draw_schedule,
    "Left: the learning rate of the chosen schedule over 40 epochs. Right: the mean square of w "
    "and the noise floor. A slider changes how fast the rate decays.",
    columns=2,
    size=(9, 3.8),
    schedule=list(makers),
    speed=(0.0, 1.0, 0.05, 0.25),
)

# %% tags=["experiment"]
# Experiment: the schedules in numbers
above = {}
for name, make in makers.items():
    for speed in (0.25, 1.0):
        rates, squares = settle(make(speed))
        floor = rates[-1] / (2 - rates[-1])
        above[name] = squares[-1] / floor
        print(
            f"{name:12} speed {speed:4}: last rate {rates[-1]:.1e}, "
            f"mean of w^2 {squares[-1]:.1e}, floor {floor:.1e}"
        )
predicted("loses_contact", max(above, key=above.get))

# %% [markdown]
# | schedule | its character |
# |---|---|
# | constant | quick at first, then a floor for ever |
# | inverse time | steep at first, then ever more slowly; it never stops |
# | exponential | the same share at every epoch; gentle at first, practically zero in the end |
# | square root | the slowest of all; its floor is still high at the end |
# | staircase | full speed on each stair, and a fall of the cost after each drop |
#
# The exponential and the staircase can lose contact with their floor: their rate goes to zero so
# fast that all remaining steps together lead nowhere. Whatever error is left at that moment stays.
# Inverse time and square root keep going, since their rates add up to infinity.
#
# ## 8 · Put the schedule into the training
#
# A schedule by the epoch is asked once per epoch; all updates of that epoch use its answer.
#
# ### Exercise 5 · Train with a schedule
#
# For each epoch, from 0: ask for the rate $\alpha$. For each update of the epoch:
#
# $$w = w - \alpha\, \nabla f(w).$$


# %% exercise="train_with_schedule"
def train_with_schedule(gradient, w0, schedule, epochs, steps_per_epoch):
    """Gradient descent whose learning rate follows a schedule.

    gradient:        function of a point w (n,) that returns the gradient there (n,); it may be
                     noisy, so call it once per update
    w0:              the start, array (n,); it stays as it is
    schedule:        function of the epoch, 0, 1, 2, ..., that returns the rate
    epochs:          how many epochs
    steps_per_epoch: how many updates each epoch has
    Returns (w, rates): the last point (n,) and the rate of every update,
    an array (epochs * steps_per_epoch,).

    Example: with gradient(w) = w and schedule(epoch) = 0.5 / (1 + epoch), from w0 = [8.],
    two epochs of one update give w = [3.] and rates = [0.5, 0.25].
    """
    # REFERENCE SOLUTION


# %% check="train_with_schedule"
check("train_with_schedule")

# %% [markdown] question="decay_per_update"

# %% quiz="decay_per_update"

# %% [markdown]
# The next cell runs both with your functions, on the noisy bowl of section 1. (A schedule by the
# update is a schedule by the epoch whose epochs have one update each.)

# %% tags=["experiment"]
# Experiment: counting epochs and counting updates
try:
    ways = {"counting epochs": (20, 23), "counting updates": (460, 1)}
    for way, (epochs, updates) in ways.items():
        noisy = problems.noisy_gradient(bowl.gradient, 2.0, np.random.default_rng(5))
        w, rates = train_with_schedule(
            noisy, bowl.start, lambda epoch: inverse_time_decay(0.2, epoch, 1.0), epochs, updates
        )
        print(
            f"{way}: rate {rates[0]} at first, {rates[23]:.4f} after 23 updates, "
            f"{rates[-1]:.4f} at the end; distance from the minimum {np.linalg.norm(w):.2f}"
        )
except NotImplementedError:
    print("Exercises 1 and 5 come first; then run this cell again.")

# %% [markdown]
# Counted by the update, the same formula decays 23 times as fast, and the training stops on its
# way. Libraries differ in what their schedules count, so this is worth a look in every new
# program: print the rate of the first and of the last update.
#
# ## 9 · Manual decay, made a rule
#
# People who train one model for days also decay **by hand** (수작업): they watch the cost, and
# when it has not improved for a while they turn the rate down. That works as long as somebody has
# the time to watch. Written down as a rule, it needs nobody.
#
# An epoch whose cost is *lower than all costs before* is a new best. Any other epoch is counted.
# When `patience` epochs in a row have been counted, the rate is multiplied by `factor`, and the
# count starts again from 0.
#
# ### Exercise 6 · Drop on a plateau
#
# Return the whole schedule: the rate after every epoch, drop included.


# %% exercise="decay_on_plateau"
def decay_on_plateau(costs, learning_rate0, patience, factor):
    """The learning rate after each epoch, dropping when the cost stops improving.

    costs:          one cost per epoch, a list or an array
    learning_rate0: the rate to begin with
    patience:       how many epochs in a row may pass without a new best; the rate drops at the last
    factor:         what a drop multiplies the rate by
    Returns a list with one rate per cost: the rate after that epoch, which the next epoch uses.
    A cost equal to the best is no new best. The first epoch always is one.

    Example, patience 2, factor 0.5, learning_rate0 0.8:
    costs  [3.0, 2.0, 2.5, 2.0, 1.9]
    rates  [0.8, 0.8, 0.8, 0.4, 0.4]
    """
    # BEGIN SOLUTION
    learning_rate, best, count = learning_rate0, float("inf"), 0
    rates = []
    for cost in costs:
        if cost < best:
            best, count = cost, 0
        else:
            count += 1
        if count == patience:
            learning_rate, count = factor * learning_rate, 0
        rates.append(learning_rate)
    return rates
    # END SOLUTION


# %% check="decay_on_plateau"
check("decay_on_plateau")

# %% [markdown]
# Let your rule train something real: softmax regression on 1,437 handwritten digits in mini-batches
# of 8, with an L2 term that makes the cost $J$ convex. The lowest possible cost $J^*$ can then be
# computed exactly, and the figure shows how far above it the training is.

# %% tags=["experiment"]
# Experiment: the lowest possible cost
train = digits_split()[0]
X = np.vstack([train.X, np.ones(train.X.shape[1])])  # the last row makes the bias a weight
m = X.shape[1]


def scores(W, X):
    """W X, less the largest of each column; W is (10, 65), or (runs, 10, 65) for many at once."""
    Z = (W.reshape(-1, W.shape[-1]) @ X).reshape(*W.shape[:-1], -1)  # one large product is faster
    return Z - Z.max(axis=-2, keepdims=True)


def cost_of(W, X, Y):
    """Cross-entropy of softmax(W X) with L2."""
    Z = scores(W, X)
    penalty = 1e-3 / 2 * np.sum(W**2, axis=(-1, -2))
    entropy = (np.log(np.exp(Z).sum(axis=-2, keepdims=True)) - Z) * Y
    return np.sum(entropy, axis=(-1, -2)) / X.shape[1] + penalty


def gradient_of(W, X, Y):
    exponentials = np.exp(scores(W, X))
    error = (exponentials / exponentials.sum(axis=-2, keepdims=True) - Y) / X.shape[1]
    return (error.reshape(-1, X.shape[1]) @ X.T).reshape(W.shape) + 1e-3 * W


def train_digits(rates, rng):
    """One epoch for each column of rates (runs, epochs), all runs on the same batches."""
    W = np.zeros((rates.shape[0], 10, X.shape[0]))
    for rate in rates.T:
        for columns in np.array_split(rng.permutation(m), m // 8):
            W -= rate[:, None, None] * gradient_of(W, X[:, columns], train.Y[:, columns])
    return W


W, v = np.zeros((10, X.shape[0])), 0.0
for _ in range(500):  # Nesterov's method on all examples, until nothing changes
    v = 0.95 * v - 0.5 * gradient_of(W + 0.95 * v, X, train.Y)
    W = W + v
lowest, slope = cost_of(W, X, train.Y), gradient_of(W, X, train.Y)
print(f"J* = {lowest:.6f}, where the largest entry of the gradient is {np.abs(slope).max():.0e}")

# %% tags=["experiment"]
# Experiment: your plateau rule on the digits (1 s)
try:
    decay_on_plateau([1.0], 1.0, 1, 0.5)
    rng = np.random.default_rng(0)
    W = np.zeros((1, 10, X.shape[0]))
    costs, used = [], [1.0]
    for _ in range(40):
        for columns in np.array_split(rng.permutation(m), m // 8):
            W -= used[-1] * gradient_of(W, X[:, columns], train.Y[:, columns])
        costs.append(cost_of(W, X, train.Y).item())
        used = [1.0, *decay_on_plateau(costs, 1.0, patience=2, factor=0.5)]

    fig, axes = plots.figure(1, 2, size=(9, 3.6))
    _ = axes[0].semilogy(np.array(costs) - lowest, ".-", color=plots.COLORS["first"])
    _ = axes[0].set(xlabel="epoch", ylabel="$J - J^*$")
    _ = axes[1].step(range(41), used, where="post", color=plots.COLORS["first"])
    _ = axes[1].set(xlabel="epoch", ylabel="learning rate", yscale="log")
    plots.show(
        fig,
        "Left: the distance from the lowest cost stalls and falls after each drop of the rate. "
        "Right: the rate, a staircase whose stairs have different lengths.",
    )
    drops = [epoch for epoch in range(1, 41) if used[epoch] < used[epoch - 1]]
    print("the rate dropped before the epochs", drops)
    print(f"J - J* = {costs[-1] - lowest:.1e} after 40 epochs")
except NotImplementedError:
    print("Exercise 6 comes first; then run this cell again.")

# %% [markdown]
# The rule finds its own stairs: it waits where there is progress and drops where there is none. It
# has two hyperparameters in place of one or two, but they are easy to choose. Its weakness is
# noise: a lucky low cost becomes a best that is hard to beat, and costs that creep down ever so
# little postpone the drop.
#
# ## 10 · Too slow, too fast
#
# **Question.** One set of notes says that with decay "the optimum is found faster". Is that so?
#
# Now the race: your schedules on the digits, 40 epochs, all on the same batches. First all of them
# start from $\alpha_0 = 0.5$. **Predict**: which ends lowest, and does any of them end *higher*
# than the constant rate?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the race
predict(
    "worse_than_constant",
    "How many of the eight decays end higher than the constant rate?",
    "none",
    "one",
    "half of them, or more",
)

# %% tags=["experiment"]
# Experiment: nine schedules from one first rate (2 s)
runners = {"constant": lambda epoch: 1.0, "straight line to 0": lambda epoch: 1 - epoch / 40}
learned = {
    "square root": lambda epoch: inverse_sqrt_decay(1.0, epoch + 1, 1.0),
    "inverse time, rate 0.2": lambda epoch: inverse_time_decay(1.0, epoch, 0.2),
    "inverse time, rate 1": lambda epoch: inverse_time_decay(1.0, epoch, 1.0),
    "exponential, base 0.95": lambda epoch: exponential_decay(1.0, epoch, 0.95),
    "exponential, base 0.8": lambda epoch: exponential_decay(1.0, epoch, 0.8),
    "halved every 8 epochs": lambda epoch: staircase_decay(1.0, epoch, 8),
    "halved every epoch": lambda epoch: staircase_decay(1.0, epoch, 1),
}
for name, schedule in learned.items():
    try:
        schedule(1)
        runners[name] = schedule
    except NotImplementedError:
        print(f"{name}: its exercise comes first; then run this cell again.")

starts = 2.0 ** np.arange(-4, 3)  # 0.0625, 0.125, 0.25, 0.5, 1, 2, 4
shapes = np.array([[schedule(epoch) for epoch in range(40)] for schedule in runners.values()])
rates = (shapes[:, None, :] * starts[:, None]).reshape(-1, 40)
W = train_digits(rates, np.random.default_rng(0))
gap = (cost_of(W, X, train.Y) - lowest).reshape(len(runners), starts.size)
at_half = dict(zip(runners, gap[:, list(starts).index(0.5)], strict=True))
for name in sorted(at_half, key=at_half.get):
    print(f"{name:24} J - J* = {at_half[name]:.1e}")
higher = sum(end > at_half["constant"] for end in at_half.values())
predicted(
    "worse_than_constant", "half of them, or more" if higher > 3 else "one" if higher else "none"
)

# %% [markdown]
# Most decays help, the best by a factor of a hundred. Halving at every epoch is *worse than no
# decay at all*: its rate is gone before the training has arrived. So "faster" is true of a decay
# that is not too fast.
#
# But was the comparison fair? All started from the same $\alpha_0$, which suits some of them better
# than others. **Predict**: when each schedule gets its own best $\alpha_0$, who gains most?
#
# The same runs, now for seven values of $\alpha_0$ from 0.0625 to 4; each schedule is drawn over
# all of them, and its best one counts. (Differences below a factor of two can be chance.)

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a start for each
predict(
    "gains_most",
    "With its own first rate, who gains most?",
    "constant",
    "exponential, base 0.8",
    "exponential, base 0.95",
    "halved every epoch",
)

# %% tags=["experiment"]
# Experiment: the same with seven first rates
asked = ("constant", "exponential, base 0.8", "exponential, base 0.95", "halved every epoch")
shown = {
    "constant": ("gd", 1, (-4, -14)),
    "halved every epoch": ("adagrad", 6, (8, 4)),
    "exponential, base 0.8": ("third", 6, (8, 0)),
    "exponential, base 0.95": ("second", 6, (8, -4)),
    "straight line to 0": ("first", 6, (8, 0)),
}
fig, ax = plots.figure(size=(8.4, 4.6))
for name, (color, at, offset) in shown.items():
    if name in runners:
        line = gap[list(runners).index(name)]
        _ = ax.loglog(starts, line, "o-", color=plots.COLORS[color])
        plots.label_end(ax, starts[at], line[at], name, plots.COLORS[color], offset)
_ = ax.set(
    xlabel=r"first rate $\alpha_0$",
    ylabel="$J - J^*$ after 40 epochs",
    xlim=(0.055, 4.5),
    ylim=(5e-5, 0.7),
)
_ = ax.set_xticks(starts, [f"{start:g}" for start in starts], minor=False)
ax.minorticks_off()
plots.show(
    fig,
    "Distance from the lowest cost against the first rate, logarithmic, for five schedules. Each "
    "has its minimum at another first rate: 0.125 for the constant, 0.5 to 2 for the others.",
)
for row, name in enumerate(runners):
    best = gap[row].argmin()
    print(f"{name:24} best start {starts[best]:6}: J - J* = {gap[row, best]:.1e}")
gains = {
    name: at_half[name] / gap[list(runners).index(name)].min() for name in asked if name in runners
}
predicted("gains_most", max(gains, key=gains.get))

# %% [markdown] question="decay_too_fast"
# The ranking changes. Base 0.8 looked poor at 0.5 because it froze; from $\alpha_0 = 2$ it ends 17
# times lower: it gets far enough before it does, and becomes one of the best. Halving at every
# epoch cannot be saved by any start. A schedule and its $\alpha_0$ belong together, and **a fast
# decay wants a large start**.

# %% quiz="decay_too_fast"

# %% [markdown]
# ## 11 · How slowly must it go?
#
# Robbins and Monro (1951) gave the classical answer. A noisy descent converges when
#
# $$\sum_t \alpha_t = \infty \qquad\text{and}\qquad \sum_t \alpha_t^2 < \infty:$$
#
# the steps can lead any distance, and yet the noise that they let in stays finite. $1/(t+1)$
# fulfils both, a constant fails the second, an exponential the first. **Predict** for 20,000
# updates on $\tfrac12 w^2$ from $w = 3$, with noise 1: which of these four ends closest to 0?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the closest of four
predict(
    "closest_of_four",
    "Which rate ends closest to 0?",
    "0.1",
    "1 / (t + 1)",
    "0.1 / (t + 1)",
    "0.5 * 0.95^t",
)

# %% tags=["experiment"]
# Experiment: four rates over 20,000 updates
rng = np.random.default_rng(2)
updates = np.arange(20_000)
decays = {
    "0.1": np.full(updates.size, 0.1),
    "1 / (t + 1)": 1 / (updates + 1),
    "0.1 / (t + 1)": 0.1 / (updates + 1),
    "0.5 * 0.95^t": 0.5 * np.exp(np.log(0.95) * updates),
}
tables = np.array(list(decays.values()))
w = np.full((4, 300), 3.0)
for rates_now in tables.T:
    w = w - rates_now[:, None] * (w + rng.standard_normal(300))
for name, distance in zip(decays, np.sqrt(np.mean(w**2, axis=1)), strict=True):
    print(f"rate {name:14}: typical distance {distance:.4f}")
ends = dict(zip(decays, np.sqrt(np.mean(w**2, axis=1)), strict=True))
predicted("closest_of_four", min(ends, key=ends.get))

# %% [markdown]
# $1/(t+1)$ wins by far: it takes the average of everything it has seen. And the theorem is about
# infinite time: $0.1/(t+1)$ fulfils both conditions too, and after 20,000 updates it is still on
# its way. The constant in front matters more than the theorem suggests.
#
# So a schedule adds hyperparameters: $\alpha_0$, the shape, its speed. In which order should you
# tune? It is often said: first $\alpha_0$ without decay, then the decay. **Predict** from the race on
# the digits: add a decay to the $\alpha_0$ that is best without one. Does it help?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a decay added
predict(
    "added_decay",
    "Added to the best constant rate, a decay",
    "always helps",
    "never helps",
    "helps in some cases",
)

# %% tags=["experiment"]
# Experiment: a decay added to the best constant rate
alone = gap[list(runners).index("constant")].argmin()
print(f"best without decay: alpha0 = {starts[alone]}, J - J* = {gap[0, alone]:.1e}")
for row, name in list(enumerate(runners))[1:]:
    there, own = gap[row, alone], gap[row].min()
    verdict = "worse than constant" if there > gap[0, alone] else "better than constant"
    print(f"{name:24} from there {there:.1e}, {verdict}; from its own start {own:.1e}")
helps = gap[1:, alone] < gap[0, alone]
words = "helps in some cases" if helps.any() else "never helps"
predicted("added_decay", "always helps" if helps.all() else words)

# %% [markdown]
# Every decay makes it worse there. The best constant rate has to be small, for the sake of its
# floor; a schedule takes care of the floor by itself and wants to begin higher. So **tune
# $\alpha_0$ together with the decay**: for each shape and speed try a few $\alpha_0$, on a grid whose
# values double. How to search through many hyperparameters systematically is the topic of the next
# week of the lecture, and lesson 11 compares learning rates.

# %% [markdown]
# ### A first guess from a single run
#
# **Question.** A sweep trains once for every rate. Can one short run tell where to look?
#
# The **learning-rate finder** (학습률 탐색기; Smith, 2017) lets the rate *grow*: each mini-batch gets one
# that is a little larger, from far too small to far too large, and one looks at the cost. Your
# `exponential_decay` does it with a base above 1. Two rules are in use: take the rate where the smoothed
# cost (lesson 3) falls most steeply, or a tenth of the rate where it is lowest (fastai knows both).
#
# **Predict** for the network of lesson 4: which rule comes closer to the rate that a sweep over eight
# epochs finds?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: two rules for one curve
predict(
    "finder_rule",
    "Closer to the rate of the sweep, for gradient descent and for Adam, is",
    "the steepest place, for both",
    "a tenth of the lowest, for both",
    "one rule for one, one for the other",
)


# %% tags=["experiment"]
# Experiment: a finder against a sweep (1 s)
def trained(make, rate, seed, epochs):
    """The cost of every mini-batch; rate is a number or a function of the update."""
    rng = np.random.default_rng(seed)
    params = problems.init_params(rng, (64, 32, 10))
    with np.errstate(all="ignore"):  # rates far too large
        return problems.train(params, train.X, train.Y, make(rate), epochs, rng)[1]


def finder(make, first, seed):
    """(rates, smoothed costs) of one run of four epochs, until the cost is four times the first."""
    rates = np.array([exponential_decay(first, t, 1.12) for t in range(92)])
    costs, v, smooth = trained(make, lambda t: rates[t - 1], seed, 4), 0.0, []
    for t, cost in enumerate(costs, start=1):
        v = 0.9 * v + 0.1 * cost
        smooth.append(v / (1 - 0.9**t))
    good = np.array(smooth) < 4 * smooth[0]
    end = good.size if good.all() else int(np.argmin(good))
    return rates[:end], np.array(smooth[:end])


def two_rules(rates, smooth):
    """(the rate of the steepest fall, a tenth of that of the lowest cost)."""
    lowest = int(np.argmin(smooth))
    fall = np.gradient(smooth)[5 : lowest + 1]  # the first few averages hold too little
    return rates[5 + int(np.argmin(fall))], rates[lowest] / 10


contest = {
    "gradient descent": (optimizers.gradient_descent, 1e-3, 2.0 ** np.arange(-3, 3), "gd"),
    "Adam": (optimizers.adam, 1e-5, 0.01 * 2.0 ** np.arange(-2, 4), "adam"),
}
try:
    exponential_decay(1.0, 1, 1.12)
except NotImplementedError:
    contest = {}
    print("Exercise 2 comes first; then run this cell again.")

closer = []
if contest:
    fig, axes = plots.figure(1, 2, size=(9, 3.6), sharey=True)
    for ax, (name, (make, first, sweep, color)) in zip(axes, contest.items(), strict=True):
        costs = [trained(make, rate, 100, 8)[-23:].mean() for rate in sweep]
        best = sweep[int(np.argmin(costs))]
        guesses = []
        for seed in range(6):
            rates, smooth = finder(make, first, seed)
            guesses.append(two_rules(rates, smooth))
            _ = ax.semilogx(rates, smooth, color=plots.COLORS[color], linewidth=1, alpha=0.6)
        steep, tenth = np.exp(np.log(guesses).mean(axis=0))
        for rate, label, look in (
            (steep, "steepest place", "first"),
            (tenth, "lowest / 10", "second"),
            (best, "the sweep", "target"),
        ):
            _ = ax.axvline(rate, color=plots.COLORS[look], linestyle=":")
            height = {"steepest place": 4.1, "lowest / 10": 3.6, "the sweep": 0.3}[label]
            side = 5 if label == "the sweep" else -5
            plots.label_end(ax, rate, height, label, plots.COLORS[look], (side, 0))
        _ = ax.set(title=name, xlabel="learning rate", ylim=(0, 4.4))
        ax.minorticks_off()
        spread = np.ptp(np.log([guess for guess, _ in guesses]))
        apart = [np.exp(abs(np.log(rate / best))) for rate in (steep, tenth)]
        closer.append(apart[0] < apart[1])
        within = "within a factor of two" if apart[0] < 2 else "farther than a factor of two"
        print(f"{name}: the sweep finds {best:g}; the steepest place is {within} of it,")
        runs = (
            "single runs differ by less than a factor of four"
            if spread < np.log(4)
            else "single runs differ by more than a factor of four"
        )
        print(f"  a tenth of the lowest is {best / tenth:.0f} times too small; {runs}")
    _ = axes[0].set_ylabel("cost, smoothed")
    plots.show(
        fig,
        "Smoothed cost against a growing learning rate, six runs each for gradient descent and Adam: "
        "level, then falling, then rising. The steepest place lies near the rate of the sweep, a "
        "tenth of the lowest place far to the left of it.",
    )
    both = {0: "a tenth of the lowest, for both", 2: "the steepest place, for both"}
    predicted("finder_rule", both.get(sum(closer), "one rule for one, one for the other"))

# %% [markdown]
# A run of four epochs tells what a sweep of six trainings told, to within a factor of two; the runs scatter,
# so take the mean of a few. A tenth of the lowest is the cautious rule, and here it is too cautious. What a
# finder does not know is the end: a constant rate that is good at the start may have too high a floor
# (section 2), and a decay wants a larger start. Let it choose where a sweep begins, not what you report.

# %% [markdown]
# ## 12 · A falling rate on the leaderboard
#
# Back to the leaderboard of lesson 4: badly scanned digits, eight epochs, ten seeds. Your momentum and
# your Adam run once more, now with a rate that falls along a straight line to 0 over the 184 updates;
# with it momentum's best $\alpha_0$ is 4 instead of 1, Adam's 0.08 instead of 0.04.
#
# **Predict**: whose cost becomes lower, by more than chance?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a falling rate on bad scans
predict(
    "board_falling",
    "A falling rate lowers the cost, told apart by ten seeds, of",
    "momentum alone",
    "Adam alone",
    "both",
    "neither",
)

# %% tags=["experiment"]
# Experiment: a falling rate on the leaderboard (1 s)
rows = board.enter("momentum_line", "adam_line", here=globals())
plots.show(
    board.figure(rows),
    "Seven rows of ten dots, the training costs of ten seeds. Adam with and without a falling rate "
    "share the first place; momentum with a falling rate lies left of momentum without.",
)
board.show(rows)
better = {
    name: not found.tie and found.times > 1
    for name in ("momentum", "adam")
    for found in [board.compared(rows[f"{name}_line"].line, rows[name].line)]
}
words = "both" if all(better.values()) else "neither"
one = "momentum alone" if better["momentum"] else "Adam alone"
predicted("board_falling", one if sum(better.values()) == 1 else words)

# %% [markdown]
# Momentum gains a factor of 1.3, in all seeds. For Adam six of ten seeds are better, and that is what a
# coin does: a tie, and the board says so with an equals sign. In eight epochs Adam is still on its way
# down, and has little to gain from short last steps.

# %% [markdown]
# ## 13 · Find the bug
#
# **Question.** Inverse time decay, $\alpha_0/(1 + \text{decay\_rate}\cdot\text{epoch})$, and a test with
# two epochs is passed. What happens afterwards?
#
# ### Exercise 7 · Faster than it says


# %%
def compounding(learning_rate0, decay_rate, epochs):
    rate = learning_rate0
    rates = []
    for epoch in range(epochs):
        rate = rate / (1 + decay_rate * epoch)
        rates.append(rate)
    return rates


# %% tags=["experiment"]
# Experiment: five epochs, and forty
print("five epochs:", ", ".join(f"{rate:.4f}" for rate in compounding(0.2, 1.0, 5)))
print(f"all forty rates together: {sum(compounding(0.2, 1.0, 40)):.3f}")

# %% [markdown]
# Inverse time decay from 0.2 gives 0.2, 0.1, 0.067, 0.05, 0.04, and its forty rates add up to 0.856. This
# one is frozen by epoch 5: the cost stops falling, and looks as if it had arrived. Repair a copy.


# %% exercise="repair_compounding"
def repair_compounding(learning_rate0, decay_rate, epochs):
    """compounding, repaired: the learning rate of every epoch, by inverse time decay.

    Returns a list or an array of as many rates as epochs, the first for epoch 0.

    Example: learning_rate0 0.2, decay_rate 1.0, 3 epochs -> [0.2, 0.1, 0.0667], rounded.
    """
    # REFERENCE SOLUTION


# %% check="repair_compounding"
check("repair_compounding")

# %% [markdown]
# ## Summary
#
# - With noisy gradients a fixed rate stops at a floor, $\alpha/(2-\alpha)$ in the simplest case. A
#   smaller rate has a lower floor and a longer way.
# - **Inverse time** $\alpha_0/(1+\text{decay\_rate}\cdot\text{epoch})$: 0.2 becomes 0.1, 0.067,
#   0.05, 0.04. **Exponential** $\alpha_0\cdot\text{base}^{\text{epoch}}$, with the *base* below 1.
#   **Square root** $k\,\alpha_0/\sqrt t$, with $t$ from 1. **Staircase**: cut by a factor every
#   few epochs. **On a plateau**: cut when the cost has stopped falling.
# - Decay makes the end better if it is not too fast. Too fast, it freezes: the steps that are left
#   lead nowhere.
# - A learning-rate finder, one short run with a growing rate, tells where a sweep should begin.
# - Say what you count (epochs or updates) and from where (0 or 1); always start from $\alpha_0$;
#   tune $\alpha_0$ for each schedule before you compare.
#
# ### Cheat sheet
#
# | technique | formula | code | default | when not, and what to mind |
# |---|---|---|---|---|
# | inverse time, epoch $e$ | $\alpha = \alpha_0/(1 + k e)$ | `alpha = alpha0 / (1 + k * e)` | $k$ 1, $e$ from 0 | always from $\alpha_0$, not from the last rate |
# | exponential | $\alpha = \alpha_0\, b^e$ | `alpha = alpha0 * b**e` | $b$ 0.95 | $b = 0.5$ for every epoch: the reach of two epochs |
# | square root, $t$ from 1 | $\alpha = k\,\alpha_0/\sqrt t$ | `alpha = k * alpha0 / np.sqrt(t)` | | $t = 0$ |
# | stairs, every $d$ epochs | $\alpha = \alpha_0\, f^{\lfloor e/d \rfloor}$ | `alpha = alpha0 * f ** (e // d)` | $f$ 0.5 | |
# | on a plateau | $\alpha = f\,\alpha$ after $p$ epochs without a new best | `alpha = f * alpha if waited == p else alpha` | $f$ 0.5 | costs so noisy that every epoch may look like a plateau |
#
# ### In other libraries
#
# | this lesson | PyTorch | Keras |
# |---|---|---|
# | `inverse_time_decay` | `LambdaLR` | `InverseTimeDecay` |
# | `exponential_decay` | `ExponentialLR` | `ExponentialDecay` |
# | `inverse_sqrt_decay` | `LambdaLR` | a function of your own |
# | `staircase_decay` | `StepLR` | `ExponentialDecay(..., staircase=True)` |
# | `decay_on_plateau` | `ReduceLROnPlateau` | the callback `ReduceLROnPlateau` |
#
# - PyTorch's schedulers count calls of `scheduler.step()`: epochs if you call it once per epoch.
#   Keras and optax count updates.
# - `ReduceLROnPlateau` in PyTorch drops when *more than* `patience` epochs have failed, one later
#   than here, and by default a new best has to be better by a ten-thousandth of the cost.
# - "Weight decay" is something else: it shrinks the weights. Lesson 10 comes to it.
#
# ### What comes next
#
# The rate is now in hand, and noise has been an enemy. In lesson 8 it becomes a friend: next to a
# saddle point the gradient is almost zero, every optimizer crawls, and a little noise is what gets
# it going. Lesson 10 returns to schedules: warm-up, cosine decay and restarts.

# %% tags=["nbval-ignore-output"]
progress("07_learning_rate_decay")
