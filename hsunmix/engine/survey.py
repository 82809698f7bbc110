"""The first read of a scene that stays in its file: which pixels hold data, and what they say."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.ahead import Ahead
from hsunmix.engine.blocks import RowBlock
from hsunmix.engine.digest import PassingDigest
from hsunmix.engine.executor_file import reading_step
from hsunmix.engine.file_tiles import FileTiles
from hsunmix.engine.footprint import PIECES, Footprint
from hsunmix.engine.glimpse import Glimpse, Glimpsing
from hsunmix.engine.memory import aligned
from hsunmix.engine.passes import gram
from hsunmix.engine.reading import Reader
from hsunmix.engine.room import Room
from hsunmix.engine.scene import Scene, tiles_of_chunk
from hsunmix.engine.sentinels import probes_of
from hsunmix.engine.tile_writer import TILE, TileWriter
from hsunmix.model.chain import Span
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step

__all__ = ["FileWriter", "Visitor", "survey"]

TOGETHER = 16 << 20  # bytes of tiles that are read for a look at one of them
Array = NDArray[np.float64]


class Visitor(Protocol):
    """Sees every block while it is read for the first time."""

    def begin(self, bands: NDArray[np.bool_], pixels: int, room: Room, scale: float = 1.0) -> None:
        """A read begins, of at most so many pixels and some bands; what was seen before counts no more.

        ``scale`` times what is seen is in the cube's units, and ``room`` is for numbers of pixels.
        """

    def visit(self, block: Scene) -> Generator[Step | None, None, None]:
        """Look at the pixels of some lines, as a scene in memory; they come in their order."""


class FileWriter:
    """What ``TileWriter`` tells of the pixels, where they stay in their file.

    Attributes
    ----------
    tiles : FileTiles
    room_for : int
        At most so many pixels.
    moments : tuple of array of float64, or None
        X Xᵀ and the sum of the pixels, if they were asked for and still hold.
    glimpse : Glimpse or None
        As the moments.
    probed : array of int
        The bands, of those that are read, whose values are kept of every pixel.
    count, largest, below, infinite, odd, doubtful
        As of ``TileWriter``.
    """

    def __init__(
        self, cube: Cube, bands: NDArray[np.bool_], doubtful: NDArray[np.bool_], room: Room, block: int
    ) -> None:
        self.doubtful = doubtful[bands]
        self.count, self.largest, self.below, self.infinite = 0, 0.0, 0, 0
        self.odd: list[int] = []
        self.moments: tuple[Array, Array] | None = None
        self.glimpse: Glimpse | None = None
        pixels = cube.lines * cube.samples if cube.selection is None else int(cube.selection.sum())
        self.room_for = pixels
        self._pixels = room.array((pixels,), np.int64)
        alive = np.flatnonzero(~self.doubtful)
        self.probed = alive[probes_of(len(alive))] if len(alive) else alive
        self._probes = room.array((len(self.probed), -(-pixels // TILE) * TILE), np.float32)
        self._bands = np.flatnonzero(bands)
        self.tiles = FileTiles(cube, bands, self._pixels[:0], block=block)
        self._near = -1, np.empty((0, 0, TILE), np.float32)

    def add(self, block: TileWriter, first: int) -> None:
        """Take in what a block of the file, in its turn, says of itself; ``first`` is its first pixel."""
        begin, self.count = self.count, self.count + block.count
        self._pixels[begin : self.count] = block.pixels + first
        probed = block.tiles[: len(block), self.probed].transpose(1, 0, 2)
        self._probes[:, begin : self.count] = probed.reshape(len(probed), -1)[:, : block.count]
        self.largest, self.below = max(self.largest, block.largest), self.below + block.below
        self.infinite += block.infinite
        self.odd += [begin + column for column in block.odd]

    def end(self) -> None:
        """All blocks were added."""
        self.tiles = replace(self.tiles, pixels=self._pixels[: self.count])

    @property
    def pixels(self) -> NDArray[np.int64]:
        """For every column the number of its pixel."""
        return self.tiles.pixels

    def __len__(self) -> int:
        """How many tiles there are."""
        return len(self.tiles)

    def part(self, i: int) -> NDArray[np.float32]:
        """Columns of a tile, (bands, at most TILE); the next ones are read with it."""
        first, near = self._near
        if not 0 <= i - first < len(near):
            together = max(1, TOGETHER // (self.tiles.shape[1] * TILE * 4))
            first, near = self._near = i, self.tiles[i : i + together]
        return near[i - first, :, : self.count - i * TILE]

    def spectrum(self, column: int) -> NDArray[np.float32]:
        """Return one column, (bands,)."""
        return self.tiles.columns(np.array([column]))[:, 0]

    def rows(self, first: int, count: int, bands: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return some bands of some tiles, (count, bands, TILE)."""
        last = min(first + count, len(self))
        if np.array_equal(np.flatnonzero(self.tiles.bands)[bands], self._bands[self.probed]):
            rows = self._probes[:, first * TILE : last * TILE]
            return rows.reshape(len(bands), last - first, TILE).transpose(1, 0, 2)
        return self.tiles.only(np.isin(np.arange(self.tiles.shape[1]), bands), None)[first:last]

    def keep(
        self, bands: NDArray[np.bool_], columns: NDArray[np.bool_] | None = None
    ) -> Generator[None, None, None]:
        """Let go of some bands (bands,) and columns (count,): of the latter after one more read."""
        if columns is not None and columns.all():
            columns = None
        shown, whole = bands[~self.doubtful], not bands[self.doubtful].any()
        self.tiles, self.doubtful = self.tiles.only(bands, columns), self.doubtful[bands]
        self._near = -1, np.empty((0, 0, TILE), np.float32)
        if columns is None:
            if self.moments is not None:
                product, total = self.moments
                self.moments = (product[np.ix_(shown, shown)], total[shown]) if whole else None
            if self.glimpse is not None:
                self.glimpse = self.glimpse.only(shown) if whole else None
            return
        self.moments, self.glimpse, self.probed = None, None, self.probed[:0]
        self.count, self.largest, self.below, self.odd = len(self.tiles.pixels), 0.0, 0, []
        for i in range(len(self)):
            part = self.part(i)
            top = np.abs(part).max(axis=0)
            self.largest = max(self.largest, float(top.max()))
            self.below += int(np.count_nonzero(part < 0))
            self.odd.append(i * TILE + int(top.argmax()))
            yield


