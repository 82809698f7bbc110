"""Tri-factorization: orthogonal factors, planted clusters of pixels and groups of bands, each half."""

from __future__ import annotations

import numpy as np
import pytest

import hsunmix
from hsunmix.methods.factorization.tri import Steps
from tests.scenes import mixture


def planted(seed: int, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A matrix of four clusters of pixels and five groups of bands, and both labels."""
    rng = np.random.default_rng(seed)
    bands, pixels = rng.integers(0, 5, 30), rng.integers(0, 4, 500)
    bands[:5], pixels[:4] = range(5), range(4)
    s = rng.uniform(0.1, 3, (5, 4)) * (rng.random((5, 4)) > 0.3) + 0.05
    x = rng.uniform(0.5, 2, 30)[:, None] * s[bands][:, pixels] * rng.uniform(0.5, 2, 500)
    return np.maximum(x + noise * rng.standard_normal(x.shape), 0), bands, pixels


def same_groups(one: np.ndarray, other: np.ndarray) -> bool:
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    return len(pairs) == len(set(one.tolist())) == len(set(other.tolist()))


def groups_of(w: np.ndarray) -> np.ndarray:
    """Tell which rows of the endmembers are parallel."""
    unit = w / np.linalg.norm(w, axis=1, keepdims=True)
    alike = unit @ unit.T > 1 - 1e-9
    return alike.argmax(axis=1)


def test_planted_clusters_and_groups_are_found() -> None:
    for seed in range(4):
        x, bands, pixels = planted(seed)
        found = min(
            (hsunmix.unmix(x, "tri", rank=4, groups=5, seed=s) for s in range(4)),
            key=lambda one: one.relative_error,
        )
        assert found.relative_error < 1e-5
        assert same_groups(found.abundances.argmax(axis=0), pixels)
        assert same_groups(groups_of(found.endmembers), bands)


def test_both_factors_are_orthogonal() -> None:
    x = mixture(noise=0.05)
    found = hsunmix.unmix(x, "tri", rank=4, groups=6)
    assert ((found.abundances > 0).sum(axis=0) <= 1).all()
    lit = found.endmembers[found.endmembers.any(axis=1)]
    assert len(set(groups_of(lit).tolist())) <= 6
    assert "groups of" in found.note


def test_the_error_never_rises_and_falls_with_more_groups() -> None:
    for seed in range(3):
        x = mixture(noise=0.05, seed=seed)
        errors = []
        for groups in (1, 3, 24):
            found = hsunmix.unmix(x, "tri", rank=4, groups=groups, seed=seed)
            assert (np.diff(found.history[:, 1]) <= 0).all()
            errors.append(found.relative_error)
        assert errors[0] > errors[1] > errors[2]


def test_with_a_group_for_every_band_it_is_orthogonal_nmf() -> None:
    x = mixture(noise=0.05)
    tri = hsunmix.unmix(x, "tri", rank=4, groups=1000, seed=1)
    plain = hsunmix.unmix(x, "orthogonal", rank=4, seed=1)
    assert tri.relative_error == pytest.approx(plain.relative_error, rel=1e-5)


def test_grouping_bands_lowers_its_error_every_time() -> None:
    """Each call begins with what the last one found, on other numbers."""
    rng = np.random.default_rng(3)
    steps, y = Steps(3), rng.random((4, 12))
    now = steps.grouped(y)
    for _ in range(20):
        y = np.maximum(y + 0.2 * rng.standard_normal(y.shape), 0)
        new = steps.grouped(y, now)
        assert np.linalg.norm(y - new) <= np.linalg.norm(y - now) + 1e-12
        now = new


def test_locked_spectra_stay() -> None:
    x = mixture(noise=0.01)
    given = x[:, :4].copy()
    given[:, 2] = np.linspace(0.1, 1, 24)
    found = hsunmix.unmix(x, "tri", rank=4, init=given, locked=(2,), groups=3)
    np.testing.assert_array_equal(found.endmembers[:, 2], given[:, 2])
    others = found.endmembers[:, [0, 1, 3]]
    assert len(set(groups_of(others[others.any(axis=1)]).tolist())) <= 3
