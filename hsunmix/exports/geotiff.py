"""Abundances and residual as GeoTIFF: what a GIS reads."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix._version import __version__
from hsunmix.exports import NODATA, Delivery
from hsunmix.exports._georeference import crs_of
from hsunmix.files import replacing
from hsunmix.model.georeference import Georeference

__all__ = ["NEEDS_IMAGE", "TITLE", "write"]

TITLE = "GeoTIFF: abundance maps and residual"
NEEDS_IMAGE = True


def write(delivery: Delivery, folder: Path) -> list[Path]:
    """Write ``abundances.tif`` and ``rmse.tif``."""
    unmixing = delivery.unmixing
    place = None if delivery.cube is None else delivery.cube.georeference
    maps, residual = folder / "abundances.tif", folder / "rmse.tif"
    _write(maps, unmixing.abundances, delivery.names, place)
    _write(residual, unmixing.rmse[None], ("RMSE",), place)
    return [maps, residual]


def _write(
    path: Path, bands: NDArray[np.float32], names: tuple[str, ...], place: Georeference | None
) -> None:
    """Write bands (r, lines, samples) with their names; NaN becomes nodata.

    The file is made in memory: GDAL does not report every error when it closes a file on a full
    disk, Python does.
    """
    import rasterio
    from affine import Affine

    _, lines, samples = bands.shape
    profile = {
        "driver": "GTiff",
        "count": len(bands),
        "height": lines,
        "width": samples,
        "dtype": "float32",
        "nodata": NODATA,
        "crs": crs_of(place),
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
        "compress": "deflate",
        "interleave": "band",
        "bigtiff": "if_safer",
    }
    if place is not None:
        profile["transform"] = Affine(*place.transform)
    with replacing(path) as temporary, rasterio.MemoryFile() as memory, warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with memory.open(**profile) as dataset:
            for k, (band, name) in enumerate(zip(bands, names, strict=True), 1):
                dataset.write(np.where(np.isfinite(band), band, np.float32(NODATA)), k)
                dataset.set_band_description(k, name)
            dataset.update_tags(TIFFTAG_SOFTWARE=f"hsunmix {__version__}")
        memory.seek(0)
        with temporary.open("wb") as file:
            shutil.copyfileobj(memory, file, 1 << 24)
