# %% [markdown]
# # 2 · Average while you go: exponentially weighted averages
#
# Momentum, RMSprop and Adam all rest on one line of arithmetic: an average that is updated with
# every new number and forgets the old ones little by little. This lesson takes that line apart, on
# real temperatures, before it meets a gradient.
#
# **What you'll do.** Smooth four years of weather with a single number of memory. Draw the weights
# that hide in the recursion. Hold a rule of thumb and a claim of the lecture against measurements:
# how many days it "averages", and whether a moving window would be better.
#
# **What you'll learn.**
# - what $\beta$ does to noise, to outliers and to delay,
# - what $1/(1-\beta)$ days means, and what it does not mean,
# - why the best $\beta$ depends on what you want to know.
#
# **What you'll need.** NumPy arrays and loops; no earlier lesson. About {minutes} minutes. Run the cells
# from top to bottom.

# %% tags=["set-up"]
import numpy as np

from optlab import check, data, hint, optimizers, plots, predict, predicted, progress, solution

# %% [markdown]
# ## 1 · A year of temperatures
#
# The lecture behind this course looks at the temperature in London, day by day. It calls the value
# of day $t$ $\theta_t$:
#
# | day $t$ | 1 | 2 | 3 | … | 180 | 181 |
# |---|---|---|---|---|---|---|
# | $\theta_t$ in °F | 40 | 49 | 45 | … | 60 | 56 |
#
# Five numbers are enough to calculate by hand, and we will. For pictures we need whole years, so
# Seattle stands in for London: its daily maximum temperature from 2012 to 2015.
#
# **Predict**: by how many degrees Fahrenheit does the temperature change from one day to the next, on
# average over a year: 1, 4 or 10? And how much warmer is July than January?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: from one day to the next
predict(
    "day_to_day",
    "By how many degrees Fahrenheit does the temperature change from one day to the next?",
    "1",
    "4",
    "10",
)

# %% tags=["experiment"]
# Experiment: a year of temperatures
temperature = data.seattle_temperatures()  # degrees Fahrenheit, one value a day
dates = data.seattle_dates()
year = slice(366, 366 + 365)  # 2013; the year before gives every average time to start
months = [0, 59, 120, 181, 243, 304]
month_names = "Jan Mar May Jul Sep Nov".split()

fig, ax = plots.figure(size=(8, 4))
_ = ax.plot(temperature[year], ".", color=plots.COLORS["data"])
_ = ax.set(xticks=months, xticklabels=month_names, ylabel="°F", title="Seattle, 2013")
plots.show(
    fig,
    "Daily maximum temperatures of Seattle in 2013: a broad hump from about 40 degrees in winter "
    "to 80 in summer, with scatter of some ten degrees around it.",
)
jumps = np.abs(np.diff(temperature[year]))
print(f"from one day to the next the temperature changes by {jumps.mean():.1f} F on average")
january, july = temperature[year][:31].mean(), temperature[year][181:212].mean()
print(f"mean of January {january:.0f} F, of July {july:.0f} F")
for fahrenheit in (data.LONDON[1], data.LONDON[2], data.LONDON[180]):
    print(f"{fahrenheit:.0f} F = {(fahrenheit - 32) * 5 / 9:.1f} C")
predicted("day_to_day", jumps.mean(), f"{jumps.mean():.1f} F")

# %% [markdown]
# The dots show two things at once, a season and the noise (잡음) of single days. To see the season
# we average. The **exponentially weighted average** (지수 가중 평균; in statistics, exponentially
# weighted *moving* average, 지수 가중 이동 평균) is an average in which recent values weigh more
# than old ones. It goes along with the data and needs no future values.

