# %% [markdown]
# # 12 · Race your own optimizers
#
# You have written optimizers; here they run against each other. Nobody else's code takes part, and the
# rules are those that you would want to see kept in a paper.
#
# **What you'll do.** Watch four optimizers on four surfaces. Let this notebook collect your own
# optimizers from your lessons. Tune a learning rate for each of them, run the race on real handwritten
# digits, read error bars, and write down what you conclude.
#
# **What you'll learn.**
# - that the best optimizer of one surface is the last one of another,
# - how to compare methods so that the result means something,
# - what error bars say, and what they do not,
# - why the lowest training cost need not give the best test accuracy.
#
# **What you'll need.** At least one of the optimizers of lessons 1, 4, 5, 6, 9 and 10, solved. The others
# are left out by name, and you can come back. About {minutes} minutes, beside those of
# the lessons that you skipped. Run the cells from top to bottom.

# %% tags=["set-up"]
import numpy as np

from optlab import check, hint, plots, predict, predicted, problems, progress, race, solution
from optlab.data import digits_split
from optlab.solved import solved

# %% [markdown]
# ## 1 · Four surfaces
#
# **Question.** Is there an optimizer that is the best everywhere?
#
# Two bowls, one nearly round ($\kappa = 3$) and one long and turned ($\kappa = 60$); the saddle (안장점)
# of lesson 8, from a start a thousandth beside its ridge; a plateau (안정 지대), where the gradient is
# tiny at first. Each optimizer runs with the learning rate that was best for it *on that surface*:
# 45 rates were tried, and the one counts with which it came within 0.1 of a minimum, and stayed, in
# the fewest steps.
#
# **Predict** who arrives first on each of the four. Then drag the step from 0 to 100.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: who arrives first
predict("round_bowl", "Who arrives first on the round bowl?", "gd", "momentum", "rmsprop", "adam")
predict("long_bowl", "Who on the long, turned bowl?", "gd", "momentum", "rmsprop", "adam")
predict("beside_saddle", "Who on the saddle?", "gd", "momentum", "rmsprop", "adam")
predict("on_plateau", "Who on the plateau?", "gd", "momentum", "rmsprop", "adam")

# %% tags=["experiment", "nbval-ignore-output"]
# Slider: four optimizers on four surfaces
plots.explore(
    race.draw,
    "Four surfaces with the paths of gradient descent, momentum, RMSprop and Adam up to the step of "
    "the slider.",
    rows=2,
    columns=2,
    size=(8, 6.6),
    step=(0, race.STEPS, 2, 20),
)

# %% tags=["experiment"]
# Experiment: the race on the four surfaces in numbers
print("steps to within 0.1 of a minimum, each with its tuned rate")
for line in race.results():
    print(line)
for name, surface in zip(
    ("round_bowl", "long_bowl", "beside_saddle", "on_plateau"), race.SURFACES, strict=True
):
    steps = {who: race.runners()[surface, who].arrived for who in race.OPTIMIZERS}
    predicted(name, min((who for who in steps if steps[who] >= 0), key=steps.get))

# %% [markdown] question="capstone_no_winner"

# %% quiz="capstone_no_winner"

# %% [markdown]
# These surfaces have two parameters and no noise. A network has thousands and mini-batches. So the
# question stays open for the race.
#
# ## 2 · Your team
#
# The next cell looks for your optimizers: in this notebook first, then in the notebooks of the lessons,
# which should lie beside this one. It takes those that pass their check and tells you about the others.
#
# You solved a lesson somewhere else? Add a cell above (press A), paste your function there, run it, and
# then run the next cell again.

# %% tags=["experiment"]
# Experiment: finds your optimizers
NAMES = {
    "sgd": "sgd_update",
    "momentum": "momentum_update",
    "nesterov": "nesterov_update",
    "adagrad": "adagrad_update",
    "rmsprop": "rmsprop_update",
    "adadelta": "adadelta_update",
    "adam": "adam_update",
    "amsgrad": "amsgrad_update",
    "adamw": "adamw_update",
}
mine = solved(NAMES.values(), globals())
team = {name: mine[function] for name, function in NAMES.items() if function in mine}
print(f"\n{len(team)} of {len(NAMES)} in the race.")
if not team:
    print(
        "Solve one of these exercises in its lesson, save that notebook, and run this cell again."
    )

