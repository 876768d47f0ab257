"""What can be said of a wrong answer without knowing the mistake: facts, all of them exact.

From the values: what is right (which result, which keys, how many steps, which cases), and how the
wrong values relate to the right ones, where one relation holds for all of them. From the source:
what its text alone proves. A fact that holds in some cases only is not said.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab.checking.answerkey import AnswerKey, same
from optlab.checking.compare import difference
from optlab.checking.language import called, small, told
from optlab.checking.probe import Case, Observation
from optlab.checking.words import listed

_FEW = 2  # cases that are listed
_ENOUGH = 3  # numbers that a relation must hold for, so that it is no coincidence
_CLOSE = 1e-6
_ZERO = 1e-12
_PLAIN = (int, float, np.number)

Path = tuple[Any, ...]


@dataclass(frozen=True)
class Fact:
    """kind: a short name for statistics. text: one or two sentences for the learner."""

    kind: str
    text: str


@dataclass(frozen=True)
class _Pair:
    """A wrong value: in which case and call, where, what is right, what was given.

    before: what the argument of that name holds at this place.
    renewed: whether the result is a new value of it, so that their difference is a change.
    """

    case: int
    call: int
    path: Path
    right: np.ndarray
    given: np.ndarray
    name: str
    before: np.ndarray | None
    renewed: bool


def from_values(key: AnswerKey, seen: tuple[Observation, ...]) -> tuple[Fact, ...]:
    """Facts about wrong outputs, the most telling first; none where everything is right."""
    wrong = [not same(key, i, key.expected[i], item) for i, item in enumerate(seen)]
    if not key.cases or not any(wrong):
        return ()
    found = [_where(key, wrong) or _which_cases(key, seen, wrong)]
    if not any(item.error for item in seen) and key.summary is None:
        good, bad, pairs = _sorted_leaves(key, seen)
        with np.errstate(all="ignore"):  # what should be infinite is in no relation to anything
            relation = _relation(key, pairs)
        found = [_which_results(key, good, bad), _which_keys(good, bad), relation]
        found += [_never_given(key, seen), _one_word_for_another(key, seen)]
        found += [_which_steps(key, seen, wrong)]
        found += [_where(key, wrong) or _which_cases(key, seen, wrong)]
    return tuple(fact for fact in found if fact is not None)


# What is right


def _which_cases(key: AnswerKey, seen: tuple[Observation, ...], wrong: list[bool]) -> Fact | None:
    right = [key.cases[i].note for i in range(len(seen)) if not wrong[i]]
    bad = [key.cases[i].note for i in range(len(seen)) if wrong[i]]
    if not right or not all(right) or not all(bad) or set(right) & set(bad):
        return None
    right, bad = list(dict.fromkeys(map(told, right))), list(dict.fromkeys(map(told, bad)))
    if len(bad) <= _FEW:
        text = told("It is right in all cases but with {cases}.", cases=listed(bad))
        return Fact("some cases", text)
    if len(right) <= _FEW:
        text = told("Of all cases it is right with {cases} only.", cases=listed(right))
        return Fact("some cases", text)
    return None


def _where(key: AnswerKey, wrong: list[bool]) -> Fact | None:
    """An argument that is 0, 1, True or False in all right cases, and in no wrong one."""
    if all(wrong):
        return None
    for name in key.parameters:
        if any(name not in case.args or name in _changed(case) for case in key.cases):
            continue
        values = [case.args[name] for case in key.cases]
        for value in (False, True, 0, 1):
            if [_is_value(given, value) for given in values] == [not item for item in wrong]:
                only = "Of all cases it is right only where `{name}` is {value}."
                text = told(only, name=name, value=value)
                return Fact("where", text)
    return None


def _is_value(given: Any, value: Any) -> bool:
    plain = isinstance(given, (bool, int, float))
    return plain and isinstance(given, bool) == isinstance(value, bool) and given == value


def _changed(case: Case) -> list[str]:
    """The arguments that have another value in a later call."""
    return [*case.carry, *(name for changes in case.then for name in changes)]


def _which_steps(key: AnswerKey, seen: tuple[Observation, ...], wrong: list[bool]) -> Fact | None:
    bad = [index for index, is_wrong in enumerate(wrong) if is_wrong]
    if not all(key.cases[index].carry for index in bad):
        return None  # nothing is handed from one call to the next
    firsts = []
    for index in bad:
        pairs = zip(key.expected[index].outputs, seen[index].outputs, strict=False)
        firsts.append(next((n for n, pair in enumerate(pairs) if not _ok(key, *pair)), 0))
    steps = min(firsts)
    if not steps:
        return None
    several = (
        "The first {steps} steps are right, the next is not. What is handed from one step to the "
        "next?"
    )
    one = "The first step is right, the next is not. What is handed from one step to the next?"
    text = told(several, steps=steps) if steps > 1 else told(one)
    return Fact("later steps", text)


def _which_results(key: AnswerKey, good: list[Path], bad: list[Path]) -> Fact | None:
    if len(key.returns) < 2:
        return None

    def named(paths: list[Path]) -> list[str]:
        places = {path[0] for path in paths if path and isinstance(path[0], int)}
        return [name for i, name in enumerate(key.returns) if i in places]

    wrong = named(bad)
    right = [name for name in named(good) if name not in wrong]
    if not right or not wrong:
        return None
    are, are_not = _are_right([*map(called, right)]), _are_not([*map(called, wrong)])
    text = told("{are_right}, {are_not}.", are_right=are, are_not=are_not)
    return Fact("which result", text)


def _which_keys(good: list[Path], bad: list[Path]) -> Fact | None:
    """What a state holds, or else the keys of the innermost dicts."""
    states = {_result(path) for path in (*good, *bad) if len(_keys(path)) > 1}

    def parts(paths: list[Path]) -> list[str]:
        return [_keys(path)[0] for path in paths if _keys(path) and _result(path) in states]

    def names(paths: list[Path]) -> list[str]:
        return [path[-1] for path in paths if path and isinstance(path[-1], str)]

    beside = {path[:-1] for path in bad}  # W1 of the velocity says nothing about W1 of params
    same_dict = [path for path in good if path[:-1] in beside]
    for pick, others in ((parts, good), (names, same_dict)):
        wrong = list(dict.fromkeys(pick(bad)))
        right = [name for name in dict.fromkeys(pick(others)) if name not in wrong]
        if right and wrong:
            are, are_not = _are_right(list(map(repr, right))), _are_not(list(map(repr, wrong)))
            text = told("{are_right}, {are_not}.", are_right=are, are_not=are_not)
            return Fact("which key", text)
    return None


def _result(path: Path) -> int:
    """Which of several results a path leads into; 0 where there is but one."""
    return path[0] if path and isinstance(path[0], int) else 0


def _keys(path: Path) -> list[str]:
    return [step for step in path if isinstance(step, str)]


def _never_given(key: AnswerKey, seen: tuple[Observation, ...]) -> Fact | None:
    """A word, or a True or False, that some case asks for and no case was given."""
    asked, given = _words_of(key.expected), _words_of(seen)
    for path, words in asked.items():
        never = [word for word in words if word not in given.get(path, ())]
        if never and path in given and len(words) > 1:
            several = len(key.returns) > 1 and path and isinstance(path[0], int)
            which = called(key.returns[path[0]]) if several else told("Your answer")
            missed = listed(map(repr, never), "or")
            text = told("{which} is never {words}. When should it be?", which=which, words=missed)
            return Fact("never given", text)
    return None


def _one_word_for_another(key: AnswerKey, seen: tuple[Observation, ...]) -> Fact | None:
    """All that is wrong is one word, wherever another one is right."""
    pairs = set()
    for expected, given in zip(key.expected, seen, strict=True):
        for right, yours in zip(expected.outputs, given.outputs, strict=False):
            if not isinstance(right, str) or not isinstance(yours, str):
                return None
            pairs.add((right, yours))
    confused = [pair for pair in pairs if pair[0] != pair[1]]
    if len(confused) != 1 or (confused[0][0],) * 2 in pairs:
        return None
    right, yours = confused[0]
    one = "Wherever it should be {right!r}, yours is {yours!r}; everything else is right."
    text = told(one, right=right, yours=yours)
    return Fact("one word for another", text)


def _words_of(seen: Iterable[Observation]) -> dict[Path, list[str | bool]]:
    """By path, in the order in which they come."""
    found: dict[Path, list[str | bool]] = {}
    for item in seen:
        for output in item.outputs:
            for path, value in leaves(output):
                if isinstance(value, (str, bool, np.bool_)):
                    word = value if isinstance(value, str) else bool(value)
                    found.setdefault(path, [])
                    found[path] += [] if word in found[path] else [word]
    return found


def _sorted_leaves(
    key: AnswerKey, seen: tuple[Observation, ...]
) -> tuple[list[Path], list[Path], list[_Pair]]:
    """Paths of right and of wrong values, and the wrong ones, of each case's calls; up to the
    first wrong one where the next was carried on from it."""
    good: dict[Path, None] = {}
    bad: dict[Path, None] = {}
    pairs: list[_Pair] = []
    for index, (expected, given) in enumerate(zip(key.expected, seen, strict=True)):
        for call, results in enumerate(zip(expected.outputs, given.outputs, strict=False)):
            for path, right in leaves(results[0]):
                value = _follow(results[1], path)
                if _ok(key, right, value):
                    good[path] = None
                    continue
                bad[path] = None
                name, renewed = _comes_from(key, path)
                pairs.append(
                    _Pair(
                        case=index,
                        call=call,
                        path=path,
                        right=_array(right),
                        given=_array(value),
                        name=name,
                        before=_argument(key, index, call, name, path),
                        renewed=renewed,
                    )
                )
            if not _ok(key, *results) and key.cases[index].carry:
                break
    return [path for path in good if path not in bad], list(bad), pairs


def _ok(key: AnswerKey, right: Any, given: Any) -> bool:
    return difference(right, given, "", key.rtol) is None


def _comes_from(key: AnswerKey, path: Path) -> tuple[str, bool]:
    """The argument that the result with this path is a new value of; else the first, and False."""
    result = _result(path)
    name = key.returns[result] if result < len(key.returns) else ""
    if name in key.parameters:
        return name, True
    return (key.parameters[0] if key.parameters else ""), False


def _argument(key: AnswerKey, index: int, call: int, name: str, path: Path) -> np.ndarray | None:
    """What an argument that is made of arrays holds where the result has this path."""
    case = key.cases[index]
    value = case.args.get(name)
    for changes in case.then[:call]:
        value = changes.get(name, value)
    if call and name in case.carry:
        result, item = key.expected[index].outputs[call - 1], case.carry[name]
        value = result if item is None else result[item]
    if not isinstance(value, (dict, np.ndarray)):
        return None
    for steps in (path[1:], path):
        found = _array(_follow(value, steps))
        if found.size:
            return found
    return None


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """(path, value) of everything in dicts and tuples; a tuple of numbers is one value."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*path, name))
    elif isinstance(value, tuple) and not all(isinstance(item, _PLAIN) for item in value):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def _follow(value: Any, path: Path) -> Any:
    try:
        for step in path:
            value = value[step]
    except (LookupError, TypeError):
        return None
    return value


