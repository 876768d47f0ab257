"""A session gets outputs and answers out of any notebook, and survives what notebooks do."""

import base64
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from autograder.errors import RunError, UserError
from autograder.judge import claims
from autograder.judge import session as session_module
from autograder.judge.session import Cell, Limits, Probe, Session
from optlab.checking import codec
from optlab.checking.codec import CodecError, Recipe, Seed
from optlab.checking.probe import Case, Observation

pytestmark = pytest.mark.slow

LIMITS = Limits(memory_mb=512, output_kb=64, answer_kb=256)
HASTY = Limits(cell_seconds=0.7, notebook_seconds=5, memory_mb=512, output_kb=64)
CASES = [Case({"x": np.arange(3.0)}, public=True), Case({"x": np.ones(2)})]
SQUARE = Probe("function", ["x"], CASES)
NOTHING_ASKED = session_module.order({"questions": {}})
HONEST = "def honest(x):\n    return x * x"
# Finds the socket to the worker, as an attacker would.
WIRE = """
import os, stat, struct, time
def is_socket(number):
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False
wire = next(number for number in range(64) if is_socket(number))
"""


@pytest.fixture(scope="module")
def session():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET", "in the worker's environment")
        with Session(limits=LIMITS) as session:
            yield session


@pytest.fixture(scope="module")
def hasty():
    """For what never ends by itself; honest code may be too slow for it on a busy machine."""
    with Session(limits=HASTY) as session:
        yield session


def run(session, *sources, **probes):
    """Cells named c0, c1, ... then an honest exercise; the probes ask about names in them."""
    cells = [Cell(f"c{i}", textwrap.dedent(source)) for i, source in enumerate(sources)]
    asked = {**probes, "honest": SQUARE}
    cells += [Cell("honest", HONEST), *(Cell(f"check_{n}", "", keep=n) for n in asked)]
    return session.run(cells, asked)


def is_honest(result):
    return [one.outputs[0].tolist() for one in result.answers["honest"]] == [[0, 1, 4], [1, 1]]


def text(outputs):
    return "".join(output.get("text", "") for output in outputs)


def test_outputs_are_those_of_a_notebook(session):
    result = run(session, "print('a')\nimport sys\nprint('b', file=sys.stderr)\n1 + 1", "1 / 0")
    stdout, stderr, value = result.outputs["c0"]
    assert stdout == {"output_type": "stream", "name": "stdout", "text": "a\n"}
    assert stderr == {"output_type": "stream", "name": "stderr", "text": "b\n"}
    assert value["output_type"] == "execute_result"
    assert (value["execution_count"], value["data"]) == (None, {"text/plain": "2"})
    (error,) = result.outputs["c1"]
    assert (error["ename"], error["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert "----> 1 1 / 0" in "\n".join(error["traceback"])
    assert is_honest(result)
    assert result.problems == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("for i in range(3): print(i, end='')", "012"),
        ("from IPython.display import clear_output\nprint(1)\nclear_output()\nprint(2)", "2\n"),
        ("%matplotlib inline\n%load_ext autoreload\n%autoreload 2\nprint(1)", "1\n"),
        ("import ipywidgets\n_ = ipywidgets.interact(lambda a: print(a), a=(0, 2))", "1\n"),
        ("from optlab import data\nprint(data.digits().X.shape)", "(64, 1797)\n"),
        # What experiments show below their figures: of the keys' folder nothing else is readable.
        ("from optlab.plots import described\nprint(len(described('momentum', 1)) > 9)", "True\n"),
        ("print?", ""),
        ("exit()", ""),
        (
            "import threading\ntry: threading.Thread(target=print).start()\n"
            "except RuntimeError as error: print(error)",
            "can't start new thread\n",
        ),
        ("print('\\ud800')", "\ufffd\n"),
    ],
)
def test_what_notebooks_print(session, source, expected):
    result = run(session, source)
    printed = [output for output in result.outputs["c0"] if output["output_type"] == "stream"]
    assert text(printed) == expected
    assert not any(output["output_type"] == "error" for output in result.outputs["c0"])
    assert is_honest(result)


