"""What must be the same for every right answer where the answer itself is random.

A summary takes the arguments of a case and what came back, and tells in data what matters: which
sizes, what is missing, what comes twice. Two right answers have equal summaries whatever
permutation they drew. Results are untrusted data here: nothing in them is called, and the work is
bounded.

mini_batches(args, outputs)  for functions that split (X, Y) into shuffled pairs
training(args, outputs)      for functions that train and give back (params, costs)
recorder(examples)           a model whose cost tells which examples were in the batch
curriculum(args, outputs)    for functions that put examples in order, easy ones first

Every literal in here that a summary may hold is a text: it is compared in English, and said in the
language of who reads it.

Nothing is random about typed(args, outputs): it shows the type of every array beside its numbers,
for functions that are asked for floats.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from optlab.checking.codec import Opaque
from optlab.checking.compare import difference
from optlab.checking.language import told
from optlab.problems import least_squares

UNSEEN = "not looked at"

Params = dict[str, np.ndarray]
Batches = list[list[int]]  # the numbers of the examples in each batch


def mini_batches(args: dict[str, Any], outputs: Sequence[Any]) -> dict[str, Any]:
    """Epoch by epoch: sizes, what is missing or repeated, what is out of pair or out of order.

    args: X, Y and mini_batch_size of the first call; every column of X and of Y is unique.
    """
    summary: dict[str, Any] = {}
    orders = []
    for number, output in enumerate(outputs, start=1):
        epoch, order = _epoch(args["X"], args["Y"], output)
        orders.append(order)
        if number > 1:
            compared = "the same" if order == orders[0] else "another"
            epoch |= {"order compared with epoch 1": compared}
        summary[told("epoch {number}", number=number)] = epoch
    return summary


def _epoch(X: np.ndarray, Y: np.ndarray, output: Any) -> tuple[dict[str, Any], Batches | None]:
    form = _form_of_pairs(X, Y, output)
    if form != "pairs of matrices":
        parts = ("sizes", "rows", "examples", "repeats", "pairs", "order of X", "order of Y")
        return {"form": form, **dict.fromkeys(parts, UNSEEN)}, None
    xs, ys = [pair[0] for pair in output], [pair[1] for pair in output]
    x, x_rows = _find_columns(X, xs)
    y, y_rows = _find_columns(Y, ys)
    epoch = {
        "form": form,
        "sizes": sorted((len(batch) for batch in x), reverse=True),
        "rows": "in their order" if x_rows and y_rows else "in another order",
        "examples": _completeness(x, X.shape[1]),
        "repeats": _repeats(x),
        "pairs": "x and y belong together" if x == y else "x and y are mixed up",
        "order of X": _order(x),
        "order of Y": _order(y),
    }
    return epoch, x


def _form_of_pairs(X: np.ndarray, Y: np.ndarray, output: Any) -> str:
    """What the result is, in a few words; only for pairs of matrices anything more is asked."""
    if not isinstance(output, (list, tuple)):
        return _kind(output)
    if len(output) > 4 * X.shape[1] + 64:
        return "far too many batches"
    for pair in output:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            return "no pairs"
        if not all(_is_numeric(part) for part in pair):
            return "no arrays of numbers"
        if any(part.ndim != 2 for part in pair):
            return "arrays of another dimension than 2"
        if pair[0].shape[0] != X.shape[0] or pair[1].shape[0] != Y.shape[0]:
            in_rows = pair[0].shape[1:] + pair[1].shape[1:] == X.shape[:1] + Y.shape[:1]
            return "one example in each row" if in_rows else "another number of rows"
        if pair[0].shape[1] != pair[1].shape[1]:
            return "X_t and Y_t of different widths"
    if sum(pair[0].shape[1] for pair in output) > 8 * X.shape[1] + 512:
        return "far too many columns"
    return "pairs of matrices"


def _kind(value: Any) -> str:
    """What came back instead of a list or tuple."""
    if value is None:
        return "None: is a return missing?"
    return value.type_name if isinstance(value, Opaque) else type(value).__name__


def _is_numeric(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf"


def _find_columns(A: np.ndarray, parts: list[np.ndarray]) -> tuple[Batches, bool]:
    """For every column of every part its number in A (-1: not from A), and whether all rows stand
    where they stood. A column is found by its sorted values, so also when rows were moved."""
    known = {key: number for number, key in enumerate(_column_keys(A))}
    found = [[known.get(key, -1) for key in _column_keys(part)] for part in parts]
    rows_kept = all(
        np.array_equal(part[:, spot], A[:, number])
        for part, numbers in zip(parts, found, strict=True)
        for spot, number in enumerate(numbers)
        if number >= 0
    )
    return found, rows_kept


def _column_keys(A: np.ndarray) -> list[bytes]:
    return [column.tobytes() for column in np.sort(A.astype(float), axis=0).T]


def _completeness(batches: Batches, examples: int) -> str:
    """Whether one epoch holds every example once; batches are lists of column numbers."""
    flat = [number for batch in batches for number in batch]
    if -1 in flat:
        return "some are not columns of X"
    missing, twice = len(set(flat)) < examples, len(set(flat)) < len(flat)
    if missing and twice:
        return "some missing, some twice"
    return "some missing" if missing else "some twice" if twice else "each once"


def _repeats(batches: Batches) -> str:
    """Where examples come again: wrapping round and overlapping leave different traces."""
    first_seen: dict[int, int] = {}
    again: set[tuple[int, int]] = set()
    for here, batch in enumerate(batches):
        for number in batch:
            if number in first_seen:
                again.add((first_seen[number], here))
            first_seen.setdefault(number, here)
    last = len(batches) - 1
    if not again:
        return "none"
    if last > 0 and all(set(batch) == set(batches[0]) for batch in batches):
        return "the same batch again and again"
    if again == {(0, last)}:
        return "between the first and the last batch"
    if again == {(last - 1, last)}:
        return "between the last two batches"
    return "in many places"


def _order(batches: Batches) -> str:
    """Whether the columns are shuffled. One batch alone may stand in any order."""
    flat = [number for batch in batches for number in batch]
    if len(batches) < 2 or -1 in flat:
        return UNSEEN
    if flat == sorted(flat):
        return "as given"
    if flat == sorted(flat, reverse=True):
        return "reversed"
    steps = [b - a for batch in batches for a, b in pairwise(batch)]
    blocks = len(steps) >= 6 and set(steps) == {1}
    return "neighbours stay together" if blocks else "shuffled"


def recorder(examples: int) -> Callable[[Params, np.ndarray, np.ndarray], tuple[float, Params]]:
    """`least_squares` with a cost that tells which examples were in the batch.

    For data whose column k holds the number k in the first row of X and of Y. The cost is a number
    in base 4: digit k counts example k in X, digit `examples + k` counts it in Y. A float holds
    that exactly for up to 13 examples; `_recorded` reads it.
    """

    def count(A: np.ndarray) -> int:
        numbers = np.clip(np.rint(A[0]), 0, examples - 1)
        return sum(4 ** int(number) for number in numbers)

    def record_and_grads(params: Params, X: np.ndarray, Y: np.ndarray) -> tuple[float, Params]:
        _, grads = least_squares(params, X, Y)
        return float(count(X) + 4**examples * count(Y)), grads

    return record_and_grads


def _recorded(cost: Any, examples: int) -> tuple[list[int], list[int]] | None:
    """The examples in X and in Y that a recorder's cost tells of, or None for another number."""
    if isinstance(cost, np.ndarray) and cost.ndim == 0:
        cost = cost[()]
    if isinstance(cost, (bool, np.bool_)) or not isinstance(cost, (int, float, np.number)):
        return None
    if not 0 <= cost < 4 ** (2 * examples) or cost != int(cost):
        return None
    code = int(cost)
    digits = [code >> 2 * place & 3 for place in range(2 * examples)]
    x = [k for k in range(examples) for _ in range(digits[k])]
    y = [k for k in range(examples) for _ in range(digits[examples + k])]
    return x, y


