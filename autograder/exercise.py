"""What a lesson asks, in one block: reference, cases, mistakes, variants, correct styles, hints.

lesson = Lesson("04_momentum", title="...", minutes=60)

@lesson.exercise(points=4, returns=("params", "velocity"))
def momentum_update(params, grads, velocity, learning_rate, beta=0.9): ...

@momentum_update.cases
def _(rng): yield Case(...)

momentum_update.mistake("old_velocity", "Your message ...", ("velocity[k]", "old[k]"))
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import combinations
from typing import Any

import numpy as np

import autograder.learner_side  # noqa: F401
from optlab.checking import codec, probe
from optlab.checking.answerkey import AnswerKey, Known, same
from optlab.checking.diagnose import Explain, Verdict, diagnose, match
from optlab.checking.diagnose import Pairs as PairFinder
from optlab.checking.probe import Case, Observation

PUBLIC_SEED = 0  # the public cases are the same for every learner and every run
HIDDEN = 1  # sets the stream of the hidden cases apart from that of the public ones


@dataclass(frozen=True)
class Answer:
    """A named implementation other than the reference: a mistake, a variant or a correct style.

    edits: (old, new) replacements in the reference's source; empty where `source` is a whole
        function of its own.
    share: the part of the points that it earns.
    """

    name: str
    message: str
    source: str
    edits: tuple[tuple[str, str], ...] = ()
    share: float = 0.0
    variant: bool = False


class Exercise:
    """One graded function. Created by `Lesson.exercise`."""

    kind = "function"

    def __init__(self, lesson: "Lesson", reference: Callable, settings: dict[str, Any]) -> None:
        self.lesson = lesson
        self.reference = reference
        self.name = reference.__name__
        self.points: float = settings.pop("points")
        self.settings = settings
        self.source = _source(reference)
        parameters = inspect.signature(reference).parameters
        self.parameters = list(parameters)
        self.defaults = {
            name: item.default
            for name, item in parameters.items()
            if item.default is not inspect.Parameter.empty
        }
        self.mistakes: list[Answer] = []
        self.variants: list[Answer] = []
        self.styles: list[Answer] = []
        self._make_cases: list[Callable] = []

    def cases(self, make: Callable) -> Callable:
        """Decorator: `make(rng)` yields cases, the same number for every seed.

        All are public, and asked once more with another `rng` when the answer is graded.
        """
        self._make_cases.append(make)
        return make

    def mistake(
        self, name: str, message: str, *edits: tuple[str, str], share: float = 0.0
    ) -> Callable:
        """Register a named mistake: edits of the reference, or (without edits) a decorator.

        Registered again under the same name it is another form of that mistake: a family.
        """
        return self._register(self.mistakes, Answer(name, message, "", edits, share))

    def variant(self, name: str, message: str, *edits: tuple[str, str]) -> Callable:
        """Register another convention: accepted with full marks, and said."""
        return self._register(self.variants, Answer(name, message, "", edits, 1.0, variant=True))

    def style(self, function: Callable) -> Callable:
        """Decorator: another way to write a correct answer; it must pass."""
        name = f"style_{len(self.styles) + 1}"
        self.styles.append(Answer(name, "", _source(function, self.name), (), 1.0))
        return function

    def _register(self, answers: list[Answer], answer: Answer) -> Callable:
        def add(source: str) -> None:
            answers.append(Answer(**{**answer.__dict__, "source": source}))

        if answer.edits:
            add(_edit(self.source, answer.edits, answer.name))

        def whole(function: Callable) -> Callable:
            add(_source(function, self.name))
            return function

        return whole

    def implement(self, answer: Answer) -> Callable:
        """The callable that a registered answer's source defines."""
        return _define(answer.source, self.name, self.reference.__globals__)

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
        """The full key, hidden cases included: for the judge, never for a learner."""
        return _key(self, self.make_cases(seed))

    def public_key(self) -> AnswerKey:
        """The key that goes into the learner's folder: public cases only."""
        public = self.public_cases()
        return _key(self, public, hidden=len(self.make_cases(PUBLIC_SEED)) - len(public))

    def observe(self, function: Any, cases: Iterable[Case]) -> tuple[Observation, ...]:
        """Observe a callable on cases, in this process: for trusted code only."""
        return probe.observe_all(function, self.parameters, cases)


