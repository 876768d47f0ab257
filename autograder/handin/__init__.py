"""What a submission passes before it is judged: reading, pouring, cleaning of outputs."""

import autograder.learner_side  # noqa: F401
