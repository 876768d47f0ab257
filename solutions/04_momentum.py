# %% [markdown]
# # 4 · Let gradient descent roll: momentum
#
# Gradient descent forgets. Every step starts from zero, looks at one gradient, and goes. This
# lesson gives it a memory, and measures when that helps and when it does not.
#
# **What you'll do.** Watch gradient descent zigzag through a long valley. Write momentum in four
# short functions. Drag sliders until you can tell from a path which settings made it. Put three
# common statements about momentum to the test.
#
# **What you'll learn.**
# - why an average of gradients can take larger steps than a single gradient,
# - what $\beta$ does, and how large the learning rate may be,
# - when momentum is faster than gradient descent, and when it is slower,
# - why a learning rate from one library does not fit another.
#
# **What you'll need.** Lesson 2 (exponentially weighted averages) and lesson 3 (bias correction);
# NumPy dictionaries and loops. About {minutes} minutes. Run the cells from top to bottom.

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
# ## 1 · The long valley
#
# **Question.** A valley is twenty times as steep across as it is along. How fast can gradient
# descent (경사 하강법) walk through it?
#
# Our valley is the bowl $f(w) = \tfrac12\,(w_1^2 + 20\,w_2^2)$. Its contour lines (등고선) are long
# ellipses. Gradient descent takes
#
# $$w \leftarrow w - \alpha\, g, \qquad g = \nabla f(w),$$
#
# with the learning rate (학습률) $\alpha$.
#
# **Predict** before you run the cell: the same 40 steps with $\alpha = 0.02$, $0.09$ and $0.101$.
# Which of the three gets closest to the minimum at $(0, 0)$?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: three learning rates
predict("closest_rate", "Which learning rate gets closest to the minimum?", "0.02", "0.09", "0.101")

# %% tags=["experiment"]
# Experiment: three learning rates in the valley
valley = problems.bowl(kappa=20)
ends = {}
fig, axes = plots.figure(3, 1, size=(5.8, 7.2), sharex=True)
for ax, rate in zip(axes, (0.02, 0.09, 0.101), strict=True):
    path = optimizers.follow(valley, optimizers.gradient_descent(rate), steps=40)
    plots.contour(ax, valley.value, ((-11.5, 4), (-3, 3)), valley.minimum)
    plots.trajectory(ax, path, "gd")
    _ = ax.set_title(rf"$\alpha$ = {rate}")
    ax.label_outer()
    ends[rate] = valley.value(path[-1])
    print(f"learning rate {rate}: f = {ends[rate]:.3f} after 40 steps")
plots.show(
    fig,
    "Three paths of gradient descent on a long elliptic bowl. With rate 0.02 it creeps and stops "
    "half way; with 0.09 it zigzags across the valley and arrives; with 0.101 the zigzag grows.",
)
predicted("closest_rate", str(min(ends, key=ends.get)))

# %% [markdown]
# The steep direction sets the speed limit. Across the valley the gradient is $20\,w_2$, so one
# step multiplies $w_2$ by $1 - 20\alpha$. At $\alpha = 0.09$ that is $-0.8$: every step lands on
# the other side, a little lower. This is the **oscillation** (진동). Beyond $\alpha = 2/20 = 0.1$
# the factor is larger than 1 in size, and gradient descent **diverges** (발산).
#
# The flat direction pays for it. There one step multiplies $w_1$ by only $1 - \alpha$. The ratio of
# the two curvatures (곡률), here 20, is called the **condition number** (조건수) $\kappa$; the larger
# it is, the longer the walk.

# %% [markdown]
# ## 2 · Average the gradients
#
# **Question.** Across the valley the gradients cancel each other; along the valley they agree.
# What is left when we average them?
#
# **Predict**: the figure shows the gradients along the middle path above (dots), once across the
# valley and once along it. Where will their exponentially weighted average (지수 가중 평균) with
# $\beta = 0.9$ run, in each panel?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: where the average runs
predict(
    "average_across",
    "Across the valley, at step 10, the average is",
    "a quarter of the gradient, or less",
    "about half as large",
    "as large as the gradient",
)
predict(
    "average_along",
    "Along the valley it is",
    "a quarter of the gradient, or less",
    "about half as large",
    "as large as the gradient",
)

# %% tags=["experiment"]
# Experiment: gradients and their average
from itertools import accumulate

path = optimizers.follow(valley, optimizers.gradient_descent(0.09), steps=30)
gradients = valley.gradient(path.T).T  # one row for each point of the path
average = optimizers.average(0.9)
averages = np.array(list(accumulate(gradients, average.step, initial=np.zeros(2))))[1:]

fig, axes = plots.figure(1, 2, size=(9, 3.4))
for ax, k, title in zip(axes, (1, 0), ("across the valley", "along the valley"), strict=True):
    _ = ax.axhline(0, color="#b9b9b9", linewidth=0.8)
    _ = ax.plot(gradients[:, k], ".:", color=plots.COLORS["gd"], linewidth=1)
    _ = ax.plot(averages[:, k], color=plots.COLORS["momentum"])
    _ = ax.set(title=title, xlabel="step")
plots.label_end(axes[0], 2.2, 13, "gradients", plots.COLORS["gd"])
plots.label_end(axes[0], 12, 3.6, "their average", plots.COLORS["momentum"])
plots.show(
    fig,
    "Left: gradients across the valley jump between plus and minus; their average stays near zero. "
    "Right: gradients along the valley all have the same sign, and the average follows them.",
)
size = np.abs(gradients[10]), np.abs(averages[10])
print(f"step 10, across the valley: gradient {size[0][1]:.2f}, average {size[1][1]:.2f}")
print(f"step 10, along the valley:  gradient {size[0][0]:.2f}, average {size[1][0]:.2f}")
for name, k in (("average_across", 1), ("average_along", 0)):
    share = size[1][k] / size[0][k]
    words = "a quarter of the gradient, or less" if share <= 0.25 else "about half as large"
    predicted(name, "as large as the gradient" if share > 0.75 else words)

# %% [markdown]
# The average keeps the direction in which the gradients agree and drops the one in which they
# fight. **Gradient descent with momentum** (모멘텀) steps along that average instead of the
# gradient. For each parameter, here $W$ and $b$:
#
# $$v_{dW} = \beta\, v_{dW} + (1-\beta)\, dW, \qquad W = W - \alpha\, v_{dW}$$
#
# $$v_{db} = \beta\, v_{db} + (1-\beta)\, db, \qquad\;\; b = b - \alpha\, v_{db}$$
#
# - $dW$ and $db$ are the gradients on the current mini-batch.
# - $v$ is the **velocity** (속도), with the shape of its parameter, zero before the first step.
# - There are two hyperparameters (하이퍼파라미터), $\alpha$ and $\beta$. The usual start is
#   $\beta = 0.9$.
# - Along the valley $v$ grows, but not for ever: an average cannot pass what it averages. Under a
#   constant gradient it tends to that gradient.
#
# In code the gradients carry the keys of the parameters: `grads["W1"]` is what the formula calls
# $dW$ of layer 1.

# %% [markdown]
# ### Exercise 1 · Start at rest
#
# Before the first step the velocity is zero, for every parameter.


