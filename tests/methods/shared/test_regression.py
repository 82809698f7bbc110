from __future__ import annotations

import numpy as np

from hsunmix.methods.shared._regression import precision, unpredicted


def test_what_the_other_bands_do_not_predict_is_the_residual_of_least_squares() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((6, 3)) @ rng.random((3, 400)) + 0.05 * rng.standard_normal((6, 400))
    p = precision(x @ x.T / 400)
    rest = unpredicted(p) @ x
    for band in range(6):
        others = np.delete(x, band, axis=0).T
        left = x[band] - others @ np.linalg.lstsq(others, x[band], rcond=None)[0]
        np.testing.assert_allclose(rest[band], left, atol=1e-7)
        np.testing.assert_allclose(1 / p[band, band], (left**2).mean(), rtol=1e-6)
