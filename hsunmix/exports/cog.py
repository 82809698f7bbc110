"""Abundances and residual as cloud-optimized GeoTIFF: what a web map reads in pieces."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from hsunmix.exports import Delivery
from hsunmix.exports._rasters import write_cog
from hsunmix.exports.geotiff import sentences, styles

__all__ = ["NEEDS_IMAGE", "TITLE", "write"]

TITLE = "COG: cloud-optimized GeoTIFF, with overviews"
NEEDS_IMAGE = True


def write(delivery: Delivery, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``abundances_cog.tif`` and ``rmse_cog.tif``, with their styles."""
    unmixing, place = delivery.unmixing, delivery.place
    maps, residual = folder / "abundances_cog.tif", folder / "rmse_cog.tif"
    about_maps, about_residual = sentences(delivery)
    yield from write_cog(maps, unmixing.abundances, delivery.names, place, about_maps)
    yield from write_cog(residual, unmixing.rmse[None], ("RMSE",), place, about_residual)
    return [maps, residual, *styles(delivery, maps, residual)]
