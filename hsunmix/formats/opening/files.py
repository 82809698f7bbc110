"""The first look at a path that a user gave, and the net under every reader."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from hsunmix.errors import FileError, FormatError, HsunmixError, MissingFileError
from hsunmix.files import STORE_FILES
from hsunmix.formats.opening.foreign import foreign_folder

__all__ = ["guarded", "is_regular", "is_store", "read_head", "read_small", "regular_file", "scene_at"]

HEAD_BYTES = 4096

T = TypeVar("T")


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
        raise FileError(path, foreign_folder(absolute) or "is a folder, not a file")
    if not stat.S_ISREG(mode):
        raise FileError(path, "is a pipe or a device, not a file")
    if not os.access(absolute, os.R_OK):
        raise FileError(path, "may not be read (permission denied)")
    return absolute


def is_store(path: Path) -> bool:
    """Whether a folder is one scene: a Zarr store."""
    return path.is_dir() and any(is_regular(path / name) for name in STORE_FILES)


def scene_at(path: str | os.PathLike[str]) -> Path:
    """As ``regular_file``; also a folder that is one scene, or the file in it that says so."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100
    if absolute.name in STORE_FILES and is_store(absolute.parent):
        absolute = absolute.parent
        while is_store(absolute.parent):  # an array within a group
            absolute = absolute.parent
    return absolute if is_store(absolute) else regular_file(path)


def is_regular(path: Path) -> bool:
    """Whether there is an ordinary file of this name."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def read_head(path: Path) -> bytes:
    """Read the first bytes of a file, by which formats are told apart; of a folder there are none."""
    if path.is_dir():
        return b""
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise FileError(path, error.strerror or str(error)) from None


def read_small(path: Path, most: int, why: str) -> bytes:
    """Read a file of at most so many bytes.

    Parameters
    ----------
    path : Path
    most : int
        Whole megabytes.
    why : str
        What a larger file is not, for the message.

    Raises
    ------
    FileError
        It can't be read, or is larger.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise FileError(path, error.strerror or str(error)) from None
    if len(data) > most:
        raise FormatError(path, f"is larger than {most >> 20} MB: {why}")
    return data


def guarded(file: Path, work: Callable[[], T]) -> T:
    """Run a reader: whatever a hostile file makes it raise is an error of the file."""
    try:
        return work()
    except (HsunmixError, MemoryError):
        raise
    except OSError as error:
        raise FormatError(file, error.strerror or str(error)) from error
    except Exception as error:
        raise FormatError(
            file,
            f"can't be read: it is damaged, or of a form that hsunmix does not know "
            f"({type(error).__name__}: {' '.join(str(error).split())[:120]})",
        ) from error
