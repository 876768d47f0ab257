# %% [markdown]
# # 11 · Train well: order, scale, stopping and noise
#
# An optimizer is one part of a training. In which order do the examples come, on which scale do
# the numbers arrive, when do you stop, does a little noise help, and which learning rate is it
# anyway? Five short answers, each with code of yours, and each put to the test.
#
# **What you'll do.** Let a network meet easy digits first and see whether it learns faster. Write
# batch normalization for training and for evaluation, and watch what happens when the two are
# mixed up. Stop a training that has begun to memorise. Free a network that cannot move. Tune a
# learning rate in a way that you can defend.
#
# **What you'll learn.**
# - when a curriculum helps, and when it hurts,
# - why batch normalization has two modes, and what the running averages are for,
# - what early stopping gives back, and which data may decide,
# - the difference between the variance and the spread of noise, measured,
# - how to recognise a learning rate by its curve, and how to compare optimizers fairly.
#
# **What you'll need.** Lesson 1 (mini-batches) and lesson 2 (weighted averages); lesson 4 helps.
# About {minutes} minutes. Run the cells from top to bottom.

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
# ## 1 · Easy examples first?
#
# "It is good to learn easy data first and harder data later": so says one lecture note, and so we
# teach children. Training in that order is called a **curriculum** (커리큘럼 학습; Bengio and
# others, 2009).
#
# First we need to know what is easy. One simple measure: train a small model on everything, and call
# an example difficult (어려운 예) when its loss under that model is large. Here softmax regression is
# trained for ten epochs on 1,437 handwritten digits. Imagine them before you look: what makes a
# digit difficult?

# %% tags=["experiment"]
# Experiment: the easiest and the hardest digits
train, test = digits_split()


def difficulty_of(Y, rng):
    """The loss of every training example under softmax regression, shape (m,)."""
    start = problems.init_params(rng, (64, 10))
    judge, _ = problems.train(start, train.X, Y, optimizers.gradient_descent(0.5), 10, rng)
    return -np.log(np.sum(problems.forward(judge, train.X)[1] * Y, axis=0))


difficulty = difficulty_of(train.Y, np.random.default_rng(0))
limits = np.quantile(difficulty, (8 / 1437, 1 - 8 / 1437))
easiest, hardest = np.flatnonzero(difficulty < limits[0]), np.flatnonzero(difficulty > limits[1])
fig, axes = plots.figure(2, 8, size=(9, 2.9))
for row, chosen in zip(axes, (easiest[:8], hardest[:8]), strict=True):
    for ax, k in zip(row, chosen, strict=True):
        _ = ax.imshow(train.X[:, k].reshape(8, 8))
        _ = ax.set_title(f"{train.labels[k]}", fontsize=12)
        ax.set_axis_off()
_ = fig.suptitle("easiest (above) and most difficult (below), with their labels", x=0.02, ha="left")
plots.show(
    fig,
    "Two rows of eight digits with their labels. The upper ones are clear and typical; the lower "
    "ones are hard to read, also for people.",
)
print(f"loss of the easiest {difficulty.min():.4f}, of the middle one {np.median(difficulty):.2f},")
print(f"of the most difficult {difficulty.max():.2f}")

# %% [markdown]
# ### Exercise 1 · The order of a curriculum
#
# A curriculum needs the *positions* of the examples, from easy to hard, so that `X[:, order]` brings
# them in that order. And it wants to begin with a part of them: the easiest `share`, where a count
# that is not whole is rounded **up** (45 % of 5 examples are 3). Equally hard examples stay in the
# order in which they were given. (Beware of floats: `0.07 * 100` is 7.000000000000001, and rounded
# up that is 8. No share of this kind is asked of you.)


# %% exercise="curriculum_order"
def curriculum_order(difficulty, share=1.0):
    """Positions of the easiest examples, from easy to hard.

    difficulty: array (m,), one number for each example; larger is harder
    share:      which part of the examples is wanted, 0 < share <= 1
    Returns an array (or list) of whole numbers: share * m of them, rounded up. Equally hard
    examples stay in their order.

    Example: curriculum_order(np.array([0.5, 0.1, 0.4, 0.2, 0.3])) is [1, 3, 4, 2, 0];
    with share 0.45 it is [1, 3, 4].
    """
    # REFERENCE SOLUTION


# %% check="curriculum_order"
check("curriculum_order")

# %% [markdown]
# Now the test. A network (64, 32, 10 units) is trained with 400 mini-batches of 32. With a curriculum
# the batches are drawn from a pool that begins with the easiest 20 % and holds everybody after
# 60 % of the time. Its rivals: batches from all examples, and the opposite, the hardest ones first.
#
# (The batches are drawn at random *from the pool*. Sorting everything and then shuffling it again
# would be ordinary training: the most common way to lose a curriculum.)
#
# **Predict** the order of the three after 100 batches. Then predict it again for data in which 30 %
# of the training labels are replaced by random ones.


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: three orders
predict(
    "true_labels", "True labels: is easy first ahead of no order after 100 batches?", "yes", "no"
)
predict(
    "random_labels",
    "30 % random labels: where is hard first after 100 batches?",
    "first",
    "second",
    "last",
)


# %% tags=["experiment"]
# Experiment: three orders, true and random labels (2 s)
def growing_pools(order, updates=400):
    """What each mini-batch is drawn from; order(share) gives the positions of that share."""
    shares = 0.2 + 0.8 * np.arange(updates) / (0.6 * updates)
    return [order(min(1.0, share)) for share in shares]


def train_with_pools(pools, Y, seed):
    """Test accuracy (percent) after 50, 100, 200 and 400 batches."""
    rng = np.random.default_rng(seed)
    params, accuracies = problems.init_params(rng, (64, 32, 10)), []
    for update, pool in enumerate(pools):
        columns = rng.choice(pool, 32, replace=False)
        _, grads = problems.cost_and_grads(params, train.X[:, columns], Y[:, columns])
        params = {key: params[key] - 0.3 * grads[key] for key in params}
        if update + 1 in (50, 100, 200, 400):
            accuracies.append(100 * problems.accuracy(params, test.X, test.labels))
    return accuracies


