"""Masks of TIFF files: what they leave out holds no data, wherever they are."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from hsunmix.formats import open_cube, open_mask
from hsunmix.model.cube import Cube

pytestmark = pytest.mark.filterwarnings("ignore")

LINES, SAMPLES = 43, 21
VALID = np.ones((LINES, SAMPLES), bool)
VALID[:5, 2:9] = False
VALID[40, 20] = False


@pytest.fixture
def write(tmp_path, values_of):
    """Write 43 × 21 pixels; ``mask`` is written inside the file or beside it."""

    def do(code=12, bands=5, inside=True, mask=VALID, **profile):
        values = values_of(code, (LINES, SAMPLES, bands))
        settings = {
            "driver": "GTiff",
            "height": LINES,
            "width": SAMPLES,
            "count": bands,
            "dtype": values.dtype,
        }
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=inside),
            rasterio.open(tmp_path / "a.tif", "w", **settings, **profile) as file,
        ):
            file.write(np.moveaxis(values, -1, 0))
            if mask is not None:
                file.write_mask(mask)
        return tmp_path / "a.tif", values

    return do


def check(cube, values):
    """Every way to read gives the pixels, and NaN where the mask leaves them out."""
    expected = np.where(VALID[:, :, None], values, np.nan).astype(np.float32)
    np.testing.assert_array_equal(cube.read(0, LINES), expected)
    np.testing.assert_array_equal(cube.read(3, 11, [4, 0]), expected[3:11][:, :, [4, 0]])
    np.testing.assert_array_equal(cube.band(2), expected[:, :, 2])
    np.testing.assert_array_equal(cube.spectrum(40, 20), expected[40, 20])
    np.testing.assert_array_equal(cube.spectrum(40, 19), expected[40, 19])
    np.testing.assert_array_equal(cube.mask, VALID & (values != 0).any(axis=2))


@pytest.mark.parametrize("storage", [{}, {"tiled": True, "blockxsize": 16, "blockysize": 16}])
@pytest.mark.parametrize("inside", [True, False])
def test_a_mask_inside_or_beside(write, inside, storage):
    path, values = write(inside=inside, **storage)
    assert path.with_name("a.tif.msk").exists() is not inside
    cube = open_cube(path)
    assert any(("its own mask" if inside else "a.tif.msk") in note for note in cube.notes)
    assert any("read as float32" in note for note in cube.notes)
    check(cube, values)


def test_a_nodata_value_serves_masked_pixels_too(write):
    path, values = write(code=2, nodata=-30000)
    cube = open_cube(path)
    assert cube.pixels.dtype == np.int16
    assert (cube.pixels.read(0, LINES)[~VALID] == -30000).all()
    check(cube, values)


def test_a_nodata_value_that_the_type_cannot_hold_does_not(write):
    path, values = write(code=12)
    path.with_suffix(".tif.aux.xml").write_text(
        '<PAMDataset><PAMRasterBand band="1"><NoDataValue>-9999</NoDataValue></PAMRasterBand></PAMDataset>'
    )
    check(open_cube(path), values)


def test_floats_get_nan(write):
    path, values = write(code=4)
    cube = open_cube(path)
    assert cube.pixels.dtype == np.float32
    assert not any("read as" in note for note in cube.notes)
    check(cube, values)


def test_an_alpha_band_is_a_mask_and_no_band(tmp_path, values_of):
    values = values_of(12, (LINES, SAMPLES, 5))
    profile = {"driver": "GTiff", "height": LINES, "width": SAMPLES, "count": 6, "dtype": "uint16"}
    with rasterio.open(tmp_path / "a.tif", "w", **profile) as file:
        file.colorinterp = [*file.colorinterp[:-1], rasterio.enums.ColorInterp.alpha]
        file.write(np.moveaxis(values, -1, 0), [1, 2, 3, 4, 5])
        file.write(VALID * np.uint16(65535), 6)
        file.update_tags(ns="ENVI", wavelength="{460, 560, 660, 860, 2200}", wavelength_units="nm")
    cube = open_cube(tmp_path / "a.tif")
    assert cube.bands == 5
    assert cube.wavelengths.tolist() == [460, 560, 660, 860, 2200]
    assert any("alpha" in note for note in cube.notes)
    check(cube, values)


def test_of_four_bands_the_last_may_be_near_infrared(tmp_path, values_of):
    values = values_of(1, (LINES, SAMPLES, 4))
    profile = {"driver": "GTiff", "height": LINES, "width": SAMPLES, "count": 4, "dtype": "uint8"}
    with rasterio.open(tmp_path / "a.tif", "w", **profile) as file:
        file.write(np.moveaxis(values, -1, 0))
        assert file.colorinterp[-1] == rasterio.enums.ColorInterp.alpha
    cube = open_cube(tmp_path / "a.tif")
    np.testing.assert_array_equal(cube.pixels.read(0, LINES), values)
    assert any("taken for a band" in note for note in cube.notes)


def test_a_mask_of_another_size_is_left_aside(write, tmp_path):
    path, values = write(mask=None)
    with rasterio.open(
        tmp_path / "a.tif.msk", "w", driver="GTiff", height=3, width=2, count=1, dtype="uint8"
    ) as file:
        file.write(np.zeros((1, 3, 2), np.uint8))
    cube = open_cube(path)
    np.testing.assert_array_equal(cube.pixels.read(0, LINES), values)
    assert any("a.tif.msk is no mask" in note for note in cube.notes)


@pytest.mark.parametrize("content", [b"", b"<VRTDataset/>", b"II*\0" + b"\xff" * 40])
def test_what_is_no_tiff_beside_it_is_said(write, content):
    path, values = write(mask=None)
    path.with_name("a.tif.msk").write_bytes(content)
    cube = open_cube(path)
    np.testing.assert_array_equal(cube.pixels.read(0, LINES), values)
    assert any("a.tif.msk was not used" in note for note in cube.notes)


def test_as_a_mask_file_its_own_mask_counts(write):
    path, values = write(bands=1)
    cube = Cube.from_array(np.ones((LINES, SAMPLES, 3)))
    np.testing.assert_array_equal(open_mask(path, cube), VALID & (values[:, :, 0] != 0))
