# %% [markdown]
# # 8 · Leave saddle points and plateaus
#
# People used to fear that training gets stuck in bad local optima. In many dimensions the points
# where the gradient vanishes are mostly something else, and what slows training down is something
# else again. This lesson measures both.
#
# **What you'll do.** Write a function that feels the curvature of a surface and one that says what
# kind of point you stand on. Put a famous estimate, $2^{-20000}$, to the test. Let four optimizers
# escape from a saddle, find a place that none of them ever leaves, and free them with noise.
#
# **What you'll learn.**
# - how the Hessian tells a minimum, a maximum and a saddle point apart,
# - why most points with zero gradient are saddles, and why $2^{-n}$ is not their probability,
# - what a plateau is, and which optimizers get off it quickly,
# - why a little noise does what no amount of momentum can.
#
# **What you'll need.** Lesson 4 (momentum); lessons 5 and 6 help. What an eigenvalue of a symmetric
# matrix is. About {minutes} minutes. Run the cells from top to bottom.

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

# %% [markdown]
# ## 1 · The old picture
#
# **Question.** Gradient descent walks downhill and stops where the gradient is zero. What if that
# is a bad place?
#
# The picture that people had in mind is a landscape with hills and hollows, such as the one below:
# a sum of waves that run in random directions. It is full of **local optima** (지역 최적값),
# hollows that are lower than everything near them and not the lowest of all. Dashed lines lie
# below the mean height.
#
# **Predict**: 60 walks start at random places of this map. In how many different hollows do they
# end?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: sixty walks
predict("hollows", "In how many different hollows do the 60 walks end?", "3", "8", "20", "60")


# %% tags=["experiment"]
# Experiment: sixty walks on a random landscape
def waves(n, rng, count=60):
    """A random landscape in n dimensions: wave vectors (count, n) and phases (count,)."""
    return rng.normal(size=(count, n)) * np.sqrt(2 / n), rng.uniform(0, 2 * np.pi, count)


def height(w, landscape):
    """The cost at points w (..., n), with mean 0 and variance 1 over the landscape."""
    k, phase = landscape
    return np.sqrt(2 / len(phase)) * np.cos(w @ k.T + phase).sum(axis=-1)


def slope(w, landscape):
    """The gradient at points w (..., n)."""
    k, phase = landscape
    return -np.sqrt(2 / len(phase)) * np.sin(w @ k.T + phase) @ k


land = waves(2, np.random.default_rng(4))
w = np.random.default_rng(0).uniform(-8, 8, size=(60, 2))
paths = [w]
for _ in range(400):
    paths.append(paths[-1] - 0.1 * slope(paths[-1], land))
paths = np.array(paths)
hollows = np.unique(paths[-1].round(1), axis=0)
costs = height(hollows, land)

fig, ax = plots.figure(size=(7.2, 5.4))
view = ((-8, 8), (-8, 8))
inside = hollows[np.abs(hollows).max(axis=1) < 8]
plots.contour(ax, lambda grid: height(np.moveaxis(grid, 0, -1), land), view, inside, levels=11)
for k in range(60):
    _ = ax.plot(*paths[::4, k].T, color=plots.COLORS["gd"], linewidth=0.9)
plots.show(
    fig,
    "Contour lines of a random landscape with hills and hollows. Sixty walks of gradient descent "
    "end in the hollows, marked by crosses.",
)
print(
    f"{len(hollows)} different hollows; the lowest cost is {costs.min():.2f}, "
    f"the highest {costs.max():.2f}"
)
predicted("hollows", len(hollows))

# %% [markdown]
# So the fear is not unfounded in two dimensions: where you start decides where you end. But a
# picture on paper *has* two dimensions, and a network has thousands. The rest of the lesson is
# about what changes.
#
# ## 2 · The horse saddle
#
# **Question.** In the landscape above the gradient is zero at the bottom of each hollow. Where
# else?
#
# On the tops of the hills, and in the passes between them. A pass goes up on two sides and down on
# the other two, like the place on a horse where the rider sits: a **saddle point** (안장점). A
# point where the gradient is zero, of whatever kind, is a **critical point** (임계점).
#
# The saddle below is the one that we shall use. It lies between two valleys,
#
# $$f(w) = \tfrac12 w_1^2 - \tfrac12 w_2^2 + \tfrac14 w_2^4.$$
#
# **Predict**, with pencil and paper: what are the gradient and the cost at $(0, 0)$, and where are
# the two minima?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the valleys of the saddle
predict("valley_floors", "Where is the cost lowest?", "at (±1, 0)", "at (0, ±1)", "at (±1, ±1)")

# %% tags=["experiment"]
# Experiment: a saddle from the side and from above
saddle, floors = problems.saddle(), [(0, 1), (0, -1)]
fig, axes = plots.figure(1, 2, size=(9.4, 4.2))
axes[0].remove()
rider = fig.add_subplot(1, 2, 1, projection="3d")
grid = np.array(np.meshgrid(np.linspace(-1, 1, 61), np.linspace(-1.3, 1.3, 61)))
look = {"cmap": "cividis_r", "linewidth": 0, "antialiased": False, "rcount": 61, "ccount": 61}
_ = rider.plot_surface(*grid, saddle.value(grid), **look)
_ = rider.plot([0], [0], [0.02], "o", color=plots.COLORS["target"], zorder=10)
_ = rider.set(xlabel="$w_1$", ylabel="$w_2$", zticks=[], xticks=[-1, 0, 1], yticks=[-1, 0, 1])
rider.zaxis.line.set_visible(False)
rider.grid(False)
rider.set_box_aspect((1, 1.3, 0.7))
rider.view_init(elev=32, azim=-58)
plots.contour(axes[1], saddle.value, saddle.view, floors, levels=14)
_ = axes[1].plot(0, 0, "o", color=plots.COLORS["target"])
plots.label_end(axes[1], 0, 0, "saddle", plots.COLORS["target"])
plots.label_end(axes[1], 0, 1, "minimum", plots.COLORS["target"])
plots.label_end(axes[1], 0, -1, "minimum", plots.COLORS["target"])
plots.show(
    fig,
    "Left: the surface in perspective, shaped like a horse saddle. Right: its contour lines with "
    "the saddle point at the origin and minima at (0, 1) and (0, -1).",
)
for point in ((0.0, 0.0), (0.0, 1.0), (0.0, -1.0)):
    w = np.array(point)
    print(f"w = {point}: cost {saddle.value(w):.2f}, gradient {saddle.gradient(w) + 0.0}")
places = {"at (±1, 0)": (1.0, 0.0), "at (0, ±1)": (0.0, 1.0), "at (±1, ±1)": (1.0, 1.0)}
predicted("valley_floors", min(places, key=lambda place: saddle.value(np.array(places[place]))))