def _array(value: Any) -> np.ndarray:
    """As floats; empty for what is no number."""
    if value is None or isinstance(value, (bool, str, dict)):
        return np.array([])
    if isinstance(value, (list, tuple)) and not all(type(v) in (int, float) for v in value):
        return np.array([])
    array = np.asarray(value)
    return array.astype(float) if array.dtype.kind in "iuf" else np.array([])


# How the wrong relates to the right

Relation = Callable[[AnswerKey, list[_Pair]], str | None]


def _relation(key: AnswerKey, pairs: list[_Pair]) -> Fact | None:
    """The first relation that holds for every wrong value."""
    if sum(pair.right.size for pair in pairs) < _ENOUGH:
        return None
    if any(not pair.given.size or not pair.right.size for pair in pairs):
        return None
    alike = all(pair.right.shape == pair.given.shape for pair in pairs)
    finite = all(np.isfinite(pair.given).all() for pair in pairs)
    table = (_SHAPES if not alike else _INFINITE if not finite else _VALUES).items()
    for kind, relation in table:
        text = relation(key, pairs)
        if text:
            return Fact(kind, text)
    return None


def _holds(test: Callable[[_Pair], Any], text: str) -> Relation:
    def relation(key: AnswerKey, pairs: list[_Pair]) -> str | None:
        return told(text) if all(test(pair) for pair in pairs) else None

    return relation


