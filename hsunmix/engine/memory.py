"""Memory: whether something fits, asked before it is tried; and arrays that begin on a cache line."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError, TooLargeError

__all__ = ["aligned", "available", "bytes_of", "machine", "require", "said", "taken"]

LINE = 64  # bytes
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
BINARY = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


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
    """Memory that can be had now, in bytes; None where the system doesn't say.

    What the machine has free, or less where this process, or the job that it belongs to, may not have it all.
    """
    import psutil

    try:
        free = int(psutil.virtual_memory().available)
    except (OSError, RuntimeError, ValueError, psutil.Error):
        return None
    return max(0, min([free, *_own_limits(psutil.Process()), *_group_limit()]))


def taken() -> int:
    """Return how much memory this process has, in bytes; 0 where the system doesn't say."""
    import psutil

    try:
        return int(psutil.Process().memory_info().rss)
    except (OSError, RuntimeError, ValueError, psutil.Error):
        return 0


def machine() -> int:
    """Return how much memory the machine has, in bytes; 16 GB where the system doesn't say."""
    import psutil

    try:
        return int(psutil.virtual_memory().total)
    except (OSError, RuntimeError, ValueError, psutil.Error):
        return 16 << 30


def _own_limits(process: object) -> list[int]:
    """What is left of the limits of this process (``ulimit -d``, ``ulimit -v``)."""
    try:
        import resource

        used = process.memory_info()  # type: ignore[attr-defined]
        pairs = ((resource.RLIMIT_DATA, used.data), (resource.RLIMIT_AS, used.vms))
        limits = [(resource.getrlimit(which)[0], taken) for which, taken in pairs]
        return [limit - int(taken) for limit, taken in limits if limit != resource.RLIM_INFINITY]
    except (ImportError, AttributeError, OSError):  # Windows has none, macOS counts none
        return []


def _group_limit() -> list[int]:
    """What is left to the job that this process belongs to, where it is held in a control group."""
    try:
        line = next(
            one for one in Path("/proc/self/cgroup").read_text().splitlines() if one.startswith("0::")
        )
        folder = Path("/sys/fs/cgroup") / line[3:].lstrip("/")
        most = (folder / "memory.max").read_text().strip()
        return [] if most == "max" else [int(most) - int((folder / "memory.current").read_text())]
    except (OSError, ValueError, StopIteration):
        return []


def bytes_of(text: str | float, name: str = "memory") -> int:
    """Return a size such as ``4GB``, ``500 MB``, ``2GiB`` or a number of bytes.

    Raises
    ------
    InputError
        It is no such size, or none above zero.
    """
    found = re.fullmatch(r"\s*([0-9]*\.?[0-9]+(?:e[0-9]+)?)\s*([kmgt]?)(i?)b?\s*", str(text).lower())
    size = float(found[1]) * (BINARY if found[3] else UNITS)[found[2]] if found else 0.0
    if not 0 < size < 2**63:
        raise InputError(f"{name}: {text!r} is no size; write it like 4GB or 500MB")
    return int(size)


def said(size: float) -> str:
    """Return a size in words: ``1.2 GB``, ``80 MB``."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(1, math.ceil(size / 1e6))} MB"


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
