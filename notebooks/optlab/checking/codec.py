"""One data format for answer keys and for what the sandbox says to the judge.

A frame is `length of header (4 bytes) | header (JSON) | raw array bytes`. It carries data only:
None, bool, int, float, str, list, tuple, dict, base NumPy arrays and scalars, and the two recipes
below. Nothing in it can run: decoding never imports, calls or unpickles. What has no place in the
format (a subclass, a function, a generator) is encoded as `Opaque`, its type's name.
"""

import json
import math
import struct
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

DTYPES = frozenset(
    np.dtype(kind).str for kind in ("?", *"i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8".split())
)
MAX_DEPTH = 32
MAX_INT_BITS = 1024
MAX_HEADER = 1 << 22  # bytes of JSON; small objects take many times their text in memory
MAX_PARTS = 200_000  # of a snapshot: what holds another thing often makes few objects many
MAX_BYTES = 1 << 26  # of the arrays of a snapshot
LENGTH = struct.Struct(">I")
_NAMES = {np.dtype(name): name for name in DTYPES}
# By themselves data that nothing can change. NumPy has more than one name for some widths.
_SCALARS = {kind for kind in np.sctypeDict.values() if np.dtype(kind).str in DTYPES}
_PLAIN = {type(None), bool, float, str, *_SCALARS}
_AS_IN_JSON = {type(None), bool, int, float, str}
_SAME_IN_JSON = _AS_IN_JSON - {int}  # of which there are larger ones
_TEXT = {str}
_to_json = json.JSONEncoder(separators=(",", ":")).encode


class CodecError(ValueError):
    """The bytes are not a frame of this format."""


class OversizeError(CodecError):
    """The frame is longer than it may be."""


@dataclass(frozen=True)
class Opaque:
    """Stands for a value that is not data; `type_name` is all that is known of it."""

    type_name: str


@dataclass(frozen=True)
class Recipe:
    """An object by name: `"optlab.problems:bowl"` called with `kwargs` (None: not called)."""

    target: str
    kwargs: dict[str, Any] | None = field(default_factory=dict)


@dataclass(frozen=True)
class Seed:
    """`numpy.random.default_rng(value)`."""

    value: int


def encode(value: Any) -> bytes:
    """Encode any value; what is not data becomes `Opaque`."""
    arrays: list[bytes] = []
    header = _to_json(_pack(value, arrays, MAX_DEPTH)).encode()
    return LENGTH.pack(len(header)) + header + b"".join(arrays)


def decode(frame: bytes) -> Any:
    """Decode a frame, or raise `CodecError`."""
    if len(frame) < LENGTH.size:
        raise CodecError("frame too short")
    start = LENGTH.size + LENGTH.unpack_from(frame)[0]
    if start > len(frame):
        raise CodecError("the header is longer than the frame")
    if start > MAX_HEADER:
        raise OversizeError(f"a header of {start} bytes; at most {MAX_HEADER} are taken")
    try:
        header = json.loads(frame[LENGTH.size : start])
    except (ValueError, RecursionError) as error:
        raise CodecError("header is not JSON") from error
    reader = _Reader(frame, start)
    value = reader.value(header, MAX_DEPTH + 1)  # the innermost may be an Opaque
    if reader.start != len(frame):
        raise CodecError("bytes left over")
    return value


@dataclass(frozen=True)
class Copied:
    """A copy as data, and the arrays that were met on the way, as often as they were met.

    ends: of the outermost list or tuple, how many arrays were met up to the end of each item.
    """

    data: Any
    arrays: list[np.ndarray]
    ends: list[int]

    def item(self, index: int) -> "Copied | None":
        """The copy of one item; None where there is none, as of what was too large."""
        if type(self.data) not in (list, tuple):
            return None
        start = self.ends[index - 1] if index else 0
        return Copied(self.data[index], self.arrays[start : self.ends[index]], [])


def snapshot(value: Any) -> Any:
    """A copy as data, sharing nothing with `value`; what is not data becomes `Opaque`."""
    return copied(value).data


def copied(value: Any) -> Copied:
    """A snapshot with the arrays in it.

    Bounded in depth, parts and bytes: a list may hold itself, or one large array a million times.
    """
    copier = _Copier()
    try:
        return Copied(copier.copy(value, MAX_DEPTH), copier.arrays, copier.ends)
    except OversizeError as error:
        return Copied(Opaque(str(error)), [], [])


