"""All maps as GeoTIFF: what a GIS reads."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

from hsunmix.exports import ExportJob, one_line
from hsunmix.exports._qml import write_style
from hsunmix.exports._rasters import Work, write_geotiff
from hsunmix.exports._sheets import Sheet, sheets
from hsunmix.model.georeference import Georeference

__all__ = ["NEEDS_IMAGE", "TITLE", "rasters", "write"]

TITLE = "GeoTIFF: abundance maps, residual and other maps, with QGIS styles"
NEEDS_IMAGE = True

Writer = Callable[[Path, Sheet, Georeference | None, str], Work]


def write(job: ExportJob, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``abundances.tif``, ``rmse.tif`` and ``NAME.tif`` of every other map, with styles for QGIS."""
    return rasters(job, folder, "", write_geotiff)


def rasters(job: ExportJob, folder: Path, ending: str, writer: Writer) -> Generator[None, None, list[Path]]:
    """Write every map as a raster whose name ends so, and beside each a ``.qml``."""
    paths, styles = [], []
    for sheet in sheets(job):
        path = folder / f"{sheet.file}{ending}.tif"
        yield from writer(path, sheet, job.place, about(job, sheet))
        styles.append(write_style(path.with_suffix(".qml"), sheet))
        paths.append(path)
        yield
    return paths + styles


def about(job: ExportJob, sheet: Sheet) -> str:
    """Say what a map is, for the metadata that a GIS shows."""
    cube, unmixing = job.cube, job.unmixing
    of = f" of {one_line(cube.name)}" if cube is not None and cube.path is not None else ""
    method = f" by {unmixing.method}" + (f" and {unmixing.abundance}" if unmixing.abundance else "")
    nothing = f"{sheet.nodata:g} where"
    if sheet.name == "abundance":
        one = "one band for each endmember, 1 where a pixel is all of it"
        return f"Abundances{of}{method}: {one}; {nothing} it was not used."
    if sheet.name == "rmse":
        left = f"Root mean square over the bands of what the unmixing{of}{method} leaves unexplained"
        return f"{left}, in the scene's units; {nothing} a pixel was not used."
    means = ": whole numbers from 1" if sheet.map.whole else ""
    return f"{sheet.title}{of}{method} ({sheet.label.lower()}{means}); {nothing} a pixel has none."
