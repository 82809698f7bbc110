"""What is judged on all pixels: which bands hold data, how far numbers reach, which digits are left."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.engine.loading import from_array, load
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import PerPixel
from hsunmix.engine.threads import set_threads
from hsunmix.errors import InputError
from hsunmix.model.cube import Cube
from hsunmix.model.foreign import matrix
from hsunmix.model.progress import finish

LINES, SAMPLES, BANDS = 300, 7, 9


def values_of(dtype: str = "f4") -> np.ndarray:
    values = np.random.default_rng(3).random((LINES, SAMPLES, BANDS)) + 0.1
    return (values * (1 if dtype[0] == "f" else 1000)).astype(dtype)


def unsampled(cube: Cube) -> int:
    """Return a line that the first look at a cube passes over."""
    step = cube.lines // 32
    return step // 2 + 1


@pytest.mark.parametrize("dtype", ["f4", "f8", "i2", "i4"])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_band_that_holds_data_in_one_pixel_is_used(dtype: str, threads: int) -> None:
    values = values_of(dtype)
    values[:, :, [2, 5]] = 0
    values[unsampled(Cube.from_array(values)), 3, 5] = 7
    cube = Cube.from_array(values)
    assert cube.dead_bands.tolist() == [b in (2, 5) for b in range(BANDS)]  # the guess
    with set_threads(threads):
        scene = finish(load(cube))
    assert np.flatnonzero(~scene.bands).tolist() == [2]
    expected = np.delete(values, 2, 2).astype("f4").transpose(2, 0, 1)
    np.testing.assert_array_equal(scene.spread(PerPixel(scene.tiles, scene.counts)), expected)
    assert cube.good_bands.tolist() == scene.bands.tolist()
    assert scene.notes == ("1 band without data was left out.",)
    fresh = Cube.from_array(values)
    assert fresh.mask.all()
    assert fresh.good_bands.tolist() == scene.bands.tolist()


def test_the_rare_band_is_the_same_in_a_matrix_and_in_every_layout() -> None:
    values = values_of()
    values[:, :, 4] = 0
    values[unsampled(Cube.from_array(values)), 2, 4] = 3
    x = values.reshape(-1, BANDS).T
    whole = finish(load(Cube.from_array(values)))
    for given in (x, np.ascontiguousarray(x), x.astype("f8"), x.astype(">f4"), np.asfortranarray(x)):
        scene = finish(load(matrix(given)))
        assert scene.bands.all()
        assert scene.shape == (LINES * SAMPLES,)
        np.testing.assert_array_equal(scene.tiles, whole.tiles)


def test_a_pixel_of_nothing_but_the_rare_band_is_used() -> None:
    values = values_of()
    values[:, :, 4] = 0
    line = unsampled(Cube.from_array(values))
    values[line, 2] = 0
    values[line, 2, 4] = 3
    scene = finish(load(Cube.from_array(values)))
    assert scene.bands.all()
    assert scene.n_pixels == LINES * SAMPLES


@pytest.mark.parametrize("rare", [1, 60])
def test_a_band_that_most_pixels_lack(rare: int) -> None:
    """A pixel that lacks it is left out, seen in the first look or not, and the band is named."""
    for seen in (True, False):
        values = values_of()
        values[:, :, 4] = np.nan
        line = unsampled(Cube.from_array(values)) - seen
        first = line * SAMPLES
        values.reshape(-1, BANDS)[first : first + rare, 4] = 0.5
        scene = finish(load(Cube.from_array(values)))
        assert scene.bands.all()
        np.testing.assert_array_equal(scene.pixels, np.arange(first, first + rare))
        assert "band 5" in scene.notes[0]
        assert f"{LINES * SAMPLES - rare} of {LINES * SAMPLES} pixels" in scene.notes[-1]


def test_a_band_without_any_number_is_left_out() -> None:
    values = values_of()
    values[:, :, 0] = np.nan
    values[3, 3, 0] = 0
    scene = finish(load(Cube.from_array(values)))
    assert np.flatnonzero(~scene.bands).tolist() == [0]
    assert scene.n_pixels == LINES * SAMPLES


def test_bands_are_judged_on_the_pixels_that_are_used() -> None:
    values = values_of()
    values[:, :, 4] = 0
    values[0, 0, 4] = 2
    selection = np.ones((LINES, SAMPLES), bool)
    selection[0] = False
    cube = Cube.from_array(values)
    assert finish(load(cube.with_selection(selection))).bands.sum() == BANDS - 1
    assert finish(load(cube)).bands.all()
    values[0, 0, 3] = np.nan  # the only pixel with data there is none
    assert finish(load(Cube.from_array(values))).bands.sum() == BANDS - 1


def test_declared_bad_bands_stay_out() -> None:
    values = values_of()
    values[:, :, 4] = np.nan
    cube = Cube.from_array(values).with_bad_bands(np.arange(BANDS) == 4)
    scene = finish(load(cube))
    assert scene.bands.tolist() == [b != 4 for b in range(BANDS)]
    assert scene.notes == ()


def test_zeros_are_measured_where_spectra_are_given() -> None:
    values = values_of()
    values[:, :, [2, 6]] = 0
    w = np.ones((BANDS, 2))
    scene = finish(load(Cube.from_array(values), w))
    assert scene.bands.all()
    assert "2 bands are zero in every pixel" in scene.notes[0]
    w[6] = np.nan  # as the spectra of a run that left it out
    scene = finish(load(Cube.from_array(values), w))
    assert np.flatnonzero(~scene.bands).tolist() == [6]
    nm = np.linspace(1000, 1700, BANDS)
    nm[2] = 1400.0  # where water vapour lets nothing through, zeros are no measurement
    scene = finish(load(Cube.from_array(values, nm), np.ones((BANDS, 2))))
    assert np.flatnonzero(~scene.bands).tolist() == [2]


def same_but_for(scene: Scene, other: Scene, factor: float) -> None:
    """Check that two scenes hold the same, one in other units."""
    np.testing.assert_array_equal(scene.pixels, other.pixels)
    every = np.arange(scene.n_pixels)
    np.testing.assert_allclose(
        scene.full_spectra(scene.columns(every)), other.full_spectra(other.columns(every)) * factor, rtol=2e-7
    )


@pytest.mark.parametrize("factor", [1e40, 3e38, 1e-46, 1e-300, 1e200])
def test_numbers_beyond_float32(factor: float) -> None:
    values = values_of("f8")
    plain = finish(load(Cube.from_array(values)))
    same_but_for(finish(load(Cube.from_array(values * factor))), plain, factor)
    same_but_for(finish(load(matrix(values.reshape(-1, BANDS).T * factor))), plain, factor)
    same_but_for(from_array(values.reshape(-1, BANDS).T * factor), plain, factor)


def test_a_gain_beyond_float32() -> None:
    values = values_of("i2")
    plain = finish(load(Cube.from_array(values)))
    cube = Cube(Cube.from_array(values).pixels, gain=1e40)
    same_but_for(finish(load(cube)), plain, 1e40)


@pytest.mark.parametrize("value", [1e300, 1.7976931348623157e308, -1e200])
def test_a_few_numbers_beyond_float32_do_not_scale_the_others_away(value: float) -> None:
    values = values_of("f8")
    values[1, 2, 3] = value
    scene = finish(load(Cube.from_array(values)))
    assert scene.scale == 1
    assert scene.n_pixels == LINES * SAMPLES - 1


@pytest.mark.parametrize(("dtype", "said"), [("f8", True), ("i4", True), ("f4", False)])
def test_a_signal_upon_a_large_offset_is_told(dtype: str, said: bool) -> None:
    values = np.random.default_rng(1).random((20, 7, 5)) * 4 + 1e5
    notes = " ".join(finish(load(Cube.from_array(values.astype(dtype)))).notes)
    assert ("single precision keeps few digits" in notes) == said
    spread = np.random.default_rng(1).random((20, 7, 5)) * 1e5
    assert finish(load(Cube.from_array(spread.astype(dtype)))).notes == ()


@pytest.mark.parametrize("dtype", ["u8", "i8"])
def test_large_whole_numbers(dtype: str) -> None:
    values = (values_of("f8") * 1e18).astype(dtype)
    scene = finish(load(Cube.from_array(values)))
    back = scene.full_spectra(scene.columns(np.arange(scene.n_pixels))).T
    np.testing.assert_allclose(back, values.reshape(-1, BANDS), rtol=1e-7)


def test_nothing_but_what_is_left_out() -> None:
    with pytest.raises(InputError, match="no pixel"):
        finish(load(Cube.from_array(np.full((5, 4, 3), np.nan))))
    with pytest.raises(InputError, match="no pixel"):
        finish(load(Cube.from_array(np.zeros((5, 4, 3), "f8"))))
