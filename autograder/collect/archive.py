"""Files out of zips and folders that strangers filled: no name and no size in them is trusted.

Nothing is unpacked to the disk, and no name of a member is ever a path here. Of a zip inside a zip,
as a student packs one, the notebooks are read as well; one deeper is refused.
"""

import io
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from autograder.errors import UserError
from autograder.handin.outputs import LIMITS, FileLimits
from autograder.handin.read import Refusal, read_bytes
from autograder.text import clean, composed

MOST_MEMBERS = 50_000
MOST_MEGABYTES = 4_000  # of all that is read of one zip
NESTED = FileLimits(megabytes=100)
_NESTED_MEMBERS, _NESTED_MEGABYTES = 5_000, 300
_TIMESTAMP = "timestamp.txt"
# Browsers and mail programs lengthen a name that they do not know.
_NOTEBOOK = re.compile(r".+\.ipynb(?:\.(?:txt|json))?", re.IGNORECASE)
_OTHER_ARCHIVES = (".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_BY_PRODUCTS = {"__MACOSX", ".ipynb_checkpoints", "__pycache__", "optlab"}


@dataclass(frozen=True)
class File:
    """A file as it was handed in.

    shown: where it came from, for people. parts: folders and name in its source. inner: the same
    inside a student's own zip, else empty. dated: the date that the zip or the disk gives it, which
    proves nothing. contents: of a notebook or a time stamp; None for what is neither.
    """

    shown: str
    source: str
    parts: tuple[str, ...]
    inner: tuple[str, ...]
    dated: datetime | None
    contents: bytes | None

    @property
    def name(self) -> str:
        return (self.inner or self.parts)[-1]

    @property
    def is_notebook(self) -> bool:
        return self.contents is not None and self.name != _TIMESTAMP


@dataclass(frozen=True)
class Left:
    """What was not taken, and why."""

    shown: str
    reason: str


def files(path: Path) -> Iterator[File | Left]:
    """All files of a zip, a folder or a notebook; what is refused is named with the reason."""
    try:
        if path.is_dir():
            yield from _in_folder(path)
        elif not path.exists():
            raise UserError(f"there is no {path}")
        elif _NOTEBOOK.fullmatch(path.name):
            yield _one(path, path.name, (composed(path.name),), path.name)
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as opened:
                whole = _Zip(opened, path.name, path.name, (), MOST_MEMBERS, MOST_MEGABYTES)
                yield from whole.files()
        else:
            yield Left(path.name, "it is neither a zip, a folder nor a notebook")
    except OSError as error:
        yield Left(path.name, f"it cannot be read ({error.strerror})")
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        yield Left(path.name, f"it is a damaged zip ({clean(str(error), 100)})")


def stem_of(name: str) -> str:
    """A name without what only says that it is a notebook or a zip."""
    return re.sub(r"\.(?:ipynb(?:\.(?:txt|json))?|zip)$", "", name, flags=re.IGNORECASE)


def _in_folder(folder: Path) -> Iterator[File | Left]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_by_product(name))
        for name in [*folders]:
            if Path(place, name).is_symlink():
                yield Left(_within(folder, place, name), "it is a link, and links are not followed")
        for name in sorted(names):
            if _is_by_product(name):
                continue
            shown = _within(folder, place, name)
            parts = tuple(composed(part) for part in PurePosixPath(shown).parts[1:])
            path = Path(place, name)
            if name.lower().endswith(".zip") and not path.is_symlink():
                yield from _nested_on_disk(path, folder.name, shown, parts)
            else:
                yield _one(path, shown, parts, folder.name)


def _within(folder: Path, place: str, name: str) -> str:
    return PurePosixPath(folder.name, Path(place).relative_to(folder), name).as_posix()


def _one(path: Path, shown: str, parts: tuple[str, ...], source: str) -> File | Left:
    """A file on the disk; only what may be a notebook or a time is read."""
    try:
        limits = _wanted(parts[-1])
        contents = read_bytes(path, limits) if limits else None
        return File(
            shown=clean(shown),
            source=composed(source),
            parts=parts,
            inner=(),
            dated=datetime.fromtimestamp(path.lstat().st_mtime, UTC).replace(tzinfo=None),
            contents=contents,
        )
    except Refusal as refusal:
        return Left(clean(shown), str(refusal))
    except (OSError, OverflowError, ValueError):
        return Left(clean(shown), "it cannot be read")


def _nested_on_disk(
    path: Path, source: str, shown: str, parts: tuple[str, ...]
) -> Iterator[File | Left]:
    try:
        contents = read_bytes(path, NESTED)
    except Refusal as refusal:
        yield Left(clean(shown), str(refusal).replace("the notebook", "the zip"))
    else:
        yield from _nested(contents, source, clean(shown), parts)


def _nested(
    contents: bytes, source: str, shown: str, parts: tuple[str, ...]
) -> Iterator[File | Left]:
    """A student's own zip."""
    if not _has_a_small_directory(contents):
        yield Left(shown, f"it is no zip, or one of more than {_NESTED_MEMBERS:,} files")
        return
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as opened:
            whole = _Zip(opened, source, shown, parts, _NESTED_MEMBERS, _NESTED_MEGABYTES)
            yield from whole.files()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        yield Left(shown, f"it is a damaged zip ({clean(str(error), 100)})")


