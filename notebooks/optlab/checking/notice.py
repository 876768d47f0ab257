"""An exception with two showings: a person sees a calm box, a machine sees a failed cell.

In both the cell has failed, and Run All stops there. But where somebody sits at the notebook, no
error is sent that the front end would frame in red; where nobody does (Validate, nbclient, nbval,
papermill, nbgrader), the error is sent as ever, and shown as the message alone.
"""

import sys
from dataclasses import replace
from types import TracebackType
from typing import Any

from optlab.checking.box import Box, show
from optlab.checking.language import joined, say, told

STOPS = told("Run All stops here.")


class Notice(Exception):
    """What ends a cell: a message for the learner, and no fault of the program."""

    def __init__(self, box: Box) -> None:
        super().__init__(f"{box.title} {say(box.text)} {say(box.last)}".strip())
        self.box = box

    def _render_traceback_(self) -> list[str]:
        """Asked for by IPython instead of a traceback."""
        return [f"\x1b[1m{self.box.title}\x1b[0m", *self.box.lines()]


def install() -> None:
    """Have this kernel show notices so; a shell without a front end (the grader's) needs nothing.

    IPython has room for one such handler, and takes it out when it fails. Then, and where another
    one takes its place, a notice is shown like any exception that brings its own lines.
    """
    shell = running_shell()
    if hasattr(shell, "kernel"):
        shell.set_custom_exc((Notice,), _showing)


def somebody_is_there() -> bool:
    """Whether this cell was run by a person, who can answer a question."""
    kernel = getattr(running_shell(), "kernel", None)
    return bool(kernel and kernel.get_parent("shell")["content"].get("allow_stdin"))


def running_shell() -> Any:
    """The IPython that runs here; None where it is not even loaded, as in a grader."""
    loaded = sys.modules.get("IPython")
    return loaded.get_ipython() if loaded else None


def _showing(
    shell: Any,
    kind: type[Notice],
    notice: Notice,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> list[str]:
    lines = notice._render_traceback_()
    if not _somebody_is_there(shell.kernel.get_parent("shell")["content"]):
        shell._showtraceback(kind, notice, lines)
        return lines
    show(replace(notice.box, last=joined(notice.box.last, STOPS)))
    shell._last_traceback = []  # goes into the reply, which says that the cell has failed
    return lines


def _somebody_is_there(request: dict[str, Any]) -> bool:
    """Whether a question could be answered there, and a failed cell ends Run All by itself.

    VS Code goes by the error that it is sent, asks for no end, and so is sent one.
    """
    return bool(request.get("allow_stdin") and request.get("stop_on_error"))
