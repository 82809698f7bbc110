from __future__ import annotations

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.model.cube import Cube
from hsunmix.model.library import Library, material
from hsunmix.model.library_on_bands import filled, merge_libraries
from hsunmix.model.scales import to_brightness
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


def spectra(units: float = 1.0, nm: np.ndarray | None = NM) -> Library:
    values = units * np.stack([0.05 + 0.001 * np.arange(11), np.linspace(0.2, 0.6, 11), np.full(11, 0.5)])
    return Library.of(
        Spectra(values, ("dark", "rising", "flat"), nm, path="some.csv", classes=("a", "b", "b"))
    )


def test_one_factor_for_the_whole_library():
    on = spectra(100).on(cube(units=10_000))
    assert on.factor == 100
    np.testing.assert_allclose(on.values, 10_000 * spectra().values)
    assert any("multiplied by 100 they are" in note for note in on.notes)
    again = on.on(cube(units=10_000))
    assert (again.factor, again.notes.count(on.notes[-1])) == (100, 1)
    np.testing.assert_array_equal(again.values, on.values)
    said = spectra(100).on(cube(units=10_000), 50)
    assert said.file.factor == said.factor == 50
    np.testing.assert_allclose(said.on(cube(units=10_000), 100).values, on.values)
    for wrong in (0, -1, np.inf, np.nan):
        with pytest.raises(InputError, match="a factor is above zero"):
            spectra().on(cube(), wrong)


def test_the_scene_is_looked_at_where_it_is_used():
    values = np.tile(SCENE, (40, 1, 1)).astype(np.float32)
    values[:20] *= 10_000
    scene = Cube.from_array(values, NM)
    below = np.arange(40)[:, None] >= np.full(2, 20)
    assert spectra().on(scene.with_selection(below)).factor == 1
    assert spectra().on(scene.with_selection(~below)).factor == 10_000


def test_bands_of_zeros_are_gaps_only_where_they_would_spread():
    nm = np.linspace(480, 1520, 105)
    values = np.stack([np.full(105, 0.3), np.full(105, 0.5), np.zeros(105)])
    values[:, 40:52] = 0
    library = Library.of(Spectra(values, ("a", "b", "shade"), nm))
    on = library.on(cube())
    assert any("12 bands are zero in every spectrum: taken as gaps" in note for note in on.notes)
    assert set(np.unique(on.values[:2][np.isfinite(on.values[:2])]).round(6)) == {0.3, 0.5}
    assert np.isnan(on.values[:, 4]).all()
    own = Library.of(Spectra(np.where(np.arange(11) == 4, 0.0, spectra().values), ("a", "b", "c"), NM))
    assert (own.on(cube()).values[:, 4] == 0).all()  # on the scene's own bands they stay


def test_gaps_are_told_by_name_and_the_way_out():
    values = spectra().values.copy()
    values[1, 3] = np.nan
    few = Library.of(Spectra(values, ("dark", "rising", "flat"), NM, path="some.csv")).on(cube())
    assert few.notes[-1] == "rising has no value in 1 of the 11 bands used: filled in from the bands around."
    np.testing.assert_allclose(few.endmembers(cube())[3, 1], values[1, [2, 4]].mean())
    values[2, 6:9] = np.nan
    many = Library.of(Spectra(values, ("dark", "rising", "flat"), NM, path="some.csv")).on(cube())
    with pytest.raises(InputError, match=r"some\.csv: flat has no values in 3 .*\"#1-6,#10-11\""):
        many.endmembers(cube())
    none = Library.of(Spectra(np.full((1, 11), np.nan), ("nothing",), NM)).on(cube())
    with pytest.raises(InputError, match="choose other spectra"):
        none.endmembers(cube())


def test_some_are_picked():
    library = spectra()
    assert library.pick("flat", 0).names == ("flat", "dark")
    assert library.pick("b").classes == ("b", "b")
    assert library.pick("b", "flat").names == ("rising", "flat")
    for wrong in ("mud", 3, -1):
        with pytest.raises(InputError, match=r"some\.csv has no spectrum and no class"):
            library.pick(wrong)


def test_bands_that_can_not_be_laid_on_each_other():
    with pytest.raises(InputError, match="has 21 bands and the cube 11 without wavelengths"):
        Library.of(library(("a",), NM, 11).__class__(np.ones((1, 21)), ("a",), np.linspace(1, 2, 21))).on(
            cube(None)
        )
    by_number = spectra(nm=None).on(cube())
    assert "by their number" in by_number.notes[0]


def test_spectra_that_lack_too_much_are_no_choice():
    values = spectra().values.copy()
    values[1, 3:7] = np.nan
    on = Library.of(Spectra(values, ("dark", "rising", "flat"), NM, path="some.csv")).on(cube())
    left = on.usable(cube())
    assert left.names == ("dark", "flat")
    assert left.notes[-1] == "some.csv: rising has too few values: left out."
    assert np.isfinite(left.values).all()
    with pytest.raises(InputError, match="no spectrum has values in enough"):
        on.pick("rising").usable(cube())
