"""Whatever comes from outside ends in a value or in a named refusal, and in nothing else.

The same examples in every run; with SEEDS=50 others, and a hundred times as many.
"""

import json
import os
import re
import string
import struct
from datetime import datetime

import nbformat
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from autograder import NOTEBOOKS
from autograder.course import names, timestamps
from autograder.handin.outputs import LIMITS, outputs, safe
from autograder.handin.pour import pour
from autograder.handin.read import Refusal, parse
from autograder.judge import claims
from autograder.text import clean, csv_safe
from optlab.checking import codec
from optlab.checking.codec import CodecError
from optlab.checking.compare import difference
from optlab.checking.probe import Observation

pytestmark = pytest.mark.slow

SEEDS = int(os.environ.get("SEEDS", "0"))
LESSON = "03_bias_correction"


def fuzz(examples):
    """So many examples of a test for each seed, and half as many in daily runs."""
    return settings(
        max_examples=examples * SEEDS or examples // 2,
        derandomize=not SEEDS,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


# Names

INVISIBLE = "\u200b\u200c\u200d\u00ad\u3164\u2800\u115f\u202e\ufe0f\u0301\ue000"
ODD = INVISIBLE + "\udcff\x1b\x00\n\t .*?[</\\"
LETTERS = st.sampled_from("abAB éÉеаÅßﬁıİИй李김ﾊｱ①क्ष" + "e\u0301" + ODD)
TEXTS = st.one_of(st.text(max_size=140), st.text(LETTERS, max_size=8), st.text(LETTERS, max_size=3))


@fuzz(150)
@given(TEXTS)
def test_a_name_is_a_students_or_refused(name):
    try:
        accepted = names.student_name(name)
    except Refusal as refusal:
        str(refusal).encode()
    else:
        assert accepted == name == clean(name).strip()
        assert len(name) <= names.LONGEST and len(os.fsencode(name)) <= 255
    shown = names.told_apart(name)
    shown.encode()
    with pytest.raises(Refusal):
        names.student_name(shown)


@fuzz(150)
@given(st.lists(TEXTS, max_size=8, unique=True))
def test_of_a_class_nobody_is_left_who_could_be_taken_for_another(folders):
    refused = names.look_alikes(folders)
    kept = [name for name in folders if name not in refused]
    for key in (names._letters, names._looks):
        assert len({key(name) for name in kept}) == len(kept)
    for name, other in refused.items():
        assert name != other
        assert other in folders


@fuzz(100)
@given(st.one_of(TEXTS, st.text("=+-@;|\t, ＝'\"\nx", max_size=12)))
def test_no_cell_of_a_table_begins_a_formula(value):
    cell = csv_safe(value)
    cell.encode()
    for part in re.split("[;|\t\n]", cell):
        assert not part.lstrip(" ").startswith(tuple("=+-@＝＋－＠"))


# Dates

STAMPS = st.one_of(
    st.text(max_size=60),
    st.text("0123456789-: .TZUTC+/EA", max_size=40),
    st.builds(
        "{} {} {}".format,
        st.one_of(st.dates().map(str), st.text(string.digits + "-", max_size=12)),
        st.one_of(st.times().map(str), st.text(string.digits + ":.", max_size=20)),
        st.one_of(st.text(max_size=300), st.text("UTC+-0123456789/:AaZ_", max_size=44)),
    ),
)


@fuzz(600)
@example("2026-01-01 00:00:00 " + "A" * 300)
@example("2026-01-01 00:00:00 " + "9" * 40)
@example("0001-01-01 00:00:00 +0100")
@given(STAMPS)
def test_a_time_stamp_is_a_date_or_none(text):
    found = timestamps.parsed(text)
    assert found is None or (type(found) is datetime and found.tzinfo is None)


@fuzz(200)
@given(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)))
def test_every_date_that_nbgrader_writes_is_read(moment):
    assert timestamps.parsed(moment.strftime("%Y-%m-%d %H:%M:%S.%f UTC")) == moment


# Notebooks

JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    *"cells cell_type source outputs metadata id nbformat output_type data".split(),
                    *"text text/plain image/png ename evalue traceback".split(),
                    *"nbgrader grade_id points tags x".split(),
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def release():
    return nbformat.read(NOTEBOOKS / f"{LESSON}.ipynb", as_version=4)


