"""Chunks that are read without HDF5: the values that h5py gives, and a refusal where these are damaged."""

from __future__ import annotations

import gc
import os
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from hsunmix.engine.loading import load
from hsunmix.engine.source import PerPixel
from hsunmix.engine.threads import set_threads
from hsunmix.errors import FileError, HsunmixError
from hsunmix.formats import Options, hdf5, open_cube
from hsunmix.formats.hdf5 import chunks as hdf5_chunks
from hsunmix.formats.hdf5.pixels import HdfPixels
from hsunmix.formats.pixels import chunked as chunk_pixels
from hsunmix.formats.pixels import raw as raw_pixels
from hsunmix.formats.pixels.chunked import ChunkPixels
from hsunmix.model.progress import finish

SHAPE = (21, 13, 17)
PACKED = {"chunks": (5, 6, 7), "compression": "gzip", "shuffle": True}


def values() -> np.ndarray:
    return np.random.default_rng(0).integers(1, 3000, SHAPE).astype("i2")


def write(path: Path, *, user_block: int = 0, libver: str = "earliest", **options: object) -> Path:
    with h5py.File(path, "w", userblock_size=user_block, libver=libver) as file:
        file.create_dataset("cube", data=values(), **options)
    return path


def pixels_of(path: Path) -> ChunkPixels | HdfPixels:
    return hdf5.open_cube(path, Options(axes="yxb")).pixels  # type: ignore[return-value]


@pytest.mark.parametrize("libver", ["earliest", "latest"])
@pytest.mark.parametrize("user_block", [0, 512])
@pytest.mark.parametrize(
    "options", [{"chunks": (5, 6, 7)}, PACKED, {"chunks": (21, 13, 17), "shuffle": True}]
)
def test_chunks_lie_where_hdf5_says(tmp_path, options, user_block, libver):
    path = write(tmp_path / "a.h5", user_block=user_block, libver=libver, **options)
    assert type(pixels_of(path)) is ChunkPixels
    cube = open_cube(path, axes="yxb")
    assert type(cube.pixels) is ChunkPixels  # also by way of the decoder
    np.testing.assert_array_equal(cube.pixels.read(0, 21), values())
    np.testing.assert_array_equal(cube.pixels.read(3, 9, [16, 2]), values()[3:9][:, :, [16, 2]])
    scene = finish(load(cube))
    np.testing.assert_array_equal(
        scene.spread(PerPixel(scene.tiles, scene.counts)), values().transpose(2, 0, 1)
    )


@pytest.mark.parametrize("packing", [{}, {"compression": "gzip", "shuffle": True}])
@pytest.mark.parametrize("dtype", ["<i2", ">i2", "<f4", ">f4", "<f8"])
@pytest.mark.parametrize("axes", ["yxb", "ybx", "byx", "bxy", "xyb"])
def test_tiles_are_filled_from_chunks(tmp_path, axes, dtype, packing):
    """In any order of the axes, without some bands, and where pixels are left out."""
    stored = values().astype(dtype)
    stored[12, 5, 3] = stored[20, 0, 0] = -1
    order = ["yxb".index(axis) for axis in axes]
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("cube", data=stored.transpose(order), chunks=(5, 6, 7), **packing)
    cube = replace(open_cube(tmp_path / "a.h5", axes=axes), nodata=-1.0, gain=0.5)
    assert type(cube.pixels) is ChunkPixels
    bad = np.zeros(SHAPE[2], bool)
    bad[[0, 8, 9]] = dtype != "<f4"
    cube = cube.with_bad_bands(bad)
    physical = cube.read(0, SHAPE[0], np.flatnonzero(~bad).tolist())
    used = np.isfinite(physical).all(axis=2)
    for threads in (1, 3):
        with set_threads(threads):
            scene = finish(load(cube))
        np.testing.assert_array_equal(scene.pixels, np.flatnonzero(used))
        np.testing.assert_array_equal(scene.columns(np.arange(scene.n_pixels)).T, physical[used])


def test_places_counted_from_behind_a_user_block_are_noticed(tmp_path, monkeypatch):
    path = write(tmp_path / "a.h5", user_block=512, **PACKED)

    class Moved(hdf5_chunks.Chunks):
        def __init__(self, *words):
            super().__init__(*words)
            self.starts[self.starts >= 0] -= 512

    monkeypatch.setattr(hdf5_chunks, "Chunks", Moved)
    pixels = pixels_of(path)
    assert type(pixels) is HdfPixels
    np.testing.assert_array_equal(pixels.read(0, 21), values())


