"""Superpixels: neighbours that are alike, by local clusters (SLIC; Achanta et al., IEEE TPAMI 34, 2012).

Ours, not a library's: it is two passes of NumPy over the image, eight times; it takes masks and any number of
layers, works in blocks of lines, and measures differences against the noise. Islands may stay; means don't
mind them.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.room import Room
from hsunmix.engine.threads import run_chunks
from hsunmix.methods.abundance._picture import lines_of

__all__ = ["superpixels"]

Single = NDArray[np.float32]
Whole = NDArray[np.int32]

ROUNDS = 8
NUMBERS_AT_ONCE = 60_000  # values of a block of lines: with nine clusters each, less than 0.1 s


@dataclass(frozen=True, eq=False)
class Clusters:
    """An image, and the clusters around the cells of a grid.

    Attributes
    ----------
    image : array of float32, (k, lines, samples)
    used : array of bool, (lines, samples)
    grid : tuple of 2 int
        Cells along lines and samples.
    label : array of int32, (lines, samples)
        Of which cluster each pixel is.
    centres : array of float32, (k + 2, clusters)
        Mean values, line and sample; infinite for none.
    scale : float
        What differences of values are multiplied with, squared.
    near : float
        And distances.
    """

    image: Single
    used: NDArray[np.bool_]
    grid: tuple[int, int]
    label: Whole
    centres: Single
    scale: np.float32
    near: np.float32

    def gather(self) -> Generator[None, None, None]:
        """Set the centres to the means of their pixels."""
        k, blocks = len(self.image), lines_of(self.image, NUMBERS_AT_ONCE)
        total = np.zeros((k + 3, self.grid[0] * self.grid[1]))
        for first, sums in (yield from run_chunks(self._sums, blocks)):
            total[:, first : first + sums.shape[1]] += sums
        with np.errstate(invalid="ignore", divide="ignore"):
            self.centres[:] = np.where(total[-1] > 0, total[:-1] / total[-1], np.inf)

    def _sums(self, block: slice) -> tuple[int, NDArray[np.float64]]:
        """Return the first cluster that lines may have, and sums of values, places and ones from there on."""
        rows, columns = self.grid
        lines = self.used.shape[0]
        first = max(block.start * rows // lines - 1, 0) * columns
        end = min((block.stop - 1) * rows // lines + 2, rows) * columns
        line, sample = np.nonzero(self.used[block])
        label = self.label[block][line, sample] - first
        values = [*self.image[:, block][:, line, sample], line + block.start, sample, np.ones(len(line))]
        return first, np.stack([np.bincount(label, one, end - first) for one in values])

    def assign(self, block: slice) -> None:
        """Give the pixels of some lines to the nearest cluster of their own cell and those around it."""
        (rows, columns), (lines, samples) = self.grid, self.used.shape
        row = (np.arange(block.start, block.stop) * rows // lines)[:, None]
        column = (np.arange(samples) * columns // samples)[None]
        line = np.arange(block.start, block.stop, dtype=np.float32)[:, None]
        sample = np.arange(samples, dtype=np.float32)[None]
        values, best = self.image[:, block], np.full((block.stop - block.start, samples), np.inf, np.float32)
        label = self.label[block]
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                r, c = row + down, column + right
                inside = (r >= 0) & (r < rows) & (c >= 0) & (c < columns)
                one = np.where(inside, r * columns + c, 0).astype(np.int32)
                centre = self.centres[:, one]
                apart = self.scale * np.square(values - centre[:-2]).sum(axis=0)
                apart += self.near * (np.square(line - centre[-2]) + np.square(sample - centre[-1]))
                nearer = inside & (apart < best)
                best[nearer], label[nearer] = apart[nearer], one[nearer]


def superpixels(
    image: Single, used: NDArray[np.bool_], size: int, compactness: float, variance: float, room: Room
) -> Generator[None, None, tuple[Whole, Single]]:
    """Find the superpixels of an image.

    Parameters
    ----------
    image : array of float32, (k, lines, samples)
    used : array of bool, (lines, samples)
        Others are of none.
    size : int
        Lines and samples of a superpixel, about.
    compactness : float
        What the square of a distance of ``size`` counts, beside that of a difference in values that is as
        large as the noise makes it.
    variance : float
        Of the noise of a value.
    room : Room
        Where what is returned lies.

    Returns
    -------
    label : array of int32, (lines, samples)
        From 0; −1 for none.
    means : array of float32, (k, lines, samples)
        Those of each pixel's superpixel.
    """
    lines, samples = used.shape
    grid = max(1, round(lines / size)), max(1, round(samples / size))
    cell = (np.arange(lines) * grid[0] // lines)[:, None] * grid[1] + np.arange(samples) * grid[1] // samples
    label = room.array(used.shape, np.int32)
    label[:] = cell
    found = Clusters(
        image, used, grid, label, np.empty((len(image) + 2, grid[0] * grid[1]), np.float32),
        np.float32(1 / (len(image) * variance)), np.float32(compactness / size**2),
    )  # fmt: skip
    yield from found.gather()
    for _ in range(ROUNDS):
        yield from run_chunks(found.assign, lines_of(image, NUMBERS_AT_ONCE))
        yield from found.gather()
    means = room.array(image.shape, np.float32)
    for block in lines_of(image, NUMBERS_AT_ONCE):
        means[:, block] = np.where(used[block], found.centres[:-2][:, found.label[block]], 0)
        yield None
    found.label[~used] = -1
    return found.label, means
