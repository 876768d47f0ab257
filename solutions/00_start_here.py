# %% [markdown]
# # 0 · Start here
#
# Welcome. In this course you write the algorithms that train neural networks, from mini-batches to
# Adam, and you find out by measuring which of the usual claims about them hold. At the end your own
# functions race each other on real handwritten digits, and you will know why the winner wins.
#
# **What you'll do.** Check that everything runs, see how a lesson works, and read once through the
# notation.
#
# **What you'll learn.** How to move through a lesson, what `check`, `hint` and `progress` do, and how
# the conventions of this course differ from those of PyTorch, Keras, CS231n and d2l.
#
# **What you'll need.** A little Python and NumPy. About 10 minutes. Nothing here is graded.

# %% [markdown]
# ## 1 · Does everything run?
#
# Click the bar below and press **Shift + Enter**. It says nothing when all is there, and one sentence
# when something is missing. (A bar like this hides code that you need not read; a click opens it.)

# %% tags=["set-up"]
from optlab import optimizers, plots, problems, progress

# %% [markdown]
# **Sliders.** The next cell draws a hill from above, as on a hiking map: each line connects places of
# equal height, and the lowest place is in the middle. A ball that can only feel the slope under its
# feet takes 20 steps downhill; the **learning rate** says how long they are. That is **gradient
# descent**, with which everything here begins. Run the cell and drag. You should see the path follow
# your hand: where does it go too slowly, and where does it run away? If there is a
# picture but no slider, widgets do not run where you are; every lesson still works, with still
# figures in their place.

# %% tags=["experiment", "nbval-ignore-output"]
# Slider: the path of gradient descent
hill = problems.bowl(kappa=4)


def draw(ax, learning_rate):
    path = optimizers.follow(hill, optimizers.gradient_descent(learning_rate), steps=20)
    plots.contour(ax, hill.value, hill.view)
    plots.trajectory(ax, path.clip(-1e3, 1e3), "gd")
    return f"gradient descent, f = {hill.value(path[-1]):.2g} after 20 steps"


plots.explore(
    draw,
    "The path of gradient descent on a bowl; the slider changes its learning rate.",
    learning_rate=(0.02, 0.52, 0.02, 0.1),
)

# %% [markdown]
# ## 2 · How a lesson works
#
# A lesson asks a **question**, asks you to **predict** the answer, lets you run an **experiment**, and
# then explains. Make the prediction, even if it is a guess: being wrong about something you have said
# aloud is how it sticks.
#
# In between you write short functions. An exercise looks like this. You replace the line
# `raise NotImplementedError` by your code:
#
# ```python
# def double(x):
#     """Twice x. Example: double(3) is 6."""
#     raise NotImplementedError
# ```
#
# The cell below it holds `check("double")`. Run it as often as you like. It tries your function on a
# few inputs and says one of three things:
#
# | message | meaning |
# |---|---|
# | ○ Not attempted yet. | there is no answer in the cell above, or you have not run it |
# | ✗ Not yet: double. | what is wrong, and where known, which mistake it is, with a question to think on |
# | ✓ Correct. | done; a few hidden cases follow when the course is graded |
#
# - `hint("double")` gives a hint. Call it again for the next, which says more.
# - `progress()` shows how far you are in every lesson and what comes next.
# - A **quiz** works the same way: you write a letter or a number, and `check` explains each choice.
#
# Bars that begin with *Experiment* or *Slider* hold code that is ready to run and mostly does not
# wait for your answers. Open one, change a number and see what happens: they are yours, and no mark
# depends on them. When something behaves strangely, choose **Kernel → Restart Kernel and Run All
# Cells**: it stops at the first exercise that is not solved.

# %% tags=["nbval-ignore-output"]
progress()

# %% [markdown]
# ## 3 · The lessons
#
# | | | |
# |---|---|---|
# | 1 | [Mini-batches](01_mini_batches.ipynb) | many small steps in place of one large one |
# | 2 | [Exponentially weighted averages](02_exponentially_weighted_averages.ipynb) | the tool behind most optimizers |
# | 3 | [Bias correction](03_bias_correction.ipynb) | what to do about the first few steps |
# | 4 | [Momentum](04_momentum.ipynb) | gradient descent with a memory |
# | 5 | [RMSprop](05_rmsprop.ipynb) | a step length for every parameter |
# | 6 | [Adam](06_adam.ipynb) | both together |
# | 7 | [Learning rate decay](07_learning_rate_decay.ipynb) | smaller steps towards the end |
# | 8 | [Local optima](08_local_optima.ipynb) | saddle points and plateaus |
# | 9 | [Adagrad and Adadelta](09_adagrad_adadelta.ipynb) | the relatives |
# | 10 | [After Adam](10_after_adam.ipynb) | AMSGrad, AdamW, warm-up |
# | 11 | [Training strategies](11_training_strategies.ipynb) | curriculum, batch norm, early stopping, noise |
# | 12 | [Capstone](12_capstone.ipynb) | your optimizers in one race |
#
# Each builds on the ones before, and each can be opened on its own: the demonstrations bring their
# own optimizers.

