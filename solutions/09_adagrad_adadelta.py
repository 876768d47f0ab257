# %% [markdown]
# # 9 · Let the past set the rate: Adagrad, Adadelta, Nesterov
#
# RMSprop and Adam have older relatives. Adagrad was the first of the family and never forgets a
# gradient. Adadelta forgets, and claims to need no learning rate. Nesterov's momentum looks where
# it is going. This lesson builds all three and checks what is said about them.
#
# **What you'll do.** Write Adagrad, Adadelta and Nesterov's momentum, one update each. Watch a
# learning rate die, and find out when that is a good thing. Search for the learning rate that
# Adadelta hides. Race the look-ahead against the heavy ball.
#
# **What you'll learn.**
# - why a rate for every parameter helps where inputs are rare,
# - what a sum of squares does that an average does not,
# - what "no learning rate" means, and which number takes its place,
# - what looking ahead changes, and what it does not.
#
# **What you'll need.** Lesson 4 (momentum) and lesson 5 (RMSprop). About {minutes} minutes. Run the cells
# from top to bottom.

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
# ## 1 · Rare inputs
#
# **Question.** A network has ten thousand weights. Should all of them move at one learning rate
# (학습률)?
#
# Look at the handwritten digits. A weight that is connected to a pixel only gets a gradient (기울기)
# when that pixel holds ink. Some pixels do in almost every image and some in hardly any.
# We train one layer (64 pixels, 10 classes) for one epoch (에포크) with gradient descent (경사 하강법)
# and add up the squares of all gradients, pixel by pixel.
#
# **Predict** before you run the cell: how many times larger are the sums in the middle of the image
# than those at its edge? Ten times? A thousand times?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: rare pixels
predict(
    "rare_pixels",
    "How many times larger is the largest sum than the smallest?",
    "10 times",
    "1000 times",
    "100000 times",
)

# %% tags=["experiment"]
# Experiment: the gradients of every pixel
training, testing = digits_split()
softmax = {"W1": np.zeros((10, 64)), "b1": np.zeros((10, 1))}
rng = np.random.default_rng(0)
squares, params = np.zeros(64), softmax
for columns in np.array_split(rng.permutation(1437), 23):
    batch = training.X[:, columns], training.Y[:, columns]
    _, grads = problems.cost_and_grads(params, *batch)
    squares = squares + (grads["W1"] ** 2).sum(axis=0)
    params = {key: params[key] - 0.5 * grads[key] for key in params}

seen = squares > 0
rates = np.full(64, np.nan)  # no rate where there has never been a gradient
rates[seen] = 1 / np.sqrt(squares[seen])
fig, axes = plots.figure(1, 3, size=(9, 3.4))
pictures = (
    ((training.X > 0).mean(axis=1), "how often inked", None),
    (np.where(seen, squares, np.nan), "sum of squares", "log"),
    (rates, "1 / root of the sum", "log"),
)
for ax, (values, title, scale) in zip(axes, pictures, strict=True):
    image = ax.imshow(values.reshape(8, 8), norm=scale, cmap="viridis_r")
    fig.colorbar(image, ax=ax, shrink=0.75)
    ax.spines[:].set(visible=True, color="#b9b9b9")
    _ = ax.set(title=title, xticks=[], yticks=[])
plots.show(
    fig,
    "Three pictures of 8 by 8 pixels. Pixels in the middle hold ink in most images and those at "
    "the left and right edge almost never. The sums of squared gradients range over five powers "
    "of ten; one over their root is largest at the edge. Three pixels never held ink.",
)
print(
    f"largest sum {squares.max():.2g}, smallest {squares[seen].min():.2g}, never: {(~seen).sum()}"
)
print(f"1 / root of the sum: largest / smallest = {np.nanmax(rates) / np.nanmin(rates):.0f}")
ratio = squares.max() / squares[seen].min()
predicted("rare_pixels", ratio, f"about {round(ratio, -5):,.0f}")

# %% [markdown]
# Five powers of ten. With one learning rate for all, the weights at the edge have hardly moved at
# the end of the epoch, and they may matter: that rare pixel may be what tells one digit from
# another. In text the effect is stronger still, since most words are rare.
#
# **Adagrad** (Duchi, Hazan and Singer, 2011; "adaptive gradient") gives every parameter its own
# rate, and takes it from the parameter's own past. Lecture notes put it as "what has changed a lot
# changes little, and what has changed little changes a lot". It keeps the sum $G$ of the squares of
# *all* gradients so far and divides by its root:
#
# $$G = G + g^2, \qquad w = w - \alpha\, \frac{g}{\sqrt{G} + \epsilon}$$
#
# - $g^2$, root and division are element-wise (요소별): one $G$ for each weight.
# - $G$ is zero before the first step. Each gradient is squared *first* and then added.
# - $\epsilon$ (엡실론) is there so that nothing is divided by zero. The three pixels that never
#   held ink have $g = 0$ and $G = 0$, and $0/0$ would be nan; $0/\epsilon$ is 0.
# - The quotient $\alpha / (\sqrt{G} + \epsilon)$ is the **effective learning rate** (유효 학습률), the
#   right-hand picture above.
#
# ### Exercise 1 · One step of Adagrad
#
# Update the sum first; the step uses the new one. Like every update in this course it is **pure**:
# it returns new dictionaries, and nothing that was passed in changes. `hint("adagrad_update")` gives
# a hint, and each further call another.


