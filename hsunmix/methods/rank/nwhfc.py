"""Noise-whitened HFC (NWHFC): as hfc, after every band was divided by its noise.

Problem: as hfc, for noise that differs from band to band.
Method: the noise of a band is what regression on all other bands can't predict, 1 / (R⁻¹)_ii; data
are scaled so that it is one in every band, then the eigenvalues are tested as in hfc.
Cost: one read of X, one inverse and eigenvalues of two bands × bands matrices.
Limits: it needs more pixels than bands, and noise that bands don't share.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from hsunmix.engine.passes import gram
from hsunmix.engine.scene import Scene
from hsunmix.errors import InputError
from hsunmix.methods import RankEstimate
from hsunmix.methods.rank._eigenvalues import FalseAlarm as Params
from hsunmix.methods.rank._eigenvalues import significant
from hsunmix.methods.shared._regression import precision
from hsunmix.model.progress import Step

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "Virtual dimensionality, noise whitened (NWHFC)"
REFERENCE = "Chang and Du, IEEE TGRS 42 (2004)"


def run(scene: Scene, params: Params) -> Generator[Step | None, None, RankEstimate]:
    """Estimate the virtual dimensionality."""
    p, n = scene.n_bands, scene.n_pixels
    if p < 2 or n <= p:
        raise InputError(f"nwhfc needs at least 2 bands and more pixels than bands, not {p} and {n}")
    product, total = yield from gram(scene)
    mean = total / n
    correlation = product / n
    noise = 1 / np.diag(precision(correlation))
    yield None
    scale = 1 / np.sqrt(noise)
    white = correlation * np.outer(scale, scale)
    mean = mean * scale
    count, score, threshold = significant(white, white - np.outer(mean, mean), n, params.false_alarm)
    rank = max(count, 1)
    return RankEstimate(
        rank,
        score[: max(2 * rank, rank + 10)],
        "whitened eigenvalue with the mean less that without, in standard deviations of noise",
        f"{rank} directions hold a signal by NWHFC: there the whitened eigenvalues differ by more than "
        f"{threshold:.1f} standard deviations (false alarms {params.false_alarm:g}).",
    )
