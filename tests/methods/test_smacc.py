"""SMACC against its residuals written out, and what the cone gives it over projections."""

from __future__ import annotations

import numpy as np
import pytest

import hsunmix
from tests.scenes import mixture


def written_out(x: np.ndarray, rank: int) -> tuple[list[int], np.ndarray, np.ndarray]:
    """Keep every residual, as the paper does; return pixels, abundances and residuals."""
    left, h, chosen = x.astype(np.float64), np.zeros((rank, x.shape[1])), []
    for step in range(rank):
        lengths = (left**2).sum(axis=0)
        lengths[chosen] = 0
        k = int(lengths.argmax())
        r, held = left[:, k].copy(), h[:, k].copy()
        for j in range(x.shape[1]):
            if j == k or j in chosen:
                continue
            share = max(0.0, float(left[:, j] @ r / (r @ r)))
            for i in range(step):
                if held[i] > 0:
                    share = min(share, h[i, j] / held[i])
            left[:, j] -= share * r
            h[:, j] -= share * held
            h[step, j] = share
        chosen.append(k)
        left[:, k], h[:, k] = 0, 0
        h[step, k] = 1
    return chosen, h, left


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_paper_s(seed: int) -> None:
    x = mixture(bands=15, pixels=300, rank=5, noise=0.02, seed=seed).astype(np.float32)
    chosen, h, left = written_out(x, 8)
    assert hsunmix.unmix(x, "smacc", rank=8).source_pixels.tolist() == chosen  # type: ignore[union-attr]
    assert h.min() >= -1e-12
    np.testing.assert_allclose(x, x[:, chosen] @ h + left, atol=1e-5)


def test_pure_pixels_of_a_clean_scene_are_found() -> None:
    x = mixture(noise=0.0)
    result = hsunmix.unmix(x, "smacc", rank=4)
    assert result.source_pixels is not None
    assert sorted(result.source_pixels.tolist()) == [0, 1, 2, 3]


def test_no_more_than_there_are() -> None:
    x = np.outer(np.linspace(1, 2, 8), np.linspace(0.1, 1, 50))
    assert "only 1 spectra outside" in hsunmix.unmix(x, "smacc", rank=3).note
