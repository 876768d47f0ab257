"""The course's own lines of the leaderboard: what the references reach there.

    python -m autograder.build.leaderboard     writes notebooks/optlab/data/board.json

A test computes them anew.
"""

import json

from autograder.exercises import lessons
from optlab import board

CLEAN = ("sgd", "adam")


def lines() -> dict[str, board.Line]:
    """Every entrant's by its name, and two on standardized digits, in seven seconds."""
    found = {name: _line(name) for name, one in board.ENTRANTS.items() if not one.whole}
    return found | {f"{name}, standardized": _line(name, clean=True) for name in CLEAN}


def _line(name: str, clean: bool = False) -> board.Line:
    entrant = board.ENTRANTS[name]
    known = {name: one for lesson in lessons().values() for name, one in lesson.functions.items()}
    functions = {one: known[one].reference for one in entrant.functions}
    return board.run(entrant, functions, clean)


def main() -> None:
    rows = [f'"{name}": {json.dumps(board.as_data(line))}' for name, line in lines().items()]
    board.STORED.write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
