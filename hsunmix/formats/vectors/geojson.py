"""GeoJSON: features as text, in longitude and latitude, or in the system that the file names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hsunmix.errors import FormatError
from hsunmix.formats.opening.files import read_small
from hsunmix.formats.vectors import MAX_FEATURES, MAX_PLACES, too_many
from hsunmix.model.vectors import HOLE, LINE, OUTLINE, PIXELS, POINT, Vectors

TITLE = "GeoJSON"
SUFFIXES = (".geojson", ".json")

MAX_BYTES = 256 << 20
MAX_NESTED = 20  # collections in collections
LONGITUDE_LATITUDE = "OGC:CRS84"


def sniff(path: Path, head: bytes) -> bool:
    """Whether it is an object of JSON, and the name says so or the text."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith(b"{") and (path.suffix.lower() in SUFFIXES or b'"FeatureCollection"' in text)


def open_vectors(path: Path, layer: str) -> Vectors:  # noqa: ARG001 - there is one only
    """Read all features."""
    data = read_small(path, MAX_BYTES, "more than is drawn over a scene")
    try:
        box = json.loads(data)
    except (ValueError, RecursionError):
        raise FormatError(path, "is no GeoJSON") from None
    if not isinstance(box, dict):
        raise FormatError(path, "is no GeoJSON")
    try:
        return _vectors(box, path)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(path, f"is not understood as GeoJSON: {error}") from None


def _vectors(box: dict[str, Any], path: Path) -> Vectors:
    features = box.get("features", [box])
    if len(features) > MAX_FEATURES:
        raise FormatError(path, too_many(len(features), MAX_FEATURES, "features"))
    parts: list[np.ndarray] = []
    kinds: list[int] = []
    owners: list[int] = []
    for k, feature in enumerate(features):

        def add(kind: int, places: Any, k: int = k) -> None:
            ring = np.array([(place[0], place[1]) for place in places], dtype=np.float64).reshape(-1, 2)
            if not np.isfinite(ring).all():
                raise ValueError("a place is no number")
            parts.append(ring)
            kinds.append(kind)
            owners.append(k)

        _walk(feature.get("geometry") if "geometry" in feature else feature, add)
    said = [feature.get("properties") or {} for feature in features]
    count = sum(map(len, parts))
    if count > MAX_PLACES:
        raise FormatError(path, too_many(count, MAX_PLACES, "vertices"))
    return Vectors(
        np.concatenate(parts) if parts else np.empty((0, 2)),
        np.cumsum([0, *map(len, parts)], dtype=np.int64),
        np.array(kinds, np.int64),
        np.array(owners, np.int64),
        tuple(str(one.get("name") or "")[:200] for one in said),
        tuple(str(one.get("color", ""))[:20] for one in said),
        tuple(str(one.get("kind", ""))[:20] for one in said),
        PIXELS if "coordinates_are" in box else "" if box.get("crs") is None else _named_crs(box["crs"]),
    )


def _walk(geometry: Any, add: Callable[[int, Any], None], depth: int = 0) -> None:
    """Hand on every part of a geometry with its kind."""
    kind = geometry["type"] if geometry else ""
    if kind == "GeometryCollection":
        if depth == MAX_NESTED:
            raise ValueError("collections lie in collections too deep")
        for one in geometry["geometries"]:
            _walk(one, add, depth + 1)
        return
    single, many = kind.removeprefix("Multi"), kind.startswith("Multi")
    if single not in ("Point", "LineString", "Polygon"):
        return
    inside = geometry["coordinates"]
    for one in inside if many else [inside]:
        if single == "Polygon":
            for k, ring in enumerate(one):
                add(HOLE if k else OUTLINE, ring)
        else:
            add(*((POINT, [one]) if single == "Point" else (LINE, one)))


def _named_crs(crs: Any) -> str:
    """Return the coordinate system that a file names in the way of 2008, as GIS still do."""
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