def unchanged(before: Any, value: Any) -> bool:
    """Whether `before` is still what a snapshot of `value` would be."""
    kind = type(value)
    if type(before) is Opaque:
        return True
    if kind is not type(before):
        return False
    if kind is np.ndarray:
        same_form = before.dtype == value.dtype and before.shape == value.shape
        return same_form and before.tobytes() == value.tobytes()
    if kind is list or kind is tuple:
        return len(before) == len(value) and all(map(unchanged, before, value))
    if kind is dict:
        same_keys = before.keys() == value.keys()
        return same_keys and all(map(unchanged, before.values(), map(value.get, before)))
    return before == value or (before != before and value != value)  # noqa: PLR0124  both nan


class Channel(Protocol):
    """What frames go through: a socket, or one that watches a clock."""

    def sendall(self, data: bytes, /) -> None: ...
    def recv(self, count: int, /) -> bytes: ...


def send(channel: Channel, value: Any) -> None:
    """Send one frame."""
    channel.sendall(framed(value))


def framed(value: Any) -> bytes:
    """The bytes that `send` sends."""
    frame = encode(value)
    return LENGTH.pack(len(frame)) + frame


def receive(channel: Channel, limit: int) -> Any:
    """Receive one frame of at most `limit` bytes.

    Raises EOFError at the end of the stream, TimeoutError by the socket's timeout, OversizeError
    when the frame is longer than `limit`, and CodecError when it is malformed.
    """
    return decode(receive_frame(channel, limit))


def receive_frame(channel: Channel, limit: int) -> bytes:
    """The frame that `receive` decodes."""
    (length,) = LENGTH.unpack(_read_exactly(channel, LENGTH.size))
    if length > limit:
        raise OversizeError(f"{length} bytes; at most {limit} are taken")
    return _read_exactly(channel, length)


