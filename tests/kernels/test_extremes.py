"""The two ends of tiles along directions."""

from __future__ import annotations

import numpy as np

from hsunmix.kernels import extremes as kernels
from tests.kernels.made import EACH, Case, close, counts_of, numbers_of
from tests.kernels.oracles import extremes as oracles


@EACH
def test_extremes(case: Case) -> None:
    rng = case.rng
    y = numbers_of(case, rng, case.bands, -1)
    for m, lift in ((1, 2), (17, 0), (case.r, -2)):  # all above zero, which the padding is not; and all below
        f = (np.float32(lift) + rng.uniform(-1, 1, (case.bands, m))).astype(np.float32)
        out = np.full((len(y), 2, m), np.nan, np.float32)
        data = y + np.float32(2) if lift else y
        kernels.extremes(data, counts_of(case), f, out)
        for found, tile, count in zip(out, data.astype(np.float64), case.counts, strict=True):
            expected = oracles.extremes(tile[:, :count], f.astype(np.float64))
            if count:
                close(found, expected, 9 * case.bands, 1e-6)
            else:
                np.testing.assert_array_equal(found, expected)
