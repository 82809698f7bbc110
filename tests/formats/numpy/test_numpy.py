"""Arrays as NumPy writes them."""

from __future__ import annotations

import io
import os
import struct
import zipfile

import numpy as np
import pytest

from hsunmix.errors import FileError, FormatError, ParameterError, ShapeUnknownError
from hsunmix.formats import open_cube

SHAPE = (5, 7, 11)


@pytest.fixture
def values() -> np.ndarray:
    return np.arange(np.prod(SHAPE), dtype="<i2").reshape(SHAPE)


@pytest.mark.parametrize("axes", [None, "yxb", "ybx", "byx", "bxy", "xyb", "xby"])
@pytest.mark.parametrize("dtype", ["<i2", ">f4"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_any_order(tmp_path, values, axes, dtype, order):
    stored = values.transpose(["yxb".index(axis) for axis in axes or "yxb"]).astype(dtype)
    for name in ("a.npy", "a.npz", "packed.npz"):
        path = tmp_path / name
        array = np.asarray(stored, order=order)
        if name == "a.npy":
            np.save(path, array)
        else:
            (np.savez if name == "a.npz" else np.savez_compressed)(path, cube=array)
        cube = open_cube(path, axes=axes)
        assert cube.shape == SHAPE
        assert cube.format == path.suffix[1:]
        assert cube.pixels.dtype == np.dtype(dtype).newbyteorder("=")
        np.testing.assert_array_equal(cube.pixels.read(0, 5), values)
        np.testing.assert_array_equal(cube.pixels.read(1, 4, [10, 0]), values[1:4][:, :, [10, 0]])
        np.testing.assert_array_equal(cube.spectrum(4, 2), values[4, 2])
        assert cube.layout.sure is (axes is not None)
        assert any("yxb was assumed" in note for note in cube.notes) is (axes is None)


def test_a_matrix_is_taken_line_by_line(tmp_path, values):
    matrix = values.reshape(-1, 11).T
    np.save(tmp_path / "m.npy", matrix)
    np.savez(tmp_path / "m.npz", x=matrix)
    for name in ("m.npy", "m.npz"):
        with pytest.raises(ShapeUnknownError) as caught:
            open_cube(tmp_path / name)
        assert caught.value.pixels == 35
        for options in ({"lines": 5}, {"samples": 7}, {"lines": 5, "samples": 7}):
            cube = open_cube(tmp_path / name, **options)
            np.testing.assert_array_equal(cube.pixels.read(0, 5), values)
        for options in ({"lines": 4}, {"lines": 5, "samples": 6}, {"lines": 5, "axes": "yxb"}):
            with pytest.raises(ParameterError):
                open_cube(tmp_path / name, **options)
    np.save(tmp_path / "t.npy", matrix.T)
    np.testing.assert_array_equal(open_cube(tmp_path / "t.npy", lines=5).pixels.read(0, 5), values)
    np.save(tmp_path / "c.npy", values)
    with pytest.raises(ParameterError, match="three axes"):
        open_cube(tmp_path / "c.npy", lines=5)


def test_the_largest_of_several_and_its_wavelengths(tmp_path, values):
    nm = np.linspace(400.5, 2400, 11)
    np.savez(tmp_path / "s.npz", cube=values, small=values[:2], wavelength=nm, names=np.array(["a"]))
    cube = open_cube(tmp_path / "s.npz")
    np.testing.assert_array_equal(cube.pixels.read(0, 5), values)
    np.testing.assert_allclose(cube.wavelengths, nm)
    assert cube.layout.datasets == ("cube", "small")
    assert "small" in cube.notes[0]
    assert open_cube(tmp_path / "s.npz", dataset="small").shape == (2, 7, 11)
    with pytest.raises(ParameterError, match="no cube of this name"):
        open_cube(tmp_path / "s.npz", dataset="wavelength")


def npy_of(head: str, body: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    """An array whose head says what one likes."""
    text = head.encode() + b"\n"
    size = struct.pack("<H" if version == b"\x01\x00" else "<I", len(text))
    return b"\x93NUMPY" + version + size + text + body


class Evil:
    """Would run a command if it were unpickled."""

    def __reduce__(self):
        return os.mkdir, ("unpickled",)


HEADS = {
    "an object": "{'descr': '|O', 'fortran_order': False, 'shape': (2, 3, 4)}",
    "huge": "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000, 1000)}",
    "beyond integers": "{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999999999999999, 2, 2)}",
    "negative": "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 2, 2)}",
    "empty": "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 2, 2)}",
    "complex": "{'descr': '<c8', 'fortran_order': False, 'shape': (1, 1, 2)}",
    "fields": "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 1, 2)}",
    "four axes": "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 2, 1)}",
    "an expression": "{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os').getpid(), 1, 1)}",
    "deep": "(" * 9000,
    "not a dictionary": "[1, 2]",
    "short": "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4, 5)}",
}


@pytest.mark.parametrize("what", HEADS)
def test_heads_that_lie_are_refused(tmp_path, what):
    data = npy_of(HEADS[what], b"\0" * 16)
    (tmp_path / "a.npy").write_bytes(data)
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("cube.npy", data)
    for name in ("a.npy", "a.npz"):
        with pytest.raises(FormatError) as caught:
            open_cube(tmp_path / name)
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)


def test_nothing_is_unpickled(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("a.npy", np.array([[[Evil()]]], dtype=object), allow_pickle=True)
    np.savez("a.npz", np.array([[[Evil()]]], dtype=object))
    for name in ("a.npy", "a.npz"):
        with pytest.raises(FormatError):
            open_cube(name)
    assert not (tmp_path / "unpickled").exists()


def test_a_bomb_is_not_unpacked(tmp_path):
    head = npy_of("{'descr': '|u1', 'fortran_order': False, 'shape': (60000, 60000, 2)}")
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("cube.npy", head + b"\0" * (64 << 20))
    with pytest.raises(FormatError, match="declares"):
        open_cube(tmp_path / "bomb.npz")


def test_longer_shorter_and_gone(tmp_path, values):
    path = tmp_path / "a.npy"
    np.save(path, values)
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(b"xyz")
    cube = open_cube(path)
    assert any(f"{size + 3} bytes" in note for note in cube.notes)
    os.truncate(path, size - 1)
    with pytest.raises(FileError, match="shorter"):
        cube.pixels.read(0, 5)
    with pytest.raises(FormatError, match=rf"{size - 1} bytes.*needs {size}"):
        open_cube(path)


def test_damaged_archives(tmp_path, values):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, cube=values)
    good = buffer.getvalue()
    rng = np.random.default_rng(0)
    path = tmp_path / "a.npz"
    for cut in (4, 40, len(good) // 2, len(good) - 2):
        path.write_bytes(good[:cut])
        with pytest.raises(FormatError, match=r"a\.npz"):
            open_cube(path)
    for _ in range(100):
        mutated = bytearray(good)
        for at in rng.integers(4, len(good), 3):
            mutated[at] = int(rng.integers(256))
        path.write_bytes(mutated)
        try:
            lines = open_cube(path).notes
        except (FileError, ParameterError) as error:
            lines = (str(error),)
        assert not any("\n" in line for line in lines)


@pytest.mark.parametrize("axes", ["yxb", "byx", "ybx"])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_the_axis_with_as_many_entries_as_wavelengths(tmp_path, values, axes, save):
    nm = np.linspace(400, 2400, 11)
    save(tmp_path / "a.npz", cube=values.transpose(["yxb".index(a) for a in axes]), wavelength=nm)
    cube = open_cube(tmp_path / "a.npz")
    np.testing.assert_array_equal(cube.pixels.read(0, 5), values)
    np.testing.assert_allclose(cube.wavelengths, nm)
    assert cube.layout.axes == axes
    assert cube.layout.sure
    assert any(f"taken as {axes}" in note for note in cube.notes) is (axes != "yxb")
