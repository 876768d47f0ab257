"""What goes back to learners, brought up to date with what stands in the gradebook.

Workers write feedback pages without knowing the gradebook. Where somebody has entered a mark or a
comment since, or a due date has passed, the page is written again from the graded notebook and the
verdict file: nothing is judged anew.
"""

from pathlib import Path
from typing import Any

import nbformat

from autograder import files
from autograder.course.corrections import Entries
from autograder.course.folder import Submission
from autograder.handin.outputs import FileLimits
from autograder.handin.read import Refusal, read_bytes
from autograder.pages import feedback
from optlab.checking.diagnose import Verdict

# `nbgrader release_feedback` finds by them which learner may fetch a page.
TICKETS = ("timestamp.txt", "submission_secret.txt")


def give_back(
    folder: Path, submission: Submission, verdict: dict[str, Any], entries: Entries, rerun: bool
) -> None:
    """Bring one submission's feedback folder up to date."""
    name = submission.lesson
    place = folder / "feedback" / submission.student / name
    page = place / f"{name}.html"
    if not feedback.shows(page, entries):
        graded = folder / "autograded" / submission.student / name / f"{name}.ipynb"
        verdicts = [Verdict(**item) for item in verdict["exercises"]]
        notebook = nbformat.read(graded, as_version=4) if verdicts else None
        text = feedback.page(
            submission.student,
            name,
            notebook,
            verdicts,
            verdict["problems"],
            rerun=rerun,
            entries=entries,
        )
        files.replace(page, text)
    for ticket in TICKETS:
        _copy(submission.path.with_name(ticket), place / ticket)


def _copy(source: Path, target: Path) -> None:
    """Copy a small file that came with a submission; links and large files are left alone."""
    try:
        contents = read_bytes(source, FileLimits(megabytes=0.001))
    except Refusal:
        return
    if not target.exists() or target.read_bytes() != contents:
        files.replace(target, contents)
