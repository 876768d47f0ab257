"""The leaderboard: the learner's own optimizers train one network, and each lesson adds a line.

    rows = board.enter("momentum", here=globals())   trains with momentum_update, keeps the result
    board.show(rows)                                 the table
    plots.show(board.figure(rows), "...")            the picture

Every line is ten runs of eight epochs on `optlab.track`, with the learning rate that was best of a
grid of doubled rates on three other seeds. What the learner's functions reach is kept in the
journal; what the course's reach is stored in data/board.json.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab import plots, problems, solved, track
from optlab.checking import box, clock, journal
from optlab.checking.language import columns, say, told
from optlab.data import FOLDER, Digits

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STORED = FOLDER / "board.json"
SEEDS = range(10)
EPOCHS = 8
GOAL = 0.4  # the cost up to which epochs are counted
SETTING = "gains over 3 decades, draw 4; 64-32-10; batches of 64; 8 epochs"
SECONDS = 60.0  # for all ten runs; a usual answer takes half a second
WARM_UP = 10  # steps


@dataclass(frozen=True)
class Entrant:
    """A line of the board; the first function steps, a second one gives the rates.

    whole: the function is a training of its own; the course has no line for it.
    """

    name: str
    label: str
    color: str
    lesson: int
    functions: tuple[str, ...]
    rate: float
    against: str
    falls: bool = False  # along a straight line to 0
    batch: int = 64
    whole: bool = False


ENTRANTS = {
    one.name: one
    for one in (
        Entrant(
            name="gd",
            label=told("whole batch"),
            color="gd",
            lesson=1,
            functions=("sgd_update",),
            rate=1,
            against="",
            batch=1437,
        ),
        Entrant(
            name="sgd",
            label=told("mini-batches"),
            color="sgd",
            lesson=1,
            functions=("sgd_update",),
            rate=0.5,
            against="gd",
        ),
        Entrant(
            name="momentum",
            label=told("momentum"),
            color="momentum",
            lesson=4,
            functions=("momentum_update",),
            rate=1,
            against="sgd",
        ),
        Entrant(
            name="rmsprop",
            label="RMSprop",
            color="rmsprop",
            lesson=5,
            functions=("rmsprop_update",),
            rate=0.02,
            against="momentum",
        ),
        Entrant(
            name="adam",
            label="Adam",
            color="adam",
            lesson=6,
            functions=("adam_update",),
            rate=0.04,
            against="rmsprop",
        ),
        Entrant(
            name="momentum_line",
            label=told("momentum, falling rate"),
            color="momentum",
            lesson=7,
            functions=("momentum_update",),
            rate=4,
            against="momentum",
            falls=True,
        ),
        Entrant(
            name="adam_line",
            label=told("Adam, falling rate"),
            color="adam",
            lesson=7,
            functions=("adam_update",),
            rate=0.08,
            against="adam",
            falls=True,
        ),
        Entrant(
            name="adagrad",
            label="Adagrad",
            color="adagrad",
            lesson=9,
            functions=("adagrad_update",),
            rate=0.2,
            against="rmsprop",
        ),
        Entrant(
            name="nesterov",
            label="Nesterov",
            color="nesterov",
            lesson=9,
            functions=("nesterov_update",),
            rate=2,
            against="momentum",
        ),
        Entrant(
            name="adam_cosine",
            label=told("Adam, warm-up, cosine"),
            color="amsgrad",
            lesson=10,
            functions=("adam_update", "warmup_cosine"),
            rate=0.16,
            against="adam",
        ),
        Entrant(
            name="own",
            label=told("your own training"),
            color="target",
            lesson=12,
            functions=("own_training",),
            rate=0,
            against="adam",
            whole=True,
        ),
    )
}


@dataclass(frozen=True)
class Line:
    """Ten runs, seed by seed: final training cost, epochs until GOAL (0: never), test errors."""

    costs: tuple[float, ...]
    epochs: tuple[int, ...]
    wrong: tuple[int, ...]

    @property
    def cost(self) -> float:
        """The geometric mean."""
        return float(np.exp(np.mean(np.log(self.costs))))


@dataclass(frozen=True)
class Row:
    """An entrant with the learner's line, where there is one, and the course's."""

    entrant: Entrant
    own: Line | None
    course: Line | None

    @property
    def line(self) -> Line:
        """What the place goes by."""
        line = self.own or self.course
        assert line is not None
        return line


def enter(*names: str, here: Mapping[str, Any]) -> dict[str, Row]:
    """Train with the learner's functions and keep what they reach; the rows of the board so far.

    here: `globals()` of the notebook. Who has no right function yet is told so and not entered.
    """
    functions = _found(names, here)
    for name in names:
        line = _own_line(ENTRANTS[name], functions)
        if line is not None:
            journal.keep_run(name, {"setting": _setting(ENTRANTS[name]), **as_data(line)})
    return rows(max(ENTRANTS[name].lesson for name in names))


def standardized(*names: str, here: Mapping[str, Any]) -> dict[str, Row]:
    """The same runs on standardized digits. They are no part of the board, and are not kept."""
    functions = _found(names, here)
    return {
        name: Row(
            entrant=ENTRANTS[name],
            own=_own_line(ENTRANTS[name], functions, clean=True),
            course=course_line(f"{name}, standardized"),
        )
        for name in names
    }


def _found(names: Iterable[str], here: Mapping[str, Any]) -> dict[str, Callable | None]:
    """The learner's functions that these entrants need; prints a line about each."""
    found: dict[str, Callable | None] = {}
    for name in names:
        for function in ENTRANTS[name].functions:
            if function not in found:
                found[function], remark = solved.find(function, dict(here))
                print(f"{function:16} {say(remark)}")
    return found


