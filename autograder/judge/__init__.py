"""Judging one submission, outside of the process that runs the learner's code."""

import autograder.learner_side  # noqa: F401
