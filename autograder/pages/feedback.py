"""The page that a learner gets back: marks, messages, their code and figures, in one file.

The page is safe to open: an autoescaped template, no script, nothing loaded from anywhere, and a
content security policy that says so to the browser. It is made once everything is settled, from the
graded notebook, the verdict file and what a person has entered in the gradebook; later again where
one of these has changed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from hashlib import sha256
from pathlib import Path
from typing import Any

from markupsafe import Markup

from autograder import files
from autograder.course.corrections import NOTHING, Correction, Entries
from autograder.course.submissions import Submission, graded_notebook
from autograder.course.verdicts import Kept, as_said, language_of, verdicts_of
from autograder.errors import RunError
from autograder.handin.outputs import FileLimits, written
from autograder.handin.read import Refusal, read_bytes
from autograder.pages import outline, prose
from autograder.pages.html import speaker, template
from autograder.pages.outline import Section, Task
from autograder.text import clean
from autograder.translation import spoken
from optlab.checking.diagnose import PLAIN, Status, Verdict
from optlab.checking.language import Look, told

# `nbgrader release_feedback` finds by them which learner may fetch a page.
TICKETS = ("timestamp.txt", "submission_secret.txt")
CODE_LENGTH = 20_000
# Icon, word and tone by status. The icons are in every font; the words carry the meaning.
STATUS: dict[Status, tuple[str, str, str]] = {
    Status.CORRECT: ("✓", told("Correct"), "good"),
    Status.KNOWN_MISTAKE: ("✗", told("Not right yet"), "bad"),
    Status.INCORRECT: ("✗", told("Not right yet"), "bad"),
    Status.RAISED: ("!", told("Raised an error"), "bad"),
    Status.TIMED_OUT: ("…", told("Took too long"), "bad"),
    Status.REFUSED: ("✗", told("Could not be graded"), "bad"),
    Status.NOT_ATTEMPTED: ("\u2013", told("Not attempted"), "none"),
}
OTHER = ("•", "bad")  # a status that has no line here is shown by its name
PARTLY = ("~", told("Partly right"), "some")
BY_HAND = ("✎", told("Marked by hand"))
_HEAD = 1000  # bytes of a page in which its head's facts stand


def shown(status: Status) -> tuple[str, str, str]:
    """Icon, word and tone of a status."""
    icon, tone = OTHER
    return STATUS.get(status, (icon, status.replace("_", " ").capitalize(), tone))


@dataclass(frozen=True)
class Dates:
    """When a submission was handed in and graded, where that is known."""

    handed_in: datetime | None = None
    graded: date | None = None


UNDATED = Dates()


@dataclass(frozen=True)
class _Figure:
    png: str
    alt: str


@dataclass(frozen=True)
class _Part:
    """One exercise on the page. look: what stands for a text in the page's language."""

    verdict: Verdict
    correction: Correction
    code: str
    figures: tuple[_Figure, ...]
    task: Task | None
    look: Look

    @property
    def title(self) -> Markup | str:
        return self.task.title if self.task else self.verdict.exercise

    @property
    def is_untried(self) -> bool:
        return self.verdict.status == Status.NOT_ATTEMPTED

    @property
    def is_right(self) -> bool:
        """Whether nothing is left to do, for the grader or for a person."""
        return self.score >= self.verdict.max_score

    @property
    def chosen(self) -> Markup | None:
        """The wrong option that was chosen, where the exercise is a question with options."""
        option = outline.wrong_option(self.verdict.exercise, self.verdict.mistake)
        if option is None or not option.text:
            return None
        text = " ".join(option.text.split("\n"))  # as a translator has it
        said = self.look(text)
        return prose.inline(option.text if said == text else said)

    @property
    def message(self) -> str:
        """Empty where it would only repeat the status."""
        return "" if self.verdict.message == self.look(PLAIN) else clean(self.verdict.message)

    @property
    def before(self) -> str:
        """The code up to the line of the slip; all of it where none is told."""
        return "".join(self._lines[: self._slip])

    @property
    def slip(self) -> tuple[str, str, str]:
        """The line of the slip: what stands before the piece, the piece, and what is behind it.

        No piece where it is longer than the line: then it is the line.
        """
        line = "".join(self._lines[self._slip : self._slip + 1])
        place = self.verdict.place
        if not line or place is None:
            return line, "", ""
        columns = place["column"], place["end_column"]  # of bytes
        start, end = (len(line.encode()[:column].decode(errors="ignore")) for column in columns)
        is_there = line[start:end] == clean(place["piece"])
        return (line[:start], line[start:end], line[end:]) if is_there else (line, "", "")

    @property
    def after(self) -> str:
        return "".join(self._lines[self._slip + 1 :])

    @property
    def _lines(self) -> list[str]:
        return self.code.splitlines(keepends=True)

    @property
    def _slip(self) -> int:
        """Index of the line to mark, which holds the piece; else behind the last one.

        The function may also stand in another cell than the one that is shown.
        """
        place = self.verdict.place or {"line": 0, "piece": ""}
        index, piece = place["line"] - 1, clean(place["piece"]).splitlines()[:1]
        there = 0 <= index < len(self._lines) and piece and piece[0] in self._lines[index]
        return index if there else len(self._lines)

    @property
    def comment(self) -> str:
        return clean(self.correction.comment).strip()

    @property
    def score(self) -> float:
        """The mark that counts."""
        return self.correction.applied(self.verdict.score)

    @property
    def status(self) -> tuple[str, str, str]:
        if self.correction.score is not None:
            return (*BY_HAND, self._tone(self.score))
        partly = 0 < self.verdict.score < self.verdict.max_score
        return PARTLY if partly else shown(self.verdict.status)

    def _tone(self, score: float) -> str:
        if score <= 0:
            return "bad"
        return "good" if score >= self.verdict.max_score else "some"