# %% exercise="init_velocity"
def init_velocity(params):
    """The velocity before the first step.

    params: dict of arrays {"W1": (n_1, n_x), "b1": (n_1, 1), "W2": (n_2, n_1), ...}
    Returns a new dict with the same keys: zeros (float) in the shape of every parameter,
    an array of its own for each.

    Example: init_velocity({"W1": np.array([[1.0, 2.0]])}) is {"W1": array([[0., 0.]])}.
    """
    # BEGIN SOLUTION
    return {key: np.zeros(value.shape) for key, value in params.items()}
    # END SOLUTION


# %% check="init_velocity"
check("init_velocity")

# %% [markdown]
# ### Exercise 2 · One step with momentum
#
# Two lines of mathematics, for every key. Update the velocity first; the step uses the new one.
#
# Like every update in this course it is **pure**: it returns new dictionaries, and nothing that
# was passed in changes. `hint("momentum_update")` gives a hint, and each further call another.


# %% exercise="momentum_update"
def momentum_update(params, grads, velocity, learning_rate, beta=0.9):
    """One step of gradient descent with momentum, averaging form.

    params, grads, velocity: dicts of arrays with the same keys ("W1", "b1", "W2", ...) and
    shapes; params may hold integers
    Returns (params, velocity) after the step, as new dicts; the arguments stay as they were.

    Example, one parameter, learning_rate 0.1, beta 0.9:
    W 1.0, gradient 2.0, velocity 0.5  ->  velocity 0.65, W 0.935
    """
    # REFERENCE SOLUTION


# %% check="momentum_update"
check("momentum_update")

# %% [markdown]
# ### Exercise 3 · Walk down a surface
#
# To look at paths we need a loop that walks. It should work with *any* optimizer, so it receives
# the optimizer as a function
#
# `update(w, g, state) -> (w, state)`
#
# that takes a point, its gradient and whatever the optimizer remembers. `state` is `None` before
# the first step; after that, hand back what the last call returned. Lesson 8 uses the same form.


# %% exercise="descend"
def descend(gradient, w0, update, steps):
    """Follows an optimizer from w0.

    gradient: function of a point w (n,) that returns the gradient there (n,)
    w0:       the start, array (n,)
    update:   function (w, g, state) -> (w, state); state is None before the first step
    steps:    how many updates to make
    Returns the path, array (steps + 1, n) or a list of its rows: w0 first, then the point after
    every update.

    Example: with update(w, g, state) = (w - 0.5 * g, None) and gradient(w) = w,
    descend(gradient, np.array([8.0]), update, 2) is [[8.], [4.], [2.]].
    """
    # BEGIN SOLUTION
    w, state = w0, None
    path = [w0]
    for _ in range(steps):
        w, state = update(w, gradient(w), state)
        path.append(w)
    return np.array(path)
    # END SOLUTION


# %% check="descend"
check("descend")

# %% [markdown]
# Now let your own code walk. The cell wraps your `momentum_update` into an `update(w, g, state)`
# and hands it to your `descend`: the valley becomes the smallest of networks, with $w_1$ as its
# weight and $w_2$ as its bias. The learning rate is the one with which gradient descent zigzagged.


# %% tags=["experiment"]
# Experiment: your momentum in the valley
one_unit = {"W1": np.zeros((1, 1)), "b1": np.zeros((1, 1))}


def my_momentum(w, g, state):
    params, grads = problems.unflatten(w, one_unit), problems.unflatten(g, one_unit)
    velocity = init_velocity(params) if state is None else state
    params, velocity = momentum_update(params, grads, velocity, learning_rate=0.09)
    return problems.flatten(params), velocity


try:
    path = np.array(descend(valley.gradient, valley.start, my_momentum, 40))
except NotImplementedError:
    path = None
    print("Exercises 1 to 3 come first; then run this cell again.")

plain = optimizers.follow(valley, optimizers.gradient_descent(0.09), steps=40)


def roll(axes, step):
    """Two balls in two valleys, and the ways that they have come."""
    walks = ((plain, "gd", "gradient descent"), (path, "momentum", "your momentum"))
    for ax, (walk, name, title) in zip(axes, walks, strict=True):
        plots.contour(ax, valley.value, ((-11.5, 11.5), (-3, 3)), valley.minimum, points=61)
        plots.trajectory(ax, walk[: step + 1], name)
        ax.plot(*walk[step], "o", color=plots.COLORS[name], markersize=11, zorder=4)
        ax.set_title(title)
        ax.label_outer()
    return f"step {step}"


if path is not None:
    plots.animate(
        roll,
        "A ball rolls through a long valley, twice. Gradient descent's jumps from wall to wall to the "
        "minimum. Your momentum's swings down the valley in one smooth curve, and past the minimum.",
        range(41),
        rows=2,
        size=(7.2, 5),
    )
    print(f"f = {valley.value(path[-1]):.3f} after 40 steps")

# %% [markdown]
# ## 3 · Two knobs
#
# **Question.** The zigzag is gone. But is the path faster? With the same learning rate gradient
# descent had reached 0.026 after its 40 steps, and momentum is at 0.856. What would you change?
#
# **Predict**, then drag:
# 1. With $\beta = 0$, which optimizer is this?
# 2. Keep $\beta = 0.9$ and raise the learning rate beyond 0.1, where gradient descent diverges.
#    When does momentum diverge?
# 3. Find settings that bring $f$ below $10^{-4}$ in 60 steps. The title shows $f$.
# 4. Turn the bowl by 30°. Which of your answers change?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: turn the bowl
predict(
    "turned_values",
    "Turn the bowl by 30°: how many of the values of f after 60 steps change?",
    "none",
    "some",
    "all",
)


# %% tags=["experiment", "nbval-ignore-output"]
# Sliders: rate, beta and the bowl's angle
def draw_valley(ax, learning_rate, beta, angle):
    surface = problems.bowl(20, angle)
    plots.contour(ax, surface.value, ((-11.5, 11.5), (-7, 7)), surface.minimum)
    path = optimizers.follow(surface, optimizers.momentum(learning_rate, beta), steps=60)
    plots.trajectory(ax, np.clip(path, -1e3, 1e3), "momentum")
    return f"f = {surface.value(path[-1]):.2g} after 60 steps"


plots.explore(
    draw_valley,
    "The path of momentum on a long bowl; sliders change learning rate, beta and the bowl's angle.",
    learning_rate=(0.01, 0.5, 0.01, 0.09),
    beta=(0.0, 0.98, 0.02, 0.9),
    angle=[0, 30, 45],
)

# %% tags=["experiment"]
# Experiment: three settings, two angles
final = {}
for angle in (0, 30):
    surface = problems.bowl(20, angle)
    for rate, beta in ((0.09, 0.0), (0.09, 0.9), (0.2, 0.7)):
        path = optimizers.follow(surface, optimizers.momentum(rate, beta), steps=60)
        final[angle, rate, beta] = surface.value(path[-1])
        print(f"angle {angle:2}, rate {rate}, beta {beta}: f = {final[angle, rate, beta]:.1e}")
