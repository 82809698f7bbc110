"""Bands of noise and saturated pixels are found, named and left out; what is sound stays."""

from __future__ import annotations

import numpy as np

import hsunmix
from hsunmix.bench.accuracy import score
from hsunmix.bench.planted import planted


def test_bands_of_noise_are_named_and_left_out() -> None:
    scene = planted("bad-bands", 1)
    result = hsunmix.unmix(scene.x, rank=5)
    np.testing.assert_array_equal(~result.used_bands, scene.bad)
    assert "mostly noise" in result.note
    assert np.isfinite(result.endmembers[scene.x.std(axis=1) > 0]).all()
    good = ~scene.bad
    found = score(result.endmembers[good], result.abundances, scene.endmembers[good], scene.abundances)
    assert found.rmse < 0.02
    kept = hsunmix.unmix(scene.x, rank=5, screen=False)
    assert kept.used_bands.sum() > result.used_bands.sum()


def test_what_was_left_out_has_the_units_of_the_scene() -> None:
    x = planted("bad-bands", 1).x
    plain, large = (hsunmix.unmix(x * unit, rank=5).endmembers for unit in (1.0, 2.0**40))
    np.testing.assert_allclose(large, plain * 2.0**40, rtol=1e-4, atol=2.0**20)


def test_clouds_are_named_and_left_out() -> None:
    scene = planted("clouds", 0)
    result = hsunmix.unmix(scene.x, rank=5)
    assert "sensor's limit" in result.note
    cloudy = (scene.x == scene.x.max()).all(axis=0)
    assert np.isnan(result.abundances[0][cloudy]).all()
    known = ~scene.odd
    found = score(
        result.endmembers, result.abundances[:, known], scene.endmembers, scene.abundances[:, known]
    )
    assert found.rmse < 0.012


def test_a_sound_scene_keeps_all() -> None:
    scene = planted("pure", 2)
    result = hsunmix.unmix(scene.x, rank=5)
    assert result.used_bands.all()
    assert np.isfinite(result.abundances).all()
    assert "left out" not in result.note


def test_a_bright_pixel_alone_is_no_limit() -> None:
    """A largest value that nothing shares is a pixel like any other."""
    rng = np.random.default_rng(0)
    w, h = rng.random((60, 3)), rng.dirichlet(np.ones(3), 900).T
    x = w @ h + 0.001 * rng.random((60, 900))
    x[:, 7] *= 3
    assert np.isfinite(hsunmix.unmix(x, rank=3).abundances).all()


def test_a_rare_material_is_found_and_said() -> None:
    scene = planted("rare", 2)
    result = hsunmix.unmix(scene.x, rank=5)
    assert "is in 10 pixels only" in result.note
    found = score(result.endmembers, result.abundances, scene.endmembers, scene.abundances)
    assert found.angles.max() < 3
    assert found.rmse < 0.013


def test_bent_mixing_is_said_and_the_corners_stay() -> None:
    scene = planted("bilinear", 0)
    result = hsunmix.unmix(scene.x, rank=5)
    assert "no pixel seems pure" not in result.note
    assert "doesn't look linear" in result.note
    assert score(result.endmembers, result.abundances, scene.endmembers, None).angle < 0.6


def test_locked_spectra_stay_in_the_bands_that_are_left_out_too() -> None:
    scene = planted("bad-bands", 0)
    own = scene.endmembers[:, [1, 3]]
    result = hsunmix.unmix(scene.x, "auto", rank=5, init=own, locked=(0, 1))
    known = result.used_bands | (scene.x.std(axis=1) > 0)
    assert not result.used_bands.all()
    np.testing.assert_array_equal(result.endmembers[known][:, :2], own[known])
