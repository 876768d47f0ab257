# %% [markdown]
# # 12 · Race your own optimizers
#
# You have written optimizers; here they run against each other. Nobody else's code takes part, and the
# rules are those that you would want to see kept in a paper.
#
# **What you'll do.** Watch four optimizers on four surfaces. Let this notebook collect your own
# optimizers from your lessons. Tune a learning rate for each of them, run the race on real handwritten
# digits and read error bars. Then write a training loop of your own, with an optimizer of your own if
# you like, report what it reaches, and write down what you conclude.
#
# **What you'll learn.**
# - that the best optimizer of one surface is the last one of another,
# - how to compare methods so that the result means something,
# - what error bars say, and what they do not,
# - what stands around an optimizer in a training that can be relied on,
# - why the lowest training cost need not give the best test accuracy.
#
# **What you'll need.** At least one of the optimizers of lessons 1, 4, 5, 6, 9 and 10, solved. The others
# are left out by name, and you can come back. About {minutes} minutes, beside those of
# the lessons that you skipped. Run the cells from top to bottom.

# %% tags=["set-up"]
from itertools import pairwise

import numpy as np

from optlab import (
    board,
    check,
    hint,
    plots,
    predict,
    predicted,
    problems,
    progress,
    race,
    solution,
    track,
)
from optlab.data import Digits, digits_split
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
predict(
    "round_bowl",
    "Who arrives first on the round bowl?",
    "gradient descent",
    "with momentum",
    "RMSprop",
    "Adam",
)
predict(
    "long_bowl",
    "Who on the long, turned bowl?",
    "gradient descent",
    "with momentum",
    "RMSprop",
    "Adam",
)
predict(
    "beside_saddle",
    "Who on the saddle?",
    "gradient descent",
    "with momentum",
    "RMSprop",
    "Adam",
)
predict(
    "on_plateau",
    "Who on the plateau?",
    "gradient descent",
    "with momentum",
    "RMSprop",
    "Adam",
)

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
racers = {
    "gd": "gradient descent",
    "momentum": "with momentum",
    "rmsprop": "RMSprop",
    "adam": "Adam",
}
for name, surface in zip(
    ("round_bowl", "long_bowl", "beside_saddle", "on_plateau"), race.SURFACES, strict=True
):
    steps = {who: race.runners()[surface, who].arrived for who in racers}
    predicted(name, racers[min((who for who in steps if steps[who] >= 0), key=steps.get)])

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
# 2. **A learning rate for each.** Five rates, each three times the one before, with two seeds and eight
#    epochs each. If the best one lies at the edge, the sweep (탐색) goes on. All other hyperparameters
#    (하이퍼파라미터) keep the defaults of your functions. Adadelta has no learning rate; its
#    $\varepsilon$ is tuned in its place, in factors of ten.
# 3. **Three parts of the data.** The rate is chosen by the cost on a validation part (검증 데이터) of 287
#    digits that are kept out of the training for it. The race then trains on all 1,437. The 360 test
#    digits are looked at once, at the end.
# 4. **Five other seeds** for the race, so that one lucky start decides nothing.
# 5. **A constant rate** for all, from the first step to the last: no warm-up, no cosine. Lesson 10 found
#    that a schedule can be worth as much as the optimizer, so section 5 tries one afterwards, on four.

# %% quiz="capstone_which_part"

# %% [markdown]
# The next cell turns your functions into steps of one form and trains a network with them.


# %% tags=["experiment"]
# Experiment: prepares the race
train, test = digits_split()
everything, fit, held_out = slice(None), slice(0, 1150), slice(1150, None)


