"""The learner's journal: where a learner stands, lesson by lesson, and what comes next.

The state is a small JSON file beside the notebooks. It is a convenience: where it cannot be read
or written, nothing fails. A notebook that runs elsewhere (a solution, a copy in another folder)
keeps its state in memory and leaves the learner's file alone.
"""

import html
import json
from pathlib import Path

from optlab.checking import keys
from optlab.checking.box import Rich, Tone, put_out
from optlab.checking.diagnose import Status, Verdict

FILE = Path(__file__).parents[2] / ".progress.json"
_CELLS = 20
_memory: dict = {}


def record(verdict: Verdict) -> None:
    """Remember the newest verdict on an exercise."""
    state = _state() | {verdict.exercise: {"status": verdict.status, "score": verdict.score}}
    _memory.update(state)
    if not _beside_the_notebooks():
        return
    try:
        FILE.write_text(json.dumps(state, indent=1), "utf-8")
    except OSError:  # a read-only folder is no reason to fail a check
        return


def passed(exercise: str) -> bool:
    """Whether the newest verdict on it was that it is right."""
    return _state().get(exercise, {}).get("status") == Status.CORRECT


def progress() -> None:
    """Show every lesson as a bar, the points so far, and the next open exercise."""
    put_out(Rich(_as_text(), _as_html()))


def _as_text() -> str:
    lines = []
    for lesson, done, total in _standing():
        filled = round(_CELLS * done / total) if total else 0
        bar = "█" * filled + "·" * (_CELLS - filled)
        lines.append(f"{lesson['lesson']:36} {bar} {done:g} of {total:g} points")
    following = _next()
    lines.append(
        "Next: {} in {}.ipynb".format(*following) if following else "Everything is solved."
    )
    return "\n".join(lines)


def _as_html() -> str:
    rows = [
        f"<tr><td style='text-align:left'>{_link(lesson['lesson'], lesson['title'])}</td>"
        f"<td>{_bar(lesson['title'], done, total or 1)}</td>"
        f"<td style='text-align:right'>{done:g} of {total:g} points</td></tr>"
        for lesson, done, total in _standing()
    ]
    following = _next()
    step = "Everything is solved."
    if following:
        exercise, lesson = following
        step = f"Next: <code>{exercise}</code> in {_link(lesson, lesson)}"
    return f"<table>{''.join(rows)}</table><p>{step}</p>"


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
    folder = FILE.parent
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


def _next() -> tuple[str, str] | None:
    state = _state()
    for lesson in keys.lessons():
        for item in lesson["exercises"]:
            if state.get(item["name"], {}).get("status") != Status.CORRECT:
                return item["name"], lesson["lesson"]
    return None


def _state() -> dict:
    if not _beside_the_notebooks():
        return _memory
    state = _read(FILE) or _memory
    for lesson in keys.lessons():  # nbgrader gives every lesson a folder, and so a file, of its own
        found = _read(FILE.parent.parent / lesson["lesson"] / FILE.name)
        names = {item["name"] for item in lesson["exercises"]} & set(found)
        state = state | {name: found[name] for name in names}
    return state


def _read(path: Path) -> dict:
    """Empty where there is no file, or one that cannot be read or is damaged."""
    try:
        state = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def _beside_the_notebooks() -> bool:
    return Path.cwd() == FILE.parent