same = [np.isclose(value, final[30, *rest], rtol=1e-3) for (angle, *rest), value in final.items()]
predicted("turned_values", "none" if all(same) else "some" if any(same) else "all")

# %% [markdown]
# 1. $\beta = 0$ is gradient descent: no memory.
# 2. At $\beta = 0.9$ the whole range of the slider is stable. Section 5 finds the limit.
# 3. $\alpha = 0.2$ and $\beta = 0.7$ do it: twice the rate that gradient descent could survive, and a
#    memory long enough to hold the zigzag down.
# 4. None. The numbers for the turned bowl are the same, because momentum treats all directions
#    alike. Remember this for the next lesson: RMSprop and Adam do not.

# %% [markdown]
# ## 4 · A ball in a bowl
#
# Momentum has a mechanical picture. A ball rolls in a bowl:
#
# $$v = \underbrace{\beta}_{\text{friction}}\, \underbrace{v}_{\text{velocity}} +
# (1-\beta) \underbrace{g}_{\text{acceleration}}$$
#
# The gradient pushes the ball: it is the **acceleration** (가속도). The velocity is carried over
# from step to step. And $\beta$, a little below 1, plays the **friction** (마찰): in each step the
# ball loses the share $1 - \beta$ of its velocity, so it cannot speed up without limit.
#
# **Predict**: the ball starts at $w = 1$ in $f(w) = \tfrac12 w^2$. How does its way over time look
# with $\beta = 0$, with $\beta = 0.5$, with $\beta = 0.98$? Drag, and look for the largest $\beta$
# at which the ball does not roll past the middle.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: past the middle
predict(
    "stays_on_its_side",
    "Rate 0.3: what is the largest of these β at which the ball stays on its side?",
    "0",
    "0.28",
    "0.5",
    "0.9",
)

# %% tags=["experiment", "nbval-ignore-output"]
# Sliders: a ball in a bowl
hollow = problems.bowl(1, start=(1.0, 0.0))


def draw_ball(axes, beta, learning_rate):
    path = optimizers.follow(hollow, optimizers.momentum(learning_rate, beta), steps=60)[:, 0]
    side, clock = axes
    wall = np.linspace(-1.1, 1.1, 101)
    side.plot(wall, wall**2 / 2, color=plots.COLORS["data"])
    side.plot(path, path**2 / 2, "o", color=plots.COLORS["momentum"], alpha=0.35, markersize=9)
    side.set(xlabel="$w$", ylabel="$f(w)$", ylim=(-0.04, 0.62))
    clock.axhline(0, color="#b9b9b9", linewidth=0.8)
    clock.plot(path, ".-", color=plots.COLORS["momentum"])
    clock.set(xlabel="step", ylabel="$w$", ylim=(-1.1, 1.1))
    return f"farthest point on the other side: w = {min(path.min(), 0):.2f}"


plots.explore(
    draw_ball,
    "Left: a ball at its positions in a parabola. Right: its position over 60 steps. A slider "
    "for beta changes how far it rolls past the middle and how long it swings.",
    columns=2,
    size=(9, 3.6),
    beta=(0.0, 0.98, 0.02, 0.9),
    learning_rate=(0.05, 1.0, 0.05, 0.3),
)

# %% tags=["experiment"]
# Experiment: the ball in numbers
stays = []
for beta in (0, 0.28, 0.5, 0.9, 0.98):
    path = optimizers.follow(hollow, optimizers.momentum(0.3, beta), steps=60)[:, 0]
    stays += [beta] if path.min() > -0.005 else []
    print(
        f"beta {beta}: rolls to w = {min(path.min(), 0):.2f}, is at {path[-1]:.2f} after 60 steps"
    )
predicted("stays_on_its_side", str(max(stays)))

# %% [markdown] question="momentum_curves"
# At $\alpha = 0.3$ the ball stays on its side up to $\beta = 0.28$. Beyond, more memory means wider
# and longer swings, and the ball needs more steps to get going. Memory is not free.

# %% tags=["experiment"]
# Experiment: three paths without a name
fig, axes = plots.figure(3, 1, size=(5.8, 7.2), sharex=True)
hidden = np.random.default_rng(0).permutation([0.5, 0.9, 0.0])  # which is which is your question
for ax, number, beta in zip(axes, (1, 2, 3), hidden, strict=True):
    path = optimizers.follow(valley, optimizers.momentum(0.09, beta), steps=40)
    plots.contour(ax, valley.value, ((-11.5, 4), (-3, 3)), valley.minimum)
    plots.trajectory(ax, path, "data", color="#333333")
    _ = ax.set_title(f"({number})")
    ax.label_outer()
    print(f"({number}) first values of w2:", path[:5, 1].round(2))
plots.show(
    fig,
    "Three paths on the long bowl. Panel 1 changes sides at every step. Panel 2 changes sides "
    "less often and settles soon. Panel 3 swings slowly and wide.",
)

# %% quiz="momentum_curves"

# %% [markdown]
# ## 5 · How large may the learning rate be?
#
# **Question.** Gradient descent survives $\alpha\lambda < 2$, where $\lambda$ is the largest
# curvature. Momentum survived more than that in section 3. How much more?
#
# **Predict** the limit of $\alpha\lambda$ at $\beta = 0.9$: still 2, or 6, or 38? The cell tries 800
# learning rates for each $\beta$ and keeps the largest one at which the ball comes back.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the stability limit
predict("stability_limit", "β = 0.9: the largest stable αλ is", "2", "6", "38")

# %% tags=["experiment"]
# Experiment: the largest stable rates
betas = np.array([0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9])
rates = np.linspace(0.05, 40, 800)  # the curvature is 1, so that this is rate times curvature
start = np.ones((2, rates.size))
measured = []
for beta in betas:
    with np.errstate(over="ignore", invalid="ignore"):  # most rates diverge
        path = optimizers.follow(hollow, optimizers.momentum(rates, beta), 600, start)
    comes_back = np.abs(path[-1, 0]) < 1
    measured.append(rates[comes_back].max())

fig, ax = plots.figure()
smooth = np.linspace(0, 0.91, 200)
_ = ax.plot(smooth, 2 * (1 + smooth) / (1 - smooth), color=plots.COLORS["data"])
_ = ax.plot(betas, measured, "o", color=plots.COLORS["momentum"])
_ = ax.set(xlabel=r"$\beta$", ylabel=r"largest stable $\alpha\lambda$", ylim=(0, 42))
plots.label_end(ax, 0.66, 12.5, r"$2(1+\beta)/(1-\beta)$", "#6f6f6f", offset=(-8, 0))
plots.label_end(ax, 0.9, 36.5, "measured", plots.COLORS["momentum"], offset=(-10, 0))
plots.show(
    fig,
    "The largest stable learning rate against beta: measured points lie on the curve "
    "2(1+beta)/(1-beta), which rises from 2 at beta 0 to 38 at beta 0.9.",
)
for beta in (0.0, 0.5, 0.9):
    print(f"beta {beta}: stable up to about {measured[list(betas).index(beta)]:.1f}")
predicted("stability_limit", measured[-1])

