"""Damaged files are told in an analyst's words, with what to do; no library's own words come through."""

from __future__ import annotations

import gzip
import re

import numpy as np
import pytest

from hsunmix.errors import FileError
from hsunmix.formats import open_cube

VALUES = np.random.default_rng(0).random((30, 20, 6)).astype(np.float32)
FOREIGN = re.compile(
    r"IReadBlock|TIFF[A-Z_]|Error -\d|synchronously|errno|H5[A-Z]|CRC-32|zip file|zlib|Traceback|\bb'"
)


def tiff(path, **how):
    rasterio = pytest.importorskip("rasterio")
    profile = {"driver": "GTiff", "height": 30, "width": 20, "count": 6, "dtype": "float32", **how}
    with rasterio.open(path, "w", crs="EPSG:32633", transform=(30, 0, 0, 0, -30, 0), **profile) as file:
        file.write(VALUES.transpose(2, 0, 1))


def hdf5(path, **how):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        file.create_dataset("cube", data=VALUES, chunks=(10, 10, 6), **how)


def matlab(path, **how):
    pytest.importorskip("scipy.io").savemat(path, {"X": VALUES}, **how)


def netcdf3(path):
    with pytest.importorskip("scipy.io").netcdf_file(path, "w") as file:
        for name, length in zip("byx", (6, 30, 20), strict=True):
            file.createDimension(name, length)
        file.createVariable("cube", "f4", ("b", "y", "x"))[:] = VALUES.transpose(2, 0, 1)


def envi_packed(path):
    path.write_bytes(gzip.compress(VALUES.transpose(2, 0, 1).tobytes()))
    path.with_suffix(".hdr").write_text(
        "ENVI\nlines = 30\nsamples = 20\nbands = 6\ninterleave = bsq\ndata type = 4\nbyte order = 0\n"
        "file compression = 1\n"
    )


FILES = {
    "deflate.tif": lambda path: tiff(path, compress="deflate"),
    "lzw.tif": lambda path: tiff(path, compress="lzw"),
    "zstd.tif": lambda path: tiff(path, compress="zstd"),
    "plain.tif": tiff,
    "gzip.h5": lambda path: hdf5(path, compression="gzip"),
    "sums.h5": lambda path: hdf5(path, compression="gzip", fletcher32=True),
    "packed.mat": lambda path: matlab(path, do_compression=True),
    "plain.mat": matlab,
    "plain.npz": lambda path: np.savez(path, cube=VALUES),
    "packed.npz": lambda path: np.savez_compressed(path, cube=VALUES),
    "a.npy": lambda path: np.save(path, VALUES),
    "a.nc": netcdf3,
    "a.img": envi_packed,
}


def complaint(path):
    """Return what is said of a file, if anything; a wrong value elsewhere is another test's matter."""
    try:
        cube = open_cube(path)
        cube.read(0, cube.shape[0])
    except FileError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", FILES)
def test_cut_and_spoilt_files(tmp_path, name):
    path = tmp_path / name
    FILES[name](path)
    whole = path.read_bytes()
    middle = len(whole) // 2
    for damaged in (whole[:middle], whole[:-40], whole[:middle] + bytes(range(200)) + whole[middle + 200 :]):
        path.write_bytes(damaged)
        said = complaint(path)
        assert said or (len(damaged) == len(whole) and name in ("plain.tif", "plain.mat", "a.npy", "a.nc"))
        assert not FOREIGN.search(said), said
        assert "\n" not in said
        assert not said or any(way in said for way in ("again", "needs", "are needed")), said
