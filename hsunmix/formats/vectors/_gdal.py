"""What GDAL reads of vectors, by pyogrio: for the decoder process only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hsunmix.errors import FormatError
from hsunmix.formats.vectors import MAX_FEATURES, MAX_PLACES, too_many
from hsunmix.model.vectors import HOLE, LINE, OUTLINE, POINT, Vectors

PACKAGES = ("pyogrio", "shapely")
MAX_NESTED = 20  # collections in collections
SAID = ("name", "color", "kind")  # of a feature, whichever way they are written


def vectors_of(path: Path, layer: str) -> Vectors:
    """Read one layer with all its features; the first that has geometries where none is named."""
    import pyogrio
    import shapely

    layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if not layers:
        raise FormatError(path, "holds no points, lines or polygons")
    if layer and layer not in layers:
        raise FormatError(path, f"has no layer {layer!r}; its layers are {', '.join(layers)}")
    chosen = layer or layers[0]
    known = [str(name) for name in pyogrio.read_info(path, layer=chosen)["fields"]]
    columns = {said: name for said in SAID for name in reversed(known) if name.lower() == said}
    meta, _, stored, values = pyogrio.raw.read(
        path, layer=chosen, columns=list(columns.values()), force_2d=True, max_features=MAX_FEATURES + 1
    )
    if len(stored) > MAX_FEATURES:
        raise FormatError(path, too_many(len(stored), MAX_FEATURES, "features or more"))
    texts = dict(zip(map(str, meta["fields"]), values, strict=True))
    names, colours, shapes = (_texts(texts.get(columns.get(name, ""), ()), len(stored)) for name in SAID)
    flat = _flat(shapely, shapely.from_wkb(stored, on_invalid="ignore"))
    if len(flat[0]) > MAX_PLACES:
        raise FormatError(path, too_many(len(flat[0]), MAX_PLACES, "vertices"))
    return Vectors(*flat, names, colours, shapes, meta["crs"] or "", chosen, tuple(layers))


def _texts(values: Any, count: int) -> tuple[str, ...]:
    """Return one text for every feature, empty where there is none."""
    given = ("" if value is None or value != value else str(value)[:200] for value in values)
    return tuple(given) if len(values) == count else ("",) * count


def _of_parts(shapely: Any, geometries: Any) -> Any:
    kinds = shapely.get_type_id(geometries)
    return (kinds >= 4) & (kinds <= 7)


def _flat(shapely: Any, geometries: Any) -> tuple[Any, Any, Any, Any]:
    """Return places, starts, kinds and features of all parts, in the order of the features."""
    owners = np.arange(len(geometries))
    for _ in range(MAX_NESTED):  # those of several parts, and collections of them
        if not _of_parts(shapely, geometries).any():
            break
        geometries, index = shapely.get_parts(geometries, return_index=True)
        owners = owners[index]
    types = shapely.get_type_id(geometries)  # others, such as arcs, are left out
    rings, of = shapely.get_rings(np.where(types == 3, geometries, None), return_index=True)
    inner = np.append(False, of[1:] == of[:-1])[: len(of)]
    plain = np.flatnonzero((types >= 0) & (types <= 1))
    parts = np.concatenate([geometries[plain], rings])
    kinds = np.concatenate([np.where(types[plain] == 0, POINT, LINE), np.where(inner, HOLE, OUTLINE)])
    features = owners[np.concatenate([plain, of])]
    order = np.argsort(features, kind="stable")
    places, index = shapely.get_coordinates(parts[order], return_index=True)
    starts = np.searchsorted(index, np.arange(len(parts) + 1))
    return places, starts.astype(np.int64), kinds[order].astype(np.int64), features[order].astype(np.int64)
