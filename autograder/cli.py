"""The command line: parses, delegates, prints. See `python -m autograder --help`.

Commands import what they need when they run: nbgrader and Jupyter take seconds to load.
"""

import argparse
import json
import sys
from pathlib import Path

from autograder.errors import CourseError, RunError
from autograder.exercises import lessons


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 (could not be completed) or 2 (bad usage)."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except CourseError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return error.exit_status


def _build(options: argparse.Namespace) -> None:
    from autograder import build

    if not options.check:
        build.build(options.lessons)
        return
    stale = build.check(options.lessons)
    if stale:
        print("\n".join(stale))
        raise RunError("built files are stale; run `make build`, and edit sources only")
    print("everything built is up to date")


def _exercises(options: argparse.Namespace) -> None:
    listing = [
        {
            "lesson": lesson.name,
            "exercise": exercise.name,
            "points": exercise.points,
            "mistakes": [mistake.name for mistake in exercise.mistakes],
            "variants": [variant.name for variant in exercise.variants],
            "kind": exercise.kind,
        }
        for lesson in lessons().values()
        for exercise in lesson.exercises.values()
    ]
    if options.json:
        print(json.dumps(listing, indent=1))
        return
    for item in listing:
        print(f"{item['lesson']:36} {item['exercise']:28} {item['points']:g} points")


def _judge(options: argparse.Namespace) -> None:
    from autograder.judge import Judge

    with Judge(isolation=options.isolation) as judge:
        verdict = judge.file(options.exercise, Path(options.file))
    if options.json:
        print(json.dumps(verdict.to_data()))
    else:
        print(f"{verdict.status}: {verdict.message} ({verdict.score:g} of {verdict.max_score:g})")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m autograder", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("build", help="build notebooks and keys from their sources")
    command.add_argument("--check", action="store_true", help="only name what is stale")
    command.add_argument("lessons", nargs="*", metavar="LESSON")
    command.set_defaults(run=_build)

    command = commands.add_parser("exercises", help="list the exercises of all lessons")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=_exercises)

    command = commands.add_parser("judge", help="judge an answer in a Python file")
    command.add_argument("exercise", metavar="EXERCISE")
    command.add_argument("file", metavar="FILE.py")
    command.add_argument("--json", action="store_true")
    _add_isolation(command)
    command.set_defaults(run=_judge)
    return parser


def _add_isolation(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--isolation",
        choices=("auto", "none"),
        default="auto",
        help="auto: in the sandbox where there is one; none: without",
    )