# %% exercise="adagrad_update"
def adagrad_update(params, grads, squared_sum, learning_rate, epsilon=1e-8):
    """One step of Adagrad.

    params, grads: dicts of arrays with the same keys and shapes
    squared_sum:   the sums of all squared gradients so far, same keys and shapes
    Returns (params, squared_sum) after the step, as new dicts; the arguments stay as they were.

    Example, one parameter, learning_rate 0.1: w 1.0, gradient 4.0, sum 9.0  ->  sum 25.0, w 0.92
    """
    # REFERENCE SOLUTION


# %% check="adagrad_update"
check("adagrad_update")

# %% [markdown]
# Let your code learn the digits, two epochs with the one layer, beside gradient descent. Both are
# tuned (조정) in the same way: seven rates, each twice the one before, and the lowest training cost
# counts.


# %% tags=["experiment"]
# Experiment: your Adagrad on the digits
def my_adagrad(learning_rate):
    """Your Adagrad in the form update(w, g, state) -> (w, state)."""

    def update(w, g, state):
        total = {"w": np.zeros(w.shape)} if state is None else state
        params, total = adagrad_update({"w": w}, {"w": g}, total, learning_rate)
        return params["w"], total

    return update


def cost_after(update, epochs, start=softmax):
    rng = np.random.default_rng(0)
    params, _ = problems.train(start, training.X, training.Y, update, epochs, rng)
    return problems.cost_and_grads(params, training.X, training.Y)[0]


contest = (
    ("gradient descent", optimizers.gradient_descent, 0.2 * 2.0 ** np.arange(7)),
    ("your Adagrad", my_adagrad, 0.02 * 2.0 ** np.arange(7)),
)
for name, make, grid in contest:
    try:
        costs = [cost_after(make(rate), 2) for rate in grid]
        best = int(np.argmin(costs))
        print(f"{name}: cost {costs[best]:.3f} at its best rate {grid[best]:.2f}")
        print("   all seven:", " ".join(f"{cost:.2f}" for cost in costs))
    except NotImplementedError:
        print(f"{name}: exercise 1 comes first; then run this cell again.")

# %% [markdown]
# On this small problem the two are close, once each has its own rate. All pixels lie between 0 and
# 1 here, and the rare ones decide little. A rate per parameter is not a free win; it is insurance
# for the case that scales differ a lot.

# %% [markdown] question="adagrad_step_100"
# ## 2 · A sum only grows

# %% quiz="adagrad_step_100"

# %% [markdown] question="adagrad_or_average"

# %% quiz="adagrad_or_average"

# %% tags=["experiment"]
# Experiment: the memory of a sum and of an average
from itertools import accumulate

storm = np.array([10.0] * 100 + [0.1] * 400)
filters = {"adagrad": optimizers.SUM, "rmsprop": optimizers.average(0.9)}
fig, axes = plots.figure(1, 2, size=(9, 3.6), sharey=True)
for ax, sizes, title in (
    (axes[0], np.ones(500), "the gradient is always 1"),
    (axes[1], storm, "first 10, then 0.1"),
):
    for name, memory in filters.items():
        squares = np.array(list(accumulate(sizes**2, memory.step, initial=0.0)))[1:]
        rate = 1 / np.sqrt(squares)
        _ = ax.semilogy(np.arange(1, 501), rate, color=plots.COLORS[name])
        label = {"adagrad": "Adagrad", "rmsprop": "RMSprop"}[name]
        plots.label_end(ax, 500, rate[-1], label, plots.COLORS[name])
        print(f"{title}: {label} {rate[99]:.3g} at step 100, {rate[-1]:.3g} at step 500")
    _ = ax.set(title=title, xlabel="step", xlim=(-10, 510), xticks=[1, 100, 300, 500])
_ = axes[0].set_ylabel(r"effective rate / $\alpha$")
plots.show(
    fig,
    "Effective learning rates over 500 steps. Under a constant gradient Adagrad's falls like one "
    "over the root of the step while RMSprop's stays at 1. After a time of large gradients "
    "RMSprop's recovers to 10, Adagrad's stays at 0.01.",
)

# %% [markdown]
# $G$ is a **sum** (누적합). Nothing ever leaves it, so it can only grow and the rate can only fall:
# like $1/\sqrt{t}$ under constant gradients. That is the "fatal weakness" in the notes: after enough
# steps the network does not change any more.
#
# ## 3 · Is a dying rate bad?
#
# **Question.** Lesson 7 *wanted* the rate to fall, since noise (잡음) keeps a constant rate from
# settling. So is Adagrad's dying rate a fault or a free schedule?
#
# The bowl $\tfrac12 (w_1^2 + w_2^2)$ with noise of standard deviation 1 on every gradient, 500 runs
# at once, 3000 steps. **Predict**: which of the four curves is lowest at the end, and which is
# highest?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: four curves
predict(
    "lowest_curve",
    "Which curve is lowest at the end?",
    "RMSprop, rate 0.1",
    "RMSprop, rate 0.01",
    "Adagrad, rate 0.1",
    "Adagrad, rate 0.01",
)
predict(
    "highest_curve",
    "Which is highest?",
    "RMSprop, rate 0.1",
    "RMSprop, rate 0.01",
    "Adagrad, rate 0.1",
    "Adagrad, rate 0.01",
)

