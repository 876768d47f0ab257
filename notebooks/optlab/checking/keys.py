"""Reading the answer keys that the build puts beside this package.

`keys/<topic>/lesson.json` lists the exercises of a lesson; `keys/<topic>/<exercise>.key` holds the
public cases of one exercise with the results of the reference and of the known mistakes: data only.

A key file is three parts, each packed for itself: what a right answer needs, the known mistakes,
and ways to write the function for those who have passed. Mistakes are many, so each is decoded when
an answer is compared with it. The ways are packed so that nobody meets them by accident, no more.
"""

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from optlab.checking import codec
from optlab.checking.answerkey import AnswerKey, Known
from optlab.checking.probe import Observation

FOLDER = Path(__file__).parent.parent / "keys"


@cache
def load(exercise: str) -> AnswerKey | None:
    """The key of an exercise, or None where there is no such exercise."""
    packed = _file(exercise)
    return unpack(packed) if packed else None


def ways(exercise: str) -> list[str]:
    """Ways to write the function, as source; none for a question."""
    packed = _file(exercise)
    return unpack_ways(packed) if packed else []


def pack(key: AnswerKey, ways: Sequence[str] = ()) -> bytes:
    """A key as its file holds it."""
    known = [
        replace(item, observations=()).to_data() | {"observations": _frames(item)}
        for item in key.known
    ]
    parts = (replace(key, known=()).to_data(), known)
    data = b"".join(zlib.compress(codec.encode(part), 9) for part in parts)
    return data + (base64.b64encode(zlib.compress(json.dumps(ways).encode(), 9)) if ways else b"")


def unpack_ways(packed: bytes) -> list[str]:
    """Those that `pack` put into this file."""
    for _ in range(2):
        part = zlib.decompressobj()
        part.decompress(packed)
        packed = part.unused_data
    return json.loads(zlib.decompress(base64.b64decode(packed))) if packed else []


def unpack(packed: bytes) -> AnswerKey:
    """The key that `pack` made this file of, or `codec.CodecError`."""
    head = zlib.decompressobj()
    try:
        key = AnswerKey.from_data(codec.decode(head.decompress(packed)))
    except zlib.error as error:
        raise codec.CodecError("not an answer key") from error
    except LookupError as error:
        raise codec.CodecError("an answer key of another release") from error
    return replace(key, known=_Known(head.unused_data))


@cache
def lessons() -> list[dict]:
    """Every lesson in course order: name, title, minutes, exercises (name, kind, points)."""
    found = (json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*/lesson.json"))
    return sorted(found, key=lambda lesson: lesson["lesson"])


def _file(exercise: str) -> bytes:
    found = sorted(FOLDER.glob(f"*/{exercise}.key")) if exercise.isidentifier() else []
    return found[0].read_bytes() if found else b""


def _frames(known: Known) -> tuple[np.ndarray, ...]:
    encoded = (codec.encode(item.to_data()) for item in known.observations)
    return tuple(np.frombuffer(frame, "u1") for frame in encoded)


class _Known(Sequence[Known]):
    """The known mistakes, decoded when the first of them is looked at."""

    def __init__(self, packed: bytes) -> None:
        self._packed = packed

    @cached_property
    def _items(self) -> list[Known]:
        return [
            Known(
                name=item["name"],
                message=item["message"],
                observations=_Seen(item["observations"]),
                share=item["share"],
                variant=item["variant"],
            )
            for item in codec.decode(zlib.decompress(self._packed))
        ]

    def __getitem__(self, index: Any) -> Any:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)


class _Seen(Sequence[Observation]):
    """What a known mistake does, case by case, each decoded when it is looked at."""

    def __init__(self, frames: tuple[np.ndarray, ...]) -> None:
        self._frames = frames
        self._decoded: dict[int, Observation] = {}

    def __getitem__(self, index: Any) -> Any:
        if index not in self._decoded:
            data = codec.decode(self._frames[index].tobytes())
            self._decoded[index] = Observation.from_data(data)
        return self._decoded[index]

    def __len__(self) -> int:
        return len(self._frames)
