"""Fractions that sum to at most one."""

from __future__ import annotations

import numpy as np

from hsunmix.engine.loading import from_array
from hsunmix.methods.running import pipeline
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from tests.scenes import lake, solved


def test_as_nnls_where_that_sums_to_less_and_as_fcls_elsewhere() -> None:
    """What the bound's multiplier says: where the optimum without it keeps it, that is the optimum."""
    x = lake().reshape(-1, 60).T
    w = x[:, [3, 140, 600, 1100]]
    free, one, found = (solved(x, w, name) for name in ("nnls", "fcls", "shade"))
    below = free.sum(axis=0) < 1 - 1e-4
    assert 0.05 < below.mean() < 0.95
    norms = np.linalg.norm(x, axis=0)
    for theirs, where in ((free, below), (one, ~below)):
        same = np.linalg.norm(w @ (found - theirs), axis=0)[where] / norms[where]
        assert same.max() < 1e-3
    assert found.min() >= 0
    assert found.sum(axis=0).max() < 1 + 1e-6


def test_what_lacks_of_one_is_a_map() -> None:
    x = lake().reshape(-1, 60).T
    result = finish(pipeline.solve(from_array(x), x[:, [3, 140, 600, 1100]], Choice("shade")))
    shade = result.maps["shade"]
    assert (shade.kind, shade.layers, shade.title) == ("fraction", 1, "Shade")
    np.testing.assert_allclose(result["shade"], 1 - result.abundances.sum(axis=0), atol=1e-5)
    assert 0.3 < (result["shade"] > 0.1).mean() < 1