rng = np.random.default_rng(1)
replaced = rng.random(train.labels.size) < 0.3
labels = np.where(replaced, rng.integers(0, 10, train.labels.size), train.labels)
noisy_Y = np.eye(10)[:, labels]
noisy_difficulty = difficulty_of(noisy_Y, rng)

try:
    fig, axes = plots.figure(1, 2, size=(9, 3.8), sharey=True)
    for ax, title, Y, hard in (
        (axes[0], "true labels", train.Y, difficulty),
        (axes[1], "30 % of the labels are random", noisy_Y, noisy_difficulty),
    ):
        orders = {
            "easy first": lambda share, hard=hard: curriculum_order(hard, share),
            "no order": lambda share: np.arange(train.labels.size),
            "hard first": lambda share, hard=hard: curriculum_order(-hard, share),
        }
        runs = {}
        for (name, order), color in zip(orders.items(), ("first", "data", "second"), strict=True):
            pools = growing_pools(order)
            runs[name] = np.array([train_with_pools(pools, Y, seed) for seed in range(6)])
            mean, spread = runs[name].mean(axis=0), runs[name].std(axis=0, ddof=1)
            style = {"color": plots.COLORS[color], "marker": "o", "capsize": 3}
            _ = ax.errorbar([50, 100, 200, 400], mean, spread, label=name, **style)
            print(
                f"{title}, {name}:",
                *(f"{m:.1f} ± {s:.1f}" for m, s in zip(mean, spread, strict=True)),
            )
        ahead = runs["easy first"] - runs["no order"]  # seed by seed: the same first weights
        error = ahead.std(axis=0, ddof=1) / np.sqrt(len(ahead))
        print(
            f"{title}, easy first is ahead by",
            *(f"{m:.1f} ± {s:.1f}" for m, s in zip(ahead.mean(axis=0), error, strict=True)),
            "(standard error)",
        )
        means = {name: run[:, 1].mean() for name, run in runs.items()}
        if Y is train.Y:
            predicted("true_labels", "yes" if means["easy first"] > means["no order"] else "no")
        _ = ax.set(title=title, xlabel="mini-batches", xscale="log", ylim=(0, 102))
        _ = ax.set_xticks([50, 100, 200, 400], ["50", "100", "200", "400"])
        ax.minorticks_off()
    _ = axes[0].set_ylabel("test accuracy, percent")
    _ = axes[1].legend(loc="lower right")
    plots.show(
        fig,
        "Test accuracy against the number of batches. With true labels the curriculum lags behind "
        "training without an order. With random labels among them it leads after 50 batches and is "
        "behind after 400; the hardest first learn next to nothing for 100 batches.",
    )
    predicted(
        "random_labels",
        ("last", "second", "first")[sum(means["hard first"] > m for m in means.values())],
    )
except NotImplementedError:
    print("Exercise 1 comes first; then run this cell again.")

# %% [markdown]
# With true labels the curriculum is *behind* until everybody has joined: easy examples have little to
# teach, their losses, and so their gradients, are small. With wrong labels among them it is ahead after
# 50 batches, since a wrong label looks like a difficult example and has to wait. After 100 batches
# six seeds can no longer tell the lead from chance (a difference means something from about two
# standard errors on), and at the end it is behind. A larger study came to a similar result: little or
# no gain as a rule, some when time is short or labels are noisy (Wu, Dyer and Neyshabur, 2021, *When
# Do Curricula Work?*). So the rule of the lecture note is a thing to try, not a law.
#
# ## 2 · Batch normalization
#
# **Question.** The inputs of a layer come from the layer before it, on any scale. If the first weights
# are thirty times too large, how is the second layer to learn?
#
# **Batch normalization** (배치 정규화; Ioffe and Szegedy, 2015) puts every unit on the same scale,
# before the activation. For a mini-batch of $m$ examples, which are the columns of $Z$, each row
# (each unit) gets its own mean and variance over the columns:
#
# $$\mu = \frac1m \sum_i Z^{(i)}, \qquad \sigma^2 = \frac1m \sum_i (Z^{(i)} - \mu)^2, \qquad
# \hat Z = \frac{Z - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \qquad A = \gamma\, \hat Z + \beta$$
#
# $\gamma$ and $\beta$, one of each per unit, are parameters that the network learns: they can give
# back any scale and shift that is useful. (This $\beta$ has nothing to do with momentum's.) Here
# $\varepsilon$ stands *inside* the root, unlike in Adam: that is how the paper defines it.
#
# Drag: which numbers change the shape of the cloud after the normalization, and which do not?

# %% tags=["experiment", "nbval-ignore-output"]
# Sliders: a unit before and after normalization
cloud = np.random.default_rng(3).normal(size=200)
cloud = (cloud - cloud.mean()) / cloud.std()  # as it is after the normalization


def draw_unit(axes, scale, shift, gamma, beta):
    Z = scale * cloud + shift  # whatever scale and shift are,
    A = gamma * cloud + beta  # the normalization leads back to the cloud
    for ax, values, title in zip(axes, (Z, A), ("before: Z", "after: A"), strict=True):
        ax.hist(values, bins=np.linspace(-10, 10, 41), color=plots.COLORS["first"])
        ax.set(xlim=(-10, 10), ylim=(0, 90), xlabel=title)
    return f"Z: mean {Z.mean():.1f}, spread {Z.std():.1f}; A: mean {A.mean():z.1f}, spread {A.std():.1f}"


plots.explore(
    draw_unit,
    "Two histograms of one unit over 200 examples, before and after batch normalization.",
    columns=2,
    size=(9, 3.2),
    scale=(0.2, 4.0, 0.1, 2.0),
    shift=(-5.0, 5.0, 0.5, 3.0),
    gamma=(0.2, 3.0, 0.1, 1.0),
    beta=(-3.0, 3.0, 0.5, 0.0),
)