# %% tags=["experiment"]
# Experiment: four curves on a noisy bowl (2 s)
hollow = problems.bowl(1, start=(1.0, 1.0))
fig, ax = plots.figure()
steps, ends = np.arange(3001), {}
for name, make in (("rmsprop", optimizers.rmsprop), ("adagrad", optimizers.adagrad)):
    for rate, style in ((0.1, "-"), (0.01, "--")):
        noisy = problems.noisy_gradient(hollow.gradient, 1.0, np.random.default_rng(0))
        surface = problems.Problem("noisy", hollow.value, noisy, None, hollow.minimum, None)
        path = optimizers.follow(surface, make(rate), 3000, np.ones((2, 500)))
        value = hollow.value(path.swapaxes(0, 1)).mean(axis=1)
        _ = ax.loglog(steps[1:], value[1:], style, color=plots.COLORS[name])
        label = {"adagrad": "Adagrad", "rmsprop": "RMSprop"}[name]
        plots.label_end(ax, 3000, value[-1], rf"{label}, $\alpha$ = {rate}", plots.COLORS[name])
        ends[f"{label}, rate {rate}"] = value[-1]
        print(f"{label}, rate {rate}: f = {value[300]:.3f} at step 300, {value[-1]:.4f} at 3000")
_ = ax.set(xlabel="step", ylabel="mean of $f$ over 500 runs", xlim=(0.9, 3300))
plots.show(
    fig,
    "Mean cost over steps on a noisy bowl, both axes logarithmic. RMSprop falls quickly and stays "
    "level, at 0.05 for rate 0.1 and 0.005 for rate 0.01. Adagrad with rate 0.1 keeps falling and "
    "ends lowest; with rate 0.01 it crawls and ends highest.",
)
predicted("lowest_curve", min(ends, key=ends.get))
predicted("highest_curve", max(ends, key=ends.get))

# %% [markdown]
# Both, then. With a good rate Adagrad is the only one that keeps improving: its decay is a
# schedule for free, and on convex problems it comes with a guarantee (Duchi and others, 2011). With
# a rate that is too small, the decay eats what there is before the way is done. And a network is not
# convex: it may have to travel far, and its early gradients are often the largest. Section 6 comes
# back to that.

# %% [markdown]
# ## 4 · No learning rate?
#
# The remedy for the growing sum is the exponential moving average: old squares fade. Adagrad with
# an average is RMSprop. Zeiler (2012, *ADADELTA: An Adaptive Learning Rate Method*) found the same
# remedy at the same time, and went one step further.
#
# He looked at **units** (단위). If $w$ is measured in metres and the cost in euros, then $g$ has
# the unit euros per metre. $g / \sqrt{s}$ has no unit at all, and yet we subtract it from metres;
# the learning rate has to supply them. **Adadelta** takes the metres from its own past steps
# $\Delta$. With $s$ for the average of squared gradients and $d$ for the average of squared steps
# (Algorithm 1 of the paper, with our names):
#
# $$s = \rho\, s + (1-\rho)\, g^2$$
#
# $$\Delta = \frac{\sqrt{d + \epsilon}}{\sqrt{s + \epsilon}}\; g$$
#
# $$d = \rho\, d + (1-\rho)\, \Delta^2$$
#
# $$w = w - \Delta$$
#
# - There is no $\alpha$. That is the "no learning rate" of the notes.
# - $\rho$ plays the part of $\beta_2$.
# - The step uses the *previous* $d$, since the present one needs the step.
# - Here $\epsilon$ stands *inside* the roots, as in the paper, and in both of them.
#
# ### Exercise 2 · One step of Adadelta


# %% exercise="adadelta_update"
def adadelta_update(params, grads, state, rho=0.9, epsilon=1e-6):
    """One step of Adadelta.

    params, grads: dicts of arrays with the same keys and shapes
    state:         {"s": averages of squared gradients, "d": averages of squared steps}, two dicts
                   with the keys and shapes of params, all zero before the first step
    Returns (params, state) after the step, as new dicts; the arguments stay as they were.

    Example, one parameter, rho 0.5, epsilon 0: w 1.0, gradient 2.0, s 4.0, d 0.01
    ->  s 4.0, the step is 0.1, d 0.01, w 0.9
    """
    # REFERENCE SOLUTION


# %% check="adadelta_update"
check("adadelta_update")

# %% [markdown] question="adadelta_epsilon"

# %% quiz="adadelta_epsilon"

# %% [markdown]
# Now watch your Adadelta walk down $f(w) = \tfrac12 w^2$ from $w = 1$, with $\rho = 0.95$ and seven
# values of $\epsilon$. **Predict**: does the tiny number matter?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a tiny number
predict(
    "tiny_number",
    "With ε = 1e-8 in place of 1e-2, Adadelta needs",
    "equally many steps",
    "10 times as many",
    "hundreds of times as many",
)


# %% tags=["experiment"]
# Experiment: your Adadelta with seven epsilons
def my_adadelta(rho=0.95, epsilon=1e-6):
    """Your Adadelta in the form update(w, g, state) -> (w, state)."""

    def update(w, g, state):
        if state is None:
            state = {name: {"w": np.zeros_like(w)} for name in ("s", "d")}
        params, state = adadelta_update({"w": w}, {"w": g}, state, rho, epsilon)
        return params["w"], state

    return update


