"""ERDAS LAN as GDAL writes it, and as no software should."""

from __future__ import annotations

import json
import struct
import warnings

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner
from rasterio.transform import from_origin
from spectral.io import erdas

from hsunmix.cli.main import main
from hsunmix.errors import FormatError
from hsunmix.formats import file_filter, open_cube, open_header

LINES, SAMPLES, BANDS = 5, 7, 3


def values(dtype):
    rng = np.random.default_rng(1)
    low, high = (0, 256) if dtype == "uint8" else (-3000, 30000)
    return rng.integers(low, high, (BANDS, LINES, SAMPLES)).astype(dtype)


def written(path, array, transform=None):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(
            path, "w", driver="LAN", height=LINES, width=SAMPLES, count=BANDS, dtype=array.dtype,
            transform=transform,
        ) as file:  # fmt: skip
            file.write(array)
    return path


def header(descriptor=b"HEAD74", sign="<", packing=2, shape=(LINES, SAMPLES, BANDS), place=(0, 0, 0, 0)):
    lines, samples, bands = shape
    kind = "4i" if descriptor == b"HEAD74" else "4f"
    return (
        descriptor + struct.pack(f"{sign}2h", packing, bands) + bytes(6)
        + struct.pack(sign + kind, samples, lines, 1, 1) + bytes(80) + struct.pack(f"{sign}4f", *place)
    )  # fmt: skip


@pytest.mark.parametrize("dtype", ["uint8", "int16"])
def test_as_gdal_writes_it(tmp_path, dtype):
    array = values(dtype)
    path = written(tmp_path / "a.lan", array, from_origin(1000, 2000, 20, 30))
    cube = open_cube(path)
    assert cube.format == "erdas"
    assert cube.shape == (LINES, SAMPLES, BANDS)
    assert cube.pixels.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(cube.pixels.read(0, LINES).transpose(2, 0, 1), array)
    np.testing.assert_array_equal(cube.pixels.read(1, 3, [2, 0]), array.transpose(1, 2, 0)[1:3][:, :, [2, 0]])
    assert cube.georeference.transform == (20, 0, 1000, 0, -30, 2000)
    assert cube.georeference.crs == ""
    assert any("coordinate system" in note for note in cube.notes)


def test_as_spectral_python_reads_it(tmp_path):
    path = written(tmp_path / "a.lan", values("int16"))
    cube = open_cube(path)
    theirs = erdas.open(str(path))[:, :, :]
    np.testing.assert_array_equal(cube.pixels.read(0, LINES), theirs)
    assert cube.georeference.transform == (1, 0, 0, 0, -1, LINES)  # GDAL counts pixels then


@pytest.mark.parametrize("descriptor", [b"HEAD74", b"HEADER"])
@pytest.mark.parametrize("sign", ["<", ">"])
def test_either_order_of_bytes_and_both_headers(tmp_path, descriptor, sign):
    array = values("int16")
    path = tmp_path / "a.gis"
    lines = array.transpose(1, 0, 2).astype(f"{sign}i2")
    path.write_bytes(header(descriptor, sign, place=(10.5, 20.5, 1, 1)) + lines.tobytes())
    cube = open_cube(path)
    np.testing.assert_array_equal(cube.pixels.read(0, LINES).transpose(2, 0, 1), array)
    assert cube.georeference.transform == (1, 0, 10, 0, -1, 21)


def test_the_wavelengths_of_a_calibration_beside_it(tmp_path):
    path = written(tmp_path / "a.lan", values("int16"))
    table = "".join(f"{400 + 10 * k}.5 9.5 0.1 0.1 {k + 1}\n" for k in range(BANDS))
    (tmp_path / "a.spc").write_text(table)
    cube = open_cube(path)
    assert cube.wavelengths.tolist() == [400.5, 410.5, 420.5]
    assert cube.fwhm.tolist() == [9.5] * 3
    for wrong, said in (
        (table * 2, "6 bands, not of 3"),
        ("1 2 a 4 5\n", "can't be read"),
        ("\n", "can't be"),
    ):
        (tmp_path / "a.spc").write_text(wrong)
        cube = open_cube(path)
        assert cube.wavelengths is None
        assert any(said in note for note in cube.notes), wrong
    (tmp_path / "a.spc").write_bytes(b"\xff" * (2 << 20))
    assert any("too large" in note for note in open_cube(path).notes)


def test_info_tells_it(tmp_path):
    path = written(tmp_path / "a.lan", values("int16"))
    done = CliRunner().invoke(main, ["info", str(path), "--json"])
    assert done.exit_code == 0, done.output
    facts = json.loads(done.output)
    assert (facts["format"], facts["lines"], facts["samples"], facts["bands"]) == ("erdas", 5, 7, 3)
    assert "*.lan" in file_filter()


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (header(shape=(2_000_000_000, 2_000_000_000, 32767)), "needs"),
        (header(b"HEADER", shape=(1e30, 1e30, 32767)), "needs"),
        (header(b"HEADER", shape=(np.nan, 5, 3)), "describes no image"),
        (header(b"HEADER", shape=(np.inf, 5, 3)), "describes no image"),
        (header(shape=(-5, 7, 3)), "describes no image"),
        (header(shape=(0, 7, 3)), "describes no image"),
        (header(packing=1), "two values into a byte.*gdal_translate"),
        (header(packing=9), "describes no image"),
        (header(place=(np.nan, 0, 1, 1)), None),
    ],
)
def test_hostile_headers(tmp_path, head, said):
    path = tmp_path / "a.lan"
    path.write_bytes(head + bytes(2 * LINES * SAMPLES * BANDS))
    if said is None:
        assert open_cube(path).georeference is None
        return
    for door in (open_cube, open_header):
        with pytest.raises(FormatError, match=said) as caught:
            door(path)
        assert "\n" not in str(caught.value)


def test_a_file_that_is_cut_or_longer(tmp_path):
    path = written(tmp_path / "a.lan", values("int16"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(FormatError, match=f"{len(whole) - 1} bytes.*needs {len(whole)}"):
        open_cube(path)
    path.write_bytes(whole + b"\0" * 9)
    assert any("9 bytes longer" in note for note in open_cube(path).notes)
    path.write_bytes(whole[:100])
    with pytest.raises(FormatError):
        open_cube(path)
