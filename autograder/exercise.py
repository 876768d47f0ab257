"""What is asked of a function, in one block: reference, cases, mistakes, variants, styles, hints.

@lesson.exercise(points=4, returns=("params", "velocity"))
def momentum_update(params, grads, velocity, learning_rate, beta=0.9): ...

@momentum_update.cases
def _(rng): yield Case(...)

momentum_update.mistake("old_velocity", "Your message ...", ("velocity[k]", "old[k]"))
"""

import inspect
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, partial
from itertools import combinations
from typing import Any, ClassVar

import numpy as np

import autograder.learner_side  # noqa: F401
from autograder.answer import Answer, Edit, define, edited, source_of, standing_alone
from optlab.checking import codec, probe
from optlab.checking.answerkey import AnswerKey, Known, same
from optlab.checking.diagnose import Explain, Verdict, diagnose, match
from optlab.checking.diagnose import Pairs as PairFinder
from optlab.checking.probe import Case, Observation

Form = Edit | Sequence[Edit]
PUBLIC_SEED = 0  # the public cases are the same for every learner and every run
WAYS = 2  # how many a learner is shown beside the reference
HIDDEN = 1  # sets the stream of the hidden cases apart from that of the public ones


class Exercise(ABC):
    """What a lesson asks and grades: a function to write, or a question to answer.

    All that builds, proves and grades exercises goes by this and asks no further.
    """

    kind: ClassVar[str]
    name: str
    points: float
    hints: tuple[str, ...]

    @property
    @abstractmethod
    def source(self) -> str:
        """A right answer, as its cell holds it."""

    @property
    @abstractmethod
    def mistakes(self) -> Sequence[Answer]:
        """Every wrong answer that has a name, form by form."""

    @property
    def variants(self) -> Sequence[Answer]:
        """Every other convention: right as well, and said."""
        return ()

    @property
    def styles(self) -> Sequence[Answer]:
        """Right answers, each written in a way of its own."""
        return ()

    @property
    def ways(self) -> Sequence[str]:
        """Ways to write it that a learner is shown after a pass, as source."""
        return ()

    def handed_in(self, source: str) -> str:
        """The source of an answer as a learner's cell has to hold it."""
        return source

    @abstractmethod
    def key(self, seed: int = PUBLIC_SEED) -> AnswerKey:
        """The full key, hidden cases included: for the judge, never for a learner."""

    @abstractmethod
    def public_key(self) -> AnswerKey:
        """The key that goes into the learner's folder: public cases only."""

    @abstractmethod
    def observe(self, thing: Any, cases: Iterable[Case]) -> tuple[Observation, ...]:
        """Observe an answer on cases, in this process: for trusted code only."""

    def pairs(self, key: AnswerKey) -> PairFinder | None:
        """What `diagnose` asks for two mistakes at once; None where there is no such thing."""
        return None


