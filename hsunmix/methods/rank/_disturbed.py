"""What adds to the number of spectra, or hides some: bent mixing, and materials that few pixels have."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods.factorization._excess import abundances
from hsunmix.methods.factorization._rare import FAR, MIN_PIXELS, SURE, largest_group
from hsunmix.methods.factorization._vertices import vertices
from hsunmix.methods.shared._smoothing import Smoothed
from hsunmix.model.progress import Step

__all__ = ["bends", "rare_groups"]

Array = NDArray[np.float64]

NEIGHBOURS, REFINEMENT = 8, 10
ALONG = 0.4  # of the further direction must lie among products of spectra
GOES = 0.35  # of what isn't noise in it must go with products of abundances
ALONE = 0.5  # times as much at most may go with the abundances themselves
MAX_ODD, MAX_GROUPS = 500, 3


def bends(smooth: Smoothed, strong: int, rank: int) -> Generator[Step | None, None, bool]:
    """Whether what stands out beyond ``strong`` spectra is what light brings that met two materials.

    Such light has the product of two spectra, as strong as the product of their abundances.
    """
    few = replace(smooth, rank=strong)
    found = yield from vertices(few, NEIGHBOURS, True, REFINEMENT, 0)
    x = smooth.sample.columns(smooth.near[:, 0])
    w = smooth.basis.T @ found.w
    h = yield from abundances(smooth.raw, found.w, "nnls")
    i, j = np.triu_indices(w.shape[1], 1)
    if not len(i):
        return False
    with single_threaded_blas():
        inside = np.linalg.qr(w)[0]
        rest = x - inside @ (inside.T @ x)
        products = w[:, i] * w[:, j]
        products -= inside @ (inside.T @ products)
        products /= np.maximum(np.linalg.norm(products, axis=0), 1e-300)
        left, size, _ = np.linalg.svd(products, full_matrices=False)
        among = left[:, size > 0.05 * size[0]][:, :6]
        _, vectors = np.linalg.eigh(rest @ rest.T / rest.shape[1])
        direction = vectors[:, -1]
        along = float(np.square(among.T @ direction).sum())
        strength = direction @ rest
        signal = 1 - smooth.noise / max(float(strength.var()), 1e-300)
        alone, together = _explained(strength, h), _explained(strength, np.vstack([h, h[i] * h[j]]))
    gain = together - alone
    return along > ALONG and gain > GOES * max(signal, 0.05) * 0.9 and alone < ALONE * together


def _explained(values: Array, by: Array) -> float:
    """Share of the variance of values (n,) that a linear function of some rows (k, n) explains."""
    solved = np.linalg.lstsq(by.T, values, rcond=1e-9)[0]
    return 1 - float(np.square(values - solved @ by).sum()) / max(
        float(np.square(values - values.mean()).sum()), 1e-300
    )


@single_threaded_blas()
def rare_groups(smooth: Smoothed, count: int) -> list[int]:
    """How many pixels are in each group that is alike and lies outside of the first ``count`` directions."""
    basis = smooth.basis[:count]
    x = smooth.sample.columns(np.arange(len(smooth.places)))
    rest = x - basis.T @ (basis @ x)
    left = np.square(rest).mean(axis=0)
    usual = float(np.median(left))
    odd = np.flatnonzero(left > usual * max(FAR, 1 + SURE * np.sqrt(2 / len(x))))
    odd = odd[np.argsort(-left[odd], kind="stable")][:MAX_ODD]
    groups: list[int] = []
    while len(odd) >= MIN_PIXELS and len(groups) < MAX_GROUPS:
        group = largest_group(rest[:, odd])
        if not len(group):
            break
        groups.append(len(group))
        odd = np.delete(odd, group)
    return groups
