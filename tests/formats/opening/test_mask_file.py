"""Masks in files: their size, their place, and which way up they are."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from hsunmix.errors import FileError, FormatError
from hsunmix.formats import open_cube, open_mask
from hsunmix.model.cube import Cube
from hsunmix.model.georeference import Georeference

pytestmark = pytest.mark.filterwarnings("ignore")
LINES, SAMPLES = 11, 7


@pytest.fixture
def mask():
    """No symmetry: turned or mirrored, it is another."""
    rng = np.random.default_rng(0)
    found = rng.random((LINES, SAMPLES)) < 0.3
    found[0, :3] = True
    found[-1, -1] = False
    return found


@pytest.fixture
def cube():
    return Cube.from_array(np.ones((LINES, SAMPLES, 4), np.float32))


def write_raster(path, layers, driver="GTiff", **profile):
    import rasterio

    layers = layers if layers.ndim == 3 else layers[np.newaxis]
    shape = {"count": layers.shape[0], "height": layers.shape[1], "width": layers.shape[2]}
    with rasterio.open(path, "w", driver=driver, dtype=layers.dtype, **shape, **profile) as file:
        file.write(layers)
    return path


def test_every_kind_of_file(tmp_path, write_envi, mask, cube):
    classes = (mask * 3).astype(np.uint8)
    floats = np.where(mask, 0.5, np.nan).astype(np.float32)
    signed = np.where(mask, 1, -9).astype(np.int16)
    rgba = np.stack([classes, classes, classes * 0, np.full_like(classes, 255)])
    clear = np.stack([np.full_like(classes, 9), classes])
    np.save(tmp_path / "c.npy", mask)
    np.save(tmp_path / "f.npy", np.asfortranarray(floats))
    paths = [
        write_envi(
            tmp_path / "classes", classes[:, :, np.newaxis], file_type="ENVI Classification", classes=4
        ),
        write_envi(tmp_path / "signed", signed[:, :, np.newaxis], order=1, data_ignore_value=-9),
        write_raster(tmp_path / "a.tif", classes),
        write_raster(tmp_path / "b.tif", floats),
        write_raster(tmp_path / "c.tif", signed, nodata=-9),
        write_raster(tmp_path / "a.png", classes * 85, "PNG"),
        write_raster(tmp_path / "b.png", rgba, "PNG"),
        write_raster(tmp_path / "c.png", clear, "PNG"),
        write_raster(tmp_path / "d.png", mask.astype(np.uint8), "PNG", nbits=1),
        write_raster(tmp_path / "e.png", mask.astype(np.uint16) * 40000, "PNG"),
        tmp_path / "c.npy",
        tmp_path / "f.npy",
    ]
    for path in paths:
        found = open_mask(path, cube)
        assert found.dtype == np.bool_
        np.testing.assert_array_equal(found, mask, err_msg=str(path))


def test_another_size_is_refused(tmp_path, mask, cube):
    np.save(tmp_path / "turned.npy", mask.T)
    with pytest.raises(
        FormatError, match=r"7 lines × 11 samples for a cube of 11.*× 7 samples; are lines and"
    ):
        open_mask(tmp_path / "turned.npy", cube)
    with pytest.raises(FormatError, match=r"10 lines × 7 samples for a cube of 11 lines × 7 samples$"):
        open_mask(write_raster(tmp_path / "s.tif", mask[1:].astype("u1")), cube)
    with pytest.raises(FormatError, match="has 3 bands, and a mask has one"):
        open_mask(write_raster(tmp_path / "rgb.tif", np.ones((3, LINES, SAMPLES), "u1")), cube)


def test_another_place_is_refused(tmp_path, mask, cube):
    import rasterio

    placed = dataclasses.replace(cube, georeference=Georeference((30, 0, 5e5, 0, -30, 4e6), "EPSG:32633"))
    for shift, crs, fits in ((0, 32633, True), (10, 32633, True), (30, 32633, False), (1e6, 3035, True)):
        path = write_raster(
            tmp_path / "p.tif", mask.astype("u1"), crs=f"EPSG:{crs}",
            transform=rasterio.Affine(30, 0, 5e5 + shift, 0, -30, 4e6),
        )  # fmt: skip
        if fits:
            np.testing.assert_array_equal(open_mask(path, placed), mask)
        else:
            with pytest.raises(FormatError, match=r"lies elsewhere.*500045, 3999985, the cube's at 500015"):
                open_mask(path, placed)
        np.testing.assert_array_equal(open_mask(path, cube), mask)  # a cube of no place takes any


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.npy", b"\x93NUMPY"),
        ("a.npy", b"\x93NUMPY\x01\x00\x10\x00{'descr': '|O', }\n"),
        ("a.npy", b"\x93NUMPY\x09\x00" + b"x" * 99),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40),
        ("a.png", b"no picture"),
        ("a.txt", b"1 0 1\n"),
        ("a.npy", b""),
    ],
)
def test_damage_is_one_line(tmp_path, cube, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError, match=name.replace(".", r"\.")) as caught:
        open_mask(tmp_path / name, cube)
    assert "\n" not in str(caught.value)


def test_an_array_that_declares_too_much(tmp_path, cube):
    np.save(tmp_path / "a.npy", np.zeros((4, 4), bool))
    raw = (tmp_path / "a.npy").read_bytes().replace(b"(4, 4)", b"(4, 9)")
    (tmp_path / "a.npy").write_bytes(raw)
    with pytest.raises(FormatError, match="no two-dimensional array"):
        open_mask(tmp_path / "a.npy", cube)
    np.save(tmp_path / "b.npy", np.array([[{}]], dtype=object), allow_pickle=True)
    with pytest.raises(FormatError, match="no two-dimensional array"):
        open_mask(tmp_path / "b.npy", cube)


def test_a_picture_is_no_cube(tmp_path, mask):
    path = write_raster(tmp_path / "a.png", mask.astype("u1"), "PNG")
    with pytest.raises(FormatError, match="PNG files hold no hyperspectral image"):
        open_cube(path)
