"""What holds of every honest training run, whoever's optimizer it is: for the capstone's exercises.

Summaries, as in `optlab.properties`: they take the arguments of a case and what came back, and tell
in words what matters. Costs are computed here, from the parameters that came back; how low they are
earns nothing. Thresholds lie between what good loops do on many seeds and what the fault does.

schedule(args, outputs)   the rates of all updates of a training
training(args, outputs)   runs on one track: plain, with a huge gradient, with wrong labels, again
report(args, outputs)     a run, and the numbers that its author reports
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from optlab.checking.language import told
from optlab.track import PLAIN, Track, standard_error

UNSEEN = "not looked at"
TRAINED = 0.75  # of the first cost; a rate ten times too small ends below that
SURVIVES = 1.75  # times the cost without the huge gradient; unclipped it is 2.5 and more
KEEPS, LOSES = 2.0, 2.6  # times the cost without wrong labels: the best returned, and the last
AGREES = 1e-3
RUNS = 5
FIRST = 11  # the seeds of the reported runs: 11 to 15
TUNED_ON = 101


def schedule(args: dict[str, Any], outputs: Sequence[Any]) -> dict[str, str]:
    """args: step 0, budget and rate; outputs: the rate of every step."""
    summary = dict.fromkeys(("the first rate", "the largest rate", "the last rate"), UNSEEN)
    rates = [_number(output) for output in outputs]
    if any(rate is None for rate in rates):
        return {"form": "not a finite number", **summary}
    known = [rate for rate in rates if rate is not None]
    full, top = args["rate"], max(known)
    low, high = 0.3 * full, full * (1 + 1e-5)
    return {
        "form": "a number for each step" if min(known) >= 0 else "rates below 0",
        "the first rate": "above 0" if known[0] > 0 else "not above 0",
        "the largest rate": "near the full rate" if low <= top <= high else _aside(top, full),
        "the last rate": _end(known, top),
    }


def _aside(top: float, full: float) -> str:
    return "above the full rate" if top > full else "far below the full rate"


def _end(rates: list[float], top: float) -> str:
    if rates[-1] <= top / 10:
        return "at most a tenth of the largest"
    if all(a == b for a, b in pairwise(rates)):
        return "as at the start"
    if rates[-1] > rates[0]:
        return "larger than the first"
    return "more than a tenth of the largest"


def training(args: dict[str, Any], outputs: Sequence[Any]) -> dict[str, str]:
    """args: a track; outputs: parameters from it, from two like it with trouble, and from it
    again."""
    track = args["track"]
    names = ("training", "one huge gradient", "wrong labels at the end", "the same track again")
    summary = dict.fromkeys(names, UNSEEN)
    forms = [_form(track, output) for output in outputs]
    bad = next((form for form in forms if form != GOOD), None)
    if bad or len(outputs) < len(names):
        return {"form": bad or "not all runs came back", **summary}
    plain, huge, mixed, again = (track.validation_cost(output) for output in outputs)
    start = track.validation_cost(track.start)
    summary["training"] = _progress(plain, start)
    if plain <= TRAINED * start:
        summary["one huge gradient"] = "lived through" if huge <= SURVIVES * plain else "fatal"
        summary["wrong labels at the end"] = _kept(mixed / plain)
    alike = math.isclose(plain, again, rel_tol=1e-6)
    summary["the same track again"] = "the same result" if alike else "another result"
    return {"form": GOOD, **summary}


def _progress(cost: float, start: float) -> str:
    if cost <= TRAINED * start:
        return "the cost falls"
    if cost == start:
        return "the cost is that of the start"
    return "the cost rises" if cost > start else "the cost hardly falls"


def _kept(times: float) -> str:
    if times <= KEEPS:
        return "the best is returned"
    return "the best is lost" if times > LOSES else "worse than the best is returned"


GOOD = "parameters of the network"


def _form(track: Track, output: Any) -> str:
    """Whether these are parameters of the track's network."""
    if not isinstance(output, dict):
        return told("no parameters, but {kind}", kind=type(output).__name__)
    start = track.start
    if output.keys() != start.keys():
        return "parameters with other keys"
    for key, value in start.items():
        found = output[key]
        if not isinstance(found, np.ndarray) or found.dtype.kind not in "if":
            return "parameters that are not arrays of numbers"
        if found.shape != value.shape:
            return "parameters of other shapes"
        if not np.isfinite(found).all():
            return "parameters that are not finite"
    return GOOD