def training(args: dict[str, Any], outputs: Sequence[Any]) -> dict[str, Any]:
    """What a run of mini-batch training did, and whether a second run did the same.

    A run on one batch of everything is the same for everybody: its numbers are given as they are.
    Otherwise the model is a `recorder`, its costs are read, and the steps are made once more with
    the batches they tell of.
    """
    one_batch = args["mini_batch_size"] >= args["X"].shape[1]
    runs = [(_numbers if one_batch else _record)(args, output) for output in outputs]
    if len(runs) == 1:
        return runs[0]
    alike = all(_costs(output) == _costs(outputs[0]) for output in outputs)
    summary: dict[str, Any] = {
        told("run {number}", number=n): run for n, run in enumerate(runs, start=1)
    }
    return {**summary, "runs from the same seed": "alike" if alike else "different"}


def _form_of_training(args: dict[str, Any], output: Any) -> str:
    if not isinstance(output, (list, tuple)):
        return _kind(output)
    if len(output) != 2:
        return "not two results"
    params = output[0]
    if not isinstance(params, dict):
        return "params are not a dict"
    if params.keys() != args["params"].keys():
        return "params have other keys"
    if not all(_is_numeric(value) for value in params.values()):
        return "params are not arrays of numbers"
    if any(params[key].shape != value.shape for key, value in args["params"].items()):
        return "params have other shapes"
    costs = _costs(output)
    if costs is None:
        return "costs are not a list"
    nested = any(isinstance(cost, (list, tuple)) for cost in costs)
    return "costs in a list of lists" if nested else "params and costs"