# %% [markdown]
# In the averaging form momentum is stable while
#
# $$\alpha\,\lambda < \frac{2\,(1+\beta)}{1-\beta},$$
#
# which is 2, 6 and 38 for $\beta = 0$, $0.5$ and $0.9$. (It follows from the two eigenvalues of the
# linear map that takes $(w, v)$ to the next $(w, v)$: both must stay inside the unit circle.) The
# averaging does not only smooth the path. It buys room for a learning rate that gradient descent
# could not survive, and that is where the speed comes from.

# %% [markdown]
# ### Read the speed off a logarithm
#
# **Question.** A run is stable. How fast is it? Plot the distance from the minimum, with a logarithmic
# axis. Gradient descent multiplies it by a number below 1, the same one in every step, so that its
# line is straight, and the slope is the logarithm of that number. At the best rate, $2/(1+\kappa)$,
# the number is $(\kappa-1)/(\kappa+1)$: the condition number is all that counts.
#
# **Predict**: from $\kappa = 10$ to $\kappa = 100$, how many times as many steps does one more digit
# take? And on $f(w) = w^4/4$, which has no curvature at its minimum: is its line straight as well?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: one more digit
predict(
    "one_more_digit",
    "κ = 100 instead of 10: one more digit takes",
    "as many steps",
    "3 times as many",
    "10 times as many",
    "100 times as many",
)
predict("no_curvature", "The line of w⁴/4 on the logarithmic axis is", "straight", "bent")

# %% tags=["experiment"]
# Experiment: your descend, with a logarithmic axis
quartic = problems.Problem(
    "w⁴/4", lambda w: w[0] ** 4 / 4, lambda w: w**3, np.ones(1), np.zeros(1), ((-1, 1),)
)
walks = {
    "κ = 10": (problems.bowl(10, start=(1, 1)), optimizers.gradient_descent(2 / 11), "gd"),
    "κ = 100": (problems.bowl(100, start=(1, 1)), optimizers.gradient_descent(2 / 101), "gd"),
    "κ = 100, momentum": (problems.bowl(100, start=(1, 1)), optimizers.momentum(0.3), "momentum"),
    "w⁴/4": (quartic, optimizers.gradient_descent(0.5), "target"),
}
try:
    paths = {
        name: np.array(descend(surface.gradient, surface.start, update, 1000))
        for name, (surface, update, _) in walks.items()
    }
except NotImplementedError:
    paths = {}
    print("Exercise 3 comes first; then run this cell again.")

if paths:
    fig, axes = plots.figure(1, 2, size=(9, 3.6), sharey=True)
    digit = {}  # steps for one more digit, early and late
    for name, path in paths.items():
        color, distance = plots.COLORS[walks[name][2]], np.linalg.norm(path, axis=1)
        _ = axes[0].semilogy(distance[:301], color=color)
        _ = axes[1].loglog(np.arange(1, 1001), distance[1:], color=color)
        digit[name] = [
            -1 / np.polyfit(np.arange(100), np.log10(distance[begin : begin + 100]), 1)[0]
            for begin in (20, 200)
        ]
        print(f"{name}: one more digit in {digit[name][0]:.0f} steps", end="")
        print(f", later in {digit[name][1]:.0f}" if digit[name][1] > 1.3 * digit[name][0] else "")
    for name, at, height in (
        ("κ = 10", 65, 1e-5),
        ("κ = 100, momentum", 100, 2e-8),
        ("κ = 100", 205, 7e-4),
        ("w⁴/4", 225, 0.3),
    ):
        plots.label_end(axes[0], at, height, name, plots.COLORS[walks[name][2]])
    plots.label_end(axes[1], 1.5, 0.28, "w⁴/4", plots.COLORS["target"], (0, -11))
    _ = axes[0].set(
        xlabel="step", ylabel="distance from the minimum", ylim=(1e-9, 8), xlim=(0, 300)
    )
    _ = axes[1].set(xlabel="step, logarithmic too", xlim=(1, 1000))
    plots.show(
        fig,
        "Distance from the minimum against the step, logarithmic. Left: three straight lines, steep "
        "for condition number 10, flat for 100, momentum on 100 between them, and a fourth that "
        "bends and lies level. Right, with both axes logarithmic, that fourth one alone is straight.",
    )
    predicted("one_more_digit", digit["κ = 100"][0] / digit["κ = 10"][0])
    predicted("no_curvature", "bent" if digit["w⁴/4"][1] > 1.3 * digit["w⁴/4"][0] else "straight")

# %% [markdown]
# A straight line is called **linear convergence** (선형 수렴). The factor is about $1 - 2/\kappa$, so that
# the steps grow in proportion to $\kappa$. $w^4/4$ has no such factor: near its minimum the curvature
# vanishes, the distance falls like $1/\sqrt t$, a straight line where *both* axes are logarithmic, and
# each digit takes a hundred times as long as the one before. So look for a straight line before you say how
# long a training will take.

# %% [markdown]
# ### Two numbers behind a path
#
# **Question.** Where does momentum's slope come from? In one direction, with the curvature $\lambda$,
# a step takes $(w, v)$ to
#
# $$\begin{pmatrix} w \\ v \end{pmatrix} \leftarrow
# \begin{pmatrix} 1 - (1-\beta)\,\alpha\lambda & -\alpha\beta \\ (1-\beta)\,\lambda & \beta \end{pmatrix}
# \begin{pmatrix} w \\ v \end{pmatrix}.$$
#
# A thousand steps are this matrix to the power of a thousand, and the larger of its two eigenvalues
# (고윳값), in size, is the factor of every step. Your `momentum_update` contains the matrix: from $(1, 0)$
# it returns the first column, from $(0, 1)$ the second. Goh (2017) shows the same with sliders.
#
# **Predict**: $\beta = 0.9$, $\alpha\lambda = 0.3$. You make the rate four times as large. How much faster
# does the ball come to rest?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: four times the rate
predict(
    "four_times_the_rate",
    "β = 0.9, four times the rate: the ball comes to rest",
    "four times as fast",
    "twice as fast",
    "as fast as before",
    "it never does",
)


# %% tags=["experiment"]
# Experiment: the eigenvalues of your momentum
def size_of_root(rate_times_curvature, beta):
    """The larger eigenvalue, in size, of your step, for each of the curvatures; the rate is 1."""
    curvature = np.atleast_2d(rate_times_curvature)
    columns = []
    for w, v in ((1.0, 0.0), (0.0, 1.0)):
        params, velocity = (
            {"W1": np.full(curvature.shape, w)},
            {"W1": np.full(curvature.shape, v)},
        )
        grads = {"W1": curvature * w}
        params, velocity = momentum_update(params, grads, velocity, 1.0, beta)
        columns.append((params["W1"][0], velocity["W1"][0]))
    matrices = np.array(columns).transpose(2, 1, 0)  # one 2 by 2 matrix for each curvature
    return np.abs(np.linalg.eigvals(matrices)).max(axis=1)


try:
    products = np.geomspace(0.01, 50, 600)
    sizes = {beta: size_of_root(products, beta) for beta in (0, 0.5, 0.9)}
    betas = np.linspace(0, 0.99, 200)
    by_beta = {
        product: np.array([size_of_root(product, beta)[0] for beta in betas])
        for product in (0.03, 0.3, 1.2)
    }
