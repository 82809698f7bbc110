"""ENVI cubes against NumPy, spectral and rasterio."""

from __future__ import annotations

import gzip
import os
import warnings

import numpy as np
import pytest

from hsunmix.errors import FileError, FormatError, MissingFileError, ParameterError, TooLargeError
from hsunmix.formats import MissingPixels, file_filter, formats, open_cube, open_header, open_spectra

CODES = [1, 2, 3, 4, 5, 12, 13, 14, 15]


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("interleave", ["bsq", "bil", "bip"])
@pytest.mark.parametrize("code", CODES)
def test_every_storage(tmp_path, write_envi, values_of, code, interleave, order):
    values = values_of(code)
    header = write_envi(tmp_path / "scene.img", values, interleave, order, offset=13 * (code % 3))
    pixels = open_cube(header).pixels
    assert pixels.shape == values.shape
    assert pixels.dtype == values.dtype
    whole = pixels.read(0, 5)
    assert whole.dtype == values.dtype
    np.testing.assert_array_equal(whole, values)
    np.testing.assert_array_equal(pixels.read(1, 4, [10, 0, 3]), values[1:4][:, :, [10, 0, 3]])
    np.testing.assert_array_equal(pixels.read(2, 3, range(1, 11)), values[2:3, :, 1:])
    np.testing.assert_array_equal(pixels.spectrum(3, 6), values[3, 6])


@pytest.mark.parametrize("interleave", ["bsq", "bil", "bip"])
@pytest.mark.parametrize("code", [1, 2, 4, 12])
def test_equals_spectral_and_rasterio(tmp_path, write_envi, values_of, code, interleave):
    import rasterio

    spectral = pytest.importorskip("spectral")
    header = write_envi(tmp_path / "scene.img", values_of(code), interleave, order=1, offset=8)
    cube = open_cube(header)
    whole = cube.pixels.read(0, cube.lines)
    theirs = spectral.io.envi.open(str(header), str(tmp_path / "scene.img"))
    np.testing.assert_array_equal(whole, theirs.read_subregion((0, 5), (0, 7), use_memmap=False))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(tmp_path / "scene.img") as dataset:
            np.testing.assert_array_equal(whole, dataset.read().transpose(1, 2, 0))


def test_scale_and_nodata(tmp_path, write_envi):
    stored = np.array([[[5000, -9999], [1234, 1]], [[0, 10000], [-3, -9999]], [[1, 2], [3, 4]]], dtype="i2")
    header = write_envi(
        tmp_path / "r", stored, "bil", reflectance_scale_factor=10000, data_ignore_value=-9999
    )
    cube = open_cube(header)
    expected = np.where(stored == -9999, np.nan, stored / 10000).astype("f4")
    np.testing.assert_array_equal(cube.read(0, 3), expected)
    np.testing.assert_array_equal(cube.band(1), expected[:, :, 1])
    np.testing.assert_array_equal(cube.spectrum(1, 0), expected[1, 0])
    np.testing.assert_array_equal(cube.mask, [[False, True], [True, False], [True, True]])


def test_nodata_of_a_float32_file(tmp_path, write_envi):
    stored = np.full((2, 3, 4), -1.23e34, dtype="f4")
    stored[1] = 0.5
    cube = open_cube(write_envi(tmp_path / "r", stored, data_ignore_value="-1.23e+34"))
    np.testing.assert_array_equal(np.isnan(cube.read(0, 2)), stored < 0)


def test_gains_and_offsets(tmp_path, write_envi, values_of):
    stored = values_of(2)
    gains, offsets = np.linspace(0.5, 1.5, 11), np.linspace(-3, 3, 11)
    header = write_envi(
        tmp_path / "r", stored, "bip", reflectance_scale_factor=100,
        data_gain_values="{" + ",".join(map(str, gains)) + "}",
        data_offset_values="{" + ",\n ".join(map(str, offsets)) + "}",
    )  # fmt: skip
    cube = open_cube(header)
    expected = (stored * gains + offsets).astype("f4")
    np.testing.assert_array_equal(cube.read(0, 5), expected)
    np.testing.assert_array_equal(cube.read(1, 4, [9, 2]), expected[1:4][:, :, [9, 2]])
    assert any("scale factor was ignored" in note for note in cube.notes)


