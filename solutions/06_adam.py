# %% [markdown]
# # 6 · Put momentum and RMSprop together: Adam
#
# Adam is five lines long, probably the most used optimizer of deep learning, and easy to write
# *almost* right. This lesson builds it, takes three broken ones apart, and measures what is true of
# its fame.
#
# **What you'll do.** Write Adam in two short functions. Predict its first steps with and without
# bias correction. Find and repair the bugs of three Adams. Race it, fairly tuned, on bowls and on
# digits.
#
# **What you'll learn.**
# - what each of the two averages contributes, and why both must be corrected,
# - what $t$ counts, and how easily it is miscounted,
# - what a "second moment" is, and why it is not a variance,
# - which hyperparameters matter, and when $\epsilon$ does,
# - how to tell "the best optimizer" from a badly tuned rival.
#
# **What you'll need.** Lessons 3 (bias correction), 4 (momentum) and 5 (RMSprop); NumPy
# dictionaries and loops. About {minutes} minutes. Run the cells from top to bottom.

# %% tags=["set-up"]
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
# ## 1 · Where Adam comes from
#
# Many optimizers were proposed over the years, worked on a few problems, and did not generalise to
# others. People became sceptical; gradient descent with momentum was hard to beat. RMSprop and Adam
# (Kingma and Ba, 2015) are among the few that stood up on many architectures. Adam puts the two
# remedies of the last lessons together:
#
# - **momentum** (모멘텀) averages the gradients, so that directions that alternate cancel;
# - **RMSprop** averages their squares, so that every parameter gets steps of its own scale.
#
# **Predict** before you run the cell: a valley with $\kappa = 100$, turned by 45°, where RMSprop
# lost its advantage. 60 steps of momentum, RMSprop and Adam, each with its tuned learning rate
# (학습률). Which path will be the straightest, which one will swing?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the turned valley
predict(
    "turned_valley",
    "Which one comes closest to the minimum in 60 steps?",
    "with momentum",
    "RMSprop",
    "Adam",
)

# %% tags=["experiment"]
# Experiment: three optimizers in a turned valley
turned = problems.bowl(100, angle=45)
runners = {
    "momentum": optimizers.momentum(0.04),
    "rmsprop": optimizers.rmsprop(0.05),
    "adam": optimizers.adam(1.0),
}
ends = {}
fig, axes = plots.figure(1, 3, size=(9, 3.2), sharey=True)
for ax, (name, update) in zip(axes, runners.items(), strict=True):
    path = optimizers.follow(turned, update, steps=60)
    plots.contour(ax, turned.value, ((-10, 4), (-10, 4)), turned.minimum)
    plots.trajectory(ax, path, name)
    title = {"momentum": "with momentum", "rmsprop": "RMSprop", "adam": "Adam"}[name]
    _ = ax.set_title(title)
    ax.label_outer()
    ends[title] = turned.value(path[-1])
    print(f"{title}: f = {ends[title]:.2g} after 60 steps")
plots.show(
    fig,
    "Three paths in a long valley along the diagonal. Momentum and Adam swing about the valley "
    "floor and arrive near the minimum; RMSprop creeps and stays behind.",
)
predicted("turned_valley", min(ends, key=ends.get))

# %% [markdown]
# ## 2 · The algorithm
#
# Start with $v = 0$, $s = 0$ and $t = 0$. In every update, compute the gradients $dW$, $db$ on the
# current mini-batch, raise $t$ by one, and then for each parameter, here $W$:
#
# $$v_{dW} = \beta_1\, v_{dW} + (1-\beta_1)\, dW \qquad\text{as in momentum}$$
#
# $$s_{dW} = \beta_2\, s_{dW} + (1-\beta_2)\, dW^2 \qquad\text{as in RMSprop}$$
#
# $$v_{dW}^{\text{corrected}} = \frac{v_{dW}}{1-\beta_1^t}, \qquad
# s_{dW}^{\text{corrected}} = \frac{s_{dW}}{1-\beta_2^t}$$
#
# $$W = W - \alpha\, \frac{v_{dW}^{\text{corrected}}}{\sqrt{s_{dW}^{\text{corrected}}} + \epsilon}$$
#
# and the same for $b$.
#
# - **$t$ counts updates** (갱신 횟수). It is 1 in the first one. It is shared by all parameters, and it
#   does not start again with an epoch.
# - Both averages start at zero and are too small at first. Dividing by $1-\beta^t$ is the **bias
#   correction** (편향 보정) of lesson 3. For momentum people leave it out; in Adam it is part of the
#   algorithm.
# - The corrected values are for the step alone. The next update goes on averaging the uncorrected
#   ones.
# - $\epsilon$ is added to the root, as in Algorithm 1 of the paper. (Lecture slides have it inside
#   the root. Section 8 compares.)
#
# The name is for *adaptive moment estimation*: $v$ estimates the mean of the gradients, their
# **first moment** (1차 모멘트), and $s$ the mean of their squares, the **second moment** (2차 모멘트). It has
# nothing to do with anybody called Adam, in spite of the joke on a slide. Nor is it "momentum plus
# Adadelta", as one note says: Adadelta (lesson 9) replaces the learning rate, which Adam keeps.
#
# ### Exercise 1 · The state before the first update
#
# Adam remembers two averages for each parameter, and one number.


# %% exercise="init_adam"
def init_adam(params):
    """The state of Adam before the first update.

    params: dict of arrays {"W1": (n_1, n_x), "b1": (n_1, 1), "W2": (n_2, n_1), ...}
    Returns {"v": ..., "s": ..., "t": ...}:
      v, s  two dicts with the keys of params; zeros (float) in the shape of every parameter,
            an array of its own for each
      t     the number of updates made so far

    Example: for {"b1": np.array([[3.0]])} it is
    {"v": {"b1": array([[0.]])}, "s": {"b1": array([[0.]])}, "t": 0}.
    """
    # BEGIN SOLUTION
    v = {key: np.zeros(value.shape) for key, value in params.items()}
    s = {key: np.zeros(value.shape) for key, value in params.items()}
    return {"v": v, "s": s, "t": 0}
    # END SOLUTION


# %% check="init_adam"
check("init_adam")