def test_cells_find_what_ipython_keeps_of_the_cells_before(session):
    result = run(session, "x = 41", "x + 1", "%who_ls int", "print(_, Out[2], In[1], _i2, _ii)")
    assert text(result.outputs["c3"]) == "['x'] 42 x = 41 x + 1 x + 1\n"


def test_cells_are_taken_as_ipython_takes_them(session):
    sources = [
        "x = 1",
        "\n\n  x = 1",
        "def f():\n    return 1\n  \nf()",
        '"""a\n    \nb"""',
        '"""\n  ...: a"""',
        '"""\n>>> a"""',
        ">>> x = 2\n>>> x",
        "In [3]: x = 3",
        "x = [...]\n...",
    ]
    cells = [Cell(f"c{i}", source) for i, source in enumerate([*sources, "print(In[1:-1])"])]
    outputs = session.run(cells, {}).outputs[f"c{len(sources)}"]
    taken = [TransformerManager().transform_cell(source).rstrip("\n") for source in sources]
    assert text(outputs) == f"{taken}\n"
    assert sum(map(str.__ne__, taken, sources)) == 6


def test_a_step_of_ones_own_is_taken_as_well(session):
    own = "get_ipython().input_transformers_cleanup.append(lambda lines: ['print(5)\\n'])"
    assert text(run(session, own, "print(4)").outputs["c1"]) == "5\n"


def test_the_same_reply_is_read_once_and_gives_the_same(session):
    source = "def f(x):\n    return x - 1"
    first, second = (run(session, source, f=SQUARE) for _ in range(2))
    assert first.evidence == second.evidence
    assert first.answers["f"][0] is second.answers["f"][0]
    other = run(session, source.replace("1", "2"), f=SQUARE)
    assert other.evidence["f"] != first.evidence["f"]
    assert other.answers["f"][0].outputs[0].tolist() == [-2, -1, 0]


def test_figures_are_stored_at_the_end_of_their_cell(session):
    draw = "import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])\nprint('below is the figure')"
    printed, figure = run(session, draw).outputs["c0"]
    assert printed["text"] == "below is the figure\n"
    assert figure["output_type"] == "display_data"
    assert base64.b64decode(figure["data"]["image/png"]).startswith(b"\x89PNG")


# By no name that the worker looks for.
UNSEEN = """
import optlab, sys
from optlab import board, check, plots, predict
print("matplo" "tlib" in sys.modules)
try:
    raise ValueError("whoever looks for its place looks through all modules")
except ValueError:
    get_ipython().showtraceback()
print("matplo" "tlib" in sys.modules)
course = getattr(optlab, "plo" "ts")
fig, ax = course.figure()
ax.set_title("a formula: $x$")
course.show(fig, "a title")
"""


def test_what_draws_is_loaded_once_a_notebook_draws():
    with Session(limits=LIMITS) as session:
        *said, unseen = run(session, UNSEEN).outputs["c0"]
        assert [line["text"] for line in said if "text" in line] == ["False\n", "False\n"]
        *said, seen = run(session, f"# plots.\n{UNSEEN}").outputs["c0"]
        assert [line["text"] for line in said if "text" in line] == ["True\n", "True\n"]
        assert seen == unseen
        assert seen["metadata"]["image/png"]["alt"] == "a title"
        os.kill(session._runner.pid, signal.SIGKILL)
        session._runner.wait()
        assert run(session, f"# plots.\n{UNSEEN}").outputs["c0"][-1] == seen


def test_figures_may_hold_more_formulas_than_are_remembered(session):
    """Of a font that the warm process still held, a child would close another's file instead."""
    draw = """
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots()
    for number in range(60):
        axes.set_title(f"${number} x$")
        figure.canvas.draw()
    plt.close(figure)
    """
    assert run(session, draw).outputs["c0"] == []


def test_an_error_may_render_itself(session):
    source = """
    class Short(Exception):
        def _render_traceback_(self):
            return ["one line"]
    raise Short("x")
    """
    (error,) = run(session, source).outputs["c0"]
    assert (error["ename"], error["traceback"]) == ("Short", ["one line"])


@pytest.mark.parametrize("call", ["input('?')", "import getpass; getpass.getpass()"])
def test_nobody_answers_input(session, call):
    (error,) = run(session, call).outputs["c0"]
    assert error["ename"] == "NoInput"
    assert "keyboard" in error["traceback"][0]


