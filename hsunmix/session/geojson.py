"""Regions of interest as GeoJSON: out to a GIS, and in from one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any

import numpy as np

from hsunmix.errors import FileError, FormatError
from hsunmix.exports._georeference import crs_of
from hsunmix.files import replacing
from hsunmix.formats import regular_file
from hsunmix.model.cube import Cube
from hsunmix.model.region import Region, runs_of
from hsunmix.model.spectra import colour

__all__ = ["read_regions", "write_regions"]

SIZE_LIMIT = 64 << 20
MAX_REGIONS = 1000
LONGITUDE_LATITUDE = "OGC:CRS84"

Ring = list[tuple[float, float]]  # (line, sample)
Change = Callable[[Sequence[float], Sequence[float]], tuple[Sequence[float], Sequence[float]]]


def write_regions(regions: Sequence[Region], cube: Cube, path: str | PathLike[str]) -> None:
    """Write regions, each as a feature with its name and colour.

    Places are longitude and latitude where the cube's coordinate system is known, as RFC 7946 wants
    them; else samples and lines, which the file says.

    Raises
    ------
    WriteError
    """
    change = _changing(cube, outward=True)
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
    """Read the polygons of a GeoJSON file as regions of a cube.

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
        The file can't be read, is no GeoJSON, or has no polygon, or too many, on the scene.
    """
    box = _read(path)
    problem: Exception | None = None
    try:
        readings = _readings(box, cube)
    except ValueError as error:
        raise FormatError(path, f"is not understood as GeoJSON: {error}") from None
    for change in readings:
        try:
            regions = _regions(box, cube, change)
        except (AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
            problem = error
            continue
        if len(regions) > most:
            raise FormatError(
                path, f"has {len(regions)} regions, and {most} can be shown; join some, or use it as a mask"
            )
        if regions:
            return regions
    if problem is not None:
        raise FormatError(path, f"is not understood as GeoJSON: {problem}") from None
    raise FormatError(path, "has no polygon that covers a pixel of the scene")


def _readings(box: dict[str, Any], cube: Cube) -> list[Change | None]:
    """Return what the places may be: changes onto the cube's map, or None for samples and lines."""
    if "coordinates_are" in box:
        return [None]
    if box.get("crs") is not None:
        return [_changing(cube, outward=False, file_crs=_named_crs(box))]
    geographic = _changing(cube, outward=False)
    own: list[Change | None] = [] if cube.georeference is None else [lambda x, y: (x, y)]
    return [*([] if geographic is None else [geographic]), *own, None]


def _regions(box: dict[str, Any], cube: Cube, change: Change | None) -> tuple[Region, ...]:
    """Return the regions that lie on the scene, reading the places in one way."""
    regions: list[Region] = []
    for feature in box.get("features", [box]):
        geometry = feature.get("geometry") if "geometry" in feature else feature
        polygons = _polygons(geometry)
        if not polygons:
            continue
        rings = [[_found(cube, ring, change) for ring in polygon] for polygon in polygons]
        region = _region(feature.get("properties") or {}, rings, cube, len(regions))
        if region.part(*region.window(cube.lines, cube.samples)).any():
            regions.append(region)
    return tuple(regions)


def _read(path: str | PathLike[str]) -> dict[str, Any]:
    try:
        with regular_file(path).open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)
    except FileError:
        raise
    except OSError as error:
        raise FileError(path, f"could not be read: {error.strerror or error}") from error
    if len(data) > SIZE_LIMIT:
        raise FormatError(path, f"is larger than {SIZE_LIMIT >> 20} MB, which no drawing of regions is")
    try:
        box = json.loads(data)
    except (ValueError, RecursionError):
        raise FormatError(path, "is no GeoJSON") from None
    if not isinstance(box, dict):
        raise FormatError(path, "is no GeoJSON")
    return box


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
    x, y = change(*zip(*places, strict=True))
    return [(round(a, 9), round(b, 9)) for a, b in zip(x, y, strict=True)]  # a tenth of a millimetre


def _found(cube: Cube, ring: Sequence[Sequence[float]], change: Change | None) -> Ring:
    x, y = np.array([(place[0], place[1]) for place in ring], dtype=np.float64).T
    if not (np.isfinite(x) & np.isfinite(y)).all():
        raise ValueError("a place is no number")
    if change is None or cube.georeference is None:
        return list(zip(y.tolist(), x.tolist(), strict=True))
    a, b, c, d, e, f = cube.georeference.transform
    matrix = np.linalg.inv(np.array([[a, b], [d, e]]))
    samples, lines = matrix @ (np.array(change(x.tolist(), y.tolist())) - [[c], [f]])
    return list(zip(lines.tolist(), samples.tolist(), strict=True))


def _changing(cube: Cube, outward: bool, file_crs: str = LONGITUDE_LATITUDE) -> Change | None:
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
        raise ValueError(f"the coordinate system {file_crs} is not known") from None
    start, end = (own, other) if outward else (other, own)

    def change(x: Sequence[float], y: Sequence[float]) -> tuple[Sequence[float], Sequence[float]]:
        try:
            moved = transform(start, end, list(x), list(y))
        except Exception as error:  # GDAL's own, of no common kind
            raise ValueError(f"a place is not on the map of {file_crs}: {error}") from None
        return moved[0], moved[1]

    return change


def _named_crs(box: dict[str, Any]) -> str:
    """Return the coordinate system that a file names in the way of 2008, as GIS still do."""
    crs = box["crs"]
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or not name.strip():
        raise ValueError("its crs has no name")
    if re.search(r"\bCRS:?84$", name.strip()):
        return LONGITUDE_LATITUDE
    parts = re.fullmatch(r"(?:urn:(?:x-)?ogc:def:crs:)?([A-Za-z]+):(?:.*:)?(\w+)", name.strip(), re.ASCII)
    if not parts:  # a web address, or the name of a file, which PROJ would open
        raise ValueError(f"the coordinate system {name[:100]} is not known")
    return f"{parts[1].upper()}:{parts[2]}"


def _polygons(geometry: Any) -> list[Any]:
    kind = geometry["type"] if geometry else ""
    if kind == "Polygon":
        return [geometry["coordinates"]]
    return list(geometry["coordinates"]) if kind == "MultiPolygon" else []


def _region(properties: dict[str, Any], polygons: list[list[Ring]], cube: Cube, index: int) -> Region:
    name = str(properties.get("name") or f"Region {index + 1}")[:200]
    ink = str(properties.get("color", ""))
    ink = ink if re.fullmatch("#[0-9a-fA-F]{6}", ink) else colour(index)
    if len(polygons) == 1 and len(polygons[0]) == 1:
        ring = polygons[0][0]
        corners = tuple(ring[:-1] if ring[0] == ring[-1] else ring)
        if properties.get("kind") == "rectangle" and len(corners) == 4:
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
