"""Pages for learners in another language: the README's part for them, `docs/learners.md`, glossary.

The first two are built of the English ones, and lie beside them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from autograder import NOTEBOOKS, ROOT
from autograder.build import minutes
from autograder.exercises import lessons
from autograder.lesson import Lesson
from autograder.translation import prose
from autograder.translation.unit import Kind, Translate, Unit

README = ROOT / "README.md"
LEARNERS = ROOT / "docs" / "learners.md"
GLOSSARY = ROOT / "docs" / "glossary.md"  # there is none in English alone
Title = Callable[[Lesson], str]
BEGIN, END = "<!-- learners:begin -->", "<!-- learners:end -->"  # the README's part for them
_LESSONS = "The lessons"
_ROWS = "<!-- -->"
_HEAD = "| lesson | minutes | exercises | points |"
_TERMS = (
    "What the terms of the course are called in English, and where they come first, stands in the "
    "[glossary](docs/glossary.md)."
)
_GLOSSARY = """\
# Glossary

The terms of the course as the lessons use them, with the lesson in which each comes first.

| in English | in the lessons | first in lesson |
|---|---|---|
"""
_MORE = (
    "How to teach with the course, how grading works and how to change something stands in the "
    "English [README](README.md), in the [guide for instructors](docs/instructors.md) and in "
    "[CONTRIBUTING](CONTRIBUTING.md)."
)
_LANGUAGES = re.compile(r"\n\[[^\]\n]*\]\([\w.]*\.md\)\n")  # the line that leads to the others


def units() -> list[Unit]:
    """The texts of both, from top to bottom."""
    found: list[Unit] = []

    def collect(text: str, kind: Kind, where: str) -> str:
        found.append(Unit(text, kind, where))
        return text

    for path in (README, LEARNERS):
        _said(path, partial(collect, where=path.name))
    prose.markdown(_GLOSSARY, partial(collect, where=GLOSSARY.name))
    return found


def pages(
    code: str, tr: Translate, title: Title, terms: Iterable[str]
) -> Iterator[tuple[Path, str]]:
    """All in the language of this code. title: of a lesson. terms: rows of the glossary."""
    for path in (README, LEARNERS):
        table = _table(code, title) if path == README else ""
        heading, rest = _said(path, tr)
        text = "\n\n".join([heading, f"[English]({path.name})", rest.replace(_ROWS, table)])
        yield _beside(path, code), _in(code, text)
    yield _beside(GLOSSARY, code), "\n".join([prose.markdown(_GLOSSARY.strip(), tr), *terms, ""])


def _said(path: Path, tr: Translate) -> tuple[str, str]:
    """The heading, and what follows it, in the words of `tr`."""
    whole = path.read_text("utf-8")
    heading, _, rest = whole.partition("\n")
    if path == README:
        rest = rest.partition(BEGIN)[2].partition(END)[0]
        table = f"## {_LESSONS}\n\n{_HEAD}\n|---|--:|--:|--:|\n{_ROWS}"
        rest = "\n\n".join([rest.strip(), table, _TERMS, _MORE])
    return prose.markdown(heading, tr), prose.markdown(_LANGUAGES.sub("", rest).strip(), tr) + "\n"


def _table(code: str, title: Title) -> str:
    return "\n".join(_row(code, lesson, title) for lesson in lessons().values())


def _row(code: str, lesson: Lesson, title: Title) -> str:
    called = f"{lesson.name.partition('_')[0]} {title(lesson)}"
    path = NOTEBOOKS / code / f"{lesson.name}.ipynb"
    link = f"[{called}]({path.relative_to(ROOT).as_posix()})" if path.exists() else called
    counts = f"{minutes.of_lesson(lesson)} | {len(lesson.exercises)} | {lesson.points:g}"
    return f"| {link} | {counts} |"


def _beside(path: Path, code: str) -> Path:
    return path.with_suffix(f".{code}{path.suffix}")


def _in(code: str, text: str) -> str:
    """With the commands and the links of this language."""
    text = text.replace("](#", f"]({README.name}#")
    text = re.sub(r"\bmake (lab|progress)\b", rf"make \1-{code}", text)
    text = re.sub(r"\bstudy/(?=\w+\.ipynb)", f"study/{code}/", text)
    for path in (LEARNERS, GLOSSARY):
        name = path.relative_to(ROOT).as_posix()
        text = text.replace(f"({name})", f"({_beside(Path(name), code).as_posix()})")
    return text