# %% [markdown]
# ## 3 · Feel the curvature
#
# The gradient is zero in all three places, so it cannot tell them apart. The **curvature** (곡률)
# can: how does the gradient change when we move a little? All of these changes together form the
# **Hessian** (헤세 행렬), the matrix of second derivatives.
#
# Column $j$ is measured by a **central difference** (중심 차분): the gradient one step ahead minus
# the gradient one step back, divided by the distance between the two. With $e_j$ for the unit
# vector along axis $j$ and $h$ for the step,
#
# $$H_{\cdot j} = \frac{\nabla f(w + h\,e_j) - \nabla f(w - h\,e_j)}{2h}.$$
#
# A true Hessian is symmetric; a measured one only nearly. So at the end each entry is averaged with
# its mirror image:
#
# $$H \leftarrow \tfrac12\,(H + H^\top).$$
#
# ### Exercise 1 · A numerical Hessian


# %% exercise="numerical_hessian"
def numerical_hessian(gradient, w, step):
    """The Hessian at w, by central differences of the gradient.

    gradient: function of a point (n,) that returns the gradient there (n,)
    w:        the point, array (n,); it stays as it is
    step:     how far to move along each axis, to either side
    Returns a symmetric array (n, n).

    Example: for gradient(w) = [w[0] * w[1], 0.5 * w[0] ** 2] at w = [3., 2.] it is
    [[2., 3.], [3., 0.]], whatever the step.
    """
    # REFERENCE SOLUTION


# %% check="numerical_hessian"
check("numerical_hessian")

# %% [markdown]
# How small should the step be? **Predict**: the smaller the better? The cell measures the
# curvature of the saddle along $w_2$ at $(0, 0.5)$, where it is $3 \cdot 0.5^2 - 1 = -0.25$
# exactly, with steps from 0.1 to $10^{-15}$.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the smaller the better
predict("tiny_step", "Is a step of 1e-12 better than one of 1e-3?", "yes", "no")

# %% tags=["experiment"]
# Experiment: fifteen step sizes
try:
    steps = 10.0 ** -np.arange(1, 16)
    point = np.array([0.0, 0.5])
    errors = [abs(numerical_hessian(saddle.gradient, point, h)[1, 1] + 0.25) for h in steps]
    fig, ax = plots.figure(size=(7.2, 3.6))
    _ = ax.loglog(steps, np.maximum(errors, 1e-17), "o-", color=plots.COLORS["first"])
    _ = ax.set(xlabel="step", ylabel="error of the curvature")
    ax.invert_xaxis()
    plots.show(
        fig,
        "The error of the measured curvature against the step. It falls with the square of the "
        "step down to about 1e-5 or 1e-6 and then rises again because of rounding.",
    )
    print(f"step 0.1: error {errors[0]:.0e}; step 0.001: error {errors[2]:.0e}")
    print("step 1e-12 is better than step 1e-3:", errors[11] < errors[2])
    predicted("tiny_step", "yes" if errors[11] < errors[2] else "no")
except NotImplementedError:
    print("Exercise 1 comes first; then run this cell again.")

# %% [markdown] question="optima_zero_gradient"
# A coarse step has an error of $h^2$. A tiny step subtracts two almost equal numbers, and what is
# left is rounding error, magnified by $1/h$. In between, $10^{-4}$ to $10^{-6}$ is a good choice.

# %% quiz="optima_zero_gradient"

# %% [markdown]
# ## 4 · What kind of point?
#
# Along any direction the surface curves up or down or not at all. The **eigenvalues** (고윳값) of
# the Hessian are the curvatures along its own axes, and the smallest and the largest bound all
# others:
#
# | eigenvalues of $H$ | the point is a |
# |---|---|
# | all above tolerance | minimum (극소) |
# | all below $-$tolerance | maximum (극대) |
# | at least one above tolerance and at least one below $-$tolerance | saddle |
# | anything else: flat somewhere, and nothing decides | degenerate (퇴화) |
#
# The tolerance is needed because a measured eigenvalue is never exactly 0. A flat direction leaves
# the kind open ($w^4$ has a minimum at 0, $w^3$ has not, and both have curvature 0 there), unless
# two other directions have already made it a saddle.
#
# ### Exercise 2 · Name it


# %% exercise="classify_critical_point"
def classify_critical_point(hessian, tolerance):
    """What kind of critical point a Hessian belongs to.

    hessian:   a symmetric array (n, n)
    tolerance: eigenvalues between -tolerance and tolerance count as flat
    Returns "minimum", "maximum", "saddle" or "degenerate", as in the table of the lesson.

    Example: [[2., 0.], [0., -3.]] belongs to a "saddle".
    """
    # REFERENCE SOLUTION


# %% check="classify_critical_point"
check("classify_critical_point")

# %% [markdown] question="optima_smallest_eigenvalue"

# %% quiz="optima_smallest_eigenvalue"

# %% [markdown]
# Your two functions together name the critical points of any surface whose gradient you can
# compute.

# %% tags=["experiment"]
# Experiment: your functions name four points
try:
    hole = problems.plateau()
    for name, gradient, point in (
        ("the saddle at (0, 0)", saddle.gradient, [0.0, 0.0]),
        ("the saddle at (0, 1)", saddle.gradient, [0.0, 1.0]),
        ("1 - exp(-w^2/2) at 0", hole.gradient, [0.0]),
        ("w^4/4 at 0", lambda w: w**3, [0.0]),
    ):
        hessian = numerical_hessian(gradient, np.array(point), 1e-5)
        print(f"{name}: {classify_critical_point(hessian, 1e-6)}")
except NotImplementedError:
    print("Exercises 1 and 2 come first; then run this cell again.")

# %% [markdown]
# ## 5 · How likely is a minimum?
#
# **Question.** Of all critical points in $n$ dimensions, how many are minima?
#
# The lecture argues like this. At a critical point each direction curves either up or down. For a
# minimum all of them must curve up. With 20,000 directions, each a fair coin (동전), the chance is
# "maybe very small, maybe $2^{-20{,}000}$".
#
# ### Exercise 3 · A very small number
#
# How small is that? Computers cannot hold it: `2.0 ** -20000` is 0, an **underflow** (언더플로).
# Return its logarithm to the base 10 instead, without ever computing the number itself:
#
# $$\log_{10} 2^{-n} = -n \log_{10} 2.$$


# %% exercise="log10_all_positive"
def log10_all_positive(n):
    """log10 of the probability that n independent signs, each + or - with 1/2, are all +.

    n: the number of signs, an int (or a NumPy integer), 0 or more, possibly very large
    Returns a float.

    Example: log10_all_positive(100) is about -30.1.
    """
    # REFERENCE SOLUTION