# %% [markdown]
# ## 2 · One number of memory
#
# **Question.** How do you average a stream of numbers without keeping them?
#
# Start with $v_0 = 0$. Each day, mix the old average with the new value, nine parts to one:
#
# $$v_1 = 0.9\,v_0 + 0.1\,\theta_1, \qquad v_2 = 0.9\,v_1 + 0.1\,\theta_2, \qquad
# v_3 = 0.9\,v_2 + 0.1\,\theta_3, \qquad \dots$$
#
# The share that the past keeps is a hyperparameter (하이퍼파라미터), $\beta$:
#
# $$v_t = \beta\, v_{t-1} + (1-\beta)\,\theta_t$$
#
# London, with $\beta = 0.9$: $\;v_1 = 0.9 \cdot 0 + 0.1 \cdot 40 = 4$, $\;v_2 = 0.9 \cdot 4 + 0.1
# \cdot 49 = 8.5$, $\;v_3 = 0.9 \cdot 8.5 + 0.1 \cdot 45 = 12.15$. Far too cold for London: the
# average starts at zero and needs time. Lesson 3 repairs that; here we wait.
#
# As an algorithm it is one variable, overwritten every day:
#
# > $v := 0$
# > repeat: get the next $\theta_t$; $\;v := \beta v + (1-\beta)\,\theta_t$
#
# ### Exercise 1 · One day
#
# Write the update of one day. It should work for numbers, and for arrays element by element: with
# ten thousand gradients we want ten thousand averages.


# %% exercise="ewa_step"
def ewa_step(v, theta_t, beta):
    """The exponentially weighted average after one more value.

    v:       the average so far, a number or an array of any shape
    theta_t: the new value, like v
    beta:    the share that the past keeps, 0 <= beta < 1
    Returns the new average, like v; v itself stays as it was.

    Example: ewa_step(4.0, 49.0, 0.9) is 8.5.
    """
    # REFERENCE SOLUTION


# %% check="ewa_step"
check("ewa_step")

# %% [markdown]
# ### Exercise 2 · A whole series
#
# Now every day of a series, from $v_0 = 0$. Give back $v_1, \dots, v_T$, one value for each day;
# $v_0$ is not among them.


# %% exercise="ewa"
def ewa(theta, beta):
    """The exponentially weighted averages of a series.

    theta: array (T,), the values theta_1 ... theta_T, oldest first
    Returns an array (T,) of floats: v_1 ... v_T, from v_0 = 0, without bias correction.

    Example: ewa(np.array([40.0, 49.0, 45.0]), 0.9) is [4., 8.5, 12.15].
    """
    # REFERENCE SOLUTION


# %% check="ewa"
check("ewa")

# %% tags=["experiment"]
# Experiment: your average of 2013
from itertools import accumulate


def smooth(theta, beta):
    """For the figures: averages by optlab, so that no figure waits for an exercise.

    beta may be an array; the result then has one column for each.
    """
    start = np.zeros_like(np.asarray(beta, dtype=float))
    return np.array(list(accumulate(theta, optimizers.average(beta).step, initial=start)))[1:]


try:
    yours = ewa(temperature, 0.9)
    print("your averages of 2013, first week:", np.round(yours[year][:7], 1))
    print("equal to those of optlab:", bool(np.allclose(yours, smooth(temperature, 0.9))))
except NotImplementedError:
    print("Exercise 2 comes first; the figures below do not wait for it.")

# %% [markdown]
# ## 3 · A short memory and a long one
#
# **Question.** What does $\beta$ change?
#
# **Predict** before you run the cell. The lecture draws three curves: red for $\beta = 0.9$, green
# for $\beta = 0.98$, yellow for $\beta = 0.5$. Which is the most restless? Which reaches its
# highest point last?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: three curves
predict(
    "most_restless",
    "Which curve is the most restless?",
    "red, β = 0.9",
    "green, β = 0.98",
    "yellow, β = 0.5",
)
predict(
    "latest_peak",
    "Which reaches its highest point last?",
    "red, β = 0.9",
    "green, β = 0.98",
    "yellow, β = 0.5",
)

# %% tags=["experiment"]
# Experiment: three values of beta
curves = {  # beta: (label, colour, height of the label)
    0.5: ("yellow, β = 0.5", "#a07800", 43),
    0.9: ("red, β = 0.9", "#b3261e", 47.5),
    0.98: ("green, β = 0.98", "#00785a", 53),
}
peaks, restless = {}, {}
fig, ax = plots.figure(size=(8.6, 4.6))
_ = ax.plot(temperature[year], ".", color=plots.COLORS["data"], markersize=3)
for beta, (label, color, height) in curves.items():
    average = smooth(temperature, beta)[year]
    _ = ax.plot(average, color=color, linewidth=1.2 if beta == 0.5 else 2.2)
    peaks[label], restless[label] = average.argmax(), np.abs(np.diff(average)).mean()
    plots.label_end(ax, 364, height, label, color)
    print(
        f"beta {beta}: highest on {dates[year][peaks[label]]}, "
        f"changes by {restless[label]:.2f} F a day"
    )
