"""Trying the candidates: which single change makes every public case right."""

import ast
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby, islice
from time import process_time
from typing import Any

import numpy as np

from optlab.checking import codec, probe
from optlab.checking.answerkey import AnswerKey, same
from optlab.checking.compare import ATOL, difference
from optlab.checking.onechange.edits import SINGLE
from optlab.checking.onechange.guards import TURNS, Guard, NotSearchable, TooMuch, bounded
from optlab.checking.onechange.listing import EDIT, MOVE, WRAP, Candidate, Listing
from optlab.checking.onechange.names import expression
from optlab.checking.onechange.program import Program
from optlab.checking.onechange.rank import best
from optlab.checking.onechange.weave import Weaver, needs_of
from optlab.checking.probe import Observation

CANDIDATES = 2000
TOTAL_TURNS = 600_000
CPU_SECONDS = 1.5  # of a whole search: turns do not tell how long NumPy takes over each
_CHEAP = 150  # candidates in that time: then their number will end it, and it has twice as long
_LEAST_TRIED = 10  # where not even so many candidates fit into that, none is tried
_UP_TO = {1: 0.5, 2: 0.7, 3: 0.9}  # the share of the candidates that is spent after each tier
_LAST_TIER = max(_UP_TO)
_OWN_TURNS = 20  # a first look may take so many times the turns of the answer
_SPARE_TURNS = 1000
_TURNS_OF_A_CALL = 8  # of an optimizer or a surface of the course, by what it takes
_LEAST_RTOL = 1e-7
_MISSING = object()

Path = tuple[Any, ...]


@dataclass(frozen=True)
class Found:
    """What the search reports: numbers of candidates, nothing else of the learner's source.

    candidate: the change that is told, or -1.
    other: one on another line that repairs as well, or -1.
    partial: it makes something right and nothing wrong, and something is still wrong.
    gained: names of the results that a partial change makes right.
    stopped: the line of the answer in which it raised, or 0.
    """

    candidate: int = -1
    other: int = -1
    partial: bool = False
    gained: tuple[str, ...] = ()
    stopped: int = 0


@dataclass(frozen=True)
class Run:
    """One case as the answer does it: outputs, the error that ended it, its line, its turns."""

    outputs: tuple[Any, ...]
    error: str | None
    line: int | None
    turns: int


