"""The life of a worker process: it ends when its coordinator does, and its runner with it."""

import contextlib
import os
import resource
import signal
from multiprocessing.connection import Connection
from multiprocessing.util import Finalize
from threading import Thread

from autograder import startup

MEMORY = 2 << 30  # bytes that a worker may hold
at_end = contextlib.ExitStack()  # what a process that judges closes before it ends


def start_worker(lifeline: Connection) -> None:
    """Make this process a worker that ends when the other end of the lifeline is closed.

    The kernel closes it whatever happens to the coordinator; a pool alone would wait for ever.
    """
    startup.skip_address_grammar()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the coordinator's
    # What an answer makes the comparison do has an end, too. Children have limits of their own.
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, hard))
    Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def close_at_exit() -> None:
    """Close what is open when this process ends; unlike atexit also in the processes of a pool."""
    Finalize(None, at_end.close, exitpriority=0)


def _end_with(lifeline: Connection) -> None:
    try:
        lifeline.poll(None)
        at_end.close()  # may fail: the main thread could be starting its runner anew
    finally:
        os._exit(1)
