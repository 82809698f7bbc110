"""NMF by HALS: the error reached, the start, locked endmembers, dead components."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hsunmix
from tests.methods.reference import load
from tests.scenes import mixture


@pytest.mark.parametrize(
    ("scene", "rank", "percent"), [("samson", 3, 2.52), ("jasper", 4, 3.80), ("urban_undersampled4", 6, 2.87)]
)
def test_error_on_real_scenes(shared: Path, scene: str, rank: int, percent: float) -> None:
    result = hsunmix.unmix(
        load(shared, scene), "hals", rank=rank, init="spa", max_iterations=500, tolerance=0
    )
    assert 100 * result.relative_error <= percent
    assert result.iterations <= 500
    assert (np.diff(result.history[:, 1]) <= 0).all()


def test_starts_from_given_spectra_and_keeps_locked_ones() -> None:
    x = mixture(noise=0.02)
    start = x[:, [10, 20, 30, 40]]
    result = hsunmix.unmix(x, "hals", rank=4, init=start, locked=(1, 3))
    np.testing.assert_allclose(result.endmembers[:, [1, 3]], start[:, [1, 3]], rtol=1e-6)
    assert not np.allclose(result.endmembers[:, 0], start[:, 0], rtol=1e-2)
    assert result.history[-1, 1] < result.history[0, 1]


def test_locked_needs_spectra_and_a_valid_number() -> None:
    with pytest.raises(hsunmix.HsunmixError, match="locked"):
        hsunmix.unmix(mixture(), "hals", rank=4, locked=(0,))
    with pytest.raises(hsunmix.HsunmixError, match="no endmember 7"):
        hsunmix.unmix(mixture(), "hals", rank=4, init=mixture()[:, :4], locked=(7,))


def test_converged_is_said_only_when_it_did() -> None:
    x = mixture(noise=0.05)
    assert hsunmix.unmix(x, "hals", rank=4, max_iterations=2, tolerance=1e-9).converged is False
    assert hsunmix.unmix(x, "hals", rank=4, max_iterations=5000, tolerance=1e-3).converged is True


def test_seeds_differ_and_repeat() -> None:
    x = mixture(noise=0.05)
    first, again, other = (
        hsunmix.unmix(x, "hals", rank=4, init="random", seed=seed, max_iterations=5).endmembers
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_dead_components_come_back() -> None:
    x = mixture()
    start = x[:, :4].copy()
    start[:, 2] = 0
    result = hsunmix.unmix(x, "hals", rank=4, init=start)
    assert "anew" in result.note
    assert result.mean_abundances.min() > 0.01
    assert result.relative_error < 0.01


def test_scale_makes_abundances_sum_to_one() -> None:
    x = mixture(noise=0.0)
    result = hsunmix.unmix(x * 7, "hals", rank=4, max_iterations=2000, tolerance=1e-8)
    np.testing.assert_allclose(result.abundances.sum(axis=0), 1, atol=0.02)
    assert "sum to one" in result.note


def test_compressed_steps_lead_to_the_same_error() -> None:
    x = mixture(noise=0.03)
    plain, compressed = (
        hsunmix.unmix(x, "hals", rank=4, multilevel=False, compress=compress, tolerance=1e-6)
        for compress in (False, True)
    )
    assert compressed.relative_error == pytest.approx(plain.relative_error, rel=2e-3)
    # The steps on a few directions did most of the work: little is left when the whole is taken up.
    assert compressed.history[0, 1] < plain.history[0, 1]
    assert compressed.iterations < plain.iterations


def test_start_from_singular_vectors() -> None:
    x = mixture(noise=0.02)
    result = hsunmix.unmix(x, "mu", rank=4, init="nndsvd", max_iterations=300, tolerance=1e-9)
    assert result.source_pixels is None
    assert result.relative_error < 0.06
    assert (result.mean_abundances > 0).all()  # nothing was stuck at zero
