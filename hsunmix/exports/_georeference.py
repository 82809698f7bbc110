"""A scene's place on the Earth in the terms of GDAL and PROJ."""

from __future__ import annotations

from typing import Any

from hsunmix.model.cube import Cube
from hsunmix.model.georeference import Georeference

__all__ = ["crs_of", "metres_per_pixel"]


def crs_of(georeference: Georeference | None) -> Any:
    """Return the coordinate system as a ``rasterio.crs.CRS``; None where there is none to be had.

    ENVI files carry ESRI's dialect of well-known text, whose names of projections and datums PROJ
    takes only when told so. What is certainly an entry of the EPSG register becomes that entry.
    """
    from rasterio.crs import CRS
    from rasterio.errors import CRSError

    text = georeference.crs.strip() if georeference is not None else ""
    if not text:
        return None
    try:
        if "[" in text:
            crs = CRS.from_wkt(text, morph_from_esri_dialect=True)
        else:
            crs = CRS.from_user_input(text)
        code = crs.to_epsg(confidence_threshold=100)
        return crs if code is None else CRS.from_epsg(code)
    except CRSError:
        return None


def metres_per_pixel(cube: Cube | None) -> tuple[float, float] | None:
    """Return a pixel's width and height in metres; None where that is not known or not constant."""
    if cube is None or cube.georeference is None:
        return None
    crs = crs_of(cube.georeference)
    if crs is None or not crs.is_projected:
        return None
    metres = float(crs.linear_units_factor[1])
    width, height = cube.georeference.pixel_size
    return width * metres, height * metres
