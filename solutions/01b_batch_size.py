# %% [markdown]
# # 1b · Choose a batch size
#
# Your loop trains. How many examples should a step look at: one, sixty-four, all of them? This second
# evening measures what the batch size changes.
#
# **What you'll do.** Write the cost of a mini-batch and of an epoch, and put five common statements
# about batch sizes to the test.
#
# **What you'll learn.**
# - where the noise of a cost curve comes from, and what halves it,
# - when stochastic gradient descent converges and when it does not,
# - which batch size is the fastest, and why.
#
# **What you'll need.** [Lesson 1](01_mini_batches.ipynb), the first evening; logarithmic axes. About
# {minutes} minutes. Run the cells from top to bottom.

# %% tags=["set-up"]
from time import perf_counter

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

# %% tags=["folded"]
# The digits, the first weights, and the cost of all digits
training, testing = digits_split()
start = problems.init_params(np.random.default_rng(0), (64, 32, 10))


def cost_of_all_digits(params):
    """J, without the gradients: that is quicker."""
    _, probabilities = problems.forward(params, training.X)
    return -np.mean(np.log(np.sum(probabilities * training.Y, axis=0)))


# %% [markdown]
# ## 1 · What a mini-batch costs
#
# The cost (비용) of a mini-batch of $b$ examples, with L2 regularization (규제), a price on large
# weights, is
#
# $$J^{\{t\}} = \frac1b \sum_{i=1}^{b} \mathcal L\bigl(\hat y^{(i)}, y^{(i)}\bigr)
# + \frac{\lambda}{2b} \sum_{l} \bigl\lVert W^{[l]} \bigr\rVert_F^2$$
#
# On lecture slides the divisor reads 1000, because there every mini-batch has 1,000 examples. It is
# the size $b$ of *this* mini-batch: for the last 29 digits it is 29. $\lVert W \rVert_F^2$, the
# squared Frobenius norm, is the sum of the squares of all entries of $W$.
#
# ### Exercise 1 · The cost of a mini-batch


# %% exercise="mini_batch_cost"
def mini_batch_cost(losses, weights, lambd):
    """The regularized cost of one mini-batch.

    losses:  array (1, b), the loss of every example of the mini-batch
    weights: list of the weight matrices [W1, W2, ...]
    lambd:   strength of the regularization
    Returns a number.

    Example: losses [[1.0, 3.0]], one matrix [[2.0]], lambd 0.5  ->  2.0 + 0.5/4 * 4.0 = 2.5
    """
    # REFERENCE SOLUTION


# %% check="mini_batch_cost"
check("mini_batch_cost")

# %% [markdown]
# **Question.** What happens when the divisor is wrong? **Predict**: by which factor is the cost of
# the last mini-batch wrong when you divide by 64, and when you divide by $m$?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the wrong divisor
predict(
    "wrong_divisor",
    "By which factor is the cost of the last mini-batch too small when you divide by 64?",
    "2",
    "20",
    "50",
)

# %% tags=["experiment"]
# Experiment: two wrong divisors
_, probabilities = problems.forward(start, training.X)
losses = -np.log(np.sum(probabilities * training.Y, axis=0, keepdims=True))
last = losses[:, 22 * 64 :]
print(f"the last {last.size} digits: mean loss {last.mean():.3f}")
for divisor in (64, 1437):
    wrong = last.sum() / divisor
    print(
        f"divided by {divisor:4}: {wrong:.3f}, too small by a factor of {last.mean() / wrong:.1f}"
    )
predicted("wrong_divisor", 64 / last.size)

# %% [markdown]
# The gradient shrinks by the same factor, so a wrong divisor is a wrong learning rate in disguise.
#
# The penalty deserves a second look. $\lambda/(2b)$ treats the mini-batch as if it were the whole
# training set; in the cost of all examples the penalty is $\lambda/(2m)$. With $b = 64$ the same
# $\lambda$ therefore pulls $1437/64 = 22.5$ times as hard, and **a $\lambda$ that was tuned for one
# batch size does not fit another**. Libraries avoid this: they take the mean loss plus a penalty
# whose factor does not depend on $b$.
#
# ### Exercise 2 · From mini-batches back to the epoch
#
# **Question.** You noted $J^{\{1\}}, \dots, J^{\{T\}}$ for one set of parameters, without
# regularization. What is the mean loss over all examples? The mini-batches differ in size, so each
# counts as often as it has examples:
#
# $$J = \frac{\sum_t b_t\, J^{\{t\}}}{\sum_t b_t}$$