# %% [markdown]
# Scale and shift of $Z$ have no effect on $A$; only $\gamma$ and $\beta$ have. Whatever the layer
# before does to the scale, the next one does not notice.
#
# In training (학습 모드) a batch is normalized with its **own** statistics. In **evaluation**
# (평가 모드) the answer for one digit must not depend on which other digits happen to be in the
# batch, so that statistics saved during training take their place: running averages,
#
# $$\text{running} = \text{momentum}\cdot\text{running} + (1-\text{momentum})\cdot\text{batch},$$
#
# exponentially weighted as in lesson 2. (This momentum is not lesson 4's either. Names are scarce.)
#
# ### Exercise 2 · Batch normalization, both modes
#
# In training: statistics of the batch for `A`, and *both* running averages move. In evaluation:
# running statistics for `A`, and nothing moves. What is stored is the average of the batch means and
# the average of the batch variances $\sigma^2$, as in the formula above, divided by $m$.


# %% exercise="batch_norm_forward"
def batch_norm_forward(Z, gamma, beta, running, training, momentum=0.9, epsilon=1e-5):
    """Batch normalization of one layer.

    Z:           array (n, m), n units and m examples; may hold integers
    gamma, beta: scale and shift, arrays (n, 1)
    running:     dict {"mean": (n, 1), "variance": (n, 1)}
    training:    True normalizes with the batch's statistics and updates the running ones;
                 False normalizes with the running statistics, which stay as they are
    momentum:    the weight of the old running value
    Returns (A, running): an array (n, m) and a dict; the arguments stay as they were.

    Example: Z [[1., 3., 5., 7.]] has mean 4 and variance 5. With gamma 1 and beta 0, training
    gives A = [[-1.342, -0.447, 0.447, 1.342]]; a running mean of 1 becomes 1.3.
    """
    # BEGIN SOLUTION
    mean, variance = running["mean"], running["variance"]
    if training:
        mean = np.mean(Z, axis=1, keepdims=True)
        variance = np.mean((Z - mean) ** 2, axis=1, keepdims=True)
        running = {
            "mean": momentum * running["mean"] + (1 - momentum) * mean,
            "variance": momentum * running["variance"] + (1 - momentum) * variance,
        }
    Z_hat = (Z - mean) / np.sqrt(variance + epsilon)
    return gamma * Z_hat + beta, running
    # END SOLUTION


# %% check="batch_norm_forward"
check("batch_norm_forward")

# %% [markdown]
# Does it help? Two networks with 64, 32 and 10 units, three epochs of gradient descent: one plain,
# one with your batch normalization in the hidden layer. Six learning rates, and three scales for the
# first weights: He's usual one, a hundredth of it and thirty times as much. (The backward pass
# differentiates through the mean and the variance as well; it is in the cell, for the curious.)
#
# **Predict**: at which rates does the plain network fail while the other one learns?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a rate of 3
predict("rate_three", "Rate 3, usual weights: the plain network recognises", "10 %", "50 %", "95 %")
predict("rate_three_normalized", "And the one with batch normalization?", "10 %", "50 %", "95 %")


# %% tags=["experiment"]
# Experiment: six rates, three scales of weights (1 s)
def normalized_step(params, running, X, Y, learning_rate):
    """One step of gradient descent with batch normalization in the hidden layer."""
    Z, m = params["W1"] @ X, X.shape[1]
    A, running = batch_norm_forward(Z, params["gamma"], params["beta"], running, True)
    hidden = {"W1": params["W2"], "b1": params["b2"]}  # the last layer is softmax regression
    (shown,), probabilities = problems.forward(hidden, np.maximum(A, 0))
    error = (probabilities - Y) / m
    dA = params["W2"].T @ error * (A > 0)
    Z_hat, _ = batch_norm_forward(Z, np.ones((32, 1)), np.zeros((32, 1)), running, True)
    scale = 1 / np.hypot(Z.T.std(axis=0), 1e-5**0.5)[:, None]
    along = np.mean(dA * Z_hat, axis=1, keepdims=True)
    dZ = params["gamma"] * scale * (dA - dA.mean(axis=1, keepdims=True) - Z_hat * along)
    grads = {"W1": dZ @ X.T, "W2": error @ shown.T, "b2": error.sum(axis=1, keepdims=True)}
    grads["gamma"], grads["beta"] = m * along, dA.sum(axis=1, keepdims=True)
    return {key: params[key] - learning_rate * grads[key] for key in params}, running


def train_normalized(learning_rate, scale, epochs=3):
    """Parameters and running statistics of the network with batch normalization."""
    rng = np.random.default_rng(0)
    start = problems.init_params(rng, (64, 32, 10))
    params = {"W1": scale * start["W1"], "gamma": np.ones((32, 1)), "beta": np.zeros((32, 1))}
    params |= {"W2": start["W2"], "b2": start["b2"]}
    running = {"mean": np.zeros((32, 1)), "variance": np.ones((32, 1))}
    for _ in range(epochs):
        for columns in np.array_split(rng.permutation(1437), 23):
            X, Y = train.X[:, columns], train.Y[:, columns]
            params, running = normalized_step(params, running, X, Y, learning_rate)
    return params, running


def accuracy_normalized(params, running, X, labels, training=False):
    """Accuracy in percent; with training=True in the wrong mode."""
    Z = params["W1"] @ X
    A, _ = batch_norm_forward(Z, params["gamma"], params["beta"], running, training)
    output = params["W2"] @ np.maximum(A, 0) + params["b2"]
    return 100 * np.mean(output.argmax(axis=0) == labels)


def accuracy_plain(learning_rate, scale, epochs=3):
    rng = np.random.default_rng(0)
    start = problems.init_params(rng, (64, 32, 10))
    start["W1"] = scale * start["W1"]
    update = optimizers.gradient_descent(learning_rate)
    params, _ = problems.train(start, train.X, train.Y, update, epochs, rng)
    return 100 * problems.accuracy(params, test.X, test.labels)


