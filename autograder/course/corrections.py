"""What is added to the grader's own marks: by a person in the formgrader, or for being late."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Correction:
    """What a person entered for one exercise.

    score: the mark instead of the grader's, or None. extra: points on top of it.
    """

    score: float | None = None
    extra: float = 0.0
    comment: str = ""

    def applied(self, score: float) -> float:
        """The points that count, given those of the grader."""
        return (score if self.score is None else self.score) + self.extra


@dataclass(frozen=True)
class Entries:
    """All that was added to one submission: corrections by exercise, and points lost as late."""

    corrections: Mapping[str, Correction] = field(default_factory=dict)
    late_penalty: float = 0.0


NOTHING = Entries()
