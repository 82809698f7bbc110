"""Multiplicative updates: scikit-learn's iterates, the authors' errors, and their theorem."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.decomposition import NMF

import hsunmix
from tests.methods.reference import load
from tests.scenes import mixture

Array = NDArray[np.float64]


def start(x: Array, rank: int) -> tuple[Array, Array]:
    """Spectra by spa, and what mu makes of their exact abundances."""
    w = x[:, hsunmix.unmix(x, "spa", rank=rank).source_pixels]
    h = hsunmix.abundances(x, w, "nnls").astype(np.float64)
    return w, np.maximum(h, 1e-3 * h.max())


@pytest.mark.parametrize(("loss", "name"), [("frobenius", "frobenius"), ("kl", "kullback-leibler")])
def test_same_iterates_as_scikit_learn(loss: str, name: str) -> None:
    x = mixture(noise=0.02)
    w, h = start(x, 4)
    peer = NMF(4, init="custom", solver="mu", beta_loss=name, tol=0, max_iter=30)
    peer.fit_transform(x.T.copy(), W=h.T.copy(), H=w.T.copy())
    found = hsunmix.unmix(x, "mu", rank=4, init=w, loss=loss, max_iterations=30, tolerance=0).endmembers
    theirs = peer.components_.T
    found, theirs = (v / np.linalg.norm(v, axis=0) for v in (found, theirs))
    np.testing.assert_allclose(found, theirs, rtol=1e-3, atol=1e-6)


def test_itakura_saito_iterates() -> None:
    """A transcription of the rule with whole matrices."""
    x = mixture(noise=0.02)
    w, h = start(x, 4)
    first = w
    for _ in range(20):
        v = w @ h
        h = h * np.sqrt((w.T @ (x / v**2)) / (w.T @ (1 / v)))
        v = w @ h
        w = w * np.sqrt(((x / v**2) @ h.T) / ((1 / v) @ h.T))
    found = hsunmix.unmix(x, "mu", rank=4, init=first, loss="is", max_iterations=20, tolerance=0).endmembers
    found, w = (v / np.linalg.norm(v, axis=0) for v in (found, w))
    np.testing.assert_allclose(found, w, rtol=1e-2, atol=1e-5)


def divergence(x: Array, v: Array, loss: str) -> float:
    ratio = x / v
    if loss == "is":
        return float((ratio - np.log(ratio) - 1).sum())
    return float((x * np.log(ratio) - x + v).sum())


@pytest.mark.parametrize("loss", ["kl", "is"])
@pytest.mark.parametrize("bands", [22, 23, 24, 25])
def test_the_divergence_never_rises(loss: str, bands: int) -> None:
    x = np.maximum(mixture(bands=bands, noise=0.05), 1e-3)
    values = []
    for iterations in (1, 2, 3, 5, 8, 13, 40):
        result = hsunmix.unmix(x, "mu", rank=4, loss=loss, max_iterations=iterations, tolerance=0)
        values.append(divergence(x, result.endmembers @ result.abundances.astype(np.float64), loss))
    assert (np.diff(values) < 0).all()


@pytest.mark.parametrize("scene", ["samson", "jasper", "urban_undersampled4"])
def test_the_authors_errors(shared: Path, scene: str) -> None:
    reference = json.loads((shared / "reference" / f"{scene}.json").read_text())
    x = load(shared, scene)
    for name, loss, iterations in (("MU 100 it", "frobenius", 100), ("KL-MU 100 it", "kl", 100)):
        entry = next(e for e in reference["results"] if e["method"] == name)
        wanted = {"rank": entry["rank"], "init": "spa", "max_iterations": iterations, "tolerance": 0}
        result = hsunmix.unmix(x, "mu", loss=loss, **wanted)
        assert 100 * result.history[-1, 1] == pytest.approx(entry["own_H_relative_error_percent"], rel=1e-3)
        best = hsunmix.unmix(x, "mu", loss=loss, abundance="nnls", **wanted)
        assert 100 * best.relative_error == pytest.approx(entry["relative_error_percent"], rel=1e-3)


def test_zeros_and_negatives_are_survived() -> None:
    x = mixture()
    x[:, ::7] = 0
    x[3] -= 0.5
    for loss in ("frobenius", "kl", "is"):
        result = hsunmix.unmix(x, "mu", rank=4, loss=loss, max_iterations=50)
        here = np.isfinite(result.rmse)
        assert np.isfinite(result.abundances[:, here]).all()
        assert np.isfinite(result.endmembers).all()


def test_random_starts_end_as_low_as_scikit_learns() -> None:
    """Small exact problems, where a start with zeros ends at points that are minima to this rule alone."""
    ours, theirs = [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        bands, pixels, rank = ((8, 30, 3), (12, 60, 5), (6, 25, 2))[seed % 3]
        x = rng.random((bands, rank)) @ rng.random((rank, pixels))
        w, h = rng.random((bands, rank)), rng.random((rank, pixels))
        peer = NMF(rank, init="custom", solver="mu", tol=0, max_iter=300)
        found = peer.fit_transform(x.T.copy(), W=h.T.copy(), H=w.T.copy())
        theirs.append(np.linalg.norm(x.T - found @ peer.components_) / np.linalg.norm(x))
        ours.append(hsunmix.unmix(x, "mu", rank=rank, init=w, max_iterations=300, tolerance=0).relative_error)
    assert np.median(ours) <= np.median(theirs)
    assert np.mean(ours) <= np.mean(theirs)
    assert max(ours) <= 1.05 * max(theirs)
