"""Fractions that sum to at most one."""

from __future__ import annotations

import numpy as np

from tests.scenes import lake, solved


def test_as_nnls_where_that_sums_to_less_and_as_fcls_elsewhere() -> None:
    """What the bound's multiplier says: where the optimum without it keeps it, that is the optimum."""
    x = lake().reshape(-1, 60).T
    w = x[:, [3, 140, 600, 1100]]
    free, one, found = (solved(x, w, name) for name in ("nnls", "fcls", "shade"))
    below = free.sum(axis=0) < 1 - 1e-4
    assert 0.05 < below.mean() < 0.95
    norms = np.linalg.norm(x, axis=0)
    for theirs, where in ((free, below), (one, ~below)):
        same = np.linalg.norm(w @ (found - theirs), axis=0)[where] / norms[where]
        assert same.max() < 1e-3
    assert found.min() >= 0
    assert found.sum(axis=0).max() < 1 + 1e-6
