"""Pixels of a few lines as they come from a file, on their way into tiles."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.cube import Cube

__all__ = ["Block", "ChunkBlock", "ChunkSink", "ChunkedPixels", "RowBlock", "Scaling"]

KNOWN = ("float32", "float64", "int16", "uint16")  # stored types whose kernels are worth their compilation

Bits = tuple[NDArray[np.int32], NDArray[np.int32]]
ChunkSink = Callable[[NDArray[Any], slice, slice, slice], None]


class Block(Protocol):
    """Pixels of some lines, one after the other."""

    def take(self, tiles: NDArray[np.float32], start: int, limit: NDArray[np.int32]) -> Bits:
        """Copy all into the columns of tiles (n, bands, T) from ``start`` on, and look at them.

        Parameters
        ----------
        tiles : array of float32, (n, bands, T)
        start : int
        limit : array of int32, (bands,)
            See ``hsunmix.kernels.filling``.

        Returns
        -------
        array of int32, (pixels,)
            Bits of the largest magnitude in each.
        array of int32, (pixels,)
            How many of its values are below zero.
        """

    def again(self, tiles: NDArray[np.float32], start: int) -> RowBlock:
        """Return the same as float32, once it was taken there."""

    def physical(self) -> RowBlock:
        """Return the same as float32."""


class ChunkedPixels(Protocol):
    """Pixels of a file in pieces, none of which holds all bands of its pixels, or whole lines.

    ``piece_lines``: as many lines lie in such a piece.
    """

    piece_lines: int

    def read_chunks(self, first: int, last: int, bands: Sequence[int] | None, put: ChunkSink) -> None:
        """Give every piece of the lines first … last − 1 to ``put``, from several threads.

        It gets stored values (lines, samples, bands), in whichever order its axes lie in memory, to be
        used at once, and their places within what is read.
        """


@dataclass(frozen=True, eq=False)
class Scaling:
    """How stored values become physical ones, stored · gain + offset, as ``Cube.read`` makes them.

    Attributes
    ----------
    gain, offset : array of float64, (bands,)
    missing : float
        The stored value of what holds no data; NaN where there is none.
    """

    gain: NDArray[np.float64]
    offset: NDArray[np.float64]
    missing: float

    @classmethod
    def of(cls, cube: Cube, bands: NDArray[np.bool_]) -> Scaling | None:
        """Return what the bands of a cube that are used need; None where the kernels don't know its type."""
        dtype = cube.pixels.dtype
        if dtype not in KNOWN:
            return None
        gain, offset = (
            np.ascontiguousarray(np.broadcast_to(np.asarray(number, np.float64), len(bands))[bands])
            for number in (cube.gain, cube.offset)
        )
        if cube.nodata is None:
            return cls(gain, offset, float("nan"))
        with np.errstate(over="ignore"):
            missing = dtype.type(cube.nodata) if dtype.kind == "f" else cube.nodata
        return cls(gain, offset, float(missing))

    @cached_property
    def arguments(self) -> tuple[NDArray[np.float64], NDArray[np.float64], bool, float]:
        """What the kernels take."""
        return self.gain, self.offset, bool(self.offset.any()), self.missing

    def only(self, bands: slice) -> Scaling:
        """The same of some of the bands."""
        return Scaling(self.gain[bands], self.offset[bands], self.missing)

    @cached_property
    def changes(self) -> bool:
        """Whether physical values are others than the stored ones."""
        return bool((self.gain != 1).any() or self.offset.any() or not np.isnan(self.missing))


