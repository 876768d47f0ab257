# %% [markdown]
# # 5 · Give every parameter its own step size: RMSprop
#
# One learning rate for all parameters is a compromise: too large for the steep ones, too small for
# the flat ones. RMSprop divides the compromise by what it has seen of each parameter. This lesson
# builds it, and finds out what it is blind to.
#
# **What you'll do.** Write RMSprop in three short functions. Predict its first steps. Multiply a
# cost by 1000 and turn a valley by 45 degrees, and see which of the two it notices. Find out when
# the tiny number $\epsilon$ is not tiny.
#
# **What you'll learn.**
# - what the average of squared gradients measures, and why the step divides by its root,
# - why RMSprop takes a larger learning rate than gradient descent survives,
# - what a rotation does to an optimizer that works coordinate by coordinate,
# - where $\epsilon$ stands, inside the root or outside, and when that matters.
#
# **What you'll need.** Lesson 2 (exponentially weighted averages) and lesson 4 (the long valley);
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
# ## 1 · One learning rate, two slopes
#
# **Question.** In a long valley the steep direction sets the speed limit and the flat direction
# pays for it. What would help?
#
# The valley is the bowl $f(w) = \tfrac12\,(w_1^2 + 20\,w_2^2)$ of lesson 4. Gradient descent
# (경사 하강법) starts at $(-10, 5)$ with the learning rate (학습률) $\alpha = 0.09$.
#
# **Predict** before you run the cell: at the start, how many times larger is the gradient (기울기)
# in the steep direction than in the flat one? Which of the two should be made smaller?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: two slopes
predict(
    "steep_gradient",
    "At the start, how many times larger is the gradient in the steep direction?",
    "2 times",
    "10 times",
    "20 times",
)

# %% tags=["experiment"]
# Experiment: the gradients of the two directions
valley = problems.bowl(kappa=20, start=(-10, 5))
path = optimizers.follow(valley, optimizers.gradient_descent(0.09), steps=30)
sizes = np.abs(valley.gradient(path.T))  # one row for each direction

fig, axes = plots.figure(1, 2, size=(9, 3.5))
plots.contour(axes[0], valley.value, ((-12, 4), (-6, 6)), valley.minimum)
plots.trajectory(axes[0], path, "gd")
_ = axes[0].set_title("gradient descent")
for k, color, label in ((1, "second", "steep, $w_2$"), (0, "first", "flat, $w_1$")):
    _ = axes[1].semilogy(sizes[k], ".-", color=plots.COLORS[color])
    plots.label_end(axes[1], 0, sizes[k][0], label, plots.COLORS[color], (10, 8))
_ = axes[1].set(xlabel="step", title="size of the gradient", ylim=(0.05, 400))
plots.show(
    fig,
    "Left: gradient descent zigzags through a long valley. Right: the size of the gradient in both "
    "directions; at the start the steep one is ten times the flat one.",
)
print(f"gradient at the start: {sizes[0, 0]:.0f} in w1, {sizes[1, 0]:.0f} in w2")
predicted("steep_gradient", sizes[1, 0] / sizes[0, 0])

# %% [markdown]
# We want smaller steps where gradients are large, so that the zigzag ends, and larger steps where
# they are small, so that there is progress. So let us measure how large the gradients of each
# parameter usually are, and divide by it.
#
# (Lecture slides call the steep direction $b$ and the flat one $w$. That is only for the picture:
# in a network nothing makes biases steep and weights flat, and there are thousands of directions.)

# %% [markdown]
# ## 2 · The mean square of the gradients
#
# Gradients change sign, so their plain average says little about their size. Their squares do not.
# **RMSprop** (Hinton, 2012: slides of a lecture, never a paper) keeps an exponentially weighted
# average (지수 가중 평균) of the squares, for each parameter, here $W$ and $b$:
#
# $$s_{dW} = \beta_2\, s_{dW} + (1-\beta_2)\, dW^2, \qquad
# W = W - \alpha\, \frac{dW}{\sqrt{s_{dW}} + \epsilon}$$
#
# $$s_{db} = \beta_2\, s_{db} + (1-\beta_2)\, db^2, \qquad
# \;\;b = b - \alpha\, \frac{db}{\sqrt{s_{db}} + \epsilon}$$
#
# - $dW^2$ is an **element-wise** (요소별) square: each weight has its own average, and root and
#   division are element-wise too.
# - $\sqrt{s}$ is the *root* of the *mean square* (제곱평균제곱근): RMS, and *prop* is for
#   propagation. It has the unit of a gradient, so that the quotient has no unit at all.
# - $\epsilon$ (엡실론) keeps the denominator away from zero. This course adds it to the root.
#   Section 8 looks at the other place.
# - $\beta_2$ has an index because Adam, in the next lesson, has a $\beta_1$ as well. It plays the
#   part that $\beta$ played for momentum. We start with 0.9.
# Before the first step the average is zero, in the shape of every parameter: the dict that your
# `init_velocity` of lesson 4 makes.

# %% [markdown]
# ### Exercise 1 · One step of RMSprop
#
# For every key, update the average first; the step uses the new one. In symbols, with $g$ for the
# gradient of a parameter $w$:
#
# $$s = \beta_2\, s + (1-\beta_2)\, g^2, \qquad w = w - \alpha\, \frac{g}{\sqrt{s} + \epsilon}$$
#
# Like every update in this course it is **pure**: it returns new dictionaries, and nothing that was
# passed in changes. `hint("rmsprop_update")` gives a hint, and each further call another.


# %% exercise="rmsprop_update"
def rmsprop_update(params, grads, squared, learning_rate, beta2=0.9, epsilon=1e-8):
    """One step of RMSprop.

    params, grads: dicts of arrays with the same keys ("W1", "b1", "W2", ...) and shapes;
                   params may hold integers
    squared:       their averages of squared gradients, same keys and shapes
    Returns (params, squared) after the step, as new dicts; the arguments stay as they were.

    Example, one parameter, learning_rate 0.1, beta2 0.75:
    w 1.0, gradient 4.0, average 0.0  ->  average 4.0, w 0.8
    """
    # REFERENCE SOLUTION