line = problems.bowl(1, start=(1.0, 0.0))
try:
    steps_needed = {}
    fig, ax = plots.figure()
    for power in range(-8, -1):
        path = optimizers.follow(line, my_adadelta(epsilon=10.0**power), 2000)[:, 0]
        arrived = steps_needed[power] = int(np.argmax(path < 0.1))
        _ = ax.semilogx(np.arange(1, 2001), path[1:], color=plots.COLORS["adadelta"])
        text = rf"$10^{{{power}}}$"
        half_way = np.interp(-0.5, -path, np.arange(2001))
        plots.label_end(ax, half_way, 0.5, text, "#333333", (5, 3))
        print(f"epsilon 1e{power}: first step {1 - path[1]:.5f}, w < 0.1 after {arrived} steps")
    _ = ax.set(xlabel="step", ylabel="$w$")
    plots.show(
        fig,
        "The way of Adadelta from 1 to 0 for seven values of epsilon, over a logarithmic axis of "
        "steps. Each tenfold epsilon arrives about three times earlier: after 4 steps for 1e-2, "
        "after 1810 for 1e-8.",
    )
    ratio = steps_needed[-8] / steps_needed[-2]
    words = "10 times as many" if ratio > 2 else "equally many steps"
    predicted("tiny_number", "hundreds of times as many" if ratio > 100 else words)
except NotImplementedError:
    print("Exercise 2 comes first; then run this cell again.")

# %% [markdown]
# It decides everything. While $d$ is still zero, the first step is
#
# $$\Delta = \frac{\sqrt{\epsilon}}{\sqrt{(1-\rho)\, g^2 + \epsilon}}\; g,$$
#
# from 0.0014 to 0.014 for the values between $10^{-7}$ and $10^{-5}$ that libraries use. Below the
# line $\epsilon$ only guards against a division by zero. Above it, it is what starts the motion, and
# so $\sqrt{\epsilon}$ took over the part of the learning rate. Without it Adadelta would never leave
# its start.
#
# Drag and see: does $\rho$ matter as much?


# %% tags=["experiment", "nbval-ignore-output"]
# Sliders: epsilon and rho of Adadelta
def draw_adadelta(ax, log10_epsilon, rho):
    path = optimizers.follow(line, my_adadelta(rho, 10.0**log10_epsilon), 400)[:, 0]
    ax.axhline(0, color="#b9b9b9", linewidth=0.8)
    ax.plot(path, color=plots.COLORS["adadelta"])
    ax.set(xlabel="step", ylabel="$w$", ylim=(-1.1, 1.1))
    return f"first step {1 - path[1]:.5f}, w = {path[-1]:.2g} after 400 steps"


try:
    plots.explore(
        draw_adadelta,
        "The way of Adadelta from 1 towards 0; sliders change epsilon and rho.",
        log10_epsilon=(-8.0, -1.0, 0.5, -6.0),
        rho=(0.5, 0.99, 0.01, 0.95),
    )
except NotImplementedError:
    print("Exercise 2 comes first; then run this cell again.")

# %% [markdown]
# And the units? One $\epsilon$ is added to $s$, a squared gradient, and to $d$, a squared length.
# It cannot fit both. **Predict**: the start moves from 1 to 100. Does Adadelta need as many steps
# to get rid of nine tenths of the distance? And what if all gradients are 1000 times as large?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a start far away
predict(
    "far_start",
    "From a start 100 times as far, Adadelta needs",
    "equally many steps",
    "5 times as many",
    "30 times as many",
)
predict(
    "large_gradients",
    "With gradients 1000 times as large it needs",
    "equally many steps",
    "fewer steps",
    "more steps",
)


# %% tags=["experiment"]
# Experiment: other starts, other scales
def steps_to_a_tenth(start, c):
    """Steps until a tenth of the distance is left, with the cost multiplied by c."""
    scaled = problems.Problem("line", None, lambda w: c * w, None, None, None)
    path = optimizers.follow(scaled, my_adadelta(), 12000 if start > 1 else 1000, [start])[:, 0]
    return int(np.argmax(path < 0.1 * start))


try:
    counted = {}
    for start, c in ((1, 1), (1, 1000), (0.01, 1), (100, 1)):
        counted[start, c] = steps_to_a_tenth(start, c)
        print(f"start {start}, gradients times {c}: {counted[start, c]} steps")
    near, far = counted[1, 1], counted[100, 1]
    words = "5 times as many" if far > 2 * near else "equally many steps"
    predicted(
        "far_start", "30 times as many" if far > 12 * near else words, f"{far} steps against {near}"
    )
    larger = counted[1, 1000] - near
    words = "equally many steps" if abs(larger) <= 0.01 * near else "more steps"
    predicted("large_gradients", "fewer steps" if larger < -0.01 * near else words)
except NotImplementedError:
    print("Exercise 2 comes first; then run this cell again.")

# %% [markdown]
# The scale of the cost cancels, as it does in RMSprop. The scale of the weights does not: from a
# start 100 times as far away it takes 29 times as many steps, because every run has to work its way
# up from the same $\sqrt{\epsilon}$. So "no learning rate" is not quite true. There is a length to
# choose, and it is hidden in $\epsilon$.

# %% [markdown] question="nesterov_gradient"
# ## 5 · Look ahead: Nesterov
#
# Now back to momentum (모멘텀) of lesson 4: $v = \beta v + (1-\beta) g$, $w = w - \alpha v$, also
# called the heavy ball.

# %% quiz="nesterov_gradient"

