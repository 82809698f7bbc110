"""HDF5 against h5py, and files that set traps."""

from __future__ import annotations

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import numpy as np
import pytest

from hsunmix.errors import FileError, FormatError, HsunmixError
from hsunmix.formats import Options, hdf5, open_cube
from hsunmix.formats.hdf5 import file as hdf5_file
from hsunmix.formats.hdf5 import pixels as hdf5_pixels
from hsunmix.formats.pixels import chunked as chunk_pixels

SHAPE = (21, 13, 17)


@pytest.fixture
def values() -> np.ndarray:
    return np.arange(np.prod(SHAPE), dtype="i2").reshape(SHAPE)


@pytest.fixture
def write(tmp_path):
    def do(name: str = "a.h5", **datasets) -> Path:
        with h5py.File(tmp_path / name, "w") as file:
            for key, value in datasets.items():
                file[key.replace("__", "/")] = value
        return tmp_path / name

    return do


@pytest.mark.parametrize("chunks", [None, (4, 5, 17), (1, 13, 17), (21, 13, 1), (6, 6, 6)])
@pytest.mark.parametrize("axes", ["yxb", "byx", "ybx", "bxy", "xyb", "xby"])
@pytest.mark.parametrize(
    ("dtype", "packing"),
    [
        ("<i2", {"compression": "gzip"}),
        (">f4", {"compression": "gzip", "shuffle": True}),
        ("<f4", {}),
        (">u2", {"compression": "lzf"}),
    ],
)
def test_axes_chunks_and_types(tmp_path, values, axes, chunks, dtype, packing):
    stored = values.transpose(["yxb".index(axis) for axis in axes]).astype(dtype)
    if chunks is not None:
        chunks = tuple(min(c, s) for c, s in zip(chunks, stored.shape, strict=True))
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("g/cube", data=stored, chunks=chunks, **(packing if chunks else {}))
    cube = open_cube(tmp_path / "a.h5", axes=axes)
    assert cube.shape == SHAPE
    assert cube.pixels.dtype == np.dtype(dtype).newbyteorder("=")
    whole = cube.pixels.read(0, 21)
    assert whole.dtype.isnative
    np.testing.assert_array_equal(whole, values)
    parts = [cube.pixels.read(k, k + 5) for k in range(0, 21, 5)]
    np.testing.assert_array_equal(np.concatenate(parts), values)
    for bands in ([3], [16, 0, 3, 3], range(2, 9), [], list(range(16, -1, -1))):
        np.testing.assert_array_equal(cube.pixels.read(2, 20, bands), values[2:20][:, :, list(bands)])
    np.testing.assert_array_equal(cube.pixels.spectrum(20, 3), values[20, 3])
    np.testing.assert_array_equal(
        open_cube(tmp_path / "a.h5", axes=axes).pixels.spectrum(7, 12), values[7, 12]
    )


def test_what_is_read_belongs_to_the_reader(write, values):
    pixels = open_cube(write(cube=values)).pixels
    first = pixels.read(0, 3)
    first[:] = -1
    pixels.spectrum(0, 0)[:] = -1
    np.testing.assert_array_equal(pixels.read(0, 3), values[:3])


def test_threads(tmp_path, values):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("cube", data=values, chunks=(4, 5, 6), compression="gzip")
    pixels = open_cube(tmp_path / "a.h5").pixels

    def check(seed: int) -> bool:
        rng = np.random.default_rng(seed)
        first, last = np.sort(rng.integers(0, 22, 2))
        bands = rng.integers(0, 17, 3).tolist()
        line, sample = int(rng.integers(21)), int(rng.integers(13))
        return (
            np.array_equal(pixels.read(first, last), values[first:last])
            and np.array_equal(pixels.read(first, last, bands), values[first:last][:, :, bands])
            and np.array_equal(pixels.spectrum(line, sample), values[line, sample])
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(check, range(150)))


@pytest.mark.parametrize(
    ("packing", "kind"), [("lzf", hdf5_pixels.HdfPixels), ("gzip", chunk_pixels.ChunkPixels)]
)
def test_chunks_are_unpacked_once_in_a_pass(tmp_path, values, monkeypatch, packing, kind):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("cube", data=values, chunks=(5, 13, 17), compression=packing)
    pixels = hdf5.open_cube(tmp_path / "a.h5", Options()).pixels
    assert type(pixels) is kind
    loads = []
    original = kind._load
    monkeypatch.setattr(kind, "_load", lambda s, *p: loads.append(p[0]) or original(s, *p))
    for line in range(21):
        pixels.read(line, line + 1)
    assert len(loads) == 5