# %% check="log10_all_positive"
check("log10_all_positive")

# %% [markdown]
# So the estimate has 6,020 zeros after the point. But it assumes that the signs are
# **independent** (독립), and nobody has checked that. Let us check. The simplest random Hessian is
# a symmetric matrix with normal entries (off the diagonal of variance 1, on it of variance 2:
# physicists call it GOE).
#
# **Predict**: is the share of matrices whose eigenvalues are all positive about $2^{-n}$, larger,
# or smaller? By what factor at $n = 5$?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: coins
predict(
    "coins",
    "At n = 5, the share of matrices with positive eigenvalues only is",
    "about 1 in 32, as for coins",
    "larger",
    "smaller",
)


# %% tags=["experiment"]
# Experiment: random matrices and coins (1 s)
def symmetric(n, draws, rng):
    """Random symmetric matrices, shape (draws, n, n)."""
    A = rng.standard_normal((draws, n, n))
    return (A + A.swapaxes(1, 2)) / np.sqrt(2)


def share_positive(n, draws, rng):
    """The share of matrices with positive eigenvalues only: those whose pivots are all positive."""
    diagonals = np.sqrt(2) * rng.standard_normal((draws, n))
    diagonals = diagonals[(diagonals > 0).all(axis=1)]  # one negative entry is a way down already
    A = symmetric(n, len(diagonals), rng)
    A[:, range(n), range(n)] = diagonals
    for _ in range(n - 1):
        A = A[A[:, 0, 0] > 0]
        A = A[:, 1:, 1:] - A[:, 1:, :1] * A[:, :1, 1:] / A[:, :1, :1]
    return np.sum(A[:, 0, 0] > 0) / draws


rng = np.random.default_rng(0)
sizes = np.arange(1, 6)
measured = np.array(
    [np.mean([share_positive(n, 100_000, rng) for _ in range(3 * n)]) for n in sizes]
)

fig, ax = plots.figure(size=(7.2, 3.9))
_ = ax.semilogy(sizes, 0.5**sizes, "o--", color=plots.COLORS["gd"])
_ = ax.semilogy(sizes, measured, "o-", color=plots.COLORS["first"])
plots.label_end(ax, 5, 0.5**5, "$2^{-n}$", plots.COLORS["gd"])
plots.label_end(ax, 5, measured[-1], "measured", plots.COLORS["first"])
_ = ax.set(xlabel="dimension $n$", ylabel="share with positive eigenvalues only", xlim=(0.8, 5.2))
_ = ax.set_xticks(sizes)
plots.show(
    fig,
    "The share of random symmetric matrices with positive eigenvalues only, against the dimension, "
    "logarithmic. The measured curve bends down far below the straight line of 2 to the minus n.",
)
for n, share in zip(sizes, measured, strict=True):
    print(f"n = {n}: measured {share:.5f}; 2^-n is {0.5**n:.5f}, {0.5**n / share:.1f} times that")
ratio = measured[-1] / 0.5**5
words = "larger" if ratio > 1.5 else "about 1 in 32, as for coins"
predicted("coins", "smaller" if ratio < 0.67 else words, f"{measured[-1]:.5f} against {0.5**5:.5f}")

# %% [markdown]
# The coin estimate is right for $n = 1$ and wrong by a factor of more than two hundred at $n = 5$.
# (For $n = 2$ and 3 the exact values are $(2-\sqrt2)/4 = 0.1464$ and $(\pi - 2\sqrt2)/(4\pi) =
# 0.0249$.) Eigenvalues of a random matrix **repel** each other: they spread out evenly, and all on
# one side of 0 is far rarer than for coins. For large $n$ the exponent grows with $n^2$: the
# probability is about $e^{-(\ln 3/4)\,n^2}$ (Dean and Majumdar, 2006). At $n = 20{,}000$:

# %% tags=["experiment"]
# Experiment: two estimates for n = 20,000
n = 20_000
print(f"coins:           10^-{n * np.log10(2):,.0f}")
print(f"random matrices: 10^-{np.log(3) / 4 * n**2 / np.log(10):,.0f}")

# %% [markdown]
# Is $2^{-n}$ then at least an upper bound? The matrix above has no preference for up or down. The
# cost of a network has: near its minimum it curves up, mostly. Add a multiple of the identity, $H
# + \mu\sqrt n\, I$, and the whole spectrum (스펙트럼) moves to the right.
#
# **Predict**, then drag: at which $\mu$ do the last negative eigenvalues disappear? Does it depend
# on $n$?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the last negative one
predict(
    "last_negative",
    "n = 50: at which shift does the last negative eigenvalue usually disappear?",
    "0.5",
    "1",
    "2",
    "4",
)


# %% tags=["experiment", "nbval-ignore-output"]
# Sliders: a spectrum, its shift and its size
def draw_spectrum(ax, shift, n):
    one = symmetric(n, 1, np.random.default_rng(1))[0] / np.sqrt(n)
    eigenvalues = np.linalg.eigvalsh(one) + shift
    bins = np.arange(-2.5, 5.6, 0.25)
    for part, color in ((eigenvalues < 0, "target"), (eigenvalues >= 0, "first")):
        counts, _ = np.histogram(eigenvalues[part], bins)
        ax.stairs(counts, bins, fill=True, color=plots.COLORS[color])
    ax.axvline(0, color="#333333", linewidth=1)
    ax.set(xlabel=r"eigenvalue divided by $\sqrt{n}$", ylabel="how many", xlim=(-2.5, 5.5))
    down = np.mean(eigenvalues < 0)
    return f"{100 * down:.1f} % of the {n} curvatures point down"


plots.explore(
    draw_spectrum,
    "A histogram of the eigenvalues of one random symmetric matrix, shaped like half an ellipse of "
    "width 4. A slider shifts it; eigenvalues below zero are drawn in red.",
    size=(7.2, 3.6),
    shift=(0.0, 3.0, 0.1, 0.5),
    n=(5, 300, 5, 200),
)

# %% tags=["experiment"]
# Experiment: seven shifts
rng = np.random.default_rng(3)
smallest = np.linalg.eigvalsh(symmetric(50, 400, rng))[:, 0] / np.sqrt(50)
for shift in (0.0, 1.0, 1.5, 1.8, 2.0, 2.2, 2.5):
    print(
        f"n = 50, shift {shift}: {100 * np.mean(smallest + shift > 0):5.1f} % have no negative one"
    )
predicted("last_negative", float(np.median(-smallest)))

