"""The late rule of `course.toml`, as a plugin of nbgrader: `nbgrader_config.py` names it.

So nbgrader's own `autograde` takes away what `python -m autograder grade` does.
"""

from functools import cached_property
from pathlib import Path

from nbgrader.plugins import LateSubmissionPlugin

from autograder.course import plan


class CourseRule(LateSubmissionPlugin):
    """What `[late]` says; nbgrader's own `penalty_method` where there is none."""

    @cached_property
    def rule(self) -> plan.Late | None:
        return plan.read(Path(self.config.CourseDirectory.root)).late

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        if self.rule is None:
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        return self.rule.lost(score, total_seconds_late)
