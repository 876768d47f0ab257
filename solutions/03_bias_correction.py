# %% [markdown]
# # 3 · Repair the start: bias correction
#
# An exponentially weighted average that starts at zero says that London has 0.8 °F on New Year's
# Day. One division repairs that. It is easy to write, easy to get wrong, and in Adam it decides
# about the length of the first thousand steps.
#
# **What you'll do.** Find out how much weight is missing at the start, put it back in one line, and
# measure how long that matters. Then hold a common sentence against an optimizer: "in machine
# learning people do not bother with bias correction".
#
# **What you'll learn.**
# - why the average is biased at first, and by which factor,
# - what bias correction repairs and what it does not,
# - why momentum can do without it and Adam cannot.
#
# **What you'll need.** What an exponentially weighted average is (lesson 2); its exercises need not
# be solved. About {minutes} minutes. Run the cells from top to bottom.

# %% tags=["set-up"]
from itertools import accumulate

import numpy as np

from optlab import check, data, hint, optimizers, plots, predict, predicted, progress, solution

# %% [markdown]
# ## 1 · The purple curve
#
# **Question.** Lesson 2 looked at the average after a year of waiting. What does it do on its first
# days?
#
# $$v_0 = 0, \qquad v_t = \beta\, v_{t-1} + (1-\beta)\,\theta_t$$
#
# In London the first day had $\theta_1 = 40$ °F. **Predict** for $\beta = 0.98$: what is $v_1$? And
# how many days does it take in Seattle, where the first day had 55 °F, until the average is within
# one degree of a sensible value: 10, 50, 200?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: how long the start takes
predict(
    "days_until_sensible",
    "β = 0.98, in Seattle: how many days until the average is within one degree?",
    "10",
    "50",
    "200",
)

# %% tags=["experiment"]
# Experiment: the average of Seattle's first year
temperature = data.seattle_temperatures()  # degrees Fahrenheit from 1 January 2012, one a day
PURPLE, GREEN = "#7a3e9d", "#00785a"


def smooth(theta, beta):
    """For the figures: the plain averages v_1 ... v_T, by optlab."""
    return np.array(list(accumulate(theta, optimizers.average(beta).step, initial=0.0)))[1:]


def unbias(plain, beta):
    """For the figures: the same averages without the bias, by optlab."""
    return optimizers.average(beta).unbiased(plain, np.arange(1, plain.size + 1))


fig, ax = plots.figure(size=(8, 4))
purple = smooth(temperature, 0.98)
_ = ax.plot(np.arange(1, 366), temperature[:365], ".", color=plots.COLORS["data"], markersize=3)
_ = ax.plot(np.arange(1, 366), purple[:365], color=PURPLE)
plots.label_end(ax, 45, 24, r"$v_t$ with $\beta$ = 0.98", PURPLE)
_ = ax.set(xlabel="day $t$ of 2012", ylabel="°F", ylim=(-3, 98))
plots.show(
    fig,
    "Seattle's temperatures of 2012 and their average with beta 0.98. The curve starts near zero, "
    "far below all measurements, and needs months to climb up to them.",
)
print(f"London:  v_1 = 0.02 * {data.LONDON[1]:.0f} = {0.02 * data.LONDON[1]:.1f} F")
print(f"Seattle: v_1 = {purple[0]:.1f} F, v_10 = {purple[9]:.1f} F, v_50 = {purple[49]:.1f} F")

# %% [markdown]
# The lecture draws this curve in purple. It is not what you want: $v_1 = 0.02 \cdot 40 = 0.8$ is no
# estimate of a 40-degree day. The temperatures are not to blame, the start is. An estimate that is
# off in one direction has a **bias** (편향); here $v_0 = 0$ pulls it down.

