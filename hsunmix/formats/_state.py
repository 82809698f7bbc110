"""By what a file is known to be another than when it was opened."""

from __future__ import annotations

import os
from pathlib import Path

from hsunmix.errors import FileError

__all__ = ["CHANGED", "State", "check_state", "state_of"]

CHANGED = "has changed since it was opened; open it again"

State = tuple[int, int]


def state_of(path: Path, descriptor: int | None = None) -> State:
    """Return a file's size and its time of change.

    Parameters
    ----------
    path : Path
    descriptor : int, optional
        Of the same file, where it is open.

    Raises
    ------
    FileError
        It is gone.
    """
    try:
        found = path.stat() if descriptor is None else os.fstat(descriptor)
    except OSError as error:
        raise FileError(path, f"can no longer be read: {error.strerror or error}") from None
    return found.st_size, found.st_mtime_ns


def check_state(path: Path, state: State, descriptor: int | None = None) -> None:
    """Raise the FileError that says that a file isn't what it was."""
    if state_of(path, descriptor) != state:
        raise FileError(path, CHANGED)
