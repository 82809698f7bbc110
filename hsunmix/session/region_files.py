"""Regions of interest in files: out to a GIS as GeoJSON, and in from one."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FormatError
from hsunmix.files import replacing
from hsunmix.formats import open_vectors
from hsunmix.model.cube import Cube
from hsunmix.model.region import Region, runs_of
from hsunmix.model.spectra import colour
from hsunmix.model.vectors import Vectors
from hsunmix.session.vector_places import Change, changing, on_scene, readings

__all__ = ["read_regions", "write_regions"]

MAX_REGIONS = 1000

Ring = list[tuple[float, float]]  # (line, sample)


def write_regions(regions: Sequence[Region], cube: Cube, path: str | PathLike[str]) -> None:
    """Write regions, each as a feature with its name and colour.

    Places are longitude and latitude where the cube's coordinate system is known, as RFC 7946 wants
    them; else samples and lines, which the file says.

    Raises
    ------
    WriteError
    """
    change = changing(cube, outward=True)
    features = []
    for region in regions:
        polygons = [[[list(place) for place in _placed(cube, ring, change)]] for ring in _rings(region, cube)]
        single = len(polygons) == 1
        features.append(
            {
                "type": "Feature",
                "properties": {"name": region.name, "color": region.colour, "kind": region.kind},
                "geometry": {
                    "type": "Polygon" if single else "MultiPolygon",
                    "coordinates": polygons[0] if single else polygons,
                },
            }
        )
    box: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if change is None:
        box["coordinates_are"] = "samples and lines of the scene, from its upper left corner"
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(box, ensure_ascii=False), encoding="utf-8")


def read_regions(path: str | PathLike[str], cube: Cube, most: float = MAX_REGIONS) -> tuple[Region, ...]:
    """Read the polygons of a file of vectors, GeoJSON or what a GIS writes, as regions of a cube.

    A polygon without holes stays one; everything else becomes painted pixels. Places are of the
    coordinate system that the file names. Where it names none they are longitude and latitude, else
    coordinates of the cube's own map, else samples and lines: whichever first lies on the scene.

    Parameters
    ----------
    path : path-like
    cube : Cube
    most : int
        As many may lie on the scene.

    Raises
    ------
    FileError
        The file can't be read, is not what it should be, or has no polygon, or too many, on the scene.
    """
    vectors = open_vectors(path)
    regions = _on(cube, vectors, path)
    for layer in vectors.layers[1:]:
        regions += _on(cube, open_vectors(path, layer), path)
    if len(regions) > most:
        raise FormatError(
            path, f"has {len(regions)} regions, and {most} can be shown; join some, or use it as a mask"
        )
    if not regions:
        raise FormatError(path, "has no polygon that covers a pixel of the scene")
    return regions


def _on(cube: Cube, vectors: Vectors, path: str | PathLike[str]) -> tuple[Region, ...]:
    """Return the regions that lie on the scene, of whichever reading of the places gives some."""
    problem: ValueError | OverflowError | None = None
    try:
        for change in readings(vectors, cube):
            try:
                regions = _regions(vectors, cube, change)
            except (ValueError, OverflowError) as error:
                problem = error
                continue
            if regions:
                return regions
    except ValueError as error:
        problem = error
    if problem is not None:
        raise FormatError(path, f"can't be laid on the scene: {problem}") from None
    return ()


def _regions(vectors: Vectors, cube: Cube, change: Change | None) -> tuple[Region, ...]:
    """Return the regions that lie on the scene, reading the places in one way."""
    places = on_scene(cube.georeference, vectors.places, change)[:, ::-1]
    regions: list[Region] = []
    for feature, polygons in vectors.polygons():
        rings = [[_ring(places[part]) for part in polygon] for polygon in polygons]
        region = _region(vectors, feature, rings, cube, len(regions))
        if region.part(*region.window(cube.lines, cube.samples)).any():
            regions.append(region)
    return tuple(regions)


def _ring(places: NDArray[np.float64]) -> Ring:
    if not np.isfinite(places).all():
        raise ValueError("a place is not on its map")
    return list(map(tuple, places.tolist()))


def _rings(region: Region, cube: Cube) -> list[Ring]:
    if region.kind == "polygon":
        return [[*region.vertices, region.vertices[0]]]
    if region.kind == "rectangle":
        (top, left), (bottom, right) = region.vertices
        return [_box(top, left, bottom, right)]
    runs = runs_of(region.mask(cube.lines, cube.samples))
    return [_box(line, first, line + 1, past) for line, first, past in runs.tolist()]


def _box(top: float, left: float, bottom: float, right: float) -> Ring:
    return [(top, left), (bottom, left), (bottom, right), (top, right), (top, left)]


def _placed(cube: Cube, ring: Ring, change: Change | None) -> list[tuple[float, float]]:
    if change is None or cube.georeference is None:
        return [(sample, line) for line, sample in ring]
    places = [cube.georeference.xy(line - 0.5, sample - 0.5) for line, sample in ring]  # corners, not centres
    moved = change(np.array(places, np.float64)).tolist()
    return [(round(a, 9), round(b, 9)) for a, b in moved]  # a tenth of a millimetre


def _region(vectors: Vectors, feature: int, polygons: list[list[Ring]], cube: Cube, index: int) -> Region:
    name = vectors.names[feature] or f"Region {index + 1}"
    ink = vectors.colours[feature]
    ink = ink if re.fullmatch("#[0-9a-fA-F]{6}", ink) else colour(index)
    if len(polygons) == 1 and len(polygons[0]) == 1:
        ring = polygons[0][0]
        corners = tuple(ring[:-1] if ring[0] == ring[-1] else ring)
        if vectors.shapes[feature] == "rectangle" and len(corners) == 4:
            return Region(name, ink, "rectangle", (corners[0], corners[2]))
        return Region(name, ink, "polygon", corners)
    mask = np.zeros((cube.lines, cube.samples), dtype=bool)
    for outline, *holes in polygons:
        outer = Region(name, ink, "polygon", tuple(outline))
        top, left, bottom, right = window = outer.window(cube.lines, cube.samples)
        part = outer.part(*window)
        for hole in holes:
            part &= ~Region(name, ink, "polygon", tuple(hole)).part(*window)
        mask[top:bottom, left:right] |= part
    return Region(name, ink, "brush", runs=runs_of(mask))