rates = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
try:
    fig, axes = plots.figure(1, 3, size=(9, 3.6), sharey=True)
    for ax, scale in zip(axes, (0.01, 1, 30), strict=True):
        plain = [accuracy_plain(rate, scale) for rate in rates]
        normalized = [
            accuracy_normalized(*train_normalized(rate, scale), test.X, test.labels)
            for rate in rates
        ]
        _ = ax.semilogx(rates, plain, "o-", color=plots.COLORS["data"], label="plain")
        _ = ax.semilogx(rates, normalized, "o-", color=plots.COLORS["first"], label="batch norm")
        _ = ax.set(title=f"first weights x {scale}", xlabel="learning rate", ylim=(0, 102))
        if scale == 1:
            at_three = [shares[rates.index(3.0)] for shares in (plain, normalized)]
        print(f"scale {scale}: plain", *(f"{value:.0f}" for value in plain), end="; ")
        print("normalized", *(f"{value:.0f}" for value in normalized))
    _ = axes[0].set_ylabel("test accuracy, percent")
    _ = axes[2].legend(loc="lower left")
    plots.show(
        fig,
        "Test accuracy against the learning rate for three scales of the first weights. With batch "
        "normalization the rates up to 3 work in every panel; the plain network fails at 3, and "
        "with weights 30 times too large it is worse from 0.3 on.",
    )
    predicted("rate_three", at_three[0], f"{at_three[0]:.0f} %")
    predicted("rate_three_normalized", at_three[1], f"{at_three[1]:.0f} %")
except NotImplementedError:
    print("Exercise 2 comes first; then run this cell again.")

# %% [markdown] question="strategies_one_example"
# With batch normalization a wider range of learning rates works: at rate 3 the plain network with the
# usual weights is no better than guessing, and the normalized one is at its best. The scale of the first
# weights matters less, but it still matters: weights thirty times too large are turned less by the same
# step, so that the small rates become too small. And at rate 10 nothing helps.
#
# Why it works is debated. The paper's reason was the shifting distribution of a layer's inputs;
# Santurkar and others (2018, *How Does Batch Normalization Help Optimization?*) added such shifts on
# purpose, training did not suffer, and they argue that it is the smoother cost that counts.

# %% quiz="strategies_one_example"

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the wrong mode
predict(
    "wrong_mode_one", "Wrong mode, one example per batch: the accuracy is", "10 %", "50 %", "95 %"
)
predict("wrong_mode_64", "Wrong mode, shuffled batches of 64:", "10 %", "50 %", "95 %")

# %% [markdown]
# The same trained network, evaluated in the right and in the wrong mode. **Predict** the accuracy in
# the wrong mode, for batches of 1, of 2, of 64, and for one batch of zeros, one of ones, and so on.

# %% tags=["experiment"]
# Experiment: the wrong mode
try:
    params, running = train_normalized(0.3, 1, epochs=10)
    sizes = (1, 2, 4, 8, 16, 32, 64, 120, 360)
    right = accuracy_normalized(params, running, test.X, test.labels)
    order = np.random.default_rng(0).permutation(360)
    wrong = []
    for size in sizes:
        batches = np.split(order, range(size, 360, size))
        hits = [
            columns.size
            * accuracy_normalized(params, running, test.X[:, columns], test.labels[columns], True)
            for columns in batches
        ]
        wrong.append(sum(hits) / 360)
    classes = [np.flatnonzero(test.labels == digit) for digit in range(10)]
    by_class = sum(
        c.size * accuracy_normalized(params, running, test.X[:, c], test.labels[c], True) / 360
        for c in classes
    )

    fig, ax = plots.figure()
    _ = ax.axhline(right, color=plots.COLORS["first"])
    _ = ax.semilogx(sizes, wrong, "o-", color=plots.COLORS["target"])
    _ = ax.semilogx(36, by_class, "s", color=plots.COLORS["target"])
    plots.label_end(ax, 1, right - 6, "evaluation mode", plots.COLORS["first"], (0, 0))
    plots.label_end(ax, 4, wrong[2] - 7, "training mode, shuffled batches", plots.COLORS["target"])
    plots.label_end(
        ax, 36, by_class, "training mode, one digit per batch", plots.COLORS["target"], (-10, 0)
    )
    _ = ax.set(xlabel="test batch size", ylabel="test accuracy, percent", ylim=(0, 104))
    _ = ax.set_xticks(sizes, [str(size) for size in sizes])
    ax.minorticks_off()
    plots.show(
        fig,
        "Test accuracy in training mode rises with the size of the batch, from 8 percent with one "
        "example; from 120 on it is that of evaluation mode. Batches of one digit only give 10 percent.",
    )
    print(f"evaluation mode {right:.1f} %")
    print(
        "training mode, batches of",
        *(f"{s}: {w:.1f} %," for s, w in zip(sizes, wrong, strict=True)),
    )
    print(f"training mode, sorted by digit: {by_class:.1f} %")
    predicted("wrong_mode_one", wrong[0], f"{wrong[0]:.0f} %")
    predicted("wrong_mode_64", wrong[sizes.index(64)], f"{wrong[sizes.index(64)]:.0f} %")
except NotImplementedError:
    print("Exercise 2 comes first; then run this cell again.")

# %% [markdown]
# Nothing is wrong with the network, and yet it is no better than guessing: with one example per batch,
# or with batches that hold one digit each, since normalization removes just what these pictures
# have in common. Shuffled batches of a hundred would have hidden the mistake. When a
# model is good in training and poor in use, look at this switch first.
#
# ## 3 · Early stopping
#
# **Question.** Training longer always makes the training cost smaller. Does it make the network better?
#
# Take 200 digits, 20 % of them with a random label, and a network with 2,410 parameters. It can learn
# these 200 by heart, wrong labels included. A separate **validation part** (검증 데이터) of 437
# digits watches. **Predict**: when does the validation cost begin to rise, and where is the training
# cost then?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: when it begins to rise
predict(
    "validation_rises", "After which epoch does the validation cost only rise?", "5", "40", "100"
)

# %% tags=["experiment"]
# Experiment: 120 epochs with wrong labels
few = slice(0, 200)
watch_X, watch_Y = train.X[:, 1000:], train.Y[:, 1000:]
rng = np.random.default_rng(0)
labels = np.where(rng.random(200) < 0.2, rng.integers(0, 10, 200), train.labels[few])
few_X, few_Y = train.X[:, few], np.eye(10)[:, labels]

params = problems.init_params(rng, (64, 32, 10))
params_by_epoch, training_costs, validation_costs = [], [], []
for _ in range(120):
    params, _ = problems.train(
        params, few_X, few_Y, optimizers.gradient_descent(0.5), 1, rng, batch=32
    )
    params_by_epoch.append(params)
    training_costs.append(problems.cost_and_grads(params, few_X, few_Y)[0])
    validation_costs.append(problems.cost_and_grads(params, watch_X, watch_Y)[0])

