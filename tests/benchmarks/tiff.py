"""How long a GeoTIFF takes to be read into tiles, against GDAL and against ENVI. Prints Markdown.

    python -m tests.benchmarks.tiff [MEGABYTES]

GDAL (by rasterio, in this process) reads the same file whole into one array; ENVI is the same scene
as a flat file, read into tiles. All warm, the least of three, taken in turn so that a busy machine
slows all alike.
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio

from hsunmix.engine.loading import load
from hsunmix.formats import open_cube
from hsunmix.model.progress import finish
from tests.benchmarks.reading import shape_of, write_envi

TURNS = 3
STORAGE = {
    "by pixel, strips": {"interleave": "pixel"},
    "by band, strips": {"interleave": "band"},
    "by pixel, tiles, LZW": {"interleave": "pixel", "tiled": True, "compress": "lzw"},
    "by band, tiles, deflate": {"interleave": "band", "tiled": True, "compress": "deflate", "predictor": 2},
}


def smooth_scene(size: int) -> np.ndarray:
    """Make int16 that compress as reflectances do."""
    lines, samples, bands = shape_of(size, 2)
    rng = np.random.default_rng(0)
    base = np.linspace(500, 4000, bands)[None, None, :]
    noise = rng.normal(0, 15, (lines, samples, bands))
    return (base * rng.uniform(0.5, 1.5, (lines, samples, 1)) + noise).astype(np.int16)


def write_tiff(path: Path, values: np.ndarray, **storage: object) -> None:
    lines, samples, bands = values.shape
    tiles = {"blockxsize": 256, "blockysize": 256} if storage.get("tiled") else {}
    with rasterio.open(
        path, "w", driver="GTiff", height=lines, width=samples, count=bands, dtype="int16", **storage, **tiles
    ) as file:
        file.write(np.moveaxis(values, -1, 0))


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def whole(path: Path) -> None:
    with rasterio.open(path) as file:
        file.read()


def row(path: Path, header: Path) -> str:
    """Measure one file beside the ENVI cube of the same scene."""
    turns = [
        [
            seconds(lambda: whole(path)),
            seconds(lambda: finish(load(open_cube(path)))),
            seconds(lambda: finish(load(open_cube(header)))),
        ]
        for _ in range(TURNS)
    ]
    gdal, ours, envi = np.array(turns).min(axis=0)
    cube = open_cube(path)
    band = 1e3 * seconds(lambda: cube.band(cube.bands // 2))
    spectrum = 1e3 * seconds(lambda: cube.spectrum(cube.lines - 1, cube.samples // 2))
    times = f"{gdal:.2f} | {ours:.2f} | {ours / gdal:.1f} | {ours / envi:.1f} | {band:.0f} | {spectrum:.0f}"
    return f"{path.stat().st_size >> 20} | {times}"


def main() -> None:
    values = smooth_scene((int(sys.argv[1]) if len(sys.argv) > 1 else 200) << 20)
    print(f"{values.nbytes >> 20} MB, {' × '.join(map(str, values.shape))} int16\n")
    print("| storage | file MB | GDAL whole s | into tiles s | × GDAL | × ENVI | band ms | spectrum ms |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, header = write_envi(Path(folder), values, "bil")
        path = Path(folder) / "a.tif"
        for name, storage in STORAGE.items():
            write_tiff(path, values, **storage)
            print(f"| {name} | {row(path, header)} |", flush=True)


if __name__ == "__main__":
    main()
