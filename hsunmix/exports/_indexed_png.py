"""Maps as small PNG files: one byte a pixel, with a colour map as their palette."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["map_png", "palette", "smaller"]

NOTHING = 255  # the index of a pixel without a value; it is transparent


def palette(name: str) -> NDArray[np.uint8]:
    """Return 255 colours of a colour map of Matplotlib, (255, 3)."""
    import matplotlib

    colours: NDArray[np.uint8] = matplotlib.colormaps[name](np.linspace(0, 1, NOTHING), bytes=True)[:, :3]
    return colours


def map_png(
    values: NDArray[np.float32], lowest: float, highest: float, colours: NDArray[np.uint8], longest: int
) -> bytes:
    """Draw a map, (lines, samples), as the bytes of a PNG file; NaN is transparent.

    A map whose longer side is more than ``longest`` is made smaller, by the means of its pixels.
    """
    small = smaller(values, -(-max(values.shape) // longest))
    scaled = (small - lowest) / (highest - lowest) * (NOTHING - 1)
    index = np.where(np.isfinite(scaled), np.clip(scaled, 0, NOTHING - 1), NOTHING).round().astype(np.uint8)
    lines, samples = index.shape
    rows = np.zeros((lines, samples + 1), np.uint8)  # each begins with its filter: none
    rows[:, 1:] = index
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", samples, lines, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", colours.tobytes() + b"\0\0\0")
        + _chunk(b"tRNS", b"\xff" * NOTHING + b"\0")
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def smaller(values: NDArray[Any], step: int) -> NDArray[np.float64]:
    """Return the means of squares of step by step pixels, of those that have a value."""
    exact = values.astype(np.float64)
    if step <= 1:
        return exact
    known = np.isfinite(exact)
    lines, samples = (np.arange(0, size, step) for size in values.shape)

    def summed(of: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.add.reduceat(np.add.reduceat(of, lines, axis=0), samples, axis=1)

    count = summed(known.astype(np.float64))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(summed(np.where(known, exact, 0.0)) / count)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
