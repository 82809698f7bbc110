"""Blocks of pixels into tiles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ANY, FINITE = 0x7FFFFFFF, 0x7F7FFFFF


def rows_as_spectra(block: NDArray) -> NDArray:
    """(n, bands, m) as (n · m, bands)."""
    return block.transpose(0, 2, 1).reshape(-1, block.shape[1])


def survey_spectra(block: NDArray, limit: NDArray) -> tuple[NDArray, NDArray]:
    bits = np.ascontiguousarray(np.abs(block)).view(np.int32)
    top = np.where(bits <= limit, bits, 0).max(axis=1, initial=0)
    with np.errstate(invalid="ignore"):
        return top, (block < 0).sum(axis=1)


def survey_rows(block: NDArray, limit: NDArray) -> tuple[NDArray, NDArray]:
    return survey_spectra(rows_as_spectra(block), limit)


def take_spectra(block: NDArray, tiles: NDArray, start: int, samples: int, pitch: int, band: int) -> NDArray:
    """Tiles with the block in them."""
    tiles, index = tiles.copy(), np.arange(len(block))
    columns = start + index // samples * pitch + index % samples
    width = tiles.shape[2]
    tiles[columns // width, band : band + block.shape[1], columns % width] = block
    return tiles


def take_rows(block: NDArray, tiles: NDArray, start: int, samples: int, pitch: int, band: int) -> NDArray:
    return take_spectra(rows_as_spectra(block), tiles, start, samples, pitch, band)


def fill_spectra(block: NDArray, tiles: NDArray, start: int) -> NDArray:
    return take_spectra(block, tiles, start, len(block), 0, 0)


def fill_rows(block: NDArray, tiles: NDArray, start: int) -> NDArray:
    return fill_spectra(rows_as_spectra(block), tiles, start)


def scale_spectra(stored: NDArray, gain: NDArray, offset: NDArray, missing: float) -> NDArray:
    values = stored.astype(np.float64)
    values[values == missing] = np.nan
    with np.errstate(over="ignore"):
        return (values * gain + offset).astype(np.float32)


def scale_rows(stored: NDArray, gain: NDArray, offset: NDArray, missing: float) -> NDArray:
    return scale_spectra(stored, gain[:, None], offset[:, None], missing)


def take_stored_spectra(
    stored: NDArray, gain: NDArray, offset: NDArray, missing: float, tiles: NDArray, *place: int
) -> NDArray:
    return take_spectra(scale_spectra(stored, gain, offset, missing), tiles, *place)


def take_stored_rows(
    stored: NDArray, gain: NDArray, offset: NDArray, missing: float, tiles: NDArray, *place: int
) -> NDArray:
    return take_rows(scale_rows(stored, gain, offset, missing), tiles, *place)
