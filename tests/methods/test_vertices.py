"""Archetypes: the nearest point of a hull, and how little rounding moves them."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize

from hsunmix.methods.factorization._vertices import _nearest, refine
from hsunmix.model.progress import finish


def cloud(seed: int) -> np.ndarray:
    """Points in four dimensions: some twice, some on a line, some in a plane."""
    rng = np.random.default_rng(seed)
    rows = rng.random((60, 4)) ** (1 + seed)
    rows[10:20] = rows[20:30]
    rows[30:35] = np.linspace(0, 1, 5)[:, None] * rows[0] + np.linspace(1, 0, 5)[:, None] * rows[1]
    rows[40:50, 3] = rows[40, 3]
    return rows


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("where", ["outside", "inside", "vertex", "edge"])
def test_nearest_point_of_the_hull(seed: int, where: str) -> None:
    rows = cloud(seed)
    rng = np.random.default_rng(100 + seed)
    target = {
        "outside": rng.normal(size=4) * 2,
        "inside": rows.mean(axis=0),
        "vertex": rows[int(rows[:, 0].argmax())],
        "edge": rows[32],
    }[where]
    for holders in ([3], [10, 20], [0, 1, 31, 32], [5, 6, 7, 8, 9]):
        weight = np.zeros(60)
        weight[holders] = 1 / len(holders)
        found = _nearest(rows, weight, target)
        assert weight.min() >= 0
        assert weight.sum() == pytest.approx(1, abs=1e-12)
        np.testing.assert_allclose(weight @ rows, found, atol=1e-10)
        # Sums of one as one more row that weighs a lot.
        lifted = np.vstack([rows.T, np.full(60, 1e4)])
        share, _ = scipy.optimize.nnls(lifted, np.append(target, 1e4))
        np.testing.assert_allclose(found, share @ rows, atol=1e-6)


def test_rounding_moves_archetypes_no_more_than_itself() -> None:
    rng = np.random.default_rng(2)
    corners = rng.normal(size=(5, 4))
    points = (corners @ rng.dirichlet(np.full(4, 0.6), 900).T + 0.02 * rng.normal(size=(5, 900))).T
    points[450:] = points[:450]  # neighbours of each other have one mean
    first = np.array([int((points @ corner).argmax()) for corner in corners.T])
    other = points * (1 + 1e-13 * rng.normal(size=points.shape))
    one, two = (rows.T @ finish(refine(rows.T, first, 20)) for rows in (points, other))
    np.testing.assert_allclose(one, two, atol=1e-6)