# %% [markdown]
# ## 2 · How much is missing?
#
# **Question.** By which factor is $v_t$ too low?
#
# Write out the first two days, with $\beta = 0.98$:
#
# $$\begin{aligned}
# v_1 &= 0.98 \cdot 0 + 0.02\,\theta_1 = 0.02\,\theta_1 \\
# v_2 &= 0.98\, v_1 + 0.02\,\theta_2 = 0.0196\,\theta_1 + 0.02\,\theta_2
# \end{aligned}$$
#
# The weights of $v_2$ add up to $0.0396$ and not to 1: the rest of the weight still lies on $v_0 =
# 0$. In general the weights add up to
#
# $$1 - \beta^t, \qquad \text{for } t = 2: \quad 1 - 0.98^2 = 0.0396.$$
#
# A weighted sum whose weights do not add up to 1 becomes an average when you divide it by their
# sum. That is **bias correction** (편향 보정):
#
# $$\hat v_t = \frac{v_t}{1-\beta^t}, \qquad
# \hat v_2 = \frac{0.0196\,\theta_1 + 0.02\,\theta_2}{0.0396}.$$
#
# London: $v_1 = 0.8$ and $v_2 = 0.0196 \cdot 40 + 0.02 \cdot 49 = 1.764$. Work out $\hat v_1$
# and $\hat v_2$ with pencil and paper; the check of exercise 1 knows them.
#
# ### Exercise 1 · One value
#
# $t$ is the number of values that the average has seen. It is 1 after the first one, never 0.


# %% exercise="bias_correct"
def bias_correct(v, beta, t):
    """An exponentially weighted average without the bias of its start at zero.

    v:    the average after t values, a number or an array of any shape
    beta: the share that the past keeps, 0 <= beta < 1
    t:    how many values v has seen, a whole number >= 1
    Returns the corrected average, like v; v itself stays as it was.

    Example: bias_correct(4.0, 0.9, 1) is 40.0.
    """
    # REFERENCE SOLUTION


# %% check="bias_correct"
check("bias_correct")

# %% [markdown]
# ### Exercise 2 · The green curve
#
# Now a whole series. Each day two things happen, in this order:
#
# $$v_t = \beta\, v_{t-1} + (1-\beta)\,\theta_t, \qquad \hat v_t = \frac{v_t}{1-\beta^t}$$
#
# $\hat v_t$ is what you give back for day $t$. Look closely at what the recursion goes on with.


# %% exercise="ewa_corrected"
def ewa_corrected(theta, beta):
    """The exponentially weighted averages of a series, with bias correction.

    theta: array (T,), the values theta_1 ... theta_T, oldest first
    Returns an array (T,) of floats: the corrected average of every day.

    Example: ewa_corrected(np.array([40.0, 40.0]), 0.9) is [40., 40.].
    """
    # REFERENCE SOLUTION


# %% check="ewa_corrected"
check("ewa_corrected")

# %% tags=["experiment"]
# Experiment: your corrected average
london = np.array([data.LONDON[day] for day in (1, 2, 3)])
try:
    green = ewa_corrected(temperature, 0.98)
    print("London, corrected:", np.round(ewa_corrected(london, 0.98), 4))
except NotImplementedError:
    green = None
    print("Exercise 2 comes first; then run this cell again.")

if green is not None:
    fig, ax = plots.figure(size=(8, 4))
    _ = ax.plot(np.arange(1, 366), temperature[:365], ".", color=plots.COLORS["data"], markersize=3)
    _ = ax.plot(np.arange(1, 366), purple[:365], color=PURPLE)
    _ = ax.plot(np.arange(1, 366), green[:365], color=GREEN)
    plots.label_end(ax, 45, 24, "purple: $v_t$", PURPLE)
    plots.label_end(ax, 4, 66, r"green: $v_t / (1 - \beta^t)$", GREEN)
    _ = ax.set(xlabel="day $t$ of 2012", ylabel="°F", ylim=(-3, 98))
    plots.show(
        fig,
        "The purple average starts at zero, the green corrected one in the middle of the first "
        "temperatures. After about two hundred days the two can no longer be told apart.",
    )
    for t in (1, 50, 200):
        print(f"day {t:3}: purple {purple[t - 1]:.1f} F, green {green[t - 1]:.1f} F")

# %% [markdown]
# From purple to green with one division. **Drag** the slider: for which $\beta$ does the correction
# matter for a week, for which for a season?

# %% tags=["experiment", "nbval-ignore-output"]
# Slider: beta, with and without correction
days = np.arange(1, 151)


