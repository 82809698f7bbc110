"""Numbers to pictures, cheaply: eight bits and a table of colours. NumPy only."""

from __future__ import annotations

from collections.abc import Generator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hsunmix.gui.live import Picture
from hsunmix.model.cube import Cube

__all__ = ["colours", "limits", "paint", "picture", "stretched", "thin"]

LARGEST = 2000  # pixels along the longer side of a picture
SAMPLE = 50_000  # pixels that percentiles are taken from


def picture(
    cube: Cube, bands: tuple[int, int, int], percentiles: tuple[float, float]
) -> Generator[None, None, Picture]:
    """Read three bands and make the colour image; a very large cube is read in steps.

    Yields between blocks of lines.
    """
    step = max(1, -(-max(cube.lines, cube.samples) // LARGEST))
    rows = []
    block = 1 if step > 1 else max(1, (4 << 20) // (cube.samples * 12))
    for first in range(0, cube.lines, max(step, block)):
        last = min(first + block, cube.lines)
        rows.append(cube.read(first, last, list(bands))[:, ::step])
        yield
    values = np.concatenate(rows)
    yield
    return Picture(stretched(values, percentiles), step, bands)


def stretched(values: NDArray[np.float32], percentiles: tuple[float, float]) -> NDArray[np.uint8]:
    """Stretch each band between two percentiles.

    Parameters
    ----------
    values : array, (rows, columns, 3)
        NaN where there are no data.
    percentiles : tuple of 2 float

    Returns
    -------
    array of uint8, (rows, columns, 4)
        Transparent where a band has no data, or all three are zero.
    """
    flat = values.reshape(-1, 3)
    known = np.isfinite(flat).all(axis=1) & (flat != 0).any(axis=1)
    rgba = np.zeros((len(flat), 4), dtype=np.uint8)
    if known.any():
        sample = flat[known][:: max(1, int(known.sum()) // SAMPLE)]
        low, high = np.percentile(sample, percentiles, axis=0)
        span = np.where(high > low, high - low, 1.0)
        with np.errstate(invalid="ignore"):
            scaled = np.clip((flat - low.astype(np.float32)) * (255 / span).astype(np.float32), 0, 255)
        rgba[:, :3] = np.where(known[:, None], scaled, 0).astype(np.uint8)
        rgba[:, 3] = np.where(known, 255, 0)
    return rgba.reshape(*values.shape[:2], 4)


def paint(values: NDArray[np.float32], low: float, high: float) -> NDArray[np.uint8]:
    """Return the index of each value in a table of colours: 0 for NaN, 1 … 255 from low to high."""
    scale = 254.0 / (high - low) if high > low else 0.0
    with np.errstate(invalid="ignore"):
        index = np.clip((values - np.float32(low)) * np.float32(scale), 0, 254) + 1.5
        index = np.where(np.isfinite(values), index, 0.0)
    return index.astype(np.uint8)


def limits(values: NDArray[np.float32], percentile: float = 99.0) -> tuple[float, float]:
    """Return 0 and a percentile of a map, for its colour bar; (0, 1) where it has no values."""
    flat = values.reshape(-1)
    sample = flat[:: max(1, flat.size // SAMPLE)]
    sample = sample[np.isfinite(sample)]
    high = float(np.percentile(sample, percentile)) if sample.size else 1.0
    return 0.0, high if high > 0 else 1.0


def thin(values: NDArray[np.float32], most: int) -> tuple[NDArray[np.float32], int]:
    """Leave out rows and columns until at most about ``most`` pixels are left; also the step."""
    step = max(1, int(np.ceil(np.sqrt(values.size / most))))
    return values[::step, ::step], step


@lru_cache(maxsize=8)
def colours(name: str) -> NDArray[np.uint8]:
    """Return a table of 256 colours, (256, 4): the first transparent, the rest from low to high."""
    import pyqtgraph as pg

    table = np.zeros((256, 4), dtype=np.uint8)
    table[1:] = pg.colormap.get(name).getLookupTable(nPts=255, alpha=True)
    table.setflags(write=False)
    return table
