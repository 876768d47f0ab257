"""The life of a worker process: it ends when its coordinator does, and its runner with it."""

import contextlib
import os
import resource
import signal
import stat
import sys
from multiprocessing.connection import Connection
from multiprocessing.util import Finalize
from threading import Thread

from autograder import startup

MEMORY = 2 << 30  # bytes that a worker may hold
at_end = contextlib.ExitStack()  # what a process that judges closes before it ends


def start_worker(lifeline: Connection, other_end: Connection) -> None:
    """Make this process a worker that ends when the other end of the lifeline is closed.

    The kernel closes it whatever happens to the coordinator; a pool alone would wait for ever.
    """
    other_end.close()  # this process' copy of it
    _let_go_of_files()
    startup.skip_address_grammar()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the coordinator's
    # What an answer makes the comparison do has an end, too. Children have limits of their own.
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, hard))
    Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _let_go_of_files() -> None:
    """A copy of the coordinator holds its files as well, and with one of them its course's lock."""
    for name in os.listdir("/proc/self/fd") if sys.platform == "linux" else ():
        with contextlib.suppress(OSError):  # the one that lists them is closed already
            if int(name) > 2 and stat.S_ISREG(os.fstat(int(name)).st_mode):
                os.close(int(name))


def close_at_exit() -> None:
    """Close what is open when this process ends; unlike atexit also in the processes of a pool."""
    Finalize(None, at_end.close, exitpriority=0)


def _end_with(lifeline: Connection) -> None:
    try:
        lifeline.poll(None)
        at_end.close()  # may fail: the main thread could be starting its runner anew
    finally:
        os._exit(1)
