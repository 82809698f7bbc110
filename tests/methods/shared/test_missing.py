"""What is missing takes no part in the abundances either, whichever method finds them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import nnls

import hsunmix
from hsunmix.methods import methods
from hsunmix.model.cube import Cube

# What a method finds that looks at the whole scene can't be found again from one pixel alone.
ABUNDANCE = [m.id for m in methods().values() if m.kind == "abundance" and not m.traits.whole_scene]


@pytest.fixture
def holes() -> tuple[np.ndarray, np.ndarray]:
    """A scene (bands, pixels), and what of it is missing: single values, stripes, most of a pixel."""
    rng = np.random.default_rng(4)
    x = (0.1 + rng.random((11, 3))) @ rng.dirichlet(np.ones(3), 70).T
    missing = rng.random(x.shape) < 0.08
    missing[2, ::3], missing[4:8, 20:30], missing[4:, 50] = True, True, True
    return x, missing


def runs(x: np.ndarray, missing: np.ndarray) -> dict[str, dict[str, Any]]:
    """Ways to say what is missing."""
    return {
        "nan": {"cube_or_x": np.where(missing, np.nan, x), "weights": ~missing},
        "variances": {
            "cube_or_x": np.where(missing, np.nan, x),
            "weights": np.where(missing, np.inf, 1.0),
            "weights_are": "variances",
        },
        "masked": {"cube_or_x": np.ma.array(x, mask=missing), "weights": np.ones(x.shape)},
        "zeros": {"cube_or_x": np.where(missing, 0, x), "missing": "zeros"},
    }


@pytest.mark.parametrize(
    ("way", "abundance"),
    [*(("nan", a) for a in ABUNDANCE), ("variances", "fcls"), ("masked", "fcls"), ("zeros", "fcls")],
)
def test_abundances_after_weighted_count_no_missing_value(holes, way, abundance) -> None:
    x, missing = holes
    found = hsunmix.unmix(
        method="weighted", rank=3, abundance=abundance, max_iterations=20, **runs(x, missing)[way]
    )
    w, h = found.endmembers, found.abundances
    for j in (*np.flatnonzero(missing.any(axis=0))[:6], 25, 50):
        known = ~missing[:, j]
        alone = hsunmix.abundances(x[known, j : j + 1], w[known], abundance)
        np.testing.assert_array_equal(h[:, [j]], alone)
    rest = np.where(missing, 0, x - w @ h)
    assert found.relative_error == pytest.approx(
        np.linalg.norm(rest) / np.linalg.norm(np.where(missing, 0, x)), rel=1e-3
    )
    np.testing.assert_allclose(
        found.rmse, np.sqrt((rest**2).sum(0) / (~missing).sum(0)), rtol=1e-3, atol=1e-6
    )


@pytest.mark.parametrize(
    "abundance", [m.id for m in methods().values() if m.kind == "abundance" and m.traits.whole_scene]
)
def test_gaps_are_no_zeros_to_methods_that_see_the_whole_scene(abundance: str) -> None:
    """They are filled in by the best that a pixel's own values tell."""
    rng = np.random.default_rng(7)
    w = 0.1 + rng.random((11, 3))
    x = (w @ rng.dirichlet(np.ones(3), 17 * 13).T).T.reshape(17, 13, 11)
    x = (x + 0.005 * rng.standard_normal(x.shape)).astype(np.float32)
    missing = np.zeros(x.shape, bool)
    missing[2:9, 4:8, 2], missing[12, 3, 7:10] = True, True
    whole = x.copy()
    for place in zip(*np.nonzero(missing.any(axis=2)), strict=True):
        gap = missing[place]
        whole[place][gap] = w[gap] @ nnls(w[~gap], x[place][~gap])[0]
    given = {"rank": 3, "init": w, "locked": (0, 1, 2), "abundance": abundance}
    expected = hsunmix.unmix(Cube.from_array(whole), "hals", **given)
    gaps = Cube.from_array(np.where(missing, np.nan, x))
    found = hsunmix.unmix(gaps, "weighted", weights=~missing, **given)
    np.testing.assert_allclose(found.abundances, expected.abundances, atol=1e-4)


def test_nnls_of_pixels_with_gaps_is_scipys(holes) -> None:
    x, missing = holes
    found = hsunmix.unmix(
        np.where(missing, np.nan, x),
        "weighted",
        rank=3,
        abundance="nnls",
        weights=~missing,
        max_iterations=20,
    )
    assert "NNLS counts all known values alike" in found.note
    for j in range(x.shape[1]):
        known = ~missing[:, j]
        _, rest = nnls(found.endmembers[known], x[known, j])
        mine = np.linalg.norm(x[known, j] - found.endmembers[known] @ found.abundances[:, j])
        assert mine <= rest + 1e-6