_ = ax.set(xticks=months, xticklabels=month_names, ylabel="°F", xlim=(-4, 366))
plots.show(
    fig,
    "Three averages of Seattle's temperatures. The yellow one follows nearly every day, the red "
    "one draws the season with small waves, the green one is smooth, lower in summer and shifted "
    "to the right by more than a month.",
)
predicted("most_restless", max(restless, key=restless.get))
predicted("latest_peak", max(peaks, key=peaks.get))

# %% [markdown]
# The larger $\beta$, the smoother the curve, and the further it lies to the **right**: it has a
# **latency** (지연), because the past holds most of the weight and one new day can do little. The
# smaller $\beta$, the quicker it adapts, and the more it is at the mercy of noise and of
# **outliers** (이상치).
#
# Both effects can be measured on data that we make up. **Predict**, for $\beta = 0.5$, $0.9$ and
# $0.98$:
# 1. One day is 40 degrees too warm, a faulty thermometer. How far does the curve jump?
# 2. It gets warmer by one degree a day. How many days does the curve lag behind?

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the faulty day and the rise
predict(
    "faulty_jump",
    "β = 0.9: how far does the faulty day make the curve jump?",
    "4 degrees",
    "20 degrees",
    "40 degrees",
)
predict("lag", "β = 0.9: how many days does the curve lag behind a steady rise?", "1", "9", "50")

# %% tags=["experiment"]
# Experiment: a faulty day, and a steady rise
faulty = np.zeros(100)
faulty[50] = 40.0
ramp = np.arange(1000.0)
jumps_of, lags = {}, {}
for beta in (0.5, 0.9, 0.98):
    jump = jumps_of[beta] = smooth(faulty, beta).max()
    behind = lags[beta] = ramp[-1] - smooth(ramp, beta)[-1]
    print(f"beta {beta}: jumps by {jump:.1f} F, lags {behind:.0f} days behind")
predicted("faulty_jump", jumps_of[0.9])
predicted("lag", lags[0.9])

# %% [markdown]
# The jump is $(1-\beta) \cdot 40$ and the lag $\beta/(1-\beta)$ days: what one buys the other pays
# for. Drag the slider and look for a value that you would show on the evening news. Nothing is
# right or wrong here yet.

# %% tags=["experiment", "nbval-ignore-output"]
# Slider: beta
grid = np.round(np.arange(0.0, 0.991, 0.01), 2)
averages = smooth(temperature, grid)  # one column for each beta


def draw_curve(ax, beta):
    average = averages[:, round(beta * 100)]
    ax.plot(temperature[year], ".", color=plots.COLORS["data"], markersize=3)
    ax.plot(average[year], color=plots.COLORS["first"])
    ax.set(xticks=months, xticklabels=month_names, ylabel="°F", ylim=(25, 98))
    return (
        f"β = {beta:.2f}: one freak day of +40 F moves it by {40 * (1 - beta):.1f} F, "
        f"lag on a ramp {beta / (1 - beta):.0f} days"
    )


plots.explore(
    draw_curve,
    "Temperatures of 2013 and their exponentially weighted average; the slider changes beta.",
    size=(8, 4.2),
    beta=(0.0, 0.99, 0.01, 0.9),
)

# %% [markdown] question="ewa_beta_and_curve"

# %% quiz="ewa_beta_and_curve"

# %% [markdown] question="ewa_larger_beta"

# %% quiz="ewa_larger_beta"

# %% [markdown]
# No future: $v_t$ is made of $\theta_1, \dots, \theta_t$ and nothing else. Such a filter is called
# **causal** (인과적). Read "the smaller $\beta$, the more weight the *present* gets".

# %% [markdown]
# ## 4 · The weights
#
# **Question.** The recursion never looks back further than one number. Which days are in $v_{100}$,
# and with which weights (가중치)?
#
# Put the equations into each other, starting from day 100:
#
# $$\begin{aligned}
# v_{100} &= 0.1\,\theta_{100} + 0.9\,v_{99} \\
# &= 0.1\,\theta_{100} + 0.9\,(0.1\,\theta_{99} + 0.9\,v_{98}) \\
# &= 0.1\,\theta_{100} + 0.1 \cdot 0.9\,\theta_{99} + 0.1 \cdot 0.9^2\,\theta_{98} + \dots
# + 0.1 \cdot 0.9^{99}\,\theta_1
# \end{aligned}$$
#
# A value that is $k$ days old has the weight $(1-\beta)\,\beta^k$. Each day it loses the share
# $1-\beta$ of what it had. That is **exponential decay** (지수적 감소), and the name of the method.
#
# ### Exercise 3 · All weights
#
# Give back the weights of $\theta_1, \dots, \theta_t$ in $v_t$, in that order: **oldest first**.
# Today comes last.