# %% exercise="epoch_cost"
def epoch_cost(costs, sizes):
    """The mean cost per example over one epoch.

    costs: list of the T mini-batch costs (each a mean over its mini-batch)
    sizes: list of the T mini-batch sizes
    Returns a number.

    Example: costs [1.0, 4.0] of mini-batches with sizes [2, 1]  ->  (2 + 4) / 3 = 2.0
    """
    # REFERENCE SOLUTION


# %% check="epoch_cost"
check("epoch_cost")

# %% tags=["experiment"]
# Experiment: two means over an epoch
parts = np.split(losses[0], range(64, 1437, 64))
costs, sizes = [part.mean() for part in parts], [part.size for part in parts]
print(f"mean over all digits:  {losses.mean():.6f}")
print(f"mean of the {len(costs)} costs: {np.mean(costs):.6f}")
try:
    print(f"your epoch_cost:       {epoch_cost(costs, sizes):.6f}")
except NotImplementedError:
    print("Exercise 2 comes first; then run this cell again.")

# %% [markdown]
# Here the plain mean is off in the third decimal only. With a last mini-batch of one mislabelled
# example it can be far off.

# %% [markdown]
# ## 2 · Where the noise comes from
#
# **Question.** $J^{\{t\}}$ is noisy because some mini-batches are easy and some are hard; a few
# wrong labels can make one hard. How much noise is there, and how fast does it go away in larger
# mini-batches?
#
# **Predict**: a mini-batch four times as large has a noise (잡음) that is ... times as small.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: four times as many examples
predict(
    "noise_of_four",
    "A mini-batch four times as large has a noise that is smaller by the factor",
    "2",
    "4",
    "16",
)

# %% tags=["experiment"]
# Experiment: the noise of six batch sizes
update, rng = optimizers.gradient_descent(0.3), np.random.default_rng(2)
params, _ = problems.train(start, training.X, training.Y, update, 1, rng)
_, probabilities = problems.forward(params, training.X)
losses = -np.log(np.sum(probabilities * training.Y, axis=0))
sigma, m = losses.std(), losses.size
sizes = np.array([1, 4, 16, 64, 256, 1024])
spread = [np.std([losses[rng.permutation(m)[:b]].mean() for _ in range(1000)]) for b in sizes]

fig, ax = plots.figure()
fine = np.geomspace(1, 1400, 200)
plain = sigma / np.sqrt(fine)
_ = ax.loglog(fine, plain, ":", color=plots.COLORS["data"])
_ = ax.loglog(fine, plain * np.sqrt((m - fine) / (m - 1)), color=plots.COLORS["target"])
_ = ax.loglog(sizes, spread, "o", color=plots.COLORS["first"])
_ = ax.set(xlabel="mini-batch size $b$", ylabel="standard deviation of $J^{\\{t\\}}$")
_ = ax.set_xlim(0.9, 1600)
plots.label_end(ax, 1400, plain[-1], r"$\sigma/\sqrt{b}$", "#6f6f6f")
plots.label_end(ax, 1350, 0.004, "with the correction", plots.COLORS["target"], (-8, 0))
plots.label_end(ax, 16, spread[2], "measured", plots.COLORS["first"], (8, 10))
plots.show(
    fig,
    "Standard deviation of the mini-batch cost against the size, both logarithmic. The measured "
    "points lie on sigma over root b, and fall below it near the full batch.",
)
for b, measured in zip(sizes, spread, strict=True):
    expected = sigma / np.sqrt(b) * np.sqrt((m - b) / (m - 1))
    print(f"b = {b:4}: measured {measured:.3f}, expected {expected:.3f}")
predicted("noise_of_four", spread[1] / spread[2])