def page(
    student: str,
    lesson: str,
    notebook: Mapping[str, Any] | None,
    verdicts: Iterable[Verdict],
    problems: Iterable[str],
    *,
    rerun: bool = False,
    entries: Entries = NOTHING,
    dates: Dates = UNDATED,
    stamp: str = "",
    language: str = "",
) -> str:
    """The feedback on one submission as HTML.

    notebook: graded and made `safe`; None for a submission that could not be graded.
    rerun: whether experiments were run by the grader; else their figures are those submitted.
    entries: marks and comments given by hand, and points lost for being late.
    dates: when it was handed in and graded.
    stamp: stands in the page's head.
    """
    cells = notebook["cells"] if notebook else []
    code, figures = _by_exercise(cells)
    look = spoken.look(lesson, language) if language else None
    tasks = outline.tasks(lesson, language)
    parts = [
        _Part(
            verdict,
            entries.corrections.get(verdict.exercise, Correction()),
            code.get(verdict.exercise, ""),
            tuple(figures.get(verdict.exercise, ())),
            tasks.get(verdict.exercise),
            look or str,
        )
        for verdict in verdicts
    ]
    left = [part for part in parts if not part.is_right]
    return template("feedback").render(
        student=clean(student),
        title=_title(cells, lesson),
        lesson=clean(lesson, 60),
        parts=parts,
        next=next(iter(left), None),
        sections=_sections(left),
        dates=dates,
        problems=[clean(problem) for problem in problems],
        score=sum(part.score for part in parts) - entries.late_penalty,
        max_score=sum(part.verdict.max_score for part in parts),
        rerun=rerun,
        entries=entries,
        stamp=stamp,
        language=language,
        say=speaker(look),
    )


def _sections(parts: Iterable[_Part]) -> list[Section]:
    """What to read again, in the order of the lesson; the later of two has more of a section."""
    sections = [part.task.section for part in parts if part.task]
    return [*{section.heading: section for section in sections}.values()]


