"""The texts of a code cell: comments, docstrings, and what is printed or drawn.

What is text is decided by where a literal stands, so that lessons are written as they always were:
the arguments of `print`, a figure's titles and labels; else any literal with a space in it. Where
position tells nothing, one word is code. The same words are replaced in all cells of a lesson
alike, so that a text may also be a key, or one of the options of a prediction.
"""

import ast
import io
import re
import textwrap
import tokenize
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import autograder.learner_side  # noqa: F401
from autograder.translation.unit import Kind, Translate, has_words
from optlab.checking.language import columns

WIDTH = 96
# Functions, and which of their arguments are texts: all from the first of these numbers on, or one.
_ALL_FROM = {"print": 0}
_ONE = {
    "predict": 1,
    "predicted": 2,
    "set_title": 0,
    "set_xlabel": 0,
    "set_ylabel": 0,
    "suptitle": 0,
    "annotate": 0,
    "text": 2,
    "label_end": 3,
    "trajectory": 3,
    "show": 1,
    "explore": 1,
}
_KEYWORDS = {"title", "label", "xlabel", "ylabel", "alt", "measured"}
_OF_EXPLORE = {"alt", "rows", "columns", "size"}
_MARKS = re.compile(r"# (BEGIN|END|REFERENCE) SOLUTION|# YOUR CODE HERE|# (noqa|type:)")
_SECONDS = re.compile(r"(.*?)( \(\d+ s\))?", re.DOTALL)  # what the bar over a long cell goes by


class BrokenText(ValueError):
    """A translation that does not fit into its code."""


@dataclass(frozen=True)
class _Piece:
    """What stands from one byte of the source to another instead of what was there."""

    start: int
    end: int
    text: str


def options(cells: Collection[str]) -> set[str]:
    """What the learner chooses from in the predictions of these cells.

    Some are compared with one another, and some are the names of optimizers.
    """
    nodes = (node for cell in cells for node in ast.walk(ast.parse(cell)))
    calls = [node for node in nodes if isinstance(node, ast.Call) and _name(node) == "predict"]
    given = (argument for call in calls for argument in call.args[2:])
    return {str(one.value) for one in given if isinstance(one, ast.Constant)}


def sliders(cells: Collection[str]) -> list[str]:
    """What stands beside the sliders of these cells: `optlab.plots` reads it off an argument."""
    nodes = (node for cell in cells for node in ast.walk(ast.parse(cell)))
    calls = [node for node in nodes if isinstance(node, ast.Call) and _name(node) == "explore"]
    names = [str(keyword.arg) for call in calls for keyword in call.keywords]
    return [name.replace("_", " ") for name in names if name not in _OF_EXPLORE]


def code(source: str, tr: Translate, words: Collection[str] = (), answer: bool = False) -> str:
    """The cell with every text in it replaced by what `tr` makes of it.

    words: those that are texts though they stand alone. answer: whether it is an exercise's cell,
    of which docstring and comments are texts and all else is code.
    """
    tree = ast.parse(source)
    starts = _line_starts(source)
    docstrings = list(_docstrings(tree))
    pieces = [*_comments(source, starts, tr)]
    pieces += [_docstring(source, starts, node, tr) for node in docstrings]
    if not answer:
        skipped = {id(node) for node in docstrings}
        pieces += _literals(tree, source, starts, tr, words, skipped)
    raw = source.encode()
    for piece in sorted(pieces, key=lambda piece: piece.start, reverse=True):
        raw = raw[: piece.start] + piece.text.encode() + raw[piece.end :]
    return raw.decode()


def _line_starts(source: str) -> list[int]:
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode()))
    return starts


# Comments


def _comments(source: str, starts: list[int], tr: Translate) -> Iterator[_Piece]:
    """Comments of several lines are one text; what heads a cell stands alone: a bar shows it."""
    lines = source.splitlines()
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    found = [token for token in tokens if token.type == tokenize.COMMENT]
    group: list[tokenize.TokenInfo] = []
    for token in found:
        alone = not lines[token.start[0] - 1][: token.start[1]].strip()
        goes_on = (
            group
            and alone
            and group[0].start[0] != 1
            and not _MARKS.match(token.string)
            and token.start == (group[-1].start[0] + 1, group[-1].start[1])
        )
        if not goes_on:
            yield from _comment(group, lines, starts, tr)
            group = []
        group.append(token)
        if not alone or _MARKS.match(token.string):
            yield from _comment(group, lines, starts, tr)
            group = []
    yield from _comment(group, lines, starts, tr)