def _has_a_small_directory(contents: bytes) -> bool:
    """Whether a zip's own list of its files is short: `zipfile` reads all of it, however long."""
    end = contents.rfind(b"PK\x05\x06")
    if end < 0 or contents[end - 20 : end - 16] == b"PK\x06\x07":  # of a zip above 4 GB
        return False
    return int.from_bytes(contents[end + 12 : end + 16], "little") <= _NESTED_MEMBERS * 300


class _Zip:
    """One zip. outer: the folders and name of the zip itself, where it came in another one."""

    def __init__(
        self,
        opened: zipfile.ZipFile,
        source: str,
        shown: str,
        outer: tuple[str, ...],
        members: int,
        megabytes: float,
    ) -> None:
        self.opened, self.source, self.shown, self.outer = opened, source, shown, outer
        self.members, self.left = members, int(megabytes * 1_000_000)

    def files(self) -> Iterator[File | Left]:
        infos = [info for info in self.opened.infolist() if not info.is_dir()]
        if len(infos) > self.members:
            yield Left(self.shown, f"it holds {len(infos):,} files; at most {self.members:,}")
            return
        named = [(info, _decoded(info)) for info in infos]
        same = _twice(name for _, name in named)
        for info, name in named:
            parts = PurePosixPath(composed(name).replace("\\", "/")).parts  # Windows has it so
            if any(_is_by_product(part) for part in parts):
                continue
            shown = f"{self.shown}: {clean(name, 200)}"
            reason = _refused(info, name) or (
                "two files of the zip have this name" if _folded(name) in same else None
            )
            if reason:
                yield Left(shown, reason)
            else:
                yield from self._member(info, shown, parts)

    def _member(
        self, info: zipfile.ZipInfo, shown: str, parts: tuple[str, ...]
    ) -> Iterator[File | Left]:
        is_zip = parts[-1].lower().endswith(".zip")
        if is_zip and self.outer:
            yield Left(shown, "a zip in a student's zip is not opened; ask for the notebook itself")
            return
        limits = NESTED if is_zip else _wanted(parts[-1])
        contents = None
        if limits:
            try:
                contents = self._read(info, int(limits.megabytes * 1_000_000))
            except ValueError as error:
                yield Left(shown, str(error))
                return
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
                yield Left(shown, f"it is damaged ({clean(str(error), 100)})")
                return
        if is_zip and contents is not None:
            yield from _nested(contents, self.source, shown, parts)
            return
        yield File(
            shown=shown,
            source=composed(self.source),
            parts=self.outer or parts,
            inner=parts if self.outer else (),
            dated=_dated(info),
            contents=contents,
        )

    def _read(self, info: zipfile.ZipInfo, most: int) -> bytes:
        """The contents, and never more than allowed, whatever the zip says about their size."""
        with self.opened.open(info) as file:
            contents = file.read(min(most, self.left) + 1)
        if len(contents) > most:
            raise ValueError(f"it is larger than {most / 1e6:g} MB")
        self.left -= len(contents)
        if self.left < 0:
            raise ValueError("the zip holds more than is read of one; hand it over in parts")
        return contents


def _wanted(name: str) -> FileLimits | None:
    """How large a file may be of which the contents are wanted."""
    if name == _TIMESTAMP:
        return FileLimits(megabytes=0.001)
    return LIMITS if _NOTEBOOK.fullmatch(name) else None


def _refused(info: zipfile.ZipInfo, name: str) -> str | None:
    parts = re.split(r"[/\\]", name)
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name) or ".." in parts:
        return "its name leads out of the zip"
    if clean(name) != name or "\n" in name:
        return "its name holds characters that cannot be shown"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return "it is a link or a device, and no file"
    if info.flag_bits & 0x1:
        return "it is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is packed in a way that is not opened; pack it again as an ordinary zip"
    if name.lower().endswith(_OTHER_ARCHIVES):
        return "such an archive is not opened; unpack it, or ask for a zip or the notebook"
    return None


def _decoded(info: zipfile.ZipInfo) -> str:
    """The name of a member; old programs wrote theirs in the letters of their machine."""
    if info.flag_bits & 0x800:  # it is UTF-8
        return info.filename
    raw = info.orig_filename.encode("cp437", "replace")
    for letters in ("utf-8", "cp949"):  # macOS; Windows in Korea
        try:
            return raw.decode(letters)
        except UnicodeDecodeError:
            continue
    return info.filename


def _twice(names: Iterator[str]) -> set[str]:
    seen: set[str] = set()
    twice: set[str] = set()
    for name in map(_folded, names):
        (twice if name in seen else seen).add(name)
    return twice


def _folded(name: str) -> str:
    return composed(name).casefold()


def _is_by_product(name: str) -> bool:
    return name in _BY_PRODUCTS or (name.startswith(".") and name != "..")


def _dated(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time)
    except ValueError:
        return None