# %% [markdown]
# Half the noise costs four times the examples: $\sigma/\sqrt b$, where $\sigma$ is the standard
# deviation (표준편차) of the single losses. Because a mini-batch holds no example twice there is one
# more factor, $\sqrt{(m-b)/(m-1)}$, which makes the noise vanish at $b = m$.
#
# And the wrong labels? **Predict**: with 5 % of the labels wrong, how much more does a mini-batch
# with six or more wrong labels cost than one with at most one?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the price of wrong labels
predict(
    "wrong_labels",
    "A mini-batch with six or more wrong labels costs",
    "1.2 times as much",
    "3 times as much",
    "10 times as much",
)

# %% tags=["experiment"]
# Experiment: wrong labels in a mini-batch
rng = np.random.default_rng(4)
is_wrong = rng.random(m) < 0.05
labels = np.where(is_wrong, (training.labels + 1) % 10, training.labels)
spoiled = -np.log(probabilities[labels, np.arange(m)])
draws = [rng.permutation(m)[:64] for _ in range(600)]
wrong = np.array([is_wrong[batch].sum() for batch in draws])
costs = np.array([spoiled[batch].mean() for batch in draws])

fig, ax = plots.figure()
_ = ax.plot(
    wrong + rng.uniform(-0.2, 0.2, wrong.size), costs, ".", color=plots.COLORS["first"], alpha=0.4
)
_ = ax.set(xlabel="wrong labels among 64", ylabel="$J^{\\{t\\}}$")
plots.show(
    fig,
    "Each dot is a mini-batch of 64: its cost grows with the number of wrong labels in it, and "
    "varies also among mini-batches with equally many.",
)
print(f"at most 1 wrong label: mean cost {costs[wrong <= 1].mean():.2f}")
print(f"6 or more:             mean cost {costs[wrong >= 6].mean():.2f}")
predicted("wrong_labels", costs[wrong >= 6].mean() / costs[wrong <= 1].mean())

# %% [markdown]
# ## 3 · Three paths to the minimum
#
# **Question.** How does the batch size look on a contour map (등고선)? The model is a straight line
# through 200 noisy points, so the cost of its two parameters can be drawn.
#
# **Predict**: five epochs each. Which of the three paths, with 200, 20 and 1 examples a step, is
# the shortest way, which gets closest to the minimum, and which one would you stop last?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the path that ends closest
predict(
    "closest_path",
    "How many examples a step has the path that ends closest to the minimum?",
    "200",
    "20",
    "1",
)

# %% tags=["experiment"]
# Experiment: three paths on a map
rng = np.random.default_rng(5)
points = rng.normal(size=(1, 200))
features = np.vstack([np.ones((1, 200)), 0.7 * points])
targets = np.array([[1.0, 2.0]]) @ features + 0.8 * rng.normal(size=(1, 200))
best = np.linalg.lstsq(features.T, targets.T, rcond=None)[0].ravel()


def line_cost(w):
    """Mean squared error of the line, for points w of shape (2, ...)."""
    flat = w.reshape(2, -1)
    return 0.5 * np.mean((flat.T @ features - targets) ** 2, axis=1).reshape(w.shape[1:])


def line_path(size, rate, epochs=5):
    """All parameters that the steps visit, shape (steps + 1, 2)."""
    rng, w = np.random.default_rng(6), np.array([-1.0, -0.6])
    path = [w]
    for _ in range(epochs):
        for part in np.split(rng.permutation(200), range(size, 200, size)):
            error = w @ features[:, part] - targets[0, part]
            w = w - rate * features[:, part] @ error / part.size
            path.append(w)
    return np.array(path)


def draw_path(ax, path, color):
    """The path, thin where it has many steps; the minimum is a cross."""
    ax.set_aspect("equal")
    if len(path) < 150:
        plots.trajectory(ax, path, color)
    else:
        _ = ax.plot(*path.T, color=plots.COLORS[color], linewidth=0.6)
        _ = ax.plot(*path[0], "o", color="white", markeredgecolor=plots.COLORS[color])


