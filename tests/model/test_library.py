from __future__ import annotations

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.model.cube import Cube
from hsunmix.model.library import filled, material, merge_libraries, to_brightness
from hsunmix.model.spectra import Spectra

NM = np.linspace(500, 1500, 11)
SCENE = np.linspace(0.1, 0.6, 22).reshape(2, 11)


def cube(nm: np.ndarray | None = NM, units: float = 1.0) -> Cube:
    return Cube.from_array(np.tile(units * SCENE, (3, 1, 1)).astype(np.float32), nm)


def library(names: tuple[str, ...], nm: np.ndarray | None, bands: int = 21) -> Spectra:
    values = np.stack([np.linspace(k, k + 1, bands) for k in range(len(names))])
    return Spectra(values, names, nm, path=f"{names[0]}.csv")


def test_libraries_come_behind_each_other_on_the_cubes_bands():
    one = merge_libraries([library(("a", "b"), np.linspace(400, 1600, 21)), library(("c",), NM, 11)], cube())
    assert one.names == ("a", "b", "c")
    assert one.values.shape == (3, 11)
    np.testing.assert_allclose(one.values[0], (NM - 400) / 1200)
    np.testing.assert_array_equal(one.values[2], np.linspace(0, 1, 11))
    assert one.notes == ()


def test_what_does_not_fit_is_left_out_and_noted():
    good = library(("a",), np.linspace(400, 1600, 21))
    one = merge_libraries([good, library(("b",), None, 7)], cube())
    assert one.names == ("a",)
    assert "b.csv" in one.notes[0]
    bare = merge_libraries([good, library(("c",), None, 11)], cube(None))
    assert bare.names == ("c",)
    assert "a.csv" in bare.notes[0]
    none = merge_libraries([], cube())
    assert none.values.shape == (0, 11)


def test_each_library_has_one_factor_for_all_its_spectra():
    one = Spectra(SCENE, ("a", "b"), NM, path="one.sli")
    percent = Spectra(100 * SCENE * [[0.01], [1.0]], ("dark", "bright"), NM, path="percent.txt")
    shelf = merge_libraries([one, percent], cube(units=10_000))
    assert shelf.factors.tolist() == [10_000, 10_000, 100, 100]
    assert [note.partition(":")[0] for note in shelf.notes] == ["one.sli", "percent.txt"]
    assert "multiplied by 100 they are in its units" in shelf.notes[1]


def test_small_gaps_are_filled_and_large_ones_refused():
    spectrum = np.arange(21.0)
    spectrum[[0, 7]] = np.nan
    good = np.ones(21, bool)
    good[15] = False
    full = filled(spectrum, good, "Clay")
    assert (full[0], full[7], full[8]) == (1.0, 7.0, 8.0)
    assert np.isnan(full[15])
    spectrum[9] = np.nan
    with pytest.raises(InputError, match="Clay has no values in 3 of the 20 bands"):
        filled(spectrum, good, "Clay")
    with pytest.raises(InputError):
        filled(np.full(21, np.nan), good, "Clay")


def test_brightness_by_least_squares_over_common_bands():
    spectrum = np.array([2.0, 4.0, np.nan, 6.0])
    np.testing.assert_allclose(to_brightness(np.array([1.0, 2.0, 5.0, np.nan]), spectrum), [2, 4, 10, np.nan])
    np.testing.assert_array_equal(to_brightness(np.zeros(4), spectrum), np.zeros(4))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Kaolinite CM9", "Kaolinite"),
        ("Desert Varnish GDS78A Rhy", "Desert Varnish"),
        ("Soil FS4283 32.9S 137.5E", "Soil"),
        ("H2O-Ice GDS136 77K", "H2O-Ice"),
        ("Basalt weathered BR93-43", "Basalt weathered"),
        ("Water", "Water"),
        ("", ""),
    ],
)
def test_the_words_before_the_samples_number(name: str, words: str):
    assert material(name) == words
