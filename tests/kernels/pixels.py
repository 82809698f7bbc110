"""Problems of constrained least squares for the kernels that solve a chunk of pixels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.kernels.made import RANKS, Case, close, counts_of, padded, spectra_of, tiles_of

SHAPES = ((16, (16,)), (33, (33, 32)), (1, (1,)), (40, (12, 0)), (48, (48, 1)))


class Solved(NamedTuple):
    """Sizes, whether abundances sum to one, and the unit of the data."""

    sizes: Case
    simplex: bool
    scale: float

    def __str__(self) -> str:
        return f"{self.sizes}-{'fcls' if self.simplex else 'nnls'}-{self.scale:g}"


def _cases() -> list[Solved]:
    found = []
    for i, r in enumerate(RANKS):
        for simplex in (False, True):
            bands = (r + 1, 2 * r + 3, 224)[i % 3]
            found.append(Solved(Case(r, bands, *SHAPES[i % len(SHAPES)]), simplex, (1.0, 1e-9, 1e9)[i % 3]))
    return found


SOLVED = pytest.mark.parametrize("case", _cases(), ids=str)


def check(solver: Callable[..., Any], oracle: Callable[..., Any], case: Solved, *most: int) -> None:
    """Compare a kernel's abundances with the oracle's, of mixtures and of pixels outside on every side."""
    (sizes, simplex, scale), rng = case, case.sizes.rng
    r, wt = sizes.r, spectra_of(sizes, rng) * scale
    if simplex:
        shift, factor = np.zeros(r), np.ones(r)
    else:
        length = np.linalg.norm(wt, axis=1)
        wt, shift, factor = wt / length[:, None], rng.uniform(0, 0.05, r) * scale, 1 / length
    mixed = np.array(
        [(rng.dirichlet(np.full(r, 0.3), sizes.width) @ (wt / factor[:, None])).T for _ in sizes.counts]
    )
    off = (tiles_of(sizes, rng, -1) - 0.2) * 0.2 * scale * rng.choice([0, 1], (1, 1, sizes.width))
    tiles = padded(mixed + off, sizes)
    tiles[0, :, 0] *= -1
    if sizes.width > 4:
        tiles[0, :, 3] = 0
    tiles.flags.writeable = False
    h = np.full((len(tiles), r, sizes.width), np.nan, np.float32)
    g = wt @ wt.T
    assert solver(tiles, counts_of(sizes), wt, g, simplex, h, shift, factor, *most) == 0
    for found, x, count in zip(h, tiles.astype(np.float64), sizes.counts, strict=True):
        expected = np.zeros((r, sizes.width))
        if count:
            expected[:, :count] = oracle(x[:, :count], wt, simplex, shift, factor, *most)
        close(found, expected, max(1.0, expected.max()), 1e-6)
