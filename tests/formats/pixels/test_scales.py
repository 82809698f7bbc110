"""Scales that are meant the other way round, and those that have no meaning where they stand."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.formats import open_cube

VALUES = np.random.default_rng(0).integers(100, 9000, (5, 4, 6)).astype(np.int16)
NM = np.linspace(450.5, 900.5, 6)


def stored(cube):
    return np.asarray(cube.read(0, 5, dtype=np.float64))


def told(cube, *words):
    return any(all(word in note for word in words) for note in cube.notes)


@pytest.mark.parametrize(
    ("factor", "doubtful"), [("0.0001", True), ("1e-4", True), ("10000", False), ("1", False)]
)
def test_a_divisor_below_one(tmp_path, factor, doubtful):
    VALUES.transpose(2, 0, 1).tofile(tmp_path / "a.img")
    (tmp_path / "a.hdr").write_text(
        "ENVI\nlines = 5\nsamples = 4\nbands = 6\ninterleave = bsq\ndata type = 2\nbyte order = 0\n"
        f"reflectance scale factor = {factor}\n"
    )
    cube = open_cube(tmp_path / "a.hdr")
    np.testing.assert_allclose(stored(cube), VALUES / float(factor))
    assert told(cube, "divided by reflectance scale factor = 0.0001", "should say 10000") == doubtful


def test_an_offset_beside_a_divisor(tmp_path):
    VALUES.transpose(2, 0, 1).tofile(tmp_path / "a.img")
    (tmp_path / "a.hdr").write_text(
        "ENVI\nlines = 5\nsamples = 4\nbands = 6\ninterleave = bsq\ndata type = 2\nbyte order = 0\n"
        "reflectance scale factor = 10000\ndata offset values = {1, 2, 3, 4, 5, 6}\n"
    )
    cube = open_cube(tmp_path / "a.hdr")
    np.testing.assert_allclose(stored(cube), VALUES / 10000 + np.arange(1, 7))
    assert told(cube, "added after the division")


def hdf5(folder, attributes=(), around=(), beside=(), deep=False):
    h5py = pytest.importorskip("h5py")
    with h5py.File(folder / "a.h5", "w") as file:
        group = file.create_group("a/b") if deep else file
        dataset = group.create_dataset("cube", data=VALUES)
        group["wavelength"] = NM
        dataset.attrs.update(dict(attributes))
        file.attrs.update(dict(around))
        for name, value in beside:
            group[name] = value
    return open_cube(folder / "a.h5")


def test_a_factor_that_makes_whole_numbers_huge(tmp_path):
    cube = hdf5(tmp_path, [("scale_factor", 10000.0)])
    np.testing.assert_allclose(stored(cube), VALUES * 1e4)
    assert told(cube, "multiplied by scale_factor = 10000", "should say 0.0001")
    assert not told(hdf5(tmp_path, [("scale_factor", 1e-4)]), "multiplied")


@pytest.mark.parametrize("deep", [False, True])
def test_what_stands_around_a_dataset(tmp_path, deep):
    cube = hdf5(tmp_path, around=[("scale_factor", 1e-4), ("_FillValue", -999)], deep=deep)
    assert told(cube, "scale_factor (0.0001) was not applied")
    assert told(cube, "_FillValue (-999) was not taken for no data")
    cube = hdf5(tmp_path, beside=[("scale", 1e-4), ("nodata", -1)], deep=deep)
    assert told(cube, "scale (0.0001) was not applied")
    assert told(cube, "nodata (-1) was not taken for no data")
    quiet = [
        ("scale_factor", 1.0),
        ("add_offset", 0.0),
        ("header_offset", 12),
        ("time_scale", 5),
        ("title", "x"),
    ]
    assert not told(hdf5(tmp_path, around=quiet, deep=deep), "not applied")
    known = hdf5(tmp_path, [("_FillValue", np.int16(-1))], around=[("_FillValue", -1)], deep=deep)
    assert not told(known, "no data")


def test_single_numbers_in_files_of_arrays(tmp_path):
    scipy_io = pytest.importorskip("scipy.io")
    scipy_io.savemat(tmp_path / "a.mat", {"X": VALUES, "wl": NM, "scale_factor": 1e-4, "nodata": -1.0})
    np.savez(tmp_path / "a.npz", X=VALUES, wl=NM, scale_factor=np.array(1e-4), nodata=np.array([-1.0]))
    for name in ("a.mat", "a.npz"):
        cube = open_cube(tmp_path / name)
        assert told(cube, "scale_factor (0.0001) was not applied")
        assert told(cube, "nodata (-1) was not taken for no data")
        np.testing.assert_array_equal(stored(cube), VALUES)


def tiff(path, tags=None, band_tags=None, **profile):
    rasterio = pytest.importorskip("rasterio")
    scales = profile.pop("scales", None)
    with rasterio.open(
        path, "w", driver="GTiff", height=5, width=4, count=6, dtype="int16", crs="EPSG:32633",
        transform=(30, 0, 0, 0, -30, 0), **profile,
    ) as file:  # fmt: skip
        file.write(VALUES.transpose(2, 0, 1))
        file.update_tags(**tags or {})
        for band in range(1, 7 if band_tags else 1):
            file.update_tags(band, **band_tags)
        if scales:
            file.scales = [scales] * 6
    return open_cube(path)


def test_tags_of_tiff_files(tmp_path):
    cube = tiff(tmp_path / "a.tif", {"scale_factor": "0.0001", "add_offset": "0.5"})
    assert told(cube, "scale_factor (0.0001) was not applied")
    assert told(cube, "add_offset (0.5) was not applied")
    assert told(tiff(tmp_path / "b.tif", band_tags={"scale": "0.0001"}), "scale (0.0001) was not applied")
    same = tiff(tmp_path / "c.tif", {"scale_factor": "0.0001"}, scales=1e-4)  # as xarray's writers do
    assert not told(same, "not applied")
    assert told(tiff(tmp_path / "d.tif", scales=10000.0), "multiplied by scale = 10000")
    assert tiff(tmp_path / "e.tif", {"_FillValue": "-9999"}).nodata == -9999
    assert tiff(tmp_path / "f.tif", {"_FillValue": "-9999"}, nodata=-1).nodata == -1
