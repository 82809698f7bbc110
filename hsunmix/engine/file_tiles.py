"""The pixels of a scene that stays in its file: tiles are read from it when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.memory import aligned
from hsunmix.engine.reading import BLOCK_BYTES, Reader
from hsunmix.engine.tile_writer import TILE
from hsunmix.model.chain import ChainedPixels, Span
from hsunmix.model.cube import Cube

__all__ = ["FileTiles"]


@dataclass(frozen=True, eq=False)
class FileTiles:
    """What ``Scene.tiles`` is where the pixels stay in the file: the same numbers, read anew each time.

    Attributes
    ----------
    cube : Cube
        In the units in which it is read.
    bands : array of bool, (bands,)
        Those that are used.
    pixels : array of int64, (pixels used,)
        As of ``Scene``.
    exponent : int
        Values are divided by this power of two.
    block : int
        So many bytes of tiles are to be read at a time.
    """

    cube: Cube
    bands: NDArray[np.bool_]
    pixels: NDArray[np.int64]
    exponent: int = 0
    block: int = 64 << 20

    def __len__(self) -> int:
        """How many tiles there are."""
        return -(-len(self.pixels) // TILE)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(n, bands used, T)."""
        return len(self), int(self.bands.sum()), TILE

    @property
    def nbytes(self) -> int:
        """Bytes of all tiles, were they in memory."""
        return len(self) * self.shape[1] * TILE * 4

    def __getitem__(self, tiles: slice) -> NDArray[np.float32]:
        """Read some tiles, (m, bands used, T); zeros in the padding."""
        first, last, _ = tiles.indices(len(self))
        begin, end = self.lines_of(tiles)
        return self.read(begin, end)[first - self._column(begin) // TILE :][: last - first]

    def read(self, begin: int, end: int) -> NDArray[np.float32]:
        """Read whole lines: from the tile of their first pixel to that of their last.

        What other lines have in these tiles is left as memory has it.
        """
        reader = Reader(self.cube, self.bands, min(BLOCK_BYTES, self.block // 4))
        column, last = self._column(begin), self._column(end)
        base = column // TILE
        out = aligned((-(-last // TILE) - base, self.shape[1], TILE))
        for span in reader.spans(begin, end):
            following = self._column(span.lines.stop)
            self._put(reader, span, column, following, out, base)
            column = following
        if last == len(self.pixels):
            out[-1:, :, last - (base + len(out) - 1) * TILE :] = 0
        if self.exponent:
            np.ldexp(out, -self.exponent, out=out)
        return out

    def _put(
        self, reader: Reader, span: Span, column: int, following: int, out: NDArray[np.float32], base: int
    ) -> None:
        """Read some lines into their columns."""
        from hsunmix.kernels.filling import ANY

        if column == following:
            return
        rows, lines = reader.read(span), span.lines
        start, whole = column - base * TILE, (lines.stop - lines.start) * self.cube.samples
        if following - column == whole:
            rows.take(out, start, np.full(self.shape[1], ANY, np.int32))
            return
        used = np.zeros(whole, bool)
        used[self.pixels[column:following] - lines.start * self.cube.samples] = True
        rows.physical().only(used).put(out, start)

    def _column(self, line: int) -> int:
        """How many of the pixels lie before a line."""
        if len(self.pixels) == self.cube.lines * self.cube.samples:
            return line * self.cube.samples
        return int(np.searchsorted(self.pixels, line * self.cube.samples))

    def columns(self, index: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the spectra of a few columns, (bands used, len(index))."""
        found = np.empty((self.shape[1], len(index)), np.float32)
        found[:, index >= len(self.pixels)] = 0  # the padding
        for k in np.flatnonzero(index < len(self.pixels)):
            pixel = self.pixels[index[k]]
            found[:, k] = self.cube.spectrum(*divmod(int(pixel), self.cube.samples))[self.bands]
        return np.ldexp(found, -self.exponent) if self.exponent else found

    def lines_of(self, tiles: slice) -> tuple[int, int]:
        """Return the lines that some tiles lie in: the first, and that after the last."""
        first, last, _ = tiles.indices(len(self))
        samples, end = self.cube.samples, min(last * TILE, len(self.pixels)) - 1
        lines = int(self.pixels[first * TILE]) // samples, int(self.pixels[end]) // samples + 1
        pixels = self.cube.pixels
        return pixels.whole_lines(*lines) if isinstance(pixels, ChainedPixels) else lines

    def holds_what(self, other: FileTiles) -> bool:
        """Whether these are the values of others of the same cube, all of them."""
        return (
            self.exponent == other.exponent
            and len(self.pixels) == len(other.pixels)
            and np.array_equal(self.bands, other.bands)
        )

    def only(self, bands: NDArray[np.bool_], columns: NDArray[np.bool_] | None) -> FileTiles:
        """Return the same without some of the bands used and of the pixels."""
        used = self.bands.copy()
        used[self.bands] = bands
        return replace(self, bands=used, pixels=self.pixels if columns is None else self.pixels[columns])
