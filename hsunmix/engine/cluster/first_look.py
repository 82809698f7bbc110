"""The first read of a scene on a cluster: every worker looks at its own blocks, and says little of them."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.blocks import RowBlock
from hsunmix.engine.cluster.held import HeldTiles
from hsunmix.engine.executor_dask import Dask
from hsunmix.engine.file_tiles import FileTiles
from hsunmix.engine.footprint import Footprint
from hsunmix.engine.room import Room
from hsunmix.engine.scene import Scene
from hsunmix.engine.sentinels import Scale, flat_ones
from hsunmix.engine.source import Part
from hsunmix.engine.survey import FileWriter
from hsunmix.engine.tile_writer import TILE
from hsunmix.model.chain import parts_of
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step

__all__ = ["ClusterWriter", "looked_at"]


class Look(NamedTuple):
    """What a worker says of a part: columns count from its first pixel, those that hold no data included.

    ``used`` are packed bits of its ``pixels``, ``odd`` and ``flat`` are columns with their spectra, and
    with their values in the probed bands.
    """

    pixels: int
    used: NDArray[np.uint8]
    largest: float
    below: int
    infinite: int
    odd: tuple[NDArray[np.int64], NDArray[np.float32]]
    flat: tuple[NDArray[np.int64], NDArray[np.float32]]


class ClusterWriter(FileWriter):
    """A ``FileWriter`` that workers told of the pixels.

    Attributes
    ----------
    seen : tuple of HeldTiles and Dask
        The scene with every pixel, as the workers have it.
    """

    seen: tuple[HeldTiles, Dask]

    def take(self, looks: Sequence[Look], every: NDArray[np.int64]) -> None:
        """Take in what was said of the parts of all pixels, in order."""
        self._spectra: dict[int, NDArray[np.float32]] = {}
        self._probes[:] = np.nan  # of the others nothing is to be known
        first = 0
        for look in looks:
            used = np.unpackbits(look.used, count=look.pixels).astype(bool)
            columns = self.count + np.cumsum(used) - 1
            own = every[first : first + look.pixels][used]
            self._pixels[self.count : self.count + len(own)] = own
            where, spectra = look.odd
            self.odd += columns[where].tolist()
            self._spectra.update(zip(columns[where].tolist(), spectra, strict=True))
            where, values = look.flat
            self._probes[:, columns[where]] = values.T
            self.largest, self.below = max(self.largest, look.largest), self.below + look.below
            self.infinite += look.infinite
            self.count, first = self.count + len(own), first + look.pixels
        self.end()

    def spectrum(self, column: int) -> NDArray[np.float32]:
        """Return one column, (bands,)."""
        known = self._spectra.get(column)
        return super().spectrum(column) if known is None else known

    def keep(
        self, bands: NDArray[np.bool_], columns: NDArray[np.bool_] | None = None
    ) -> Generator[None, None, None]:
        """As of ``FileWriter``."""
        if columns is not None and not columns.all():
            self._spectra = {}
        self._spectra = {column: spectrum[bands] for column, spectrum in self._spectra.items()}
        yield from super().keep(bands, columns)


def looked_at(
    cube: Cube, bands: NDArray[np.bool_], doubtful: NDArray[np.bool_], footprint: Footprint, room: Room
) -> Generator[Step | None, None, ClusterWriter]:
    """As ``survey``, by the workers of a cluster, which keep what they have read.

    Raises
    ------
    InputError
        They can't read it: it is no file.
    """
    from hsunmix.kernels.filling import ANY, FINITE

    assert footprint.cluster is not None
    writer = ClusterWriter(cube, bands, doubtful, room, footprint.block)
    count = cube.lines * cube.samples
    every = np.arange(count) if cube.selection is None else np.flatnonzero(cube.selection)
    held, executor = Dask.of(footprint.cluster, FileTiles(cube, bands, every, block=footprint.block))
    shape = (cube.lines,) if cube.is_matrix else (cube.lines, cube.samples)
    scene = Scene(held, every, bands, shape, executor=executor)
    limit = np.where(writer.doubtful, FINITE, ANY).astype(np.int32)
    scales = [Scale.of(part, bands) for part in parts_of(cube)]
    yield Step(message=f"The cluster's workers read {cube.name}")
    found = yield from scene.map(_look, limit, writer.probed, scales)
    writer.take(found.values, every)
    writer.seen = held, executor
    return writer


def _look(part: Part, limit: NDArray[np.int32], probed: NDArray[np.intp], scales: list[Scale]) -> Look:
    """Look at the pixels of a part."""
    from hsunmix.kernels.filling import INFINITE

    tiles = np.ascontiguousarray(part.tiles)
    inside = (np.arange(tiles.shape[2]) < part.counts[:, None]).reshape(-1)
    top, below = (values[inside] for values in RowBlock(tiles).survey(limit))
    used = (top > 0) & (top < INFINITE)
    infinite = int((top == INFINITE).sum())
    index, rows = np.flatnonzero(used), tiles[:, probed]
    largest, negative, odd = 0.0, int(below[index].sum(dtype=np.int64)), np.empty(0, np.int64)
    if len(index):
        largest = float(top[index].max().view(np.float32))
        several = [top[index].argmax(), *([below[index].argmax()] if negative else [])]
        odd = np.unique(index[several])
    alike = np.any([flat_ones(rows, one, probed, largest) for one in scales], axis=0)[inside] & used
    flat = np.flatnonzero(alike)
    return Look(
        len(used), np.packbits(used), largest, negative, infinite,
        (odd, tiles[odd // TILE, :, odd % TILE]), (flat, rows[flat // TILE, :, flat % TILE]),
    )  # fmt: skip