# %% [markdown]
# ## 4 · Notation
#
# | written | in code | meaning |
# |---|---|---|
# | $X$, $Y$ | `X`, `Y` | inputs $(n_x, m)$ and labels $(n_y, m)$; **examples are columns** |
# | $m$ | `m` | number of examples |
# | $x^{(i)}$ | `X[:, i - 1]` | example $i$ |
# | $X^{\{t\}}, Y^{\{t\}}$ | `X_t`, `Y_t` | mini-batch $t$ |
# | $W^{[l]}, b^{[l]}$ | `params["W1"]`, `params["b1"]` | weights and biases of layer $l$ |
# | $dW^{[l]}, db^{[l]}$ | `grads["W1"]`, `grads["b1"]` | gradients of the cost, **under the same keys** |
# | $J$ | `cost` | cost: the mean loss over the examples |
# | $\alpha$ | `learning_rate` | learning rate |
# | $\beta, \beta_1, \beta_2$ | `beta`, `beta1`, `beta2` | how much an average keeps of its past |
# | $\varepsilon$ | `epsilon` | small number that keeps a division finite |
# | $t$ | `t` | number of updates so far; **1 at the first update** |
#
# Three rules hold everywhere:
#
# - **Updates are pure.** They return new dictionaries; nothing that was passed in changes.
# - **State mirrors the parameters.** A velocity has the keys and shapes of `params`.
# - **Randomness is explicit.** Whatever is random takes a generator, `numpy.random.default_rng(0)`.

# %% [markdown]
# ## 5 · The same thing elsewhere
#
# Two correct implementations of one optimizer may differ in small conventions, and a learning rate
# from one does not fit the other. Come back to this table when your numbers differ from a library's.
#
# | | this course | PyTorch | Keras | CS231n | d2l |
# |---|---|---|---|---|---|
# | momentum | $v = \beta v + (1-\beta) g$, $w = w - \alpha v$ | $v = \beta v + g$, $w = w - \alpha v$ | $v = \beta v - \alpha g$, $w = w + v$ | as Keras | as PyTorch |
# | learning rate that equals our $\alpha$ | $\alpha$ | $(1-\beta)\,\alpha$ | $(1-\beta)\,\alpha$ | $(1-\beta)\,\alpha$ | $(1-\beta)\,\alpha$ |
# | RMSprop divides by | $\sqrt{s} + \varepsilon$ | $\sqrt{s} + \varepsilon$ | $\sqrt{s + \varepsilon}$ | $\sqrt{s} + \varepsilon$ | $\sqrt{s + \varepsilon}$ |
# | RMSprop $\beta_2$ | 0.9 | 0.99 | 0.9 | 0.99 | 0.9 |
# | Adam divides by | $\sqrt{\hat s} + \varepsilon$ | $\sqrt{\hat s} + \varepsilon$ | $\sqrt{s} + \hat\varepsilon$, before the correction | $\sqrt{\hat s} + \varepsilon$ | $\sqrt{\hat s} + \varepsilon$ |
# | $\varepsilon$ | $10^{-8}$ | $10^{-8}$ | $10^{-7}$ | $10^{-8}$ | $10^{-6}$ |
# | initial state | zeros | zeros; SGD's first $v$ is $g$ | zeros; Adagrad's is 0.1 | zeros | zeros |
# | step counter | 1 at the first update | 1 | `iterations + 1` | starts at 0, raised before use | starts at 1, raised after use |
#
# With zeros to start, PyTorch's "first $v$ is $g$" is the same as its formula; it matters only with
# `dampening`. Lecture slides often show $\sqrt{s + \varepsilon}$; the Adam paper (Kingma and Ba, 2015)
# has $\sqrt{\hat s} + \varepsilon$. For ordinary gradients the two agree; lessons 5 and 6 show where
# they do not.

# %% [markdown]
# ## 6 · Korean and English glossary (용어집)
#
# | English | 한국어 | lesson |
# |---|---|---|
# | gradient descent | 경사 하강법 | 1 |
# | stochastic gradient descent | 확률적 경사 하강법 | 1 |
# | mini-batch | 미니배치 | 1 |
# | epoch | 에포크 | 1 |
# | vectorization | 벡터화 | 1 |
# | cost function, loss | 비용 함수, 손실 | 1 |
# | learning rate | 학습률 | 1 |
# | hyperparameter | 하이퍼파라미터 | 1 |
# | exponentially weighted average | 지수 가중 평균 | 2 |
# | moving average | 이동 평균 | 2 |
# | bias correction | 편향 보정 | 3 |
# | momentum | 모멘텀 | 4 |
# | velocity, acceleration, friction | 속도, 가속도, 마찰 | 4 |
# | oscillation | 진동 | 4 |
# | to converge, to diverge | 수렴하다, 발산하다 | 4 |
# | contour lines | 등고선 | 4 |
# | condition number | 조건수 | 4 |
# | root mean square | 제곱평균제곱근 | 5 |
# | first and second moment | 1차 모멘트, 2차 모멘트 | 6 |
# | learning rate decay | 학습률 감쇠 | 7 |
# | local optimum, global optimum | 지역 최적값, 전역 최적값 | 8 |
# | saddle point | 안장점 | 8 |
# | plateau | 안정 지대 (고원) | 8 |
# | perturbation | 섭동 | 8 |
# | adaptive learning rate | 적응적 학습률 | 9 |
# | regularization, weight decay | 규제, 가중치 감쇠 | 10 |
# | normalization (not to be mixed up with regularization) | 정규화 | 11 |
# | warm-up | 워밍업 | 10 |
# | curriculum learning | 커리큘럼 학습 | 11 |
# | batch normalization | 배치 정규화 | 11 |
# | early stopping | 조기 종료 | 11 |
#
# ### What comes next
#
# [Lesson 1](01_mini_batches.ipynb): why nobody waits for five million examples before the first step.
