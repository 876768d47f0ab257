"""What stands in a course's gradebook, without its random row ids."""

import sqlite3

GRADES = """
    SELECT submitted.student_id, base.name, grade.auto_score, grade.manual_score,
           grade.needs_manual_grade, count(*)
    FROM grade JOIN base_cell AS base ON base.id = grade.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
    JOIN submitted_assignment AS submitted ON submitted.id = submitted_notebook.assignment_id
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2
"""
COMMENTS = """
    SELECT submitted.student_id, base.name, comment.auto_comment, comment.manual_comment, count(*)
    FROM comment JOIN base_cell AS base ON base.id = comment.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = comment.notebook_id
    JOIN submitted_assignment AS submitted ON submitted.id = submitted_notebook.assignment_id
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2
"""


def rows(folder):
    """All that is graded or said, by student and cell; each row with how often it is there."""
    with sqlite3.connect(folder / "gradebook.db") as connection:
        return [connection.execute(query).fetchall() for query in (GRADES, COMMENTS)]
