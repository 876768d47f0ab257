"""Text that a stranger wrote, made fit for a terminal, a web page or a spreadsheet."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

# Terminal escape sequences: CSI (colours, cursor), OSC (titles, links), and the two-byte ones.
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|\x9b[0-?]*[ -/]*[@-~]"
)
# Control characters but tab and newline; separators that only look like newlines; marks that
# reverse the direction of the text around them ("Trojan source").
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_FORMULA = "=+-@\t＝＋－＠"  # also as wide as a Chinese letter
# Programs that split lines at other marks than commas would see a cell begin there, or a line.
_INNER = re.compile(f"([;\t|\n] *)(?=[{re.escape(_FORMULA)}])")


def clean(text: str, limit: int | None = None) -> str:
    """`text` without escape sequences, control characters and lone surrogates.

    Longer than `limit` characters, it is cut, and says so.
    """
    if limit is not None and len(text) > limit:
        # Cut first: what follows must not cost more than what is kept.
        return clean(text[:limit]) + f" … ({len(text) - limit:,} more characters)"
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROLS.sub("", _ESCAPES.sub("", text))
    return _SURROGATES.sub("\ufffd", text)


def composed(text: str) -> str:
    """With composed letters, as they are typed; those of a file's name may be taken apart."""
    return unicodedata.normalize("NFC", text)


def csv_safe(value: Any) -> Any:
    """A spreadsheet cell that is never taken for a formula; numbers stay numbers."""
    return _quoted(value) if isinstance(value, str) else value


@lru_cache(1000)  # the rows of a class repeat each other's words
def _quoted(text: str) -> str:
    text = clean(text)
    quoted = _INNER.sub(r"\1'", text)
    return f"'{quoted}" if text.lstrip("\n ").startswith(tuple(_FORMULA)) else quoted
