"""A question of a lesson: what the notebook asks, the right answer, and what is said to the others.

The notebook's text and the answer key are both made from it.
"""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import autograder.learner_side  # noqa: F401
from autograder.answer import Answer
from autograder.exercise import PUBLIC_SEED, Exercise
from optlab.checking import probe
from optlab.checking.answerkey import AnswerKey, Known
from optlab.checking.probe import Case, Observation

_WIDTH = 98  # of a line of the notebook's text
_LETTERS = "abcdefgh"


@dataclass(frozen=True)
class Option:
    """One answer to a question, and what is said to whoever gives it.

    text: what stands beside the letter in the notebook; empty where the answer is a number.
    """

    value: str | float
    explanation: str
    text: str = ""


@dataclass(eq=False)
class Quiz(Exercise):
    """A question with one right answer. Created by `Lesson.quiz` and `Lesson.number_quiz`.

    afterwards: what the notebook says below the options. written: the right answer as the solution
    has it, where it is rounded there. rtol: relative tolerance of a number. asks: what kind of
    answer is asked for, "a number of days".
    """

    name: str
    points: float
    title: str
    question: str
    options: tuple[Option, ...]
    right: Option
    asks: str
    hints: tuple[str, ...]
    afterwards: str = ""
    written: float | None = None
    rtol: float = 0.02
    kind = "quiz"

    @property
    def wrong(self) -> tuple[Option, ...]:
        """The other options."""
        return tuple(option for option in self.options if option is not self.right)

    @property
    def source(self) -> str:
        return self.source_of(self.right)

    @property
    def mistakes(self) -> list[Answer]:
        """The wrong options, as named answers."""
        return [
            Answer(
                name=f"answered_{option.value}",
                message=option.explanation,
                written=partial(self.source_of, option),
            )
            for option in self.wrong
        ]

    def source_of(self, option: Option) -> str:
        """The cell that gives this answer."""
        value = f'"{option.value}"' if isinstance(option.value, str) else repr(option.value)
        return f"{self.name} = {value}\n"

    def text(self) -> str:
        """The question in Markdown, as the notebook asks it."""
        letters = [
            f"- **{one.value}** {one.text}".replace("\n", "\n  ")
            for one in self.options
            if one.text
        ]
        blocks = [
            f"### Quiz · {self.title}",
            *map(_wrapped, self.question.split("\n\n")),
            "\n".join(letters),
            self.afterwards,
        ]
        return "\n\n".join(block for block in blocks if block)

    def solution(self) -> str:
        """The cell that holds the right answer."""
        right = self.right.value if self.written is None else self.written
        answer = self.source_of(Option(value=right, explanation=""))
        return f"# BEGIN SOLUTION\n{answer}# END SOLUTION"

    def key(self, seed: int = PUBLIC_SEED) -> AnswerKey:
        return self.public_key()

    def public_key(self) -> AnswerKey:
        """A quiz has no cases; its key is the same for judge and learner."""
        known = [
            Known(
                name=answer.name,
                message=answer.message,
                observations=(probe.observe_answer(option.value),),
            )
            for answer, option in zip(self.mistakes, self.wrong, strict=True)
        ]
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
            asks=self.asks,
            options={str(one.value): one.text for one in self.options if one.text},
        )

    def observe(self, thing: Any, cases: Iterable[Case] = ()) -> tuple[Observation, ...]:
        return (probe.observe_answer(thing),)


def by_letter(options: dict[str, tuple[str, str]]) -> dict[str, Option]:
    """The options of a question, each with its text and its explanation, by their letters."""
    if len(options) < 2 or "".join(options) != _LETTERS[: len(options)]:
        raise ValueError(f"options must be a, b, c and so on; these are {', '.join(options)}")
    return {
        letter: Option(value=letter, explanation=explanation, text=text)
        for letter, (text, explanation) in options.items()
    }


def _wrapped(paragraph: str) -> str:
    """The paragraph in lines of the usual length; one with lines of its own (a table) stays."""
    if "\n" in paragraph:
        return paragraph
    return textwrap.fill(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)
