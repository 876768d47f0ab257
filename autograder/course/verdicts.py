"""Verdict files: what each submission got, as JSON beside the course's notebooks.

Report, tables and `--json` read these files. One is written when all else of a submission has been
kept, so that a run that was killed knows what is left to do.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import files

SCHEMA = 1


@dataclass(frozen=True)
class VerdictFile:
    """What one submission got."""

    path: Path

    def read(self) -> dict[str, Any]:
        """The verdict in the form of the command contract."""
        return json.loads(self.path.read_text("utf-8"))["verdict"]

    def judged(self, grader: str) -> str | None:
        """The digest of what this very grader has judged; None where it has judged nothing."""
        try:
            data = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):  # not there, or damaged: grade again
            return None
        return data.get("digest") if data.get("grader") == grader else None

    def write(self, digest: str, grader: str, verdict: dict[str, Any]) -> None:
        data = {"schema": SCHEMA, "digest": digest, "grader": grader, "verdict": verdict}
        files.replace(self.path, json.dumps(data, indent=1) + "\n")


def verdict_file(folder: Path, student: str, lesson: str) -> VerdictFile:
    """The place of one submission's verdict in a course folder."""
    return VerdictFile(folder / "verdicts" / student / f"{lesson}.json")


def verdict_files(folder: Path) -> list[VerdictFile]:
    """All verdict files of a course, by student and lesson."""
    return [VerdictFile(path) for path in sorted((folder / "verdicts").glob("*/*.json"))]