def give_back(
    folder: Path,
    submission: Submission,
    kept: Kept,
    entries: Entries,
    rerun: bool,
    zone: tzinfo = UTC,
) -> None:
    """Bring one submission's feedback folder up to date; nothing is judged anew."""
    name = submission.lesson
    place = folder.joinpath("feedback", submission.student, name)
    dates = _dates(submission, kept, zone)
    path, stamp = place / f"{name}.html", _stamp(kept, entries, dates)
    if not _bears(path, stamp):
        verdict = as_said(kept.verdict)
        verdicts = verdicts_of(verdict)
        text = page(
            submission.student,
            name,
            _graded(graded_notebook(folder, submission)) if verdicts else None,
            verdicts,
            verdict["problems"],
            rerun=rerun,
            entries=entries,
            dates=dates,
            stamp=stamp,
            language=language_of(kept.verdict),
        )
        files.replace(path, text)
    for ticket in TICKETS:
        _copy(submission.path.with_name(ticket), place / ticket)


def _graded(path: Path) -> Mapping[str, Any]:
    try:
        return written(path.read_bytes())
    except (OSError, ValueError, TypeError, LookupError) as error:  # cut short, or no notebook
        raise RunError(f"cannot read {path}; delete it and grade again") from error


def _dates(submission: Submission, kept: Kept, zone: tzinfo) -> Dates:
    """In the course's zone. A verdict is as old as its file."""
    handed_in = submission.timestamp
    return Dates(
        handed_in=handed_in.replace(tzinfo=UTC).astimezone(zone) if handed_in else None,
        graded=datetime.fromtimestamp(kept.written, zone).date(),
    )


def _stamp(kept: Kept, entries: Entries, dates: Dates) -> str:
    """Differs where anything differs that the page is made from."""
    entered = repr((sorted(entries.corrections.items()), entries.late_penalty, dates))
    seen = kept.checksum + entered.encode("utf-8", "surrogatepass")
    return sha256(seen).hexdigest()[:16]


def _bears(path: Path, stamp: str) -> bool:
    """Whether this file is a page of ours with this stamp: nbgrader writes its own over it."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    return f'<meta name="made-from" content="{stamp}">'.encode() in head


def _copy(source: Path, target: Path) -> None:
    """Copy a small file that came with a submission; links and large files are left alone."""
    try:
        contents = read_bytes(source, FileLimits(megabytes=0.001))
    except Refusal:
        return
    if not files.holds(target, contents):
        files.replace(target, contents)


def _title(cells: Sequence[Mapping[str, Any]], lesson: str) -> str:
    """The notebook's own heading; else the lesson's name in words."""
    for cell in cells[:1]:
        if cell["cell_type"] == "markdown" and cell["source"].startswith("# "):
            return clean(cell["source"].splitlines()[0][2:], 100)
    return clean(lesson, 60).replace("_", " ")


def _by_exercise(
    cells: Sequence[Mapping[str, Any]],
) -> tuple[dict[str, str], dict[str, list[_Figure]]]:
    """Code of each answer, and the figures between it and the next answer."""
    code: dict[str, str] = {}
    figures: dict[str, list[_Figure]] = {}
    name = None
    for cell in cells:
        nbgrader = cell["metadata"].get("nbgrader", {})
        if nbgrader.get("solution"):
            name = nbgrader["grade_id"]
            code[name] = clean(cell["source"], CODE_LENGTH)
        if name is not None and cell.get("outputs"):
            figures.setdefault(name, []).extend(_figures(cell))
    return code, figures


def _figures(cell: Mapping[str, Any]) -> Iterator[_Figure]:
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        if "image/png" in data:
            alt = output["metadata"].get("image/png", {}).get("alt") or data.get("text/plain", "")
            # Matplotlib's own "<Figure size 640x480 …>" describes nothing.
            yield _Figure(data["image/png"], "" if alt.startswith("<") else clean(alt, 500))
