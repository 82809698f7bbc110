"""Zarr as xarray sees it: the same as netCDF; and without the package one line."""

from __future__ import annotations

import sys
import zipfile

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.exports import write_products
from hsunmix.formats import open_cube
from tests.exports.conftest import make_delivery

zarr = pytest.importorskip("zarr")
pytestmark = pytest.mark.filterwarnings("ignore::zarr.errors.ZarrUserWarning")


def test_xarray_sees_what_it_sees_in_netcdf(tmp_path):
    import xarray

    job = make_delivery(further=("shade", "dominant", "models"))
    write_products(job, tmp_path, ["zarr", "netcdf"])
    with zipfile.ZipFile(tmp_path / "result.zarr.zip") as archive:
        assert archive.testzip() is None
        assert len(set(archive.namelist())) == len(archive.namelist())
        archive.extractall(tmp_path / "result.zarr")
    with xarray.open_dataset(tmp_path / "result.nc", engine="h5netcdf") as expected:
        packed = zarr.storage.ZipStore(tmp_path / "result.zarr.zip", mode="r")
        for store in (packed, tmp_path / "result.zarr"):
            with xarray.open_dataset(store, engine="zarr", chunks=None) as data:
                xarray.testing.assert_equal(data, expected)
                for name in expected.variables:
                    assert data[name].dims == expected[name].dims
                    assert set(expected[name].attrs) <= set(data[name].attrs), name
                mapping = data.abundance.encoding.get("grid_mapping") or data.abundance.attrs["grid_mapping"]
                assert "UTM zone 11N" in data[mapping].attrs["spatial_ref"]
        assert np.array_equal(expected.abundance, job.unmixing.abundances, equal_nan=True)


def test_maps_come_back_as_a_cube_in_their_place(tmp_path):
    job = make_delivery()
    write_products(job, tmp_path, ["zarr"])
    cube = open_cube(tmp_path / "result.zarr.zip", dataset="abundance")
    assert cube.shape == (*job.unmixing.pixel_shape, job.unmixing.rank)
    assert cube.georeference.transform == pytest.approx(job.cube.georeference.transform)
    maps = np.moveaxis(job.unmixing.abundances, 0, -1)
    np.testing.assert_array_equal(cube.read(0, cube.lines), maps.astype("f4"))


def test_without_the_package(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(InputError, match=r"product zarr needs a package: pip install 'hsunmix\[zarr\]'"):
        write_products(make_delivery(), tmp_path, ["zarr"])
    assert not list(tmp_path.iterdir())
