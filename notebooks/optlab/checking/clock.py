"""Ending what takes too long, by an exception in its own thread; no signal, so also on Windows.

Only Python code can be ended so: one endless call into C goes on until it returns.
"""

import ctypes
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

from optlab.checking.language import say, told

T = TypeVar("T")
AGAIN = 1.0  # seconds until a loop that swallows the exception is told once more
PATIENCE = 10  # times that it is told; then the learner is
MOST = 300  # times in all
DEAF = told("It does not stop by itself: press ■, and where that does not help Kernel > Restart.")
_SetAsyncExc = ctypes.pythonapi.PyThreadState_SetAsyncExc
_SetAsyncExc.argtypes = (ctypes.c_ulong, ctypes.py_object)


class TooLong(BaseException):
    """Not an `Exception`, which a loop may catch."""


def run(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns; `TooLong` is raised in it when it has run for so long.

    A function and no context manager: the exception could arrive on the way out of a block, before
    its end has called off the watch.
    """
    watch = _Watch(seconds, threading.get_ident())
    try:
        watch.start()
    except RuntimeError:  # Python in a browser has no threads: then nothing watches
        return work()
    try:
        try:
            watch.begin()
            result = work()
        finally:
            watch.call_off()
    except TooLong:
        watch.call_off()  # it may have arrived before the line above was reached
        raise
    if watch.struck:  # and was swallowed
        raise TooLong
    return result


def within(seconds: float, work: Callable[[], T], otherwise: T) -> T:
    """What `work` returns, or something else where it takes longer."""
    try:
        return run(seconds, work)
    except TooLong:
        return otherwise


class _Watch(threading.Thread):
    """Plain locks only: what is written in Python may be struck half way, and stay locked."""

    def __init__(self, seconds: float, watched: int) -> None:
        super().__init__(daemon=True)
        self.struck = 0
        self._seconds, self._watched = seconds, watched
        self._over = False
        self._begun, self._ended, self._one_at_a_time = (threading.Lock() for _ in range(3))
        self._begun.acquire()
        self._ended.acquire()

    def begin(self) -> None:
        self._begun.release()

    def run(self) -> None:
        self._begun.acquire()
        wait = self._seconds
        while not self._ended.acquire(timeout=wait) and self._strike():
            wait = AGAIN

    def call_off(self) -> None:
        """End the watch. An exception that is on its way arrives here, at the latest."""
        try:
            with self._one_at_a_time:
                self._end()
            if self.struck:
                _SetAsyncExc(self._watched, TooLong)  # takes the place of the one on its way
                while True:
                    pass
        except TooLong:
            with self._one_at_a_time:
                self._end()

    def _end(self) -> None:
        if not self._over:
            self._over = True
            self._ended.release()

    def _strike(self) -> bool:
        """Raise the exception in the watched thread; whether to go on."""
        with self._one_at_a_time:
            if self._over:
                return False
            self.struck += 1
            _SetAsyncExc(self._watched, TooLong)
        if self.struck == PATIENCE:
            print(say(DEAF), file=sys.stderr)
        return self.struck < MOST