fig, axes = plots.figure(1, 3, size=(9.6, 3.6), sharey=True)
names = {200: ("batch", "gd"), 20: ("mini-batch of 20", "first"), 1: ("stochastic, 1", "sgd")}
ends = {}
for ax, (size, (name, color)) in zip(axes, names.items(), strict=True):
    path = line_path(size, rate=0.2)
    plots.contour(ax, line_cost, ((-1.4, 2.6), (-1.2, 3.4)), best)
    draw_path(ax, path, color)
    _ = ax.set_title(name)
    ax.label_outer()
    away, step = np.linalg.norm(path[-1] - best), np.linalg.norm(np.diff(path, axis=0), axis=1)
    ends[size] = away
    print(f"{name}: {len(path) - 1:4} steps of {step.mean():.2f}, {away:.2f} from the minimum")
plots.show(
    fig,
    "Paths on the contour lines of a line fit, five epochs each. Batch: five smooth steps, half way. "
    "Mini-batch of 20: a slightly wavy path that arrives. Single examples: arrives at once and "
    "wanders around the minimum.",
)
predicted("closest_path", str(min(ends, key=ends.get)))

# %% [markdown]
# Batch gradient descent takes the straightest steps, and only five of them. Notes call its steps
# relatively large: on average they are, because it stops on the way down while the others have
# arrived and tread on the spot; the rate is the same for all three. Stochastic gradient
# descent heads in the right direction on average, sometimes in a wrong one, arrives early and then
# wanders around. The mini-batch path lies between. **Drag**: with which rate does the path of
# single examples become calm? What does the smaller rate cost? With `examples a step` at 200, how
# large may the rate be?


# %% tags=["experiment", "nbval-ignore-output"]
# Sliders: batch size, rate and epochs on the map
def draw_line_fit(ax, examples_a_step, learning_rate, epochs):
    plots.contour(ax, line_cost, ((-1.4, 2.6), (-1.2, 3.4)), best)
    path = line_path(examples_a_step, learning_rate, epochs)
    draw_path(ax, np.clip(path, -1e3, 1e3), "sgd" if examples_a_step == 1 else "first")
    away = np.linalg.norm(path[-1] - best)
    return f"{len(path) - 1} steps, {away:.2g} from the minimum"


plots.explore(
    draw_line_fit,
    "A path on the contour lines of a line fit; sliders change the examples in a step, the learning "
    "rate and the number of epochs.",
    examples_a_step=[1, 5, 20, 64, 200],
    learning_rate=(0.01, 1.0, 0.01, 0.2),
    epochs=(1, 20, 1, 5),
)

# %% [markdown]
# ## 4 · Does stochastic gradient descent ever arrive?
#
# "Stochastic gradient descent won't ever converge (수렴); it wanders around the minimum."
# **Predict**: for which of these is that true?
# 1. A constant learning rate, and examples that contradict each other (noise).
# 2. A learning rate that falls like $1/t$, and the same examples.
# 3. A constant learning rate, and examples that one $w$ fits perfectly.
#
# The model has one weight: $y = w x$ with the true $w = 2$, one example a step, 20,000 steps.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the one that keeps wandering
predict(
    "wanders",
    "Which of the three keeps wandering about the minimum?",
    "constant rate, noise",
    "rate falls like 1/t, noise",
    "constant rate, no noise",
)

# %% tags=["experiment"]
# Experiment: three kinds of training with single examples
rng = np.random.default_rng(7)
inputs, noise = rng.uniform(0.5, 1.5, 20_000), rng.normal(size=20_000)


def one_at_a_time(rate, noise_level):
    """The distance of w from 2 after each of 20,000 steps, one example each."""
    w, distance = 0.0, []
    for t, (x, error) in enumerate(zip(inputs, noise_level * noise, strict=True), start=1):
        w -= rate(t) * (w * x - (2 * x + error)) * x
        distance.append(abs(w - 2))
    return np.array(distance)


regimes = {
    "constant rate, noise": (lambda t: 0.2, 1.0, "second"),
    "rate falls like 1/t, noise": (lambda t: 1 / (t + 4), 1.0, "first"),
    "constant rate, no noise": (lambda t: 0.2, 0.0, "third"),
}
fig, ax = plots.figure()
ends = {}
for name, (rate, level, color) in regimes.items():
    distance = one_at_a_time(rate, level)
    ends[name] = np.sqrt(np.mean(distance[-2000:] ** 2))
    shown = np.unique(np.geomspace(1, 20_000, 160).astype(int)) - 1
    curve = np.maximum(distance[shown], 1e-9)
    _ = ax.loglog(shown + 1, curve, color=plots.COLORS[color], linewidth=1.5)
    print(f"{name}: {ends[name]:.3f} from w = 2 over the last 2,000 steps")
