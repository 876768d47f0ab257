"""The learner's journal: where a learner stands, what was predicted, and what comes next.

The state is a small JSON file beside the notebooks. It is a convenience: where it cannot be read
or written, nothing fails. A notebook that runs elsewhere (a solution, a copy in another folder)
keeps its state in memory and leaves the learner's file alone.
"""

import hashlib
import html
import json
from pathlib import Path
from typing import Any

from optlab.checking import keys
from optlab.checking.box import Rich, Tone, put_out
from optlab.checking.diagnose import Status, Verdict
from optlab.checking.language import say, told

FILE = Path(__file__).parents[2] / ".progress.json"
PREDICTIONS = "predictions"  # no exercise has this name
RUNS = "board"  # nor this one
_CELLS = 20
_NOT_HERE = told("Progress is shown where you work on the lessons; here are no answer keys.")
_ALL = told("Everything is solved.")
_memory: dict = {}


def record(verdict: Verdict, source: str) -> None:
    """Remember the newest verdict on an exercise, and how many checks it took to be right.

    source: that of the answer, where it is known. A pass stays while the code that earned it is
    the same: after a restart it fails where another cell that it needs has not run.
    """
    name, mark = verdict.exercise, _mark(source)
    entry = {"status": verdict.status, "score": verdict.score, "tries": _tries(verdict)}
    if verdict.status == Status.CORRECT:
        entry["code"] = mark
    elif mark and passed(name) and _state()[name].get("code") == mark:
        return
    _keep({name: entry})


def _mark(source: str) -> str:
    """By which code is known again."""
    return hashlib.sha256(source.encode()).hexdigest()[:16] if source else ""


def _tries(verdict: Verdict) -> int:
    """Checks of an answer, this one too; none is counted once it was right."""
    before = _state().get(verdict.exercise)
    entry = before if isinstance(before, dict) else {}  # a person may have edited it
    counted = entry.get("tries")
    tries = counted if isinstance(counted, int) else 0
    is_counted = entry.get("status") != Status.CORRECT
    return tries + (is_counted and verdict.status != Status.NOT_ATTEMPTED)


def passed(exercise: str) -> bool:
    """Whether the newest answer to it that was checked is right."""
    return _state().get(exercise, {}).get("status") == Status.CORRECT


def choice(name: str) -> str | None:
    """What was predicted, where something was."""
    return _predictions().get(name, {}).get("choice")


def choose(name: str, option: str) -> bool:
    """Keep a prediction, unless its result is known already; whether it was kept."""
    known = _predictions()
    if "held" in known.get(name, {}):
        return False
    _keep({PREDICTIONS: known | {name: {"choice": option}}})
    return True


def settle(name: str, result: str) -> str | None:
    """Keep whether a prediction held, the first time; what was predicted."""
    known = _predictions()
    entry = known.get(name)
    if entry is None:
        return None
    if "held" not in entry:
        _keep({PREDICTIONS: known | {name: entry | {"held": entry["choice"] == result}}})
    return entry["choice"]


def runs() -> dict[str, Any]:
    """What the learner's optimizers have reached on the leaderboard, by the names of its lines."""
    found: dict[str, Any] = {}
    for lesson in keys.lessons() if _beside_the_notebooks() else ():
        found |= _runs_in(_read(_next_door(lesson)))
    return found | _runs_in(_state())


def keep_run(name: str, entry: dict[str, Any]) -> None:
    """In place of an earlier one of that name."""
    _keep({RUNS: _runs_in(_state()) | {name: entry}})


def _keep(news: dict) -> None:
    """Another notebook may have written since: what is there is read first."""
    state = _state() | news
    _memory.update(state)
    if not _beside_the_notebooks():
        return
    try:
        FILE.write_text(json.dumps(state, indent=1), "utf-8")
    except OSError:  # a read-only folder is no reason to fail a check
        return


def _predictions() -> dict[str, dict]:
    found = _state().get(PREDICTIONS, {})
    entries = found.items() if isinstance(found, dict) else ()
    return {name: one for name, one in entries if isinstance(one, dict) and "choice" in one}


def progress(lesson: str = "") -> None:
    """What `checks.progress` shows."""
    if not keys.lessons():  # as in a copy of a notebook alone
        put_out(Rich(say(_NOT_HERE), f"<p>{say(_NOT_HERE)}</p>"))
        return
    put_out(Rich(_as_text(lesson), _as_html(lesson)))


def _as_text(about: str = "") -> str:
    lines = []
    for lesson, done, total in _standing():
        filled = round(_CELLS * done / total) if total else 0
        bar = "█" * filled + "·" * (_CELLS - filled)
        lines.append(f"{lesson['lesson']:36} {bar} {_points(done, total)}")
    following = _next()
    if following:
        exercise, place, minutes = following
        lines.append(_following(exercise, f"{place}.ipynb", minutes))
    return "\n".join([*lines, *([] if following else [say(_ALL)]), *_held(about)])


