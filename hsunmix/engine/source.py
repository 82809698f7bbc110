"""What a method may ask of the pixels, wherever they are.

A method never sees where the pixels are kept. It names a function and its arguments, ``source.map(work, …)``,
and whoever holds the pixels calls it for one part of them after the other:

``work(part, *small, *per_pixel, *sums)``
    ``part`` has the pixels of some tiles, ``small`` are the same small arrays for every part, ``per_pixel``
    are this part's share of numbers that stay with their pixels, and ``sums`` are arrays of zeros to add to.
    What it returns, besides, comes back in the order of the parts.

``work`` is a function of a module, no closure, and all that it is given can be pickled: so the same pass runs
on threads of this process, on other processes, or on other machines. Only small arrays go out and sums come
back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import DTypeLike, NDArray

from hsunmix.engine.room import MEMORY, Room
from hsunmix.model.progress import Step

__all__ = [
    "Chunk",
    "Executor",
    "Keeping",
    "Mapped",
    "Outcome",
    "Part",
    "Pass",
    "PerPixel",
    "counts_of",
    "cut",
    "per_pixel_of",
]

Array = NDArray[Any]
Outcome = tuple[Any, list[NDArray[np.float64]]]  # what the work returns, and its sums


class Chunk(NamedTuple):
    """What a part is made of: some tiles, or some columns of one tile."""

    tiles: slice
    columns: slice = slice(None)

    @property
    def whole(self) -> bool:
        """Whether it has all columns of its tiles."""
        return self.columns.stop is None


class Part(NamedTuple):
    """Some pixels.

    Attributes
    ----------
    tiles : array of float32, (m, bands used, T)
        Read only; fewer than T columns where one pixel takes long.
    counts : array of int64, (m,)
        Pixels in each that are no padding.
    first : int
        Column of the first pixel.
    """

    tiles: NDArray[np.float32]
    counts: NDArray[np.int64]
    first: int


def cut(tiles: NDArray[np.float32], counts: NDArray[np.int64], chunk: Chunk, before: int = 0) -> Part:
    """Return the pixels of a chunk.

    Parameters
    ----------
    tiles : array of float32, (m, bands used, T)
        Those from the tile ``before`` on.
    counts : array of int64, (n,)
        Of all tiles.
    chunk : Chunk
    before : int
    """
    own, counts = tiles[chunk.tiles.start - before : chunk.tiles.stop - before], counts[chunk.tiles]
    first = chunk.tiles.start * tiles.shape[2]
    if chunk.whole:
        return Part(own, counts, first)
    begin, end = chunk.columns.start, chunk.columns.stop
    some = np.clip(counts - begin, 0, end - begin)
    return Part(np.ascontiguousarray(own[:, :, chunk.columns]), some, first + begin)


@dataclass(eq=False)
class PerPixel:
    """Numbers that stay with their pixels, one or ``k`` for each.

    Attributes
    ----------
    values : array, (n, T) or (n, k, T)
        As the source lays out its tiles; for the engine and for what passes hand to kernels.
    counts : array of int64, (n,)
        Pixels in each tile that are no padding.
    room : Room
        Where they lie.
    """

    values: Array
    counts: NDArray[np.int64]
    room: Room = MEMORY

    def share(self, chunk: Chunk) -> Array:
        """Return a part's share; for the engine."""
        if chunk.whole:
            return self.values[chunk.tiles]
        return np.ascontiguousarray(self.values[chunk.tiles, ..., chunk.columns])

    def keep(self, chunk: Chunk, share: Array) -> None:
        """Take back a part's share, where it is a copy; for the engine."""
        if not np.may_share_memory(self.values, share):
            self.values[chunk.tiles, ..., chunk.columns] = share

    @property
    def flat(self) -> Array:
        """One number for every pixel in the order of the columns, padding included; it can be written to."""
        return self.values.reshape(-1)

    @property
    def k(self) -> int:
        """How many numbers each pixel has."""
        return 1 if self.values.ndim == 2 else int(self.values.shape[1])

    @property
    def width(self) -> int:
        """Pixels in a tile, padding included."""
        return int(self.values.shape[-1])

    def at(self, columns: NDArray[np.integer[Any]]) -> Array:
        """Return the numbers of some pixels, (len,) or (k, len)."""
        if self.values.ndim == 2:
            return np.asarray(self.flat[columns])
        tile, place = np.divmod(np.asarray(columns), self.width)
        found = self.values[tile, ..., place]
        return np.ascontiguousarray(np.moveaxis(found, 0, -1))

    def put(self, columns: NDArray[np.integer[Any]] | int | list[int], values: float | Array) -> None:
        """Set the numbers of some pixels: to one value, or each, (len,) or (k, len)."""
        if self.values.ndim == 2:
            self.flat[columns] = values
            return
        tile, place = np.divmod(np.asarray(columns), self.width)
        self.values[tile, ..., place] = (
            values if np.ndim(values) == 0 else np.moveaxis(np.asarray(values), -1, 0)
        )

    def write(self, first: int, numbers: PerPixel) -> None:
        """Take over the numbers of other pixels in a row, from this column on."""
        if first % self.width:
            pixels = int(numbers.counts.sum())
            self.put(np.arange(first, first + pixels), numbers.known())
        else:
            tile = first // self.width
            self.values[tile : tile + len(numbers.values)] = numbers.values

    def of_first(self, pixels: int) -> PerPixel:
        """Return the numbers of so many pixels, those in front; they are shared."""
        counts = counts_of(pixels, self.width)
        return PerPixel(self.values[: len(counts)], counts, self.room)

    def for_more(self, pixels: int, room: Room) -> PerPixel:
        """Return as many numbers for each of other pixels, without a value yet: NaN, or −1."""
        k = None if self.values.ndim == 2 else self.k
        fill = math.nan if self.values.dtype.kind == "f" else -1
        return per_pixel_of(counts_of(pixels, self.width), self.width, k, self.values.dtype, fill, room)

    def pad(self, value: float) -> None:
        """Set what stands in the padding."""
        self.values[-1, ..., self.counts[-1] :] = value

    def known(self) -> Array:
        """Return the numbers without the padding, (pixels,) or (k, pixels)."""
        pixels = int(self.counts.sum())
        if self.values.ndim == 2:
            return self.values.reshape(-1)[:pixels]
        return self.values.transpose(1, 0, 2).reshape(self.values.shape[1], -1)[:, :pixels]

    def of(self, columns: NDArray[np.int64]) -> PerPixel:
        """Return the numbers of some pixels, at most a tile full, as those of a source that has only them."""
        shape = (1, *self.values.shape[1:])
        values = np.zeros(shape, self.values.dtype)
        values[0, ..., : len(columns)] = self.at(columns)
        return PerPixel(values, np.array([len(columns)], dtype=np.int64))

    def largest_of_tiles(self) -> tuple[NDArray[np.int64], Array]:
        """Return the column of the largest number of each tile, and that number; for one number a pixel."""
        inside = self.values.argmax(axis=1)
        tiles = np.arange(len(self.values))
        return np.asarray(tiles * self.width + inside, dtype=np.int64), self.values[tiles, inside]

    def where_at_least(self, least: float) -> NDArray[np.int64]:
        """Return the columns whose number is not smaller, padding included; for one number a pixel."""
        return np.flatnonzero(self.flat >= least)

    def clear(self, k: int) -> None:
        """Set one of the ``k`` numbers of every pixel to zero."""
        self.values[:, k] = 0

    def lift(self, floor: float) -> None:
        """Raise what is lower to a floor; the padding becomes zero."""
        np.maximum(self.values, self.values.dtype.type(floor), out=self.values)
        self.pad(0)

    def copy(self) -> PerPixel:
        """Return the same numbers, to be changed on their own."""
        return PerPixel(self.room.copy(self.values), self.counts, self.room)

    def argmax(self) -> int:
        """Return the column with the largest number, the first of equal ones; for one number a pixel."""
        return int(self.values.argmax())

    def max(self) -> float:
        """Return the largest number, padding included."""
        return float(self.values.max(initial=-math.inf))

    def sum(self) -> float:
        """Return the sum of all numbers, in double precision."""
        return float(self.values.sum(dtype=np.float64))

    def totals(self) -> NDArray[np.float64]:
        """Return the sum of each of the ``k`` numbers over the pixels, (k,)."""
        return np.asarray(self.values.sum(axis=(0, 2), dtype=np.float64))


