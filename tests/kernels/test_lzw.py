"""LZW: what GDAL packs is unpacked, and damage neither reads nor writes beyond the arrays."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.kernels import lzw as kernels
from hsunmix.kernels.lzw import unpack
from tests.kernels.oracles import lzw as oracles


@pytest.mark.parametrize("symbols", [1, 2, 7, 256])  # so many strings of one width, and of all, and anew
@pytest.mark.parametrize("size", [0, 1, 2, 252, 253, 254, 255, 256, 257, 1000, 5000, 20000])
def test_unpack(size: int, symbols: int) -> None:
    data = np.random.default_rng(size).integers(0, symbols, size).astype(np.uint8)
    raw, out = oracles.packed(data.tobytes()), np.full(size + 5, 7, np.uint8)
    assert kernels.unpack(raw, out) == size
    assert out[:size].tobytes() == data.tobytes() == oracles.unpack(raw)
    assert (out[size:] == 7).all()


def packed(codes: list[int], width: int = 9) -> np.ndarray:
    """Codes of one width, the first bit the highest."""
    bits = "".join(f"{code:0{width}b}" for code in codes)
    return np.packbits([int(bit) for bit in bits])


def test_the_string_that_is_being_made() -> None:
    """Code 258 stands for what code 258 itself begins: a, aa, aaa."""
    out = np.zeros(6, np.uint8)
    assert unpack(packed([256, 97, 258, 259, 257]), out) == 6
    assert out.tobytes() == b"aaaaaa"


def test_strings_of_before_and_a_new_table() -> None:
    out = np.zeros(7, np.uint8)
    assert unpack(packed([256, 1, 2, 258, 256, 3, 258, 257]), out) == 7
    assert out.tolist() == [1, 2, 1, 2, 3, 3, 3]


@pytest.mark.parametrize(
    ("codes", "size", "expected"),
    [
        ([256, 97, 257], 5, 1),  # ends too early
        ([256, 97, 300], 5, -1),  # a string that nobody has made
        ([256, 258], 5, -1),
        ([256, 97], 5, -1),  # no end
        ([256, 97, 258, 259], 4, 4),  # more than there is room for
    ],
)
def test_damage(codes: list[int], size: int, expected: int) -> None:
    out = np.full(size + 8, 7, np.uint8)
    assert unpack(packed(codes), out[:size]) == expected
    assert (out[size:] == 7).all()


def test_noise_ends() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        out = np.full(1008, 7, np.uint8)
        assert -1 <= unpack(rng.integers(0, 256, 300, np.uint8), out[:1000]) <= 1000
        assert (out[1000:] == 7).all()
