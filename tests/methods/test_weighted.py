"""Weighted NMF: noisy bands, outlying entries, missing entries; and its loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import hsunmix
from hsunmix.engine.loading import load
from hsunmix.methods.running.problem import laid_out
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from tests.scenes import angles, mixture

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


def test_equal_weights_change_nothing() -> None:
    x = mixture(noise=0.05)
    x[3, ::50] += 2
    plain = hsunmix.unmix(x, "weighted", rank=4)
    for same in (np.full(x.shape, 7.0), np.full(24, 0.2), np.ones((1, 900))):
        found = hsunmix.unmix(x, "weighted", rank=4, weights=same)
        np.testing.assert_allclose(found.endmembers, plain.endmembers, rtol=2e-3, atol=1e-4)
    assert "outside" in found.note


def test_missing_values_from_outside_are_ignored() -> None:
    rng = np.random.default_rng(2)
    clean = mixture(noise=0.002, pixels=3000)
    gone = rng.random(clean.shape) < 0.1
    x = np.where(gone, 5 * rng.random(clean.shape), clean)
    known = {"weights": (~gone).astype(float), "rank": 4, "bands": "equal", "outliers": 0}
    found = hsunmix.unmix(x, "weighted", **known)
    assert angles(found.endmembers, TRUE).max() < 2
    assert np.sqrt(np.mean((clean - found.endmembers @ found.abundances)[gone] ** 2)) < 0.02
    assert angles(hsunmix.unmix(x, "weighted", rank=4, bands="equal").endmembers, TRUE).max() > 5
    holes = np.where(gone, np.nan, 1.0)
    again = hsunmix.unmix(x, "weighted", rank=4, bands="equal", outliers=0, weights=holes)
    np.testing.assert_array_equal(again.endmembers, found.endmembers)


def test_a_pixel_and_a_band_without_weight_have_no_part() -> None:
    """What they hold makes no difference at all."""
    x = mixture(noise=0.02)
    weights = np.ones(x.shape)
    weights[:, 200] = 0
    weights[7] = 0
    first = hsunmix.unmix(x, "weighted", rank=4, weights=weights, bands="equal", max_iterations=20)
    other = x.copy()
    other[:, 200] = 0.9
    other[7] = np.linspace(0.1, 0.5, 900)
    second = hsunmix.unmix(other, "weighted", rank=4, weights=weights, bands="equal", max_iterations=20)
    kept = np.arange(24) != 7
    np.testing.assert_allclose(first.endmembers[kept], second.endmembers[kept], rtol=2e-3, atol=2e-4)


@pytest.mark.parametrize("meaning", ["variances", "deviations"])
def test_known_noise_is_better_than_none(meaning: str) -> None:
    rng = np.random.default_rng(0)
    deviation = np.where(rng.random((24, 3000)) < 0.2, 0.5, 0.004)
    x = np.abs(mixture(noise=0.0, pixels=3000) + deviation * rng.standard_normal((24, 3000)))
    given = deviation**2 if meaning == "variances" else deviation
    known = hsunmix.unmix(x, "weighted", rank=4, init=TRUE, weights=given, weights_are=meaning)
    plain = hsunmix.unmix(x, "weighted", rank=4, init=TRUE)
    assert angles(known.endmembers, TRUE).mean() < 0.5 * angles(plain.endmembers, TRUE).mean()


def test_the_weighted_loss_never_rises() -> None:
    rng = np.random.default_rng(4)
    x = mixture(noise=0.05)
    deviation = rng.uniform(0.02, 0.2, x.shape)
    values = []
    for n in (1, 2, 4, 8, 16, 32):
        found = hsunmix.unmix(
            x, "weighted", rank=4, weights=deviation, weights_are="deviations", max_iterations=n, tolerance=0
        )
        size = np.abs(x - found.endmembers @ found.abundances) / deviation
        values.append(np.where(size <= 3, size**2 / 2, 3 * (size - 1.5)).sum())
    assert (np.diff(values) < 0).all()


def test_weights_of_a_cube_follow_its_pixels_and_bands(small_cube: Cube) -> None:
    values = small_cube.read(0, 13)
    bad = np.zeros(20, dtype=bool)
    bad[[2, 11]] = True
    mask = np.ones((13, 9), dtype=bool)
    mask[4:6, 3] = False
    cube = replace(small_cube, bad_bands=bad, selection=mask)
    scene = finish(load(cube))
    weights = np.arange(13 * 9 * 20, dtype=float).reshape(13, 9, 20)
    np.testing.assert_array_equal(scene.spread(laid_out(scene, weights))[:, mask], weights[mask][:, ~bad].T)
    each = laid_out(scene, weights[:, :, 0])
    np.testing.assert_array_equal(scene.spread(each)[5, mask], weights[:, :, 0][mask])
    assert values.shape == weights.shape


@pytest.mark.parametrize("unit", [2.0**-80, 2.0**80])
@pytest.mark.parametrize("meaning", ["weights", "variances", "deviations"])
def test_weights_beyond_float32_are_weights(meaning: str, unit: float) -> None:
    """Spectra of stars are some 1e-17 of their unit, the variances of these below 1e-38."""
    x = mixture(noise=0.05)
    spread = np.random.default_rng(6).uniform(0.02, 0.2, x.shape)
    given = {"weights": 1 / spread**2, "variances": spread**2, "deviations": spread}[meaning]
    given[2, ::7] = 0  # missing
    far = {"weights": unit**-2, "variances": unit**2, "deviations": unit}[meaning]
    plain, found = (
        hsunmix.unmix(x * c, "weighted", rank=4, weights=given * f, weights_are=meaning)
        for c, f in ((1.0, 1.0), (unit, far))
    )
    np.testing.assert_allclose(found.abundances, plain.abundances, atol=1e-4)
    np.testing.assert_allclose(found.endmembers / unit, plain.endmembers, atol=1e-4)
    assert found.relative_error == pytest.approx(plain.relative_error, rel=1e-4)


def test_the_least_weight_is_no_missing_value() -> None:
    x = mixture(noise=0.05)
    weights = np.ones(x.shape)
    weights[3, ::5] = 1e-60
    x[3, ::5] = 0  # measured
    found = hsunmix.unmix(x, "weighted", rank=4, weights=weights)
    left = x - found.endmembers @ found.abundances
    assert found.relative_error == pytest.approx(np.linalg.norm(left) / np.linalg.norm(x), rel=1e-4)


@pytest.mark.parametrize("shape", [(24, 899), (900, 24), (23,), (24, 900, 1)])
def test_weights_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(hsunmix.HsunmixError, match="weights of shape"):
        hsunmix.unmix(mixture(), "weighted", rank=4, weights=np.ones(shape))


def test_senseless_weights_are_refused() -> None:
    with pytest.raises(hsunmix.HsunmixError, match="negative"):
        hsunmix.unmix(mixture(), "weighted", rank=4, weights=-np.ones(24))
    with pytest.raises(hsunmix.HsunmixError, match="every value is missing"):
        hsunmix.unmix(mixture(), "weighted", rank=4, weights=np.zeros(24))
    with pytest.raises(hsunmix.HsunmixError, match="hals takes no weights"):
        hsunmix.unmix(mixture(), "hals", rank=4, weights=np.ones(24))


def test_the_note_tells_the_noise_in_the_units_of_the_scene() -> None:
    """Values so large are scaled inside."""
    x = mixture(noise=0.01)
    words = [
        hsunmix.unmix(x * unit, "weighted", rank=4, max_iterations=2).note.split("between ")[1].split()
        for unit in (1.0, 1e12)
    ]
    small, large = ([float(word.rstrip(".")) for word in (said[0], said[2])] for said in words)
    assert large == pytest.approx([1e12 * value for value in small], rel=1e-2)
