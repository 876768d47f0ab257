"""Whose a notebook is, for which lesson, and where it belongs in a course.

Nothing is overwritten: of two attempts the later one counts, and an earlier one that was collected
before is moved to `earlier/`. What cannot be placed stays where it is, and is told with the reason.
`collected.json` keeps what was collected, so that the same files again change nothing.
"""

import hashlib
import json
import os
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import cache, partial
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder import NOTEBOOKS, released
from autograder import files as disk
from autograder.collect import archive, systems
from autograder.collect.archive import File, Left
from autograder.collect.systems import Hint
from autograder.course import plan, roster, timestamps
from autograder.course.lock import alone
from autograder.course.names import look_alikes, student_name
from autograder.course.roster import Person, Roster
from autograder.errors import UserError
from autograder.exercises import lessons
from autograder.handin.pour import pour
from autograder.handin.read import Refusal, parse
from autograder.handin.recognise import WORDS, lesson_named, lesson_of
from autograder.handin.spoken import release_of
from autograder.text import clean, composed
from autograder.translation import spoken

SCHEMA = 1
RECORD = "collected.json"
EARLIER = "earlier"
_KOREAN = re.compile(r"(\d{4})년 *(\d{1,2})월 *(\d{1,2})일.*?(오전|오후)? *(\d{1,2}):(\d\d)")


