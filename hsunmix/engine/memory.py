"""Whether something fits into memory, asked before it is tried."""

from __future__ import annotations

from pathlib import Path

from hsunmix.errors import TooLargeError

__all__ = ["available", "require"]


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