@pytest.mark.parametrize(("axes", "order"), [("yxb", (0, 1, 2)), ("byx", (2, 0, 1)), ("ybx", (0, 2, 1))])
def test_bands_are_found_by_the_wavelengths(write, values, axes, order):
    nm = np.linspace(400, 2400, 17)
    path = write(data__radiance=values.transpose(order), data__wavelength=nm, data__fwhm=np.full(17, 9.0))
    cube = open_cube(path)
    np.testing.assert_array_equal(cube.pixels.read(0, 21), values)
    np.testing.assert_allclose(cube.wavelengths, nm)
    np.testing.assert_allclose(cube.fwhm, 9)
    assert any(f"taken as {axes}" in note for note in cube.notes)


def test_axes_are_assumed_with_a_note(write, values):
    cube = open_cube(write(cube=values, good_wavelengths=np.ones(13)))
    assert cube.shape == SHAPE
    assert cube.wavelengths is None
    assert any("yxb was assumed" in note for note in cube.notes)


def test_largest_of_several_and_by_name(write, values):
    path = write(small=values[:4], g__big=values, table=np.ones((400, 400)))
    cube = open_cube(path)
    assert cube.shape == SHAPE
    assert "small" in cube.notes[0]
    assert open_cube(path, dataset="small").shape == (4, 13, 17)
    chosen = open_cube(path, dataset="/g/big", axes="byx")
    assert chosen.shape == (13, 17, 21)
    assert dict(chosen.options) == {"dataset": "/g/big", "axes": "byx"}
    for name, reason in (
        ("none", "no dataset"),
        ("g", "not a dataset"),
        ("table", "2 axes"),
        ("g/big/x", "no dataset"),
    ):
        with pytest.raises(FormatError, match=reason):
            open_cube(path, dataset=name)


def test_attributes(tmp_path, values):
    nm = np.linspace(400, 2400, 17)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        made = file.create_dataset("cube", data=values)
        made.attrs.update({"_FillValue": 5, "scale_factor": 0.5, "add_offset": 2.0, "wavelengths": nm})
        made.attrs["junk"] = np.array(["a", "b"], dtype=h5py.string_dtype())
    cube = open_cube(tmp_path / "a.h5")
    expected = (values * 0.5 + 2).astype("f4")
    expected[values == 5] = np.nan
    np.testing.assert_array_equal(cube.read(0, 21), expected)
    np.testing.assert_allclose(cube.wavelengths, nm)


def test_matlab_73_axes_are_reversed(tmp_path, values):
    """As MATLAB writes: a user block, the axes in reverse, a class on every variable."""
    with h5py.File(tmp_path / "a.mat", "w", userblock_size=512) as file:
        file["hsi"] = values.transpose(2, 1, 0)
        file["hsi"].attrs["MATLAB_class"] = np.bytes_("int16")
        file["wl"] = np.linspace(0.4, 2.4, 17)[None]
        file["wl"].attrs["MATLAB_class"] = np.bytes_("double")
    with (tmp_path / "a.mat").open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64")
    cube = open_cube(tmp_path / "a.mat")
    assert cube.format == "hdf5"
    np.testing.assert_array_equal(cube.pixels.read(0, 21), values)
    np.testing.assert_allclose(cube.wavelengths[[0, -1]], [400, 2400])


def test_neon_equals_its_envi_twin(repository):
    folder = repository / "sample_cubes"
    neon, envi = open_cube(folder / "desert_neon.h5"), open_cube(folder / "desert.hdr")
    assert neon.shape == envi.shape == (120, 100, 150)
    np.testing.assert_array_equal(neon.read(0, 120), envi.read(0, 120))
    np.testing.assert_allclose(neon.wavelengths, envi.wavelengths)
    np.testing.assert_allclose(neon.fwhm, envi.fwhm)
    np.testing.assert_array_equal(neon.bad_bands, envi.bad_bands)
    assert neon.georeference.transform == envi.georeference.transform
    assert neon.georeference.crs == "EPSG:32611"
    assert neon.nodata == -9999
    named = open_cube(folder / "desert_neon.h5", dataset="DSRT/Reflectance/Reflectance_Data")
    assert named.gain == neon.gain == 1e-4


