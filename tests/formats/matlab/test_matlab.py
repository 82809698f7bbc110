"""MATLAB files against SciPy's reader and arrays that the test writes."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.io

from hsunmix.errors import FileError, FormatError, HsunmixError, ParameterError, ShapeUnknownError
from hsunmix.formats import open_cube

LINES, SAMPLES, BANDS = 6, 4, 9


@pytest.fixture
def image() -> np.ndarray:
    """Values (lines, samples, bands), all different, of an image that is not square."""
    return np.arange(LINES * SAMPLES * BANDS, dtype="u2").reshape(LINES, SAMPLES, BANDS)


@pytest.fixture
def matrix(image) -> np.ndarray:
    """The same as bands × pixels, with the pixels running down the image's columns, by a plain loop."""
    columns = [image[line, sample] for sample in range(SAMPLES) for line in range(LINES)]
    return np.stack(columns, axis=1)


@pytest.fixture
def save(tmp_path):
    def do(compress: bool = False, **variables):
        scipy.io.savemat(tmp_path / "a.mat", variables, do_compression=compress)
        return tmp_path / "a.mat"

    return do


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("names", [("nRow", "nCol"), ("lines", "cols")])
def test_pixels_run_down_the_columns(save, image, matrix, names, compress):
    path = save(compress, Y=matrix, **dict(zip(names, (LINES, SAMPLES), strict=True)))
    cube = open_cube(path)
    assert cube.shape == (LINES, SAMPLES, BANDS)
    assert cube.pixels.dtype == np.dtype("u2")
    np.testing.assert_array_equal(cube.pixels.read(0, LINES), image)
    np.testing.assert_array_equal(cube.pixels.read(1, 3, [8, 0]), image[1:3][:, :, [8, 0]])
    np.testing.assert_array_equal(cube.spectrum(5, 1), image[5, 1])
    assert cube.format == "matlab"
    assert cube.path == path


def test_pixels_by_bands_are_turned(save, image, matrix):
    cube = open_cube(save(X=matrix.T, nRow=LINES, nCol=SAMPLES))
    np.testing.assert_array_equal(cube.pixels.read(0, LINES), image)
    assert any("pixels × bands" in note for note in cube.notes)


def test_lines_may_have_to_be_given(save, image, matrix):
    path = save(M=matrix)
    with pytest.raises(ShapeUnknownError, match=r"--lines.*24 pixels") as caught:
        open_cube(path)
    assert caught.value.pixels == LINES * SAMPLES
    for options in ({"lines": LINES}, {"samples": SAMPLES}, {"lines": LINES, "samples": SAMPLES}):
        cube = open_cube(path, **options)
        np.testing.assert_array_equal(cube.pixels.read(0, LINES), image)
        assert dict(cube.options) == options
        again = open_cube(cube.path, **dict(cube.options))
        np.testing.assert_array_equal(again.pixels.read(0, LINES), image)
    for options in ({"lines": 5}, {"samples": 7}, {"lines": 6, "samples": 3}, {"lines": 6, "axes": "byx"}):
        with pytest.raises(ParameterError):
            open_cube(path, **options)


def test_a_wrong_size_in_the_file_is_not_believed(save, matrix):
    with pytest.raises(ShapeUnknownError):
        open_cube(save(Y=matrix, nRow=5, nCol=5))


@pytest.mark.parametrize("axes", ["yxb", "byx", "xby"])
def test_three_axes(save, image, axes):
    stored = image.transpose(["yxb".index(axis) for axis in axes])
    cube = open_cube(save(hsi=stored, small=np.zeros((2, 2, 2))), axes=axes)
    np.testing.assert_array_equal(cube.pixels.read(0, LINES), image)
    with pytest.raises(ParameterError, match="lines"):
        open_cube(cube.path, axes=axes, lines=5)


def test_dataset_is_chosen_by_name(save, image):
    path = save(big=np.zeros((9, 9, 9)), hsi=image)
    assert open_cube(path).shape == (9, 9, 9)
    assert "hsi" in open_cube(path).notes[0]
    np.testing.assert_array_equal(open_cube(path, dataset="hsi").pixels.read(0, LINES), image)
    with pytest.raises(ParameterError, match="hsi"):
        open_cube(path, dataset="other")


def test_wavelengths_by_name_and_from_a_struct(save, image):
    um = np.linspace(0.4, 2.4, BANDS)
    bbl = np.array([1, 1, 0, 1, 1, 1, 1, 0, 1])
    cube = open_cube(save(I=image, wl=um, bbl=bbl, index=np.arange(1, BANDS + 1)))
    np.testing.assert_allclose(cube.wavelengths, um * 1000)
    np.testing.assert_array_equal(cube.bad_bands, bbl == 0)
    info = {
        "wavelength": um * 1000,
        "wavelength_units": "Nanometers",
        "fwhm": np.full(BANDS, 9.5),
        "lines": LINES,
        "samples": SAMPLES,
        "map_info": "{UTM, 1, 1, 500000, 4000000, 10, 10, 33, North, WGS-84}",
    }
    cube = open_cube(save(I=image, SlectBands=np.arange(3, BANDS + 3), params=info))
    np.testing.assert_allclose(cube.wavelengths, um * 1000)
    np.testing.assert_allclose(cube.fwhm, 9.5)
    assert cube.georeference.transform == (10, 0, 500000, 0, -10, 4000000)
    assert cube.georeference.crs == "EPSG:32633"
    elsewhere = open_cube(save(I=image, params=info | {"lines": 500}))
    assert elsewhere.georeference is None
    assert any("not used" in note for note in elsewhere.notes)


