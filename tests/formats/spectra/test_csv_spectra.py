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
    assert emit.names == ("SOIL 1", "SOIL 2", "SOIL 3", "PV", "NPV")
    assert emit.classes == ("SOIL", "SOIL", "SOIL", "PV", "NPV")
    assert emit.values.shape == (5, 224)
    usgs = open_spectra(shared / "data/usgs/USGS_Mineral_Spectral_Library.sli")
    assert usgs.values.shape == (481, 420)
    raw = np.fromfile(shared / "data/usgs/USGS_Mineral_Spectral_Library.sli", dtype="<f4").reshape(481, 420)
    np.testing.assert_allclose(usgs.values, raw, rtol=1e-6)
    assert len(set(usgs.names)) > 400


NM = np.linspace(450.0, 2400.0, 20)
V = np.array([np.linspace(0.1, 0.5, 20), np.linspace(0.6, 0.2, 20)])


def down(delimiter=",", head="nm,A,B", first="{:.1f}", turn=str):
    """Write a table with a column of wavelengths."""
    lines = [
        delimiter.join([first.format(nm), f"{a:.4f}", f"{b:.4f}"]) for nm, a, b in zip(NM, *V, strict=True)
    ]
    return "\n".join([head.replace(",", delimiter), *map(turn, lines)]) + "\n"


def over(heading="{:.0f}", delimiter=",", before=("name",), turn=str, beside=(("a",), ("b",)), after=()):
    """Write a table with the wavelengths in the headings."""
    lines = [[*before, *(heading.format(nm) for nm in np.round(NM)), *after]]
    lines += [[*who, *(f"{x:.4f}" for x in v), *after] for who, v in zip(beside, V, strict=True)]
    return "\n".join(turn(delimiter.join(line)) for line in lines) + "\n"


def comma(text):
    return text.replace(".", ",")


def opened(tmp_path, text, name="a.csv", encoding="utf-8"):
    (tmp_path / name).write_bytes(text.encode(encoding))
    return open_spectra(tmp_path / name)


def holds(found, names=("A", "B"), first=450.0):
    assert found.names == tuple(names)
    np.testing.assert_allclose(found.wavelengths[[0, -1]], [first, 2400])
    np.testing.assert_allclose(found.values, V, atol=1e-4)


@pytest.mark.parametrize("ending", ["csv", "tsv", "txt"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|", " "])
def test_decimal_commas(tmp_path, delimiter, ending):
    found = opened(tmp_path, down(delimiter, turn=comma), f"a.{ending}")
    holds(found)
    assert found.notes == ("the numbers are written with decimal commas.",)
    if ending != "txt" or delimiter != " ":
        holds(opened(tmp_path, over("{:.1f}", delimiter, turn=comma), f"a.{ending}"), "ab")


def test_decimal_commas_in_quotes_in_groups_and_with_exponents(tmp_path):
    quoted = down(turn=lambda line: ",".join(f'"{comma(cell)}"' for cell in line.split(",")))
    holds(opened(tmp_path, quoted))
    rows = "nm;A\n450,5;1,5E-01\n1.000,5;2,5e-1\n2.400,5;3,5D-1\n"
    found = opened(tmp_path, rows)
    np.testing.assert_allclose(found.wavelengths, [450.5, 1000.5, 2400.5])
    np.testing.assert_allclose(found.values, [[0.15, 0.25, 0.35]])
    found = opened(tmp_path, 'nm,A\n450.5,"1,234.5"\n460.5,"2,234.5"\n')
    np.testing.assert_allclose(found.values, [[1234.5, 2234.5]])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nm;A\n450.5;0,1\n460.5;0,2\n", "some of its numbers have a decimal point and some a decimal comma"),
        ("nm;A\n450;1,234\n460;2,345\n", "commas, as in 1,234, may be decimal or stand between thousands"),
        ("450,0,123\n460,0,124\n", "its commas may be decimal or stand between columns"),
        ("nm,A\n450,0,123\n460,0,124\n", "its commas may be decimal or stand between columns"),
        ("wavelength,450,460\n500,.1,.2\n600,.3,.4\n", "two directions"),
        (",450,460\n500,.1,.2\n600,.3,.4\n", "two directions"),
        ("plot,LMA,N\n101,0.01,2\n102,0.02,3\n105,0.03,4\n", "neither a column nor the headings"),
        ("a,0.1,0.2,0.3\nb,0.3,0.2,0.4\n", "neither a column nor the headings"),
        ("name,20180101,20180102,20180103\na,1,2,3\nb,2,3,4\n", "neither a column nor the headings"),
        ("nm,A\n450,.1\n460,oops\n470,.2\n480,.3\n", "'oops' in 'A' is no number"),
        ("wl,A,wl,B\n450,.1,455,.2\n460,.3,465,.4\n", "several columns of wavelengths"),
        ("nm,A\n700,.1\n460,.2\n570,.3\n", "do not increase"),
        ("id,wl,R\n" + "".join(f"{s},{nm},.1\n" for s in "abc" for nm in range(400, 420)), "do not increase"),
    ],
)  # fmt: skip
def test_what_may_mean_two_things_or_nothing_is_refused(tmp_path, text, reason):
    with pytest.raises(FormatError, match=reason) as caught:
        opened(tmp_path, text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("heading", "note"),
    [
        ("{:.0f}", "unit"), ("X{:.0f}", "X450"), ("{:.0f}nm", "450nm"), ("Wave_{:.0f}", "Wave_450"),
        ("nm_{:.0f}", "nm_450"), ("{:.1f} nm", "450.0 nm"), ("b{:.0f}", "b450"), ("R_{:.0f}", "R_450"),
        ("X{:.1f}.nm", "X450.0.nm"), ("Band {:.0f}", "Band 450"), ("Refl.{:.0f}", "Refl.450"),
        ("λ{:.0f}", "λ450"),
    ],
)  # fmt: skip
def test_wavelengths_in_headings(tmp_path, heading, note):
    found = opened(tmp_path, over(heading))
    holds(found, "ab")
    assert note in found.notes[-1]
    holds(opened(tmp_path, over(heading, "\t"), "a.txt"), "ab")