def _costs(output: Any) -> list[Any] | None:
    """The costs as a list of numbers, or None."""
    costs = output[1] if isinstance(output, (list, tuple)) and len(output) == 2 else None
    if isinstance(costs, np.ndarray):
        costs = costs.tolist()
    return list(costs) if isinstance(costs, (list, tuple)) and len(costs) < 10_000 else None


def _numbers(args: dict[str, Any], output: Any) -> dict[str, Any]:
    form = _form_of_training(args, output)
    run = {"form": form, "first cost": UNSEEN, "costs": UNSEEN, "params": UNSEEN}
    if form != "params and costs":
        return run
    params, costs = output[0], _costs(output)
    if not costs:
        return {**run, "first cost": "there is none"}
    start, _ = args["cost_and_grads"](args["params"], args["X"], args["Y"])
    # Beyond another first cost the numbers may hang on chance, as with x and y mixed up.
    if difference([start], costs[:1], "") is not None:
        return {**run, "first cost": "not that of the params given"}
    return {**run, "first cost": "that of the params given", "costs": costs, "params": params}


def _record(args: dict[str, Any], output: Any) -> dict[str, Any]:
    """One run with a recorder, told in words and sizes."""
    form = _form_of_training(args, output)
    told_of = (
        *("steps", "costs", "sizes", "examples", "repeats", "pairs"),
        *("order of X", "order of Y", "params"),
    )
    run: dict[str, Any] = {"form": form, **dict.fromkeys(told_of, UNSEEN)}
    if form != "params and costs":
        return run
    m = args["X"].shape[1]
    costs = _costs(output) or []
    batches = [batch for cost in costs if (batch := _recorded(cost, m)) is not None]
    run["steps"] = len(costs)
    run["costs"] = "one of each batch" if len(batches) == len(costs) else "other numbers"
    if len(batches) < len(costs):
        return run
    x, y = [batch[0] for batch in batches], [batch[1] for batch in batches]
    run["sizes"] = sorted((len(batch) for batch in x), reverse=True)
    run["pairs"] = "x and y belong together" if x == y else "x and y are mixed up"
    if len(batches) != args["epochs"] * -(-m // args["mini_batch_size"]):
        return run
    epochs = _split(x, args["epochs"])
    run["examples"] = _worst([_completeness(epoch, m) for epoch in epochs], "each once")
    run["repeats"] = _worst([_repeats(epoch) for epoch in epochs], "none")
    run["order of X"] = _order_of_epochs(epochs)
    run["order of Y"] = _order_of_epochs(_split(y, args["epochs"]))
    if x == y:
        run["params"] = _replayed(args, epochs, output[0])
    return run


def _split(batches: Batches, epochs: int) -> list[Batches]:
    steps = len(batches) // epochs
    return [batches[k * steps : (k + 1) * steps] for k in range(epochs)]


def _worst(words: list[str], good: str) -> str:
    """The first of the words that is not the good one."""
    return next((word for word in words if word != good), good)


def _order_of_epochs(epochs: list[Batches]) -> str:
    """A recorder tells who was in a batch, not in which order."""
    if all(_order(epoch) == "as given" for epoch in epochs):
        return "as given"
    if len(epochs) > 1 and all(epoch == epochs[0] for epoch in epochs):
        return "the same in every epoch"
    blocks = all(_order(epoch) in ("as given", "neighbours stay together") for epoch in epochs)
    return "neighbours stay together" if blocks else "shuffled anew"


def _replayed(args: dict[str, Any], epochs: list[Batches], params: Params) -> str:
    """Which way of stepping through the recorded batches leads to these params."""
    ways = {
        "moved by every batch": _step_by_step,
        "moved once an epoch, by the last batch": _last_of_epoch,
        "moved once an epoch, by all batches": _once_an_epoch,
    }
    for name, way in ways.items():
        expected = args["params"]
        for epoch in epochs:
            expected = way(args, expected, epoch)
        if all(np.allclose(params[key], expected[key], rtol=1e-7) for key in expected):
            return name
    return "somewhere else"


def _gradient(args: dict[str, Any], params: Params, batch: list[int]) -> Params:
    return least_squares(params, args["X"][:, batch], args["Y"][:, batch])[1]


def _moved(args: dict[str, Any], params: Params, grads: Params) -> Params:
    return {key: params[key] - args["learning_rate"] * grads[key] for key in params}


def _step_by_step(args: dict[str, Any], params: Params, epoch: Batches) -> Params:
    for batch in epoch:
        params = _moved(args, params, _gradient(args, params, batch))
    return params


def _last_of_epoch(args: dict[str, Any], params: Params, epoch: Batches) -> Params:
    return _moved(args, params, _gradient(args, params, epoch[-1]))


def _once_an_epoch(args: dict[str, Any], params: Params, epoch: Batches) -> Params:
    grads = [_gradient(args, params, batch) for batch in epoch]
    mean = {key: np.sum([each[key] for each in grads], axis=0) / len(grads) for key in params}
    return _moved(args, params, mean)


# Lesson 11


def curriculum(args: dict[str, Any], outputs: Sequence[Any]) -> dict[str, Any]:
    """Which examples an order holds and how it runs.

    args: difficulty (m,) and perhaps share; the one output holds indices, in an array or a list.
    """
    output = outputs[0]
    difficulty = np.asarray(args["difficulty"], dtype=float)
    wanted = int(np.ceil(args.get("share", 1.0) * difficulty.size))
    summary: dict[str, Any] = dict.fromkeys(
        ("indices", "number", "examples", "runs", "equally hard ones"), UNSEEN
    )
    form, order = _form_of_order(difficulty, output)
    if order is None:
        return {"form": form, **summary}
    summary |= {"number": len(order), "indices": "each once"}
    if len(set(order)) < len(order):
        return {"form": form, **summary, "indices": "some come again"}
    levels = difficulty[order]
    summary["examples"] = _which_examples(difficulty, levels, wanted)
    summary["runs"] = _direction(levels)
    if summary["runs"] == "in no order":
        summary["runs"] = _other_order(difficulty, order)
    else:
        summary["equally hard ones"] = _order_of_ties(order, levels)
        stable = np.argsort(difficulty, kind="stable")[: len(order)]
        the_first = set(order) == set(stable.tolist())
        if summary["examples"] == "the easiest" and not the_first:
            summary["equally hard ones"] = "mixed"
    return {"form": form, **summary}


def _form_of_order(difficulty: np.ndarray, output: Any) -> tuple[str, list[int] | None]:
    """What the result is, and the indices as a list where they are indices."""
    values = np.asarray(output) if isinstance(output, (list, tuple)) else output
    if not isinstance(values, np.ndarray):
        return _kind(output), None
    if values.ndim != 1:
        return "not a row of indices", None
    if values.size and values.dtype.kind not in "iu":
        return "not whole numbers", None
    if values.size > 8 * difficulty.size or np.any((values < 0) | (values >= difficulty.size)):
        return "indices of no example", None
    return "indices", [int(value) for value in values]


def _which_examples(difficulty: np.ndarray, levels: np.ndarray, wanted: int) -> str:
    """Easy or hard ones, told by their difficulty, so that equally hard ones may stand in."""
    if len(levels) == difficulty.size:
        return "all"
    if len(levels) != wanted:
        return UNSEEN
    chosen, sorted_ = np.sort(levels), np.sort(difficulty)
    if np.array_equal(chosen, sorted_[:wanted]):
        return "the easiest"
    return "the hardest" if np.array_equal(chosen, sorted_[-wanted:]) else "neither end"


def _direction(levels: np.ndarray) -> str:
    rises, falls = np.all(np.diff(levels) >= 0), np.all(np.diff(levels) <= 0)
    if rises:
        return "from easy to hard"
    return "from hard to easy" if falls else "in no order"


def _other_order(difficulty: np.ndarray, order: list[int]) -> str:
    ranks = np.argsort(np.argsort(difficulty, kind="stable"), kind="stable")
    if order == sorted(order):
        return "as given"
    return "ranks" if np.array_equal(order, ranks[: len(order)]) else "in no order"


def _order_of_ties(order: list[int], levels: np.ndarray) -> str:
    pairs = zip(pairwise(order), np.diff(levels) == 0, strict=True)
    steps = [b - a for (a, b), same in pairs if same]
    if all(step > 0 for step in steps):
        return "in their order"
    return "turned round" if all(step < 0 for step in steps) else "mixed"


_KINDS = {"f": "floats", "i": "whole numbers", "u": "whole numbers", "b": "True and False"}


def typed(args: dict[str, Any], outputs: Sequence[Any]) -> Any:
    """A dict of arrays, with the type of each under a key of its own."""
    return _with_types(outputs[-1])


def _with_types(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    typed_items = {key: _with_types(item) for key, item in value.items()}
    types = {told("type of {name}", name=key): _type(item) for key, item in value.items()}
    return typed_items | types


def _type(value: Any) -> str:
    if isinstance(value, (list, tuple, dict)):
        return told("a {name}", name=type(value).__name__)
    if not isinstance(value, np.ndarray) or not value.ndim:
        return "a number"
    if value.dtype.kind == "f" and value.dtype != np.float64:
        return "short floats"
    return _KINDS.get(value.dtype.kind, "something else")
