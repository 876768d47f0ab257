"""Who is in a course: any table of students that a system exports, or that people write.

Columns are known by the names that Canvas, Moodle, Blackboard, nbgrader and people give them, in
English and Korean. A copy of the last table that was handed over lies in the course folder.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.names import look_alikes, student_name
from autograder.errors import UserError
from autograder.handin.outputs import FileLimits
from autograder.handin.read import Refusal, read_bytes
from autograder.text import clean, composed

FILE = "roster.csv"
LIMITS = FileLimits(megabytes=20)

# In the order in which they name a student's folder; an e-mail is the last resort.
_IDS = (
    "id", "studentid", "username", "userid", "netid", "loginid", "login", "sisloginid", "idnumber",
    "sisuserid", "studentnumber", "matriculationnumber", "orgdefinedid", "학번", "아이디",
)  # fmt: skip
_CANVAS_IDS = ("sisloginid", "sisuserid", "id")  # "ID" is a number of Canvas's own
_FIRST = ("firstname", "givenname", "forename", "first")
_LAST = ("lastname", "surname", "familyname", "last", "성")
_FULL = ("name", "fullname", "student", "studentname", "displayname", "성명", "이름", "학생이름")
_EMAIL = ("email", "emailaddress", "mail", "이메일", "이메일주소", "전자우편")
_PARTICIPANT = ("identifier",)
_MODIFIED = ("lastmodifiedsubmission",)
_NO_STUDENT = ("pointspossible", "studenttest", "teststudent")  # rows of Canvas


@dataclass(frozen=True)
class Person:
    """One student.

    known: other ids and e-mails, folded. names: forms of the name without blanks, folded.
    single: first and last name alone. canvas: the cells that Canvas asks for. modified: when
    Moodle says that the work was handed in, in its own words.
    """

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    known: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    single: frozenset[str] = frozenset()
    canvas: Mapping[str, str] = field(default_factory=dict)
    modified: str = ""

    @property
    def full(self) -> str:
        return " ".join(filter(None, (self.first, self.last)))


@dataclass(frozen=True)
class Roster:
    """The students of a course, in the order of the table."""

    people: tuple[Person, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.people)

    def named(self, text: str) -> list[Person]:
        """Those whose id, e-mail or full name this is."""
        by_id = [one for one in self.people if folded(text) in one.known]
        return by_id or [one for one in self.people if squashed(text) in one.names]

    def mentioned(self, words: list[str]) -> list[Person]:
        """Those whose id or whole name stands in these words."""
        spans = {
            squashed("".join(words[start:end]))
            for start in range(len(words))
            for end in range(start + 1, min(start + 5, len(words) + 1))
        }
        # A small number is more often that of a copy or a week than a student's.
        spans = {span for span in spans if span and not (span.isdecimal() and len(span) < 4)}
        return [one for one in self.people if spans & (one.names | _squashed(one.known))]

    def called(self, words: list[str]) -> list[Person]:
        """Those of whose name one half stands in these words."""
        return [one for one in self.people if one.single & _squashed(words)]


def read(path: Path) -> Roster:
    """The roster in a table; a `UserError` names the line that is wrong."""
    return Roster(tuple(people(path).values()))


def people(path: Path) -> dict[int, Person]:
    """The students in a table by the number of their row, the header being 0."""
    header, *rows = [[cell.strip() for cell in row] for row in cells(path)]
    columns = {squashed(name): index for index, name in reversed([*enumerate(header)])}
    if not columns.keys() & {*_IDS, *_FULL, *_EMAIL, *_FIRST, *_LAST, *_PARTICIPANT}:
        text = "; name the columns, for example id, first_name, last_name, email"
        raise UserError(f"{path}: its first line names no column with students{text}")
    found: dict[int, Person] = {}
    lines: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        values = {name: row[index] for name, index in columns.items() if index < len(row)}
        if not any(row) or squashed(row[0]) in _NO_STUDENT:
            continue
        person = _person(values, columns.keys(), f"{path}, line {number + 1}")
        if person.id in lines:
            both = f"lines {lines[person.id]} and {number + 1}"
            raise UserError(f"{path}: {both} are the same student, {clean(person.id)}")
        lines[person.id] = number + 1
        found[number] = person
    for name, other in look_alikes(lines).items():
        text = f"cannot be told from {clean(other)}; give one of them another id"
        raise UserError(f"{path}, line {lines[name]}: {clean(name)} {text}")
    return found


def of_course(course: Path) -> Roster:
    """The roster that was handed over last; an empty one where none was."""
    path = course / FILE
    return read(path) if path.exists() else Roster()


def cells(path: Path) -> list[list[str]]:
    """The rows of a CSV file, the header first, however a program has written it."""
    try:
        data = read_bytes(path, LIMITS)
    except Refusal as refusal:
        raise UserError(f"{path}: {str(refusal).replace('notebook', 'table')}") from refusal
    text = decoded(data)
    if text is None or "\0" in text:
        raise UserError(f"{path} is not a table of text; save it as CSV (UTF-8)")
    first, _, _ = text.partition("\n")
    mark = max(",;\t", key=first.count)
    try:
        rows = [*csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)]
    except csv.Error as error:
        raise UserError(f"{path} is not a CSV file ({error})") from error
    if not rows:
        raise UserError(f"{path} is empty")
    return rows


def decoded(data: bytes) -> str | None:
    """Text of a table: UTF-8, UTF-16 as Blackboard writes it, or what Excel writes in Korea."""
    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for letters in ("utf-16",) if utf16 else ("utf-8-sig", "cp949"):
        try:
            return data.decode(letters)
        except UnicodeDecodeError:
            continue
    return None


def folded(text: str) -> str:
    """The same for one id or address, however it is written."""
    return composed(text).strip().casefold()


def squashed(text: str) -> str:
    """The same for one name, with or without blanks, commas and accents' two forms."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _squashed(texts: Iterable[str]) -> set[str]:
    return {squashed(text) for text in texts} - {""}


