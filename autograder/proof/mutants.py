"""What a learner with a single slip would be told: the measure of an exercise's catalogue.

The neighbours of the reference (`mutate`) are run on the public cases, as `check` does, and each
verdict is held against the truth, which is known here: the edit, its line, and what the function
really does on inputs that nobody has seen.
"""

import linecache
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from autograder.answer import Answer
from autograder.exercise import Function, cached_public_key
from autograder.proof.counted import EndlessError, Turns, compile_counted
from autograder.proof.mutate import Mutant, canonical, neighbours
from optlab.checking import diagnose, explain
from optlab.checking.compare import difference
from optlab.checking.diagnose import AnswerKey, Status, Verdict, same
from optlab.checking.probe import Case, Observation

NAMED = "named"  # by a catalogued mistake that it is
PLACED = "placed"  # the line of the edit is told
TOLD = "told"  # something particular: an error, a fact, a form, a side effect, no end
NOTHING = "nothing"  # two numbers only
FALSE = "false"  # by a catalogued mistake that it is not
ELSEWHERE = "elsewhere"  # another line is told
HIDDEN = "hidden"  # `check` passes it and grading does not
EQUIVALENT = "equivalent"  # right, whatever it is asked
TRULY_TOLD = (NAMED, PLACED, TOLD)
NOT_TRULY_TOLD = (NOTHING, ELSEWHERE, FALSE, HIDDEN)
OUTCOMES = (*TRULY_TOLD, *NOT_TRULY_TOLD)

Seen = tuple[Observation, ...]
_FRESH = (101, 102)  # seeds of inputs that no key holds


@dataclass(frozen=True)
class Told:
    """One neighbour and what is said of it.

    outcome: what this is worth, see above. duplicate: the mistake with the same source.
    """

    mutant: Mutant
    verdict: Verdict
    outcome: str
    duplicate: str | None

    def to_data(self) -> dict[str, Any]:
        said = self.verdict.to_data()
        return {
            "edit": f"{self.mutant.kind}: {self.mutant.edit}",
            "line": self.mutant.line,
            "status": EQUIVALENT if self.outcome == EQUIVALENT else said["status"],
            "mistake": said["mistake"],
            "place": said["place"],
            "facts": said["facts"],
            "message": said["message"],
            "outcome": self.outcome,
            "duplicate": self.duplicate,
        }


def tell(
    exercise: Function, mutants: Iterable[Mutant] | None = None, *, searched: bool = True
) -> Iterator[Told]:
    """Say of each neighbour of the reference what its author would be told.

    searched: whether places and facts are looked for, which takes most of the time.
    """
    bench = Bench(exercise, searched)
    for mutant in neighbours(exercise.source) if mutants is None else mutants:
        yield bench.told(mutant)


def share_told(told: Iterable[Told]) -> float:
    """The part of the wrong neighbours of which something true and particular is said."""
    counts = Counter(item.outcome for item in told)
    wrong = sum(counts[outcome] for outcome in OUTCOMES)
    return sum(counts[outcome] for outcome in TRULY_TOLD) / wrong if wrong else 1.0


def _is_there(place: dict[str, Any], also: tuple[int, ...], mutant: Mutant) -> bool:
    """Whether the place is that of the edit; beside it, where a line is missing or moved.

    also: further lines that are told, as the other one of two.
    """
    lines = (*range(place["line"], place["end_line"] + 1), *also)
    beside = 1 if mutant.kind in ("line missing", "order of lines", "return in the loop") else 0
    true = range(mutant.line - beside, mutant.line + beside + 1)
    return any(line in true for line in lines)


def _same_error(first: Observation, second: Observation) -> bool:
    return first.error == second.error


def _is_telling(fact: dict[str, str]) -> bool:
    """Which cases are right says less than any other fact, and helps nobody alone."""
    return fact["kind"] != "some cases"