def test_damaged_neon_metadata_is_survived(repository, tmp_path):
    path = tmp_path / "n.h5"
    shutil.copy(repository / "sample_cubes" / "desert_neon.h5", path)
    with h5py.File(path, "r+") as file:
        group = file["DSRT/Reflectance"]
        group["Reflectance_Data"].attrs["Scale_Factor"] = 0.0
        group["Reflectance_Data"].attrs["Data_Ignore_Value"] = "none"
        group.attrs["Band_Window_1_Nanometers"] = "x"
        place = group["Metadata/Coordinate_System"]
        del place["Map_Info"], place["EPSG Code"], group["Metadata/Spectral_Data/Wavelength"]
        place["Map_Info"] = "UTM, a, b"
        place["EPSG Code"] = 32611
        group["Metadata/Spectral_Data/Wavelength"] = np.arange(7.0)
    cube = open_cube(path)
    assert (cube.gain, cube.nodata, cube.wavelengths, cube.bad_bands, cube.georeference) == (
        1,
        None,
        None,
        None,
        None,
    )
    assert sum("ignored" in note for note in cube.notes) == 3


def test_links_out_of_the_file_are_refused(write, tmp_path, values):
    secret = write("secret.h5", cube=values)
    path = write("a.h5", tiny=values[:2])
    with h5py.File(path, "r+") as file:
        file["away"] = h5py.ExternalLink(str(secret), "cube")
        file["g/up"] = h5py.SoftLink("/tiny")
        file["loop"] = file["/"]  # a cycle
    assert open_cube(path).shape == (2, 13, 17)
    assert open_cube(path, dataset="g/up").shape == (2, 13, 17)
    with pytest.raises(FormatError, match="link to another file"):
        open_cube(path, dataset="away")


def test_values_in_other_files_are_refused(write, tmp_path, values):
    secret = write("secret.h5", cube=values)
    layout = h5py.VirtualLayout(shape=SHAPE, dtype="i2")
    layout[:] = h5py.VirtualSource(str(secret), "cube", shape=SHAPE)
    with h5py.File(tmp_path / "v.h5", "w") as file:
        file.create_virtual_dataset("cube", layout)
    (tmp_path / "raw").write_bytes(values.tobytes())
    with h5py.File(tmp_path / "e.h5", "w") as file:
        file.create_dataset("cube", SHAPE, "i2", external=[(str(tmp_path / "raw"), 0, values.nbytes)])
    for name in ("v.h5", "e.h5"):
        with pytest.raises(FormatError, match="in other files"):
            open_cube(tmp_path / name)


def test_bombs_are_refused(tmp_path, monkeypatch):
    with h5py.File(tmp_path / "declared.h5", "w") as file:
        file.create_dataset("cube", (10**6, 10**5, 200), "u1", chunks=(10, 10, 200))
    with pytest.raises(FormatError, match="declares 20000000000000 bytes"):
        open_cube(tmp_path / "declared.h5")
    with h5py.File(tmp_path / "chunk.h5", "w") as file:
        ones = np.ones((40, 40, 1000), "i4")
        file.create_dataset("cube", data=ones, chunks=ones.shape, compression="gzip")
    assert open_cube(tmp_path / "chunk.h5").shape == ones.shape
    monkeypatch.setattr(hdf5_file, "MAX_CHUNK_BYTES", 4 << 20)
    with pytest.raises(FormatError, match=r"chunks of \d+ MB"):
        hdf5.open_cube(tmp_path / "chunk.h5", Options())


def test_no_cube(write):
    with pytest.raises(FormatError, match="no three-dimensional"):
        open_cube(write(table=np.ones((3, 4))))
    with pytest.raises(FormatError, match="no three-dimensional"):
        open_cube(write(cube=np.ones((3, 4, 5), dtype=complex)))
    with pytest.raises(FormatError, match="no three-dimensional"):
        open_cube(write(cube=np.ones((3, 0, 5))))


def test_truncated(write, values, tmp_path):
    path = write(cube=values)
    size = path.stat().st_size
    cube = open_cube(path)
    os.truncate(path, size - 100)
    with pytest.raises(FileError, match=r"truncated|has changed"):
        cube.pixels.read(0, 1)
    with pytest.raises(FormatError, match=rf"truncated: it has {size - 100} bytes, {size} are needed"):
        open_cube(path)
    path.unlink()
    with pytest.raises(FileError):
        cube.pixels.spectrum(0, 0)


def test_changed_after_opening(write, values):
    cube = open_cube(write(cube=values))
    write(cube=np.zeros((2, 3, 4)))
    with pytest.raises(FileError, match="has changed"):
        cube.pixels.read(0, 1)


def test_damaged_files_give_one_line(write, values):
    path = write(cube=values)
    good = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(60):
        mutated = bytearray(good)
        for at in rng.integers(8, 2000, 4):
            mutated[at] = int(rng.integers(256))
        path.write_bytes(mutated)
        try:
            lines = open_cube(path).notes
        except HsunmixError as error:
            lines = [str(error)]
        assert not any("\n" in line for line in lines), lines