# %% [markdown]
# **Nesterov's momentum** (네스테로프 모멘텀) in our averaging form:
#
# $$\tilde{w} = w - \alpha\,\beta\, v$$
#
# $$v = \beta\, v + (1-\beta)\, \nabla f(\tilde{w})$$
#
# $$w = w - \alpha\, v$$
#
# Only the first line is new. $\tilde w$ is the **look-ahead** (미리 보기) point; the step itself still
# starts at $w$. (A common slip leaves out $\beta$ in the first line: then the ball looks too far.)
#
# ### Exercise 3 · One step of Nesterov's momentum
#
# The update must take its gradient at a point of its own choice. So it does not get `grads` but
# `gradient`, a function: `gradient(params)` takes a dict of parameters and returns a dict of
# gradients with the same keys.


# %% exercise="nesterov_update"
def nesterov_update(params, gradient, velocity, learning_rate, beta=0.9):
    """One step of Nesterov's momentum, averaging form.

    params, velocity: dicts of arrays with the same keys and shapes
    gradient:         function; gradient(params) is the dict of gradients at these parameters
    Returns (params, velocity) after the step, as new dicts; the arguments stay as they were.

    Example, one parameter, gradient of f = w^2 / 2 (it is w), learning_rate 0.5, beta 0.5:
    w 1.0, velocity 2.0  ->  the look-ahead point is 0.5, velocity 1.25, w 0.375
    """
    # REFERENCE SOLUTION


# %% check="nesterov_update"
check("nesterov_update")

# %% [markdown]
# **Predict**: the valley of lesson 4, the same $\alpha = 0.2$ and $\beta = 0.9$ for both. Which path
# swings more?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: two paths
predict(
    "swings_more",
    "Which path still swings more across the valley after 40 steps?",
    "the heavy ball's",
    "Nesterov's",
)

# %% tags=["experiment"]
# Experiment: the heavy ball and your Nesterov
valley = problems.bowl(kappa=20)


def my_nesterov_path(surface, learning_rate, beta, steps):
    """The points that your nesterov_update visits."""
    params, velocity = {"w": surface.start}, {"w": np.zeros(2)}
    path = [surface.start]
    for _ in range(steps):
        params, velocity = nesterov_update(
            params, lambda p: {"w": surface.gradient(p["w"])}, velocity, learning_rate, beta
        )
        path.append(params["w"])
    return np.array(path)


paths = {"momentum": optimizers.follow(valley, optimizers.momentum(0.2), 60)}
try:
    paths["nesterov"] = my_nesterov_path(valley, 0.2, 0.9, 60)
except NotImplementedError:
    print("Exercise 3 comes first; then run this cell again.")

fig, axes = plots.figure(2, 1, size=(8, 5), sharex=True)
for ax, (name, path) in zip(axes, paths.items(), strict=False):
    plots.contour(ax, valley.value, ((-11.5, 11.5), (-3, 3)), valley.minimum)
    plots.trajectory(ax, path, name)
    title = {"momentum": "heavy ball", "nesterov": "your Nesterov"}[name]
    _ = ax.set_title(title)
    ax.label_outer()
    late = np.abs(path[40:, 1]).max()
    print(f"{title}: f = {valley.value(path[-1]):.4f}, swings across the valley {late:.5f}")
plots.show(
    fig,
    "Two paths on the long bowl at the same rate. The heavy ball keeps swinging across the valley; "
    "Nesterov's swings across die out after a few steps.",
)
if "nesterov" in paths:
    ball, look = (np.abs(path[40:, 1]).max() for path in paths.values())
    predicted("swings_more", "the heavy ball's" if ball > look else "Nesterov's")

# %% [markdown]
# The look-ahead acts as a brake. When the ball is about to run up the other wall, the gradient over
# there already pushes it back. The steeper the direction, the stronger the brake: in a swing the
# heavy ball loses the factor $\sqrt\beta$ a step in every direction, Nesterov loses
# $\sqrt{\beta\,(1 - \alpha(1-\beta)\lambda)}$, where $\lambda$ is the curvature.
#
# **Is it faster?** A fair race gives each its own learning rate *and* its own $\beta$: for every
# $\kappa$ we try 49 values of $\beta$ and 70 rates up to the stability limit, and count the steps
# from $(1, 1)$. (All of these runs go at once. They use the form of PyTorch, whose points are the
# look-ahead points.)
#
# A race also needs a finish line. We draw two: on the left $f$ has to fall to a millionth, on the
# right the *distance* from the minimum to a thousandth; both have to stay there. The two look alike,
# since $f$ goes with the square of the distance.
#
# **Predict** the winner at $\kappa = 1000$, on the left and on the right.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: two finish lines
predict("left_line", "κ = 1000, f to a millionth: who needs fewer steps?", "heavy ball", "Nesterov")
predict(
    "right_line",
    "κ = 1000, distance to a thousandth: who needs fewer steps?",
    "heavy ball",
    "Nesterov",
)

# %% tags=["experiment"]
# Experiment: a tuned race to two finish lines (1 s)
beta_grid = np.append(np.linspace(0, 0.9, 31), np.linspace(0.91, 0.995, 18))
fractions = np.append(np.geomspace(0.01, 0.5, 30), np.linspace(0.52, 0.999, 40))
betas, fraction = (grid.ravel() for grid in np.meshgrid(beta_grid, fractions))


