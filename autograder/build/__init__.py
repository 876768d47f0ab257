"""From sources to what people open: notebooks, keys, the overview and an invented class."""

import autograder.learner_side  # noqa: F401
