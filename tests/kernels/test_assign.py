"""Pixels to the endmember nearest in direction."""

from __future__ import annotations

import numpy as np

from hsunmix.kernels import assign as kernels
from tests.kernels.made import EACH, Case, close, counts_of, padded, spectra_of, tiles_of, wide
from tests.kernels.oracles import assign as oracles


@EACH
def test_assign(case: Case) -> None:
    rng = case.rng
    tiles, wt = tiles_of(case, rng, -0.4), spectra_of(case, rng, np.float32)
    lengths = rng.uniform(0.5, 2, case.r).astype(np.float32)
    h = np.full((len(tiles), case.r, case.width), np.nan, np.float32)
    kernels.assign(tiles, counts_of(case), wt, lengths, h)
    expected = [oracles.assign(*wide(x, wt, lengths)) for x in tiles]
    close(h, padded(np.array(expected), case, np.float64), 4 * case.bands, 1e-6)
    assert ((h > 0).sum(axis=1) <= 1).all()
