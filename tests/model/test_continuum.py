"""The continuum against the hull of brute force, with gaps, in any order of bands."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.model.continuum import continuum_removed


def hull(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """At each band the highest of all chords between two values."""
    best = y.copy()
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            inside = (x >= x[i]) & (x <= x[j])
            chord = y[i] + (y[j] - y[i]) * (x - x[i]) / (x[j] - x[i])
            best[inside] = np.maximum(best[inside], chord[inside])
    return best


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_convex_hull(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(400, 2500, 25))
    y = rng.uniform(0.1, 1, (3, 25))
    np.testing.assert_allclose(continuum_removed(y, x), y / [hull(row, x) for row in y], rtol=1e-9)


def test_gaps_order_and_brightness_do_not_matter() -> None:
    rng = np.random.default_rng(0)
    x, y = np.linspace(400, 900, 20), rng.uniform(0.1, 1, (2, 20))
    known = continuum_removed(y, x)
    turn = rng.permutation(20)
    np.testing.assert_allclose(continuum_removed(y[:, turn], x[turn]), known[:, turn])
    np.testing.assert_allclose(continuum_removed(7 * y, x), known)
    y[0, [3, 8]] = np.nan
    some = np.isfinite(y[0])
    np.testing.assert_allclose(continuum_removed(y, x)[0, some], continuum_removed(y[:1, some], x[some])[0])
    assert np.isnan(continuum_removed(y, x)[0, ~some]).all()


def test_what_has_no_continuum() -> None:
    y = np.array([[0.1, -0.2, 0.3, 0.1], [0, 0, 0, 0], [np.nan, np.nan, 1, 2]])
    assert np.isnan(continuum_removed(y)).all()
    with pytest.raises(InputError, match="same wavelength"):
        continuum_removed(np.ones((1, 3)), np.array([400.0, 500, 500]))