@pytest.mark.parametrize(
    "options",
    [
        PACKED | {"compression": "lzf"},
        PACKED | {"fletcher32": True},
        {"chunks": (5, 6, 7), "scaleoffset": 0},
    ],
)
def test_other_filters_are_left_to_hdf5(tmp_path, options):
    pixels = pixels_of(write(tmp_path / "a.h5", **options))
    assert type(pixels) is HdfPixels
    np.testing.assert_array_equal(pixels.read(0, 21), values())


@pytest.mark.parametrize("options", [{"chunks": (5, 6, 7)}, PACKED])
def test_chunks_that_are_not_there_hold_the_fill_value(tmp_path, options):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        made = file.create_dataset("cube", SHAPE, ">i2", fillvalue=-7, **options)
        made[4:12, 3:9, 2:11] = 5
        expected = made[()]
    pixels = pixels_of(tmp_path / "a.h5")
    assert type(pixels) is ChunkPixels
    np.testing.assert_array_equal(pixels.read(0, 21), expected)
    np.testing.assert_array_equal(open_cube(tmp_path / "a.h5", axes="yxb").pixels.read(0, 21), expected)
    np.testing.assert_array_equal(pixels.spectrum(20, 12), expected[20, 12])


def test_filters_left_out_of_a_chunk(tmp_path):
    """HDF5 leaves out a filter that fails, and says so in the chunk's mask."""
    path = write(tmp_path / "a.h5", chunks=(7, 13, 17), compression="gzip", shuffle=True)
    block = values()[7:14]
    with h5py.File(path, "r+") as file:
        file["cube"].id.write_direct_chunk((7, 0, 0), block.tobytes(), filter_mask=0b11)
        planes = block.reshape(-1).view("u1").reshape(-1, 2).T.tobytes()
        file["cube"].id.write_direct_chunk((14, 0, 0), planes, filter_mask=0b10)
        expected = file["cube"][()]
    np.testing.assert_array_equal(expected[14:], block)
    pixels = pixels_of(path)
    assert type(pixels) is ChunkPixels
    np.testing.assert_array_equal(pixels.read(0, 21), expected)


def chunk_of(path: Path) -> tuple[int, int]:
    """First byte and length of a chunk in the midst of the file."""
    chunks = pixels_of(path).chunks
    return int(chunks.starts[1, 1, 1]), int(chunks.lengths[1, 1, 1])