# %% [markdown] question="capstone_which_part"
# ## 3 · The rules
#
# 1. **The same task for all.** 1,437 handwritten digits, a network with 64, 32 and 10 units, 30 epochs
#    with 10 mini-batches each. For one seed (시드) all have the same first weights and the same batches.
# 2. **A learning rate for each.** Five rates, each three times the one before, with two seeds each. If
#    the best one lies at the edge, the sweep (탐색) goes on. All other hyperparameters
#    (하이퍼파라미터) keep the defaults of your functions. Adadelta has no learning rate; its
#    $\varepsilon$ is tuned in its place, in factors of ten.
# 3. **Three parts of the data.** The rate is chosen by the cost on a validation part (검증 데이터) of 287
#    digits that are kept out of the training for it. The race then trains on all 1,437. The 360 test
#    digits are looked at once, at the end.
# 4. **Five other seeds** for the race, so that one lucky start decides nothing.
# 5. **A constant rate** for all, from the first step to the last: no warm-up, no cosine. Lesson 10 found
#    that a schedule can be worth as much as the optimizer, so section 5 tries one afterwards.

# %% quiz="capstone_which_part"

# %% [markdown]
# The next cell turns your functions into steps of one form and trains a network with them.


# %% tags=["experiment"]
# Experiment: prepares the race
train, test = digits_split()
everything, fit, held_out = slice(None), slice(0, 1150), slice(1150, None)


def zeros(params):
    return {key: np.zeros(value.shape) for key, value in params.items()}


def first_state(name, params):
    """What the optimizer remembers before its first step."""
    if name == "sgd":
        return None
    if name == "adadelta":
        return {"s": zeros(params), "d": zeros(params)}
    if name in ("adam", "amsgrad", "adamw"):
        more = {"s_max": zeros(params)} if name == "amsgrad" else {}
        return {"v": zeros(params), "s": zeros(params), "t": 0, **more}
    return zeros(params)


def step(name, params, gradient, state, rate):
    """One step of your function; gradient(params) gives the gradients on the current batch."""
    function = team[name]
    if name == "sgd":
        return function(params, gradient(params), rate), None
    if name == "nesterov":  # looks ahead, so that it asks for the gradient itself
        return function(params, gradient, state, rate)
    if name == "adadelta":
        return function(params, gradient(params), state, epsilon=rate)
    return function(params, gradient(params), state, rate)


def train_network(name, rate, part, seed, epochs=30, falling=False):
    """The trained parameters.

    falling: whether the rate falls to 0 along half a cosine.
    """
    rng = np.random.default_rng(seed)
    X, Y = train.X[:, part], train.Y[:, part]
    params = problems.init_params(rng, (64, 32, 10))
    state = first_state(name, params)
    for epoch in range(epochs):
        for number, columns in enumerate(np.array_split(rng.permutation(X.shape[1]), 10)):
            done = (epoch + number / 10) / epochs
            now = rate * (1 + np.cos(np.pi * done)) / 2 if falling else rate
            batch = X[:, columns], Y[:, columns]

            def gradient(at, batch=batch):
                return problems.cost_and_grads(at, *batch)[1]

            params, state = step(name, params, gradient, state, now)
    return params


def five_runs(name, falling=False):
    """Training cost and test accuracy (percent) of five runs with the rate that was found."""
    runs = [
        train_network(name, rates[name], everything, seed, falling=falling) for seed in range(5)
    ]
    costs = [problems.cost_and_grads(params, train.X, train.Y)[0] for params in runs]
    shares = [100 * problems.accuracy(params, test.X, test.labels) for params in runs]
    return np.array(costs), np.array(shares)


print("The track is ready.")

