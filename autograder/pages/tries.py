"""How often learners checked an exercise until it was right, as the journals tell that they keep.

A journal is a file of the learner's own: it may hold anything. What is no small number counts as
nothing, and one that somebody made up moves no mark, only a column of the report.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from autograder.exercises import lessons
from autograder.handin.outputs import FileLimits
from autograder.handin.read import Refusal, read_bytes

JOURNAL = ".progress.json"
MOST_TRIES = 999
LIMITS = FileLimits(megabytes=0.1)  # a whole course needs a tenth of it


def of_course(course: Path) -> dict[tuple[str, str], list[int]]:
    """The numbers of tries by lesson and exercise, of all journals beside what was handed in."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for name, lesson in lessons().items():
        for path in sorted((course / "submitted").glob(f"*/{name}/{JOURNAL}")):
            journal = _read(path)
            for exercise in lesson.exercises:
                number = _number(journal.get(exercise))
                if number:
                    found[name, exercise].append(number)
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(read_bytes(path, LIMITS))
    except (Refusal, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _number(entry: Any) -> int:
    number = entry.get("tries") if isinstance(entry, dict) else None
    return number if type(number) is int and 0 < number <= MOST_TRIES else 0
