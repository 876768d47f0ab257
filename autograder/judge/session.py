"""The worker's side of the runner: it asks, it waits no longer than it said, it believes nothing.

A `Session` owns one warm runner process. Each `run` gets a child of it, confined and thrown away
afterwards. What a child sends is a claim by the learner's code: it is bounded in size and time,
decoded as data, and cleaned. A forged frame can only change the claims of its own submission.
"""

import contextlib
import math
import os
import pickle
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from autograder.errors import RunError, UserError
from autograder.judge import claims
from optlab.checking import codec, probe
from optlab.checking.codec import CodecError, OversizeError
from optlab.checking.diagnose import Status
from optlab.checking.language import told
from optlab.checking.onechange import Found

RUNNER = (sys.executable, "-P", str(Path(__file__).resolve().parent / "runner"))
# Orders and an exit status, as in runner/__main__.py.
FORK, LINE, END, PUBLIC, DRAW = b"f", b"l", b"e", b"p", b"d"
OUT_OF_MEMORY = 12
START_SECONDS = 60
# In code that may draw; the set-up of every lesson has "plots" in a list of names. Where this is
# wrong, a child loads by itself what it needs, or the runner what nobody needs.
DRAWS = re.compile(r"plot(?!s,)|board\.figure|pylab|pandas|seaborn")
ORDER_SECONDS = 10  # for the runner to fork or to end a child, even on a busy machine
CPU_RESERVE = 5  # the worker's clock should be the first to strike
PATIENCE = 9  # times its own limit is what a child may stand in line for a processor
AT_ONCE = 1 << 18  # bytes that are taken from the wire
WORDS = 4096  # bytes of a frame that holds no more than a few words
REMEMBERED = 1 << 14  # bytes of a reply, at most, that is kept in case it comes again
LESSONS = 16  # whose questions are kept as they are sent
MOST_REMEMBERED = 1000
SEARCHES = 3  # of one submission, for the place of a slip
SEARCH_SECONDS = 4  # for one of them; this time is not the notebook's

# All that the runner and its children see of the environment. One thread each: grading runs a
# process per core already. A fixed hash seed makes the order of sets the same in every run.
ENVIRONMENT = {
    "PATH": os.defpath,
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "PYTHONNOUSERSITE": "1",
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}


@dataclass(frozen=True)
class Limits:
    """What one submission may use. These are the defaults everywhere."""

    cell_seconds: float = 10  # for one cell, and for all probes of one exercise
    notebook_seconds: float = 30  # for everything, repetitions included
    memory_mb: int = 1024  # above what the warm process holds
    output_kb: int = 4096  # all outputs of a notebook together
    answer_kb: int = 16384  # all results of one exercise together


@dataclass(frozen=True)
class Cell:
    """A code cell. With `keep` nothing is run: the object of that name is kept for probing."""

    id: str
    source: str
    keep: str | None = None


@dataclass(frozen=True, eq=False)
class Probe:
    """What is asked about one exercise: a function with cases, or a quiz answer.

    undoubted: digests of replies to the public cases in which there was nothing to search for.
    """

    kind: str
    parameters: list[str] = field(default_factory=list)
    cases: Sequence[probe.Case] = ()
    undoubted: set[bytes] = field(default_factory=set, init=False, repr=False)

    def question(self, public: bool) -> dict[str, Any]:
        """What is asked for one part."""
        cases = [self.cases[number] for number in self.part(public)] if self.cases else []
        return {"kind": self.kind, "parameters": self.parameters, "cases": cases}

    def part(self, public: bool) -> list[int]:
        """Numbers of the public or of the hidden cases. A quiz has one, its answer."""
        if self.kind == "quiz":
            return [0] if public else []
        return [n for n, case in enumerate(self.cases) if case.public == public]

    def read(self, public: bool, frame: bytes) -> tuple[probe.Observation, ...] | None:
        """What a reply says; the same one is read once, however many submissions give it."""
        return (_read_again if len(frame) <= REMEMBERED else _read)(self, public, frame)


def order(value: Any) -> bytes:
    """A frame for a child. It may believe us, so it reads what is quickest to read; we do not."""
    frame = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return codec.LENGTH.pack(len(frame)) + frame


@lru_cache(2 * LESSONS)
def _questions(probes: tuple[tuple[str, Probe], ...], public: bool) -> bytes:
    """The frame of one round; made once, however many submissions are asked."""
    asked = {name: asked.question(public) for name, asked in probes if asked.part(public)}
    return order({"questions": asked})


