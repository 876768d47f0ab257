"""A lesson's exercises, as its author writes them down: functions and questions, in order.

lesson = Lesson("04_momentum", title="...")

@lesson.exercise(points=4, returns=("params", "velocity"))
def momentum_update(params, grads, velocity, learning_rate, beta=0.9): ...

lesson.quiz("momentum_curves", title="...", question="...", options={...}, right="b", hints=(...))
"""

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from autograder.exercise import Exercise, Function
from autograder.quiz import Option, Quiz, by_letter

T = TypeVar("T", bound=Exercise)


class Lesson:
    """The exercises of one lesson, in the order in which the learner meets them."""

    def __init__(self, name: str, *, title: str) -> None:
        self.name = name
        self.title = title
        self.functions: dict[str, Function] = {}
        self.quizzes: dict[str, Quiz] = {}
        self.exercises: dict[str, Exercise] = {}  # both, in order

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
        hints: tuple[str, ...] = (),
    ) -> Callable[[Callable], Function]:
        """Decorator: the decorated function is the reference.

        returns: names of the results, for messages. summary: see `AnswerKey`. views_allowed:
        whether the result may share memory with the arguments.
        """

        def register(reference: Callable) -> Function:
            function = Function(
                reference,
                points=points,
                returns=returns,
                summary=summary,
                views_allowed=views_allowed,
                hints=hints,
            )
            self._add(function, self.functions)
            return function

        return register

    def quiz(
        self,
        name: str,
        *,
        title: str,
        question: str,
        options: dict[str, tuple[str, str]],
        right: str,
        hints: tuple[str, ...],
        afterwards: str = "",
        points: float = 1,
    ) -> Quiz:
        """Register a question with lettered options: {"a": (text, explanation), ...}.

        Every option is explained, the right one too. Paragraphs of the question are wrapped;
        one that has lines of its own, as a table has, stays as it is.
        """
        lettered = by_letter(options)
        if right not in lettered:
            raise ValueError(f"{name}: the right option {right!r} is none of {', '.join(lettered)}")
        quiz = Quiz(
            name=name,
            points=points,
            title=title,
            question=question,
            options=tuple(lettered.values()),
            right=lettered[right],
            asks=f"one of {', '.join(lettered)}",
            hints=hints,
            afterwards=afterwards,
        )
        self._add(quiz, self.quizzes)
        return quiz

    def number_quiz(
        self,
        name: str,
        *,
        title: str,
        question: str,
        asks: str,
        right: tuple[float, str],
        wrong: dict[float, str],
        hints: tuple[str, ...],
        written: float | None = None,
        rtol: float = 0.02,
        points: float = 2,
    ) -> Quiz:
        """Register a question for a number: the right one and those that slips lead to, explained.

        asks: what kind of number, "a number of days". written: the right one as the solution
        notebook has it, where it is rounded there. rtol: relative tolerance.
        """
        answer = Option(value=right[0], explanation=right[1])
        slips = (Option(value=value, explanation=said) for value, said in wrong.items())
        quiz = Quiz(
            name=name,
            points=points,
            title=title,
            question=question,
            options=(answer, *slips),
            right=answer,
            asks=asks,
            hints=hints,
            written=written,
            rtol=rtol,
        )
        self._add(quiz, self.quizzes)
        return quiz

    def _add(self, exercise: T, among: dict[str, T]) -> None:
        if exercise.name in self.exercises:
            raise ValueError(f"{self.name} has two exercises named {exercise.name}")
        self.exercises[exercise.name] = among[exercise.name] = exercise
