"""A sign of life: a cell that runs for longer than two seconds shows a bar until its first output.

The bar goes by the seconds in the title of an experiment, "(5 s)". It is taken away before anything
else is shown, so no saved notebook holds it; and it is shown to a person only, not to a grader.
"""

import re
import sys
import threading
import time
from typing import Any
from uuid import uuid4

from optlab.checking import notice
from optlab.checking.language import say, told

AFTER, EVERY = 2.0, 0.5  # seconds
_TITLE = re.compile(r"#.*\((\d+) s\)")


def install() -> None:
    """Watch the cells of this kernel, where it tells of all that they show."""
    shell: Any = notice.running_shell()
    if not hasattr(shell, "kernel"):
        return
    streams: list[Any] = [sys.stdout, sys.stderr]
    shown = [shell.display_pub, shell.displayhook]
    if all(hasattr(each, "register_hook") for each in (*streams, *shown)):
        watch = _Watch(shell)
        for each in shown:
            each.register_hook(watch.before_output)
        for stream in streams:  # hooks belong to a thread, and this one sends what is printed
            stream.pub_thread.schedule(lambda s=stream: s.register_hook(watch.before_output))
        shell.events.register("pre_run_cell", watch.begin)
        shell.events.register("post_run_cell", watch.end)


class _Watch:
    """One for a kernel, over the cell that is running.

    Messages are sent as they are: `display` would wait for what is printed, and that for us.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._waiting = False  # for the first output
        self._bar = ""  # the id of the bar that is in sight

    def begin(self, info: Any) -> None:
        if not notice.somebody_is_there():
            return
        self._over, self._waiting, self._bar = threading.Event(), True, ""
        title = _TITLE.match(info.raw_cell or "")
        arguments = (self._over, self._shell.display_pub.parent_header, title and int(title[1]))
        threading.Thread(target=self._show, args=arguments, daemon=True).start()

    def before_output(self, message: Any) -> Any:
        with self._lock:
            self._waiting = False
            if self._bar:
                self._bar = ""
                self._send("clear_output", {"wait": False}, message["parent_header"])
        return message

    def end(self, result: Any) -> None:
        self._over.set()
        with self._lock:
            self._waiting = False
            if not self._bar:
                return
            parent = self._shell.display_pub.parent_header
            if result.success:
                self._send("clear_output", {"wait": False}, parent)
            else:  # below it stands what went wrong
                self._send("update_display_data", _content(self._bar, {}), parent)
            self._bar = ""

    def _show(self, over: threading.Event, parent: dict, expected: int | None) -> None:
        begun, name = time.monotonic(), uuid4().hex
        kind, pause = "display_data", AFTER
        while not over.wait(pause):
            bundle = _bundle(time.monotonic() - begun, expected)
            with self._lock:
                if over.is_set() or not self._waiting:
                    return
                self._bar = name
                self._send(kind, _content(name, bundle), parent)
            kind, pause = "update_display_data", EVERY

    def _send(self, kind: str, content: dict, parent: dict) -> None:
        publisher = self._shell.display_pub
        publisher.session.send(publisher.pub_socket, kind, content, parent, publisher.topic)


def _content(name: str, bundle: dict[str, str]) -> dict:
    return {"data": bundle, "metadata": {}, "transient": {"display_id": name}}


def _bundle(seconds: float, expected: int | None) -> dict[str, str]:
    """The bar and its words. Without a number of seconds to expect there are only words."""
    said = say(told("Running for {seconds:.0f} s.", seconds=seconds))
    if expected:
        about = "Running for {seconds:.0f} s; it takes about {expected} s where nothing else runs."
        said = say(told(about, seconds=seconds, expected=expected))
    shape = "height:0.5em;border-radius:0.25em"
    filled = min(seconds / expected, 0.97) if expected else 0
    bar = (
        f'<div role="progressbar" aria-label="{said}" aria-valuenow="{100 * filled:.0f}" '
        f'aria-valuemin="0" aria-valuemax="100" style="{shape};flex:none;width:min(16em,30vw);'
        f'background:#8886;overflow:hidden"><div style="{shape};width:{100 * filled:.0f}%;'
        f'background:#1f6feb"></div></div>'
        if expected
        else ""
    )
    style = "display:flex;gap:10px;align-items:center;margin:4px 0"
    return {"text/plain": said, "text/html": f'<div style="{style}">{bar}<span>{said}</span></div>'}
