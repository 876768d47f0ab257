"""What a course folder holds: lessons, submissions, verdicts, the gradebook and its tables."""

import autograder.learner_side  # noqa: F401
