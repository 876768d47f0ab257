"""Running a function on a case and noting everything that the course asks about.

The same code observes the learner's function in the notebook, in the sandbox, and the reference
and the known mistakes in the judge. An observation is data; whether it is right is decided in
`optlab.checking.diagnose`.
"""

import importlib
import inspect
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from types import FunctionType
from typing import Any

import numpy as np

from optlab.checking import borrowed, codec, quiz
from optlab.checking.codec import Recipe, Seed

NOT_CALLABLE = "not a function"
SIGNATURE = "signature"
UNSOLVED = "unsolved"
BORROWED = "borrowed"
_TEXT_LIMIT = 300
_UNCHANGEABLE = {type(None), bool, int, float, str}


@dataclass(frozen=True)
class Case:
    """One thing to try: a call, or several calls in a row.

    args: arguments of the first call, by the reference's parameter names, in any order. A
        parameter with a default may be left out. Recipes and seeds are built afresh for each case
        and then kept, so that two calls share one Generator.
    then: for each further call, the arguments that change.
    carry: parameter -> item of the previous result that is passed on (None: the whole result).
    note: what the case tries, a short phrase: "integer parameters".
    public: whether it may go into the answer key that learners hold.
    """

    args: dict[str, Any]
    then: tuple[dict[str, Any], ...] = ()
    carry: dict[str, int | None] = field(default_factory=dict)
    note: str = ""
    public: bool = False

    def to_data(self) -> dict[str, Any]:
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Case":
        return cls(
            args=data["args"],
            then=data["then"],
            carry=data["carry"],
            note=data["note"],
            public=data["public"],
        )


@dataclass(frozen=True)
class Observation:
    """What one case showed.

    outputs: a snapshot of each call's result, as data.
    error: built-in type of the exception that ended the case, or `SIGNATURE`, `NOT_CALLABLE`,
        `UNSOLVED`: another function that was called is still a stub; `BORROWED`: a library did
        the work.
    error_text: its message, in the learner's words; never quoted for a hidden case. The other
        function's name where that is unsolved, the library's where it did the work.
    changed: arguments whose contents changed during the call.
    aliased: arguments that share memory with the result ("result": two parts of it are one object).
    global_random: whether NumPy's or Python's global random state moved.
    summaries: of the outputs, by the function that makes them; filled where they are compared.
    """

    outputs: tuple[Any, ...] = ()
    error: str | None = None
    error_text: str = ""
    changed: tuple[str, ...] = ()
    aliased: tuple[str, ...] = ()
    global_random: bool = False
    summaries: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def to_data(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _IN_A_ROW}

    def to_row(self) -> tuple[Any, ...]:
        """The same without names, which is shorter on a wire."""
        return tuple(getattr(self, name) for name in _IN_A_ROW)

    @classmethod
    def from_row(cls, row: Any) -> "Observation":
        """As `from_data`."""
        if type(row) is not tuple or len(row) != len(_IN_A_ROW):
            raise codec.CodecError("not an observation")
        return cls.from_data(dict(zip(_IN_A_ROW, row, strict=True)))

    @classmethod
    def from_data(cls, data: Any) -> "Observation":
        """Rebuild from untrusted data; raises `codec.CodecError` when it has another form."""
        kinds: dict[str, type | tuple[type, ...]] = {
            "outputs": tuple,
            "error": (str, type(None)),
            "error_text": str,
            "changed": tuple,
            "aliased": tuple,
            "global_random": bool,
        }
        if not isinstance(data, dict) or set(data) != set(kinds):
            raise codec.CodecError("not an observation")
        if not all(isinstance(data[name], kind) for name, kind in kinds.items()):
            raise codec.CodecError("not an observation")
        if not all(isinstance(name, str) for name in data["changed"] + data["aliased"]):
            raise codec.CodecError("not an observation")
        return cls(
            outputs=data["outputs"],
            error=data["error"],
            error_text=data["error_text"],
            changed=data["changed"],
            aliased=data["aliased"],
            global_random=data["global_random"],
        )


_IN_A_ROW = tuple(item.name for item in fields(Observation) if item.init)