def _read_exactly(channel: Channel, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = channel.recv(min(count - len(parts), 1 << 20))
        if not part:
            raise EOFError("the other side has gone")
        parts += part
    return bytes(parts)


class _Copier:
    """Copies one value. `arrays`, `ends`: see `Copied`; the rest is what is left of the limits."""

    def __init__(self) -> None:
        self.arrays: list[np.ndarray] = []
        self.ends: list[int] = []
        self._parts, self._bytes = MAX_PARTS, MAX_BYTES
        self._open: set[int] = set()

    def copy(self, value: Any, depth: int) -> Any:
        kind = type(value)  # exact types: a subclass may lie about itself
        self._parts -= 1
        if self._parts < 0:
            raise OversizeError(f"result of more than {MAX_PARTS:,} parts")
        if kind is np.ndarray:
            return self._array(value)
        if kind in _PLAIN or (kind is int and value.bit_length() <= MAX_INT_BITS):
            return value
        if kind is dict or kind is list or kind is tuple:
            return self._container(value, kind, depth)
        if kind is Recipe:
            return Recipe(value.target, self.copy(value.kwargs, depth - 1))
        return value if kind in (Opaque, Seed) else Opaque(kind.__name__)

    def _array(self, array: np.ndarray) -> Any:
        self.arrays.append(array)
        if array.dtype not in _NAMES and array.dtype.str not in DTYPES:
            return Opaque("ndarray")
        self._bytes -= array.nbytes
        if self._bytes < 0:
            raise OversizeError(f"result of more than {MAX_BYTES >> 20} MB")
        return array.copy()

    def _container(self, value: Any, kind: type, depth: int) -> Any:
        if id(value) in self._open:
            return Opaque(f"{kind.__name__} that holds itself")
        if depth == 0:
            return Opaque(f"{kind.__name__} nested more than {MAX_DEPTH} deep")
        self._open.add(id(value))
        made: Any
        if kind is not dict and self._is_plain(value):
            made = kind(value)
            self._parts -= len(value)
            self.ends += [0] * len(value) if depth == MAX_DEPTH else []
        elif kind is not dict:
            items = []
            for item in value:
                items.append(self.copy(item, depth - 1))
                if depth == MAX_DEPTH:
                    self.ends.append(len(self.arrays))
            made = items if kind is list else tuple(items)
        elif _has_keys(value):
            made = {key: self.copy(item, depth - 1) for key, item in value.items()}
        else:
            made = Opaque("dict")
        self._open.remove(id(value))
        return made

    def _is_plain(self, items: Any) -> bool:
        """Whether a list or tuple holds nothing but scalars, and there is room for them."""
        return len(items) <= self._parts and _PLAIN.issuperset(map(type, items))


def _has_keys(value: dict) -> bool:
    return _TEXT.issuperset(map(type, value)) or all(map(_is_key, value))


def _is_key(key: Any) -> bool:
    return type(key) is str or (type(key) is int and key.bit_length() <= MAX_INT_BITS)


def _pack(value: Any, arrays: list[bytes], depth: int) -> Any:
    kind = type(value)  # exact types: a subclass may lie about itself
    if kind in _SAME_IN_JSON or (kind is int and value.bit_length() <= MAX_INT_BITS):
        return value
    if depth == 0:
        return {"o": "too deeply nested"}
    if kind is np.ndarray and value.dtype in _NAMES:  # as most are, so it is asked first
        arrays.append(value.tobytes())
        return {"a": [_NAMES[value.dtype], value.shape, False]}
    if kind is list or kind is tuple:
        plain = _SAME_IN_JSON.issuperset(map(type, value))
        items = value if plain else [_pack(item, arrays, depth - 1) for item in value]
        return {kind.__name__[0]: items}
    if kind is dict and _has_keys(value):
        return {"d": [[key, _pack(item, arrays, depth - 1)] for key, item in value.items()]}
    if kind in _SCALARS or (kind is np.ndarray and value.dtype.str in DTYPES):
        arrays.append(value.tobytes())
        return {"a": [value.dtype.str, list(value.shape), kind is not np.ndarray]}
    if kind is Recipe:
        return {"r": [value.target, _pack(value.kwargs, arrays, depth - 1)]}
    if kind is Seed:
        return {"g": value.value}
    return {"o": value.type_name if kind is Opaque else kind.__name__}


class _Reader:
    """Rebuilds one value; its arrays stand one after the other behind the header."""

    def __init__(self, frame: bytes, start: int) -> None:
        self._frame, self.start = frame, start

    def value(self, packed: Any, depth: int) -> Any:
        kind = type(packed)
        if kind in _AS_IN_JSON:
            return packed
        if depth == 0 or kind is not dict or len(packed) != 1:
            raise CodecError("unknown form")
        ((tag, body),) = packed.items()
        if tag == "a":
            return self._array(body)
        if tag == "d":
            return self._dict(body, depth - 1)
        if tag == "l":
            return self._items(body, depth - 1)
        if tag == "t":
            return tuple(self._items(body, depth - 1))
        if tag == "o" and type(body) is str:
            return Opaque(body)
        if tag == "g" and isinstance(body, int):
            return Seed(body)
        if tag == "r" and isinstance(body, list) and len(body) == 2 and isinstance(body[0], str):
            return Recipe(body[0], self.value(body[1], depth - 1))
        raise CodecError("unknown tag")

    def _items(self, body: Any, depth: int) -> list:
        if type(body) is not list:
            raise CodecError("a sequence has no items")
        if _AS_IN_JSON.issuperset(map(type, body)):
            return body
        return [self.value(item, depth) for item in body]

    def _dict(self, body: Any, depth: int) -> dict:
        if type(body) is not list:
            raise CodecError("a dict has no items")
        result = {}
        for pair in body:
            if not (type(pair) is list and len(pair) == 2 and isinstance(pair[0], (str, int))):
                raise CodecError("a dict item is not a pair")
            result[pair[0]] = self.value(pair[1], depth)
        return result

    def _array(self, body: Any) -> Any:
        if not (type(body) is list and len(body) == 3 and type(body[0]) is str):
            raise CodecError("malformed array")
        dtype, shape, is_scalar = body
        if dtype not in DTYPES or type(shape) is not list or len(shape) > MAX_DEPTH:
            raise CodecError("array type or shape not allowed")
        if not all(type(length) is int and 0 <= length < 2**31 for length in shape):
            raise CodecError("array shape not allowed")
        if math.prod(filter(None, shape)) > 2**31:  # an empty array may have any other length
            raise CodecError("array shape not allowed")
        count, start = math.prod(shape), self.start
        self.start += count * int(dtype[2:])
        if self.start > len(self._frame):
            raise CodecError("array bytes are missing")
        array = np.ndarray(shape, dtype, self._frame, start).copy()
        return array[()] if is_scalar is True and not shape else array
