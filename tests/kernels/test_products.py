"""The thin products, on sizes that are no multiple of anything."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.kernels._products import add_x_ht, wt_x


@pytest.mark.parametrize("bands", [1, 3, 4, 7, 162])
@pytest.mark.parametrize("rank", [1, 2, 5])
def test_products_agree_with_numpy(bands: int, rank: int) -> None:
    rng = np.random.default_rng(bands * 10 + rank)
    x = rng.random((bands, 37), dtype=np.float32)
    w = rng.random((bands, rank))
    out = np.empty((rank, 37))
    wt_x(np.ascontiguousarray(w.T), x, out)
    np.testing.assert_allclose(out, w.T @ x.astype(np.float64), rtol=1e-12)

    h = rng.random((rank, 37), dtype=np.float32)
    sums = np.full((bands, rank), 2.0)
    add_x_ht(x, h, sums)
    np.testing.assert_allclose(sums - 2, x.astype(np.float64) @ h.T, rtol=1e-5)