class Function(Exercise):
    """An exercise that asks for a function. Created by `Lesson.exercise`, which see."""

    kind = "function"

    def __init__(
        self,
        reference: Callable,
        *,
        points: float,
        returns: tuple[str, ...],
        summary: str | None,
        views_allowed: bool,
        hints: tuple[str, ...],
    ) -> None:
        self.reference = reference
        self.name = reference.__name__
        self.points = points
        self.returns = returns
        self.summary = summary
        self.views_allowed = views_allowed
        self.hints = hints
        parameters = inspect.signature(reference).parameters
        self.parameters = list(parameters)
        self.defaults = {
            name: item.default
            for name, item in parameters.items()
            # Judged by what it reaches, an answer may choose its own.
            if item.default is not inspect.Parameter.empty and summary is None
        }
        self._mistakes: list[Answer] = []
        self._variants: list[Answer] = []
        self._styles: list[Answer] = []
        self._waiting = ""  # a mistake or variant without edits, until it decorates a function
        self._make_cases: list[Callable] = []

    @cached_property
    def source(self) -> str:
        """The reference, without decorators and docstring."""
        return source_of(self.reference)

    def cases(self, make: Callable) -> Callable:
        """Decorator: `make(rng)` yields cases, the same number for every seed.

        All are public, and asked once more with another `rng` when the answer is graded.
        """
        self._make_cases.append(make)
        return make

    @property
    def mistakes(self) -> list[Answer]:
        """In the order of registration."""
        self._require_all_decorate()
        return self._mistakes

    @property
    def variants(self) -> list[Answer]:
        self._require_all_decorate()
        return self._variants

    @property
    def styles(self) -> list[Answer]:
        return self._styles

    def mistake(
        self, name: str, message: str, *edits: Edit, share: float = 0.0, varies: bool = False
    ) -> Callable[[Callable], Callable]:
        """Register a named mistake: edits of the reference, or (without edits) a decorator."""
        self._require_new(name)
        answer = Answer(name=name, message=message, edits=edits, share=share, varies=varies)
        return self._register(self._mistakes, answer)

    def family(
        self,
        name: str,
        message: str,
        forms: Iterable[Form] | Mapping[str, Form],
        *,
        share: float = 0.0,
    ) -> None:
        """Register the forms of one mistake, each an edit or several.

        In a mapping, each stands under what replaces `{}` in the message.
        """
        self._require_new(name)
        if isinstance(forms, Mapping):
            told = [(message.format(piece), form) for piece, form in forms.items()]
        else:
            told = [(message, form) for form in forms]
        for said, form in told:
            edits = (form,) if isinstance(form[0], str) else tuple(form)
            answer = Answer(name=name, message=said, edits=edits, share=share)
            self._register(self._mistakes, answer)

    def another(self, name: str, *edits: Edit, message: str = "") -> Callable[[Callable], Callable]:
        """Register one more form of a mistake: edits, or (without edits) a decorator.

        message: what is said of this form, where it is not what is said of the first.
        """
        first = next((answer for answer in self.mistakes if answer.name == name), None)
        if first is None:
            raise ValueError(f"{self.name} has no mistake {name} that this could be a form of")
        answer = replace(first, message=message or first.message, edits=edits)
        return self._register(self._mistakes, answer)

    def fixed(self, above: str, **values: tuple[float, ...]) -> None:
        """Register `<argument>_fixed`: above that line the argument gets one of the values."""
        for argument, usual in values.items():
            self.family(
                f"{argument}_fixed",
                f"You use {argument} = {{}} whatever is asked. Where does the argument come in?",
                {f"{value:g}": (above, f"    {argument} = {value}\n{above}") for value in usual},
            )

    def another_default(self, **values: tuple[float, ...]) -> None:
        """Register `another_default`: a default of the signature changed to one of the values."""
        forms = {}
        for argument, others in values.items():
            found = re.search(rf"\b{argument}=([^,)]+)", self.source)
            if found is None:
                raise ValueError(f"{self.name}: {argument} has no default")
            given = found[1]
            for other in others:
                told = (
                    f"{argument} is left out you take {other:g}; the cell that you got has {given}"
                )
                forms[told] = (f"{argument}={given}", f"{argument}={other}")
        self.family("another_default", "Where {}. Did you mean to change it?", forms)

    def variant(self, name: str, message: str, *edits: Edit) -> Callable[[Callable], Callable]:
        """Register another convention: accepted with full marks, and said."""
        self._require_new(name)
        answer = Answer(name=name, message=message, edits=edits, share=1.0, variant=True)
        return self._register(self._variants, answer)

    def style(self, function: Callable) -> Callable:
        """Decorator: another way to write a correct answer; it must pass."""
        name = f"style_{len(self._styles) + 1}"
        written = partial(source_of, function, self.name)
        self._styles.append(Answer(name=name, message="", written=written, share=1.0))
        return function

    @property
    def ways(self) -> list[str]:
        """The reference, then the two shortest styles: what is short is read."""
        shortest = sorted((style.source for style in self._styles), key=len)[:WAYS]
        sources = [self.handed_in(source).strip() for source in (self.source, *shortest)]
        return [re.sub(r" +# noqa.*", "", source) for source in sources]

    def _register(self, answers: list[Answer], answer: Answer) -> Callable[[Callable], Callable]:
        self._require_all_decorate()
        if answer.edits:
            source = edited(self.source, answer.edits, answer.name)
            answers.append(replace(answer, written=partial(str, source)))
        else:
            self._waiting = answer.name

        def whole(function: Callable) -> Callable:
            if self._waiting != answer.name:
                raise ValueError(f"{answer.name} has its edits or its function already")
            self._waiting = ""
            answers.append(replace(answer, written=partial(source_of, function, self.name)))
            return function

        return whole

    def _require_new(self, name: str) -> None:
        if any(answer.name == name for answer in (*self.mistakes, *self.variants)):
            raise ValueError(
                f"{self.name} has two mistakes named {name}; `family` or `another` registers forms"
            )

    def _require_all_decorate(self) -> None:
        if self._waiting:
            raise ValueError(f"{self.name}: {self._waiting} has no edits and decorates no function")

    def handed_in(self, source: str) -> str:
        """With the imports that stand above it here."""
        return standing_alone(source, self.reference.__globals__)

    def implement(self, answer: Answer) -> Callable:
        """The callable that a registered answer's source defines."""
        return define(answer.source, self.name, self.reference.__globals__)

    def make_cases(self, seed: int) -> tuple[Case, ...]:
        """Public cases from the fixed seed, then hidden ones: the same kinds, fresh numbers.

        What is hidden therefore asks nothing that `check` does not ask. A case without a random
        number is public only.
        """
        public = self.public_cases()
        asked = {codec.encode(case.args) + codec.encode(case.then) for case in public}
        fresh = self._from_seed(HIDDEN, seed)
        hidden = (
            case for case in fresh if codec.encode(case.args) + codec.encode(case.then) not in asked
        )
        return (*public, *hidden)

    def public_cases(self) -> tuple[Case, ...]:
        """The cases that a learner's key holds, every kind once."""
        return tuple(replace(case, public=True) for case in self._from_seed(PUBLIC_SEED))

    def _from_seed(self, *seed: int) -> Iterator[Case]:
        for number, make in enumerate(self._make_cases):
            yield from make(np.random.default_rng([*seed, number]))

    def key(self, seed: int = PUBLIC_SEED) -> AnswerKey:
        return self.key_for(self.make_cases(seed))

    def public_key(self) -> AnswerKey:
        public = self.public_cases()
        return self.key_for(public, hidden=len(self.make_cases(PUBLIC_SEED)) - len(public))

    def key_for(self, cases: tuple[Case, ...], hidden: int = 0) -> AnswerKey:
        """The key that asks these cases; `hidden`: how many more the judge asks."""
        known = (
            Known(
                name=answer.name,
                message=answer.message,
                observations=_Trial(self, answer, cases),
                share=answer.share,
                variant=answer.variant,
            )
            for answer in (*self.variants, *self.mistakes)
        )
        return AnswerKey(
            exercise=self.name,
            kind=self.kind,
            points=self.points,
            parameters=self.parameters,
            returns=self.returns,
            cases=cases,
            expected=self.observe(self.reference, cases),
            known=tuple(known),
            hints=self.hints,
            summary=self.summary,
            views_allowed=self.views_allowed,
            hidden=hidden,
            defaults=self.defaults,
        )

    def observe(self, thing: Any, cases: Iterable[Case]) -> tuple[Observation, ...]:
        return probe.observe_all(thing, self.parameters, cases)

    def pairs(self, key: AnswerKey) -> PairFinder:
        return Pairs(self, key).find