@pytest.mark.parametrize(
    ("data", "header"),
    [("a", "a.hdr"), ("a.IMG", "a.hdr"), ("a.img", "a.img.hdr"), ("a.b.dat", "a.b.hdr"), ("a.raw", "a.HDR")],
)
def test_data_file_beside_header(tmp_path, write_envi, values_of, data, header):
    values = values_of(2)
    made = write_envi(tmp_path / "made", values)
    (tmp_path / "made").rename(tmp_path / data)
    made.rename(tmp_path / header)
    for given in (header, data):  # either may be named
        cube = open_cube(tmp_path / given)
        assert cube.path == tmp_path / header
        assert cube.format == "envi"
        np.testing.assert_array_equal(cube.pixels.read(0, 5), values)


def test_data_file_of_the_right_size_wins(tmp_path, write_envi, values_of):
    values = values_of(2)
    header = write_envi(tmp_path / "a.dat", values).rename(tmp_path / "a.hdr")
    (tmp_path / "a.img").write_bytes(b"\0" * 3)
    (tmp_path / "a").mkdir()
    np.testing.assert_array_equal(open_cube(header).pixels.read(0, 5), values)


def test_two_data_files_that_fit_are_said(tmp_path, write_envi, values_of):
    values = values_of(2)
    header = write_envi(tmp_path / "a.dat", values).rename(tmp_path / "a.hdr")
    (tmp_path / "a.raw").write_bytes(bytes(values.nbytes))
    cube = open_cube(header)
    np.testing.assert_array_equal(cube.pixels.read(0, 5), values)
    assert cube.notes == ("the pixels are those of a.dat; a.raw would fit too.",)