# %% [markdown] question="optima_two_to_minus_n"
# So it can be anything. Without a shift a minimum in 50 dimensions never occurs; beyond a shift of
# 2, half the width of the spectrum, nearly every critical point is one, and $2^{-50}$ is far too
# *small*. The number in the lecture is an illustration, not a probability. Its message is right
# where curvatures are mixed: then a critical point is practically always a saddle.

# %% quiz="optima_two_to_minus_n"

# %% [markdown]
# ## 6 · The critical points of a landscape
#
# **Question.** Random matrices are not a landscape. Where in a landscape are the minima, and where
# the saddles?
#
# Back to the sums of random waves, now in 1 to 8 dimensions. From 700 random starts a search walks
# to where the *gradient* is zero, uphill or downhill as it may be, and we look at the curvatures
# there. (What such a search finds is not a perfectly fair sample.)
#
# **Predict**: what share of the critical points are minima in 2 dimensions, and in 8? And which
# have the lower cost, minima or saddles?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the share of minima
predict(
    "minima_in_8",
    "In 8 dimensions, what share of the critical points are minima?",
    "a quarter",
    "a tenth",
    "less than 1 in 50",
)
predict("lower_cost", "Which have the lower cost?", "minima", "saddles")


# %% tags=["experiment"]
# Experiment: critical points in 1 to 8 dimensions (1 s)
def curvature(w, landscape):
    """The Hessians at points w (points, n): shape (points, n, n)."""
    k, phase = landscape
    pairs = (k[:, :, None] * k[:, None, :]).reshape(len(k), -1)
    H = -np.sqrt(2 / len(phase)) * np.cos(w @ k.T + phase) @ pairs
    return H.reshape(*w.shape, -1)


def critical_points(n, starts, rng):
    """(share of negative curvatures, cost) at every critical point found from random starts."""
    landscape = waves(n, rng)
    w, damping = rng.uniform(-10, 10, size=(starts, n)), np.full(starts, 0.1)
    g = slope(w, landscape)
    for _ in range(50):  # Levenberg-Marquardt on the length of the gradient
        H = curvature(w, landscape)
        system = H @ H + damping[:, None, None] * np.eye(n)
        new = w - np.linalg.solve(system, H @ g[..., None])[..., 0]
        there = slope(new, landscape)
        better = np.sum(there**2, axis=1) < np.sum(g**2, axis=1)
        w, g = np.where(better[:, None], [new, there], [w, g])
        damping = np.clip(np.where(better, damping / 4, damping * 4), 1e-12, 1e6)
    w = w[np.linalg.norm(g, axis=1) < 1e-8]
    down = np.mean(np.linalg.eigvalsh(curvature(w, landscape)) < 0, axis=1)
    return down, height(w, landscape)


found = {n: critical_points(n, 700, np.random.default_rng(n)) for n in (1, 2, 3, 5, 8)}
fig, axes = plots.figure(1, 2, size=(9.4, 3.8))
_ = axes[0].semilogy(list(found), [max(np.mean(d == 0), 1e-4) for d, _ in found.values()], "o-")
_ = axes[0].set(xlabel="dimension $n$", ylabel="share of minima")
jitter = np.random.default_rng(0).uniform(-0.02, 0.02, found[8][0].size)
_ = axes[1].plot(found[8][1], found[8][0] + jitter, ".", color=plots.COLORS["first"], markersize=4)
_ = axes[1].set(xlabel="cost", ylabel="share of curvatures down", title="$n$ = 8")
plots.show(
    fig,
    "Left: the share of minima among critical points falls steeply with the dimension. Right: in 8 "
    "dimensions, the higher the cost of a critical point, the more of its curvatures point down.",
)
for n, (down, cost) in found.items():
    print(
        f"n = {n}: {100 * np.mean(down == 0):2.0f} % are minima; correlation of the cost and the "
        f"share of curvatures down: {np.corrcoef(down, cost)[0, 1]:.1f}"
    )
down, cost = found[8]
share = np.mean(down == 0)
words = "a quarter" if share > 0.17 else "a tenth"
predicted("minima_in_8", "less than 1 in 50" if share < 0.02 else words)
down, cost = found[3]
lower = cost[down == 0].mean() < cost[(down > 0) & (down < 1)].mean()
predicted("lower_cost", "minima" if lower else "saddles", "on average, in 3 dimensions")

# %% [markdown]
# Already in two dimensions only about a quarter are minima; in eight they are hard to find at all.
# And the kind goes with the height: **high up there are saddles with many ways down; the few
# minima lie low**. Dauphin and others (2014) found the same relation in neural networks. This is
# why bad local optima worry people less today: a point that is bad, with a high cost, almost
# surely has a way down.
#
# ### Does a network get stuck?
#
# "You are unlikely to get stuck in a bad local optimum, so long as the network is reasonably large."
# The smallest task that needs a hidden layer is XOR: four inputs, two bits each, and the class says
# whether the bits differ. **Two hidden ReLU units are enough** to solve it. 100 random starts (those of
# He and others, 2015) for each number of hidden units, 1,000 steps of gradient descent on all four examples.
#
# **Predict**: with two hidden units, how many of 100 starts arrive? And from how many units on do
# all of them?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: how many starts arrive
predict("xor_two_units", "With two hidden units, of 100 starts arrive", "95", "60", "20")
predict("xor_all_arrive", "The fewest hidden units with which all arrive", "3", "4", "16")


# %% tags=["experiment"]
# Experiment: XOR by the number of hidden units (1 s)
bits = np.array([[0.0, 0, 1, 1], [0, 1, 0, 1]])
differ = np.array([[1.0, 0, 0, 1], [0, 1, 1, 0]])  # first row: equal, second row: different


def descend_on_xor(width, starts=100, steps=1000, rate=0.5):
    """Costs at the end, and whether no unit hears some inputs of both classes, for each start."""
    rng = np.random.default_rng(0)
    W1, b1 = rng.normal(size=(starts, width, 2)), np.zeros((starts, width, 1))
    W2 = rng.normal(size=(starts, 2, width)) * np.sqrt(2 / width)
    b2 = np.zeros((starts, 2, 1))
    for _ in range(steps):
        hidden = np.maximum(W1 @ bits + b1, 0)
        shares = np.exp(W2 @ hidden + b2)
        shares /= shares.sum(axis=1, keepdims=True)
        dZ2 = (shares - differ) / 4
        dZ1 = np.swapaxes(W2, 1, 2) @ dZ2 * (hidden > 0)
        W2, b2 = W2 - rate * dZ2 @ np.swapaxes(hidden, 1, 2), b2 - rate * dZ2.sum(2, keepdims=True)
        W1, b1 = W1 - rate * dZ1 @ bits.T, b1 - rate * dZ1.sum(2, keepdims=True)
    unheard = (hidden == 0).all(axis=1)  # inputs (starts, 4) for which every unit is silent
    both = (unheard[:, [0, 3]].any(axis=1)) & (unheard[:, [1, 2]].any(axis=1))
    return -np.sum(differ * np.log(shares), axis=(1, 2)) / 4, both


