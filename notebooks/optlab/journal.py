"""The learner's journal: where a learner stands, lesson by lesson, and what comes next.

The state is a small JSON file beside the notebooks. It is a convenience: where it cannot be read
or written, nothing fails. A notebook that runs elsewhere (a solution, a copy in another folder)
keeps its state in memory and leaves the learner's file alone.
"""

import html
import json
from pathlib import Path

from IPython.display import display

from optlab import keys
from optlab.diagnose import CORRECT, Verdict
from optlab.messages import Rich

FILE = Path(__file__).parent.parent / ".progress.json"
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


def progress() -> None:
    """Show every lesson as a bar, the points so far, and the next open exercise."""
    display(Rich(_as_text(), _as_html()))


def _as_text() -> str:
    lines = []
    for lesson, done, total in _standing():
        filled = round(_CELLS * done / total) if total else 0
        bar = "█" * filled + "·" * (_CELLS - filled)
        lines.append(f"{lesson['lesson']:36} {bar} {done:g} of {total:g} points")
    exercise, lesson = _next()
    lines.append(f"Next: {exercise} in {lesson}.ipynb" if exercise else "Everything is solved.")
    return "\n".join(lines)


def _as_html() -> str:
    rows = [
        f"<tr><td style='text-align:left'><a href='{lesson['lesson']}.ipynb'>"
        f"{html.escape(lesson['title'])}</a></td>"
        f"<td><progress value='{done:g}' max='{total or 1:g}'></progress></td>"
        f"<td>{done:g} of {total:g} points</td></tr>"
        for lesson, done, total in _standing()
    ]
    exercise, lesson = _next()
    step = "Everything is solved."
    if exercise:
        step = f"Next: <code>{exercise}</code> in <a href='{lesson}.ipynb'>{lesson}</a>"
    return f"<table>{''.join(rows)}</table><p>{step}</p>"


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


def _next() -> tuple[str, str] | tuple[None, None]:
    state = _state()
    for lesson in keys.lessons():
        for item in lesson["exercises"]:
            if state.get(item["name"], {}).get("status") != CORRECT:
                return item["name"], lesson["lesson"]
    return None, None


def _state() -> dict:
    if not _beside_the_notebooks():
        return _memory
    try:
        state = json.loads(FILE.read_text("utf-8"))
    except (OSError, ValueError):  # missing, unreadable or damaged: go on with this session's
        return _memory
    return state if isinstance(state, dict) else _memory


def _beside_the_notebooks() -> bool:
    return Path.cwd() == FILE.parent
