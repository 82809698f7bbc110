"""Sweeps of hals, on pixels and on spectra."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.kernels import hals as kernels
from tests.kernels.made import EACH, Case, close, counts_of, numbers_of, padded, spectra_of, tiles_of, wide
from tests.kernels.oracles import hals as oracles
from tests.kernels.oracles.two_block import add_sums

STOPS = [(1, 0.0), (4, 0.0), (4, 1e9), (8, 0.1)]  # at most so many sweeps, and when to end


@EACH
@pytest.mark.parametrize("restart", [False, True], ids=["on", "again"])
def test_update(case: Case, restart: bool) -> None:
    for (most, delta), scale in zip([*STOPS, *STOPS[2:]], [1, 1, 1, 1, 1e-12, 1e12], strict=True):
        rng = case.rng
        tiles, wt = tiles_of(case, rng, -0.2), spectra_of(case, rng, np.float32) * np.float32(scale)
        wt[case.r // 2] = 0 if case.r > 1 else wt[0]  # an endmember that is gone stays where it is
        g = wt @ wt.T
        h, previous = numbers_of(case, rng) / np.float32(scale), numbers_of(case, rng) / np.float32(scale)
        x, *exact = wide(tiles, wt, g)
        starts = zip(x, *wide(previous if restart else h, previous), strict=True)
        pairs = [oracles.update(one, *exact, start, old, 0.5, most, delta) for one, start, old in starts]
        xht, hht = np.zeros((case.bands, case.r)), np.zeros((case.r, case.r))
        beta, until = np.float32(0.5), np.float32(delta)
        kernels.update(tiles, counts_of(case), wt, g, h, previous, beta, restart, most, until, xht, hht)
        ahead, new = (padded(np.array(part), case, np.float64) for part in zip(*pairs, strict=True))
        size = max(new.max(), 1 / scale)
        close(previous, new, size, 1e-4)
        close(h, ahead, size, 2e-4)
        sums = add_sums(x, ahead)
        close(xht, sums[0], size * case.width * len(x), 1e-4)
        close(hht, sums[1], size**2 * case.width * len(x), 1e-4)


@EACH
def test_update_spectra(case: Case) -> None:
    for most, delta in STOPS:
        rng = case.rng
        h, wt = spectra_of(Case(case.r, 300, 0, ()), rng), spectra_of(case, rng) * 100
        hxt, hht = h @ rng.uniform(-0.5, 1, (300, case.bands)), h @ h.T
        hht[0] = hht[:, 0] = 0 if case.r > 2 else hht[0]
        free = np.arange(case.r) % 5 != 3
        expected = oracles.update_spectra(wt, hxt, hht, free, most, delta, 0.01)
        kernels.update_spectra(wt, hxt, hht, free, most, delta, 0.01)
        close(wt, expected, np.abs(expected).max(), 1e-11)
