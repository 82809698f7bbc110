"""Inner solvers of two-block methods, on pixels and on spectra."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import DTypeLike

from hsunmix.kernels import two_block as kernels
from tests.kernels.made import (
    EACH,
    SCALES,
    SOME,
    Case,
    close,
    counts_of,
    numbers_of,
    padded,
    spectra_of,
    tiles_of,
    wide,
)  # fmt: skip
from tests.kernels.oracles import two_block as oracles

TYPES = pytest.mark.parametrize(
    ("kind", "share"), [(np.float32, 1e-4), (np.float64, 1e-11)], ids=["single", "double"]
)


@EACH
def test_model_band(case: Case) -> None:
    wt, h = spectra_of(case, case.rng, np.float32) - np.float32(0.5), numbers_of(case, case.rng)[0]
    for b in {0, case.bands // 2, case.bands - 1}:
        for scale in SCALES:
            out, part = np.full(case.width, np.nan, np.float32), h * np.float32(scale)
            start = np.float32(0.25 * scale)
            kernels.model_band(wt, b, part, start, out)
            expected = oracles.model_band(*wide(wt), b, *wide(part), float(start))
            close(out, expected, start + np.abs(wt[:, b]) @ wide(part)[0])


def problem(case: Case, kind: DTypeLike) -> list[np.ndarray]:
    """G, C and H, with pixels outside the cone."""
    rng = case.rng
    wt = spectra_of(case, rng)
    x = tiles_of(case, rng)[0] - 0.2
    return [array.astype(kind) for array in (wt @ wt.T, wt @ x, numbers_of(case, rng)[0])]


@EACH
@TYPES
def test_multiply(case: Case, kind: DTypeLike, share: float) -> None:
    g, c, h = problem(case, kind)
    expected = oracles.multiply(*wide(g, c, h), 1e-3)
    kernels.multiply(g, c, h, np.empty_like(h), kind(1e-3))  # type: ignore[operator]
    close(h, expected, expected.max(), share)


@SOME
@TYPES
def test_optimal_gradient(case: Case, kind: DTypeLike, share: float) -> None:
    g, c, start = problem(case, kind)
    limit = kind(np.linalg.eigvalsh(g.astype(np.float64)).max() * 1.01)  # type: ignore[operator]
    # In single precision rounding decides whether it overshot, once it hardly moves.
    for steps, delta in [(1, 0.0), (7, 0.0), (7, 1e9), (7 if kind == np.float32 else 40, 0.05)]:
        h = start.copy()
        kernels.optimal_gradient(g, c, h, np.empty_like(h), limit, steps, kind(delta))  # type: ignore[operator]
        expected = oracles.optimal_gradient(*wide(g, c, start), float(limit), steps, delta)
        close(h, expected, expected.max(), share)


@SOME
@TYPES
def test_projected_gradient(case: Case, kind: DTypeLike, share: float) -> None:
    g, c, start = problem(case, kind)
    for length in map(kind, (1e-4, 0.01, 100.0)):  # type: ignore[arg-type]
        # In single precision rounding decides how long the second step is.
        for steps, delta in [(1, 0.0)] if kind == np.float32 else [(1, 0.0), (4, 0.0), (4, 0.9)]:
            h = start.copy()
            kernels.projected_gradient(g, c, h, np.empty_like(h), length, steps, kind(delta))  # type: ignore[operator]
            expected = oracles.projected_gradient(*wide(g, c, start), float(length), steps, delta)
            close(h, expected, max(expected.max(), 1), share)


@SOME
@pytest.mark.parametrize("how", [kernels.MULTIPLY, kernels.OPTIMAL, kernels.PROJECTED])
def test_update(case: Case, how: int) -> None:
    rng = case.rng
    tiles, h, wt = tiles_of(case, rng), numbers_of(case, rng), spectra_of(case, rng, np.float32)
    g = wt @ wt.T
    amount = np.float32([1e-3, 1.01 * np.linalg.eigvalsh(g).max(), 1e-2][how])
    begun = wide(tiles, wt, g, h)
    xht, hht = np.ones((case.bands, case.r)), np.ones((case.r, case.r))
    steps = 1 if how == kernels.PROJECTED else 2  # rounding decides how far a second goes
    kernels.update(tiles, counts_of(case), wt, g, h, how, amount, steps, np.float32(0), xht, hht)
    found = [
        oracles.update(x, begun[1], begun[2], k, how, float(amount), steps, 0.0)
        for x, k in zip(begun[0], begun[3], strict=True)
    ]
    expected = padded(np.array(found), case, np.float64)
    close(h, expected, max(expected.max(), 1), 1e-4)
    for total, sums in zip((xht, hht), oracles.add_sums(begun[0], expected), strict=True):
        close(total, 1 + sums, 1 + sums.max(), 1e-4)


@EACH
def test_add_sums(case: Case) -> None:
    tiles, h = tiles_of(case, case.rng, -1), numbers_of(case, case.rng)
    xht, hht = np.ones((case.bands, case.r)), np.ones((case.r, case.r))
    kernels.add_sums(tiles, h, xht, hht)
    first, second = oracles.add_sums(*wide(tiles, h))
    close(xht, 1 + first, 1 + oracles.add_sums(*wide(abs(tiles), h))[0])
    close(hht, 1 + second, 1 + second, 1e-13)