class Bench:
    """All that is computed once for the neighbours of one exercise."""

    def __init__(self, exercise: Function, searched: bool) -> None:
        self.exercise, self.searched = exercise, searched
        self.key = cached_public_key(exercise)
        self._as_mistake: dict[str, list[Seen]] = {}

    @cached_property
    def sources(self) -> dict[str, str]:
        """The catalogued mistakes by what Python makes of their source."""
        return {canonical(answer.source): answer.name for answer in self.exercise.mistakes}

    @cached_property
    def hidden(self) -> AnswerKey:
        """The cases of other seeds, without the public ones and with variants only."""
        public = len(self.key.cases)
        fresh = [case for seed in _FRESH for case in self.exercise.make_cases(seed)[public:]]
        expected = self.exercise.observe(self.exercise.reference, fresh)
        variants = tuple(
            replace(known, observations=self._do(answer, fresh))
            for known, answer in zip(self.key.known, self.exercise.variants, strict=False)
        )
        return replace(self.key, cases=tuple(fresh), expected=expected, known=variants)

    @cached_property
    def most_turns(self) -> int:
        """Far more turns of loops than the reference takes in any case."""
        counter = Turns(limit=10**7)
        reference = self._define(self.exercise.source, counter)
        most = 0
        for case in (*self.key.cases, *self.hidden.cases):
            counter.count = 0
            self.exercise.observe(reference, [case])
            most = max(most, counter.count)
        return 20 * most + 1000

    def told(self, mutant: Mutant) -> Told:
        """What is said of one neighbour, and whether it is true."""
        seen = self._observe(mutant.source, self.key.cases)
        verdict = self._verdict(mutant.source, seen)
        return Told(
            mutant=mutant,
            verdict=verdict,
            outcome=self._outcome(mutant, verdict, seen),
            duplicate=self.sources.get(mutant.source),
        )

    def _verdict(self, source: str, seen: Seen | None) -> Verdict:
        if seen is None:
            return diagnose.verdict(self.key, Status.TIMED_OUT, "This does not come to an end.")
        if not self.searched:
            return diagnose.diagnose(self.key, seen)
        own = explain.Answer(self.key, self._as_in_a_cell(source))
        return diagnose.diagnose(self.key, seen, explain=own.explain)

    def _as_in_a_cell(self, source: str) -> Callable:
        """The function, with its source where `inspect` looks for it."""
        name = f"<a neighbour of {self.exercise.name}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        scope = dict(self.exercise.reference.__globals__)
        exec(compile(source, name, "exec"), scope)
        return scope[self.exercise.name]

    def _outcome(self, mutant: Mutant, verdict: Verdict, seen: Seen | None) -> str:
        if verdict.status == Status.CORRECT:
            return EQUIVALENT if self._is_right(mutant) else HIDDEN
        if verdict.mistake:
            return NAMED if self._is(mutant, verdict.mistake) else FALSE
        if verdict.place is not None:
            return PLACED if _is_there(verdict.place, verdict.lines, mutant) else ELSEWHERE
        if seen is None or verdict.status == Status.RAISED or any(map(_is_telling, verdict.facts)):
            return TOLD
        return NOTHING if self._only_values_differ(seen) else TOLD

    def _only_values_differ(self, seen: Seen) -> bool:
        """Whether there is nothing to tell but what is expected and what came instead.

        Otherwise a form is wrong (a shape, a key, None), or there is a side effect.
        """
        pairs = zip(self.key.expected, seen, strict=True)
        found = (difference(wanted.outputs, got.outputs, "") for wanted, got in pairs)
        first = next((item for item in found if item), None)
        # What is random has values of its own in any case; its summary is what is compared.
        values = ("value", "shape") if self.key.summary else ("value",)
        return first is not None and first.kind in values

    def _is_right(self, mutant: Mutant) -> bool:
        seen = self._observe(mutant.source, self.hidden.cases)
        return seen is not None and diagnose.diagnose(self.hidden, seen).status == Status.CORRECT

    def _is(self, mutant: Mutant, mistake: str) -> bool:
        seen = self._observe(mutant.source, self.hidden.cases)
        return seen is not None and self.does(mistake, seen)

    def does(self, mistake: str, seen: Seen) -> bool:
        """Whether that is what a form of the mistake does on inputs that no key holds."""
        if mistake not in self._as_mistake:
            self._as_mistake[mistake] = [
                self._do(answer, self.hidden.cases)
                for answer in self.exercise.mistakes
                if answer.name == mistake
            ]
        return any(self._does(form, seen) for form in self._as_mistake[mistake])

    def _does(self, form: Seen, seen: Seen) -> bool:
        """Whether both give the same. An error ends what can be compared, and proves nothing."""
        pairs = [
            same(self.hidden, index, *pair)
            for index, pair in enumerate(zip(form, seen, strict=True))
            if not pair[1].error
        ]
        return all(pairs) if pairs else all(map(_same_error, form, seen))

    def _do(self, answer: Answer, cases: Iterable[Case]) -> Seen:
        return self.exercise.observe(self.exercise.implement(answer), cases)

    def _define(self, source: str, turns: Turns) -> Callable:
        exercise = self.exercise
        return compile_counted(source, exercise.name, exercise.reference.__globals__, turns)

    def _observe(self, source: str, cases: Iterable[Case]) -> Seen | None:
        """What the function does on each case; None when it does not come to an end."""
        counter = Turns(self.most_turns)
        function = self._define(source, counter)
        state = np.random.get_state()
        seen: list[Observation] = []
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for case in cases:
                    counter.count = 0
                    seen += self.exercise.observe(function, [case])
        except EndlessError:
            np.random.set_state(state)  # nobody has put back what a case keeps aside
            return None
        return tuple(seen)
