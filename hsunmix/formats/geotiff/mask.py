"""Which pixels of a TIFF file hold data, where it says so by a mask: inside, beside it, or as a band."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FileError
from hsunmix.formats.geotiff.file import TiffFacts, dataset, gdal
from hsunmix.formats.opening.files import is_regular

__all__ = ["TiffMask", "take_mask"]

COLOURS = 4  # bands of an image with colours and transparency, or with near infrared


@dataclass(frozen=True)
class TiffMask:
    """Where a mask is.

    Attributes
    ----------
    band : int
        Of the image, counted from 1; 0 for the mask inside the file.
    path : Path or None
        Another file, whose band this is.
    """

    band: int = 0
    path: Path | None = None

    def read(self, image: Any, window: Any) -> NDArray[np.bool_]:
        """Return which pixels hold data, (lines, samples); to be called within ``gdal``."""
        if self.path is not None:
            with dataset(self.path) as beside:
                return np.asarray(beside.read(self.band, window=window) != 0)
        values = image.read(self.band, window=window) if self.band else image.read_masks(1, window=window)
        return np.asarray(values != 0)


def take_mask(facts: TiffFacts, path: Path) -> TiffMask | None:
    """Find the file's mask, and take a band that only says what is transparent out of the others.

    Of an image with four bands the last is kept: near infrared is often marked as transparency,
    because software takes three bands and one more for colours.
    """
    lines, samples, bands = facts.shape
    transparent = None
    if facts.alpha and bands == COLOURS:
        facts.notes.append(
            "its last band is marked as transparency (alpha): it is taken for a band like the others."
        )
    elif facts.alpha and bands > 1:
        transparent = TiffMask(bands)
        facts.shape = lines, samples, bands - 1
        for each in (facts.scales, facts.offsets, facts.band_tags, facts.names):
            each.pop()
    if facts.masked:
        return _noted(facts, TiffMask(), "its own mask")
    beside = _beside(facts, path)
    if beside is not None:
        return _noted(facts, TiffMask(1, beside), beside.name)
    return None if transparent is None else _noted(facts, transparent, "its last band (alpha)")


def _noted(facts: TiffFacts, mask: TiffMask, name: str) -> TiffMask:
    facts.notes.append(f"pixels that {name} leaves out hold no data.")
    return mask


def _beside(facts: TiffFacts, path: Path) -> Path | None:
    """Return GDAL's ``NAME.tif.msk``, where it is a mask of this image."""
    beside = path.with_name(path.name + ".msk")
    if not is_regular(beside):
        return None
    try:
        with gdal(), dataset(beside) as file:
            shape, kind = (file.height, file.width), file.dtypes[0]
    except FileError as error:
        facts.notes.append(f"{beside.name} was not used: {error.reason}.")
        return None
    if shape != facts.shape[:2] or kind != "uint8":
        facts.notes.append(f"{beside.name} is no mask of an image of this size: ignored.")
        return None
    return beside
