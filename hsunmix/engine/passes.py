"""The passes over all pixels that several methods need."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.model.unmixing import Step

__all__ = ["compiling", "gram", "norms_squared", "residuals"]


def compiling(kernel: Any) -> Step | None:
    """Return what to tell the analyst before a kernel's first call: a step, or None when it is ready."""
    if kernel.signatures:
        return None
    folder = Path(kernel.stats.cache_path)
    name = f"{kernel.py_func.__module__.rpartition('.')[2]}.{kernel.py_func.__name__}-*.nbi"
    if any(folder.glob(name)):
        return None
    return Step(message="Preparing the fast kernels for this machine (only the first time)")


def norms_squared(scene: Scene) -> Generator[Step | None, None, NDArray[np.float64]]:
    """Squared norm of every pixel, (n, T); zero in the padding."""
    from hsunmix.kernels.projection import squared_norms

    yield compiling(squared_norms)
    norms = np.empty((len(scene.tiles), scene.tiles.shape[2]))
    yield from scene.passes(lambda c: squared_norms(scene.tiles[c], norms[c]))
    return norms


def residuals(
    scene: Scene, w: NDArray[np.float64], h: NDArray[np.float32]
) -> Generator[Step | None, None, NDArray[np.float64]]:
    """‖x − W h‖² of every pixel, (n, T), in scene units; zero in the padding."""
    from hsunmix.kernels.residual import squared_residuals

    yield compiling(squared_residuals)
    out = np.empty((len(scene.tiles), scene.tiles.shape[2]))
    w32 = w.astype(np.float32)
    yield from scene.passes(lambda c: squared_residuals(scene.tiles[c], w32, h[c], out[c]))
    return out


def gram(scene: Scene) -> Generator[Step | None, None, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """X Xᵀ (bands, bands) and the sum of the pixels (bands,), in float64."""

    def part(chunk: slice) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        product = np.zeros((scene.n_bands, scene.n_bands))
        total = np.zeros(scene.n_bands)
        for tile in scene.tiles[chunk]:
            x = tile.astype(np.float64)
            product += x @ x.T
            total += x.sum(axis=1)
        return product, total

    with single_threaded_blas():
        parts = yield from scene.passes(part)
    return sum(p for p, _ in parts), sum(t for _, t in parts)  # type: ignore[return-value]