def train_network(name, rate, part, seed, epochs=30, falling=False):
    """The parameters that your function `name` ends with.

    falling: whether the rate falls to 0 along half a cosine.
    """
    digits = Digits(train.X[:, part], train.Y[:, part], train.labels[part])
    size = -(-digits.labels.size // 10)  # ten mini-batches an epoch
    run = track.Track(digits, seed, 10 * epochs, size)
    step = track.stepper(NAMES[name], team[name])

    def now(t):
        return rate * (1 + np.cos(np.pi * t / run.budget)) / 2 if falling else rate

    return track.train(step, run, now)[0]


def several_runs(name, rate, seeds=5, falling=False):
    """Training cost and test accuracy (percent) of runs with that rate."""
    runs = [train_network(name, rate, everything, seed, falling=falling) for seed in range(seeds)]
    costs = [problems.cost_and_grads(params, train.X, train.Y)[0] for params in runs]
    shares = [100 * problems.accuracy(params, test.X, test.labels) for params in runs]
    return np.array(costs), np.array(shares)


print("The track is ready.")

# %% [markdown]
# ### Two checks that take a second
#
# **Question.** Before hours of training, what can a second tell? Lesson 0 named two checks (both are in CS231n):
# the first cost should be near $\ln 10 = 2.30$, since the network knows nothing yet; and twenty digits should be
# learned by heart, to a cost near zero.
#
# **Predict**: somebody has mixed up the labels, so that each belongs to another image. Which check notices?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: mixed-up labels
predict(
    "mixed_labels",
    "Mixed-up labels are noticed by",
    "the first cost",
    "twenty digits by heart",
    "both checks",
    "neither",
)

# %% tags=["experiment"]
# Experiment: two checks, right and mixed-up labels (1 s)
MIXED = np.random.default_rng(3).permutation(train.labels.size)
mixed_up = Digits(train.X, train.Y[:, MIXED], train.labels[MIXED])
bright = Digits(16 * train.X, train.Y, train.labels)


def first_costs(digits):
    starts = (problems.init_params(np.random.default_rng(seed), track.SIZES) for seed in range(5))
    return [problems.cost_and_grads(params, digits.X, digits.Y)[0] for params in starts]


def costs_on_the_way(name, rate, digits, columns, budget=230):
    """The cost on these digits after every tenth update with your function."""
    part = Digits(digits.X[:, columns], digits.Y[:, columns], digits.labels[columns])
    step = track.stepper(NAMES[name], team[name])
    passed = track.train(step, track.Track(part, 0, budget), lambda t: rate, every=10)[1]
    return [problems.cost_and_grads(params, part.X, part.Y)[0] for params in passed]


kinds = {
    "right labels": train,
    "mixed-up labels": mixed_up,
    "right labels, but pixels 0 to 16": bright,
}
at_first = {kind: first_costs(digits) for kind, digits in kinds.items()}
for kind, costs in at_first.items():
    print(f"{kind}: first costs of five seeds from {min(costs):.1f} to {max(costs):.1f}")

if team:
    who = "adam" if "adam" in team else next(iter(team))
    rate = {"sgd": 0.5, "momentum": 1.0, "nesterov": 1.0, "adagrad": 0.05}.get(who, 0.01)
    fig, ax = plots.figure(size=(7.2, 3.8))
    ends = {}
    for columns, size, style in (
        (slice(0, 20), "20 digits", "-"),
        (everything, "all digits", "--"),
    ):
        for kind, color in (("right labels", "first"), ("mixed-up labels", "target")):
            costs = costs_on_the_way(who, rate, kinds[kind], columns)
            ends[size, kind] = costs[-1]
            _ = ax.semilogy(np.arange(10, 231, 10), costs, style, color=plots.COLORS[color])
            plots.label_end(ax, 230, costs[-1], f"{size}, {kind}", plots.COLORS[color])
    _ = ax.set(xlabel="update", ylabel="cost on the digits trained on", xlim=(0, 235))
    _ = ax.set_xticks([0, 50, 100, 150, 200])
    plots.show(
        fig,
        "Cost against updates. Twenty digits are learned by heart, with right labels and with "
        "mixed-up ones. On all digits the cost falls with right labels, and stays level near 2.2 with "
        "mixed-up ones.",
    )
    heart = ends["20 digits", "mixed-up labels"] < 0.1
    for (size, kind), cost in ends.items():
        words = "below 0.1" if cost < 0.1 else "below 0.5" if cost < 0.5 else f"{cost:.1f}"
        print(f"your {who}, {size}, {kind}: cost {words} after 230 updates")
    odd = min(at_first["mixed-up labels"]) > 1.5 * max(at_first["right labels"])
    words = "neither" if heart else "twenty digits by heart"
    predicted("mixed_labels", ("both checks" if not heart else "the first cost") if odd else words)
else:
    print("This needs an optimizer in the race: see section 2.")

# %% [markdown]
# Neither. Twenty labels can be learned by heart whatever they are: the check proves that gradients and updates
# fit together, not that the data do. The first cost finds wrong scales (pixels from 0 to 16). What finds the
# labels is the first minute on all digits: ten epochs, and the cost is still that of guessing. Three short
# runs, three different faults.

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
# Experiment: a sweep for each optimizer (2 s)
MIDDLE = dict.fromkeys(NAMES, 0.01) | {
    "sgd": 0.5,
    "momentum": 1.5,
    "nesterov": 1.5,
    "adagrad": 0.05,
    "adadelta": 1e-3,
}


def validation_cost(name, rate):
    """Mean over two seeds after eight epochs; infinite where a run diverged."""
    costs = []
    for seed in (100, 101):
        params = train_network(name, rate, fit, seed, epochs=8)
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
        best = "best epsilon" if name == "adadelta" else "best rate"
        print(f"{name:9} {best} {rate:.2g}, validation cost {swept[name][rate]:.3f}")
    widths = {}  # between the rates whose cost is at most twice the lowest
    for name, costs in swept.items():
        good = [rate for rate, cost in costs.items() if cost <= 2 * min(costs.values())]
        widths[name] = max(good) / min(good)
    widest = max(widths, key=widths.get)
    predicted("widest_valley", widest, f"a factor of {widths[widest]:.0f}")
else:
    print("Nobody is in the race yet: see section 2.")

# %% [markdown]
# ### How far does a step go?
#
# **Question.** The best rates of your optimizers differ by a factor of a hundred and more. Is there a number
# that is the same for all of them? One is often looked at: the **ratio of update to weights**,
# $\lVert \Delta W \rVert / \lVert W \rVert$, the norm of one update over that of the weights. CS231n asks for
# about 0.001 and advises a smaller rate where it is larger.
#
# **Predict**: at the best rate of each, by how much do the ratios of your optimizers differ?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the ratio at the best rates
predict(
    "update_ratio",
    "From one optimizer to the next, at its best rate, the ratio differs by a factor of at most",
    "5",
    "30",
    "200",
)


# %% tags=["experiment"]
# Experiment: the ratio of every rate of the sweep (1 s)
def update_ratio(name, rate, steps=30):
    """The median of the norm of an update over that of the weights, for W1, over the first steps."""
    digits = Digits(train.X[:, fit], train.Y[:, fit], train.labels[fit])
    step = track.stepper(NAMES[name], team[name])
    run = track.Track(digits, 100, steps, 115)
    weights = [run.start["W1"], *(p["W1"] for p in track.train(step, run, lambda t: rate, 1)[1])]
    norm = np.linalg.norm
    return float(np.median([norm(new - old) / norm(old) for old, new in pairwise(weights)]))


with np.errstate(all="ignore"):
    ratios = {name: {rate: update_ratio(name, rate) for rate in swept[name]} for name in team}

if team:
    fig, ax = plots.figure(size=(7.2, 1.2 + 0.35 * len(team)))
    for row, name in enumerate(team):
        for rate, ratio in ratios[name].items():
            size = 9 if rate == rates[name] else 4
            _ = ax.semilogx(ratio, row, "o", color=plots.COLORS[name], markersize=size)
    _ = ax.axvline(1e-3, color=plots.COLORS["data"], linestyle=":")
    _ = ax.text(1.1e-3, -0.75, "CS231n", color="#6f6f6f", va="center")
    _ = ax.set(xlabel="norm of an update / norm of the weights", xlim=(5e-4, 0.5))
    _ = ax.set_yticks(range(len(team)), list(team))
    ax.invert_yaxis()
    plots.show(
        fig,
        "A row for each of your optimizers, a dot for each rate of its sweep at the ratio of update to "
        "weights, a large one for its best rate. All large dots lie between 0.03 and 0.1, far to the "
        "right of 0.001.",
    )
    at_best = {name: ratios[name][rates[name]] for name in team}
    largest, smallest = max(at_best.values()), min(at_best.values())
    rated = [rates[name] for name in team if name != "adadelta"] or [1.0]
    print(f"best rates differ by a factor of {max(rated) / min(rated):.0f}, ", end="")
    print(f"their ratios by less than {5 if largest / smallest < 5 else 30}")
    print(f"all of them above {'0.01' if smallest > 0.01 else '0.001'}")
    alike = []  # who has nearly the same ratio with the next rate, and more than twice the cost
    for name in team:
        for rate in [rate for rate in sorted(swept[name]) if rate > rates[name]][:1]:
            near = 0.7 < ratios[name][rate] / at_best[name] < 1.4
            alike += [name] if near and swept[name][rate] > 2 * swept[name][rates[name]] else []
    number = "several of them" if len(alike) > 2 else f"{len(alike)} of them"
    print(f"for {number} the next larger rate doubles the cost and hardly moves the ratio")
    predicted("update_ratio", largest / smallest)
else:
    print("This needs an optimizer in the race: see section 2.")

# %% [markdown]
# One number for all of them, more or less: whatever the rate is called, the best step is some hundredths of the
# weights long. Who aims at 0.001 here chooses a rate many times too small, and does not get far in 300
# updates. And the ratio is no judge: a good rate and one that is too large may have the same. It finds a training
# that stands still, or one that throws its weights away.

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
    "1 percentage point",
    "3 percentage points",
    "10 percentage points",
)

