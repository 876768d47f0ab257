"""optlab: the learner's side of the course. It compares data and holds no answers in its code.

`check` says at once, by name, what is wrong; `hint` helps a step further; `solution` shows, after a
pass, other ways to write it; `progress` shows where you are; `predict` and `predicted` keep what
you expect of an experiment.
"""

from optlab.begin import check, hint, predict, predicted, progress, solution

__all__ = ["check", "hint", "predict", "predicted", "progress", "solution"]
