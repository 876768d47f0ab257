"""optlab: the learner's side of the course. It compares data and holds no answers in its code.

`check` says at once, by name, what is wrong; `hint` helps a step further; `solution` shows, after a
pass, other ways to write it; `progress` shows where you are.
"""

from optlab import patience
from optlab.checking import notice
from optlab.checking.checks import check, hint, solution
from optlab.checking.journal import progress

__all__ = ["check", "hint", "progress", "solution"]

notice.install()
patience.install()