ends = {width: descend_on_xor(width) for width in (2, 3, 4, 8, 16)}  # all starts at once: axis 0
arrived = {width: int(np.sum(costs < 0.1)) for width, (costs, _) in ends.items()}
costs, both = ends[2]
fig, axes = plots.figure(1, 2, size=(8, 3.4))
_ = axes[0].plot([str(width) for width in ends], list(arrived.values()), "o-")
_ = axes[0].set(xlabel="hidden units", ylabel="of 100 starts arrive", ylim=(0, 105))
for cost in (np.log(2), 0.477, np.log(2) / 2):
    _ = axes[1].axhline(cost, color="#b9b9b9", linestyle=":")
_ = axes[1].plot(np.sort(costs), ".", color=plots.COLORS["first"])
_ = axes[1].set(xlabel="starts, sorted", ylabel="cost at the end", title="two hidden units")
plots.show(
    fig,
    "Left: of 100 starts arrive 15 with two hidden units, and all with 16. Right: with two units "
    "the final costs lie at zero and on three steps above it.",
)
for width, count in arrived.items():
    print(f"{width:2} hidden units: {count} of 100 arrive")
stuck = costs > 0.1
near = [int(np.sum(np.abs(costs - cost) < 0.02)) for cost in (np.log(2) / 2, 0.477, np.log(2))]
print(f"two units, {stuck.sum()} stuck: near the costs 0.347, 0.477 and 0.693 end {near}")
print(
    f"both classes have inputs that no unit hears: in {both[stuck].sum()} of them, "
    f"and in {both[~stuck].sum()} of the {(~stuck).sum()} that arrive"
)
predicted("xor_two_units", arrived[2])
predicted("xor_all_arrive", min(width for width, count in arrived.items() if count == 100))

# %% [markdown]
# So a small network does get stuck, and a larger one does not: the sentence is right, and "large"
# is the word that counts. Look where the stuck ones end. Three costs only, and each has a name:
# $\ln 2 = 0.693$ when the network answers one half everywhere; 0.477 when three of the four inputs look
# alike to it, so that one third and two thirds is its best answer for them; $\tfrac12 \ln 2 = 0.347$
# when two inputs of different classes do.
#
# They look alike because **no unit hears them**: a ReLU unit is silent where its input is negative, and a
# silent unit gets no gradient, so nothing calls it back. That is no hollow in a landscape; it is flat
# ground. More units are more chances that one of them listens.

# %% [markdown]
# ## 7 · How long does an escape take?
#
# **Question.** There is a way down, so all is well. But how soon does an optimizer find it?
#
# ### Exercise 4 · Count the steps
#
# Follow an optimizer from `w0` with the loop of lesson 4, until
#
# $$\lVert w - w_0 \rVert > \text{threshold},$$
#
# the Euclidean distance (유클리드 거리) from the start, and return how many steps it took.
#
# `update(w, g, state) -> (w, state)` is the optimizer; `state` is `None` before the first step, and
# after that what the last call returned.


# %% exercise="steps_to_escape"
def steps_to_escape(gradient, update, w0, threshold, max_steps):
    """How many steps an optimizer needs to get away from where it starts.

    gradient:  function of a point w (n,) that returns the gradient there (n,)
    update:    function (w, g, state) -> (w, state); state is None before the first step
    w0:        the start, array (n,); it stays as it is
    threshold: escaped is who is farther than this from w0
    max_steps: how many steps to try
    Returns the number of the first step after which w has escaped, 1, 2, ..., max_steps,
    or None if it has not escaped by then.

    Example: with gradient(w) = -w and update(w, g, state) = (w - g, None), from w0 = [1.],
    w is 2, 4, 8, ...; with threshold 5.0 the answer is 3.
    """
    # REFERENCE SOLUTION


# %% check="steps_to_escape"
check("steps_to_escape")

# %% [markdown]
# Now four optimizers start beside the saddle, at $(0, \text{offset})$, and escape when they are
# 0.5 away. Each has its own **tuned** learning rate: of 300 rates the one that takes the fewest
# steps from $(1, 10^{-6})$ into a minimum (cost within 0.001 of it, and staying there).
#
# **Predict**: the offset shrinks from $10^{-2}$ to $10^{-14}$. For whom does the number of steps
# grow, and by how much?

# %% tags=["experiment"]
# Experiment: a tuned rate for each optimizer
makers = {
    "gd": optimizers.gradient_descent,
    "momentum": optimizers.momentum,
    "rmsprop": optimizers.rmsprop,
    "adam": optimizers.adam,
}
labels = {
    "gd": "gradient descent",
    "momentum": "with momentum",
    "rmsprop": "RMSprop",
    "adam": "Adam",
}
rates = np.geomspace(1e-3, 20, 300)
beside = np.array([1.0, 1e-6])[:, None] * np.ones(rates.size)
tuned = {}
for name, make in makers.items():
    with np.errstate(over="ignore", invalid="ignore"):  # the largest rates diverge
        path = optimizers.follow(saddle, make(rates), 300, beside)
        above = saddle.value(path.swapaxes(0, 1)) + 0.25
    steps = optimizers.steps_to_reach(above, 0.001)
    best = np.where(steps >= 0, steps, 999).argmin()
    tuned[name] = make(rates[best])
    print(f"{labels[name]:16} best rate {rates[best]:.3f}: {steps[best]} steps into the minimum")

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: close to the ridge
predict(
    "grows_most",
    "From the offset 1e-2 to 1e-14, whose number of steps grows most?",
    "gradient descent",
    "with momentum",
    "RMSprop",
    "Adam",
)

