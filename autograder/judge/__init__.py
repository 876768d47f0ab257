"""Judging one submission, outside of the process that runs the learner's code."""
