"""Classic netCDF: the same readings as of netCDF4, and no trust in the file."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from scipy.io import netcdf_file

from hsunmix.errors import FileError, FormatError, ParameterError
from hsunmix.formats import open_cube

L, S, B = 9, 7, 12
NM = np.linspace(450.0, 2400, B)


def scene() -> np.ndarray:
    return np.random.default_rng(6).random((L, S, B)).astype("f4")


def write(
    path: Path, dims: str = "byx", version: int = 1, dtype: str = "f4", record: bool = False, **said: object
) -> Path:
    """Write the scene; ``t`` among the dimensions is one long and has no limit where ``record``."""
    lengths = {"t": None if record else 1, "b": B, "y": L, "x": S}
    with netcdf_file(path, "w", version=version) as file:
        for name, length in lengths.items():
            file.createDimension(name, length)
        nm = file.createVariable("wavelength", "f8", ("b",))
        nm[:], nm.units = NM, "nm"
        for axis, step in (("y", -30.0), ("x", 30.0)):
            place = file.createVariable(axis, "f8", (axis,))
            place[:] = 4e5 + step * np.arange(lengths[axis])
            place.units = "m"
        if record:  # beside another, they lie in portions
            file.createVariable("time", "f8", ("t",))[:] = [3.0]
        values = scene() if dtype == "f4" else np.round(scene() * 200) - (100 if dtype == "i1" else 0)
        values = values.transpose(["yxb".index(d) for d in dims if d != "t"])
        cube = file.createVariable("refl", dtype, tuple(dims))
        cube[:] = np.expand_dims(values, dims.index("t")) if "t" in dims else values
        for name, value in said.items():
            setattr(cube, name, value)
    return path


@pytest.mark.parametrize("dims", ["byx", "yxb", "xby", "tbyx", "ybxt"])
@pytest.mark.parametrize("version", [1, 2])
def test_any_order(tmp_path, dims, version):
    cube = open_cube(write(tmp_path / "a.nc", dims, version))
    assert (cube.shape, cube.format) == ((L, S, B), "netcdf3")
    assert cube.pixels.dtype.isnative
    np.testing.assert_array_equal(cube.read(0, L), scene())
    np.testing.assert_array_equal(cube.read(2, 5, [11, 3]), scene()[2:5][:, :, [11, 3]])
    np.testing.assert_array_equal(cube.spectrum(8, 2), scene()[8, 2])
    np.testing.assert_allclose(cube.wavelengths, NM)
    assert cube.georeference.transform == (30, 0, 4e5 - 15, 0, -30, 4e5 + 15)


def test_records(tmp_path):
    np.testing.assert_array_equal(
        open_cube(write(tmp_path / "a.nc", "tbyx", record=True)).read(0, L), scene()
    )


def test_scale_and_nodata(tmp_path):
    stored = np.round(scene() * 200)
    path = write(
        tmp_path / "a.nc",
        dtype="i2",
        scale_factor=np.linspace(0.1, 0.3, B),
        _FillValue=np.int16(3),
        valid_max=np.int16(150),
    )
    expected = np.where((stored == 3) | (stored > 150), np.nan, stored * np.linspace(0.1, 0.3, B))
    np.testing.assert_allclose(open_cube(path).read(0, L), expected, rtol=1e-6)
    with pytest.raises(FormatError, match="add_offset has 3 numbers"):
        open_cube(write(tmp_path / "b.nc", add_offset=np.arange(3.0)))


@pytest.mark.parametrize("dtype", ["float32", "uint8", "int16"])
def test_as_gdal_writes_it(tmp_path, dtype):
    """A variable for each band, lines from below, bytes that are stored with a sign."""
    values = np.round(scene() * 249 + 1).astype(dtype)
    profile = {"driver": "GTiff", "height": L, "width": S, "count": B, "dtype": dtype, "crs": "EPSG:32633"}
    transform = rasterio.transform.from_origin(5e5, 4e6, 30, 30)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(tmp_path / "a.tif", "w", **profile, transform=transform) as file:
            file.write(values.transpose(2, 0, 1))
        try:
            rasterio.shutil.copy(tmp_path / "a.tif", tmp_path / "a.nc", driver="netCDF")
        except rasterio.errors.RasterioError:
            pytest.skip("this GDAL writes no netCDF")
    assert (tmp_path / "a.nc").read_bytes().startswith(b"CDF")
    cube = open_cube(tmp_path / "a.nc")
    assert cube.wavelengths is None
    place = cube.georeference
    assert rasterio.crs.CRS.from_user_input(place.crs).to_epsg() == 32633
    for line, sample in ((0, 0), (8, 6), (3, 1)):
        x, y = place.xy(line, sample)
        row = round((4e6 - y) / 30 - 0.5)
        column = round((x - 5e5) / 30 - 0.5)
        np.testing.assert_array_equal(cube.spectrum(line, sample), values[row, column])


def test_options(tmp_path):
    path = write(tmp_path / "a.nc", "xyb")
    assert open_cube(path, dataset="refl", axes="byx").shape == (L, B, S)
    with pytest.raises(FormatError, match="no dataset 'none'"):
        open_cube(path, dataset="none")
    with pytest.raises(ParameterError, match="need no such option"):
        open_cube(path, lines=3)


def test_damage(tmp_path):
    path = write(tmp_path / "a.nc")
    good = path.read_bytes()
    cube = open_cube(path)
    os.truncate(path, len(good) - 100)
    for _ in range(2):
        with pytest.raises(FileError):
            cube.pixels.read(0, L)
    with pytest.raises(FormatError, match=r"a\.nc"):
        open_cube(path)
    path.write_bytes(b"CDF\x01" + b"\0" * 64)
    with pytest.raises(FormatError, match=r"netCDF classic without a variable.*nccopy"):
        open_cube(path)
    path.write_bytes(good)
    with path.open("r+b") as file:
        file.write(b"CDF\x05")
    with pytest.raises(FormatError, match="nccopy"):
        open_cube(path)
