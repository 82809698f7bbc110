"""Points, lines and polygons in files of every kind that a GIS writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

KINDS = ("geojson", "gpkg", "shp")


def write_vectors(
    path: Path, geometries: list[Any], names: list[str], crs: str = "EPSG:32611", layer: str | None = None
) -> Path:
    """Write shapely's geometries with their names; GeoJSON by hand, in the system that is named."""
    shapely = pytest.importorskip("shapely")
    if path.suffix == ".geojson":
        said = {"type": "name", "properties": {"name": crs}}
        features = [
            {"type": "Feature", "properties": {"name": name}, "geometry": json.loads(shapely.to_geojson(one))}
            for one, name in zip(geometries, names, strict=True)
        ]
        path.write_text(json.dumps({"type": "FeatureCollection", "crs": said, "features": features}))
        return path
    raw = pytest.importorskip("pyogrio").raw
    kinds = {one.geom_type for one in geometries}
    raw.write(
        path,
        np.array([shapely.to_wkb(one) for one in geometries], object),
        [np.array(names, object)],
        ["Name"],
        geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
        crs=crs or None,
        layer=layer,
        append=path.exists(),
    )
    return path