def _places(value, path=()):
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from _places(item, (*path, key))


def _graded(notebook):
    cells = notebook["cells"]
    nbgrader = [(cell["metadata"].get("nbgrader", {}), cell["source"]) for cell in cells]
    return [(named, source) for named, source in nbgrader if named.get("grade")]


@fuzz(60)
@given(data=st.data())
def test_a_changed_notebook_is_poured_or_refused(release, data):
    notebook = json.loads(json.dumps(release))
    places = list(_places(notebook))
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(places))
        inner = notebook
        try:
            for key in way:
                inner = inner[key]
            inner[last] = data.draw(JSON)
        except (LookupError, TypeError):  # an earlier change has taken it away
            continue
    try:
        submitted = parse(json.dumps(notebook).encode())
    except Refusal as refusal:
        str(refusal).encode()
        return
    poured = pour(release, submitted)
    assert _graded(poured.notebook) == _graded(release)
    made = safe(poured.notebook)
    json.dumps(made).encode()
    nbformat.validate(made)


@fuzz(100)
@given(st.lists(JSON, max_size=3))
def test_outputs_are_cleaned_once_and_for_all(claimed):
    kept = outputs(claimed)
    assert outputs(kept) == kept
    assert len(kept) <= LIMITS.outputs_per_cell


# Replies on the wire

VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(),
        st.text(max_size=5),
        st.builds(np.float64, st.floats()),
        st.builds(np.array, st.lists(st.floats(), max_size=3)),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.one_of(st.text(max_size=3), st.integers()), inner, max_size=3),
    ),
    max_leaves=8,
)
HEADERS = JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40)
FRAMES = st.one_of(
    st.binary(max_size=60),
    st.builds(
        lambda header, rest: struct.pack(">I", len(header)) + header + rest,
        HEADERS,
        st.binary(max_size=20),
    ),
)


@fuzz(200)
@given(VALUES)
def test_what_is_sent_arrives(value):
    frame = codec.encode(value)
    assert codec.encode(codec.decode(frame)) == frame


@fuzz(200)
@given(FRAMES)
def test_any_bytes_are_a_value_or_no_frame(frame):
    try:
        value = codec.decode(frame)
    except CodecError:
        return
    codec.encode(value)


@fuzz(200)
@given(VALUES, st.binary(min_size=1, max_size=3), st.integers(0, 200))
def test_a_damaged_frame_is_a_value_or_no_frame(value, damage, place):
    frame = bytearray(codec.encode(value))
    place %= len(frame)
    frame[place : place + len(damage)] = damage
    try:
        value = codec.decode(bytes(frame))
    except CodecError:
        return
    codec.encode(value)


OBSERVED = st.fixed_dictionaries(
    {
        "outputs": st.one_of(st.lists(VALUES, max_size=2).map(tuple), VALUES),
        "error": st.one_of(st.none(), st.sampled_from(["ValueError", "borrowed", "x"]), VALUES),
        "error_text": st.one_of(st.text(max_size=5), VALUES),
        "changed": st.one_of(st.just(()), st.lists(st.sampled_from("xyz")).map(tuple), VALUES),
        "aliased": st.one_of(st.just(()), VALUES),
        "global_random": st.one_of(st.booleans(), VALUES),
    }
)


@fuzz(200)
@given(st.one_of(VALUES, st.lists(st.one_of(OBSERVED, VALUES), min_size=1, max_size=2)))
def test_a_claim_is_an_observation_or_nonsense(claimed):
    try:
        seen = claims.observations(claimed, 1, ["x"])
    except CodecError:
        return
    assert [type(item) for item in seen] == [Observation]
    assert seen[0].error is None or seen[0].error in {*claims.KNOWN_ERRORS, "a custom exception"}


@fuzz(200)
@given(VALUES)
def test_claimed_outputs_are_outputs_or_nonsense(claimed):
    try:
        json.dumps(claims.outputs(claimed)).encode()
    except CodecError:
        assert not isinstance(claimed, list)


@fuzz(300)
@given(st.sampled_from([1.0, True, "b", None, np.zeros(3), (1.0, np.ones(2)), {"W1": 1.0}]), VALUES)
def test_anything_can_be_compared_with_what_is_expected(expected, actual):
    found = difference(expected, actual, "x")
    assert found is None or found.text