# %% exercise="ewa_weights"
def ewa_weights(beta, t):
    """The weights of theta_1 ... theta_t in v_t, from v_0 = 0.

    t: day number, a whole number >= 1
    Returns an array (t,), oldest first: entry 0 is the weight of theta_1, the last entry that of
    theta_t. The dot product with theta_1 ... theta_t is v_t.

    Example: ewa_weights(0.5, 3) is [0.125, 0.25, 0.5].
    """
    # REFERENCE SOLUTION


# %% check="ewa_weights"
check("ewa_weights")

# %% [markdown]
# The picture in the lecture: the temperatures of the first hundred days above, the weights below.
# Multiply them day by day and add up, and you have $v_{100}$. The cell takes your weights.
#
# **Predict**: what is the sum of all the weights after 1, 20 and 100 days, with $\beta = 0.9$? One
# set of notes says "sum $= 1-\beta$", another says "close to 1".

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: the sum of the weights
predict(
    "sum_of_weights",
    "After 100 days, what is the sum of all the weights?",
    "0.1",
    "0.65",
    "nearly 1",
)

# %% tags=["experiment"]
# Experiment: the weights behind day 100
try:
    weights = ewa_weights(0.9, 100)
except NotImplementedError:
    weights = None
    print("Exercise 3 comes first; then run this cell again.")

if weights is not None:
    days = np.arange(1, 101)
    fig, (above, below) = plots.figure(2, 1, size=(8, 5), sharex=True)
    _ = above.plot(days, temperature[:100], ".", color=plots.COLORS["data"])
    _ = above.set(ylabel=r"$\theta_t$ in °F", ylim=(25, 75))
    _ = below.bar(days, weights, color=plots.COLORS["first"])
    _ = below.set(xlabel="day $t$", ylabel=r"weight in $v_{100}$")
    plots.show(
        fig,
        "Above, the temperatures of days 1 to 100. Below, their weights in v of day 100: 0.1 for "
        "the last day, falling off exponentially to the left; before day 60 nothing can be seen.",
    )
    by_weights = np.dot(weights, temperature[:100])
    by_recursion = smooth(temperature, 0.9)[99]
    print(f"v_100 by weights {by_weights:.6f}, by recursion {by_recursion:.6f}")
    for t in (1, 20, 100):
        total = np.sum(ewa_weights(0.9, t))
        print(f"day {t:3}: sum of the weights {total:.6f}, 0.9^t {0.9**t:.6f}")
    predicted("sum_of_weights", total, f"{total:.6f}")

# %% [markdown]
# The sum is neither $1-\beta$ (only on day 1) nor exactly 1. It is
#
# $$\sum_{k=0}^{t-1} (1-\beta)\,\beta^k = 1 - \beta^t,$$
#
# and what is missing, $\beta^t$, still lies on $v_0 = 0$. It soon becomes negligible, and then
# $v_t$ is a proper average. Without the factor $1-\beta$ in front, the sum would go to
# $1/(1-\beta)$: a constant 40 degrees would grow to 400.

# %% [markdown]
# ## 5 · How many days?
#
# **Question.** "With $\beta = 0.9$ you average over the last 10 days." Where does the 10 come from?
#
# From this: $0.9^{10} \approx 0.35 \approx 1/e$. After ten days a weight has fallen to about a
# third of what it was. With $\beta = 0.98$ it takes 50 days, $0.98^{50} \approx 1/e$. In general,
# with $\varepsilon = 1-\beta$,
#
# $$(1-\varepsilon)^{1/\varepsilon} \approx \frac1e,$$
#
# so the time is $1/\varepsilon = 1/(1-\beta)$ days.

# %% tags=["experiment"]
# Experiment: four powers
for beta, days in ((0.5, 2), (0.9, 10), (0.98, 50), (0.999, 1000)):
    print(f"{beta}^{days} = {beta**days:.4f}")
