"""Multiplicative updates for the Kullback-Leibler and Itakura-Saito divergences."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def _quotients(x: NDArray, model: NDArray, itakura: bool, least: float) -> tuple[NDArray, NDArray]:
    if itakura:
        return np.maximum(x, least) / model**2, 1 / model
    return np.maximum(x, 0) / model, np.ones_like(model)


def update(
    x: NDArray, wt: NDArray, h: NDArray, itakura: bool, least: float, floor: float
) -> tuple[NDArray, NDArray, NDArray, float]:
    """H of some pixels, the two sums for the spectra, and ‖X − WH‖² from before."""
    model = least + wt.T @ h
    up, down = (wt @ part for part in _quotients(x, model, itakura, least))
    ratio = up / np.maximum(down, 1e-30)
    new = np.maximum(h * (np.sqrt(ratio) if itakura else ratio), floor)
    top, bottom = _quotients(x, least + wt.T @ new, itakura, least)
    return new, new @ top.T, new @ bottom.T, float(((x - model) ** 2).sum())


def divergence(x: NDArray, wt: NDArray, h: NDArray, itakura: bool, least: float) -> float:
    v = least + wt.T @ h
    if itakura:
        ratio = np.maximum(x, least) / v
        return float((ratio - np.log(ratio) - 1).sum())
    x = np.maximum(x, 0)
    return float((v - x + x * np.log(np.maximum(x, 1e-30) / v)).sum())
