"""Sizes on both sides of every width that a kernel has code of its own for, and data of these sizes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

RANKS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 16, 17, 18, 19, 31, 60, 61, 62, 63, 64, 65, 70)
BANDS = (1, 2, 3, 4, 7, 8, 9, 63, 64, 65, 224)
# Width of a tile, and its pixels: full, the last partly filled, one pixel, and none.
SHAPES = (
    (16, (16,)), (16, (1,)), (1, (1,)), (48, (48, 33)), (33, (33, 32)), (32, (32, 32, 31)), (480, (480, 417)),
    (40, (40, 0)), (64, (64, 1)),
)  # fmt: skip
SCALES = (1e-41, 1e-12, 1.0, 1e12)  # the first is below float32's normal numbers


class Case(NamedTuple):
    """Sizes of a chunk."""

    r: int
    bands: int
    width: int
    counts: tuple[int, ...]

    def __str__(self) -> str:
        return f"r{self.r}-b{self.bands}-{self.width}({','.join(map(str, self.counts))})"

    @property
    def rng(self) -> np.random.Generator:
        return np.random.default_rng([self.r, self.bands, self.width, *self.counts])


def _cases() -> list[Case]:
    """Every rank with three pairs of bands and shape, and a third of these pairs with other ranks."""
    ranks = [(i, RANKS[i % len(RANKS)]) for i in range(3 * len(RANKS))]
    turns = [(i + i // len(RANKS), r) for i, r in ranks]
    some = [Case(r, BANDS[i % len(BANDS)], *SHAPES[i % len(SHAPES)]) for i, r in turns]
    pairs = [(b, s) for b in BANDS for s in SHAPES][::3]
    more = [Case(RANKS[i % 16], b, *s) for i, (b, s) in enumerate(pairs)]
    return sorted({*some, *more})


CASES = _cases()
EACH = pytest.mark.parametrize("case", CASES, ids=str)
SOME = pytest.mark.parametrize("case", CASES[::3], ids=str)


def counts_of(case: Case) -> NDArray[np.int64]:
    """Pixels of each tile."""
    return np.array(case.counts)


def padded(values: NDArray, case: Case, dtype: DTypeLike = np.float32) -> NDArray:
    """Values (n, k, T) with zeros behind each tile's pixels."""
    there = np.arange(case.width) < np.array(case.counts)[:, None]
    return np.ascontiguousarray(np.where(there[:, None], values, 0), dtype=dtype)


def tiles_of(
    case: Case, rng: np.random.Generator, low: float = 0.0, dtype: DTypeLike = np.float32
) -> NDArray:
    """Tiles (n, bands, T) as a scene has them: read only, padded with zeros."""
    tiles = padded(rng.uniform(low, 1, (len(case.counts), case.bands, case.width)), case, dtype)
    tiles.flags.writeable = False
    return tiles


def numbers_of(case: Case, rng: np.random.Generator, k: int | None = None, low: float = 0.05) -> NDArray:
    """Numbers (n, k, T), float32, zero in the padding."""
    return padded(rng.uniform(low, 1, (len(case.counts), k or case.r, case.width)), case)


def spectra_of(case: Case, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> NDArray:
    """Spectra (r, bands), no two alike: where there are bands enough, each is high in bands of its own."""
    own = np.arange(case.bands) % case.r == np.arange(case.r)[:, None]
    return np.ascontiguousarray(rng.uniform(0.05, 0.3, (case.r, case.bands)) + own, dtype=dtype)


def wide(*arrays: NDArray) -> list[NDArray]:
    """The same in double precision."""
    return [array.astype(np.float64) for array in arrays]


def close(found: NDArray, expected: NDArray, size: NDArray | float, share: float = 4e-6) -> None:
    """Check that what differs is at most a share of ``size``, or a few of float32's smallest steps.

    ``size`` is what the numbers would be if nothing cancelled: what rounding is relative to.
    """
    assert np.shape(found) == np.shape(expected)
    assert np.isfinite(expected).all()
    off = np.abs(np.asarray(found, np.float64) - expected)
    limit = share * np.asarray(size) + 1e-43
    assert (off <= limit).all(), f"off by {off.max()}, {(off / limit).max():.3g} times what is allowed"
