"""Scenes on disk that are not read into memory, however small: for tests of what is larger than it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from hsunmix.engine.tile_writer import TILE
from tests.scenes import mixture

LINES, SAMPLES, BANDS, RANK = 97, 71, 24, 4
MEMORY = 800_000  # bytes: a fifth of the scene fits, and a few blocks of the file


@contextmanager
def little_memory() -> Iterator[None]:
    """Count only what the scene takes, and work in parts of two tiles, of which there are several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hsunmix.engine.footprint.PROGRAM", 0)
        patch.setattr("hsunmix.engine.scene.CHUNK_BYTES", 2 * BANDS * TILE * 4)
        yield


def values(noise: float = 0.01) -> np.ndarray:
    """A scene, (lines, samples, bands), float32."""
    return mixture(BANDS, LINES * SAMPLES, noise=noise).T.reshape(LINES, SAMPLES, BANDS).astype(np.float32)


def spectra() -> np.ndarray:
    """Four of its pure pixels, (bands, 4)."""
    return mixture(BANDS, LINES * SAMPLES, noise=0)[:, :RANK]


def write_envi(path: Path, cube: np.ndarray, interleave: str = "bil", more: str = "") -> Path:
    """Write a cube, (lines, samples, bands); return its header."""
    axes = {"bil": (0, 2, 1), "bip": (0, 1, 2), "bsq": (2, 0, 1)}[interleave]
    path.with_suffix(".img").write_bytes(np.ascontiguousarray(cube.transpose(axes)).tobytes())
    kind = {"float32": 4, "uint16": 12, "float64": 5}[cube.dtype.name]
    lines, samples, bands = cube.shape
    nm = ", ".join(f"{w:.1f}" for w in np.linspace(450, 1000, bands))
    path.with_suffix(".hdr").write_text(
        f"ENVI\nsamples = {samples}\nlines = {lines}\nbands = {bands}\ndata type = {kind}\nbyte order = 0\n"
        f"interleave = {interleave}\nheader offset = 0\nwavelength units = Nanometers\n"
        f"wavelength = {{{nm}}}\n{more}"
    )
    return path.with_suffix(".hdr")
