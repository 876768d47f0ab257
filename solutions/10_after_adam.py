# %% [markdown]
# # 10 · Train as today's scripts do: after Adam
#
# Open a training script of today and you will find `AdamW`, a warm-up and a cosine. This lesson
# takes these apart: what went wrong with Adam, what with its weight decay, and what a schedule is
# worth. It also settles two questions that the notes leave open: what L2 does to a step, and
# whether $\epsilon$ matters.
#
# **What you'll do.** Send Adam to the worst point there is, and repair it. Write AdamW, a warm-up
# with cosine, and warm restarts. Find out how much a schedule is worth beside an optimizer.
#
# **What you'll learn.**
# - when Adam's short memory misleads it, and what AMSGrad remembers,
# - why L2 and weight decay are the same for gradient descent and not for Adam,
# - why the first steps should be short, and the last ones too,
# - when a large $\epsilon$ is right, and what it makes of Adam.
#
# **What you'll need.** Lesson 6 (Adam) and lesson 7 (learning rate decay). About {minutes} minutes. Run
# the cells from top to bottom.

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
from optlab.track import standard_error

# %% [markdown]
# ## 1 · Adam goes to the worst point
#
# **Question.** Can Adam walk away from the minimum, step after step, with gradients that are
# perfectly right?
#
# Reddi, Kale and Kumar (2018, *On the Convergence of Adam and Beyond*) found a stream of gradients that
# does it. The costs are straight lines $f_t(w) = g_t\, w$ on the interval $[-1, 1]$, with the gradients (기울기)
#
# $$3,\; -1,\; -1,\; 3,\; -1,\; -1,\; \dots$$
#
# Three of them together make $3 - 1 - 1 = +1$, so in the long run $-1$ is the best point and $+1$
# the worst. As in the paper, Adam has $\beta_1 = 0$ and $\beta_2 = 1/(1 + 3^2) = 0.1$ here; the rate
# (학습률) falls like $0.5/\sqrt t$.
#
# **Predict** before you run the cell: where will gradient descent (경사 하강법) end, and where will
# Adam?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: where they end
predict(
    "adam_ends", "Where does Adam end?", "at -1, the best point", "near 0", "at +1, the worst point"
)


# %% tags=["experiment"]
# Experiment: two optimizers on a stream of gradients
def walk(update, stream):
    """The points visited on the interval from -1 to 1."""
    w, state, path = 0.0, None, [0.0]
    for g in stream:
        w, state = update(w, g, state)
        w = min(max(w, -1.0), 1.0)
        path.append(w)
    return np.array(path)


def falling(t):
    return 0.5 / np.sqrt(t)


ENDS = ("at -1, the best point", "near 0", "at +1, the worst point")
stream = problems.reddi_stream(3000)
paths = {
    "gd": walk(optimizers.gradient_descent(falling), stream),
    "adam": walk(optimizers.adam(falling, beta1=0.0, beta2=0.1), stream),
}
fig, ax = plots.figure()
for name, label in (("gd", "gradient descent"), ("adam", "Adam")):
    _ = ax.semilogx(np.arange(1, 3001), paths[name][1:], color=plots.COLORS[name])
    plots.label_end(ax, 3000, paths[name][-1], label, plots.COLORS[name])
    print(f"{label}: w = {paths[name][-1]:.3f} after 3000 steps")
_ = ax.set(xlabel="step", ylabel="$w$", ylim=(-1.1, 1.1), xlim=(0.9, 3300))
plots.show(
    fig,
    "The position over steps. Gradient descent goes to -1, the best point. Adam climbs in a zigzag "
    "to +1, the worst one, and stays there.",
)
predicted("adam_ends", ENDS[round(float(paths["adam"][-1])) + 1])

# %% [markdown] question="amsgrad_why"

# %% quiz="amsgrad_why"

# %% [markdown]
# It takes a short memory. Drag $\beta_2$ and $\beta_1$: from where on does Adam go the right way?


# %% tags=["experiment", "nbval-ignore-output"]
# Sliders: beta2 and beta1 on the stream
def draw_stream(ax, beta2, beta1):
    path = walk(optimizers.adam(falling, beta1, beta2), stream[:600])
    ax.axhline(-1, color=plots.COLORS["target"], linewidth=0.8)
    ax.plot(path, color=plots.COLORS["adam"], linewidth=1.2)
    ax.set(xlabel="step", ylabel="$w$", ylim=(-1.1, 1.1))
    return f"Adam ends at w = {path[-1]:.2f}"


plots.explore(
    draw_stream,
    "Adam's position over 600 steps on the stream; sliders change beta2 and beta1.",
    beta2=(0.05, 0.95, 0.05, 0.1),
    beta1=(0.0, 0.9, 0.1, 0.0),
)

# %% tags=["experiment"]
# Experiment: six pairs of betas
for beta1, beta2 in ((0.0, 0.1), (0.0, 0.4), (0.0, 0.5), (0.0, 0.9), (0.9, 0.1), (0.9, 0.999)):
    path = walk(optimizers.adam(falling, beta1, beta2), stream)
    print(f"beta1 {beta1}, beta2 {beta2}: w = {path[-1]:.2f}")

# %% [markdown]
# With the usual $\beta_1 = 0.9$ and $\beta_2 = 0.999$ this stream does no harm. But the proof in the
# paper works for every pair of betas (with $\beta_1 < \sqrt{\beta_2}$): a rarer and larger gradient
# does the same to a longer memory. Adam has no guarantee to converge even on convex costs.
#
# **AMSGrad** (the repair in the same paper) does not let the root shrink. It keeps the largest $s$
# that there has been:
#
# $$v = \beta_1 v + (1-\beta_1)\, g, \qquad s = \beta_2 s + (1-\beta_2)\, g^2$$
#
# $$s_{\max} = \max(s_{\max},\, s)$$
#
# $$v^{c} = \frac{v}{1-\beta_1^t}, \qquad s^{c} = \frac{s_{\max}}{1-\beta_2^t}, \qquad
# w = w - \alpha\, \frac{v^{c}}{\sqrt{s^{c}} + \epsilon}$$
#
# - The maximum (최댓값) is taken element by element, and over time.
# - $s$ itself goes on as in Adam; $s_{\max}$ is one more thing to remember.
# - Here the maximum is taken of $s$ *before* the bias correction (편향 보정), as in PyTorch and Keras.
#   optax takes it of the corrected averages, and the paper corrects nothing.
#
# ### Exercise 1 · One step of AMSGrad
#
# `hint("amsgrad_update")` gives a hint, and each further call another.


