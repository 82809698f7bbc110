"""Feature space: where the pixels lie along two axes, such as principal components, bands, or fractions.

Problem: if a scene is a mixture of r endmembers, its pixels fill a simplex with these as corners; seen along
two axes, one sees which corners hold pixels, which pixels lie outside, and where a corner is missing.
Method: the axes are the scene's principal directions (eigenvectors of its covariance), bands, or maps of a
result. Pixels are counted in a grid, so what is drawn does not grow with their number; of each cell one
pixel is kept, which tells what lies there.
Cost: one pass over the pixels for the directions, one for the numbers along them; a grid is one pass over
two numbers a pixel.
Guarantee: counts sum to the pixels within the grid; the pixel of a cell lies in it.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import coordinates_along, gram
from hsunmix.engine.scene import Scene
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.model.progress import Step
from hsunmix.model.unmixing import Unmixing

__all__ = [
    "Axis",
    "Density",
    "Space",
    "axes_of",
    "column_of",
    "density",
    "inside",
    "numbers_along",
    "space_of",
]

COMPONENTS = 6  # principal directions that are offered
BLOCK = 1 << 18  # pixels at a time
NEAR = 4  # cells around a place in which a pixel is looked for

Array = NDArray[np.float64]
Singles = NDArray[np.float32]


@dataclass(frozen=True)
class Axis:
    """What pixels are laid out along.

    Attributes
    ----------
    kind : str
        ``component``, ``band`` or ``map``.
    index : int
        Of the component, of the band among all of the cube, of the layer of the map.
    name : str
        Of the map.
    """

    kind: str = "component"
    index: int = 0
    name: str = ""


@dataclass(frozen=True, eq=False)
class Space:
    """A scene's principal directions.

    Attributes
    ----------
    scene : Scene
    mean : array, (bands used,)
        In scene units.
    rows : array, (k, bands used)
        Unit vectors, the direction of largest variance first.
    shares : array, (k,)
        Of the variance.
    """

    scene: Scene
    mean: Array
    rows: Array
    shares: Array

    def place(self, axis: Axis, spectrum: Array, k: int) -> float:
        """Return where an endmember lies along an axis; NaN where it lies nowhere.

        Parameters
        ----------
        axis : Axis
        spectrum : array, (bands,)
        k : int
            Which endmember: along its own fractions it is at 1, along those of others at 0.
        """
        if axis.kind == "map":
            return float(axis.index == k) if axis.name == "abundance" else float("nan")
        if axis.kind == "band":
            return float(spectrum[axis.index])
        own = spectrum[self.scene.bands] - self.scene.scale * self.mean
        return float(self.rows[axis.index] @ own)


def space_of(scene: Scene) -> Generator[Step | None, None, Space]:
    """Find the principal directions of a scene."""
    product, total = yield from gram(scene)
    mean = total / scene.n_pixels
    with single_threaded_blas():
        power, vectors = np.linalg.eigh(product / scene.n_pixels - np.outer(mean, mean))
    order = np.argsort(-power)[:COMPONENTS]
    rows = vectors[:, order].T
    rows *= np.where(rows.sum(axis=1) < 0, -1.0, 1.0)[:, None]  # brighter pixels lie to the right
    return Space(scene, mean, rows, power[order] / max(float(power.sum()), 1e-300))


def axes_of(space: Space, result: Unmixing | None) -> list[Axis]:
    """Return all axes there are: components, maps of a result, bands that are used."""
    found = [Axis("component", k) for k in range(len(space.rows))]
    for name, one in ({} if result is None else result.maps).items():
        if not one.whole:
            found += [Axis("map", k, name) for k in range(one.layers)]
    return found + [Axis("band", int(k)) for k in np.flatnonzero(space.scene.bands)]


def numbers_along(
    space: Space, axes: Sequence[Axis], result: Unmixing | None
) -> Generator[Step | None, None, list[Singles]]:
    """Return where each pixel of the scene lies along some axes, (pixels used,) each, in the cube's units."""
    scene = space.scene
    straight = [axis for axis in axes if axis.kind != "map"]
    made: dict[Axis, Singles] = {}
    if straight:
        rows = np.stack([_row(space, axis) for axis in straight])
        along = yield from coordinates_along(scene, rows)
        for k, axis in enumerate(straight):
            origin = rows[k] @ space.mean if axis.kind == "component" else 0.0
            flat = along.values[:, k].reshape(-1)[: scene.n_pixels]
            made[axis] = ((flat - origin) * scene.scale).astype(np.float32)
            yield None
    for axis in axes:
        if axis.kind == "map" and result is not None:
            layer = np.asarray(result.maps[axis.name].layer(axis.index)).reshape(-1)
            made[axis] = layer[scene.pixels].astype(np.float32)
            yield None
    return [made[axis] for axis in axes]