# %% check="rmsprop_update"
check("rmsprop_update")

# %% [markdown]
# ### Exercise 2 · The rate that a parameter feels
#
# Write the step as a number times the gradient:
#
# $$w = w - \alpha_{\text{eff}}\, g, \qquad
# \alpha_{\text{eff}} = \frac{\alpha}{\sqrt{s} + \epsilon}$$
#
# This is the **effective learning rate** (유효 학습률). Every parameter has its own.


# %% exercise="effective_learning_rate"
def effective_learning_rate(squared, learning_rate, epsilon):
    """The factor with which RMSprop multiplies each gradient.

    squared: dict of averages of squared gradients, arrays of any shape
    Returns a new dict with the same keys and shapes.

    Example: an average of 4.0, learning_rate 0.1 and epsilon 0.0 give 0.05.
    """
    # BEGIN SOLUTION
    return {key: learning_rate / (np.sqrt(s) + epsilon) for key, s in squared.items()}
    # END SOLUTION


# %% check="effective_learning_rate"
check("effective_learning_rate")

# %% [markdown]
# Now let your own code walk through the valley, with $w_1$ as the weight and $w_2$ as the bias of the
# smallest of networks, and with $\alpha = 0.3$, three times what gradient descent survives. **Predict**: which parameter feels the larger rate? And when both gradients
# become small near the minimum, where do the rates go?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: two rates
predict(
    "felt_rate",
    "Which parameter feels the larger rate at the start?",
    "the flat one, w1",
    "the steep one, w2",
)
predict("rates_near_minimum", "Near the minimum both rates", "fall", "rise")

# %% tags=["experiment"]
# Experiment: your RMSprop in the valley
one_unit = {"W1": np.zeros((1, 1)), "b1": np.zeros((1, 1))}
params, rates, walk = problems.unflatten(valley.start, one_unit), [], [valley.start]
try:
    squared = {key: np.zeros(value.shape) for key, value in params.items()}
    for _ in range(60):
        grads = problems.unflatten(valley.gradient(walk[-1]), one_unit)
        params, squared = rmsprop_update(params, grads, squared, learning_rate=0.3)
        walk.append(problems.flatten(params))
        rates.append(problems.flatten(effective_learning_rate(squared, 0.3, 1e-8)))
except NotImplementedError:
    rates = None
    print("Exercises 1 and 2 come first; then run this cell again.")

if rates is not None:
    rates, walk = np.array(rates), np.array(walk)
    fig, axes = plots.figure(1, 2, size=(9, 3.5))
    plots.contour(axes[0], valley.value, ((-12, 4), (-6, 6)), valley.minimum)
    plots.trajectory(axes[0], walk, "rmsprop")
    _ = axes[0].set_title("your RMSprop")
    for k, color, label in ((0, "first", "flat, $w_1$"), (1, "second", "steep, $w_2$")):
        _ = axes[1].semilogy(np.arange(1, 61), rates[:, k], color=plots.COLORS[color])
        plots.label_end(axes[1], 60, rates[-1, k], label, plots.COLORS[color])
    _ = axes[1].set(xlabel="step", title="effective learning rate", xlim=(0, 60))
    plots.show(
        fig,
        "Left: RMSprop walks diagonally to the middle of the valley without a zigzag, then along "
        "it. Right: the effective rate of the flat direction starts ten times higher than that of "
        "the steep one; both rise as the gradients shrink.",
    )
    for step in (1, 20, 60):
        first, second = rates[step - 1]
        print(f"step {step:2}: effective rate {first:.3g} for w1, {second:.3g} for w2")
    predicted("felt_rate", ("the flat one, w1", "the steep one, w2")[rates[0].argmax()])
    predicted("rates_near_minimum", "rise" if (rates[-1] > rates[0]).all() else "fall")

# %% [markdown]
# Where the gradients have been large the effective rate is small, and where they have been small it
# is large. The zigzag is gone, and the flat direction moves. Near the minimum the gradients shrink
# and the rates rise: RMSprop does not slow down by itself. Keep that in mind for section 6.

# %% [markdown] question="rmsprop_first_step"
# ## 3 · The first steps

# %% quiz="rmsprop_first_step"

# %% [markdown]
# **Predict**, before you run the next cell: the gradient stays the same for 100 steps. Does the
# step grow or shrink? And with $\beta_2 = 0.999$ in place of 0.9, is the first step longer or
# shorter?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the first steps
predict(
    "constant_gradient",
    "While the gradient stays the same, the steps",
    "grow",
    "shrink",
    "keep their length",
)
predict(
    "first_step_999",
    "With β2 = 0.999 in place of 0.9, the first step is",
    "longer",
    "shorter",
    "equally long",
)

# %% tags=["experiment"]
# Experiment: steps under a constant gradient
steps = np.arange(1, 101)
lengths = {}
fig, ax = plots.figure()
for beta2, color in ((0.999, "third"), (0.99, "second"), (0.9, "first")):
    path = optimizers.follow(  # a plane with slope 1
        problems.Problem("plane", np.sum, np.ones_like, np.zeros(1), None, None),
        optimizers.rmsprop(1.0, beta2),
        100,
    )
    length = lengths[beta2] = -np.diff(path[:, 0])
    _ = ax.loglog(steps, length, color=plots.COLORS[color])
    plots.label_end(ax, 100, length[-1], rf"$\beta_2$ = {beta2}", plots.COLORS[color])
    print(f"beta2 {beta2}: steps 1, 2, 3 and 100 are", length[[0, 1, 2, 99]].round(2))