def _near(a: np.ndarray, b: np.ndarray, rtol: float = _CLOSE, atol: float = _ZERO) -> bool:
    return a.shape == b.shape and bool(np.all(np.abs(a - b) <= atol + rtol * np.abs(b)))


def _row(pair: _Pair) -> bool:
    return pair.right.ndim == 1 and pair.given.ndim == 1


def _ends(key: AnswerKey, pairs: list[_Pair]) -> str | None:
    """As many too many, or too few, at one end everywhere."""
    if not all(map(_row, pairs)):
        return None
    counts = {len(pair.given) - len(pair.right) for pair in pairs}
    if len(counts) != 1:
        return None
    (more,) = counts
    long = [(p.given, p.right) if more > 0 else (p.right, p.given) for p in pairs]
    count = abs(more)
    if all(_near(a[count:], b) for a, b in long):
        return _end_text(more, "start")
    if all(_near(a[:-count], b) for a, b in long):
        return _end_text(more, "end")
    return None


def _end_text(more: int, end: str) -> str:
    if more > 0 and end == "start":
        return told("You have {count} too many at the start; the rest is right.", count=more)
    if more > 0:
        return told("You have {count} too many at the end; the rest is right.", count=more)
    if end == "start":
        return told("You have {count} too few at the start; the rest is right.", count=-more)
    return told("You have {count} too few at the end; the rest is right.", count=-more)


