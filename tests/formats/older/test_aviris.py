"""AVIRIS scenes without a header, of a few lines."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from spectral.io import aviris

from hsunmix.cli.main import main
from hsunmix.errors import FormatError
from hsunmix.formats import open_cube

LINES, SAMPLES, BANDS = 2, 614, 224
NAME = "f970619t01p02_r02_sc01.a.rfl"


@pytest.fixture
def stored() -> np.ndarray:
    return np.random.default_rng(2).integers(-60, 9000, (LINES, SAMPLES, BANDS)).astype(">i2")


@pytest.fixture
def scene(tmp_path, stored):
    path = tmp_path / NAME
    stored.tofile(path)
    return path


def table(count=BANDS):
    return "".join(f"{370 + 9.6 * k:.2f} {9 + k / 100:.2f} 0.1 0.2 {k + 1}\n" for k in range(count))


def test_as_spectral_python_reads_it(scene, stored):
    cube = open_cube(scene)
    assert cube.format == "aviris"
    assert cube.shape == (LINES, SAMPLES, BANDS)
    np.testing.assert_array_equal(cube.pixels.read(0, LINES), stored)
    np.testing.assert_array_equal(cube.pixels.spectrum(1, 600), stored[1, 600])
    theirs = aviris.open(str(scene))[:, :, :]
    np.testing.assert_allclose(cube.read(0, LINES), theirs, rtol=1e-6)
    assert any("10,000" in note for note in cube.notes)


@pytest.mark.parametrize("name", [f"{NAME[:-3]}spc", "f970619t01p02_r02.a.spc", "F970619T01P02_R02C.SPC"])
def test_wavelengths_of_the_flight_line(scene, name):
    scene.with_name(name).write_text(table())
    scene.with_name("f970619t01p03_r01.a.spc").write_text(table(3))  # of another one
    cube = open_cube(scene)
    np.testing.assert_allclose(cube.wavelengths, 370 + 9.6 * np.arange(BANDS), atol=0.01)
    np.testing.assert_allclose(cube.fwhm, 9 + np.arange(BANDS) / 100, atol=0.01)


def test_two_calibrations_are_none(scene):
    for name in ("f970619t01p02_r02.a.spc", "f970619t01p02_r02.b.spc"):
        scene.with_name(name).write_text(table())
    assert open_cube(scene).wavelengths is None


def test_radiance_keeps_its_numbers(scene, stored):
    path = scene.rename(scene.with_name("f970619t01p02_r02_sc01.c.img"))
    cube = open_cube(path)
    assert cube.format == "aviris"
    np.testing.assert_array_equal(cube.read(0, LINES), stored)
    assert any(".gain" in note for note in cube.notes)


def test_a_header_beside_it_is_believed(scene, stored):
    scene.with_name(scene.name + ".hdr").write_text(
        f"ENVI\nsamples = {SAMPLES}\nlines = {LINES}\nbands = {BANDS}\ndata type = 2\ninterleave = bip\n"
        "byte order = 1\n"
    )
    cube = open_cube(scene)
    assert cube.format == "envi"
    np.testing.assert_array_equal(cube.read(0, LINES), stored)


def test_info_tells_it(scene):
    done = CliRunner().invoke(main, ["info", str(scene), "--json"])
    assert done.exit_code == 0, done.output
    facts = json.loads(done.output)
    assert (facts["format"], facts["lines"], facts["samples"], facts["bands"]) == ("aviris", 2, 614, 224)


def test_a_part_of_a_line_is_refused(scene):
    whole = scene.read_bytes()
    for size in (len(whole) - 1, 1000):
        scene.write_bytes(whole[:size])
        with pytest.raises(FormatError, match="lines of 275072"):
            open_cube(scene)
    scene.write_bytes(b"")
    with pytest.raises(FormatError, match="is empty"):
        open_cube(scene)
    other = scene.with_name("picture.img")
    other.write_bytes(whole)
    with pytest.raises(FormatError, match=r"no data file|header|no format"):
        open_cube(other)