# %% tags=["experiment"]
# Experiment: the race (4 s)
training_cost, test_accuracy = {}, {}
for name in team:
    training_cost[name], test_accuracy[name] = several_runs(name, rates[name])

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
        predicted("highest_accuracy", apart, f"{apart:.1f} percentage points")
else:
    print("Nobody is in the race yet: see section 2.")

# %% [markdown]
# The diamond is the mean over five seeds, the bar the **standard deviation** (표준편차): how far a single
# run typically lies from the mean. The mean itself is known better, to about the bar divided by
# $\sqrt 5$ (the standard error). And there is a second source of chance that no bar shows: these are 360
# digits, and other 360 digits would give other numbers. At an accuracy of 98 % that alone is a standard
# deviation of $\sqrt{0.98 \cdot 0.02/360} = 0.7$ percentage points.
#
# Does a difference mean something? The next cell compares each optimizer with the one that has the
# highest mean, seed by seed: for one seed all have the same first weights and the same batches. That is
# fair; it makes the differences no less noisy, since each optimizer makes something else of them. It
# counts in test digits.

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
# All of this was at a constant rate. Would a schedule have changed the ranks? Now four of them run once
# more, with two of the seeds: each begins with its rate from above, which falls to 0 along a cosine over
# the 30 epochs. **Predict** who leads now.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: a falling rate
predict(
    "falling_first",
    "With falling rates, who of these four has the lowest training cost?",
    "sgd",
    "momentum",
    "rmsprop",
    "adam",
)

