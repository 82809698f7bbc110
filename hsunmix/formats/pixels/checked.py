"""A piece of a file with a checksum, which has to be right before any of it is believed."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Generator
from pathlib import Path

from hsunmix.errors import FileError, FormatError
from hsunmix.formats.opening.damage import damaged
from hsunmix.model.progress import Step

__all__ = ["Checked"]

BLOCK_BYTES = 8 << 20


class Checked:
    """Bytes of a file that are read once, to see whether they are still what was written.

    Parameters
    ----------
    path : Path
    start, size : int
        Where they begin, and how many they are.
    crc : int
        Their CRC-32.
    """

    def __init__(self, path: Path, start: int, size: int, crc: int) -> None:
        self.path = path
        self.start = start
        self.size = size
        self.crc = crc
        self._lock = threading.Lock()
        self._found = 0
        self._done = 0
        self._right = False

    def steps(self) -> Generator[Step | None, None, None]:
        """Check block by block. Closed too early, it goes on from there the next time.

        Raises
        ------
        FileError
            The sum is another, or the file can't be read.
        """
        while not self._advance():
            yield Step(self._done / max(1, self.size), message=f"Checking {self.path.name}")

    def ensure(self) -> None:
        """As ``steps``, at once."""
        while not self._advance():
            pass

    def _advance(self) -> bool:
        """Look at one more block; return whether all is right."""
        with self._lock:
            if self._right:
                return True
            try:
                with self.path.open("rb") as file:
                    file.seek(self.start + self._done)
                    block = file.read(min(BLOCK_BYTES, self.size - self._done))
            except OSError as error:
                raise FileError(self.path, f"can no longer be read: {error.strerror or error}") from None
            self._found = zlib.crc32(block, self._found)
            self._done += len(block)
            if block and self._done < self.size:
                return False
            if self._found != self.crc or self._done < self.size:
                self._found = self._done = 0
                raise FormatError(self.path, damaged("its checksum is not that of its values"))
            self._right = True
            return True
