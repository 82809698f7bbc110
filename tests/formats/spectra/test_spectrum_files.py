"""Files of field spectrometers and of spectral libraries, one spectrum each."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from hsunmix.errors import FormatError, HsunmixError
from hsunmix.formats import formats, open_cube, open_spectra

SPECTRUM = ("asd", "ecostress", "sed", "sig", "usgs", "xy_text")


def asd(values, reference=None, version=8, kind=1, code=2, first=350.0, step=1.0, flag=-1, text=b"white"):
    """Bytes of an ASD file, field by field at the offsets of its published layout."""
    dtype = {0: "<f4", 1: "<i4", 2: "<f8"}[code]
    head = bytearray(484)
    head[:3] = b"ASD" if version == 1 else f"as{version}".encode()
    head[186], head[199] = kind, code
    struct.pack_into("<ff", head, 191, first, step)
    struct.pack_into("<h", head, 204, len(values))
    raw = bytes(head) + np.asarray(values, dtype).tobytes()
    if reference is not None:
        raw += struct.pack("<h8s8sH", flag, b"12345678", b"87654321", len(text)) + text
        raw += np.asarray(reference, dtype).tobytes() + b"\xff\xfe\xfd"
    return raw


@pytest.mark.parametrize("version", range(2, 9))
@pytest.mark.parametrize("code", [0, 1, 2])
def test_asd_is_spectrum_over_reference(tmp_path, version, code):
    path = tmp_path / "leaf.asd"
    path.write_bytes(asd([10, 30, 50, 7], [100, 60, 100, 0], version, 0, code, 400.0, 2.0))
    found = open_spectra(path)
    np.testing.assert_allclose(found.values, [[0.1, 0.5, 0.5, np.nan]])
    np.testing.assert_array_equal(found.wavelengths, [400, 402, 404, 406])
    assert found.names == ("leaf",)
    assert found.format == "asd"
    assert "divided by the reference" in found.notes[0]


@pytest.mark.parametrize(
    ("raw", "note"),
    [
        (asd([0.25, 0.5], version=1, code=0, kind=1), ""),
        (asd([0.25, 0.5], version=8, kind=1), ""),
        (asd([0.25, 0.5], [1, 1], kind=1), ""),
        (asd([0.25, 0.5], [9, 9], kind=1, flag=0), ""),
        (asd([0.25, 0.5], version=1, kind=0), "raw counts"),
        (asd([0.25, 0.5], version=5, kind=2), "radiance"),
        (asd([0.25, 0.5], version=5, kind=77), "unknown kind"),
    ],
)
def test_asd_without_a_reference(tmp_path, raw, note):
    (tmp_path / "a.asd").write_bytes(raw)
    found = open_spectra(tmp_path / "a.asd")
    np.testing.assert_array_equal(found.values, [[0.25, 0.5]])
    assert [note in line for line in found.notes] == ([True] if note else [])


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (asd([1.0, 2.0])[:300], "484"),
        (asd([1.0, 2.0, 3.0])[:500], "cut short: it has 500 bytes, 3 channels need 508"),
        (asd([1.0] * 9, [1.0] * 9)[:-9], "cut short"),
        (asd([1.0]), "1 channels"),
        (asd([1.0, 2.0], first=np.nan), "can't be"),
        (asd([1.0, 2.0], step=-1), "can't be"),
    ],
)
def test_asd_refused(tmp_path, raw, reason):
    (tmp_path / "a.asd").write_bytes(raw)
    with pytest.raises(FormatError, match=reason):
        open_spectra(tmp_path / "a.asd")


def test_sig(tmp_path):
    head = "/*** Spectra Vista SIG Data ***/\nname= x.sig\nunits= Radiance, Radiance\ndata= \n"
    path = tmp_path / "x.sig"
    path.write_text(head + "350.0  100.0  20.0  20.50\n351.4  100.0  30.0  30.0\n352.9  100.0  40.0  40.0\n")
    found = open_spectra(path)
    np.testing.assert_allclose(found.values, [[0.205, 0.3, 0.4]])
    np.testing.assert_array_equal(found.wavelengths, [350, 351.4, 352.9])
    assert "percent" in found.notes[0]
    path.write_text(head + "350.0  100.0  20.0\n351.4  0.0  30.0\n352.9  100.0  40.0\n")
    np.testing.assert_allclose(open_spectra(path).values, [[0.2, np.nan, 0.4]])
    path.write_text(head.replace("data=", "date="))
    with pytest.raises(FormatError, match="no line data="):
        open_spectra(path)


SED = "Comment: \nVersion: 2.3\nInstrument: SR\nDetectors: 512,0,256\nColumns [{n}]:\nData:\n{names}\n"


@pytest.mark.parametrize(
    ("names", "rows", "expected"),
    [
        ("Wvl\tDN (Ref.)\tD (Target)\tTgt./Ref. %", "350 2 1 51\n351 2 1 9\n352 4 1 8\n", [0.51, 0.09, 0.08]),
        ("Wvl\tDN (Ref.)\tDN (Target)\tReflect. [1.0]", "350 2 1 5\n351 2 1 6\n352 4 1 7\n", [5, 6, 7]),
        ("Wvl\tRad. (Ref.)\tRad. (Target)", "350 2 1\n351 2 1\n352 4 1\n", [0.5, 0.5, 0.25]),
        ("Wvl\tRad. (Target)", "350 2\n351 3\n352 4\n", [2, 3, 4]),
    ],
)  # fmt: skip
def test_sed(tmp_path, names, rows, expected):
    path = tmp_path / "x.sed"
    path.write_text(SED.format(n=names.count("\t") + 1, names=names) + rows)
    found = open_spectra(path)
    np.testing.assert_allclose(found.values, [expected])
    np.testing.assert_array_equal(found.wavelengths, [350, 351, 352])


def test_sed_with_columns_that_nobody_knows(tmp_path):
    path = tmp_path / "x.sed"
    path.write_text(SED.format(n=2, names="Wvl\tCounts") + "1 2\n2 3\n3 4\n")
    with pytest.raises(FormatError, match="no column of reflectance"):
        open_spectra(path)


ECOSTRESS = (
    "Name: Dark  ö soil\r\nType: soil\r\nSample No.: 87P\r\nFirst Column: X\r\nSecond Column: Y\r\n"
    "X Units: Wavelength (micrometers)\r\nY Units: Reflectance ({y})\r\nNumber of X Values: 3\r\n\r\n"
)


def test_ecostress(tmp_path):
    path = tmp_path / "x.spectrum.txt"
    rows = "2.5 12.5\r\n 1.5\t10.0\r\n 0.5 5.0\r\n"
    path.write_bytes((ECOSTRESS.format(y="percentage") + rows).encode("latin-1"))
    found = open_spectra(path)
    np.testing.assert_allclose(found.wavelengths, [500, 1500, 2500])
    np.testing.assert_allclose(found.values, [[0.05, 0.1, 0.125]])
    assert found.names == ("Dark ö soil 87P",)
    path.write_text(ECOSTRESS.format(y="fraction") + "0.5 .05\n1.5 .1\n2.5 .125\n", encoding="utf-8")
    np.testing.assert_allclose(open_spectra(path).values, [[0.05, 0.1, 0.125]])
    path.write_text(ECOSTRESS.format(y="fraction").replace("Reflectance", "Emissivity") + "1 2\n2 3\n3 4\n")
    assert "emissivity" in open_spectra(path).notes[0]


def test_wavenumbers_become_wavelengths_that_rise(tmp_path):
    head = ECOSTRESS.format(y="fraction").replace("Wavelength (micrometers)", "Wavenumber (cm-1)")
    for name, rows in (("up", "4000 1\n5000 2\n10000 3\n"), ("down", "10000 3\n5000 2\n4000 1\n")):
        path = tmp_path / f"{name}.txt"
        path.write_text(head + rows, encoding="utf-8")
        found = open_spectra(path)
        np.testing.assert_allclose(found.wavelengths, [1000, 2000, 2500])
        np.testing.assert_allclose(found.values, [[3, 2, 1]])


SPLIB06 = """USGS Digital Spectral Library splib06a
For further information on spectrsocopy, see: http://example.org
line 15 title
line 16 to end: 3-columns of data:
     wavelength    reflectance    standard deviation