class Pairs:
    """Two answers at once: every two edits of an exercise that fit together.

    There are thousands of them, so all are tried on the shortest case only; what an answer does
    there leaves a few that are tried on every case.
    """

    def __init__(self, exercise: Function, key: AnswerKey) -> None:
        self.exercise, self.key = exercise, key
        self.index = min(range(len(key.cases)), key=lambda i: len(key.cases[i].then))

    def find(self, seen: tuple[Observation, ...]) -> Known | None:
        """The pair that does what was seen on every case."""
        for (first, second), function, observation in self._tried:
            if not same(self.key, self.index, observation, seen[self.index]):
                continue
            observations = self.exercise.observe(function, self.key.cases)
            found = match(self.key, [_both(first, second, observations)], seen)
            if found:
                return found
        return None

    @cached_property
    def _tried(self) -> list[tuple[tuple[Answer, Answer], Callable, Observation]]:
        """Every pair with what it does on the shortest case; made when an answer first needs it."""
        case = self.key.cases[self.index]
        answers = (*self.exercise.variants, *self.exercise.mistakes)
        return [
            ((first, second), function, probe.observe(function, self.key.parameters, case))
            for first, second in combinations(answers, 2)
            if not second.variant
            and first.name != second.name
            and (function := self._combined(first, second))
        ]

    def _combined(self, first: Answer, second: Answer) -> Callable | None:
        """Both edits applied to the reference, or None where they do not fit together."""
        if not first.edits or not second.edits:
            return None
        try:
            source = edited(self.exercise.source, (*first.edits, *second.edits), "a pair")
        except ValueError:
            return None
        return define(source, self.exercise.name, self.exercise.reference.__globals__)


