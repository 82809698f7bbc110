"""Sparse NMF: its loss falls, sparsity grows with the penalty, and exactness of its parts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

import hsunmix
from hsunmix.methods.factorization._steps import Quadratic
from hsunmix.methods.factorization.sparse import Steps
from tests.methods.reference import load
from tests.scenes import mixture


def loss(x: np.ndarray, result: hsunmix.Unmixing, penalty: float) -> float:
    length = np.linalg.norm(result.endmembers, axis=0)
    h = result.abundances.astype(np.float64) * length[:, None]
    weight = penalty * np.linalg.norm(x) / np.sqrt(x.shape[1])
    return 0.5 * np.linalg.norm(x - result.endmembers @ result.abundances) ** 2 + weight * h.sum()


def test_the_loss_never_rises() -> None:
    x = mixture(noise=0.05)
    values = [
        loss(x, hsunmix.unmix(x, "sparse", rank=4, penalty=0.05, max_iterations=n, tolerance=0), 0.05)
        for n in (1, 2, 4, 8, 16, 32)
    ]
    assert (np.diff(values) < 0).all()


def test_a_column_of_w_is_its_optimum() -> None:
    rng = np.random.default_rng(0)
    h, x = rng.random((1, 50)), rng.standard_normal((6, 50)) + 0.2
    problem = Quadratic(np.full((1, 6), 6**-0.5), h @ x.T, h @ h.T, np.arange(1))
    w = Steps(0.0).spectra(problem)[0]
    assert np.linalg.norm(w) == pytest.approx(1)

    def misfit(v: np.ndarray) -> float:
        u = np.abs(v) / np.linalg.norm(v)
        return float(np.linalg.norm(x - np.outer(u, h[0])))

    best = min(minimize(misfit, rng.random(6), method="Nelder-Mead").fun for _ in range(5))
    assert misfit(w + 1e-300) <= best + 1e-6


def hoyer(h: np.ndarray) -> float:
    """Mean over the rows of Hoyer's sparsity: 0 for equal entries, 1 for a single one."""
    root = np.sqrt(h.shape[1])
    return float(((root - h.sum(axis=1) / np.linalg.norm(h, axis=1)) / (root - 1)).mean())


def test_sparsity_grows_with_the_penalty() -> None:
    x = mixture(noise=0.05)
    results = [hsunmix.unmix(x, "sparse", rank=4, penalty=p) for p in (0, 0.02, 0.1)]
    assert (np.diff([(r.abundances > 1e-6).mean() for r in results]) < 0).all()
    assert (np.diff([hoyer(r.abundances) for r in results]) > 0).all()


@pytest.mark.parametrize("scene", ["samson", "jasper", "urban_undersampled4"])
def test_no_worse_than_the_projection_method(shared: Path, scene: str) -> None:
    """Their method fixes the sparsity and takes what error comes; ours is far below that error."""
    reference = json.loads((shared / "reference" / f"{scene}.json").read_text())
    entry = next(e for e in reference["results"] if e["method"].startswith("sparse NMF"))
    result = hsunmix.unmix(load(shared, scene), "sparse", rank=entry["rank"], max_iterations=100, tolerance=0)
    assert 100 * result.relative_error <= 1.005 * entry["own_H_relative_error_percent"]