except NotImplementedError:
    sizes = {}
    print("Exercise 2 comes first; then run this cell again.")

if sizes:
    fig, axes = plots.figure(1, 2, size=(9, 3.8), sharey=True)
    for beta, color in zip(sizes, ("gd", "second", "momentum"), strict=True):
        _ = axes[0].semilogx(products, sizes[beta], color=plots.COLORS[color])
    for at, height, beta, color, offset in (
        (0.62, 0.3, 0, "gd", (-8, 0)),
        (1.7, 0.76, 0.5, "second", (-8, 6)),
        (10, 0.9, 0.9, "momentum", (-26, 0)),
    ):
        plots.label_end(axes[0], at, height, rf"$\beta$ = {beta}", plots.COLORS[color], offset)
    for product, color in zip(by_beta, ("third", "first", "target"), strict=True):
        _ = axes[1].plot(betas, by_beta[product], color=plots.COLORS[color])
        at = (6, 70, 30)[list(by_beta).index(product)]
        offset = ((4, -11), (8, -5), (8, -5))[list(by_beta).index(product)]
        text = rf"$\alpha\lambda$ = {product}"
        plots.label_end(axes[1], betas[at], by_beta[product][at], text, plots.COLORS[color], offset)
    for ax in axes:
        _ = ax.axhline(1, color=plots.COLORS["data"], linestyle=":")
    _ = axes[0].set(xlabel=r"$\alpha\lambda$", ylabel="factor of a step", ylim=(0, 1.1))
    _ = axes[0].set(xlim=(0.01, 50))
    _ = axes[1].set(xlabel=r"$\beta$", xlim=(0, 1))
    plots.show(
        fig,
        "Factor of a step. Left, against rate times curvature: without memory it falls to 0 at 1 and "
        "rises again; with beta 0.5 and 0.9 it falls, stays level over a wide range, and rises to 1 "
        "at the limits 6 and 38. Right, against beta: it falls to a lowest point, then all curves "
        "rise along one and the same.",
    )
    for beta in (0.5, 0.9):
        level = products[np.isclose(sizes[beta], np.sqrt(beta), rtol=1e-6)]
        print(f"beta {beta}: factor {np.sqrt(beta):.3f}, the root of beta, ", end="")
        print(f"for alpha lambda from {level[0]:.2g} to {level[-1]:.2g}")
    slow, fast = size_of_root([0.3, 1.2], 0.9)
    print(f"beta 0.9: factor {slow:.4f} at alpha lambda 0.3, {fast:.4f} at 1.2")
    speed = np.log(fast) / np.log(slow) if fast < 1 else 0
    words = "twice as fast" if speed > 1.5 else "as fast as before"
    predicted(
        "four_times_the_rate",
        "four times as fast" if speed > 3 else words if speed else "it never does",
    )

# %% [markdown]
# As fast as before. On the level stretch the two eigenvalues are complex: the ball swings, and both have
# the size $\sqrt\beta$, whatever the rate and the curvature are. A larger rate makes it swing more often,
# and no sooner come to rest. On the right each curve has its lowest point where the swinging begins, at
# $\beta = \bigl(\frac{1-\alpha\lambda}{1+\alpha\lambda}\bigr)^2$: that is the 0.29 of the ball in section 4. So momentum
# needs a rate that brings *all* directions onto the level stretch; from there on the condition number
# does not matter, and a digit takes as many steps as $\sqrt{0.9}$ needs for it, 44.

# %% [markdown]
# ## 6 · Is momentum always faster?
#
# **Question.** You will read that momentum "almost always works faster than the standard gradient
# descent algorithm". Is that so?
#
# A fair race gives each optimizer its **own** learning rate. Here both are tuned (조정) in the same
# way: 240 rates up to the stability limit, and the one that needs the fewest steps counts. A run is
# finished when $f$ has fallen to a millionth of its start and stays below.
#
# **Predict**: on a nearly round bowl ($\kappa = 10$), which is faster, gradient descent or momentum
# with $\beta = 0.9$? And at $\kappa = 1000$?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: who is faster
predict("nearly_round", "κ = 10: which is faster?", "gradient descent", "momentum with β = 0.9")
predict("very_long", "κ = 1000: which is faster?", "gradient descent", "momentum with β = 0.9")


# %% tags=["experiment"]
# Experiment: a tuned race over condition numbers
def fewest_steps(kappa, beta):
    """Steps at the best of 240 learning rates; all of them run at once, one in each column."""
    highest = 2 * (1 + beta) / (1 - beta) / kappa
    rates = highest * np.append(np.geomspace(1e-4, 0.5, 160), np.linspace(0.5, 0.999, 80))
    surface = problems.bowl(kappa, start=(1, 1))
    start = np.ones((2, rates.size))
    path = optimizers.follow(surface, optimizers.momentum(rates, beta), 150 + 2 * kappa, start)
    steps = optimizers.steps_to_reach(
        surface.value(path.swapaxes(0, 1)), 1e-6 * surface.value(surface.start)
    )
    return steps[steps >= 0].min()


kappas = [1, 3, 10, 30, 100, 1000]
race = {beta: [fewest_steps(kappa, beta) for kappa in kappas] for beta in (0.0, 0.5, 0.9)}

fig, ax = plots.figure()
for beta, style, name in ((0.0, "o-", "gd"), (0.5, "s--", "momentum"), (0.9, "D-", "momentum")):
    _ = ax.loglog(kappas, race[beta], style, color=plots.COLORS[name])
    label = "gradient descent" if beta == 0 else rf"momentum, $\beta$ = {beta}"
    plots.label_end(ax, 1000, race[beta][-1], label, plots.COLORS[name])
_ = ax.set(xlabel=r"condition number $\kappa$", ylabel="steps, each with its tuned rate")
_ = ax.set_xlim(0.9, 1100)
plots.show(
    fig,
    "Steps against the condition number, logarithmic. Gradient descent rises in proportion; "
    "momentum with beta 0.9 stays flat near 130 and wins only beyond about 50; beta 0.5 lies "
    "between them.",
)
for kappa in (10, 100, 1000):
    steps = [race[beta][kappas.index(kappa)] for beta in race]
    print(f"kappa {kappa:4}: gradient descent {steps[0]}, beta 0.5 {steps[1]}, beta 0.9 {steps[2]}")
for name, kappa in (("nearly_round", 10), ("very_long", 1000)):
    plain, heavy = (race[beta][kappas.index(kappa)] for beta in (0.0, 0.9))
    winner = "momentum with β = 0.9" if heavy < plain else "gradient descent"
    predicted(name, winner, f"{min(plain, heavy)} steps against {max(plain, heavy)}")

