"""How learning management systems name what was handed in to them.

Canvas      NAME_[LATE_]USER_ATTACHMENT_FILE, all in one folder; NAME is the sortable name without
            blanks, in small letters. lib/content_zipper.rb of github.com/instructure/canvas-lms
Moodle      NAME_NUMBER_assignsubmission_file[_]/FILE, or the same in front of the file's name;
            NUMBER is the participant's in this one assignment, and a group may stand before NAME.
            mod/assign/feedback/file/importziplib.php of github.com/moodle/moodle
Blackboard  ASSIGNMENT_USERNAME_attempt_YEAR-MONTH-DAY-HOUR-MINUTE-SECOND_FILE, and a text file
            without _FILE for each attempt. github.com/terr-steak/bb-file-cleanup describes them
nbgrader    USERNAME+LESSON+TIME[+SECRET]/FILE in the exchange, STUDENT/LESSON/FILE in a course.
            nbgrader.readthedocs.io/en/stable/exchange/exchange_api.html
Google      a folder for the assignment in Drive with files as students named them, or
            "NAME - TITLE" where each got a copy. support.google.com/edu/assignments/answer/9433485
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from autograder.course import timestamps

_CANVAS = re.compile(
    r"(?P<name>.*?[^_\d].*?)(?P<late>_LATE)?_(?P<user>\d{1,18})_(?P<serial>\d{1,18})_(?P<file>.+)",
    re.DOTALL,
)
_DATED = re.compile(
    r".*_(?:19|20)\d\d_(?:0?[1-9]|1[0-2])_(?:0?[1-9]|[12]\d|3[01])(?!\d).*", re.DOTALL
)
_ANONYMOUS = re.compile(r"(?:LATE_)?anon_\w{1,20}?_\d{1,18}_.+", re.DOTALL)
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d{1,18})_assignsubmission_[a-z]+_?(?P<file>.*)")
_BLACKBOARD = re.compile(
    r"(?P<before>.+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)", re.DOTALL
)
_EXCHANGE = re.compile(
    r"(?P<user>.+)\+[^+]+\+(?P<time>\d{4}-\d\d-\d\d[ T]\d\d[:_]\d\d[^+]{0,60})(?:\+[^+]+)?"
)
_COPY = re.compile(r"(?: ?\((\d{1,4})\)|-(\d{1,4}))$")

CANVAS, MOODLE, BLACKBOARD, NBGRADER = "Canvas", "Moodle", "Blackboard", "nbgrader"
UNKNOWN = ""


@dataclass(frozen=True)
class Hint:
    """What a name tells.

    who: forms of the student's name or id, the surest first. ours: how the student is called where
    there is no roster. time: in UTC. serial: larger for what was handed in later. ticket: the name
    by which the system takes feedback back. nobody: why it cannot be known whose it is.
    """

    system: str
    who: tuple[str, ...] = ()
    ours: str = ""
    time: datetime | None = None
    serial: int | None = None
    late: bool = False
    ticket: str = ""
    nobody: str = ""


def hint(parts: tuple[str, ...], lessons: Collection[str], zone: tzinfo) -> Hint:
    """What folders and name of a file tell, wherever in them a system has left its mark."""
    *folders, name = parts
    for folder in reversed(folders):
        found = _EXCHANGE.fullmatch(folder)
        if found:
            time = timestamps.parsed(found["time"].replace("_", ":"))
            user = found["user"]
            return Hint(NBGRADER, who=(user,), ours=user, time=time)
    for part in reversed(parts):
        found = _MOODLE.fullmatch(part)
        if found:
            return _moodle(found, part if part != name else "")
    found = _BLACKBOARD.fullmatch(name)
    if found:
        return _blackboard(found, zone)
    if _ANONYMOUS.fullmatch(name):
        return Hint(CANVAS, nobody="Canvas has made it anonymous; download it with names")
    found = _CANVAS.fullmatch(name)
    if found and not _DATED.fullmatch(name):
        return Hint(
            CANVAS,
            who=(found["user"], found["name"]),
            ours=f"{found['name']}_{found['user']}",
            serial=int(found["serial"]),
            late=bool(found["late"]),
            ticket=name,
        )
    if len(folders) > 1 and folders[-1] in lessons and name == f"{folders[-1]}.ipynb":
        return Hint(NBGRADER, ours=folders[-2])
    return Hint(UNKNOWN)


def _moodle(found: re.Match[str], folder: str) -> Hint:
    name, number = found["name"], found["number"]
    _, _, behind_group = name.partition("-")
    prefix = folder or f"{name}_{number}_assignsubmission_file_"
    return Hint(
        MOODLE,
        # Names with a hyphen are tried whole first.
        who=(f"Participant {number}", name, *filter(None, [behind_group])),
        ours=name,
        ticket=prefix,
    )


def _blackboard(found: re.Match[str], zone: tzinfo) -> Hint:
    """A user name may hold the mark that also parts it from the assignment's: the longest first."""
    words = found["before"].split("_")
    who = tuple("_".join(words[start:]) for start in range(len(words)))
    try:
        local = datetime.strptime(found["time"], "%Y-%m-%d-%H-%M-%S").replace(tzinfo=zone)
        time = local.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        time = None
    return Hint(BLACKBOARD, who=who, ours=words[-1], time=time)


def copy_number(stem: str) -> tuple[str, int]:
    """A name without the number that a browser or Canvas gives a second file, and that number."""
    found = _COPY.search(stem)
    if found is None:
        return stem, 0
    return stem[: found.start()], int(found[1] or found[2])
