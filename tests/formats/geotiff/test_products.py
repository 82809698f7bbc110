"""EnMAP and DESIS, on files made to their published layout."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner

from hsunmix.cli.main import main
from hsunmix.formats import open_cube
from tests.formats.tiff_products import (
    CORNER,
    ENMAP,
    LINES,
    SAMPLES,
    make_desis,
    make_enmap,
    write_tiff,
)


@pytest.fixture(params=[make_enmap, make_desis], ids=["enmap", "desis"])
def product(request, tmp_path):
    return request.param(tmp_path)


def test_values_and_bands(product):
    image, truth = product
    cube = open_cube(image)
    bands = len(truth["nm"])
    assert cube.shape == (LINES, SAMPLES, bands)
    assert cube.pixels.dtype == np.int16
    np.testing.assert_allclose(cube.wavelengths, truth["nm"], atol=6e-4)
    np.testing.assert_allclose(cube.fwhm, truth["fwhm"])
    np.testing.assert_array_equal(~cube.good_bands, truth["bad"])
    assert cube.nodata == -32768
    values = cube.read(0, LINES)
    empty = np.isnan(values).all(axis=2)
    assert empty.sum() == (1 if "ENMAP" in image.name else 2)
    good = np.flatnonzero(~truth["bad"])
    np.testing.assert_allclose(values[~empty][:, good], truth["values"][~empty][:, good], atol=5.1e-5)


def test_whichever_file_is_named(product):
    image, truth = product
    beside = [path for path in image.parent.iterdir() if path != image]
    assert beside
    for path in beside:
        cube = open_cube(path)
        assert cube.format == "geotiff"
        np.testing.assert_allclose(cube.wavelengths, truth["nm"], atol=6e-4)
        np.testing.assert_array_equal(cube.pixels.read(0, LINES), open_cube(image).pixels.read(0, LINES))


def test_lies_where_it_should_and_so_does_what_is_made_of_it(product, tmp_path):
    """By hand: pixel (2, 1) of 30 m from the corner 600000 E, 5300040 N has its centre at 600045, 5299965."""
    image, _ = product
    assert CORNER == (600000.0, 5300040.0)
    cube = open_cube(image)
    assert cube.georeference.crs == "EPSG:32632"
    assert cube.georeference.xy(2, 1) == (600045.0, 5299965.0)
    result = CliRunner().invoke(
        main, ["unmix", str(image), "-r", "3", "-m", "spa", "-o", str(tmp_path / "out"), "--json"]
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert sorted(found["source_pixels"]) == [(2 + 3 * k) * SAMPLES + 1 + 2 * k for k in range(3)]
    with rasterio.open(tmp_path / "out" / "abundances.tif") as maps:
        assert maps.crs.to_epsg() == 32632
        row, column = maps.index(600045.0, 5299965.0)
        assert (row, column) == (2, 1)
        pure = maps.read()[:, 2, 1]
        assert sorted(pure.round(2)) == [0, 0, 1]
        outside = (0, 0) if "ENMAP" in image.name else (LINES - 1, 1)
        assert (maps.read()[:, outside[0], outside[1]] == -9999).all()


def test_info(product):
    image, truth = product
    facts = json.loads(CliRunner().invoke(main, ["info", str(image), "--json"]).stdout)
    assert (facts["lines"], facts["samples"], facts["bands"]) == (LINES, SAMPLES, len(truth["nm"]))
    assert facts["format"] == "geotiff"
    assert facts["scale"] == pytest.approx(1e-4)
    assert facts["nodata"] == -32768
    assert facts["transform"] == [30, 0, 600000, 0, -30, 5300040]
    assert facts["bad_bands"] == (np.flatnonzero(truth["bad"]).tolist() or None)


def test_desis_by_its_header_alone(tmp_path):
    image, truth = make_desis(tmp_path, metadata=False)
    cube = open_cube(image)
    np.testing.assert_allclose(cube.wavelengths, truth["nm"], atol=6e-4)
    assert cube.offset == pytest.approx(0.001)
    assert any(".hdr was used" in note for note in cube.notes)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text[: len(text) // 2], "is no XML that can be read"),
        (lambda text: text.replace("<bandID", "<bandXX"), "is no XML"),
        (
            lambda text: text.replace("<bandID ", "<x ", 1).replace("</bandID>", "</x>", 1),
            "describes 15 bands",
        ),
        (
            lambda text: text.replace("<level_X", '<!DOCTYPE a [<!ENTITY b "c">]>\n<level_X', 1),
            "document type",
        ),
    ],
)
def test_metadata_that_cannot_be_used_are_left_aside(tmp_path, change, reason):
    image, _ = make_enmap(tmp_path)
    metadata = next(tmp_path.glob("*.XML"))
    metadata.write_text(change(metadata.read_text()))
    cube = open_cube(image)
    assert cube.wavelengths is None
    assert any(metadata.name in note and reason in note for note in cube.notes), cube.notes


@pytest.mark.parametrize(("detector", "channels"), [("VNIR", range(1, 8)), ("SWIR", (8, 10, 11, 12))])
def test_an_image_for_each_detector(tmp_path, detector, channels):
    """EnMAP L1B: the rows of the metadata that count are those of the detector's channels."""
    nm = np.linspace(420, 2440, 12)
    listed = {"vnir": "1,2,3,4,5,6,7", "swir": "8,10,11,12"}
    rows = "".join(
        f'<bandID number="{k}"><wavelengthCenterOfBand>{w:.3f}</wavelengthCenterOfBand>'
        f"<GainOfBand>{k}e-4</GainOfBand><OffsetOfBand>0</OffsetOfBand></bandID>"
        for k, w in enumerate(nm, 1)
    )
    quality = "".join(
        f"<{name}ProductQuality><expectedChannelsList>{text}</expectedChannelsList></{name}ProductQuality>"
        for name, text in listed.items()
    )
    name = ENMAP.replace("L2A", "L1B")
    (tmp_path / f"{name}-METADATA.XML").write_text(
        f"<level_X><specific>{quality}<bandCharacterisation>{rows}</bandCharacterisation></specific></level_X>"
    )
    picked = np.array(channels) - 1
    image = tmp_path / f"{name}-SPECTRAL_IMAGE_{detector}.TIF"
    write_tiff(image, np.full((5, 4, len(picked)), 100, "u2"), None)
    cube = open_cube(image)
    np.testing.assert_allclose(cube.wavelengths, nm[picked], atol=1e-3)
    np.testing.assert_allclose(cube.gain, (picked + 1) * 1e-4)
    assert cube.bad_bands is None or not cube.bad_bands.any()