# %% [markdown]
# ### Exercise 2 · One update of Adam
#
# First $t$, once. Then for every key, with $g$ for the gradient of a parameter $w$:
#
# $$v = \beta_1 v + (1-\beta_1)\, g, \qquad s = \beta_2 s + (1-\beta_2)\, g^2$$
#
# $$v_{\text{corrected}} = \frac{v}{1-\beta_1^t}, \qquad s_{\text{corrected}} = \frac{s}{1-\beta_2^t}$$
#
# $$w = w - \alpha\, \frac{v_{\text{corrected}}}{\sqrt{s_{\text{corrected}}} + \epsilon}$$
#
# The square, the root and the division are element-wise. The update is **pure**: it returns new
# dictionaries, and nothing that was passed in changes, not even the dictionaries inside `state`.


# %% exercise="adam_update"
def adam_update(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """One update of Adam.

    params, grads: dicts of arrays with the same keys ("W1", "b1", "W2", ...) and shapes;
                   params may hold integers
    state:         {"v": ..., "s": ..., "t": ...} from init_adam or from the last update
    Returns (params, state) after the update, as new dicts; the arguments stay as they were.

    Example, one parameter, the first update, learning_rate 0.1, beta1 0.5, beta2 0.75:
    w 1.0, gradient 4.0  ->  v 2.0, s 4.0, t 1; corrected they are 4.0 and 16.0, so w becomes 0.9
    """
    # REFERENCE SOLUTION


# %% check="adam_update"
check("adam_update")

# %% [markdown]
# If the check speaks of *epsilon hat*, you have written the paper's other form, and that is right
# too: section 2 of the paper rearranges the step to save time,
#
# $$w = w - \alpha\, \frac{\sqrt{1-\beta_2^t}}{1-\beta_1^t}\; \frac{v}{\sqrt{s} + \hat\epsilon},$$
#
# and there $\hat\epsilon$ is added to the *uncorrected* root. It is what TensorFlow and Keras
# compute.
#
# Now let your own code walk through the valley of section 1, with $w_1$ as the weight and $w_2$ as
# the bias of the smallest of networks.

# %% tags=["experiment"]
# Experiment: your Adam in the turned valley
one_unit = {"W1": np.zeros((1, 1)), "b1": np.zeros((1, 1))}
params, walk = problems.unflatten(turned.start, one_unit), [turned.start]
try:
    state = init_adam(params)
    for _ in range(60):
        grads = problems.unflatten(turned.gradient(walk[-1]), one_unit)
        params, state = adam_update(params, grads, state, learning_rate=1.0)
        walk.append(problems.flatten(params))
except NotImplementedError:
    walk = None
    print("Exercises 1 and 2 come first; then run this cell again.")

if walk is not None:
    fig, ax = plots.figure(size=(5.4, 4.2))
    plots.contour(ax, turned.value, ((-10, 4), (-10, 4)), turned.minimum)
    plots.trajectory(ax, np.array(walk), "adam", "your Adam")
    plots.show(fig, "The path of your Adam along the diagonal valley, swinging about its floor.")
    print(f"f = {turned.value(walk[-1]):.2g} after {state['t']} updates")

# %% [markdown] question="adam_first_step"
# ## 3 · The first steps

# %% quiz="adam_first_step"

# %% [markdown] question="adam_uncorrected"

# %% quiz="adam_uncorrected"

# %% tags=["experiment"]
# Experiment: the first steps, corrected and not
slope = problems.Problem("plane", np.sum, np.ones_like, np.zeros(1), None, None)  # gradient 1
steps = np.arange(1, 3001)
fig, ax = plots.figure()
for corrected, style in ((True, "-"), (False, "--")):
    path = optimizers.follow(slope, optimizers.adam(1.0, corrected=corrected), steps.size)
    length = -np.diff(path[:, 0])
    _ = ax.semilogx(steps, length, style, color=plots.COLORS["adam"])
    label = "with correction" if corrected else "without correction"
    place = (1, 0.6) if corrected else (30, 6.2)
    plots.label_end(ax, *place, label, plots.COLORS["adam"])
peak = int(length.argmax())
_ = ax.plot(steps[peak], length[peak], "o", color=plots.COLORS["target"])
plots.label_end(
    ax, steps[peak], length[peak], f"update {steps[peak]}: {length[peak]:.2f}", "#333333", (-12, 10)
)
_ = ax.set(xlabel="update $t$", ylabel="length of the step in learning rates", ylim=(0, 7.6))
plots.show(
    fig,
    "Length of Adam's steps under a constant gradient. Corrected: always 1. Not corrected: 3.16 at "
    "first, 6.57 at update 12, then falling slowly, still 1.26 after 1000 updates.",
)
for t in (1, 12, 100, 1000):
    print(f"update {t}: {length[t - 1]:.2f} learning rates without the correction")

# %% [markdown]
# Both averages are too small, and the one in the denominator is much smaller: it remembers a
# hundred times longer and fills a hundred times more slowly. At update 12 $v$ has reached 72 % of
# its value and $\sqrt s$ 11 %. So the uncorrected Adam does not start *gently*. It starts with
# steps up to 6.57 learning rates long, and it takes thousands of updates until they have their
# proper length.
#
# **Predict**: what does that do to training? The cell trains on the digits for 5 epochs with each
# learning rate. Will the correction help at every rate?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: does the correction help
predict(
    "correction_helps",
    "At how many of the five rates does the correction end at a lower cost?",
    "at none",
    "at some",
    "at all",
)

# %% tags=["experiment"]
# Experiment: training with and without correction
training, testing = digits_split()


def costs_and_accuracy(update, epochs, seeds, batch=64):
    """The mean cost of every epoch, and the share of test digits recognised after the last.

    All seeds run at once, one in each column; the rate may be an array, one for each of them.
    """
    X, Y, rngs = training.X, training.Y, [np.random.default_rng(seed) for seed in seeds]
    starts = [problems.init_params(rng, (64, 32, 10)) for rng in rngs]
    ends, costs = problems.train_together(starts, X, Y, update, epochs, rngs, batch)
    shares = [problems.accuracy(params, testing.X, testing.labels) for params in ends]
    return costs.reshape(len(ends), epochs, -1).mean(axis=2), np.array(shares)


rates = np.array([0.001, 0.003, 0.01, 0.03, 0.1])
ended = {}
fig, ax = plots.figure()
for corrected, style in ((True, "o-"), (False, "s--")):
    update = optimizers.adam(rates, corrected=corrected)
    ends = ended[corrected] = costs_and_accuracy(update, 5, [0] * rates.size)[0][:, -1]
    _ = ax.loglog(rates, ends, style, color=plots.COLORS["adam"])
    label = "with correction" if corrected else "without correction"
    plots.label_end(ax, rates[-1], ends[-1], label, plots.COLORS["adam"])
    print(f"{label}: cost", ", ".join(f"{c:.2f} at {r}" for r, c in zip(rates, ends, strict=True)))
_ = ax.set(xlabel="learning rate", ylabel="cost after 5 epochs", xlim=(0.0009, 0.11))
plots.show(
    fig,
    "Cost on digits after five epochs against the learning rate. Without the correction it is lower "
    "at small rates, and at 0.1 the network is dead while the corrected Adam works.",
)
helps = ended[True] < ended[False]
predicted("correction_helps", "at all" if helps.all() else "at some" if helps.any() else "at none")

# %% [markdown]
# The honest picture has two halves. At small rates the uncorrected Adam is *faster*, and its best
# cost is even a little lower here: its steps are several times longer than the rate says, and
# become shorter as training goes on. At 0.1 its first steps destroy the network: a cost of 2.3 is
# $\ln 10$, guessing. So the correction does not make Adam better at its best rate. It makes the
# learning rate mean what it says, from the first update on.

# %% [markdown] question="adam_counter"
# ## 4 · What t counts

# %% quiz="adam_counter"

# %% [markdown]
# Lecture notes say "on iteration $t$" and leave it there. **Predict** what happens to the length of
# the steps if $t$ counts something else: epochs of 23 updates; or if it starts at 2 instead of 1.


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a counter of epochs
predict(
    "t_counts_epochs",
    "If t counts epochs, how many learning rates long is the longest step of the first one?",
    "1",
    "2",
    "7",
)


# %% tags=["experiment"]
# Experiment: three ways to count t
def lengths_with(counter, updates=75, beta1=0.9, beta2=0.999):
    """Steps under a constant gradient of 1 when the correction uses counter(t) in place of t."""
    t = np.arange(1, updates + 1)
    wrong = counter(t)
    v, s = 1 - beta1**t, 1 - beta2**t  # what the averages are
    return v / (1 - beta1**wrong) / np.sqrt(s / (1 - beta2**wrong))


counters = {
    "t counts updates": lambda t: t,
    "t counts epochs": lambda t: 1 + (t - 1) // 23,
    "t is one too large": lambda t: t + 1,
}
fig, ax = plots.figure()
for (name, counter), color in zip(counters.items(), ("third", "second", "first"), strict=True):
    length = lengths_with(counter)
    _ = ax.plot(np.arange(1, 76), length, color=plots.COLORS[color])
    at, offset = {
        "third": ((75, 1.0), 6),
        "second": ((75, length[-1]), -4),
        "first": ((3, 0.78), -4),
    }[color]
    plots.label_end(ax, *at, name, plots.COLORS[color], (8, offset))
    print(f"{name}: steps 1, 2, 23 and 24 are", length[[0, 1, 22, 23]].round(3))
_ = ax.set(xlabel="update", ylabel="length of the step in learning rates", ylim=(0, 3.4))
_ = ax.set_xlim(0, 76)
plots.show(
    fig,
    "Length of the steps when t counts updates, epochs, or is one too large. Updates: always 1. "
    "Epochs: it grows to 2.1 within the first epoch and jumps at each new one. One too many: it "
    "starts at 0.74 and comes close to 1.",
)
predicted("t_counts_epochs", lengths_with(counters["t counts epochs"])[:23].max())

# %% [markdown]
# Only with updates every step has length 1. Being one too many is a small mistake that goes away,
# and an easy one to make: $t$ starts at 1 *and* is raised before it is used. It is $0$ before the
# first update and $1$ in it.

# %% [markdown]
# ## 5 · Find the bug
#
# Three Adams, written for this course, each wrong in ways that can be found in published code. All
# of them run without an error. Each has a symptom.
#
# To see it, the next cell gives two layers of one weight and one bias each a constant gradient of
# 1. A right Adam moves all four by one learning rate in every update.


# %% tags=["folded"]
# Set-up of this section: shows the steps of an Adam
NAMES = ("W1", "b1", "W2", "b2")


def step_lengths(adam, updates=10):
    """How far each of four parameters moves in every update, in learning rates: (updates, 4)."""
    params = {name: np.zeros((1, 1)) for name in NAMES}
    grads = {name: np.ones((1, 1)) for name in NAMES}
    state = {"v": dict(params), "s": dict(params), "t": 0}
    path = [[0.0] * 4]
    for _ in range(updates):
        params, state = adam(params, grads, state, 1.0)
        path.append([params[name].item() for name in NAMES])
    return -np.diff(path, axis=0)


def show_lengths(adam, alt):
    lengths = step_lengths(adam)
    fig, ax = plots.figure(size=(7.2, 3.4))
    _ = ax.axhline(1, color=plots.COLORS["data"], linestyle=":")
    styles = (("W1", "o-", "first"), ("b1", "s--", "first"), ("W2", "o-", "second"))
    for k, (name, style, color) in enumerate((*styles, ("b2", "s--", "second"))):
        _ = ax.plot(np.arange(1, 11), lengths[:, k], style, color=plots.COLORS[color], label=name)
    _ = ax.legend()
    _ = ax.set(xlabel="update", ylabel="learning rates", ylim=(0, None))
    plots.show(fig, alt)
    print("first update: ", dict(zip(NAMES, lengths[0].round(2).tolist(), strict=True)))
    print("second update:", dict(zip(NAMES, lengths[1].round(2).tolist(), strict=True)))


# %% [markdown]
# ### Exercise 3 · An Adam that leaps
#
# Here is the first one. Run it and the cell below it.


# %%
def leaping_adam(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new_params, v, s, v_hat, s_hat = {}, {}, {}, {}, {}
    t = state["t"] + 1
    for layer in range(1, len(params) // 2 + 1):
        W, b = f"W{layer}", f"b{layer}"
        v[W] = beta1 * state["v"][W] + (1 - beta1) * grads[W]
        v[b] = beta1 * state["v"][b] + (1 - beta1) * grads[b]
        s[W] = beta2 * state["s"][W] + (1 - beta2) * grads[W] ** 2
        s[b] = beta2 * state["s"][b] + (1 - beta2) * grads[b] ** 2
        v_hat[W], v_hat[b] = v[W] / (1 - beta1**t), v[b] / (1 - beta1**t)
        s_hat[W], s_hat[b] = s[W] / (1 - beta2**t), s[b] / (1 - beta2**t)
        new_params[W] = params[W] - learning_rate * v_hat[W] / (np.sqrt(s[W]) + epsilon)
        new_params[b] = params[b] - learning_rate * v_hat[b] / (np.sqrt(s[b]) + epsilon)
    return new_params, {"v": v, "s": s, "t": t}


# %% tags=["experiment"]
# Experiment: the steps of leaping_adam
show_lengths(
    leaping_adam,
    "Steps of leaping_adam: all four parameters start with 31.6 learning rates and come down "
    "slowly, to 10 at update 10.",
)

# %% [markdown]
# The first step is 31.6 learning rates long instead of 1. **Find the reason**, then copy the
# function into the next cell under its new name and repair it. Change as little as you can.


# %% exercise="repair_leaping_adam"
def repair_leaping_adam(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """leaping_adam, repaired. Arguments and results are those of adam_update."""
    # REFERENCE SOLUTION


# %% check="repair_leaping_adam"
check("repair_leaping_adam")

# %% [markdown]
# ### Exercise 4 · An Adam out of step
#
# The second one is shorter, and its symptom is smaller.


# %%
def uneven_adam(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new_params, v, s = {}, {}, {}
    t = state["t"]
    for key, g in grads.items():
        t += 1
        v[key] = beta1 * state["v"][key] + (1 - beta1) * g
        s[key] = beta2 * state["s"][key] + (1 - beta2) * g * g
        mean = v[key] / (1 - beta1**t)
        mean_square = s[key] / (1 - beta2**t)
        new_params[key] = params[key] - learning_rate * mean / (np.sqrt(mean_square) + epsilon)
    return new_params, {"v": v, "s": s, "t": t}


# %% tags=["experiment"]
# Experiment: the steps of uneven_adam
show_lengths(
    uneven_adam,
    "Steps of uneven_adam: four different curves. In the first update W1 moves by 1 learning rate, "
    "b1 by 0.74, W2 by 0.64 and b2 by 0.58; then all of them change from update to update.",
)

# %% [markdown]
# Four parameters with the same gradients move by different lengths. Why? Repair a copy.


# %% exercise="repair_uneven_adam"
def repair_uneven_adam(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """uneven_adam, repaired. Arguments and results are those of adam_update."""
    # REFERENCE SOLUTION


# %% check="repair_uneven_adam"
check("repair_uneven_adam")

# %% [markdown]
# ### Exercise 5 · An Adam that freezes
#
# The third one has **two** bugs, and a symptom for each: it freezes, and an idle weight, one whose
# gradient has always been zero, becomes `nan`.


# %%
def freezing_adam(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    def average(old, new, beta):
        return beta * old + (1 - beta) * new

    new_params, v, s = {}, {}, {}
    t = state["t"] + 1
    for key in params:
        v[key] = average(state["v"][key], grads[key], beta1)
        s[key] = average(state["s"][key], grads[key] ** 2, beta2)
        v[key] = v[key] / (1 - beta1**t)
        s[key] = s[key] / (1 - beta2**t)
        step = learning_rate * (v[key] / np.sqrt(s[key]) + epsilon)
        new_params[key] = params[key] - step
    return new_params, {"v": v, "s": s, "t": t}


# %% tags=["experiment"]
# Experiment: the steps of freezing_adam
show_lengths(
    freezing_adam,
    "Steps of freezing_adam: 1 learning rate in the first update, 0.24 in the second, and next to "
    "nothing from the third on, for all parameters.",
)
zero = {"W1": np.zeros((1, 1))}
with np.errstate(invalid="ignore"):
    idle, _ = freezing_adam(zero, zero, {"v": zero, "s": zero, "t": 0}, 1.0)
print("an idle weight after one update:", idle["W1"].item())


# %% exercise="repair_freezing_adam"
def repair_freezing_adam(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """freezing_adam, repaired. Arguments and results are those of adam_update."""

    # REFERENCE SOLUTION


# %% check="repair_freezing_adam"
check("repair_freezing_adam")

# %% [markdown]
# ### Would the cost have told you?
#
# **Predict**: the three *unrepaired* Adams train on the digits for 5 epochs at the rate 0.01, where
# a right Adam reaches a cost of 0.17. What do they reach?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: three wrong Adams
predict(
    "unrepaired",
    "How many of the three end at a cost below 0.17?",
    "none",
    "one",
    "two",
    "all three",
)


# %% tags=["experiment"]
# Experiment: the three unrepaired Adams on digits
def on_vectors(adam, learning_rate, like):
    """An update(w, g, state) for training, from an Adam that works on dictionaries."""

    def update(w, g, state):
        params, grads = problems.unflatten(w[:, 0], like), problems.unflatten(g[:, 0], like)
        if state is None:
            zeros = {key: np.zeros(value.shape) for key, value in params.items()}
            state = {"v": zeros, "s": dict(zeros), "t": 0}
        params, state = adam(params, grads, state, learning_rate)
        return problems.flatten(params)[:, None], state

    return update


network = problems.init_params(np.random.default_rng(0), (64, 32, 10))
ends = []
for adam in (leaping_adam, uneven_adam, freezing_adam):
    with np.errstate(invalid="ignore"):  # one of them breaks
        costs, _ = costs_and_accuracy(on_vectors(adam, 0.01, network), 5, [0])
    ends.append(costs[0, -1])
    print(f"{adam.__name__}: cost {ends[-1]:.2f}")
predicted("unrepaired", ("none", "one", "two", "all three")[sum(cost < 0.17 for cost in ends)])

# %% [markdown]
# Two of the three look *better* than the right one: their steps are longer than the rate says, and
# at this rate longer steps help. (The third breaks because the weights of corner pixels are idle.)
# A falling cost proves nothing. A test with a constant gradient shows in two updates that each of
# the three is wrong, because there the right answer is known: every step is one learning rate long.
# Try `step_lengths(repair_uneven_adam)`. It does not show everything: the third Adam has a second
# bug, and only a gradient that is zero brings its $0/0$ to light. A good test asks for ordinary
# gradients, equal ones, and none.

# %% [markdown] question="adam_second_moment"
# ## 6 · A second moment is not a variance

# %% quiz="adam_second_moment"

# %% [markdown]
# Notes often call $s$ "the variance". A **variance** (분산) is the mean of $(g - \mu)^2$; $s$ is the
# mean of $g^2$, the second *raw*, or uncentred, moment. The two differ by $\mu^2$:
#
# $$\mathbb E[g^2] = \mu^2 + \sigma^2, \qquad \text{so that the step is about}\quad
# \alpha\,\frac{\mu}{\sqrt{\mu^2 + \sigma^2}}$$
#
# for gradients with mean $\mu$ and noise (잡음) of standard deviation $\sigma$. **Predict**:
# gradients of mean 1, and noise ten times as large. How far does Adam go per update, on average?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: ten times as much noise
predict(
    "noise_ten",
    "Noise ten times the mean: how many learning rates does Adam go per update?",
    "1",
    "0.3",
    "0.1",
)

# %% tags=["experiment"]
# Experiment: five levels of noise
rng = np.random.default_rng(0)
ratios = np.array([0.0, 0.3, 1.0, 3.0, 10.0])
measured = []
for ratio in ratios:
    noisy = problems.noisy_gradient(np.ones_like, ratio, rng)
    surface = problems.Problem(
        "slope", np.sum, noisy, np.zeros(200), None, None
    )  # 200 runs at once
    path = optimizers.follow(surface, optimizers.adam(1.0), 1500)
    measured.append((path[500] - path[1500]).mean() / 1000)

fig, ax = plots.figure()
smooth = np.linspace(0, 10.5, 200)
_ = ax.plot(smooth, 1 / np.sqrt(1 + smooth**2), color=plots.COLORS["data"])
_ = ax.plot(ratios, measured, "o", color=plots.COLORS["adam"])
_ = ax.set(xlabel=r"noise $\sigma/\mu$", ylabel="mean step in learning rates", ylim=(0, 1.05))
plots.label_end(ax, 3, measured[3], "measured", plots.COLORS["adam"], (6, 12))
plots.label_end(ax, 0.8, 0.83, r"$1/\sqrt{1 + \sigma^2/\mu^2}$", "#6f6f6f")
plots.show(
    fig,
    "The mean step of Adam against the noise of the gradient: measured points lie on the curve "
    "1/sqrt(1 + noise squared), which falls from 1 to 0.1 at noise 10.",
)
for ratio, step in zip(ratios, measured, strict=True):
    print(f"noise {ratio:4}: mean step {step:.2f} learning rates")
predicted("noise_ten", measured[-1])

# %% [markdown]
# Where the gradients agree, Adam takes its full step; where noise drowns them, it slows down by
# itself. With a variance in place of $s$ it would do the opposite on the agreeing ones: divide by
# nearly zero.

# %% [markdown]
# ## 7 · On bowls, along the axes and across
#
# **Question.** RMSprop lost its advantage on the turned valley. Does Adam?
#
# **Predict**, then drag: at which angle does Adam swing most? What do larger $\beta_1$ and
# $\beta_2$ do?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: across the axes
predict("adam_across", "κ = 1000, turned by 45°: who needs fewer steps?", "momentum alone", "Adam")


# %% tags=["experiment", "nbval-ignore-output"]
# Sliders: rate, both betas and the bowl's angle
def draw_adam(ax, learning_rate, beta1, beta2, angle):
    surface = problems.bowl(100, angle)
    plots.contour(ax, surface.value, ((-12, 12), (-9, 9)), surface.minimum)
    update = optimizers.adam(learning_rate, beta1, beta2)
    path = optimizers.follow(surface, update, steps=100)
    plots.trajectory(ax, path, "adam")
    return f"f = {surface.value(path[-1]):.2g} after 100 steps"


plots.explore(
    draw_adam,
    "The path of Adam on a long bowl; sliders change learning rate, both betas and the angle.",
    learning_rate=(0.05, 2.0, 0.05, 0.3),
    beta1=(0.0, 0.98, 0.02, 0.9),
    beta2=(0.5, 0.999, 0.001, 0.999),
    angle=[45, 30, 15, 0],
)

# %% [markdown]
# Now count. Tuned as in lesson 5: 100 learning rates for each optimizer and bowl, and the one with
# the fewest steps counts, until $f$ has fallen to a thousandth of its start and stays below.


# %% tags=["experiment"]
# Experiment: a tuned race, aligned and turned
def fewest_steps(make, rates, kappa, angle, limit=300):
    """Steps at the best of the learning rates; all of them run at once, one in each column."""
    surface = problems.bowl(kappa, angle)
    start = np.repeat(surface.start[:, None], rates.size, axis=1)
    path = optimizers.follow(surface, make(rates), limit, start)
    values = surface.value(path.swapaxes(0, 1))
    steps = optimizers.steps_to_reach(values, 1e-3 * surface.value(surface.start))
    return steps[steps >= 0].min()


kappas = [1, 3, 10, 30, 100, 300, 1000]
own_scale = np.geomspace(0.001, 20, 100)
heavy = [fewest_steps(optimizers.momentum, np.geomspace(0.01, 38, 100) / k, k, 0) for k in kappas]
along, across = (
    [fewest_steps(optimizers.adam, own_scale, k, angle) for k in kappas] for angle in (0, 45)
)
fig, ax = plots.figure()
for label, name, steps, style in (
    ("momentum, any angle", "momentum", heavy, "o-"),
    ("Adam, 0°", "adam", along, "D--"),
    ("Adam, 45°", "adam", across, "s-"),
):
    _ = ax.loglog(kappas, steps, style, color=plots.COLORS[name])
    plots.label_end(ax, 1000, steps[-1], label, plots.COLORS[name], (10, 0))
_ = ax.set(xlabel=r"condition number $\kappa$", ylabel="steps, each with its tuned rate")
_ = ax.set(xlim=(0.9, 1100), ylim=(30, 400), yticks=[50, 100, 200], yticklabels=[50, 100, 200])
_ = ax.minorticks_off()
plots.show(
    fig,
    "Steps against the condition number. Momentum and Adam along the axes stay between 45 and 80. "
    "Adam across the axes does too up to 100, and needs 237 steps at 1000.",
)
for k in (2, 4, 6):
    print(f"kappa {kappas[k]:4}: momentum {heavy[k]}, Adam 0° {along[k]}, Adam 45° {across[k]}")
predicted("adam_across", "Adam" if across[-1] < heavy[-1] else "momentum alone")

# %% [markdown]
# Along the axes $\kappa$ does not exist for Adam: a coordinate's scale cancels. Across them Adam
# holds out much longer than RMSprop did (some 230 steps at $\kappa = 100$, 1260 at 1000), because its
# first average is momentum. At $\kappa = 1000$ it is beaten by momentum alone, which does not care
# about angles.
#
# In the words of lesson 5: Adam is momentum behind a diagonal preconditioner, which it estimates from
# squared gradients. At 45° the diagonal is of no use, and what is left is momentum.

# %% [markdown]
# ## 8 · The four hyperparameters
#
# | | usual value | how often it is tuned |
# |---|---|---|
# | $\alpha$ | try a range | always |
# | $\beta_1$ | 0.9 | rarely |
# | $\beta_2$ | 0.999 | rarely |
# | $\epsilon$ | $10^{-8}$ | see below |
#
# "The choice of $\epsilon$ doesn't matter very much", says the lecture. **Predict** where it starts
# to matter: for the first step on a tiny gradient, and for the cost after 5 epochs on digits.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: when epsilon matters
predict(
    "adam_epsilon",
    "Rate 0.01: which is the first ε to raise the cost by a quarter?",
    "1e-8",
    "1e-4",
    "1e-2",
    "1",
)

# %% tags=["experiment"]
# Experiment: epsilon, one step and five epochs
print("first step in learning rates, epsilon = 1e-8")
print("|g|      outside  inside  epsilon hat")
for g in (1e-2, 1e-4, 1e-6, 1e-8):
    outside = g / (g + 1e-8)
    inside = g / np.sqrt(g**2 + 1e-8)
    root = np.sqrt(1 - 0.999)  # of the correction, at t = 1
    hat = root * g / (root * g + 1e-8)
    print(f"{g:g}".ljust(9) + f"{outside:.4f}   {inside:.4f}  {hat:.4f}")

sweep = 10.0 ** np.array([-12, -8, -4, -3, -2, -1, 0])
fig, ax = plots.figure()
for rate, color in ((0.01, "first"), (0.04, "second")):
    update = optimizers.adam(rate, epsilon=sweep)
    ends = costs_and_accuracy(update, 5, [0] * sweep.size)[0][:, -1]
    if rate == 0.01:
        first_bad = next(e for e, c in zip(sweep, ends, strict=True) if c > 1.25 * ends[0])
    _ = ax.loglog(sweep, ends, ".-", color=plots.COLORS[color])
    plots.label_end(ax, sweep[-1], ends[-1], rf"$\alpha$ = {rate}", plots.COLORS[color])
    print(f"rate {rate}:", ", ".join(f"{c:.3f} at {e:g}" for e, c in zip(sweep, ends, strict=True)))
_ = ax.set(xlabel=r"$\epsilon$", ylabel="training cost after 5 epochs", xlim=(5e-13, 2))
plots.show(
    fig,
    "Training cost after five epochs against epsilon, for two learning rates. Flat from 1e-12 to 1e-3, "
    "rising steeply beyond 1e-2.",
)
predicted("adam_epsilon", first_bad)

# %% [markdown]
# On digits nothing happens over nine powers of ten, and then a great deal. The gradients here are
# near $10^{-2}$; that is what $\epsilon$ has to be small against. If yours are near $10^{-8}$, then
# $10^{-8}$ is large. The same thing seen from the other side: multiply the cost by $c$. **Predict**
# from which $c$ on Adam notices.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a smaller cost
predict(
    "scale_noticed",
    "Which is the first c to move the end by more than a tenth?",
    "0.001",
    "1e-6",
    "1e-8",
    "1e-10",
)

# %% tags=["experiment"]
# Experiment: a cost times c
valley = problems.bowl(20, start=(-10, 5))
ends = {}
for c in (1, 1e-3, 1e-6, 1e-8, 1e-10):
    surface = problems.Problem(
        "scaled", valley.value, lambda w, c=c: c * valley.gradient(w), valley.start, None, None
    )
    w = optimizers.follow(surface, optimizers.adam(0.5), 20)[-1]
    ends[c] = w
    print(f"c = {c:g}: after 20 steps at ({w[0]:.3f}, {w[1]:.3f}), from (-10, 5)")
predicted("scale_noticed", next(c for c, w in ends.items() if np.abs(w - ends[1]).max() > 0.1))

# %% [markdown]
# Down to $c = 10^{-6}$ Adam hardly notices the scale of the cost; at $10^{-10}$ $\epsilon$ has
# stopped it. So: it does not matter, until it does, and the border lies where the gradients lie.
# Advice to raise $\epsilon$ (to 0.1 or 1 for Inception on ImageNet, says TensorFlow's
# documentation) makes Adam a little more like momentum. Number formats matter too:

# %%
print("1e-8 in half precision:", np.float16(1e-8))

# %% [markdown]
# ## 9 · The best optimizer there is?
#
# A note among the sources calls Adam "the best in existence". Here is how such a result is made.

# %% tags=["experiment"]
# Experiment: two usual rates
for label, update in (
    ("gradient descent, rate 0.01 ", optimizers.gradient_descent(0.01)),
    ("Adam,             rate 0.001", optimizers.adam(0.001)),
):
    print(f"{label}: cost {costs_and_accuracy(update, 10, [0])[0][0, -1]:.2f} after 10 epochs")

# %% [markdown]
# Two "usual" rates, one of which fits. A fair comparison gives each optimizer its **own** rate.
# Tuning: three rates, each twice the one before, two seeds; the one with the lowest cost in the
# eighth epoch counts. (Gradient descent and RMSprop keep theirs from lesson 5: 0.96 and 0.02.) The
# race has five other seeds.
#
# **Predict**: the order in which they reach a training cost of 0.05, and the order of their test
# accuracy.


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the race
predict(
    "first_to_cost",
    "Which reaches a training cost of 0.05 first?",
    "gradient descent",
    "with momentum",
    "RMSprop",
    "Adam",
)


# %% tags=["experiment"]
# Experiment: a tuned race of four optimizers (1 s)
def tuned(make, rates):
    """The rate with the lowest mean cost in the eighth epoch, over the seeds 100 and 101."""
    costs, _ = costs_and_accuracy(make(np.repeat(rates, 2)), 8, [100, 101] * len(rates))
    return rates[int(np.argmin(costs[:, -1].reshape(-1, 2).mean(axis=1)))]


contest = {
    "gradient descent": ("gd", optimizers.gradient_descent, [0.96]),
    "with momentum": ("momentum", optimizers.momentum, [1.6, 3.2, 6.4]),
    "RMSprop": ("rmsprop", optimizers.rmsprop, [0.02]),
    "Adam": ("adam", optimizers.adam, [0.02, 0.04, 0.08]),
}
needed, raced = {}, {}
fig, axes = plots.figure(1, 2, size=(9, 3.8), width_ratios=(3, 2))
for row, (label, (name, make, grid)) in enumerate(contest.items()):
    rate = raced[label] = tuned(make, grid) if len(grid) > 1 else grid[0]
    costs, shares = costs_and_accuracy(make(rate), 16, range(5))
    costs, accuracy = np.median(costs, axis=0), 100 * shares
    needed[label] = 1 + int(np.argmax(costs < 0.05))
    color = plots.COLORS[name]
    _ = axes[0].semilogy(np.arange(1, 17), costs, color=color)
    plots.label_end(axes[0], 16, costs[-1], label, color, (8, (-2, -12, 9, 0)[row]))
    _ = axes[1].plot(accuracy, [row] * 5, "o", color=color, alpha=0.45)
    _ = axes[1].plot(accuracy.mean(), row, "|", color=color, markersize=16, markeredgewidth=2.5)
    plots.label_end(axes[1], 96, row - 0.42, label, color, (0, 0))
    print(
        f"{label}: rate {rate:g}, cost 0.05 after {needed[label]} epochs, "
        f"test {accuracy.mean():.1f} % (spread {accuracy.std(ddof=1):.1f})"
    )
_ = axes[0].axhline(0.05, color=plots.COLORS["data"], linestyle=":")
_ = axes[0].set(xlabel="epoch", ylabel="training cost", xlim=(0.5, 16.5), xticks=[1, 5, 10, 15])
_ = axes[1].set(xlabel="test accuracy in %", yticks=[], ylim=(3.4, -0.7))
plots.show(
    fig,
    "Left: training cost over 16 epochs, median of five seeds; Adam and momentum fall fastest. "
    "Right: test accuracy of the five seeds of each optimizer; the four clouds overlap.",
)
predicted("first_to_cost", min(needed, key=needed.get))

# %% [markdown] question="adam_best"
# Adam and momentum reach the cost first, at 8 and 10 epochs. On the test digits nobody wins: the
# means lie within about one percentage point, as wide as the seeds of one optimizer scatter. On other data the
# order is another. What can be said for Adam is that it does well on many problems with few
# attempts at tuning.

# %% quiz="adam_best"

# %% [markdown]
# ### On another problem
#
# Section 1 said that many optimizers did not generalise: they worked on a few problems, and failed on
# others. Here are two others: a network with four hidden layers, and the same digits at a tenth of their
# brightness. Each optimizer keeps the rate that won for it in the race; nobody tunes.
#
# **Predict**: whose cost is below 1 on both after four epochs?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: two other problems
predict(
    "carried_over",
    "Whose cost is below 1 on both, with the rate from the race?",
    "everybody's",
    "only momentum's and Adam's",
    "only RMSprop's and Adam's",
    "nobody's",
)

# %% tags=["experiment"]
# Experiment: the same rates on two other problems
from optlab.track import standard_error

narrow, deep = (64, 32, 10), (64, 32, 32, 32, 32, 10)
others = {
    "four hidden layers": (deep, training.X),
    "a tenth of the light": (narrow, training.X / 10),
}


def costs_elsewhere(problem, update):
    """The mean cost of the fourth epoch, for three seeds."""
    sizes, X = others[problem]
    rngs = [np.random.default_rng(seed) for seed in range(3)]
    starts = [problems.init_params(rng, sizes) for rng in rngs]
    _, costs = problems.train_together(starts, X, training.Y, update, 4, rngs)
    return costs.reshape(3, 4, -1)[:, -1].mean(axis=1)


print("cost after four epochs, three seeds:", ", ".join(others))
everywhere = []
for label, (_, make, _) in contest.items():
    runs = [costs_elsewhere(problem, make(raced[label])) for problem in others]
    told = (f"{np.mean(costs):.2f} ± {standard_error(costs):.2f}" for costs in runs)
    print(f"{label:16} rate {raced[label]:g}:", ", ".join(told))
    if np.mean(runs, axis=1).max() < 1:
        everywhere.append(label)
shorter = optimizers.momentum(raced["with momentum"] / 8)
costs = costs_elsewhere("four hidden layers", shorter)
print(f"momentum, an eighth of its rate, four hidden layers: {np.mean(costs):.2f}")
whose = {
    (): "nobody's",
    ("with momentum", "Adam"): "only momentum's and Adam's",
    ("RMSprop", "Adam"): "only RMSprop's and Adam's",
    tuple(contest): "everybody's",
}
predicted("carried_over", whose.get(tuple(everywhere), ", ".join(everywhere)))

# %% [markdown]
# The rates of RMSprop and Adam carry over, those of gradient descent and momentum do not: in the deep
# network these two learn next to nothing. Steps that are measured in learning rates do not care how
# large the gradients of the next problem are. But with an eighth of its rate momentum trains the deep
# network, too: what did not generalise was its rate.

# %% [markdown]
# ## 10 · Mini-batches or the whole batch?
#
# **Predict**: Adam with mini-batches (미니배치) of 64, and Adam on the gradient of all 1437 digits at
# once. How many epochs does each need for a training cost of 0.05? Both get their own rate out of
# 0.02, 0.04 and 0.08.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the whole batch
predict("whole_batch", "How many times as many epochs does the whole batch need?", "1", "5", "20")

# %% tags=["experiment"]
# Experiment: mini-batches and the whole batch
rates, needed = np.array([0.02, 0.04, 0.08]), {}
for batch, label, limit in ((64, "mini-batches of 64", 10), (1437, "the whole batch", 45)):
    costs, _ = costs_and_accuracy(optimizers.adam(rates), limit, [0] * rates.size, batch)
    below = costs < 0.05  # by rate and epoch
    epochs = {
        rate: 1 + int(row.argmax()) for rate, row in zip(rates, below, strict=True) if row.any()
    }
    best = min(epochs, key=epochs.get)
    needed[batch] = epochs[best]
    print(f"{label}: {epochs[best]} epochs at rate {best}")
predicted("whole_batch", needed[1437] / needed[64])

# %% [markdown] question="adam_batch_gradients"

# %% quiz="adam_batch_gradients"

# %% [markdown]
# ## 11 · Your Adam on the leaderboard
#
# Momentum needs six to eight epochs until the badly scanned digits of lesson 4 cost 0.4, RMSprop
# three to five.
#
# **Predict**: how many does your Adam need, on average over ten seeds?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: your Adam on bad scans
predict("board_adam", "Your Adam's epochs to a cost of 0.4, on average:", "1", "2.5", "4", "7")

# %% tags=["experiment"]
# Experiment: your Adam on the leaderboard
rows = board.enter("adam", here=globals())
plots.show(
    board.figure(rows),
    "Five rows of ten dots, the training costs of ten seeds, from the lowest: Adam, RMSprop, "
    "momentum, mini-batches, the whole batch. Adam's dots all lie left of RMSprop's.",
)
board.show(rows)
predicted("board_adam", float(np.mean(rows["adam"].line.epochs)))

# %% [markdown]
# Two or three, in all seeds. Each lesson was a step up here: your gradient descent, your momentum, your
# RMSprop, your Adam.
#
# ### One line instead of an optimizer
#
# Now leave the optimizer alone and look at the data. Take its mean from every pixel, and divide it by
# its standard deviation (표준편차) over the training digits; a pixel that is always dark stays zero.
# That is one line of NumPy, and it undoes the scanner's gains.
#
# **Predict**: plain gradient descent with mini-batches, at the rate of the board, on pixels that are
# standardized (표준화) so. Where does it end?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: gradient descent on clean pixels
predict(
    "board_standardized",
    "On standardized pixels, your gradient descent ends",
    "where it was",
    "between momentum and RMSprop",
    "between RMSprop and Adam",
    "below Adam on the raw pixels",
)

# %% tags=["experiment"]
# Experiment: two optimizers on clean pixels (1 s)
clean = board.standardized("sgd", "adam", here=globals())
for name, row in clean.items():
    raw, now = rows[name].line, row.line
    print(
        f"{row.entrant.label:12} cost {raw.cost:.3f} raw, {now.cost:.3f} standardized; "
        f"wrong of 360: {np.mean(raw.wrong):.1f} and {np.mean(now.wrong):.1f}"
    )
limits = {
    "below Adam on the raw pixels": rows["adam"].line.cost,
    "between RMSprop and Adam": rows["rmsprop"].line.cost,
    "between momentum and RMSprop": rows["momentum"].line.cost,
}
ahead = [place for place, limit in limits.items() if clean["sgd"].line.cost < limit]
predicted("board_standardized", ahead[0] if ahead else "where it was")

# %% [markdown]
# Below everything on the board: gradient descent with clean inputs ends at a quarter of what the best
# optimizer reached without, and on the test digits Adam has no lead left that is worth a name. **An
# adaptive rate repairs badly scaled inputs in part; scaling the inputs repairs them at the root.** Look
# at the data first. Between the layers nobody standardizes for you, and there the optimizer is the cure,
# or batch normalization (lesson 11).

# %% [markdown]
# ## Summary
#
# - Adam steps along the corrected average of the gradients, divided by the root of the corrected
#   average of their squares: $\alpha\, v_{\text{corrected}}/(\sqrt{s_{\text{corrected}}} +
#   \epsilon)$.
# - With the correction every step under a constant gradient is one learning rate long, from the
#   first. Without it the steps are up to 6.57 times too long.
# - $t$ counts updates, from 1, shared by all parameters. The state keeps the uncorrected averages.
# - $s$ is a raw second moment: the step shrinks where noise is larger than the mean.
# - Along the axes the condition number does not matter; across them momentum's part carries Adam.
# - $\epsilon$ does not matter while it is small beside the gradients. Inside the root it is its
#   square root that counts.
# - Fairly tuned, Adam is among the fastest, and on test accuracy there was no winner.
#
# ### Cheat sheet
#
# | technique | formula | code | default | when not, and what to mind |
# |---|---|---|---|---|
# | Adam, the averages | $t = t + 1$<br>$v = \beta_1 v + (1-\beta_1)\, g$<br>$s = \beta_2 s + (1-\beta_2)\, g^2$ | `t = t + 1`<br>`v = beta1 * v + (1 - beta1) * g`<br>`s = beta2 * s + (1 - beta2) * g**2` | $\beta_1$ 0.9, $\beta_2$ 0.999 | $t$ is counted once for all parameters |
# | Adam, the corrections | $\hat v = v/(1-\beta_1^t)$<br>$\hat s = s/(1-\beta_2^t)$ | `vc = v / (1 - beta1**t)`<br>`sc = s / (1 - beta2**t)` | always | the state keeps $v$ and $s$, never these |
# | Adam, the step | $w = w - \alpha\, \hat v/(\sqrt{\hat s} + \epsilon)$ | `w = w - alpha * vc / (np.sqrt(sc) + epsilon)` | $\epsilon$ $10^{-8}$, $\alpha$ tuned | no winner by itself: tuned momentum may do as well on the test set |
#
# ### In other libraries
#
# | where | $\epsilon$ | place |
# |---|---|---|
# | this course, PyTorch `Adam(lr, betas=(0.9, 0.999), eps=1e-8)` | $10^{-8}$ | added to the corrected root |
# | Keras `Adam(beta_1=0.9, beta_2=0.999, epsilon=1e-7)` | $10^{-7}$ | epsilon hat: added to the uncorrected root |
# | optax `adam(b1=0.9, b2=0.999, eps=1e-8, eps_root=0)` | $10^{-8}$ | as here; `eps_root` is the one inside |
# | d2l | $10^{-6}$ | added to the corrected root |
# | CS231n | $10^{-8}$ | added to the corrected root; $t$ is raised before use |
#
# ### What comes next
#
# Adam's steps do not get shorter by themselves: near the minimum it keeps moving by about $\alpha$.
# Lesson 7 makes the learning rate decay. What came after Adam (AMSGrad, AdamW, warm-up) is lesson
# 10.

# %% tags=["nbval-ignore-output"]
progress("06_adam")