# %% [markdown]
# Momentum with $\beta = 0.9$ needs about 130 steps on *every* bowl up to $\kappa = 1000$. The reason:
# once the ball swings, each step shrinks $f$ by the factor $\beta$ on average, whatever the learning
# rate and the curvature, and $0.9^{131} \approx 10^{-6}$. So
#
# - on an elongated bowl that is a bargain: gradient descent needs a number of steps in proportion
#   to $\kappa$;
# - on a nearly round bowl it is a bad deal: at $\kappa = 10$ gradient descent is there in 30 steps.
#   A shorter memory is not: with $\beta = 0.5$ it takes 19.
#
# A less elongated problem wants a smaller $\beta$. The best choice for a long run on a bowl is
# $\sqrt\beta = (\sqrt\kappa - 1)/(\sqrt\kappa + 1)$ (Polyak, 1964), and $\beta = 0.9$ is right for
# $\kappa \approx 1400$. The usual 0.9 is a bet that the cost is elongated. For neural networks it
# often is: a few curvatures are large and most are close to zero (Sagun and others, 2017).
#
# The learning rate matters as much as $\beta$. The next cell takes the rate that is best for *gradient
# descent* and switches momentum on without touching it.

# %% tags=["experiment"]
# Experiment: one rate for both
for kappa in (10, 1000):
    surface = problems.bowl(kappa, start=(1, 1))
    target = 1e-6 * surface.value(surface.start)
    for beta in (0.0, 0.9):
        update = optimizers.momentum(2 / (1 + kappa), beta)
        values = surface.value(optimizers.follow(surface, update, 4000).T)
        steps = optimizers.steps_to_reach(values, target)
        print(f"kappa {kappa:4}, rate 2/(1 + kappa), beta {beta}: {steps} steps")

# %% [markdown] question="momentum_always_faster"
# With a borrowed rate momentum loses on the round bowl. On the long one it gains a factor of two,
# where its own rate gives twelve. A comparison at one learning rate says little about either.

# %% quiz="momentum_always_faster"

# %% [markdown] question="momentum_ten_steps"
# ## 7 · Warm-up: ten steps?
#
# **Question.** The velocity starts at zero, so at first it is too small (lesson 3). Momentum is
# usually used without bias correction (편향 보정), because "after ten iterations the average has
# warmed up and is no longer biased". Is that so?

# %% quiz="momentum_ten_steps"

# %% tags=["experiment"]
# Experiment: how the velocity warms up
steps = np.arange(61)
missing = 100 * 0.9**steps  # v_t = 1 - 0.9^t, and it should be 1
fig, ax = plots.figure()
_ = ax.plot(steps, missing, ".-", color=plots.COLORS["momentum"])
print(f"step 10: {missing[10]:.1f} % missing")
for percent in (10, 1):
    first = int(np.argmax(missing < percent))
    print(f"below {percent} % from step {first}")
    _ = ax.plot(first, missing[first], "o", color=plots.COLORS["target"])
    plots.label_end(
        ax, first, missing[first], f"below {percent} % from step {first}", "#333333", (6, 14)
    )
_ = ax.plot(10, missing[10], "o", color=plots.COLORS["target"])
plots.label_end(ax, 10, missing[10], f"step 10: {missing[10]:.1f} % missing", "#333333", (10, 6))
_ = ax.set(xlabel="step $t$", ylabel="percent missing from $v_t$", ylim=(-3, 103))
plots.show(
    fig,
    "The share missing from the velocity falls by a tenth with every step: 34.9 percent at step "
    "10, below 10 percent from step 22, below 1 percent from step 44.",
)
surface = problems.bowl(100, start=(1, 1))
for corrected in (False, True):
    update = optimizers.stepper(0.03, optimizers.average(0.9), corrected=corrected)
    values = surface.value(optimizers.follow(surface, update, 400).T)
    reached = optimizers.steps_to_reach(values, 1e-6 * values[0])
    print(f"kappa 100, rate 0.03, bias correction {corrected}: {reached} steps")

# %% [markdown]
# After ten steps a third is still missing, and it takes 44 steps until less than 1 % is. The usual
# conclusion holds all the same: people leave the correction out because the bias only makes the
# first steps shorter, and that costs little or nothing, as the two lines above show. The bias itself
# is not gone. In Adam (lesson 6) it would make the first steps too long instead.

# %% [markdown]
# ## 8 · Two forms of momentum
#
# Many papers and libraries leave out the factor $(1-\beta)$:
#
# | averaging form (this course) | classical form |
# |---|---|
# | $v = \beta v + (1-\beta)\, g$ | $v = \beta v + g$ |
# | $w = w - \alpha\, v$ | $w = w - \alpha_{\text{classical}}\, v$ |
#
# Under constant gradients the classical velocity grows to $1/(1-\beta)$ times the gradient: ten times,
# with $\beta = 0.9$. So $\alpha$ "needs to change by the factor $1/(1-\beta)$". In which direction?
#
# ### Exercise 4 · Translate the learning rate
#
# Before you write it: is the classical learning rate larger or smaller than the averaging one?


# %% exercise="classical_learning_rate"
def classical_learning_rate(learning_rate, beta):
    """The learning rate with which the classical form makes the same steps.

    learning_rate: the rate of the averaging form
    Returns a float. With beta 0 both forms are the same.
    """
    # REFERENCE SOLUTION


# %% check="classical_learning_rate"
check("classical_learning_rate")

# %% [markdown]
# If the translation is right, both forms walk the *same path*. **Predict**: do they stay together
# when the learning rate is halved on the way, at step 15?
#
# There are two ways to write the classical form. PyTorch multiplies the velocity by the learning
# rate when it steps, $w = w - \alpha v$. Keras and Polyak put the learning rate into the velocity,
# $v = \beta v - \alpha g$ and $w = w + v$. In the figure, is there a difference?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a rate that changes
predict(
    "halved_rate",
    "The rate is halved at step 15. Which form leaves the others?",
    "none",
    "classical",
    "classical, rate inside",
)


# %% tags=["experiment"]
# Experiment: two forms, and a rate that changes
def halved(rate, at=15):
    """A schedule: half the rate from step `at` on."""
    return lambda t: rate if t < at else rate / 2


def rate_inside(schedule, beta=0.9):
    """v = beta v - rate g, w = w + v: the classical form with the rate inside the velocity."""

    def update(w, g, state):
        t, v = (1, 0.0) if state is None else state
        v = beta * v - schedule(t) * g
        return w + v, (t + 1, v)

    return update


forms = {
    "averaging": optimizers.momentum(halved(0.09)),
    "classical": optimizers.heavy_ball(halved(0.009)),
    "classical, rate inside": rate_inside(halved(0.009)),
}
paths = {name: optimizers.follow(valley, update, 40) for name, update in forms.items()}
apart = {name: np.abs(path - paths["averaging"]).max(axis=1) for name, path in paths.items()}

fig, ax = plots.figure()
for name, color in (("averaging", "first"), ("classical, rate inside", "second")):
    _ = ax.plot(paths[name][:, 0], ".-", color=plots.COLORS[color])
    label = "averaging = classical" if name == "averaging" else name
    plots.label_end(ax, 40, paths[name][-1, 0], label, plots.COLORS[color])