class Search:
    """One search; `find` runs it. `tried` says afterwards how many candidates were tried."""

    def __init__(
        self,
        program: Program,
        names: dict[str, Any],
        key: AnswerKey,
        limit: int = CANDIDATES,
        *,
        certain: bool = False,
    ) -> None:
        """certain: whether the second tier is tried too where the first has a repair, since what
        it finds on another line makes the place less sure."""
        self.key = key
        self._certain = certain
        self.program = program
        self.tried = 0
        self._limit = limit // 3 if key.summary else limit
        self._turns = TOTAL_TURNS * limit // CANDIDATES
        self._guard = Guard()
        self.listing = Listing(program, key.parameters, key.cases, self._guard)
        self._weaver = Weaver(self.listing)
        self._scope = {
            "np": np,
            **names,
            **self._guard.scope(),
            "__name__": "answer",
            "_ol_sites": (),
            "_ol_choice": -1,
            "_ol_never": object(),
            "_ol_apply": self._apply,
            "_ol_line": self._note,
        }
        self._wrap: tuple[Callable[..., Any], tuple[int, ...]] = (lambda v: v, ())
        self._values: dict[int, list[str]] = {}
        self._wrapping: Callable | None = None
        self._lines: set[int] = set()
        self._fine: dict[str, bool] = {}
        self._counts: set[str] = set()
        self._late: list[Candidate] = []
        self._more: list[tuple[Candidate, int]] = []  # calls that it makes right
        self._late_now = False
        self._unclean: set[int] = set()  # numbers of candidates with side effects
        self._sorts: dict[str, list[str]] = {}
        self._texts: dict[str, ast.expr] = {}

    def find(self) -> Found:
        """The change to tell, if any: none where the search was cut off, since what it had not
        come to might have done as well."""
        begun = process_time()
        self._guard.ends = begun + CPU_SECONDS
        try:
            answer = self._define(self._weaver.plain())
        except (Exception, TooMuch) as error:
            raise NotSearchable("it cannot be defined anew") from error
        self.runs = [self._run_case(answer, index, TURNS) for index in self._cases()]
        wrong = [index for index in self._cases() if not self._right(index, self.runs[index])]
        if not wrong:
            return Found()
        self._first = min(wrong, key=lambda i: (len(self.key.cases[i].then), self.runs[i].turns))
        rest = [index for index in self._cases() if index != self._first]
        self._order = [self._first, *sorted(rest, key=lambda i: i not in wrong)]
        if (process_time() - begun) * _LEAST_TRIED > CPU_SECONDS:
            return Found(stopped=self._stopped())
        self._had_effect = self._effect(answer)
        self._quick = _Quick.of(self.key, self._first, self.runs[self._first])
        self._trace()
        found = self._tiers()
        if self._guard.late():
            found = Found()
        return replace(found, stopped=self._stopped())

    def _stopped(self) -> int:
        first = self.runs[self._first]
        return first.line if first.line and first.error != TooMuch.__name__ else 0

    def _cases(self) -> range:
        return range(len(self.key.cases))

    # Running

    def _define(self, tree: ast.Module) -> Callable:
        exec(compile(tree, "<answer>", "exec"), self._scope)
        return self._scope[self.program.name]

    def _results(self, function: Callable, index: int) -> Iterator[Any]:
        """The result of each call of a case; raises whatever the function raises."""
        case = self.key.cases[index]
        args: dict[str, Any] = {}
        result: Any = None
        for number, changes in enumerate((case.args, *case.then)):
            args |= {name: probe.build(value) for name, value in changes.items()}
            if number:
                if not _carries(result, case.carry):
                    return
                args |= {p: result if i is None else result[i] for p, i in case.carry.items()}
            positional, keywords = _arranged(self.key.parameters, args)
            result = function(*positional, **keywords)
            bounded(result)
            yield result

    def _outputs(self, function: Callable, index: int) -> tuple[Any, ...]:
        return tuple(map(codec.snapshot, self._results(function, index)))

    def _run_case(self, function: Callable, index: int, turns: int) -> Run:
        self._guard.start(turns)
        try:
            outputs = self._outputs(function, index)
        except (Exception, SystemExit, TooMuch) as raised:
            line = _answer_line(raised, self.program.name)
            return Run((), _error_name(raised), line, self._guard.spent)
        return Run(outputs, None, None, self._guard.spent)

    def _right(self, index: int, run: Run) -> bool:
        seen = Observation(outputs=run.outputs, error=run.error)
        return same(self.key, index, self.key.expected[index], seen)

    def _effect(self, function: Callable) -> bool:
        """Whether it changes what it is given, or gives back one array twice."""
        for index in self._cases():
            self._guard.start(TURNS)
            try:
                seen = probe.observe(function, self.key.parameters, self.key.cases[index])
            except TooMuch:
                return True
            shared = seen.aliased and not self.key.views_allowed
            if seen.changed or shared or seen.global_random:
                return True
        return False

    def _trace(self) -> None:
        """Note the lines that the failing case runs and the sorts of the names there."""
        for names in self.listing.names:
            for text in names.scalars:
                if not text.isidentifier():
                    self._texts[text] = expression(text)
        function = self._define(self._weaver.traced())
        self._lines.clear()
        self._run_case(function, self._first, TURNS)

    def _note(self, line: int, names: dict[str, Any]) -> None:
        self._lines.add(line)
        for name, value in names.items():
            self._sort(name, value)
            self._fine.setdefault(name, _sort_of_value(value) in SINGLE)
        for text, tree in self._texts.items():
            try:
                self._sort(text, _look_up(tree, names))
            except (LookupError, AttributeError, TypeError):
                continue

    def _sort(self, name: str, value: Any) -> None:
        if _sort_of_value(value) == "whole":
            self._counts.add(name)
        known = self._sorts.setdefault(name, [])
        sort = _sort_of(value)
        if sort not in known:
            known.append(sort)

    # Candidates

    def _tiers(self) -> Found:
        repairs: list[Candidate] = []
        gains: list[tuple[Candidate, frozenset]] = []
        kinds = ((EDIT, self._try_edits), (MOVE, self._try_moves), (WRAP, self._try_wraps))
        for tier, found in groupby(self.listing.candidates(), key=lambda c: c.tier):
            self._until = int(self._limit * _UP_TO[tier])
            for how, alike in groupby(found, key=lambda c: c.how):
                if self._guard.late():
                    return Found()
                dict(kinds)[how](alike, repairs, gains)
                if tier == _LAST_TIER and how == WRAP:
                    break  # what is left is not listed any more
            if repairs and (tier > 1 or not self._one_more_tier(repairs)):
                return self._report(repairs)
            if tier == _LAST_TIER:
                break
        self._until, self._late_now = self._limit, True
        self._try_edits(self._late, repairs, gains)
        if repairs:
            return self._report(repairs)
        if not gains:
            return self._of_more_cases()
        most = max(len(won) for _, won in gains)
        first, _ = best(self.listing, [c for c, won in gains if len(won) == most])
        won = next(won for c, won in gains if c is first)
        return Found(candidate=first.number, partial=True, gained=self._named(won))

    def _one_more_tier(self, repairs: list[Candidate]) -> bool:
        """A line at another place often makes up for a slip in what the line says."""
        return self._certain or all(candidate.how == MOVE for candidate in repairs)

    def _of_more_cases(self) -> Found:
        """What makes the failing case right, half of all that is wrong at least, and none wrong."""
        wrong = sum(
            self._calls(index) for index, run in enumerate(self.runs) if not self._right(index, run)
        )
        enough = [found for found in self._more if 2 * found[1] >= wrong]
        if not enough:
            return Found()
        most = max(count for _, count in enough)
        first, _ = best(self.listing, [c for c, count in enough if count == most])
        return Found(candidate=first.number, partial=True)

    def _report(self, repairs: list[Candidate]) -> Found:
        clean = [candidate for candidate in repairs if candidate.number not in self._unclean]
        first, other = best(self.listing, clean or repairs)
        return Found(candidate=first.number, other=-1 if other is None else other.number)

    def _open(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """Those that are worth a try, as many as there is room for; the unlikely ones are late."""
        stopped, room = self._stopped(), max(0, self._until - self.tried)
        if stopped:
            worth = [candidate for candidate in candidates if self._worth(candidate)]
            worth.sort(key=lambda c: all(n.lineno != stopped for _, n in self.listing.nodes(c)))
            return worth[:room]
        likely: list[Candidate] = []
        for candidate in filter(self._worth, candidates):
            if len(likely) == room and candidate.how == WRAP:
                break  # none of those is late
            (self._late if self._unlikely(candidate) else likely).append(candidate)
        return likely[:room]

    def _unlikely(self, candidate: Candidate) -> bool:
        """An array for a single number, or the other way round; tried when nothing else helps."""
        if candidate.how != EDIT or self._late_now:
            return False
        swap = self.listing.sites[candidate.sites[0]].edits[candidate.choice].swap
        return swap is not None and self._fine.get(swap[0]) != self._fine.get(swap[1])

    def _worth(self, candidate: Candidate) -> bool:
        """Whether a candidate could change the case that fails, by what was seen of it."""
        if candidate.how == MOVE:
            return True
        sites = [self.listing.sites[number] for number in candidate.sites]
        if candidate.tier < 3 and not any(site.line in self._lines for site in sites):
            return False
        if candidate.how == EDIT:
            swap = sites[0].edits[candidate.choice].swap
            return swap is None or self._alike(*swap)
        wrap = self.listing.wraps[sites[0].function][candidate.choice]
        if not any(sort in wrap.fits for sort in self._values.get(candidate.sites[0], ())):
            return False
        if wrap.count and wrap.count not in self._counts:
            return False
        return all(self._may_be_number(text) for text in wrap.needs[: wrap.numbers])

    def _alike(self, old: str, new: str) -> bool:
        if any(run.error for run in self.runs):
            return True  # the wrong name may be why it stops
        first, second = self._sorts.get(old), self._sorts.get(new)
        return not first or not second or any(sort in second for sort in first)

    def _may_be_number(self, text: str) -> bool:
        return "number" in self._sorts.get(text, ["number"])

    def _room(self) -> bool:
        return self.tried < self._until and self._turns > 0 and not self._guard.late()

    def _try_edits(self, every: Iterable[Candidate], repairs: list, gains: list) -> None:
        self._try_woven(self._open(every), repairs, gains)

    def _try_woven(self, candidates: list[Candidate], repairs: list, gains: list) -> None:
        """All in one function; where one of them is no program, without the others' loss."""
        woven: dict[int, set[int]] = {}
        for candidate in candidates:
            for number in candidate.sites:
                woven.setdefault(number, set()).add(candidate.choice)
        function = self._woven(
            self._weaver.with_edits({number: sorted(found) for number, found in woven.items()})
        )
        if function is None and len(candidates) > 1:
            half = len(candidates) // 2
            self._try_woven(candidates[:half], repairs, gains)
            self._try_woven(candidates[half:], repairs, gains)
            return
        for candidate in candidates:
            if not function or not self._room():
                break
            self._scope["_ol_sites"] = candidate.sites
            self._scope["_ol_choice"] = candidate.choice
            self._try(function, candidate, repairs, gains)
        self._scope["_ol_sites"] = ()

    def _try_wraps(self, every: Iterable[Candidate], repairs: list, gains: list) -> None:
        if self._wrapping is None:
            self._wrapping = self._ready_for_wraps()
        sites = self.listing.sites
        for candidate in self._open(every):
            if not self._wrapping or not self._room():
                break
            site = sites[candidate.sites[0]]
            wrap = self.listing.wraps[site.function][candidate.choice]
            needs = needs_of(self.listing, site)
            self._wrap = (wrap.apply, tuple(needs.index(text) for text in wrap.needs))
            self._scope["_ol_sites"] = candidate.sites
            self._try(self._wrapping, candidate, repairs, gains)
        self._scope["_ol_sites"] = ()

    def _ready_for_wraps(self) -> Callable | None:
        """The function with every value that may be wrapped, after a look at their sorts."""
        sites = self.listing.sites
        numbers = [n for n, site in enumerate(sites) if site.wrapped and site.line in self._lines]
        needs = {number: needs_of(self.listing, sites[number]) for number in numbers}
        function = self._woven(self._weaver.with_wraps(needs))
        if function is None:
            return None
        self._scope["_ol_apply"] = self._note_value
        self._scope["_ol_sites"] = tuple(numbers)
        self._run_case(function, self._first, TURNS)
        self._scope["_ol_apply"] = self._apply
        return function

    def _note_value(self, value: Any, give: Callable[[int], Any], number: int) -> Any:
        known = self._values.setdefault(number, [])
        sort = _sort_of_value(value)
        if sort not in known:
            known.append(sort)
        return value

    def _apply(self, value: Any, give: Callable[[int], Any], number: int) -> Any:
        apply, places = self._wrap
        return apply(value, *(lambda place=place: give(place) for place in places))

    def _try_moves(self, every: Iterable[Candidate], repairs: list, gains: list) -> None:
        for candidate in self._open(every):
            if not self._room():
                return
            blocks = self.listing.moves[candidate.choice].blocks
            function = self._woven(self._weaver.plain(blocks))
            if function:
                self._try(function, candidate, repairs, gains)

    def _woven(self, tree: ast.Module) -> Callable | None:
        try:
            return self._define(tree)
        except (Exception, TooMuch):  # not every edit is a program: `return` outside a function
            return None

    def _try(self, function: Callable, candidate: Candidate, repairs: list, gains: list) -> None:
        self.tried += 1
        if self.tried == _CHEAP:
            self._guard.ends += CPU_SECONDS
        won: frozenset = frozenset()
        try:
            passed, won = self._first_look(function)
            if passed and self._gives_what_is_right(function):
                effect = self._effect(function)
                if effect:
                    self._unclean.add(candidate.number)
                if self._had_effect or not effect:
                    repairs.append(candidate)
                return
            if passed and not (repairs or gains):
                self._note_more_cases(function, candidate)
            if won and self.runs[self._first].error is None and self._holds(function, won):
                gains.append((candidate, won))
        except (Exception, SystemExit, TooMuch):
            return

    @contextmanager
    def _limited(self, turns: int) -> Iterator[None]:
        """A run of a candidate: its turns are limited, and count for the whole search."""
        self._guard.start(turns)
        try:
            yield
        finally:
            self._turns -= self._guard.spent + _TURNS_OF_A_CALL * self._guard.called

    def _note_more_cases(self, function: Callable, candidate: Candidate) -> None:
        """Count the calls of wrong cases that a candidate makes right, unless it makes one wrong.

        One call alone may be right by coincidence.
        """
        mended = 0
        for index in self._order:
            was_right = self._right(index, self.runs[index])
            with self._limited(TURNS):
                is_right = self._right(index, Run(self._outputs(function, index), None, None, 0))
            if was_right > is_right or (index == self._first and not is_right):
                return
            mended += self._calls(index) * (is_right > was_right)
        if mended > 1:
            self._more.append((candidate, mended))

    def _calls(self, index: int) -> int:
        return 1 + len(self.key.cases[index].then)

    def _first_look(self, function: Callable) -> tuple[bool, frozenset]:
        """Whether the first wrong value is right now, and what else became right there."""
        if self._quick is None:
            return True, frozenset()
        with self._limited(_turns_for(self.runs[self._first])):
            results = self._results(function, self._first)
            result = next(islice(results, self._quick.call, None), _MISSING)
        return self._quick.look(result)

    def _gives_what_is_right(self, function: Callable) -> bool:
        for index in self._order:
            expected = self.key.expected[index]
            error = None
            try:
                with self._limited(TURNS):
                    outputs = self._outputs(function, index)
            except Exception as raised:
                outputs, error = (), _error_name(raised)
                if expected.error != error:
                    return False
                outputs = expected.outputs  # what came before the error is not compared
            if not same(self.key, index, expected, Observation(outputs=outputs, error=error)):
                return False
        return True

    def _holds(self, function: Callable, won: frozenset) -> bool:
        """Whether what became right is right at every step of every case, and no coincidence."""
        for index in self._cases():
            with self._limited(TURNS):
                results = self._results(function, index)
                for wanted in self.key.expected[index].outputs:
                    result = next(results, _MISSING)
                    for path, value in leaves(wanted):
                        if path in won and not _leaf_right(value, result, path, self.key.rtol):
                            return False
        return True

    def _named(self, won: frozenset) -> tuple[str, ...]:
        """Names of the results all of whose wrong parts became right."""
        if self._quick is None or len(self.key.returns) < 2:
            return ()
        wrong = self._quick.wrong - won
        still = {path[0] for path in wrong if path}
        whole = sorted({path[0] for path in won if path} - still)
        return tuple(self.key.returns[i] for i in whole if isinstance(i, int))


@dataclass(frozen=True)
class _Quick:
    """The first call that is wrong: all its values, and the one that is looked at first."""

    call: int
    values: dict[Path, Any]
    leaf: Path
    right: frozenset
    wrong: frozenset
    rtol: float

    @classmethod
    def of(cls, key: AnswerKey, index: int, run: Run) -> "_Quick | None":
        """None where results can only be compared as a whole."""
        expected = key.expected[index]
        if key.summary or expected.error or not expected.outputs:
            return None
        pairs = enumerate(zip(expected.outputs, run.outputs, strict=False))
        found = (n for n, (e, o) in pairs if difference(e, o, "", key.rtol) is not None)
        call = next(found, len(run.outputs))
        if call >= len(expected.outputs):
            return None
        wanted = expected.outputs[call]
        got = run.outputs[call] if call < len(run.outputs) else None
        paths = [(path, _leaf_right(value, got, path, key.rtol)) for path, value in leaves(wanted)]
        if not paths:
            return None
        leaf = next((path for path, right in paths if not right), paths[0][0])
        return cls(
            call=call,
            values=dict(leaves(wanted)),
            leaf=leaf,
            right=frozenset(path for path, right in paths if right),
            wrong=frozenset(path for path, right in paths if not right),
            rtol=key.rtol,
        )

    def look(self, result: Any) -> tuple[bool, frozenset]:
        """Whether the first value is right now, and which became right while none got wrong."""
        passed = self._right(result, self.leaf)
        won = [path for path in self.wrong if self._right(result, path)]
        if not won or not all(self._right(result, path) for path in self.right):
            return passed, frozenset()
        return passed, frozenset(won)

    def _right(self, result: Any, path: Path) -> bool:
        return _leaf_right(self.values[path], result, path, self.rtol)


def _turns_for(run: Run) -> int:
    """For the first look; what passes it may take as long as the answer itself."""
    if run.error == TooMuch.__name__:
        return 2 * _SPARE_TURNS
    return min(_OWN_TURNS * run.turns + _SPARE_TURNS, TURNS)


def _arranged(parameters: list[str], args: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """By position as far as there is no gap, then by keyword."""
    gap = next((i for i, name in enumerate(parameters) if name not in args), len(parameters))
    positional = [args[name] for name in parameters[:gap]]
    return positional, {name: args[name] for name in parameters[gap:] if name in args}


def _carries(result: Any, carry: dict[str, int | None]) -> bool:
    items = [index for index in carry.values() if index is not None]
    return not items or (isinstance(result, (tuple, list)) and len(result) > max(items))


def _error_name(raised: BaseException) -> str:
    if isinstance(raised, TooMuch):
        return TooMuch.__name__
    return next(kind.__name__ for kind in type(raised).__mro__ if kind.__module__ == "builtins")


def _answer_line(raised: BaseException, name: str) -> int | None:
    """The line of the function of that name on the way to the exception."""
    line, trace = None, raised.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == "<answer>" and code.co_name == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _look_up(tree: ast.expr, names: dict[str, Any]) -> Any:
    """The value of `config["rate"]` or `self.rate`, without running anything of the learner's."""
    if isinstance(tree, ast.Name):
        return names[tree.id]
    if isinstance(tree, ast.Subscript) and isinstance(tree.slice, ast.Constant):
        holder = _look_up(tree.value, names)
        if type(holder) is dict:
            return holder[tree.slice.value]
    if isinstance(tree, ast.Attribute):
        return vars(_look_up(tree.value, names))[tree.attr]
    raise LookupError


def _sort_of(value: Any) -> str:
    if isinstance(value, (bool, str, dict)) or value is None:
        return type(value).__name__
    if isinstance(value, (int, float, np.number, np.ndarray)):
        return "number"
    if isinstance(value, (list, tuple)):
        return "list"
    return "function" if callable(value) else type(value).__name__


def _sort_of_value(value: Any) -> str:
    """For `Wrap.fits`."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "iuf":
            return "other"
        return "whole" if not value.ndim else "row" if value.ndim == 1 else "table"
    if isinstance(value, (bool, np.bool_)):
        return "flag"
    if isinstance(value, (int, np.integer)):
        return "whole"
    if isinstance(value, (float, np.floating)):
        return "number"
    if isinstance(value, (list, tuple)):
        return "list"
    kinds: dict[type, str] = {dict: "dict", str: "text"}
    return kinds.get(type(value), "other")


def leaves(value: Any, path: Path = ()) -> Iterable[tuple[Path, Any]]:
    """(path, value) of everything in dicts, tuples and lists; a list of numbers is one value."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*path, name))
    elif isinstance(value, tuple) or (isinstance(value, list) and not _numbers(value)):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def _numbers(values: list) -> bool:
    """One of them may be right by coincidence."""
    return all(isinstance(value, (int, float, np.number)) for value in values)


def _leaf_right(expected: Any, result: Any, path: Path, rtol: float) -> bool:
    try:
        for step in path:
            result = result[step]
    except (LookupError, TypeError):
        return False
    if isinstance(expected, (float, np.ndarray)) and isinstance(result, (float, np.ndarray)):
        if np.shape(expected) != np.shape(result):
            return False
        if isinstance(result, float) or result.dtype.kind == "f":
            off = np.abs(result - expected) - max(rtol, _LEAST_RTOL) * np.abs(expected)
            if not np.isnan(off).any():  # of nan and inf only the comparator knows what is meant
                return bool((off <= ATOL).all())
    return difference(expected, result, "", rtol) is None
