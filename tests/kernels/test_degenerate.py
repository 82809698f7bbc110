"""The exact methods are exact whatever the spectra have to do with each other.

    pytest -m slow -s tests/kernels/test_degenerate.py

solves 3,000 problems of every kind, prints the worst of each, and takes some minutes.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.degenerate import KINDS, abundances_of, excess, pixels, spectra

SIMPLEX = {"sum_to_one": True}
METHODS = [("nnls", {}), ("fcls", {}), ("sunsal", {"penalty": 0.01}), ("sunsal", SIMPLEX)]


def worst_of(kind: str, bands: int, r: int, seed: int, method: str, parameters: dict[str, object]) -> float:
    """Solve a problem, check what is promised, and return how far the worst pixel is from the optimum."""
    rng = np.random.default_rng(seed)
    w = spectra(kind, bands, r, rng)
    x = pixels(w, 10, rng)
    simplex = method == "fcls" or parameters == SIMPLEX
    h = abundances_of(w, x, method, **parameters)
    assert np.isfinite(h).all()
    assert h.min() >= 0
    if simplex:
        np.testing.assert_allclose(h.sum(axis=0), 1, atol=1e-6)
    cost = 0.01 * float((w**2).sum(axis=0).mean()) if "penalty" in parameters else 0.0
    return float(excess(w, x, h, simplex, cost).max())


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    kind=st.sampled_from(KINDS),
    bands=st.integers(1, 30),
    r=st.integers(1, 24),
    seed=st.integers(0, 2**32 - 1),
    chosen=st.sampled_from(METHODS),
)
def test_no_dependence_keeps_it_from_the_optimum(
    kind: str, bands: int, r: int, seed: int, chosen: tuple[str, dict[str, object]]
) -> None:
    assert worst_of(kind, bands, r, seed, *chosen) < 1e-5


@pytest.mark.parametrize("method", METHODS[:3], ids=[name for name, _ in METHODS[:3]])
@pytest.mark.parametrize("kind", ["nearly equal", "zero spectrum", "more than bands"])
def test_more_spectra_than_a_set_has_bits(kind: str, method: tuple[str, dict[str, object]]) -> None:
    for r in (61, 65, 150):
        assert worst_of(kind, 40, r, r, *method) < 1e-5


@pytest.mark.slow
def test_three_thousand_problems() -> None:
    worst: dict[tuple[str, str], float] = defaultdict(float)
    for seed in range(3000):
        rng, kind = np.random.default_rng(seed), KINDS[seed % len(KINDS)]
        r, bands = int(rng.choice([1, 2, 3, 5, 8, 12, 13, 20, 40])), int(rng.choice([1, 2, 3, 5, 10, 30, 60]))
        if seed % 50 == 0:
            r = int(rng.choice([61, 100, 150]))
        for method, parameters in METHODS:
            found = worst_of(kind, bands, r, seed, method, parameters)
            worst[kind, method] = max(worst[kind, method], found)
    for (kind, method), value in sorted(worst.items(), key=lambda item: -item[1]):
        print(f"{kind:22s} {method:7s} {value:.1e}")
    assert max(worst.values()) < 1e-5
