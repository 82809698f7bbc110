"""What the pixels that were read say of the bands, and of the numbers themselves."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.tile_writer import TILE, Judged
from hsunmix.errors import InputError
from hsunmix.model.band_choice import PRESETS
from hsunmix.model.chain import ChainedPixels, parts_of
from hsunmix.model.cube import Cube
from hsunmix.model.mask import holds_data
from hsunmix.model.wording import counted

__all__ = [
    "bands_note",
    "digits_note",
    "is_out_of_range",
    "judge_bands",
    "lacking_note",
    "measured_zeros",
    "range_exponent",
    "rescaled",
]

SMALLEST = 2.0**-100  # below, squares vanish in float32
LARGEST = float(np.finfo(np.float32).max)
FILL = 1e307  # float64 so large was written for no data
APART = 2.0**60  # what lies so far from the median is no measurement
DIGITS = 1e-4  # of the values themselves, that float32 keeps three digits of

Bools = NDArray[np.bool_]


def judge_bands(writer: Judged, measured: Bools) -> Generator[None, None, tuple[Bools, int]]:
    """Let go of the bands that hold no data in any pixel, and of the pixels that lack one of the others.

    Parameters
    ----------
    writer : Judged
    measured : array of bool, (bands,)
        Those whose zeros are data.

    Returns
    -------
    array of bool, (bands,)
        Which were kept.
    int
        How many of these are zero in every pixel.
    """
    kept, zeros = np.ones(len(writer.doubtful), bool), 0
    while writer.count:
        holding = yield from _any(writer, holds_data)
        wanted = measured[kept] & ~holding
        if wanted.any():
            wanted &= yield from _any(writer, np.isfinite)
        holding, zeros = holding | wanted, int(wanted.sum())
        doubtful = np.flatnonzero(holding & writer.doubtful)
        columns = None
        if doubtful.size:
            columns = np.empty(writer.count, bool)
            for i in range(len(writer)):
                part = writer.part(i)[doubtful]
                columns[i * TILE : i * TILE + part.shape[1]] = np.isfinite(part).all(axis=0)
                yield
        yield from writer.keep(holding, columns)
        kept[kept] = holding
        if columns is None or columns.all():
            break
    return kept, zeros


def _any(writer: Judged, condition: Callable[[NDArray[np.float32]], Bools]) -> Generator[None, None, Bools]:
    """Whether any value of a band meets a condition; a band is left alone once one does."""
    found = np.zeros(len(writer.doubtful), bool)
    for i in range(len(writer)):
        todo = np.flatnonzero(~found)
        if not todo.size:
            break
        found[todo] = condition(writer.part(i)[todo]).any(axis=1)
        yield
    return found


def measured_zeros(cube: Cube, spectra: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Bands in which a zero is a measurement where spectra are to explain it, (bands,).

    It says "this material is not here", wherever the spectra have a value; but not in the bands where water
    vapour lets nothing through, which are often filled with zeros.
    """
    if len(spectra) != cube.bands:
        raise InputError(f"spectra of shape {spectra.shape} for a cube with {cube.bands} bands")
    measured = np.isfinite(spectra).all(axis=1)
    if cube.wavelengths is not None:
        for low, high in PRESETS["water"]:
            measured &= ~((cube.wavelengths >= low) & (cube.wavelengths <= high))
    return np.asarray(measured)


def is_out_of_range(cube: Cube, writer: Judged) -> bool:
    """Whether values may have been lost when they became float32."""
    parts = parts_of(cube)
    wide = any(one.pixels.dtype.kind == "f" and one.pixels.dtype.itemsize > 4 for one in parts)
    scaled = any(np.any(np.asarray(one.gain) != 1) or np.any(np.asarray(one.offset)) for one in parts)
    return (wide or scaled) and (writer.infinite > 0 or writer.largest < SMALLEST)


