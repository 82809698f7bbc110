"""One step of the fast gradient method."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.kernels import self_dictionary as kernels
from tests.kernels.made import RANKS, close
from tests.kernels.oracles import self_dictionary as oracles


@pytest.mark.parametrize("n", RANKS)
@pytest.mark.parametrize(
    "push", [0.0, 0.3, 3.0]
)  # how far diagonals want to rise: none, some, all beyond one
def test_step(n: int, push: float) -> None:
    rng = np.random.default_rng(n)
    rows = max(1, n // 2)
    place = rng.permutation(n)[:rows]
    c, gradient = rng.uniform(0.5, 2, n), rng.standard_normal((rows, n)) * 3
    x = rng.uniform(0, 1, (rows, n))
    y, t, mu, size, beta = (
        x + 0.1 * rng.standard_normal((rows, n)),
        rng.random(rows),
        0.2 - 8 * push,
        8.0,
        0.6,
    )
    new, ahead, uphill, change = oracles.step(gradient, place, c, mu, size, x, y, beta)
    found = kernels.step(gradient, place, c, mu, size, x, y, t, beta)
    close(x, new, 2, 1e-10)
    close(y, ahead, 2, 1e-10)
    close(np.array(found), np.array([uphill, change]), n * rows, 1e-10)
