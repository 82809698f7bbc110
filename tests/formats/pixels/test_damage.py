"""A damaged file is told in an analyst's words, whatever library has unpacked it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
import scipy.io
from rasterio.transform import from_origin

from hsunmix import errors, open_cube

VALUES = np.random.default_rng(0).random((20, 30, 9), dtype=np.float32)  # bands, lines, samples


def tiff(path: Path, compress: str) -> None:
    facts = {"width": 9, "height": 30, "count": 20, "dtype": "float32", "transform": from_origin(0, 0, 1, 1)}
    with rasterio.open(path, "w", "GTiff", compress=compress, **facts) as file:
        file.write(VALUES)


def hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("cube", data=VALUES, compression="gzip")


def matlab(path: Path) -> None:
    scipy.io.savemat(path, {"X": VALUES}, do_compression=True)


WRITERS: dict[str, Callable[[Path], None]] = {
    "lzw.tif": lambda path: tiff(path, "lzw"),
    "deflate.tif": lambda path: tiff(path, "deflate"),
    "a.h5": hdf5,
    "a.mat": matlab,
    "a.npz": lambda path: np.savez_compressed(path, X=VALUES),
}


@pytest.mark.parametrize("how", ["cut", "overwritten"])
@pytest.mark.parametrize("name", WRITERS)
def test_no_library_is_heard(name: str, how: str, tmp_path: Path):
    path = tmp_path / name
    WRITERS[name](path)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    if how == "cut":
        del content[middle:]
    else:
        content[middle : middle + 400] = bytes(400)
    path.write_bytes(content)
    with pytest.raises(errors.FileError) as caught:
        open_cube(path).pixels.read(0, 30)
    said = caught.value.reason
    for word in ("Error -", "()", "IReadBlock", "CRC", "zlib", "zip file"):
        assert word not in said