print(f"1/e = {1 / np.e:.4f}")

# %% [markdown]
# ### Exercise 4 · The rule of thumb
#
# Write it as a function. Do not round.


# %% exercise="averaging_window"
def averaging_window(beta):
    """The number of days, by the rule of thumb, that an average with this beta looks back.

    beta: 0 <= beta < 1
    Returns a float, not rounded.

    Example: averaging_window(0.5) is 2.0.
    """
    # REFERENCE SOLUTION


# %% check="averaging_window"
check("averaging_window")

# %% [markdown]
# ### Exercise 5 · And back
#
# "Average over about a week, please." Which $\beta$ is that? Solve the rule of thumb for $\beta$.


# %% exercise="beta_for_window"
def beta_for_window(days):
    """The beta whose rule-of-thumb window is this long.

    days: number of days, >= 1
    Returns a float: the beta for which averaging_window(beta) equals days.

    Example: beta_for_window(2) is 0.5.
    """
    # REFERENCE SOLUTION


# %% check="beta_for_window"
check("beta_for_window")

# %% [markdown] question="ewa_ten_days"

# %% quiz="ewa_ten_days"

# %% tags=["experiment"]
# Experiment: what counts as the number of days
print("beta   1/(1-beta)  weight on those days  mean age  half-life  same noise as a window of")
for beta in (0.5, 0.9, 0.98):
    age = np.arange(5000)
    weights = (1 - beta) * beta**age
    days = round(1 / (1 - beta))
    share = 100 * weights[:days].sum()
    half_life = np.log(2) / -np.log(beta)
    same_noise = 1 / np.sum(weights**2)
    print(
        f"{beta:<5}  {days:7}     {share:13.1f} %  {weights @ age:13.0f}  {half_life:9.1f}  "
        f"{same_noise:16.0f}"
    )

fig, ax = plots.figure(size=(8, 4))
age = np.arange(41)
_ = ax.bar(age, 0.1 * 0.9**age, color=plots.COLORS["first"], label="recursion with 0.9")
_ = ax.step([-0.5, -0.5, 9.5, 9.5], [0, 0.1, 0.1, 0], color=plots.COLORS["second"])
_ = ax.step([-0.5, -0.5, 18.5, 18.5], [0, 1 / 19, 1 / 19, 0], color=plots.COLORS["third"])
plots.label_end(ax, 9.5, 0.09, "mean of 10 days", plots.COLORS["second"])
plots.label_end(ax, 18.5, 0.047, "mean of 19 days", plots.COLORS["third"])
plots.label_end(ax, 22, 0.017, r"recursion, $\beta$ = 0.9", plots.COLORS["first"])
_ = ax.set(xlabel="age in days", ylabel="weight")
plots.show(
    fig,
    "Weights by age. The recursion with 0.9 falls off exponentially and reaches beyond 30 days; "
    "the mean of 10 days is a box of height 0.1, the mean of 19 days a box of half that height.",
)

# %% [markdown]
# A good third of the weight is older than the "ten days". And there is not *one* right number of
# days:
#
# - 10 is the time after which a weight has fallen to about $1/e$, the **e-folding** time. For small
#   $\beta$ it is not even that: $0.5^2$ is 0.25.
# - 9 is the mean age of what is in the average, $\beta/(1-\beta)$. It is the lag on the ramp.
# - 6.6 days is the **half-life** (반감기), $\ln 2 / (-\ln \beta)$. Neither $1/\beta$ nor
#   $1/(1-\beta)$ is a half-life, though both are called so here and there.
# - 19 days is the window whose plain mean suppresses independent noise equally well,
#   $(1+\beta)/(1-\beta)$.
#
# So $1/(1-\beta)$ tells you how to think about $\beta$, up to a factor. It is a rule of thumb
# (경험 법칙), not a theorem, and the lecture says so itself.

# %% [markdown]
# ## 6 · Recursion or window?
#
# **Question.** If you want an average of ten days, why not take the mean of the last ten days? The
# lecture says that an explicit moving window (이동 평균) "usually gives you a better estimate", and
# that the recursion is preferred because it needs less memory. Is that so?
#
# Memory is clear. A window of 50 days keeps 50 numbers, the recursion keeps one. For a network with
# a million weights that is 50 million numbers or one million, and lesson 6 needs two averages for
# each weight. About the *estimate* we do not have to believe anybody.
#
# ### Exercise 6 · A moving window
#
# Write the competitor: on every day the mean of the last `window` values, that day included. While
# there are fewer than `window` values, take the mean of all so far.