# %% tags=["experiment"]
# Experiment: a falling rate for four optimizers
falling = {}
for name in [name for name in ("sgd", "momentum", "rmsprop", "adam") if name in team]:
    costs, _ = several_runs(name, rates[name], seeds=2, falling=True)
    falling[name] = costs.mean()
    print(
        f"{name:9} from {rates[name]:.2g} to 0: training cost {costs.mean():.3f}, at a constant rate "
        f"{training_cost[name][:2].mean():.3f}"
    )
if falling:
    predicted("falling_first", min(falling, key=falling.get))
else:
    print("This needs sgd, momentum, rmsprop or adam in the race: see section 2.")

# %% [markdown] question="capstone_error_bars"
# With all four solved: every training cost is higher, since so many of the 300 steps are short. Momentum is
# still the first, and gradient descent the last; Adam, level with RMSprop before, is now behind it. So
# momentum does not owe its lead to the constant rate, and the ranks behind it hang on the schedule. Was
# that fair? No rate was tuned *with* the schedule, and a decay wants a larger one (lesson 7). A race with
# rates of its own, a longer one or one with a warm-up might end otherwise again: that belongs among the
# things you may not conclude.

# %% quiz="capstone_error_bars"

# %% [markdown] question="capstone_train_and_test"

# %% quiz="capstone_train_and_test"