@dataclass(frozen=True, eq=False)
class RowBlock:
    """A block of pixels as it lies in memory, so that it is passed through from end to end.

    Attributes
    ----------
    values : array, C-contiguous
        (pixels, bands), or (n, bands, pixels of a row). float32, or stored values and their scaling. It is
        only read.
    scaling : Scaling or None
    columns : slice or None
        Which pixels of each row these are, where they are not all.
    """

    values: NDArray[Any]
    scaling: Scaling | None = None
    columns: slice | None = None

    def __post_init__(self) -> None:
        # Kernels are compiled for arrays that are only read, whoever owns them.
        values = np.asarray(self.values)[:]
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    @classmethod
    def of(cls, block: NDArray[Any], scaling: Scaling | None = None, lines: slice | None = None) -> RowBlock:
        """Take (lines, samples, bands), or some of the lines, in whichever order its axes lie in memory."""
        if scaling is not None and block.dtype == np.float32 and not scaling.changes:
            scaling = None
        if lines is not None:
            whole = cls._order(block)
            if whole == (2, 0, 1):
                rows = block.transpose(whole).reshape(1, block.shape[2], -1)
                return cls(rows, scaling, slice(lines.start * block.shape[1], lines.stop * block.shape[1]))
            block = block[lines] if whole else block[lines].copy(order="K")
        order = cls._order(block)
        if order == (2, 0, 1):
            return cls(block.transpose(order).reshape(1, block.shape[2], -1), scaling)
        if order == (0, 2, 1):
            return cls(block.transpose(order), scaling)
        return cls(np.ascontiguousarray(block).reshape(-1, block.shape[2]), scaling)

    @staticmethod
    def _order(block: NDArray[Any]) -> tuple[int, ...]:
        """Return the axes of (lines, samples, bands) as they lie in memory without gaps; () with gaps."""
        step = block.strides[0]
        strides = step, block.strides[1] if block.shape[1] > 1 else step, block.strides[2]
        order = tuple(sorted(range(3), key=lambda axis: -strides[axis]))
        return order if block.flags.aligned and block.transpose(order).flags.c_contiguous else ()

    @property
    def pixels(self) -> int:
        """How many there are."""
        if self.values.ndim == 2:
            return len(self.values)
        width = self.values.shape[2] if self.columns is None else self.columns.stop - self.columns.start
        return int(len(self.values) * width)

    def physical(self) -> RowBlock:
        """Return the same as float32, without what lies between its rows."""
        from hsunmix.kernels.filling import scale_rows, scale_spectra

        values = self.values
        if self.columns is not None:
            values = np.ascontiguousarray(values[:, :, self.columns])
            values.flags.writeable = False
        if self.scaling is None:
            return RowBlock(values)
        out = np.empty(values.shape, np.float32)
        (scale_spectra if out.ndim == 2 else scale_rows)(values, *self.scaling.arguments, out)
        return RowBlock(out)

    def again(self, _tiles: NDArray[np.float32], _start: int) -> RowBlock:
        """Return the same as float32, once it was taken into tiles."""
        return self.physical()

    def survey(self, limit: NDArray[np.int32]) -> Bits:
        """Bits of the largest magnitude in each pixel, and how many of its values are below zero."""
        from hsunmix.kernels.filling import survey_rows, survey_spectra

        top, below = np.empty(self.pixels, np.int32), np.empty(self.pixels, np.int32)
        (survey_spectra if self.values.ndim == 2 else survey_rows)(self.values, limit, top, below)
        return top, below

    def take(
        self,
        tiles: NDArray[np.float32],
        start: int,
        limit: NDArray[np.int32],
        samples: int = 0,
        pitch: int = 0,
        band: int = 0,
    ) -> Bits:
        """``survey``, and ``put`` all the same.

        Parameters
        ----------
        tiles : array of float32, (n, bands, T)
        start : int
        limit : array of int32, (bands that these are,)
        samples, pitch : int
            Where they are part of an image: so many are side by side, and from one of its lines to the
            next it is so many.
        band : int
            The first of the bands that these are.
        """
        from hsunmix.kernels import filling

        top, below = np.empty(self.pixels, np.int32), np.empty(self.pixels, np.int32)
        place = limit, tiles, start, samples or self.pixels, pitch, band, top, below
        scaled = () if self.scaling is None else self.scaling.arguments
        if self.values.ndim == 2:
            take = filling.take_spectra if self.scaling is None else filling.take_stored_spectra
            take(self.values, *scaled, *place)
        else:
            take = filling.take_rows if self.scaling is None else filling.take_stored_rows
            take(self.values, 0 if self.columns is None else self.columns.start, *scaled, *place)
        return top, below

    def only(self, used: NDArray[np.bool_]) -> RowBlock:
        """Some of the pixels."""
        if self.values.ndim == 2:
            return RowBlock(self.values[used])
        n, _, m = self.values.shape
        parts = [self.values[i][:, used[i * m : (i + 1) * m]] for i in range(n)]
        return RowBlock(np.concatenate(parts, axis=1)[np.newaxis])

    def put(self, tiles: NDArray[np.float32], start: int) -> None:
        """Copy all pixels, float32, into the columns of tiles (n, bands, T) from ``start`` on."""
        from hsunmix.kernels.filling import fill_rows, fill_spectra

        (fill_spectra if self.values.ndim == 2 else fill_rows)(self.values, tiles, start)


@dataclass(frozen=True, eq=False)
class ChunkBlock:
    """Lines of a file that stores them in pieces: each is read, and taken while it is in the cache.

    Attributes
    ----------
    pixels : ChunkedPixels
    lines : slice
    shape : tuple of 3 int
        Of what is read: (lines, samples, bands).
    bands : sequence of int or None
        None means all.
    scaling : Scaling
    """

    pixels: ChunkedPixels
    lines: slice
    shape: tuple[int, int, int]
    bands: Sequence[int] | None
    scaling: Scaling

    def take(self, tiles: NDArray[np.float32], start: int, limit: NDArray[np.int32]) -> Bits:
        """See ``Block``."""
        lines, samples, _ = self.shape
        top, below = (np.zeros((lines, samples), np.int32) for _ in range(2))
        lock = threading.Lock()

        def put(values: NDArray[Any], y: slice, x: slice, b: slice) -> None:
            rows = RowBlock.of(values, self.scaling.only(b))
            width, place = x.stop - x.start, start + y.start * samples + x.start
            largest, negative = rows.take(tiles, place, limit[b], width, samples, b.start)
            with lock:  # other threads have other bands of the same pixels
                np.maximum(top[y, x], largest.reshape(-1, width), out=top[y, x])
                below[y, x] += negative.reshape(-1, width)

        self.pixels.read_chunks(self.lines.start, self.lines.stop, self.bands, put)
        return top.reshape(-1), below.reshape(-1)

    def again(self, tiles: NDArray[np.float32], start: int) -> RowBlock:
        """See ``Block``: a copy, out of the tiles."""
        lines, samples, bands = self.shape
        count, width = lines * samples, tiles.shape[2]
        out = np.empty((1, bands, count), np.float32)
        done = 0
        while done < count:
            tile, begin = divmod(start + done, width)
            part = tiles[tile, :, begin : begin + count - done]
            out[0, :, done : done + part.shape[1]] = part
            done += part.shape[1]
        return RowBlock(out)

    def physical(self) -> RowBlock:
        """See ``Block``."""
        from hsunmix.kernels.filling import ANY

        lines, samples, bands = self.shape
        out = np.empty((1, bands, lines * samples), np.float32)
        self.take(out, 0, np.full(bands, ANY, np.int32))
        return RowBlock(out)
