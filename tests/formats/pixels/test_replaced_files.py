"""A file that another takes the place of while it is open: refused by name, never mixed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from hsunmix.engine.loading import load
from hsunmix.errors import FileError
from hsunmix.files import identity
from hsunmix.formats import open_cube
from hsunmix.model.progress import finish

SHAPE = (7, 5, 4)
HEADER = "ENVI\nlines = 7\nsamples = 5\nbands = 4\ndata type = 4\nbyte order = 0\ninterleave = {}\n"


def envi(interleave: str):
    def write(folder: Path, values: np.ndarray) -> tuple[Path, Path]:
        order = {"bsq": (2, 0, 1), "bil": (0, 2, 1), "bip": (0, 1, 2)}[interleave]
        (folder / "a.hdr").write_text(HEADER.format(interleave))
        (folder / "a.img").write_bytes(values.astype("<f4").transpose(order).tobytes())
        return folder / "a.hdr", folder / "a.img"

    return write


def npy(folder: Path, values: np.ndarray) -> tuple[Path, Path]:
    np.save(folder / "a.npy", values.astype("f4"))
    return folder / "a.npy", folder / "a.npy"


def npz(folder: Path, values: np.ndarray) -> tuple[Path, Path]:
    np.savez(folder / "a.npz", values.astype("f4"))
    return folder / "a.npz", folder / "a.npz"


def tiff(folder: Path, values: np.ndarray) -> tuple[Path, Path]:
    import tifffile

    tifffile.imwrite(folder / "a.tif", values.astype("f4"), photometric="minisblack", planarconfig="contig")
    return folder / "a.tif", folder / "a.tif"


WRITERS = {"bsq": envi("bsq"), "bil": envi("bil"), "bip": envi("bip"), "npy": npy, "npz": npz, "tiff": tiff}


@pytest.fixture(params=WRITERS)
def opened(request, tmp_path):
    """A cube of ones, the file of its pixels, and one of twos of the same size."""
    if request.param == "tiff":
        pytest.importorskip("tifffile")
    other = tmp_path / "other"
    other.mkdir()
    path, data = WRITERS[request.param](tmp_path, np.ones(SHAPE))
    _, twos = WRITERS[request.param](other, np.full(SHAPE, 2))
    return open_cube(path), data, twos


def test_another_file_of_the_same_size_and_time_is_noticed(opened):
    cube, data, twos = opened
    assert (cube.read(0, 3) == 1).all()
    state = data.stat()
    os.utime(twos, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert twos.stat().st_size == state.st_size
    twos.replace(data)
    for read in (lambda: cube.read(3, 7), lambda: cube.band(1), lambda: cube.spectrum(2, 1)):
        with pytest.raises(FileError, match=f"{data.name}.*has changed since it was opened"):
            read()


def test_bytes_written_into_the_file_are_noticed(opened):
    cube, data, twos = opened
    with data.open("r+b") as file:
        file.write(twos.read_bytes())
    os.utime(data, ns=(1, 10**18))  # the clock of a file system is coarse
    with pytest.raises(FileError, match=r"has changed|its checksum is not that"):
        finish(load(cube))


def test_a_file_written_anew_while_a_block_is_read_is_noticed(tmp_path, monkeypatch):
    path, data = npy(tmp_path, np.ones(SHAPE))
    cube = open_cube(path)
    real = os.preadv

    def late(*arguments):
        got = real(*arguments)
        os.utime(data, ns=(1, 10**18))
        return got

    monkeypatch.setattr("hsunmix.formats.pixels.raw._read_at", late)
    with pytest.raises(FileError, match="has changed"):
        cube.read(0, 7)


def test_a_link_that_points_elsewhere_is_another_file(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        npy(tmp_path / name, np.full(SHAPE, 1 + (name == "two")))
    link = tmp_path / "link.npy"
    link.symlink_to(tmp_path / "one" / "a.npy")
    cube = open_cube(link)
    link.unlink()
    link.symlink_to(tmp_path / "two" / "a.npy")
    with pytest.raises(FileError, match="has changed"):
        cube.read(0, 1)


def test_a_file_that_is_only_moved_aside_and_back_stays_the_same(tmp_path):
    path, data = npy(tmp_path, np.ones(SHAPE))
    cube, before = open_cube(path), identity(data)
    data.rename(tmp_path / "aside")
    with pytest.raises(FileError, match="can no longer be read"):
        cube.read(0, 1)
    (tmp_path / "aside").rename(data)
    assert identity(data) == before
    assert (cube.read(0, 7) == 1).all()
