"""The thin products, on sizes that are no multiple of anything."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from hsunmix.kernels import _products as kernels
from tests.kernels.made import EACH, SCALES, Case, close, spectra_of, tiles_of, wide
from tests.kernels.oracles import _products as oracles

AHEAD = pytest.mark.parametrize("ahead", [False, True], ids=["alone", "fetching"])


@EACH
@AHEAD
def test_wt_x(case: Case, ahead: bool) -> None:
    x, spectra = tiles_of(case, case.rng, -1)[0], spectra_of(case, case.rng) - 0.5
    for scale, (kind, share) in product(SCALES, [(np.float32, 4e-6), (np.float64, 1e-14)]):
        wt = spectra.astype(kind)
        data, out = x * np.float32(scale), np.full((case.r, case.width), np.nan, kind)
        data.flags.writeable = False
        kernels.wt_x(wt, data, out, data) if ahead else kernels.wt_x(wt, data, out)
        exact = wide(wt, data)
        close(out, oracles.wt_x(*exact), oracles.wt_x(*map(np.abs, exact)), share)


@EACH
@AHEAD
def test_add_x_ht(case: Case, ahead: bool) -> None:
    rng = case.rng
    x, h = tiles_of(case, rng, -1)[0], rng.uniform(-1, 1, (case.r, case.width)).astype(np.float32)
    for scale in SCALES:
        data, before = x * np.float32(scale), rng.random((case.bands, case.r)) * scale
        data.flags.writeable = False
        sums = before.copy()
        kernels.add_x_ht(data, h, sums, data) if ahead else kernels.add_x_ht(data, h, sums)
        exact = wide(data, h)
        size = before + oracles.add_x_ht(*map(np.abs, exact))
        close(sums, before + oracles.add_x_ht(*exact), size)


@EACH
def test_add_h_ht(case: Case) -> None:
    h = case.rng.uniform(-1, 1, (case.r, case.width)).astype(np.float32)
    sums = np.full((case.r, case.r), 2.0)
    kernels.add_h_ht(h, sums)
    exact = h.astype(np.float64)
    close(sums, 2 + oracles.add_h_ht(exact), 2 + oracles.add_h_ht(np.abs(exact)), 1e-14)


@pytest.mark.parametrize("place", [0, 5, 6, 15, 16, 36])
def test_what_is_no_number_stays_in_its_pixel(place: int) -> None:
    """A product over the bands spoils one column, one over the pixels all of its band."""
    x, wt = np.ones((7, 37), np.float32), np.ones((5, 7), np.float32)
    x[3, place] = np.nan
    out, sums = np.empty((5, 37), np.float32), np.zeros((7, 5))
    kernels.wt_x(wt, x, out)
    assert (np.isnan(out) == (np.arange(37) == place)).all()
    kernels.add_x_ht(x, np.ones((5, 37), np.float32), sums)
    assert (np.isnan(sums) == (np.arange(7) == 3)[:, None]).all()