lowest = int(np.argmin(validation_costs))
fig, ax = plots.figure()
_ = ax.plot(training_costs, color=plots.COLORS["data"])
_ = ax.plot(validation_costs, color=plots.COLORS["first"])
_ = ax.plot(lowest, validation_costs[lowest], "o", color=plots.COLORS["target"])
plots.label_end(ax, 119, training_costs[-1], "training", "#6f6f6f")
plots.label_end(ax, 119, validation_costs[-1], "validation", plots.COLORS["first"])
_ = ax.set(xlabel="epoch", ylabel="cost", ylim=(-0.05, 1.5), xlim=(0, 120))
plots.show(
    fig,
    "The training cost falls to zero. The validation cost falls with jumps to its lowest point near "
    "epoch 38 and rises slowly afterwards.",
)
for name, epoch in (("lowest validation cost", lowest), ("last validation cost", 119)):
    accuracy = 100 * problems.accuracy(params_by_epoch[epoch], test.X, test.labels)
    print(
        f"{name}: epoch {epoch}, training {training_costs[epoch]:.2f}, "
        f"validation {validation_costs[epoch]:.2f}, test accuracy {accuracy:.1f} %"
    )
predicted("validation_rises", lowest, f"epoch {lowest}")

# %% [markdown]
# From some epoch on the network learns the wrong labels by heart: **overfitting** (과적합). The
# simplest remedy is to stop in time: **early stopping** (조기 종료; Prechelt, 1998, *Early Stopping -
# But When?*). Two things are needed. The
# validation cost jumps about, so that a single bad epoch must not end the training: it takes
# `patience` of them in a row. And by then the best epoch is over, so that its parameters must have
# been kept.
#
# ### Exercise 3 · Stop, and give back the best
#
# Walk through the epochs. A cost **lower** than all before it is a new best; an equal one is not.
# After `patience` epochs in a row without a new best, the training stops. What comes back are the
# parameters of the best epoch *so far* (later ones were never run), and the number of epochs that
# were run, the waiting included.


# %% exercise="early_stopping"
def early_stopping(validation_costs, params_by_epoch, patience):
    """What a training with early stopping gives back, replayed from its records.

    validation_costs: the cost on the validation part after each epoch, a list or array
    params_by_epoch:  the params after each epoch, a list of dicts of the same length
    patience:         so many epochs in a row without a new best end the training, at least 1
    Returns (best_params, epochs_run); best_params may be the very dict of params_by_epoch.

    Example: costs 0.9, 0.6, 0.7, 0.5, 0.55, 0.52, 0.4 and patience 2: stops after 6 epochs and
    gives back params_by_epoch[3]. With costs that always fall, all epochs are run.
    """
    # REFERENCE SOLUTION


# %% check="early_stopping"
check("early_stopping")

# %% [markdown]
# **Predict**: which patience is too small here, and what does a large one cost?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: patience
predict(
    "patience",
    "What is the smallest patience that finds the lowest validation cost?",
    "1",
    "5",
    "20",
    "40",
)

# %% tags=["experiment"]
# Experiment: six values of patience
try:
    found = {}
    for patience in (1, 2, 5, 10, 20, 40):
        best_params, epochs_run = early_stopping(validation_costs, params_by_epoch, patience)
        cost = found[patience] = problems.cost_and_grads(best_params, watch_X, watch_Y)[0]
        accuracy = 100 * problems.accuracy(best_params, test.X, test.labels)
        print(
            f"patience {patience:2}: {epochs_run:3} epochs run, validation cost {cost:.3f}, "
            f"test accuracy {accuracy:.1f} %"
        )
    predicted("patience", min(found, key=found.get))
except NotImplementedError:
    print("Exercise 3 comes first; then run this cell again.")

# %% [markdown] question="strategies_which_part"
# A small patience is caught by the first jump. A large one costs epochs and nothing else, because
# what comes back is the best epoch anyway. Note that the lowest validation cost and the highest test
# accuracy need not be the same epoch: the stop is decided by one part of the data and judged by
# another.
#
# One objection belongs here. Early stopping makes the length of the training part of the fight against
# overfitting, so that the optimizer and the regularization can no longer be tuned one after the
# other. With L2 instead (lesson 10) you train to the end and tune $\lambda$.

# %% quiz="strategies_which_part"

# %% [markdown]
# ## 4 · Gradient noise
#
# **Question.** Set *all* weights of a network to zero and train it. What does it learn?
#
# Nothing: every hidden unit gives zero, and the gradient of every weight is zero, for ever. No
# optimizer leaves such a point, as lesson 8 shows for a saddle. Neelakantan and others (2015, *Adding
# Gradient Noise Improves Learning for Very Deep Networks*) add a little noise to every gradient, and
# let it fade:
#
# $$g_t \leftarrow g_t + \mathcal N(0, \sigma_t^2), \qquad
# \sigma_t^2 = \frac{\eta}{(1+t)^\gamma}, \qquad t = 0, 1, 2, \ldots$$
#
# with $\gamma = 0.55$ and $\eta$ one of 0.01, 0.3 and 1. The second argument of $\mathcal N$ is the
# **variance** (분산). Random number generators ask for the **standard deviation** (표준편차), which
# is its root. ($\gamma$ and $\eta$ are the paper's letters. There $t$ counts from 0, hence $1 + t$.)
#
# ### Exercise 4 · Add the noise
#
# To make the result comparable, the draws have a fixed order: key by key in the order of `grads`,
# as many standard normal numbers as the gradient has entries, in its shape.


# %% exercise="noisy_gradients"
def noisy_gradients(grads, t, eta, gamma, rng):
    """Adds fading normal noise to every entry of every gradient.

    grads: dict of arrays, perhaps of integers
    t:     updates made before this one: 0, 1, 2, ...
    eta, gamma: the noise has the VARIANCE eta / (1 + t)**gamma and the mean 0
    rng:   a numpy.random.Generator. For each key in order, numbers are drawn once, in the shape
           of the gradient, such as rng.standard_normal(shape) or rng.normal(0, sigma, shape).
    Returns a new dict of new arrays; grads stay as they were.

    Example: with eta 0.04 and gamma 0.5 the standard deviation is 0.2 at t = 0 and 0.1 at t = 15.
    """
    # REFERENCE SOLUTION


