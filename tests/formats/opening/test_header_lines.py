"""What files say of themselves, whichever format, reaches the cube."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from hsunmix.formats import open_cube
from hsunmix.formats.opening.header_lines import MAX_LINES, header_lines
from tests.formats.made_products import MAKERS

VALUES = np.random.default_rng(0).random((7, 5, 6)).astype("f4")


def write_envi(path: Path) -> Path:
    VALUES.transpose(2, 0, 1).tofile(path.with_suffix(".img"))
    said = "ENVI\nsamples = 5\nlines = 7\nbands = 6\ndata type = 4\ninterleave = bsq\nbyte order = 0\n"
    path.with_suffix(".hdr").write_text(f"{said}my own key = {{of\n two lines}}\n")
    return path.with_suffix(".hdr")


def write_hdf5(path: Path) -> Path:
    with h5py.File(path.with_suffix(".h5"), "w") as file:
        file["a/cube"] = VALUES
        file["a"].attrs["my own key"] = "of two lines"
        file["a/cube"].attrs["counts"] = np.arange(1000)
    return path.with_suffix(".h5")


def write_matlab(path: Path) -> Path:
    savemat(path.with_suffix(".mat"), {"cube": VALUES, "nBand": 224, "s": {"my own key": "of two lines"}})
    return path.with_suffix(".mat")


def write_tiff(path: Path) -> Path:
    import rasterio

    with rasterio.open(path.with_suffix(".tif"), "w", "GTiff", 5, 7, 6, dtype="float32") as file:
        file.write(VALUES.transpose(2, 0, 1))
        file.update_tags(**{"my own key": "of two lines"})
        file.update_tags(2, wavelength="450")
    return path.with_suffix(".tif")


@pytest.mark.parametrize("write", [write_envi, write_hdf5, write_matlab, write_tiff])
@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
def test_every_field_is_told(tmp_path: Path, write):
    lines = open_cube(write(tmp_path / "scene"), axes="yxb" if write is write_hdf5 else None).header
    assert any(line.endswith("my own key = of two lines") for line in lines)
    assert ("nBand = 224" in lines) == (write is write_matlab)
    assert all(len(line) < 4200 and line.isprintable() for line in lines)


@pytest.mark.parametrize("name", ["emit.nc", "prisma.he5", "tanager.h5"])
def test_attributes_of_products(tmp_path: Path, name: str):
    made = MAKERS[name](tmp_path / name)
    assert len(open_cube(tmp_path / name, **dict(made.options)).header) > 5


def test_hostile_headers_end():
    lines = header_lines((f"k\n{k}\0", "x" * 100_000) for k in range(MAX_LINES + 500))
    assert len(lines) == MAX_LINES + 1
    assert max(map(len, lines)) < 4100
    assert lines[0].startswith("k 0 = xxx")
    (line,) = header_lines([("many", np.arange(100_000))])
    assert line.endswith("(100000 in all)")
    assert header_lines([("b", b"text\0\0"), ("words", np.array([b"a", b"b"]))]) == (
        "b = text",
        "words = a, b",
    )