def test_a_quiz_answer_is_kept(session):
    result = run(session, "choice = ' B '", choice=Probe("quiz"))
    assert result.answers["choice"] == [Observation(outputs=("b",))]


@pytest.mark.parametrize(
    "source", ["", "f = None", "def f(x):\n    raise NotImplementedError", "f = = 1", "del f"]
)
def test_not_attempted(session, source):
    assert run(session, source, f=SQUARE).answers["f"].status == "not_attempted"


def test_an_object_is_kept_where_its_check_stands(session):
    cells = [Cell("a", "f = lambda x: x"), Cell("check_f", "", keep="f"), Cell("b", "f = None")]
    (first, _) = session.run(cells, {"f": SQUARE}).answers["f"]
    assert first.outputs[0].tolist() == [0, 1, 2]


def test_hidden_inputs_cannot_be_printed(session):
    source = """
    from IPython.display import display
    def f(x):
        print("secret", x)
        display(x)
        return x
    """
    result = run(session, source, f=SQUARE)
    assert "secret" not in str(result.outputs)
    assert is_honest(result)


def test_what_public_cases_need_is_loaded_before_a_child_is_born(session):
    track = Recipe("optlab.track:practice", {"seed": 1})
    asked = Probe("function", ["track"], [Case({"track": track}, public=True)])
    look = "from optlab.track import scans; print(scans.cache_info().currsize)"
    result = run(session, look, "def seed(track):\n    return track.seed", seed=asked)
    assert text(result.outputs["c0"]) == "1\n"
    assert [one.outputs for one in result.answers["seed"]] == [(1,)]


def test_errors_are_told_in_plain_text(session):
    source = """
    def f(x):
        raise ValueError("one\\x1b[31m\\ntwo" + "!" * 10000)
    """
    seen = run(session, source, f=SQUARE).answers["f"][0]
    assert seen.error == "ValueError"
    assert seen.error_text.startswith("one [31m two!")
    assert len(seen.error_text) <= claims.ERROR_TEXT


DEADLY = {
    "os._exit": ("import os; os._exit(0)", "exit status 0"),
    "segfault": ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
    "abort": ("import os; os.abort()", "SIG"),
    "closing everything": ("import os; os.closerange(0, 64)", "It ended"),
    "a frame without end": (
        f"{WIRE}\nos.write(wire, struct.pack('>I', 2**30)); time.sleep(1000)",
        "more than can be taken",
    ),
    "SystemExit in a hook": (
        "def leave(*_): raise SystemExit\nget_ipython().events.register('post_execute', leave)",
        "exit status 1",
    ),
}
ENDLESS = {
    "loop": "while True: pass",
    "deaf loop": (
        "import signal\n"
        "for n in (2, 10, 14, 15): signal.signal(n, signal.SIG_IGN)\n"
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    ),
    "sleep": "import time; time.sleep(1000)",
    "printing": "while True: print('x' * 100)",
    "drops": (
        f"{WIRE}\nos.write(wire, struct.pack('>I', 1000))\n"
        "while True:\n    os.write(wire, b'x'); time.sleep(0.2)"
    ),
}


@pytest.mark.parametrize("name", DEADLY)
def test_a_deadly_cell_costs_itself(session, name):
    source, how = DEADLY[name]
    result = run(session, source, "print('still here')")
    assert is_honest(result)
    assert text(result.outputs["c1"]) == "still here\n"
    assert result.outputs["c0"][0]["output_type"] == "error"
    (problem,) = result.problems
    assert problem.startswith("cell c0: ")
    assert how in problem


@pytest.mark.parametrize("name", ENDLESS)
def test_an_endless_cell_costs_itself(hasty, name):
    result = run(hasty, ENDLESS[name], "print('still here')")
    assert is_honest(result)
    assert text(result.outputs["c1"]) == "still here\n"
    assert result.problems == ["cell c0: It took longer than 0.7 seconds and was stopped."]
    assert result.cpu_seconds < HASTY.notebook_seconds


def function(body):
    return "def f(x):\n" + textwrap.indent(body, "    ")


