"""What can go wrong for a user. The command line prints the message and nothing else.

CourseError
├── UserError   bad usage: unknown exercise, missing file       (exit status 2)
└── RunError    the run could not be completed                  (exit status 1)
"""


class CourseError(Exception):
    """One clear line: what is wrong, where, and what to do."""

    exit_status = 1


class UserError(CourseError):
    """The command was given something that it cannot use."""

    exit_status = 2


class RunError(CourseError):
    """The command was understood, but could not be finished."""