def test_columns_beside_the_spectra(tmp_path):
    found = opened(tmp_path, over(before=("plot", "LMA"), beside=(("0", "0.05"), ("1", "0.15"))))
    holds(found, ("0", "1"))
    assert found.notes[-1] == "columns that are no spectra were left aside: LMA."
    found = opened(
        tmp_path, over(before=("lat", "id", "species"), beside=(("45.1", "7", "x"), ("45.2", "8", "y")))
    )
    holds(found, "xy")
    assert found.notes[-1] == "columns that are no spectra were left aside: lat, id."
    found = opened(
        tmp_path, over("{:.0f} nm", before=(), beside=((), ()), after=("9",)).replace(",9\n", ",N\n", 1)
    )
    holds(found, "99")


def test_habits_of_pandas_r_excel_and_numpy(tmp_path):
    lines = down(head="wavelength,A,B").splitlines()
    body = lines[1:]
    index = [f"{k},{line}" for k, line in enumerate(body)]
    for head in ("", "Unnamed: 0"):
        holds(opened(tmp_path, "\n".join([f"{head},wavelength,A,B", *index])))
    holds(opened(tmp_path, "\n".join([",A,B", *body])))  # wavelengths as an index without a name
    holds(
        opened(
            tmp_path, "\n".join(['"","nm","A","B"', *(f'"{k + 1}",{line}' for k, line in enumerate(body))])
        )
    )
    holds(opened(tmp_path, "\n".join(['"A" "B"', *(line.replace(",", " ") for line in body)])))  # write.table
    holds(opened(tmp_path, "\n".join(["# nm,A,B", *body])))  # savetxt
    holds(opened(tmp_path, "sep=;\n" + down(";", turn=comma)))
    for head in ("nm,A,B,,", "nm,A,B,", "nm,A,B"):
        holds(
            opened(tmp_path, "\n".join([head, *(line + "," * max(1, head.count(",") - 2) for line in body)]))
        )
    found = opened(tmp_path, "\n".join(["nm,A,B,C", *(line + "," for line in body)]))
    assert np.isnan(found.values[:2]).sum() == 0
    assert found.names == ("A", "B", "C")


@pytest.mark.parametrize("gap", ["", "NA", "NaN", "#N/A", "n/a", "null", "-", "-9999", "-9999.0", "-1.23e34"])
def test_gaps(tmp_path, gap):
    found = opened(tmp_path, f"nm,A,B\n450,0.1,0.2\n460,{gap},0.3\n470,0.3,0.4\n")
    np.testing.assert_array_equal(found.values, [[0.1, np.nan, 0.3], [0.2, 0.3, 0.4]])
    assert len(found.notes) == gap.startswith("-9")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (down(head="nm,A,B"), "utf-8-sig"),
        (down(head="nm,A,B"), "utf-16"),
        (down(head="nm,A,B").replace("\n", "\r"), "utf-8"),
        (down(head="λ [nm],A,B"), "utf-8"),
        (down(head="Wellenlänge (nm),A,B"), "latin-1"),
        ("# made by hand\n% x\n// y\n! z\n" + down(), "utf-8"),
        ("; a comment, with commas\n" + down(), "utf-8"),
        ("A title\nAnother, with, four, parts\n" + down(), "utf-8"),
        (down(head="Wavelength,A,B").replace("\n", "\n(nm),(-),(-)\n", 1), "utf-8"),
        ("spectra\nwavelength unit: nm\n" + down(head="wavelength,A,B"), "utf-8"),
    ],
)  # fmt: skip
def test_what_stands_around_a_table(tmp_path, text, encoding):
    found = opened(tmp_path, text, encoding=encoding)
    holds(found)
    assert found.notes == ()