def _both(first: Answer, second: Answer, observations: tuple[Observation, ...]) -> Known:
    if first.variant:  # a convention and a mistake: the convention is none of the learner's trouble
        return Known(second.name, second.message, observations)
    message = f"Two things at once. {first.message} Also: {second.message}"
    return Known(f"{first.name}+{second.name}", message, observations)


def judge_here(
    exercise: Exercise,
    thing: Any,
    seed: int = PUBLIC_SEED,
    explain: Explain | None = None,
) -> Verdict:
    """Judge trusted code in this process: for tests and for writing exercises."""
    key = cached_key(exercise, seed)
    return diagnose(key, exercise.observe(thing, key.cases), pairs_of(exercise, seed), explain)


@cache
def cached_public_key(exercise: Exercise) -> AnswerKey:
    """The public key, made once per exercise and run: what mistakes do is tried only once."""
    return exercise.public_key()


@cache
def cached_key(exercise: Exercise, seed: int) -> AnswerKey:
    """The full key, made once per exercise and run."""
    return exercise.key(seed)


@cache
def pairs_of(exercise: Exercise, seed: int) -> PairFinder | None:
    """What finds two mistakes at once, made once per exercise and run."""
    return exercise.pairs(cached_key(exercise, seed))


class _Trial(Sequence[Observation]):
    """What a registered answer does, case by case, each tried when it is looked at.

    A wrong answer departs from most of the known ones at the first case.
    """

    def __init__(self, exercise: Function, answer: Answer, cases: tuple[Case, ...]) -> None:
        self._exercise, self._answer, self._cases = exercise, answer, cases
        self._seen: dict[int, Observation] = {}

    @cached_property
    def _function(self) -> Callable:
        return self._exercise.implement(self._answer)

    def __getitem__(self, index: Any) -> Any:
        if index not in self._seen:
            case = self._cases[index]
            self._seen[index] = probe.observe(self._function, self._exercise.parameters, case)
        return self._seen[index]

    def __iter__(self) -> Iterator[Observation]:
        """Who wants them all has them in one run: the random states are then looked at once."""
        left = [index for index in range(len(self)) if index not in self._seen]
        cases = [self._cases[index] for index in left]
        seen = self._exercise.observe(self._function, cases) if left else ()
        self._seen.update(zip(left, seen, strict=True))
        return (self._seen[index] for index in range(len(self)))

    def __len__(self) -> int:
        return len(self._cases)
