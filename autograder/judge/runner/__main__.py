"""The warm process: it imports once what most need, and forks one confined child per submission.

    python -P autograder/judge/runner [--pretend-unavailable] CONTROL

CONTROL is the file descriptor of a socket to the worker (see `session.py`). The worker first
sends the settings; the answer says why the sandbox is not available, or None. Then one byte is one
order:

    PUBLIC with a frame behind it: the public questions that the children from now on know
    DRAW   load what draws figures, for the children from now on; the answer comes afterwards
    FORK   with a socket attached: fork a child that talks on this socket
    LINE   the answer says how many seconds the child has stood in line for a processor
    END    kill the child; the answer says how it ended and how much processor time it took

This process never reads a word of a submission, and it has never seen a reference: what a child
inherits is worth nothing: public questions are in every learner's folder. It ends when the worker
does.
"""

import ctypes
import gc
import os
import pickle
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[2] / "notebooks"))
gc.disable()  # until all is loaded (`memory.settle`): nothing of that is garbage

import later  # noqa: E402
import memory  # noqa: E402
import sandbox  # noqa: E402
from shell import Shell  # noqa: E402

import optlab  # noqa: E402
from optlab.checking import checks, codec, onechange, probe  # noqa: E402
from optlab.checking.answerkey import AnswerKey  # noqa: E402

FORK, LINE, END, PUBLIC, DRAW = b"f", b"l", b"e", b"p", b"d"
FRAME_LIMIT = 1 << 28  # for what the trusted side sends
OUT_OF_MEMORY = 12  # exit status of a child: ENOMEM
MEMORY_RESERVE = 1 << 26  # what a cell has to leave to the cells below it
# Python's own also runs what modules want to be run in every child: for the sake of threads, which
# there are none of here, and to give each child other numbers of `random`, as NumPy does not.
_fork_alone = ctypes.PyDLL(None, use_errno=True).fork


def main(arguments: list[str]) -> None:
    """Get warm, then fork a child whenever the worker asks for one."""
    control = socket.socket(fileno=int(arguments[-1]))
    settings = codec.receive(control, FRAME_LIMIT)
    sys.path.remove(str(HERE))
    sys.argv[:] = ["notebook"]
    plots = later.load()
    checks.set_grading(True)
    reason, box = _confinement(settings["isolation"], "--pretend-unavailable" in arguments)
    shell = Shell.warm()
    memory.settle()
    codec.send(control, {"unavailable": reason})
    child = 0  # the number of the one that lives, if there is one
    while True:
        order, sockets, _, _ = socket.recv_fds(control, 1, 1)
        if order == FORK:
            child = _fork(sockets[0], box, shell, settings)
        elif order == PUBLIC:
            settings["public"] = _order(control)["questions"]
            # With it, data sets and the like are loaded that no child has to load again.
            probe.prepare(case for asked in settings["public"].values() for case in asked["cases"])
            gc.freeze()  # no child looks for garbage in them
        elif order == DRAW:
            plots.load()
            shell.get_ready_to_draw()
            memory.settle()
            codec.send(control, {"draws": True})
        elif order == LINE:
            codec.send(control, {"seconds": _seconds_in_line(child)})
        elif order == END:
            codec.send(control, _end(child))
            child = 0
        else:  # the worker has gone
            if child:
                _end(child)
            return


def _confinement(isolation: str, pretend: bool) -> tuple[str | None, sandbox.Sandbox | None]:
    """Why children are not confined, or what confines them."""
    if isolation == "none":
        return "isolation is switched off", None
    reason = "it is pretended to be missing" if pretend else sandbox.available()
    if reason:
        return reason, None
    package = Path(optlab.__path__[0])
    ours = [path for path in package.iterdir() if path.name != "keys"]
    described = package.glob("keys/*/figures.b64")  # what demonstrations say of their figures
    fonts = Path(os.environ["MPLCONFIGDIR"])  # their list
    return None, sandbox.prepare([*sandbox.python_paths(), HERE, fonts, *ours, *described])


