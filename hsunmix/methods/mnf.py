"""Minimum noise fraction: a cube's components, ordered by how far they stand out from the noise.

Problem: find directions in which the scene's variance, in units of the noise's, is largest, second largest …
(noise adjusted principal components).
Method: the covariance of the noise is told by differences of pixels beside each other, halved, or by what
each band's neighbours in the spectrum don't predict (regression). It is whitened; then the scene's
covariance is diagonal in its own directions. A cube made of the first components alone has lost most of its
noise.
Cost: two reads of the file, one of them where only the components' variances are asked for.
Guarantee: components are uncorrelated, and their noise too, with variance one. By differences, texture as
fine as a pixel counts as noise; by regression, so does what only one band sees.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.threads import single_threaded_blas
from hsunmix.errors import InputError
from hsunmix.methods.shared._components import Components, noise_adjusted
from hsunmix.model.cube import ArrayPixels, Cube
from hsunmix.model.progress import Step

__all__ = ["SIGNAL", "Noise", "components", "denoised", "fit", "standing_out"]

Noise = Literal["differences", "regression"]
SIGNAL = 2.0  # variance, in units of the noise, from which on a component has as much signal as noise
BLOCK = 2 << 20  # bytes read at a time: a step takes no longer than 0.2 s


def fit(cube: Cube, noise: Noise = "differences") -> Generator[Step | None, None, Components]:
    """Return the components of a cube's used bands, from its used pixels.

    Raises
    ------
    InputError
        There are fewer pixels than bands, or none beside each other.
    """
    used = np.flatnonzero(cube.good_bands)
    bands, pixels, pairs = len(used), 0, 0
    product, total = np.zeros((bands, bands)), np.zeros(bands)
    apart, slope = np.zeros((bands, bands)), np.zeros(bands)
    for first, block, there in _blocks(cube):
        x = block[there]
        product += _products(x)
        total += x.sum(axis=0)
        pixels += len(x)
        if noise == "differences":
            beside = there[:, 1:] & there[:, :-1]
            d = (block[:, 1:] - block[:, :-1])[beside]
            apart += _products(d)
            slope += d.sum(axis=0)
            pairs += len(d)
        yield Step(min(1.0, (first + len(block)) / cube.lines), message="Reading")
    if pixels <= bands or (noise == "differences" and pairs <= bands):
        raise InputError(
            f"{cube.name}: {pixels} usable pixels are too few for {bands} bands: choose fewer bands"
        )
    if noise == "regression":
        return noise_adjusted(product, total, pixels)
    spread = apart / pairs - np.outer(slope, slope) / pairs**2
    return noise_adjusted(product, total, pixels, spread / 2)  # a difference has the noise of two pixels


def standing_out(found: Components) -> int:
    """Return how many components have as much signal as noise; at least one."""
    return max(1, int((found.variances >= SIGNAL).sum()))


def components(cube: Cube, found: Components, count: int) -> Generator[Step | None, None, Cube]:
    """Return the first components as a cube; NaN where a pixel has no data."""
    made = yield from _mapped(cube, found, found.forward[:count], np.zeros(count))
    names = tuple(f"MNF {k + 1}, variance {v:.4g}" for k, v in enumerate(found.variances[:count]))
    said = "Components are in units of the noise."
    return Cube(
        ArrayPixels(made), band_names=names, georeference=cube.georeference, quantity="MNF", notes=(said,)
    )


def denoised(cube: Cube, found: Components, count: int) -> Generator[Step | None, None, Cube]:
    """Return the cube made of its first components alone; bands that are not used are NaN."""
    both = found.backward[:, :count] @ found.forward[:count]
    used = yield from _mapped(cube, found, both, found.mean)
    whole = np.full((*cube.shape[:2], cube.bands), np.nan, np.float32)
    whole[:, :, cube.good_bands] = used
    return replace(
        cube, pixels=ArrayPixels(whole), bad_bands=~cube.good_bands, nodata=None, gain=1.0, offset=0.0,
        notes=(*cube.notes, f"Made of its first {count} MNF components."),
    )  # fmt: skip


def _mapped(
    cube: Cube, found: Components, matrix: NDArray[np.float64], shift: NDArray[np.float64]
) -> Generator[Step | None, None, NDArray[np.float32]]:
    """Return matrix · (x − mean) + shift of every pixel, (lines, samples, rows of the matrix)."""
    out = np.full((*cube.shape[:2], len(matrix)), np.nan, np.float32)
    for first, block, there in _blocks(cube):
        out[first : first + len(block)][there] = _times(block[there] - found.mean, matrix) + shift
        yield Step((first + len(block)) / cube.lines, message="Components")
    return out


def _blocks(cube: Cube) -> Iterator[tuple[int, NDArray[np.float64], NDArray[np.bool_]]]:
    """Yield the first line of a block, its values in the used bands, and which of its pixels are used."""
    used = np.flatnonzero(cube.good_bands)
    for first, block in cube.blocks(BLOCK, used.tolist()):
        there = np.isfinite(block).all(axis=2) & (block != 0).any(axis=2)
        if cube.selection is not None:
            there &= cube.selection[first : first + len(block)]
        yield first, block.astype(np.float64), there


@single_threaded_blas()
def _products(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return x.T @ x


@single_threaded_blas()
def _times(x: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return x @ matrix.T