def test_kept_bands_are_no_wavelengths(save, matrix):
    cube = open_cube(save(Y=matrix, nRow=LINES, nCol=SAMPLES, SlectBands=np.arange(101, 101 + BANDS)))
    assert cube.wavelengths is None


def test_other_kinds_are_skipped_with_a_note(save, image):
    cell = np.empty((2,), dtype=object)
    cell[:] = ["tree", np.eye(3)]
    cube = open_cube(save(hsi=image, names=cell, text="hello"))
    assert cube.shape == image.shape
    assert any("skipped" in note and "names" in note for note in cube.notes)


@pytest.mark.parametrize("variables", [{}, {"a": 3.0}, {"v": np.arange(9.0)}, {"z": np.ones((3, 4, 5)) * 1j}])
def test_no_cube(save, variables):
    with pytest.raises(FormatError):
        open_cube(save(**variables))


def test_damaged_files_are_refused_in_one_line(save, tmp_path, matrix):
    good = save(True, Y=matrix, nRow=LINES, nCol=SAMPLES).read_bytes()
    rng = np.random.default_rng(3)
    bad = tmp_path / "bad.mat"
    for cut in (0, 20, 130, len(good) // 2, len(good) - 3):
        bad.write_bytes(good[:cut])
        with pytest.raises(FileError) as caught:
            open_cube(bad)
        assert "\n" not in str(caught.value)
    for _ in range(60):
        mutated = bytearray(good)
        mutated[int(rng.integers(128, len(good)))] = int(rng.integers(256))
        bad.write_bytes(mutated)
        try:
            lines = [*open_cube(bad).notes, "fine"]
        except HsunmixError as error:
            lines = [str(error)]
        assert not any("\n" in line for line in lines)
    bad.write_text("not a MATLAB file at all")
    with pytest.raises(FormatError, match=r"bad\.mat"):
        open_cube(bad)


SHARED = {
    "samson/samson_1.mat": (95, 95, 156),
    "samson/Samson_with_truth.mat": (95, 95, 156),
    "jasper_ridge/jasperRidge2_R198.mat": (100, 100, 198),
    "salton_sea/salton_sea_roi.mat": (51, 56, 224),
    "aviris/a_hsi_img_for_VI_demo.mat": (90, 90, 224),
    "urban_hydice_crop/HYDICE_urban.mat": (80, 100, 175),
}


@pytest.mark.parametrize("name", SHARED)
def test_benchmarks_open_as_they_are(shared, name):
    path = shared / "data" / name
    cube = open_cube(path)
    assert cube.shape == SHARED[name]
    variables = scipy.io.loadmat(path)
    line, sample = 11, 37
    for key in ("V", "Y"):
        if key in variables:
            expected = variables[key][:, sample * cube.lines + line]
            break
    else:
        key = next(k for k in ("I", "hsi_img", "hsi") if k in variables)
        expected = variables[key][line, sample]
    np.testing.assert_array_equal(cube.pixels.spectrum(line, sample), expected)


def test_what_the_benchmarks_say(shared):
    salton = open_cube(shared / "data/salton_sea/salton_sea_roi.mat")
    assert salton.good_bands.sum() == 204
    np.testing.assert_allclose(salton.wavelengths[[0, -1]], [365.9137, 2496.2236], atol=1e-3)
    assert salton.georeference is None  # its map info is that of the whole flight line
    aviris = open_cube(shared / "data/aviris/a_hsi_img_for_VI_demo.mat")
    assert aviris.good_bands.sum() == 181
    assert aviris.wavelengths[0] == pytest.approx(365.91)
    jasper = open_cube(shared / "data/jasper_ridge/jasperRidge2_R198.mat")
    assert jasper.gain == 1
    assert any("maxValue is 5000" in note for note in jasper.notes)


def test_urban_needs_its_lines(shared):
    path = shared / "data/urban_77/urban_undersampled4.mat"
    with pytest.raises(ShapeUnknownError) as caught:
        open_cube(path)
    assert caught.value.pixels == 5929
    cube = open_cube(path, lines=77)
    assert cube.shape == (77, 77, 162)
    expected = scipy.io.loadmat(path)["M"][:, 20 * 77 + 5]
    np.testing.assert_array_equal(cube.pixels.spectrum(5, 20), expected)
    with pytest.raises(ParameterError, match="not whole"):
        open_cube(path, lines=78)


@pytest.mark.parametrize("axes", ["yxb", "byx", "ybx"])
def test_the_axis_with_as_many_entries_as_wavelengths(tmp_path, axes):
    values, nm = np.random.default_rng(0).random((4, 6, 9)), np.linspace(400, 2400, 9)
    stored = values.transpose(["yxb".index(axis) for axis in axes])
    scipy.io.savemat(tmp_path / "a.mat", {"cube": stored, "wavelength": nm})
    cube = open_cube(tmp_path / "a.mat")
    np.testing.assert_array_equal(cube.pixels.read(0, 4), values)
    np.testing.assert_allclose(cube.wavelengths, nm)
    assert any(f"taken as {axes}" in note for note in cube.notes) is (axes != "yxb")
