"""ENVI data with bytes to skip around rows and frames."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from hsunmix.errors import FormatError
from hsunmix.formats import open_cube
from hsunmix.formats.pixels import raw as raw_pixels

AXES = {"bsq": (2, 0, 1), "bil": (0, 2, 1), "bip": (0, 1, 2)}
MAJOR, MINOR = (3, 5), (2, 1)


@pytest.fixture
def framed(tmp_path, write_envi, values_of):
    """Write a scene in frames, byte by byte; returns its header and its values."""

    def do(interleave, code=2, major=MAJOR, minor=MINOR, offset=7):
        values = values_of(code, (6, 4, 5))
        header = write_envi(
            tmp_path / "a", values, interleave, order=1, offset=offset,
            major_frame_offsets=f"{{{major[0]}, {major[1]}}}",
            minor_frame_offsets=f"{{{minor[0]}, {minor[1]}}}",
        )  # fmt: skip
        data = b"H" * offset
        for frame in values.transpose(AXES[interleave]):
            rows = b"".join(
                b"m" * minor[0] + row.astype(row.dtype.newbyteorder(">")).tobytes() + b"n" * minor[1]
                for row in frame
            )
            data += b"M" * major[0] + rows + b"N" * major[1]
        (tmp_path / "a").write_bytes(data)
        return header, values

    return do


@pytest.mark.parametrize("interleave", ["bsq", "bil", "bip"])
@pytest.mark.parametrize("code", [1, 2, 5])
def test_what_lies_between_is_skipped(framed, interleave, code, monkeypatch):
    header, values = framed(interleave, code)
    cube = open_cube(header)
    assert cube.notes == ()  # the size is exactly right
    for chunk in (1, 200, 1 << 20):
        monkeypatch.setattr(raw_pixels, "CHUNK_BYTES", chunk)
        np.testing.assert_array_equal(cube.pixels.read(0, 6), values)
        np.testing.assert_array_equal(cube.pixels.read(2, 5, [4, 0]), values[2:5][:, :, [4, 0]])
    assert cube.pixels.read(2, 5, []).shape == (3, 4, 0)
    np.testing.assert_array_equal(cube.pixels.spectrum(5, 3), values[5, 3])


@pytest.mark.parametrize(("major", "minor"), [((0, 0), (0, 4)), ((8, 0), (0, 0))])
def test_only_some_of_them(framed, major, minor):
    header, values = framed("bsq", 2, major, minor)
    np.testing.assert_array_equal(open_cube(header).pixels.read(0, 6), values)


def test_packed_too(framed, tmp_path):
    header, values = framed("bil")
    (tmp_path / "a").write_bytes(gzip.compress((tmp_path / "a").read_bytes(), 9))
    header.write_text(header.read_text() + "file compression = 1\n")
    np.testing.assert_array_equal(open_cube(header).pixels.read(0, 6), values)


def test_the_size_counts_them(framed, tmp_path):
    header, _ = framed("bip")
    size = (tmp_path / "a").stat().st_size
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:-1])
    with pytest.raises(FormatError, match=f"needs {size}"):
        open_cube(header)


@pytest.mark.parametrize("text", ["{1}", "{1, 2, 3}", "{-1, 0}", "{a, b}", "{1.5, 0}", "{99999999, 0}"])
def test_no_pair_of_numbers(tmp_path, write_envi, values_of, text):
    header = write_envi(tmp_path / "a", values_of(2), minor_frame_offsets=text)
    with pytest.raises(FormatError, match="minor frame offsets = "):
        open_cube(header)
