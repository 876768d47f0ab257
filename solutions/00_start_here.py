# %% [markdown]
# # Four ways down a hill
#
# ![Paths of gradient descent, momentum, RMSprop and Adam on two bowls, a saddle and a plateau; the paths grow step by step.](optlab/race.png)
#
# These four train neural networks. In two weeks of evenings or so you will have written all of them
# yourself, measured which of the usual claims about them hold, and let them race on real handwritten
# digits. The first one takes two minutes, and it starts right here.
#
# **What you'll do.** Write one line, see it walk, and read how a lesson works.
#
# **What you'll learn.** What gradient descent is; what `check`, `hint`, `predict` and `progress` do.
#
# **What you'll need.** A little Python. About {minutes} minutes. Nothing here is graded.

# %% [markdown]
# ## 1 · Your first step
#
# Click the bar below and press **Shift + Enter**. It says nothing when all is there, and one sentence
# when something is missing. (A bar like this hides code that you need not read; a click opens it.)

# %% tags=["set-up"]
from optlab import check, hint, optimizers, plots, problems, progress, solution

# %% [markdown]
# You stand on a hill in the fog and want to go down. All you can feel is the slope under your feet:
# the **gradient**, which points where it rises most steeply. So take a step the other way, as long as
# the gradient times a number that you choose, the **learning rate**. Again and again, that is
# **gradient descent** (경사 하강법), with which everything here begins.
#
# Replace the line `raise NotImplementedError()` by your own and run both cells, each with Shift + Enter.


# %% exercise="step"
def step(w, gradient, learning_rate):
    """The place after one step downhill from w.

    Example: from 3.0, with the gradient 2.0 and the learning rate 0.1, the step leads to 2.8.
    """
    # REFERENCE SOLUTION


# %% check="step"
check("step")

# %% [markdown]
# Now watch it walk: **your** step, twenty times. The lines are those of a hiking map: each connects
# places of equal height, and the lowest place is in the middle. Run the cell and drag. Where does it
# go too slowly, and where does it run away? (A picture but no slider? Then widgets do not run where
# you are; every lesson still works, with still figures.)

# %% tags=["experiment", "nbval-ignore-output"]
# Slider: your step, twenty times
hill = problems.bowl(kappa=4)


def draw(ax, learning_rate):
    path = optimizers.follow(
        hill, lambda w, gradient, _: (step(w, gradient, learning_rate), None), steps=20
    )
    plots.contour(ax, hill.value, hill.view)
    plots.trajectory(ax, path.clip(-1e3, 1e3), "gd")
    return f"your step, height {hill.value(path[-1]):.2g} after 20 of them"


try:
    plots.explore(
        draw,
        "The path of your steps on a bowl; the slider changes the learning rate.",
        learning_rate=(0.02, 0.52, 0.02, 0.1),
    )
except NotImplementedError:
    print("Write step first; then run this cell again.")

# %% [markdown]
# That is the whole idea. The question of this course: *can one walk better than that, and how would
# you know?* [Lesson 1](01_mini_batches.ipynb) begins with steps that look at a part of the data only.

# %% [markdown]
# ## 2 · How a lesson works
#
# A lesson asks a **question**, asks you to **predict** the answer, lets you run an **experiment**, and
# then explains. Make the prediction, even if it is a guess: run the bar *Predict*, choose, and meet
# your choice again under the result. Being wrong about something you have said is how it sticks.
#
# In between you write short functions, as you just did. The cell below each holds `check(...)`. Run it
# as often as you like; it tries your function on a few inputs and says one of three things:
#
# | message | meaning |
# |---|---|
# | ○ Not attempted yet. | there is no answer in the cell above, or you have not run it |
# | ✗ Not yet: step. | what is wrong, and where known, which mistake it is, with a question to think on |
# | ✓ Correct. | done; a few hidden cases follow when the course is graded |
#
# - `hint("step")` gives a hint. Call it again for the next, which says more.
# - `progress()` shows how far you are, what comes next, and how many of your predictions held.
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
# | 13 | [Today's training](13_todays_training.ipynb) | what today's scripts do |
#
# Each builds on the ones before, and each can be opened on its own: the demonstrations bring their
# own optimizers. What follows here is for looking things up.

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
# | gradient clipping | 기울기 클리핑 | 13 |
# | gradient accumulation, micro-batch | 기울기 누적, 마이크로배치 | 13 |
# | sharpness | 첨예도 | 13 |
# | singular value, orthogonal matrix | 특잇값, 직교 행렬 | 13 |
#
# ### What comes next
#
# [Lesson 1](01_mini_batches.ipynb): why nobody waits for five million examples before the first step.
