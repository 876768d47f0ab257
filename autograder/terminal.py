"""What the commands print: a progress bar, a table of marks, one line for each problem.

Names and messages may come from learners, so they are printed as text, never as markup.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.status import SubmissionStatus
from autograder.text import clean

if TYPE_CHECKING:
    from autograder.proof.mutants import Told

MOST_ROWS = 60
MOST_PROBLEMS = 20
MOST_NOTES = 20
_SHORTEST_NAME = 8


def progress(results: Iterable[Any], total: int) -> Generator[Any, None, None]:
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


def marks(submissions: Iterable[dict[str, Any]], counted: Mapping[tuple[str, str], float]) -> None:
    """A table of students and lessons, then what could not be graded and why.

    counted: the points that count, by student and lesson, where the gradebook has some.
    Of each submission only a word is kept. Lessons for which a line is too short go below.
    """
    cells: dict[str, dict[str, str]] = {}
    totals: dict[str, float] = {}
    most: dict[str, float] = {}
    refused = []
    for item in submissions:
        student, lesson = clean(item["student"]), clean(item["lesson"])
        score = counted.get((item["student"], item["lesson"]), item["score"])
        cells.setdefault(student, {})[lesson] = _mark(item, score)
        totals[student] = totals.get(student, 0) + score
        most[lesson] = max(most.get(lesson, 0), item["max_score"])
        if item["status"] == SubmissionStatus.REFUSED:
            reason = item["problems"][-1] if item["problems"] else "no reason given"
            of = f"{student}, {lesson}" if lesson else student
            refused.append(f"not graded: {of}: {reason}")
    console = Console()
    for table in _tables(console.width, cells, totals, dict(sorted(most.items()))):
        console.print(table)
    if len(cells) > MOST_ROWS:
        console.print(f"... and {len(cells) - MOST_ROWS} more students in grades.csv")
    for line in refused[:MOST_PROBLEMS]:
        console.print(Text(clean(line)), style="yellow")
    if len(refused) > MOST_PROBLEMS:
        console.print(f"... and {len(refused) - MOST_PROBLEMS} more that could not be graded")


def nobody(course: str) -> None:
    """What to do in a course in which nobody has handed in yet."""
    of = "" if course == "course" else f" COURSE={course}"
    steps = {
        "make release": "a zip with all that a learner needs",
        f"make collect FROM=downloads.zip{of}": "what they handed in, as your system gives it",
        f"make grade{of}": "marks, feedback pages and grades.csv",
    }
    width = max(map(len, steps))
    print(clean(f"Nobody has handed in to {course} yet. Next:"))
    for command, text in steps.items():
        print(clean(f"  {command:{width}}  {text}"))


def collected(found: dict[str, Any]) -> None:
    """How many notebooks were placed, then what was odd, then what was left and why."""
    console = Console(highlight=False)
    counts = [f"{len(found[kind])} {kind}" for kind in ("placed", "replaced", "unchanged", "left")]
    students = {item["student"] for kind in ("placed", "replaced") for item in found[kind]}
    of = f" (of {len(students)} student{'s' * (len(students) > 1)})" if students else ""
    console.print(Text(f"{', '.join(counts)}{of}"))
    for note in found["notes"][:MOST_NOTES]:
        console.print(Text(clean(note)), soft_wrap=True)
    if len(found["notes"]) > MOST_NOTES:
        console.print(f"... and {len(found['notes']) - MOST_NOTES} more such notes; see --json")
    for item in found["left"]:  # all of them: each waits for a person
        line = clean(f"left: {item['from']}: {item['reason']}")
        console.print(Text(line), style="yellow", soft_wrap=True)


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


def mutants(exercise: str, told: list[Told]) -> None:
    """How many slips beside a reference are told and how; then those that are not, by line."""
    # Only here: whoever grades a class looks for no mutants, and would load all that does.
    from autograder.proof.mutants import EQUIVALENT, FALSE, NOT_TRULY_TOLD, OUTCOMES, share_told

    console = Console()
    counts = Counter(item.outcome for item in told)
    columns = (*OUTCOMES, EQUIVALENT)
    table = Table(*columns, "share told", box=SIMPLE_HEAD, padding=0, show_edge=False)
    table.add_row(*(str(counts[outcome]) for outcome in columns), f"{share_told(told):.0%}")
    console.print(f"Slips beside {exercise}:")
    console.print(table)
    for item in told:
        if item.outcome in NOT_TRULY_TOLD:
            named = f" ({item.verdict.mistake})" if item.outcome == FALSE else ""
            slip = f"{item.mutant.kind}: {item.mutant.edit}"
            console.print(Text(f"{item.outcome}{named}, line {item.mutant.line}, {slip}"))


def say(line: str) -> None:
    """One line on standard error, where it does not mix with JSON."""
    print(clean(line), file=sys.stderr)


def _tables(
    width: int, cells: dict[str, dict[str, str]], totals: dict[str, float], most: dict[str, float]
) -> Iterator[Table]:
    """One column a lesson, by its number; the first row is what can be had.

    As many tables as the width asks for, with about equally many lessons; all end with the totals.
    """
    lessons = list(most)
    tables = max(1, math.ceil(len(lessons) / max(1, (width - _SHORTEST_NAME - 7) // 5)))
    columns = max(1, math.ceil(len(lessons) / tables))
    for first in range(0, max(1, len(lessons)), columns):
        yield _table(width, cells, totals, most, lessons[first : first + columns])


def _table(
    width: int,
    cells: dict[str, dict[str, str]],
    totals: dict[str, float],
    most: dict[str, float],
    lessons: list[str],
) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=0, show_edge=False)
    # A long name must not push marks out.
    name_width = max(_SHORTEST_NAME, width - 5 * len(lessons) - 7)
    table.add_column("student", no_wrap=True, overflow="ellipsis", max_width=name_width)
    for heading in (*(lesson.partition("_")[0] for lesson in lessons), "total"):
        table.add_column(Text(heading), justify="right", no_wrap=True, min_width=4)
    points = [f"{most[lesson]:g}" for lesson in lessons]
    table.add_row("(points)", *points, f"{sum(most.values()):g}", style="dim")
    for student in sorted(cells)[:MOST_ROWS]:
        marks = [cells[student].get(lesson, "") for lesson in lessons]
        table.add_row(*map(Text, (student, *marks, f"{totals[student]:g}")))
    return table


def _mark(item: dict[str, Any], score: float) -> str:
    """A dash for what could not be graded, unless a person gave it points."""
    return "\u2013" if item["status"] == SubmissionStatus.REFUSED and not score else f"{score:g}"
