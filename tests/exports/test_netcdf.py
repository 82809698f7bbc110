"""NetCDF by its bytes (h5py), as xarray sees it, and as GDAL does."""

from __future__ import annotations

from dataclasses import replace

import h5py
import numpy as np
import pytest

from hsunmix.exports import write_products
from hsunmix.model.georeference import Georeference
from tests.exports.conftest import UTM, make_delivery

NAMES = ("Grass", "Soil, dry {A}", "Wässer")


def written(folder, **changes):
    job = make_delivery(**changes)
    write_products(job, folder, ["netcdf"])
    return job, folder / "result.nc"


def words(value):
    return value.decode() if isinstance(value, bytes | np.bytes_) else value


def test_the_structure_of_netcdf4(tmp_path):
    """Dimension scales, attached to every axis; fill values of the variables' own types."""
    job, path = written(tmp_path)
    with h5py.File(path) as file:
        for name in ("endmember", "band", "y", "x"):
            assert file[name].is_scale
        for name, axes in {
            "abundance": ("endmember", "y", "x"),
            "rmse": ("y", "x"),
            "spectrum": ("endmember", "band"),
            "wavelength": ("band",),
        }.items():
            assert [dim[0].name for dim in file[name].dims] == [f"/{axis}" for axis in axes]
        abundance = file["abundance"]
        assert abundance.dtype == np.float32
        assert abundance.attrs["_FillValue"] == np.float32(-9999)
        assert (abundance[:] == -9999).any()
        letters = file["endmember"][:]
        assert letters.dtype == "S1"
        assert [b"".join(row).decode() for row in letters] == list(NAMES)
        numbers = [
            file[name].attrs["_Netcdf4Dimid"] for name in ("endmember", "name_length", "band", "y", "x")
        ]
        assert numbers == [0, 1, 2, 3, 4]
        assert words(file.attrs["Conventions"]) == "CF-1.10"
        assert words(file.attrs["history"]) == job.command


def test_xarray(tmp_path):
    import xarray

    job, path = written(tmp_path)
    unmixing = job.unmixing
    with xarray.open_dataset(path, engine="h5netcdf", decode_coords="all") as data:
        assert data.abundance.dims == ("endmember", "y", "x")
        assert {"endmember", "y", "x", "crs"} <= set(data.abundance.coords)
        assert {"band", "wavelength", "used_band"} <= set(data.spectrum.coords)
        assert list(data.endmember.values) == list(NAMES)
        assert np.array_equal(data.abundance, unmixing.abundances, equal_nan=True)
        assert np.array_equal(data.rmse, unmixing.rmse, equal_nan=True)
        assert np.array_equal(data.spectrum.T, unmixing.endmembers, equal_nan=True)
        assert np.array_equal(data.sel(endmember="Wässer").abundance, unmixing.abundances[2], equal_nan=True)
        assert np.array_equal(data.wavelength, job.cube.wavelengths)
        assert data.wavelength.attrs["units"] == "nm"
        assert list(np.flatnonzero(data.used_band == 0)) == [8, 9]
        a, _, x0, _, e, y0 = UTM.transform
        assert np.allclose(data.x, x0 + a * (np.arange(7) + 0.5), rtol=0, atol=1e-6)
        assert np.allclose(data.y, y0 + e * (np.arange(11) + 0.5), rtol=0, atol=1e-6)
        assert data.x.attrs["standard_name"] == "projection_x_coordinate"
        assert data.y.attrs["units"] == "m"
        crs = data.crs.attrs
        assert crs["grid_mapping_name"] == "transverse_mercator"
        assert crs["longitude_of_central_meridian"] == -117
        assert crs["false_easting"] == 500_000
        assert "UTM zone 11N" in crs["crs_wkt"]


def test_the_coordinate_system_is_found_without_options(tmp_path):
    """As rioxarray looks for it: the name in ``grid_mapping``, and a coordinate of that name."""
    import xarray

    _, path = written(tmp_path)
    with xarray.open_dataset(path, engine="h5netcdf") as data:
        for image in (data.abundance, data.rmse, data.abundance.sel(endmember="Grass")):
            mapping = image.encoding.get("grid_mapping", image.attrs.get("grid_mapping"))
            assert "UTM zone 11N" in image.coords[mapping].attrs["spatial_ref"]
        assert "crs" not in data.data_vars
        assert data.rmse.attrs["units"] == data.spectrum.attrs["units"] == "1"


