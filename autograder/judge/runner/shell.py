"""An IPython shell that collects what a notebook would store.

A kernel sends its outputs over sockets, from threads; this shell appends them to a list of plain
nbformat dicts. It is built and warmed before any fork, so that a child runs its first cell at once.
"""

import ast
import base64
import builtins
import contextlib
import getpass
import io
import json
import re
import sys
import traceback
from collections.abc import Iterable
from types import CodeType, FunctionType
from typing import Any

from IPython.core import page
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

CUT = "\n[the output is too long and was cut here]\n"
KEPT_TYPES = ("text/plain", "image/png")
JSON_GROWTH = 12  # one character takes at most so many bytes as JSON: "\ud83d\ude00"
TEXT_LIMIT = 20_000  # of one line of a traceback
# What IPython may take out of Python: blanks before it and prompts, in what it holds for a doctest.
PROMPTS = re.compile(r"\A\s|>>>|\.\.\.:|In \[")
BLANK_LINES = re.compile(r"^[ \t]+$", re.MULTILINE)  # IPython empties them
# What begins a line that is not indented: in a cell of one statement a function, class or `try`.
LINE_BEGIN = re.compile(r"^[^ \t#\n]\w*", re.MULTILINE)
OPENS, GOES_ON = {"def", "class", "try"}, {"except", "else", "finally"}
OVERHEAD = 200  # bytes charged for every output, so that their number is capped as well

# Fills what a child's first cell, result, box and traceback would each have to fill anew.
WARM_UP = (
    """
try:
    from optlab import check
except ImportError as missing:
    raise missing from None
""",
    "# warm\ndef _warm(a, b=1):\n    return [a for _ in range(b)]",
    "_warm(1)",
    """
class _Box:
    def _repr_html_(self):
        return "warm"
""",
    "_Box()",
    'display(1.0)\nprint("warm")',
    'def _fail(what):\n    raise ValueError(what)\n_fail("warm")',
)
# The same for its first figure.
FIGURE = """
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot([1, 2], [1, 2], label="$x$")
axes.set(title="warm", xlabel="x", ylabel="y")
axes.legend()
"""


class Outputs:
    """The outputs of the running cell, within a budget of bytes for the whole notebook."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._items: list[dict] = []
        self._clear_at_next = False

    def add(self, output: dict) -> None:
        """Append an output whose texts are already of bounded length."""
        cost = OVERHEAD + len(json.dumps(output))
        if self._has_room(cost):
            self._items.append(output)

    def write(self, name: str, text: str) -> None:
        """Add to a stream; neighbouring writes make one output, as in a notebook."""
        text, whole = text[: self.budget], len(text) <= self.budget
        if not (whole and len(json.dumps(text)) <= self.budget):
            text, whole = text[: self.budget // JSON_GROWTH], False
        last = self._items[-1] if self._items and not self._clear_at_next else {}
        if last.get("name") == name and self.budget > 0:
            self.budget -= len(json.dumps(text))
            last["text"].append(text)
        elif text:
            self.add(_stream(name, text))
        if not whole:
            self._has_room(self.budget + 1)

    def clear(self, wait: bool) -> None:
        """What `clear_output` asks for."""
        self._clear_at_next = True
        if not wait:
            self._clear_if_asked()

    def take(self) -> list[dict]:
        """The outputs so far; the list starts afresh."""
        taken, self._items, self._clear_at_next = self._items, [], False
        for output in taken:
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
        return taken

    def _has_room(self, cost: int) -> bool:
        """Charge the cost; when the budget runs out, say so once."""
        self._clear_if_asked()
        had_room = self.budget > 0
        self.budget -= cost
        if had_room and self.budget <= 0:
            self._items.append(_stream("stderr", CUT))
        return self.budget > 0

    def _clear_if_asked(self) -> None:
        if self._clear_at_next:
            self._items, self._clear_at_next = [], False


class Stream(io.TextIOBase):
    """Stands for sys.stdout and sys.stderr."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: Outputs) -> None:
        self.name = name
        self._outputs = outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            self._outputs.write(self.name, text)
        return len(text)