def _row(space: Space, axis: Axis) -> Array:
    at = np.flatnonzero(space.scene.bands) == axis.index
    row: Array = space.rows[axis.index] if axis.kind == "component" else at.astype(np.float64)
    return row


@dataclass(frozen=True, eq=False)
class Density:
    """Pixels counted in a grid.

    Attributes
    ----------
    box : tuple of 4 float
        Left, right, bottom, top.
    counts : array of int64, (rows, columns)
        The lowest row first.
    first : array of int64, (rows, columns)
        A column of the scene that lies in the cell; −1 in an empty one.
    """

    box: tuple[float, float, float, float]
    counts: NDArray[np.int64]
    first: NDArray[np.int64]

    def nearest(self, x: float, y: float) -> int:
        """Return a column of the scene near a place; −1 where there is none within some cells."""
        left, right, bottom, top = self.box
        rows, columns = self.counts.shape
        across = int((x - left) / (right - left) * columns)
        up = int((y - bottom) / (top - bottom) * rows)
        if not (-NEAR < across < columns + NEAR and -NEAR < up < rows + NEAR):
            return -1
        a, b = max(across - NEAR, 0), max(up - NEAR, 0)
        part = self.first[b : up + NEAR + 1, a : across + NEAR + 1]
        there = np.argwhere(part >= 0)
        if not len(there):
            return -1
        away = (there[:, 0] + b - up) ** 2 + (there[:, 1] + a - across) ** 2
        return int(part[tuple(there[int(np.argmin(away))])])


def density(
    x: Singles, y: Singles, cells: int, box: tuple[float, float, float, float] | None = None
) -> Generator[Step | None, None, Density]:
    """Count pixels in a grid of ``cells`` × ``cells``; by default one that holds all of them."""
    if box is None:
        box = (*_reach(x), *_reach(y))
    left, right, bottom, top = box
    counts = np.zeros(cells * cells, dtype=np.int64)
    first = np.full(cells * cells, -1, dtype=np.int64)
    for begin in range(0, len(x), BLOCK):
        part = slice(begin, begin + BLOCK)
        with np.errstate(invalid="ignore"):
            across = (x[part] - left) * (cells / (right - left))
            up = (y[part] - bottom) * (cells / (top - bottom))
            there = np.flatnonzero((across >= 0) & (across <= cells) & (up >= 0) & (up <= cells))
        column = np.minimum(across[there].astype(np.int64), cells - 1)
        cell = np.minimum(up[there].astype(np.int64), cells - 1) * cells + column
        counts += np.bincount(cell, minlength=cells * cells)
        first[cell] = begin + there
        yield None
    return Density(box, counts.reshape(cells, cells), first.reshape(cells, cells))


def _reach(values: Singles) -> tuple[float, float]:
    """Return the ends of an axis: all values and a margin."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    margin = 0.03 * (high - low) or max(abs(low), 1.0) * 0.05
    return low - margin, high + margin


def inside(
    x: Singles, y: Singles, corners: Sequence[tuple[float, float]]
) -> Generator[Step | None, None, NDArray[np.int64]]:
    """Return the columns of the pixels within a polygon, ascending (even-odd rule)."""
    ends = np.asarray(corners, dtype=np.float64).reshape(-1, 2)
    found = []
    for begin in range(0, len(x), BLOCK):
        a, b = x[begin : begin + BLOCK].astype(np.float64), y[begin : begin + BLOCK].astype(np.float64)
        (low_x, low_y), (high_x, high_y) = ends.min(axis=0), ends.max(axis=0)
        near = np.flatnonzero((a >= low_x) & (a <= high_x) & (b >= low_y) & (b <= high_y))
        a, b, within = a[near], b[near], np.zeros(len(near), dtype=bool)
        for (x1, y1), (x2, y2) in zip(ends, np.roll(ends, -1, axis=0), strict=True):
            if y1 != y2:
                crossing = (y1 > b) != (y2 > b)
                within ^= crossing & (a < x1 + (b - y1) * (x2 - x1) / (y2 - y1))
        found.append(begin + near[within])
        yield None
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def column_of(scene: Scene, line: int, sample: int) -> int:
    """Return the column of a pixel of the cube; −1 where it is not used."""
    index = line * scene.shape[1] + sample
    column = int(np.searchsorted(scene.pixels, index))
    return column if column < scene.n_pixels and scene.pixels[column] == index else -1
