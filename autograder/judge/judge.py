"""Verdicts on notebooks and files, made outside the process that runs the learner's code.

A `Judge` owns one session with the sandboxed runner. It sends cells and the inputs of the cases,
gets back data, and compares. References, expected values and mistakes never leave this process.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from autograder import released
from autograder.errors import UserError
from autograder.exercise import PUBLIC_SEED, Exercise, cached_key, pairs_of
from autograder.exercises import find_exercise, find_lesson
from autograder.handin.outputs import Node
from autograder.judge import doubts
from autograder.judge.session import MOST_REMEMBERED, Cell, Failure, Limits, Probe, Run, Session
from autograder.text import clean
from optlab.checking import diagnose, explain, onechange, probe
from optlab.checking.diagnose import Status, Verdict
from optlab.checking.language import Text, told

MESSAGE_LENGTH = 1000
_FILE_CELL = "file"
_STUB = "NotImplementedError"
_CELL_NAME = re.compile(
    r"<ipython-input-[^<>\n]{0,200}>, "
)  # IPython's name for a cell says nothing


@dataclass(frozen=True)
class Graded:
    """A notebook with its verdicts; the check cells' outputs carry mark and message."""

    notebook: Node
    verdicts: tuple[Verdict, ...]
    problems: tuple[str, ...]
    hurried: bool

    @property
    def score(self) -> float:
        return sum(verdict.score for verdict in self.verdicts)

    @property
    def max_score(self) -> float:
        return sum(verdict.max_score for verdict in self.verdicts)


@dataclass(frozen=True)
class Settings:
    """What decides a mark beside the submission; the same for everybody in one run.

    seed: of the hidden cases. isolation: see `Session`. run_experiments: whether demonstrations
    run; marks never depend on it. points: of exercises that do not earn what their lesson says.
    """

    seed: int = PUBLIC_SEED
    isolation: str = "auto"
    run_experiments: bool = False
    limits: Limits = field(default_factory=Limits)
    points: tuple[tuple[str, float], ...] = ()


class Judge:
    """Judges one thing after another. A context manager: leaving it ends the runner."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.session = Session(self.settings.isolation, self.settings.limits)
        self._settled: dict[tuple[str, bytes], Verdict] = {}  # by exercise and evidence

    def __enter__(self) -> "Judge":
        self.session.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self.session.__exit__(*exception)

    def notebook(self, poured: Node, lesson: str) -> Graded:
        """Run and judge a notebook that `pour` made: release cells, learner's answers."""
        exercises = list(find_lesson(lesson).exercises.values())
        cells = [self._cell(cell) for cell in self._to_run(poured)]
        with probe.random_states_aside():  # once, not for each known answer that is tried
            run = self._run(cells, exercises)
            judged = self._verdicts(exercises, run, cells)
        points = dict(self.settings.points)
        verdicts = tuple(_worth(verdict, points.get(verdict.exercise)) for verdict in judged)
        return Graded(
            notebook=_filled_in(poured, run, verdicts),
            verdicts=verdicts,
            problems=tuple(_made(clean(text), text) for text in run.problems),
            hurried=run.hurried,
        )

    def file(self, name: str, path: Path) -> Verdict:
        """Judge the object of that name, defined in a plain Python file (np is NumPy)."""
        exercise = find_exercise(name)
        try:
            source = path.read_bytes()
        except OSError as error:
            raise UserError(f"cannot read {path}: {error.strerror}") from error
        cells = [
            Cell("setup", "import numpy as np"),
            Cell(_FILE_CELL, source.decode("utf-8", "replace")),
        ]
        called = onechange.calls(_sources(cells), name, explain.others())
        asked = [exercise, *map(find_exercise, called)]
        cells += [Cell(f"check_{item.name}", "", keep=item.name) for item in asked]
        return self._verdicts(asked, self._run(cells, asked), cells, _FILE_CELL)[0]

    def _to_run(self, notebook: Node) -> Iterable[Node]:
        for cell in notebook["cells"]:
            skip = released.is_experiment(cell) and not self.settings.run_experiments
            if cell["cell_type"] == "code" and not skip:
                yield cell

    def _cell(self, cell: Node) -> Cell:
        name = cell["id"]
        is_check = cell["metadata"].get("nbgrader", {}).get("grade", False)
        return Cell(name, cell["source"], name.removeprefix("check_") if is_check else None)

    def _run(self, cells: list[Cell], exercises: Iterable[Exercise]) -> Run:
        probes = {item.name: _probe(item, self.settings.seed) for item in exercises}
        doubt = doubts.about(_sources(cells), exercises, self.settings.seed)
        return self.session.run(cells, probes, doubt)

    def _verdicts(
        self, exercises: list[Exercise], run: Run, cells: list[Cell], file: str | None = None
    ) -> list[Verdict]:
        """file: the cell that holds all answers; else each has the one of its name."""
        sources = _sources(cells)
        settled = {item.name: self._by_results(item, run) for item in exercises}
        wrong = [name for name, one in settled.items() if not one or one.status != Status.CORRECT]
        verdicts = []
        for item in exercises:
            verdict = settled[item.name]
            called = doubts.wrong_call(item.name, sources, wrong) if item.name in wrong else None
            if verdict is None or called:
                verdict = self._verdict(item, run, sources, called, file or item.name)
            verdicts.append(verdict)
        return verdicts

    def _verdict(
        self,
        exercise: Exercise,
        run: Run,
        sources: tuple[str, ...],
        called: str | None,
        cell: str,
    ) -> Verdict:
        """called: another exercise that the answer calls and that is not right."""
        name, answer = exercise.name, run.answers[exercise.name]
        key = cached_key(exercise, self.settings.seed)
        if isinstance(answer, Failure):
            verdict = _failed(key, answer, _error_in(run, cell))
        else:
            verdict = diagnose.diagnose(
                key,
                answer,
                pairs_of(exercise, self.settings.seed),
                doubts.explainer(key, sources, run.found.get(name)),
                lambda: called,
            )
        return replace(verdict, message=in_a_line(verdict.message))

    def _by_results(self, exercise: Exercise, run: Run) -> Verdict | None:
        """The verdict on a right answer, or on a known mistake that calls nothing wrong.

        Of them nothing is asked but what they gave: the same results get the same verdict, and are
        looked at once. None: there is more to ask.
        """
        answer = run.answers[exercise.name]
        if isinstance(answer, Failure):
            return None
        evidence = exercise.name, run.evidence.get(exercise.name, b"")
        if evidence in self._settled:
            return self._settled[evidence]
        verdict = diagnose.diagnose(cached_key(exercise, self.settings.seed), answer)
        if verdict.status not in (Status.CORRECT, Status.KNOWN_MISTAKE):
            return None
        verdict = replace(verdict, message=in_a_line(verdict.message))
        if len(self._settled) < MOST_REMEMBERED:
            self._settled[evidence] = verdict
        return verdict