@pytest.mark.parametrize(
    ("body", "status", "cause"),
    [
        ("import os; os._exit(0)", "raised", "exited"),
        ("import ctypes; ctypes.string_at(0)", "raised", "exited"),
        ("import os; os.closerange(0, 64)", "raised", "exited"),
        ("raise KeyboardInterrupt", "raised", "exited"),
        ("import numpy\nreturn numpy.ones(100_000)", "refused", "oversize"),
        (WIRE + "os.write(wire, struct.pack('>I', 2**31))", "refused", "oversize"),
        (WIRE + "os.write(wire, struct.pack('>I', 8) + b'nonsense')", "refused", "nonsense"),
        (WIRE + "os.write(wire, struct.pack('>II', 6, 2) + b'[]')", "refused", "nonsense"),
        (WIRE + "os.write(wire, struct.pack('>II', 5, 1) + b'1')", "refused", "nonsense"),
    ],
)
def test_a_deadly_function_costs_its_exercise(session, body, status, cause):
    result = run(session, function(body), "print('once')", f=SQUARE)
    assert (result.answers["f"].status, result.answers["f"].cause) == (status, cause)
    assert is_honest(result)
    assert text(result.outputs["c1"]) == "once\n"
    assert len(result.problems) == 1


@pytest.mark.parametrize("shape", [(3,), (2,)])
def test_what_dies_on_a_case_is_to_blame_and_not_what_is_asked_beside_it(session, shape):
    """All public cases are asked at once, and so are all hidden ones."""
    deadly = f"def f(x):\n    if x.shape == {shape}:\n        import os; os._exit(0)\n    return x"
    calm = "def e(x):\n    return x + 1\ndef g(x):\n    return x - 1"
    result = run(session, deadly, calm, e=SQUARE, f=SQUARE, g=SQUARE)
    assert result.answers["f"].cause == "exited"
    assert result.problems == ["f: It ended the Python process."]
    assert [one.outputs[0].tolist() for one in result.answers["e"]] == [[1, 2, 3], [2, 2]]
    assert [one.outputs[0].tolist() for one in result.answers["g"]] == [[-1, 0, 1], [0, 0]]
    assert is_honest(result)


def test_hidden_cases_come_when_all_public_ones_are_answered(session):
    source = """
    import gc
    def hidden(x):
        gc.unfreeze()  # what was there before the fork is looked for as well
        cases = [thing for thing in gc.get_objects() if type(thing).__name__ == "Case"]
        return sum(not case.public for case in cases)
    first = last = hidden
    """
    result = run(session, source, first=SQUARE, last=SQUARE)
    counts = [[one.outputs[0] for one in result.answers[name]] for name in ("first", "last")]
    assert counts == [[0, 1], [0, 1]]


def test_lessons_may_be_asked_in_turn(session):
    other = Probe("function", ["x"], [Case({"x": 7}, public=True)])
    for asked, seen in [(SQUARE, [0, 1, 2]), (other, 7), (SQUARE, [0, 1, 2])]:
        (answer, *_) = run(session, "def f(x):\n    return x", f=asked).answers["f"]
        assert np.array_equal(answer.outputs[0], seen)


def test_an_endless_function_costs_its_exercise(hasty):
    result = run(hasty, function("while True: pass"), f=SQUARE)
    assert (result.answers["f"].status, result.answers["f"].cause) == ("timed_out", None)
    assert is_honest(result)


def test_a_missing_function_is_explained_by_its_cell(hasty):
    cells = [Cell("f", "while True: pass\ndef f(x): pass"), Cell("check_f", "", keep="f")]
    assert hasty.run(cells, {"f": SQUARE}).answers["f"].status == "timed_out"


def test_the_notebook_limit_bounds_everything():
    limits = Limits(cell_seconds=0.5, notebook_seconds=1.5)
    cells = [Cell(f"c{i}", "while True: pass") for i in range(20)]
    with Session(limits=limits) as session:
        result = session.run([*cells, Cell("check_f", "", keep="f")], {"f": SQUARE})
    assert result.cpu_seconds < 2.5
    assert (result.answers["f"].status, result.answers["f"].cause) == ("timed_out", None)
    assert "used up its 1.5 seconds" in result.problems[-1]


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nnp.ones(10**12)",
        "import numpy as np\nnp.ones((2**30,)).sum()",
        "def hoard():\n    x = []\n    while True: x.append(bytearray(1 << 24))\nhoard()",
        "x = 'x' * (1 << 40)",
    ],
)
def test_memory_is_bounded(session, source):
    result = run(session, source)
    assert "MemoryError" in result.outputs["c0"][-1]["ename"]
    assert is_honest(result)