def draw_both(ax, beta):
    plain = smooth(temperature[:150], beta)
    corrected = unbias(plain, beta)
    ax.plot(days, temperature[:150], ".", color=plots.COLORS["data"], markersize=3)
    ax.plot(days, plain, color=PURPLE)
    ax.plot(days, corrected, color=GREEN)
    ax.set(xlabel="day $t$ of 2012", ylabel="°F", ylim=(-3, 98))
    gap = corrected - plain
    return (
        f"β = {beta:.3f}: green minus purple {gap[0]:.0f} F on day 1, "
        f"{gap[9]:.1f} F on day 10, {gap[99]:.1f} F on day 100"
    )


plots.explore(
    draw_both,
    "The plain average in purple and the corrected one in green over 150 days; the slider changes "
    "beta. The larger beta, the longer the purple curve stays below.",
    size=(8, 4.2),
    beta=(0.5, 0.995, 0.005, 0.9),
)

# %% [markdown] question="bias_two_days"

# %% quiz="bias_two_days"

# %% [markdown]
# ## 3 · When is it over?
#
# **Question.** Later on the purple and the green curve lie on each other. How much later?
#
# Since $\beta < 1$, $\beta^t$ goes to 0, the divisor $1-\beta^t$ goes to 1, and the correction does
# nothing any more. $\beta^t$ is the share of the weight that is still missing; of a constant value,
# $v_t$ then shows the share $1-\beta^t$.
#
# ### Exercise 3 · Count the steps
#
# After how many steps is at most a given share missing? Find the first $t = 1, 2, 3, \dots$ with
#
# $$\beta^t \le \text{tolerance}.$$


# %% exercise="steps_until_unbiased"
def steps_until_unbiased(beta, tolerance):
    """The first step at which at most the share `tolerance` of the weight is missing.

    beta:      0 < beta < 1
    tolerance: 0 < tolerance < 1; 0.01 is one percent
    Returns a whole number >= 1: the first t with beta**t <= tolerance. No case of the check lies
    so close to equality that rounding decides.

    Example: steps_until_unbiased(0.5, 0.1) is 4, as 0.5**3 = 0.125 and 0.5**4 = 0.0625.
    """
    # REFERENCE SOLUTION


# %% check="steps_until_unbiased"
check("steps_until_unbiased")

# %% [markdown] question="bias_beta_999"

# %% quiz="bias_beta_999"

# %% [markdown]
# **Predict**: "after about ten steps it makes no difference" is what you hear most often. How much
# is missing after ten steps, for $\beta = 0.9$, $0.98$ and $0.999$?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: ten steps
predict("after_ten_steps", "β = 0.98: how much is missing after ten steps?", "10 %", "35 %", "80 %")

# %% tags=["experiment"]
# Experiment: what is missing, step by step
steps = np.arange(1, 10001)
fig, ax = plots.figure(size=(8, 4.2))
for beta, color, x in ((0.9, "first", 4.2), (0.98, "second", 22), (0.999, "third", 440)):
    missing = beta**steps
    _ = ax.semilogx(steps, 100 * missing, color=plots.COLORS[color])
    first = {percent: int(np.argmax(missing <= percent / 100)) + 1 for percent in (10, 1)}
    side = -10 if beta == 0.9 else 10  # on its right is the line of step 10
    plots.label_end(ax, x, 66, rf"$\beta$ = {beta}", plots.COLORS[color], (side, 0))
    print(
        f"beta {beta:<5}: {100 * beta**10:4.1f} % missing after 10 steps, "
        f"at most 10 % from step {first[10]}, at most 1 % from step {first[1]}"
    )
_ = ax.axvline(10, color=plots.COLORS["data"], linestyle=":")
_ = ax.set(xlabel="step $t$", ylabel="percent of the weight missing", ylim=(-2, 102))
plots.show(
    fig,
    "The missing share against the step, logarithmic. It is still 35, 82 and 99 percent after ten "
    "steps for beta 0.9, 0.98 and 0.999, and vanishes after some 40, 200 and 4000 steps.",
)
for beta in (0.9, 0.98):
    plain = smooth(temperature, beta)
    gap = unbias(plain, beta) - plain
    first = int(np.argmax(gap < 1)) + 1
    print(f"Seattle, beta {beta}: the purple curve is less than 1 F too low from day {first}")
