# %% [markdown]
# # 13 · Read what today's training scripts do
#
# You can write the optimizers. Open the script of a model that is being trained today, and you will
# find one of them in the middle, and around it ten lines that you have not met.
#
# **What you'll do.** Walk down such a script line by line: add up a batch that is too large for the
# memory, stop one bad batch from ruining a training, step by signs and by orthogonal matrices, end a
# training at any time, and hand in better weights than the last ones.
#
# **What you'll learn.**
# - why the parts of a batch must not count alike, and why Adam hides it when they do,
# - what Adam remembers of one bad batch, and for how long,
# - what Lion and Muon do with a gradient, and what that is worth when all rates are tuned,
# - why the largest rate that works exists at all, and where a network goes from there,
# - what an average of the weights gives, and how a wrong start ruins it.
#
# **What you'll need.** Lessons 2, 3, 6 and 10; lesson 4 helps. About {minutes} minutes: sections 1 to 3 and
# 4 to 6 are an evening each, and section 7 is for those who want it. Run the cells from top to bottom.

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
# Here is the inner loop of such a script, shortened. The numbers in its comments are the sections below.
#
# ```python
# for step in range(steps):
#     learning_rate = wsd(step, steps, 0.08, warmup, decay)              # 5
#     parts, sizes = micro_batches(step)
#     grads = accumulate([gradient(params, part) for part in parts], sizes)   # 1
#     grads, norm = clip_global_norm(grads, max_norm=1.0)                # 2
#     params, state = update(params, grads, state, learning_rate)        # lessons 6, 10; here 3
#     average, to_evaluate = ema_update(average, params, 0.999, step)    # 6
# ```
#
# The next cell prepares what all experiments share: the 1,437 digits, the network with 64, 32 and 10
# units, and a training of which every single update can be looked at. A cost is always that of *all*
# training digits, an accuracy that of the 360 test digits.


# %% tags=["experiment"]
# Experiment: prepares a training
train, test = digits_split()


def gradient(params, columns):
    """The mean gradient of some of the digits."""
    return problems.cost_and_grads(params, train.X[:, columns], train.Y[:, columns])[1]


def cost_of(params):
    return problems.cost(params, train.X, train.Y)


def accuracy_of(params):
    """Percent of the test digits recognised."""
    return 100 * problems.accuracy(params, test.X, test.labels)


def as_step(update):
    """An optimizer of optlab as a step from (params, grads) to params."""
    state = None

    def step(params, grads):
        nonlocal state
        w, state = update(problems.flatten(params), problems.flatten(grads), state)
        return problems.unflatten(w, params)

    return step


