"""How every message looks: a calm box with an icon, a headline, a text, lines of code, a last word.

All styles are in the elements, so that JupyterLab keeps them where it does not trust a notebook.
The text keeps the theme's colour; a message's own colour is in the bar, the disc and a tint.
"""

import html
import re
import textwrap
from dataclasses import dataclass
from enum import Enum

from optlab.checking.language import columns, say, told

WIDTH = 80


class Tone(Enum):
    """An icon, and a colour that white can be read on and that stands out from black."""

    RIGHT = "✓", "#2e8540"
    WRONG = "✗", "#b35900"
    FAILED = "!", "#c62828"
    OPEN = "○", "#616161"
    HINT = "→", "#1f6feb"

    def __init__(self, icon: str, color: str) -> None:
        self.icon, self.color = icon, color


@dataclass(frozen=True)
class Rich:
    """Shown as HTML where that works, as plain text elsewhere."""

    text: str
    html: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


@dataclass(frozen=True)
class CodeLine:
    """A line of the learner's; from `start` up to `end` it is marked, where these differ."""

    number: int
    text: str
    start: int = 0
    end: int = 0

    @property
    def parts(self) -> tuple[str, str, str]:
        """Before what is marked, what is marked, and behind it."""
        return self.text[: self.start], self.text[self.start : self.end], self.text[self.end :]


@dataclass(frozen=True)
class Box:
    """One message; `last` is what the learner may do next.

    code: lines of the learner's own. listings: whole functions, each in a frame of its own.
    """

    tone: Tone
    headline: str
    text: str
    code: tuple[CodeLine, ...] = ()
    last: str = ""
    listings: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.tone.icon} {say(self.headline)}"

    def lines(self) -> list[str]:
        """What follows the title in a terminal."""
        shown = _wrapped(say(self.text))
        for line in self.code:
            shown += _as_text(line)
        return shown + _wrapped(say(self.last))

    def rich(self) -> Rich:
        code = "".join(f"\n{row}" for line in self.code for row in _as_text(line))
        code += "".join(f"\n\n{textwrap.indent(listing, '    ')}" for listing in self.listings)
        between = "\n" if code else " "
        last = say(self.last)
        text = f"{self.title} {say(self.text)}{code}{between if last else ''}{last}"
        return Rich(text, _as_html(self))


def show(box: Box) -> None:
    put_out(box.rich())


def put_out(rich: Rich) -> None:
    """Display it. Whoever judges shows nothing, and is spared IPython."""
    from IPython.display import display

    display(rich)


def _wrapped(text: str) -> list[str]:
    """Lines of the usual width; a letter of Korean is as wide as two of English."""
    if columns(text) == len(text):
        return textwrap.wrap(text, WIDTH)
    lines = [""]
    for word in text.split():
        line = f"{lines[-1]} {word}".strip()
        lines[-1:] = [line] if columns(line) <= WIDTH else [lines[-1], word]
    return [line for line in lines if line]


def _number(line: CodeLine) -> str:
    return say(told("line {line}", line=line.number))


def _as_text(line: CodeLine) -> list[str]:
    """With the marked piece underlined, as Python does."""
    head = f"    {_number(line)}:  "
    before, marked, _ = line.parts
    under = [" " * columns(head + before) + "^" * columns(marked)] if marked else []
    return [head + line.text, *under]


def _as_html(box: Box) -> str:
    color = box.tone.color
    disc = (
        f"flex:none;width:20px;height:20px;border-radius:50%;background:{color};color:#fff;"
        "font-weight:bold;line-height:20px;text-align:center"
    )
    code = "".join(_row(line, color) for line in box.code)
    listings = "".join(_listing(listing, color) for listing in box.listings)
    last = f'<div style="margin-top:6px">{_prose(say(box.last))}</div>' if box.last else ""
    return (
        f'<div role="status" style="display:flex;gap:10px;max-width:54em;margin:4px 0;'
        f'padding:8px 12px;border-left:4px solid {color};background:{color}1a">'
        f'<span aria-hidden="true" style="{disc}">{box.tone.icon}</span>'
        '<div style="min-width:0;overflow-wrap:anywhere">'
        f"<div><b>{html.escape(say(box.headline))}</b> {_prose(say(box.text))}</div>"
        f"{_block(code)}{listings}{last}</div></div>"
    )


def _prose(text: str) -> str:
    """Code in it stands between backticks."""
    code = '<code style="padding:0 3px;background:#88888833;color:inherit">'
    return re.sub("`([^`]+)`", rf"{code}\1</code>", html.escape(text))


_CODE = "background:none;overflow:visible;font-size:13px;white-space:pre-wrap;word-break:normal"


def _listing(source: str, color: str) -> str:
    frame = f"margin:10px 0 0;padding:0 0 0 10px;border-left:2px solid {color}66"
    return f'<pre style="{_CODE};{frame}">{html.escape(source)}</pre>'


def _block(code: str) -> str:
    style = f"margin:6px 0 0;padding:0;{_CODE}"
    return f'<pre style="{style}">{code}</pre>' if code else ""


def _row(line: CodeLine, color: str) -> str:
    """Number and code beside each other, so that long code goes on below its beginning."""
    before, marked, after = map(html.escape, line.parts)
    style = f"color:inherit;background:{color}33;border-bottom:2px solid {color};font-weight:bold"
    piece = f'<mark style="{style}">{marked}</mark>' if marked else ""
    return (
        f'<span style="display:flex"><span style="flex:none">{_number(line)}:  </span>'
        f"<span>{before}{piece}{after}</span></span>"
    )