# %% exercise="moving_average"
def moving_average(theta, window):
    """The mean of the last values, day by day.

    theta:  array (T,), oldest first
    window: how many values to average, a whole number, 1 <= window <= T
    Returns an array (T,) of floats: entry t is the mean of the last `window` values up to and
    including theta[t], or of all so far while there are fewer.

    Example: moving_average(np.array([12.0, 24.0, 60.0]), 2) is [12., 18., 42.].
    """
    # REFERENCE SOLUTION


# %% check="moving_average"
check("moving_average")

# %% [markdown]
# Four contests. In each, both competitors are **tuned**: the window takes the best of 1 to 40 days,
# the recursion the best of 100 values of $\beta$, from 0 to 0.99. The error is the root mean square
# error (RMSE); the first year does not count, so that nobody is judged while starting.
#
# 1. *Season*: find the season in the temperatures of Seattle. As the truth we take a smooth curve
#    through all four years (two harmonics, fitted by least squares).
# 2. *Tomorrow*: forecast the temperature of the next day by the average of today.
# 3. *Drift*: a level that wanders by a random step every day, measured with noise; find the level.
# 4. *Weekly rhythm*: the same wandering level with a pattern that repeats every seven days, as in
#    the sales of a shop; find the level.
#
# **Predict** a winner for each before you run the cell.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: recursion or window
predict(
    "window_wins",
    "Which contest does the moving window win?",
    "season",
    "tomorrow",
    "drift",
    "weekly rhythm",
)

# %% tags=["experiment"]
# Experiment: four contests (2 s)
day = np.arange(temperature.size)
phase = 2 * np.pi * np.outer(day, (1, 2)) / 365.25
harmonics = np.column_stack([np.ones(day.size), np.cos(phase), np.sin(phase)])
season = harmonics @ np.linalg.lstsq(harmonics, temperature)[0]

rng = np.random.default_rng(2)
drift = 50 + np.cumsum(rng.normal(0, 0.3, 2000))
rhythm = np.array([-6, -4, -2, 0, 2, 5, 5])[np.arange(2000) % 7]
measured = drift + rng.normal(0, 2, 2000)
START = 365  # errors count from here on


def rmse(error):
    """Root mean square error over the days from START on, one for each column."""
    return np.sqrt(np.mean(error[START:] ** 2, axis=0))


contests = {  # name: (series, truth, days ahead)
    "season": (temperature, season, 0),
    "tomorrow": (temperature, temperature, 1),
    "drift": (measured, drift, 0),
    "weekly rhythm": (measured + rhythm, drift, 0),
}
windows = np.arange(1, 41)


def errors(averages, truth, ahead):
    """The error of every column of averages against the truth of `ahead` days later."""
    return rmse(averages[: truth.size - ahead] - truth[ahead:, None])


try:
    won = []
    for name, (series, truth, ahead) in contests.items():
        by_window = np.column_stack([moving_average(series, w) for w in windows])
        window_error = errors(by_window, truth, ahead)
        beta_error = errors(smooth(series, grid), truth, ahead)
        if window_error.min() < beta_error.min():
            won.append(name)
        print(
            f"{name:13}: best window {windows[window_error.argmin()]:2} days, "
            f"RMSE {window_error.min():.3f};  best beta {grid[beta_error.argmin()]:.2f}, "
            f"RMSE {beta_error.min():.3f}"
        )
        if name in ("season", "tomorrow"):
            print(
                f"{'':15}ten days each: window {window_error[9]:.2f}, beta 0.9 {beta_error[90]:.2f}"
            )
    predicted("window_wins", ", ".join(won))
except NotImplementedError:
    print("Exercise 6 comes first; then run this cell again.")