def build(value: Any) -> Any:
    """Make the argument that a recipe or seed stands for; copy data so that cases share nothing."""
    kind = type(value)
    if kind in _UNCHANGEABLE:
        return value
    if kind is np.ndarray:
        return value.copy()
    if kind is dict:
        return {key: build(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return kind(map(build, value))
    if kind is Seed:
        return np.random.default_rng(value.value)
    if kind is Recipe:
        module, _, name = value.target.partition(":")
        if not module.startswith("optlab."):
            raise ValueError(f"{value.target} is not part of optlab")
        thing = getattr(importlib.import_module(module), name)
        return thing if value.kwargs is None else thing(**build(value.kwargs))
    return value


def prepare(cases: Iterable[Case]) -> None:
    """Build arguments ahead of the first observation: once, for all processes forked from here."""
    _prepared.clear()
    for case in cases:
        _prepared.update((id(given), (given, _made(given))) for given in (case.args, *case.then))


_prepared: dict[int, tuple[dict, "_Made"]] = {}
_Made = tuple[dict[str, Any], dict[str, Any]]


def _made(given: dict[str, Any]) -> _Made:
    """Arguments, and copies of those that can change."""
    args = {name: build(value) for name, value in given.items()}
    copies = {n: codec.copied(arg) for n, arg in args.items() if type(arg) not in _UNCHANGEABLE}
    return args, copies


def observe(function: Any, parameters: list[str], case: Case) -> Observation:
    """Run one case. `parameters` are the reference's, in order. A learner's error is noted."""
    return observe_all(function, parameters, (case,))[0]


def observe_all(
    function: Any, parameters: list[str], cases: Iterable[Case]
) -> tuple[Observation, ...]:
    """Run cases one after the other. The global random states are left as they were."""
    if not callable(function):
        wrong = Observation(error=NOT_CALLABLE, error_text=type(function).__name__)
        return tuple(wrong for _ in cases)
    with random_states_aside():
        seen = _observe_with_random_states(_Call(function, parameters), tuple(cases))
    library = borrowed.library(function)  # after the calls, which may have imported it
    return seen if library is None else tuple(_borrowed(library) for _ in seen)


@contextmanager
def random_states_aside() -> Iterator[None]:
    """Give the global random states back. Around many observations it costs once, or nothing."""
    _watch.rounds += 1
    try:
        yield
    finally:
        _watch.rounds -= 1
        if not _watch.rounds:
            _watch.end()


def _observe_with_random_states(call: "_Call", cases: tuple[Case, ...]) -> tuple[Observation, ...]:
    """Run cases. Where one of them uses the global random states, each is run again by itself.

    Then all find the same states, and it is seen which use them.
    """
    _watch.begin()
    seen = tuple(_observe_own(call, case) for case in cases)
    return tuple(_afresh(call, case) for case in cases) if _watch.has_moved() else seen


def _afresh(call: "_Call", case: Case) -> Observation:
    _watch.restart()
    return replace(_observe_own(call, case), global_random=_watch.has_moved())


def _observe_own(call: "_Call", case: Case) -> Observation:
    """Run one case; what a demonstration of the course did is not the learner's."""
    before = borrowed.steps()
    seen = _observe(call, case)
    if borrowed.steps() == before or borrowed.lends((case.args, *case.then)):
        return seen
    return _borrowed(borrowed.OURS)


def _borrowed(library: str) -> Observation:
    return Observation(error=BORROWED, error_text=library)


def _observe(call: "_Call", case: Case) -> Observation:
    outputs: list[Any] = []
    changed: set[str] = set()
    aliased: set[str] = set()
    error, error_text = None, ""
    args: dict[str, Any] = {}
    result: Any = None
    copy = codec.Copied(None, [], [])  # of the result
    for number, changes in enumerate((case.args, *case.then)):
        _, (built, copies) = _prepared.pop(id(changes), None) or (changes, _made(changes))
        args |= built
        if number:
            if not _can_carry(result, case.carry):
                break  # the malformed result is already noted; there is nothing to go on with
            args |= {p: result if i is None else result[i] for p, i in case.carry.items()}
            copies |= {p: copy if i is None else copy.item(i) for p, i in case.carry.items()}
        error_text = call.mismatch(args)
        if error_text:
            error = SIGNATURE
            break
        before = {
            name: copies.get(name) or codec.copied(value)
            for name, value in args.items()
            if type(value) not in _UNCHANGEABLE
        }
        try:
            result = call(args)
            copy = codec.copied(result)
            outputs.append(copy.data)
            aliased |= _aliases({name: one.arrays for name, one in before.items()}, copy.arrays)
        except (Exception, SystemExit) as raised:  # whatever a learner's function raises is noted
            error, error_text = call.told(raised)
        changed |= {n for n, one in before.items() if not codec.unchanged(one.data, args[n])}
        if error:
            break
    return Observation(
        outputs=tuple(outputs),
        error=error,
        error_text=error_text,
        changed=tuple(sorted(changed)),
        aliased=tuple(sorted(aliased)),
    )


class _Call:
    """A function and the reference's parameters, which it is called with."""

    def __init__(self, function: Callable, parameters: list[str]) -> None:
        self._function, self._parameters = function, parameters
        self._mismatches: dict[tuple[str, ...], str] = {}

    def __call__(self, args: dict[str, Any]) -> Any:
        positional, keywords = self._arrange(args)
        with np.errstate(all="ignore"):  # an infinite result speaks for itself
            return self._function(*positional, **keywords)

    def mismatch(self, args: dict[str, Any]) -> str:
        """Why such a call does not fit the signature; empty where it does."""
        names = tuple(args)
        if names not in self._mismatches:
            self._mismatches[names] = _signature_mismatch(self._function, *self._arrange(args))
        return self._mismatches[names]

    def told(self, raised: BaseException) -> tuple[str, str]:
        """What to note of an error: its built-in type and its message."""
        stub = self._stub(raised)
        return (UNSOLVED, stub) if stub else (_error_name(raised), _error_text(raised))

    def _stub(self, raised: BaseException) -> str:
        """The other function of the same notebook that raised NotImplementedError; else empty."""
        trace = raised.__traceback__
        if type(raised) is not NotImplementedError or trace is None:
            return ""
        while trace.tb_next is not None:
            trace = trace.tb_next
        name = trace.tb_frame.f_code.co_name
        here = getattr(self._function, "__globals__", None) is trace.tb_frame.f_globals
        other = name != getattr(self._function, "__name__", name)
        return name if here and other and name.isidentifier() else ""

    def _arrange(self, args: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """By position as far as there is no gap, then by keyword."""
        positional = []
        for name in self._parameters:
            if name not in args:
                break
            positional.append(args[name])
        rest = self._parameters[len(positional) :]
        return positional, {name: args[name] for name in rest if name in args}


def observe_answer(value: Any) -> Observation:
    """A quiz answer, as it is compared."""
    return Observation((quiz.normal(value),))


def _error_name(raised: BaseException) -> str:
    """The built-in type: NumPy's UFuncTypeError is told as the TypeError that it is."""
    return next(kind.__name__ for kind in type(raised).__mro__ if kind.__module__ == "builtins")


def _error_text(raised: BaseException) -> str:
    try:
        return str(raised)[:_TEXT_LIMIT]
    except Exception:  # a learner's own exception may even fail to print itself
        return ""


def _signature_mismatch(function: Callable, positional: list, keywords: dict) -> str:
    if _takes(function, len(positional), keywords):
        return ""
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):  # built-in functions do not all tell
        return ""
    try:
        signature.bind(*positional, **keywords)
    except TypeError as error:
        return f"it takes {signature}, and the call does not fit: {error}"[:_TEXT_LIMIT]
    return ""


def _takes(function: Callable, count: int, keywords: dict) -> bool:
    """Whether an ordinary function surely takes such a call: to ask `inspect` takes long."""
    if type(function) is not FunctionType or vars(function):  # a decorator may say otherwise
        return False
    code = function.__code__
    if code.co_posonlyargcount or code.co_kwonlyargcount:
        return False
    names = code.co_varnames[: code.co_argcount]
    needed = names[: len(names) - len(function.__defaults__ or ())]
    return count <= len(names) and {*needed[count:]} <= keywords.keys() <= {*names[count:]}


def _can_carry(result: Any, carry: dict[str, int | None]) -> bool:
    items = [index for index in carry.values() if index is not None]
    return not items or (isinstance(result, (tuple, list)) and len(result) > max(items))


def _aliases(given: dict[str, list[np.ndarray]], returned: list[np.ndarray]) -> set[str]:
    """Names of arguments whose arrays share memory with what was returned."""
    owners = set(map(_owner, returned))
    shared = {
        name
        for name, arrays in given.items()
        if not owners.isdisjoint(map(_owner, arrays))
        and any(_owner(array) in owners and _share(array, returned) for array in arrays)
    }
    if len({id(array) for array in returned}) < len(returned):
        shared.add("result")
    return shared


def _share(array: np.ndarray, others: list[np.ndarray]) -> bool:
    return any(np.may_share_memory(array, other) for other in others)


def _owner(array: np.ndarray) -> int | None:
    """Which memory an array looks at; None for memory that NumPy does not own."""
    while (base := array.base) is not None:
        if not isinstance(base, np.ndarray):
            return None
        array = base
    return id(array)


class _Watch:
    """Sees whether the global random states were used or set, by drawing beside a twin of each.

    They start from states that nobody's `seed(0)` or `seed(42)` leads to: seeding inside a function
    is then seen even when the learner's own state happens to be the one that the seed gives.
    """

    def __init__(self) -> None:
        self.rounds = 0  # that wait for the states to be given back
        self._kept: tuple[Any, Any] | None = None
        self._numpy, self._python = np.random.RandomState(1_852_673_427), random.Random(18526)
        self._start = self._numpy.get_state(), self._python.getstate()

    def begin(self) -> None:
        """Before the first observation of a round: what is never looked at need not be kept."""
        if self._kept is None:
            self._kept = np.random.get_state(), random.getstate()
            self.restart()

    def end(self) -> None:
        if self._kept is not None:
            np.random.set_state(self._kept[0])
            random.setstate(self._kept[1])
            self._kept = None

    def restart(self) -> None:
        for numpys, pythons in ((np.random, random), (self._numpy, self._python)):
            numpys.set_state(self._start[0])
            pythons.setstate(self._start[1])

    def has_moved(self) -> bool:
        """Since the last look or start; then they start again."""
        in_step = np.random.random_sample() == self._numpy.random_sample()
        if in_step and random.random() == self._python.random():
            return False
        self.restart()
        return True


_watch = _Watch()