def _read(asked: Probe, public: bool, frame: bytes) -> tuple[probe.Observation, ...] | None:
    """None: there is nothing of that name; perhaps because its cell had to be left out."""
    claimed = codec.decode(frame)
    if claimed is None:
        return None
    return tuple(claims.observations(claimed, len(asked.part(public)), asked.parameters))


_read_again = lru_cache(MOST_REMEMBERED)(_read)


@dataclass(frozen=True)
class Failure:
    """Why there are no observations.

    status: NOT_ATTEMPTED, TIMED_OUT, RAISED (the process died) or REFUSED.
    cause: "exited", "oversize", "nonsense", "sandbox" or None.
    text: one sentence.
    """

    status: Status
    cause: str | None
    text: str


def longest(limits: Limits) -> float:
    """Seconds on the wall that a notebook may take, where it stands in line as long as it may."""
    return (1 + PATIENCE) * limits.notebook_seconds + SEARCHES * SEARCH_SECONDS


# Asked with the observations of an exercise's public cases: the frame that has the child search
# its source for the slip; None by these observations alone.
Doubt = Callable[[str, list[probe.Observation]], bytes | None]


@dataclass(frozen=True)
class Run:
    """What came of a notebook: outputs by cell, observations or a failure by exercise.

    hurried: the clock struck although it had stood in line for a processor most of the time.
    found: what searches reported, by exercise; claims like all the rest, and never of a mark.
    evidence: digest of the replies by exercise: the same where the observations are the same.
    """

    outputs: dict[str, list[dict]]
    answers: dict[str, list[probe.Observation] | Failure]
    problems: list[str]
    seconds: float
    cpu_seconds: float
    hurried: bool
    found: dict[str, Found] = field(default_factory=dict)
    evidence: dict[str, bytes] = field(default_factory=dict)


NOT_ATTEMPTED = Failure(Status.NOT_ATTEMPTED, None, told("There is no answer yet."))


