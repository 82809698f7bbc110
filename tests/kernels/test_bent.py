"""Polynomial post-nonlinear mixing."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.kernels import bent as kernels
from tests.kernels.oracles import bent as oracles


@pytest.mark.parametrize("simplex", [False, True], ids=["free", "sum of one"])
@pytest.mark.parametrize("r", [1, 2, 4, 7])
def test_bent(r: int, simplex: bool) -> None:
    """Straight and bent pixels, one of zeros, and places behind the last pixel, which stay as they were."""
    rng = np.random.default_rng([r, simplex])
    bands, width, counts = 25, 16, np.array([16, 9])
    w = rng.random((bands, r)) + 0.2
    true = rng.dirichlet(np.ones(r), (2, width)).transpose(0, 2, 1)
    y = np.einsum("jk,ikt->ijt", w, true)
    x = y + rng.uniform(-0.2, 0.3, (2, 1, width)) * y**2 + 0.005 * rng.standard_normal(y.shape)
    x[0, :, 3] = y[0, :, 3]
    x[1, :, 2] = 0
    tiles = x.astype(np.float32)
    h = np.full((2, r, width), 1 / r, np.float32)
    begun = h.copy()
    bend, sigmas, errors = (np.full((2, width), np.nan) for _ in range(3))
    kernels.bent(tiles, counts, np.ascontiguousarray(w.T), simplex, h, bend, sigmas, errors)
    for i, count in enumerate(counts):
        assert np.array_equal(h[i, :, count:], begun[i, :, count:])
        assert not bend[i, count:].any()
        assert not sigmas[i, count:].any()
        assert not errors[i, count:].any()
        for t in range(count):
            pixel = tiles[i, :, t].astype(np.float64)
            own, b, sigma, left = oracles.bent(pixel, w, simplex, begun[i, :, t].astype(np.float64))
            assert errors[i, t] <= left * (1 + 1e-5) + 1e-12
            if not pixel.any() or errors[i, t] < left * (1 - 1e-5):
                continue  # nothing to bend; or another valley, and a deeper one
            np.testing.assert_allclose(h[i, :, t], own, atol=2e-3)
            np.testing.assert_allclose(bend[i, t], b, atol=2e-3)
            if ((own > 1e-3) == (own > 0)).all() and ((h[i, :, t] > 0) == (own > 0)).all():
                np.testing.assert_allclose(sigmas[i, t], sigma, rtol=0.02, atol=0.02)