def best_of_grid(kappa, look_ahead):
    """The fewest steps over the grid and their beta, for both finish lines."""
    steps, limit = min(300, 100 + kappa), 2 * (1 + betas) / (1 - betas) / kappa
    if look_ahead:
        limit = limit / (1 + 2 * betas)
    average = optimizers.average(betas)
    ahead = average if look_ahead else None
    update = optimizers.stepper(fraction * limit, average, ahead=ahead)
    surface = problems.bowl(kappa, start=(1, 1))
    w = optimizers.follow(surface, update, steps, np.ones((2, betas.size))).swapaxes(0, 1)
    best = []
    for left in (surface.value(w) / surface.value(surface.start), (w**2).sum(axis=0) / 2):
        reached = optimizers.steps_to_reach(left, 1e-6)
        first = np.where(reached < 0, steps + 1, reached).argmin()
        best.append((reached[first], betas[first]))
    return best


kappas = [10, 100, 300, 1000]
ball = [best_of_grid(kappa, look_ahead=False) for kappa in kappas]
look = [best_of_grid(kappa, look_ahead=True) for kappa in kappas]
fig, axes = plots.figure(1, 2, size=(9.4, 3.8), sharey=True)
finish_lines = ("f to a millionth", "distance to a thousandth")
for line, (ax, title) in enumerate(zip(axes, finish_lines, strict=True)):
    for race, label, name, style in (
        (ball, "heavy ball", "momentum", "o-"),
        (look, "Nesterov", "nesterov", "s--"),
    ):
        counts = [best[line][0] for best in race]
        _ = ax.loglog(kappas, counts, style, color=plots.COLORS[name])
        shift = 6 if counts[-1] == max(ball[-1][line][0], look[-1][line][0]) else -6
        plots.label_end(ax, 1000, counts[-1], label, plots.COLORS[name], (8, shift))
    _ = ax.set(title=title, xlabel=r"condition number $\kappa$", xlim=(9, 1100))
_ = axes[0].set_ylabel("steps, rate and $\\beta$ tuned")
plots.show(
    fig,
    "Steps against the condition number, both axes logarithmic, for two finish lines. Where f has "
    "to fall to a millionth, Nesterov needs fewer steps at 100 and above. Where the distance has to "
    "fall to a thousandth, the heavy ball needs fewer at every condition number.",
)
for line, finish in enumerate(finish_lines):
    for kappa, first, second in zip(kappas, ball, look, strict=True):
        print(
            f"{finish}, kappa {kappa:4}: heavy ball {first[line][0]:3} steps "
            f"(beta {first[line][1]:.2f}), Nesterov {second[line][0]:3} (beta {second[line][1]:.2f})"
        )
for line, name in enumerate(("left_line", "right_line")):
    predicted(name, "heavy ball" if ball[-1][line][0] < look[-1][line][0] else "Nesterov")

# %% [markdown]
# Two finish lines, two winners. At $\kappa = 1000$ the left one is crossed by Nesterov in three
# quarters of the heavy ball's steps, the right one by the heavy ball in four fifths of Nesterov's.
# Which of them is fair? Look at the start: of $f(1, 1) = 500.5$ the steep direction holds 500 and
# the long one 0.5. So the left line asks the steep direction for a factor of 1000, and the long
# direction, where a valley is slow, for a factor of 31 only. The right line asks both for the same.
#
# Theory agrees with the right panel. Tuned for a bowl, the distance shrinks in the long run by
#
# $$1 - \frac{2}{\sqrt\kappa + 1} \;\text{ a step for the heavy ball (Polyak, 1964),} \qquad
# 1 - \frac{2}{\sqrt{3\kappa + 1}} \;\text{ for Nesterov}$$
#
# (Lessard, Recht and Packard, 2016, compare them). For large $\kappa$ Nesterov's takes
# $\sqrt 3 = 1.7$ times as many steps in the long run. It affords a larger $\beta$, because its brake
# takes care of the steep directions; in return its learning rate must be smaller: it is stable for
# $\alpha\lambda < 2(1+\beta) / \big((1-\beta)(1+2\beta)\big)$, 13.6 at $\beta = 0.9$ where the heavy
# ball has 38.
#
# So on a bowl the look-ahead is not what makes momentum fast; it buys calm in the steep directions.
# Its fame comes from convex costs that are not bowls: there Nesterov (1983) guarantees an error of
# order $1/t^2$ after $t$ steps. That holds for a momentum that *grows* from step to step towards 1,
# not for the constant $\beta$ that you wrote.

# %% [markdown]
# ## 6 · A bad start, and little time
#
# The notes name two problems that no choice of batch size cures: bad initial values, and limited
# time. Put both together. A network of 64, 32 and 10 units has ten epochs. Its initial weights are
# those of He and others (2015) once, and *ten times as large* once: then the first gradients are huge.
#
# Tuning, the same for all: six values of the rate (of $\epsilon$ for Adadelta), two seeds, four
# epochs; the lowest mean cost counts. Then three other seeds.
#
# **Predict**: which of the three suffers most from the large gradients at the start?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a bad start
predict(
    "suffers_least",
    "Which of the three ends lowest from the bad start?",
    "Adagrad",
    "RMSprop",
    "Adadelta",
)


# %% tags=["experiment"]
# Experiment: a good and a bad start on digits (2 s)
def costs(update, epochs, seeds, scale):
    """The mean training cost of every epoch for each seed, from initial weights times `scale`."""
    rngs = [np.random.default_rng(seed) for seed in seeds]
    starts = [problems.init_params(rng, (64, 32, 10)) for rng in rngs]
    starts = [{key: scale * value for key, value in start.items()} for start in starts]
    _, found = problems.train_together(starts, training.X, training.Y, update, epochs, rngs)
    return found.reshape(len(rngs), epochs, -1).mean(axis=2)