# %% tags=["experiment"]
# Experiment: your escapes from the saddle
try:
    offsets = 10.0 ** -np.arange(2, 15)
    escapes = {
        name: [steps_to_escape(saddle.gradient, u, np.array([0, y]), 0.5, 500) for y in offsets]
        for name, u in tuned.items()
    }
    fig, ax = plots.figure(size=(7.6, 4.0))
    for name, counts in escapes.items():
        _ = ax.semilogx(offsets, counts, ".-", color=plots.COLORS[name])
        shift = {"rmsprop": (8, 6), "adam": (8, -6)}.get(name, (8, 0))
        plots.label_end(ax, offsets[-1], counts[-1], labels[name], plots.COLORS[name], shift)
    _ = ax.set(xlabel="offset from the ridge", ylabel="steps to escape", xlim=(0.02, 5e-15))
    plots.show(
        fig,
        "Steps to escape against the offset, which shrinks to the right. Gradient descent and "
        "momentum rise in a straight line to about 50 and 40; RMSprop and Adam stay at 5 to 10.",
    )
    for name, counts in escapes.items():
        print(f"{labels[name]:16} offset 1e-2: {counts[0]} steps, 1e-14: {counts[-1]} steps")
    grows = {labels[name]: counts[-1] - counts[0] for name, counts in escapes.items()}
    predicted("grows_most", max(grows, key=grows.get))
except NotImplementedError:
    print("Exercise 4 comes first; then run this cell again.")

# %% [markdown]
# Beside the saddle the offset grows by the same factor with every step of gradient descent, so
# each factor of ten costs the same few steps: slow, but it does get away. Momentum, tuned as well,
# saves a quarter of the steps. RMSprop and Adam divide by the size of the gradient, so that
# $10^{-14}$ is almost as good as a large one.
#
# And yet, from the offset $10^{-6}$ gradient descent is the first to *settle* in the minimum:
# momentum leaves sooner and then swings, and RMSprop and Adam circle the minimum for long with
# their fixed rate. Escaping is one thing, arriving another.
#
# The slider lets you watch. "flatness" makes the offset smaller, or moves the start further out on
# the plateau $1 - e^{-w^2/2}$, which has one minimum, at 0, and no saddle anywhere. The optimizers
# keep the rates that were tuned on the saddle.
#
# Guess before you drag: which of the four has trouble on the plateau?


# %% tags=["experiment", "nbval-ignore-output"]
# Sliders: surface, optimizer and flatness
def draw_escape(axes, surface, optimizer, flatness):
    left, right = axes
    color = plots.COLORS[optimizer]
    if surface == "the saddle":
        path = optimizers.follow(saddle, tuned[optimizer], 80, np.array([1.0, 10.0**-flatness]))
        plots.contour(left, saddle.value, saddle.view, floors)
        plots.trajectory(left, path, optimizer)
        right.semilogy(np.maximum(np.abs(path[:, 1]), 1e-16), color=color)
        right.set(xlabel="step", ylabel="distance from the ridge", ylim=(1e-15, 3))
        return f"{labels[optimizer]} from the offset 1e-{flatness}"
    start = 2 + flatness / 4
    path = optimizers.follow(problems.plateau(), tuned[optimizer], 400, np.array([start]))[:, 0]
    line = np.linspace(-6, 6, 201)
    left.plot(line, 1 - np.exp(-(line**2) / 2), color=plots.COLORS["data"])
    left.plot(path, 1 - np.exp(-(path**2) / 2), "o", color=color, alpha=0.4)
    left.set(xlabel="$w$", ylabel="cost", xlim=(-6, 6), ylim=(-0.05, 1.05), aspect="auto")
    right.plot(path, color=color)
    right.set(xlabel="step", ylabel="$w$", ylim=(-6, 6))
    slope = start * np.exp(-(start**2) / 2)
    return f"{labels[optimizer]} from w = {start:g}, where the gradient is {slope:.1g}"


plots.explore(
    draw_escape,
    "Left: the path of an optimizer on the saddle or the plateau. Right: how far it has come, step "
    "by step. Buttons choose the surface and the optimizer; a slider makes the start flatter.",
    columns=2,
    size=(9.4, 4.0),
    surface=["the saddle", "the plateau"],
    optimizer=list(makers),
    flatness=(1, 14, 1, 6),
)

# %% [markdown] question="optima_symmetric_start"
# ## 8 · Exactly on the ridge
#
# **Question.** The smaller the offset, the longer gradient descent takes. And with offset 0?

# %% quiz="optima_symmetric_start"

# %% tags=["experiment"]
# Experiment: a start exactly on the ridge
for name, update in tuned.items():
    end = optimizers.follow(saddle, update, 1000, np.array([1.0, 0.0]))[-1]
    print(f"{labels[name]:16} after 1000 steps: w2 = {abs(end[1])}")

# %% [markdown]
# On the ridge the gradient across it is exactly zero, and all that these optimizers ever do is
# add, average and rescale gradients. It is often said that momentum, RMSprop and Adam get you off
# saddles and plateaus. They do where the gradient is *small*, the last two most of all. Where it
# is *zero* by symmetry, only something that breaks the symmetry (대칭) helps. (This is also why
# weights are not initialised with zeros.)
#
# ## 9 · Kick it
#
# The lecture says it in passing: a **random perturbation** (무작위 섭동) to the left or right lets
# the algorithm off. Mini-batches provide one for free. Here we do it on purpose. In every step,
# first kick the point, then ask for the gradient *there*, and update *from there*:
#
# $$\tilde w = w + \text{noise}\cdot\xi, \qquad \xi \sim N(0, I), \qquad
# w \leftarrow \text{update}(\tilde w, \nabla f(\tilde w)).$$
#
# Ge and others (2015, *Escaping From Saddle Points*) proved that noise in every step, as here, leads
# past saddles in a number of steps that is polynomial in the dimension. Jin and others (2017, *How to
# Escape Saddle Points Efficiently*) kick only now and then, where the gradient is small, and need
# hardly more steps in many dimensions than in few.
#
# ### Exercise 5 · Perturbed descent
#
# So that two correct answers give the same path, the docstring fixes when the generator draws.


# %% exercise="perturbed_descent"
def perturbed_descent(gradient, w0, update, steps, noise, rng):
    """Follows an optimizer from w0 and kicks the point before every step.

    gradient: function of a point w (n,) that returns the gradient there (n,)
    w0:       the start, array (n,); it stays as it is
    update:   function (w, g, state) -> (w, state); state is None before the first step
    steps:    how many steps
    noise:    the standard deviation of each coordinate of a kick
    rng:      a numpy.random.Generator; every step draws once, rng.normal(size=w.shape),
              and nothing else is drawn
    Returns the path, array (steps + 1, n): w0 first, then the point after every update.

    Example: with noise 0 it is the plain descent of the optimizer.
    """
    # BEGIN SOLUTION
    w, state = w0, None
    path = [w0]
    for _ in range(steps):
        kicked = w + noise * rng.normal(size=w.shape)
        w, state = update(kicked, gradient(kicked), state)
        path.append(w)
    return np.array(path)
    # END SOLUTION


# %% check="perturbed_descent"
check("perturbed_descent")