@pytest.mark.parametrize("damage", ["bits", "short", "long", "stream"])
def test_a_damaged_chunk_is_refused(tmp_path, damage):
    path = write(tmp_path / "a.h5", **PACKED)
    start, length = chunk_of(path)
    raw = bytearray(path.read_bytes())
    if damage == "bits":
        raw[start + length // 2] ^= 0x10
    elif damage == "stream":
        raw[start : start + 2] = b"\0\0"
    else:
        import zlib

        size = 5 * 6 * 7 * 2 + (1 if damage == "long" else -1)
        other = zlib.compress(bytes(size))
        raw[start : start + len(other)] = other
    path.write_bytes(raw)
    pixels = open_cube(path, axes="yxb").pixels
    np.testing.assert_array_equal(pixels.read(0, 5, [0]), values()[:5, :, [0]])
    with pytest.raises(FileError, match=r"a\.h5: is damaged: .* at byte \d+"):
        pixels.read(0, 21)
    with pytest.raises(FileError, match="is damaged"):
        pixels.spectrum(7, 8)
    with pytest.raises(FileError, match="is damaged"):
        finish(load(open_cube(path, axes="yxb")))


def test_damaged_indexes_give_one_line(tmp_path):
    path = write(tmp_path / "a.h5", **PACKED)
    good = path.read_bytes()
    rng = np.random.default_rng(3)
    for _ in range(60):
        mutated = bytearray(good)
        for at in rng.integers(len(good) // 8, len(good), 6):
            mutated[at] = int(rng.integers(256))
        path.write_bytes(mutated)
        try:
            open_cube(path, axes="yxb").pixels.read(0, 21)
        except HsunmixError as error:
            assert "a.h5" in str(error)
            assert "\n" not in str(error)


def test_chunks_beyond_the_dataset_are_none(tmp_path):
    """Of a dataset that is smaller than its index says."""
    path = write(tmp_path / "a.h5", **PACKED)

    class Smaller:
        def __init__(self, dataset):
            self._dataset = dataset

        def __getattr__(self, name):
            return (20, 12, 14) if name == "shape" else getattr(self._dataset, name)

    with h5py.File(path) as file:
        pixels = hdf5_chunks.chunked(path, Smaller(file["cube"]), "yxb")
    np.testing.assert_array_equal(pixels.read(0, 20), values()[:20, :12, :14])


def test_a_file_that_changes_is_noticed(tmp_path):
    path = write(tmp_path / "a.h5", **PACKED)
    pixels = open_cube(path, axes="yxb").pixels
    pixels.read(0, 5)
    os.utime(path, (1, 1))
    with pytest.raises(FileError, match="has changed"):
        pixels.read(0, 5)
    path.unlink()
    with pytest.raises(FileError, match="can no longer be read"):
        pixels.read(0, 5)


def test_without_reads_at_a_place(tmp_path, monkeypatch):
    """As on Windows."""
    monkeypatch.setattr(raw_pixels, "_read_at", None)
    for options in (PACKED, {"chunks": (5, 6, 7)}):
        pixels = pixels_of(write(tmp_path / "a.h5", **options))
        np.testing.assert_array_equal(pixels.read(0, 21), values())


def test_too_many_chunks_are_left_to_hdf5(tmp_path, monkeypatch):
    path = write(tmp_path / "a.h5", chunks=(5, 6, 7))
    count = pixels_of(path).chunks.starts.size
    monkeypatch.setattr(hdf5_chunks, "MAX_CHUNKS", count - 1)
    assert type(pixels_of(path)) is HdfPixels


def test_whole_rows_of_chunks_are_not_kept(tmp_path):
    path = write(tmp_path / "a.h5", **PACKED)
    pixels = pixels_of(path)
    assert pixels.block_lines == 5
    pixels.read(0, 21)
    assert pixels._slabs.peek(0) is None
    pixels.read(1, 2)
    np.testing.assert_array_equal(pixels._slabs.peek(0), values()[:5])
    alone = pixels_of(write(tmp_path / "b.h5", chunks=(5, 6, 7)))
    assert alone.block_lines == 1  # of a chunk that is not packed a line is read alone


def test_the_file_is_closed_with_the_pixels(tmp_path):
    """A library that has it open would give the old one when it is opened again."""
    path = write(tmp_path / "a.h5", **(PACKED | {"compression": "lzf"}))
    gc.disable()
    try:
        pixels_of(path).read(0, 1)
        assert path not in {fd.readlink() for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()}
    except FileNotFoundError:
        pytest.skip("this system does not list open files")
    finally:
        gc.enable()


def test_portions_hold_some_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(chunk_pixels, "PORTION", 1000)
    path = write(tmp_path / "a.h5", **PACKED)
    np.testing.assert_array_equal(pixels_of(path).read(0, 21), values())


def test_places_that_are_looked_at_in_turn_are_unpacked_once(tmp_path, monkeypatch):
    values = np.arange(64 * 48 * 9, dtype="<i2").reshape(64, 48, 9)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("cube", data=values, chunks=(16, 16, 3), compression="gzip")
    pixels = open_cube(tmp_path / "a.h5", axes="yxb").pixels
    assert type(pixels) is ChunkPixels
    decoded = []
    load = ChunkPixels._load
    monkeypatch.setattr(ChunkPixels, "_load", lambda self, *picked: decoded.append(1) or load(self, *picked))
    places = [(15, 3), (40, 20), (15, 40)]
    for line, sample in places * 4:
        np.testing.assert_array_equal(pixels.spectrum(line, sample), values[line, sample])
    assert len(decoded) == len(places)
    pixels._columns = type(pixels._columns)(1)  # no room but for the last one
    for line, sample in places * 2:
        np.testing.assert_array_equal(pixels.spectrum(line, sample), values[line, sample])
    assert len(decoded) == 3 * len(places)