def _own_line(
    entrant: Entrant, found: Mapping[str, Callable | None], clean: bool = False
) -> Line | None:
    """What the learner's functions reach; None, and a line why, where they cannot run."""
    functions = {name: found[name] for name in entrant.functions if found[name] is not None}
    if len(functions) < len(entrant.functions):
        return None
    try:
        line = clock.run(SECONDS, lambda: run(entrant, functions, clean))
    except clock.TooLong:
        endless = "{name}: still running after {seconds:g} seconds, so no entry."
        print(say(told(endless, name=entrant.label, seconds=SECONDS)))
    except Exception as error:  # the learner's code may raise anything
        raised = f"{type(error).__name__}: {error}"
        stopped = "{name}: stopped by {error}. No entry."
        print(say(told(stopped, name=entrant.label, error=raised)))
    else:
        if np.isfinite(line.costs).all():
            return line
        nowhere = "{name}: the cost is no number in the end, so no entry."
        print(say(told(nowhere, name=entrant.label)))
    return None


def run(entrant: Entrant, functions: Mapping[str, Any], clean: bool = False) -> Line:
    """Ten runs with these functions, on the digits as scanned or on standardized ones."""
    digits = track.standardized() if clean else track.scans()
    runs = [_one_run(entrant, functions, digits, seed) for seed in SEEDS]
    return Line(*zip(*runs, strict=True))