predicted("after_ten_steps", 100 * 0.98**10, f"{100 * 0.98**10:.0f} %")
predicted("days_until_sensible", first, f"{first} days, the question of section 1")

# %% [markdown]
# And Seattle, the question of section 1: with $\beta = 0.98$ the average of lesson 2 needs 209 days
# until it is less than a degree too low. Was it 10, 50 or 200 that you said?
#
# The bias fades at the same pace as the memory. An average that looks back 1000 steps is biased for
# thousands of steps. "It matters only at the beginning" is right, but with $\beta = 0.999$ the
# beginning can be the whole training.

# %% [markdown]
# ## 4 · What it does not repair
#
# **Question.** Is the green curve right, then?
#
# There are other remedies. One could start at $v_0 = \theta_1$ instead of zero. And there are two
# other faults of an average, noise and delay. Here is a race: every third day of the four years is
# a first day once, and the error against the season (the smooth curve of lesson 2) is averaged over
# all those starts.
#
# **Predict** for $\beta = 0.98$, on day 20: which is best, no correction, the start at $\theta_1$,
# or bias correction? And will bias correction get better and better with time?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the best start
predict(
    "best_start",
    "On day 20, which of the three has the smallest error?",
    "no correction",
    "start at the first value",
    "bias correction",
)
predict(
    "better_and_better", "Does bias correction get better and better until day 100?", "yes", "no"
)

# %% tags=["experiment"]
# Experiment: three ways to start
phase = 2 * np.pi * np.outer(np.arange(temperature.size), (1, 2)) / 365.25
harmonics = np.column_stack([np.ones(temperature.size), np.cos(phase), np.sin(phase)])
season = harmonics @ np.linalg.lstsq(harmonics, temperature)[0]

beta, length = 0.98, 100
t = np.arange(1, length + 1)
missing = beta**t
squares = {"no correction": [], "start at the first value": [], "bias correction": []}
for first in range(0, temperature.size - length, 3):
    window = slice(first, first + length)
    plain, truth = smooth(temperature[window], beta), season[window]
    squares["no correction"].append((plain - truth) ** 2)
    started = plain + missing * temperature[first]  # what v_0 = theta_1 adds
    squares["start at the first value"].append((started - truth) ** 2)
    squares["bias correction"].append((unbias(plain, beta) - truth) ** 2)

fig, ax = plots.figure(size=(8, 4))
colors = {"no correction": PURPLE, "start at the first value": "#a07800", "bias correction": GREEN}
places = {
    "no correction": (43, 29),
    "start at the first value": (28, 9),
    "bias correction": (45, 2),
}
for name, several in squares.items():
    error = np.sqrt(np.mean(several, axis=0))
    _ = ax.plot(t, error, color=colors[name])
    plots.label_end(ax, *places[name], name, colors[name])
    by_day = ", ".join(f"day {day} {error[day - 1]:.1f} F" for day in (1, 5, 20, 100))
    print(f"{name}: {by_day}")
_ = ax.set(xlabel="day $t$", ylabel="RMSE in °F", ylim=(0, 40))
plots.show(
    fig,
    "Error by day after the start. Without correction it falls from 62 slowly; the start at the "
    "first value stays near 6; bias correction falls to 3.6 on day 20 and rises again to 7.",
)
corrected = unbias(smooth(temperature[:20], beta), beta)[-1]
mean = temperature[:20].mean()
print(f"Seattle, day 20: corrected {corrected:.1f} F, plain mean of the 20 days {mean:.1f} F")
on_day = {name: np.mean(several, axis=0)[[19, 99]] for name, several in squares.items()}
predicted("best_start", min(on_day, key=lambda name: on_day[name][0]))
day_20, day_100 = on_day["bias correction"]
predicted("better_and_better", "yes" if day_100 < day_20 else "no")

# %% [markdown]
# - On day 1 the correction can only repeat $\theta_1$, noise included. It repairs the *bias*, not
#   the noise.
# - Then it is nearly the plain mean of all days so far, and gets better with every day. A start at
#   $\theta_1$ clings to one noisy day for weeks: with $\beta = 0.98$ that day still holds two
#   thirds of the weight on day 20.
# - Later the error grows again. That is the delay, and correction does nothing about it: 50 days of
#   memory are too many for a season, as lesson 2 found.

