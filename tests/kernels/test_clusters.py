"""What a hierarchy of clusters does with pixels."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.kernels import clusters as kernels
from tests.kernels.made import EACH, RANKS, Case, close, tiles_of
from tests.kernels.oracles import clusters as oracles

SIZES = pytest.mark.parametrize("k", RANKS)
PIXELS = (0, 1, 2, 31, 32, 33, 500)


@SIZES
def test_plane(k: int) -> None:
    rng = np.random.default_rng(k)
    for n in PIXELS:
        z, v, out = (
            rng.standard_normal((n, k)).astype(np.float32),
            rng.standard_normal((2, k)),
            np.empty((n, 2)),
        )
        kernels.plane(z, v, out)
        exact = z.astype(np.float64)
        close(out, oracles.plane(exact, v), oracles.plane(abs(exact), abs(v)), 1e-14)


@SIZES
@pytest.mark.parametrize("lean", [0.0, 0.9, 1.0], ids=["apart", "near", "one"])
def test_shares(k: int, lean: float) -> None:
    """Two columns that are apart, near each other, and the same but for their length."""
    rng = np.random.default_rng(k)
    w = rng.random((k, 2)) + 0.05
    w[:, 1] = 0.7 * (lean * w[:, 0] + (1 - lean) * w[:, 1])
    z = (w @ rng.uniform(-0.3, 1, (2, 300)) + 0.1 * rng.standard_normal((k, 300))).T.astype(np.float32)
    z[::50] = 0
    z[1::50] = w[:, 0]
    x, at_most, below = np.full(300, np.nan), np.zeros(101, np.int64), np.zeros(101, np.int64)
    g = w.T @ w
    kernels.shares(z, w.T.copy(), g, x, at_most, below)
    if lean == 1 or k == 1:  # either explains as much
        assert set(x) <= {0.0, 1.0}
        expected = x
    else:
        expected, *_ = oracles.shares(z.astype(np.float64), w.T, g)
        close(x, expected, 1 / (1 - lean), 1e-8)
    place = np.arange(101) * 0.01
    np.testing.assert_array_equal(at_most.cumsum(), (x[:, None] <= place).sum(axis=0))
    np.testing.assert_array_equal(below.cumsum(), (x[:, None] < place).sum(axis=0))


@SIZES
def test_partition(k: int) -> None:
    rng = np.random.default_rng(k)
    for n in PIXELS:
        for threshold in (-1.0, 0.3, 0.5, 2.0):
            z, x, order = rng.random((n, k)).astype(np.float32), rng.integers(0, 11, n) / 10, np.arange(n) + 7
            before = z.copy()
            first = kernels.partition(z, order, x, threshold)
            assert first == oracles.partition(x, threshold)
            assert sorted(order) == list(range(7, n + 7))
            np.testing.assert_array_equal(z, before[order - 7])
            assert (x[order - 7] >= threshold).tolist() == [True] * first + [False] * (n - first)


@EACH
def test_own_cosines(case: Case) -> None:
    rng = case.rng
    tiles = tiles_of(case, rng, -1).copy()
    tiles[:, :, 0] = 0.5  # constant
    tiles.flags.writeable = False
    labels = rng.integers(0, case.r, (len(tiles), case.width)).astype(np.int32)
    labels[np.arange(case.width) >= np.array(case.counts)[:, None]] = -1
    directions = rng.standard_normal((case.bands, case.r))
    directions -= directions.mean(axis=0)
    directions /= np.maximum(np.linalg.norm(directions, axis=0), 1e-300)
    out = np.full(labels.shape, np.nan)
    kernels.own_cosines(tiles, labels, directions, out)
    expected = [
        oracles.own_cosines(x.astype(np.float64), k, directions) for x, k in zip(tiles, labels, strict=True)
    ]
    close(out, np.array(expected), 1, 1e-9)


@SIZES
def test_best_of_each(k: int) -> None:
    rng = np.random.default_rng(k)
    for n in PIXELS:
        labels, values = rng.integers(-1, k, n).astype(np.int32), rng.integers(-9, 9, n) / 4.0
        best, where = np.empty(k), np.full(k, -1)
        kernels.best_of_each(labels, values, best, where)
        expected = oracles.best_of_each(labels, values, k)
        assert where.tolist() == expected
        held = where >= 0
        np.testing.assert_array_equal(best[held], values[where[held]])
