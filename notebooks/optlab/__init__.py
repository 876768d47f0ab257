"""optlab: the learner's side of the course. It compares data and holds no answers in its code.

`check` says at once, by name, what is wrong; `hint` helps a step further; `solution` shows, after a
pass, other ways to write it; `progress` shows where you are; `predict` and `predicted` keep what
you expect of an experiment.
"""

import optlab.needs  # noqa: F401  first: it says in one sentence what is missing
from optlab import patience
from optlab.checking import notice
from optlab.checking.checks import check, hint, solution
from optlab.checking.journal import progress
from optlab.checking.language import choose
from optlab.predictions import predict, predicted

__all__ = ["check", "hint", "predict", "predicted", "progress", "solution"]

choose()
notice.install()
patience.install()