contest = {
    "adagrad": ("Adagrad", optimizers.adagrad, 0.05 * 2.0 ** np.arange(6)),
    "rmsprop": ("RMSprop", optimizers.rmsprop, 0.005 * 2.0 ** np.arange(6)),
    "adadelta": ("Adadelta", lambda e: my_adadelta(epsilon=e), 10.0 ** np.arange(-6, 0)),
}
fig, axes = plots.figure(1, 2, size=(9, 3.8), sharey=True)
curves = {"a good start": {}, "weights ten times too large": {}}
for ax, scale, title in zip(axes, (1, 10), curves, strict=True):
    for name, (label, make, grid) in contest.items():
        try:
            settings, seeds = np.repeat(grid, 2), [100, 101] * grid.size
            tuning = costs(make(settings), 4, seeds, scale)[:, -1].reshape(-1, 2).mean(axis=1)
        except NotImplementedError:
            print(f"{label}: exercise 2 comes first; then run this cell again.")
            continue
        best = grid[int(np.nanargmin(tuning))]
        curve = np.median(costs(make(best), 10, range(3), scale), axis=0)
        _ = ax.semilogy(np.arange(1, 11), curve, ".-", color=plots.COLORS[name])
        curves[title][name] = curve
    places = sorted(curves[title], key=lambda name: curves[title][name][-1])
    for rank, name in enumerate(places):
        end, label = curves[title][name][-1], contest[name][0]
        plots.label_end(ax, 10, end, label, plots.COLORS[name], (8, 12 * (rank - 1)))
    _ = ax.set(title=title, xlabel="epoch", xlim=(0.5, 10.5), xticks=[1, 5, 10], ylim=(0.04, 30))
_ = axes[0].set_ylabel("training cost, median of 3 seeds")
plots.show(
    fig,
    "Training cost on digits over ten epochs for Adagrad, RMSprop and Adadelta, each tuned. From a "
    "good start the three are close; from weights ten times too large all end higher, RMSprop "
    "lowest, Adagrad and Adadelta well above it.",
)
# Runs like these multiply the last bit of every sum, so only what is told roughly is the same
# everywhere.
for title, three in curves.items():
    ends = np.array([curve[-1] for curve in three.values()])
    above = np.sum(ends > 1.3 * ends.min())
    print(f"{title}: {above} of 3 end at more than 1.3 times the lowest cost")
good, bad = (list(three.values()) for three in curves.values())
slowest, quickest = max(curve[4] for curve in good), min(curve[-1] for curve in bad)
print(
    "the slowest after 5 epochs from the good start is below "
    "the quickest after 10 from the bad one:",
    slowest < quickest,
)
last = {
    contest[name][0]: curve[-1] for name, curve in curves["weights ten times too large"].items()
}
predicted("suffers_least", min(last, key=last.get))

# %% [markdown]
# From the bad start Adagrad ends at almost twice the cost of RMSprop: its sums still hold the squares
# of the first epoch, and their rates have not come back. Adadelta forgets as RMSprop does, and yet it
# is almost as slow as Adagrad here. Section 4 suggests why: weights that are ten times too large
# have a way ten times as long, and Adadelta's step has to grow from its $\sqrt\epsilon$.
#
# But compare the panels before you compare the curves. With good initial values every one of the
# three is further after five epochs than any of them from the bad start after ten. A rate per
# parameter does not repair that. When time is limited, look at the start first.

# %% [markdown]
# ## 7 · Your Adagrad and your Nesterov on the leaderboard
#
# Back to the leaderboard of lesson 4: badly scanned digits, eight epochs, ten seeds. Each of your two new
# optimizers has one that it is compared with: Adagrad, which sums, has RMSprop, which forgets; Nesterov
# has plain momentum.
#
# **Predict**: who does better than the other, by more than chance?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: two newcomers on bad scans
predict(
    "board_newcomers",
    "Told apart by ten seeds, and lower in cost:",
    "Adagrad than RMSprop",
    "Nesterov than momentum",
    "both",
    "neither",
)

# %% tags=["experiment"]
# Experiment: two newcomers on the leaderboard (1 s)
rows = board.enter("adagrad", "nesterov", here=globals())
plots.show(
    board.figure(rows),
    "Nine rows of ten dots, the training costs of ten seeds. Nesterov and Adagrad share a place with "
    "RMSprop, between Adam above and momentum below.",
)
board.show(rows)
better = {}
for name, other in (("adagrad", "rmsprop"), ("nesterov", "momentum")):
    found = board.compared(rows[name].line, rows[other].line)
    better[name] = not found.tie and found.times > 1
one = "Adagrad than RMSprop" if better["adagrad"] else "Nesterov than momentum"
words = "both" if all(better.values()) else "neither"
predicted("board_newcomers", one if sum(better.values()) == 1 else words)

# %% [markdown]
# Adagrad and RMSprop are a tie: in eight epochs a sum has not had the time to become a burden. Nesterov
# ends at two thirds of momentum's cost, in all ten seeds. On the tuned bowl of section 5 it was the
# slower one; here $\beta$ is 0.9 for both and tuned for nobody, the curvatures of 64 pixels are far
# apart, and braking the steep ones allows twice the rate.

# %% [markdown]
# ## 8 · Find the bug
#
# **Question.** In some books the velocity points downhill and is added, in this course it averages
# gradients and is subtracted. This function has a line of each. Which symptom would you expect?
#
# ### Exercise 4 · Looking back