_ = ax.axvline(14, color=plots.COLORS["data"], linestyle=":")
plots.label_end(ax, 14, -9, "rate halved", "#6f6f6f")
_ = ax.set(xlabel="step", ylabel="$w_1$", xlim=(-1, 40.5))
plots.show(
    fig,
    "The position along the valley. Both forms agree until the rate is halved; afterwards the form "
    "with the rate inside the velocity runs ahead.",
)
print("averaging and classical equal to 13 digits:", bool(apart["classical"].max() < 1e-12))
inside = apart["classical, rate inside"]
print(
    f"rate inside the velocity: apart by {inside[:15].max():.1f} before, {inside.max():.2f} after"
)
leaves = [name for name, distance in apart.items() if distance.max() > 1e-6]
predicted("halved_rate", ", ".join(leaves) or "none")

# %% [markdown] question="momentum_classical"
# Translated with $\alpha_{\text{classical}} = (1-\beta)\,\alpha$ the paths are equal, up to rounding. If
# the rate stands *inside* the velocity they are equal only while the rate is constant: after a change,
# the old velocity still carries the old rate.
#
# There is a second reason to know which form you have. In the classical form $\beta$ changes the
# length of the step as well: from $\beta = 0.9$ to $0.99$ the velocity becomes ten times as long, and
# the learning rate must be tuned again. In the averaging form a steady gradient gives the same step
# for every $\beta$. That is why this course uses it.

# %% quiz="momentum_classical"

# %% [markdown]
# ## 9 · In a network
#
# **Question.** Bowls are tidy. Does momentum speed up learning on real handwritten digits, with
# mini-batches (미니배치) of 64 and a network of 64, 32 and 10 units?
#
# Tuning, the same for both: five learning rates, each twice the one before, and two seeds; the rate
# with the lowest cost in the fifth epoch counts. Then the race runs with five other seeds.
#
# **Predict**: how many times fewer epochs (에포크) will momentum need for a training cost below
# 0.05? And will it recognise more of the test digits?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: momentum on digits
predict("digits_momentum", "Momentum needs fewer epochs, by the factor", "1.5", "3", "10")

# %% tags=["experiment"]
# Experiment: a tuned race on digits (1 s)
training, testing = digits_split()


def costs_and_accuracy(update, epochs, seeds):
    """The mean cost of every epoch, and the share of test digits recognised after the last.

    All seeds run at once, one in each column; the rate may be an array, one for each of them.
    """
    rngs = [np.random.default_rng(seed) for seed in seeds]
    starts = [problems.init_params(rng, (64, 32, 10)) for rng in rngs]
    ends, costs = problems.train_together(starts, training.X, training.Y, update, epochs, rngs)
    shares = [problems.accuracy(params, testing.X, testing.labels) for params in ends]
    return costs.reshape(len(ends), epochs, -1).mean(axis=2), np.array(shares)


def tuned(make, rates):
    """The rate with the lowest mean cost in the fifth epoch, over the seeds 100 and 101."""
    costs, _ = costs_and_accuracy(make(np.repeat(rates, 2)), 5, [100, 101] * len(rates))
    return rates[int(np.argmin(costs[:, -1].reshape(-1, 2).mean(axis=1)))]


contest = {"gd": optimizers.gradient_descent, "momentum": optimizers.momentum}
grids = {"gd": 0.12 * 2.0 ** np.arange(5), "momentum": 0.4 * 2.0 ** np.arange(5)}
needed = {}
fig, ax = plots.figure()
for name, make in contest.items():
    rate = tuned(make, grids[name])
    costs, shares = costs_and_accuracy(make(rate), 18, range(5))
    costs = np.median(costs, axis=0)
    _ = ax.semilogy(np.arange(1, 19), costs, ".-", color=plots.COLORS[name])
    label = "gradient descent" if name == "gd" else "with momentum"
    plots.label_end(ax, 18, costs[-1], label, plots.COLORS[name])
    epochs = needed[name] = 1 + int(np.argmax(costs < 0.05))
    print(
        f"{label}: rate {rate:.2f}, {epochs} epochs, {100 * shares.mean():.1f} % of the test digits"
    )
_ = ax.axhline(0.05, color=plots.COLORS["data"], linestyle=":")
_ = ax.set(xlabel="epoch", ylabel="training cost", xlim=(0.5, 18.5), xticks=[1, 5, 10, 15])
plots.show(
    fig,
    "Training cost on digits over 18 epochs, median of five seeds. Momentum falls faster and "
    "crosses 0.05 after 10 epochs, gradient descent after 15.",
)
predicted("digits_momentum", needed["gd"] / needed["momentum"])

# %% [markdown]
# So does momentum speed up learning? Here, yes, with its own learning rate: ten epochs instead of
# fifteen, a smaller gain than on the longest bowls. On the test digits there is no difference to
# speak of: one digit more or less is already 0.3 percentage points.
#
# ### Move beta, and see which form forgives it
#
# Section 8 said that in the classical form $\beta$ and the learning rate are coupled. Here is the
# measurement: for three $\beta$ the cost after six epochs, rate by rate. Both forms walk the same
# paths, so one set of runs serves both; only the name of the rate differs, by the factor $1-\beta$.
#
# **Predict**: you change $\beta$ from 0.9 to 0.99 and tune again. How far does the best rate move in
# the form that PyTorch has, the classical one?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the best rate for 0.99
predict(
    "coupled_rate",
    "Classical form, β from 0.9 to 0.99: the best rate becomes",
    "the same",
    "half as large",
    "more than ten times smaller",
)

# %% tags=["experiment"]
# Experiment: the best rate, beta by beta
rates, epochs = 0.25 * 2.0 ** np.arange(5), 6
fig, axes = plots.figure(1, 2, size=(8, 3.4), sharey=True)
best = {}
for beta, color in ((0.5, "first"), (0.9, "second"), (0.99, "third")):
    update = optimizers.momentum(np.repeat(rates, 2), beta)
    final = costs_and_accuracy(update, epochs, [0, 1] * rates.size)[0][:, -1].reshape(-1, 2)
    cost = np.exp(np.log(final).mean(axis=1))  # the geometric mean of the two seeds
    best[beta] = rates[int(np.argmin(cost))]
    for ax, shown in zip(axes, (rates, (1 - beta) * rates), strict=True):
        _ = ax.loglog(shown, cost, ".-", color=plots.COLORS[color], label=rf"$\beta$ = {beta}")
    print(f"beta {beta}: best rate {best[beta]:g}, written classically {(1 - beta) * best[beta]:g}")
_ = axes[0].set(xlabel="learning rate, averaging form", ylabel="cost after six epochs")
_ = axes[0].set_xticks(rates, [f"{rate:g}" for rate in rates])
axes[0].minorticks_off()
_ = axes[1].set(xlabel="learning rate, classical form")
_ = axes[0].legend()
plots.show(
    fig,
    "Cost after six epochs against the learning rate, for three betas. In the averaging form the "
    "three valleys lie above one another; in the classical form they stand far apart.",
)
smaller = best[0.9] * (1 - 0.9) / (best[0.99] * (1 - 0.99))
words = "half as large" if smaller > 1.5 else "the same"
predicted("coupled_rate", "more than ten times smaller" if smaller > 10 else words)

# %% [markdown]
# In the averaging form one rate does for all three, or nearly. In the classical form the best rate
# falls with $1-\beta$: whoever changes $\beta$ there and keeps the rate compares two learning rates,
# not two $\beta$.