print("constant rate, no noise: closer than 1e-9 by step 200:", bool(distance[199] < 1e-9))
plots.label_end(ax, 20_000, 0.3, "constant rate,\nnoise", plots.COLORS["second"])
plots.label_end(ax, 20_000, 0.006, "rate falls\nlike 1/t, noise", plots.COLORS["first"])
plots.label_end(ax, 110, 1e-8, "constant rate, no noise", plots.COLORS["third"])
_ = ax.set(xlabel="step", ylabel="distance from $w = 2$", xlim=(1, 2e4), ylim=(1e-9, 5))
plots.show(
    fig,
    "Distance from the solution, both axes logarithmic. With a constant rate and noise it stays near "
    "0.3; with a falling rate it keeps shrinking; without noise it drops to zero within 200 steps.",
)
predicted("wanders", max(ends, key=ends.get))

# %% [markdown]
# Only the first. With a constant rate $\alpha$ the weight settles into a *region*: near a minimum
# with curvature $h$ and gradient noise of variance $\sigma^2$ its variance (분산) is
#
# $$\frac{\alpha\,\sigma^2}{2h - \alpha h^2}$$
#
# so a smaller rate makes the region smaller, and does not close it. With a rate that falls slowly
# enough, such as $1/t$, the steps sum up to any distance while their squares sum to a finite
# number, and the weight converges (Robbins and Monro, 1951, *A Stochastic Approximation Method*). And
# where one set of weights fits every example there is no noise at the minimum: it converges at a
# constant rate. Large networks that fit all their training data are close to this third case (Ma,
# Bassily and Belkin, 2018, *The Power of Interpolation*).

# %% tags=["experiment"]
# Experiment: the variance at three rates
for rate in (0.4, 0.1, 0.02):
    w, visited = 0.0, []
    for step_noise in noise:
        w -= rate * (w + step_noise)  # curvature h = 1, noise of variance 1
        visited.append(w)
    measured, formula = np.var(visited[1000:]), rate / (2 - rate)
    print(f"rate {rate}: variance {measured:.3f} measured, {formula:.3f} by the formula")

# %% [markdown] question="sgd_converges"

# %% quiz="sgd_converges"

# %% [markdown]
# ## 5 · Which size is fastest?
#
# **Question.** Small mini-batches make many updates, large ones use vectorization well. Where is
# the best of both, and is it different for a small training set?
#
# A rule says: *with a small training set (fewer than 2,000 examples) use batch gradient descent.*
# Our 1,437 digits are such a set. **Predict** for sizes from 1 to 1,437 the number of epochs, the
# number of updates and the time until the cost of all digits is below 0.1. Which of the three has
# its minimum somewhere in the middle?
#
# Every size has its own learning rate, the best of 0.01, 0.02, 0.04, ..., 2.56 on three seeds
# (found beforehand); the cell measures the median of the same three seeds.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a minimum in the middle
predict(
    "middle_size",
    "Which of the three has its minimum somewhere in the middle?",
    "epochs",
    "updates",
    "time",
)

# %% tags=["experiment", "nbval-ignore-output"]
# Experiment: nine sizes until the target (5 s)
tuned_rates = {1: 0.08, 4: 0.32, 16: 0.64, 32: 0.64, 64: 0.64, 128: 0.64, 256: 1.28, 512: 1.28}
tuned_rates[1437] = 1.28


def epochs_to_target(size, rate, seed, target=0.1):
    """Epochs of mini-batch gradient descent until the cost of all digits is below target."""
    rng = np.random.default_rng(seed)
    params, epochs = problems.init_params(rng, (64, 32, 10)), 0
    while cost_of_all_digits(params) > target and epochs < 200:
        for part in np.split(rng.permutation(1437), range(size, 1437, size)):
            params = one_update(params, part, rate)
        epochs += 1
    return epochs