def _fork(descriptor: int, box: sandbox.Sandbox | None, shell: Shell, settings: dict) -> int:
    with socket.socket(fileno=descriptor) as wire:
        child = _fork_alone()
        if child == 0:
            _live(wire, box, shell, settings)
        if child < 0:
            raise OSError(ctypes.get_errno(), "cannot fork")
        return child


def _end(child: int) -> dict:
    """Only the parent can do this without hitting a stranger: the number is taken until `wait`."""
    os.kill(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    cpu = used.ru_utime + used.ru_stime
    return {"status": os.waitstatus_to_exitcode(status), "cpu": cpu}


def _seconds_in_line(child: int) -> float:
    """How long a child was ready to run while others ran; 0 where the kernel does not tell."""
    try:
        return int(Path(f"/proc/{child}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def _live(wire: socket.socket, box: sandbox.Sandbox | None, shell: Shell, settings: dict) -> None:
    """The whole life of a child. It never returns, and no `atexit` of a learner's runs."""
    try:
        refused = _confine(wire, box, settings)
        codec.send(wire, {"refused": refused})
        if refused is None:
            _serve(wire, shell, settings)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    finally:
        os._exit(1)


def _confine(wire: socket.socket, box: sandbox.Sandbox | None, settings: dict) -> str | None:
    try:
        os.chdir("/")
        sandbox.keep_descriptors(wire.fileno(), *([box.ruleset] if box else []))
        sandbox.limit(settings["memory_bytes"], settings["cpu_seconds"])
        if box:
            box.enter()
    except (sandbox.SandboxError, OSError, ValueError) as error:
        return str(error)
    return None


def _serve(wire: socket.socket, shell: Shell, settings: dict) -> None:
    """Run the cells, keep what is asked about; then answer the probes: outputs end there."""
    kept = {}
    shell.open(settings["output_bytes"])
    for cell in _order(wire):
        if cell["keep"]:
            kept[cell["keep"]] = shell.user_ns.get(cell["keep"])
        else:
            outputs = shell.run(cell["source"])
            if any(output.get("ename") == "MemoryError" for output in outputs):
                bytearray(MEMORY_RESERVE)  # if this fails, this cell is to blame, not the next
            codec.send(wire, outputs)
    questions = settings["public"]
    with probe.random_states_aside():
        while True:
            match _order(wire):
                case {"key": _} as asked:
                    codec.send(wire, _search(kept, asked))
                case {"questions": hidden}:
                    questions = hidden
                case {"names": names}:  # a frame for each, so that the worker knows where we are
                    for name in names:
                        codec.send(wire, _answer(kept.get(name), questions[name]))


def _order(wire: socket.socket) -> Any:
    """What the worker sends is believed, and read the quickest way; the other way nothing is."""
    return pickle.loads(codec.receive_frame(wire, FRAME_LIMIT))


def _answer(thing: Any, asked: dict) -> list | None:
    """Observations of one exercise as data; None when there is nothing to observe."""
    if thing is None:
        return None
    if asked["kind"] == "quiz":
        return [probe.observe_answer(thing).to_row()]
    seen = probe.observe_all(thing, asked["parameters"], asked["cases"])
    return [item.to_row() for item in seen]


def _search(kept: dict, asked: dict) -> dict:
    """Where the slip may be, as numbers of candidates that the other side counts as well."""
    key: AnswerKey = asked["key"]
    thing: Any = kept.get(key.exercise)
    try:
        found = onechange.report(
            asked["cells"], thing, key, others=asked["others"], limit=asked["limit"]
        )
    except onechange.NotSearchable:
        found = onechange.Found()
    return {
        "candidate": found.candidate,
        "other": found.other,
        "partial": found.partial,
        "stopped": found.stopped,
    }


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main(sys.argv[1:])
