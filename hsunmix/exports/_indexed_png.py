"""PNG files: of maps, one byte a pixel, with a colour map as their palette; of any picture, in steps."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports._smaller import smaller

__all__ = ["index_png", "map_png", "palette", "rgb_png"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
UP = 2  # the filter: the difference to the row above
PIECE = 1 << 20  # bytes packed in one step
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
    lines, samples = index.shape
    rows = np.zeros((lines, samples + 1), np.uint8)  # each begins with its filter: none
    rows[:, 1:] = index
    return (
        SIGNATURE
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", samples, lines, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", colours.tobytes() + b"\0\0\0")
        + _chunk(b"tRNS", b"\xff" * NOTHING + b"\0")
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def rgb_png(pixels: NDArray[np.uint8], dpi: float) -> Iterator[bytes]:
    """Give the PNG file of a picture, (height, width, 3), in pieces, each packed when it is asked for.

    A row that is as the one above it is stored as the difference, nothing; any other one as it is.
    """
    height, width, _ = pixels.shape
    dots = round(dpi / 0.0254)
    yield (
        SIGNATURE
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + _chunk(b"pHYs", struct.pack(">IIB", dots, dots, 1))
    )
    packer = zlib.compressobj(6)
    step = max(1, PIECE // (3 * width))
    for top in range(0, height, step):
        part = pixels[top : top + step].reshape(-1, 3 * width)
        above = pixels[max(0, top - 1) : top + len(part) - 1].reshape(-1, 3 * width)
        same = (part[len(part) - len(above) :] == above).all(axis=1)
        rows = np.zeros((len(part), 3 * width + 1), np.uint8)
        rows[:, 1:] = part
        rows[len(part) - len(above) :][same] = (UP, *[0] * 3 * width)
        yield _chunk(b"IDAT", packer.compress(rows.tobytes()))
    yield _chunk(b"IDAT", packer.flush()) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