def _one_run(
    entrant: Entrant, functions: Mapping[str, Callable], data: tuple[Digits, Digits], seed: int
) -> tuple[float, int, int]:
    digits, test = data
    if entrant.whole:
        params = functions[entrant.functions[0]](track.course(seed))
        cost = problems.cost_and_grads(params, digits.X, digits.Y)[0]
        return _rounded(cost), 0, int(np.sum(problems.predict(params, test.X) != test.labels))
    steps = -(-digits.labels.size // entrant.batch)
    course = track.Track(digits, seed, EPOCHS * steps, entrant.batch)
    step = track.stepper(entrant.functions[0], functions[entrant.functions[0]])
    with np.errstate(all="ignore"):
        params, passed = track.train(step, course, _rates(entrant, functions, course.budget), steps)
        costs = [problems.cost_and_grads(one, digits.X, digits.Y)[0] for one in passed]
        wrong = int(np.sum(problems.predict(params, test.X) != test.labels))
    return _rounded(costs[-1]), _epochs(costs), wrong


def _rounded(cost: float) -> float:
    return float(f"{cost:.6g}")


def _epochs(costs: list[float]) -> int:
    before = len(list(takewhile(lambda cost: not cost <= GOAL, costs)))
    return before + 1 if before < len(costs) else 0


def _rates(
    entrant: Entrant, functions: Mapping[str, Callable], budget: int
) -> Callable[[int], float]:
    if len(entrant.functions) > 1:
        schedule = functions[entrant.functions[1]]
        return lambda t: schedule(t, WARM_UP, budget, entrant.rate)
    if entrant.falls:
        return lambda t: entrant.rate * (1 - t / budget)
    return lambda t: entrant.rate


def rows(lesson: int) -> dict[str, Row]:
    """The board up to a lesson, in the lessons' order."""
    known = journal.runs()
    found = {
        name: Row(
            entrant=one,
            own=_kept(one, known.get(name)),
            course=None if one.whole else course_line(name),
        )
        for name, one in ENTRANTS.items()
        if one.lesson <= lesson
    }
    return {name: row for name, row in found.items() if row.own or row.course}


@cache
def _stored() -> dict[str, dict]:
    return json.loads(STORED.read_text("utf-8"))


def course_line(name: str) -> Line:
    stored = _stored()[name]
    return Line(tuple(stored["costs"]), tuple(stored["epochs"]), tuple(stored["wrong"]))


def as_data(line: Line) -> dict[str, list]:
    """As the journal and data/board.json hold it."""
    return {name: list(values) for name, values in asdict(line).items()}


def _setting(entrant: Entrant) -> str:
    return f"{SETTING}; rate {entrant.rate:g}"


def _kept(entrant: Entrant, entry: Any) -> Line | None:
    """The line of a journal's entry; None where it is of another setting, or damaged."""
    if not isinstance(entry, dict) or entry.get("setting") != _setting(entrant):
        return None
    columns = [entry.get(name) for name in ("costs", "epochs", "wrong")]
    if not all(_numbers(column) for column in columns):
        return None
    costs, epochs, wrong = (tuple(column) for column in columns if column)
    return Line(costs, epochs, wrong) if min(costs) > 0 else None


def _numbers(column: Any) -> bool:
    return (
        isinstance(column, list)
        and len(column) == len(SEEDS)
        and all(type(one) in (int, float) and np.isfinite(one) for one in column)
    )


@dataclass(frozen=True)
class Comparison:
    """How many times lower the cost is than another's, in how many seeds, and whether chance
    could have done that: the mean of the paired differences is within two standard errors of 0."""

    times: float
    wins: int
    tie: bool


def compared(line: Line, other: Line) -> Comparison:
    """By the logarithms of the final costs, seed by seed."""
    apart = np.log(other.costs) - np.log(line.costs)
    return Comparison(
        times=float(np.exp(apart.mean())),
        wins=int(np.sum(apart > 0)),
        tie=bool(abs(apart.mean()) <= 2 * track.standard_error(apart)),
    )


def ranked(board: Mapping[str, Row]) -> list[tuple[str, Row]]:
    """(place, row), the lowest cost first; who is not told apart from the first of a place
    shares it."""
    places: list[tuple[str, Row]] = []
    first: Row | None = None
    for number, row in enumerate(sorted(board.values(), key=lambda row: row.line.cost), start=1):
        if first is not None and compared(row.line, first.line).tie:
            places.append(("=", row))
        else:
            places.append((str(number), row))
            first = row
    return places


HEAD = (
    "",
    told("optimizer, rate"),
    told("yours"),
    told("course's"),
    told("epochs to {cost}", cost=GOAL),
    told("wrong of {count}", count=360),
    "",
)
NOTE = told(
    "Training cost after {epochs} epochs, geometric mean of ten seeds. = : not told apart by ten "
    "seeds; in front, from the first of that place.",
    epochs=EPOCHS,
)


def table(board: Mapping[str, Row]) -> list[tuple[str, ...]]:
    """The cells, the best row first, in the language that is spoken."""
    return [
        (
            place,
            say(row.entrant.label) + ("" if row.entrant.whole else f", {row.entrant.rate:g}"),
            f"{row.own.cost:.3f}" if row.own else "–",
            f"{row.course.cost:.3f}" if row.course else "–",
            "–" if row.entrant.whole else say(_range(row.line.epochs)),
            f"{np.mean(row.line.wrong):.1f} ± {track.standard_error(row.line.wrong):.1f}",
            say(_against(row, board.get(row.entrant.against))),
        )
        for place, row in ranked(board)
    ]


def _range(epochs: tuple[int, ...]) -> str:
    within = [one for one in epochs if one]
    if not within:
        return told("over {epochs}", epochs=EPOCHS)
    low, high = min(within), max(within)
    if len(within) < len(epochs):
        return told("from {epoch}", epoch=low)
    return f"{low}" if low == high else told("{low} to {high}", low=low, high=high)


def _against(row: Row, other: Row | None) -> str:
    if other is None:
        return ""
    found = compared(row.line, other.line)
    values = {"name": other.entrant.label, "wins": found.wins, "count": len(SEEDS)}
    if found.tie:
        return told("= {name}, {wins} of {count} seeds", **values)
    if found.times > 1:
        below = "{times:.1f} times below {name}, {wins} of {count} seeds"
        return told(below, times=found.times, **values)
    above = "{times:.1f} times above {name}, {wins} of {count} seeds"
    return told(above, times=1 / found.times, **values)


def show(board: Mapping[str, Row]) -> None:
    """The board as a table."""
    heads, note = tuple(map(say, HEAD)), say(NOTE)
    lines = [heads, *table(board)]
    wide = [max(columns(line[column]) for line in lines) for column in range(len(heads))]
    text = "\n".join("  ".join(map(_filled_up, line, wide)).rstrip() for line in lines)
    head = "".join(f"<th style='text-align:left'>{html.escape(cell)}</th>" for cell in heads)
    body = "".join(
        "<tr>" + "".join(f"<td style='text-align:left'>{_escaped(c)}</td>" for c in line) + "</tr>"
        for line in table(board)
    )
    as_html = f"<table><tr>{head}</tr>{body}</table><p>{note}</p>"
    box.put_out(box.Rich(f"{text}\n{note}", as_html))


def _filled_up(cell: str, width: int) -> str:
    """A letter of Korean is as wide as two of English."""
    return cell + " " * (width - columns(cell))


def _escaped(cell: str) -> str:
    """A mean and its error stay on one line."""
    return html.escape(cell).replace(" ± ", "&nbsp;±&nbsp;")


def figure(board: Mapping[str, Row]) -> Figure:
    """A row of ten dots for each entrant, filled where they are the learner's own."""
    order = ranked(board)
    fig, ax = plots.figure(size=(7.2, 1.1 + 0.36 * len(order)))
    for place, (_, row) in enumerate(order):
        color = plots.COLORS[row.entrant.color]
        face = color if row.own else "white"
        costs = row.line.costs
        ax.plot(costs, [place] * len(costs), "o", color=color, mfc=face, markersize=6, alpha=0.6)
        if row.course:
            ax.plot(row.course.cost, place, "|", color="#333333", markersize=18)
        plots.label_end(ax, max(costs), place, f"{row.line.cost:.3f}", color, (10, 0))
    ax.set_yticks(range(len(order)), [f"{place}  {say(row.entrant.label)}" for place, row in order])
    ax.set(xscale="log", ylim=(len(order) - 0.5, -0.5), xlim=(0.05, 3.5))
    legend = told("filled: yours, hollow: the course's, bar: the course's mean")
    ax.set_title(say(legend), fontsize=11)
    ax.set(xlabel=say(told("training cost after {epochs} epochs", epochs=EPOCHS)))
    ticks = (0.05, 0.1, 0.2, 0.5, 1, 2)
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    return fig
