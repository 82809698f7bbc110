"""Blocks of a file into tiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from hsunmix.kernels import filling as kernels
from tests.kernels.made import BANDS
from tests.kernels.oracles import filling as oracles

WIDTH = 48
KINDS = pytest.mark.parametrize("kind", [np.float32, np.float64, np.int16, np.uint16])
EACH_BANDS = pytest.mark.parametrize("bands", [*BANDS, 31, 32, 33, 40])
LAYOUTS = pytest.mark.parametrize("layout", ["spectra", "rows"])
STRANGE = (np.nan, -np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-45, -1e-45, 3e38, -3e38, np.finfo(np.float32).max)
PIXELS = (0, 1, 7, 8, 9, 47, 48, 49, 130)  # of spectra; rows are two of so many

Array = NDArray[Any]


def block_of(bands: int, pixels: int, layout: str, kind: DTypeLike = np.float32) -> Array:
    """Values of which some are strange, some sevens, and some pixels zero throughout; only to be read."""
    rng = np.random.default_rng([bands, pixels])
    shape = (pixels, bands) if layout == "spectra" else (2, bands, pixels)
    if np.dtype(kind).kind == "f":
        values = rng.standard_normal(shape).astype(kind)
        odd = rng.random(shape) < 0.3 / bands
        values[odd] = rng.choice(np.array(STRANGE, kind), odd.sum())
    else:
        info = np.iinfo(kind)  # type: ignore[arg-type]
        values = rng.integers(info.min, info.max, shape, dtype=kind, endpoint=True)  # type: ignore[arg-type]
    values.flat[3::4] = 7
    pixel = values.swapaxes(-1, -2) if layout == "rows" else values
    pixel[..., ::5, :] = 0
    values.flags.writeable = False
    return values


def within(block: Array, layout: str) -> tuple[Any, ...]:
    """What a kernel that takes is given: spectra, or rows of which they are a part, and where it begins."""
    if layout == "spectra":
        return (block,)
    wider = np.pad(block, ((0, 0), (0, 0), (3, 2)), constant_values=5)
    wider.flags.writeable = False
    return wider, 3


def limits(bands: int) -> Array:
    """What is no number is passed over in some bands."""
    return np.where(np.arange(bands) % 3 == 1, kernels.FINITE, kernels.ANY).astype(np.int32)


def empty(values: Array, layout: str) -> tuple[int, Array, Array]:
    """How many pixels, and where what is found of them goes."""
    count = len(values) if layout == "spectra" else 2 * values.shape[2]
    return count, np.full(count, -1, np.int32), np.full(count, -1, np.int32)


@LAYOUTS
@EACH_BANDS
def test_survey(bands: int, layout: str) -> None:
    one = kernels.survey_spectra if layout == "spectra" else kernels.survey_rows
    other = oracles.survey_spectra if layout == "spectra" else oracles.survey_rows
    for pixels in PIXELS:
        block = block_of(bands, pixels, layout)
        _, top, below = empty(block, layout)
        one(block, limits(bands), top, below)
        expected = other(block, limits(bands))
        np.testing.assert_array_equal(top, expected[0])
        np.testing.assert_array_equal(below, expected[1])


@LAYOUTS
@pytest.mark.parametrize("none", [np.nan, np.inf])
def test_the_largest_number_counts_beside_what_is_none(none: float, layout: str) -> None:
    """Where what is no number is passed over: of spectra such a pixel is looked at twice."""
    one = kernels.survey_spectra if layout == "spectra" else kernels.survey_rows
    block = np.array([[0, none, 3, 4, np.finfo(np.float32).max]], np.float32)
    if layout == "rows":
        block = np.ascontiguousarray(np.stack([block.T, block.T]))
    _, top, below = empty(block, layout)
    one(block, limits(5), top, below)
    np.testing.assert_array_equal(top.view(np.float32), np.finfo(np.float32).max)


@LAYOUTS
@EACH_BANDS
@pytest.mark.parametrize("start", [0, 5, 47])
def test_fill(bands: int, layout: str, start: int) -> None:
    one = kernels.fill_spectra if layout == "spectra" else kernels.fill_rows
    other = oracles.fill_spectra if layout == "spectra" else oracles.fill_rows
    for pixels in PIXELS:
        block, tiles = block_of(bands, pixels, layout), np.full((7, bands, WIDTH), 9, np.float32)
        expected = other(block, tiles, start)
        one(block, tiles, start)
        np.testing.assert_array_equal(tiles, expected)


def places(count: int) -> list[tuple[int, int, int, int]]:
    """Start, samples beside each other, columns from line to line, first band."""
    return [(0, max(count, 1), 0, 0), (41, max(count, 1), 0, 2), (3, 5, 9, 1), (2, 60, 70, 0)]


@LAYOUTS
@EACH_BANDS
def test_take(bands: int, layout: str) -> None:
    one = kernels.take_spectra if layout == "spectra" else kernels.take_rows
    other = oracles.take_spectra if layout == "spectra" else oracles.take_rows
    survey = oracles.survey_spectra if layout == "spectra" else oracles.survey_rows
    for pixels in PIXELS:
        block = block_of(bands, pixels, layout)
        count, top, below = empty(block, layout)
        for place in places(count):
            tiles = np.full((12, bands + 3, WIDTH), 9, np.float32)
            expected = other(block, tiles, *place)
            one(*within(block, layout), limits(bands), tiles, *place, top, below)
            np.testing.assert_array_equal(tiles.view(np.int32), expected.view(np.int32))
            for found, right in zip((top, below), survey(block, limits(bands)), strict=True):
                np.testing.assert_array_equal(found, right)


def scaling(bands: int, kind: DTypeLike, turn: int) -> tuple[Array, Array, float]:
    """Gains, offsets, and the stored value that says "no data"."""
    gain = np.random.default_rng(bands).uniform(0.1, 3, bands)
    offset = np.zeros(bands) if turn == 0 else np.linspace(-5, 5, bands)
    missing = [float("nan"), 0.0, 7.0][turn]
    return gain, offset, missing


@LAYOUTS
@EACH_BANDS
@KINDS
def test_scale(bands: int, layout: str, kind: DTypeLike) -> None:
    one = kernels.scale_spectra if layout == "spectra" else kernels.scale_rows
    other = oracles.scale_spectra if layout == "spectra" else oracles.scale_rows
    for turn, pixels in enumerate((33, 9, 1)):
        stored = block_of(bands, pixels, layout, kind)
        gain, offset, missing = scaling(bands, kind, turn)
        out = np.full(stored.shape, 9, np.float32)
        one(stored, gain, offset, bool(offset.any()), missing, out)
        np.testing.assert_array_equal(out, other(stored, gain, offset, missing))


@LAYOUTS
@EACH_BANDS
@KINDS
def test_take_stored(bands: int, layout: str, kind: DTypeLike) -> None:
    one = kernels.take_stored_spectra if layout == "spectra" else kernels.take_stored_rows
    other: Callable[..., Array] = (
        oracles.take_stored_spectra if layout == "spectra" else oracles.take_stored_rows
    )
    for turn, pixels in enumerate((130, 9, 1)):
        stored = block_of(bands, pixels, layout, kind)
        gain, offset, missing = scaling(bands, kind, turn)
        count, top, below = empty(stored, layout)
        for place in places(count):
            tiles = np.full((12, bands + 3, WIDTH), 9, np.float32)
            expected = other(stored, gain, offset, missing, tiles, *place)
            shifted, limit = bool(offset.any()), limits(bands)
            one(*within(stored, layout), gain, offset, shifted, missing, limit, tiles, *place, top, below)
            np.testing.assert_array_equal(tiles, expected)
            values = (oracles.scale_spectra if layout == "spectra" else oracles.scale_rows)(
                stored, gain, offset, missing
            )
            survey = oracles.survey_spectra if layout == "spectra" else oracles.survey_rows
            for found, right in zip((top, below), survey(values, limit), strict=True):
                np.testing.assert_array_equal(found, right)