# %% [markdown]
# ## 6 · Your own training
#
# So far the loop was the course's. What makes a training that one can rely on stands around the
# optimizer: a schedule, a limit for gradients, an eye on data that give no gradients. Now you write all
# of it, with any optimizer: one of yours from the lessons, or one that nobody has written yet.
#
# The data are those of the leaderboard (lesson 4): the bad scanner's digits, 1,150 of them to train on
# and 287 to look at. A `track` hands them out and counts:
#
# | | |
# |---|---|
# | `track.start` | the first parameters, a dict, a new copy each time |
# | `track.budget` | how many gradients there are, 184 as in eight epochs, on practice tracks fewer |
# | `track.gradient(params)` | the gradients of the next 64 digits; beyond the budget it raises an error |
# | `track.validation_cost(params)` | the cost on the digits that give no gradients, as often as you like |
#
# ### Exercise 1 · A rate for every update
#
# Any schedule that begins above 0, comes near the full rate, and ends at no more than a tenth of it: a
# straight line, half a cosine, with a warm-up or without.


# %% exercise="own_rate"
def own_rate(step, budget, rate):
    """The learning rate of an update.

    step:   updates made so far, 0 at the first and budget - 1 at the last
    budget: updates of the whole training, any number from 30 on
    rate:   the full rate: the largest rate is between 0.3 times this and this
    Returns a number, never below 0, above 0 at step 0. At the last update it is at most a tenth of
    the largest.
    """
    # REFERENCE SOLUTION


# %% check="own_rate"
check("own_rate")

# %% [markdown]
# ### One bad batch
#
# A damaged file, a division by almost zero, and once in a long training a gradient comes that is far too
# large. On the next tracks it is the fifth one, a billion times. Nothing is clipped. **Predict**: momentum
# is lost. And Adam, which divides every gradient by its size?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: one gradient a billion times too large
predict(
    "huge_gradient",
    "After that one gradient, Adam's cost ends",
    "nearly as low as without",
    "several times higher",
)

# %% tags=["experiment"]
# Experiment: one gradient a billion times too large
ends = {}
for name in [name for name in ("momentum", "adam") if name in team]:
    step = track.stepper(NAMES[name], team[name])
    for trouble in ("", "huge"):
        rate = 1.0 if name == "momentum" else 0.04
        with np.errstate(all="ignore"):
            runs = [track.practice(seed, trouble=trouble) for seed in range(1, 5)]
            ended = [track.train(step, run, lambda t, rate=rate: rate)[0] for run in runs]
            costs = [run.validation_cost(one) for run, one in zip(runs, ended, strict=True)]
        ends[name, trouble] = np.exp(np.mean(np.log(costs)))
if ends:
    for name in {name: None for name, _ in ends}:
        worse = ends[name, "huge"] / ends[name, ""]
        more = (
            "more than a hundred"
            if worse > 100
            else "more than two"
            if worse > 2
            else "less than two"
        )
        print(f"{name}: {more} times the cost of a run without the huge gradient")
    if ("adam", "huge") in ends:
        lived = ends["adam", "huge"] < 2 * ends["adam", ""]
        predicted("huge_gradient", "nearly as low as without" if lived else "several times higher")
else:
    print("This needs momentum or adam in the race: see section 2.")

