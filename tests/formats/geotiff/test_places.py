"""TIFF files whose pieces are read without GDAL: the same values as GDAL has, and no less caution."""

from __future__ import annotations

import itertools
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
import rasterio

from hsunmix.engine.loading import load
from hsunmix.errors import FileError
from hsunmix.formats import open_cube
from hsunmix.formats.decoder.remote import RemotePixels
from hsunmix.formats.geotiff.directory import read_directories
from hsunmix.formats.pixels.chunk_filters import decode
from hsunmix.formats.pixels.chunked import ChunkPixels
from hsunmix.formats.pixels.raw import RawPixels
from hsunmix.model.progress import finish

LINES, SAMPLES, BANDS = 45, 71, 9
TILED = {"tiled": True, "blockxsize": 32, "blockysize": 16}
STRIPS = {"blockysize": 7}
STORED = [
    (dtype, interleave, pieces, compress, predictor)
    for dtype, interleave, pieces, (compress, predictor) in itertools.product(
        ("uint8", "int16", "float32", "float64"),
        ("pixel", "band"),
        ("tiles", "strips"),
        ((None, 1), ("deflate", 1), ("deflate", 2), ("deflate", 3), ("lzw", 1), ("lzw", 2), ("lzw", 3)),
    )
    if predictor != 3 or dtype.startswith("f")
]


def made(path: Path, dtype: str = "int16", pieces: str = "tiles", **storage: object) -> np.ndarray:
    """Write a file by GDAL; return its values, (lines, samples, bands)."""
    rng = np.random.default_rng(5)
    walk = np.cumsum(rng.integers(-3, 4, (LINES, SAMPLES, BANDS)), axis=1) + 100
    values = (walk + (rng.random(walk.shape) if dtype.startswith("f") else 0)).astype(dtype)
    profile = {"driver": "GTiff", "height": LINES, "width": SAMPLES, "count": BANDS, "dtype": dtype}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(
            path, "w", **profile, **(TILED if pieces == "tiles" else STRIPS), **storage
        ) as file:
            file.write(np.moveaxis(values, -1, 0))
    return values


@pytest.mark.parametrize(("dtype", "interleave", "pieces", "compress", "predictor"), STORED)
def test_values_are_those_that_were_written(tmp_path, dtype, interleave, pieces, compress, predictor) -> None:
    path = tmp_path / "a.tif"
    packed = {"compress": compress, "predictor": predictor} if compress else {}
    big = {"ENDIANNESS": "BIG", "BIGTIFF": "YES"} if predictor == 2 or dtype == "uint8" else {}
    values = made(path, dtype, pieces, interleave=interleave, **packed, **big)
    cube = open_cube(path)
    flat = compress is None and pieces == "strips"
    assert isinstance(cube.pixels, RemotePixels if compress == "lzw" else RawPixels if flat else ChunkPixels)
    np.testing.assert_array_equal(cube.pixels.read(0, LINES), values)
    np.testing.assert_array_equal(cube.pixels.read(5, 40, [1, 7, 8]), values[5:40, :, [1, 7, 8]])
    for line, sample in ((LINES - 1, SAMPLES - 1), (3, 40), (4, 41), (0, 0)):
        np.testing.assert_array_equal(cube.pixels.spectrum(line, sample), values[line, sample])


@pytest.mark.parametrize("interleave", ["pixel", "band"])
@pytest.mark.parametrize("dtype", ["int16", "float32", "float64"])
def test_tiles_of_the_engine_hold_them(tmp_path, interleave, dtype) -> None:
    values = made(tmp_path / "a.tif", dtype, interleave=interleave, compress="lzw", predictor=2)
    scene = finish(load(open_cube(tmp_path / "a.tif")))
    held = scene.columns(np.arange(scene.n_pixels)).T.reshape(values.shape)
    np.testing.assert_array_equal(held, values.astype("f4"))