class Pairs:
    """Two answers at once: every two edits of an exercise that fit together.

    There are thousands of them, so all are tried on the shortest case only; what an answer does
    there leaves a few that are tried on every case.
    """

    def __init__(self, exercise: Exercise, key: AnswerKey) -> None:
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
            source = _edit(self.exercise.source, (*first.edits, *second.edits), "a pair")
        except ValueError:
            return None
        return _define(source, self.exercise.name, self.exercise.reference.__globals__)


def _both(first: Answer, second: Answer, observations: tuple[Observation, ...]) -> Known:
    if first.variant:  # a convention and a mistake: the convention is none of the learner's trouble
        return Known(second.name, second.message, observations)
    message = f"Two things at once. {first.message} Also: {second.message}"
    return Known(f"{first.name}+{second.name}", message, observations)


@dataclass(frozen=True)
class Option:
    """One answer to a quiz question, with what to say to whoever gives it."""

    value: Any
    explanation: str


@dataclass(eq=False)
class Quiz:
    """A question with one right answer. Created by `Lesson.quiz`.

    right: the right answer and why it is right. wrong: the others, each explained.
    rtol: relative tolerance for a number. asks: what kind of answer is asked for, "a number of
    days"; letters say so by themselves.
    """

    lesson: "Lesson"
    name: str
    points: float
    right: Option
    wrong: tuple[Option, ...]
    rtol: float = 0.02
    hints: tuple[str, ...] = ()
    asks: str = ""
    kind = "quiz"
    variants: list[Answer] = field(default_factory=list)

    @property
    def mistakes(self) -> list[Answer]:
        """The wrong options, as named answers."""
        return [
            Answer(f"answered_{option.value}", option.explanation, self.source_of(option))
            for option in self.wrong
        ]

    def source_of(self, option: Option) -> str:
        """The cell that gives this answer."""
        return f"{self.name} = {option.value!r}\n"

    def key(self, seed: int = PUBLIC_SEED) -> AnswerKey:
        """A quiz has no cases; its key is the same for judge and learner."""
        known = (
            Known(answer.name, answer.message, (probe.observe_answer(option.value),))
            for answer, option in zip(self.mistakes, self.wrong, strict=True)
        )
        return AnswerKey(
            exercise=self.name,
            kind=self.kind,
            points=self.points,
            parameters=[],
            returns=(),
            cases=(),
            expected=(probe.observe_answer(self.right.value),),
            known=tuple(known),
            hints=self.hints,
            right=self.right.explanation,
            rtol=self.rtol,
            asks=self._asked(),
        )

    def _asked(self) -> str:
        values = [option.value for option in (self.right, *self.wrong)]
        if all(isinstance(value, str) for value in values):
            return f"one of {', '.join(sorted(values))}"
        return self.asks or "a number"

    public_key = key


class Lesson:
    """The exercises of one lesson, in the order in which the learner meets them."""

    def __init__(self, name: str, *, title: str, minutes: int) -> None:
        self.name = name
        self.title = title
        self.minutes = minutes
        self.exercises: dict[str, Exercise | Quiz] = {}

    @cached_property
    def points(self) -> float:
        """Points of the whole lesson."""
        return sum(exercise.points for exercise in self.exercises.values())

    def exercise(
        self,
        *,
        points: float,
        returns: tuple[str, ...] = (),
        summary: str | None = None,
        views_allowed: bool = False,
        floats_only: bool = False,
        hints: tuple[str, ...] = (),
    ) -> Callable[[Callable], Exercise]:
        """Decorator: the decorated function is the reference.

        returns: names of the results, for messages. summary: see `AnswerKey`. views_allowed:
        whether the result may share memory with the arguments. floats_only: whether integers and
        single precision cost a share where the reference gives an array of floats.
        """
        settings = {
            "points": points,
            "returns": returns,
            "summary": summary,
            "views_allowed": views_allowed,
            "floats_only": floats_only,
            "hints": hints,
        }

        def register(reference: Callable) -> Exercise:
            exercise = Exercise(self, reference, settings)
            self.exercises[exercise.name] = exercise
            return exercise

        return register

    def quiz(
        self,
        name: str,
        right: tuple[Any, str],
        *wrong: tuple[Any, str],
        points: float = 1,
        **settings: Any,
    ) -> Quiz:
        """Register a question: the right (answer, explanation), then the wrong ones."""
        options = tuple(Option(*option) for option in wrong)
        quiz = Quiz(self, name, points, Option(*right), options, **settings)
        self.exercises[name] = quiz
        return quiz