def _ratio(pairs: Iterable[tuple[int, np.ndarray, np.ndarray]]) -> list[tuple[int, float]] | None:
    """(case, given / right) of each, where that is one number throughout; zeros only for zeros."""
    found = []
    for case, right, given in pairs:
        there = np.abs(right) > _ZERO
        if np.any(np.abs(given[~there]) > 1e-9):
            return None
        if there.any():
            ratios = given[there] / right[there]
            if np.ptp(ratios) > _CLOSE * max(1e-9, abs(float(ratios.flat[0]))):
                return None
            found.append((case, float(ratios.flat[0])))
    return found


Change = list[tuple[int, np.ndarray, np.ndarray]]


def _changes(pairs: list[_Pair]) -> tuple[str, Change]:
    """An argument's name, and (case, right change, given change) of every wrong value; no changes
    where not every one can be held against what this one argument holds."""
    found = [
        (pair.case, pair.right - pair.before, pair.given - pair.before)
        for pair in pairs
        if pair.before is not None and pair.before.shape == pair.right.shape
    ]
    one = len({pair.name for pair in pairs}) == 1
    return pairs[0].name, found if one and len(found) == len(pairs) else []


def _steps(pairs: list[_Pair]) -> tuple[str, Change]:
    """The same where the results are new values of that argument: of a series, each average
    follows on nothing, and what it is more than a temperature says nothing."""
    name, changes = _changes(pairs)
    return name, changes if all(pair.renewed for pair in pairs) else []


def _stale(key: AnswerKey, pairs: list[_Pair]) -> str | None:
    name, changes = _changes(pairs)
    if not changes or not all(_near(given, 0 * right) for _, right, given in changes):
        return None
    return told("Yours is `{name}` as you were given it: nothing was done to it.", name=name)


def _opposite(key: AnswerKey, pairs: list[_Pair]) -> str | None:
    name, steps = _steps(pairs)
    if not steps or not all(_near(given, -right) for _, right, given in steps):
        return None
    opposite = "Your change of `{name}` has the right size and the opposite direction."
    return told(opposite, name=name)


def _step_factor(key: AnswerKey, pairs: list[_Pair]) -> str | None:
    name, steps = _steps(pairs)
    return _factor_text(key, steps, told("Your change of `{name}` is", name=name))