def test_what_is_stored_in_another_way_is_left_to_gdal(tmp_path) -> None:
    values = made(tmp_path / "a.tif", compress="zstd")
    cube = open_cube(tmp_path / "a.tif")
    assert isinstance(cube.pixels, RemotePixels)
    np.testing.assert_array_equal(cube.pixels.read(0, LINES), values)


@pytest.mark.parametrize("nodata", [None, -9999])
def test_a_piece_that_is_not_there_holds_no_data(tmp_path, nodata) -> None:
    profile = {"driver": "GTiff", "height": 64, "width": 96, "count": 2, "dtype": "int16", "SPARSE_OK": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(tmp_path / "a.tif", "w", **profile, **TILED, nodata=nodata) as file:
            file.write(np.full((2, 16, 32), 7, "i2"), window=rasterio.windows.Window(32, 16, 32, 16))
        with rasterio.open(tmp_path / "a.tif") as file:
            expected = np.moveaxis(file.read(), 0, -1)
    pixels = open_cube(tmp_path / "a.tif").pixels
    assert isinstance(pixels, ChunkPixels)
    assert set(np.unique(expected)) == {7, nodata or 0}
    np.testing.assert_array_equal(pixels.read(0, 64), expected)


@pytest.mark.parametrize("compress", ["deflate", "lzw", None])
def test_damage_is_told_with_the_name(tmp_path, compress) -> None:
    path = tmp_path / "a.tif"
    made(path, **({"compress": compress} if compress else {}))
    tags = read_directories(path)[0][0].numbers
    raw = bytearray(path.read_bytes())
    cube = open_cube(path)
    state = path.stat()
    start, length = int(tags[324][3]), int(tags[325][3])
    raw[start : start + length] = b"\xff" * length
    path.write_bytes(raw)
    with pytest.raises(FileError, match=r"a\.tif.*has changed"):
        cube.pixels.read(0, LINES)
    assert path.stat().st_size == state.st_size
    if compress:
        with pytest.raises(FileError, match=r"a\.tif.*damaged"):
            open_cube(path).pixels.read(0, LINES)


def test_pieces_beyond_the_file_are_gdals_to_refuse(tmp_path) -> None:
    path = tmp_path / "a.tif"
    made(path, compress="deflate")
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) * 2 // 3])
    with pytest.raises(FileError, match=r"a\.tif"):
        open_cube(path).pixels.read(0, LINES)


def test_directories_that_are_none(tmp_path) -> None:
    path = tmp_path / "a.tif"
    made(path)
    raw = path.read_bytes()
    (start,) = struct.unpack("<I", raw[4:8])
    for damaged in (
        b"",
        raw[:6],
        b"XX" + raw[2:],
        raw[:4] + b"\xff\xff\xff\xff" + raw[8:],
        raw[:start] + b"\xff\xff" + raw[start + 2 :],
        raw[: start + 20],
    ):
        path.write_bytes(damaged)
        assert read_directories(path)[0] == [None]


def test_pieces_that_hold_all_bands_are_unpacked_once(tmp_path, monkeypatch) -> None:
    """For the picture, for another band, for a spectrum and for the engine's tiles."""
    values = made(tmp_path / "a.tif", interleave="pixel", compress="deflate")
    unpacked = []

    def counting(raw, *others):
        unpacked.append(len(raw))
        return decode(raw, *others)

    monkeypatch.setattr("hsunmix.formats.pixels.chunked.decode", counting)
    cube = open_cube(tmp_path / "a.tif")
    for bands in ([6, 3, 1], [4], [8, 8, 0]):
        np.testing.assert_array_equal(cube.pixels.read(0, LINES, bands), values[:, :, bands])
    np.testing.assert_array_equal(cube.pixels.spectrum(30, 50), values[30, 50])
    np.testing.assert_array_equal(cube.pixels.read(10, 40), values[10:40])
    scene = finish(load(cube))
    np.testing.assert_array_equal(scene.columns(np.arange(scene.n_pixels)).T, values.reshape(-1, BANDS))
    assert len(unpacked) == -(-LINES // 16) * -(-SAMPLES // 32)
