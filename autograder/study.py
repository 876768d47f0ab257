"""The learner's folder: `study/`, copied from `notebooks/` and brought up to date after a pull.

A lesson belongs to the learner from the first change on: it is copied once, refreshed only while
it is, byte for byte, what was copied, and left alone ever after. `optlab` beside it is the
course's. Who worked in `notebooks/` before there was a `study/` finds that work here as well. What
there is in another language goes into a folder in it, `study/ko/`, in the same way.
"""

import hashlib
import json
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from autograder import ROOT, files, released
from autograder.errors import RunError, UserError

RECORD = ".copied.json"  # in study/: each file with the digest of the release that it began as
PROGRESS = ".progress.json"  # what `progress()` in a notebook reads
OPTLAB = "optlab"


class Fate(Enum):
    """What became of a file in `study/`."""

    COPIED = auto()
    REFRESHED = auto()
    TAKEN_OVER = auto()  # somebody's own work, from notebooks/
    LEFT = auto()  # somebody's own work, and notebooks/ holds a newer release
    FOUND = auto()  # it was there before us, so nobody knows whether it was worked on
    SET_ASIDE = auto()  # a file of optlab that was edited, under its new name
    SAME = auto()


Fates = defaultdict[Fate, list[str]]


@dataclass(frozen=True)
class Folders:
    """Where a clone has what is copied, and where it goes. language: "ko"; empty for English."""

    root: Path
    language: str = ""

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def study(self) -> Path:
        return self.root / "study"

    def lessons(self) -> list[str]:
        """Paths below `notebooks/`; a copy or a notebook of somebody's own there is none."""
        sources = (self.root / "solutions").glob("[0-9][0-9]*_*.py")
        return sorted(Path(self.language, f"{path.stem}.ipynb").as_posix() for path in sources)

    def optlab(self) -> list[str]:
        """The files of optlab, as paths below `notebooks/`; in another language the way to it."""
        folders = [self.notebooks / OPTLAB]
        folders += [self.notebooks / self.language / OPTLAB] if self.language else []
        paths = (path for folder in folders for path in folder.rglob("*") if path.is_file())
        names = (path.relative_to(self.notebooks) for path in paths)
        hidden = (".", "__pycache__")
        return sorted(n.as_posix() for n in names if not any(p.startswith(hidden) for p in n.parts))


def bring_up_to_date(root: Path = ROOT, language: str = "") -> list[str]:
    """Copy what is new, refresh what nobody touched; says in a line or two what it did."""
    folders = Folders(root, language)
    _require_folders(folders)
    record = _read_record(folders.study / RECORD)
    before, fates = dict(record), Fates(list)
    try:
        if not before:
            _take_over_progress(folders, fates)
        edited = _edited(folders)
        for name in folders.lessons():
            fates[_lesson(folders, name, record, edited)].append(name.removesuffix(".ipynb"))
        _optlab(folders, record, fates)
    finally:  # also after Ctrl-C: what was copied so far is known the next time
        if record != before:
            files.replace(folders.study / RECORD, json.dumps(record, indent=1))
    return _told(fates)


def _lesson(folders: Folders, name: str, record: dict[str, str], edited: set[str] | None) -> Fate:
    theirs, mine = _digest(folders.notebooks / name), _digest(folders.study / name)
    own = _is_own_work(folders, name, edited)
    begun_as = record.get(name)
    if begun_as is None and mine not in (None, theirs) and _was_released(folders, name):
        begun_as = mine
    if mine is None or (mine == begun_as and mine != theirs):
        files.replace(folders.study / name, (folders.notebooks / name).read_bytes())
        record[name] = _committed(folders, name, theirs) if own else str(theirs)
        return Fate.TAKEN_OVER if own else Fate.COPIED if mine is None else Fate.REFRESHED
    if own:  # what they had there is here already, or this here is newer
        return Fate.SAME
    if mine == theirs or begun_as is None:
        record[name] = str(theirs)
        return Fate.SAME if mine == theirs else Fate.FOUND
    return Fate.SAME if begun_as == theirs else Fate.LEFT


def _optlab(folders: Folders, record: dict[str, str], fates: Fates) -> None:
    """Make optlab the course's own again; an edited file is kept under another name."""
    there = (folders.study / OPTLAB).exists()
    fresh, changed = folders.optlab(), False
    for name in fresh:
        theirs, mine = _digest(folders.notebooks / name), _digest(folders.study / name)
        if mine != theirs:
            if mine and mine != record.get(name, mine):
                fates[Fate.SET_ASIDE].append(_set_aside(folders.study / name, mine))
            files.replace(folders.study / name, (folders.notebooks / name).read_bytes())
            changed = True
        record[name] = str(theirs)
    ours = (f"{OPTLAB}/", f"{folders.language or OPTLAB}/{OPTLAB}/")
    for name in [name for name in record if name.startswith(ours) and name not in fresh]:
        if _digest(folders.study / name) == record.pop(name):
            _remove(folders.study / name)
    if changed:
        fates[Fate.REFRESHED if there else Fate.COPIED].append(OPTLAB)


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise RunError(f"cannot remove {path}: {error.strerror}") from error


def _set_aside(path: Path, digest: str) -> str:
    kept = path.with_name(f"{path.name}.{digest[:8]}")
    files.replace(kept, path.read_bytes())
    return f"{path.name} (yours is now {kept.name})"


