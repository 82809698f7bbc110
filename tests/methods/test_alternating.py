"""What all alternating methods share: locked endmembers, dead components, starts, convergence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hsunmix
from tests.scenes import mixture

VARIANTS: list[tuple[str, dict[str, Any]]] = [
    ("mu", {}),
    ("mu", {"loss": "kl"}),
    ("mu", {"loss": "is"}),
    ("anls", {}),
    ("nenmf", {}),
    ("pgrad", {}),
    ("minvol", {}),
    ("minvol", {"model": "fractions"}),
    ("sparse", {}),
    ("orthogonal", {}),
    ("convex", {}),
    ("convex", {"model": "semi"}),
    ("weighted", {}),
    ("sequential", {}),
]
names = ["-".join([m, *map(str, p.values())]) for m, p in VARIANTS]
each = pytest.mark.parametrize(("method", "parameters"), VARIANTS, ids=names)


@each
def test_locked_endmembers_stay(method: str, parameters: dict[str, Any]) -> None:
    x = mixture(noise=0.02)
    start = x[:, [10, 20, 30, 40]]
    result = hsunmix.unmix(x, method, rank=4, init=start, locked=(3, 1), **parameters)
    np.testing.assert_allclose(result.endmembers[:, [1, 3]], start[:, [1, 3]], rtol=1e-5)
    assert not np.allclose(result.endmembers[:, 0], start[:, 0], rtol=1e-2)
    all_locked = hsunmix.unmix(x, method, rank=4, init=start, locked=(0, 1, 2, 3), **parameters)
    np.testing.assert_allclose(all_locked.endmembers, start, rtol=1e-5)


@each
def test_dead_components_come_back(method: str, parameters: dict[str, Any]) -> None:
    x = mixture()
    start = x[:, :4].copy()
    start[:, 2] = 0
    result = hsunmix.unmix(x, method, rank=4, init=start, **parameters)
    assert result.mean_abundances.min() > 1e-3
    # Clusters don't explain mixtures; minvol's penalty is relative to the misfit of such a bad start.
    assert result.relative_error < {"orthogonal": 0.4, "minvol": 0.1}.get(method, 0.03)


@each
def test_another_unit_changes_nothing_but_the_unit(method: str, parameters: dict[str, Any]) -> None:
    x = mixture(noise=0.02)
    small, large = (hsunmix.unmix(x * f, method, rank=4, seed=1, **parameters) for f in (1.0, 1024.0))
    np.testing.assert_allclose(large.endmembers / 1024, small.endmembers, rtol=0.02, atol=1e-3)
    assert large.relative_error == pytest.approx(small.relative_error, rel=1e-2)


@pytest.mark.parametrize("method", ["mu", "anls", "nenmf", "pgrad", "minvol", "sparse", "weighted"])
def test_converged_is_said_only_when_it_did(method: str) -> None:
    x = mixture(noise=0.05)
    few = hsunmix.unmix(x, method, rank=4, max_iterations=2, tolerance=1e-9)
    assert few.converged is False
    assert few.iterations <= 2
    assert hsunmix.unmix(x, method, rank=4, max_iterations=5000, tolerance=1e-3).converged is True


@pytest.mark.parametrize("init", ["spa", "random"])
@pytest.mark.parametrize("method", ["anls", "nenmf", "pgrad"])
def test_all_reach_the_error_of_hals(method: str, init: str) -> None:
    x = mixture(noise=0.05)
    best = hsunmix.unmix(x, "hals", rank=4, init=init, max_iterations=500, tolerance=1e-8).relative_error
    found = hsunmix.unmix(x, method, rank=4, init=init, max_iterations=500, tolerance=1e-8).relative_error
    assert found == pytest.approx(best, rel=2e-3)


def test_a_start_that_is_no_method_is_named() -> None:
    with pytest.raises(hsunmix.HsunmixError, match="nonsense"):
        hsunmix.unmix(mixture(), "anls", rank=4, init="nonsense")
    with pytest.raises(hsunmix.HsunmixError, match="hals"):
        hsunmix.unmix(mixture(), "anls", rank=4, init="hals")  # a method, but no extraction
