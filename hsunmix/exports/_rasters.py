"""GeoTIFFs, plain and cloud-optimized, written in pieces so that it can be cancelled in between."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix._version import __version__
from hsunmix.errors import WriteError
from hsunmix.exports import NODATA
from hsunmix.exports._georeference import crs_of
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
# The predictor of floating-point numbers halves the file; overviews are means, not single pixels.
CLOUD = {
    "driver": "COG",
    "blocksize": 512,
    "compress": "deflate",
    "predictor": "yes",
    "overview_resampling": "average",
    "bigtiff": "if_safer",
    "num_threads": "all_cpus",
}
# What GDAL keeps is packed all at once at the end, when nothing can be cancelled any more.
CACHE_BYTES = 16 << 20
PIECE = 4 << 20  # bytes handed over at a time
TICK = 0.05  # seconds


def write_geotiff(
    path: Path, bands: NDArray[np.float32], names: Sequence[str], place: Georeference | None, about: str = ""
) -> Work:
    """Write bands (r, lines, samples) with their names and a sentence about them; NaN becomes nodata.

    Made in memory: GDAL does not report every error when it closes a file on a full disk, Python does.
    """
    import rasterio

    with rasterio.MemoryFile() as memory:
        yield from _fill(memory, bands, names, place, about, PACKED)
        yield from _to_disk(memory, path)


def write_cog(
    path: Path, bands: NDArray[np.float32], names: Sequence[str], place: Georeference | None, about: str = ""
) -> Work:
    """Write the same as a cloud-optimized GeoTIFF: overviews, and everything in the order of reading.

    GDAL makes it in one call, which nothing can interrupt. That runs in a thread; who cancels does not
    wait for it: it ends by itself, and what it made is thrown away.
    """
    from concurrent.futures import ThreadPoolExecutor, wait

    import rasterio
    import rasterio.shutil

    with ExitStack() as kept:
        memory = kept.enter_context(rasterio.MemoryFile())
        cloud = kept.enter_context(rasterio.MemoryFile(ext=".tif"))
        yield from _fill(memory, bands, names, place, about)
        pool = ThreadPoolExecutor(1, "hsunmix-cog")
        copy = pool.submit(rasterio.shutil.copy, memory.name, cloud.name, **CLOUD)
        pool.shutdown(wait=False)
        try:
            while not wait([copy], TICK).done:
                yield
            copy.result()
        except GeneratorExit:
            later = kept.pop_all()
            copy.add_done_callback(lambda _: later.close())
            raise
        except Exception as error:  # GDAL's own have no public class in common
            raise WriteError(path, f"could not be made: {error}") from error
        yield from _to_disk(cloud, path)


def _fill(
    memory: Any,
    bands: NDArray[np.float32],
    names: Sequence[str],
    place: Georeference | None,
    about: str,
    packed: dict[str, str] | None = None,
) -> Work:
    """Make a GeoTIFF in memory, a row of tiles at a time."""
    import rasterio
    from affine import Affine
    from rasterio.windows import Window

    count, lines, samples = bands.shape
    shape = {"count": count, "height": lines, "width": samples, "dtype": "float32"}
    profile = {**PLAIN, **(packed or {}), **shape, "nodata": NODATA, "crs": crs_of(place)}
    if place is not None:
        profile["transform"] = Affine(*place.transform)
    with rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES), warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        dataset = memory.open(**profile)
    try:
        described = {"TIFFTAG_IMAGEDESCRIPTION": about} if about else {}
        dataset.update_tags(TIFFTAG_SOFTWARE=f"hsunmix {__version__}", **described)
        for k, (band, name) in enumerate(zip(bands, names, strict=True), 1):
            dataset.set_band_description(k, name)
            for top in range(0, lines, TILE):
                rows = band[top : top + TILE]
                filled = np.where(np.isfinite(rows), rows, np.float32(NODATA))
                dataset.write(filled, k, window=Window(0, top, samples, len(rows)))
                yield
    finally:
        dataset.close()


def _to_disk(memory: Any, path: Path) -> Work:
    memory.seek(0)
    with replacing(path) as temporary, temporary.open("wb") as file:
        while piece := memory.read(PIECE):
            file.write(piece)
            yield