@pytest.mark.parametrize(
    "source",
    [
        "print('x' * 50_000_000)",
        "for i in range(100_000): print(i)",
        "import sys\nfor i in range(5000): print(i); print(i, file=sys.stderr)",
        "print('\\0' * 1_000_000)",
        "print('\\U0001F600' * 1_000_000)",
        "raise ValueError('x' * 10_000_000)",
        "for i in range(10_000): display(i)",
        "'x' * 1_000_000",
        "import os\nfrom IPython.display import Image\nImage(os.urandom(1_000_000), format='png')",
    ],
)
def test_output_is_bounded(session, source):
    result = run(session, source, "print('more')")
    size = sum(len(str(output)) for outputs in result.outputs.values() for output in outputs)
    assert size < 3 * LIMITS.output_kb * 1024
    assert is_honest(result)
    assert result.problems == []


def test_a_cell_that_keeps_all_memory_costs_itself(session):
    result = run(session, "x = []\nwhile True: x.append(bytearray(1 << 20))")
    assert is_honest(result)
    assert result.problems == ["cell c0: It ended the Python process (out of memory)."]


def test_a_cut_is_marked(session):
    printed = text(run(session, "print('x' * 50_000_000)\nprint('y')").outputs["c0"])
    assert printed.startswith("xxx")
    assert printed.endswith("[the output is too long and was cut here]\n")


@pytest.mark.parametrize(
    "source",
    [
        "import atexit, time\natexit.register(time.sleep, 1000)",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(1000,)).start()",
        "import threading\ndef f():\n    while True: pass\nthreading.Thread(target=f).start()",
        "import gc, sys\nsys.setrecursionlimit(10**6)\ndef f(): f()",
        "import builtins\nbuiltins.len = builtins.print = builtins.isinstance = None",
        "import sys\nsys.stdout = sys.stderr = None",
        "import socket, json\nsocket.socket.sendall = json.dumps = None",
        "import time\ntime.monotonic = lambda: 0",
        "import sys\nsys.modules.clear()",
        "get_ipython().run_cell = get_ipython().showtraceback = lambda *a, **k: None",
        "get_ipython().input_transformers_post.append(lambda lines: ['pass'])",
        "get_ipython().display_pub.publish = None\nget_ipython().displayhook = None",
        "import sys\nsys.settrace(lambda *a: 1 / 0)",
        "import signal\nsignal.raise_signal(signal.SIGINT)",
        "class Odd:\n    def __repr__(self): raise SystemExit\nOdd()",
    ],
)
def test_vandalism_stays_at_home(hasty, session, source):
    """Whatever it does to its own process, the session goes on and so does the next notebook."""
    result = run(hasty, source, f=SQUARE)
    assert set(result.answers) == {"f", "honest"}
    assert result.cpu_seconds < HASTY.notebook_seconds + 1
    assert is_honest(run(session))


def frame(value):
    return f"{WIRE}\nfrom optlab.checking import codec\nframe = codec.encode({value})\n" + (
        "os.write(wire, struct.pack('>I', len(frame)) + frame)"
    )


@pytest.mark.parametrize(
    "value",
    ["None", "1", "'x'", "{'refused': 'x'}", "[1]", "[{}]", "[[]]", "[{'output_type': 'stream'}]"],
)
def test_forged_outputs_hurt_only_themselves(session, value):
    result = run(session, frame(value), "print('x')")
    assert set(result.answers) == {"honest"}
    for outputs in result.outputs.values():
        assert all("output_type" in output for output in outputs)
    assert is_honest(run(session))


def test_forged_frames_in_advance_do_not_reach_the_next_notebook(session):
    result = run(session, frame("[]") + "\n" + frame("[{'outputs': 1}]") * 3, f=SQUARE)
    assert result.problems
    assert is_honest(run(session))