def test_a_place_by_the_conventions_of_netcdf(tmp_path, values):
    import rasterio

    with h5py.File(tmp_path / "cf.nc", "w") as file:
        cube = file.create_dataset("g/cube", data=values)
        scales = {
            "y": (4000000.0 - 30 * np.arange(21.0), "m"),
            "x": (500015.0 + 30 * np.arange(13.0), "m"),
            "band": (np.arange(17.0), ""),
        }
        for k, (name, (numbers, unit)) in enumerate(scales.items()):
            file[name] = numbers
            file[name].make_scale(name)
            if unit:
                file[name].attrs["units"] = unit
            cube.dims[k].attach_scale(file[name])
        file["crs"] = 0
        file["crs"].attrs["crs_wkt"] = rasterio.crs.CRS.from_epsg(32633).to_wkt()
        cube.attrs["grid_mapping"] = "crs"
    place = open_cube(tmp_path / "cf.nc").georeference
    assert place.transform == (30, 0, 500000, 0, -30, 4000015)
    assert rasterio.crs.CRS.from_user_input(place.crs).to_epsg() == 32633
    with h5py.File(tmp_path / "cf.nc", "r+") as file:
        file["crs"].attrs["GeoTransform"] = "1 2 0 3 0 -4"
    assert open_cube(tmp_path / "cf.nc").georeference.transform == (2, 0, 1, 0, -4, 3)
    with h5py.File(tmp_path / "cf.nc", "r+") as file:
        del file["g/cube"].attrs["grid_mapping"]
        file["x"].attrs["units"] = "degrees_east"
        file["y"].attrs["units"] = "degrees_north"
    assert open_cube(tmp_path / "cf.nc").georeference.crs == "EPSG:4326"
    with h5py.File(tmp_path / "cf.nc", "r+") as file:
        file["x"][3] += 1
    assert open_cube(tmp_path / "cf.nc").georeference is None


@pytest.mark.parametrize("packed", ["cube", "wavelength"])
def test_a_filter_that_is_missing_is_named_with_a_way_out(tmp_path, values, packed, monkeypatch):
    monkeypatch.setitem(sys.modules, "hdf5plugin", None)  # as if it were not installed
    path = tmp_path / "a.h5"
    zstd = 32015
    with h5py.File(path, "w") as file:
        for name, data in (("cube", values), ("wavelength", np.linspace(400, 900, 17))):
            properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            properties.set_chunk(data.shape)
            if name == packed:
                properties.set_filter(zstd, h5py.h5z.FLAG_OPTIONAL)
            space, kind = h5py.h5s.create_simple(data.shape), h5py.h5t.py_create(data.dtype)
            h5py.h5d.create(file.id, name.encode(), kind, space, properties)
            file[name][...] = data
    if h5py.h5z.filter_avail(zstd):
        pytest.skip("this HDF5 has the filter itself")
    with pytest.raises(FormatError, match=rf"/{packed} is packed by zstd.*pip install hdf5plugin.*h5repack"):
        hdf5.open_cube(path, Options())


@pytest.mark.parametrize("name", ["Zstd", "Blosc", "LZ4", "BZip2"])
def test_filters_of_hdf5plugin(tmp_path, values, name):
    hdf5plugin = pytest.importorskip("hdf5plugin")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("cube", data=values, chunks=(4, 13, 17), **getattr(hdf5plugin, name)())
    np.testing.assert_array_equal(open_cube(tmp_path / "a.h5").pixels.read(0, 21), values)


def test_wavelengths_of_the_cubes_own_place_and_name(write, values):
    """Of two detectors with as many bands each: those of the same group, or of the same word."""
    nm = np.linspace(400, 900, 17), np.linspace(900, 2400, 17)
    path = write(a__cube=values, a__wavelength=nm[0], b__cube=values, b__wavelength=nm[1])
    flat = write("f.h5", rhot_red=values, rhot_blue=values, blue_wavelength=nm[0], red_wavelength=nm[1])
    for file, name, expected in (
        (path, "a/cube", nm[0]),
        (path, "b/cube", nm[1]),
        (flat, "rhot_blue", nm[0]),
        (flat, "rhot_red", nm[1]),
    ):
        cube = open_cube(file, dataset=name)
        np.testing.assert_allclose(cube.wavelengths, expected)
        assert not any("fit as well" in note for note in cube.notes)
    either = write("e.h5", cube=values, wavelength_1=nm[0], wavelength_2=nm[1])
    assert any("wavelength_2 would fit as well" in note for note in open_cube(either).notes)
