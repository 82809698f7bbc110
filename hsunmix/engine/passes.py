"""The passes over all pixels that several methods need."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.model.progress import Step

__all__ = [
    "compiling",
    "coordinates_along",
    "gram",
    "norms_squared",
    "projected",
    "residuals",
    "unconstrained",
]

Array = NDArray[np.float64]


def compiling(kernel: Any) -> Step | None:
    """Return what to tell the analyst before a kernel's first call: a step, or None when it is ready."""
    if kernel.overloads:  # ``signatures`` makes a list of them anew, and this is asked in every iteration
        return None
    folder = Path(kernel.stats.cache_path)
    name = f"{kernel.py_func.__module__.rpartition('.')[2]}.{kernel.py_func.__name__}-*.nbi"
    if any(folder.glob(name)):
        return None
    return Step(message="Preparing the fast kernels for this machine (only the first time)")


def norms_squared(scene: Scene) -> Generator[Step | None, None, PerPixel]:
    """Squared norm of every pixel; zero in the padding."""
    from hsunmix.kernels.projection import squared_norms

    yield compiling(squared_norms)
    norms = scene.per_pixel()
    yield from scene.map(_norms, per_pixel=[norms])
    return norms


def _norms(part: Part, norms: Array) -> None:
    from hsunmix.kernels.projection import squared_norms

    squared_norms(part.tiles, norms)


def residuals(scene: Scene, w: Array, h: PerPixel) -> Generator[Step | None, None, PerPixel]:
    """‖x − W h‖² of every pixel, in scene units; zero in the padding."""
    from hsunmix.kernels.residual import squared_residuals

    yield compiling(squared_residuals)
    rest = scene.per_pixel()
    yield from scene.map(_rest, w.astype(np.float32), per_pixel=[h, rest])
    return rest


def _rest(part: Part, w: NDArray[np.float32], h: NDArray[np.float32], rest: Array) -> None:
    from hsunmix.kernels.residual import squared_residuals

    squared_residuals(part.tiles, w, h, rest)


def coordinates_along(
    scene: Scene, rows: Array, origin: Array | None = None
) -> Generator[Step | None, None, PerPixel]:
    """Products of every pixel, less ``origin`` when one is given, with some vectors.

    Parameters
    ----------
    scene : Scene
    rows : array, (k, bands used)
    origin : array, (bands used,), optional

    Returns
    -------
    PerPixel
        ``k`` numbers each; the padding holds those of a zero pixel.
    """
    from hsunmix.kernels.projection import coordinates

    yield compiling(coordinates)
    rows = np.ascontiguousarray(rows)
    along = scene.per_pixel(len(rows))
    yield from scene.map(_along, rows, None if origin is None else rows @ origin, per_pixel=[along])
    return along


def _along(part: Part, rows: Array, less: Array | None, along: Array) -> None:
    from hsunmix.kernels.projection import coordinates

    coordinates(part.tiles, rows, along)
    if less is not None:
        along -= less[:, None]


def projected(scene: Scene, rows: Array) -> Generator[Step | None, None, Scene]:
    """Return a scene of coordinates along some vectors, (k, bands used), in place of its bands."""
    from hsunmix.kernels.projection import coordinates

    yield compiling(coordinates)
    rows = np.ascontiguousarray(rows)
    return (yield from scene.made(_project, rows, bands=len(rows)))


def _project(part: Part, rows: Array, out: NDArray[np.float32]) -> None:
    from hsunmix.kernels.projection import coordinates

    exact = np.empty(out.shape)
    coordinates(part.tiles, rows, exact)
    out[:] = exact


def unconstrained(scene: Scene, inverse: Array) -> Generator[Step | None, None, PerPixel]:
    """Products of every pixel with a pseudo-inverse (r, bands used), in float32; zero in the padding."""
    from hsunmix.kernels import least_squares

    yield compiling(least_squares.unconstrained)
    h = scene.per_pixel(len(inverse), np.float32)
    yield from scene.map(_unconstrained, np.ascontiguousarray(inverse), per_pixel=[h])
    return h


def _unconstrained(part: Part, inverse: Array, h: NDArray[np.float32]) -> None:
    from hsunmix.kernels import least_squares

    least_squares.unconstrained(part.tiles, part.counts, inverse, h)


def gram(
    scene: Scene, onto: tuple[Array, Array] | None = None
) -> Generator[Step | None, None, tuple[Array, Array]]:
    """X Xᵀ (bands, bands) and the sum of the pixels (bands,), in float64; added to those of pixels before."""
    if scene.moments is not None:
        return scene.moments
    bands = scene.n_bands
    with single_threaded_blas():
        found = yield from scene.map(_gram, sums=[(bands, bands), (bands,)], onto=onto)
    return found.sums[0], found.sums[1]


def _gram(part: Part, product: Array, total: Array) -> None:
    for tile in part.tiles:
        x = tile.astype(np.float64)
        product += x @ x.T
        total += x.sum(axis=1)
