"""Memory: whether something fits, asked before it is tried; and arrays that begin on a cache line."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import TooLargeError

__all__ = ["aligned", "available", "require"]

LINE = 64  # bytes


def aligned(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return an uninitialized array that begins on a cache line.

    NumPy begins large arrays 16 bytes after one, so that every second vector that a kernel loads
    would lie across two. Pages never written cost nothing.
    """
    size = 4 * math.prod(shape)
    raw = np.empty(size + LINE, np.uint8)
    first = -raw.ctypes.data % LINE
    return raw[first : first + size].view(np.float32).reshape(shape)


def available() -> int | None:
    """Memory that can be had now, in bytes; None where the system doesn't say."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return None


def require(size: int, what: str) -> None:
    """Raise TooLargeError when ``size`` bytes are more than can be had.

    Parameters
    ----------
    size : int
    what : str
        For the message: "the pixels of the scene".
    """
    free = available()
    if free is not None and size > 0.9 * free:
        raise TooLargeError(f"{what} would take {size / 2**30:.1f} GB, and {free / 2**30:.1f} GB are free")
