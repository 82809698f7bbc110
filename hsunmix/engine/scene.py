"""The pixels that are used, in memory, tile-major.

A tile is a float32 array (bands, T): so a band image and a pixel's spectrum are both cheap to
reach, and a kernel finds a tile's numbers in the cache when it needs them a second time. T is no
power of two, because rows at such a distance would fight for the same lines of the cache.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from hsunmix.engine import judging
from hsunmix.engine.executor_threads import THREADS
from hsunmix.engine.filling import TILE, Filling
from hsunmix.engine.memory import aligned
from hsunmix.engine.reading import fill
from hsunmix.engine.sentinels import Scale, leave_out
from hsunmix.engine.source import Executor, Mapped, Part, Pass, PerPixel, per_pixel_of
from hsunmix.engine.threads import run_chunks
from hsunmix.errors import InputError
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import MatrixPixels, prepared
from hsunmix.model.unmixing import Step

__all__ = ["TILE", "Scene", "from_array", "load", "subset", "thinned"]

CHUNK_BYTES = 4 << 20  # a kernel's call works on so much: a few milliseconds

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Scene:
    """Pixels in memory.

    Attributes
    ----------
    tiles : array of float32, (n, bands used, T)
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
    executor : Executor
        Who runs the passes.
    """

    tiles: NDArray[np.float32]
    pixels: NDArray[np.int64]
    bands: NDArray[np.bool_]
    shape: tuple[int, ...]
    scale: float = 1.0
    negative: float = 0.0
    notes: tuple[str, ...] = ()
    executor: Executor = THREADS

    @property
    def n_pixels(self) -> int:
        """Pixels used."""
        return len(self.pixels)

    @property
    def n_bands(self) -> int:
        """Bands used."""
        return int(self.tiles.shape[1])

    @property
    def assumed(self) -> tuple[str, ...]:
        """The notes but the last, which counts the pixels that were left out where any were."""
        return self.notes if self.n_pixels == math.prod(self.shape) else self.notes[:-1]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Pixels in each tile that are no padding, (n,)."""
        first = np.arange(len(self.tiles)) * TILE
        return np.clip(self.n_pixels - first, 0, TILE)

    @cached_property
    def chunks(self) -> list[slice]:
        """Slices of tiles, the portions in which all passes work."""
        return self._slices(len(self.tiles))

    def _slices(self, most: int) -> list[slice]:
        step = max(1, min(most, CHUNK_BYTES // (self.n_bands * TILE * 4)))
        return [slice(i, min(i + step, len(self.tiles))) for i in range(0, len(self.tiles), step)]

    def passes(self, work: Callable[[slice], T], pixels: int | None = None) -> Generator[None, None, list[T]]:
        """Map-reduce: call ``work`` for every chunk, return the results in order.

        Where a pixel takes long, ``pixels`` says how many may be in a chunk, which is one tile at least.
        """
        return run_chunks(work, self.chunks if pixels is None else self._slices(pixels // TILE))

    def part(self, chunk: slice) -> Part:
        """Return the pixels of some tiles."""
        return Part(self.tiles[chunk], self.counts[chunk], chunk.start * TILE)

    def map(
        self,
        work: Callable[..., Any],
        *small: Any,
        per_pixel: Sequence[PerPixel] = (),
        sums: Sequence[tuple[int, ...]] = (),
        alone: bool = False,
    ) -> Generator[None, None, Mapped]:
        """Pass over all pixels: see ``hsunmix.engine.source``.

        Parameters
        ----------
        work : callable
            A function of a module: ``work(part, *small, *per_pixel, *sums)``.
        *small
            The same for every part.
        per_pixel : sequence of PerPixel
        sums : sequence of shapes
        alone : bool
            One tile at a time, where one takes long: so the pass can be cancelled soon.

        Returns
        -------
        Mapped
            What the work returned for each part, in order, and the sums over all parts.
        """
        chunks = [slice(i, i + 1) for i in range(len(self.tiles))] if alone else self.chunks
        one = Pass(work, small, tuple(per_pixel), tuple(sums))
        outcomes = yield from self.executor.run(one, self.part, chunks)
        totals = [np.sum([found[k] for _, found in outcomes], axis=0) for k in range(len(one.sums))]
        return Mapped([value for value, _ in outcomes], totals)

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
        return per_pixel_of(self.counts, TILE, k, dtype, fill)

    def columns(self, index: NDArray[np.int64]) -> NDArray[np.float64]:
        """Spectra of some columns, (bands used, len(index)), in scene units."""
        index = np.asarray(index)
        return np.asarray(self.tiles[index // TILE, :, index % TILE].T, dtype=np.float64)

    def spread(self, tiles: NDArray[Any]) -> NDArray[Any]:
        """Lay out numbers of the tiles as an image.

        Parameters
        ----------
        tiles : array, (n, T) or (n, k, T)

        Returns
        -------
        array, (*shape) or (k, *shape)
            NaN where a pixel is not used.
        """
        layers = tiles[:, None] if tiles.ndim == 2 else tiles
        k = layers.shape[1]
        flat = np.full((k, math.prod(self.shape)), np.nan, dtype=tiles.dtype)
        for i, count in enumerate(self.counts):
            flat[:, self.pixels[i * TILE : i * TILE + count]] = layers[i, :, :count]
        image = flat.reshape(k, *self.shape)
        return image[0] if tiles.ndim == 2 else image

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
        if not np.isfinite(w).all():
            raise InputError("a spectrum has no value in a band that is used")
        return w


def load(
    cube: Cube, spectra: NDArray[np.float64] | None = None, *, trusted: bool = False
) -> Generator[Step | None, None, Scene]:
    """Read the pixels of a cube that are used.

    Which bands hold data is judged on all of these pixels, and told to the cube.

    Parameters
    ----------
    cube : Cube
    spectra : array, (bands, r), optional
        Spectra that are to explain the pixels. A band that is zero in every pixel is then a measured
        one, where they have values in it.
    trusted : bool
        Take every number for data: don't look for what means "no data" though nothing says so.

    Raises
    ------
    InputError
        No pixel is usable, or the spectra are of another number of bands.
    TooLargeError
        They don't fit into memory.
    FileError
        The file can't be read.
    """
    from hsunmix.engine.passes import compiling
    from hsunmix.kernels.filling import take_rows, take_stored_rows

    yield compiling(take_rows if cube.pixels.dtype.kind == "f" else take_stored_rows)
    yield from prepared(cube.pixels)
    measured = np.zeros(cube.bands, bool) if spectra is None else judging.measured_zeros(cube, spectra)
    bands = np.ones(cube.bands, bool) if cube.bad_bands is None else ~cube.bad_bands
    source, exponent = cube, 0
    filling = yield from fill(source, bands, source.dead_bands)
    if judging.is_out_of_range(source, filling):
        exponent = yield from judging.range_exponent(source, bands)
        if exponent:
            source = judging.rescaled(cube, exponent)
            filling = yield from fill(source, bands, source.dead_bands)
    used, notes = bands.copy(), []
    used[bands], zeros = yield from judging.judge_bands(filling, measured[bands])
    if dead := int((bands & ~used).sum()):
        notes.append(
            f"{judging.counted(dead, 'band')} without data {'was' if dead == 1 else 'were'} left out."
        )
    if zeros:
        notes.append(
            f"{judging.counted(zeros, 'band')} {'is' if zeros == 1 else 'are'} zero in every pixel; "
            "this was taken as measured. Where it means that there are no data, call them bad."
        )
    if not trusted:
        notes += judging.lacking_note(source, used, filling.count)
        if cube.seeks_nodata:
            used[used], found = yield from leave_out(filling, Scale.of(source, used))
            notes += found
        notes += yield from judging.digits_note(cube, filling)
    cube.judge(bands & ~used)
    return _scene(cube, filling, used, exponent, notes)


def from_array(x: NDArray[Any]) -> Scene:
    """Make a scene of a matrix, bands × pixels, as it is; it is never changed.

    Nothing in it is taken for a sign of missing data but NaN, and zero throughout.
    """
    if x.ndim != 2 or x.dtype.kind not in "fiu":
        raise InputError(f"a matrix bands × pixels of numbers is needed, not {x.dtype} of shape {x.shape}")
    if 0 in x.shape:
        raise InputError(f"a matrix of shape {x.shape} has no values")
    return _finished(load(Cube(MatrixPixels(x)), trusted=True))


def _finished(work: Generator[Any, None, T]) -> T:
    """Run a generator to its end."""
    try:
        while True:
            next(work)
    except StopIteration as end:
        result: T = end.value
        return result


def thinned(scene: Scene, step: int) -> Scene:
    """Every ``step``-th column of a scene, as a scene; ``step`` divides TILE.

    The first column taken moves from tile to tile, so that an image whose lines are a multiple of
    ``step`` long isn't sampled in stripes.
    """
    width = TILE // step
    tiles = aligned((-(-len(scene.tiles) // step), scene.n_bands, TILE))
    tiles.fill(0)
    kept = []
    for i, tile in enumerate(scene.tiles):
        begin, place = 7 * i % step, i % step * width
        tiles[i // step, :, place : place + width] = tile[:, begin::step]
        kept.append(scene.pixels[i * TILE : i * TILE + scene.counts[i]][begin::step])
    tiles.flags.writeable = False
    return replace(scene, tiles=tiles, pixels=np.concatenate(kept))


def subset(scene: Scene, columns: NDArray[np.int64]) -> Scene:
    """Some columns of a scene, in the order given, as a scene."""
    tiles = aligned((-(-len(columns) // TILE), scene.n_bands, TILE))
    tiles.fill(0)
    for i in range(len(tiles)):
        part = columns[i * TILE : (i + 1) * TILE]
        tiles[i, :, : len(part)] = scene.tiles[part // TILE, :, part % TILE].T
    tiles.flags.writeable = False
    return replace(scene, tiles=tiles, pixels=scene.pixels[columns])


def _scene(cube: Cube, filling: Filling, bands: NDArray[np.bool_], exponent: int, notes: list[str]) -> Scene:
    """Pad, scale and freeze."""
    if filling.count == 0:
        raise InputError(
            " ".join(["no pixel can be used: all are masked, nodata, NaN or zero in every band", *notes[-1:]])
        )
    tiles = filling.tiles[: len(filling)]
    tiles[-1, :, filling.count - (len(tiles) - 1) * TILE :] = 0
    own = math.frexp(filling.largest)[1]
    if abs(own) > 20:
        # Squares of such values would overflow float32; a power of two changes no digit.
        exponent += own
        for tile in tiles:
            np.ldexp(tile, -own, out=tile)
    tiles.flags.writeable = False
    total = cube.lines * cube.samples
    if filling.count < total:
        why = "hold no data" if cube.selection is None else "are masked or hold no data"
        notes = [*notes, f"{total - filling.count} of {total} pixels {why} and were left out."]
    negative = filling.below / (filling.count * tiles.shape[1])
    shape = (cube.lines,) if cube.is_matrix else (cube.lines, cube.samples)
    return Scene(tiles, filling.pixels, bands, shape, 2.0**exponent, negative, tuple(notes))