# %%
def looking_back(w, gradient, velocity, learning_rate, beta=0.9):
    ahead = w + learning_rate * beta * velocity
    velocity = beta * velocity + (1 - beta) * gradient(ahead)
    w = w - learning_rate * velocity
    return w, velocity


# %% tags=["experiment"]
# Experiment: a brake that speeds up
long_bowl = problems.bowl(20)
for rate in (0.05, 0.09, 0.2):
    w, velocity = long_bowl.start, np.zeros(2)
    for _ in range(60):
        w, velocity = looking_back(w, long_bowl.gradient, velocity, rate)
    rolled = optimizers.follow(long_bowl, optimizers.momentum(rate), steps=60)[-1]
    print(
        f"rate {rate}: f = {long_bowl.value(w):.2g} after 60 steps; "
        f"without any look-ahead {long_bowl.value(rolled):.2g}"
    )

# %% [markdown]
# What should brake the swings drives them: from a rate of 0.056 on it diverges, where Nesterov's momentum
# bears twelve times as much. Repair a copy.


# %% exercise="repair_looking_back"
def repair_looking_back(w, gradient, velocity, learning_rate, beta=0.9):
    """looking_back, repaired: one step of Nesterov's momentum for a single array, averaging form.

    w, velocity: arrays of the same shape
    gradient:    function of a point that returns the gradient there
    Returns (w, velocity) after the step, as new arrays.

    Example: gradient(w) = w, w [2.0], velocity [1.0], learning_rate 0.5, beta 0.8 ->
    velocity [1.12], w [1.44].
    """
    # REFERENCE SOLUTION


# %% check="repair_looking_back"
check("repair_looking_back")

# %% [markdown]
# ## Summary
#
# - Adagrad divides by the root of the **sum** of squared gradients, element by element:
#   $G = G + g^2$, $\;w = w - \alpha\, g/(\sqrt G + \epsilon)$. Rare inputs get a high rate.
# - A sum never falls, so the rate only falls, like $1/\sqrt t$ under constant gradients. With noise
#   that is a schedule for free; after a storm of large gradients it is a brake that stays on.
# - An **average** forgets. That gives RMSprop, and with an average of squared steps above the line
#   Adadelta.
# - Adadelta has no $\alpha$, but its first step is $\sqrt\epsilon$ over the root of $s$: the
#   learning rate is hidden in $\epsilon$.
# - Nesterov takes the gradient at $w - \alpha\beta v$. That brakes swings in steep directions. Tuned,
#   it is not faster on a bowl than the heavy ball; who seems to win depends on the finish line.
#
# ### Cheat sheet
#
# | technique | formula | code | default | when not, and what to mind |
# |---|---|---|---|---|
# | Adagrad | $G = G + g^2$<br>$w = w - \alpha\, g/(\sqrt G + \epsilon)$ | `G = G + g**2`<br>`w = w - alpha * g / (np.sqrt(G) + epsilon)` | $\epsilon$ $10^{-8}$ | long trainings; after a storm of large gradients |
# | Adadelta | $s = \rho s + (1-\rho)\, g^2$<br>$u = \sqrt{d+\epsilon}/\sqrt{s+\epsilon}\; g$<br>$d = \rho d + (1-\rho)\, u^2$<br>$w = w - u$ | `s = rho * s + (1 - rho) * g**2`<br>`u = np.sqrt(d + epsilon) / np.sqrt(s + epsilon) * g`<br>`d = rho * d + (1 - rho) * u**2`<br>`w = w - u` | $\rho$ 0.9, $\epsilon$ $10^{-6}$ | as a method without a rate: $\epsilon$ is the rate |
# | Nesterov | $g = g(w - \alpha\beta v)$<br>$v = \beta v + (1-\beta)\, g$<br>$w = w - \alpha v$ | `g = gradient(w - alpha * beta * v)`<br>`v = beta * v + (1 - beta) * g`<br>`w = w - alpha * v` | $\beta$ 0.9 | on a bowl with all tuned: the heavy ball is as fast |
#
# ### In other libraries
#
# | where | form |
# |---|---|
# | PyTorch `Adagrad(lr=0.01, eps=1e-10)` | as here; $G$ starts at `initial_accumulator_value=0` |
# | Keras `Adagrad(learning_rate=0.001, epsilon=1e-7)` | $\sqrt{G + \epsilon}$, and $G$ starts at 0.1 |
# | PyTorch `Adadelta(lr=1.0, rho=0.9, eps=1e-6)` | as here, times `lr` |
# | Keras `Adadelta(learning_rate=0.001, rho=0.95, epsilon=1e-7)` | as here, times 0.001: set it to 1 for the paper's form |
# | PyTorch `SGD(lr, momentum=0.9, nesterov=True)` | the same in the look-ahead points: $v = \beta v + g$, $w = w - \alpha_c (g + \beta v)$ with $\alpha_c = (1-\beta)\,\alpha$ |
# | Keras `SGD(..., nesterov=True)` | as PyTorch, with the rate inside the velocity |
# | d2l | Adagrad with $\epsilon = 10^{-6}$ inside the root; Adadelta with $\rho = 0.9$, $\epsilon = 10^{-5}$ |
#
# ### What comes next
#
# Lesson 10 goes on after Adam: AMSGrad, AdamW, warm-up and restarts, what today's training scripts
# are made of.

# %% tags=["nbval-ignore-output"]
progress("09_adagrad_adadelta")