def test_gdal_knows_the_names(tmp_path):
    import rasterio

    names = ("Grass & <b>", "Soil, dry {A}", "Wässer")
    job = make_delivery(names)
    assert [p.name for p in write_products(job, tmp_path, ["netcdf"])][:2] == [
        "result.nc", "result.nc.aux.xml",
    ]  # fmt: skip
    with rasterio.open(f"netcdf:{tmp_path / 'result.nc'}:abundance") as image:
        assert image.descriptions == names  # out of the file beside; without it, they are counted
        assert [image.tags(k)["NETCDF_DIM_endmember"] for k in (1, 2, 3)] == ["1", "2", "3"]


def test_degrees_are_lat_and_lon(tmp_path):
    import xarray

    place = Georeference((1e-4, 0.0, -117.25, 0.0, -2e-4, 34.5), "EPSG:4326")
    _, path = written(tmp_path, place=place)
    with xarray.open_dataset(path, engine="h5netcdf") as data:
        assert data.rmse.dims == ("lat", "lon")
        assert data.lat.attrs["units"] == "degrees_north"
        assert data.lon.attrs["standard_name"] == "longitude"
        assert float(data.lat[0]) == pytest.approx(34.5 - 1e-4)
        assert data.crs.attrs["grid_mapping_name"] == "latitude_longitude"


def test_a_turned_scene_has_coordinates_for_every_pixel(tmp_path):
    import xarray

    place = Georeference((1.7, 1.0, 5e5, 1.0, -1.7, 4e6), "EPSG:32611")
    _, path = written(tmp_path, place=place)
    with xarray.open_dataset(path, engine="h5netcdf") as data:
        assert data.abundance.dims == ("endmember", "line", "sample")
        assert data.x.dims == data.y.dims == ("line", "sample")
        for line, sample in ((0, 0), (3, 5), (10, 6)):
            x, y = place.xy(line, sample)
            assert float(data.x[line, sample]) == pytest.approx(x)
            assert float(data.y[line, sample]) == pytest.approx(y)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(
    ("transform", "crs"),
    [
        (UTM.transform, UTM.crs),
        ((3.0, 0.0, 5e5, 0.0, -3.0, 4e6), "EPSG:2154"),
        ((3.0, 0.0, 5e5, 0.0, -3.0, 4e6), "EPSG:5070"),
        ((1.7, 1.0, 5e5, 1.0, -1.7, 4e6), "EPSG:3035"),
        ((1e-4, 0.0, -117.25, 0.0, -2e-4, 34.5), "EPSG:4326"),
        ((3.0, 0.0, 5e5, 0.0, -3.0, 4e6), ""),
    ],
)
def test_gdal(tmp_path, transform, crs):
    import rasterio

    job, path = written(tmp_path, place=Georeference(transform, crs))
    with rasterio.open(f"netcdf:{path}:abundance") as image:
        assert image.count == 3
        assert image.nodata == -9999
        assert np.array_equal(image.read(masked=True).filled(np.nan), job.unmixing.abundances, equal_nan=True)
        if crs:
            assert image.crs == rasterio.CRS.from_string(crs)
            assert np.allclose(tuple(image.transform)[:6], transform, rtol=1e-9)


def test_without_wavelengths_place_or_command(tmp_path):
    made = make_delivery(place=None, wavelengths=False)
    write_products(replace(made, command="", cube=None), tmp_path, ["netcdf"])
    with h5py.File(tmp_path / "result.nc") as file:
        assert {"y", "x", "band"} <= set(file)
        assert not {"crs", "wavelength"} & set(file)
        assert np.array_equal(file["y"][:2], [-0.5, -1.5])
        assert "history" not in file.attrs
        assert "grid_mapping" not in file["abundance"].attrs


def test_widths_of_bands(tmp_path):
    made = make_delivery()
    cube = replace(made.cube, fwhm=np.linspace(8, 12, 20))
    write_products(replace(made, cube=cube), tmp_path, ["netcdf"])
    with h5py.File(tmp_path / "result.nc") as file:
        assert np.array_equal(file["fwhm"][:], cube.fwhm)
        assert "fwhm" in words(file["spectrum"].attrs["coordinates"])


@pytest.mark.parametrize("place", [UTM, None, Georeference((1.7, 1.0, 5e5, 1.0, -1.7, 4e6), "EPSG:32611")])
def test_our_own_reader_takes_the_axes_by_their_names(tmp_path, place):
    from hsunmix.formats import open_cube

    job, path = written(tmp_path, place=place)
    cube = open_cube(path)
    values = cube.read(0, cube.lines).transpose(2, 0, 1)
    assert np.array_equal(values, job.unmixing.abundances, equal_nan=True)
    assert cube.wavelengths is None