def one_update(params, columns, rate):
    X_t, Y_t = training.X[:, columns], training.Y[:, columns]
    _, grads = problems.cost_and_grads(params, X_t, Y_t)
    return {key: params[key] - rate * grads[key] for key in params}


def seconds_of_update(size, repeats=25):
    """The shortest of several measurements: the one that was disturbed least."""
    columns, times = np.random.default_rng(0).permutation(1437)[:size], []
    for _ in range(repeats):
        began = perf_counter()
        _ = one_update(start, columns, 0.1)
        times.append(perf_counter() - began)
    return min(times)


sizes = np.array(list(tuned_rates))
epochs = np.array(
    [
        np.median([epochs_to_target(size, rate, seed) for seed in range(3)])
        for size, rate in tuned_rates.items()
    ]
)
updates = epochs * np.ceil(1437 / sizes)
time = updates * [seconds_of_update(size) for size in sizes]
relative = time / time.min()

fig, axes = plots.figure(1, 3, size=(9.6, 3.4))
titles = ("epochs to the target", "updates to the target", "time to the target")
for ax, values, title in zip(axes, (epochs, updates, relative), titles, strict=True):
    _ = ax.loglog(sizes, values, ".-", color=plots.COLORS["first"])
    _ = ax.set(title=title, xlabel="mini-batch size", xticks=(1, 16, 256), xticklabels=(1, 16, 256))
    ax.minorticks_off()
_ = axes[2].set_ylabel("times the fastest")
plots.show(
    fig,
    "Against the mini-batch size: epochs to the target rise, updates fall, and the time has its "
    "minimum in the middle, with the full batch many times slower.",
)
for row in zip(sizes, epochs, updates, strict=True):
    print("size {:4}: {:3.0f} epochs, {:4.0f} updates".format(*row))
for which, name in ((0, "single examples"), (-1, "the full batch")):
    words = "more than five times" if relative[which] > 5 else "up to five times"
    print(f"{name}: {words} the time of the fastest size")
counted = {"epochs": epochs, "updates": updates, "time": time}
inside = [name for name, values in counted.items() if 0 < values.argmin() < sizes.size - 1]
predicted("middle_size", ", ".join(inside))

# %% [markdown] question="small_training_set"
# Epochs get more with the size and updates get fewer: neither has a minimum in the middle. The time
# is a product, and it has: **updates to the target × time of one update**. For single examples an
# update costs nearly as much as one with 16, because the overhead of a call is the same: the gain
# of vectorization is lost. For the full batch there is too little progress in each pass.
#
# And the rule about 2,000 examples? For this small set the full batch is one of the *slowest*
# choices. The rule is a rule of thumb about cost: with few examples a pass is cheap, so batch
# gradient descent is bearable, and it has no noise. It is not a theorem, and a mini-batch is not
# forbidden.

# %% quiz="small_training_set"

# %% [markdown]
# ## 6 · Powers of two, memory, and a search
#
# **Powers of two.** Usual sizes are 64, 128, 256 and 512, sometimes 1,024; "because of the way
# memory is laid out, code runs faster with a power of two". Others simply ask: *why $2^n$?*
# **Predict** by how many percent 128 is faster than 120 and 136, for each example.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a power of two
predict(
    "power_of_two",
    "For each example, 128 is faster than 120 and 136",
    "by more than a tenth",
    "by less, or not at all",
)

# %% tags=["experiment", "nbval-ignore-output"]
# Experiment: powers of two and their neighbours
candidates = (120, 128, 136, 500, 512, 524)
seconds = {size: [] for size in candidates}
for _ in range(60):  # in turns, so that a busy moment of the machine meets all sizes alike
    for size in candidates:
        began = perf_counter()
        _ = problems.cost_and_grads(start, training.X[:, :size], training.Y[:, :size])
        seconds[size].append((perf_counter() - began) / size)
typical = {size: np.median(times) for size, times in seconds.items()}
gains = {}
for low, power, high in (candidates[:3], candidates[3:]):
    gains[power] = 1 - typical[power] / min(typical[low], typical[high])
    words = "clearly faster" if gains[power] > 0.1 else "not faster by more than a tenth"
    print(f"{power} against {low} and {high}: {words}")