# %% [markdown]
# Adam's own step stays short, but its memory does not forget: the square stands in $s$, with
# $\beta_2 = 0.999$ for a thousand updates, and divides all that come after. The cure is **clipping**
# (클리핑): where the norm of *all* gradients together,
# $\lVert g \rVert = \sqrt{\sum g^2}$ over all keys, is above a limit $c$, multiply every gradient by
# $c / \lVert g \rVert$. The direction stays; lesson 13 tells more.
#
# ### Exercise 2 · Your training
#
# Put the parts together: the start, a gradient and a step for each update, the rate from your `own_rate`,
# gradients clipped at the norm 5. Every 18 updates ask for the validation cost, and keep the best
# parameters; where four looks in a row have brought nothing better, stop. Return the best, not the last.
#
# What counts is that it trains on any track, lives through one huge gradient, survives a stretch of wrong
# labels at the end, and comes to the same result when the track is the same. How low the cost becomes
# earns no points. The default of `rate` is yours to choose.


# %% exercise="own_training"
def own_training(track, rate=0.08):
    """Train on a track; the parameters with the lowest validation cost that you have seen.

    track: gives start, budget, gradient(params) and validation_cost(params), see above
    rate:  the full rate; change the default to what suits your optimizer
    Returns a dict with the keys and shapes of track.start. Asks for at most track.budget gradients,
    and draws no random numbers but from a generator of its own with a fixed seed.
    """
    # BEGIN SOLUTION
    params, v, s = track.start, {}, {}
    best, lowest, waited = params, np.inf, 0
    for t in range(1, track.budget + 1):
        grads = track.gradient(params)
        norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
        scale = 5 / max(norm, 5)
        now = own_rate(t - 1, track.budget, rate)
        moved = {}
        for key in params:
            g = scale * grads[key]
            v[key] = 0.9 * v.get(key, 0) + 0.1 * g
            s[key] = 0.999 * s.get(key, 0) + 0.001 * g**2
            root = np.sqrt(s[key] / (1 - 0.999**t))
            moved[key] = params[key] - now * v[key] / (1 - 0.9**t) / (root + 1e-8)
        params = moved
        if t % 18 == 0:
            cost = track.validation_cost(params)
            if cost < lowest:
                best, lowest, waited = params, cost, 0
            else:
                waited += 1
            if waited == 4:
                break
    return best
    # END SOLUTION


# %% check="own_training"
check("own_training")

# %% [markdown]
# ### Which rate?
#
# The next cell tries six rates, each twice the one before, on the track of seed 101. Change the list until
# the best rate lies inside it, with a worse one on each side. Then put your choice into `rate`, and the
# last line gives the validation costs of five other seeds, 11 to 15. Make your choice the default of
# `own_training`, too. These numbers are your report.

# %% tags=["experiment"]
# Experiment: your sweep and your five runs (1 s)
rate = 0.08
sweep_rates = 0.01 * 2.0 ** np.arange(6)


def validation_cost_of(seed, rate):
    run = track.course(seed)
    with np.errstate(all="ignore"):
        return run.validation_cost(own_training(run, rate))


try:
    for one in sweep_rates:
        print(f"rate {one:g}: validation cost {validation_cost_of(101, one):.4f} for seed 101")
    five = [validation_cost_of(seed, rate) for seed in range(11, 16)]
    print(f"rate {rate:g}, seeds 11 to 15:", ", ".join(f"{cost:.4f}" for cost in five))
except NotImplementedError:
    print("own_training comes first; then run this cell again.")

# %% [markdown]
# ### Exercise 3 · What five numbers say
#
# Your five costs have a mean, and the mean an error. The course has run its own Adam on the same five
# seeds, at a constant rate of 0.04 and with nothing around it; it ended at 0.1893, 0.2794, 0.2543, 0.2050
# and 0.2772. Is yours better?
#
# The difference of two means is told apart from chance here when it is larger than two of its standard
# errors (표준오차); otherwise it is a tie. Divide the sum of squares by $n - 1$ (`ddof=1`).


