"""Pixels of a flat binary file, read in blocks by file reads.

Never mapped into memory: a file that is truncated while it is mapped kills the process.
"""

from __future__ import annotations

import io
import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.memory import require
from hsunmix.errors import FileError, MissingFileError, TooLargeError
from hsunmix.files import Identity, check_identity, identity
from hsunmix.formats.pixels.asked import asked_bands, asked_lines, asked_pixel
from hsunmix.formats.pixels.checked import Checked
from hsunmix.formats.pixels.unpacked import Unpacked
from hsunmix.model.progress import Step

__all__ = ["MissingPixels", "RawPixels", "fill", "fill_rows"]

LARGE_BYTES = 256 << 20  # a block from which on it is asked whether it fits
CHUNK_BYTES = 16 << 20  # read at a time where most of what is read is thrown away


_read_at = getattr(os, "preadv", None)  # not on Windows


def fill(path: Path, file: IO[bytes], start: int, out: NDArray[np.generic]) -> None:
    """Read bytes from the byte ``start`` on into a contiguous array.

    Raises
    ------
    FileError
        There are fewer, or the system can't read them.
    """
    if not out.size:
        return
    view = out.reshape(-1).view(np.uint8).data
    done = 0
    try:
        while done < len(view):
            if _read_at is not None and isinstance(file, io.FileIO):  # one call of the system, not two
                got = _read_at(file.fileno(), [view[done:] if done else view], start + done)
            else:
                file.seek(start + done)
                got = file.readinto(view[done:])  # type: ignore[attr-defined]
            if not got:
                raise FileError(path, "has become shorter while it was read")
            done += got
    except FileError:
        raise
    except OSError as error:
        raise FileError(path, f"can't be read: {error.strerror or error}") from None


def fill_rows(path: Path, file: IO[bytes], starts: Sequence[int], out: NDArray[np.generic]) -> None:
    """As ``fill``, for the rows of an array: with little else between one read and the next."""
    size = out.nbytes // max(1, len(starts))
    if _read_at is None or not isinstance(file, io.FileIO) or not size:
        for start, row in zip(starts, out, strict=True):
            fill(path, file, start, row)
        return
    view, descriptor = out.reshape(-1).view(np.uint8).data, file.fileno()
    for k, start in enumerate(starts):
        try:
            done = _read_at(descriptor, [view[k * size : (k + 1) * size]], start)
        except OSError as error:
            raise FileError(path, f"can't be read: {error.strerror or error}") from None
        if done != size:
            fill(path, file, start, out[k])


@dataclass(frozen=True)
class MissingPixels:
    """Pixels whose file is not there: a shape and a type, and an error when they are read."""

    shape: tuple[int, int, int]
    dtype: np.dtype[np.generic]
    error: MissingFileError

    def read(self, *_: object, **__: object) -> NDArray[np.generic]:
        """Raise the MissingFileError."""
        raise self.error

    def spectrum(self, *_: object, **__: object) -> NDArray[np.generic]:
        """Raise the MissingFileError."""
        raise self.error