predicted("power_of_two", "by more than a tenth" if gains[128] > 0.1 else "by less, or not at all")

# %% [markdown]
# Usually there is nothing to see in NumPy on a processor. Graphics cards compute in tiles of fixed
# size, and there multiples of 8 or more can matter (NVIDIA, *Matrix Multiplication Background User's
# Guide*, 2.2 and 3.1); a power of two is one way to get them. It is a convention that costs nothing,
# and no reason to prefer 128 to 120 here. Measure on your own machine.
#
# **Memory** (메모리). A mini-batch, with all activations that backpropagation needs, must fit into the
# memory of the processor or the graphics card. Otherwise performance falls off a cliff: data are
# moved in and out at every step, or the run ends with an error. Take five million colour
# photographs of 224×224 pixels, four bytes for each number:

# %% tags=["experiment"]
# Experiment: photographs in memory
photograph = 224 * 224 * 3 * 4
for count, name in ((5_000_000, "all of them"), (1000, "a mini-batch of 1000"), (64, "one of 64")):
    print(f"{name}: {count * photograph / 1e9:,.2f} GB for the inputs alone")

# %% [markdown]
# You can see a small cliff on any computer. A processor keeps what it used last in a cache, a few
# megabytes of fast memory. We read 65,536 numbers at random places, out of an array that fits the
# cache and out of one that does not. **Predict**: the same number of reads; how much longer does
# the second take?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the cliff behind the cache
predict(
    "cache_cliff",
    "Reading out of the large array takes",
    "equally long",
    "a little longer",
    "more than twice as long",
)