def report(args: dict[str, Any], outputs: Sequence[Any]) -> dict[str, str]:
    """args: a track; outputs: (parameters, what is reported)."""
    names = ("the run", "the five costs", "this run's cost", "the rate", "the comparison")
    summary = dict.fromkeys(names, UNSEEN)
    output = outputs[0]
    if not isinstance(output, (tuple, list)) or len(output) != 2:
        return {"form": "not (parameters, report)", **summary}
    params, said = output
    track = args["track"]
    form = _form(track, params)
    if form != GOOD:
        return {"form": form, **summary}
    claims = _claims(said)
    if isinstance(claims, str):
        return {"form": claims, **summary}
    sweep, rate, costs = claims
    cost = track.validation_cost(params)
    trained = cost <= TRAINED * track.validation_cost(track.start)
    return {
        "form": "parameters and a report",
        "the run": "trains" if trained else "does not train",
        "the five costs": _variety(costs),
        "this run's cost": _agreement(track.seed, cost, costs, dict(sweep).get(rate)),
        "the rate": _choice(sweep, rate),
        "the comparison": _comparison(said["compared"], costs),
    }


Claims = tuple[list[tuple[float, float]], float, list[float]]


def _claims(said: Any) -> Claims | str:
    """(sweep, rate, costs) as numbers, or what is wrong with their form."""
    keys = {"sweep", "rate", "costs", "compared"}
    if not isinstance(said, dict) or not keys <= said.keys():
        return "a report without sweep, rate, costs and compared"
    rate, costs = _number(said["rate"]), _numbers(said["costs"])
    listed = said["sweep"][:100] if isinstance(said["sweep"], (list, tuple)) else ()
    sweep = [_numbers(pair) for pair in listed]
    if rate is None or costs is None or len(costs) != RUNS:
        return "a rate and five costs are expected as numbers"
    if len(sweep) < 3 or any(pair is None or len(pair) != 2 for pair in sweep):
        return "a sweep of at least three pairs (rate, cost) is expected"
    return [(pair[0], pair[1]) for pair in sweep if pair], rate, costs


def _variety(costs: list[float]) -> str:
    return "five different ones" if len(set(costs)) == RUNS else "one comes twice"


def _agreement(seed: int, cost: float, costs: list[float], tuned: float | None) -> str:
    """Whether a run gives what its author says that it gave."""
    if FIRST <= seed < FIRST + RUNS:
        reported: float | None = costs[seed - FIRST]
    elif seed == TUNED_ON:
        reported = tuned
    else:
        return "nothing was reported"
    if reported is None:
        return "the chosen rate is not in the sweep"
    if math.isclose(reported, cost, rel_tol=AGREES):
        return "as reported"
    return told("{cost:.4g}; reported {reported:.4g}", cost=cost, reported=reported)


def _choice(sweep: list[tuple[float, float]], rate: float) -> str:
    ordered = sorted(sweep)
    lowest = min(ordered, key=lambda pair: pair[1])
    if rate != lowest[0]:
        return "not the lowest of the sweep"
    edge = rate in (ordered[0][0], ordered[-1][0])
    return "at the edge of the sweep" if edge else "the lowest, with one on each side"


def _comparison(found: Any, costs: list[float]) -> str:
    """Whether it follows from the reported costs."""
    if not isinstance(found, dict):
        return "not a dict"
    apart = np.subtract(costs, PLAIN)
    for name, value in {"mean": np.mean(costs), "difference": apart.mean()}.items():
        if not _near(found, name, float(value)):
            return told("{name} does not follow from the costs", name=name)
    if not _near(found, "error", standard_error(costs)):
        return told("{name} does not follow from the costs", name="error")
    paired, added = standard_error(apart), math.hypot(standard_error(costs), standard_error(PLAIN))
    errors = [error for error in (paired, added) if _near(found, "difference_error", error)]
    if not errors:
        return told("{name} does not follow from the costs", name="difference_error")
    verdicts = {_verdict(float(apart.mean()), error) for error in errors}
    return GOOD_VERDICT if str(found.get("verdict")) in verdicts else "verdict differs"


GOOD_VERDICT = "follows from the costs"


def _near(found: dict, name: str, value: float) -> bool:
    given = _number(found.get(name))
    return given is not None and math.isclose(given, value, rel_tol=0.01, abs_tol=1e-4)


def _verdict(difference: float, error: float) -> str:
    if abs(difference) <= 2 * error:
        return "tie"
    return "lower" if difference < 0 else "higher"


def _numbers(value: Any) -> list[float] | None:
    if isinstance(value, np.ndarray) and value.ndim == 1:
        value = value[:100].tolist()
    if not isinstance(value, (list, tuple)):
        return None
    found = [_number(one) for one in value[:100]]
    return None if None in found else [one for one in found if one is not None]


def _number(value: Any) -> float | None:
    """A finite number, also as an array of no dimension; else None."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        return None
    return float(value) if np.isreal(value) and math.isfinite(value) else None