class Session:
    """One warm runner. Use it as a context manager; a runner that dies is replaced.

    isolation: "auto" confines every child where the machine can do it, and `sandboxed` tells
    whether it does; "none" confines none.
    """

    def __init__(self, isolation: str = "auto", limits: Limits | None = None):
        if os.name == "nt":
            raise UserError("grading needs Linux or macOS; on Windows use WSL")
        self.isolation = isolation
        self.limits = limits or Limits()
        self._told = b""  # the public questions that the runner knows
        self.unavailable: str | None = None

    @property
    def sandboxed(self) -> bool:
        """Whether children are confined; `unavailable` says why not."""
        return self.unavailable is None

    def __enter__(self) -> "Session":
        with contextlib.ExitStack() as stack:
            self._folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="autograder-"))
            self._start()
            self._clean_up = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._clean_up.close()

    def run(self, cells: list[Cell], probes: dict[str, Probe], doubt: Doubt | None = None) -> Run:
        """Run the cells in order, then answer the probes and search what is in doubt.

        What dies or takes too long is left out and the rest is run again, as long as
        `notebook_seconds` are not used up.
        """
        if not self._draws and any(DRAWS.search(cell.source) for cell in cells):
            self._order_draw()
        notebook = _Notebook(cells, probes, self.limits, doubt)
        public = _questions(tuple(probes.items()), True)
        while not notebook.finished:
            try:
                with self._child(public) as wire:
                    notebook.attempt(wire)
            except (TimeoutError, EOFError, ConnectionError, CodecError) as error:
                if not notebook.suspect:
                    raise RunError("the runner could not start a process of its own") from error
                notebook.leave_out(error, self._ended["status"])
            notebook.cpu_seconds += self._ended["cpu"]
        return notebook.result()

    @contextlib.contextmanager
    def _child(self, public: bytes) -> Iterator["_Wire"]:
        """A fresh child, at the other end of the wire; it is dead when the context ends.

        It is born with the public questions, which every learner has, but with no hidden one.
        """
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._order_fork(theirs, public)
            try:
                yield _Wire(ours, self._seconds_in_line)
            finally:
                self._ended = self._order_end()

    def _order_fork(self, theirs: socket.socket, public: bytes) -> None:
        try:
            self._fork(theirs, public)
        except OSError:  # the runner died since the last notebook
            self._stop()
            self._start()
            self._fork(theirs, public)

    def _fork(self, theirs: socket.socket, public: bytes) -> None:
        if self._told != public:  # once for a lesson, as its submissions follow each other
            self._control.sendall(PUBLIC + public)
            self._told = public
        socket.send_fds(self._control, [FORK], [theirs.fileno()])

    def _order_end(self) -> dict:
        """How the child ended. The runner is its parent, so no other process can be hit."""
        try:
            self._control.sendall(END)
            return codec.receive(self._control, WORDS)
        except (OSError, EOFError, CodecError):  # the runner itself is dead or stuck
            self._stop()
            self._start()
            return {"status": None, "cpu": 0.0}

    def _seconds_in_line(self) -> float:
        """How long the child has been ready to run while others ran."""
        self._control.sendall(LINE)
        return codec.receive(self._control, WORDS)["seconds"]

    def _start(self) -> None:
        self._told, self._draws = b"", False
        self._control, theirs = socket.socketpair()
        folders = {"IPYTHONDIR": self._folder, "MPLCONFIGDIR": _font_list() or self._folder}
        with theirs:
            self._runner = subprocess.Popen(
                [*RUNNER, str(theirs.fileno())],
                cwd="/",
                env=ENVIRONMENT | folders,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._control.settimeout(START_SECONDS)
        try:
            codec.send(self._control, self._settings())
            self.unavailable = codec.receive(self._control, WORDS)["unavailable"]
        except (OSError, EOFError, CodecError) as error:
            said = self._stop().decode(errors="replace").strip().splitlines()
            reason = said[-1] if said else error
            raise RunError(f"the runner did not start: {reason}") from error
        self._control.settimeout(ORDER_SECONDS)

    def _settings(self) -> dict:
        searches = SEARCHES * SEARCH_SECONDS
        return {
            "isolation": self.isolation,
            "memory_bytes": self.limits.memory_mb << 20,
            "cpu_seconds": math.ceil(self.limits.notebook_seconds) + CPU_RESERVE + searches,
            "output_bytes": self.limits.output_kb << 10,
        }

    def _order_draw(self) -> None:
        """Once for a runner: it takes a second, and most classes hand in nothing that draws."""
        self._control.settimeout(START_SECONDS)
        try:
            self._control.sendall(DRAW)
            self._draws = codec.receive(self._control, WORDS)["draws"]
            self._control.settimeout(ORDER_SECONDS)
        except (OSError, EOFError, CodecError):  # the runner died since the last notebook
            self._stop()
            self._start()

    def _stop(self) -> bytes:
        """Kill the runner with all that it started; returns what it had to say."""
        self._control.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._runner.pid, signal.SIGKILL)
        return self._runner.communicate()[1]


def _font_list() -> str | None:
    """Where Matplotlib keeps its list of fonts: making it anew takes longer than all imports."""
    try:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(cache) / "optimization-course"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # no home, or one that is closed: then anew
        return None
    return str(folder) if os.access(folder, os.W_OK) else None


class _Wire:
    """A socket with one deadline for whole frames: bytes that trickle in do not extend it.

    What extends it is the time for which the child stood in line for a processor: it must not cost
    marks that the machine is busy. granted: how much that was.
    """

    def __init__(self, ours: socket.socket, seconds_in_line: Callable[[], float]) -> None:
        self._socket = ours
        self._seconds_in_line = seconds_in_line
        self.deadline = time.monotonic() + ORDER_SECONDS
        self.most_granted = 0.0
        self.granted = 0.0
        self.received = 0
        self._ahead = b""  # has arrived, and nobody has asked for it yet

    def recv(self, count: int) -> bytes:
        self._ahead = self._ahead or self._arrived()
        part, self._ahead = self._ahead[:count], self._ahead[count:]
        self.received += len(part)
        return part

    def _arrived(self) -> bytes:
        while True:
            self._wait_no_longer()
            with contextlib.suppress(TimeoutError):
                return self._socket.recv(AT_ONCE)

    def sendall(self, data: bytes) -> None:
        self._wait_no_longer()
        self._socket.sendall(data)

    def _wait_no_longer(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            left += self._grant()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)

    def _grant(self) -> float:
        extra = min(self._seconds_in_line(), self.most_granted) - self.granted
        self.granted += extra
        self.deadline += extra
        return extra