class Publisher(DisplayPublisher):
    """Where `display` sends its data."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: Any = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        output = {"output_type": "display_data", **_bundle(data, metadata)}
        name = (transient or {}).get("display_id")
        if update:
            for earlier in self.shell.displayed.get(name, ()):
                earlier.update(output)
            return
        self.shell.displayed.setdefault(name, []).append(output)
        self.shell.outputs.add(output)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear(wait)


class ResultHook(DisplayHook):
    """Where the value of a cell's last expression goes."""

    shell: Any

    def write_output_prompt(self) -> None:
        """A notebook shows the number beside the output."""

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        self.shell.outputs.add(
            {
                "output_type": "execute_result",
                "execution_count": self.prompt_count,
                **_bundle(format_dict, md_dict),
            }
        )

    def finish_displayhook(self) -> None:
        self._is_active = False


class History(HistoryManager):
    """What cells held, for `In` and `_i`: plain attributes, as nobody watches them change."""

    _i00 = _i = _ii = _iii = ""


class Shell(InteractiveShell):
    """Runs cells and keeps their outputs. There is one in a process: `Shell.warm()`."""

    execution_count = 1  # a plain attribute, as nobody watches it change
    displayhook_class = Type(ResultHook)
    display_pub_class = Type(Publisher)

    @classmethod
    def warm(cls) -> "Shell":
        """Build the shell, run everything once that is slow the first time, leave no trace."""
        config = Config()
        config.HistoryManager.enabled = False  # no database, no thread
        config.InteractiveShell.colors = "nocolor"  # a stored traceback is read as text
        shell = cls.instance(config=config)
        shell._rehearse(WARM_UP)
        return shell

    def get_ready_to_draw(self) -> None:
        """Load Matplotlib and draw once: it takes as long as all the rest of `warm`."""
        from matplotlib.font_manager import _get_font  # type: ignore[attr-defined]  # not public
        from matplotlib.mathtext import MathTextParser

        self.run_line_magic("matplotlib", "inline")
        self._rehearse([FIGURE])
        # Fonts that stay open are numbers of files, under which a child opens others.
        _get_font.cache_clear()
        MathTextParser._parse_cached.cache_clear()  # type: ignore[attr-defined]  # it holds fonts

    def _rehearse(self, sources: Iterable[str]) -> None:
        for source in sources:
            self.run(source)
        self.reset(new_session=True)
        self.open(budget=0)

    def open(self, budget: int) -> None:
        """Start a notebook that may put out `budget` bytes."""
        self.displayed: dict[str | None, list[dict]] = {}
        self.outputs = Outputs(budget)
        sys.stdout = Stream("stdout", self.outputs)
        sys.stderr = Stream("stderr", self.outputs)

    def run(self, source: str) -> list[dict]:
        """Run one cell to its end and return its outputs."""
        if not self._run_python(source):
            self.run_cell(source, store_history=True)
        return self.outputs.take()

    def _is_plain(self, cell: str) -> bool:
        """Whether IPython would run a cell as it stands, node by node, and tell nobody of it."""
        heard = self.events.callbacks
        return (
            not (PROMPTS.search(cell) or "await" in cell or "async" in cell)
            and self._transformers() == self._usual
            and not (heard["pre_run_cell"] or heard["post_run_cell"])
            and self.ast_node_interactivity == "last_expr"
        )

    def _transformers(self) -> list:
        """What may change a cell that is Python already."""
        manager = self.input_transformer_manager
        steps = manager.cleanup_transforms + manager.line_transforms
        return steps + self.input_transformers_post + self.ast_transformers

    def _run_python(self, source: str) -> bool:
        """IPython's steps for a cell that is Python without magics; False: it is something else."""
        cell = BLANK_LINES.sub("", source if source.endswith("\n") else source + "\n")
        if not self._is_plain(cell):
            return False
        number = self.execution_count
        name = self.compile.cache(cell, number, source)
        try:
            nodes = self._parsed(cell, name)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return False
        with self.builtin_trap, self.display_trap:
            if cell.count("\n") == 1 and not self._is_call(cell):  # it may name a magic
                prefilter: Any = self.prefilter_manager
                if prefilter.prefilter_lines(cell) != cell[:-1]:
                    return False
            self.execution_count += 1
            self.events.trigger("pre_execute")
            self.history_manager.store_inputs(number, cell, source)  # type: ignore[union-attr]
            self._run_nodes(nodes, name)
        self.events.trigger("post_execute")
        return True

    def _is_call(self, cell: str) -> bool:
        """Of a function of the notebook, which no magic hides."""
        name, bracket, _ = cell.partition("(")
        return bool(bracket) and isinstance(self.user_ns.get(name), FunctionType)

    def _parsed(self, cell: str, name: str) -> list[ast.stmt | CodeType]:
        """The statements of a cell; one that is seen to be alone is compiled at half the price."""
        first, *others = LINE_BEGIN.findall(cell) or [""]
        if first in OPENS and GOES_ON.issuperset(others) and "\r" not in cell:
            return [self.compile(cell, name, "exec")]
        return self.compile.ast_parse(cell, name).body  # type: ignore[attr-defined]

    def _run_nodes(self, nodes: list[ast.stmt | CodeType], name: str) -> None:
        """One after the other until one fails; a last expression shows its result."""
        for place, node in enumerate(nodes, start=1):
            shown = place == len(nodes) and isinstance(node, ast.Expr)
            try:
                code = node if isinstance(node, CodeType) else self._compiled(node, name, shown)
            except BaseException:  # as IPython
                self.showtraceback()
                return
            if self._run_code(code):
                return

    def _compiled(self, node: ast.stmt, name: str, shown: bool) -> CodeType:
        tree = ast.Interactive([node]) if shown else ast.Module([node], [])
        return self.compile(tree, name, "single" if shown else "exec")  # type: ignore[arg-type]

    def _run_code(self, code: CodeType) -> bool:
        """Whether it failed, as IPython tells it, which waits for nothing in this code."""
        try:
            self.run_code(code).send(None)
        except StopIteration as end:
            return end.value
        raise AssertionError("code without await waits for something")

    def init_instance_attrs(self) -> None:
        super().init_instance_attrs()
        self._usual = self._transformers()

    def init_history(self) -> None:
        self.history_manager = History(shell=self, parent=self)
        self.configurables.append(self.history_manager)  # type: ignore[arg-type]  # as IPython does

    def _format_exception_for_storage(self, *_: Any, **__: Any) -> dict:
        """For a history that nobody reads: it takes longer than showing the exception."""
        return {}

    def init_io(self) -> None:
        self.open(budget=1 << 20)
        builtins.input = getpass.getpass = _no_input

    def init_hooks(self) -> None:
        super().init_hooks()
        self.set_hook("show_in_pager", page.as_hook(_no_pager), 99)

    def enable_gui(self, gui: str | None = None) -> None:
        """`%matplotlib` asks for an event loop: there are no windows, so there is none."""

    def ask_exit(self) -> None:
        """`exit` ends nothing: the cells below are run as well."""

    @contextlib.contextmanager
    def _tee(self, channel: str) -> Any:
        """IPython keeps a second copy of everything printed, without a cap; not here."""
        yield

    def _showtraceback(
        self, etype: type[BaseException], evalue: BaseException, stb: list[str]
    ) -> None:
        self.outputs.add(
            {
                "output_type": "error",
                "ename": etype.__name__,
                "evalue": _message(evalue)[:TEXT_LIMIT],
                "traceback": [str(line)[:TEXT_LIMIT] for line in stb],
            }
        )
        if isinstance(evalue, MemoryError):  # what filled the memory may be a local variable
            traceback.clear_frames(evalue.__traceback__)
            for frame, _ in traceback.walk_tb(evalue.__traceback__):
                _ = frame.f_locals  # this also empties the copy that was made to show it


def _stream(name: str, text: str) -> dict:
    return {"output_type": "stream", "name": name, "text": [text]}


def _bundle(data: dict, metadata: dict | None) -> dict:
    """The types that a graded notebook keeps. The rest would be dropped anyway."""
    kept = {kind: data[kind] for kind in KEPT_TYPES if kind in data}
    if isinstance(kept.get("image/png"), bytes):
        kept["image/png"] = base64.b64encode(kept["image/png"]).decode("ascii")
    kept = {kind: value for kind, value in kept.items() if type(value) is str}
    described = (metadata or {}).get("image/png")
    alt = described.get("alt") if isinstance(described, dict) else None
    return {"data": kept, "metadata": {"image/png": {"alt": alt}} if type(alt) is str else {}}


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # a learner's __str__ may fail in any way
        return "<the exception has no readable message>"


class NoInput(StdinNotImplementedError):
    """input() was called, and nobody is there to answer."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def _no_input(prompt: object = "", stream: object = None) -> str:
    raise NoInput("input() has no answer here: a notebook is graded without a keyboard")


def _no_pager(text: Any, start: int = 0, screen_lines: int = 0, pager_cmd: Any = None) -> None:
    """`name?` opens a pager beside the notebook; nothing of it is stored."""
