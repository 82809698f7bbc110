"""Numbers of ENVI files that make sense in the other byte order only."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.errors import FormatError
from hsunmix.formats import open_cube

SHAPE = (7, 6, 12)  # lines, samples, bands
CODES = {"u1": 1, "i2": 2, "i4": 3, "f4": 4, "f8": 5, "u2": 12, "u4": 13, "i8": 14}


def reflectance(seed=1):
    return 0.05 + np.random.default_rng(seed).gamma(3.0, 0.1, SHAPE)


def opened(folder, values, stored, declared):
    """Open ``values`` that lie in one order, and are declared in another."""
    kind = np.dtype(stored).str[1:]
    (folder / "a.img").write_bytes(values.transpose(2, 0, 1).astype(stored).tobytes())
    lines, samples, bands = SHAPE
    (folder / "a.hdr").write_text(
        f"ENVI\nlines = {lines}\nsamples = {samples}\nbands = {bands}\ninterleave = bsq\n"
        f"data type = {CODES[kind]}\nbyte order = {declared}\n"
    )
    return open_cube(folder / "a.hdr")


@pytest.mark.parametrize("kind", ["f4", "f8"])
@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("scale", [1, 10_000])
def test_floats_in_the_wrong_order_are_refused(tmp_path, kind, order, scale):
    values = np.round(scale * reflectance(), 4)
    with pytest.raises(
        FormatError, match=f"make no sense in byte order = {order}.*write byte order = {1 - order}"
    ):
        opened(tmp_path, values, f"{'<>'[1 - order]}{kind}", order)
    assert not opened(tmp_path, values, f"{'<>'[order]}{kind}", order).notes


@pytest.mark.parametrize("kind", ["i2", "u2", "i4", "u4", "i8"])
@pytest.mark.parametrize("largest", [200, 10_000])
def test_whole_numbers_in_the_wrong_order_are_told(tmp_path, kind, largest):
    values = np.round(largest * reflectance())
    for order in (0, 1):
        wrong = opened(tmp_path, values, f"{'<>'[1 - order]}{kind}", order)
        assert [f"write byte order = {1 - order} into" in note for note in wrong.notes] == [True]
        assert not opened(tmp_path, values, f"{'<>'[order]}{kind}", order).notes


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(2).integers(0, 65536, SHAPE),
        np.random.default_rng(3).integers(0, 4096, SHAPE) * 16,  # 12 bits, left-aligned
        np.random.default_rng(4).integers(0, 9, SHAPE),
        np.minimum(np.round(90_000 * reflectance()), 65535),
        np.round(300 * reflectance()) * 100,
        np.zeros(SHAPE),
        np.arange(np.prod(SHAPE)).reshape(SHAPE),
    ],
)
def test_odd_numbers_in_the_right_order_are_not_suspected(tmp_path, values):
    cube = opened(tmp_path, values, "<u2", 0)
    assert not cube.notes
    np.testing.assert_array_equal(cube.read(0, SHAPE[0]), values)


@pytest.mark.parametrize("fill", [np.nan, -3.4028235e38, 9.96921e36, 0.0, -9999.0, 1e30])
def test_values_for_no_data_say_nothing_on_the_order(tmp_path, fill):
    values = reflectance()
    values[:6] = fill
    assert not opened(tmp_path, values, "<f4", 0).notes


def test_any_floats_that_make_no_sense_either_way_are_kept(tmp_path):
    bits = np.random.default_rng(5).integers(0, 2**32, SHAPE, dtype=np.uint32)
    opened(tmp_path, bits.view(np.float32), "<f4", 0)
    opened(tmp_path, 1e-20 * reflectance(), "<f4", 0)
