"""Some pixels of a scene."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.engine.subsets import evenly


@pytest.mark.parametrize(("count", "most"), [(1, 5), (7, 7), (7, 8), (8, 7), (1000, 64), (99_991, 10_000)])
def test_evenly_spread(count: int, most: int) -> None:
    found = evenly(count, most)
    assert len(found) == min(count, most)
    assert found[0] == 0
    assert found[-1] == (count - 1 if most > 1 else 0)
    steps = np.diff(found)
    assert len(steps) == 0 or (steps.min() >= 1 and steps.max() - steps.min() <= 1)
