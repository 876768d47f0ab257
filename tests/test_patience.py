"""The sign of life under a cell that takes long, as a front end gets it from a real kernel."""

import pytest
from jupyter_client import KernelManager
from traitlets.config import Config

from autograder import NOTEBOOKS

pytestmark = pytest.mark.slow

QUIET = Config({"KernelManager": {"transport_encryption": "auto"}})  # else it warns
# A cell waits for its bar, so nothing here goes by the clock.
SET_UP = """
import time
from optlab import patience
patience.AFTER = patience.EVERY = 0.01
(watch,) = [hook.__self__ for hook in get_ipython().display_pub._hooks]
def until_the_bar():
    while not watch._bar:
        time.sleep(0.01)
"""


@pytest.fixture(scope="module")
def kernel():
    """kernel(code, by_person): the messages of a cell, from the first to the last."""
    manager = KernelManager(kernel_name="python3", config=QUIET)
    manager.start_kernel(cwd=str(NOTEBOOKS))
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)

    def run(code, by_person=True):
        said = []
        client.execute_interactive(
            code, timeout=60, allow_stdin=by_person, stop_on_error=True, output_hook=said.append
        )
        kinds = ("status", "execute_input")
        return [message for message in said if message["msg_type"] not in kinds]

    run(SET_UP)
    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def kinds(messages):
    """Their types in order, an update of a bar only once."""
    found = [message["msg_type"] for message in messages]
    return [kind for kind, before in zip(found, [None, *found], strict=False) if kind != before]


def left(messages):
    """What stays in the notebook: (type, text) of each output."""
    there = {}
    for number, message in enumerate(messages):
        content, kind = message["content"], message["msg_type"]
        if kind == "clear_output":
            assert content["wait"] is False
            there.clear()
        elif kind == "update_display_data":
            name = content["transient"]["display_id"]
            if name in there:
                there[name] = content["data"].get("text/plain", "")
        else:
            name = content.get("transient", {}).get("display_id", number)
            text = content.get("text") or content.get("data", {}).get("text/plain")
            there[name] = text or content["ename"]
    return list(there.values())


def test_a_bar_goes_by_the_title_and_is_gone_before_the_first_output(kernel):
    said = kernel("# Experiment: a race (20 s)\nuntil_the_bar()\nprint('done')")
    assert kinds(said)[0] == "display_data"
    bar = said[0]["content"]["data"]
    assert bar["text/plain"] == "Running for 0 s; it takes about 20 s where nothing else runs."
    assert 'role="progressbar"' in bar["text/html"]
    assert kinds(said)[-2:] == ["clear_output", "stream"]
    assert left(said) == ["done\n"]


@pytest.mark.parametrize(
    "output", ["display('x')", "'x'", "import sys; print('x', file=sys.stderr)"]
)
def test_whatever_is_shown_first_takes_its_place(kernel, output):
    said = kernel(f"until_the_bar()\n{output}")
    assert said[0]["content"]["data"]["text/plain"] == "Running for 0 s."
    assert kinds(said)[-2] == "clear_output"
    assert len(left(said)) == 1
    assert "x" in left(said)[0]


def test_a_cell_that_shows_nothing_leaves_nothing(kernel):
    said = kernel("until_the_bar()")
    assert kinds(said)[-1] == "clear_output"
    assert left(said) == []


@pytest.fixture
def long(kernel):
    """Whether a bar is to come can be asked before it comes."""
    kernel("patience.AFTER = 60")
    yield
    kernel("patience.AFTER = 0.01")


def test_what_was_shown_before_stays_and_there_is_no_bar(kernel, long):
    said = kernel("print('first', flush=True)\nassert not watch._waiting\nprint('second')")
    assert set(kinds(said)) == {"stream"}
    assert "".join(left(said)) == "first\nsecond\n"


def test_an_error_stays_and_the_bar_above_it_is_empty(kernel):
    said = kernel("until_the_bar()\n1 / 0")
    assert left(said) == ["", "ZeroDivisionError"]


def test_a_machine_gets_no_bar(kernel, long):
    assert kernel("assert not watch._waiting", by_person=False) == []
    assert left(kernel("assert not watch._waiting"))[-1] == "AssertionError"
