"""Groups of pixels that leave the same."""

from __future__ import annotations

import numpy as np

from hsunmix.methods.factorization._rare import MIN_PIXELS, largest_group


def test_the_largest_group_that_is_alike() -> None:
    """Brightness means nothing, direction does; a few pixels are no group."""
    rng = np.random.default_rng(0)
    rest = rng.standard_normal((30, 20))
    some, few = [2, 5, 7, 11, 19], [0, 1, 3]
    rest[:, some] = rest[:, [2]] * rng.uniform(0.5, 5, 5) + 0.1 * rng.standard_normal((30, 5))
    rest[:, few] = rest[:, [0]] * [1.0, 2.0, 3.0]
    assert largest_group(rest).tolist() == some
    without = np.delete(rest, some, axis=1)
    assert len(largest_group(without)) == len(few) == MIN_PIXELS
    assert not len(largest_group(np.delete(rest, [*some, 0], axis=1)))