def make_keys(lesson: str, seed: int) -> None:
    """All keys of a lesson, which are kept from then on; what mistakes do is tried later."""
    with probe.random_states_aside():
        for exercise in find_lesson(lesson).exercises.values():
            cached_key(exercise, seed)


def in_a_line(message: str) -> str:
    """A message as it is kept: printable, not long, and still a text that can be said otherwise."""
    return _made(" ".join(clean(message, MESSAGE_LENGTH).split()), message)


def _made(english: str, text: str) -> str:
    """The English, made of what the text was made of."""
    return Text(english, text.template, text.values) if isinstance(text, Text) else english


def _filled_in(notebook: Node, run: Run, verdicts: tuple[Verdict, ...]) -> Node:
    """A copy with outputs, marks and messages. What none of them is put into is not copied."""
    by_check = {f"check_{verdict.exercise}": verdict for verdict in verdicts}
    filled = [*notebook["cells"]]
    for number, cell in enumerate(notebook["cells"], start=1):
        if cell["cell_type"] != "code":
            continue
        if cell["id"] in by_check:
            marks = _mark(by_check[cell["id"]], number)
            filled[number - 1] = {**cell, "outputs": marks, "execution_count": number}
        elif cell["outputs"] != (outputs := run.outputs.get(cell["id"], cell["outputs"])):
            filled[number - 1] = {**cell, "outputs": outputs}
    return {**notebook, "cells": filled}


def _worth(verdict: Verdict, points: float | None) -> Verdict:
    """The verdict where its exercise earns so many points; None: what its lesson says."""
    if points is None:
        return verdict
    share = verdict.score / verdict.max_score
    return replace(verdict, score=round(share * points, 2), max_score=points)


@cache
def _probe(exercise: Exercise, seed: int) -> Probe:
    key = cached_key(exercise, seed)
    return Probe(key.kind, key.parameters, key.cases)


def _sources(cells: Iterable[Cell]) -> tuple[str, ...]:
    return tuple(cell.source for cell in cells if not cell.keep)


def _mark(verdict: Verdict, number: int) -> list[Node]:
    """The form that nbgrader reads: a message to show and a number to count."""
    message = {"output_type": "display_data", "data": {"text/plain": str(verdict.message)}}
    score = {"output_type": "execute_result", "data": {"text/plain": repr(verdict.score)}}
    return [message | {"metadata": {}}, score | {"metadata": {}, "execution_count": number}]


def _error_in(run: Run, cell: str) -> str | None:
    """The error that a cell ended with, in one line; None for a stub that was left alone."""
    for output in run.outputs.get(cell, []):
        if output["output_type"] == "error" and output["ename"] != _STUB:
            text = _CELL_NAME.sub("", output["evalue"])
            return f"{output['ename']}: {text}".rstrip(": ")
    return None


def _failed(key: diagnose.AnswerKey, failure: Failure, cell_error: str | None) -> Verdict:
    if failure.status == Status.NOT_ATTEMPTED and cell_error:
        text = told("The cell raised {error}.", error=cell_error)
        return diagnose.verdict(key, Status.RAISED, text)
    if failure.status == Status.NOT_ATTEMPTED:
        return diagnose.not_attempted(key)
    return diagnose.verdict(key, failure.status, failure.text, cause=failure.cause)
