"""What people read in a browser: feedback for a learner, the report on a class."""

import autograder.learner_side  # noqa: F401