def test_a_child_knows_nothing(session):
    """It runs beside no other submission, below no reference, in nobody's environment."""
    is_open = """
    import os
    def is_open(number):
        try:
            return os.fstat(number) is not None
        except OSError:
            return False
    """
    source = """
    import sys
    print([name for name in sys.modules if name.startswith("autograder")])
    print([path for path in sys.path if "autograder" in path])
    print(sorted(set(os.environ) & {"SECRET", "USER", "PYTHONPATH"}), os.environ["HOME"])
    print([number for number in range(1024) if is_open(number)])
    print(os.getcwd(), sys.argv)
    left_behind = 1
    """
    first = run(session, is_open, source)
    modules, paths, environment, descriptors, place = text(first.outputs["c1"]).splitlines()
    assert (modules, paths, environment) == ("[]", "[]", "[] /nonexistent")
    assert descriptors.startswith("[0, 1, 2, ")
    assert len(descriptors.split(",")) == 4  # the wire is the only one besides
    assert place == "/ ['notebook']"
    (error,) = run(session, "left_behind").outputs["c0"]
    assert error["ename"] == "NameError"


def test_keys_are_out_of_reach(session):
    keys = os.path.join(os.path.dirname(sys.modules["optlab"].__file__), "keys")
    (error,) = run(session, f"import os\nos.listdir({keys!r})").outputs["c0"]
    if session.sandboxed:
        assert error["ename"] == "PermissionError"


def test_a_dead_runner_is_replaced(session):
    assert is_honest(run(session))
    os.kill(session._runner.pid, signal.SIGKILL)
    session._runner.wait()
    assert is_honest(run(session))


# Runs the runner with one thing changed.
STUB = """
import os, runpy, sys
runner = {runner!r}
sys.path.insert(0, runner)
import sandbox
{change}
runpy.run_path(runner, run_name="__main__")
"""


def changed_runner(monkeypatch, tmp_path, change):
    stub = tmp_path / "runner.py"
    stub.write_text(STUB.format(runner=session_module.RUNNER[-1], change=textwrap.dedent(change)))
    monkeypatch.setattr(session_module, "RUNNER", (sys.executable, "-P", str(stub)))


NO_LAYER = """
    def fail(self):
        raise sandbox.SandboxError("a layer is missing")
    sandbox.available = lambda: None
    sandbox.prepare = lambda readable: sandbox.Sandbox(os.dup(0), b"", 126)
    sandbox.Sandbox.enter = fail
    """


def test_when_the_sandbox_fails_nothing_is_run(monkeypatch, tmp_path):
    changed_runner(monkeypatch, tmp_path, NO_LAYER)
    with Session(limits=LIMITS) as session:
        result = run(session, "print('ran')", f=SQUARE)
    assert {(one.status, one.cause) for one in result.answers.values()} == {("refused", "sandbox")}
    assert result.outputs == {}
    assert result.problems == ["The sandbox failed: a layer is missing."]


def test_a_child_without_its_sandbox_does_not_even_listen(monkeypatch, tmp_path):
    changed_runner(monkeypatch, tmp_path, NO_LAYER)
    with Session(limits=LIMITS) as session, session._child(NOTHING_ASKED) as wire:
        assert codec.receive(wire, 1000) == {"refused": "a layer is missing"}
        with pytest.raises((EOFError, ConnectionError)):
            codec.send(wire, [{"source": "print('ran')", "keep": None}])
            codec.receive(wire, 1000)


def test_auto_goes_without_a_sandbox_that_is_not_there(monkeypatch):
    pretending = (*session_module.RUNNER, "--pretend-unavailable")
    monkeypatch.setattr(session_module, "RUNNER", pretending)
    with Session(limits=LIMITS) as session:
        assert not session.sandboxed
        assert "pretended" in session.unavailable
        assert is_honest(run(session))


def test_none_confines_nobody():
    with Session("none", LIMITS) as session:
        assert not session.sandboxed
        assert is_honest(run(session, "import os\nos.listdir('/')"))
        kill = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"
        assert is_honest(run(session, kill))  # by a fresh runner, without this cell


