"""Proving an exercise while it is written: its answers, its messages, the slips beside it."""

import autograder.learner_side  # noqa: F401