# %% [markdown]
# ## 4 · Tuning
#
# **Predict**: which optimizers will want a rate near 1, which one near 0.01? Whose valley is the widest,
# so that it forgives a bad rate?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the widest valley
predict(
    "widest_valley",
    "Which of yours forgives the largest factor between two rates?",
    "sgd",
    "momentum",
    "nesterov",
    "adagrad",
    "rmsprop",
    "adadelta",
    "adam",
    "amsgrad",
    "adamw",
)


# %% tags=["experiment"]
# Experiment: a sweep for each optimizer (7 s)
MIDDLE = dict.fromkeys(NAMES, 0.01) | {
    "sgd": 0.5,
    "momentum": 1.5,
    "nesterov": 1.5,
    "adagrad": 0.05,
    "adadelta": 1e-3,
}


def validation_cost(name, rate):
    """Mean over two seeds; infinite where a run diverged."""
    costs = []
    for seed in (100, 101):
        params = train_network(name, rate, fit, seed)
        cost, _ = problems.cost_and_grads(params, train.X[:, held_out], train.Y[:, held_out])
        costs.append(cost)
    return float(np.nan_to_num(np.mean(costs), nan=np.inf))


def sweep(name):
    """{rate: validation cost}: five rates, and more while the best one lies at the edge."""
    factor = 10.0 if name == "adadelta" else 3.0
    powers = [-2, -1, 0, 1, 2]
    costs = {k: validation_cost(name, MIDDLE[name] * factor**k) for k in powers}
    while (best := min(costs, key=costs.get)) in (min(costs), max(costs)) and len(costs) < 8:
        further = best + (1 if best == max(costs) else -1)
        costs[further] = validation_cost(name, MIDDLE[name] * factor**further)
    return {MIDDLE[name] * factor**k: costs[k] for k in sorted(costs)}


with np.errstate(all="ignore"):  # some of the rates diverge
    swept = {name: sweep(name) for name in team}
rates = {name: min(costs, key=costs.get) for name, costs in swept.items()}