class Pass(NamedTuple):
    """One pass over the pixels.

    Attributes
    ----------
    work : callable
        See the module.
    small : tuple
    per_pixel : tuple of PerPixel
    sums : tuple of tuple of int
        The shapes of the arrays to add to.
    blind : bool
        Whether the work looks at no pixel, only at numbers that stay with them: ``part.tiles`` then has the
        right shape, but what stands in it means nothing.
    """

    work: Callable[..., Any]
    small: tuple[Any, ...] = ()
    per_pixel: tuple[PerPixel, ...] = ()
    sums: tuple[tuple[int, ...], ...] = ()
    blind: bool = False

    def on(self, part: Part, shares: Sequence[Array]) -> Outcome:
        """Do it for a part."""
        sums = [np.zeros(shape) for shape in self.sums]
        return self.work(part, *self.small, *shares, *sums), sums


class Mapped(NamedTuple):
    """What a pass brought.

    Attributes
    ----------
    values : list
        What the work returned for each part, in the pixels' order.
    sums : list of array of float64
        Over all parts, added in their order: the same bits whoever was faster.
    """

    values: list[Any]
    sums: list[NDArray[np.float64]]


class Executor(Protocol):
    """Runs passes over the parts of a scene."""

    def run(
        self, one: Pass, part_of: Callable[[Chunk], Part], chunks: Sequence[Chunk]
    ) -> Generator[Step | None, None, list[Outcome]]:
        """Yield now and then; return the outcome of every chunk, in order.

        Closing the generator ends the pass: nothing writes into rows afterwards.
        """
        ...


@runtime_checkable
class Keeping(Protocol):
    """An executor that keeps numbers of pixels where their pixels are."""

    def per_pixel(
        self, counts: NDArray[np.int64], width: int, k: int | None, dtype: DTypeLike, fill: float | None
    ) -> PerPixel:
        """As ``per_pixel_of``."""
        ...

    def tiles_of(self, rows: PerPixel) -> tuple[Any, Executor]:
        """Return what stands for the tiles of a scene that has these values, and its executor."""
        ...

    def of_file(self, tiles: Any) -> tuple[Any, Executor]:
        """Return the same for other ``FileTiles`` of the same file."""
        ...


def counts_of(pixels: int, width: int) -> NDArray[np.int64]:
    """Return how many of so many pixels each tile has."""
    return np.clip(pixels - np.arange(-(-pixels // width)) * width, 0, width)


def per_pixel_of(
    counts: NDArray[np.int64],
    width: int,
    k: int | None,
    dtype: DTypeLike,
    fill: float | None,
    room: Room = MEMORY,
) -> PerPixel:
    """Make numbers for every pixel: one each, or ``k``; ``fill`` None leaves them as memory has them."""
    shape = (len(counts), width) if k is None else (len(counts), k, width)
    return PerPixel(room.array(shape, dtype, fill), counts, room)
