import json
import math
import random
import socket
import struct

import numpy as np
import pytest

from optlab.checking import codec
from optlab.checking.codec import CodecError, Opaque, Recipe, Seed

VALUES = [
    None,
    True,
    -7,
    2**200,
    0.1,
    math.inf,
    "θ₁ = 40°F",
    [1, [2.5, "x"]],
    (1, (2,)),
    {"W1": 1.0, 3: [None]},
    Recipe("optlab.problems:bowl", {"kappa": 10.0}),
    Recipe("optlab.problems:cost", None),
    Seed(7),
    Opaque("generator"),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_data_comes_back_with_its_types(value):
    back = codec.snapshot(value)
    assert back == value
    assert type(back) is type(value)


def test_an_item_of_a_copy_is_the_copy_of_that_item():
    first, second = np.zeros(2), np.ones(3)
    value = ({"W1": first, "b1": [second, first]}, 3.0, [1, 2], second)
    for index, item in enumerate(value):
        alone, part = codec.copied(item), codec.copied(value).item(index)
        assert codec.encode(part.data) == codec.encode(alone.data)
        assert [id(array) for array in part.arrays] == [id(array) for array in alone.arrays]


def test_what_was_too_large_to_copy_has_no_items():
    assert codec.copied(([0] * codec.MAX_PARTS, 1)).item(1) is None


def test_a_list_of_numbers_alone_is_copied_as_any_other():
    value = [1, 2.5, None, 2**80]
    assert codec.snapshot([value, value]) == [value, value]
    assert codec.snapshot(value) is not value
    assert codec.snapshot([2**2000, 1.0]) == [Opaque("int"), 1.0]


@pytest.mark.parametrize("dtype", ["?", "i1", "u8", "f4", "f8"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 4)])
def test_arrays_come_back_with_dtype_and_shape(dtype, shape):
    array = np.arange(math.prod(shape)).reshape(shape).astype(dtype)
    back = codec.snapshot(array)
    assert (type(back), back.dtype, back.shape) == (np.ndarray, array.dtype, shape)
    assert np.array_equal(back, array)


def test_numpy_scalars_stay_scalars():
    assert type(codec.snapshot(np.float64(2.5))) is np.float64


def test_a_snapshot_shares_nothing():
    array = np.zeros(3)
    copy = codec.snapshot({"a": array})["a"]
    array[0] = 1
    assert copy[0] == 0
    copy[1] = 5  # and is writable


class Liar(np.ndarray):
    """A subclass of an array, which might compare as it likes."""


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (np.zeros(2).view(Liar), "Liar"),
        (Text("b"), "Text"),
        (np.array([object()]), "ndarray"),
        (np.array([1j]), "ndarray"),
        ((i for i in "ab"), "generator"),
        (print, "builtin_function_or_method"),
        ({1.5: "a"}, "dict"),
        ({2**5000: "a"}, "dict"),
        (2**5000, "int"),
    ],
)
def test_what_is_not_data_is_only_named(value, name):
    assert codec.snapshot(value) == Opaque(name)


def test_what_holds_itself_is_only_named():
    endless = [1.0]
    endless.append(endless)
    assert codec.snapshot(endless) == [1.0, Opaque("list that holds itself")]
    around = {"W1": ({},)}
    around["W1"][0]["b1"] = around
    assert codec.snapshot(around) == {"W1": ({"b1": Opaque("dict that holds itself")},)}


def test_the_same_thing_twice_does_not_hold_itself():
    row = [1.0]
    assert codec.snapshot([row, row]) == [[1.0], [1.0]]


def test_deep_nesting_ends():
    inner = deep = []
    for _ in range(100_000):
        inner.append([])
        inner = inner[0]
    copy = codec.snapshot(deep)
    for _ in range(codec.MAX_DEPTH):
        (copy,) = copy
    assert copy == Opaque("list nested more than 32 deep")


@pytest.mark.slow
def test_few_objects_that_would_be_many_are_only_named():
    doubled = [1.0]
    for _ in range(30):
        doubled = [doubled, doubled]
    assert codec.snapshot(doubled) == Opaque("result of more than 200,000 parts")
    assert codec.snapshot([np.zeros(100_000)] * 1000) == Opaque("result of more than 64 MB")


@pytest.mark.parametrize(
    "value",
    [1, 1.5, math.nan, "b", None, [1, [2]], (1,), {"W1": np.ones(2)}, np.array([math.nan]), print],
    ids=repr,
)
def test_what_did_not_change_is_unchanged(value):
    assert codec.unchanged(codec.snapshot(value), value)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (1, 1.0),
        ([1], (1,)),
        ([1], [1, 1]),
        ([1], [print]),
        ({"W1": 1}, {"W1": 1, "b1": 1}),
        ({"W1": 1}, {"b1": 1}),
        (np.zeros(2), np.array([0.0, 1.0])),
        (np.zeros(2), np.zeros((1, 2))),
        (np.zeros(2), np.zeros(2, int)),
    ],
    ids=repr,
)
def test_what_changed_is_seen(before, after):
    assert not codec.unchanged(codec.snapshot(before), after)


def _frame(header, arrays=b""):
    text = json.dumps(header).encode()
    return struct.pack(">I", len(text)) + text + arrays


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\0\0",
        _frame([1]),
        _frame({"x": 1}),
        _frame({"l": 5}),
        _frame({"d": [[1.5, 2]]}),
        _frame({"d": 3}),
        _frame({"a": ["|O", [1], False]}, b"12345678"),
        _frame({"a": ["<f8", [2], False]}, b"12345678"),
        _frame({"a": ["<f8", [-1], False]}, b"12345678"),
        _frame({"a": ["<f8", [2**40], False]}, b"12345678"),
        _frame({"a": ["<f8", [True], False]}, b"12345678"),
        _frame({"r": ["os:system"]}),
        _frame({"o": 5}),
        _frame(1.5, b"left over"),
        struct.pack(">I", 4) + b"\xff\xfe\x00\x00",
        struct.pack(">I", 200_000) + b"[" * 200_000,
    ],
)
def test_nonsense_is_refused(frame):
    with pytest.raises(CodecError):
        codec.decode(frame)


def test_a_thousand_damaged_frames_end_in_a_value_or_a_refusal():
    rng = random.Random(5)
    frame = codec.encode({"params": {"W1": np.ones((2, 3))}, "t": 3, "note": ["a", (1, None)]})
    refused = 0
    for _ in range(1000):
        damaged = bytearray(frame)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        try:
            codec.decode(bytes(damaged[: rng.randint(1, len(damaged))]))
        except CodecError:
            refused += 1
    assert refused > 500


@pytest.mark.slow
def test_a_header_has_a_limit_of_its_own():
    with pytest.raises(codec.OversizeError):
        codec.decode(codec.encode([1.5] * 2_000_000))
    assert codec.snapshot(np.full(2_000_000, 1.5)).shape == (2_000_000,)


def test_a_frame_crosses_a_socket():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        codec.send(ours, {"cell": 3})
        assert codec.receive(theirs, 1000) == {"cell": 3}
        codec.send(ours, "x" * 2000)
        with pytest.raises(codec.OversizeError):
            codec.receive(theirs, 1000)


def test_a_closed_socket_is_the_end():
    ours, theirs = socket.socketpair()
    with theirs:
        ours.sendall(b"\0\0")
        ours.close()
        with pytest.raises(EOFError):
            codec.receive(theirs, 1000)
