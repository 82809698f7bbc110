"""Extended linear mixing: brightness of each endmember in each pixel."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.kernels import extended as kernels
from tests.kernels.oracles import extended as oracles


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (5, 1), (4, 7)], ids=str)
@pytest.mark.parametrize("r", [1, 2, 5])
@pytest.mark.parametrize("edge", [0.0, 0.3])
def test_a_sweep(shape: tuple[int, int], r: int, edge: float) -> None:
    """Both colours of the chessboard, with pixels that take no part, in some of the lines and samples."""
    rng = np.random.default_rng([*shape, r])
    w = rng.random((9, r)) + 0.1
    true, bright = rng.dirichlet(np.ones(r), shape), rng.uniform(0.5, 1.5, (*shape, r))
    c = np.ascontiguousarray((true * bright) @ w.T @ w + 0.01 * rng.standard_normal((*shape, r)))
    g, used = w.T @ w, rng.random(shape) < 0.8
    a, psi = np.full((*shape, r), 1 / r), rng.uniform(0.8, 1.2, (*shape, r))
    terms, most = (20.0, 0.5, edge), max(1, shape[0] - 1)
    for colour in (0, 1):
        for lines, samples in (((0, shape[0]), (0, shape[1])), ((0, most), (shape[1] // 2, shape[1]))):
            expected = oracles.sweep(c, g, used, colour, range(*lines), range(*samples), *terms, a, psi)
            changed = kernels.sweep(c, g, used, colour, *lines, *samples, *terms, a, psi)
            np.testing.assert_allclose(a, expected[0], rtol=1e-7, atol=1e-9)
            np.testing.assert_allclose(psi, expected[1], rtol=1e-7, atol=1e-9)
            np.testing.assert_allclose(changed, expected[2], rtol=1e-6, atol=1e-12)