@pytest.mark.parametrize("heading", ["Reflectance (%)", "R [percent]", "refl_%", "%R"])
def test_percent_that_is_declared(tmp_path, heading):
    found = opened(tmp_path, f"nm,{heading},50 % soil\n450,10,1\n460,20,2\n")
    np.testing.assert_allclose(found.values, [[0.1, 0.2], [1, 2]])
    assert found.notes == (f"the values of {heading} are percent in the file: divided by 100.",)


def test_widths_and_deviations_are_no_spectra(tmp_path):
    found = opened(tmp_path, "um,fwhm,A,A std\n0.45,0.01,.1,.01\n0.46,0.02,.2,.01\n")
    np.testing.assert_allclose(found.fwhm, [10, 20])
    assert found.names == ("A",)
    assert found.notes == ("columns that are no spectra were left aside: A std.",)


@pytest.mark.parametrize("head", ["Wavenumber (cm-1)", "wavenumber [cm⁻¹]"])
def test_wavenumbers(tmp_path, head):
    found = opened(tmp_path, f"{head},A\n4000,0.1\n5000,0.2\n10000,0.3\n")
    np.testing.assert_allclose(found.wavelengths, [1000, 2000, 2500])
    np.testing.assert_allclose(found.values, [[0.3, 0.2, 0.1]])


def test_two_spectra_of_two_bands(tmp_path):
    found = opened(tmp_path, "nm,A,B\n450,.1,.2\n460,.3,.4\n")
    np.testing.assert_array_equal(found.values, [[0.1, 0.3], [0.2, 0.4]])
    found = opened(tmp_path, "name,450,460\nA,.1,.2\nB,.3,.4\n")
    np.testing.assert_array_equal(found.values, [[0.1, 0.2], [0.3, 0.4]])
    found = opened(tmp_path, "wavelength_nm,450,460\n500,.1,.2\n600,.3,.4\n")  # as we write such names
    assert found.names == ("450", "460")


def test_a_table_without_headings(tmp_path):
    found = opened(tmp_path, "".join(f"{nm:.1f},{v:.4f}\n" for nm, v in zip(NM, V[0], strict=True)))
    np.testing.assert_allclose(found.values, V[:1], atol=1e-4)
    rows = [",".join(f"{x:.4f}" for x in row) for row in (NM, *V)]
    holds(opened(tmp_path, "\n".join(rows)), ("Spectrum 1", "Spectrum 2"))


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("band,A,B\n1,.1,.2\n2,.3,.4\n3,.5,.6\n", "'band' counts the bands"),
        (",band,A,B\n0,1,.1,.2\n1,2,.3,.4\n2,3,.5,.6\n", "'band' counts the bands"),
        ("name,B1,B2,B3\nA,.1,.3,.5\nB,.2,.4,.6\n", "('B1' …) count the bands"),
    ],
)
def test_bands_that_are_counted_are_no_wavelengths(tmp_path, text, note):
    found = opened(tmp_path, text)
    assert found.wavelengths is None
    assert found.names == ("A", "B")
    np.testing.assert_array_equal(found.values, [[0.1, 0.3, 0.5], [0.2, 0.4, 0.6]])
    assert note in found.notes[0]


def test_lines_between_names_and_numbers(tmp_path):
    lines = down(head="Name,A,B").splitlines()
    more = ["Class,veg,soil", "lat,45.1,45.2", "Wavelength (nm),,"]
    found = opened(tmp_path, "\n".join([lines[0], *more, *lines[1:]]))
    holds(found)
    assert found.notes[0].startswith("lines between the names and the numbers were left aside: lat")
    assert found.classes == ("veg", "soil")


def test_a_second_column_of_the_same_wavelengths_and_names_that_hold_units(tmp_path):
    found = opened(tmp_path, "wavelength_nm,wavelength_um,Illite <2um\n450,0.45,.1\n460,0.46,.2\n")
    assert found.names == ("Illite <2um",)
    assert "wavelength_um" in found.notes[0]
