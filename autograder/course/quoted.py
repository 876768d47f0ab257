"""nbgrader's own export with every cell quoted: a comma in an id must not move the columns."""

import csv

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import CsvExportPlugin

from autograder.text import csv_safe

_COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip


class QuotedCsv(CsvExportPlugin):
    """The rows and columns of nbgrader's own plugin, written by Python's `csv`."""

    def export(self, gradebook: Gradebook) -> None:
        with open(self.to or "grades.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerow(_COLUMNS)
            for assignment in gradebook.assignments:
                if self.assignment and assignment.name not in map(str, self.assignment):
                    continue
                for student in gradebook.students:
                    if self.student and student.id not in map(str, self.student):
                        continue
                    try:
                        found = gradebook.find_submission(assignment.name, student.id)
                        raw, lost = found.score, found.late_submission_penalty
                        when = found.timestamp
                    except MissingEntry:
                        raw, lost, when = 0.0, 0.0, None
                    who = (student.id, student.last_name, student.first_name, student.email)
                    marks = (raw, lost, round(max(0.0, raw - lost), 2), assignment.max_score)
                    row = (assignment.name, assignment.duedate, when, *who, *marks)
                    writer.writerow(["" if cell is None else csv_safe(cell) for cell in row])
