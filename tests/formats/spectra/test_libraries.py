"""Libraries of many spectra: folders, MATLAB files, what the dialog offers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.io import savemat

from hsunmix.errors import FileError, FormatError
from hsunmix.formats import formats, open_spectra, spectra_filter


def write(path, nm, values):
    path.write_text(
        f"{path.stem}\nWavelength (nm)\tReflectance\n"
        + "".join(f"{x}\t{y}\n" for x, y in zip(nm, values, strict=True))
    )


def test_a_folder_of_spectra_on_the_same_bands(tmp_path):
    nm = [400.0, 500.0, 600.0]
    for name, values in (("b", [1, 2, 3]), ("a", [4, 5, 6])):
        write(tmp_path / f"{name}.txt", nm, values)
    (tmp_path / "notes.txt").write_text("nothing\n")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    found = open_spectra(tmp_path)
    assert found.names == ("a", "b")
    np.testing.assert_array_equal(found.values, [[4, 5, 6], [1, 2, 3]])
    np.testing.assert_array_equal(found.wavelengths, nm)
    assert found.format == "folder"
    assert found.notes == ("1 files hold no spectrum: notes.txt.",)


def test_a_folder_of_spectra_on_different_bands(tmp_path):
    write(tmp_path / "fine.txt", np.arange(400.0, 701, 10), np.arange(400.0, 701, 10) / 1000)
    write(tmp_path / "wide.txt", np.arange(300.0, 801, 50), np.arange(300.0, 801, 50) / 1000)
    found = open_spectra(tmp_path)
    nm = found.wavelengths
    assert (nm[0], nm[-1], len(nm)) == (300, 800, 2 + 31 + 2)
    np.testing.assert_allclose(found.values[1], nm / 1000)
    inside = (nm >= 400) & (nm <= 700)
    np.testing.assert_allclose(found.values[0, inside], nm[inside] / 1000)
    assert np.isnan(found.values[0, ~inside]).all()
    assert "different bands" in found.notes[-1]


def test_splib07_as_a_folder(tmp_path):
    for name in ("Wavelengths_X", "Bandpass_(FWHM)_X"):
        (tmp_path / f"splib07a_{name}.txt").write_text(" splib07a Record=1: X\n0.5\n0.6\n0.7\n")
    for k in range(3):
        (tmp_path / f"splib07a_M{k}_ASD.txt").write_text(f" splib07a Record=2: M{k}\n.1\n.2\n.{k + 3}\n")
    found = open_spectra(tmp_path)
    assert found.names == ("M0", "M1", "M2")
    np.testing.assert_allclose(found.wavelengths, [500, 600, 700])


def test_folders_refused(tmp_path):
    with pytest.raises(FormatError, match="folder without a spectrum"):
        open_spectra(tmp_path)
    write(tmp_path / "a.txt", [400.0, 500.0, 600.0], [1, 2, 3])
    (tmp_path / "b.txt").write_text(" splib07a Record=2: M\n.1\n.2\n.3\n.4\n")
    with pytest.raises(FormatError, match="some of which have no wavelengths"):
        open_spectra(tmp_path)
    with pytest.raises(FileError, match="no such file"):
        open_spectra(tmp_path / "nowhere")


def test_matlab(tmp_path):
    path = tmp_path / "library.mat"
    nm = np.array([0.4, 0.5, 0.6, 0.7])
    matrix = np.column_stack([nm, np.full(4, 0.01), np.arange(1, 5), np.arange(8.0).reshape(4, 2) / 10])
    matrix[2, 4] = -1.23e34
    names = ["Wavelengths in microns", "Resolution in microns", "Data value = channel", "Tree", "Soil, dry"]
    codes = np.array([list(name.ljust(22).encode()) for name in names], dtype=np.uint8)
    for kind in (codes, np.array(names), np.array(names, dtype=object)):
        savemat(path, {"names": kind, "datalib": matrix, "other": np.ones((3, 3))})
        found = open_spectra(path)
        assert found.format == "matlab"
        assert found.names == ("Tree", "Soil, dry")
        np.testing.assert_allclose(found.wavelengths, [400, 500, 600, 700])
        np.testing.assert_allclose(found.fwhm, 10)
        np.testing.assert_allclose(found.values, [[0, 0.2, 0.4, 0.6], [0.1, 0.3, np.nan, 0.7]])
    savemat(path, {"X": matrix})
    with pytest.raises(FormatError, match="holds no library"):
        open_spectra(path)


def test_matlab_with_spectra_in_rows_and_wavelengths_beside_them(tmp_path):
    path = tmp_path / "library.mat"
    values = np.arange(15.0).reshape(3, 5)
    savemat(
        path,
        {
            "M": values,
            "labels": np.array(["a", "b", "c"], dtype=object),
            "wavelength": np.arange(5) * 10 + 400,
        },
    )
    found = open_spectra(path)
    assert found.names == ("a", "b", "c")
    np.testing.assert_array_equal(found.values, values)
    np.testing.assert_array_equal(found.wavelengths, [400, 410, 420, 430, 440])


def test_the_usgs_library_of_1995(shared):
    from scipy.io import loadmat

    path = shared / "data" / "usgs" / "USGS_1995_Library.mat"
    raw = loadmat(path)["datalib"]
    found = open_spectra(path)
    assert found.values.shape == (498, 224)
    assert (found.names[0], found.names[-1]) == ("Acmite NMNH133746", "Walnut_Leaf SUN (Green)")
    np.testing.assert_allclose(found.wavelengths, raw[:, 0] * 1000)
    np.testing.assert_allclose(found.fwhm, raw[:, 1] * 1000)
    np.testing.assert_array_equal(found.values, raw[:, 3:].T)
    ends = open_spectra(shared / "data" / "jasper_ridge" / "end4.mat")
    assert ends.names == ("1-tree", "2-water", "3-dirt", "4-road")
    assert ends.values.shape == (4, 198)


def test_the_dialog_offers_libraries_alone():
    parts = spectra_filter().split(";;")
    assert parts[0].startswith("Spectral libraries (*.")
    assert parts[-1] == "All files (*)"
    assert len(parts) == 2 + sum(f.open_spectra is not None for f in formats().values())
    assert all(ending in parts[0] for ending in ("*.sli", "*.asd", "*.csv", "*.mat"))
    assert "*.h5" not in parts[0]


def test_bad_bands_of_an_envi_library_are_gaps(tmp_path):
    np.arange(8, dtype="<f4").tofile(tmp_path / "x.sli")
    (tmp_path / "x.hdr").write_text(
        "ENVI\nsamples = 4\nlines = 2\nbands = 1\ndata type = 4\ninterleave = bsq\nbyte order = 0\n"
        "file type = ENVI Spectral Library\nbbl = {1, 0, 1, 1}\nspectra names = {a, b}\n"
    )
    found = open_spectra(tmp_path / "x.sli")
    assert found.format == "envi"
    np.testing.assert_array_equal(found.values, [[0, np.nan, 2, 3], [4, np.nan, 6, 7]])
    assert "1 bands are bad" in found.notes[0]


def test_an_envi_library_that_falls_is_turned(tmp_path):
    np.arange(6, dtype="<f4").tofile(tmp_path / "x.sli")
    (tmp_path / "x.hdr").write_text(
        "ENVI\nsamples = 3\nlines = 2\nbands = 1\ndata type = 4\ninterleave = bsq\nbyte order = 0\n"
        "file type = ENVI Spectral Library\nwavelength units = um\nwavelength = {2.5, 1.5, 0.5}\n"
    )
    found = open_spectra(tmp_path / "x.hdr")
    np.testing.assert_allclose(found.wavelengths, [500, 1500, 2500])
    np.testing.assert_array_equal(found.values, [[2, 1, 0], [5, 4, 3]])
    assert "turned" in found.notes[-1]


def test_a_table_that_falls_is_turned(tmp_path):
    (tmp_path / "x.csv").write_text("wavelength,a\n600,1\n500,-1.23e34\n400,3\n")
    found = open_spectra(tmp_path / "x.csv")
    np.testing.assert_array_equal(found.wavelengths, [400, 500, 600])
    np.testing.assert_array_equal(found.values, [[3, np.nan, 1]])