# %% [markdown]
# Season and drift go to the recursion, and so does tomorrow, by a hair. With "ten days" each it is
# ahead in both contests on real data. The weekly rhythm goes to the window: over 7 or 14 days such
# a pattern adds up to nothing. So the window is *not* usually better. It depends on what the data
# do:
#
# - Old values are worth less than recent ones when the level drifts, and the recursion weighs them
#   so. For a random walk with noise, our third contest, an exponentially weighted average is the
#   best forecast (Muth, 1960, *Optimal Properties of Exponentially Weighted Forecasts*).
# - A window forgets completely. That is an advantage after an outlier or a jump, and with a period.
#
# Gradients along a training run drift. Weights that fade, one number of memory and one line of
# code: that is why optimizers use the recursion.

# %% [markdown]
# ## 7 · One tool and two goals
#
# **Question.** "Some $\beta$ in between works best, usually 0.9." Best for what?
#
# The left panel shows the average; the right panel shows two errors for every $\beta$: against the
# season, and against tomorrow's temperature.
#
# **Predict** for both where the lowest point lies. Then drag.

# %% tags=["experiment", "nbval-ignore-output"]
# Predict: two goals
predict(
    "season_beta",
    "With which β is the error against the season lowest?",
    "0.1",
    "0.5",
    "0.9",
    "0.98",
)
predict(
    "tomorrow_beta",
    "With which β is the error against tomorrow lowest?",
    "0.1",
    "0.5",
    "0.9",
    "0.98",
)

# %% tags=["experiment", "nbval-ignore-output"]
# Slider: beta and two errors
season_error = errors(averages, season, 0)
tomorrow_error = errors(averages, temperature, 1)


def draw_goals(axes, beta):
    left, right = axes
    column = round(beta * 100)
    left.plot(temperature[year], ".", color=plots.COLORS["data"], markersize=3)
    left.plot(season[year], "--", color=plots.COLORS["target"], linewidth=1.5)
    left.plot(averages[year, column], color=plots.COLORS["first"])
    left.set(xticks=months, xticklabels=month_names, ylabel="°F", ylim=(25, 98))
    for error, color in ((season_error, "second"), (tomorrow_error, "third")):
        right.plot(grid, error, color=plots.COLORS[color])
        right.plot(beta, error[column], "o", color=plots.COLORS[color])
    plots.label_end(right, 0.2, 4.6, "season", plots.COLORS["second"])
    plots.label_end(right, 0.5, 6.0, "tomorrow", plots.COLORS["third"])
    right.set(xlabel=r"$\beta$", ylabel="RMSE in °F", xlim=(0, 1), ylim=(2.5, 9.5))
    return (
        f"β = {beta:.2f}: season missed by {season_error[column]:.2f} F, "
        f"tomorrow by {tomorrow_error[column]:.2f} F"
    )


plots.explore(
    draw_goals,
    "Left: temperatures, the season as a dashed line, and the average. Right: the errors against "
    "the season and against tomorrow for every beta; a dot marks the slider's beta.",
    columns=2,
    size=(11, 4.2),
    beta=(0.0, 0.99, 0.01, 0.5),
)

# %% tags=["experiment"]
# Experiment: the two errors in numbers
print(f"season:   best beta {grid[season_error.argmin()]:.2f}, RMSE {season_error.min():.2f}")
print(f"tomorrow: best beta {grid[tomorrow_error.argmin()]:.2f}, RMSE {tomorrow_error.min():.2f}")
for beta in (0.0, 0.5, 0.9, 0.98):
    column = round(beta * 100)
    print(
        f"beta {beta:<4}: season {season_error[column]:.2f}, tomorrow {tomorrow_error[column]:.2f}"
    )
predicted("season_beta", grid[season_error.argmin()])
predicted("tomorrow_beta", grid[tomorrow_error.argmin()])

# %% [markdown] question="ewa_two_goals"

# %% quiz="ewa_two_goals"

# %% [markdown]
# To see the season you want to be rid of the noise of single days, and a delay of a few days hardly
# matters: $\beta = 0.9$. To forecast tomorrow you need what is special about today; the delay costs
# more than the noise, and almost no averaging is best. The usual 0.9 is a good first guess for the
# first goal, no more.
#
# An optimizer has the first goal: the gradient of a mini-batch is today's weather, and it wants the
# season.

# %% [markdown]
# ## 8 · Find the bug
#
# **Question.** Somebody has written the average of exercise 2 for whole tables, in a single array that
# begins as a copy of the temperatures and is overwritten day by day. Its curve looks better than ours:
# it starts at about the right height without any correction. Is it?
#
# ### Exercise 7 · A table that leaks


