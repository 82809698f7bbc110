"""Wavelengths that are given by hand, whichever way."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from hsunmix.errors import ParameterError
from hsunmix.formats import open_cube, open_header

NM = (400.0, 450.5, 500.0, 560.0, 610.0, 700.0)
COMMAS = "\n".join(f"{k};{nm:.1f};9,5".replace(".", ",") for k, nm in enumerate(NM, 1))
HEADER = (
    "ENVI\nsamples = 2\nlines = 2\nbands = 8\ndata type = 4\ninterleave = bsq\n"
    "wavelength units = Nanometers\nwavelength = {400, 410, 450.5, 500, 560, 610, 690, 700}\n"
    "fwhm = {1, 2, 3, 4, 5, 6, 7, 8}\nbbl = {1, 0, 1, 1, 1, 1, 0, 1}\n"
)
FILES = {
    "list.txt": ("\n".join(map(str, NM)), None),
    "headed.csv": ("wavelength\n" + "\n".join(map(str, NM)), None),
    "usgs.txt": (" Record=1: Wavelengths 6 ch microns\n" + "\n".join(f" {nm / 1000:.5E}" for nm in NM), None),
    "table.csv": (
        "band,wavelength (um),fwhm\n" + "\n".join(f"{k},{nm / 1000},0.01" for k, nm in enumerate(NM, 1)),
        [10.0] * 6,
    ),
    "bare.txt": ("\n".join(f"{k} {nm} 9.5" for k, nm in enumerate(NM, 1)), None),
    "german.csv": ("Band;Wellenlänge [nm];fwhm\n" + COMMAS, [9.5] * 6),
    "library.csv": ("wavelength_nm,a,b\n" + "\n".join(f"{nm},0.1,0.2" for nm in NM), None),
    "header.hdr": (HEADER, [1.0, 3.0, 4.0, 5.0, 6.0, 8.0]),
}


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    np.save(tmp_path / "scene.npy", np.random.default_rng(0).random((5, 7, 6), np.float32))
    return tmp_path / "scene.npy"


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_has_them(scene: Path, name: str):
    text, fwhm = FILES[name]
    (scene.parent / name).write_text(text, encoding="utf-8")
    cube = open_cube(scene, wavelengths=scene.parent / name)
    np.testing.assert_allclose(cube.wavelengths, NM, rtol=1e-6)
    assert (cube.fwhm is None) == (fwhm is None)
    if fwhm is not None:
        np.testing.assert_allclose(cube.fwhm, fwhm)
    assert name in cube.notes[-1]
    assert ("without the 2 bands" in cube.notes[-1]) == (name == "header.hdr")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("400-900", np.linspace(400, 900, 6)),
        ("0.4-2.5 um", np.linspace(400, 2500, 6)),
        ("0.4 – 2.5 µm", np.linspace(400, 2500, 6)),
        ("400, 450.5, 500, 560, 610, 700", NM),
        (list(NM), NM),
        (np.array(NM), NM),
    ],
)
def test_numbers(scene: Path, given: object, wanted: object):
    cube = open_cube(scene, wavelengths=given)
    np.testing.assert_allclose(cube.wavelengths, wanted)
    again = open_header(scene, **dict(cube.options))
    np.testing.assert_array_equal(again.wavelengths, cube.wavelengths)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("900-400", "do not increase"),
        ("50-60 nm", "no sensor"),
        ("5-10 furlong", "no file"),
        ("400, 500", "2 wavelengths, the scene has 6 bands"),
        ("nowhere.csv", "no file"),
        (".", "no file"),
        ("", "not allowed"),
        ({"a": 1}, "a number for each band"),
        ([], "a number for each band"),
    ],
)
def test_what_is_none_is_refused_by_name(scene: Path, given: object, why: str):
    with pytest.raises(ParameterError, match=r"^wavelengths: ") as told:
        open_cube(scene, wavelengths=given)
    assert why in str(told.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("\n".join(map(str, NM[::-1])), "do not increase"),
        ("\n".join(map(str, NM[:5])), "has 5 wavelengths, the scene has 6 bands"),
        ("\n".join("123456"), "no wavelengths"),
        ("sand\nclay\n", "no wavelengths"),
        ("", "no wavelengths"),
        ("\0\1\2", "no wavelengths"),
    ],
)
def test_a_file_without_them_is_refused_by_name(scene: Path, text: str, why: str):
    path = scene.parent / "odd.txt"
    path.write_text(text)
    with pytest.raises(ParameterError, match=r"odd\.txt") as told:
        open_cube(scene, wavelengths=str(path))
    assert why in str(told.value)


def test_those_of_the_file_give_way(repository: Path):
    path = repository / "sample_cubes" / "desert.hdr"
    cube = open_cube(path, wavelengths="500-1000")
    assert (cube.wavelengths[0], cube.wavelengths[-1]) == (500, 1000)
    assert cube.fwhm is None
    assert "those of the file are not used" in cube.notes[-1]


def test_a_file_is_found_when_it_moves_with_the_scene(scene: Path, tmp_path: Path):
    (tmp_path / "sensor").mkdir()
    table = tmp_path / "sensor" / "bands.txt"
    table.write_text(FILES["list.txt"][0])
    kept = dict(open_cube(scene, wavelengths=str(table)).options)
    assert kept == {"wavelengths": str(table)}
    moved = tmp_path / "moved"
    moved.mkdir()
    shutil.copy(scene, moved)
    shutil.move(table, moved)
    cube = open_cube(moved / "scene.npy", **kept)
    np.testing.assert_allclose(cube.wavelengths, NM)
    assert dict(cube.options) == {"wavelengths": "bands.txt"}  # beside the scene its name is enough


@pytest.mark.parametrize("suffix", [".mat", ".npz"])
def test_of_a_whole_list_those_that_the_scene_keeps(tmp_path: Path, suffix: str):
    values, kept = np.random.default_rng(0).random((5, 7, 6), np.float32), np.array([2, 3, 5, 6, 9, 10])
    path = tmp_path / f"scene{suffix}"
    if suffix == ".mat":
        savemat(path, {"cube": values, "SlectBands": kept[:, None].astype(np.uint8)})
    else:
        np.savez(path, cube=values, selected_bands=kept)
    (tmp_path / "sensor.txt").write_text("\n".join(f"{400 + 10 * k}.5" for k in range(1, 13)))
    cube = open_cube(path, wavelengths="sensor.txt")
    np.testing.assert_allclose(cube.wavelengths, 400.5 + 10 * kept)
    assert "of 12 those of the bands that the scene keeps" in cube.notes[-1]
    short = ", ".join(f"{400 + k}.5" for k in range(9))
    with pytest.raises(ParameterError, match="9 wavelengths, the scene has 6 bands"):
        open_cube(path, wavelengths=short)


def test_the_bands_of_jasper_ridge(shared: Path):
    scene = shared / "data" / "jasper_ridge" / "jasperRidge2_R198.mat"
    every = np.linspace(366, 2498, 224)
    cube = open_cube(scene, wavelengths=every)
    np.testing.assert_allclose(cube.wavelengths[[0, -1]], every[[3, 218]])


def test_each_cube_of_a_stack_has_them(scene: Path):
    np.save(scene.with_name("later.npy"), np.load(scene) + 1)
    cube = open_cube(scene, wavelengths="400-900", stack="later.npy")
    np.testing.assert_allclose(cube.wavelengths, np.tile(np.linspace(400, 900, 6), 2))
    again = open_cube(scene, **dict(cube.options))
    np.testing.assert_array_equal(again.wavelengths, cube.wavelengths)
