"""What can become of a submission. What can become of an exercise is `Status` in optlab."""

from enum import StrEnum


class SubmissionStatus(StrEnum):
    """Every submission ends in one of these; the values are the command contract."""

    GRADED = "graded"
    REFUSED = "refused"
