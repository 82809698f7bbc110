"""Text spectra as instruments and people write them: units, headings, and what stands for no value."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.errors import FormatError
from hsunmix.formats import open_spectra

NM = np.linspace(450.0, 900.0, 10)
R = np.linspace(0.1, 0.5, 10) ** 1.5
COMMAS = str.maketrans(".", ",")


def opened(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")
    return open_spectra(folder / name)


def rows(form, *columns):
    return "".join(form.format(*cells) + "\n" for cells in zip(*columns, strict=True))


def same(found, values=R, nm=NM):
    np.testing.assert_allclose(found.wavelengths, nm, rtol=1e-4)
    np.testing.assert_allclose(found.values[0], values, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("units", ["nm;%\n", "nm;%\nx;soil\n", "[nm];[%]\n"])
def test_lines_below_the_headings_leave_semicolons_what_they_are(tmp_path, units):
    body = rows("{:.1f};{:.4f}", NM, 100 * R).translate(COMMAS)
    found = opened(tmp_path, "a.csv", "Wavelength;A\n" + units + body)
    same(found)
    assert any("percent" in note for note in found.notes)


def test_percent_is_divided_once(tmp_path):
    """A name that still says percent would have the written spectra divided again when they are read."""
    for heading in ("A (%)", "Reflectance %", "refl [percent]"):
        found = opened(tmp_path, "a.csv", f"nm,{heading}\n" + rows("{:.1f},{:.4f}", NM, 100 * R))
        same(found)
        again = opened(tmp_path, "b.csv", f"wavelength_nm,{found.names[0]}\n" + rows("{},{}", NM, R))
        same(again)


def test_percent_in_the_line_above_the_numbers(tmp_path):
    text = "Wavelength (nm) Reflectance (%)\n" + rows("{:.1f} {:.4f}", NM, 100 * R)
    same(opened(tmp_path, "a.txt", text))


@pytest.mark.parametrize(
    ("headings", "form"),
    [
        ("Refl Wavelength\n", "{2:.5f} {1:.1f}"),
        ("ch\twavelength\trefl\n", "{0}\t{1:.1f}\t{2:.5f}"),
        ("no wl sd refl\n", "{0} {1:.1f} 0.01 {2:.5f}"),
        ("x\n\nWave;Sample;Reference;Reflectance\n[nm];[counts];[counts];[%]\n\n", "{1:.1f};9;8;{3:.4f}"),
        ("", "{0} {1:.1f} {2:.5f}"),
    ],
)
def test_columns_in_any_order(tmp_path, headings, form):
    body = rows(form, range(1, 11), NM, R, 100 * R)
    same(opened(tmp_path, "a.txt", headings + body))


def test_columns_of_which_nobody_knows(tmp_path):
    with pytest.raises(FormatError, match="both be wavelengths"):
        opened(tmp_path, "a.txt", rows("{} {:.1f} {:.5f}", range(300, 310), NM, R))
    with pytest.raises(FormatError, match="'year' holds no wavelengths"):
        opened(tmp_path, "b.txt", "year temp\n" + rows("{} {:.5f}", range(1990, 2000), R))


@pytest.mark.parametrize("title", ["Sample 12", "Quartz sd", "plot A", "fine soil"])
def test_a_title_of_as_many_words_as_columns(tmp_path, title):
    same(opened(tmp_path, "a.txt", title + "\n" + rows("{:.1f} {:.5f}", NM, R)))


def test_years_are_no_wavelengths(tmp_path):
    with pytest.raises(FormatError, match="may be years"):
        opened(tmp_path, "a.csv", "site,2001,2002,2003\nA,0.1,0.2,0.3\nB,0.2,0.3,0.4\n")
    with pytest.raises(FormatError, match="may be years"):
        opened(tmp_path, "b.csv", "when,A,B\n" + rows("{},{},{}", range(1990, 2000), R, R))
    found = opened(tmp_path, "c.csv", "site,2001 nm,2002 nm,2003 nm\nA,0.1,0.2,0.3\nB,0.2,0.3,0.4\n")
    np.testing.assert_array_equal(found.wavelengths, [2001, 2002, 2003])


def test_a_column_that_is_taken_for_the_wavelengths_is_named(tmp_path):
    found = opened(tmp_path, "a.csv", "position,A\n" + rows("{:.1f},{:.5f}", NM, R))
    assert "the column 'position' was taken for the wavelengths." in found.notes


def test_energies(tmp_path):
    falling = rows("{:.8f}\t{:.5f}", 1239.841984 / NM, R)
    same(opened(tmp_path, "a.txt", "Energy (eV)\tA\n" + falling))


@pytest.mark.parametrize("value", [-999, -99, -32768, -99999])
def test_what_lies_far_below_all_else_is_a_gap(tmp_path, value):
    cells = [f"{r:.5f}" for r in R]
    cells[3] = str(value)
    found = opened(tmp_path, "a.csv", "nm,A\n" + rows("{:.1f},{}", NM, cells))
    same(found, np.where(np.arange(10) == 3, np.nan, R))
    assert any(f"1 values of {value} " in note for note in found.notes)
    depths = opened(tmp_path, "b.csv", "nm,A\n" + rows("{:.1f},{}", NM, np.linspace(value, -value / 2, 10)))
    assert np.isfinite(depths.values).all()


def test_channels_before_the_wavelengths_of_a_sed_file(tmp_path):
    head = "Comment:\nVersion: 2.2\nFile Name: a.sed\nInstrument: PSR+\nDetectors: 512,256,256\nData:\n"
    table = "Chan.#\tWvl\tRad. (Ref.)\tRad. (Target)\tTgt./Ref. %\n"
    same(opened(tmp_path, "a.sed", head + table + rows("{}\t{:.1f}\t1\t2\t{:.4f}", range(10), NM, 100 * R)))


def test_jcamp_is_named(tmp_path):
    text = "##TITLE=x\n##JCAMP-DX=4.24\n##XYDATA=(X++(Y..Y))\n400 1 2 3\n404 4 5 6\n408 4 5 6\n##END=\n"
    for name in ("a.txt", "a.jdx"):
        with pytest.raises(FormatError, match=r"JCAMP-DX spectrum.*save it as CSV"):
            opened(tmp_path, name, text)


def test_pairs_of_columns_below_merged_names(tmp_path):
    """As spectrophotometers export them: each spectrum with its wavelengths, its name above both."""
    head = "Soil,,Leaf,\nWavelength (nm),%R,Wavelength (nm),%R\n"
    form = "{:.1f},{:.4f},{:.1f},{:.4f}"
    found = opened(tmp_path, "a.csv", head + rows(form, NM, 100 * R, NM, 50 * R))
    assert found.names == ("Soil", "Leaf")
    same(found)
    np.testing.assert_allclose(found.values[1], R / 2, atol=1e-5)
    with pytest.raises(FormatError, match="several columns of wavelengths"):
        opened(tmp_path, "b.csv", head + rows(form, NM, 100 * R, NM + 3, 50 * R))


def test_deviations_that_a_second_line_names(tmp_path):
    head = "Wavelength,Soil,Soil,Leaf,Leaf\n,mean,std,mean,std\n"
    found = opened(tmp_path, "a.csv", head + rows("{:.1f},{:.5f},0.1,{:.5f},0.2", NM, R, R))
    assert found.names == ("Soil", "Leaf")
    assert "columns that are no spectra were left aside: Soil std, Leaf std." in found.notes


@pytest.mark.parametrize(
    ("title", "factor"),
    [
        ("Reflectance in percent\nnm R\n", 100),
        ("Units: percent reflectance\n", 100),
        ("99 % reflectance panel\nnm R\n", 1),
        ("Soil at 50 % moisture\n", 1),
    ],
)
def test_titles_on_percent(tmp_path, title, factor):
    same(opened(tmp_path, "a.txt", title + rows("{:.1f} {:.5f}", NM, factor * R)))
