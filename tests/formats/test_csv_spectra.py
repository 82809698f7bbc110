"""Tables of spectra."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.errors import FormatError
from hsunmix.formats import open_cube, open_spectra


def test_columns(tmp_path):
    path = tmp_path / "endmembers.csv"
    path.write_bytes(
        "\ufeff# comment\r\nwavelength_nm,Tree,Water ö\r\n400,0.1,\r\n500,nan,0.4\r\n600,.5,.6\r\n".encode()
    )
    found = open_spectra(path)
    assert found.names == ("Tree", "Water ö")
    np.testing.assert_array_equal(found.wavelengths, [400, 500, 600])
    np.testing.assert_array_equal(found.values, [[0.1, np.nan, 0.5], [np.nan, 0.4, 0.6]])
    assert found.path == str(path)
    assert found.notes == ()


def test_units_delimiters_and_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("Wavelength (µm);a;\n0.4;1;2\n0.5;3;4\n".encode("latin-1"))
    found = open_spectra(path)
    assert found.names == ("a", "Spectrum 2")
    np.testing.assert_allclose(found.wavelengths, [400, 500])
    path.write_text('Class\t400\t500\t600\n"soil, dry"\t1\t2\t3\nplant\t4\t5\t6\n')
    found = open_spectra(path)
    assert found.names == ("soil, dry", "plant")
    np.testing.assert_array_equal(found.values, [[1, 2, 3], [4, 5, 6]])
    np.testing.assert_array_equal(found.wavelengths, [400, 500, 600])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("wavelength,a\n400,0.1\n500\n", "row 3 has 1 cells"),
        ("wavelength,a\n400,x\n", "no table"),
        ("wavelength;a\n400;0,1\n", "no table"),
        ("hello\nworld\n", "single column"),
        ("wavelength,a\n", "no line of names"),
        ('wavelength,"a\n400,1\n', "no table"),
    ],
)
def test_refused(tmp_path, text, reason):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(FormatError, match=reason) as caught:
        open_spectra(tmp_path / "a.csv")
    assert "\n" not in str(caught.value)


def test_a_table_is_no_cube(tmp_path):
    (tmp_path / "a.csv").write_text("wavelength,a\n400,1\n")
    with pytest.raises(FormatError, match="no hyperspectral image"):
        open_cube(tmp_path / "a.csv")


def test_the_library_that_comes_with_the_program(repository):
    library = open_spectra(repository / "resources" / "spectra" / "usgs_1995.csv")
    assert library.values.shape == (23, 224)
    assert np.isfinite(library.values).all()
    assert (np.diff(library.wavelengths) > 0).all()
    assert 0 < library.values.min() < library.values.max() < 1.1


def test_shared_libraries(shared):
    emit = open_spectra(shared / "data/emit/basic_endmember_library.csv")
    assert emit.names == ("SOIL", "SOIL", "SOIL", "PV", "NPV")
    assert emit.values.shape == (5, 224)
    usgs = open_spectra(shared / "data/usgs/USGS_Mineral_Spectral_Library.sli")
    assert usgs.values.shape == (481, 420)
    raw = np.fromfile(shared / "data/usgs/USGS_Mineral_Spectral_Library.sli", dtype="<f4").reshape(481, 420)
    np.testing.assert_allclose(usgs.values, raw, rtol=1e-6)
    assert len(set(usgs.names)) > 400
