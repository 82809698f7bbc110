"""XRAY: the authors' pixels, extreme rays under shade, and the four selections."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hsunmix
from hsunmix.errors import InputError
from tests.methods.reference import SCENES, entries, load
from tests.scenes import mixture

SELECTIONS = ["max", "rand", "dist", "greedy"]


@pytest.mark.parametrize("scene", SCENES)
def test_the_authors_pixels(shared: Path, scene: str) -> None:
    x = load(shared, scene)
    for entry in entries(shared, scene, "XRAY (max)"):
        result = hsunmix.unmix(x, "xray", rank=entry["rank"])
        assert result.source_pixels is not None
        assert result.source_pixels.tolist() == entry["indices_0based"]
        assert 100 * result.relative_error == pytest.approx(entry["relative_error_percent"], rel=1e-5)


@pytest.mark.parametrize("selection", ["max", "rand", "dist"])
def test_finds_the_extreme_rays_whatever_the_brightness(selection: str) -> None:
    rng = np.random.default_rng(0)
    for rank in (2, 5, 8):
        w = rng.random((30, rank))
        h = np.hstack([np.eye(rank), rng.dirichlet(np.ones(rank), 400).T])
        x = (w @ h) * rng.uniform(0.2, 3, h.shape[1])
        found = hsunmix.unmix(x, "xray", rank=rank, selection=selection, seed=rank).source_pixels
        assert found is not None
        assert set(found) == set(range(rank))


def naive(x: np.ndarray, rank: int, selection: str) -> list[int]:
    """The paper's formulas on dense matrices."""
    chosen: list[int] = []
    rest = x
    for _ in range(rank):
        if selection == "greedy":
            j = int((np.square(np.maximum(rest.T @ x, 0)).sum(axis=0) / np.square(x).sum(axis=0)).argmax())
        else:
            power = np.square(rest) if selection == "max" else np.square(np.maximum(x.T @ rest, 0))
            j = int((rest[:, power.sum(axis=0).argmax()] @ x / x.sum(axis=0)).argmax())
        chosen.append(j)
        rest = x - x[:, chosen] @ hsunmix.abundances(x, x[:, chosen], "nnls")
    return chosen


@pytest.mark.parametrize("selection", ["max", "dist", "greedy"])
def test_agrees_with_the_formulas(selection: str) -> None:
    """On scenes so small that every pixel is in the sample."""
    x = mixture(bands=30, pixels=400, noise=0.03, rank=6).astype(np.float32).astype(np.float64)
    found = hsunmix.unmix(x, "xray", rank=5, selection=selection).source_pixels
    assert found is not None
    assert found.tolist() == naive(x, 5, selection)


def test_seeds_matter_only_to_rand() -> None:
    x = mixture(noise=0.05)
    for selection in SELECTIONS:
        sets = {
            tuple(hsunmix.unmix(x, "xray", rank=4, selection=selection, seed=seed).source_pixels)
            for seed in range(4)
        }
        assert (len(sets) > 1) == (selection == "rand")


def test_spectra_without_a_positive_sum_are_refused() -> None:
    with pytest.raises(InputError, match="positive sum"):
        hsunmix.unmix(-mixture(), "xray", rank=3)