(      -1.23e34  indicates a deleted number)
----------------------------------------------------
Actinolite HS116.3B          W1R1Bb AREF
copy of splib05a r 85
       0.205100      -1.23e34      0.000000
       0.213100       0.200000      0.000000
       0.221100       0.300000      0.001000
"""


def test_usgs_with_three_columns(tmp_path):
    path = tmp_path / "actinolite.txt"
    path.write_text(SPLIB06)
    found = open_spectra(path)
    assert found.format == "usgs"
    assert found.names == ("Actinolite HS116.3B W1R1Bb AREF",)
    np.testing.assert_allclose(found.wavelengths, [205.1, 213.1, 221.1])
    np.testing.assert_allclose(found.values, [[np.nan, 0.2, 0.3]])


def test_usgs_with_wavelengths_in_another_file(tmp_path):
    chapter = tmp_path / "ChapterM_Minerals"
    chapter.mkdir()
    path = chapter / "splib07a_Kaolinite_CM5_BECKb_AREF.txt"
    path.write_text(
        " splib07a Record=5932: Kaolinite CM5  BECKb AREF\n -1.2300000e+034\n 4.5e-01\n 5.5e-01\n"
    )
    found = open_spectra(path)
    assert found.wavelengths is None
    assert "file of wavelengths" in found.notes[-1]
    for name, start in (("ASD_0.35", 0.35), ("BECK_Beckman", 0.2), ("NIC4", 1.1)):
        rows = "".join(f" {start + 0.1 * k:.7e}\n" for k in range(3))
        (tmp_path / f"splib07a_Wavelengths_{name}.txt").write_text(f" splib07a Record=1: {name}\n" + rows)
    (tmp_path / "splib07a_Wavelengths_AVIRIS.txt").write_text(" splib07a Record=9: x\n" + " 1.0\n" * 5)
    found = open_spectra(path)
    assert found.names == ("Kaolinite CM5 BECKb AREF",)
    np.testing.assert_allclose(found.wavelengths, [200, 300, 400])
    np.testing.assert_allclose(found.values, [[np.nan, 0.45, 0.55]])
    assert "BECK_Beckman" in found.notes[0]


def test_two_columns_after_words(tmp_path):
    path = tmp_path / "relab.txt"
    path.write_bytes(
        b"A Spectrum of RELAB\r\nWavelength(micron)\tReflectance\r\n0.3\t.1\r\n0.4\t.2\r\n0.5\t.3\r\n"
    )
    found = open_spectra(path)
    assert found.format == "xy_text"
    assert found.names == ("A Spectrum of RELAB",)
    np.testing.assert_allclose(found.wavelengths, [300, 400, 500])
    assert found.notes == ()
    path.write_text("400 10 9\n500 20 9\n600 30 9\n")
    found = open_spectra(path)
    assert found.names == ("relab",)
    np.testing.assert_allclose(found.wavelengths, [400, 500, 600])
    assert any("column 3" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("only words\nand more\n", "no rows of numbers"),
        ("x\n1 2\n2 3\n", "no rows of numbers"),
        ("x\n1 2\n2 3\n3 4\nend\n4 5\n", "line 5 is no row of 2 numbers"),
        ("x\n1 2\n2 3\n3 4\n4 5x\n", "line 5 is no row of 2 numbers"),
        ("x\n1 2\n2 3\n3 4\n4\n", "line 5"),
        ("x\n-1 2\n2 3\n3 4\n", "no wavelengths"),
        ("400 0,1\n500 0.2\n600 0.3\n", "decimal point and some a decimal comma"),
        ("400,0, 0,1\n500,0, 0,2\n600,0, 0,3\n", "stand between columns"),
        ("400,0,1\n500,0,2\n600,0,3\n", "stand between columns"),
        ("400 1,100\n500 1,200\n600 1,300\n", "stand between thousands"),
        ("ncols 3\nnrows 4\n9 8 7\n5 5 5\n7 7 7\n1 2 3\n", "in no order"),
    ],
)
def test_text_refused(tmp_path, text, reason):
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(FormatError, match=reason) as caught:
        open_spectra(tmp_path / "a.txt")
    assert "\n" not in str(caught.value)


def test_a_spectrum_is_no_cube(tmp_path):
    (tmp_path / "a.txt").write_text(SPLIB06)
    with pytest.raises(FormatError, match=r"hold no .*image"):
        open_cube(tmp_path / "a.txt")


def examples(shared, tmp_path):
    """One file of each format."""
    folder = shared / "data" / "spectra"
    made = tmp_path / "usgs.txt"
    made.write_text(SPLIB06)
    names = ("spectrum00018.asd", "spy_ecostress_a.spectrum.txt", "darwin.sed", "241016_1051_R009_T014.sig")
    return dict(zip(SPECTRUM, [*(folder / n for n in names), made, folder / "bkr1mm074ws.txt"], strict=True))


def test_real_files(shared, tmp_path):
    """Values read by eye from the files."""
    relab = "Brown University Keck/NASA Relab Spectrum"
    expected = {
        "asd": ("spectrum00018", 2151, 350.0, 2500.0, 69.1219081 / 13.07761943),
        "ecostress": ("Construction Concrete 0598UUUCNC", 561, 300.0, 15000.0, 0.0882),
        "sed": ("darwin", 2151, 350.0, 2500.0, 0.038833),
        "sig": ("241016_1051_R009_T014", 1024, 338.5, 2513.2, 0.0496),
        "xy_text": (f"{relab} MM-MEM-074-WS/BKR1MM074WS", 2822, 320.0, 25050.2, 0.04899),
    }
    for name, path in examples(shared, tmp_path).items():
        found = open_spectra(path)
        assert found.format == name
        if name in expected:
            title, bands, first, last, value = expected[name]
            assert found.names == (title,)
            assert found.values.shape == (1, bands)
            assert (found.wavelengths[0], found.wavelengths[-1]) == pytest.approx((first, last))
            assert found.values[0, 0] == pytest.approx(value)


@pytest.mark.parametrize("name", SPECTRUM)
def test_damaged_files_are_refused_or_read(shared, tmp_path, name):
    raw = examples(shared, tmp_path)[name].read_bytes()
    rng = np.random.default_rng(sorted(formats()).index(name))
    target = tmp_path / f"damaged{formats()[name].suffixes[0]}"
    for round_ in range(60):
        damaged = bytearray(raw)
        for _ in range(int(rng.integers(1, 6))):
            place = int(rng.integers(0, min(len(raw), 1500)))
            damaged[place] = int(rng.integers(0, 256))
        if round_ % 2:
            damaged = damaged[: int(rng.integers(0, len(raw)))]
        target.write_bytes(damaged)
        try:
            found = open_spectra(target)
            assert found.values.shape[0] == len(found.names)
        except HsunmixError as error:
            assert str(target) in str(error)
            assert "\n" not in str(error)
            assert "Error:" not in str(error).replace("Error: ", "Error:"), error


def test_an_image_that_mentions_a_library_is_an_image(tmp_path, write_envi, values_of):
    text = "{of the USGS Digital Spectral Library}"
    header = write_envi(tmp_path / "x.img", values_of(4), description=text)
    assert open_cube(header).format == "envi"


@pytest.mark.parametrize("delimiter", ["  ", "\t", ";", "|"])
def test_decimal_commas_of_field_spectrometers(tmp_path, delimiter):
    """The same spectrum with points and with commas is the same."""
    rows = "".join(f"{350 + k}.5{delimiter}100.0{delimiter}2{k}.5{delimiter}2{k}.50\n" for k in range(5))
    files = {
        "x.sig": "/*** Spectra Vista SIG Data ***/\nunits= Radiance, Radiance\ndata= \n",
        "x.sed": SED.format(n=4, names="Wvl\tDN (Ref.)\tDN (Target)\tTgt./Ref. %"),
        "x.spectrum.txt": ECOSTRESS.format(y="percent").replace("micrometers", "nanometers"),
        "x.xy": "title\nnm  R\n",
    }
    for name, head in files.items():
        path = tmp_path / name
        path.write_text(head + rows, encoding="utf-8")
        points = open_spectra(path)
        path.write_text(head + rows.replace(".", ","), encoding="utf-8")
        commas = open_spectra(path)
        np.testing.assert_array_equal(commas.values, points.values)
        np.testing.assert_array_equal(commas.wavelengths, [350.5, 351.5, 352.5, 353.5, 354.5])
        assert "the numbers are written with decimal commas." in commas.notes
        assert "the numbers are written with decimal commas." not in points.notes


def test_relab_as_delivered(tmp_path):
    """How many rows, three columns, and the title behind them."""
    path = tmp_path / "c1ki3188.asc"
    path.write_text(
        "    4\n 300.0 .05 .001\n 305.0 .06 .001\n 310.0 .07 .001\n 315.0 .08 .001\nOlivine Fo51\nRELAB\n"
    )
    found = open_spectra(path)
    assert (found.format, found.names) == ("xy_text", ("Olivine Fo51",))
    np.testing.assert_array_equal(found.wavelengths, [300, 305, 310, 315])
    np.testing.assert_array_equal(found.values, [[0.05, 0.06, 0.07, 0.08]])


@pytest.mark.parametrize("name", ["s07_AV14", "splib07b", "cvWV3", "my-lib.2"])
def test_usgs_whatever_the_library_is_called(tmp_path, name):
    path = tmp_path / "Kaolinite.txt"
    path.write_text(f" {name} Record=5932: Kaolinite CM5\n -1.23e+34\n 4.5e-01\n 5.5e-01\n")
    found = open_spectra(path)
    assert (found.format, found.names) == ("usgs", ("Kaolinite CM5",))
    np.testing.assert_array_equal(found.values, [[np.nan, 0.45, 0.55]])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_text(tmp_path, encoding, end):
    path = tmp_path / "a.txt"
    path.write_bytes(
        end.join(["Äcker", "λ µm\u00a0R".replace("λ", "w"), "0.4\u00a00.1", "0.5 1.5D-1", "0.6 NaN"]).encode(
            encoding
        )
    )
    found = open_spectra(path)
    assert found.names == ("Äcker",)
    np.testing.assert_allclose(found.wavelengths, [400, 500, 600])
    np.testing.assert_allclose(found.values, [[0.1, 0.15, np.nan]])
    assert found.notes == ()
