"""−9999 that nothing declares, and its like: found, named, left out; and what only looks like it."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.engine.loading import load
from hsunmix.engine.scene import Scene
from hsunmix.model.cube import Cube
from hsunmix.model.foreign import matrix
from hsunmix.model.progress import finish

LINES, SAMPLES, BANDS = 60, 23, 12
GONE = (slice(20, 22), slice(3, 14))  # 22 pixels


def reflectance(dtype: str = "f4", seed: int = 0) -> np.ndarray:
    """Mixtures with a little noise, which takes a few values below zero."""
    rng = np.random.default_rng(seed)
    spectra = np.clip(rng.random((3, BANDS)), 0.01, None)
    values = rng.dirichlet(np.ones(3), (LINES, SAMPLES)) @ spectra + rng.normal(
        0, 0.02, (LINES, SAMPLES, BANDS)
    )
    return (values if dtype[0] == "f" else values * 16000).astype(dtype)


def loaded(values: np.ndarray, **facts: object) -> Scene:
    return finish(load(Cube(Cube.from_array(values).pixels, **facts)))  # type: ignore[arg-type]


def left_out(scene: Scene) -> list[int]:
    return np.setdiff1d(np.arange(LINES * SAMPLES), scene.pixels).tolist()


def numbers_of(place: tuple[slice, slice]) -> list[int]:
    return np.arange(LINES * SAMPLES).reshape(LINES, SAMPLES)[place].ravel().tolist()


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        ("f4", -9999.0), ("f4", -2147483648.0), ("f4", -999.0), ("f4", -0.9999), ("f4", -5555.0),
        ("f4", -3.4028234663852886e38), ("f4", 3.4028234663852886e38), ("f4", 9.969209968386869e36),
        ("f4", 1e20), ("f4", -1.23e34), ("f8", 1e15), ("f4", 65535.0), ("f4", 12345678.0),
        ("i2", -9999), ("i2", -32768), ("i4", -2147483648), ("i4", 2147483647),
        ("f8", -1.7976931348623157e308),
    ],
)  # fmt: skip
def test_pixels_filled_with_a_value_far_outside_are_left_out(dtype: str, value: float) -> None:
    """Also where other values are larger than it is."""
    values = reflectance(dtype)
    expected = values.copy()
    values[GONE] = value
    scene = loaded(values)
    assert left_out(scene) == numbers_of(GONE)
    if abs(value) < 1e300:  # beyond float32 it was never a value
        assert f"{value:.7g}" in scene.notes[0]
        assert "22 pixels" in scene.notes[0]
    np.testing.assert_array_equal(
        scene.full_spectra(scene.columns(np.arange(scene.n_pixels))).T.astype("f4"),
        np.delete(expected.reshape(-1, BANDS), numbers_of(GONE), axis=0).astype("f4"),
    )
    kept = values.reshape(-1, BANDS)[scene.pixels]
    assert scene.negative == pytest.approx((kept < 0).mean())


def test_the_same_in_a_matrix_and_behind_a_gain_for_each_band() -> None:
    values = reflectance("i2")
    values[GONE] = -9999
    assert left_out(finish(load(matrix(values.reshape(-1, BANDS).T)))) == numbers_of(GONE)
    gains = np.linspace(1e-4, 3e-4, BANDS)
    scene = loaded(values, gain=gains, offset=np.linspace(-0.1, 0.2, BANDS))
    assert left_out(scene) == numbers_of(GONE)
    assert "-9999" in scene.notes[0]


def test_one_pixel_is_enough_and_most_bands_are() -> None:
    values = reflectance()
    values[33, 5] = -9999
    values[34, 6, : BANDS - 4] = -9999
    scene = loaded(values)
    assert left_out(scene) == [33 * SAMPLES + 5, 34 * SAMPLES + 6]


def test_single_values_and_whole_bands_of_it() -> None:
    """A stripe costs its pixels; a band that is filled everywhere goes instead of all pixels."""
    values = reflectance("i2")
    values[GONE] = -9999
    values[:, :, 7] = -9999
    values[5, :, 2] = -9999
    scene = loaded(values)
    assert np.flatnonzero(~scene.bands).tolist() == [7]
    assert left_out(scene) == sorted(numbers_of(GONE) + numbers_of((slice(5, 6), slice(None))))
    assert "22 pixels in all or most bands, 23 pixels in some bands, 1 band everywhere" in scene.notes[0]
    band_only = reflectance("i2")
    band_only[:, :, 7] = -9999
    assert np.flatnonzero(~loaded(band_only).bands).tolist() == [7]
    assert left_out(loaded(band_only)) == []


def test_two_of_them() -> None:
    values = reflectance()
    values[GONE] = -9999
    values[50, 1:4] = -32768
    scene = loaded(values)
    assert left_out(scene) == sorted(numbers_of(GONE) + numbers_of((slice(50, 51), slice(1, 4))))
    assert "-9999" in " ".join(scene.notes)
    assert "-32768" in " ".join(scene.notes)


@pytest.mark.parametrize("declared", [-0.9999, None])
def test_a_factor_for_each_band(declared: float | None) -> None:
    """As AVIRIS' smoothing leaves it."""
    values = reflectance()
    values[GONE] = (-0.9999 * np.linspace(0.97, 1.02, BANDS)).astype("f4")
    scene = loaded(values, nodata=declared)
    assert left_out(scene) == numbers_of(GONE)
    assert "-0.9999 times a factor of the band" in scene.notes[0]


