"""Matched filter scores are Spectral Python's; infeasibility tells mixtures from chance."""

from __future__ import annotations

import numpy as np
import pytest

import hsunmix
from hsunmix.engine.loading import from_array
from hsunmix.methods.running import pipeline
from hsunmix.methods.shared._components import noise_adjusted, predicted_noise
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish

BANDS, PIXELS = 30, 3000


def clutter(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A scene of four materials with noise, and a target in its first 30 pixels, from 5 to 95 %."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, BANDS)[:, None]
    w = 0.2 + np.exp(-(((place - np.linspace(0.1, 0.9, 4)) / 0.3) ** 2))
    target = 0.2 + 0.8 * (np.abs(place[:, 0] - 0.35) < 0.12)
    x = w @ rng.dirichlet(np.ones(4), PIXELS).T
    share = np.zeros(PIXELS)
    share[:30] = np.linspace(0.05, 0.95, 30)
    x = (1 - share) * x + share * target[:, None]
    return np.maximum(x + 0.01 * rng.standard_normal(x.shape), 0).astype(np.float32), target


def test_scores_are_spectral_pythons() -> None:
    from spectral import matched_filter

    x, target = clutter()
    theirs = matched_filter(x.T.reshape(60, 50, BANDS).astype(float), target).reshape(-1)
    ours = hsunmix.abundances(x, target, "mtmf")[0]
    np.testing.assert_allclose(ours, theirs, atol=2e-3)
    np.testing.assert_allclose(ours.mean(), 0, atol=1e-4)


def test_a_band_with_one_value_has_no_part() -> None:
    """By it alone a filter could tell that no pixel is the target, and every score would be zero."""
    x, target = clutter()
    less = np.arange(BANDS) != 7
    x[7] = 0.4
    found = finish(pipeline.solve(from_array(x), target[:, None], Choice("mtmf")))
    np.testing.assert_allclose(found.abundances, hsunmix.abundances(x[less], target[less], "mtmf"), atol=1e-5)
    assert "1 band with one value in all pixels had no part." in found.note
    assert found.abundances.max() > 0.8


@pytest.mark.parametrize(
    ("pixels", "said"), [(1, "all are alike"), (40, "all are alike"), (20, "more pixels")]
)
def test_pixels_that_tell_nothing_are_refused(pixels: int, said: str) -> None:
    x, target = clutter()
    x = x[:, :pixels] if pixels < BANDS else np.repeat(x[:, :1], pixels, axis=1)
    with pytest.raises(hsunmix.HsunmixError, match=said):
        hsunmix.abundances(x, target, "mtmf")


def test_the_share_of_a_rare_target_and_its_infeasibility() -> None:
    x, target = clutter()
    false = x.copy()
    rng = np.random.default_rng(5)
    false[:, 40] += 0.5 * rng.random(BANDS)  # stands out, but isn't the target
    answered = finish(pipeline.solve(from_array(false), target[:, None], Choice("mtmf")))
    score, apart = answered.abundances[0], np.asarray(answered.maps["infeasibility"].values[0])
    np.testing.assert_allclose(score[5:30], np.linspace(0.05, 0.95, 30)[5:], atol=0.1)
    assert answered.maps["infeasibility"].kind == "score"
    assert apart[:30].max() < 2
    assert 0.8 < np.median(apart) < 1.2
    assert apart[40] > 5


def test_infeasibility_by_its_definition() -> None:
    """Noise is what regression on the other bands leaves; components are those of both covariances."""
    from scipy.linalg import eigh

    x, target = clutter()
    found = finish(pipeline.solve(from_array(x), target[:, None], Choice("mtmf")))
    x = x.astype(np.float64)
    noise = 1 / np.diag(np.linalg.inv(x @ x.T / PIXELS))
    variance, axes = eigh(np.cov(x, bias=True), np.diag(noise))
    z, t = axes.T @ (x - x.mean(axis=1, keepdims=True)), axes.T @ (target - x.mean(axis=1))
    s = found.abundances[0].astype(np.float64)
    spread = (1 - np.clip(s, 0, 1)) ** 2 * np.maximum(variance - 1, 0)[:, None] + 1
    expected = np.sqrt(((z - t[:, None] * s) ** 2 / spread).mean(axis=0))
    np.testing.assert_allclose(found.maps["infeasibility"].layer(0), expected, rtol=1e-3)


def test_components_whiten_the_noise_and_come_back() -> None:
    rng = np.random.default_rng(1)
    noise = rng.uniform(0.005, 0.05, BANDS)
    place = np.linspace(0, 1, BANDS)[:, None]
    w = 0.2 + np.exp(-(((place - np.linspace(0.1, 0.9, 4)) / 0.3) ** 2))
    x = w @ rng.dirichlet(np.ones(4), 20000).T + noise[:, None] * rng.standard_normal((BANDS, 20000))
    found = noise_adjusted(x @ x.T, x.sum(axis=1), x.shape[1])
    z = found.forward @ (x - found.mean[:, None])
    np.testing.assert_allclose(z @ z.T / x.shape[1], np.diag(found.variances), atol=1e-6 * found.variances[0])
    np.testing.assert_allclose(found.backward @ z + found.mean[:, None], x, atol=1e-8)
    assert (np.diff(found.variances) <= 0).all()
    assert (found.variances > 2).sum() == 3  # four materials that sum to one, less the mean
    assert found.variances[4:].max() < 1.15
    known = noise_adjusted(x @ x.T, x.sum(axis=1), x.shape[1], np.diag(noise**2))
    np.testing.assert_allclose(known.variances[4:], 1, atol=0.15)
    ratio = np.sqrt(predicted_noise(x @ x.T / x.shape[1])) / noise
    assert ratio.min() > 0.9
    assert np.median(ratio) < 1.3


def test_nothing_that_stands_out_has_no_score() -> None:
    x, _ = clutter()
    found = hsunmix.abundances(x, x.mean(axis=1, dtype=np.float64), "mtmf")
    assert np.isfinite(found).all()