def survey(
    cube: Cube,
    bands: NDArray[np.bool_],
    doubtful: NDArray[np.bool_],
    footprint: Footprint,
    room: Room,
    visitors: Sequence[Visitor],
    scale: float = 1.0,
) -> Generator[Step | None, None, FileWriter]:
    """Read some bands of a cube once, and keep what is to be known of the pixels that hold data.

    Parameters
    ----------
    cube, bands, doubtful
        As of ``hsunmix.engine.reading.fill``.
    footprint : Footprint
    room : Room
        Where numbers of pixels lie.
    visitors : sequence of Visitor
        See the bands that seem to hold data.
    scale : float
        The cube's units are so many of the caller's.
    """
    reader = Reader(cube, bands, footprint.piece)
    writer = FileWriter(cube, bands, doubtful, room, footprint.block)

    digests = [PassingDigest.of(part, bands) for part in reader.parts]

    def read(span: Span) -> tuple[TileWriter, NDArray[Any] | None]:
        lines = span.lines
        pixels = (lines.stop - lines.start) * cube.samples
        block = TileWriter(pixels, writer.doubtful, aligned((-(-pixels // TILE), len(writer.doubtful), TILE)))
        selected = None if cube.selection is None else cube.selection[lines].ravel()
        rows = reader.read(span)
        block.add(0, 0, rows, selected)
        return block, rows.values if digests[span.part] is not None and isinstance(rows, RowBlock) else None

    wanted = reader.spans(0, cube.lines)
    summing = [_Moments()] if footprint.moments else []
    glimpsing = [Glimpsing()] if footprint.moments else []
    seen = bands.copy()
    seen[bands] = ~writer.doubtful
    for visitor in (*glimpsing, *visitors):
        visitor.begin(seen, writer.room_for, room, scale)
    grid = _Grid(cube, seen, footprint.block, [*summing, *glimpsing, *visitors])
    with closing(Ahead(read, wanted, PIECES // 2)) as ahead:
        while ahead.more:
            span, (block, stored) = yield from ahead.take()
            first, digest = span.lines.start * cube.samples, digests[span.part]
            if digest is not None and stored is not None:
                digest.update(stored)
            if grid.visitors:
                yield from grid.add(block, ~writer.doubtful, first)
            writer.add(block, first)
            yield reading_step(cube, 1, span.lines.stop / cube.lines)
    yield from grid.show()
    for digest in filter(None, digests):
        digest.end()
    writer.end()
    writer.moments = summing[0].sums if summing else None
    writer.glimpse = glimpsing[0].seen if glimpsing else None
    return writer


class _Grid:
    """Lays out what comes line by line in the tiles that a scene has, and shows them to visitors.

    So what is computed of a block is to the last bit what a pass would compute later.

    Parameters
    ----------
    cube : Cube
    bands : array of bool, (bands,)
        Those that are shown.
    size : int
        Bytes that are shown together.
    visitors : list of Visitor
    """

    def __init__(self, cube: Cube, bands: NDArray[np.bool_], size: int, visitors: list[Visitor]) -> None:
        self.visitors = visitors
        height = int(bands.sum())
        step = tiles_of_chunk(height)
        count = step * max(1, size // (step * height * TILE * 4)) if visitors and height else 0
        self._tiles = aligned((count, height, TILE))
        self._pixels = np.empty(count * TILE, np.int64)
        self._filled = 0
        shape = (cube.lines,) if cube.is_matrix else (cube.lines, cube.samples)
        self._scene = Scene(self._tiles, self._pixels, bands, shape)

    def add(
        self, block: TileWriter, bands: NDArray[np.bool_], first: int
    ) -> Generator[Step | None, None, None]:
        """Take over the pixels of a block, whose first is this one; ``bands`` of those it has."""
        of_block = block.pixels + first
        for i in range(len(block)):
            part = block.part(i)
            part = part if bands.all() else part[bands]
            pixels = of_block[i * TILE : i * TILE + part.shape[1]]
            while part.shape[1]:
                tile, begin = divmod(self._filled, TILE)
                some = part[:, : TILE - begin]
                end = begin + some.shape[1]
                self._tiles[tile, :, begin:end] = some
                self._pixels[self._filled : self._filled + some.shape[1]] = pixels[: some.shape[1]]
                self._filled += some.shape[1]
                part, pixels = part[:, some.shape[1] :], pixels[some.shape[1] :]
                if self._filled == len(self._pixels):
                    yield from self.show()

    def show(self) -> Generator[Step | None, None, None]:
        """Show what there is."""
        if not self._filled:
            return
        tiles = self._tiles[: -(-self._filled // TILE)]
        tiles[-1, :, self._filled - (len(tiles) - 1) * TILE :] = 0
        scene = replace(self._scene, tiles=tiles, pixels=self._pixels[: self._filled])
        for visitor in self.visitors:
            yield from visitor.visit(scene)
        self._filled = 0


class _Moments:
    """X Xᵀ and the sum of all pixels."""

    sums: tuple[Array, Array] | None = None

    def begin(self, *_: object) -> None:
        self.sums = None

    def visit(self, block: Scene) -> Generator[Step | None, None, None]:
        self.sums = yield from gram(block, self.sums)
