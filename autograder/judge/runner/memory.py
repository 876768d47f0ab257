"""Makes the warm process cheap to fork: a child pays for every page that it writes to.

Nothing here changes what a process holds, only where it lies; what a machine or its C library does
not offer is left out.
"""

import ctypes
import gc
import sys
from collections.abc import Iterator
from pathlib import Path

HUGE = 1 << 21  # bytes of a huge page
COLLAPSE = 25  # MADV_COLLAPSE, Linux 6.1
POOL = 14_000  # bytes, nearly all of a piece in which Python keeps small objects of one size
MOST_HOLES = 5_000  # of one size
LARGE = 1 << 16  # bytes, more than any free piece is likely to have

_fillings: list[bytes] = []


def settle() -> None:
    """Call it when all is loaded and warm, right before the first fork."""
    gc.enable()
    gc.collect()
    _fill_holes()
    gc.freeze()  # a child's collector leaves these objects alone, so their pages stay shared
    if sys.platform == "linux":
        _sort_free_pieces()
        _use_huge_pages()


def _fill_holes() -> None:
    """Use up what is free among small objects: a child's own then lie together on fresh pages."""
    for size in range(48, 513, 16):  # as Python rounds them up; smaller ones hold no bytes
        in_a_row, last = 0, 0
        for _ in range(MOST_HOLES):
            _fillings.append(bytes(size - sys.getsizeof(b"")))
            here = id(_fillings[-1])
            in_a_row = in_a_row + size if here == last + size else 0
            last = here
            if in_a_row > POOL:  # this one was empty
                break


def _sort_free_pieces() -> None:
    """What was freed is put in order here and now, else by every child at its first large piece."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
    if trim is not None:
        trim(0)
        bytearray(LARGE)


def _use_huge_pages() -> None:
    """Let a fork copy one entry where it would copy 512; children split what they write to."""
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for start, end in _own_memory():
        first, last = -(-start // HUGE) * HUGE, end // HUGE * HUGE
        if first < last:
            advise(first, last - first, COLLAPSE)


def _own_memory() -> Iterator[tuple[int, int]]:
    """Where this process may write, and no file stands behind it."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        place, rights, _, _, file, *name = line.split()
        if rights.startswith("rw") and file == "0" and name in ([], ["[heap]"]):
            start, end = (int(address, 16) for address in place.split("-"))
            yield start, end
