"""Memory that parent and decoder share.

It has no name in any file system: when both have let go of it, or have died, it is gone. So there
is nothing to clean up. (``multiprocessing.shared_memory`` has names, and a third process to
remove them.)
"""

from __future__ import annotations

import mmap
import os
import secrets
import tempfile

import numpy as np
from numpy.typing import NDArray

__all__ = ["SharedMemory"]

SIZE = 16 << 20


class SharedMemory:
    """A piece of memory that a decoder gets by ``handle``.

    Parameters
    ----------
    handle : str, optional
        In the decoder what the parent's ``handle`` is; nothing makes new memory.
    """

    def __init__(self, handle: str = "") -> None:
        self.fds: tuple[int, ...] = ()
        if os.name == "posix":
            fd = int(handle) if handle else _anonymous_file()
            self._map = mmap.mmap(fd, SIZE)
            if handle:
                os.close(fd)
            else:
                self.fds = (fd,)
            self.handle = str(fd)
        else:
            self.handle = handle or f"hsunmix-{secrets.token_hex(8)}"
            self._map = mmap.mmap(-1, SIZE, tagname=self.handle)  # type: ignore[call-arg, unused-ignore]
        self.bytes: NDArray[np.uint8] = np.frombuffer(self._map, np.uint8)

    def close_fds(self) -> None:
        """Close what only the start of the decoder needs; the memory stays."""
        for fd in self.fds:
            os.close(fd)
        self.fds = ()

    def close(self) -> None:
        """Let go of it."""
        self.close_fds()
        self.bytes = np.empty(0, np.uint8)
        try:
            self._map.close()
        except BufferError:  # someone still copies from it; the garbage collector closes it then
            return


def _above_streams(fd: int) -> int:
    """Move a descriptor out of the way of the decoder's streams, where our own are closed."""
    import fcntl

    if fd > 2:
        return fd
    moved = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 3)
    os.close(fd)
    return moved


def _anonymous_file() -> int:
    if hasattr(os, "memfd_create"):
        fd = _above_streams(os.memfd_create("hsunmix"))
    else:
        with tempfile.TemporaryFile() as file:  # unlinked from the start
            fd = _above_streams(os.dup(file.fileno()))
    try:
        # Reserved now: memory that runs out while it is written to would kill the process.
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(fd, 0, SIZE)
        else:
            os.ftruncate(fd, SIZE)
    except OSError:
        os.close(fd)
        raise
    return fd
