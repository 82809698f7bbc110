"""Norms and coordinates of pixels."""

from __future__ import annotations

import numpy as np

from hsunmix.kernels import projection as kernels
from tests.kernels.made import EACH, SCALES, Case, close, spectra_of, tiles_of, wide
from tests.kernels.oracles import projection as oracles


@EACH
def test_squared_norms(case: Case) -> None:
    for scale in SCALES:
        tiles = tiles_of(case, case.rng, -1) * np.float32(scale)
        tiles.flags.writeable = False
        out = np.full((len(tiles), case.width), np.nan)
        kernels.squared_norms(tiles, out)
        expected = oracles.squared_norms(*wide(tiles))
        close(out, expected, expected, 1e-14)


@EACH
def test_coordinates(case: Case) -> None:
    tiles, basis = tiles_of(case, case.rng, -1), spectra_of(case, case.rng) - 0.5
    out = np.full((len(tiles), case.r, case.width), np.nan)
    kernels.coordinates(tiles, basis, out)
    close(
        out,
        oracles.coordinates(*wide(tiles), basis),
        oracles.coordinates(*wide(abs(tiles)), abs(basis)),
        1e-14,
    )


@EACH
def test_project_out(case: Case) -> None:
    tiles, u = tiles_of(case, case.rng), spectra_of(case, case.rng)[-1]
    u /= np.linalg.norm(u)
    norms = oracles.squared_norms(*wide(tiles))
    norms[0, 0] *= 0.1  # less than what lies along u: nothing is left
    expected = oracles.project_out(*wide(tiles), u, norms)
    before = norms.copy()
    kernels.project_out(tiles, u, norms)
    close(norms, expected, before + case.bands, 1e-14)
    assert norms.min() >= 0