# %% tags=["experiment", "nbval-ignore-output"]
# Experiment: the same reads, in more and more memory
def seconds_of_reading(megabytes, reads=65_536, repeats=8):
    """The shortest of several measurements of reads at random places of an array."""
    numbers = np.ones(int(megabytes * 2**20) // 8)
    places = np.random.default_rng(0).integers(numbers.size, size=reads)
    found, times = np.empty(reads), []
    for _ in range(repeats):
        began = perf_counter()
        np.take(numbers, places, out=found, mode="clip")
        times.append(perf_counter() - began)
    return min(times)


megabytes = np.array([1 / 16, 1 / 4, 1, 4, 16, 64])
relative = np.array([seconds_of_reading(size) for size in megabytes])
relative /= relative[0]
fig, ax = plots.figure(size=(7.2, 3.2))
_ = ax.semilogx(megabytes, relative, "o-", color=plots.COLORS["first"])
_ = ax.set(xlabel="megabytes that are read from", ylabel="times as long", ylim=(0, None))
_ = ax.set_xticks(megabytes, ["1/16", "1/4", "1", "4", "16", "64"])
ax.minorticks_off()
plots.show(fig, "The same number of reads takes the longer the larger the array is.")
words = "more than twice" if relative[-1] > 2 else "not twice"
print(f"65,536 numbers out of 64 megabytes: {words} as long as out of 64 kilobytes")
slower = "more than twice as long" if relative[-1] > 2 else "a little longer"
predicted("cache_cliff", slower if relative[-1] > 1.2 else "equally long")

# %% [markdown]
# **A search.** So the size is a hyperparameter (하이퍼파라미터): try a few values, usually powers of two
# just because they are evenly spread, and take the one with which the cost falls fastest *in time*.
# Tune the learning rate along with it: in section 5 the best rate for single examples was 0.08 and
# for the full batch 1.28. **Drag**: find a size and a rate with which $J$ is below 0.05 in the
# least number of *images seen*. What happens to your rate when you change only the size?


# %% tags=["experiment", "nbval-ignore-output"]
# Sliders: batch size and learning rate on the digits
def draw_training(ax, mini_batch_size, learning_rate):
    params, rng = start, np.random.default_rng(8)
    whole_cost = [cost_of_all_digits(params)]
    update = optimizers.gradient_descent(learning_rate)
    with np.errstate(all="ignore"):  # too large a rate is part of the experiment
        for _ in range(10):
            data = training.X, training.Y
            params, _ = problems.train(params, *data, update, 1, rng, batch=mini_batch_size)
            whole_cost.append(cost_of_all_digits(params))
    ax.semilogy(1437 * np.arange(11), whole_cost, ".-", color=plots.COLORS["first"])
    ax.axhline(0.05, color=plots.COLORS["target"], linestyle=":")
    ax.set(xlabel="images seen", ylabel="$J$, all digits", ylim=(0.005, 10))
    return f"J = {whole_cost[-1]:.3f} after 10 epochs"


plots.explore(
    draw_training,
    "Cost of all digits over ten epochs; sliders change mini-batch size and learning rate.",
    mini_batch_size=[64, 16, 256, 1437],
    learning_rate=(0.05, 1.5, 0.05, 0.3),
)

# %% [markdown]
# ## 7 · What mini-batches do not solve
#
# **Question.** Mini-batches bring speed. Do they also help with a bad start, or with too little
# time?
#
# **Predict** the accuracy after five epochs with mini-batches of 64 and rate 0.3, when the initial
# weights are all zero, a hundredth of the usual size, as usual, and thirty times as large.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the worst first weights
predict(
    "first_weights",
    "Which first weights end worst after five epochs?",
    "0 times the usual",
    "0.01 times the usual",
    "1 times the usual",
    "30 times the usual",
)

# %% tags=["experiment"]
# Experiment: four scales of the first weights
shares = {}
for scale in (0, 0.01, 1, 30):
    rng = np.random.default_rng(0)
    scaled = {key: scale * value for key, value in problems.init_params(rng, (64, 32, 10)).items()}
    update = optimizers.gradient_descent(0.3)
    params, costs = problems.train(scaled, training.X, training.Y, update, 5, rng)
    share = shares[scale] = problems.accuracy(params, testing.X, testing.labels)
    print(f"weights times {scale:4}: first cost {costs[0]:6.1f}, {share:4.0%} recognised")
predicted("first_weights", f"{min(shares, key=shares.get)} times the usual")

# %% [markdown] question="slow_batch_descent"
# A bad start remains a bad start: with all weights zero every hidden unit stays at zero, and
# nothing is learned at all; far too large or too small weights cost epochs that a short run does
# not have. What helps: a better random initialization, a tuned learning rate, mini-batches, and
# better updates than plain gradient descent, from lesson 4 on.

# %% quiz="slow_batch_descent"

# %% [markdown]
# ## Summary
#
# - The divisor of $J^{\{t\}}$ is the size of its own mini-batch; over an epoch the costs count by
#   their sizes.
# - The noise of $J^{\{t\}}$ is $\sigma/\sqrt b$: half of it costs four times the examples.
# - Small sizes need fewer epochs, large ones fewer updates; time is least in between, also for 1,437
#   examples. Powers of two are a habit.
# - At a constant rate stochastic gradient descent stays in a region of variance
#   $\alpha\sigma^2/(2h - \alpha h^2)$; with a falling rate, or without noise at the minimum, it converges.
#
# ### Cheat sheet
#
# | technique | formula | code | default | when not, and what to mind |
# |---|---|---|---|---|
# | cost of an epoch | $J = \sum b_t J_t / \sum b_t$ | `J = np.average(costs, weights=sizes)` | | the plain mean, where the last mini-batch is smaller |
# | noise of a mini-batch's cost | $s = \sigma/\sqrt b$ | `s = sigma / np.sqrt(b)` | | half of it costs four times the examples |
# | where a constant rate stays | $v = \alpha\sigma^2/(2h - \alpha h^2)$ | `v = alpha * sigma**2 / (2 * h - alpha * h**2)` | | to come closer the rate must fall |
#
# ### In other libraries
#
# | where | how | worth knowing |
# |---|---|---|
# | PyTorch `CrossEntropyLoss()` | mean over the mini-batch | `reduction="sum"` adds up instead |
# | scikit-learn `SGDClassifier` | one example a step | a falling rate is the default |
#
# ### What comes next
#
# $J^{\{t\}}$ is a noisy curve around a trend. Lesson 2 smooths such curves with an exponentially
# weighted average, the tool behind every better optimizer of this course.

# %% tags=["nbval-ignore-output"]
progress("01b_batch_size")