def range_exponent(cube: Cube, bands: NDArray[np.bool_]) -> Generator[None, None, int]:
    """Power of two by which values beyond float32's range must be divided; zero where that doesn't help."""
    tops = np.zeros(cube.shape[:2])
    for first, block in _blocks(cube):
        values = np.abs(block[:, :, bands])
        values[~(values < FILL)] = 0
        tops[first : first + len(block)] = values.max(axis=2, initial=0)
        yield
    tops = tops[tops > 0] if cube.selection is None else tops[cube.selection & (tops > 0)]
    if not tops.size:
        return 0
    usual, largest = float(np.median(tops)), float(tops.max())
    if largest > usual * APART:  # a few values without meaning
        largest = usual
    return math.frexp(largest)[1] if not SMALLEST < largest <= LARGEST else 0


def _blocks(cube: Cube) -> Iterator[tuple[int, NDArray[np.float64]]]:
    step = max(1, (8 << 20) // max(1, cube.samples * cube.bands * 8))
    for first in range(0, cube.lines, step):
        last = min(first + step, cube.lines)
        yield first, cube.read(first, last, dtype=np.float64).astype(np.float64, copy=False)


def rescaled(cube: Cube, exponent: int) -> Cube:
    """Return the same cube in units that are 2 ** exponent times as large."""
    exponent = max(-1000, min(1000, exponent))
    if isinstance(cube.pixels, ChainedPixels):
        return replace(cube, pixels=ChainedPixels(tuple(rescaled(one, exponent) for one in parts_of(cube))))
    return replace(cube, gain=np.ldexp(cube.gain, -exponent), offset=np.ldexp(cube.offset, -exponent))


def digits_note(cube: Cube, writer: Judged) -> Generator[None, None, list[str]]:
    """Say where float32 keeps too few digits of what differs between pixels."""
    dtype = cube.pixels.dtype
    if dtype.itemsize < 4 or (dtype.kind == "f" and dtype.itemsize == 4) or writer.count < 2:
        return []
    low, high = np.full((2, len(writer.doubtful)), np.inf)
    high = -high
    for i in range(len(writer)):
        part = writer.part(i)
        low, high = np.minimum(low, part.min(axis=1)), np.maximum(high, part.max(axis=1))
        if i % 8 == 0 and (high - low > DIGITS * np.maximum(np.abs(low), np.abs(high))).all():
            return []
        yield
    size = np.maximum(np.abs(low), np.abs(high))
    few = (high - low <= DIGITS * size) & (size > 0)
    if 2 * few.sum() < len(few):
        return []
    return [
        f"In {int(few.sum())} bands all values lie within {DIGITS:.0e} of one another, around "
        f"{float(np.median(size[few])):.4g}: single precision keeps few digits of what differs. "
        "Subtract the offset first."
    ]


def bands_note(without: int, zeros: int) -> list[str]:
    """Say how many bands have no data, and how many zero in every pixel, which was taken as measured."""
    notes = []
    if without:
        notes.append(f"{counted(without, 'band')} without data {'was' if without == 1 else 'were'} left out.")
    if zeros:
        notes.append(
            f"{counted(zeros, 'band')} {'is' if zeros == 1 else 'are'} zero in every pixel; "
            "this was taken as measured. Where it means that there are no data, call them bad."
        )
    return notes


def lacking_note(cube: Cube, bands: NDArray[np.bool_], used: int) -> list[str]:
    """Name the bands that most pixels lack, where that is why most were left out."""
    total = cube.lines * cube.samples if cube.selection is None else int(cube.selection.sum())
    if 2 * used >= total:
        return []
    step = max(1, cube.lines // 32)
    lacking, seen = np.zeros(cube.bands, np.int64), 0
    for line in range(step // 2, cube.lines, step):
        values = cube.read(line, line + 1)[0]
        values = values[(np.isfinite(values[:, bands]) & (values[:, bands] != 0)).any(axis=1)]
        lacking += (~np.isfinite(values)).sum(axis=0)
        seen += len(values)
    guilty = np.flatnonzero(bands & (2 * lacking > seen))
    if not guilty.size or guilty.size > bands.sum() // 2:
        return []
    names = ", ".join(str(band + 1) for band in guilty[:10]) + (" …" if guilty.size > 10 else "")
    return [
        f"Most pixels were left out because they have no value in band {names}; "
        "call it bad to use them without it."
    ]
