"""ENVI data packed with gzip."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tempfile
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from hsunmix.engine.loading import load
from hsunmix.errors import FileError, FormatError, TooLargeError
from hsunmix.formats import open_cube, open_header
from hsunmix.formats.pixels import unpacked
from hsunmix.model.pixels import prepared


@pytest.fixture
def packed(tmp_path, write_envi):
    """Write values as a gzip file with its header; a field may say something else."""

    def do(values, interleave="bil", offset=0, compression=1, **fields):
        header = write_envi(
            tmp_path / "a", values, interleave, offset=offset, file_compression=compression, **fields
        )
        (tmp_path / "a").write_bytes(gzip.compress((tmp_path / "a").read_bytes()))
        return header

    return do


@pytest.mark.parametrize("interleave", ["bsq", "bil", "bip"])
def test_read_like_any_other(packed, values_of, interleave, monkeypatch):
    monkeypatch.setattr(unpacked, "BLOCK_BYTES", 100)
    values = values_of(2)
    cube = open_cube(packed(values, interleave, offset=5))
    assert any("gzip" in note for note in cube.notes)
    np.testing.assert_array_equal(cube.pixels.read(0, 5), values)
    np.testing.assert_array_equal(cube.pixels.read(1, 4, [10, 3]), values[1:4][:, :, [10, 3]])
    np.testing.assert_array_equal(cube.pixels.spectrum(3, 6), values[3, 6])


def test_opening_unpacks_nothing_and_unpacking_can_be_cancelled(packed, values_of, monkeypatch):
    monkeypatch.setattr(unpacked, "BLOCK_BYTES", 100)
    values = values_of(2)
    pixels = open_cube(packed(values)).pixels
    assert pixels.unpacked._done == 0
    work = prepared(pixels)
    fractions = [next(work).fraction for _ in range(3)]
    work.close()
    assert fractions == [pytest.approx(k * 100 / values.nbytes) for k in (1, 2, 3)]
    assert pixels.unpacked._done == 300
    assert next(prepared(pixels)).fraction > fractions[-1]  # it goes on from there
    np.testing.assert_array_equal(pixels.read(0, 5), values)
    assert list(prepared(pixels)) == []


def test_a_run_says_that_it_unpacks(packed, values_of, monkeypatch):
    monkeypatch.setattr(unpacked, "BLOCK_BYTES", 100)
    steps = load(open_cube(packed(np.abs(values_of(4)))))
    said = (step.message for step in steps if step is not None)
    assert next(text for text in said if not text.startswith("Preparing the fast kernels")) == "Unpacking a"
    steps.close()


def test_threads_share_it(packed, values_of):
    values = values_of(2, (40, 11, 30))
    pixels = open_cube(packed(values)).pixels
    with ThreadPoolExecutor(8) as pool:
        blocks = list(pool.map(lambda k: pixels.read(k, k + 1), range(40)))
    np.testing.assert_array_equal(np.concatenate(blocks), values)


def test_nothing_is_left_behind(packed, values_of, tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    pixels = open_cube(packed(values_of(2))).pixels
    pixels.read(0, 5)
    if os.name == "posix":
        assert list(folder.iterdir()) == []  # it has no name from the start


def test_a_header_that_says_the_wrong_thing(packed, values_of, tmp_path, write_envi):
    values = np.zeros((50, 7, 11), np.int16)
    cube = open_cube(packed(values, compression=0))
    assert any("does not say so" in note for note in cube.notes)
    np.testing.assert_array_equal(cube.pixels.read(0, 50), values)
    header = write_envi(tmp_path / "b", values_of(2), file_compression=1)
    cube = open_cube(header)
    assert any("but they are not" in note for note in cube.notes)
    np.testing.assert_array_equal(cube.pixels.read(0, 5), values_of(2))


def test_a_name_that_ends_in_gz(packed, values_of, tmp_path):
    header = packed(values_of(2)).rename(tmp_path / "a.hdr")
    (tmp_path / "a").rename(tmp_path / "a.img.gz")
    np.testing.assert_array_equal(open_cube(header).pixels.read(0, 5), values_of(2))


def test_damage_is_one_line(packed, values_of, tmp_path):
    values = values_of(2)
    header = packed(values, "bip")
    whole = (tmp_path / "a").read_bytes()
    for damaged in (whole[:-20], whole[:-6] + b"\0\0\0\0\0\0", whole[:200] + b"\xff" * 50 + whole[250:]):
        (tmp_path / "a").write_bytes(damaged)
        cube = open_cube(header)
        for _ in range(2):  # the second time too
            with pytest.raises(FormatError, match=r"a: .*damaged"):
                cube.read(0, 5)
    (tmp_path / "a").write_bytes(gzip.compress(values.tobytes()[:-7]))
    with pytest.raises(FormatError, match=f"holds {values.nbytes - 7} bytes unpacked.*needs {values.nbytes}"):
        open_cube(header).read(0, 5)
    (tmp_path / "a").write_bytes(gzip.compress(values.tobytes() + b"more"))
    np.testing.assert_array_equal(open_cube(header).pixels.read(0, 5), values)


@pytest.mark.parametrize("more", [b"", b"more than the header needs" * 9])
def test_what_gzip_notices_is_noticed(packed, values_of, tmp_path, more):
    """Flipped bits in the stream, the checksum and the length; cuts; what follows the end."""
    values = values_of(2, (3, 4, 5))
    header = packed(values)
    whole = gzip.compress(values.tobytes() + more)
    rng = np.random.default_rng(5)
    places = [*rng.integers(10, len(whole) - 8, 60), *range(len(whole) - 8, len(whole))]
    damaged = [whole[:-1], whole[:-4], whole[:-8], whole[:-9], whole + b"x", whole + b"\0" * 9, whole + whole]
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << int(rng.integers(8))
        damaged.append(bytes(flipped))
    refused = 0
    for raw in damaged:
        (tmp_path / "a").write_bytes(raw)
        try:
            good = gzip.decompress(raw)[: values.nbytes] == values.tobytes()
        except (EOFError, OSError, zlib.error):
            good = False
        try:
            read = open_cube(header).pixels.read(0, 3)
        except FormatError:
            refused += 1
            assert not good
        else:
            assert good
            np.testing.assert_array_equal(
                read, np.frombuffer(values.tobytes(), "<i2").reshape(3, 5, 4).transpose(0, 2, 1)
            )
    assert refused > 60


def test_what_a_file_cannot_hold_is_refused_at_once(packed, values_of):
    header = packed(values_of(2), samples=2**30)
    with pytest.raises(FormatError, match="can't hold"):
        open_cube(header)


def test_a_full_disk_is_said_before(packed, values_of, monkeypatch):
    cube = open_cube(packed(values_of(2)))
    monkeypatch.setattr(unpacked.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 100}))
    with pytest.raises(TooLargeError, match="TMPDIR"):
        cube.read(0, 5)


def test_changed_after_opening(packed, values_of, tmp_path):
    cube = open_cube(packed(values_of(2)))
    (tmp_path / "a").write_bytes(b"something else")
    with pytest.raises(FileError, match="has changed since it was opened"):
        cube.read(0, 5)


MEMORY = """
import resource, sys
from hsunmix.formats import open_cube
cube = open_cube(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
cube.read(0, 1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_unpacking_takes_bounded_memory(tmp_path):
    """160 MB of zeros out of 160 KB, in the memory of a few blocks."""
    pytest.importorskip("resource", reason="this system does not tell")
    lines, samples, bands = 4000, 400, 50
    (tmp_path / "a.hdr").write_text(
        f"ENVI\nsamples = {samples}\nlines = {lines}\nbands = {bands}\ndata type = 2\ninterleave = bil\n"
        "byte order = 0\nfile compression = 1\n"
    )
    with gzip.open(tmp_path / "a", "wb", compresslevel=1) as file:
        for _ in range(10):
            file.write(bytes(lines * samples * bands // 5))
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(tmp_path / "a.hdr")], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) * (1 if sys.platform == "darwin" else 1024) < 40e6


def test_info_reads_no_data(packed, values_of, tmp_path):
    header = packed(values_of(2))
    (tmp_path / "a").unlink()
    assert "data file is missing" in open_header(header).notes[-1]
