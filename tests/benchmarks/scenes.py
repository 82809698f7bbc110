"""Scenes for benchmarks: one of Urban's size that the project makes, and the real ones where they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import scipy.io
from numpy.typing import NDArray

Array = NDArray[np.float32]

SHARED = Path(os.environ.get("HSUNMIX_SHARED", Path(__file__).resolve().parents[3] / "shared"))


def urban_size(lines: int = 307, samples: int = 307, bands: int = 162, rank: int = 6, seed: int = 0) -> Array:
    """Make a scene (bands, pixels) of Urban's size: patches of smooth mixtures, shade, 35 dB of noise."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, bands)[:, None]
    w = 0.05 + np.zeros((bands, rank))
    for _ in range(5):
        centre, width = rng.random(rank), rng.uniform(0.03, 0.3, rank)
        w += rng.random(rank) * 0.3 * np.exp(-(((place - centre) / width) ** 2))
    y, x = np.mgrid[:lines, :samples] / max(lines, samples)
    waves = [
        sum(
            np.sin(2 * np.pi * (f * (x * np.cos(a) + y * np.sin(a)) + b))
            for f, a, b in rng.random((6, 3)) * [8, 6.3, 1]
        )
        for _ in range(rank)
    ]
    h = np.exp(1.5 * np.stack(waves)).reshape(rank, -1)
    h = h / h.sum(axis=0) * rng.uniform(0.7, 1.0, lines * samples)
    scene = w @ h
    noise = np.sqrt((scene**2).mean()) * 10 ** (-35 / 20)
    return np.maximum(scene + noise * rng.standard_normal(scene.shape), 0).astype(np.float32)


def real() -> Iterator[tuple[str, Array, int]]:
    """Name, matrix and number of endmembers of the shared scenes; nothing where they are missing."""
    data = SHARED / "data"
    if not data.is_dir():
        return
    yield "Samson", scipy.io.loadmat(data / "samson/samson_1.mat")["V"].astype(np.float32), 3
    jasper = scipy.io.loadmat(data / "jasper_ridge/jasperRidge2_R198.mat")
    yield "Jasper", (jasper["Y"] / jasper["Y"].max()).astype(np.float32), 4
    urban = scipy.io.loadmat(data / "urban_77/urban_undersampled4.mat")["M"]
    yield "Urban 77×77", (urban / 1000.0).astype(np.float32), 6
