"""Weighted NMF: noisy bands, outlying entries, missing entries; and its loss."""

from __future__ import annotations

import numpy as np
import pytest

import hsunmix
from tests.contracts.test_methods import mixture
from tests.methods.test_auto import angles

TRUE = mixture(noise=0.0)[:, :4]


def angle(x: np.ndarray, **parameters: object) -> float:
    return float(
        angles(hsunmix.unmix(x, "weighted", rank=4, init=TRUE, **parameters).endmembers, TRUE).mean()
    )


def test_without_weights_it_is_plain_nmf() -> None:
    x = mixture(noise=0.05)
    plain = hsunmix.unmix(x, "anls", rank=4, tolerance=1e-7).relative_error
    found = hsunmix.unmix(x, "weighted", rank=4, bands="equal", outliers=0, tolerance=1e-7).relative_error
    assert found == pytest.approx(plain, rel=2e-3)


def test_noisy_bands_count_less() -> None:
    rng = np.random.default_rng(0)
    x = mixture(noise=0.0, pixels=3000) + 0.003 * rng.standard_normal((24, 3000))
    x[::6] += 0.5 * rng.standard_normal((4, 3000))
    quiet = np.arange(24) % 6 != 0
    weighted, equal = (
        hsunmix.unmix(x, "weighted", rank=4, init=TRUE, bands=bands, outliers=0).endmembers[quiet]
        for bands in ("noise", "equal")
    )
    assert angles(weighted, TRUE[quiet]).mean() < 0.5 * angles(equal, TRUE[quiet]).mean()


def test_outlying_entries_count_less() -> None:
    rng = np.random.default_rng(1)
    x = mixture(noise=0.005, pixels=3000)
    x[rng.random(x.shape) < 0.01] += 3
    assert angle(x, bands="equal", outliers=1) < 0.5 * angle(x, bands="equal", outliers=0)


def test_missing_entries_are_ignored() -> None:
    rng = np.random.default_rng(2)
    x = mixture(noise=0.002, pixels=3000)
    x[rng.random(x.shape) < 0.05] = 0
    ignored = angle(x, bands="equal", outliers=0, missing="zeros")
    assert ignored < 1.5
    assert ignored < 0.5 * angle(x, bands="equal", outliers=0)


def test_the_loss_never_rises() -> None:
    x = mixture(noise=0.02)
    x[5, ::9] += 1
    w0 = hsunmix.unmix(x, "spa", rank=4).endmembers
    sigma = np.linalg.norm(x - w0 @ hsunmix.abundances(x, w0, "nnls")) / np.sqrt(x.size)
    values = []
    for n in (1, 2, 4, 8, 16, 32):
        result = hsunmix.unmix(
            x, "weighted", rank=4, bands="equal", outliers=2, max_iterations=n, tolerance=0
        )
        size = np.abs(x - result.endmembers @ result.abundances) / sigma
        values.append(np.where(size <= 2, size**2 / 2, 2 * (size - 1)).sum())
    assert (np.diff(values) < 0).all()