# %% [markdown] question="bias_uncorrected_adam"
# ## 5 · Larger or smaller steps?
#
# **Question.** What does a missing correction do to an optimizer?
#
# Two optimizers step along averages of the gradient $g$ (기울기):
#
# - momentum (lesson 4): the average $v = \beta v + (1-\beta)\, g$, the step $\alpha\, v$;
# - Adam (lesson 6): the same $v$ with $\beta_1$, another average $s = \beta_2 s + (1-\beta_2)\,
#   g^2$, and the step $\alpha\, \hat v / (\sqrt{\hat s} + \varepsilon)$.
#
# Both averages start at zero. For momentum the answer is easy: $v$ is too small, so the first steps
# are too short. In Adam *both* averages are too small, and they are divided.

# %% quiz="bias_uncorrected_adam"

# %% [markdown]
# The next cell lets both optimizers walk under a constant gradient and measures every step, in
# units of the learning rate. **Predict**: when is the uncorrected Adam's step longest, and how
# long?


# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the longest step
predict(
    "longest_when",
    "When is the uncorrected Adam's step longest?",
    "at step 1",
    "at about step 10",
    "at about step 1000",
)
predict("longest_step", "How many learning rates long is it?", "1", "3", "7")


# %% tags=["experiment"]
# Experiment: the lengths of first steps
def step_lengths(update, steps):
    """The length of every step under the constant gradient 1."""
    w, state, lengths = np.zeros(1), None, []
    for _ in range(steps):
        new, state = update(w, np.ones(1), state)
        lengths.append(abs(new[0] - w[0]))
        w = new
    return np.array(lengths)


walks = {
    "Adam, corrected": (optimizers.adam(1.0), plots.COLORS["adam"], (1.7, 1.35)),
    "Adam, not corrected": (optimizers.adam(1.0, corrected=False), PURPLE, (60, 4.9)),
    "momentum, not corrected": (optimizers.momentum(1.0), plots.COLORS["momentum"], (13, 0.35)),
}
lengths_of = {}
fig, ax = plots.figure(size=(8, 4.2))
for name, (update, color, place) in walks.items():
    lengths = lengths_of[name] = step_lengths(update, 5000)
    _ = ax.semilogx(np.arange(1, 5001), lengths, color=color)
    plots.label_end(ax, *place, name, color)
    far = np.flatnonzero(np.abs(lengths - 1) > 0.01)
    settled = far.max() + 2 if far.size else 1
    print(
        f"{name}: step 1 {lengths[0]:.2f}, longest {lengths.max():.2f}, step 1000 "
        f"{lengths[999]:.2f}, within 1 % from step {settled}"
    )
print("longest uncorrected step of Adam: step", 1 + lengths_of["Adam, not corrected"].argmax())
_ = ax.set(xlabel="step $t$", ylabel="step / learning rate", ylim=(0, 7))
plots.show(
    fig,
    "Step length over the learning rate. Corrected Adam is a flat line at 1. Without correction it "
    "starts at 3.2, rises to 6.6 at step 12 and comes down to 1 after thousands of steps. Momentum "
    "without correction rises from 0.1 to 1 within forty steps.",
)
uncorrected = lengths_of["Adam, not corrected"]
predicted("longest_when", 1 + uncorrected.argmax(), f"at step {1 + uncorrected.argmax()}")
predicted("longest_step", uncorrected.max())

# %% [markdown]
# Uncorrected Adam takes **larger** steps, not smaller ones. On the first step $v$ is too small by
# the factor $0.1$ and $s$ by $0.001$; $\sqrt{0.001} = 0.032$ is the smaller of the two, and it
# stands below: $0.1/0.032 = 3.16$. Then $v$ recovers within tens of steps while $s$ needs
# thousands, and the step grows to 6.57 times the learning rate. Too long a step at the start can
# ruin a training; lesson 6 shows one that it does ruin, and one that it happens to speed up.