_ = ax.set(xlabel="step $t$", ylabel="length of the step in learning rates", xlim=(0.9, 105))
plots.show(
    fig,
    "Length of RMSprop's steps under a constant gradient, logarithmic. They start at 3.16, 10 and "
    "31.6 learning rates for beta2 = 0.9, 0.99 and 0.999 and fall towards 1.",
)
lasts, firsts = lengths[0.9][-1] / lengths[0.9][0], lengths[0.999][0] / lengths[0.9][0]
predicted(
    "constant_gradient",
    "shrink" if lasts < 0.99 else "grow" if lasts > 1.01 else "keep their length",
)
predicted(
    "first_step_999", "longer" if firsts > 1.01 else "shorter" if firsts < 0.99 else "equally long"
)

# %% [markdown]
# The average starts at zero and is too small at first (lesson 3), so the denominator is too small
# and the step too *long*: $1/\sqrt{1-\beta_2}$ learning rates. For momentum the same bias made
# first steps shorter and did little harm. Here it makes them longer, and for a large $\beta_2$
# dangerously so. Adam will correct it.
#
# ### Which beta2?
#
# The lecture notes never give RMSprop's $\beta_2$ a value. In use are 0.9 (Hinton's slides, Keras),
# 0.99 (PyTorch, CS231n) and, inside Adam, 0.999. They remember about 10, 100 and 1000 gradients.
# The longer the memory, the calmer the rates and the longer the start takes.

# %% [markdown] question="rmsprop_scale"
# ## 4 · Blind to scale

# %% quiz="rmsprop_scale"

# %% [markdown]
# **Predict** the two columns, before you run the cell: $f$ after 60 steps on the valley, when the
# cost is multiplied by $c$.


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a cost times 1000
predict(
    "scaled_cost",
    "With the cost times 1000, f after 60 steps changes for",
    "gradient descent",
    "RMSprop",
    "both",
    "neither",
)


# %% tags=["experiment"]
# Experiment: a cost times c
def scaled(surface, c):
    """The surface with its cost multiplied by c."""
    return problems.Problem(
        surface.name,
        surface.value,
        lambda w: c * surface.gradient(w),
        surface.start,
        surface.minimum,
        surface.view,
    )


ended = {}
for c in (1e-6, 1e-3, 1, 1000):
    ends = ended[c] = []
    for update in (optimizers.gradient_descent(0.09), optimizers.rmsprop(0.3)):
        with np.errstate(over="ignore", invalid="ignore"):  # gradient descent may diverge
            ends.append(valley.value(optimizers.follow(scaled(valley, c), update, 60)[-1]))
    print(f"c = {c:g}: gradient descent {ends[0]:.3g}, RMSprop {ends[1]:.3g}")
names, before, after = ("gradient descent", "RMSprop"), ended[1], ended[1000]
changed = [
    n for n, b, a in zip(names, before, after, strict=True) if not np.isclose(b, a, rtol=0.1)
]
predicted("scaled_cost", changed[0] if len(changed) == 1 else "both" if changed else "neither")

# %% [markdown]
# RMSprop walks the same path for $c = 0.001$, 1 and 1000; gradient descent stands still or
# explodes. (At $c = 10^{-6}$ some gradients come near $\epsilon$.) This is why RMSprop's learning
# rate can be read as a length: the weights move by about $\alpha$ per step, in the weights' own
# units.
#
# And since every coordinate has its own average, it is blind to the scale of *each coordinate*. On
# a bowl whose axes are the coordinate axes the condition number (조건수) $\kappa$ is nothing but
# such a scale. **Predict**: how much does the path change from $\kappa = 1$ to $\kappa = 1000$?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: from round to long
predict(
    "round_to_long",
    "From κ = 1 to κ = 1000, how much does RMSprop's path change?",
    "it stays as it is",
    "a little",
    "a great deal",
)

# %% tags=["experiment"]
# Experiment: three condition numbers
points = []
for kappa in (1, 20, 1000):
    surface = problems.bowl(kappa, start=(-10, 5))
    w = optimizers.follow(surface, optimizers.rmsprop(0.3), 20)[-1]
    points.append(w)
    print(f"kappa {kappa:4}: after 20 steps at ({w[0]:.4f}, {w[1]:.4f})")
apart = np.abs(points[0] - points[-1]).max()
predicted(
    "round_to_long",
    "it stays as it is" if apart < 1e-3 else "a little" if apart < 1 else "a great deal",
)

# %% [markdown]
# Not at all. A perfect optimizer for long valleys? The axes of this bowl lie along the coordinates.
# Most valleys do not.

# %% [markdown]
# ## 5 · Turn the valley
#
# **Question.** Gradient descent and momentum treat all directions alike. RMSprop works coordinate
# by coordinate. What happens when the valley lies across the coordinates?
#
# **Predict**, then drag: how will RMSprop's path look at 45°? Which learning rate does it need
# there?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the turned valley
predict(
    "turned_race",
    "κ = 1000, turned by 45°: RMSprop needs",
    "half of gradient descent's steps, or fewer",
    "about as many",
    "twice as many, or more",
)


# %% tags=["experiment", "nbval-ignore-output"]
# Sliders: rate, beta2 and the bowl's angle
def draw_turned(ax, learning_rate, beta2, angle):
    surface = problems.bowl(100, angle)
    plots.contour(ax, surface.value, ((-12, 12), (-9, 9)), surface.minimum)
    path = optimizers.follow(surface, optimizers.rmsprop(learning_rate, beta2), steps=100)
    plots.trajectory(ax, path, "rmsprop")
    return f"f = {surface.value(path[-1]):.2g} after 100 steps"


plots.explore(
    draw_turned,
    "The path of RMSprop on a long bowl; sliders change learning rate, beta2 and the bowl's angle.",
    learning_rate=(0.01, 1.0, 0.01, 0.1),
    beta2=(0.0, 0.99, 0.01, 0.9),
    angle=[0, 15, 30, 45],
)