def _take_over_progress(folders: Folders, fates: Fates) -> None:
    before, now = folders.notebooks / PROGRESS, folders.study / PROGRESS
    if before.is_file() and _digest(now) is None:
        files.replace(now, before.read_bytes())
        fates[Fate.TAKEN_OVER].append("your progress")


def _is_own_work(folders: Folders, name: str, edited: set[str] | None) -> bool:
    """Whether somebody worked on a lesson in `notebooks/`.

    A release was never run. Beyond that git knows; without git, the build's seals are asked.
    """
    path = folders.notebooks / name
    changed = name in edited if edited is not None else not released.is_as_built(path)
    return changed or _was_run(path)


def _was_run(path: Path) -> bool:
    try:
        cells = json.loads(path.read_bytes())["cells"]
        return any(cell.get("execution_count") or cell.get("outputs") for cell in cells)
    except (ValueError, LookupError, AttributeError, TypeError):  # no notebook any more
        return True


def _edited(folders: Folders) -> set[str] | None:
    """The lessons in `notebooks/` that are not as git has them; None where git cannot tell.

    A lesson that was built anew changed in `solutions/` or its translation too, and is nobody's
    work.
    """
    sources = ("solutions", f"translations/{folders.language}")
    places = ("notebooks", *(place for place in sources if (folders.root / place).exists()))
    told = _git(folders.root, "diff", "--name-only", "--relative", "-z", "HEAD", "--", *places)
    if told is None or _git(folders.root, "ls-files", "-z", "--", "notebooks/*.ipynb") == b"":
        return None
    changed = {Path(name) for name in told.decode("utf-8", "surrogateescape").split("\0")}
    anew = {path.stem for path in changed if path.parent.as_posix() in sources}
    return {
        name
        for name in folders.lessons()
        if Path("notebooks", name) in changed and Path(name).stem not in anew
    }


def _committed(folders: Folders, name: str, theirs: str | None) -> str:
    """The digest of the release that somebody's work in `notebooks/` began as; "" if unknown."""
    release = _git(folders.root, "cat-file", "blob", f"HEAD:./notebooks/{name}")
    digest = _digest_of(release) if release is not None else ""
    return digest if digest != theirs else ""


def _was_released(folders: Folders, name: str) -> bool:
    """Whether a file in `study/` of which we know nothing is, to the byte, a release of git's."""
    path, release = folders.study / name, f"notebooks/{name}"
    blob = _git(folders.root, "hash-object", f"--path={release}", str(path))
    if not blob or _was_run(path):
        return False
    known = f"--find-object={blob.decode().strip()}"
    return bool(_git(folders.root, "log", "-1", "--format=%h", known, "--", release))


def _git(root: Path, *arguments: str) -> bytes | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except OSError:  # no git here
        return None
    return done.stdout if done.returncode == 0 else None


def _require_folders(folders: Folders) -> None:
    study, needed = folders.study, [*folders.lessons(), OPTLAB]
    if study.is_symlink() or (study.exists() and not study.is_dir()):
        kind = "link" if study.is_symlink() else "file"
        raise UserError(
            f"{study} is a {kind}; move it away: the lessons are copied into a folder of that name"
        )
    if folders.language and not (folders.notebooks / folders.language / OPTLAB).exists():
        raise UserError(f"notebooks/{folders.language} is not there: no course in that language")
    missing = next((name for name in needed if not (folders.notebooks / name).exists()), None)
    if missing:
        path = folders.notebooks / missing
        raise UserError(f"{path} is missing; `git restore notebooks` brings it back")


def _read_record(path: Path) -> dict[str, str]:
    """Empty where there is none, or one that is damaged."""
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(record, dict) or not all(isinstance(each, str) for each in record.values()):
        return {}
    return record


def _digest(path: Path) -> str | None:
    """None where there is no such file."""
    try:
        return _digest_of(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise RunError(f"cannot read {path}: {error.strerror}") from error


def _digest_of(contents: bytes) -> str:
    # git on Windows may write other line ends than it stores.
    return hashlib.sha256(contents.replace(b"\r\n", b"\n")).hexdigest()


def _told(fates: Fates) -> list[str]:
    done = {
        "copied {} from notebooks/": fates[Fate.COPIED],
        "refreshed {}": fates[Fate.REFRESHED],
        "took over {} from notebooks/, where the originals stay": fates[Fate.TAKEN_OVER],
        "replaced optlab's edited {}": fates[Fate.SET_ASIDE],
    }
    said = [text.format(_listed(names)) for text, names in done.items() if names]
    lines = [f"study/: {'; '.join(said)}." if said else "study/ is up to date."]
    if fates[Fate.LEFT]:
        lines.append(
            f"study/: left alone {_and(fates[Fate.LEFT])}, on which you worked; notebooks/ holds "
            "a newer version: to have it, rename yours and start again."
        )
    if fates[Fate.FOUND]:
        lines.append(f"study/: left {_listed(fates[Fate.FOUND])} as found there.")
    return lines


def _listed(names: list[str]) -> str:
    """The names, or how many lessons there are."""
    lessons = [name for name in names if Path(name).name[:2].isdigit()]
    others = [name for name in names if name not in lessons]
    return _and([*(lessons if len(lessons) < 4 else [f"{len(lessons)} lessons"]), *others])


def _and(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
