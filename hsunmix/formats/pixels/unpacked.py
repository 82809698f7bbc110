"""The content of a gzip file, unpacked into a temporary file that has no name."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import threading
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from hsunmix.errors import FileError, FormatError, TooLargeError
from hsunmix.files import check_identity, identity
from hsunmix.formats.opening.damage import damaged, unpackable
from hsunmix.model.progress import Step

__all__ = ["Unpacked", "is_gzip", "may_hold"]

BLOCK_BYTES = 4 << 20
MAX_RATIO = 1040  # deflate reaches 1032; beyond it the header asks for what the file cannot hold
_MAGIC = b"\x1f\x8b\x08"


def is_gzip(path: Path) -> bool:
    """Whether a file begins as gzip files do."""
    try:
        with path.open("rb") as file:
            return file.read(3) == _MAGIC
    except OSError as error:
        raise FileError(path, error.strerror or str(error)) from None


def may_hold(path: Path, size: int) -> bool:
    """Whether a gzip file is long enough to hold this many bytes."""
    return size <= path.stat().st_size * MAX_RATIO


class Unpacked:
    """The first bytes of what a gzip file holds, to be read in any order and from any thread.

    Nothing is unpacked before it is needed, and nothing is given before the whole file was gone
    through: the checksum, and the length, stand at its end. The temporary file lies where the system
    keeps such files (``TMPDIR`` moves that) and is gone with the last reference to it, or with the
    process.

    Parameters
    ----------
    path : Path
    size : int
        Bytes that are needed; what follows is unpacked too, but not kept.
    """

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.size = size
        self._lock = threading.Lock()
        self._known = identity(path)
        self._files: tuple[IO[bytes], IO[bytes]] | None = None
        self._done = 0
        self._checked = False

    def steps(self) -> Generator[Step | None, None, None]:
        """Unpack block by block. Closed too early, it goes on from there the next time.

        Raises
        ------
        FileError
            The file is damaged, too short, or has changed.
        TooLargeError
            The disk for temporary files is too small.
        """
        while not self._advance():
            yield Step(min(1.0, self._done / self.size), message=f"Unpacking {self.path.name}")

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Give the whole content to one thread at a time."""
        while not self._advance():
            pass
        with self._lock:
            assert self._files is not None
            yield self._files[1]

    def _advance(self) -> bool:
        """Unpack one more block; return whether all is there."""
        with self._lock:
            if self._checked:
                return True
            try:
                check_identity(self.path, self._known)
                self._block()
                check_identity(self.path, self._known)
            except FileError:
                raise
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise FormatError(self.path, damaged(unpackable(error))) from None
            except OSError as error:
                raise FileError(self.path, f"can't be unpacked: {error.strerror or error}") from None
            return self._checked

    def _block(self) -> None:
        if self._files is None:
            self._require_room()
            packed: IO[bytes] = gzip.GzipFile(self.path)  # type: ignore[assignment]
            self._files = packed, tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        source, file = self._files
        block = source.read(BLOCK_BYTES)
        if not block:  # the end, and with it the checksum
            if self._done < self.size:
                reason = f"holds {self._done} bytes unpacked, but its header needs {self.size}"
                raise FormatError(self.path, reason)
            source.close()
            self._checked = True
            return
        left = memoryview(block)[: max(0, self.size - self._done)]
        file.seek(self._done)
        while left:
            left = left[file.write(left) :]
        self._done += len(block)

    def _require_room(self) -> None:
        folder = tempfile.gettempdir()
        free = shutil.disk_usage(folder).free
        if self.size > 0.95 * free:
            raise TooLargeError(
                f"{self.path}: unpacked it takes {self.size / 2**30:.1f} GB, and {free / 2**30:.1f} GB are "
                f"free in {folder}; set TMPDIR to another folder, or unpack it with gunzip"
            )