# %% [markdown]
# One path proves little; let us count steps. Both optimizers are **tuned** in the same way: 100
# learning rates for each bowl, and the one that needs the fewest steps counts. A run is finished
# when $f$ has fallen to a thousandth of its start and stays below. The start turns with the bowl.


# %% tags=["experiment"]
# Experiment: a tuned race, aligned and turned (1 s)
def fewest_steps(make, rates, kappa, angle):
    """Steps at the best of the learning rates; all of them run at once, one in each column."""
    surface = problems.bowl(kappa, angle)
    start = np.repeat(surface.start[:, None], rates.size, axis=1)
    path = optimizers.follow(surface, make(rates), 300 + kappa * 6 // 5, start)
    values = surface.value(path.swapaxes(0, 1))
    steps = optimizers.steps_to_reach(values, 1e-3 * surface.value(surface.start))
    return steps[steps >= 0].min()


kappas = [1, 3, 10, 30, 100, 300, 1000]
own_scale = np.geomspace(0.001, 10, 100)
race = {
    "gradient descent, any angle": [
        fewest_steps(optimizers.gradient_descent, np.geomspace(0.01, 1.99, 100) / k, k, 0)
        for k in kappas
    ],
    "RMSprop, 0°": [fewest_steps(optimizers.rmsprop, own_scale, k, 0) for k in kappas],
    "RMSprop, 45°": [fewest_steps(optimizers.rmsprop, own_scale, k, 45) for k in kappas],
}
fig, ax = plots.figure()
for (label, steps), style, shift in zip(race.items(), ("o-", "D--", "s-"), (-9, 0, 9), strict=True):
    color = plots.COLORS["gd" if "gradient" in label else "rmsprop"]
    _ = ax.loglog(kappas, steps, style, color=color)
    plots.label_end(ax, 1000, steps[-1], label, color, (10, shift))
_ = ax.set(xlabel=r"condition number $\kappa$", ylabel="steps, each with its tuned rate")
_ = ax.set_xlim(0.9, 1100)
plots.show(
    fig,
    "Steps against the condition number, logarithmic. Gradient descent rises in proportion. "
    "RMSprop on the aligned bowl stays below 200. On the bowl turned by 45 degrees it begins to "
    "rise beyond 10 and meets gradient descent at 1000.",
)
limits = (25, 120, 200, 300, 1500)  # how RMSprop jumps about differs a little between machines
for kappa in (10, 100, 1000):
    counts = [steps[kappas.index(kappa)] for steps in race.values()]
    gd, aligned, across = [next(limit for limit in limits if n < limit) for n in counts]
    print(f"kappa {kappa:4}, fewer than: gradient descent {gd}, RMSprop 0° {aligned}, 45° {across}")
gd, _, across = (steps[-1] for steps in race.values())
few, many = "half of gradient descent's steps, or fewer", "twice as many, or more"
predicted("turned_race", few if across <= gd / 2 else many if across >= 2 * gd else "about as many")

# %% [markdown] question="rmsprop_rotated"
# Along the axes RMSprop hardly notices $\kappa$: from 10 to 1000 its steps do not even double. At 45°
# they do grow, more than tenfold, and at $\kappa = 1000$ it is no faster than gradient descent. And
# on round bowls it is the slower one, at any angle: it must shrink its learning rate until the
# steps, which do not get shorter by themselves, stop jumping about the minimum.
#
# So be suspicious of demonstrations on bowls that lie along the axes. Does a network lie along
# *its* axes, the single weights and biases? Section 7 turns one and looks.

# %% quiz="rmsprop_rotated"

# %% [markdown]
# ### The best step there is, and its diagonal
#
# **Question.** What would the perfect step on a bowl be, and how much of it is in RMSprop?
#
# With the gradient $g$ and the matrix $H$ of the curvatures, **Newton's step** (뉴턴 방법) is
#
# $$w = w - H^{-1} g.$$
#
# It leads to the bottom at once, from everywhere and at every angle. A matrix that stands before the
# gradient like $H^{-1}$ is a **preconditioner** (전처리 행렬). But a network with 2410 weights has an $H$ with
# 2410² entries. So keep only the diagonal: divide the gradient of each coordinate by its own curvature $h$.
# Your `effective_learning_rate` does that, if it is given $h^2$ in place of $s$. RMSprop does not know
# $h$. But a gradient is $h$ times a distance: where the distances are alike, $\sqrt s$ is in
# proportion to $h$.
#
# **Predict**: $\kappa = 100$. Along the axes the diagonal is all there is of $H$, and one step does. How many
# does it take when the bowl is turned by 5°? (Gradient descent takes 346, whatever the angle.)

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: turned by five degrees
predict(
    "diagonal_at_5",
    "Turned by 5°, dividing by the diagonal takes",
    "1 step",
    "17 steps",
    "91 steps",
    "346 steps",
)


# %% tags=["experiment"]
# Experiment: Newton's step and its diagonal
def steps_to_a_thousandth(surface, preconditioner):
    """Steps to a thousandth of the distance, at the rate that is best for the slowest direction."""
    H = np.column_stack([surface.gradient(unit) for unit in np.eye(2)])
    matrix = preconditioner(H)
    curvatures = np.linalg.eigvals(matrix @ H).real  # the condition that is left
    rate = 2 / (curvatures.min() + curvatures.max())

    def update(w, g, state):
        return w - rate * matrix @ g, None

    path = optimizers.follow(surface, update, 600)
    distance = np.linalg.norm(path, axis=1)
    return int(optimizers.steps_to_reach(distance, 1.0001e-3 * distance[0]))


def your_diagonal(H):
    return np.diag(effective_learning_rate({"h": np.diag(H) ** 2}, 1.0, 0.0)["h"])


angles = [0, 1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 45]
choices = {
    "gradient descent": (lambda H: np.eye(2), "gd"),
    "your diagonal": (your_diagonal, "rmsprop"),
    "Newton": (np.linalg.inv, "third"),
}
try:
    taken = {
        name: [steps_to_a_thousandth(problems.bowl(100, angle), choice) for angle in angles]
        for name, (choice, _) in choices.items()
    }
    seen = {key: np.zeros(500) for key in ("flat", "steep")}  # 500 places at once
    rng, squared = np.random.default_rng(0), dict(seen)
    for _ in range(20):  # with the rate 0 your RMSprop only averages
        flat, steep = problems.bowl(100).gradient(rng.standard_normal((2, 500)))
        grads = {"flat": flat, "steep": steep}
        _, squared = rmsprop_update(seen, grads, squared, 0.0, beta2=0.999)
except NotImplementedError:
    taken = {}
    print("Exercises 1 and 2 come first; then run this cell again.")

if taken:
    fig, ax = plots.figure(size=(7.2, 3.6))
    for (name, steps), height in zip(taken.items(), (18, -14, 12), strict=True):
        color = plots.COLORS[choices[name][1]]
        _ = ax.semilogy(angles, steps, "o-", color=color)
        plots.label_end(ax, 22, steps[angles.index(20)], name, color, (0, height))
    _ = ax.set(xlabel="angle of the bowl, degrees", ylabel="steps", xlim=(-1, 46), ylim=(0.7, 900))
    plots.show(
        fig,
        "Steps against the bowl's angle. Gradient descent level at 346, Newton level at 1. The "
        "diagonal takes 1 step at 0 degrees, rises steeply and meets gradient descent at 45.",
    )
    for angle in (0, 5, 15, 45):
        counts = [taken[name][angles.index(angle)] for name in taken]
        print("{:2}°: gradient descent {}, your diagonal {}, Newton {}".format(angle, *counts))
    ratio = np.sqrt(squared["steep"].mean() / squared["flat"].mean())
    print(f"from random places, root of s: {ratio:.0f} times as large along the steep axis")
    predicted("diagonal_at_5", taken["your diagonal"][angles.index(5)])

# %% [markdown]
# Five degrees already cost a factor of 17. At 45° both entries of the diagonal are equal: that is gradient
# descent with another rate. Seen from here, RMSprop is a guess at the diagonal of Newton's method, without
# a single second derivative, and inherits its blindness to angles. One thing it does not inherit: Newton's
# step shrinks with the distance, RMSprop's has the length of the rate up to the end.

# %% [markdown]
# ## 6 · A larger learning rate
#
# **Question.** One promise of RMSprop is that you "can use a larger learning rate without
# diverging". How large? Gradient descent on the valley with $\kappa = 20$ diverges beyond $\alpha =
# 0.1$.
#
# **Predict** the two curves: $f$ after 200 steps, for learning rates from 0.001 to 10.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: surviving and arriving
predict(
    "closer_at_best",
    "At its best rate, which comes closer to the minimum?",
    "gradient descent",
    "RMSprop",
)

# %% tags=["experiment"]
# Experiment: learning rates from 0.001 to 10
rates = np.geomspace(0.001, 10, 121)
start = np.repeat(valley.start[:, None], rates.size, axis=1)
fig, ax = plots.figure()
ends = {}
for name, make in (("gd", optimizers.gradient_descent), ("rmsprop", optimizers.rmsprop)):
    with np.errstate(over="ignore", invalid="ignore"):  # gradient descent diverges
        path = optimizers.follow(valley, make(rates), 200, start)
        # The mean of the last 20 steps: RMSprop jumps about.
        ends[name] = np.mean([valley.value(w) for w in path[-20:]], axis=0)
    visible = ends[name] < 1e4
    _ = ax.loglog(rates[visible], ends[name][visible], color=plots.COLORS[name])
_ = ax.axvline(0.1, color=plots.COLORS["data"], linestyle=":")
_ = ax.set(xlabel=r"learning rate $\alpha$", ylabel="$f$ after 200 steps", ylim=(1e-9, 1e4))
plots.label_end(ax, 0.001, 0.1, "gradient descent", plots.COLORS["gd"], (6, 0))
plots.label_end(ax, 1, 2, "RMSprop", plots.COLORS["rmsprop"], (8, -10))
plots.show(
    fig,
    "The cost after 200 steps against the learning rate. Gradient descent improves up to a rate "
    "near 0.1 and then explodes. RMSprop never explodes; its cost is lowest near 0.07 and rises "
    "with the square of the rate, and gradient descent at its best is far below it.",
)
for rate in (0.01, 0.1, 1.0):
    k = int(np.argmin(np.abs(rates - rate)))
    gd = f"{ends['gd'][k]:.1e}" if ends["gd"][k] < 1e4 else "has diverged"
    print(f"learning rate {rate}: gradient descent {gd}, RMSprop {ends['rmsprop'][k]:.1e}")
print("gradient descent at its best is below 1e-10:", bool(np.nanmin(ends["gd"]) < 1e-10))
print("RMSprop at its best is above 1e-3:", bool(ends["rmsprop"].min() > 1e-3))
closer = np.nanmin(ends["gd"]) < np.nanmin(ends["rmsprop"])
predicted("closer_at_best", "gradient descent" if closer else "RMSprop")

# %% [markdown]
# The promise holds: RMSprop survives every rate, because no step is ever longer than
# $\alpha/\sqrt{1-\beta_2}$, whatever the gradient. But surviving is not arriving. As the gradients
# shrink the effective rate grows, until it is too large for the curvature, and RMSprop jumps about
# the minimum at a distance of about $\alpha$: in the figure $f$ rises like $\alpha^2$. (The
# $2\cdot 10^{-7}$ in the table of section 4 was a moment on the way, just before it began to jump.)
# Gradient descent, in the narrow range that it survives, comes to rest.
#
# So too large a rate does not show as an explosion, but as a cost that stops falling. The remedy is
# a rate that shrinks: lesson 7.

# %% [markdown]
# ## 7 · On digits
#
# **Question.** Is it faster on real handwritten digits? Network of 64, 32 and 10 units,
# mini-batches (미니배치) of 64. Tuning, the same for both: five learning rates, each twice the one
# before, two seeds; the rate with the lowest cost in the fifth epoch (에포크) counts. The race has
# five other seeds.
#
# **Predict**: which one reaches a training cost of 0.05 first?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: RMSprop on digits
predict(
    "digits_rmsprop",
    "Which reaches a training cost of 0.05 first?",
    "gradient descent, clearly",
    "RMSprop, clearly",
    "neither: hardly a difference",
)

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


contest = {"gd": optimizers.gradient_descent, "rmsprop": optimizers.rmsprop}
grids = {"gd": 0.12 * 2.0 ** np.arange(5), "rmsprop": 0.005 * 2.0 ** np.arange(5)}
needed = {}
fig, ax = plots.figure()
for name, make in contest.items():
    rate = tuned(make, grids[name])
    costs, shares = costs_and_accuracy(make(rate), 18, range(5))
    costs = np.median(costs, axis=0)
    _ = ax.semilogy(np.arange(1, 19), costs, ".-", color=plots.COLORS[name])
    label = "gradient descent" if name == "gd" else "RMSprop"
    plots.label_end(ax, 18, costs[-1], label, plots.COLORS[name], (8, 12 if name == "gd" else -5))
    epochs = needed[name] = 1 + int(np.argmax(costs < 0.05))
    percents = 100 * shares
    print(
        f"{label}: rate {rate:.2f}, {epochs} epochs, "
        f"{percents.mean():.1f} % of the test digits (spread {percents.std():.1f})"
    )
_ = ax.axhline(0.05, color=plots.COLORS["data"], linestyle=":")
_ = ax.set(xlabel="epoch", ylabel="training cost", xlim=(0.5, 18.5), xticks=[1, 5, 10, 15])
plots.show(
    fig,
    "Training cost on digits over 18 epochs, median of five seeds, each with its tuned rate. The "
    "two curves lie close together and cross 0.05 after 15 and 14 epochs.",
)
ratio = needed["rmsprop"] / needed["gd"]
words = "RMSprop, clearly" if ratio < 0.75 else "neither: hardly a difference"
predicted("digits_rmsprop", "gradient descent, clearly" if ratio > 1.33 else words)

# %% [markdown]
# Hardly a difference. This network is small and its inputs are pixels of one scale: there is little
# to even out, and mini-batch noise decides the rest. Where gradients differ by powers of ten from
# layer to layer there is more to gain. (Lesson 6 shows what comes out when gradient descent and Adam
# run at the rates that are usual for them, instead of tuned ones.)
#
# ### Turn the network
#
# On a bowl it mattered a great deal how the valley lies to the coordinates. The coordinates of a
# network are its weights and biases. The next cell turns them, all 2410 at once: the optimizer works
# in coordinates each of which is a mixture of all weights and biases, and every step is turned back
# before the network sees it. To the cost itself nothing happens.
#
# **Predict**: what does that do to gradient descent, and what to RMSprop?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: turned coordinates
predict(
    "turned_network",
    "Who ends with another cost in turned coordinates?",
    "gradient descent",
    "RMSprop",
    "both",
    "neither",
)

# %% tags=["experiment"]
# Experiment: a network in turned coordinates (1 s)
rng = np.random.default_rng(0)
tall, wide = (np.linalg.qr(rng.standard_normal((n, n)))[0] for n in (10, 241))  # two rotations


def mixed(w):
    """w as a table of 10 times 241, both sides of it turned: every number depends on all of w."""
    return (tall @ w.T.reshape(-1, 10, 241) @ wide).reshape(w.T.shape).T  # of every run


def unmixed(z):
    return (tall.T @ z.T.reshape(-1, 10, 241) @ wide.T).reshape(z.T.shape).T


def turned(update):
    """The same optimizer, working in mixed coordinates."""

    def step(w, g, state):
        moved, state = update(np.zeros_like(w), mixed(g), state)
        return w + unmixed(moved), state

    return step


def costs_after(update, seeds, epochs=8):
    return costs_and_accuracy(update, epochs, seeds)[0][:, -1]


update, three = optimizers.gradient_descent(0.96), range(3)
change = np.abs(costs_after(turned(update), three) / costs_after(update, three) - 1).max()
print(f"gradient descent: turning changes the cost by {100 * change:.1f} %")
rates, seeds = (0.01, 0.02, 0.04), [0, 1, 2] * 3
update = optimizers.rmsprop(np.repeat(rates, 3))
plain = costs_after(update, seeds).reshape(3, 3)  # by rate and seed
across = costs_after(turned(update), seeds).reshape(3, 3)
for rate, times in zip(rates, across / plain, strict=True):
    print(
        f"RMSprop, rate {rate}: turned, {(times > 1.1).sum()} of 3 runs end more than 10 % higher, "
        f"{(times > 3).sum()} of 3 at more than three times the cost"
    )
best = [costs.mean(axis=1).min() for costs in (plain, across)]
print(f"RMSprop, each with its best rate: turned, {best[1] / best[0]:.1f} times the cost")
other = {"gradient descent": change > 0.01, "RMSprop": best[1] > 1.1 * best[0]}
noticed = [name for name, differs in other.items() if differs]
predicted("turned_network", noticed[0] if len(noticed) == 1 else "both" if noticed else "neither")

# %% [markdown]
# Gradient descent does not notice. RMSprop ends higher at each of the three rates, and at 0.04, with
# which the network learns well otherwise, at several times the cost. So the coordinates of a network *are*
# special to the cost: a weight belongs to one input and one unit, and inputs, units, biases and
# layers have gradients of their own size. That is what RMSprop finds and evens out; where every
# coordinate is a mixture of all of them, the sizes tell it little.

# %% [markdown] question="rmsprop_epsilon"
# ## 8 · Does epsilon matter?
#
# $\epsilon$ is there so that nothing is divided by zero. "It doesn't matter what $\epsilon$ is",
# says the lecture. "$\epsilon$ is a problem, raise it for CNNs", says another note. And on the
# slide it stands in another place:
#
# | outside the root (this course, the Adam paper, PyTorch) | inside (the slide, Keras, d2l) |
# |---|---|
# | $\dfrac{g}{\sqrt{s} + \epsilon}$ | $\dfrac{g}{\sqrt{s + \epsilon}}$ |

# %% quiz="rmsprop_epsilon"

# %% tags=["experiment"]
# Experiment: epsilon in two places
g = np.geomspace(1e-11, 1e1, 241)
epsilon = 1e-8
forms = {
    "outside the root": g / (np.sqrt(g**2) + epsilon),
    "inside the root": g / np.sqrt(g**2 + epsilon),
}

fig, ax = plots.figure()
for (name, step), color in zip(forms.items(), ("first", "second"), strict=True):
    _ = ax.semilogx(g, step, color=plots.COLORS[color])
    k = int(np.argmax(step > 0.5))
    plots.label_end(ax, g[k], 0.5, name, plots.COLORS[color])
_ = ax.set(xlabel="size of the gradient", ylabel="length of the step in learning rates")
plots.show(
    fig,
    "Length of the step against the size of the gradient, for epsilon = 1e-8. Outside the root the "
    "step is one learning rate down to gradients of 1e-7; inside it falls off from 1e-3 on.",
)
for size in (1e-2, 1e-4, 1e-6):
    out, inside = size / (size + epsilon), size / np.sqrt(size**2 + epsilon)
    print(f"|g| = {size:g}: {out:.4f} outside, {inside:.4f} inside")

# %% [markdown]
# Where $|g|$ is large beside $\epsilon$ (outside) or beside $\sqrt\epsilon$ (inside) nothing
# happens. Below that, the denominator is a constant and RMSprop turns into gradient descent with
# the rate $\alpha/\epsilon$ or $\alpha/\sqrt\epsilon$. The same number in the other place is
# another optimizer: $10^{-8}$ inside acts like $10^{-4}$ outside.
#
# So the question is how $\epsilon$ compares with the gradients. Let us look at those of the network
# on digits.

# %% tags=["experiment"]
# Experiment: the gradients of the network
seen = []
step = optimizers.rmsprop(0.01)


def watched(w, g, state):
    """RMSprop that writes down the gradients it gets."""
    seen.append(np.abs(g).ravel())
    return step(w, g, state)


_ = costs_and_accuracy(watched, 5, seeds=[0])
seen = np.array(seen)  # one row for each update, one column for each parameter
low, high = np.quantile(seen[seen > 0], (0.1, 0.9))
print(f"parameters: {seen.shape[1]}, of which never got a gradient: {(seen == 0).all(0).sum()}")
print(f"8 of 10 gradients that are not zero lie between {low:.0e} and {high:.0e} in size")

# %% [markdown]
# There they are, the weights that $\epsilon$ protects: pixels in the corners never hold ink, so
# that their weights never get a gradient, and without $\epsilon$ their step would be $0/0$.
#
# **Predict**: from which $\epsilon$ on does training suffer, outside the root and inside?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: when epsilon matters
predict(
    "epsilon_outside",
    "Outside the root: which is the first ε to raise the cost by a quarter?",
    "1e-8",
    "1e-6",
    "1e-4",
    "1e-2",
)


# %% tags=["experiment"]
# Experiment: training with eight values of epsilon (1 s)
def inside_the_root(learning_rate, epsilon, beta2=0.9):
    """RMSprop as on the slide, for comparison."""
    average = optimizers.average(beta2)

    def update(w, g, state):
        s = average.step(0.0 if state is None else state, g**2)
        return w - learning_rate * g / np.sqrt(s + epsilon), s

    return update


def after_ten_epochs(update):
    """For every epsilon the mean of two seeds."""
    costs, _ = costs_and_accuracy(update, 10, [0, 1] * sweep.size)
    return costs[:, -1].reshape(-1, 2).mean(axis=1)


sweep = 10.0 ** np.array([-12, -8, -6, -4, -3, -2, -1, 0])
outside = after_ten_epochs(optimizers.rmsprop(0.01, epsilon=np.repeat(sweep, 2)))
inside = after_ten_epochs(inside_the_root(0.01, np.repeat(sweep, 2)))

fig, ax = plots.figure()
for costs, color, label, place in (
    (outside, "first", "outside the root", (8, -12)),
    (inside, "second", "inside the root", (-8, 10)),
):
    _ = ax.loglog(sweep, costs, ".-", color=plots.COLORS[color])
    plots.label_end(ax, sweep[-2], costs[-2], label, plots.COLORS[color], place)
_ = ax.set(xlabel=r"$\epsilon$", ylabel="training cost after 10 epochs")
plots.show(
    fig,
    "Training cost after ten epochs against epsilon. Both are flat for small epsilon. The one "
    "inside the root rises from 1e-4 on, the one outside from 1e-2 on.",
)
for e, a, b in zip(sweep, outside, inside, strict=True):
    print(f"epsilon {e:g}: cost {a:.3f} outside, {b:.3f} inside")
predicted(
    "epsilon_outside", next(e for e, c in zip(sweep, outside, strict=True) if c > 1.25 * outside[0])
)

# %% [markdown]
# "It doesn't matter" is true over many powers of ten: outside the root from $10^{-12}$ to $10^{-4}$
# here. Beyond, it matters a great deal, and where "beyond" begins depends on the gradients. A
# larger $\epsilon$ is not only bad, either: it keeps weights with tiny, noisy gradients from taking
# full steps. TensorFlow's documentation of *Adam* says of its default ($10^{-8}$ at first, $10^{-7}$
# today) that it might not be a good one, and that for Inception on ImageNet 1.0 or 0.1 was a good
# choice. That is the "raise it for CNNs". RMSprop's defaults differ, too: $10^{-8}$ in PyTorch and
# fastai, $10^{-7}$ in Keras, $10^{-6}$ in d2l.

# %% [markdown]
# ## 9 · Your RMSprop on the leaderboard
#
# Section 7 found hardly a difference: its pixels have one scale. The leaderboard of lesson 4 has the
# scanner whose pixels have gains between 0.001 and 1, and eight epochs.
#
# **Predict**: where does your RMSprop come in?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: your RMSprop on bad scans
predict(
    "board_rmsprop",
    "Over ten seeds, your RMSprop is",
    "behind momentum",
    "not told apart from it",
    "ahead of momentum",
)

# %% tags=["experiment"]
# Experiment: your RMSprop on the leaderboard
rows = board.enter("rmsprop", here=globals())
plots.show(
    board.figure(rows),
    "Four rows of ten dots, the training costs of ten seeds, from the lowest: RMSprop, momentum, "
    "mini-batches, the whole batch. Nine of RMSprop's ten dots lie left of all of momentum's.",
)
board.show(rows)
found = board.compared(rows["rmsprop"].line, rows["momentum"].line)
words = "ahead of momentum" if found.times > 1 else "behind momentum"
predicted("board_rmsprop", "not told apart from it" if found.tie else words)

# %% [markdown]
# Ahead, in every seed, by a factor of 1.7. What has changed since section 7 are the scales: where
# gradients differ by powers of ten, a rate for each parameter is worth more than momentum. It can be
# the other way round, and which of the two your problem is you see by running both. Or by having both:
# lesson 6.

# %% [markdown]
# ## 10 · Find the bug
#
# **Question.** The two lines of RMSprop, and both are right. What is wrong?
#
# ### Exercise 3 · One step late


# %%
def late_rmsprop(w, g, s, learning_rate, beta2=0.9, epsilon=1e-8):
    w = w - learning_rate * g / (np.sqrt(s) + epsilon)
    s = beta2 * s + (1 - beta2) * g**2
    return w, s


# %% tags=["experiment"]
# Experiment: the first steps of late_rmsprop
w, s = np.array([1.0]), np.zeros(1)
for step in (1, 2, 3):
    before = w
    w, s = late_rmsprop(w, 2 * w, s, 0.01)  # the gradient of w squared
    print(f"step {step}: from {before[0]:9.3g} to {w[0]:9.3g}")

# %% [markdown]
# The first step is tens of millions of times too long, and the gradients out there make all later ones
# too short to come back. In a network all units would be dead. Repair a copy.


# %% exercise="repair_late_rmsprop"
def repair_late_rmsprop(w, g, s, learning_rate, beta2=0.9, epsilon=1e-8):
    """late_rmsprop, repaired: one step of RMSprop for a single array of parameters.

    w, g, s: arrays of the same shape: parameters, gradient, average of squares before this step
    Returns (w, s) after the step, as new arrays.

    Example: w [1.0], g [2.0], s [0.0], learning_rate 0.1 -> w [0.6838], s [0.4], rounded.
    """
    # REFERENCE SOLUTION


# %% check="repair_late_rmsprop"
check("repair_late_rmsprop")

# %% [markdown]
# ## Summary
#
# - RMSprop averages the *squares* of the gradients, element by element, and divides each gradient
#   by the root: $s = \beta_2 s + (1-\beta_2) g^2$, $\; w = w - \alpha\, g/(\sqrt s + \epsilon)$.
# - Large gradients get a small effective rate $\alpha/(\sqrt s + \epsilon)$, small gradients a
#   large one.
# - The first step is $1/\sqrt{1-\beta_2}$ learning rates long, 3.16 for $\beta_2 = 0.9$.
# - It is blind to the scale of the cost and of each coordinate. Along the axes the condition number
#   does not matter; across them it does. A network's own coordinates are good ones: turned, RMSprop
#   trains it worse.
# - Newton's step $H^{-1} g$ reaches the bottom of a bowl at once. Dividing by the diagonal of $H$ does so along
#   the axes alone, and RMSprop's $\sqrt s$ is a guess at that diagonal.
# - It cannot explode, and with a constant rate it does not come to rest.
# - $\epsilon$ does not matter as long as it is small beside the gradients. Inside the root, it is
#   its square root that counts.
#
# ### Cheat sheet
#
# | technique | formula | code | default | when not, and what to mind |
# |---|---|---|---|---|
# | RMSprop | $s = \beta_2 s + (1-\beta_2)\, g^2$<br>$w = w - \alpha\, g/(\sqrt s + \epsilon)$ | `s = beta2 * s + (1 - beta2) * g**2`<br>`w = w - alpha * g / (np.sqrt(s) + epsilon)` | $\beta_2$ 0.9, $\epsilon$ $10^{-8}$ | directions that matter lie across the axes; to come to rest the rate must fall |
# | effective rate | $r = \alpha/(\sqrt s + \epsilon)$ | `rate = alpha / (np.sqrt(s) + epsilon)` | the first step is 3.16 rates long at 0.9 | |
# | Newton's step | $w = w - H^{-1} g$ | `w = w - np.linalg.solve(H, g)` | | many weights; negative curvatures |
#
# ### In other libraries
#
# | where | $\beta_2$ | $\epsilon$ | place |
# |---|---|---|---|
# | this course | 0.9 | $10^{-8}$ | outside the root |
# | PyTorch `RMSprop(lr, alpha=0.99, eps=1e-8)` | 0.99 | $10^{-8}$ | outside |
# | CS231n | 0.99 | $10^{-8}$ | outside |
# | Keras `RMSprop(rho=0.9, epsilon=1e-7)` | 0.9 | $10^{-7}$ | inside |
# | d2l | 0.9 | $10^{-6}$ | inside |
#
# ### What comes next
#
# Momentum smooths the gradient, RMSprop scales it. Lesson 6 does both at once, and corrects the
# first steps: Adam.

# %% tags=["nbval-ignore-output"]
progress("05_rmsprop")