if team:
    rows = -(-len(team) // 3)
    fig, axes = plots.figure(rows, 3, size=(9, 0.6 + 2.1 * rows), sharey=True, squeeze=False)
    for ax, (name, costs) in zip(axes.flat, swept.items(), strict=False):
        _ = ax.loglog(list(costs), list(costs.values()), ".-", color=plots.COLORS[name])
        _ = ax.plot(rates[name], costs[rates[name]], "o", color=plots.COLORS[name])
        _ = ax.set_title(f"{name} (epsilon)" if name == "adadelta" else name)
        ax.minorticks_off()
    for ax in axes.flat[len(team) :]:
        ax.set_axis_off()
    for ax in axes.flat[max(len(team) - 3, 0) : len(team)]:
        _ = ax.set_xlabel("learning rate")
    for ax in axes[:, 0]:
        _ = ax.set(ylabel="validation cost", ylim=(0.05, 4))
    plots.show(
        fig,
        "For each of your optimizers the validation cost against the learning rate, logarithmic: "
        "valleys, narrow or wide, with a dot at the lowest point.",
    )
    for name, rate in rates.items():
        word = "epsilon" if name == "adadelta" else "rate"
        print(f"{name:9} best {word} {rate:.2g}, validation cost {swept[name][rate]:.3f}")
    widths = {}  # between the rates whose cost is at most twice the lowest
    for name, costs in swept.items():
        good = [rate for rate, cost in costs.items() if cost <= 2 * min(costs.values())]
        widths[name] = max(good) / min(good)
    widest = max(widths, key=widths.get)
    predicted("widest_valley", widest, f"a factor of {widths[widest]:.0f}")
else:
    print("Nobody is in the race yet: see section 2.")

# %% [markdown]
# ## 5 · The race
#
# **Predict**, and write your predictions down before you run the cell: who will have the lowest training
# cost after 30 epochs? Who the highest test accuracy? By how much will the others be behind?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the winner
predict(
    "lowest_training_cost",
    "Who will have the lowest training cost?",
    "sgd",
    "momentum",
    "nesterov",
    "adagrad",
    "rmsprop",
    "adadelta",
    "adam",
    "amsgrad",
    "adamw",
)
predict(
    "highest_accuracy",
    "By how much will the best test accuracy be above the lowest?",
    "1 point",
    "3 points",
    "10 points",
)

# %% tags=["experiment"]
# Experiment: the race (4 s)
training_cost, test_accuracy = {}, {}
for name in team:
    training_cost[name], test_accuracy[name] = five_runs(name)

if team:
    fig, axes = plots.figure(1, 2, size=(9, 1.6 + 0.38 * len(team)), sharey=True)
    for ax, results in zip(axes, (training_cost, test_accuracy), strict=True):
        for row, (name, values) in enumerate(results.items()):
            color = plots.COLORS[name]
            _ = ax.plot(values, [row] * 5, "o", color=color, alpha=0.35, markersize=5)
            _ = ax.errorbar(
                values.mean(), row, xerr=values.std(ddof=1), color=color, marker="D", capsize=4
            )
    _ = axes[0].set(xlabel="training cost after 30 epochs", xscale="log")
    _ = axes[0].set_yticks(range(len(team)), list(team))
    _ = axes[1].set(xlabel="test accuracy, percent", xlim=(94, 100))
    axes[0].invert_yaxis()
    plots.show(
        fig,
        "One row for each of your optimizers. Left the training cost, where the rows lie far apart; "
        "right the test accuracy, where the error bars overlap. Small dots are single seeds.",
    )
    for name in team:
        cost, accuracy = training_cost[name], test_accuracy[name]
        print(
            f"{name:9} training cost {cost.mean():.4f} ± {cost.std(ddof=1):.4f}, "
            f"test accuracy {accuracy.mean():.1f} ± {accuracy.std(ddof=1):.1f} %"
        )
    means = {name: costs.mean() for name, costs in training_cost.items()}
    predicted("lowest_training_cost", min(means, key=means.get))
    if len(team) > 1:
        shares = [accuracy.mean() for accuracy in test_accuracy.values()]
        apart = max(shares) - min(shares)
        predicted("highest_accuracy", apart, f"{apart:.1f} points")
else:
    print("Nobody is in the race yet: see section 2.")

# %% [markdown]
# The diamond is the mean over five seeds, the bar the **standard deviation** (표준편차): how far a single
# run typically lies from the mean. The mean itself is known better, to about the bar divided by
# $\sqrt 5$ (the standard error). And there is a second source of chance that no bar shows: these are 360
# digits, and other 360 digits would give other numbers. At an accuracy of 98 % that alone is a standard
# deviation of $\sqrt{0.98 \cdot 0.02/360} = 0.7$ points.
#
# Does a difference mean something? The next cell compares each optimizer with the one that has the
# highest mean, seed by seed. All have the same first weights and batches for a seed, so that the
# *differences* are less noisy than the accuracies. It counts in test digits.

# %% tags=["experiment"]
# Experiment: the leader against the others
if len(team) > 1:
    first = max(team, key=lambda name: test_accuracy[name].mean())
    print(f"highest mean test accuracy: {first}; ahead, in digits of 360:")
    for name in team:
        if name != first:
            ahead = 3.6 * (test_accuracy[first] - test_accuracy[name])
            wins, ties = int(np.sum(ahead > 0.5)), int(np.sum(np.abs(ahead) < 0.5))
            error = ahead.std(ddof=1) / np.sqrt(5)
            print(
                f"  of {name:9} {ahead.mean():4.1f} ± {error:.1f} (standard error), "
                f"{wins} seeds won, {ties} tied"
            )
else:
    print("This needs two optimizers in the race: see section 2.")

# %% [markdown]
# All of this was at a constant rate. Would a schedule have changed the ranks? **Predict**, for the four
# optimizers of section 1: the same rates, now falling to 0 along a cosine over the 30 epochs.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a falling rate
predict(
    "falling_first",
    "With falling rates, who has the lowest training cost?",
    "sgd",
    "momentum",
    "rmsprop",
    "adam",
)

# %% tags=["experiment"]
# Experiment: the same with a falling rate (2 s)
again = [name for name in ("sgd", "momentum", "rmsprop", "adam") if name in team]
falling = {}
for name in again:
    costs, right = five_runs(name, falling=True)
    falling[name] = costs.mean()
    print(
        f"{name:9} training cost {costs.mean():.3f} ± {costs.std(ddof=1):.3f}, at the constant rate "
        f"{training_cost[name].mean():.3f}; test accuracy {right.mean():.1f} ± {right.std(ddof=1):.1f} %"
    )
if not again:
    print("This needs sgd, momentum, rmsprop or adam in the race: see section 2.")
if again:
    predicted("falling_first", min(falling, key=falling.get))

# %% [markdown] question="capstone_error_bars"
# With all of them solved: every training cost is higher, since so many of the 300 steps are short.
# Momentum is still the first and gradient descent the last; Adam and RMSprop have changed places. So
# momentum does not owe its lead to the constant rate, and the ranks behind it hang on the schedule. A
# longer race, or a warm-up with larger rates, might end otherwise again: that belongs among the things
# you may not conclude.

# %% quiz="capstone_error_bars"

# %% [markdown] question="capstone_train_and_test"

# %% quiz="capstone_train_and_test"

# %% [markdown]
# ## 6 · Your conclusion
#
# Write three to six sentences, for a friend who asks "Which optimizer should I use?" Add a cell below
# this one (press B, then M for text). It is not graded; a conclusion that you can defend has these:
#
# - what was compared, on which task, and how the learning rates were tuned,
# - one sentence on training cost and one on test accuracy, each with a number and its spread,
# - what you may *not* conclude: another network, more data, another schedule, another budget for tuning,
# - what you would try next, and how you would notice that you were wrong.
#
# Do you read anywhere that an optimizer is "the best in existence"? Ask for the same four points.
# Larger comparisons found what you can check here. Schmidt, Schneider and Hennig (2021) ran fifteen
# optimizers on eight tasks: the best one changes with the task, and trying several with
# their defaults helps about as much as tuning one. Choi and others (2019, *On Empirical Comparisons of
# Optimizers for Deep Learning*) tuned all hyperparameters: then a more general optimizer was never behind one that it contains, such as Adam
# behind momentum. Wilson and others (2017) had found adaptive methods to be worse on test data.
# The rules of a comparison can decide its winner.
#
# ## Summary
#
# - On four simple surfaces, each with its own rate, gradient descent was the first on three and the last on
#   the fourth. No optimizer is the best everywhere.
# - A comparison needs the same task, a rate tuned for each on a validation part, several seeds and a test
#   part that has decided nothing.
# - In **training cost** the optimizers differed far beyond their error bars. In **test accuracy** they did
#   not: there was no clear winner.
# - A difference smaller than the spread between seeds, or than the chance in 360 test digits, is no result.
#
# ### Cheat sheet
#
# | technique | formula | code | default | when not, and what to mind |
# |---|---|---|---|---|
# | mean and standard error | $\bar x = \frac1n \sum x_i$<br>$e = s/\sqrt n$ | `mean = x.mean()`<br>`error = x.std(ddof=1) / np.sqrt(len(x))` | at least 5 seeds | seeds that chose the rate |
# | difference of two optimizers | $d = \bar x - \bar y$<br>$e_d = \sqrt{e_x^2 + e_y^2}$ | `d = mean_x - mean_y`<br>`error = np.sqrt(error_x**2 + error_y**2)` | a tie within $2 e_d$ | rates not tuned for each |
#
# ### In other libraries
#
# All of these exist ready-made; how their formulas, defaults and names differ from yours is what the "In
# other libraries" sections of lessons 4 to 11 tell. When you compare them there: one `optimizer` object per
# run (it holds the state), the seed set anew for each run, and the rate tuned for each.
#
# ### What comes next
#
# You have built, from `v = beta v + (1 - beta) g` on, what trains networks today, and you know how to find
# out whether the next optimizer is worth its name. Lesson 13 tries it on the lines that stand around the
# optimizer in today's scripts. Unsolved exercises wait for you; each one that you solve joins the race
# the next time you run this notebook.

# %% tags=["nbval-ignore-output"]
progress("12_capstone")
