"""The veil over masked pixels and the tint of regions, as one image."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QImage

from hsunmix.gui.image.rasters import image_of, quick
from hsunmix.gui.regions.state import Overlay

__all__ = ["masked_image", "overlay_image"]

VEIL, TINT = 0.85, 0.28  # opacity
CONVERTED = 1 << 22  # pixels: some milliseconds, and every frame is drawn more quickly from then on


def overlay_image(overlay: Overlay, veil: str, veiled: bool) -> QImage:
    """Return the image of an overlay; a very large one shares the overlay's memory.

    Parameters
    ----------
    overlay : Overlay
    veil : str
        Colour of the veil, ``#rrggbb``.
    veiled : bool
        Whether masked pixels are veiled at all.
    """
    table = np.zeros((256, 4), dtype=np.uint8)
    cover = np.array([*_rgb(veil), VEIL if veiled else 0.0])
    tints = [np.zeros(4)] + [np.array([*_rgb(colour), TINT]) for colour in overlay.colours[:127]]
    for k, tint in enumerate(tints):
        table[2 * k] = _bytes(tint)
        table[2 * k + 1] = _bytes(_over(tint, cover))
    image = image_of(overlay.values, table)
    return quick(image) if overlay.values.size <= CONVERTED else image


def masked_image(overlay: Overlay) -> QImage | None:
    """Return an image that is opaque where pixels are masked; None where none are.

    They are hatched: whatever colours a picture has, a pattern is no value.
    """
    if not (overlay.values & 1).any():
        return None
    table = np.zeros((256, 4), dtype=np.uint8)
    table[1::2] = 255
    image = image_of(overlay.values, table)
    return quick(image) if overlay.values.size <= CONVERTED else image


def _over(top: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Lay one colour, (r, g, b, opacity), on another."""
    opacity = top[3] + below[3] * (1 - top[3])
    mixed = top[:3] * top[3] + below[:3] * below[3] * (1 - top[3])
    return np.array([*(mixed / opacity if opacity else mixed), opacity])


def _rgb(colour: str) -> tuple[float, float, float]:
    ink = QColor(colour)
    return ink.redF(), ink.greenF(), ink.blueF()


def _bytes(colour: np.ndarray) -> np.ndarray:
    return np.round(255 * colour).astype(np.uint8)