@dataclass(frozen=True)
class RawPixels:
    """Pixels of a flat binary file.

    Every read opens the file anew: threads share nothing, and nothing stays open.

    Attributes
    ----------
    path : Path
    shape : tuple of 3 int
        (lines, samples, bands).
    stored : dtype
        With the file's byte order.
    interleave : str
        ``bsq``, ``bil`` or ``bip``.
    offset : int
        Bytes before the first value.
    unpacked : Unpacked or None
        What is read instead of the file, where that is compressed.
    checked : Checked or None
        What has to be right before anything is read.
    identity : Identity
        The file's; by default as it is now. One that has another when it is read is refused.
    """

    path: Path
    shape: tuple[int, int, int]
    stored: np.dtype[np.generic]
    interleave: str
    offset: int = 0
    unpacked: Unpacked | None = None
    checked: Checked | None = None
    identity: Identity = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.identity is None:
            object.__setattr__(self, "identity", identity(self.path))

    @cached_property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of the values, in the machine's byte order."""
        return self.stored.newbyteorder("=")

    @property
    def nbytes(self) -> int:
        """Bytes that the file must have."""
        lines, samples, bands = self.shape
        return self.offset + lines * samples * bands * self.stored.itemsize

    def prepare(self) -> Generator[Step | None, None, None]:
        """Unpack the file where it is compressed, check it where it has a checksum."""
        if self.unpacked is not None:
            yield from self.unpacked.steps()
        if self.checked is not None:
            yield from self.checked.steps()

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> NDArray[np.generic]:
        """Stored values of the lines first … last − 1, (lines, samples, bands).

        Raises
        ------
        FileError
            The file is gone, shorter, another than it was, or damaged as far as a checksum tells.
        TooLargeError
            So many values don't fit into memory.
        """
        first, last = asked_lines(first, last, self.shape)
        picked = asked_bands(bands, self.shape)
        self._require_room((last - first) * self.shape[1] * len(picked))
        try:
            with self._open() as file:
                if self.interleave == "bsq":
                    return self._read_bsq(file, first, last, picked)
                if self.interleave == "bil":
                    return self._read_bil(file, first, last, picked)
                return self._read_bip(file, first, last, None if bands is None else picked)
        except MemoryError as error:
            raise TooLargeError(f"{self.path}: {error or 'the block does not fit into memory'}") from None

    def _require_room(self, values: int) -> None:
        """Refuse what would not fit: a system that promises more than it has ends the program later."""
        size = values * (self.stored.itemsize + 4)  # and the same as float32
        if size > LARGE_BYTES:
            require(size, f"{self.path}: a block of {values} values")

    def spectrum(self, line: int, sample: int) -> NDArray[np.generic]:
        """Stored values of one pixel, (bands,)."""
        lines, samples, bands = self.shape
        line, sample = asked_pixel(line, sample, self.shape)
        if self.interleave == "bip":
            start, step = (line * samples + sample) * bands, 1
        elif self.interleave == "bil":
            start, step = line * bands * samples + sample, samples
        else:
            start, step = line * samples + sample, lines * samples
        out = np.empty(bands, dtype=self.stored)
        with self._open() as file:
            if step == 1:
                self._fill(file, start, out)
            elif step * bands * self.stored.itemsize <= CHUNK_BYTES // 8:
                span = np.empty((bands - 1) * step + 1, dtype=self.stored)
                self._fill(file, start, span)
                out[:] = span[::step]
            else:
                for band in range(bands):
                    self._fill(file, start + band * step, out[band : band + 1])
        return self._native(out)

    def _read_bsq(self, file: IO[bytes], first: int, last: int, bands: list[int]) -> NDArray[np.generic]:
        lines, samples, _ = self.shape
        planes = np.empty((len(bands), last - first, samples), dtype=self.stored)
        starts = [self.offset + (band * lines + first) * samples * self.stored.itemsize for band in bands]
        fill_rows(self.path, file, starts, planes)
        return np.moveaxis(self._native(planes), 0, -1)

    def _read_bil(self, file: IO[bytes], first: int, last: int, bands: list[int]) -> NDArray[np.generic]:
        _, samples, all_bands = self.shape
        if 4 * len(bands) <= all_bands:
            rows = np.empty((last - first, len(bands), samples), dtype=self.stored)
            for line in range(first, last):
                for row, band in zip(rows[line - first], bands, strict=True):
                    self._fill(file, (line * all_bands + band) * samples, row)
            return np.moveaxis(self._native(rows), 1, -1)
        return np.moveaxis(self._read_lines(file, first, last, (all_bands, samples), bands, 1), 1, -1)

    def _read_bip(
        self, file: IO[bytes], first: int, last: int, bands: list[int] | None
    ) -> NDArray[np.generic]:
        _, samples, all_bands = self.shape
        picked = list(range(all_bands)) if bands is None else bands
        return self._read_lines(file, first, last, (samples, all_bands), picked, 2)

    def _read_lines(
        self, file: IO[bytes], first: int, last: int, line: tuple[int, int], bands: list[int], axis: int
    ) -> NDArray[np.generic]:
        """Read whole lines; where not all bands are wanted, a few lines at a time."""
        size = line[0] * line[1]
        if bands == list(range(self.shape[2])):
            block = np.empty((last - first, *line), dtype=self.stored)
            self._fill(file, first * size, block)
            return self._native(block)
        shape = [last - first, *line]
        shape[axis] = len(bands)
        out = np.empty(shape, dtype=self.stored)
        step = max(1, CHUNK_BYTES // (size * self.stored.itemsize))
        for start in range(first, last, step):
            stop = min(start + step, last)
            block = np.empty((stop - start, *line), dtype=self.stored)
            self._fill(file, start * size, block)
            np.take(block, bands, axis=axis, out=out[start - first : stop - first], mode="clip")
        return self._native(out)

    @contextmanager
    def _open(self) -> Iterator[IO[bytes]]:
        if self.checked is not None:
            self.checked.ensure()
        if self.unpacked is not None:
            with self.unpacked.open() as file:
                yield file
            return
        try:
            plain = self.path.open("rb", buffering=0)
        except OSError as error:
            raise FileError(self.path, f"can no longer be read: {error.strerror or error}") from None
        with plain:
            size = os.fstat(plain.fileno()).st_size
            if size < self.nbytes:
                raise FileError(
                    self.path,
                    f"has changed: it has become shorter, {size} bytes, and {self.nbytes} are needed",
                )
            check_identity(self.path, self.identity, plain.fileno())
            yield plain
            check_identity(self.path, self.identity, plain.fileno())

    def _fill(self, file: IO[bytes], index: int, out: NDArray[np.generic]) -> None:
        """Read values from the value ``index`` on into a contiguous array."""
        self._fill_bytes(file, self.offset + index * self.stored.itemsize, out)

    def _fill_bytes(self, file: IO[bytes], start: int, out: NDArray[np.generic]) -> None:
        """Read bytes from the byte ``start`` on into a contiguous array."""
        fill(self.path, file, start, out)

    def _native(self, values: NDArray[np.generic]) -> NDArray[np.generic]:
        if self.stored.isnative:
            return values
        return values.byteswap(inplace=True).view(self.dtype)