def _as_html(about: str = "") -> str:
    rows = [
        f"<tr><td style='text-align:left'>{_link(lesson['lesson'], title)}</td>"
        f"<td>{_bar(title, done, total or 1)}</td>"
        f"<td style='text-align:right'>{_points(done, total)}</td></tr>"
        for lesson, done, total in _standing()
        for title in [say(told(lesson["title"]))]
    ]
    following = _next()
    step = say(_ALL)
    if following:
        exercise, place, minutes = following
        step = _following(f"<code>{exercise}</code>", _link(place, place), minutes)
    said = "".join(f"<p>{line}</p>" for line in (step, *_held(about)))
    return f"<table>{''.join(rows)}</table>{said}"


def _points(done: float, total: float) -> str:
    return say(told("{done:g} of {total:g} points", done=done, total=total))


def _following(exercise: str, lesson: str, minutes: int) -> str:
    following = "Next: {name} in {lesson}, about {minutes} minutes to the end of that lesson."
    return say(told(following, name=exercise, lesson=lesson, minutes=minutes))


def _held(about: str) -> list[str]:
    """How many predictions held, of one lesson or of all; nothing where none has met its result."""
    asked = {
        name
        for lesson in keys.lessons()
        for name in lesson["predictions"]
        if about in ("", lesson["lesson"])
    }
    known = [one["held"] for name, one in _predictions().items() if name in asked and "held" in one]
    if not known:
        return []
    count = {"held": sum(known), "count": len(known)}
    said = told("Your predictions: {held} of {count} held.", **count)
    if about:
        said = told("Your predictions in this lesson: {held} of {count} held.", **count)
    if not all(known):
        said += told(" A wrong one is no loss: what surprises you, you keep.")
    return [say(said)]


def _bar(label: str, done: float, total: float) -> str:
    """A bar of our own: the browser's follows the system's theme and not the notebook's."""
    shape, done_color = "height:0.7em;border-radius:0.35em", Tone.RIGHT.color
    return (
        f"<div role='progressbar' aria-label='{html.escape(label)}' aria-valuemin='0' "
        f"aria-valuenow='{done:g}' aria-valuemax='{total:g}' "
        f"style='{shape};width:min(12em,12vw);background:#8886;overflow:hidden'>"
        f"<div style='{shape};width:{100 * done / total:.0f}%;background:{done_color}'></div></div>"
    )


def _link(lesson: str, text: str) -> str:
    """A link to a notebook that lies beside this one or, where nbgrader put it, next door."""
    folder = Path.cwd() if _beside_the_notebooks() else FILE.parent
    places = (folder / f"{lesson}.ipynb", folder.parent / lesson / f"{lesson}.ipynb")
    found = next(filter(Path.is_file, places), None)
    if found is None:
        return html.escape(text)
    way = found.name if found is places[0] else f"../{lesson}/{found.name}"
    return f"<a href='{way}'>{html.escape(text)}</a>"


def _standing() -> list[tuple[dict, float, float]]:
    """(lesson, points earned in the notebook's own checks, points in all)."""
    state = _state()
    return [
        (
            lesson,
            sum(state.get(item["name"], {}).get("score", 0) for item in lesson["exercises"]),
            sum(item["points"] for item in lesson["exercises"]),
        )
        for lesson in keys.lessons()
    ]


def _next() -> tuple[str, str, int] | None:
    """The first exercise that is open, its lesson, and about how many minutes that still takes."""
    state = _state()
    for lesson, done, total in _standing():
        for item in lesson["exercises"]:
            if state.get(item["name"], {}).get("status") != Status.CORRECT:
                minutes = lesson["minutes"] * (1 - done / total)
                return item["name"], lesson["lesson"], max(5, 5 * round(minutes / 5))
    return None


def _state() -> dict:
    if not _beside_the_notebooks():
        return _memory
    state = _read(FILE) or _memory
    for lesson in keys.lessons():  # nbgrader gives every lesson a folder, and so a file, of its own
        found = _read(_next_door(lesson))
        names = {item["name"] for item in lesson["exercises"]} & set(found)
        state = state | {name: found[name] for name in names}
    return state


def _next_door(lesson: dict) -> Path:
    return FILE.parent.parent / lesson["lesson"] / FILE.name


def _runs_in(state: dict) -> dict[str, Any]:
    return state[RUNS] if isinstance(state.get(RUNS), dict) else {}


def _read(path: Path) -> dict:
    """Empty where there is no file, or one that cannot be read or is damaged."""
    try:
        state = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def _beside_the_notebooks() -> bool:
    """Or in the folder of a language among them."""
    here = Path.cwd()
    is_language = here.parent == FILE.parent and (here / "optlab" / "__init__.py").is_file()
    return here == FILE.parent or is_language
