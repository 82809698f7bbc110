"""The pixels that are used, tile-major: in memory, on a scratch file, or still in their own.

A tile is a float32 array (bands, T): so a band image and a pixel's spectrum are both cheap to
reach, and a kernel finds a tile's numbers in the cache when it needs them a second time. T is no
power of two, because rows at such a distance would fight for the same lines of the cache.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

from hsunmix.engine.cluster.held import HeldTiles
from hsunmix.engine.executor_threads import THREADS
from hsunmix.engine.file_tiles import FileTiles
from hsunmix.engine.room import MEMORY, Room
from hsunmix.engine.source import (
    Chunk,
    Executor,
    Keeping,
    Mapped,
    Part,
    Pass,
    PerPixel,
    counts_of,
    cut,
    per_pixel_of,
)
from hsunmix.engine.tile_writer import TILE
from hsunmix.errors import InputError
from hsunmix.model.progress import Step

if TYPE_CHECKING:
    from hsunmix.engine.glimpse import Glimpse

__all__ = ["TILE", "Scene"]

MIN_PIXELS = 16  # pixels in a part: with fewer, getting ready takes longer than the work
CHUNK_BYTES = 4 << 20  # a kernel's call works on so much: a few milliseconds

T = TypeVar("T")


@cache  # to ask it of an object takes as long as a pass over a small scene
def _keeps(kind: type[Executor]) -> bool:
    return issubclass(kind, Keeping)


Tiles = NDArray[np.float32] | FileTiles | HeldTiles


def tiles_of_chunk(bands: int) -> int:
    """Return how many tiles a part has, where nothing speaks for fewer."""
    return max(1, CHUNK_BYTES // (bands * TILE * 4))


@dataclass(frozen=True, eq=False)
class Scene:
    """Pixels that are used.

    Attributes
    ----------
    tiles : array of float32, (n, bands used, T), FileTiles or HeldTiles
        Read only; the last tile is padded with zeros.
    pixels : array of int64, (pixels used,)
        For every column its place in the cube, line · samples + sample, ascending.
    bands : array of bool, (bands,)
        The cube's bands that are used.
    shape : tuple of int
        (lines, samples), or (pixels,) when the scene came from a matrix.
    scale : float
        Cube units = scene units · scale; a power of two, one unless the values are extreme.
    negative : float
        Share of the values used that are below zero.
    notes : tuple of str
        What was left out, in sentences.
    stacked : int
        Of how many cubes the bands are, those of one behind those of the other.
    executor : Executor
        Who runs the passes.
    room : Room
        Where the numbers of its pixels lie.
    top : float or None
        The largest magnitude, where the pixels stay in their file.
    moments : tuple of array of float64, or None
        X Xᵀ (bands used, bands used) and the sum of the pixels, where they are known.
    glimpse : Glimpse or None
        What the first read of a file kept.
    grids : tuple of tuple of int
        Lines and samples of every scene, where these are the pixels of several: their numbers go on from one
        to the next, and ``shape`` is (pixels of all,).
    """

    tiles: Tiles
    pixels: NDArray[np.int64]
    bands: NDArray[np.bool_]
    shape: tuple[int, ...]
    scale: float = 1.0
    negative: float = 0.0
    notes: tuple[str, ...] = ()
    stacked: int = 1
    executor: Executor = THREADS
    room: Room = MEMORY
    top: float | None = None
    moments: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    glimpse: Glimpse | None = None
    grids: tuple[tuple[int, int], ...] = ()

    @property
    def images(self) -> list[tuple[slice, tuple[int, int]]]:
        """The images that the pixels lie in: the numbers of its pixels, and lines and samples, of each."""
        if self.grids:
            ends = np.cumsum([lines * samples for lines, samples in self.grids]).tolist()
            numbers = (slice(a, b) for a, b in pairwise([0, *ends]))
            return list(zip(numbers, self.grids, strict=True))
        if len(self.shape) != 2:
            return []
        lines, samples = self.shape
        return [(slice(0, lines * samples), (lines, samples))]

    @property
    def in_file(self) -> bool:
        """Whether every pass reads its pixels from their file."""
        return isinstance(self.tiles, FileTiles)

    @property
    def at_hand(self) -> bool:
        """Whether its pixels are in memory, or in a scratch file, here."""
        return isinstance(self.tiles, np.ndarray)

    @property
    def n_pixels(self) -> int:
        """Pixels used."""
        return len(self.pixels)

    @property
    def n_bands(self) -> int:
        """Bands used."""
        return int(self.tiles.shape[1])

    @property
    def largest(self) -> float:
        """The largest value, padding included."""
        if isinstance(self.tiles, FileTiles) or self.top is not None:
            return math.nan if self.top is None else self.top
        return float(self.tiles.max())

    @property
    def assumed(self) -> tuple[str, ...]:
        """The notes but the last, which counts the pixels that were left out where any were."""
        return self.notes if self.n_pixels == math.prod(self.shape) else self.notes[:-1]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Pixels in each tile that are no padding, (n,)."""
        return counts_of(self.n_pixels, TILE)

    @property
    def _keeping(self) -> Keeping | None:
        """The executor, if it keeps numbers of pixels itself."""
        return cast(Keeping, self.executor) if _keeps(type(self.executor)) else None

    @cached_property
    def _chunks(self) -> list[Chunk]:
        """The portions in which passes work."""
        return self._pieces(len(self.tiles) * TILE)

    def _pieces(self, pixels: int) -> list[Chunk]:
        """Portions of at most so many pixels, but no more than stay in the cache and no fewer than a few."""
        if pixels >= TILE:
            step = max(1, min(pixels // TILE, tiles_of_chunk(self.n_bands)))
            ends = range(0, len(self.tiles), step)
            return [Chunk(slice(i, min(i + step, len(self.tiles)))) for i in ends]
        step = max(MIN_PIXELS, pixels)
        return [
            Chunk(slice(i, i + 1), slice(first, min(first + step, TILE)))
            for i, count in enumerate(self.counts)
            for first in range(0, max(int(count), 1), step)
        ]

    def _part(self, chunk: Chunk) -> Part:
        """Return the pixels of a chunk."""
        return cut(self.tiles[chunk.tiles], self.counts, chunk, chunk.tiles.start)

    def map(
        self,
        work: Callable[..., Any],
        *small: Any,
        per_pixel: Sequence[PerPixel] = (),
        sums: Sequence[tuple[int, ...]] = (),
        pixels: int | None = None,
        blind: bool = False,
        onto: Sequence[NDArray[np.float64]] | None = None,
    ) -> Generator[Step | None, None, Mapped]:
        """Pass over all pixels: see ``hsunmix.engine.source``.

        Parameters
        ----------
        work : callable
            A function of a module: ``work(part, *small, *per_pixel, *sums)``.
        *small
            The same for every part.
        per_pixel : sequence of PerPixel
        sums : sequence of shapes
        pixels : int, optional
            How many may be in a part, where one takes long. Parts may then be less than a tile; numbers of
            the padding are left as they are.
        blind : bool
            The work looks at no pixel, only at numbers that stay with them: nothing has to be read for it.
        onto : sequence of array, optional
            Sums of pixels before these, on to which those of this pass are added, part by part.

        Returns
        -------
        Mapped
            What the work returned for each part, in order, and the sums over all parts.
        """
        chunks = self._chunks if pixels is None else self._pieces(pixels)
        one = Pass(work, small, tuple(per_pixel), tuple(sums), blind)
        outcomes = yield from self.executor.run(one, self._part, chunks)
        before = [()] * len(one.sums) if onto is None else [(array,) for array in onto]
        own = [[found[k] for _, found in outcomes] for k in range(len(one.sums))]
        totals = [reduce(np.add, (*first, *rest)) for first, rest in zip(before, own, strict=True)]
        return Mapped([value for value, _ in outcomes], totals)

    def made(
        self,
        work: Callable[..., Any],
        *small: Any,
        per_pixel: Sequence[PerPixel] = (),
        bands: int | None = None,
    ) -> Generator[Step | None, None, Scene]:
        """Return a scene with other values, of as many bands or others: ``map`` with one array more.

        ``work(part, *small, *per_pixel, out)`` writes that one, float32, laid out as the tiles, with zeros in
        the padding.
        """
        out = self.rows(bands or self.n_bands)
        yield from self.map(work, *small, per_pixel=[*per_pixel, out])
        return self.with_rows(out)

    def rows(self, bands: int) -> PerPixel:
        """Make room for other values of the pixels, as tiles have them: a pass is to write all."""
        if self._keeping is not None:
            return self._keeping.per_pixel(self.counts, TILE, bands, np.float32, None)
        return PerPixel(self.room.tiles((len(self.tiles), bands, TILE)), self.counts, self.room)

    def with_rows(self, rows: PerPixel) -> Scene:
        """Return a scene whose tiles are such values."""
        if self._keeping is not None:
            tiles, executor = self._keeping.tiles_of(rows)
            return replace(self, tiles=tiles, executor=executor, top=None, moments=None)
        return self.with_tiles(rows.values)

    def with_tiles(self, tiles: NDArray[np.float32], pixels: NDArray[np.int64] | None = None) -> Scene:
        """Return a scene with other tiles, that are at hand; of other pixels, where these are given."""
        tiles.flags.writeable = False
        executor = self.executor if isinstance(self.tiles, np.ndarray) else THREADS
        pixels = self.pixels if pixels is None else pixels
        return replace(
            self, tiles=tiles, pixels=pixels, executor=executor, top=None, moments=None, glimpse=None
        )

    def per_pixel(
        self, k: int | None = None, dtype: DTypeLike = np.float64, fill: float | None = None
    ) -> PerPixel:
        """Make numbers that stay with their pixels: one for each, or ``k``.

        Parameters
        ----------
        k : int, optional
        dtype : dtype
        fill : float, optional
            None leaves them as memory has them, for a pass that writes all.
        """
        if self._keeping is not None:
            return self._keeping.per_pixel(self.counts, TILE, k, dtype, fill)
        return per_pixel_of(self.counts, TILE, k, dtype, fill, self.room)

    def values(self) -> PerPixel:
        """Return the pixels' own values, at hand, as numbers that stay with them."""
        return PerPixel(np.asarray(self.tiles), self.counts, self.room)

    def chance(self, k: int, seed: int) -> PerPixel:
        """Return ``k`` random numbers from 0 to 1 for each pixel, float32: the same for the same seed."""
        found = self.per_pixel(k, np.float32)
        np.random.default_rng(seed).random(dtype=np.float32, out=found.flat)
        return found

    def by_tile(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Yield the columns of one tile after the other, and which pixels of the cube they are."""
        for i, count in enumerate(self.counts):
            columns = np.arange(i * TILE, i * TILE + count)
            yield columns, self.pixels[columns]

    def columns(self, index: NDArray[np.int64]) -> NDArray[np.float64]:
        """Spectra of some columns, (bands used, len(index)), in scene units."""
        index = np.asarray(index)
        if not isinstance(self.tiles, np.ndarray):
            return self.tiles.columns(index).astype(np.float64)
        return np.asarray(self.tiles[index // TILE, :, index % TILE].T, dtype=np.float64)

    def spread(self, numbers: PerPixel) -> NDArray[Any]:
        """Lay out the numbers of pixels as an image.

        Returns
        -------
        array, (*shape), or (k, *shape) for ``k`` numbers each
            NaN where a pixel is not used; −1 among whole numbers.
        """
        tiles = numbers.values
        layers = tiles[:, None] if tiles.ndim == 2 else tiles
        k = layers.shape[1]
        nothing = math.nan if tiles.dtype.kind == "f" else -1
        every = self.n_pixels == math.prod(self.shape)
        flat = self.room.array((k, math.prod(self.shape)), tiles.dtype, None if every else nothing)
        for i, count in enumerate(self.counts):
            columns = slice(i * TILE, i * TILE + count)
            flat[:, columns if every else self.pixels[columns]] = layers[i, :, :count]
        image = flat.reshape(k, *self.shape)
        return image[0] if tiles.ndim == 2 else image

    def of_images(self, numbers: PerPixel) -> NDArray[np.float64]:
        """Sum one number for each pixel over the pixels of every image, (images,)."""
        values = numbers.known()
        edges = [np.searchsorted(self.pixels, (one.start, one.stop)) for one, _ in self.images]
        return np.array([values[a:b].sum(dtype=np.float64) for a, b in edges])

    def full_spectra(self, w: NDArray[np.float64]) -> NDArray[np.float64]:
        """Spectra over all bands of the cube and in its units, NaN in bands not used."""
        full = np.full((len(self.bands), w.shape[1]), np.nan)
        full[self.bands] = w * self.scale
        return full

    def used_spectra(self, endmembers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Opposite of ``full_spectra``.

        Raises
        ------
        InputError
            The spectra have another number of bands, or gaps in a band that is used.
        """
        if endmembers.ndim != 2 or len(endmembers) != len(self.bands):
            raise InputError(f"spectra of shape {endmembers.shape} for a cube with {len(self.bands)} bands")
        w = endmembers[self.bands] / self.scale
        gaps = np.flatnonzero(self.bands)[~np.isfinite(w).all(axis=1)]
        if len(gaps):
            raise InputError(
                f"a spectrum has no value in a band that is used ({len(gaps)} such, the first is band "
                f"{gaps[0] + 1}): fill it in, or leave such bands out (--bands, open_cube(bands=), rows of a "
                "matrix)"
            )
        return w
