"""Images of Spectral Python: files that are open, and those in memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.foreign._given import Given, in_nanometres
from hsunmix.model.foreign._numbers import numbers

__all__ = ["read"]


def read(image: Any) -> Given | None:
    """Take a SpyFile, or an ImageArray whose values have been divided by the scale factor already.

    Its metadata are those of the ENVI header: the value to ignore is a stored one.
    """
    in_memory = isinstance(image, np.ndarray)
    metadata = getattr(image, "metadata", None)
    if not isinstance(metadata, dict) or (in_memory and np.ndim(image) != 3):
        return None  # a part of an image that is no image
    factor = float(metadata.get("reflectance scale factor") or getattr(image, "scale_factor", 1) or 1)
    if in_memory:
        values = np.asarray(image)
    elif hasattr(image, "load"):
        values = np.asarray(image.load(dtype=np.dtype(image.dtype).newbyteorder("="), scale=False))
    else:
        return None
    notes: list[str] = []
    bands = values.shape[2]
    described = getattr(image, "bands", None)
    centres = getattr(described, "centers", None)
    nm = None
    if centres is not None and len(centres) == bands:
        nm = in_nanometres(centres, getattr(described, "band_unit", ""), notes)
    ignored = _number(metadata.get("data ignore value"))
    gain = 1 / factor
    if in_memory:
        ignored, gain = None if ignored is None else float(np.float32(ignored) / np.float32(factor)), 1.0
    names = tuple(str(name) for name in metadata.get("band names") or ())
    return Given(
        numbers(values, "the image"),
        nm,
        _bad(metadata.get("bbl"), bands),
        names if len(names) == bands else (),
        ignored,
        gain,
        notes=tuple(notes),
    )


def _number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _bad(listed: Any, bands: int) -> NDArray[np.bool_] | None:
    """Bands that the list of good ones calls bad."""
    good = [_number(word) for word in listed] if isinstance(listed, list | tuple) else []
    bad = np.array([number == 0 for number in good])
    return bad if len(bad) == bands and bad.any() and not bad.all() else None