@dataclass(frozen=True)
class Attempt:
    """A notebook of which all is known.

    digest: of its bytes. time: when it was handed in, in UTC. dated: by the zip, if it was said
    that these dates count. serial, copy: larger in a later one of the same system, or name.
    """

    student: str
    lesson: str
    shown: str
    digest: str
    system: str
    time: datetime | None = None
    dated: datetime | None = None
    serial: int | None = None
    copy: int | None = None
    late: bool = False
    ticket: str = ""

    def is_later(self, other: "Attempt") -> bool | None:
        """None where nothing says which of the two was handed in later."""
        for name in ("time", "serial", "dated", "copy"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine is not None and theirs is not None and mine != theirs:
                return bool(mine > theirs)
        return None

    def to_data(self) -> dict[str, Any]:
        return {
            "student": self.student,
            "lesson": self.lesson,
            "from": self.shown,
            "system": self.system,
            "time": self.time.isoformat(" ") if self.time else None,
            "late": self.late,
        }


@dataclass
class Collected:
    """What became of everything that was handed over."""

    placed: list[Attempt] = field(default_factory=list)
    replaced: list[Attempt] = field(default_factory=list)
    unchanged: list[Attempt] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_data(self) -> dict[str, Any]:
        """The form of the command contract."""
        kinds = {"placed": self.placed, "replaced": self.replaced, "unchanged": self.unchanged}
        return {
            "schema": SCHEMA,
            **{kind: [one.to_data() for one in found] for kind, found in kinds.items()},
            "left": [{"from": one.shown, "reason": one.reason} for one in self.left],
            "notes": self.notes,
        }


def collect(
    paths: Iterable[Path], course: Path, table: Path | None = None, zip_dates: bool = False
) -> Collected:
    """Bring what was handed in into a course folder.

    table: of the students; it is kept for later. zip_dates: whether the dates in a zip, or of
    files on the disk, are times of submission where no system tells one.
    """
    plan.require(course)
    given = [*paths]
    for path in given:
        if not path.exists():
            raise UserError(f"there is no {path}")
    people = roster.read(table) if table else roster.of_course(course)
    with alone(course), tempfile.TemporaryDirectory() as spool:
        if table:
            disk.replace(course / roster.FILE, table.read_bytes())
        collector = _Collector(course, people, Path(spool), zip_dates, has_times=bool(table))
        for path in given:
            collector.look_at(path)
        return collector.placed()


class _Collector:
    """has_times: whether the roster came with these files, so that its times are of them."""

    def __init__(
        self, course: Path, people: Roster, spool: Path, zip_dates: bool, has_times: bool
    ) -> None:
        self.course, self.people, self.spool = course, people, spool
        self.zip_dates, self.has_times = zip_dates, has_times
        self.plan = plan.read(course)
        self.exercises = {name: [*lesson.exercises] for name, lesson in lessons().items()}
        self.record = _Record(course / RECORD)
        self.found: dict[tuple[str, str], list[Attempt]] = defaultdict(list)
        self.done = Collected()
        submitted = course / "submitted"
        names = [path.name for path in submitted.iterdir()] if submitted.is_dir() else []
        self.folders = {composed(name): name for name in names if not name.startswith(".")}

    def look_at(self, path: Path) -> None:
        """Read all that is in a zip or folder; notebooks wait in the spool for their place."""
        others: list[File] = []
        found: list[tuple[tuple[str, ...], Attempt]] = []
        times: dict[tuple[str, ...], datetime] = {}
        for file in archive.files(path):
            if isinstance(file, Left):
                self.done.left.append(file)
            elif file.is_notebook:
                attempt = self._attempt(file)
                if isinstance(attempt, Left):
                    self.done.left.append(attempt)
                else:
                    found.append((file.parts[:-1], attempt))
            elif file.contents is None:
                others.append(file)
            elif not file.inner and (time := timestamps.parsed(file.contents.decode("latin-1"))):
                times[file.parts[:-1]] = time
        for folder, one in found:
            is_nbgraders = one.system == systems.NBGRADER
            time = one.time or (times.get(folder) if is_nbgraders else None)
            self.found[one.student, one.lesson].append(replace(one, time=time))
        self._tell_without_notebook(others)

    def _attempt(self, file: File) -> Attempt | Left:
        contents = file.contents or b""
        try:
            lesson = lesson_of(parse(contents), self.exercises)
        except Refusal as refusal:
            return Left(file.shown, str(refusal))
        if lesson is None:
            return Left(file.shown, "it holds no exercise of this course")
        if lesson not in self.plan.lessons:
            return Left(file.shown, f"{lesson} is not among the lessons of this course")
        hint = self._hint(file)
        who = self._student(file, hint)
        if isinstance(who, Left):
            return who
        student, person = who
        digest = hashlib.sha256(contents).hexdigest()
        (self.spool / digest).write_bytes(contents)
        stem = archive.stem_of(file.name)
        named = lesson_named(stem, self.exercises)
        if named not in (None, lesson):
            self.done.notes.append(f"{file.shown} is {lesson}; it was put there")
        modified = person.modified if person and self.has_times else ""
        return Attempt(
            student=student,
            lesson=lesson,
            shown=file.shown,
            digest=digest,
            system=hint.system,
            time=hint.time
            or (_moodle_time(modified, self.plan.zone) if hint.system == systems.MOODLE else None),
            dated=file.dated if self.zip_dates else None,
            serial=hint.serial,
            # Without a roster, copies in one folder may well be those of several students.
            copy=systems.copy_number(stem)[1] if person or hint.who else None,
            late=hint.late,
            ticket=hint.ticket,
        )

    def _is_worked(self, one: Attempt) -> bool:
        """Whether any answer differs from the release."""
        submitted, english = parse((self.spool / one.digest).read_bytes()), _release(one.lesson)
        others = partial(spoken.releases, one.lesson, english)
        _, release = release_of(submitted, english, others)
        poured = pour(release, submitted).notebook
        theirs = {cell["id"]: cell["source"] for cell in poured["cells"]}
        return any(
            cell["source"] != theirs[cell["id"]]
            for cell in release["cells"]
            if cell["metadata"].get("nbgrader", {}).get("solution")
        )

    def _hint(self, file: File) -> Hint:
        return systems.hint(file.parts, self.exercises, self.plan.zone)

    # Whose it is

    def _student(self, file: File, hint: Hint) -> tuple[str, Person | None] | Left:
        if hint.nobody:
            return Left(file.shown, hint.nobody)
        if not self.people:
            name = hint.ours or self._by_layout(file)
            return self._nameable(file, composed(name), None)
        found = self._by_hint(hint) if hint.who else self._by_words(file)
        if len(found) == 1:
            return self._nameable(file, found[0].id, found[0])
        if found:
            some = " and ".join(clean(one.id) for one in found[:3])
            return Left(file.shown, f"it may be of {some}: put the id into its name")
        who = f"{hint.who[-1]} is" if hint.who else "whose it is, is"
        return Left(file.shown, f"{clean(who, 80)} not in the roster")

    def _by_hint(self, hint: Hint) -> list[Person]:
        for who in hint.who:
            found = self.people.named(who)
            if found:
                return found
        return []

    def _by_words(self, file: File) -> list[Person]:
        """By the nearest folder that is somebody's, else by the words of a name."""
        *folders, name = file.parts
        near = [*folders[::-1], archive.stem_of(name)]
        names = [near[-1], *near[:-1], *map(archive.stem_of, (*file.inner[::-1], file.source))]
        words = [self._words(one) for one in names]
        found = _first(map(self.people.named, near)) or _first(map(self.people.mentioned, words))
        if not found:
            found = _first(map(self.people.called, words))
            if len(found) == 1:
                self.done.notes.append(f"{file.shown} was taken for {found[0].id}'s by one name")
        return found

    def _words(self, name: str) -> list[str]:
        """The words of a name without those of one lesson: a student may be called Adam."""
        stem, _ = systems.copy_number(name)
        words = [word for word in WORDS.split(composed(stem)) if word]
        lesson = lesson_named(name, self.exercises)
        for word in (lesson or "").split("_"):
            same = [at for at, one in enumerate(words) if one.casefold() == word]
            if same:
                del words[same[0]]
        return words

    def _by_layout(self, file: File) -> str:
        """Without a roster: the folder, or what stands beside a title."""
        folder = file.parts[-2] if len(file.parts) > 1 else ""
        if folder and lesson_named(folder, self.exercises) is None:
            return folder
        title = archive.stem_of(file.parts[-1])
        sides = [side.strip() for side in title.split(" - ")]
        names = [side for side in sides if lesson_named(side, self.exercises) is None]
        return names[0] if len(sides) > 1 and len(names) == 1 else ""

    def _nameable(
        self, file: File, name: str, person: Person | None
    ) -> tuple[str, Person | None] | Left:
        if not name:
            return Left(file.shown, "its name does not say whose it is; --roster FILE may help")
        try:
            return student_name(self.folders.get(name, name)), person
        except Refusal as refusal:
            return Left(file.shown, str(refusal).replace("the folder's name", "its name"))

    # What else is known

    def _tell_without_notebook(self, others: list[File]) -> None:
        """Students who handed in something, and no notebook."""
        with_notebook = {student for student, _ in self.found}
        told = set()
        passed = 0
        for file in others:
            hint = self._hint(file)
            own_text = hint.system == systems.BLACKBOARD and file.name.endswith(".txt")
            who = self._student(file, hint) if hint.system else None
            student = who[0] if isinstance(who, tuple) else None
            if student and student not in with_notebook and not own_text:
                if student not in told:
                    reason = "it is no notebook; ask for the .ipynb file"
                    self.done.left.append(Left(file.shown, reason))
                told.add(student)
            else:
                passed += 1
        if passed:
            left_out = "1 other file was" if passed == 1 else f"{passed} other files were"
            self.done.notes.append(f"{left_out} passed over")

    # Where it belongs

    def placed(self) -> Collected:
        alike = look_alikes({*self.folders.values(), *(student for student, _ in self.found)})
        for (student, lesson), attempts in sorted(self.found.items()):
            if student in alike and student not in self.folders.values():
                other = clean(alike[student], 60)
                for one in attempts:
                    self._leave_attempt(one, f"{clean(student)} cannot be told from {other}")
                continue
            chosen = self._chosen(student, attempts)
            if chosen:
                self._put(student, lesson, chosen)
        self.record.write()
        late = sum(one.late for one in (*self.done.placed, *self.done.replaced))
        if late:
            are = "notebook is" if late == 1 else "notebooks are"
            text = "marked as late by Canvas, which gives no times"
            self.done.notes.append(f"{late} {are} {text}; enter one in the formgrader")
        self.done.left.sort(key=lambda one: one.shown)
        return self.done

    def _chosen(self, student: str, attempts: list[Attempt]) -> Attempt | None:
        """The attempt that counts among those of one lesson."""
        different = [*{one.digest: one for one in attempts}.values()]
        tickets = {one.ticket for one in different}
        # What a student handed in at one time: a whole folder holds lessons not begun yet.
        together = [
            one
            for (who, _), many in self.found.items()
            for one in many
            if who == student and one.ticket in tickets
        ]
        if len(together) == 1:
            return together[0]
        worked = [one for one in different if self._is_worked(one)]
        if not worked and any(map(self._is_worked, together)):
            for one in different:
                self._leave_attempt(one, "nobody worked in it")
            return None
        rivals = worked or different
        for one in rivals:
            if all(one is other or one.is_later(other) for other in rivals):
                if len(rivals) > 1:
                    self.done.notes.append(f"{one.shown} is the latest of {len(rivals)} attempts")
                return one
        for one in rivals:
            reason = f"{len(rivals)} notebooks are {one.lesson}, and nothing says which is later"
            self._leave_attempt(one, f"{reason}; hand over one of them")
        return None

    def _leave_attempt(self, one: Attempt, reason: str) -> None:
        self.done.left.append(Left(one.shown, reason))

    def _put(self, student: str, lesson: str, one: Attempt) -> None:
        place = self.course / "submitted" / student / lesson
        target = place / f"{lesson}.ipynb"
        before = self.record.of(student, lesson)
        there = _digest_of(target)
        if there == one.digest or (there and self.record.has_seen(one)):
            self.done.unchanged.append(one)
            if there == one.digest and before is None:
                self.record.add(one)
            return
        if any(path.is_symlink() for path in (target, place, place.parent)):
            self._leave_attempt(one, f"{place} is a link, and links are not followed")
            return
        if there is None:
            self._write(place, target, one)
            self.done.placed.append(one)
            return
        if before is None or before.digest != there:
            reason = f"{target} holds another notebook, which was not collected so"
            self._leave_attempt(one, f"{reason}; move it away to take this one")
            return
        later = one.is_later(before)
        if later:
            kept = self.course / EARLIER / student / lesson / f"{there[:12]}.ipynb"
            disk.replace(kept, target.read_bytes())
            self._write(place, target, one)
            self.done.replaced.append(one)
        elif later is None:
            reason = f"another notebook was collected from {before.shown}, and neither says when"
            self._leave_attempt(one, f"{reason}; move {target} away to take this one")
        else:
            self._leave_attempt(one, f"a later attempt was collected from {before.shown}")

    def _write(self, place: Path, target: Path, one: Attempt) -> None:
        disk.replace(target, (self.spool / one.digest).read_bytes())
        time = one.time or one.dated
        stamp = place / "timestamp.txt"
        if time is None:
            stamp.unlink(missing_ok=True)
        else:
            disk.replace(stamp, f"{time:%Y-%m-%d %H:%M:%S} UTC\n")
            seconds = time.replace(tzinfo=UTC).timestamp()
            os.utime(target, (seconds, seconds))  # the grader compares the two
        self.record.add(one)


class _Record:
    """What was collected: by student and lesson the attempt that counts, and all ever seen."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            data = json.loads(path.read_bytes()) if path.exists() else {}
            self.entries: dict[str, dict[str, dict[str, Any]]] = data.get("submissions", {})
            for per_lesson in self.entries.values():
                for entry in per_lesson.values():
                    _attempt(entry)
        except (OSError, ValueError, AttributeError, TypeError, LookupError) as error:
            raise UserError(f"{path} is damaged; move it away and collect again") from error

    def of(self, student: str, lesson: str) -> Attempt | None:
        entry = self.entries.get(student, {}).get(lesson)
        return _attempt(entry) if entry else None

    def has_seen(self, one: Attempt) -> bool:
        entry = self.entries.get(one.student, {}).get(one.lesson, {})
        return one.digest in entry.get("seen", [])

    def add(self, one: Attempt) -> None:
        per_lesson = self.entries.setdefault(one.student, {})
        seen = per_lesson.get(one.lesson, {}).get("seen", [])
        per_lesson[one.lesson] = one.to_data() | {
            "digest": one.digest,
            "serial": one.serial,
            "dated": one.dated.isoformat(" ") if one.dated else None,
            "ticket": one.ticket,
            "seen": [*dict.fromkeys([*seen, one.digest])],
        }

    def write(self) -> None:
        text = json.dumps({"schema": SCHEMA, "submissions": self.entries}, indent=1) + "\n"
        if self.entries and (not self.path.exists() or self.path.read_text("utf-8") != text):
            disk.replace(self.path, text)


def _attempt(entry: dict[str, Any]) -> Attempt:
    return Attempt(
        student=entry["student"],
        lesson=entry["lesson"],
        shown=entry["from"],
        digest=entry["digest"],
        system=entry["system"],
        time=_date(entry["time"]),
        dated=_date(entry["dated"]),
        serial=entry["serial"],
        late=entry["late"],
        ticket=entry["ticket"],
    )


def attempts_of(course: Path) -> Iterator[Attempt]:
    """Everything that counts and was collected, for giving feedback back to where it came from."""
    for per_lesson in _Record(course / RECORD).entries.values():
        yield from map(_attempt, per_lesson.values())


@cache
def _release(lesson: str) -> NotebookNode:
    return released.read(NOTEBOOKS / f"{lesson}.ipynb")


def _first(found: Iterable[list[Person]]) -> list[Person]:
    return next(filter(None, found), [])


def _moodle_time(text: str, zone: tzinfo) -> datetime | None:
    """A date as Moodle writes it into a grading worksheet, in English or Korean."""
    found = _KOREAN.match(text)
    try:
        if found:
            year, month, day, half, hour, minute = found.groups()
            hours = int(hour) % 12 + 12 * (half == "오후") if half else int(hour)
            local = datetime(int(year), int(month), int(day), hours, int(minute), tzinfo=zone)
        else:
            local = datetime.strptime(text, "%A, %d %B %Y, %I:%M %p").replace(tzinfo=zone)
        return local.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return timestamps.parsed(text)


def _date(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _digest_of(path: Path) -> str | None:
    if path.is_symlink() or not path.is_file():
        return None
    return hashlib.sha256(path.read_bytes()).hexdigest()