def judge_here(
    exercise: Exercise | Quiz,
    thing: Any,
    seed: int = PUBLIC_SEED,
    explain: Explain | None = None,
) -> Verdict:
    """Judge trusted code in this process: for tests and for writing exercises."""
    key = cached_key(exercise, seed)
    if isinstance(exercise, Quiz):
        return diagnose(key, [probe.observe_answer(thing)])
    return diagnose(key, exercise.observe(thing, key.cases), pairs_of(exercise, seed), explain)


@cache
def cached_key(exercise: Exercise | Quiz, seed: int) -> AnswerKey:
    """The full key, made once per exercise and run."""
    return exercise.key(seed)


@cache
def pairs_of(exercise: Exercise | Quiz, seed: int) -> PairFinder | None:
    """What `diagnose` asks for two mistakes at once; a quiz has no such thing."""
    if isinstance(exercise, Quiz):
        return None
    return Pairs(exercise, cached_key(exercise, seed)).find


def _key(exercise: Exercise, cases: tuple[Case, ...], hidden: int = 0) -> AnswerKey:
    known = (
        Known(
            name=answer.name,
            message=answer.message,
            observations=_Trial(exercise, answer, cases),
            share=answer.share,
            variant=answer.variant,
        )
        for answer in (*exercise.variants, *exercise.mistakes)
    )
    return AnswerKey(
        exercise=exercise.name,
        kind=exercise.kind,
        points=exercise.points,
        parameters=exercise.parameters,
        cases=cases,
        expected=exercise.observe(exercise.reference, cases),
        known=tuple(known),
        hidden=hidden,
        defaults=exercise.defaults,
        **exercise.settings,
    )


class _Trial(Sequence[Observation]):
    """What a registered answer does, case by case, each tried when it is looked at.

    A wrong answer departs from most of the known ones at the first case.
    """

    def __init__(self, exercise: Exercise, answer: Answer, cases: tuple[Case, ...]) -> None:
        self._exercise, self._answer, self._cases = exercise, answer, cases
        self._seen: dict[int, Observation] = {}

    @cached_property
    def _function(self) -> Callable:
        return self._exercise.implement(self._answer)

    def __getitem__(self, index: int) -> Observation:
        if index not in self._seen:
            case = self._cases[index]
            self._seen[index] = probe.observe(self._function, self._exercise.parameters, case)
        return self._seen[index]

    def __len__(self) -> int:
        return len(self._cases)


def _source(function: Callable, name: str | None = None) -> str:
    """The function's source without decorators and docstring, renamed when `name` is given.

    Without the docstring, because edits are meant for code and prose may repeat it.
    """
    source = textwrap.dedent(inspect.getsource(function))
    definition = ast.parse(source).body[0]
    lines = source.splitlines(keepends=True)
    body = definition.body[1:] if ast.get_docstring(definition) else definition.body
    head = "".join(lines[definition.lineno - 1 : definition.body[0].lineno - 1])
    source = head + "".join(lines[body[0].lineno - 1 :])
    return (
        source if name is None else source.replace(f"def {function.__name__}(", f"def {name}(", 1)
    )


def _edit(source: str, edits: Iterable[tuple[str, str]], name: str) -> str:
    for old, new in edits:
        if source.count(old) != 1:
            raise ValueError(
                f"{name}: {old!r} is {source.count(old)} times in the source, not once"
            )
        source = source.replace(old, new)
    return source


def _define(source: str, name: str, namespace: dict[str, Any]) -> Callable:
    scope = dict(namespace)
    exec(compile(source, f"<{name}>", "exec"), scope)
    return scope[name]