def _person(cells: Mapping[str, str], columns: Iterable[str], where: str) -> Person:
    is_canvas = {"sisuserid", "sisloginid"} & {*columns}
    email = _first(cells, _EMAIL)
    first, last, forms = _names(cells, {*columns})
    participant = _first(cells, _PARTICIPANT)
    wanted = _first(cells, _CANVAS_IDS if is_canvas else _IDS) or email or f"{first} {last}".strip()
    wanted = composed(wanted)
    try:
        student_name(wanted)
    except Refusal as refusal:
        detail = str(refusal).partition(": ")[2]
        raise UserError(f"{where}: {clean(wanted, 60)!r} cannot be an id: {detail}") from refusal
    ids = {folded(cells.get(name, "")) for name in _IDS} | {folded(wanted), folded(email)}
    ids.add(folded(email.partition("@")[0]))
    if participant:
        ids.add(folded(f"Participant {re.sub(r'[^0-9]', '', participant)}"))
    return Person(
        id=wanted,
        first=first,
        last=last,
        email=email,
        known=frozenset(ids - {""}),
        names=frozenset(map(squashed, forms)) - {""},
        single=frozenset(map(squashed, (first, last))) - {""},
        canvas={name: cells.get(name, "") for name in _CANVAS_CELLS} if is_canvas else {},
        modified=_first(cells, _MODIFIED),
    )


_CANVAS_CELLS = ("student", "id", "sisuserid", "sisloginid", "section")


def _names(cells: Mapping[str, str], columns: set[str]) -> tuple[str, str, tuple[str, ...]]:
    """First and last name, and all ways in which a system writes the whole."""
    first, last = _first(cells, _FIRST), _first(cells, _LAST)
    full = _first(cells, _FULL)
    if not first and "성" in columns:  # beside a family name, "이름" is the given one
        first, full = full, ""
    if full and not (first or last):
        if "," in full:
            last, _, first = (part.strip() for part in full.partition(","))
        else:
            first, _, last = full.rpartition(" ")
            first, last = (first, last) if first else (last, "")
    return first, last, (full, f"{first}{last}", f"{last}{first}")


def _first(cells: Mapping[str, str], names: Iterable[str]) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")