# %% exercise="compare_runs"
def compare_runs(own, other):
    """What the costs of two trainings on the same seeds allow one to say.

    own, other: arrays or lists of n costs; number k of both is of the same seed
    Returns a dict:
        "mean":             of own
        "error":            the standard error of that mean
        "difference":       the mean of own - other, seed by seed
        "difference_error": its standard error
        "verdict":          "lower" or "higher", as own is; "tie" where the difference is at most
                            two of its standard errors

    Example: own [1, 2, 3], other [2, 2, 5] -> mean 2, error 0.577, difference -1,
    difference_error 0.577, verdict "tie"
    """
    # REFERENCE SOLUTION


# %% check="compare_runs"
check("compare_runs")

# %% [markdown]
# ### Exercise 4 · Your report
#
# Write down what you measured. When it is checked, three of your runs are made again, with your function
# and the seeds that you report on, and the numbers have to be those that come out. Any honest run is
# right, a modest one too.


# %% exercise="own_report"
def own_report(track):
    """A run of your training on this track, and what you report.

    Returns (params, report), where params is what your own_training returns on the track, at the rate
    that you chose, and report is a dict, the same for every track:
        "sweep":    at least three pairs (rate, validation cost on the track of seed 101), as a list
        "rate":     the one of these rates that you chose: the lowest cost, with a worse one on each side
        "costs":    the five validation costs at that rate for the seeds 11, 12, 13, 14, 15
        "compared": compare_runs of your five costs with the five of the course, optlab.track.PLAIN
    Four digits are enough.
    """
    # BEGIN SOLUTION
    sweep = [(0.02, 0.3375), (0.04, 0.2422), (0.08, 0.1954), (0.16, 0.2089), (0.32, 0.9629)]
    costs = [0.1947, 0.2153, 0.1999, 0.1978, 0.1977]
    plain = [0.1893, 0.2794, 0.2543, 0.2050, 0.2772]
    compared = compare_runs(costs, plain)
    report = {"sweep": sweep, "rate": 0.08, "costs": costs, "compared": compared}
    return own_training(track), report
    # END SOLUTION


# %% check="own_report"
check("own_report")

# %% [markdown]
# ## 7 · The last page of the leaderboard
#
# Here is the leaderboard of lessons 4 to 10 with one more line: your own training, at the default of its
# `rate`. Its ten runs spend 184 gradients of 64 digits like everybody, and have paid for their validation
# part: they have learned from 1,150 digits only, while the cost is that of all 1,437.
#
# **Predict**: is your own training told apart from your plain Adam?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the last line
predict(
    "board_own",
    "Over ten seeds, your own training ends",
    "below plain Adam",
    "not told apart from it",
    "above plain Adam",
)

# %% tags=["experiment"]
# Experiment: your own training on the leaderboard (1 s)
rows = board.enter("own", here=globals())
plots.show(
    board.figure(rows),
    "The leaderboard: rows of ten dots, the training costs of ten seeds, from Adam with warm-up and "
    "cosine down to the whole batch, and among them the learner's own training.",
)
board.show(rows)
if "own" in rows:
    found = board.compared(rows["own"].line, rows["adam"].line)
    words = "below plain Adam" if found.times > 1 else "above plain Adam"
    predicted("board_own", "not told apart from it" if found.tie else words)

# %% [markdown]
# ## 8 · Your conclusion
#
# Write three to six sentences, at most 150 words, for a friend who asks "Which optimizer should I use?"
# Add a cell below this one (press B, then M for text). No program marks it; where a course marks it by
# hand, each of these four earns a point:
#
# | | a point for |
# |---|---|
# | claim and numbers | one sentence with both means, their standard errors and the number of seeds |
# | strength | says tie or difference as two standard errors allow, and no more |
# | fairness | names two things that were the same for both, and one that was not |
# | reach | names one limit (this network, these digits, this budget, the default betas), and the next measurement, by which it could turn out wrong |
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
# - Around an optimizer belong a schedule, a limit for the norm of gradients, and a copy of the best
#   parameters. A report has a mean, its error, the number of seeds, and says how the rate was chosen.
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
