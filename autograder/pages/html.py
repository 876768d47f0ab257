"""HTML pages that are safe to open and self-contained.

Every value is escaped, nothing is loaded from anywhere, there is no script, and the content
security policy in the page tells the browser so.
"""

import base64
import hashlib
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from optlab.checking.language import Look, Text, in_words, told

TEMPLATES = Path(__file__).resolve().parent / "templates"


@cache
def template(name: str) -> Template:
    """The template `name.html.j2` with the shared style, and its own where there is one."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(points=_points, amount=_amount, day=_day, moment=_moment)
    own = TEMPLATES / f"{name}.css"
    style = (TEMPLATES / "page.css").read_text("utf-8")
    style += own.read_text("utf-8") if own.exists() else ""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment.globals.update(style=Markup(style), style_hash=f"sha256-{digest}")
    return environment.get_template(f"{name}.html.j2")


def _day(when: date, language: str = "") -> str:
    """Written out as the page's language does."""
    return format_date(when, "long", locale=language or "en_GB")


def _moment(when: datetime, language: str = "") -> str:
    return f"{_day(when, language)}, {when:%H:%M %Z}"


def _points(number: float) -> str:
    return f"{round(number, 2):g}"


def _amount(number: float) -> str:
    count = _points(number)
    return told("1 point") if count == "1" else told("{count} points", count=count)


def speaker(look: Look | None) -> Callable[..., Markup]:
    """What templates say a text with: one of theirs is HTML, what is filled in is escaped.

    look: what stands for a text in the language of the page; None in English.
    """

    def say(text: str, **values: Any) -> Markup:
        if isinstance(text, Text):
            return escape(in_words(text, look) if look else str(text))
        template = look(text) if look else text
        escaped = {name: escape(value) for name, value in values.items()}
        return Markup(template.format(**escaped) if values else template)

    return say
