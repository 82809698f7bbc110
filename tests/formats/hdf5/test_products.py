"""HDF5 and netCDF products, on small files made to their published layouts."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest
from click.testing import CliRunner

from hsunmix.cli.main import main
from hsunmix.errors import FormatError, ParameterError
from hsunmix.formats import open_cube
from tests.formats.made_products import (
    MAKERS,
    TURNED,
    aviris3,
    emit,
    neon_radiance,
    prisma,
    prisma_l1,
    tanager,
)


@pytest.fixture(params=MAKERS)
def product(request, tmp_path):
    """The path of a product, and what is in it."""
    path = tmp_path / request.param
    return path, MAKERS[request.param](path)


def test_values_bands_and_place(product):
    path, made = product
    cube = open_cube(path, **dict(made.options))
    assert cube.shape == made.values.shape
    assert cube.pixels.dtype == made.dtype
    assert cube.nodata == made.nodata
    np.testing.assert_allclose(cube.read(0, cube.lines), made.values, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(cube.read(1, 4, [3, 0, 3]), made.values[1:4][:, :, [3, 0, 3]], rtol=1e-6)
    line, sample = 4, 3
    np.testing.assert_allclose(cube.spectrum(line, sample), made.values[line, sample], rtol=1e-6)
    if made.wavelengths.size:
        np.testing.assert_allclose(cube.wavelengths, made.wavelengths, rtol=1e-6)
    else:
        assert cube.wavelengths is None
    if made.wavelengths.size and not path.name.startswith("matlab"):
        np.testing.assert_allclose(cube.fwhm, made.fwhm)
    bad = np.zeros(cube.bands, bool) if cube.bad_bands is None else cube.bad_bands
    assert np.flatnonzero(bad).tolist() == made.bad


def test_it_lies_where_it_should(product):
    path, made = product
    place = open_cube(path, **dict(made.options)).georeference
    if made.corners is None:
        assert place is None
        return
    lines, samples = made.values.shape[:2]
    for (line, sample), corner in zip(((0, 0), (lines, samples)), made.corners, strict=True):
        np.testing.assert_allclose(place.xy(line - 0.5, sample - 0.5), corner, rtol=0, atol=1e-6)
    import rasterio

    assert rasterio.crs.CRS.from_user_input(place.crs).to_epsg() == made.epsg


def test_info_and_unmix(product, tmp_path):
    path, made = product
    options = [word for name, value in made.options for word in (f"--{name}", value)]
    done = CliRunner().invoke(main, ["info", str(path), "--json", *options])
    assert done.exit_code == 0, done.stderr
    facts = json.loads(done.stdout)
    assert [facts[k] for k in ("lines", "samples", "bands")] == list(made.values.shape)
    assert facts["dtype"] == made.dtype
    assert facts["format"] == "hdf5"
    words = ["unmix", str(path), "-r", "3", "-m", "spa", "-o", str(tmp_path / "out"), *options]
    done = CliRunner().invoke(main, [*words, "--products", "geotiff"])
    assert done.exit_code == 0, done.stderr
    if made.epsg is None:
        return
    import rasterio

    with rasterio.open(tmp_path / "out" / "abundances.tif") as written:
        assert written.crs.to_epsg() == made.epsg
        (left, top), (right, bottom) = made.corners
        assert written.bounds == pytest.approx((left, bottom, right, top), abs=1e-6)
        empty = np.isnan(made.values).any(axis=2)
        np.testing.assert_array_equal(written.read(1) == -9999, empty)


def test_emit_says_that_there_is_a_map(tmp_path):
    emit(tmp_path / "e.nc")
    cube = open_cube(tmp_path / "e.nc")
    assert cube.georeference is None
    assert any("--grid map" in note for note in cube.notes)
    with pytest.raises(ParameterError, match="no table"):
        open_cube(MAKERS and aviris3_at(tmp_path), grid="map")


def aviris3_at(folder):
    aviris3(folder / "a.nc")
    return folder / "a.nc"


def test_a_map_is_read_in_any_portion(tmp_path):
    made = MAKERS["emit_on_map.nc"](tmp_path / "e.nc")
    pixels = open_cube(tmp_path / "e.nc", grid="map").pixels
    whole = pixels.read(0, 5)
    assert whole[4, 0, 0] == -9999
    parts = [pixels.read(k, k + 1) for k in range(5)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    np.testing.assert_array_equal(pixels.read(0, 5, [8, 2]), whole[:, :, [8, 2]])
    for line, sample in ((0, 0), (4, 1), (2, 3)):
        np.testing.assert_array_equal(pixels.spectrum(line, sample), whole[line, sample])
    assert np.isfinite(made.values).all(axis=2).sum() == TURNED[0] * TURNED[1] - 1


def test_a_table_that_lies_is_no_danger(tmp_path):
    emit(tmp_path / "e.nc")
    with h5py.File(tmp_path / "e.nc", "r+") as file:
        file["location/glt_x"][0, 0], file["location/glt_y"][0, 0] = 2**31 - 1, 1
        file["location/glt_x"][1, 0], file["location/glt_y"][1, 0] = 1, -(2**31)
    values = open_cube(tmp_path / "e.nc", grid="map").pixels.read(0, 5)
    assert (values[:2, 0] == -9999).all()
    with h5py.File(tmp_path / "e.nc", "r+") as file:
        file["location/glt_x"][...] = 0
    with pytest.raises(FormatError, match="no pixel on the map"):
        open_cube(tmp_path / "e.nc", grid="map")


def test_radiance_of_aviris_is_laid_out_by_its_table(tmp_path):
    aviris3(tmp_path / "a.nc")
    with h5py.File(tmp_path / "a.nc", "r+") as file:
        file.move("reflectance/reflectance", "reflectance/radiance")
        file.move("reflectance", "radiance")
        line, sample = (grid.astype("i4") + 1 for grid in np.mgrid[:11, :14])
        for name, table in (("line", line), ("sample", sample)):
            file[f"geolocation_lookup_table/{name}"] = np.pad(table, 1)
    raw, laid = (open_cube(tmp_path / "a.nc", grid=grid) for grid in ("sensor", "map"))
    assert raw.georeference is None
    np.testing.assert_array_equal(laid.read(1, 12)[:, 1:-1], raw.read(0, 11))
    assert laid.georeference.transform[2] == 512345.5


def test_one_detector_of_prisma(tmp_path):
    made = prisma(tmp_path / "p.he5")
    name = "HDFEOS/SWATHS/PRS_L2D_HCO/Data Fields/SWIR_Cube"
    cube = open_cube(tmp_path / "p.he5", dataset=name)
    np.testing.assert_allclose(cube.read(0, 9), made.values[:, :, -6:], rtol=1e-6)
    assert cube.georeference is not None
    assert cube.gain == pytest.approx(1.1 / 65535)
    both = open_cube(tmp_path / "p.he5")
    assert both.gain.shape == (both.bands,)
    assert any("not measured" in note for note in both.notes)
    assert any("next detector" in note for note in both.notes)
    outer = open_cube(_outer_corners(tmp_path / "p.he5"))
    assert outer.georeference.transform == both.georeference.transform


def _outer_corners(path):
    with h5py.File(path, "r+") as file:
        for key, shift in (
            ("UL", (-15, 15)),
            ("LR", (15, -15)),
        ):
            for axis, by in zip(("easting", "northing"), shift, strict=True):
                file.attrs[f"Product_{key}corner_{axis}"] += by
    return path


def test_tanager_without_its_code_goes_by_the_zone(tmp_path):
    tanager(tmp_path / "t.h5")
    with h5py.File(tmp_path / "t.h5", "r+") as file:
        del file["HDFEOS/GRIDS/HYP"].attrs["epsg_code"]
    assert open_cube(tmp_path / "t.h5").georeference.crs == "EPSG:32644"
    with h5py.File(tmp_path / "t.h5", "r+") as file:
        del file["HDFEOS INFORMATION/StructMetadata.0"]
        file["HDFEOS INFORMATION/StructMetadata.0"] = b"XDim=0 YDim=3 UpperLeftPointMtrs=(1,x)"
    cube = open_cube(tmp_path / "t.h5")
    assert cube.georeference is None
    assert any("corners can't be used" in note for note in cube.notes)


def test_a_name_alone_makes_no_product(tmp_path):
    with h5py.File(tmp_path / "r.h5", "w") as file:
        file["reflectance"] = np.ones((3, 4, 5), "f4")
    assert not any("EMIT" in note for note in open_cube(tmp_path / "r.h5").notes)


def test_detectors_that_are_not_registered_have_to_be_named(tmp_path):
    path = tmp_path / "PRS_L1_STD.he5"
    made = prisma_l1(path)
    with h5py.File(path, "r+") as file:
        del file["HDFEOS/SWATHS/PRS_L1_HCO"]
    with pytest.raises(FormatError, match=r"not registered: name '.*VNIR_Cube' or '.*SWIR_Cube' \(--dataset"):
        open_cube(path)
    cube = open_cube(path, dataset="HDFEOS/SWATHS/PRS_L1_HRC/Data Fields/SWIR_Cube")
    np.testing.assert_allclose(cube.read(0, 9), made.values[:, :, 7:] + 0.01, rtol=1e-5)
    np.testing.assert_allclose(cube.wavelengths, made.wavelengths[7:])


@pytest.mark.parametrize("kind", ["prisma", "neon", "neon_radiance", "emit", "tanager"])
def test_siblings_of_products_are_not_guessed_at(tmp_path, kind):
    """Of a known making, but with names that are not known: refused, unless the user says what they are."""
    path = tmp_path / "a.h5"
    values = np.arange(60).reshape(3, 4, 5).astype("f4")
    name = {
        "prisma": "HDFEOS/SWATHS/PRS_L3_ABC/Data Fields/SWIR_Cube",
        "neon": "SITE/Reflectance/Reflectance_Uncertainty",
        "neon_radiance": "SITE/Radiance/RadianceDecimalPart",
        "emit": "mask",
        "tanager": "HDFEOS/SWATHS/HYP/Data Fields/aerosol_cube",
    }[kind]
    with h5py.File(path, "w") as file:
        file[name] = values
        file["sensor_band_parameters/mask_bands" if kind == "emit" else "wavelength"] = np.linspace(
            400.5, 900, 5
        )
    with pytest.raises(FormatError, match=r"of a kind that hsunmix does not know.*--dataset"):
        open_cube(path)
    assert open_cube(path, dataset=name).shape == (3, 4, 5)
    assert open_cube(path, axes="byx").shape == (4, 5, 3)


def test_decimals_without_their_scale_are_refused(tmp_path):
    path = tmp_path / "n.h5"
    neon_radiance(path)
    with h5py.File(path, "r+") as file:
        file["SITE/Radiance/RadianceDecimalPart"].attrs["Scale_Factor"] = 0.0
    with pytest.raises(FormatError, match="no scale that is possible"):
        open_cube(path)
