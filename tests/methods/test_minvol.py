"""Minimum volume: scenes without pure pixels, the authors' objective, and its fall."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import hsunmix
from tests.methods.reference import load, reference
from tests.scenes import angles, mixture

Array = NDArray[np.float64]


def no_pure_pixels(seed: int, shade: float) -> tuple[Array, Array]:
    """Spectra, and pixels in which no material has more than 80 %, darker down to ``shade``."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, 60)[:, None]
    w = 0.05 + np.exp(-(((place - np.linspace(0.1, 0.9, 4)) / 0.2) ** 2))
    h = rng.dirichlet(np.full(4, 0.4), 8000).T
    h = h[:, h.max(axis=0) < 0.8] * rng.uniform(shade, 1, (h.max(axis=0) < 0.8).sum())
    return w, np.maximum(w @ h + 0.002 * rng.standard_normal((60, h.shape[1])), 0)


@pytest.mark.parametrize("shade", [1.0, 0.5])
def test_finds_materials_without_pure_pixels(shade: float) -> None:
    w, x = no_pure_pixels(0, shade)
    plain = angles(hsunmix.unmix(x, "spa", rank=4).endmembers, w).mean()
    found = angles(hsunmix.unmix(x, "minvol", rank=4, init="spa").endmembers, w).mean()
    assert plain > 5
    assert found < plain / 3


def volume(w: Array, delta: float) -> float:
    return float(np.linalg.slogdet(w.T @ w + delta * np.eye(w.shape[1]))[1])


@pytest.mark.parametrize("model", ["spectra", "fractions"])
def test_the_loss_never_rises_and_constraints_hold(model: str) -> None:
    x = mixture(noise=0.02)
    x /= x.max()
    w0 = hsunmix.unmix(x, "spa", rank=4).endmembers
    if model == "spectra":
        w0 = w0 / w0.sum(axis=0)
        h0 = hsunmix.abundances(x, w0, "nnls")
    else:
        h0 = hsunmix.unmix(x, "minvol", rank=4, model=model, max_iterations=1, penalty=0, init=w0).abundances
    weight = 0.1 * np.linalg.norm(x - w0 @ h0) ** 2 / abs(volume(w0, 0.1))
    values = []
    for iterations in (1, 2, 4, 8, 16, 32):
        result = hsunmix.unmix(x, "minvol", rank=4, model=model, max_iterations=iterations, tolerance=0)
        w = result.endmembers
        if model == "spectra":
            w = w / w.sum(axis=0)
        else:
            assert result.abundances.sum(axis=0).max() <= 1 + 1e-5
        fit = (result.relative_error * np.linalg.norm(x)) ** 2
        values.append(fit + weight * volume(w, 0.1))
    assert (np.diff(values) <= 1e-3 * abs(values[0])).all()


# Their model 1 takes another λ than the ratio of the terms at this start on all scenes but the first; the
# penalty here makes it the same.
@pytest.mark.parametrize(
    ("scene", "rank", "penalty"),
    [
        ("samson", 3, 0.1),
        ("jasper", 4, 0.05901),
        ("urban_undersampled4", 6, 0.02742),
        ("hydice_urban_80x100", 6, 0.04310),
        ("hydice_urban_80x100", 8, 0.04139),
        ("salton_sea", 5, 0.03504),
    ],
)
@pytest.mark.parametrize(("model", "number"), [("fractions", 1), ("spectra", 3)])
def test_the_authors_objective(
    shared: Path, scene: str, rank: int, penalty: float, model: str, number: int
) -> None:
    rows = reference(shared, scene)["results"]
    entry = next(e for e in rows if e["method"] == f"minvolNMF model {number}" and e["rank"] == rank)
    fit, logdet = map(float, re.findall(r"last ([-\d.]+\d)", entry["notes"]))
    weight = (entry["trajectory_last"] - fit) / logdet
    x = load(shared, scene)
    x = x / x.max()
    result = hsunmix.unmix(
        x, "minvol", rank=rank, init="spa", model=model, max_iterations=100, tolerance=0,
        penalty=penalty if number == 1 else 0.1,
    )  # fmt: skip
    w = result.endmembers if number == 1 else result.endmembers / result.endmembers.sum(axis=0)
    ours = (result.relative_error * np.linalg.norm(x)) ** 2 + weight * volume(w, 0.1)
    assert ours <= entry["trajectory_last"] + 0.011 * fit
    assert 100 * result.relative_error <= 1.005 * entry["own_H_relative_error_percent"]
