"""Four optimizers on four surfaces: what the capstone's slider and the picture in docs/ both show.

Each optimizer has the learning rate that was best for it on that surface: of 45 rates, each 1.25
times the one before, the one that needs the fewest steps to come within 0.1 of a minimum and stay.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from optlab import optimizers, plots, problems
from optlab.checking.language import say, told

STEPS = 100
NEAR = 0.1
LATE = 80  # beyond, RMSprop goes to and fro about a minimum; when it stays hangs on the last bit
SURFACES = {
    told("a round bowl"): (problems.bowl(3, start=(-3.0, 2.0)), ((-4.0, 3.5), (-2.6, 2.6))),
    told("a long, turned bowl"): (
        problems.bowl(60, 30, start=(-3.2, 0.7)),
        ((-4.1, 3.4), (-2.6, 2.6)),
    ),
    told("a saddle"): (problems.saddle(1e-3), ((-2.45, 2.45), (-1.7, 1.7))),
    told("a plateau"): (problems.plateau((3.2, 1.6)), ((-2.4, 4.52), (-2.1, 2.7))),
}
OPTIMIZERS = {
    "gd": optimizers.gradient_descent,
    "momentum": optimizers.momentum,
    "rmsprop": optimizers.rmsprop,
    "adam": optimizers.adam,
}
LABELS = {
    "gd": told("gradient descent"),
    "momentum": told("with momentum"),
    "rmsprop": "RMSprop",
    "adam": "Adam",
}


@dataclass(frozen=True)
class Runner:
    """One optimizer on one surface; arrived is -1 where it does not come near within STEPS."""

    path: np.ndarray
    rate: float
    arrived: int


@cache
def runners() -> dict[tuple[str, str], Runner]:
    """Every Runner by (surface, optimizer)."""
    return {
        (surface, name): _tuned(problem, make)
        for surface, (problem, _) in SURFACES.items()
        for name, make in OPTIMIZERS.items()
    }


def _tuned(problem: problems.Problem, make: Callable[[np.ndarray], optimizers.Update]) -> Runner:
    rates = 0.002 * 1.25 ** np.arange(45)
    start = np.tile(problem.start[:, None], rates.size)
    with np.errstate(over="ignore", invalid="ignore"):  # most of the large rates diverge
        paths = optimizers.follow(problem, make(rates), 4 * STEPS, start)
        steps = optimizers.steps_to_reach(_distance(problem, paths), NEAR)
    best = int(np.where(steps >= 0, steps, 5 * STEPS).argmin())
    arrived = int(steps[best]) if steps[best] <= STEPS else -1
    return Runner(paths[: STEPS + 1, :, best], float(rates[best]), arrived)


def _distance(problem: problems.Problem, paths: np.ndarray) -> np.ndarray:
    """To the nearest minimum: the saddle has one on each side."""
    w1, w2 = paths[:, 0] - problem.minimum[0], paths[:, 1] - problem.minimum[1]
    if problem.name == "saddle":
        w2 = np.minimum(np.abs(w2), np.abs(paths[:, 1] + problem.minimum[1]))
    return np.hypot(w1, w2)


def draw(axes: np.ndarray, step: int) -> str:
    """One frame on four axes: the paths up to this step. Returns the title."""
    for ax, (surface, (problem, view)) in zip(np.ravel(axes), SURFACES.items(), strict=True):
        minima = [problem.minimum, -problem.minimum]  # two in the saddle, else the same
        plots.contour(ax, problem.value, view, minima, points=61)
        ax.set(title=say(surface), xticks=[], yticks=[], xlabel="", ylabel="")
        for name in OPTIMIZERS:
            path, color = runners()[surface, name].path[: step + 1], plots.COLORS[name]
            ax.plot(*path.T, color=color, linewidth=1.4, label=say(LABELS[name]))
            ax.plot(*path[-1], "o", color=color, markersize=6, zorder=4)
    np.ravel(axes)[1].legend(loc="upper left", fontsize=10, labelspacing=0.2)
    return say(told("step {step}", step=step))


def results() -> Iterator[str]:
    """One line for every surface, in words: the text beside the picture."""
    for surface in SURFACES:
        arrivals = [
            f"{say(label)} {say(_arrival(runners()[surface, name]))}"
            for name, label in LABELS.items()
        ]
        yield f"{say(surface)}: {', '.join(arrivals)}"


def _arrival(runner: Runner) -> str:
    if runner.arrived > LATE:
        return told("more than {steps}", steps=LATE)
    if runner.arrived < 0:
        return told("not within {steps}", steps=STEPS)
    return str(runner.arrived)