# %% [markdown]
# ## 10 · Your momentum on the leaderboard
#
# In the races so far the course's momentum ran. Now yours trains a network, and enters a leaderboard
# (순위표) that grows from lesson to lesson: your gradient descent, your momentum, your RMSprop, your
# Adam, and in lesson 12 whatever you make of them.
#
# The task stays the same. A bad scanner has read the digits: each of its 64 pixels has a gain (이득) of
# its own, somewhere between 0.001 and 1, and nobody has evened them out. The network has 64, 32 and 10
# units, a mini-batch 64 digits, the budget is eight epochs. Ten seeds run; for one seed everybody has
# the same first weights and the same batches, and everybody has the best rate of a doubled grid on three
# other seeds. What counts is the training cost at the end. Those that ten seeds do not tell apart
# share a place: the mean of the paired differences is then within two standard errors of zero.
#
# **Predict**: what does your momentum make of the cost at which mini-batches alone end?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: your momentum on bad scans
predict(
    "board_momentum",
    "Your momentum ends at what part of the cost of mini-batches alone?",
    "0.95 of it",
    "0.7 of it",
    "0.3 of it",
    "0.05 of it",
)

# %% tags=["experiment"]
# Experiment: your momentum on the leaderboard
rows = board.enter("gd", "sgd", "momentum", here=globals())
plots.show(
    board.figure(rows),
    "Three rows of ten dots, the training costs of ten seeds: momentum lowest, then mini-batches, and "
    "the whole batch far behind. No two rows overlap.",
)
board.show(rows)
predicted("board_momentum", rows["momentum"].line.cost / rows["sgd"].line.cost)

# %% [markdown]
# All ten seeds are better with momentum. They need six to eight epochs to a cost of 0.4, which
# mini-batches alone do not reach in eight. What your own functions reach stands in the column "yours",
# as soon as they pass their check; to run the cell again replaces it. The pixels remain a long valley in
# 64 directions, and lesson 5 has something for that.

# %% [markdown]
# ## 11 · Find the bug
#
# **Question.** This one runs, learns and never diverges. Only $\beta$ is of little use in it. Why?
#
# ### Exercise 5 · A momentum that changes nothing


# %%
def forgetful(gradient, w0, learning_rate, beta, steps):
    w = w0
    path = [w]
    for _ in range(steps):
        velocity = np.zeros(w0.shape)
        velocity = beta * velocity + (1 - beta) * gradient(w)
        w = w - learning_rate * velocity
        path.append(w)
    return np.array(path)


# %% tags=["experiment"]
# Experiment: what beta does in it
for beta in (0.0, 0.5, 0.9):
    end = forgetful(valley.gradient, valley.start, 0.09, beta, 40)[-1]
    plain = optimizers.follow(valley, optimizers.gradient_descent((1 - beta) * 0.09), steps=40)[-1]
    print(f"beta {beta}: f = {valley.value(end):.3f} after 40 steps; ", end="")
    print(f"gradient descent, rate {(1 - beta) * 0.09:.3f}: f = {valley.value(plain):.3f}")

# %% [markdown]
# To the last digit the path of gradient descent, at the rate $(1-\beta)\,\alpha$. A cost that falls
# proves little: look whether a setting does what it should. Repair a copy.


# %% exercise="repair_forgetful"
def repair_forgetful(gradient, w0, learning_rate, beta, steps):
    """forgetful, repaired: the path of momentum, averaging form, from rest.

    gradient: function of a point w (n,) that returns the gradient there (n,)
    w0:       the start, array (n,)
    Returns an array (steps + 1, n): w0 first, then the point after every step.

    Example: gradient(w) = w, w0 [8.0], learning_rate 1.0, beta 0.5, 2 steps -> [[8.], [4.], [0.]].
    """
    # REFERENCE SOLUTION


# %% check="repair_forgetful"
check("repair_forgetful")

# %% [markdown]
# ## Summary
#
# - Momentum steps along an exponentially weighted average of gradients,
#   $v = \beta v + (1-\beta) g$, $\; w = w - \alpha v$. It uses past information: directions that
#   alternate cancel, directions that agree remain.
# - In this form it is stable for $\alpha\lambda < 2(1+\beta)/(1-\beta)$. The larger learning rate is
#   where the speed comes from.
# - On a bowl the distance from the minimum falls by one factor a step, a straight line on a logarithmic
#   axis: $(\kappa-1)/(\kappa+1)$ for gradient descent at its best rate, $\sqrt\beta$ where momentum swings.
# - With $\beta = 0.9$ it is much faster than gradient descent on elongated problems and slower on
#   nearly round ones, where a smaller $\beta$ is the better one. Compare optimizers only when each has
#   its own tuned learning rate.
# - After ten steps the velocity still lacks 35 %; the correction is left out because it matters
#   little here.
# - $\alpha_{\text{classical}} = (1-\beta)\,\alpha$.
#
# ### Cheat sheet
#
# | technique | formula | code | default | when not, and what to mind |
# |---|---|---|---|---|
# | momentum, averaging form | $v = \beta v + (1-\beta)\, g$<br>$w = w - \alpha v$ | `v = beta * v + (1 - beta) * g`<br>`w = w - alpha * v` | $\beta$ 0.9, $\alpha$ tuned | on nearly round bowls 0.9 is too much; never with a rate borrowed from gradient descent |
# | momentum, classical form | $v = \beta v + g$<br>$w = w - \alpha_c v$ | `v = beta * v + g`<br>`w = w - rate * v` | $\alpha_c = (1-\beta)\,\alpha$ | never change $\beta$ and keep the rate |
# | largest stable rate | $\alpha = 2(1+\beta)/((1-\beta)\,\lambda)$ | `alpha = 2 * (1 + beta) / ((1 - beta) * curvature)` | 38 over the curvature $\lambda$ at 0.9 | |
# | factor of a step on a bowl | $q = (\kappa-1)/(\kappa+1)$ | `q = (kappa - 1) / (kappa + 1)` | rate $2/(1+\kappa)$ | momentum: $\sqrt\beta$ where it swings |
#
# ### In other libraries
#
# | where | form | the same as our $\alpha$, $\beta = 0.9$ |
# |---|---|---|
# | PyTorch `SGD(lr, momentum=0.9)` | $v = \beta v + g$, $w = w - \alpha v$; first $v = g$ | `lr` $= 0.1\,\alpha$ |
# | PyTorch `SGD(..., dampening=0.9)` | $v = \beta v + (1-0.9)\,g$, but first $v = g$ | `lr` $= \alpha$, apart from the start |
# | Keras `SGD(learning_rate, momentum=0.9)` | $v = \beta v - \alpha g$, $w = w + v$ | $0.1\,\alpha$, while it is constant |
# | CS231n | as Keras | $0.1\,\alpha$, while it is constant |
# | d2l | $v = \beta v + g$, $w = w - \alpha v$ | $0.1\,\alpha$ |
#
# ### What comes next
#
# Momentum treats all directions alike. Lesson 5, RMSprop, gives every parameter its own step length.

# %% tags=["nbval-ignore-output"]
progress("04_momentum")
