"""A scratch file: arrays that don't fit into memory, mapped from a disk.

Its room is reserved before anything is written, since a mapped file on a full disk kills the process. It
has no name in its folder, so that nothing is left of it however the process ends. Only files of our own are
mapped: one of the user's could become shorter meanwhile, which kills the process as well.
"""

from __future__ import annotations

import contextlib
import math
import mmap
import os
import tempfile
import threading
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from hsunmix.engine.memory import said
from hsunmix.errors import TooLargeError

__all__ = ["Scratch", "scratch_folder"]

STEP = 16 << 20  # bytes of zeros written at a time, where a disk knows no other way to reserve


def scratch_folder(chosen: Path | None = None) -> Path:
    """Return the folder for scratch files: the chosen one, else the system's that lies on a disk."""
    if chosen is not None:
        return Path(chosen)
    usual = Path(tempfile.gettempdir())
    disk = Path("/var/tmp")
    return disk if _is_in_memory(usual) and disk.is_dir() and os.access(disk, os.W_OK) else usual


def _is_in_memory(folder: Path) -> bool:
    """Whether a folder lies in memory: what is written there takes the room that it was to save."""
    import psutil

    try:
        mounts = {Path(one.mountpoint): one.fstype for one in psutil.disk_partitions(all=True)}
    except (OSError, RuntimeError, psutil.Error):
        return False
    inside = next((mounts[one] for one in (folder.resolve(), *folder.resolve().parents) if one in mounts), "")
    return inside in ("tmpfs", "ramfs")


class Scratch:
    """Arrays on a disk.

    Parameters
    ----------
    folder : Path
    size : int
        Bytes that are reserved at once, so that what is planned can't fail for want of room later.

    Raises
    ------
    TooLargeError
        The disk has less room, or nothing can be written there.
    """

    def __init__(self, folder: Path, size: int = 0) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._reserved = self._file(size) if size else None
        self._left = size

    def array(self, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Return an array of zeros; it lives as long as somebody holds it."""
        kind = np.dtype(dtype)
        size = max(1, math.prod(shape) * kind.itemsize)
        self._give_way(size)
        with self._file(size) as file:
            room = mmap.mmap(file.fileno(), size)  # has the file for itself from here on
        return np.frombuffer(room, kind, math.prod(shape)).reshape(shape)

    def _give_way(self, size: int) -> None:
        """Let go of as much of what is reserved."""
        with self._lock:
            if self._reserved is not None:
                self._left = max(0, self._left - size)
                self._reserved.truncate(self._left)

    def _file(self, size: int) -> IO[bytes]:
        """Return a file without a name that has so much room."""
        try:
            file = tempfile.TemporaryFile(prefix="hsunmix-", dir=self.folder)  # noqa: SIM115 - the caller's
        except OSError as error:
            raise TooLargeError(
                f"{self.folder}: no scratch file can be made there: {error.strerror or error}; "
                "name another folder (--scratch DIR, scratch=)"
            ) from None
        try:
            reserve(file, size)
        except OSError as error:
            file.close()
            raise TooLargeError(self._too_small(size)) from error
        return file

    def _too_small(self, size: int) -> str:
        import shutil

        free = ""
        with contextlib.suppress(OSError):
            free = f", and {said(shutil.disk_usage(self.folder).free)} are free"
        return (
            f"{self.folder}: {said(size)} of scratch space are needed there{free}; name a folder on a larger "
            "disk (--scratch DIR, scratch=), or give more memory (--memory, memory=)"
        )


def reserve(file: IO[bytes], size: int) -> None:
    """Take room for so many bytes on the disk; they read as zeros.

    Raises
    ------
    OSError
        There is less.
    """
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
        return
    zeros = bytes(STEP)
    for first in range(0, size, STEP):
        file.write(zeros[: size - first])
    file.flush()