# %%
def leaking_average(theta, beta):
    v = np.array(theta, dtype=float)
    for t in range(len(v)):
        v[t] = beta * v[t - 1] + (1 - beta) * theta[t]
    return v


# %% tags=["experiment"]
# Experiment: the first day of an average that leaks
series = temperature[year]
warmer = np.append(series[:-1], 100.0)
print(f"measured: {series[0]:.1f} on the first day, {series[-1]:.1f} on the last")
print(f"leaking_average on the first day: {leaking_average(series, 0.9)[0]:.1f}")
print(f"the same where the last day is changed to 100: {leaking_average(warmer, 0.9)[0]:.1f}")

# %% [markdown]
# The first average knows the last day of the year: whoever forecasts with it sells the future. Find the
# line, and repair a copy of the function.


# %% exercise="repair_leaking_average"
def repair_leaking_average(theta, beta):
    """leaking_average, repaired: the averages of a table, each from the days up to its own.

    theta: array (T, cities), a row for each day, oldest first, or a plain series (T,)
    Returns an array of floats in the shape of theta: v_1 ... v_T, from v_0 = 0, without bias
    correction.

    Example: theta [[40.0, 60.0], [49.0, 58.0]], beta 0.9 -> [[4.0, 6.0], [8.5, 11.2]].
    """
    # REFERENCE SOLUTION


# %% check="repair_leaking_average"
check("repair_leaking_average")

# %% [markdown]
# ## Summary
#
# - $v_t = \beta v_{t-1} + (1-\beta)\,\theta_t$: one number of memory, one line, no future.
# - A value that is $k$ days old has the weight $(1-\beta)\beta^k$; after $t$ days the weights add
#   up to $1-\beta^t$.
# - Larger $\beta$: smoother and later. Smaller $\beta$: quicker and more restless.
# - $1/(1-\beta)$ days is a rule of thumb. With $\beta = 0.9$ the last ten days hold 65 % of the
#   weight.
# - A moving window is not generally better; on drifting data the recursion wins, with a period the
#   window does.
# - The best $\beta$ depends on the goal.
#
# ### Cheat sheet
#
# | technique | formula | code | default | when not, and what to mind |
# |---|---|---|---|---|
# | exponentially weighted average | $v = \beta v + (1-\beta)\,\theta$ | `v = beta * v + (1 - beta) * theta` | $\beta$ 0.9 (about 10 values), 0.98 (50) | on a trend it lags by $\beta/(1-\beta)$ values |
# | how many values | $n = 1/(1-\beta)$ | `n = 1 / (1 - beta)` | | a rule of thumb: these hold 65 % of the weight |
# | weight of a value $k$ steps old | $u = (1-\beta)\,\beta^k$ | `u = (1 - beta) * beta**k` | | |
# | moving window of $n$ values | $v = \frac1n \sum_{k=0}^{n-1} \theta_{t-k}$ | `v = theta[-n:].mean()` | as wide as a period that is to vanish | needs the last $n$ values kept |
#
# ### In other libraries
#
# | where | how it is written | our $\beta$ |
# |---|---|---|
# | pandas `Series.ewm(alpha=a)` | the weight of today is $a$ | $1 - a$ |
# | pandas `ewm(span=s)` | $a = 2/(s+1)$: the window with the same noise | $(s-1)/(s+1)$ |
# | pandas `ewm(com=c)` | $a = 1/(1+c)$: the mean age | $c/(1+c)$ |
# | pandas `ewm(halflife=h)` | a weight halves in $h$ steps | $0.5^{1/h}$ |
# | PyTorch `get_ema_avg_fn(decay=0.999)` | an average of a model's weights | `decay` |
# | PyTorch `BatchNorm` | $v = (1-m)\,v + m\,x$ with `momentum` $m = 0.1$ | $1 - m = 0.9$ |
#
# The last line is a trap: there, `momentum` is the weight of the *new* value. The starts differ too:
# pandas corrects the start (`adjust=True`, lesson 3) or begins with $v_1 = \theta_1$, the averaged
# model begins as a copy of the model, and BatchNorm keeps two averages of which one starts at zero,
# that of the mean, and the other at one, that of the variance.
#
# ### What comes next
#
# London had 4 degrees on its first day, where 40 were measured. Lesson 3 repairs the start.

# %% tags=["nbval-ignore-output"]
progress("02_exponentially_weighted_averages")
