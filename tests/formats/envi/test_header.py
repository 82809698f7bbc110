"""The header's text, and every hostile header seen failing elsewhere."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hsunmix.errors import FormatError, HsunmixError
from hsunmix.formats import open_cube, open_header
from hsunmix.formats.envi.header import MAX_BYTES, read_header

BASE = {
    "samples": "3", "lines": "2", "bands": "4", "header offset": "0", "data type": "2",
    "interleave": "bsq", "byte order": "0",
}  # fmt: skip


@pytest.fixture
def opened(tmp_path):
    """Open a header that differs from a good one of 2 × 3 × 4 in some fields, or is raw bytes."""

    def do(raw: bytes = b"", *, end: str = "\n", **fields: str):
        merged = BASE | {key.replace("_", " "): value for key, value in fields.items()}
        if not raw:
            lines = ["ENVI", *(f"{key} = {value}" for key, value in merged.items()), ""]
            raw = end.join(lines).encode()
        (tmp_path / "a.hdr").write_bytes(raw)
        (tmp_path / "a").write_bytes(np.arange(24, dtype="<i2").tobytes())
        return open_cube(tmp_path / "a.hdr")

    return do


def text_of(**fields: str) -> str:
    merged = BASE | {key.replace("_", " "): value for key, value in fields.items()}
    return "ENVI\n" + "".join(f"{key} = {value}\n" for key, value in merged.items())


def test_spelling(opened):
    raw = (
        "\ufeffENVI\r\n; a comment = 3\r\nSAMPLES=3\r\n lines   =   2\r\nBands = 4\r\n\r\nData  Type = 2\r\n"
        "interleave = BIL\r\nbyte order = 0\r\ndescription = {\r\n a = b,\r\n {c}}\r\n"
        "wavelength = { 1.1,\r\n; inside\r\n 1.2, 1.3 ,1.4}\r\nwavelength units = µm\r\n"
        "band names = {ö, b {2}, c, d}\r\n"
    )
    for encoded in (raw.encode(), raw.removeprefix("\ufeff").encode("latin-1")):
        cube = opened(encoded)
        assert cube.shape == (2, 3, 4)
        assert cube.interleave == "bil"
        np.testing.assert_allclose(cube.wavelengths, [1100, 1200, 1300, 1400])
        assert cube.band_names == ("ö", "b {2}", "c", "d")
        assert cube.notes == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(opened, end):
    assert opened(end=end, description="{x}").shape == (2, 3, 4)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"interleave": "bsp"}, "interleave = bsp"),
        ({"interleave": "/../x"}, r"interleave = /\.\./x"),
        ({"byte_order": "7"}, "byte order = 7"),
        ({"byte_order": "-1"}, "byte order = -1"),
        ({"byte_order": "Intel"}, "not a whole number"),
        ({"data_type": "6"}, "complex64"),
        ({"data_type": "9"}, "complex128"),
        ({"data_type": "7"}, "data type = 7 is not known"),
        ({"data_type": ""}, "no 'data type'"),
        ({"samples": ""}, "no 'samples'"),
        ({"samples": "0"}, "samples = 0"),
        ({"lines": "-2"}, "lines = -2"),
        ({"bands": "99999999999"}, "bands = 99999999999"),
        ({"bands": "9" * 5000}, "not a whole number"),
        ({"bands": "2000000"}, "2000000 bands"),
        ({"lines": "2000000000"}, "has 48 bytes.*needs"),
        ({"lines": "2.5"}, "lines = 2.5 is not a whole number"),
        ({"lines": "٣"}, "not a whole number"),
        ({"header_offset": "-1"}, "header offset = -1"),
        ({"header_offset": "49"}, "has 48 bytes.*needs 97"),
        ({"wavelength": "{0,45, 0,46, 0,47, 0,48}"}, "decimal commas"),
        ({"wavelength": "{0,45; 0,46; 0,47; 0,48}"}, "decimal commas"),
        ({"reflectance_scale_factor": "10000,0"}, "decimal commas"),
        ({"wavelength": "{1, 2, 3, 4"}, "never closed"),
        ({"file_compression": "2"}, "file compression = 2"),
        ({"file_type": "ENVI Virtual Mosaic"}, "virtual mosaic: its data lie in other files"),
        ({"major_frame_offsets": "{4, 4}"}, "has 48 bytes.*needs 80"),
        ({"major_frame_offsets": "4"}, "two numbers of bytes"),
    ],
)
def test_refused_in_one_line(opened, fields, reason):
    with pytest.raises(FormatError, match=reason) as caught:
        opened(**fields)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"wavelength": "450"}, "wavelength has 1 entries for 4 bands"),
        ({"wavelength": "{1, 2, 3}"}, "wavelength has 3 entries for 4 bands"),
        ({"wavelength": "{1, nan, 3, 4}"}, "not positive numbers"),
        ({"wavelength": "{1, 3, 2, 4}"}, "do not increase"),
        ({"wavelength": "{1, 1, 2, 4}"}, "do not increase"),
        ({"wavelength": "{0, 1, 2, 4}"}, "not positive numbers"),
        ({"wavelength": "{a, b, c, d}"}, "not a list of numbers"),
        ({"wavelength": "{1, 2, 3, 4}", "fwhm": "{1, 2}", "wavelength_units": "um"}, "fwhm has 2 entries"),
        ({"bbl": "{0, 0, 0, 0}"}, "every band as bad"),
        ({"bbl": "{good, bad, good, bad}"}, "bbl is not a list of numbers"),
        ({"bbl": "{1, 0}"}, "bbl has 2 entries"),
        ({"bbl": "{1, 0, 2, 1}"}, "other than 0 and 1"),
        ({"reflectance_scale_factor": "0"}, "scale factor = 0 is not possible"),
        ({"reflectance_scale_factor": "nan"}, "scale factor = nan is not possible"),
        ({"reflectance_scale_factor": "-1"}, "scale factor = -1 is not possible"),
        ({"data_gain_values": "{1, 0, 1, 1}"}, "holds zeros"),
        ({"data_gain_values": "{1, 1, inf, 1}"}, "not numbers"),
        ({"data_ignore_value": "none"}, "data ignore value = none is not a number"),
        ({"default_bands": "{0, 0, 0}"}, "default bands = 0, 0, 0 can't be used"),
        ({"default_bands": "{0, 1, 4}"}, "can't be used"),
        ({"default_bands": "{1, 2, 5}"}, "can't be used"),
        ({"default_bands": "{1, 2}"}, "can't be used"),
        ({"default_bands": "{1, 2, 1e999}"}, "can't be used"),
        ({"map_info": "{UTM, 1, 1}"}, "map info can't be used"),
        ({"map_info": "{UTM, 1, 1, a, b, 1, 1, 3, North, WGS-84}"}, "map info can't be used"),
        ({"map_info": "{UTM, 1, 1, 5, 5, 0, 0, 3, North, WGS-84}"}, "map info can't be used"),
        ({"byte_order": ""}, "little-endian was assumed"),
        ({"interleave": ""}, "interleave is missing: bsq was assumed"),
        ({"geo_points": "{1, 1, 40, 10, 3, 2, 39, 11}"}, "was not placed by them"),
        ({"map_info": "{Arbitrary, 1, 1, 0, 0}"}, "map info can't be used"),
    ],
)
def test_noted_and_gone_on(opened, fields, note):
    cube = opened(**fields)
    assert any(note in n for n in cube.notes), cube.notes
    np.testing.assert_array_equal(cube.read(0, 2), np.arange(24).reshape(4, 2, 3).transpose(1, 2, 0))
    assert cube.gain == 1.0
    assert cube.bad_bands is None
    assert cube.default_rgb is None
    assert cube.georeference is None


def test_duplicate_keys(opened):
    raw = (text_of() + "lines = 1\nbands = 8\nbands = 8\n").encode()
    cube = opened(raw)
    assert cube.shape == (1, 3, 8)
    assert [n for n in cube.notes if "more than once" in n] == [
        "lines is given more than once: the last one is used.",
        "bands is given more than once: the last one is used.",
    ]


def test_bands_are_understood(opened):
    cube = opened(
        wavelength="{0.45, 0.55, 0.65, 0.75,}",
        fwhm="{0.01, 0.01, 0.02, 0.02}",
        wavelength_units="MICROMETERS",
        bbl="{1, 0, 1, 1}",
        default_bands="{3, 2, 1}",
        band_names="{a, b, c, d}",
        data_ignore_value="nan",
    )
    np.testing.assert_allclose(cube.wavelengths, [450, 550, 650, 750])
    np.testing.assert_allclose(cube.fwhm, [10, 10, 20, 20])
    np.testing.assert_array_equal(cube.bad_bands, [False, True, False, False])
    assert cube.rgb_bands == (2, 1, 0)
    assert cube.band_names == ("a", "b", "c", "d")
    assert cube.wavelength_unit == "MICROMETERS"
    assert cube.nodata is None
    assert cube.notes == ()
    assert opened(default_bands="{2}").rgb_bands == (1, 1, 1)
    from_zero = opened(default_bands="{2, 1, 0}")  # as software writes it that counts from 0
    assert from_zero.rgb_bands == (2, 1, 0)
    assert any("counted from 0" in note for note in from_zero.notes)


def test_lists_as_others_write_them(opened):
    """Quotes, blanks or semicolons instead of commas, one number for all bands, one said for each."""
    cube = opened(
        interleave='"BIL"',
        wavelength="{0.45 0.55\n0.65 0.75}",
        wavelength_units='"um"',
        bbl="{1; 0; 1; 1}",
        data_ignore_value="{7, 7, 7, 7}",
        data_gain_values="0.5",
        data_offset_values="{2}",
    )
    np.testing.assert_allclose(cube.wavelengths, [450, 550, 650, 750])
    np.testing.assert_array_equal(cube.bad_bands, [False, True, False, False])
    assert (cube.interleave, cube.nodata, cube.gain, cube.offset, cube.notes) == ("bil", 7, 0.5, 2, ())
    assert opened(reflectance_scale_factor="{100, 100, 100, 100}").gain == 0.01
    differing = opened(reflectance_scale_factor="{100, 100, 100, 10}")
    assert (differing.gain, len(differing.notes)) == (1, 1)


def test_wavelengths_in_band_names(opened):
    cube = opened(band_names="{band 1 (0.45 Micrometers), x 0.55 um, 0.65 Micrometers, 7 (0.75 Micrometers)}")
    assert cube.wavelengths is None  # um and Micrometers: no guess from a mixture
    names = ["band 1 (0.45 Micrometers)", "0.55 Micrometers", "b (0.65 micrometers)", "0.75 Micrometers"]
    cube = opened(band_names="{" + ", ".join(names) + "}")
    np.testing.assert_allclose(cube.wavelengths, [450, 550, 650, 750])
    assert any("band names" in note for note in cube.notes)


def test_not_a_header(opened):
    for raw in (b"ENVY\n", b"\x00ENVI\n", b"ENVI\nsamples = 3\x00\n", b"<html>"):
        with pytest.raises(FormatError, match="not an ENVI header"):
            opened(raw)
    with pytest.raises(FormatError, match="larger than 4 MB"):
        opened(b"ENVI\n" + b"a = b\n" * (MAX_BYTES // 6))


@pytest.mark.parametrize(
    "text",
    [
        lambda n: "x = {" + "{" * n,
        lambda n: "x = {" + "}" * n,
        lambda n: "x = {\n" + ";\n" * (n // 2) + "}",
        lambda n: "x = {" + "a\n" * (n // 2),
        lambda n: "=" * n,
        lambda n: "\n".join(f"k{k} = {{" for k in range(n // 10)),
        lambda n: "samples = " + "1" * n,
        lambda n: "wavelength = {" + "1," * (n // 2) + "}",
    ],
)
def test_parsing_takes_linear_time(tmp_path, text):
    """A header eight times as long takes no more than sixteen times as long: squared it would be 64."""

    def seconds(size):
        (tmp_path / "a.hdr").write_text(text_of() + text(size) + "\n")
        times = []
        for _ in range(3):
            start = time.thread_time()
            with contextlib.suppress(HsunmixError):
                open_header(tmp_path / "a.hdr")
            times.append(time.thread_time() - start)
        return min(times)

    assert seconds(900_000) < 16 * seconds(112_500) + 0.01


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(junk=b"wavelength = {,,,}", cut=0)
@example(junk=b"map info = {}", cut=0)
@example(junk=b"map info = {UTM, 1, 1, 1e999, nan, 1, 1, x, y}", cut=0)
@example(junk=b"map info = {UTM, 1, 1, 1, 1, 1, 1, 99999999999999999999, N}", cut=0)
@given(junk=st.binary(max_size=200), cut=st.integers(0, 120))
def test_any_bytes_give_a_cube_or_one_line(tmp_path, junk, cut):
    text = text_of(map_info="{UTM, 1, 1, 5, 5, 2, 2, 3, North, WGS-84}", wavelength="{1, 2, 3, 4}").encode()
    (tmp_path / "a.hdr").write_bytes(text[: len(text) - cut] + junk)
    try:
        lines = open_header(tmp_path / "a.hdr").notes
    except HsunmixError as error:
        lines = (str(error),)
    assert not any("\n" in line for line in lines)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.text("abcdefghij 0123456789", min_size=1, max_size=12)
        .map(lambda s: " ".join(s.split()))
        .filter(bool),
        st.lists(
            st.text("abc xyz0123.-+µö", max_size=9).map(lambda s: " ".join(s.split())), min_size=1, max_size=9
        ),
        max_size=9,
    )
)
def test_what_is_written_is_read(tmp_path, fields):
    lines = [f"{key} = {{{', '.join(words)}}}" for key, words in fields.items()]
    (tmp_path / "a.hdr").write_text("\n".join(["ENVI", *lines]), encoding="utf-8")
    header = read_header(tmp_path / "a.hdr")
    assert set(header.fields) == set(fields)
    for key, words in fields.items():
        assert header.words(key) == (words if any(words) or len(words) > 1 else [])


def test_every_header_in_the_wild(shared):
    """Each is understood, or refused in one line."""
    refused = {}
    headers = sorted((shared / "data" / "envi_headers").glob("*.hdr"))
    assert len(headers) > 100
    for path in headers:
        try:
            cube = open_header(path)
        except FormatError as error:
            refused[path.name] = str(error)
        else:
            assert min(cube.shape) >= 1
            if cube.wavelengths is not None:
                assert 100 < cube.wavelengths.min() < cube.wavelengths.max() < 100_000, path.name
    assert len(refused) == 2
    assert not any("\n" in line for line in refused.values())
    assert any("is FITS, which hsunmix does not read" in line for line in refused.values())


LATIN = (
    "ENVI\nsamples = 3\nlines = 2\nbands = 4\ndata type = 2\ninterleave = bsq\nband names = {ö, å, µ, é}\n"
)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig"])
def test_in_the_c_locale(tmp_path, encoding):
    """Neither reading nor printing depends on what the terminal can show."""
    path = tmp_path / "scène.hdr"
    path.write_bytes(LATIN.encode(encoding))
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
    environment |= {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    for more in ([], ["--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "hsunmix", "info", str(path), *more], capture_output=True, env=environment
        )
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
        assert b"data file is missing" in done.stdout