# %% [markdown]
# **Predict**: gradient descent with rate 0.1 starts exactly on the ridge. How strong must the
# kicks be so that it leaves within 400 steps? And what do strong kicks cost later, in the minimum?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the weakest kick
predict(
    "weakest_kick",
    "What is the weakest noise with which it leaves within 400 steps?",
    "1e-8",
    "1e-4",
    "0.1",
)

# %% tags=["experiment"]
# Experiment: kicks of six strengths (1 s)
try:
    slow = optimizers.gradient_descent(0.1)
    levels = [0.0, 1e-8, 1e-6, 1e-4, 1e-2, 1e-1]
    away, floor = [], []
    for noise in levels:
        runs = [
            perturbed_descent(
                saddle.gradient, np.array([1.0, 0.0]), slow, 400, noise, np.random.default_rng(seed)
            )
            for seed in range(10)
        ]
        far = np.abs(np.array(runs)[:, :, 1]) > 0.5
        away.append(np.mean(far.argmax(axis=1)) if far.any(axis=1).all() else None)
        w1, w2 = np.array(runs)[:, -50:].reshape(-1, 2).T
        floor.append(np.mean(w1**2 / 2 + (w2**2 - 1) ** 2 / 4))  # the cost plus 1/4
        leaves = "never leaves" if away[-1] is None else f"leaves after {away[-1]:.0f} steps"
        print(f"noise {noise:5g}: {leaves}; above the minimum at the end by {floor[-1]:.1e}")

    fig, axes = plots.figure(1, 2, size=(9.4, 3.6))
    _ = axes[0].semilogx(levels[1:], away[1:], "o-", color=plots.COLORS["gd"])
    _ = axes[0].set(xlabel="noise", ylabel="steps to leave the ridge", ylim=(0, 200))
    _ = axes[1].loglog(levels[1:], floor[1:], "o-", color=plots.COLORS["gd"])
    _ = axes[1].set(xlabel="noise", ylabel="cost above the minimum")
    plots.show(
        fig,
        "Left: steps to leave the ridge fall from about 180 to 15 as the noise grows from 1e-8 to "
        "0.1. Right: the cost above the minimum at the end grows with the square of the noise.",
    )
    predicted(
        "weakest_kick", min(n for n, steps in zip(levels, away, strict=True) if steps is not None)
    )
except NotImplementedError:
    print("Exercise 5 comes first; then run this cell again.")

# %% [markdown]
# Any noise will do: $10^{-8}$ is enough, and a million times more of it saves four fifths of the
# steps. The price is paid in the minimum, where the kicks go on: a noise floor, as in lesson 7. A
# good recipe kicks only where the gradient is small, or less and less as time goes on.

# %% tags=["experiment"]
# Experiment: your kicks, step by step
kicks = (("no kick", 0.0, "gd"), ("noise 1e-8", 1e-8, "first"), ("noise 0.01", 0.01, "second"))


def leave(axes, step):
    """Three balls on the ridge, and the ways that they have come."""
    for ax, walk, (title, _, color) in zip(axes, walks, kicks, strict=True):
        plots.contour(ax, saddle.value, saddle.view, floors, points=61)
        ax.plot(*walk[: step + 1].T, color=plots.COLORS[color], linewidth=1.6)
        ax.plot(*walk[step], "o", color=plots.COLORS[color], markersize=11, zorder=4)
        ax.set_title(title)
        ax.label_outer()
    return f"step {step}"


try:
    walks = [
        np.array(
            perturbed_descent(
                saddle.gradient, np.array([1.0, 0.0]), slow, 240, noise, np.random.default_rng(0)
            )
        )
        for _, noise, _ in kicks
    ]
    plots.animate(
        leave,
        "Three balls roll along a ridge to the saddle point. Without a kick the ball stays there. The "
        "smallest kicks lead away after a long rest, larger ones soon, and that ball trembles in the "
        "minimum.",
        range(0, 241, 8),
        columns=3,
        size=(8, 3.6),
    )
    for (title, _, _), walk in zip(kicks, walks, strict=True):
        resting = int(np.sum(np.linalg.norm(walk, axis=1) < 0.1))
        print(f"{title}: within 0.1 of the saddle point for {resting} of 240 steps")
except NotImplementedError:
    print("Exercise 5 comes first; then run this cell again.")

# %% [markdown]
# ## 10 · Plateaus
#
# **Question.** If local optima are not the problem, what is?
#
# A **plateau** (안정 지대) is a region where the derivative is close to zero for a long time. One
# set of notes calls it "the stretch towards a saddle point". Three places: $(0, 10^{-5})$ beside our
# saddle; $w = 5$ on $1 - e^{-w^2/2}$; and $w = 10$ on $\tfrac12\sigma(w)^2$ with the sigmoid
# $\sigma(w) = 1/(1 + e^{-w})$. **Predict**: which of them is flat, and which has a saddle nearby?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: flat places
predict("flat_places", "In how many of the three is the slope below 0.0001?", "one", "two", "three")

# %% tags=["experiment"]
# Experiment: the slope in three places


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


hole = problems.plateau()
slopes = {
    "beside the saddle, w = (0, 1e-5)": abs(saddle.gradient(np.array([0, 1e-5]))[1]),
    "1 - exp(-w^2/2) at w = 5": hole.gradient(np.array([5.0]))[0],
    "sigmoid(w)^2/2 at w = 10": sigmoid(10) ** 2 * (1 - sigmoid(10)),
}
for place, slope in slopes.items():
    print(f"{place + ':':33} {slope:.0e}")
flat = sum(slope < 1e-4 for slope in slopes.values())
predicted("flat_places", ("one", "two", "three")[flat - 1])

# %% [markdown]
# All three. The second surface has a single critical point, its minimum at 0; the third, a
# **saturated** (포화) unit that should be 0 and is 1, has none at all. A plateau is any flat
# region; the neighbourhood of a saddle is one kind.
#
# Now the race across the plain of $1 - e^{-w^2/2}$, from starts further and further out. For
# *each* start each optimizer gets its own best of 150 rates; it counts how many steps it takes
# until the cost is below 0.01 and stays there.
#
# **Predict**: who is fastest from $w = 2$, and who from $w = 5$?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: who is fastest
predict(
    "from_near",
    "Who is fastest from w = 2?",
    "gradient descent",
    "with momentum",
    "RMSprop",
    "Adam",
)
predict(
    "last_from_far",
    "Who is the slowest from w = 5?",
    "gradient descent",
    "with momentum",
    "RMSprop",
    "Adam",
)

