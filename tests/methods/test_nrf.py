"""Exact factorizations: matrices whose nonnegative rank is known, separable ones, and what has none."""

from __future__ import annotations

import numpy as np
import pytest

import hsunmix
from hsunmix.errors import ParameterError


def slack(n: int) -> np.ndarray:
    """How far each corner of a regular polygon is from each side; its nonnegative rank is known."""
    angle = 2 * np.pi * np.arange(n) / n
    corners = np.c_[np.cos(angle), np.sin(angle)]
    sides = np.c_[np.cos(angle + np.pi / n), np.sin(angle + np.pi / n)]
    return np.maximum(np.cos(np.pi / n) - sides @ corners.T, 0)


def linear_distances(n: int) -> np.ndarray:
    place = np.arange(n)
    return (place[:, None] - place) ** 2.0


def error(x: np.ndarray, found: hsunmix.Unmixing) -> float:
    return float(np.linalg.norm(x - found.endmembers @ found.abundances) / np.linalg.norm(x))


KNOWN = {
    "pentagon": (slack(5), 5),
    "hexagon": (slack(6), 5),
    "heptagon": (slack(7), 6),
    "octagon": (slack(8), 6),
    "linear distances": (linear_distances(6), 5),
}


@pytest.mark.parametrize(("x", "rank"), KNOWN.values(), ids=list(KNOWN))
def test_matrices_of_known_nonnegative_rank(x: np.ndarray, rank: int) -> None:
    assert np.linalg.matrix_rank(x, 1e-9) == 3
    found = hsunmix.unmix(x, "nrf", rank=rank)
    assert found.converged
    assert found.note.startswith("Exact factorization")
    assert error(x, found) < 3e-6
    assert found.endmembers.min() >= 0
    assert found.abundances.min() >= 0
    few = hsunmix.unmix(x, "nrf", rank=rank - 1)
    assert not few.converged
    assert f"{rank - 1} endmembers may be too few" in few.note
    assert few.relative_error > 1e-4


def test_the_rank_says_that_there_can_be_none() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((20, 6)) @ rng.random((6, 90))
    found = hsunmix.unmix(x, "nrf", rank=4)
    assert not found.converged
    assert "its rank is 6, so 4 are too few" in found.note
    assert 0.01 < found.relative_error < 0.3


def test_a_separable_matrix_is_its_pixels_also_where_mixtures_are_brighter() -> None:
    rng = np.random.default_rng(1)
    for bright in (1, 20):
        h = np.hstack([np.eye(5), bright * rng.dirichlet(np.ones(5), 200).T])
        order = rng.permutation(205)
        x = (rng.random((30, 5)) @ h)[:, order]
        found = hsunmix.unmix(x, "nrf", rank=5)
        assert found.source_pixels is not None
        assert sorted(order[found.source_pixels]) == list(range(5))
        assert "every endmember is a pixel" in found.note


def test_a_monomial_submatrix_in_the_bands() -> None:
    rng = np.random.default_rng(2)
    w = np.vstack([np.diag(rng.uniform(0.5, 2, 4)), 3 * rng.random((20, 4))])[rng.permutation(24)]
    x = w @ (rng.random((4, 150)) + 0.1)
    found = hsunmix.unmix(x, "nrf", rank=4)
    assert "every row of the abundances is a band" in found.note
    assert error(x, found) < 3e-6


def test_planted_factors_without_zeros() -> None:
    rng = np.random.default_rng(3)
    for rank in (3, 5):
        x = (rng.random((40, rank)) + 0.1) @ (rng.random((rank, 200)) + 0.1)
        assert hsunmix.unmix(x, "nrf", rank=rank).converged


def test_less_accuracy_forgives_noise() -> None:
    rng = np.random.default_rng(4)
    x = rng.random((15, 3)) @ rng.random((3, 60)) + 1e-4 * rng.random((15, 60))
    assert not hsunmix.unmix(x, "nrf", rank=3).converged
    assert hsunmix.unmix(x, "nrf", rank=3, accuracy=1e-3).converged
    with pytest.raises(ParameterError, match="accuracy"):
        hsunmix.unmix(x, "nrf", rank=3, accuracy=0)


def test_too_large_for_a_search_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hsunmix.methods.factorization.nrf.MAX_VALUES", 10)
    rng = np.random.default_rng(5)
    x = (rng.random((9, 3)) + 0.1) @ (rng.random((3, 40)) + 0.1)
    found = hsunmix.unmix(x, "nrf", rank=3)
    assert "too large for a search" in found.note
    assert not found.converged
