"""The texts of a cell of Markdown: paragraphs, list items, table rows, headings, words in formulas.

The lines of a text are joined before it is looked up, so that wrapping it anew changes nothing.
Numbers of headings and letters of quizzes are not part of a text: a section that is inserted makes
no other one stale.
"""

import re
from collections.abc import Iterator

from autograder.translation.unit import Kind, Translate, has_words

_HEADING = re.compile(r"(#+ )(?:([^\W\d]+)?( ?\d+)?( · ))?(.*)")
_ITEM = re.compile(r"( *(?:[-*]|\d+\.) +(?:\*\*[a-h]\*\* )?)(.*)", re.DOTALL)
_QUOTE = re.compile(r"((?:> )+)(.*)", re.DOTALL)
# \text{...}, but not as an index that tells two symbols apart: \alpha_{\text{classical}}
_IN_FORMULA = re.compile(r"(?<!\^\{)(?<![^}]_\{)(\\text\{)([^{}\\]*)(\})")
_FENCE, _FORMULA = ("```", "~~~"), "$$"
_CODE = "    "
_ALONE = ("empty", "code")  # behind these, what is indented is code
_Block = tuple[str, list[str]]


def markdown(text: str, tr: Translate) -> str:
    """The cell with every text in it replaced by what `tr` makes of it."""
    return "\n".join(_replaced(kind, lines, tr) for kind, lines in _blocks(text.split("\n")))


def _blocks(lines: list[str]) -> Iterator[_Block]:
    """(kind, lines), where the lines of a block belong to one text."""
    block: _Block | None = None
    until = ""  # what ends a fence or a formula
    for line in lines:
        bare = line.strip()
        if until:
            assert block
            block[1].append(line)
            until = "" if bare.endswith(until) else until
            continue
        kind = _kind(bare)
        if kind == "text" and line.startswith(_CODE) and (not block or block[0] in _ALONE):
            kind = "code"
        # Text goes on where a line is of no kind of its own, and a quotation where it is quoted.
        if block and kind == "text" and block[0] in ("text", "item"):
            block[1].append(line)
            continue
        if block:
            yield block
        block = (kind, [line])
        if kind == "fence":
            until = bare[:3]
        elif kind == "formula" and not (bare.endswith(_FORMULA) and bare != _FORMULA):
            until = _FORMULA
    if block:
        yield block


def _kind(bare: str) -> str:
    if bare.startswith(_FENCE):
        return "fence"
    if bare.startswith(_FORMULA):
        return "formula"
    for kind, begins in (("heading", r"#+ "), ("row", r"\|"), ("item", r"([-*]|\d+\.) ")):
        if re.match(begins, bare):
            return kind
    return "quote" if bare.startswith("> ") else "text" if bare else "empty"


def _replaced(kind: str, lines: list[str], tr: Translate) -> str:
    whole = "\n".join(lines)
    if kind == "formula":
        return _IN_FORMULA.sub(lambda found: found[1] + _word(found[2], tr) + found[3], whole)
    if kind in ("fence", "empty", "code") or not has_words(whole):
        return whole
    if kind == "heading":
        marks, name, number, dot, title = _HEADING.fullmatch(whole).groups("")  # type: ignore[union-attr]
        named = tr(name, Kind.HEADING) if name else ""
        return f"{marks}{named}{number}{dot}{_said(title, Kind.HEADING, tr)}"
    if kind == "row":
        return _said(whole, Kind.ROW, tr)
    joined = " ".join([lines[0].rstrip(), *(line.strip() for line in lines[1:])])
    if kind == "text":
        indent = joined[: len(joined) - len(joined.lstrip())]
        return indent + _said(joined.strip(), Kind.PARAGRAPH, tr)
    pattern = _ITEM if kind == "item" else _QUOTE
    mark, said = pattern.fullmatch(joined).groups()  # type: ignore[union-attr]
    return mark + _said(said, Kind.ITEM, tr)


def _said(text: str, kind: Kind, tr: Translate) -> str:
    return tr(text, kind) if has_words(text) else text


def _word(text: str, tr: Translate) -> str:
    """A word in a formula; the spaces round it are the formula's."""
    word = text.strip()
    return text.replace(word, tr(word, Kind.FORMULA)) if has_words(word) else text