def _value_factor(key: AnswerKey, pairs: list[_Pair]) -> str | None:
    return _factor_text(key, [(p.case, p.right, p.given) for p in pairs], told("Yours is"))


def _factor_text(key: AnswerKey, pairs: Change, subject: str) -> str | None:
    ratios = _ratio(pairs)
    if not ratios or sum(right.size for _, right, _ in pairs) < _ENOUGH:
        return None
    values = [value for _, value in ratios]
    if max(values) - min(values) <= _CLOSE * abs(values[0]):
        if abs(values[0]) < 1e-9:
            return told("{yours_is} zero where it should not be.", yours_is=subject)
        times = "{yours_is} {factor:.6g} times the right one, wherever it is wrong."
        return told(times, yours_is=subject, factor=values[0])
    named = _named_factor(key, ratios)
    if named:
        by_name = "{yours_is} the right one times `{factor}`, in every case."
        return told(by_name, yours_is=subject, factor=named)
    several = all(np.sum(np.abs(right) > _ZERO) > 1 for _, right, _ in pairs)
    if len({case for case, _ in ratios}) > 1 and several:
        return told(
            "{yours_is} a multiple of the right one, and another multiple in another case. Is a "
            "factor missing, or is there one too many?",
            yours_is=subject,
        )
    return None


_FACTORS: dict[str, Callable[[float], float]] = {
    "{}": lambda v: v,
    "1 / {}": lambda v: 1 / v,
    "1 - {}": lambda v: 1 - v,
    "1 / (1 - {})": lambda v: 1 / (1 - v),
    "{}**2": lambda v: v * v,
}


def _named_factor(key: AnswerKey, ratios: list[tuple[int, float]]) -> str | None:
    """The argument that explains another ratio in every case."""
    for name in key.parameters:
        given: list[tuple[Any, float]] = [
            (key.cases[case].args.get(name), ratio) for case, ratio in ratios
        ]
        values = [(value, ratio) for value, ratio in given if type(value) in (int, float)]
        if len(values) < len(given):
            continue
        for text, make in _FACTORS.items():
            if all(_is_factor(make, value, ratio) for value, ratio in values):
                return text.format(name)
    return None


def _is_factor(make: Callable[[float], float], value: float, ratio: float) -> bool:
    try:
        return abs(ratio - make(float(value))) < _CLOSE * abs(ratio)
    except ZeroDivisionError:
        return False


def _one_for_all(key: AnswerKey, pairs: list[_Pair]) -> str | None:
    """One number in all places of an array, or one added in all of them."""
    if _all_alike([(p.case, p.right, p.given) for p in pairs]):
        return told("All places of an array hold one and the same number in yours.")
    name, changes = _changes(pairs)
    if _all_alike(changes):
        added = "What you add to `{name}` is one number for all places of an array."
        return told(added, name=name)
    return None


def _all_alike(values: Change) -> bool:
    several = any(given.size > 1 and not _constant(right) for _, right, given in values)
    return several and all(_constant(given) for _, _, given in values)


def _constant(values: np.ndarray) -> bool:
    return bool(np.ptp(values) <= 1e-9 * np.max(np.abs(values))) if values.size else False


def _where_finite(key: AnswerKey, pairs: list[_Pair]) -> str | None:
    """What holds wherever a whole value is finite."""
    finite = [pair for pair in pairs if np.isfinite(pair.given).all()]
    if sum(pair.right.size for pair in finite) < _ENOUGH:
        return None
    text = _value_factor(key, finite)
    return told("Leave out what is nan or inf: {text}", text=small(text)) if text else None


def _beside(key: AnswerKey, pairs: list[_Pair]) -> str | None:
    off = [pair.given - pair.right for pair in pairs]
    first = float(off[0].flat[0])
    scale = 1e-9 * max(1.0, abs(first))
    if all(np.all(np.abs(d - first) <= scale) for d in off):
        larger = "Yours is larger than the right one by {by:.6g}, wherever it is wrong."
        smaller = "Yours is smaller than the right one by {by:.6g}, wherever it is wrong."
        return told(larger, by=first) if first > 0 else told(smaller, by=-first)
    return None


