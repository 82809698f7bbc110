"""Where the points, lines and polygons of a file lie on a scene."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports._georeference import crs_of
from hsunmix.model.cube import Cube
from hsunmix.model.georeference import Georeference
from hsunmix.model.vectors import PIXELS, Vectors

__all__ = ["LONGITUDE_LATITUDE", "Change", "changing", "lies_on", "on_scene", "places_on", "readings"]

LONGITUDE_LATITUDE = "OGC:CRS84"

Places = NDArray[np.float64]
Change = Callable[[Places], Places]  # (n, 2) of one coordinate system to those of another; NaN for none


def readings(vectors: Vectors, cube: Cube) -> list[Change | None]:
    """Return what places may be, the likeliest first: changes onto the cube's map; None for samples, lines.

    Raises
    ------
    ValueError
        The file's coordinate system is not known.
    """
    if vectors.crs == PIXELS:
        return [None]
    if vectors.crs:
        return [changing(cube, outward=False, file_crs=vectors.crs)]
    geographic = changing(cube, outward=False)
    own: list[Change | None] = [] if cube.georeference is None else [lambda places: places]
    return [*([] if geographic is None else [geographic]), *own, None]


def places_on(cube: Cube, vectors: Vectors) -> Places:
    """Return the places of a file as samples and lines of a scene, pixel edges at integers.

    Where the file doesn't say its coordinate system, it is the first in which something lies on the scene.

    Returns
    -------
    array of float64, (n, 2)
        x the sample, y the line; NaN where a place is not on the scene's map.

    Raises
    ------
    ValueError
        The file's coordinate system is not known.
    """
    found = [on_scene(cube.georeference, vectors.places, change) for change in readings(vectors, cube)]
    return next((places for places in found if lies_on(places, cube)), found[0])


def lies_on(places: Places, cube: Cube) -> bool:
    """Whether the box around places has a part of the scene in it."""
    known = places[np.isfinite(places).all(axis=1)]
    if not len(known):
        return False
    low, high = known.min(axis=0), known.max(axis=0)
    return bool((high > 0).all() and (low < (cube.samples, cube.lines)).all())


def on_scene(georeference: Georeference | None, places: Places, change: Change | None) -> Places:
    """Return places of a file, read in one way, as samples and lines."""
    if change is None or georeference is None:
        return places
    a, b, c, d, e, f = georeference.transform
    matrix = np.linalg.inv(np.array([[a, b], [d, e]]))
    moved: Places = (change(places) - (c, f)) @ matrix.T
    return moved


def changing(cube: Cube, outward: bool, file_crs: str = LONGITUDE_LATITUDE) -> Change | None:
    """Return the change between map coordinates of a cube and those of a file; None where there is none."""
    own = crs_of(cube.georeference)
    if own is None:
        return None
    from rasterio.crs import CRS
    from rasterio.errors import CRSError
    from rasterio.warp import transform

    try:
        other = CRS.from_user_input(file_crs)
    except CRSError:
        raise ValueError(f"the coordinate system {file_crs[:100]} is not known") from None
    start, end = (own, other) if outward else (other, own)

    def change(places: Places) -> Places:
        try:
            x, y = transform(start, end, places[:, 0].tolist(), places[:, 1].tolist())[:2]
        except Exception as error:  # GDAL's own, of no common kind
            raise ValueError(f"a place is not on the map of {file_crs[:100]}: {error}") from None
        moved = np.array([x, y], dtype=np.float64).T
        moved[~np.isfinite(moved).all(axis=1)] = np.nan
        return moved

    return change
