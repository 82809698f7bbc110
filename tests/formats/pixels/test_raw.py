"""Reading in blocks: the same values in whatever pieces, from any thread, in little memory."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from hsunmix.formats import open_cube
from hsunmix.formats.pixels import raw as raw_pixels
from hsunmix.formats.pixels.raw import RawPixels

INTERLEAVES = ["bsq", "bil", "bip"]


@pytest.mark.parametrize("interleave", INTERLEAVES)
def test_blocks_equal_whole(tmp_path, write_envi, values_of, interleave, monkeypatch):
    values = values_of(12, (23, 7, 40))
    cube = open_cube(write_envi(tmp_path / "a", values, interleave, order=1, offset=3))
    monkeypatch.setattr(raw_pixels, "CHUNK_BYTES", 1500)  # a few lines at a time
    for step in (1, 4, 23):
        parts = [cube.pixels.read(k, k + step) for k in range(0, 23, step)]
        np.testing.assert_array_equal(np.concatenate(parts), values)
    for bands in ([5], [39, 0], [7, 7], list(range(3, 30)), list(range(39, -1, -1)), []):
        np.testing.assert_array_equal(cube.pixels.read(2, 21, bands), values[2:21][:, :, bands])
    for line, sample in ((0, 0), (22, 6), (11, 3)):
        np.testing.assert_array_equal(cube.pixels.spectrum(line, sample), values[line, sample])
    blocks = [block for _, block in cube.blocks(block_bytes=7 * 40 * 4 * 5)]
    assert [len(block) for block in blocks] == [5, 5, 5, 5, 3]
    np.testing.assert_array_equal(np.concatenate(blocks), values.astype("f4"))


@pytest.mark.parametrize("interleave", INTERLEAVES)
def test_what_is_read_belongs_to_the_reader(tmp_path, write_envi, values_of, interleave):
    pixels = open_cube(write_envi(tmp_path / "a", values_of(2), interleave)).pixels
    first = pixels.read(0, 5)
    first[:] = 0
    assert (pixels.read(0, 5) != 0).any()


@pytest.mark.parametrize("interleave", INTERLEAVES)
def test_threads(tmp_path, write_envi, values_of, interleave):
    values = values_of(2, (40, 11, 30))
    pixels = open_cube(write_envi(tmp_path / "a", values, interleave)).pixels

    def check(seed: int) -> bool:
        rng = np.random.default_rng(seed)
        first, last = np.sort(rng.integers(0, 41, 2))
        bands = rng.integers(0, 30, rng.integers(1, 12)).tolist()
        line, sample = int(rng.integers(40)), int(rng.integers(11))
        return (
            np.array_equal(pixels.read(first, last), values[first:last])
            and np.array_equal(pixels.read(first, last, bands), values[first:last][:, :, bands])
            and np.array_equal(pixels.spectrum(line, sample), values[line, sample])
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(check, range(400)))


def _bytes_read() -> int:
    """What this process has asked the system to read; zero where the system doesn't tell."""
    try:
        words = Path("/proc/self/io").read_text().split()
    except OSError:
        return 0
    return int(words[words.index("rchar:") + 1])


@pytest.mark.parametrize("interleave", INTERLEAVES)
def test_a_cube_larger_than_memory_opens_at_once(tmp_path, interleave):
    """60 GB on a sparse file: what is asked for is read and nothing else, whatever the interleave."""
    lines, samples, bands = 100_000, 1000, 300
    with (tmp_path / "big").open("wb") as file:
        file.truncate(lines * samples * bands * 2)
    (tmp_path / "big.hdr").write_text(
        f"ENVI\nsamples = {samples}\nlines = {lines}\nbands = {bands}\ndata type = 2\n"
        f"interleave = {interleave}\nbyte order = 0\n"
    )
    read = _bytes_read()
    cube = open_cube(tmp_path / "big.hdr")
    assert cube.spectrum(lines - 1, samples - 1).shape == (bands,)
    assert cube.read(lines - 2, lines, [0, 150, 299]).shape == (2, samples, 3)
    assert _bytes_read() - read < 32 << 20  # of 60 GB


MEMORY = """
import resource, sys
from hsunmix.formats import open_cube
cube = open_cube(sys.argv[1])
for name in ("pixels", "mask"):  # mask passes through the whole file
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    getattr(cube, name)
cube.read(0, cube.lines, [0, 20, 40])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("interleave", INTERLEAVES)
def test_a_pass_takes_bounded_memory(tmp_path, interleave):
    """A pass through 240 MB and three of its bands, far below what the whole would take."""
    lines, samples, bands = 6000, 400, 50
    with (tmp_path / "big").open("wb") as file:
        file.truncate(lines * samples * bands * 2)
    (tmp_path / "big.hdr").write_text(
        f"ENVI\nsamples = {samples}\nlines = {lines}\nbands = {bands}\ndata type = 2\n"
        f"interleave = {interleave}\nbyte order = 0\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(tmp_path / "big.hdr")], capture_output=True, text=True, check=True
    )
    grown = int(done.stdout) * (1 if sys.platform == "darwin" else 1024)
    assert grown < 150e6


def test_too_large_for_memory_is_said(tmp_path):
    from hsunmix.errors import TooLargeError

    shape = (1_000_000, 100_000, 100)
    with (tmp_path / "a").open("wb") as file:
        try:
            file.truncate(int(np.prod(shape, dtype=object)))
        except OSError:
            pytest.skip("this file system has no files so large")
    pixels = RawPixels(tmp_path / "a", shape, np.dtype("u1"), "bip")
    with pytest.raises(TooLargeError, match="a: "):
        pixels.read(0, shape[0])


LOADING = """
import resource, sys
from hsunmix.formats import open_cube
from hsunmix.engine.loading import load
from hsunmix.model.progress import finish
cube = open_cube(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
scene = finish(load(cube))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, scene.tiles.nbytes)
"""


@pytest.mark.parametrize("interleave", INTERLEAVES)
def test_a_scene_in_memory_takes_little_more_than_itself(tmp_path, interleave):
    """80 MB of int16 are 160 MB as float32; nothing of that size comes on top while it is read."""
    pytest.importorskip("resource", reason="this system does not tell")
    lines, samples, bands = 2000, 400, 50
    np.full(lines * samples * bands, 7, np.int16).tofile(tmp_path / "a")
    (tmp_path / "a.hdr").write_text(
        f"ENVI\nsamples = {samples}\nlines = {lines}\nbands = {bands}\ndata type = 2\n"
        f"interleave = {interleave}\nbyte order = 0\nreflectance scale factor = 10000\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", LOADING, str(tmp_path / "a.hdr")], capture_output=True, text=True, check=True
    )
    grown, scene = map(int, done.stdout.split())
    assert scene >= 160e6
    assert grown * (1 if sys.platform == "darwin" else 1024) < scene + 100e6
