"""Abundances and residual as GeoTIFF: what a GIS reads."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from hsunmix.exports import Delivery
from hsunmix.exports._qml import write_style
from hsunmix.exports._rasters import write_geotiff
from hsunmix.exports._statistics import top_of_residual

__all__ = ["NEEDS_IMAGE", "TITLE", "write"]

TITLE = "GeoTIFF: abundance maps and residual, with QGIS styles"
NEEDS_IMAGE = True


def write(delivery: Delivery, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``abundances.tif`` and ``rmse.tif``, and beside each a ``.qml``: its style in QGIS."""
    unmixing, place = delivery.unmixing, delivery.place
    maps, residual = folder / "abundances.tif", folder / "rmse.tif"
    yield from write_geotiff(maps, unmixing.abundances, delivery.names, place)
    yield from write_geotiff(residual, unmixing.rmse[None], ("RMSE",), place)
    return [maps, residual, *styles(delivery, maps, residual)]


def styles(delivery: Delivery, maps: Path, residual: Path) -> list[Path]:
    """Write the styles of two rasters: abundances from 0 to 1, the residual from 0 to its top."""
    paths = [path.with_suffix(".qml") for path in (maps, residual)]
    write_style(paths[0], 0.0, 1.0)
    write_style(paths[1], 0.0, top_of_residual(delivery.unmixing.rmse), "inferno")
    return paths
