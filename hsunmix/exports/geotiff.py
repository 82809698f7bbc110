"""Abundances and residual as GeoTIFF: what a GIS reads."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from hsunmix.exports import NODATA, Delivery, one_line
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
    about_maps, about_residual = sentences(delivery)
    yield from write_geotiff(maps, unmixing.abundances, delivery.names, place, about_maps)
    yield from write_geotiff(residual, unmixing.rmse[None], ("RMSE",), place, about_residual)
    return [maps, residual, *styles(delivery, maps, residual)]


def sentences(delivery: Delivery) -> tuple[str, str]:
    """Say what the two rasters are, for the metadata that a GIS shows."""
    cube, unmixing = delivery.cube, delivery.unmixing
    of = f" of {one_line(cube.name)}" if cube is not None and cube.path is not None else ""
    method = f" by {unmixing.method}" + (f" and {unmixing.abundance}" if unmixing.abundance else "")
    return (
        f"Abundances{of}{method}: one band for each endmember, 1 where a pixel is all of it; "
        f"{NODATA:g} where it was not used.",
        f"Root mean square over the bands of what the unmixing{of}{method} leaves unexplained, in the "
        f"scene's units; {NODATA:g} where a pixel was not used.",
    )


def styles(delivery: Delivery, maps: Path, residual: Path) -> list[Path]:
    """Write the styles of two rasters: abundances from 0 to 1, the residual from 0 to its top."""
    paths = [path.with_suffix(".qml") for path in (maps, residual)]
    write_style(paths[0], 0.0, 1.0)
    write_style(paths[1], 0.0, top_of_residual(delivery.unmixing.rmse), "inferno")
    return paths
