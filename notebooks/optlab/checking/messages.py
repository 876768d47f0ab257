"""How the course speaks to a learner: one line with an icon and a word, never a traceback."""

import html
import textwrap
from dataclasses import dataclass

from IPython.display import display

GREEN, RED, GREY, BLUE = "#2e8540", "#c62828", "#757575", "#1f6feb"
_ANSI = {GREEN: "32", RED: "31", GREY: "90", BLUE: "34"}
WIDTH = 80


class Notice(Exception):
    """An exception that notebooks show as its message alone.

    JupyterLab, nbgrader's Validate and Run All treat it as a failed cell; none of them prints a
    traceback, because `_render_traceback_` is asked for the lines.
    """

    def __init__(self, headline: str, text: str, color: str = RED, code: str = "") -> None:
        """code: a line of the learner's, shown as it is."""
        super().__init__(f"{headline} {text}")
        self.headline, self.text, self.color, self.code = headline, text, color, code

    def _render_traceback_(self) -> list[str]:
        headline = f"\x1b[1;{_ANSI[self.color]}m{self.headline}\x1b[0m"
        code = [f"    {self.code}"] if self.code else []
        return [headline, *textwrap.wrap(self.text, WIDTH), *code]


@dataclass(frozen=True)
class Rich:
    """Shown as HTML where that works, as plain text elsewhere."""

    text: str
    html: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def say(headline: str, text: str, color: str) -> None:
    """Display one line: a coloured bar and a bold headline; the text keeps the theme's colour."""
    bar = f"border-left:4px solid {color};padding:2px 10px;margin:2px 0"
    rich = (
        f'<div role="status" style="{bar}"><b>{html.escape(headline)}</b> {html.escape(text)}</div>'
    )
    display(Rich(f"{headline} {text}", rich))
