"""Elbow of the singular values: where the steep part of their curve ends and the floor begins.

Problem: tell the singular values that hold materials from those that hold noise.
Method: in the logarithms of the singular values, numbered from the largest, the point farthest below
the straight line from the first to the last is where the floor begins; those before it count.
Cost: one read of X, and eigenvalues of a bands × bands matrix.
Limits: it knows nothing of nonnegativity and has no test behind it: look at the curve. On clean scenes the
floor is plain; where the curve bends slowly, the number is soft.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from hsunmix.engine.passes import gram
from hsunmix.engine.scene import Scene
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods import RankEstimate
from hsunmix.model.progress import Step
from hsunmix.parameters import NoParams as Params

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "Elbow of the singular values"
REFERENCE = "Satopää et al., ICDCS Workshops (2011), for the farthest point"

FLOOR = 1e-7  # of the largest: float32 data are no better


def run(scene: Scene, params: Params) -> Generator[Step | None, None, RankEstimate]:
    """Estimate where the floor begins."""
    product, _ = yield from gram(scene)
    with single_threaded_blas():
        power = np.maximum(np.linalg.eigvalsh(product)[::-1], 0)[: min(scene.n_bands, scene.n_pixels)]
    values = np.sqrt(power / power[0])
    rank = elbow(np.log10(np.maximum(values, FLOOR)))
    return RankEstimate(
        rank,
        values,
        "singular value relative to the largest",
        f"After {rank} singular values the curve reaches its floor; together they leave "
        f"{100 * np.sqrt(power[rank:].sum() / power.sum()):.2g} % of the scene unexplained.",
    )


def elbow(heights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> int:
    """How many heights of a falling curve come before the point farthest below its chord."""
    if len(heights) < 3:
        return 1 if heights[-1] < heights[0] - 3 else len(heights)
    chord = np.linspace(heights[0], heights[-1], len(heights))
    return max(1, int(np.argmax(chord - heights)))
