"""GeoTIFFs, plain and cloud-optimized, written in pieces so that it can be cancelled in between."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hsunmix._version import __version__
from hsunmix.errors import WriteError
from hsunmix.exports._aside import keeping
from hsunmix.exports._georeference import crs_of
from hsunmix.exports._sheets import Sheet
from hsunmix.files import replacing
from hsunmix.model.georeference import Georeference

__all__ = ["Work", "write_cog", "write_geotiff"]

Work = Generator[None, None, None]

TILE = 256
PLAIN = {
    "driver": "GTiff",
    "tiled": True,
    "blockxsize": TILE,
    "blockysize": TILE,
    "interleave": "band",
    "bigtiff": "if_safer",
}
PACKED = {"compress": "deflate", "num_threads": "all_cpus"}
# The predictor halves the file; overviews are means, or the most frequent class, not single pixels.
CLOUD = {
    "driver": "COG",
    "blocksize": 512,
    "compress": "deflate",
    "predictor": "yes",
    "bigtiff": "if_safer",
    "num_threads": "all_cpus",
}
# What GDAL keeps is packed all at once at the end, when nothing can be cancelled any more.
CACHE_BYTES = 16 << 20
PIECE = 4 << 20  # bytes handed over at a time


def write_geotiff(path: Path, sheet: Sheet, place: Georeference | None, about: str = "") -> Work:
    """Write a map, a band for each layer, with names, the colours of classes and a sentence about it.

    Made in memory: GDAL does not report every error when it closes a file on a full disk, Python does.
    """
    import rasterio

    with rasterio.MemoryFile() as memory:
        yield from _fill(memory, sheet, place, about, PACKED)
        yield from _to_disk(memory, path)


def write_cog(path: Path, sheet: Sheet, place: Georeference | None, about: str = "") -> Work:
    """Write the same as a cloud-optimized GeoTIFF: overviews, and everything in the order of reading.

    GDAL makes it in one call. Who cancels does not wait for that: what it made is thrown away.
    """
    import rasterio
    import rasterio.shutil

    with ExitStack() as kept:
        memory = kept.enter_context(rasterio.MemoryFile())
        cloud = kept.enter_context(rasterio.MemoryFile(ext=".tif"))
        yield from _fill(memory, sheet, place, about)
        means = {"overview_resampling": "mode" if sheet.map.whole else "average"}
        try:
            yield from keeping(kept, rasterio.shutil.copy, memory.name, cloud.name, **(CLOUD | means))
        except Exception as error:  # GDAL's own have no public class in common
            raise WriteError(path, f"could not be made: {error}") from error
        yield from _to_disk(cloud, path)


def _fill(
    memory: Any, sheet: Sheet, place: Georeference | None, about: str, packed: dict[str, str] | None = None
) -> Work:
    """Make a GeoTIFF in memory, a row of tiles at a time."""
    import rasterio
    from affine import Affine
    from rasterio.windows import Window

    lines, samples = sheet.map.shape
    shape = {"count": sheet.map.layers, "height": lines, "width": samples, "dtype": sheet.dtype}
    profile = {**PLAIN, **(packed or {}), **shape, "nodata": sheet.nodata, "crs": crs_of(place)}
    if place is not None:
        profile["transform"] = Affine(*place.transform)
    with rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES), warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        dataset = memory.open(**profile)
    try:
        described = {"TIFFTAG_IMAGEDESCRIPTION": about} if about else {}
        dataset.update_tags(TIFFTAG_SOFTWARE=f"hsunmix {__version__}", **described)
        if sheet.colours and sheet.map.layers == 1:
            dataset.write_colormap(1, _palette(sheet))
        for k, name in enumerate(sheet.layers, 1):
            dataset.set_band_description(k, name or sheet.title)
            dataset.update_tags(k, **{f"CLASS_{c}": name for c, name in enumerate(sheet.classes, 1)})
            band = sheet.map.layer(k - 1)
            for top in range(0, lines, TILE):
                rows = sheet.filled(band[top : top + TILE])
                dataset.write(rows, k, window=Window(0, top, samples, len(rows)))
                yield
    finally:
        dataset.close()


def _palette(sheet: Sheet) -> dict[int, tuple[int, int, int, int]]:
    """Return the colours of classes; of none it is nothing."""
    colours = {k: (*bytes.fromhex(text[1:]), 255) for k, text in enumerate(sheet.colours, 1)}
    return {0: (0, 0, 0, 0), **{k: (r, g, b, a) for k, (r, g, b, a) in colours.items()}}


def _to_disk(memory: Any, path: Path) -> Work:
    memory.seek(0)
    with replacing(path) as temporary, temporary.open("wb") as file:
        while piece := memory.read(PIECE):
            file.write(piece)
            yield