def training(step, seed, epochs, batch=64, grads_of=gradient):
    """Yields the parameters after every update."""
    rng = np.random.default_rng(seed)
    params = problems.init_params(rng, (64, 32, 10))
    for _ in range(epochs):
        for columns in np.array_split(rng.permutation(1437), -(-1437 // batch)):
            params = step(params, grads_of(params, columns))
            yield params


def trained(*run, **settings):
    """The parameters at the end."""
    *_, params = training(*run, **settings)
    return params


EPOCH = 1 + 1437 // 64  # updates


def costs_by_epoch(step, seed, epochs, grads_of=gradient):
    """The cost after every epoch."""
    run = enumerate(training(step, seed, epochs, grads_of=grads_of), start=1)
    return np.array([cost_of(params) for t, params in run if t % EPOCH == 0])


# %% [markdown]
# ## 1 · A batch in pieces
#
# **Question.** The batch should have 64 examples, and only 60 fit into the memory. What now?
#
# Take the gradient of 60, then that of the other four, and put the two together: **gradient
# accumulation** (기울기 누적); the pieces are called **micro-batches** (마이크로배치). Since all
# examples have seen the same weights, the result should be *the* gradient of the batch.
#
# Two slips are common. Some average the two means, so that four examples count as much as sixty. Some
# add them up and forget to divide.
#
# **Predict**: which of the two optimizers notices?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: who notices a forgotten division
predict(
    "sum_of_means",
    "The means are added and not divided. Who ends at more than five times the cost?",
    "gradient descent",
    "Adam",
    "both",
    "neither",
)

# %% [markdown]
# ### Exercise 1 · Put the parts together
#
# Each part brings its **mean** gradient and its size. What is the mean over all examples?


# %% exercise="accumulate"
def accumulate(grads, sizes):
    """The gradient of a whole batch from the mean gradients of its parts.

    grads: list of dicts, one for each part: the mean gradient of that part's examples; may hold
           integers
    sizes: list of whole numbers, the number of examples of each part
    Returns a new dict with the same keys, the mean gradient over all examples; grads stay as they
    were.

    Example: three examples with the mean 2.0 and one with 6.0 have the mean 3.0.
    """
    # REFERENCE SOLUTION


# %% check="accumulate"
check("accumulate")


# %% tags=["experiment"]
# Experiment: three ways to put 60 and the rest together
def in_parts(combine):
    """A gradient that looks at 60 examples first, and then at the two or three that are left."""

    def grads_of(params, columns):
        parts = (columns[:60], columns[60:])
        return combine([gradient(params, part) for part in parts], [part.size for part in parts])

    return grads_of


def divided_by(number):
    """The sum of the means over that number."""
    return lambda grads, _: {key: sum(g[key] for g in grads) / number for key in grads[0]}


ways = {"by size": accumulate, "mean of means": divided_by(2), "sum of means": divided_by(1)}
makers = {"gradient descent": optimizers.gradient_descent(0.64), "Adam": optimizers.adam(0.02)}
try:
    fig, axes = plots.figure(1, 2, size=(8, 3.6), sharey=True)
    spoilt = {}
    for ax, (name, update) in zip(axes, makers.items(), strict=True):
        for (way, combine), color in zip(ways.items(), ("third", "second", "target"), strict=True):
            runs = [
                costs_by_epoch(as_step(update), seed, 5, grads_of=in_parts(combine))
                for seed in range(2)
            ]
            mean = np.mean(runs, axis=0)
            spoilt[name, way] = mean[-1]
            dashes = "--" if way == "sum of means" else "-"
            _ = ax.semilogy(range(1, 6), mean, dashes, color=plots.COLORS[color])
            if (name, way) != ("Adam", "mean of means"):
                right = (name, way) == ("Adam", "sum of means")
                label = "sum, mean of means" if right else way
                place = (3, mean[2]) if right else (5, mean[-1])
                plots.label_end(ax, *place, label, plots.COLORS[color], (6, 8 * right))
            print(f"{name}, {way}: cost {mean[-1]:.2f} after 5 epochs")
        _ = ax.set(title=name, xlabel="epoch", ylim=(0.07, 4), xlim=(0.8, 5.2))
        _ = ax.set_xticks(range(1, 6))
    _ = axes[0].set_ylabel("training cost")
    plots.show(
        fig,
        "Training cost by epoch. With gradient descent the mean of means is several times worse and "
        "the sum stays near 2.3. With Adam both wrong ways lie on one curve, twice too high.",
    )
    worse = {name: spoilt[name, "sum of means"] > 5 * spoilt[name, "by size"] for name in makers}
    only = [name for name in makers if worse[name]]
    predicted("sum_of_means", "both" if len(only) == 2 else only[0] if only else "neither")
except NotImplementedError:
    print("Exercise 1 comes first; then run this cell again.")

# %% [markdown] question="todays_forgotten_division"
# The sum doubles every gradient. Gradient descent then steps twice as far, at a rate that was
# already large, and dies. **Adam does not see it**: it divides by the size of its gradients, and the
# sum and the mean of means, which differ by a factor of 2, give the same curve. What Adam does see
# is that three examples weigh as much as sixty: too much noise, and about twice the cost.
#
# So this mistake makes no noise, and it has been found late more than once: in OpenNMT-py in January
# 2018 (pull request 526), in Hugging Face's `Trainer` in October 2024 (pull request 34191 of
# `transformers`). Both train on text, where parts with as many *sentences* rarely have as many *words*.

# %% quiz="todays_forgotten_division"

# %% [markdown]
# ### How large should a batch be?
#
# Accumulation makes any batch possible. Lesson 1b showed that a larger batch means fewer and better
# updates, with a rate of its own. The **linear scaling rule** of Goyal and others (2017) says: a batch
# $k$ times as large takes a rate $k$ times as large, after a warm-up. Up to which size does it pay?
#
# The cell counts the updates until the cost is below 0.2. For each size the rate was tuned beforehand
# on a grid of factors of two, with five seeds; the best ones stand in the cell.
#
# **Predict**: from a batch of 64 to all 1,437 digits is a factor of 22. How many times fewer updates
# does gradient descent need?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: twenty-two times the batch
predict(
    "larger_batch",
    "From 64 to 1,437 examples in a batch, gradient descent needs fewer updates by the factor",
    "1.4",
    "5",
    "22",
)

# %% tags=["experiment"]
# Experiment: updates to a cost of 0.2, by batch size (2 s)
tuned_by_size = {
    "gd": {4: 0.16, 16: 0.64, 64: 0.64, 256: 1.28, 1437: 1.28},
    "adam": {4: 0.01, 16: 0.04, 64: 0.04, 256: 0.08, 1437: 0.04},
}
factories = {"gd": optimizers.gradient_descent, "adam": optimizers.adam}


def updates_to_target(step, seed, batch, target=0.2):
    """How many updates until the cost of all digits is below the target."""
    every = max(1, 32 // batch)  # it is not looked at after every update of a small batch
    for t, params in enumerate(training(step, seed, 100, batch), start=1):
        if t % every == 0 and cost_of(params) < target:
            return t
    return np.inf


fig, ax = plots.figure()
needed = {}
for name, rates in tuned_by_size.items():
    for size, rate in rates.items():
        runs = [updates_to_target(as_step(factories[name](rate)), seed, size) for seed in range(2)]
        needed[name, size] = np.mean(runs)
    counts = [needed[name, size] for size in rates]
    _ = ax.loglog(list(rates), counts, "o-", color=plots.COLORS[name])
    label = {"gd": "gradient descent", "adam": "Adam"}[name]
    plots.label_end(ax, 1437, counts[-1], label, plots.COLORS[name])
    shown = ", ".join(f"{n:.0f} with {size}" for size, n in zip(rates, counts, strict=True))
    print(f"{label}: updates {shown}")
_ = ax.loglog([4, 128], [400, 12.5], "--", color=plots.COLORS["data"])
plots.label_end(ax, 8, 420, "dashed: twice the batch, half the updates", "#6f6f6f")
_ = ax.set(xlabel="examples in a batch", ylabel="updates to a cost of 0.2", xlim=(3, 1900))
_ = ax.set_xticks(list(rates), [str(size) for size in rates])
_ = ax.set_yticks([10, 30, 100, 300], ["10", "30", "100", "300"])
ax.minorticks_off()
plots.show(
    fig,
    "Updates to a cost of 0.2 against the size of the batch, both logarithmic. Both curves follow the "
    "line of half the updates for twice the batch at first and then bend; gradient descent bends at "
    "16, Adam later.",
)
predicted("larger_batch", needed["gd", 64] / needed["gd", 1437])

# %% [markdown]
# Small batches obey the rule: from 4 to 16 the rate goes up four times, and the updates go down nearly
# as much; the number of *examples* that are looked at stays. Then comes a bend. Beyond it a larger
# batch is only a more exact gradient, and an exact gradient can be followed no faster than the
# curvature allows: the best rate of gradient descent stays at 0.64 to 1.28. McCandlish and others
# (2018) call the place of the bend the **critical batch size** (임계 배치 크기), and measure it by the
# noise of the gradient. Here one sees that the optimizer has a say as well: Adam bends later.
#
# For Adam a rule with the *square root* has been derived (Malladi and others, 2022). On these digits the
# grid is too coarse to tell it from the linear one.
#
# ## 2 · One bad batch
#
# **Question.** In the 46th update somebody's file was not divided by 255: the pixels of one batch are
# a thousand times too large. Adam divides every gradient by the root of $s$. Does a single batch harm
# it? And when?
#
# The remedy comes from Pascanu, Mikolov and Bengio (2013), who had recurrent networks in mind, where
# the cost has cliffs: **gradient clipping** (기울기 클리핑). Take *all* gradients together as one
# long vector. Where its length is above a limit, shorten the vector to the limit; its direction stays.
#
# ### Exercise 2 · Clip by the global norm
#
# $$\text{norm} = \sqrt{\textstyle\sum_k \sum_i g_{k,i}^2}, \qquad
# g_k \leftarrow g_k \cdot \min\!\left(1, \frac{\text{max\_norm}}{\text{norm}}\right)$$
#
# One trap is in that formula. A single entry that is infinite makes the norm infinite, and the factor
# zero; and what is infinity times zero? A gradient with such an entry is worth nothing, so give back
# zeros for all of them. The **norm before** the clipping is the second result: scripts plot it, and a
# peak in that plot is how one finds the file.


# %% exercise="clip_global_norm"
def clip_global_norm(grads, max_norm):
    """All gradients by one factor, so that their common norm is at most max_norm.

    grads:    dict of arrays; may hold integers, may be zero, and may hold inf or nan
    max_norm: a positive number
    Returns (clipped, norm): a new dict of new arrays, and the norm of all gradients together
    before the clipping. Where that norm is not finite, all gradients come back as zeros.

    Example: W1 [[3., 0.]] and b1 [[4.]] have the norm 5. With max_norm 1 they become
    [[0.6, 0.]] and [[0.8]]; with max_norm 10 they stay.
    """
    # REFERENCE SOLUTION


# %% check="clip_global_norm"
check("clip_global_norm")

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: when the harm is done
predict(
    "when_harmed",
    "Without clipping, when does the cost rise most?",
    "in the bad update itself",
    "in the updates after it",
    "it does not rise",
)
predict(
    "harmed_for",
    "After how many updates is the unclipped Adam at a cost of 0.1? (Undisturbed: about 110.)",
    "120",
    "200",
    "600",
)


# %% tags=["experiment"]
# Experiment: one batch with pixels times 1,000
norms = []


def with_accident(clip):
    """A gradient whose 46th batch has its pixels multiplied."""
    updates = iter(range(1, 10_000))

    def grads_of(params, columns):
        scale = 1000 if next(updates) == 46 else 1
        X, Y = scale * train.X[:, columns], train.Y[:, columns]
        grads = problems.cost_and_grads(params, X, Y)[1]
        if clip:
            grads, norm = clip_global_norm(grads, max_norm=1.0)
            norms.append(norm)
        return grads

    return grads_of


def costs_around(grads_of, seed, epochs=36):
    """{update: cost}: after some updates and every epoch, until the cost is below 0.1."""
    costs = {}
    step = as_step(optimizers.adam(0.02))
    for t, params in enumerate(training(step, seed, epochs, grads_of=grads_of), start=1):
        if (40 <= t <= 70 and seed == 0) or t % EPOCH == 0:
            costs[t] = cost_of(params)
        if t > 230 and costs.get(t, 1) < 0.1:
            break
    return costs


def back_below(costs, target=0.1):
    """The first epoch's end after the accident at which the cost is below the target."""
    return next(t for t, cost in costs.items() if t > 70 and t % EPOCH == 0 and cost < target)


try:
    clipped = [costs_around(with_accident(clip=True), seed) for seed in range(2)]
    plain = [costs_around(with_accident(clip=False), seed) for seed in range(2)]
    fig, ax = plots.figure()
    for costs, color, label in (
        (plain[0], "target", "not clipped"),
        (clipped[0], "adam", "clipped at norm 1"),
    ):
        shown = {t: cost for t, cost in costs.items() if t <= 400}
        _ = ax.semilogy(list(shown), list(shown.values()), color=plots.COLORS[color])
        at = 300 if color == "target" else 230
        plots.label_end(ax, at, costs[at - at % EPOCH], label, plots.COLORS[color], (0, 14))
    _ = ax.axvline(46, color=plots.COLORS["data"], linestyle=":")
    plots.label_end(ax, 46, 5, "the bad batch", "#6f6f6f", (6, 0))
    _ = ax.set(xlabel="update", ylabel="training cost", ylim=(0.02, 8), xlim=(20, 400))
    plots.show(
        fig,
        "Training cost of Adam, logarithmic. A few updates after the bad batch the unclipped run "
        "jumps up tenfold and needs hundreds of updates to come down; the clipped one falls on as if "
        "nothing had happened.",
    )
    before, hit, later = (plain[0][t] for t in (45, 46, 61))
    usual = norms[:45]
    print(f"norms of the 45 updates before it: {min(usual):.1f} to {max(usual):.1f},", end=" ")
    print(f"then {norms[45]:.0f}; half of the later ones are below {np.median(norms[46:253]):.1f}")
    print(f"not clipped: cost {before:.2f} before, {hit:.2f} after the bad update,", end=" ")
    print(f"{later:.0f} after 15 more")
    for name, runs in (("not clipped", plain), ("clipped at norm 1", clipped)):
        below = " and ".join(str(back_below(costs)) for costs in runs)
        print(f"{name}: below 0.1 after {below} updates (two seeds)")
    rises = {"in the bad update itself": hit - before, "in the updates after it": later - hit}
    most = max(rises, key=rises.get)
    predicted("when_harmed", most if rises[most] > 0.05 else "it does not rise")
    predicted("harmed_for", float(np.median([back_below(c) for c in plain])))
except NotImplementedError:
    print("Exercise 2 comes first; then run this cell again.")

# %% [markdown]
# The bad update itself is harmless: however large the gradient, Adam's step is a few learning rates
# long. The harm comes afterwards, in two waves. First, $v$ still points along the bad gradient, and
# $s$ lets it through: a dozen more steps in a direction that means nothing. Then $s$ remembers. It
# holds the *square* of a gradient thousands of times too large, so that every step is far too short,
# and it forgets with $\beta_2 = 0.999$: over a thousand updates. A clipped gradient leaves no trace in
# either, and the usual norms are such that a limit of 1 touches little else.
#
# And an *infinite* entry, or one so large that its square is infinite? A single weight is enough to
# see it: its gradient is always 1, but for one update.


# %% tags=["experiment"]
# Experiment: one infinite gradient, and what Adam remembers
def one_weight(odd, clip):
    """w and s of Adam after 10 and 1,000 more updates with gradient 1 when one was odd."""
    update, state, w = optimizers.adam(0.01), None, np.zeros(1)
    found = []
    for t in range(1, 1012):
        grads = {"w": np.array([odd if t == 11 else 1.0])}
        grads = clip_global_norm(grads, 1.0)[0] if clip else grads
        w, state = update(w, grads["w"], state)
        if t in (10, 11, 1011):
            found.append(f"{w[0]:.2f}")
    return f"w = {', '.join(found)}; s = {state[2][0]:.3g}"


try:
    with np.errstate(all="ignore"):
        for odd in (1e3, 1e200, np.inf):
            for clip in (False, True):
                name = "with clipping" if clip else "as it is"
                print(f"one gradient of {odd:g}, {name}: {one_weight(odd, clip)}")
    print("(w before that update, after it, and 1,000 updates later)")
except NotImplementedError:
    print("Exercise 2 comes first; then run this cell again.")

# %% [markdown] question="todays_clip_first"
# The infinite one turns the weight into `nan`, and everybody sees it. The one of $10^{200}$ is worse,
# because nobody does: its square overflows, $s$ is infinite from then on, and every later step of this
# weight is something over infinity, zero. **The weight is frozen for ever**, and its value looks
# healthy. (In float32 a gradient of $10^{20}$ is enough.) With your zeros the update is skipped, and
# all goes on.
#
# PyTorch's `clip_grad_norm_` also takes all gradients as one vector. Where the norm is not finite it
# goes on by default (`error_if_nonfinite=False`), and the infinite entry becomes `nan`.
#
# Clipping keeps the direction of what it is given. That is no longer the direction of a mean, if it is
# given the examples one by one:

# %% quiz="todays_clip_first"

# %% [markdown] question="todays_small_max_norm"
# This is not only a curiosity: training that keeps single people's data private (Abadi and others,
# 2016) has to clip every example's gradient before the mean, and pays for it with such a bias.

# %% quiz="todays_small_max_norm"

# %% [markdown]
# ## 3 · Two newer optimizers: Lion and Muon
#
# ### Lion: the sign and nothing else
#
# **Lion** (Chen and others, 2023) was not invented by a person: a program searched through small update
# rules, and this one was left. It mixes momentum and gradient, and takes the **sign**
# (부호): every weight moves by exactly one learning rate.
#
# $$c = \beta_1 m + (1-\beta_1)\, g, \qquad w = (1 - \alpha\lambda_w)\, w - \alpha\, \operatorname{sign}(c),
# \qquad m = \beta_2 m + (1-\beta_2)\, g$$
#
# Note the order, and the two betas. The direction uses $\beta_1 = 0.9$, and what is kept uses
# $\beta_2 = 0.99$: a long memory that listens well to the newest gradient. The decay is AdamW's.
#
# ### Exercise 3 · One step of Lion


# %% exercise="lion_update"
def lion_update(params, grads, momentum, learning_rate, beta1=0.9, beta2=0.99, weight_decay=0.0):
    """One step of Lion.

    params, grads: dicts of arrays with the same keys and shapes; params may hold integers
    momentum:      dict of arrays of the same shapes, zeros before the first step
    Returns (params, momentum) after the step, as new dicts; the arguments stay as they were.
    The sign of zero is zero.

    Example: w 1.0, gradient -1.0, momentum 0.05, learning_rate 0.1 and the default betas: the
    mixture is -0.055, so w becomes 1.1; the momentum becomes 0.0395.
    """
    # REFERENCE SOLUTION


# %% check="lion_update"
check("lion_update")

# %% [markdown] question="todays_lion_memory"

# %% quiz="todays_lion_memory"

# %% [markdown]
# **Predict**: two lines of Adam are gone, and with them the size of every gradient. How far is Lion
# behind after two epochs, and after ten? (Rates tuned on a grid of factors of two: Adam 0.04 both times,
# Lion 0.02 and 0.01.)

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: Lion against Adam
predict(
    "lion_two_epochs", "After two epochs Lion's cost is that of Adam times", "0.5", "1", "2", "5"
)
predict("lion_ten_epochs", "And after ten epochs?", "0.5", "1", "2", "5")


# %% tags=["experiment"]
# Experiment: your Lion against Adam
def lion(rate):
    """Your Lion as a step that keeps its momentum."""
    kept = {}

    def step(params, grads):
        momentum = kept.get("m") or {key: np.zeros(g.shape) for key, g in grads.items()}
        params, kept["m"] = lion_update(params, grads, momentum, rate)
        return params

    return step


def adam(rate, **settings):
    return as_step(optimizers.adam(rate, **settings))


try:
    costs = {}
    for epochs, lion_rate, seeds in ((2, 0.02, 5), (10, 0.01, 5)):
        for name, make in (("Lion", lambda r=lion_rate: lion(r)), ("Adam", lambda: adam(0.04))):
            runs = [cost_of(trained(make(), seed, epochs)) for seed in range(seeds)]
            costs[name, epochs] = np.mean(runs)
            print(f"{name} after {epochs:2} epochs: cost", *(f"{run:.3f}" for run in runs), end="")
            print(f", mean {np.mean(runs):.3f}")
    predicted("lion_two_epochs", costs["Lion", 2] / costs["Adam", 2])
    predicted("lion_ten_epochs", costs["Lion", 10] / costs["Adam", 10])
except NotImplementedError:
    print("Exercise 3 comes first; then run this cell again.")

# %% [markdown]
# A draw at first. Later Lion stays behind, and the reason is plain: steps that all have the same length
# cannot settle, and the noise has the last word. What Lion offers is memory: one number for each weight and not two. Its authors write that its rate should
# be three to ten times smaller than Adam's, and its decay as much larger; here it was two to four times.
#
# ### Muon: all directions alike
#
# **Question.** The gradient of a weight matrix is a matrix. What does it look like as one?
#
# A matrix stretches some directions and shrinks others; by how much is told by its **singular values**
# (특잇값), $G = U \Sigma V^T$. The next cell takes the averaged gradient of $W_1$ after four epochs of Adam.
# **Predict**: how much of its squared length lies in the 3 largest of its 32 singular values?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: three of thirty-two directions
predict("three_directions", "The share of the three largest is", "10 %", "30 %", "90 %")

# %% [markdown]
# **Muon** (Jordan and others, 2024) keeps a momentum, and replaces its singular values by 1 before it
# steps: $U V^T$, the nearest orthogonal matrix (직교 행렬), in which every direction counts the same.
# An SVD in each step would be slow. A **Newton–Schulz** iteration needs matrix products only: with
#
# $$X = \frac{G}{\lVert G\rVert_F + 10^{-7}}, \qquad A = X X^T, \qquad
# X \leftarrow a X + (b A + c A A)\, X$$
#
# every singular value $\sigma$ becomes $a\sigma + b\sigma^3 + c\sigma^5$, and $U$ and $V$ stay. The
# coefficients are $a = 3.4445$, $b = -4.7750$, $c = 2.0315$: chosen so that small values grow as fast
# as possible, not so that they end at 1 exactly. Five steps are the default.
#
# ### Exercise 4 · Orthogonalize a matrix


# %% exercise="orthogonalize"
def orthogonalize(G, steps=5):
    """G with all its singular values pushed towards 1, by Newton-Schulz and without an SVD.

    G:     array (m, n), of any shape and size; may hold integers, and may be all zeros
    steps: how often the iteration is done; with 0 the result is G over its norm
    Returns an array (m, n). G is divided by its Frobenius norm (the root of the sum of all
    squared entries) plus 1e-7 once, before the first step.

    Example: [[3., 0.], [0., 4.]] over its norm 5 is [[0.6, 0.], [0., 0.8]]; one step makes that
    [[1.193, 0.], [0., 0.976]], where 1.193 = 3.4445 * 0.6 - 4.775 * 0.6**3 + 2.0315 * 0.6**5.
    """
    # REFERENCE SOLUTION


# %% check="orthogonalize"
check("orthogonalize")

# %% tags=["experiment"]
# Experiment: singular values, before and after
averaged = np.zeros((32, 64))


def noting(params, columns):
    """The gradient, of which an average is kept on the way."""
    grads = gradient(params, columns)
    averaged[:] = 0.9 * averaged + 0.1 * grads["W1"]
    return grads


_ = trained(adam(0.02), 0, 4, grads_of=noting)
before = np.linalg.svd(averaged, compute_uv=False)
share = np.sum(before[:3] ** 2) / np.sum(before**2)
print(f"the three largest of {before.size}: {100 * share:.0f} % of the squared length")
try:
    fig, ax = plots.figure()
    stages = {"G over its norm": averaged / np.linalg.norm(averaged)}
    stages |= {"1 step": orthogonalize(averaged, 1), "3 steps": orthogonalize(averaged, 3)}
    stages |= {"5 steps": orthogonalize(averaged)}
    for (label, matrix), color in zip(
        stages.items(), ("data", "second", "third", "first"), strict=True
    ):
        values = np.linalg.svd(matrix, compute_uv=False)[:20]
        _ = ax.semilogy(range(1, 21), values, ".-", color=plots.COLORS[color])
        text = "#6f6f6f" if color == "data" else plots.COLORS[color]
        plots.label_end(ax, 20, values[-1], label, text)
        print(f"{label}: the largest {values[0]:.1f}, the tenth {values[9]:.2f}")
    _ = ax.axhline(1, color=plots.COLORS["target"], linestyle=":")
    _ = ax.set(
        xlabel="singular value, the 20 largest",
        ylabel="its size",
        xlim=(0, 20.5),
        xticks=range(0, 21, 5),
    )
    plots.show(
        fig,
        "The 20 largest singular values of an averaged gradient, logarithmic. Before, they fall over "
        "two decades; after one, three and five steps they lie on a flatter and flatter line near 1.",
    )
except NotImplementedError:
    print("Exercise 4 comes first; then run this cell again.")
predicted("three_directions", 100 * share, f"{100 * share:.0f} %")

# %% [markdown]
# The iteration does not end at 1, it ends *near* 1, now a little above, now a little below. For a step
# that is as good, and it needs no SVD.
#
# **Predict**: nine tenths of the gradient lay in three directions. If all the others are made as long,
# is that their noise blown up, or is it faster?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: all directions alike
predict(
    "muon_full_batch",
    "40 updates with all digits: tuned Adam's cost is that of Muon times",
    "0.5",
    "1",
    "5",
    "50",
)


# %% tags=["experiment"]
# Experiment: Muon on W1, Adam on the rest
def matrix_step(rate, direction_of, beta=0.95):
    """A step of W1 along what direction_of makes of its gradient; Adam for everything else."""
    rest, averages = adam(0.04), {"W1": 0.0}

    def step(params, grads):
        g = grads["W1"]
        averages["W1"] = beta * averages["W1"] + (1 - beta) * g
        moved = rest(params, grads)
        ahead = beta * averages["W1"] + (1 - beta) * g  # Nesterov's look-ahead
        moved["W1"] = params["W1"] - rate * direction_of(ahead, g)
        return moved

    return step


def muon(rate):
    return matrix_step(rate, lambda momentum, _: orthogonalize(momentum))


def normalised(rate):
    return matrix_step(rate, lambda momentum, _: momentum / np.linalg.norm(momentum))


def shampoo(rate):
    """Shampoo with averages: its two preconditioners are the -1/4th powers of these."""
    kept = {"left": 0.0, "right": 0.0, "weight": 0.0}

    def power(name, matrix):
        kept[name] = 0.95 * kept[name] + 0.05 * matrix
        values, vectors = np.linalg.eigh(kept[name] / kept["weight"] + 1e-6 * np.eye(len(matrix)))
        return (vectors * values**-0.25) @ vectors.T

    def direction_of(momentum, g):
        kept["weight"] = 0.95 * kept["weight"] + 0.05
        return power("left", g @ g.T) @ momentum @ power("right", g.T @ g)

    return matrix_step(rate, direction_of, beta=0.9)


try:
    shown = {}
    for name, make, short, long in (
        ("Adam", adam, 0.04, 0.04),
        ("the norm alone", normalised, 0.25, None),
        ("Shampoo", shampoo, 0.4, None),
        ("Muon", muon, 0.2, 0.4),
    ):
        shown[name] = [cost_of(trained(make(short), seed, 2)) for seed in range(5)]
        print(f"{name}: cost after 2 epochs {np.mean(shown[name]):.3f}", end="")
        if long:
            full = [cost_of(trained(make(long), seed, 40, batch=1437)) for seed in range(3)]
            shown[name, "full"] = np.mean(full)
            print(f", after 40 updates with all digits {np.mean(full):.4f}", end="")
        print()
    fig, ax = plots.figure(size=(7.2, 3.2))
    names = [name for name in shown if isinstance(name, str)]
    colors = ("adam", "data", "second", "first")
    for row, (name, color) in enumerate(zip(names, colors, strict=True)):
        _ = ax.plot(shown[name], [row] * 5, "o", color=plots.COLORS[color], alpha=0.6)
        _ = ax.plot(np.mean(shown[name]), row, "|", color="#333333", markersize=18)
    _ = ax.set_yticks(range(len(names)), names)
    _ = ax.set(xlabel="training cost after 2 epochs, five seeds", ylim=(3.6, -0.6), xlim=(0, 0.25))
    plots.show(
        fig,
        "Training cost after two epochs for five seeds each. Adam lies near 0.17, momentum divided by "
        "its norm near 0.15, Shampoo and Muon near 0.08, ahead on every seed.",
    )
    predicted("muon_full_batch", shown["Adam", "full"] / shown["Muon", "full"])
except NotImplementedError:
    print("Exercise 4 comes first; then run this cell again.")

# %% [markdown] question="todays_shampoo"
# Faster, on every seed: after two epochs half the cost, and with the exact gradient far more than
# that. Dividing $W_1$'s momentum by its norm alone gives little of it: it is the *equal* singular
# values. (All rates were tuned on a grid of factors of two.)
#
# Three honest remarks. Every update now has fifteen matrix products more, so that per second the lead
# is smaller. The test accuracy does not follow: see section 8. And the authors use Muon for the
# *hidden* matrices and leave the first and the last layer to Adam; here the first one is where it
# helps, perhaps because the 64 pixels have such unequal spreads.
#
# **Shampoo** (Gupta, Koren and Singer, 2018) had the idea six years earlier: it multiplies the gradient
# from both sides, with averages of $G G^T$ and $G^T G$ to the power $-1/4$. It is RMSprop for whole
# matrices: lesson 5 divided each weight by the root of its own $s$, and Shampoo knows how they move
# together. Its price is two matrix roots. **SOAP** (Vyas and others, 2024) runs Adam in the directions
# that Shampoo finds.

# %% quiz="todays_shampoo"

# %% [markdown]
# **Sophia** (Liu and others, 2024) asks for the curvature itself: it divides the averaged gradient by
# an average of the *Hessian's* diagonal, which is estimated every few steps, and cuts the result to
# $[-1, 1]$, weight by weight. That is Newton's step where the curvature is large enough, and a step by
# the sign, as Lion's, where it is small or negative:

# %% tags=["experiment"]
# Figure: the step of Sophia
fig, ax = plots.figure()
g = np.linspace(-2, 2, 401)
for curvature, color in ((4.0, "first"), (1.0, "third"), (-1.0, "second")):
    step = np.clip(g / max(curvature, 1e-12), -1, 1)
    _ = ax.plot(g, step, color=plots.COLORS[color])
    label = f"curvature {curvature:g}"
    plots.label_end(ax, 2, step[-1], label, plots.COLORS[color], (8, -10 if curvature == 1 else 6))
_ = ax.set(xlabel="averaged gradient", ylabel="step in learning rates", xlim=(-2, 2))
plots.show(
    fig,
    "Sophia's step against the gradient. With curvature 4 it is a flat line through zero, with "
    "curvature 1 a steeper one that is cut off at 1, with a negative curvature the sign.",
)
for curvature in (4.0, 1.0, -1.0):
    step = np.clip(0.5 / max(curvature, 1e-12), -1, 1)
    print(f"a gradient of 0.5 at curvature {curvature:g}: {step:g} learning rates")

# %% [markdown]
# From a saddle gradient descent creeps away (lesson 8), and Newton's method would walk into it; this
# one leaves at full length. Its authors report half of Adam's steps on language models. It was not run
# here.
#
# ## 4 · The edge of stability
#
# **Question.** Lesson 4: on a bowl of curvature $h$, gradient descent goes astray when
# $\alpha h > 2$. A network has a Hessian with a largest eigenvalue, its **sharpness** (첨예도).
# Does gradient descent, with a small enough rate, stay in places where $\alpha$ times sharpness is below 2?
#
# To measure sharpness one needs no Hessian. A **power iteration** multiplies a vector by the Hessian
# again and again; the vector turns into the direction of the largest eigenvalue. And Hessian times
# vector is a difference of two gradients:
#
# $$H u \approx \frac{\nabla J(w + \varepsilon u) - \nabla J(w - \varepsilon u)}{2\varepsilon}$$
#
# The network below has tanh units and squared errors, and sees 200 digits, all of them in each update: no
# noise, no momentum. At its start the sharpness is about 2. **Predict**: where does it go, at
# learning rates 0.6 and 0.9?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: where the sharpness goes
predict(
    "sharpness_goes",
    "At rate 0.6, where 2 over the rate is 3.3, the sharpness after 1,500 updates is about",
    "0.5",
    "2",
    "3.3",
    "30",
)


# %% tags=["experiment"]
# Experiment: sharpness of a network on its way
few_X = train.X[:, :200] - train.X.mean(axis=1, keepdims=True)
few_Y = train.Y[:, :200]
like = problems.init_params(np.random.default_rng(0), (64, 32, 10))


def tanh_cost_and_gradient(w):
    """Half the mean squared error of a tanh network, and its gradient, flat."""
    p = problems.unflatten(w, like)
    A = np.tanh(p["W1"] @ few_X + p["b1"])
    error = p["W2"] @ A + p["b2"] - few_Y
    dZ2 = error / 200
    dZ1 = p["W2"].T @ dZ2 * (1 - A**2)
    grads = {"W1": dZ1 @ few_X.T, "b1": dZ1.sum(axis=1), "W2": dZ2 @ A.T, "b2": dZ2.sum(axis=1)}
    return 0.5 * np.sum(error**2) / 200, problems.flatten(grads)


def sharpness(gradient_at, w, u, steps=10, h=1e-4):
    """The largest eigenvalue of the Hessian, and its direction, by power iteration from u."""
    for _ in range(steps):
        u = u / np.linalg.norm(u)
        ahead, behind = gradient_at(w + h * u), gradient_at(w - h * u)
        Hu = (ahead - behind) / (2 * h)
        value, u = u @ Hu, Hu
    return value, u


def tanh_gradient(w):
    return tanh_cost_and_gradient(w)[1]


fig, axes = plots.figure(1, 2, size=(8, 3.8))
for rate, color in ((0.6, "first"), (0.9, "second")):
    rng = np.random.default_rng(0)
    w = 0.5 * problems.flatten(problems.init_params(rng, (64, 32, 10)))
    _, u = sharpness(tanh_gradient, w, rng.standard_normal(w.size), steps=50)
    values, costs = [], []
    for t in range(1501):
        cost, g = tanh_cost_and_gradient(w)
        costs.append(cost)
        if t % 50 == 0:
            value, u = sharpness(tanh_gradient, w, u)
            values.append(value)
        w = w - rate * g
    _ = axes[0].plot(range(0, 1501, 50), values, color=plots.COLORS[color])
    _ = axes[0].axhline(2 / rate, color=plots.COLORS[color], linestyle=":")
    plots.label_end(axes[0], 1500, 2 / rate, f"2/{rate}", plots.COLORS[color], (6, 9))
    _ = axes[1].semilogy(costs, color=plots.COLORS[color], linewidth=1.2)
    plots.label_end(
        axes[1], 1500, costs[-1], f"rate {rate}", plots.COLORS[color], (8, 7 if rate == 0.6 else -7)
    )
    late = np.mean(values[-10:])  # single values are a matter of chance there, their mean is not
    often = np.mean(np.diff(costs[-500:]) > 0) > 0.25
    print(f"rate {rate}: rate times sharpness {rate * values[0]:.1f} at the start,", end=" ")
    print(f"{rate * late:.1f} in the last 500 updates, of which", end=" ")
    print("more than" if often else "at most", "a quarter raise the cost")
    if rate == 0.6:
        predicted("sharpness_goes", late, f"{late:.1f}")
_ = axes[0].set(xlabel="update", ylabel="sharpness", ylim=(0, 4.6), xlim=(0, 1500))
_ = axes[1].set(xlabel="update", ylabel="training cost", ylim=(0.018, 0.5), xlim=(0, 1500))
_ = axes[1].set_yticks([0.02, 0.05, 0.1, 0.2, 0.5], ["0.02", "0.05", "0.1", "0.2", "0.5"])
axes[1].minorticks_off()
plots.show(
    fig,
    "Left: the sharpness of two trainings climbs from 2 to a dotted line at 2 over its learning rate "
    "and stays there. Right: both costs fall, with a zigzag once the line is reached.",
)

# %% [markdown] question="todays_edge"
# The sharpness *climbs*, and it stops where gradient descent is about to become unstable: at
# $2/\alpha$, whatever $\alpha$ is. Cohen and others (2021) found this for many networks and called it
# the **edge of stability** (안정성의 경계). From then on the cost rises in many single updates and
# falls over longer times, which no bowl of lesson 4 can do. Damian, Nichani and Lee (2023) explain what
# holds it there: as the weights begin to swing across the valley, the slope of the curvature itself
# pushes them to where the valley is wider.
#
# So a learning rate does not have to fit the network that you start with. The network comes to
# fit the learning rate.

# %% quiz="todays_edge"

# %% [markdown]
# If a rate can choose how sharp a minimum is, one may ask for flat ones directly. **Sharpness-aware
# minimization**, SAM (Foret and others, 2021), takes its gradient not at $w$ but at the worst point
# nearby, $w + \rho\, g / \lVert g \rVert$, and so needs two gradients for each step. The cell trains on
# the same 200 digits with and without it (the ReLU network of this lesson again), measures the sharpness
# of both ends, and walks away from them in the direction that is bent most.


# %% tags=["experiment"]
# Experiment: with and without sharpness-aware steps
def sam_gradient(rho):
    def grads_of(params, columns):
        columns = columns[columns < 200]  # the batch's part of the 200 digits
        grads = gradient(params, columns)
        if rho:
            norm = np.linalg.norm(problems.flatten(grads)) + 1e-12
            grads = gradient(
                {key: params[key] + rho * grads[key] / norm for key in params}, columns
            )
        return grads

    return grads_of


def cost_of_few(params):
    return problems.cost(params, train.X[:, :200], train.Y[:, :200])


def few_gradient(w):
    return problems.flatten(gradient(problems.unflatten(w, like), slice(0, 200)))


distances = np.linspace(-1, 1, 41)
fig, ax = plots.figure()
bent = {}
for rho, color, label in ((0.0, "second", "gradient descent"), (0.2, "first", "SAM, rho 0.2")):
    curves, accuracies, values = [], [], []
    for seed in range(3):
        step = as_step(optimizers.gradient_descent(0.5))
        params = trained(step, seed, 60, 240, grads_of=sam_gradient(rho))
        w = problems.flatten(params)
        start = np.random.default_rng(seed).standard_normal(w.size)
        value, u = sharpness(few_gradient, w, start, steps=40)
        u = u / np.linalg.norm(u)
        curves.append([cost_of_few(problems.unflatten(w + d * u, params)) for d in distances])
        accuracies.append(accuracy_of(params))
        values.append(value)
    mean = np.mean(curves, axis=0)
    bent[label] = np.median(values)
    _ = ax.plot(distances, mean, color=plots.COLORS[color])
    plots.label_end(ax, 1, mean[-1], label, plots.COLORS[color])
    print(f"{label}: training cost {mean[20]:.3f}, test accuracies", end=" ")
    print(", ".join(f"{a:.1f}" for a in accuracies), "%")
flat, sharp = bent["SAM, rho 0.2"], bent["gradient descent"]
print(f"sharpness with SAM: {'less' if flat < sharp / 2 else 'not less'} than half of that without")
_ = ax.set(xlabel="distance along the direction", ylabel="training cost", xlim=(-1, 1))
plots.show(
    fig,
    "Training cost along a line through the end of the training. The valley of SAM is flatter than "
    "that of gradient descent.",
)

# %% [markdown]
# The valley is flatter, clearly. The test accuracy may be a little higher, by about as much as the seeds
# differ: three of them cannot tell. Its authors report better *generalization* on many tasks; this
# little data set has no say in that.
#
# ## 5 · When to let the rate fall
#
# **Question.** A cosine has to know its end on the first day. What if you do not?
#
# **Warm-up, stable, decay**, WSD (Hu and others, 2024, for MiniCPM): the rate rises, *stays*, and falls
# only at the very end. As long as it stays, nothing has been decided. Here the fall is a straight line;
# MiniCPM has an exponential one.
#
# ### Exercise 5 · The schedule


# %% exercise="wsd"
def wsd(step, steps, learning_rate, warmup, decay):
    """The learning rate of an update: it rises, stays, and falls linearly at the end.

    step:   updates made so far: 0 at the first, steps - 1 at the last
    steps:  how many updates there will be
    warmup: in so many updates the rate rises, as in lesson 10: the first has learning_rate /
            warmup, the last the full rate. It may be 0.
    decay:  in the last so many updates, at least 1, the rate falls: the first of them still has
            the full rate, and at step = steps it would be 0, where it stays
    There is room for both: warmup + decay is at most steps. Returns a number.

    Example: 10 updates, rate 1.0, warmup 3, decay 4: 1/3, 2/3, 1, 1, 1, 1, 1, 0.75, 0.5, 0.25.
    """
    # REFERENCE SOLUTION


# %% check="wsd"
check("wsd")

# %% [markdown] question="todays_three_ends"

# %% quiz="todays_three_ends"

# %% [markdown]
# **Predict**: how much of the way does the cost go in the last fifth? And who is ahead at the three
# ends, the cosine that knew each of them, or the trunk with its branches? (Tuned rates: cosine 0.16,
# WSD 0.08.)

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the last fifth
predict(
    "last_fifth",
    "At epoch 16 of 20 the decay begins. By which factor does the cost fall in it?",
    "1.2",
    "3",
    "15",
)

# %% tags=["experiment"]
# Experiment: three ends of one trunk, and three cosines
WARMUP = EPOCH


def cosine(step, steps, learning_rate):
    if step < WARMUP:
        return learning_rate * (step + 1) / WARMUP
    return learning_rate * (1 + np.cos(np.pi * (step - WARMUP) / (steps - WARMUP))) / 2


def scheduled(rate_of):
    """Adam with a rate for every update, counted from 0."""
    return adam(lambda t: rate_of(t - 1))


def mean_of_seeds(rate_of, epochs):
    """The cost after every epoch, as a mean of two seeds."""
    runs = [costs_by_epoch(scheduled(rate_of), seed, epochs) for seed in range(2)]
    return np.mean(runs, axis=0)


ENDS = (5, 10, 20)
cosines = {
    end: mean_of_seeds(lambda n, steps=end * EPOCH: cosine(n, steps, 0.16), end) for end in ENDS
}
try:
    fig, ax = plots.figure()
    branches = {}
    for end in ENDS:
        branches[end] = mean_of_seeds(
            lambda n, steps=end * EPOCH: wsd(n, steps, 0.08, WARMUP, steps // 5), end
        )
        print(f"end at {end:2} epochs: WSD {branches[end][-1]:.3f}, cosine {cosines[end][-1]:.3f}")
        begins = end - end // 5
        trunk = slice(begins - 1, end)
        _ = ax.semilogy(range(begins, end + 1), branches[end][trunk], color=plots.COLORS["first"])
        _ = ax.semilogy(range(1, end + 1), cosines[end], ":", color=plots.COLORS["second"])
    _ = ax.semilogy(range(1, 17), branches[20][:16], color=plots.COLORS["first"], alpha=0.5)
    plots.label_end(ax, 20, branches[20][-1], "WSD", plots.COLORS["first"], (8, -4))
    plots.label_end(ax, 20, cosines[20][-1], "cosines", plots.COLORS["second"], (8, 6))
    _ = ax.set(xlabel="epoch", ylabel="training cost", xlim=(0, 20.5), xticks=range(0, 21, 5))
    plots.show(
        fig,
        "Training cost against epochs, logarithmic. One trunk stays high, and three branches drop "
        "from it at epochs 4, 8 and 16 to about where three cosines end that were planned for "
        "5, 10 and 20 epochs.",
    )
    predicted("last_fifth", branches[20][15] / branches[20][-1])
except NotImplementedError:
    print("Exercise 5 comes first; then run this cell again.")

# %% [markdown]
# Much the same at every end, and that is the point: for two thirds of the work (in the cell each branch
# runs through its trunk anew, for simplicity). In the stable phase the cost looks bad, since the rate is
# far too large to settle; most of the gain comes in the last fifth. Hägele and others (2024) find the
# same for language models.
#
# ### One rate for all widths
#
# Nobody tunes the rate of a model that takes a month. It is tuned on a narrow one. In the usual form this
# fails, since the best rate of Adam falls with the width. **µP** (Yang and others, 2022, *Tensor
# Programs V*) changes how the first weights and the rates depend on the width $n$: for two hidden
# layers, with 32 as the width at which you tuned, the rates of $W_2$ and $W_3$ are multiplied by
# $32/n$, and the first $W_3$ is made smaller by another $\sqrt{32/n}$.
#
# **Predict**: you take four times the best rate of width 32, to be bold, and go to width 128. Which form
# bears it?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: four times as wide
predict(
    "wider",
    "Rate 0.128 at width 128: which form has the lower cost?",
    "the usual one",
    "µP",
    "no difference",
)


# %% tags=["experiment"]
# Experiment: width 32 and width 128, usual and µP (2 s)
def cost_at_width(rate, width, mup, seed, epochs=3):
    """The cost after some epochs of Adam, whose rate falls linearly to 0."""
    rng = np.random.default_rng(seed)
    params = problems.init_params(rng, (64, width, width, 10))
    shrink = 32 / width if mup else 1.0
    params["W3"] = np.sqrt(shrink) * params["W3"]
    total = epochs * EPOCH
    factors = {key: shrink if key in ("W2", "W3") else 1.0 for key in params}
    rates = rate * problems.flatten(
        {key: np.full(p.shape, factors[key]) for key, p in params.items()}
    )
    step = as_step(optimizers.adam(lambda t: rates * (1 - (t - 1) / total)))
    for _ in range(epochs):
        for columns in np.array_split(rng.permutation(1437), EPOCH):
            params = step(params, gradient(params, columns))
    return cost_of(params)


rates = 0.008 * 2.0 ** np.arange(5)
fig, ax = plots.figure()
wide = {}
for label, width, mup, color in (
    ("width 32", 32, False, "data"),
    ("width 128, usual", 128, False, "second"),
    ("width 128, µP", 128, True, "first"),
):
    costs = [np.mean([cost_at_width(rate, width, mup, seed) for seed in (0, 1)]) for rate in rates]
    wide[label] = costs
    _ = ax.loglog(rates, costs, "o-", color=plots.COLORS[color])
    text = "#6f6f6f" if color == "data" else plots.COLORS[color]
    at, offset = (1, (6, 8)) if color == "data" else (-1, (8, 0))
    plots.label_end(ax, rates[at], costs[at], label, text, offset)
    far = f"{costs[-1]:.1f}" if costs[-1] < 0.3 else "more than 0.3"
    print(
        f"{label}: best rate {rates[np.argmin(costs)]:.3f}, cost there {min(costs):.2f},", end=" "
    )
    print(f"at rate 0.128 {far}")
_ = ax.set(xlabel="learning rate", ylabel="cost after 3 epochs", xlim=(0.007, 0.145))
_ = ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
ax.minorticks_off()
plots.show(
    fig,
    "Cost after three epochs against the learning rate. The usual network of width 128 is best at a "
    "smaller rate than width 32 and fails at 0.128; with µP the right end of the valley stays.",
)
usual, mup = wide["width 128, usual"][-1], wide["width 128, µP"][-1]
predicted(
    "wider",
    "µP" if mup < usual / 1.2 else "the usual one" if usual < mup / 1.2 else "no difference",
)

# %% [markdown]
# What transfers is the *place* of the best rate, and above all its right end. The height is another
# matter: at its own best rate the usual form is even better on this little task. The gain is that you
# need not look for it.
#
# ## 6 · Which weights do you hand in?
#
# **Question.** At a constant rate the weights swing about the bottom of a valley for ever. Why hand in
# the *last* ones?
#
# Average them: lesson 2 showed that an exponentially weighted average takes noise away. Polyak and
# Juditsky (1992) did it for stochastic approximation, Izmailov and others (2018) for deep networks, and
# many scripts keep such an **EMA** (지수 가중 평균) of the weights beside the training, with
# $\beta = 0.999$ or so. It is only looked at; the training never sees it.
#
# And lesson 3 comes due. What does the average start from? From zero, and corrected, was the answer there.
#
# ### Exercise 6 · The average of the weights


# %% exercise="ema_update"
def ema_update(average, params, beta, t):
    """The next average of the parameters, and what it is without the bias of its start.

    average: dict of arrays, the uncorrected average so far; zeros before the first update
    params:  dict of arrays, the newest parameters; may hold integers
    t:       updates that are in the average already: 0, 1, 2, ...
    Returns (average, corrected), two new dicts of new arrays: the uncorrected one is passed on,
    the corrected one is evaluated. The arguments stay as they were.

    Example, beta 0.75: a weight that is 8.0 twice. t = 0: average 2.0, corrected 8.0; t = 1:
    average 3.5, corrected 8.0.
    """
    # REFERENCE SOLUTION


# %% check="ema_update"
check("ema_update")

# %% [markdown] question="todays_copied_start"
# Many libraries start from a copy of the first weights and correct nothing; PyTorch's `AveragedModel`
# copies the first weights that it is *given*.

# %% quiz="todays_copied_start"

# %% [markdown]
# **Predict**: Adam for two epochs, and a $\beta$ of 0.999. How many test digits does the average
# recognise that started from a copy of the untrained weights? And the one that started from zero and was
# never corrected?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: three starts of the average
predict("copied_start", "After 2 epochs: a copy of the first weights", "10 %", "50 %", "95 %")
predict("zero_start", "After 10 epochs: from zero and not corrected", "10 %", "50 %", "95 %")


# %% tags=["experiment"]
# Experiment: four ways to begin an average
def averages(seed, epochs, rate=0.04, beta=0.999, batch=64):
    """The last weights and three averages of all weights on the way."""
    rng = np.random.default_rng(seed)
    copied = problems.init_params(rng, (64, 32, 10))  # where the training begins
    average = {key: np.zeros(value.shape) for key, value in copied.items()}
    for t, params in enumerate(training(adam(rate), seed, epochs, batch)):
        average, corrected = ema_update(average, params, beta, t)
        copied = {key: beta * copied[key] + (1 - beta) * params[key] for key in params}
    return {
        "the last weights": params,
        "from zero, corrected": corrected,
        "from zero, not corrected": average,
        "from a copy": copied,
    }


try:
    starts = {}
    for epochs in (2, 10):
        runs = [averages(seed, epochs) for seed in range(3)]
        print(f"after {epochs} epochs")
        for name in runs[0]:
            cost = np.mean([cost_of(run[name]) for run in runs])
            starts[name, epochs] = np.mean([accuracy_of(run[name]) for run in runs])
            print(f"  {name:25} cost {cost:5.2f}, test accuracy {starts[name, epochs]:3.0f} %")
    for question, name, epochs in (
        ("copied_start", "from a copy", 2),
        ("zero_start", "from zero, not corrected", 10),
    ):
        predicted(question, starts[name, epochs], f"{starts[name, epochs]:.0f} %")
except NotImplementedError:
    print("Exercise 6 comes first; then run this cell again.")

# %% [markdown]
# The copy is the worst of all: after two epochs it is nearly all untrained network, and after ten it is
# still most of it. Zero without a correction is stranger. It has nearly the *cost* of guessing and
# nearly the *accuracy* of the corrected average: the weights are right and all too small by the same
# factor, a ReLU network then keeps the order of its answers, and loses only its certainty. Whoever looks
# at one of the two numbers alone misses it.
#
# And even the corrected average is behind here: most of what it averages is old, and averages have a delay
# (lesson 2). Where training has come to swing, it pays:

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: better than the last weights
predict(
    "average_wins",
    "Three seeds, 20 epochs at a constant rate: on how many does the average recognise more?",
    "0",
    "1",
    "2",
    "3",
)


# %% tags=["experiment"]
# Experiment: the last weights and their average
def both_by_epoch(seed, epochs=20, rate=0.046, beta=0.99):
    """Test accuracy after every epoch of the weights and of their average, shape (epochs, 2)."""
    average = {key: np.zeros(value.shape) for key, value in like.items()}
    found = []
    for t, params in enumerate(training(adam(rate), seed, epochs)):
        average, corrected = ema_update(average, params, beta, t)
        if (t + 1) % EPOCH == 0:
            found.append((accuracy_of(params), accuracy_of(corrected)))
    return np.array(found)


try:
    both = [both_by_epoch(seed) for seed in range(3)]
    fig, ax = plots.figure()
    for column, color, label in ((0, "data", "the weights"), (1, "first", "their average")):
        curve = both[0][:, column]
        _ = ax.plot(range(1, 21), curve, ".-", color=plots.COLORS[color])
        text = "#6f6f6f" if column == 0 else plots.COLORS[color]
        plots.label_end(ax, 20, curve[-1], label, text, (8, 8 if column else -10))
    _ = ax.set(
        xlabel="epoch",
        ylabel="test accuracy, percent",
        ylim=(90, 100),
        xlim=(0, 20.5),
        xticks=range(0, 21, 5),
    )
    plots.show(
        fig,
        "Test accuracy by epoch. That of the weights jumps up and down between 93 and 99; that of "
        "their average becomes a quiet line above it.",
    )
    late = np.array([run[-8:].mean(axis=0) for run in both])
    for seed, (last, mean) in enumerate(late):
        print(f"seed {seed}, last 8 epochs: weights {last:.1f} %, average {mean:.1f} %")
    predicted("average_wins", str(int(np.sum(late[:, 1] > late[:, 0]))))
except NotImplementedError:
    print("Exercise 6 comes first; then run this cell again.")

# %% [markdown]
# Better on every seed, by a percentage point or two, and its line is quieter. It gives at *every* moment
# what a decay of the rate gives at the end. (While there is still far to go it only lags behind.)
#
# So why have a schedule at all? **Schedule-free** (Defazio and others, 2024) makes the average part of
# the optimizer. It takes the gradient at a point $y$ between the average $x$ and the fast weights $z$:
#
# $$y = 0.1\, z + 0.9\, x, \qquad z \leftarrow z - \alpha\, \frac{g(y)}{\sqrt{s}}, \qquad
# x \leftarrow \text{mean of all } z$$
#
# There is one rate, no end is planned, and $x$ is what you hand in. ($s$ is Adam's; the first epoch is a
# warm-up, and each $z$ counts in the mean with the square of its rate.)


# %% tags=["experiment"]
# Experiment: schedule-free Adam beside the cosines
def schedule_free(seed, epochs, rate=0.16):
    """The cost of x after every epoch."""
    rng = np.random.default_rng(seed)
    x = z = problems.init_params(rng, (64, 32, 10))
    s, weight, t, costs = dict.fromkeys(x, 0.0), 0.0, 0, []
    for _ in range(epochs):
        for columns in np.array_split(rng.permutation(1437), EPOCH):
            t += 1
            alpha = rate * min(1.0, t / EPOCH)
            weight += alpha**2
            y = {key: 0.1 * z[key] + 0.9 * x[key] for key in x}
            g = gradient(y, columns)
            s = {key: 0.999 * s[key] + 0.001 * g[key] ** 2 for key in s}
            root = {key: np.sqrt(s[key] / (1 - 0.999**t)) + 1e-8 for key in s}
            z = {key: z[key] - alpha * g[key] / root[key] for key in z}
            x = {key: x[key] + alpha**2 / weight * (z[key] - x[key]) for key in x}
        costs.append(cost_of(x))
    return costs


free = np.mean([schedule_free(seed, 20) for seed in range(2)], axis=0)
fig, ax = plots.figure()
_ = ax.semilogy(range(1, 21), free, color=plots.COLORS["first"])
plots.label_end(ax, 20, free[-1], "schedule-free", plots.COLORS["first"])
for end, planned in cosines.items():
    _ = ax.semilogy(range(1, end + 1), planned, ":", color=plots.COLORS["second"])
    print(
        f"{end:2} epochs: schedule-free {free[end - 1]:.4f}, cosine planned for it {planned[-1]:.3f}"
    )
plots.label_end(ax, 20, cosines[20][-1], "cosines", plots.COLORS["second"])
_ = ax.set(xlabel="epoch", ylabel="training cost", xlim=(0, 20.5), xticks=range(0, 21, 5))
plots.show(
    fig,
    "Training cost against epochs, logarithmic. One run without a schedule lies below the ends of "
    "three cosines, each planned for its own end.",
)

# %% [markdown]
# One run, no end in mind, and at each of the three ends below the cosine that was planned for it. On
# these digits it is the strongest result of the lesson. Average and schedule are two ways to the same
# thing, and one of them does not need to know the future.
#
# ## 7 · In sixteen bits (for those who want it)
#
# **Question.** Graphics cards compute faster with **float16**, numbers of sixteen bits. Its
# smallest positive number is $6 \cdot 10^{-8}$. A gradient has entries of $10^{-8}$. What is lost: a
# little accuracy, or the training?
#
# What is smaller becomes zero: **underflow** (언더플로). The remedy of Micikevicius and others (2018) is
# **loss scaling**: multiply the loss by a large number before the backward pass, so that all gradients
# are larger by it, and divide them again, in float32, before the step. Too small a scale loses the small
# ones; too large a scale makes the large ones infinite. So it is found on the way: halved after every
# overflow (and that update is skipped), doubled after 2,000 good updates in a row.
#
# ### Exercise 7 · The next loss scale


# %% exercise="scale_update"
def scale_update(scale, good, finite, interval=2000):
    """The next loss scale, and the count of good updates.

    scale:    the present scale
    good:     good updates in a row since the scale has changed last, before this one
    finite:   whether the gradients of this update were finite
    interval: after so many good updates in a row the scale doubles
    Returns (scale, good). After an overflow the scale is halved; whenever it changes, the count
    begins again at 0.

    Example, interval 3: scale 8 and two good updates become (16, 0) after a third one, and
    (4, 0) after an overflow.
    """
    # REFERENCE SOLUTION


# %% check="scale_update"
check("scale_update")

# %% [markdown] question="todays_unscale_first"

# %% quiz="todays_unscale_first"

# %% [markdown]
# The cell stores every array of the backward pass as float16. A language model averages its loss over a
# million words, the digits over 64; a factor of $2^{-18}$ makes their gradients as small.
#
# **Predict**: Adam does not care how large its gradients are (section 1). Does it need the scaling?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: Adam in sixteen bits
predict("adam_in_float16", "Does Adam train in float16 without a scale?", "yes", "no")

# %% tags=["experiment"]
# Experiment: a backward pass in float16
TINY_LOSS = 2.0**-18


def half(array):
    """The same numbers as float16 can hold them."""
    return array.astype(np.float16).astype(np.float32)


def half_gradient(params, columns, scale):
    """The gradient of the tiny loss; every array of the backward pass is float16."""
    X, Y = train.X[:, columns].astype(np.float32), train.Y[:, columns]
    (_, A), probabilities = problems.forward(params, X)
    dZ2 = half((probabilities - Y) / columns.size * TINY_LOSS * scale)
    dZ1 = half(params["W2"].T @ dZ2 * (A > 0))
    grads = {"W1": dZ1 @ X.T, "b1": dZ1.sum(axis=1, keepdims=True)}
    grads |= {"W2": dZ2 @ A.T, "b2": dZ2.sum(axis=1, keepdims=True)}
    return {key: half(grads[key]) / scale for key in params}


def train_in_half(seed, scale, dynamic=False, epochs=6):
    """The cost after some epochs of Adam, and the scale at the end."""
    rng = np.random.default_rng(seed)
    params = problems.init_params(rng, (64, 32, 10))
    step, good = as_step(optimizers.adam(0.02, epsilon=1e-20)), 0
    for _ in range(epochs):
        for columns in np.array_split(rng.permutation(1437), EPOCH):
            grads = half_gradient(params, columns, scale)
            finite = all(np.isfinite(g).all() for g in grads.values())
            if finite or not dynamic:
                params = step(params, grads)
            if dynamic:
                scale, good = scale_update(scale, good, finite, interval=50)
    return cost_of(params), scale


try:
    with np.errstate(all="ignore"):
        in_half = {}
        for name, scale, dynamic in (
            ("no scale", 1.0, False),
            ("scale 2^10", 2.0**10, False),
            ("from 2^40, with your rule", 2.0**40, True),
        ):
            runs = [train_in_half(seed, scale, dynamic) for seed in range(3)]
            in_half[name] = min(cost for cost, _ in runs)
            costs = ", ".join(f"{cost:.1f}" if cost < 1 else "above 1" for cost, _ in runs)
            print(f"{name}: costs {costs}", f"(scale now 2^{np.log2(runs[0][1]):.0f})" * dynamic)
    predicted("adam_in_float16", "yes" if in_half["no scale"] < 0.3 else "no")
except NotImplementedError:
    print("Exercise 7 comes first; then run this cell again.")

# %% [markdown]
# Adam is blind to the size of a gradient, but zero has no size. What has become zero stays zero, and
# what is left of the gradient is a caricature.
#
# Newer cards have **bfloat16**, which spends its bits otherwise: the range of float32 with two or three
# digits of accuracy. With it scripts mostly do without a scale, and this section explains a line that
# you will still meet.
#
# ## 8 · What is it worth?
#
# All of it together, ten epochs, each row with rates tuned for it (on training cost, by factors of two).
# **Predict**: how many more of the 360 test digits does the last row recognise than plain Adam?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the last row
predict(
    "last_row",
    "Compared with constant Adam, the row with the lowest cost recognises",
    "ten digits more",
    "about as many",
    "ten digits fewer",
)


# %% tags=["experiment"]
# Experiment: the ladder
def muon_scheduled(rate, adam_rate, rate_of):
    """Muon on W1 and Adam on the rest, both under a schedule with values from 0 to 1."""
    rest, kept = scheduled(lambda n: rate_of(n, adam_rate)), {"m": 0.0, "n": 0}

    def step(params, grads):
        kept["m"] = 0.95 * kept["m"] + 0.05 * grads["W1"]
        moved = rest(params, grads)
        direction = orthogonalize(0.95 * kept["m"] + 0.05 * grads["W1"])
        moved["W1"] = params["W1"] - rate_of(kept["n"], rate) * direction
        kept["n"] += 1
        return moved

    return step


TEN = 10 * EPOCH
ladder = {
    "gradient descent": lambda: as_step(optimizers.gradient_descent(0.64)),
    "momentum": lambda: as_step(optimizers.momentum(3.2)),
    "Adam": lambda: adam(0.04),
    "Lion": lambda: lion(0.01),
    "Adam, warm-up and cosine": lambda: scheduled(lambda n: cosine(n, TEN, 0.16)),
    "Adam, WSD": lambda: scheduled(lambda n: wsd(n, TEN, 0.08, WARMUP, TEN // 5)),
    "Muon, constant": lambda: muon_scheduled(0.05, 0.04, lambda n, rate: rate),
    "Muon, warm-up and cosine": lambda: muon_scheduled(
        0.8, 0.04, lambda n, rate: cosine(n, TEN, rate)
    ),
}
try:
    recognised, final = {}, {}
    for name, make in ladder.items():
        ends = [trained(make(), seed, 10) for seed in range(2)]
        final[name] = np.mean([cost_of(params) for params in ends])
        recognised[name] = np.mean([accuracy_of(params) for params in ends])
        print(f"{name:26} cost {final[name]:.3f}, test accuracy {recognised[name]:.1f} %")
    gained = 3.6 * (recognised[min(final, key=final.get)] - recognised["Adam"])
    words = ("ten digits fewer", "about as many", "ten digits more")
    predicted(
        "last_row", words[1 + int(np.sign(gained) * (abs(gained) > 5))], f"{gained:+.0f} digits"
    )
except NotImplementedError:
    print("Exercises 3, 4 and 5 come first; then run this cell again.")

# %% [markdown]
# The cost falls more than twentyfold from the first row to the last, and the test accuracy stays where it
# has been since the third, give or take a few digits. On this data there is nothing left to gain: 1,437 digits have said what
# they have to say. What these tools buy is *time*, and time is what a model of a thousand times the size
# is short of. Read every table of a new optimizer with that in mind: what was measured, on which part of
# the data, and what would the last row have cost with the first row's budget for tuning?

# %% [markdown]
# ## 9 · Find the bug
#
# **Question.** In this loop the parts of a batch arrive one after another; with every part that completes
# a batch the weights take a step. It runs. What does a training with it look like?
#
# ### Exercise 8 · A sum without an end


# %%
def endless_sum(w, total, part, number, every, learning_rate):
    total = total + part
    if number % every == 0:
        w = w - learning_rate * total / every
    return w, total


# %% tags=["experiment"]
# Experiment: a ball without friction
w, total = np.array([1.0]), np.zeros(1)
for number in range(1, 25):
    w, total = endless_sum(w, total, w, number, 2, 0.3)  # the gradient of half of w squared is w
    if number % 2 == 0:
        print(f"{w[0]:.2f}", end=" ")
print("after the updates")

# %% [markdown]
# It swings and does not come to rest, like a momentum without friction: every gradient since the start is
# still in the sum. In PyTorch the missing line is called `optimizer.zero_grad()`. Repair a copy.


# %% exercise="repair_endless_sum"
def repair_endless_sum(w, total, part, number, every, learning_rate):
    """endless_sum, repaired: what one more part of a batch does.

    w, total, part: arrays of the same shape: weights, sum of the parts of this batch so far, the
                    gradient of the new part
    number:         of the part, counted from 1 since the training began
    every:          parts in a batch, all of the same size: after so many the weights take a step
                    by the mean of the parts
    Returns (w, total): the weights, and the sum with which the next part begins.

    Example: w [1.0], total [2.0], part [4.0], number 2, every 2, learning_rate 0.1 ->
    w [0.7], total [0.0].
    """
    # REFERENCE SOLUTION


# %% check="repair_endless_sum"
check("repair_endless_sum")

# %% [markdown]
# ## Summary
#
# - **Accumulation**: parts are weighed by their sizes. Gradient descent dies of a wrong factor; Adam
#   hides it, and only suffers from wrong weights.
# - Small batches obey the linear rule. Beyond the **critical batch size** a larger batch saves few updates.
# - **Clip** all gradients by one factor. Adam remembers one bad batch for hundreds of updates; a gradient
#   that is not finite is skipped.
# - **Lion** steps by the sign of a mixture and remembers one number per weight. **Muon** makes all
#   singular values alike, without an SVD; **Shampoo** had it with memory.
# - Gradient descent drives the sharpness of a network to $2/\alpha$, the **edge of stability**.
# - **WSD** needs no plan for its end; **µP** keeps the best rate where it is when a network grows.
# - An **average of the weights** takes the noise out, if it starts from zero and is corrected.
#   **Schedule-free** builds it in.
# - float16 loses small gradients; a **loss scale** that finds itself keeps them.
#
# ### Cheat sheet
#
# | technique | formula | code | default | when not, and what to mind |
# |---|---|---|---|---|
# | accumulation | $g = \sum n_i g_i / \sum n_i$ | `g = sum(n * part for n, part in zip(sizes, parts)) / sum(sizes)` | weighed by sizes | the plain mean of unequal parts |
# | clip by the global norm | $g = g\,c/\max(\lVert g \rVert, c)$ | `g = g * c / max(np.linalg.norm(g), c)` | $c$ 1 | as a cure for a rate that is too large; a norm that is not finite |
# | Lion | $w = w - \alpha\,\text{sign}(\beta_1 m + (1-\beta_1)\, g)$<br>$m = \beta_2 m + (1-\beta_2)\, g$ | `w = w - alpha * np.sign(beta1 * m + (1 - beta1) * g)`<br>`m = beta2 * m + (1 - beta2) * g` | 0.9, 0.99 | with Adam's rate: it wants a smaller one |
# | Muon, one iteration | $A = X X^T$<br>$X = a X + (b A + c A^2) X$ | `A = X @ X.T`<br>`X = a * X + (b * A + c * A @ A) @ X` | 5 times; 3.4445, −4.775, 2.0315 | vectors: for matrices alone |
# | warm-up, stable, decay | $\alpha_t = \alpha \min(1, (T - t)/D)$ after the warm-up | `rate = alpha * min(1, (T - t) / D)` | $D$ a fifth of $T$ | |
# | average of the weights | $m = \beta m + (1-\beta)\, w$<br>$\hat w = m/(1-\beta^{t+1})$ | `m = beta * m + (1 - beta) * w`<br>`w_average = m / (1 - beta ** (t + 1))` | from zero, $t$ from 0 | a copy of the first weights as its start |
# | edge of stability | $\lambda = 2/\alpha$ | `sharpness = 2 / alpha` | full batch | |
# | loss scale | halved when not finite, else doubled after 2,000 good ones | `scale = 2 * scale if good == interval else scale` | $2^{16}$ | float32 |
#
# ### Words
#
# | English | 한국어 |
# |---|---|
# | gradient accumulation, micro-batch | 기울기 누적, 마이크로배치 |
# | gradient clipping | 기울기 클리핑 |
# | critical batch size | 임계 배치 크기 |
# | sign | 부호 |
# | singular value, orthogonal matrix | 특잇값, 직교 행렬 |
# | sharpness, edge of stability | 첨예도, 안정성의 경계 |
# | underflow | 언더플로 |
#
# ### In other libraries
#
# | this lesson | PyTorch | Keras |
# |---|---|---|
# | `accumulate` | `backward()` adds gradients up: divide each loss yourself | `gradient_accumulation_steps` |
# | `clip_global_norm` | `torch.nn.utils.clip_grad_norm_`, in place, gives the norm back | `global_clipnorm` |
# | `lion_update` | not in `torch.optim` | `Lion`, with the same betas |
# | `orthogonalize` | inside `torch.optim.Muon`, with the same coefficients | |
# | `wsd` | `SequentialLR` of `LinearLR`, `ConstantLR` and `LinearLR` | write it yourself |
# | `ema_update` | `swa_utils.AveragedModel` with `get_ema_avg_fn(0.999)`: a copy, not corrected | `use_ema`, `ema_momentum` |
# | `scale_update` | `torch.amp.GradScaler`, from $2^{16}$, interval 2000 | `LossScaleOptimizer` |
#
# ### What comes next
#
# Open a training script that you use, and look for these lines. Some will be missing. You can now say what
# would change if they were there, and you know how to find out.

# %% tags=["nbval-ignore-output"]
progress("13_todays_training")