def _finite_right(pair: _Pair) -> bool:
    there = np.isfinite(pair.given)
    return bool(there.any()) and _near(pair.given[there], pair.right[there])


_SHAPES: dict[str, Relation] = {
    "transposed": _holds(
        lambda p: p.right.ndim == 2 and _near(p.given, p.right.T),
        "Yours is the right one turned over: rows are columns.",
    ),
    "ends": _ends,
}
_INFINITE: dict[str, Relation] = {
    "not finite": _holds(
        lambda p: not np.isfinite(p.given).any(),
        "Yours is nan or inf throughout. What is divided by zero, or grows without bound?",
    ),
    "finite right": _holds(
        _finite_right, "Wherever yours is a number it is right; the rest is nan or inf."
    ),
    "factor where finite": _where_finite,
}
_VALUES: dict[str, Relation] = {
    "sign": _holds(lambda p: _near(p.given, -p.right), "Yours is right but for the sign."),
    "three digits": _holds(
        lambda p: _near(p.given, p.right, rtol=1e-3, atol=1e-9),
        "Yours is right to three digits and no further. What small is added, left out or rounded?",
    ),
    "transposed": _holds(
        lambda p: p.right.ndim == 2 and p.right.size > 2 and _near(p.given, p.right.T),
        "Yours is the right one turned over: rows are columns.",
    ),
    "reversed": _holds(
        lambda p: _row(p) and len(p.right) > 1 and _near(p.given, p.right[::-1]),
        "Yours has the right values in the opposite order.",
    ),
    "other order": _holds(
        lambda p: (
            p.right.size > 1 and _near(np.sort(p.given, axis=None), np.sort(p.right, axis=None))
        ),
        "Yours has the right values in another order.",
    ),
    "late": _holds(
        lambda p: _row(p) and len(p.right) > 2 and _near(p.given[1:], p.right[:-1]),
        "Each of your values is the right one of the place before: they come one late.",
    ),
    "early": _holds(
        lambda p: _row(p) and len(p.right) > 2 and _near(p.given[:-1], p.right[1:]),
        "Each of your values is the right one of the next place: they come one early.",
    ),
    "stale": _stale,
    "opposite step": _opposite,
    "step factor": _step_factor,
    "factor": _value_factor,
    "one for all": _one_for_all,
    "beside": _beside,
    "first right": _holds(
        lambda p: _row(p) and len(p.right) > 1 and _near(p.given[:1], p.right[:1]),
        "The first value is right; not all later ones are.",
    ),
    "last right": _holds(
        lambda p: _row(p) and len(p.right) > 1 and _near(p.given[-1:], p.right[-1:]),
        "The last value is right; not all earlier ones are.",
    ),
}


# From the source


def changed_defaults(function: ast.FunctionDef, defaults: dict[str, Any]) -> tuple[Fact, ...]:
    """Defaults that are others than in the cell as it was handed out."""
    given = function.args.args[len(function.args.args) - len(function.args.defaults) :]
    found = []
    for argument, node in zip(given, function.args.defaults, strict=True):
        try:
            value = ast.literal_eval(node)
        except (ValueError, TypeError, RecursionError):
            continue
        old = defaults.get(argument.arg, value)
        if old != value:
            name = argument.arg
            text = told(
                "`{name}` was {old!r} when you got the cell; yours is {value!r}. Did you mean to "
                "change it?",
                name=name,
                old=old,
                value=value,
            )
            found.append(Fact("default changed", text))
    return tuple(found)


def from_source(function: ast.FunctionDef) -> tuple[Fact, ...]:
    """What the text alone proves, what stops everything else first."""
    nodes = list(ast.walk(function))
    rules = (_no_return, _return_in_loop, _value_unused, _parameter_unused, _only_measured)
    return tuple(fact for rule in rules if (fact := rule(function, nodes)) is not None)


def _read(nodes: list[ast.AST]) -> list[str]:
    """Names whose values are looked at, or changed where others may hold them too: `v += g`."""
    names = [n for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    changed = [n.target for n in nodes if isinstance(n, ast.AugAssign)]
    return [n.id for n in (*names, *changed) if isinstance(n, ast.Name)]


def _parameters(function: ast.FunctionDef) -> list[str]:
    given = function.args
    return [arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)]


