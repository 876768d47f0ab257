"""Proving one exercise: that right answers pass, and wrong ones are told truly.

Every function yields faults, one line each; an exercise that yields none is proved.
"""

from collections.abc import Callable, Iterable, Iterator

from autograder.exercise import Answer, Exercise, Quiz, judge_here
from autograder.proof import mutants
from autograder.proof.mutants import Told
from optlab.checking import diagnose
from optlab.checking.diagnose import AnswerKey, Known, Verdict
from optlab.checking.probe import Case, Observation

LEAST_STYLES = 5
LEAST_TOLD = 0.75  # of the wrong neighbours of the reference


def faults(exercise: Exercise | Quiz, seeds: Iterable[int] = range(3)) -> Iterator[str]:
    """All that is wrong with an exercise."""
    yield from texts(exercise)
    if isinstance(exercise, Quiz):
        yield from options(exercise)
        return
    yield from answers(exercise, seeds)
    yield from neighbours(exercise, list(mutants.tell(exercise)))


def texts(exercise: Exercise | Quiz) -> Iterator[str]:
    """Faults that need no run: hints, styles and what the mistakes say."""
    hints = exercise.hints if isinstance(exercise, Quiz) else exercise.settings["hints"]
    if not hints:
        yield "there is no hint"
    if isinstance(exercise, Quiz):
        return
    if len(exercise.styles) < LEAST_STYLES:
        yield f"there are {len(exercise.styles)} correct styles, not {LEAST_STYLES}"
    said: dict[str, str] = {}
    for mistake in exercise.mistakes:
        if "?" not in mistake.message:
            yield f"{mistake.name}: its message asks nothing"
        other = said.setdefault(mistake.message, mistake.name)
        if other != mistake.name:  # the forms of one mistake share their message
            yield f"{mistake.name}: its message is that of {other}"


def options(quiz: Quiz) -> Iterator[str]:
    """Faults of a question: every option is told apart and explained."""
    if judge_here(quiz, quiz.right.value).status != diagnose.CORRECT:
        yield f"the right answer {quiz.right.value!r} does not pass"
    for option in quiz.wrong:
        verdict = judge_here(quiz, option.value)
        if (verdict.status, verdict.score) != (diagnose.KNOWN_MISTAKE, 0):
            yield f"the wrong answer {option.value!r} is {verdict.status}"
        elif verdict.message != option.explanation:
            yield f"the wrong answer {option.value!r} is not told its own explanation"


def answers(exercise: Exercise, seeds: Iterable[int]) -> Iterator[str]:
    """Faults of the registered answers, on the public cases with the hidden ones of each seed."""
    trials = _Trials(exercise, list(seeds))
    registered = (*exercise.variants, *exercise.mistakes)
    functions = [exercise.implement(answer) for answer in registered]
    known = [trials.observe(function) for function in functions]
    expected = trials.observe(exercise.reference)
    styles = [(style.name, trials.observe(exercise.implement(style))) for style in exercise.styles]
    for where, of_it in trials.parts():
        key = _key(exercise, of_it(trials.cases), of_it(expected), registered, map(of_it, known))
        for name, seen in (("the reference", expected), *styles):
            yield from _not_right(diagnose.diagnose(key, of_it(seen)), name, where)
        for answer, seen in zip(registered, known, strict=True):
            yield from _not_named(diagnose.diagnose(key, of_it(seen)), answer, where)


def neighbours(exercise: Exercise, told: list[Told]) -> Iterator[str]:
    """Faults in what is said of slips: a false name, a place that is not it, too many untold."""
    for item in told:
        slip = f"line {item.mutant.line}, {item.mutant.kind}: {item.mutant.edit}"
        if item.outcome == mutants.HIDDEN:
            yield f"passes check and fails grading: {slip}"
        if item.outcome == mutants.FALSE:
            yield f"is falsely named {item.verdict.mistake}: {slip}"
    share = mutants.share_told(told)
    if share < LEAST_TOLD:
        yield f"of the slips beside the reference {share:.0%} are told, not {LEAST_TOLD:.0%}"


class _Trials:
    """The public cases, then the hidden ones of every seed, so that each is tried only once."""

    def __init__(self, exercise: Exercise, seeds: list[int]) -> None:
        self.exercise = exercise
        self.public = len(exercise.public_cases())
        self.cases: tuple[Case, ...] = exercise.public_cases()
        self.ends = []
        for seed in seeds:
            self.cases += exercise.make_cases(seed)[self.public :]
            self.ends.append((f"seed {seed}", len(self.cases)))

    def observe(self, function: Callable) -> tuple[Observation, ...]:
        return self.exercise.observe(function, self.cases)

    def parts(self) -> Iterator[tuple[str, Callable[[tuple], tuple]]]:
        """(what to call it, how to cut it out): what `check` asks, then what each seed asks."""
        public = slice(0, self.public)
        yield "check", lambda items: items[public]
        start = self.public
        for name, end in self.ends:
            hidden = slice(start, end)
            yield name, lambda items, hidden=hidden: (*items[public], *items[hidden])
            start = end


def _key(
    exercise: Exercise,
    cases: tuple[Case, ...],
    expected: tuple[Observation, ...],
    registered: Iterable[Answer],
    known: Iterable[tuple[Observation, ...]],
) -> AnswerKey:
    return AnswerKey(
        exercise=exercise.name,
        kind=exercise.kind,
        points=exercise.points,
        parameters=exercise.parameters,
        cases=cases,
        expected=expected,
        known=tuple(
            Known(
                name=answer.name,
                message=answer.message,
                observations=seen,
                share=answer.share,
                variant=answer.variant,
            )
            for answer, seen in zip(registered, known, strict=True)
        ),
        **exercise.settings,
    )


def _not_right(verdict: Verdict, name: str, where: str) -> Iterator[str]:
    if verdict.status != diagnose.CORRECT or verdict.score != verdict.max_score:
        yield f"{name} is {verdict.status} ({where}): {verdict.message}"


def _not_named(verdict: Verdict, answer: Answer, where: str) -> Iterator[str]:
    if answer.variant:
        if (verdict.status, verdict.variant) != (diagnose.CORRECT, answer.name):
            yield f"the variant {answer.name} is {verdict.status} ({where}): {verdict.message}"
        return
    if verdict.mistake != answer.name:
        named = verdict.mistake or verdict.status
        yield f"{answer.name} is told as {named} ({where}): {verdict.message}"
    elif not verdict.message.startswith(answer.message):
        yield f"{answer.name} is told another message ({where}): {verdict.message}"
    if verdict.score >= verdict.max_score:
        yield f"{answer.name} earns full marks ({where})"
