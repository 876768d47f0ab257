"""The command line: parses, delegates, prints. See `python -m autograder --help`.

Commands import what they need when they run: nbgrader and Jupyter take seconds to load.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from autograder.errors import CourseError, RunError, UserError
from autograder.exercises import find_exercise, find_function, lessons
from autograder.judge.session import Limits
from autograder.text import clean

if TYPE_CHECKING:
    from autograder.judge.judge import Settings

_LIMITS = {  # of `session.Limits`, which says more about each
    "cell_seconds": "one cell",
    "notebook_seconds": "a whole notebook",
    "memory_mb": "the memory of a notebook",
    "output_kb": "the outputs of a notebook",
}


_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 (could not be completed) or 2 (bad usage)."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except CourseError as error:
        print(f"autograder: {clean(str(error))}", file=sys.stderr)  # it may name a file
        return error.exit_status
    except KeyboardInterrupt:
        print("autograder: stopped; run the same command again to go on", file=sys.stderr)
        return CourseError.exit_status


def _build(options: argparse.Namespace) -> None:
    from autograder.build import notebooks
    from autograder.language import built, editions

    if not options.check:
        notebooks.build(options.lessons)
        built.build(options.lessons)
        editions.write_pages()
        return
    faults = editions.faults(options.lessons)
    stale = [*notebooks.check(options.lessons), *faults, *built.stale(options.lessons)]
    stale += [] if options.lessons else editions.stale_pages()
    if stale:
        print("\n".join(stale))
        raise RunError("built files are stale; run `make build`, and edit sources only")
    print("everything built is up to date")


def _translate(options: argparse.Namespace) -> None:
    from autograder.language import editions

    print("\n".join(editions.update(options.language, options.lessons)))


def _solutions(options: argparse.Namespace) -> None:
    from autograder.language import solutions

    differing = solutions.run(options.language, options.lessons)
    if differing:
        print("\n".join(differing))
        raise RunError(f"solutions in {options.language!r} do not say what they say in English")
    print(f"{solutions.DIST}/solutions-{options.language}: the numbers are those of the English")


def _exercises(options: argparse.Namespace) -> None:
    listing = [
        {
            "lesson": lesson.name,
            "exercise": exercise.name,
            "points": exercise.points,
            "mistakes": list(dict.fromkeys(mistake.name for mistake in exercise.mistakes)),
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
    from autograder.judge.judge import Judge, Settings

    with Judge(Settings(isolation=options.isolation)) as judge:
        verdict = judge.file(options.exercise, Path(options.file))
    if options.json:
        print(json.dumps(verdict.to_data()))
    else:
        print(f"{verdict.status}: {verdict.message} ({verdict.score:g} of {verdict.max_score:g})")


def _mutants(options: argparse.Namespace) -> None:
    from autograder import terminal
    from autograder.proof import mutants

    told = list(mutants.tell(find_function(options.exercise)))
    if options.json:
        print(json.dumps([item.to_data() for item in told], indent=1))
    else:
        terminal.mutants(options.exercise, told)


def _check(options: argparse.Namespace) -> int:
    from autograder.proof import prove

    found = list(prove.faults(find_exercise(options.exercise)))
    for fault in found:
        print(f"{options.exercise}: {fault}")
    if not found:
        print(f"{options.exercise}: nothing to mend")
    return 1 if found else 0


def _grade(options: argparse.Namespace) -> None:
    if bool(options.notebooks) == bool(options.course):
        raise UserError("give notebooks to grade, or --course DIR")
    if options.course:
        _grade_course(options)
    else:
        _grade_loose(options)


def _grade_loose(options: argparse.Namespace) -> None:
    from autograder import terminal
    from autograder.judge import worker
    from autograder.judge.judge import Judge

    with Judge(_settings(options)) as judge:
        if not judge.session.sandboxed:
            terminal.say(f"warning: no sandbox ({judge.session.unavailable}); grade your own only")
        graded = [worker.mark_loose(Path(name), judge) for name in options.notebooks]
    for item in graded:
        for problem in item.pop("problems"):
            terminal.say(clean(f"{item['notebook']}: {problem}"))
    if options.json:
        print(json.dumps(graded, indent=1))
        return
    for item in graded:
        terminal.verdicts(item)


def _grade_course(options: argparse.Namespace) -> None:
    from autograder import grade, terminal
    from autograder.course.verdicts import SCHEMA

    graded = grade.grade_course(
        Path(options.course),
        lesson=options.lesson,
        student=options.student,
        jobs=options.jobs,
        scheduler=options.scheduler,
        settings=_settings(options),
        show=terminal.progress,
    )
    submissions = (file.read() for file in graded.files)  # one at a time: a class may be large
    if options.json:
        print(json.dumps({"schema": SCHEMA, "submissions": [*submissions]}, indent=1))
    elif graded.files:
        counted = {name: mark.counts for name, mark in graded.marks.items()}
        terminal.marks(submissions, counted)
    else:
        terminal.nobody(options.course)


def _settings(options: argparse.Namespace) -> Settings:
    from autograder.judge.judge import Settings

    limits = Limits(
        cell_seconds=options.cell_seconds,
        notebook_seconds=options.notebook_seconds,
        memory_mb=options.memory_mb,
        output_kb=options.output_kb,
    )
    return Settings(
        isolation=options.isolation, run_experiments=options.run_experiments, limits=limits
    )


def _study(options: argparse.Namespace) -> None:
    from autograder import study

    print("\n".join(study.bring_up_to_date(language=options.language)))


def _init(options: argparse.Namespace) -> None:
    from autograder.course import folder, plan

    chosen = plan.chosen(options.lessons) if options.lessons is not None else ()
    points = plan.read_points(Path(options.points)) if options.points else ()
    print("\n".join(folder.init(Path(options.course), chosen, points)))


def _collect(options: argparse.Namespace) -> None:
    from autograder import terminal
    from autograder.collect import place

    table = Path(options.roster) if options.roster else None
    paths = [Path(path) for path in options.paths]
    found = place.collect(paths, Path(options.course), table, options.zip_dates)
    if options.json:
        print(json.dumps(found.to_data(), indent=1))
    else:
        terminal.collected(found.to_data())


def _sample(options: argparse.Namespace) -> None:
    from autograder.build import sample
    from autograder.course import plan

    plan.require_room(Path(options.course))
    count = sample.make_class(Path(options.course), options.students, options.seed)
    print(f"{count} submissions of {options.students} invented students in {options.course}")


def _export(options: argparse.Namespace) -> None:
    from autograder import terminal
    from autograder.export import out

    table = Path(options.into) if options.into else None
    done = out.export(Path(options.course), options.to, table, options.lesson)
    for note in done.notes:
        terminal.say(note)
    print("\n".join(clean(str(path)) for path in done.paths))


def _attacks(options: argparse.Namespace) -> int:
    from autograder import terminal
    from autograder.attacks import arena

    outcomes = arena.run(show=terminal.progress)
    if options.json:
        print(json.dumps([outcome.to_data() for outcome in outcomes], indent=1))
    else:
        terminal.attacks(outcomes)
    return 0 if all(outcome.safe for outcome in outcomes) else 1


def _report(options: argparse.Namespace) -> None:
    from autograder.pages import report

    print(report.write(Path(options.course)))


def _bench(options: argparse.Namespace) -> None:
    from autograder import bench

    (bench.bench_scale if options.scale else bench.bench)()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m autograder", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_authors_commands(commands)
    _add_class_commands(commands)

    command = commands.add_parser("study", help="copy the lessons into study/, or refresh them")
    command.add_argument("--language", default="", metavar="ko", help="those in that language")
    command.set_defaults(run=_study)

    command = commands.add_parser("bench", help="time grading side by side with stock nbgrader")
    command.add_argument("--scale", action="store_true", help="100, 1,000 and 10,000 submissions")
    command.set_defaults(run=_bench)

    command = commands.add_parser(
        "attacks", help="try what hostile submissions try, on this machine"
    )
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=_attacks)
    return parser


def _add_authors_commands(commands: _Commands) -> None:
    command = commands.add_parser("build", help="build notebooks and keys from their sources")
    command.add_argument("--check", action="store_true", help="only name what is stale")
    command.add_argument("lessons", nargs="*", metavar="LESSON")
    command.set_defaults(run=_build)

    command = commands.add_parser(
        "translate", help="bring translations/LANGUAGE/*.po up to date with the lessons"
    )
    command.add_argument("language", metavar="LANGUAGE", help="a folder of translations/: ko")
    command.add_argument(
        "lessons", nargs="*", metavar="LESSON", help="to begin with; else all that are begun"
    )
    command.set_defaults(run=_translate)

    command = commands.add_parser(
        "solutions", help="run the solutions in another language and compare their numbers"
    )
    command.add_argument("language", metavar="LANGUAGE")
    command.add_argument("lessons", nargs="*", metavar="LESSON")
    command.set_defaults(run=_solutions)

    command = commands.add_parser("exercises", help="list the exercises of all lessons")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=_exercises)

    command = commands.add_parser("judge", help="judge an answer in a Python file")
    command.add_argument("exercise", metavar="EXERCISE")
    command.add_argument("file", metavar="FILE.py")
    command.add_argument("--json", action="store_true")
    _add_isolation(command)
    command.set_defaults(run=_judge)

    command = commands.add_parser("check", help="prove one exercise: its answers and its messages")
    command.add_argument("exercise", metavar="EXERCISE")
    command.set_defaults(run=_check)

    command = commands.add_parser(
        "mutants", help="what is said of every single slip beside a reference"
    )
    command.add_argument("exercise", metavar="EXERCISE")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=_mutants)


def _add_class_commands(commands: _Commands) -> None:
    command = commands.add_parser("init", help="make a course folder")
    command.add_argument("course", metavar="DIR")
    command.add_argument("--lessons", metavar="01,02,04", help="those that count; default: all")
    command.add_argument("--points", metavar="FILE", help="TOML: lines `exercise = points`")
    command.set_defaults(run=_init)

    command = commands.add_parser("collect", help="bring in what was handed in elsewhere")
    command.add_argument("paths", nargs="+", metavar="PATH", help="zips, folders, notebooks")
    command.add_argument("--course", required=True, metavar="DIR")
    command.add_argument("--roster", metavar="FILE", help="CSV of the students; kept for later")
    command.add_argument(
        "--zip-dates", action="store_true", help="the dates in a zip are times of submission"
    )
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=_collect)

    command = commands.add_parser("grade", help="grade notebooks, or a whole class")
    command.add_argument("notebooks", nargs="*", metavar="NOTEBOOK.ipynb")
    command.add_argument("--course", metavar="DIR", help="grade what is in DIR/submitted")
    command.add_argument("--lesson", metavar="NAME", help="this lesson only, as 04_momentum or 04")
    command.add_argument("--student", metavar="NAME", help="this student only, judged anew")
    command.add_argument("--jobs", type=_positive, metavar="N", help="worker processes")
    command.add_argument("--scheduler", metavar="ADDRESS", help="grade on this Dask cluster")
    command.add_argument(
        "--run-experiments", action="store_true", help="also run the demonstrations"
    )
    command.add_argument("--json", action="store_true")
    for name, text in _LIMITS.items():
        default = getattr(Limits, name)
        command.add_argument(
            f"--{name.replace('_', '-')}",
            type=_positive,
            default=default,
            metavar="N",
            help=f"at most, for {text}; default {default}",
        )
    _add_isolation(command)
    command.set_defaults(run=_grade)

    command = commands.add_parser("sample", help="make a class of invented students")
    command.add_argument("--students", type=_positive, default=24, metavar="N")
    command.add_argument("--seed", type=int, default=1, metavar="S")
    command.add_argument("--course", required=True, metavar="DIR")
    command.set_defaults(run=_sample)

    command = commands.add_parser("export", help="marks and feedback for another system")
    command.add_argument("--course", required=True, metavar="DIR")
    command.add_argument("--to", required=True, choices=("canvas", "moodle", "wide"))
    command.add_argument("--into", metavar="FILE", help="fill in this table of that system")
    command.add_argument("--lesson", metavar="NAME", help="of a worksheet of one assignment")
    command.set_defaults(run=_export)

    command = commands.add_parser("report", help="write the class report (HTML)")
    command.add_argument("--course", required=True, metavar="DIR")
    command.set_defaults(run=_report)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return int(text)


def _add_isolation(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--isolation",
        choices=("auto", "none"),
        default="auto",
        help="auto: in the sandbox where there is one; none: without",
    )