class _Notebook:
    """One notebook on its way through as many attempts as it takes."""

    def __init__(
        self,
        cells: list[Cell],
        probes: dict[str, Probe],
        limits: Limits,
        doubt: Doubt | None = None,
    ):
        self.cells, self.probes, self.limits, self.doubt = cells, probes, limits, doubt
        self.found: dict[str, Found] = {}
        self.searching = False
        self.began = time.monotonic()
        self.outputs: dict[str, list[dict]] = {}
        self.seen: dict[str, dict[int, probe.Observation]] = {name: {} for name in probes}
        self.evidence: dict[str, bytes] = {}
        self.answers: dict[str, list[probe.Observation] | Failure] = {}
        self.problems: list[str] = []
        self.stopped: dict[str, Failure] = {}  # cells that are left out from now on
        self.suspect: Cell | str | None = None  # the cell or exercise that is running
        self.frozen = False  # all cells have run once: outputs change no more
        self.finished = False
        self.cpu_seconds = 0.0
        self.granted = 0.0  # seconds in line for a processor, which do not count
        self.hurried = False

    def attempt(self, wire: _Wire) -> None:
        """Run all cells that are still trusted to end, and ask what has no answer yet."""
        self.suspect = None
        wire.most_granted = self._most_granted - self.granted
        try:
            self._attempt(wire)
        finally:
            self.granted += wire.granted

    def _attempt(self, wire: _Wire) -> None:
        refused = codec.receive(wire, WORDS)["refused"]
        if refused is None:
            self._run_cells(wire)
            self._ask(wire)
        else:
            text = told("The sandbox failed: {why}.", why=refused)
            self._give_up(Failure(Status.REFUSED, "sandbox", text))
        self.finished = True

    def leave_out(self, error: Exception, status: int | None) -> None:
        """Blame what was running; it is not tried again."""
        if self.searching:  # a search is nobody's fault, and there is none from now on
            self.searching, self.doubt = False, None
            return
        if isinstance(error, TimeoutError) and self.granted >= self._most_granted:
            self.hurried = True
        failure = self._failure(error, status)
        if isinstance(self.suspect, Cell):
            self.stopped[self.suspect.id] = failure
            self.outputs[self.suspect.id] = [_stop_sign(failure)]
            cell = told("cell {name}: {text}", name=self.suspect.id, text=failure.text)
            self.problems.append(cell)
        elif self.suspect:
            self.answers[self.suspect] = failure
            self.problems.append(told("{name}: {text}", name=self.suspect, text=failure.text))
        if time.monotonic() >= self._end:
            spent = "The notebook used up its {seconds:g} seconds."
            text = told(spent, seconds=self.limits.notebook_seconds)
            self._give_up(Failure(Status.TIMED_OUT, None, text))

    def result(self) -> Run:
        seconds = time.monotonic() - self.began
        return Run(
            outputs=self.outputs,
            answers=self.answers,
            problems=self.problems,
            seconds=seconds,
            cpu_seconds=self.cpu_seconds,
            hurried=self.hurried,
            found=self.found,
            evidence=self.evidence,
        )

    @property
    def _end(self) -> float:
        return self.began + self.limits.notebook_seconds + self.granted

    @property
    def _most_granted(self) -> float:
        return PATIENCE * self.limits.notebook_seconds

    def _run_cells(self, wire: _Wire) -> None:
        cells = [cell for cell in self.cells if cell.id not in self.stopped]
        wire.deadline = self._end_on(wire)
        self.suspect = cells[0] if cells else None
        wire.sendall(order([{"source": cell.source, "keep": cell.keep} for cell in cells]))
        allowed = wire.received + 2 * (self.limits.output_kb << 10) + WORDS
        for cell in cells:
            if cell.keep:
                continue
            self.suspect = cell
            self._set_clock(wire)
            outputs = claims.outputs(codec.receive(wire, allowed - wire.received))
            if not self.frozen:
                self.outputs[cell.id] = outputs
        self.frozen = True

    def _ask(self, wire: _Wire) -> None:
        """All public cases before the first hidden one.

        What a function says about public cases is quoted; it must not know the hidden ones by then.
        """
        for public in (True, False):
            self._ask_round(wire, public)
            if public and self.doubt:
                self._search(wire, self.doubt)

    def _ask_round(self, wire: _Wire, public: bool) -> None:
        """Ask all at once; the child answers one after the other, so it is known where it is."""
        open_ones = (name for name in self.probes if name not in self.answers)
        names = [name for name in open_ones if self.probes[name].part(public)]
        if not names:
            return
        self.suspect = names[0]
        self._set_clock(wire)
        questions = b"" if public else _questions(tuple(self.probes.items()), False)
        wire.sendall(questions + order({"names": names}))
        for name in names:
            self.suspect = name
            self._set_clock(wire)
            self._take(wire, name, public)

    def _search(self, wire: _Wire, doubt: Doubt) -> None:
        """Have the child find the slip of what its public cases show to be wrong.

        Before the hidden cases, so that its report cannot tell anything of them.
        """
        for name, asked in self.probes.items():
            if name in self.answers or name in self.found or len(self.found) == SEARCHES:
                continue
            evidence = self.evidence.get(name, b"")
            if evidence in asked.undoubted:
                continue
            frame = doubt(name, [self.seen[name][number] for number in asked.part(True)])
            if frame is None:
                if len(asked.undoubted) < MOST_REMEMBERED:
                    asked.undoubted.add(evidence)
                continue
            self.searching, began = True, time.monotonic()
            wire.deadline = began + SEARCH_SECONDS
            try:
                self.found[name] = Found()
                wire.sendall(frame)
                self.found[name] = claims.found(codec.receive(wire, WORDS))
            finally:
                self.began += time.monotonic() - began
            self.searching = False

    def _take(self, wire: _Wire, name: str, public: bool) -> None:
        """One reply."""
        asked = self.probes[name]
        frame = codec.receive_frame(wire, self.limits.answer_kb << 10)
        seen = asked.read(public, frame)
        if seen is None:
            self.answers[name] = self.stopped.get(name, NOT_ATTEMPTED)
            return
        self.evidence[name] = sha256(self.evidence.get(name, b"") + frame).digest()
        self.seen[name] |= dict(zip(asked.part(public), seen, strict=True))
        if len(self.seen[name]) == max(1, len(asked.cases)):
            self.answers[name] = _all_seen(self.seen[name])

    def _set_clock(self, wire: _Wire) -> None:
        wire.deadline = min(time.monotonic() + self.limits.cell_seconds, self._end_on(wire))

    def _end_on(self, wire: _Wire) -> float:
        return self._end + wire.granted

    def _give_up(self, failure: Failure) -> None:
        self.problems.append(failure.text)
        self.answers = {name: self.answers.get(name, failure) for name in self.probes}
        self.finished = True

    def _failure(self, error: Exception, status: int | None) -> Failure:
        if isinstance(error, TimeoutError):
            longer = "It took longer than {seconds:g} seconds and was stopped."
            text = told(longer, seconds=self.limits.cell_seconds)
            return Failure(Status.TIMED_OUT, None, text)
        if not isinstance(error, CodecError):
            # What an exercise is asked may be hidden; its exit status could tell what it was.
            how = _how(status) if isinstance(self.suspect, Cell) else _in_a_word(status)
            text = told("It ended the Python process{how}.", how=how)
            return Failure(Status.RAISED, "exited", text)
        if isinstance(error, OversizeError):
            text = told("It gave back more than can be taken.")
            return Failure(Status.REFUSED, "oversize", text)
        text = told("What it gave back is not in the expected form.")
        return Failure(Status.REFUSED, "nonsense", text)


def _all_seen(seen: dict[int, probe.Observation]) -> list[probe.Observation] | Failure:
    """The observations in the order of their cases."""
    if all(one.error == "NotImplementedError" for one in seen.values()):
        return NOT_ATTEMPTED
    return [seen[number] for number in sorted(seen)]


def _how(status: int | None) -> str:
    if status is None:
        return told(" (nobody saw how)")
    if status == OUT_OF_MEMORY:
        return told(" (out of memory)")
    if status < 0:
        return f" ({signal.Signals(-status).name})"
    return told(" (exit status {status})", status=status)


def _in_a_word(status: int | None) -> str:
    return _how(status) if status == OUT_OF_MEMORY else ""


def _stop_sign(failure: Failure) -> dict:
    """What stands below a cell that had to be left out."""
    name = "TimedOut" if failure.status == Status.TIMED_OUT else "Stopped"
    return {
        "output_type": "error",
        "ename": name,
        "evalue": str(failure.text),
        "traceback": [str(failure.text)],
    }