def _comment(
    group: list[tokenize.TokenInfo], lines: list[str], starts: list[int], tr: Translate
) -> Iterator[_Piece]:
    if not group or _MARKS.match(group[0].string):
        return
    text = " ".join(token.string.lstrip("#").strip() for token in group)
    if not has_words(text):
        return
    said, seconds = _SECONDS.fullmatch(text).groups("")  # type: ignore[union-attr]
    column = group[0].start[1]
    told = f"# {tr(said, Kind.COMMENT)}{seconds}"
    if len(group) > 1:
        told = f"\n{' ' * column}# ".join(wrapped(told, WIDTH - column))
    first, last = (_at(lines, starts, *place) for place in (group[0].start, group[-1].end))
    yield _Piece(first, last, told)


def _at(lines: list[str], starts: list[int], line: int, column: int) -> int:
    """The byte of a place that `tokenize` counts in characters."""
    return starts[line - 1] + len(lines[line - 1][:column].encode())


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most that many columns; a letter of Korean takes two."""
    lines = [""]
    for word in text.split(" "):
        line = f"{lines[-1]} {word}" if lines[-1] else word
        if columns(line) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = line
    return lines


# Docstrings


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            first = node.body[0]
            assert isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            yield first.value


def _docstring(source: str, starts: list[int], node: ast.Constant, tr: Translate) -> _Piece:
    """By paragraphs, whose lines are kept: they often are a list of arguments."""
    start, end = _span(starts, node)
    written = source.encode()[start:end].decode()
    head, text, tail = re.fullmatch(r'(r?""")(.*)(""")', written, re.DOTALL).groups()  # type: ignore[union-attr]
    indent = " " * node.col_offset
    dedented = textwrap.dedent(indent + text)
    paragraphs = [_paragraph(part, tr) for part in dedented.split("\n\n")]
    told = textwrap.indent("\n\n".join(paragraphs), indent).removeprefix(indent)
    if '"""' in told:
        raise BrokenText("a docstring cannot hold three quotes")
    return _Piece(start, end, head + told + (indent if text.endswith(indent) else "") + tail)


def _paragraph(text: str, tr: Translate) -> str:
    said = text.strip("\n")
    return text.replace(said, tr(said, Kind.DOCSTRING)) if has_words(said) else text


# Literals


def _literals(
    tree: ast.Module,
    source: str,
    starts: list[int],
    tr: Translate,
    words: Collection[str],
    skipped: set[int],
) -> Iterator[_Piece]:
    raw = source.encode()
    for node, shown in _strings(tree, False):
        if id(node) in skipped or not _is_text(node, shown, words):
            continue
        start, end = _span(starts, node)
        template = _template(node)
        told = tr(template, Kind.SHOWN)
        fields = _fields(node, tr, words)
        if told != template or fields != _fields(node, _as_it_is, words):
            column = len(raw[raw.rfind(b"\n", 0, start) + 1 : start].decode())
            several = b"\n" in raw[start:end]
            text = _written(told, fields, isinstance(node, ast.JoinedStr), several, column)
            yield _Piece(start, end, text)


def _as_it_is(text: str, kind: Kind) -> str:
    return text


def _strings(node: ast.AST, shown: bool | None) -> Iterator[tuple[ast.expr, bool | None]]:
    """Every literal, and whether its place says that it is text, says that it is not (None)."""
    if isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    ):
        yield node, shown
    elif isinstance(node, ast.Call):
        yield from _strings(node.func, False)
        name = _name(node)
        for number, argument in enumerate(node.args):
            all_from, one = _ALL_FROM.get(name), _ONE.get(name)
            text = number == one or (all_from is not None and number >= all_from)
            yield from _strings(argument, text)
        for keyword in node.keywords:
            text = keyword.arg in _KEYWORDS
            direct = isinstance(keyword.value, (ast.Constant, ast.IfExp))
            yield from _strings(keyword.value, text or (None if direct else False))
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.test, False)
        yield from _strings(node.body, shown)
        yield from _strings(node.orelse, shown)
    elif isinstance(node, ast.BinOp):  # "..." + "..."
        yield from _strings(node.left, shown)
        yield from _strings(node.right, shown)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _strings(child, False)


def _is_text(node: ast.expr, shown: bool | None, words: Collection[str]) -> bool:
    text = _template(node)
    if shown is None or not has_words(text):
        return False
    return shown or text in words or " " in _without_fields(node)


def _without_fields(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr)
    return "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))


