"""Weighted least squares with missing and doubtful entries."""

from __future__ import annotations

import numpy as np

from hsunmix.kernels import robust as kernels
from tests.kernels.made import EACH, Case, close, counts_of, numbers_of, padded, spectra_of, tiles_of, wide
from tests.kernels.oracles import robust as oracles
from tests.kernels.oracles.two_block import add_sums


@EACH
def test_update(case: Case) -> None:
    for sweeps, limit in [(0, 1e9), (1, 0.3), (3, 0.05)]:
        compare(case, sweeps, limit)


def compare(case: Case, sweeps: int, limit: float) -> None:
    """With and without weights, zeros being data or missing."""
    rng = case.rng
    tiles, h = tiles_of(case, rng), numbers_of(case, rng)
    holes = np.where(rng.random(tiles.shape) < 0.2, 0, tiles)
    holes.flags.writeable = False
    inverse = rng.uniform(0.5, 2, case.bands).astype(np.float32)
    wt = spectra_of(case, rng, np.float32)
    g = wt @ wt.T
    one = np.ones((1, 1, case.width), np.float32)
    for roots in (one, rng.choice([0, 0.3, 1], tiles.shape).astype(np.float32)):
        for zeros in (False, True):
            new, xht, hht = h.copy(), np.zeros((case.bands, case.r)), np.zeros((case.r, case.r))
            loss, rest = kernels.update(
                holes, counts_of(case), inverse, wt, g, new, sweeps, np.float32(limit), zeros, roots, xht, hht
            )
            each = np.broadcast_to(roots, tiles.shape)
            found = [
                oracles.update(*wide(x, inverse, wt, k), sweeps, limit, zeros, root.astype(np.float64))
                for x, k, root in zip(holes, h, each, strict=True)
            ]
            filled, after = np.array([f for f, *_ in found]), [k for _, k, *_ in found]
            losses, rests = zip(*[s[2:] for s in found], strict=True)
            close(np.array([loss, rest]), np.array([sum(losses), sum(rests)]), sum(rests) * 4 + 1, 1e-5)
            if sweeps == 0:
                assert (new == h).all()
                assert not xht.any()
                continue
            expected = padded(np.array(after), case, np.float64)
            close(new, expected, max(expected.max(), 1), 3e-4)
            for total, sums in zip((xht, hht), add_sums(filled, expected), strict=True):
                close(total, sums, 1 + np.abs(sums).max(), 1e-4)