def test_a_runner_that_does_not_start_is_explained(monkeypatch, tmp_path):
    changed_runner(monkeypatch, tmp_path, "raise SystemExit('numpy is missing')")
    with pytest.raises(RunError, match="numpy is missing"), Session():
        pass


def test_windows_is_told_what_to_use(monkeypatch):
    monkeypatch.setattr(session_module.os, "name", "nt")
    with pytest.raises(UserError, match="WSL"):
        Session()


@pytest.mark.parametrize("isolation", ["auto", "none"])
def test_nothing_outlives_a_worker_that_is_killed(isolation):
    worker = f"""
    from autograder.judge.session import Cell, Session
    with Session({isolation!r}) as session:
        print(session._runner.pid, flush=True)
        session.run([Cell("a", "while True: pass")], {{}})
    """
    command = [sys.executable, "-c", textwrap.dedent(worker)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        runner = int(process.stdout.readline())
        wait_for(lambda: child_of(runner))
        child = child_of(runner)
        process.kill()
    wait_for(lambda: is_gone(runner) and is_gone(child))


def test_no_child_outlives_a_runner_that_is_killed(session):
    if not session.sandboxed:
        pytest.skip("the kernel ties children to the runner as part of the sandbox")
    with session._child(NOTHING_ASKED) as wire:
        codec.receive(wire, 1000)
        child = child_of(session._runner.pid)
        os.kill(session._runner.pid, signal.SIGKILL)
        wait_for(lambda: is_gone(child))


def child_of(process):
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(children[0]) if children else None


def is_gone(process):
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return "State:\tZ" in status


def wait_for(condition, patience=120.0):
    until = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


# What a child may claim, and what is left of it.


@pytest.mark.parametrize("claimed", [None, {}, "x", ({},)])
def test_outputs_that_are_no_list_are_nonsense(claimed):
    with pytest.raises(CodecError):
        claims.outputs(claimed)


@pytest.mark.parametrize(
    "claimed",
    [
        None,
        [],
        [Observation().to_row()] * 2,
        [Observation().to_data()],
        [Observation().to_row()[:-1]],
        [list(Observation().to_row())],
        [Observation(error_text=0).to_row()],
        [Observation(changed=("y",)).to_row()],
        [Observation(aliased=("<script>",)).to_row()],
    ],
)
def test_observations_have_to_fit_the_question(claimed):
    with pytest.raises(CodecError):
        claims.observations(claimed, 1, ["x"])


@pytest.mark.parametrize(
    ("claimed", "told"), [("KeyError", "KeyError"), ("Secret1234", "a custom exception")]
)
def test_exceptions_are_told_by_known_names(claimed, told):
    (seen,) = claims.observations([Observation(error=claimed).to_row()], 1, ["x"])
    assert seen.error == told


def test_recipes_and_seeds_reach_the_function(session):
    cases = [Case({"rng": Seed(7)})]
    result = run(session, "def f(rng): return rng.random()", f=Probe("function", ["rng"], cases))
    assert result.answers["f"][0].outputs == (np.random.default_rng(7).random(),)


@pytest.fixture
def crowded():
    """One processor, shared with two that never rest."""
    free = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(free)})
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    yield
    for other in others:
        other.kill()
        other.wait()
    os.sched_setaffinity(0, free)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux's affinity")
def test_time_in_line_for_a_processor_does_not_count(crowded):
    """On a half or less of a processor, what takes most of its limit takes longer than that."""
    works = f"""
    import time
    end = time.process_time() + {0.8 * HASTY.cell_seconds}
    while time.process_time() < end:
        pass
    """
    with Session(limits=HASTY) as session:
        busy = run(session, works)
        asleep = run(session, "import time\ntime.sleep(1000)")
    assert not busy.problems
    assert busy.seconds > HASTY.cell_seconds
    assert asleep.problems
    assert not busy.hurried and not asleep.hurried


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux's affinity")
def test_patience_with_a_crowd_has_an_end_and_is_told(crowded, monkeypatch):
    # A kernel may share fairly between sessions and not between processes: the child is then
    # given a half and not a third. It stands in line for 0.7 seconds at least, and 0.25 are enough.
    monkeypatch.setattr(session_module, "PATIENCE", 0.05)
    with Session(limits=HASTY) as session:
        assert run(session, "while True: pass").hurried
