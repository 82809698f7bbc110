"""GeoTIFFs, plain and cloud-optimized."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix._version import __version__
from hsunmix.exports import NODATA
from hsunmix.exports._georeference import crs_of
from hsunmix.files import replacing
from hsunmix.model.georeference import Georeference

__all__ = ["write_cog", "write_geotiff"]

PLAIN = {
    "driver": "GTiff",
    "tiled": True,
    "blockxsize": 256,
    "blockysize": 256,
    "compress": "deflate",
    "interleave": "band",
    "bigtiff": "if_safer",
    "num_threads": "all_cpus",
}
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


def write_geotiff(
    path: Path, bands: NDArray[np.float32], names: Sequence[str], place: Georeference | None
) -> None:
    """Write bands (r, lines, samples) with their names; NaN becomes nodata."""
    with _in_memory(bands, names, place) as memory:
        _to_disk(memory, path)


def write_cog(
    path: Path, bands: NDArray[np.float32], names: Sequence[str], place: Georeference | None
) -> None:
    """Write the same as a cloud-optimized GeoTIFF: overviews, and everything in the order of reading."""
    import rasterio
    import rasterio.shutil

    with _in_memory(bands, names, place) as memory, rasterio.MemoryFile(ext=".tif") as cloud:
        rasterio.shutil.copy(memory.name, cloud.name, **CLOUD)
        _to_disk(cloud, path)


@contextmanager
def _in_memory(bands: NDArray[np.float32], names: Sequence[str], place: Georeference | None) -> Iterator[Any]:
    """Make a GeoTIFF in memory.

    GDAL does not report every error when it closes a file on a full disk, Python does.
    """
    import rasterio
    from affine import Affine

    count, lines, samples = bands.shape
    shape = {"count": count, "height": lines, "width": samples, "dtype": "float32"}
    profile = {**PLAIN, **shape, "nodata": NODATA, "crs": crs_of(place)}
    if place is not None:
        profile["transform"] = Affine(*place.transform)
    with rasterio.MemoryFile() as memory, warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with memory.open(**profile) as dataset:
            for k, (band, name) in enumerate(zip(bands, names, strict=True), 1):
                dataset.write(np.where(np.isfinite(band), band, np.float32(NODATA)), k)
                dataset.set_band_description(k, name)
            dataset.update_tags(TIFFTAG_SOFTWARE=f"hsunmix {__version__}")
        yield memory


def _to_disk(memory: Any, path: Path) -> None:
    memory.seek(0)
    with replacing(path) as temporary, temporary.open("wb") as file:
        shutil.copyfileobj(memory, file, 1 << 24)
