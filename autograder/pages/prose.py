"""A lesson's Markdown as HTML for a page that loads nothing: formulas become MathML.

Links and pictures are left as their text: what they lead to is not there where a page is read.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import mistune
from markupsafe import Markup

# Code first: a dollar in it begins no formula.
_FORMULA = re.compile(r"(?P<code>`+).+?(?P=code)|\$\$(?P<block>.+?)\$\$|\$(?P<inline>.+?)\$", re.S)
_HELD = re.compile("\ue000(\\d+)\ue001")  # letters that no lesson is written with
# What `latex2mathml` does not know, and what it knows instead.
_KNOWN = {r"\lVert": "‖", r"\rVert": "‖", r"\_": "_"}
_NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'


class _Renderer(mistune.HTMLRenderer):
    def link(self, text: str, url: str, title: str | None = None) -> str:
        return text

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return text

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return f"<p><strong>{text}</strong></p>\n"


@cache
def rendered(text: str) -> Markup:
    """Markdown as HTML; nothing in it is taken for HTML."""
    formulas: list[str] = []

    def hold(found: re.Match[str]) -> str:
        if found["code"]:
            return found[0]
        formulas.append(_mathml(found["inline"] or found["block"], block=bool(found["block"])))
        return f"\ue000{len(formulas) - 1}\ue001"

    markdown = mistune.create_markdown(renderer=_Renderer(escape=True), plugins=["table"])
    html = markdown(_FORMULA.sub(hold, text))
    return Markup(_HELD.sub(lambda held: formulas[int(held[1])], str(html).strip()))


def together(texts: Iterable[str]) -> Markup:
    """Several of them, one after the other."""
    return Markup("\n").join(rendered(text) for text in texts if text)


def inline(text: str) -> Markup:
    """One paragraph of Markdown, such as a title, without its `<p>`."""
    return Markup(rendered(text).removeprefix("<p>").removesuffix("</p>"))


def _mathml(formula: str, *, block: bool) -> str:
    from latex2mathml.converter import convert  # reads a long table of symbols

    for unknown, known in _KNOWN.items():
        formula = formula.replace(unknown, known)
    written = convert(formula.strip(), display="block" if block else "inline")
    # A long one is scrolled on a telephone, by keyboard as well.
    return written.replace(_NAMESPACE, ' tabindex="0"' if block else "", 1)