# %% check="noisy_gradients"
check("noisy_gradients")

# %% [markdown]
# Now train from weights that are all zero: without noise, with your fading noise, and with noise
# that never fades ($\gamma = 0$). **Predict** the test accuracies after 30 epochs.


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: from zero weights
predict(
    "zero_weights",
    "Which ends with the highest test accuracy?",
    "no noise",
    "noise that stays",
    "noise that fades",
)


# %% tags=["experiment"]
# Experiment: three kinds of noise from zero weights
def train_from_zero(eta, gamma):
    """Training cost by epoch and the final test accuracy (percent), from all weights zero."""
    rng = np.random.default_rng(0)
    params = {key: 0 * value for key, value in problems.init_params(rng, (64, 32, 10)).items()}
    t, costs = 0, []
    for _ in range(30):
        for columns in np.array_split(rng.permutation(1437), 23):
            X, Y = train.X[:, columns], train.Y[:, columns]
            _, grads = problems.cost_and_grads(params, X, Y)
            if eta:
                grads = noisy_gradients(grads, t, eta, gamma, rng)
            params = {key: params[key] - 0.1 * grads[key] for key in params}
            t += 1
        costs.append(problems.cost_and_grads(params, train.X, train.Y)[0])
    return costs, 100 * problems.accuracy(params, test.X, test.labels)


try:
    shares = {}
    fig, ax = plots.figure()
    for eta, gamma, name, color in (
        (0.0, 0.55, "no noise", "data"),
        (0.3, 0.0, "noise that stays", "second"),
        (0.3, 0.55, "noise that fades", "first"),
    ):
        costs, accuracy = train_from_zero(eta, gamma)
        shares[name] = accuracy
        _ = ax.plot(range(1, 31), costs, color=plots.COLORS[color])
        plots.label_end(ax, 30, costs[-1], name, plots.COLORS[color] if eta else "#6f6f6f")
        print(f"{name}: training cost {costs[-1]:.2f}, test accuracy {accuracy:.1f} %")
    _ = ax.set(xlabel="epoch", ylabel="training cost", ylim=(0, 2.5), xlim=(0, 30.5))
    plots.show(
        fig,
        "Training cost from weights that are all zero. Without noise it stays at 2.3. Fading noise "
        "brings it below 0.2; noise that stays stops falling near 1.",
    )
    predicted("zero_weights", max(shares, key=shares.get))
except NotImplementedError:
    print("Exercise 4 comes first; then run this cell again.")

# %% [markdown]
# Without noise: 7.8 %, what one gets for always giving the same digit. With fading noise the network
# learns as if nothing had been wrong with its start. Noise that stays keeps it at a high floor: the
# same trade between moving and settling as in lesson 7. (A good random start is of course the better
# remedy, and mini-batches bring noise of their own. But *that* noise is zero where all gradients are.)
#
# **Drag**: on the saddle of lesson 8, from a start exactly on its ridge. How large must $\eta$ be for
# the walk to leave within 150 steps, and what does it cost at the end?


# %% tags=["experiment", "nbval-ignore-output"]
# Sliders: noise on the ridge of a saddle
ridge = problems.saddle(0)


def draw_ridge(ax, log10_eta, gamma):
    rng, path = np.random.default_rng(2), [ridge.start]
    for t in range(150):
        grads = {"w": ridge.gradient(path[-1])}
        path.append(path[-1] - 0.1 * noisy_gradients(grads, t, 10.0**log10_eta, gamma, rng)["w"])
    path = np.array(path)
    plots.contour(ax, ridge.value, ridge.view, [(0, 1), (0, -1)])
    plots.trajectory(ax, path, "gd")
    away = np.flatnonzero(np.abs(path[:, 1]) > 0.5)
    when = f"leaves at step {away[0]}" if away.size else "does not leave"
    return f"{when}; {ridge.value(path[-1]) + 0.25:.1e} above the minimum after 150 steps"


try:
    plots.explore(
        draw_ridge,
        "The path of noisy gradient descent from the ridge of a saddle, with sliders for the noise.",
        size=(6.4, 5),
        log10_eta=(-8.0, 0.5, 0.5, -2.0),
        gamma=(0.0, 2.0, 0.05, 0.55),
    )
except NotImplementedError:
    print("Exercise 4 comes first; then run this cell again.")

# %% [markdown] question="strategies_noise_spread"

# %% quiz="strategies_noise_spread"

# %% [markdown]
# ## 5 · Know a learning rate by its curve
#
# "Check the character of each learning rate, and adjust it": this is how the lecture note ends, below
# a well-known picture of four curves (it comes from the notes of CS231n). Here it is, made with
# gradient descent on a noisy bowl of curvatures 1 and 5. One rate is much too large, one too large,
# one good, one too small.

# %% tags=["experiment"]
# Experiment: four curves without a name
valley = problems.bowl(5, start=(-3.0, 3.0))
fig, ax = plots.figure()
endings = {}
hidden = np.random.default_rng(39).permutation([0.002, 0.06, 0.34, 0.404])  # your question
colors = ("second", "target", "data", "first")
for number, rate, color in zip((1, 2, 3, 4), hidden, colors, strict=True):
    noisy = problems.noisy_gradient(valley.gradient, 2.0, np.random.default_rng(7))
    path = [np.tile(valley.start[:, None], 200)]  # the mean of 200 runs, to see the trend
    for _ in range(60):
        path.append(path[-1] - rate * noisy(path[-1]))
    costs = valley.value(np.array(path).swapaxes(0, 1)).mean(axis=1)
    shown = int(np.sum(np.maximum.accumulate(costs) < 59)) - 1  # as long as it is in the picture
    endings[number] = costs[[0, 5, 60]]
    _ = ax.plot(costs[: shown + 1], color=plots.COLORS[color])
    text = "#6f6f6f" if color == "data" else plots.COLORS[color]
    plots.label_end(ax, shown, costs[shown], f"({number})", text)
