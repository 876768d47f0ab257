"""The instructor's side of the course: building lessons, judging answers, recording marks."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
SOLUTIONS = ROOT / "solutions"
# Grading takes the release from here: people write their answers into `notebooks/`.
RELEASES = ROOT / "autograder" / "releases"