def _template(node: ast.expr) -> str:
    """The text as its translator sees it: `{rate}: f = {value:.3f}` for what is filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr)
    return "".join(
        _field(part)
        if isinstance(part, ast.FormattedValue)
        else str(part.value).replace("{", "{{").replace("}", "}}")  # type: ignore[attr-defined]
        for part in node.values
    )


def _field(part: ast.FormattedValue) -> str:
    """`{value!r:.3f}`, written alike by every version of Python."""
    conversion = f"!{chr(part.conversion)}" if part.conversion >= 0 else ""
    shape = f":{_template(part.format_spec)}" if part.format_spec else ""
    return f"{{{ast.unparse(part.value)}{conversion}{shape}}}"


def _fields(node: ast.expr, tr: Translate, words: Collection[str]) -> dict[str, str]:
    """What is filled in as its translator sees it, and with the texts in it replaced."""
    if isinstance(node, ast.Constant):
        return {}
    assert isinstance(node, ast.JoinedStr)
    parts = [part for part in node.values if isinstance(part, ast.FormattedValue)]
    return {_field(part): _field(_Inside(tr, words).visit(_copy(part))) for part in parts}


def _copy(part: ast.FormattedValue) -> ast.FormattedValue:
    tree = ast.parse(f'f"""{_field(part)}"""', mode="eval").body
    assert isinstance(tree, ast.JoinedStr) and isinstance(tree.values[0], ast.FormattedValue)
    return tree.values[0]


class _Inside(ast.NodeTransformer):
    """Replaces the texts in an expression that is filled in."""

    def __init__(self, tr: Translate, words: Collection[str]) -> None:
        self._tr, self._words = tr, words

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.FormattedValue:
        """What stands there, and not how it is formatted."""
        value = node.value
        node.value = self._one_of(value) if isinstance(value, ast.IfExp) else self.visit(value)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        return self._told(node) if _is_text(node, False, self._words) else node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        is_text = isinstance(node.value, str) and _is_text(node, False, self._words)
        return self._told(node) if is_text else node

    def _one_of(self, node: ast.IfExp) -> ast.IfExp:
        """One or the other: words, where literals stand."""
        node.body, node.orelse = self._shown(node.body), self._shown(node.orelse)
        return node

    def _shown(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.IfExp):
            return self._one_of(node)
        literal = isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
        return self._told(node) if literal and _is_text(node, True, ()) else self.visit(node)

    def _told(self, node: ast.expr) -> ast.expr:
        told = self._tr(_template(node), Kind.SHOWN)
        parts = _parted(told, _fields(node, self._tr, self._words))
        is_f = isinstance(node, ast.JoinedStr)
        return ast.parse(_quoted(parts if is_f else [(told, False)], is_f), mode="eval").body


def _written(told: str, fields: dict[str, str], is_f: bool, several: bool, column: int) -> str:
    """The literal as source, in lines of its own where it was."""
    parts = _parted(told, fields) if is_f else [(told, False)]
    if not several:
        return _quoted(parts, is_f)
    lines: list[list[tuple[str, bool]]] = [[]]
    width = 0
    for text, is_field in parts:
        for word in [text] if is_field else re.findall(r"\S+\s*|\s+", text):
            if width + columns(word) > WIDTH - column - 4 and lines[-1]:
                lines.append([])
                width = 0
            lines[-1].append((word, is_field))
            width += columns(word)
    return f"\n{' ' * column}".join(_quoted(line, is_f) for line in lines)


def _parted(told: str, fields: dict[str, str]) -> list[tuple[str, bool]]:
    """(text, False) and (field, True) in the order of the translation, which may be another."""
    if not fields:
        return [(told, False)]
    pattern = "|".join(re.escape(field) for field in sorted(fields, key=len, reverse=True))
    parts = re.split(f"({pattern})", told)
    return [(fields.get(part, part), part in fields) for part in parts if part]


def _quoted(parts: list[tuple[str, bool]], is_f: bool) -> str:
    text = "".join(part for part, is_field in parts if not is_field)
    kind = "f" if is_f and any(is_field or "{" in part for part, is_field in parts) else ""
    if is_f and not kind:
        parts = [(part.replace("}}", "}").replace("{{", "{"), False) for part, _ in parts]
    if any(is_field and ('"' in part or "\\" in part) for part, is_field in parts):
        raise BrokenText("what is filled in cannot hold a double quote or a backslash")
    if "\\" in text and '"' not in text and "\n" not in text and not text.endswith("\\"):
        return f'r{kind}"' + "".join(part for part, _ in parts) + '"'
    escaped = (part if is_field else _escaped(part) for part, is_field in parts)
    return f'{kind}"' + "".join(escaped) + '"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")


def _span(starts: list[int], node: ast.expr) -> tuple[int, int]:
    """Its first byte and the one behind its last."""
    assert node.end_lineno is not None and node.end_col_offset is not None
    return (
        starts[node.lineno - 1] + node.col_offset,
        starts[node.end_lineno - 1] + node.end_col_offset,
    )


def _name(call: ast.Call) -> str:
    """Of the function that is called, wherever it is from."""
    return ast.unparse(call.func).rpartition(".")[2]