_ = ax.set(xlabel="update", ylabel="cost", ylim=(-1.5, 60), xlim=(0, 60.5))
plots.show(
    fig,
    "Cost against updates. Curve 1 falls at once and stays level at about 3. Curve 2 rises. Curve 3 "
    "falls slowly in a nearly straight line. Curve 4 falls fast and goes on to the lowest cost.",
)
for number, (first, soon, last) in endings.items():
    print(
        f"({number}) cost {first:.1f} at the start, {soon:.1f} after 5 updates, {last:.1f} after 60"
    )

# %% [markdown] question="strategies_four_curves"

# %% quiz="strategies_four_curves"

# %% [markdown]
# A picture like this is a caricature. **Predict** what a rate that is much too large does to a network:
# does its cost explode as well?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: far too large a rate
predict(
    "huge_rate",
    "With rate 10 the cost of the network",
    "explodes",
    "stays near 2.3",
    "falls below 1",
)

# %% tags=["experiment"]
# Experiment: six learning rates of a network
for rate in (0.003, 0.03, 0.3, 1.0, 2.0, 10.0):
    rng = np.random.default_rng(0)
    params = problems.init_params(rng, (64, 32, 10))
    costs = []
    for _ in range(10):
        update = optimizers.gradient_descent(rate)
        params, _ = problems.train(params, train.X, train.Y, update, 1, rng)
        costs.append(problems.cost_and_grads(params, train.X, train.Y)[0])
    shown = ", ".join(f"{costs[epoch - 1]:.2f}" for epoch in (1, 2, 5, 10))
    print(f"rate {rate:5}: cost after 1, 2, 5 and 10 epochs {shown}")
words = "falls below 1" if costs[-1] < 1 else "stays near 2.3"
predicted("huge_rate", "explodes" if costs[-1] > 10 else words)

# %% [markdown]
# It does not explode, it dies: one huge step, and all hidden units give zero for every digit. From
# then on the cost stands near $\ln 10 \approx 2.3$, the cost of knowing nothing. That looks
# like a rate that is much too small. The first epochs tell the two apart, and so does a test with a
# tenth of the rate.
#
# ## 6 · Compare learning rates, and optimizers, fairly
#
# **Question.** "At learning rate 0.01, Adam reached a much lower cost than gradient descent. So Adam is
# better." What is wrong with that?
#
# Each optimizer measures its steps differently: gradient descent in rate times gradient, Adam in about
# one rate per step. So each needs a rate of its own, found by a **sweep** (탐색): a few rates, each a
# fixed *factor* larger than the one before; a few seeds for each; the cost on a validation part.
#
# Two more rules. A rate at which one of the runs ended in `nan` or `inf` is no candidate. And if the
# best rate is the smallest or the largest that was tried, the sweep has not found the minimum yet: it
# lies at the **edge**, and the sweep must go on.
#
# ### Exercise 5 · Read a sweep
#
# For each rate the mean cost over its seeds; the lowest one wins.


# %% exercise="tune_learning_rate"
def tune_learning_rate(rates, costs):
    """The best rate of a sweep, and whether it lies at the edge.

    rates: list or array (k,), from small to large
    costs: array (k, seeds): the validation cost of every run; nan or inf where a run diverged.
           A rate with such a run cannot win. At least one rate has none.
    Returns (best_rate, at_edge): the rate with the lowest mean cost, and True if it is the first
    or the last of rates.

    Example: rates [0.01, 0.1, 1.0, 10.0] and costs [[0.9, 0.8], [0.35, 0.25], [0.1, 0.6],
    [nan, inf]]: the means are 0.85, 0.3, 0.35 and none, so the answer is (0.1, False).
    """
    # REFERENCE SOLUTION


# %% check="tune_learning_rate"
check("tune_learning_rate")

# %% [markdown]
# Seven rates, three seeds, four optimizers, five epochs on the digits. The dots are what your
# function picks. **Predict**: by which factor do the best rates of gradient descent and Adam differ?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: two best rates
predict(
    "best_rates_apart",
    "The best rates of gradient descent and Adam differ by the factor",
    "2",
    "16",
    "1000",
)

# %% tags=["experiment"]
# Experiment: a sweep for four optimizers (2 s)
fit, watch = slice(0, 1150), slice(1150, None)
sweep = 0.002 * 4.0 ** np.arange(7)
contestants = {
    "gd": optimizers.gradient_descent,
    "momentum": optimizers.momentum,
    "rmsprop": optimizers.rmsprop,
    "adam": optimizers.adam,
}


def validation_cost(update, seed):
    rng = np.random.default_rng(seed)
    start = problems.init_params(rng, (64, 32, 10))
    params, _ = problems.train(start, train.X[:, fit], train.Y[:, fit], update, 5, rng)
    return problems.cost_and_grads(params, train.X[:, watch], train.Y[:, watch])[0]


swept = {
    name: np.array([[validation_cost(make(rate), seed) for seed in range(3)] for rate in sweep])
    for name, make in contestants.items()
}
fig, ax = plots.figure(size=(7.6, 4.4))
spots = {
    "gd": (6, (4, -14)),
    "momentum": (5, (4, -12)),
    "rmsprop": (4, (-8, 6)),
    "adam": (2, (-6, -12)),
}
for name, (at, offset) in spots.items():
    mean = swept[name].mean(axis=1)
    _ = ax.loglog(sweep, mean, ".-", color=plots.COLORS[name])
    plots.label_end(ax, sweep[at], mean[at], name, plots.COLORS[name], offset)
_ = ax.set(xlabel="learning rate", ylabel="validation cost after 5 epochs", ylim=(0.08, 30))
plots.show(
    fig,
    "Validation cost against the learning rate for four optimizers, logarithmic. Each curve is a "
    "valley: Adam and RMSprop have theirs near 0.01, gradient descent and momentum near 1.",
)
at_001 = int(np.argmin(np.abs(sweep - 0.0135)))
print(f"one rate for all, {sweep[at_001]:.4f}:", end=" ")
print(", ".join(f"{name} {costs[at_001].mean():.2f}" for name, costs in swept.items()))
try:
    for name, costs in swept.items():
        rate, at_edge = tune_learning_rate(sweep, costs)
        lowest = costs[list(sweep).index(rate)]
        spread = lowest.std(ddof=1)
        print(f"{name:9} best rate {rate:.4f}, at the edge: {at_edge}, ", end="")
        print(f"validation cost {lowest.mean():.3f} ± {spread:.3f}")
