"""Multiplicative updates for two divergences."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.kernels import divergence as kernels
from tests.kernels.made import EACH, Case, close, counts_of, numbers_of, padded, spectra_of, tiles_of, wide
from tests.kernels.oracles import divergence as oracles

KINDS = pytest.mark.parametrize("itakura", [False, True], ids=["kl", "is"])


def even(wt: np.ndarray) -> np.ndarray:
    """As the kernel wants it: rows in twos, bands in fours, zeros behind."""
    out = np.zeros((-(-wt.shape[0] // 2) * 2, -(-wt.shape[1] // 4) * 4), np.float32)
    out[: wt.shape[0], : wt.shape[1]] = wt
    return out


@EACH
@KINDS
def test_update(case: Case, itakura: bool) -> None:
    for scale in (1e-10, 1.0, 1e10):
        compare(case, itakura, scale)


def compare(case: Case, itakura: bool, scale: float) -> None:
    """An update of data, spectra and floor of one unit."""
    rng = case.rng
    tiles = tiles_of(case, rng, -0.2) * np.float32(scale)
    tiles.flags.writeable = False
    wt, h = spectra_of(case, rng, np.float32) * np.float32(scale), numbers_of(case, rng)
    least, floor = np.float32(1e-2 * scale), np.float32(1e-3)
    begun, top = h.copy(), np.zeros(even(wt).shape)
    bottom = np.zeros_like(top)
    rest = kernels.update(tiles, counts_of(case), even(wt), h, itakura, least, floor, top, bottom)
    tops, bottoms, rests, new = np.zeros(wt.shape), np.zeros(wt.shape), 0.0, np.zeros(h.shape)
    for i, count in enumerate(case.counts):
        exact = wide(tiles[i, :, :count], wt, begun[i, :, :count])
        new[i, :, :count], *sums, off = oracles.update(*exact, itakura, float(least), float(floor))
        tops, bottoms, rests = tops + sums[0], bottoms + sums[1], rests + off
    close(h, padded(new, case, np.float64), new.max(), 1e-5)
    close(top[: case.r, : case.bands], tops, tops.max(), 1e-5)
    if itakura:
        close(bottom[: case.r, : case.bands], bottoms, bottoms.max(), 1e-5)
    else:  # the same for all bands: one column of Σ H
        close(bottom[: case.r, 0], bottoms[:, 0], bottoms.max(), 1e-5)
    padding = (tiles.shape[2] * len(tiles) - sum(case.counts)) * case.bands * float(least) ** 2
    close(np.array(rest), np.array(rests), rests + padding / 1e-5, 1e-5)


@EACH
@KINDS
def test_divergence(case: Case, itakura: bool) -> None:
    rng = case.rng
    for scale in (1e-6, 1.0, 1e6):
        tiles, h = tiles_of(case, rng, -0.2) * np.float32(scale), numbers_of(case, rng)
        tiles.flags.writeable = False
        wt, least = spectra_of(case, rng, np.float32) * np.float32(scale), np.float32(1e-3 * scale)
        found = kernels.divergence(tiles, counts_of(case), wt, h, itakura, least)
        expected = size = 0.0
        for x, k, count in zip(tiles, h, case.counts, strict=True):
            exact = wide(x[:, :count], wt, k[:, :count])
            expected += oracles.divergence(*exact, itakura, float(least))
            ratio = np.maximum(exact[0], float(least)) / (wt.T @ k[:, :count] + least)
            size += (ratio + abs(np.log(ratio)) + 1).sum() * (1 if itakura else scale * (case.r + 1))
        close(np.array(found), np.array(expected), size, 1e-6)
