"""Residuals of pixels."""

from __future__ import annotations

import numpy as np

from hsunmix.kernels import residual as kernels
from tests.kernels.made import EACH, Case, close, numbers_of, spectra_of, tiles_of, wide
from tests.kernels.oracles import residual as oracles


@EACH
def test_squared_residuals(case: Case) -> None:
    for scale in (1e-12, 1.0, 1e12):
        tiles, h = tiles_of(case, case.rng, -1) * np.float32(scale), numbers_of(case, case.rng)
        w = np.ascontiguousarray(spectra_of(case, case.rng, np.float32).T) * np.float32(scale)
        tiles.flags.writeable = False
        out = np.full((len(tiles), case.width), np.nan)
        kernels.squared_residuals(tiles, w, h, out)
        largest = oracles.squared_residuals(*wide(-abs(tiles), abs(w), h))
        close(out, oracles.squared_residuals(*wide(tiles, w, h)), largest)
