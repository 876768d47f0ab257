"""The first line of code of one's own, in the first notebook: checked there, and never graded.

It earns no points, so it belongs to no lesson that a course hands out.
"""

import numpy as np

from autograder.lesson import Lesson
from optlab.checking.probe import Case

lesson = Lesson("00_start_here", title="Start here")


@lesson.exercise(
    points=0,
    returns=("w",),
    hints=(
        "The gradient points uphill. What do you do with it to go downhill?",
        "How far: learning_rate times gradient. Where from: w.",
        "w, minus learning_rate times gradient.",
    ),
)
def step(w, gradient, learning_rate):
    """One step of gradient descent from w."""
    return w - learning_rate * gradient


@step.cases
def _(rng):
    yield Case({"w": 3.0, "gradient": 2.0, "learning_rate": 0.1})
    args = {"w": np.array([-3.0, 2.0]), "gradient": np.array([-3.0, 8.0]), "learning_rate": 0.25}
    yield Case(args, note="a place on the map: two numbers")


step.mistake(
    "uphill",
    "You walk uphill: the gradient says where it rises. Which sign takes you down?",
    ("w - ", "w + "),
)
step.mistake(
    "no_rate",
    "You go the whole gradient, whatever the learning rate is. What should it do to the length?",
    ("learning_rate * gradient", "gradient"),
)
step.mistake(
    "divides",
    "You divide by the learning rate, so that a smaller rate makes a longer step. Should it?",
    ("learning_rate * gradient", "gradient / learning_rate"),
)
step.mistake(
    "only_the_step",
    "You give back the step and not the place where it leads. Where did it start?",
    ("w - learning_rate", "-learning_rate"),
)
step.mistake(
    "no_gradient",
    "You go the same length in every direction. Which way is down, and how steep is it?",
    ("learning_rate * gradient", "learning_rate"),
)


@step.style
def _(w, gradient, learning_rate):
    downhill = -gradient
    return w + learning_rate * downhill


@step.style
def _(w, gradient, learning_rate):
    return np.subtract(w, np.multiply(learning_rate, gradient))