def _parameter_unused(function: ast.FunctionDef, nodes: list[ast.AST]) -> Fact | None:
    read = _read(nodes)
    unused = [name for name in _parameters(function) if name not in read]
    if not unused:
        return None
    names = listed(f"`{name}`" for name in unused)
    text = told("{names} is never used. What is it there for?", names=names)
    if len(unused) > 1:
        text = told("{names} are never used. What are they there for?", names=names)
    return Fact("parameter unused", text)


def _value_unused(function: ast.FunctionDef, nodes: list[ast.AST]) -> Fact | None:
    """A plain `name = value`; of a tuple that is unpacked, a part may well be left."""
    read = _read(nodes)
    assigned = [
        (n.lineno, n.targets[0].id)
        for n in nodes
        if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)
    ]
    unused = [(line, name) for line, name in assigned if name not in read and name[0] != "_"]
    if unused:
        line, name = min(unused)
        text = told("`{name}` is computed in line {line} and never used.", name=name, line=line)
        return Fact("value unused", text)
    for line, name, source in _run_through(nodes):
        if name not in read and name[0] != "_":
            taken = "`{name}` is taken from {source} in line {line} and never used."
            text = told(taken, name=name, source=source, line=line)
            return Fact("value unused", text)
    return None


def _run_through(nodes: list[ast.AST]) -> Iterator[tuple[int, str, str]]:
    """(line, name, source) of what loops take out of a variable or of `zip`."""
    for node in nodes:
        if not isinstance(node, (ast.For, ast.comprehension)):
            continue
        source = node.iter
        if isinstance(source, ast.Name) or (
            isinstance(source, ast.Call) and getattr(source.func, "id", "") == "zip"
        ):
            names = (n for n in ast.walk(node.target) if isinstance(n, ast.Name))
            yield from ((source.lineno, n.id, f"`{ast.unparse(source)}`") for n in names)


def _only_measured(function: ast.FunctionDef, nodes: list[ast.AST]) -> Fact | None:
    """An argument of which nothing but the size is asked."""
    measured = [m for node in nodes if isinstance(m := _measures(node), ast.Name)]
    for name in _parameters(function):
        reads = [n for n in nodes if isinstance(n, ast.Name) and n.id == name]
        if reads and all(any(read is one for one in measured) for read in reads):
            measured_only = "Of `{name}` only the size is used. Where do its values come in?"
            text = told(measured_only, name=name)
            return Fact("values unused", text)
    return None


def _measures(node: ast.AST) -> ast.expr | None:
    """What `x.shape` and `len(x)` measure."""
    if isinstance(node, ast.Attribute) and node.attr in ("shape", "size", "ndim"):
        return node.value
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "len" and node.args:
        return node.args[0]
    return None


def _return_in_loop(function: ast.FunctionDef, nodes: list[ast.AST]) -> Fact | None:
    for node in nodes:
        if not isinstance(node, (ast.For, ast.While)) or any(
            isinstance(inner, ast.Continue) for inner in ast.walk(node)
        ):
            continue  # which may have gone on with the next round
        if isinstance(node.body[-1], ast.Return):
            line = node.body[-1].lineno
            ends = (
                "The return in line {line} ends the loop in its first round. How far is it "
                "indented?"
            )
            return Fact("return in the loop", told(ends, line=line))
    return None


def _no_return(function: ast.FunctionDef, nodes: list[ast.AST]) -> Fact | None:
    if any(isinstance(n, ast.Return) and n.value is not None for n in nodes):
        return None
    return Fact("no return", told("Nothing is returned. What should the caller get?"))


# Words


def _are_right(names: Sequence[str]) -> str:
    one, several = told("{names} is right", names=listed(names)), "{names} are right"
    return one if len(names) == 1 else told(several, names=listed(names))


def _are_not(names: Sequence[str]) -> str:
    one, several = told("{names} is not", names=listed(names)), "{names} are not"
    return one if len(names) == 1 else told(several, names=listed(names))
