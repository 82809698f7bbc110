"""PNG pictures, as masks: white is what is wanted."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hsunmix.errors import FormatError
from hsunmix.formats.geotiff.file import gdal, unreadable
from hsunmix.formats.opening.options import Options
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import ArrayPixels

TITLE = "PNG"
SUFFIXES = (".png",)
DECODED_BY = ("rasterio",)
MAX_PIXELS = 200_000_000
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the content decides
    """Whether this is a PNG picture."""
    return head.startswith(_SIGNATURE)


def open_mask(path: Path, options: Options) -> Cube:  # noqa: ARG001 - PNG needs no options
    """Read a picture as one band: 0 where it is black or transparent, else 1.

    Raises
    ------
    FormatError
        It can't be read, or is too large.
    """
    import rasterio
    from rasterio.errors import RasterioError

    try:
        with gdal(), rasterio.open(path, driver="PNG") as file:
            if file.width * file.height > MAX_PIXELS:
                raise FormatError(path, f"has {file.width} × {file.height} pixels: too many for a picture")
            layers = file.read()
    except RasterioError:
        raise unreadable(path) from None
    alpha = layers[-1] if len(layers) in (2, 4) else np.ones_like(layers[0])
    colours = layers[:-1] if len(layers) in (2, 4) else layers
    wanted = (colours != 0).any(axis=0) & (alpha != 0)
    return Cube(ArrayPixels(wanted.astype(np.uint8)[:, :, np.newaxis]))
