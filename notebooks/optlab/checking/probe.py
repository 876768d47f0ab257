"""Running a function on a case and noting everything that the course asks about.

The same code observes the learner's function in the notebook, in the sandbox, and the reference
and the known mistakes in the judge. An observation is data; whether it is right is decided in
`optlab.checking.diagnose`.
"""

import importlib
import inspect
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np

from optlab.checking import codec
from optlab.checking.codec import Opaque, Recipe, Seed

NOT_CALLABLE = "not a function"
SIGNATURE = "signature"
_TEXT_LIMIT = 300
_UNCHANGEABLE = (type(None), bool, int, float, str)


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
        return cls(**data)


@dataclass(frozen=True)
class Observation:
    """What one case showed.

    outputs: a snapshot of each call's result, as data.
    error: built-in type of the exception that ended the case, or `SIGNATURE`, `NOT_CALLABLE`.
    error_text: its message, in the learner's words; never quoted for a hidden case.
    changed: arguments whose contents changed during the call.
    aliased: arguments that share memory with the result ("result": two parts of it are one object).
    global_random: whether NumPy's or Python's global random state moved.
    """

    outputs: tuple[Any, ...] = ()
    error: str | None = None
    error_text: str = ""
    changed: tuple[str, ...] = ()
    aliased: tuple[str, ...] = ()
    global_random: bool = False

    def to_data(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_data(cls, data: Any) -> "Observation":
        """Rebuild from untrusted data; raises `codec.CodecError` when it has another form."""
        kinds = {
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
        return cls(**data)


def build(value: Any) -> Any:
    """Make the argument that a recipe or seed stands for; copy data so that cases share nothing."""
    if isinstance(value, Seed):
        return np.random.default_rng(value.value)
    if isinstance(value, Recipe):
        module, _, name = value.target.partition(":")
        if not module.startswith("optlab."):
            raise ValueError(f"{value.target} is not part of optlab")
        thing = getattr(importlib.import_module(module), name)
        return thing if value.kwargs is None else thing(**build(value.kwargs))
    if isinstance(value, dict):
        return {key: build(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(build(item) for item in value)
    return value.copy() if isinstance(value, np.ndarray) else value


def observe(function: Any, parameters: list[str], case: Case) -> Observation:
    """Run one case. `parameters` are the reference's, in order. A learner's error is noted."""
    if not callable(function):
        return Observation(error=NOT_CALLABLE, error_text=type(function).__name__)
    signature = _signature(function)
    outputs: list[Any] = []
    changed: set[str] = set()
    aliased: set[str] = set()
    error, error_text = None, ""
    before_all = _global_random_state()
    _set_global_random_state(_UNUSED)
    args: dict[str, Any] = {}
    result: Any = None
    for number, changes in enumerate((case.args, *case.then)):
        args |= {name: build(value) for name, value in changes.items()}
        if number:
            if not _can_carry(result, case.carry):
                break  # the malformed result is already noted; there is nothing to go on with
            args |= {p: result if i is None else result[i] for p, i in case.carry.items()}
        before = {
            name: codec.encode(value)
            for name, value in args.items()
            if type(value) not in _UNCHANGEABLE
        }
        positional, keywords = _arrange(parameters, args)
        mismatch = _signature_mismatch(signature, positional, keywords)
        if mismatch:
            error, error_text = SIGNATURE, mismatch
            break
        try:
            with np.errstate(all="ignore"):  # an infinite result speaks for itself
                result = function(*positional, **keywords)
            outputs.append(codec.snapshot(result))
            aliased |= _aliases(args, result)
        except (Exception, SystemExit) as raised:  # whatever a learner's function raises is noted
            error, error_text = _error_name(raised), _error_text(raised)
        changed |= {name for name in before if codec.encode(args[name]) != before[name]}
        if error:
            break
    global_random = not _same_state(_global_random_state(), _UNUSED)
    _set_global_random_state(before_all)
    return Observation(
        tuple(outputs),
        error,
        error_text,
        tuple(sorted(changed)),
        tuple(sorted(aliased)),
        global_random,
    )


def observe_answer(value: Any) -> Observation:
    """A quiz answer: capital letters and spaces around it do not matter."""
    return Observation((value.strip().lower() if type(value) is str else codec.snapshot(value),))


def _error_name(raised: BaseException) -> str:
    """The built-in type: NumPy's UFuncTypeError is told as the TypeError that it is."""
    return next(kind.__name__ for kind in type(raised).__mro__ if kind.__module__ == "builtins")


def _error_text(raised: BaseException) -> str:
    try:
        return str(raised)[:_TEXT_LIMIT]
    except Exception:  # a learner's own exception may even fail to print itself
        return ""


def _arrange(parameters: list[str], args: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """By position as far as there is no gap, then by keyword."""
    positional = []
    for name in parameters:
        if name not in args:
            break
        positional.append(args[name])
    rest = parameters[len(positional) :]
    return positional, {name: args[name] for name in rest if name in args}


def _signature(function: Callable) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (ValueError, TypeError):  # built-in functions do not all tell
        return None


def _signature_mismatch(
    signature: inspect.Signature | None, positional: list, keywords: dict
) -> str:
    if signature is None:
        return ""
    try:
        signature.bind(*positional, **keywords)
    except TypeError as error:
        return f"it takes {signature}, and the call does not fit: {error}"[:_TEXT_LIMIT]
    return ""


def _can_carry(result: Any, carry: dict[str, int | None]) -> bool:
    items = [index for index in carry.values() if index is not None]
    return not items or (isinstance(result, (tuple, list)) and len(result) > max(items))


def _arrays(value: Any) -> list[np.ndarray]:
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [array for item in value for array in _arrays(item)]
    return []


def _aliases(args: dict[str, Any], result: Any) -> set[str]:
    returned = _arrays(result)
    shared = {
        name
        for name, value in args.items()
        for array in _arrays(value)
        if any(np.may_share_memory(array, other) for other in returned)
    }
    if len({id(array) for array in returned}) < len(returned):
        shared.add("result")
    return shared


def _global_random_state() -> tuple:
    return np.random.get_state(), random.getstate()


def _set_global_random_state(state: tuple) -> None:
    np.random.set_state(state[0])
    random.setstate(state[1])


def _same_state(first: tuple, second: tuple) -> bool:
    (name, keys, *rest), python = first
    (other_name, other_keys, *other_rest), other_python = second
    same_numpy = (name, rest) == (other_name, other_rest) and np.array_equal(keys, other_keys)
    return same_numpy and python == other_python


# A state that nobody's `seed(0)` or `seed(42)` leads to: seeding inside a function is then seen
# even when the learner's own state happens to be the one that the seed gives.
_UNUSED = (np.random.RandomState(1_852_673_427).get_state(), random.Random(18526).getstate())

__all__ = ["Case", "Observation", "Opaque", "Recipe", "Seed", "build", "observe", "observe_answer"]