# %% [markdown] question="bias_who_corrects"
# ## 6 · Who corrects?
#
# **Question.** "In machine learning the correction is generally not implemented, because
# $1-\beta^t$ approaches 1 with time anyway." You have all the numbers to decide.
#
# - Momentum with $\beta = 0.9$: the first steps are too short by a factor that anybody can
#   calculate, it is over after some forty steps, and nothing can blow up. Most people leave the
#   correction out.
# - Adam with $\beta_2 = 0.999$: the first steps are too *long*, for thousands of steps. The
#   correction is part of Algorithm 1 of the paper (Kingma and Ba, 2015, *Adam: A Method for Stochastic
#   Optimization*), and its section 3 derives it. The libraries have it.

# %% quiz="bias_who_corrects"

# %% [markdown]
# ## 7 · Find the bug
#
# **Question.** An average that starts too low has two cures. One starts at the first value, the other
# starts at zero and divides by $1-\beta^t$. What happens to somebody who is careful and takes both?
#
# ### Exercise 4 · Cured twice


# %%
def double_start(theta, beta):
    v = theta[0]
    corrected = np.zeros(len(theta))
    for t, value in enumerate(theta, start=1):
        v = beta * v + (1 - beta) * value
        corrected[t - 1] = v / (1 - beta**t)
    return corrected


# %% tags=["experiment"]
# Experiment: thirty days at sixty degrees
sixty = 60 + np.random.default_rng(0).normal(0, 5, 30)
twice = double_start(sixty, 0.9)
for day in (1, 2, 10, 30):
    print(f"day {day:2}: measured {sixty[day - 1]:.0f} F, double_start {twice[day - 1]:.0f} F")

# %% [markdown]
# Ten times the temperature on the first day, and after a month it still is not over. Repair a copy: the
# average should start at zero and be corrected, as in exercise 2.


# %% exercise="repair_double_start"
def repair_double_start(theta, beta):
    """double_start, repaired: the corrected averages of a series, from v_0 = 0.

    theta: array (T,), the values theta_1 ... theta_T, oldest first
    Returns an array (T,) of floats.

    Example: theta [40.0, 49.0], beta 0.9 -> [40.0, 44.7368...].
    """
    # REFERENCE SOLUTION


# %% check="repair_double_start"
check("repair_double_start")

# %% [markdown]
# ## Summary
#
# - From $v_0 = 0$ the weights add up to $1-\beta^t$; $v_t$ is too low by that factor.
# - $\hat v_t = v_t/(1-\beta^t)$ repairs it. $t$ counts values from 1, and the recursion goes on
#   with the uncorrected $v_t$.
# - The missing share is $\beta^t$: for $\beta = 0.9$ it is 35 % after ten steps and below 1 % from
#   step 44; for $0.999$ from step 4603.
# - The correction repairs the bias. It does nothing against noise or delay.
# - Momentum does without it; Adam does not, because uncorrected it takes steps of up to 6.57 times
#   the learning rate.
#
# ### Cheat sheet
#
# | technique | formula | code | default | when not, and what to mind |
# |---|---|---|---|---|
# | bias correction | $\hat v = v/(1-\beta^t)$ | `v_corrected = v / (1 - beta**t)` | $t$ from 1; always with $\beta = 0.999$ | an average that starts at its first value; nothing corrected goes back into $v$ |
# | steps until the share $p$ is missing | $t = \lceil \ln p / \ln \beta \rceil$ | `t = np.ceil(np.log(p) / np.log(beta))` | 44 for 1 % and $\beta = 0.9$ | |
#
# ### In other libraries
#
# | where | the start |
# |---|---|
# | pandas `ewm(...)`, `adjust=True` (default) | corrected, the same as $\hat v_t$ |
# | pandas `ewm(..., adjust=False)` | starts at $v_1 = \theta_1$ |
# | PyTorch, Keras, optax: Adam | both averages corrected, $t$ from 1 |
# | PyTorch `SGD(momentum=...)` | no correction; first velocity $= g$ |
# | PyTorch, Keras: RMSprop | no correction |
#
# ### What comes next
#
# Lesson 4 puts the average of lesson 2 to work: momentum.

# %% tags=["nbval-ignore-output"]
progress("03_bias_correction")
