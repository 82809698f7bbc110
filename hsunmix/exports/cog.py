"""All maps as cloud-optimized GeoTIFF: what a web map reads in pieces."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from hsunmix.exports import ExportJob
from hsunmix.exports._rasters import write_cog
from hsunmix.exports.geotiff import rasters

__all__ = ["NEEDS_IMAGE", "TITLE", "write"]

TITLE = "COG: cloud-optimized GeoTIFF, with overviews"
NEEDS_IMAGE = True


def write(job: ExportJob, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``abundances_cog.tif``, ``rmse_cog.tif`` and ``NAME_cog.tif`` of every other map, with styles."""
    return rasters(job, folder, "_cog", write_cog)
