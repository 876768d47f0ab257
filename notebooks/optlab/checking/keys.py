"""Reading the answer keys that the build puts beside this package.

`keys/<topic>/lesson.json` lists the exercises of a lesson; `keys/<topic>/<exercise>.key` holds the
public cases of one exercise with the results of the reference and of the known mistakes: data only.
"""

import json
import zlib
from functools import cache
from pathlib import Path

from optlab.checking import codec
from optlab.checking.diagnose import AnswerKey

FOLDER = Path(__file__).parent.parent / "keys"


@cache
def load(exercise: str) -> AnswerKey | None:
    """The key of an exercise, or None where there is no such exercise."""
    if not exercise.isidentifier():
        return None
    found = sorted(FOLDER.glob(f"*/{exercise}.key"))
    return unpack(found[0].read_bytes()) if found else None


def pack(key: AnswerKey) -> bytes:
    """A key as its file holds it."""
    return zlib.compress(codec.encode(key.to_data()), 9)


def unpack(packed: bytes) -> AnswerKey:
    """The key that `pack` made this file of."""
    return AnswerKey.from_data(codec.decode(zlib.decompress(packed)))


@cache
def lessons() -> list[dict]:
    """Every lesson in course order: name, title, minutes, exercises (name, kind, points)."""
    found = (json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*/lesson.json"))
    return sorted(found, key=lambda lesson: lesson["lesson"])
