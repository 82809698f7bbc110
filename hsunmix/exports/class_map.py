"""The class map of a result: the endmember of the largest fraction of every pixel, in its colour."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from hsunmix.exports import ExportJob
from hsunmix.exports._pictures import picture
from hsunmix.exports._rasters import write_geotiff
from hsunmix.exports._sheets import class_sheet
from hsunmix.exports.envi import write_map
from hsunmix.exports.geotiff import about

__all__ = ["BY_DPI", "NEEDS_IMAGE", "TITLE", "write"]

TITLE = "Class map: the endmember of the largest fraction, as GeoTIFF, ENVI classification and PNG"
NEEDS_IMAGE = True
BY_DPI = True


def write(job: ExportJob, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``class_map.tif``, ``.img`` with ``.hdr``, ``.png``, and a style for QGIS."""
    sheet = yield from class_sheet(job)
    path = folder / "class_map.tif"
    yield from write_geotiff(path, sheet, job.place, about(job, sheet))
    files = yield from write_map(job, sheet, folder)
    return [path, *files, (yield from picture(job, sheet, 0, folder, ".png"))]
