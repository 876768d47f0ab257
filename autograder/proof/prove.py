"""Proving one exercise: that right answers pass, and wrong ones are told truly.

Every function yields faults, one line each; an exercise that yields none is proved.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import singledispatch

from autograder.answer import Answer
from autograder.exercise import Exercise, Function, cached_public_key, judge_here
from autograder.proof import mutants
from autograder.proof.mutants import Told
from autograder.quiz import Quiz
from optlab.checking import diagnose
from optlab.checking.diagnose import AnswerKey, Status, Verdict
from optlab.checking.probe import Case

CHECK = "check"
LEAST_STYLES = 2
LEAST_TOLD = 0.75  # of the wrong neighbours of the reference


@singledispatch
def faults(exercise: Exercise, seeds: range = range(3)) -> Iterator[str]:
    """All that is wrong with an exercise; each kind of them says below what that is."""
    raise NotImplementedError(exercise.kind)


@faults.register
def _(exercise: Function, seeds: range = range(3)) -> Iterator[str]:
    yield from hints(exercise)
    yield from texts(exercise)
    yield from right(exercise, seeds)
    yield from named(exercise, seeds)
    yield from neighbours(exercise, list(mutants.tell(exercise)))


@faults.register
def _(exercise: Quiz, seeds: range = range(0)) -> Iterator[str]:
    yield from hints(exercise)
    yield from options(exercise)


def hints(exercise: Exercise) -> Iterator[str]:
    """Who is stuck gets help."""
    if not exercise.hints:
        yield "there is no hint"


def texts(exercise: Function) -> Iterator[str]:
    """Faults of a function that need no run: styles, and what the mistakes say."""
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
    if judge_here(quiz, quiz.right.value).status != Status.CORRECT:
        yield f"the right answer {quiz.right.value!r} does not pass"
    for option in quiz.wrong:
        verdict = judge_here(quiz, option.value)
        if (verdict.status, verdict.score) != (Status.KNOWN_MISTAKE, 0):
            yield f"the wrong answer {option.value!r} is {verdict.status}"
        elif verdict.message != option.explanation:
            yield f"the wrong answer {option.value!r} is not told its own explanation"


def right(exercise: Function, seeds: Iterable[int]) -> Iterator[str]:
    """Faults of the reference and the styles, which must pass on every case of every seed."""
    for where, cases in _asked(exercise, seeds):
        key = exercise.key_for(cases)
        for answer in (None, *exercise.styles):
            function = exercise.implement(answer) if answer else exercise.reference
            verdict = diagnose.diagnose(key, exercise.observe(function, cases))
            if verdict.status != Status.CORRECT or verdict.score != exercise.points:
                name = answer.name if answer else "the reference"
                yield f"{name} is {verdict.status} ({where}): {verdict.message}"


def named(exercise: Function, seeds: Iterable[int]) -> Iterator[str]:
    """Faults of the mistakes and variants: in `check`, and as the grading of each seed asks them.

    Grading asks the public cases too, so nothing matches there that did not match in `check`: one
    seed shows as much as many do, unless numbers break a mistake.
    """
    registered = (*exercise.variants, *exercise.mistakes)
    public = cached_public_key(exercise)
    for where, cases in _asked(exercise, seeds):
        key = public if where == CHECK else _joined(public, exercise.key_for(cases))
        for answer, known in zip(registered, key.known, strict=True):
            yield from _not_named(diagnose.diagnose(key, known.observations), answer, where)


def neighbours(exercise: Function, told: list[Told]) -> Iterator[str]:
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


def _asked(exercise: Function, seeds: Iterable[int]) -> Iterator[tuple[str, tuple[Case, ...]]]:
    """What `check` asks, then what grading adds with each seed: every case once."""
    public = exercise.public_cases()
    yield CHECK, public
    for seed in seeds:
        yield f"seed {seed}", exercise.make_cases(seed)[len(public) :]


def _joined(first: AnswerKey, second: AnswerKey) -> AnswerKey:
    """One key for the cases of both."""
    known = (
        replace(one, observations=(*one.observations, *other.observations))
        for one, other in zip(first.known, second.known, strict=True)
    )
    return replace(
        first,
        cases=first.cases + second.cases,
        expected=first.expected + second.expected,
        known=tuple(known),
    )


def _not_named(verdict: Verdict, answer: Answer, where: str) -> Iterator[str]:
    if answer.variant:
        if (verdict.status, verdict.variant) != (Status.CORRECT, answer.name):
            yield f"the variant {answer.name} is {verdict.status} ({where}): {verdict.message}"
        return
    if verdict.mistake != answer.name:
        named = verdict.mistake or verdict.status
        yield f"{answer.name} is told as {named} ({where}): {verdict.message}"
    elif not verdict.message.startswith(answer.message):
        yield f"{answer.name} is told another message ({where}): {verdict.message}"
    if verdict.score >= verdict.max_score:
        yield f"{answer.name} earns full marks ({where})"