# %% exercise="amsgrad_update"
def amsgrad_update(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """One step of AMSGrad.

    params, grads: dicts of arrays with the same keys and shapes; params may hold integers
    state:         {"v": ..., "s": ..., "s_max": ..., "t": ...}: three dicts like params, zero
                   before the first update, and the number of updates so far
    Returns (params, state) after the step, as new dicts; the arguments stay as they were.

    Example, first update, learning_rate 0.1: a gradient of 2.0 moves the weight by 0.1, as in Adam
    """
    # REFERENCE SOLUTION


# %% check="amsgrad_update"
check("amsgrad_update")

# %% [markdown]
# **Predict**: where does your AMSGrad end on the stream, with the same $\beta_1 = 0$ and
# $\beta_2 = 0.1$? And on the digits, is it better than Adam?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: where AMSGrad ends
predict(
    "amsgrad_ends",
    "Where does AMSGrad end on the stream?",
    "at -1, the best point",
    "near 0",
    "at +1, the worst point",
)


# %% tags=["experiment"]
# Experiment: your AMSGrad, on the stream and on digits
def my_amsgrad(learning_rate, beta1=0.9, beta2=0.999):
    """Your AMSGrad in the form update(w, g, state) -> (w, state)."""

    def update(w, g, state):
        if state is None:
            names = ("v", "s", "s_max")
            state = {name: {"w": np.zeros_like(w, dtype=float)} for name in names} | {"t": 0}
        rate = learning_rate(state["t"] + 1) if callable(learning_rate) else learning_rate
        params, state = amsgrad_update(
            {"w": np.asarray(w)}, {"w": np.asarray(g)}, state, rate, beta1, beta2
        )
        return params["w"], state

    return update


training, testing = digits_split()


def train_digits(update, epochs, seeds):
    """The training costs after the last epoch, and the shares of test digits recognised.

    All seeds run at once, one in each column; the rate may be an array, one for each of them.
    """
    rngs = [np.random.default_rng(seed) for seed in seeds]
    starts = [problems.init_params(rng, (64, 32, 10)) for rng in rngs]
    ends, _ = problems.train_together(starts, training.X, training.Y, update, epochs, rngs)
    costs = [problems.cost(params, training.X, training.Y) for params in ends]
    shares = [problems.accuracy(params, testing.X, testing.labels) for params in ends]
    return np.array(costs), np.array(shares)


try:
    path = walk(my_amsgrad(falling, 0.0, 0.1), stream)
    print(f"AMSGrad on the stream: w = {float(path[-1]):.3f}")
    for label, make in (("Adam", optimizers.adam), ("AMSGrad", my_amsgrad)):
        costs = {
            rate: np.mean(train_digits(make(rate), 8, (0, 1))[0]) for rate in (0.02, 0.04, 0.08)
        }
        rate = min(costs, key=costs.get)
        ends = train_digits(make(rate), 8, range(2, 10))[0]
        told = f"{np.mean(ends):.3f} ± {standard_error(ends):.3f} over eight other seeds"
        print(f"{label} on digits: best rate of three {rate}, cost {told}")
    predicted("amsgrad_ends", ENDS[round(float(path[-1])) + 1])
except NotImplementedError:
    print("Exercise 1 comes first; then run this cell again.")

# %% [markdown]
# On the stream AMSGrad goes to the best point. On the digits there is little between the two: the
# trap has to be built with care. AMSGrad is the answer to a theorem more than to a practical need,
# and most scripts leave it switched off.

# %% [markdown] question="l2_shrinkage"
# ## 2 · What L2 does to a step
#
# A seminar note explains L2 regularization (L2 규제) like this: "it makes the update slightly
# larger, so that the weights become smaller; their distributions become similar, they discriminate
# less, and that prevents overfitting (과적합)". Which of this is right?
#
# The cost gets an extra term, $\frac{\lambda}{2m} \lVert W \rVert^2$, and so the gradient gets
# $\frac{\lambda}{m} W$. A step of gradient descent becomes
#
# $$W = W - \alpha \left( g + \frac{\lambda}{m} W \right) =
# \left(1 - \frac{\alpha\lambda}{m}\right) W - \alpha\, g$$

# %% quiz="l2_shrinkage"

# %% [markdown]
# So every step multiplies $W$ by $1 - \alpha\lambda/m$, whatever the weight: this is **weight
# decay** (가중치 감쇠). "A slightly larger update" is only right when $g$ pulls in the same direction;
# otherwise the update is smaller. And the rest of the sentence we can measure: 200 digits to learn
# from, a network of 64, 32 and 10 units, gradient descent with $\alpha = 0.5$, 60 epochs (에포크).
#
# **Predict**: which $\lambda$ recognises most of the test digits?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a strong penalty
predict(
    "strong_penalty",
    "With λ = 3 in place of 0, the share of test digits that are recognised",
    "rises",
    "stays within two percentage points",
    "falls by more",
)

# %% tags=["experiment"]
# Experiment: four strengths of L2 (1 s)
from functools import partial

few = training.X[:, :200], training.Y[:, :200]


def with_penalty(update, lambd, seeds, epochs=60):
    """Trains on 200 digits, all seeds at once; lambd is the L2 term of the cost."""
    rngs = [np.random.default_rng(seed) for seed in range(seeds)]
    starts = [problems.init_params(rng, (64, 32, 10)) for rng in rngs]
    model = partial(problems.costs_and_grads, lambd=lambd)
    ends, _ = problems.train_together(starts, *few, update, epochs, rngs, batch=32, model=model)
    costs = [problems.cost(params, *few) for params in ends]
    shares = [100 * problems.accuracy(params, testing.X, testing.labels) for params in ends]
    return costs, np.array(shares), [params["W1"].ravel() for params in ends]


strengths = (0, 0.1, 1, 3)
recognised = {}
fig, ax = plots.figure()
for lambd, color in zip(strengths, ("gd", "first", "second", "target"), strict=True):
    costs, shares, weights = with_penalty(optimizers.gradient_descent(0.5), lambd, seeds=5)
    recognised[lambd] = shares.mean()
    weights = np.concatenate(weights)
    height, edges = np.histogram(weights, bins=np.linspace(-1.2, 1.2, 61), density=True)
    middles = (edges[1:] + edges[:-1]) / 2
    _ = ax.plot(middles, height, color=plots.COLORS[color])
    spot = {0: -0.34, 0.1: -0.14}.get(lambd, 0.02)
    plots.label_end(
        ax,
        spot,
        np.interp(spot, middles, height),
        rf"$\lambda$ = {lambd}",
        plots.COLORS[color],
        (-6, 8) if spot < 0 else (10, 4),
    )
    print(
        f"lambda {lambd}: spread of W1 {weights.std():.3f}, training cost {np.mean(costs):.3f}, "
        f"{shares.mean():.1f} ± {shares.std(ddof=1):.1f} % of the test digits"
    )
_ = ax.set(xlabel="weights of layer 1", ylabel="density")
plots.show(
    fig,
    "The distribution of the weights of layer 1 for four strengths of L2. The larger lambda, the "
    "narrower and higher the peak at zero.",
)
gain = recognised[3] - recognised[0]
outcome = (
    "rises" if gain > 2 else "stays within two percentage points" if gain >= -2 else "falls by more"
)
predicted("strong_penalty", outcome, f"{recognised[0]:.0f} % and {recognised[3]:.0f} %")

# %% [markdown]
# The distribution does become narrower, and the network does fit its training digits less closely. A
# little of that may help on the test digits, but by less than the seeds scatter (±, the standard
# deviation over five of them); more of it hurts.
# "Discriminates less" is what happens when $\lambda$ is too large, not how L2 helps.

# %% [markdown] question="adam_with_l2"
# ## 3 · The same term inside Adam

# %% quiz="adam_with_l2"

# %% tags=["experiment"]
# Experiment: two weights under noise and L2
size = np.array([[10.0], [0.1]])
noise = size * np.random.default_rng(0).normal(size=(2000, 2, 200))  # 200 runs at once


def decay_with_l2(update, lambd=1.0):
    """The mean of both weights over 200 runs, at every step."""
    w, state, means = np.ones((2, 200)), None, [np.ones(2)]
    for g in noise:
        w, state = update(w, g + lambd * w, state)
        means.append(w.mean(axis=1))
    return np.array(means)


def draw_decay(ax, means, title):
    for k, color, label in ((0, "first", "large gradients"), (1, "second", "small gradients")):
        ax.plot(means[:, k], color=plots.COLORS[color], linewidth=1.5)
        plots.label_end(ax, 2000, means[-1, k], label, plots.COLORS[color], (6, 9 - 18 * k))
    ax.plot(0.999 ** np.arange(2001), ":", color="#6f6f6f")
    ax.set(title=title, xlabel="step", xlim=(0, 2000), xticks=[0, 1000, 2000], ylim=(-0.13, 1.05))
    print(f"{title}: {means[-1, 0]:.2f} (large gradients), {means[-1, 1]:.2f} (small gradients)")


fig, axes = plots.figure(1, 2, size=(9, 3.6), sharey=True)
draw_decay(axes[0], decay_with_l2(optimizers.gradient_descent(0.001)), "gradient descent with L2")
draw_decay(axes[1], decay_with_l2(optimizers.adam(0.001)), "Adam with L2")
plots.show(
    fig,
    "Two weights over 2000 steps of pure noise with L2. Under gradient descent both follow the "
    "dotted curve 0.999 to the t down to 0.14. Under Adam the weight with large gradients stays at "
    "0.82 and the one with small gradients falls below the dotted curve, to 0.02.",
)
print(f"(1 - alpha lambda)^2000 = {0.999**2000:.2f}")

# %% [markdown]
# For gradient descent L2 and weight decay are the same. For Adam they are not: the term $\lambda w$
# goes through $v$ and is divided by $\sqrt{s}$ like everything else. Where gradients are large,
# hardly any decay is left; where they are small it is more than was asked for.
#
# **AdamW** (Loshchilov and Hutter, 2019) takes the decay out of the gradient, "decoupled weight
# decay". First the parameter shrinks, then Adam takes its step with the plain gradient. With
# $\lambda_w$ for the decay (`weight_decay`):
#
# $$v = \beta_1 v + (1-\beta_1)\, g, \qquad s = \beta_2 s + (1-\beta_2)\, g^2, \qquad
# v^{c} = \frac{v}{1-\beta_1^t}, \qquad s^{c} = \frac{s}{1-\beta_2^t}$$
#
# $$w = (1 - \alpha\lambda_w)\, w - \alpha\, \frac{v^{c}}{\sqrt{s^{c}} + \epsilon}$$
#
# - The decay is multiplied by the learning rate. That is PyTorch's form. In the paper it is
#   multiplied by the schedule's factor alone, so that a $\lambda$ from the paper is divided by
#   $\alpha$ for PyTorch.
# - It acts on the parameter as it was before the step, and not on the step.
# - Every parameter that is handed over decays. Scripts usually hand biases over separately, with
#   decay 0.
#
# ### Exercise 2 · One step of AdamW


# %% exercise="adamw_update"
def adamw_update(
    params,
    grads,
    state,
    learning_rate,
    weight_decay=0.01,
    beta1=0.9,
    beta2=0.999,
    epsilon=1e-8,
):
    """One step of AdamW.

    params, grads: dicts of arrays with the same keys and shapes; params may hold integers
    state:         {"v": ..., "s": ..., "t": ...} as in Adam
    weight_decay:  share of every parameter that decays, per unit of learning rate
    Returns (params, state) after the step, as new dicts; the arguments stay as they were.

    Example, first update, learning_rate 0.1, weight_decay 0.5: w 2.0, gradient 4.0
    ->  the decay leaves 1.9, Adam's step is 0.1, w 1.8
    """
    # REFERENCE SOLUTION


# %% check="adamw_update"
check("adamw_update")

# %% [markdown]
# **Predict**: the two noisy weights once more, now with your AdamW, $\alpha = 0.001$ and
# $\lambda_w = 1$.


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: AdamW and two weights
predict(
    "adamw_weights",
    "Under AdamW, which weight decays more?",
    "the one with large gradients",
    "the one with small gradients",
    "both alike",
)


# %% tags=["experiment"]
# Experiment: the two weights under your AdamW
def my_adamw(learning_rate, weight_decay):
    """Your AdamW in the form update(w, g, state) -> (w, state)."""

    def update(w, g, state):
        if state is None:
            state = {name: {"w": np.zeros_like(w)} for name in ("v", "s")} | {"t": 0}
        params, state = adamw_update({"w": w}, {"w": g}, state, learning_rate, weight_decay)
        return params["w"], state

    return update


try:
    means = decay_with_l2(my_adamw(0.001, 1.0), lambd=0.0)  # no L2: the decay is in the update
    fig, ax = plots.figure()
    draw_decay(ax, means, "your AdamW")
    plots.show(
        fig,
        "The two weights under AdamW: both follow the dotted curve 0.999 to the t, down to 0.13.",
    )
    large, small = means[-1]
    words = "the one with large gradients" if large < small else "the one with small gradients"
    predicted("adamw_weights", "both alike" if abs(large - small) < 0.05 else words)
except NotImplementedError:
    print("Exercise 2 comes first; then run this cell again.")

# %% [markdown]
# Both decay alike again. Does it make a better network? The 200 digits, Adam with L2 against AdamW,
# three strengths each, $\alpha = 0.01$, three seeds.


# %% tags=["experiment"]
# Experiment: L2 and your AdamW on 200 digits
def accuracies(make, strengths):
    """Percents of the test digits for every strength, of three seeds."""
    percents = []
    for strength in strengths:
        update, lambd = make(strength)
        percents.append(with_penalty(update, lambd, seeds=3, epochs=30)[1])
    return percents


for label, make, grid in (
    ("Adam with L2", lambda lambd: (optimizers.adam(0.01), lambd), (0, 0.1, 0.3)),
    ("your AdamW", lambda decay: (my_adamw(0.01, decay), 0.0), (0, 0.3, 1)),
):
    try:
        shares = ", ".join(
            f"{np.mean(three):.1f} ± {standard_error(three):.1f} % at {strength}"
            for strength, three in zip(grid, accuracies(make, grid), strict=True)
        )
        print(f"{label}: {shares}")
    except NotImplementedError:
        print(f"{label}: exercise 2 comes first; then run this cell again.")

# %% [markdown]
# No difference that three seeds could prove: one test digit is 0.3 %. What decoupling gives is that
# the decay does what it says, for every weight and whatever the gradients are. In classifying images
# the paper finds better generalization and less need to tune rate and decay together (Loshchilov and
# Hutter, 2019, *Decoupled Weight Decay Regularization*).

# %% [markdown] question="warmup_first_steps"
# ## 4 · Warm up, then cool down

# %% quiz="warmup_first_steps"

# %% [markdown]
# At the other end of training, small steps let the weights settle (lesson 7). The usual choice is
# half a **cosine** (코사인): flat at the top, steep in the middle, flat at the bottom. With `step` for
# the number of updates made so far (0 at the first), $W$ for the warm-up steps and $T$ for all
# steps:
#
# $$\alpha_{\text{step}} = \begin{cases}
# \alpha\; \dfrac{\text{step} + 1}{W} & \text{for step} < W \\[2ex]
# \alpha\; \dfrac{1 + \cos(\pi\, p)}{2}, \quad p = \dfrac{\text{step} - W}{T - W} &
# \text{for } W \le \text{step} \le T \\[2ex]
# 0 & \text{beyond } T \end{cases}$$
#
# - The $+1$ is no decoration. With $\text{step}/W$ the first rate would be 0, and the first
#   mini-batch (미니배치) read for nothing; well-known training code has had just that
#   (verl, issue 3674).
# - The rate reaches $\alpha$ at the last step of the warm-up, and 0 when all $T$ updates, number 0
#   to $T-1$, have been made.
# - `step` counts updates over the whole training. A counter that starts again with every epoch
#   warms up again with every epoch.
#
# ### Exercise 3 · Warm-up and cosine


# %% exercise="warmup_cosine"
def warmup_cosine(step, warmup_steps, total_steps, learning_rate):
    """The learning rate of an update: linear warm-up, then half a cosine down to 0.

    step:          updates made so far, 0 at the first
    warmup_steps:  length of the warm-up; may be 0
    total_steps:   updates of the whole training, more than warmup_steps
    learning_rate: the full rate
    Returns a number; 0 from total_steps on.

    Example, 4 steps of warm-up, 12 in all, rate 0.8:
    0.2 at step 0, 0.8 at steps 3 and 4, 0.4 at step 8, 0.0 at step 12
    """
    # REFERENCE SOLUTION


# %% check="warmup_cosine"
check("warmup_cosine")

# %% [markdown]
# Drag, and look at the first and the last step.


# %% tags=["experiment", "nbval-ignore-output"]
# Sliders: the length of warm-up and training
def draw_schedule(ax, warmup_steps, total_steps):
    rates = [warmup_cosine(step, warmup_steps, total_steps, 1.0) for step in range(total_steps)]
    ax.plot(rates, ".-", color=plots.COLORS["first"])
    ax.set(xlabel="step", ylabel=r"rate / $\alpha$", ylim=(-0.05, 1.1), xlim=(-2, 102))
    return f"first rate {rates[0]:.3f}, last rate {rates[-1]:.4f}"


try:
    plots.explore(
        draw_schedule,
        "The learning rate over the steps: a straight rise, then half a cosine down to zero. "
        "Sliders change the length of the warm-up and of the training.",
        warmup_steps=(0, 30, 1, 10),
        total_steps=(40, 100, 1, 100),
    )
except NotImplementedError:
    print("Exercise 3 comes first; then run this cell again.")

# %% [markdown]
# Now the price of it. Adam on the digits, ten epochs (230 updates), and three schedules: constant,
# cosine alone, and two epochs of warm-up before the cosine. Five learning rates with two seeds each
# choose the best rate of every schedule; ten *other* seeds then tell what it is worth there, as mean
# ± standard error. **Predict**: which schedule allows the largest rate? Which reaches the lowest
# cost?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: three schedules
predict(
    "lowest_schedule",
    "Each at its best rate: which schedule reaches the lowest cost in the sweep?",
    "constant",
    "cosine",
    "warm-up and cosine",
)

# %% tags=["experiment"]
# Experiment: three schedules, each with its rate (2 s)
STEPS = 230
FRESH = range(2, 12)  # seeds that have chosen nothing


def scheduled(rates, warmup_steps):
    """Your schedule as a function of t = 1, 2, ..., or constant rates where it is None."""
    if warmup_steps is None:
        return np.array(rates)
    return lambda t: np.array([warmup_cosine(t - 1, warmup_steps, STEPS, rate) for rate in rates])


def tune_and_run(make, rates, warmup_steps):
    """The sweep's costs, the best rate, the costs of ten fresh seeds with it, and that as a text."""

    def run(rates, seeds):
        return train_digits(make(scheduled(rates, warmup_steps)), 10, seeds)

    costs = run(np.repeat(rates, 2), [0, 1] * len(rates))[0].reshape(-1, 2).mean(axis=1)
    best = rates[int(np.argmin(costs))]
    ends, shares = run([best], FRESH)
    text = f"cost {ends.mean():.3f} ± {standard_error(ends):.3f}, {100 * shares.mean():.1f} ± "
    return costs, best, ends, f"{text}{100 * standard_error(shares):.1f} % of the test digits"


rates = (0.02, 0.04, 0.08, 0.16, 0.32)
kinds = (("constant", None, "gd"), ("cosine", 0, "second"), ("warm-up and cosine", 46, "first"))
lowest, reached = {}, {}
fig, ax = plots.figure()
for label, warmup_steps, color in kinds:
    try:
        costs, best, ends, text = tune_and_run(optimizers.adam, rates, warmup_steps)
    except NotImplementedError:
        print(f"{label}: exercise 3 comes first; then run this cell again.")
        continue
    lowest[label], reached[label] = min(costs), ends.mean()
    _ = ax.loglog(rates, costs, ".-", color=plots.COLORS[color])
    bar = {"fmt": "s", "capsize": 5, "color": plots.COLORS[color]}
    _ = ax.errorbar(best, ends.mean(), standard_error(ends), **bar)
    shift = {"constant": 8, "cosine": -8}.get(label, 0)
    plots.label_end(ax, rates[-1], costs[-1], label, plots.COLORS[color], (8, shift))
    print(f"{label}: the sweep's costs", *(f"{cost:.2f}" for cost in costs))
    print(f"    at its best rate, {best}, with ten seeds: {text}")
_ = ax.set(xlabel=r"learning rate $\alpha$ of Adam", ylabel="training cost after 10 epochs")
_ = ax.set(xlim=(0.018, 0.36), xticks=rates, xticklabels=rates)
ax.minorticks_off()
plots.show(
    fig,
    "Training cost after ten epochs against the learning rate. Constant rate and cosine alone get "
    "worse beyond 0.04 and 0.08; with a warm-up it stays low up to 0.16. A square with a bar marks "
    "the mean of ten fresh seeds at each best rate, and its error.",
)
if lowest:
    predicted("lowest_schedule", min(lowest, key=lowest.get))

# %% [markdown]
# The warm-up is what makes a large rate possible: at 0.16 both others have lost. And at its best rate
# it ends below two thirds of the others' cost at theirs, and the difference is larger than the scatter.
# The cosine alone gains nothing here. Note what one common rate would have told you: at 0.04 the
# *constant* schedule is the best of the three. Schedules, too, are compared fairly only when each has
# its own rate.
#
# **Why** does it help? The answers differ. Goyal and others (2017) needed it for batches of up to 8,192
# images, with momentum, where there is no $s$ at all. For Adam, Liu and others (2020) blame $s$: at
# first it knows only a few gradients, and steps divided by such a root scatter widely; their RAdam
# shortens the steps until $s$ knows enough. Ma and Yarats (2021) disagree: what counts is how *large*
# the first steps are.
#
# This can be told apart. Let Adam *look* at ten mini-batches: $v$ and $s$ learn from them, the weights
# do not move. Then it starts at the full rate, with an $s$ that knows. **Predict**: at $\alpha = 0.16$,
# does that do what a warm-up of ten steps does?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: ten looks
predict("ten_looks", "Beside ten steps of warm-up, ten looks help", "not at all", "less", "as much")


# %% tags=["experiment"]
# Experiment: ten looks or ten short steps (1 s)
def looking_first(update, looks=10):
    """The same update, but its first calls change what it remembers and not the weights."""
    calls = 0

    def look_or_move(w, g, state):
        nonlocal calls
        calls += 1
        moved, state = update(w, g, state)
        return (moved if calls > looks else w), state

    return look_or_move


ways = (
    ("cosine alone", lambda: optimizers.adam(scheduled([0.16], 0))),
    ("ten looks, then the cosine", lambda: looking_first(optimizers.adam(scheduled([0.16], 0)))),
    ("ten steps of warm-up, then the cosine", lambda: optimizers.adam(scheduled([0.16], 10))),
)
try:
    worst = []
    for label, make in ways:
        ends = train_digits(make(), 10, FRESH)[0]
        worst.append(ends.max())
        print(f"{label}: cost between {ends.min():.2f} and {ends.max():.2f} over ten seeds")
    alone, looked, warmed = worst
    words = "as much" if looked < 1.5 * warmed else "less"
    predicted("ten_looks", "not at all" if looked > 0.9 * alone else words)
except NotImplementedError:
    print("Exercise 3 comes first; then run this cell again.")

# %% [markdown]
# Looking helps, and warming up helps far more: here it is mostly the length of the first steps that
# does the harm, and only in part what $s$ does not know. This is one small network; the answer need not
# be the same everywhere. But "because $s$ knows too little" is not the whole reason.

# %% [markdown]
# ## 5 · Restart
#
# A cosine must know $T$ in advance. **SGDR** (Loshchilov and Hutter, 2017; "stochastic gradient
# descent with warm restarts") lets the rate fall along a cosine again and again, in cycles (주기)
# that become longer, and jumps back to the full rate at each **restart** (재시작). The weights are
# kept: "warm". With cycles of $T_0$, $T_1 = c\,T_0$, $T_2 = c\,T_1, \dots$ steps ($c$ is `factor`),
# and `since` for the steps since the last restart,
#
# $$\alpha_{\text{step}} = \alpha_{\min} + (\alpha - \alpha_{\min})\;
# \frac{1 + \cos\left(\pi\, \text{since} / T_i\right)}{2}$$
#
# At the first step of every cycle `since` is 0, so the rate is $\alpha$ there. It would be
# $\alpha_{\min}$ at $\text{since} = T_i$, and that is already the restart.
#
# ### Exercise 4 · Warm restarts


# %% exercise="sgdr"
def sgdr(step, cycle, learning_rate, factor=2, minimum=0.0):
    """The learning rate of an update: cosine with warm restarts.

    step:          updates made so far, 0 at the first
    cycle:         steps of the first cycle
    learning_rate: the rate at the start of every cycle
    factor:        how many times longer each cycle is than the one before, a whole number
    minimum:       the rate towards which each cycle falls
    Returns a float.

    Example, cycle 4, rate 0.8, factor 2, minimum 0.2:
    0.8 at step 0, 0.5 at step 2, 0.8 at step 4, 0.5 at step 8, 0.8 at step 12
    """
    # REFERENCE SOLUTION


# %% check="sgdr"
check("sgdr")

# %% [markdown]
# What it buys is that you may stop at the end of any cycle. Momentum (모멘텀) with $\alpha = 3.2$ on
# the digits: one run with restarts after 1, 3, 7 and 15 epochs, against *four* runs with a cosine
# planned for exactly that many epochs, and one with the constant rate. Ten seeds each.
#
# **Predict**: how much worse are the restarts than the planned cosines? And what happens to the cost
# just after a restart?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: just after a restart
predict("after_restart", "One epoch after a restart, the cost is, in most runs,", "higher", "lower")


# %% tags=["experiment"]
# Experiment: restarts against planned runs (2 s)
def ten_runs(schedule, epochs):
    """The training costs after each of these epochs, shape (runs, epochs), with momentum."""
    passed, update = [], optimizers.momentum(schedule)

    def noting(w, g, state):
        w, state = update(w, g, state)
        passed.append(w)  # one run in each column
        return w, state

    rngs = [np.random.default_rng(seed) for seed in range(10)]
    starts = [problems.init_params(rng, (64, 32, 10)) for rng in rngs]
    _ = problems.train_together(starts, training.X, training.Y, noting, max(epochs), rngs)
    stops = [[problems.unflatten(w, starts[0]) for w in passed[23 * k - 1].T] for k in epochs]
    costs = [[problems.cost(params, training.X, training.Y) for params in stop] for stop in stops]
    return np.array(costs).T


def spread(costs):
    return f"{costs.mean():.3f} ± {standard_error(costs):.3f}"


ends, epochs = (1, 3, 7, 15), np.arange(1, 16)
try:
    runs = ten_runs(lambda t: sgdr(t - 1, 23, 3.2), epochs)
    constant_runs = ten_runs(3.2, epochs)
    planned_runs = [
        ten_runs(lambda t, T=23 * end: warmup_cosine(t - 1, 0, T, 3.2), [end])[:, 0] for end in ends
    ]
    restarts, constant = runs.mean(axis=0), constant_runs.mean(axis=0)
    planned = [costs.mean() for costs in planned_runs]
    bars = {"fmt": "D", "capsize": 4, "color": plots.COLORS["second"]}
    fig, axes = plots.figure(2, 1, size=(7.2, 5.4), sharex=True, height_ratios=(1, 2))
    steps = np.arange(15 * 23)
    _ = axes[0].plot(
        steps / 23, [sgdr(int(k), 23, 3.2) for k in steps], color=plots.COLORS["first"]
    )
    _ = axes[0].set(ylabel="rate", ylim=(0, 3.5))
    _ = axes[1].semilogy(epochs, constant, ".-", color=plots.COLORS["gd"])
    _ = axes[1].semilogy(epochs, restarts, ".-", color=plots.COLORS["first"])
    _ = axes[1].errorbar(ends, planned, [standard_error(costs) for costs in planned_runs], **bars)
    for mean, costs, color in ((constant, constant_runs, "gd"), (restarts, runs, "first")):
        error = np.array([standard_error(column) for column in costs.T])
        shade = {"color": plots.COLORS[color], "alpha": 0.25, "linewidth": 0}
        _ = axes[1].fill_between(epochs, mean - error, mean + error, **shade)
    plots.label_end(axes[1], 15, constant[-1], "constant", plots.COLORS["gd"], (8, 10))
    plots.label_end(axes[1], 15, restarts[-1], "restarts", plots.COLORS["first"], (8, -2))
    plots.label_end(axes[1], 15, planned[-1], "four planned runs", plots.COLORS["second"], (8, -14))
    _ = axes[1].set(
        xlabel="epoch",
        ylabel="training cost",
        xlim=(0, 15.4),
        xticks=[1, 3, 7, 15],
        ylim=(0.006, 1),
    )
    plots.show(
        fig,
        "Above: the rate falls in four cycles of 1, 2, 4 and 8 epochs. Below: the training cost of "
        "the restarts, of a constant rate, and of four cosines planned for 1, 3, 7 and 15 epochs. "
        "At the ends of the cycles the restarts meet the planned runs; after each restart the "
        "cost rises for a while. Bars and shades are standard errors.",
    )
    for k, end in enumerate(ends):
        print(
            f"after {end} epochs: restarts {spread(runs[:, end - 1])}, planned cosine "
            f"{spread(planned_runs[k])}, constant {spread(constant_runs[:, end - 1])}"
        )
    rises = int(np.sum(runs[:, 3] > runs[:, 2]))
    print(f"one epoch after the restart at 3: {spread(runs[:, 3])}, higher in {rises} of 10 runs")
    nearer = int(np.sum(runs[:, -1] < constant_runs[:, -1]))
    print(f"after 15 epochs the restarts are below the constant rate in {nearer} of 10 runs")
    predicted("after_restart", "higher" if rises > 5 else "lower")
except NotImplementedError:
    print("Exercises 3 and 4 come first; then run this cell again.")

# %% [markdown]
# At the end of each cycle the one run is near the run that was planned for exactly that many epochs:
# 15 epochs of work in place of $1 + 3 + 7 + 15 = 26$. The price is paid in between. After a restart
# the large rate throws the weights out, in most runs the cost rises, and whoever stops in the middle
# of a cycle stops at a bad moment. Against the constant rate the restarts have no certain gain here
# after 15 epochs; what they take away is the scatter, since every cycle ends with small steps.
#
# "Check the character of each schedule and adjust it", the notes say. Here are the characters, in a
# table:
#
# | schedule | must know $T$ | may stop early | what to tune |
# |---|---|---|---|
# | constant | no | any time, at its noise floor | $\alpha$ |
# | inverse time, $1/\sqrt t$ (lesson 7) | no | any time | $\alpha$, decay rate |
# | staircase (lesson 7) | the drops | after each drop | $\alpha$, where to drop |
# | warm-up and cosine | yes | no: most is gained at the end | $\alpha$, $W$, $T$ |
# | warm restarts | no | at the end of each cycle | $\alpha$, first cycle, factor |

# %% [markdown] question="adam_large_epsilon"
# ## 6 · Does epsilon matter?
#
# Two statements from the notes: "it does not matter what $\epsilon$ (엡실론) is" and "$\epsilon$ is a
# problem; for CNNs it should be raised". The documentation of Adam in TensorFlow 1 sided with the
# second: its default of $10^{-8}$ might not be a good one in general, and for an Inception network on
# ImageNet a good choice was 1.0 or 0.1. TensorFlow 2 kept the note beside a default of $10^{-7}$;
# Keras 3 no longer has it. (The Inception paper itself used RMSprop with $\epsilon = 1.0$: Szegedy
# and others, 2016.)

# %% quiz="adam_large_epsilon"

# %% [markdown]
# Lesson 5 swept $\epsilon$ at one learning rate. You know by now what is unfair about that.
# **Predict** two curves: the cost on the digits after six epochs against $\epsilon$, once with
# $\alpha = 0.01$ throughout, once with the best of five rates, 0.01 to 2.56, for each $\epsilon$.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: two curves over epsilon
predict(
    "epsilon_fixed",
    "Rate 0.01 throughout: from ε = 1e-8 to 1 the cost grows by the factor",
    "1.2",
    "3",
    "20",
)
predict("epsilon_tuned", "With the best rate for each ε it grows by the factor", "1.2", "3", "20")

# %% tags=["experiment"]
# Experiment: epsilon at one rate and tuned (2 s)
sweep = 10.0 ** np.array([-12, -8, -4, -2, -1, 0])
grid = 0.01 * 4.0 ** np.arange(5)
rates, seeds = np.repeat(grid, 3), [0, 1, 2] * grid.size
costs = [train_digits(optimizers.adam(rates, epsilon=e), 6, seeds)[0] for e in sweep]
runs = np.reshape(costs, (sweep.size, grid.size, 3))  # by epsilon, rate and seed
table = runs.mean(axis=2)
fixed, tuned = table[:, 0], table.min(axis=1)
ends = {"fixed": runs[:, 0], "tuned": runs[np.arange(sweep.size), table.argmin(axis=1)]}
fig, ax = plots.figure()
_ = ax.set(xscale="log", yscale="log")
for costs, seeds, color, label in (
    (fixed, ends["fixed"], "second", r"$\alpha$ = 0.01"),
    (tuned, ends["tuned"], "first", "tuned rate"),
):
    error = [standard_error(three) for three in seeds]
    _ = ax.errorbar(sweep, costs, error, fmt="o-", capsize=4, color=plots.COLORS[color])
    plots.label_end(ax, 1, costs[-1], label, plots.COLORS[color])
_ = ax.set(xlabel=r"$\epsilon$", ylabel="training cost after 6 epochs", xlim=(5e-13, 2))
plots.show(
    fig,
    "Training cost of Adam against epsilon. With a fixed rate of 0.01 the cost rises steeply from "
    "epsilon 0.01 on. With the rate tuned for each epsilon it rises only a little.",
)
for k, e in enumerate(sweep):
    rate = grid[table[k].argmin()]
    error = standard_error(ends["tuned"][k])
    print(
        f"epsilon {e:g}: cost {fixed[k]:.3f} at rate 0.01, "
        f"{tuned[k]:.3f} ± {error:.3f} at its best, {rate:g}"
    )
predicted("epsilon_fixed", fixed[-1] / fixed[1])
predicted("epsilon_tuned", tuned[-1] / tuned[1])

# %% [markdown]
# Both notes are right, each in its place. As long as $\epsilon$ is small beside the roots it does not
# matter, here from $10^{-12}$ to $10^{-4}$. From $10^{-2}$ on it does, and at a fixed rate it looks
# like a disaster: cost 2.1 in place of 0.12. But most of that is the *rate*. With $\epsilon = 1$
# the denominator is about 1 instead of 0.01, so that the steps are a hundred times shorter; with a
# rate of 0.64 the cost is 0.121. What is left, a factor of not quite three, is what Adam loses when
# $\epsilon$ turns it into momentum.
#
# "Raise it for CNNs" therefore means: for some networks momentum's steps do better than Adam's, and
# whoever raises $\epsilon$ to 1 must raise the learning rate with it.

# %% [markdown]
# ## 7 · Is Adam the best there is?
#
# Two last statements of the notes. "Adam is momentum and Adadelta put together": **predict** which of
# three mixtures walks the path of your own Adam, to the last digit. (Your AdamW without decay is Adam.)

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: what Adam is made of
predict(
    "adam_mixture",
    "Which mixture is Adam?",
    "momentum and Adadelta",
    "momentum and RMSprop",
    "momentum and RMSprop, both corrected",
)


# %% tags=["experiment"]
# Experiment: three mixtures beside your Adam
def with_adadelta(w, g, state):
    """Adadelta's step (lesson 9), with momentum's average in the place of the gradient."""
    v, s, d = (0.0, 0.0, 0.0) if state is None else state
    v, s = 0.9 * v + 0.1 * g, 0.9 * s + 0.1 * g**2
    step = np.sqrt((d + 1e-6) / (s + 1e-6)) * v
    return w - step, (v, s, 0.9 * d + 0.1 * step**2)


halves = optimizers.average(0.9), optimizers.average(0.999)
mixtures = {
    "momentum and Adadelta": with_adadelta,
    "momentum and RMSprop": optimizers.stepper(0.5, *halves),
    "momentum and RMSprop, both corrected": optimizers.stepper(0.5, *halves, corrected=True),
}
valley = problems.bowl(20)
try:
    own = optimizers.follow(valley, my_adamw(0.5, 0.0), 60)
    apart = {}
    for label, update in mixtures.items():
        path = optimizers.follow(valley, update, 60)
        apart[label] = np.linalg.norm(path - own, axis=1).max()
        first = np.abs(path[1] - path[0]).max()
        print(f"{label}: first step {first:.4f}, up to {apart[label]:.2f} apart from your Adam")
    nearest = min(apart, key=apart.get)
    print("equal to six digits:", *(label for label in apart if apart[label] < 1e-6))
    predicted("adam_mixture", nearest)
except NotImplementedError:
    print("Exercise 2 comes first; then run this cell again.")

# %% [markdown]
# So the sentence is nearly right. Adam's first average is momentum's, its second is RMSprop's, and it
# corrects both; the average of squared *steps*, which makes Adadelta what it is, does not occur in it.
#
# "The best in existence": let us see what this lesson measured. **Predict**: momentum with the three
# schedules of section 4, tuned over three rates and run with the same ten seeds: how far is it behind
# Adam? And does it, too, need the warm-up?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: momentum behind Adam
predict(
    "momentum_behind_adam",
    "Momentum's lowest cost, with its best schedule, divided by Adam's:",
    "0.7",
    "1",
    "1.5",
    "5",
)

# %% tags=["experiment"]
# Experiment: momentum with the three schedules (1 s)
grid = (1.6, 3.2, 6.4)
ends = {}
for label, warmup_steps, _ in kinds:
    try:
        _, best, costs, text = tune_and_run(optimizers.momentum, grid, warmup_steps)
        ends[label] = costs.mean()
        print(f"momentum, {label}: best rate {best}, {text}")
    except NotImplementedError:
        print(f"{label}: exercise 3 comes first; then run this cell again.")
if len(ends) == len(reached) == len(kinds):
    predicted("momentum_behind_adam", min(ends.values()) / min(reached.values()))

# %% [markdown]
# Momentum ends where Adam ends at a constant rate, near 0.025, with every schedule; Adam with warm-up
# and cosine goes down to 0.016. So the schedule was worth as much as the optimizer, and it was worth it
# to Adam alone: momentum has nothing certain from a warm-up here, with batches of 64. On the test
# digits there is little to choose; one digit is 0.3 %. "The best in existence" is not established, here
# or elsewhere. Wilson and others (2017, *The Marginal Value of Adaptive Gradient Methods in Machine
# Learning*) found tasks on which gradient descent, with and without momentum, generalizes better than
# Adam. Schmidt, Schneider and Hennig (2021, *Descending through a Crowded Valley*) compared fifteen
# optimizers on eight tasks and found no winner across them; the newer ones did not reliably beat Adam.
# Lesson 12 lets all of yours race.

# %% [markdown]
# ## 8 · Your Adam with warm-up and cosine on the leaderboard
#
# Once more the leaderboard of lesson 4: badly scanned digits, eight epochs, ten seeds. Your Adam runs
# with your `warmup_cosine`: ten steps of warm-up, then half a cosine over the rest of the 184 updates, at
# four times the rate that was the best for Adam without.
#
# **Predict**: how much lower does it end than your Adam at a constant rate?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: warm-up and cosine on bad scans
predict(
    "board_warmup",
    "Warm-up and cosine lower your Adam's cost by a factor of",
    "1",
    "1.5",
    "3",
    "10",
)

# %% tags=["experiment"]
# Experiment: warm-up and cosine on the leaderboard
rows = board.enter("adam_cosine", here=globals())
plots.show(
    board.figure(rows),
    "Ten rows of ten dots, the training costs of ten seeds. Adam with warm-up and cosine lies in front "
    "of all others, Adam with a falling and with a constant rate share the second place.",
)
board.show(rows)
predicted("board_warmup", rows["adam"].line.cost / rows["adam_cosine"].line.cost)

# %% [markdown]
# A factor of one and a half, in all ten seeds. The straight line of lesson 7 gave Adam nothing; it is the
# warm-up that makes four times the rate possible, and the rate that makes the difference. Still, gradient
# descent on standardized pixels (lesson 6) ends below.

# %% [markdown]
# ## 9 · Find the bug
#
# **Question.** These are the lines of AMSGrad that differ from Adam. On the digits, with five seeds, the
# costs of a training with them differ by 0.001 at most from those of a right one. What is wrong all the
# same?
#
# ### Exercise 5 · A bug that no cost shows


# %%
def sticky_average(s, s_max, g, beta2=0.999):
    s = np.maximum(s_max, beta2 * s_max + (1 - beta2) * g**2)
    s_max = s
    return s, s_max


# %% tags=["experiment"]
# Experiment: a storm, and a long calm
s = s_max = np.zeros(1)
for update in range(1, 3001):
    gradient = np.array([1.0 if update <= 100 else 0.1])
    s, s_max = sticky_average(s, s_max, gradient)
    if update in (100, 3000):
        print(f"after update {update:4}: s = {s[0]:.4f}, s_max = {s_max[0]:.4f}")

# %% [markdown]
# After 2,900 gradients of 0.1 the average should have fallen to 0.015; only the maximum stays. Some bugs
# have no symptom in the cost: test the state. Repair a copy.


# %% exercise="repair_sticky_average"
def repair_sticky_average(s, s_max, g, beta2=0.999):
    """sticky_average, repaired: what AMSGrad remembers of the squares, after one more gradient.

    s, s_max, g: arrays of the same shape: the average, the largest average so far, the gradient
    Returns (s, s_max), as new arrays.

    Example: s [0.4], s_max [0.5], g [0.0], beta2 0.5 -> s [0.2], s_max [0.5].
    """
    # REFERENCE SOLUTION


# %% check="repair_sticky_average"
check("repair_sticky_average")

# %% [markdown]
# ## Summary
#
# - Adam's average of squares forgets, and a rare large gradient can then be outvoted by small ones.
#   AMSGrad keeps the largest $s$; in practice the two rarely differ.
# - L2 multiplies $W$ by $1 - \alpha\lambda/m$ at each step of gradient descent. In Adam the same term
#   is divided by $\sqrt s$, and large gradients switch it off. AdamW decays first and steps then:
#   $w = (1 - \alpha\lambda_w)\, w - \alpha\, v^{c} / (\sqrt{s^{c}} + \epsilon)$.
# - A warm-up makes larger rates possible; its first rate must not be 0. Why it helps is debated; on the
#   digits the length of Adam's first steps mattered more than what $s$ knows. The cosine runs over the
#   steps that are left.
# - Warm restarts need no $T$; stop at the end of a cycle.
# - $\epsilon$ does not matter while it is small beside $\sqrt s$. Large, it turns Adam into momentum,
#   and wants another learning rate.
#
# ### Cheat sheet
#
# | technique | formula | code | default | when not, and what to mind |
# |---|---|---|---|---|
# | AMSGrad, inside Adam | $m = \max(m, s)$, and $m$ stands under the root | `m = np.maximum(m, s)` | as Adam | gradients that were large at the start alone; $s$ itself goes on unchanged |
# | AdamW, before Adam's step | $w = (1 - \alpha\lambda)\, w$ | `w = (1 - alpha * decay) * w` | $\lambda$ 0.01 | a $\lambda$ from a recipe for L2 |
# | warm-up | $\alpha_t = \alpha\,(t+1)/W$ for $t < W$ | `rate = alpha * (t + 1) / W` | $W$ some percent of $T$ | small rates: nothing to gain |
# | cosine | $\alpha_t = \alpha\,(1 + \cos(\pi\,(t-W)/(T-W)))/2$ | `rate = alpha * (1 + np.cos(np.pi * (t - W) / (T - W))) / 2` | to 0 at $T$ | unknown end: warm restarts, or lesson 13 |
#
# ### In other libraries
#
# | where | what is different |
# |---|---|
# | PyTorch `Adam(..., amsgrad=True)` | as here: maximum of $s$, then the correction |
# | Keras `Adam(amsgrad=True)` | as here, with epsilon hat |
# | optax `amsgrad` | maximum of the *corrected* averages |
# | PyTorch `Adam(..., weight_decay=0.01)` | L2 in the gradient, *not* AdamW |
# | PyTorch `AdamW(lr=1e-3, weight_decay=1e-2)` | as here |
# | Keras `AdamW(weight_decay=0.004)` | as here, with epsilon hat; biases decay as well unless excluded |
# | optax `adamw(learning_rate, weight_decay=1e-4)` | as here |
# | PyTorch `CosineAnnealingWarmRestarts(T_0, T_mult, eta_min)` | `sgdr(step, T_0, lr, T_mult, eta_min)` |
# | Keras `CosineDecay(..., warmup_target, warmup_steps)` | rises from `initial_learning_rate`, which is the rate of the first step |
#
# ### What comes next
#
# Lesson 11 leaves the optimizer alone and turns to what surrounds it: the order of the examples,
# batch normalization, early stopping, and noise that is put in on purpose.

# %% tags=["nbval-ignore-output"]
progress("10_after_adam")