@pytest.mark.parametrize("value", [0.6, 0.0, -0.05, 1.0, 1.4])
def test_flat_spectra_among_the_others_are_data(value: float) -> None:
    values = reflectance()
    values[GONE] = value
    assert left_out(loaded(values)) == (numbers_of(GONE) if value == 0 else [])


def test_saturated_pixels_are_data() -> None:
    values = np.clip(reflectance("f4") * 60000, 0, 60000).astype("u2")
    values[GONE] = 65535
    scene = loaded(values)
    assert left_out(scene) == []
    assert scene.notes == ()
    values = (reflectance("f4").clip(0) * 3000).astype("u2")
    values[4, 4, 3:6] = 65535  # some bands of a bright pixel
    assert left_out(loaded(values)) == []


def test_what_is_suspected_and_kept_is_told() -> None:
    values = reflectance() * 4 - 2
    values[GONE] = -3.0
    scene = loaded(values)
    assert left_out(scene) == []
    assert "-3 fills 22 pixels" in scene.notes[0]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["centred", "counts", "decibels", "rotated", "ones", "two bands"])
def test_ordinary_data_are_left_alone(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = {
        "centred": rng.normal(size=(LINES, SAMPLES, BANDS)),
        "counts": rng.poisson(0.3, (LINES, SAMPLES, BANDS)) + (rng.random((LINES, SAMPLES, 1)) < 0.1),
        "decibels": -20 + rng.normal(size=(LINES, SAMPLES, BANDS)),
        "rotated": rng.normal(size=(LINES, SAMPLES, BANDS)) * np.geomspace(1000, 0.01, BANDS),
        "ones": np.ones((LINES, SAMPLES, BANDS)),
        "two bands": rng.normal(size=(LINES, SAMPLES, 2)),
    }[kind].astype("f4")
    values[2, 2] = np.where(values[2, 2] == 0, 1, values[2, 2])
    scene = loaded(values)
    assert scene.n_pixels == (values != 0).any(axis=2).sum()
    assert all("no data and were" in note for note in scene.notes)


def test_none_brings_them_back_and_a_number_declares_them() -> None:
    values = reflectance()
    values[GONE] = -9999
    scene = finish(load(Cube.from_array(values, nodata="none")))
    assert scene.n_pixels == LINES * SAMPLES
    declared = finish(load(Cube.from_array(values, nodata=-9999)))
    assert left_out(declared) == numbers_of(GONE)
    assert len(declared.notes) == 1
