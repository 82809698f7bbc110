"""Convex and semi-NMF: endmembers inside the data, and data of either sign."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

import hsunmix
from tests.scenes import mixture


def test_convex_endmembers_are_weighted_means_of_pixels() -> None:
    x = mixture(noise=0.02, pixels=300)
    w = hsunmix.unmix(x, "convex", rank=4, init="random").endmembers
    for column in w.T:
        parts, rest = nnls(np.vstack([x, 10 * np.ones(300)]), np.r_[column, 10.0])
        assert rest < 1e-4
        assert abs(parts.sum() - 1) < 1e-4


def test_convex_starts_from_given_spectra_inside_the_data() -> None:
    x = mixture(noise=0.02)
    result = hsunmix.unmix(x, "convex", rank=4, init=x[:, :4] * 3)
    assert result.endmembers.max() <= x.max() + 1e-6
    assert result.relative_error < 0.06


def test_semi_takes_data_of_either_sign() -> None:
    rng = np.random.default_rng(0)
    w, h = rng.standard_normal((20, 3)), rng.dirichlet(np.full(3, 0.5), 800).T
    x = w @ h
    semi = hsunmix.unmix(
        x, "convex", rank=3, model="semi", init="random", max_iterations=2000, tolerance=1e-7
    )
    assert semi.endmembers.min() < 0
    assert semi.relative_error < 0.01
    assert semi.abundances.min() >= 0


def test_semi_is_at_least_as_good_as_nmf() -> None:
    x = mixture(noise=0.05)
    nmf = hsunmix.unmix(x, "anls", rank=4).relative_error
    semi = hsunmix.unmix(x, "convex", rank=4, model="semi").relative_error
    convex = hsunmix.unmix(x, "convex", rank=4).relative_error
    assert semi <= nmf * 1.001
    assert convex >= nmf * 0.999
