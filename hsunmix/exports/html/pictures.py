"""Maps as small PNG files: one byte a pixel, with a colour map as their palette."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports._smaller import smaller

__all__ = ["index_png", "map_png", "palette"]

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
    return _packed(index, colours)


def index_png(index: NDArray[Any], colours: NDArray[np.uint8]) -> bytes:
    """Draw numbers of classes, (lines, samples), as the bytes of a PNG file; NaN is transparent.

    ``colours`` are those of the classes, (at most 255, 3).
    """
    table = np.zeros((NOTHING, 3), np.uint8)
    table[: len(colours)] = colours
    return _packed(np.nan_to_num(index, nan=NOTHING).astype(np.uint8), table)


def _packed(index: NDArray[np.uint8], colours: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    picture = Image.fromarray(index)
    picture.putpalette(colours.tobytes() + b"\0\0\0")
    buffer = io.BytesIO()
    picture.save(buffer, format="png", transparency=NOTHING, compress_level=9)
    return buffer.getvalue()