@pytest.mark.parametrize(
    "name", ["a.raw", "a.BIN", "a.rfl", "a.hyspex", "a.pix", "a.2019", "a.ESL", "a.img.gz"]
)
def test_the_data_file_that_is_named_is_read(tmp_path, write_envi, values_of, name):
    """Also where another one, which the header alone would lead to, lies beside it."""
    values = values_of(2)
    header = write_envi(tmp_path / "a.dat", values).rename(tmp_path / "a.hdr")
    other = values[::-1].copy()
    raw = other.transpose(2, 0, 1).astype("<i2").tobytes()
    (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    cube = open_cube(tmp_path / name)
    np.testing.assert_array_equal(cube.pixels.read(0, 5), other)
    np.testing.assert_array_equal(open_cube(cube.path).pixels.read(0, 5), other)  # as a session does
    np.testing.assert_array_equal(open_cube(header).pixels.read(0, 5), values)
    (tmp_path / name).write_bytes(b"short")
    with pytest.raises(FormatError, match="has 5 bytes"):
        open_cube(tmp_path / name)


def test_a_lone_data_file_of_another_ending_is_found_by_its_size(tmp_path, write_envi, values_of):
    values = values_of(2)
    header = write_envi(tmp_path / "a.rfl", values).rename(tmp_path / "a.hdr")
    (tmp_path / "a.txt").write_bytes(bytes(values.nbytes))  # no kind of pixels
    (tmp_path / "a.log2").write_bytes(b"short")
    cube = open_cube(header)
    np.testing.assert_array_equal(cube.pixels.read(0, 5), values)
    assert cube.notes == ("the pixels are those of a.rfl, which has the size that is needed.",)
    assert cube.path == header
    (tmp_path / "a.rad").write_bytes(bytes(values.nbytes))
    with pytest.raises(MissingFileError):  # which of the two?
        open_cube(header)


@pytest.mark.parametrize("name", ["a.json", "a.jp2", "a.XML", "a.img.aux.xml", "a.zip", "a.prj", "a.pdf"])
def test_what_lies_beside_an_image_is_no_image(tmp_path, write_envi, values_of, name):
    values = values_of(2)
    write_envi(tmp_path / "a.img", values).rename(tmp_path / "a.hdr")
    (tmp_path / name).write_bytes(bytes(values.nbytes))
    with pytest.raises(FormatError, match="of no format"):
        open_cube(tmp_path / name)


def test_one_band_needs_no_interleave(tmp_path, write_envi, values_of):
    values = values_of(2, (5, 7, 1))
    header = write_envi(tmp_path / "a", values, interleave="bsq")
    text = header.read_text().replace(
        "interleave = bsq\n", "major frame offsets = 0\nminor frame offsets = {0}\n"
    )
    header.write_text(text)
    cube = open_cube(header)
    assert cube.notes == ()
    np.testing.assert_array_equal(cube.pixels.read(0, 5), values)


def test_what_cannot_fit_into_memory_is_refused_before(tmp_path):
    """A sparse file of one line with 2³¹ samples."""
    (tmp_path / "a.hdr").write_text(
        "ENVI\nsamples = 2147483647\nlines = 1\nbands = 9\ndata type = 4\ninterleave = bil\nbyte order = 0\n"
    )
    with (tmp_path / "a").open("wb") as file:
        file.truncate(2147483647 * 9 * 4)
    cube = open_cube(tmp_path / "a.hdr")
    with pytest.raises(TooLargeError, match=r"a: a block of 19327352823 values would take 144\.0 GB"):
        cube.read(0, 1)


def test_path_is_absolute(tmp_path, write_envi, values_of, monkeypatch):
    write_envi(tmp_path / "a", values_of(2))
    monkeypatch.chdir(tmp_path)
    assert open_cube("a.hdr").path == tmp_path / "a.hdr"


def test_missing_data_file(tmp_path, write_envi, values_of):
    header = write_envi(
        tmp_path / "a.img", values_of(2), map_info="{UTM, 1, 1, 500000, 4e6, 30, 30, 13, North, WGS-84}"
    )
    (tmp_path / "a.img").unlink()
    with pytest.raises(MissingFileError, match="data file is missing"):
        open_cube(header)
    cube = open_header(header)
    assert cube.shape == (5, 7, 11)
    assert isinstance(cube.pixels, MissingPixels)
    assert cube.georeference.crs == "EPSG:32613"
    assert "data file is missing" in cube.notes[-1]
    with pytest.raises(MissingFileError, match=r"a\.img\.hdr"):
        cube.read(0, 1)
    with pytest.raises(MissingFileError):
        cube.pixels.read(0, 1, bands=[0])


def test_short_and_long_data_file(tmp_path, write_envi, values_of):
    header = write_envi(tmp_path / "a", values_of(2), offset=10)
    size = (tmp_path / "a").stat().st_size
    with (tmp_path / "a").open("ab") as file:
        file.write(b"xyz")
    assert any(f"{size + 3} bytes" in note and str(size) in note for note in open_cube(header).notes)
    os.truncate(tmp_path / "a", size - 1)
    with pytest.raises(FormatError, match=rf"{size - 1} bytes.*needs {size}"):
        open_cube(header)
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(FormatError, match="has 0 bytes"):
        open_cube(header)


@pytest.mark.parametrize("interleave", ["bsq", "bil", "bip"])
def test_truncated_after_opening(tmp_path, write_envi, values_of, interleave):
    cube = open_cube(write_envi(tmp_path / "a", values_of(2), interleave))
    cube.read(0, 5)
    os.truncate(tmp_path / "a", 500)
    for read in (lambda: cube.read(0, 1), lambda: cube.spectrum(0, 0), lambda: cube.band(0)):
        with pytest.raises(FileError, match="has become shorter"):
            read()
    (tmp_path / "a").unlink()
    with pytest.raises(FileError, match="can no longer be read"):
        cube.read(0, 1)


def test_not_a_file(tmp_path):
    with pytest.raises(MissingFileError, match="no such file"):
        open_cube(tmp_path / "none.hdr")
    with pytest.raises(FileError, match="folder"):
        open_cube(tmp_path)
    os.mkfifo(tmp_path / "pipe.hdr")
    with pytest.raises(FileError, match="pipe"):
        open_cube(tmp_path / "pipe.hdr")  # would wait for ever if it were opened
    (tmp_path / "text.hdr").write_text("SIMPLE = T\n")
    with pytest.raises(FormatError, match="not an ENVI header"):
        open_cube(tmp_path / "text.hdr")
    (tmp_path / "empty.hdr").write_text("")
    with pytest.raises(FormatError, match="empty"):
        open_cube(tmp_path / "empty.hdr")
    (tmp_path / "notes.xyz").write_text("hello")
    with pytest.raises(FormatError, match="of no format"):
        open_cube(tmp_path / "notes.xyz")


def test_options_are_checked(tmp_path, write_envi, values_of):
    header = write_envi(tmp_path / "a", values_of(2))
    assert open_cube(header, lines=None, axes=None).options == ()
    with pytest.raises(ParameterError, match="lines"):
        open_cube(header, lines=0)
    with pytest.raises(ParameterError, match="axes"):
        open_cube(header, axes="xyz")
    with pytest.raises(ParameterError, match="need no such option"):
        open_cube(header, lines=5)
    with pytest.raises(ParameterError, match="no such parameter"):
        open_cube(header, colour="red")


def test_library(tmp_path, write_envi):
    rng = np.random.default_rng(0)
    spectra = rng.uniform(size=(6, 9)).astype("f4")
    header = write_envi(
        tmp_path / "lib.sli",
        spectra[:, :, None],
        file_type="ENVI Spectral Library",
        spectra_names="{a, b b,\n c {x}, d, ö, f}",
        wavelength="{" + ",".join(f"0.{k}5" for k in range(1, 10)) + "}",
        wavelength_units="Micrometers",
    )
    for given in (header, tmp_path / "lib.sli"):
        library = open_spectra(given)
        np.testing.assert_allclose(library.values, spectra)
        assert library.names == ("a", "b b", "c {x}", "d", "ö", "f")
        np.testing.assert_allclose(library.wavelengths, np.arange(150, 1000, 100))
    cube = open_cube(header)  # as an image it is one line
    assert cube.shape == (1, 6, 9)
    np.testing.assert_array_equal(cube.read(0, 1)[0], spectra)


def test_gaps_of_a_library(tmp_path, write_envi):
    spectra = np.array([[0.1, -1.23e34, 0.3], [0.4, 0.5, 0.6]], dtype="f4")
    header = write_envi(tmp_path / "lib.sli", spectra[:, :, None], file_type="ENVI Spectral Library")
    library = open_spectra(header)
    np.testing.assert_array_equal(np.isnan(library.values), [[False, True, False], [False] * 3])
    assert library.names == ("Spectrum 1", "Spectrum 2")
    assert library.notes == ("1 values beyond 1e+30 are taken as gaps.",)


@pytest.mark.parametrize("bbl", ["{1, 1, 1}", "{1, 0, 1}"])
def test_bad_bands_that_are_gaps_already_are_not_said(tmp_path, write_envi, bbl):
    spectra = np.array([[0.1, np.nan, 0.3], [0.4, np.nan, 0.6]], dtype="f4")
    fields = {"file_type": "ENVI Spectral Library", "bbl": bbl}
    assert open_spectra(write_envi(tmp_path / "a.sli", spectra[:, :, None], **fields)).notes == ()
    spectra[:, 1] = 0.2
    notes = open_spectra(write_envi(tmp_path / "a.sli", spectra[:, :, None], **fields)).notes
    assert notes == (("1 bands are bad by the header: taken as gaps.",) if "0" in bbl else ())


def test_an_image_is_no_library(tmp_path, write_envi, values_of):
    with pytest.raises(FormatError, match="image, not a spectral library"):
        open_spectra(write_envi(tmp_path / "a", values_of(2)))


def test_registry():
    assert formats()["envi"].title == "ENVI"
    filters = file_filter().split(";;")
    assert filters[0].startswith("Hyperspectral cubes (*")
    assert "*.hdr" in filters[0]
    assert filters[-1] == "All files (*)"


def test_a_library_with_numbers_that_stand_for_gaps(tmp_path, write_envi):
    spectra = np.array([[0.1, -9999, 0.3], [0.4, 0.5, 0.6]], dtype="f4")
    fields = {"file_type": "ENVI Spectral Library"}
    library = open_spectra(write_envi(tmp_path / "a.sli", spectra[:, :, None], **fields))
    np.testing.assert_array_equal(np.isnan(library.values), [[False, True, False], [False] * 3])
    assert library.notes == ("1 values of -9999 are taken as gaps.",)


def test_names_in_other_case(tmp_path, write_envi, values_of):
    values = values_of(2)
    write_envi(tmp_path / "Scene.IMG", values).rename(tmp_path / "SCENE.HDR")
    np.testing.assert_array_equal(open_cube(tmp_path / "SCENE.HDR").pixels.read(0, 5), values)


def test_falling_wavelengths_of_a_library_are_not_called_ignored(tmp_path, write_envi):
    values = np.array([[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]], "f4").transpose(1, 2, 0)
    header = write_envi(
        tmp_path / "a.sli", values, file_type="ENVI Spectral Library", wavelength="{600, 500, 400}",
        wavelength_units="nm", spectra_names="{a, b}",
    )  # fmt: skip
    found = open_spectra(header)
    np.testing.assert_array_equal(found.wavelengths, [400, 500, 600])
    np.testing.assert_allclose(found.values[0], [0.3, 0.2, 0.1])
    assert found.notes == ("the wavelengths fall: the spectra were turned.",)
