"""The first look at a path that a user gave."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from hsunmix.errors import FileError, MissingFileError

__all__ = ["is_regular", "read_head", "regular_file"]

HEAD_BYTES = 4096


def regular_file(path: str | os.PathLike[str]) -> Path:
    """Return the absolute path of an ordinary file that can be read.

    Raises
    ------
    MissingFileError
        There is none.
    FileError
        It is a folder, a pipe or a device (opening one could wait for ever), or may not be read.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
    try:
        mode = absolute.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise MissingFileError(path, "there is no such file") from None
    except (OSError, ValueError) as error:
        raise FileError(path, getattr(error, "strerror", None) or str(error)) from None
    if stat.S_ISDIR(mode):
        raise FileError(path, "is a folder, not a file")
    if not stat.S_ISREG(mode):
        raise FileError(path, "is a pipe or a device, not a file")
    if not os.access(absolute, os.R_OK):
        raise FileError(path, "may not be read (permission denied)")
    return absolute


def is_regular(path: Path) -> bool:
    """Whether there is an ordinary file of this name."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def read_head(path: Path) -> bytes:
    """Read the first bytes of a file, by which formats are told apart."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise FileError(path, error.strerror or str(error)) from None
