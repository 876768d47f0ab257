"""What the commands print: a progress bar, a table of marks, one line for each problem.

Names and messages may come from learners, so they are printed as text, never as markup.
"""

import sys
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.text import clean

MOST_ROWS = 60
MOST_PROBLEMS = 20


def progress(results: Iterator, total: int) -> Iterator:
    """Pass results on while a bar shows how many are done, the rate and the time left."""
    columns = (
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total, rate="")
        for done, result in enumerate(results, start=1):
            yield result
            elapsed = bar.tasks[0].elapsed or 0
            bar.update(task, completed=done, rate=f"{done / elapsed:.1f}/s" if elapsed else "")


def marks(submissions: list[dict[str, Any]]) -> None:
    """A table of students and lessons, then what could not be graded and why."""
    console = Console()
    lessons = sorted({item["lesson"] for item in submissions})
    rows = _rows(submissions, lessons)
    table = Table("student")
    for heading in (*lessons, "total"):
        table.add_column(Text(clean(heading).partition("_")[0]), justify="right")
    for row in rows[:MOST_ROWS]:
        table.add_row(*map(Text, row))
    console.print(table)
    if len(rows) > MOST_ROWS:
        console.print(f"... and {len(rows) - MOST_ROWS} more students in grades.csv")
    refused = [item for item in submissions if item["status"] == "refused"]
    for item in refused[:MOST_PROBLEMS]:
        reason = item["problems"][-1] if item["problems"] else "no reason given"
        line = f"not graded: {item['student']}, {item['lesson']}: {reason}"
        console.print(Text(clean(line)), style="yellow")
    if len(refused) > MOST_PROBLEMS:
        console.print(f"... and {len(refused) - MOST_PROBLEMS} more that could not be graded")


def verdicts(graded: dict[str, Any]) -> None:
    """One notebook's exercises with marks and messages."""
    console = Console()
    table = Table("exercise", "mark", "verdict", show_lines=True)
    for item in graded["exercises"]:
        mark = f"{item['score']:g} / {item['max_score']:g}"
        verdict = f"{item['status'].replace('_', ' ')}: {item['message']}"
        table.add_row(*map(Text, (item["exercise"], mark, verdict)))
    if table.rows:
        console.print(table)
    total = f"{graded['notebook']}: {graded['score']:g} of {graded['max_score']:g} points"
    console.print(Text(clean(total)))


def attacks(outcomes: list[Any]) -> None:
    """How many attacks of each family were safe; those that were not, one by one."""
    console = Console()
    table = Table("family", "attacks", "safe")
    for family in dict.fromkeys(outcome.family for outcome in outcomes):
        safe = [outcome.safe for outcome in outcomes if outcome.family == family]
        table.add_row(Text(family), str(len(safe)), str(sum(safe)))
    console.print(table)
    unsafe = [outcome for outcome in outcomes if not outcome.safe]
    for outcome in unsafe:
        line = f"NOT SAFE: {outcome.family}, {outcome.attack}: {outcome.detail}"
        console.print(Text(clean(line)), style="bold red")
    if not unsafe:
        console.print("None scored, none got through, nobody else was touched.")


def say(line: str) -> None:
    """One line on standard error, where it does not mix with JSON."""
    print(clean(line), file=sys.stderr)


def _rows(submissions: list[dict[str, Any]], lessons: list[str]) -> list[list[str]]:
    by_student: dict[str, dict[str, dict]] = {}
    for item in submissions:
        by_student.setdefault(item["student"], {})[item["lesson"]] = item
    rows = []
    for student, found in sorted(by_student.items()):
        cells = [_mark(found.get(lesson)) for lesson in lessons]
        total = sum(item["score"] for item in found.values())
        rows.append([clean(student), *cells, f"{total:g}"])
    return rows


def _mark(item: dict[str, Any] | None) -> str:
    if item is None:
        return ""
    if item["status"] == "refused":
        return "refused"
    return f"{item['score']:g}/{item['max_score']:g}"
