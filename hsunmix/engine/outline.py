"""All pixels of a scene in a few directions, and how wrong that may be: one read tells of any product.

A pixel x has the coordinates c = U x along orthonormal rows U. For any vector u then

    |u·x − (U u)·c| ≤ ‖u − Uᵀ U u‖ · √(‖x‖² − ‖c‖²).

So which pixel lies farthest along u is known but for a few, and only these have to be read again.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.engine.subsets import ONE_BY_ONE, evenly, scenes, subset
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.model.progress import Step

__all__ = ["Outline", "main_directions", "outlined"]

SAMPLE = 200  # pixels that tell the directions
ROWS = 1 << 15  # done between two yields
ROUNDING = 2.0**-23  # relative: of coordinates in float32, and of their norm

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Outline:
    """What one read told of all pixels.

    Attributes
    ----------
    basis : array, (k, bands used)
        Orthonormal.
    z : array of float32, (pixels, k)
        Coordinates, a row each.
    order : array of int64, (pixels,)
        The column that a row is of; whoever moves rows moves these too.
    norms, totals : array, (pixels,)
        By column: ‖x‖², and the sum of the values.
    beyond : array of float32, (pixels,)
        By column: at most so long is what the directions leave of it.
    """

    basis: Array
    z: NDArray[np.float32]
    order: NDArray[np.int64]
    norms: Array
    totals: Array
    beyond: NDArray[np.float32]

    def along(
        self, u: Array, first: int = 0, last: int | None = None
    ) -> Iterator[tuple[slice, Array, Array]]:
        """Yield products with a vector: some rows, what they have, and how far that may be off."""
        inside = self.basis @ u
        outside = float(np.linalg.norm(u - inside @ self.basis))
        rounding = ROUNDING * float(np.linalg.norm(inside))
        last = len(self.z) if last is None else last
        for start in range(first, last, ROWS):
            rows = slice(start, min(start + ROWS, last))
            own = self.order[rows]
            off = outside * self.beyond[own] + rounding * np.sqrt(self.norms[own])
            yield rows, self.z[rows] @ inside, off


def main_directions(scene: Scene, count: int) -> Generator[Step | None, None, Array]:
    """Return the first directions of a few pixels of a scene in its file, (at most ``count``, bands used)."""
    if scene.glimpse is None:
        few = yield from subset(scene, evenly(scene.n_pixels, min(SAMPLE, ONE_BY_ONE)))
        spectra = few.columns(np.arange(few.n_pixels))
    else:
        spectra = scene.glimpse.spectra.astype(np.float64)
    with single_threaded_blas():
        left = np.linalg.eigh(spectra @ spectra.T)[1]
    return np.ascontiguousarray(left[:, ::-1][:, :count].T)


def outlined(scene: Scene, basis: Array) -> Generator[Step | None, None, Outline]:
    """Read a scene once for its coordinates along orthonormal rows, (k, bands used)."""
    from hsunmix.kernels.projection import coordinates, squared_norms

    yield compiling(coordinates)
    yield compiling(squared_norms)
    n, room = scene.n_pixels, scene.room
    z, order = room.array((n, len(basis)), np.float32), room.array((n,), np.int64)
    norms, totals, beyond = (room.array((n,), kind) for kind in (np.float64, np.float64, np.float32))
    order[:] = np.arange(n)
    rows = np.ascontiguousarray(np.vstack([basis, np.ones(scene.n_bands)]))
    done = 0
    for some in scenes(scene):
        if some is None:
            yield None
            continue
        found = yield from some.map(_outline, rows)
        end = done + some.n_pixels
        for out, parts in zip((z, norms, totals, beyond), zip(*found.values, strict=True), strict=True):
            np.concatenate(parts, out=out[done:end])
        done = end
        yield Step(done / n, message="Looking at all pixels in their main directions")
    return Outline(basis, z, order, norms, totals, beyond)


def _outline(part: Part, rows: Array) -> tuple[NDArray[np.float32], Array, Array, NDArray[np.float32]]:
    """Coordinates of a part's pixels, their squared norms, sums, and what is left."""
    from hsunmix.kernels.projection import coordinates, squared_norms

    found, norms = (
        np.empty((len(part.tiles), len(rows), part.tiles.shape[2])),
        np.empty((len(part.tiles), part.tiles.shape[2])),
    )
    coordinates(part.tiles, rows, found)
    squared_norms(part.tiles, norms)
    own = np.arange(norms.shape[1]) < part.counts[:, None]
    z = found[:, :-1].transpose(0, 2, 1)[own]
    square = norms[own]
    left = np.maximum(square - np.einsum("ij,ij->i", z, z), 0) + 2 * ROUNDING * square
    return z.astype(np.float32), square, found[:, -1][own], np.sqrt(left).astype(np.float32)