except NotImplementedError:
    print("Exercise 5 comes first; then run this cell again.")
gd, adam = (sweep[np.nanargmin(swept[name].mean(axis=1))] for name in ("gd", "adam"))
predicted("best_rates_apart", gd / adam)

# %% [markdown] question="strategies_fair_race"
# At one rate for all, Adam seems far ahead of gradient descent and of momentum. At a rate of its own,
# each does well, and the four differ by about as much as the seeds do. The best rates of gradient
# descent and Adam lie two steps of the sweep apart, a factor of 16: no single rate could have been fair
# to both.

# %% quiz="strategies_fair_race"

# %% [markdown]
# ## 7 · Find the bug
#
# **Question.** Early stopping has found its best epoch, and the weights that it hands in are worse. How
# can that be?
#
# ### Exercise 6 · The best under a second name


# %%
def keeping_the_best(w, steps, costs):
    best, best_cost = w, np.inf
    for step, cost in zip(steps, costs, strict=True):
        w += step
        if cost < best_cost:
            best, best_cost = w, cost
    return best


# %% tags=["experiment"]
# Experiment: the cost of what is handed in
moves = np.full((9, 1), -0.5)  # a training that goes on past its best
seen = [float(end**2) for end in 3.2 + np.cumsum(moves)]
handed_in = keeping_the_best(np.array([3.2]), moves, seen)
print(
    f"the best cost that was seen: {min(seen):.2f}, in epoch {1 + np.argmin(seen)} of {len(seen)}"
)
print(f"the cost of the weights handed in: {handed_in[0] ** 2:.2f}")
print(f"the cost in the last epoch: {seen[-1]:.2f}")

# %% [markdown]
# What it hands in is the last epoch, under the name of the best. One line would have shown it: the cost of
# the returned weights must be the best cost. Repair a copy.


# %% exercise="repair_keeping_the_best"
def repair_keeping_the_best(w, steps, costs):
    """keeping_the_best, repaired: the weights after the epoch with the lowest cost.

    w:     the start, array (n,); it stays as it was
    steps: array (epochs, n), what training adds to the weights in each epoch
    costs: the cost after each epoch; of equal ones the first counts
    Returns an array (n,).

    Example: w [0.0], steps [[1.0], [2.0]], costs [0.3, 0.4] -> [1.0].
    """
    # REFERENCE SOLUTION


# %% check="repair_keeping_the_best"
check("repair_keeping_the_best")

# %% [markdown]
# ## Summary
#
# - A **curriculum** brings easy examples first. On clean digits it was slower than no order; with wrong
#   labels among them it was ahead for the first 50 batches, and behind at the end.
# - **Batch normalization** puts every unit on one scale: over the examples, with batch statistics in
#   training and running averages in evaluation. It widens the range of rates that work. In the wrong
#   mode a good network guesses.
# - **Early stopping** waits for `patience` epochs without a new best and gives back the best
#   parameters. A validation part decides, the test part only judges.
# - **Gradient noise** with variance $\eta/(1+t)^\gamma$ frees a training that stands still, if it fades.
#   The standard deviation is the root of the variance.
# - A learning rate shows its character in the curve. Compare optimizers with a rate tuned for each, over
#   several seeds; a best rate at the edge of the sweep is not the best yet.
#
# ### Cheat sheet
#
# | technique | formula | code | default | when not, and what to mind |
# |---|---|---|---|---|
# | batch normalization, training | $\hat Z = (Z - \mu)/\sqrt{\sigma^2 + \epsilon}$<br>$A = \gamma \hat Z + \beta$ | `Z_hat = (Z - mu) / np.sqrt(variance + epsilon)`<br>`A = gamma * Z_hat + beta` | over the examples; $\epsilon$ $10^{-5}$ | batches of one example |
# | its running averages | $r = m\, r + (1-m)\,\mu$ | `r = m * r + (1 - m) * mu` | $m$ 0.9; these when predicting | never of the images to be predicted |
# | early stopping | stop after $p$ epochs without a new best | `waited = 0 if cost < best else waited + 1` | keep a copy of the best | choosing by the test part |
# | gradient noise | $g = g + \sqrt{\eta/(1+t)^\gamma}\;\xi$ | `g = g + np.sqrt(eta / (1 + t) ** gamma) * rng.standard_normal(g.shape)` | $\gamma$ 0.55 | a training that does not stand still |
# | curriculum | the easy share first | `order = np.argsort(difficulty, kind="stable")` | | clean data: slower than no order |
# | tuning | the rate with the lowest mean cost over seeds | `best = rates[np.argmin(costs.mean(axis=1))]` | 5 seeds, each rate twice the one before | a best at the edge of the sweep |
#
# ### In other libraries
#
# | this lesson | PyTorch | Keras |
# |---|---|---|
# | `batch_norm_forward`, `training` | `BatchNorm1d`, `model.train()` and `model.eval()` | `BatchNormalization`, argument `training` |
# | `momentum=0.9`, the weight of the past | `momentum=0.1`, the weight of the *new* batch | `momentum=0.99`, the weight of the past |
# | `epsilon=1e-5` | `eps=1e-5` | `epsilon=1e-3` |
# | stores the variance divided by $m$ | by $m - 1$ | by $m$ |
# | `early_stopping` gives back the best | write it yourself | callback `EarlyStopping`; only with `restore_best_weights=True` does it do that |
# | `noisy_gradients` | write it yourself | write it yourself; optax has `add_noise` and `noisy_sgd` |
#
# PyTorch and Keras keep examples in rows, so that their statistics run over axis 0.
#
# ### What comes next
#
# The next lesson is yours: all optimizers that you have written, in one race on real digits, by the
# rules of section 6.

# %% tags=["nbval-ignore-output"]
progress("11_training_strategies")
