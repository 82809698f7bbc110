"""Cubes and libraries as a decoder process returns them."""

from __future__ import annotations

import os
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import MissingFileError
from hsunmix.formats.decoder.handle import DecoderHandle
from hsunmix.formats.decoder.messages import (
    Chunked,
    Features,
    Flat,
    Library,
    Missing,
    Open,
    Opened,
    Read,
    Spectrum,
)
from hsunmix.formats.decoder.translation import error_of, values_of
from hsunmix.formats.pixels.asked import asked_bands, asked_lines, asked_pixel
from hsunmix.formats.pixels.checked import Checked
from hsunmix.formats.pixels.chunk_filters import FILTERS
from hsunmix.formats.pixels.chunked import ChunkPixels
from hsunmix.formats.pixels.chunks import Chunks
from hsunmix.formats.pixels.raw import MissingPixels, RawPixels
from hsunmix.formats.pixels.slabs import like
from hsunmix.model.cube import Cube
from hsunmix.model.spectra import Spectra
from hsunmix.model.vectors import Vectors

__all__ = ["RemotePixels", "remote_cube", "remote_spectra", "remote_vectors"]

INTERLEAVES = ("bsq", "bil", "bip")
MAX_CHUNK_BYTES = 256 << 20
PORTION = 64 << 20  # asked for at a time, so that a decoder never holds a whole file


class RemotePixels:
    """Pixels that a decoder process reads. The decoder is let go with the last reference to them.

    Parameters
    ----------
    handle : DecoderHandle
    opened : Opened
    """

    def __init__(self, handle: DecoderHandle, opened: Opened) -> None:
        self.path = Path(os.fsdecode(opened.file))
        self.shape = opened.shape
        self.dtype = np.dtype(opened.dtype)
        self._handle = handle
        self._nbytes = int(np.prod(opened.shape, dtype=object)) * self.dtype.itemsize
        self.close = weakref.finalize(self, handle.end)

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> NDArray[np.generic]:
        """Stored values of the lines first … last − 1, (lines, samples, bands).

        Raises
        ------
        FileError
            The file has changed, is damaged there, or its decoder died or took too long.
        """
        _, samples, every = self.shape
        first, last = asked_lines(first, last, self.shape)
        picked = None if bands is None else asked_bands(bands, self.shape)
        line = samples * (every if picked is None else len(picked)) * self.dtype.itemsize
        step = max(1, PORTION // max(1, line))
        if last - first <= step:
            return self._values(Read(first, last, picked))
        out: NDArray[np.generic] | None = None
        for begin in range(first, last, step):
            part = self._values(Read(begin, min(begin + step, last), picked))
            if out is None:
                out = like(part, last - first)
            out[begin - first : begin - first + len(part)] = part
        assert out is not None
        return out

    def spectrum(self, line: int, sample: int) -> NDArray[np.generic]:
        """Stored values of one pixel, (bands,)."""
        return self._values(Spectrum(*asked_pixel(line, sample, self.shape)))

    def _values(self, request: Read | Spectrum) -> NDArray[np.generic]:
        return self._handle.values(request, self._nbytes)


def cube_of(reply: Opened | Flat | Chunked | Missing, handle: DecoderHandle) -> Cube:
    """Make the cube that was described; its pixels are read through the handle, or where they lie."""
    values = values_of(reply.fields)
    if isinstance(reply, Opened):
        return Cube(RemotePixels(handle, reply), **values)
    if isinstance(reply, Flat):
        handle.end()
        return Cube(_flat(reply), **values)
    if isinstance(reply, Chunked):
        handle.end()
        return Cube(_in_chunks(reply), **values)
    error = error_of(reply.error, handle.path)
    handle.end()
    assert isinstance(error, MissingFileError)
    return Cube(MissingPixels(reply.shape, np.dtype(reply.dtype), error), **values)


def _flat(reply: Flat) -> RawPixels:
    stored = np.dtype(reply.dtype)
    if (
        stored.kind not in "biuf"
        or min(reply.shape) < 1
        or reply.offset < 0
        or reply.interleave not in INTERLEAVES
    ):
        raise ValueError("pixels that can't be")
    path = Path(os.fsdecode(reply.file))
    checked = None if reply.checked is None else Checked(path, *reply.checked)
    return RawPixels(
        path,
        reply.shape,
        stored,
        reply.interleave,
        reply.offset,
        checked=checked,
        identity=reply.identity,
    )


def _in_chunks(reply: Chunked) -> ChunkPixels:
    stored = np.dtype(reply.dtype)
    grid = [-(-n // size) for n, size in zip(reply.shape, reply.size, strict=True)]
    starts, lengths, masks = (
        np.frombuffer(table, "<i8").astype(np.int64).reshape(grid)
        for table in (reply.starts, reply.lengths, reply.masks)
    )
    chunks = Chunks(
        reply.shape,
        reply.size,
        stored,
        starts,
        lengths,
        masks,
        reply.filters,
        np.frombuffer(reply.fill, stored).reshape(()),
        reply.cut,
    )
    if (
        stored.kind not in "iuf"
        or min(*reply.shape, *reply.size) < 1
        or chunks.nbytes > MAX_CHUNK_BYTES
        or int(lengths.min()) < 0
        or (starts > reply.identity.size - lengths).any()
        or sorted(reply.axes) != sorted("yxb")
        or not set(reply.filters) <= set(FILTERS)
        or not -1 <= reply.cut < 3
    ):
        raise ValueError("pixels that can't be")
    return ChunkPixels(Path(os.fsdecode(reply.file)), reply.axes, chunks, reply.identity)


def spectra_of(reply: Library, path: Path) -> Spectra:
    """Make the library that was described."""
    return Spectra(**values_of(reply.fields), path=str(path))


def remote_cube(name: str, path: Path, options: dict[str, Any], what: str = "open_cube") -> Cube:
    """Open a cube in a decoder process.

    Parameters
    ----------
    name : str
        The format's identifier.
    path : Path
    options : dict
        Those that were given.
    what : str
        ``open_cube`` or ``open_header``.

    Raises
    ------
    FileError
        As the format raises it, or: the decoder died, ran out of memory, or took too long.
    """
    handle = DecoderHandle(path, Open(what, name, os.fsencode(path), options))
    try:
        reply = handle.start()
        assert isinstance(reply, Opened | Flat | Chunked | Missing)
        return cube_of(reply, handle)
    except BaseException:
        handle.end()
        raise


def remote_spectra(name: str, path: Path) -> Spectra:
    """Read a library in a decoder process; otherwise as ``remote_cube``."""
    handle = DecoderHandle(path, Open("open_spectra", name, os.fsencode(path)))
    try:
        reply = handle.start()
        assert isinstance(reply, Library)
        return spectra_of(reply, path)
    finally:
        handle.end()


def remote_vectors(name: str, path: Path, layer: str) -> Vectors:
    """Read points, lines and polygons in a decoder process; otherwise as ``remote_cube``."""
    handle = DecoderHandle(path, Open("open_vectors", name, os.fsencode(path), {"layer": layer}))
    try:
        reply = handle.start()
        assert isinstance(reply, Features)
        return Vectors(**values_of(reply.fields))
    finally:
        handle.end()
