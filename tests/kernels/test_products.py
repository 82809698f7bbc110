"""The thin products, on sizes that are no multiple of anything."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.kernels._products import add_h_ht, add_x_ht, wt_x
from hsunmix.kernels.hals import _sweep


@pytest.mark.parametrize("ahead", [None, np.zeros((3, 16), np.float32)])
@pytest.mark.parametrize("pixels", [37, 480])
@pytest.mark.parametrize("bands", [1, 3, 4, 7, 162])
@pytest.mark.parametrize("rank", [1, 2, 5, 6, 13])
def test_products_agree_with_numpy(bands: int, rank: int, pixels: int, ahead: np.ndarray | None) -> None:
    rng = np.random.default_rng(bands * 10 + rank)
    x = rng.random((bands, pixels), dtype=np.float32)
    w = rng.random((bands, rank))
    out = np.empty((rank, pixels))
    wt_x(np.ascontiguousarray(w.T), x, out, ahead)
    np.testing.assert_allclose(out, w.T @ x.astype(np.float64), rtol=1e-12)

    h = rng.random((rank, pixels), dtype=np.float32)
    sums = np.full((bands, rank), 2.0)
    add_x_ht(x, h, sums, ahead)
    np.testing.assert_allclose(sums - 2, x.astype(np.float64) @ h.T, rtol=1e-5)

    square = np.full((rank, rank), 2.0)
    add_h_ht(h, square)
    np.testing.assert_allclose(square - 2, h.astype(np.float64) @ h.T, rtol=1e-12)


@pytest.mark.parametrize("rank", [1, 3, 8, 11])
def test_a_sweep_sets_every_row_to_its_optimum(rank: int) -> None:
    rng = np.random.default_rng(rank)
    w = rng.random((30, rank)).astype(np.float32)
    g, c = w.T @ w, np.ascontiguousarray(w.T @ rng.random((30, 101)).astype(np.float32))
    g[rank // 2] = g[:, rank // 2] = c[rank // 2] = 0 if rank > 1 else 1  # one that is all zero stays
    h = rng.random((rank, 101)).astype(np.float32)
    expected, change = h.astype(np.float64), 0.0
    for k in range(rank):
        if g[k, k] > 0:
            new = np.maximum(expected[k] + (c[k] - g[k].astype(np.float64) @ expected) / g[k, k], 0)
            change += ((new - expected[k]) ** 2).sum()
            expected[k] = new
    inverse = np.divide(1, np.diag(g), out=np.zeros(rank, np.float32), where=np.diag(g) > 0)
    found = _sweep(g, inverse, c, h, np.float32(0))
    np.testing.assert_allclose(h, expected, atol=2e-5)
    np.testing.assert_allclose(found, change, rtol=1e-3)
