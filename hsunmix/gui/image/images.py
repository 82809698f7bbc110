"""Numbers to pictures, cheaply: eight bits and a table of colours. NumPy only."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hsunmix.gui.image.state import Grey, Picture
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import prepared
from hsunmix.model.progress import Step

__all__ = ["colours", "grey", "paint", "picture", "stretch_ends", "stretch_limits", "stretched", "thin"]

FIRST = 1 << 20  # pixels of a picture that is shown at once
WHOLE = 1 << 24  # pixels of one that can be zoomed into
SAMPLE = 50_000  # pixels that percentiles are taken from

Limits = tuple[tuple[float, ...], tuple[float, ...]]


def picture(
    cube: Cube,
    bands: tuple[int, int, int],
    percentiles: tuple[float, float],
    most: int = FIRST,
    limits: Limits | None = None,
) -> Generator[Step | None, None, Picture]:
    """Read three bands and make the colour image.

    Parameters
    ----------
    cube : Cube
    bands, percentiles : tuple
    most : int
        A scene of more pixels is read in steps.
    limits : tuple of 2 tuples of 3 float, optional
        Values shown as black and as full colour, instead of those at the percentiles.
    """
    blocks = _Blocks(cube, list(bands), most)
    if limits is not None:
        rgba = np.zeros((*blocks.shape, 4), dtype=np.uint8)
        for rows, values in blocks:
            rgba[rows] = stretched(values, limits)
            yield None
        return Picture(rgba, blocks.step, bands, limits)
    values = yield from blocks.all()
    found = stretch_limits(values, percentiles)
    yield None
    whole = values if blocks.step == 1 else None
    return Picture(stretched(values, found), blocks.step, bands, found, whole)


def grey(cube: Cube, band: int) -> Generator[Step | None, None, Grey]:
    """Read one band; a very large cube is read in steps."""
    blocks = _Blocks(cube, [band], WHOLE)
    values = yield from blocks.all()
    return Grey(band, values[:, :, 0], blocks.step)


class _Blocks:
    """Passes through some bands of a cube, in steps where it has too many pixels."""

    def __init__(self, cube: Cube, bands: list[int], most: int) -> None:
        self.cube, self.bands = cube, bands
        self.step = max(1, math.ceil(math.sqrt(cube.lines * cube.samples / most)))
        self.shape = (-(-cube.lines // self.step), -(-cube.samples // self.step))

    def __iter__(self) -> Iterator[tuple[slice, NDArray[np.float32]]]:
        cube, step = self.cube, self.step
        block = 1 if step > 1 else max(1, (4 << 20) // (cube.samples * 4 * len(self.bands)))
        for first in range(0, cube.lines, max(step, block)):
            values = cube.read(first, min(first + block, cube.lines), self.bands)[:, ::step]
            yield slice(first // step, first // step + len(values)), values

    def all(self) -> Generator[Step | None, None, NDArray[np.float32]]:
        yield from prepared(self.cube.pixels)
        values = np.empty((*self.shape, len(self.bands)), dtype=np.float32)
        for rows, part in self:
            values[rows] = part
            yield None
        return values


def stretch_limits(values: NDArray[np.float32], percentiles: tuple[float, float]) -> Limits:
    """Return two percentiles of each band of an image (rows, columns, bands).

    Pixels without data, or with nothing but zeros, don't count.
    """
    flat = values.reshape(-1, values.shape[2])
    sample = flat[:: max(1, len(flat) // (4 * SAMPLE))]
    sample = sample[np.isfinite(sample).all(axis=1) & (sample != 0).any(axis=1)]
    if not len(sample):
        return (0.0,) * values.shape[2], (1.0,) * values.shape[2]
    low, high = np.percentile(sample, percentiles, axis=0)
    return tuple(low.tolist()), tuple(np.where(high > low, high, low + 1).tolist())


def stretch_ends(values: NDArray[np.float32], percentiles: tuple[float, float]) -> tuple[float, float]:
    """Return two percentiles of a single band, (rows, columns)."""
    (low,), (high,) = stretch_limits(values[:, :, None], percentiles)
    return low, high


def stretched(values: NDArray[np.float32], limits: Limits) -> NDArray[np.uint8]:
    """Stretch each band between two values.

    Parameters
    ----------
    values : array, (rows, columns, 3)
        NaN where there are no data.
    limits : tuple of 2 tuples of 3 float
        Shown as black and as full colour.

    Returns
    -------
    array of uint8, (rows, columns, 4)
        Transparent where a band has no data, or all three are zero.
    """
    known = np.isfinite(values).all(axis=2) & (values != 0).any(axis=2)
    low, high = (np.array(pair, dtype=np.float32) for pair in limits)
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.clip((values - low) * (np.float32(255) / (high - low)), 0, 255)
    rgba = np.zeros((*values.shape[:2], 4), dtype=np.uint8)
    rgba[:, :, :3] = np.where(known[:, :, None], scaled, 0).astype(np.uint8)
    rgba[:, :, 3] = np.where(known, 255, 0)
    return rgba


def paint(values: NDArray[np.float32], low: float, high: float) -> NDArray[np.uint8]:
    """Return the index of each value in a table of colours: 0 for NaN, 1 … 255 from low to high."""
    scale = 254.0 / (high - low) if high > low else 0.0
    with np.errstate(invalid="ignore"):
        index = np.clip((values - np.float32(low)) * np.float32(scale), 0, 254) + 1.5
        index = np.where(np.isfinite(values), index, 0.0)
    return index.astype(np.uint8)


def thin(values: NDArray[np.float32], most: int) -> tuple[NDArray[np.float32], int]:
    """Leave out rows and columns until at most about ``most`` pixels are left; also the step."""
    step = max(1, int(np.ceil(np.sqrt(values.size / most))))
    return values[::step, ::step], step


@lru_cache(maxsize=8)
def colours(name: str) -> NDArray[np.uint8]:
    """Return a table of 256 colours, (256, 4): the first transparent, the rest from low to high.

    ``name`` is a colour map's, or the colours of classes, such as ``#0072b2,#d55e00``.
    """
    import pyqtgraph as pg

    table = np.zeros((256, 4), dtype=np.uint8)
    if name.startswith("#"):
        classes = [bytes.fromhex(text[1:] + "ff") for text in name.split(",")]
        table[1 : len(classes) + 1] = np.frombuffer(b"".join(classes), np.uint8).reshape(-1, 4)
        table.setflags(write=False)
        return table
    table[1:] = pg.colormap.get(name).getLookupTable(nPts=255, alpha=True)
    table.setflags(write=False)
    return table