# %% tags=["experiment"]
# Experiment: a tuned race across the plain
starts = np.array([2.0, 3.0, 4.0, 4.5, 5.0, 5.5])
highest = {"gd": 2, "momentum": 38, "rmsprop": 2, "adam": 2}  # stable at the bottom up to here
counts = {}
fig, ax = plots.figure(size=(7.6, 4.2))
for name, make in makers.items():
    rates = np.tile(highest[name] * np.geomspace(1e-3, 0.99, 150), starts.size)
    path = optimizers.follow(hole, make(rates), 2500, np.repeat(starts, 150)[None])
    steps = optimizers.steps_to_reach(hole.value(path.swapaxes(0, 1)), 0.01)
    fewest = np.where(steps >= 0, steps, 9999).reshape(starts.size, 150).min(axis=1)
    counts[labels[name]] = fewest
    there = fewest < 9999
    _ = ax.semilogy(starts[there], fewest[there], "o-", color=plots.COLORS[name])
    end = starts[there][-1], fewest[there][-1]
    shift = {"rmsprop": (8, -6), "adam": (8, 6)}.get(name, (8, 4))
    plots.label_end(ax, *end, labels[name], plots.COLORS[name], shift)
    words = [str(count) if count < 9999 else "more than 2500" for count in fewest]
    print(f"{labels[name]:16} from w = 2: {words[0]}, w = 3: {words[1]}, w = 5: {words[4]}")
_ = ax.set(xlabel="start $w$", ylabel="steps, each with its best rate", xlim=(1.8, 5.7))
plots.show(
    fig,
    "Steps to the minimum against the start. Gradient descent is fastest near the hole and leaves "
    "the figure beyond 4.5; momentum follows it later; RMSprop and Adam stay below a hundred.",
)
predicted("from_near", min(counts, key=lambda name: counts[name][0]))
predicted("last_from_far", max(counts, key=lambda name: counts[name][4]))

# %% [markdown] question="optima_plateau"
# Where the gradient is healthy, plain gradient descent wins, and the adaptive methods are
# *slower*: they make steps of a fixed size where larger ones would do. Where the gradient is next
# to nothing, gradient descent stands still, momentum postpones the trouble by a constant factor,
# and RMSprop and Adam hardly notice, since they step by a fixed length whatever the gradient's
# size. So "momentum, RMSprop and Adam help on plateaus" is true to very different degrees.

# %% quiz="optima_plateau"

# %% [markdown]
# ## 11 · Find the bug
#
# **Question.** This one looks at the second derivatives along the axes. What does it miss?
#
# ### Exercise 6 · A point judged by its diagonal


# %%
def by_the_diagonal(hessian):
    curvatures = np.diag(hessian)
    if (curvatures > 0).all():
        return "minimum"
    if (curvatures < 0).all():
        return "maximum"
    return "saddle"


# %% tags=["experiment"]
# Experiment: how many minima does it find?
print("[[1, 2], [2, 1]]:", by_the_diagonal(np.array([[1, 2], [2, 1]])))
rng = np.random.default_rng(0)
for n in (2, 3, 5):
    entries = rng.normal(size=(4000, n, n))
    matrices = entries + entries.transpose(0, 2, 1)  # symmetric
    called = np.mean([by_the_diagonal(H) == "minimum" for H in matrices])
    true = np.mean(np.linalg.eigvalsh(matrices)[:, 0] > 0)
    print(f"n = {n}: called a minimum {called:.3f}, 2^-n {2.0**-n:.3f}, are one {true:.3f}")

# %% [markdown]
# The first matrix has the eigenvalues −1 and 3: along $(1, -1)$ the cost falls. And here is where
# $2^{-n}$ comes from: it is the share of minima that one finds by looking along the axes only. Repair a
# copy.


# %% exercise="repair_by_the_diagonal"
def repair_by_the_diagonal(hessian):
    """by_the_diagonal, repaired: the kind of a point where the gradient is zero.

    hessian: symmetric array (n, n); none of its eigenvalues is zero
    Returns "minimum", "maximum" or "saddle".

    Example: [[1.0, 2.0], [2.0, 1.0]] -> "saddle".
    """
    # REFERENCE SOLUTION


# %% check="repair_by_the_diagonal"
check("repair_by_the_diagonal")

# %% [markdown]
# ## Summary
#
# - A zero gradient does not tell what kind of point it is; the signs of the Hessian's eigenvalues
#   do. Not its determinant, not its diagonal, not its entries.
# - In many dimensions critical points at a high cost are saddles, practically always; minima lie
#   low. A reasonably large network is **unlikely to get stuck**; a very small one does, on the flat
#   ground of silent units.
# - $2^{-n}$ is not the probability of a minimum. Without a preference it is smaller by far, with a
#   strong one nearly 1: signs of eigenvalues are not independent coins.
# - **Plateaus are what makes training slow**, beside saddles and elsewhere. RMSprop and Adam cross
#   them quickly, momentum somewhat, gradient descent hardly.
# - An exactly symmetric start is left by none of them. Noise of any size breaks the symmetry, and
#   costs a noise floor afterwards.
#
# ### Cheat sheet
#
# | technique | formula | code | default | when not, and what to mind |
# |---|---|---|---|---|
# | column $j$ of the Hessian | $h_j = (g(w + h e_j) - g(w - h e_j))/(2h)$ | `column = (gradient(w + h * e) - gradient(w - h * e)) / (2 * h)` | $h$ $10^{-5}$, then symmetrize | more than some thousand weights; values of the cost in place of gradients |
# | kind of a critical point | signs of the eigenvalues of $H$ | `eigenvalues = np.linalg.eigvalsh(hessian)` | with a tolerance | the diagonal, the entries or the determinant tell less |
# | kick | $w = w + \sigma\,\xi$<br>$\xi \sim N(0, 1)$ | `w = w + sigma * rng.normal(size=w.shape)` | small $\sigma$ | mini-batches are noise enough; it leaves a noise floor |
#
# ### In other libraries
#
# | this lesson | elsewhere |
# |---|---|
# | `numerical_hessian` | exact: `torch.autograd.functional.hessian`, `jax.hessian` |
# | curvature of large networks | products $Hv$ without $H$: `torch.autograd.functional.hvp` |
# | eigenvalues | `np.linalg.eigvalsh`, only the extreme ones: `scipy.sparse.linalg.eigsh` |
# | kicks | in practice the noise of mini-batches; `optax.add_noise` adds some on purpose |
#
# For a network with a million weights the Hessian has $10^{12}$ entries and is never formed.
#
# ### What comes next
#
# This was the last lesson of the lecture's week. Lesson 9 meets the relatives of RMSprop, Adagrad
# and Adadelta; lesson 10 what came after Adam; lesson 11 training strategies, kicks that fade
# among them.

# %% tags=["nbval-ignore-output"]
progress("08_local_optima")
